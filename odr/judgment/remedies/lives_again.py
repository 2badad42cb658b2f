"""The first decision lives again where a retrial ends without a judgment, and what was heard meanwhile counts for nothing (CPI
404); a mediation statement where no ground against it is shown (CPI 407); or where the judgment on the retrial upholds it (CPI 405). It binds, is owed and enforced as before.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Document, Outcome, Role, Stage, Track
from odr.filing.claim.progress import end_clocks, retrial_heard
from odr.filing.course.time_limit_changes import go_on
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.judgment import desks
from odr.judgment.decision.retried import statement_named
from odr.judgment.enforcement.effect import (
    ENFORCE,
    PERFORMANCE,
    RETRIAL,
    papers_of,
    set_decision_aside,
    settle_costs,
)
from odr.judgment.enforcement.ending import INACTION, NOTICE
from odr.judgment.enforcement.paid_in_full import follow_up
from odr.judgment.enforcement.queries import enforcement_settlements, enforcements_of, performed
from odr.judgment.enforcement_remedies.deferral.queries import waits_again
from odr.judgment.enforcement_remedies.reversal.models import ReversalState
from odr.judgment.enforcement_remedies.reversal.queries import reversals_of
from odr.judgment.models import Decision, EnforcementCase, Finding, Obligation
from odr.judgment.queries import decision_named, decisions_of, obligations_of
from odr.judgment.vocabulary import DecisionState, EnforcementState, Instrument, SettlementState
from odr.procedure.acts.events import EnforcementRuns, RetrialEnded
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

HALTED = (PERFORMANCE, ENFORCE, NOTICE, INACTION, "costs_review")
"""Times that stood still while the decision was heard again: what was left of them runs on."""


@dataclass(frozen=True)
class Fell:
    """By which entry a decision fell, and when: what fell with it stands again with it."""

    number: int
    at: datetime


def lives_again(sitting: Sitting, case: Case, began: DocketEntry) -> dict[str, str]:
    """Take the case back to where it stood before ``began``, the entry by which it was heard again; gives what binds again, as an
    entry names it: the decision, or the mediation statement (CPI 404, 407).

    Raises ActNotOpen where that entry names nothing that fell.
    """
    result: dict[str, Any] = json.loads(began.payload)["result"]
    before: dict[str, Any] = result.get("before", {})
    fell = Fell(began.number, began.effective_at)
    decision = decision_named(sitting.session, case, result["decision"]) if "decision" in result else None
    took_effect = decision.effective_at if decision is not None else _instant(before, "effective_at")
    statement = statement_named(sitting, case, result["statement"]) if decision is None else None
    has_fallen = decision.state is DecisionState.SET_ASIDE if decision is not None else _fell_by(statement, fell)
    if not has_fallen or took_effect is None:
        raise ActNotOpen(T("Nothing decided or agreed in this case could stand again."))
    _what_was_heard_counts_for_nothing(sitting, case, began)
    if decision is not None:
        _decision_stands(sitting, case, decision, fell)
    if statement is not None:
        statement.void_by = statement.void_at = None
    _owed_again(sitting, case, fell)
    _nothing_goes_back(sitting, case, Instrument.DECISION if decision is not None else Instrument.STATEMENT)
    _case_stands(sitting, case, took_effect, before)
    reopened = _enforced_again(sitting, case, fell, before.get("halted", {}))
    _times_run_on(sitting, case, fell, (*HALTED, RETRIAL))
    if reopened and case.stage is Stage.EFFECTIVE:
        sitting.move(case, Stage.ENFORCEMENT)
    if case.stage is not Stage.CLOSED:
        if decision is not None:
            settle_costs(sitting, case, decision)
        follow_up(sitting, case)
    sitting.announce(RetrialEnded(case, began.number))
    return {key: result[key] for key in ("decision", "statement") if key in result}


def _fell_by(statement: Document | None, fell: Fell) -> bool:
    """Whether a mediation statement fell by that entry, and by nothing later."""
    return statement is not None and statement.void_by == fell.number


def stands_again(sitting: Sitting, case: Case, upholding: Decision) -> Decision:
    """The first judgment stands again, since the one on the retrial upholds it and is in effect: it is owed, performed and
    enforced as before, and its halted execution goes on by itself (CPI 405). Against it nobody applies for a retrial again (CPI
    381). Gives the first judgment.
    """
    decision = decision_named(sitting.session, case, upholding.retried or "")
    paper = sitting.session.get_one(Document, decision.document_id)
    assert paper.void_by is not None and paper.void_at is not None
    fell, began = Fell(paper.void_by, paper.void_at), retrial_heard(sitting, case)
    before = json.loads(began.payload)["result"].get("before", {}) if began is not None else {}
    halted = before.get("halted", {}) if began is not None and began.number == fell.number else {}
    _decision_stands(sitting, case, decision, fell)
    _owed_again(sitting, case, fell)
    _nothing_goes_back(sitting, case, Instrument.DECISION)
    reopened = _enforced_again(sitting, case, fell, halted)
    _times_run_on(sitting, case, fell, HALTED)
    if reopened:
        sitting.move(case, Stage.ENFORCEMENT)
    follow_up(sitting, case)
    return decision


def falls_again(sitting: Sitting, case: Case, upholding: Decision) -> list[Decision]:
    """The judgment that upholds another binds nobody for now, since it was not served or may be appealed: what it upheld falls with
    it. Gives that, or nothing for any other judgment.
    """
    if not upholding.upholds or upholding.effective_at is None:
        return []
    decision = decision_named(sitting.session, case, upholding.retried or "")
    set_decision_aside(sitting, case, decision)
    return [decision]


def _what_was_heard_counts_for_nothing(sitting: Sitting, case: Case, began: DocketEntry) -> None:
    """Drafts and findings of the retrial fall, its times and tasks end, and the findings of the first decision stand."""
    number = sitting.next_number(case)
    for draft in decisions_of(sitting.session, case, DecisionState.DRAFT, DecisionState.COOLING):
        draft.state, draft.signed_entry = DecisionState.DROPPED, None
    for finding in sitting.session.scalars(select(Finding).where(Finding.case_id == case.id)):
        if finding.replaced_by is None:
            finding.replaced_by = number
        elif finding.replaced_by == began.number:
            finding.replaced_by = None
    end_clocks(sitting, case, sitting.now)


def _decision_stands(sitting: Sitting, case: Case, decision: Decision, fell: Fell) -> None:
    decision.state = DecisionState.ISSUED
    for paper in papers_of(sitting, decision):
        if paper.void_by == fell.number:
            paper.void_by = paper.void_at = None


def _owed_again(sitting: Sitting, case: Case, fell: Fell) -> None:
    """What fell with the decision, and only that, is owed again; the time meanwhile adds nothing for delay (CPL 217; LPI 3)."""
    since = fell.at.astimezone(sitting.court.settings.tz).date()
    for row in obligations_of(sitting.session, case, live=False):
        if row.ended_at == fell.at and row.instrument is not Instrument.RETURNED:
            row.ended_at = None
            row.stood_still = [*(row.stood_still or ()), [since.isoformat(), sitting.today.isoformat()]]
    sitting.session.flush()


def _nothing_goes_back(sitting: Sitting, case: Case, by: Instrument) -> None:
    """What was ruled to go back is not given back any more; what was given back already is owed anew, ``by`` what stands again."""
    number = sitting.next_number(case)
    for asked in reversals_of(sitting.session, case, ReversalState.ASKED):
        asked.state, asked.ruled_entry = ReversalState.REFUSED, number
    for desk in (desks.REVERSAL_ASKED, desks.REVERSAL_DUE):
        sitting.close_tasks(case, desk)
    for row in obligations_of(sitting.session, case):
        if row.instrument is not Instrument.RETURNED:
            continue
        row.ended_at = sitting.now
        given = performed(sitting.session, row) if row.amount_minor is not None else 0
        if given and row.creditor_id is not None:
            sitting.session.add(
                Obligation(
                    case_id=case.id,
                    instrument=by,
                    debtor_id=row.creditor_id,
                    creditor_id=row.debtor_id,
                    amount_minor=given,
                    currency=row.currency,
                    due_on=sitting.today,
                    entry_number=number,
                )
            )
    sitting.session.flush()


def _case_stands(sitting: Sitting, case: Case, took_effect: datetime, before: dict[str, Any]) -> None:
    case.effective_at, case.stayed_at = took_effect, None
    case.outcome = Outcome(before["outcome"]) if before.get("outcome") else None
    case.closed_at, case.pronounced_at = _instant(before, "closed_at"), _instant(before, "pronounced_at")
    if before.get("track"):
        case.track = Track(before["track"])
    sitting.move(case, Stage(before.get("stage", Stage.EFFECTIVE.value)))


def _instant(before: dict[str, Any], key: str) -> datetime | None:
    return datetime.fromisoformat(before[key]) if before.get(key) else None


def _enforced_again(sitting: Sitting, case: Case, fell: Fell, halted: dict[str, Any]) -> list[EnforcementCase]:
    """Each enforcement that ended because the decision fell goes on by itself, halted where it was (CPI 404)."""
    found = [
        one for one in enforcements_of(sitting.session, case, EnforcementState.ENDED) if one.closed_entry == fell.number
    ]
    for one in found:
        one.state, one.closed_entry = EnforcementState.OPEN, None
        one.halted_entry, one.halt_ground = halted.get(one.reference, (None, None))
        waits_again(sitting, case, one, fell.number)
        if one.halted_entry is not None:
            continue
        words = T("The retrial has ended: enforcement %(number)s goes on.", number=one.number)
        sitting.open_task(case, Role.CLERK, desks.ENFORCEMENT, words, risk=70, subject=one.reference)
    for row in enforcement_settlements(sitting.session, case, SettlementState.BROKEN):
        if row.closed_entry == fell.number:
            row.state, row.closed_entry = SettlementState.SIGNED, None
    if any(one.halted_entry is None for one in found):
        sitting.announce(EnforcementRuns(case))
    return found


def _times_run_on(sitting: Sitting, case: Case, fell: Fell, kinds: Collection[str]) -> None:
    """Times that stood still run on with what was left of them; the six months for a retrial are never longer (CPI 127)."""
    reason = T("The decision was heard again; the retrial has ended.")
    for window in [w for w in sitting.windows(case, state=WindowState.ENDED) if w.closed_by == fell.number]:
        if window.kind not in kinds:
            continue
        if window.kind in HALTED:
            window.state, window.closed_by = WindowState.HALTED, None
            window.halted_at = window.halted_at or fell.at
            go_on(sitting, case, [window], sitting.now, reason, "CPL 217; CPI 404")
        elif window.due_at is not None:
            runs = window.due_at >= sitting.now
            window.state = WindowState.OPEN if runs else WindowState.LAPSED
            window.closed_by = None if runs else sitting.next_number(case)
