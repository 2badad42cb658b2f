"""The case file a person takes along: made in the background, only what she may see, provable offline, and taken in by
another court.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Audience, Case, DocketEntry
from odr.evidence.kit import compiling, received_case_files, verifier
from odr.evidence.kit.kit import fingerprint
from odr.evidence.models import Compilation, CompilationKind, CompilationState, Exhibit, ExhibitState
from odr.evidence.store.integrity_check import check
from odr.ground.canonical import canonical
from odr.identity.models import Account
from odr.identity.sign_in import sessions
from odr.web.presence import session_cookie_name
from tests.evidence.test_kit import rewrite
from tests.kept import kept
from tests.scene import Scene


@kept
def with_exhibits(scene: Scene) -> None:
    """A case on both sides with an exhibit of each."""
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()
    for who, text in (("li", b"order 8842"), ("haiyun", "发货记录".encode())):
        upload = scene.upload(who, text, filename="a?.txt")
        scene.do(
            "submit_exhibit",
            who,
            upload=upload.reference,
            title="Paper",
            category="records",
            proves="That it was so",
            source="My phone",
        )


def made(scene: Scene, who: str, kind: CompilationKind, label: str | None = None) -> tuple[Compilation, bytes]:
    """What the worker makes of a request, and its bytes."""
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        exhibit = (
            session.scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == label)) if label else None
        )
        row = compiling.ask(session, case, scene.actor(who), kind, "en", scene.court.clock.machine_now(), exhibit)
    assert compiling.compile_due(scene.court) >= 1
    with scene.court.database.read() as session:
        row = session.get_one(Compilation, row.id)
    assert row.state is CompilationState.READY, row.problem
    return row, b"".join(scene.court.ports.store.open(row.key))


def key_of(scene: Scene) -> str:
    return fingerprint(scene.court.notary.log_public_key_vkey())


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
        return folder / archive.namelist()[0].split("/")[0]


def exclude(scene: Scene, label: str) -> None:
    with scene.court.database.write() as session:
        session.scalars(select(Exhibit).where(Exhibit.label == label)).one().state = ExhibitState.EXCLUDED


def test_case_file_is_whole_and_names_what_is_left_out(small_scene: Scene, tmp_path: Path) -> None:
    """A case file proves itself to strangers' programs, holds what its reader may see, names the rest; any piece taken
    away or changed is told by name.
    """
    with_exhibits(small_scene)
    exclude(small_scene, "C-1")
    row, data = made(small_scene, "haiyun", CompilationKind.CASE_FILE)
    bag = unpacked(data, tmp_path)
    assert bagit.Bag(str(bag)).is_valid()
    ran = subprocess.run(
        [sys.executable, str(bag / "verify.py"), "--log-key-fingerprint", key_of(small_scene)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert (
        "Left out: exhibit C-1" in ran.stdout and "未收录：exhibit C-1" in ran.stdout and "none missing" in ran.stdout
    )
    names = {p.relative_to(bag / "data").as_posix() for p in (bag / "data").rglob("*") if p.is_file()}
    assert {"docket.jsonl", "docket.pdf", "exhibits/R-1/a_.txt"} <= names and not any(
        n.startswith("exhibits/C-1") for n in names
    )
    assert any(n.startswith("documents/") for n in names)
    with small_scene.court.database.read() as session:
        hidden = {
            e.number
            for e in session.scalars(select(DocketEntry).where(DocketEntry.case_id == small_scene.case_id))
            if e.audience is not Audience.PARTIES_AND_COURT
        }
    theirs = hidden - _own(small_scene, "haiyun")
    assert {each["item"] for each in row.left_out} >= {f"entry {n}" for n in theirs}
    # A forger takes an exhibit out and makes the manifests agree: the docket still names it.
    (bag / "data/exhibits/R-1/a_.txt").unlink()
    contents = json.loads((bag / "contents.json").read_text())
    contents["files"] = [f for f in contents["files"] if "R-1" not in f["path"]]
    (bag / "contents.json").write_bytes(canonical(contents))
    rewrite(bag)
    assert bagit.Bag(str(bag)).is_valid()
    failures, _ = verifier.verify(bag, {key_of(small_scene)})
    assert {(f.item, f.reason) for f in failures} == {("R-1", "absent")}


def _own(scene: Scene, who: str) -> set[int]:
    with scene.court.database.read() as session:
        return set(
            session.scalars(
                select(DocketEntry.number).where(
                    DocketEntry.case_id == scene.case_id, DocketEntry.account_id == scene.people[who]
                )
            )
        )


def test_kit_of_one_exhibit_binds_it_to_the_case(small_scene: Scene, tmp_path: Path) -> None:
    """The kit of one exhibit proves file and submission in this case; another file under its receipt is named."""
    with_exhibits(small_scene)
    row, data = made(small_scene, "li", CompilationKind.KIT, "R-1")
    assert row.left_out == []
    bag = unpacked(data, tmp_path)
    assert bagit.Bag(str(bag)).is_valid()
    assert verifier.verify(bag, {key_of(small_scene)}, case=small_scene.case().reference)[0] == []
    entry = next((bag / "data").glob("entry-*.json"))
    (bag / "data/exhibits/R-1/a_.txt").write_bytes(b"other")
    rewrite(bag)
    assert [(f.item, f.reason) for f in verifier.verify(bag, {key_of(small_scene)})[0]] == [
        ("data/exhibits/R-1/a_.txt", "file")
    ]
    entry.write_bytes(entry.read_bytes() + b" ")
    rewrite(bag)
    assert ("data/" + entry.name, "file") in {
        (f.item, f.reason) for f in verifier.verify(bag, {key_of(small_scene)})[0]
    }


@pytest.mark.slow
def test_other_court_takes_in_a_proven_file_only(small_scene: Scene, tmp_path: Path) -> None:
    """An appeal court takes in what holds, once, and nothing of a file that does not or whose key it was not given."""
    with_exhibits(small_scene)
    _, data = made(small_scene, "judge", CompilationKind.CASE_FILE)
    place = tmp_path / "case.zip"
    place.write_bytes(data)
    with pytest.raises(received_case_files.NotProven) as refused:
        received_case_files.receive(small_scene.court, place, {"0" * 64})
    assert any("fingerprint" in line for line in refused.value.lines())
    at = data.index(b"order 8842")
    (tmp_path / "bad.zip").write_bytes(data[:at] + b"O" + data[at + 1 :])
    with pytest.raises(received_case_files.NotProven):
        received_case_files.receive(small_scene.court, tmp_path / "bad.zip", {key_of(small_scene)})
    row = received_case_files.receive(small_scene.court, place, {key_of(small_scene)})
    assert row.entries == small_scene.case().entry_count and row.title == small_scene.case().title
    with pytest.raises(received_case_files.ReceivedBefore):
        received_case_files.receive(small_scene.court, place, {key_of(small_scene)})
    with small_scene.court.database.read() as session:
        assert check(small_scene.court.ports.store, session) == []
    client = signed_in(small_scene, "judge")
    page = client.get(f"/casefiles/{row.reference}").get_data(as_text=True)
    assert "docket.pdf" in page and "none missing" in page
    number = 1 + [f.path for f in row.files].index("exhibits/C-1/a_.txt")
    assert client.get(f"/casefiles/{row.reference}/files/{number}").data == b"order 8842"
    assert signed_in(small_scene, "li").get(f"/casefiles/{row.reference}").status_code == 404


def signed_in(scene: Scene, who: str) -> FlaskClient:
    """A browser in which somebody has signed in, with a second factor."""
    client = create_app(court=scene.court).test_client()
    with scene.court.database.write() as session:
        secret, _ = sessions.open_session(
            session,
            session.get_one(Account, scene.people[who]),
            scene.court.clock.machine_now(),
            device="test",
            address="::1",
            two_factor=True,
        )
    client.set_cookie(session_cookie_name(False), secret)
    return client


@pytest.mark.slow
def test_only_who_asked_fetches_it_and_only_for_a_day(small_scene: Scene) -> None:
    """A case file is fetched by the person it was made for; a lost capacity makes none; after a day it is gone."""
    with_exhibits(small_scene)
    row, data = made(small_scene, "li", CompilationKind.CASE_FILE)
    path = f"/cases/{small_scene.case().reference}/files"
    mine, other = signed_in(small_scene, "li"), signed_in(small_scene, "haiyun")
    assert mine.get(f"{path}/{row.reference}").data == data
    assert row.filename in mine.get(path).get_data(as_text=True)
    assert other.get(f"{path}/{row.reference}").status_code == 404
    with small_scene.court.database.write() as session:
        again = compiling.ask(
            session,
            session.get_one(Case, small_scene.case_id),
            small_scene.actor("haiyun"),
            CompilationKind.CASE_FILE,
            "en",
            small_scene.clock.now(),
        )
        party = next(
            p
            for p in session.get_one(Case, small_scene.case_id).parties
            if p.account_id == small_scene.people["haiyun"]
        )
        party.left_at = small_scene.clock.now()
    compiling.compile_due(small_scene.court)
    with small_scene.court.database.read() as session:
        failed = session.get_one(Compilation, again.id)
        assert failed.state is CompilationState.FAILED and "no longer" in failed.problem["en"]
    small_scene.later(hours=25)
    assert signed_in(small_scene, "li").get(f"{path}/{row.reference}").status_code == 404
    with small_scene.court.database.read() as session:
        assert session.get_one(Compilation, row.id).state is CompilationState.EXPIRED
        assert check(small_scene.court.ports.store, session) == []
