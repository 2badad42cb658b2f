"""A case that is heard again after a retrial is ordered or a judgment sent back: everything anew, before others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import DECIDING_ROLES, Case, Role, Seat, Stage
from odr.filing import desks as filing_desks
from odr.filing.registry.seats import HEARD_BY_OTHERS, take_seat
from odr.ground.text import T
from odr.judgment import desks
from odr.judgment.models import Finding
from odr.procedure.acts.events import HeardAgain

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def begin_anew(sitting: Sitting, case: Case) -> None:
    """The case goes back to preparation: other judges, ordinary procedure, a new time for evidence, a new examination;
    what was found is found no more (CPL 41; CPI 45, 257; EV 55(3)).
    """
    sitting.move(case, Stage.PENDING)
    case.pronounced_at = None
    number = sitting.next_number(case)
    standing = select(Finding).where(Finding.case_id == case.id, Finding.replaced_by.is_(None))
    for finding in sitting.session.scalars(standing):
        finding.replaced_by = number
    new_bench(sitting, case)
    sitting.announce(HeardAgain(case))


def new_bench(sitting: Sitting, case: Case) -> None:
    """Other judges hear it, drawn by rule: as many as decided, none of those who ever sat (CPL 41; CPI 45); where
    nobody is free the president is told. One judge alone does not hear it: the new one convenes a panel.
    """
    seats = sitting.session.scalars(select(Seat).where(Seat.case_id == case.id, Seat.role.in_(DECIDING_ROLES))).all()
    leaving = [s for s in seats if s.until_at is None]
    for seat in leaving:
        seat.until_at, seat.reason = sitting.now, HEARD_BY_OTHERS
    sitting.session.flush()
    for seat in leaving:
        take_seat(sitting, case, seat.role)
    words = T(
        "A case you have not decided is to be heard again. Read the file, hear the parties, then find and decide."
    )
    sitting.open_task(case, Role.JUDGE, desks.HEARD_AGAIN, words, risk=60)
    if len(leaving) < 2:
        words = T("Convene a panel: a case that is heard again is decided by several.")
        sitting.open_task(case, Role.JUDGE, filing_desks.PANEL, words, risk=70)
