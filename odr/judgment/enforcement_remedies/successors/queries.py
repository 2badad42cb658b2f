"""What was asked and ruled about who is the debtor in an enforcement. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.docket.queries import rows_of
from odr.filing.parties.succession import replaced_after
from odr.judgment import desks
from odr.judgment.enforcement_remedies.successors.models import ChangeState, DebtorChange, DebtorGround
from odr.judgment.models import EnforcementCase

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import SuccessorRules
    from odr.procedure.sitting import Sitting


def rules_of(sitting: Sitting, case: Case) -> SuccessorRules | None:
    """What the rules of the case know of another debtor in an enforcement."""
    return sitting.pack(case).enforcement_successors


def changes_of(session: Session, case: Case, *states: ChangeState) -> list[DebtorChange]:
    """What was asked in a case, in some states (all, without any), the newest first."""
    rows = rows_of(session, DebtorChange, case, newest_first=True)
    return [row for row in rows if not states or row.state in states]


def asked_now(session: Session, case: Case) -> DebtorChange | None:
    """The request that waits for a judge; one at a time."""
    return next(iter(changes_of(session, case, ChangeState.ASKED)), None)


def holds_for(session: Session, case: Case, party: Party) -> DebtorChange | None:
    """The ruling by which a party is the debtor they are now: the newest, unless somebody else stands in their place since."""
    rows = [row for row in changes_of(session, case, ChangeState.ALLOWED) if row.party_id == party.id]
    standing = [row for row in rows if row.ground is not DebtorGround.RENAMED]
    row = standing[0] if standing else None
    return None if row is None or replaced_after(party, row.decided_by or 0) else row


def is_dead(session: Session, case: Case, party: Party) -> bool:
    """Whether a debtor has died and every heir renounced, so that the estate alone is enforced against (CPI 473)."""
    row = holds_for(session, case, party)
    return row is not None and row.ground is DebtorGround.ESTATE


def no_ruling_any_more(sitting: Sitting, case: Case, found: EnforcementCase) -> None:
    """The enforcement is over: nobody rules on who its debtor is."""
    for row in changes_of(sitting.session, case, ChangeState.ASKED):
        if row.enforcement_id == found.id:
            row.state, row.decided_by = ChangeState.FELL, sitting.next_number(case)
            sitting.close_tasks(case, desks.ENFORCEMENT_DEBTOR, row.reference)
