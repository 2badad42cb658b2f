"""How long cases of a kind took that ended last: counted once a day, since going through them takes the longer the more there are."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.memory.built_once import built_once
from odr.insight.workload.models import DurationReport
from odr.register.statistics.figures import percentile

NEWEST = 1000
"""So many cases of the kind that were filed last are looked at."""


@dataclass(frozen=True)
class Durations:
    """Days of cases of the same kind and procedure; quartiles by nearest rank."""

    count: int
    quarter: int
    half: int
    three: int


@dataclass
class Took:
    """Days of the newest cases of each kind, gathered from all cases in the order of their numbers."""

    days: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=NEWEST)))

    def add(self, cause: str, track: str, facts: Mapping[str, Any]) -> None:
        """A case in which judgment was pronounced."""
        if facts.get("ended") and facts.get("filed"):
            took = date.fromisoformat(facts["ended"]) - date.fromisoformat(facts["filed"])
            self.days[_kind(cause, track)].append(took.days)

    def keep(self, session: Session, day: date) -> None:
        """In place of what an earlier day said."""
        session.execute(delete(DurationReport))
        kinds = {
            kind: [len(days), *(percentile(days, share) for share in (25, 50, 75))] for kind, days in self.days.items()
        }
        session.add(DurationReport(day=day, kinds=kinds))


def durations_are_counted(session: Session, day: date) -> bool:
    """Whether they were counted that day."""
    return session.scalar(built_once(lambda: select(DurationReport.id).where(DurationReport.day == day))) is not None


def durations_of(session: Session, case: Case, minimum: int) -> tuple[date | None, Durations | None]:
    """On which day they were counted last, None before the first time; and of cases like this one, None where fewer than the minimum
    had ended.
    """
    report = session.scalar(select(DurationReport).order_by(DurationReport.day.desc()).limit(1))
    if report is None:
        return None, None
    found = report.kinds.get(_kind(case.cause, case.track.value))
    return report.day, Durations(*found) if found is not None and found[0] >= minimum else None


def _kind(cause: str, track: str) -> str:
    return f"{cause}/{track}"
