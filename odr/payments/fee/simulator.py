"""What a case would cost, before anybody files: the public fee simulator."""

from __future__ import annotations

from dataclasses import dataclass, replace

from odr.payments.fee.fee_computation import Assessment, FeeQuestion, Matter, assess_filing, top_up
from odr.payments.refund.rules import RefundComputation, refund_for
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tariff import Ending, ReliefRule


@dataclass(frozen=True)
class FeeOutlook:
    """The fee now, and what it becomes along the ways a case may take."""

    filing: Assessment
    on_settlement: Assessment
    on_withdrawal: Assessment
    back_on_settlement: RefundComputation
    back_on_withdrawal: RefundComputation
    conversion: Assessment | None
    """The difference to pay where the case moves to the default track; None where it is there already."""
    appeal: Assessment | None
    """An appeal on the whole amount; None where the track has none."""
    counterclaim: Assessment
    """A counterclaim over the same amount, heard together."""
    relief: tuple[ReliefRule, ...]


def simulate(pack: RulePack, amount: int | None, cause: str | None, track: str | None) -> FeeOutlook:
    """What a claim of ``amount`` minor units costs and may come to cost.

    ``amount`` None asks for a claim without an amount. Raises NoSuchRule for an
    unknown cause or track and InvalidInput where the fee needs an amount.
    """
    amounts = () if amount is None else (amount,)
    question = FeeQuestion(cause=cause, amounts=amounts, non_property_claims=0 if amounts else 1, track=track)
    filing = assess_filing(pack, question)
    return FeeOutlook(
        filing=filing,
        on_settlement=_ending(pack, question, Ending.MEDIATED),
        on_withdrawal=_ending(pack, question, Ending.WITHDRAWN),
        back_on_settlement=refund_for(pack, Ending.MEDIATED, filing.total, question),
        back_on_withdrawal=refund_for(pack, Ending.WITHDRAWN, filing.total, question),
        conversion=_conversion(pack, filing, question),
        appeal=_appeal(pack, question),
        counterclaim=assess_filing(pack, replace(question, matter=Matter.COUNTERCLAIM, joined=True)),
        relief=tuple(pack.tariff.relief.values()),
    )


def _ending(pack: RulePack, question: FeeQuestion, ending: Ending) -> Assessment:
    return assess_filing(pack, replace(question, ending=ending))


def _conversion(pack: RulePack, filing: Assessment, question: FeeQuestion) -> Assessment | None:
    if question.track is None or question.track == pack.tracks.default:
        return None
    ways = [one for one in pack.track(question.track).conversions if one.to == pack.tracks.default and one.tops_up]
    return top_up(pack, filing.total, replace(question, track=pack.tracks.default), ways[0].article) if ways else None


def _appeal(pack: RulePack, question: FeeQuestion) -> Assessment | None:
    if Matter.APPEAL not in pack.tariff.by_cause or (
        question.track is not None and not pack.track(question.track).appealable
    ):
        return None
    return assess_filing(pack, replace(question, matter=Matter.APPEAL))
