"""Preparing the decision's paper before the Sitting, and keeping it within."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy.orm import Session, undefer

from odr.docket.models import Case, DocketEntry, Document, Party
from odr.docket.queries import parties
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen
from odr.ground.text import SOURCE_LOCALE, T, words_of
from odr.identity.actors import Actor
from odr.judgment.decision.new_evidence_costs import costs_reasons
from odr.judgment.decision.papers import decision_paper
from odr.judgment.decision.partial_agreement import agreement_order, agreement_reasons
from odr.judgment.decision.queries import standing_findings
from odr.judgment.models import Decision, Order
from odr.judgment.queries import current_draft, decision_named, decisions_of
from odr.judgment.vocabulary import DecisionState
from odr.payments.fee.assessment import pack_track
from odr.procedure.case.overview import sitters
from odr.procedure.papers.frame import SealedPaper, countersign, keep_prepared, keep_signed_again, sealed_paper
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

CLERK_PLACE = "Clerk"
"""Place on the sealed paper that is kept free for the clerk's signature."""


def prepare_decision(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the decision; the digest it carries is then part of the entry.

    Gives nothing where the case number typed is not this case's, the decision
    has not rested, or is in another language than the case: then the act says why, and no seal was put on anything.
    """
    reference, typed = getattr(given, "decision", ""), getattr(given, "case_number", "")
    with court.database.read() as session:
        sitting = court.look(session)
        mine = session.get_one(Case, case.id)
        decision = decision_named(session, mine, reference)
        if (
            typed != mine.number
            or decision.state is not DecisionState.COOLING
            or not has_rested(sitting, mine, decision)
            or decision.language != language_of(sitting, mine)
        ):
            return {}
        # Its day is that on which it was given: the one on which it was spoken, where that was in the hearing.
        paper = decision_paper(sitting, mine, decision, decision.pronounced_at or sitting.now)
        text = text_digest(sitting, mine, decision)
        reason = T("Decision in case %(number)s", number=mine.number)
        reserved = (CLERK_PLACE,) if clerk_signs(sitting, mine) else ()
        sealed = sealed_paper(
            court, paper, decision.language, text, reason=reason, signer=actor.name, reserved=reserved
        )
    return {"decision": sealed}


def clerk_signs(sitting: Sitting, case: Case) -> bool:
    """Whether the rules ask for the clerk's signature on a decision (CPL 155)."""
    pack = sitting.pack(case)
    key = pack_track(pack, case)
    bench = pack.track(key).bench if key is not None else None
    return bench is not None and bench.countersigned is not None


def to_countersign(sitting: Sitting, case: Case) -> Decision | None:
    """The pronounced decision that waits for the clerk's signature."""
    if not clerk_signs(sitting, case):
        return None
    return next(
        (d for d in decisions_of(sitting.session, case, DecisionState.ISSUED) if d.countersigned_entry is None), None
    )


def prepare_countersignature(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Put the clerk's signature on the paper before the Sitting."""
    with court.database.read() as session:
        sitting, mine = court.look(session), session.get_one(Case, case.id)
        decision = to_countersign(sitting, mine)
        document = document_of(session, decision) if decision is not None else None
        if decision is None or document is None:
            return {}
        reason = T("Decision in case %(number)s, countersigned", number=mine.number)
        content = countersign(court, document.content, CLERK_PLACE, decision.language, reason=reason, signer=actor.name)
    return {"countersigned": SealedPaper(document.sha256, content, document.reference)}


def keep_countersigned(sitting: Sitting, case: Case, decision: Decision) -> Document:
    """Keep the paper with both signatures under the code it had; refuses one that was signed on another paper."""
    whole = [undefer(Document.content)]
    document = sitting.session.get(Document, decision.document_id, options=whole) if decision.document_id else None
    paper = sitting.prepared.get("countersigned")
    if document is None or not isinstance(paper, SealedPaper) or paper.text_sha256 != document.sha256:
        raise ActNotOpen(T("The sealed paper was not prepared."))
    keep_signed_again(sitting, case, document, paper.content)
    return document


def all_unless_countersigned(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """A decision is served with its issuing where no other signature is waited for; else with the countersignature."""
    return [] if clerk_signs(sitting, case) else list(parties(case))


def has_rested(sitting: Sitting, case: Case, decision: Decision) -> bool:
    """Whether the cooling-off of a signed decision is over; what was pronounced in the hearing has none (CPL 151)."""
    if decision.pronounced_entry is not None:
        return True
    windows = sitting.windows(case, "cooling_off", state=None, subject=decision.reference)
    return bool(windows) and windows[-1].due_at is not None and windows[-1].due_at < sitting.now


def text_digest(sitting: Sitting, case: Case, decision: Decision) -> str:
    """What must be the same when the paper is kept as when it was set: words, orders, costs, findings, people."""
    people = [[p.label, p.name, p.address] for p in case.parties]
    return sha256_hex(canonical([words_digest(sitting, case, decision), case.number, people, signing(sitting, case)]))


def signing(sitting: Sitting, case: Case) -> list[list[str]]:
    """Who sits and so stands under the paper."""
    return [[s.role.value, s.name] for s in sitters(sitting, case)]


def words_digest(sitting: Sitting, case: Case, decision: Decision) -> str:
    """What a panel votes on: words, orders, costs and findings."""
    orders = [_order(o) for o in decision.orders]
    findings = [
        [f.reference, f.result.value, f.reasons, list(f.rests_on)] for f in standing_findings(sitting.session, case)
    ]
    flags = [
        decision.performance_days,
        decision.by_default,
        decision.short,
        decision.language,
        *_of_the_first(decision),
    ]
    whole = [decision.reference, decision.parts, decision.costs, orders, findings, flags]
    return sha256_hex(canonical([*whole, *costs_reasons(sitting, case, decision), *_agreed(sitting, case, decision)]))


def orders_digest(decision: Decision) -> str:
    """What stands once a judgment was spoken in the hearing: that it is on the whole case, its orders, within how many days
    they are performed, and who bears what of the costs.
    """
    bears = sorted([share["party"], share["bears"]] for share in decision.costs.get("shares", []) if share["bears"])
    orders = [_order(o) for o in decision.orders]
    said = [decision.reference, decision.kind.value, orders, decision.performance_days, bears]
    return sha256_hex(canonical([*said, *_of_the_first(decision)[:2]]))


def _agreed(sitting: Sitting, case: Case, decision: Decision) -> list[str]:
    """What a judgment says of an agreement of some of the parties."""
    said = [*agreement_reasons(sitting, case, decision), agreement_order(sitting, case, decision) or ""]
    return [one if isinstance(one, str) else one.render(SOURCE_LOCALE) for one in said if one]


def _of_the_first(decision: Decision) -> list[str | None]:
    """What a judgment on a retrial says of the first one; of any other judgment nothing."""
    if decision.first_judgment is None:
        return []
    return [decision.first_judgment.value, decision.retried, decision.first_why]


def draft_read(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """The very words of the draft that stands: who signs it or votes on it names what they read, so that nobody puts other
    words before it goes out.
    """
    decision = current_draft(sitting.session, case)
    return f"{decision.reference}:{words_digest(sitting, case, decision)}" if decision is not None else "none"


def _order(o: Order) -> list[Any]:
    interest = [str(o.interest_from), str(o.interest_percent), o.instalments]
    return [
        o.number,
        o.kind.value,
        o.relief_id,
        o.debtor_id,
        o.creditor_id,
        o.amount_minor,
        o.currency,
        o.what,
        *interest,
        *([o.joint_ids] if o.joint_ids else []),
        *([o.new_evidence_cost] if o.new_evidence_cost else []),
        *([o.partial_agreement] if o.partial_agreement else []),
    ]


def keep_paper(sitting: Sitting, case: Case, decision: Decision) -> Document:
    """Store the sealed decision and anchor its digest; refuses a paper of another text."""
    title = words_of(decision.kind.label)
    return keep_prepared(
        sitting,
        case,
        "decision",
        text_digest(sitting, case, decision),
        kind="decision",
        title=title,
        locale=decision.language,
    )


def document_of(session: Session, decision: Decision) -> Document | None:
    """The sealed paper of a decision."""
    return session.get(Document, decision.document_id) if decision.document_id else None
