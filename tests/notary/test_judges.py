"""Every attack on a receipt before every program that can judge it; where they disagree the table says why."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.check.receipt import verify_receipt
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_proof import Proof
from odr.notary.log.merkle_tree import node_hash
from odr.notary.log.note import Note, NoteKey, SignatureLine, parse_note
from odr.notary.log.receipts import leaf_line
from odr.notary.log.strict import b64
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.notary.conftest import ORIGIN
from tests.notary.judges import ATTACKS, JUDGES, NOTES, table
from tests.patience import PATIENCE

COUNT, PLACE = 300, 133
FILE = b"What the photograph shows, byte for byte.\n" * 20
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)


@dataclass
class Kit:
    """A receipt's files, and what a verifier knows from elsewhere."""

    file: bytes
    json: bytes
    leaf: bytes
    proof: Proof
    tsr: bytes
    stamped: bytes
    """The checkpoint that goes with the token."""
    case: str = "case-a"
    nonce: int | None = None
    vkey: str = ""
    root: x509.Certificate = None  # type: ignore[assignment]
    at: datetime = MORNING
    raw: bytes | None = None
    """The note's bytes where they are not what :class:`Note` would write."""

    @property
    def note(self) -> bytes:
        return self.raw if self.raw is not None else self.proof.note

    @property
    def whole(self) -> bytes:
        """The proof file."""
        return Proof(self.proof.index, self.proof.path, self.note).encode()


@dataclass
class House:
    """The log of the attacks: a notary whose log key the attacker of some of them holds."""

    notary: Notary
    vault_folder: Path
    kits: dict[str, Kit] = field(default_factory=dict)

    def signed(self, text: str) -> bytes:
        """Any text under the log's good signature: what a log that lies could publish."""
        (vkey,) = self.notary.log_vkeys()
        key = NoteKey.parse(vkey)
        private = serialization.load_pem_private_key((self.vault_folder / "log-2026.key").read_bytes(), None)
        assert isinstance(private, Ed25519PrivateKey)
        return Note(text, (SignatureLine(key.name, key.id, private.sign(text.encode())),)).encode()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Three hundred receipts, one of them of the file, and another of another case."""
    from odr.ground import migrate

    folder = tmp_path_factory.mktemp("judges")
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    clock = FixedClock(MORNING)
    notary = Notary(
        Database(url, synchronous="OFF"), vault=FileVault(folder / "vault"), origin=ORIGIN, clock=clock, log_dir=None
    )
    subjects: list[dict[str, Any]] = [
        {"sha256": f"{n:064x}", "size": n, "media_type": "text/plain", "case": "case-a"} for n in range(COUNT)
    ]
    subjects[PLACE] = {
        "sha256": hashlib.sha256(FILE).hexdigest(),
        "size": len(FILE),
        "media_type": "text/plain",
        "case": "case-a",
    }
    with notary.database.write() as session:
        references = notary.record_many(session, subjects, now=clock.now())
    notary.sequence()
    with notary.database.read() as session:
        files = notary.receipt_files(session, references[PLACE])
        neighbour = notary.receipt_files(session, references[PLACE + 1])
        root = notary.authority.root(session)
        leaves = [notary.receipt_files(session, reference).leaf for reference in references]
    (vkey,) = notary.log_vkeys()
    assert files.proof and files.tsr and files.checkpoint and neighbour.proof
    good = Kit(
        FILE, files.json, files.leaf, Proof.parse(files.proof), files.tsr, files.checkpoint, vkey=vkey, root=root
    )
    found = House(notary, folder / "vault", {"good": good})
    found.kits["neighbour"] = Kit(
        b"",
        neighbour.json,
        neighbour.leaf,
        Proof.parse(neighbour.proof),
        files.tsr,
        files.checkpoint,
        vkey=vkey,
        root=root,
    )
    found.leaves = leaves  # type: ignore[attr-defined]
    return found


def changed(kit: Kit, **parts: Any) -> Kit:
    """The kit with some parts exchanged."""
    return Kit(**{**kit.__dict__, **parts})


def noted(kit: Kit, raw: bytes) -> Kit:
    """The kit with another note, in proof and token alike."""
    return changed(kit, raw=raw)


def bit(data: bytes, at: int = 5) -> bytes:
    """One bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def attacked(house: House, name: str) -> Kit:
    """The kit after an attack."""
    kit = house.kits["good"]
    path, index = kit.proof.path, kit.proof.index
    text = parse_note(kit.proof.note).text
    line = kit.proof.note.decode().split("\n\n", 1)[1]
    origin, size, root, _ = text.split("\n")
    stranger = Ed25519PrivateKey.generate()
    unknown = stranger.sign(text.encode())
    foreign = NoteKey("stranger.example/log", NoteKey.parse(kit.vkey).type, stranger.public_key().public_bytes_raw())

    def proof(**parts: Any) -> Kit:
        return changed(kit, proof=Proof(**{"index": index, "path": path, "note": kit.proof.note, **parts}))

    def token(at: datetime, digest: bytes | None = None, nonce: int | None = None) -> bytes:
        with house.notary.database.read() as session:
            authority = house.notary.time_authority(session)
        return authority.response(digest or hashlib.sha256(kit.stamped).digest(), at, nonce=nonce)

    made: dict[str, Callable[[], Kit]] = {
        "nothing": lambda: kit,
        "one bit of the file": lambda: changed(kit, file=bit(kit.file)),
        "file cut short": lambda: changed(kit, file=kit.file[:-1]),
        "file made longer": lambda: changed(kit, file=kit.file + b"\n"),
        "file empty": lambda: changed(kit, file=b""),
        "receipt shown in another case": lambda: changed(kit, case="case-b"),
        "receipt altered": lambda: changed(kit, json=kit.json.replace(b"case-a", b"case-b")),
        "receipt in another spelling, leaf fitted": lambda: changed(
            kit, json=kit.json + b" ", leaf=leaf_line(kit.json + b" ")
        ),
        "receipt and leaf rewritten": lambda: changed(
            kit, json=kit.json.replace(b"case-a", b"case-b"), leaf=leaf_line(kit.json.replace(b"case-a", b"case-b"))
        ),
        "weaker algorithm in the leaf": lambda: changed(
            kit, leaf=f"SHA1 (receipt.json) = {hashlib.sha1(kit.json).hexdigest()}\n".encode()
        ),
        "inner node as leaf": lambda: changed(
            kit, leaf=b"".join(_children(house)), proof=Proof(index // 2, path[1:], kit.proof.note)
        ),
        "proof of the neighbour": lambda: changed(kit, proof=house.kits["neighbour"].proof),
        "index one higher": lambda: proof(index=index + 1),
        "index beyond the tree": lambda: proof(index=COUNT),
        "hash too many": lambda: proof(path=(*path, bytes(32))),
        "hash missing": lambda: proof(path=path[:-1]),
        "hash of zeroes": lambda: proof(path=(bytes(32), *path[1:])),
        "hashes exchanged": lambda: proof(path=(path[1], path[0], *path[2:])),
        "another root, signed": lambda: noted(
            kit, house.signed(Checkpoint(origin, COUNT, node_hash(bytes(32), bytes(32))).text)
        ),
        "another size, not signed": lambda: noted(kit, kit.proof.note.replace(f"\n{size}\n".encode(), b"\n301\n")),
        "one bit of the signature": lambda: noted(kit, _bent(kit.proof.note)),
        "size with leading zero, signed": lambda: noted(kit, house.signed(f"{origin}\n0{size}\n{root}\n")),
        "size in full-width digits, signed": lambda: noted(kit, house.signed(f"{origin}\n３００\n{root}\n")),
        "size with underscore, signed": lambda: noted(kit, house.signed(f"{origin}\n3_00\n{root}\n")),
        "root without padding, signed": lambda: noted(kit, house.signed(f"{origin}\n{size}\n{root.rstrip('=')}\n")),
        "carriage returns": lambda: noted(kit, kit.proof.note.replace(b"\n", b"\r\n")),
        "last newline missing": lambda: noted(kit, kit.proof.note[:-1]),
        "signature given twice": lambda: noted(kit, kit.proof.note + line.encode()),
        "good and bad signature of the log": lambda: noted(kit, kit.proof.note + _bent(line.encode())),
        "signature of a stranger added": lambda: noted(
            kit, kit.proof.note + f"{SignatureLine(foreign.name, foreign.id, unknown)}".encode()
        ),
        "signed by a stranger's key under the log's name": lambda: noted(
            kit, Note(text, (SignatureLine(origin, foreign.id, unknown),)).encode()
        ),
        "another origin, signed": lambda: noted(kit, house.signed(f"{origin}-2\n{size}\n{root}\n")),
        "token of another checkpoint": lambda: changed(kit, tsr=token(MORNING, hashlib.sha256(b"another").digest())),
        "one bit of the token": lambda: changed(kit, tsr=bit(kit.tsr, len(kit.tsr) - 4)),
        "token answers another request": lambda: changed(kit, tsr=token(MORNING, nonce=7), nonce=8),
        "token from the future": lambda: changed(kit, tsr=token(MORNING + timedelta(days=400))),
        "token older than the receipt": lambda: changed(kit, tsr=token(MORNING - timedelta(minutes=30))),
        "read after the certificate ended": lambda: changed(kit, at=MORNING + timedelta(days=365 * 7)),
        "token under another root": lambda: changed(kit, root=_stranger_root()),
    }
    return made[name]()


def _children(house: House) -> tuple[bytes, bytes]:
    leaves: list[bytes] = house.leaves  # type: ignore[attr-defined]
    first = PLACE // 2 * 2
    one, two = (hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves[first : first + 2])
    return one, two


def _bent(note: bytes) -> bytes:
    head, _, encoded = note.rstrip(b"\n").rpartition(b" ")
    return head + b" " + b64(bit(base64.b64decode(encoded), 20)).encode() + b"\n"


def _stranger_root() -> x509.Certificate:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=Stranger")
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 7, MORNING - timedelta(days=9), MORNING + timedelta(days=9000)
    )
    return builder.add_extension(x509.BasicConstraints(True, 0), True).sign(key, hashes.SHA256())


# The judges: True accepts, False refuses.


def ours(kit: Kit, folder: Path) -> bool:
    found = verify_receipt(
        kit.json,
        kit.leaf,
        kit.whole,
        vkeys=[kit.vkey],
        file=kit.file,
        case=kit.case,
        tsr=kit.tsr,
        time_roots=[kit.root],
        now=kit.at + timedelta(minutes=1),
    )
    if kit.nonce is not None:
        from odr.notary.time.verify import TokenRefused, verify_token

        try:
            verify_token(kit.tsr, hashlib.sha256(kit.stamped).digest(), [kit.root], nonce=kit.nonce)
        except TokenRefused:
            return False
    return found.holds


def _ran(folder: Path, *command: str) -> bool:
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=False).returncode == 0


def sha256sum(kit: Kit, folder: Path) -> bool:
    import json

    named = json.loads(kit.json)["sha256"]
    (folder / "manifest").write_text(f"{named}  file\n")
    return _ran(folder, "sha256sum", "--strict", "-c", "receipt.leaf") and _ran(
        folder, "sha256sum", "--strict", "-c", "manifest"
    )


def openssl(kit: Kit, folder: Path) -> bool:
    try:
        note = parse_note(kit.note)
    except ValueError:
        # What a person would cut out by hand: the text before the empty line, the signature of the first line.
        head, _, tail = kit.note.replace(b"\r\n", b"\n").partition(b"\n\n")
        note = Note(head.decode() + "\n", (SignatureLine.parse(tail.decode().split("\n")[0]),))
        if b"\r\n" in kit.note:
            note = Note(note.text.replace("\n", "\r\n"), note.signatures)
    (folder / "body").write_bytes(note.text.encode())
    (folder / "sig").write_bytes(note.signatures[0].signature)
    key = NoteKey.parse(kit.vkey).public
    der = bytes.fromhex("302a300506032b6570032100") + key
    (folder / "log.der").write_bytes(der)
    return _ran(
        folder,
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-keyform",
        "DER",
        "-inkey",
        "log.der",
        "-rawin",
        "-in",
        "body",
        "-sigfile",
        "sig",
    )


def openssl_ts(kit: Kit, folder: Path) -> bool:
    (folder / "root.pem").write_bytes(kit.root.public_bytes(serialization.Encoding.PEM))
    (folder / "checkpoint").write_bytes(kit.stamped)
    (folder / "tsr").write_bytes(kit.tsr)
    moment = str(int((kit.at + timedelta(minutes=1)).timestamp()))
    return _ran(
        folder,
        "openssl",
        "ts",
        "-verify",
        "-data",
        "checkpoint",
        "-in",
        "tsr",
        "-CAfile",
        "root.pem",
        "-attime",
        moment,
    )


def rfc3161(kit: Kit, folder: Path) -> bool:
    builder = VerifierBuilder().add_root_certificate(kit.root)
    if kit.nonce is not None:
        builder = builder.nonce(kit.nonce)
    try:
        return bool(builder.build().verify(decode_timestamp_response(kit.tsr), hashlib.sha256(kit.stamped).digest()))
    except (VerificationError, ValueError):
        return False


def litetlog(kit: Kit, folder: Path) -> bool:
    (folder / "receipt.leaf.spicy").write_bytes(kit.whole.split(b"\n", 1)[1])
    return _ran(folder, "spicy-litetlog", "-verify", kit.vkey, "receipt.leaf")


def pymerkle(kit: Kit, folder: Path, house: House | None = None) -> bool:
    assert house is not None
    tree = InmemoryTree(algorithm="sha256")
    leaves: list[bytes] = house.leaves  # type: ignore[attr-defined]
    for leaf in leaves:
        tree.append_entry(leaf)
    try:
        head = Checkpoint.parse(parse_note(kit.note).text)
    except ValueError:
        return True  # it reads no notes
    if not 0 <= kit.proof.index < tree.get_size() or head.size > tree.get_size():
        return False
    path = [bytes.fromhex(step) for step in tree.prove_inclusion(kit.proof.index + 1).serialize()["path"]][1:]
    right = leaves[kit.proof.index] == kit.leaf
    return right and path == list(kit.proof.path) and tree.get_root(head.size) == head.root


RUN: dict[str, Callable[..., bool]] = {
    "court": ours,
    "sha256sum": sha256sum,
    "openssl": openssl,
    "openssl ts": openssl_ts,
    "rfc3161-client": rfc3161,
    "litetlog": litetlog,
    "pymerkle": pymerkle,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_each_judge_says_what_the_table_says(house: House, tmp_path: Path, name: str) -> None:
    """Our verifier refuses every attack but those that are none; every other program says what the table says of it."""
    kit = attacked(house, name)
    (tmp_path / "receipt.json").write_bytes(kit.json)
    (tmp_path / "receipt.leaf").write_bytes(kit.leaf)
    (tmp_path / "file").write_bytes(kit.file)
    said = {}
    for judge in JUDGES:
        if judge == "litetlog" and shutil.which("spicy-litetlog") is None:
            continue
        accepts = RUN[judge](kit, tmp_path, house) if judge == "pymerkle" else RUN[judge](kit, tmp_path)
        said[judge] = accepts
    expected = dict(zip(JUDGES, ATTACKS[name].split(), strict=True))
    assert {judge: "refuses" if not accepts else "accepts" for judge, accepts in said.items()} == {
        judge: "refuses" if expected[judge] == "R" else "accepts" for judge in said
    }


def test_every_disagreement_is_explained() -> None:
    """Where a program accepts what our verifier refuses, or the other way round, though it looks at that part, a note
    says why.
    """
    odd = {name for name, row in ATTACKS.items() if "A" in row.split()[1:] and row.split()[0] == "R"}
    odd |= {name for name, row in ATTACKS.items() if "R" in row.split()[1:] and row.split()[0] != "R"}
    assert odd == set(NOTES)


def test_the_document_is_the_table() -> None:
    """``docs/attacks.md`` says what these tests show."""
    assert (Path(__file__).resolve().parents[2] / "docs" / "attacks.md").read_text(encoding="utf-8") == table()
