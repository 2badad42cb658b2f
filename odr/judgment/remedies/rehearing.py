"""A new bench for a case that is heard again after a retrial is ordered or a judgment sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.filing.registry.seats import take_seat
from odr.ground.text import T
from odr.judgment import desks

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def new_bench(sitting: Sitting, case: Case) -> None:
    """Other judges hear it, drawn by rule: as many as decided, none of those who ever sat (CPL 41); where nobody is
    free the president is told.
    """
    seats = sitting.session.scalars(
        select(Seat).where(Seat.case_id == case.id, Seat.role.in_((Role.JUDGE, Role.ASSESSOR)))
    ).all()
    sat = {s.account_id for s in seats}
    leaving = [s for s in seats if s.until_at is None]
    for seat in leaving:
        seat.until_at, seat.reason = sitting.now, "heard again by others"
    sitting.session.flush()
    for seat in leaving:
        drawn = take_seat(sitting, case, seat.role, but=sat)
        sat |= {drawn.id} if drawn is not None else set()
    words = T(
        "A case you have not decided is to be heard again. Read the file, hear the parties, then find and decide."
    )
    sitting.open_task(case, Role.JUDGE, desks.HEARD_AGAIN, words, risk=60)
