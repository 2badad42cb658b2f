"""Do the rows of a case say what its docket says? What can be rebuilt from the entries is rebuilt, and compared.

The entries are the authority. Here stand stage, days and time limits; each room rebuilds its own through
``Room(audits=…)``. Entries of format 1 lack some of these facts, and are then asked for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Stage
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.audit.entry_facts import EntryFacts, entry_facts
from odr.procedure.audit.window_audit import Step, audit_windows

if TYPE_CHECKING:
    from odr.procedure.court import Court

OPEN_STAGES = frozenset({Stage.LODGED, Stage.RETURNED, Stage.PENDING, Stage.HEARING, Stage.DELIBERATION})
"""Nothing is pronounced in these; a case that comes back to one has to be decided anew."""
BOUND_STAGES = frozenset({Stage.EFFECTIVE, Stage.ENFORCEMENT})
"""The judgment binds in these; a case that goes back from one to pronounced was never bound by it (CPL 158)."""


def audit_projections(court: Court, session: Session, case: Case) -> list[str]:
    """Every row of one case that differs from what its docket makes it, each naming the case and the entry.

    The docket itself has to be whole (:func:`odr.procedure.audit.docket_audit.audit_case`).
    """
    name = case.number or case.reference
    steps: dict[int, Step] = {}
    course = Course(case)
    found: list[str] = []
    for entry in entry_facts(session, case):
        steps[entry.number] = Step.of(entry)
        found += course.follow(entry)
    found += course.end()
    found += audit_windows(court, session, case, steps)
    for rebuild in court.hooks.audits:
        found += rebuild(court, session, case)
    return [f"case {name}: {what}" for what in found]


class Course:
    """The way of a case through its stages as the entries tell it, held against the case's row."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.parties: dict[int, Party] = {party.id: party for party in case.parties}
        self.number = 0
        self.stage: Stage | None = None
        self.is_whole = True
        self.spoken_by = acts_that_mean(Milestone.JUDGMENT_PRONOUNCED)
        self.reached: dict[tuple[Stage, Stage], set[datetime]] = {}
        self.since: dict[tuple[Stage, Stage], set[datetime]] = {}
        """The same since the case was last open for a decision."""

    def follow(self, entry: EntryFacts) -> Iterator[str]:
        """What does not fit the entries before, or who acted."""
        self.number = entry.number
        party = self.parties.get(entry.party_id or 0)
        label = entry.payload["actor"].get("party")
        if (party.label if party is not None else None) != label:
            yield f"entry {entry.number}: was made by {label or 'no party'}, its row says {party.label if party else None}"
        if entry.stages is None:
            self.stage, self.is_whole = None, False
            return
        before, after = entry.stages
        if self.stage is not None and before is not self.stage:
            yield f"entry {entry.number}: begins at stage {before.value}, the entry before left it at {self.stage.value}"
        self.stage = after
        if entry.act in self.spoken_by:  # Its text, with which the stage moves, follows.
            for reached in (self.reached, self.since):
                reached.setdefault((after, Stage.PRONOUNCED), set()).update(entry.times)
        if after is Stage.ENFORCEMENT and before not in BOUND_STAGES:
            # A judgment that upholds what was enforced before it was heard again is in effect, and that is enforced at once (CPI 405).
            for reached in (self.reached, self.since):
                reached.setdefault((before, Stage.EFFECTIVE), set()).update(entry.times)
        if before is not after:
            if after in OPEN_STAGES:
                self.since = {way: at for way, at in self.since.items() if way[1] in OPEN_STAGES}
            elif before in BOUND_STAGES and after in (Stage.PRONOUNCED, Stage.APPEALED):
                # The judgment was not served, or its appeal was under way in time: it never bound.
                self.since = {way: at for way, at in self.since.items() if way[1] not in BOUND_STAGES}
            for reached in (self.reached, self.since):
                reached.setdefault((before, after), set()).update(entry.times)

    def end(self) -> Iterator[str]:
        """What the case's row says of stage and days, and the last entries do not."""
        if self.stage is None:
            return
        if self.case.stage is not self.stage:
            yield f"entry {self.number}: leaves the case at stage {self.stage.value}, the case is at {self.case.stage.value}"
        accepted = _times(self.since, {Stage.PENDING}, came_from={Stage.LODGED})
        if accepted and self.case.accepted_at not in accepted:
            yield f"the case says it was accepted at {self.case.accepted_at}, and no entry says so"
        yield from self._day("pronounced", self.case.pronounced_at, Stage.PRONOUNCED)
        # What is settled with nothing left to perform is in effect and closed at once.
        yield from self._day("in effect", self.case.effective_at, Stage.EFFECTIVE, Stage.CLOSED)
        yield from self._day("closed", self.case.closed_at, Stage.CLOSED)
        if self.case.closed_at is not None and self.stage is not Stage.CLOSED:
            yield f"entry {self.number}: leaves the case open, the case says it was closed"

    def _day(self, what: str, at: datetime | None, stage: Stage, *or_at: Stage) -> Iterator[str]:
        """A day of the case: it is one on which an entry took the case there, and it stands where the last way led there."""
        needed, known = _times(self.since, {stage}), _times(self.reached, {stage, *or_at})
        if (needed and at is None) or (at is not None and at not in known and (self.is_whole or needed)):
            yield f"the case says it was {what} at {at.isoformat() if at else None}, and no entry says so"


def _times(
    reached: Mapping[tuple[Stage, Stage], set[datetime]],
    stages: Collection[Stage],
    came_from: Collection[Stage] = frozenset(Stage),
) -> set[datetime]:
    """When entries took the case there: as it took effect, and as it was recorded."""
    found: set[datetime] = set()
    for (before, after), times in reached.items():
        if after in stages and before in came_from:
            found |= times
    return found
