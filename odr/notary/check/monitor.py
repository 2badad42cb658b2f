"""An independent monitor of any C2SP log: it remembers the tree it saw, and every later tree must continue it.

Whoever runs it needs no part of the log's court: an address, the log's verifier key from elsewhere, and a folder.
The entries are the ground: from them and from the remembered right edge every tile is computed anew, so a tree that
passes is the old tree and what was added, and nothing else.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from odr.ground.text import T, Text
from odr.notary.check.remote_log import CHECKPOINT_BYTES, Source, TooLong, fetch_tile
from odr.notary.check.tree_memory import Seen, edge_of
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import leaf_hash
from odr.notary.log.note import NoteKey, NoteRefused, SignatureType, parse_note, verify_note
from odr.notary.log.strict import HASH_SIZE, Malformed
from odr.notary.log.tiles import WIDTH, CorruptTile, TileLoader, TileReader, extend, unbundle, width_at

STRIDE = 64 * WIDTH
"""Entries read and computed at a time."""


class Breach(enum.Enum):
    """What is wrong with a log."""

    UNSIGNED = "unsigned"
    """Its tree head is not one, is another log's, or does not bear its good signature."""
    ROLLBACK = "rollback"
    """It shows a smaller tree than it signed before."""
    SPLIT_VIEW = "split_view"
    """It has signed two trees of which neither continues the other."""
    TILE_MISSING = "tile_missing"
    """It signed for a tile or a bundle of entries that it does not give out."""
    TILE_BAD = "tile_bad"
    """A tile is not what the entries under the signed root give."""
    ENTRY_BAD = "entry_bad"
    """An entry is not the one under the signed root."""
    UNPROVEN = "unproven"
    """Neither entries nor tiles give the signed root."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong; ``culprit`` is its path below the log's address, with the entry where it is known."""

    breach: Breach
    culprit: str
    words: Text


@dataclass
class Report:
    """What one visit found. ``seen`` is what is to be remembered when nothing was found."""

    findings: list[Finding] = field(default_factory=list)
    seen: Seen | None = None
    note: bytes = b""
    """The tree head as it was given out: where two contradict, both together are the proof."""
    read: int = 0
    """Entries read on this visit."""
    witnesses: list[str] = field(default_factory=list)
    """Witnesses known to us whose cosignature is on the head and good."""

    def add(self, breach: Breach, culprit: str, words: Text) -> None:
        """Note a finding."""
        self.findings.append(Finding(breach, culprit, words))


class _Stop(Exception):
    """The rest cannot be judged."""


def visit(
    source: Source, key: NoteKey, before: Seen | None, witnesses: Sequence[NoteKey] = (), *, everything: bool = False
) -> Report:
    """Read the newest tree head and what is new since ``before``; with ``everything``, or the first time, all of it.

    Raises :class:`odr.notary.check.remote_log.NotReached`; then nothing is known and nothing is to be remembered.
    """
    report = Report()
    try:
        head = _head(source, key, report, witnesses)
        _compare(before, head, report)
        if before is None or everything:
            report.seen = _read_on(source, head, Seen.nothing(key.vkey), report)
            _continues(source, before, head, report)
        else:
            report.seen = _read_on(source, head, before, report) if head.size > before.size else before
    except _Stop:
        report.seen = None
    return report


def _head(source: Source, key: NoteKey, report: Report, witnesses: Sequence[NoteKey]) -> Checkpoint:
    path = "checkpoint"
    try:
        data = source.get(path, CHECKPOINT_BYTES)
        if data is None:
            report.add(Breach.TILE_MISSING, path, T("The log gives out no tree head."))
            raise _Stop
        report.note = data
        note = parse_note(data)
        verify_note(note, [key])
        head = Checkpoint.parse(note.text, extensions=True)
    except (Malformed, NoteRefused, TooLong) as error:
        report.add(Breach.UNSIGNED, path, T("The tree head is not believed: %(why)s", why=str(error)))
        raise _Stop from None
    if head.origin != key.name:
        report.add(Breach.UNSIGNED, path, T("The tree head is of another log, %(origin)s.", origin=head.origin))
        raise _Stop
    for witness in witnesses:
        _witnessed(data, witness, report)
    return head


def _witnessed(data: bytes, witness: NoteKey, report: Report) -> None:
    note = parse_note(data)
    if witness.type is not SignatureType.COSIGNATURE or not any(
        (line.name, line.key_id) == (witness.name, witness.id) for line in note.signatures
    ):
        return
    try:
        verify_note(note, [witness])
    except NoteRefused:
        report.add(
            Breach.UNSIGNED,
            "checkpoint",
            T("The cosignature of the witness %(who)s on the tree head is bad.", who=witness.name),
        )
    else:
        report.witnesses.append(witness.name)


def _compare(before: Seen | None, head: Checkpoint, report: Report) -> None:
    if before is None:
        return
    if head.size < before.size:
        report.add(
            Breach.ROLLBACK,
            "checkpoint",
            T("The log shows %(now)s entries; it had signed %(before)s before.", now=head.size, before=before.size),
        )
        raise _Stop
    if head.size == before.size and head.root != before.root:
        report.add(
            Breach.SPLIT_VIEW,
            "checkpoint",
            T("The log has signed two different trees of %(size)s entries.", size=head.size),
        )
        raise _Stop


def _read_on(source: Source, head: Checkpoint, before: Seen, report: Report) -> Seen:
    """Compute the tree from its remembered edge and the new entries, and compare every tile on the way."""
    edge, size = dict(before.edge), before.size
    wrong_tiles: list[Finding] = []
    for start, hashes in _strides(source, before.size, head.size, report):
        grown = extend(start, hashes, _loader(edge))
        size = start + len(hashes)
        wrong_tiles += _wrong_tiles(source, grown, head.size)
        edge = edge_of(edge | grown, size)
    if TileReader(_loader(edge)).root(size) == head.root:
        report.findings += wrong_tiles
        if wrong_tiles:
            raise _Stop
        return Seen(before.vkey, head.size, head.root, edge, report.note)
    _blame(source, head, before, wrong_tiles, report)
    raise _Stop


def _strides(source: Source, start: int, end: int, report: Report) -> Iterator[tuple[int, list[bytes]]]:
    """Leaf hashes of the entries ``start..end``, bundle by bundle, gathered."""
    at, hashes = start, list[bytes]()
    while at + len(hashes) < end:
        place = at + len(hashes)
        index, skip = divmod(place, WIDTH)
        width = width_at(end, 0, index)
        hashes += [leaf_hash(entry) for entry in _bundle(source, index, width, report)[skip:width]]
        report.read += width - skip
        if len(hashes) >= STRIDE:
            yield at, hashes
            at, hashes = at + len(hashes), []
    if hashes:
        yield at, hashes


def _bundle(source: Source, index: int, width: int, report: Report) -> list[bytes]:
    path = ""
    try:
        path, data = fetch_tile(source, None, index, width)
        if data is None:
            report.add(
                Breach.TILE_MISSING,
                path,
                T(
                    "The log does not give out the entries %(first)s to %(last)s.",
                    first=index * WIDTH,
                    last=index * WIDTH + width - 1,
                ),
            )
            raise _Stop
        entries = unbundle(data)
        if len(entries) < width:
            raise ValueError("too few entries")
    except (ValueError, TooLong) as error:
        report.add(
            Breach.ENTRY_BAD, path or str(error), T("The bundle of entries cannot be read: %(why)s", why=str(error))
        )
        raise _Stop from None
    return entries


def _wrong_tiles(source: Source, grown: dict[tuple[int, int], bytes], end: int) -> Iterator[Finding]:
    """Compare what the entries give with what the log gives out: full tiles at once, the last ones when they have
    grown.
    """
    for (level, index), ours in sorted(grown.items()):
        width = width_at(end, level, index)
        if len(ours) != width * HASH_SIZE:
            continue
        try:
            path, theirs = fetch_tile(source, level, index, width)
        except TooLong as error:
            yield Finding(Breach.TILE_BAD, str(error), T("The tile is longer than a tile can be."))
            continue
        if theirs is None:
            yield Finding(Breach.TILE_MISSING, path, T("The log does not give out this tile."))
        elif theirs[: len(ours)] != ours or (len(theirs) != len(ours) and path.endswith(f"/{width}")):
            at = next(
                (
                    i
                    for i in range(width)
                    if theirs[i * HASH_SIZE : (i + 1) * HASH_SIZE] != ours[i * HASH_SIZE : (i + 1) * HASH_SIZE]
                ),
                width,
            )
            yield Finding(Breach.TILE_BAD, path, T("Hash %(at)s of the tile is not what the entries give.", at=at))


def _loader(edge: dict[tuple[int, int], bytes]) -> TileLoader:
    return lambda level, index: edge.get((level, index), b"")


def _continues(source: Source, before: Seen | None, head: Checkpoint, report: Report) -> None:
    """After all of a tree was computed anew, and every tile compared: is the remembered tree its beginning?"""
    if (
        before is None
        or TileReader(lambda level, index: _served(source, level, index, head.size)).root(before.size) == before.root
    ):
        return
    _split(before, head, report)
    raise _Stop


def _split(before: Seen, head: Checkpoint, report: Report) -> None:
    words = T(
        "The signed tree of %(now)s entries does not continue the tree of %(before)s entries that the log had signed.",
        now=head.size,
        before=before.size,
    )
    report.add(Breach.SPLIT_VIEW, "checkpoint", words)


def _blame(source: Source, head: Checkpoint, before: Seen, wrong_tiles: list[Finding], report: Report) -> None:
    """The entries do not give the signed root: do the tiles, and do they continue the tree of before?"""
    reader = TileReader(lambda level, index: _served(source, level, index, head.size))
    try:
        tiles_hold = reader.root(head.size) == head.root
        continues = before.size == 0 or reader.root(before.size) == before.root
    except (CorruptTile, TooLong):
        tiles_hold = continues = False
    if tiles_hold and not continues:
        _split(before, head, report)
        return
    if tiles_hold:
        report.findings += [
            Finding(
                Breach.ENTRY_BAD,
                f"tile/entries {place}",
                T("Entry %(index)s is not the one that was signed for.", index=place),
            )
            for place in _wrong_entries(source, head.size, before.size, reader)
        ]
    if not report.findings:
        report.findings += wrong_tiles
        report.add(
            Breach.UNPROVEN,
            "checkpoint",
            T("Neither the entries nor the tiles give the root that was signed for %(size)s entries.", size=head.size),
        )


def _served(source: Source, level: int, index: int, size: int) -> bytes:
    return fetch_tile(source, level, index, width_at(size, level, index))[1] or b""


def _wrong_entries(source: Source, size: int, start: int, reader: TileReader) -> Iterator[int]:
    for index in range(start // WIDTH, (size - 1) // WIDTH + 1):
        width = width_at(size, 0, index)
        for offset, entry in enumerate(_bundle(source, index, width, Report())[:width]):
            if leaf_hash(entry) != reader(0, index * WIDTH + offset):
                yield index * WIDTH + offset
