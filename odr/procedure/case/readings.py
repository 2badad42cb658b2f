"""The list of who has read a case, as each of those may see it whom the case concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, CaseReading, Document, Thing
from odr.docket.visibility import reads_document
from odr.ground.text import Kept, T, Text, words_of

if TYPE_CHECKING:
    from odr.identity.actors import Actor

READS_READINGS = PARTY_ROLES | COURT_ROLES
"""Who reads the list: each party and whoever acts for it, and the court of the case; a mediator does not."""
FORMAT = "court-readings/1"
SHOWN = 100
DAYS = 30
"""Days of which administrators see how much was read."""
_WORDS: dict[Thing, Text] = {
    Thing.CASE: T("The page of the case"),
    Thing.CLAIM: T("Claim and answers"),
    Thing.DOCKET: T("Docket"),
    Thing.EXHIBITS: T("List of exhibits"),
    Thing.CASE_FILE: T("The whole case file, taken along"),
    Thing.BUNDLE: T("Bundle of exhibits, taken along"),
    Thing.RECORDING: T("Page of the recording of a hearing"),
    Thing.RECORDING_FILE: T("Recording of a hearing, played"),
    Thing.DATES: T("Numbers and dates in a calendar"),
    Thing.PAGE: T("Another page of the case"),
}


@dataclass(frozen=True)
class Trace:
    """One line of the list, in words."""

    id: int
    at: datetime
    name: str
    capacity: Text
    by: Text
    what: Text


def traces(session: Session, case: Case, viewer: Actor, *, before: int | None = None, limit: int) -> list[Trace]:
    """The newest readings, newest first, older than the one numbered ``before``."""
    query = select(CaseReading).where(CaseReading.case_id == case.id).order_by(CaseReading.id.desc()).limit(limit)
    rows = session.scalars(query if before is None else query.where(CaseReading.id < before)).all()
    return _told(session, case, viewer, rows)


def record_of(session: Session, case: Case, viewer: Actor, at: datetime) -> dict[str, Any]:
    """The whole list in order, to be taken along: what this viewer may see of it, and in what capacity."""
    rows = session.scalars(select(CaseReading).where(CaseReading.case_id == case.id).order_by(CaseReading.id)).all()
    return {
        "format": FORMAT,
        "case": case.reference,
        "number": case.number or "",
        "made_at": at.isoformat(),
        "made_for": viewer.role.value if viewer.party_id is None else case.party(viewer.party_id).label,
        "readings": [plain(trace) for trace in _told(session, case, viewer, rows)],
    }


def plain(trace: Trace) -> dict[str, Any]:
    """A line for a program."""
    return {
        "at": trace.at.isoformat(),
        "name": trace.name,
        "capacity": words_of(trace.capacity),
        "by": words_of(trace.by),
        "what": words_of(trace.what),
    }


def figures(session: Session, now: datetime) -> Sequence[Any]:
    """How much each person has read in the last days: in how many cases and how often, not which and not what."""
    how_many = (func.count(distinct(CaseReading.case_id)).label("cases"), func.count().label("times"))
    return session.execute(
        select(CaseReading.name, CaseReading.role, *how_many)
        .where(CaseReading.at >= now - timedelta(days=DAYS))
        .group_by(CaseReading.account_id, CaseReading.name, CaseReading.role)
        .order_by(func.count().desc(), CaseReading.name)
        .limit(500)
    ).all()


def _told(session: Session, case: Case, viewer: Actor, rows: Sequence[CaseReading]) -> list[Trace]:
    named = {row.item for row in rows if row.thing is Thing.PAPER}
    papers = {
        paper.reference: paper
        for paper in session.scalars(select(Document).where(Document.case_id == case.id))
        if paper.reference in named and reads_document(viewer, paper)
    }
    return [Trace(row.id, row.at, row.name, _capacity(case, row), row.by.label, _what(row, papers)) for row in rows]


def _capacity(case: Case, row: CaseReading) -> Text:
    party = case.party_if_any(row.party_id)
    if party is None:
        return case.side_words(row.role)
    if row.represents:
        return T("for %(party)s, %(role)s", party=party.name, role=case.role_words(party))
    return T("%(role)s %(party)s", party=party.name, role=case.role_words(party))


def _what(row: CaseReading, papers: dict[str, Document]) -> Text:
    """In words; a paper the viewer may not open is a page like any other, for its title tells something."""
    match row.thing:
        case Thing.PAPER:
            paper = papers.get(row.item)
            return T("Paper: %(title)s", title=Kept.of(paper.title)) if paper is not None else _WORDS[Thing.PAGE]
        case Thing.ENTRY:
            return T("Entry %(number)s", number=row.item)
        case Thing.ENTRY_FILE:
            return T("A file in entry %(number)s", number=row.item)
        case Thing.EXHIBIT:
            return T("Exhibit %(label)s", label=row.item)
        case Thing.EXHIBIT_FILE:
            return T("File of exhibit %(label)s", label=row.item)
        case Thing.PREVIEW:
            return T("Pictures of exhibit %(label)s", label=row.item)
        case Thing.KIT:
            return T("Exhibit %(label)s with its proofs, taken along", label=row.item)
        case other:
            return _WORDS[other]
