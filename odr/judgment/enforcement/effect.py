"""From service to effect: appeal windows, the moment a decision binds, what is owed from then on, and the costs."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Document, Party, Role
from odr.docket.queries import parties, void
from odr.filing.claim.progress import heard_again_by, retrial_heard
from odr.ground.text import Money, T, Text
from odr.judgment import desks, names
from odr.judgment.enforcement.agreed_terms import under_agreement
from odr.judgment.enforcement.ending import instrument_fell, still_owed
from odr.judgment.enforcement.part import is_binding, parts_in_effect
from odr.judgment.enforcement.queries import barred, confirmed, performed
from odr.judgment.enforcement_remedies.reversal.queries import reversals_of, see_to_giving_back
from odr.judgment.inputs import EffectInput, OverdueInput
from odr.judgment.models import Decision, FinalityCertificate, Obligation, Order
from odr.judgment.queries import decision_named, decisions_of, issued, obligations_of, petitions_of
from odr.judgment.vocabulary import AppealState, DecisionKind, DecisionState, Instrument, OrderKind
from odr.payments import desks as payments_desks
from odr.payments.costs.demands import bring_to, order_costs, were_settled
from odr.payments.costs.rules import Allocation
from odr.payments.fee.assessment import pack_track
from odr.procedure.acts.events import CaseEffective, InstrumentSetAside, SettlementReached
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.tariff import Ending
from odr.procedure.time.counting import Count
from odr.procedure.time.interest import InterestKind, InterestLine, interest_lines, total
from odr.procedure.time.reckoning import reckon
from odr.service.models import Packet

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

APPEAL, PERFORMANCE, ENFORCE, RETRIAL = (
    "appeal_judgment",
    "performance",
    "enforcement_application",
    "retrial_application",
)


def is_appealable(sitting: Sitting, case: Case) -> bool:
    """Whether the track knows an appeal: small claims end with one instance, also when they are heard again on a retrial
    (CPL 165; CPI 424).
    """
    if is_final_retrial(sitting, case):
        return False
    pack = sitting.pack(case)
    key = pack_track(pack, case)
    return key is None or pack.track(key).appealable


def is_final_retrial(sitting: Sitting, case: Case) -> bool:
    """Whether the case is heard again as what were small claims: nobody appeals from the new judgment (CPI 424(1))."""
    again = heard_again_by(sitting, case)
    return bool(again) and bool(json.loads(again[-1].payload)["result"].get("final"))


def served_on(sitting: Sitting, decision: Decision) -> dict[int, datetime]:
    """Party → instant at which the decision was served on them, as the docket says."""
    found: dict[int, datetime] = {}
    for packet in sitting.session.scalars(
        select(Packet).where(Packet.case_id == decision.case_id, Packet.occasion == "decision")
    ):
        if (
            decision.served_entry in packet.entry_ids
            and packet.docketed_as == packet.state.value
            and packet.effective_at is not None
        ):
            found[packet.party_id] = min(packet.effective_at, found.get(packet.party_id, packet.effective_at))
    return found


def not_served(sitting: Sitting, case: Case, decision: Decision) -> list[Party]:
    """On whom a decision has still to be served: their time to appeal does not run, and it takes no effect before (CPL 155, 171)."""
    if is_appealable(sitting, case):
        reached = {w.party_id for w in _appeals(sitting, case, decision)}
    else:
        reached = set(served_on(sitting, decision))
    return [p for p in parties(case) if p.id not in reached]


def start_appeals(
    sitting: Sitting, case: Case, party: Party, at: datetime, proof: Text | None, numbers: Collection[int] = ()
) -> None:
    """Start this party's appeal window; where there is none, the decision takes effect when all are served.

    ``numbers`` are the entries that were served: a partial judgment and the one on the rest each have their own time.
    """
    served_now = [d for d in decisions_of(sitting.session, case, DecisionState.ISSUED) if d.served_entry in numbers]
    decision = served_now[-1] if served_now else issued(sitting.session, case)
    if decision is None or decision.effective_at is not None:
        return
    if is_appealable(sitting, case):
        if not _appeals(sitting, case, decision, party):
            sitting.start_window(case, APPEAL, party=party, start=at, subject=decision.reference, proof=proof)
        return
    served = served_on(sitting, decision) | {party.id: at}
    if all(p.id in served for p in parties(case)):
        sitting.then(names.TAKE_EFFECT, EffectInput(decision=decision.reference), effective_at=max(served.values()))


def _appeals(sitting: Sitting, case: Case, decision: Decision, party: Party | None = None) -> list[Window]:
    """Times to appeal that count: one that rested on a service which did not happen does not."""
    found = sitting.windows(case, APPEAL, party=party, state=None, subject=decision.reference)
    return [w for w in found if w.state is not WindowState.ENDED]


def appeal_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """A party's time to appeal ended: when it was the last and nobody appealed, the decision takes effect."""
    decision = decision_named(sitting.session, case, window.subject)
    if is_final(sitting, case, decision):
        sitting.then(names.TAKE_EFFECT, EffectInput(decision=decision.reference), effective_at=window.due_at)


def is_final(sitting: Sitting, case: Case, decision: Decision) -> bool:
    """Served on everybody, no appeal window open, no appeal pending."""
    windows = _appeals(sitting, case, decision)
    heard = {w.party_id for w in windows}
    pending = [
        p
        for p in petitions_of(sitting.session, case)
        if p.decision_id == decision.id and p.state is not AppealState.WITHDRAWN
    ]
    return (
        all(p.id in heard for p in parties(case))
        and not any(w.state in (WindowState.OPEN, WindowState.HALTED) for w in windows)
        and not pending
    )


def bring_into_effect(
    sitting: Sitting,
    case: Case,
    decision: Decision,
    at: datetime,
    *,
    bears: Mapping[str, Money] | None = None,
    owes: bool = True,
) -> date:
    """Write what is owed, start the time to perform it, settle the costs; returns the last day to perform.

    A partial judgment leaves the costs and the case's own effect to the judgment on the rest (CPL 156).
    ``bears`` is who bears the fee where the higher court changed that too (FEE 30). ``owes`` is whether anything is owed by it:
    one that upholds an earlier judgment leaves what that orders (CPI 405).
    """
    partial = decision.kind is DecisionKind.PARTIAL
    decision.effective_at = at
    if not partial:
        case.effective_at = at
    due = reckon(sitting.pack(case), PERFORMANCE, at, amount=decision.performance_days)
    number = sitting.next_number(case)
    debtors: dict[int, Party] = {}
    for order in decision.orders if owes else ():
        debtor = case.party_if_any(order.debtor_id)
        if order.kind in (OrderKind.PAY, OrderKind.DO, OrderKind.REFRAIN) and debtor is not None:
            debtors |= {one: case.party(one) for one in order.debtors}
            sitting.session.add_all(_obligations(sitting, case, order, debtor, due.result, number))
    for party in debtors.values():
        sitting.start_window(
            case, PERFORMANCE, party=party, start=at, subject=decision.reference, amount=decision.performance_days
        )
    # What was decided on a retrial is not applied against a second time (CPI 381).
    open_to_retrial = RETRIAL in sitting.pack(case).windows.rules and retrial_heard(sitting, case) is None
    for party in parties(case) if open_to_retrial else []:
        sitting.start_window(case, RETRIAL, party=party, start=at, subject=decision.reference)
    if not partial:
        if bears is not None:
            order_costs(sitting, case, bears)
        else:
            settle_costs(sitting, case, decision)
        sitting.announce(CaseEffective(case))
    return due.result


def _obligations(
    sitting: Sitting, case: Case, order: Order, debtor: Party, due_on: date, number: int
) -> list[Obligation]:
    """What an order owes: one obligation, or one for each monthly instalment, of which a late one makes all the rest
    due. Whose last day is a day off is paid in time on the next working day, like any (CPL 85).
    """
    shared = {
        "case_id": case.id,
        "instrument": Instrument.DECISION,
        "order_id": order.id,
        "debtor_id": debtor.id,
        "joint_ids": order.joint_ids,
        "creditor_id": order.creditor_id,
        "currency": order.currency,
        "interest_from": order.interest_from,
        "interest_percent": order.interest_percent,
        "what": order.what,
        "entry_number": number,
    }
    if order.amount_minor is None or order.instalments == 1:
        return [Obligation(amount_minor=order.amount_minor, due_on=due_on, **shared)]
    parts = instalments(order.amount_minor, order.instalments, due_on)
    count = Count(sitting.pack(case), ())
    return [
        Obligation(amount_minor=amount, due_on=count.roll(day), accelerates=True, **shared) for day, amount in parts
    ]


def instalments(amount: int, count: int, first: date) -> list[tuple[date, int]]:
    """Days and parts of ``count`` monthly instalments, in minor units; what does not divide evenly is paid with the
    first.
    """
    each, rest = divmod(amount, count)
    return [(_months_after(first, n), each + (rest if n == 0 else 0)) for n in range(count)]


def _months_after(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where there is none."""
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def settle_costs(sitting: Sitting, case: Case, decision: Decision) -> None:
    """Order the winner's prepayment back and put what the loser owes on the cashier's desk (CPI 207, FEE 53).

    Where an earlier decision's costs were carried out, only the difference moves: a retrial decides on them anew (FEE
    32).
    """
    allocation = Allocation.from_json(decision.costs)
    sitting.close_tasks(case, payments_desks.COLLECT_COSTS)
    if were_settled(sitting, case):
        order_costs(sitting, case, {share.party: share.bears for share in allocation.shares})
        return
    # What was paid since the decision was written counts: its figures are those of that day.
    borne, nothing = allocation.paid_to_court(), Money(0, allocation.fee.currency)
    for party in case.parties:
        owed = bring_to(sitting, case, party, borne.get(party.label, nothing))
        if owed.minor:
            sitting.open_task(
                case,
                Role.CASHIER,
                payments_desks.COLLECT_COSTS,
                T("%(name)s owes the court %(amount)s of the fee.", name=party.name, amount=owed),
                risk=20,
                subject=party.reference,
            )


def costs_borne(sitting: Sitting, case: Case) -> tuple[datetime, Mapping[str, Money]] | None:
    """When the judgment in effect was given, and what each party bears of the fee by it, by its label; None while there is none
    (FEE 29).
    """
    issued_now = decisions_of(sitting.session, case, DecisionState.ISSUED)
    found = [d for d in issued_now if d.kind is not DecisionKind.PARTIAL and d.effective_at is not None and d.costs]
    if not found:
        return None
    last = found[-1]
    return last.issued_at or last.effective_at or sitting.now, Allocation.from_json(last.costs).paid_to_court()


def settled(sitting: Sitting, event: SettlementReached) -> None:
    """The parties settled: no judgment is written on it (CPI 148), and what they owe is watched like any order."""
    case = event.case
    for decision in decisions_of(sitting.session, case, DecisionState.DRAFT, DecisionState.COOLING):
        sitting.close_windows(case, "cooling_off", WindowState.ENDED, subject=decision.reference)
        sitting.close_tasks(case, desks.PRONOUNCE, decision.reference)
        decision.state = DecisionState.DROPPED
    sitting.close_tasks(case, desks.DRAFT_DECISION)
    rows = [
        Obligation(
            case_id=case.id,
            instrument=Instrument(event.instrument),
            debtor_id=owed.debtor_id,
            creditor_id=owed.creditor_id,
            amount_minor=owed.amount_minor,
            currency=owed.currency,
            what=owed.what,
            due_on=owed.due_on or reckon(sitting.pack(case), PERFORMANCE, sitting.now).result,
            accelerates=owed.accelerates,
            entry_number=sitting.next_number(case),
        )
        for owed in event.owed
    ]
    sitting.session.add_all(rows)
    for creditor in parties(case):
        # The two years run from the last day of what is owed to each of them (CPL 250).
        last = max((row.due_on for row in rows if row.creditor_id == creditor.id), default=None)
        if last is not None:
            start = datetime.combine(last, time(23, 59), tzinfo=sitting.court.settings.tz)
            sitting.start_window(case, ENFORCE, party=creditor, start=start)
    if event.paper is not None and RETRIAL in sitting.pack(case).windows.rules:
        # Against a mediation statement, too, a retrial is applied for in six months (CPI 382).
        for party in parties(case):
            sitting.start_window(case, RETRIAL, party=party, start=sitting.now, subject=event.paper)
    if rows:
        sitting.announce(CaseEffective(case, Ending.MEDIATED))


def on_set_aside(sitting: Sitting, event: InstrumentSetAside) -> None:
    """What was confirmed is set aside."""
    set_aside(sitting, event.case)


def set_aside(sitting: Sitting, case: Case) -> None:
    """What was owed rests on nothing any more; what was paid stays recorded under what it was paid on, until a judge rules
    whether it goes back (CPL 244).
    """
    nothing_owed(sitting, case, PERFORMANCE, ENFORCE)
    instrument_fell(sitting, case, standing=still_owed(sitting, case))
    see_to_giving_back(sitting, case)


def nothing_owed(sitting: Sitting, case: Case, *kinds: str) -> None:
    """Nothing is owed by what was decided, and no time of these kinds runs; what a ruling gives back stays owed, and what a part
    orders that binds by itself (CPL 156).
    """
    parts = {order.id for part in parts_in_effect(sitting, case) for order in part.orders}
    for row in obligations_of(sitting.session, case):
        if row.instrument is not Instrument.RETURNED and row.order_id not in parts:
            row.ended_at = sitting.now
    end_times(sitting, case, *kinds)


def end_times(sitting: Sitting, case: Case, *kinds: str) -> None:
    """No time of these kinds runs that rests on what was decided; one to give something back, or to have that enforced, does, and
    so does one of a part that binds by itself.
    """
    back = {row.reference for row in reversals_of(sitting.session, case)}
    back |= {part.reference for part in parts_in_effect(sitting, case)}
    for kind in kinds:
        for window in sitting.windows(case, kind, state=None):
            if window.subject not in back and window.state in (WindowState.OPEN, WindowState.HALTED):
                window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)


def papers_of(sitting: Sitting, decision: Decision, *, certificates_only: bool = False) -> list[Document]:
    """The sealed paper of a decision, and the certificates that it is in effect."""
    certified = select(FinalityCertificate.document_id).where(FinalityCertificate.decision_id == decision.id)
    own = None if certificates_only else decision.document_id
    return list(sitting.session.scalars(select(Document).where(Document.id.in_(certified) | (Document.id == own))))


def set_decision_aside(sitting: Sitting, case: Case, decision: Decision) -> None:
    """A decision stands no longer: its paper and its certificates say so to whoever checks them."""
    decision.state = DecisionState.SET_ASIDE
    for paper in papers_of(sitting, decision):
        void(paper, sitting.next_number(case), sitting.now)


def performance_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """The time to perform ended: whoever is still owed something may apply for enforcement for two years (CPL 250)."""
    zone = sitting.pack(case).tz
    last: dict[int | None, date] = {}
    others = [d for d in decisions_of(sitting.session, case) if d.reference != window.subject]
    elsewhere = {order.id for decision in others for order in decision.orders}
    for owed in obligations_of(sitting.session, case):
        if window.party_id in owed.debtors and owed.done_at is None and owed.order_id not in elsewhere:
            last[owed.creditor_id] = max(owed.due_on, last.get(owed.creditor_id, owed.due_on))
    for party in parties(case):
        # A part that was decided first has its own two years; a row of before says of which judgment it is no longer.
        runs = (w.subject in (None, window.subject) for w in sitting.windows(case, ENFORCE, party=party))
        if party.id in last and not any(runs):
            # Where it is to be performed in parts, the two years run from the last of them.
            ends = datetime.combine(last[party.id], time(23, 59), tzinfo=zone)
            sitting.start_window(case, ENFORCE, party=party, start=max(window.due_at, ends), subject=window.subject)
    debtor = case.party_if_any(window.party_id)
    if debtor is not None and is_binding(sitting, case) and due_from(sitting, case, debtor):
        sitting.then(names.TELL_OVERDUE, OverdueInput(debtor=debtor.label))


def due_from(sitting: Sitting, case: Case, debtor: Party) -> list[Obligation]:
    """What a debtor had to do by today and has not done."""
    rows = [o for o in obligations_of(sitting.session, case) if debtor.id in o.debtors and o.done_at is None]
    return [o for o in rows if o.due_on <= sitting.today or is_overdue(sitting, o)]


def is_overdue(sitting: Sitting, obligation: Obligation) -> bool:
    """Whether something is still owed and its last day is past; of several instalments that fall due together, whether the
    last day of any of them is.
    """
    if obligation.done_at is not None or obligation.ended_at is not None:
        return False
    if sitting.today > obligation.due_on:
        return True
    return obligation.accelerates and _instalments(obligation) in _late_instalments(sitting, obligation.case_id)


Instalments = tuple[int, int | None, int, int | None]


def _instalments(obligation: Obligation) -> Instalments:
    """With which other instalments one falls due: those one debtor owes one creditor by one order or one agreement."""
    return obligation.entry_number, obligation.order_id, obligation.debtor_id, obligation.creditor_id


def _late_instalments(sitting: Sitting, case_id: int) -> frozenset[Instalments]:
    """Sums in instalments of which one is late, so that all that is left of them is due."""

    def find() -> frozenset[Instalments]:
        owed = select(Obligation).where(
            Obligation.case_id == case_id,
            Obligation.accelerates.is_(True),
            Obligation.done_at.is_(None),
            Obligation.ended_at.is_(None),
            Obligation.due_on < sitting.today,
        )
        return frozenset(_instalments(one) for one in sitting.session.scalars(owed))

    return sitting.once(("late instalments", case_id), find)


def overdue_to(sitting: Sitting, case: Case, creditor: int | None) -> list[Obligation]:
    """What is owed to a party and overdue, as far as it can be enforced."""
    late = [o for o in obligations_of(sitting.session, case) if o.creditor_id == creditor and is_overdue(sitting, o)]
    not_enforced = barred(sitting.session, case) if late else frozenset()
    return [o for o in late if o.reference not in not_enforced]


def to_apply_for(sitting: Sitting, case: Case, creditor: int | None) -> list[Obligation]:
    """Exactly what an application to enforce made now would claim: what is overdue and no signed agreement takes the place of."""
    late = overdue_to(sitting, case, creditor)
    agreed = under_agreement(sitting, case) if late else frozenset()
    return [o for o in late if o.reference not in agreed]


def left_of(sitting: Sitting, obligation: Obligation) -> Money | None:
    """What of a sum is still owed, without interest."""
    if obligation.amount_minor is None or obligation.currency is None:
        return None
    return Money(max(obligation.amount_minor - performed(sitting.session, obligation), 0), obligation.currency)


def interest_on(sitting: Sitting, case: Case, obligation: Obligation, day: date) -> list[InterestLine]:
    """The interest on an obligation to ``day``, stretch by stretch: as ordered, and for delay where the rules add it
    (CPL 264).
    """
    if obligation.amount_minor is None:
        return []
    late = sitting.pack(case).late_performance
    return interest_lines(
        obligation.amount_minor,
        payments_on(sitting.session, obligation),
        day,
        ordered_from=obligation.interest_from,
        percent=obligation.interest_percent,
        due_on=obligation.due_on,
        late_per_day=late.per_day if late is not None else None,
        still=[(date.fromisoformat(since), date.fromisoformat(until)) for since, until in obligation.stood_still or ()],
    )


def interest_minor(sitting: Sitting, case: Case, obligation: Obligation, day: date) -> int:
    """The interest on an obligation to ``day`` that is not paid yet, in minor units, each kind rounded once: the one figure
    every page, letter and application names. What is paid counts towards the sum first, and what is over towards this.
    """
    return sum(interest_by_kind(sitting, case, obligation, day).values())


def interest_by_kind(sitting: Sitting, case: Case, obligation: Obligation, day: date) -> dict[InterestKind, int]:
    """The same by its kind; what is over of the payments counts towards what was ordered, then towards what delay adds."""
    lines = interest_on(sitting, case, obligation, day)
    over = max(0, performed(sitting.session, obligation) - (obligation.amount_minor or 0))
    found = {}
    for kind in (InterestKind.ORDERED, InterestKind.LATE):
        counted = min(over, total(lines, kind))
        found[kind] = total(lines, kind) - counted
        over -= counted
    return found


def interest_left(sitting: Sitting, case: Case, obligation: Obligation) -> int:
    """The interest to today that is not paid yet, in minor units."""
    return interest_minor(sitting, case, obligation, sitting.today)


def open_sum(sitting: Sitting, case: Case, obligation: Obligation) -> Money | None:
    """What of a sum is still to be paid, as it is told: without interest, or the interest where only that is left."""
    left = left_of(sitting, obligation)
    if left is None or left.minor:
        return left
    return Money(interest_left(sitting, case, obligation), left.currency)


def all_done(sitting: Sitting, case: Case) -> bool:
    """Whether nothing is owed under any instrument any more."""
    return all(o.done_at is not None for o in obligations_of(sitting.session, case))


def payments_on(session: Session, obligation: Obligation) -> list[tuple[date, int]]:
    """Days and sums of the payments that count, in minor units."""
    return [(one.on, one.amount_minor) for one in confirmed(session, obligation) if one.amount_minor]
