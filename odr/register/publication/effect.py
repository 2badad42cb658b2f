"""Since when a numbered decision has effect, and whether it ends its case (CPL 157, 158; JDP 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document, Stage
from odr.filing.course.ending_rulings import stands_on_appeal
from odr.filing.models import Request, RequestKind, RequestState
from odr.judgment import names as judgment_names
from odr.judgment.enforcement.queries import in_effect_since as served_on_all_since
from odr.judgment.enforcement_remedies.objections.queries import is_replaced
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.register import names
from odr.register.enforcement_list.sanctions.queries import in_effect_since
from odr.register.publication.models import Publication
from odr.service.queries import reached
from odr.settlement.models import Agreement, AgreementState

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import PublishedKind
    from odr.procedure.sitting import Sitting

BY_THE_CASE, AT_ONCE = "binding", "at_once"
STATEMENT = "mediation_statement"
BINDING = frozenset({Stage.CLOSED, Stage.EFFECTIVE, Stage.ENFORCEMENT})
"""Where a case stands once what ended it binds."""
SANCTIONING = frozenset({names.DECIDE_SANCTION, names.DECIDE_RELEASE})
ENFORCING = frozenset(
    {
        judgment_names.HALT_ENFORCEMENT,
        judgment_names.END_ENFORCEMENT,
        judgment_names.RULE_ON_ENFORCEMENT_OBJECTION,
        judgment_names.RULE_ON_REVERSAL,
    }
)


def ends_the_case(session: Session, case: Case, entry: DocketEntry, payload: dict[str, Any]) -> bool:
    """Whether an act closed the case, or ruled that it ends once nobody can appeal from that any more (CPL 157, 158). What is ruled
    in a case that is over ends nothing.
    """
    stage = payload["stage"]
    if stage["after"] == Stage.CLOSED.value:
        return bool(stage["before"] != Stage.CLOSED.value)
    return _ending(session, case, entry.number) is not None


def _ending(session: Session, case: Case, number: int | None) -> RequestState | None:
    """What became of the ruling of an entry that ends the case once nobody can appeal from it; None where it is no such ruling."""
    mine = Request.case_id == case.id, Request.kind == RequestKind.ENDING, Request.asked_entry == number
    return session.scalar(select(Request.state).where(*mine))


@dataclass(frozen=True)
class Effect:
    """Since when a decision has effect, None while it has none; ``over`` where it can have none any more: its paper holds no longer,
    somebody did not sign it, or it was set aside (CPL 102, 228; CPI 330).
    """

    since: datetime | None
    over: bool = False


FELL = Effect(None, over=True)


def effect_of(sitting: Sitting, case: Case, row: Publication) -> Effect:
    """What effect a numbered decision has: none while it can still be appealed, or where it was undone.

    Of a judgment the docket of judgment says it; of a fine, a detention and an early release what was decided on it (decision
    99); a ruling in an enforcement has effect once it is served on everybody, wherever the case stands, until another decision takes
    its place (CPL 269; decision 165). What is ruled on the way has effect as the rules say of its kind: once it reached everybody it was
    sent to and nobody can appeal from it, or at once where it is executed at once (CPL 103, 158; decision 164). What ends a case has
    effect once nobody can appeal from it any more, and never where it was set aside on appeal; a mediation statement once everybody
    has signed it, the confirmation of an agreement until it is set aside.
    """
    decision = sitting.session.scalar(select(Decision).where(Decision.document_id == row.document_id))
    if decision is not None:
        since = decision.effective_at if decision.state is DecisionState.ISSUED else None
        return Effect(since, decision.state is DecisionState.SET_ASIDE)
    rules = sitting.pack(case).publication
    kind = rules.kinds.get(row.kind) if rules is not None else None
    paper = sitting.session.get_one(Document, row.document_id)
    of, entry = paper.kind, paper.entry_number
    if kind is not None and not SANCTIONING.isdisjoint(kind.acts):
        return Effect(in_effect_since(sitting.session, case, entry))
    if paper.void_by is not None:
        return FELL
    if kind is not None and not ENFORCING.isdisjoint(kind.acts):
        is_over = is_replaced(sitting.session, case, entry)
        return FELL if is_over else Effect(served_on_all_since(sitting.session, case, entry))
    if kind is not None and kind.effect != BY_THE_CASE:
        return Effect(row.effective_at) if row.effective_at is not None else _by_itself(sitting, case, kind, entry)
    return _by_the_case(sitting, case, row, of, entry)


def _by_the_case(sitting: Sitting, case: Case, row: Publication, paper: str, entry: int | None) -> Effect:
    """Of what ends a case: a statement that somebody did not sign never bound (CPL 100, 102), nor a ruling that was set aside on appeal,
    however the case ended then (CPI 330).
    """
    if paper == STATEMENT:
        signed = select(Agreement.state).where(Agreement.document_id == row.document_id)
        state = sitting.session.scalar(signed)
        binds, over = state is AgreementState.EFFECTIVE, state is AgreementState.FAILED
    else:
        ending = _ending(sitting.session, case, entry)
        binds, over = ending in (None, RequestState.GRANTED), ending is RequestState.REFUSED
    if case.stage not in BINDING or not binds:
        return Effect(None, over)
    remedies = {limit.kind for limit in TIME_LIMITS if limit.nature is Nature.REMEDY and "appeal" in limit.kind}
    if any(window.kind in remedies for window in sitting.windows(case)):
        return Effect(None)
    return Effect(row.effective_at or sitting.now)


def _by_itself(sitting: Sitting, case: Case, kind: PublishedKind, entry: int | None) -> Effect:
    """Of a ruling on the way: of what nobody was sent and of what is executed at once, since now."""
    if kind.effect == AT_ONCE:
        return Effect(sitting.now)
    stands = stands_on_appeal(sitting, case, entry)
    if not stands:
        return Effect(None, over=stands is False)
    served = reached(sitting.session, case, entry)
    if None in served.values():
        return Effect(None)
    return Effect(max((at for at in served.values() if at is not None), default=sitting.now))
