"""What people give in the hearing: one model for form, API and draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.forms.reading import Unreadable

Reasons = Annotated[str, CourtText(5, 2000), field(T("Reasons"), widget="textarea")]

ANSWERS = {"allow": T("Allow it"), "refuse": T("Refuse it")}


@dataclass(frozen=True)
class CourtHour(CourtText):
    """An hour of the day as a clock shows it: 09:30."""

    least: int = 4
    most: int = 5
    one_line: bool = True

    def read(self, text: str) -> str:
        """The hour as kept, with both its figures."""
        try:
            return f"{time.fromisoformat(super().read(text).zfill(5)):%H:%M}"
        except ValueError:
            raise Unreadable("hour_unreadable", T("Write the hour like 09:30.")) from None


class SealInput(CourtModel):
    """A seal, by its reference (the clock's)."""

    seal: str


class OrderInput(CourtModel):
    """An order with its reasons."""

    reasons: Reasons
