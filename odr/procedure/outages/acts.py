"""The act of the clock by which time limits run on where the court could not be reached on their last day."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, DocketEntry, Party, Role, Stage
from odr.docket.queries import parties
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.acts.windows import window_title
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.outages.touched import longer
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import give_until

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

EVERY_STAGE = set(Stage) - {Stage.CLOSED}


class OutageInput(CourtModel):
    """The clock makes longer whatever outages touched in a case; nothing is chosen."""


def whose_time(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The parties whose time limits run on: all of them where one is everybody's."""
    labels = {one["party"] for one in json.loads(entry.payload)["result"]["limits"]}
    return [party for party in parties(case) if party.label in labels or None in labels]


@act(
    title=T("Time limits run on after an outage"),
    input=OutageInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("COURT outage", "OLR 25", "CPL 86", "CPR 3.1"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your time limit is longer: the court could not be reached"),
        T("There is nothing you have to do to get this time. The public page of outages names the hours."),
        "outage",
        when_due=T(
            "%(limits)s You have this time without asking for it. The public page of outages names the hours in which the court could not be reached.",
            limits=LIMITS,
        ),
    ),
    concerns=whose_time,
    in_record=False,
)
def extend_after_outage(sitting: Sitting, case: Case, given: OutageInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let each running time limit of a party run to the day the rules give for all outages together; none gets shorter,
    and done twice nothing changes. Raises ActNotOpen where no outage touched any.
    """
    pack, found = sitting.pack(case), longer(sitting, case)
    if not found or pack.outages is None:
        raise ActNotOpen(T("No outage touched a time limit that still runs."))
    limits = []
    for window, until in found:
        reason = T("the court could not be reached on the last day, entry %(number)s", number=sitting.next_number(case))
        give_until(sitting, case, window, until, reason, str(pack.outages.article))
        party = case.party_if_any(window.party_id)
        limits.append(
            {
                "window": window.reference,
                "kind": window.kind,
                "party": party.label if party else None,
                "until": until.isoformat(),
            }
        )
    words = T(
        "The court could not be reached; runs until %(day)s: %(title)s",
        day=found[0][0].due_at,
        title=window_title(sitting, case, found[0][0]),
    )
    if len(found) > 1:
        words = T(
            "The court could not be reached; %(count)s time limits run on, the first until %(day)s",
            count=len(found),
            day=min(window.due_at for window, _ in found if window.due_at is not None),
        )
    return Recorded(words, {"limits": limits})
