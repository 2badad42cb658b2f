"""What a party sees first on a case: what waits for them, by when, by which act and what silence costs; else who is
waited for, and until when.

Duties come before remedies; only an act that is open is offered, and whoever has nothing to do is told so. No flask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, PARTY_ROLES, Case, Role, Stage
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act
from odr.procedure.acts.windows import TIME_LIMITS, Nature, rule_of, shown_windows
from odr.procedure.hooks import Owed
from odr.procedure.models import Task, Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

COURT_WORKS: dict[Role, Text] = {
    Role.CLERK: T("Nothing for you to do now: the registry has to act."),
    Role.PRESIDENT: T("Nothing for you to do now: the president of the court has to decide."),
    Role.CASHIER: T("Nothing for you to do now: the cashier has to act."),
    Role.MEDIATOR: T("Nothing for you to do now: the mediator has to act."),
}
OVER = {Stage.CLOSED: T("Nothing for you to do: the case is closed.")}


@dataclass(frozen=True)
class Step:
    """A time limit of one's own, where it is met, and what its lapse brings."""

    window: Window
    title: Text
    act: Act | None
    page: str | None
    """Endpoint of the page where it is done, where that is not the act's own."""
    consequence: Text | None


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

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is asked of the reader."""
        return self.step is None and not (self.owed is not None and self.owed.is_duty)


def next_box(sitting: Sitting, case: Case, actor: Actor) -> NextBox | None:
    """The box for a party; None for everybody else."""
    if actor.role not in PARTY_ROLES:
        return None
    shown = shown_windows(sitting, case, actor)
    far = datetime.max.replace(tzinfo=sitting.now.tzinfo)
    shown.sort(key=lambda window: window.due_at or far)
    mine = [(w, _nature(w)) for w in shown if w.party_id == actor.party_id]
    duties = [_step(sitting, case, actor, w) for w, nature in mine if nature is Nature.DUTY]
    remedies = [_step(sitting, case, actor, w) for w, nature in mine if nature is Nature.REMEDY]
    open_now = [step for step in duties if step.act is not None or step.page is not None]
    remedies = [step for step in remedies if step.act is not None or step.page is not None]
    if case.stayed_at is not None:
        words = T("Nothing for you to do now: the case is stayed, and no time limit runs.")
        return NextBox(None, words, None, duties, remedies)
    owed = next((told for tell in sitting.court.hooks.owed if (told := tell(sitting, case, actor)) is not None), None)
    if owed is not None:
        act = sitting.court.table.get(owed.act) if owed.act is not None else None
        act = act if act is not None and refusal(sitting, act, case, actor) is None else None
        # What the decision orders says more than its time limit does.
        others = [d for d in duties if owed.act is None or owed.act not in TIME_LIMITS[d.window.kind].met_by]
        same = [r for r in remedies if act is not None and r.act is act]
        by = same[0].window.due_at if same else None
        return NextBox(None, owed.words, owed.until, others, [r for r in remedies if r not in same], owed, act, by)
    if open_now:
        first = open_now[0]
        return NextBox(first, None, first.window.due_at, [d for d in duties if d is not first], remedies)
    ahead = sitting.court.hooks.ahead(sitting, [case.id])
    if ahead:
        words = T("Nothing for you to do before this: %(what)s, %(at)s.", what=ahead[0].title, at=ahead[0].at)
        return NextBox(None, words, None, duties, remedies)
    words, until = _waited_for(sitting, case, actor, [w for w in shown if w.party_id != actor.party_id])
    return NextBox(None, words, until, duties, remedies)


def _nature(window: Window) -> Nature | None:
    limit = TIME_LIMITS.get(window.kind)
    return limit.nature if limit is not None else None


def _step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> Step:
    limit, rule = TIME_LIMITS.get(window.kind), rule_of(sitting, window)
    table, act = sitting.court.table, None
    for name in limit.met_by if limit is not None else ():
        each = table.get(name)
        if each is not None and each.listed and refusal(sitting, each, case, actor) is None:
            act = each
            break
    return Step(window, rule.title, act, limit.page if limit is not None else None, rule.consequence)


def _waited_for(sitting: Sitting, case: Case, actor: Actor, others: Sequence[Window]) -> tuple[Text, datetime | None]:
    """Who has to act and until when: another party, then the court, then whoever has something on their desk."""
    for window in others:
        party = case.party_if_any(window.party_id)
        if _nature(window) is Nature.DUTY and party is not None:
            words = T(
                "Nothing for you to do now: %(name)s has time for this: %(what)s.",
                name=party.name,
                what=rule_of(sitting, window).title,
            )
            return words, window.due_at
    for window in others:
        if _nature(window) in (Nature.COURT, Nature.OUTSIDE):
            return T(
                "Nothing for you to do now. What is waited for: %(what)s.", what=rule_of(sitting, window).title
            ), window.due_at
    for window in others if case.stage is Stage.PRONOUNCED else ():
        party = case.party_if_any(window.party_id)
        if party is not None:
            words = T(
                "Nothing for you to do now: %(name)s may still do this: %(what)s.",
                name=party.name,
                what=rule_of(sitting, window).title,
            )
            return words, window.due_at
    if case.stage in OVER:
        return OVER[case.stage], None
    roles = sitting.session.scalars(
        select(Task.role).where(Task.case_id == case.id, Task.done_at.is_(None)).order_by(Task.risk.desc(), Task.id)
    ).all()
    judge = T("Nothing for you to do now: the judge has to act.")
    told = next((COURT_WORKS.get(role, judge if role in BENCH_ROLES else None) for role in roles), None)
    return told or T("Nothing for you to do now. The court tells you when something waits for you."), None
