"""What the acts about the list and about costly consumption are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field

GROUNDS = {
    "able": T("Able to perform and refuses to"),
    "resists": T("Hinders or resists enforcement by forged evidence, violence or threat"),
    "evades": T("Evades enforcement by a false lawsuit, or by hiding or moving property"),
    "report": T("Did not report property as ordered"),
    "consumption": T("Broke a bar on costly consumption"),
    "settlement": T("Does not keep a settlement in the enforcement, without good reason"),
}
Ground = Literal["able", "resists", "evades", "report", "consumption", "settlement"]
ENDS = {
    "wrong": T("Should never have been listed"),
    "active": T("Performs actively, or has put right what it was listed for"),
    "creditor": T("The creditor asked for it in writing, and the court agrees"),
    "nothing_found": T("After the enforcement was ended for now, two searches or more found no property"),
    "stayed": T("The enforcement is stayed because of a retrial or an insolvency"),
}
ABOUT = {
    "never": T("I should never have been listed"),
    "inaccurate": T("Something in the entry is not accurate"),
    "over": T("I should have been taken off by now"),
}
SEX = {"female": T("Female"), "male": T("Male")}
Debtor = Annotated[str, CourtText(1, 40, one_line=True), field(T("Who owes"), choices="listable_debtors")]
Reasons = Annotated[str, CourtText(10, 6000), field(T("Reasons"), widget="textarea")]


class OrderReportInput(CourtModel):
    """Who is to report their property, and within how many days (PIV 3, 4)."""

    debtor: Debtor
    days: Annotated[
        int | None,
        Field(ge=3, le=60),
        field(T("Within how many days"), T("Empty: the days that the rules of this court name.")),
    ] = None
    since: Annotated[
        CourtDate,
        field(T("Changes since which day are to be reported"), T("As a rule a year before the notice of enforcement.")),
    ]


class ReportPropertyInput(CourtModel):
    """What a debtor owns, and what changed (PIV 5, 6)."""

    money: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("Income, accounts, cash, investments and securities"),
            T("Bank, last four digits, balance. Write “none” where there is none."),
            widget="textarea",
        ),
    ]
    land: Annotated[str, CourtText(1, 4000), field(T("Land and buildings"), widget="textarea")]
    things: Annotated[str, CourtText(1, 4000), field(T("Vehicles, machines, goods and materials"), widget="textarea")]
    rights: Annotated[
        str,
        CourtText(1, 4000),
        field(T("Claims, shares, funds, trusts and intellectual property"), widget="textarea"),
    ]
    burdens: Annotated[
        str,
        CourtText(1, 4000),
        field(T("What is let, pledged, shared, disputed, held by others or in another’s name"), widget="textarea"),
    ]
    changes: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("What changed since the day named in the order"),
            T("Transfers, new pledges, claims given up, large payments."),
            widget="textarea",
        ),
    ]


class ReadReportInput(CourtModel):
    """Whose report of property a creditor asks to read (PIV 8)."""

    debtor: Annotated[
        str,
        CourtText(1, 40, one_line=True),
        field(
            T("Whose report?"),
            T("What you learn from it stays with you and whoever acts for you."),
            choices="reported_debtors",
        ),
    ]


class AskListingInput(CourtModel):
    """A creditor asks that a debtor be listed (DDL 5)."""

    debtor: Debtor
    ground: Annotated[Ground, field(T("Which condition is met?"), options=GROUNDS, widget="radios")]
    facts: Annotated[
        str,
        CourtText(10, 4000),
        field(T("What happened, and how it can be seen"), widget="textarea"),
    ]


class RefuseListingInput(CourtModel):
    """Why a debtor is not proposed for the list (DDL 5)."""

    request: Annotated[str, CourtText(1, 40, one_line=True), field(T("Request"), choices="listing_requests")]
    reasons: Reasons


class ProposeListingInput(CourtModel):
    """Whom a judge proposes for the list, why, and what the entry needs (DDL 1, 3, 6)."""

    debtor: Debtor
    grounds: Annotated[
        list[Ground],
        Field(min_length=1, max_length=6),
        field(T("Which conditions are met?"), options=GROUNDS, widget="checkboxes"),
    ]
    bar: Annotated[
        Literal["none", "security", "seized", "later", "unable"],
        field(
            T("Does one of these apply?"),
            T("Where one does, nobody is listed for being able to perform."),
            options={
                "none": T("None of them"),
                "security": T("Has given enough security that holds"),
                "seized": T("Property that was seized or frozen is enough to pay"),
                "later": T("Performs after others, and may not be enforced against yet"),
                "unable": T("Is not able to perform"),
            },
            widget="radios",
        ),
    ]
    facts: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("What the debtor did or left undone"),
            T("It stands in the public entry: name nobody else, and nothing of the debtor’s health or family."),
            widget="textarea",
        ),
    ]
    number: Annotated[
        str,
        CourtText(6, 40, one_line=True),
        field(
            T("Number of the identity document, or credit code"),
            T("It is kept encrypted; the public reads a part of it."),
        ),
    ]
    sex: Annotated[Literal["female", "male"] | None, field(T("Sex, of a person"), options=SEX, widget="radios")] = None
    born_on: Annotated[CourtDate | None, field(T("Born on, of a person"), T("The public reads the age."))] = None
    head: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Legal representative, of an organisation")),
    ] = None


class AnswerListingInput(CourtModel):
    """What whoever was warned says to it."""

    answer: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("What do you say to it?"),
            T("For example that you have paid, gave security, cannot pay, or agreed on instalments."),
            widget="textarea",
        ),
    ]


class DecideListingInput(CourtModel):
    """The president's decision (DDL 5)."""

    listing: Annotated[str, CourtText(1, 40, one_line=True), field(T("Proposal"), choices="proposed_listings")]
    answer: Annotated[
        Literal["list", "decline"],
        field(
            T("What is decided?"),
            options={"list": T("To be put on the list"), "decline": T("Not to be put on the list")},
            widget="radios",
        ),
    ]
    longer: Annotated[
        Literal["0", "1", "2", "3"],
        field(
            T("Years beyond the ordinary term"),
            T("Only for violence or threat, or where several conditions are met."),
            options={
                "0": T("No longer"),
                "1": T("One year longer"),
                "2": T("Two years longer"),
                "3": T("Three years longer"),
            },
        ),
    ] = "0"
    reasons: Reasons


class ListingInput(CourtModel):
    """Names a listing and why it ends, for what the court does by itself."""

    listing: str
    ground: str


class TakeOffInput(CourtModel):
    """A judge ends a listing (DDL 2, 9, 10)."""

    listing: Annotated[str, CourtText(1, 40, one_line=True), field(T("Entry"), choices="standing_listings")]
    ground: Annotated[
        Literal["wrong", "active", "creditor", "nothing_found", "stayed"],
        field(T("Why it ends"), options=ENDS, widget="radios"),
    ]
    reasons: Reasons


class CorrectListingInput(CourtModel):
    """What of an entry is put right (DDL 9); what stays empty stays as it is."""

    listing: Annotated[str, CourtText(1, 40, one_line=True), field(T("Entry"), choices="standing_listings")]
    number: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Right number of the identity document, or credit code")),
    ] = None
    facts: Annotated[
        str | None, CourtText(0, 2000), field(T("Right words of what was done or left undone"), widget="textarea")
    ] = None
    head: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Right legal representative"))] = None
    born_on: Annotated[CourtDate | None, field(T("Right day of birth"))] = None
    reasons: Reasons


class AskAboutListingInput(CourtModel):
    """Whoever is listed asks that it be put right (DDL 11)."""

    about: Annotated[Literal["never", "inaccurate", "over"], field(T("What is wrong?"), options=ABOUT, widget="radios")]
    words: Annotated[str, CourtText(5, 4000), field(T("Why?"), widget="textarea")]


class AskToEndListingInput(CourtModel):
    """The creditor asks that a debtor be taken off (DDL 10(3))."""

    listing: Annotated[str, CourtText(1, 40, one_line=True), field(T("Entry"), choices="standing_listings")]
    words: Annotated[str, CourtText(5, 4000), field(T("Why?"), widget="textarea")]


class DecideOnListingInput(CourtModel):
    """The decision on such a request (DDL 12)."""

    request: Annotated[str, CourtText(1, 40, one_line=True), field(T("Request"), choices="requests_about_listings")]
    answer: Annotated[
        Literal["end", "correct", "refuse"],
        field(
            T("What is decided?"),
            options={
                "end": T("The entry is taken off"),
                "correct": T("The entry is corrected within [time enforcement_list.put_right]"),
                "refuse": T("The entry stays as it is"),
            },
            widget="radios",
        ),
    ]
    reasons: Reasons


class AskListingReviewInput(CourtModel):
    """Whoever was refused asks the higher court (DDL 12)."""

    words: Annotated[str, CourtText(5, 4000), field(T("What is the higher court to look at?"), widget="textarea")]


class RecordReviewInput(CourtModel):
    """What the higher court decided (DDL 12)."""

    request: Annotated[str, CourtText(1, 40, one_line=True), field(T("Request"), choices="reviewed_listings")]
    answer: Annotated[
        Literal["stays", "end"],
        field(
            T("What did the higher court decide?"),
            options={"stays": T("The entry stays as it is"), "end": T("The entry is taken off")},
            widget="radios",
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(5, 4000),
        field(T("Number, day and reasons of its decision"), widget="textarea"),
    ]


class AskBarInput(CourtModel):
    """A creditor asks that a debtor be barred from costly consumption (RHC 4)."""

    debtor: Debtor
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(T("Why? What does the debtor spend money on?"), widget="textarea"),
    ]


class BarInput(CourtModel):
    """The president bars a debtor from costly consumption, or does not (RHC 1, 2, 5)."""

    debtor: Debtor
    answer: Annotated[
        Literal["bar", "decline"],
        field(
            T("What is decided?"),
            options={"bar": T("Costly consumption is barred"), "decline": T("Costly consumption is not barred")},
            widget="radios",
        ),
    ]
    people: Annotated[
        str,
        CourtText(0, 2000),
        field(
            T("Of an organisation: who is barred too"),
            T("One in each line: name and place in it. Empty for a person."),
            widget="textarea",
        ),
    ] = ""
    reasons: Reasons


class LiftBarInput(CourtModel):
    """Why a bar on costly consumption ends (RHC 9)."""

    order: Annotated[str, CourtText(1, 40, one_line=True), field(T("Bar"), choices="standing_bars")]
    ground: Annotated[
        Literal["performed", "security", "consent", "over", "wrong", "replaced"],
        field(
            T("Why it ends"),
            options={
                "performed": T("Everything is performed"),
                "security": T("Security was given that really holds"),
                "consent": T("The creditor agrees"),
                "over": T("What was enforced has no effect any more, or is not enforced"),
                "wrong": T("It should not have been ordered"),
                "replaced": T("Somebody else stands in the debtor’s place"),
            },
            widget="radios",
        ),
    ]
    reasons: Reasons


class AskLeaveInput(CourtModel):
    """Somebody who is barred asks to be allowed one thing (RHC 3, 8)."""

    what: Annotated[
        str,
        CourtText(3, 400, one_line=True),
        field(T("What do you need?"), T("For example one flight, from where to where.")),
    ]
    on: Annotated[CourtDate, field(T("On which day?"))]
    own_money: Annotated[
        bool,
        field(
            T("For somebody barred as an officer: is it private, and paid with their own money?"),
            widget="radios",
            options={"true": T("Yes, private and with own money"), "false": T("No, or I am the debtor")},
        ),
    ] = False
    why: Annotated[
        str,
        CourtText(5, 4000),
        field(T("Why do life or work need it?"), widget="textarea"),
    ]


class RuleOnLeaveInput(CourtModel):
    """Whether one thing is allowed (RHC 3, 8)."""

    leave: Annotated[str, CourtText(1, 40, one_line=True), field(T("Request"), choices="asked_leaves")]
    answer: Annotated[
        Literal["allow", "refuse"],
        field(
            T("What is decided?"),
            options={"allow": T("It is allowed this once"), "refuse": T("It is not allowed")},
            widget="radios",
        ),
    ]
    reasons: Reasons


class AskLiftingInput(CourtModel):
    """Whoever is barred asks to have the bar lifted (RHC 9)."""

    rests_on: Annotated[
        Literal["security", "consent"],
        field(
            T("What do you rest it on?"),
            options={"security": T("I give security"), "consent": T("The creditor agrees")},
            widget="radios",
        ),
    ]
    security: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("What is the security?"),
            T("For how much, who gives it, and until when. For example a guarantee of a bank. Empty if you give none."),
            widget="textarea",
        ),
    ] = None
    words: Annotated[str, CourtText(5, 4000), field(T("Why should the bar be lifted?"), widget="textarea")]
    proof: Annotated[
        str | None,
        RefTo("upload"),
        field(T("Paper that shows it"), T("The other side sees it. Send the file first; it then stands here.")),
    ] = None


class AnswerLiftingInput(CourtModel):
    """Whether the creditor agrees that a bar is lifted (RHC 9)."""

    order: Annotated[str, CourtText(1, 40, one_line=True), field(T("Bar"), choices="bars_for_me")]
    agrees: Annotated[
        bool,
        field(
            T("May it be lifted?"),
            widget="radios",
            options={"true": T("Yes, I agree"), "false": T("No, it should stand")},
            missing=T("Say whether you agree"),
        ),
    ]
    words: Annotated[str | None, CourtText(0, 4000), field(T("Why?"), widget="textarea")] = None


class RuleOnLiftingInput(CourtModel):
    """Whether a bar is lifted (RHC 9)."""

    request: Annotated[str, CourtText(1, 40, one_line=True), field(T("Request"), choices="asked_liftings")]
    answer: Annotated[
        Literal["lift", "keep"],
        field(
            T("What is decided?"),
            options={"lift": T("The bar is lifted"), "keep": T("The bar stands")},
            widget="radios",
        ),
    ]
    reasons: Reasons
