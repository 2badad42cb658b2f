"""On the case page: what was preserved, and what has to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Role, Stage
from odr.docket.queries import parties
from odr.identity.actors import Actor
from odr.judgment.models import Motion
from odr.judgment.preservation.case_without_claim import before_claim, preserved_for
from odr.judgment.preservation.measures import CLAIM_FOLLOWS
from odr.judgment.preservation.queries import evidence_to_preserve, preservations_of
from odr.judgment.preservation.term import ends_by_law, terms
from odr.judgment.vocabulary import PreservationState
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def preserved_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What is preserved in this case, or was for its claim; a party against whom nothing was carried out yet sees
    nothing.
    """
    if actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    row = before_claim(sitting.session, case)
    here = [
        (p, sitting.session.get_one(Motion, p.motion_id), evidence_to_preserve(sitting.session, p))
        for p in preservations_of(sitting.session, case)
        if sees(actor, p.party_id, p.executed_entry)
    ]
    earlier = [own for own in preserved_for(sitting.session, case) if _sees_case(sitting, own, actor)]
    if not here and not earlier and (row is None or actor.role is not Role.CLAIMANT):
        return None
    claim = sitting.session.get(Case, row.claim_case_id) if row is not None and row.claim_case_id is not None else None
    due = next((w for w in sitting.windows(case, CLAIM_FOLLOWS)), None)
    found = terms(sitting, case, [p for p, _, _ in here])
    told = claim is not None and (actor.role in COURT_ROLES or _is_in(claim, actor))
    data = {
        "rows": here,
        "before": case.stage is Stage.PRESERVING,
        "claim": claim if told else None,
        "follows": due,
        "earlier": earlier,
        "terms": found,
        "by_law": {reference: ends_by_law(sitting, case, window) for reference, window in found.items()},
    }
    return Panel("main", 20, "judgment/_preserved.html", data)


def sees(actor: Actor, party_id: int, executed: int | None) -> bool:
    """Whether somebody may know of a preservation: the applicant and the court at once, others when it was carried out."""
    return actor.party_id == party_id or actor.role in COURT_ROLES or executed is not None


def _sees_case(sitting: Sitting, own: Case, actor: Actor) -> bool:
    if actor.role in COURT_ROLES:
        return True
    carried_out = any(
        p.executed_entry is not None
        for p in preservations_of(sitting.session, own)
        if p.state is not PreservationState.ORDERED
    )
    return _is_in(own, actor) and (
        carried_out or any(p.account_id == actor.account_id for p in parties(own, Role.CLAIMANT))
    )


def _is_in(case: Case, actor: Actor) -> bool:
    return any(p.account_id == actor.account_id for p in case.parties if p.account_id is not None)
