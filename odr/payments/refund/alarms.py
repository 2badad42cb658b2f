"""The fifteen days in which money goes back (FEE 53), watched until it has arrived."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from odr.docket.models import Case, Role
from odr.ground.background import each_alone
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.payments import desks
from odr.payments.models import UNPAID, Refund, RefundState
from odr.procedure.acts.tasks import Desk
from odr.procedure.models import Task

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

ALARMS = (desks.REFUND_SOON, desks.REFUND_LATE)


def sweep(court: Court, limit: int = 50) -> int:
    """The worker: warn the cashier before the last day and, past it, the president too; each once. Returns how many
    alarms rose.

    It looks at the day itself and not at the case's time limits, so that a stay of the case silences nothing.
    """
    now = court.clock.now()
    soon = _unwarned(court, desks.REFUND_SOON, now + timedelta(days=court.settings.refund_alarm_days), limit)
    late = _unwarned(court, desks.REFUND_LATE, now, limit)
    alarms = [(desk, one) for desk, ids in ((desks.REFUND_SOON, soon), (desks.REFUND_LATE, late)) for one in ids]
    return each_alone(alarms, lambda one: _raise(court, *one), "nobody could be warned of a refund")


def _raise(court: Court, desk: Desk, refund_id: int) -> int:
    with court.sit() as sitting:
        return raise_alarm(sitting, refund_id, desk)


def _unwarned(court: Court, desk: Desk, until: datetime, limit: int) -> list[int]:
    """Refunds on their way whose last day is not after ``until`` and of which nobody was warned in this way."""
    kind = desk.kind
    with court.database.read() as session:
        return list(
            session.scalars(
                built_once(
                    lambda: (
                        select(Refund.id)
                        .where(Refund.state.in_(UNPAID), Refund.due_at.is_not(None), Refund.due_at <= until)
                        .where(
                            ~exists().where(
                                Task.case_id == Refund.case_id, Task.kind == kind, Task.subject == Refund.reference
                            )
                        )
                        .order_by(Refund.due_at, Refund.id)
                        .limit(limit)
                    )
                )
            )
        )


def raise_alarm(sitting: Sitting, refund_id: int, desk: Desk) -> int:
    """Put one alarm on the desks, unless another worker did or the money has arrived."""
    refund = sitting.session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
    known = sitting.session.scalar(
        select(Task.id).where(Task.case_id == refund.case_id, Task.kind == desk.kind, Task.subject == refund.reference)
    )
    if known is not None or refund.state is RefundState.PAID:
        return 0
    case = sitting.session.get_one(Case, refund.case_id)
    name = case.party(refund.party_id).name
    if desk is desks.REFUND_SOON:
        words = T(
            "%(amount)s must have gone back to %(name)s by %(at)s.", amount=refund.amount, name=name, at=refund.due_at
        )
        sitting.open_task(case, Role.CASHIER, desk, words, risk=75, due_at=refund.due_at, subject=refund.reference)
        return 1
    sitting.close_tasks(case, desks.REFUND_SOON, refund.reference)
    words = T(
        "%(amount)s should have gone back to %(name)s by %(at)s and has not.",
        amount=refund.amount,
        name=name,
        at=refund.due_at,
    )
    for role in (Role.CASHIER, Role.PRESIDENT):
        sitting.open_task(case, role, desk, words, risk=95, due_at=refund.due_at, subject=refund.reference)
    return 1
