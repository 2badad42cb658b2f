"""What a rule pack says about cases: causes of action, tracks, trial limits."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from odr.procedure.rules.base import Applies, Article, Key, Period, Rule, Share, Words


class FieldKind(StrEnum):
    """What a field of a pleading takes."""

    LINE = "line"
    """One line of text."""
    TEXT = "text"
    """Paragraphs."""
    MONEY = "money"
    """An amount in the pack's currency."""
    DATE = "date"
    """A day."""
    ADDRESS = "address"
    """A web address, captured with its digest."""
    CHOICE = "choice"
    """One of the listed options."""


class PleadingField(Rule):
    """One thing a claimant is asked about the facts of this cause."""

    key: Key
    kind: FieldKind
    label: Words
    hint: Words | None = None
    required: bool = False
    options: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if (self.kind is FieldKind.CHOICE) != bool(self.options):
            raise ValueError("options belong to a choice, and a choice needs them")
        return self


class ChecklistItem(Rule):
    """One piece of evidence that usually matters, shown to both sides."""

    key: Key
    label: Words
    article: Article | None = None


class Bringer(Rule):
    """Who may bring an action in the public interest by law, and whether this court hears theirs (CPL 58; CPI 283)."""

    title: Words
    """As the claim's field ``brought_by`` lists it."""
    article: Article
    """By which article this court hears theirs, or another one does."""
    heard: bool = False
    published: bool = False
    """Whether it sues only where nobody does whom the law names first, so that the claim tells what was published (CPL 58(2))."""
    elsewhere: Words | None = None
    """Where such an action is brought instead."""

    @model_validator(mode="after")
    def _one_is_told_where(self) -> Self:
        if self.heard is (self.elsewhere is not None):
            raise ValueError("elsewhere is told of a bringer whose action this court does not hear, and of no other")
        return self


class Condition(StrEnum):
    """What an action in the public interest needs beyond every other claim."""

    ENTITLED = "entitled"
    """Whoever claims is one whom the law lets bring it, before this court."""
    PUBLISHED = "published"
    """Nobody sues whom the law names first, and that was found out by publishing."""
    HARM = "harm"
    """First evidence that the interest of the public was harmed."""
    UNDECIDED = "undecided"
    """No judgment in effect in another such action about the same conduct."""


class PublicInterest(Rule):
    """An action in the public interest: who brings it, and with which article each condition is missing."""

    bringers: dict[Key, Bringer]
    conditions: dict[Condition, Article]

    @model_validator(mode="after")
    def _all_are_there(self) -> Self:
        if set(self.conditions) != set(Condition):
            raise ValueError("every condition of an action in the public interest needs its article")
        return self


BROUGHT_BY = "brought_by"
"""The field in which a claim in the public interest says who brings it."""


class Cause(Rule):
    """A cause of action the court hears, and from when to when one may file it."""

    title: Words
    description: Words
    article: Article
    fee_kind: Key
    filed_from: date | None = None
    filed_until: date | None = None
    """Last day of filing; pending cases go on."""
    burden: Words | None = None
    """Who must prove what, where it is not the usual rule."""
    limitation: Key = "general"
    in_public_interest: PublicInterest | None = None
    """For claims that are brought for the public, and for nobody's own right (CPL 58)."""
    fields: tuple[PleadingField, ...]
    claimant: tuple[ChecklistItem, ...]
    respondent: tuple[ChecklistItem, ...]

    @model_validator(mode="after")
    def _bringers_are_asked(self) -> Self:
        if self.in_public_interest is not None:
            listed = [field.options for field in self.fields if field.key == BROUGHT_BY and field.required]
            if listed != [tuple(one.title for one in self.in_public_interest.bringers.values())]:
                raise ValueError(f"a required field {BROUGHT_BY} lists the bringers in their order")
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.filed_from and self.filed_until and self.filed_until < self.filed_from:
            raise ValueError("filed_until lies before filed_from")
        return self

    def open_on(self, day: date) -> bool:
        """Whether a claim of this cause may be filed on ``day``."""
        return (self.filed_from is None or self.filed_from <= day) and (
            self.filed_until is None or day <= self.filed_until
        )


class Causes(Rule):
    """The list of causes, past ones included, since old cases keep theirs."""

    applies_to: Applies
    list: dict[Key, Cause]


class Bar(StrEnum):
    """A fact that closes a track to a case."""

    STATUS_OR_TITLE = "status_or_title"
    """It is about personal status or title to property."""
    FOREIGN = "foreign"
    """It is foreign-related."""
    APPRAISAL = "appraisal"
    """It needs an appraisal, or one made before filing is disputed."""
    WHEREABOUTS_UNKNOWN = "whereabouts_unknown"
    """A party cannot be found."""
    COUNTERCLAIM = "counterclaim"
    """A counterclaim was brought."""
    NOT_MONEY = "not_money"
    """It is no simple claim for money."""
    RETRIAL = "retrial"
    """It was sent back, or is heard again."""
    MANY_PARTIES = "many_parties"
    """One side has many members."""
    PUBLIC_INTEREST = "public_interest"
    """The interest of the State or the public is at stake."""
    THIRD_PARTY_CHALLENGE = "third_party_challenge"
    """A third party asks to change an effective judgment."""
    OBJECTION_ACTION = "objection_action"
    """An action about an objection in an enforcement."""
    DISPUTED = "disputed"
    """Facts or rights are unclear, or the dispute is great."""
    WIDE_EFFECT = "wide_effect"
    """A dispute of many that may disturb public order, or one that is widely followed or has great effect on society."""
    NEW_OR_COMPLEX = "new_or_complex"
    """It is of a new kind, or difficult and complex."""
    UNFIT_FOR_ONE = "unfit_for_one"
    """It is unfit for one judge for another reason."""


class Conversion(Rule):
    """From this track to another."""

    to: Key
    article: Article
    until_hearing_opens: bool = False
    """Only before the hearing has opened."""
    by_ruling: bool = False
    """A ruling is needed; otherwise the judge records it."""
    tops_up: bool = False
    """The difference of the fee becomes payable."""
    by_agreement: bool = False
    """Only where every party has agreed to it on record (CPL 165(2))."""


class WidePanel(Rule):
    """The panel that alone may hear an action in the public interest, and how votes are counted in it (LAJ 14, 16, 22)."""

    size: Annotated[int, Field(ge=3)]
    judges: Annotated[int, Field(ge=1)]
    """How many of them are judges, who presides among them; the others are assessors. An odd number, so that their vote on the law has
    a majority."""
    article: Article
    votes_article: Article
    """By which article assessors vote on the facts and not on the law."""

    @model_validator(mode="after")
    def _both_votes_have_a_majority(self) -> WidePanel:
        if self.judges % 2 == 0 or self.judges >= self.size:
            raise ValueError("a wide panel has an odd number of judges, and assessors beside them")
        return self

    @property
    def assessors(self) -> int:
        """How many assessors sit in it."""
        return self.size - self.judges


class BenchRule(Rule):
    """Who decides on a track: how many sit, and whose signature the decision needs beside the judge's."""

    sizes: Annotated[tuple[int, ...], Field(min_length=1)] = (1,)
    """How many may decide together; always an odd number, so that a vote has a majority (CPL 40, 45)."""
    article: Article
    panel_for: tuple[Bar, ...] = ()
    """What the case may be that one judge may not hear alone (CPL 42)."""
    panel_article: Article | None = None
    wide: WidePanel | None = None
    """The panel of an action in the public interest."""
    countersigned: Article | None = None
    """By which article the clerk signs the decision after the judge; without one the judge signs alone."""

    @field_validator("sizes")
    @classmethod
    def _odd(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(size < 1 or size % 2 == 0 for size in value):
            raise ValueError("a bench has an odd number of members")
        return value

    @model_validator(mode="after")
    def _a_panel_can_sit(self) -> BenchRule:
        if self.panel_for and (self.panel_article is None or max(self.sizes) == 1):
            raise ValueError("panel_for needs the article that asks for a panel, and a size that is one")
        if self.wide is not None and self.wide.size not in self.sizes:
            raise ValueError("the panel of an action in the public interest has one of the sizes of the bench")
        return self


class Track(Rule):
    """A procedure a case may follow."""

    title: Words
    description: Words
    article: Article
    plan: Key
    halved: Article | None = None
    """Whether, and by which article, the fee is halved on this track."""
    appealable: bool = True
    weight: int = Field(default=1, ge=1, le=100)
    """How much a case counts on the desk of who has it, when cases are given out."""
    most_wage_share: Share | None = None
    agreed_wage_share: Share | None = None
    most_amount: int | None = Field(default=None, gt=0)
    """Largest claim in minor units, where the limit is a sum and not a wage."""
    bars: tuple[Bar, ...] = ()
    bars_article: Article | None = None
    bench: BenchRule | None = None
    """Who decides; without it one judge alone."""
    adjournments: int | None = Field(default=None, ge=0)
    conversions: tuple[Conversion, ...] = ()


class Tracks(Rule):
    """The tracks, from the shortest to the fullest; the first one open to a case is proposed."""

    applies_to: Applies
    default: Key
    list: dict[Key, Track]


class LimitExtension(Rule):
    """How far a limit may be extended, and by whom."""

    by: Key
    period: Period
    article: Article


class Exclusion(Rule):
    """Time that does not count towards the trial limit."""

    title: Words
    article: Article


class TrialLimit(Rule):
    """From acceptance to pronouncement, whatever the stage."""

    period: Period
    article: Article
    extensions: tuple[LimitExtension, ...] = ()


class TrialLimits(Rule):
    """Trial limits of the tracks, and what stops them."""

    applies_to: Applies
    tracks: dict[Key, TrialLimit]
    exclusions: dict[Key, Exclusion]
    foreign_exempt: Article | None = None
    conversion_keeps_start: Article | None = None
    plan_margin_days: int = Field(ge=0, le=60)
    """No plan may be opened that ends later than so many days before the limit."""
    margin_article: Article
