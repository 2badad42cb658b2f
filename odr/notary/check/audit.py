"""The audit of the stored log: recomputes everything from the entries and names the exact culprit."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.ground.text import T, Text
from odr.notary.check import published
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import cosignatures, latest_checkpoint, tokens, tree_size
from odr.notary.log.merkle_tree import leaf_hash
from odr.notary.log.note import NoteRefused, SignatureLine, parse_note, verify_note
from odr.notary.log.receipts import leaf_line
from odr.notary.log.sequencer import sequencer_lock
from odr.notary.log.signer import log_key
from odr.notary.log.strict import HASH_SIZE, Malformed
from odr.notary.log.tiles import FULL, HEIGHT, WIDTH, CorruptTile, TileReader, tile_root, width_at
from odr.notary.log.years import is_breach
from odr.notary.models import (
    COURT,
    KeyUse,
    Log,
    LogCheckpoint,
    LogCosignature,
    LogEntry,
    LogTile,
    Receipt,
    SigningKey,
    TimestampRenewal,
    TimestampToken,
)
from odr.notary.rehash.audit import examine
from odr.notary.rehash.rounds import Holdings
from odr.notary.time.renewal import renewals, verify_chain
from odr.notary.time.verify import TokenRefused, verify_token

if TYPE_CHECKING:
    from odr.notary.notary import Notary

Tiles = dict[tuple[int, int], bytes]


class FaultKind(enum.Enum):
    """What is wrong."""

    LOG_MISSING = "log_missing"
    """A log of which entries, tiles, tree heads or the key are there."""
    CHECKPOINT_MISSING = "checkpoint_missing"
    """A tree head that was stamped or cosigned and is not kept."""
    ENTRY_MISSING = "entry_missing"
    """An index without an entry."""
    ENTRY_ALTERED = "entry_altered"
    """An entry that is not the one in the signed tree."""
    TILE_ALTERED = "tile_altered"
    """A stored tile that is not what the entries give."""
    TILE_BEYOND = "tile_beyond"
    """A tile, or part of one, outside the tree."""
    CHECKPOINT_FORGED = "checkpoint_forged"
    """A stored checkpoint without the log's good signature."""
    SPLIT_TREE = "split_tree"
    """A checkpoint well signed over another tree than the stored one."""
    SIGNER_AHEAD = "signer_ahead"
    """The signer has signed more entries than are stored."""
    SIGNER_DIFFERS = "signer_differs"
    """The signer remembers another tree of the same entries."""
    TOKEN_REFUSED = "token_refused"
    """A time token that does not verify."""
    RENEWAL_REFUSED = "renewal_refused"
    """A renewal of a time token that does not verify, or came too late."""
    ROUND_LEAF = "round_leaf"
    """Something a round of hash renewal bound is not what is stored."""
    ROUND_TREE = "round_tree"
    """The tree of a round of hash renewal is not what its leaves give."""
    ROUND_STATEMENT = "round_statement"
    """A statement of hash renewal that is not signed, or not of this tree."""
    ROUND_TOKEN = "round_token"
    """A time token over a statement of hash renewal that does not hold."""
    COSIGNATURE_REFUSED = "cosignature_refused"
    """A witness's cosignature that does not verify."""
    PUBLISHED = "published"
    """A published file that is missing, altered, left over or set back."""
    RECEIPT_ALTERED = "receipt_altered"
    """A receipt whose text is not what its leaf names."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong; ``culprit`` names it by log and place, such as ``2026 tile 0/3``."""

    kind: FaultKind
    culprit: str
    words: Text


def audit(notary: Notary, session: Session) -> list[Fault]:
    """Audit every log and every receipt."""
    faults: list[Fault] = []
    for log in session.execute(select(Log).order_by(Log.opened_at)).scalars():
        faults += audit_log(notary, session, log)
    return [*faults, *_without_log(session), *audit_rounds(notary, session), *_receipts(session)]


def _without_log(session: Session) -> Iterator[Fault]:
    """Entries, tiles and tree heads belong to a log that is there, or the log itself was taken away."""
    there = set(session.scalars(select(Log.id)))
    named = {
        name
        for table in (LogEntry, LogTile, LogCheckpoint)
        for name in session.scalars(select(table.log_id).distinct())
    }
    named |= {
        key.removeprefix("log-") for key in session.scalars(select(SigningKey.id).where(SigningKey.use == KeyUse.LOG))
    }
    for name in sorted(named - there - {None}, key=str):
        yield Fault(
            FaultKind.LOG_MISSING,
            f"log {name}",
            T("The log %(log)s is gone, and its entries or its key are there.", log=name),
        )


def audit_rounds(notary: Notary, session: Session, holdings: Holdings | None = None) -> list[Fault]:
    """Audit every round of hash renewal that has ended; with ``holdings`` the files it bound are hashed again."""
    return [
        Fault(FaultKind(f"round_{wrong.part}"), wrong.culprit, wrong.words)
        for wrong in examine(notary, session, holdings)
    ]


def audit_log(notary: Notary, session: Session, log: Log) -> list[Fault]:
    """Audit one log: entries, tiles, checkpoints, the signer's memory, tokens, cosignatures, the published files."""
    entries, faults = _entry_tiles(session, log)
    stored = _stored_tiles(session, log)
    size = sum(map(len, entries)) // HASH_SIZE
    truth, more = _judge_tiles(session, log, entries, stored, size)
    faults += more
    reader = TileReader(lambda level, index: truth.get((level, index), b""))
    faults += _checkpoints(notary, session, log, reader, size)
    faults += _signer(notary, log, reader, size)
    faults += _heads_gone(session, log)
    # Of a log that was closed as breached its closing statement says what there is.
    if notary.log_dir is not None and not is_breach(log):
        found = list(published.faults(session, log, notary.log_dir / log.id))
        if found:
            # Perhaps a tree was being published just then: once more, while nobody publishes.
            with sequencer_lock(notary.database), notary.database.read() as then:
                found = list(published.faults(then, log, notary.log_dir / log.id))
        faults += [Fault(FaultKind.PUBLISHED, f"{log.id} published {path}", words) for path, words in found]
    return faults


def _entry_tiles(session: Session, log: Log) -> tuple[list[bytes], list[Fault]]:
    faults: list[Fault] = []
    tiles: list[bytes] = []
    row: list[bytes] = []
    query = select(LogEntry.log_index, LogEntry.leaf).where(LogEntry.log_id == log.id).order_by(LogEntry.log_index)
    expected = 0
    for index, leaf in session.execute(query.execution_options(yield_per=4096)):
        while expected < (index or 0):
            faults.append(
                Fault(
                    FaultKind.ENTRY_MISSING,
                    f"{log.id} entry {expected}",
                    T("Entry %(index)s of the log is missing.", index=expected),
                )
            )
            row.append(bytes(HASH_SIZE))
            expected += 1
        row.append(leaf_hash(bytes(leaf)))
        expected += 1
        while len(row) >= WIDTH:
            tiles.append(b"".join(row[:WIDTH]))
            row = row[WIDTH:]
    if row:
        tiles.append(b"".join(row))
    return tiles, faults


def _stored_tiles(session: Session, log: Log) -> Tiles:
    rows = session.execute(select(LogTile.level, LogTile.tile_index, LogTile.data).where(LogTile.log_id == log.id))
    return {(level, index): bytes(data) for level, index, data in rows}


def _judge_tiles(
    session: Session, log: Log, entries: list[bytes], stored: Tiles, size: int
) -> tuple[Tiles, list[Fault]]:
    faults: list[Fault] = []
    truth: Tiles = {}
    for index, ours in enumerate(entries):
        theirs = stored.get((0, index), b"")[: len(ours)]
        if ours == theirs or not _tile_is_signed(session, log, stored, index, theirs):
            truth[0, index] = ours
        else:
            # The signed tree vouches for the tile, so the entries are what was altered.
            truth[0, index] = theirs
            for at in range(0, len(ours), HASH_SIZE):
                if ours[at : at + HASH_SIZE] != theirs[at : at + HASH_SIZE]:
                    place = index * WIDTH + at // HASH_SIZE
                    faults.append(
                        Fault(
                            FaultKind.ENTRY_ALTERED,
                            f"{log.id} entry {place}",
                            T("Entry %(index)s is not the one that was signed for.", index=place),
                        )
                    )
    _raise_levels(truth, size)
    for (level, index), data in sorted(truth.items()):
        if stored.get((level, index), b"")[: len(data)] != data:
            faults.append(
                Fault(
                    FaultKind.TILE_ALTERED,
                    f"{log.id} tile {level}/{index}",
                    T("Tile %(tile)s is not what the entries give.", tile=f"{level}/{index}"),
                )
            )
    for (level, index), data in sorted(stored.items()):
        if len(data) > len(truth.get((level, index), b"")):
            faults.append(
                Fault(
                    FaultKind.TILE_BEYOND,
                    f"{log.id} tile {level}/{index}",
                    T("Tile %(tile)s reaches beyond the tree.", tile=f"{level}/{index}"),
                )
            )
    return truth, faults


def _raise_levels(truth: Tiles, size: int) -> None:
    level = 1
    while size >> (HEIGHT * level):
        row: dict[int, list[bytes]] = {}
        for index in range(size >> (HEIGHT * level)):
            row.setdefault(index // WIDTH, []).append(tile_root(truth[level - 1, index]))
        truth.update({(level, index): b"".join(hashes) for index, hashes in row.items()})
        level += 1


def _tile_is_signed(session: Session, log: Log, stored: Tiles, index: int, tile: bytes) -> bool:
    """Whether the stored tile leads to a signed root: by the tile above, or, at the edge, by the last checkpoint."""
    if len(tile) == FULL:
        above = stored.get((1, index // WIDTH), b"")
        at = index % WIDTH * HASH_SIZE
        return above[at : at + HASH_SIZE] == tile_root(tile)
    last = latest_checkpoint(session, log.id)
    if last is None:
        return False
    try:
        signed = Checkpoint.parse(parse_note(bytes(last.note)).text)
        edge = TileReader(
            lambda level, place: stored.get((level, place), b"")[: width_at(signed.size, level, place) * HASH_SIZE]
        )
        return signed.size > index * WIDTH and edge.root(signed.size) == signed.root
    except (Malformed, LookupError, ValueError, CorruptTile):
        return False


def _checkpoints(notary: Notary, session: Session, log: Log, reader: TileReader, size: int) -> Iterator[Fault]:
    roots = (
        [notary.authority.root(session)]
        if session.execute(select(func.count()).select_from(LogCheckpoint)).scalar()
        else []
    )
    for row in session.execute(
        select(LogCheckpoint).where(LogCheckpoint.log_id == log.id).order_by(LogCheckpoint.size)
    ).scalars():
        culprit = f"{log.id} checkpoint {row.size}"
        try:
            note = parse_note(bytes(row.note))
            verify_note(note, [log_key(log)])
            signed = Checkpoint.parse(note.text)
        except (Malformed, NoteRefused):
            yield Fault(
                FaultKind.CHECKPOINT_FORGED,
                culprit,
                T("The checkpoint at %(size)s entries is not signed by the log.", size=row.size),
            )
            continue
        if (
            signed.origin != log.origin
            or signed.size != row.size
            or signed.size > size
            or reader.root(signed.size) != signed.root
        ):
            yield Fault(
                FaultKind.SPLIT_TREE,
                culprit,
                T("The checkpoint at %(size)s entries was signed over another tree.", size=row.size),
            )
        trusted = {COURT: roots, **{stamper.name: list(stamper.roots) for stamper in notary.timestampers}}
        for provider, token in tokens(session, log.id, row.size).items():
            try:
                verify_token(token, hashlib.sha256(row.note).digest(), trusted.get(provider, []))
            except TokenRefused as error:
                yield Fault(
                    FaultKind.TOKEN_REFUSED,
                    f"{culprit} token {provider}",
                    T(
                        "The time token of %(who)s at %(size)s entries does not verify: %(why)s",
                        who=provider,
                        size=row.size,
                        why=str(error),
                    ),
                )
            else:
                yield from _renewals(session, row, provider, token, trusted)
        yield from _cosignatures(notary, session, row)


def _renewals(
    session: Session, row: LogCheckpoint, provider: str, token: bytes, trusted: dict[str, list[x509.Certificate]]
) -> Iterator[Fault]:
    later = renewals(session, row.log_id, row.size, provider)
    try:
        verify_chain(bytes(row.note), token, later, trusted)
    except TokenRefused as error:
        yield Fault(
            FaultKind.RENEWAL_REFUSED,
            f"{row.log_id} checkpoint {row.size} token {provider} renewal",
            T(
                "A renewal of the time token of %(who)s at %(size)s entries does not hold: %(why)s",
                who=provider,
                size=row.size,
                why=str(error),
            ),
        )


def _cosignatures(notary: Notary, session: Session, row: LogCheckpoint) -> Iterator[Fault]:
    keys = {witness.key.name: witness.key for witness in notary.witnesses}
    text = parse_note(bytes(row.note)).text
    for cosignature in cosignatures(session, row.log_id, row.size):
        key = keys.get(cosignature.witness)
        try:
            line = SignatureLine.parse(cosignature.line)
            if line.name != cosignature.witness:
                raise NoteRefused(f"the line is one of {line.name}")
            if key is None:
                continue
            key.verify(text, line.signature)
        except (Malformed, NoteRefused):
            yield Fault(
                FaultKind.COSIGNATURE_REFUSED,
                f"{row.log_id} checkpoint {row.size} witness {cosignature.witness}",
                T(
                    "The cosignature of %(who)s at %(size)s entries does not verify.",
                    who=cosignature.witness,
                    size=row.size,
                ),
            )


def _heads_gone(session: Session, log: Log) -> Iterator[Fault]:
    """No tree head was taken away: what was stamped or cosigned is kept. One that was only signed is signed again."""
    kept = set(session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.log_id == log.id)))
    attested = {
        size
        for table in (TimestampToken, TimestampRenewal, LogCosignature)
        for size in session.scalars(select(table.size).where(table.log_id == log.id))
    }
    for size in sorted(attested - kept):
        yield Fault(
            FaultKind.CHECKPOINT_MISSING,
            f"{log.id} checkpoint {size}",
            T("The tree head of %(size)s entries was stamped or cosigned and is gone.", size=size),
        )


def _signer(notary: Notary, log: Log, reader: TileReader, size: int) -> Iterator[Fault]:
    remembered = notary.vault.remembered(log.key_id)
    if remembered.size > size:
        if log.closed_at is None and _is_ahead(notary, log):
            yield Fault(
                FaultKind.SIGNER_AHEAD,
                f"{log.id} signer",
                T(
                    "The signer has signed %(signed)s entries, %(stored)s are stored: the database was set back.",
                    signed=remembered.size,
                    stored=size,
                ),
            )
    elif reader.root(remembered.size) != remembered.root:
        yield Fault(
            FaultKind.SIGNER_DIFFERS,
            f"{log.id} signer",
            T("The signer remembers another tree of %(signed)s entries than the stored one.", signed=remembered.size),
        )


def _is_ahead(notary: Notary, log: Log) -> bool:
    """Whether the signer remembers more than is stored while nobody signs: what it had signed by the time it was asked may be newer
    than the stored tree that was read before.
    """
    with sequencer_lock(notary.database), notary.database.read() as then:
        return notary.vault.remembered(log.key_id).size > tree_size(then, log.id)


def _receipts(session: Session) -> Iterator[Fault]:
    query = (
        select(Receipt.reference, Receipt.body, LogEntry.leaf)
        .outerjoin(LogEntry, LogEntry.id == Receipt.entry_id)
        .where(Receipt.body.is_not(None))
    )
    for reference, body, leaf in session.execute(query.execution_options(yield_per=4096)):
        if leaf is None or leaf_line(bytes(body or b"")) != bytes(leaf):
            yield Fault(
                FaultKind.RECEIPT_ALTERED,
                f"receipt {reference}",
                T("The receipt %(reference)s is not what its leaf names.", reference=reference),
            )
