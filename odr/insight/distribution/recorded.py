"""Weights of cases as they were recorded, for playing a year through; where there are too few, those the pack gives a whole case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.insight.workload.models import CaseWork
from odr.insight.workload.rules import WorkFacts, weigh
from odr.procedure.rules.insight import WorkloadRules

NEWEST = 2000
FEWEST = 30


def weights_of(session: Session, rules: WorkloadRules) -> tuple[Sequence[int], int]:
    """Minutes of the newest cases, the middle of each range, and of how many they are; of fewer than thirty the low and the
    high end of a case as it usually goes, and 0: nothing was recorded.
    """
    rows = session.execute(
        select(CaseWork.done_low + CaseWork.left_low, CaseWork.done_high + CaseWork.left_high)
        .order_by(CaseWork.case_id.desc())
        .limit(NEWEST)
    ).all()
    found = [max(1, (low + high) // 2) for low, high in rows if high]
    if len(found) >= FEWEST:
        return sorted(found), len(found)
    usual = weigh(WorkFacts(), rules).whole
    return [max(1, usual.low), max(1, (usual.low + usual.high) // 2), max(1, usual.high)], 0
