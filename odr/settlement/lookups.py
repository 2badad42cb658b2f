"""Finding the rows of the private room."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.errors import InvalidInput, NotFound
from odr.identity.actors import Actor
from odr.settlement.models import (
    Agreement,
    AgreementState,
    Confirmation,
    DisputeBeforeFiling,
    Mediation,
    MediationState,
    Moderation,
    Offer,
    OfferState,
    RoomMessage,
    ToneNote,
)
from odr.text import T

LIVE_AGREEMENTS = (AgreementState.SIGNING, AgreementState.SIGNED, AgreementState.CONFIRMED)


def offers_of(session: Session, case: Case, *states: OfferState) -> Sequence[Offer]:
    """Offers in a case in some states (all, without any), newest first."""
    query = select(Offer).where(Offer.case_id == case.id).order_by(Offer.id.desc())
    return session.scalars(query.where(Offer.state.in_(states)) if states else query).all()


def offer_named(session: Session, case: Case, reference: str) -> Offer:
    """An offer of this case. Raises NotFound for another's."""
    found = session.scalar(select(Offer).where(Offer.case_id == case.id, Offer.reference == reference))
    if found is None:
        raise NotFound
    return found


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


def mediation_of(session: Session, case: Case) -> Mediation | None:
    """The mediation that is not over."""
    return session.scalar(
        select(Mediation)
        .where(Mediation.case_id == case.id, Mediation.state != MediationState.ENDED)
        .order_by(Mediation.id.desc())
    )


def messages_for(session: Session, case: Case, actor: Actor) -> Sequence[RoomMessage]:
    """What was said in the private room that this person may read: a caucus is for its party and the mediator."""
    query = (
        select(RoomMessage)
        .where(RoomMessage.case_id == case.id, RoomMessage.mediation_id.is_(None))
        .order_by(RoomMessage.id)
    )
    if actor.party_id is not None:
        query = query.where(or_(RoomMessage.caucus_id.is_(None), RoomMessage.caucus_id == actor.party_id))
    return session.scalars(query).all()


def said_to_judge(session: Session, mediation: Mediation) -> Sequence[RoomMessage]:
    """What was said in a mediation that the judge leads, in order."""
    return session.scalars(
        select(RoomMessage).where(RoomMessage.mediation_id == mediation.id).order_by(RoomMessage.id)
    ).all()


def moderation_of(session: Session, case: Case) -> Moderation | None:
    """The moderation that is not over."""
    return session.scalar(select(Moderation).where(Moderation.case_id == case.id, Moderation.ended_entry.is_(None)))


def milder(session: Session, messages: Sequence[RoomMessage]) -> dict[int, str]:
    """Message → the words a moderator put in its place."""
    rows = session.scalars(select(ToneNote).where(ToneNote.message_id.in_([m.id for m in messages])))
    return {row.message_id: row.words for row in rows}


def confirmation_of(session: Session, case: Case) -> Confirmation | None:
    """The application behind a case of confirmation."""
    return session.scalar(select(Confirmation).where(Confirmation.case_id == case.id))


def dispute_of(session: Session, case: Case) -> DisputeBeforeFiling | None:
    """What a mediation before a claim is about."""
    return session.scalar(select(DisputeBeforeFiling).where(DisputeBeforeFiling.case_id == case.id))


def party_labelled(case: Case, label: str | None, field: str) -> Party | None:
    """The party called ``claimant/1``; None for no label. Raises InvalidInput for one that is not in the case."""
    if label is None:
        return None
    for party in case.parties:
        if party.label == label and party.left_at is None:
            return party
    raise InvalidInput.at(field, T("This party is not in the case."))


def party_with(case: Case, party_id: int | None) -> Party | None:
    """The party of a row."""
    return next((p for p in case.parties if p.id == party_id), None)
