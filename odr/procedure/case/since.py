"""What happened in a case since somebody last looked: told by the trace their own readings leave. No flask."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.docket.models import Case, CaseReading, DocketEntry, Party, ReadBy, Role, Thing
from odr.docket.queries import EntryLine, lines
from odr.docket.visibility import reads_entry
from odr.ground.memory.built_once import built_once
from odr.identity.actors import Actor
from odr.procedure.names import CLOSE_WINDOW

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

VISIT = timedelta(minutes=30)
"""Whoever comes back within this time is still at the same visit: what was new when they came stays listed as new."""
OVERLAP = timedelta(minutes=1)
"""What was entered while the page was being made is told again rather than never."""
TELLS_NEWS = (Thing.CASE, Thing.DOCKET)
"""Pages on which somebody sees what is new."""
MOST = 12


@dataclass(frozen=True)
class Since:
    """When somebody last looked, and the entries made since, the newest first; ``more`` where not all are listed."""

    looked_at: datetime
    entries: Sequence[EntryLine]
    more: bool


def since_last_look(sitting: Sitting, case: Case, actor: Actor) -> Since | None:
    """What is new for a person; None for whoever looks for the first time.

    A person who acts for several looks for all of them at once. What they may not read is not among the news, nor is
    what they did themselves, nor what the clock only keeps in order.
    """
    if actor.account_id is None:
        return None
    before_this = sitting.now - VISIT
    looked = sitting.session.scalar(
        built_once(
            lambda: select(func.max(CaseReading.at)).where(
                CaseReading.case_id == case.id,
                CaseReading.account_id == actor.account_id,
                CaseReading.by == ReadBy.PERSON,
                CaseReading.thing.in_(TELLS_NEWS),
                CaseReading.at <= before_this,
            )
        )
    )
    if looked is None:
        return None
    seen_until = looked - OVERLAP
    before = sitting.session.scalar(
        built_once(
            lambda: select(func.max(DocketEntry.number)).where(
                DocketEntry.case_id == case.id, DocketEntry.recorded_at < seen_until
            )
        )
    )
    rows = lines(sitting.session, case, after=before or 0)
    party = case.party_if_any(actor.party_id)
    told = [
        row
        for row in reversed(rows)
        if row.account_id != actor.account_id and reads_entry(actor, row) and _is_news(sitting, row, party)
    ]
    return Since(looked, told[:MOST], len(told) > MOST)


def _is_news(sitting: Sitting, row: EntryLine, party: Party | None) -> bool:
    """Whether it tells the reader anything: a paper that reached them, or a time of the court's own that ended, does not."""
    if row.role is not Role.CLOCK:
        return True
    result = json.loads(row.payload)["result"]
    if row.act == CLOSE_WINDOW and "party" not in result:
        return False
    label = party.label if party is not None else None
    return not any(is_none(row.act, result, label) for is_none in sitting.court.hooks.no_news)
