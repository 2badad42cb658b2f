"""The pay desk: transfers by their code, statements, the counter, and the books of a day."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import Role
from odr.ground.errors import InvalidInput
from odr.payments.books import ledger
from odr.payments.books.paydesk import take_statement
from odr.payments.books.statements import read_statement
from odr.payments.fee.assessment import CODE as ALPHABET, check_letter, transfer_code
from odr.payments.models import AssessmentState, BankLine, DailyClose, EventOrigin, Payment
from odr.payments.stripe.webhook import take as take_event
from tests.patience import PATIENCE
from tests.payments.conftest import BASE, ON_BOTH, PayCourt, Served
from tests.payments.test_fee_acts import stripe_paid

HEAD = "date,amount,payer,purpose\n"


def take(pay: PayCourt, text: str) -> tuple[int, int, int]:
    """Import a statement; gives new, known and matched."""
    with pay.court.sit() as sitting:
        done = take_statement(sitting, read_statement(text.encode(), "CNY"))
    return done.new, done.known, done.matched


def test_a_transfer_with_its_code_pays_the_fee(pay_court: PayCourt) -> None:
    """A line of the statement that names the code, however spaced, credits the fee; importing it again changes nothing."""
    case_id = pay_court.accepted()
    code = pay_court.fees(case_id)[0].transfer_code
    text = f"{HEAD}2026-03-05,275.00,Li Wei,court fee {code[:5].lower()} {code[5:]}\n"
    assert take(pay_court, text) == (1, 0, 1)
    assert take(pay_court, text) == (0, 1, 0)
    assert pay_court.fees(case_id)[0].state is AssessmentState.PAID
    assert pay_court.balances() == {"bank": 275_00, "deferred": -275_00}


def test_a_transfer_nobody_can_place_waits(pay_court: PayCourt) -> None:
    """A line without a code, or with two, is kept as not yet matched and never guessed."""
    first, second = pay_court.accepted(), pay_court.accepted()
    codes = [pay_court.fees(c)[0].transfer_code for c in (first, second)]
    assert take(pay_court, f"{HEAD}2026-03-05,275.00,Li,thanks\n2026-03-05,550.00,Li,{codes[0]} {codes[1]}\n") == (
        2,
        0,
        0,
    )
    assert pay_court.balances() == {"bank": 825_00, "suspense": -825_00, "receivable": 550_00, "deferred": -550_00}


def test_two_equal_lines_are_two_transfers(pay_court: PayCourt) -> None:
    """The same sum twice from the same payer on one day is paid twice, and the second goes back."""
    case_id = pay_court.accepted()
    line = f"2026-03-05,275.00,Li,{pay_court.fees(case_id)[0].transfer_code}\n"
    assert take(pay_court, HEAD + line + line) == (2, 0, 2)
    assert pay_court.balances() == {"bank": 550_00, "deferred": -275_00, "refunds": -275_00}


@pytest.mark.parametrize(
    "text",
    [
        "日期;金额;付款人;用途\n2026年3月5日;1,275.50;李伟;诉讼费\n",
        "Date\tAmount\tPayer\tPurpose\n2026-03-05\t¥1,275.50\tLi\tfee\n",
        'date,amount,payer,purpose\n5 March 2026,"1,275.50",Li,fee\n',
    ],
)
def test_statements_are_read_as_banks_write_them(text: str) -> None:
    """Chinese and English headings, three delimiters, amounts and days as people write them."""
    for encoding in ("utf-8-sig", "gb18030"):
        (line,) = read_statement(text.encode(encoding), "CNY")
        assert (line.amount.minor, line.booked_on.isoformat()) == (1275_50, "2026-03-05")


@pytest.mark.parametrize(
    "text",
    [
        "日期,收/支,金额,付款人,用途\n2026-03-05,收入,275.00,李伟,诉讼费\n2026-03-05,支出,80.00,王,退费\n",
        "交易日期,借贷标志,交易金额,对方户名,摘要\n2026-03-05,贷,275.00,李伟,诉讼费\n2026-03-05,借,80.00,王,退费\n",
        "交易日期,借方金额,贷方金额,对方户名,摘要\n2026-03-05,,275.00,李伟,诉讼费\n2026-03-05,80.00,0.00,王,退费\n",
        "Date,Debit,Credit,Payer,Purpose\n2026-03-05,0.00,275.00,Li,fee\n2026-03-05,80.00,,Wang,refund\n",
        "Date,Dr/Cr,Amount,Payer,Purpose\n2026-03-05,CR,275.00,Li,fee\n2026-03-05,DR,80.00,Wang,refund\n",
        "Date,Amount,Payer,Purpose\n2026-03-05,275.00,Li,fee\n2026-03-05,-80.00,Wang,refund\n",
    ],
)
def test_what_went_out_is_never_taken_for_what_came_in(text: str) -> None:
    """A sign, a column that says which it was, or a column of its own: banks write it in one of the three ways."""
    assert [line.amount.minor for line in read_statement(text.encode(), "CNY")] == [275_00, -80_00]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "amount,purpose\n1,x\n",
        "日期,收/支,金额,付款人,用途\n2026-03-05,不计收支,275.00,李伟,诉讼费\n",
        "Date,Dr/Cr,Amount,Payer,Purpose\n2026-03-05,,275.00,Li,fee\n",
        HEAD + "yesterday,1.00,Li,x\n",
        HEAD + "2026-03-05,1.234,Li,x\n",
        HEAD + "2026-03-05,USD 5,Li,x\n",
        HEAD + "2026-03-05,99999999999999999999,Li,x\n",
    ],
)
def test_a_statement_that_cannot_be_read_changes_nothing(text: str) -> None:
    """Missing headings, unreadable days, doubtful amounts and other currencies are refused with the line's number."""
    with pytest.raises(InvalidInput):
        read_statement(text.encode(), "CNY")


@given(st.integers(0, 8), st.sampled_from(ALPHABET))
def test_a_mistyped_code_is_noticed(place: int, letter: str) -> None:
    """One wrong letter, or two neighbours exchanged, never makes another valid code."""
    code = transfer_code()
    wrong = code[:place] + letter + code[place + 1 :]
    assert wrong == code or check_letter(wrong[:9]) != wrong[9]
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or place == 8 or check_letter(swapped[:9]) != swapped[9]


def test_the_cashier_works_at_the_desk(served: Served) -> None:
    """At the desk the cashier imports a statement, places a transfer by its code and takes money at the counter; nobody
    else finds the desk.
    """
    first, second = served.pay.accepted(), served.pay.accepted()
    served.pay.account("cashier", Role.CASHIER)
    assert served.sign_in("li").get("/payments/desk", base_url=BASE).status_code == 404
    client, served.form_page = served.sign_in("cashier"), "/payments/desk"
    sent = (io.BytesIO(f"{HEAD}2026-03-05,275.00,Li,thanks\n".encode()), "bank.csv")
    assert served.post(client, "/payments/desk/statement", statement=sent).status_code == 200
    (line,) = served.pay.rows(BankLine)
    code = served.pay.fees(first)[0].transfer_code
    wrong = served.post(client, f"/payments/desk/lines/{line.reference}/match", code="ABC")
    assert wrong.status_code == 422 and "not a payment code" in wrong.get_data(as_text=True)
    assert served.post(client, f"/payments/desk/lines/{line.reference}/match", code=code).status_code == 303
    other = served.pay.fees(second)[0].transfer_code
    bad = served.post(client, "/payments/desk/counter", code=other, amount="1.234,5", slip="7")
    assert bad.status_code == 422 and "1.234,5" in bad.get_data(as_text=True)
    assert served.post(client, "/payments/desk/counter", code=other, amount="275元", slip="7").status_code == 303
    assert served.post(client, "/payments/desk/counter", code=other, amount="275元", slip="7").status_code == 409
    assert [p.channel.value for p in served.pay.rows(Payment)] == ["transfer", "counter"]
    assert served.pay.balances() == {"bank": 275_00, "cash": 275_00, "deferred": -550_00}
    assert "Trial balance" in client.get("/payments/desk/books", base_url=BASE).get_data(as_text=True)


@pytest.mark.parametrize("statement_first", [True, False])
@ON_BOTH
def test_what_stripe_paid_out_is_counted_once_when_the_bank_tells_of_it(
    served: Served, make_event: Callable[..., dict[str, Any]], statement_first: bool
) -> None:
    """The payout is booked when Stripe tells of it, and the bank's line is that money: whichever comes first, the cashier says so, and
    it is nobody's transfer that would be paid back. One payout is one line.
    """
    pay = served.pay
    stripe_paid(pay, pay.accepted())
    today = pay.clock.now().astimezone(pay.court.settings.tz).date()
    told = {"id": "po_1", "amount": 275_00, "currency": "cny", "status": "paid"}
    event = make_event("payout.paid", told, "evt_po", int(pay.clock.now().timestamp()))
    steps = [
        lambda: take(pay, f"{HEAD}{today},275.00,Stripe,payout\n"),
        lambda: take_event(pay.court, event, EventOrigin.LISTED),
    ]
    for step in steps if statement_first else steps[::-1]:
        step()
    pay.account("cashier", Role.CASHIER)
    client, served.form_page = served.sign_in("cashier"), "/payments/desk"
    assert "po_1" in client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    (line,) = pay.rows(BankLine)
    path = f"/payments/desk/lines/{line.reference}/payout"
    assert served.post(client, path, payout="po_2").status_code == 422
    assert served.post(client, path, payout="po_1").status_code == 303
    assert served.post(client, path, payout="po_1").status_code == 409
    assert pay.balances() == {"bank": 275_00, "deferred": -275_00}
    take(pay, f"{HEAD}{today},275.00,Stripe,another payout\n")
    assert "po_1" not in client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    other = f"/payments/desk/lines/{pay.rows(BankLine)[-1].reference}/payout"
    assert served.post(client, other, payout="po_1").status_code == 422


def test_a_day_is_closed_once_and_stays(pay_court: PayCourt) -> None:
    """A running day cannot be closed; a closed one keeps its figures, and its CSV holds every line."""
    pay_court.accepted()
    tz = pay_court.court.settings.tz
    day = pay_court.clock.now().astimezone(tz).date()
    with pytest.raises(ValueError, match="not over"), pay_court.court.database.write() as session:
        ledger.close_day(session, day, tz, pay_court.clock.now())
    pay_court.clock.advance(timedelta(days=1))
    pay_court.accepted()
    with pay_court.court.database.write() as session:
        ledger.close_day(session, day, tz, pay_court.clock.now())
        ledger.close_day(session, day, tz, pay_court.clock.now())
    (close,) = pay_court.rows(DailyClose)
    assert {b["account"]: b["debit"] - b["credit"] for b in close.balances} == {
        "receivable": 275_00,
        "deferred": -275_00,
    }
    with pay_court.court.database.read() as session:
        assert len(ledger.day_csv(session, day, tz).splitlines()) == 3


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_day_is_closed_while_somebody_books_on_it(pay_court: PayCourt) -> None:
    """A statement with money of yesterday is being booked when a colleague closes yesterday: the day waits until that is done, so that
    nothing stands in it later that its sealed paper does not know.
    """
    case_id, tz = pay_court.accepted(), pay_court.court.settings.tz
    day = pay_court.clock.now().astimezone(tz).date()
    text = f"{HEAD}{day},275.00,Li,{pay_court.fees(case_id)[0].transfer_code}\n"
    pay_court.clock.advance(timedelta(days=1))
    booked, closed = threading.Event(), threading.Event()

    def import_it() -> None:
        with pay_court.court.sit() as sitting:
            take_statement(sitting, read_statement(text.encode(), "CNY"))
            booked.set()
            assert closed.wait(PATIENCE)

    with ThreadPoolExecutor() as other:
        importing = other.submit(import_it)
        assert booked.wait(PATIENCE)
        try:
            with pytest.raises(ledger.BooksInUse), pay_court.court.database.write() as session:
                ledger.close_day(session, day, tz, pay_court.clock.now())
        finally:
            closed.set()
        importing.result(PATIENCE)
    with pay_court.court.database.write() as session:
        told = ledger.close_day(session, day, tz, pay_court.clock.now()).balances
    assert {one["account"] for one in told} >= {"bank", "deferred"}


def test_what_comes_in_for_a_closed_day_is_booked_after_it(pay_court: PayCourt) -> None:
    """A transfer of Monday that the bank tells of on Tuesday, when Monday is closed, stands in Tuesday's books; Monday's
    CSV stays as its sealed paper says, and the fee counts as paid on Monday.
    """
    case_id, tz = pay_court.accepted(), pay_court.court.settings.tz
    day = pay_court.clock.now().astimezone(tz).date()
    pay_court.clock.advance(timedelta(days=1))
    with pay_court.court.database.write() as session:
        ledger.close_day(session, day, tz, pay_court.clock.now())
    with pay_court.court.database.read() as session:
        before = ledger.day_csv(session, day, tz)
    take(pay_court, f"{HEAD}{day},275.00,Li,{pay_court.fees(case_id)[0].transfer_code}\n")
    (fee,) = pay_court.fees(case_id)
    assert fee.paid_at is not None and fee.paid_at.astimezone(tz).date() == day
    with pay_court.court.database.read() as session:
        assert ledger.day_csv(session, day, tz) == before
        assert len(ledger.day_csv(session, day + timedelta(days=1), tz).splitlines()) == 7
