"""What a person writes in the steps of a draft: one model for the form, the API and the draft's check."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odr.filing.inputs import FactInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, field


class FactsStep(CourtModel):
    """What happened, in numbered facts."""

    facts: Annotated[list[FactInput], Field(min_length=1, max_length=100), field(T("Fact"))]
