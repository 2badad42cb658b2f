"""Inputs of preservation: property and conduct, evidence, in a case and before a claim."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import InvalidInput
from odr.evidence.inputs import FactNumbers
from odr.filing.inputs import ApplicantInput, RespondentInput
from odr.judgment.kinds import LIMITING, EvidenceMeasure
from odr.procedure.inputs import CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field
from odr.text import T

LANGUAGES = {"zh-Hans": T("Chinese"), "en": T("English")}
MEASURES = {measure.value: measure.label for measure in EvidenceMeasure}


class PreservationRulingInput(CourtModel):
    """The ruling on an application for preservation."""

    motion: Annotated[str, CourtText(1, 40, one_line=True), field(T("Application"), choices="open_preservations")]
    result: Annotated[
        Literal["granted", "partly", "refused"],
        field(
            T("Ruling"), options={"granted": T("Granted"), "partly": T("Granted in part"), "refused": T("Not granted")}
        ),
    ]
    measures: Annotated[
        list[EvidenceMeasure],
        Field(max_length=len(MEASURES)),
        field(
            T("Measures, where evidence is preserved"),
            T(
                "Those that do for the purpose and burden who holds it least (Evidence Rules, art. 27). None for property or conduct."
            ),
            options=MEASURES,
            widget="checkboxes",
        ),
    ] = []
    orders: Annotated[str, CourtText(1, 4000), field(T("It is ruled"), T("One order in each line."), widget="textarea")]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    security: Annotated[
        CourtMoneyOrZero | None, field(T("Security to be given first"), T("Nothing is carried out before it is given."))
    ] = None
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the decision"), options=LANGUAGES)] = "zh-Hans"


class SecurityInput(CourtModel):
    """The security an applicant gave."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="unsecured_preservations")
    ]
    amount: Annotated[CourtMoney, field(T("Amount of the security"))]
    how: Annotated[
        str,
        CourtText(1, 400, one_line=True),
        field(T("How it was given"), T("For example the number of a bank’s or insurer’s letter.")),
    ]


class ExecuteInput(CourtModel):
    """How a preservation was carried out."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="ready_preservations")
    ]
    what: Annotated[
        str,
        CourtText(1, 2000),
        field(T("What was done"), T("Account, asset or conduct, by whom, and until when."), widget="textarea"),
    ]


class PreservedEvidenceInput(CourtModel):
    """The record of how evidence was preserved (EV 23, 27)."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="ready_evidence_preservations")
    ]
    at: Annotated[str, CourtText(1, 400, one_line=True), field(T("When and where"))]
    present: Annotated[
        str,
        CourtText(1, 1000),
        field(T("Who was present"), T("Who acted for the court, who held it, which parties came."), widget="textarea"),
    ]
    how: Annotated[
        str,
        CourtText(1, 2000),
        field(
            T("What was done, and how"),
            T("Step by step. For a copy: from which carrier, with what, and why not the original."),
            widget="textarea",
        ),
    ]
    kept: Annotated[str, CourtText(1, 400, one_line=True), field(T("Where it is kept now, and by whom"))]
    uploads: Annotated[
        list[str],
        Field(max_length=50),
        RefTo("upload"),
        field(
            T("Files that came of it"),
            T("Send them first. Each becomes an exhibit of the party that asked."),
            widget="checkboxes",
        ),
    ] = []


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
            T(
                "Without security nothing is preserved before a claim; for money, as a rule, the same amount (Interpretation, art. 152)."
            ),
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
            T("Then, and where it is sealed up or taken away, you must give security (Evidence Rules, art. 26)."),
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


class EvidencePreservationInput(EvidenceToPreserve):
    """An application for the preservation of evidence in a case (CPL 84)."""

    facts: FactNumbers = []
    urgent: Annotated[
        bool,
        field(
            T("It cannot wait"),
            T("Urgent preservation is decided within 48 hours (Civil Procedure Law, arts. 103, 104)."),
        ),
    ] = False


class BeforeClaimEvidenceInput(EvidenceToPreserve, OpeningInput):
    """An application for the preservation of evidence before any claim (CPL 84)."""


class NameClaimInput(CourtModel):
    """The claim that followed a preservation."""

    claim: Annotated[str, CourtText(1, 40, one_line=True), field(T("The claim"), choices="claims_that_follow")]


class PreservedFromInput(CourtModel):
    """Where evidence was preserved before there was a claim."""

    case: Annotated[str, CourtText(1, 60)]
    number: Annotated[str, CourtText(1, 60)]
