"""What is written in an application for preservation, before a claim or with one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from odr.filing.inputs import ApplicantInput, RespondentInput
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.judgment.vocabulary import LIMITING, EvidenceMeasure
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, field


class OverInput(CourtModel):
    """Nothing is said: what ends has ended by itself."""


MEASURES = {measure.value: measure.label for measure in EvidenceMeasure}


class OpeningInput(CourtModel):
    """Who asks before there is a claim, against whom, in what kind of dispute."""

    cause: Annotated[str, field(T("What is the dispute about?"), choices="causes")]
    applicant: Annotated[ApplicantInput, field(T("About you"))]
    respondents: Annotated[list[RespondentInput], Field(min_length=1, max_length=20), field(T("Whom it is against"))]


class BeforeClaimInput(OpeningInput):
    """An application for preservation before any claim (CPL 104)."""

    asks: Annotated[
        str,
        CourtText(1, 2000),
        field(T("What should be secured?"), T("Which account, thing or conduct, and where."), widget="textarea"),
    ]
    grounds: Annotated[
        str,
        CourtText(1, 8000),
        field(
            T("Why it cannot wait for a claim"),
            T("What you would lose that could not be made good, and what shows it."),
            widget="textarea",
        ),
    ]
    amount: Annotated[
        CourtMoney | None, field(T("Amount to be secured"), T("Leave it empty if it is about conduct, not money."))
    ] = None
    security: Annotated[
        str,
        CourtText(1, 1000),
        field(
            T("What security you offer"),
            T("Without security nothing is preserved before a claim; for money, as a rule, the same amount [CPI 152]."),
            widget="textarea",
        ),
    ]


class EvidenceToPreserve(CourtModel):
    """What an application for the preservation of evidence says (EV 25, 26)."""

    asks: Annotated[
        str,
        CourtText(1, 2000),
        field(
            T("Which evidence is to be preserved?"),
            T("What it is, and by what one knows it: address, account, number, place."),
            widget="textarea",
        ),
    ]
    holder: Annotated[
        str,
        CourtText(1, 400),
        field(T("Who has it, and where is it?"), T("Name and address, as far as you know."), widget="textarea"),
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    grounds: Annotated[
        str,
        CourtText(1, 8000),
        field(
            T("Why may it be lost, or hard to get later?"),
            T("For example: the page is deleted after 30 days, the goods spoil."),
            widget="textarea",
        ),
    ]
    measures: Annotated[
        list[EvidenceMeasure],
        Field(min_length=1, max_length=len(MEASURES)),
        field(
            T("What should the court do?"),
            T("Ask for what burdens the other side least and still does."),
            options=MEASURES,
            widget="checkboxes",
        ),
    ]
    harmful: Annotated[
        bool,
        field(
            T("It may cause loss to who has it"),
            T("Then, and where it is sealed up or taken away, you must give security [EV 26]."),
        ),
    ] = False
    security: Annotated[str | None, CourtText(0, 1000), field(T("What security you offer"), widget="textarea")] = None

    @property
    def needs_security(self) -> bool:
        """Whether the measures asked for limit the use of the thing, or may harm its holder (EV 26)."""
        return self.harmful or not LIMITING.isdisjoint(self.measures)

    @model_validator(mode="after")
    def _security_is_offered(self) -> EvidenceToPreserve:
        if self.needs_security and not self.security:
            raise InvalidInput.at(
                "security", T("Say what security you offer: these measures may limit or harm who has it.")
            )
        return self


class BeforeClaimEvidenceInput(EvidenceToPreserve, OpeningInput):
    """An application for the preservation of evidence before any claim (CPL 84)."""
