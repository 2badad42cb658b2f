"""What a rule pack may say: the model of dated rules.

Every figure carries the article it comes from. Nothing here decides anything;
it refuses what cannot be a rule: an unknown key, a figure without citation,
a rate above one, a cause that ends before it begins.
"""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from odr.ground.text import T, Text
from odr.procedure.time.written_working import Bilingual

Bounded = TypeVar("Bounded", bound="Variant | WindowRule")
_CITATION = re.compile(r"^[A-Z]{2,8} \S.*$")


def _read_text(value: Any) -> Any:
    """A pack's text is written ``{ en = "…", zh = "…" }``; both are needed."""
    if isinstance(value, Text):
        return value
    if (
        not isinstance(value, dict)
        or set(value) != {"en", "zh"}
        or not all(isinstance(v, str) and v.strip() for v in value.values())
    ):
        raise ValueError("a text needs exactly the keys en and zh, both with words")
    return Bilingual(value["en"], {}, {"zh-Hans": value["zh"]})


def _write_text(text: Text) -> dict[str, str]:
    return {"en": text.render("en"), "zh": text.render("zh-Hans")}


def _read_share(value: Any) -> Any:
    """A share is written "2.5%" or "1/3", so that it is exact."""
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, str):
        raise ValueError('a share is written as "2.5%" or "1/3"')
    try:
        return Fraction(value[:-1]) / 100 if value.endswith("%") else Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError('a share is written as "2.5%" or "1/3"') from error


class Citation(str):
    """A checked citation: one or several ``TAG place``, separated by semicolons."""


def check_citation(value: str) -> Citation:
    """``value`` as a citation. Raises ValueError where it is none."""
    for part in value.split(";"):
        if not _CITATION.match(part.strip()):
            raise ValueError(f"{part.strip()!r} is no citation; write a source's tag and an article")
    return Citation(value)


def law(*articles: str) -> tuple[Citation, ...]:
    """Articles as a typed list, each ``TAG place``: ``law("CPL 126", "REG 7, 9")``. Raises ValueError for what is none."""
    return tuple(check_citation(each) for each in articles)


def citations(article: str) -> list[tuple[str, str]]:
    """Tag and place of each source in ``"CPL 128; CPI 275"``."""
    found = []
    for part in article.split(";"):
        tag, _, place = part.strip().partition(" ")
        found.append((tag, place.strip()))
    return found


Words = Annotated[Text, BeforeValidator(_read_text), PlainSerializer(_write_text)]
Share = Annotated[Fraction, BeforeValidator(_read_share), PlainSerializer(str)]
Article = Annotated[str, AfterValidator(check_citation)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Minor = Annotated[int, Field(ge=0)]


class Rule(BaseModel):
    """Anything in a pack: frozen, and no key that the court does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Applies(StrEnum):
    """Which day decides which version of a section governs."""

    FILED_FROM = "filed_from"
    """The day the claim was filed: the case keeps the rules it began with."""
    ACTS_FROM = "acts_from"
    """The day of each act: pending cases come under the new rule at once."""


class Unit(StrEnum):
    """In what a time limit is counted."""

    DAYS = "days"
    """Calendar days; an end on a day off moves on."""
    WORKING_DAYS = "working_days"
    """Days the official calendar calls working, make-up days included."""
    HOURS = "hours"
    """Full hours of real time; no day off moves them."""
    MONTHS = "months"
    """To the corresponding day of a later month, or that month's last."""
    YEARS = "years"
    """Twelve months each."""
    TERM_MONTHS = "term_months"
    """Months for which something holds: it ends on its day of the calendar, which no day off moves (CPL 85 is about acts)."""
    TERM_DAYS = "term_days"
    """Days for which something holds, where a day was named as its last: no day off moves it either."""


def in_words(amount: int, unit: Unit) -> Text:
    """How long, as it is read: "15 days", "2 years" for a term of twenty-four months."""
    if unit is Unit.TERM_MONTHS and amount % 12 == 0:
        return T("%(count)s years", count=amount // 12)
    match unit:
        case Unit.HOURS:
            return T("%(count)s hours", count=amount)
        case Unit.WORKING_DAYS:
            return T("%(count)s working days", count=amount)
        case Unit.MONTHS | Unit.TERM_MONTHS:
            return T("%(count)s months", count=amount)
        case Unit.YEARS:
            return T("%(count)s years", count=amount)
        case Unit.DAYS | Unit.TERM_DAYS:
            return T("%(count)s days", count=amount)


class OnLapse(StrEnum):
    """What follows by itself when a window lapses."""

    AUTOMATIC = "automatic"
    """The clock performs it: the window closes and what hangs on it goes on."""
    RULING = "ruling"
    """A ruling is prepared for the judge; the clock never rules."""
    NONE = "none"
    """Nothing: the lapse is recorded and shown."""


class Influence(StrEnum):
    """What one window's fate does to another."""

    HALTS = "halts"
    """The other window stands still until this matter is decided."""
    RESTARTS = "restarts"
    """The other window begins anew."""
    STARTS = "starts"
    """The other window begins."""
    CLOSES = "closes"
    """The other window is over."""


class Moment(StrEnum):
    """The event of a window that has an effect on another."""

    MET = "met"
    """The act the window waits for was done."""
    LAPSED = "lapsed"
    """The time ran out."""


class Period(Rule):
    """A length of time."""

    amount: int = Field(gt=0, le=4000)
    unit: Unit

    @property
    def words(self) -> Text:
        """How long, as it is read."""
        return in_words(self.amount, self.unit)


class Variant(Rule):
    """How a window differs on a track or for a party abroad."""

    amount: int | None = Field(default=None, gt=0, le=4000)
    unit: Unit | None = None
    article: Article
    at_least: int | None = Field(default=None, gt=0)
    at_most: int | None = Field(default=None, gt=0)
    waivable: bool = False
    extendable: Article | None = None
    """By which article the court may lengthen it for this party, where it may not for others (CPL 285, 286)."""
    available: bool = True
    """False where the track knows no such window: no appeal in small claims."""

    @property
    def words(self) -> Text:
        """How long it is, as it is read. Raises ValueError where it leaves length or unit to its rule (:meth:`WindowRule.variant`)."""
        if self.amount is None or self.unit is None:
            raise ValueError("a variant tells its length only together with its rule")
        return in_words(self.amount, self.unit)

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        return _checked_bounds(self)


class Effect(Rule):
    """What meeting or missing one window does to another (EV 55 halts the evidence period)."""

    when: Moment
    does: Influence
    window: Key
    article: Article


class WindowRule(Rule):
    """A time limit of one person: length, source, and what its lapse brings."""

    title: Words
    amount: int = Field(gt=0, le=4000)
    unit: Unit
    article: Article
    whose: Key
    starts: Words
    """The event whose day or hour is not counted."""
    before: bool = False
    """Counted backwards from an event still to come (a hearing, the end of a limit)."""
    set_by: Key | None = None
    """Who may set another length within the bounds, where the law leaves it open."""
    at_least: int | None = Field(default=None, gt=0)
    at_most: int | None = Field(default=None, gt=0)
    waivable: bool = False
    extendable: Article | None = None
    abroad: Variant | None = None
    by_track: dict[Key, Variant] = Field(default_factory=dict)
    on_lapse: OnLapse
    consequence: Words | None = None
    effects: tuple[Effect, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _checked_bounds(self)
        if self.on_lapse is not OnLapse.NONE and self.consequence is None:
            raise ValueError("a window whose lapse has a consequence must say which")
        return self

    @property
    def words(self) -> Text:
        """How long it is, as it is read."""
        return in_words(self.amount, self.unit)

    def variant(self, track: str | None = None, abroad: bool = False) -> Variant:
        """The window as it stands for a party: abroad before track before the rule itself."""
        own = self.by_track.get(track) if track else None
        # A track that knows no such window knows none for a party abroad either.
        chosen = own if own is not None and not own.available else (self.abroad if abroad and self.abroad else own)
        base = Variant(
            amount=self.amount,
            unit=self.unit,
            article=self.article,
            at_least=self.at_least,
            at_most=self.at_most,
            waivable=self.waivable,
        )
        if chosen is None:
            return base
        return chosen.model_copy(update={"amount": chosen.amount or self.amount, "unit": chosen.unit or self.unit})


def _checked_bounds(rule: Bounded) -> Bounded:
    if rule.at_least and rule.at_most and rule.at_least > rule.at_most:
        raise ValueError("at_least is above at_most")
    if rule.amount and rule.at_least and rule.amount < rule.at_least:
        raise ValueError("the length is below at_least")
    if rule.amount and rule.at_most and rule.amount > rule.at_most:
        raise ValueError("the length is above at_most")
    return rule


class Windows(Rule):
    """All time limits of a pack."""

    applies_to: Applies
    rules: dict[Key, WindowRule]


class YearCalendar(Rule):
    """One year's published calendar."""

    article: Article
    make_up: tuple[date, ...] = ()
    """Weekend days on which the country works."""
    closed: tuple[date, ...] = ()
    """Days off that the library of holidays does not know."""
    open: tuple[date, ...] = ()
    """Days the library calls off and that are not."""


class CourtCalendar(Rule):
    """Working days: weekend, the country's holidays, and the court's own table over them."""

    applies_to: Applies
    country: str
    subdivision: str | None = None
    weekend: tuple[Annotated[int, Field(ge=0, le=6)], ...]
    years: dict[Annotated[str, Field(pattern=r"^\d{4}$")], YearCalendar]
    warn_from: Annotated[str, Field(pattern=r"^\d\d-\d\d$")]
    """Month and day from which a missing next year is an alarm."""


class DeemedRule(Rule):
    """When a document sent in a certain way counts as served."""

    title: Words
    article: Article
    cutoff: time | None = None
    """Sent later in the day than this, it counts as sent on the next working day."""
    add_days: int = Field(default=0, ge=0, le=90)
    add_working_days: int = Field(default=0, ge=0, le=30)
    at: time | None = None
    """Hour of the day at which it counts as served; None: when it was sent."""
    roll: bool = True
    """Whether a day off moves the day of service on."""


class ReckoningRules(Rule):
    """How this country counts time."""

    applies_to: Applies
    article: Article
    hours_article: Article
    day_closes: time | None = None
    """Last moment of a last day; None: midnight."""
    filing_cutoff: time | None = None
    """What reaches the court later in the day counts as filed on the next working day."""
    filing_article: Article | None = None
    rolls: bool = True
    """Whether an end on a day off moves to the next working day."""
    roll_article: Article
    short_days: int = Field(default=0, ge=0, le=30)
    """Periods of at most so many days count working days only (CPR 2.8(4))."""
    short_article: Article | None = None
    clear_days: bool = False
    """Whether backward periods leave out the day of the event and the day of the act."""
    deemed: dict[Key, DeemedRule] = Field(default_factory=dict)
