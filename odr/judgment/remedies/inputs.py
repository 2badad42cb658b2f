"""What is given when the file goes to the higher court."""

from __future__ import annotations

from typing import Annotated

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field


class SendFileInput(CourtModel):
    """Sending the file to the higher court."""

    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Higher court"))]
    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the file"), widget="textarea")] = None
