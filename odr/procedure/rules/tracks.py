"""Which track a case may follow, and from which to which it may move."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from odr.ground.text import Money, T, Text
from odr.procedure.rules.cases import Bar, Conversion, Track
from odr.procedure.rules.pack import RulePack

BAR_WORDS: dict[Bar, Text] = {
    Bar.STATUS_OR_TITLE: T("it is about personal status or title to property"),
    Bar.FOREIGN: T("it is foreign-related"),
    Bar.APPRAISAL: T("it needs an appraisal"),
    Bar.WHEREABOUTS_UNKNOWN: T("a party cannot be found"),
    Bar.COUNTERCLAIM: T("a counterclaim was brought"),
    Bar.NOT_MONEY: T("it is not a simple claim for money"),
    Bar.RETRIAL: T("it was sent back or is heard again"),
    Bar.MANY_PARTIES: T("one side has many members"),
    Bar.PUBLIC_INTEREST: T("the interest of the State or the public is at stake"),
    Bar.THIRD_PARTY_CHALLENGE: T("a third party asks to change an effective judgment"),
    Bar.OBJECTION_ACTION: T("it is about an objection in an enforcement"),
    Bar.DISPUTED: T("the facts or rights are unclear or greatly disputed"),
    Bar.WIDE_EFFECT: T(
        "it is a dispute of many that may disturb public order, or is widely followed or of great effect on society"
    ),
    Bar.NEW_OR_COMPLEX: T("it is of a new kind, or difficult and complex"),
    Bar.UNFIT_FOR_ONE: T("it is unfit for one judge for another reason"),
}


@dataclass(frozen=True)
class TrackFinding:
    """Whether one track is open to a case, and why not."""

    track: str
    open: bool
    reason: Text
    article: str


def track_findings(
    pack: RulePack, amount: int, bars: Collection[Bar], filed_on: date, *, agreed: bool = False
) -> list[TrackFinding]:
    """Every track of the pack with its answer, from the shortest to the fullest.

    ``amount`` in minor units; ``agreed`` where the parties chose the shorter
    track together. CPL 165–166, CPI 257.
    """
    return [_finding(pack, key, track, amount, bars, filed_on, agreed) for key, track in pack.tracks.list.items()]


def propose_track(
    pack: RulePack, amount: int, bars: Collection[Bar], filed_on: date, *, agreed: bool = False
) -> TrackFinding:
    """The shortest track that is open; the default track is always open."""
    return next(one for one in track_findings(pack, amount, bars, filed_on, agreed=agreed) if one.open)


def _finding(
    pack: RulePack, key: str, track: Track, amount: int, bars: Collection[Bar], filed_on: date, agreed: bool
) -> TrackFinding:
    barred = next((bar for bar in track.bars if bar in bars), None)
    if barred is not None:
        return TrackFinding(
            key, False, T("Not open: %(why)s.", why=BAR_WORDS[barred]), track.bars_article or track.article
        )
    top = most_amount(pack, track, filed_on, agreed=agreed)
    if top is not None and amount > top.minor:
        return TrackFinding(key, False, T("Not open: the claim is above %(most)s.", most=top), track.article)
    return TrackFinding(key, True, T("Open to this case."), track.article)


def most_amount(pack: RulePack, track: Track, filed_on: date, *, agreed: bool = False) -> Money | None:
    """The largest claim a track takes on a day; None where it has no limit (CPL 165, CPI 272)."""
    share: Fraction | None = track.agreed_wage_share if agreed and track.agreed_wage_share else track.most_wage_share
    if share is not None:
        governing = pack.wage_on(filed_on)
        # Without any published figure nobody can say that the claim is small.
        return Money(floor(share * governing[1].minor) if governing else 0, pack.currency)
    return Money(track.most_amount, pack.currency) if track.most_amount is not None else None


def conversion(
    pack: RulePack, current: str, to: str, *, hearing_opened: bool, agreed: bool = False
) -> Conversion | None:
    """The rule by which a case may move from a track to another now, or None (CPL 165, 169–170; CPI 258, 260)."""
    ways = [one for one in pack.track(current).conversions if one.to == to and (agreed or not one.by_agreement)]
    return next((one for one in ways if not (one.until_hearing_opens and hearing_opened)), None)


def announcement_allowed(pack: RulePack, track: str) -> bool:
    """Whether a party may be served by announcement on this track (CPI 140; IC 18)."""
    return track in pack.announcement.tracks
