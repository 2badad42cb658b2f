"""A Sitting: one transaction of the court, and what a handler works with in it.

How an act is performed stands in :mod:`odr.procedure.performing`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage
from odr.ground.clock import arrived
from odr.ground.errors import NotFound
from odr.ground.memory.asked_once import AskedOnce, remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, last_day, words_of
from odr.identity.actors import CLOCK_ACTOR, Actor, let_go
from odr.procedure.acts.availability import is_at, is_known
from odr.procedure.acts.events import Event, PresidentAsked
from odr.procedure.acts.table import Act
from odr.procedure.acts.tasks import DECIDED, DESKS, Desk, until_decided
from odr.procedure.acts.windows import TIME_LIMITS, waits_in_a_stay
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.performing import ActReceipt, Consequence, Performing
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.reckoned_again import extension_to_json
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.court import Court

Found = TypeVar("Found")
log = logging.getLogger("odr.procedure.sitting")
_WINDOWS = select(Window).where(Window.case_id == bindparam("case")).order_by(Window.id)
_TASKS = select(Task).where(Task.case_id == bindparam("case"), Task.kind == bindparam("kind"), Task.done_at.is_(None))
_TASKS_ON = _TASKS.where(Task.subject == bindparam("subject"))


@remembered
def _windows_of(session: Session, case_id: int) -> Sequence[Window]:
    return tuple(session.scalars(_WINDOWS, {"case": case_id}))


class Sitting:
    """What a handler works with; see ``docs/architecture.md``.

    ``session`` the transaction; ``now`` procedural time; ``arrived_at`` when the first byte of what is being done reached
    the court; ``pack`` of the case in hand;
    ``prepared`` what the act's preparation made before the transaction.
    """

    def __init__(self, court: Court, session: Session, now: datetime, *, reading: bool = False) -> None:
        court.speaks()
        self.court = court
        self.session = session
        self.now = now
        self.arrived_at = arrived(now)
        self.reading = reading
        self.late = False
        self.prepared: Mapping[str, Any] = {}
        self.after_commit: list[Callable[[], object]] = []
        self._found: dict[Hashable, Any] = {}
        self._performing = Performing(self)

    def follow_up(self) -> None:
        """Do what handlers left for after the commit. The acts are done and on record: where some of it fails, nobody is told that
        they failed, the rest is done, and the worker does what it finds undone.
        """
        for then in self.after_commit:
            try:
                then()
            except Exception:
                log.exception("an act is on record; something that follows it failed, and is left to the worker")

    # -- what handlers use ------------------------------------------------

    @property
    def today(self) -> date:
        """The day it is where the court sits."""
        return self.now.astimezone(self.court.settings.tz).date()

    @property
    def morning(self) -> datetime:
        """When today began where the court sits: what is fixed for today is ahead until it was held."""
        return datetime.combine(self.today, time(), self.court.settings.tz)

    def ends_on(self, window: Window) -> date:
        """The last day of a time limit, as whoever waits for it is told. Raises ValueError for one that has no end."""
        if window.due_at is None:
            raise ValueError(f"{window.kind} has no end")
        return last_day(window.due_at, self.court.settings.tz)

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What ``find`` finds; a look, which has one snapshot, asks once for all acts it judges, a Sitting that writes
        each time.
        """
        if not self.reading:
            return find()
        if key not in self._found:
            self._found[key] = find()
        return cast(Found, self._found[key])

    def has_written(self, rows: type[Any]) -> bool:
        """Whether rows of a class may have come, gone or changed in this Sitting, whether or not they are written yet."""
        return cast(AskedOnce, self.session).has_written(rows)

    def pack(self, case: Case) -> RulePack:
        """The rules of this case for what is done now: those it was filed under, and for acts those of the day."""
        at = self._performing.acting_at or self.now
        key = ("pack", case.pack_id, case.pack_version, at)
        return self.once(key, lambda: self.court.rules_of(case, at))

    def subject_of(self, case: Case) -> Text:
        """What a case is called on its papers: who against whom, and over what (甲诉乙网络购物合同纠纷)."""
        cause = self.pack(case).causes.list.get(case.cause)
        return T("%(case)s: %(cause)s", case=case.caption, cause=cause.title) if cause is not None else case.caption

    def resolved(self, kind: str, reference: str) -> Any:
        """The row behind a reference of the input, already found through what the actor may see."""
        return self._performing.resolved[kind, reference]

    def resolved_of(self, kind: str) -> list[Any]:
        """Every row of a kind that the acts of this Sitting have named."""
        return [row for (of, _), row in self._performing.resolved.items() if of == kind]

    def next_number(self, case: Case) -> int:
        """Number of the entry being made."""
        return case.entry_count + 1

    def seated(self, case: Case, how: Mapping[str, Any]) -> None:
        """Somebody was given a seat: how, stands in the entry being written or in the next one of the case, so that
        anybody can draw again.
        """
        self._performing.seated.append((case, dict(how)))

    def move(self, case: Case, stage: Stage) -> None:
        """Move the case; only to a stage the act declares. Once it is decided, nothing waits on a desk that was for
        deciding it; and at no stage does anything wait that no act can end there.
        """
        if stage not in self._performing.moves:
            raise RuntimeError(f"the act does not declare a move to {stage}")
        # A closed case still says what it was for: nobody was claimed against in it.
        case.begun_as = case.opened_for
        case.stage = stage
        over = until_decided() if stage in DECIDED else frozenset()
        for task in self.all_tasks(case):
            if task.kind in over or not self.can_be_ended(case, task.kind):
                task.done_at = self.now

    def can_be_ended(self, case: Case, kind: str) -> bool:
        """Whether an act that the rules know takes a kind of task off its desk at the stage of the case or of a part that
        is in effect, or whether it ends by somebody’s word or by itself.
        """
        desk = DESKS.get(kind)
        if desk is None or desk.by_hand or desk.by_itself:
            return desk is not None
        return any(
            desk in act.desk and is_known(self, act, case) and is_at(self, act, case) for act in self.court.table
        )

    def open(self, case: Case) -> None:
        """Put a new case with its parties into the record; nobody else sees it before the commit, so nobody else can
        hold it.
        """
        self.session.add(case)
        self.session.flush()
        self._performing.held.add(case.id)
        case.opened_here = True

    def start_window(
        self,
        case: Case,
        kind: str,
        *,
        party: Party | None = None,
        start: datetime | None = None,
        rule: str | None = None,
        subject: str | None = None,
        proof: Text | None = None,
        **reckoning: Any,
    ) -> Window:
        """Open a window of a party (or the court); length and article come from the rule pack.

        ``rule`` is the pack's key where it differs from ``kind``; ``start`` the instant
        that sets it running; ``proof`` what shows that instant. A party's window stands still
        from its beginning while the case is stayed (CPL 153).
        """
        if TIME_LIMITS.get(kind) is None:
            raise ValueError(f"no room declares windows called {kind}")
        result = reckon(
            self.pack(case),
            rule or kind,
            start or self.now,
            track=case.track.value,
            abroad=bool(party and party.abroad),
            **reckoning,
        )
        working = result.to_json()
        if reckoning.get("extensions"):
            # Who reckons it again, after a standstill or in an audit, needs them as much as the start.
            fixed = [one if one.until_on is None else replace(one, since=self.now) for one in reckoning["extensions"]]
            working["extensions"] = [extension_to_json(one) for one in fixed]
        if proof is not None:
            working["proof"] = words_of(proof)
        still = case.stayed_at if waits_in_a_stay(kind) else None
        window = Window(
            case_id=case.id,
            party_id=party.id if party else None,
            kind=kind,
            subject=subject,
            state=WindowState.OPEN if still is None else WindowState.HALTED,
            halted_at=still and max(still, start or self.now),
            opened_at=start or self.now,
            due_at=result.due_at,
            working=working,
            opened_by=self.next_number(case),
        )
        self.session.add(window)
        self.session.flush()
        return window

    def take_window(
        self, into: Case, old: Window, *, party: Party | None, subject: str | None, kind: str | None = None
    ) -> None:
        """A time limit as it stands, in the case in which what it is about goes on: to the same day, with its whole working."""
        number = self.next_number(into)
        runs = old.state in (WindowState.OPEN, WindowState.HALTED)
        self.session.add(
            Window(
                case_id=into.id,
                party_id=party.id if party is not None else None,
                kind=kind or old.kind,
                subject=subject,
                state=old.state,
                opened_at=old.opened_at,
                due_at=old.due_at,
                halted_at=old.halted_at,
                working=old.working,
                opened_by=number,
                closed_by=None if runs else number,
            )
        )

    def windows(
        self,
        case: Case,
        kind: str | None = None,
        *,
        party: Party | None = None,
        state: WindowState | None = WindowState.OPEN,
        subject: str | None = None,
    ) -> list[Window]:
        """Windows of a case, by kind, party, subject and state."""
        return [
            window
            for window in _windows_of(self.session, case.id)
            if (kind is None or window.kind == kind)
            and (party is None or window.party_id == party.id)
            and (state is None or window.state is state)
            and (subject is None or window.subject == subject)
        ]

    def close_windows(
        self, case: Case, kind: str, state: WindowState, *, party: Party | None = None, subject: str | None = None
    ) -> int:
        """Meet or end the windows of a kind that run or stand still: what is done is not asked for again when the case goes
        on. Returns how many.
        """
        every = self.windows(case, kind, party=party, state=None, subject=subject)
        found = [window for window in every if window.state in (WindowState.OPEN, WindowState.HALTED)]
        for window in found:
            window.state = state
            window.closed_by = self.next_number(case)
        return len(found)

    def then(
        self,
        name: str,
        given: BaseModel,
        *,
        actor: Actor = CLOCK_ACTOR,
        effective_at: datetime | None = None,
        case: Case | None = None,
    ) -> None:
        """An act that follows in the same Sitting, as an entry after this one; in another ``case`` only where the act
        holds it locked.
        """
        self._performing.following.append(
            Consequence(name, given, actor, effective_at, case or self._performing.recording)
        )

    def open_task(
        self,
        case: Case,
        role: Role,
        desk: Desk,
        title: Text,
        *,
        risk: int = 0,
        due_at: datetime | None = None,
        subject: str | None = None,
    ) -> Task:
        """Put something on a desk of the court; ``risk`` ranks it (higher first); done by ``due_at``, else within the time
        the rules give that desk. Raises ValueError for a role the desk is not declared for.
        """
        if role not in desk.roles:
            raise ValueError(f"{desk.kind} is on no desk of a {role.value}")
        task = Task(
            case_id=case.id,
            role=role,
            kind=desk.kind,
            subject=subject,
            title=words_of(title),
            risk=risk,
            opened_at=self.now,
            opened_by=self.next_number(case),
            due_at=due_at or self._due_on(case, desk),
        )
        self.session.add(task)
        self.session.flush()
        if role is Role.PRESIDENT:
            self.announce(PresidentAsked(case))
        return task

    def _due_on(self, case: Case, desk: Desk) -> datetime | None:
        """By when the rules of the case have the court do what lies on a desk; None where they say nothing of desks."""
        pack = self.pack(case)
        if pack.desks is None:
            return None
        time = pack.desks.of(desk.kind)
        return reckon(pack, time.after, self.now, article=str(time.article)).due_at

    def close_tasks(self, case: Case, desk: Desk, subject: str | None = None) -> int:
        """Take what is done off the desk."""
        found = self.tasks(case, desk, subject)
        for task in found:
            task.done_at = self.now
        return len(found)

    def all_tasks(self, case: Case) -> Sequence[Task]:
        """What lies on any desk of the court for a case."""
        return self.session.scalars(
            built_once(lambda: select(Task).where(Task.case_id == case.id, Task.done_at.is_(None)))
        ).all()

    def tasks(self, case: Case, desk: Desk, subject: str | None = None) -> list[Task]:
        """What of a kind still lies on a desk."""
        asked = {"case": case.id, "kind": desk.kind}
        if subject is not None:
            return list(self.session.scalars(_TASKS_ON, {**asked, "subject": subject}))
        return list(self.session.scalars(_TASKS, asked))

    def announce(self, event: Event) -> None:
        """Tell the rooms that want to know, the lower ones first and in this transaction, what happened."""
        for handler in self.court.hooks.on_event.get(type(event), ()):
            handler(self, event)

    def party_of(self, case: Case, actor: Actor) -> Party:
        """The party an actor is or acts for."""
        for party in case.parties:
            if party.id == actor.party_id:
                return party
        raise NotFound

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """A line of a bulk: undone alone when it fails."""
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            let_go(self.session)
            raise

    # -- performing, for whoever opened the Sitting -------------------------

    def perform(
        self,
        name: str,
        case: Case,
        given: BaseModel,
        *,
        actor: Actor,
        key: str | None = None,
        premise: str | None = None,
    ) -> ActReceipt:
        """Perform one act; see "The way of an act" in ``docs/architecture.md``.

        Raises :class:`~odr.ground.errors.ActNotOpen`, :class:`~odr.ground.errors.OutOfTime`,
        :class:`~odr.ground.errors.CaseMovedOn`, :class:`~odr.ground.errors.InvalidInput`, or what
        the handler raises; then nothing is written.
        """
        return self._performing.perform(name, case, given, actor=actor, key=key, premise=premise)

    def follow(self, case: Case, step: Callable[[], None]) -> None:
        """Let ``step`` queue consequences on a locked case, and perform them: facts that came in from outside."""
        self._performing.follow(case, step)

    def perform_due(self, case: Case, limit: int = 200) -> int:
        """Perform the clock's acts that are due on this case, in the order they fell due; returns how many."""
        return self._performing.perform_due(case, limit)

    def receipt_for(self, account_id: int, key: str, name: str, given: BaseModel) -> ActReceipt | None:
        """The receipt an idempotency key already earned, before there is a case to look in. Raises InvalidInput for
        another request.
        """
        return self._performing.receipt_for(account_id, key, name, given)

    def premise_now(self, act: Act, case: Case, actor: Actor, values: Mapping[str, Any]) -> str:
        """The state a page must carry so that the act can tell whether it changed."""
        return self._performing.premise_now(act, case, actor, values)


__all__ = ["ActReceipt", "Sitting", "words_of"]
