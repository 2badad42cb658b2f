"""The plan of an examination: its phases in order, with lengths, turns and latest end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from odr.docket.models import Case
from odr.filing.claim.progress import heard_again_by
from odr.ground.errors import ActNotOpen
from odr.ground.memory.built_once import built_once
from odr.ground.text import LOCALES, T, Text
from odr.hearing.models import Phase, TrialExtension
from odr.hearing.queries import WINDOW
from odr.hearing.trial_limit.excluded_time import excluded_of
from odr.hearing.vocabulary import Mode, RequestState
from odr.procedure.rules.base import Unit
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.limitation import Excluded, TrialClock, is_pronounced, trial_limit
from odr.procedure.time.reckoning import reckon
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def title_of(phase: Phase) -> Text:
    """A phase's title in both languages."""
    return bilingual(phase.title["en"], phase.title.get("zh-Hans", phase.title["en"]))


RECORD = "record"


@dataclass(frozen=True)
class PlannedTurn:
    """Who acts within a phase, for how many working days, and what they do (in both languages)."""

    who: str
    days: int
    does: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As kept with the examination."""
        return {"who": self.who, "days": self.days, "does": dict(self.does)}


@dataclass(frozen=True)
class PlannedPhase:
    """One phase, one round of it, as the judge orders it."""

    key: str
    title: Mapping[str, str]
    article: str
    round: int
    may_be_sealed: bool
    turns: tuple[PlannedTurn, ...]
    sealed: bool = False
    part: str = "exchange"
    kept_on: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Working days if every turn takes its full time; turns of a sealed phase run side by side."""
        lengths = [turn.days for turn in self.turns]
        return max(lengths) if self.sealed else sum(lengths)

    def to_json(self) -> dict[str, Any]:
        """As kept with the examination."""
        return {
            "key": self.key,
            "title": dict(self.title),
            "article": self.article,
            "round": self.round,
            "sealed": self.sealed,
            "part": self.part,
            "turns": [t.to_json() for t in self.turns],
        }


def _words(text: Text) -> dict[str, str]:
    return {locale: text.render(locale) for locale in LOCALES}


def plan_of(pack: RulePack, track: str, mode: Mode) -> list[PlannedPhase]:
    """The phases of a track's plan; a hearing with everybody at the same time keeps only the record to be read and signed.

    Raises ActNotOpen for a plan whose turns are not in working days: the window
    of a turn is counted in them.
    """
    found = []
    for phase in pack.plan_for(track).phases:
        if mode is not Mode.ASYNCHRONOUS and phase.key != RECORD:
            continue
        if any(turn.unit is not Unit.WORKING_DAYS for turn in phase.turns):
            raise ActNotOpen(
                T("The plan of this track is not in working days; the rule pack must be corrected."),
                source=pack.cited(phase.article),
            )
        turns = tuple(PlannedTurn(turn.who, turn.amount, _words(turn.does)) for turn in phase.turns)
        for number in range(1, phase.rounds + 1):
            found.append(
                PlannedPhase(
                    phase.key,
                    _words(phase.title),
                    str(phase.article),
                    number,
                    phase.may_be_sealed,
                    turns,
                    part=phase.part,
                    kept_on=phase.kept_on,
                )
            )
    return found


def ordered(
    pack: RulePack,
    track: str,
    mode: Mode,
    *,
    lengths: Mapping[str, int],
    sealed: Collection[str],
    left_out: Collection[str],
) -> list[PlannedPhase]:
    """The plan as a judge orders it: other lengths, sealed phases, phases left out (OLR 20; CPL 144 caps nothing).

    Raises ActNotOpen for sealing a phase that is not symmetric, or leaving out one that the track never goes without.
    """
    changed = []
    for phase in plan_of(pack, track, mode):
        title = bilingual(phase.title["en"], phase.title["zh-Hans"])
        if phase.key in left_out:
            require_may_be_left_out(pack, track, phase.key, title)
            continue
        if phase.key in sealed and not phase.may_be_sealed:
            raise ActNotOpen(T("“%(phase)s” cannot be sealed: its sides do not act alike.", phase=title))
        days = lengths.get(phase.key)
        turns = tuple(replace(turn, days=days) for turn in phase.turns) if days else phase.turns
        changed.append(replace(phase, turns=turns, sealed=phase.key in sealed))
    return changed


def require_may_be_left_out(pack: RulePack, track: str, key: str, title: Text) -> None:
    """Refuse to leave out a phase without which no judgment stands: the exhibits are open to the other side, everybody
    has the last word (CPL 71, 144, 162).
    """
    kept = next((p for p in pack.plan_for(track).phases if p.key == key and track in p.kept_on), None)
    if kept is not None or key == RECORD:
        raise ActNotOpen(
            T(
                "“%(phase)s” cannot be left out in this procedure: a judgment without it would be set aside.",
                phase=title,
            ),
            T("Give it another length, or leave out another part."),
            pack.cited(kept.article) if kept is not None else None,
        )


def latest_end(pack: RulePack, lengths: Sequence[int], start: datetime) -> datetime:
    """The last instant of a plan whose phases take ``lengths`` working days, each beginning when the one before has
    ended.
    """
    end = start
    for days in lengths:
        end = reckon(pack, WINDOW, end, amount=days).due_at
    return end


def extensions_granted(sitting: Sitting, case: Case) -> int:
    """How often the president has extended the trial limit that runs: what was given before the case began anew lengthened
    another one (CPL 41, 152).
    """
    again = heard_again_by(sitting, case)
    since = again[-1].number if again else 0
    rows = built_once(
        lambda: (
            select(func.count())
            .select_from(TrialExtension)
            .where(
                TrialExtension.case_id == case.id,
                TrialExtension.state == RequestState.GRANTED,
                TrialExtension.entry_number > since,
            )
        )
    )
    return sitting.session.scalar(rows) or 0


def began(sitting: Sitting, case: Case) -> datetime | None:
    """When the trial limit began anew because the case is heard again; None where it is not (CPL 41, 152)."""
    again = heard_again_by(sitting, case)
    return again[-1].effective_at if again else None


def clock_of(sitting: Sitting, case: Case, *, more: Sequence[Excluded] = ()) -> TrialClock | None:
    """The case's trial limit without the time that does not count (CPI 243) and with what the president has granted.

    None before acceptance, where the pack exempts the case, and once the judgment is pronounced, with which it ends: spoken in
    the hearing or with its text (CPI 243). ``more`` are spans not on record yet.
    """
    since = began(sitting, case) or case.accepted_at
    if case.accepted_at is None or since is None or is_pronounced(case, since):
        return None
    pack = sitting.pack(case)
    return trial_limit(
        pack,
        case.track.value,
        since,
        excluded=[*excluded_of(sitting, case), *more],
        extensions=extensions_granted(sitting, case),
        foreign=case.foreign_related,
    )


def require_plan_fits(sitting: Sitting, case: Case, end: datetime) -> date:
    """The plan's last day; raises ActNotOpen when it lies less than the pack's margin before the trial limit."""
    pack = sitting.pack(case)
    last = end.astimezone(pack.tz).date()
    clock = clock_of(sitting, case)
    if clock is not None and last > clock.latest_plan_end:
        raise ActNotOpen(
            T(
                "This plan could last until %(end)s; the trial limit leaves time until %(latest)s.",
                end=last,
                latest=clock.latest_plan_end,
            ),
            T("Shorten the phases, hear the case live, or ask for an extension of the trial limit."),
            pack.cited(pack.trial_limits.margin_article),
        )
    return last


def days_of(phase: Phase, *, from_turn: int = 0) -> list[int]:
    """Lengths a phase still has to run from a turn on."""
    lengths = [int(turn["days"]) for turn in phase.turns[from_turn:]]
    return [max(lengths)] if phase.sealed and lengths else lengths
