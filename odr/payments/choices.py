"""Options of the forms about fees, and how a reference in them becomes a row the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case
from odr.docket.queries import parties
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.payments.fee.assessment import assessments_of
from odr.payments.models import FeeAssessment, Refund
from odr.procedure.acts.resolvers import resolver
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("all_fees")
def all_fees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every assessed fee of the case."""
    return [
        Option(row.reference, T("%(amount)s, %(name)s", amount=row.amount, name=case.party(row.party_id).name))
        for row in assessments_of(sitting.session, case)
    ]


@choice_source("fee_parties")
def fee_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The parties who may bear costs."""
    return [Option(p.label, p.name, p.role.label) for p in parties(case)]


@resolver("assessment")
def find_assessment(sitting: Sitting, case: Case, actor: Actor, reference: str) -> FeeAssessment | None:
    """A fee of the case; the fee itself is no secret between the parties (FEE 53)."""
    row: FeeAssessment | None = sitting.session.scalar(
        select(FeeAssessment).where(FeeAssessment.case_id == case.id, FeeAssessment.reference == reference)
    )
    return row


@resolver("refund")
def find_refund(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Refund | None:
    """A refund of the case; a party finds their own."""
    row: Refund | None = sitting.session.scalar(
        select(Refund).where(Refund.case_id == case.id, Refund.reference == reference)
    )
    return row if row is None or actor.role not in PARTY_ROLES or row.party_id == actor.party_id else None
