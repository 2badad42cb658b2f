"""Grounds in the procedure of a payment order, as the rules of the case have them. No flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.judgment.payment_order.models import PaymentOrderState
from odr.judgment.payment_order.queries import payment_order_of
from odr.judgment.time_limits import PAYMENT_ORDER_SERVICE
from odr.procedure.rules.court_rules import PaymentOrderGround

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

Grounds = Mapping[str, PaymentOrderGround]


def grounds(sitting: Sitting, case: Case, kind: str) -> Grounds:
    """The grounds of a kind; none where the rules know no payment orders."""
    rules = sitting.pack(case).payment_orders
    found: Grounds = getattr(rules, kind) if rules is not None else {}
    return found


def ground_of(found: Grounds, key: str | None) -> PaymentOrderGround:
    """The ground chosen. Raises InvalidInput for one that is not among them."""
    if key is None or key not in found:
        raise InvalidInput.at("ground", T("Choose one of those listed."))
    return found[key]


def end_grounds(sitting: Sitting, case: Case) -> Grounds:
    """On which grounds the judge ends the procedure as it stands: before an order is made the application is dismissed too; that
    it could not be served only after the thirty days, and that it was taken back only where it was (CPI 428, 430).
    """
    row = payment_order_of(sitting.session, case)
    if row is None or row.state not in (PaymentOrderState.TAKEN, PaymentOrderState.ISSUED):
        return {}
    found = dict(grounds(sitting, case, "ended"))
    if row.withdrawn_entry is None:
        found.pop("withdrawn", None)
    if row.issued_at is None or row.served_at is not None or not time_to_serve_is_over(sitting, case):
        found.pop("not_served", None)
    if row.issued_at is None:
        found.pop("security_sued", None)
        return {**grounds(sitting, case, "not_taken"), **grounds(sitting, case, "dismissed"), **found}
    return found


def time_to_serve_is_over(sitting: Sitting, case: Case) -> bool:
    """Whether thirty days have passed since the order was made."""
    every = sitting.windows(case, PAYMENT_ORDER_SERVICE, state=None)
    return any(window.due_at is not None and window.due_at < sitting.now for window in every)
