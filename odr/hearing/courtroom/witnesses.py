"""Witnesses and experts: leave, undertaking, testimony in an own room."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator
from sqlalchemy import func, select

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.courtroom.calling_witnesses import call_to_fixed
from odr.hearing.courtroom.seat_offers import has_offer
from odr.hearing.courtroom.seating import seat
from odr.hearing.courtroom.undertaking import UndertakingInput, undertaking_words
from odr.hearing.examination.acts import hearing_open, the_hearing_goes_on
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.models import Interpreter, Posting, Question, Witness
from odr.hearing.queries import asked_for, is_asked, row_named, undecided
from odr.hearing.vocabulary import PostingKind, QuestionState, RequestState, TestimonyGround, TestimonyManner
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST_SPECIALISTS = 2
"""People with special knowledge whom one party may bring (CPI 122)."""

HEARD = {Role.WITNESS, Role.EXPERT}


class WitnessInput(CourtModel):
    """Leave asked for to hear somebody (EV 68, 69)."""

    kind: Annotated[
        Literal["witness", "expert"],
        field(
            T("Who is to be heard"), options={"witness": T("A witness"), "expert": T("Somebody with special knowledge")}
        ),
    ] = "witness"
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name"))]
    email: Annotated[
        str,
        CourtEmail(),
        field(T("E-mail address"), T("The court writes to it; the testimony is given in an own room.")),
    ]
    about: Annotated[str, CourtText(5, 1000), field(T("What can they say, and how do they know?"), widget="textarea")]
    manner: Annotated[TestimonyManner, Choice(TestimonyManner), field(T("How are they to be heard?"))]
    ground: Annotated[
        TestimonyGround | None,
        Choice(TestimonyGround),
        field(
            T("Why not in person?"),
            T("Needed for testimony in writing or as a recording [CPL 76]."),
        ),
    ] = None

    @model_validator(mode="after")
    def _not_in_person_needs_a_ground(self) -> WitnessInput:
        if self.manner is not TestimonyManner.LIVE and self.ground is None:
            raise InvalidInput([FieldFault(("ground",), T("Say why they cannot come [CPL 76]."))])
        return self


@act(
    title=T("Ask leave to hear a witness"),
    input=WitnessInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=the_hearing_goes_on,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks that a witness or expert be heard"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("EV 68, 69", "CPL 76"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def ask_leave_for_witness(
    sitting: Sitting, case: Case, given: WitnessInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the judge to hear somebody; in writing or recorded only on a ground of CPL 76 or by agreement (EV 68)."""
    party = sitting.party_of(case, actor)
    brought = (Witness.called_by == party.id, Witness.role == Role.EXPERT, Witness.state != RequestState.REFUSED)
    called = sitting.session.scalar(select(func.count()).where(Witness.case_id == case.id, *brought)) or 0
    if given.kind == "expert" and called >= MOST_SPECIALISTS:
        raise InvalidInput.at(
            "kind",
            T("A party may bring one or two people with special knowledge [CPI 122]."),
        )
    witness = Witness(
        case_id=case.id,
        role=Role(given.kind),
        name=given.name,
        email=given.email,
        called_by=party.id,
        about=given.about,
        manner=given.manner,
        ground=given.ground,
        state=RequestState.ASKED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(witness)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.WITNESS_LEAVE,
        T("%(party)s asks leave to hear %(name)s.", party=party.name, name=given.name),
        risk=25,
        subject=witness.reference,
    )
    return Recorded(
        T(
            "%(party)s asked leave to hear %(name)s, %(manner)s",
            party=party.name,
            name=given.name,
            manner=given.manner.label,
        ),
        {"witness": witness.reference},
    )


@guard("EV 70")
def somebody_for_leave(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no witness to rule on."""
    return None if is_asked(sitting, case, Witness) else T("Nobody asks leave for a witness.")


@resolver("witness")
def find_witness(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Witness | None:
    """A witness or expert."""
    return row_named(sitting, case, Witness, reference)


@choice_source("witnesses_for_leave")
def witnesses_for_leave(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Witnesses leave is asked for."""
    rows = asked_for(sitting, case, Witness)
    return [Option(w.reference, w.name, w.about) for w in rows]


class WitnessRulingInput(CourtModel):
    """The judge's word on a witness."""

    witness: Annotated[str, RefTo("witness"), field(T("Witness"), choices="witnesses_for_leave")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    reasons: Reasons


@act(
    title=T("Rule on a witness"),
    input=WitnessRulingInput,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING},
    guard=somebody_for_leave,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on whether somebody is heard as a witness"),
        T(
            "There is nothing you have to do. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
    ),
    paper=RulingForm(T("Witness"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("EV 68, 70"),
    seen_by=Audience.HEARING,
    desk=desks.WITNESS_LEAVE,
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_witness(
    sitting: Sitting, case: Case, given: WitnessRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Admit a witness or not, with reasons; admitted, their own room opens for the account of their address."""
    witness: Witness = undecided(sitting.resolved("witness", given.witness))
    witness.why = given.reasons
    sitting.close_tasks(case, desks.WITNESS_LEAVE, witness.reference)
    if given.answer == "refuse":
        witness.state = RequestState.REFUSED
        return Recorded(
            T("%(name)s is not heard", name=witness.name), {"witness": witness.reference, "reasons": given.reasons}
        )
    witness.state = RequestState.GRANTED
    seat(sitting, case, witness, witness.role, needed=witness.manner is not TestimonyManner.LIVE)
    call_to_fixed(sitting, case, witness)
    return Recorded(
        T("%(name)s is heard, %(manner)s", name=witness.name, manner=witness.manner.label),
        {"witness": witness.reference, "reasons": given.reasons},
    )


def _without_place(sitting: Sitting, case: Case) -> list[Witness | Interpreter]:
    """Admitted witnesses and appointed interpreters who have no account in the case."""
    admitted = select(Witness).where(
        Witness.case_id == case.id, Witness.state == RequestState.GRANTED, Witness.account_id.is_(None)
    )
    appointed = select(Interpreter).where(Interpreter.case_id == case.id, Interpreter.account_id.is_(None))
    return [*sitting.session.scalars(admitted), *sitting.session.scalars(appointed)]


@guard("EV 70")
def witness_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody can be seated."""
    return None if _without_place(sitting, case) else T("No witness is waiting for a place.")


class EmptyInput(CourtModel):
    """Nothing more is asked."""


@act(
    title=T("Offer witnesses who have registered their place"),
    input=EmptyInput,
    by={Role.CLERK},
    at={Stage.PENDING, Stage.HEARING},
    guard=witness_waits,
    source=law("EV 70"),
    seen_by=Audience.HEARING,
    desk=desks.WITNESS_ACCOUNT,
    topic=Topic.HEARING,
    in_record=False,
)
def seat_witnesses(sitting: Sitting, case: Case, given: EmptyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Offer every admitted witness, expert or interpreter their place whose address has an account by now."""
    waiting = _without_place(sitting, case)
    for one in waiting:
        sitting.close_tasks(case, desks.WITNESS_ACCOUNT, one.reference)
        seat(sitting, case, one, one.role if isinstance(one, Witness) else Role.INTERPRETER)
    offered = sum(has_offer(sitting.session, one) for one in waiting)
    return Recorded(T("Places offered to who is heard or interprets: %(count)s", count=offered), {"seated": offered})


def own_row(sitting: Sitting, case: Case, actor: Actor) -> Witness | None:
    """The witness an actor is."""
    return sitting.session.scalar(
        select(Witness).where(
            Witness.case_id == case.id, Witness.account_id == actor.account_id, Witness.state == RequestState.GRANTED
        )
    )


@guard("COURT once")
def not_yet_promised(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no undertaking is needed."""
    witness = own_row(sitting, case, actor)
    return (
        T("You have already signed the undertaking.")
        if witness is not None and witness.undertaken_by is not None
        else None
    )


@guard("EV 71")
def has_promised(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no testimony is taken yet (EV 71)."""
    witness = own_row(sitting, case, actor)
    return (
        None
        if witness is not None and witness.undertaken_by is not None
        else T("Sign the undertaking to tell the truth first.")
    )


@act(
    title=T("Sign the undertaking to tell the truth"),
    input=UndertakingInput,
    says=undertaking_words,
    by=HEARD,
    at={Stage.PENDING, Stage.HEARING},
    guard=not_yet_promised,
    source=law("EV 71"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
    strong=True,
)
def give_undertaking(sitting: Sitting, case: Case, given: UndertakingInput, *, actor: Actor, now: datetime) -> Recorded:
    """The witness signs before they testify; who refuses is not heard and bears their cost (EV 71)."""
    witness = own_row(sitting, case, actor)
    if witness is None:
        raise ActNotOpen(T("You are not admitted as a witness in this case."))
    witness.undertaken_by = sitting.next_number(case)
    return Recorded(
        T("%(name)s signed the undertaking to tell the truth", name=witness.name), {"witness": witness.reference}
    )


class TestimonyInput(CourtModel):
    """Testimony, or the answer of a witness to a question."""

    question: Annotated[
        str | None, RefTo("question"), field(T("Answers the question"), choices="my_questions", widget="select")
    ] = None
    words: Annotated[str, CourtText(1, 12000), field(T("Your testimony"), widget="textarea")]
    uploads: Annotated[
        list[str],
        RefTo("upload"),
        Field(max_length=10),
        field(T("Recording or files"), choices="upload", widget="checkboxes"),
    ] = []


@act(
    title=T("Give testimony"),
    input=TestimonyInput,
    by=HEARD,
    at={Stage.HEARING},
    guard=(hearing_open, has_promised),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Testimony in your case"),
        T(
            "Read or hear it on the docket. You may say in the examination what you think of it: when it is your turn, a letter names the day."
        ),
    ),
    source=law("EV 67, 72, 74", "CPL 76"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def testify(sitting: Sitting, case: Case, given: TestimonyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Testify in writing or by a recording sent before; another witness never reads it (EV 74)."""
    witness = own_row(sitting, case, actor)
    if witness is None:
        raise ActNotOpen(T("You are not admitted as a witness in this case."))
    question: Question | None = sitting.resolved("question", given.question) if given.question else None
    if question is not None:
        if question.witness_id != witness.id:
            raise InvalidInput.at("question", T("This question is not put to you."))
        question.state = QuestionState.ANSWERED
    files = [sitting.resolved("upload", reference) for reference in given.uploads]
    sitting.session.add(
        Posting(
            case_id=case.id,
            kind=PostingKind.TESTIMONY,
            question_id=question.id if question else None,
            witness_id=witness.id,
            role=actor.role,
            account_id=actor.account_id,
            speaker=witness.name,
            words=given.words,
            exhibits=[],
            uploads=given.uploads,
            entry_number=sitting.next_number(case),
            at=now,
        )
    )
    return Recorded(
        T("%(name)s testified", name=witness.name),
        {"witness": witness.reference, "files": [{"sha256": f.sha256, "receipt": f.receipt} for f in files]},
    )
