"""What is asked about the costs of witnesses: by the acts, the pages, the pay desk and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.docket.queries import rows_of
from odr.hearing.courtroom.witness_costs.models import TO_PAY, WitnessCost, WitnessCostState
from odr.hearing.models import Hearing, Posting, Witness
from odr.hearing.vocabulary import HearingState, PostingKind, Presence, RequestState
from odr.identity.actors import Actor
from odr.payments.costs.attendance import is_on_its_way
from odr.payments.models import AssessmentState, FeeAssessment

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WINDOW = "witness_costs"


def costs_of(session: Session, case: Case, *states: WitnessCostState) -> list[WitnessCost]:
    """Statements of costs of a case in order, all or those in certain states."""
    return rows_of(session, WitnessCost, case, *states)


def came(session: Session, case: Case, witness: Witness) -> bool:
    """Whether the record shows them at a hearing, or testimony of theirs in the examination (EV 68)."""
    spoke = select(Posting.id).where(Posting.witness_id == witness.id, Posting.kind == PostingKind.TESTIMONY)
    if session.scalar(spoke.limit(1)) is not None:
        return True
    held = session.scalars(select(Hearing).where(Hearing.case_id == case.id, Hearing.state == HearingState.HELD))
    return any(
        there.name == witness.name and there.role is Role.WITNESS and there.presence is not Presence.ABSENT
        for hearing in held
        for there in hearing.attendances
    )


def who_states(sitting: Sitting, case: Case, actor: Actor) -> list[Witness]:
    """Witnesses for whom somebody may state costs: a witness for themselves, a party for those it called, the registry for
    all; one statement at a time.
    """
    admitted = select(Witness).where(
        Witness.case_id == case.id, Witness.role == Role.WITNESS, Witness.state == RequestState.GRANTED
    )
    if actor.role is Role.WITNESS:
        admitted = admitted.where(Witness.account_id == actor.account_id)
    elif actor.role is not Role.CLERK:
        admitted = admitted.where(Witness.called_by == actor.party_id)
    waiting = {row.witness_id for row in costs_of(sitting.session, case, WitnessCostState.STATED)}
    return [one for one in sitting.session.scalars(admitted.order_by(Witness.id)) if one.id not in waiting]


def notice_of(session: Session, row: WitnessCost) -> FeeAssessment | None:
    """The notice by which it is asked of the party who called the witness."""
    return session.get_one(FeeAssessment, row.assessment_id) if row.assessment_id is not None else None


def is_awaited(sitting: Sitting, case: Case, row: WitnessCost) -> bool:
    """Whether the party who called the witness still has time to advance it, or its money is on its way."""
    notice = notice_of(sitting.session, row)
    if notice is None or notice.state is not AssessmentState.DUE:
        return False
    return bool(sitting.windows(case, WINDOW, subject=notice.reference)) or is_on_its_way(sitting, notice)


def may_be_paid(sitting: Sitting, case: Case, row: WitnessCost) -> bool:
    """Whether the pay desk pays it now: allowed, not awaited from a party any more, and the witness came or needs it before
    (EV 75).
    """
    if row.state not in TO_PAY or is_awaited(sitting, case, row):
        return False
    return row.hardship is not None or came(sitting.session, case, row.witness)


def to_pay(sitting: Sitting, case: Case) -> list[WitnessCost]:
    """What the pay desk can pay now."""
    return [row for row in costs_of(sitting.session, case, *TO_PAY) if may_be_paid(sitting, case, row)]
