"""The public calculator of periods: the question of anybody, and its answer with its working."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms.fields import Option
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.rules.base import Unit, WindowRule
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.counting import Suspension
from odr.procedure.time.reckoning import Reckoning, reckon, reckon_before

if TYPE_CHECKING:
    from odr.procedure.court import Court

LONGEST_STILL = timedelta(days=3660)
"""For which time may be said to have stood still."""
HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class PeriodInput(CourtModel):
    """What is to be reckoned: whose rule, the event, and what stood in between."""

    pack: Annotated[str, field(T("Rules of"), widget="hidden")]
    rule: Annotated[str, field(T("Time limit"), choices="pack_windows", widget="select")]
    start: Annotated[
        CourtDate,
        field(
            T("Day of the event"),
            T("The day itself is not counted. Where time is counted back from a hearing, the day of the hearing."),
        ),
    ]
    hour: Annotated[
        str | None,
        CourtText(0, 5, one_line=True),
        field(T("Hour of the event"), T("For example 15:05. It matters only where time is counted in hours.")),
    ] = None
    track: Annotated[
        str | None,
        field(
            T("Procedure"),
            T("Leave it open for the rule as it stands for all."),
            choices="pack_tracks",
            widget="select",
        ),
    ] = None
    abroad: Annotated[bool, field(T("The party lives abroad"))] = False
    still_from: Annotated[CourtDate | None, field(T("Time stood still from"), T("Leave it empty if it did not."))] = (
        None
    )
    still_until: Annotated[CourtDate | None, field(T("Time stood still until"))] = None


@dataclass(frozen=True)
class Answer:
    """A reckoning with the rule and the pack it comes from."""

    pack: RulePack
    rule: WindowRule
    reckoning: Reckoning


def pack_asked(court: Court, wanted: str | None, on: date | None = None) -> RulePack:
    """The version in force on a day of the pack that is asked for; of the court's own where none or an unknown one is."""
    name = wanted if wanted in court.packs.ids() else court.settings.pack
    return court.packs.in_force(name, on or court.clock.now().astimezone(court.settings.tz).date())


def packs_known(court: Court) -> list[RulePack]:
    """Every pack as it stands today, the court's own first."""
    own = court.settings.pack
    return [pack_asked(court, key) for key in sorted(court.packs.ids(), key=lambda key: (key != own, key))]


def choices(pack: RulePack) -> dict[str, list[Option]]:
    """The time limits and tracks of a pack, to choose from."""
    return {
        "pack_windows": [Option(key, rule.title) for key, rule in pack.windows.rules.items()],
        "pack_tracks": [
            Option("", T("for all")),
            *(Option(key, track.title) for key, track in pack.tracks.list.items()),
        ],
    }


def answer(court: Court, given: PeriodInput) -> Answer:
    """Reckon what was asked. Raises InvalidInput at the field that cannot be."""
    pack = pack_asked(court, given.pack, given.start)
    if given.rule not in pack.windows.rules:
        raise InvalidInput.at("rule", T("Choose one of those listed."))
    if given.track and given.track not in pack.tracks.list:
        raise InvalidInput.at("track", T("Choose one of those listed."))
    rule = pack.window(given.rule)
    start = datetime.combine(given.start, _hour(given.hour), pack.tz)
    try:
        if rule.before and rule.unit in (Unit.DAYS, Unit.WORKING_DAYS):
            reckoning = reckon_before(pack, given.rule, start, track=given.track or None)
        else:
            reckoning = reckon(
                pack, given.rule, start, track=given.track or None, abroad=given.abroad, suspensions=_still(pack, given)
            )
    except NoSuchRule as error:
        raise InvalidInput([FieldFault(("track",), error.message)]) from error
    return Answer(pack, rule, reckoning)


def _hour(written: str | None) -> time:
    if not written:
        return time(9)
    found = HOUR.fullmatch(written.strip())
    if found is None:
        raise InvalidInput.at("hour", T("Write the hour as 15:05."))
    return time(int(found[1]), int(found[2]))


def _still(pack: RulePack, given: PeriodInput) -> tuple[Suspension, ...]:
    if given.still_from is None and given.still_until is None:
        return ()
    if given.still_from is None or given.still_until is None or given.still_until < given.still_from:
        raise InvalidInput.at("still_until", T("Give both days, the later one last."))
    if given.still_until - given.still_from > LONGEST_STILL:
        raise InvalidInput.at("still_until", T("This is longer than ten years."))
    begins, ends = (datetime.combine(day, time(12), pack.tz) for day in (given.still_from, given.still_until))
    return (Suspension(begins, ends, T("time stood still, as entered"), pack.reckoning.article),)
