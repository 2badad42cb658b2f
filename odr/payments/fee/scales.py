"""Scales, and the sum that grows step by step.

In between, amounts are exact fractions; what is shown after each step is
rounded half up, so that the steps always add up to the rounded total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from odr.ground.text import Money, T, Text
from odr.procedure.rules.tariff import Scale
from odr.procedure.time.written_working import text_from_json, text_to_json


@dataclass(frozen=True)
class FeeStep:
    """One step: words, what it adds or takes away, the rule it applies and its article."""

    text: Text
    amount: Money
    rule: str
    article: str

    def to_json(self) -> dict[str, Any]:
        """The step as kept on the docket."""
        return {
            "text": text_to_json(self.text),
            "minor": self.amount.minor,
            "currency": self.amount.currency,
            "rule": self.rule,
            "article": self.article,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> FeeStep:
        """The step that was kept."""
        return cls(
            text_from_json(written["text"]),
            Money(written["minor"], written["currency"]),
            written["rule"],
            written["article"],
        )


def half_up(exact: Fraction) -> int:
    """Round a non-negative exact amount half up to the minor unit."""
    return floor(exact + Fraction(1, 2))


@dataclass
class Sum:
    """A sum that grows step by step; each step shows what it moved the rounded sum by."""

    currency: str
    exact: Fraction = Fraction(0)
    steps: list[FeeStep] = field(default_factory=list)

    def add(self, part: Fraction, text: Text, rule: str, article: str) -> None:
        """Add an exact part (negative to take away)."""
        before = half_up(self.exact)
        self.exact += part
        self.steps.append(FeeStep(text, self.money(half_up(self.exact) - before), rule, article))

    def money(self, minor: int) -> Money:
        """An amount in the currency of this sum."""
        return Money(minor, self.currency)

    @property
    def rounded(self) -> Money:
        """The sum so far, rounded."""
        return self.money(half_up(self.exact))


def apply_scale(scale: Scale, amount: int, total: Sum, rule: str) -> None:
    """Add the fee of a scale on an amount, one step a band that is touched."""
    before = total.exact
    if scale.marginal:
        _cumulate(scale, amount, total, rule)
    else:
        band = next(band for band in scale.bands if band.to is None or amount <= band.to)
        if band.flat is not None:
            text = T(
                "Claim of %(amount)s: a flat fee of %(sum)s.", amount=total.money(amount), sum=total.money(band.flat)
            )
            total.add(Fraction(band.flat), text, rule, scale.article)
        else:
            rate = band.rate or Fraction(0)
            total.add(
                amount * rate,
                T("Claim of %(amount)s at %(rate)s.", amount=total.money(amount), rate=percent(rate)),
                rule,
                scale.article,
            )
    if scale.cap is not None and total.exact - before > scale.cap:
        total.add(
            scale.cap - (total.exact - before),
            T("Never more than %(cap)s.", cap=total.money(scale.cap)),
            "cap",
            scale.article,
        )


def _cumulate(scale: Scale, amount: int, total: Sum, rule: str) -> None:
    below = 0
    for band in scale.bands:
        if amount <= below and below > 0:
            return
        top = amount if band.to is None else min(amount, band.to)
        if band.flat == 0:
            total.add(
                Fraction(0), T("Up to %(top)s: nothing more.", top=total.money(band.to or top)), rule, scale.article
            )
        elif band.flat is not None:
            text = T("Up to %(top)s: a flat %(sum)s.", top=total.money(band.to or top), sum=total.money(band.flat))
            total.add(Fraction(band.flat), text, rule, scale.article)
        else:
            rate = band.rate or Fraction(0)
            text = T(
                "From %(low)s to %(high)s at %(rate)s.",
                low=total.money(below),
                high=total.money(top),
                rate=percent(rate),
            )
            total.add((top - below) * rate, text, rule, scale.article)
        below = band.to or top


def percent(rate: Fraction) -> str:
    """A rate as people write it: 2.5%."""
    number = f"{float(rate * 100):.4f}".rstrip("0").rstrip(".")
    return f"{number}%"
