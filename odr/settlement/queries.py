"""Finding offers, agreements and the mediation of a case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Document, Party
from odr.docket.queries import rows_of
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.procedure.hooks import BindingStatement
from odr.settlement.models import Agreement, AgreementState, Ending, Mediation, MediationState, Offer, OfferState


@remembered
def offers_of(session: Session, case: Case, *states: OfferState) -> Sequence[Offer]:
    """Offers in a case in some states (all, without any), newest first."""
    return rows_of(session, Offer, case, *states, newest_first=True)


@remembered
def agreements_of(session: Session, case: Case, *states: AgreementState) -> Sequence[Agreement]:
    """Agreements in a case, newest first."""
    return rows_of(session, Agreement, case, *states, newest_first=True)


def binding_statement(session: Session, case: Case) -> BindingStatement | None:
    """The mediation statement that binds: signed by everybody, and not set aside on a retrial (CPL 100; CPI 407)."""
    for one in agreements_of(session, case, AgreementState.EFFECTIVE):
        if one.ending is not Ending.STATEMENT or one.document_id is None:
            continue
        paper = session.get_one(Document, one.document_id)
        signed = [signature.at for signature in one.signatures if signature.statement]
        if paper.void_by is None and signed:
            return BindingStatement(paper, max(signed))
    return None


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
        built_once(
            lambda: (
                select(Mediation)
                .where(Mediation.case_id == case.id, Mediation.state != MediationState.ENDED)
                .order_by(Mediation.id.desc())
            )
        )
    )


def party_labelled(case: Case, label: str | None, field: str) -> Party | None:
    """The party called ``claimant/1``; None for no label. Raises InvalidInput for one that is not in the case."""
    if label is None:
        return None
    for party in case.parties:
        if party.label == label and party.left_at is None:
            return party
    raise InvalidInput.at(field, T("This party is not in the case."))
