"""What of a witness's costs is paid: by kind, at the standards of the rules, each step with its article (CPL 77; CPI 118).

Pure functions over the rule pack. Amounts are integer minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from odr.ground.text import Money, T, Text
from odr.payments.fee.scales import FeeStep, half_up
from odr.procedure.rules.court_rules import WitnessCostRules
from odr.procedure.rules.pack import RulePack


@dataclass(frozen=True)
class DailyWage:
    """What a lost day of work counts: a year's average wage by the days worked in a year (CPI 118)."""

    amount: Money
    year: str


@dataclass(frozen=True)
class Heads:
    """What is stated or allowed: money by kind, days away, and days of work lost."""

    transport: int
    lodging: int
    meals: int
    days_away: int
    lost_days: int


def daily_wage(pack: RulePack, day: date) -> DailyWage | None:
    """What a lost day counts on ``day``; None where the rules give no wage."""
    found, rules = pack.wage_on(day), pack.witness_costs
    if found is None or rules is None:
        return None
    year, figure = found
    minor = half_up(Fraction(figure.minor, rules.wage_days))
    return DailyWage(Money(minor, pack.currency), year)


def most_for(rules: WitnessCostRules, kind: str, days: int) -> int | None:
    """The limit of a kind for so many days away, in minor units; None where the rules set none."""
    by_day = {"meals": rules.meals_per_day, "lodging": rules.lodging_per_night}.get(kind)
    return None if by_day is None else by_day * days


def working(pack: RulePack, heads: Heads, day: date) -> tuple[FeeStep, ...]:
    """The steps of what is paid; they add up to it. A kind of which nothing is paid has no step."""
    rules = pack.witness_costs
    if rules is None:
        return ()
    said: list[tuple[Text, int, str, str]] = [
        (T("Transport."), heads.transport, "transport", rules.article),
        (T("Lodging."), heads.lodging, "lodging", rules.article),
        (T("Meals, %(days)s days away.", days=heads.days_away), heads.meals, "meals", rules.article),
    ]
    wage = daily_wage(pack, day)
    if wage is not None and heads.lost_days:
        words = T(
            "%(days)s days of work lost, each at %(wage)s, the average daily wage of %(year)s.",
            days=heads.lost_days,
            wage=wage.amount,
            year=wage.year,
        )
        said.append((words, heads.lost_days * wage.amount.minor, "lost_days", rules.article))
    return tuple(
        FeeStep(words, Money(minor, pack.currency), rule, article) for words, minor, rule, article in said if minor
    )


def total_of(pack: RulePack, steps: tuple[FeeStep, ...]) -> Money:
    """What the steps add up to."""
    return Money(sum(step.amount.minor for step in steps), pack.currency)
