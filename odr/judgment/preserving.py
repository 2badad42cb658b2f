"""How what was preserved comes to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, Case, Role, Stage
from odr.judgment.inputs import OverInput
from odr.judgment.kinds import MotionKind, MotionState, PreservationState
from odr.judgment.lookups import motions_of, preservations_of
from odr.judgment.models import Motion, Ruling
from odr.procedure.models import WindowState
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REVIEW, REVIEW_DECISION = "preservation_review", "preservation_review_decision"
CLAIM_FOLLOWS = "preservation_claim"
"""The thirty days within which a claim follows what was preserved before it (CPL 104)."""
EXECUTE_TASK = "execute_preservation"
LIVE = (PreservationState.ORDERED, PreservationState.EXECUTED)


def only(party_id: int) -> tuple[str, ...]:
    """The readers of what the other side must not know yet: the applicant and the court."""
    return (f"party/{party_id}", *sorted(role.value for role in COURT_ROLES))


def after_ruling(court: Sitting, case: Case, ruling: Ruling, motion: Motion | None) -> None:
    """A review that was granted lifts what was preserved."""
    if ruling.kind is not MotionKind.PRESERVATION_REVIEW:
        return
    if motion is not None:
        court.close_windows(case, REVIEW_DECISION, WindowState.MET, subject=motion.reference)
    if ruling.result is MotionState.GRANTED:
        end_preservations(court, case, PreservationState.LIFTED)
    over_before_claim(court, case)


def over_before_claim(court: Sitting, case: Case) -> None:
    """Close the own case of a preservation before a claim once nothing is preserved in it and nothing is asked for."""
    court.session.flush()
    asked = motions_of(court.session, case, MotionState.OPEN)
    if case.stage is Stage.PRESERVING and not preservations_of(court.session, case, *LIVE) and not asked and not court.windows(case, REVIEW):
        court.then("end_before_claim", OverInput())


def end_preservations(court: Sitting, case: Case, state: PreservationState) -> None:
    """End what is preserved; measures that were carried out are to be undone by the clerk."""
    for row in preservations_of(court.session, case, *LIVE):
        undo = row.state is PreservationState.EXECUTED
        row.state, row.ended_entry = state, court.next_number(case)
        court.close_tasks(case, EXECUTE_TASK, row.reference)
        court.close_windows(case, REVIEW, WindowState.ENDED, subject=row.reference)
        court.close_windows(case, CLAIM_FOLLOWS, WindowState.ENDED, subject=row.reference)
        if undo:
            court.open_task(case, Role.CLERK, "undo_preservation", T("A preservation has ended. Undo its measures."), risk=80, subject=row.reference)
