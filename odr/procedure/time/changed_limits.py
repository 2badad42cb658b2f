"""Which time limits an act changed, or is about: whoever writes of the act afterwards names them with their days."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from odr.procedure.models import Window

_CHANGED = "time limits the act in hand changed"


def note_changed(session: Session, windows: Iterable[Window]) -> None:
    """The act in hand changes these time limits, or reminds of them: the letters about it name their days."""
    session.info.setdefault(_CHANGED, set()).update(window.id for window in windows)


def take_changed(session: Session) -> Collection[int]:
    """The ids of what was noted since the last act; nothing is noted afterwards."""
    found: set[int] = session.info.pop(_CHANGED, set())
    return found
