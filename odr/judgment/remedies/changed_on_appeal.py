"""What is paid after the higher court has changed a judgment: who pays whom, in the place of what was ordered here (CPL 177)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from odr.docket.models import Case, Party
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T
from odr.judgment.enforcement.effect import PERFORMANCE
from odr.judgment.enforcement.paid_in_full import end_their_time
from odr.judgment.models import Decision, Obligation
from odr.judgment.queries import obligations_of, party_labelled
from odr.judgment.vocabulary import Instrument, OrderKind
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class ChangedPaymentInput(CourtModel):
    """One payment that the higher court orders."""

    debtor: Annotated[str, CourtText(1, 40, one_line=True), field(T("Who pays"), choices="parties_by_label")]
    creditor: Annotated[str, CourtText(1, 40, one_line=True), field(T("Who is paid"), choices="parties_by_label")]
    amount: Annotated[CourtMoney, field(T("Amount"), T("Without interest."))]
    interest_from: Annotated[CourtDate | None, field(T("Interest from"))] = None
    interest_percent: Annotated[
        Decimal | None,
        Field(gt=0, le=36, max_digits=7, decimal_places=4),
        field(T("Percent a year"), T("For example 3.1.")),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> ChangedPaymentInput:
        if self.debtor == self.creditor:
            raise InvalidInput.at("creditor", T("Nobody owes something to themselves."))
        if (self.interest_from is None) != (self.interest_percent is None):
            raise InvalidInput.at("interest_percent", T("Interest needs both a first day and a rate."))
        return self


@dataclass(frozen=True)
class ChangedPayment:
    """Who pays whom what by the higher court's judgment; the sum in minor units."""

    debtor: Party
    creditor: Party
    amount: Money
    interest_from: date | None = None
    interest_percent: Decimal | None = None
    jointly_with: tuple[int, ...] = ()
    """Who owes it with the debtor, as by the first judgment."""


def changed_payments(
    sitting: Sitting,
    case: Case,
    decision: Decision,
    amount: Money | None,
    lines: Sequence[ChangedPaymentInput],
) -> list[ChangedPayment]:
    """Who pays whom after a changed judgment. Where none is named, it is the one who paid before, to the one who was paid;
    raises InvalidInput where that was nobody, or more than one pair.
    """
    if amount is None:
        if lines:
            raise InvalidInput.at("payments", T("Only a changed judgment has another amount."))
        return []
    currency = sitting.pack(case).currency
    if any(money.currency != currency for money in (amount, *(one.amount for one in lines))):
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    if lines:
        if sum(one.amount.minor for one in lines) != amount.minor:
            raise InvalidInput.at("payments", T("The payments must add up to %(amount)s.", amount=amount))
        found = []
        for one in lines:
            debtor, creditor = (party_labelled(case, label, "payments") for label in (one.debtor, one.creditor))
            assert debtor is not None and creditor is not None
            found.append(ChangedPayment(debtor, creditor, one.amount, one.interest_from, one.interest_percent))
        return found
    if not amount.minor:
        return []
    pairs = {(o.debtors, o.creditor_id) for o in decision.orders if o.kind is OrderKind.PAY}
    if len(pairs) != 1:
        raise InvalidInput.at(
            "payments", T("Say who pays whom: the first judgment does not say it for the sum that is paid now.")
        )
    (((first, *joint), creditor_id),) = pairs
    return [ChangedPayment(case.party(first), case.party(creditor_id or 0), amount, jointly_with=tuple(joint))]


def change_payments(
    sitting: Sitting,
    case: Case,
    decision: Decision,
    payments: Sequence[ChangedPayment],
    due_on: date,
    now: datetime,
) -> None:
    """Replace what the decision's orders to pay owed by what the higher court ordered; nobody's time to pay runs who owes
    nothing any more.
    """
    orders = {o.id for o in decision.orders}
    for row in obligations_of(sitting.session, case):
        if row.amount_minor is not None and row.order_id in orders:
            row.ended_at = sitting.now
    for one in payments:
        sitting.session.add(
            Obligation(
                case_id=case.id,
                instrument=Instrument.HIGHER_COURT,
                debtor_id=one.debtor.id,
                joint_ids=[*one.jointly_with] or None,
                creditor_id=one.creditor.id,
                amount_minor=one.amount.minor,
                currency=one.amount.currency,
                interest_from=one.interest_from,
                interest_percent=one.interest_percent,
                due_on=due_on,
                entry_number=sitting.next_number(case),
            )
        )
    sitting.session.flush()
    owing = {party_id: case.party(party_id) for one in payments for party_id in (one.debtor.id, *one.jointly_with)}
    for debtor in owing.values():
        if not sitting.windows(case, PERFORMANCE, party=debtor, subject=decision.reference):
            days = decision.performance_days
            sitting.start_window(case, PERFORMANCE, party=debtor, start=now, subject=decision.reference, amount=days)
    end_their_time(sitting, case)
