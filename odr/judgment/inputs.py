"""What the bench and the parties write in judgment: one model for form, API and check."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.judgment.kinds import AppealOutcome, DecisionKind, EnforcementState, FindingResult, MotionKind, OrderKind, Vote
from odr.payments.inputs import BearsInput
from odr.procedure.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, field
from odr.text import T

LANGUAGES = {"zh-Hans": T("Chinese"), "en": T("English")}


class FindingInput(CourtModel):
    """A finding on one exhibit (``exhibit/C-1``) or one numbered fact (``fact/3``)."""

    subject: Annotated[
        str, CourtText(1, 60, one_line=True), field(T("On what"), choices="finding_subjects", widget="hidden")
    ]
    result: Annotated[FindingResult, Choice(FindingResult), field(T("Do you rely on it?"))]
    reasons: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("Reasons, as they will stand in the judgment"),
            T("Say why, and answer each objection."),
            widget="textarea",
        ),
    ] = None
    rests_on: Annotated[
        list[str], field(T("Rests on"), T("Exhibits the finding rests on."), choices="exhibits_examined")
    ] = []


class FindingsInput(CourtModel):
    """Findings, one by one, and all that nobody disputes in one go."""

    adopt_undisputed: Annotated[
        bool,
        field(
            T("Adopt everything nobody disputes"),
            T("Exhibits without an objection and facts the other side agreed to. You can change each until you sign."),
        ),
    ] = False
    findings: Annotated[list[FindingInput], Field(max_length=400), field(T("Finding"))] = []

    @model_validator(mode="after")
    def _something(self) -> FindingsInput:
        if not self.adopt_undisputed and not self.findings:
            raise InvalidInput.at("findings", T("Make at least one finding."))
        subjects = [f.subject for f in self.findings]
        twice = [
            FieldFault(("findings", i, "subject"), T("There are two findings on this."))
            for i, s in enumerate(subjects)
            if s in subjects[:i]
        ]
        if twice:
            raise InvalidInput(twice)
        return self


class GroupFindingInput(CourtModel):
    """One finding, with the same reasons, on several exhibits and facts that stand and fall together."""

    subjects: Annotated[
        list[str], Field(min_length=1, max_length=400), field(T("On which"), choices="findings_waiting")
    ]
    result: Annotated[FindingResult, Choice(FindingResult), field(T("Do you rely on it?"))]
    reasons: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("Reasons, as they will stand in the judgment"),
            T("Say why, and answer each objection."),
            widget="textarea",
        ),
    ] = None

    def single(self) -> FindingsInput:
        """The findings it stands for, one on each."""
        return FindingsInput(
            findings=[FindingInput(subject=one, result=self.result, reasons=self.reasons) for one in self.subjects]
        )


class ReasonInput(CourtModel):
    """One paragraph of the reasons and what it rests on."""

    text: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Reasons"), T("Write C-1, fact 3 or finding 2 and the reader gets a link."), widget="textarea"),
    ]
    articles: Annotated[
        str | None, CourtText(0, 400, one_line=True), field(T("Articles"), T("For example: Civil Code, art. 577."))
    ] = None


class OrderInput(CourtModel):
    """One order, structured."""

    kind: Annotated[OrderKind, Choice(OrderKind), field(T("The court orders"))]
    relief: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(
            T("Answers"),
            T("What was asked for. Leave it open only to dismiss everything else."),
            choices="reliefs_asked",
        ),
    ] = None
    debtor: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("Who must do it"), choices="parties_by_label")
    ] = None
    creditor: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("To whom"), choices="parties_by_label")
    ] = None
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("Without interest."))] = None
    interest_from: Annotated[CourtDate | None, field(T("Interest from"))] = None
    interest_percent: Annotated[
        Decimal | None,
        Field(gt=0, le=36, max_digits=7, decimal_places=4),
        field(T("Percent a year"), T("For example 3.1.")),
    ] = None
    instalments: Annotated[
        int | None,
        Field(ge=1, le=60),
        field(
            T("Monthly instalments"),
            T("Leave it empty if all is due at once. If an instalment is late, all the rest falls due."),
        ),
    ] = None
    what: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("What"),
            T("For an order to do or stop something, a declaration, or words beside a payment."),
            widget="textarea",
        ),
    ] = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> OrderInput:
        faults = []
        if self.kind is OrderKind.PAY and self.amount is None:
            faults.append(FieldFault(("amount",), T("An order to pay needs an amount.")))
        if self.kind is not OrderKind.PAY and self.amount is not None:
            faults.append(FieldFault(("amount",), T("Only an order to pay has an amount.")))
        if self.kind in (OrderKind.PAY, OrderKind.DO, OrderKind.REFRAIN) and self.debtor is None:
            faults.append(FieldFault(("debtor",), T("Say who must do it.")))
        if self.kind is OrderKind.PAY and self.creditor is None:
            faults.append(FieldFault(("creditor",), T("Say to whom it is paid.")))
        if self.debtor is not None and self.debtor == self.creditor:
            faults.append(FieldFault(("creditor",), T("Nobody owes something to themselves.")))
        if self.kind in (OrderKind.DO, OrderKind.REFRAIN, OrderKind.DECLARE) and not self.what:
            faults.append(FieldFault(("what",), T("Say what is ordered.")))
        if (self.interest_from is None) != (self.interest_percent is None):
            faults.append(FieldFault(("interest_percent",), T("Interest needs both a first day and a rate.")))
        if self.instalments is not None and self.kind is not OrderKind.PAY:
            faults.append(FieldFault(("instalments",), T("Only an order to pay has instalments.")))
        if self.interest_from is not None and self.kind is not OrderKind.PAY:
            faults.append(FieldFault(("interest_from",), T("Only an order to pay bears interest.")))
        if faults:
            raise InvalidInput(faults)
        return self


class CostShareInput(CourtModel):
    """What part of the court fee one party bears."""

    party: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Party"), choices="parties_by_label", widget="hidden")
    ]
    percent: Annotated[
        Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4), field(T("Bears percent of the court fee"))
    ]


class DraftInput(CourtModel):
    """A decision in its parts (CPL 155); findings come from the findings, the remedy from the rules."""

    kind: Annotated[DecisionKind, Choice(DecisionKind), field(T("Kind of decision"))] = DecisionKind.JUDGMENT
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the decision"), options=LANGUAGES)] = "zh-Hans"
    short: Annotated[
        bool,
        field(
            T("Short form: parties, what was asked for, orders"), T("Only in small claims (Interpretation, art. 280).")
        ),
    ] = False
    history: Annotated[str | None, CourtText(0, 8000), field(T("How the case came here"), widget="textarea")] = None
    claims: Annotated[str, CourtText(1, 8000), field(T("What the claimant asks for, and why"), widget="textarea")]
    answers: Annotated[str | None, CourtText(0, 8000), field(T("What the respondent answers"), widget="textarea")] = (
        None
    )
    issues: Annotated[
        str | None, CourtText(0, 4000), field(T("Questions in dispute"), T("One in each line."), widget="textarea")
    ] = None
    reasons: Annotated[list[ReasonInput], Field(max_length=60), field(T("Paragraph"))] = []
    orders: Annotated[list[OrderInput], Field(min_length=1, max_length=60), field(T("Order"))]
    costs: Annotated[list[CostShareInput], Field(max_length=40), field(T("Share of the court fee"), lock=True)] = []
    jointly: Annotated[bool, field(T("The losing parties bear the fee jointly"))] = False
    directly: Annotated[
        bool,
        field(
            T("The winner agreed to be paid the fee by the loser directly"),
            T("Otherwise the court returns it and the loser pays the court (Interpretation, art. 207)."),
        ),
    ] = False
    days: Annotated[int | None, Field(ge=1, le=365), field(T("Days to perform after the decision takes effect"))] = None


class SignInput(CourtModel):
    """The draft that is ready."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]


class ReopenInput(CourtModel):
    """Why a decision that rests is taken back."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]
    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the bench"), widget="textarea")] = None


class IssueInput(CourtModel):
    """The decision and, typed by hand, the number of the case it is for."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]
    case_number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(
            T("Type the number of the case"),
            T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
        ),
    ]


class ConveneInput(CourtModel):
    """How many decide together, and why the case needs them."""

    size: Annotated[
        int,
        Field(ge=3, le=15),
        field(
            T("Members of the panel, you among them"), T("An odd number the rules allow; the others are drawn by lot.")
        ),
    ]
    reasons: Annotated[str, CourtText(1, 2000), field(T("Why one judge does not decide alone"), widget="textarea")]


class DeliberateInput(CourtModel):
    """A word in the panel's deliberation."""

    words: Annotated[
        str,
        CourtText(1, 8000),
        field(T("What you think of the draft"), T("Only the panel reads it, now and later."), widget="textarea"),
    ]


class VoteInput(CourtModel):
    """A member's vote on the text as it stands."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]
    vote: Annotated[Vote, Choice(Vote), field(T("Your vote on this text"))]
    view: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("Your view, for the minutes"),
            T("Needed if you vote against. Only the panel reads it."),
            widget="textarea",
        ),
    ] = None

    @model_validator(mode="after")
    def _dissent_is_explained(self) -> VoteInput:
        if self.vote is Vote.AGAINST and not self.view:
            raise InvalidInput.at(
                "view",
                T(
                    "Say what you would decide instead; a different view is minuted truthfully (Civil Procedure Law, art. 45)."
                ),
            )
        return self


class EffectInput(CourtModel):
    """Which decision takes effect."""

    decision: str


class MotionInput(CourtModel):
    """What a party asks the court to rule on."""

    kind: Annotated[MotionKind, Choice(MotionKind), field(T("What is it about?"))]
    asks: Annotated[str, CourtText(1, 2000), field(T("What should the court do?"), widget="textarea")]
    grounds: Annotated[
        str, CourtText(1, 8000), field(T("Why"), T("The facts, and what shows them."), widget="textarea")
    ]
    amount: Annotated[CourtMoney | None, field(T("Amount to be secured"), T("Only for preservation of property."))] = (
        None
    )
    urgent: Annotated[
        bool,
        field(
            T("It cannot wait"),
            T("Urgent preservation is decided within 48 hours (Civil Procedure Law, arts. 103, 104)."),
        ),
    ] = False

    @model_validator(mode="after")
    def _amount_belongs(self) -> MotionInput:
        if self.amount is not None and self.kind is not MotionKind.PRESERVATION:
            raise InvalidInput([FieldFault(("amount",), T("Only preservation of property has an amount."))])
        return self


class RulingInput(CourtModel):
    """The ruling on a motion, or of the court's own motion."""

    motion: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("Motion"), choices="open_motions")] = None
    kind: Annotated[MotionKind | None, Choice(MotionKind), field(T("About what, if there is no motion"))] = None
    result: Annotated[
        Literal["granted", "partly", "refused"],
        field(
            T("Ruling"), options={"granted": T("Granted"), "partly": T("Granted in part"), "refused": T("Not granted")}
        ),
    ]
    orders: Annotated[str, CourtText(1, 4000), field(T("It is ruled"), T("One order in each line."), widget="textarea")]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    security: Annotated[CourtMoneyOrZero | None, field(T("Security to be given"), T("Only for preservation."))] = None
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the decision"), options=LANGUAGES)] = "zh-Hans"

    @model_validator(mode="after")
    def _about_something(self) -> RulingInput:
        if (self.motion is None) == (self.kind is None):
            raise InvalidInput.at("motion", T("Choose the motion, or say what the ruling is about."))
        return self


class OverInput(CourtModel):
    """Nothing is said: what ends has ended by itself."""


class DutyInput(CourtModel):
    """A judge's turn on duty."""

    judge: Annotated[str, CourtText(1, 60, one_line=True), field(T("Judge"), choices="judges_of_the_court")]
    from_on: Annotated[CourtDate, field(T("From this day"))]
    until_on: Annotated[CourtDate, field(T("To, that day included"))]

    @model_validator(mode="after")
    def _days(self) -> DutyInput:
        if self.until_on < self.from_on:
            raise InvalidInput.at("until_on", T("This day is before the first."))
        return self


class ReviewInput(CourtModel):
    """Why a preservation should be looked at again."""

    asks: Annotated[str, CourtText(1, 2000), field(T("What should the court do?"), widget="textarea")]
    grounds: Annotated[
        str, CourtText(1, 8000), field(T("Why"), T("The facts, and what shows them."), widget="textarea")
    ]


class AppealInput(CourtModel):
    """An appeal (CPL 172)."""

    asks: Annotated[str, CourtText(1, 4000), field(T("What should the higher court change?"), widget="textarea")]
    grounds: Annotated[str, CourtText(1, 16000), field(T("Why"), widget="textarea")]
    challenged: Annotated[
        CourtMoneyOrZero,
        field(
            T("Amount you challenge"),
            T("The fee of the appeal is computed on it. Nothing, if the appeal is not about money."),
        ),
    ]


class AppealAnswerInput(CourtModel):
    """The answer to an appeal."""

    appeal: Annotated[str, CourtText(1, 40, one_line=True), field(T("Appeal"), choices="appeals_of_others")]
    answer: Annotated[str, CourtText(1, 16000), field(T("Your answer"), widget="textarea")]


class SendFileInput(CourtModel):
    """Sending the file to the higher court."""

    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Higher court"))]
    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the file"), widget="textarea")] = None


class AppealOutcomeInput(CourtModel):
    """What the higher court decided."""

    outcome: Annotated[AppealOutcome, Choice(AppealOutcome), field(T("Outcome"))]
    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Higher court"))]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of its decision"))]
    decided_on: Annotated[
        CourtDate, field(T("Served on the parties on"), T("Its judgment takes effect when it is served."))
    ]
    summary: Annotated[str, CourtText(1, 4000), field(T("What it decided"), widget="textarea")]
    amount: Annotated[
        CourtMoneyOrZero | None, field(T("What is to be paid now"), T("Only if the judgment was changed."))
    ] = None
    costs: Annotated[
        list[BearsInput],
        Field(max_length=40),
        field(T("Who bears the fee of the first instance now"), T("Only if the judgment was changed.")),
    ] = []
    appeal_costs: Annotated[
        list[BearsInput],
        Field(max_length=40),
        field(T("Who bears the fee of the appeal"), T("Left empty, it stays with whoever appealed.")),
    ] = []


class CertifyInput(CourtModel):
    """In which language a certificate is set."""

    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the certificate"), options=LANGUAGES)] = (
        "zh-Hans"
    )


class RetrialInput(CourtModel):
    """An application that a binding decision be heard again."""

    grounds: Annotated[
        list[str], Field(min_length=1, max_length=13), field(T("On which grounds"), choices="retrial_grounds")
    ]
    facts: Annotated[str, CourtText(1, 16000), field(T("What shows them"), widget="textarea")]
    known_on: Annotated[
        CourtDate | None,
        field(T("Since when you know of it"), T("Needed later than six months after the decision took effect.")),
    ] = None


class RetrialOutcomeInput(CourtModel):
    """What became of an application for retrial."""

    ordered: Annotated[bool, field(T("The case is heard again"))] = False
    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Which court decided"))]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of its ruling"))]
    summary: Annotated[str, CourtText(1, 4000), field(T("What it decided"), widget="textarea")]


class PerformanceInput(CourtModel):
    """A payment or act by which an obligation was performed."""

    obligation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("What was performed"), choices="open_obligations")
    ]
    amount: Annotated[CourtMoney | None, field(T("Amount paid"), T("Part payments count too."))] = None
    on: Annotated[CourtDate, field(T("On which day"))]
    note: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("How it can be seen"), T("For example the reference of the transfer."), widget="textarea"),
    ] = None


class ConfirmPerformanceInput(CourtModel):
    """The creditor's word that a reported performance arrived."""

    obligation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("What was performed"), choices="reported_obligations")
    ]
    arrived: Annotated[bool, field(T("It arrived"))] = False


class EnforcementInput(CourtModel):
    """The creditor's application for enforcement."""

    note: Annotated[
        str | None, CourtText(0, 2000), field(T("What you know of the debtor’s property"), widget="textarea")
    ] = None


class MeasureInput(CourtModel):
    """One measure of enforcement."""

    what: Annotated[str, CourtText(1, 2000), field(T("What was done"), widget="textarea")]
    on: Annotated[CourtDate, field(T("On which day"))]


class EndEnforcementInput(CourtModel):
    """How an enforcement ended."""

    state: Annotated[EnforcementState, Choice(EnforcementState), field(T("How it ended"))]
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]


class CloseInput(CourtModel):
    """Why the case can be closed."""

    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the file"), widget="textarea")] = None


class DefaultRequestInput(CourtModel):
    """A request to decide against somebody who did not appear."""

    respondent: Annotated[str, CourtText(1, 40, one_line=True), field(T("Against whom"), choices="parties_by_label")]
