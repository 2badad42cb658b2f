"""An hour of the day that somebody gives, and the moment it names where the court is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtText
from odr.procedure.forms.reading import Unreadable

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


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


def hour_of(sitting: Sitting, case: Case, day: date, hour: str, at: str) -> datetime:
    """The moment a day and an hour of a form name, where the court is. Raises InvalidInput."""
    try:
        return datetime.combine(day, time.fromisoformat(hour.zfill(5)), sitting.pack(case).tz)
    except ValueError:
        raise InvalidInput.at(at, T("Write the hour like 09:30.")) from None
