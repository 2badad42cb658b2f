"""A paper signed again is named twice on the docket: the file that is here must go on from what was named before, byte
for byte.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from odr.evidence.kit import verifier
from odr.evidence.kit.kit import Kit, KitEntry, KitFile, LeftOut, write_kit
from odr.ground.canonical import canonical
from tests.evidence.test_kit import CASE, House, rewrite

ISSUED = b"%PDF issued, and sealed by the judge %%EOF\n" * 9000
COUNTERSIGNED = ISSUED + b"signed by the clerk %%EOF\n"
SIGNED_THRICE = COUNTERSIGNED + b"signed once more %%EOF\n"
PAPER, OTHER = "p" * 26, "q" * 26
PLACE = "data/documents/001-decision.pdf"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), datetime.now(UTC))
    yield house
    house.database.dispose()


def named(data: bytes, paper: str = PAPER, **changes: Any) -> dict[str, Any]:
    """What an entry says of a paper it made or signed."""
    return {"document": paper, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), **changes}


def case_file(
    house: House, folder: Path, results: Sequence[dict[str, Any]], data: bytes | None, left_out: Sequence[LeftOut] = ()
) -> Path:
    """A case file whose entries say these things, and which holds this paper."""
    entries, previous = [], "0" * 64
    for number, result in enumerate(results, 1):
        payload = canonical({"case": CASE, "number": number, "previous": previous, "result": result})
        reference = house._record({"case": CASE, "entry": number, "previous": previous}, payload)
        entries.append((number, reference, payload))
        previous = hashlib.sha256(payload).hexdigest()
    paper = house._record({"case": CASE, "entry": len(results), "document": PAPER}, data) if data is not None else None
    house.notary.sequence()
    files = [KitFile("documents/001-decision.pdf", house.proof(paper), lambda: iter((data or b"",)))] if paper else []
    kit = Kit(
        "case-file",
        CASE,
        files,
        [KitEntry(n, house.proof(r), payload) for n, r, payload in entries],
        house.authority,
        {},
        left_out,
    )
    with zipfile.ZipFile(io.BytesIO(b"".join(write_kit(kit)))) as archive:
        archive.extractall(folder)
    return folder / "case-file"


def failures(house: House, bag: Path) -> set[tuple[str, str]]:
    return {(failure.item, failure.reason) for failure in verifier.verify(bag, {house.fingerprint}, case=CASE)[0]}


def without(said: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key != name}


SIGNED_AGAIN = {
    "once": ([named(ISSUED), named(COUNTERSIGNED)], COUNTERSIGNED),
    "twice": ([named(ISSUED), named(COUNTERSIGNED), named(SIGNED_THRICE)], SIGNED_THRICE),
    "with another act between": ([named(ISSUED), {"other": 1}, named(COUNTERSIGNED)], COUNTERSIGNED),
}


@pytest.mark.parametrize("results, data", SIGNED_AGAIN.values(), ids=SIGNED_AGAIN)
def test_a_paper_signed_again_stands_for_what_it_was_before(
    house: House, tmp_path: Path, results: list[dict[str, Any]], data: bytes
) -> None:
    """The file as last signed is enough: what earlier entries name is its beginning, of the size they recorded."""
    assert failures(house, case_file(house, tmp_path, results, data)) == set()


REFUSED: dict[str, tuple[list[dict[str, Any]], bytes]] = {
    "a later entry of another paper": ([named(ISSUED), named(COUNTERSIGNED, OTHER)], COUNTERSIGNED),
    "no later entry": ([named(ISSUED)], COUNTERSIGNED),
    "only an earlier entry": ([named(COUNTERSIGNED), named(ISSUED)], COUNTERSIGNED),
    "a byte less than recorded": ([named(ISSUED, size=len(ISSUED) - 1), named(COUNTERSIGNED)], COUNTERSIGNED),
    "a byte more than recorded": ([named(ISSUED, size=len(ISSUED) + 1), named(COUNTERSIGNED)], COUNTERSIGNED),
    "more than there is": ([named(ISSUED, size=1 << 60), named(COUNTERSIGNED)], COUNTERSIGNED),
    "no size recorded": ([without(named(ISSUED), "size"), named(COUNTERSIGNED)], COUNTERSIGNED),
    "a size that is none": ([named(ISSUED, size=str(len(ISSUED))), named(COUNTERSIGNED)], COUNTERSIGNED),
    "nothing of the first": ([named(b"", size=0), named(COUNTERSIGNED)], COUNTERSIGNED),
    "another beginning": ([named(b"x" + ISSUED[1:]), named(COUNTERSIGNED)], COUNTERSIGNED),
    "the end, not the beginning": ([named(COUNTERSIGNED[-99:]), named(COUNTERSIGNED)], COUNTERSIGNED),
    "an exhibit, which nobody signs again": (
        [named(ISSUED, exhibit=PAPER), named(COUNTERSIGNED, exhibit=PAPER)],
        COUNTERSIGNED,
    ),
    "only what was issued": ([named(ISSUED), named(COUNTERSIGNED)], ISSUED),
    "a middle signature alone": ([named(ISSUED), named(COUNTERSIGNED), named(SIGNED_THRICE)], COUNTERSIGNED),
}


@pytest.mark.parametrize("results, data", REFUSED.values(), ids=REFUSED)
def test_a_beginning_is_taken_only_where_a_later_entry_names_the_whole(
    house: House, tmp_path: Path, results: list[dict[str, Any]], data: bytes
) -> None:
    """Any other file than the one the paper's last entry names, or another size, order or beginning, leaves the paper
    absent.
    """
    assert failures(house, case_file(house, tmp_path, results, data)) == {(PAPER, "absent")}


CHANGED = (
    COUNTERSIGNED[:-1],
    COUNTERSIGNED + b"\n",
    COUNTERSIGNED.replace(b"clerk", b"Clerk"),
    b"x" + COUNTERSIGNED[1:],
)


@pytest.mark.parametrize("changed", CHANGED, ids=("cut short", "longer", "second signature", "first signature"))
def test_a_countersigned_file_that_was_changed_is_refused(house: House, tmp_path: Path, changed: bytes) -> None:
    """Cut short, made longer, or changed in the part of either signature, with manifests made to agree: it is not the
    file of its receipt.
    """
    bag = case_file(house, tmp_path, [named(ISSUED), named(COUNTERSIGNED)], COUNTERSIGNED)
    (bag / PLACE).write_bytes(changed)
    rewrite(bag)
    assert (PLACE, "file") in failures(house, bag)


def test_a_paper_left_out_explains_every_digest_it_had(house: House, tmp_path: Path) -> None:
    """Where the paper as last signed is named as left out, nobody looks for what it was before; the rest of the docket
    is still asked for.
    """
    words = {"en": "Not shown.", "zh-Hans": "不予显示。"}
    results = [named(ISSUED), named(b"another paper", OTHER), named(COUNTERSIGNED)]
    left = LeftOut("paper 1", words, hashlib.sha256(COUNTERSIGNED).hexdigest())
    assert failures(house, case_file(house, tmp_path, results, None, [left])) == {(OTHER, "absent")}
