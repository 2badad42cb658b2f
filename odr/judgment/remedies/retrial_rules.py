"""Which court decides on an application for retrial, and what is not taken a second time (CPL 210; CPI 377, 381, 424)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, PartyKind, Role, Stage
from odr.docket.queries import parties, seat
from odr.filing.claim.progress import retrial_heard
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.judgment import desks
from odr.judgment.enforcement.effect import is_appealable
from odr.judgment.models import Decision, RetrialApplication
from odr.judgment.queries import petitions_of
from odr.judgment.vocabulary import AppealState, RetrialState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_SMALL = "not_small"
"""Key of the ground that the case was no small claim (CPI 424(2))."""
MANY = 10
"""From how many on one side a side counts as many (CPI 75)."""
OPINION, REVIEW = "retrial_opinion", "retrial_review"
UNDECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
"""Where a retrial is heard."""


def of_this_retrial(sitting: Sitting, case: Case) -> list[RetrialApplication]:
    """The applications on which the case is heard again and that have not ended: to what they ask the retrial keeps (CPI 403)."""
    began = retrial_heard(sitting, case)
    if began is None:
        return []
    rows = sitting.session.scalars(
        select(RetrialApplication)
        .where(RetrialApplication.case_id == case.id, RetrialApplication.state == RetrialState.ORDERED)
        .order_by(RetrialApplication.id)
    )
    return [row for row in rows if (row.closed_entry or 0) >= began.number]


def require_here(sitting: Sitting, case: Case, decision: Decision) -> None:
    """Raises ActNotOpen where this court cannot be chosen: another court decided last, or the law names only the higher
    one (CPL 210).
    """
    pack = sitting.pack(case)
    above = T("Apply at the higher court: choose it in the form.")
    if any(
        p.decision_id == decision.id and p.state is not AppealState.WITHDRAWN
        for p in petitions_of(sitting.session, case)
    ):
        raise ActNotOpen(
            T("The higher court decided on appeal; this court is not the one that decided last."),
            above,
            pack.cited("CPL 210, 215"),
        )
    sides = [parties(case, role) for role in (Role.CLAIMANT, Role.RESPONDENT)]
    persons = all(p.kind is PartyKind.PERSON for side in sides for p in side)
    if is_appealable(sitting, case) and not persons and all(len(side) < MANY for side in sides):
        raise ActNotOpen(
            T(
                "This court decides itself only on small claims, between natural persons, or with ten or more on one side."
            ),
            above,
            pack.cited("CPL 210", "CPI 377, 424"),
        )


def require_first(sitting: Sitting, case: Case) -> None:
    """Raises ActNotOpen for an application against what was decided on a retrial (CPI 381)."""
    if retrial_heard(sitting, case) is not None:
        raise ActNotOpen(
            T("This was decided on a retrial; the court takes no second application."),
            T("You may ask the prosecution to advise a retrial or to protest."),
            sitting.pack(case).cited("CPI 381", "CPL 220"),
        )


def is_small(sitting: Sitting, case: Case) -> bool:
    """Whether the case was heard as small claims, without an appeal (CPL 165)."""
    return not is_appealable(sitting, case)


def begin_review(sitting: Sitting, case: Case, row: RetrialApplication, name: str) -> None:
    """The president gets it on the desk; three months run (CPL 215; CPI 129)."""
    if seat(sitting.session, case, Role.PRESIDENT) is None:
        take_seat(sitting, case, Role.PRESIDENT)
    window = sitting.start_window(case, REVIEW, subject=row.reference)
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.RETRIAL_HERE,
        T("%(name)s applies to this court for retrial. Decide when the others have spoken.", name=name),
        risk=45,
        due_at=window.due_at,
        subject=row.reference,
    )
