"""What is written when cases are heard together or apart, and in an action of many."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.docket.models import PartyKind
from odr.filing.inputs_motions import Answer, Reasons
from odr.procedure.inputs import Choice, CourtEmail, CourtModel, CourtMoney, CourtPhone, CourtText, RefTo, field
from odr.text import T

GROUNDS = {
    "same_facts": T("They rest on the same facts"),
    "same_kind": T("They are of the same kind, and everybody agrees"),
}
NAMED = {
    "elected": T("Elected by those who registered"),
    "agreed": T("Put forward by the court and agreed"),
    "appointed": T("Appointed by the court among the claimants"),
}
DISPOSITIONS = {
    "change": T("Change the claims"),
    "waive": T("Waive claims or withdraw"),
    "admit": T("Admit what the other side claims"),
    "settle": T("Settle"),
}


class JoinIntoInput(CourtModel):
    """Into which case another goes, and why."""

    into: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of the other case"))]
    ground: Annotated[Literal["same_facts", "same_kind"], field(T("Why together?"), options=GROUNDS)]
    agreed: Annotated[
        tuple[str, ...],
        Field(max_length=200),
        field(T("Who agreed"), T("Needed only where the facts are not the same."), choices="parties_by_name"),
    ] = ()
    reasons: Reasons


class TakenInFact(CourtModel):
    """What came from another case."""

    case: str
    reference: str
    parties: list[dict[str, str]]
    ground: str
    reasons: str


class SeverInput(CourtModel):
    """Which claim is heard by itself, and why."""

    claim: Annotated[str, RefTo("claim"), field(T("Claim"), choices="claims")]
    reasons: Reasons


class SeveredFact(CourtModel):
    """From which case a claim was severed."""

    case: str
    reference: str
    claim: str
    reasons: str


class AnnounceInput(CourtModel):
    """What everybody concerned reads: what the case is about, what is asked for, until when to register."""

    about: Annotated[
        str,
        CourtText(20, 4000),
        field(
            T("What the case is about"),
            T("So that anybody concerned recognises it. No names of private persons."),
            widget="textarea",
        ),
    ]
    asked: Annotated[str, CourtText(10, 2000), field(T("What is asked for"), widget="textarea")]
    days: Annotated[int, Field(ge=1, le=365), field(T("Days to register"), T("At least what the rules say."))] = 30


class RegistrationInput(CourtModel):
    """Who registers, what ties her to the other side, and what harm she had."""

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


class RegistrationRuling(CourtModel):
    """Whether somebody is registered, and why."""

    member: Annotated[str, RefTo("group_member"), field(T("Who registered"), choices="group_members")]
    answer: Answer
    reasons: Reasons


class ElectInput(CourtModel):
    """Whom a claimant wants to conduct the case for all."""

    candidates: Annotated[
        tuple[Annotated[str, RefTo("party")], ...],
        Field(min_length=1, max_length=5),
        field(
            T("Whom do you elect?"), T("Up to five. Electing again replaces what you said before."), choices="claimants"
        ),
    ]


class NameRepresentativesInput(CourtModel):
    """Who conducts the case for all, and how they were found."""

    people: Annotated[
        tuple[Annotated[str, RefTo("party")], ...],
        Field(min_length=2, max_length=5),
        field(T("Representatives"), T("Two to five of the claimants."), choices="claimants"),
    ]
    how: Annotated[Literal["elected", "agreed", "appointed"], field(T("How were they found?"), options=NAMED)]
    reasons: Reasons


class DispositionInput(CourtModel):
    """What the representatives want to do for all."""

    what: Annotated[
        Literal["change", "waive", "admit", "settle"], field(T("What do you propose?"), options=DISPOSITIONS)
    ]
    words: Annotated[
        str, CourtText(10, 4000), field(T("In words, so that everybody knows what she agrees to"), widget="textarea")
    ]


class ConsentToDispositionInput(CourtModel):
    """Whether one of the represented agrees."""

    proposal: Annotated[str, RefTo("disposition"), field(T("Proposal"), choices="dispositions")]
    agrees: Annotated[Literal["yes", "no"], field(T("Do you agree?"), options={"yes": T("Yes"), "no": T("No")})]
