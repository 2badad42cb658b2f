"""What is given in an appraisal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.procedure.inputs import CourtEmail, CourtModel, CourtMoney, CourtText, RefTo, field
from odr.text import T

AppraisalRef = Annotated[str, RefTo("appraisal"), field(T("Appraisal"), choices="appraisals")]
Reasons = Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]
Language = Annotated[
    Literal["zh-Hans", "en"], field(T("Language of the paper"), options={"zh-Hans": T("Chinese"), "en": T("English")})
]
Fact = Annotated[str, CourtText(5, 1000), field(T("Which fact is it to show?"), widget="textarea")]
Questions = Annotated[
    str, CourtText(5, 4000), field(T("What is the expert to be asked?"), T("One question a line."), widget="textarea")
]
Materials = Annotated[
    list[str],
    field(
        T("On what is the opinion to rest?"),
        T("Only exhibits that the parties could examine (Evidence Rules, art. 34)."),
        choices="exhibit_labels",
        widget="checkboxes",
    ),
]
Bears = Annotated[
    str,
    CourtText(1, 40, one_line=True),
    field(T("Who has to prove it, and pays the expert?"), choices="case_parties", widget="select"),
]


class CallInput(CourtModel):
    """The judge tells a party that a fact needs an appraisal (EV 30)."""

    party: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Who has to prove it?"), choices="case_parties", widget="select")
    ]
    fact: Fact
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days to ask for it"))] = None


class AskInput(CourtModel):
    """An appraisal is asked for."""

    fact: Fact
    questions: Questions
    why: Annotated[str, CourtText(5, 4000), field(T("Why is special knowledge needed for it?"), widget="textarea")]
    materials: Materials = []
    again: Annotated[
        str | None,
        RefTo("appraisal"),
        field(T("Is it to replace an appraisal that was made?"), choices="appraisals_reported", widget="select"),
    ] = None
    ground: Annotated[
        Literal["unqualified", "procedure", "baseless", "unusable"] | None,
        field(
            T("If so: why?"),
            options={
                "unqualified": T("The expert is not qualified"),
                "procedure": T("The procedure was seriously unlawful"),
                "baseless": T("The opinion clearly lacks a basis"),
                "unusable": T("It cannot be used as evidence for another reason"),
            },
        ),
    ] = None

    @model_validator(mode="after")
    def _another_needs_a_ground(self) -> AskInput:
        if self.again and not self.ground:
            raise InvalidInput([FieldFault(("ground",), T("Choose one of the grounds of Evidence Rules, art. 40."))])
        return self


class OwnMotionInput(CourtModel):
    """An appraisal of the court's own motion (EV 30; CPI 96)."""

    fact: Fact
    questions: Questions
    bears: Bears
    materials: Materials = []
    reasons: Reasons


class AppraisalRulingInput(CourtModel):
    """Whether an appraisal is made."""

    appraisal: AppraisalRef
    answer: Annotated[
        Literal["grant", "refuse"],
        field(T("Ruling"), options={"grant": T("Granted"), "refuse": T("Not granted")}, widget="radios"),
    ]
    reasons: Reasons


class ExpertChoiceInput(CourtModel):
    """Whom a party would have as expert."""

    appraisal: AppraisalRef
    name: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("Name of the expert or institution"), T("To agree, name the one the other side named.")),
    ]
    email: Annotated[str, CourtEmail(), field(T("E-mail address"))]
    qualification: Annotated[str, CourtText(1, 1000), field(T("What qualifies her?"), widget="textarea")]


class AppointInput(CourtModel):
    """An expert is commissioned (EV 32)."""

    appraisal: AppraisalRef
    how: Annotated[
        Literal["agreed", "lot", "named"],
        field(
            T("How is she chosen?"),
            options={
                "agreed": T("The parties agree on her"),
                "lot": T("Drawn by lot from those the parties named"),
                "named": T("Named by the judge, since the parties do not agree"),
            },
            widget="radios",
        ),
    ]
    name: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Name, if you name her"))] = None
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address, if you name her"))] = None
    qualification: Annotated[
        str | None, CourtText(0, 1000), field(T("What qualifies her, if you name her"), widget="textarea")
    ] = None
    scope: Annotated[str, CourtText(1, 2000), field(T("How far does it go, and what is it for?"), widget="textarea")]
    days: Annotated[int, Field(ge=1, le=120), field(T("Days to report"))]
    fee: Annotated[
        CourtMoney,
        field(T("Fee of the expert"), T("Paid to her directly; the court takes nothing (Measures on Costs, art. 12).")),
    ]
    fee_days: Annotated[int | None, Field(ge=1, le=30), field(T("Days to pay her"))] = None
    attendance_included: Annotated[
        bool,
        field(
            T("The fee holds the attendance at a hearing"),
            T("Then nobody prepays it when she is called (Evidence Rules, art. 39)."),
        ),
    ] = False
    language: Language = "zh-Hans"

    @model_validator(mode="after")
    def _named_has_a_name(self) -> AppointInput:
        missing = [
            FieldFault((name,), T("Fill this in."))
            for name in ("name", "email", "qualification")
            if self.how == "named" and not getattr(self, name)
        ]
        if missing:
            raise InvalidInput(missing)
        return self


class UndertakeInput(CourtModel):
    """The expert takes it on, or says why not (EV 33)."""

    appraisal: Annotated[str, RefTo("appraisal"), field(T("Appraisal"), choices="own_appraisals")]
    answer: Annotated[
        Literal["undertake", "decline"],
        field(
            T("Do you take it on?"),
            options={
                "undertake": T(
                    "Yes. I will appraise objectively, impartially and honestly, and be heard by the court. "
                    "I know that a false appraisal has consequences in law"
                ),
                "decline": T("No"),
            },
            widget="radios",
        ),
    ]
    pay_to: Annotated[
        str | None,
        CourtText(0, 500),
        field(
            T("How does the party pay you?"),
            T("For example an account. The party pays you directly."),
            widget="textarea",
        ),
    ] = None
    words: Annotated[str | None, CourtText(0, 1000), field(T("If not: why?"), widget="textarea")] = None

    @model_validator(mode="after")
    def _says_what_is_needed(self) -> UndertakeInput:
        name = "pay_to" if self.answer == "undertake" else "words"
        if not getattr(self, name):
            raise InvalidInput([FieldFault((name,), T("Fill this in."))])
        return self


class OwnAppraisalInput(CourtModel):
    """An appraisal with which one is commissioned."""

    appraisal: Annotated[str, RefTo("appraisal"), field(T("Appraisal"), choices="own_appraisals")]


CONTENTS = {
    "court": T("The court that commissioned it"),
    "task": T("What was to be appraised, and the requirements"),
    "materials": T("The materials"),
    "method": T("The principles and methods it rests on"),
    "course": T("How it was carried out"),
    "opinion": T("The opinion"),
    "undertaking": T("The undertaking"),
    "signed": T("Signature or seal, with proof of qualification"),
}
"""What a report must hold (EV 36)."""


class ReportInput(CourtModel):
    """The expert's report (EV 35, 36)."""

    appraisal: Annotated[str, RefTo("appraisal"), field(T("Appraisal"), choices="own_appraisals")]
    upload: Annotated[str, RefTo("upload"), field(T("The report"), T("Send the file first; it then stands here."))]
    contents: Annotated[
        list[Literal["court", "task", "materials", "method", "course", "opinion", "undertaking", "signed"]],
        field(
            T("Does the report hold all of this?"),
            T("A report without one of these is sent back (Evidence Rules, art. 36)."),
            options=CONTENTS,
            widget="checkboxes",
        ),
    ] = []
    opinion: Annotated[str, CourtText(5, 4000), field(T("Your opinion in short"), widget="textarea")]

    @model_validator(mode="after")
    def _is_whole(self) -> ReportInput:
        lacking = [words for key, words in CONTENTS.items() if key not in self.contents]
        if lacking:
            raise InvalidInput([FieldFault(("contents",), T("The report lacks: %(what)s", what=lacking[0]))])
        return self


class ObjectionInput(CourtModel):
    """What a party objects to a report (EV 37)."""

    appraisal: Annotated[str, RefTo("appraisal"), field(T("Report"), choices="appraisals_reported")]
    words: Annotated[str, CourtText(5, 4000), field(T("What do you object to, and why?"), widget="textarea")]


class ObjectionAnswerInput(CourtModel):
    """The expert's answer (EV 37)."""

    objection: Annotated[str, RefTo("report_objection"), field(T("Objection"), choices="own_objections")]
    words: Annotated[str, CourtText(5, 8000), field(T("Your answer"), widget="textarea")]


class EndInput(CourtModel):
    """An appraisal ends without a report."""

    appraisal: AppraisalRef
    ground: Annotated[
        Literal["not_paid", "withdrawn", "not_needed", "expert_failed"],
        field(
            T("Why?"),
            options={
                "not_paid": T("The fee was not paid to the expert in time: the request counts as given up"),
                "withdrawn": T("Who asked for it no longer asks"),
                "not_needed": T("It is no longer needed"),
                "expert_failed": T("The expert did not report in time without good reason; she returns her fee"),
            },
            widget="radios",
        ),
    ]
    reasons: Reasons
