"""The daily ledger: what was meant to go out, what is final, what somebody is working on. The difference must be
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from odr.service.models import Packet, ServiceAttempt, ServiceFact, ServiceTask
from odr.service.packet.deemed import Rules
from odr.service.vocabulary import (
    BRIEF,
    ELECTRONIC,
    FINAL_PACKET_STATES,
    OPEN_PACKET_STATES,
    AttemptState,
    Channel,
    FactKind,
    PacketState,
)

STALLED_AFTER = timedelta(hours=1)
"""An attempt overdue for so long is nobody's work: no worker runs, or it cannot reach the database."""
SWEPT_WITHIN = timedelta(days=1)
"""Within a day after patience has ended the sweep must have concluded."""
ROLLED = timedelta(days=10)
"""By so much the end of an announcement may move over a row of days off, with the day within which the sweep must have come."""


@dataclass(frozen=True)
class Ledger:
    """Counts of packets. ``difference`` are those meant to go out that nobody is sending, counted by themselves."""

    intended: int
    final: int
    in_progress: int
    silent: tuple[int, ...]

    @property
    def difference(self) -> int:
        """intended − final − in progress; shown in red unless it is nothing."""
        return self.intended - self.final - self.in_progress


def service_ledger(
    session: Session, *, now: datetime, machine_now: datetime, since: datetime | None = None, rules: Rules | None = None
) -> Ledger:
    """Count packets queued since ``since``; when None those that are not final yet, whenever they were queued: what became final in
    years is no part of what somebody has to see to, and grows for ever.

    In progress is a packet that is held, has an attempt which a worker is going to try, one sent so
    lately that an outcome may still come, or an open task on the clerk's desk. Anything else that is
    not final is silent: meant to go out, and nobody knows.
    """
    final, open_ = (Packet.state.in_(states) for states in (FINAL_PACKET_STATES, OPEN_PACKET_STATES))
    window = [open_] if since is None else [Packet.queued_at >= since]
    worked_on = _worked_on(now, machine_now, rules or Rules())
    intended = _count(session, *window)
    done = _count(session, *window, final) if since is not None else 0
    under_way = _count(session, *window, open_, worked_on)
    silent = session.scalars(select(Packet.id).where(*window, open_, ~worked_on).order_by(Packet.id).limit(100)).all()
    return Ledger(intended, done, under_way, tuple(silent))


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Packet).where(*conditions)) or 0


def _worked_on(now: datetime, machine_now: datetime, rules: Rules) -> ColumnElement[bool]:
    stalled, stalled_machine = now - STALLED_AFTER, machine_now - STALLED_AFTER
    mine = ServiceAttempt.packet_id == Packet.id
    waiting = exists().where(
        mine,
        or_(
            and_(
                ServiceAttempt.state == AttemptState.PLANNED,
                or_(ServiceAttempt.next_try_at > stalled_machine, Packet.queued_at > stalled),
            ),
            and_(ServiceAttempt.state == AttemptState.HELD, ServiceAttempt.starts_at > stalled),
        ),
    )
    # A day more than the sweep's patience: what the sweep has left lying shows here.
    electronic = ServiceFact.at > now - rules.patience - SWEPT_WITHIN
    by_hand = and_(
        ServiceFact.channel.not_in([*ELECTRONIC, *BRIEF]),
        ServiceFact.at > now - rules.patience_by_hand - SWEPT_WITHIN,
    )
    abroad = and_(ServiceFact.channel == Channel.ABROAD, ServiceFact.at > now - rules.patience_abroad - SWEPT_WITHIN)
    at_home, elsewhere = (
        now - timedelta(days=days) - ROLLED for days in (rules.announcement_days, rules.announcement_days_abroad)
    )
    runs = and_(
        ServiceFact.kind == FactKind.ANNOUNCED,
        or_(ServiceFact.at > at_home, and_(Packet.abroad, ServiceFact.at > elsewhere)),
    )
    expected = exists().where(ServiceFact.packet_id == Packet.id, or_(electronic, by_hand, abroad, runs))
    on_desk = exists().where(ServiceTask.packet_id == Packet.id, ServiceTask.closed_at.is_(None))
    held = and_(Packet.state == PacketState.HELD, Packet.hold_until > stalled, exists().where(mine))
    return or_(waiting, expected, on_desk, held)
