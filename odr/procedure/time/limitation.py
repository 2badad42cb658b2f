"""Two long clocks: limitation of actions, and the trial limit of a case.

Limitation is only ever raised by a party; the court computes it to show it,
never to refuse a claim (CPI 219). The trial limit runs from acceptance to
pronouncement, whatever the stage (CPI 243).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from odr.docket.models import Case
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.procedure.rules.base import Period
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.counting import Suspension
from odr.procedure.time.reckoning import Reckoning, reckon, reckon_before


@dataclass(frozen=True)
class Excluded:
    """A span that does not count towards the trial limit, by the key of its ground."""

    ground: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class TrialClock:
    """The trial limit of a case, and the two days before which an extension is asked for and decided."""

    ends: Reckoning
    ask_by: date
    decide_by: date
    latest_plan_end: date
    """No plan of windows may end later."""


def trial_limit(
    pack: RulePack,
    track: str,
    accepted_at: datetime,
    *,
    excluded: Sequence[Excluded] = (),
    extensions: int = 0,
    foreign: bool = False,
) -> TrialClock | None:
    """When a case must be decided; None where the pack exempts foreign-related cases (CPL 287).

    A conversion keeps the first ``accepted_at`` and changes only ``track`` (CPI
    258). Raises ActNotOpen for more extensions than the pack knows.
    """
    limits = pack.trial_limits
    if foreign and limits.foreign_exempt:
        return None
    if track not in limits.tracks:
        raise NoSuchRule(T("The pack has no trial limit for this track."))
    rule = limits.tracks[track]
    if extensions > len(rule.extensions):
        raise ActNotOpen(
            T("The trial limit cannot be extended further by this court."), source=pack.cited(rule.article)
        )
    used = rule.extensions[:extensions]
    # Extensions lengthen the limit itself: four months in all is four months from acceptance (CPI 258).
    period = Period(amount=rule.period.amount + sum(one.period.amount for one in used), unit=rule.period.unit)
    article = "; ".join(dict.fromkeys([rule.article, *(one.article for one in used)]))
    suspensions = [_suspension(pack, one) for one in excluded]
    ends = reckon(pack, period, accepted_at, suspensions=suspensions, article=article)
    return TrialClock(
        ends=ends,
        ask_by=_before(pack, "limit_extension_request", ends),
        decide_by=_before(pack, "limit_extension_decision", ends),
        latest_plan_end=ends.result - timedelta(days=limits.plan_margin_days),
    )


def is_pronounced(case: Case, since: datetime) -> bool:
    """Whether the judgment of the instance that began ``since`` is pronounced (CPI 243)."""
    return case.pronounced_at is not None and case.pronounced_at >= since


def _suspension(pack: RulePack, one: Excluded) -> Suspension:
    ground = pack.trial_limits.exclusions.get(one.ground)
    if ground is None:
        raise NoSuchRule(T("The pack does not exclude such time from the trial limit."))
    return Suspension(one.from_at, one.until_at, ground.title, ground.article)


def _before(pack: RulePack, key: str, ends: Reckoning) -> date:
    if key not in pack.windows.rules:
        return ends.result
    return reckon_before(pack, key, ends.due_at).result


def plan_end(pack: RulePack, track: str, opens_at: datetime) -> date:
    """The last day of a track's plan if every turn takes its full time."""
    day = opens_at.astimezone(pack.tz).date()
    return pack.working_calendar.add_working(day, pack.plan_for(track).length())


def require_plan_fits(pack: RulePack, track: str, opens_at: datetime, clock: TrialClock | None) -> None:
    """Refuse a plan that cannot end in good time before the trial limit; raises ActNotOpen."""
    if clock is None:
        return
    ends = plan_end(pack, track, opens_at)
    if ends > clock.latest_plan_end:
        raise ActNotOpen(
            T(
                "This plan could last until %(end)s; the trial limit leaves time until %(latest)s.",
                end=ends,
                latest=clock.latest_plan_end,
            ),
            T("Shorten the phases, hear the case live, or ask for an extension of the trial limit."),
            pack.cited(pack.trial_limits.margin_article),
        )


def limitation(
    pack: RulePack,
    rule: str,
    known_at: datetime,
    *,
    violated_at: datetime | None = None,
    interrupted_at: Sequence[datetime] = (),
) -> Reckoning:
    """When the limitation of an action ends, counted from knowledge or the last interruption.

    The longest period runs from the violation and no interruption moves it.
    Raises NoSuchRule for an unknown limitation. CC 188, 195.
    """
    if rule not in pack.limitations.rules:
        raise NoSuchRule(T("The pack knows no such limitation of actions."))
    known = pack.limitations.rules[rule]
    ends = reckon(pack, known.period, max([known_at, *interrupted_at]), article=known.article)
    if violated_at is None or known.longest is None:
        return ends
    longest = reckon(pack, known.longest, violated_at, article=known.longest_article or known.article)
    return min(ends, longest, key=lambda one: one.due_at)
