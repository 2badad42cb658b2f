"""What somebody writes who asks to intervene, and what an entry records of a mandate."""

from __future__ import annotations

from typing import Annotated

from odr.docket.models import PartyKind
from odr.ground.text import T
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtPhone, CourtText, field


class InterventionInput(CourtModel):
    """Who asks to take part in a case of others, and why the outcome concerns them."""

    name: Annotated[str, CourtText(1, 200), field(T("Your full name, or the company’s"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What in the dispute is yours, or how does its outcome concern you?"), widget="textarea"),
    ]


class MandateFact(CourtModel):
    """A mandate whose signature or end the docket has to tell of."""

    mandate: str
