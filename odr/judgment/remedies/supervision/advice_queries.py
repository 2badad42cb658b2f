"""Advice of the prosecution to hear a case again: which waits, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.judgment import desks
from odr.judgment.models import ProsecutionAdvice
from odr.judgment.vocabulary import AdviceState
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REVIEW = "prosecution_advice"


def advice_waiting(sitting: Sitting, case: Case) -> ProsecutionAdvice | None:
    """The advice that waits for the court; one waits at a time."""
    return sitting.session.scalars(
        select(ProsecutionAdvice).where(
            ProsecutionAdvice.case_id == case.id, ProsecutionAdvice.state == AdviceState.WAITING
        )
    ).one_or_none()


def close_advice(sitting: Sitting, case: Case, state: AdviceState) -> ProsecutionAdvice | None:
    """What became of the advice that waits, by the entry in hand: its time and its task end. Gives it; None where none waits."""
    row = advice_waiting(sitting, case)
    if row is None:
        return None
    row.state, row.closed_entry = state, sitting.next_number(case)
    met = WindowState.ENDED if state is AdviceState.FELL else WindowState.MET
    sitting.close_windows(case, REVIEW, met, subject=row.reference)
    sitting.close_tasks(case, desks.PROSECUTION_ADVICE, row.reference)
    return row
