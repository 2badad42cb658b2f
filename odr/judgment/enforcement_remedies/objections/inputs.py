"""What the acts about objections in an enforcement are given."""

from __future__ import annotations

from typing import Annotated, Literal

from odr.docket.models import PartyKind
from odr.ground.text import T
from odr.judgment.enforcement_remedies.objections.models import ObjectionKind
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtText, field

Measure = Annotated[
    str | None,
    CourtText(0, 20, one_line=True),
    field(
        T("Measure"),
        T("Empty: the enforcement as a whole, or something the court left undone."),
        choices="measures_taken",
    ),
]
What = Annotated[
    str,
    CourtText(3, 2000),
    field(
        T("What was done wrongly, or which property is it?"),
        T("Property so that nobody takes it for another: a registration number, an account, a place."),
        widget="textarea",
    ),
]
Grounds = Annotated[
    str,
    CourtText(5, 8000),
    field(T("Why"), T("The facts, the right you have, and what shows them."), widget="textarea"),
]
Asks = Annotated[str, CourtText(3, 2000), field(T("What should the court do?"), widget="textarea")]


class ObjectToEnforcementInput(CourtModel):
    """A party objects in writing (CPL 236, 238)."""

    kind: Annotated[ObjectionKind, Choice(ObjectionKind), field(T("What do you object to?"), widget="radios")]
    measure: Measure = None
    what: What
    asks: Asks
    grounds: Grounds


class OutsideObjectionInput(CourtModel):
    """The written objection of somebody who is no party of the case, as the registry received it (CPL 236, 238)."""

    kind: Annotated[ObjectionKind, Choice(ObjectionKind), field(T("What is objected to?"), widget="radios")]
    name: Annotated[
        str, CourtText(1, 200, one_line=True), field(T("Who objects?"), T("The name as in the document of identity."))
    ]
    who: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[
        str | None, CourtEmail(), field(T("E-mail address"), T("A notice goes there. It stands in no entry."))
    ] = None
    address: Annotated[str, CourtText(3, 400), field(T("Where the ruling is served"), T("It stands in no entry."))]
    received_on: Annotated[CourtDate, field(T("Received on"), T("The court’s time to rule runs from this day."))]
    measure: Measure = None
    what: What
    asks: Asks
    grounds: Grounds


Objection = Annotated[str, CourtText(1, 40, one_line=True)]


class RuleOnEnforcementObjectionInput(CourtModel):
    """The ruling on an objection (CPL 236, 238)."""

    objection: Annotated[Objection, field(T("Objection"), choices="enforcement_objections_open")]
    answer: Annotated[
        Literal["founded", "unfounded"],
        field(
            T("What is ruled?"),
            options={"founded": T("The objection is well founded"), "unfounded": T("The objection is rejected")},
            widget="radios",
        ),
    ]
    orders: Annotated[
        str | None,
        CourtText(0, 4000),
        field(
            T("What is revoked or put right"),
            T(
                "Only of how the court enforces, where the objection is well founded. Property is then left alone by itself."
            ),
            widget="textarea",
        ),
    ] = None
    reasons: Annotated[str, CourtText(10, 8000), field(T("Reasons"), widget="textarea")]


class AskObjectionReviewInput(CourtModel):
    """Who is not content with the ruling on how the court enforces asks the higher court (CPL 236)."""

    words: Annotated[str, CourtText(5, 8000), field(T("What is the higher court to look at?"), widget="textarea")]


DEBTOR = T("Does the debtor contest the right of the outsider, or the claim of the creditor?")
Debtor = Annotated[
    Literal["contests", "does_not"],
    field(
        DEBTOR,
        T(
            "A debtor who contests what is claimed in the action is sued with the other; one who does not can be a third party [CPI 305, 306]."
        ),
        options={"contests": T("Yes: the debtor is sued too"), "does_not": T("No, or the debtor has said nothing")},
        widget="radios",
    ),
]


class NameObjectionActionInput(CourtModel):
    """By which claim an action about enforced property was brought (CPL 238; CPI 303, 304)."""

    claim: Annotated[
        str,
        CourtText(3, 80, one_line=True),
        field(
            T("Your claim"),
            T("Its case number, or the code of its receipt. It is brought at this court, which enforces."),
        ),
    ]
    debtor: Debtor = "does_not"


class RecordForOutsiderInput(CourtModel):
    """What happened with somebody who is no party of the case, after the ruling on their objection."""

    objection: Annotated[Objection, field(T("Objection"), choices="outside_objections_ruled")]
    step: Annotated[
        Literal["served", "review", "action"],
        field(
            T("What happened?"),
            options={
                "served": T("The ruling reached them"),
                "review": T("They ask the higher court"),
                "action": T("They brought an action"),
            },
            widget="radios",
        ),
    ]
    on: Annotated[CourtDate, field(T("On which day"))]
    claim: Annotated[
        str | None,
        CourtText(0, 80, one_line=True),
        field(T("Of an action: its case number or the code of its receipt")),
    ] = None
    debtor: Debtor = "does_not"
    words: Annotated[str, CourtText(3, 2000), field(T("How it was served, or what they write"), widget="textarea")]


class RecordObjectionOutcomeInput(CourtModel):
    """How the higher court, or the judgment in the action, decided (CPL 236, 238; CPI 310 to 312)."""

    objection: Annotated[Objection, field(T("Objection"), choices="objections_gone_on")]
    answer: Annotated[
        Literal["stays", "changed", "enforced", "not_enforced"],
        field(
            T("What was decided?"),
            options={
                "stays": T("The higher court leaves the ruling as it is"),
                "changed": T("The higher court changes or revokes the ruling"),
                "enforced": T("By the judgment in the action the property may be enforced against"),
                "not_enforced": T("By the judgment in the action the property may not be enforced against"),
            },
            widget="radios",
        ),
    ]
    reasons: Annotated[str, CourtText(5, 4000), field(T("Number, day and content of the decision"), widget="textarea")]
