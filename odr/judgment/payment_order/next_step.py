"""What the time of a payment order asks of the debtor just now: the sum, to whom, and what helps who has paid. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.payment_order.queries import applicant_of, payment_order_of, sum_of, waiting_objection
from odr.judgment.time_limits import PAYMENT_ORDER_OBJECTION
from odr.procedure.hooks import If, StepWords
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def order_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """To pay the sum with the fee, or to object in writing: done for the debtor once an objection waits for its ruling, and met for
    whoever waits. None for a window of another kind.
    """
    row = payment_order_of(sitting.session, case) if window.kind == PAYMENT_ORDER_OBJECTION else None
    if row is None:
        return None
    objected = waiting_objection(sitting.session, case) is not None
    if actor.party_id is None or window.party_id != actor.party_id:
        return StepWords(met=True) if objected else None
    amount = Money(sum_of(row).minor + row.fee_minor, row.currency)
    paid = If(
        T("If you have paid"), T("Say so with the day and the reference of the transfer."), names.RECORD_PERFORMANCE
    )
    return StepWords(
        T("pay %(amount)s to %(name)s, or object in writing", amount=amount, name=applicant_of(case).name),
        ifs=(paid,),
        silence=T("The order can be enforced like a judgment, and interest for delay is added."),
        done=objected,
    )
