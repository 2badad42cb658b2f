"""What is given to entrust another court, and to record what came of it (CPL 134)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.evidence.inspections.models import OwnGround
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field


class EntrustInput(CourtModel):
    """What another court is asked, exactly: items and demands (CPL 134)."""

    request: Annotated[
        str | None,
        RefTo("evidence_request"),
        field(
            T("For which request?"),
            T("Evidence that the court is to collect. Leave it empty where nobody asked."),
            choices="to_be_collected",
            widget="select",
        ),
    ] = None
    ground: Annotated[
        Literal["public_interest", "status", "public_action", "collusion", "procedure"] | None,
        field(
            T("Where nobody asked: why may the court do so?"),
            options={one.value: one.label for one in OwnGround if one is not OwnGround.BROUGHT},
            widget="select",
        ),
    ] = None
    court: Annotated[str, CourtText(2, 200, one_line=True), field(T("Which court is asked?"))]
    address: Annotated[
        str, CourtText(2, 1000), field(T("Where the letter goes"), T("Address, division, person."), widget="textarea")
    ]
    items: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What is asked, and of whom?"), T("One item a line, as exactly as you can."), widget="textarea"),
    ]
    demands: Annotated[
        str,
        CourtText(5, 2000),
        field(
            T("How is it to be done?"),
            T("For example: a record that whoever was asked signs, copies that are certified."),
            widget="textarea",
        ),
    ]
    fact: Annotated[str, CourtText(5, 1000), field(T("Which fact is it to show?"), widget="textarea")]
    reasons: Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]

    @model_validator(mode="after")
    def _asked_or_own_ground(self) -> EntrustInput:
        if (self.request is None) == (self.ground is None):
            fault = FieldFault(("ground",), T("Choose a request, or say why the court may do so without being asked."))
            raise InvalidInput([fault])
        return self


class ReceivedInput(CourtModel):
    """The day on which the other court received the letter."""

    inquiry: Annotated[str, RefTo("entrusted_inquiry"), field(T("Letter"), choices="entrusted_on_their_way")]
    on: Annotated[CourtDate, field(T("Received by the other court on"))]
    words: Annotated[str, CourtText(1, 500), field(T("What shows it?"), T("For example the receipt of the post."))]


class EntrustedAnswerInput(CourtModel):
    """What came of an inquiry by another court."""

    inquiry: Annotated[str, RefTo("entrusted_inquiry"), field(T("Inquiry"), choices="entrusted_not_answered")]
    answer: Annotated[
        Literal["answered", "unable", "dropped"],
        field(
            T("What came of it?"),
            options={
                "answered": T("The other court sent what it found"),
                "unable": T("The other court wrote why it cannot"),
                "dropped": T("It is not needed any more, and the other court was told"),
            },
            widget="radios",
        ),
    ]
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("What does it say?"),
            T("What was found, also beyond what was asked; or why not; or why it is not needed."),
            widget="textarea",
        ),
    ]
    uploads: Annotated[
        list[str],
        RefTo("upload"),
        Field(max_length=20),
        field(T("Papers of the other court"), choices="upload", widget="checkboxes"),
    ] = []

    @model_validator(mode="after")
    def _an_answer_has_papers(self) -> EntrustedAnswerInput:
        if (self.answer == "answered") != bool(self.uploads):
            fault = FieldFault(("uploads",), T("Choose the papers of an answer; otherwise choose none."))
            raise InvalidInput([fault])
        return self
