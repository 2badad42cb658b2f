"""Halting, resuming, extending and reopening time limits, each reckoned again with its whole working."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Party
from odr.ground.text import Text, last_day
from odr.procedure.acts.events import PartyAbroad, TimeGivenBack
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.time.changed_limits import give_until, note_changed, reckon_again
from odr.procedure.time.reckoning import reckon
from odr.procedure.time.written_working import text_to_json

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def halt(windows: Iterable[Window], now: datetime) -> int:
    """Let running windows stand still from ``now``, but those that run on whatever happens; returns how many did."""
    count = 0
    for window in windows:
        if window.state is WindowState.OPEN and not TIME_LIMITS[window.kind].runs_on:
            window.state, window.halted_at = WindowState.HALTED, now
            count += 1
    return count


def go_on(sitting: Sitting, case: Case, windows: Iterable[Window], now: datetime, reason: Text, article: str) -> int:
    """Let halted windows run again; the days of the standstill are not counted. Returns how many.

    ``now`` may lie in the past, where what ended the standstill becomes known late: a window that began after it never
    stood still.
    """
    count = 0
    for window in windows:
        if window.state is not WindowState.HALTED or window.halted_at is None:
            continue
        if window.halted_at < now:
            still = {
                "from": window.halted_at.isoformat(),
                "until": now.isoformat(),
                "reason": text_to_json(reason),
                "article": article,
            }
            window.working = {**window.working, "suspensions": [*window.working.get("suspensions", []), still]}
        window.state, window.halted_at = WindowState.OPEN, None
        reckon_again(sitting, case, window)
        count += 1
    return count


def extend(sitting: Sitting, case: Case, window: Window, days: int, reason: Text, article: str) -> None:
    """Give a window so many days more from the end it had, and let it run again if it had lapsed."""
    more = {"amount": days, "reason": text_to_json(reason), "article": article}
    window.working = {**window.working, "extensions": [*window.working.get("extensions", []), more]}
    if window.state is WindowState.LAPSED:
        window.state, window.closed_by = WindowState.OPEN, None
    reckon_again(sitting, case, window)


def reopen(sitting: Sitting, case: Case, window: Window, now: datetime, days: int, reason: Text, article: str) -> None:
    """Let a window end ``days`` after today at the earliest: what an obstacle took is given back (CPL 86)."""
    pack = sitting.pack(case)
    until = last_day(reckon(pack, Period(amount=days, unit=Unit.DAYS), now, article=article).due_at, pack.tz)
    give_until(sitting, case, window, until, reason, article)


def by_rule(sitting: Sitting, case: Case, window: Window, key: str) -> bool:
    """Give a window the length a rule gives it from its own start, never less than its holder was told; whether it is
    longer now. Raises NoSuchRule.
    """
    party = case.party_if_any(window.party_id)
    start = datetime.fromisoformat(window.working["start"])
    result = reckon(sitting.pack(case), key, start, track=case.track.value, abroad=bool(party and party.abroad))
    if window.due_at is None or result.due_at <= window.due_at:
        return False
    kept: dict[str, Any] = {
        name: window.working[name] for name in ("proof", "suspensions", "extensions") if name in window.working
    }
    window.working, window.due_at = {**result.to_json(), **kept, "key": key}, result.due_at
    note_changed(sitting.session, [window])
    if "suspensions" in kept or "extensions" in kept:
        reckon_again(sitting, case, window)
    return True


def longer_abroad(sitting: Sitting, event: PartyAbroad) -> None:
    """Who lives abroad has the time that the law gives there, from the same service: what runs or stands still runs
    longer, and what ended too early and would still run is open again (CPL 285, 286).

    Once judgment is given only times to appeal come back: nobody answers a claim that is decided.
    """
    case, party = event.case, event.party
    rules = sitting.pack(case).windows.rules
    for window in sitting.windows(case, party=party, state=None):
        key = window.working.get("key") or window.kind
        if key not in rules or rules[key].abroad is None or "start" not in window.working:
            continue
        # Where the case went over to a track that knows no such time, what runs goes on as its holder was told.
        with contextlib.suppress(NoSuchRule):
            if window.state in (WindowState.OPEN, WindowState.HALTED):
                by_rule(sitting, case, window, key)
            elif window.state is WindowState.LAPSED and (
                case.pronounced_at is None or window.kind.startswith("appeal_")
            ):
                _open_again(sitting, case, window, key, party)


def _open_again(sitting: Sitting, case: Case, window: Window, key: str, party: Party) -> None:
    """A limit that ended too early runs on, where it would not have ended yet."""
    before, working = window.due_at, window.working
    by_rule(sitting, case, window, key)
    if window.due_at is not None and window.due_at >= sitting.now:
        window.state, window.closed_by = WindowState.OPEN, None
        sitting.announce(TimeGivenBack(case, party, window.kind, window.subject))
    else:
        window.due_at, window.working = before, working
