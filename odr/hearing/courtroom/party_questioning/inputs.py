"""What is given to call a party to be questioned in person, and to record what became of it (CPI 110; EV 64 to 66)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.hearing.courtroom.party_questioning.models import QuestioningOutcome
from odr.hearing.inputs import Reasons
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field


class OrderQuestioningInput(CourtModel):
    """Who is questioned in person, in which hearing, and on which facts (EV 64)."""

    party: Annotated[str, RefTo("party"), field(T("Which party is questioned?"), choices="parties_to_question")]
    person: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Who comes for it"), T("Only for an organisation: its legal representative, or who knows the facts.")),
    ] = None
    hearing: Annotated[str, RefTo("hearing"), field(T("In which hearing?"), choices="hearings_to_question_in")]
    facts: Annotated[
        list[str],
        RefTo("fact"),
        Field(min_length=1, max_length=100),
        field(T("On which facts?"), choices="facts", widget="checkboxes"),
    ]
    about: Annotated[str, CourtText(5, 2000), field(T("What are they to be asked about?"), widget="textarea")]
    reasons: Reasons


class RecordQuestioningInput(CourtModel):
    """What became of it, as the clerk records it."""

    questioning: Annotated[str, RefTo("party_questioning"), field(T("Who"), choices="questionings_to_record")]
    outcome: Annotated[QuestioningOutcome, Choice(QuestioningOutcome), field(T("What happened?"), widget="radios")]
    read_by: Annotated[
        Literal["self", "clerk"] | None,
        field(
            T("Who read the undertaking aloud?"),
            T("The clerk reads and explains it where the party has a good reason not to [EV 65]."),
            options={"self": T("The party"), "clerk": T("The clerk, who explained it")},
            widget="radios",
        ),
    ] = None
    on_paper: Annotated[
        bool, field(T("The undertaking was signed on paper, or with a fingerprint, in the hearing"))
    ] = False
    words: Annotated[
        str,
        CourtText(1, 12000),
        field(
            T("What was asked and answered"),
            T("The questions and answers; or what who was not questioned says for it."),
            widget="textarea",
        ),
    ]

    @model_validator(mode="after")
    def _read_before_it_is_answered(self) -> RecordQuestioningInput:
        if self.outcome is QuestioningOutcome.ANSWERED and self.read_by is None:
            raise InvalidInput([FieldFault(("read_by",), T("Say who read the undertaking aloud [EV 65]."))])
        return self


class RuleOnRefusalInput(CourtModel):
    """The judge's word on who was not questioned (EV 66)."""

    questioning: Annotated[str, RefTo("party_questioning"), field(T("Who"), choices="questionings_to_rule_on")]
    answer: Annotated[
        Literal["excused", "refused"],
        field(
            T("Was there a good reason?"),
            options={"excused": T("There was a good reason"), "refused": T("There was no good reason")},
            widget="radios",
        ),
    ]
    reasons: Reasons


class LiftQuestioningInput(CourtModel):
    """Why a party is not questioned after all."""

    questioning: Annotated[str, RefTo("party_questioning"), field(T("Who"), choices="questionings_to_lift")]
    reasons: Reasons
