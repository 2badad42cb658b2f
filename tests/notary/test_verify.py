"""Verification says which link holds and which is broken."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from odr.ground.clock import FixedClock
from odr.notary.canonical import canonical
from odr.notary.check.receipt import Link, Verdict, Verification, verify_receipt
from odr.notary.log.handed_out import ReceiptFiles
from odr.notary.log.log_proof import Proof
from odr.notary.log.receipts import leaf_line
from odr.notary.log.strict import Malformed
from odr.notary.notary import Notary
from tests.notary.conftest import record

FILE = b"the contract"


@pytest.fixture
def files(sqlite_notary: Notary) -> ReceiptFiles:
    """The receipt of a file among others."""

    record(sqlite_notary, 9)
    (reference,) = record(sqlite_notary, 1, sha256=hashlib.sha256(FILE).hexdigest(), size=len(FILE))
    record(sqlite_notary, 3)
    with sqlite_notary.database.read() as session:
        return sqlite_notary.receipt_files(session, reference)


@pytest.fixture
def check(sqlite_notary: Notary, files: ReceiptFiles, clock: FixedClock) -> Callable[..., Verification]:
    """Verifies the receipt, with changes."""
    with sqlite_notary.database.read() as session:
        roots = [sqlite_notary.authority.root(session)]

    def run(**changed: object) -> Verification:
        given: dict[str, object] = {
            "receipt": files.json,
            "leaf": files.leaf,
            "proof": files.proof,
            "vkeys": sqlite_notary.log_vkeys(),
        }
        given |= {"file": FILE, "tsr": files.tsr, "time_roots": roots, "now": clock.machine_now(), "case": "case-a"}
        return verify_receipt(**(given | changed))  # type: ignore[arg-type]

    return run


def broken(result: Verification) -> set[Link]:
    return {each.link for each in result.links if each.verdict is Verdict.BROKEN}


def test_every_link_holds(check: Callable[..., Verification], clock: FixedClock) -> None:
    """File, case, receipt, inclusion, checkpoint and time hold; no witness is claimed."""
    result = check()
    assert result.holds
    assert broken(result) == set()
    assert result.verdict(Link.WITNESSES) is Verdict.ABSENT
    assert (result.index, result.gen_time) == (9, clock.machine_now())
    assert check(file=io.BytesIO(FILE)).holds


@pytest.mark.parametrize("file", [b"", FILE[:-1], FILE + b"\0", b"The contract"])
def test_other_file_is_told(check: Callable[..., Verification], file: bytes) -> None:
    """One bit, truncated, appended, empty: not the file."""
    result = check(file=file)
    assert broken(result) == {Link.FILE}
    assert not result.holds
    assert broken(check(file=io.BytesIO(file))) == {Link.FILE}


def test_receipt_moved_to_another_case_is_told(check: Callable[..., Verification]) -> None:
    """A good receipt of one case proves nothing in another."""
    assert broken(check(case="case-b")) == {Link.CASE}


def test_altered_receipt_is_told(check: Callable[..., Verification], files: ReceiptFiles) -> None:
    """Another case written into the receipt breaks its link to the leaf."""
    altered = canonical({**json.loads(files.json), "case": "case-b"})
    assert Link.RECEIPT in broken(check(receipt=altered, case="case-b"))


def test_receipt_rewritten_together_with_its_leaf_fails_at_the_log(
    check: Callable[..., Verification], files: ReceiptFiles
) -> None:
    """Consistent rewriting of everything local still does not stand in the log."""
    altered = canonical({**json.loads(files.json), "case": "case-b"})
    assert broken(check(receipt=altered, leaf=leaf_line(altered), case="case-b")) == {Link.INCLUSION}


def test_receipt_in_another_spelling_is_refused(check: Callable[..., Verification], files: ReceiptFiles) -> None:
    """A duplicate name or added space could read as two receipts; even with a leaf of its own it is refused."""
    for spelt in (
        files.json.replace(b"{", b'{"case":"case-b",', 1),
        files.json + b"\n",
        b"\xff",
        b"[" * 10_000,
        b"{}",
        b"1",
    ):
        assert Link.RECEIPT in broken(check(receipt=spelt, leaf=leaf_line(spelt)))


def test_proof_of_a_neighbour_is_told(check: Callable[..., Verification], files: ReceiptFiles) -> None:
    """The index counts."""
    proof = Proof.parse(files.proof or b"")
    for index in (proof.index - 1, proof.index + 1, 2**62):
        assert broken(check(proof=replace(proof, index=index).encode())) == {Link.INCLUSION}
    for bad in (b"", b"x", (files.proof or b"").replace(b"\n", b"\r\n"), (files.proof or b"")[:-1]):
        result = check(proof=bad)
        assert broken(result) == {Link.INCLUSION}
        assert not result.holds


def test_key_in_the_kit_is_not_believed(check: Callable[..., Verification], files: ReceiptFiles) -> None:
    """A proof holds under keys known from elsewhere only."""
    assert broken(check(vkeys=[])) == {Link.CHECKPOINT}
    with pytest.raises(Malformed):
        check(vkeys=["not a key"])


def test_key_of_another_log_does_not_serve(check: Callable[..., Verification], sqlite_notary: Notary) -> None:
    """A known key that is not the key of this origin does not count."""
    sqlite_notary.close_log()
    assert broken(check(vkeys=sqlite_notary.log_vkeys()[1:])) == {Link.CHECKPOINT}
    assert check().holds


def test_receipt_naming_another_family_of_logs_is_told(
    sqlite_notary: Notary, check: Callable[..., Verification]
) -> None:
    """A receipt that names another court's log is not this log's."""
    sqlite_notary.origin = "other.example/log"
    (reference,) = record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
    assert Link.CHECKPOINT in broken(check(receipt=files.json, leaf=files.leaf, proof=files.proof))


def test_token_of_another_checkpoint_is_told(sqlite_notary: Notary, check: Callable[..., Verification]) -> None:
    """A swapped token, one from the future, and one with no trusted root do not count."""
    (reference,) = record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        other = sqlite_notary.receipt_files(session, reference)
    assert broken(check(tsr=other.tsr)) == {Link.TIME}
    assert broken(check(time_roots=[])) == {Link.TIME}
    assert broken(check(now=sqlite_notary.clock.machine_now() - timedelta(hours=1))) == {Link.TIME}
    assert check(tsr=None).holds
    assert check(tsr=None).verdict(Link.TIME) is Verdict.ABSENT
