"""The security of an enforcement that counts, until when the enforcement waits for it, and who answers then (CPL 242). No flask."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.docket.queries import rows_of
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.deferral.models import EnforcementSecurity, SecurityKind, SecurityState
from odr.judgment.models import EnforcementCase
from odr.procedure.models import WindowState
from odr.procedure.rules.court_rules import SecurityRules
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DEFERRAL = "enforcement_deferral"
"""The kind of its time, and on what an enforcement stands still meanwhile."""


def rules_of(sitting: Sitting, case: Case) -> SecurityRules | None:
    """What the rules of the case know of security in an enforcement."""
    halt = sitting.pack(case).enforcement_halt
    return halt.security if halt is not None else None


def security_in(sitting: Sitting, case: Case, found: EnforcementCase) -> EnforcementSecurity | None:
    """The newest security offered in an enforcement."""
    rows = rows_of(sitting.session, EnforcementSecurity, case, newest_first=True)
    return next((row for row in rows if row.enforcement_id == found.id), None)


def security_now(sitting: Sitting, case: Case, *states: SecurityState) -> EnforcementSecurity | None:
    """The newest security of the enforcement under way, where it is in one of some states, if any are named."""
    found = open_enforcement(sitting.session, case)
    row = security_in(sitting, case, found) if found is not None else None
    return row if row is not None and (not states or row.state in states) else None


def longest(sitting: Sitting, case: Case, rules: SecurityRules) -> date:
    """The last day on which an enforcement that begins to wait today may still wait (CPI 467)."""
    return reckon(sitting.pack(case), rules.most, sitting.now, article=str(rules.most_article)).result


def last_day(sitting: Sitting, case: Case, row: EnforcementSecurity, asked: date | None) -> date | None:
    """Until when it waits: as long as a security with a term holds, a year at most, else as the judge says (CPI 467)."""
    rules = rules_of(sitting, case)
    if rules is None or row.ends_on is None:
        return asked
    return min(row.ends_on, longest(sitting, case, rules))


def is_guarantor(row: EnforcementSecurity) -> bool:
    """Whether somebody answers with all they own, so that a ruling has to name the sum (CPI 469)."""
    return row.kind is SecurityKind.GUARANTOR


def free(sitting: Sitting, case: Case, found: EnforcementCase, how: WindowState) -> None:
    """Nothing is enforced any more: no offer waits for an answer, and the security answers for nothing."""
    row = security_in(sitting, case, found)
    if row is None or row.state in (SecurityState.DECLINED, SecurityState.REFUSED, SecurityState.FREE):
        return
    row.state, row.ended_by = SecurityState.FREE, sitting.next_number(case)
    sitting.close_windows(case, DEFERRAL, how, subject=row.reference)


def waits_again(sitting: Sitting, case: Case, found: EnforcementCase, began: int) -> None:
    """What the beginning of a retrial freed answers again where the retrial ends without a judgment, to the same day (CPI 404)."""
    row = security_in(sitting, case, found)
    if row is None or row.ended_by != began or row.waits_until is None:
        return
    row.ended_by = None
    row.state = SecurityState.HOLDS if found.halt_ground == DEFERRAL else SecurityState.OVER
    for window in sitting.windows(case, DEFERRAL, state=None, subject=row.reference):
        if window.closed_by == began:
            window.state, window.closed_by = WindowState.OPEN, None
