"""An application for retrial that this court decides itself: of small claims, between natural persons, or with many on a
side (CPL 210, 214, 215; CPI 377, 381, 424).

Nobody who sat in the case decides on it (CPI 45): the president does, by a rule of this court. What is ordered is heard by a
panel (CPL 41); of small claims nobody can appeal then, unless they should never have been heard as small claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.docket.queries import parties
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.models import Decision, RetrialApplication, RetrialOpinion
from odr.judgment.remedies.retrial import BINDING, hear_again
from odr.judgment.remedies.retrial_checks import LIVE, retrials_of
from odr.judgment.remedies.retrial_rules import (
    NOT_SMALL,
    OPINION,
    REVIEW,
    OnNewEvidence,
    announce_costs,
    attacked_by,
    is_small,
    named_in,
    require_new_evidence,
    stays_as_it_is,
)
from odr.judgment.vocabulary import RetrialState
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import Served
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.models import Window
    from odr.procedure.sitting import Sitting


def here(sitting: Sitting, case: Case) -> list[RetrialApplication]:
    """Applications that wait for this court."""
    return [row for row in retrials_of(sitting.session, case, *LIVE) if row.here]


def on_served(sitting: Sitting, event: Served) -> None:
    """A copy of an application reached another party: their fifteen days run (CPL 214)."""
    for row in here(sitting, event.case):
        known = begun(sitting, event.case, OPINION, party=event.party, subject=row.reference)
        if row.entry_number in event.entries and row.party_id != event.party.id and not known:
            sitting.start_window(
                event.case, OPINION, party=event.party, start=event.at, subject=row.reference, proof=event.proof
            )


@guard("CPL 214")
def another_applied_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    if any(row.party_id != actor.party_id for row in here(sitting, case)):
        return None
    return T("No application for retrial of another party is waiting at this court.")


class RetrialOpinionInput(CourtModel):
    """What another party says to an application for retrial."""

    words: Annotated[str, CourtText(1, 16000), field(T("Your opinion"), widget="textarea")]


@act(
    title=T("Answer the application for retrial"),
    input=RetrialOpinionInput,
    by=set(PARTY_ROLES),
    at=BINDING,
    guard=another_applied_here,
    window=OPINION,
    late=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Another party’s opinion on the application for retrial"),
        T("There is nothing you have to do now. The ruling on the application is sent to you."),
    ),
    source=law("CPL 214"),
    topic=Topic.DECISION,
    in_record=False,
)
def answer_retrial(
    sitting: Sitting, case: Case, given: RetrialOpinionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """A written opinion, within fifteen days of the copy; none keeps nobody from deciding (CPL 214)."""
    me = sitting.party_of(case, actor)
    number = sitting.next_number(case)
    for row in here(sitting, case):
        if row.party_id != me.id:
            sitting.session.add(
                RetrialOpinion(application_id=row.id, party_id=me.id, words=given.words, entry_number=number)
            )
    sitting.session.flush()
    return Recorded(T("%(name)s answers the application for retrial", name=me.name), {})


@guard("CPL 214, 215", "CPI 424")
def an_application_is_ready(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing can be decided: no application, or somebody may still answer it."""
    waiting = here(sitting, case)
    if not waiting:
        return T("No application for retrial is waiting at this court.")
    for row in waiting:
        spoken = set(
            sitting.session.scalars(select(RetrialOpinion.party_id).where(RetrialOpinion.application_id == row.id))
        )
        for party in (p for p in parties(case) if p.id != row.party_id and p.id not in spoken):
            found = sitting.windows(case, OPINION, party=party, state=None, subject=row.reference)
            if not found or any(w.state in (WindowState.OPEN, WindowState.HALTED) for w in found):
                return T(
                    "%(name)s may still answer the application for retrial: [time retrial_opinion] from the copy [CPL 214].",
                    name=party.name,
                )
    return None


RULED = {
    "order": T("The case is heard again."),
    "refuse": T("The application is dismissed."),
}


def what_stands(sitting: Sitting, case: Case, given: RetrialRulingInput) -> list[Text]:
    """What the ruling says of the decision or the mediation statement it is about, and of what was found besides (CPI 394, 424)."""
    first, is_ordered = attacked_by(sitting, case, here(sitting, case)), given.answer == "order"
    said = stays_as_it_is(sitting, case, first, heard_again=is_ordered)
    if is_ordered and given.not_small:
        said.append(T("It should not have been heard as small claims: from the new judgment an appeal lies [CPI 424]."))
    if is_ordered and given.new_evidence:
        said.append(T("It is ordered on new evidence that overturns the decision."))
    return said


class RetrialRulingInput(CourtModel):
    """The ruling on applications for retrial at this court."""

    answer: Annotated[
        Literal["order", "refuse"],
        field(
            T("Result of the ruling"),
            options={"order": T("Hear the case again"), "refuse": T("Dismiss the application")},
        ),
    ]
    not_small: Annotated[
        bool,
        field(
            T("It should not have been heard as small claims"),
            T("Then an appeal lies against the new judgment; else it is final [CPI 424]."),
        ),
    ] = False
    new_evidence: OnNewEvidence = False
    reasons: Annotated[str, CourtText(5, 8000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Rule on the application for retrial"),
    input=RetrialRulingInput,
    by={Role.PRESIDENT},
    at=BINDING,
    to={Stage.PENDING},
    guard=an_application_is_ready,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the application for retrial"),
        T(
            "If it was dismissed, what was decided or agreed stands. If a retrial is ordered, it is not enforced for now and a panel hears the case again here; what is asked of you then comes by letter with its day."
        ),
    ),
    paper=RulingForm(T("Retrial"), NO_APPEAL, words=RULED, omits=("not_small", "new_evidence"), more=what_stands),
    source=law("CPL 41, 212, 215, 217", "CPI 45, 393, 394, 424", "FEE 9, 23", "COURT retrial"),
    version=2,
    means={Milestone.HEARD_AGAIN},
    desk=desks.RETRIAL_HERE,
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Nobody who sat in the case decides on this [CPI 45]. That the president does is a rule of this court, not of the law."
    ),
)
def rule_on_retrial(
    sitting: Sitting, case: Case, given: RetrialRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Order that the case is heard again, or dismiss every application (CPI 393, 396); ordered, execution halts and a
    panel hears it (CPL 41, 217; CPI 424).
    """
    rows = here(sitting, case)
    first = attacked_by(sitting, case, rows)
    if first is None:
        raise ActNotOpen(T("No decision and no mediation statement of this case is in effect."))
    if given.not_small and not any(NOT_SMALL in row.grounds for row in rows):
        raise InvalidInput.at("not_small", T("Nobody applies on the ground that it was no small claim."))
    ordered = given.answer == "order"
    # What follows of small claims is said of judgments alone (CPI 424); what else is heard again can be appealed (CPL 218).
    final = ordered and isinstance(first, Decision) and is_small(sitting, case) and not given.not_small
    require_new_evidence(rows, ordered=ordered, new_evidence=given.new_evidence)
    for row in rows:
        row.state = RetrialState.ORDERED if ordered else RetrialState.REFUSED
        row.closed_entry = sitting.next_number(case)
        sitting.close_tasks(case, desks.RETRIAL_HERE, row.reference)
        sitting.close_windows(case, REVIEW, WindowState.MET, subject=row.reference)
        sitting.close_windows(case, OPINION, WindowState.ENDED, subject=row.reference)
    before: dict[str, Any] = {}
    if ordered:
        others = retrials_of(sitting.session, case, *LIVE)
        announce_costs(sitting, case, first, [*rows, *others], new_evidence=given.new_evidence)
        for other in others:
            other.state, other.closed_entry = RetrialState.ORDERED, sitting.next_number(case)
            sitting.close_tasks(case, desks.RETRIAL, other.reference)
        before = hear_again(sitting, case, first)
    words = T("A retrial is ordered") if ordered else T("The application for retrial is dismissed")
    result = {**named_in(first), "ordered": ordered, "heard_again": ordered, "final": final}
    return Recorded(words, {**result, "reasons": given.reasons, **before})


@upcast(names.RULE_ON_RETRIAL, from_version=1)
def not_on_new_evidence(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first no retrial had a fee, and on which ground it was ordered was not said."""
    return {**given, "new_evidence": False}


def review_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """Three months are over: the task stays and is marked (CPL 215; CPI 129)."""
    title = T("An application for retrial was not decided within [time retrial_review]. Decide it now.")
    sitting.open_task(case, Role.PRESIDENT, desks.RETRIAL_HERE, title, risk=90, subject=window.subject)
