"""What the acts about an outsider's action against a decision in effect are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.filing.claim.outsider_action.models import Absence
from odr.ground.text import T
from odr.judgment.remedies.changed_on_appeal import ChangedPaymentInput
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtText, field

WhyAbsent = Annotated[
    str,
    CourtText(5, 4000),
    field(T("What kept you from taking part"), T("The facts, and what shows them."), widget="textarea"),
]
Wrong = Annotated[
    str,
    CourtText(5, 8000),
    field(
        T("Which part of the decision is wrong, and why"),
        T("What the decision orders, or what a mediation statement settles; not its reasons."),
        widget="textarea",
    ),
]
Harmed = Annotated[
    str,
    CourtText(5, 8000),
    field(T("Which right of yours it harms"), T("The right, how it is harmed, and what shows it."), widget="textarea"),
]


class NameAttackedDecisionInput(CourtModel):
    """Which decision in effect a claim attacks, and on what (CPI 290)."""

    number: Annotated[
        str,
        CourtText(3, 80, one_line=True),
        field(
            T("Number of the case that was decided"), T("As it stands on the decision. Only a decision of this court.")
        ),
    ]
    absence: Annotated[Absence, Choice(Absence), field(T("Why you took no part in it"), widget="radios")]
    why_absent: WhyAbsent
    wrong: Wrong
    harmed: Harmed
    known_on: Annotated[
        CourtDate,
        field(
            T("When you learned that it harms your rights"),
            T("The time to bring the action, [time outsider_action], runs from this day."),
        ),
    ]


class RecordOutsiderActionInput(CourtModel):
    """What the parties of a decision learn of the action against it (CPI 291)."""

    action: Annotated[str, CourtText(1, 40, one_line=True), field(T("Which action"))]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Who brings it"))]
    absence: Annotated[Absence, Choice(Absence), field(T("Why they took no part"))]
    why_absent: Annotated[str, CourtText(5, 4000), field(T("What kept them from taking part"))]
    wrong: Annotated[str, CourtText(5, 8000), field(T("Which part of the decision is wrong, and why"))]
    harmed: Annotated[str, CourtText(5, 8000), field(T("Which right of theirs it harms"))]
    known_on: Annotated[CourtDate, field(T("When they learned of it"))]


class AnswerOutsiderActionInput(CourtModel):
    """What a party of the attacked decision says to the action (CPI 291)."""

    words: Annotated[str, CourtText(1, 16000), field(T("Your opinion"), widget="textarea")]


class TakeOutsiderActionInput(CourtModel):
    """That the conditions of the action are met (CPI 290, 291)."""

    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("Why the conditions are met"),
            T("No fault in the absence, what seems wrong, the right that is harmed, the time to bring the action."),
            widget="textarea",
        ),
    ]


class AskToHaltForActionInput(CourtModel):
    """The outsider asks that the attacked decision is not enforced meanwhile (CPI 297)."""

    security: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Security you offer"), T("What it is, how much, and where it lies or who guarantees."), widget="textarea"
        ),
    ]
    grounds: Annotated[str, CourtText(5, 8000), field(T("Why"), widget="textarea")]


class RuleOnHaltForActionInput(CourtModel):
    """Whether an enforcement stands still while the action is heard (CPI 297)."""

    answer: Annotated[
        Literal["halt", "refuse"],
        field(
            T("What is ruled?"),
            options={"halt": T("The enforcement is halted"), "refuse": T("The enforcement goes on")},
            widget="radios",
        ),
    ]
    security: Annotated[
        str | None,
        CourtText(0, 4000),
        field(T("Security that was given"), T("Without it nothing is halted."), widget="textarea"),
    ] = None
    reasons: Annotated[str, CourtText(10, 8000), field(T("Reasons"), widget="textarea")]


class HaltForActionInput(CourtModel):
    """That the enforcement of this case stands still for an outsider's action (CPI 297)."""

    action: Annotated[str, CourtText(1, 40, one_line=True), field(T("Which action"))]
    reasons: Annotated[str, CourtText(1, 8000), field(T("Reasons"))]


class RecordOutsiderJudgmentInput(CourtModel):
    """What the judgment in an outsider's action does to the decision it attacked (CPI 298)."""

    action: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Which action"), choices="outsider_actions_decided")
    ]
    answer: Annotated[
        Literal["changed", "set_aside", "stands"],
        field(
            T("What becomes of the decision?"),
            options={
                "changed": T("A part of it is changed"),
                "set_aside": T("It is set aside, in part or as a whole"),
                "stands": T("It stands: the action failed or ended otherwise"),
            },
            widget="radios",
        ),
    ]
    whole: Annotated[
        bool, field(T("Nothing of it is left"), T("Tick this only where the whole decision is set aside."))
    ] = False
    falls: Annotated[
        list[Annotated[str, CourtText(1, 40, one_line=True)]],
        Field(max_length=100),
        field(T("What is no longer owed"), choices="owed_under_the_decision"),
    ] = []
    payments: Annotated[
        list[ChangedPaymentInput],
        Field(max_length=20),
        field(T("What is owed instead"), T("Only between parties of this case.")),
    ] = []
    reasons: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Number, day and content of the judgment"),
            T("What is left of the decision goes on having effect."),
            widget="textarea",
        ),
    ]
