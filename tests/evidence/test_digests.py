"""Hash first: digests anchored in batches, each with a receipt; a file that comes later must be the very file."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select

from odr.app import create_app
from odr.evidence.sources import digests
from odr.evidence.sources.models import DigestBatch, DigestLine
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.notary.check.receipt import Link, verify_receipt
from odr.notary.models import LogCheckpoint
from tests.api.caller import Contract, caller, files_of
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.scene import Scene


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def csv_of(count: int, start: int = 0) -> str:
    rows = [f'{sha(str(n))},"log-{n}.txt",{n},2025-11-06,"of the shop, part {n}"' for n in range(start, start + count)]
    return "sha256,name,size,made_at,note\n" + "\n".join(rows) + "\n"


def test_every_line_has_a_receipt_under_one_checkpoint(scene: Scene) -> None:
    """A batch is anchored in one transaction: each line's receipt verifies with the log's key alone, and one checkpoint
    covers them all.
    """
    with scene.court.database.read() as session:
        before = session.scalar(select(func.count()).select_from(LogCheckpoint)) or 0
    batch = digests.file_batch(scene.court, scene.people["li"], "Logs", digests.read_list(csv_of(300)))
    assert batch.count == 300
    scene.court.notary.sequence()
    with scene.court.database.read() as session:
        assert (session.scalar(select(func.count()).select_from(LogCheckpoint)) or 0) - before <= 1 + (before == 0)
        lines = digests.lines_of(session, batch, limit=1000)
        assert [line.position for line in lines] == list(range(1, 301))
        for line in (lines[0], lines[150], lines[-1]):
            files = scene.court.notary.receipt_files(session, line.receipt)
            assert files.proof is not None
            held = verify_receipt(
                files.json,
                files.leaf,
                files.proof,
                vkeys=[scene.court.notary.log_public_key_vkey()],
                digest=line.sha256,
            )
            assert held.holds and held.verdict(Link.FILE).value == "holds"
            said = json.loads(files.json)
            assert (said["batch"], said["position"], said["name"]) == (batch.reference, line.position, line.name)


def test_same_list_sent_twice_is_the_same_batch(small_scene: Scene) -> None:
    """Who sends a list again gets the batch that is there; somebody else with the same list gets one of her own."""
    given_list = digests.read_list(csv_of(3))
    first, again = (
        digests.file_batch(small_scene.court, small_scene.people["li"], "Logs", given_list) for _ in range(2)
    )
    other = digests.file_batch(small_scene.court, small_scene.people["haiyun"], "Logs", given_list)
    assert first.reference == again.reference != other.reference
    with small_scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DigestLine)) == 6
        with pytest.raises(NotFound):
            digests.own_batch(session, small_scene.people["haiyun"], first.reference)


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=32, max_size=32), st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)
        ),
        min_size=1,
        max_size=30,
    )
)
def test_lists_are_read_as_people_have_them(rows: list[tuple[bytes, str]]) -> None:
    """CSV with commas, semicolons or tabs, in capitals or not, and what sha256sum prints, are the same list."""
    wanted = [(digest.hex(), name) for digest, name in rows]
    for mark in ",;\t":
        text = f"name{mark}SHA256\r\n" + "".join(f"{name}{mark}{digest.upper()}\r\n" for digest, name in wanted)
        assert [(line.sha256, line.name) for line in digests.read_list("\ufeff" + text)] == wanted
    sums = "".join(f"{digest}  {name}\n" for digest, name in wanted)
    assert [(line.sha256, line.name) for line in digests.read_list(sums)] == wanted
    bare = "\n".join(digest for digest, _ in wanted)
    assert [line.sha256 for line in digests.read_list(bare)] == [digest for digest, _ in wanted]


@given(st.text())
def test_no_list_is_more_than_refused(text: str) -> None:
    """Whatever is sent as a list is read or refused with the lines named."""
    try:
        read = digests.read_list(text)
    except InvalidInput as error:
        assert error.faults
    else:
        assert all(len(line.sha256) == 64 for line in read)


def test_wrong_lines_are_named_and_too_many_refused() -> None:
    """Each wrong line is named by its number with what is wrong; a batch has at most ten thousand."""
    with pytest.raises(InvalidInput) as refused:
        digests.read_list(csv_of(2) + f"12ab,short,,,\n{sha('x')},ok,minus,,\n")
    told = [fault.message.render("en") for fault in refused.value.faults]
    assert (
        told[0].startswith("Line 4")
        and "64 characters" in told[0]
        and told[1].startswith("Line 5")
        and "whole number" in told[1]
    )
    with pytest.raises(InvalidInput, match=r"10.?000"):
        digests.read_list("\n".join(sha(str(n)) for n in range(10_001)))
    assert len(digests.read_list("\n".join(sha(str(n)) for n in range(10_000)))) == 10_000


def test_file_sent_later_must_be_the_very_file(small_scene: Scene) -> None:
    """The file of a line is taken when its bytes match; another one, a file of the wrong size or of somebody else is
    refused and named.
    """
    text = f"sha256,name,size\n{sha('order 8842')},order.txt,10\n{sha('order 8842')},wrong-size.txt,11\n{sha('else')},else.txt,4\n"
    batch = digests.file_batch(small_scene.court, small_scene.people["li"], "Papers", digests.read_list(text))
    right, theirs = small_scene.upload("li", b"order 8842"), small_scene.upload("haiyun", b"else")
    with small_scene.court.database.write() as session:
        assert digests.attach_file(session, batch, 1, right.reference).upload_id == right.id
        for position, upload, breach in (
            (2, right, digests.FileNotOfDigest),
            (3, right, digests.FileNotOfDigest),
            (3, theirs, NotFound),
            (9, right, NotFound),
        ):
            with pytest.raises(breach):
                digests.attach_file(session, batch, position, upload.reference)
        assert digests.matching_uploads(session, batch) == {2: session.get_one(type(right), right.id)}


@pytest.mark.slow
def test_list_in_a_case_is_seen_by_all_and_named_at_the_exhibit(small_scene: Scene) -> None:
    """Once put into the case everybody there sees its lines; an exhibit whose digest came first says so; a list is put
    in once, by its owner.
    """
    batch = digests.file_batch(
        small_scene.court, small_scene.people["li"], "Papers", digests.read_list(f"{sha('order 8842')}  order.txt\n")
    )
    small_scene.later(minutes=5)
    with_exhibits(small_scene)
    path = f"/cases/{small_scene.case().reference}/digests"
    assert signed_in(small_scene, "haiyun").get(f"{path}/{batch.reference}").status_code == 404
    with pytest.raises(ActNotOpen, match="sent no list"):
        small_scene.do("submit_digests", "haiyun", batch=batch.reference, proves="It", source="Theirs")
    receipt = small_scene.do("submit_digests", "li", batch=batch.reference, proves="What was shown", source="My server")
    assert "1 digest" in receipt.words["en"]
    with pytest.raises(ActNotOpen, match="in no case"):
        small_scene.do("submit_digests", "li", batch=batch.reference, proves="Again", source="My server")
    for who in ("li", "haiyun", "judge"):
        client = signed_in(small_scene, who)
        assert "Papers" in client.get(path).get_data(as_text=True)
        assert sha("order 8842") in client.get(f"{path}/{batch.reference}").get_data(as_text=True)
        page = client.get(f"/cases/{small_scene.case().reference}/exhibits/C-1").get_data(as_text=True)
        assert "before the file" in page
        assert "before the file" not in client.get(f"/cases/{small_scene.case().reference}/exhibits/R-1").get_data(
            as_text=True
        )
    with pytest.raises(Forbidden):
        small_scene.do("submit_digests", "judge", batch=batch.reference, proves="It", source="Theirs")


def test_page_takes_a_file_or_what_is_pasted(small_scene: Scene) -> None:
    """A CSV file or pasted lines give a list; a wrong one comes back with what was typed; another person's list is not
    found.
    """
    client = signed_in(small_scene, "li")
    client.application.config["WTF_CSRF_ENABLED"] = False
    page = client.get("/digests")
    token = page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    origin = {"Origin": small_scene.court.settings.base_url}
    sent = {"csrf_token": token, "title": "服务器日志", "list": "12ab\n"}
    wrong = client.post("/digests", data=sent, headers=origin)
    assert (
        wrong.status_code == 422
        and "12ab" in wrong.get_data(as_text=True)
        and "服务器日志" in wrong.get_data(as_text=True)
    )
    good = client.post(
        "/digests",
        data={**sent, "file": (io.BytesIO(b"sha256;name\n" + f"{sha('a')};日志.txt\n".encode("gb18030")), "list.csv")},
        headers=origin,
    )
    assert good.status_code == 303, good.get_data(as_text=True)
    place = good.headers["Location"]
    shown = client.get(place).get_data(as_text=True)
    assert "服务器日志" in shown and sha("a") in shown and "日志.txt" in shown
    assert [client.get(f"{place}/1/receipt.{part}").status_code for part in ("json", "leaf", "proof")] == [
        200,
        200,
        200,
    ]
    listed = client.get(f"{place}/list.csv").get_data(as_text=True)
    assert sha("a") in listed and listed.startswith("\ufeffposition")
    assert signed_in(small_scene, "haiyun").get(place).status_code == 404


def test_programs_send_lists_and_fetch_receipts(small_scene: Scene, serve: Callable[..., str]) -> None:
    """Over the API: JSON or CSV, lines with receipts, proofs that verify, a file that matches or is refused; every
    answer is as documented.
    """
    origin = serve(create_app(court=small_scene.court))
    li = caller(small_scene, origin, Contract(origin), "li")
    rows = [{"sha256": sha("order 8842"), "name": "order.txt"}, {"sha256": sha("b"), "size": 1}]
    made = li.ask("POST", "/digests", given={"title": "Papers", "digests": rows})
    assert made.status_code == 201 and made.json()["count"] == 2
    assert (
        li.ask("POST", "/digests", given={"title": "Papers", "digests": rows}).json()["batch"] == made.json()["batch"]
    )
    assert li.ask("POST", "/digests", data=csv_of(2).encode(), Content_Type="text/csv").status_code == 201
    assert li.ask("POST", "/digests", given={"digests": [{"sha256": "no"}]}).status_code == 422
    assert li.ask("POST", "/digests", given={"digests": "no"}).status_code == 422
    place = f"/digests/{made.json()['batch']}"
    lines = li.ask("GET", place).json()["lines"]
    assert [line["sha256"] for line in lines] == [row["sha256"] for row in rows]
    files = files_of(li.ask("GET", f"{place}/1/receipt").json())
    assert hashlib.sha256(files["receipt.json"]).hexdigest().encode() in files["receipt.leaf"]
    upload = li.upload(b"order 8842", "order.txt")["upload"]
    assert li.ask("POST", f"{place}/2/file", given={"upload": upload}).status_code == 422
    assert li.ask("POST", f"{place}/1/file", given={"upload": upload}).json()["upload"] == upload
    other = caller(small_scene, origin, Contract(origin), "haiyun")
    assert other.ask("GET", place).status_code == 404
    with small_scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DigestBatch)) == 2
