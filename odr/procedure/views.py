"""What a case page shows, gathered in one query per section. No flask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Role, Seat
from odr.docket.queries import latest_entries
from odr.docket.visibility import reads_entry
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.availability import Availability, acts_for
from odr.procedure.hooks import Panel
from odr.procedure.models import Task, Window
from odr.procedure.sitting import Sitting
from odr.procedure.windows import shown_windows, window_title
from odr.text import T, Text


@dataclass(frozen=True)
class EntryView:
    """An entry as one viewer sees it: the envelope always, the words only where she may read."""

    number: int
    act: str
    title: Text
    words: str | None
    by: Text
    by_name: str | None
    effective_at: datetime
    recorded_at: datetime
    digest: str
    receipt: str
    is_mine: bool
    payload: dict[str, Any] | None

    @property
    def is_hidden(self) -> bool:
        return self.words is None


@dataclass(frozen=True)
class Due:
    """A time limit in words, with the act that meets it where there is one."""

    window: Window
    title: Text
    act: Availability | None
    is_mine: bool


@dataclass(frozen=True)
class Sitter:
    """Somebody who serves the court in the case."""

    role: Role
    name: str


def sitters(court: Sitting, case: Case) -> list[Sitter]:
    """Who sits in the case now: judge and clerk first."""
    rows = court.session.execute(
        select(Seat.role, Account.name).join(Account, Account.id == Seat.account_id).where(Seat.case_id == case.id, Seat.until_at.is_(None)).order_by(Seat.id)
    )
    shown = (Role.JUDGE, Role.ASSESSOR, Role.CLERK, Role.MEDIATOR)
    return sorted((Sitter(role, name) for role, name in rows if role in shown), key=lambda s: shown.index(s.role))


@dataclass(frozen=True)
class CasePage:
    """Everything of a case page but its frame."""

    case: Case
    actor: Actor
    next_due: Due | None
    dues: list[Due]
    open_acts: list[Availability]
    closed_acts: list[Availability]
    entries: list[EntryView]
    panels: dict[str, list[Panel]]
    tasks: list[Task]
    people: list[Sitter]


def entry_view(court: Sitting, case: Case, actor: Actor, entry: DocketEntry, locale: str) -> EntryView:
    """One entry for one viewer."""
    act = court.court.table[entry.act]
    readable = reads_entry(actor, entry)
    if not readable and entry.audience is Audience.SETTLEMENT:
        # Judge and clerk see that there is an entry, so that the chain is whole, and not who did what.
        title = T("A step in the parties’ private room")
        return EntryView(entry.number, "", title, None, T("not shown"), None, entry.effective_at, entry.recorded_at, entry.digest, entry.receipt, False, None)
    if not readable and entry.audience is Audience.NAMED:
        # Its name alone would tell: a preservation, a vote.
        title = T("A step that is not shown to you")
        return EntryView(entry.number, "", title, None, entry.role.label, None, entry.effective_at, entry.recorded_at, entry.digest, entry.receipt, False, None)
    payload = json.loads(entry.payload) if readable else None
    names = {p.id: p.name for p in case.parties}
    return EntryView(
        number=entry.number,
        act=entry.act,
        title=act.title,
        words=payload["words"].get(locale, payload["words"]["en"]) if payload else None,
        by=entry.role.label,
        by_name=names.get(entry.party_id) if entry.party_id else None,
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        digest=entry.digest,
        receipt=entry.receipt,
        is_mine=entry.account_id is not None and entry.account_id == actor.account_id,
        payload=payload,
    )


def dues(court: Sitting, case: Case, actor: Actor, available: Sequence[Availability]) -> list[Due]:
    """Open time limits, the actor's own first, then by date."""
    by_kind = {a.act.window: a for a in available if a.act.window and a.is_open}
    found = []
    for window in shown_windows(court, case, actor):
        mine = window.party_id == actor.party_id if actor.role in PARTY_ROLES else window.party_id is None and actor.role in (Role.JUDGE, Role.CLERK)
        found.append(Due(window, window_title(court, case, window), by_kind.get(window.kind) if mine else None, mine))
    far = datetime.max.replace(tzinfo=court.now.tzinfo)
    return sorted(found, key=lambda d: (d.act is None, not d.is_mine, d.window.due_at or far))


def case_page(court: Sitting, case: Case, actor: Actor, locale: str) -> CasePage:
    """Gather a case page for one viewer."""
    available = acts_for(court, case, actor)
    waiting = dues(court, case, actor, available)
    panels: dict[str, list[Panel]] = {}
    for contribute in court.court.hooks.panels:
        panel = contribute(court, case, actor)
        if panel is not None:
            panels.setdefault(panel.slot, []).append(panel)
    for listed in panels.values():
        listed.sort(key=lambda p: p.order)
    tasks = list(court.session.scalars(select(Task).where(Task.case_id == case.id, Task.role == actor.role, Task.done_at.is_(None)).order_by(Task.risk.desc(), Task.id)))
    return CasePage(
        case=case,
        actor=actor,
        next_due=next((d for d in waiting if d.act is not None), None),
        dues=waiting,
        open_acts=[a for a in available if a.is_open],
        closed_acts=[a for a in available if not a.is_open],
        entries=[entry_view(court, case, actor, e, locale) for e in latest_entries(court.session, case)],
        panels=panels,
        tasks=tasks,
        people=sitters(court, case),
    )
