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

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

Row = TypeVar("Row")


def _row(court: Sitting, case: Case, kind: type[Row], reference: str) -> Row | None:
    table: Any = kind
    return court.session.scalar(select(table).where(table.case_id == case.id, table.reference == reference))


def find_phase(court: Sitting, case: Case, actor: Actor, reference: str) -> Phase | None:
    """A phase of the plan."""
    return _row(court, case, Phase, reference)


def find_opinion(court: Sitting, case: Case, actor: Actor, reference: str) -> Opinion | None:
    """An opinion that stands and is under no seal."""
    return next((o for o in opinions_of(court.session, case) if o.reference == reference), None)


def find_question(court: Sitting, case: Case, actor: Actor, reference: str) -> Question | None:
    """A question the actor may read."""
    question = _row(court, case, Question, reference)
    witness = court.session.get(Witness, question.witness_id) if question is not None and question.witness_id else None
    return (
        question
        if question is not None and reads_question(actor, question, witness.account_id if witness else None)
        else None
    )


def find_posting(court: Sitting, case: Case, actor: Actor, reference: str) -> Posting | None:
    """A posting the actor may read."""
    posting = _row(court, case, Posting, reference)
    return posting if posting is not None and reads_posting(actor, posting) else None


def find_time_request(court: Sitting, case: Case, actor: Actor, reference: str) -> TimeRequest | None:
    """A request for more time."""
    return _row(court, case, TimeRequest, reference)


def find_failure(court: Sitting, case: Case, actor: Actor, reference: str) -> TechnicalFailure | None:
    """A reported failure."""
    return _row(court, case, TechnicalFailure, reference)


def find_agreed_fact(court: Sitting, case: Case, actor: Actor, reference: str) -> AgreedFact | None:
    """A fact proposed as agreed."""
    return _row(court, case, AgreedFact, reference)


def find_witness(court: Sitting, case: Case, actor: Actor, reference: str) -> Witness | None:
    """A witness or expert."""
    return _row(court, case, Witness, reference)


def find_hearing(court: Sitting, case: Case, actor: Actor, reference: str) -> Hearing | None:
    """A hearing at one hour."""
    return _row(court, case, Hearing, reference)


def find_correction(court: Sitting, case: Case, actor: Actor, reference: str) -> RecordCorrection | None:
    """A correction asked for."""
    return _row(court, case, RecordCorrection, reference)


def find_motion(court: Sitting, case: Case, actor: Actor, reference: str) -> Motion | None:
    """A motion about the way the hearing is held."""
    return _row(court, case, Motion, reference)


def find_addressee(court: Sitting, case: Case, actor: Actor, reference: str) -> Party | Witness | None:
    """A party, or an admitted witness or expert."""
    party = next((p for p in case.parties if p.reference == reference and p.left_at is None), None)
    if party is not None:
        return party
    witness = _row(court, case, Witness, reference)
    return witness if witness is not None and witness.state is RequestState.GRANTED else None


def find_attendee(court: Sitting, case: Case, actor: Actor, reference: str) -> Party | Witness | Interpreter | None:
    """Whoever may take part in a hearing at one hour: whom one may ask, and interpreters."""
    return find_addressee(court, case, actor, reference) or _row(court, case, Interpreter, reference)


def find_interpreter(court: Sitting, case: Case, actor: Actor, reference: str) -> Interpreter | None:
    """Somebody who interprets in the case."""
    return _row(court, case, Interpreter, reference)


def find_trial_extension(court: Sitting, case: Case, actor: Actor, reference: str) -> TrialExtension | None:
    """A longer trial limit asked for."""
    return _row(court, case, TrialExtension, reference)


def find_appraisal(court: Sitting, case: Case, actor: Actor, reference: str) -> Appraisal | None:
    """An appraisal; an expert finds only her own."""
    found = _row(court, case, Appraisal, reference)
    is_hers = found is not None and found.witness is not None and found.witness.account_id == actor.account_id
    return found if actor.role is not Role.EXPERT or is_hers else None


def find_objection(court: Sitting, case: Case, actor: Actor, reference: str) -> ReportObjection | None:
    """An objection to a report of the case."""
    query = select(ReportObjection).join(Appraisal, Appraisal.id == ReportObjection.appraisal_id)
    return court.session.scalar(query.where(Appraisal.case_id == case.id, ReportObjection.reference == reference))


def find_expert_call(court: Sitting, case: Case, actor: Actor, reference: str) -> ExpertCall | None:
    """A call of an expert to be heard."""
    return _row(court, case, ExpertCall, reference)


def find_expert_share(court: Sitting, case: Case, actor: Actor, reference: str) -> ExpertShare | None:
    """One party's part of what an expert's attendance costs."""
    query = select(ExpertShare).join(ExpertCall, ExpertCall.id == ExpertShare.call_id)
    return court.session.scalar(query.where(ExpertCall.case_id == case.id, ExpertShare.reference == reference))
