"""Inputs of acts of evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from odr.evidence.models import Category
from odr.procedure.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.text import T


class Provenance(CourtModel):
    """Where a file comes from, in questions anybody can answer (IC 11, OLR 18, EV 93)."""

    made_with: Annotated[str | None, CourtText(0, 500), field(T("With what was it made or saved?"), T("For example: my own phone, the shop’s system."))] = None
    made_at: Annotated[str | None, CourtText(0, 200), field(T("When?"), T("As exactly as you know."))] = None
    kept: Annotated[str | None, CourtText(0, 500), field(T("Where was it kept since, and who could change it?"))] = None
    changed: Annotated[str | None, CourtText(0, 500), field(T("Was it cut, converted or forwarded? How?"))] = None
    original: Annotated[str | None, CourtText(0, 500), field(T("Where is the original now?"))] = None


class ExhibitInput(CourtModel):
    """A file and what it is to show."""

    upload: Annotated[str, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))]
    title: Annotated[str, CourtText(1, 200, one_line=True), field(T("What is it?"), T("For example: order page, chat with the shop."))]
    category: Annotated[Category, Choice(Category), field(T("Kind of evidence"))] = Category.FILES
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    source: Annotated[str, CourtText(1, 1000), field(T("Where does it come from?"), T("For example: my phone, the shop’s page on 11 November."), widget="textarea")]
    provenance: Annotated[Provenance | None, field(T("More about its origin"), T("The more you can say, the less there is to dispute."))] = None
    secret: Annotated[
        bool,
        field(
            T("It holds a trade secret or something private: ask the judge to seal it"),
            T("The file is encrypted at once and nobody else opens it until the judge decides. Its title and what it shows are seen by everybody in the case."),
        ),
    ] = False
    why_secret: Annotated[str | None, CourtText(0, 1000), field(T("If so: what must be kept from whom, and why?"), widget="textarea")] = None
    why_late: Annotated[str | None, CourtText(0, 1000), field(T("If the time for evidence has ended: why does it come late?"), widget="textarea")] = None


class WithdrawExhibitInput(CourtModel):
    """Taking an exhibit back; it stays on record."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"))]
    reason: Annotated[str, CourtText(1, 1000), field(T("Why?"), widget="textarea")]


class SealInput(CourtModel):
    """Keeping a file from others, or opening it, by order of the judge."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"))]
    answer: Annotated[
        Literal["seal", "open"],
        field(T("What do you order?"), options={"seal": T("The file is sealed"), "open": T("The file is open to everybody in the case")}, widget="radios"),
    ]
    readers: Annotated[
        list[str],
        field(T("Who may open it besides the bench and the party it comes from?"), T("Nobody else opens it. Each opening is logged."), choices="case_parties", widget="checkboxes"),
    ] = []
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]
