"""How a case stands beside such cases that ended, for its judge: durations with their number, exhibits without an opinion, work ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.models import Exhibit, ExhibitState
from odr.hearing.models import Opinion
from odr.insight.workload.durations import Durations, durations_of
from odr.insight.workload.models import CaseWork
from odr.insight.workload.reckoning import work_of
from odr.insight.workload.rules import Work

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

IN_THE_CASE = (ExhibitState.SUBMITTED, ExhibitState.LATE)
"""Nobody has to say anything of what was taken back or excluded."""


@dataclass(frozen=True)
class Beside:
    """What the page of a judge tells; ``durations`` is None where too few such cases had ended on the day of the count, and that day
    where there was no count yet.
    """

    days: int
    minimum: int
    counted_on: date | None
    durations: Durations | None
    unexamined: Sequence[str]
    """Labels of exhibits of which no party said anything."""
    work: Work | None

    @property
    def is_long(self) -> bool:
        """Whether it has taken longer than three quarters of them."""
        return self.durations is not None and self.days > self.durations.three


def beside(sitting: Sitting, case: Case) -> Beside | None:
    """For one case; None where its rules know no indicators."""
    rules, session = sitting.pack(case).indicators, sitting.session
    if rules is None:
        return None
    today = sitting.today
    counted_on, known = durations_of(session, case, rules.minimum)
    said = select(Opinion.exhibit_id).where(Opinion.case_id == case.id)
    labels = session.scalars(
        select(Exhibit.label)
        .where(Exhibit.case_id == case.id, Exhibit.state.in_(IN_THE_CASE), Exhibit.id.not_in(said))
        .order_by(Exhibit.id)
    ).all()
    row = session.get(CaseWork, case.id)
    work = work_of(row) if row is not None else None
    return Beside((today - case.filed_on).days, rules.minimum, counted_on, known, labels, work)
