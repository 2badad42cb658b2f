"""Packets: what goes to one recipient on one occasion, and what became of it.

Called inside the act's own transaction; nothing here sends anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, PartyKind
from odr.ground.background import each_alone
from odr.ground.canonical import sha256_hex
from odr.ground.memory.built_once import built_once
from odr.ground.text import Text
from odr.ground.typeset import PaperLocale
from odr.procedure.acts.letter import PaperKind
from odr.procedure.papers.language import language_of
from odr.procedure.time.written_working import text_to_json
from odr.service.models import (
    Packet,
    ServiceAddress,
    ServiceAttempt,
    ServiceConsent,
    ServiceFact,
    ServiceTask,
)
from odr.service.packet import deemed, notice_codes
from odr.service.packet.letter_facts import remember
from odr.service.vocabulary import (
    BRIEF,
    CONTESTED,
    ELECTRONIC,
    FINAL_PACKET_STATES,
    LIVE_ATTEMPT_STATES,
    OTHERWISE,
    AddressClass,
    AttemptState,
    Channel,
    ConsentWay,
    FactKind,
    PacketState,
    Proof,
    ServiceStatus,
    Signer,
    TaskReason,
)

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""``next_try_at`` of an attempt that is due as soon as a worker looks."""
ESCALATE_AFTER = timedelta(days=3)
"""Unread for so long, a notice to somebody who is online also goes by post."""
ACTIVE_WITHIN = timedelta(days=92)
"""An attributed address active within three months ranks before others (IC 16)."""
ATTRIBUTED_TRIED = 2
"""How many attributed addresses of one channel are tried at once."""


Way = tuple[Channel, ServiceAddress, datetime]
"""A channel, an address and when it starts."""


@dataclass(frozen=True)
class Recipient:
    """Who receives: name on the letter, kind in law (who may sign), language, and whether abroad."""

    name: str
    kind: PartyKind = PartyKind.PERSON
    locale: str = "zh-Hans"
    abroad: bool = False
    online: bool = True
    """Whether they have an account here, where the papers lie; who has none gets them by post without delay."""
    original: PaperLocale = field(kw_only=True)
    """The language of the case, in which a letter counts: without it nobody can be written to (CPL 11)."""


def recipient_of(sitting: Sitting, case: Case, party: Party) -> Recipient:
    """The party as its letters address it, and the language in which they count: that of the case (CPL 11)."""
    return Recipient(
        party.name,
        party.kind,
        party.locale,
        party.abroad,
        party.account_id is not None,
        original=language_of(sitting, case),
    )


@dataclass(frozen=True)
class Contacts:
    """How somebody can be reached: addresses that have not ended, and every consent to electronic service."""

    addresses: Sequence[ServiceAddress]
    consents: Sequence[ServiceConsent]


@dataclass(frozen=True)
class NewPacket:
    """A packet made ready, and what its attempts and its letter are planned by."""

    packet: Packet
    contacts: Contacts | None
    online: bool
    barred: Collection[Channel]
    when_due: Text | None
    when_held: Text | None
    when_off: Text | None


_STANDING = (
    select(ServiceAddress)
    .where(ServiceAddress.party_id.in_(bindparam("parties", expanding=True)), ServiceAddress.ended_at.is_(None))
    .order_by(ServiceAddress.id)
)
_CONSENTS = (
    select(ServiceConsent)
    .where(ServiceConsent.party_id.in_(bindparam("parties", expanding=True)))
    .order_by(ServiceConsent.id)
)


def contacts_of(session: Session, party: int, beside: Iterable[int] = ()) -> Contacts:
    """How a party can be reached; those ``beside`` it, to whom letters go in the same act, are asked about with it."""
    all_of_them = sorted({party, *beside})
    addresses = session.scalars(_STANDING, {"parties": all_of_them})
    consents = consents_of(session, *all_of_them)
    return Contacts([a for a in addresses if a.party_id == party], [c for c in consents if c.party_id == party])


def queue_packet(
    session: Session,
    *,
    case_id: int,
    party_id: int,
    entry_ids: Sequence[int],
    title: Text,
    what_next: Text | None = None,
    when_due: Text | None = None,
    when_held: Text | None = None,
    when_off: Text | None = None,
    first_contact: bool,
    now: datetime,
    recipient: Recipient,
    hold_until: datetime | None = None,
    documents: Iterable[Mapping[str, Any]] = (),
    kind: PaperKind = PaperKind.NOTICE,
    letter: str | None = None,
    due_at: datetime | None = None,
    reckoned: Text | None = None,
    limit: Mapping[str, Any] | None = None,
    case_number: str | None = None,
    barred: Collection[Channel] = (),
    occasion: str = "notice",
    contacts: Contacts | None = None,
    together: list[NewPacket] | None = None,
) -> Packet:
    """Put a packet out for one recipient, with its attempts planned on every channel the law and the addresses allow.

    ``now`` and ``hold_until`` are procedural time; until ``hold_until`` the packet can be undone. ``documents`` are
    mappings with reference, name, media_type and sha256. ``title`` is what came, ``what_next`` what one does about it,
    ``when_due`` what one does if the act gives a time limit, ``when_held`` if it calls to something at one hour,
    ``when_off`` if it puts off what was fixed.
    ``letter`` names a template of ``templates/letters``. ``case_number`` is shown by the notice code only when given.
    ``limit`` are columns on the time limit that begins with the service (:func:`letter_facts.begins_with`).
    ``barred`` are channels the law of the recipient's state closes. ``contacts`` is how the recipient can be reached,
    where the caller has looked it up. Without any address a task for the clerk is opened. Where it goes out with others
    ``together`` takes it, and it is put out with them by :func:`put_out_together`.
    """
    packet = Packet(
        case_id=case_id,
        party_id=party_id,
        entry_ids=list(entry_ids),
        documents=[dict(d) for d in documents],
        kind=kind,
        occasion=occasion,
        title=text_to_json(title),
        what_next=what_next and text_to_json(what_next),
        letter=letter or _letter_for(kind, first_contact),
        recipient_name=recipient.name,
        recipient_kind=recipient.kind,
        locale=recipient.locale,
        original=recipient.original,
        abroad=recipient.abroad,
        code=notice_codes.new_code(),
        first_contact=first_contact,
        queued_at=now,
        hold_until=hold_until,
        due_at=due_at,
        reckoned=reckoned and text_to_json(reckoned),
        case_number=case_number,
        state=PacketState.HELD if hold_until and hold_until > now else PacketState.OUT,
    )
    for name, value in (limit or {}).items():
        setattr(packet, name, value)
    new = NewPacket(packet, contacts, recipient.online, barred, when_due, when_held, when_off)
    if together is not None:
        together.append(new)
    else:
        put_out_together(session, [new], now=now)
    return packet


def put_out_together(session: Session, new: Sequence[NewPacket], *, now: datetime) -> None:
    """Put packets out that were made ready, however many in one statement for each kind of row."""
    session.add_all(one.packet for one in new)
    session.flush()
    notice_codes.keep_codes(session, [one.packet for one in new], now=now)
    ways: list[tuple[Packet, Way]] = []
    for one in new:
        packet = one.packet
        remember(session, packet, one.when_due, one.when_held, one.when_off)
        contacts = one.contacts or contacts_of(session, packet.party_id)
        plan = _plan(packet, contacts, max(now, packet.hold_until or now), online=one.online)
        allowed = [(packet, way) for way in plan if way[0] not in one.barred]
        if not allowed:
            open_task(session, packet, TaskReason.NO_ADDRESS, now=now)
        ways += allowed
    if ways:
        _plan_attempts(session, ways, now=now)
    session.flush()


def _letter_for(kind: PaperKind, first_contact: bool) -> str:
    if first_contact:
        return "invitation"
    return "decision_served" if kind is PaperKind.DECISION else "notice"


def _plan(packet: Packet, contacts: Contacts, starts: datetime, *, online: bool) -> list[Way]:
    """Channels, addresses and starting times. A first contact goes by every way at once, post included."""
    addresses = contacts.addresses
    consented = any(_view(c).covers(packet.kind, starts) for c in contacts.consents)
    plan = [(a.channel, a, starts) for a in _ranked(addresses, starts) if a.channel in ELECTRONIC or a.channel in BRIEF]
    served_by_arrival = consented and any(a.standing is AddressClass.GIVEN for c, a, _ in plan if c in ELECTRONIC)
    later = starts + ESCALATE_AFTER if served_by_arrival and online and not packet.first_contact else starts
    plan += [(a.channel, a, later) for a in addresses if a.channel is Channel.POST]
    return plan


def _ranked(addresses: Sequence[ServiceAddress], now: datetime) -> list[ServiceAddress]:
    """Given addresses first, then attributed ones by recent activity; of the latter at most two a channel."""

    def rank(address: ServiceAddress) -> tuple[bool, bool, datetime]:
        seen = address.last_active_at or AT_ONCE
        return (address.standing is AddressClass.GIVEN, now - seen <= ACTIVE_WITHIN, seen)

    chosen: list[ServiceAddress] = []
    for channel in Channel:
        here = sorted((a for a in addresses if a.channel is channel), key=rank, reverse=True)
        given = [a for a in here if a.standing is AddressClass.GIVEN]
        chosen += given or here[:ATTRIBUTED_TRIED]
    return chosen


def plan_attempt(
    session: Session,
    packet: Packet,
    channel: Channel,
    address: ServiceAddress | None,
    *,
    starts_at: datetime,
    now: datetime,
) -> ServiceAttempt:
    """One more way for a packet, released at ``starts_at`` (procedural time)."""
    attempt = ServiceAttempt(packet=packet, address=address, **_attempt(packet, channel, starts_at, now))
    session.add(attempt)
    return attempt


def _plan_attempts(session: Session, ways: Sequence[tuple[Packet, Way]], *, now: datetime) -> None:
    """Every way of new packets, in one statement: nobody holds one of them in hand before it is sent."""
    rows = [
        {"packet_id": packet.id, "address_id": address.id, **_attempt(packet, channel, starts_at, now)}
        for packet, (channel, address, starts_at) in ways
    ]
    # With empty columns written as such, all of them are rows of one statement.
    session.execute(insert(ServiceAttempt).execution_options(render_nulls=True), rows)


def _attempt(packet: Packet, channel: Channel, starts_at: datetime, now: datetime) -> dict[str, Any]:
    due = starts_at <= now
    return {
        "party_id": packet.party_id,
        "channel": channel,
        "starts_at": starts_at,
        "tries": 0,
        "state": AttemptState.PLANNED if due else AttemptState.HELD,
        "next_try_at": AT_ONCE if due else None,
    }


def undo_packet(session: Session, packet: Packet, *, now: datetime) -> bool:
    """Take a packet back within its hold; False when it is too late and only a new service can correct it."""
    hold_packets(session, [packet.id])
    if packet.state is not PacketState.HELD or packet.hold_until is None or now >= packet.hold_until:
        return False
    packet.state, packet.concluded_at = PacketState.UNDONE, now
    _cancel_live(_attempts(session, packet))
    return True


def withdraw_packet(session: Session, packet: Packet, *, now: datetime) -> None:
    """Nothing more of a packet goes out, whatever went already: one that is held is taken back, the ways still planned of
    another are not tried, and nobody looks for more.
    """
    hold_packets(session, [packet.id])
    if packet.state is PacketState.HELD:
        packet.state, packet.concluded_at = PacketState.UNDONE, now
    _cancel_live(_attempts(session, packet))
    end_tasks(session, packet, now=now)


def end_tasks(session: Session, packet: Packet, *, now: datetime) -> None:
    """Nobody has to find another way for a packet any more; an answer that came is still read."""
    for task in session.scalars(
        select(ServiceTask).where(ServiceTask.packet_id == packet.id, ServiceTask.closed_at.is_(None))
    ):
        if task.reason is not TaskReason.REPLY:
            close_task(session, task, account_id=None, now=now)


def _attempts(session: Session, packet: Packet) -> list[ServiceAttempt]:
    return list(
        session.scalars(select(ServiceAttempt).where(ServiceAttempt.packet_id == packet.id).order_by(ServiceAttempt.id))
    )


def _cancel_live(attempts: Iterable[ServiceAttempt]) -> None:
    for attempt in attempts:
        if attempt.state in LIVE_ATTEMPT_STATES:
            attempt.state, attempt.next_try_at = AttemptState.CANCELLED, None


def open_task(
    session: Session,
    packet: Packet,
    reason: TaskReason,
    *,
    now: datetime,
    attempt_id: int | None = None,
    words: str | None = None,
) -> ServiceTask:
    """A task for the clerk, once per packet, attempt and reason."""
    found = session.scalar(
        select(ServiceTask).where(
            ServiceTask.packet_id == packet.id,
            ServiceTask.attempt_id == attempt_id,
            ServiceTask.reason == reason,
            ServiceTask.closed_at.is_(None),
        )
    )
    if found is not None:
        return found
    task = ServiceTask(
        packet_id=packet.id, attempt_id=attempt_id, reason=reason, words=words and words[:500], opened_at=now
    )
    session.add(task)
    return task


def close_task(session: Session, task: ServiceTask, *, account_id: int | None, now: datetime) -> None:
    """Mark a task as dealt with."""
    if task.closed_at is None:
        task.closed_at, task.closed_by = now, account_id


def hold_packets(session: Session, packet_ids: Iterable[int]) -> Sequence[Packet]:
    """Lock packets, in the order of their numbers, before anything about them is written; gives those not held before.

    Two workers with news of one packet would otherwise each conclude without the other's fact.
    Attempts are locked after their packet, never before: nobody waits in a circle.
    """
    held: set[int] = session.info.setdefault("service packets held", set())
    wanted = sorted(set(packet_ids) - held)
    if wanted:
        # A lock that leaves foreign keys to the packet free: facts refer to it.
        locked = select(Packet).where(Packet.id.in_(wanted)).order_by(Packet.id).with_for_update(key_share=True)
        held.update(wanted)
        return session.scalars(locked.execution_options(populate_existing=True)).all()
    return ()


def record_fact(
    session: Session,
    *,
    packet_id: int,
    kind: FactKind,
    at: datetime,
    recorded_at: datetime,
    event_id: str,
    attempt_id: int | None = None,
    channel: Channel | None = None,
    signer: Signer | None = None,
    proofs: Iterable[Proof] = (),
    words: str | None = None,
    raw: bytes | None = None,
    account_id: int | None = None,
) -> ServiceFact:
    """Store one fact once. A provider event that was recorded before gives back the first record.

    ``at`` is when it happened, ``recorded_at`` when the court learnt of it; only a digest of ``raw`` is kept.
    """
    hold_packets(session, [packet_id])
    found = session.scalar(select(ServiceFact).where(ServiceFact.event_id == event_id))
    if found is not None:
        return found
    attempt = session.get(ServiceAttempt, attempt_id) if attempt_id is not None else None
    fact = ServiceFact(
        packet_id=packet_id,
        attempt_id=attempt_id,
        event_id=event_id,
        kind=kind,
        channel=channel or (attempt.channel if attempt else None),
        at=at,
        recorded_at=recorded_at,
        signer=signer,
        proofs=sorted(p.value for p in proofs),
        words=words and words[:500],
        raw_digest=None if raw is None else sha256_hex(raw),
        account_id=account_id,
    )
    session.add(fact)
    session.flush()
    if attempt is not None:
        _follow(session, attempt, fact)
    return fact


def record_by_hand(
    session: Session,
    packet: Packet,
    *,
    channel: Channel,
    kind: FactKind,
    at: datetime,
    recorded_at: datetime,
    event_id: str,
    account_id: int,
    signer: Signer | None = None,
    proofs: Iterable[Proof] = (),
    words: str | None = None,
) -> ServiceFact:
    """What the clerk did or saw: direct, left, entrusted, institution, announcement, a call (CPL 88–95).

    Facts of one channel made by hand belong to one attempt, so that e.g. the last of several postings is known.
    """
    attempt = session.scalar(
        select(ServiceAttempt).where(
            ServiceAttempt.packet_id == packet.id,
            ServiceAttempt.channel == channel,
            ServiceAttempt.state == AttemptState.DONE,
        )
    )
    if attempt is None:
        attempt = ServiceAttempt(
            packet=packet, party_id=packet.party_id, channel=channel, state=AttemptState.DONE, starts_at=at, tries=1
        )
        session.add(attempt)
        session.flush()
    return record_fact(
        session,
        packet_id=packet.id,
        attempt_id=attempt.id,
        kind=kind,
        at=at,
        recorded_at=recorded_at,
        event_id=event_id,
        signer=signer,
        proofs=proofs,
        words=words,
        account_id=account_id,
    )


def _follow(session: Session, attempt: ServiceAttempt, fact: ServiceFact) -> None:
    """What a fact means for its attempt and the clerk's desk. Never turns a failure back into a success."""
    packet = session.get_one(Packet, attempt.packet_id)
    if fact.kind in (FactKind.BOUNCED, FactKind.RETURNED):
        attempt.state, attempt.next_try_at = AttemptState.BOUNCED, None
        attempt.last_words = fact.words
        open_task(session, packet, TaskReason.BOUNCED, now=fact.recorded_at, attempt_id=attempt.id, words=fact.words)
    if fact.kind is FactKind.REPLIED:
        open_task(session, packet, TaskReason.REPLY, now=fact.recorded_at, attempt_id=attempt.id)


RulesFor = Callable[[Session, Packet], deemed.Rules]
"""Gives the rules for a packet: its case's pack, version and track decide."""


def standard_rules(session: Session, packet: Packet) -> deemed.Rules:
    """The rules where no pack says otherwise."""
    return deemed.Rules()


def consents_of(session: Session, *parties: int) -> list[ServiceConsent]:
    """Every consent of a party, or of several, withdrawn ones included."""
    return list(session.scalars(_CONSENTS, {"parties": sorted(parties)}))


def addresses_of(session: Session, parties: Iterable[int]) -> list[ServiceAddress]:
    """Every address of some parties, those that ended included."""
    theirs = sorted(parties)
    mine = built_once(
        lambda: select(ServiceAddress).where(ServiceAddress.party_id.in_(theirs)).order_by(ServiceAddress.id)
    )
    return list(session.scalars(mine))


def record_consent(
    session: Session,
    *,
    case_id: int,
    party_id: int,
    way: ConsentWay,
    scope: Iterable[PaperKind],
    at: datetime,
    entry_id: int | None = None,
    proof: str | None = None,
) -> ServiceConsent:
    """A consent in one of the four ways, for these kinds of document (OLR 29–30)."""
    consent = ServiceConsent(
        case_id=case_id,
        party_id=party_id,
        way=way,
        scope=sorted(k.value for k in scope),
        at=at,
        entry_id=entry_id,
        proof=proof,
    )
    session.add(consent)
    session.flush()
    return consent


def withdraw_consents(session: Session, *, party_id: int, at: datetime) -> int:
    """Withdraw every consent in force at an instant, which may lie in the past; what was served before stays served, and so
    does what was agreed to after it. Gives how many were withdrawn.
    """
    live = [c for c in consents_of(session, party_id) if c.withdrawn_at is None and c.at <= at]
    for consent in live:
        consent.withdrawn_at = at
    return len(live)


def note_address(
    session: Session,
    *,
    party_id: int,
    channel: Channel,
    value: str,
    source: str,
    at: datetime,
    given: bool,
    last_active_at: datetime | None = None,
) -> ServiceAddress:
    """Note where a party can be reached. ``given``: by the party's own word (class A); else attributed, with its source
    (class B).

    A given address of the same channel replaces the earlier given ones from ``at`` on; an attributed one that
    the party now confirms becomes given.
    """
    return note_reach(
        session,
        party_id=party_id,
        reach=[(channel, value)],
        source=source,
        at=at,
        given=given,
        last_active_at=last_active_at,
    )[0]


def note_reach(
    session: Session,
    *,
    party_id: int,
    reach: Iterable[tuple[Channel, str | None]],
    source: str,
    at: datetime,
    given: bool,
    last_active_at: datetime | None = None,
    is_first: bool = False,
) -> list[ServiceAddress]:
    """Note one address per channel as :func:`note_address` does, those that are there read and written at once.

    ``is_first``: the party came into the case in this Sitting, and no address of theirs is there; theirs are written
    with what follows.
    """
    live = (
        []
        if is_first
        else list(
            session.scalars(
                select(ServiceAddress).where(ServiceAddress.party_id == party_id, ServiceAddress.ended_at.is_(None))
            )
        )
    )
    noted = []
    for channel, value in reach:
        if value:
            known = [a for a in live if a.channel is channel]
            address = _address(known, value, source, at, given, last_active_at) or ServiceAddress(
                party_id=party_id,
                channel=channel,
                value=value,
                source=source,
                noted_at=at,
                last_active_at=last_active_at,
                standing=AddressClass.GIVEN if given else AddressClass.ATTRIBUTED,
                given_at=at if given else None,
            )
            noted.append(address)
    session.add_all(noted)
    if not is_first:
        session.flush()
    return noted


def carry_reach(session: Session, before: Party, party: Party, *, at: datetime, proof: str) -> None:
    """Where papers reach a party, and what they agreed to, holds for the same person in a case that goes on with what was
    begun in another; ``proof`` says where they said it.
    """
    there = contacts_of(session, before.id)
    for one in there.addresses:
        session.add(
            ServiceAddress(
                party_id=party.id,
                channel=one.channel,
                value=party.reference if one.channel is Channel.PLATFORM else one.value,
                standing=one.standing,
                source=one.source,
                noted_at=at,
                given_at=one.given_at,
                last_active_at=one.last_active_at,
                verified_at=one.verified_at,
            )
        )
    for consent in there.consents:
        if consent.withdrawn_at is None:
            session.add(
                ServiceConsent(
                    case_id=party.case_id,
                    party_id=party.id,
                    way=consent.way,
                    scope=list(consent.scope),
                    proof=consent.proof or proof,
                    at=consent.at,
                )
            )
    session.flush()


def end_given(session: Session, party_id: int, channels: Collection[Channel], *, at: datetime) -> None:
    """The party does not give these addresses any more: nothing goes there from now on, and no arrival there is service."""
    for one in contacts_of(session, party_id).addresses:
        if one.channel in channels and one.standing is AddressClass.GIVEN:
            one.ended_at = at


def end_named(
    session: Session, party_id: int, source: str, reach: Iterable[tuple[Channel, str | None]], at: datetime
) -> None:
    """What a ``source`` named for a party and does not name any more reaches nobody: a claim that was corrected names the
    right addresses.
    """
    named = set(reach)
    for one in contacts_of(session, party_id).addresses:
        if one.source == source and (one.channel, one.value) not in named:
            one.ended_at = at


def redirect(session: Session, party_id: int) -> None:
    """What waits for an address that ended and was not tried there goes to the one given on the same channel since, by that
    way not at all where there is none.
    """
    waiting = (
        select(ServiceAttempt)
        .join(Packet, Packet.id == ServiceAttempt.packet_id)
        .join(ServiceAddress, ServiceAddress.id == ServiceAttempt.address_id)
        .where(Packet.party_id == party_id, ServiceAddress.ended_at.is_not(None))
        .where(ServiceAttempt.state.in_(LIVE_ATTEMPT_STATES), ServiceAttempt.tries == 0)
    )
    hold_packets(session, [attempt.packet_id for attempt in session.scalars(waiting)])
    # Looked at again under its lock: a worker may have begun to send it meanwhile.
    mine = waiting.with_for_update(of=ServiceAttempt).execution_options(populate_existing=True)
    given = {a.channel: a for a in contacts_of(session, party_id).addresses if a.standing is AddressClass.GIVEN}
    for attempt in session.scalars(mine.order_by(ServiceAttempt.id)).all():
        instead = given.get(attempt.channel)
        if instead is None:
            _cancel_live([attempt])
        else:
            attempt.address = instead


def reach_of(party: Party) -> tuple[tuple[Channel, str | None], ...]:
    """Where a party can be reached as the court was told, by channel."""
    return (Channel.EMAIL, party.email), (Channel.SMS, party.phone), (Channel.POST, party.address)


def _address(
    live: Sequence[ServiceAddress], value: str, source: str, at: datetime, given: bool, last_active_at: datetime | None
) -> ServiceAddress | None:
    """The address that is known already, brought up to date; an earlier given one ends where this one is given."""
    same = next((a for a in live if a.value == value), None)
    if given:
        for other in live:
            if other is not same and other.standing is AddressClass.GIVEN:
                other.ended_at = at
    if same is not None:
        same.last_active_at = last_active_at or same.last_active_at
        if given and same.standing is not AddressClass.GIVEN:
            same.standing, same.given_at, same.source = AddressClass.GIVEN, at, source
    return same


def _view(consent: ServiceConsent) -> deemed.Consent:
    return deemed.Consent(consent.way, frozenset(PaperKind(v) for v in consent.scope), consent.at, consent.withdrawn_at)


@dataclass(frozen=True)
class _Material:
    """What packets are weighed from, read for all of them at once."""

    attempts: Mapping[int, Sequence[ServiceAttempt]]
    facts: Mapping[int, Sequence[ServiceFact]]
    addresses: Mapping[int, Sequence[deemed.Address]]
    consents: Mapping[int, Sequence[deemed.Consent]]


_Row = TypeVar("_Row")


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def attempts_of(session: Session, packets: Sequence[Packet]) -> list[ServiceAttempt]:
    """Every attempt to serve some packets, in their order."""
    numbers = [packet.id for packet in packets]
    mine = built_once(
        lambda: select(ServiceAttempt).where(ServiceAttempt.packet_id.in_(numbers)).order_by(ServiceAttempt.id)
    )
    return list(session.scalars(mine))


def _material(session: Session, packets: Sequence[Packet]) -> _Material:
    ids, parties = [p.id for p in packets], {p.party_id for p in packets}
    attempts = attempts_of(session, packets)
    facts = session.scalars(built_once(lambda: select(ServiceFact).where(ServiceFact.packet_id.in_(ids))))
    addresses, consents = addresses_of(session, parties), consents_of(session, *parties)
    return _Material(
        _grouped(attempts, lambda a: a.packet_id),
        _grouped(facts, lambda f: f.packet_id),
        {
            party: [deemed.Address(one.id, one.channel, one.given_at, one.ended_at) for one in rows]
            for party, rows in _grouped(addresses, lambda one: one.party_id).items()
        },
        {party: [_view(c) for c in rows] for party, rows in _grouped(consents, lambda c: c.party_id).items()},
    )


def _facts(rows: Iterable[ServiceFact], attempts: Sequence[ServiceAttempt]) -> list[deemed.Fact]:
    where = {a.id: a.address_id for a in attempts}
    return [
        deemed.Fact(
            f.event_id,
            f.kind,
            f.at,
            f.channel,
            f.attempt_id,
            where.get(f.attempt_id) if f.attempt_id is not None else None,
            f.signer,
            frozenset(map(Proof, f.proofs)),
        )
        for f in rows
    ]


def still_open(
    attempts: Sequence[ServiceAttempt], facts: Sequence[deemed.Fact], rules: deemed.Rules, now: datetime
) -> bool:
    """Whether an attempt is planned, or was handed over so lately that something may still be expected of it."""
    for attempt in attempts:
        if attempt.state in LIVE_ATTEMPT_STATES:
            return True
        if any(f.kind is FactKind.REBUTTED and f.attempt == attempt.id for f in facts):
            continue  # the judge found that it did not arrive: nothing more comes of it
        lately = [f.at for f in facts if f.attempt == attempt.id and f.channel not in BRIEF]
        if (
            attempt.state in (AttemptState.SENT, AttemptState.DONE)
            and lately
            and now < max(lately) + rules.patience_with(attempt.channel)
        ):
            return True
    return False


def weigh_packets(
    session: Session, packets: Sequence[Packet], rules: RulesFor, *, now: datetime
) -> list[deemed.Conclusion]:
    """What follows from the facts of each packet, changing nothing; one look into the tables for all."""
    material = _material(session, packets)
    return [_weigh(packet, material, rules(session, packet), now) for packet in packets]


def _weigh(packet: Packet, material: _Material, rules: deemed.Rules, now: datetime) -> deemed.Conclusion:
    attempts = material.attempts.get(packet.id, ())
    facts = _facts(material.facts.get(packet.id, ()), attempts)
    occasion = deemed.Occasion(
        packet.kind,
        packet.recipient_kind,
        packet.first_contact,
        packet.abroad,
        still_open(attempts, facts, rules, now),
        packet.is_call,
    )
    return deemed.conclude(
        facts,
        material.consents.get(packet.party_id, ()),
        material.addresses.get(packet.party_id, ()),
        rules,
        occasion,
        now=now,
    )


_STATE_OF = {
    ServiceStatus.SERVED: PacketState.SERVED,
    ServiceStatus.PRESUMED: PacketState.PRESUMED,
    ServiceStatus.NOT_SERVED: PacketState.NOT_SERVED,
}


def conclude_packet(
    session: Session, packet: Packet, rules: deemed.Rules | None = None, *, now: datetime
) -> deemed.Conclusion:
    """Derive the status of a packet and write it down. A later fact may change it: call again after each.

    Served: what was still planned is cancelled and open tasks are closed; announced, so that it counts once a period has
    run: nobody has to find another way meanwhile. Not served: a task is opened.
    """
    return conclude_packets(session, [packet], lambda session, packet: rules or deemed.Rules(), now=now)[0]


def conclude_packets(
    session: Session, packets: Sequence[Packet], rules: RulesFor, *, now: datetime
) -> list[deemed.Conclusion]:
    """The same for several packets, with one look into the tables for all."""
    hold_packets(session, [packet.id for packet in packets])
    material = _material(session, packets)
    conclusions = [_weigh(packet, material, rules(session, packet), now) for packet in packets]
    seen_to = []
    for packet, conclusion in zip(packets, conclusions, strict=True):
        if packet.state is PacketState.UNDONE or (packet.state is PacketState.HELD and not conclusion.is_service):
            continue
        _write_conclusion(packet, conclusion, now)
        if conclusion.is_service:
            _cancel_live(material.attempts.get(packet.id, ()))
            seen_to.append(packet.id)
        elif conclusion.pending_until is not None:
            seen_to.append(packet.id)
        elif conclusion.status is ServiceStatus.NOT_SERVED:
            open_task(session, packet, TaskReason.NOT_SERVED, now=now)
    if seen_to:
        for task in session.scalars(
            select(ServiceTask).where(ServiceTask.packet_id.in_(seen_to), ServiceTask.closed_at.is_(None))
        ):
            if task.reason is not TaskReason.REPLY:
                close_task(session, task, account_id=None, now=now)
    return conclusions


def conclude_each(session: Session, packets: Sequence[Packet], rules: RulesFor, *, now: datetime) -> None:
    """Conclude several packets together, and where that fails each by itself: one over which it fails keeps no other's conclusion
    from being written, nor that anything was sent. It is looked at again with all that are out.
    """

    def conclude(these: Sequence[Packet]) -> int:
        with session.begin_nested():
            return len(conclude_packets(session, these, rules, now=now))

    failed = "what became of a packet could not be concluded"
    if each_alone([packets], conclude, failed) < len(packets) > 1:
        each_alone([[packet] for packet in packets], conclude, failed)


RECORDED = frozenset({PacketState.SERVED.value, PacketState.PRESUMED.value, OTHERWISE})
"""What stands with a packet of which the docket has recorded a service."""


def _write_conclusion(packet: Packet, conclusion: deemed.Conclusion, now: datetime) -> None:
    before = packet.state
    packet.state = _STATE_OF.get(conclusion.status, PacketState.OUT)
    if packet.effective_at != conclusion.effective_at and packet.docketed_as != CONTESTED:
        # Another day of service than the docket says: it has to be recorded anew, or found on.
        packet.docketed_as = OTHERWISE if packet.docketed_as in RECORDED else None
    packet.effective_at = conclusion.effective_at
    if packet.state not in FINAL_PACKET_STATES:
        packet.concluded_at = None
    elif packet.state is not before:
        packet.concluded_at = now
