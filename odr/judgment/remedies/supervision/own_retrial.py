"""The court's own retrial: its president lays an error in a binding decision or mediation statement before the judicial committee,
which decides whether the case is heard again (CPL 209). So it does where the prosecution advises it, and the panel that looked at
it agrees (CPI 417).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import DELIBERATION
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.models import Decision
from odr.judgment.remedies.retrial import BINDING, hear_again
from odr.judgment.remedies.retrial_back import close_application
from odr.judgment.remedies.retrial_checks import LIVE, retrials_of
from odr.judgment.remedies.retrial_rules import (
    First,
    decision_that_binds,
    is_against,
    is_small,
    named_in,
    statement_that_binds,
    stays_as_it_is,
)
from odr.judgment.remedies.supervision.advice_queries import advice_waiting
from odr.judgment.vocabulary import RetrialState
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
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
def something_binds(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is heard again: neither a decision nor a mediation statement is in effect."""
    return None if _binding(sitting, case) else T("No decision and no mediation statement of this case is in effect.")


@guard("CPL 209")
def no_error_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no error is pointed out: one waits already."""
    return T("An error was pointed out already; it waits for the committee.") if pointed_out(sitting, case) else None


@guard("CPL 209")
def an_error_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the committee has nothing to decide."""
    return None if pointed_out(sitting, case) else T("No error was pointed out.")


@guard("CPL 209", "CPI 417")
def a_retrial_is_suggested(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the committee orders no retrial: nobody pointed out an error, and the prosecution advises none."""
    if pointed_out(sitting, case) is not None or advice_waiting(sitting, case) is not None:
        return None
    return T("No error was pointed out.")


class PointOutErrorInput(CourtModel):
    """What is wrong with a decision or a mediation statement that binds."""

    error: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("What is wrong with what was decided or agreed?"),
            T("It stands in the closed part of the file."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Point an error in what was decided or agreed out to the president"),
    input=PointOutErrorInput,
    by={Role.JUDGE, Role.CLERK, Role.PRESIDENT},
    at=BINDING,
    guard=(something_binds, no_error_waits),
    seen_by=Audience.NAMED,
    source=law("CPL 209"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("The president lays it before the judicial committee, which decides whether the case is heard again."),
)
def point_out_error(
    sitting: Sitting, case: Case, given: PointOutErrorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Point out to the president that a binding decision or mediation statement is certainly wrong; they lay it before the committee
    (CPL 209).
    """
    title = T("A binding decision or mediation statement seems wrong. Lay it before the judicial committee.")
    sitting.open_task(case, Role.PRESIDENT, desks.OWN_RETRIAL, title, risk=60)
    return Recorded(T("%(name)s points out an error in what was decided or agreed", name=actor.name), {}, named=READERS)


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
    title=T("Record that the committee leaves what was decided or agreed as it is"),
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
    return Recorded(T("The judicial committee leaves what was decided or agreed as it is"), {}, named=READERS)


class OwnRetrialInput(CourtModel):
    """The ruling by which the court hears its own decision, or a mediation statement it made, again."""

    decided_on: Annotated[CourtDate, field(T("When did the committee decide?"))]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("What is wrong with what was decided or agreed?"), T("The parties read it."), widget="textarea"),
    ]
    what: Annotated[
        str | None,
        CourtText(1, 20, one_line=True),
        field(
            T("What is heard again?"),
            T("Only where a part was decided and the rest agreed on: one of the two."),
            choices="what_binds",
            asked="two_things_bind",
        ),
    ] = None


def _binding(sitting: Sitting, case: Case) -> dict[str, First]:
    """What of a case binds and can be wrong: a decision, a mediation statement, or both where a part was decided."""
    found = {"decision": decision_that_binds(sitting, case), "statement": statement_that_binds(sitting, case)}
    return {key: one for key, one in found.items() if one is not None}


@choice_source("what_binds")
def what_binds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What can be heard again of the court's own motion."""
    names_of = {"decision": T("The decision"), "statement": T("The mediation statement")}
    return [Option(key, names_of[key]) for key in _binding(sitting, case)]


@choice_source("two_things_bind")
def two_things_bind(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The same where there are two of them; where there is one, nobody is asked which."""
    found = what_binds(sitting, case, actor)
    return list(found) if len(found) > 1 else []


def _said(sitting: Sitting, case: Case, what: str | None) -> First | None:
    """What is heard again; None where two things bind and it is not said which, or what is said does not bind."""
    found = _binding(sitting, case)
    return found.get(what or (next(iter(found)) if len(found) == 1 else ""))


def _chosen(sitting: Sitting, case: Case, what: str | None) -> First:
    """What is heard again. Raises InvalidInput where that is not said, or does not bind."""
    found = _said(sitting, case, what)
    if found is None:
        raise InvalidInput.at("what", T("Say what is heard again: the decision or the mediation statement."))
    return found


def what_of_it(sitting: Sitting, case: Case, given: OwnRetrialInput) -> list[Text]:
    """What the ruling says of the decision or the mediation statement: it is not enforced meanwhile (CPL 217); and that the
    prosecution advised the retrial, where it did (CPI 417).
    """
    first, advice = _said(sitting, case, given.what), advice_waiting(sitting, case)
    if first is None:
        # A form that is not filled in yet.
        return []
    said = stays_as_it_is(sitting, case, first, heard_again=True)
    if advice is not None and is_against(advice, first):
        said.append(T("%(office)s advised it: %(number)s.", office=advice.office, number=advice.number))
    return said


@act(
    title=T("Order a retrial on the decision of the committee"),
    input=OwnRetrialInput,
    by={Role.PRESIDENT},
    at=BINDING,
    to={Stage.PENDING},
    guard=(something_binds, a_retrial_is_suggested),
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The court hears your case again of its own motion"),
        T(
            "What was decided or agreed is not enforced for now, and a panel hears the case again here; what is asked of you then comes by letter with its day. What you ask of the retrial you can tell the court until the debate ends."
        ),
    ),
    paper=RulingForm(T("Retrial"), NO_APPEAL, ruled=T("The case is heard again."), omits=("what",), more=what_of_it),
    version=2,
    source=law("CPL 41, 209, 217, 218", "CPI 394, 417"),
    means={Milestone.HEARD_AGAIN},
    desk=(desks.OWN_RETRIAL, desks.PROSECUTION_ADVICE),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Only where the judicial committee has decided so. No party can take such a retrial back."),
)
def order_own_retrial(sitting: Sitting, case: Case, given: OwnRetrialInput, *, actor: Actor, now: datetime) -> Recorded:
    """Order that the court hears its own decision, or a mediation statement, again, as its judicial committee decided: execution
    halts and a panel of others hears it; what parties have applied for meanwhile is heard with it (CPL 209, 217, 218).
    """
    _require_day(sitting, case, given.decided_on)
    sitting.close_tasks(case, desks.OWN_RETRIAL)
    advice, first = advice_waiting(sitting, case), _chosen(sitting, case, given.what)
    # What follows of small claims is said of judgments alone (CPI 424); what else is heard again can be appealed (CPL 218).
    final = isinstance(first, Decision) and is_small(sitting, case)
    for row in retrials_of(sitting.session, case, *LIVE):
        if is_against(row, first):
            close_application(sitting, case, row, RetrialState.ORDERED)
    before = hear_again(sitting, case, first)
    facts = {**named_in(first), "ordered": True, "heard_again": True, "final": final, "own": True}
    if advice is not None and is_against(advice, first):
        facts["advice"] = advice.reference
    return Recorded(
        T("The court hears the case again of its own motion"), {**facts, "reasons": given.reasons, **before}
    )


@upcast(names.ORDER_OWN_RETRIAL, from_version=1)
def of_the_decision(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first only a decision was heard again so."""
    return {**given, "what": "decision"}


def is_own(began: DocketEntry) -> bool:
    """Whether a retrial was ordered by the court of its own motion: no party's word ends it (CPL 209; CPI 404)."""
    return bool(json.loads(began.payload)["result"].get("own"))
