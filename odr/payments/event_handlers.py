"""What payments does on events of other rooms: claims lodged, accepted and changed, appeals, cases ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.ground.text import Money
from odr.payments import desks, names
from odr.payments.fee.acts import ask_for
from odr.payments.fee.assessment import (
    assessments_of,
    end_basis,
    keep_basis,
    pack_track,
    standing_bases,
    standing_basis,
)
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.unpaid import ask_no_more, off_the_desks
from odr.payments.inputs import AssessInput, ReduceInput
from odr.payments.models import AssessmentState
from odr.payments.refund.acts import SettleInput
from odr.payments.refund.orders import order_back, standing_claims
from odr.procedure.acts.events import (
    AppealLodged,
    Asked,
    ClaimAccepted,
    ClaimChanged,
    ClaimLodged,
    CounterclaimLodged,
    HeardAgain,
    ObjectionFailed,
    ObjectionWon,
    RetrialCosts,
    RetrialRequestEnded,
    Served,
    ThirdPartyClaimLodged,
    TrackConverted,
)
from odr.procedure.models import WindowState
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def on_heard_again(sitting: Sitting, event: HeardAgain) -> None:
    """The decision on the costs fell with the judgment: nobody reviews it any more (CPL 41; FEE 43)."""
    for desk in (desks.COSTS_REVIEW, desks.COLLECT_COSTS):
        sitting.close_tasks(event.case, desk)
    sitting.close_windows(event.case, "costs_review", WindowState.ENDED)


def on_claim_lodged(sitting: Sitting, event: ClaimLodged) -> None:
    """Keep what the fee of a claim will be computed on; the fee itself is assessed on acceptance."""
    amounts, others = list(event.asked.amounts), event.asked.others
    keep_basis(sitting.session, event.case, event.claimant, Matter.CLAIM, amounts, others, sitting.now)


def on_claim_accepted(sitting: Sitting, event: ClaimAccepted) -> None:
    """Assess the fee of the accepted claim (FEE 22)."""
    basis = standing_basis(sitting.session, event.case)
    if basis is not None and not any(row.basis_id == basis.id for row in assessments_of(sitting.session, event.case)):
        sitting.then(names.ASSESS_FEE, AssessInput(basis=basis.reference))


def on_counterclaim_lodged(sitting: Sitting, event: CounterclaimLodged) -> None:
    """Assess the fee of a counterclaim from its filing (FEE 18, 22)."""
    _assess_new(sitting, event.case, event.party, Matter.COUNTERCLAIM, event.asked, joined=True)


def on_third_party_claim_lodged(sitting: Sitting, event: ThirdPartyClaimLodged) -> None:
    """Assess the fee of a third party's claim from its filing (FEE 18, 20, 22)."""
    _assess_new(sitting, event.case, event.party, Matter.THIRD_PARTY_CLAIM, event.asked, joined=True)


def on_appeal_lodged(sitting: Sitting, event: AppealLodged) -> None:
    """Assess the fee of an appeal on what it challenges (FEE 17)."""
    asked = Asked((), 1) if event.amount_minor is None else Asked((event.amount_minor,), 0)
    _assess_new(sitting, event.case, event.party, Matter.APPEAL, asked)


def on_objection_failed(sitting: Sitting, event: ObjectionFailed) -> None:
    """Assess the fee of an objection to jurisdiction that failed (FEE 13(6))."""
    if Matter.JURISDICTION_OBJECTION.value in sitting.pack(event.case).tariff.kinds:
        _assess_new(sitting, event.case, event.party, Matter.JURISDICTION_OBJECTION, Asked((), 0))


def on_objection_won(sitting: Sitting, event: ObjectionWon) -> None:
    """The objection is right in the end: its fee is owed no more, and what was paid goes back (FEE 13(6), 30)."""
    matter = Matter.JURISDICTION_OBJECTION
    for row in assessments_of(sitting.session, event.case, party_id=event.party.id):
        if row.matter is matter and row.state in (AssessmentState.DUE, AssessmentState.DEFERRED):
            ask_no_more(sitting, event.case, row)
    order_back(
        sitting,
        event.case,
        event.party,
        Ending.WON,
        borne=Money(0, sitting.pack(event.case).currency),
        matters=(matter,),
    )


def on_retrial_costs(sitting: Sitting, event: RetrialCosts) -> None:
    """Assess the fee of a retrial on what of the decision is contested (FEE 9, 19, 23)."""
    rule = sitting.pack(event.case).tariff.retrial
    if rule is None or event.ground not in rule.cases:
        return
    asked = Asked((), 1) if event.amount_minor is None else Asked((event.amount_minor,), 0)
    _assess_new(sitting, event.case, event.party, Matter.RETRIAL, asked, joined=event.both_sides, ground=event.ground)


def on_retrial_request_ended(sitting: Sitting, event: RetrialRequestEnded) -> None:
    """What one party asked of a retrial is heard no more: taken back, half of its fee is due (FEE 15, 34); treated so, what was
    not paid is asked for no more; ended otherwise, nothing goes back (FEE 28). Dismissed, whoever applied bears it, and what was put
    off is owed all the same (FEE 32).
    """
    case, party = event.case, event.party
    rows = [r for r in assessments_of(sitting.session, case, party_id=party.id) if r.matter is Matter.RETRIAL]
    if not rows:
        return
    if event.how in ("treated_so", "ended"):
        for row in rows:
            if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED):
                ask_no_more(sitting, case, row)
    if event.how in ("taken_back", "treated_so"):
        given = SettleInput(ending=Ending.WITHDRAWN.value, party=party.label, matter=Matter.RETRIAL.value)
        sitting.then(names.SETTLE_FEES, given)
    end_basis(sitting.session, case, party, Matter.RETRIAL, sitting.now)
    left = standing_bases(sitting.session, case, Matter.RETRIAL)
    if len({case.party(basis.party_id).role for basis in left}) < 2:
        for basis in left:
            basis.joined = False  # only one side is left that asks for it (FEE 32)


def _assess_new(
    sitting: Sitting,
    case: Case,
    who: Party,
    matter: Matter,
    asked: Asked,
    *,
    joined: bool = False,
    ground: str | None = None,
) -> None:
    basis = keep_basis(
        sitting.session,
        case,
        who,
        matter,
        list(asked.amounts),
        asked.others,
        sitting.now,
        joined=joined,
        ground=ground,
    )
    if not basis.at_end:
        sitting.then(names.ASSESS_FEE, AssessInput(basis=basis.reference))


def on_claim_changed(sitting: Sitting, event: ClaimChanged) -> None:
    """Assess anew after a claim, counterclaim or third party's claim was raised, or refund after it was lowered (FEE
    21).
    """
    case, party, matter = event.case, event.party, Matter(event.kind)
    amounts, others = list(event.asked.amounts), event.asked.others
    old = standing_basis(sitting.session, case, matter, party_id=party.id)
    basis = keep_basis(
        sitting.session, case, party, matter, amounts, others, sitting.now, joined=bool(old and old.joined)
    )
    if basis.at_end or not any(
        row.matter is matter and row.party_id == basis.party_id for row in assessments_of(sitting.session, case)
    ):
        return
    if old is not None and sum(amounts) < sum(old.amounts):
        sitting.then(names.REFUND_LOWERED, ReduceInput(basis=basis.reference, in_time=event.in_time))
    else:
        sitting.then(names.ASSESS_FEE, AssessInput(basis=basis.reference, topup_article="FEE 21"))


def on_track_converted(sitting: Sitting, event: TrackConverted) -> None:
    """Ask for the difference after the case moved to another track (CPI 199); where that halves the fee, the other half goes
    back or is not asked for (FEE 16).
    """
    case, before = event.case, event.before.value
    pack = sitting.pack(case)
    old = next((pack.track(name) for name in (before, f"{before}_claims") if name in pack.tracks.list), None)
    key = pack_track(pack, case)
    new = pack.track(key) if key is not None else None
    ways = [one for one in old.conversions if one.to == key and one.tops_up] if old else []
    is_halved_now = old is not None and new is not None and old.halved is None and new.halved is not None
    article = ways[0].article if ways else new.halved if new is not None and is_halved_now else None
    asked = {row.party_id for row in assessments_of(sitting.session, case) if row.matter is Matter.CLAIM}
    for basis in standing_claims(sitting, case) if article is not None else ():
        if basis.party_id in asked and not basis.at_end:
            sitting.then(names.ASSESS_FEE, AssessInput(basis=basis.reference, topup_article=article))


def on_served(sitting: Sitting, event: Served) -> None:
    """A fee notice that reached its payer later than it stood on the page: their time runs from that day (FEE 22)."""
    case, who = event.case, event.party
    for row in assessments_of(sitting.session, case, party_id=who.id):
        if row.matter is Matter.ATTENDANCE:
            continue  # the judge set its time; who set it starts it anew
        windows = sitting.windows(case, row.window_kind, state=None, subject=row.reference)
        if (
            row.entry_number not in event.entries
            or row.state is not AssessmentState.DUE
            or not windows
            or event.at <= windows[-1].opened_at
        ):
            continue
        sitting.close_windows(case, row.window_kind, WindowState.ENDED, subject=row.reference)
        off_the_desks(sitting, case, row)
        ask_for(sitting, case, who, row, event.at, event.proof)
