"""What is given when the rest of an expert's attendance is asked of who still objects."""

from __future__ import annotations

from odr.procedure.forms.inputs import CourtModel


class RestInput(CourtModel):
    """The call whose rest is asked of who still objects."""

    call: str
