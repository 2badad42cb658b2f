"""When what was filed or sent counts as having arrived: cut-off hours and deemed service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from odr.ground.text import T
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.counting import DayStep


@dataclass(frozen=True)
class Arrival:
    """The instant that counts, its local day, and the working."""

    at: datetime
    on: date
    key: str
    article: str
    steps: tuple[DayStep, ...]

    def to_json(self) -> dict[str, Any]:
        """The working as kept with a proof of service."""
        steps = [step.to_json() for step in self.steps]
        return {
            "at": self.at.isoformat(),
            "on": self.on.isoformat(),
            "key": self.key,
            "article": self.article,
            "steps": steps,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Arrival:
        """The working that was kept."""
        steps = tuple(DayStep.from_json(step) for step in written["steps"])
        return cls(
            datetime.fromisoformat(written["at"]),
            date.fromisoformat(written["on"]),
            written["key"],
            written["article"],
            steps,
        )


def filed_at(pack: RulePack, received_at: datetime) -> Arrival:
    """When a document that reached the court counts as filed: after the cut-off, or on a day off, the next working day."""
    rules, calendar = pack.reckoning, pack.working_calendar
    local = received_at.astimezone(pack.tz)
    article = rules.filing_article or rules.article
    if rules.filing_cutoff is None:
        return Arrival(
            received_at.astimezone(UTC),
            local.date(),
            "filing",
            article,
            (DayStep(local.date(), True, T("day of receipt"), None),),
        )
    late = local.time() > rules.filing_cutoff
    day = local.date()
    if not late and calendar.is_working(day):
        return Arrival(
            received_at.astimezone(UTC),
            day,
            "filing",
            article,
            (DayStep(day, True, T("received before the cut-off hour"), None),),
        )
    why = T("received after the cut-off hour") if late and calendar.is_working(day) else calendar.words(day)
    counted = calendar.next_working(day + timedelta(days=1))
    steps = (
        DayStep(day, False, why, None),
        *_skipped(pack, day, counted),
        DayStep(counted, True, T("counts as filed on the next working day"), None),
    )
    return Arrival(
        datetime.combine(counted, datetime.min.time(), pack.tz).astimezone(UTC), counted, "filing", article, steps
    )


def deemed_served(pack: RulePack, method: str, sent_at: datetime) -> Arrival:
    """When a document sent at ``sent_at`` by ``method`` counts as served.

    Raises NoSuchRule for a method the pack does not know. OLR 31; CPR 6.14, 6.26.
    """
    rule = pack.reckoning.deemed.get(method)
    if rule is None:
        raise NoSuchRule(T("The pack does not say when this way of sending counts as service."))
    calendar, local = pack.working_calendar, sent_at.astimezone(pack.tz)
    day, steps = local.date(), [DayStep(local.date(), False, T("day of sending"), None)]
    late = rule.cutoff is not None and local.time() >= rule.cutoff and calendar.is_working(day)
    if late:
        steps.append(DayStep(day, False, T("sent after the cut-off hour"), None))
        day = calendar.next_working(day + timedelta(days=1))
    if rule.add_working_days:
        day = calendar.add_working(day, rule.add_working_days)
    day += timedelta(days=rule.add_days)
    if rule.roll:
        day = calendar.next_working(day)
    moved = day != local.date()
    steps.extend(_skipped(pack, local.date(), day))
    steps.append(DayStep(day, True, T("counts as served"), None))
    # Unmoved, service has its real hour; moved, it has the hour the pack names, or the day's first.
    at = sent_at if not moved and rule.at is None else datetime.combine(day, rule.at or datetime.min.time(), pack.tz)
    return Arrival(at.astimezone(UTC), day, method, rule.article, tuple(steps))


def _skipped(pack: RulePack, first: date, last: date) -> list[DayStep]:
    """The days strictly between two days, with what the calendar calls them."""
    days = [first + timedelta(days=step) for step in range(1, (last - first).days)]
    calendar = pack.working_calendar
    return [DayStep(day, False, calendar.words(day), None) for day in days]
