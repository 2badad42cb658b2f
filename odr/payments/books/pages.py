"""The cashier's pages: statements, counter, refunds, reconciliation and the books."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import func, select

from odr.docket.models import Case, Role
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.keyset import Key, page_of
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.payments import names
from odr.payments.books import cashier, ledger, paydesk as work, payouts, statements, unmatched
from odr.payments.books.day_paper import close_pdf
from odr.payments.fee.quote import rules_today
from odr.payments.inputs import RefundEndInput
from odr.payments.models import BankColumns, BankFile, BankLine, Channel, DailyClose, Refund
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

DAYS_AT_ONCE = 31
"""Days that are offered, and closed at one press, the oldest first: each is a trial balance of its own."""
MOST_FILES = 20
"""Files that wait for somebody to say which column is which."""

paydesk = Blueprint("paydesk", __name__, url_prefix="/payments/desk")


class CounterInput(CourtModel):
    """Money taken at the counter."""

    code: Annotated[
        str, CourtText(1, 30, one_line=True), field(T("Payment code"), T("Ten letters and digits, as on the fee page."))
    ]
    amount: Annotated[CourtMoney, field(T("Amount"))]
    slip: Annotated[str, CourtText(1, 60, one_line=True), field(T("Number of the signed slip"))]


class MatchInput(CourtModel):
    """Which fee a transfer is for: by the code that was meant, or one of those the desk proposes."""

    code: Annotated[
        str | None,
        CourtText(0, 30, one_line=True),
        field(T("Payment code"), T("Ten letters and digits, as on the fee page.")),
    ] = None
    assessment: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("Fee"), widget="hidden")] = None


class ReturnInput(CourtModel):
    """Why money goes back to whoever sent it."""

    why: Annotated[
        str,
        CourtText(1, 400, one_line=True),
        field(
            T("Why it goes back"),
            T("For example: no case of this court, sent twice. It stands in the court’s records."),
        ),
    ]


class ReturnedInput(CourtModel):
    """Which refund came back with a transfer."""

    refund: Annotated[str, CourtText(1, 40, one_line=True), field(T("Refund"), widget="hidden")]


class PayoutInput(CourtModel):
    """Which payout arrived with a transfer."""

    payout: Annotated[str, CourtText(1, 120, one_line=True), field(T("Payout of the payment service"), widget="hidden")]


class ClosingInput(CourtModel):
    """Which day is closed; none named: all that are open."""

    day: Annotated[str | None, CourtText(0, 10, one_line=True), field(T("Day"))] = None


class TransferredInput(CourtModel):
    """A refund that was transferred by hand."""

    way: Annotated[str, CourtText(1, 120, one_line=True), field(T("Reference of the transfer"))]


def _me(sitting: Sitting, case_id: int) -> Actor:
    person = current_person()
    if person is None:
        raise NotFound
    case = sitting.session.get_one(Case, case_id)
    return work.cashier(sitting.session, case, person.account_id, person.name, sitting.now, person.strong_at)


def _show(
    faults: list[Any] | None = None,
    values: dict[str, Any] | None = None,
    status: int = 200,
    imported: work.Imported | None = None,
) -> Page:
    person = current_person()
    asked = words_asked()
    me = person.account_id if person else 0
    found = cashier.gather(current_court(), current_session(), me, words=asked, after=after_asked)
    counter = fields.fields_of(CounterInput, current_locale(), values or {}, faults or [], {})
    words = [fault.message for fault in faults or []]
    return (
        render_template(
            "payments/desk.html", found=found, asked=asked, counter=counter, words=words, imported=imported
        ),
        status,
    )


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
@staff(Role.CASHIER, most=statements.MOST_BYTES + MOST_BODY)
def statement() -> Page:
    """Import a statement of the bank; importing it twice changes nothing. One with unknown headings is kept, and asked about."""
    sent = request.files.get("statement")
    data = sent.read(statements.MOST_BYTES + 1) if sent else b""
    try:
        return _show(imported=_import(data))
    except statements.HeadingsUnknown:
        return _keep_file(data)
    except InvalidInput as error:
        return _show(faults=error.faults, status=422)


def _keep_file(data: bytes) -> Page:
    """Keep a file until somebody says which column is which: the same one once, and not without end."""
    person, court, digest = current_person(), current_court(), hashlib.sha256(data).hexdigest()
    with court.sit() as sitting:
        row = sitting.session.scalar(select(BankFile).where(BankFile.sha256 == digest))
        waiting = sitting.session.scalar(select(func.count()).select_from(BankFile)) or 0
        if row is None and waiting < MOST_FILES:
            row = BankFile(sha256=digest, content=data, sent_by=person.account_id if person else 0, sent_at=sitting.now)
            sitting.session.add(row)
            sitting.session.flush()
        reference = row.reference if row is not None else None
    if reference is None:
        fault = FieldFault(
            ("statement",), T("%(count)s files wait already. Say first which of their columns is which.", count=waiting)
        )
        return _show(faults=[fault], status=422)
    return redirect(url_for("paydesk.columns", reference=reference), 303)


def _import(data: bytes) -> work.Imported:
    court = current_court()
    said = {row.mark: row.columns for row in current_session().scalars(select(BankColumns))}
    lines = statements.read_statement(data, rules_today(court).currency, said)
    with court.sit() as sitting:
        return work.take_statement(sitting, lines)


def _kept_file(reference: str) -> tuple[BankFile, list[list[str]]]:
    row = current_session().scalar(select(BankFile).where(BankFile.reference == reference))
    if row is None:
        raise NotFound
    return row, statements.rows_of(row.content)


def _columns_page(
    reference: str,
    faults: dict[str, Any],
    values: dict[str, Any],
    status: int = 200,
    preview: statements.Preview | None = None,
) -> Page:
    _, rows = _kept_file(reference)
    return (
        render_template(
            "payments/columns.html",
            reference=reference,
            heads=rows[0],
            shown=rows[1:4],
            told=statements.TOLD,
            needed=statements.NEEDED,
            values=values,
            faults=faults,
            preview=preview,
        ),
        status,
    )


@paydesk.get("/statements/<reference>")
@staff(Role.CASHIER)
def columns(reference: str) -> Page:
    """Which column of a statement is which, where its headings are not known."""
    return _columns_page(reference, {}, {})


@paydesk.post("/statements/<reference>")
@staff(Role.CASHIER)
def say_columns(reference: str) -> Page:
    """Say which column is which, look at what it comes to, and then have it read, and the bank's next one by itself."""
    row, rows = _kept_file(reference)
    values = {key: request.form.get(key, "") for key in statements.TOLD}
    chosen, faults = statements.chosen_columns(values, len(rows[0]))
    if faults:
        return _columns_page(reference, faults, values, 422)
    court, person, mark = current_court(), current_person(), statements.mark_of(rows[0])
    try:
        lines = statements.read_statement(row.content, rules_today(court).currency, {mark: chosen})
    except InvalidInput as error:
        return _columns_page(reference, {"": [fault.message for fault in error.faults]}, values, 422)
    if request.form.get("sure") != "yes":
        return _columns_page(reference, {}, values, preview=statements.preview_of(lines, rules_today(court).currency))
    with court.sit() as sitting:
        told = sitting.session.scalar(select(BankColumns).where(BankColumns.mark == mark))
        if told is None:
            told = BankColumns(mark=mark, columns={}, heads=rows[0], said_by=0, said_at=sitting.now)
            sitting.session.add(told)
        told.columns, told.said_at, told.said_by = dict(chosen), sitting.now, person.account_id if person else 0
        imported = work.take_statement(sitting, lines)
        sitting.session.delete(sitting.session.get_one(BankFile, row.id))
    return _show(imported=imported)


@paydesk.post("/columns/<int:number>/forget")
@staff(Role.CASHIER)
def forget_columns(number: int) -> Page:
    """Forget which column is which in one bank's statements: the next one is asked about again."""
    with current_court().sit() as sitting:
        row = sitting.session.get(BankColumns, number)
        if row is None:
            raise NotFound
        sitting.session.delete(row)
    return redirect(url_for("paydesk.overview"), 303)


@paydesk.post("/statements/<reference>/drop")
@staff(Role.CASHIER)
def drop_file(reference: str) -> Page:
    """Take away a file that was no statement."""
    with current_court().sit() as sitting:
        row = sitting.session.scalar(select(BankFile).where(BankFile.reference == reference))
        if row is None:
            raise NotFound
        sitting.session.delete(row)
    return redirect(url_for("paydesk.overview"), 303)


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
            if given.assessment:
                work.credit_named(sitting, line, given.assessment, lambda case_id: _me(sitting, case_id))
                return
            fee = work.fee_by_code(sitting.session, given.code or "")
            work.credit_line(sitting, line, fee, _me(sitting, fee.case_id))

    return _do(credit)


def _on_line(reference: str, what: Callable[[Sitting, BankLine, int], Any]) -> Page:
    """Do something with one line of a statement, as the cashier who is signed in."""

    def do() -> None:
        person = current_person()
        with current_court().sit() as sitting:
            line = sitting.session.scalar(select(BankLine).where(BankLine.reference == reference).with_for_update())
            if line is None or person is None:
                raise NotFound
            what(sitting, line, person.account_id)

    return _do(do)


@paydesk.post("/lines/<reference>/another")
@staff(Role.CASHIER)
def another(reference: str) -> Page:
    """A line the bank may have told of before is another transfer: it is booked."""
    return _on_line(reference, lambda sitting, line, me: work.say_of_doubted(sitting, line, same=False))


@paydesk.post("/lines/<reference>/known")
@staff(Role.CASHIER)
def known(reference: str) -> Page:
    """It is the one that is known: it counts once."""
    return _on_line(reference, lambda sitting, line, me: work.say_of_doubted(sitting, line, same=True))


@paydesk.post("/lines/<reference>/refund")
@staff(Role.CASHIER)
def refund_returned(reference: str) -> Page:
    """A refund that was transferred came back: it is owed again and waits to be transferred to another account."""
    values = request.form.to_dict(flat=False)
    return _on_line(
        reference,
        lambda sitting, line, me: unmatched.take_back_refund(
            sitting, line, fields.parse(ReturnedInput, values).refund, lambda case_id: _me(sitting, case_id)
        ),
    )


@paydesk.post("/lines/<reference>/payout")
@staff(Role.CASHIER)
def payout_arrived(reference: str) -> Page:
    """A line is what the payment service paid out: it counts once."""
    values = request.form.to_dict(flat=False)
    return _on_line(
        reference,
        lambda sitting, line, me: payouts.take_as_payout(sitting, line, fields.parse(PayoutInput, values).payout),
    )


@paydesk.post("/lines/<reference>/return")
@staff(Role.CASHIER)
def pay_back(reference: str) -> Page:
    """Have money nobody can place paid back."""
    values = request.form.to_dict(flat=False)
    return _on_line(
        reference,
        lambda sitting, line, me: unmatched.ask_return(sitting, line, fields.parse(ReturnInput, values).why, me),
    )


@paydesk.post("/lines/<reference>/return/approve")
@staff(Role.CASHIER)
def approve_pay_back(reference: str) -> Page:
    """Agree, as a second person, that money goes back."""
    return _on_line(reference, unmatched.approve_return)


@paydesk.post("/lines/<reference>/return/drop")
@staff(Role.CASHIER)
def keep_line(reference: str) -> Page:
    """Do not pay it back after all."""
    return _on_line(reference, unmatched.drop_return)


@paydesk.post("/lines/<reference>/return/transferred")
@staff(Role.CASHIER)
def paid_back(reference: str) -> Page:
    """Record that it was transferred back."""
    values = request.form.to_dict(flat=False)
    return _on_line(
        reference,
        lambda sitting, line, me: unmatched.record_return(
            sitting, line, fields.parse(TransferredInput, values).way, me
        ),
    )


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
    """Take up what waits in a case: the cashier is seated in it and led to the act that does it, or else to its fees."""
    with current_court().sit() as sitting:
        row = sitting.session.scalar(select(Task).where(Task.reference == reference))
        if row is None or row.role is not Role.CASHIER or row.done_at is not None:
            raise NotFound
        act = cashier.done_by(row.kind)
        case = sitting.session.get_one(Case, row.case_id)
        _me(sitting, case.id)
        if act is None:
            return redirect(url_for("payments.fee", reference=case.reference), 303)
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
    open_days = ledger.unclosed_days(session, current_court().settings.tz, current_court().clock.now())
    return render_template(
        "payments/books.html",
        balances=balances,
        balanced=ledger.is_balanced(balances),
        closed=closed.of([row[0] for row in closed.rows]),
        open_days=open_days[:DAYS_AT_ONCE],
        waiting=len(open_days),
    )


@paydesk.post("/books/close")
@staff(Role.CASHIER)
def close() -> Page:
    """Close the books of a day that is over, or of all of them; they stay as they are then."""
    court = current_court()
    given = fields.parse(ClosingInput, request.form.to_dict(flat=False))
    now = court.clock.now()
    with court.database.write() as session:
        for day in ledger.unclosed_days(session, court.settings.tz, now)[:DAYS_AT_ONCE]:
            if given.day in (None, "", str(day)):
                ledger.close_day(session, day, court.settings.tz, now)
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
