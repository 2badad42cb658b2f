"""Rounds of hash renewal: begun by the operator, carried on by the worker in batches, ended with a signed and stamped
statement.

A round binds, with SHA-512, every entry and checkpoint that no round has bound yet (RFC 4998, 5.3). Each step commits
for
itself and is found again from what is stored, so that a round that was interrupted goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.notary.log.log_rows import cosignatures, latest_checkpoint, open_log, tokens
from odr.notary.log.merkle_tree import SubtreeReader
from odr.notary.log.note import Note, SignatureLine
from odr.notary.log.signer import log_key
from odr.notary.models import Log, LogCheckpoint, LogEntry, Receipt
from odr.notary.rehash import renewal_tree
from odr.notary.rehash.models import Bound, HashRenewal, RenewedEntry, RenewedHead, RenewedNode, RenewedToken
from odr.notary.time.renewal import renewals

if TYPE_CHECKING:
    from odr.notary.notary import Notary

logger = logging.getLogger(__name__)
BATCH = 512
"""Entries or checkpoints bound in one transaction."""
BYTES = 256 * 2**20
"""Of files hashed for one transaction: an interruption costs no more than that again."""
SPAN = 256
"""Leaves under one hash of the lowest stored tile."""


class Lost(Exception):
    """A file the court should keep is missing or damaged."""


@dataclass(frozen=True)
class Holding:
    """A file a receipt names. ``source`` is its place, the same for two receipts of one file; ``chunks`` raises
    :class:`Lost`.
    """

    source: str
    chunks: Callable[[], Iterable[bytes]]


Holdings = Callable[[Session, Sequence[str]], Mapping[str, Holding]]
"""References of receipts → the files the court keeps for them."""


class RoundRefused(Exception):
    """No round can begin: one is under way, or nothing is to be bound."""


def current(session: Session) -> HashRenewal | None:
    """The round under way."""
    return session.scalar(select(HashRenewal).where(HashRenewal.note.is_(None)))


def begin(notary: Notary, *, rule: str, rule_on: date, by: str) -> HashRenewal:
    """Fix what a round covers: every log up to its newest checkpoint. Raises :class:`RoundRefused`, ``ValueError`` for
    a rule nobody could read.
    """
    if not rule.strip() or not rule.isprintable() or len(rule) > 300:
        raise ValueError("say the rule in one line of at most 300 characters")
    notary.sequence()
    with notary.database.write() as session:
        if current(session) is not None:
            raise RoundRefused("a round is under way; `flask worker` carries it on")
        heads = [_head(session, log) for log in session.scalars(select(Log).order_by(Log.opened_at, Log.id))]
        heads = [head for head in heads if head["size"] > 0]
        entries = sum(head["size"] - head["start"] for head in heads)
        count = sum(
            session.scalar(select(func.count()).select_from(_unbound(session, head).subquery())) or 0 for head in heads
        )
        if not entries and not count:
            raise RoundRefused("every entry is bound by a round already")
        number = (session.scalar(select(func.max(HashRenewal.number))) or 0) + 1
        row = HashRenewal(
            number=number,
            rule=rule.strip(),
            rule_on=rule_on,
            begun_by=by,
            begun_at=notary.clock.machine_now(),
            heads=heads,
            entries=entries,
            checkpoints=count,
        )
        session.add(row)
        session.flush()
        return row


def _head(session: Session, log: Log) -> dict[str, Any]:
    start = session.scalar(select(func.max(RenewedEntry.log_index)).where(RenewedEntry.log_id == log.id))
    last = latest_checkpoint(session, log.id)
    digest = renewal_tree.sha512(bytes(last.note)).hex() if last else ""
    return {
        "log": log.id,
        "origin": log.origin,
        "start": 0 if start is None else start + 1,
        "size": last.size if last else 0,
        "sha512": digest,
    }


def _unbound(session: Session, head: Mapping[str, Any]) -> Select[int]:
    """Sizes of the checkpoints of a log, up to a head, that no round has bound yet: they are bound in their order."""
    bound = session.scalar(select(func.max(RenewedHead.size)).where(RenewedHead.log_id == head["log"]))
    above = -1 if bound is None else bound
    return select(LogCheckpoint.size).where(
        LogCheckpoint.log_id == head["log"], LogCheckpoint.size > above, LogCheckpoint.size <= head["size"]
    )


def advance(notary: Notary, holdings: Holdings, *, seconds: float = 1.0) -> int:
    """Carry the round on for about so long; gives how many entries and checkpoints were bound. What fails is tried
    again.

    Any number of processes may do so at once: of two that bind the same batch one is first, and the other begins anew.
    """
    until, done, hashed = time.monotonic() + seconds, 0, dict[str, tuple[str, bytes, int]]()
    while True:
        with notary.database.read() as session:
            row = current(session)
            if row is None:
                return done
            session.expunge(row)
        try:
            bound = _step(notary, row, holdings, hashed)
        except IntegrityError:
            # Another worker was faster.
            bound = 0
        done += bound
        if time.monotonic() > until:
            return done


def _step(notary: Notary, row: HashRenewal, holdings: Holdings, hashed: dict[str, tuple[str, bytes, int]]) -> int:
    with notary.database.read() as session:
        position = _filled(session, row.number, RenewedEntry)
        heads = _filled(session, row.number, RenewedHead, row.entries)
        tiles = (
            session.scalar(select(func.count()).select_from(RenewedNode).where(RenewedNode.round == row.number)) or 0
        )
    if position < row.entries:
        return _bind_entries(notary, row, position, holdings, hashed)
    if heads < row.entries + row.checkpoints:
        return _bind_heads(notary, row)
    if tiles < len(_tiles_wanted(row.entries + row.checkpoints)):
        _raise_tree(notary, row)
    elif row.statement is None:
        _write_statement(notary, row)
    else:
        _sign(notary, row)
    return 0


def _filled(session: Session, number: int, kind: type[RenewedEntry] | type[RenewedHead], start: int = 0) -> int:
    last = session.scalar(select(func.max(kind.position)).where(kind.round == number))
    return start if last is None else last + 1


# Binding


def _bind_entries(
    notary: Notary, row: HashRenewal, position: int, holdings: Holdings, hashed: dict[str, tuple[str, bytes, int]]
) -> int:
    rows = _bound_now(notary, row, position, holdings, hashed)
    if any(each["bound"] is Bound.DAMAGED for each in rows):
        # What was sealed or erased since this look began is somewhere else now, or nowhere by right: only what is missing in a
        # look that began afterwards is lost, and that is bound for good.
        rows = _bound_now(notary, row, position, holdings, hashed)
    with notary.database.write() as session:
        session.execute(insert(RenewedEntry), rows)
    return len(rows)


def _bound_now(
    notary: Notary, row: HashRenewal, position: int, holdings: Holdings, hashed: dict[str, tuple[str, bytes, int]]
) -> list[dict[str, Any]]:
    """Rows of the next entries, as one look at the database and the store finds what they name."""
    head, start = place(row, position)
    with notary.database.read() as session:
        query = (
            select(LogEntry.log_index, LogEntry.leaf, Receipt.reference, Receipt.body)
            .outerjoin(Receipt, Receipt.entry_id == LogEntry.id)
            .where(
                LogEntry.log_id == head["log"],
                LogEntry.log_index >= start,
                LogEntry.log_index < min(head["size"], start + BATCH),
            )
            .order_by(LogEntry.log_index)
        )
        found = session.execute(query).all()
        held = holdings(session, [reference for _, _, reference, body in found if body is not None])
        rows, total = list[dict[str, Any]](), 0
        for offset, (index, leaf, reference, body) in enumerate(found):
            if index != start + offset:
                break
            bound, digest, blind, size = _bind(
                bytes(leaf), bytes(body) if body is not None else None, held.get(reference), hashed
            )
            rows.append(
                {
                    "round": row.number,
                    "position": position + offset,
                    "log_id": head["log"],
                    "log_index": index,
                    "bound": bound,
                    "digest": digest,
                    "blind": blind,
                }
            )
            total += size
            if total > BYTES:
                return rows
    if len(rows) < len(found) or not rows:
        raise LookupError(f"entry {start + len(rows)} of log {head['log']} is missing: `flask log audit` says more")
    return rows


def place(row: HashRenewal, position: int) -> tuple[dict[str, Any], int]:
    """The log's head and the index in that log of a position among the entries."""
    for head in row.heads:
        count = head["size"] - head["start"]
        if position < count:
            return head, head["start"] + position
        position -= count
    raise LookupError("no entry at this place")


def _bind(
    leaf: bytes, body: bytes | None, holding: Holding | None, hashed: dict[str, tuple[str, bytes, int]]
) -> tuple[Bound, bytes, bytes | None, int]:
    if body is None:
        blind = secrets.token_bytes(renewal_tree.SIZE)
        return Bound.ERASED, renewal_tree.blinded(leaf, blind), blind, 0
    if holding is None:
        return Bound.RECEIPT, renewal_tree.pair(body, None), None, 0
    known = holding.source in hashed
    try:
        old, new, size = hashed[holding.source] if known else hashes(holding)
    except Lost:
        return Bound.DAMAGED, renewal_tree.pair(body, None), None, 0
    hashed[holding.source] = (old, new, size)
    if not named(body, old, size):
        return Bound.DAMAGED, renewal_tree.pair(body, None), None, size
    return Bound.FILE, renewal_tree.pair(body, new), None, 0 if known else size


def named(body: bytes, sha256: str, size: int) -> bool:
    """Whether a receipt names a file of this digest and size."""
    said = json.loads(body)
    return said.get("sha256") == sha256 and said.get("size") in (size, None)


def hashes(holding: Holding) -> tuple[str, bytes, int]:
    """SHA-256 (hexadecimal), SHA-512 and size of a file, read once. Raises :class:`Lost`."""
    old, new, size = hashlib.sha256(), hashlib.sha512(), 0
    for chunk in holding.chunks():
        old.update(chunk)
        new.update(chunk)
        size += len(chunk)
    return old.hexdigest(), new.digest(), size


def _bind_heads(notary: Notary, row: HashRenewal) -> int:
    rows = list[dict[str, Any]]()
    with notary.database.read() as session:
        # One snapshot: what is bound and what is not fit together, whatever another worker binds meanwhile.
        at = _filled(session, row.number, RenewedHead, row.entries)
        for head in row.heads:
            for size in session.scalars(
                _unbound(session, head).order_by(LogCheckpoint.size).limit(BATCH - len(rows))
            ).all():
                text = head_text(session, head["origin"], head["log"], size)
                rows.append(
                    {"round": row.number, "position": at + len(rows), "log_id": head["log"], "size": size, "text": text}
                )
    if rows:
        with notary.database.write() as session:
            session.execute(insert(RenewedHead), rows)
    elif at < row.entries + row.checkpoints:
        raise LookupError("a checkpoint is missing: `flask log audit` says more")
    return len(rows)


def head_text(session: Session, origin: str, log_id: str, size: int) -> bytes:
    """The leaf of a checkpoint as it stands now, with every token and cosignature there is."""
    note = bytes(session.get_one(LogCheckpoint, (log_id, size)).note)
    stamps: list[tuple[str, int, bytes]] = []
    for provider, token in tokens(session, log_id, size).items():
        stamps.append((provider, 0, token))
        stamps += [(provider, later.number, bytes(later.token)) for later in renewals(session, log_id, size, provider)]
    lines = [(each.witness, each.line.encode()) for each in cosignatures(session, log_id, size)]
    return renewal_tree.head_leaf(origin, size, note, stamps, lines)


# The tree


def leaf_hashes(session: Session, row: HashRenewal, start: int, end: int) -> list[bytes]:
    """Hashes of the leaves ``start..end`` of a round, in order. Raises ``LookupError`` where one is missing."""
    origins = {str(head["log"]): str(head["origin"]) for head in row.heads}
    entries = (
        select(
            RenewedEntry.position, RenewedEntry.log_id, RenewedEntry.log_index, RenewedEntry.bound, RenewedEntry.digest
        )
        .where(RenewedEntry.round == row.number, RenewedEntry.position >= start, RenewedEntry.position < end)
        .order_by(RenewedEntry.position)
    )
    found = [
        (at, renewal_tree.entry_leaf(origins[log], index, what(bound), bytes(digest)))
        for at, log, index, bound, digest in session.execute(entries)
    ]
    heads = (
        select(RenewedHead.position, RenewedHead.text)
        .where(RenewedHead.round == row.number, RenewedHead.position >= start, RenewedHead.position < end)
        .order_by(RenewedHead.position)
    )
    found += [(at, bytes(text)) for at, text in session.execute(heads)]
    if [at for at, _ in found] != list(range(start, end)):
        raise LookupError(f"round {row.number} lacks a leaf between {start} and {end}")
    return [renewal_tree.leaf_hash(leaf) for _, leaf in found]


def what(bound: Bound) -> str:
    """How a leaf calls what was bound: that a file was damaged is the court's own business."""
    return Bound.RECEIPT.value if bound is Bound.DAMAGED else bound.value


def reader(session: Session, row: HashRenewal) -> SubtreeReader:
    """Reads subtrees of a round's tree."""

    def stored(level: int, index: int) -> bytes:
        found = session.get(RenewedNode, (row.number, level, index))
        return bytes(found.data) if found else b""

    return renewal_tree.subtree_reader(lambda start, end: b"".join(leaf_hashes(session, row, start, end)), stored)


def _tiles_wanted(size: int) -> list[tuple[int, int]]:
    """Tiles above the leaves, ``(level, index)``, in the order in which they are made."""
    wanted, level, count = [], 1, size // SPAN
    while count:
        wanted += [(level, index) for index in range(-(-count // SPAN))]
        level, count = level + 1, count // SPAN
    return wanted


def _raise_tree(notary: Notary, row: HashRenewal) -> None:
    """Make the next tile that is missing: 65,536 leaves at most."""
    size = row.entries + row.checkpoints
    with notary.database.read() as session:
        there = set(
            session.execute(
                select(RenewedNode.level, RenewedNode.tile_index).where(RenewedNode.round == row.number)
            ).all()
        )
        level, index = next((each for each in _tiles_wanted(size) if each not in there), (0, 0))
        if not level:
            return
        data = tile(session, row, level, index)
    with notary.database.write() as session:
        session.execute(insert(RenewedNode), [{"round": row.number, "level": level, "tile_index": index, "data": data}])


def tile(session: Session, row: HashRenewal, level: int, index: int) -> bytes:
    """A tile as what lies below gives it: the leaves for level 1, tiles for the others."""
    count = min(SPAN, (row.entries + row.checkpoints) // SPAN**level - index * SPAN)
    return b"".join(_subtree(session, row, level, index * SPAN + at) for at in range(count))


def _subtree(session: Session, row: HashRenewal, level: int, index: int) -> bytes:
    """The root of the ``index``-th subtree of 256^level leaves, from what lies one level below."""
    if level == 1:
        return renewal_tree.full_root(b"".join(leaf_hashes(session, row, index * SPAN, (index + 1) * SPAN)))
    below = session.get_one(RenewedNode, (row.number, level - 1, index))
    return renewal_tree.full_root(bytes(below.data))


# The statement


def statement_of(session: Session, notary: Notary, row: HashRenewal) -> renewal_tree.Statement:
    """What a round says, from what is stored."""
    size = row.entries + row.checkpoints
    root = renewal_tree.range_root(reader(session, row), 0, size)
    heads = [
        renewal_tree.Head(str(head["origin"]), int(head["start"]), int(head["size"]), str(head["sha512"]))
        for head in row.heads
    ]
    return renewal_tree.Statement(
        notary.origin,
        row.number,
        row.rule_on,
        row.rule,
        row.begun_at,
        heads,
        row.checkpoints,
        root,
        _previous(session, row),
    )


def _previous(session: Session, row: HashRenewal) -> list[tuple[str, bytes]]:
    before = session.get(HashRenewal, row.number - 1)
    if before is None or before.note is None:
        return []
    name = f"renewal-{before.number}.statement"
    return [
        (name, bytes(before.note)),
        *(
            (f"{name} {each.provider} {each.number}", bytes(each.token))
            for each in statement_tokens(session, before.number)
        ),
    ]


def statement_tokens(session: Session, number: int, provider: str | None = None) -> Sequence[RenewedToken]:
    """The tokens over a round's statement, by provider, oldest first."""
    query = (
        select(RenewedToken).where(RenewedToken.round == number).order_by(RenewedToken.provider, RenewedToken.number)
    )
    return session.scalars(query if provider is None else query.where(RenewedToken.provider == provider)).all()


def _write_statement(notary: Notary, row: HashRenewal) -> None:
    with notary.database.read() as session:
        text = statement_of(session, notary, row).text
    with notary.database.write() as session:
        mine = session.get_one(HashRenewal, row.number)
        log = open_log(session)
        if mine.statement is None and log is not None:
            mine.statement, mine.signed_by = text, log.id


def _sign(notary: Notary, row: HashRenewal) -> None:
    """Sign and stamp; both or neither are kept."""
    from odr.notary.rehash.renewal_tokens import first_tokens

    with notary.database.write() as session:
        mine = session.get_one(HashRenewal, row.number)
        log = session.get_one(Log, mine.signed_by)
        if log.closed_at is not None:
            # The log was closed since: the words stay, its successor's key signs them.
            log = open_log(session) or log
            mine.signed_by = log.id
        if mine.note is not None or mine.statement is None:
            return
        text, key = mine.statement, log_key(log)
        signature = notary.vault.sign_renewal(log.key_id, text)
    note = Note(text, (SignatureLine(key.name, key.id, signature),)).encode()
    made = first_tokens(notary, row.number, note)
    with notary.database.write() as session:
        mine = session.get_one(HashRenewal, row.number)
        if mine.note is None:
            mine.note, mine.ended_at = note, notary.clock.machine_now()
            session.add_all(made)
    logger.info(
        "round %s of hash renewal has ended: %s entries, %s checkpoints", row.number, row.entries, row.checkpoints
    )
