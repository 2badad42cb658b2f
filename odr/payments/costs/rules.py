"""Who bears the fee in the end, and who then pays whom (FEE 29; CPI 203, 207)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.payments.fee.scales import half_up
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tariff import Ending
from odr.procedure.time.written_working import text_from_json, text_to_json

_SUMS = ("bears", "prepaid", "refund", "owes_court")


@dataclass(frozen=True)
class CostShare:
    """One party's part: bears, prepaid, gets back from the court, owes to the court."""

    party: str
    bears: Money
    prepaid: Money
    refund: Money
    owes_court: Money


@dataclass(frozen=True)
class Reimbursement:
    """What one party pays directly to another, where the court does not stand between them."""

    debtor: str
    creditor: str
    amount: Money


@dataclass(frozen=True)
class Allocation:
    """The costs decision in figures. What is borne adds up to the fee exactly."""

    fee: Money
    shares: tuple[CostShare, ...]
    reimbursements: tuple[Reimbursement, ...]
    jointly: bool
    reason: Text
    articles: tuple[str, ...]
    attendance: Money | None = None
    """What of it is no fee but was paid to experts who attended (EV 39); None for nothing."""
    witnesses: Money | None = None
    """What of it is no fee but is paid to witnesses who came (CPL 77); None for nothing."""
    retrial: Money | None = None
    """What of it is the fee of a retrial for which both sides applied (FEE 32); None for nothing."""
    alone: tuple[tuple[str, Money], ...] = ()
    """Beside it: whose own application brought about a retrial, and its fee, which they bear (FEE 32)."""
    mediated: bool = False
    """Whether the fee is the half that was left when the case was mediated at first (FEE 15)."""

    def of(self, party: str) -> CostShare:
        """One party's part; KeyError for somebody who has none."""
        return next(share for share in self.shares if share.party == party)

    def paid_to_court(self) -> dict[str, Money]:
        """What each party has paid to the court in the end: what it bears, after what the parties pay one another."""
        found = {share.party: share.bears.minor for share in self.shares}
        for debt in self.reimbursements:
            found[debt.debtor] -= debt.amount.minor
            found[debt.creditor] += debt.amount.minor
        return {party: Money(minor, self.fee.currency) for party, minor in found.items()}

    def to_json(self) -> dict[str, Any]:
        """The allocation as kept on the docket."""
        return {
            "fee": self.fee.minor,
            "currency": self.fee.currency,
            "shares": [
                {"party": one.party, **{name: getattr(one, name).minor for name in _SUMS}} for one in self.shares
            ],
            "reimbursements": [
                {"debtor": one.debtor, "creditor": one.creditor, "amount": one.amount.minor}
                for one in self.reimbursements
            ],
            "jointly": self.jointly,
            "reason": text_to_json(self.reason),
            "articles": list(self.articles),
            **({"attendance": self.attendance.minor} if self.attendance is not None else {}),
            **({"witnesses": self.witnesses.minor} if self.witnesses is not None else {}),
            **({"retrial": self.retrial.minor} if self.retrial is not None else {}),
            **({"alone": {party: money.minor for party, money in self.alone}} if self.alone else {}),
            **({"mediated": True} if self.mediated else {}),
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Allocation:
        """The allocation that was kept."""
        currency = written["currency"]
        shares = tuple(
            CostShare(one["party"], *(Money(one[name], currency) for name in _SUMS)) for one in written["shares"]
        )
        debts = tuple(
            Reimbursement(one["debtor"], one["creditor"], Money(one["amount"], currency))
            for one in written["reimbursements"]
        )
        attendance = Money(written["attendance"], currency) if "attendance" in written else None
        witnesses = Money(written["witnesses"], currency) if "witnesses" in written else None
        retrial = Money(written["retrial"], currency) if "retrial" in written else None
        alone = tuple((party, Money(minor, currency)) for party, minor in written.get("alone", {}).items())
        mediated = bool(written.get("mediated"))
        reason, articles = text_from_json(written["reason"]), tuple(written["articles"])
        fee = Money(written["fee"], currency)
        of_it = (attendance, witnesses, retrial, alone, mediated)
        return cls(fee, shares, debts, written["jointly"], reason, articles, *of_it)


def shares_by_success(
    claimed: int, awarded: int, claimant: str, respondents: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """A proposal: each side bears the part on which it lost; respondents split theirs by interest (FEE 29).

    The judge decides by the circumstances; this is only where the form starts.
    """
    if claimed <= 0 or not 0 <= awarded <= claimed or not respondents:
        raise InvalidInput.at("awarded", T("What is awarded lies between nothing and what was claimed."))
    lost = Fraction(awarded, claimed)
    whole = sum(respondents.values(), Fraction(0))
    if whole <= 0:
        raise InvalidInput.at("respondents", T("The parts of the losing parties must add up to something."))
    return {claimant: 1 - lost, **{party: lost * part / whole for party, part in respondents.items()}}


def allocate_costs(
    pack: RulePack,
    fee: Money,
    prepaid: Mapping[str, Money],
    shares: Mapping[str, Fraction],
    *,
    jointly: bool = False,
    directly: bool = False,
    ending: Ending | None = None,
    forgone: Mapping[str, Money] | None = None,
) -> Allocation:
    """Split ``fee`` by ``shares`` (they add up to one) and settle it against what was prepaid.

    ``forgone``: what the court has waived for a party, or reduced. Whoever else loses bears it
    all the same, since help is given to one side and not to the other (FEE 50); then more is borne
    than ``fee``. It counts only where the court itself pays back and collects.
    ``jointly``: the losing parties are liable together. ``directly``: the winner
    agreed to be paid by the loser (CPI 207); a pack without refund by the court
    always settles so. ``ending``: how the case ended without a decision on the
    merits, which has its own article. Raises InvalidInput where the shares are
    not a whole.
    """
    if sum(shares.values(), Fraction(0)) != 1 or any(share < 0 for share in shares.values()):
        raise InvalidInput.at("shares", T("The shares of the costs must add up to the whole."))
    if any(money.currency != pack.currency or money.minor < 0 for money in (fee, *prepaid.values())):
        raise InvalidInput.at("prepaid", T("The payment is not in the currency of this court."))
    costs = pack.tariff.costs
    waived = {p: money.minor for p, money in (forgone or {}).items()} if costs.winner_refund is not None else {}
    whole = fee.minor + sum(waived.values())
    bears = in_whole({party: share * (whole - waived.get(party, 0)) for party, share in shares.items()})
    others_pay = sum(bears.values()) > fee.minor
    parties = list(dict.fromkeys([*shares, *prepaid]))
    balance = {party: (prepaid[party].minor if party in prepaid else 0) - bears.get(party, 0) for party in parties}
    through_court = costs.winner_refund is not None and not directly
    debts = [] if through_court else _settle(balance, pack.currency)
    if not through_court:
        balance = _after(balance, debts)
    parts = tuple(_share(pack, party, bears.get(party, 0), prepaid.get(party), balance[party]) for party in parties)
    reason, article = _reason(pack, ending, prepaid, shares)
    articles = [
        article,
        costs.joint if jointly else None,
        costs.winner_refund if through_court else None,
        "FEE 50" if others_pay else None,
    ]
    fee = Money(sum(bears.values()), fee.currency)
    return Allocation(
        fee, parts, tuple(debts), jointly, reason, tuple(dict.fromkeys(article for article in articles if article))
    )


_ENDED: dict[Ending, Text] = {
    Ending.MEDIATED: T("As the parties agreed, or as the court decided where they did not."),
    Ending.WITHDRAWN: T("The one who withdrew bears the costs."),
    Ending.REDUCED_LATE: T("The one who lowered the claim late bears the costs of that part."),
}


def _reason(
    pack: RulePack, ending: Ending | None, prepaid: Mapping[str, Money], shares: Mapping[str, Fraction]
) -> tuple[Text, str]:
    costs = pack.tariff.costs
    if ending in _ENDED and ending in costs.by_ending:
        return _ENDED[ending], costs.by_ending[ending]
    bearing = {party for party, share in shares.items() if share > 0}
    # Several losers on one side are not a partial success: one of those who bear must have sued.
    if len(bearing) > 1 and bearing & set(prepaid):
        return T("Each side bears the part on which it lost."), costs.partly
    return T("The losing side bears the costs."), costs.loser_pays


def split(amount: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """An amount in whole minor units by shares that add up to one; nothing is lost or made."""
    return in_whole({party: amount * share for party, share in shares.items()})


def in_whole(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole minor units by largest remainder, the first by name before others, so that nothing is lost or made."""
    whole = {party: floor(part) for party, part in exact.items()}
    left = half_up(sum(exact.values(), Fraction(0))) - sum(whole.values())
    for party in sorted(exact, key=lambda one: (whole[one] - exact[one], one))[:left]:
        whole[party] += 1
    return whole


def _share(pack: RulePack, party: str, bears: int, prepaid: Money | None, balance: int) -> CostShare:
    currency = pack.currency
    return CostShare(
        party,
        Money(bears, currency),
        prepaid or Money(0, currency),
        Money(max(balance, 0), currency),
        Money(max(-balance, 0), currency),
    )


def _settle(balance: Mapping[str, int], currency: str) -> list[Reimbursement]:
    """Who pays whom, in the order of the parties, until one side is even."""
    owing = {party: -amount for party, amount in balance.items() if amount < 0}
    due = {party: amount for party, amount in balance.items() if amount > 0}
    debts = []
    for debtor in owing:
        for creditor in due:
            amount = min(owing[debtor], due[creditor])
            if amount > 0:
                debts.append(Reimbursement(debtor, creditor, Money(amount, currency)))
                owing[debtor] -= amount
                due[creditor] -= amount
    return debts


def _after(balance: Mapping[str, int], debts: list[Reimbursement]) -> dict[str, int]:
    """What stays open with the court once the parties have paid each other."""
    left = dict(balance)
    for debt in debts:
        left[debt.debtor] += debt.amount.minor
        left[debt.creditor] -= debt.amount.minor
    return left
