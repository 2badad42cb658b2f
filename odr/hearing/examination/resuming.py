"""A case that is being decided is heard further: something came up without which the judge cannot decide (CPL 144, 149)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Audience, Case, Role, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.examination import phases
from odr.hearing.examination.plan import RECORD, require_plan_fits, title_of
from odr.hearing.inputs import Reasons
from odr.hearing.models import Examination, Phase
from odr.hearing.queries import examination_of
from odr.hearing.vocabulary import Mode, PhaseState
from odr.identity.actors import Actor
from odr.procedure.acts.events import ExaminationResumed
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 144, 149")
def the_examination_is_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is heard further: the examination has not ended."""
    examination = examination_of(sitting.session, case)
    if examination is None or examination.closed_at is None:
        return T("The examination is not closed: change its plan, or fix another hearing.")
    return None


class HearFurtherInput(CourtModel):
    """From where on a case is heard further, and why."""

    phase: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(
            T("From which part on"),
            T(
                "Where the case is heard in writing. Every part from there on is gone through once more, the last words of everybody too; what is not needed you leave out of the plan afterwards."
            ),
            choices="past_phases",
            widget="select",
        ),
    ] = None
    reasons: Reasons


@act(
    title=T("Hear the case further"),
    input=HearFurtherInput,
    by={Role.JUDGE},
    at={Stage.DELIBERATION},
    to={Stage.HEARING},
    guard=the_examination_is_over,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The case is heard further before it is decided"),
        T("It is not your turn now: when it is, a letter names the day. What you filed and said stays in the case."),
        when_due=T(
            "It is your turn. %(limits)s If you say nothing by then, the case goes on, and what comes later is marked late.",
            limits=LIMITS,
        ),
    ),
    source=law("CPL 144, 149", "COURT hear-further"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    help=T(
        "When a fact is still unclear, or somebody has yet to be heard on it. What was heard, found and drafted stays."
    ),
    in_record=False,
)
def hear_further(sitting: Sitting, case: Case, given: HearFurtherInput, *, actor: Actor, now: datetime) -> Recorded:
    """Go back from the deliberation to the examination. Nothing of what was heard falls; before the case is decided everybody
    has their last words once more, the record is read and signed anew, and a panel votes again.

    Raises InvalidInput without a part where the case is heard in writing, ActNotOpen where the trial limit leaves no room.
    """
    examination = examination_of(sitting.session, case)
    assert examination is not None
    first = _first(examination, given.phase)
    examination.closed_at = examination.closed_by = examination.hearing_closed_at = None
    planned = _plan_again(examination, first)
    sitting.session.flush()
    sitting.move(case, Stage.HEARING)
    sitting.announce(ExaminationResumed(case))
    following = _goes_on(sitting, case, examination, now)
    end = phases.projected_end(sitting, case, examination)
    if end is not None:
        require_plan_fits(sitting, case, end)
    examination.ends_by = end
    again = [phase.reference for phase in planned]
    result = {"reasons": given.reasons, "again": again, "ends_by": end.isoformat() if end else None}
    if following is None:
        return Recorded(T("The case is heard further"), result)
    return Recorded(
        T("The case is heard further: “%(phase)s” is open", phase=title_of(following)),
        result | {"phase": following.key},
    )


def _first(examination: Examination, reference: str | None) -> Phase | None:
    """The part from which on it is heard again; None where everybody is heard at the same time, in a hearing to be fixed."""
    if examination.mode is not Mode.ASYNCHRONOUS:
        if reference:
            raise InvalidInput.at(
                "phase",
                T("The case is heard with everybody at the same time: leave this empty, and have a hearing fixed."),
            )
        return None
    found = next((p for p in examination.phases if p.reference == reference and p.state is PhaseState.CLOSED), None)
    if found is None or found.key == RECORD:
        raise InvalidInput.at("phase", T("Choose a part that was gone through."))
    return found


def _plan_again(examination: Examination, first: Phase | None) -> list[Phase]:
    """One more round of every part from ``first`` on that was gone through, and of the record."""
    closed = [p for p in examination.phases if p.state is PhaseState.CLOSED]
    since = [p for p in closed if p.key == RECORD or (first is not None and p.ordinal >= first.ordinal)]
    newest = {phase.key: phase for phase in since}
    ordinal = max(phase.ordinal for phase in examination.phases)
    ordered = sorted(newest.values(), key=lambda phase: (phase.key == RECORD, phase.ordinal))
    planned = [
        phases.another_round(examination, old, ordinal + n * phases.STEP) for n, old in enumerate(ordered, start=1)
    ]
    examination.phases.extend(planned)
    return planned


def _goes_on(sitting: Sitting, case: Case, examination: Examination, now: datetime) -> Phase | None:
    """Open the first part that needs somebody, or have a hearing fixed."""
    if examination.mode is Mode.ASYNCHRONOUS:
        return phases.go_on(sitting, case, examination, None, now)
    if not sitting.tasks(case, desks.SUMMON):
        words = T("The case is heard further. Fix the hearing and summon everybody.")
        sitting.open_task(case, Role.CLERK, desks.SUMMON, words, risk=60)
    return None
