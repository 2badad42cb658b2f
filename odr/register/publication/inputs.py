"""What the acts of publication are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.register.redaction.known import Choice

CHOICES = {
    Choice.REPLACE.value: T("Replace"),
    Choice.CUT.value: T("Cut"),
    Choice.LEAVE.value: T("Leave as it is"),
}


class PublicationRef(CourtModel):
    """The decision that is meant, by its number in the ledger."""

    publication: Annotated[
        str, RefTo("publication"), field(T("Which decision?"), choices="publications", widget="radios")
    ]


class PassageInput(CourtModel):
    """Words of the text somebody does not want to be read by everybody."""

    words: Annotated[str, CourtText(1, 300, one_line=True), field(T("Words"), T("Exactly as they stand in the text."))]


class ChoiceInput(CourtModel):
    """What the clerk decides on one candidate."""

    number: Annotated[int, Field(ge=1, le=100_000), field(T("Number of the candidate"))]
    choice: Annotated[Literal["replace", "cut", "leave"], field(T("What becomes of it"), options=CHOICES)]


class ProposalInput(PublicationRef):
    """The public text: every candidate decided. ``seen`` is the digest of the candidates that were shown."""

    seen: Annotated[
        str,
        CourtText(64, 64, one_line=True),
        field(T("The candidates you were shown, by their digest"), widget="hidden"),
    ]
    choices: Annotated[list[ChoiceInput], Field(max_length=5000), field(T("Candidate"))] = []
    passages: Annotated[
        list[PassageInput], Field(max_length=20), field(T("Words to cut besides, which nothing found"))
    ] = []

    @model_validator(mode="after")
    def _once_each(self) -> ProposalInput:
        numbers = [one.number for one in self.choices]
        if len(set(numbers)) != len(numbers):
            raise InvalidInput.at("choices", T("A candidate is decided twice."))
        return self

    @property
    def chosen(self) -> dict[int, str]:
        """Choices by the number of their candidate."""
        return {one.number: one.choice for one in self.choices}


class ReasonInput(PublicationRef):
    """A reason of the closed list; the words beside it stay within the court and the parties."""

    reason: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Reason"), choices="withheld_reasons", widget="radios")
    ]
    words: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Why, in your words"),
            T("For the file and the parties. The public ledger names the reason of the list and nothing else."),
            widget="textarea",
        ),
    ] = None


class WithdrawalInput(PublicationRef):
    """Why a public text is taken back."""

    reason: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Reason"), choices="withdrawn_reasons", widget="radios")
    ]
    words: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Why, in your words"),
            T("For the file and the parties. The public ledger names the reason of the list and nothing else."),
            widget="textarea",
        ),
    ] = None


class CorrectionInput(ProposalInput):
    """A public text whose masking was wrong: what is decided anew, and why."""

    reason: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Reason"), choices="withdrawn_reasons", widget="radios")
    ]


class ApprovalInput(PublicationRef):
    """Approval of the text exactly as it was read."""

    text_sha256: Annotated[
        str, CourtText(64, 64, one_line=True), field(T("The text you have read, by its digest"), widget="hidden")
    ]
    despite: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Why it is published although its kind is not, as a rule"),
            T("Only for a mediation or its confirmation: which interest of the state, the public or others needs it."),
            widget="textarea",
        ),
    ] = None


class ObjectionInput(PublicationRef):
    """What a party objects to in the text that is to be public."""

    passages: Annotated[
        list[PassageInput], Field(max_length=20), field(T("Words that should not be public"), ready=1)
    ] = []
    reasons: Annotated[str, CourtText(1, 2000), field(T("What is wrong with the text, and why"), widget="textarea")]


class RestoreInput(PublicationRef):
    """Putting back what was withdrawn, or taking up again what was withheld."""

    reasons: Annotated[str, CourtText(1, 2000), field(T("Why"), widget="textarea")]
