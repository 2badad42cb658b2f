"""What is written by whoever asks for mediation before a claim."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odr.filing.inputs import ApplicantInput, RespondentInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, field


class BeforeFilingInput(CourtModel):
    """Asking for mediation before any claim (OMR 8)."""

    cause: Annotated[str, field(T("What is the dispute about?"), choices="causes")]
    applicant: Annotated[ApplicantInput, field(T("About you"))]
    respondents: Annotated[list[RespondentInput], Field(min_length=1, max_length=5), field(T("With whom"))]
    what: Annotated[
        str,
        CourtText(1, 4000),
        field(T("What happened"), T("Shortly. The other side and the mediator read it."), widget="textarea"),
    ]
    asks: Annotated[str, CourtText(1, 2000), field(T("What would settle it?"), widget="textarea")]
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("If it is about money."))] = None
