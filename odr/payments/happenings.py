"""What happens in other rooms and matters for fees: claims come and change, cases end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Party
from odr.payments import desks
from odr.payments.acts import ask_for
from odr.payments.assessing import assessments_of, keep_basis, pack_track, standing_basis
from odr.payments.inputs import AssessInput, ReduceInput
from odr.payments.models import AssessmentState
from odr.payments.tariff import Matter
from odr.procedure.models import WindowState
from odr.text import Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MONEY = "money"


def _amounts(relief: Any) -> tuple[list[int], int]:
    """The sums of a claim, and how many of its reliefs are not about money."""
    amounts = [one.amount.minor for one in relief if one.kind.value == MONEY and one.amount is not None]
    return amounts, sum(1 for one in relief if one.kind.value != MONEY)


def on_claim_lodged(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Keep what the fee of a claim will be computed on; the fee itself is assessed on acceptance."""
    amounts, others = _amounts(facts["given"].relief)
    amounts += [one.amount.minor for one in facts["given"].fellows if one.amount is not None]
    keep_basis(sitting.session, case, facts["claimant"], Matter.CLAIM, amounts, others, sitting.now)


def on_claim_accepted(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Assess the fee of the accepted claim (FEE 22)."""
    basis = standing_basis(sitting.session, case)
    if basis is not None and not any(row.basis_id == basis.id for row in assessments_of(sitting.session, case)):
        sitting.then("assess_fee", AssessInput(basis=basis.reference))


def on_counterclaim_lodged(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Assess the fee of a counterclaim from its filing (FEE 18, 22). Facts: ``party``, ``given`` with ``relief``."""
    amounts, others = _amounts(facts["given"].relief)
    _assess_new(sitting, case, facts["party"], Matter.COUNTERCLAIM, amounts, others, joined=facts.get("joined", True))


def on_third_party_claim_lodged(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Assess the fee of a third party's claim from its filing (FEE 18, 20, 22). Facts: ``party``, ``given`` with
    ``relief``.
    """
    amounts, others = _amounts(facts["given"].relief)
    _assess_new(
        sitting, case, facts["party"], Matter.THIRD_PARTY_CLAIM, amounts, others, joined=facts.get("joined", True)
    )


def on_appeal_lodged(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Assess the fee of an appeal on what it challenges (FEE 17). Facts: ``party``, ``amount_minor`` (None: not about
    money), ``of_ruling``.
    """
    matter = Matter.APPEAL_RULING if facts.get("of_ruling") else Matter.APPEAL
    amount = facts.get("amount_minor")
    _assess_new(
        sitting, case, facts["party"], matter, [] if amount is None else [int(amount)], 1 if amount is None else 0
    )


def on_objection_failed(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Assess the fee of an objection to jurisdiction that failed (FEE 13(6)). Facts: ``party``."""
    if Matter.JURISDICTION_OBJECTION.value in sitting.pack(case).tariff.kinds:
        _assess_new(sitting, case, facts["party"], Matter.JURISDICTION_OBJECTION, [], 0)


def _assess_new(
    sitting: Sitting, case: Case, who: Party, matter: Matter, amounts: list[int], others: int, *, joined: bool = False
) -> None:
    basis = keep_basis(sitting.session, case, who, matter, amounts, others, sitting.now, joined=joined)
    if not basis.at_end:
        sitting.then("assess_fee", AssessInput(basis=basis.reference))


def on_claim_changed(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Assess anew after a claim, counterclaim or third party's claim was raised, or refund after it was lowered (FEE
    21).

    Facts: ``party``, ``given`` with ``relief``, ``kind`` of the claim, ``in_time`` (before the court investigation
    ended).
    """
    amounts, others = _amounts(facts["given"].relief)
    matter = Matter(facts.get("kind", Matter.CLAIM.value))
    old = standing_basis(sitting.session, case, matter, party_id=facts["party"].id)
    basis = keep_basis(
        sitting.session, case, facts["party"], matter, amounts, others, sitting.now, joined=bool(old and old.joined)
    )
    if basis.at_end or not any(
        row.matter is matter and row.party_id == basis.party_id for row in assessments_of(sitting.session, case)
    ):
        return
    if old is not None and sum(amounts) < sum(old.amounts):
        sitting.then("refund_lowered", ReduceInput(basis=basis.reference, in_time=bool(facts.get("in_time", True))))
    else:
        sitting.then("assess_fee", AssessInput(basis=basis.reference, topup_article="FEE 21"))


def on_track_converted(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """Ask for the difference after the case moved to another track (CPI 199). Facts: ``before``, the pack's or the
    case's name of the old track.
    """
    basis = standing_basis(sitting.session, case)
    if basis is None or basis.at_end or not assessments_of(sitting.session, case):
        return
    pack = sitting.pack(case)
    before = facts.get("before")
    names = (getattr(before, "value", before), f"{getattr(before, 'value', before)}_claims")
    old = next((pack.track(str(name)) for name in names if name in pack.tracks.list), None)
    ways = [one for one in old.conversions if one.to == pack_track(pack, case) and one.tops_up] if old else []
    if ways:
        sitting.then("assess_fee", AssessInput(basis=basis.reference, topup_article=ways[0].article))


def on_served(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """A fee notice that reached its payer later than it stood on the page: her time runs from that day (FEE 22)."""
    numbers = getattr(facts.get("packet"), "entry_ids", ())
    who: Party = facts["party"]
    proof: Text | None = facts.get("proof")
    for row in assessments_of(sitting.session, case, party_id=who.id):
        if row.matter is Matter.ATTENDANCE:
            continue  # the judge set its time; who set it starts it anew
        windows = sitting.windows(case, row.window_kind, state=None, subject=row.reference)
        if (
            row.entry_number not in numbers
            or row.state is not AssessmentState.DUE
            or not windows
            or facts["at"] <= windows[-1].opened_at
        ):
            continue
        sitting.close_windows(case, row.window_kind, WindowState.ENDED, subject=row.reference)
        sitting.close_tasks(case, desks.FEE_UNPAID, row.reference)
        ask_for(sitting, case, who, row, facts["at"], proof)
