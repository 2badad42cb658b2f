"""What the cashier's desk shows: what waits, what does not agree, and the books. No flask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role
from odr.ground.text import Text
from odr.payments.models import (
    BankLine,
    DifferenceKind,
    Payment,
    ReconcileRun,
    Refund,
    RefundApproval,
    RefundState,
    StripeEvent,
)
from odr.procedure.acts.table import TABLE, Act
from odr.procedure.acts.tasks import DESKS
from odr.procedure.court import Court
from odr.procedure.models import Task


def done_by(kind: str) -> Act | None:
    """The act on the case's generic page by which a cashier does a kind of task; None for what is done on a page of its
    own, such as a refund.
    """
    desk = DESKS.get(kind)
    acts = (act for act in TABLE if desk in act.desk and Role.CASHIER in act.by and act.listed and act.page is None)
    return next(acts, None) if desk is not None else None


@dataclass(frozen=True)
class RefundLine:
    """A refund as the cashier sees it: no content of the case, only number, name and money."""

    refund: Refund
    case: Case
    payee: str
    approvals: int
    approved_by_me: bool
    by_hand: bool
    is_urgent: bool
    is_late: bool


@dataclass(frozen=True)
class Desk:
    """Everything that waits for the cashier."""

    unmatched: list[BankLine]
    waiting: list[RefundLine]
    to_transfer: list[RefundLine]
    on_the_way: list[RefundLine]
    last_run: ReconcileRun | None
    differences: list[tuple[Text, dict[str, Any]]]
    stuck_events: int
    late: int
    """Refunds past the fifteen days (FEE 53)."""
    in_cases: list[tuple[Task, Case]]
    """What waits for a cashier in a case: money to demand, or to pass on."""


def gather(court: Court, session: Session, account_id: int) -> Desk:
    """The desk of one cashier."""
    lines = [
        _line(court, session, refund, account_id)
        for refund in session.scalars(
            select(Refund).where(Refund.state != RefundState.PAID).order_by(Refund.due_at, Refund.id)
        )
    ]
    by_hand = [
        one
        for one in lines
        if one.refund.state is RefundState.FAILED or (one.refund.state is RefundState.APPROVED and one.by_hand)
    ]
    last = session.scalar(select(ReconcileRun).order_by(ReconcileRun.id.desc()).limit(1))
    return Desk(
        unmatched=list(
            session.scalars(
                select(BankLine)
                .where(BankLine.matched_at.is_(None), BankLine.amount_minor > 0)
                .order_by(BankLine.booked_on, BankLine.id)
                .limit(200)
            )
        ),
        waiting=[one for one in lines if one.refund.state is RefundState.ORDERED],
        to_transfer=by_hand,
        on_the_way=[
            one for one in lines if one.refund.state in (RefundState.APPROVED, RefundState.SENT) and not one.by_hand
        ],
        last_run=last,
        differences=[(DifferenceKind(one["what"]).label, one) for one in (last.differences if last else [])],
        late=sum(one.is_late for one in lines),
        stuck_events=session.scalar(
            select(func.count())
            .select_from(StripeEvent)
            .where(StripeEvent.applied_at.is_(None), StripeEvent.trouble.is_not(None))
        )
        or 0,
        in_cases=[(task, case) for task, case in session.execute(_waiting())],
    )


def _waiting() -> Select[Task, Case]:
    """Tasks of the cashier that are done by an act on a page of the case, the oldest first."""
    mine = (
        Task.role == Role.CASHIER,
        Task.kind.in_([each.kind for each in DESKS if done_by(each.kind)]),
        Task.done_at.is_(None),
    )
    return select(Task, Case).join(Case, Case.id == Task.case_id).where(*mine).order_by(Task.id).limit(200)


def _line(court: Court, session: Session, refund: Refund, account_id: int) -> RefundLine:
    by = list(session.scalars(select(RefundApproval.account_id).where(RefundApproval.refund_id == refund.id)))
    payment = session.get_one(Payment, refund.payment_id)
    now = court.clock.now()
    return RefundLine(
        refund=refund,
        case=session.get_one(Case, refund.case_id),
        payee=session.get_one(Party, refund.party_id).name,
        approvals=len(by),
        approved_by_me=account_id in by,
        by_hand=not payment.is_online,
        is_urgent=refund.due_at is not None
        and refund.due_at - timedelta(days=court.settings.refund_alarm_days) <= now < refund.due_at,
        is_late=refund.due_at is not None and refund.due_at <= now,
    )
