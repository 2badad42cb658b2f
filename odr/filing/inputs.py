"""What parties write in a claim, a counterclaim and a joining: one model for form, API and check."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from odr.docket.models import Case, PartyKind
from odr.filing.models import ReliefKind
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.procedure.forms.exhibit_titles import HINT, ExhibitTitle
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import (
    Choice,
    CourtAnswer,
    CourtDate,
    CourtEmail,
    CourtModel,
    CourtMoney,
    CourtPhone,
    CourtText,
    RefTo,
    field,
)

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ANSWERS = {"allow": T("Grant it"), "refuse": T("Refuse it")}

Reasons = Annotated[
    str, CourtText(5, 4000), field(T("Reasons"), T("Name the article and the fact it rests on."), widget="textarea")
]

Words = Annotated[str, CourtText(5, 4000), field(T("Why?"), widget="textarea")]

Answer = Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]


class FactInput(CourtModel):
    """One fact, dated if possible."""

    happened_on: Annotated[CourtDate | None, field(T("When"), T("For example 11 November 2025."))] = None
    what: Annotated[
        str,
        CourtText(1, 2000),
        field(T("What happened"), widget="textarea"),
    ]


class ReliefInput(CourtModel):
    """One thing asked for."""

    kind: Annotated[ReliefKind, Choice(ReliefKind), field(T("What should the court order?"))] = ReliefKind.MONEY
    what: Annotated[str, CourtText(1, 1000), field(T("What for"), T("For example: the price back."), widget="textarea")]
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("For example 3,240.00. Only if you ask for money."))] = (
        None
    )

    @model_validator(mode="after")
    def _money_has_an_amount(self) -> ReliefInput:
        if self.kind is ReliefKind.MONEY and self.amount is None:
            raise InvalidInput([FieldFault(("amount",), T("Enter the amount you ask for, for example 3,240.00."))])
        if self.kind is not ReliefKind.MONEY and self.amount is not None:
            raise InvalidInput(
                [
                    FieldFault(
                        ("amount",), T("Only a claim for money has an amount. Choose “Pay money”, or clear the amount.")
                    )
                ]
            )
        return self


class CounterclaimInput(CourtModel):
    """What a respondent asks for in turn."""

    facts: Annotated[
        list[FactInput],
        Field(min_length=1, max_length=100),
        field(T("Fact"), T("One thing in each box, in the order it happened.")),
    ]
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


class ConvertTrackInput(CourtModel):
    """To which procedure a case moves."""

    to: Annotated[str, CourtText(1, 40, one_line=True), field(T("Procedure"), choices="tracks")]
    reasons: Reasons


ABOUT = field(
    T("About this kind of dispute"), T("What the rules ask of a claim of this kind, by the key of each field.")
)


class MatterStep(CourtModel):
    """What the dispute is about, from what a person knows."""

    cause: Annotated[
        str,
        field(
            T("What is it about?"),
            T("Choose what fits best. The registry corrects it if another word is right."),
            choices="causes",
        ),
    ]
    platform: Annotated[str | None, CourtText(0, 200), field(T("Website or app"))] = None
    shop: Annotated[
        str | None,
        CourtText(0, 200),
        field(T("Name of the shop or account"), T("As it was shown to you.")),
    ] = None
    order_number: Annotated[
        str | None, CourtText(0, 100), field(T("Order number"), T("It helps to find the other side."))
    ] = None


class RespondentInput(CourtModel):
    """The other side, as far as it is known."""

    name: Annotated[
        str,
        CourtText(1, 200),
        field(T("Name of the person or organisation"), T("If you only know the shop, write the shop’s name.")),
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))] = PartyKind.COMPANY
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[
        str | None, CourtText(0, 400), field(T("Postal address"), T("For example the one on the website."))
    ] = None


class ApplicantInput(CourtModel):
    """Who asks for something that comes before a claim, or stands beside one."""

    name: Annotated[
        str,
        CourtText(1, 200),
        field(T("Your full name, or the company’s"), T("As in the identity document or licence.")),
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[
        str | None, CourtText(0, 400), field(T("Postal address"), T("Used if electronic service fails."))
    ] = None
    e_service: Annotated[
        bool,
        field(
            T("I agree to receive papers of this case here and at the e-mail address above"),
            T("A paper counts as served when it reaches the address. You may change this at any time [OLR 29–31]."),
        ),
    ] = False


class Acting(enum.Enum):
    """In what capacity somebody brings or answers a claim."""

    SELF = "self"  # for themselves, or the company they stand for
    GUARDIAN = "guardian"  # in the place of a child, or of an adult who cannot act themselves (CPL 60)

    @property
    def label(self) -> Text:
        """The capacity in words."""
        return {
            Acting.SELF: T("For myself, or for the company"),
            Acting.GUARDIAN: T("As guardian, for a child or for an adult who cannot act in person"),
        }[self]


class Ties(enum.Enum):
    """What makes somebody a guardian (Civil Code 27, 28, 31, 33)."""

    PARENT = "parent"  # of a child under 18
    SPOUSE = "spouse"  # of an adult
    FAMILY = "family"  # grandparent, adult child, brother or sister, other close relative
    APPOINTED = (
        "appointed"  # by a court, a residents' committee or the civil affairs office, or agreed beforehand in writing
    )

    @property
    def label(self) -> Text:
        """The tie in words."""
        return {
            Ties.PARENT: T("Parent"),
            Ties.SPOUSE: T("Husband or wife"),
            Ties.FAMILY: T("Another close relative"),
            Ties.APPOINTED: T("Appointed by a court or an office, or agreed in writing beforehand"),
        }[self]


class ActingPart(CourtModel):
    """Parent of the forms in which somebody may act in another's place; the name asked for is the party's."""

    acting: Annotated[Acting, Choice(Acting), field(T("For whom do you act?"))] = Acting.SELF
    guardian_name: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(
            T("Your own name, if you are the guardian"),
            T("Under “Your full name” write the name of the one you act for."),
        ),
    ] = None
    guardian_ties: Annotated[
        Ties | None,
        Choice(Ties),
        field(
            T("What makes you the guardian?"),
            T("The registry asks for a paper that shows it, such as the household register. It does not stop you now."),
        ),
    ] = None

    @model_validator(mode="after")
    def _guardian_is_named(self) -> Self:
        if self.acting is Acting.GUARDIAN:
            missing = [name for name in ("guardian_name", "guardian_ties") if getattr(self, name) is None]
            if missing:
                raise InvalidInput([FieldFault((name,), T("Fill this in.")) for name in missing])
            if getattr(self, "name", None) == self.guardian_name:
                raise InvalidInput(
                    [
                        FieldFault(
                            ("name",), T("Write here the name of the one you act for. Your own name stands above.")
                        )
                    ]
                )
        return self

    @property
    def guardian(self) -> dict[str, str] | None:
        """Name and tie of the guardian; None where the party acts themselves."""
        if self.acting is not Acting.GUARDIAN or self.guardian_ties is None:
            return None
        return {"name": self.guardian_name or "", "ties": self.guardian_ties.value}


class ClaimantInput(ActingPart):
    """Who claims, where papers reach them, and what they agree to; whoever files at the counter need not have an e-mail
    address.
    """

    name: Annotated[
        str,
        CourtText(1, 200),
        field(
            T("Your full name, or the company’s"),
            T("As in the identity document or licence."),
        ),
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    email: Annotated[
        str | None,
        CourtEmail(),
        field(
            T("E-mail address for papers of the court"),
            T("Everybody who files online has one; at the counter it may be left out."),
        ),
    ] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[
        str | None, CourtText(0, 400), field(T("Postal address"), T("Used if electronic service fails."))
    ] = None
    e_service: Annotated[
        bool,
        field(
            T("I agree to receive papers of this case here and at the e-mail address above"),
            T("A paper counts as served when it reaches the address. You may change this at any time [OLR 29–31]."),
        ),
    ] = False
    in_writing: Annotated[
        bool,
        field(
            T("I agree that the case may be examined in writing, each side when it suits them"),
            T("Only if everybody agrees [OLR 20]. You can ask for a live hearing later."),
        ),
    ] = False


class AboutYouStep(ClaimantInput):
    """The same where it is filed online. Papers reach them by message or by post: who wants neither is asked here, and may
    lodge all the same (REG 2).
    """

    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    no_address: Annotated[
        bool,
        field(
            T("I have no postal address to give now, and do not agree to papers by message"),
            T(
                "The court takes your claim and gives you a receipt. It is registered only when an address is there; the court asks for it once, together with anything else that is missing."
            ),
        ),
    ] = False

    @model_validator(mode="after")
    def _papers_reach_them(self) -> AboutYouStep:
        if not (self.e_service or self.address or self.no_address):
            raise InvalidInput(
                [
                    FieldFault(
                        ("address",),
                        T(
                            "Papers by message are not ticked below, so papers come by post: write your postal address. If you have none to give now, tick that."
                        ),
                    )
                ]
            )
        return self


class FellowInput(CourtModel):
    """Somebody who claims together with the one who writes."""

    name: Annotated[
        str,
        CourtText(1, 200),
        field(T("Name of the person or organisation"), T("As in the identity document or licence.")),
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))] = PartyKind.PERSON
    email: Annotated[
        str | None, CourtEmail(), field(T("E-mail address"), T("There they get the letter with which they join."))
    ] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    amount: Annotated[
        CourtMoney | None,
        field(
            T("Sum for this claimant alone"),
            T("Leave it empty where you ask together. Else they have a claim of their own on the same facts."),
        ),
    ] = None


@choice_source("facts_of_claim")
def facts_of_claim(sitting: Sitting, case: Case | None, actor: Actor) -> list[Option]:
    """Facts of a claim that is still being written: they stand in its own form, and its page gives them."""
    return []


FactsOfClaim = Annotated[
    list[Annotated[int, Field(ge=1, le=100)]],
    Field(max_length=100),
    field(
        T("Which facts does it show?"),
        T("Facts of this claim, by their numbers from 1, or none."),
        choices="facts_of_claim",
        widget="checkboxes",
    ),
]


class ExhibitLine(CourtModel):
    """A file that goes with the claim."""

    upload: Annotated[str, RefTo("upload"), field(T("File"))]
    title: Annotated[str, ExhibitTitle(), field(T("What is it?"), HINT)]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    facts: FactsOfClaim = []
    source: Annotated[
        str,
        CourtText(1, 1000),
        field(
            T("Where does it come from?"),
            T("For example: my phone, the shop’s page on 11 November."),
            widget="textarea",
        ),
    ]
    secret: Annotated[
        bool,
        field(
            T("Keep this from others: ask the judge to seal it"),
            T(
                "For something private or a trade secret. The file is encrypted when the claim is sent, and nobody but the court opens it until the judge decides. Its title and what it shows are seen by everybody in the case."
            ),
        ),
    ] = False
    why_secret: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("If so: what must be kept from whom, and why?"), widget="textarea"),
    ] = None

    @model_validator(mode="after")
    def _secret_has_its_reason(self) -> Self:
        if self.secret and not self.why_secret:
            raise InvalidInput.at("why_secret", T("Say what must be kept from whom, and why."))
        return self


class ClaimInput(CourtModel):
    """A claim, whole."""

    matter: Annotated[MatterStep, field(T("What the dispute is about"))]
    respondents: Annotated[list[RespondentInput], Field(min_length=1, max_length=20), field(T("Other side"))]
    facts: Annotated[list[FactInput], Field(min_length=1, max_length=100), field(T("Fact"))]
    relief: Annotated[list[ReliefInput], Field(min_length=1, max_length=30), field(T("What you ask for"))]
    claimant: Annotated[ClaimantInput, field(T("About you"))]
    exhibits: Annotated[list[ExhibitLine], Field(max_length=100), field(T("Evidence"))] = []
    particulars: Annotated[
        dict[Annotated[str, Field(max_length=60)], CourtAnswer],
        Field(max_length=60),
        ABOUT,
    ] = {}
    fellows: Annotated[list[FellowInput], Field(max_length=50), field(T("Other claimant"))] = []

    @model_validator(mode="after")
    def _facts_shown_are_told(self) -> ClaimInput:
        words = T("The claim tells %(count)s facts; choose among them.", count=len(self.facts))
        faults = [
            FieldFault(("exhibits", i, "facts"), words)
            for i, line in enumerate(self.exhibits)
            if any(n > len(self.facts) for n in line.facts)
        ]
        if faults:
            raise InvalidInput(faults)
        return self

    @property
    def amount(self) -> int:
        """Sum of the money asked for by all who claim, in minor units (claims are added up, CPI 201)."""
        return self.own_amount + sum(f.amount.minor for f in self.fellows if f.amount is not None)

    @property
    def own_amount(self) -> int:
        """Sum of what is asked for without the other claimants' own sums, in minor units."""
        return sum(r.amount.minor for r in self.relief if r.amount is not None)

    @property
    def currencies(self) -> set[str]:
        """Currencies in which money is asked for."""
        asked = [r.amount for r in self.relief] + [f.amount for f in self.fellows]
        return {amount.currency for amount in asked if isinstance(amount, Money)}


class AcceptInput(CourtModel):
    """What the registry settles on acceptance."""

    track: Annotated[str, CourtText(1, 40, one_line=True), field(T("Procedure"), choices="tracks")]
    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the file"), widget="textarea")] = None


class JoinInput(ActingPart):
    """What a respondent confirms on joining."""

    name: Annotated[
        str,
        CourtText(1, 200),
        field(T("Your full name, or the company’s")),
    ]
    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    e_service: Annotated[
        bool,
        field(
            T("I agree to receive papers of this case here and at the e-mail address above"),
            T("A paper counts as served when it reaches the address. You may change this at any time [OLR 29–31]."),
        ),
    ] = False
    in_writing: Annotated[
        bool,
        field(
            T("I agree that the case may be examined in writing, each side when it suits them"),
            T("Only if everybody agrees [OLR 20]. You can ask for a live hearing later."),
        ),
    ] = False


class GoingOnFact(CourtModel):
    """From which case a third party's claim goes on by itself, who stands in it as what, and whose exhibits came along."""

    case: str
    reference: str
    claim: str
    parties: list[dict[str, str]]
    exhibits: Literal["all", "own"]
