"""The expert's side of an appraisal: undertaking, fee, report, and answers to objections (CPL 80, 81; EV 33-38; FEE
12).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import model_validator
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.docket.queries import parties
from odr.evidence.exhibits.adding import add_exhibit
from odr.evidence.models import Category, Upload
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.appraisal.acts import clear
from odr.hearing.appraisal.choices import appraisal_options
from odr.hearing.appraisal.models import Appraisal, AppraisalState, ReportObjection
from odr.hearing.appraisal.queries import (
    ANSWER,
    FEE,
    OBJECTION,
    REPORT,
    fee_of,
    given_up,
    mine,
    open_objections,
    stands,
    witness_of,
)
from odr.identity.actors import Actor
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = AppraisalState

HEARD_AT = {Stage.PENDING, Stage.HEARING}

NOT_MINE = T("No appraisal is waiting for you.")


def _mine(sitting: Sitting, case: Case, actor: Actor, reference: str, *states: AppraisalState) -> Appraisal:
    row = next((each for each in mine(sitting.session, case, actor, *states) if each.reference == reference), None)
    if row is None:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    return row


@choice_source("own_appraisals")
def own_appraisals(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals with which the actor is commissioned."""
    return appraisal_options(mine(sitting.session, case, actor))


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


@act(
    title=T("Take on an appraisal"),
    input=UndertakeInput,
    by={Role.EXPERT},
    at=HEARD_AT,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The expert has replied to the commission"),
        T(
            "There is nothing you have to do now. If the expert has taken it on, the report is sent to you; if the expert has declined, the judge is asked to appoint another."
        ),
    ),
    source=law("EV 33"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(S.COMMISSIONED, source="EV 33", reason=NOT_MINE, own=True),
)
def undertake_appraisal(
    sitting: Sitting, case: Case, given: UndertakeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Sign the undertaking before beginning, or decline; the time for the report runs from the undertaking (EV 33, 35)."""
    row = _mine(sitting, case, actor, given.appraisal, S.COMMISSIONED)
    witness = witness_of(sitting.session, row)
    if given.answer == "decline":
        clear(sitting, case, row)
        row.state, row.witness = S.CHOOSING, None
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.EXPERT_APPOINT,
            T("%(name)s declines. Appoint another expert.", name=witness.name),
            risk=50,
            subject=row.reference,
        )
        return Recorded(
            T("%(name)s declines the appraisal", name=witness.name),
            {"appraisal": row.reference, "why": given.words, "answer": "decline"},
        )
    row.state, row.pay_to = S.AT_WORK, given.pay_to
    witness.undertaken_by = sitting.next_number(case)
    window = sitting.start_window(case, REPORT, start=now, subject=row.reference, amount=row.days)
    words = T("%(name)s undertakes the appraisal; the report is due on %(day)s", name=witness.name, day=window.due_at)
    return Recorded(
        words,
        {
            "appraisal": row.reference,
            "answer": "undertake",
            "due_at": window.due_at.isoformat() if window.due_at else None,
        },
    )


@guard("FEE 12")
def fee_is_unpaid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no payment is confirmed."""
    return (
        None
        if any(row.paid_by is None for row in mine(sitting.session, case, actor, S.COMMISSIONED, S.AT_WORK, S.REPORTED))
        else NOT_MINE
    )


class OwnAppraisalInput(CourtModel):
    """An appraisal with which one is commissioned."""

    appraisal: Annotated[str, RefTo("appraisal"), field(T("Appraisal"), choices="own_appraisals")]


@act(
    title=T("Confirm that the party paid you"),
    input=OwnAppraisalInput,
    by={Role.EXPERT},
    at=HEARD_AT,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The expert’s fee has been paid"),
        T("There is nothing you have to do. It is on the docket."),
        for_information=True,
    ),
    guard=fee_is_unpaid,
    source=law("FEE 12", "EV 31"),
    seen_by=Audience.HEARING,
    desk=desks.APPRAISAL_UNPAID,
    topic=Topic.HEARING,
    in_record=False,
)
def confirm_expert_fee(
    sitting: Sitting, case: Case, given: OwnAppraisalInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Confirm that the fee came, directly from the party: the court never held it (FEE 12)."""
    row = _mine(sitting, case, actor, given.appraisal, S.COMMISSIONED, S.AT_WORK, S.REPORTED)
    fee = fee_of(row)
    if row.paid_by is not None or fee is None:
        raise ActNotOpen(T("You have already done this."))
    row.paid_by = sitting.next_number(case)
    sitting.close_windows(case, FEE, WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.APPRAISAL_UNPAID, row.reference)
    payer = case.party(row.bears_id).name
    return Recorded(
        T("%(payer)s paid the expert %(fee)s directly", payer=payer, fee=fee),
        {"appraisal": row.reference, "fee": fee.minor},
    )


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
            T("A report without one of these is sent back [EV 36]."),
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


@act(
    title=T("Hand in the report"),
    input=ReportInput,
    by={Role.EXPERT},
    at=HEARD_AT,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("The expert’s report"),
        T("Read the report. You have nothing to do now."),
        when_due=T(
            "If you disagree with the report, object in writing by the end of %(day)s. An objection that comes later is marked late.",
            day=DAY,
        ),
    ),
    source=law("CPL 80", "EV 35, 36, 37"),
    seen_by=Audience.HEARING,
    desk=desks.APPRAISAL_LATE,
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(S.AT_WORK, S.REPORTED, source="EV 35", reason=NOT_MINE, own=True),
)
def submit_report(sitting: Sitting, case: Case, given: ReportInput, *, actor: Actor, now: datetime) -> Recorded:
    """The report becomes an exhibit with its digest and is sent to the parties, who may object in writing; a second one
    supplements it (EV 37, 40).
    """
    row = _mine(sitting, case, actor, given.appraisal, S.AT_WORK, S.REPORTED)
    upload: Upload = sitting.resolved("upload", given.upload)
    witness = witness_of(sitting.session, row)
    sitting.late = (
        bool(sitting.windows(case, REPORT, state=WindowState.LAPSED, subject=row.reference)) and row.state is S.AT_WORK
    )
    owner = case.party(row.bears_id)
    source = T("Appraisal by %(name)s, commissioned by the court", name=witness.name).render(language_of(sitting, case))
    exhibit = add_exhibit(
        sitting,
        case,
        owner,
        upload,
        title=T("Report of the expert %(name)s", name=witness.name).render(language_of(sitting, case)),
        proves=row.fact,
        source=source,
        now=now,
        category=Category.OPINION,
        provenance={"commissioned": str(sitting.next_number(case))},
    )
    row.state, row.exhibit = S.REPORTED, exhibit
    sitting.close_windows(case, REPORT, WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.APPRAISAL_LATE, row.reference)
    for party in parties(case):
        sitting.close_windows(case, OBJECTION, WindowState.ENDED, party=party, subject=row.reference)
        sitting.start_window(case, OBJECTION, party=party, start=now, subject=row.reference)
    facts = {
        "appraisal": row.reference,
        "exhibit": exhibit.label,
        "sha256": upload.sha256,
        "size": upload.size,
        "media_type": upload.media_type,
        "receipt": upload.receipt,
        "opinion": given.opinion,
    }
    return Recorded(
        T("The expert’s report is here: exhibit %(label)s. %(opinion)s", label=exhibit.label, opinion=given.opinion),
        facts,
    )


class ObjectionInput(CourtModel):
    """What a party objects to a report (EV 37)."""

    appraisal: Annotated[str, RefTo("appraisal"), field(T("Report"), choices="appraisals_reported")]
    words: Annotated[str, CourtText(5, 4000), field(T("What do you object to, and why?"), widget="textarea")]


@act(
    title=T("Object to the report"),
    input=ObjectionInput,
    by=set(PARTY_ROLES),
    at=HEARD_AT,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party objects to the expert’s report"),
        T(
            "There is nothing you have to do now. The expert answers in writing, or the judge decides whether to call the expert to be heard."
        ),
    ),
    source=law("CPL 81", "EV 37, 38"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(S.REPORTED, source="EV 37", reason=T("There is no report to object to.")),
)
def object_to_report(sitting: Sitting, case: Case, given: ObjectionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Object in writing; the expert answers. Who objects again after the answer has the expert heard (EV 37, 38). Late
    is marked, never dropped.
    """
    row: Appraisal = sitting.resolved("appraisal", given.appraisal)
    me = sitting.party_of(case, actor)
    if row.state is not S.REPORTED:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    if not sitting.windows(case, OBJECTION, party=me, subject=row.reference) and any(
        each.party_id == me.id for each in given_up(row)
    ):
        raise InvalidInput.at(
            "words",
            T("Your objection counts as given up: you did not prepay the expert’s attendance [EV 38]."),
        )
    kept = any(each.party_id == me.id and each.answered_by is not None for each in row.objections)
    sitting.late = not kept and not sitting.windows(case, OBJECTION, party=me, subject=row.reference)
    objection = ReportObjection(
        appraisal_id=row.id,
        party_id=me.id,
        words=given.words,
        is_kept=kept,
        at=now,
        entry_number=sitting.next_number(case),
    )
    row.objections.append(objection)
    sitting.session.flush()
    sitting.close_windows(case, OBJECTION, WindowState.MET, party=me, subject=row.reference)
    if kept:
        title = T(
            "%(name)s still objects after the expert’s answer. Have the expert heard [EV 38].",
            name=me.name,
        )
        sitting.open_task(case, Role.JUDGE, desks.EXPERT_HEAR, title, risk=45, subject=objection.reference)
    else:
        sitting.start_window(case, ANSWER, start=now, subject=objection.reference)
    words = (
        T("%(name)s still objects to the report", name=me.name)
        if kept
        else T("%(name)s objects to the report", name=me.name)
    )
    return Recorded(
        words,
        {"appraisal": row.reference, "objection": objection.reference, "kept": kept},
        named=(f"account/{witness_of(sitting.session, row).account_id}",),
    )


@guard("EV 37")
def something_objected(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no objection is answered."""
    return (
        None
        if any(open_objections(row) for row in mine(sitting.session, case, actor, S.REPORTED))
        else T("Nobody objects to your report.")
    )


@resolver("report_objection")
def find_objection(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ReportObjection | None:
    """An objection to a report of the case."""
    query = select(ReportObjection).join(Appraisal, Appraisal.id == ReportObjection.appraisal_id)
    return sitting.session.scalar(query.where(Appraisal.case_id == case.id, ReportObjection.reference == reference))


@choice_source("own_objections")
def own_objections(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Objections to the actor's report that wait for an answer."""
    return [
        Option(o.reference, o.words[:120]) for row in mine(sitting.session, case, actor) for o in open_objections(row)
    ]


class ObjectionAnswerInput(CourtModel):
    """The expert's answer (EV 37)."""

    objection: Annotated[str, RefTo("report_objection"), field(T("Objection"), choices="own_objections")]
    words: Annotated[str, CourtText(5, 8000), field(T("Your answer"), widget="textarea")]


@act(
    title=T("Answer an objection"),
    input=ObjectionAnswerInput,
    by={Role.EXPERT},
    at=HEARD_AT,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("The expert’s answer to an objection"),
        T(
            "If you objected and still do, say so on the page of the case: the expert can then be called to be heard, and you may have to prepay the cost. Otherwise there is nothing you have to do."
        ),
    ),
    guard=something_objected,
    source=law("EV 37"),
    seen_by=Audience.HEARING,
    desk=desks.EXPERT_HEAR,
    topic=Topic.HEARING,
    in_record=False,
)
def answer_objection(
    sitting: Sitting, case: Case, given: ObjectionAnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Explain, or say what is added; a new report is handed in as a supplement (EV 37)."""
    objection: ReportObjection = sitting.resolved("report_objection", given.objection)
    row = next(
        (each for each in mine(sitting.session, case, actor, S.REPORTED) if each.id == objection.appraisal_id), None
    )
    if row is None or objection.answered_by is not None:
        raise InvalidInput.at("objection", T("Choose one of those listed."))
    sitting.late = bool(sitting.windows(case, ANSWER, state=WindowState.LAPSED, subject=objection.reference))
    objection.answer, objection.answered_by = given.words, sitting.next_number(case)
    sitting.close_windows(case, ANSWER, WindowState.MET, subject=objection.reference)
    sitting.close_tasks(case, desks.EXPERT_HEAR, objection.reference)
    name = case.name_of(objection.party_id)
    return Recorded(
        T("The expert answers the objection of %(name)s", name=name),
        {"appraisal": row.reference, "objection": objection.reference},
    )
