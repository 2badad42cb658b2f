"""Keeping the index at what is public: the worker compares it with the ledger every round and brings it up.

The index says up to which record of the ledger it goes. So a notice that was lost, a crash between publication and index, a
backup put back or a damaged file are all the same: the records that came since are read again, or everything is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, load_only

from odr.register.publication.check_register import FIRST
from odr.register.publication.models import (
    Publication,
    PublicationState,
    PublicationVersion,
    PublishedText,
    RegisterHead,
    RegisterRecord,
)
from odr.register.publication.public_views import IN_STATE, Account, account_of, newest_version
from odr.register.redaction.structure import PublicText
from odr.register.search import shelves
from odr.register.search.facts import FactReader, Facts
from odr.register.search.shelves import SHELF, OpenShelves, Shelves

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.rules.pack import RulePack

log = logging.getLogger("odr.register.search")
MOST_BEHIND = 2_000
"""Decisions that may have changed since the index was written; with more, searching waits for the index."""


def folder_of(court: Court) -> Path:
    """Where the index of a court lies."""
    return court.settings.data_dir / shelves.FOLDER


def keep_index(court: Court) -> int:
    """Bring the index to what is public now; returns how many decisions were added or shelves written anew."""
    folder = folder_of(court)
    with court.database.read() as session:
        if is_up(session, shelves.reading(folder).now()):
            return 0
    with shelves.writing(folder) as mine:
        return _bring_up(court, folder) if mine else 0


def rebuild(court: Court) -> int | None:
    """Write every shelf anew from what is public; returns how many decisions, or None where somebody else is writing."""
    with shelves.writing(folder_of(court)) as mine:
        if not mine:
            return None
        with court.database.read() as session:
            return _all(session, folder_of(court), FactReader(rules_today(court)))


def rules_today(court: Court) -> RulePack:
    """The rules by which laws and causes are known."""
    return court.packs.in_force(court.settings.pack, court.clock.now().astimezone(court.settings.tz).date())


def head_of(session: Session) -> tuple[int, str]:
    """How far the ledger goes: records, and the digest of the last."""
    found = session.get(RegisterHead, 1)
    return (found.records, found.sha256) if found is not None else (0, FIRST)


def has_decided(session: Session) -> bool:
    """Whether the ledger has any record."""
    return head_of(session)[0] > 0


def account_now(session: Session, found: OpenShelves | None, month: date, today: date) -> Account:
    """The account of a month. Every change of it is a record of the ledger: it is remembered until the next one, and for
    the day.
    """
    if found is None:
        return account_of(session, month, today)
    key = ("account", head_of(session), month, today)
    known = found.told.get(key)
    if known is None:
        found.make_room()
        known = found.told[key] = account_of(session, month, today)
    return cast(Account, known)


def is_up(session: Session, found: OpenShelves | None) -> bool:
    """Whether the index goes as far as the ledger."""
    return found is not None and (found.shelves.record, found.shelves.sha256) == head_of(session)


def _follows(session: Session, known: Shelves) -> bool:
    """Whether the index was written from this ledger, and not from one that was longer or another."""
    if known.record == 0:
        return known.sha256 == FIRST
    record = select(RegisterRecord.sha256).where(RegisterRecord.number == known.record)
    return session.scalar(record) == known.sha256


def _bring_up(court: Court, folder: Path) -> int:
    reader = FactReader(rules_today(court))
    with court.database.read() as session:
        # Opened anew: what was added before a crash is on its shelf, though the list does not say so yet.
        found = shelves.Reading(folder).now()
        if found is None or not _follows(session, found.shelves):
            log.warning("the index of published decisions is not there, or not of this ledger: it is written anew")
            return _all(session, folder, reader)
        return 0 if is_up(session, found) else _catch_up(session, folder, reader, found)


def _all(session: Session, folder: Path, reader: FactReader) -> int:
    record, sha256 = head_of(session)
    last = session.scalar(select(func.max(Publication.number))) or 0
    made: dict[int, str] = {}
    count = 0
    for number in range(last // SHELF + 1):
        rows = list(_ids_of(session, number))
        name = shelves.write_shelf(folder, number, _facts(session, reader, rows)) if rows else None
        count += len(rows)
        if name is not None:
            made[number] = name
    shelves.replace_list(folder, Shelves(record, sha256, made))
    return count


def _ids_of(session: Session, shelf: int) -> Sequence[int]:
    mine = Publication.number >= shelf * SHELF, Publication.number < (shelf + 1) * SHELF
    return session.scalars(
        select(Publication.id).where(IN_STATE["published"], *mine).order_by(Publication.number)
    ).all()


@cache
def published_texts(*, named: bool = False) -> Select[Publication, PublicationVersion, PublishedText]:
    """Every decision that is public now, with its newest version and the words of it; without the original, which is never
    shown and need not be read.

    ``named``: some are asked for by address or number. The database then has no index to offer by which it would rather read
    through everything that is public.
    """
    state = func.coalesce(Publication.state, Publication.state) == PublicationState.PUBLISHED
    return (
        select(Publication, PublicationVersion, PublishedText)
        .join(PublicationVersion, PublicationVersion.publication_id == Publication.id)
        .join(PublishedText, PublishedText.version_id == PublicationVersion.id)
        .where(state if named else IN_STATE["published"], PublicationVersion.number == newest_version())
        .options(
            load_only(
                Publication.address,
                Publication.number,
                Publication.kind,
                Publication.language,
                Publication.decided_on,
                raiseload=True,
            ),
            load_only(PublicationVersion.number, PublicationVersion.sha256, PublicationVersion.at, raiseload=True),
        )
    )


def _facts(session: Session, reader: FactReader, ids: Sequence[int]) -> Iterator[Facts]:
    for begin in range(0, len(ids), 100):
        some = ids[begin : begin + 100]
        query = published_texts(named=True).where(Publication.id.in_(some)).order_by(Publication.number)
        for row, version, text in session.execute(query):
            yield facts_of(reader, row, version, PublicText.from_json(text.text))
        session.expunge_all()


def all_facts(session: Session, reader: FactReader) -> Iterator[Facts]:
    """What the index holds of every decision that is public now, in the order of the ledger."""
    query = select(Publication.id).where(IN_STATE["published"]).order_by(Publication.number)
    return _facts(session, reader, session.scalars(query).all())


class Row(NamedTuple):
    """What a list needs of a decision."""

    id: int
    address: str
    number: int
    kind: str
    language: str
    decided_on: date


class Version(NamedTuple):
    """What a list needs of its newest version."""

    number: int
    sha256: str
    at: datetime


@cache
def shown_columns() -> Select[Any]:
    """The same as :func:`published_texts` of those that are named, in the columns of a list, in the order of :class:`Row`,
    :class:`Version`, text.
    """
    return published_texts(named=True).with_only_columns(
        *(getattr(Publication, name) for name in Row._fields),
        PublicationVersion.number.label("version"),
        PublicationVersion.sha256,
        PublicationVersion.at,
        PublishedText.text,
    )


def facts_of(
    reader: FactReader, row: Row | Publication, version: Version | PublicationVersion, text: PublicText
) -> Facts:
    """What the index holds of a version."""
    return reader.facts(
        text,
        address=row.address,
        ledger_number=row.number,
        sha256=version.sha256,
        kind=row.kind,
        decided_on=row.decided_on,
    )


def _catch_up(session: Session, folder: Path, reader: FactReader, found: OpenShelves) -> int:
    record, sha256 = head_of(session)
    later = select(RegisterRecord.publication_id).where(RegisterRecord.number > found.shelves.record).distinct()
    rows = session.execute(
        select(Publication.id, Publication.number, Publication.address).where(Publication.id.in_(later))
    )
    by_shelf: dict[int, list[tuple[int, str]]] = {}
    for publication, number, address in rows:
        by_shelf.setdefault(number // SHELF, []).append((publication, address))
    made, done = dict(found.shelves.folders), 0
    for number, changed in sorted(by_shelf.items()):
        done += _shelf(session, folder, reader, found, number, changed, made)
    shelves.replace_list(folder, Shelves(record, sha256, made))
    return done


def _shelf(
    session: Session,
    folder: Path,
    reader: FactReader,
    found: OpenShelves,
    number: int,
    changed: Sequence[tuple[int, str]],
    made: dict[int, str],
) -> int:
    """Bring one shelf up; what goes or changes means that all of it is written anew."""
    public = {
        row.address: (row.id, version.sha256)
        for row, version, _ in session.execute(
            published_texts(named=True).where(Publication.id.in_([one for one, _ in changed]))
        )
    }
    here = {address: there for _, address in changed if (there := found.digest_of(address, number)) is not None}
    new = [public[address][0] for _, address in changed if address in public and address not in here]
    if any(address not in public or public[address][1] != digest for address, digest in here.items()):
        rows = _ids_of(session, number)
        name = shelves.write_shelf(folder, number, _facts(session, reader, rows)) if rows else None
        made.pop(number, None)
        if name is not None:
            made[number] = name
        return 1
    if not new:
        return 0
    if number in made:
        return shelves.add(folder / made[number], _facts(session, reader, new))
    name = shelves.write_shelf(folder, number, _facts(session, reader, new))
    assert name is not None
    made[number] = name
    return len(new)


def changed_since(session: Session, found: OpenShelves) -> list[str] | None:
    """Addresses of decisions of which the ledger knows more than the index: they are left out of every answer until it
    has caught up, so that what was withdrawn is gone at once. None where there are too many to leave out.
    """
    later = select(RegisterRecord.publication_id).where(RegisterRecord.number > found.shelves.record)
    addresses = session.scalars(
        select(Publication.address).where(Publication.id.in_(later)).limit(MOST_BEHIND + 1)
    ).all()
    return list(addresses) if len(addresses) <= MOST_BEHIND else None


def readable(session: Session, found: OpenShelves | None) -> bool:
    """Whether what is open was written from this ledger: an index that a copy of the court brought along is not."""
    return found is not None and _follows(session, found.shelves)
