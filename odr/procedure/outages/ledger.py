"""The ledger of outages: noticed by pulses that stop, told by who watches from outside, and signed for in the public log.

Every web process (or, where none does, every worker) writes its pulse as long as it works and can write. Whoever comes
back finds how long nobody did: that is how an outage is noticed which nobody was there to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.db import insert_once
from odr.ground.errors import InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.silence import silence
from odr.ground.text import T
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.procedure.outages.models import Cause, Outage, Pulse
from odr.procedure.outages.rules import Span

if TYPE_CHECKING:
    from odr.procedure.court import Court

FORMAT = "court-outage/1"
KIND = "outage"
WEB, WORKER = "web", "worker"
SILENT = timedelta(minutes=2)
"""Longer without a pulse is an outage: a restart takes less, and nobody's day hangs on it."""
LONGEST = timedelta(days=30)
"""No watcher tells of more at once, and of nothing that ended longer ago: nobody waits that long to say it."""
AHEAD = timedelta(minutes=5)
"""By how much a watcher's clock may be ahead of the court's: what it saw counts, until now at the longest."""
ITSELF = "the court"


def beat(court: Court, who: str) -> Outage | None:
    """A process works and can write; gives the outage that this ends, if there was one.

    A machine's clock that was set says nothing of how long nobody wrote: then no outage is made of it. A court put back
    from a backup has no pulse before somebody says that it is the court: then it was out since that backup.
    """
    if silence(court.settings) is not None:
        return None
    now = court.clock.machine_now()
    with court.database.write() as session:
        row = session.get(Pulse, who, with_for_update=True)
        if row is None:
            insert_once(session, Pulse(who=who, at=now))
            return None
        silent, row.at = now - row.at, max(now, row.at)
        if silent <= SILENT or court.clock.was_set() or _leads(session) != who:
            return None
        ended = court.clock.now()
        return enter(court, session, Cause.STOPPED, ITSELF, ended - silent, ended)


def silent_since(court: Court, session: Session) -> datetime | None:
    """Since when, in procedural time, nobody has said that people can reach the court; None while somebody does."""
    who = _leads(session)
    row = session.get(Pulse, who) if who is not None else None
    silent = court.clock.machine_now() - row.at if row is not None else timedelta()
    return court.clock.now() - silent if silent > SILENT and not court.clock.was_set() else None


def _leads(session: Session) -> str | None:
    """Whose pulse counts: that of the web processes, which people reach, and of workers only where those write none."""
    known = set(session.scalars(select(Pulse.who)))
    return next((who for who in (WEB, WORKER) if who in known), None)


def tell(court: Court, cause: Cause, seen_by: str, began_at: datetime, ended_at: datetime) -> Outage:
    """Enter what somebody saw from outside, or what the court's keepers know of. Raises InvalidInput.

    Times are machine time. Told again, it is the entry that stands.
    """
    now, shift = court.clock.machine_now(), court.clock.now() - court.clock.machine_now()
    is_ahead = now < ended_at <= now + AHEAD
    if is_ahead:
        ended_at = now
    if not seen_by.strip() or not began_at < ended_at <= now:
        raise InvalidInput.at(
            "ended_at", T("An outage has a beginning, a later end that lies in the past, and somebody who saw it.")
        )
    if ended_at - began_at > LONGEST or now - ended_at > LONGEST:
        raise InvalidInput.at("began_at", T("This is longer, or longer ago, than anybody may tell afterwards."))
    began_at, ended_at, seen_by = began_at + shift, ended_at + shift, seen_by.strip()[:80]
    with court.database.write() as session:
        same = select(Outage).where(Outage.seen_by == seen_by, Outage.began_at == began_at, Outage.cause == cause)
        if not is_ahead:
            same = same.where(Outage.ended_at == ended_at)
        return session.scalar(same.limit(1)) or enter(court, session, cause, seen_by, began_at, ended_at)


def enter(court: Court, session: Session, cause: Cause, seen_by: str, began_at: datetime, ended_at: datetime) -> Outage:
    """Put an outage on the ledger, with a record whose digest stands in the public log."""
    now = court.clock.now()
    said: dict[str, JSON] = {
        "format": FORMAT,
        "cause": cause.value,
        "seen_by": seen_by,
        "began_at": began_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "noted_at": now.isoformat(),
    }
    record, receipt = administration_act(court.notary, session, said, now=now, kind=KIND)
    row = Outage(
        cause=cause,
        seen_by=seen_by,
        began_at=began_at,
        ended_at=ended_at,
        noted_at=now,
        record=record,
        receipt=receipt,
    )
    session.add(row)
    session.flush()
    return row


def spans(session: Session, since: datetime) -> list[Span]:
    """Every outage that ended at ``since`` or later."""
    rows = session.execute(select(Outage.began_at, Outage.ended_at).where(Outage.ended_at >= since))
    return [Span(began, ended) for began, ended in rows]


def newest(session: Session, count: int) -> Sequence[Outage]:
    """The outages that ended last."""
    return session.scalars(
        built_once(lambda: select(Outage).order_by(Outage.ended_at.desc(), Outage.id.desc()).limit(count))
    ).all()
