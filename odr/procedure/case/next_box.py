"""What a party sees first on a case: what waits for them, by when, by which act and what silence costs; else who is
waited for, and until when.

Duties come before remedies; only an act that is open is offered, and whoever has nothing to do is told so. No flask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from odr.docket.models import BENCH_ROLES, PARTY_ROLES, Case, DocketEntry, Role, Stage
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import TABLE, Act, Milestone
from odr.procedure.acts.tasks import DESKS
from odr.procedure.acts.windows import TIME_LIMITS, Nature, rule_of, shown_windows
from odr.procedure.case.seen_tasks import ENTRY, READERS, may_know
from odr.procedure.hooks import Appointment, If, Owed, StepWords
from odr.procedure.models import Task, Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

COURT_WORKS: dict[Role, Text] = {
    Role.CLERK: T("Nothing for you to do now: the registry has to act."),
    Role.PRESIDENT: T("Nothing for you to do now: the president of the court has to decide."),
    Role.CASHIER: T("Nothing for you to do now: the cashier has to act."),
    Role.MEDIATOR: T("Nothing for you to do now: the mediator has to act."),
}
ELSEWHERE = {
    Stage.CLOSED: T("Nothing for you to do: the case is closed."),
    Stage.APPEALED: T(
        "Nothing for you to do now: the appeal is on its way to the higher court, or lies before it. You are told what it decides."
    ),
}


@dataclass(frozen=True)
class Step:
    """A time limit of one's own, where it is met, and what its lapse brings."""

    window: Window
    title: Text
    act: Act | None
    page: str | None
    """Endpoint of the page where it is done, where that is not the act's own."""
    consequence: Text | None
    ifs: Sequence[tuple[If, Act | None]] = ()
    """What a person may fear, what follows then, and the act that helps where it is open."""


@dataclass(frozen=True)
class Halted:
    """A time limit of one's own that stands still: since when, and how many days are left once it goes on."""

    window: Window
    title: Text
    since: datetime
    days: int | None


@dataclass(frozen=True)
class Awaited:
    """What the reader set going and another party has to answer: who, what, until when, and what the reader may still do."""

    window: Window
    words: Text
    ifs: Sequence[tuple[If, Act | None]] = ()


@dataclass(frozen=True)
class NextBox:
    """The box: a duty, or a sentence on who is waited for; what comes after it, and what one may do besides."""

    step: Step | None
    waits: Text | None
    until: datetime | None
    later: Sequence[Step]
    remedies: Sequence[Step]
    owed: Owed | None = None
    """What a decision orders, where that comes first."""
    owed_act: Act | None = None
    owed_by: datetime | None = None
    """Until when that act is open."""
    halted: Sequence[Halted] = ()
    ifs: Sequence[tuple[If, Act | None]] = ()
    """What may come of what is waited for."""
    told: Window | None = None
    """The time limit that ``waits`` tells of."""
    awaited: Sequence[Awaited] = ()
    """Answers of others to what the reader did, beside what is said above."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is asked of the reader."""
        return self.step is None and not (self.owed is not None and self.owed.is_duty)


def next_box(
    sitting: Sitting, case: Case, actor: Actor, began: Mapping[int, int | None] | None = None
) -> NextBox | None:
    """The box for a party; None for everybody else. ``began`` says which entries began time limits, and whose they are,
    where that is in hand.
    """
    if actor.role not in PARTY_ROLES:
        return None
    still = [w for w in shown_windows(sitting, case, actor, WindowState.HALTED) if w.party_id == actor.party_id]
    box = _box(sitting, case, actor)
    halted, awaited = [_halted(sitting, w) for w in still], _awaited(sitting, case, actor, box, began)
    return _each_by_its_own_name(replace(box, halted=halted, awaited=awaited))


def _each_by_its_own_name(box: NextBox) -> NextBox:
    """Lines that would read alike say which entry began each: of two appraisals, an expert is to be agreed on for each."""
    asked = [step for step in (box.step, *box.later, *box.remedies) if step is not None]
    titles = _told_apart([(one.window, one.title) for one in asked])
    awaited = _told_apart([(one.window, one.words) for one in box.awaited])
    still = _told_apart([(one.window, one.title) for one in box.halted])
    return replace(
        box,
        step=replace(box.step, title=titles[box.step.window.id]) if box.step is not None else None,
        later=[replace(one, title=titles[one.window.id]) for one in box.later],
        remedies=[replace(one, title=titles[one.window.id]) for one in box.remedies],
        awaited=[replace(one, words=awaited[one.window.id]) for one in box.awaited],
        halted=[replace(one, title=still[one.window.id]) for one in box.halted],
    )


def _told_apart(lines: Sequence[tuple[Window, Text]]) -> dict[int, Text]:
    """Window → its words, with the number of the entry that opened it where another line has the same words."""
    many = Counter(str(words) for _, words in lines)
    return {
        window.id: T("%(what)s (entry %(number)s)", what=words, number=window.opened_by)
        if many[str(words)] > 1 and window.opened_by is not None
        else words
        for window, words in lines
    }


def _awaited(
    sitting: Sitting, case: Case, actor: Actor, box: NextBox, began: Mapping[int, int | None] | None
) -> list[Awaited]:
    """Time limits of other parties that the reader's own act began, but for the one the box tells already."""
    others = [w for w in shown_windows(sitting, case, actor) if w.party_id not in (None, actor.party_id)]
    if not others:
        return []
    own = {number for number, party in (began or _began(sitting, case)).items() if party == actor.party_id}
    found = []
    for window in (w for w in others if w.opened_by in own and case.party_if_any(w.party_id) is not None):
        name, what = case.party(window.party_id or 0).name, step_title(sitting, case, actor, window)
        words = T("%(name)s has time for this: %(what)s", name=name, what=what)
        if box.told is None or box.told.id != window.id:
            found.append(Awaited(window, words, _ifs(sitting, case, actor, _told(sitting, case, actor, window))))
    return found


def _began(sitting: Sitting, case: Case) -> dict[int, int | None]:
    # Of all time limits of the case, so that it is the same question for each party and each case of a list.
    opening = built_once(
        lambda: (
            select(DocketEntry.number, DocketEntry.party_id)
            .join(Window, and_(Window.case_id == DocketEntry.case_id, Window.opened_by == DocketEntry.number))
            .where(DocketEntry.case_id == case.id)
        )
    )
    return {row.number: row.party_id for row in sitting.session.execute(opening)}


def _halted(sitting: Sitting, window: Window) -> Halted:
    since = window.halted_at or sitting.now
    days = max(0, -(-(window.due_at - since) // timedelta(days=1))) if window.due_at is not None else None
    return Halted(window, rule_of(sitting, window).title, since, days)


def _box(sitting: Sitting, case: Case, actor: Actor) -> NextBox:
    shown = shown_windows(sitting, case, actor)
    far = datetime.max.replace(tzinfo=sitting.now.tzinfo)
    # What ends on one day: whatever else is asked comes before evidence, of which one may have none left.
    shown.sort(key=lambda window: (window.due_at or far, _is_for_evidence(window)))
    shared = [w for w in shown if _is_asked_of_all(sitting, case, actor, w)]
    mine = [(w, _nature(w)) for w in shown if w.party_id == actor.party_id or w in shared]
    duties = [_step(sitting, case, actor, w) for w, nature in mine if nature is Nature.DUTY]
    remedies = [_step(sitting, case, actor, w) for w, nature in mine if nature is Nature.REMEDY]
    open_now = [step for step in duties if step.act is not None or step.page is not None]
    remedies = [step for step in remedies if step.act is not None or step.page is not None]
    if case.stayed_at is not None:
        runs = [step for step in (*duties, *remedies) if TIME_LIMITS[step.window.kind].runs_on]
        words = (
            T("Nothing for you to do now: the case is stayed, and no time limit runs but what is told here.")
            if runs
            else T("Nothing for you to do now: the case is stayed, and no time limit runs.")
        )
        return NextBox(None, words, None, duties, remedies)
    owed = next((told for tell in sitting.court.hooks.owed if (told := tell(sitting, case, actor)) is not None), None)
    if owed is not None:
        act = sitting.court.table.get(owed.act) if owed.act is not None else None
        act = act if act is not None and refusal(sitting, act, case, actor) is None else None
        # What the decision orders says more than its time limit does.
        others = [d for d in duties if owed.act is None or owed.act not in TIME_LIMITS[d.window.kind].met_by]
        same = [r for r in remedies if act is not None and r.act is act]
        by = same[0].window.due_at if same else None
        lines = _ifs(sitting, case, actor, [StepWords(ifs=owed.ifs)]) + _appointed(sitting, case, actor)
        rest = [r for r in remedies if r not in same]
        is_free = owed.is_duty or not any(d.act is not None or d.page is not None for d in others)
        words = owed.words if is_free or owed.status is None else owed.status
        return NextBox(None, words, owed.until, others, rest, owed, act, by, ifs=lines)
    if open_now:
        first = open_now[0]
        return NextBox(first, None, first.window.due_at, [d for d in duties if d is not first], remedies)
    ahead = sitting.court.hooks.ahead_of(sitting, case)
    if ahead:
        words = T("Nothing for you to do before this: %(what)s, %(at)s.", what=ahead[0].title, at=ahead[0].at)
        return NextBox(None, words, None, duties, remedies, ifs=_if_absent(sitting, case, actor, ahead[0]))
    of_others = [w for w in shown if w.party_id != actor.party_id and w not in shared]
    words, until, window = _waited_for(sitting, case, actor, of_others)
    may_come = _told(sitting, case, actor, window) if window is not None else []
    return NextBox(None, words, until, duties, remedies, ifs=_ifs(sitting, case, actor, may_come), told=window)


def _is_asked_of_all(sitting: Sitting, case: Case, actor: Actor, window: Window) -> bool:
    """Whether a time limit that the parties share, such as that to choose a mediator, still asks something of this one."""
    if window.party_id is not None or _nature(window) is not Nature.DUTY:
        return False
    if any(words.done for words in _told(sitting, case, actor, window)):
        return False
    return any(_open(sitting, case, actor, name) is not None for name in TIME_LIMITS[window.kind].met_by)


def _appointed(sitting: Sitting, case: Case, actor: Actor) -> list[tuple[If, Act | None]]:
    """Where and when one is awaited next, under what is owed before: no day is lost from view."""
    ahead = sitting.court.hooks.ahead_of(sitting, case)
    if not ahead:
        return []
    line = If(ahead[0].title, T("It takes place on %(at)s.", at=ahead[0].at))
    return [(line, None), *_if_absent(sitting, case, actor, ahead[0])]


def _if_absent(sitting: Sitting, case: Case, actor: Actor, ahead: Appointment) -> list[tuple[If, Act | None]]:
    then, article = ahead.absence.get(actor.role, (None, ""))
    cited = sitting.pack(case).cited(article) if then is not None else None
    if cited is None:
        return []
    words = T("%(ground)s (%(article)s).", ground=then, article=cited.words)
    return [(If(T("If you do not come"), words), None)]


def _is_for_evidence(window: Window) -> bool:
    limit, own = TIME_LIMITS.get(window.kind), {Milestone.EXHIBITS_BROUGHT, Milestone.OWN_AFFAIR}
    acts = [TABLE.get(name) for name in limit.met_by] if limit is not None else []
    return any(act is not None and own <= act.means for act in acts)


def _nature(window: Window) -> Nature | None:
    limit = TIME_LIMITS.get(window.kind)
    return limit.nature if limit is not None else None


def _step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> Step:
    limit, rule = TIME_LIMITS.get(window.kind), rule_of(sitting, window)
    told = _told(sitting, case, actor, window)
    title = _title(told, rule.title)
    ways = [*(words.act for words in told if words.act is not None), *(limit.met_by if limit is not None else ())]
    act = next((found for name in ways if (found := _open(sitting, case, actor, name)) is not None), None)
    page = limit.page if limit is not None else None
    if act is not None and limit is not None and limit.runs_on:
        # Its term is called after what ends, such as a freeze; whoever may do something about it reads what.
        title = act.title
    return Step(window, title, act, page, _silence(told, rule.consequence), _ifs(sitting, case, actor, told))


def _silence(told: Sequence[StepWords], otherwise: Text | None) -> Text | None:
    return next((words.silence for words in told if words.silence is not None), otherwise)


def silence_of(sitting: Sitting, case: Case, actor: Actor, window: Window) -> Text | None:
    """What follows if nothing is done in a time limit of one's own, as the box says it."""
    return _silence(_told(sitting, case, actor, window), rule_of(sitting, window).consequence)


def _title(told: Sequence[StepWords], otherwise: Text) -> Text:
    return next((words.title for words in told if words.title is not None), otherwise)


def step_title(sitting: Sitting, case: Case, actor: Actor, window: Window) -> Text:
    """What a time limit asks of its reader just now; of others, what it is called: two questions are not two of one name."""
    return _title(_told(sitting, case, actor, window), rule_of(sitting, window).title)


def _told(sitting: Sitting, case: Case, actor: Actor, window: Window) -> list[StepWords]:
    found = (tell(sitting, case, actor, window) for tell in sitting.court.hooks.steps)
    return [words for words in found if words is not None]


def _open(sitting: Sitting, case: Case, actor: Actor, name: str) -> Act | None:
    """An act, where the reader may do it now: nothing is offered that leads to a refusal."""
    act = sitting.court.table.get(name)
    return act if act is not None and act.listed and refusal(sitting, act, case, actor) is None else None


def _ifs(sitting: Sitting, case: Case, actor: Actor, told: Sequence[StepWords]) -> list[tuple[If, Act | None]]:
    """The lines under a step; one whose act is closed to the reader just now is left out."""
    lines = [
        (line, _open(sitting, case, actor, line.act) if line.act else None) for words in told for line in words.ifs
    ]
    return [(line, act) for line, act in lines if act is not None or line.act is None]


def _waited_for(
    sitting: Sitting, case: Case, actor: Actor, others: Sequence[Window]
) -> tuple[Text, datetime | None, Window | None]:
    """Who has to act, until when, and in which time limit: another party, then the court, then whoever has something on
    their desk.
    """
    of_parties = (w for w in others if _nature(w) is Nature.DUTY and case.party_if_any(w.party_id) is not None)
    # Whoever has done what their time is for, such as having objected, keeps nobody waiting: the court answers them.
    window = next((w for w in of_parties if not any(t.met for t in _told(sitting, case, actor, w))), None)
    if window is not None:
        name = case.party(window.party_id or 0).name
        what = step_title(sitting, case, actor, window)
        words: Text = T("Nothing for you to do now: %(name)s has time for this: %(what)s.", name=name, what=what)
        return words, window.due_at, window
    window = next((w for w in others if w.party_id is None and _nature(w) is Nature.DUTY), None)
    if window is not None:
        what = step_title(sitting, case, actor, window)
        return T("Nothing for you to do now. What is waited for: %(what)s.", what=what), window.due_at, window
    window = next((w for w in others if _nature(w) in (Nature.COURT, Nature.OUTSIDE)), None)
    if window is not None:
        return _court_has_time(sitting, window), window.due_at, window
    # A freeze that ends in a year keeps nobody waiting.
    still = (w for w in others if case.party_if_any(w.party_id) is not None and not TIME_LIMITS[w.kind].runs_on)
    window = next(still, None)
    if window is not None and case.stage is Stage.PRONOUNCED:
        name = case.party(window.party_id or 0).name
        what = rule_of(sitting, window).title
        words = T("Nothing for you to do now: %(name)s may still do this: %(what)s.", name=name, what=what)
        return words, window.due_at, window
    words, until = _on_a_desk(sitting, case, actor)
    return words, until, None


def _court_has_time(sitting: Sitting, window: Window) -> Text:
    told = TIME_LIMITS[window.kind].waits
    what = rule_of(sitting, window).title
    return told if told is not None else T("Nothing for you to do now. What is waited for: %(what)s.", what=what)


def _on_a_desk(sitting: Sitting, case: Case, actor: Actor) -> tuple[Text, datetime | None]:
    """Whose turn it is at the court, by what lies open on its desks, and by which day, where one is still to come; that the
    case is over, or before the higher court, where it is. Of what another asked for in confidence, such as that an account
    be frozen, neither who has it nor until when.
    """
    if case.stage in ELSEWHERE:
        return ELSEWHERE[case.stage], None
    open_tasks = (
        select(Task.kind, Task.role, Task.due_at, *READERS)
        .outerjoin(DocketEntry, ENTRY)
        .where(Task.case_id == case.id, Task.done_at.is_(None))
        .order_by(Task.risk.desc(), Task.id)
    )
    judge = T("Nothing for you to do now: the judge has to act.")
    rows = []
    for kind, role, due, *readers in sitting.session.execute(open_tasks):
        desk = DESKS.get(kind)
        waits = desk.waits if desk is not None else None
        if waits is not None or may_know(actor, *readers):
            rows.append((waits, role, due))
    # What a party can be told of goes before what only the court knows of, such as whether a decision is published.
    for waits, role, due in sorted(rows, key=lambda row: row[0] is None):
        words = waits or COURT_WORKS.get(role, judge if role in BENCH_ROLES else None)
        if words is not None:
            return words, due if due is not None and due > sitting.now else None
    return T("Nothing for you to do now. The court tells you when something waits for you."), None
