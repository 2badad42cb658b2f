"""The log when it is large: an inclusion proof at a million lines against one at ten thousand; the whole of a receipt's
files.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from bench.frame import Ratio, compare, report, timed
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.log.log_rows import insert_rows, latest_checkpoint, open_log, tile_reader
from odr.notary.log.merkle_tree import inclusion_ranges, leaf_hash, roots, verify_inclusion
from odr.notary.log.receipts import leaf_line
from odr.notary.log.sequencer import BATCH
from odr.notary.log.tiles import tiles_for_inclusion
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.conftest import MORNING

SMALL, LARGE = 10_000, 1_000_000
PROOFS = 300


def grown(folder: Path, size: int) -> Notary:
    """A log of so many lines, sequenced and signed as the court does it; their receipts are left out, since no proof
    reads them.
    """
    url = f"sqlite:///{folder / 'log.sqlite'}"
    migrate.upgrade(url)
    notary = Notary(
        Database(url),
        vault=FileVault(folder / "vault"),
        origin="bench.example/log",
        clock=FixedClock(MORNING),
        log_dir=None,
    )
    for start in range(0, size, BATCH):
        with notary.database.write() as session:
            insert_rows(
                session, "log_entry", ("leaf",), [(line(number),) for number in range(start, min(start + BATCH, size))]
            )
        notary.sequence()
    return notary


def line(number: int) -> bytes:
    """The line of a number."""
    return leaf_line(f'{{"number":{number}}}'.encode())


def prover(notary: Notary, size: int, choice: random.Random, proofs: int) -> Callable[[], float]:
    """Seconds of one proof, the mean of many anywhere in the tree, each in a snapshot of its own as a request has it;
    some are verified.
    """
    with notary.database.read() as session:
        log, root = _head(session)

    def one(index: int) -> list[bytes]:
        with notary.database.read() as session:
            reader = tile_reader(session, log, tiles_for_inclusion(index, size))
            return roots(reader, inclusion_ranges(index, size))

    for index in (0, size - 1, size // 3):
        verify_inclusion(leaf_hash(line(index)), index, size, one(index), root)
    return lambda: timed(lambda: [one(choice.randrange(size)) for _ in range(proofs)]) / proofs


def _head(session: Session) -> tuple[str, bytes]:
    from odr.notary.log.checkpoint import Checkpoint
    from odr.notary.log.note import parse_note

    log = open_log(session)
    last = latest_checkpoint(session, log.id) if log else None
    assert log is not None and last is not None
    return log.id, Checkpoint.parse(parse_note(bytes(last.note)).text).root


def run(large: int = LARGE, proofs: int = PROOFS) -> list[Ratio]:
    """The proof's ratio, with what making the log cost as a note."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        notaries: dict[int, Notary] = {}
        few = grown(Path(one), SMALL)
        seconds = timed(lambda: notaries.update({large: grown(Path(two), large)}))
        choice = random.Random(7)
        ratio = compare(
            f"inclusion proof, seconds, {large:,} lines",
            (f"{large:,} lines", prover(notaries[large], large, choice, proofs)),
            (f"{SMALL:,} lines", prover(few, SMALL, choice, proofs)),
            limit=1.6,
            at_least=False,
            tell=False,
        )
        ratio.notes.append(f"lines entered, sequenced and signed for a second, in batches: {large / seconds:,.0f}")
    report(ratio)
    return [ratio]
