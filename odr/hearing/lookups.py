"""How references in inputs become rows, each found through what the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from odr.docket.models import Case, Party, Role
from odr.hearing.kinds import RequestState
from odr.hearing.models import (
    AgreedFact,
    Hearing,
    Interpreter,
    Motion,
    Opinion,
    Phase,
    Posting,
    Question,
    RecordCorrection,
    TechnicalFailure,
    TimeRequest,
    TrialExtension,
    Witness,
)
from odr.hearing.models_appraisal import Appraisal, ReportObjection
from odr.hearing.models_attendance import ExpertCall, ExpertShare
from odr.hearing.queries import opinions_of, reads_posting, reads_question
from odr.identity.actors import Actor
from odr.procedure.resolvers import resolver

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

Row = TypeVar("Row")


def _row(sitting: Sitting, case: Case, kind: type[Row], reference: str) -> Row | None:
    table: Any = kind
    return sitting.session.scalar(select(table).where(table.case_id == case.id, table.reference == reference))


@resolver("exam_phase")
def find_phase(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Phase | None:
    """A phase of the plan."""
    return _row(sitting, case, Phase, reference)


@resolver("opinion")
def find_opinion(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Opinion | None:
    """An opinion that stands and is under no seal."""
    return next((o for o in opinions_of(sitting.session, case) if o.reference == reference), None)


@resolver("question")
def find_question(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Question | None:
    """A question the actor may read."""
    question = _row(sitting, case, Question, reference)
    witness = (
        sitting.session.get(Witness, question.witness_id) if question is not None and question.witness_id else None
    )
    return (
        question
        if question is not None and reads_question(actor, question, witness.account_id if witness else None)
        else None
    )


@resolver("posting")
def find_posting(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Posting | None:
    """A posting the actor may read."""
    posting = _row(sitting, case, Posting, reference)
    return posting if posting is not None and reads_posting(actor, posting) else None


@resolver("time_request")
def find_time_request(sitting: Sitting, case: Case, actor: Actor, reference: str) -> TimeRequest | None:
    """A request for more time."""
    return _row(sitting, case, TimeRequest, reference)


@resolver("failure")
def find_failure(sitting: Sitting, case: Case, actor: Actor, reference: str) -> TechnicalFailure | None:
    """A reported failure."""
    return _row(sitting, case, TechnicalFailure, reference)


@resolver("agreed_fact")
def find_agreed_fact(sitting: Sitting, case: Case, actor: Actor, reference: str) -> AgreedFact | None:
    """A fact proposed as agreed."""
    return _row(sitting, case, AgreedFact, reference)


@resolver("witness")
def find_witness(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Witness | None:
    """A witness or expert."""
    return _row(sitting, case, Witness, reference)


@resolver("hearing")
def find_hearing(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Hearing | None:
    """A hearing at one hour."""
    return _row(sitting, case, Hearing, reference)


@resolver("correction")
def find_correction(sitting: Sitting, case: Case, actor: Actor, reference: str) -> RecordCorrection | None:
    """A correction asked for."""
    return _row(sitting, case, RecordCorrection, reference)


@resolver("motion")
def find_motion(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Motion | None:
    """A motion about the way the hearing is held."""
    return _row(sitting, case, Motion, reference)


@resolver("addressee")
def find_addressee(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Party | Witness | None:
    """A party, or an admitted witness or expert."""
    party = next((p for p in case.parties if p.reference == reference and p.left_at is None), None)
    if party is not None:
        return party
    witness = _row(sitting, case, Witness, reference)
    return witness if witness is not None and witness.state is RequestState.GRANTED else None


@resolver("attendee")
def find_attendee(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Party | Witness | Interpreter | None:
    """Whoever may take part in a hearing at one hour: whom one may ask, and interpreters."""
    return find_addressee(sitting, case, actor, reference) or _row(sitting, case, Interpreter, reference)


@resolver("interpreter")
def find_interpreter(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Interpreter | None:
    """Somebody who interprets in the case."""
    return _row(sitting, case, Interpreter, reference)


@resolver("trial_extension")
def find_trial_extension(sitting: Sitting, case: Case, actor: Actor, reference: str) -> TrialExtension | None:
    """A longer trial limit asked for."""
    return _row(sitting, case, TrialExtension, reference)


@resolver("appraisal")
def find_appraisal(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Appraisal | None:
    """An appraisal; an expert finds only her own."""
    found = _row(sitting, case, Appraisal, reference)
    is_hers = found is not None and found.witness is not None and found.witness.account_id == actor.account_id
    return found if actor.role is not Role.EXPERT or is_hers else None


@resolver("report_objection")
def find_objection(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ReportObjection | None:
    """An objection to a report of the case."""
    query = select(ReportObjection).join(Appraisal, Appraisal.id == ReportObjection.appraisal_id)
    return sitting.session.scalar(query.where(Appraisal.case_id == case.id, ReportObjection.reference == reference))


@resolver("expert_call")
def find_expert_call(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ExpertCall | None:
    """A call of an expert to be heard."""
    return _row(sitting, case, ExpertCall, reference)


@resolver("expert_share")
def find_expert_share(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ExpertShare | None:
    """One party's part of what an expert's attendance costs."""
    query = select(ExpertShare).join(ExpertCall, ExpertCall.id == ExpertShare.call_id)
    return sitting.session.scalar(query.where(ExpertCall.case_id == case.id, ExpertShare.reference == reference))
