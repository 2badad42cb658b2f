"""What is given when the file goes to the higher court, and what everybody says who asks for something of a retrial."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field


class SendFileInput(CourtModel):
    """Sending the file to the higher court."""

    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Higher court"))]
    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the file"), widget="textarea")] = None


Grounds = Annotated[
    list[str], Field(min_length=1, max_length=13), field(T("On which grounds"), choices="retrial_grounds")
]
"""Of a retrial (CPL 211)."""
Facts = Annotated[str, CourtText(1, 16000), field(T("What shows them"), widget="textarea")]
Asks = Annotated[
    str,
    CourtText(1, 4000),
    field(
        T("What should be decided instead?"),
        T("A retrial keeps to this. It cannot go beyond what was asked for at first [CPI 403]."),
        widget="textarea",
    ),
]
KnownOn = Annotated[
    CourtDate | None,
    field(
        T("Since when you know of it"),
        T("Needed later than [time retrial_application] after the decision took effect."),
        asked="grounds_known_later",
    ),
]
"""Of grounds that count from the day they became known (CPL 216)."""
