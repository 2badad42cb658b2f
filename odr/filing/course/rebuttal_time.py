"""Time for evidence once more, after one's own has ended: to rebut what another party brought, or to mend defects in where
evidence came from and in its form (EV 51(3); CPI 99(3)). Before it ends, more time is asked for instead (EV 54).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.filing import desks
from odr.filing.claim.progress import ask, debate_is_open, decide, requests_of
from odr.filing.course.evidence_periods import AGAIN, EVIDENCE, begin_again, period_of
from odr.filing.inputs import Answer, Reasons
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

KIND = RequestKind.REBUTTAL

PURPOSES = {
    "rebut": T("To bring evidence against what another party has brought"),
    "mend": T("To mend where evidence came from, or its form"),
}


@guard("EV 51, 54", "CPI 99")
def own_time_is_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a party cannot ask for time again: theirs has not begun or still runs, they have asked, or the debate has
    ended.
    """
    party = case.party_if_any(actor.party_id)
    if party is None or period_of(sitting, case, party) is None:
        return T("Your time for evidence has not begun.")
    if any(sitting.windows(case, EVIDENCE, party=party, state=s) for s in (WindowState.OPEN, WindowState.HALTED)):
        return T("Your time for evidence is not over. Ask for more time before it ends.")
    if any(one.party_id == party.id for one in requests_of(sitting, case, KIND)):
        return T("You have already asked for time for evidence again.")
    return None if debate_is_open(sitting, case) else T("The debate has ended.")


class TimeAgainInput(CourtModel):
    """What the time is asked for, and what it is about."""

    purpose: Annotated[Literal["rebut", "mend"], field(T("What for?"), options=PURPOSES, widget="radios")]
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Which evidence is it about, and what will you bring?"),
            T("Name the exhibit, and say why you could not bring it before."),
            widget="textarea",
        ),
    ]
    days: Annotated[int, Field(ge=1, le=30), field(T("Days"))] = 7


@act(
    title=T("Ask for time for evidence again"),
    input=TimeAgainInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=own_time_is_over,
    rule=AGAIN,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks for time for evidence again"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("EV 51", "CPI 99"),
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T(
        "After your own time has ended: only against what another party has brought, or to mend where evidence came from or its form."
    ),
)
def ask_rebuttal_time(sitting: Sitting, case: Case, given: TimeAgainInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask, once one's own time for evidence is over, that the court sets another for rebuttal or to mend defects (CPI
    99(3)).
    """
    me = sitting.party_of(case, actor)
    request = ask(sitting, case, KIND, me, given.words, days=given.days, purpose=given.purpose)
    words = T(
        "%(name)s asks for %(days)s days for evidence again. %(purpose)s",
        name=me.name,
        days=given.days,
        purpose=PURPOSES[given.purpose],
    )
    sitting.open_task(case, Role.JUDGE, desks.REBUTTAL_TIME, words, risk=40, subject=request.reference)
    return Recorded(words, {"request": request.reference, "purpose": given.purpose})


@guard("EV 51", "CPI 99")
def time_again_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no such request to rule on."""
    return None if requests_of(sitting, case, KIND) else T("Nobody asks for time for evidence again.")


class TimeAgainRuling(CourtModel):
    """The ruling on time for evidence again."""

    request: Annotated[str, RefTo("rebuttal_time"), field(T("Request"), choices="rebuttal_times")]
    answer: Answer
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days from today, if other than asked"))] = None
    reasons: Reasons


@act(
    title=T("Rule on time for evidence again"),
    input=TimeAgainRuling,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING, Stage.DELIBERATION},
    guard=time_again_waits,
    rule=AGAIN,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on time for evidence again"),
        T(
            "If time was given, whoever was given it may bring evidence; everybody may speak on it afterwards. You have nothing to do now."
        ),
        when_due=T("%(limits)s Everybody may speak on it afterwards.", limits=LIMITS),
    ),
    paper=RulingForm(T("Time for evidence again"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("EV 51", "CPI 99"),
    desk=desks.REBUTTAL_TIME,
    topic=Topic.EVIDENCE,
    in_record=False,
)
def rule_on_rebuttal_time(
    sitting: Sitting, case: Case, given: TimeAgainRuling, *, actor: Actor, now: datetime
) -> Recorded:
    """Set another time for evidence as the judge sees fit, not bound by the lengths of the first, or none (EV 51(3)). What
    comes in it is not late, and hearing, findings and judgment wait for it.

    Raises ActNotOpen where the time would begin after the debate.
    """
    request: Request = sitting.resolved("rebuttal_time", given.request)
    party = case.party(request.party_id)
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        return Recorded(T("No time for evidence again for %(name)s", name=party.name), {"reasons": given.reasons})
    if not debate_is_open(sitting, case):
        raise ActNotOpen(T("The debate has ended; no time for evidence begins any more."))
    days = given.days or int(request.details["days"])
    window = begin_again(sitting, case, party, days, request.reference)
    decide(sitting, case, request, RequestState.GRANTED)
    return Recorded(
        T("%(name)s has time for evidence again, for %(days)s days", name=party.name, days=days),
        {"days": days, "window": window.kind, "reasons": given.reasons},
    )
