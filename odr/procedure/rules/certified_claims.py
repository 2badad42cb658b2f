"""What a rule pack says about claims whose facts third parties certify: heads, who certifies what, limits."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from odr.procedure.rules.base import Applies, Article, Key, Minor, Rule, Words


class Measure(StrEnum):
    """In what a certified figure is counted."""

    MONEY = "money"
    """Minor units of the pack's currency."""
    DAYS = "days"
    """Whole days."""
    PERCENT = "percent"
    """Hundredths, from 0 to 100."""


class Figure(Rule):
    """One figure that an accredited certifier states."""

    title: Words
    measure: Measure
    by: Key
    """Kind of certifier who may state it."""


class Head(Rule):
    """One head of the claim: the product of its figures, of which exactly one is money."""

    title: Words
    article: Article
    figures: Annotated[tuple[Key, ...], Field(min_length=1, max_length=2)]
    group: Key | None = None
    """Group of heads whose limit is borne in full before fault is weighed."""
    is_deducted: bool = False
    """What was paid already: taken off the total."""


class Group(Rule):
    """Heads that share a limit, up to which fault is not weighed."""

    title: Words
    limit: Minor
    article: Article


class CertifiedCause(Rule):
    """How a claim of one cause is worked out from what others certify."""

    figures: dict[Key, Figure]
    heads: dict[Key, Head]
    groups: dict[Key, Group] = {}
    share: Key | None = None
    """The figure that says which share the payer bears; without one, all of it."""
    share_article: Article | None = None

    @model_validator(mode="after")
    def _names_hold(self) -> Self:
        for key, head in self.heads.items():
            if set(head.figures) - set(self.figures):
                raise ValueError(f"{key}: names a figure that the cause does not have")
            if [self.figures[name].measure for name in head.figures].count(Measure.MONEY) != 1:
                raise ValueError(f"{key}: exactly one of its figures is money")
            if head.group is not None and head.group not in self.groups:
                raise ValueError(f"{key}: names no group: {head.group}")
        if self.share is not None and (
            self.share not in self.figures
            or self.figures[self.share].measure is not Measure.PERCENT
            or self.share_article is None
        ):
            raise ValueError("share: is a figure in percent, with its article")
        return self


class CertifiedClaims(Rule):
    """Kinds of certifiers, and the causes whose facts they certify."""

    applies_to: Applies
    kinds: dict[Key, Words]
    causes: dict[Key, CertifiedCause]

    @model_validator(mode="after")
    def _kinds_hold(self) -> Self:
        for key, cause in self.causes.items():
            unknown = {figure.by for figure in cause.figures.values()} - set(self.kinds)
            if unknown:
                raise ValueError(f"{key}: no kind of certifier is called {', '.join(sorted(unknown))}")
        return self
