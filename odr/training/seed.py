"""The disputes of the training court, at every stage that matters, told after published cases with invented names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.docket.models import Case
from odr.training.outside.signers import accredit_signers
from odr.training.training_staff import make_accounts

if TYPE_CHECKING:
    from odr.procedure.court import Court


def seed(court: Court, say: Callable[[str], object] = lambda words: None) -> int:
    """Make the training court's accounts and disputes unless they are there; gives the number of cases made. ``say`` is
    told what is being made.
    """
    with court.database.write() as session:
        make_accounts(court, session)
        accredit_signers(court, session)
    with court.database.read() as session:
        if session.scalar(select(func.count()).select_from(Case)):
            return 0
    from odr.training.disputes import tell

    return tell(court, say)
