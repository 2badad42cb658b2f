"""Beginning an enforcement: its number, what is claimed with its working, its fee, its clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Party, Role, Stage
from odr.filing.registry.seats import next_of_series
from odr.ground.text import T
from odr.judgment import desks
from odr.judgment.enforcement.effect import interest_by_kind, interest_on, left_of, to_apply_for
from odr.judgment.enforcement.ending import INACTION, NOTICE, halt, time_interrupted
from odr.judgment.enforcement.part import goes_to
from odr.judgment.enforcement.queries import enforcements_of, goes_on_from
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import EnforcementState
from odr.payments import names as payments_names
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput
from odr.procedure.acts.events import EnforcementRuns
from odr.procedure.time.interest import InterestKind

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def begin(
    sitting: Sitting, case: Case, creditor: Party, *, resumed: Sequence[Obligation] = ()
) -> tuple[str, list[dict[str, Any]], int]:
    """Open an enforcement for what is overdue to the creditor, or for what is ``resumed``; its number, what is claimed, and
    the sum in minor units.

    Its fee is not prepaid, and the debtor bears it (FEE 14, 38); one that is resumed, or goes on after it had ended
    for now, is the same application to enforce the same instrument, and costs nothing anew (CPI 465, 517; FEE 26). Of several debtors each bears the fee on what is enforced against
    them.
    """
    day = sitting.today
    claimed = resumed or to_apply_for(sitting, case, creditor.id)
    rows = [_claimed(sitting, case, row, day) for row in claimed]
    number = next_of_series(sitting, sitting.pack(case), "enforcement")
    found = EnforcementCase(
        case_id=case.id, number=number, party_id=creditor.id, claimed=rows, entry_number=sitting.next_number(case)
    )
    sitting.session.add(found)
    sitting.session.flush()
    against: dict[int, int] = {}
    total = 0
    earlier = goes_on_from(sitting.session, case, creditor.id)
    for owed, row in zip(claimed, rows, strict=True):
        in_all = row["principal"] + row["interest"] + row["late"]
        total += in_all
        if not resumed and owed.reference not in earlier:
            against[owed.debtor_id] = against.get(owed.debtor_id, 0) + in_all
    for debtor_id, sum_against in against.items():
        _assess(sitting, case, case.party(debtor_id), sum_against)
    time_interrupted(sitting, case, creditor, claimed)
    for kind in (NOTICE, INACTION):
        sitting.start_window(case, kind, start=sitting.now, subject=found.reference)
    title = T("Enforcement %(number)s: send the notice and look for property.", number=number)
    sitting.open_task(case, Role.CLERK, desks.ENFORCEMENT, title, risk=40, subject=found.reference)
    sitting.announce(EnforcementRuns(case))
    return number, rows, total


def _assess(sitting: Sitting, case: Case, debtor: Party, total: int) -> None:
    basis = keep_basis(
        sitting.session, case, debtor, Matter.ENFORCEMENT, [total] if total else [], 0 if total else 1, sitting.now
    )
    sitting.then(payments_names.ASSESS_FEE, AssessInput(basis=basis.reference))


def not_enforced(sitting: Sitting, case: Case, asked_entry: int) -> None:
    """The debtor said that the time to apply had passed, and was right: it is not enforced (CPI 481). What is owed stays
    owed, and what was paid stays paid.

    This is about the enforcement that was under way by the entry in which it was said. It may have ended since, and what was
    claimed in it may be enforced again; what the court enforces for anybody else goes on.
    """
    every = enforcements_of(sitting.session, case)
    about = next((one for one in reversed(every) if one.entry_number < asked_entry), None)
    if about is None:
        return
    claimed = {row["obligation"] for row in about.claimed}
    for one in every:
        is_same = one.party_id == about.party_id and not claimed.isdisjoint(row["obligation"] for row in one.claimed)
        if is_same and one.state is EnforcementState.OPEN:
            halt(sitting, case, one, EnforcementState.BARRED)
            goes_to(sitting, case, Stage.EFFECTIVE)
    if about.state is not EnforcementState.DONE:
        about.state = EnforcementState.BARRED


def _claimed(sitting: Sitting, case: Case, row: Obligation, day: date) -> dict[str, Any]:
    """What is claimed under one obligation, with the working of its interest to ``day``; minor units."""
    left, lines = left_of(sitting, row), interest_on(sitting, case, row, day)
    interest = interest_by_kind(sitting, case, row, day)
    return {
        "obligation": row.reference,
        "principal": left.minor if left is not None else 0,
        "interest": interest[InterestKind.ORDERED],
        "late": interest[InterestKind.LATE],
        "to": day.isoformat(),
        "working": [line.to_json() for line in lines],
        "currency": row.currency,
        "what": row.what,
    }
