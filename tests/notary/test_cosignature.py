"""Real cosignatures from a witness nobody here wrote: given for the true log, refused for every other, after a restart
too.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from odr.ground.clock import CourtClock
from odr.ground.db import Database
from odr.notary.check.witness import Witness, WitnessConflict
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import consistency_ranges, roots
from odr.notary.log.note import NoteKey, Verified, parse_note
from odr.notary.log.strict import b64
from odr.notary.notary import Notary
from tests.notary.conftest import record
from tests.notary.test_litewitness import COSIGNED, Shown, borne
from tests.notary.test_monitor import LEAVES, Foreign
from tests.peers.witness import AicsWitness, program


def test_a_strangers_witness_cosigns_the_courts_log(
    sqlite_database: Database, make_notary: Callable[..., Notary], aics_witness: AicsWitness, tmp_path: Path
) -> None:
    """From nothing to 3, to 257 and to 1,057 entries; a receipt counts it, the served head bears it, the monitor and
    its author's verifier find it.
    """
    notary = make_notary(sqlite_database, clock=CourtClock(), witnesses=(Witness(aics_witness.key, aics_witness.url),))
    notary.establish()
    log = NoteKey.parse(notary.log_public_key_vkey())
    references = record(notary, 3)
    assert [outcome.done for outcome in notary.attest()] == [False], "a log it was never told of is not cosigned"
    aics_witness.trust(log)
    for more in (0, 254, 800):
        references += record(notary, more) if more else []
        (outcome,) = notary.attest()
        assert outcome.done, str(outcome.words)
        with notary.database.read() as session:
            head = Checkpoint.parse(parse_note(notary.checkpoint(session) or b"").text)
        known = aics_witness.known(log.name)
        assert (known["size"], known["root"], known["evidence"]) == (len(references), b64(head.root), 0)
    (vkey,) = notary.log_vkeys()
    (tmp_path / "head").write_bytes(borne(notary, references[700], aics_witness.key, tmp_path))
    words = [
        program("aics-tlog"),
        "verify-checkpoint",
        "--note",
        "head",
        "--log-key",
        vkey,
        "--witness-key",
        aics_witness.key.vkey,
        "--quorum",
        "1",
    ]
    theirs = subprocess.run([*words, "--max-age", "60"], cwd=tmp_path, capture_output=True, text=True)
    assert theirs.returncode == 0 and '"ok": true' in theirs.stdout, theirs.stdout + theirs.stderr


def test_a_strangers_witness_refuses_a_forked_log(aics_witness: AicsWitness, tmp_path: Path) -> None:
    """A stale size is told the true one, from which a log proves on; another past is refused and kept as evidence; a
    restart forgets nothing.
    """
    log = Foreign(tmp_path / "foreign")
    aics_witness.trust(log.key)
    shown = Shown(log, aics_witness)
    assert shown(LEAVES[:300], 0) == COSIGNED
    assert shown(LEAVES[:301], 299) == "409", "from a size it did not see last"
    verified = _forgotten(shown, LEAVES[:301])
    assert (verified.key, abs((verified.time or 0) - time.time()) < 60) == (aics_witness.key, True)
    forged = [b"forged\n", *LEAVES[1:400]]
    assert shown(forged[:301], 301) == "422", "two trees of one size"
    assert shown(forged[:302], 301) == "422", "a larger tree with another past"
    assert shown(forged[:299], 301) == "400", "a smaller tree"
    assert shown(LEAVES[:302], 301, lambda proof: [*proof, bytes(32)]) == "422", "a hash too many"
    assert shown(LEAVES[:302], 301, lambda proof: proof[:-1]) == "422", "a hash missing"
    assert shown(LEAVES[:302], 301, lambda proof: [bytes(32), *proof[1:]]) == "422", "a zero hash"
    assert aics_witness.evidence() == [(301, 301)] * 5
    assert Shown(Foreign(tmp_path / "stranger", log.name), aics_witness)(LEAVES[:302], 301) == "403", (
        "signed by a stranger"
    )
    aics_witness.stop()
    aics_witness.start()
    assert shown(forged[:302], 0) == "409", "as if it had seen nothing"
    with pytest.raises(WitnessConflict) as refused:
        _forgotten(shown, LEAVES[:300])
    assert refused.value.known == 301, "a court set back to an older copy is not followed"
    assert shown(LEAVES[:302], 301) == COSIGNED


def _forgotten(shown: Shown, leaves: list[bytes]) -> Verified:
    """Ask as a court does that no longer knows what the witness saw last."""
    reader, size = shown.reader(leaves), len(leaves)
    witness = Witness(shown.witness.key, shown.witness.url)
    return witness.cosign(shown.note(leaves), size, 0, lambda known: roots(reader, consistency_ranges(known, size)))
