"""Earlier proofs: tokens and log proofs of others, examined with named roots and keys; what is found is told and merged
with nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.evidence.kit import verifier
from odr.evidence.models import CompilationKind, Exhibit
from odr.evidence.sources.proof_formats import ProofKind, ProofResult, Trust, examine
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.notary.log.log_proof import Proof
from odr.notary.log.note import NoteKey, SignatureLine, SignatureType, cosigned_message, parse_note
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.conftest import MORNING, lay_tables
from tests.evidence.test_case_file import key_of, made, signed_in, with_exhibits
from tests.scene import open_court

FILE = b"order 8842"
SHA = hashlib.sha256(FILE).hexdigest()


class Elsewhere:
    """Another notary: its own log, keys and time authority."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        url = f"sqlite:///{folder / 'log.sqlite'}"
        lay_tables(url)
        self.clock = FixedClock(MORNING - timedelta(days=100))
        self.notary = Notary(
            Database(url, synchronous="OFF"),
            vault=FileVault(folder / "vault"),
            origin=f"{name}/log",
            clock=self.clock,
            log_dir=None,
            organisation=name,
        )
        self.notary.establish()

    def token(self, data: bytes) -> bytes:
        with self.notary.database.read() as session:
            return self.notary.time_authority(session).response(hashlib.sha256(data).digest(), self.clock.machine_now())

    def proven(self, **subject: object) -> tuple[bytes, bytes]:
        """Receipt and tlog-proof of something it anchored."""
        with self.notary.database.write() as session:
            reference = self.notary.record(session, subject, now=self.clock.now()).reference  # type: ignore[arg-type]
        self.notary.sequence()
        with self.notary.database.read() as session:
            files = self.notary.receipt_files(session, reference)
        assert files.proof is not None
        return files.json, files.proof

    @property
    def trust(self) -> Trust:
        return Trust(
            (x509.load_pem_x509_certificate(self.notary.tsa_ca_pem().encode()),),
            (NoteKey.parse(self.notary.log_public_key_vkey()),),
        )


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(tmp_path_factory.mktemp("out") / "one", "notary.example")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(tmp_path_factory.mktemp("out") / "two", "stranger.example")


def test_token_is_believed_only_from_a_named_root(elsewhere: Elsewhere, stranger: Elsewhere) -> None:
    """A token over the file by a named authority gives its time; over another file, by a stranger, cut or of the future
    it does not.
    """
    token, now = elsewhere.token(FILE), MORNING
    found = examine(token, SHA, elsewhere.trust, now)
    assert (found.kind, found.result, found.at) == (
        ProofKind.TIMESTAMP,
        ProofResult.HOLDS,
        elsewhere.clock.machine_now().replace(microsecond=0),
    )
    assert (
        "notary.example" in found.issuer
        and "existed by then" in found.words.render("en")
        and found.issuer in found.words.render("zh-Hans")
    )
    bare = tsp.TimeStampResp.load(token)["time_stamp_token"].dump()
    assert examine(bare, SHA, elsewhere.trust, now).result is ProofResult.HOLDS
    assert examine(token, "0" * 64, elsewhere.trust, now).result is ProofResult.OTHER_FILE
    assert examine(token, SHA, stranger.trust, now).result is ProofResult.UNKNOWN_ISSUER
    assert examine(token, SHA, Trust(), now).result is ProofResult.UNKNOWN_ISSUER
    assert examine(token, SHA, elsewhere.trust, now - timedelta(days=200)).result is ProofResult.BROKEN
    at = len(token) - 10
    assert (
        examine(token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :], SHA, elsewhere.trust, now).result
        is ProofResult.BROKEN
    )
    assert examine(b"%PDF-1.7", SHA, elsewhere.trust, now).kind is ProofKind.UNREADABLE


def test_log_proof_is_believed_only_with_a_named_key(elsewhere: Elsewhere, stranger: Elsewhere) -> None:
    """A receipt of a named log that names the file holds with its time; without the receipt, of another file or another
    log it does not.
    """
    receipt, proof = elsewhere.proven(sha256=SHA, size=len(FILE))
    found = examine(proof, SHA, elsewhere.trust, MORNING, beside=receipt)
    assert (found.kind, found.result, found.at) == (ProofKind.LOG, ProofResult.HOLDS, elsewhere.clock.machine_now())
    assert examine(proof, SHA, elsewhere.trust, MORNING).result is ProofResult.OTHER_FILE
    assert examine(proof, "0" * 64, elsewhere.trust, MORNING, beside=receipt).result is ProofResult.OTHER_FILE
    assert examine(proof, SHA, stranger.trust, MORNING, beside=receipt).result is ProofResult.UNKNOWN_ISSUER
    forged = json.dumps(
        {**json.loads(receipt), "logged_at": "2020-01-01T00:00:00.000000Z"}, sort_keys=True, separators=(",", ":")
    ).encode()
    assert examine(proof, SHA, elsewhere.trust, MORNING, beside=forged).result is ProofResult.OTHER_FILE
    mark = proof.rindex(b" ") + 9
    letter = b"A" if proof[mark : mark + 1] != b"A" else b"B"
    assert (
        examine(proof[:mark] + letter + proof[mark + 1 :], SHA, elsewhere.trust, MORNING, beside=receipt).result
        is ProofResult.BROKEN
    )
    assert examine(proof[:-20], SHA, elsewhere.trust, MORNING, beside=receipt).result is ProofResult.BROKEN


def test_a_witness_that_is_known_says_the_time_and_not_whoever_wrote_into_the_log(elsewhere: Elsewhere) -> None:
    """Of a log into which others write, a receipt may state any time: what its known witness cosigned is the time, though it is
    later; without a known witness the log's own word stays.
    """
    receipt, data = elsewhere.proven(sha256=SHA, size=len(FILE), because="a witness")
    note, seen = parse_note(Proof.parse(data).note), int(MORNING.timestamp())
    private = Ed25519PrivateKey.generate()
    witness = NoteKey("witness.example", SignatureType.COSIGNATURE, private.public_key().public_bytes_raw())
    mark = seen.to_bytes(8, "big") + private.sign(cosigned_message(note.text, seen))
    cosigned = note.with_signatures([SignatureLine(witness.name, witness.id, mark)])
    proof = data.replace(Proof.parse(data).note, cosigned.encode())
    stated = examine(proof, SHA, elsewhere.trust, MORNING, beside=receipt)
    assert (stated.result, stated.at) == (ProofResult.HOLDS, elsewhere.clock.machine_now())
    both = replace(elsewhere.trust, keys=(*elsewhere.trust.keys, witness))
    found = examine(proof, SHA, both, MORNING, beside=receipt)
    assert (found.result, found.at) == (ProofResult.HOLDS, MORNING) and stated.at < MORNING


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_are_more_than_refused(elsewhere: Elsewhere, data: bytes, headed: bool) -> None:
    """Whatever is attached as a proof is examined to a result; nothing but a real proof holds."""
    found = examine(
        (b"c2sp.org/tlog-proof@v1\n" if headed else b"") + data,
        SHA,
        elsewhere.trust,
        MORNING,
        content=FILE,
        beside=data,
    )
    assert found.result is not ProofResult.HOLDS and found.words.render("zh-Hans")


@pytest.mark.slow
def test_attached_proof_stands_beside_the_badges_and_in_the_kit(
    sqlite_url: str, tmp_path: Path, elsewhere: Elsewhere, stranger: Elsewhere
) -> None:
    """Who brought the exhibit attaches a proof; entry and page say what was found, the badges stay as they are, the kit
    proves its bytes.
    """
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "notary.pem").write_text(elsewhere.notary.tsa_ca_pem())
    database = Database(sqlite_url, synchronous="OFF")
    scene = open_court(
        database,
        FixedClock(MORNING),
        tmp_path / "court",
        proof_roots=str(roots),
        proof_keys=elsewhere.notary.log_public_key_vkey(),
    )
    with_exhibits(scene)
    with scene.court.database.read() as session:
        c1, r1 = (
            session.scalars(select(Exhibit.reference).where(Exhibit.label == label)).one() for label in ("C-1", "R-1")
        )
    path = f"/cases/{scene.case().reference}/exhibits/C-1"
    before = signed_in(scene, "haiyun").get(path).get_data(as_text=True)
    badges = before[before.index("court-badges") : before.index("</ul>", before.index("court-badges"))]
    token = elsewhere.token(FILE)
    good, bad = scene.upload("li", token, "token.tsr"), scene.upload("li", stranger.token(FILE), "other.tsr")
    with pytest.raises(InvalidInput):
        scene.do("attach_proof", "li", exhibit=r1, upload=good.reference)
    receipt = scene.do("attach_proof", "li", exhibit=c1, upload=good.reference)
    assert "existed by then" in receipt.words["en"] and "notary.example" in receipt.words["zh-Hans"]
    assert (
        "nobody whom this court knows" in scene.do("attach_proof", "li", exhibit=c1, upload=bad.reference).words["en"]
    )
    body, proof = elsewhere.proven(sha256=SHA, size=len(FILE))
    log = scene.upload("li", proof, "receipt.tlog-proof")
    held = scene.do(
        "attach_proof",
        "li",
        exhibit=c1,
        upload=log.reference,
        beside=scene.upload("li", body, "receipt.json").reference,
    )
    assert "held the digest" in held.words["en"]
    after = signed_in(scene, "haiyun").get(path).get_data(as_text=True)
    assert badges in after and after.count("It holds") == 2 and "By nobody this court knows" in after
    assert signed_in(scene, "haiyun").get(f"{path}/proofs/1").data == token
    assert signed_in(scene, "haiyun").get(f"{path}/proofs/9").status_code == 404
    for kind, label in ((CompilationKind.KIT, "C-1"), (CompilationKind.CASE_FILE, None)):
        _, data = made(scene, "haiyun", kind, label)
        (tmp_path / "bag.zip").write_bytes(data)
        assert verifier.verify(tmp_path / "bag.zip", {key_of(scene)})[0] == []
        with zipfile.ZipFile(io.BytesIO(data)) as bag:
            assert {name.rsplit("proofs/")[1] for name in bag.namelist() if "/proofs/" in name} == {
                "1/token.tsr",
                "2/other.tsr",
                "3/receipt.tlog-proof",
                "3/receipt.json",
            }
    database.dispose()
