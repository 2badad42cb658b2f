"""Relief offered for a time limit that had ended already when the court learned that nobody could reach it (CPL 86).

What still runs is made longer by the clock. What has ended may have brought on a ruling or a stage of its own: that the
clock takes nothing back, it tells the party what to ask for, and until when.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, DocketEntry, Party, Role
from odr.filing import names
from odr.filing.course.extensions import IN_EXAMINATION, LATER
from odr.filing.time_limits import LATE_RELIEF
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.events import CourtWasOut
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.acts.windows import window_title
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.models import Window, WindowState
from odr.procedure.outages.touched import until_of
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OFFERED_AT = LATER


class ReliefOffered(CourtModel):
    """Which time limit had ended, and when people could reach the court again."""

    window: str
    back_at: datetime


def whose_limit(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The party whose time limit had ended."""
    label = json.loads(entry.payload)["result"]["party"]
    return [party for party in case.parties if party.label == label]


@act(
    title=T("Relief offered after an outage"),
    input=ReliefOffered,
    by={Role.CLOCK},
    at=OFFERED_AT,
    listed=False,
    rule=LATE_RELIEF,
    source=law("CPL 86", "OLR 25"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("A time limit ended in an outage: you may ask for it again"),
        T("You may ask for this time again on the page of the case. The judge decides."),
        "outage_relief",
        when_due=T(
            "You may ask for this time again, until the end of %(day)s. The judge decides. If you do not ask, the time limit stays ended.",
            day=DAY,
        ),
    ),
    concerns=whose_limit,
    in_record=False,
)
def offer_relief_after_outage(
    sitting: Sitting, case: Case, given: ReliefOffered, *, actor: Actor, now: datetime
) -> Recorded:
    """Tell a party what it may ask for, and start the ten days from the end of the obstacle (CPL 86)."""
    window = next(one for one in sitting.windows(case, state=None) if one.reference == given.window)
    party = case.party(window.party_id)
    offered = sitting.start_window(case, LATE_RELIEF, party=party, start=given.back_at, subject=window.reference)
    return Recorded(
        T(
            "The court could not be reached; until %(day)s %(name)s may ask for time again: %(title)s",
            day=offered.due_at,
            name=party.name,
            title=window_title(sitting, case, window),
        ),
        {"window": window.reference, "kind": window.kind, "party": party.label},
    )


def offer_where_it_ended(sitting: Sitting, event: CourtWasOut) -> None:
    """Offer relief for each time limit of a party that ended while nobody could reach the court, once, as long as there
    is time to ask for it.
    """
    case, rules = event.case, sitting.pack(event.case)
    if case.stage not in OFFERED_AT or LATE_RELIEF not in rules.windows.rules:
        return
    if reckon(rules, LATE_RELIEF, event.back_at, track=case.track.value).due_at < sitting.now:
        return
    # Two who saw the same outage tell of two ends.
    asked = {one.subject for one in sitting.windows(case, LATE_RELIEF, state=None) if one.opened_at >= event.since}
    for window in sitting.windows(case, state=WindowState.LAPSED):
        if window.reference not in asked and _was_kept_from(sitting, case, window):
            given = ReliefOffered(window=window.reference, back_at=event.back_at)
            sitting.then(names.OFFER_RELIEF_AFTER_OUTAGE, given)


def _was_kept_from(sitting: Sitting, case: Case, window: Window) -> bool:
    is_theirs = window.party_id is not None and window.kind not in (IN_EXAMINATION, LATE_RELIEF)
    return is_theirs and until_of(sitting, case, window) is not None
