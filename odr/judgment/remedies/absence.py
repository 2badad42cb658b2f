"""Setting aside a decision given in absence: only where the rules of the case know it (CPR 27.11); then the case is
heard again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.effect import APPEAL, set_aside, set_decision_aside
from odr.judgment.inputs import ReviewInput
from odr.judgment.models import Decision, Motion
from odr.judgment.queries import issued, petitions_of
from odr.judgment.vocabulary import AppealState, MotionKind
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.procedure.rules.pack import NoSuchRule
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SET_ASIDE = "set_aside"
DECIDED = {Stage.PRONOUNCED, Stage.EFFECTIVE, Stage.ENFORCEMENT}


def absent_may_ask(
    sitting: Sitting, case: Case, decision: Decision, party: Party, at: datetime, proof: Text | None
) -> None:
    """A respondent against whom it was decided in absence was served: their time to ask runs, where the rules and the
    track know it.
    """
    if (
        not decision.by_default
        or party.role is not Role.RESPONDENT
        or SET_ASIDE not in sitting.pack(case).windows.rules
    ):
        return
    if begun(sitting, case, SET_ASIDE, party=party, subject=decision.reference):
        return
    try:
        sitting.start_window(case, SET_ASIDE, party=party, start=at, subject=decision.reference, proof=proof)
    except NoSuchRule:
        # Not on this track.
        return


@act(
    title=T("Ask that a decision given in absence be set aside"),
    input=ReviewInput,
    by={Role.RESPONDENT},
    at=DECIDED,
    window=SET_ASIDE,
    remedy=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks that the decision be set aside"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPR 27.11"),
    topic=Topic.DECISION,
)
def ask_to_set_aside(sitting: Sitting, case: Case, given: ReviewInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for it within the time of the rules, with a good reason for the absence and a case to make; the judge rules
    (CPR 27.11).
    """
    me = sitting.party_of(case, actor)
    motion = Motion(
        case_id=case.id,
        party_id=me.id,
        kind=MotionKind.SET_ASIDE,
        asks=given.asks,
        grounds=given.grounds,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(motion)
    sitting.session.flush()
    title = T("%(name)s asks for a ruling: %(kind)s.", name=me.name, kind=motion.kind.label)
    sitting.open_task(case, Role.JUDGE, desks.RULING_ASKED, title, risk=60, subject=motion.reference)
    return Recorded(
        T("%(name)s asks for a ruling: %(kind)s", name=me.name, kind=motion.kind.label), {"motion": motion.reference}
    )


def hear_again(sitting: Sitting, case: Case) -> None:
    """Granted: nothing is owed under the decision any more, and the case goes back to the hearing."""
    decision = issued(sitting.session, case)
    if decision is None or case.stage not in DECIDED:
        raise ActNotOpen(T("No decision stands that could be set aside."))
    if petitions_of(sitting.session, case, AppealState.FILED, AppealState.ANSWERED, AppealState.SENT):
        raise ActNotOpen(T("An appeal is pending; the higher court decides."))
    set_decision_aside(sitting, case, decision)
    set_aside(sitting, case)
    for kind in (APPEAL, SET_ASIDE, "retrial_application"):
        sitting.close_windows(case, kind, WindowState.ENDED)
    sitting.close_tasks(case, desks.CLOSE_CASE)
    case.effective_at, case.pronounced_at = None, None
    sitting.move(case, Stage.HEARING)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.HEARD_AGAIN,
        T("A decision given in absence was set aside. Hear both sides and decide anew."),
        risk=55,
    )
