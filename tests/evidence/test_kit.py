"""The kit proves itself to a stranger with Python and openssl; every attack on it fails and names the item."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, strategies as st

from odr.evidence.intake.upload import UploadDesk
from odr.evidence.kit import verifier
from odr.evidence.kit.bag import BagWriter, UnsafePath, checked_path
from odr.evidence.kit.kit import Kit, KitEntry, KitFile, NotProvenYet, fingerprint, write_kit
from odr.evidence.store.store import FolderStore
from odr.ground.canonical import canonical
from odr.ground.clock import FixedClock
from odr.ground.db import Base, Database
from odr.notary.log.handed_out import ReceiptFiles
from odr.notary.log.note import NoteKey
from odr.notary.notary import Notary
from odr.notary.vault import FileVault

from .conftest import ALICE, text_of

CASE = "c" * 26
FILES = {"exhibits/C-1/合同.txt": text_of(5000), "exhibits/C-2/photo.png": b"\x89PNG\r\n\x1a\n" + bytes(90_000)}


class House:
    """A case of four entries (one hidden from the reader) and two exhibits, with everything to make its kit."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.clock = FixedClock(at)
        self.database = Database(f"sqlite:///{folder}/court.sqlite", synchronous="OFF")
        Base.metadata.create_all(self.database.engine)
        self.notary = Notary(
            self.database, vault=FileVault(folder / "vault"), origin="court.test/log", clock=self.clock, log_dir=None
        )
        self.notary.establish()
        desk = UploadDesk(self.database, FolderStore(folder / "blobs"), folder / "parts", self.notary, self.clock)
        self.uploads = {path: desk.receive(ALICE, path, None, io.BytesIO(data)) for path, data in FILES.items()}
        self.payloads: list[bytes] = []
        self.references = [self._entry(CASE, number) for number in range(1, 5)]
        self.stray = self._stray()
        self.notary.sequence()

    def _entry(self, case: str, number: int) -> str:
        previous = hashlib.sha256(self.payloads[-1]).hexdigest() if self.payloads else "0" * 64
        exhibit = list(self.uploads.values())[number - 2].sha256 if number in (2, 3) else None
        payload = canonical(
            {
                "case": case,
                "number": number,
                "previous": previous,
                "act": "submit_exhibit",
                "input": {"sha256": exhibit},
                "salt": os.urandom(16).hex(),
                **self._told(number, exhibit),
            }
        )
        self.payloads.append(payload)
        return self._record({"case": case, "entry": number, "previous": previous}, payload)

    def _told(self, number: int, exhibit: str | None) -> dict[str, object]:
        """What else an entry says."""
        return {}

    def _record(self, subject: dict[str, object], data: bytes) -> str:
        with self.database.write() as session:
            whole = {**subject, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            return self.notary.record(session, whole, now=self.clock.now()).reference  # type: ignore[arg-type]

    def _stray(self) -> str:
        """A valid receipt for the first exhibit's bytes, in another case."""
        return self._record({"case": "d" * 26}, FILES["exhibits/C-1/合同.txt"])

    def proof(self, reference: str) -> ReceiptFiles:
        with self.database.read() as session:
            return self.notary.receipt_files(session, reference)

    def kit(self) -> Kit:
        files = [
            KitFile(path, self.proof(upload.receipt or ""), lambda data=FILES[path]: iter([data]))
            for path, upload in self.uploads.items()
        ]  # type: ignore[misc]
        entries = [
            KitEntry(n, self.proof(ref), None if n == 4 else self.payloads[n - 1])
            for n, ref in enumerate(self.references, 1)
        ]
        return Kit("kit-test", CASE, files, entries, self.authority, {"Source-Organization": "Internet Court"})

    @property
    def authority(self) -> bytes:
        with self.database.read() as session:
            return self.notary.authority.root(session).public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.notary.log_public_key_vkey())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), datetime.now(UTC))
    yield house
    house.database.dispose()


@pytest.fixture(scope="module")
def whole(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    (folder / "kit.zip").write_bytes(b"".join(write_kit(house.kit())))
    with zipfile.ZipFile(folder / "kit.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def bag(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole / "kit-test", tmp_path / "bag")


def failures(place: Path, house: House, **given: object) -> set[tuple[str, str]]:
    found, _ = verifier.verify(place, {house.fingerprint}, **given)  # type: ignore[arg-type]
    return {(failure.item, failure.reason) for failure in found}


def rewrite(bag: Path) -> None:
    """Make the manifests agree with whatever the bag now holds, as a forger would."""

    def lines(names: list[Path]) -> str:
        return "".join(
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(bag).as_posix()}\n" for p in sorted(names)
        )

    files = [p for p in bag.rglob("*") if p.is_file()]
    payload = [p for p in files if p.relative_to(bag).parts[0] == "data"]
    info = (bag / "bag-info.txt").read_text().splitlines()
    oxum = f"Payload-Oxum: {sum(p.stat().st_size for p in payload)}.{len(payload)}"
    (bag / "bag-info.txt").write_text(
        "".join(f"{oxum if line.startswith('Payload-Oxum') else line}\n" for line in info)
    )
    (bag / "manifest-sha256.txt").write_text(lines(payload))
    (bag / "tagmanifest-sha256.txt").write_text(
        lines([p for p in files if p not in payload and p.name != "tagmanifest-sha256.txt"])
    )


def test_an_honest_kit_holds_for_every_program(whole: Path, house: House) -> None:
    """bagit.py, sha256sum, openssl, litetlog and our verifier all accept the same kit, as a folder and as a ZIP."""
    bag = whole / "kit-test"
    assert bagit.Bag(str(bag)).validate()
    assert failures(bag, house) == set() == failures(whole / "kit.zip", house)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "-c", manifest], cwd=bag, check=True)
    for receipt in (bag / "receipts").iterdir():
        subprocess.run(["sha256sum", "--quiet", "-c", "receipt.leaf"], cwd=receipt, check=True)
        signed = [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            str(next(bag.glob("keys/log-*.pem"))),
            "-rawin",
            "-in",
            "checkpoint.body",
            "-sigfile",
            "checkpoint.sig",
        ]
        subprocess.run(signed, cwd=receipt, check=True, capture_output=True)
        if shutil.which("spicy-litetlog"):
            subprocess.run(
                ["spicy-litetlog", "-verify", house.notary.log_public_key_vkey(), "receipt.leaf"],
                cwd=receipt,
                check=True,
                capture_output=True,
            )


def test_the_fingerprint_is_the_one_openssl_gives(whole: Path, house: House) -> None:
    """A person can compute the key's fingerprint with openssl and sha256sum alone."""
    pem = next((whole / "kit-test" / "keys").glob("log-*.pem"))
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", str(pem), "-outform", "DER"], check=True, capture_output=True
    ).stdout
    assert hashlib.sha256(der).hexdigest() == house.fingerprint


def test_the_kit_verifies_itself_alone_in_both_languages(bag: Path, house: House, tmp_path: Path) -> None:
    """The program in the kit runs without anything of the court installed, explains in English and Chinese, and says
    what is not proven.
    """
    command = [
        sys.executable,
        "-I",
        "-S",
        "verify.py",
        "--log-key-fingerprint",
        house.fingerprint.upper(),
        "--case",
        CASE,
        "--at-least",
        "4",
    ]
    done = subprocess.run(command, cwd=bag, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "Docket entries 1 to 4" in done.stdout
        and "卷宗第1至4条齐全" in done.stdout
        and "Times were not checked" in done.stdout
    )
    (bag / "data" / "exhibits" / "C-1" / "合同.txt").write_bytes(b"forged")
    done = subprocess.run(command, cwd=bag, capture_output=True, text=True)
    assert done.returncode == 1 and "data/exhibits/C-1/合同.txt" in done.stdout and "至少有一个字节不同" in done.stdout


def test_time_is_checked_when_the_authority_is_named_from_outside(bag: Path, house: House) -> None:
    """With the authority's fingerprint the tokens are verified; with another authority's nothing is claimed of time."""
    der = subprocess.run(
        ["openssl", "x509", "-in", "keys/time-authority.pem", "-outform", "DER"],
        cwd=bag,
        check=True,
        capture_output=True,
    ).stdout
    named = hashlib.sha256(der).hexdigest()
    found, words = verifier.verify(bag, {house.fingerprint}, named)
    assert found == [] and any("saw the newest checkpoint" in line for line in words)
    _, words = verifier.verify(bag, {house.fingerprint}, "0" * 64)
    assert any("Times were not checked" in line for line in words)
    token = first_receipt(bag) / "checkpoint.tsr"
    token.write_bytes(token.read_bytes()[:-9] + b"123456789")
    rewrite(bag)
    assert failures(bag, house, authority=named) == {("data/" + EXHIBIT, "time")}


@pytest.fixture
def forger(tmp_path: Path) -> Iterator[House]:
    """Somebody with a log and a time authority of their own, under the same name."""
    forger = House(tmp_path, datetime.now(UTC))
    yield forger
    forger.database.dispose()


def test_a_key_that_lies_beside_the_one_named_signs_nothing(house: House, forger: House, tmp_path: Path) -> None:
    """The file of the key begins with the court's own, under another heading, and goes on with the forger's: whoever reads on to
    the next would believe a case that never was.
    """
    (tmp_path / "kit.zip").write_bytes(b"".join(write_kit(forger.kit())))
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        archive.extractall(tmp_path)
    bag = tmp_path / "kit-test"
    assert {reason for _, reason in failures(bag, house)} == {"key", "lines"}
    mine = next(bag.glob("keys/log-*.pem"))
    court, own = (NoteKey.parse(each.notary.log_public_key_vkey()) for each in (house, forger))
    named = Ed25519PublicKey.from_public_bytes(court.public)
    genuine = named.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    mine.write_bytes(genuine.replace(b"PUBLIC KEY", b"COURT KEY") + mine.read_bytes())
    for path in [*bag.glob("receipts/*/receipt.leaf.tlog-proof"), *bag.glob("receipts/*/checkpoint")]:
        path.write_text("".join(_signed_as(line, own.id, court.id) for line in path.read_text().splitlines(True)))
    rewrite(bag)
    assert failures(bag, house), "a log nobody named was believed"


def _signed_as(line: str, theirs: bytes, ours: bytes) -> str:
    """A signature line under the id of another key."""
    mark, _, signature = line.rpartition(" ")
    if not line.startswith("— "):
        return line
    data = base64.b64decode(signature)
    return f"{mark} {base64.b64encode(ours + data[4:]).decode()}\n" if data[:4] == theirs else line


def test_an_authority_that_lies_beside_the_one_named_tells_no_time(bag: Path, house: House, forger: House) -> None:
    """A forger's root appended to the court's makes none of the forger's time tokens good."""
    root = bag / "keys" / "time-authority.pem"
    named = hashlib.sha256(verifier.pem_bytes(root.read_bytes())).hexdigest()
    root.write_bytes(root.read_bytes() + forger.authority)
    place = first_receipt(bag)
    digest = hashlib.sha256((place / "checkpoint").read_bytes()).digest()
    with forger.database.read() as session:
        token = forger.notary.time_authority(session).response(digest, datetime.now(UTC))
    (place / "checkpoint.tsr").write_bytes(token)
    rewrite(bag)
    assert failures(bag, house, authority=named) == {("data/" + EXHIBIT, "time")}


def test_a_kit_is_the_same_bytes_each_time(house: House) -> None:
    """The same case gives the same ZIP, so two people can compare theirs."""
    assert b"".join(write_kit(house.kit())) == b"".join(write_kit(house.kit()))


EXHIBIT = "exhibits/C-1/合同.txt"


def change(edit: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def attack(bag: Path) -> None:
        path = bag / "data" / EXHIBIT
        path.write_bytes(edit(path.read_bytes()))

    return attack


ALTERED: dict[str, Callable[[bytes], bytes]] = {
    "one bit": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "truncated": lambda data: data[:-1],
    "appended": lambda data: data + b"\n",
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("name", list(ALTERED))
def test_a_consistently_rewritten_bag_passes_bagit_and_fails_here(bag: Path, house: House, name: str) -> None:
    """A forger who rewrites file and manifests satisfies BagIt; the log's proof does not yield, and the item is named."""
    change(ALTERED[name])(bag)
    assert ("data/" + EXHIBIT, "digest") in failures(bag, house)
    rewrite(bag)
    assert bagit.Bag(str(bag)).validate()
    assert failures(bag, house) == {("data/" + EXHIBIT, "file")}


def edit_contents(bag: Path, edit: Callable[[dict[str, list[dict[str, object]]]], None]) -> None:
    contents = json.loads((bag / "contents.json").read_bytes())
    edit(contents)
    (bag / "contents.json").write_bytes(canonical(contents))


def test_a_valid_receipt_of_another_case_is_refused(bag: Path, house: House) -> None:
    """The same bytes, truly received in another case, are no exhibit of this one."""
    proof = house.proof(house.stray)
    place = bag / "receipts" / house.stray
    place.mkdir()
    for name, data in {
        "receipt.json": proof.json,
        "receipt.leaf": proof.leaf,
        "receipt.leaf.tlog-proof": proof.proof,
        "checkpoint": proof.checkpoint,
    }.items():
        (place / name).write_bytes(data or b"")
    edit_contents(bag, lambda contents: contents["files"][0].update(receipt=house.stray))
    rewrite(bag)
    assert failures(bag, house) == {("data/" + EXHIBIT, "case")}


def test_an_upload_never_submitted_is_not_of_the_case(house: House, tmp_path: Path) -> None:
    """A file whose receipt names no case belongs to it only if a docket entry names the file."""
    kit = house.kit()
    entries = [replace(entry, payload=None) if entry.number == 2 else entry for entry in kit.entries]
    (tmp_path / "kit.zip").write_bytes(b"".join(write_kit(replace(kit, entries=entries))))
    assert failures(tmp_path / "kit.zip", house) == {("data/" + EXHIBIT, "unbound")}
    (tmp_path / "kit.zip").write_bytes(b"".join(write_kit(replace(kit, case=None, entries=[]))))
    assert failures(tmp_path / "kit.zip", house) == set()


class Telling(House):
    """A case whose docket says which file is which exhibit."""

    def _told(self, number: int, exhibit: str | None) -> dict[str, object]:
        return {"result": {"exhibit": f"C-{number - 1}", "sha256": exhibit, "receipt": "r"}} if exhibit else {}


def test_no_file_lies_under_the_label_of_another(tmp_path: Path) -> None:
    """Each is truly of the case, and the forger only exchanged their folders: what the docket calls C-1 is not C-2."""
    house = Telling(tmp_path, datetime.now(UTC))
    (tmp_path / "kit.zip").write_bytes(b"".join(write_kit(house.kit())))
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        archive.extractall(tmp_path)
    house.database.dispose()
    bag = tmp_path / "kit-test"
    assert failures(bag, house) == set()
    first, second = (bag / "data" / path for path in FILES)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)

    def exchange(contents: dict[str, list[dict[str, object]]]) -> None:
        a, b = contents["files"]
        a["receipt"], b["receipt"] = b["receipt"], a["receipt"]

    edit_contents(bag, exchange)
    rewrite(bag)
    assert failures(bag, house) == {(f"data/{path}", "label") for path in FILES}


def test_a_missing_entry_is_noticed(bag: Path, house: House) -> None:
    """Leaving out an entry, even a hidden one, breaks the chain; leaving out the last needs its number from outside."""
    edit_contents(bag, lambda contents: contents["entries"].pop(2) and contents["entries"][2].update(number=3))  # type: ignore[func-returns-value]
    rewrite(bag)
    found = failures(bag, house)
    assert ("docket entry 3", "gap") in found and ("data/docket.jsonl", "lines") in found


def test_a_cut_end_is_noticed_by_who_knows_the_latest_entry(bag: Path, house: House) -> None:
    """A docket without its last entry is consistent in itself; the number on the latest receipt exposes it."""
    edit_contents(bag, lambda contents: contents["entries"].pop())  # type: ignore[func-returns-value]
    rewrite(bag)
    assert failures(bag, house) == set()
    assert failures(bag, house, at_least=4) == {("docket entry 4", "short")}


def test_swapped_or_changed_entries_are_named(bag: Path, house: House) -> None:
    """One changed word in the docket, and two entries exchanged, are each found at the entry."""
    docket = bag / "data" / "docket.jsonl"
    docket.write_bytes(docket.read_bytes().replace(b"submit_exhibit", b"submit_exhibiT", 1))
    rewrite(bag)
    assert ("docket entry 1", "line") in failures(bag, house)


def first_receipt(bag: Path) -> Path:
    contents = json.loads((bag / "contents.json").read_bytes())
    return bag / "receipts" / contents["files"][0]["receipt"]


def resign(bag: Path) -> None:
    """A forger with a log of his own: new file, new receipt, new tree of one, new key in the kit."""
    key, place = Ed25519PrivateKey.generate(), first_receipt(bag)
    public = key.public_key().public_bytes_raw()
    (bag / "data" / EXHIBIT).write_bytes(b"forged\n")
    receipt = json.loads((place / "receipt.json").read_bytes())
    receipt.update(sha256=hashlib.sha256(b"forged\n").hexdigest(), size=7)
    (place / "receipt.json").write_bytes(canonical(receipt))
    leaf = f"SHA256 (receipt.json) = {hashlib.sha256(canonical(receipt)).hexdigest()}\n".encode()
    (place / "receipt.leaf").write_bytes(leaf)
    origin = "court.test/log/2026"
    root = base64.b64encode(hashlib.sha256(b"\0" + leaf).digest()).decode()
    text = f"{origin}\n1\n{root}\n".encode()
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    line = f"\n— {origin} {base64.b64encode(key_id + key.sign(text)).decode()}\n".encode()
    (place / "receipt.leaf.tlog-proof").write_bytes(b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + text + line)
    (place / "checkpoint").write_bytes(text + line)
    (place / "checkpoint.body").write_bytes(text)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    next((bag / "keys").glob("log-*.pem")).write_bytes(pem)


def test_no_key_is_taken_from_the_kit(bag: Path, house: House) -> None:
    """A forger who signs everything anew and puts his key in the kit fails by the fingerprint from outside."""
    resign(bag)
    rewrite(bag)
    assert bagit.Bag(str(bag)).validate()
    assert ("data/" + EXHIBIT, "key") in failures(bag, house)


def proof_edit(edit: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def attack(bag: Path) -> None:
        path = first_receipt(bag) / "receipt.leaf.tlog-proof"
        path.write_bytes(edit(path.read_bytes()))

    return attack


def flip_signature(data: bytes) -> bytes:
    head, _, signature = data.rstrip(b"\n").rpartition(b" ")
    raw = bytearray(base64.b64decode(signature))
    raw[20] ^= 1
    return head + b" " + base64.b64encode(bytes(raw)) + b"\n"


def edit_line(number: int, text: bytes | None) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        lines = data.split(b"\n")
        if text is None:
            del lines[number]
        else:
            lines[number] = text
        return b"\n".join(lines)

    return edit


PROOFS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "index + 1": (edit_line(1, b"index 1"), "inclusion"),
    "index beyond": (edit_line(1, b"index 999"), "inclusion"),
    "index spelt loosely": (edit_line(1, b"index 0_0"), "proof"),
    "index with a leading zero": (edit_line(1, b"index 00"), "proof"),
    "a hash missing": (edit_line(2, None), "inclusion"),
    "a zero hash": (edit_line(2, b"A" * 43 + b"="), "inclusion"),
    "an extra hash": (lambda data: data.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1), "inclusion"),
    "loose base64": (edit_line(2, b"A" * 42 + b"B="), "proof"),
    "CRLF": (lambda data: data.replace(b"\n", b"\r\n"), "proof"),
    "no last newline": (lambda data: data[:-1], "proof"),
    "another header": (lambda data: data.replace(b"@v1", b"@v2", 1), "proof"),
    "flipped signature": (flip_signature, "signature"),
    "no signature": (lambda data: data.rpartition("—".encode())[0], "proof"),
    "signed by another name": (lambda data: data.replace("— court.test".encode(), "— court.evil".encode()), "key"),
    "empty": (lambda data: b"", "proof"),
}


@pytest.mark.parametrize("name", list(PROOFS))
def test_a_bent_proof_fails_with_its_reason(bag: Path, house: House, name: str) -> None:
    """Wrong index, path, spelling or signature of one proof: that file fails, for that reason, and no other file."""
    edit, reason = PROOFS[name]
    proof_edit(edit)(bag)
    rewrite(bag)
    assert failures(bag, house) == {("data/" + EXHIBIT, reason)}


def attack_plain_file(name: str, data: bytes) -> Callable[[Path], None]:
    def attack(bag: Path) -> None:
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        (bag / name).write_bytes(data)

    return attack


BAGS: dict[str, tuple[Callable[[Path], None], bool, tuple[str, str]]] = {
    # name: attack, whether the forger also rewrites the manifests, what must be found
    "unlisted tag file": (attack_plain_file("note.txt", b"see also"), False, ("note.txt", "unlisted")),
    "unlisted payload": (attack_plain_file("data/extra.txt", b"x"), False, ("data/extra.txt", "unlisted")),
    "payload without receipt": (attack_plain_file("data/extra.txt", b"x"), True, ("data/extra.txt", "unproven")),
    "fetch.txt": (attack_plain_file("fetch.txt", b"http://evil.example/x - data/x\n"), True, ("fetch.txt", "fetch")),
    "file missing": (lambda bag: (bag / "data" / EXHIBIT).unlink(), False, ("data/" + EXHIBIT, "missing")),
    "receipt missing": (
        lambda bag: (first_receipt(bag) / "receipt.json").unlink(),
        True,
        ("data/" + EXHIBIT, "receipt-files"),
    ),
    "another declaration": (attack_plain_file("bagit.txt", b"BagIt-Version: 0.97\n"), True, ("bagit.txt", "bagit")),
    "receipt altered": (
        lambda bag: (first_receipt(bag) / "receipt.json").write_bytes(b"{}") and None,
        True,
        ("data/" + EXHIBIT, "leaf"),
    ),
    "checkpoint for others altered": (
        lambda bag: (first_receipt(bag) / "checkpoint").write_bytes(b"x") and None,
        True,
        ("data/" + EXHIBIT, "checkpoint"),
    ),
    "link out of the bag": (lambda bag: (bag / "data" / "l").symlink_to("/etc/passwd"), False, ("data/l", "link")),
    "name with a turned direction": (
        attack_plain_file("data/a\u202egpj.exe", b"x"),
        True,
        ("data/a\u202egpj.exe", "name"),
    ),
    "two names that look alike": (
        attack_plain_file("data/exhibits/c-1/合同.TXT", b"x"),
        True,
        ("data/exhibits/c-1/合同.TXT", "name"),
    ),
    "manifest with a doubled line": (
        lambda bag: double(bag / "manifest-sha256.txt"),
        False,
        ("manifest-sha256.txt", "manifest"),
    ),
    "manifest that leads out": (
        lambda bag: append(bag / "manifest-sha256.txt", "0" * 64 + "  ../../etc/passwd\n"),
        False,
        ("../../etc/passwd", "missing"),
    ),
    "contents with a second name": (lambda bag: append(bag / "contents.json", " "), True, (str(Path()), "contents")),
    "contents that skip a file": (
        lambda bag: edit_contents(bag, lambda c: c["files"].pop(0) and None),
        True,
        ("data/" + EXHIBIT, "unproven"),
    ),
    "contents that list a file twice": (
        lambda bag: edit_contents(bag, lambda c: c["files"].append(c["files"][0])),
        True,
        ("data/" + EXHIBIT, "twice"),
    ),
}


def double(path: Path) -> None:
    path.write_text(path.read_text().splitlines()[0] + "\n" + path.read_text())


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


@pytest.mark.parametrize("name", list(BAGS))
def test_each_attack_on_the_bag_is_named(bag: Path, house: House, name: str) -> None:
    """What was added, removed, renamed, linked or listed falsely is found and named, also when the manifests were made
    to agree.
    """
    attack, rewritten, (item, reason) = BAGS[name]
    attack(bag)
    if rewritten:
        rewrite(bag)
    found = failures(bag, house)
    assert (item if item != "." else str(bag), reason) in found


def test_another_case_than_expected_is_said(bag: Path, house: House) -> None:
    """A whole and honest kit of another case is not the one asked for."""
    assert failures(bag, house, case="e" * 26) == {("contents.json", "case")}


def zipped(members: list[tuple[str, bytes, int]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data, method in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (("kit-test/../../evil.txt", b"x", zipfile.ZIP_STORED), "name"),
        (("kit-test/data/bomb", bytes(10**7), zipfile.ZIP_DEFLATED), "packed"),
        (("kit-test/bagit.txt", b"again", zipfile.ZIP_STORED), "packed"),
        (("kit-test/data/a\\b", b"x", zipfile.ZIP_STORED), "name"),
        (("kit-test/data/con.txt", b"x", zipfile.ZIP_STORED), "name"),
    ],
)
def test_a_hostile_archive_is_never_unpacked(
    whole: Path, house: House, tmp_path: Path, extra: tuple[str, bytes, int], reason: str
) -> None:
    """Paths that lead out, compressed bombs, members given twice and names of devices are refused by name, and nothing
    is written.
    """
    with zipfile.ZipFile(whole / "kit.zip") as archive:
        members = [(name, archive.read(name), zipfile.ZIP_STORED) for name in archive.namelist()]
    (tmp_path / "kit.zip").write_bytes(zipped([*members, extra]))
    assert reason in {found for _, found in failures(tmp_path / "kit.zip", house)}
    assert [path.name for path in tmp_path.iterdir()] == ["kit.zip"]


@given(st.binary(max_size=400))
def test_no_proof_of_any_bytes_breaks_the_reader(data: bytes) -> None:
    """The verifier's readers answer any bytes with a reason, never with a crash."""
    for reader in (
        verifier.read_proof,
        verifier.read_note,
        lambda d: verifier.canonical_object(d, "receipt"),
    ):
        try:
            reader(data)
        except verifier.Wrong as wrong:
            assert wrong.reason in verifier.REASONS


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/x",
        "a//b",
        "a/./b",
        "a\\b",
        "C:/x",
        "a\nb",
        "a%0Ab",
        "con",
        "LPT1.txt",
        "a./b",
        " a",
        "e\u0301",
        "a\u202eb",
        "",
        "x" * 1001,
    ],
)
def test_the_writer_refuses_paths_no_reader_should_meet(path: str) -> None:
    """The court itself never writes a name that another system would misplace or mistake."""
    with pytest.raises(UnsafePath):
        checked_path(path)


def test_the_writer_refuses_two_names_of_one_file_and_a_false_digest() -> None:
    """Two names equal on some systems, and bytes other than the receipt's, never become a bag."""
    bag = BagWriter("kit")
    b"".join(bag.payload("A.txt", [b"x"]))
    with pytest.raises(UnsafePath):
        b"".join(bag.payload("a.TXT", [b"y"]))
    with pytest.raises(ValueError, match="receipt"):
        b"".join(bag.payload("b.txt", [b"y"], hashlib.sha256(b"x").hexdigest()))


def test_a_kit_waits_for_its_proofs(house: House) -> None:
    """No kit is made with a receipt that the log has not proven yet."""
    kit = house.kit()
    unproven = replace(kit.files[0], receipt=replace(kit.files[0].receipt, proof=None))
    with pytest.raises(NotProvenYet):
        b"".join(write_kit(replace(kit, files=[unproven])))
