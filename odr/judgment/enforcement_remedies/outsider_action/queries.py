"""What is asked of an outsider's action against a decision in effect, from its own case and from the attacked one. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of, parties
from odr.docket.same_person import plain
from odr.filing import names as filing_names
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.filing.claim.outsider_action.queries import actions_against
from odr.filing.claim.progress import requests_of
from odr.filing.models import RequestKind
from odr.judgment import names
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionKind, ObjectionState
from odr.judgment.models import Decision
from odr.judgment.queries import issued, obligations_of
from odr.procedure.acts.act_versions import input_of
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BROUGHT, REVIEW, OPINION = "outsider_action", "outsider_action_review", "outsider_action_opinion"
"""Kinds of time limits: to bring it, to take or refuse it, to say what one thinks of it."""
BINDING = frozenset({Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED})
GROUND = "outsider_action"
"""On what an enforcement stands still for an action (CPI 297)."""


def own_case(sitting: Sitting, row: OutsiderAction) -> Case:
    """The case in which the action is heard."""
    return sitting.session.get_one(Case, row.case_id)


def attacked_case(sitting: Sitting, row: OutsiderAction) -> Case:
    """The case whose decision is attacked."""
    return sitting.session.get_one(Case, row.attacked_id)


def who_attacks(sitting: Sitting, row: OutsiderAction) -> str:
    """The outsider, by name."""
    case = own_case(sitting, row)
    return next(party.name for party in case.parties if party.label == "claimant/1")


def action_named(sitting: Sitting, case: Case, reference: str | None) -> OutsiderAction | None:
    """An action against the decision of this case, by its reference."""
    return next((row for row in actions_against(sitting.session, case) if row.reference == reference), None)


def under_way(sitting: Sitting, case: Case) -> list[OutsiderAction]:
    """Actions that the docket of the attacked case tells of, and not yet how they ended."""
    rows = actions_against(sitting.session, case)
    return [row for row in rows if row.told_entry is not None and row.outcome is None]


def is_over(sitting: Sitting, row: OutsiderAction) -> bool:
    """Whether nothing is heard on an action any more: it is decided and in effect, refused for good, or ended otherwise."""
    case = own_case(sitting, row)
    return case.stage in BINDING and not requests_of(sitting, case, RequestKind.ENDING)


def is_to_be_taken(sitting: Sitting, case: Case) -> bool:
    """Whether the court refused the action and the higher court set that aside: nothing is looked at again here (CPL 178)."""
    return case.stage is Stage.LODGED and bool(entries_of(sitting.session, case, filing_names.REFUSE_CLAIM))


def halt_granted(sitting: Sitting, row: OutsiderAction) -> dict[str, Any] | None:
    """The ruling by which the decision is not enforced until the action is over, as it was given; None where none was, or the action is
    over (CPI 297). It holds whenever an enforcement begins.
    """
    if row.taken_entry is None or row.outcome is not None or is_over(sitting, row):
        return None
    ruled = entries_of(sitting.session, own_case(sitting, row), names.RULE_ON_HALT_FOR_ACTION)
    last = input_of(ruled[-1]) if ruled else None
    return last if last is not None and last["answer"] == "halt" else None


def judgment_in(sitting: Sitting, row: OutsiderAction) -> Decision | None:
    """The judgment in the action, once it is in effect."""
    found = issued(sitting.session, own_case(sitting, row))
    return found if found is not None and found.effective_at is not None else None


def owing(sitting: Sitting, case: Case) -> set[int]:
    """On whom a decision lays something, by id: also where it is done already."""
    return {debtor for row in obligations_of(sitting.session, case, live=False) for debtor in row.debtors}


def opinions_run(sitting: Sitting, row: OutsiderAction) -> list[Window]:
    """The times of those who may still say what they think of the action."""
    return sitting.windows(attacked_case(sitting, row), OPINION, subject=row.reference)


def not_reached(sitting: Sitting, row: OutsiderAction) -> list[str]:
    """Parties of the attacked decision whom the action has not reached, by name."""
    case = attacked_case(sitting, row)
    known = sitting.windows(case, OPINION, state=None, subject=row.reference)
    reached = {window.party_id for window in known if window.state is not WindowState.ENDED}
    return [party.name for party in parties(case) if party.id not in reached]


def objected_in_vain(sitting: Sitting, row: OutsiderAction) -> bool:
    """Whether the outsider's objection in the enforcement was rejected before they sued: then a retrial is their only way (CPI 301)."""
    case, name = own_case(sitting, row), plain(who_attacks(sitting, row))
    found = select(EnforcementObjection.outsider).where(
        EnforcementObjection.case_id == row.attacked_id,
        EnforcementObjection.kind == ObjectionKind.PROPERTY,
        EnforcementObjection.state == ObjectionState.UNFOUNDED,
        EnforcementObjection.ruled_at < case.lodged_at,
    )
    return any(plain(one) == name for one in sitting.session.scalars(found))
