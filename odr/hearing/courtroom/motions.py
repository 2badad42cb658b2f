"""Motions about the way the hearing is held: closed doors, an interpreter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.examination.acts import hearing_open, the_examination, the_hearing_goes_on
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.models import Hearing, Motion
from odr.hearing.queries import asked_for, closed_by_order, closing_orders, is_asked, undecided
from odr.hearing.vocabulary import HearingState, MotionKind, RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class MotionInput(CourtModel):
    """Something asked about the way the hearing is held."""

    kind: Annotated[MotionKind, Choice(MotionKind), field(T("What do you ask for?"))]
    words: Annotated[
        str,
        CourtText(5, 2000),
        field(T("Why?"), T("Which secret or private matter; or which language, and for whom."), widget="textarea"),
    ]


@act(
    title=T("Ask for closed doors or an interpreter"),
    input=MotionInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, the_hearing_goes_on),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks for closed doors or an interpreter"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPL 11, 137"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def ask_hearing_order(sitting: Sitting, case: Case, given: MotionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask that the hearing be closed to the public for a private matter or trade secret (CPL 137), or for an
    interpreter (CPL 11).
    """
    party = sitting.party_of(case, actor)
    motion = Motion(
        case_id=case.id,
        party_id=party.id,
        kind=given.kind,
        words=given.words,
        state=RequestState.ASKED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(motion)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.MOTION,
        T("%(party)s asks for: %(what)s.", party=party.name, what=given.kind.label),
        risk=35,
        subject=motion.reference,
    )
    return Recorded(
        T("%(party)s asked for: %(what)s", party=party.name, what=given.kind.label),
        {"motion": motion.reference, "kind": given.kind.value},
    )


@guard("CPL 11, 137")
def motion_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no motion to rule on."""
    return None if is_asked(sitting, case, Motion) else T("No motion about the hearing is waiting for a ruling.")


@choice_source("motions")
def motions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Motions that wait for a ruling."""
    rows = asked_for(sitting, case, Motion)
    return [Option(m.reference, m.kind.label, m.words) for m in rows]


class MotionRulingInput(CourtModel):
    """The judge's word on it."""

    motion: Annotated[str, RefTo("motion"), field(T("Motion"), choices="motions")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    reasons: Reasons


@act(
    title=T("Rule on closed doors or an interpreter"),
    input=MotionRulingInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, motion_waits),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on closed doors or an interpreter"),
        T(
            "There is nothing you have to do. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
    ),
    paper=RulingForm(T("Closed doors or an interpreter"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPL 11, 137"),
    seen_by=Audience.HEARING,
    desk=desks.MOTION,
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_hearing_order(
    sitting: Sitting, case: Case, given: MotionRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Grant it or not, with reasons. Closed doors hold for every hearing that is fixed, or will be; the decision is pronounced in
    public all the same (CPL 151).
    """
    motion: Motion = undecided(sitting.resolved("motion", given.motion))
    motion.why, motion.decided_by = given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.MOTION, motion.reference)
    if given.answer == "refuse":
        motion.state = RequestState.REFUSED
        return Recorded(
            T("Not granted: %(what)s", what=motion.kind.label), {"motion": motion.reference, "reasons": given.reasons}
        )
    motion.state = RequestState.GRANTED
    if motion.kind is MotionKind.CLOSED_DOORS:
        the_examination(sitting, case).closed_doors = True
        # It stays with what is fixed or runs already, also when the case is heard anew and in public some day.
        fixed = select(Hearing).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
        for hearing in sitting.session.scalars(fixed):
            hearing.closed_doors = True
    else:
        sitting.open_task(
            case,
            Role.CLERK,
            desks.INTERPRETER,
            T("Appoint an interpreter: %(words)s", words=motion.words),
            risk=25,
            subject=motion.reference,
        )
    return Recorded(
        T("Granted: %(what)s", what=motion.kind.label), {"motion": motion.reference, "reasons": given.reasons}
    )


def _to_come(sitting: Sitting, case: Case) -> list[Hearing]:
    """Hearings that are fixed and have not begun, and are closed to the public."""
    fixed = select(Hearing).where(
        Hearing.case_id == case.id,
        Hearing.state == HearingState.SUMMONED,
        Hearing.begins_at > sitting.now,
        Hearing.closed_doors.is_(True),
    )
    return list(sitting.session.scalars(fixed))


@guard("CPL 137")
def doors_are_closed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to open: the case is heard in public."""
    is_closed = closed_by_order(sitting.session, case) or the_examination(sitting, case).closed_doors
    return None if is_closed or _to_come(sitting, case) else T("This case is heard in public.")


class OpenDoorsInput(CourtModel):
    """Why a case is heard in public again."""

    reasons: Reasons


@act(
    title=T("Hear the case in public again"),
    input=OpenDoorsInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, doors_are_closed),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: the case is heard in public again"),
        T(
            "There is nothing you have to do. The next hearings are in public; what was heard behind closed doors stays so. If something private or secret is to be said again, ask for closed doors before."
        ),
    ),
    paper=RulingForm(
        T("Closed doors"),
        WITH_THE_JUDGMENT,
        ruled=T("The case is heard in public again. What was heard behind closed doors stays closed."),
    ),
    source=law("CPL 137"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
    help=T(
        "Where the reason has gone. State secrets and private matters are never heard in public; a trade secret only if who asked for closed doors no longer does."
    ),
)
def open_doors(sitting: Sitting, case: Case, given: OpenDoorsInput, *, actor: Actor, now: datetime) -> Recorded:
    """Open the hearings that are still to begin, and those fixed from now on (CPL 137). A hearing that runs or was held stays
    closed: what was said in it was said behind closed doors.
    """
    lifted = closing_orders(sitting.session, case)
    for motion in lifted:
        motion.lifted_by = sitting.next_number(case)
    the_examination(sitting, case).closed_doors = False
    opened = _to_come(sitting, case)
    for hearing in opened:
        hearing.closed_doors = False
    return Recorded(
        T("The case is heard in public again"),
        {"motions": [motion.reference for motion in lifted], "hearings": [hearing.ordinal for hearing in opened]},
    )
