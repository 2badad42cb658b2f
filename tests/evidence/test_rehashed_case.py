"""A whole court renews its hashes: the operator begins, the worker binds entries, papers and exhibits, and people see
and take along what was bound.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DocketEntry
from odr.evidence.kit import verifier
from odr.evidence.models import CompilationKind, Exhibit, Upload
from odr.ground.db import Base
from odr.ground.migrate import load_models
from odr.notary.models import Receipt
from odr.notary.rehash.models import Bound, RenewedEntry
from odr.operations import worker
from odr.operations.maintenance import closed_app
from odr.procedure.receipt_files import all_holdings
from odr.web import reader_language
from tests.scene import Scene

from .test_case_file import key_of, made, signed_in, unpacked, with_exhibits

BEGIN = ("log", "renew-hash", "--rule", "Circular 7 on digests", "--on", "2026-05-01", "--by", "Operator")


def run(scene: Scene, *words: str) -> tuple[int, str]:
    """``flask WORDS`` by whoever keeps the court, the court closed."""
    done = closed_app(scene.court.settings, scene.clock).test_cli_runner().invoke(args=list(words))
    return done.exit_code, done.output


def bound_of(scene: Scene, reference: str) -> Bound | None:
    with scene.court.database.read() as session:
        receipt = session.get_one(Receipt, reference)
        return session.scalar(
            select(RenewedEntry.bound).where(
                RenewedEntry.log_id == receipt.log_id, RenewedEntry.log_index == receipt.log_index
            )
        )


def gone_on(scene: Scene) -> int:
    """The worker goes its rounds, each of about a second, until nothing is left to bind; how much was bound."""
    return sum(iter(lambda: worker.renew_hashes(scene.court), 0))


def carried_on(scene: Scene) -> None:
    """The operator begins, the worker goes its rounds."""
    code, said = run(scene, *BEGIN)
    assert code == 0, said
    assert gone_on(scene) > 0
    assert run(scene, "log", "renew-hash")[1].startswith("1 rounds ended, 0 entries bound by none")


def test_the_court_binds_what_it_holds_and_hands_it_out(scene: Scene, tmp_path: Path) -> None:
    """Entries, papers and exhibits are bound with their content; the case file proves it, the audits find nothing, and
    hash every file again.
    """
    with_exhibits(scene)
    scene.court.notary.sequence()
    carried_on(scene)
    with scene.court.database.read() as session:
        kinds = {bound_of(scene, receipt) for receipt in session.scalars(select(DocketEntry.receipt))}
        kinds |= {bound_of(scene, exhibit.upload.receipt or "") for exhibit in session.scalars(select(Exhibit))}
        assert kinds == {Bound.FILE}
        assert scene.court.notary.audit_files(session, partial(all_holdings, scene.court)) == []
    _, data = made(scene, "li", CompilationKind.CASE_FILE)
    bag = unpacked(data, tmp_path)
    root = scene.court.notary.tsa_512_pem()
    assert root is not None
    # The scene's clock stands in the past of this machine, so its tokens can be judged.
    named = {hashlib.sha512(verifier.pem_bytes(root.encode())).hexdigest()}
    failures, words = verifier.verify(bag, {key_of(scene)}, named)
    assert failures == [] and any("Round 1 of hash renewal 20" in line for line in words)


def test_people_read_what_was_bound(small_scene: Scene) -> None:
    """The receipt's page says in plain words, in both languages, what was bound and when; everything comes in one file;
    the statement is public.
    """
    with_exhibits(small_scene)
    small_scene.court.notary.sequence()
    client, case = signed_in(small_scene, "li"), small_scene.case().reference
    assert client.get("/log/time-authority-sha512.pem").status_code == 404
    assert client.get(f"/cases/{case}/docket/1/receipt.renewals").status_code == 404
    assert "bound with SHA-512" not in client.get(f"/cases/{case}/docket/1").text
    carried_on(small_scene)
    for place in (f"/cases/{case}/docket/1", f"/cases/{case}/exhibits/C-1"):
        client.set_cookie(reader_language.COOKIE, "en")
        english = client.get(place).text
        assert "round 1 of hash renewal: receipt and content" in english and "renewals.zip" in english
        client.set_cookie(reader_language.COOKIE, "zh-Hans")
        assert "第1轮哈希续期：回执连同内容" in client.get(place).text
        with zipfile.ZipFile(io.BytesIO(client.get(f"{place}/receipt.renewals").data)) as archive:
            assert set(archive.namelist()) == {
                "renewal-1.entry",
                "renewal-1.checkpoint",
                "renewal-1.statement",
                "renewal-1.statement.tsr",
            }
            statement = archive.read("renewal-1.statement")
    stranger = create_app(court=small_scene.court).test_client()
    assert (
        stranger.get("/log/renewal-1.statement").data == statement
        and stranger.get("/log/renewal-1.statement.tsr").status_code == 200
    )
    assert stranger.get("/log/renewal-2.statement").status_code == 404
    assert b"BEGIN CERTIFICATE" in stranger.get("/log/time-authority-sha512.pem").data
    assert "time-authority-sha512.pem" in stranger.get("/verify").text


def test_a_damaged_file_is_bound_by_its_receipt_and_named(small_scene: Scene) -> None:
    """A file that is gone from the store holds nothing up; command and check-up name its entry; an erased file is no
    damage.
    """
    small_scene.lodge()
    large, erased = (small_scene.upload("li", bytes([fill]) * 200_000, filename=f"{fill}.txt") for fill in (65, 66))
    small_scene.court.notary.sequence()
    with small_scene.court.database.write() as session:
        first, second = (session.get_one(Upload, each.id).blob for each in (large, erased))
        assert first and first.key and second and second.key
        small_scene.court.ports.store.erase(first.key)
        small_scene.court.ports.store.erase(second.key)
        second.erased_at, second.key = small_scene.clock.machine_now(), None
    code, said = run(small_scene, *BEGIN)
    assert code == 0 and "round 1 begins" in said
    worker.work_once(small_scene.court)
    assert (bound_of(small_scene, large.receipt or ""), bound_of(small_scene, erased.receipt or "")) == (
        Bound.DAMAGED,
        Bound.RECEIPT,
    )
    code, said = run(small_scene, "log", "renew-hash")
    assert code == 1 and said.count("damaged: the file of 20") == 1
    assert "1 files were damaged when hash renewal came to them" in run(small_scene, "doctor")[1]


def test_the_operator_is_told_what_is_due(small_scene: Scene) -> None:
    """A round that stands still, entries that came after the last one, a second round at once or on nothing: each is
    told; options must be whole.
    """
    small_scene.lodge()
    small_scene.court.notary.sequence()
    assert "hash renewal" not in run(small_scene, "doctor")[1]
    assert run(small_scene, "log", "renew-hash", "--rule", "only this")[0] == 2
    assert run(small_scene, *BEGIN)[0] == 0
    code, said = run(small_scene, *BEGIN)
    assert code == 1 and "a round is under way" in said
    small_scene.clock.advance(timedelta(days=8))
    assert "round 1 of hash renewal has bound 0 of" in run(small_scene, "doctor")[1]
    gone_on(small_scene)
    assert "1 rounds of hash renewal have ended" in run(small_scene, "doctor")[1]
    small_scene.upload("li", b"later", filename="later.txt")
    small_scene.court.notary.sequence()
    small_scene.clock.advance(timedelta(days=8))
    assert "1 entries came after the last round of hash renewal" in run(small_scene, "doctor")[1]
    carried_on_again = run(small_scene, *BEGIN)
    assert "round 2 begins: 1 entries" in carried_on_again[1]
    gone_on(small_scene)
    code, said = run(small_scene, *BEGIN)
    assert code == 1 and "every entry is bound by a round already" in said


@pytest.mark.parametrize("renewed", [False, True])
def test_programs_get_the_renewals_of_a_receipt(small_scene: Scene, renewed: bool) -> None:
    """The interface's answer has the renewals under their names, and only where there are any."""
    from odr.api import answers

    small_scene.lodge()
    small_scene.court.notary.sequence()
    if renewed:
        small_scene.court.notary.renew(everything=True)
        carried_on(small_scene)
    with small_scene.court.database.read() as session:
        receipt = session.scalars(select(DocketEntry.receipt)).first()
        files = answers.proof(small_scene.court.notary.receipt_files(session, receipt or ""))["files"]
    more = {
        "checkpoint.renewal-1.tsr",
        "renewal-1.entry",
        "renewal-1.checkpoint",
        "renewal-1.statement",
        "renewal-1.statement.tsr",
    }
    assert set(files) == {"receipt.json", "receipt.leaf", "receipt.leaf.tlog-proof", "checkpoint", "checkpoint.tsr"} | (
        more if renewed else set()
    )


def test_every_table_with_a_receipt_has_its_files_found() -> None:
    """Whoever adds a table whose rows name a receipt says where the file behind it lies, or hash renewal would bind the
    receipt alone unawares.
    """
    known = {
        "docket_entry",
        "document",
        "laid_version",
        "factor_reset",
        "upload",
        "digest_line",
        "compilation",
        "upload_decision",
        "outage",
        "register_record",
        "listing_record",
        "bank_return",
        "viewing_record",
        "place_record",
        "register_copy",
        "complaint_duty",
        "firm",
        "roll_entry",
        "draw_seed",
        "draw_record",
        "audit_draw",
        "staff_term",
    }
    # The paper of a proof of service is a document with the same receipt.
    known.add("proof_of_service")
    load_models()
    assert {table.name for table in Base.metadata.sorted_tables if "receipt" in table.columns} == known
