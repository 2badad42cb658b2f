"""What the time to pay a fee asks of its payer just now: the sum, and what helps who cannot pay. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments import names, time_limits
from odr.payments.books.bookings import outstanding
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import APPEALS, Matter
from odr.payments.fee.relief import may_be_put_off
from odr.payments.fee.unpaid import is_unpaid_for_good, leads_to_ruling
from odr.procedure.hooks import If, Owed, StepWords
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REFUNDED = "CPI 207"
"""What a winner paid in advance and need not bear comes back from the court."""

STAYS_OWED = T("The fee stays owed, and the court collects it. Nothing counts as withdrawn.")
"""What silence brings where no ruling rests on the fee."""


def fee_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """The fee of a window with what is still to be paid; None for a window of another kind."""
    if actor.party_id is None or window.party_id != actor.party_id:
        return None
    fees = assessments_of(sitting.session, case, party_id=actor.party_id, demands=True)
    row = next((fee for fee in fees if fee.reference == window.subject and fee.window_kind == window.kind), None)
    if row is None:
        return None
    left = outstanding(sitting.session, row)
    if row.matter is Matter.COPIES:
        nothing = If(
            T("If you no longer want the copy"),
            T("Do nothing. When the time ends your request falls, and nothing is owed."),
        )
        return StepWords(T("pay for your copy of the file, %(amount)s", amount=left), ifs=(nothing,))
    if row.matter is Matter.FINE:
        return StepWords(
            T("pay the fine, %(amount)s", amount=left),
            silence=T("The fine stays owed, and the court has it collected in the enforcement."),
        )
    if row.matter is Matter.WITNESS:
        return StepWords(
            T("advance what your witness is paid, %(amount)s", amount=left),
            silence=T("The court advances it, and the decision on costs says who bears it."),
        )
    if row.matter.value == "attendance":
        return StepWords(T("pay for the expert who is to be heard, %(amount)s", amount=left))
    help_with_it = (
        T("Ask to pay less, later or nothing, before the day ends.")
        if may_be_put_off(sitting, case, actor.party_id)
        else T("Ask to pay less or nothing, before the day ends.")
    )
    ifs = [If(T("If you cannot pay"), help_with_it, names.REQUEST_RELIEF)]
    if window.kind == time_limits.FEE_PAYMENT and sitting.pack(case).cited(REFUNDED) is not None:
        ifs.append(If(T("If you win"), T("What you paid and need not bear comes back to you from the court.")))
    is_collected = row.matter not in APPEALS and not leads_to_ruling(row)
    return StepWords(_pay(row.matter, left), silence=STAYS_OWED if is_collected else None, ifs=tuple(ifs))


def _pay(matter: Matter, left: Money) -> Text:
    """What is paid, by its name: whoever appeals has paid the court fee before, and this is another."""
    if matter in APPEALS:
        return T("pay the fee of your appeal, %(amount)s", amount=left)
    if matter is Matter.RETRIAL:
        return T("pay the fee of the retrial, %(amount)s", amount=left)
    if matter is Matter.PRESERVATION:
        return T("pay the fee of your application for preservation, %(amount)s", amount=left)
    if matter is Matter.COUNTERCLAIM:
        return T("pay the fee of your counterclaim, %(amount)s", amount=left)
    return T("pay the court fee, %(amount)s", amount=left)


def owed_after_its_time(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """A fee of the reader's whose time is over, and what the judge is asked to rule for it; until then it can be paid."""
    rows = assessments_of(sitting.session, case, party_id=actor.party_id) if actor.party_id is not None else []
    row = next((one for one in rows if is_unpaid_for_good(sitting, case, one)), None)
    if row is None:
        return None
    left = outstanding(sitting.session, row)
    if row.matter in APPEALS:
        words = T(
            "The time to pay the fee of your appeal ended, and %(amount)s was not paid. Pay it before the judge rules, or the appeal counts as withdrawn and the decision takes effect.",
            amount=left,
        )
    elif row.matter is Matter.RETRIAL:
        words = T(
            "The time to pay the fee of the retrial ended, and %(amount)s was not paid. Pay it before the judge rules, or what you asked of the retrial counts as taken back.",
            amount=left,
        )
    elif row.matter is Matter.COUNTERCLAIM:
        words = T(
            "The time to pay the fee of your counterclaim ended, and %(amount)s was not paid. Pay it before the judge rules, or the counterclaim counts as withdrawn.",
            amount=left,
        )
    else:
        words = T(
            "The time to pay the court fee ended, and %(amount)s was not paid. Pay it before the judge rules, or the claim counts as withdrawn.",
            amount=left,
        )
    still = If(
        T("If you still want a decision"),
        T("The fee can be paid until the judge has ruled."),
        page=("payments.fee", T("Pay the fee")),
    )
    return Owed(words, is_duty=True, ifs=(still,))
