"""What a letter asks, with its day: the same words at its top, in its text, and on the page its code opens."""

from __future__ import annotations

from datetime import date

from odr.ground.text import T, Text


def asked_by(ask: Text | None, is_duty: bool, day: date) -> Text:
    """What is asked by the end of a day, or may be done until then; where nothing is, that it ends."""
    if ask is None:
        return T("This ends at the end of %(day)s.", day=day)
    if is_duty:
        return T("Please %(ask)s by the end of %(day)s.", ask=ask, day=day)
    return T("You can %(ask)s until the end of %(day)s.", ask=ask, day=day)
