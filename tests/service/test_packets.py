"""Packets, consents, addresses and what is concluded from them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.text import Money, T
from odr.procedure.acts.letter import PaperKind
from odr.procedure.time.written_working import text_from_json
from odr.service.channels.own_inbox import inbox_of, open_item
from odr.service.models import Packet, ServiceAddress, ServiceTask, create_triggers
from odr.service.packet.deemed import Rules
from odr.service.packet.notice_codes import look_up
from odr.service.packet.packets import (
    Recipient,
    conclude_packet,
    note_address,
    plan_attempt,
    queue_packet,
    record_by_hand,
    record_consent,
    record_fact,
    undo_packet,
    withdraw_consents,
)
from odr.service.packet.proof_of_service import attach_document, issue_proof
from odr.service.registry.daily_ledger import service_ledger
from odr.service.sending.dispatch import ServicePorts, dispatch_due
from odr.service.sending.due import conclude_due
from odr.service.vocabulary import (
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
from tests.service.conftest import BOTH_ENGINES, ZONE, Queue, packet_of


@BOTH_ENGINES
def test_a_packet_keeps_its_title_for_every_reader(database: Database, clock: FixedClock) -> None:
    """Title, parameters and code survive storage; the code is known to be the court's."""
    title = T(
        "The court has sent you this: %(kind)s.",
        kind=T("decision of the court"),
        sum=Money(5000, "CNY"),
        at=clock.now(),
    )
    with database.write() as session:
        packet = queue_packet(
            session,
            case_id=1,
            party_id=1,
            entry_ids=[4, 5],
            title=title,
            first_contact=False,
            now=clock.now(),
            kind=PaperKind.DECISION,
            recipient=Recipient("Lee", original="en"),
        )
    stored = packet_of(database, packet.id)
    assert text_from_json(stored.title).render("zh-Hans") == "法院向您发送：裁判文书。"
    assert (stored.entry_ids, stored.letter) == ([4, 5], "decision_served")
    with database.read() as session:
        view = look_up(session, stored.code)
        assert view is not None and view.kind is PaperKind.DECISION


def test_without_an_address_the_clerk_gets_a_task(database: Database, clock: FixedClock, queue: Queue) -> None:
    """A packet that cannot go anywhere lies on the desk, and so is nobody's secret."""
    packet_id = queue(email=None)
    with database.read() as session:
        assert session.scalars(select(ServiceTask.reason)).all() == [TaskReason.NO_ADDRESS]
        assert service_ledger(session, now=clock.now(), machine_now=clock.machine_now()).difference == 0
    assert packet_of(database, packet_id).attempts == []


def test_a_first_contact_goes_out_on_every_channel_at_once(database: Database, queue: Queue) -> None:
    """For somebody the court has not met, post goes out early, not after weeks."""
    packet = packet_of(
        database, queue(post="1 Lake Road", sms="+8613800000000", given=False, consent=False, first_contact=True)
    )
    assert {(a.channel, a.state) for a in packet.attempts} == {
        (c, AttemptState.PLANNED) for c in (Channel.EMAIL, Channel.SMS, Channel.POST)
    }
    assert packet.letter == "invitation"


def test_post_goes_at_once_to_whoever_cannot_be_served_by_mail(database: Database, queue: Queue) -> None:
    """Without consent, or with an address merely attributed, post does not wait; with both it does."""
    states = [
        {a.channel: a.state for a in packet_of(database, packet_id).attempts}[Channel.POST]
        for packet_id in (queue(1, post="x", consent=False), queue(2, post="x", given=False), queue(3, post="x"))
    ]
    assert states == [AttemptState.PLANNED, AttemptState.PLANNED, AttemptState.HELD]


def test_attributed_addresses_rank_by_recent_activity(database: Database, clock: FixedClock) -> None:
    """Of several attributed addresses the two most lately active are tried; given ones go alone (IC 16)."""
    now = clock.now()
    with database.write() as session:
        for days, value in ((200, "old@example.com"), (10, "new@example.com"), (50, "mid@example.com")):
            note_address(
                session,
                party_id=1,
                channel=Channel.EMAIL,
                value=value,
                source="platform",
                at=now,
                given=False,
                last_active_at=now - timedelta(days=days),
            )
        lee = Recipient("Lee", original="en")
        first = queue_packet(
            session, case_id=1, party_id=1, entry_ids=[1], title=T("x"), first_contact=True, now=now, recipient=lee
        )
        assert [a.address.value for a in first.attempts if a.address] == ["new@example.com", "mid@example.com"]
        note_address(
            session, party_id=1, channel=Channel.EMAIL, value="own@example.com", source="answer", at=now, given=True
        )
        second = queue_packet(
            session, case_id=1, party_id=1, entry_ids=[1], title=T("x"), first_contact=False, now=now, recipient=lee
        )
        assert [a.address.value for a in second.attempts if a.address] == ["own@example.com"]


def test_confirming_an_attributed_address_makes_it_given_and_a_new_one_ends_the_old(
    database: Database, clock: FixedClock
) -> None:
    """Attribution becomes the party's own word from the confirmation on; a changed address stops serving."""
    now = clock.now()
    with database.write() as session:
        found = note_address(
            session, party_id=1, channel=Channel.EMAIL, value="a@example.com", source="platform", at=now, given=False
        )
        same = note_address(
            session,
            party_id=1,
            channel=Channel.EMAIL,
            value="a@example.com",
            source="confirmation",
            at=now + timedelta(days=1),
            given=True,
        )
        assert same is found and (found.standing, found.given_at) == (AddressClass.GIVEN, now + timedelta(days=1))
        note_address(
            session,
            party_id=1,
            channel=Channel.EMAIL,
            value="b@example.com",
            source="change",
            at=now + timedelta(days=2),
            given=True,
        )
        assert found.ended_at == now + timedelta(days=2)
        assert len(session.scalars(select(ServiceAddress)).all()) == 2


@BOTH_ENGINES
def test_undo_works_within_the_hold_only(
    database: Database, clock: FixedClock, queue: Queue, ports: ServicePorts
) -> None:
    """A mis-click is undone while held; at the end of the hold it is too late, and nothing undone is ever sent."""
    early, late = (queue(n, hold_until=clock.now() + timedelta(minutes=7)) for n in (1, 2))
    with database.write() as session:
        assert undo_packet(session, session.get_one(Packet, early), now=clock.now())
    clock.advance(timedelta(minutes=7))
    with database.write() as session:
        assert not undo_packet(session, session.get_one(Packet, late), now=clock.now())
    assert dispatch_due(ports, database, clock) == 1
    assert packet_of(database, early).state is PacketState.UNDONE
    assert packet_of(database, early).attempts[0].state is AttemptState.CANCELLED


def test_withdrawn_consent_ends_service_by_arrival(
    database: Database, clock: FixedClock, queue: Queue, ports: ServicePorts
) -> None:
    """What is sent after the withdrawal is not served by arrival; what was served before stays served."""
    before = queue()
    dispatch_due(ports, database, clock)
    clock.advance(timedelta(days=1))
    with database.write() as session:
        assert withdraw_consents(session, party_id=1, at=clock.now()) == 1
        conclude_packet(session, session.get_one(Packet, before), now=clock.now())
    after = queue(consent=False)
    dispatch_due(ports, database, clock)
    assert packet_of(database, before).state is PacketState.SERVED
    assert packet_of(database, after).state is PacketState.OUT


@BOTH_ENGINES
def test_a_fact_is_stored_once_and_never_changed(database: Database, clock: FixedClock, queue: Queue) -> None:
    """Repeating a provider's event gives the first record; the database itself refuses change and removal."""
    packet_id = queue()
    with database.write() as session:
        create_triggers(session.connection())
        one = record_fact(
            session,
            packet_id=packet_id,
            kind=FactKind.READ,
            at=clock.now(),
            recorded_at=clock.now(),
            event_id="p:1",
            raw=b"x",
        )
        two = record_fact(
            session, packet_id=packet_id, kind=FactKind.BOUNCED, at=clock.now(), recorded_at=clock.now(), event_id="p:1"
        )
        assert one is two and one.kind is FactKind.READ
    for statement in ("UPDATE service_fact SET kind = 'bounced'", "DELETE FROM service_fact"):
        with pytest.raises(DatabaseError), database.write() as session:
            session.execute(text(statement))


def test_the_platform_inbox_serves_at_once_and_reading_is_noted_once(
    database: Database, clock: FixedClock, ports: ServicePorts, queue: Queue
) -> None:
    """With consent the own account is a given address: laid in is served; opening it later is a further fact."""
    with database.write() as session:
        note_address(
            session, party_id=1, channel=Channel.PLATFORM, value="account", source="joining", at=clock.now(), given=True
        )
    packet_id = queue(email=None)
    dispatch_due(ports, database, clock)
    assert packet_of(database, packet_id).state is PacketState.SERVED
    served_at = clock.now()
    clock.advance(timedelta(hours=3))
    with database.write() as session:
        (item,) = inbox_of(session, 1)
        for _ in range(2):
            open_item(session, item, account_id=5, now=clock.now())
        conclusion = conclude_packet(session, session.get_one(Packet, packet_id), now=clock.now())
    assert (conclusion.effective_at, len(conclusion.reasons)) == (served_at, 2)


@BOTH_ENGINES
def test_what_the_clerk_does_by_hand_serves_and_stops_the_rest(
    database: Database, clock: FixedClock, queue: Queue
) -> None:
    """After direct service what was still planned is cancelled and the desk is cleared."""
    packet_id = queue(post="1 Lake Road", given=False, consent=False, first_contact=True)
    with database.write() as session:
        packet = session.get_one(Packet, packet_id)
        plan_attempt(session, packet, Channel.POST, None, starts_at=clock.now() + timedelta(days=2), now=clock.now())
        record_by_hand(
            session,
            packet,
            channel=Channel.DIRECT,
            kind=FactKind.SIGNED,
            at=clock.now(),
            recorded_at=clock.now() + timedelta(hours=2),
            event_id="clerk:1",
            account_id=9,
            signer=Signer.HOUSEHOLD,
            words="son, 34",
        )
        conclusion = conclude_packet(session, packet, now=clock.now() + timedelta(hours=2))
    assert (conclusion.status, conclusion.channel, conclusion.effective_at) == (
        ServiceStatus.SERVED,
        Channel.DIRECT,
        clock.now(),
    )
    assert {a.state for a in packet_of(database, packet_id).attempts} == {AttemptState.CANCELLED, AttemptState.DONE}


@BOTH_ENGINES
def test_announcement_ends_by_itself(database: Database, clock: FixedClock, queue: Queue) -> None:
    """With causes on record, thirty days after the last posting the sweep concludes service; not a day earlier."""
    packet_id = queue(email=None)
    with database.write() as session:
        packet = session.get_one(Packet, packet_id)
        for n, kind in enumerate((FactKind.CAUSES_RECORDED, FactKind.ANNOUNCED, FactKind.ANNOUNCED)):
            record_by_hand(
                session,
                packet,
                channel=Channel.ANNOUNCEMENT,
                kind=kind,
                at=clock.now() + timedelta(days=n),
                recorded_at=clock.now() + timedelta(days=n),
                event_id=f"clerk:{n}",
                account_id=9,
                proofs=[Proof.RECORDING],
            )
    clock.advance(timedelta(days=32))
    assert conclude_due(database, clock) == (0, 0)
    clock.advance(timedelta(days=1))
    assert conclude_due(database, clock, rules=lambda session, packet: Rules(zone=ZONE)) == (1, 0)
    assert packet_of(database, packet_id).state is PacketState.SERVED


def test_while_an_announcement_runs_nobody_has_to_find_another_way(
    database: Database, clock: FixedClock, queue: Queue
) -> None:
    """It is no failure on the clerk's desk, and no paper that nobody knows of, on any day of the thirty; left lying long after
    them, it is one (CPL 95).
    """
    packet_id = queue(email=None)
    clock.advance(timedelta(days=30))

    def by_hand(kind: FactKind, channel: Channel) -> list[TaskReason]:
        with database.write() as session:
            packet = session.get_one(Packet, packet_id)
            for attempt in packet.attempts:
                attempt.state, attempt.next_try_at = AttemptState.CANCELLED, None
            told = {"at": clock.now(), "recorded_at": clock.now(), "event_id": f"clerk:{kind.value}", "account_id": 9}
            record_by_hand(session, packet, channel=channel, kind=kind, **told)  # type: ignore[arg-type]
            conclude_packet(session, packet, now=clock.now())
            open_ones = select(ServiceTask).where(ServiceTask.closed_at.is_(None))
            return [task.reason for task in session.scalars(open_ones)]

    def silent() -> tuple[int, ...]:
        with database.read() as session:
            return service_ledger(session, now=clock.now(), machine_now=clock.machine_now()).silent

    by_hand(FactKind.NOBODY_THERE, Channel.RESIDENCE)
    clock.advance(timedelta(days=20))
    assert by_hand(FactKind.CAUSES_RECORDED, Channel.ANNOUNCEMENT) == [TaskReason.NO_ADDRESS]
    assert by_hand(FactKind.ANNOUNCED, Channel.ANNOUNCEMENT) == []
    clock.advance(timedelta(days=29))
    assert packet_of(database, packet_id).state is PacketState.OUT and silent() == ()
    clock.advance(timedelta(days=15))
    assert silent() == (packet_id,)


def test_the_proof_holds_the_whole_trace_and_is_issued_once(
    database: Database, clock: FixedClock, ports: ServicePorts, queue: Queue
) -> None:
    """The same reasoning gives the same proof; a new fact a further one; a paper is attached once."""
    packet_id = queue()
    dispatch_due(ports, database, clock)
    with database.write() as session:
        packet = session.get_one(Packet, packet_id)
        conclusion = conclude_packet(session, packet, now=clock.now())
        proof = issue_proof(session, packet, conclusion, now=clock.now(), zone=ZONE)
        assert issue_proof(session, packet, conclusion, now=clock.now() + timedelta(days=1), zone=ZONE) is proof
        assert proof.number == f"S-2026-{packet_id:06d}" and proof.conclusion is ServiceStatus.SERVED
        reasoning = proof.reasoning
        assert (
            reasoning["addresses"][0]["value"] == "wang@example.com"
            and reasoning["consents"][0]["way"] == ConsentWay.EXPRESS.value
        )
        assert [r["article"] for r in reasoning["reasons"]] == ["OLR 31"] and reasoning["facts"][0][
            "kind"
        ] == "reached_system"
        attach_document(proof, sha256="a" * 64, receipt="r")
        attach_document(proof, sha256="a" * 64, receipt="r")
        with pytest.raises(ValueError, match="another document"):
            attach_document(proof, sha256="b" * 64, receipt="r")
        record_fact(
            session,
            packet_id=packet_id,
            kind=FactKind.FOUND_NOT_SERVED,
            at=clock.now(),
            recorded_at=clock.now(),
            event_id="judge:1",
        )
        again = issue_proof(
            session, packet, conclude_packet(session, packet, now=clock.now()), now=clock.now(), zone=ZONE
        )
        assert (again.ordinal, again.conclusion, again.number) == (
            2,
            ServiceStatus.NOT_SERVED,
            f"S-2026-{packet_id:06d}-2",
        )


@BOTH_ENGINES
def test_the_ledger_finds_what_nobody_is_sending(
    database: Database, clock: FixedClock, queue: Queue, ports: ServicePorts
) -> None:
    """A packet whose attempts vanished, and one no worker touches for an hour, show as a difference; the rest balances."""
    lost, idle, done = queue(1), queue(2), queue(3)
    with database.write() as session:
        for attempt in session.get_one(Packet, lost).attempts:
            session.delete(attempt)
    with database.read() as session:
        book = service_ledger(session, now=clock.now(), machine_now=clock.machine_now())
        assert (book.intended, book.final, book.in_progress, book.difference, book.silent) == (3, 0, 2, 1, (lost,))
    clock.advance(timedelta(hours=2))
    with database.read() as session:
        assert service_ledger(session, now=clock.now(), machine_now=clock.machine_now()).silent == (lost, idle, done)
        assert (
            service_ledger(session, now=clock.now(), machine_now=clock.machine_now(), since=clock.now()).intended == 0
        )
    dispatch_due(ports, database, clock)
    with database.read() as session:
        since = clock.now() - timedelta(days=1)
        book = service_ledger(session, now=clock.now(), machine_now=clock.machine_now(), since=since)
        assert (book.final, book.silent) == (2, (lost,))
        book = service_ledger(session, now=clock.now(), machine_now=clock.machine_now())
        assert (book.intended, book.final, book.silent) == (1, 0, (lost,)), "what is final needs nobody"


def test_consent_by_one_party_is_not_consent_of_another(
    database: Database, clock: FixedClock, ports: ServicePorts, queue: Queue
) -> None:
    """Each party has its own consent and its own conclusion."""
    with database.write() as session:
        record_consent(session, case_id=1, party_id=2, way=ConsentWay.EXPRESS, scope=PaperKind, at=clock.now())
    one, two = queue(1, consent=False), queue(2, consent=False)
    dispatch_due(ports, database, clock)
    assert [packet_of(database, p).state for p in (one, two)] == [PacketState.OUT, PacketState.SERVED]


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (
            "service_attempt WHERE state = 'planned' AND next_try_at <= '2026-01-01'",
            "ix_service_attempt_state_next_try_at",
        ),
        ("service_attempt WHERE state = 'held' AND starts_at <= '2026-01-01'", "ix_service_attempt_state_starts_at"),
        ("service_packet WHERE state = 'out' AND queued_at <= '2026-01-01'", "ix_service_packet_state_queued_at"),
    ],
)
def test_the_sweeps_read_by_index(database: Database, where: str, index: str) -> None:
    """Looking for what is due is an index range scan: old rows cost nothing."""
    with database.read() as session:
        plan = " ".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN SELECT id FROM {where}")))
    assert f"USING COVERING INDEX {index}" in plan or f"USING INDEX {index}" in plan


def test_a_recipient_has_a_language(database: Database, clock: FixedClock) -> None:
    """A packet remembers the recipient's language, name and whether abroad."""
    with database.write() as session:
        packet = queue_packet(
            session,
            case_id=1,
            party_id=1,
            entry_ids=[],
            title=T("x"),
            first_contact=False,
            now=clock.now(),
            recipient=Recipient("Lee", locale="en", abroad=True, original="en"),
        )
    stored = packet_of(database, packet.id)
    assert (stored.recipient_name, stored.locale, stored.abroad) == ("Lee", "en", True)
