"""A Sitting: one transaction of the court, and the only place an act is performed."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, DocketEntry, Party, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import reads_entry
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, CaseMovedOn, FieldFault, InvalidInput, NotFound
from odr.ground.text import LOCALES, T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor, let_go, still_holds
from odr.identity.sign_in.keys import keyring
from odr.procedure import names
from odr.procedure.acts.availability import refusal, window_for
from odr.procedure.acts.events import Event
from odr.procedure.acts.resolvers import RESOLVERS
from odr.procedure.acts.table import Act, Everyone, Premise, Recorded
from odr.procedure.acts.tasks import DECIDED, Desk, until_decided
from odr.procedure.acts.versions import Course, content_of, doubt_about
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.audit.entry_places import record_entry
from odr.procedure.forms.inputs import references_in
from odr.procedure.models import ActKey, Task, Window, WindowState
from odr.procedure.papers.rulings import keep_ruling, with_ruling
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.reckoned_again import extension_to_json
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.court import Court

Found = TypeVar("Found")


@dataclass(frozen=True)
class ActReceipt:
    """What the person gets back: which entry, in which case, under which digest."""

    case_reference: str
    case_number: str | None
    number: int
    act: str
    digest: str
    receipt: str
    recorded_at: datetime
    words: Mapping[str, str]
    repeated: bool = False


@dataclass(frozen=True)
class _Consequence:
    name: str
    given: BaseModel
    actor: Actor
    effective_at: datetime | None
    case: Case | None
    """The case it belongs to, where it was queued while an act of one was recorded."""


class Sitting:
    """What a handler works with; see ``docs/architecture.md``.

    ``session`` the transaction; ``now`` procedural time; ``pack`` of the case in hand;
    ``prepared`` what the act's preparation made before the transaction.
    """

    def __init__(self, court: Court, session: Session, now: datetime, *, reading: bool = False) -> None:
        self.court = court
        self.session = session
        self.now = now
        self.reading = reading
        self.late = False
        self.prepared: Mapping[str, Any] = {}
        self.after_commit: list[Callable[[], object]] = []
        self._resolved: dict[tuple[str, str], Any] = {}
        self._then: list[_Consequence] = []
        self._moves: frozenset[Stage] = frozenset()
        self._acting_at: datetime | None = None
        self._recording: Case | None = None
        self._opened: set[int] = set()
        self._found: dict[Hashable, Any] = {}
        self._seated: list[tuple[Case, dict[str, Any]]] = []

    # -- what handlers use ------------------------------------------------

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What ``find`` finds; a look, which has one snapshot, asks once for all acts it judges, a Sitting that writes
        each time.
        """
        if not self.reading:
            return find()
        if key not in self._found:
            self._found[key] = find()
        return cast(Found, self._found[key])

    def pack(self, case: Case) -> RulePack:
        """The rules of this case for what is done now: those it was filed under, and for acts those of the day."""
        return self.court.rules_of(case, self._acting_at or self.now)

    def subject_of(self, case: Case) -> Text:
        """What a case is called on its papers: who against whom, and over what (甲诉乙网络购物合同纠纷)."""
        cause = self.pack(case).causes.list.get(case.cause)
        return T("%(case)s: %(cause)s", case=case.caption, cause=cause.title) if cause is not None else case.caption

    def resolved(self, kind: str, reference: str) -> Any:
        """The row behind a reference of the input, already found through what the actor may see."""
        return self._resolved[kind, reference]

    def resolved_of(self, kind: str) -> list[Any]:
        """Every row of a kind that the acts of this Sitting have named."""
        return [row for (of, _), row in self._resolved.items() if of == kind]

    def next_number(self, case: Case) -> int:
        """Number of the entry being made."""
        return case.entry_count + 1

    def seated(self, case: Case, how: Mapping[str, Any]) -> None:
        """Somebody was given a seat: how, stands in the entry being written or in the next one of the case, so that
        anybody can draw again.
        """
        self._seated.append((case, dict(how)))

    def move(self, case: Case, stage: Stage) -> None:
        """Move the case; only to a stage the act declares. Once it is decided, nothing waits on a desk that was for
        deciding it.
        """
        if stage not in self._moves:
            raise RuntimeError(f"the act does not declare a move to {stage}")
        case.stage = stage
        if stage in DECIDED:
            over = select(Task).where(Task.case_id == case.id, Task.kind.in_(until_decided()), Task.done_at.is_(None))
            for task in self.session.scalars(over):
                task.done_at = self.now

    def open(self, case: Case) -> None:
        """Put a new case with its parties into the record; nobody else sees it before the commit, so nobody else can
        hold it.
        """
        self.session.add(case)
        self.session.flush()
        self._opened.add(case.id)
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
        that sets it running; ``proof`` what shows that instant.
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
            working["extensions"] = [extension_to_json(one) for one in reckoning["extensions"]]
        if proof is not None:
            working["proof"] = words_of(proof)
        window = Window(
            case_id=case.id,
            party_id=party.id if party else None,
            kind=kind,
            subject=subject,
            state=WindowState.OPEN,
            opened_at=start or self.now,
            due_at=result.due_at,
            working=working,
            opened_by=self.next_number(case),
        )
        self.session.add(window)
        self.session.flush()
        return window

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
        query = select(Window).where(Window.case_id == case.id).order_by(Window.id)
        if kind is not None:
            query = query.where(Window.kind == kind)
        if party is not None:
            query = query.where(Window.party_id == party.id)
        if state is not None:
            query = query.where(Window.state == state)
        if subject is not None:
            query = query.where(Window.subject == subject)
        return list(self.session.scalars(query))

    def close_windows(
        self, case: Case, kind: str, state: WindowState, *, party: Party | None = None, subject: str | None = None
    ) -> int:
        """Meet or end the open windows of a kind; returns how many."""
        found = self.windows(case, kind, party=party, subject=subject)
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
        self._then.append(_Consequence(name, given, actor, effective_at, case or self._recording))

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
        """Put something on a desk of the court; ``risk`` ranks it (higher first). Raises ValueError for a role the desk
        is not declared for.
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
            due_at=due_at,
        )
        self.session.add(task)
        self.session.flush()
        return task

    def close_tasks(self, case: Case, desk: Desk, subject: str | None = None) -> int:
        """Take what is done off the desk."""
        found = self.tasks(case, desk, subject)
        for task in found:
            task.done_at = self.now
        return len(found)

    def tasks(self, case: Case, desk: Desk, subject: str | None = None) -> list[Task]:
        """What of a kind still lies on a desk."""
        query = select(Task).where(Task.case_id == case.id, Task.kind == desk.kind, Task.done_at.is_(None))
        if subject is not None:
            query = query.where(Task.subject == subject)
        return list(self.session.scalars(query))

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

    # -- performing -------------------------------------------------------

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
        act = self.court.table[name]
        others = act.with_cases(self, case, given) if act.with_cases is not None and actor.role in act.by else ()
        for each in sorted((case, *others), key=lambda one: one.id):
            self._lock(each)
        request = self._request(name, case.reference, given)
        earlier = self._earlier(actor, key, request)
        if earlier is not None:
            return earlier
        for each in (case, *others):
            self.perform_due(each)
        self._check(act, case, given, actor, premise)
        entry = self._record(act, case, given, actor, None, by_person=actor.role is not Role.CLOCK)
        if key is not None and actor.account_id is not None:
            self.session.add(
                ActKey(
                    account_id=actor.account_id,
                    key=key,
                    request=request,
                    case_reference=case.reference,
                    entry_number=entry.number,
                    at=self.now,
                )
            )
        self._follow(case)
        self.session.flush()
        return receipt_of(case, entry)

    def follow(self, case: Case, step: Callable[[], None]) -> None:
        """Let ``step`` queue consequences on a locked case, and perform them: facts that came in from outside."""
        self._lock(case)
        self.perform_due(case)
        self._recording = case
        step()
        self._follow(case)
        self.session.flush()

    def perform_due(self, case: Case, limit: int = 200) -> int:
        """Perform the clock's acts that are due on this case, in the order they fell due."""
        if case.is_blank:
            return 0
        done = 0
        while done < limit:
            window = self.session.scalar(
                select(Window)
                .where(Window.case_id == case.id, Window.state == WindowState.OPEN, Window.due_at < self.now)
                .order_by(Window.due_at, Window.id)
                .limit(1)
            )
            if window is None or case.stayed_at is not None:
                break
            from odr.procedure.time.lapse import WindowInput

            self._record(
                self.court.table[names.CLOSE_WINDOW],
                case,
                WindowInput(window=window.reference),
                CLOCK_ACTOR,
                window.due_at,
            )
            self._follow(case)
            done += 1
        return done

    def _lock(self, case: Case) -> None:
        if case.id not in self._opened:
            self.session.refresh(case, with_for_update=True)

    def _earlier(self, actor: Actor, key: str | None, request: str) -> ActReceipt | None:
        if key is None or actor.account_id is None:
            return None
        found = self._key_row(actor.account_id, key)
        return self._same(found, request) if found is not None else None

    def receipt_for(self, account_id: int, key: str, name: str, given: BaseModel) -> ActReceipt | None:
        """The receipt an idempotency key already earned, before there is a case to look in. Raises InvalidInput for
        another request.
        """
        found = self._key_row(account_id, key)
        if found is None:
            return None
        return self._same(found, self._request(name, found.case_reference, given))

    def _request(self, name: str, reference: str, given: BaseModel) -> str:
        """What tells a repeated request from another one under the same key; keyed, so that nobody guesses a sealed
        word from it.
        """
        request = canonical([name, reference, given.model_dump(mode="json")])
        return keyring(self.court.settings.secret_key).mac("act-requests", request.decode())

    def _same(self, found: ActKey, request: str) -> ActReceipt:
        if found.request != request:
            raise InvalidInput.at("idempotency_key", T("This key was already used for another request."))
        return self._first_receipt(found)

    def _key_row(self, account_id: int, key: str) -> ActKey | None:
        return self.session.scalar(select(ActKey).where(ActKey.account_id == account_id, ActKey.key == key))

    def _first_receipt(self, found: ActKey) -> ActReceipt:
        case = self.session.scalars(select(Case).where(Case.reference == found.case_reference)).one()
        entry = self.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number == found.entry_number)
        ).one()
        return receipt_of(case, entry, repeated=True)

    def _check(self, act: Act, case: Case, given: BaseModel, actor: Actor, premise: str | None) -> None:
        if not still_holds(self.session, actor, case, self.now):
            raise NotFound
        reason = refusal(self, act, case, actor)
        if reason is not None:
            raise reason
        self._check_premise(act, case, given, actor, premise)
        self._resolve(case, given, actor)

    def _check_premise(self, act: Act, case: Case, given: BaseModel, actor: Actor, premise: str | None) -> None:
        if act.premise is Premise.NOTHING or (premise is None and act.premise is Premise.SUBJECT):
            return
        if premise != self.premise_now(act, case, actor, given.model_dump(mode="json")):
            raise CaseMovedOn(
                T("The case has moved on since you opened this page."),
                T("What you typed is kept. Look at what is new, then send it again."),
            )

    def premise_now(self, act: Act, case: Case, actor: Actor, values: Mapping[str, Any]) -> str:
        """The state a page must carry so that the act can tell whether it changed."""
        if act.premise is Premise.SUBJECT and act.subject is not None:
            return act.subject(self, case, values)
        newest = self.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number.desc()).limit(50)
        )
        return str(next((e.number for e in newest if reads_entry(actor, e)), 0))

    def _resolve(self, case: Case, given: BaseModel, actor: Actor) -> None:
        faults = []
        for location, kind, reference in references_in(given):
            row = RESOLVERS[kind](self, case, actor, reference)
            if row is None:
                faults.append(FieldFault(location, T("This is not in the case, or you cannot see it.")))
            else:
                self._resolved[kind, reference] = row
        if faults:
            raise InvalidInput(faults)

    def _record(
        self,
        act: Act,
        case: Case,
        given: BaseModel,
        actor: Actor,
        effective_at: datetime | None,
        *,
        by_person: bool = False,
    ) -> DocketEntry:
        self.late, self._recording = False, case
        party = next((p for p in case.parties if p.id == actor.party_id), None)
        if act.window is not None:
            window = window_for(self, act, case, actor)
            if window is not None:
                self.late = window.state is WindowState.LAPSED
                if act.meets and window.state is WindowState.OPEN:
                    window.state = WindowState.MET
                    window.closed_by = self.next_number(case)
        # What fell due under an older rule is done by that rule, however late the worker comes.
        at = self._acting_at = effective_at or self.now
        self._moves, before = act.to, case.stage
        try:
            paper = keep_ruling(self, act, case, given, actor)
            recorded = with_ruling(act, paper, act.handler(self, case, given, actor=actor, now=at), needed=by_person)
            course = Course(before, case.stage, at, self.now, doubt_about(self.now, case.head_at))
            entry = self._write_entry(act, case, given, actor, party, recorded, course)
        finally:
            self._acting_at = None
        self._serve(act, case, entry, party)
        for after in self.court.hooks.after_act:
            after(self, case, entry)
        self._schedule(case)
        return entry

    def _with_seats(self, case: Case, result: Any) -> Any:
        mine = [how for of, how in self._seated if of is case]
        if not mine:
            return result
        self._seated = [(of, how) for of, how in self._seated if of is not case]
        return {**(result or {}), "seated": mine}

    def _write_entry(
        self,
        act: Act,
        case: Case,
        given: BaseModel,
        actor: Actor,
        party: Party | None,
        recorded: Recorded,
        course: Course,
    ) -> DocketEntry:
        number = case.entry_count + 1
        audience = recorded.audience or act.seen_by
        payload = content_of(
            act,
            case,
            given,
            actor,
            party,
            course,
            result=self._with_seats(case, recorded.result),
            words=words_of(recorded.words),
            late=self.late,
            audience=audience,
            salt=secrets.token_hex(32),
            rules=self.pack(case).named,
            kept=recorded.kept,
        )
        digest = sha256_hex(payload)
        receipt = record_entry(
            self, case, number, digest=digest, size=len(payload), by=party.label if party else actor.role.value
        )
        entry = DocketEntry(
            case_id=case.id,
            number=number,
            act=act.name,
            act_version=act.version,
            role=actor.role,
            party_id=actor.party_id,
            account_id=actor.account_id,
            audience=audience,
            named=list(recorded.named),
            effective_at=course.effective_at,
            recorded_at=course.recorded_at,
            payload=payload.decode(),
            digest=digest,
            receipt=receipt.reference,
        )
        self.session.add(entry)
        case.entry_count = number
        case.head_digest, case.head_at = digest, self.now
        self.session.flush()
        return entry

    def _serve(self, act: Act, case: Case, entry: DocketEntry, party: Party | None) -> None:
        if act.serves is Everyone.NOBODY or self.court.hooks.queue_service is None:
            return
        recipients: Sequence[Party]
        if act.concerns is not None:
            recipients = act.concerns(self, case, entry)
        else:
            but = party if act.serves is Everyone.BUT_ACTOR else None
            recipients = [p for p in parties(case) if but is None or p.id != but.id]
        if recipients:
            self.court.hooks.queue_service(self, case, entry, recipients)

    def _follow(self, case: Case) -> None:
        steps = 0
        while self._then:
            steps += 1
            if steps > 500:
                raise RuntimeError("consequences do not end")
            nxt = self._then.pop(0)
            act, its = self.court.table[nxt.name], nxt.case or case
            self._resolve(its, nxt.given, nxt.actor)
            self._record(act, its, nxt.given, nxt.actor, nxt.effective_at)

    def _schedule(self, case: Case) -> None:
        case.next_due_at = self.session.scalar(
            select(func.min(Window.due_at)).where(Window.case_id == case.id, Window.state == WindowState.OPEN)
        )


def words_of(text: Text) -> dict[str, str]:
    """The entry's words in every language of the court, as they stood when it was made."""
    return {locale: text.render(locale) for locale in LOCALES}


def receipt_of(case: Case, entry: DocketEntry, repeated: bool = False) -> ActReceipt:
    """The receipt of an entry."""
    import json

    return ActReceipt(
        case_reference=case.reference,
        case_number=case.number,
        number=entry.number,
        act=entry.act,
        digest=entry.digest,
        receipt=entry.receipt,
        recorded_at=entry.recorded_at,
        words=json.loads(entry.payload)["words"],
        repeated=repeated,
    )


__all__ = ["ActNotOpen", "ActReceipt", "Audience", "Sitting", "receipt_of", "words_of"]
