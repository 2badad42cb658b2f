"""The fifteen days in which money goes back (FEE 53), watched until it has arrived."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from odr.docket.models import Case, Role
from odr.payments.acts import party_by_id
from odr.payments.models import Refund, RefundState
from odr.procedure.models import Task
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

SOON_TASK, LATE_TASK = "refund_soon", "refund_late"
ALARMS = (SOON_TASK, LATE_TASK)


def sweep(court: Court, limit: int = 50) -> int:
    """The worker: warn the cashier before the last day and, past it, the president too; each once. Returns how many
    alarms rose.

    It looks at the day itself and not at the case's time limits, so that a stay of the case silences nothing.
    """
    now = court.clock.now()
    soon = _unwarned(court, SOON_TASK, now + timedelta(days=court.settings.refund_alarm_days), limit)
    late = _unwarned(court, LATE_TASK, now, limit)
    raised = 0
    for kind, ids in ((SOON_TASK, soon), (LATE_TASK, late)):
        for refund_id in ids:
            with court.sit() as sitting:
                raised += raise_alarm(sitting, refund_id, kind)
    return raised


def _unwarned(court: Court, kind: str, until: datetime, limit: int) -> list[int]:
    """Refunds on their way whose last day is not after ``until`` and of which nobody was warned in this way."""
    with court.database.read() as session:
        warned = exists().where(Task.case_id == Refund.case_id, Task.kind == kind, Task.subject == Refund.reference)
        query = select(Refund.id).where(
            Refund.state != RefundState.PAID, Refund.due_at.is_not(None), Refund.due_at <= until, ~warned
        )
        return list(session.scalars(query.order_by(Refund.due_at, Refund.id).limit(limit)))


def raise_alarm(sitting: Sitting, refund_id: int, kind: str) -> int:
    """Put one alarm on the desks, unless another worker did or the money has arrived."""
    refund = sitting.session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
    known = sitting.session.scalar(
        select(Task.id).where(Task.case_id == refund.case_id, Task.kind == kind, Task.subject == refund.reference)
    )
    if known is not None or refund.state is RefundState.PAID:
        return 0
    case = sitting.session.get_one(Case, refund.case_id)
    name = party_by_id(case, refund.party_id).name
    if kind == SOON_TASK:
        words = T(
            "%(amount)s must have gone back to %(name)s by %(at)s.", amount=refund.amount, name=name, at=refund.due_at
        )
        sitting.open_task(case, Role.CASHIER, kind, words, risk=75, due_at=refund.due_at, subject=refund.reference)
        return 1
    sitting.close_tasks(case, SOON_TASK, refund.reference)
    words = T(
        "%(amount)s should have gone back to %(name)s by %(at)s and has not.",
        amount=refund.amount,
        name=name,
        at=refund.due_at,
    )
    for role in (Role.CASHIER, Role.PRESIDENT):
        sitting.open_task(case, role, kind, words, risk=95, due_at=refund.due_at, subject=refund.reference)
    return 1
