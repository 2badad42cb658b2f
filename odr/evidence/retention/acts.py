"""Acts on keeping and erasing: a legal hold, and a person's decision on a file whose time is over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Role, Stage
from odr.evidence import desks
from odr.evidence.kit.compiling import recall
from odr.evidence.retention.models import ErasureProposal, ErasureState, LegalHold
from odr.evidence.retention.rules import erase, hold_of, proposals_of, why_not
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DECIDES = {Role.JUDGE, Role.PRESIDENT}


@guard("COURT retention")
def not_held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no hold is ordered."""
    return T("The case is under a legal hold already.") if hold_of(sitting.session, case) is not None else None


@guard("COURT retention")
def held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no hold is lifted."""
    return None if hold_of(sitting.session, case) is not None else T("The case is under no legal hold.")


class HoldInput(CourtModel):
    """Why everything of a case is kept, or no longer."""

    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Order a legal hold"),
    input=HoldInput,
    by=DECIDES,
    at=set(Stage),
    guard=not_held,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Nothing of your case is erased for now"),
        T("There is nothing you have to do. Nothing of your case is erased until the hold is lifted."),
        for_information=True,
    ),
    source=law("COURT retention"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
)
def order_hold(sitting: Sitting, case: Case, given: HoldInput, *, actor: Actor, now: datetime) -> Recorded:
    """Have everything of the case kept whatever the rules say, until the hold is lifted."""
    sitting.session.add(LegalHold(case_id=case.id, reasons=given.reasons, ordered_by=sitting.next_number(case)))
    sitting.session.flush()
    return Recorded(T("Nothing of this case is erased until the hold is lifted"), {"reasons": given.reasons})


@act(
    title=T("Lift the legal hold"),
    input=HoldInput,
    by=DECIDES,
    at=set(Stage),
    guard=held,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The hold on erasing is lifted"),
        T(
            "There is nothing you have to do. The usual rules on keeping files apply again; nothing is erased before a person has decided it."
        ),
        for_information=True,
    ),
    source=law("COURT retention"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
)
def lift_hold(sitting: Sitting, case: Case, given: HoldInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let the rules on keeping apply again; what they no longer have kept still waits for a person's decision."""
    hold = hold_of(sitting.session, case)
    if hold is None:
        raise ActNotOpen(T("The case is under no legal hold."))
    hold.lifted_by = sitting.next_number(case)
    return Recorded(T("The legal hold is lifted"), {"reasons": given.reasons})


@guard("COURT retention")
def something_proposed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is decided on."""
    return (
        None
        if proposals_of(sitting.session, case, ErasureState.PROPOSED)
        else T("Nothing waits to be erased: the list of what is due names no exhibit of this case.")
    )


@choice_source("erasure_due")
def erasure_due(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that a person may have erased or kept."""
    return [
        Option(row.exhibit.label, f"{row.exhibit.label} {row.exhibit.title}")
        for row in proposals_of(sitting.session, case, ErasureState.PROPOSED)
    ]


class ErasureInput(CourtModel):
    """A person's decision on exhibits whose time has run."""

    labels: Annotated[
        list[str],
        field(
            T("Which exhibits?"),
            T("Those whose time under the rules has run."),
            choices="erasure_due",
            widget="checkboxes",
        ),
    ] = []
    answer: Annotated[
        Literal["erase", "keep"],
        field(
            T("What do you decide?"),
            options={"erase": T("Erase them: file, receipt and salt. This cannot be undone"), "keep": T("Keep them")},
            widget="radios",
        ),
    ]
    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Decide what is erased"),
    input=ErasureInput,
    by=DECIDES,
    at={Stage.CLOSED},
    guard=something_proposed,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Decision on erasing or keeping files"),
        T("The docket says which files are erased or kept, and why. There is nothing you have to do."),
    ),
    source=law("COURT retention"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.ERASURE_DUE,
    topic=Topic.EVIDENCE,
)
def decide_erasure(sitting: Sitting, case: Case, given: ErasureInput, *, actor: Actor, now: datetime) -> Recorded:
    """Erase file, receipt and salt of exhibits whose time has run, or keep them, with reasons; the docket keeps the
    digest and this entry.

    Checked again at this hour: a hold, or a time that has not run, refuses it.
    """
    waiting: dict[str, ErasureProposal] = {
        row.exhibit.label: row for row in proposals_of(sitting.session, case, ErasureState.PROPOSED)
    }
    if not given.labels or not set(given.labels) <= waiting.keys():
        raise InvalidInput.at("labels", T("Choose one of those listed."))
    rows = [waiting[label] for label in dict.fromkeys(given.labels)]
    if given.answer == "erase":
        for row in rows:
            reason = why_not(sitting, case, row.exhibit, [each.exhibit_id for each in rows])
            if reason is not None:
                raise ActNotOpen(reason)
            erase(sitting, row.exhibit)
        recall(sitting.session, case, sitting.court.clock.machine_now())
    for row in rows:
        row.state, row.decided_by = (
            ErasureState.ERASED if given.answer == "erase" else ErasureState.KEPT,
            sitting.next_number(case),
        )
    if len(rows) == len(waiting):
        sitting.close_tasks(case, desks.ERASURE_DUE)
    labels = side_by_side(row.exhibit.label for row in rows)
    facts = [
        {
            "exhibit": row.exhibit.label,
            "sha256": row.exhibit.upload.sha256,
            "rule": row.rule,
            "due_on": row.due_on.isoformat(),
        }
        for row in rows
    ]
    words = (
        T("Erased under a rule: %(labels)s", labels=labels)
        if given.answer == "erase"
        else T("Kept beyond its time: %(labels)s", labels=labels)
    )
    return Recorded(words, {"decision": given.answer, "exhibits": facts, "reasons": given.reasons})
