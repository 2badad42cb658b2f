"""How an act is performed: locked, checked, carried out, recorded, served, with what follows from it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel
from sqlalchemy import bindparam, func, select

from odr.docket.models import Audience, Case, DocketEntry, Party, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import reads_entry
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import CaseMovedOn, FieldFault, InvalidInput, NotFound
from odr.ground.memory.asked_once import AskedOnce
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, words_of
from odr.identity.actors import CLOCK_ACTOR, Actor, still_holds
from odr.identity.sign_in.keys import keyring
from odr.procedure import names
from odr.procedure.acts.act_versions import Course, content_of, doubt_about
from odr.procedure.acts.availability import citing, in_time_by_arrival, law_of, refusal, window_for
from odr.procedure.acts.events import TimeGivenBack
from odr.procedure.acts.resolvers import RESOLVERS
from odr.procedure.acts.table import Act, Everyone, Premise, Recorded
from odr.procedure.acts.windows import waits_in_a_stay
from odr.procedure.audit.entry_receipts import record_entry
from odr.procedure.forms.inputs import references_in
from odr.procedure.models import ActKey, Window, WindowState
from odr.procedure.papers.language import in_language_of_case
from odr.procedure.papers.rulings import keep_ruling, with_ruling

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


_SOONEST = select(func.min(Window.due_at)).where(Window.case_id == bindparam("case"), Window.state == WindowState.OPEN)


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
class Consequence:
    """An act that follows from another one, in the same Sitting."""

    name: str
    given: BaseModel
    actor: Actor
    effective_at: datetime | None
    case: Case | None
    """The case it belongs to, where it was queued while an act of one was recorded."""


class Performing:
    """The performing of acts in one Sitting, and what it keeps from one act to the next.

    ``resolved``   the rows that the acts' inputs name, each found through what the actor may see
    ``following``  what follows and is still to be performed
    ``moves``      the stages the act in hand may move its case to
    ``acting_at``  the instant the act in hand takes effect
    ``recording``  the case the act in hand belongs to
    ``held``       ids of the cases this Sitting locked or opened: nobody else writes in them
    ``seated``     seats given, still to be named in an entry of their case
    ``left``       the stage the docket left the case at, where time that was given back has moved it since
    """

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.resolved: dict[tuple[str, str], Any] = {}
        self.following: list[Consequence] = []
        self.moves: frozenset[Stage] = frozenset()
        self.acting_at: datetime | None = None
        self.recording: Case | None = None
        self.held: set[int] = set()
        self.seated: list[tuple[Case, dict[str, Any]]] = []
        self.left: Stage | None = None

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
        """Perform one act; see the eight steps in ``docs/architecture.md``.

        Raises what :meth:`Sitting.perform <odr.procedure.sitting.Sitting.perform>` says.
        """
        act = self.sitting.court.table[name]
        others = (
            act.with_cases(self.sitting, case, given) if act.with_cases is not None and actor.role in act.by else ()
        )
        for each in sorted((case, *others), key=lambda one: one.id):
            self._lock(each)
        request = self._request(name, case.reference, given)
        earlier = self._earlier(actor, key, request)
        if earlier is not None:
            return earlier
        arrived_at = self._keep_open(act, case, actor)
        for each in (case, *others):
            self.perform_due(each, before=arrived_at)
        given = in_language_of_case(self.sitting, case, act, given, typed=actor.account_id is not None)
        self._check(act, case, given, actor, premise)
        entry = self._record(act, case, given, actor, arrived_at, by_person=actor.role is not Role.CLOCK)
        if key is not None and actor.account_id is not None:
            self.sitting.session.add(
                ActKey(
                    account_id=actor.account_id,
                    key=key,
                    request=request,
                    case_reference=case.reference,
                    entry_number=entry.number,
                    at=self.sitting.now,
                )
            )
        self._perform_what_follows(case)
        self.sitting.session.flush()
        return receipt_of(case, entry)

    def follow(self, case: Case, step: Callable[[], None]) -> None:
        """Let ``step`` queue consequences on a locked case, and perform them: facts that came in from outside."""
        self._lock(case)
        self.perform_due(case)
        self.recording = case
        step()
        self._perform_what_follows(case)
        self.sitting.session.flush()

    def perform_due(self, case: Case, limit: int = 200, before: datetime | None = None) -> int:
        """Perform the clock's acts that are due on this case (``before`` an instant, if given), in the order they fell due."""
        if case.is_blank:
            return 0
        done = 0
        while done < limit:
            soonest = self._soonest(case)
            if soonest is None or soonest >= (before or self.sitting.now):
                break
            window = self.sitting.session.scalar(
                select(Window)
                .where(Window.case_id == case.id, Window.state == WindowState.OPEN, Window.due_at == soonest)
                .order_by(Window.due_at, Window.id)
                .limit(1)
            )
            if window is None or self._is_silent(window):
                break
            if case.stayed_at is not None and waits_in_a_stay(window.kind):
                # Begun in the stay by a program that let it run.
                window.state, window.halted_at = WindowState.HALTED, max(case.stayed_at, window.opened_at)
                self.sitting.session.flush()
                self._schedule(case)
                continue
            if self._runs_on(case, window):
                done += 1
                continue
            from odr.procedure.time.closing_windows import WindowInput

            self._record(
                self.sitting.court.table[names.CLOSE_WINDOW],
                case,
                WindowInput(window=window.reference),
                CLOCK_ACTOR,
                window.due_at,
            )
            self._perform_what_follows(case)
            done += 1
        return done

    def _keep_open(self, act: Act, case: Case, actor: Actor) -> datetime | None:
        """When what is being done counts as done, where that is the arrival of its first byte: the time limit it met by
        that has not ended for it, even if the clock was faster.
        """
        window = in_time_by_arrival(self.sitting, act, case, actor)
        if window is None:
            return None
        if window.state is WindowState.LAPSED:
            window.state, window.closed_by = WindowState.OPEN, None
            party = case.party_if_any(window.party_id)
            if party is not None:
                # A decision that took effect meanwhile binds nobody: the act in hand says so by the stage it begins at.
                self.recording, self.moves, stood = case, frozenset(Stage), case.stage
                self.sitting.announce(TimeGivenBack(case, party, window.kind, window.subject))
                self.left = stood if case.stage is not stood else None
        return self.sitting.arrived_at

    def _is_silent(self, window: Window) -> bool:
        """Whether nobody has said yet that people could reach the court when a time limit ended: then it waits."""
        from odr.procedure.outages.ledger import silent_since

        since = silent_since(self.sitting.court, self.sitting.session)
        return since is not None and window.due_at is not None and window.due_at >= since

    def _runs_on(self, case: Case, window: Window) -> bool:
        """Whether a time limit that would end now runs on, since outages took its last day; it is done here."""
        from odr.procedure.outages.acts import OutageInput
        from odr.procedure.outages.touched import longer

        if window.id not in {one.id for one, _ in longer(self.sitting, case)}:
            return False
        act = self.sitting.court.table[names.EXTEND_AFTER_OUTAGE]
        self._record(act, case, OutageInput(), CLOCK_ACTOR, None)
        self._perform_what_follows(case)
        return True

    def _lock(self, case: Case) -> None:
        """Hold the case against everybody else until the end of the transaction, and forget what was found before."""
        # On SQLite the transaction holds the whole file from its beginning: nothing in hand can be older.
        if case.id in self.held or self.sitting.court.database.is_sqlite:
            return
        session = self.sitting.session
        session.refresh(case, with_for_update=True)
        read_now = {case, *case.parties}
        cast(AskedOnce, session).look_anew(lambda row: row not in read_now and not self._is_held(row))
        # What a savepoint locked is let go of where it is undone.
        if not session.in_nested_transaction():
            self.held.add(case.id)

    def _is_held(self, row: object) -> bool:
        """Whether a row is a case held already, or of one: nobody has written it since it was read."""
        number = vars(row).get("id" if isinstance(row, Case) else "case_id")
        return number in self.held

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
        return keyring(self.sitting.court.settings.secret_key).mac("act-requests", request.decode())

    def _same(self, found: ActKey, request: str) -> ActReceipt:
        if found.request != request:
            raise InvalidInput.at("idempotency_key", T("This key was already used for another request."))
        return self._first_receipt(found)

    def _key_row(self, account_id: int, key: str) -> ActKey | None:
        return self.sitting.session.scalar(select(ActKey).where(ActKey.account_id == account_id, ActKey.key == key))

    def _first_receipt(self, found: ActKey) -> ActReceipt:
        case = self.sitting.session.scalars(select(Case).where(Case.reference == found.case_reference)).one()
        entry = self.sitting.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number == found.entry_number)
        ).one()
        return receipt_of(case, entry, repeated=True)

    def _check(self, act: Act, case: Case, given: BaseModel, actor: Actor, premise: str | None) -> None:
        if not still_holds(self.sitting.session, actor, case, self.sitting.now):
            raise NotFound
        reason = refusal(self.sitting, act, case, actor)
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
            return act.subject(self.sitting, case, values)
        newest = self.sitting.session.scalars(
            built_once(
                lambda: (
                    select(DocketEntry)
                    .where(DocketEntry.case_id == case.id)
                    .order_by(DocketEntry.number.desc())
                    .limit(50)
                )
            )
        )
        return str(next((e.number for e in newest if reads_entry(actor, e)), 0))

    def _resolve(self, case: Case, given: BaseModel, actor: Actor) -> None:
        faults = []
        for location, kind, reference in references_in(given):
            row = RESOLVERS[kind](self.sitting, case, actor, reference)
            if row is None:
                faults.append(FieldFault(location, T("This is not in the case, or you cannot see it.")))
            else:
                self.resolved[kind, reference] = row
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
        self.sitting.late, self.recording = False, case
        party = case.party_if_any(actor.party_id)
        if act.window is not None:
            window = window_for(self.sitting, act, case, actor)
            if window is not None:
                self.sitting.late = window.state is WindowState.LAPSED
                if act.meets and window.state in (WindowState.OPEN, WindowState.HALTED):
                    window.state = WindowState.MET
                    window.closed_by = self.sitting.next_number(case)
        # What fell due under an older rule is done by that rule, however late the worker comes.
        at = self.acting_at = effective_at or self.sitting.now
        self.moves, before, self.left = act.to, self.left or case.stage, None
        try:
            paper = keep_ruling(self.sitting, act, case, given, actor)
            with citing(law_of(self.sitting.pack(case), act)):
                done = act.handler(self.sitting, case, given, actor=actor, now=at)
                recorded = with_ruling(act, paper, done, needed=by_person)
            doubt = doubt_about(self.sitting.now, case.head_at) or self._doubt_about_the_clock()
            course = Course(before, case.stage, at, self.sitting.now, doubt)
            # Before the entry and after what follows from it: so the row of the case is mostly written once.
            self._schedule(case)
            entry = self._write_entry(act, case, given, actor, party, recorded, course)
        finally:
            self.acting_at = None
        self._serve(act, case, entry, party)
        for after in self.sitting.court.hooks.after_act:
            after(self.sitting, case, entry)
        self._schedule(case)
        return entry

    def _doubt_about_the_clock(self) -> str | None:
        return self.sitting.court.notary.doubt_about_the_time(self.sitting.session)

    def _with_seats(self, case: Case, result: Any) -> Any:
        mine = [how for of, how in self.seated if of is case]
        if not mine:
            return result
        self.seated = [(of, how) for of, how in self.seated if of is not case]
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
            late=self.sitting.late,
            audience=audience,
            salt=secrets.token_hex(32),
            rules=self.sitting.pack(case).named,
            kept=recorded.kept,
        )
        digest = sha256_hex(payload)
        receipt = record_entry(
            self.sitting, case, number, digest=digest, size=len(payload), by=party.label if party else actor.role.value
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
        self.sitting.session.add(entry)
        case.entry_count = number
        case.head_digest, case.head_at = digest, self.sitting.now
        self.sitting.session.flush()
        return entry

    def _serve(self, act: Act, case: Case, entry: DocketEntry, party: Party | None) -> None:
        if act.serves is Everyone.NOBODY or self.sitting.court.hooks.queue_service is None:
            return
        recipients: Sequence[Party]
        if act.concerns is not None:
            recipients = act.concerns(self.sitting, case, entry)
        else:
            but = party if act.serves is Everyone.BUT_ACTOR else None
            recipients = [p for p in parties(case) if but is None or p.id != but.id]
        if entry.audience is Audience.NAMED:
            # Whoever the act is served on otherwise: nobody is sent what only others may read.
            recipients = [p for p in recipients if reads_entry(Actor(p.role, party_id=p.id), entry)]
        if recipients:
            self.sitting.court.hooks.queue_service(self.sitting, case, entry, recipients)

    def _perform_what_follows(self, case: Case) -> None:
        steps = 0
        while self.following:
            steps += 1
            if steps > 500:
                raise RuntimeError("consequences do not end")
            nxt = self.following.pop(0)
            act, its = self.sitting.court.table[nxt.name], nxt.case or case
            self._resolve(its, nxt.given, nxt.actor)
            self._record(act, its, nxt.given, nxt.actor, nxt.effective_at)

    def _schedule(self, case: Case) -> None:
        soonest = self._soonest(case)
        if soonest != case.next_due_at:
            case.next_due_at = soonest

    def _soonest(self, case: Case) -> datetime | None:
        """When the next time limit of a case ends: as its row says (:meth:`_schedule`), until a time limit is written here."""
        if not self.sitting.has_written(Window):
            return case.next_due_at
        return cast("datetime | None", self.sitting.session.scalar(_SOONEST, {"case": case.id}))


def receipt_of(case: Case, entry: DocketEntry, repeated: bool = False) -> ActReceipt:
    """The receipt of an entry."""
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
