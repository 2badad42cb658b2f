"""What a claim comes to, worked out from certified figures alone; every step is shown.

Pure: the same figures under the same rules give the same sum. Amounts are integer
minor units; between steps they are exact fractions, rounded half up when shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from odr.ground.text import Money, T, Text
from odr.payments.fee.scales import FeeStep, Sum, half_up
from odr.procedure.rules.certified_claims import CertifiedCause, Head, Measure


@dataclass(frozen=True)
class Calculation:
    """The steps in order, the total in minor units, and the figures that are still needed."""

    steps: tuple[FeeStep, ...]
    total: Money
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether something can be offered on it."""
        return not self.missing and self.total.minor > 0


def calculate(rules: CertifiedCause, figures: Mapping[str, int], currency: str) -> Calculation:
    """Head by head; up to a group's limit in full, beyond it by the payer's share; then less what was paid already.

    A head of which no figure is certified is not claimed; one of which only some are is missing the rest.
    """
    missing = [
        name
        for head in rules.heads.values()
        if set(head.figures) & set(figures)
        for name in head.figures
        if name not in figures
    ]
    if rules.share is not None and rules.share not in figures:
        missing.append(rules.share)
    share = Fraction(figures.get(rules.share, 0), 100) if rules.share is not None else Fraction(1)
    whole = Sum(currency)
    left: dict[str | None, int] = {}
    for key, head in rules.heads.items():
        worth = _worth(head, figures)
        if worth is not None and not head.is_deducted:
            whole.add(Fraction(worth), _words(rules, head, figures, currency), key, head.article)
            left[head.group] = left.get(head.group, 0) + worth
    _weigh_fault(rules, whole, left, share)
    _take_off(rules, whole, figures)
    return Calculation(tuple(whole.steps), whole.money(half_up(whole.exact)), tuple(dict.fromkeys(missing)))


def _worth(head: Head, figures: Mapping[str, int]) -> int | None:
    if any(name not in figures for name in head.figures):
        return None
    worth = 1
    for name in head.figures:
        worth *= figures[name]
    return worth


def _words(rules: CertifiedCause, head: Head, figures: Mapping[str, int], currency: str) -> Text:
    if len(head.figures) == 1:
        return head.title
    money = next(name for name in head.figures if rules.figures[name].measure is Measure.MONEY)
    days = next(name for name in head.figures if name != money)
    return T(
        "%(head)s: %(days)s days at %(daily)s",
        head=head.title,
        days=figures[days],
        daily=Money(figures[money], currency),
    )


def _weigh_fault(rules: CertifiedCause, whole: Sum, sums: Mapping[str | None, int], share: Fraction) -> None:
    """Take off, group by group, the part beyond the limit that the payer does not bear."""
    if rules.share is None or share == 1:
        return
    for group, worth in sums.items():
        limit = rules.groups[group].limit if group is not None else 0
        beyond = max(worth - limit, 0)
        if not beyond:
            continue
        percent = str(100 - int(share * 100))
        article = rules.groups[group].article if group is not None else str(rules.share_article)
        amount = whole.money(beyond)
        words = (
            T(
                "Own share of %(percent)s%% in the %(amount)s beyond the limit of %(limit)s for %(group)s",
                percent=percent,
                amount=amount,
                limit=whole.money(limit),
                group=rules.groups[group].title,
            )
            if group is not None
            else T("Own share of %(percent)s%% in the %(amount)s without a limit", percent=percent, amount=amount)
        )
        whole.add(-Fraction(beyond) * (1 - share), words, group or "share", article)


def _take_off(rules: CertifiedCause, whole: Sum, figures: Mapping[str, int]) -> None:
    """Less what was paid already, but never below nothing."""
    for key, head in rules.heads.items():
        worth = _worth(head, figures) if head.is_deducted else None
        if worth:
            whole.add(-min(Fraction(worth), whole.exact), head.title, key, head.article)
