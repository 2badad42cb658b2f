"""The costs decision: who bears the court fee, from the tariff and what was paid (FEE 29; CPI 207)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role
from odr.docket.queries import parties
from odr.filing.claim.queries import claims_of
from odr.filing.models import Claim
from odr.ground.text import Money
from odr.judgment.decision.inputs import CostShareInput, DraftInput, OrderInput
from odr.judgment.decision.queries import decided_in_part, reliefs_by_key
from odr.judgment.decision.retried import first_statement
from odr.judgment.vocabulary import OrderKind
from odr.payments.costs.demands import borne_in, forgone, halved_by_mediation, held_in_all, retrial_fees, standing_fee
from odr.payments.costs.rules import Allocation, allocate_costs, shares_by_success
from odr.payments.fee.at_end import standing_at_end
from odr.payments.fee.fee_computation import Matter

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def fee_and_prepaid(sitting: Sitting, case: Case) -> tuple[Money, dict[str, Money]]:
    """The fee of the first instance as it stands, and what each party has paid towards it and not got back."""
    held = {party.label: held_in_all(sitting, case, party) for party in case.parties}
    return standing_fee(sitting, case), {label: money for label, money in held.items() if money.minor}


def waived(sitting: Sitting, case: Case) -> dict[str, Money]:
    """What was waived or reduced of the fee of each claim that is decided, by whose claim it is (FEE 50)."""
    nothing = Money(0, sitting.pack(case).currency)
    found: dict[str, Money] = {}
    for party_id, kind in dict.fromkeys((claim.party_id, claim.kind) for claim in claims_of(sitting.session, case)):
        party = case.party(party_id)
        money = forgone(sitting, case, party, Matter(kind))
        if money.minor:
            found[party.label] = Money(found.get(party.label, nothing).minor + money.minor, money.currency)
    if Matter.RETRIAL in borne_in(sitting, case):
        for party in case.parties:
            more = forgone(sitting, case, party, Matter.RETRIAL).minor
            if more:
                found[party.label] = Money(found.get(party.label, nothing).minor + more, nothing.currency)
    return found


def awarded(orders: Sequence[OrderInput], reliefs: Mapping[str, int]) -> int:
    """What is awarded of the money asked for, never more than that for one head."""
    total: dict[str, int] = {}
    for order in orders:
        if (
            order.kind is OrderKind.PAY
            and order.amount is not None
            and order.relief is not None
            and order.relief in reliefs
        ):
            total[order.relief] = total.get(order.relief, 0) + order.amount.minor
    return sum(min(amount, reliefs[key]) for key, amount in total.items())


def propose_shares(sitting: Sitting, case: Case, orders: Sequence[OrderInput]) -> dict[str, Fraction]:
    """Where the form starts: of each claim each side bears the part on which it lost, weighed by what the claim's fee
    is (FEE 29).
    """
    if standing_at_end(sitting, case):
        return _shares_of_many(sitting, case, orders)
    claims = claims_of(sitting.session, case)
    total: dict[str, Fraction] = {}
    for claim, weight in zip(claims, _weights(sitting, case, claims), strict=True):
        for label, share in _lost(sitting, case, claim, orders).items():
            total[label] = total.get(label, Fraction(0)) + share * weight
    return total


def _weights(sitting: Sitting, case: Case, claims: Sequence[Claim]) -> list[Fraction]:
    """The part of the whole fee that each claim accounts for; claims of one kind share theirs by amount."""
    fees = {kind: standing_fee(sitting, case, (Matter(kind),)).minor for kind in {c.kind for c in claims}}
    by_fee = all(fee > 0 for fee in fees.values())
    parts = []
    for claim in claims:
        same = [c for c in claims if c.kind == claim.kind or not by_fee]
        amount = sum(c.amount_minor for c in same)
        part = Fraction(claim.amount_minor, amount) if amount else Fraction(1, len(same))
        parts.append(part * fees[claim.kind] if by_fee else part)
    whole = sum(parts, Fraction(0))
    return [part / whole for part in parts]


def _lost(sitting: Sitting, case: Case, claim: Claim, orders: Sequence[OrderInput]) -> dict[str, Fraction]:
    """Who lost what part of one claim."""
    owner = case.party(claim.party_id)
    losers = {
        p.label: Fraction(1) for p in parties(case, Role.CLAIMANT if owner.role is Role.RESPONDENT else Role.RESPONDENT)
    }
    heads = {key: r for key, (c, r) in reliefs_by_key(sitting.session, case).items() if c.id == claim.id}
    asked = {key: r.amount_minor for key, r in heads.items() if r.amount_minor}
    claimed = sum(asked.values())
    if claimed:
        paid = [(o.relief_id, o.amount_minor or 0) for o in decided_in_part(sitting.session, case)]
        settled = sum(min(asked[key], sum(minor for relief, minor in paid if relief == heads[key].id)) for key in asked)
        return shares_by_success(claimed, min(awarded(orders, asked) + settled, claimed), owner.label, losers)
    won = any(o.kind is not OrderKind.DISMISS and (o.relief is None or o.relief in heads) for o in orders)
    return {
        owner.label: Fraction(0 if won else 1),
        **{label: Fraction(1 if won else 0, len(losers)) for label in losers},
    }


def _shares_of_many(sitting: Sitting, case: Case, orders: Sequence[OrderInput]) -> dict[str, Fraction]:
    """An action of many: each claimant bears the part of the sum in dispute on which they lost, the respondents what
    was won against them (CPI 194; FEE 29).
    """
    asked = {
        key: (claim, relief)
        for key, (claim, relief) in reliefs_by_key(sitting.session, case).items()
        if relief.amount_minor and claim.kind == "claim"
    }
    whole = sum(relief.amount_minor or 0 for _, relief in asked.values())
    losers = [p.label for p in parties(case, Role.RESPONDENT)]
    if not whole:
        won = any(o.kind is not OrderKind.DISMISS for o in orders)
        bearing = losers if won else [p.label for p in parties(case, Role.CLAIMANT)]
        return {label: Fraction(1, len(bearing)) for label in bearing}
    labels = {p.id: p.label for p in case.parties}
    shares: dict[str, Fraction] = {}
    for key, (claim, relief) in asked.items():
        amount = relief.amount_minor or 0
        won_minor = awarded(orders, {key: amount})
        shares[labels[claim.party_id]] = shares.get(labels[claim.party_id], Fraction(0)) + Fraction(
            amount - won_minor, whole
        )
    borne = 1 - sum(shares.values(), Fraction(0))
    return {**shares, **{label: borne / len(losers) for label in losers}}


def shares_given(lines: Sequence[CostShareInput]) -> dict[str, Fraction]:
    """The judge's shares as fractions of one."""
    return {line.party: Fraction(line.percent) / 100 for line in lines}


def allocation_for(sitting: Sitting, case: Case, given: DraftInput) -> Allocation:
    """The costs decision in figures. Raises InvalidInput where the shares are not a whole."""
    fee, prepaid = fee_and_prepaid(sitting, case)
    shares = shares_given(given.costs) or propose_shares(sitting, case, given.orders)
    found = allocate_costs(
        sitting.pack(case),
        fee,
        prepaid,
        shares,
        jointly=given.jointly,
        directly=given.directly,
        forgone=waived(sitting, case),
    )
    attendance = standing_fee(sitting, case, (Matter.ATTENDANCE,))
    witnesses = standing_fee(sitting, case, (Matter.WITNESS,))
    fees = retrial_fees(sitting, case)
    shared = Matter.RETRIAL in borne_in(sitting, case)
    both = sum(money.minor for money in fees.values()) if shared else 0
    return replace(
        found,
        retrial=Money(both, fee.currency) if both else None,
        alone=() if shared else tuple(sorted(fees.items())),
        attendance=attendance if attendance.minor else None,
        witnesses=witnesses if witnesses.minor else None,
        mediated=first_statement(sitting, case) is not None and halved_by_mediation(sitting, case),
    )
