"""What is preserved for a claim goes with the claim into another case: it is held there without a gap, and nobody lifts it because
the case it was ordered in is over (CPI 166, 221, 237).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.docket.queries import parties
from odr.docket.same_person import same_person
from odr.judgment import desks
from odr.judgment.models import Preservation
from odr.judgment.preservation.measures import REVIEW, REVIEW_DECISION, TERM
from odr.judgment.preservation.queries import preservations_of
from odr.judgment.preservation.term import term_of
from odr.judgment.queries import motions_of
from odr.judgment.vocabulary import MotionKind, MotionState, PreservationState
from odr.procedure.acts.events import CaseJoined, ClaimSevered
from odr.procedure.models import Task, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TASKS = (desks.CONTINUE_PRESERVATION, desks.CONTINUE_MEASURE)
"""What may lie on a desk about something that is held."""


def on_claim_severed(sitting: Sitting, event: ClaimSevered) -> None:
    """A claim goes on in a case of its own: what is held for whoever brought it goes along."""
    there = parties(event.into)
    moved = {old.id: new for old in parties(event.case) for new in there if same_person(old, new)}
    for row in preservations_of(sitting.session, event.case, PreservationState.EXECUTED):
        if row.party_id == event.party.id:
            _go_along(sitting, event.case, event.into, row, {**moved, event.party.id: event.new_party})


def on_case_joined(sitting: Sitting, event: CaseJoined) -> None:
    """A case goes on within another: all that is held in it goes along."""
    for row in preservations_of(sitting.session, event.case, PreservationState.EXECUTED):
        if row.party_id in event.parties:
            _go_along(sitting, event.case, event.into, row, event.parties)


def _go_along(sitting: Sitting, case: Case, into: Case, row: Preservation, moved: Mapping[int, Party]) -> None:
    """It is held in the other case from now on: to the same day, with the same times to have it reviewed, and with what waits for the
    judge or the clerk. The application and the ruling stay where they were made.
    """
    term, number = term_of(sitting, case, row), sitting.next_number(into)
    if term is not None:
        sitting.take_window(into, term, party=moved[row.party_id], subject=row.reference)
    for window in sitting.windows(case, REVIEW, state=None, subject=row.reference):
        if (party := moved.get(window.party_id or 0)) is not None:
            sitting.take_window(into, window, party=party, subject=row.reference)
    _take_reviews(sitting, case, into, row, moved)
    for kind in (TERM, REVIEW):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)
    for desk in TASKS:
        for task in sitting.tasks(case, desk, row.reference):
            _take_task(sitting, into, task)
    row.case_id, row.party_id, row.entry_number, row.executed_entry = into.id, moved[row.party_id].id, number, number
    row.security_entry = number if row.security_entry is not None else None
    sitting.session.flush()


def _take_reviews(sitting: Sitting, case: Case, into: Case, row: Preservation, moved: Mapping[int, Party]) -> None:
    """Who has asked for a review of it, and waits for the ruling, waits for it in the other case, with the time the judge has."""
    for motion in motions_of(sitting.session, case, MotionState.OPEN):
        party = moved.get(motion.party_id or 0)
        if motion.kind is not MotionKind.PRESERVATION_REVIEW or motion.about != row.reference or party is None:
            continue
        for window in sitting.windows(case, REVIEW_DECISION, subject=motion.reference):
            sitting.take_window(
                into, window, party=party if window.party_id is not None else None, subject=motion.reference
            )
        sitting.close_windows(case, REVIEW_DECISION, WindowState.ENDED, subject=motion.reference)
        for task in sitting.tasks(case, desks.RULING_ASKED, motion.reference):
            _take_task(sitting, into, task)
        motion.case_id, motion.party_id, motion.entry_number = into.id, party.id, sitting.next_number(into)
    sitting.session.flush()


def _take_task(sitting: Sitting, into: Case, old: Task) -> None:
    """What lies on a desk, for the other case."""
    old.done_at = sitting.now
    sitting.session.add(
        Task(
            case_id=into.id,
            role=old.role,
            kind=old.kind,
            subject=old.subject,
            title=old.title,
            risk=old.risk,
            opened_at=sitting.now,
            opened_by=sitting.next_number(into),
            due_at=old.due_at,
        )
    )
