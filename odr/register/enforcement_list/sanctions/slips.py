"""The fine of whoever is no party: paid to the treasury by a slip, since the books know parties alone (decision 0160)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role
from odr.ground.text import Money, T
from odr.register import desks
from odr.register.enforcement_list.sanctions.models import ConductSanction

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def open_of(sitting: Sitting, case: Case, row: ConductSanction) -> Money:
    """What is still to come in; less than nothing where more came in than the fine is now."""
    return Money(row.fine_minor - row.paid_minor, sitting.pack(case).currency)


def fine_is_now(sitting: Sitting, case: Case, row: ConductSanction, due_at: datetime | None = None) -> None:
    """Put what is open of a fine, or has to go back of it, on the cashier's desk; nothing where neither is."""
    sitting.close_tasks(case, desks.FINE_BY_SLIP, row.reference)
    left = open_of(sitting, case, row)
    if left.minor > 0 and row.review_by is not None:
        words = T("Have the fine of %(name)s paid to the treasury: %(left)s.", name=row.name, left=left)
    elif left.minor < 0:
        back = Money(-left.minor, left.currency)
        words = T("Have %(back)s of the fine of %(name)s go back.", back=back, name=row.name)
    else:
        return
    sitting.open_task(case, Role.CASHIER, desks.FINE_BY_SLIP, words, risk=50, due_at=due_at, subject=row.reference)
