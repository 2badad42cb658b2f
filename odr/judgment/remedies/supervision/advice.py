"""The prosecution beside this court advises that a case be heard again: the court takes it in, looks at it in three months, and
orders a retrial or answers in writing (CPL 219; CPI 411, 414, 417, 418).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from odr.docket.models import Case, Role
from odr.docket.queries import seat
from odr.filing.registry.seats import take_seat
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.models import Decision, ProsecutionAdvice
from odr.judgment.remedies.retrial import BINDING, something_is_heard_again
from odr.judgment.remedies.retrial_rules import NOT_SMALL, First, decision_that_binds, named_in, statement_that_binds
from odr.judgment.remedies.supervision.advice_queries import REVIEW, advice_waiting, close_advice
from odr.judgment.vocabulary import AdviceState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.models import Window
    from odr.procedure.sitting import Sitting


@choice_source("advised_grounds")
def advised_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which the prosecution advises a retrial: those of a party against a decision, and one of its own (CPL 219)."""
    pack = sitting.pack(case)
    known = pack.retrial.grounds if pack.retrial is not None else {}
    has_decision = decision_that_binds(sitting, case) is not None
    return [
        Option(key, one.title, pack.cite(one.article))
        for key, one in known.items()
        if one.prosecution_only or (has_decision and not one.of_statement and key != NOT_SMALL)
    ]


@guard("CPL 219", "CPI 414")
def advice_can_come(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no advice is taken in: one waits, or these rules know no prosecution that advises a court."""
    if REVIEW not in sitting.pack(case).windows.rules:
        return T("The rules of this case know no such advice.")
    if advice_waiting(sitting, case) is not None:
        return T("The prosecution’s advice waits already; answer it first.")
    return None


@guard("CPI 414, 417")
def advice_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    return None if advice_waiting(sitting, case) is not None else T("No advice of the prosecution is waiting.")


class AdviceInput(CourtModel):
    """Advice of the prosecution as it came in."""

    office: Annotated[str, CourtText(2, 200, one_line=True), field(T("Which prosecution"))]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of its advice"))]
    came_on: Annotated[CourtDate, field(T("When it came in"))]
    asked: Annotated[
        Literal["party", "itself"],
        field(
            T("On whose word does it advise?"),
            options={
                "party": T("A party asked it to"),
                "itself": T("On its own, for the interests of the state or of the public"),
            },
        ),
    ]
    grounds: Annotated[
        list[str],
        Field(min_length=1, max_length=14),
        field(T("Grounds it names"), choices="advised_grounds"),
    ]
    says: Annotated[
        str, CourtText(5, 8000), field(T("What it says is wrong"), T("The parties read it."), widget="textarea")
    ]


@act(
    title=T("Record the prosecution’s advice to hear the case again"),
    input=AdviceInput,
    by={Role.CLERK},
    at=BINDING,
    guard=(something_is_heard_again, advice_can_come),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The prosecution advises to hear your case again"),
        T(
            "There is nothing you have to do now. The court looks at it within [time prosecution_advice], and you are told what it decides. What was decided or agreed stays in force meanwhile."
        ),
    ),
    source=law("CPL 219, 220", "CPI 411, 413, 414, 417"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Advice of the prosecution beside this court. A protest goes to the higher court, which rules on it."),
)
def record_prosecution_advice(
    sitting: Sitting, case: Case, given: AdviceInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take in advice of the prosecution to hear again what binds: a panel looks at it, and the three months for that run from the
    day it came in; whether a party's application was dismissed before makes no difference (CPI 417, 418).

    It is about the decision in effect; about the mediation statement where nothing was decided. Raises InvalidInput for a day to
    come, or before what it is about took effect.
    """
    first = decision_that_binds(sitting, case) or statement_that_binds(sitting, case)
    assert first is not None
    if not set(given.grounds) <= {option.value for option in advised_grounds(sitting, case, actor)}:
        raise InvalidInput.at("grounds", T("Choose one of those listed."))
    _require_day(sitting, case, given.came_on, first)
    row = ProsecutionAdvice(
        case_id=case.id,
        decision_id=first.id if isinstance(first, Decision) else None,
        statement_id=None if isinstance(first, Decision) else first.paper.id,
        office=given.office,
        number=given.number,
        came_on=given.came_on,
        of_itself=given.asked == "itself",
        grounds=list(given.grounds),
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    if seat(sitting.session, case, Role.PRESIDENT) is None:
        # By lot and on record, as for every application to hear a case again.
        take_seat(sitting, case, Role.PRESIDENT)
    window = sitting.start_window(
        case, REVIEW, start=datetime.combine(given.came_on, time(12), sitting.pack(case).tz), subject=row.reference
    )
    title = T("%(office)s advises to hear the case again. Have a panel look at it.", office=given.office)
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.PROSECUTION_ADVICE,
        title,
        risk=60,
        due_at=window.due_at,
        subject=row.reference,
    )
    facts = {**named_in(first), "advice": row.reference, "grounds": list(given.grounds)}
    return Recorded(T("%(office)s advises to hear the case again", office=given.office), facts)


def _require_day(sitting: Sitting, case: Case, came_on: date, first: First) -> None:
    """Raises InvalidInput for a day to come, or one on which nothing was in effect yet."""
    assert first.effective_at is not None
    if came_on > sitting.today:
        raise InvalidInput.at("came_on", T("This day is still to come."))
    if came_on < first.effective_at.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("came_on", T("What it is about was not in effect yet on this day."))


LACKS = {
    "papers": T("The advice, the party’s application or the evidence is missing"),
    "object": T("What it is about cannot be heard again"),
    "grounds": T("It names no ground of the law"),
    "conditions": T("The party had not applied to the court before"),
    "committee": T("The prosecution’s committee has not decided on it"),
}
"""What advice that a party asked for has to have, and does not (CPI 414(1) to (5))."""
ANSWERED = {
    "no_retrial": T("The case is not heard again: the court found no error that needs it."),
    "not_taken": T("The advice is not taken in; it was neither completed nor taken back."),
    "withdrawn": T("The prosecution took its advice back; the court does nothing on it."),
}
STATES = {
    "no_retrial": AdviceState.NOT_FOLLOWED,
    "not_taken": AdviceState.NOT_TAKEN,
    "withdrawn": AdviceState.WITHDRAWN,
}


def what_the_answer_says(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """To whom the answer goes, and what was missing."""
    row = advice_waiting(sitting, case)
    if row is None:
        return []
    about = T("This answers %(office)s on its advice, number %(number)s.", office=row.office, number=row.number)
    return [about, *(LACKS[key] for key in given.lacks or ())]


class AdviceAnswerInput(CourtModel):
    """The court's answer to the prosecution."""

    answer: Annotated[
        Literal["no_retrial", "not_taken", "withdrawn"],
        field(
            T("Answer to the prosecution"),
            options={
                "no_retrial": T("No retrial: the panel found no error that needs one"),
                "not_taken": T("Not taken in: something is missing that it did not put right"),
                "withdrawn": T("The prosecution took it back"),
            },
        ),
    ]
    lacks: Annotated[
        list[Literal["papers", "object", "grounds", "conditions", "committee"]],
        Field(max_length=5),
        field(
            T("What is missing"),
            T("Only where it is not taken in. Ask the prosecution first to complete it or to take it back [CPI 414]."),
            options=LACKS,
        ),
    ] = Field(default_factory=list)
    looked: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Who looked at it, and how they voted"),
            T("A panel looks at it [CPI 417]. One person in each line; it stands in the docket."),
            widget="textarea",
        ),
    ] = None
    reasons: Annotated[str, CourtText(5, 8000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Answer the prosecution’s advice"),
    input=AdviceAnswerInput,
    by={Role.PRESIDENT},
    at=BINDING,
    guard=advice_waits,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The court has answered the prosecution’s advice"),
        T(
            "There is nothing you have to do. The case is not heard again on this advice: what was decided or agreed stands, and the answer says why."
        ),
    ),
    paper=RulingForm(
        T("Advice of the prosecution"),
        T("Nothing can be asked for against this answer by itself."),
        words=ANSWERED,
        omits=("lacks", "looked"),
        more=what_the_answer_says,
        is_decision=True,
        kind=T("Answer to the prosecution"),
    ),
    source=law("CPL 219", "CPI 414, 417"),
    desk=desks.PROSECUTION_ADVICE,
    topic=Topic.DECISION,
    in_record=False,
    help=T("To hear the case again, the judicial committee decides first; then the president orders a retrial."),
)
def answer_prosecution_advice(
    sitting: Sitting, case: Case, given: AdviceAnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Answer in writing that no retrial is ordered, that the advice is not taken in, or that it was taken back (CPI 414, 417).

    Raises InvalidInput where nothing is named that is missing, or nobody who looked at it.
    """
    if (given.answer == "not_taken") != bool(given.lacks):
        raise InvalidInput.at("lacks", T("Name what is missing where the advice is not taken in, and else nothing."))
    if given.answer == "no_retrial" and not given.looked:
        raise InvalidInput.at("looked", T("Name the panel that looked at it."))
    row = close_advice(sitting, case, STATES[given.answer])
    assert row is not None
    if given.answer != "withdrawn":
        title = T("Send the court’s answer to %(office)s.", office=row.office)
        sitting.open_task(case, Role.CLERK, desks.PROSECUTION_ANSWER, title, risk=35, subject=row.reference)
    facts = {"advice": row.reference, "answer": given.answer, "reasons": given.reasons}
    return Recorded(
        T("The court answers %(office)s on its advice: no retrial", office=row.office)
        if given.answer == "no_retrial"
        else T("The advice of %(office)s to hear the case again is not taken in", office=row.office)
        if given.answer == "not_taken"
        else T("%(office)s takes its advice back", office=row.office),
        facts,
    )


def advice_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """Three months are over: the task stays and is marked (CPI 417)."""
    title = T("The prosecution’s advice was not answered within [time prosecution_advice]. Answer it now.")
    sitting.open_task(case, Role.PRESIDENT, desks.PROSECUTION_ADVICE, title, risk=90, subject=window.subject)
