"""The guided start: before anybody files, what the court can say to a person in plain words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Track
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.sign_in.keys import keyring
from odr.procedure.forms.form_data import money_text
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field
from odr.procedure.rules.cases import Bar, Cause
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tracks import TrackFinding, track_findings
from odr.procedure.time.limitation import limitation
from odr.procedure.time.reckoning import Reckoning

if TYPE_CHECKING:
    from odr.procedure.court import Court

COOKIE = "guide"
"""Name of the cookie in which the answers wait in the visitor's own browser."""
KEPT_FOR = timedelta(days=1)
PLACES = {
    "seat": T("The other side lives or has its office in this court’s area"),
    "performed": T("The goods were to be delivered to me here, or the service was used here"),
    "agreed": T("The terms I accepted name this court or this city"),
    "unknown": T("I do not know, or none of these"),
}


class GuideInput(CourtModel):
    """What a person is asked before they file."""

    cause: Annotated[
        str,
        field(
            T("What is it about?"),
            T("Choose what fits best. The registry corrects it if another word is right."),
            choices="causes",
        ),
    ]
    place: Annotated[
        Literal["seat", "performed", "agreed", "unknown"], field(T("What ties it to this court?"), options=PLACES)
    ]
    knew_on: Annotated[
        CourtDate,
        field(
            T("When did you learn that something was wrong?"),
            T("About is enough. It shows how long you may still go to court."),
        ),
    ]
    happened_on: Annotated[CourtDate | None, field(T("When did it happen, if earlier?"))] = None
    amount: Annotated[
        CourtMoney | None, field(T("How much do you want?"), T("Leave it empty if you do not ask for money."))
    ] = None
    platform: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Website or app"))] = None
    shop: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Name of the shop or account"))] = None
    order_number: Annotated[str | None, CourtText(0, 100, one_line=True), field(T("Order number"))] = None


@dataclass(frozen=True)
class Advice:
    """What follows from the answers; advice of a program, which decides nothing."""

    given: GuideInput
    pack: RulePack
    cause: Cause
    tracks: list[TrackFinding]
    ends: Reckoning
    today: date

    @property
    def ties(self) -> bool:
        """Whether something ties the dispute to this court, as far as the person knows."""
        return self.given.place != "unknown"

    @property
    def is_late(self) -> bool:
        """Whether the limitation has run out; the court itself never raises it (CPI 219)."""
        return self.ends.result < self.today

    @property
    def track(self) -> TrackFinding:
        """The shortest procedure that is open."""
        return next(one for one in self.tracks if one.open)

    @property
    def track_label(self) -> Text:
        """That procedure in words."""
        return Track(self.track.track).label

    def letter(self, locale: str) -> str:
        """A letter before action to copy, in a reader's language."""
        given = self.given
        to = given.shop or given.platform or "…"
        lines = [
            T("To %(name)s", name=to),
            T("Order %(number)s", number=given.order_number) if given.order_number else None,
            T(
                "On %(day)s I learnt of the following: … (write what happened in two or three sentences).",
                day=given.knew_on,
            ),
            T("I ask you to pay %(amount)s within 15 days.", amount=given.amount)
            if given.amount
            else T("I ask you to … (write what should be done) within 15 days."),
            T(
                "If you do not, I will bring a claim before the internet court. The proofs I hold are: … (order, payment, chat)."
            ),
            T("Name, address, %(day)s", day=self.today),
        ]
        return "\n\n".join(line.render(locale) for line in lines if line is not None)


def advise(court: Court, given: GuideInput) -> Advice:
    """What the rules of today say to the answers. Raises InvalidInput for a cause or day that cannot be."""
    now = court.clock.now()
    today = now.astimezone(court.settings.tz).date()
    pack = court.packs.in_force(court.settings.pack, today)
    if given.cause not in pack.causes_on(today):
        raise InvalidInput.at("cause", T("Choose one of those listed."))
    for name, day in (("knew_on", given.knew_on), ("happened_on", given.happened_on)):
        if day is not None and day > today:
            raise InvalidInput.at(name, T("This day is still to come."))
    bars = set() if given.amount else {Bar.NOT_MONEY}
    amount = given.amount or Money(0, pack.currency)
    if amount.currency != pack.currency:
        raise InvalidInput.at(
            "amount",
            T(
                "This court takes claims in %(currency)s. Convert the amount at the rate of the day it was due.",
                currency=pack.currency,
            ),
        )
    cause = pack.cause(given.cause)
    ends = limitation(
        pack,
        cause.limitation,
        _noon(given.knew_on, pack),
        violated_at=_noon(given.happened_on, pack) if given.happened_on else None,
    )
    return Advice(given, pack, cause, track_findings(pack, amount.minor, bars, today), ends, today)


def seal_answers(court: Court, given: GuideInput) -> str:
    """The answers as a cookie can hold them: nobody reads them but this court."""
    return keyring(court.settings.secret_key).seal(COOKIE, json.dumps(carried(given)))


def opened_answers(court: Court, sealed: str) -> dict[str, dict[str, str]]:
    """What :func:`seal_answers` sealed; nothing for a cookie that is not ours."""
    opened = keyring(court.settings.secret_key).unseal(COOKIE, sealed) if sealed else None
    return dict(json.loads(opened)) if opened else {}


def _noon(day: date, pack: RulePack) -> datetime:
    return datetime.combine(day, time(12), pack.tz)


def carried(given: GuideInput) -> dict[str, dict[str, str]]:
    """The answers as values of a draft's steps, so that nothing is asked twice."""
    matter = {name: value for name in ("cause", "platform", "shop", "order_number") if (value := getattr(given, name))}
    values: dict[str, dict[str, str]] = {"matter": matter}
    if given.amount is not None:
        values["relief"] = {
            "relief-0-kind": "money",
            "relief-0-amount": money_text(given.amount.minor, given.amount.currency),
        }
    if given.shop:
        values["respondents"] = {"respondents-0-name": given.shop, "respondents-0-kind": "company"}
    return values
