"""Interpreters: appointed on a motion that was granted, seated, paid (CPL 11, 273; FEE 11, 12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import select

from odr.docket.models import Audience, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.courtroom.calendar.clashes import interpreter_is_taken
from odr.hearing.courtroom.calling_witnesses import call_to_fixed
from odr.hearing.courtroom.seating import seat
from odr.hearing.examination.acts import hearing_open
from odr.hearing.models import Interpreter, Motion
from odr.hearing.queries import row_named
from odr.hearing.vocabulary import InterpreterPay, MotionKind, RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtMoneyOrZero, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def motions_waiting(sitting: Sitting, case: Case) -> list[Motion]:
    """Motions for an interpreter that were granted and have none yet."""
    taken = select(Interpreter.motion_id).where(Interpreter.case_id == case.id)
    rows = select(Motion).where(
        Motion.case_id == case.id,
        Motion.kind == MotionKind.INTERPRETER,
        Motion.state == RequestState.GRANTED,
        Motion.id.not_in(taken),
    )
    return list(sitting.session.scalars(rows.order_by(Motion.id)))


@guard("CPL 11, 273")
def interpreter_is_wanted(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no interpreter is appointed."""
    return None if motions_waiting(sitting, case) else T("No interpreter was ordered who is not appointed yet.")


@choice_source("motions_for_interpreter")
def motions_for_interpreter(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Interpreters ordered and not yet appointed."""
    names = {p.id: p.name for p in case.parties}
    return [Option(m.reference, names[m.party_id], m.words) for m in motions_waiting(sitting, case)]


class InterpreterInput(CourtModel):
    """An interpreter, and who pays them."""

    motion: Annotated[str, RefTo("motion"), field(T("For the motion"), choices="motions_for_interpreter")]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name"))]
    email: Annotated[str, CourtEmail(), field(T("E-mail address"))]
    language: Annotated[
        str, CourtText(2, 100, one_line=True), field(T("Language"), T("From which language and into which."))
    ]
    pay: Annotated[
        InterpreterPay,
        Choice(InterpreterPay),
        field(T("Who pays?"), T("[=FEE 11, 12].")),
    ]


@act(
    title=T("Appoint an interpreter"),
    input=InterpreterInput,
    by={Role.CLERK},
    at={Stage.HEARING},
    guard=(hearing_open, interpreter_is_wanted),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("An interpreter has been appointed"),
        T(
            "If you know a reason why the interpreter may not be impartial, you may challenge them; otherwise there is nothing you have to do. If the docket says that you pay, pay the interpreter directly."
        ),
    ),
    source=law("CPL 11, 49, 273", "CPI 227", "FEE 11, 12"),
    seen_by=Audience.HEARING,
    desk=desks.INTERPRETER,
    topic=Topic.HEARING,
    in_record=True,
)
def appoint_interpreter(
    sitting: Sitting, case: Case, given: InterpreterInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Appoint whom the judge ordered, and say who pays. The parties are told, so that they may challenge them (CPL 49).

    The court provides one without charge where somebody does not speak the language of
    the court (CPL 11; FEE 12); in a foreign-related case the party who asked pays them
    directly (CPL 273), and the court neither collects nor passes on.
    """
    motion: Motion = sitting.resolved("motion", given.motion)
    if motion not in motions_waiting(sitting, case):
        raise InvalidInput.at("motion", T("No interpreter was ordered who is not appointed yet."))
    if given.pay is InterpreterPay.PARTY and not case.foreign_related:
        raise InvalidInput.at("pay", T("Only in a foreign-related case does a party pay the interpreter [CPL 273]."))
    if interpreter_is_taken(sitting, case, given.email):
        raise InvalidInput.at(
            "email",
            T(
                "They interpret in another hearing here at the hour of one that is fixed. Choose somebody else, or move one of them first."
            ),
        )
    interpreter = Interpreter(
        case_id=case.id,
        motion_id=motion.id,
        name=given.name,
        email=given.email,
        language=given.language,
        pay=given.pay,
        party_id=motion.party_id if given.pay is not InterpreterPay.COURT else None,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(interpreter)
    sitting.session.flush()
    sitting.close_tasks(case, desks.INTERPRETER, motion.reference)
    seat(sitting, case, interpreter, Role.INTERPRETER)
    call_to_fixed(sitting, case, interpreter)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.INTERPRETER_PAY,
        T("Record that %(name)s was paid for interpreting.", name=given.name),
        risk=10,
        subject=interpreter.reference,
    )
    words = T("%(name)s appointed to interpret: %(language)s", name=given.name, language=given.language)
    return Recorded(words, {"interpreter": interpreter.reference, "pay": given.pay.value})


def unpaid(sitting: Sitting, case: Case) -> list[Interpreter]:
    """Interpreters of whom no payment is recorded."""
    rows = (
        select(Interpreter)
        .where(Interpreter.case_id == case.id, Interpreter.paid_by.is_(None))
        .order_by(Interpreter.id)
    )
    return list(sitting.session.scalars(rows))


@guard("FEE 11, 12")
def somebody_unpaid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no payment is recorded."""
    return None if unpaid(sitting, case) else T("No interpreter is waiting for payment.")


@resolver("interpreter")
def find_interpreter(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Interpreter | None:
    """Somebody who interprets in the case."""
    return row_named(sitting, case, Interpreter, reference)


@choice_source("interpreters_unpaid")
def interpreters_unpaid(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Interpreters of whom no payment is recorded."""
    return [Option(i.reference, i.name, i.pay.label) for i in unpaid(sitting, case)]


class InterpreterPaidInput(CourtModel):
    """That an interpreter was paid, and how much."""

    interpreter: Annotated[str, RefTo("interpreter"), field(T("Interpreter"), choices="interpreters_unpaid")]
    amount: Annotated[CourtMoneyOrZero, field(T("Amount"))]
    words: Annotated[str | None, CourtText(0, 500), field(T("How it was paid, number of the receipt"))] = None


@act(
    title=T("Record that an interpreter was paid"),
    input=InterpreterPaidInput,
    by={Role.CLERK},
    at={Stage.HEARING, Stage.DELIBERATION, Stage.PRONOUNCED, Stage.EFFECTIVE, Stage.CLOSED},
    guard=somebody_unpaid,
    source=law("FEE 11, 12"),
    seen_by=Audience.HEARING,
    desk=desks.INTERPRETER_PAY,
    topic=Topic.HEARING,
    in_record=False,
)
def record_interpreter_paid(
    sitting: Sitting, case: Case, given: InterpreterPaidInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what an interpreter was paid and by whom: a fact of the file. Of what a party bore the decision on costs
    disposes.
    """
    interpreter: Interpreter = sitting.resolved("interpreter", given.interpreter)
    if interpreter.paid_by is not None:
        raise ActNotOpen(T("You have already done this."))
    interpreter.paid_minor, interpreter.paid_currency = given.amount.minor, given.amount.currency
    interpreter.paid_by = sitting.next_number(case)
    sitting.close_tasks(case, desks.INTERPRETER_PAY, interpreter.reference)
    payer = case.name_of(interpreter.party_id)
    words = (
        T(
            "%(name)s was paid %(amount)s for interpreting, by %(payer)s",
            name=interpreter.name,
            amount=given.amount,
            payer=payer,
        )
        if payer
        else T(
            "%(name)s was paid %(amount)s for interpreting, by the court", name=interpreter.name, amount=given.amount
        )
    )
    return Recorded(words, {"interpreter": interpreter.reference, "pay": interpreter.pay.value})
