"""What the acts about certified copies are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.register.copies.models import CopyForm

POST = "post"
HOW = {"collect": T("I collect it at the registry"), POST: T("By post")}
NOT = "not"
HANDED = {
    "collected": T("Collected at the registry"),
    "posted": T("Posted"),
    NOT: T("It cannot be handed over; what it cost goes back"),
}


class CopyInput(CourtModel):
    """In what form a certified copy is wanted, and how one on paper is handed over."""

    form: Annotated[
        Literal["archive", "paper"],
        field(T("In what form?"), options={one.value: one.label for one in CopyForm}, widget="radios"),
    ]
    how: Annotated[
        Literal["collect", "post"] | None,
        field(T("How do you get a copy on paper?"), T("Only for a copy on paper."), options=HOW, widget="radios"),
    ] = None
    to: Annotated[
        str | None,
        CourtText(0, 300),
        field(T("Address for the post"), T("Only for a copy on paper that is posted."), widget="textarea"),
    ] = None

    @model_validator(mode="after")
    def _on_paper_somehow(self) -> CopyInput:
        if self.form == CopyForm.PAPER.value and self.how is None:
            raise InvalidInput.at("how", T("Say how you get the copy on paper."))
        if self.form == CopyForm.PAPER.value and self.how == POST and not self.to:
            raise InvalidInput.at("to", T("Say where the copy is posted."))
        return self


class CertifyCopyInput(CourtModel):
    """A copy as the worker made it: its digest and size, up to which entry, and how many pages."""

    request: str
    sha256: Annotated[str, CourtText(64, 64, one_line=True)]
    size: Annotated[int, Field(ge=0)]
    upto: Annotated[int, Field(ge=0)]
    pages: Annotated[int | None, Field(ge=0)] = None


class HandOverInput(CourtModel):
    """How a copy on paper left the court, or why it cannot."""

    request: Annotated[str, RefTo("copy"), field(T("Which copy?"), choices="copies_to_hand_over", widget="radios")]
    how: Annotated[
        Literal["collected", "posted", "not"], field(T("How was it handed over?"), options=HANDED, widget="radios")
    ]
    proof: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(
            T("To whom, the number of the parcel, or why it cannot be"),
            T("As it stands in the registry’s book of the day."),
        ),
    ]
