"""An application for retrial that is taken back, or whose review ends without a ruling on it (CPI 398 to 400)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.models import RetrialApplication
from odr.judgment.remedies.retrial import BINDING
from odr.judgment.remedies.retrial_checks import LIVE, retrials_of
from odr.judgment.remedies.retrial_here import here
from odr.judgment.remedies.retrial_rules import OPINION, REVIEW, UNDECIDED, of_this_retrial
from odr.judgment.vocabulary import REVIEW_ENDS, RetrialEnd, RetrialState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def _mine(sitting: Sitting, case: Case, actor: Actor) -> RetrialApplication | None:
    """The actor's own application that is reviewed here, has not gone up yet, or is what the case is heard again on."""
    waiting = [row for row in retrials_of(sitting.session, case, *LIVE) if row.here or row.state is RetrialState.FILED]
    every = [*waiting, *of_this_retrial(sitting, case)]
    return next((row for row in every if row.party_id == actor.party_id), None)


@guard("CPI 398, 404")
def own_retrial_goes_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing can be taken back here: there is no application of theirs, it is with the higher court, or they have asked."""
    mine = _mine(sitting, case, actor)
    if mine is not None:
        return T("You have asked for it already. The court rules on it.") if mine.back_entry is not None else None
    if any(row.party_id == actor.party_id for row in retrials_of(sitting.session, case, RetrialState.SENT)):
        return T("The file has gone to the higher court. Ask that court for leave to take the application back.")
    return T("You have no application for retrial that could be taken back.")


class WithdrawRetrialInput(CourtModel):
    """Why an application for retrial is taken back."""

    reasons: Annotated[
        str | None, CourtText(0, 2000), field(T("Reasons, if you want to give them"), widget="textarea")
    ] = None


@act(
    title=T("Take your application for retrial back"),
    input=WithdrawRetrialInput,
    by=set(PARTY_ROLES),
    at=BINDING | UNDECIDED,
    guard=own_retrial_goes_on,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party takes an application for retrial back"),
        T("There is nothing you have to do now. Where the court rules on it, the ruling is sent to you."),
    ),
    source=law("CPI 398, 399, 404"),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "The court rules whether it is taken back. Then the decision stands, and you may apply again only on what counts from the day it became known [CPI 399]."
    ),
)
def withdraw_retrial(
    sitting: Sitting, case: Case, given: WithdrawRetrialInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask to take an application for retrial back; the court that reviews or hears it rules (CPI 398, 404). What nobody reviews
    yet, since its file has not gone up, is taken back at once.
    """
    row, name = _mine(sitting, case, actor), sitting.party_of(case, actor).name
    assert row is not None
    row.back_entry = sitting.next_number(case)
    facts = {"retrial": row.reference, "taken_back": False}
    if row.state is RetrialState.FILED and not row.here:
        close_application(sitting, case, row, RetrialState.WITHDRAWN)
        return Recorded(T("%(name)s took the application for retrial back", name=name), {**facts, "taken_back": True})
    sitting.open_task(
        case,
        Role.JUDGE if row.state is RetrialState.ORDERED else Role.PRESIDENT,
        desks.RETRIAL_BACK,
        T("%(name)s asks to take the application for retrial back. Rule on it.", name=name),
        risk=50,
        subject=row.reference,
    )
    return Recorded(T("%(name)s asks to take the application for retrial back", name=name), facts)


def close_application(sitting: Sitting, case: Case, row: RetrialApplication, state: RetrialState) -> None:
    """An application is over: it lies on no desk, and nobody has time to answer or to decide it."""
    row.state, row.closed_entry = state, sitting.next_number(case)
    for desk in (desks.RETRIAL, desks.RETRIAL_HERE, desks.RETRIAL_BACK):
        sitting.close_tasks(case, desk, row.reference)
    for kind in (OPINION, REVIEW):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)


def require_end(row: RetrialApplication, ground: RetrialEnd, known: frozenset[RetrialEnd]) -> None:
    """Raises InvalidInput for a ground the law does not know here, and where nobody asked to take it back (CPI 398)."""
    if ground not in known:
        raise InvalidInput.at("ground", T("Choose one of those listed."))
    if ground is RetrialEnd.WITHDRAWN and row.back_entry is None:
        raise InvalidInput.at("ground", T("Whoever applied has not asked to take it back."))


def named(rows: Sequence[RetrialApplication], reference: str) -> RetrialApplication:
    """The application a ruling is about. Raises InvalidInput for another."""
    found = next((row for row in rows if row.reference == reference), None)
    if found is None:
        raise InvalidInput.at("application", T("Choose one of those listed."))
    return found


def require_asked_back(row: RetrialApplication) -> None:
    """Raises InvalidInput where leave is refused that nobody asked for."""
    if row.back_entry is None:
        raise InvalidInput.at("answer", T("Whoever applied has not asked to take it back."))


@guard("CPI 398, 400")
def a_review_may_end(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no review can end: no application waits for this court."""
    return None if here(sitting, case) else T("No application for retrial is waiting at this court.")


@choice_source("retrials_reviewed")
def retrials_reviewed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Applications that this court reviews, by who applied."""
    return options(case, here(sitting, case))


def options(case: Case, rows: Sequence[RetrialApplication]) -> list[Option]:
    """Applications by who applied, with what is asked."""
    return [Option(r.reference, case.name_of(r.party_id), r.asks or r.facts) for r in rows]


@choice_source("review_ends")
def review_ends(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """On which grounds a review ends without a ruling on the application."""
    return [Option(one.value, one.label) for one in RetrialEnd if one in REVIEW_ENDS]


ENDED = {
    "end": T("The review of the application for retrial ends; the decision stands."),
    "go_on": T("The application for retrial is not taken back; its review goes on."),
}


class EndReviewInput(CourtModel):
    """Whether the review of one application ends without a ruling on it."""

    application: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Which application?"), choices="retrials_reviewed")
    ]
    answer: Annotated[
        Literal["end", "go_on"],
        field(
            T("Result of the ruling"),
            options={"end": T("It ends"), "go_on": T("It goes on: it is not taken back")},
        ),
    ]
    ground: Annotated[str, CourtText(1, 40, one_line=True), field(T("On which ground it ends"), choices="review_ends")]
    reasons: Annotated[str, CourtText(5, 8000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("End the review of an application for retrial"),
    input=EndReviewInput,
    by={Role.PRESIDENT},
    at=BINDING,
    guard=a_review_may_end,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: whether an application for retrial ends"),
        T(
            "There is nothing you have to do. The ruling says whether the application is over or is still reviewed; meanwhile the decision stands."
        ),
    ),
    paper=RulingForm(T("Application for retrial"), NO_APPEAL, words=ENDED, omits=("application",)),
    source=law("CPI 398, 399, 400", "COURT retrial"),
    desk=(desks.RETRIAL_BACK, desks.RETRIAL_HERE),
    topic=Topic.DECISION,
    in_record=False,
)
def end_retrial_review(sitting: Sitting, case: Case, given: EndReviewInput, *, actor: Actor, now: datetime) -> Recorded:
    """Rule that the review of one application ends, or that it is not taken back; those of others are reviewed on (CPI 396, 398,
    400).
    """
    row = named(here(sitting, case), given.application)
    name, ground = case.name_of(row.party_id), RetrialEnd(given.ground)
    facts = {"retrial": row.reference, "ended": given.answer == "end", "reasons": given.reasons}
    if given.answer == "go_on":
        require_asked_back(row)
        row.back_entry = None
        sitting.close_tasks(case, desks.RETRIAL_BACK, row.reference)
        return Recorded(T("The application for retrial of %(name)s is not taken back", name=name), facts)
    require_end(row, ground, REVIEW_ENDS)
    close_application(sitting, case, row, ground.state)
    return Recorded(
        T("The review of the application for retrial of %(name)s ends: %(why)s", name=name, why=ground.label), facts
    )
