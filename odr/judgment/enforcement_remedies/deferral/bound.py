"""How far a guarantor answers for what is enforced (CPI 469). No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Money
from odr.judgment.enforcement.effect import interest_left, left_of
from odr.judgment.enforcement.queries import enforced_in
from odr.judgment.enforcement_remedies.deferral.models import EnforcementSecurity
from odr.judgment.models import EnforcementCase

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def still_open(sitting: Sitting, case: Case, row: EnforcementSecurity) -> Money | None:
    """What is left today, with interest, of what is enforced against the debtor of a security; None where no money is."""
    found = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    rows = [o for o in enforced_in(sitting.session, case, found) if o.done_at is None and row.debtor_id in o.debtors]
    sums = [(left, interest_left(sitting, case, o)) for o in rows if (left := left_of(sitting, o)) is not None]
    return Money(sum(left.minor + more for left, more in sums), row.currency) if sums else None


def at_most(sitting: Sitting, case: Case, row: EnforcementSecurity) -> Money | None:
    """Up to what sum a guarantor can be enforced against: what they undertook, and no more than is left (CPI 469)."""
    known = [one.minor for one in (row.bound, still_open(sitting, case, row)) if one is not None]
    return Money(min(known), row.currency) if known else None
