"""What the cashier's desk shows: what waits, what does not agree, and the books. No flask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role
from odr.ground.keyset import FAR, Key, Listed, holds, page_of, page_of_lines
from odr.ground.text import Text
from odr.payments import desks
from odr.payments.books.payouts import payouts_told
from odr.payments.books.unmatched import (
    PartPaid,
    Proposal,
    Returned,
    part_paid,
    proposals,
    refunds_returned,
    returns_of,
)
from odr.payments.models import (
    UNPAID,
    BankColumns,
    BankFile,
    BankLine,
    BankReturn,
    DifferenceKind,
    Payment,
    ReconcileRun,
    Refund,
    RefundApproval,
    RefundState,
    StripeEvent,
    StripeFact,
)
from odr.procedure.acts.table import TABLE, Act
from odr.procedure.acts.tasks import DESKS
from odr.procedure.court import Court
from odr.procedure.models import Task
from odr.procedure.names import FINISH_TASK

OF_REFUNDS = (desks.REFUND_APPROVAL, desks.REFUND_TRANSFER, desks.REFUND_SOON, desks.REFUND_LATE)
"""What is told of refunds by lists of their own."""


def done_by(kind: str) -> Act | None:
    """The act on the case's generic page by which a cashier does a kind of task, or says that it is done; None for what no act of
    theirs ends, such as a dispute at the payer's bank.
    """
    desk = DESKS.get(kind)
    if desk is None:
        return None
    acts = (act for act in TABLE if desk in act.desk and Role.CASHIER in act.by and act.listed and act.page is None)
    return next(acts, TABLE[FINISH_TASK] if desk.by_hand else None)


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
class Unplaced:
    """A transfer without a fee: what it may be for, which refund it may be that came back, which payout that has arrived, and where
    it stands if it goes back.
    """

    line: BankLine
    proposals: Sequence[Proposal]
    returned: Sequence[Returned]
    payouts: Sequence[StripeFact]
    back: BankReturn | None
    asked_by_me: bool


@dataclass(frozen=True)
class Desk:
    """Everything that waits for the cashier, each list in pages."""

    unmatched: Listed[Unplaced]
    part_paid: Listed[PartPaid]
    """Fees of which a part came."""
    banks: Listed[tuple[int, list[str]]]
    """Headings of banks that were told apart: each can be forgotten."""
    files: Listed[tuple[str, datetime]]
    """Statements whose headings were not known: somebody says which column is which."""
    waiting: Listed[RefundLine]
    to_transfer: Listed[RefundLine]
    on_the_way: Listed[RefundLine]
    last_run: ReconcileRun | None
    differences: list[tuple[Text, dict[str, Any]]]
    stuck_events: int
    late: int
    """Refunds past the fifteen days (FEE 53)."""
    in_cases: Listed[tuple[Task, Case]]
    """What waits for a cashier in a case: money to demand, to pass on or to collect, a payment that a bank disputes."""


def gather(
    court: Court,
    session: Session,
    account_id: int,
    *,
    words: str = "",
    after: Callable[[str], str | None] = lambda _: None,
) -> Desk:
    """The desk of one cashier. ``words`` are looked for in number and name of a case, payer and purpose; ``after`` says
    where the page of each list begins.
    """
    lines = _lines(court, session, account_id, words)
    groups: dict[str, list[RefundLine]] = {"waiting": [], "to_transfer": [], "on_the_way": []}
    for one in lines:
        groups[_where(one)].append(one)
    last = session.scalar(select(ReconcileRun).order_by(ReconcileRun.id.desc()).limit(1))
    return Desk(
        unmatched=_unmatched(session, account_id, words, after("unmatched")),
        part_paid=part_paid(session, after("part_paid")),
        banks=page_of(session, select(BankColumns.id, BankColumns.heads), (Key(BankColumns.id),), after("banks")),
        files=page_of(session, select(BankFile.reference, BankFile.sent_at), (Key(BankFile.id),), after("files")),
        **{name: page_of_lines(each, _place, after(name)) for name, each in groups.items()},
        last_run=last,
        differences=[(DifferenceKind(one["what"]).label, one) for one in (last.differences if last else [])],
        late=session.scalar(
            select(func.count()).select_from(Refund).where(Refund.state.in_(UNPAID), Refund.due_at <= court.clock.now())
        )
        or 0,
        stuck_events=session.scalar(
            select(func.count())
            .select_from(StripeEvent)
            .where(StripeEvent.applied_at.is_(None), StripeEvent.trouble.is_not(None))
        )
        or 0,
        in_cases=_in_cases(session, words, after("in_cases")),
    )


def _unmatched(session: Session, account_id: int, words: str, after: str | None) -> Listed[Unplaced]:
    """Transfers that no fee is known for, the oldest first, with what each may be for."""
    query = select(BankLine).where(BankLine.matched_at.is_(None), BankLine.amount_minor > 0)
    query = query.where(holds(words, BankLine.payer, BankLine.purpose)) if words else query
    page = page_of(session, query, (Key(BankLine.id),), after)
    lines: list[BankLine] = [row[0] for row in page.rows]
    placed = proposals(session, [line for line in lines if line.doubted_at is None])
    returned = refunds_returned(session, [line for line in lines if line.doubted_at is None])
    payouts = payouts_told(session, [line for line in lines if line.doubted_at is None])
    back = returns_of(session, lines)
    found = [(line, back.get(line.id)) for line in lines]
    return page.of(
        [
            Unplaced(
                line,
                placed.get(line.id, []),
                returned.get(line.id, []),
                payouts.get(line.id, []),
                row,
                row is not None and row.asked_by == account_id,
            )
            for line, row in found
        ]
    )


def _in_cases(session: Session, words: str, after: str | None) -> Listed[tuple[Task, Case]]:
    """Tasks of the cashier in cases, the oldest first. Nobody at the pay desk has a seat in a case before they deal with it: what
    is not told here is told to no cashier.
    """
    mine = (
        Task.role == Role.CASHIER,
        Task.kind.not_in([each.kind for each in OF_REFUNDS]),
        Task.done_at.is_(None),
    )
    query = select(Task, Case).join(Case, Case.id == Task.case_id).where(*mine)
    query = query.where(holds(words, Case.number, Case.title)) if words else query
    return page_of(session, query, (Key(Task.id),), after)


def _where(one: RefundLine) -> str:
    """On which list of the desk a refund stands."""
    state = one.refund.state
    if state is RefundState.ORDERED:
        return "waiting"
    return (
        "to_transfer"
        if state is RefundState.FAILED or (state is RefundState.APPROVED and one.by_hand)
        else "on_the_way"
    )


def _place(one: RefundLine) -> tuple[datetime, int]:
    return one.refund.due_at or FAR, one.refund.id


def _lines(court: Court, session: Session, account_id: int, words: str) -> list[RefundLine]:
    """Refunds that are not paid, by their last day, and all that is told of them in two statements."""
    query = (
        select(Refund, Case, Party.name, Payment)
        .join(Case, Case.id == Refund.case_id)
        .join(Party, Party.id == Refund.party_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.state.in_(UNPAID))
    )
    query = query.where(holds(words, Case.number, Case.title, Party.name)) if words else query
    rows = session.execute(query).all()
    by: dict[int, set[int]] = {}
    approvals = select(RefundApproval.refund_id, RefundApproval.account_id)
    for refund_id, account in session.execute(approvals.where(RefundApproval.refund_id.in_([r[0].id for r in rows]))):
        by.setdefault(refund_id, set()).add(account)
    now, alarm = court.clock.now(), timedelta(days=court.settings.refund_alarm_days)
    lines = [
        RefundLine(
            refund=refund,
            case=case,
            payee=payee,
            approvals=len(by.get(refund.id, ())),
            approved_by_me=account_id in by.get(refund.id, ()),
            by_hand=not payment.is_online,
            is_urgent=refund.due_at is not None and refund.due_at - alarm <= now < refund.due_at,
            is_late=refund.due_at is not None and refund.due_at <= now,
        )
        for refund, case, payee, payment in rows
    ]
    return sorted(lines, key=_place)
