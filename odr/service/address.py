"""Acts of a party on service: confirming addresses, and objecting that service was not as recorded."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Role, Stage
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.act_versions import input_of, upcast
from odr.procedure.acts.events import ServiceFell
from odr.procedure.acts.letter import PaperKind
from odr.procedure.acts.table import Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.service import desks, names
from odr.service.channels.seller import read_platforms
from odr.service.choices import packet_options
from odr.service.inputs import PAPER_OPTIONS
from odr.service.models import Packet
from odr.service.packet.acts import follow_packet, record_again
from odr.service.packet.packets import (
    conclude_packet,
    contacts_of,
    end_given,
    note_address,
    record_consent,
    record_fact,
    redirect,
    withdraw_consents,
)
from odr.service.packet.proof_of_service import latest_proof
from odr.service.queries import SERVED_STATES, facts_of, instant, packets_of, told_of
from odr.service.rules import rules_for
from odr.service.vocabulary import (
    ASKED_AT,
    CARRY_ON,
    CONTESTED,
    ELECTRONIC,
    NO_REMINDERS,
    AddressClass,
    Channel,
    ConsentWay,
    FactKind,
)

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN = set(Stage) - {Stage.CLOSED}


class AddressInput(CourtModel):
    """The form on which a party confirms where papers reach it."""

    email: Annotated[
        str | None,
        CourtEmail(),
        field(
            T("E-mail address for papers of the court"),
            T("A paper counts as served when it reaches this address, whether or not you open it [OLR 30, 31]."),
        ),
    ] = None
    phone: Annotated[
        str | None,
        CourtPhone(),
        field(T("Telephone"), T("For short notices beside service. A text message is never service.")),
    ] = None
    messenger: Annotated[
        str | None,
        CourtText(0, 120, one_line=True),
        field(
            T("Account with a messenger"),
            T(
                "For short notices beside service. Write the name of the messenger, a colon and your account, for example wechat:li-wen-88. A message there is never service."
            ),
            asked="messengers",
        ),
    ] = None
    address: Annotated[
        str | None,
        CourtText(0, 400),
        field(
            T("Postal address"),
            T(
                "If it is wrong or you do not tell the court that it changed, papers that come back may count as served on the day they come back."
            ),
        ),
    ] = None
    scope: Annotated[
        tuple[PaperKind, ...],
        Field(max_length=4),
        field(
            T("Which papers may come by message"),
            T("Tick none to have everything on paper. You may change this at any time."),
            options=PAPER_OPTIONS,
        ),
    ] = ()
    carries_on: Annotated[
        bool,
        field(
            T("Use the same addresses in appeal and enforcement"),
            T("Without this, the court asks you again at each stage."),
        ),
    ] = False

    no_reminders: Annotated[
        bool,
        field(
            T("Send me no reminders of time limits"),
            T("A reminder is one e-mail a day at most; it changes no time limit."),
        ),
    ] = False

    @model_validator(mode="after")
    def _somewhere(self) -> AddressInput:
        if not (self.email or self.address):
            raise InvalidInput([FieldFault(("email",), T("Give an e-mail address or a postal address."))])
        if self.scope and not self.email:
            raise InvalidInput([FieldFault(("email",), T("Papers by message need an e-mail address."))])
        return self


MESSENGER_CALLED = {"微信": "wechat", "weixin": "wechat", "飞书": "feishu", "钉钉": "dingtalk"}
"""What people call a messenger → the name the operator gives it."""


def _messengers(sitting: Sitting) -> dict[str, str]:
    """The messengers this court writes to, as anybody may write their names."""
    return {one.casefold(): one for one in read_platforms(sitting.court.settings.messengers, "messengers")}


@choice_source("messengers")
def messengers(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """The messengers this court writes to; where there is none, nobody is asked for an account there."""
    return [Option(key, name) for key, name in sorted(_messengers(sitting).items())]


def as_confirmed(sitting: Sitting, case: Case, actor: Actor) -> dict[str, Any]:
    """The form as it stands: whoever changes one address need not write the others again, nor agree anew to what they have
    agreed to. Before anything was confirmed: what the court knows of the party.
    """
    party = sitting.party_of(case, actor)
    known, confirmed = contacts_of(sitting.session, party.id), CARRY_ON in party.details
    given = {
        one.channel: one.value
        for one in known.addresses
        # What was confirmed is all that stands: an address somebody took back is not put before them again.
        if one.channel is not Channel.PLATFORM and not (confirmed and one.standing is not AddressClass.GIVEN)
    }
    account = sitting.session.get(Account, actor.account_id) if actor.account_id is not None else None
    own = (
        account.email
        if account is not None and account.confirmed_at is not None and not actor.is_representative
        else ""
    )
    said = ("", "", "") if confirmed else (party.email or own, party.phone or "", party.address or "")
    scope = {kind for one in known.consents if one.withdrawn_at is None for kind in one.scope}
    return {
        "email": given.get(Channel.EMAIL) or said[0],
        "phone": given.get(Channel.SMS) or said[1],
        "messenger": given.get(Channel.MESSENGER, ""),
        "address": given.get(Channel.POST) or said[2],
        "scope": sorted(scope),
        "carries_on": "true" if party.details.get(CARRY_ON) else "",
        "no_reminders": "true" if party.details.get(NO_REMINDERS) else "",
    }


@upcast(names.CONFIRM_ADDRESS, from_version=1)
def _without_messenger(values: dict[str, Any]) -> dict[str, Any]:
    """Before, nobody could name an account with a messenger."""
    return {**values, "messenger": None}


@act(
    title=T("Confirm your address for papers"),
    input=AddressInput,
    prefill=as_confirmed,
    by=set(PARTY_ROLES),
    at=OPEN,
    version=2,
    while_stayed=True,
    before_identity=True,
    source=law("OLR 30"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.SERVICE,
    in_record=False,
)
def confirm_address(sitting: Sitting, case: Case, given: AddressInput, *, actor: Actor, now: datetime) -> Recorded:
    """The party's own word on where papers reach it, for which papers, and whether it carries on into later stages (OLR
    30, CPI 3).

    What is confirmed replaces what was given before, from now on, and what is left empty ends. An address that is
    the signed-in account's own, which the court has verified, is marked as verified.
    Raises InvalidInput where nothing would reach the party.
    """
    party = sitting.party_of(case, actor)
    if not given.scope and not given.address:
        raise InvalidInput.at("address", T("Give a postal address, or tick which papers may come by message."))
    messenger = _known_messenger(sitting, given.messenger)
    account = sitting.session.get(Account, actor.account_id) if actor.account_id is not None else None
    reach = {
        Channel.PLATFORM: party.reference,
        Channel.EMAIL: given.email,
        Channel.SMS: given.phone,
        Channel.MESSENGER: messenger,
        Channel.POST: given.address,
    }
    end_given(sitting.session, party.id, {channel for channel, value in reach.items() if not value}, at=now)
    for channel, value in reach.items():
        if value:
            noted = note_address(
                sitting.session,
                party_id=party.id,
                channel=channel,
                value=value,
                source="address confirmation form",
                at=now,
                given=True,
            )
            if account is not None and value == account.email and account.confirmed_at is not None:
                noted.verified_at = now
    redirect(sitting.session, party.id)
    party.email, party.phone, party.address = (
        given.email or party.email,
        given.phone or party.phone,
        given.address or party.address,
    )
    told = {CARRY_ON: given.carries_on, NO_REMINDERS: given.no_reminders, ASKED_AT: case.stage.value}
    party.details = {**party.details, **told}
    withdraw_consents(sitting.session, party_id=party.id, at=now)
    if given.scope:
        record_consent(
            sitting.session,
            case_id=case.id,
            party_id=party.id,
            way=ConsentWay.EXPRESS,
            scope=given.scope,
            at=now,
            entry_id=sitting.next_number(case),
        )
    result = {"scope": sorted(kind.value for kind in given.scope), "carries_on": given.carries_on}
    return Recorded(T("%(name)s confirmed the address for papers", name=party.name), result)


def _known_messenger(sitting: Sitting, given: str | None) -> str | None:
    """The account as the carrier takes it. Raises InvalidInput for a messenger the court does not write to."""
    if not given:
        return None
    name, _, account = (part.strip() for part in given.replace("：", ":").partition(":"))
    known = _messengers(sitting)
    called = MESSENGER_CALLED.get(name.casefold(), name.casefold())
    if called in known and account:
        return f"{known[called]}:{account}"
    if not known:
        raise InvalidInput.at("messenger", T("This court does not write to messengers yet. Leave this empty."))
    raise InvalidInput.at(
        "messenger",
        T("Write one of these names, a colon and your account: %(names)s.", names=side_by_side(sorted(known))),
    )


@guard("OLR 31")
def served_on_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only what counts as served can be rebutted."""
    return (
        None
        if packets_of(sitting.session, case, *SERVED_STATES, party_id=actor.party_id)
        else T("Nothing counts as served on you.")
    )


class Contest(enum.Enum):
    """What a recipient says against a recorded service."""

    NOT_RECEIVED = "not_received"  # never reached them
    LATER = "later"  # arrived at another time (CPI 135)

    @property
    def label(self) -> Text:
        """The contest in words."""
        return {
            Contest.NOT_RECEIVED: T("It did not reach me"),
            Contest.LATER: T("It reached me on another day"),
        }[self]


@choice_source("packets_served_on_me")
def packets_served_on_me(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What counts as served on the party."""
    return packet_options(packets_of(sitting.session, case, *SERVED_STATES, party_id=actor.party_id))


class RebutInput(CourtModel):
    """A party shows that service was not as recorded."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper"), choices="packets_served_on_me")]
    says: Annotated[Contest, Choice(Contest), field(T("What was it like?"))]
    arrived_on: Annotated[
        CourtDate | None, field(T("On which day it reached you"), T("Only if it reached you on another day."))
    ] = None
    grounds: Annotated[
        str, CourtText(10, 4000), field(T("What shows it"), T("Name the facts and the exhibits."), widget="textarea")
    ]

    @model_validator(mode="after")
    def _with_day(self) -> RebutInput:
        if self.says is Contest.LATER and self.arrived_on is None:
            raise InvalidInput([FieldFault(("arrived_on",), T("Say on which day it reached you."))])
        return self


@act(
    title=T("Show that you were not served as recorded"),
    input=RebutInput,
    by=set(PARTY_ROLES),
    at=OPEN,
    guard=served_on_me,
    before_identity=True,
    source=law("OLR 31"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.SERVICE,
    in_record=False,
)
def rebut_service(sitting: Sitting, case: Case, given: RebutInput, *, actor: Actor, now: datetime) -> Recorded:
    """Bring a party's showing against a recorded service before the judge (OLR 31, CPI 135). Until the judge decides,
    it stands.
    """
    packet: Packet = sitting.resolved("packet", given.packet)
    party = sitting.party_of(case, actor)
    if not sitting.tasks(case, desks.REBUTTAL, packet.reference):
        what = told_of(packet)
        title = T(
            "%(party)s says: “%(says)s” (%(what)s). Decide on it.", party=party.name, says=given.says.label, what=what
        )
        sitting.open_task(case, Role.JUDGE, desks.REBUTTAL, title, risk=80, subject=packet.reference)
    words = T("%(party)s contests the service of “%(what)s”", party=party.name, what=told_of(packet))
    return Recorded(words, {"packet": packet.reference, "says": Contest(given.says).value})


@guard("OLR 31")
def something_contested(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a showing to decide on."""
    return None if contested(sitting, case) else T("Nobody contests a service.")


class Verdict(enum.Enum):
    """What the judge finds on a rebuttal."""

    STANDS = "stands"  # served as recorded
    NOT_RECEIVED = "not_received"  # did not reach the recipient
    LATER = "later"  # arrived at another time

    @property
    def label(self) -> Text:
        """The finding in words."""
        return {
            Verdict.STANDS: T("It stands as recorded"),
            Verdict.NOT_RECEIVED: T("It did not reach the party; serve it again"),
            Verdict.LATER: T("It reached the party on another day"),
        }[self]


@choice_source("packets_contested")
def packets_contested(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets whose service a party contests."""
    return packet_options(contested(sitting, case))


class RebuttalInput(CourtModel):
    """The judge's finding on a rebuttal, with reasons."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_contested")]
    finding: Annotated[Verdict, Choice(Verdict), field(T("What do you find?"))]
    arrived_on: Annotated[CourtDate | None, field(T("On which day it reached the party"))] = None
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Name the article and the fact it rests on."), widget="textarea"),
    ]

    @model_validator(mode="after")
    def _with_day(self) -> RebuttalInput:
        if self.finding is Verdict.LATER and self.arrived_on is None:
            raise InvalidInput([FieldFault(("arrived_on",), T("Say on which day it reached the party."))])
        return self


@act(
    title=T("Decide on a contested service"),
    input=RebuttalInput,
    by={Role.JUDGE},
    at=OPEN,
    to={Stage.PENDING, Stage.PRONOUNCED, Stage.PAYMENT_ORDER},
    guard=something_contested,
    while_stayed=True,
    paper=RulingForm(T("Contested service"), WITH_THE_JUDGMENT, result="finding"),
    source=law("OLR 31", "CPI 135, 244", "CPL 147, 171"),
    desk=desks.REBUTTAL,
    topic=Topic.SERVICE,
    in_record=False,
)
def decide_rebuttal(sitting: Sitting, case: Case, given: RebuttalInput, *, actor: Actor, now: datetime) -> Recorded:
    """The judge's finding on a contested service. Where it falls, what ran from it ends, what rested on it falls with it
    and the clerk serves again (OLR 31, CPI 135).
    """
    packet: Packet = sitting.resolved("packet", given.packet)
    party = case.party(packet.party_id)
    before, came_back = (packet.state, packet.effective_at), packet.docketed_as == CONTESTED
    if given.finding is not Verdict.STANDS:
        _find(sitting, case, packet, given, actor, now)
    elif came_back:
        _find_as_recorded(sitting, case, packet, actor, now)
    sitting.close_tasks(case, desks.REBUTTAL, packet.reference)
    fell = given.finding is not Verdict.STANDS and (came_back or (packet.state, packet.effective_at) != before)
    if fell:
        end_what_ran(sitting, case, packet)
        moved = given.finding is Verdict.LATER
        sitting.announce(ServiceFell(case, party, packet.occasion, tuple(packet.entry_ids), moved))
    if fell or came_back:
        packet.docketed_as = None
    if fell:
        begin_with_another(sitting, case, packet)
    follow_packet(sitting, case, packet)
    words = T("Contested service on %(party)s: %(finding)s", party=party.name, finding=given.finding.label)
    return Recorded(words, {"packet": packet.reference, "finding": given.finding.value, "state": packet.state.value})


def _find(sitting: Sitting, case: Case, packet: Packet, given: RebuttalInput, actor: Actor, now: datetime) -> None:
    """Record the finding on every electronic attempt that counted; where another way still carries, on the whole
    packet.
    """
    day = instant(given.arrived_on, None, sitting.court.settings.tz, now) if given.arrived_on else now
    kind = FactKind.REBUTTED if given.finding is Verdict.NOT_RECEIVED else FactKind.ARRIVAL_PROVED
    base = f"found:{case.reference}:{sitting.next_number(case)}"
    weighed = (FactKind.REACHED_SYSTEM, FactKind.READ)
    attempts = {
        f.attempt_id
        for f in facts_of(sitting.session, packet)
        if f.kind in weighed and f.channel in ELECTRONIC and f.attempt_id is not None
    }
    for attempt in sorted(attempts):
        _note(sitting, packet, kind, at=day, now=now, event=f"{base}:{attempt}", attempt=attempt, actor=actor)
    rules = rules_for(sitting.court)(sitting.session, packet)
    conclusion = conclude_packet(sitting.session, packet, rules, now=now)
    if given.finding is Verdict.NOT_RECEIVED and conclusion.is_service:
        _note(sitting, packet, FactKind.FOUND_NOT_SERVED, at=now, now=now, event=base, attempt=None, actor=actor)
    elif given.finding is Verdict.LATER and conclusion.effective_at != day:
        _note_served(sitting, packet, at=day, now=now, event=base, actor=actor)
    conclude_packet(sitting.session, packet, rules, now=now)


def _find_as_recorded(sitting: Sitting, case: Case, packet: Packet, actor: Actor, now: datetime) -> None:
    """What came back, or seemed to, was served on the day the docket says."""
    proof = latest_proof(sitting.session, packet)
    if proof is not None and proof.effective_at is not None:
        event = f"found:{case.reference}:{sitting.next_number(case)}"
        _note_served(sitting, packet, at=proof.effective_at, now=now, event=event, actor=actor)
    conclude_packet(sitting.session, packet, rules_for(sitting.court)(sitting.session, packet), now=now)


def _note_served(sitting: Sitting, packet: Packet, *, at: datetime, now: datetime, event: str, actor: Actor) -> None:
    """The judge's finding that it was served, in the way the docket recorded it."""
    proof = latest_proof(sitting.session, packet)
    record_fact(
        sitting.session,
        packet_id=packet.id,
        kind=FactKind.FOUND_SERVED,
        channel=proof.channel if proof is not None else None,
        at=at,
        recorded_at=now,
        event_id=event,
        account_id=actor.account_id,
    )


def begin_with_another(sitting: Sitting, case: Case, packet: Packet) -> None:
    """Where the same papers reached the party by another packet too, what has ended begins with that one: as long as the
    first stood nothing could begin with it (OLR 31).
    """
    others = [
        one
        for one in packets_of(sitting.session, case, *SERVED_STATES, party_id=packet.party_id)
        if one.id != packet.id and one.docketed_as == one.state.value and set(one.entry_ids) & set(packet.entry_ids)
    ]
    if packet.effective_at is not None:
        others = [one for one in others if one.effective_at is not None and one.effective_at < packet.effective_at]
    if others:
        record_again(sitting, min(others, key=lambda one: (one.effective_at or sitting.now, one.id)))


def _note(
    sitting: Sitting,
    packet: Packet,
    kind: FactKind,
    *,
    at: datetime,
    now: datetime,
    event: str,
    attempt: int | None,
    actor: Actor,
) -> None:
    record_fact(
        sitting.session,
        packet_id=packet.id,
        kind=kind,
        at=at,
        recorded_at=now,
        event_id=event,
        attempt_id=attempt,
        account_id=actor.account_id,
    )


def end_what_ran(sitting: Sitting, case: Case, packet: Packet) -> int:
    """End the time limits that this service had set running; gives how many."""
    records = sitting.session.scalars(
        select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == names.RECORD_SERVICE)
    )
    numbers = [entry.number for entry in records if input_of(entry)["packet"] == packet.reference]
    windows = sitting.session.scalars(
        select(Window).where(
            Window.case_id == case.id,
            Window.opened_by.in_(numbers),
            Window.state.in_((WindowState.OPEN, WindowState.LAPSED, WindowState.HALTED)),
        )
    ).all()
    for window in windows:
        window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)
    return len(windows)


def contested(sitting: Sitting, case: Case) -> list[Packet]:
    """Packets whose service a party has rebutted and no judge has decided on."""
    subjects = [
        task.subject
        for task in sitting.session.scalars(
            built_once(
                lambda: select(Task).where(
                    Task.case_id == case.id, Task.kind == desks.REBUTTAL.kind, Task.done_at.is_(None)
                )
            )
        )
    ]
    return [p for p in packets_of(sitting.session, case) if p.reference in subjects]
