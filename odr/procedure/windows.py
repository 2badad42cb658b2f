"""What a window is called, and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry
from odr.docket.visibility import Viewer, reads_entry
from odr.procedure.models import Window
from odr.procedure.rules import WindowRule
from odr.text import Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def rule_of(court: Sitting, window: Window) -> WindowRule:
    """The rule a window was opened under: it keeps it, whatever came into force since."""
    working = window.working
    return court.court.packs.get(working["pack"], working["version"]).window(working["key"] or window.kind)


def window_title(court: Sitting, case: Case, window: Window) -> Text:
    """What a window is called in the rule pack."""
    return rule_of(court, window).title


def shown_windows(court: Sitting, case: Case, viewer: Viewer) -> list[Window]:
    """The open windows a viewer may know of: none that was opened by an entry for others only."""
    found = court.windows(case)
    named = select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.audience == Audience.NAMED)
    opening = court.session.scalars(named.where(DocketEntry.number.in_([w.opened_by for w in found])))
    hidden = {entry.number for entry in opening if not reads_entry(viewer, entry)}
    return [w for w in found if w.opened_by not in hidden]
