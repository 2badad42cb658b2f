"""What the acts about another debtor in an enforcement are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from odr.docket.models import PartyKind
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.judgment.enforcement_remedies.successors.models import DebtorGround
from odr.procedure.forms.inputs import (
    Choice,
    CourtEmail,
    CourtModel,
    CourtMoney,
    CourtPhone,
    CourtText,
    RefTo,
    field,
)


class AskToChangeDebtorInput(CourtModel):
    """Who is to be the debtor in whose place, and why (CPL 243)."""

    party: Annotated[str, RefTo("party"), field(T("In whose place?"), choices="debtors_to_replace")]
    ground: Annotated[DebtorGround, Choice(DebtorGround), field(T("What happened?"), widget="radios")]
    name: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(
            T("Who is to be the debtor?"),
            T("The full name. Where every heir has renounced: who looks after the estate, or empty."),
        ),
    ] = None
    kind: Annotated[PartyKind | None, Choice(PartyKind), field(T("Who is it?"), T("Empty for an estate."))] = None
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[
        str | None, CourtText(0, 400), field(T("Where do papers reach them?"), T("Only the court reads it."))
    ] = None
    reasons: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What shows it?"), T("And what the estate is worth, as far as you know."), widget="textarea"),
    ]

    @model_validator(mode="after")
    def _whole(self) -> AskToChangeDebtorInput:
        """Raises InvalidInput where nobody is named who takes the place, or an estate is said to be somebody."""
        faults = []
        if self.ground is DebtorGround.ESTATE:
            if self.kind is not None:
                faults.append(FieldFault(("kind",), T("Leave this empty: nobody takes the place of the dead debtor.")))
        else:
            if not self.name:
                faults.append(FieldFault(("name",), T("Say who is to be the debtor.")))
            if self.kind is None:
                faults.append(FieldFault(("kind",), T("Say whether it is a person or an organisation.")))
        if self.ground is DebtorGround.RENAMED and self.kind is PartyKind.PERSON:
            faults.append(FieldFault(("kind",), T("An organisation under another name stays an organisation.")))
        if faults:
            raise InvalidInput(faults)
        return self


class RuleOnDebtorInput(CourtModel):
    """Whether it is so, and what an heir got (CPL 243; CPI 473)."""

    answer: Annotated[
        Literal["allow", "refuse"],
        field(
            T("Is the debtor changed as asked?"),
            options={"allow": T("Yes, as it was asked"), "refuse": T("No, the debtor stays")},
            widget="radios",
        ),
    ]
    worth: Annotated[
        CourtMoney | None,
        field(
            T("What did the heir get?"),
            T("Only for an heir: what of the estate is left to them today. No more is enforced against them."),
        ),
    ] = None
    reasons: Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]
