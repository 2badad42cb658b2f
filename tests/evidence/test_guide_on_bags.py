"""The commands of docs/for-the-public.md for bags and for old proofs, as they are written there, on what a court gives out."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from odr.app import create_app
from odr.evidence.kit.kit import fingerprint, write_kit
from tests.guide import command, refuses_what_is_not_so, run
from tests.peers.http import serving
from tests.scene import Scene
from tests.typed import typed

from .test_kit import House, first_receipt
from .test_rehashed_case import carried_on, signed_in, with_exhibits

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose time stamps were renewed: six years old, and again a day ago."""
    house = House(tmp_path_factory.mktemp("renewed"), datetime.now(UTC) - 6 * YEAR)
    house.clock.advance(6 * YEAR - timedelta(days=1))
    assert house.notary.renew()[1] == []
    yield house
    house.database.dispose()


@pytest.fixture
def bag(house: House, tmp_path: Path) -> Path:
    """Its kit, unpacked."""
    with zipfile.ZipFile(BytesIO(b"".join(write_kit(house.kit())))) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "kit-test"


def test_a_bag_is_checked_by_its_manifests_and_its_verifier(house: House, bag: Path) -> None:
    """Both manifests and the verifier take the bag, and refuse it with a byte changed or a file missing."""
    file = next(path for path in sorted((bag / "data").rglob("*")) if path.is_file()).relative_to(bag).as_posix()
    refuses_what_is_not_so(command("sha256sum -c manifest-sha256.txt"), bag, file, f"{file}: OK")
    for tag in ("verify.py", "bagit.txt"):
        refuses_what_is_not_so(command("sha256sum -c tagmanifest-sha256.txt"), bag, tag, f"{tag}: OK")
    verify = command("python3 verify.py").replace("FINGERPRINT", fingerprint(house.notary.log_vkeys()[0]))
    good, said = run(verify, bag)
    assert good, said
    (bag / file).unlink()
    assert not run(verify, bag)[0]
    assert not run(command("python3 verify.py").replace("FINGERPRINT", "0" * 64), bag)[0]


def test_a_time_stamp_is_followed_through_its_renewal(bag: Path) -> None:
    """The renewal is over the tree head and the stamp before it; the old stamp is judged at the renewal's time."""
    folder = first_receipt(bag)
    shutil.copy(bag / "keys" / "time-authority.pem", folder)
    assert run(command("cat checkpoint"), folder)[0]
    renewed = command("openssl ts -verify -data chain")
    for file in ("chain", "checkpoint.renewal-1.tsr"):
        refuses_what_is_not_so(renewed, folder, file, "Verification: OK", at=40)
    good, said = run(command("openssl ts -reply"), folder)
    assert good
    told = re.search(r"Time stamp: (.*)", said)
    assert told is not None
    at = command("openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile time-authority.pem", '+%s)"')
    then = at.replace("TIME OF THE RENEWAL", told[1])
    refuses_what_is_not_so(then, folder, "checkpoint", "Verification: OK")
    assert not run(at.replace("TIME OF THE RENEWAL", "2001-01-01"), folder)[0]


def test_what_was_bound_anew_is_worked_out_with_openssl(small_scene: Scene, tmp_path: Path) -> None:
    """Receipt and file give the digest of the line; the statement is stamped; changed or missing, neither holds."""
    with_exhibits(small_scene)
    small_scene.court.notary.sequence()
    carried_on(small_scene)
    client, case = signed_in(small_scene, "li"), small_scene.case().reference
    place = f"/cases/{case}/docket/1"
    with zipfile.ZipFile(BytesIO(client.get(f"{place}/receipt.renewals").data)) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "receipt.json").write_bytes(client.get(f"{place}/receipt.json").data)
    (tmp_path / "entry-1.json").write_bytes(client.get(f"{place}/entry.json").data)
    line = command("openssl dgst -sha512 -binary receipt.json").replace("FILE", "entry-1.json")
    both = [hashlib.sha512((tmp_path / name).read_bytes()).digest() for name in ("receipt.json", "entry-1.json")]
    bound = hashlib.sha512(b"".join(both)).hexdigest()
    for file in ("receipt.json", "entry-1.json", "renewal-1.entry"):
        refuses_what_is_not_so(line, tmp_path, file, bound, at=-20)
    with serving(create_app(court=small_scene.court)) as origin:
        assert run(command("curl -fsSO"), tmp_path, origin)[0]
    stamped = command("openssl ts -verify -data renewal-1.statement")
    for file in ("renewal-1.statement", "renewal-1.statement.tsr"):
        refuses_what_is_not_so(stamped, tmp_path, file, "Verification: OK", at=60)
    # In the middle of a root's certificate lies its key; its serial number says nothing of what it signed.
    root = tmp_path / "time-authority-sha512.pem"
    refuses_what_is_not_so(stamped, tmp_path, root.name, "Verification: OK", at=root.stat().st_size // 2)


def test_what_is_published_after_a_round_is_compared_by_sha512(small_scene: Scene, tmp_path: Path) -> None:
    """The operators' guide: the digests to publish are those of the keys the court has, and another key gives another."""
    with_exhibits(small_scene)
    small_scene.court.notary.sequence()
    carried_on(small_scene)
    of_key = typed("openssl pkey -pubin")
    with serving(create_app(court=small_scene.court)) as origin:
        asked = typed("curl https://court.example/log/time-authority-sha512.pem")
        good, authority = run(asked, tmp_path, origin)
        assert good and run(command("curl -fsSO"), tmp_path, origin)[0]
        assert run(command("curl -fsS -o log.pem"), tmp_path, origin)[0]
        other = run(asked.replace("-sha512.pem", ".pem"), tmp_path, origin)[1]
    root = x509.load_pem_x509_certificate((tmp_path / "time-authority-sha512.pem").read_bytes())
    own = hashlib.sha512(root.public_bytes(Encoding.DER)).hexdigest()
    assert own in authority and own not in other
    key = load_pem_public_key((tmp_path / "log.pem").read_bytes())
    own = hashlib.sha512(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    good, said = run(of_key, tmp_path)
    assert good and own in said
    stranger = Ed25519PrivateKey.generate().public_key()
    (tmp_path / "log.pem").write_bytes(stranger.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert own not in run(of_key, tmp_path)[1]
    (tmp_path / "log.pem").write_text("no key")
    assert own not in run(of_key, tmp_path)[1]
