"""The fee of an action of many when it ends: computed on the docket, and left for who bears it (CPI 194; FEE 15, 29,
31, 34).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Role
from odr.docket.queries import entries_of
from odr.ground.errors import ActNotOpen
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.payments import desks, names
from odr.payments.books.bookings import book_assessment
from odr.payments.costs.demands import held_in_all
from odr.payments.fee.acts import EVERY_STAGE
from odr.payments.fee.addressees import who_pays
from odr.payments.fee.assessment import assessments_of, write_assessment
from odr.payments.fee.at_end import fee_at_end, fee_on_leaving, standing_at_end
from odr.payments.fee.fee_computation import FIRST_INSTANCE, Matter
from odr.payments.fee.scales import FeeStep
from odr.payments.inputs import WithdrawnFeeInput
from odr.payments.models import AssessmentState, FeeBasis
from odr.payments.refund.acts import ENDINGS
from odr.payments.refund.orders import DEMAND_WINDOW
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import CaseClosed, CaseEffective, DecisionIssued, SettlementReached
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.rules.base import law
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

GOES_ON = {Ending.TRANSFERRED}
"""Endings after which the action goes on elsewhere: there its fee is asked for."""


class AtEndInput(CourtModel):
    """How an action of many ended without a judgment; nothing where a judgment was given."""

    ending: str | None = None


@act(
    title=T("Fee of the action of many"),
    input=AtEndInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("CPI 194", "FEE 15, 29, 31, 34"),
    in_record=False,
)
def assess_fee_at_end(sitting: Sitting, case: Case, given: AtEndInput, *, actor: Actor, now: datetime) -> Recorded:
    """Compute the fee that was not asked for in advance, with every step, when the judgment is given or the action ends
    without one (CPI 194).

    After a judgment the costs decision says who bears it. Without one the cashier demands it:
    as the parties agreed, or from whoever withdrew (FEE 31, 34).
    """
    ending = Ending(given.ending) if given.ending else None
    found = fee_at_end(sitting, case, ending)
    if found is None:
        raise ActNotOpen(T("The fee of this case is paid in advance."))
    left = _left(sitting, case, found.total)
    if ending is not None and left.minor and not sitting.tasks(case, desks.FEE_AT_END):
        title = T(
            "The action of many ended without a judgment. Demand %(left)s of its fee: as the parties agreed, or from whoever withdrew.",
            left=left,
        )
        sitting.open_task(case, Role.CASHIER, desks.FEE_AT_END, title, risk=20)
    words = T("The fee of the action of many is %(amount)s, to be paid by who bears it", amount=found.total)
    return Recorded(words, found.to_json())


@act(
    title=T("Fee of a claim that left the action of many"),
    input=WithdrawnFeeInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("CPI 194", "FEE 15, 34"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Demand for half the fee of the claim you withdrew"),
        T(
            "If an amount is still to be paid, pay it in the way the page of the case shows. The case goes on without your claim in any event."
        ),
        "costs_demand",
    ),
    concerns=who_pays,
    desk=desks.FEE_AT_END,
    in_record=False,
)
def demand_withdrawn_fee(
    sitting: Sitting, case: Case, given: WithdrawnFeeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask somebody who withdrew from an action of many for half the fee of their own claim, less what they have paid in
    advance (FEE 15, 34).

    The rest of the action is not prepaid and goes on without it (CPI 194); what is settled here no costs
    decision changes.
    """
    basis = sitting.session.scalars(
        select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.reference == given.basis)
    ).one()
    payer, found = case.party(basis.party_id), fee_on_leaving(sitting, case, basis)
    held = held_in_all(sitting, case, payer, (basis.matter,))
    for paid in assessments_of(sitting.session, case, party_id=payer.id):
        if paid.matter is basis.matter:
            paid.matter = Matter.WITHDRAWN_CLAIM
    owed = Money(max(found.total.minor - held.minor, 0), found.total.currency)
    if held.minor:
        step = FeeStep(
            T("Paid in advance and kept."), Money(owed.minor - found.total.minor, owed.currency), "paid", "FEE 15"
        )
        found = replace(found, steps=(*found.steps, step))
    row = write_assessment(
        sitting, case, payer, basis, Matter.WITHDRAWN_CLAIM, replace(found, total=owed), DEMAND_WINDOW
    )
    book_assessment(sitting.session, row)
    words = T(
        "%(name)s, who withdrew, bears %(fee)s of the fee: %(amount)s is to be paid",
        name=payer.name,
        fee=found.total,
        amount=row.amount,
    )
    return Recorded(
        words,
        {
            "assessment": row.reference,
            "party": payer.label,
            "fee": found.total.minor,
            **replace(found, total=owed).to_json(),
        },
    )


def _left(sitting: Sitting, case: Case, whole: Money) -> Money:
    """What of the fee nobody has paid or was asked for yet."""
    paid = sum(held_in_all(sitting, case, party, FIRST_INSTANCE).minor for party in case.parties)
    owed = sum(
        row.amount_minor
        for row in assessments_of(sitting.session, case, demands=True)
        if row.basis_id is None and row.matter in FIRST_INSTANCE and row.state is AssessmentState.DUE
    )
    return Money(max(whole.minor - paid - owed, 0), whole.currency)


def _assess(sitting: Sitting, case: Case, ending: Ending | None) -> None:
    """Once for each way to end; nothing where fees are paid in advance."""
    value = ending.value if ending is not None else None
    known = any(
        input_of(entry)["ending"] == value for entry in entries_of(sitting.session, case, names.ASSESS_FEE_AT_END)
    )
    if not known and ending not in GOES_ON and standing_at_end(sitting, case):
        sitting.then(names.ASSESS_FEE_AT_END, AtEndInput(ending=value))


def on_decision_issued(sitting: Sitting, event: DecisionIssued) -> None:
    """The judgment is given: the fee at its end stands on the docket with its steps (CPI 194)."""
    if not event.partial:
        _assess(sitting, event.case, None)


def on_end_without_judgment(sitting: Sitting, event: CaseClosed | CaseEffective | SettlementReached) -> None:
    """The action of many was withdrawn, settled or dismissed: its fee by how it ended (FEE 8, 15)."""
    case, ending = event.case, event.ending if isinstance(event, CaseEffective) else None
    if ending is None and case.outcome:
        ending = ENDINGS.get(case.outcome)
    if ending is not None:
        _assess(sitting, case, ending)


def demanded_in_full(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """The cashier has demanded all of it: nothing of it waits on their desk any more."""
    if entry.act != names.DEMAND_COSTS or not sitting.tasks(case, desks.FEE_AT_END):
        return
    ending = next(
        input_of(one)["ending"] for one in reversed(entries_of(sitting.session, case, names.ASSESS_FEE_AT_END))
    )
    found = fee_at_end(sitting, case, Ending(ending) if ending else None)
    if found is not None and _left(sitting, case, found.total).minor == 0:
        sitting.close_tasks(case, desks.FEE_AT_END)
