"""What a party asked for and nobody has ruled on when the case ends: it has no object any more, and they are told (CPL 104, 157)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Audience, Case, DocketEntry, Outcome, Party, Role, Stage
from odr.docket.visibility import side_and_court
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.inputs import MotionOverInput
from odr.judgment.queries import motions_of
from odr.judgment.vocabulary import PRESERVATIONS, MotionKind, MotionState
from odr.procedure.acts.events import CaseClosed, RetrialEnded, SettlementReached
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FOR_THE_CASE = PRESERVATIONS | {
    MotionKind.ADVANCE,
    MotionKind.STAY,
    MotionKind.RESUME,
    MotionKind.DISMISSAL,
    MotionKind.ENFORCEMENT_TIME,
    MotionKind.RETRIAL,
}
"""What is asked for the sake of a case that goes on. A review, a slip to correct and whatever else is asked for are ruled on also afterwards."""


def on_case_closed(sitting: Sitting, event: CaseClosed) -> None:
    """Nothing lies unseen in a closed case: each motion that was for it ends by an entry, and whoever asked gets a letter."""
    for motion in motions_of(sitting.session, event.case, MotionState.OPEN):
        if motion.kind in FOR_THE_CASE:
            sitting.then(names.DROP_MOTION, MotionOverInput(motion=motion.reference))


def on_retrial_ended(sitting: Sitting, event: RetrialEnded) -> None:
    """What was asked for the sake of a retrial that ended without a judgment has no object any more (CPI 404)."""
    for motion in motions_of(sitting.session, event.case, MotionState.OPEN):
        if motion.kind in FOR_THE_CASE and motion.entry_number > event.began:
            sitting.then(names.DROP_MOTION, MotionOverInput(motion=motion.reference))


def on_settled(sitting: Sitting, event: SettlementReached) -> None:
    """A statement that leaves nothing to perform closes the case, and no other event says so."""
    if event.case.stage is Stage.CLOSED and event.case.outcome is Outcome.SETTLED:
        on_case_closed(sitting, CaseClosed(event.case))


def who_asked(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Whoever asked for what an entry says is not ruled on any more."""
    asked = {m.party_id for m in motions_of(sitting.session, case) if m.ruled_entry == entry.number}
    return [party for party in case.parties if party.id in asked]


@act(
    title=T("What was asked for has no object any more"),
    input=MotionOverInput,
    by={Role.CLOCK},
    at={Stage.CLOSED, Stage.EFFECTIVE, Stage.ENFORCEMENT},
    listed=False,
    source=law("CPL 104, 157"),
    serves=Everyone.CONCERNED,
    concerns=who_asked,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    letter=Letter(
        PaperKind.NOTICE,
        T("What you asked the court for is not ruled on any more"),
        T(
            "The case is over, and with it what you asked for; the notice names it. There is nothing you have to do. If you still need it, ask the court that hears your claim."
        ),
    ),
    in_record=False,
)
def drop_motion(sitting: Sitting, case: Case, given: MotionOverInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a motion ends with its case, unruled: nobody waits for it. Only whoever asked and the court read it, for the other
    side must not learn of a preservation that was never carried out (CPL 103). Raises ActNotOpen where none waits.
    """
    motion = next((m for m in motions_of(sitting.session, case, MotionState.OPEN) if m.reference == given.motion), None)
    if motion is None or motion.kind not in FOR_THE_CASE:
        raise ActNotOpen(T("Nothing waits for a ruling."))
    motion.state, motion.ruled_entry = MotionState.OVER, sitting.next_number(case)
    sitting.close_windows(case, "preservation_ruling", WindowState.ENDED, subject=motion.reference)
    for desk in (desks.RULING_ASKED, desks.PRESERVATION_RULING):
        sitting.close_tasks(case, desk, motion.reference)
    name, kind = case.name_of(motion.party_id) if motion.party_id is not None else "", motion.kind.label
    words = (
        T("The case went to another court, which rules on what %(name)s asked for: %(kind)s", name=name, kind=kind)
        if case.outcome is Outcome.TRANSFERRED
        else T("The case is over. Not ruled on any more, asked for by %(name)s: %(kind)s", name=name, kind=kind)
    )
    facts = {"motion": motion.reference}
    if motion.party_id is None:
        return Recorded(words, facts)
    return Recorded(words, facts, Audience.NAMED, side_and_court(motion.party_id))
