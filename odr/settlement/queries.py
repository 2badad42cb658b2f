"""Finding offers, agreements and the mediation of a case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T
from odr.settlement.models import Agreement, AgreementState, Mediation, MediationState, Offer, OfferState


@remembered
def offers_of(session: Session, case: Case, *states: OfferState) -> Sequence[Offer]:
    """Offers in a case in some states (all, without any), newest first."""
    query = select(Offer).where(Offer.case_id == case.id).order_by(Offer.id.desc())
    return session.scalars(query.where(Offer.state.in_(states)) if states else query).all()


@remembered
def agreements_of(session: Session, case: Case, *states: AgreementState) -> Sequence[Agreement]:
    """Agreements in a case, newest first."""
    query = select(Agreement).where(Agreement.case_id == case.id).order_by(Agreement.id.desc())
    return session.scalars(query.where(Agreement.state.in_(states)) if states else query).all()


def agreement_named(session: Session, case: Case, reference: str) -> Agreement:
    """An agreement of this case. Raises NotFound for another's."""
    found = session.scalar(select(Agreement).where(Agreement.case_id == case.id, Agreement.reference == reference))
    if found is None:
        raise NotFound
    return found


@remembered
def mediation_of(session: Session, case: Case) -> Mediation | None:
    """The mediation that is not over."""
    return session.scalar(
        select(Mediation)
        .where(Mediation.case_id == case.id, Mediation.state != MediationState.ENDED)
        .order_by(Mediation.id.desc())
    )


def party_labelled(case: Case, label: str | None, field: str) -> Party | None:
    """The party called ``claimant/1``; None for no label. Raises InvalidInput for one that is not in the case."""
    if label is None:
        return None
    for party in case.parties:
        if party.label == label and party.left_at is None:
            return party
    raise InvalidInput.at(field, T("This party is not in the case."))
