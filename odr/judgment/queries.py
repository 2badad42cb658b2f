"""Finding decisions, motions, petitions of appeal, and what is owed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.docket.queries import rows_of
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, side_by_side
from odr.judgment.models import AppealPetition, Decision, Motion, Obligation, Ruling
from odr.judgment.vocabulary import AppealState, DecisionState, MotionState


@remembered
def decisions_of(session: Session, case: Case, *states: DecisionState) -> Sequence[Decision]:
    """Decisions of a case in some states (all, without any), in order."""
    return rows_of(session, Decision, case, *states)


def current_draft(session: Session, case: Case) -> Decision | None:
    """The decision that is being written or rests."""
    return next(iter(reversed(decisions_of(session, case, DecisionState.DRAFT, DecisionState.COOLING))), None)


def is_spoken(session: Session, case: Case) -> bool:
    """Whether the judgment was spoken in the hearing, and its text is still to come."""
    decision = current_draft(session, case)
    return decision is not None and decision.pronounced_entry is not None


def issued(session: Session, case: Case) -> Decision | None:
    """The newest decision that was issued and stands."""
    return next(iter(reversed(decisions_of(session, case, DecisionState.ISSUED))), None)


def decision_named(session: Session, case: Case, reference: str) -> Decision:
    """A decision of this case. Raises NotFound for another's."""
    found = session.scalar(select(Decision).where(Decision.case_id == case.id, Decision.reference == reference))
    if found is None:
        raise NotFound
    return found


def party_labelled(case: Case, label: str | None, field: str) -> Party | None:
    """The party called ``claimant/1``; None for no label. Raises InvalidInput for one that is not in the case."""
    if label is None:
        return None
    for party in case.parties:
        if party.label == label:
            return party
    raise InvalidInput.at(field, T("This party is not in the case."))


def motions_of(session: Session, case: Case, *states: MotionState) -> Sequence[Motion]:
    """Motions of a case in some states (all, without any), in order."""
    return rows_of(session, Motion, case, *states)


def next_ruling(session: Session, case: Case) -> int:
    """The number the case's next ruling bears."""
    return (session.scalar(select(func.max(Ruling.ordinal)).where(Ruling.case_id == case.id)) or 0) + 1


@remembered
def petitions_of(session: Session, case: Case, *states: AppealState) -> Sequence[AppealPetition]:
    """Appeals in a case, in order."""
    return rows_of(session, AppealPetition, case, *states)


def obligations_of(session: Session, case: Case, *, live: bool = True) -> Sequence[Obligation]:
    """What is owed under instruments in effect; with ``live`` only what still stands."""
    if not live:
        return rows_of(session, Obligation, case)
    standing = built_once(
        lambda: (
            select(Obligation)
            .where(Obligation.case_id == case.id, Obligation.ended_at.is_(None))
            .order_by(Obligation.id)
        )
    )
    return session.scalars(standing).all()


def names_of(case: Case, party_ids: Sequence[int]) -> Text | str:
    """The names of whoever owes something: of one, or of several side by side."""
    names = [case.name_of(one) for one in party_ids]
    return side_by_side(names) if len(names) > 1 else "".join(names)
