"""Pages about fees: the simulator, the receipt, both languages, and amounts as people type them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import ROOT
from odr.docket.models import Case, Document, Outcome, Role
from odr.filing.course.time_limit_changes import halt
from odr.ground.text import T
from odr.ground.typeset import Typesetter
from odr.notary.seal.seal import Sealer
from odr.payments.desks import FEE_CORRECTION
from odr.payments.models import AssessmentState, EventOrigin, Payment, Refund
from odr.payments.stripe.webhook import take
from odr.procedure.models import Task
from tests.payments.conftest import BASE, Served
from tests.payments.test_fee_acts import stripe_paid
from tests.payments.test_hardness import dispute
from tests.payments.test_refunds import end


def ask(served: Served, **question: str) -> tuple[int, str]:
    """What the simulator answers."""
    answer = served.app.test_client().get(
        "/fees", query_string={"cause": "online_shopping", "track": "simple", **question}, base_url=BASE
    )
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("typed", ["30000", "30,000", "30,000.00", "¥30,000", "30000元", "3万", "３００００"])
def test_the_simulator_reads_amounts_as_people_type_them(served: Served, typed: str) -> None:
    """However 30,000 yuan is written, the fee is 275 by simple procedure, with its steps and the address to send on."""
    status, page = ask(served, amount=typed)
    assert status == 200 and "The fee is CNY\u00a0275.00" in page and "Halved: simple procedure." in page
    assert "/fees?" in page


@pytest.mark.parametrize("typed", ["1.234,5", "thirty", "-5", "0", "99999999999999999999", "USD 5", "1e9"])
def test_the_simulator_never_guesses(served: Served, typed: str) -> None:
    """A doubtful, foreign or absurd amount is asked again, with what was typed kept."""
    status, page = ask(served, amount=typed)
    assert status == 422 and "The fee is" not in page


def test_the_simulator_answers_bad_choices_with_a_message(served: Served) -> None:
    """A cause or track that does not exist is no crash."""
    assert ask(served, amount="5", cause="witchcraft")[0] == 422
    assert ask(served, amount="5", track="express")[0] == 422


def test_the_fee_page_speaks_chinese(served: Served) -> None:
    """A reader of Chinese meets no English sentence about her fee."""
    case_id = served.pay.accepted()
    client = served.sign_in("li")
    client.set_cookie("locale", "zh-Hans", domain="court.test")
    page = client.get(f"/cases/{served.reference(case_id)}/fee", base_url=BASE).get_data(as_text=True)
    assert 'lang="zh-Hans"' in page and "在线交纳275.00元" in page and "减半：适用简易程序。" in page
    assert "How this fee" not in page and "Pay " not in page


def test_a_fee_whose_time_stands_still_names_no_day(served: Served) -> None:
    """While the case stands still neither the fee's page nor the case's says until when to pay; the payer may pay all
    the same.
    """
    case_id, court = served.pay.accepted(), served.pay.court
    client, place = served.sign_in("li"), f"/cases/{served.reference(case_id)}"

    def said() -> tuple[str, ...]:
        return tuple(client.get(place + page, base_url=BASE).get_data(as_text=True) for page in ("", "/fee"))

    assert all("halted" not in page for page in said())
    with court.sit() as sitting:
        halt(sitting.windows(sitting.session.get_one(Case, case_id), "fee_payment"), sitting.now)
    assert all(
        "Your time for this is halted for the moment." in page and "Why this date" not in page for page in said()
    )
    assert "/fee/pay" in said()[1]


def test_the_receipt_is_sealed_and_stays_the_same(served: Served) -> None:
    """The payer gets a sealed PDF that is made once; the other side gets none."""
    court = served.pay.court
    court.ports.typesetter = Typesetter(ROOT / "fonts", ROOT / "templates" / "documents")
    court.ports.sealer = Sealer.of(court.notary)
    case_id = served.pay.accepted()
    stripe_paid(served.pay, case_id)
    assert served.pay.fees(case_id)[0].state is AssessmentState.PAID
    (payment,) = served.pay.rows(Payment)
    path = f"/cases/{served.reference(case_id)}/fee/receipt/{payment.reference}.pdf"
    first, second = (served.sign_in("li").get(path, base_url=BASE).get_data() for _ in range(2))
    assert first == second and first.startswith(b"%PDF") and b"/ByteRange" in first
    assert served.sign_in("shop").get(path, base_url=BASE).status_code == 404
    assert [d.kind for d in served.pay.rows(Document)] == ["receipt"]


def test_a_closed_day_has_a_sealed_report(served: Served) -> None:
    """The daily close is set and sealed as a paper."""
    court = served.pay.court
    court.ports.typesetter = Typesetter(ROOT / "fonts", ROOT / "templates" / "documents")
    court.ports.sealer = Sealer.of(court.notary)
    served.pay.accepted()
    served.pay.clock.advance(timedelta(days=1))
    served.pay.account("cashier", Role.CASHIER)
    client, served.form_page = served.sign_in("cashier"), "/payments/desk/books"
    assert served.post(client, "/payments/desk/books/close").status_code == 303
    day = (served.pay.clock.now() - timedelta(days=1)).astimezone(court.settings.tz).date()
    assert client.get(f"/payments/desk/books/{day}.pdf", base_url=BASE).get_data().startswith(b"%PDF")
    assert "receivable" in client.get(f"/payments/desk/books/{day}.csv", base_url=BASE).get_data(as_text=True)


def test_templates_name_no_inline_script() -> None:
    """The pages of fees work without scripts and styles of their own."""
    for path in Path(ROOT / "templates" / "payments").glob("*.html"):
        words = path.read_text(encoding="utf-8")
        assert "<script" not in words and "style=" not in words and "onclick" not in words, path


def test_the_desk_tells_a_refund_that_is_late_from_one_that_is_soon(served: Served) -> None:
    """The cashier's desk marks a refund before its last day and past it, those past first (FEE 53)."""
    case_id = served.pay.accepted()
    stripe_paid(served.pay, case_id)
    end(served.pay, case_id, Outcome.DISMISSED)
    served.pay.account("cashier", Role.CASHIER)
    with served.pay.court.database.read() as session:
        last = session.scalars(select(Refund.due_at).where(Refund.case_id == case_id)).one()
    assert last is not None  # put off to the next working day where it falls on a day off
    served.pay.clock.set(last - timedelta(days=1))
    assert "soon" in served.sign_in("cashier").get("/payments/desk", base_url=BASE).get_data(as_text=True)
    served.pay.clock.set(last + timedelta(days=1))
    page = served.sign_in("cashier").get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert "overdue" in page and "Refunds past their last day: 1" in page


def test_the_desk_tells_what_waits_in_cases_in_which_no_cashier_has_a_seat(
    served: Served, make_event: Callable[..., dict[str, Any]]
) -> None:
    """A dispute at the payer's bank has a last day there, and a refund nobody ordered has to be explained: both stand on the desk of
    every cashier, and lead to where something can be done about them. Nobody is led by a task of another role.
    """
    pay = served.pay
    case_id = pay.accepted()
    stripe_paid(pay, case_id)
    take(pay.court, dispute(make_event, "created", "needs_response", "evt_dispute"), EventOrigin.LISTED)
    back = {"id": "re_1", "amount": 1_00, "currency": "cny", "status": "succeeded", "payment_intent": "pi_1"}
    take(pay.court, make_event("refund.updated", back, "evt_back"), EventOrigin.LISTED)
    pay.account("cashier", Role.CASHIER)
    client, served.form_page = served.sign_in("cashier"), "/payments/desk"
    page = client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert "disputes a payment of" in page and "without an order of the court" in page
    (disputed,), (outside,) = pay.rows(Task, kind="fee_dispute"), pay.rows(Task, kind="outside_refund")
    to_the_fees = served.post(client, f"/payments/desk/tasks/{disputed.reference}")
    assert to_the_fees.headers["Location"].endswith("/fee")
    assert client.get(to_the_fees.headers["Location"], base_url=BASE).status_code == 200
    to_the_act = served.post(client, f"/payments/desk/tasks/{outside.reference}")
    assert to_the_act.headers["Location"].endswith("/finish_task")
    shown = client.get(to_the_act.headers["Location"], base_url=BASE).get_data(as_text=True)
    assert "without an order of the court" in shown
    with pay.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)
        sitting.open_task(case, Role.JUDGE, FEE_CORRECTION, T("A fee to check"), risk=1)
    assert "A fee to check" not in client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    (judges,) = pay.rows(Task, kind="fee_correction")
    assert served.post(client, f"/payments/desk/tasks/{judges.reference}").status_code == 404


def test_who_comes_back_from_the_payment_page_is_offered_nothing_to_pay_until_the_event_came(served: Served) -> None:
    """The page waits: it looks again by itself and by a link, and no second button stands there; then it says paid."""
    case_id = served.pay.accepted()
    client, place = served.sign_in("li"), f"/cases/{served.reference(case_id)}/fee"
    assert "/fee/pay" in client.get(place, base_url=BASE).text
    waits = client.get(f"{place}/return", base_url=BASE).text
    assert "/fee/pay" not in waits and "court-code" not in waits
    assert 'hx-get="' in waits and "/fee/return?again=1" in waits and "Look again" in waits
    assert 'hx-get="' not in client.get(f"{place}/return?again=100", base_url=BASE).text, "no page asks for ever"
    stripe_paid(served.pay, case_id)
    paid = client.get(f"{place}/return", base_url=BASE).text
    assert "has confirmed your payment" in paid and 'hx-get="' not in paid
