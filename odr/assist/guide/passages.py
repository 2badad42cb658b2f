"""Passages of the court's own rules and help pages: each with a name that stays, its article, its day and its place here.

What is quoted is only ever a whole passage. Which ones a court has follows from its rule pack: a passage that rests on a law
the pack does not name is none of this court's.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from odr.ground.text import T, Text
from odr.procedure.rules.base import WindowRule, citations
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.written_working import bilingual

FOLDER = Path(__file__).parent / "words"
EVERYWHERE = "any"
"""Folder of the help pages that rest on no law of one country."""
LOCALES = ("en", "zh-Hans")


class Source(enum.Enum):
    """Where a passage comes from."""

    HELP = "help"  # a help page of the court
    LAW = "law"  # what the rule pack tells of an article, in the court's own words
    CAUSE = "cause"  # a kind of dispute the court hears
    PERIOD = "period"  # what follows from a time limit
    ELSEWHERE = "elsewhere"  # no passage: what people ask that none answers

    @property
    def label(self) -> Text:
        """The source in words."""
        return {
            Source.HELP: T("Help page of the court"),
            Source.LAW: T("Article, told shortly by the court"),
            Source.CAUSE: T("What this court hears"),
            Source.PERIOD: T("Time limit"),
            Source.ELSEWHERE: T("Not answered here"),
        }[self]


@dataclass(frozen=True)
class Passage:
    """A text that is quoted whole. ``asked`` is how people ask for it: it is looked in, and never shown."""

    name: str
    source: Source
    title: Text
    text: Text
    dated: date
    """Of which day the text is."""
    topic: str
    articles: str = ""
    address: str = ""
    """Where in the court's pages one goes on."""
    sends_away: bool = False
    """It says who else is to be asked: the guide does not know, and says that."""
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def place(self) -> str:
        """The address of the passage itself."""
        return f"/guide/{self.topic}#{self.name}" if self.source is Source.HELP else self.address


@dataclass(frozen=True)
class Topic:
    """A help page: passages about one thing."""

    key: str
    title: Text
    dated: date
    passages: tuple[Passage, ...]


def topics_of(pack: RulePack) -> tuple[Topic, ...]:
    """The help pages of a court, in the order of their files."""
    found = []
    for topic in (*_read(pack.id), *_read(EVERYWHERE)):
        kept = tuple(one for one in topic.passages if _is_ours(pack, one.articles))
        if kept:
            found.append(Topic(topic.key, topic.title, topic.dated, kept))
    return tuple(found)


def passages_of(pack: RulePack, today: date) -> tuple[Passage, ...]:
    """Everything the guide of a court may quote on a day."""
    return (
        *(one for topic in topics_of(pack) for one in topic.passages),
        *_causes(pack, today),
        *_periods(pack),
        *_law(pack),
    )


def _is_ours(pack: RulePack, articles: str) -> bool:
    return all(tag in pack.sources for tag, _ in citations(articles)) if articles else True


@lru_cache(maxsize=8)
def _read(folder: str) -> tuple[Topic, ...]:
    return tuple(_topic(path) for path in sorted((FOLDER / folder).glob("*.toml")))


def _topic(path: Path) -> Topic:
    written = tomllib.loads(path.read_text("utf-8"))
    key, dated = written["key"], written["dated"]
    passages = tuple(
        Passage(
            name=one["id"],
            source=Source.HELP,
            title=bilingual(one["title"]["en"], one["title"]["zh"]),
            text=bilingual(one["en"], one["zh"]),
            dated=one.get("dated", dated),
            topic=key,
            articles=one.get("articles", ""),
            address=one.get("link", ""),
            sends_away=one.get("elsewhere", False),
            asked={"en": tuple(one["asked_en"]), "zh-Hans": tuple(one["asked_zh"])},
        )
        for one in written["passages"]
    )
    return Topic(key, bilingual(written["title"]["en"], written["title"]["zh"]), dated, passages)


def _causes(pack: RulePack, today: date) -> Iterator[Passage]:
    for key, cause in pack.causes_on(today).items():
        yield Passage(
            f"cause-{key}",
            Source.CAUSE,
            cause.title,
            cause.description,
            pack.version,
            "causes",
            str(cause.article),
            f"/start/guide?cause={key}",
        )


def _periods(pack: RulePack) -> Iterator[Passage]:
    for key, rule in pack.windows.rules.items():
        if _tells(rule):
            assert rule.consequence is not None
            yield Passage(
                f"period-{key}",
                Source.PERIOD,
                rule.title,
                rule.consequence,
                pack.version,
                "periods",
                str(rule.article),
                "/periods",
            )


def _tells(rule: WindowRule) -> bool:
    """Whether a time limit says what follows when it is over, to somebody who is no part of the court."""
    return rule.consequence is not None and rule.whose in ("party", "claimant", "respondent", "appellant", "applicant")


def _law(pack: RulePack) -> Iterator[Passage]:
    for tag, told in pack.law.items():
        for place, words in told.items():
            article = f"{tag} {place}"
            yield Passage(
                f"law-{tag}-{place}",
                Source.LAW,
                pack.cite(article),
                words,
                pack.version,
                "law",
                article,
                f"/rules/{pack.id}/{pack.version.isoformat()}",
            )
