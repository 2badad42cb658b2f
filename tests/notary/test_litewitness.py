"""The log before an independent witness: litewitness from Debian, which nobody here wrote."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from odr.ground.clock import CourtClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.notary.check.receipt import verify_receipt
from odr.notary.check.witness import Witness, WitnessRefused
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import consistency_ranges, leaf_hash, roots
from odr.notary.log.note import Note, NoteKey, parse_note, verify_note
from odr.notary.log.strict import b64
from odr.notary.log.tiles import TileReader, extend
from odr.notary.notary import Notary
from odr.operations.maintenance import closed_app
from tests.notary.conftest import record
from tests.notary.test_monitor import LEAVES, Foreign, Published
from tests.peers.http import serving
from tests.peers.litewitness import LiteWitness

COSIGNED, ACCEPTED = "cosigned", "accepted, not stored"


class Asked(Protocol):
    """A witness somebody else wrote, as it is asked here."""

    url: str
    key: NoteKey

    @property
    def broke_off_storing(self) -> int: ...


def judged(witness: Asked, ask: Callable[[], object]) -> str:
    """What it says of a head: cosigned, accepted (by a build that cannot store), or the refusal's status."""
    before = witness.broke_off_storing
    try:
        ask()
    except WitnessRefused as refused:
        return ACCEPTED if witness.broke_off_storing > before else str(refused.status)
    return COSIGNED


class Shown:
    """A log of which any tree can be shown to the witness, with the proof of consistency from any size."""

    def __init__(self, log: Foreign, witness: Asked) -> None:
        self.log, self.witness = log, witness

    def __call__(
        self, leaves: list[bytes], old: int, bend: Callable[[list[bytes]], list[bytes]] = lambda proof: proof
    ) -> str:
        """Sign the tree of these leaves and ask for a cosignature from ``old`` on."""
        proof = bend(roots(self.reader(leaves), consistency_ranges(min(old, len(leaves)), len(leaves))))
        witness = Witness(self.witness.key, self.witness.url)
        return judged(self.witness, lambda: witness._ask(self.note(leaves), old, proof))

    def note(self, leaves: list[bytes]) -> Note:
        """The head of the tree of these leaves, signed by the log."""
        return parse_note(
            self.log.signed(Checkpoint(self.log.name, len(leaves), self.reader(leaves).root(len(leaves))).text)
        )

    def reader(self, leaves: list[bytes]) -> TileReader:
        """The tree of these leaves."""
        tiles = extend(0, [leaf_hash(leaf) for leaf in leaves], lambda level, index: b"")
        return TileReader(lambda level, index: tiles.get((level, index), b""))


def test_debians_witness_accepts_what_the_court_sends(
    sqlite_database: Database, make_notary: Callable[..., Notary], litewitness: LiteWitness, tmp_path: Path
) -> None:
    """The court asks it as it asks any witness; it checks signature and consistency by its own code from nothing to 3,
    to 257 and to 1,057 entries.

    Where its build can store, the cosignature is counted in the receipt, borne by the served head and found by the
    monitor.
    """
    notary = make_notary(sqlite_database, clock=CourtClock(), witnesses=(Witness(litewitness.key, litewitness.url),))
    notary.establish()
    log = NoteKey.parse(notary.log_public_key_vkey())
    references = record(notary, 3)
    assert [outcome.done for outcome in notary.attest()] == [False], "a log it was never told of is not cosigned"
    assert litewitness.broke_off_storing == 0
    litewitness.trust(log)
    for rounds, more in enumerate((0, 254, 800), 1):
        references += record(notary, more) if more else []
        (outcome,) = notary.attest()
        assert outcome.done or litewitness.broke_off_storing == rounds, str(outcome.words)
        with notary.database.read() as session:
            head = Checkpoint.parse(parse_note(notary.checkpoint(session) or b"").text)
        if not outcome.done:
            litewitness.remembers(head.origin, head.size, head.root)
        assert f'"size":{len(references)},"root_hash":"{b64(head.root)}"' in litewitness.known()
    if outcome.done:
        borne(notary, references[700], litewitness.key, tmp_path)


def borne(notary: Notary, reference: str, witness: NoteKey, tmp_path: Path) -> bytes:
    """A receipt counts the witness, the served head bears its signature of this minute, and the monitor finds it;
    returns that head.
    """
    with notary.database.read() as session:
        files, served = notary.receipt_files(session, reference), notary.checkpoint(session) or b""
    (vkey,) = notary.log_vkeys()
    proven = verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=[vkey], witnesses=[witness.vkey])
    assert proven.holds and proven.witnessed_by == 1
    (verified,) = verify_note(parse_note(served), [witness])
    assert abs((verified.time or 0) - time.time()) < 60
    with serving(Published(tmp_path / "log" / vkey.split("+")[0].rsplit("/", 1)[1])) as origin:
        app = closed_app(Settings(mode="test", data_dir=tmp_path / "elsewhere"))
        said = app.test_cli_runner().invoke(args=["log", "audit", origin, "--key", vkey, "--witness", witness.vkey])
    assert said.exit_code == 0 and "cosigned by 1 of 1" in said.output, said.output
    return served


def test_debians_witness_refuses_a_forked_log(litewitness: LiteWitness, tmp_path: Path) -> None:
    """Another past under the same key and name, smaller, of the same size or larger, is refused with the standard's
    status; the true log goes on.
    """
    log = Foreign(tmp_path / "foreign")
    litewitness.trust(log.key)
    shown = Shown(log, litewitness)
    assert shown(LEAVES[:300], 0) in (COSIGNED, ACCEPTED)
    litewitness.remembers(log.name, 300, shown.reader(LEAVES[:300]).root(300))
    forged = [b"forged\n", *LEAVES[1:400]]
    assert shown(forged[:300], 300) == "422", "two trees of one size (the standard now says 409)"
    assert shown(forged[:301], 300) == "422", "a larger tree with another past"
    assert shown(forged[:299], 300) in ("400", "409", "422"), "a smaller tree"
    assert shown(LEAVES[:301], 299) == "409", "from a size it did not see last"
    assert shown(LEAVES[:301], 300, lambda proof: [*proof, bytes(32)]) == "422", "a hash too many"
    assert shown(LEAVES[:301], 300, lambda proof: proof[:-1]) == "422", "a hash missing"
    assert shown(LEAVES[:301], 300, lambda proof: [bytes(32), *proof[1:]]) == "422", "a zero hash"
    assert Shown(Foreign(tmp_path / "stranger", log.name), litewitness)(LEAVES[:301], 300) == "403", (
        "signed by a stranger"
    )
    assert shown(LEAVES[:301], 300) in (COSIGNED, ACCEPTED)
