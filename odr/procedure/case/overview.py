"""What a case page shows, gathered in one query per section. No flask."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Role, Stage
from odr.docket.queries import EntryLine, latest_lines
from odr.docket.visibility import reads_entry
from odr.ground.text import T, Text
from odr.identity.actors import Actor, seated_in
from odr.procedure import names as act_names
from odr.procedure.acts.act_versions import files_named
from odr.procedure.acts.availability import Availability, acts_for
from odr.procedure.acts.table import Act, Milestone, Topic, ways_off
from odr.procedure.acts.tasks import DESKS
from odr.procedure.acts.windows import shown_windows, window_title
from odr.procedure.case.course import Station, stations
from odr.procedure.case.next_box import NextBox, next_box, step_title
from odr.procedure.case.since import since_last_look
from odr.procedure.hooks import Appointment, Panel
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.sitting import Sitting
from odr.procedure.time.timeline import marking_entries

WAYS = 4
"""Acts by which one thing on a desk may be done, that stand with it; all are in the list of acts."""
FEW = 3
"""Things of one kind that stand on a case's page one by one besides the first; more are folded behind it."""


@dataclass(slots=True)
class LineView:
    """An entry in a list as one viewer sees it: the envelope always, the words only where they may read."""

    number: int
    act: str
    title: Text
    words: str | None
    by: Text
    by_name: str | None
    effective_at: datetime
    is_mine: bool

    @property
    def is_hidden(self) -> bool:
        return self.words is None


@dataclass(slots=True)
class EntryView(LineView):
    """The whole entry as one viewer sees it."""

    recorded_at: datetime
    digest: str
    receipt: str
    payload: dict[str, Any] | None

    @property
    def reasons(self) -> str | None:
        """What the court gave as its reasons, for whoever may read the entry."""
        told = [
            part.get("reasons")
            for part in ((self.payload or {}).get(key) for key in ("result", "input"))
            if isinstance(part, dict)
        ]
        return next((words for words in told if isinstance(words, str) and words), None)


@dataclass(frozen=True)
class Due:
    """A time limit in words, with the act that meets it where there is one."""

    window: Window
    title: Text
    act: Availability | None
    is_mine: bool

    @property
    def is_remedy(self) -> bool:
        """Whether one may act and need not: an appeal is nobody's next step."""
        return self.act is not None and self.act.act.remedy


@dataclass(frozen=True)
class Sitter:
    """Somebody who serves the court in the case."""

    role: Role
    name: str


def sitters(sitting: Sitting, case: Case) -> list[Sitter]:
    """Who sits in the case now: judge and clerk first."""
    rows = [(one.role, one.name) for one in seated_in(sitting.session, case)]
    shown = (Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR, Role.CLERK, Role.MEDIATOR)
    return sorted((Sitter(role, name) for role, name in rows if role in shown), key=lambda s: shown.index(s.role))


@dataclass(frozen=True)
class ActGroup:
    """Acts that belong together, under one heading; without a heading those a time limit of one's own runs for."""

    title: Text | None
    acts: list[Availability]


ORDER = (
    Topic.HEARING,
    Topic.EVIDENCE,
    Topic.FEE,
    Topic.CLAIM,
    Topic.AGREEMENT,
    Topic.SERVICE,
    Topic.TAKING_PART,
    Topic.DECISION,
)
"""What a person is asked for stands before what they may do of their own accord."""


def ends_the_case(act: Act) -> bool:
    """Whether a party ends by it what they began: offered after everything else, never as the first thing to do."""
    return Stage.CLOSED in act.to and act.by <= PARTY_ROLES


def grouped(acts: Sequence[Availability], *, by_page: bool = True) -> list[ActGroup]:
    """Acts as a reader looks for them: what time runs for, then by subject; ``by_page`` makes one line of acts done on
    one page.
    """
    first = [
        a
        for a in acts
        if a.act.meets and a.window is not None and a.window.due_at is not None and a.window.state is WindowState.OPEN
    ]
    found, pages = [ActGroup(None, first)] if first else [], {a.act.page for a in first if a.act.page and by_page}
    ending = [one for one in acts if one not in first and ends_the_case(one.act)]
    for topic in ORDER:
        mine = []
        for one in acts:
            if one in first or one in ending or one.act.topic is not topic or one.act.page in pages:
                continue
            mine.append(one)
            pages |= {one.act.page} if one.act.page and by_page else set()
        if mine:
            found.append(ActGroup(topic.title, mine))
    return found + ([ActGroup(T("To end it"), ending)] if ending else [])


@dataclass(frozen=True)
class News:
    """What happened since the reader last looked, the newest first."""

    looked_at: datetime
    entries: list[LineView]
    more: bool


@dataclass(frozen=True)
class CasePage:
    """Everything of a case page but its frame."""

    case: Case
    actor: Actor
    next: NextBox | None
    stations: list[Station]
    news: News | None
    dues: list[Due]
    still: list[Due]
    """Time limits that stand still, with the day each had: none is lost from view."""
    open_acts: list[Availability]
    groups: list[ActGroup]
    closed_acts: list[Availability]
    entries: list[LineView]
    panels: dict[str, list[Panel]]
    tasks: list[tuple[Task, list[Act], list[Task]]]
    """Each with the acts that take it off the desk, and the others of its kind that are folded behind it."""
    """What waits for the viewer's role, each with its act and, where there are many of a kind, the others of that kind."""
    people: list[Sitter]
    appointments: list[Appointment]


View = TypeVar("View", bound=LineView)
_WORDS = '"words":'
_decode = json.JSONDecoder().raw_decode


def words_in(payload: str) -> dict[str, str]:
    """The words of an entry, by locale, without reading the rest of it.

    ``words`` is the last key of a canonical payload (RFC 8785 sorts them), and its
    own mark cannot stand inside a string, where the quotes would be escaped.
    """
    found: dict[str, str] = _decode(payload, payload.rindex(_WORDS) + len(_WORDS))[0]
    return found


def line_views(
    sitting: Sitting, case: Case, actor: Actor, entries: Iterable[EntryLine | DocketEntry], locale: str
) -> list[LineView]:
    """Entries in a list for one viewer."""
    names = {p.id: p.name for p in case.parties}
    return [_seen(LineView, sitting, case, names, actor, entry, reads_entry(actor, entry), locale) for entry in entries]


def entry_view(sitting: Sitting, case: Case, actor: Actor, entry: DocketEntry, locale: str) -> EntryView:
    """One whole entry for one viewer."""
    names, readable = {p.id: p.name for p in case.parties}, reads_entry(actor, entry)
    payload = json.loads(entry.payload) if readable else None
    return _seen(
        EntryView,
        sitting,
        case,
        names,
        actor,
        entry,
        readable,
        locale,
        entry.recorded_at,
        entry.digest,
        entry.receipt,
        payload,
    )


def _seen(
    kind: type[View],
    sitting: Sitting,
    case: Case,
    names: Mapping[int, str],
    actor: Actor,
    entry: EntryLine | DocketEntry,
    readable: bool,
    locale: str,
    *more: Any,
) -> View:
    words = None
    if readable:
        said = words_in(entry.payload)
        words = said.get(locale, said["en"])
    elif entry.audience is Audience.SETTLEMENT:
        # Judge and clerk see that there is an entry, so that the chain is whole, and not who did what.
        return kind(
            entry.number,
            "",
            T("A step in the parties’ private room"),
            None,
            T("not shown"),
            None,
            entry.effective_at,
            False,
            *more,
        )
    elif entry.audience is Audience.NAMED:
        # Its name alone would tell: a preservation, a vote.
        return kind(
            entry.number,
            "",
            T("A step that is not shown to you"),
            None,
            case.side_words(entry.role),
            None,
            entry.effective_at,
            False,
            *more,
        )
    by_name = names.get(entry.party_id) if entry.party_id else None
    is_mine = entry.account_id is not None and entry.account_id == actor.account_id
    return kind(
        entry.number,
        entry.act,
        sitting.court.table[entry.act].title,
        words,
        case.side_words(entry.role),
        by_name,
        entry.effective_at,
        is_mine,
        *more,
    )


def dues(sitting: Sitting, case: Case, actor: Actor, available: Sequence[Availability]) -> list[Due]:
    """Open time limits, the actor's own first, what one may do but need not after what one has to, then by date."""
    # What only falls into a time limit does not meet it: an objection is not the answer, a retrial nobody's next step.
    by_kind = {a.act.window: a for a in available if a.act.window and a.act.meets and a.is_open}
    found = []
    for window in shown_windows(sitting, case, actor):
        mine = (
            window.party_id == actor.party_id
            if actor.role in PARTY_ROLES
            else window.party_id is None and actor.role in (Role.JUDGE, Role.CLERK)
        )
        title = step_title(sitting, case, actor, window)
        found.append(Due(window, title, by_kind.get(window.kind) if mine else None, mine))
    far = datetime.max.replace(tzinfo=sitting.now.tzinfo)
    return sorted(found, key=lambda d: (d.act is None, d.is_remedy, not d.is_mine, d.window.due_at or far))


def _once(waiting: Sequence[Due]) -> list[Due]:
    """Each line once: two questions put to one party, to be answered by the same hour, are one."""
    return list({(str(due.title), due.window.party_id, due.window.due_at): due for due in reversed(waiting)}.values())[
        ::-1
    ]


def _by_urgency(task: Task) -> tuple[int, datetime, int]:
    """As on the desk: what is legally most urgent first, then what is due first."""
    return -task.risk, task.due_at or datetime.max.replace(tzinfo=UTC), task.id


def _folded(tasks: Sequence[Task]) -> list[tuple[Task, list[Task]]]:
    """Tasks with, where there are more than a few of a kind, the others of that kind behind the first."""
    by_kind: dict[str, list[Task]] = {}
    for task in tasks:
        by_kind.setdefault(task.kind, []).append(task)
    many = {kind: rest for kind, (_, *rest) in by_kind.items() if len(rest) >= FEW}
    return [(task, many.get(task.kind, [])) for task in tasks if task.kind not in many or task is by_kind[task.kind][0]]


def case_page(sitting: Sitting, case: Case, actor: Actor, locale: str) -> CasePage:
    """Gather a case page for one viewer."""
    available = acts_for(sitting, case, actor)
    waiting = dues(sitting, case, actor, available)
    panels: dict[str, list[Panel]] = {}
    for contribute in sitting.court.hooks.panels:
        panel = contribute(sitting, case, actor)
        if panel is not None:
            panels.setdefault(panel.slot, []).append(panel)
    for listed in panels.values():
        listed.sort(key=lambda p: p.order)
    tasks = sorted((task for task in sitting.all_tasks(case) if task.role is actor.role), key=_by_urgency)
    open_acts = [a.act for a in available if a.is_open]
    ahead = sitting.court.hooks.ahead_of(sitting, case)
    return CasePage(
        case=case,
        actor=actor,
        next=next_box(sitting, case, actor, {e.number: e.party_id for e in marking_entries(sitting, case)}),
        stations=stations(sitting, case, actor, [due.window for due in waiting], ahead),
        news=_news(sitting, case, actor, locale),
        dues=_once(waiting),
        still=[
            Due(window, window_title(sitting, case, window), None, window.party_id == actor.party_id)
            for window in shown_windows(sitting, case, actor, WindowState.HALTED)
        ],
        open_acts=[a for a in available if a.is_open],
        groups=grouped([a for a in available if a.is_open]),
        closed_acts=[a for a in available if not a.is_open],
        entries=line_views(sitting, case, actor, latest_lines(sitting.session, case), locale),
        panels=panels,
        tasks=[(task, _acts_of(task, open_acts), more) for task, more in _folded(tasks)],
        people=sitters(sitting, case),
        appointments=ahead,
    )


def _news(sitting: Sitting, case: Case, actor: Actor, locale: str) -> News | None:
    since = since_last_look(sitting, case, actor)
    if since is None:
        return None
    return News(since.looked_at, line_views(sitting, case, actor, since.entries, locale), since.more)


def _acts_of(task: Task, acts: Sequence[Act]) -> list[Act]:
    """The open acts by which a task is done: whoever may grant or refuse is shown both, and of a page of several acts one is
    enough. Where no one act does it, that which takes it off by hand.
    """
    desk = DESKS.get(task.kind)
    if desk is None:
        return []
    by_hand = [act for act in acts if desk.by_hand and act.name == act_names.FINISH_TASK]
    return list({act.page or act.name: act for act in reversed(ways_off(desk, acts) or by_hand)}.values())[::-1][:WAYS]


def attached_files(sitting: Sitting, actor: Actor, entry: DocketEntry) -> list[str]:
    """References of the files that an entry the viewer may read names and that are no exhibits: those are opened on
    their own pages.
    """
    act = sitting.court.table.get(entry.act)
    if act is None or Milestone.EXHIBITS_BROUGHT in act.means or not reads_entry(actor, entry):
        return []
    return files_named(entry)
