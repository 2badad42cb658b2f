"""A rule pack: the dated, cited rules of one country, checked as a whole.

Each part is checked by its own model; here the parts are checked against each
other, and asked for single rules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from odr.ground.errors import Cited, CourtError, InvalidInput
from odr.ground.text import T, Text
from odr.procedure.rules.base import (
    Applies,
    Citation,
    CourtCalendar,
    Key,
    Period,
    ReckoningRules,
    Rule,
    WindowRule,
    Windows,
    Words,
    citations,
)
from odr.procedure.rules.cases import Cause, Causes, Track, Tracks, TrialLimits
from odr.procedure.rules.certified_claims import CertifiedClaims
from odr.procedure.rules.citation import places, read_citation, write_citation
from odr.procedure.rules.court_rules import (
    Abroad,
    Announcement,
    AttendingRules,
    ConsumptionRules,
    CopyRules,
    Deciders,
    DeskTimes,
    EnforcementHaltRules,
    EnforcementListRules,
    Invariant,
    Invariants,
    LatePerformance,
    Limitations,
    LiveRules,
    MediationRules,
    OutageRules,
    PaymentOrderRules,
    Phrases,
    Plan,
    Plans,
    PublicationRules,
    RepresentativeRules,
    Retention,
    Retrial,
    SanctionRules,
    SimilarRules,
    Source,
    StageWords,
    SuccessorRules,
    ViewingRules,
    VolumeRules,
    WageFigure,
    Wages,
    WitnessCostRules,
    WrittenHearings,
)
from odr.procedure.rules.insight import (
    DistributionRules,
    IndicatorRules,
    SupervisionRules,
    WorkloadRules,
)
from odr.procedure.rules.standards import Standards, unfitting
from odr.procedure.rules.tariff import Tariff
from odr.procedure.rules.troubles import Troubles
from odr.procedure.time.calendar import WorkingCalendar

Found = TypeVar("Found")


class PackError(CourtError):
    """A pack says what cannot be a rule. ``path`` is the key, ``reason`` what is wrong with it."""

    status = 500
    problem = "rule-pack-refused"

    def __init__(self, pack: str, path: str, reason: str) -> None:
        super().__init__(
            T("Rule pack %(pack)s: %(path)s: %(reason)s", pack=pack, path=path, reason=reason),
            T("Correct the key in the pack's files; the court does not open with a pack that it cannot read."),
        )
        self.pack, self.path, self.reason = pack, path, reason


class NoSuchRule(CourtError):
    """The pack has no rule of that name, or none for this track."""

    status = 404
    problem = "no-such-rule"


MOST_CITED = 2_000
"""Citations of a pack whose words are kept; at more, all are let go of."""


class RulePack(Rule):
    """The rules of one country as they stand in one version."""

    id: Key
    version: date
    effective_from: date
    title: Words
    zone: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    case_numbers: dict[Key, str]
    sources: dict[Annotated[str, Field(pattern=r"^[A-Z]{2,8}$")], Source]
    law: dict[str, dict[str, Words]] = {}
    """What an article says, shortly and in our own words: tag → place → words."""
    stages: dict[Key, StageWords]
    causes: Causes
    tracks: Tracks
    windows: Windows
    trial_limits: TrialLimits
    plans: Plans
    written_hearings: WrittenHearings | None = None
    live: LiveRules | None = None
    phrases: Phrases | None = None
    invariants: Invariants
    deciders: Deciders
    announcement: Announcement
    calendar: CourtCalendar
    reckoning: ReckoningRules
    wages: Wages | None = None
    abroad: Abroad | None = None
    limitations: Limitations
    late_performance: LatePerformance | None = None
    retrial: Retrial | None = None
    retention: Retention | None = None
    copies: CopyRules | None = None
    witness_costs: WitnessCostRules | None = None
    representatives: RepresentativeRules | None = None
    viewing: ViewingRules | None = None
    enforcement_list: EnforcementListRules | None = None
    consumption: ConsumptionRules | None = None
    enforcement_halt: EnforcementHaltRules | None = None
    enforcement_successors: SuccessorRules | None = None
    sanctions: SanctionRules | None = None
    attending: AttendingRules | None = None
    volume: VolumeRules | None = None
    similar: SimilarRules | None = None
    workload: WorkloadRules | None = None
    distribution: DistributionRules | None = None
    supervision: SupervisionRules | None = None
    indicators: IndicatorRules | None = None
    desks: DeskTimes | None = None
    outages: OutageRules | None = None
    publication: PublicationRules | None = None
    certified: CertifiedClaims | None = None
    mediation: MediationRules | None = None
    payment_orders: PaymentOrderRules | None = None
    troubles: Troubles | None = None
    standards: Standards | None = None
    tariff: Tariff
    _acting: date | None = PrivateAttr(default=None)
    _cited: dict[tuple[str, ...], Cited | None] = PrivateAttr(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no time zone is called {value}") from error
        return value

    @field_validator("case_numbers")
    @classmethod
    def _numbers_can_be_written(cls, value: dict[str, str]) -> dict[str, str]:
        for kind, pattern in value.items():
            try:
                written = {pattern.format(year=2026, number=number, court="0491") for number in (1, 2)}
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(f"{kind}: a pattern uses only {{year}}, {{number}} and {{court}}") from error
            if len(written) < 2:
                raise ValueError(f"{kind}: the pattern has no {{number}}")
        return value

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        for path, wrong in dangling(self):
            raise ValueError(f"@{path}@{wrong}")
        return self

    @property
    def language(self) -> str:
        """In which language somebody is written to who has not said which they read: the court's first."""
        return self.languages[0]

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which this court's days begin and end."""
        return ZoneInfo(self.zone)

    def with_acts_of(self, acting: RulePack) -> RulePack:
        """These rules, with the sections that apply to acts taken from a later version.

        Raises ValidationError where the two do not fit each other.
        """
        newer = {name: section for name, section in acting if getattr(section, "applies_to", None) is Applies.ACTS_FROM}
        made = RulePack.model_validate({**dict(self), **newer, "sources": {**self.sources, **acting.sources}})
        made._acting = acting.version
        return made

    def version_of(self, section: str) -> date:
        """The version from which a section comes: the case's own, or that of the day of the act."""
        is_later = self._acting is not None and getattr(getattr(self, section), "applies_to", None) is Applies.ACTS_FROM
        return self._acting if is_later and self._acting is not None else self.version

    @property
    def most_representatives(self) -> int | None:
        """How many may act for one party at a time (CPL 61); None where these rules set no number."""
        return self.representatives.most if self.representatives is not None else None

    @property
    def named(self) -> str:
        """Under what name an entry tells its rules: ``cn/2024-01-01``, or ``cn/2024-01-01+2027-01-01`` where later
        sections govern acts.
        """
        return f"{self.id}/{self.version.isoformat()}" + (f"+{self._acting.isoformat()}" if self._acting else "")

    @property
    def working_calendar(self) -> WorkingCalendar:
        """The court's calendar, ready to ask."""
        return WorkingCalendar.of(self.calendar)

    def cite(self, article: str) -> Text:
        """``"CPL 128"`` as a title and place in both languages; refuses a source the pack does not have."""
        try:
            return write_citation(self.sources, article)
        except KeyError as error:
            raise NoSuchRule(T("The pack knows no source %(tag)s.", tag=str(error.args[0]))) from error

    def article(self, typed: str, field: str = "article") -> str:
        """The article somebody typed in short or in full, as it is kept: ``"CPL 127(2)"``. Raises InvalidInput at its field."""
        found = self.article_of(typed)
        if found is None:
            raise InvalidInput.at(
                field,
                T("Write a law of this court’s rules and the article, for example %(article)s.", article="CPL 122"),
            )
        return found

    def article_of(self, typed: str) -> str | None:
        """The article somebody typed in short or in full; None where it is none of a law these rules name."""
        return read_citation(self.sources, typed)

    def cited(self, *articles: str) -> Cited | None:
        """Those of some citations whose source this pack has, with their words; None where it has none of them.

        Acts serve the courts of several countries: each tells its readers only the law that is theirs.
        """
        with contextlib.suppress(KeyError):
            return self._cited[articles]
        known = [f"{tag} {place}" for each in articles for tag, place in citations(each) if tag in self.sources]
        found = Cited("; ".join(known), self.cite("; ".join(known))) if known else None
        # All requests of a process ask the same pack: another may let go of everything at any moment.
        if len(self._cited) >= MOST_CITED:
            self._cited.clear()
        self._cited[articles] = found
        return found

    def in_words(self, articles: str, locale: str) -> str:
        """The law a sentence marks, as its readers look it up (:func:`odr.ground.text.applies`); nothing where the pack has no such
        law.
        """
        found = self.cited(articles)
        return found.words.render(locale) if found is not None else ""

    def lasts(self, time_limit: str, locale: str) -> str:
        """How long a time limit is, or another length of time by its place in the rules (``enforcement_list.again``), as a sentence tells
        it (:func:`odr.ground.text.applies`); nothing where the pack has none.
        """
        found = self.length(time_limit)
        return found.words.render(locale) if found is not None else ""

    def length(self, place: str) -> Period | None:
        """A length of time by its place: the key of a time limit, or the way to it through the sections."""
        if place in self.windows.rules:
            rule = self.windows.rules[place]
            return Period(amount=rule.amount, unit=rule.unit)
        found: Any = self
        for part in place.split("."):
            found = found.get(part) if isinstance(found, Mapping) else getattr(found, part, None)
        return found if isinstance(found, Period) else None

    def law_of(self, *articles: str) -> list[tuple[Text, Text]]:
        """Each article behind some citations once, in their order, with what it says, where the pack tells it."""
        found: dict[tuple[str, str], tuple[Text, Text]] = {}
        for tag, place in places(self.sources, *articles):
            words = self.law.get(tag, {})
            told = place if place in words else place.partition("(")[0]
            if told in words:
                found.setdefault((tag, told), (self.cite(f"{tag} {told}"), words[told]))
        return list(found.values())

    def keeps(self, invariant: Invariant) -> bool:
        """Whether this court has switched an invariant on."""
        return invariant in self.invariants.on

    def window(self, key: str) -> WindowRule:
        """The time limit called ``key``."""
        return _one(self.windows.rules, key, T("The pack has no time limit called %(key)s.", key=key))

    def cause(self, key: str) -> Cause:
        """The cause of action called ``key``, current or past."""
        return _one(self.causes.list, key, T("The pack has no cause of action called %(key)s.", key=key))

    def causes_on(self, day: date) -> dict[str, Cause]:
        """The causes under which a claim may be filed on ``day``."""
        return {key: cause for key, cause in self.causes.list.items() if cause.open_on(day)}

    def track(self, key: str) -> Track:
        """The track called ``key``."""
        return _one(self.tracks.list, key, T("The pack has no track called %(key)s.", key=key))

    def plan_for(self, track: str) -> Plan:
        """The plan of an asynchronous hearing on a track."""
        return self.plans.list[self.track(track).plan]

    def decider(self, matter: str) -> str:
        """Who decides ``matter`` (``recusal_judge`` → ``president``)."""
        return _one(self.deciders.matters, matter, T("The pack does not say who decides %(key)s.", key=matter)).by

    def case_number(self, kind: str, *, year: int, number: int, court: str) -> str:
        """The number under which people know a case."""
        return _one(self.case_numbers, kind, T("The pack numbers no cases of the kind %(key)s.", key=kind)).format(
            year=year, number=number, court=court
        )

    def wage_on(self, day: date) -> tuple[str, WageFigure] | None:
        """Year and figure of the latest wage published by ``day`` (CPI 272)."""
        published = [
            (year, figure)
            for year, figure in (self.wages.years if self.wages else {}).items()
            if figure.published <= day
        ]
        return max(published, key=lambda one: (one[1].published, one[0]), default=None)

    def missing(self, at: datetime) -> list[Text]:
        """What the pack still lacks for the time around ``at``: calendars and wage figures."""
        today = at.astimezone(self.tz).date()
        return [*self._missing_calendar(today), *self._missing_wage(today)]

    def _missing_calendar(self, today: date) -> Iterator[Text]:
        month, day = (int(part) for part in self.calendar.warn_from.split("-"))
        wanted = [today.year] + ([today.year + 1] if (today.month, today.day) >= (month, day) else [])
        for year in wanted:
            if str(year) not in self.calendar.years:
                yield T("The working calendar of %(year)s is missing; dates in that year are provisional.", year=year)

    def _missing_wage(self, today: date) -> Iterator[Text]:
        if self.wages is None:
            return
        newest = today.year - 1 if today.month > self.wages.expected_month else today.year - 2
        if str(newest) not in self.wages.years:
            yield T(
                "The average yearly wage of %(year)s is missing; the limit of small claims rests on an older figure.",
                year=newest,
            )
        governing = self.wage_on(today)
        if governing and governing[1].stands_in:
            yield T(
                "The wage figure of %(year)s stands in for the court's own region (%(area)s).",
                year=governing[0],
                area=governing[1].area,
            )


def _one(rules: Mapping[str, Found], key: str, message: Text) -> Found:
    if key not in rules:
        raise NoSuchRule(message)
    return rules[key]


def dangling(pack: RulePack) -> Iterator[tuple[str, str]]:
    """Paths in a pack that name something the pack does not have."""
    for tag in pack.law:
        if tag not in pack.sources:
            yield f"law.{tag}", f"tells of {tag}, which is not among the sources"
    for path, citation in _all_citations(pack, ""):
        for tag, _ in citations(citation):
            if tag not in pack.sources:
                yield path, f"cites {tag}, which is not among the sources"
    if pack.standards is not None:
        yield from unfitting(pack.standards, pack.causes.list)
    yield from _dangling_keys(pack)


def _dangling_keys(pack: RulePack) -> Iterator[tuple[str, str]]:
    tracks, windows = set(pack.tracks.list), set(pack.windows.rules)
    wanted: list[tuple[str, str, set[str], str]] = [("tracks.default", pack.tracks.default, tracks, "track")]
    for key, cause in pack.causes.list.items():
        wanted.append((f"causes.list.{key}.fee_kind", cause.fee_kind, set(pack.tariff.kinds), "kind of fee"))
        wanted.append((f"causes.list.{key}.limitation", cause.limitation, set(pack.limitations.rules), "limitation"))
    for name, trouble in (pack.troubles.list if pack.troubles else {}).items():
        for key, end in trouble.ends.items():
            if end.cause is not None:
                path = f"troubles.list.{name}.ends.{key}"
                wanted.append((f"{path}.cause", end.cause, set(pack.causes.list), "cause of action"))
                known = (
                    {item.key for item in pack.causes.list[end.cause].claimant}
                    if end.cause in pack.causes.list
                    else set()
                )
                wanted.extend((f"{path}.bring", one, known, "evidence of that cause") for one in end.bring)
    for name, training in (pack.distribution.trainings if pack.distribution else {}).items():
        path = f"distribution.trainings.{name}"
        wanted.extend((f"{path}.causes", key, set(pack.causes.list), "cause of action") for key in training.causes)
        wanted.extend((f"{path}.tracks", key, tracks, "track") for key in training.tracks)
    if pack.certified is not None:
        wanted.extend(
            (f"certified.causes.{key}", key, set(pack.causes.list), "cause of action") for key in pack.certified.causes
        )
    for key, track in pack.tracks.list.items():
        wanted.append((f"tracks.list.{key}.plan", track.plan, set(pack.plans.list), "plan"))
        wanted.extend((f"tracks.list.{key}.conversions", one.to, tracks, "track") for one in track.conversions)
    for key, window in pack.windows.rules.items():
        wanted.extend((f"windows.rules.{key}.by_track.{name}", name, tracks, "track") for name in window.by_track)
        wanted.extend((f"windows.rules.{key}.effects", one.window, windows, "window") for one in window.effects)
    wanted.extend((f"trial_limits.tracks.{name}", name, tracks, "track") for name in pack.trial_limits.tracks)
    wanted.extend(("announcement.tracks", name, tracks, "track") for name in pack.announcement.tracks)
    if pack.outages is not None:
        wanted.extend((f"outages.leaves.{name}", name, windows, "window") for name in pack.outages.leaves)
    if pack.written_hearings is not None:
        wanted.extend(("written_hearings.tracks", name, tracks, "track") for name in pack.written_hearings.tracks)
    for key, plan in pack.plans.list.items():
        wanted.extend(
            (f"plans.list.{key}.{phase.key}.kept_on", name, tracks, "track")
            for phase in plan.phases
            for name in phase.kept_on
        )
    for path, name, known, what in wanted:
        if name not in known:
            yield path, f"names no {what}: {name}"


def _all_citations(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Citation):
        yield path, value
    elif isinstance(value, Rule):
        for name in type(value).model_fields:
            yield from _all_citations(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _all_citations(one, f"{path}.{name}")
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from _all_citations(one, f"{path}.{place}")


def read_pack(raw: Mapping[str, Any], name: str) -> RulePack:
    """Check raw sections and make a pack of them; raises :class:`PackError` with the key's path."""
    try:
        return RulePack.model_validate(dict(raw))
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"] if part != "[key]")
        reason = first["msg"].removeprefix("Value error, ")
        if reason.startswith("@"):
            _, path, reason = reason.split("@", 2)
        raise PackError(name, path or "(whole)", reason) from error
