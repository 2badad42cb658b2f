"""What a window is called, and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.procedure.models import Window
from odr.text import Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def window_title(court: Sitting, case: Case, window: Window) -> Text:
    """What a window is called in the rule pack."""
    return court.pack(case).window(window.working["key"] or window.kind).title
