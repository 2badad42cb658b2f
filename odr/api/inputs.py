"""What programs give beside the inputs of acts."""

from __future__ import annotations

from typing import Annotated

from odr.filing.inputs import JoinInput
from odr.procedure.inputs import CourtText, field
from odr.text import T


class JoinByCode(JoinInput):
    """What a respondent confirms on joining, with the code of the letter."""

    code: Annotated[str, CourtText(1, 40, one_line=True), field(T("Code of the letter"))]
