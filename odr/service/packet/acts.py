"""Acts of service: what the clock records of a packet, and a party's consent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.docket.queries import entry as entry_numbered, parties
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.events import (
    ClaimAccepted,
    ClaimLodged,
    ClaimRefused,
    ClaimReturned,
    GroupMemberRegistered,
    OwnAddresses,
    PartyJoined,
    Served,
)
from odr.procedure.acts.letter import RUNS_FOR, PaperKind
from odr.procedure.acts.table import Milestone, Recorded, Topic, act, acts_that_mean
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.written_working import text_to_json
from odr.service import desks, names
from odr.service.models import Packet, ProofOfService
from odr.service.notices_to_appear import follow_call
from odr.service.packet.consequence import is_for_information
from odr.service.packet.copies import EntryPapers, papers_for, papers_of
from odr.service.packet.deemed import Conclusion
from odr.service.packet.letter_facts import begins_with
from odr.service.packet.occasions import ACCEPTANCE, CLAIM as CLAIM_LETTER, REGISTRY, Occasion, occasion_of
from odr.service.packet.overtaken import why_overtaken
from odr.service.packet.packets import (
    NewPacket,
    conclude_packet,
    consents_of,
    contacts_of,
    end_named,
    end_tasks,
    note_reach,
    put_out_together,
    queue_packet,
    reach_of,
    recipient_of,
    record_consent,
    record_fact,
    withdraw_consents,
)
from odr.service.packet.progress_codes import keep_code
from odr.service.packet.proof_of_service import issue_proof, latest_proof
from odr.service.queries import readers_of, told_of
from odr.service.rules import ANSWER, answer_by, rules_for, with_list_warning, with_notices
from odr.service.vocabulary import CONTESTED, OTHERWISE, Channel, ConsentWay, FactKind, PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

EVERYTHING = tuple(PaperKind)

CLAIM = "claim"

STATE_ABROAD = "state_abroad"
"""Key of a party's details: the state it lives in, by its two letters."""


def queue_entry(sitting: Sitting, case: Case, entry: DocketEntry, recipients: Sequence[Party]) -> None:
    """Put what an act brought on its way to every recipient: one packet each.

    Nobody is served with a claim that was not accepted (CPL 128): until then only the claimants are written to.
    """
    told = [party for party in recipients if case.accepted_at is not None or party.role is Role.CLAIMANT]
    papers = papers_of(sitting, case, entry.number, entry) if told else None
    together: list[NewPacket] = []
    for party in told:
        put_out(
            sitting,
            case,
            party,
            occasion_of(sitting.court.table[entry.act]),
            entry_number=entry.number,
            audience=entry.audience,
            named=entry.named,
            papers=papers,
            beside=told,
            together=together,
        )
    if together:
        put_out_together(sitting.session, together, now=sitting.now)


def barred_abroad(pack: RulePack, party: Party) -> frozenset[Channel]:
    """Ways the state in which a party lives closes: no post where it has objected to papers by post (CPL 283)."""
    state = party.details.get(STATE_ABROAD)
    if not party.abroad or state is None or pack.abroad is None or "post" in pack.abroad.methods_of(state):
        return frozenset()
    return frozenset({Channel.POST})


def put_out(
    sitting: Sitting,
    case: Case,
    party: Party,
    occasion: Occasion,
    *,
    entry_number: int,
    audience: Audience = Audience.PARTIES_AND_COURT,
    named: list[str] | None = None,
    documents: Sequence[Mapping[str, Any]] | None = None,
    due_at: datetime | None = None,
    hold: timedelta | None = None,
    papers: EntryPapers | None = None,
    beside: Sequence[Party] = (),
    together: list[NewPacket] | None = None,
) -> Packet:
    """A packet for one party on one occasion, with its papers; until its hold ends it can be taken back.

    Its code names the case only to who holds the notice. ``hold`` is the court's usual one unless given. ``papers`` are
    those of the entry and ``beside`` all whom it is sent to, where there are several: what they need is looked up once,
    and ``together`` takes their packets, to be put out in one go.
    """
    hold = timedelta(minutes=sitting.court.settings.hold_minutes) if hold is None else hold
    reckoned = None
    limit: dict[str, Any] = {}
    if occasion.runs and due_at is None:
        limit = begins_with(sitting, case, party, occasion.runs, _length_given(sitting, case, entry_number))
    if occasion.key == CLAIM and due_at is None:
        due_at, reckoned = answer_by(sitting, case, party)
        # How the time to answer is reckoned has words of its own.
        limit = {**limit, "reckoned": reckoned and text_to_json(reckoned)} if reckoned or due_at else {}
    if documents is None:
        documents = papers_for(
            sitting, case, party, occasion, entry_number, audience=audience, named=named, papers=papers
        )
    what_next = occasion.what_next
    if occasion in (CLAIM_LETTER, ACCEPTANCE):  # One that goes out again has the notices in its words already.
        what_next = with_notices(sitting.pack(case), case, party, what_next)
    act = sitting.court.table.get(occasion.key)
    if act is not None and act.letter is not None and occasion == occasion_of(act):
        what_next = with_list_warning(sitting.pack(case), act.name, what_next)
    keep_code(sitting, case, party, beside)
    calls_in = occasion.key == CLAIM or occasion.runs == ANSWER or occasion.first is not None
    is_first = calls_in and party.joined_at is None
    return queue_packet(
        sitting.session,
        case_id=case.id,
        party_id=party.id,
        entry_ids=[entry_number],
        title=occasion.title,
        what_next=what_next,
        when_due=occasion.when_due,
        when_held=occasion.when_held,
        when_off=occasion.when_off,
        first_contact=is_first,
        letter=occasion.first if is_first else None,
        now=sitting.now,
        hold_until=sitting.now + hold if hold else None,
        documents=documents,
        kind=occasion.kind,
        recipient=recipient_of(sitting, case, party),
        due_at=due_at,
        reckoned=reckoned,
        limit=limit,
        case_number=case.number,
        barred=barred_abroad(sitting.pack(case), party),
        occasion=occasion.key,
        contacts=contacts_of(sitting.session, party.id, (one.id for one in beside)),
        together=together,
    )


def _length_given(sitting: Sitting, case: Case, number: int) -> int | None:
    """The length that an act gave the time limit which begins with the service of its letter; None where it gave none."""
    payload = sitting.session.scalar(
        select(DocketEntry.payload).where(DocketEntry.case_id == case.id, DocketEntry.number == number)
    )
    given = (json.loads(payload).get("result") or {}).get(RUNS_FOR) if payload is not None else None
    return given if isinstance(given, int) else None


def on_claim_lodged(sitting: Sitting, event: ClaimLodged) -> None:
    """The claimant's own addresses, and the respondents' as far as they know them; their consent if they gave it. A claim
    that was corrected says all of that anew: what it does not say any more does not hold.
    """
    case, claimant = event.case, event.claimant
    if not case.is_blank:
        _end_earlier_claim(sitting, case, event)
    _own_addresses(sitting, case, claimant, event.addresses)
    if event.e_service:
        record_consent(
            sitting.session,
            case_id=case.id,
            party_id=claimant.id,
            way=ConsentWay.EXPRESS,
            scope=EVERYTHING,
            at=sitting.now,
            entry_id=sitting.next_number(case),
        )
    for party in parties(case, Role.RESPONDENT):
        note_reach(
            sitting.session,
            party_id=party.id,
            reach=reach_of(party),
            source=CLAIM,
            at=sitting.now,
            given=False,
            is_first=case.is_blank,
        )


def _end_earlier_claim(sitting: Sitting, case: Case, event: ClaimLodged) -> None:
    """What the claim said before it was corrected: of the claimant, their consent with it, and of the other side."""
    session, mine = sitting.session, event.claimant
    end_named(session, mine.id, OWN_PLEADING, _reach_of_own(mine, event.addresses), sitting.now)
    stated = acts_that_mean(Milestone.CLAIM_STATED)
    for consent in consents_of(session, mine.id):
        told = entry_numbered(session, case, consent.entry_id) if consent.entry_id is not None else None
        if consent.withdrawn_at is None and told is not None and told.act in stated:
            consent.withdrawn_at = sitting.now
    for party in parties(case, Role.RESPONDENT):
        end_named(session, party.id, CLAIM, reach_of(party), sitting.now)


OWN_PLEADING = "own pleading"


def _reach_of_own(party: Party, own: OwnAddresses) -> tuple[tuple[Channel, str | None], ...]:
    return (
        (Channel.PLATFORM, party.reference),
        (Channel.EMAIL, own.email),
        (Channel.SMS, own.phone),
        (Channel.POST, own.street),
    )


def _own_addresses(sitting: Sitting, case: Case, party: Party, own: OwnAddresses) -> None:
    note_reach(
        sitting.session,
        party_id=party.id,
        reach=_reach_of_own(party, own),
        source=OWN_PLEADING,
        at=sitting.now,
        given=True,
        is_first=case.is_blank,
    )


def on_claim_accepted(sitting: Sitting, event: ClaimAccepted) -> None:
    """Serve the claim on every respondent within five days of acceptance, whether or not the fee is paid (CPL 128)."""
    case = event.case
    for party in parties(case, Role.RESPONDENT):
        put_out(sitting, case, party, CLAIM_LETTER, entry_number=sitting.next_number(case))
    for party in parties(case, Role.CLAIMANT):
        put_out(sitting, case, party, ACCEPTANCE, entry_number=sitting.next_number(case))


def on_member_registered(sitting: Sitting, event: GroupMemberRegistered) -> None:
    """Who registered in an action of many is a claimant now: they get the notice that every claimant gets (CPL 129; EV
    50).
    """
    put_out(sitting, event.case, event.party, ACCEPTANCE, entry_number=sitting.next_number(event.case))


def on_return(sitting: Sitting, event: ClaimReturned | ClaimRefused) -> None:
    """Tell the claimant that the claim came back, or was not accepted."""
    number = sitting.next_number(event.case)
    put_out(sitting, event.case, event.claimant, REGISTRY, entry_number=number)


def on_party_joined(sitting: Sitting, event: PartyJoined) -> None:
    """Who joins has received the letter: the matching act makes service effective (OLR 31, IC 17)."""
    case, party = event.case, event.party
    _own_addresses(sitting, case, party, event.addresses)
    if event.e_service:
        record_consent(
            sitting.session,
            case_id=case.id,
            party_id=party.id,
            way=ConsentWay.EXPRESS,
            scope=EVERYTHING,
            at=sitting.now,
            entry_id=sitting.next_number(case),
        )
    for packet in sitting.session.scalars(
        select(Packet).where(Packet.case_id == case.id, Packet.party_id == party.id, Packet.first_contact.is_(True))
    ):
        if packet.state in (PacketState.SERVED, PacketState.UNDONE):
            continue
        record_fact(
            sitting.session,
            packet_id=packet.id,
            kind=FactKind.ACTED,
            at=sitting.now,
            recorded_at=sitting.now,
            event_id=f"joined/{party.reference}/{packet.reference}",
            channel=Channel.PLATFORM,
            account_id=event.account_id,
        )
        follow_packet(sitting, case, packet)


def follow_packet(sitting: Sitting, case: Case, packet: Packet) -> None:
    """Bring a packet's conclusion onto the docket, as an entry that follows; nothing where it stands there already."""
    conclusion = conclude_packet(
        sitting.session, packet, rules_for(sitting.court)(sitting.session, packet), now=sitting.now
    )
    informs = not conclusion.is_service and is_for_information(sitting, case, packet)
    if informs:
        end_tasks(sitting.session, packet, now=sitting.now)
    nothing_follows = packet.state is PacketState.NOT_SERVED and (
        informs or why_overtaken(sitting, case, packet) is not None
    )
    if packet.docketed_as == OTHERWISE:
        stands = informs or nothing_follows or packet.is_call or _is_earlier(sitting, packet, conclusion)
        packet.docketed_as = None if stands else CONTESTED
        if not stands:
            _ask_the_judge(sitting, case, packet)
    if packet.docketed_as == CONTESTED and not sitting.can_be_ended(case, desks.REBUTTAL.kind):
        # The case is over: nobody finds on it any more, nobody serves again, and what the docket recorded stands.
        end_tasks(sitting.session, packet, now=sitting.now)
        return
    if nothing_follows:
        end_tasks(sitting.session, packet, now=sitting.now)
        packet.docketed_as = packet.state.value
        return
    if packet.is_call:
        follow_call(sitting, case, packet)
        return
    if packet.state is PacketState.NOT_SERVED:
        if packet.docketed_as != CONTESTED:
            packet.docketed_as = packet.state.value
        party = case.party(packet.party_id)
        if not sitting.tasks(case, desks.NOT_SERVED, packet.reference):
            sitting.open_task(
                case,
                Role.CLERK,
                desks.NOT_SERVED,
                T(
                    "Not served on %(party)s by any means tried: %(what)s. Find another way.",
                    party=party.name,
                    what=told_of(packet),
                ),
                risk=70,
                subject=packet.reference,
            )
    if not conclusion.is_service or packet.docketed_as in (packet.state.value, CONTESTED):
        return
    issue_proof(sitting.session, packet, conclusion, now=sitting.now, zone=sitting.court.settings.tz)
    packet.docketed_as = packet.state.value
    record_again(sitting, packet)


def record_again(sitting: Sitting, packet: Packet) -> None:
    """Let the docket record what the latest proof of a packet concludes, as an entry that follows."""
    proof = latest_proof(sitting.session, packet)
    if proof is None:
        return
    effective = proof.effective_at
    sitting.then(
        names.RECORD_SERVICE,
        PacketInput(
            packet=packet.reference,
            conclusion=proof.conclusion.value,
            effective_at=effective.isoformat() if effective else None,
            proof=proof.number,
        ),
        effective_at=effective,
    )


def _is_earlier(sitting: Sitting, packet: Packet, conclusion: Conclusion) -> bool:
    """Whether a packet counts as served by the day that stands on the docket, or before: nobody has less time by that."""
    proof = latest_proof(sitting.session, packet)
    recorded = proof.effective_at if proof is not None else None
    return recorded is None or (conclusion.effective_at is not None and conclusion.effective_at <= recorded)


def _ask_the_judge(sitting: Sitting, case: Case, packet: Packet) -> None:
    """What was recorded as service came back, or a mail says so that anybody could have sent, or its addressee had declined
    before: the judge finds whether it was one. Until then it stands, and what runs from it runs.
    """
    if sitting.tasks(case, desks.REBUTTAL, packet.reference) or not sitting.can_be_ended(case, desks.REBUTTAL.kind):
        return
    words = T(
        "%(what)s was recorded as served on %(party)s, and what came in since says otherwise. Decide whether it was served.",
        what=told_of(packet),
        party=case.party(packet.party_id).name,
    )
    sitting.open_task(case, Role.JUDGE, desks.REBUTTAL, words, risk=80, subject=packet.reference)


class PacketInput(CourtModel):
    """Which packet came to a conclusion."""

    packet: str
    conclusion: str
    effective_at: str | None
    proof: str | None


@act(
    title=T("Service recorded"),
    input=PacketInput,
    by={Role.CLOCK},
    at=set(Stage),
    listed=False,
    while_stayed=True,
    source=law("OLR 31"),
    desk=desks.NOT_SERVED,
    in_record=False,
)
def record_service(sitting: Sitting, case: Case, given: PacketInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a packet was served, or is presumed to be, from the facts and with its proof (OLR 31).

    The windows that run from service start on that day. The court derives the
    conclusion; a party may show otherwise and the judge then decides.
    """
    packet = sitting.session.scalars(
        select(Packet).where(Packet.case_id == case.id, Packet.reference == given.packet)
    ).one()
    proof = sitting.session.scalars(select(ProofOfService).where(ProofOfService.number == given.proof)).one()
    party = case.party(packet.party_id)
    what = told_of(packet)
    if packet.occasion == CLAIM:
        sitting.close_windows(case, "serve_claim", WindowState.MET, subject=party.reference)
    sitting.close_tasks(case, desks.NOT_SERVED, packet.reference)
    sitting.announce(
        Served(
            case,
            party=party,
            occasion=packet.occasion,
            at=now,
            proof=T("Proof of service %(number)s.", number=proof.number),
            entries=tuple(packet.entry_ids),
        )
    )
    words = T("%(what)s: served on %(party)s", what=what, party=party.name)
    if given.conclusion == "presumed":
        words = T("%(what)s: presumed served on %(party)s", what=what, party=party.name)
    return Recorded(
        words,
        {
            "proof": proof.number,
            "reasoning": proof.reasoning_digest,
            "channel": proof.channel.value if proof.channel else None,
            "party": party.label,
        },
        *readers_of(sitting.session, case, packet),
    )


class ConsentInput(CourtModel):
    """A change of consent to electronic service."""

    agrees: Annotated[
        bool,
        field(
            T("I agree to receive papers of this case here and at my e-mail address"),
            T("A paper counts as served when it reaches the address. You may change this at any time [OLR 29–31]."),
        ),
    ] = False
    reason: Annotated[str | None, CourtText(0, 500), field(T("Reason, if you want to give one"))] = None


@act(
    title=T("Change what you agreed to"),
    input=ConsentInput,
    by=set(PARTY_ROLES),
    at=set(Stage) - {Stage.CLOSED},
    while_stayed=True,
    before_identity=True,
    source=law("OLR 30"),
    topic=Topic.TAKING_PART,
    in_record=False,
)
def change_consent(sitting: Sitting, case: Case, given: ConsentInput, *, actor: Actor, now: datetime) -> Recorded:
    """Give or withdraw consent to electronic service; what was served before stays served (OLR 21, 30)."""
    party = sitting.party_of(case, actor)
    withdraw_consents(sitting.session, party_id=party.id, at=now)
    if given.agrees:
        record_consent(
            sitting.session,
            case_id=case.id,
            party_id=party.id,
            way=ConsentWay.EXPRESS,
            scope=EVERYTHING,
            at=now,
            entry_id=sitting.next_number(case),
        )
        return Recorded(T("%(name)s agreed to papers by message", name=party.name), {"agrees": True})
    return Recorded(T("%(name)s withdrew the consent to papers by message", name=party.name), {"agrees": False})


def claim_not_served(sitting: Sitting, case: Case, window: Any) -> None:
    """Five days have passed without proven service: the clerk sees it, nothing else follows."""
    sitting.open_task(
        case,
        Role.CLERK,
        desks.CLAIM_UNSERVED,
        T("The claim is not yet served, [time serve_claim] after acceptance."),
        risk=60,
        subject=window.subject,
    )
