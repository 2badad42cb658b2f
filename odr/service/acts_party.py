"""What a party does about service: its address confirmation, and showing that service was not as recorded."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Role, Stage
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.models import Window, WindowState
from odr.procedure.rules import law
from odr.procedure.rulings import WITH_THE_JUDGMENT
from odr.procedure.table import Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.versions import input_of
from odr.procedure.working import text_from_json
from odr.service import desks, names
from odr.service.acts import follow_packet
from odr.service.inputs import AddressInput, Contest, RebutInput, RebuttalInput, Verdict
from odr.service.kinds import ELECTRONIC, Channel, ConsentWay, FactKind
from odr.service.lookups import SERVED_STATES, contested, facts_of, instant, packets_of, party_of_packet
from odr.service.models import Packet
from odr.service.pack_rules import rules_for
from odr.service.packets import conclude_packet, note_address, record_consent, record_fact, withdraw_consents
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN = set(Stage) - {Stage.CLOSED}


@act(
    title=T("Confirm your address for papers"),
    input=AddressInput,
    by=set(PARTY_ROLES),
    at=OPEN,
    while_stayed=True,
    source=law("OLR 30"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.SERVICE,
    in_record=False,
)
def confirm_address(sitting: Sitting, case: Case, given: AddressInput, *, actor: Actor, now: datetime) -> Recorded:
    """The party's own word on where papers reach it, for which papers, and whether it carries on into later stages (OLR
    30, CPI 3).

    What is confirmed replaces what was given before, from now on. An address that is
    the signed-in account's own, which the court has verified, is marked as verified.
    """
    party = sitting.party_of(case, actor)
    account = sitting.session.get(Account, actor.account_id) if actor.account_id is not None else None
    for channel, value in (
        (Channel.PLATFORM, party.reference),
        (Channel.EMAIL, given.email),
        (Channel.SMS, given.phone),
        (Channel.POST, given.address),
    ):
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
    party.email, party.phone, party.address = (
        given.email or party.email,
        given.phone or party.phone,
        given.address or party.address,
    )
    party.details = {**party.details, "addresses_carry_on": given.carries_on, "no_reminders": given.no_reminders}
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


@guard("OLR 31")
def served_on_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only what counts as served can be rebutted."""
    return (
        None
        if packets_of(sitting.session, case, *SERVED_STATES, party_id=actor.party_id)
        else T("Nothing counts as served on you.")
    )


@act(
    title=T("Show that you were not served as recorded"),
    input=RebutInput,
    by=set(PARTY_ROLES),
    at=OPEN,
    guard=served_on_me,
    source=law("OLR 31"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.SERVICE,
    in_record=False,
)
def rebut_service(sitting: Sitting, case: Case, given: RebutInput, *, actor: Actor, now: datetime) -> Recorded:
    """Bring a party's showing against a recorded service before the judge (OLR 31, CPI 135). Until she decides, it
    stands.
    """
    packet: Packet = sitting.resolved("packet", given.packet)
    party = sitting.party_of(case, actor)
    if not sitting.tasks(case, desks.REBUTTAL, packet.reference):
        what = text_from_json(packet.title)
        title = T(
            "%(party)s says: “%(says)s” (%(what)s). Decide on it.", party=party.name, says=given.says.label, what=what
        )
        sitting.open_task(case, Role.JUDGE, desks.REBUTTAL, title, risk=80, subject=packet.reference)
    words = T("%(party)s contests the service of “%(what)s”", party=party.name, what=text_from_json(packet.title))
    return Recorded(words, {"packet": packet.reference, "says": Contest(given.says).value})


@guard("OLR 31")
def something_contested(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a showing to decide on."""
    return None if contested(sitting, case) else T("Nobody contests a service.")


@act(
    title=T("Decide on a contested service"),
    input=RebuttalInput,
    by={Role.JUDGE},
    at=OPEN,
    guard=something_contested,
    while_stayed=True,
    paper=RulingForm(T("Contested service"), WITH_THE_JUDGMENT, result="finding"),
    source=law("OLR 31"),
    desk=desks.REBUTTAL,
    topic=Topic.SERVICE,
    in_record=False,
)
def decide_rebuttal(sitting: Sitting, case: Case, given: RebuttalInput, *, actor: Actor, now: datetime) -> Recorded:
    """The judge's finding on a contested service. Where it falls, what ran from it ends and the clerk serves again (OLR
    31, CPI 135).
    """
    packet: Packet = sitting.resolved("packet", given.packet)
    party = party_of_packet(case, packet)
    before = (packet.state, packet.effective_at)
    if given.finding is not Verdict.STANDS:
        _find(sitting, case, packet, given, actor, now)
    sitting.close_tasks(case, desks.REBUTTAL, packet.reference)
    if (packet.state, packet.effective_at) != before:
        end_what_ran(sitting, case, packet)
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
        _note(sitting, packet, FactKind.FOUND_SERVED, at=day, now=now, event=base, attempt=None, actor=actor)
    conclude_packet(sitting.session, packet, rules, now=now)


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
            Window.state.in_((WindowState.OPEN, WindowState.LAPSED)),
        )
    ).all()
    for window in windows:
        window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)
    return len(windows)
