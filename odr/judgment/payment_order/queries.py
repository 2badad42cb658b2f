"""Finding a payment order, what of it stands, and the objections to it. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties, rows_of
from odr.ground.errors import ActNotOpen
from odr.ground.memory.built_once import built_once
from odr.ground.text import Money, T
from odr.judgment.payment_order.models import ObjectionState, PaymentObjection, PaymentOrder
from odr.judgment.preservation.case_without_claim import claims_that_follow
from odr.payments.fee.assessment import paid_for
from odr.payments.fee.fee_computation import FeeQuestion, Matter, assess_filing

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def payment_order_of(session: Session, case: Case) -> PaymentOrder | None:
    """The application behind a case of a payment order; no other case is looked up for one."""
    if case.opened_for is not Stage.PAYMENT_ORDER:
        return None
    return session.scalar(built_once(lambda: select(PaymentOrder).where(PaymentOrder.case_id == case.id)))


def the_order(sitting: Sitting, case: Case) -> PaymentOrder:
    """The same. Raises ActNotOpen in any other case."""
    found = payment_order_of(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No payment order was applied for in this case."))
    return found


def applicant_of(case: Case) -> Party:
    """The creditor, who applied."""
    return parties(case, Role.CLAIMANT)[0]


def debtor_of(case: Case) -> Party:
    """Against whom it is."""
    return parties(case, Role.RESPONDENT)[0]


def standing(row: PaymentOrder) -> list[tuple[int, dict[str, Any]]]:
    """The demands that have not lapsed, with their numbers."""
    gone = {number for lapse in row.lapses for number in lapse["demands"]}
    return [(number, one) for number, one in enumerate(row.demands, 1) if number not in gone]


def sum_of(row: PaymentOrder, numbers: Sequence[int] | None = None) -> Money:
    """The sum of the demands that stand, or of those numbered."""
    chosen = standing(row) if numbers is None else [(n, one) for n, one in enumerate(row.demands, 1) if n in numbers]
    return Money(sum(one["minor"] for _, one in chosen), row.currency)


def fee_borne(sitting: Sitting, case: Case, row: PaymentOrder) -> int:
    """What the debtor bears of the fee: that of the demands that stand, and never more than was paid (FEE 14, 36)."""
    paid, still = paid_for(sitting.session, case, applicant_of(case).id, Matter.PAYMENT_ORDER), sum_of(row)
    if paid is None or not still.minor:
        return 0
    question = FeeQuestion(matter=Matter.PAYMENT_ORDER, cause=case.cause, amounts=(still.minor,))
    return min(paid.minor, assess_filing(sitting.pack(case), question).total.minor)


def objections_of(session: Session, case: Case, *states: ObjectionState) -> list[PaymentObjection]:
    """Objections in some states (all, without any), in order."""
    return rows_of(session, PaymentObjection, case, *states)


def waiting_objection(session: Session, case: Case) -> PaymentObjection | None:
    """The objection the judge has not ruled on."""
    return next(iter(objections_of(session, case, ObjectionState.WAITING, ObjectionState.TAKEN_BACK)), None)


def sued_since(session: Session, case: Case) -> Case | None:
    """A claim of the applicant against the debtor since the application: then there is another dispute, or the same sued over
    (CPL 225; CPI 430). The lawsuit into which some sums of this very order went over is none: it is over those alone.
    """
    row = payment_order_of(session, case)
    own = {one["case"] for one in row.lapses} if row is not None else set()
    found = claims_that_follow(session, case)
    return next((one for one in found if not one.is_without_claim and one.reference not in own), None)


def is_preserved(session: Session, case: Case) -> bool:
    """Whether the applicant asked this court for preservation against the debtor before a claim (CPI 427(7))."""
    mine = select(Party.case_id).where(
        Party.account_id == applicant_of(case).account_id, Party.role == Role.CLAIMANT, Party.account_id.is_not(None)
    )
    found = session.scalars(select(Case).where(Case.id.in_(mine), Case.stage == Stage.PRESERVING))
    name = debtor_of(case).name.casefold()
    return any(name in {p.name.casefold() for p in parties(one, Role.RESPONDENT)} for one in found)
