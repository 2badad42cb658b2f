"""How much work a case is, how seats are given out, and what the court's supervisor looks at: dated figures of a pack."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from odr.procedure.rules.base import Applies, Article, Key, Rule, Words

Minutes = Annotated[int, Field(ge=0, le=6000)]
Percent = Annotated[int, Field(ge=0, le=400)]


class EventTime(Rule):
    """The time one event of a kind takes the judge. ``low`` and ``high`` are the interval, in minutes; without both nothing is
    known. ``sample`` is how many notes of time it rests on: 0 for a range that nobody measured. Of one case no more than
    ``most`` events of the kind count, so that nobody gains by more of them.
    """

    title: Words
    acts: Annotated[tuple[Key, ...], Field(min_length=1)]
    low: Minutes | None = None
    high: Minutes | None = None
    sample: Annotated[int, Field(ge=0)] = 0
    noted: tuple[date, date] | None = None
    """First and last day of the weeks in which the notes were taken."""
    most: Annotated[int, Field(ge=1, le=100)] = 1
    usual: Annotated[int, Field(ge=0, le=100)] = 0
    """How many of them a case that is heard and decided has: what is still to be done in an open case is reckoned by it."""

    @model_validator(mode="after")
    def _is_an_interval(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has both ends, or there is none")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        if self.sample and (self.low is None or self.noted is None):
            raise ValueError("a sample has an interval, and days on which it was taken")
        return self


class MoreTime(Rule):
    """What makes every event of a case take longer: by so many per cent, an interval again."""

    title: Words
    low: Percent | None = None
    high: Percent | None = None
    sample: Annotated[int, Field(ge=0)] = 0
    above: Annotated[int, Field(ge=0, le=1000)] = 0
    """From one more than this number on, where it is something that is counted."""
    step: Annotated[int, Field(ge=1, le=1000)] = 1
    """The percentage is added once for each whole or begun step above it …"""
    steps: Annotated[int, Field(ge=1, le=20)] = 1
    """… and no more often than this."""

    @model_validator(mode="after")
    def _is_an_interval(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has both ends, or there is none")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        return self


class WorkloadRules(Rule):
    """Case weight: the sum over the events of a docket of the time each takes. No page, word or minute of a transcript counts.

    A coefficient with fewer notes than ``minimum`` is a range that nobody measured, and the weight says so; one without an
    interval makes the weight open above.
    """

    applies_to: Applies
    article: Article
    minimum: Annotated[int, Field(ge=10, le=10000)]
    events: dict[Key, EventTime]
    parties: MoreTime
    exhibits: MoreTime
    hearings: MoreTime
    counterclaim: MoreTime
    language: MoreTime
    appraisal: MoreTime

    @model_validator(mode="after")
    def _an_act_is_one_kind(self) -> Self:
        seen: set[str] = set()
        for key, event in self.events.items():
            twice = seen & set(event.acts)
            if twice:
                raise ValueError(f"{key}: {', '.join(sorted(twice))} stands in two kinds of event")
            seen |= set(event.acts)
        return self

    @property
    def more(self) -> dict[str, MoreTime]:
        """What makes a case take longer, by name."""
        return {name: getattr(self, name) for name in MORE}


MORE = ("parties", "exhibits", "hearings", "counterclaim", "language", "appraisal")


class Training(Rule):
    """A training without which nobody is given a case of some kinds."""

    title: Words
    article: Article
    causes: tuple[Key, ...] = ()
    tracks: tuple[Key, ...] = ()
    roles: Annotated[tuple[Key, ...], Field(min_length=1)] = ("judge",)
    """In which capacity somebody needs it."""

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if not self.causes and not self.tracks:
            raise ValueError("a training is for some cause or procedure: name one")
        return self


class TermOfPost(Rule):
    """How long a term of a post lasts at most (years)."""

    years: Annotated[int, Field(ge=1, le=50)]
    article: Article


class DistributionRules(Rule):
    """How a seat falls to somebody: by lot among those free of conflict and there, weighted by what lies on their desks.

    Who has the least gets 1,000,000 tickets; who has ``unit`` more (in weights of the procedures) gets them divided by two to
    the power of ``pull``. Nobody further than ``reach`` units, or a tenth of the least, from the least is in the draw.
    """

    applies_to: Applies
    article: Article
    unit: Annotated[int, Field(ge=1, le=1000)]
    pull: Annotated[int, Field(ge=1, le=8)]
    reach: Annotated[int, Field(ge=1, le=1000)]
    needs_post: tuple[Key, ...] = ()
    """Roles in which nobody is in the draw without a post that was entered and holds; in others only whose post has ended is not."""
    terms: dict[Key, TermOfPost] = {}
    """Posts that are given for so many years and no longer, by their role."""
    trainings: dict[Key, Training] = {}
    """What a case of some kinds needs of whoever has it."""

    @field_validator("needs_post")
    @classmethod
    def _are_drawn(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if lost := set(value) - {"judge", "assessor", "assistant", "clerk"}:
            raise ValueError(f"no post is entered for {sorted(lost)}")
        return value

    @field_validator("terms")
    @classmethod
    def _are_of_posts(cls, value: dict[str, TermOfPost]) -> dict[str, TermOfPost]:
        cls._are_drawn(tuple(value))
        return value


class SupervisionRules(Rule):
    """What is laid before whoever supervises the court, and until when the person concerned answers (days)."""

    applies_to: Applies
    article: Article
    answer_days: Annotated[int, Field(ge=1, le=90)]
    audit_each_month: Annotated[int, Field(ge=1, le=500)]
    """Ended cases of a month that are drawn to be read again."""
    months: Annotated[int, Field(ge=1, le=60)]
    """How far back the patterns below are looked for."""
    agent_defaults: Annotated[int, Field(ge=3, le=10000)]
    """Judgments in default won with one agent."""
    serial_claims: Annotated[int, Field(ge=3, le=10000)]
    """Claims by one claimant."""
    failed_services: Annotated[int, Field(ge=3, le=10000)]
    """Papers of one channel that reached nobody in a month, and …"""
    failed_percent: Annotated[int, Field(ge=1, le=100)]
    """… which share of the channel's papers they are at least."""


class IndicatorRules(Rule):
    """What the indicators of the court rest on that no docket tells."""

    applies_to: Applies
    article: Article
    minimum: Annotated[int, Field(ge=5, le=1000)]
    """Cases below which nothing is said."""
    old_days: Annotated[int, Field(ge=1, le=3650)]
    """After so many days a case that waits is called old."""
    cost_minor: Annotated[int, Field(ge=0)] | None = None
    """What the court cost in a year, in the smallest unit of its money; None where nobody said."""
    cost_year: Annotated[int, Field(ge=2000, le=2100)] | None = None
