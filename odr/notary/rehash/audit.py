"""The audit of hash renewal: leaves, tree, statement and tokens of every round that has ended, the culprit by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.ground.text import T, Text
from odr.notary.log.note import NoteRefused, parse_note, verify_note
from odr.notary.log.signer import log_key
from odr.notary.log.strict import Malformed
from odr.notary.models import COURT, Log, LogCheckpoint, LogEntry, Receipt
from odr.notary.rehash import renewal_tokens, renewal_tree, rounds
from odr.notary.rehash.models import Bound, HashRenewal, RenewedEntry, RenewedHead, RenewedNode, RenewedToken
from odr.notary.time.verify import TokenRefused
from odr.notary.vault import RENEWED

if TYPE_CHECKING:
    from odr.notary.notary import Notary


@dataclass(frozen=True)
class Wrong:
    """One thing wrong with a round; ``part`` is ``leaf``, ``tree``, ``statement`` or ``token``."""

    part: str
    culprit: str
    words: Text


def examine(notary: Notary, session: Session, holdings: rounds.Holdings | None = None) -> Iterator[Wrong]:
    """Every round that has ended; with ``holdings`` each file that was bound is hashed again too."""
    for row in session.scalars(select(HashRenewal).where(HashRenewal.note.is_not(None)).order_by(HashRenewal.number)):
        yield from _entries(session, row, holdings)
        yield from _heads(session, row)
        yield from _tree(notary, session, row)
        yield from _tokens(notary, session, row)


def _leaf(row: HashRenewal, place: str) -> Wrong:
    words = T(
        "What round %(round)s of hash renewal bound of %(place)s is not what is stored now.",
        round=row.number,
        place=place,
    )
    return Wrong("leaf", f"{place} renewal-{row.number}", words)


def _entries(session: Session, row: HashRenewal, holdings: rounds.Holdings | None) -> Iterator[Wrong]:
    known: dict[str, tuple[str, bytes, int]] = {}
    for start in range(0, row.entries, rounds.BATCH):
        query = (
            select(RenewedEntry, LogEntry.leaf, Receipt.reference, Receipt.body)
            .join(LogEntry, (LogEntry.log_id == RenewedEntry.log_id) & (LogEntry.log_index == RenewedEntry.log_index))
            .outerjoin(Receipt, Receipt.entry_id == LogEntry.id)
            .where(
                RenewedEntry.round == row.number,
                RenewedEntry.position >= start,
                RenewedEntry.position < start + rounds.BATCH,
            )
            .order_by(RenewedEntry.position)
        )
        found = session.execute(query).all()
        files = (
            holdings(session, [reference for _, _, reference, body in found if reference and body]) if holdings else {}
        )
        for entry, leaf, reference, body in found:
            good = _is_bound(entry, bytes(leaf), bytes(body) if body else None, files.get(reference or ""), known)
            if not good or rounds.place(row, entry.position) != (_head(row, entry.log_id), entry.log_index):
                yield _leaf(row, f"{entry.log_id} entry {entry.log_index}")
        session.expire_all()


def _head(row: HashRenewal, log_id: str) -> Mapping[str, object] | None:
    return next((head for head in row.heads if head["log"] == log_id), None)


def _is_bound(
    entry: RenewedEntry,
    leaf: bytes,
    body: bytes | None,
    file: rounds.Holding | None,
    known: dict[str, tuple[str, bytes, int]],
) -> bool:
    """Whether a pair is still what is stored. What was erased since cannot be compared, and need not."""
    digest = bytes(entry.digest)
    if entry.bound is Bound.ERASED:
        return digest == renewal_tree.blinded(leaf, bytes(entry.blind or b""))
    if body is None:
        return True
    if entry.bound is not Bound.FILE:
        return digest == renewal_tree.pair(body, None)
    if file is None:
        return True
    try:
        if file.source not in known:
            known[file.source] = rounds.hashes(file)
    except rounds.Lost:
        return False
    return digest == renewal_tree.pair(body, known[file.source][1])


def _heads(session: Session, row: HashRenewal) -> Iterator[Wrong]:
    """The checkpoint and every token that was bound are there still; later ones may have come."""
    origins = {log.id: log.origin for log in session.scalars(select(Log))}
    for head in session.scalars(
        select(RenewedHead).where(RenewedHead.round == row.number).order_by(RenewedHead.position)
    ):
        there = session.get(LogCheckpoint, (head.log_id, head.size)) is not None
        now = rounds.head_text(session, origins[head.log_id], head.log_id, head.size).split(b"\n") if there else []
        bound = bytes(head.text).split(b"\n")
        if not now or bound[0] != now[0] or not set(bound) <= set(now):
            yield _leaf(row, f"{head.log_id} checkpoint {head.size}")


def _tree(notary: Notary, session: Session, row: HashRenewal) -> Iterator[Wrong]:
    name = f"renewal-{row.number}"
    try:
        for node in session.scalars(
            select(RenewedNode)
            .where(RenewedNode.round == row.number)
            .order_by(RenewedNode.level, RenewedNode.tile_index)
        ):
            if rounds.tile(session, row, node.level, node.tile_index) != bytes(node.data):
                place = f"{node.level}/{node.tile_index}"
                yield Wrong(
                    "tree",
                    f"{name} tile {place}",
                    T("Tile %(tile)s of round %(round)s is not what its leaves give.", tile=place, round=row.number),
                )
        said = rounds.statement_of(session, notary, row)
    except LookupError as error:
        yield Wrong(
            "tree", name, T("The tree of round %(round)s is not whole: %(why)s", round=row.number, why=str(error))
        )
        return
    # Tokens that came after the statement are in none of its lines.
    named = [line for line in (row.statement or "").split("\n") if line.startswith("previous ")]
    kept = [
        (what, data) for what, data in said.previous if f"previous {what} {renewal_tree.sha512(data).hex()}" in named
    ]
    expected = renewal_tree.Statement(
        said.origin, said.number, said.rule_on, said.rule, said.begun_at, said.heads, said.checkpoints, said.root, kept
    ).text
    try:
        note, log = parse_note(bytes(row.note or b"")), session.get_one(Log, row.signed_by)
        verify_note(note, [log_key(log)])
        good = note.text == row.statement == expected and note.text.startswith(RENEWED)
    except (Malformed, NoteRefused):
        good = False
    if not good:
        yield Wrong(
            "statement",
            f"{name}.statement",
            T("The statement of round %(round)s is not what is stored, or not signed by the log.", round=row.number),
        )


def _tokens(notary: Notary, session: Session, row: HashRenewal) -> Iterator[Wrong]:
    roots: dict[str, list[x509.Certificate]] = {stamper.name: list(stamper.roots) for stamper in notary.timestampers}
    roots[COURT] = [notary.authority_512.root(session)]
    chains: dict[str, list[RenewedToken]] = {COURT: []}
    for token in rounds.statement_tokens(session, row.number):
        chains.setdefault(token.provider, []).append(token)
    for provider, chain in chains.items():
        try:
            if not chain:
                raise TokenRefused("there is none")
            renewal_tokens.verify(bytes(row.note or b""), chain, roots)
        except TokenRefused as error:
            words = T(
                "A time token of %(who)s over the statement of round %(round)s does not hold: %(why)s",
                who=provider,
                round=row.number,
                why=str(error),
            )
            yield Wrong("token", f"renewal-{row.number}.statement token {provider}", words)


@dataclass(frozen=True)
class Standing:
    """How hash renewal stands, for the operator."""

    rounds: int
    """Rounds begun."""
    ended: int
    done: int
    wanted: int
    """Entries and checkpoints bound, and to be bound, in the round under way."""
    waiting: int
    """Entries signed for since the last round began."""
    damaged: tuple[str, ...]
    """Entries whose file was missing or altered when they were bound."""
    begun: HashRenewal | None = None


def standing(session: Session) -> Standing:
    """How hash renewal stands."""
    rows = session.scalars(select(HashRenewal).order_by(HashRenewal.number)).all()
    under_way = next((row for row in rows if row.note is None), None)
    done = 0
    if under_way is not None:
        for kind in (RenewedEntry, RenewedHead):
            done += session.scalar(select(func.count()).select_from(kind).where(kind.round == under_way.number)) or 0
    covered = {(head["log"]): head["size"] for row in rows for head in row.heads}
    waiting = 0
    for log_id, last in session.execute(
        select(LogEntry.log_id, func.max(LogEntry.log_index))
        .where(LogEntry.log_id.is_not(None))
        .group_by(LogEntry.log_id)
    ):
        waiting += (last or 0) + 1 - covered.get(log_id or "", 0)
    bad = (
        select(RenewedEntry.log_id, RenewedEntry.log_index)
        .where(RenewedEntry.bound == Bound.DAMAGED)
        .order_by(RenewedEntry.round, RenewedEntry.position)
    )
    damaged = tuple(f"{log_id} entry {index}" for log_id, index in session.execute(bad))
    wanted = under_way.entries + under_way.checkpoints if under_way else 0
    return Standing(
        len(rows), len(rows) - (under_way is not None), done, wanted, waiting, damaged, rows[-1] if rows else None
    )
