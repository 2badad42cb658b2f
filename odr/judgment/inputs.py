"""What is given to sign a draft, to have a decision take effect, and to have a preservation reviewed."""

from __future__ import annotations

from typing import Annotated

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field


class SignInput(CourtModel):
    """The draft that is ready."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]


class EffectInput(CourtModel):
    """Which decision takes effect."""

    decision: str


class OverdueInput(CourtModel):
    """Whose last day to perform is over: ``respondent/1``."""

    debtor: str


class StatementTimeInput(CourtModel):
    """The mediation statement, by the reference of its paper, whose time is recorded."""

    statement: str


class MotionOverInput(CourtModel):
    """Which motion ends with its case."""

    motion: str


class ReviewInput(CourtModel):
    """Why a preservation should be looked at again."""

    asks: Annotated[str, CourtText(1, 2000), field(T("What should the court do?"), widget="textarea")]
    grounds: Annotated[
        str, CourtText(1, 8000), field(T("Why"), T("The facts, and what shows them."), widget="textarea")
    ]
