"""What the first page says of fees and times, out of the rules in force: another country's court promises its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from odr.ground.text import Money, Text, side_by_side
from odr.procedure.rules.pack import RulePack

EXAMPLES = (1_000_000, 3_000_000, 8_800_000, 15_000_000)
"""Amounts in minor units for which the fee is told."""


@dataclass(frozen=True)
class FeeTable:
    """The fee of a claim by its amount: one column for all tracks that cost the same."""

    tracks: list[Text]
    rows: list[tuple[Money, list[Money]]]


def fees_told(pack: RulePack, cause: str) -> FeeTable:
    """What the first cause of the court costs on each of its tracks (the rules' tariff)."""
    from odr.payments.fee.fee_computation import FeeQuestion, assess_filing

    columns: dict[tuple[Money, ...], list[Text]] = {}
    for key, track in pack.tracks.list.items():
        fees = tuple(
            assess_filing(pack, FeeQuestion(cause=cause, amounts=(amount,), track=key)).total for amount in EXAMPLES
        )
        columns.setdefault(fees, []).append(track.title)
    return FeeTable(
        [side_by_side(titles) for titles in columns.values()],
        [(Money(amount, pack.currency), [fees[place] for fees in columns]) for place, amount in enumerate(EXAMPLES)],
    )


@dataclass(frozen=True)
class TimesTold:
    """How long a case may take from acceptance to its decision on each track, and by how much that may be made longer."""

    limits: list[tuple[Text, Text]]
    longer: Text | None


def times_told(pack: RulePack) -> TimesTold:
    """The trial limits of the tracks, in their order (CPL 152, 164, 168 where that is the law)."""
    limits = [
        (track, pack.trial_limits.tracks[key])
        for key, track in pack.tracks.list.items()
        if key in pack.trial_limits.tracks
    ]
    longer = [
        side_by_side((track.title, limit.extensions[0].period.words), ":")
        for track, limit in limits
        if limit.extensions
    ]
    return TimesTold(
        [(track.title, limit.period.words) for track, limit in limits], side_by_side(longer, ";") if longer else None
    )


def gone_elsewhere(pack: RulePack, today: date) -> list[tuple[date, Text]]:
    """Which kinds of dispute this court heard and hears no more, by the first day on which they belong elsewhere."""
    gone: dict[date, list[Text]] = {}
    for cause in pack.causes.list.values():
        if cause.filed_until is not None and cause.filed_until < today:
            gone.setdefault(cause.filed_until + timedelta(days=1), []).append(cause.title)
    return [(day, side_by_side(titles)) for day, titles in sorted(gone.items())]
