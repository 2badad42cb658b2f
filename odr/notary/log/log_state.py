"""How the log that takes entries stands, in one look: what waits, what has its index, what is signed and stamped."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Column, ColumnElement, Table, exists, func, select
from sqlalchemy.orm import Session

from odr.notary.models import COURT, KeyState, KeyUse, Log, LogCheckpoint, LogEntry, SigningKey, TimestampToken

_LOG, _ENTRY, _HEAD, _TOKEN, _KEY = (
    cast(Table, kind.__table__).c for kind in (Log, LogEntry, LogCheckpoint, TimestampToken, SigningKey)
)


def _of_key_in_use(use: KeyUse, column: Column[Any]) -> ColumnElement[Any]:
    """A column of the newest key in use for a purpose."""
    mine = select(column).where(_KEY.use == use, _KEY.state == KeyState.ACTIVE)
    return mine.order_by(_KEY.not_before.desc()).limit(1).scalar_subquery()


_EACH = Log.__table__.alias("each_log").c
_LAST_TOLD = (
    select(_TOKEN.gen_time)
    .where(_TOKEN.log_id == _EACH.id, _TOKEN.provider == COURT)
    .order_by(_TOKEN.size.desc())
    .limit(1)
    .correlate(_EACH.id.table)
    .scalar_subquery()
)
"""Of one log; its time never runs backwards, so the token of its largest stamped tree tells the latest."""
_NEWEST_HEAD = select(func.max(_HEAD.size)).where(_HEAD.log_id == _LOG.id).correlate(_LOG.id.table).scalar_subquery()
_STATE = (
    select(
        _LOG.id,
        _LOG.key_id,
        _LOG.origin,
        select(func.max(_ENTRY.log_index)).where(_ENTRY.log_id == _LOG.id).scalar_subquery(),
        exists(select(_ENTRY.id).where(_ENTRY.log_index.is_(None))),
        _NEWEST_HEAD,
        exists(
            select(_TOKEN.size).where(_TOKEN.log_id == _LOG.id, _TOKEN.size == _NEWEST_HEAD, _TOKEN.provider == COURT)
        ),
        select(func.max(_LAST_TOLD)).select_from(_EACH.id.table).scalar_subquery(),
        _of_key_in_use(KeyUse.TIME, _KEY.id),
        _of_key_in_use(KeyUse.TIME, _KEY.not_after),
        _of_key_in_use(KeyUse.AUTHORITY, _KEY.id),
    )
    .where(_LOG.closed_at.is_(None))
    .order_by(_LOG.opened_at.desc())
    .limit(1)
)


class LogState(NamedTuple):
    """The open log as the database has it."""

    log_id: str
    key_id: str
    origin: str
    """What its heads are signed as: another one in the database is another log, over which nothing is signed."""
    size: int
    """How many entries have their index."""
    is_waiting: bool
    """Whether a leaf waits for its index."""
    signed: int | None
    """Size of the newest signed tree; None before the first."""
    is_stamped: bool
    """Whether the court's own authority has stamped that tree head."""
    latest_time: datetime | None
    """The latest time the court's own authority has told of any log."""
    time_key: str | None
    time_key_ends: datetime | None
    authority_key: str | None


def log_state(session: Session) -> LogState | None:
    """How the log that takes entries stands; None where none is open."""
    # Asked in every round, and once in each: it goes past the session, which would keep the answer for whoever asks again.
    row = session.connection().execute(_STATE).first()
    if row is None:
        return None
    log_id, key_id, origin, last, *others = row
    return LogState(log_id, key_id, origin, 0 if last is None else last + 1, *others)
