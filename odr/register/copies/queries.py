"""What of the file of a case somebody may see: entries, exhibits and papers with sizes and digests; and their copies. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, DocketEntry, Document, EntryOpening, Role
from odr.docket.visibility import reads_document, reads_entry
from odr.evidence.exhibits.access import shown_to
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.intake.upload import plain_name
from odr.evidence.retention.rules import is_erased
from odr.ground.keyset import A_PAGE, Key, Listed, page_of, place, values_at
from odr.ground.memory.built_once import built_once
from odr.identity.actors import Actor
from odr.procedure.case.overview import EntryView, entry_view
from odr.register.copies.models import OPEN, CopyRequest

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


COPIES = 10
"""Copies on a page of the file."""


@dataclass(frozen=True)
class Piece:
    """A file of the case as its reader may open it: an exhibit's, or a paper of the court; ``label`` is the exhibit's."""

    label: str | None
    reference: str
    title: dict[str, str]
    filename: str | None
    size: int
    sha256: str


@dataclass(frozen=True)
class SeenLine:
    """An entry of the docket with the bytes of its record, and the files that came with it."""

    entry: EntryView
    size: int
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class SeenFile:
    """What one person may see of a file: a page of it, how much there is in all, and how many entries say nothing to them."""

    lines: Listed[SeenLine]
    exhibits: int
    papers: int
    size: int
    hidden: int


@dataclass(frozen=True)
class _Envelope:
    """An entry as far as it is asked who reads it, and how long it is."""

    number: int
    audience: Audience
    party_id: int | None
    account_id: int | None
    named: list[str]
    opened_by: int | None
    size: int


def _envelopes(session: Session, case: Case) -> list[_Envelope]:
    entry, opening = DocketEntry, EntryOpening
    rows = session.execute(
        select(
            entry.number,
            entry.audience,
            entry.party_id,
            entry.account_id,
            entry.named,
            opening.number,
            func.length(entry.payload),
        )
        .join(opening, opening.entry_id == entry.id, isouter=True)
        .where(entry.case_id == case.id)
        .order_by(entry.number)
    )
    return [_Envelope(*row) for row in rows]


def exhibit_pieces(session: Session, case: Case, viewer: Actor) -> list[tuple[int, Piece]]:
    """Files of exhibits the viewer may open, with the entry that brought each in."""
    found = []
    for exhibit in exhibits_of(session, case):
        if is_erased(exhibit):
            continue
        title = {"en": exhibit.title, "zh-Hans": exhibit.title}
        for _, upload, _ in shown_to(viewer, exhibit):
            piece = Piece(
                exhibit.label, exhibit.reference, title, plain_name(upload.filename), upload.size, upload.sha256 or ""
            )
            found.append((exhibit.entry_number, piece))
    return found


PRIVATE = (Audience.SETTLEMENT, Audience.OWN_SIDE)
"""Papers of a party that judge and clerk never open: the private room of a settlement, and what is the party's alone."""


def paper_pieces(session: Session, case: Case, viewer: Actor, *, printed: bool = False) -> list[tuple[int, Piece]]:
    """Papers of the court the viewer may open and that still hold, with the entry that made each; no bytes are read.

    ``printed``: only those the registry may open too, which alone can print and certify them on paper.
    """
    rows = session.execute(
        select(
            Document.entry_number,
            Document.reference,
            Document.title,
            Document.sha256,
            Document.is_public,
            Document.audience,
            Document.party_id,
            Document.kind,
            Document.named,
            func.length(Document.content).label("size"),
        )
        .where(
            Document.case_id == case.id,
            Document.sha256 != "",
            or_(Document.is_public, Document.audience.not_in(PRIVATE)) if printed else true(),
        )
        .order_by(Document.id)
    )
    return [
        (row.entry_number or 0, Piece(None, row.reference, dict(row.title), None, row.size, row.sha256))
        for row in rows
        if reads_document(viewer, cast(Document, row)) and (not printed or _opens_at_the_counter(row))
    ]


def _opens_at_the_counter(row: Any) -> bool:
    """Of a paper for named readers: whether the clerk is one of them."""
    return bool(row.is_public) or row.audience is not Audience.NAMED or Role.CLERK.value in row.named


def seen_of(sitting: Sitting, case: Case, viewer: Actor, after: str | None, locale: str) -> SeenFile:
    """What the viewer may see of the file (CPL 52, 64), a page of it from a place on."""
    session = sitting.session
    every = _envelopes(session, case)
    readable = [one for one in every if reads_entry(viewer, one)]
    exhibits, papers = exhibit_pieces(session, case, viewer), paper_pieces(session, case, viewer)
    begins = values_at(after, (int,))
    start = int(cast(int, begins[0])) if begins else 0
    rest = [one for one in readable if one.number > start] or readable
    begun = rest is not readable and len(rest) < len(readable)
    page = rest[:A_PAGE]
    entries = {
        row.number: row
        for row in session.scalars(
            select(DocketEntry).where(
                DocketEntry.case_id == case.id, DocketEntry.number.in_([one.number for one in page])
            )
        )
    }
    pieces: dict[int, list[Piece]] = {}
    for number, piece in (*exhibits, *papers):
        pieces.setdefault(number, []).append(piece)
    lines = [
        SeenLine(entry_view(sitting, case, viewer, entries[one.number], locale), one.size, pieces.get(one.number, []))
        for one in page
    ]
    more = place((page[-1].number,)) if len(rest) > A_PAGE else None
    size = sum(one.size for one in readable) + sum(piece.size for _, piece in (*exhibits, *papers))
    return SeenFile(
        Listed(lines, len(readable), more, begun), len(exhibits), len(papers), size, len(every) - len(readable)
    )


def copies_of(session: Session, case: Case, party_id: int | None, after: str | None) -> Listed[CopyRequest]:
    """Copies that were asked for in the case, newest first: a party's own, or for the court all of them."""
    query = select(CopyRequest).where(CopyRequest.case_id == case.id)
    if party_id is not None:
        query = query.where(CopyRequest.party_id == party_id)
    found = page_of(session, query, (Key(CopyRequest.id, descending=True),), after, COPIES)
    return found.of([row[0] for row in found.rows])


def open_copy(session: Session, case: Case, party_id: int | None) -> CopyRequest | None:
    """A copy of the party's about which something is still to be done."""
    mine = built_once(
        lambda: (
            select(CopyRequest)
            .where(CopyRequest.case_id == case.id, CopyRequest.party_id == party_id, CopyRequest.state.in_(OPEN))
            .limit(1)
        )
    )
    return session.scalar(mine)


SEES_COPIES = (Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY, Role.CLERK)
"""Who asks for certified copies, and who hands them over."""
