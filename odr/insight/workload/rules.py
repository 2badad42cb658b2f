"""The weight of a case: events of its docket times the time each takes, and more by the percentages of the pack. Pure.

Everything is a range. Of an entry only which act it is counts: how long a text or a file is, how many pages or words it has,
is not asked, and of each kind of event only so many count as the pack says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from odr.filing import names as filing
from odr.hearing import names as hearing
from odr.procedure.rules.insight import MoreTime, WorkloadRules

COUNTERCLAIM, INTERPRETER, APPRAISAL = filing.FILE_COUNTERCLAIM, hearing.APPOINT_INTERPRETER, hearing.ORDER_APPRAISAL
HEARINGS = (hearing.RECORD_HEARING, hearing.CLOSE_LIVE_HEARING)


@dataclass(frozen=True)
class WorkFacts:
    """What of a case makes work: how many acts of each name, parties, exhibits, and what makes everything longer."""

    acts: Mapping[str, int] = field(default_factory=dict)
    parties: int = 2
    exhibits: int = 0

    @property
    def hearings(self) -> int:
        """Hearings that were held."""
        return max(self.acts.get(one, 0) for one in HEARINGS)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True)
class Span:
    """Minutes from, to."""

    low: int
    high: int

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)


NOTHING = Span(0, 0)


@dataclass(frozen=True)
class Work:
    """What a case comes to: done, still to be done as such cases go, and what nobody knows."""

    done: Span
    left: Span
    unknown: tuple[str, ...]
    measured: bool

    @property
    def whole(self) -> Span:
        """Both together."""
        return self.done + self.left


def facts_of(acts: Iterable[str], parties: int, exhibits: int, rules: WorkloadRules) -> WorkFacts:
    """What counts of a docket: the names of its acts, and nothing that stands in them."""
    wanted = {act for event in rules.events.values() for act in event.acts}
    wanted |= {COUNTERCLAIM, INTERPRETER, APPRAISAL, *HEARINGS}
    return WorkFacts(dict(sorted(Counter(act for act in acts if act in wanted).items())), parties, exhibits)


def weigh(facts: WorkFacts, rules: WorkloadRules) -> Work:
    """The work of a case as a range."""
    done = left = NOTHING
    unknown: list[str] = []
    measured = True
    for key, event in rules.events.items():
        happened = min(sum(facts.acts.get(act, 0) for act in event.acts), event.most)
        ahead = max(event.usual - happened, 0)
        if not happened and not ahead:
            continue
        if event.low is None or event.high is None:
            unknown.append(key)
            continue
        measured = measured and event.sample >= rules.minimum
        done += Span(event.low * happened, event.high * happened)
        left += Span(event.low * ahead, event.high * ahead)
    low = high = 100
    for name, more in rules.more.items():
        steps = _steps(facts, name, more)
        if not steps:
            continue
        if more.low is None or more.high is None:
            unknown.append(name)
            continue
        measured = measured and more.sample >= rules.minimum
        low, high = low + more.low * steps, high + more.high * steps
    return Work(_times(done, low, high), _times(left, low, high), tuple(unknown), measured)


def _times(span: Span, low: int, high: int) -> Span:
    return Span(span.low * low // 100, -(-span.high * high // 100))


def _steps(facts: WorkFacts, name: str, more: MoreTime) -> int:
    """How often a percentage is added."""
    if name in ("counterclaim", "language", "appraisal"):
        act = {"counterclaim": COUNTERCLAIM, "language": INTERPRETER, "appraisal": APPRAISAL}[name]
        return int(facts.acts.get(act, 0) > 0)
    above = max(
        {"parties": facts.parties, "exhibits": facts.exhibits, "hearings": facts.hearings}[name] - more.above, 0
    )
    return min(-(-above // more.step), more.steps)
