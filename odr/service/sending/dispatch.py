"""The worker's half of service: claim what is due, send it outside any transaction, write down what became of it.

Several workers may run. A claim is a lease: who dies loses it, and the attempt is
tried again with the same Message-ID. Leases and tries are machine time, facts are
procedural time.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from queue import Empty, SimpleQueue
from time import monotonic as time_now
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload, lazyload

from odr.docket.models import Case
from odr.ground.clock import Clock
from odr.ground.db import Database
from odr.ground.memory.built_once import built_once
from odr.service.channels import Attachment, Carrier, Handover, Outcome
from odr.service.models import Packet, ServiceAttempt, ServiceFact
from odr.service.packet.packets import (
    AT_ONCE,
    RulesFor,
    conclude_each,
    hold_packets,
    open_task,
    record_fact,
    standard_rules,
)
from odr.service.sending.compose import compose
from odr.service.sending.letters import Letterhead
from odr.service.vocabulary import BRIEF, AttemptState, Channel, FactKind, PacketState, TaskReason

LEASE = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=72)
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
RATE_WINDOW = timedelta(minutes=1)
ROUND = timedelta(seconds=20)
"""So long a round begins messages; what is left is given back, so that a flood to a slow server keeps nobody's newer
message waiting.
"""
GATHER_SECONDS = 0.25
"""So long results wait for company in one commit; the last of a round wait for nothing."""
SLICE = 32
"""Attempts read at once while sending."""


@dataclass(frozen=True)
class ServicePorts:
    """What the dispatcher needs of the wired court.

    ``fetch`` gives the bytes of a document by its reference. ``rates`` are messages per minute
    and channel over all workers; ``quiet`` the hours of the court's zone in which a channel is silent.
    """

    carriers: Mapping[Channel, Carrier]
    letterhead: Letterhead
    fetch: Callable[[str], bytes]
    zone: ZoneInfo
    rules: RulesFor = standard_rules
    rates: Mapping[Channel, int] = field(default_factory=dict)
    quiet: Mapping[Channel, tuple[time, time]] = field(
        default_factory=lambda: dict.fromkeys(BRIEF, (time(21, 0), time(8, 0)))
    )
    threads: int = 8
    progress: Callable[[Session, Sequence[int]], Mapping[int, str]] = lambda session, parties: {}
    """Party → the code by which it looks up how far its case has come."""


def dispatch_due(ports: ServicePorts, database: Database, clock: Clock, limit: int = 256) -> int:
    """Send up to ``limit`` attempts that are due; gives how many were tried. Safe to run in several processes."""
    release_held(database, clock)
    owner = f"{os.getpid()}-{secrets.token_hex(6)}"
    claimed = claim(ports, database, clock, owner, limit)
    if not claimed:
        return 0
    tried = 0
    for batch in _sent(ports, database, clock, claimed, ends=clock.machine_now() + ROUND):
        with database.write() as session:
            _write_batch(session, dict(batch), owner, ports.rules, clock)
        tried += sum(handover is not None for _, handover in batch)
    return tried


def release_held(database: Database, clock: Clock) -> int:
    """Let go what was held until now or planned for now (hold, escalation): procedural time."""
    now = clock.now()
    with database.write() as session:
        due = session.scalars(
            built_once(
                lambda: (
                    select(ServiceAttempt)
                    .where(ServiceAttempt.state == AttemptState.HELD, ServiceAttempt.starts_at <= now)
                    .order_by(ServiceAttempt.starts_at)
                    .limit(1000)
                    .with_for_update(skip_locked=True)
                )
            )
        ).all()
        if not due:
            return 0
        for attempt in due:
            attempt.state, attempt.next_try_at = AttemptState.PLANNED, AT_ONCE
        ids = {attempt.packet_id for attempt in due}
        for packet in session.scalars(select(Packet).where(Packet.id.in_(ids), Packet.state == PacketState.HELD)):
            packet.state = PacketState.OUT
        return len(due)


def claim(ports: ServicePorts, database: Database, clock: Clock, owner: str, limit: int) -> list[int]:
    """Lease due attempts: the first of every party before the second of any, so that one party's flood delays nobody."""
    now = clock.machine_now()
    with database.write() as session:
        chosen: list[int] = []
        # Most rounds find nothing: one question instead of one for each channel.
        waiting = set(
            session.scalars(
                built_once(
                    lambda: (
                        select(ServiceAttempt.channel)
                        .where(ServiceAttempt.state == AttemptState.PLANNED, ServiceAttempt.next_try_at <= now)
                        .distinct()
                    )
                )
            )
        )
        for channel in (each for each in Channel if each in waiting):
            room = _room(session, ports, channel, now, limit - len(chosen))
            if room <= 0:
                continue
            wakes = _wakes_at(ports, channel, now)
            if wakes is not None:
                _postpone(session, channel, now, wakes)
                continue
            chosen += _lease(session, channel, now, owner, room)
        return chosen


def _room(session: Session, ports: ServicePorts, channel: Channel, now: datetime, limit: int) -> int:
    rate = ports.rates.get(channel)
    if rate is None:
        return limit
    lately = session.scalar(
        select(func.count())
        .select_from(ServiceAttempt)
        .where(ServiceAttempt.channel == channel, ServiceAttempt.last_try_at > now - RATE_WINDOW)
    )
    return min(limit, rate - (lately or 0))


def _wakes_at(ports: ServicePorts, channel: Channel, now: datetime) -> datetime | None:
    """End of the quiet hours ``now`` lies in, else None. Quiet hours may run over midnight."""
    if channel not in ports.quiet:
        return None
    begins, ends = ports.quiet[channel]
    local = now.astimezone(ports.zone)
    clock = local.time()
    inside = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if begins > ends and clock >= begins else 0)
    return datetime.combine(day, ends, tzinfo=ports.zone)


def _postpone(session: Session, channel: Channel, now: datetime, until: datetime) -> None:
    session.execute(
        update(ServiceAttempt)
        .where(
            ServiceAttempt.state == AttemptState.PLANNED,
            ServiceAttempt.next_try_at <= now,
            ServiceAttempt.channel == channel,
        )
        .values(next_try_at=until)
    )


def _lease(session: Session, channel: Channel, now: datetime, owner: str, limit: int) -> list[int]:
    due = (
        ServiceAttempt.state == AttemptState.PLANNED,
        ServiceAttempt.next_try_at <= now,
        ServiceAttempt.channel == channel,
        or_(ServiceAttempt.lease_until.is_(None), ServiceAttempt.lease_until <= now),
    )
    turn = (
        func.row_number()
        .over(partition_by=ServiceAttempt.party_id, order_by=(ServiceAttempt.next_try_at, ServiceAttempt.id))
        .label("turn")
    )
    wanted = session.scalars(select(ServiceAttempt.id).where(*due).order_by(turn, ServiceAttempt.id).limit(limit)).all()
    if not wanted:
        return []
    # The rows are checked again under their locks: another worker may have taken or finished them meanwhile.
    locked = select(ServiceAttempt.id).where(ServiceAttempt.id.in_(wanted), *due).with_for_update(skip_locked=True)
    free = set(session.scalars(locked))
    chosen = [attempt_id for attempt_id in wanted if attempt_id in free]
    if chosen:
        session.execute(
            update(ServiceAttempt)
            .where(ServiceAttempt.id.in_(chosen))
            .values(
                lease_owner=owner,
                lease_until=now + LEASE,
                tries=ServiceAttempt.tries + 1,
                last_try_at=now,
                first_try_at=func.coalesce(ServiceAttempt.first_try_at, now),
            )
            .execution_options(synchronize_session=False)
        )
    return chosen


class _Jobs:
    """What was claimed, handed out message by message; read from the tables a slice at a time."""

    def __init__(self, ports: ServicePorts, database: Database, claimed: Sequence[int]) -> None:
        self._progress = ports.progress
        self._database, self._left, self._lock = database, deque(claimed), threading.Lock()
        self._ready: deque[tuple[int, ServiceAttempt | None, str | None]] = deque()

    def next(self) -> tuple[int, ServiceAttempt | None, str | None] | None:
        """The next attempt with its packet and address, and its party's code for looking up the case; None at the end."""
        with self._lock:
            if not self._ready and self._left:
                ids = [self._left.popleft() for _ in range(min(SLICE, len(self._left)))]
                with self._database.read() as session:
                    together = (joinedload(ServiceAttempt.packet), joinedload(ServiceAttempt.address))
                    found = {
                        a.id: a
                        for a in session.scalars(
                            select(ServiceAttempt).where(ServiceAttempt.id.in_(ids)).options(*together)
                        )
                    }
                    codes = self._progress(session, sorted({a.party_id for a in found.values()}))
                self._ready.extend(
                    (i, a := found.get(i), codes.get(a.party_id) if a is not None and _is_theirs(a) else None)
                    for i in ids
                )
            return self._ready.popleft() if self._ready else None


def _is_theirs(attempt: ServiceAttempt) -> bool:
    """Whether the address is still the party's: a letter that waited while somebody else took the party's place goes to who
    was it before, and never bears the code of who is it now (PUB 6).
    """
    return attempt.address is None or attempt.address.ended_at is None


def _sent(
    ports: ServicePorts, database: Database, clock: Clock, claimed: Sequence[int], *, ends: datetime
) -> Iterator[list[tuple[int, Handover | None]]]:
    """Send on a few threads, one slow peer holding up one thread only; yields what is finished, in groups."""
    jobs, results = _Jobs(ports, database, claimed), SimpleQueue[tuple[int, Handover | None] | None]()

    def work() -> None:
        try:
            while (job := jobs.next()) is not None:
                # Long before its lease ends: another worker about to take it would send it twice.
                late = clock.machine_now() > ends
                results.put((job[0], None if late else _send(ports, *job[1:], clock)))
        finally:
            results.put(None)

    threads = min(ports.threads, len(claimed))
    with ThreadPoolExecutor(threads, thread_name_prefix="service") as pool:
        working = [pool.submit(work) for _ in range(threads)]
        at_work = threads
        while at_work:
            group = [results.get()]
            # A moment longer, so that several results share one commit.
            until = time_now() + GATHER_SECONDS
            while group.count(None) < at_work:
                try:
                    group.append(results.get(timeout=max(0.0, until - time_now())))
                except Empty:
                    break
            at_work -= group.count(None)
            finished = [one for one in group if one is not None]
            if finished:
                yield finished
        for future in working:
            future.result()


def _send(ports: ServicePorts, attempt: ServiceAttempt | None, progress: str | None, clock: Clock) -> Handover:
    if attempt is None or attempt.state is not AttemptState.PLANNED:
        return Handover(Outcome.LATER, "no longer planned")
    carrier = ports.carriers.get(attempt.channel)
    if carrier is None:
        return Handover(Outcome.REFUSED, f"this court has not set up {attempt.channel.value}")
    if any(not paper["sha256"] for paper in attempt.packet.documents):
        return Handover(Outcome.LATER, "its papers are being made")
    try:
        composed = compose(attempt, ports.letterhead, at=clock.now(), zone=ports.zone, progress=progress)
        papers = attempt.packet.documents if composed.takes_papers else []
        attachments = [Attachment(p["name"], p["media_type"], ports.fetch(p["reference"])) for p in papers]
        return carrier.send(composed.with_papers(attachments))
    except Exception as error:  # a fault of our own must end as a task, not as a silent message
        return Handover(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])


_FACT_OF = {Outcome.REACHED: FactKind.REACHED_SYSTEM, Outcome.HANDED_OVER: FactKind.HANDED_OVER}


def _write_batch(
    session: Session, batch: Mapping[int, Handover | None], owner: str, rules: RulesFor, clock: Clock
) -> None:
    """Record the outcomes of a group in one commit, and draw the conclusions of all of them."""
    # A session forgets what nobody holds on to: these are read once for the whole group.
    held = hold_packets(session, session.scalars(select(ServiceAttempt.packet_id).where(ServiceAttempt.id.in_(batch))))
    locked = select(ServiceAttempt).where(ServiceAttempt.id.in_(batch)).order_by(ServiceAttempt.id).with_for_update()
    attempts = session.scalars(locked.execution_options(populate_existing=True)).all()
    known = set(
        session.scalars(select(ServiceFact.event_id).where(ServiceFact.event_id.in_([f"sent:{i}" for i in batch])))
    )
    changed: set[int] = set()
    facts: list[dict[str, Any]] = []
    for attempt in attempts:
        if attempt.lease_owner == owner:
            attempt.lease_owner = attempt.lease_until = None
        handover = batch[attempt.id]
        if handover is None:
            attempt.tries -= 1
            if not attempt.tries:
                attempt.first_try_at = attempt.last_try_at = None
            continue
        attempt.last_words = handover.said[:500]
        if handover.outcome in _FACT_OF:
            facts += _write_success(attempt, handover, known, clock)
            changed.add(attempt.packet_id)
        elif attempt.state is AttemptState.PLANNED and _write_failure(session, attempt, handover, clock):
            changed.add(attempt.packet_id)
    if facts:
        # One statement for all: added one by one, each would ask for its number back.
        session.execute(insert(ServiceFact), facts)
    packets = [packet for packet in held if packet.id in changed]
    if packets:
        # The rules ask each packet's case: one look for all, held until they have asked.
        cases = session.scalars(
            select(Case).where(Case.id.in_({p.case_id for p in packets})).options(lazyload(Case.parties))
        ).all()
        conclude_each(session, packets, rules, now=clock.now())
        del cases


def _write_success(attempt: ServiceAttempt, handover: Handover, known: set[str], clock: Clock) -> list[dict[str, Any]]:
    """Note that the message left; gives the fact to be written, none where it was written before."""
    if attempt.state in (AttemptState.PLANNED, AttemptState.GIVEN_UP, AttemptState.CANCELLED):
        attempt.state, attempt.next_try_at, attempt.given_up_at = AttemptState.SENT, None, None
    attempt.provider_message_id = handover.provider_id or attempt.provider_message_id
    # One event id per attempt: a second try after a kill is recognised as the same sending.
    event = f"sent:{attempt.id}"
    if event in known:
        return []
    now = clock.now()
    return [
        {
            "packet_id": attempt.packet_id,
            "attempt_id": attempt.id,
            "event_id": event,
            "kind": _FACT_OF[handover.outcome],
            "channel": attempt.channel,
            "at": now,
            "recorded_at": now,
            "proofs": [],
            "words": handover.said[:500] or None,
        }
    ]


def _write_failure(session: Session, attempt: ServiceAttempt, handover: Handover, clock: Clock) -> bool:
    """Plan the next try, or end the attempt with a task; says whether it ended."""
    now = clock.machine_now()
    refused = handover.outcome is Outcome.REFUSED
    given_up = now - (attempt.first_try_at or now) >= GIVE_UP_AFTER
    if not refused and not given_up:
        attempt.next_try_at = now + back_off(attempt.id, attempt.tries)
        return False
    attempt.next_try_at = None
    if refused:
        attempt.state = AttemptState.FAILED
    else:
        attempt.state, attempt.given_up_at = AttemptState.GIVEN_UP, now
    packet = session.get_one(Packet, attempt.packet_id)
    record_fact(
        session,
        packet_id=packet.id,
        attempt_id=attempt.id,
        kind=FactKind.FAILED,
        at=clock.now(),
        recorded_at=clock.now(),
        event_id=f"failed:{attempt.id}",
        words=handover.said,
    )
    open_task(
        session,
        packet,
        TaskReason.REFUSED if refused else TaskReason.GIVEN_UP,
        now=clock.now(),
        attempt_id=attempt.id,
        words=handover.said,
    )
    return True


def back_off(attempt_id: int, tries: int) -> timedelta:
    """How long to wait after the ``tries``-th try: growing to four hours, spread by up to a quarter, the same for the
    same try.
    """
    base = BACK_OFF[min(max(tries, 1), len(BACK_OFF)) - 1]
    spread = int.from_bytes(hashlib.sha256(f"{attempt_id}:{tries}".encode()).digest()[:4], "big") / 2**32
    return base * (1 + spread / 4)
