"""What a costs decision makes a party owe the court, or be owed (CPI 207, FEE 29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.payments.assessing import assessments_of, paid_for, write_assessment
from odr.payments.books import book_assessment, book_cancellation, outstanding, paid_on
from odr.payments.models import AssessmentState, FeeAssessment
from odr.payments.refunding import orders_of, spread
from odr.payments.scales import FeeStep
from odr.payments.tariff import FIRST_INSTANCE, Assessment, Matter
from odr.procedure.tariff_rules import Ending
from odr.text import Money, T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DEMAND_WINDOW = "costs_demand"


def demand(court: Sitting, case: Case, who: Party, amount: Money) -> FeeAssessment:
    """Ask a party for what it bears under the costs decision; payable like any fee, without a time limit that could end the case."""
    pack = court.pack(case)
    step = FeeStep(T("Borne under the costs decision."), amount, "costs", pack.tariff.costs.winner_refund or pack.tariff.costs.loser_pays)
    found = Assessment(amount, amount, (step,), pack.id, pack.version.isoformat())
    row = write_assessment(court, case, who, None, Matter.CLAIM, found, DEMAND_WINDOW)
    book_assessment(court.session, row)
    court.announce("fee_assessed", case, assessment=row, party=who)
    return row


def standing_fee(court: Sitting, case: Case) -> Money:
    """The fee of the first instance as it stands: what was asked for, less what a lowered, withdrawn or settled claim gave back.

    What goes back to a winner stays part of it: somebody else bears it.
    """
    rows = [row for row in assessments_of(court.session, case) if row.matter in FIRST_INSTANCE]
    asked = sum(paid_on(court.session, row).minor if row.state is AssessmentState.CANCELLED else row.amount_minor for row in rows)
    gone = sum(one.amount_minor for party in case.parties for one in orders_of(court, case, party, FIRST_INSTANCE) if one.ending is not Ending.WON)
    return Money(asked - gone, court.pack(case).currency)


def settle_bears(court: Sitting, case: Case, bears: Mapping[str, Money]) -> None:
    """Bring every party to what it bears: what it has borne beyond goes back, what is missing is demanded."""
    for party in case.parties:
        if party.label not in bears:
            continue
        gap = bears[party.label].minor - _borne(court, case, party)
        if gap > 0:
            demand(court, case, party, Money(gap, bears[party.label].currency))
        elif gap < 0:
            _give_back(court, case, party, Money(-gap, bears[party.label].currency))


def _borne(court: Sitting, case: Case, party: Party) -> int:
    """What a party has paid or still owes, less what goes back to it."""
    paid = paid_for(court.session, case, party.id, *FIRST_INSTANCE)
    asked = assessments_of(court.session, case, party_id=party.id, demands=True)
    owed = [row for row in asked if row.matter in FIRST_INSTANCE and row.state is not AssessmentState.CANCELLED]
    still = sum(outstanding(court.session, row).minor for row in owed)
    demanded = sum(row.amount_minor - outstanding(court.session, row).minor for row in owed if row.basis_id is None)
    back = sum(row.amount_minor for row in orders_of(court, case, party, FIRST_INSTANCE))
    return (paid.minor if paid else 0) + still + demanded - back


def _give_back(court: Sitting, case: Case, party: Party, amount: Money) -> None:
    """First drop what was demanded and not paid, then refund."""
    left = amount.minor
    for row in assessments_of(court.session, case, party_id=party.id, demands=True):
        due = outstanding(court.session, row)
        if row.basis_id is None and 0 < due.minor <= left:
            book_cancellation(court.session, row, court.now)
            left -= due.minor
    if left:
        spread(court, case, party, Money(left, amount.currency), Ending.WON, {"reason": "costs decision changed"})
