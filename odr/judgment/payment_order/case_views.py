"""On the case page: what a payment order is asked over, where it stands, and what became of each sum. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Document, Role
from odr.ground.text import Money
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.payment_order.queries import objections_of, payment_order_of, standing, sum_of
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ACTS = (
    names.TAKE_PAYMENT_ORDER,
    names.ISSUE_PAYMENT_ORDER,
    names.OBJECT_TO_PAYMENT_ORDER,
    names.RULE_ON_PAYMENT_OBJECTION,
    names.REFUSE_LAWSUIT,
)
"""What somebody may have to do next in it."""


def order_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The sums with what became of each, for the parties and the court."""
    row = payment_order_of(sitting.session, case)
    if row is None or actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    still = {number for number, _ in standing(row)}
    objection = next(iter(reversed(objections_of(sitting.session, case))), None)
    lawsuits = {one["case"] for one in row.lapses if one["case"]}
    data = {
        "row": row,
        "sum": sum_of(row),
        "lines": [
            (number, Money(one["minor"], row.currency), one["what"], number in still)
            for number, one in enumerate(row.demands, 1)
        ],
        "objection": objection
        and {
            "state": objection.state.label,
            "amount": sum_of(row, objection.demands),
            "entry": objection.entry_number,
        },
        "fee": Money(row.fee_minor, row.currency) if row.fee_minor else None,
        "document": sitting.session.get(Document, row.document_id) if row.document_id else None,
        "lawsuits": sorted(lawsuits) if actor.role is Role.CLAIMANT else [],
        "acts": any(refusal(sitting, sitting.court.table[name], case, actor) is None for name in ACTS),
    }
    return Panel("main", 10, "judgment/_payment_order.html", data)
