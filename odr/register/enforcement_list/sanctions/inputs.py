"""What the acts about fines and detention are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field

GROUNDS = {
    "report": T("Did not report property as ordered, or reported falsely"),
    "consumption": T("Spent on what was barred"),
    "able": T("Able to perform, and does not although notified"),
    "hides": T("Hid, moved, sold or gave away property after the decision took effect"),
    "seized": T("Moved, sold or damaged what was seized or frozen"),
    "forged": T("Forged, hid or destroyed evidence of what they own"),
    "resists": T("Hindered officers of the court by violence, threat or otherwise"),
}
Ground = Literal["report", "consumption", "able", "hides", "seized", "forged", "resists"]
Debtor = Annotated[str, CourtText(1, 40, one_line=True), field(T("Who owes"), choices="listable_debtors")]
Reasons = Annotated[str, CourtText(10, 6000), field(T("Reasons"), widget="textarea")]
Days = Annotated[int | None, Field(ge=1, le=60), field(T("Days of detention"), T("Empty: no detention."))]


class AskSanctionInput(CourtModel):
    """A creditor asks that a debtor be fined or detained (CPL 114, 252)."""

    debtor: Debtor
    ground: Annotated[Ground, field(T("What did the debtor do?"), options=GROUNDS, widget="radios")]
    done_on: Annotated[CourtDate, field(T("When was it, or when was it last?"))]
    facts: Annotated[str, CourtText(10, 4000), field(T("What happened, and how it can be seen"), widget="textarea")]


class RefuseSanctionInput(CourtModel):
    """Why no fine and no detention is proposed."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Request"), choices="sanction_requests")]
    reasons: Reasons


class ProposeSanctionInput(CourtModel):
    """For what a judge proposes a fine, a detention or both, and for whom (CPL 114, 118, 119; CPI 183, 193)."""

    debtor: Debtor
    ground: Annotated[Ground, field(T("What was done?"), options=GROUNDS, widget="radios")]
    done_on: Annotated[CourtDate, field(T("When was it, or when was it last?"))]
    facts: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("What the person did or left undone"),
            T("It stands in the decision: name nobody else."),
            widget="textarea",
        ),
    ]
    officer: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(
            T("Of an organisation: an officer instead of the organisation"),
            T(
                "Name and place in it: whoever represents it, its main officer, or who is directly responsible. Empty: the debtor."
            ),
        ),
    ] = None
    born_on: Annotated[
        CourtDate | None,
        field(T("Born on, of a person"), T("Nobody under age is fined or detained. It is not kept in the docket.")),
    ] = None
    fine: Annotated[CourtMoney | None, field(T("Fine"), T("Empty: no fine."))] = None
    days: Days = None


class AnswerSanctionInput(CourtModel):
    """What whoever is to be fined or detained says to it."""

    answer: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("What do you say to it?"),
            T("For example that you have paid, have reported meanwhile, cannot pay, or did not do it."),
            widget="textarea",
        ),
    ]


class DecideSanctionInput(CourtModel):
    """The president's decision (CPL 118, 119)."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Proposal"), choices="proposed_sanctions")]
    answer: Annotated[
        Literal["order", "decline"],
        field(
            T("What is decided?"),
            options={"order": T("It is ordered as filled in below"), "decline": T("Nothing is ordered")},
            widget="radios",
        ),
    ]
    fine: Annotated[
        CourtMoney | None,
        field(T("Fine"), T("At most what was proposed: on that the person was heard. Empty: no fine.")),
    ] = None
    days: Days = None
    reasons: Reasons


class RecordDetentionInput(CourtModel):
    """When somebody was taken into detention, where, and that the family knows (CPL 118; CPI 178, 180)."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Detention"), choices="detentions_to_begin")]
    on: Annotated[CourtDate, field(T("Taken to the police on"))]
    at: Annotated[str, CourtText(4, 5, one_line=True), field(T("At what time?"), T("For example 14:30."))]
    place: Annotated[str, CourtText(2, 300, one_line=True), field(T("Which police holds the person?"))]
    family: Annotated[
        str,
        CourtText(5, 1000),
        field(
            T("Who of the family was told, and when?"),
            T("Within 24 hours. If nobody could be reached in time, say what was tried."),
            widget="textarea",
        ),
    ]


class AskReleaseInput(CourtModel):
    """Whoever is detained admits the wrong and puts it right (CPL 118; CPI 182)."""

    words: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("What was wrong, and how is it put right?"),
            T("For example by paying, or by reporting property."),
            widget="textarea",
        ),
    ]


class ReleaseInput(CourtModel):
    """The president's decision on an early release (CPL 118; CPI 182)."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Detention"), choices="detentions_under_way")]
    answer: Annotated[
        Literal["release", "stay"],
        field(
            T("What is decided?"),
            options={"release": T("Released early"), "stay": T("Not released early")},
            widget="radios",
        ),
    ]
    reasons: Reasons


class SanctionReviewInput(CourtModel):
    """Whoever is fined or detained asks the higher court (CPL 119; CPI 185)."""

    words: Annotated[str, CourtText(5, 4000), field(T("What is the higher court to look at?"), widget="textarea")]


class RecordSanctionReviewInput(CourtModel):
    """What the higher court decided (CPI 185, 186)."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), choices="reviewed_sanctions")]
    answer: Annotated[
        Literal["stays", "changed", "lifted"],
        field(
            T("What did the higher court decide?"),
            options={
                "stays": T("The decision stays as it is"),
                "changed": T("It is changed as filled in below"),
                "lifted": T("It is revoked"),
            },
            widget="radios",
        ),
    ]
    fine: Annotated[
        CourtMoney | None, field(T("Fine that is left"), T("Only where it was changed. Empty: no fine."))
    ] = None
    days: Annotated[
        int | None,
        Field(ge=1, le=60),
        field(T("Days of detention that are left"), T("Only where it was changed. Empty: none.")),
    ] = None
    reasons: Annotated[str, CourtText(5, 4000), field(T("Number, day and reasons of its decision"), widget="textarea")]


class SanctionInput(CourtModel):
    """Names a fine or detention and why it ends, for what the court does by itself."""

    sanction: str
    ground: str
