"""Exhibits on the page of a case, each with its two questions: is the file unchanged, and was it true at its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.docket.models import Case
from odr.docket.visibility import READS_FILE
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import Exhibit, ExhibitState
from odr.ground.memory.built_once import built_once
from odr.hearing.queries import MatrixRow, matrix
from odr.identity.actors import Actor
from odr.judgment.models import Finding
from odr.judgment.queries import issued
from odr.judgment.vocabulary import FindingResult
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST = 40
"""Exhibits listed on the page of a case; where there are more it says how many and leads to their own page."""
FOUND = {FindingResult.ADOPTED: "relied", FindingResult.PARTLY: "partly", FindingResult.REJECTED: "not_relied"}


@dataclass(frozen=True)
class ExhibitLine:
    """An exhibit with its two answers; ``source`` is a word of ``macros/badges.html``."""

    exhibit: Exhibit
    since: datetime | None
    source: str
    mine_disputes: bool
    """Whether it is the reader's own side that disputes it."""


def exhibits_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The exhibits of a case for whoever reads its file; None where there are none yet."""
    count = sitting.session.scalar(built_once(lambda: select(func.count()).where(Exhibit.case_id == case.id))) or 0
    if actor.role not in READS_FILE or not count:
        return None
    lines = exhibit_lines(sitting, case, actor) if count <= MOST else []
    return Panel("below", 10, "judgment/_exhibits.html", {"lines": lines, "count": count})


def exhibit_lines(sitting: Sitting, case: Case, actor: Actor) -> list[ExhibitLine]:
    """Every exhibit in the order it came; what the judge found is told once it is pronounced, never before (CPL 151)."""
    rows = {row.exhibit.id: row for row in matrix(sitting.session, case)}
    found = _findings(sitting, case)
    return [_line(one, rows.get(one.id), found.get(one.id), actor) for one in exhibits_of(sitting.session, case)]


def _line(exhibit: Exhibit, row: MatrixRow | None, found: FindingResult | None, actor: Actor) -> ExhibitLine:
    disputes = row.disputes if row is not None else []
    mine = actor.party_id is not None and any(o.party_id == actor.party_id for o in disputes)
    return ExhibitLine(exhibit, exhibit.upload.completed_at, _source(exhibit, row, found), mine)


def _source(exhibit: Exhibit, row: MatrixRow | None, found: FindingResult | None) -> str:
    if exhibit.state in (ExhibitState.EXCLUDED, ExhibitState.WITHDRAWN):
        return str(exhibit.state.value)
    if found is not None:
        return FOUND[found]
    if row is not None and row.is_disputed:
        return "disputed"
    return "undisputed" if row is not None and row.is_undisputed else "open"


def _findings(sitting: Sitting, case: Case) -> dict[int, FindingResult]:
    decision = issued(sitting.session, case)
    if decision is None or decision.issued_entry is None:
        return {}
    rows = sitting.session.scalars(
        select(Finding).where(
            Finding.case_id == case.id,
            Finding.exhibit_id.is_not(None),
            Finding.replaced_by.is_(None),
            Finding.entry_number < decision.issued_entry,
        )
    )
    return {row.exhibit_id: row.result for row in rows if row.exhibit_id is not None}
