"""What is written in the ruling on a confirmation, and on an objection to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.papers.language import CaseLanguage


class ConfirmationRulingInput(CourtModel):
    """The ruling on an application for confirmation, with the number of its case typed by hand."""

    result: Annotated[
        Literal["confirmed", "dismissed", "not_accepted", "withdrawn"],
        field(
            T("Result of the ruling"),
            options={
                "confirmed": T("The agreement is valid"),
                "dismissed": T("The application is dismissed"),
                "not_accepted": T("The application is not accepted"),
                "withdrawn": T("The application is withdrawn"),
            },
        ),
    ]
    ground: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Ground"), T("Unless it is confirmed or withdrawn."), choices="grounds_not_to_confirm"),
    ] = None
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    case_number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(
            T("Type the number of the case"),
            T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
        ),
    ]
    language: CaseLanguage = ""

    @model_validator(mode="after")
    def _ground_belongs(self) -> ConfirmationRulingInput:
        if (self.result in ("dismissed", "not_accepted")) != bool(self.ground):
            raise InvalidInput.at("ground", T("Name the ground for a refusal, and none where it is confirmed."))
        return self


class ObjectionRulingInput(CourtModel):
    """The ruling on an objection to a confirmation."""

    result: Annotated[
        Literal["stands", "set_aside"],
        field(
            T("Result of the ruling"),
            options={
                "stands": T("The objection is dismissed; the confirmation stands"),
                "set_aside": T("The confirmation is set aside"),
            },
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    language: CaseLanguage = ""
