"""What of a paid fee goes back, and who bears it in the end. Pure functions over the tariff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T
from odr.payments.fee.fee_computation import FeeQuestion, assess_filing
from odr.payments.fee.scales import FeeStep, Sum
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.rules.tariff import Ending, RefundBasis


@dataclass(frozen=True)
class RefundComputation:
    """What goes back out of what was paid, with the steps; never more than was paid."""

    ending: Ending
    paid: Money
    kept: Money
    refund: Money
    steps: tuple[FeeStep, ...]
    article: str
    pack: str
    version: str

    def to_json(self) -> dict[str, Any]:
        """The computation as kept on the docket."""
        return {
            "ending": self.ending.value,
            "paid": self.paid.minor,
            "kept": self.kept.minor,
            "refund": self.refund.minor,
            "currency": self.paid.currency,
            "steps": [step.to_json() for step in self.steps],
            "article": self.article,
            "pack": self.pack,
            "version": self.version,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> RefundComputation:
        """The computation that was kept."""
        currency = written["currency"]
        return cls(
            ending=Ending(written["ending"]),
            paid=Money(written["paid"], currency),
            kept=Money(written["kept"], currency),
            refund=Money(written["refund"], currency),
            steps=tuple(FeeStep.from_json(step) for step in written["steps"]),
            article=written["article"],
            pack=written["pack"],
            version=written["version"],
        )


def refund_for(
    pack: RulePack, ending: Ending, paid: Money, question: FeeQuestion, *, borne: Money | None = None
) -> RefundComputation:
    """What goes back of ``paid`` after ``ending``.

    ``question`` is what the fee was assessed on; for a lowered claim, with the
    lowered amount. ``borne`` is what the payer bears under the costs decision
    (only for ``Ending.WON``). Raises NoSuchRule where the pack is silent and
    InvalidInput for another currency. FEE 15, 21, 24–28; CPI 199, 207.
    """
    if paid.currency != pack.currency or paid.minor < 0:
        raise InvalidInput.at("paid", T("The payment is not in the currency of this court."))
    rule = pack.tariff.refunds.get(ending)
    if rule is None:
        raise NoSuchRule(T("The tariff does not say what goes back in this case."))
    kept = Sum(pack.currency)
    _keep(pack, kept, rule.basis, rule.article, ending, paid, question, borne)
    due = min(kept.rounded.minor, paid.minor)
    steps = (
        FeeStep(T("Paid."), paid, "paid", rule.article),
        FeeStep(rule.title, Money(0, pack.currency), ending.value, rule.article),
        *kept.steps,
        FeeStep(T("Goes back."), Money(paid.minor - due, pack.currency), "refund", rule.article),
    )
    kept_money, back = Money(due, pack.currency), Money(paid.minor - due, pack.currency)
    return RefundComputation(
        ending, paid, kept_money, back, steps, rule.article, pack.id, pack.version_of("tariff").isoformat()
    )


def _keep(
    pack: RulePack,
    kept: Sum,
    basis: RefundBasis,
    article: str,
    ending: Ending,
    paid: Money,
    question: FeeQuestion,
    borne: Money | None,
) -> None:
    """Add to ``kept`` what the court or the payer's side keeps."""
    if basis is RefundBasis.ALL:
        return
    if basis is RefundBasis.NOTHING:
        kept.add(Fraction(paid.minor), T("Nothing of it goes back."), "kept", article)
    elif basis is RefundBasis.HALF_OF_PAID:
        # The half that goes back is rounded up, so that rounding never costs the payer.
        kept.add(Fraction(paid.minor // 2), T("Half of what was paid stays."), "kept", article)
    elif basis is RefundBasis.NOT_BORNE:
        if borne is None or borne.currency != pack.currency or borne.minor < 0:
            raise InvalidInput.at("borne", T("Say what the payer bears under the costs decision."))
        kept.add(
            Fraction(min(borne.minor, paid.minor)), T("What the payer bears under the decision."), "borne", article
        )
    else:
        new = assess_filing(
            pack, replace(question, ending=ending if basis is RefundBasis.HALF_OF_FEE else question.ending)
        )
        kept.exact = Fraction(new.total.minor)
        kept.steps.extend(new.steps)
