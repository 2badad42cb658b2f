"""What was answered to a claim in the words of who answered: it stands beside the claim, as the docket holds it (CPL 128)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, DocketEntry
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing import names
from odr.filing.group.conduct import needs_consent
from odr.ground.errors import Forbidden
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import input_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

POSITIONS: dict[str, Text] = {
    "admit": T("Agrees to all that is asked for"),
    "partly": T("Agrees to part of what is asked for"),
    "defend": T("Does not agree to what is asked for"),
}
ANSWERS = (names.FILE_ANSWER, names.ANSWER_COUNTERCLAIM, names.ANSWER_THIRD_PARTY)


def needs_powers_to_admit(sitting: Sitting, case: Case, actor: Actor, position: str) -> None:
    """Raises Forbidden where a representative with ordinary powers admits a claim, in whole or in part: of a claim, a
    counterclaim and a third party's claim alike (CPL 62); and where who conducts an action of many does so without the
    consent of the others (CPL 56).
    """
    if position == "defend":
        return
    if not actor.has_special_powers:
        raise Forbidden(T("This needs special powers, and your mandate is an ordinary one [CPL 62]."))
    reason = needs_consent(sitting, case, actor, "admit")
    if reason is not None:
        raise Forbidden(reason, source=sitting.pack(case).cited("CPL 56, 57"))


@dataclass(frozen=True)
class Statement:
    """An answer in somebody's own words, with what they say to what is asked for and the entry that holds it."""

    party: str
    title: Text
    position: Text | None
    words: str
    at: datetime
    entry: int
    is_late: bool


def statements(sitting: Sitting, case: Case, viewer: Actor) -> list[Statement]:
    """Every answer a viewer may read, in the order in which they came."""
    rows = [e for name in ANSWERS for e in entries_of(sitting.session, case, name) if reads_entry(viewer, e)]
    return [_told(sitting, case, e) for e in sorted(rows, key=lambda one: one.number)]


def _told(sitting: Sitting, case: Case, entry: DocketEntry) -> Statement:
    given, party = input_of(entry), case.party_if_any(entry.party_id)
    return Statement(
        party.name if party is not None else "",
        sitting.court.table[entry.act].title,
        POSITIONS.get(given.get("position", "")),
        str(given.get("statement") or ""),
        entry.effective_at,
        entry.number,
        bool(json.loads(entry.payload)["late"]),
    )
