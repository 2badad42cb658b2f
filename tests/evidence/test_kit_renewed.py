"""A kit brings the renewals of its time tokens, and the verifier checks them one after the other with openssl."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from odr.evidence.kit import verifier
from odr.evidence.kit.kit import fingerprint, write_kit
from odr.notary.time.der import integer, sequence

from .test_kit import EXHIBIT, House, first_receipt, rewrite

FIRST, SECOND = "checkpoint.renewal-1.tsr", "checkpoint.renewal-2.tsr"
YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose tokens were renewed twice: six years old, renewed before they ended, and again today."""
    house = House(tmp_path_factory.mktemp("renewed"), datetime.now(UTC) - 6 * YEAR)
    house.clock.advance(6 * YEAR - timedelta(days=30))
    assert house.notary.renew()[1] == []
    house.clock.advance(timedelta(days=29))
    assert house.notary.renew(everything=True)[1] == []
    yield house
    house.database.dispose()


def unpacked(house: House, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(b"".join(write_kit(house.kit())))) as archive:
        archive.extractall(folder)
    return folder / "kit-test"


@pytest.fixture
def bag(renewed: House, tmp_path: Path) -> Path:
    return unpacked(renewed, tmp_path)


def authority_of(bag: Path) -> str:
    return hashlib.sha256(verifier.pem_bytes((bag / "keys" / "time-authority.pem").read_bytes())).hexdigest()


def found(bag: Path, house: House) -> tuple[set[tuple[str, str]], list[str]]:
    failures, words = verifier.verify(bag, {fingerprint(house.notary.log_vkeys()[0])}, authority_of(bag))
    return {(failure.item, failure.reason) for failure in failures}, words


def test_a_renewed_kit_holds_and_says_so(renewed: House, bag: Path) -> None:
    """Every receipt brings both renewals; the verifier follows them to a token that is good today, in both languages."""
    assert {path.name for path in first_receipt(bag).glob("checkpoint.*.tsr")} == {FIRST, SECOND}
    failures, words = found(bag, renewed)
    assert failures == set()
    assert any("renewed up to 2 times" in line and "续期2次" in line for line in words)
    assert verifier.ENDED not in words


def test_a_kit_without_renewals_says_when_its_last_certificate_has_ended(tmp_path: Path) -> None:
    """Seven years on, a token nobody renewed proves its time still, and the words say what a newer copy would bring."""
    house = House(tmp_path, datetime.now(UTC) - 7 * YEAR)
    failures, words = found(unpacked(house, tmp_path / "kit"), house)
    house.database.dispose()
    assert failures == set() and verifier.ENDED in words


def test_a_token_renewed_too_late_is_named(tmp_path: Path) -> None:
    """A renewal made after the certificate before it had ended proves nothing; the very file is named."""
    house = House(tmp_path, datetime.now(UTC) - 7 * YEAR)
    house.clock.advance(7 * YEAR - timedelta(hours=1))
    house.notary.renew(everything=True)
    failures, _ = found(unpacked(house, tmp_path / "kit"), house)
    house.database.dispose()
    # Lines of entries that fail are held to belong to none.
    assert failures - {("data/docket.jsonl", "lines")} == {(item, "renewal-late") for item in _items(FIRST)}


def _items(name: str) -> list[str]:
    entries = [f"docket entry {number}: {name}" for number in (1, 2, 3, 4)]
    return [*entries, f"data/{EXHIBIT}: {name}", f"data/exhibits/C-2/photo.png: {name}"]


def bit(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-4] + bytes([data[-4] ^ 1]) + data[-3:])


def swap(place: Path) -> None:
    first, second = (place / FIRST).read_bytes(), (place / SECOND).read_bytes()
    (place / FIRST).write_bytes(second)
    (place / SECOND).write_bytes(first)


ATTACKS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    # name: attack on the receipt's folder, which file is blamed, for what
    "a bit of the first": (lambda place: bit(place / FIRST), ": " + FIRST, "renewal"),
    "a bit of the second": (lambda place: bit(place / SECOND), ": " + SECOND, "renewal"),
    "exchanged": (swap, ": " + FIRST, "renewal"),
    "the first is missing": (lambda place: (place / FIRST).unlink(), "", "renewals"),
    "numbered with a zero": (
        lambda place: (place / SECOND).rename(place / "checkpoint.renewal-02.tsr"),
        "",
        "renewals",
    ),
    "the token itself is missing": (lambda place: (place / "checkpoint.tsr").unlink(), ": checkpoint.tsr", "missing"),
    "the token itself in its place": (
        lambda place: (place / SECOND).write_bytes((place / "checkpoint.tsr").read_bytes()),
        ": " + SECOND,
        "renewal",
    ),
    "empty": (lambda place: (place / FIRST).write_bytes(b""), ": " + FIRST, "renewal"),
}


@pytest.mark.parametrize("name", list(ATTACKS))
def test_every_manipulated_renewal_is_named(bag: Path, renewed: House, name: str) -> None:
    """Changed, exchanged, missing, misnumbered: the item, the file and the reason are told, and nothing else fails."""
    attack, file, reason = ATTACKS[name]
    attack(first_receipt(bag))
    rewrite(bag)
    assert found(bag, renewed)[0] == {(f"data/{EXHIBIT}{file}", reason)}


def stamped(house: House, data: bytes, at: datetime, algorithm: str) -> bytes:
    """A response by the house's authority over data, with an imprint of this kind."""
    with house.database.read() as session:
        own = house.notary.time_authority(session)
    return sequence(sequence(integer(0)), own.token(hashlib.new(algorithm, data).digest(), at, algorithm=algorithm))


def test_a_renewal_with_a_weak_imprint_or_an_impossible_time_is_named(bag: Path, renewed: House) -> None:
    """The authority's own token, but with SHA-256, or with a time before the token it renews, renews nothing."""
    place = first_receipt(bag)
    data = b"".join((place / name).read_bytes() for name in ("checkpoint", "checkpoint.tsr", FIRST))
    for at, algorithm, reason in (
        (renewed.clock.now(), "sha256", "renewal-weak"),
        (datetime.now(UTC) + timedelta(days=9), "sha512", "time-bounds"),
    ):
        (place / SECOND).write_bytes(stamped(renewed, data, at, algorithm))
        rewrite(bag)
        assert found(bag, renewed)[0] == {(f"data/{EXHIBIT}: {SECOND}", reason)}


def test_a_renewal_by_somebody_else_is_named(bag: Path, renewed: House, tmp_path: Path) -> None:
    """A token over the right bytes by an authority nobody named is not believed."""
    stranger = House(tmp_path / "stranger", datetime.now(UTC) - YEAR)
    place = first_receipt(bag)
    data = b"".join((place / name).read_bytes() for name in ("checkpoint", "checkpoint.tsr", FIRST))
    (place / SECOND).write_bytes(stamped(stranger, data, renewed.clock.now(), "sha512"))
    stranger.database.dispose()
    rewrite(bag)
    assert found(bag, renewed)[0] == {(f"data/{EXHIBIT}: {SECOND}", "renewal")}
