"""What a costs decision makes a party owe the court, or be owed (CPI 207, FEE 29, 30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.docket.queries import parties, rows_of
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T
from odr.payments import desks
from odr.payments.books.bookings import book_assessment, outstanding, paid_on
from odr.payments.fee.assessment import (
    assessments_of,
    helped,
    paid_for,
    question_for,
    standing_bases,
    write_assessment,
)
from odr.payments.fee.at_end import ARTICLE, fee_at_end
from odr.payments.fee.fee_computation import BORNE, FIRST_INSTANCE, HALVABLE, Assessment, Matter, assess_filing
from odr.payments.fee.scales import FeeStep
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.inputs import BearsInput
from odr.payments.models import AssessmentState, CostsOrder, CourtAdvance, FeeAssessment
from odr.payments.refund.orders import DEMAND_WINDOW, order_back, orders_of, spread
from odr.procedure.rules.tariff import Ending, Halving

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

Matters = Sequence[Matter]


def borne_in(sitting: Sitting, case: Case) -> Matters:
    """What the costs decision is about: the costs of the first instance, and the fee of a retrial for which both sides applied. Where
    one side did, whoever applied bears it, whatever is decided (FEE 32).
    """
    asked = any(row.matter is Matter.RETRIAL for row in assessments_of(sitting.session, case))
    shared = asked and any(basis.joined for basis in standing_bases(sitting.session, case, Matter.RETRIAL))
    return (*BORNE, Matter.RETRIAL) if shared else BORNE


def retrial_fees(sitting: Sitting, case: Case) -> dict[str, Money]:
    """What the fee of the retrial that is heard is, by who applied for it and has to pay it, by their label (FEE 9, 32)."""
    currency, found = sitting.pack(case).currency, {}
    if any(row.matter is Matter.RETRIAL for row in assessments_of(sitting.session, case)):
        for basis in standing_bases(sitting.session, case, Matter.RETRIAL):
            rows = assessments_of(sitting.session, case, party_id=basis.party_id)
            mine = [row for row in rows if row.matter is Matter.RETRIAL]
            due = sum(outstanding(sitting.session, row).minor for row in mine)
            held = held_in_all(sitting, case, case.party(basis.party_id), (Matter.RETRIAL,)).minor
            found[case.party(basis.party_id).label] = Money(due + held, currency)
    return {label: money for label, money in found.items() if money.minor}


def demand(sitting: Sitting, case: Case, who: Party, amount: Money, matter: Matter = Matter.CLAIM) -> FeeAssessment:
    """Ask a party for what it bears under the costs decision; payable like any fee, without a time limit that could end
    the case.
    """
    pack = sitting.pack(case)
    step = FeeStep(
        T("Borne under the costs decision."),
        amount,
        "costs",
        pack.tariff.costs.winner_refund or pack.tariff.costs.loser_pays,
    )
    steps = (
        (step, of_the_whole(whole))
        if (whole := fee_at_end(sitting, case)) is not None and matter in FIRST_INSTANCE
        else (step,)
    )
    found = Assessment(amount, amount, steps, pack.id, pack.version_of("tariff").isoformat())
    row = write_assessment(sitting, case, who, None, matter, found, DEMAND_WINDOW)
    book_assessment(sitting.session, row)
    return row


def of_the_whole(whole: Assessment) -> FeeStep:
    """The line that tells a loser of an action of many of which fee this is the part (CPI 194)."""
    words = T(
        "The fee of the action of many is %(whole)s by the sum in dispute; nothing was asked for in advance.",
        whole=whole.total,
    )
    return FeeStep(words, Money(0, whole.total.currency), "at_end", ARTICLE)


def party_labelled(case: Case, label: str) -> Party:
    """The party a form names. Raises InvalidInput for none."""
    found = next((p for p in parties(case) if p.label == label), None)
    if found is None:
        raise InvalidInput.at("party", T("Choose one of those listed."))
    return found


def standing_fee(sitting: Sitting, case: Case, matters: Matters | None = None) -> Money:
    """The costs of the first instance (or of other ``matters``) as they stand: what was asked for, less what a lowered,
    withdrawn or settled claim gave back.

    What goes back to a winner stays part of it: somebody else bears it. In an action of
    many the fee is what the sum in dispute makes at the end (CPI 194). What experts who
    attended were paid is part of it, what they bear themselves is not (EV 39); so is what witnesses were paid, by a party or
    by the court (CPL 77).
    """
    matters = matters or borne_in(sitting, case)
    ended = fee_at_end(sitting, case, matters=matters)
    left = tuple(matter for matter in matters if ended is None or matter not in FIRST_INSTANCE)
    rows = [row for row in assessments_of(sitting.session, case) if row.matter in left]
    asked = sum(
        paid_on(sitting.session, row).minor if row.state is AssessmentState.CANCELLED else row.amount_minor
        for row in rows
    )
    gone = sum(
        one.amount_minor
        for party in case.parties
        for one in orders_of(sitting, case, party, left)
        if one.ending is not Ending.WON
    )
    advanced = sum(one.amount_minor for one in advances_of(sitting, case)) if Matter.WITNESS in matters else 0
    return Money((ended.total.minor if ended is not None else 0) + asked + advanced - gone, sitting.pack(case).currency)


def halved_by_mediation(sitting: Sitting, case: Case) -> bool:
    """Whether a fee of the first instance was halved because the case was mediated: half of it went back, or only half was asked for
    in the end (FEE 15). It stays so where the statement is heard again: the law asks for no fee then but that of the retrial
    (FEE 9), and has only decided anew who bears what stands (FEE 32). Not so where procedure or joinder had halved the fee already
    (CPI 206).
    """
    back = [one for party in case.parties for one in orders_of(sitting, case, party, FIRST_INSTANCE)]
    rows = [row for row in assessments_of(sitting.session, case, demands=True) if row.matter in FIRST_INSTANCE]
    return any(one.ending is Ending.MEDIATED for one in back) or any(
        step["rule"] == Halving.MEDIATED.value for row in rows for step in row.steps
    )


def advances_of(sitting: Sitting, case: Case) -> list[CourtAdvance]:
    """What the court paid out of its own means for a case (CPL 77)."""
    return rows_of(sitting.session, CourtAdvance, case)


def forgone(sitting: Sitting, case: Case, party: Party, matter: Matter) -> Money:
    """What the court has waived or reduced of a party's fee for a matter (FEE 44–46)."""
    pack = sitting.pack(case)
    bases = [one for one in standing_bases(sitting.session, case, matter) if one.party_id == party.id]
    basis = bases[-1] if bases else None
    if basis is None or basis.at_end or party.id not in helped(sitting.session, case.id):
        return Money(0, pack.currency)
    whole = assess_filing(pack, question_for(sitting, case, basis, with_relief=False)).total
    return Money(whole.minor - assess_filing(pack, question_for(sitting, case, basis)).total.minor, pack.currency)


def borne_at_most(sitting: Sitting, case: Case) -> Money:
    """What the parties may bear together of the first instance: the fee as it stands, and what was waived for one of them
    where others bear it (FEE 50).
    """
    fee, waived = standing_fee(sitting, case), 0
    if sitting.pack(case).tariff.costs.winner_refund is not None:
        fees = [matter for matter in borne_in(sitting, case) if matter in HALVABLE]
        waived = sum(forgone(sitting, case, party, matter).minor for party in case.parties for matter in fees)
    return Money(fee.minor + waived, fee.currency)


def borne_by(
    sitting: Sitting, case: Case, lines: Sequence[BearsInput], fee: Money, *, at: str, most: Money | None = None
) -> dict[str, Money]:
    """What each party bears; together it is the ``fee``, no more and no less, or up to ``most`` where one of them was helped.
    Raises InvalidInput at the field ``at``.
    """
    currency = sitting.pack(case).currency
    bears: dict[str, Money] = {}
    for place, line in enumerate(lines):
        label = party_labelled(case, line.party).label
        if label in bears or line.bears.currency != currency:
            raise InvalidInput(
                [FieldFault((at, place, "bears"), T("Name each party once, in the currency of the court."))]
            )
        bears[label] = line.bears
    together, most = sum(money.minor for money in bears.values()), most or fee
    if most.minor > fee.minor and not fee.minor <= together <= most.minor:
        words = T(
            "Together the parties must bear from %(fee)s to %(most)s: what was waived for one, others may have to bear.",
            fee=fee,
            most=most,
        )
        raise InvalidInput.at(at, words)
    if most.minor <= fee.minor and together != fee.minor:
        raise InvalidInput.at(at, T("Together the parties must bear exactly %(fee)s.", fee=fee))
    return bears


def order_costs(sitting: Sitting, case: Case, bears: Mapping[str, Money]) -> CostsOrder:
    """Write down who bears the fee of the first instance from now on, in place of what was decided before."""
    for old in sitting.session.scalars(
        select(CostsOrder).where(CostsOrder.case_id == case.id, CostsOrder.replaced_at.is_(None))
    ):
        old.replaced_at = sitting.now
    allocation = {label: money.minor for label, money in bears.items()}
    order = CostsOrder(
        case_id=case.id, allocation=allocation, entry_number=sitting.next_number(case), decided_at=sitting.now
    )
    sitting.session.add(order)
    sitting.session.flush()
    return order


def carry_out(sitting: Sitting, case: Case, order: CostsOrder) -> None:
    """Refund or demand the difference to what each party has borne so far; once."""
    if order.executed_at is None:
        order.executed_at = sitting.now
        sitting.close_tasks(case, desks.COLLECT_COSTS)
        currency = sitting.pack(case).currency
        settle_bears(sitting, case, {label: Money(minor, currency) for label, minor in order.allocation.items()})


def allotted(sitting: Sitting, case: Case) -> Mapping[str, Money] | None:
    """What each party bears, by its label: as was decided last, by the judgment in effect or in its place; None where nobody
    decided on it.
    """
    found = select(CostsOrder).where(CostsOrder.case_id == case.id, CostsOrder.replaced_at.is_(None))
    order = sitting.session.scalars(found.order_by(CostsOrder.id.desc())).first()
    tell = sitting.court.hooks.costs_borne
    judged = tell(sitting, case) if tell is not None else None
    if order is None or (judged is not None and order.decided_at < judged[0]):
        return judged[1] if judged is not None else None
    currency = sitting.pack(case).currency
    return {label: Money(minor, currency) for label, minor in order.allocation.items()}


def still_to_demand(sitting: Sitting, case: Case, who: Party) -> Money:
    """What may still be demanded of a party: what it bears, less what it has borne or is asked for already. Where nobody decided
    on the costs, never more than what was incurred (FEE 29, 53).
    """
    bears = allotted(sitting, case)
    most = bears.get(who.label) if bears is not None else borne_at_most(sitting, case)
    due = most.minor if most is not None else 0
    return Money(max(due - _borne(sitting, case, who, borne_in(sitting, case)), 0), sitting.pack(case).currency)


def were_settled(sitting: Sitting, case: Case) -> bool:
    """Whether a costs decision of the first instance was carried out before: money went back to a winner or was
    demanded from a loser.
    """
    demanded = any(
        row.basis_id is None and row.matter in FIRST_INSTANCE
        for row in assessments_of(sitting.session, case, demands=True)
    )
    return demanded or any(
        one.ending is Ending.WON for party in case.parties for one in orders_of(sitting, case, party, BORNE)
    )


def held_in_all(sitting: Sitting, case: Case, party: Party, matters: Matters | None = None) -> Money:
    """What a party has paid for these matters, under a costs decision too, and was not ordered back."""
    matters = matters or borne_in(sitting, case)
    rows = [
        row for row in assessments_of(sitting.session, case, party_id=party.id, demands=True) if row.matter in matters
    ]
    back = sum(one.amount_minor for one in orders_of(sitting, case, party, matters))
    return Money(max(sum(paid_on(sitting.session, row).minor for row in rows) - back, 0), sitting.pack(case).currency)


def settle_bears(sitting: Sitting, case: Case, bears: Mapping[str, Money], matters: Matters | None = None) -> None:
    """Bring every party to what it bears, who is not named to nothing: what it has borne beyond goes back, what is
    missing is demanded.
    """
    currency, matters = sitting.pack(case).currency, matters or borne_in(sitting, case)
    for party in case.parties:
        due = bears[party.label].minor if party.label in bears else 0
        gap = due - _borne(sitting, case, party, matters)
        if gap > 0:
            demand(sitting, case, party, Money(gap, currency), matters[0])
        elif gap < 0:
            _give_back(sitting, case, party, Money(-gap, currency), matters)


def bring_to(sitting: Sitting, case: Case, party: Party, due: Money) -> Money:
    """When a decision takes effect: order back what a party has paid beyond what it bears, and return what it is still to be
    asked for. What it was to pay in advance and has not paid is asked for no more where that is more than it bears: whoever
    won need not pay because payment was put off (FEE 29, 50; CPI 207).
    """
    matters = borne_in(sitting, case)
    order_back(sitting, case, party, Ending.WON, borne=due, matters=matters)
    missing = max(due.minor - held_in_all(sitting, case, party).minor, 0)
    unpaid = _unpaid(sitting, case, party, matters)
    asked = sum(left.minor for _, left in unpaid)
    if asked > missing:
        for row, _ in unpaid:
            ask_no_more(sitting, case, row)
        asked = 0
    return Money(missing - asked, due.currency)


def _unpaid(sitting: Sitting, case: Case, party: Party, matters: Matters) -> list[tuple[FeeAssessment, Money]]:
    """Notices of a party on which something is missing, those of a costs decision first, and how much."""
    rows = assessments_of(sitting.session, case, party_id=party.id, demands=True)
    left = [(row, outstanding(sitting.session, row)) for row in rows if row.matter in matters]
    return sorted(((row, due) for row, due in left if due.minor), key=lambda one: one[0].basis_id is not None)


def _borne(sitting: Sitting, case: Case, party: Party, matters: Matters) -> int:
    """What a party has paid or still owes, less what goes back to it."""
    paid = paid_for(sitting.session, case, party.id, *matters)
    asked = assessments_of(sitting.session, case, party_id=party.id, demands=True)
    owed = [row for row in asked if row.matter in matters and row.state is not AssessmentState.CANCELLED]
    still = sum(outstanding(sitting.session, row).minor for row in owed)
    demanded = sum(row.amount_minor - outstanding(sitting.session, row).minor for row in owed if row.basis_id is None)
    back = sum(row.amount_minor for row in orders_of(sitting, case, party, matters))
    return (paid.minor if paid else 0) + still + demanded - back


def _give_back(sitting: Sitting, case: Case, party: Party, amount: Money, matters: Matters) -> None:
    """First drop what was asked for and not paid, as far as it is not borne any more, then refund."""
    left = amount.minor
    for row, due in _unpaid(sitting, case, party, matters):
        if not left:
            break
        ask_no_more(sitting, case, row)
        if due.minor > left:
            demand(sitting, case, party, Money(due.minor - left, amount.currency), row.matter)
        left = max(left - due.minor, 0)
    if left:
        spread(
            sitting,
            case,
            party,
            Money(left, amount.currency),
            Ending.WON,
            {"reason": "costs decision changed"},
            matters,
        )
