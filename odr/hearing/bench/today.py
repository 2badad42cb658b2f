"""A judge's day across all their cases: what breaks a law or loses a right first, then rulings the law asks for, then
work that is ready.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.docket.models import Case, DocketEntry, Role, Seat, Stage, Track
from odr.filing.claim.progress import last_heard_again
from odr.ground.keyset import A_PAGE, FAR, Listed, judged, page_of_lines
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing import names
from odr.hearing.models import TrialExtension
from odr.hearing.trial_limit.excluded_time import excluded_times
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import serving
from odr.procedure.acts.table import Act
from odr.procedure.case.waiting_for_me import done_by
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.time.limitation import Excluded, is_pronounced, trial_limit

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DANGER, RULING, READY = 1, 2, 3
"""Groups of the list, in the order in which they are shown."""
GROUPS: dict[int, Text] = {
    DANGER: T("Law or right in danger"),
    RULING: T("Rulings the law asks for"),
    READY: T("Work ready for you"),
}
DANGER_RISK, RULING_RISK = 60, 30
SOON = timedelta(days=3)
NEWS_SHOWN = 5
"""Lines of what came in that stand on the day's own page; the list of its own shows all."""
HANDLED_AT = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}


@dataclass(frozen=True)
class Line:
    """One thing a case needs of the judge, and why."""

    case: Case
    what: dict[str, str]
    why: Text | None
    by: datetime | None
    group: int
    opened_at: datetime
    act: Act | None = None
    number: int = 0
    """What tells it from other lines of its case."""

    @property
    def place(self) -> tuple[int, datetime, datetime, int, int]:
        """What it is sorted by: group, then least time left, then oldest."""
        return self.group, self.by or FAR, self.opened_at, self.case.id, self.number


@dataclass(frozen=True)
class Counts:
    """How many of the judge's open cases need them, wait for somebody, or move by themselves."""

    today: int
    week: int
    ready: int
    others: int
    by_themselves: int

    @property
    def total(self) -> int:
        """All open cases."""
        return self.today + self.week + self.ready + self.others + self.by_themselves


@dataclass(frozen=True)
class Today:
    """The list and its counts."""

    page: Listed[Line]
    counts: Counts

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of this page."""
        return self.page.rows


def _cases(sitting: Sitting, account_id: int) -> list[Case]:
    mine = select(Seat.case_id).where(serving(account_id, Role.JUDGE))
    return list(
        sitting.session.scalars(built_once(lambda: select(Case).where(Case.id.in_(mine), Case.stage != Stage.CLOSED)))
    )


def group_of(task: Task, now: datetime) -> int:
    """In danger is what the court marked so, or what is due within three days; a ruling the law asks for comes before
    other work.
    """
    if task.risk >= DANGER_RISK or (task.due_at is not None and task.due_at <= now + SOON and task.risk >= RULING_RISK):
        return DANGER
    return RULING if task.risk >= RULING_RISK else READY


def _task_lines(sitting: Sitting, cases: dict[int, Case]) -> list[Line]:
    table = sitting.court.table
    rows = sitting.session.scalars(
        select(Task).where(Task.case_id.in_(cases), judged(Task.role) == Role.JUDGE, judged(Task.done_at).is_(None))
    )
    return [
        Line(
            case,
            t.title,
            None,
            t.due_at,
            group_of(t, sitting.now),
            t.opened_at,
            done_by(table, t, case, sitting.pack),
            t.id,
        )
        for t in rows
        for case in (cases[t.case_id],)
    ]


def _limit_lines(sitting: Sitting, cases: dict[int, Case]) -> list[Line]:
    """Cases whose trial limit is so near that an extension must be asked for, or the case decided (EXT 1)."""
    rows = select(TrialExtension.case_id, TrialExtension.state).where(TrialExtension.case_id.in_(cases))
    asked = [(case_id, state) for case_id, state in sitting.session.execute(rows)]
    granted = Counter(case_id for case_id, state in asked if state is RequestState.GRANTED)
    waits = {case_id for case_id, state in asked if state is RequestState.ASKED}
    packs = {case.id: sitting.pack(case) for case in cases.values()}
    excluded = excluded_times(sitting.session, cases.values(), packs, sitting.now)
    again = last_heard_again(sitting.session, cases)
    lines = (
        _limit_line(sitting, case, granted[case.id], excluded.get(case.id, []), again.get(case.id))
        for case in cases.values()
        if case.id not in waits
    )
    return [line for line in lines if line is not None]


def _limit_line(
    sitting: Sitting, case: Case, extensions: int, excluded: list[Excluded], again: DocketEntry | None
) -> Line | None:
    if case.stage not in HANDLED_AT or case.accepted_at is None:
        return None
    pack, since = sitting.pack(case), again.effective_at if again is not None else case.accepted_at
    if is_pronounced(case, since):
        return None
    clock = trial_limit(
        pack, case.track.value, since, excluded=excluded, extensions=extensions, foreign=case.foreign_related
    )
    today = sitting.now.astimezone(pack.tz).date()
    if clock is None or today < clock.ask_by - timedelta(days=7):
        return None
    can_ask = today <= clock.ask_by and extensions < len(pack.trial_limits.tracks[case.track.value].extensions)
    what = T("Ask the president for an extension, or decide") if can_ask else T("The trial limit is near: decide")
    why = T(
        "Limit %(limit)s; a request must come by %(ask)s [EXT 1]",
        limit=clock.ends.result,
        ask=clock.ask_by,
    )
    group = DANGER if today >= clock.ask_by - SOON else RULING
    by = _end_of(clock.ask_by, clock.ends.due_at)
    words = {tag: what.render(tag) for tag in ("en", "zh-Hans")}
    act = sitting.court.table[names.ASK_LIMIT_EXTENSION] if can_ask else None
    return Line(case, words, why, by, group, case.accepted_at, act)


def _end_of(day: date, like: datetime) -> datetime:
    """The last moment of a day, as the limit's own end has it."""
    return like - timedelta(days=(like.date() - day).days)


def today_of(
    sitting: Sitting,
    account_id: int,
    *,
    words: str = "",
    groups: frozenset[int] = frozenset(),
    tracks: frozenset[Track] = frozenset(),
    after: str | None = None,
    size: int = A_PAGE,
) -> Today:
    """A judge's list: by group, then least time left, then oldest. No scores, no learning."""
    cases = {c.id: c for c in _cases(sitting, account_id)}
    lines = _task_lines(sitting, cases) + _limit_lines(sitting, cases)
    lines.sort(key=lambda line: line.place)
    shown = [line for line in lines if _wanted(line, words, groups, tracks)]
    return Today(page_of_lines(shown, lambda line: line.place, after, size), _counts(sitting, cases, lines))


def _wanted(line: Line, words: str, groups: frozenset[int], tracks: frozenset[Track]) -> bool:
    text = f"{line.case.number or ''} {line.case.title} {' '.join(line.what.values())}".lower()
    return words.lower() in text and (not groups or line.group in groups) and (not tracks or line.case.track in tracks)


def _counts(sitting: Sitting, cases: dict[int, Case], lines: list[Line]) -> Counts:
    best: dict[int, int] = {}
    for line in lines:
        best[line.case.id] = min(best.get(line.case.id, 9), line.group)
    running = set(
        sitting.session.scalars(
            built_once(
                lambda: (
                    select(Window.case_id)
                    .where(Window.case_id.in_(cases), Window.state == WindowState.OPEN)
                    .group_by(Window.case_id)
                    .having(func.count() > 0)
                )
            )
        )
    )
    rest = set(cases) - set(best)
    return Counts(
        today=sum(g == DANGER for g in best.values()),
        week=sum(g == RULING for g in best.values()),
        ready=sum(g == READY for g in best.values()),
        others=len(rest & running),
        by_themselves=len(rest - running),
    )
