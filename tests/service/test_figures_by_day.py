"""How well service works over days is the same whether it is counted from the packets or added up from days that were counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from threading import Thread

from sqlalchemy import event, insert, select, update

from odr.ground.canonical import sha256_hex
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.ground.keyset import COUNTED
from odr.service.models import Packet, ProofOfService, ServiceAttempt, ServiceDay, ServiceFact, ServiceTask
from odr.service.registry.figures import ChannelFigures, figures
from odr.service.registry.figures_by_day import A_ROUND, count_some, quality
from odr.service.vocabulary import AttemptState, Channel, FactKind, ServiceStatus, TaskReason
from tests.patience import PATIENCE
from tests.scene import Scene
from tests.service.conftest import BOTH_ENGINES, ZONE, packet_row
from tests.service.test_clerk import browser, read

CHANNELS = (Channel.EMAIL, Channel.POST, Channel.SMS)
STATES = (AttemptState.SENT, AttemptState.DONE, AttemptState.BOUNCED, AttemptState.FAILED)
DAYS = 9


def _lay(database: Database, now: datetime, count: int, lot: Random) -> None:
    """Packets of the last days: some at midnight, many in the same moment, each with an attempt and what became of it."""
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [now - timedelta(hours=lot.randrange(24 * DAYS)) for _ in range(60)]
    moments += [midnight - timedelta(days=ago, microseconds=one) for ago in range(DAYS - 1) for one in (0, 1)]
    with database.write() as session:
        session.execute(insert(Packet), [packet_row(lot.choice(moments)) for _ in range(count)])
        for packet in session.scalars(select(Packet).order_by(Packet.id)).all():
            _what_became_of(session, packet, lot)


def _what_became_of(session: object, packet: Packet, lot: Random) -> None:
    add = session.add  # type: ignore[attr-defined]
    channel = lot.choice(CHANNELS)
    attempt = ServiceAttempt(
        packet_id=packet.id, party_id=1, channel=channel, state=lot.choice(STATES), starts_at=packet.queued_at, tries=1
    )
    add(attempt)
    session.flush()  # type: ignore[attr-defined]
    if lot.random() < 0.2:
        add(
            ServiceTask(
                packet_id=packet.id,
                attempt_id=attempt.id,
                reason=lot.choice(list(TaskReason)),
                opened_at=packet.queued_at,
            )
        )
    if lot.random() < 0.1:
        add(
            ServiceFact(
                packet_id=packet.id,
                event_id=new_reference(),
                kind=FactKind.REBUTTED,
                channel=channel,
                at=packet.queued_at,
                recorded_at=packet.queued_at,
                proofs=[],
            )
        )
    for ordinal in range(lot.choice((0, 1, 1, 2))):
        add(
            ProofOfService(
                packet_id=packet.id,
                ordinal=ordinal,
                number=new_reference(),
                conclusion=ServiceStatus.SERVED,
                channel=lot.choice((channel, None)),
                effective_at=packet.queued_at + timedelta(minutes=lot.randrange(9000)),
                reasoning={},
                reasoning_digest=sha256_hex(b""),
                issued_at=packet.queued_at,
            )
        )


def _until_counted(database: Database, clock: FixedClock) -> None:
    """The worker's rounds, until none has anything to count."""
    while count_some(database, clock.now(), ZONE):
        pass


def _from_source(database: Database, clock: FixedClock, days: int) -> list[ChannelFigures]:
    begin = clock.now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    with database.read() as session:
        return figures(session, since=begin, until=clock.now() + timedelta(seconds=1))


@BOTH_ENGINES
def test_days_that_were_counted_say_what_the_packets_say(database: Database, clock: FixedClock) -> None:
    """Over any number of days, after anything that became of them since, once a round has come to them."""
    lot = Random(17)
    _lay(database, clock.now(), COUNTED + A_ROUND, lot)
    with database.read() as session:
        before = quality(session, clock.now(), ZONE, DAYS)
    assert not before.rows and len(before.missing) == DAYS + 1, "nothing is told of days that nobody counted"
    _until_counted(database, clock)
    for days in range(4, DAYS + 1):
        with database.read() as session:
            found = quality(session, clock.now(), ZONE, days)
        assert found.rows == _from_source(database, clock, days) and not found.missing
    with database.write() as session:
        session.execute(update(ServiceAttempt).where(ServiceAttempt.id % 3 == 0).values(state=AttemptState.BOUNCED))
    clock.advance(timedelta(days=1))
    _until_counted(database, clock)
    with database.read() as session:
        found = quality(session, clock.now(), ZONE, DAYS + 1)
        assert {row.counted_at for row in session.scalars(select(ServiceDay)) if row.day >= "2026"} >= {clock.now()}
    assert found.rows == _from_source(database, clock, DAYS + 1)
    assert found.counted_at == clock.now()


def test_a_round_counts_so_many_and_no_more(database: Database, clock: FixedClock) -> None:
    """A day of very many papers is counted in pieces, and nothing is told of it before it is whole."""
    with database.write() as session:
        laid = [packet_row(clock.now()) for _ in range(2 * A_ROUND + 1 + COUNTED)]
        session.execute(insert(Packet), laid)
    rounds = 0
    while True:
        assert 0 < count_some(database, clock.now(), ZONE) <= A_ROUND + 2
        rounds += 1
        with database.read() as session:
            row = session.scalars(select(ServiceDay).order_by(ServiceDay.day.desc())).first()
        if row is not None and row.counted_at is not None:
            break
    assert rounds == -(-(2 * A_ROUND + 1 + COUNTED) // A_ROUND)


def test_few_are_counted_when_somebody_asks(database: Database, clock: FixedClock) -> None:
    """In a small court nothing is kept: the figures are those of the moment, and the worker has nothing to count."""
    _lay(database, clock.now(), 40, Random(3))
    assert count_some(database, clock.now(), ZONE) == 0
    with database.read() as session:
        found = quality(session, clock.now(), ZONE, DAYS)
    assert found.rows == _from_source(database, clock, DAYS)
    assert found.counted_from == found.counted_at == clock.now()


def test_the_page_says_when_days_were_counted(small_scene: Scene) -> None:
    """Also where all were counted in one moment: what came in since is in none of them."""
    database, clock = small_scene.court.database, small_scene.clock
    clerk = browser(small_scene, "clerk")
    assert "what came in since" not in read(clerk, "/service-desk/figures"), "counted now"
    _lay(database, clock.now(), COUNTED + 1, Random(5))
    _until_counted(database, clock)
    counted_at = clock.now()
    clock.advance(timedelta(minutes=30))
    with database.read() as session:
        found = quality(session, clock.now(), ZONE, DAYS)
    assert found.are_kept and found.counted_from == found.counted_at == counted_at
    assert "Counted on" in read(clerk, "/service-desk/figures")
    assert "此后发生的情况未计入" in read(clerk, "/service-desk/figures", "zh-CN")


def test_two_workers_begin_a_day_once(postgres_court_url: str, clock: FixedClock) -> None:
    """Neither fails where both find that nobody has counted it yet, and no paper is counted twice."""
    database = Database(postgres_court_url, synchronous="OFF")
    _lay(database, clock.now(), COUNTED + 1, Random(5))
    other = Thread(target=count_some, args=(database, clock.now(), ZONE))

    @event.listens_for(database.engine, "after_cursor_execute")
    def meanwhile(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM service_day" in statement and "FOR UPDATE" in statement and other.ident is None:
            other.start()
            other.join(PATIENCE)

    assert count_some(database, clock.now(), ZONE)
    assert other.ident is not None and not other.is_alive()
    _until_counted(database, clock)
    with database.read() as session:
        found = quality(session, clock.now(), ZONE, DAYS)
    assert found.rows == _from_source(database, clock, DAYS) and not found.missing
    database.dispose()


def test_the_share_is_of_those_sent_by_that_channel(database: Database, clock: FixedClock) -> None:
    """Whoever opens on the platform what came by e-mail is served by the platform, which sent nothing: no share is above a hundred."""
    _lay(database, clock.now(), 300, Random(3))
    with database.read() as session:
        sent = {
            (each.packet_id, each.channel)
            for each in session.scalars(select(ServiceAttempt))
            if each.state in (AttemptState.SENT, AttemptState.DONE, AttemptState.BOUNCED)
        }
        proofs = session.scalars(select(ProofOfService).order_by(ProofOfService.packet_id, ProofOfService.ordinal))
        last = {each.packet_id: each.channel for each in proofs if each.effective_at is not None}
        found = figures(session, since=clock.now() - timedelta(days=DAYS + 1), until=clock.now() + timedelta(days=1))
    assert found and sum(one.beside for one in found) > 0
    for one in found:
        both = sum(channel is one.channel and (packet, channel) in sent for packet, channel in last.items())
        total = sum(channel is one.channel for _, channel in sent)
        assert one.share == (f"{100 * both / total:.0f} %" if total else "–")
