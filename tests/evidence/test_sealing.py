"""Sealed exhibits: encrypted through the vault, opened only by whom the judge names, every opening on a list."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.evidence.models import Blob, CompilationKind, Exhibit, ExhibitReading, ExhibitState, SealState
from odr.evidence.store import envelope
from odr.evidence.store.integrity_check import FaultKind, check
from odr.evidence.store.ports import desk_of
from odr.ground.errors import InvalidInput, StepUpNeeded
from tests.evidence.test_case_file import made, signed_in, with_exhibits
from tests.scene import Scene

SECRET = b"our supplier is Fenghua, 12 percent under list\n" * 9000


def reader(sealed: bytes):  # type: ignore[no-untyped-def]
    def read(at: int, count: int) -> Iterator[bytes]:
        yield sealed[at : at + count]

    return read


@given(
    st.integers(0, 3 * envelope.PIECE + 5),
    st.integers(0, 3 * envelope.PIECE + 9),
    st.integers(0, 2 * envelope.PIECE),
    st.integers(1, 400_000),
)
@pytest.mark.slow
def test_any_range_of_a_sealed_file_is_the_range_of_the_file(size: int, start: int, length: int, step: int) -> None:
    """Reading any part of a sealed file gives exactly that part of the original, however it came in."""
    data = bytes(size % 251 for size in range(min(size, 997))) * (size // 997 + 1)
    data, key = data[:size], envelope.new_key()
    sealed = b"".join(envelope.seal_stream(key, (data[at : at + step] for at in range(0, size, step))))
    assert len(sealed) == envelope.sealed_size(size)
    assert b"".join(envelope.open_range(key, size, reader(sealed), start, length)) == data[start : start + length]
    assert b"".join(envelope.open_range(key, size, reader(sealed))) == data


@pytest.mark.parametrize("damage", ["flip", "swap", "cut", "other key"])
def test_damage_to_a_sealed_file_is_never_read_as_its_contents(damage: str) -> None:
    """A bit changed, pieces exchanged, the end cut off, or another key: nothing of it is given out."""
    size, key, piece = 2 * envelope.PIECE, envelope.new_key(), envelope.PIECE + envelope.TAG
    sealed = b"".join(envelope.seal_stream(key, [b"a" * envelope.PIECE, b"b" * envelope.PIECE]))
    head, one, two = sealed[:7], sealed[7 : 7 + piece], sealed[7 + piece :]
    changed = {
        "flip": head + bytes([one[0] ^ 1]) + one[1:] + two,
        "swap": head + two + one,
        "cut": head + one + two[:-1],
        "other key": sealed,
    }[damage]
    with pytest.raises(envelope.Damaged):
        list(envelope.open_range(envelope.new_key() if damage == "other key" else key, size, reader(changed)))
    with pytest.raises(envelope.Damaged):
        list(envelope.open_range(key, envelope.PIECE, reader(head + one)))


def submit_secret(scene: Scene) -> Exhibit:
    upload = scene.upload("haiyun", SECRET, "supplier.txt")
    given = {
        "upload": upload.reference,
        "title": "Supplier",
        "category": "records",
        "proves": "That we bought it",
        "source": "Our books",
    }
    with pytest.raises(InvalidInput):
        scene.do("submit_exhibit", "haiyun", **given, secret=True)
    scene.do("submit_exhibit", "haiyun", **given, secret=True, why_secret="Our supplier and price, from the claimant.")
    return exhibit(scene)


def exhibit(scene: Scene) -> Exhibit:
    with scene.court.database.read() as session:
        return session.scalars(select(Exhibit).where(Exhibit.title == "Supplier")).one()


def test_of_a_sealed_file_the_other_side_learns_neither_digest_nor_size(small_scene: Scene) -> None:
    """Nowhere: not on the docket, in the API, the receipt, the case file or the bundle. Whoever guesses what the file
    says finds no proof of it. Its own side and the bench read them.
    """
    with_exhibits(small_scene)
    mine = submit_secret(small_scene)
    case = f"/cases/{small_scene.case().reference}"
    guessed, size = hashlib.sha256(SECRET).hexdigest(), f"{len(SECRET):,} bytes"
    with small_scene.court.database.read() as session:
        number = session.scalars(select(DocketEntry).where(DocketEntry.act == "submit_exhibit")).all()[-1].number
    places = [
        f"{case}/exhibits/{mine.label}",
        f"{case}/exhibits",
        f"{case}/docket",
        f"{case}/docket/{number}",
        f"{case}/docket/{number}/entry.json",
        f"/api/v1{case}",
        f"/api/v1{case}/docket/{number}",
        *(f"{case}/exhibits/{mine.label}/receipt.{part}" for part in ("json", "leaf", "proof", "checkpoint")),
    ]
    li, haiyun = signed_in(small_scene, "li"), signed_in(small_scene, "haiyun")
    answers = {path: li.get(path) for path in places}
    for path, answer in answers.items():
        assert guessed not in answer.text and size not in answer.text, path
    assert answers[f"{case}/exhibits/{mine.label}/receipt.json"].status_code == 403
    assert answers[f"{case}/docket/{number}"].status_code == answers[f"{case}/exhibits/{mine.label}"].status_code == 200
    for kind in (CompilationKind.CASE_FILE, CompilationKind.BUNDLE):
        row, data = made(small_scene, "li", kind)
        assert guessed not in json.dumps(row.left_out) and mine.label in json.dumps(row.left_out)
        whole = data
        if kind is CompilationKind.CASE_FILE:
            with zipfile.ZipFile(io.BytesIO(data)) as bag:
                whole = b"".join(bag.read(name) for name in bag.namelist())
        assert guessed.encode() not in whole
    assert guessed in haiyun.get(f"{case}/exhibits/{mine.label}").text
    assert guessed in haiyun.get(f"{case}/exhibits/{mine.label}/receipt.json").text


def test_sealed_exhibit_from_submission_to_opening(small_scene: Scene) -> None:
    """Nobody but bench and own side opens it from the start; the judge names readers, then opens it; every opening is
    on a list all parties see.
    """
    with_exhibits(small_scene)
    mine = submit_secret(small_scene)
    assert mine.seal is not None and mine.seal.state is SealState.ASKED
    path = f"/cases/{small_scene.case().reference}/exhibits/{mine.label}"
    li, haiyun, judge, clerk = (signed_in(small_scene, who) for who in ("li", "haiyun", "judge", "clerk"))
    with small_scene.court.database.read() as session:
        blob = session.get_one(Blob, mine.upload.blob_id)
        kept = b"".join(small_scene.court.ports.store.open(blob.key))
        assert b"Fenghua" not in kept and blob.content is None
        names = list(small_scene.court.ports.store.names())
        assert not any(b"Fenghua" in b"".join(small_scene.court.ports.store.open(name)) for name in names), (
            "open bytes were left behind"
        )
        assert check(small_scene.court.ports.store, session, small_scene.court.notary.vault) == []
    assert [c.get(f"{path}/file").status_code for c in (li, clerk)] == [403, 403]
    assert li.get(f"/api/v1{path}/file").status_code == 403
    assert (
        haiyun.get(f"{path}/file").data == SECRET
        and judge.get(f"{path}/file", headers={"Range": "bytes=4-11"}).data == SECRET[4:12]
    )
    assert "Sealing was asked for" in li.get(path).get_data(as_text=True)
    row, data = made(small_scene, "li", CompilationKind.CASE_FILE)
    assert any(each["item"] == f"exhibit {mine.label}" for each in row.left_out) and b"Fenghua" not in data
    with pytest.raises(InvalidInput):
        small_scene.do(
            "order_seal",
            "judge",
            exhibit=mine.reference,
            answer="seal",
            readers=["claimant/9"],
            reasons="A trade secret.",
        )
    small_scene.do(
        "order_seal",
        "judge",
        exhibit=mine.reference,
        answer="seal",
        readers=["claimant/1"],
        reasons="A trade secret; the claimant must be able to answer.",
    )
    assert li.get(f"{path}/file").data == SECRET and clerk.get(f"{path}/file").status_code == 403
    assert b"Fenghua" in made(small_scene, "li", CompilationKind.CASE_FILE)[1]
    with small_scene.court.database.read() as session:
        assert [
            (r.hat.split("/")[0], r.how) for r in session.scalars(select(ExhibitReading).order_by(ExhibitReading.id))
        ] == [
            ("party", "file"),
            ("judge", "file"),
            ("party", "file"),
            ("party", "kit"),
        ]
    listed = li.get(f"{path}/readings").get_data(as_text=True)
    assert "Judge" in listed and "Haiyun" in listed
    small_scene.do(
        "order_seal", "judge", exhibit=mine.reference, answer="open", readers=[], reasons="It is known by now."
    )
    assert clerk.get(f"{path}/file").data == SECRET


def test_ordered_seal_recalls_what_lay_ready_and_damage_is_named(small_scene: Scene) -> None:
    """A file made before the order is fetched by nobody any more; sealed bytes that were changed are named by the check
    and not given out.
    """
    with_exhibits(small_scene)
    row, _ = made(small_scene, "li", CompilationKind.CASE_FILE)
    with small_scene.court.database.read() as session:
        r1 = session.scalars(select(Exhibit).where(Exhibit.label == "R-1")).one()
    small_scene.do(
        "order_seal", "judge", exhibit=r1.reference, answer="seal", readers=[], reasons="Names of customers."
    )
    assert (
        signed_in(small_scene, "li").get(f"/cases/{small_scene.case().reference}/files/{row.reference}").status_code
        == 404
    )
    with small_scene.court.database.read() as session:
        blob = session.get_one(Blob, r1.upload.blob_id)
        place = small_scene.court.ports.store.path(blob.key)
        place.chmod(0o600)
        sealed = place.read_bytes()
        place.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        assert [f.kind for f in check(small_scene.court.ports.store, session, small_scene.court.notary.vault)] == [
            FaultKind.ALTERED
        ]
    assert r1.state is ExhibitState.SUBMITTED


def test_sealing_and_opening_ask_again_who_it_is(small_scene: Scene) -> None:
    """No file is sealed, and none opened to everybody, by a session that somebody left open (security: sign, seal,
    unseal).
    """
    with_exhibits(small_scene)
    act = small_scene.court.table["order_seal"]
    assert act.strong
    judge = replace(small_scene.actor("judge"), strong_at=small_scene.clock.machine_now() - timedelta(minutes=16))
    with small_scene.court.database.read() as session:
        r1 = session.scalars(select(Exhibit).where(Exhibit.label == "R-1")).one()
    for answer in ("seal", "open"):
        given = act.input.model_validate(
            {"exhibit": r1.reference, "answer": answer, "readers": [], "reasons": "Names of customers."}
        )
        with small_scene.court.sit() as sitting, pytest.raises(StepUpNeeded):
            sitting.perform("order_seal", sitting.session.get_one(Case, small_scene.case_id), given, actor=judge)


def test_what_is_sealed_lies_nowhere_in_the_open(small_scene: Scene) -> None:
    """Neither in the database's file nor in its write-ahead log; and digest and size, by which a guess could be proved,
    are shown to nobody who may not open it.
    """
    with_exhibits(small_scene)
    with small_scene.court.database.read() as session:
        r1 = session.scalars(select(Exhibit).where(Exhibit.label == "R-1")).one()
        digest, upload = r1.upload.sha256, r1.upload
        plain = b"".join(desk_of(small_scene.court).contents(upload))
    assert digest
    small_scene.do("order_seal", "judge", exhibit=r1.reference, answer="seal", readers=[], reasons="Names.")
    path = small_scene.court.database.path
    assert path is not None
    for kept in (path, path.with_name(path.name + "-wal")):
        assert not kept.exists() or plain not in kept.read_bytes(), kept
    case = small_scene.case().reference
    for who, shown in (("li", False), ("haiyun", True), ("judge", True)):
        client = signed_in(small_scene, who)
        page = client.get(f"/cases/{case}/exhibits/R-1").get_data(as_text=True)
        listed = next(e for e in client.get(f"/api/v1/cases/{case}").json["exhibits"] if e["label"] == "R-1")
        assert (f"<dd>{digest}</dd>" in page) is shown and (listed["sha256"] == digest) is shown, who
        assert (listed["size"] is not None) is shown
