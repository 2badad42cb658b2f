"""The court's own retrial: its president lays an error in a binding decision before the judicial committee, which decides
whether the case is heard again (CPL 209). So it does where the prosecution advises it, and the panel that looked at it agrees
(CPI 417).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import DELIBERATION
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.remedies.retrial import BINDING, a_decision_binds, hear_again
from odr.judgment.remedies.retrial_back import close_application
from odr.judgment.remedies.retrial_checks import LIVE, retrials_of
from odr.judgment.remedies.retrial_rules import decision_that_binds, is_small
from odr.judgment.remedies.supervision.advice_queries import advice_waiting
from odr.judgment.vocabulary import RetrialState
from odr.procedure.acts.events import PresidentAsked
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

READERS = tuple(sorted(role.value for role in DELIBERATION))
"""Who reads what is said of an error before the committee has decided; no party does."""
OVER = (names.LEAVE_DECISION, names.ORDER_OWN_RETRIAL)


def pointed_out(sitting: Sitting, case: Case) -> DocketEntry | None:
    """The error that waits for the president and the committee; None where none was pointed out, or it was decided on."""
    said = entries_of(sitting.session, case, names.POINT_OUT_ERROR)
    done = [entry.number for name in OVER for entry in entries_of(sitting.session, case, name)]
    return said[-1] if said and said[-1].number > max(done, default=0) else None


@guard("CPL 209")
def no_error_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no error is pointed out: one waits already."""
    return T("An error was pointed out already; it waits for the committee.") if pointed_out(sitting, case) else None


@guard("CPL 209")
def an_error_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the committee has nothing to decide."""
    return None if pointed_out(sitting, case) else T("No error in the decision was pointed out.")


@guard("CPL 209", "CPI 417")
def a_retrial_is_suggested(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the committee orders no retrial: nobody pointed out an error, and the prosecution advises none."""
    if pointed_out(sitting, case) is not None or advice_waiting(sitting, case) is not None:
        return None
    return T("No error in the decision was pointed out.")


class PointOutErrorInput(CourtModel):
    """What is wrong with a decision that binds."""

    error: Annotated[
        str,
        CourtText(10, 8000),
        field(T("What is wrong with the decision?"), T("It stands in the closed part of the file."), widget="textarea"),
    ]


@act(
    title=T("Point an error in the binding decision out to the president"),
    input=PointOutErrorInput,
    by={Role.JUDGE, Role.CLERK, Role.PRESIDENT},
    at=BINDING,
    guard=(a_decision_binds, no_error_waits),
    seen_by=Audience.NAMED,
    source=law("CPL 209"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("The president lays it before the judicial committee, which decides whether the case is heard again."),
)
def point_out_error(
    sitting: Sitting, case: Case, given: PointOutErrorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Point out to the president that a binding decision is certainly wrong; they lay it before the committee (CPL 209)."""
    sitting.announce(PresidentAsked(case))
    title = T("A binding decision seems wrong. Lay it before the judicial committee.")
    sitting.open_task(case, Role.PRESIDENT, desks.OWN_RETRIAL, title, risk=60)
    return Recorded(T("%(name)s points out an error in the decision", name=actor.name), {}, named=READERS)


class CommitteeInput(CourtModel):
    """What the judicial committee decided, and who was there."""

    decided_on: Annotated[CourtDate, field(T("When did the committee decide?"))]
    attended: Annotated[
        str,
        CourtText(3, 2000),
        field(T("Who attended, and how they voted"), T("One person in each line."), widget="textarea"),
    ]
    reasons: Annotated[str, CourtText(10, 8000), field(T("Reasons"), widget="textarea")]


def _require_day(sitting: Sitting, case: Case, decided_on: date) -> None:
    """Raises InvalidInput for a day to come, before the error was pointed out, or before the prosecution's advice came in."""
    said, advised = pointed_out(sitting, case), advice_waiting(sitting, case)
    if decided_on > sitting.today:
        raise InvalidInput.at("decided_on", T("This day is still to come."))
    if said is None and advised is not None and decided_on < advised.came_on:
        raise InvalidInput.at("decided_on", T("The prosecution’s advice came in later than this."))
    if said is not None and decided_on < said.effective_at.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("decided_on", T("The error was pointed out later than this."))


@act(
    title=T("Record that the committee leaves the decision as it is"),
    input=CommitteeInput,
    by={Role.PRESIDENT},
    at=BINDING,
    guard=an_error_waits,
    seen_by=Audience.NAMED,
    source=law("CPL 209"),
    desk=desks.OWN_RETRIAL,
    topic=Topic.DECISION,
    in_record=False,
)
def leave_decision(sitting: Sitting, case: Case, given: CommitteeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that the judicial committee found no reason to hear the case again (CPL 209)."""
    _require_day(sitting, case, given.decided_on)
    sitting.close_tasks(case, desks.OWN_RETRIAL)
    return Recorded(T("The judicial committee leaves the decision as it is"), {}, named=READERS)


def on_advice(sitting: Sitting, case: Case, given: OwnRetrialInput) -> list[Text]:
    """By whom the retrial was advised, where the prosecution did (CPI 417)."""
    advice = advice_waiting(sitting, case)
    if advice is None:
        return []
    return [T("%(office)s advised it: %(number)s.", office=advice.office, number=advice.number)]


class OwnRetrialInput(CourtModel):
    """The ruling by which the court hears its own decision again."""

    decided_on: Annotated[CourtDate, field(T("When did the committee decide?"))]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("What is wrong with the decision?"), T("The parties read it."), widget="textarea"),
    ]


@act(
    title=T("Order a retrial on the decision of the committee"),
    input=OwnRetrialInput,
    by={Role.PRESIDENT},
    at=BINDING,
    to={Stage.PENDING},
    guard=(a_decision_binds, a_retrial_is_suggested),
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The court hears your case again of its own motion"),
        T(
            "The decision is not enforced for now, and a panel hears the case again here; what is asked of you then comes by letter with its day. What you ask of the retrial you can tell the court until the debate ends."
        ),
    ),
    paper=RulingForm(
        T("Retrial"),
        NO_APPEAL,
        ruled=T("The case is heard again; the decision is not enforced meanwhile."),
        more=on_advice,
    ),
    source=law("CPL 41, 209, 217, 218", "CPI 394, 417"),
    means={Milestone.HEARD_AGAIN},
    desk=(desks.OWN_RETRIAL, desks.PROSECUTION_ADVICE),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Only where the judicial committee has decided so. No party can take such a retrial back."),
)
def order_own_retrial(sitting: Sitting, case: Case, given: OwnRetrialInput, *, actor: Actor, now: datetime) -> Recorded:
    """Order that the court hears its own decision again, as its judicial committee decided: execution halts and a panel of others
    hears it; what parties have applied for meanwhile is heard with it (CPL 209, 217, 218).
    """
    _require_day(sitting, case, given.decided_on)
    sitting.close_tasks(case, desks.OWN_RETRIAL)
    advice = advice_waiting(sitting, case)
    decision = decision_that_binds(sitting, case)
    assert decision is not None
    final = is_small(sitting, case)
    for row in retrials_of(sitting.session, case, *LIVE):
        close_application(sitting, case, row, RetrialState.ORDERED)
    before = hear_again(sitting, case, decision)
    facts = {"decision": decision.reference, "ordered": True, "heard_again": True, "final": final, "own": True}
    if advice is not None:
        facts["advice"] = advice.reference
    return Recorded(
        T("The court hears the case again of its own motion"), {**facts, "reasons": given.reasons, **before}
    )


def is_own(began: DocketEntry) -> bool:
    """Whether a retrial was ordered by the court of its own motion: no party's word ends it (CPL 209; CPI 404)."""
    return bool(json.loads(began.payload)["result"].get("own"))
