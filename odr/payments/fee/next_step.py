"""What the time to pay a fee asks of its payer just now: the sum, and what helps who cannot pay. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.payments import names, time_limits
from odr.payments.books.bookings import outstanding
from odr.payments.fee.assessment import assessments_of
from odr.procedure.hooks import If, StepWords
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REFUNDED = "CPI 207"
"""What a winner paid in advance and need not bear comes back from the court."""


def fee_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """The fee of a window with what is still to be paid; None for a window of another kind."""
    fees = assessments_of(sitting.session, case, demands=True)
    row = next((fee for fee in fees if fee.reference == window.subject and fee.window_kind == window.kind), None)
    if row is None or window.party_id != actor.party_id:
        return None
    left = outstanding(sitting.session, row)
    if row.matter.value == "attendance":
        return StepWords(T("pay for the expert who is to be heard, %(amount)s", amount=left))
    ifs = [
        If(T("If you cannot pay"), T("Ask to pay less, later or nothing, before the day ends."), names.REQUEST_RELIEF)
    ]
    if window.kind == time_limits.FEE_PAYMENT and sitting.pack(case).cited(REFUNDED) is not None:
        ifs.append(If(T("If you win"), T("What you paid and need not bear comes back to you from the court.")))
    return StepWords(T("pay the court fee, %(amount)s", amount=left), ifs=tuple(ifs))
