"""Options of the hearing's forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.evidence.models import Exhibit, ExhibitState
from odr.filing.models import Fact
from odr.hearing.acts_attendance import contested, unpaid_shares
from odr.hearing.acts_interpreter import motions_waiting, unpaid
from odr.hearing.acts_limit import waiting
from odr.hearing.acts_plan import title_of
from odr.hearing.appraisals import appraisals_of, mine, open_objections, witness_of
from odr.hearing.attendance import calls_of, calls_to_pay
from odr.hearing.kinds import OPEN_QUESTIONS, HearingState, Mode, PhaseState, QuestionState, RequestState
from odr.hearing.models import (
    Hearing,
    Interpreter,
    Motion,
    Opinion,
    Posting,
    Question,
    RecordCorrection,
    TechnicalFailure,
    TimeRequest,
    Witness,
)
from odr.hearing.models_appraisal import Appraisal, AppraisalState
from odr.hearing.models_attendance import LIVE, ExpertCall
from odr.hearing.plan import RECORD, plan_of
from odr.hearing.queries import (
    examination_of,
    hearings_of,
    proposed_facts,
    questions_of,
    reads_question,
    standing_exhibits,
)
from odr.identity.actors import Actor
from odr.procedure.forms import Option, choice_source
from odr.procedure.working import bilingual
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("plan_phases")
def plan_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases of the pack's plan, or those still to come of the plan in hand."""
    if examination_of(sitting.session, case) is not None:
        return _phases(sitting, case, PhaseState.PLANNED)
    pack = sitting.pack(case)
    seen = {p.key: p for p in plan_of(pack, case.track.value, Mode.ASYNCHRONOUS)}
    return [Option(key, bilingual(p.title["en"], p.title["zh-Hans"])) for key, p in seen.items()]


@choice_source("sealable_phases")
def sealable_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases in which both sides act alike."""
    pack = sitting.pack(case)
    seen = {p.key: p for p in plan_of(pack, case.track.value, Mode.ASYNCHRONOUS) if p.may_be_sealed}
    return [Option(key, bilingual(p.title["en"], p.title["zh-Hans"])) for key, p in seen.items()]


def _phases(sitting: Sitting, case: Case, *states: PhaseState) -> list[Option]:
    examination = examination_of(sitting.session, case)
    return (
        [Option(p.reference, title_of(p)) for p in examination.phases if p.state in states and p.key != RECORD]
        if examination
        else []
    )


@choice_source("coming_phases")
def coming_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases still to come."""
    return _phases(sitting, case, PhaseState.PLANNED)


@choice_source("past_phases")
def past_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases that are over."""
    return _phases(sitting, case, PhaseState.CLOSED)


@choice_source("speaking_phases")
def speaking_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases in which something can be said, in time or late."""
    return list(reversed(_phases(sitting, case, PhaseState.OPEN, PhaseState.CLOSED)))


def _exhibits(rows: Iterator[Exhibit]) -> list[Option]:
    return [Option(e.reference, f"{e.label} {e.title}") for e in rows]


@choice_source("exhibits_of_others")
def exhibits_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits a party gives opinions on."""
    return _exhibits(e for e in standing_exhibits(sitting.session, case) if e.party_id != actor.party_id)


@choice_source("own_exhibits")
def own_exhibits(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A party's own exhibits."""
    return _exhibits(e for e in standing_exhibits(sitting.session, case) if e.party_id == actor.party_id)


@choice_source("own_opinions")
def own_opinions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A party's opinions that stand, one to an exhibit."""
    rows = sitting.session.execute(
        select(Opinion, Exhibit.label, Exhibit.title)
        .join(Exhibit, Exhibit.id == Opinion.exhibit_id)
        .where(Opinion.case_id == case.id, Opinion.party_id == actor.party_id, Opinion.retracted_by.is_(None))
        .order_by(Opinion.id)
    )
    seen = {label: Option(opinion.reference, f"{label} {title}") for opinion, label, title in rows}
    return list(seen.values())


@choice_source("own_postings")
def own_postings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A party's own postings."""
    rows = sitting.session.scalars(
        select(Posting)
        .where(Posting.case_id == case.id, Posting.party_id == actor.party_id, Posting.words != "")
        .order_by(Posting.id.desc())
        .limit(50)
    )
    return [Option(p.reference, f"{p.entry_number}: {p.words[:60]}") for p in rows]


@choice_source("addressees")
def addressees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who may be asked, or attends: parties, admitted witnesses and experts; never oneself."""
    found = [
        Option(p.reference, p.name, p.role.label) for p in case.parties if p.left_at is None and p.id != actor.party_id
    ]
    rows = sitting.session.scalars(
        select(Witness).where(Witness.case_id == case.id, Witness.state == RequestState.GRANTED)
    )
    return found + [Option(w.reference, w.name, w.role.label) for w in rows]


@choice_source("facts")
def facts(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Numbered facts of the claim."""
    rows = sitting.session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number))
    return [Option(f.reference, f"{f.number}. {f.what[:100]}") for f in rows]


def _questions(sitting: Sitting, case: Case, actor: Actor, states: Sequence[QuestionState]) -> list[Question]:
    return [q for q in questions_of(sitting.session, case) if q.state in states and reads_question(actor, q)]


def _as_options(rows: Sequence[Question]) -> list[Option]:
    return [Option(q.reference, f"{q.number}. {q.words[:120]}") for q in rows]


@choice_source("questions_for_leave")
def questions_for_leave(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions that wait for the judge's leave."""
    return _as_options(_questions(sitting, case, actor, [QuestionState.PENDING_LEAVE]))


@choice_source("unanswered_questions")
def unanswered_questions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions without an answer."""
    return _as_options(_questions(sitting, case, actor, [*OPEN_QUESTIONS, QuestionState.UNANSWERED]))


@choice_source("my_questions")
def my_questions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions put to the actor."""
    mine = sitting.session.scalars(
        select(Witness.id).where(Witness.case_id == case.id, Witness.account_id == actor.account_id)
    ).all()
    asked = [
        q
        for q in questions_of(sitting.session, case)
        if q.put_by is not None and q.state is not QuestionState.DISALLOWED
    ]
    return _as_options(
        [q for q in asked if (q.party_id is not None and q.party_id == actor.party_id) or q.witness_id in mine]
    )


@choice_source("questions_put")
def questions_put(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions that were put."""
    return _as_options(
        [q for q in questions_of(sitting.session, case) if q.put_by is not None and reads_question(actor, q)]
    )


@choice_source("time_requests")
def time_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests for time that wait; a party sees those of others."""
    names = {p.id: p.name for p in case.parties}
    rows = sitting.session.scalars(
        select(TimeRequest).where(TimeRequest.case_id == case.id, TimeRequest.state == RequestState.ASKED)
    )
    return [
        Option(r.reference, f"{names[r.party_id]}: {r.days}", r.reason) for r in rows if r.party_id != actor.party_id
    ]


@choice_source("failures")
def failures(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Reports of failures that wait for a ruling."""
    names = {p.id: p.name for p in case.parties}
    rows = sitting.session.scalars(
        select(TechnicalFailure).where(
            TechnicalFailure.case_id == case.id, TechnicalFailure.state == RequestState.ASKED
        )
    )
    return [Option(f.reference, names[f.party_id], f.what) for f in rows]


@choice_source("motions")
def motions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Motions that wait for a ruling."""
    rows = sitting.session.scalars(select(Motion).where(Motion.case_id == case.id, Motion.state == RequestState.ASKED))
    return [Option(m.reference, m.kind.label, m.words) for m in rows]


@choice_source("proposed_facts")
def facts_proposed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Facts proposed as agreed that the actor has not answered."""
    return [
        Option(f.reference, f.words)
        for f in proposed_facts(sitting.session, case)
        if all(s.party_id != actor.party_id for s in f.stances)
    ]


@choice_source("witnesses_for_leave")
def witnesses_for_leave(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Witnesses leave is asked for."""
    rows = sitting.session.scalars(
        select(Witness).where(Witness.case_id == case.id, Witness.state == RequestState.ASKED)
    )
    return [Option(w.reference, w.name, w.about) for w in rows]


def _hearings(sitting: Sitting, case: Case, *, state: HearingState, recorded: bool = False) -> list[Option]:
    rows: list[Hearing] = [
        h for h in hearings_of(sitting.session, case) if h.state is state and (not recorded or h.recording_sha256)
    ]
    tz = sitting.pack(case).tz
    return [Option(h.reference, T("Hearing of %(at)s", at=h.begins_at.astimezone(tz)), h.place) for h in rows]


@choice_source("hearings_to_come")
def hearings_to_come(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings that are fixed and not yet recorded."""
    return _hearings(sitting, case, state=HearingState.SUMMONED)


@choice_source("hearings_recorded")
def hearings_recorded(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings with a recording on record."""
    return _hearings(sitting, case, state=HearingState.HELD, recorded=True)


@choice_source("corrections")
def corrections(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Corrections of the record that wait for a ruling."""
    rows = sitting.session.scalars(
        select(RecordCorrection).where(
            RecordCorrection.case_id == case.id, RecordCorrection.state == RequestState.ASKED
        )
    )
    return [Option(c.reference, c.place, c.words) for c in rows]


@choice_source("hearings_put_off")
def hearings_put_off(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings put off that wait for the president."""
    return _hearings(sitting, case, state=HearingState.ADJOURNING)


@choice_source("trial_extensions")
def trial_extensions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A longer trial limit that waits for the president."""
    found = waiting(sitting, case)
    return [Option(found.reference, found.reasons)] if found is not None else []


@choice_source("motions_for_interpreter")
def motions_for_interpreter(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Interpreters ordered and not yet appointed."""
    names = {p.id: p.name for p in case.parties}
    return [Option(m.reference, names[m.party_id], m.words) for m in motions_waiting(sitting, case)]


@choice_source("interpreters_unpaid")
def interpreters_unpaid(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Interpreters of whom no payment is recorded."""
    return [Option(i.reference, i.name, i.pay.label) for i in unpaid(sitting, case)]


@choice_source("attendees")
def attendees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who may have taken part in a hearing."""
    rows = sitting.session.scalars(select(Interpreter).where(Interpreter.case_id == case.id).order_by(Interpreter.id))
    return [*addressees(sitting, case, actor), *(Option(i.reference, i.name, Role.INTERPRETER.label) for i in rows)]


def _appraisal_options(rows: Sequence[Appraisal]) -> list[Option]:
    return [
        Option(row.reference, T("%(fact)s (%(state)s)", fact=row.fact[:100], state=row.state.label)) for row in rows
    ]


@choice_source("appraisals")
def appraisals(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals that are asked for or under way."""
    going = (AppraisalState.ASKED, AppraisalState.CHOOSING, AppraisalState.COMMISSIONED, AppraisalState.AT_WORK)
    return _appraisal_options(appraisals_of(sitting.session, case, *going))


@choice_source("appraisals_reported")
def appraisals_reported(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals whose report is here."""
    return _appraisal_options(appraisals_of(sitting.session, case, AppraisalState.REPORTED))


@choice_source("appraisals_contested")
def appraisals_contested(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals to whose report a party still objects after the expert's answer."""
    return _appraisal_options(contested(sitting, case))


def _call_options(sitting: Sitting, rows: Sequence[ExpertCall]) -> list[Option]:
    return [
        Option(
            r.reference,
            T("%(name)s, %(total)s", name=witness_of(sitting.session, r.appraisal).name, total=r.total),
            r.state.label,
        )
        for r in rows
    ]


@choice_source("expert_calls_live")
def expert_calls_live(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Experts who are called and of whom it is not found yet how that ended."""
    return _call_options(sitting, calls_of(sitting.session, case, *LIVE))


@choice_source("expert_calls_to_pay")
def expert_calls_to_pay(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Experts who were heard and wait for what was collected for them."""
    return _call_options(sitting, calls_to_pay(sitting.session, case))


@choice_source("shares_unpaid")
def shares_unpaid(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parts of an expert's attendance that were not prepaid in time."""
    names = {p.id: p.name for p in case.parties}
    return [
        Option(s.reference, T("%(name)s, %(amount)s", name=names[s.party_id], amount=s.amount))
        for s in unpaid_shares(sitting, case)
    ]


@choice_source("own_appraisals")
def own_appraisals(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals with which the actor is commissioned."""
    return _appraisal_options(mine(sitting.session, case, actor))


@choice_source("own_objections")
def own_objections(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Objections to the actor's report that wait for an answer."""
    return [
        Option(o.reference, o.words[:120]) for row in mine(sitting.session, case, actor) for o in open_objections(row)
    ]


@choice_source("exhibit_labels")
def exhibit_labels(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that stand and are not sealed, by their labels."""
    rows = sitting.session.scalars(
        select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.state == ExhibitState.SUBMITTED).order_by(Exhibit.id)
    )
    return [Option(e.label, f"{e.label} {e.title}") for e in rows if e.seal is None or e.seal.state.value == "opened"]
