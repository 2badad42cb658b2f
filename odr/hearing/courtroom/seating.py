"""How somebody who is only heard, or interprets, gets their place in the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.text import T
from odr.hearing import desks
from odr.hearing.courtroom import seat_offers
from odr.hearing.models import Interpreter, Witness
from odr.identity.models import Account, AccountState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def seat(sitting: Sitting, case: Case, who: Witness | Interpreter, role: Role, *, needed: bool = True) -> None:
    """Offer them their place if their address has an account; if not, and they are ``needed`` on the platform, the clerk
    brings them there.

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
    seat_offers.offer(sitting, case, account, who, role)
