"""What is written in motions and in the rulings on them, and in changes of claims and people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.docket.models import PartyKind
from odr.filing.inputs import FactInput, ReliefInput
from odr.identity.models import MandateScope
from odr.procedure.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.text import T

ANSWERS = {"allow": T("Grant it"), "refuse": T("Refuse it")}
OBJECTIONS = {
    "place": T("Another court is the right one"),
    "arbitration": T("There is an agreement to arbitrate"),
    "elsewhere": T("The same dispute is before another court, or was decided"),
}
CHANGES = {
    "wrong_name": T("The name was written wrongly"),
    "death": T("The party died; an heir goes on"),
    "merger": T("The company merged or was split"),
    "transfer": T("The right or debt went to somebody else"),
}
COMPLAINTS = {
    "delay": T("Something takes too long"),
    "conduct": T("How somebody of the court treated me"),
    "system": T("A page or a message that failed"),
    "other": T("Something else"),
}
MISTAKES = {
    "name": T("The name of a party"),
    "day": T("The first day of a time limit"),
    "track": T("The procedure"),
}
POSITIONS_OF_NEWCOMERS = {
    "third_party": T("Third party: the outcome concerns her"),
    "respondent": T("Respondent too: she has to be sued together with the others"),
    "claimant": T("Claimant too: the right is hers as well"),
}
MEANS = {
    "document": T("Identity document seen"),
    "licence": T("Business licence and authorisation seen"),
    "register": T("Found in a public register"),
    "foreign": T("Passport or notarised and authenticated papers seen"),
    "guardianship": T("Papers that show the guardianship seen"),
}
SCOPES = {
    MandateScope.ORDINARY.value: T("Ordinary powers: conduct the case"),
    MandateScope.SPECIAL.value: T(
        "Special powers: also admit, waive or change claims, settle, counterclaim and appeal"
    ),
}

Reasons = Annotated[
    str, CourtText(5, 4000), field(T("Reasons"), T("Name the article and the fact it rests on."), widget="textarea")
]
Words = Annotated[str, CourtText(5, 4000), field(T("Why?"), widget="textarea")]
Answer = Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]


class AmendInput(CourtModel):
    """A claim as it is to stand from now on."""

    relief: Annotated[
        list[ReliefInput],
        Field(min_length=1, max_length=30),
        field(T("What you ask for"), T("Everything, as it is to stand from now on.")),
    ]
    facts: Annotated[list[FactInput], Field(max_length=50), field(T("New fact"))] = []
    reasons: Annotated[str, CourtText(3, 4000), field(T("What changes, and why?"), widget="textarea")]


class CounterclaimInput(CourtModel):
    """What a respondent asks for in turn."""

    facts: Annotated[list[FactInput], Field(min_length=1, max_length=100), field(T("Fact"))]
    relief: Annotated[list[ReliefInput], Field(min_length=1, max_length=30), field(T("What you ask for"))]


class CounterAnswerInput(CourtModel):
    """The claimant's answer to a counterclaim."""

    position: Annotated[
        Literal["admit", "defend", "partly"], field(T("What is your answer to what is asked for?"), choices="positions")
    ]
    statement: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Your answer in your own words"), T("Say what you agree with, what not, and why."), widget="textarea"),
    ]


class RequestRuling(CourtModel):
    """A ruling on one request."""

    request: Annotated[str, RefTo("withdrawal"), field(T("Request"), choices="withdrawals")]
    answer: Answer
    reasons: Reasons


class JoinderInput(CourtModel):
    """Who else is to take part, in what position, and where she is reached."""

    role: Annotated[
        Literal["third_party", "respondent", "claimant"], field(T("In what position?"), options=POSITIONS_OF_NEWCOMERS)
    ]
    name: Annotated[str, CourtText(1, 200), field(T("Name"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    words: Words


class InterventionInput(CourtModel):
    """Who asks to take part in a case of others, and why the outcome concerns her."""

    name: Annotated[str, CourtText(1, 200), field(T("Your full name, or the company’s"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What in the dispute is yours, or how does its outcome concern you?"), widget="textarea"),
    ]


class TakePartInput(InterventionInput):
    """The same, with the number of the case."""

    number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(T("Number of the case"), T("As it stands on a paper of the court or in a published notice.")),
    ]


class AddPartyInput(CourtModel):
    """Whom the court brings in, and why."""

    role: Annotated[
        Literal["third_party", "respondent", "claimant"], field(T("In what position?"), options=POSITIONS_OF_NEWCOMERS)
    ]
    name: Annotated[str, CourtText(1, 200), field(T("Name"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    reasons: Reasons


class JoinderRuling(CourtModel):
    """The ruling on bringing somebody in."""

    request: Annotated[str, RefTo("joinder"), field(T("Request"), choices="joinders")]
    answer: Answer
    reasons: Reasons


class ObjectInput(CourtModel):
    """Why this court is not the one."""

    ground: Annotated[Literal["place", "arbitration", "elsewhere"], field(T("What do you object?"), options=OBJECTIONS)]
    court: Annotated[str | None, CourtText(0, 200), field(T("Which court is the right one?"))] = None
    words: Words


class ObjectionRuling(CourtModel):
    """The ruling on an objection to jurisdiction."""

    request: Annotated[str, RefTo("jurisdiction_objection"), field(T("Objection"), choices="jurisdiction_objections")]
    answer: Annotated[
        Literal["allow", "refuse"],
        field(
            T("Ruling"),
            options={
                "allow": T("The objection is right: this court does not hear the case"),
                "refuse": T("The objection is not right: the case goes on here"),
            },
        ),
    ]
    court: Annotated[
        str | None,
        CourtText(0, 200),
        field(T("Court that hears it"), T("Needed where the case goes to another court.")),
    ] = None
    reasons: Reasons


class RulingAppealInput(CourtModel):
    """Why a ruling is wrong."""

    words: Words


class JurisdictionAppealOutcome(CourtModel):
    """What the higher court ruled on jurisdiction."""

    request: Annotated[str, RefTo("jurisdiction_appeal"), field(T("Appeal"), choices="jurisdiction_appeals")]
    outcome: Annotated[
        Literal["upheld", "set_aside"],
        field(
            T("Outcome"),
            options={
                "upheld": T("Upheld: it stays with what this court ruled"),
                "set_aside": T("Set aside: the opposite of what this court ruled holds"),
            },
        ),
    ]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of the higher court’s ruling"))]
    decided_on: Annotated[CourtDate, field(T("Day of the ruling"))]
    court: Annotated[
        str | None,
        CourtText(0, 200),
        field(T("Court that hears it"), T("Needed where the case goes to another court.")),
    ] = None


class RulingAppealOutcome(CourtModel):
    """What the higher court ruled on the refusal of a claim, or the dismissal of the action."""

    request: Annotated[str, RefTo("ruling_appeal"), field(T("Appeal"), choices="ruling_appeals")]
    outcome: Annotated[
        Literal["upheld", "set_aside"],
        field(
            T("Outcome"),
            options={"upheld": T("Upheld: the case is over"), "set_aside": T("Set aside: the case goes on here")},
        ),
    ]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of the higher court’s ruling"))]
    decided_on: Annotated[CourtDate, field(T("Day of the ruling"))]


class EndingInput(CourtModel):
    """Which ruling ends the case."""

    ruling: str


class ComplaintInput(CourtModel):
    """What somebody complains of."""

    about: Annotated[Literal["delay", "conduct", "system", "other"], field(T("What is it about?"), options=COMPLAINTS)]
    words: Annotated[str, CourtText(5, 4000), field(T("What happened, and what do you want?"), widget="textarea")]


class ComplaintAnswer(CourtModel):
    """What was found, and what is done."""

    request: Annotated[str, RefTo("complaint"), field(T("Complaint"), choices="complaints")]
    found: Annotated[
        Literal["founded", "partly", "unfounded"],
        field(
            T("What was found?"),
            options={
                "founded": T("It is right"),
                "partly": T("It is right in part"),
                "unfounded": T("It is not right"),
            },
        ),
    ]
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(T("Answer"), T("What was looked into, what was found, what is done about it."), widget="textarea"),
    ]


class MistakeInput(CourtModel):
    """What the registry wrote wrongly, and what is right."""

    what: Annotated[Literal["name", "day", "track"], field(T("What was wrong?"), options=MISTAKES)]
    party: Annotated[str | None, RefTo("party"), field(T("Party"), T("For a name."), choices="all_parties")] = None
    name: Annotated[str | None, CourtText(0, 200), field(T("The right name"))] = None
    window: Annotated[
        str | None, RefTo("case_window"), field(T("Time limit"), T("For a first day."), choices="case_windows")
    ] = None
    day: Annotated[
        CourtDate | None,
        field(T("The right first day"), T("The day of the event; the time limit begins the day after.")),
    ] = None
    track: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("The right procedure"), choices="tracks")] = (
        None
    )
    reasons: Annotated[str, CourtText(5, 2000), field(T("How the mistake was found"), widget="textarea")]


class TransferInput(CourtModel):
    """To which court a case goes."""

    court: Annotated[str, CourtText(3, 200), field(T("Court that hears it"))]
    reasons: Reasons


class ChallengeInput(CourtModel):
    """Whom a party challenges, and why."""

    seat: Annotated[str, RefTo("seat"), field(T("Who should step aside?"), choices="seats")]
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Why?"),
            T("A tie to the case or to a party, a meal, a gift, a promise: say what you know and how."),
            widget="textarea",
        ),
    ]


class ChallengeRuling(CourtModel):
    """The decision on a challenge."""

    request: Annotated[str, RefTo("challenge"), field(T("Challenge"), choices="challenges")]
    answer: Annotated[
        Literal["allow", "refuse"],
        field(T("Decision"), options={"allow": T("The person steps aside"), "refuse": T("The person stays")}),
    ]
    reasons: Reasons


class ReviewInput(CourtModel):
    """A decision is to be looked at once more."""

    request: Annotated[str, RefTo("challenge"), field(T("Challenge"), choices="refused_challenges")]
    words: Words


class SeatInput(CourtModel):
    """A seat that somebody else should take."""

    seat: Annotated[str, RefTo("seat"), field(T("Seat"), choices="seats")]
    reasons: Reasons


class MoreTimeInput(CourtModel):
    """More time before one's own has ended."""

    window: Annotated[str, RefTo("own_window"), field(T("Which time limit?"), choices="extendable_windows")]
    days: Annotated[int, Field(ge=1, le=60), field(T("Days"))]
    words: Words


class MoreTimeRuling(CourtModel):
    """The ruling on more time."""

    request: Annotated[str, RefTo("extension"), field(T("Request"), choices="extensions")]
    answer: Answer
    days: Annotated[int | None, Field(ge=1, le=60), field(T("Days, if other than asked"))] = None
    reasons: Reasons


class LatenessInput(CourtModel):
    """What kept a party from acting in time."""

    window: Annotated[str, RefTo("own_window"), field(T("Which time limit?"), choices="missed_windows")]
    ended_on: Annotated[CourtDate, field(T("When did the obstacle end?"))]
    words: Annotated[str, CourtText(5, 4000), field(T("What kept you, and since when?"), widget="textarea")]


class LatenessRuling(CourtModel):
    """The ruling on relief for lateness."""

    request: Annotated[str, RefTo("lateness"), field(T("Request"), choices="latenesses")]
    answer: Answer
    days: Annotated[int, Field(ge=1, le=30), field(T("Days from today"))] = 10
    reasons: Reasons


class ConvertTrackInput(CourtModel):
    """To which procedure a case moves."""

    to: Annotated[str, CourtText(1, 40, one_line=True), field(T("Procedure"), choices="tracks")]
    reasons: Reasons


class SubstituteInput(CourtModel):
    """Who stands in a party's place from now on."""

    party: Annotated[str, RefTo("party"), field(T("Party"), choices="all_parties")]
    ground: Annotated[Literal["wrong_name", "death", "merger", "transfer"], field(T("What happened?"), options=CHANGES)]
    name: Annotated[str, CourtText(1, 200), field(T("Name from now on"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    reasons: Reasons


class AppointInput(CourtModel):
    """Whom a party lets act for her, how far and how long."""

    email: Annotated[
        str, CourtEmail(), field(T("E-mail address of the representative"), T("The one she signs in with here."))
    ]
    scope: Annotated[Literal["ordinary", "special"], field(T("How far do the powers go?"), options=SCOPES)] = "ordinary"
    until: Annotated[CourtDate | None, field(T("Until"), T("Leave it empty: until the case is over."))] = None


class RevokeInput(CourtModel):
    """A mandate that ends."""

    mandate: Annotated[str, RefTo("mandate"), field(T("Representative"), choices="live_mandates")]


class MandateFact(CourtModel):
    """A mandate whose signature or end the docket has to tell of."""

    mandate: str


class VerifyInput(CourtModel):
    """How the registry made sure who a party is."""

    party: Annotated[str, RefTo("party"), field(T("Party"), choices="all_parties")]
    means: Annotated[
        Literal["document", "licence", "register", "foreign", "guardianship"],
        field(T("How was the identity verified?"), options=MEANS),
    ]
    note: Annotated[
        str | None, CourtText(0, 500), field(T("Note for the file"), T("Never the number of a document."))
    ] = None


class AskPlatformInput(CourtModel):
    """Which platform is asked who runs a shop."""

    party: Annotated[str, RefTo("party"), field(T("Whose identity is unknown?"), choices="all_parties")]
    platform: Annotated[str, CourtText(1, 200), field(T("Platform that is asked"))]
    days: Annotated[int, Field(ge=1, le=15), field(T("Working days to reply"))] = 5
    words: Annotated[
        str,
        CourtText(5, 2000),
        field(
            T("What the platform is told"),
            T("Shop name, order number, day of the order: what it needs to find the shop, and not more."),
            widget="textarea",
        ),
    ]


class PlatformReplyInput(CourtModel):
    """What a platform told the court of a shop's operator."""

    request: Annotated[str, RefTo("identity_request"), field(T("Request"), choices="identity_requests")]
    name: Annotated[
        str, CourtText(1, 200), field(T("Name of the operator"), T("As in the licence or identity document."))
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
