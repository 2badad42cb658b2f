"""What the clock makes due in service: results that no longer come, periods that have run out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from odr.ground.clock import Clock
from odr.ground.db import Database
from odr.ground.memory.built_once import built_once
from odr.service.models import Packet, ServiceAttempt, ServiceFact
from odr.service.packet.packets import (
    RulesFor,
    conclude_each,
    conclude_packet,
    hold_packets,
    record_fact,
    standard_rules,
)
from odr.service.replies.bounces import Incoming
from odr.service.vocabulary import PacketState

FIRST_LOOK_AFTER = timedelta(days=1)
"""Before that the attempts themselves lead to the conclusion."""


def conclude_due(
    database: Database, clock: Clock, rules: RulesFor = standard_rules, limit: int = 256, after: int = 0
) -> tuple[int, int]:
    """Look again at up to ``limit`` packets that are out and have numbers above ``after``.

    Gives how many reached a conclusion and the last number seen (0: the end was reached, begin anew).
    Announcements become service here, and packets of which nothing more is expected become tasks.
    """
    with database.write() as session:
        old = clock.now() - FIRST_LOOK_AFTER
        packets = session.scalars(
            built_once(
                lambda: (
                    select(Packet)
                    .where(Packet.state == PacketState.OUT, Packet.queued_at <= old, Packet.id > after)
                    .order_by(Packet.id)
                    .limit(limit)
                    .with_for_update(skip_locked=True, key_share=True)
                )
            )
        ).all()
        hold_packets(session, [packet.id for packet in packets])
        conclude_each(session, packets, rules, now=clock.now())
        concluded = sum(p.state is not PacketState.OUT for p in packets)
        return concluded, packets[-1].id if len(packets) == limit else 0


def take_in(
    database: Database, clock: Clock, incoming: Incoming, raw: bytes, rules: RulesFor = standard_rules
) -> ServiceFact | None:
    """Record what came back by mail for an attempt and draw the conclusion. None when there is no such attempt."""
    with database.write() as session:
        attempt = session.get(ServiceAttempt, incoming.attempt_id)
        if attempt is None:
            return None
        fact = record_fact(
            session,
            packet_id=attempt.packet_id,
            attempt_id=attempt.id,
            kind=incoming.kind,
            at=clock.now(),
            recorded_at=clock.now(),
            event_id=incoming.event_id,
            words=incoming.words,
            raw=raw,
        )
        packet = session.get_one(Packet, attempt.packet_id)
        conclude_packet(session, packet, rules(session, packet), now=clock.now())
        return fact
