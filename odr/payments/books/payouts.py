"""What the payment service paid out, when it arrives on the bank's statement: the books have it already, so it counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, literal, select
from sqlalchemy.orm import Session

from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.payments.books.ledger import booked, post
from odr.payments.books.unmatched import MOST_LOOKED_AT, MOST_PROPOSED, must_wait
from odr.payments.models import BankLine, FactKind, LedgerAccount, LedgerEntry, StripeFact
from odr.payments.stripe.stripe_reports import PAYOUT_PAID

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NEAR = timedelta(days=14)
"""How far the bank's day may lie from the day on which the payout was told."""


def _arrived(stripe_id: str) -> str:
    """The cause under which a payout is known to have arrived."""
    return f"payout/{stripe_id}/arrived"


def payouts_told(session: Session, lines: Sequence[BankLine]) -> Mapping[int, Sequence[StripeFact]]:
    """For each line the payouts it may be: of the same sum, about that day, and not found on a statement before."""
    if not lines:
        return {}
    known = exists().where(LedgerEntry.cause == literal("payout/").concat(StripeFact.stripe_id).concat("/arrived"))
    days = [line.booked_on for line in lines]
    query = (
        select(StripeFact)
        .where(
            StripeFact.kind == FactKind.PAYOUT,
            StripeFact.rank == PAYOUT_PAID,
            StripeFact.amount_minor.in_({line.amount_minor for line in lines}),
            ~known,
        )
        .order_by(StripeFact.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    rows = [one for one in session.scalars(query) if min(days) - NEAR <= one.at.date() <= max(days) + NEAR]
    return {
        line.id: [
            one
            for one in rows
            if (one.amount_minor, one.currency) == (line.amount_minor, line.currency)
            and abs(one.at.date() - line.booked_on) <= NEAR
        ][:MOST_PROPOSED]
        for line in lines
    }


def take_as_payout(sitting: Sitting, line: BankLine, stripe_id: str) -> None:
    """A line is what the payment service paid out, which was booked when it told of it: it is no money of anybody else's.

    Raises ActNotOpen for a line that is used, InvalidInput for a payout over another sum or one that has arrived before.
    """
    must_wait(sitting, line)
    fact = sitting.session.scalar(
        select(StripeFact)
        .where(StripeFact.kind == FactKind.PAYOUT, StripeFact.rank == PAYOUT_PAID, StripeFact.stripe_id == stripe_id)
        .with_for_update()
    )
    same = fact is not None and (fact.amount_minor, fact.currency) == (line.amount_minor, line.currency)
    if not same or booked(sitting.session, _arrived(stripe_id)):
        raise InvalidInput.at("payout", T("This payout is over another sum, or has arrived before."))
    line.matched_at = sitting.now
    post(
        sitting.session,
        _arrived(stripe_id),
        "payout arrived",
        LedgerAccount.SUSPENSE,
        LedgerAccount.BANK,
        line.amount,
        at=sitting.now,
    )
