"""A kit brings what rounds of hash renewal have bound with SHA-512, and the verifier refuses every manipulated piece by
name.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from odr.evidence.kit import verifier
from odr.evidence.kit.kit import fingerprint, write_kit
from odr.notary.rehash import renewal_tree
from odr.notary.rehash.rounds import Holding
from odr.notary.time.der import integer, sequence
from tests.patience import PATIENCE

from .test_kit import CASE, EXHIBIT, FILES, House, first_receipt, rewrite

STATEMENT, TOKEN, LATER = (
    "renewals/renewal-1.statement",
    "renewals/renewal-1.statement.tsr",
    "renewals/renewal-1.statement.renewal-1.tsr",
)
ENTRY, HEAD = "renewal-1.entry", "renewal-1.checkpoint"


def rehashed(house: House, *, without: str = "") -> None:
    """A round over everything in the house; ``without`` is a file the court no longer keeps."""
    files = {house.uploads[path].receipt or "": data for path, data in FILES.items() if path != without}
    files |= dict(zip(house.references, house.payloads, strict=True))

    def holdings(session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
        return {
            reference: Holding(reference, lambda r=reference: [files[r]])
            for reference in references
            if reference in files
        }  # type: ignore[misc]

    house.notary.begin_round(rule="Circular 7 on digests", rule_on=date(2025, 5, 1), by="operator")
    house.notary.advance_round(holdings, seconds=PATIENCE)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose tokens were renewed once, then bound by a round, whose own token was renewed too."""
    house = House(tmp_path_factory.mktemp("rehashed"), datetime.now(UTC) - timedelta(days=20))
    house.clock.advance(timedelta(days=9))
    house.notary.renew(everything=True)
    house.clock.advance(timedelta(days=9))
    rehashed(house)
    house.clock.advance(timedelta(days=1))
    assert house.notary.renew(everything=True)[1] == []
    yield house
    house.database.dispose()


def unpacked(house: House, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(b"".join(write_kit(house.kit())))) as archive:
        archive.extractall(folder)
    return folder / "kit-test"


@pytest.fixture(scope="module")
def whole(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(house, tmp_path_factory.mktemp("kit"))


@pytest.fixture
def bag(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "bag")


def authorities(bag: Path) -> set[str]:
    """Fingerprints of both authorities, as somebody noted them: SHA-256 of the old one's root, SHA-512 of the new
    one's.
    """
    old, new = ((bag / "keys" / f"time-authority{name}.pem").read_bytes() for name in ("", "-sha512"))
    return {
        hashlib.sha256(verifier.pem_bytes(old)).hexdigest(),
        hashlib.sha512(verifier.pem_bytes(new)).hexdigest(),
    }


def found(bag: Path, house: House, named: set[str] | None = None) -> tuple[set[tuple[str, str]], list[str]]:
    failures, words = verifier.verify(
        bag, {fingerprint(house.notary.log_vkeys()[0])}, authorities(bag) if named is None else named
    )
    return {(failure.item, failure.reason) for failure in failures}, words


def test_a_rehashed_kit_holds_and_says_what_was_bound(bag: Path, house: House) -> None:
    """Everything verifies, alone on a stranger's machine too; the words count receipts and files and give the rule's
    day and the time.
    """
    assert {path.name for path in first_receipt(bag).glob("renewal-*")} == {ENTRY, HEAD}
    assert all((bag / name).is_file() for name in (STATEMENT, TOKEN, LATER))
    failures, words = found(bag, house)
    assert failures == set()
    # Six receipts: two files, four entries, one of which this reader may not read.
    assert any(
        "Round 1 of hash renewal 20" in line
        and "rule of 2025-05-01" in line
        and "bound 6 receipts" in line
        and "6份回执" in line
        for line in words
    )
    command = [
        sys.executable,
        "-I",
        "-S",
        "verify.py",
        "--case",
        CASE,
        "--log-key-fingerprint",
        fingerprint(house.notary.log_vkeys()[0]),
    ]
    for each in authorities(bag):
        command += ["--time-authority-fingerprint", each]
    done = subprocess.run(command, cwd=bag, capture_output=True, text=True)
    assert done.returncode == 0 and "第1轮哈希续期" in done.stdout, done.stdout + done.stderr


def test_openssl_alone_accepts_the_statement_and_its_token(bag: Path, house: House) -> None:
    """By hand, as the documents say: signature and token of the statement, and the pair of an exhibit."""
    head, _, tail = (bag / STATEMENT).read_bytes().rpartition(b"\n\n")
    (bag / "body").write_bytes(head + b"\n")
    (bag / "sig").write_bytes(base64.b64decode(tail.split()[-1])[4:])
    key = str(next(bag.glob("keys/log-*.pem")))
    signed = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", "body", "-sigfile", "sig"]
    subprocess.run(signed, cwd=bag, check=True, capture_output=True)
    stamped = ["openssl", "ts", "-verify", "-CAfile", "keys/time-authority-sha512.pem", "-data"]
    subprocess.run([*stamped, STATEMENT, "-in", TOKEN], cwd=bag, check=True, capture_output=True)
    (bag / "chain").write_bytes((bag / STATEMENT).read_bytes() + (bag / TOKEN).read_bytes())
    subprocess.run([*stamped, "chain", "-in", LATER], cwd=bag, check=True, capture_output=True)
    receipt = (first_receipt(bag) / "receipt.json").read_bytes()
    pair = hashlib.sha512(hashlib.sha512(receipt).digest() + hashlib.sha512(FILES[EXHIBIT]).digest()).hexdigest()
    assert (first_receipt(bag) / ENTRY).read_text().endswith(f" file {pair}\n")


def test_without_the_new_authority_the_time_is_not_claimed(bag: Path, house: House) -> None:
    """Nobody is believed who was not named: the tree still verifies, the words say that the round's time was not
    checked; a SHA-256 names nobody here.
    """
    root = verifier.pem_bytes((bag / "keys" / "time-authority-sha512.pem").read_bytes())
    for named in (set[str](), {hashlib.sha256(root).hexdigest()}):
        failures, words = found(bag, house, named)
        assert failures == set() and any("The time of round 1 was not checked" in line for line in words)


def test_keys_may_be_named_by_sha512(bag: Path, house: House) -> None:
    """Where SHA-256 is no longer believed, the log's key and the old authority are named by SHA-512 as well."""
    der = verifier.pem_bytes(next(bag.glob("keys/log-*.pem")).read_bytes())
    roots = {hashlib.sha512(verifier.pem_bytes(path.read_bytes())).hexdigest() for path in bag.glob("keys/time-*.pem")}
    assert verifier.verify(bag, {hashlib.sha512(der).hexdigest()}, roots)[0] == []


def test_a_file_the_court_no_longer_had_is_bound_by_its_receipt(tmp_path: Path) -> None:
    """The round bound the receipt alone; the kit holds, and the count of files says so."""
    house = House(tmp_path, datetime.now(UTC) - timedelta(days=2))
    house.clock.advance(timedelta(days=1))
    rehashed(house, without=EXHIBIT)
    failures, words = found(unpacked(house, tmp_path / "kit"), house)
    house.database.dispose()
    assert failures == set() and any("bound 6 receipts with SHA-512, 5 with the file" in line for line in words)


def test_another_file_with_the_same_old_digest_is_refused(bag: Path, house: House) -> None:
    """What hash renewal is for: bytes that satisfy receipt, manifest and log under a broken SHA-256 fail by their
    SHA-512.
    """
    contents = verifier.Contents(CASE, [("data/" + EXHIBIT, first_receipt(bag).name)], [], [])
    opened = verifier.Bag(bag)
    receipts = verifier.Receipts(
        opened, verifier.Keys(opened, {fingerprint(house.notary.log_vkeys()[0])}, authorities(bag), bag.parent)
    )
    said = receipts.check(first_receipt(bag).name)
    # A digest that agrees although the bytes do not stands for the collision nobody can make here.
    digests = {"data/" + EXHIBIT: (said["sha256"], said["size"])}
    (bag / "data" / EXHIBIT).write_bytes(b"forged with the same old digest")
    held = [b'"' + str(said["sha256"]).encode() + b'"']
    failures = verifier.check_files(contents, opened, digests, held, receipts)
    assert (f"data/{EXHIBIT}: {ENTRY}", "renewed-file") in failures


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def attack(bag: Path) -> None:
        place = bag / name if "/" in name else first_receipt(bag) / name
        place.write_bytes(change(place.read_bytes()))

    return attack


def bit(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


def moved(bag: Path) -> None:
    """The entry's proof of another receipt of the same bag."""
    other = next(path for path in sorted((bag / "receipts").iterdir()) if path != first_receipt(bag))
    (first_receipt(bag) / ENTRY).write_bytes((other / ENTRY).read_bytes())


def sub(pattern: bytes, by: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        changed = re.sub(pattern, by, data, count=1)
        assert changed != data
        return changed

    return change


ONE = f"data/{EXHIBIT}: "
"""What only one receipt bears fails at the exhibit alone; what all rest on, at each."""
ATTACKS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    # name: attack, which part is blamed, for what
    "the pair": (edit(ENTRY, bit), ONE + ENTRY, "renewed-inclusion"),
    "a hash of its path": (edit(ENTRY, sub(rb"\n[\w+/]{20}", b"\n" + b"A" * 20)), ONE + ENTRY, "renewed-inclusion"),
    "its place": (edit(ENTRY, sub(rb"index \d+", b"index 1")), ONE + ENTRY, "renewed-inclusion"),
    "a place beyond the tree": (edit(ENTRY, sub(rb"index \d+", b"index 999")), ONE + ENTRY, "renewed-inclusion"),
    "a place spelt loosely": (edit(ENTRY, sub(rb"index ", b"index 0")), ONE + ENTRY, "proof"),
    "another header": (edit(ENTRY, sub(rb"@v1", b"@v2")), ONE + ENTRY, "proof"),
    "the proof of another": (moved, ONE + ENTRY, "renewed-entry"),
    "a checkpoint shown as entry": (
        lambda bag: shutil.copy(first_receipt(bag) / HEAD, first_receipt(bag) / ENTRY),
        ONE + ENTRY,
        "renewed-entry",
    ),
    "an entry shown as checkpoint": (
        lambda bag: shutil.copy(first_receipt(bag) / ENTRY, first_receipt(bag) / HEAD),
        ONE + HEAD,
        "renewed-checkpoint",
    ),
    "the checkpoint's leaf": (edit(HEAD, bit), ONE + HEAD, "renewed-inclusion"),
    "a renewal that came after the round is missing": (
        lambda bag: (first_receipt(bag) / "checkpoint.renewal-2.tsr").unlink(),
        "",
        "",
    ),
    "both renewals are missing": (
        lambda bag: [path.unlink() for path in first_receipt(bag).glob("checkpoint.renewal-*")],
        ONE + "checkpoint.renewal-1.tsr",
        "missing",
    ),
    "an odd name": (
        lambda bag: (first_receipt(bag) / ENTRY).rename(first_receipt(bag) / "renewal-01.entry"),
        ONE + "renewal-01.entry",
        "renewed-files",
    ),
    "two of a kind": (
        lambda bag: shutil.copy(first_receipt(bag) / ENTRY, first_receipt(bag) / "renewal-2.entry"),
        ONE + "renewal-2.entry",
        "renewed-files",
    ),
    "a stray statement": (
        lambda bag: shutil.copy(bag / STATEMENT, bag / "renewals/renewal-7.statement"),
        "renewals/renewal-7.statement",
        "renewed-files",
    ),
    "the statement is missing": (lambda bag: (bag / STATEMENT).unlink(), ONE + STATEMENT, "missing"),
    "the statement's root": (
        edit(STATEMENT, sub(rb"root \S\S\S", b"root AAA")),
        ONE + STATEMENT,
        "statement-signature",
    ),
    "the rule's day": (edit(STATEMENT, sub(rb"rule 2025", b"rule 2015")), ONE + STATEMENT, "statement-signature"),
    "another round": (edit(STATEMENT, sub(rb"round 1", b"round 2")), ONE + STATEMENT, "statement"),
    "another first line": (edit(STATEMENT, sub(rb"@v1", b"@v2")), ONE + STATEMENT, "statement"),
    "its signature": (
        edit(STATEMENT, lambda data: data[:-9] + (b"B" if data[-9:-8] == b"A" else b"A") + data[-8:]),
        ONE + STATEMENT,
        "statement-signature",
    ),
    "signed under another name": (
        edit(STATEMENT, sub(b" court.test/log/(?=[0-9]+ [A-Za-z0-9+/=]+\n$)", b" court.evil/log/")),
        ONE + STATEMENT,
        "statement-key",
    ),
    "its token": (edit(TOKEN, bit), ONE + TOKEN, "time"),
    "its token is missing": (lambda bag: (bag / TOKEN).unlink(), ONE + TOKEN, "missing"),
    "its token's renewal": (edit(LATER, bit), ONE + LATER, "renewal"),
    "its token's renewal misnumbered": (
        lambda bag: (bag / LATER).rename(bag / LATER.replace("renewal-1.tsr", "renewal-2.tsr")),
        ONE + LATER,
        "missing",
    ),
}


@pytest.mark.parametrize("name", list(ATTACKS))
def test_every_manipulated_piece_is_named(bag: Path, house: House, name: str) -> None:
    """Changed, moved, missing, misnamed: the file and the reason are told, also when the manifests were made to agree."""
    attack, item, reason = ATTACKS[name]
    attack(bag)
    rewrite(bag)
    failures, _ = found(bag, house)
    if not item:
        # A renewal made after the round is not bound by it: without it the rest still holds.
        assert failures == set()
        return
    assert (item, reason) in failures
    if STATEMENT not in item:
        assert failures == {(item, reason)}


def stamped(house: House, data: bytes, algorithm: str, *, old: bool) -> bytes:
    """A response over data by the old authority or the new."""
    with house.database.read() as session:
        authority = house.notary.time_authority(session) if old else house.notary.time_authority_512(session)
    return sequence(
        sequence(integer(0)),
        authority.token(hashlib.new(algorithm, data).digest(), house.clock.now(), algorithm=algorithm),
    )


def test_a_statement_stamped_with_the_old_digest_is_refused(bag: Path, house: House) -> None:
    """A token of the old authority is a stranger's here; one of the new authority with a SHA-256 imprint is too weak."""
    data = (bag / STATEMENT).read_bytes()
    (bag / LATER).unlink()
    for token, reason in (
        (stamped(house, data, "sha512", old=True), "time"),
        (stamped(house, data, "sha256", old=False), "renewed-weak"),
    ):
        (bag / TOKEN).write_bytes(token)
        rewrite(bag)
        assert (ONE + TOKEN, reason) in found(bag, house)[0]


def test_a_statement_signed_by_a_forger_is_refused(bag: Path, house: House) -> None:
    """A forger's own tree, signed with his key under the log's name and stamped by nobody, does not get past the
    fingerprint.
    """
    key = Ed25519PrivateKey.generate()
    head, _, tail = (bag / STATEMENT).read_bytes().rpartition(b"\n\n")
    origin = tail.decode().split()[1]
    public = key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    signed = base64.b64encode(key_id + key.sign(head + b"\n")).decode()
    (bag / STATEMENT).write_bytes(head + f"\n\n— {origin} {signed}\n".encode())
    rewrite(bag)
    assert (ONE + STATEMENT, "statement-key") in found(bag, house)[0]


def test_a_round_that_came_too_late_is_named(tmp_path: Path) -> None:
    """Seven years without a renewal: when the round bound the checkpoint its token had ended, and the kit says at which
    piece.
    """
    house = House(tmp_path, datetime.now(UTC) - timedelta(days=7 * 365))
    house.clock.advance(timedelta(days=7 * 365 - 1))
    rehashed(house)
    failures, _ = found(unpacked(house, tmp_path / "kit"), house)
    house.database.dispose()
    assert (ONE + HEAD, "renewed-late") in failures


def test_the_tree_of_the_kit_is_the_courts(house: House) -> None:
    """The verifier's few lines and the court's own module lead to the same root."""
    files = house.proof(house.references[0]).named
    statement = verifier.read_statement(files["renewal-1.statement"], "1")
    position, path, leaf = renewal_tree.parse_proof(files[ENTRY])
    assert (
        renewal_tree.root_from(leaf, position, statement.size, path)
        == statement.root
        == verifier.tree_root("sha512", leaf, position, statement.size, path)
    )
