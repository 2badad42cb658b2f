"""How somebody who is only heard, or interprets, gets their place in the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.hearing import desks
from odr.hearing.models import Interpreter, Witness
from odr.identity.models import Account, AccountState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def seat(sitting: Sitting, case: Case, who: Witness | Interpreter, role: Role, *, needed: bool = True) -> None:
    """Seat them if their address has an account; if not, and they are ``needed`` on the platform, the clerk brings them
    there.

    Raises ActNotOpen for a party or somebody who serves the court in the case.
    """
    account = sitting.session.scalar(
        select(Account).where(Account.email == who.email, Account.state == AccountState.ACTIVE)
    )
    if account is None:
        if needed:
            title = T("Bring %(name)s onto the platform, then seat them.", name=who.name)
            sitting.open_task(case, Role.CLERK, desks.WITNESS_ACCOUNT, title, risk=20, subject=who.reference)
        return
    taken = {p.account_id for p in case.parties} | set(
        sitting.session.scalars(select(Seat.account_id).where(Seat.case_id == case.id, Seat.until_at.is_(None)))
    )
    if account.id in taken:
        raise ActNotOpen(
            T("Whoever is a party or serves the court in the case is neither heard as a witness nor interprets in it.")
        )
    who.account_id = account.id
    sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=role, from_at=sitting.now))
