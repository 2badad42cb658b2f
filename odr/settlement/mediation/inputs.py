"""What is given when somebody asks for mediation or agrees to it."""

from __future__ import annotations

from typing import Annotated

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field


class MediateInput(CourtModel):
    """Asking for mediation, or agreeing to it."""

    words: Annotated[
        str | None, CourtText(0, 2000), field(T("A word to the other side, if you want"), widget="textarea")
    ] = None
