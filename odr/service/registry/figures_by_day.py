"""How well service works, over days: counted when it is asked where that is little, else kept day by day and added up.

What became of a paper is known weeks after it was queued, so no day is counted once for all: the worker counts each anew, some
packets in every round, recent days often and old ones seldom, and the page says between which moments its figures were counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from odr.ground.db import Database, insert_once
from odr.ground.keyset import COUNTED, Value, place, values_at
from odr.ground.memory.built_once import built_once
from odr.service.models import Packet, ServiceDay
from odr.service.registry.figures import ChannelFigures, counted, figures_of

if TYPE_CHECKING:
    from odr.procedure.court import Court

SPAN = timedelta(days=30)
KEPT = 366
"""Days that may be asked for, besides today."""
A_ROUND = 500
"""Packets after which a round of the worker begins no further day."""
DAYS_A_ROUND = 40
"""Days it begins at most, most of which had none."""
COUNTED_ANEW = ((2, timedelta(hours=1)), (60, timedelta(days=1)), (KEPT, timedelta(days=7)))
"""Up to how many days ago a day is counted anew how often: what still comes in comes in the first weeks."""


@dataclass(frozen=True)
class Quality:
    """Figures of some days. They were counted between two moments, both now where nothing is kept; ``missing`` days nobody has
    counted yet.
    """

    rows: list[ChannelFigures]
    counted_from: datetime | None
    counted_at: datetime | None
    missing: Sequence[date] = ()
    are_kept: bool = False
    """Whether they are of moments that are over: what came in since is not in them."""


def quality(session: Session, now: datetime, zone: ZoneInfo, days: int) -> Quality:
    """Figures of the papers queued today and on so many days before."""
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days)
    since = _begins(first, zone)
    if not is_kept(session, since):
        return Quality(figures_of(counted(session, Packet.queued_at >= since, Packet.queued_at <= now)), now, now)
    rows = session.scalars(
        select(ServiceDay).where(ServiceDay.day >= first.isoformat(), ServiceDay.counted_at.is_not(None))
    ).all()
    there = {row.day for row in rows}
    every = [first + timedelta(days=number) for number in range(days + 1)]
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row.counts)
    return Quality(
        figures_of(counts),
        min((row.counted_from for row in rows if row.counted_from is not None), default=None),
        max((row.counted_at for row in rows if row.counted_at is not None), default=None),
        [day for day in every if day.isoformat() not in there],
        are_kept=True,
    )


def is_kept(session: Session, since: datetime) -> bool:
    """Whether so much was sent that it is not counted each time somebody asks."""
    one_more = built_once(lambda: select(Packet.id).where(Packet.queued_at >= since).offset(COUNTED).limit(1))
    return session.scalar(one_more) is not None


def count_days(court: Court) -> int:
    """For the worker: count some packets of the days that wait longest to be counted anew. Gives how many, and days that were begun."""
    return count_some(court.database, court.clock.now(), court.settings.tz)


def count_some(database: Database, now: datetime, zone: ZoneInfo) -> int:
    """A round of it, of fewer than twice :data:`A_ROUND` packets; nothing in a court where they are counted when somebody asks."""
    today = now.astimezone(zone).date()
    with database.read() as session:
        if not is_kept(session, _begins(today - timedelta(days=KEPT), zone)) or _next(session, today, now) is None:
            return 0
    done = left = 0
    with database.write() as session:
        for _ in range(DAYS_A_ROUND):
            day = _next(session, today, now)
            if day is None or left >= A_ROUND:
                break
            left += _count(session, day, zone, now)
            done += 1
    return done + left


def _next(session: Session, today: date, now: datetime) -> date | None:
    """A day that is being counted; else one never counted, the latest first; else the one most overdue."""
    first = today - timedelta(days=KEPT)
    # Without what was counted of them: a year of it is much to read in every round.
    wanted = select(ServiceDay.day, ServiceDay.place, ServiceDay.begun_at, ServiceDay.counted_at)
    rows = {row.day: row for row in session.execute(wanted.where(ServiceDay.day >= first.isoformat()))}
    under_way = [day for day, row in rows.items() if row.place is not None]
    if under_way:
        return date.fromisoformat(max(under_way))
    overdue: list[tuple[timedelta, date]] = []
    for ago in range(KEPT + 1):
        day = today - timedelta(days=ago)
        row = rows.get(day.isoformat())
        if row is None or row.counted_at is None:
            return day
        patience = next(wait for days, wait in COUNTED_ANEW if ago <= days)
        overdue.append((now - row.begun_at - patience, day))
    late, day = max(overdue)
    return day if late >= timedelta() else None


def _count(session: Session, day: date, zone: ZoneInfo, now: datetime) -> int:
    """Some packets of a day; where they were the last, what was counted of it is its figures."""
    row = session.get(ServiceDay, day.isoformat(), with_for_update=True)
    if row is None:
        # Another worker may begin it in the same moment.
        insert_once(session, ServiceDay(day=day.isoformat(), begun_at=now, part={}, counts={}))
        row = session.get_one(ServiceDay, day.isoformat(), with_for_update=True)
    if row.place is None:
        row.begun_at, row.part = now, {}
    chosen = _some(session, day, zone, values_at(row.place, (datetime, int)))
    if chosen:
        row.part = dict(Counter(row.part) + counted(session, Packet.id.in_([packet for _, packet in chosen])))
    row.place = place(chosen[-1]) if len(chosen) == A_ROUND else None
    if row.place is None:
        row.counts, row.counted_from, row.counted_at, row.part = row.part, row.begun_at, now, {}
    return len(chosen)


def _some(session: Session, day: date, zone: ZoneInfo, after: tuple[Value, ...] | None) -> list[tuple[datetime, int]]:
    """Packets of a day after a place, by the moment in which they were queued: first what is left of that very moment."""
    query = select(Packet.queued_at, Packet.id).order_by(Packet.queued_at, Packet.id)
    if after is None:
        return [(at, number) for at, number in session.execute(query.where(*_of_day(day, zone)).limit(A_ROUND))]
    moment, last = after
    found = session.execute(query.where(Packet.queued_at == moment, Packet.id > last).limit(A_ROUND)).all()
    if len(found) < A_ROUND:
        later = query.where(*_of_day(day, zone), Packet.queued_at > moment)
        found = [*found, *session.execute(later.limit(A_ROUND - len(found)))]
    return [(at, number) for at, number in found]


def _of_day(day: date, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    return Packet.queued_at >= _begins(day, zone), Packet.queued_at < _begins(day + timedelta(days=1), zone)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
