"""How well the court itself worked: decisions not public in time, and hours in which it could not be reached."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from odr.procedure.outages.models import Outage
from odr.register.publication.models import Publication, PublicationVersion
from odr.register.publication.public_views import IN_STATE


def quality_of(session: Session, since: date, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Since a day: decisions due to be public, those that were late or still are, and outages with their minutes."""
    today, begin = now.astimezone(zone).date(), datetime.combine(since, time(), zone)
    due = and_(Publication.due_on >= since, Publication.due_on < today)
    first = (
        select(PublicationVersion.publication_id, PublicationVersion.at)
        .join(Publication, Publication.id == PublicationVersion.publication_id)
        .where(PublicationVersion.number == 1, due)
    )
    came = {row[0]: row[1] for row in session.execute(first)}
    days = session.execute(select(Publication.id, Publication.due_on).where(due)).all()
    waiting = session.scalar(select(func.count()).select_from(Publication).where(IN_STATE["pending"], due)) or 0
    late = sum(1 for number, until in days if number in came and until and came[number].astimezone(zone).date() > until)
    outages = session.execute(select(Outage.began_at, Outage.ended_at).where(Outage.ended_at >= begin)).all()
    return {
        "due": len(days),
        "late": late + waiting,
        "outages": len(outages),
        "minutes": sum(max(1, round((until - began).total_seconds() / 60)) for began, until in outages),
    }
