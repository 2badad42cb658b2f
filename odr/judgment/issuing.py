"""Preparing the decision's paper before the Sitting, and keeping it within."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from odr.canonical import canonical, sha256_hex
from odr.db import new_reference
from odr.docket.models import Case, Document
from odr.identity.actors import Actor
from odr.judgment.kinds import DecisionState
from odr.judgment.lookups import decision_named, standing_findings
from odr.judgment.models import Decision
from odr.judgment.paper import decision_paper
from odr.procedure.sealed import SealedPaper, check_url, keep_prepared, set_and_seal
from odr.procedure.sitting import words_of
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


def prepare_decision(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the decision; the digest it carries is then part of the entry.

    Gives nothing where the case number typed is not this case's, or the decision
    has not rested: then the act says why, and no seal was put on anything.
    """
    reference, typed = getattr(given, "decision", ""), getattr(given, "case_number", "")
    with court.database.read() as session:
        sitting = court.look(session)
        mine = session.get_one(Case, case.id)
        decision = decision_named(session, mine, reference)
        if typed != mine.number or decision.state is not DecisionState.COOLING or not has_rested(sitting, mine, decision):
            return {}
        code = new_reference()
        paper = decision_paper(sitting, mine, decision, sitting.now, code, check_url(court, code))
        text = text_digest(sitting, mine, decision)
        reason = T("Decision in case %(number)s", number=mine.number)
        sealed = set_and_seal(court, paper, decision.language, reason=reason, signer=actor.name)
    return {"decision": SealedPaper(text, sealed, code)}


def has_rested(court: Sitting, case: Case, decision: Decision) -> bool:
    """Whether the cooling-off of a signed decision is over."""
    windows = court.windows(case, "cooling_off", state=None, subject=decision.reference)
    return bool(windows) and windows[-1].due_at is not None and windows[-1].due_at < court.now


def text_digest(court: Sitting, case: Case, decision: Decision) -> str:
    """What must be the same when the paper is kept as when it was set: words, orders, costs, findings, people."""
    orders = [
        [o.number, o.kind.value, o.relief_id, o.debtor_id, o.creditor_id, o.amount_minor, o.currency, o.what, str(o.interest_from), str(o.interest_percent)]
        for o in decision.orders
    ]
    findings = [[f.reference, f.result.value, f.reasons, list(f.rests_on)] for f in standing_findings(court.session, case)]
    people = [[p.label, p.name, p.address] for p in case.parties]
    flags = [decision.performance_days, decision.by_default, decision.short, decision.language]
    return sha256_hex(canonical([decision.reference, case.number, decision.parts, decision.costs, orders, findings, people, flags]))


def keep_paper(court: Sitting, case: Case, decision: Decision) -> Document:
    """Store the sealed decision and anchor its digest; refuses a paper of another text."""
    title = words_of(decision.kind.label)
    return keep_prepared(court, case, "decision", text_digest(court, case, decision), kind="decision", title=title, locale=decision.language)
