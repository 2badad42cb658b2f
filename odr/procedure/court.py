"""The court: everything wired once, and the two ways of working with it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.readings import FOLDER, ReadingBook
from odr.ground.background import Beside
from odr.ground.clock import Clock, arrived
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.ground.errors import Cited
from odr.ground.text import applies, sits_in
from odr.identity.actors import Actor
from odr.notary.log.sequencing_thread import BackgroundSequencer
from odr.notary.notary import Notary
from odr.procedure.acts.availability import citing, law_of, refusal
from odr.procedure.acts.table import ActTable
from odr.procedure.hooks import Hooks
from odr.procedure.papers.language import in_language_of_case
from odr.procedure.papers.rulings import seal_ruling
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.court")
GATHER = 0.1
"""Seconds before a step begins beside the requests: what comes in a burst is then done together."""
GATHERED = 0.2
"""Seconds after the worker was told of work in which more gathers: many acts at once are one notification."""


@dataclass
class Ports:
    """The outside world, each behind a small protocol of the room that uses it."""

    mail: Any = None
    store: Any = None
    payments: Any = None
    typesetter: Any = None
    sealer: Any = None
    service: Any = None
    identity: Any = None
    media: Any = None
    media_hosts: Any = None


@dataclass
class Court:
    """The wired whole. ``create_app`` builds one; tests build their own."""

    settings: Settings
    database: Database
    clock: Clock
    notary: Notary
    packs: PackRegistry
    table: ActTable
    hooks: Hooks
    ports: Ports = field(default_factory=Ports)

    def __post_init__(self) -> None:
        self.speaks()

    def speaks(self) -> None:
        """From here on this process tells hours as they are where this court sits, and names the law it applies."""
        sits_in(self.settings.tz)
        applies(self.packs.versions(self.settings.pack)[-1])

    @contextlib.contextmanager
    def sit(self, prepared: Mapping[str, Any] | None = None) -> Iterator[Sitting]:
        """One transaction that may hold several acts; ``prepared`` is what :meth:`prepare` gave.

        The commit acknowledges them. Their places in the log follow within a second;
        a failure there loses nothing: the leaves are committed and the worker
        takes them.
        """
        with self.database.write() as session:
            sitting = Sitting(self, session, self.clock.now())
            sitting.prepared = prepared or {}
            yield sitting
            wrote = self.database.has_written(session)
        sitting.follow_up()
        # The worker sits every round to see whether anything is due: where nothing was, it wakes nobody.
        if wrote:
            self.sequence()
            self.wake_worker()

    def prepare(self, name: str, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
        """Do an act's slow work (set and seal its paper) before the transaction that performs it.

        What is due on the case is performed first, as ``perform`` would: an act that a lapsed
        time limit opens must not wait for the worker. Gives nothing where the act is not open
        to the actor: no seal is put on anything, and ``perform`` says why, or gives the first
        receipt of a repeated request.
        """
        act = self.table[name]
        if act.prepare is None and act.paper is None:
            return {}
        with self.database.read() as session:
            mine = session.get_one(Case, case.id)
            due, now = mine.next_due_at, arrived(self.clock.now())
            is_late = due is not None and due < now
        if is_late:
            with self.sit() as sitting:
                sitting.follow(sitting.session.get_one(Case, case.id), lambda: None)
        with self.database.read() as session:
            look, mine = self.look(session), session.get_one(Case, case.id)
            if refusal(look, act, mine, actor) is not None:
                return {}
            given = in_language_of_case(look, mine, act, given, typed=True)
            law = law_of(look.pack(mine), act)
        with citing(law):
            made = seal_ruling(self, act, case, given, actor) if act.paper is not None else {}
            return {**made, **act.prepare(self, case, given, actor)} if act.prepare is not None else made

    def rules_of(self, case: Case, at: datetime) -> RulePack:
        """The rules of a case for an act at an instant: filed sections as on filing, the others as they stand then."""
        own = self.packs.get(case.pack_id, case.pack_version)
        return self.packs.governing(case.pack_id, case.pack_version, at.astimezone(own.tz).date())

    def cited_today(self, *articles: str) -> Cited | None:
        """Articles as the rules of today tell them: for refusals on pages, outside any act of a case."""
        today = self.clock.now().astimezone(self.settings.tz).date()
        return self.packs.in_force(self.settings.pack, today).cited(*articles)

    def sequence(self) -> None:
        """Have waiting leaves taken into the log: beside the request, before returning where the setting says
        "at_once".
        """
        if self.settings.takes_leaves == "at_once":
            self.sequence_now()
        elif self.settings.takes_leaves == "background":
            self._background.soon()

    def wake_worker(self) -> None:
        """Have the worker begin its next round now, beside the request; it would a few seconds later by itself."""
        if self.settings.takes_leaves == "background" and not self.database.is_sqlite:
            self._waking.soon()

    def sequence_now(self, *, wait: bool = True) -> int:
        """Put waiting leaves into the log before returning; returns how many. ``wait=False``: none where another process is
        at it, for who comes again anyway.
        """
        try:
            return self.notary.sequence() if wait else self.notary.sequence_if_free() or 0
        except Exception:
            log.exception("sequencing failed; the leaves stay committed and waiting")
            return 0

    def settle(self) -> bool:
        """Wait a moment for what was just acknowledged to have its place in the log, so that its page shows it."""
        if self.settings.takes_leaves == "background":
            return self._background.settle()
        self.sequence_now()
        return self.notary.is_idle()

    def beside(self, step: Callable[[Court], object]) -> None:
        """Have a step of the worker's done right after this request instead of in its next round; in tests before
        returning.

        Only for what is committed already: the worker does it too, should this process die.
        """
        if self.settings.takes_leaves != "background":
            try:
                step(self)
            except Exception:
                log.exception("%s failed; what it is about stays committed and waiting", step.__name__)
            return
        found = self._steps.get(step)
        if found is None:
            found = self._steps.setdefault(step, Beside(step.__name__, partial(step, self), gather=GATHER))
        found.soon()

    @cached_property
    def readings(self) -> ReadingBook:
        """Who reads what of the cases, on this machine."""
        beside = self.settings.takes_leaves == "background"
        return ReadingBook(self.database, self.settings.data_dir / FOLDER, beside=beside)

    @cached_property
    def _steps(self) -> dict[Callable[[Court], object], Beside]:
        return {}

    @cached_property
    def _waking(self) -> Beside:
        return Beside("waking", self.database.tell_of_work, rest=GATHERED)

    @cached_property
    def _background(self) -> BackgroundSequencer:
        return BackgroundSequencer(self.notary)

    def look(self, session: Session, now: datetime | None = None) -> Sitting:
        """The same view of a case for reading: what is open, to whom, and why not."""
        return Sitting(self, session, now or self.clock.now(), reading=True)
