"""What programs give beside the inputs of acts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from odr.filing.inputs import AboutYouStep, JoinInput
from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field


class JoinByCode(JoinInput):
    """What a respondent confirms on joining, with the code of the letter."""

    code: Annotated[str, CourtText(1, 40, one_line=True), field(T("Code of the letter"))]


CLAIMS = T("Each as in “Claim”, without “claimant”. A claim that cannot be taken says why; the others are lodged.")


class BulkInput(CourtModel):
    """One claimant and their claims, each as the court takes a claim, without the claimant."""

    claimant: Annotated[AboutYouStep, field(T("Who claims"))]
    claims: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000), field(T("Claims"), CLAIMS)]
    name: Annotated[str, CourtText(0, 200, one_line=True), field(T("Name for your own use"))] = ""


class SimilarQuestion(CourtModel):
    """What a claim is about: its kind, and the facts as they are told."""

    cause: Annotated[str, CourtText(1, 60, one_line=True), field(T("Kind of dispute"))]
    facts: Annotated[list[Annotated[str, CourtText(1, 4000)]], Field(min_length=1, max_length=100), field(T("Fact"))]
