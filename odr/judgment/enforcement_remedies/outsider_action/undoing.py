"""What falls of a decision by the judgment in an outsider's action: its debts, its papers, its enforcement (CPI 298; CPL 244, 268)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Stage
from odr.docket.queries import documents, void
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.filing.claim.outsider_action.queries import actions_against
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.judgment.enforcement.effect import ENFORCE, PERFORMANCE, nothing_owed, set_decision_aside
from odr.judgment.enforcement.ending import instrument_fell, still_owed
from odr.judgment.enforcement.halting import go_on
from odr.judgment.enforcement.paid_in_full import end_their_time, follow_up
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.outsider_action.queries import GROUND
from odr.judgment.enforcement_remedies.reversal.queries import see_to_giving_back
from odr.judgment.models import Decision, Obligation
from odr.judgment.queries import issued, obligations_of, party_labelled
from odr.judgment.remedies.changed_on_appeal import ChangedPaymentInput
from odr.judgment.vocabulary import Instrument
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

STATEMENT = "mediation_statement"


def let_fall(sitting: Sitting, case: Case, named: Sequence[str], *, whole: bool) -> list[str]:
    """What is owed no longer, by reference: what was named, or everything of the decision; its enforcement ends, and what was paid on it
    is put before a judge (CPL 244). Raises InvalidInput for what is not owed.
    """
    standing = {
        row.reference: row for row in obligations_of(sitting.session, case) if row.instrument is not Instrument.RETURNED
    }
    if not set(named) <= standing.keys():
        raise InvalidInput.at("falls", T("Choose one of those listed."))
    fallen = list(standing) if whole else [one for one in standing if one in named]
    for reference in fallen:
        standing[reference].ended_at = sitting.now
    sitting.session.flush()
    instrument_fell(sitting, case, standing=still_owed(sitting, case))
    see_to_giving_back(sitting, case)
    return fallen


def owe_instead(sitting: Sitting, case: Case, lines: Sequence[ChangedPaymentInput], judged: Decision) -> None:
    """What the judgment in the action makes owed between the parties of the decision; the case is in effect again where it was closed.
    Raises InvalidInput for another currency.
    """
    currency = sitting.pack(case).currency
    if any(one.amount.currency != currency for one in lines):
        raise InvalidInput.at("payments", T("The amount is not in the currency of this court."))
    for one in lines:
        debtor, creditor = (party_labelled(case, label, "payments") for label in (one.debtor, one.creditor))
        assert debtor is not None and creditor is not None
        due = reckon(sitting.pack(case), PERFORMANCE, sitting.now, amount=judged.performance_days)
        sitting.session.add(
            Obligation(
                case_id=case.id,
                instrument=Instrument.OUTSIDER,
                debtor_id=debtor.id,
                creditor_id=creditor.id,
                amount_minor=one.amount.minor,
                currency=one.amount.currency,
                interest_from=one.interest_from,
                interest_percent=one.interest_percent,
                due_on=due.result,
                entry_number=sitting.next_number(case),
            )
        )
        sitting.session.flush()
        if not sitting.windows(case, PERFORMANCE, party=debtor, subject=judged.reference):
            days = judged.performance_days
            sitting.start_window(case, PERFORMANCE, party=debtor, subject=judged.reference, amount=days)
    if lines and case.stage is Stage.CLOSED:
        case.outcome, case.closed_at = None, None
        sitting.move(case, Stage.EFFECTIVE)
    end_their_time(sitting, case)


def set_whole_aside(sitting: Sitting, case: Case) -> None:
    """Nothing of the decision is left: its papers and its certificates say so to whoever checks them, and no time runs by it."""
    decision = issued(sitting.session, case)
    if decision is not None:
        set_decision_aside(sitting, case, decision)
    for paper in documents(sitting.session, case):
        if paper.kind == STATEMENT and paper.void_by is None:
            void(paper, sitting.next_number(case), sitting.now)
    nothing_owed(sitting, case, PERFORMANCE, ENFORCE)


def let_go_on(sitting: Sitting, case: Case, ended: OutsiderAction, now: datetime) -> str | None:
    """An action is over: what stood still for it is enforced again, if anything of it is left and no other action holds it up (CPI 297).
    Gives the number of the enforcement that goes on.
    """
    again = None
    found = open_enforcement(sitting.session, case)
    others = [one for one in actions_against(sitting.session, case) if one.id != ended.id and one.outcome is None]
    if found is not None and found.halt_ground == GROUND and not any(one.halted_entry for one in others):
        go_on(sitting, case, found, now)
        again = found.number
    follow_up(sitting, case)
    return again
