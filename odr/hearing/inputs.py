"""What people give in the hearing: one model for form, API and draft."""

from __future__ import annotations

from typing import Annotated

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field

Reasons = Annotated[str, CourtText(5, 2000), field(T("Reasons"), widget="textarea")]

ANSWERS = {"allow": T("Allow it"), "refuse": T("Refuse it")}


class SealInput(CourtModel):
    """A seal, by its reference (the clock's)."""

    seal: str


class OrderInput(CourtModel):
    """An order with its reasons."""

    reasons: Reasons
