"""What somebody writes who registers for an action of many."""

from __future__ import annotations

from typing import Annotated

from odr.docket.models import PartyKind
from odr.ground.text import T
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtMoney, CourtPhone, CourtText, field


class RegistrationInput(CourtModel):
    """Who registers, what ties them to the other side, and what harm they had."""

    name: Annotated[str, CourtText(1, 200), field(T("Your full name, or the company’s"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    tie: Annotated[
        str,
        CourtText(5, 2000),
        field(
            T("What ties you to the other side?"),
            T("For example the order number and the day of the order."),
            widget="textarea",
        ),
    ]
    harm: Annotated[str, CourtText(5, 2000), field(T("What harm did you have, and what shows it?"), widget="textarea")]
    amount: Annotated[CourtMoney, field(T("Amount you ask for"))]


class RegistrationFact(RegistrationInput):
    """The same, with the account that registered."""

    account: str
