"""Options of the forms about fees, and how a reference in them becomes a row the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case
from odr.docket.queries import parties
from odr.identity.actors import Actor
from odr.payments.acts import is_unpaid_for_good, party_by_id
from odr.payments.acts_relief import relief_of
from odr.payments.assessing import assessments_of
from odr.payments.books import outstanding
from odr.payments.models import FeeAssessment, Refund, RefundState, ReliefRequest, ReliefState
from odr.procedure.forms import Option, choice_source
from odr.procedure.resolvers import resolver
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("relief_grounds")
def relief_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The grounds of the tariff, each once, with the relief they stand under."""
    found: dict[str, Option] = {}
    for rule in sitting.pack(case).tariff.relief.values():
        for key, words in rule.grounds.items():
            found.setdefault(key, Option(key, words, rule.title))
    return list(found.values()) or [Option("other", T("Real need for help with the fee"))]


@choice_source("relief_requests")
def relief_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests that wait for a decision."""
    tariff = sitting.pack(case).tariff.relief
    return [
        Option(r.reference, T("%(name)s: %(kind)s", name=party_by_id(case, r.party_id).name, kind=tariff[r.kind].title))
        for r in relief_of(sitting, case, ReliefState.PENDING)
    ]


@choice_source("unpaid_fees")
def unpaid_fees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Fees whose time is over, with nothing pending."""
    rows = [row for row in assessments_of(sitting.session, case) if is_unpaid_for_good(sitting, case, row)]
    return [
        Option(
            row.reference,
            T(
                "%(amount)s, %(name)s",
                amount=outstanding(sitting.session, row),
                name=party_by_id(case, row.party_id).name,
            ),
        )
        for row in rows
    ]


@choice_source("all_fees")
def all_fees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every assessed fee of the case."""
    return [
        Option(row.reference, T("%(amount)s, %(name)s", amount=row.amount, name=party_by_id(case, row.party_id).name))
        for row in assessments_of(sitting.session, case)
    ]


@choice_source("refunds_waiting")
def refunds_waiting(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Refunds that wait for an approval."""
    rows = sitting.session.scalars(
        select(Refund).where(Refund.case_id == case.id, Refund.state == RefundState.ORDERED).order_by(Refund.id)
    )
    return [
        Option(row.reference, T("%(amount)s, %(name)s", amount=row.amount, name=party_by_id(case, row.party_id).name))
        for row in rows
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
    """A refund of the case; a party finds her own."""
    row: Refund | None = sitting.session.scalar(
        select(Refund).where(Refund.case_id == case.id, Refund.reference == reference)
    )
    return row if row is None or actor.role not in PARTY_ROLES or row.party_id == actor.party_id else None


@resolver("relief")
def find_relief(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ReliefRequest | None:
    """A request for relief; a party finds her own."""
    row: ReliefRequest | None = sitting.session.scalar(
        select(ReliefRequest).where(ReliefRequest.case_id == case.id, ReliefRequest.reference == reference)
    )
    return row if row is None or actor.role not in PARTY_ROLES or row.party_id == actor.party_id else None
