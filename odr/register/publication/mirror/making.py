"""A copy of the register in a folder: files by their digest, an index by name that stands in the log, and nothing else.

A file never changes under its name, so whoever serves it may let it be kept for ever; only the index moves. New files come
before the index that names them, and what it no longer names goes after: at every moment the copy is whole. With a decision
that was withdrawn its files go; its line stays in the ledger and its address among the withdrawn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.canonical import canonical, sha256_hex
from odr.ground.durable import alone, alone_if_free, write_durably
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.notary.administration import administration_act
from odr.notary.rehash.rounds import Holding
from odr.procedure.receipt_files import in_row
from odr.register.publication.mirror.files import PublicFiles, public_files
from odr.register.publication.mirror.models import RegisterCopy
from odr.register.publication.models import Publication, RegisterRecord
from odr.register.search.keeping import published_texts

if TYPE_CHECKING:
    from odr.procedure.court import Court

FORMAT, KIND = "court-copy/1", "register-copy"
FILES = "files"
READABLE = 0o644
_OURS = re.compile(r"[0-9a-f]{64}\.[a-z.]+")
PROVED = ("index.json", "index.receipt.json", "index.receipt.leaf.tlog-proof")


@dataclass(frozen=True)
class Made:
    """What a round of publishing came to."""

    files: int
    written: int
    removed: int
    is_new: bool
    """Whether something public had changed, so that a new index stands in the log."""


def publish(court: Court, folder: Path) -> Made:
    """Bring the copy in a folder up to date. Raises ActNotOpen where the log has not taken the index yet, and where files lie
    in the folder that are no copy's.
    """
    with alone(_lock(court)):
        return _publish(court, folder)


def take_down(court: Court, folder: Path) -> Made | None:
    """Bring the copy up to date where it shows a text that is public no more: withdrawn, or replaced by another version. What
    did not change is not made again, so this is done within a minute in a court of any size. None where nothing of the kind
    is shown, and while a whole round is under way.

    Raises ActNotOpen as :func:`publish`.
    """
    with alone_if_free(_lock(court)) as mine:
        newest = _newest(court) if mine else None
        if newest is None or not _is_of(folder, newest):
            return None
        told = json.loads(newest.record)["files"]
        with court.database.read() as session:
            changed = _changed(session, folder, told)
            shown = {address for address in changed if f"decisions/{address}.json" in told}
            public = _public_texts(session, shown)
        if all(public.get(address) == _text_in(folder, told, address) for address in shown):
            return None
        kept = {name: file for name, file in told.items() if _address_of(name) not in {None, *changed}}
        return _publish(court, folder, changed, kept)


def _lock(court: Court) -> Path:
    """Whoever holds it is the only one who writes copies of this court."""
    return court.settings.data_dir / "register-copy.lock"


def _is_of(folder: Path, newest: RegisterCopy) -> bool:
    """Whether what lies in the folder is the copy that was made last."""
    index = folder / PROVED[0]
    return index.exists() and index.read_bytes() == newest.record.encode()


def _address_of(name: str) -> str | None:
    """The address of the decision a file is of; None for any other file."""
    return name.partition("/")[2].partition(".")[0] if name.startswith("decisions/") else None


def _changed(session: Session, folder: Path, told: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Addresses of the decisions of which the ledger says more than the copy."""
    last = max((name for name in told if name.startswith("ledger/")), default=None)
    records = json.loads((folder / str(told[last]["path"])).read_bytes())["records"] if last is not None else []
    after = int(json.loads(records[-1]["body"])["record"]) if records else 0
    later = select(RegisterRecord.publication_id).where(RegisterRecord.number > after).distinct()
    return set(session.scalars(select(Publication.address).where(Publication.id.in_(later))))


def _public_texts(session: Session, addresses: set[str]) -> dict[str, str]:
    """The digest of the text that is public now, for those of which one is."""
    rows = session.execute(published_texts(named=True).where(Publication.address.in_(sorted(addresses))))
    return {row.address: version.sha256 for row, version, _ in rows}


def _text_in(folder: Path, told: Mapping[str, Mapping[str, Any]], address: str) -> str | None:
    """The digest of the text the copy shows; None where its file was lost."""
    path = folder / str(told[f"decisions/{address}.json"]["path"])
    return sha256_hex(canonical(json.loads(path.read_bytes())["text"])) if path.is_file() else None


def _publish(
    court: Court,
    folder: Path,
    only: Collection[str] | None = None,
    kept: Mapping[str, Mapping[str, Any]] | None = None,
) -> Made:
    """Make every file that is public, or of the decisions ``only`` some beside the files that are ``kept``."""
    if not _is_a_copy(folder):
        raise ActNotOpen(T("There are files in this folder that are not a copy of the register. Name an empty folder."))
    (folder / FILES).mkdir(parents=True, exist_ok=True)
    laid = _Laid(folder)
    laid.files |= {name: dict(file) for name, file in (kept or {}).items()}
    # Still: a decision withdrawn meanwhile would else be gone from the ledger of a copy that has its text.
    with court.database.read() as session:
        found = public_files(court, court.look(session), only)
        # Files lie under their digest, which no index names yet: until the new one the copy is what it was.
        for name, content in found.files():
            laid.put(name, content)
        bodies: dict[str, str] = {}
        for name, content in found.ledger():
            bodies[name] = sha256_hex(canonical(_bodies(content)))
        subject = _subject(laid.files, bodies, found)
        newest = _newest(court)
        if newest is not None and newest.subject == subject and _is_here(folder, newest):
            wanted = {file["path"] for file in json.loads(newest.record)["files"].values()}
            _take_away(folder, wanted)
            return Made(len(wanted), laid.written, 0, is_new=False)
        for name, content in found.ledger():
            laid.put(name, content)
    record, receipt = _put_on_record(court, found, laid.files, subject)
    court.sequence_now()
    with court.database.read() as session:
        files = court.notary.receipt_files(session, receipt)
    if files.proof is None:
        raise ActNotOpen(T("The log has not taken up the index of the copy yet; try again in a minute."))
    # The index last: until then it names what was there before, and that is still there.
    for name, content in zip(PROVED[1:], (files.json, files.proof), strict=True):
        write_durably(folder / name, content, mode=READABLE)
    write_durably(folder / PROVED[0], record.encode(), mode=READABLE)
    places = {name: str(file["path"]) for name, file in laid.files.items()}
    write_durably(folder / "index.html", _page(places), mode=READABLE)
    return Made(len(places), laid.written, _take_away(folder, set(places.values())), is_new=True)


class _Laid:
    """Files written one by one, each under its digest; of each only its name, place, digest and size are remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, dict[str, Any]] = {}
        self.written = 0

    def put(self, name: str, content: bytes) -> None:
        """Write a file where it does not lie whole already."""
        place = _place(name, content)
        self.files[name] = {"path": place, "sha256": sha256_hex(content), "size": len(content)}
        path = self.folder / place
        if not _lies_whole(path, content):
            write_durably(path, content, mode=READABLE)
            self.written += 1


def _place(name: str, content: bytes) -> str:
    """Where a file lies: its digest, and the ending by which servers know what it is."""
    return f"{FILES}/{sha256_hex(content)}.{name.rpartition('/')[2].partition('.')[2]}"


def _subject(files: Mapping[str, Mapping[str, Any]], bodies: Mapping[str, str], found: PublicFiles) -> str:
    """What is public, without the proofs in the ledger: those grow while nothing happens."""
    told = {name: file["sha256"] for name, file in files.items()}
    return sha256_hex(
        canonical({"files": told, "ledger": dict(bodies), "withdrawn": [dict(one) for one in found.withdrawn]})
    )


def _bodies(part: bytes) -> list[str]:
    return [str(each["body"]) for each in json.loads(part)["records"]]


def _newest(court: Court) -> RegisterCopy | None:
    with court.database.read() as session:
        return session.scalar(select(RegisterCopy).order_by(RegisterCopy.id.desc()).limit(1))


def _is_a_copy(folder: Path) -> bool:
    """Whether what lies in the folder may be taken away: a copy, one that was begun, or nothing."""
    try:
        told = json.loads((folder / PROVED[0]).read_bytes())
        return isinstance(told, dict) and told.get("format") == FORMAT
    except (OSError, ValueError):
        files = folder / FILES
        return not files.exists() or all(_OURS.fullmatch(path.name) for path in _listed(folder))


def _is_here(folder: Path, newest: RegisterCopy) -> bool:
    """Whether the copy lies there as it was made, every file of it whole; the proofs in the ledger may be older."""
    if not all((folder / name).exists() for name in PROVED) or not _is_of(folder, newest):
        return False
    for file in json.loads(newest.record)["files"].values():
        path = folder / file["path"]
        if not path.is_file() or sha256_hex(path.read_bytes()) != file["sha256"]:
            return False
    return True


def _lies_whole(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _listed(folder: Path) -> list[Path]:
    return sorted((folder / FILES).iterdir())


def _put_on_record(
    court: Court, found: PublicFiles, files: Mapping[str, Mapping[str, Any]], subject: str
) -> tuple[str, str]:
    now = court.clock.now()
    said: dict[str, Any] = {
        "format": FORMAT,
        "at": now.isoformat(),
        "files": {name: dict(file) for name, file in sorted(files.items())},
        "withdrawn": [dict(one) for one in found.withdrawn],
        "hearings_until": found.hearings_until.isoformat(),
    }
    with court.database.write() as session:
        record, receipt = administration_act(court.notary, session, said, now=now, kind=KIND)
        session.add(RegisterCopy(record=record, subject=subject, receipt=receipt, at=now))
    return record, receipt


def _take_away(folder: Path, wanted: set[str]) -> int:
    gone = [path for path in _listed(folder) if f"{FILES}/{path.name}" not in wanted]
    for path in gone:
        path.unlink()
    return len(gone)


def _page(places: Mapping[str, str]) -> bytes:
    """The names as links, for whoever opens the copy in a browser."""
    items = Markup("\n").join(
        Markup('<li><a href="{}">{}</a></li>').format(place, name) for name, place in sorted(places.items())
    )
    page = Markup(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Public register: a copy</title>'
        '<meta name="viewport" content="width=device-width"></head><body><main><h1>Public register: a copy '
        '<span lang="zh-Hans">公开信息副本</span></h1>\n<ul>\n{}\n</ul>\n</main></body></html>\n'
    )
    return page.format(items).encode()


def copies_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The indexes of copies with these receipts."""
    rows = session.scalars(select(RegisterCopy).where(RegisterCopy.receipt.in_(references)))
    return {row.receipt: in_row(f"index of copy {row.id}", row.record.encode()) for row in rows}
