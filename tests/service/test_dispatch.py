"""The worker's dispatch against real mail servers, good and bad, on both engines."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.channels.email import Mailer, Tls
from odr.service.models import Packet, ServiceAttempt, ServiceFact, ServiceTask
from odr.service.packet.deemed import Rules
from odr.service.packet.packets import standard_rules
from odr.service.registry.daily_ledger import service_ledger
from odr.service.sending.dispatch import GIVE_UP_AFTER, LEASE, ServicePorts, back_off, claim, dispatch_due
from odr.service.sending.due import conclude_due
from odr.service.vocabulary import AttemptState, Channel, FactKind, PacketState, TaskReason
from tests.peers.smtp import Mood, SmtpPeer
from tests.service import odd_peers
from tests.service.conftest import BOTH_ENGINES, Queue, mail_settings, packet_of

FINAL = {AttemptState.SENT, AttemptState.FAILED, AttemptState.BOUNCED, AttemptState.GIVEN_UP}


def run_until_quiet(
    ports: ServicePorts, database: Database, clock: FixedClock, step: timedelta = timedelta(hours=5), rounds: int = 40
) -> None:
    """Let the worker come by every few hours until nothing is planned any more."""
    for _ in range(rounds):
        while dispatch_due(ports, database, clock):
            pass
        with database.read() as session:
            if not session.scalars(
                select(ServiceAttempt.id).where(ServiceAttempt.state.in_([AttemptState.PLANNED, AttemptState.HELD]))
            ).first():
                return
        clock.advance(step)


def states(database: Database) -> Counter[AttemptState]:
    """How many attempts stand where."""
    with database.read() as session:
        return Counter(session.scalars(select(ServiceAttempt.state)))


def assert_none_silent(database: Database, clock: FixedClock) -> None:
    """Every attempt is final; whatever failed is on the clerk's desk; whatever is served rests on a fact of arrival;
    the ledger balances.
    """
    with database.read() as session:
        for attempt in session.scalars(select(ServiceAttempt)):
            assert attempt.state in FINAL
            if attempt.state is not AttemptState.SENT:
                assert session.scalar(select(ServiceTask.id).where(ServiceTask.attempt_id == attempt.id)) is not None
        for packet in session.scalars(select(Packet)):
            kinds = {f.kind for f in packet.facts}
            assert (packet.state is PacketState.SERVED) == (FactKind.REACHED_SYSTEM in kinds)
        assert service_ledger(session, now=clock.now(), machine_now=clock.machine_now()).difference == 0


MESSAGES_EACH = 1_000 if os.environ.get("ODR_PROVE") else 50
FOR_GOOD = {Mood.NO_SUCH_BOX, Mood.REFUSED_AFTER_DATA}


def message_ids(peer: SmtpPeer) -> dict[str, list[str]]:
    """Under which Message-IDs each box got its messages."""
    found: dict[str, list[str]] = {}
    for message in peer.messages:
        found.setdefault(message.recipients[0], []).append(str(message.message["Message-ID"]))
    return found


@BOTH_ENGINES
@pytest.mark.slow
def test_every_message_ends_and_none_is_silent(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """Fifty messages (proving, a thousand) to each of ten mail servers, nine of them bad for up to three tries: each
    ends where the clerk sees it.
    """
    boxes = [(mood, f"{mood.name.lower()}{number}@example.com") for number in range(MESSAGES_EACH) for mood in Mood]
    for party, (mood, box) in enumerate(boxes, 1):
        queue(party, email=box)
        # A box that does not exist does not exist at the next try either, should a loaded machine miss the first
        # answer.
        smtp_peer.treat(box, [mood] * (9 if mood in FOR_GOOD else 1 + party // len(Mood) % 3))
    smtp_peer.slowness = 0.02
    mailer = Mailer(mail_settings(smtp_peer.port, timeout=0.3))
    run_until_quiet(replace(ports, carriers={**ports.carriers, Channel.EMAIL: mailer}, threads=24), database, clock)
    mailer.close()
    ended: dict[Mood, Counter[AttemptState]] = {mood: Counter() for mood in Mood}
    with database.read() as session:
        for attempt in session.scalars(select(ServiceAttempt)):
            ended[boxes[attempt.party_id - 1][0]][attempt.state] += 1
    assert ended == {
        mood: {AttemptState.FAILED if mood in FOR_GOOD else AttemptState.SENT: MESSAGES_EACH} for mood in Mood
    }
    assert_none_silent(database, clock)
    got = message_ids(smtp_peer)
    assert len(got) == (len(Mood) - len(FOR_GOOD)) * MESSAGES_EACH and all(len(set(ids)) == 1 for ids in got.values())
    # Dropped after DATA, the court cannot know: sent again under the old Message-ID.
    assert smtp_peer.unanswered and all(len(got[box]) >= 2 for box in smtp_peer.unanswered)


def test_a_greylisting_server_gets_the_message_later(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """A server that puts off every first and second try has every message after the third."""
    for party in range(1, 4):
        queue(party)
    smtp_peer.script(*[Mood.LATER] * 6)
    for _ in range(3):
        dispatch_due(ports, database, clock)
        clock.advance(timedelta(minutes=10))
    assert states(database) == {AttemptState.SENT: 3}
    assert_none_silent(database, clock)


def test_a_server_that_is_away_for_an_hour(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """Refused connections only delay."""
    for party in range(1, 6):
        queue(party)
    smtp_peer.refuse()
    dispatch_due(ports, database, clock)
    assert states(database) == {AttemptState.PLANNED: 5}
    smtp_peer.listen()
    clock.advance(timedelta(hours=1))
    dispatch_due(ports, database, clock)
    assert states(database) == {AttemptState.SENT: 5}
    assert_none_silent(database, clock)


@pytest.mark.parametrize(
    "talk", [odd_peers.bad_banner, odd_peers.turned_away, odd_peers.broken_tls, odd_peers.no_tls, odd_peers.dripping]
)
def test_a_server_that_never_works_is_given_up_after_three_days(
    talk: odd_peers.Talk, ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """Bad banner, refused greeting, failing or missing TLS, endless dripping: given up after 72 hours, with a task each
    and nothing served.
    """
    for party in range(1, 4):
        queue(party)
    with odd_peers.odd_server(talk) as port:
        mailer = Mailer(mail_settings(port, tls=Tls.REQUIRED, timeout=0.5, deadline=0.15))
        odd = replace(ports, carriers={Channel.EMAIL: mailer})
        run_until_quiet(odd, database, clock, step=timedelta(hours=25))
        mailer.close()
    assert states(database) == {AttemptState.GIVEN_UP: 3}
    with database.read() as session:
        assert {t.reason for t in session.scalars(select(ServiceTask))} == {TaskReason.GIVEN_UP, TaskReason.NOT_SERVED}
        attempt = session.scalars(select(ServiceAttempt)).first()
        assert attempt is not None and attempt.given_up_at is not None and attempt.first_try_at is not None
        assert attempt.given_up_at - attempt.first_try_at >= GIVE_UP_AFTER
    assert_none_silent(database, clock)


def test_a_fault_of_our_own_is_not_silent(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """When a paper cannot be fetched, the attempt is tried again, given up and laid on the desk."""
    queue(email=None, post="1 Lake Road")

    def lost(reference: str) -> bytes:
        raise FileNotFoundError(reference)

    run_until_quiet(replace(ports, fetch=lost), database, clock, step=timedelta(hours=25))
    assert states(database) == {AttemptState.GIVEN_UP: 1}
    assert_none_silent(database, clock)


@BOTH_ENGINES
def test_what_cannot_be_concluded_is_sent_once_and_keeps_no_other(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """The rules of one packet's case cannot be read: it left once and is not sent again and again, and the others are concluded."""
    broken, *others = [queue(party_id=number, email=f"p{number}@example.com") for number in (1, 2, 3)]
    readable = [False]

    def rules(session: Session, packet: Packet) -> Rules:
        if packet.id == broken and not readable[0]:
            raise KeyError("a rule that is not in the pack")
        return standard_rules(session, packet)

    for _ in range(3):
        dispatch_due(replace(ports, rules=rules), database, clock)
        clock.advance(LEASE)
    assert states(database) == {AttemptState.SENT: 3} and len(message_ids(smtp_peer)) == 3
    assert all(len(sent) == 1 for sent in message_ids(smtp_peer).values())
    assert [packet_of(database, one).state for one in others] == [PacketState.SERVED] * 2
    assert packet_of(database, broken).state is PacketState.OUT
    clock.advance(timedelta(days=1))
    later = queue(party_id=4, email=None, post="1 Lake Road")
    clock.advance(timedelta(days=1))
    assert conclude_due(database, clock, rules) == (0, 0)
    readable[0] = True
    assert conclude_due(database, clock, rules) == (1, 0)
    assert (
        packet_of(database, broken).state is PacketState.SERVED and packet_of(database, later).state is PacketState.OUT
    )


def test_a_channel_the_court_has_not_set_up_becomes_a_task(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """An attempt nobody can carry fails at once, on the desk."""
    queue()
    dispatch_due(replace(ports, carriers={}), database, clock)
    assert states(database) == {AttemptState.FAILED: 1}
    assert_none_silent(database, clock)


def test_a_relay_only_hands_over(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """Behind a relay a 250 is no arrival: not yet served, and after the days of patience a task."""
    packet_id = queue()
    mailer = Mailer(mail_settings(smtp_peer.port, smtp_is_final=False))
    dispatch_due(replace(ports, carriers={Channel.EMAIL: mailer}), database, clock)
    mailer.close()
    packet = packet_of(database, packet_id)
    assert (packet.state, [f.kind for f in packet.facts]) == (PacketState.OUT, [FactKind.HANDED_OVER])
    clock.advance(timedelta(days=6))
    assert conclude_due(database, clock) == (1, 0)
    assert packet_of(database, packet_id).state is PacketState.NOT_SERVED
    with database.read() as session:
        assert session.scalars(select(ServiceTask.reason)).all() == [TaskReason.NOT_SERVED]


def test_the_same_attempt_has_the_same_message_id(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """A message that may have arrived is sent again under its old Message-ID, so that the duplicate is recognised."""
    queue()
    smtp_peer.script(Mood.DROP_AFTER_DATA)
    run_until_quiet(ports, database, clock)
    first, second = (m.message["Message-ID"] for m in smtp_peer.messages)
    assert first == second
    with database.read() as session:
        assert session.scalars(select(ServiceFact.kind)).all() == [FactKind.REACHED_SYSTEM]


@BOTH_ENGINES
def test_a_dead_workers_lease_runs_out(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """What a killed worker had claimed is nobody else's until the lease ends, and then is sent."""
    queue()
    assert len(claim(ports, database, clock, "killed", 10)) == 1
    assert dispatch_due(ports, database, clock) == 0
    clock.advance(LEASE)
    assert dispatch_due(ports, database, clock) == 1
    assert len(smtp_peer.messages) == 1
    assert states(database) == {AttemptState.SENT: 1}


@BOTH_ENGINES
def test_a_worker_killed_between_sending_and_writing(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """The message goes twice under one Message-ID; the court records one arrival."""
    packet_id = queue()
    (attempt_id,) = claim(ports, database, clock, "killed", 10)
    from odr.service.sending import dispatch

    _, attempt, _ = dispatch._Jobs(ports, database, [attempt_id]).next() or (0, None, None)
    assert dispatch._send(ports, attempt, None, clock).outcome is Outcome.REACHED
    clock.advance(LEASE)
    dispatch_due(ports, database, clock)
    assert len({m.message["Message-ID"] for m in smtp_peer.messages}) == 1 and len(smtp_peer.messages) == 2
    packet = packet_of(database, packet_id)
    assert len(packet.facts) == 1 and packet.attempts[0].tries == 2


@BOTH_ENGINES
def test_two_workers_never_claim_the_same(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """Claims of two workers are disjoint and together complete."""
    for party in range(1, 8):
        queue(party)
    one, two = claim(ports, database, clock, "one", 4), claim(ports, database, clock, "two", 10)
    assert len(one) == 4 and len(two) == 3 and not set(one) & set(two)


@BOTH_ENGINES
def test_two_workers_at_once_send_each_message_once(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """Workers side by side, on packets with two addresses each so that they meet, neither block each other nor send
    twice.
    """
    for party in range(1, 16):
        queue(party, email=f"one{party}@example.com", given=False, consent=False)
        queue(party, email=f"two{party}@example.com", given=False, consent=False)
    smtp_peer.script(*[Mood.NO_SUCH_BOX] * 10)
    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(dispatch_due, replace(ports, threads=2), database, clock, 8) for _ in range(9)]
        tried = sum(future.result() for future in done)
    # A round that meets another's claims takes fewer than it might; the next round takes the rest.
    while more := dispatch_due(ports, database, clock, 8):
        tried += more
    sent = Counter(m.message["Message-ID"] for m in smtp_peer.messages)
    assert tried == 45 and len(sent) == 35 and set(sent.values()) == {1}
    assert states(database) == {AttemptState.SENT: 35, AttemptState.FAILED: 10}
    with database.read() as session:
        for packet in session.scalars(select(Packet)):
            if all(a.state is AttemptState.FAILED for a in packet.attempts):
                assert packet.state is PacketState.NOT_SERVED


@BOTH_ENGINES
def test_one_partys_flood_does_not_delay_another(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """With sixty messages of one party waiting, the next party's single message is in the first handful."""
    for _ in range(60):
        queue(1, consent=False)
    other = queue(2)
    claimed = claim(ports, database, clock, "w", 4)
    with database.read() as session:
        attempts = [session.get_one(ServiceAttempt, i) for i in claimed]
        assert other in [a.packet_id for a in attempts[:2]]


@BOTH_ENGINES
def test_rate_limit_counts_over_all_workers(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """A channel gives no more than its messages per minute, however often workers ask."""
    for party in range(1, 9):
        queue(party)
    slow = replace(ports, rates={Channel.EMAIL: 3})
    assert dispatch_due(slow, database, clock) == 3
    assert dispatch_due(slow, database, clock) == 0
    clock.advance(timedelta(seconds=61))
    assert dispatch_due(slow, database, clock) == 3


@BOTH_ENGINES
def test_no_text_message_at_night(ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue) -> None:
    """In the quiet hours texts wait for the morning, without a try being counted."""
    clock.set(datetime(2026, 3, 2, 15, 30, tzinfo=UTC))  # 23:30 in Shanghai
    packet_id = queue(sms="+8613800000000", email=None)
    assert dispatch_due(ports, database, clock) == 0
    attempt = packet_of(database, packet_id).attempts[0]
    assert (attempt.tries, attempt.next_try_at) == (0, datetime(2026, 3, 3, 0, 0, tzinfo=UTC))
    clock.set(datetime(2026, 3, 3, 0, 0, tzinfo=UTC))
    assert dispatch_due(ports, database, clock) == 1


def test_back_off_grows_and_is_spread() -> None:
    """Waiting grows from a minute to four hours, differs between attempts, and is the same for the same try."""
    waits = [back_off(1, n) for n in range(1, 12)]
    assert timedelta(minutes=1) <= waits[0] <= timedelta(minutes=1.25) and timedelta(hours=4) <= waits[-1] <= timedelta(
        hours=5
    )
    assert len({back_off(n, 3) for n in range(50)}) > 40 and back_off(7, 3) == back_off(7, 3)


@BOTH_ENGINES
def test_the_hold_can_be_undone_and_otherwise_ends(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """Nothing leaves within the hold; when it ends the packet goes out by itself."""
    packet_id = queue(hold_until=clock.now() + timedelta(minutes=10))
    assert dispatch_due(ports, database, clock) == 0
    assert packet_of(database, packet_id).state is PacketState.HELD
    clock.advance(timedelta(minutes=10))
    assert dispatch_due(ports, database, clock) == 1
    assert packet_of(database, packet_id).state is PacketState.SERVED


def test_letters_by_post_follow_when_nothing_came_of_the_mail(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue, smtp_peer: SmtpPeer
) -> None:
    """For somebody who consented, post waits three days and is cancelled when the mail arrived; after a failure it goes
    out.
    """
    served, failed = queue(1, post="1 Lake Road"), queue(2, post="2 Lake Road", email="gone@example.com")
    smtp_peer.script(Mood.ACCEPT, Mood.NO_SUCH_BOX)
    dispatch_due(replace(ports, threads=1), database, clock)
    clock.advance(timedelta(days=3))
    dispatch_due(ports, database, clock)
    assert [a.state for a in packet_of(database, served).attempts] == [AttemptState.SENT, AttemptState.CANCELLED]
    assert [a.state for a in packet_of(database, failed).attempts] == [AttemptState.FAILED, AttemptState.SENT]


class _Slow:
    """A carrier for which every message to one party takes its time."""

    def __init__(self, clock: FixedClock, takes: timedelta, party: int | None = None) -> None:
        self.clock, self.takes, self.party = clock, takes, party
        self.parties: list[int] = []

    @property
    def sent(self) -> int:
        """How many messages were begun."""
        return len(self.parties)

    def send(self, dispatch: Dispatch) -> Handover:
        self.parties.append(dispatch.party_id)
        if self.party in (None, dispatch.party_id):
            self.clock.advance(self.takes)
            return Handover(Outcome.LATER, "slow")
        return Handover(Outcome.REACHED, "250 OK")


@BOTH_ENGINES
def test_no_sending_at_the_end_of_a_lease(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """Claimed messages whose lease is about to end are left to the next claim instead of being sent twice."""
    for party in range(1, 4):
        queue(party)
    carrier = _Slow(clock, LEASE)
    dispatch_due(replace(ports, carriers={Channel.EMAIL: carrier}, threads=1), database, clock)
    assert carrier.sent == 1
    with database.read() as session:
        assert sorted(session.scalars(select(ServiceAttempt.tries))) == [0, 0, 1]


@BOTH_ENGINES
def test_a_flood_to_a_slow_server_keeps_no_newer_message_waiting(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """Two hundred messages of one party, each of which hangs, are begun for twenty seconds only; what another is then
    sent goes before the rest of them.
    """
    for _ in range(200):
        queue(1, consent=False)
    carrier = _Slow(clock, timedelta(seconds=8), party=1)
    slow = replace(ports, carriers={Channel.EMAIL: carrier}, threads=1)
    assert dispatch_due(slow, database, clock) == 3
    queue(2)
    dispatch_due(slow, database, clock)
    assert carrier.parties.index(2) <= 4
    with database.read() as session:
        waiting = session.scalars(select(ServiceAttempt).where(ServiceAttempt.tries == 0)).all()
        assert len(waiting) > 190 and not any(a.lease_owner or a.last_try_at for a in waiting)
