"""The cashier's pages: statements, counter, refunds, reconciliation and the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import Key, page_of
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.payments import names
from odr.payments.books import cashier, ledger, paydesk as work
from odr.payments.books.day_paper import close_pdf
from odr.payments.fee.quote import rules_today
from odr.payments.inputs import RefundEndInput
from odr.payments.models import BankLine, Channel, DailyClose, Refund
from odr.payments.refund.acts import ApproveRefundInput
from odr.payments.stripe.reconciliation import reconcile
from odr.procedure.forms import fields
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, field
from odr.procedure.models import Task
from odr.procedure.sitting import Sitting
from odr.web.guards import current_court, current_locale, current_person, current_session, staff
from odr.web.limits import MOST_BODY
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page

paydesk = Blueprint("paydesk", __name__, url_prefix="/payments/desk")


class CounterInput(CourtModel):
    """Money taken at the counter."""

    code: Annotated[
        str, CourtText(1, 30, one_line=True), field(T("Payment code"), T("Ten letters and digits, as on the fee page."))
    ]
    amount: Annotated[CourtMoney, field(T("Amount"))]
    slip: Annotated[str, CourtText(1, 60, one_line=True), field(T("Number of the signed slip"))]


class MatchInput(CourtModel):
    """Which fee a transfer is for."""

    code: Annotated[
        str, CourtText(1, 30, one_line=True), field(T("Payment code"), T("Ten letters and digits, as on the fee page."))
    ]


class TransferredInput(CourtModel):
    """A refund that was transferred by hand."""

    way: Annotated[str, CourtText(1, 120, one_line=True), field(T("Reference of the transfer"))]


def _me(sitting: Sitting, case_id: int) -> Actor:
    person = current_person()
    if person is None:
        raise NotFound
    case = sitting.session.get_one(Case, case_id)
    return work.cashier(sitting.session, case, person.account_id, person.name, sitting.now, person.strong_at)


def _show(faults: list[Any] | None = None, values: dict[str, Any] | None = None, status: int = 200) -> Page:
    person = current_person()
    asked = words_asked()
    me = person.account_id if person else 0
    found = cashier.gather(current_court(), current_session(), me, words=asked, after=after_asked)
    counter = fields.fields_of(CounterInput, current_locale(), values or {}, faults or [], {})
    words = [fault.message for fault in faults or []]
    return render_template("payments/desk.html", found=found, asked=asked, counter=counter, words=words), status


def _do(what: Callable[[], None], values: dict[str, Any] | None = None) -> Page:
    """Do one thing of the desk and come back to it; a fault is shown above with what was typed."""
    try:
        what()
    except InvalidInput as error:
        return _show(faults=error.faults, values=values, status=422)
    return redirect(url_for("paydesk.overview"), 303)


@paydesk.get("")
@staff(Role.CASHIER)
def overview() -> Page:
    """Everything that waits for the cashier."""
    return _show()


@paydesk.post("/statement")
@staff(Role.CASHIER, most=work.MOST_BYTES + MOST_BODY)
def statement() -> Page:
    """Import a statement of the bank; importing it twice changes nothing."""

    def take() -> None:
        sent = request.files.get("statement")
        court = current_court()
        lines = work.read_statement(sent.read(work.MOST_BYTES + 1) if sent else b"", rules_today(court).currency)
        with court.sit() as sitting:
            work.take_statement(sitting, lines)

    return _do(take)


@paydesk.post("/lines/<reference>/match")
@staff(Role.CASHIER)
def match(reference: str) -> Page:
    """Say which fee a transfer is for."""

    def credit() -> None:
        given = fields.parse(MatchInput, request.form.to_dict(flat=False))
        with current_court().sit() as sitting:
            line = sitting.session.scalar(select(BankLine).where(BankLine.reference == reference).with_for_update())
            if line is None:
                raise NotFound
            fee = work.fee_by_code(sitting.session, given.code)
            work.credit_line(sitting, line, fee, _me(sitting, fee.case_id))

    return _do(credit)


@paydesk.post("/counter")
@staff(Role.CASHIER)
def counter() -> Page:
    """Take money at the counter."""
    values = request.form.to_dict(flat=False)

    def take() -> None:
        given = fields.parse(CounterInput, values, currency=rules_today(current_court()).currency)
        with current_court().sit() as sitting:
            fee = work.fee_by_code(sitting.session, given.code)
            work.take_at_counter(sitting, fee, given.amount, given.slip, _me(sitting, fee.case_id))

    return _do(take, values)


def _refund(sitting: Sitting, reference: str) -> tuple[Case, Refund]:
    row = sitting.session.scalar(select(Refund).where(Refund.reference == reference))
    if row is None:
        raise NotFound
    return sitting.session.get_one(Case, row.case_id), row


@paydesk.post("/refunds/<reference>/approve")
@staff(Role.CASHIER)
def approve(reference: str) -> Page:
    """Approve a refund; above the limit a second person must too."""

    def agree() -> None:
        with current_court().sit() as sitting:
            case, _ = _refund(sitting, reference)
            sitting.perform(
                names.APPROVE_REFUND, case, ApproveRefundInput(refund=reference), actor=_me(sitting, case.id)
            )

    return _do(agree)


@paydesk.post("/refunds/<reference>/transferred")
@staff(Role.CASHIER)
def transferred(reference: str) -> Page:
    """Record that a refund was transferred by hand."""

    def record() -> None:
        given = fields.parse(TransferredInput, request.form.to_dict(flat=False))
        with current_court().sit() as sitting:
            case, _ = _refund(sitting, reference)
            end = RefundEndInput(refund=reference, paid=True, channel=Channel.TRANSFER, way=given.way, at=sitting.now)
            sitting.perform(names.RECORD_REFUND, case, end, actor=_me(sitting, case.id))

    return _do(record)


@paydesk.post("/tasks/<reference>")
@staff(Role.CASHIER)
def take_up(reference: str) -> Page:
    """Take up what waits in a case: the cashier is seated in it and led to the act that does it."""
    with current_court().sit() as sitting:
        row = sitting.session.scalar(select(Task).where(Task.reference == reference))
        if row is None or row.role is not Role.CASHIER or row.done_at is not None:
            raise NotFound
        act = cashier.done_by(row.kind)
        if act is None:
            raise NotFound
        case = sitting.session.get_one(Case, row.case_id)
        _me(sitting, case.id)
        return redirect(url_for("cases.act_form", reference=case.reference, name=act.name), 303)


@paydesk.post("/reconcile")
@staff(Role.CASHIER)
def ask_stripe() -> Page:
    """Compare with Stripe now."""

    def compare() -> None:
        reconcile(current_court())

    return _do(compare)


@paydesk.get("/books")
@staff(Role.CASHIER, Role.PRESIDENT)
def books() -> Page:
    """The trial balance and the days that were closed."""
    session = current_session()
    balances = ledger.trial_balance(session)
    closed = page_of(session, select(DailyClose), (Key(DailyClose.id, descending=True),), after_asked())
    today = current_court().clock.now().astimezone(current_court().settings.tz).date()
    return render_template(
        "payments/books.html",
        balances=balances,
        balanced=ledger.is_balanced(balances),
        closed=closed.of([row[0] for row in closed.rows]),
        is_closed=session.scalar(select(DailyClose.id).where(DailyClose.day == today - timedelta(days=1))) is not None,
        yesterday=today - timedelta(days=1),
    )


@paydesk.post("/books/close")
@staff(Role.CASHIER)
def close() -> Page:
    """Close yesterday's books; they stay as they are then."""
    court = current_court()
    day = court.clock.now().astimezone(court.settings.tz).date() - timedelta(days=1)
    with court.database.write() as session:
        ledger.close_day(session, day, court.settings.tz, court.clock.now())
    return redirect(url_for("paydesk.books"), 303)


def _closed(day: str) -> DailyClose:
    try:
        found = current_session().scalar(select(DailyClose).where(DailyClose.day == date.fromisoformat(day)))
    except ValueError:
        raise NotFound from None
    if found is None:
        raise NotFound
    return found


@paydesk.get("/books/<day>.csv")
@staff(Role.CASHIER, Role.PRESIDENT)
def day_csv(day: str) -> Response:
    """A closed day's bookings as CSV."""
    written = ledger.day_csv(current_session(), _closed(day).day, current_court().settings.tz)
    return Response(
        written, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="fees-{day}.csv"'}
    )


@paydesk.get("/books/<day>.pdf")
@staff(Role.CASHIER, Role.PRESIDENT)
def day_pdf(day: str) -> Response:
    """A closed day's report under the seal."""
    return Response(close_pdf(current_court(), _closed(day), current_locale()), mimetype="application/pdf")
