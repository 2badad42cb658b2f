"""What is given about an expert's attendance at a hearing."""

from __future__ import annotations

from odr.procedure.forms.inputs import CourtModel


class RestInput(CourtModel):
    """The call whose rest is asked of who still objects."""

    call: str
