"""Every case of a judge: at which stage, who is waited for and until when; looked for by number, party, cause or a word of the file. No flask."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, func, select

from odr.docket.models import Case, Party, Role, Seat, Stage
from odr.ground.keyset import Listed, judged, page_of
from odr.ground.text import T, Text
from odr.hearing.bench.words_in_file import in_file, places_in_file
from odr.identity.actors import Actor, serving
from odr.procedure.acts.table import Act
from odr.procedure.case.seen_tasks import not_known_to, open_tasks
from odr.procedure.case.waiting_for_me import BY_NEXT_DATE, done_by, named
from odr.procedure.models import Task, Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class WaitsFor(enum.Enum):
    """Who brings a case on."""

    ME = "me"  # something lies on the judge's desk
    REGISTRY = "clerk"  # something lies on the desk of the clerk
    PRESIDENT = "president"  # the president has to decide
    PARTY = "party"  # a party's time runs, and nobody of the court is asked
    NOBODY = "clock"  # it moves by itself

    @property
    def label(self) -> Text:
        """In words."""
        return WAITS_WORDS[self]


WAITS_WORDS = {
    WaitsFor.ME: T("You"),
    WaitsFor.REGISTRY: T("The registry"),
    WaitsFor.PRESIDENT: T("The president of the court"),
    WaitsFor.PARTY: T("A party"),
    WaitsFor.NOBODY: T("Nobody: it moves by itself"),
}
DESK_OF = {WaitsFor.ME: Role.JUDGE, WaitsFor.REGISTRY: Role.CLERK, WaitsFor.PRESIDENT: Role.PRESIDENT}


@dataclass(frozen=True)
class CaseLine:
    """One case: who is waited for, for what, until when, and the act where it is the judge's."""

    case: Case
    waits: Sequence[Text | str]
    what: dict[str, str] | None
    until: datetime | None
    act: Act | None
    found_in: Sequence[Text | str] = ()
    """Where in the file the words stand that were looked for."""


@dataclass(frozen=True)
class AllCases:
    """A page of them, and how many there are at each stage."""

    page: Listed[CaseLine]
    stages: Sequence[tuple[Stage, int]]


def all_cases(
    sitting: Sitting,
    account_id: int,
    *,
    words: str = "",
    stages: frozenset[Stage] = frozenset(),
    waits: frozenset[WaitsFor] = frozenset(),
    after: str | None = None,
) -> AllCases:
    """The cases in which an account sits as judge, by their next date; closed ones only where they are asked for."""
    session = sitting.session
    mine = Case.id.in_(select(Seat.case_id).where(serving(account_id, Role.JUDGE)))
    counted = session.execute(select(Case.stage, func.count()).where(mine).group_by(Case.stage)).all()
    number = {row[0]: row[1] for row in counted}
    query = select(Case).where(mine, Case.stage.in_(stages) if stages else Case.stage != Stage.CLOSED)
    if words:
        query = query.where(named(words, _causes(sitting, words)) | in_file(words))
    if waits:
        query = query.where(_any([_waits_for(each) for each in sorted(waits, key=lambda one: one.value)]))
    page = page_of(session, query, BY_NEXT_DATE, after)
    cases = [row[0] for row in page.rows]
    places = places_in_file(session, [case.id for case in cases], words)
    judge = Actor(Role.JUDGE, account_id)
    lines = [replace(line, found_in=places.get(line.case.id, ())) for line in _lines(sitting, cases, judge)]
    return AllCases(page.of(lines), [(stage, number[stage]) for stage in Stage if stage in number])


def _any(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = conditions[0]
    for one in conditions[1:]:
        found = found | one
    return found


def _on_desk(role: Role) -> ColumnElement[bool]:
    lies = exists().where(Task.case_id == Case.id, judged(Task.role) == role, judged(Task.done_at).is_(None))
    return (lies if role is Role.JUDGE else lies.where(~not_known_to(Role.JUDGE))).correlate(Case)


def _waits_for(who: WaitsFor) -> ColumnElement[bool]:
    if who in DESK_OF:
        return _on_desk(DESK_OF[who])
    idle = ~_any([_on_desk(role) for role in DESK_OF.values()])
    runs = Case.id.in_(select(Window.case_id).where(Window.party_id.is_not(None), Window.state == WindowState.OPEN))
    return idle & (runs if who is WaitsFor.PARTY else ~runs)


def _causes(sitting: Sitting, words: str) -> list[str]:
    """Kinds of dispute that are called so, in either language."""
    court = sitting.court
    pack = court.packs.in_force(court.settings.pack, sitting.today)
    titles = {key: cause.title for key, cause in pack.causes.list.items()}
    return [
        key
        for key, title in titles.items()
        if any(words.lower() in title.render(tag).lower() for tag in ("en", "zh-Hans"))
    ]


def _lines(sitting: Sitting, cases: Sequence[Case], judge: Actor) -> list[CaseLine]:
    """Who is waited for in each, as far as the judge may know of it, in three statements however many there are."""
    ids = [case.id for case in cases]
    session, far = sitting.session, datetime.max.replace(tzinfo=sitting.now.tzinfo)
    tasks: dict[int, list[Task]] = {}
    for task in open_tasks(session, ids, judge):
        tasks.setdefault(task.case_id, []).append(task)
    runs: dict[int, list[tuple[str | None, datetime | None]]] = {}
    windows = select(Window.case_id, Party.name, Window.due_at).outerjoin(Party, Party.id == Window.party_id)
    for case_id, name, due in session.execute(
        windows.where(
            Window.case_id.in_(ids), Window.state == WindowState.OPEN, ~not_known_to(judge.role, Window)
        ).order_by(Window.id)
    ):
        runs.setdefault(case_id, []).append((name, due))
    lines = []
    for case in cases:
        desk, time = tasks.get(case.id, []), sorted(runs.get(case.id, []), key=lambda one: one[1] or far)
        own = next((task for task in desk if task.role is Role.JUDGE), None)
        first = own or (desk[0] if desk else None)
        names = [name for name, _ in time if name is not None]
        if first is not None:
            who: list[Text | str] = [
                WaitsFor.ME.label if task is own else task.role.label for task in {own or first: 0}
            ]
            act = done_by(sitting.court.table, own, case, sitting.pack) if own is not None else None
            lines.append(CaseLine(case, who, first.title, first.due_at, act))
        else:
            waits: list[Text | str] = [*dict.fromkeys(names)] or [WaitsFor.NOBODY.label]
            lines.append(CaseLine(case, waits, None, time[0][1] if time else None, None))
    return lines
