"""What the acts about fines and detention are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.ground.text import T
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtText, field
from odr.register.enforcement_list.sanctions.models import Order

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


CONDUCT = {
    "recording": T("Recorded, photographed or broadcast the hearing without leave"),
    "disorder": T("Broke the rules of the courtroom"),
    "insult": T("Stormed the courtroom, or insulted, threatened or attacked who sits in it"),
    "online": T("Broke the rules of a hearing online on purpose"),
    "evidence": T("Forged or destroyed important evidence, or gave false evidence"),
    "witness": T("Kept a witness from testifying, or had somebody testify falsely"),
    "retaliation": T(
        "Insulted, slandered, attacked or took revenge on people of the court, parties, witnesses or experts"
    ),
    "resists": T("Hindered officers of the court by violence, threat or otherwise"),
    "impersonation": T("Sued or took part as somebody else"),
    "testimony": T("Testified falsely after signing the undertaking"),
    "statement": T("As a party, stated what is false on purpose"),
    "sham": T("Brought a lawsuit in bad faith, in collusion or on invented facts"),
}
Conduct = Literal[
    "recording",
    "disorder",
    "insult",
    "online",
    "evidence",
    "witness",
    "retaliation",
    "resists",
    "impersonation",
    "testimony",
    "statement",
    "sham",
]


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


WhatWasDone = Annotated[
    str,
    CourtText(10, 2000),
    field(
        T("What the person did or left undone"), T("It stands in the decision: name nobody else."), widget="textarea"
    ),
]
"""For what somebody is to be fined or detained, as the decision says it."""


class ProposeSanctionInput(CourtModel):
    """For what a judge proposes a fine, a detention or both, and for whom (CPL 114, 118, 119; CPI 183, 193)."""

    debtor: Debtor
    ground: Annotated[Ground, field(T("What was done?"), options=GROUNDS, widget="radios")]
    done_on: Annotated[CourtDate, field(T("When was it, or when was it last?"))]
    facts: WhatWasDone
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


class ProposeForConductInput(CourtModel):
    """For which disturbance or obstruction a judge proposes a fine, a detention or both, and for whom (CPL 113 to 115, 118)."""

    person: Annotated[str, CourtText(1, 80, one_line=True), field(T("Who did it?"), choices="people_of_case")]
    name: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Name of somebody else"), T("Only for “somebody else”: as in the identity document that was shown.")),
    ] = None
    ground: Annotated[Conduct, field(T("What was done?"), options=CONDUCT, widget="radios")]
    hearing: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(
            T("In which hearing?"),
            T("Empty: in the written examination, or outside of any hearing."),
            choices="hearings_of_case",
            widget="select",
        ),
    ] = None
    order_before: Annotated[
        Order, Choice(Order), field(T("What had the bench done before?"), T("As the record of the hearing says it."))
    ] = Order.NONE
    done_on: Annotated[CourtDate, field(T("When was it, or when was it last?"))]
    facts: WhatWasDone
    officer: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(
            T("Of an organisation: an officer instead of the organisation"),
            T("Name and place in it. Empty: the organisation itself; in a hearing it is always a person."),
        ),
    ] = None
    born_on: Annotated[
        CourtDate | None,
        field(T("Born on, of a person"), T("Nobody under age is fined or detained. It is not kept in the docket.")),
    ] = None
    fine: Annotated[CourtMoney | None, field(T("Fine"), T("Empty: no fine."))] = None
    days: Days = None


class HandOverSanctionInput(CourtModel):
    """When a proposal or a decision was handed to somebody who is no party, and how."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Which?"), choices="sanctions_to_hand")]
    on: Annotated[CourtDate, field(T("Handed over on"))]
    how: Annotated[
        str,
        CourtText(5, 1000),
        field(
            T("How, and by whom?"),
            T("For example in the courtroom, with their signature; or left where they live, with witnesses."),
            widget="textarea",
        ),
    ]


class EnterSanctionWordsInput(CourtModel):
    """What somebody who is no party says: to a proposal, against a decision, or to be released."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Which?"), choices="sanctions_of_others")]
    about: Annotated[
        Literal["answer", "review", "release"],
        field(
            T("What is it?"),
            options={
                "answer": T("An answer to what is proposed"),
                "review": T("A request that the higher court look at the decision"),
                "release": T("A request to be released early"),
            },
            widget="radios",
        ),
    ]
    came_on: Annotated[CourtDate, field(T("Said or received on"))]
    words: Annotated[str, CourtText(1, 4000), field(T("What the person says"), widget="textarea")]


class RecordFineInput(CourtModel):
    """That the fine of somebody who is no party came in by a payment slip of the treasury, or went back (CPL 118)."""

    sanction: Annotated[str, CourtText(1, 40, one_line=True), field(T("Fine"), choices="fines_of_others")]
    what: Annotated[
        Literal["came", "back"],
        field(
            T("What happened?"),
            options={"came": T("Money came in"), "back": T("Money went back")},
            widget="radios",
        ),
    ]
    amount: Annotated[CourtMoney, field(T("Amount"))]
    on: Annotated[CourtDate, field(T("Day"))]
    slip: Annotated[str, CourtText(2, 100, one_line=True), field(T("Number of the slip"))]


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
            T("Within [time sanctions.family_told]. If nobody could be reached in time, say what was tried."),
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
