"""What a number and a code together show of a case: its stages with their days, what comes next, and the latest day the law
sets (PUB 7). No flask.

Nothing here names anybody, tells what somebody wrote, or who was late: only the ordinary steps of a case are told, each by
what it is called in the rules of the court. What one side asks for without the other, such as preservation, is not among
them (PUB 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.evidence import time_limits as evidence
from odr.filing import time_limits as filing
from odr.ground.text import T, Text, last_day
from odr.hearing.examination.plan import clock_of
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.judgment import time_limits as judgment
from odr.payments import time_limits as payments
from odr.procedure.acts.windows import rule_of
from odr.procedure.case.course import PATH, WORDS
from odr.procedure.time.timeline import stage_marks
from odr.register.publication.ledger import public_state
from odr.register.publication.models import Publication
from odr.register.search.facts import DECIDING

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FORMAT = "court-progress/1"
TOLD = (
    filing.REGISTRY_REVIEW,
    payments.FEE_PAYMENT,
    filing.SERVE_CLAIM,
    filing.ANSWER,
    evidence.EVIDENCE,
    judgment.APPEAL_JUDGMENT,
    judgment.APPEAL_ANSWER,
    judgment.APPEAL_FILE,
    judgment.PERFORMANCE,
)
"""The time limits that are told: those every case of its kind has, of which both sides know."""
AFTER = {Stage.RETURNED: Stage.LODGED, Stage.APPEALED: Stage.PRONOUNCED}
"""Stages beside the path: where the case goes on from."""
HEARING, DECISION = T("Hearing"), T("The decision: by then the law wants it")
UNDECIDED = (Stage.PENDING, Stage.HEARING, Stage.DELIBERATION)


@dataclass(frozen=True)
class Step:
    """A stage the case came to, and on which day."""

    title: Text
    on: date


@dataclass(frozen=True)
class Ahead:
    """Something with a day still to come. ``at`` is its hour where it takes place at one; else ``on`` is a last day."""

    title: Text
    on: date
    at: datetime | None = None
    how: Text | None = None
    article: Text | None = None


@dataclass(frozen=True)
class Progress:
    """How far a case has come."""

    number: str
    cause: Text | None
    track: Text
    passed: tuple[Step, ...]
    now: Step
    outcome: Text | None
    """How it ended, once it is over."""
    stayed_since: date | None
    ahead: tuple[Ahead, ...]
    """What has a day, the next first."""
    to_come: tuple[Text, ...]
    """What usually follows, without a day."""
    published: str | None
    """Address of the decision, where it is public."""

    @property
    def place(self) -> int:
        """Which of its stages the case has come to, counted from one."""
        return len(self.passed) + 1

    @property
    def next(self) -> Ahead | None:
        """What comes next and has a day."""
        return self.ahead[0] if self.ahead else None


def progress_of(sitting: Sitting, case: Case) -> Progress:
    """What may be told of a case to whoever holds a letter of it."""
    marks = stage_marks(sitting, case)
    steps = tuple(Step(WORDS.get(stage, stage.label), _day(sitting, at)) for at, stage in marks)
    cause = sitting.pack(case).causes.list.get(case.cause)
    ahead = sorted(_ahead(sitting, case), key=lambda one: (one.on, one.at is None))
    return Progress(
        case.number or "",
        cause.title if cause is not None else None,
        case.course,
        steps[:-1],
        steps[-1],
        case.outcome.label if case.outcome is not None else None,
        _day(sitting, case.stayed_at) if case.stayed_at is not None else None,
        tuple(ahead),
        tuple(_to_come(case.stage)),
        _published(sitting, case),
    )


def _ahead(sitting: Sitting, case: Case) -> Iterator[Ahead]:
    if case.stage is Stage.CLOSED or case.stayed_at is not None:
        return
    told = set()
    for window in sitting.windows(case):
        if window.kind in TOLD and window.due_at is not None and window.due_at > sitting.now:
            one = Ahead(rule_of(sitting, window).title, last_day(window.due_at, sitting.court.settings.tz))
            if one not in told:
                told.add(one)
                yield one
    fixed = select(Hearing.begins_at, Hearing.mode).where(
        Hearing.case_id == case.id,
        Hearing.begins_at > sitting.now,
        Hearing.mode != Mode.ASYNCHRONOUS,
        Hearing.state.in_((HearingState.SUMMONED, HearingState.ADJOURNING)),
    )
    for at, mode in sitting.session.execute(fixed):
        yield Ahead(HEARING, _day(sitting, at), at, mode.label)
    clock = clock_of(sitting, case) if case.stage in UNDECIDED else None
    if clock is not None:
        yield Ahead(DECISION, clock.ends.result, article=sitting.pack(case).cite(clock.ends.article))


def _to_come(stage: Stage) -> Iterator[Text]:
    order = [each for each, _ in PATH]
    at = AFTER.get(stage, stage)
    if at in order:
        yield from (words for _, words in PATH[order.index(at) + 1 :])


def _published(sitting: Sitting, case: Case) -> str | None:
    """Where the public reads what was decided: what ended the case before what was ruled on the way."""
    rows = sitting.session.scalars(
        select(Publication).where(Publication.case_id == case.id).order_by(Publication.number.desc())
    )
    public = [row for row in rows if public_state(row) == "published"]
    return next((row.address for row in sorted(public, key=lambda row: row.kind not in DECIDING)), None)


def _day(sitting: Sitting, at: datetime) -> date:
    return at.astimezone(sitting.court.settings.tz).date()


def as_json(found: Progress, locale: str) -> dict[str, Any]:
    """The same for programs."""
    return {
        "format": FORMAT,
        "number": found.number,
        "cause": found.cause.render(locale) if found.cause is not None else None,
        "procedure": found.track.render(locale),
        "stage": found.now.title.render(locale),
        "since": found.now.on.isoformat(),
        "outcome": found.outcome.render(locale) if found.outcome is not None else None,
        "stands_still_since": found.stayed_since.isoformat() if found.stayed_since is not None else None,
        "passed": [{"stage": one.title.render(locale), "on": one.on.isoformat()} for one in found.passed],
        "ahead": [
            {
                "what": one.title.render(locale),
                "on": one.on.isoformat(),
                "at": one.at.isoformat() if one.at is not None else None,
                "is_last_day": one.at is None,
                "how": one.how.render(locale) if one.how is not None else None,
            }
            for one in found.ahead
        ],
        "published": found.published,
    }
