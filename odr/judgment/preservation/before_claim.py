"""Preservation before a claim: asked for in a case of its own, tied to the claim that follows, lifted where none does
(CPL 104).
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Outcome, Role, Stage
from odr.docket.visibility import side_and_court
from odr.ground.background import each_alone
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment import desks, names
from odr.judgment.models import BeforeClaim, Motion
from odr.judgment.preservation.case_without_claim import before_claim, claims_that_follow, tell_the_other_side
from odr.judgment.preservation.evidence import bring_over
from odr.judgment.preservation.inputs import BeforeClaimInput, OverInput
from odr.judgment.preservation.measures import (
    CLAIM_FOLLOWS,
    LIVE,
    apply_before_claim,
    end_preservations,
    over_before_claim,
)
from odr.judgment.preservation.queries import preservations_of
from odr.judgment.vocabulary import MotionKind, PreservationState
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@act(
    title=T("Ask for preservation before a claim"),
    input=BeforeClaimInput,
    by={Role.CLAIMANT},
    at={Stage.PRESERVING},
    seen_by=Audience.NAMED,
    listed=False,
    source=law("CPL 104", "CPI 152"),
)
def ask_before_claim(sitting: Sitting, case: Case, given: BeforeClaimInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask the court to secure something before there is a claim; the judge on duty rules within 48 hours (CPL 104).

    The case and its parties are opened in the same Sitting. The other side reads of it
    when it has been carried out. The application has its own fee (FEE 14).
    """
    me = sitting.party_of(case, actor)
    motion = Motion(
        case_id=case.id,
        party_id=me.id,
        kind=MotionKind.PRESERVATION,
        asks=given.asks,
        grounds=f"{given.grounds}\n{given.security}",
        amount_minor=given.amount.minor if given.amount else None,
        currency=given.amount.currency if given.amount else None,
        urgent=True,
        entry_number=sitting.next_number(case),
    )
    title = T("%(name)s asks for preservation before a claim. Rule within [time preservation_ruling].", name=me.name)
    apply_before_claim(sitting, case, me, motion, given.applicant, title, now)
    return Recorded(
        T("%(name)s asks for preservation before a claim", name=me.name),
        {"motion": motion.reference},
        named=side_and_court(me.id),
    )


@guard("CPL 104")
def a_claim_is_missing(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Something is preserved, and no claim was named yet."""
    row = before_claim(sitting.session, case)
    if row is not None and row.claim_case_id is not None:
        return T("The claim was named already.")
    return None if preservations_of(sitting.session, case, *LIVE) else T("Nothing is preserved.")


@choice_source("claims_that_follow")
def claims_following(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The applicant's claims against the same side, filed since."""
    return [Option(c.reference, c.number or c.caption, c.caption) for c in claims_that_follow(sitting.session, case)]


class NameClaimInput(CourtModel):
    """The claim that followed a preservation."""

    claim: Annotated[str, CourtText(1, 40, one_line=True), field(T("The claim"), choices="claims_that_follow")]


@act(
    title=T("Name the claim that followed"),
    input=NameClaimInput,
    by={Role.CLAIMANT, Role.CLERK, Role.CLOCK},
    at={Stage.PRESERVING},
    guard=a_claim_is_missing,
    source=law("CPL 104"),
    desk=desks.LIFT_PRESERVATION,
    topic=Topic.DECISION,
)
def name_claim(sitting: Sitting, case: Case, given: NameClaimInput, *, actor: Actor, now: datetime) -> Recorded:
    """Tie the preservation to the claim it was asked for: it now lasts as long as that case (CPL 104, CPI 166).

    Raises InvalidInput for a claim of somebody else, against somebody else, or filed after the thirty days.
    """
    ends = [w.due_at for w in sitting.windows(case, CLAIM_FOLLOWS, state=None) if w.due_at is not None]
    found = next(
        (c for c in claims_that_follow(sitting.session, case, max(ends, default=None)) if c.reference == given.claim),
        None,
    )
    if found is None:
        raise InvalidInput.at("claim", T("Choose a claim of yours against the same side, filed within the time."))
    row = before_claim(sitting.session, case)
    assert row is not None
    row.claim_case_id, row.claim_entry = found.id, sitting.next_number(case)
    sitting.close_windows(case, CLAIM_FOLLOWS, WindowState.MET)
    sitting.close_tasks(case, desks.LIFT_PRESERVATION)
    bring_over(sitting, case, found)
    return Recorded(
        T("The claim %(number)s followed the preservation", number=found.number or found.reference),
        {"claim": found.reference},
    )


def claim_did_not_follow(sitting: Sitting, case: Case, window: Window) -> None:
    """Thirty days are over: a claim that was filed is named, else lifting is prepared for the judge (CPL 104)."""
    row = before_claim(sitting.session, case)
    if row is None or row.claim_case_id is not None:
        return
    filed = claims_that_follow(sitting.session, case, window.due_at)
    if filed:
        sitting.then(names.NAME_CLAIM, NameClaimInput(claim=filed[0].reference))
    elif not sitting.tasks(case, desks.LIFT_PRESERVATION):
        words = T(
            "No claim followed a preservation within its time. Lift it: rule on it as a review, granted [CPL 104]."
        )
        sitting.open_task(case, Role.JUDGE, desks.LIFT_PRESERVATION, words, risk=90, subject=window.subject)


def review_over(sitting: Sitting, case: Case, window: Window) -> None:
    """A time for review ended: a case before a claim in which nothing is preserved is closed."""
    over_before_claim(sitting, case)


@act(
    title=T("The preservation before a claim ended"),
    input=OverInput,
    by={Role.CLOCK},
    at={Stage.PRESERVING},
    to={Stage.CLOSED},
    listed=False,
    while_stayed=True,
    source=law("CPL 104", "CPI 166"),
    desk=desks.LIFT_PRESERVATION,
)
def end_before_claim(sitting: Sitting, case: Case, given: OverInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close the own case: refused, lifted, or the claim's case is over; what was carried out is undone."""
    ordered = bool(preservations_of(sitting.session, case))
    end_preservations(sitting, case, PreservationState.LAPSED)
    sitting.close_tasks(case, desks.LIFT_PRESERVATION)
    case.outcome, case.closed_at = (Outcome.LIFTED if ordered else Outcome.REFUSED), now
    sitting.move(case, Stage.CLOSED)
    return Recorded(T("Nothing is preserved any more") if ordered else T("Nothing was preserved"), {"ordered": ordered})


def tell_when_carried_out(sitting: Sitting, case: Case, made: DocketEntry) -> None:
    """Carried out, it is no secret any more: the other side is written to."""
    if made.act in (names.EXECUTE_PRESERVATION, names.RECORD_PRESERVED_EVIDENCE) and case.stage is Stage.PRESERVING:
        tell_the_other_side(sitting, case, made.number)


# Sent to another court, the claim takes along what is preserved for it (CPI 160).
_OVER = select(Case.id).where(Case.stage == Stage.CLOSED, Case.outcome != Outcome.TRANSFERRED)
_KEPT = select(Case.id).where(Case.stage == Stage.PRESERVING)
_ASKED = select(Task.case_id).where(Task.kind == desks.LIFT_PRESERVATION.kind, Task.done_at.is_(None))
_ENDS_WITH_CLAIM = (
    select(BeforeClaim.case_id)
    .where(BeforeClaim.case_id.in_(_KEPT), BeforeClaim.claim_case_id.in_(_OVER), BeforeClaim.case_id.not_in(_ASKED))
    .limit(64)
)


def end_with_claims(court: Court) -> int:
    """End what was preserved for claims whose cases are over; a round of the worker. What was carried out is lifted by
    the judge's ruling and by no clock (CPI 166): the worker only puts it on the desk.
    """
    with court.database.read() as session:
        ids = session.scalars(_ENDS_WITH_CLAIM).all()
    return each_alone(ids, partial(_end, court), "what was preserved for a claim that is over could not be ended")


def _end(court: Court, case_id: int) -> int:
    with court.sit() as sitting:
        _end_with_claim(sitting, sitting.session.get_one(Case, case_id, with_for_update=True))
    return 1


def _end_with_claim(sitting: Sitting, case: Case) -> None:
    carried_out = preservations_of(sitting.session, case, PreservationState.EXECUTED)
    if not carried_out:
        sitting.perform(names.END_BEFORE_CLAIM, case, OverInput(), actor=CLOCK_ACTOR)
        return
    words = T(
        "The case of the claim is over. Lift what is preserved for it: rule on it as a review, granted [CPI 166]."
    )
    sitting.open_task(case, Role.JUDGE, desks.LIFT_PRESERVATION, words, risk=80, subject=carried_out[0].reference)
