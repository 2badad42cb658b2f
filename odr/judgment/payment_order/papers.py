"""The payment order and the rulings of its procedure as sealed papers (CPL 157, 227, 228; CPI 436, 437, 441)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odr.docket.models import Case
from odr.ground.text import Money, T, Text
from odr.judgment.payment_order.queries import (
    applicant_of,
    debtor_of,
    fee_borne,
    payment_order_of,
    standing,
    waiting_objection,
)
from odr.judgment.payment_order.rules import end_grounds, grounds
from odr.judgment.time_limits import PAYMENT_ORDER_LAWSUIT, PAYMENT_ORDER_OBJECTION
from odr.procedure.acts.table import RulingForm
from odr.procedure.papers.rulings import NO_APPEAL

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def ordered(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """What is to be paid, sum by sum, and who bears the fee (CPL 227; FEE 36)."""
    row = payment_order_of(sitting.session, case)
    if row is None:
        return []
    debtor, creditor = debtor_of(case).name, applicant_of(case).name
    lines = [
        T(
            "%(number)s. %(debtor)s pays %(creditor)s %(amount)s: %(what)s.",
            number=number,
            debtor=debtor,
            creditor=creditor,
            amount=Money(one["minor"], row.currency),
            what=one["what"],
        )
        for number, one in standing(row)
    ]
    fee = fee_borne(sitting, case, row)
    if fee:
        lines.append(
            T(
                "%(debtor)s bears the fee of the application and pays %(creditor)s %(amount)s for it.",
                debtor=debtor,
                creditor=creditor,
                amount=Money(fee, row.currency),
            )
        )
    return lines


def pay_or_object(sitting: Sitting, case: Case, given: Any) -> Text:
    """By when one pays or objects, and what follows from neither."""
    rule = sitting.pack(case).window(PAYMENT_ORDER_OBJECTION)
    return T(
        "Within %(length)s of receiving this order the debtor pays, or objects in writing to this court. If the debtor does neither, the creditor may apply for enforcement (%(article)s).",
        length=rule.words,
        article=sitting.pack(case).cite(rule.article),
    )


def ended(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """That the application is dismissed or the procedure ends, with the ground."""
    row, found = payment_order_of(sitting.session, case), end_grounds(sitting, case).get(given.ground)
    if row is None or found is None:
        return []
    dismissed = given.ground not in grounds(sitting, case, "ended")
    first = (
        T("The application for a payment order is dismissed.")
        if dismissed
        else T("The procedure of the payment order is ended; an order that was made lapses by itself.")
    )
    ground = T("Ground: %(ground)s (%(article)s).", ground=found.title, article=sitting.pack(case).cite(found.article))
    return [first, ground]


def after_the_end(sitting: Sitting, case: Case, given: Any) -> Text:
    """What one may do after the end: say no to the lawsuit, or bring a claim (CPL 228; CPI 438)."""
    row, found = payment_order_of(sitting.session, case), end_grounds(sitting, case).get(given.ground)
    over = row is not None and row.issued_at is not None and found is not None and found.goes_over
    return becomes_lawsuit(sitting, case) if over else T("No appeal lies against this ruling. A claim may be brought.")


def becomes_lawsuit(sitting: Sitting, case: Case) -> Text:
    """That what lapsed becomes a lawsuit unless the applicant says no."""
    rule = sitting.pack(case).window(PAYMENT_ORDER_LAWSUIT)
    return T(
        "No appeal lies against this ruling. What lapsed becomes a lawsuit before this court, unless the applicant tells this court within %(length)s of receiving this ruling that they do not agree (%(article)s).",
        length=rule.words,
        article=sitting.pack(case).cite(rule.article),
    )


def on_objection(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """What becomes of the objection, of which sums, and on which ground."""
    row, objection = payment_order_of(sitting.session, case), waiting_objection(sitting.session, case)
    if row is None or objection is None:
        return []
    sums = [
        T("%(number)s. %(amount)s: %(what)s", number=number, amount=Money(one["minor"], row.currency), what=one["what"])
        for number, one in standing(row)
        if number in objection.demands
    ]
    found = {**grounds(sitting, case, "upheld"), **grounds(sitting, case, "no_objection")}.get(given.ground or "")
    if found is not None:
        sums.append(
            T("Ground: %(ground)s (%(article)s).", ground=found.title, article=sitting.pack(case).cite(found.article))
        )
    return sums


def after_objection(sitting: Sitting, case: Case, given: Any) -> Text:
    """What follows for both."""
    if given.result == "upheld":
        return becomes_lawsuit(sitting, case)
    return T("No appeal lies against this ruling. The payment order stands.")


ORDER = RulingForm(
    T("Payment order"),
    pay_or_object,
    kind=T("Payment order"),
    ruled=T("The debtor is ordered to pay:"),
    omits=("case_number",),
    more=ordered,
)
ENDED = RulingForm(
    T("End of the procedure of a payment order"),
    after_the_end,
    ruled=T("On the application for a payment order:"),
    omits=("case_number", "ground"),
    more=ended,
)
OBJECTED = RulingForm(
    T("Objection to a payment order"),
    after_objection,
    result="result",
    words={
        "upheld": T("The objection stands: the procedure is ended, and the payment order lapses by itself over:"),
        "dismissed": T("The objection is dismissed: the payment order stands over:"),
        "withdrawn": T("Leave is given to withdraw the objection: the payment order stands over:"),
    },
    omits=("case_number", "ground"),
    more=on_objection,
)
SET_ASIDE = RulingForm(
    T("Setting aside of a payment order"),
    NO_APPEAL,
    ruled=T("The payment order is set aside, and the application of the creditor dismissed."),
    omits=("case_number",),
)
