"""What a person writes in the steps of a draft: one model for the form, the API and the draft's check."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from odr.filing.inputs import FactInput
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.forms.exhibit_titles import ExhibitTitle
from odr.procedure.forms.inputs import CourtModel, CourtText, field


class FactsStep(CourtModel):
    """What happened, in numbered facts."""

    facts: Annotated[list[FactInput], Field(min_length=1, max_length=100), field(T("Fact"))]


class PageToFetch(CourtModel):
    """A page on the web that the court is to look at before the claim is lodged."""

    url: Annotated[
        str,
        CourtText(1, 2000, one_line=True),
        field(
            T("Address of the page"),
            T("Begins with https:// or http://. The court sees what a stranger sees: it does not sign in."),
        ),
    ]
    title: Annotated[
        str, ExhibitTitle(most=150), field(T("What is it?"), T("For example: the shop’s page of the article."))
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]


class RecordsToFetch(CourtModel):
    """What a platform is to give of an order before the claim is lodged."""

    platform: Annotated[
        str,
        CourtText(1, 60, one_line=True),
        field(T("Platform"), T("Only platforms this court has accredited."), choices="platforms"),
    ]
    order_number: Annotated[str, CourtText(1, 100, one_line=True), field(T("Order number"))]
    kinds: Annotated[
        list[str],
        Field(min_length=1, max_length=4),
        field(T("What shall it give?"), choices="record_kinds", widget="checkboxes"),
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What are they to show?"), widget="textarea")]
    agrees: Annotated[
        bool,
        field(
            T("I agree that the platform gives these records of my order to the court"),
            T(
                "They lie among your files, and nobody else reads them, until you lodge the claim. The platform writes them and reads nothing."
            ),
        ),
    ] = False

    @model_validator(mode="after")
    def _is_agreed(self) -> Self:
        if not self.agrees:
            raise InvalidInput.at("agrees", T("Without your consent the platform may give nothing."))
        return self
