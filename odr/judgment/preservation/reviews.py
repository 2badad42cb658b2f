"""Which rulings on preservation are looked at again, from when on, and what a granted review does: of a refusal, of a
continuation that was refused, of what the court lifted of its own motion, of what is preserved (CPL 111; CPI 171).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Stage
from odr.docket.queries import entries_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.judgment import desks, names
from odr.judgment.models import Motion, Preservation, Ruling
from odr.judgment.preservation.measures import (
    REVIEW,
    REVIEW_DECISION,
    SECURED,
    TERM,
    end_preservations,
    order_preservation,
    over_before_claim,
    refused_application,
)
from odr.judgment.preservation.queries import preservations_of
from odr.judgment.preservation.term import go_on, term_of
from odr.judgment.queries import motions_of
from odr.judgment.vocabulary import PRESERVATIONS, MotionKind, MotionState, PreservationState
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import Served
from odr.procedure.models import WindowState
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_CONTINUED = T("Only where a continuation that was refused is granted after all.")

Ruled = tuple[str, int | None, frozenset[int] | None]
"""What is looked at again, the entry that ruled it, and who may ask for it; None for every party."""


def review_begins(sitting: Sitting, event: Served) -> None:
    """A party was served with a ruling on preservation: its time to ask for a review runs (CPI 171)."""
    case, party = event.case, event.party
    for subject, number in dict.fromkeys(
        (subject, number)
        for subject, number, whose in _ruled(sitting, case)
        if number in event.entries and (whose is None or party.id in whose)
    ):
        asked = begun(sitting, case, REVIEW, party=party, subject=subject)
        # A time that came with what is preserved from another case counts: the ruling is not served anew.
        if not any((w.opened_by or 0) >= (number or 0) for w in asked):
            sitting.start_window(case, REVIEW, party=party, start=event.at, subject=subject, proof=event.proof)


def _ruled(sitting: Sitting, case: Case) -> Iterator[Ruled]:
    """Every ruling on preservation of a case that may be looked at again."""
    session = sitting.session
    rows = preservations_of(session, case)
    yield from ((row.reference, row.executed_entry, None) for row in rows)
    yield from ((w.subject, w.opened_by, None) for w in sitting.windows(case, TERM) if w.subject is not None)
    for motion in motions_of(session, case, MotionState.REFUSED):
        if motion.kind in PRESERVATIONS:
            yield motion.reference, motion.ruled_entry, None
    if not rows or case.stage not in SECURED:
        return
    for entry, row in _not_continued(session, case, rows):
        yield _paper(entry), entry.number, frozenset({row.party_id})
    for ruling in _lifting(session, case):
        whose = frozenset(row.party_id for row in lifted_by(session, case, ruling))
        yield ruling.reference, ruling.entry_number, whose


def _not_continued(
    session: Session, case: Case, rows: Sequence[Preservation]
) -> Iterator[tuple[DocketEntry, Preservation]]:
    """The rulings that refused a continuation, and of what."""
    named = {row.reference: row for row in rows}
    for entry in entries_of(session, case, names.RULE_ON_CONTINUATION):
        given = input_of(entry)
        if given["result"] == "refuse" and given["preservation"] in named:
            yield entry, named[given["preservation"]]


def _paper(entry: DocketEntry) -> str:
    """The reference of the sealed paper of a ruling: what a review of it is about."""
    return str(json.loads(entry.payload)["result"].get("document", ""))


def not_continued(session: Session, case: Case, about: str | None) -> Preservation | None:
    """What was not continued by the ruling that a review looks at again; None where it is about something else."""
    if about is None:
        return None
    found = _not_continued(session, case, preservations_of(session, case))
    return next((row for entry, row in found if _paper(entry) == about), None)


def _lifting(session: Session, case: Case) -> Sequence[Ruling]:
    """Rulings that lifted what was preserved of the court's own motion. One that ruled on a review is itself the one
    review there is (CPL 111).
    """
    return session.scalars(
        select(Ruling).where(
            Ruling.case_id == case.id,
            Ruling.kind == MotionKind.PRESERVATION_REVIEW,
            Ruling.motion_id.is_(None),
            Ruling.result == MotionState.GRANTED,
        )
    ).all()


def lifted_by(session: Session, case: Case, ruling: Ruling) -> list[Preservation]:
    """What a ruling lifted."""
    rows = preservations_of(session, case, PreservationState.LIFTED)
    return [row for row in rows if row.ended_entry == ruling.entry_number]


def lifted(session: Session, case: Case, review: Motion | None) -> list[Preservation]:
    """What was lifted by the ruling that a review looks at again, as far as it was preserved for who asks."""
    about = review.about if review is not None else None
    rows = [row for r in _lifting(session, case) if r.reference == about for row in lifted_by(session, case, r)]
    return [row for row in rows if review is not None and row.party_id == review.party_id]


def is_of_continuation(session: Session, case: Case, review: Motion | None) -> bool:
    """Whether a motion asks to look again at a continuation that was refused."""
    return review is not None and not_continued(session, case, review.about) is not None


def after_ruling(sitting: Sitting, case: Case, ruling: Ruling, motion: Motion | None, months: int | None) -> None:
    """What a ruling on a review does to what is preserved (CPI 171). Granted, it lifts what it is about and nothing else;
    of a refusal, it orders what was refused; of a continuation that was refused, it lets it go on; of a lifting, it orders
    again what was lifted. Of the court's own motion everything is lifted (CPI 166).
    """
    if ruling.kind is not MotionKind.PRESERVATION_REVIEW:
        if months is not None:
            raise InvalidInput.at("months", NOT_CONTINUED)
        return
    session = sitting.session
    if motion is not None:
        sitting.close_windows(case, REVIEW_DECISION, WindowState.MET, subject=motion.reference)
    refused = refused_application(session, case, motion.about if motion is not None else None)
    ended = not_continued(session, case, motion.about if motion is not None else None)
    taken = lifted(session, case, motion)
    if months is not None and (ended is None or ruling.result is MotionState.REFUSED):
        raise InvalidInput.at("months", NOT_CONTINUED)
    if (refused, ended, taken) == (None, None, []):
        if ruling.result is MotionState.GRANTED:
            end_preservations(
                sitting, case, PreservationState.LIFTED, only_of=motion.about if motion is not None else None
            )
            sitting.close_tasks(case, desks.LIFT_PRESERVATION)
    elif ruling.result is not MotionState.REFUSED:
        _preserve_after_all(sitting, case, ruling, refused, ended, taken, months)
    over_before_claim(sitting, case)


def _preserve_after_all(
    sitting: Sitting,
    case: Case,
    ruling: Ruling,
    refused: Motion | None,
    ended: Preservation | None,
    taken: Sequence[Preservation],
    months: int | None,
) -> None:
    if case.stage not in SECURED:
        raise ActNotOpen(T("Not at this point of the case: it is at “%(stage)s”.", stage=case.stage.label))
    if refused is not None:
        refused.state = ruling.result
        order_preservation(sitting, case, refused, ruling)
    if ended is not None:
        window = term_of(sitting, case, ended)
        if ended.state is PreservationState.EXECUTED and window is not None:
            go_on(sitting, case, ended, window, months)
            return
        if months is not None:
            raise InvalidInput.at(
                "months", T("It ended meanwhile and is ordered anew: its term is said when it is carried out.")
            )
        taken = [ended]
    for row in taken:
        # What is still held is held on: nobody undoes it while it is being carried out again.
        sitting.close_tasks(case, desks.UNDO_PRESERVATION, row.reference)
        order_preservation(sitting, case, sitting.session.get_one(Motion, row.motion_id), ruling)


def may_be_reviewed(case: Case, ruling: Ruling) -> bool:
    """Whether a ruling on preservation says that one may ask for a review: the one review is no ruling of that kind, and
    an own case before a claim is over with what was preserved in it.
    """
    return (
        ruling.kind is MotionKind.PRESERVATION_REVIEW
        and ruling.motion_id is None
        and ruling.result is MotionState.GRANTED
        and case.stage in SECURED - {Stage.PRESERVING}
    )
