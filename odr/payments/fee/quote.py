"""The question of the public fee simulator, and its answer by the rules in force today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments.fee.assessment import pack_track, priced
from odr.payments.fee.fee_computation import FeeQuestion, Matter, assess_filing
from odr.payments.fee.scales import FeeStep
from odr.payments.fee.simulator import FeeOutlook, simulate
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtMoney, field
from odr.procedure.hooks import FeeTold
from odr.procedure.rules.pack import RulePack

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


class QuoteInput(CourtModel):
    """What somebody would claim."""

    cause: Annotated[str, field(T("What is it about?"), choices="causes", widget="select")]
    amount: Annotated[
        CourtMoney | None, field(T("Amount"), T("For example 3,240.00. Leave it empty if you do not ask for money."))
    ] = None
    track: Annotated[
        str,
        field(
            T("Procedure"),
            T("Most online disputes follow the simple procedure."),
            choices="pack_tracks",
            widget="radios",
        ),
    ]


@choice_source("pack_tracks")
def pack_tracks(sitting: Any, case: Case | None, actor: Actor | None) -> list[Option]:
    """The tracks of the rules in force."""
    return [
        Option(key, track.title, track.description) for key, track in rules_today(sitting.court).tracks.list.items()
    ]


@dataclass(frozen=True)
class Quote:
    """An outlook with the rules it comes from."""

    pack: RulePack
    outlook: FeeOutlook
    amount: Money | None

    def article(self, step: FeeStep) -> Text:
        """The step's article in words."""
        return self.pack.cite(step.article)


def rules_today(court: Court) -> RulePack:
    """The pack in force on this day."""
    return court.packs.in_force(court.settings.pack, court.clock.now().astimezone(court.settings.tz).date())


def quoted(court: Court, cause: str, amount: Money | None, track: str) -> FeeTold:
    """What filing a claim costs, for pages of other rooms. Raises InvalidInput as :func:`ask` does."""
    found = ask(court, QuoteInput(cause=cause, amount=amount, track=track))
    filing = found.outlook.filing
    return FeeTold(filing.total, [(step.text, step.amount, found.article(step)) for step in filing.steps])


def appeal_fee(sitting: Sitting, case: Case, minor: int) -> Money | None:
    """What an appeal against a part of a decision worth so much costs (FEE 17); None where the tariff has no such fee."""
    pack = sitting.pack(case)
    if Matter.APPEAL not in pack.tariff.by_cause or minor <= 0:
        return None
    question = FeeQuestion(matter=Matter.APPEAL, cause=case.cause, amounts=(minor,), track=pack_track(pack, case))
    return assess_filing(pack, priced(pack, question)).total


def ask(court: Court, given: QuoteInput) -> Quote:
    """The fee along the ways a case may take. Raises InvalidInput, also for a cause or track that does not exist."""
    pack = rules_today(court)
    today = court.clock.now().astimezone(court.settings.tz).date()
    if given.cause not in pack.causes_on(today):
        raise InvalidInput.at("cause", T("Choose one of those listed."))
    if given.track not in pack.tracks.list:
        raise InvalidInput.at("track", T("Choose one of those listed."))
    if given.amount is not None and given.amount.currency != pack.currency:
        raise InvalidInput.at(
            "amount",
            T(
                "This court takes claims in %(currency)s. Convert the amount at the rate of the day it was due.",
                currency=pack.currency,
            ),
        )
    try:
        return Quote(
            pack, simulate(pack, given.amount.minor if given.amount else None, given.cause, given.track), given.amount
        )
    except InvalidInput as error:
        raise InvalidInput.at("amount", error.message) from error
