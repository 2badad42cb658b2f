"""Everything public to take away: months as lines of JSON with digests, what to take out of a copy, and the map of pages.

All of it is read from what is public at the moment of asking: what was withdrawn is in none of it.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import Any
from xml.etree import ElementTree

from sqlalchemy import ColumnElement, Subquery, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute as Attribute, Session

from odr.register.publication.models import Publication, PublicationState, PublicationVersion, RegisterRecord
from odr.register.publication.public_views import IN_STATE, in_month
from odr.register.search.answers import decision_json
from odr.register.search.facts import FactReader
from odr.register.search.hits import hit_of
from odr.register.search.keeping import published_texts

FORMAT = "court-bulk/1"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
A_FILE = 500
"""Lines of a file; each names the next."""
PARTS = 4
"""Parts of months that a process remembers."""
A_PART = 10_000
"""Ledger numbers of a part of the map; the form allows 50,000 addresses."""
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def month_of(written: str) -> date | None:
    """The first day of a month written as 2026-06; None for what is none."""
    match = _MONTH.fullmatch(written)
    return date(int(match[1]), int(match[2]), 1) if match else None


def lines(
    session: Session, month: date, reader: FactReader, base: str, after: int, size: int = A_FILE
) -> tuple[list[str], int | None]:
    """A part of the decisions of a month, each with its whole public text, and after which ledger number the next begins."""
    query = published_texts().where(in_month(month), Publication.number > after).order_by(Publication.number)
    made, last = [], None
    for row, version, text in session.execute(query.limit(size)):
        told = decision_json(hit_of(reader, row, version, text.text), base, "en")
        del told["passages"]
        made.append(_line({**told, "ledger_number": row.number, "text": text.text}))
        last = row.number
    return made, last if len(made) == size else None


class Parts:
    """The last parts of months that were asked for, as long as nothing in the ledger changed: a part of many decisions takes
    a good while to write. With the next record everything is let go of, so that no word of what was withdrawn stays.
    """

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._kept: dict[str, OrderedDict[str, tuple[list[str], int | None]]] = {}
        self._state: dict[str, str] = {}

    def part(
        self, court: str, state: str, name: str, write: Callable[[], tuple[list[str], int | None]]
    ) -> tuple[list[str], int | None]:
        """A part of a court in a state of its ledger and rules."""
        with self._one_at_a_time:
            if self._state.get(court) != state:
                self._state[court], self._kept[court] = state, OrderedDict()
            known = self._kept[court].get(name)
        if known is not None:
            return known
        made = write()
        with self._one_at_a_time:
            if self._state.get(court) == state:
                kept = self._kept[court]
                kept[name] = made
                while len(kept) > PARTS:
                    kept.popitem(last=False)
        return made


parts = Parts()


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def tombstones(session: Session, after: int, size: int = A_FILE) -> tuple[list[str], int | None]:
    """Versions that were public and are not, of decisions that were withdrawn or corrected: whoever keeps their words
    takes them out of the copy.

    In the order of the ledger's records with which they went, so that whoever asks for what came ``after`` the last record they
    know misses nothing, however old the text is that goes. ``size`` decisions at most, each with all its versions.
    """
    newest = _newest(PublicationVersion.publication_id, PublicationVersion.number)
    gone = or_(not_(IN_STATE["published"]), PublicationVersion.number < newest.c.number)
    these = (
        select(Publication.id)
        .join(PublicationVersion, PublicationVersion.publication_id == Publication.id)
        .join(newest, newest.c.of == Publication.id)
        .where(gone)
    )
    told = _newest(RegisterRecord.publication_id, RegisterRecord.number, RegisterRecord.publication_id.in_(these))
    page = select(told).where(told.c.number > after).order_by(told.c.number).limit(size).subquery()
    query = (
        select(Publication, PublicationVersion, page.c.number)
        .join(page, page.c.of == Publication.id)
        .join(PublicationVersion, PublicationVersion.publication_id == Publication.id)
        .join(newest, newest.c.of == Publication.id)
        .where(gone)
        .order_by(page.c.number, PublicationVersion.id)
    )
    made, records = [], set[int]()
    for row, version, record in session.execute(query):
        line = {
            "address": row.address,
            "ledger_number": row.number,
            "version": version.number,
            "text_sha256": version.sha256,
            "since": row.since_at.astimezone(UTC).isoformat(timespec="seconds"),
            "replaced": row.state is PublicationState.PUBLISHED,
            "record": record,
        }
        made.append(_line(line))
        records.add(record)
    return made, max(records) if len(records) == size else None


def _newest(of: Attribute[int], number: Attribute[int], *only: ColumnElement[bool]) -> Subquery:
    """The highest number of each publication: ``of`` and ``number``."""
    return select(of.label("of"), func.max(number).label("number")).where(*only).group_by(of).subquery()


def sitemap_parts(session: Session) -> list[int]:
    """The parts in which anything is public."""
    last = session.scalar(select(func.max(Publication.number)).where(IN_STATE["published"]))
    return list(range(last // A_PART + 1)) if last is not None else []


def sitemap_index(addresses: Sequence[str]) -> bytes:
    """The list of parts."""
    root = ElementTree.Element(f"{{{SITEMAP}}}sitemapindex")
    for address in addresses:
        ElementTree.SubElement(
            ElementTree.SubElement(root, f"{{{SITEMAP}}}sitemap"), f"{{{SITEMAP}}}loc"
        ).text = address
    return _written(root)


def sitemap(session: Session, part: int, base: str) -> bytes | None:
    """A part of the map; None for one that there is not."""
    if part not in sitemap_parts(session):
        return None
    mine = Publication.number >= part * A_PART, Publication.number < (part + 1) * A_PART
    rows = session.execute(
        select(Publication.address, func.max(PublicationVersion.at), Publication.number)
        .join(PublicationVersion, PublicationVersion.publication_id == Publication.id)
        .where(IN_STATE["published"], *mine)
        .group_by(Publication.address, Publication.number)
        .order_by(Publication.number)
    )
    root = ElementTree.Element(f"{{{SITEMAP}}}urlset")
    for address, at, _ in rows:
        url = ElementTree.SubElement(root, f"{{{SITEMAP}}}url")
        ElementTree.SubElement(url, f"{{{SITEMAP}}}loc").text = f"{base}/{address}"
        ElementTree.SubElement(url, f"{{{SITEMAP}}}lastmod").text = at.date().isoformat()
    return _written(root)


def _written(root: ElementTree.Element) -> bytes:
    ElementTree.register_namespace("", SITEMAP)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
