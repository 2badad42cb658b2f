"""Time limits an act changed, or is about: whoever writes of the act afterwards names them with their days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.text import Text
from odr.procedure.models import Window, WindowState
from odr.procedure.time.reckoned_again import extension_to_json, reckon_working
from odr.procedure.time.reckoning import Extension

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

_CHANGED = "time limits the act in hand changed"


def note_changed(session: Session, windows: Iterable[Window]) -> None:
    """The act in hand changes these time limits, or reminds of them: the letters about it name their days."""
    session.info.setdefault(_CHANGED, set()).update(window.id for window in windows)


def take_changed(session: Session) -> Collection[int]:
    """The ids of what was noted since the last act; nothing is noted afterwards."""
    found: set[int] = session.info.pop(_CHANGED, set())
    return found


def give_until(sitting: Sitting, case: Case, window: Window, until: date, reason: Text, article: str) -> None:
    """Let a window run until a day at the earliest, again if it was over."""
    more = extension_to_json(Extension(reason, article, until_on=until, since=sitting.now))
    window.working = {**window.working, "extensions": [*window.working.get("extensions", []), more]}
    if window.state is not WindowState.HALTED:
        window.state, window.closed_by = WindowState.OPEN, None
    reckon_again(sitting, case, window)


def reckon_again(sitting: Sitting, case: Case, window: Window) -> None:
    """Find the end of a window anew from its start and everything that has halted or lengthened it."""
    kept: dict[str, Any] = dict(window.working)
    result = reckon_working(sitting.pack(case), kept)
    window.working = {**kept, **result.to_json(), "key": kept["key"]}
    window.due_at = result.due_at
    note_changed(sitting.session, [window])
