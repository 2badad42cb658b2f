"""When service turns out not to have happened, or time is given back: a judgment that took effect too early takes none,
and what was heard without somebody is heard anew.

CPL 86, 158, 171, 177(1)(4), 211; CPI 244; OLR 31. Of a judgment that was not served, the effect never came: obligations,
enforcement and certificate fall with it, and the time to appeal runs from the new service. Of a claim or summons that
was not served, what was heard is void as long as nothing is pronounced; after that there is the appeal, and once the
judgment binds the retrial, with enforcement going on until it is ordered (CPL 210, 217).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import void
from odr.ground.text import T, Text
from odr.judgment import desks
from odr.judgment.enforcement.effect import APPEAL, ENFORCE, PERFORMANCE, RETRIAL, papers_of
from odr.judgment.enforcement.ending import instrument_fell, still_owed
from odr.judgment.enforcement_remedies.reversal.queries import see_to_giving_back
from odr.judgment.models import Decision
from odr.judgment.queries import decisions_of, obligations_of, petitions_of
from odr.judgment.remedies.heard_anew import void_what_was_heard
from odr.judgment.remedies.lives_again import falls_again
from odr.judgment.remedies.retrial_checks import LIVE, retrials_of
from odr.judgment.remedies.retrial_rules import OPINION, REVIEW
from odr.judgment.remedies.supervision.advice_queries import close_advice
from odr.judgment.vocabulary import AdviceState, AppealState, DecisionKind, DecisionState, RetrialState
from odr.payments import desks as payments_desks
from odr.procedure.acts.events import ServiceFell, TimeGivenBack
from odr.procedure.models import WindowState
from odr.service.models import Packet
from odr.service.packet.occasions import ACCEPTANCE
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BOUND = {Stage.EFFECTIVE, Stage.ENFORCEMENT}
CLAIM = "claim"
TO_HEAR = (CLAIM, "summons")
"""Occasions of papers without which nobody can be heard."""


def on_service_fell(sitting: Sitting, event: ServiceFell) -> None:
    """Undo what rested on a service that did not happen, or happened on another day."""
    if event.occasion == "decision":
        for decision in _binding_by_themselves(sitting, event.case):
            if decision.served_entry in event.entries:
                undo_effect(sitting, event.case, decision)
    elif event.occasion in TO_HEAR and not event.moved and not _served_otherwise(sitting, event):
        if event.occasion == CLAIM:
            _nothing_runs(sitting, event, "answer", "evidence")
        _not_heard(sitting, event)
    elif event.occasion == ACCEPTANCE.key and not event.moved and not _served_otherwise(sitting, event):
        _nothing_runs(sitting, event, "evidence")


def _served_otherwise(sitting: Sitting, event: ServiceFell) -> bool:
    """Whether the same papers reached the party by another packet: the earliest that is good counts (OLR 31)."""
    mine = Packet.case_id == event.case.id, Packet.party_id == event.party.id, Packet.occasion == event.occasion
    served = (PacketState.SERVED, PacketState.PRESUMED)
    packets = sitting.session.scalars(select(Packet).where(*mine, Packet.state.in_(served)))
    return any(set(event.entries) & set(packet.entry_ids) for packet in packets)


def _nothing_runs(sitting: Sitting, event: ServiceFell, *kinds: str) -> None:
    """Who never got the claim has not begun to have time for an answer or for evidence; nor has, for evidence, a claimant
    who never got the notice of acceptance, with which the notice on evidence comes (EV 50).
    """
    for kind in kinds:
        for window in sitting.windows(event.case, kind, party=event.party, state=None):
            if window.state is not WindowState.MET:
                window.state, window.closed_by = WindowState.ENDED, sitting.next_number(event.case)


def on_time_given_back(sitting: Sitting, event: TimeGivenBack) -> None:
    """Relief for lateness against the time to appeal is not hollow: the judgment binds nobody while that time runs (CPL
    86; that an effect which had come is undone is provisional).
    """
    if event.kind != APPEAL:
        return
    for decision in _binding_by_themselves(sitting, event.case):
        if decision.reference == event.subject:
            undo_effect(sitting, event.case, decision)


def _binding_by_themselves(sitting: Sitting, case: Case) -> list[Decision]:
    """Decisions whose effect rests on their service here and on nobody's having appealed: what the higher court has decided
    binds by its word, and whoever was not heard applies for retrial (CPL 182, 211).
    """
    above = {p.decision_id for p in petitions_of(sitting.session, case) if p.state is AppealState.DECIDED}
    return [one for one in decisions_of(sitting.session, case, DecisionState.ISSUED) if one.id not in above]


def undo_effect(sitting: Sitting, case: Case, decision: Decision) -> None:
    """The decision binds nobody: nothing is owed under it, nothing enforced, nothing certified. What was paid stays
    recorded, and a judge rules whether it is given back (CPL 244).
    """
    if decision.effective_at is None:
        return
    number, fallen = sitting.next_number(case), [decision, *falls_again(sitting, case, decision)]
    orders = {order.id for each in fallen for order in each.orders}
    owed = [o for o in obligations_of(sitting.session, case) if o.order_id in orders]
    for obligation in owed:
        obligation.ended_at = sitting.now
    for kind in (PERFORMANCE, RETRIAL):
        for each in fallen:
            sitting.close_windows(case, kind, WindowState.ENDED, subject=each.reference)
    for each in fallen:
        _no_time_to_enforce(sitting, case, each)
    instrument_fell(sitting, case, standing=still_owed(sitting, case))
    for paper in papers_of(sitting, decision, certificates_only=True):
        void(paper, number, sitting.now)
    decision.effective_at = None
    sitting.close_tasks(case, desks.CLOSE_CASE)
    see_to_giving_back(sitting, case, decision.reference)
    if decision.kind is not DecisionKind.PARTIAL:
        case.effective_at = None
        sitting.close_tasks(case, payments_desks.COLLECT_COSTS)
        _no_retrial_of_it(sitting, case, number)
        if case.stage in BOUND:
            sitting.move(case, Stage.PRONOUNCED)


def _no_time_to_enforce(sitting: Sitting, case: Case, decision: Decision) -> None:
    """Nobody has time to apply for what this decision ordered; whoever is owed something by another has theirs as before."""
    owed = {o.creditor_id for o in obligations_of(sitting.session, case) if o.ended_at is None}
    for window in sitting.windows(case, ENFORCE, state=None):
        of_this = window.subject == decision.reference or window.party_id not in owed
        if of_this and window.state in (WindowState.OPEN, WindowState.HALTED):
            window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)


def _no_retrial_of_it(sitting: Sitting, case: Case, number: int) -> None:
    """What binds nobody yet is appealed, not retried: applications for retrial are without object (CPL 171, 210)."""
    for row in retrials_of(sitting.session, case, *LIVE):
        row.state, row.closed_entry = RetrialState.FELL, number
        for kind in (OPINION, REVIEW):
            sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)
    for desk in (desks.RETRIAL, desks.RETRIAL_HERE):
        sitting.close_tasks(case, desk)
    close_advice(sitting, case, AdviceState.FELL)


def _not_heard(sitting: Sitting, event: ServiceFell) -> None:
    """Who was not called could not be heard: before a judgment everything heard without them is heard anew."""
    case, name = event.case, event.party.name
    if case.pronounced_at is not None:
        words: Text = T(
            "The claim or the summons never reached %(name)s, and judgment is given. They appeal, or apply for retrial once it binds [CPL 177, 211].",
            name=name,
        )
        sitting.open_task(case, Role.JUDGE, desks.NOT_HEARD, words, risk=80, subject=event.party.reference)
        return
    if case.stage not in (Stage.HEARING, Stage.DELIBERATION):
        return
    void_what_was_heard(sitting, case)
    words = T("What was heard without %(name)s is heard anew, once the papers have reached them.", name=name)
    sitting.open_task(case, Role.JUDGE, desks.NOT_HEARD, words, risk=80, subject=event.party.reference)
