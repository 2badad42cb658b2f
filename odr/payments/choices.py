"""Options of the forms about fees, and how a reference in them becomes a row the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case
from odr.docket.queries import parties
from odr.docket.visibility import reads_entry
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.payments.fee.assessment import kept_for, shown_fees
from odr.payments.models import FeeAssessment, Refund
from odr.procedure.acts.resolvers import resolver
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("all_fees")
def all_fees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every assessed fee of the case that the actor may know of."""
    return [
        Option(
            fee.reference,
            T("%(amount)s, %(name)s", amount=fee.amount, name=case.party(fee.party_id).name),
            fee.matter.label,
        )
        for fee in shown_fees(sitting.session, case, actor)
    ]


@choice_source("fee_parties")
def fee_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The parties of the case: each may have to bear costs (FEE 29)."""
    return [Option(party.label, party.name, party.role.label) for party in parties(case)]


@resolver("assessment")
def find_assessment(sitting: Sitting, case: Case, actor: Actor, reference: str) -> FeeAssessment | None:
    """A fee of the case, or None; what a party owes is no secret between the parties (FEE 53)."""
    row = sitting.session.scalar(
        select(FeeAssessment).where(FeeAssessment.case_id == case.id, FeeAssessment.reference == reference)
    )
    kept = kept_for(sitting.session, case, row) if row is not None else None
    return None if kept is not None and not reads_entry(actor, kept) else row


@resolver("refund")
def find_refund(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Refund | None:
    """A refund of the case, or None; a party finds only their own."""
    refund = sitting.session.scalar(select(Refund).where(Refund.case_id == case.id, Refund.reference == reference))
    if refund is not None and actor.role in PARTY_ROLES and refund.party_id != actor.party_id:
        return None
    return refund
