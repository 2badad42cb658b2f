"""Where a case stands, as a list: stages it has been through, where it is now, and what is to come. No flask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Stage
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.case.next_box import step_title
from odr.procedure.hooks import Appointment
from odr.procedure.models import Window, WindowState
from odr.procedure.time.timeline import stage_marks

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DONE, NOW, LATER = "done", "now", "later"
PATH: tuple[tuple[Stage, Text], ...] = (
    (Stage.LODGED, T("Lodged")),
    (Stage.PENDING, T("Accepted: fee, service, answer and evidence")),
    (Stage.HEARING, T("Examination and hearing")),
    (Stage.DELIBERATION, T("Being decided")),
    (Stage.PRONOUNCED, T("Decided; time to appeal")),
    (Stage.EFFECTIVE, T("In effect: what is ordered is done")),
)
"""The stages a case goes through where nothing ends it before, in the words of somebody who has not been here before."""
WORDS = dict(PATH)


@dataclass(frozen=True)
class Station:
    """One line of the list: what, when, and whether it is done, now or still to come."""

    title: Text
    state: str
    on: date | None = None
    ends: bool = False
    """Whether ``on`` is the last day of something, not the day it took place."""


def stations(
    sitting: Sitting, case: Case, actor: Actor, shown: Sequence[Window], ahead: Sequence[Appointment]
) -> list[Station]:
    """The stages of a case, done, now and to come, with the reader's own time limits and hearings between them.

    ``shown`` are the windows the reader may know of, ``ahead`` the hearings that are fixed.
    """
    marks = stage_marks(sitting, case)
    found = [Station(WORDS.get(stage, stage.label), DONE, _day(sitting, at)) for at, stage in marks[:-1]]
    since, stage = marks[-1]
    found.append(Station(_now(case, stage), NOW, _day(sitting, since)))
    dated = [*_dates(sitting, case, actor, shown), *(Station(a.title, LATER, _day(sitting, a.at)) for a in ahead)]
    found += sorted(dated, key=lambda one: one.on or date.max)
    return found + [Station(words, LATER) for words in _to_come(stage)]


def _now(case: Case, stage: Stage) -> Text:
    if stage is Stage.CLOSED and case.outcome is not None:
        return T("Closed: %(how)s", how=case.outcome.label)
    return WORDS.get(stage, stage.label)


def _dates(sitting: Sitting, case: Case, actor: Actor, shown: Sequence[Window]) -> Iterator[Station]:
    """The reader's own time limits that run; whoever has no side reads those of the court."""
    told = set()
    for window in shown:
        if window.party_id == actor.party_id and window.due_at is not None and window.state is WindowState.OPEN:
            station = Station(step_title(sitting, case, actor, window), LATER, _day(sitting, window.due_at), ends=True)
            # Each question has its own time: what is asked is said once.
            if station not in told:
                told.add(station)
                yield station


def _to_come(stage: Stage) -> Iterator[Text]:
    """What usually follows: after the stage on the path; after an appeal or a return the path is taken up again."""
    order = [each for each, _ in PATH]
    at = {Stage.RETURNED: Stage.LODGED, Stage.APPEALED: Stage.PRONOUNCED}.get(stage, stage)
    if at in order:
        yield from (words for _, words in PATH[order.index(at) + 1 :])


def _day(sitting: Sitting, at: datetime) -> date:
    return at.astimezone(sitting.court.settings.tz).date()
