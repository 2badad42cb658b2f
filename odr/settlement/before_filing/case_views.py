"""On the case page: a mediation before a claim, an agreement to be confirmed, and the judge's own mediation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Document, Role, Stage
from odr.docket.queries import parties
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel
from odr.settlement import names
from odr.settlement.before_filing.acts import dispute_of
from odr.settlement.confirmation.papers import agreement_behind
from odr.settlement.confirmation.queries import confirmation_of
from odr.settlement.mediation.judge import led_by_judge
from odr.settlement.models import MediationState
from odr.settlement.queries import mediation_of
from odr.settlement.statement.papers import term_words

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CONFIRMING_ACTS = (
    names.JOIN_APPLICATION,
    names.RULE_ON_CONFIRMATION,
    names.ANSWER_ABOUT_AGREEMENT,
    names.RULE_ON_OBJECTION,
    names.OBJECT_TO_CONFIRMATION,
)
"""What somebody may have to do next with an agreement that is to be confirmed."""


def before_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What the case is about where it began without a claim."""
    if actor.role not in PARTY_ROLES | COURT_ROLES | {Role.MEDIATOR}:
        return None
    row = confirmation_of(sitting.session, case)
    if row is not None:
        document = sitting.session.get(Document, row.document_id) if row.document_id else None
        data = {
            "row": row,
            "terms": term_words(case, agreement_behind(sitting, row), closing=None),
            "missing": [p.name for p in parties(case) if p.id not in row.applied],
            "document": document,
            "acts": any(refusal(sitting, sitting.court.table[name], case, actor) is None for name in CONFIRMING_ACTS),
        }
        return Panel("main", 10, "settlement/_confirmation.html", data)
    dispute = dispute_of(sitting.session, case)
    if dispute is None:
        return None
    mediation = mediation_of(sitting.session, case)
    asked = mediation is not None and actor.party_id is not None and actor.party_id not in mediation.consents
    over = case.stage is Stage.CLOSED and case.outcome is not None and case.outcome.value == "not_agreed"
    data = {
        "dispute": dispute,
        "asked": asked,
        "over": over,
        "mine": actor.role is Role.CLAIMANT,
        "running": mediation is not None,
    }
    return Panel("main", 10, "settlement/_before_filing.html", data)


def judge_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The judge's offer to mediate, and the way to it, for the parties and that judge."""
    found = led_by_judge(sitting, case)
    mine = actor.role in PARTY_ROLES or (
        actor.role is Role.JUDGE and found is not None and actor.account_id == found.mediator_id
    )
    if found is None or not mine:
        return None
    return Panel("main", 55, "settlement/_with_judge.html", {"proposed": found.state is MediationState.PROPOSED})
