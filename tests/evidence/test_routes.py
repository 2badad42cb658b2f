"""Uploads over real HTTP: guard first, body last; what leaves the court can hurt nobody."""

from __future__ import annotations

import contextlib
import os
import random
import re
import socket
import time
import tracemalloc

import pytest

from odr.evidence.models import Upload
from odr.procedure.court import Court
from tests.patience import PATIENCE, until

from .conftest import metadata, sha256, text_of
from .serving import Client, alice, app, bob, court, port  # noqa: F401 - fixtures
from .test_form import BOUNDARY, KIND, form, mutate


def send(client: Client, data: bytes, filename: str = "note.txt") -> str:
    """An anchored upload's address."""
    reply = client.tus(
        "POST", "/uploads/", data, Upload_Length=str(len(data)), Upload_Metadata=metadata(filename=filename)
    )
    assert reply.status == 201, reply.body
    return reply.header("Location")


def test_a_file_goes_in_and_comes_out_with_its_receipt(alice: Client, court: Court) -> None:  # noqa: F811
    """Creation, piece, status and download over HTTP; the receipt is proven in the log with the same answer."""
    data = text_of(200_000)
    where = alice.tus(
        "POST",
        "/uploads/",
        Upload_Length=str(len(data)),
        Upload_Metadata=metadata(filename="合同.txt", sha256=sha256(data)),
    ).header("Location")
    assert alice.tus("PATCH", where, data[:70_000], Upload_Offset="0").header("Upload-Offset") == "70000"
    head = alice.tus("HEAD", where)
    assert (head.status, head.header("Upload-Offset"), head.header("Upload-Length")) == (200, "70000", "200000")
    done = alice.tus("PATCH", where, data[70_000:], Upload_Offset="70000")
    assert done.status == 204 and done.header("Upload-State") == "anchored"
    assert court.settle()
    with court.database.read() as session:
        assert court.notary.receipt_files(session, done.header("Upload-Receipt")).proof is not None
    assert alice("GET", where + "/file").body == data


def test_options_needs_nobody(port: int) -> None:  # noqa: F811
    """Anybody may ask what the server speaks."""
    answer = Client(port)("OPTIONS", "/uploads/")
    assert (answer.status, answer.header("Tus-Version")) == (204, "1.0.0")


@pytest.mark.parametrize(
    "method,path",
    [
        ("POST", "/uploads/"),
        ("PATCH", "/uploads/x"),
        ("HEAD", "/uploads/x"),
        ("DELETE", "/uploads/x"),
        ("POST", "/uploads/new"),
        ("GET", "/uploads/x/file"),
    ],
)
def test_nobody_anonymous_does_anything(port: int, method: str, path: str) -> None:  # noqa: F811
    """Anonymous upload, reading and deletion are refused on every method."""
    assert Client(port).tus(method, path).status == 401


def test_a_stranger_gets_the_answer_of_nothing(alice: Client, bob: Client) -> None:  # noqa: F811
    """Another person's upload and one that never existed answer alike on every address."""
    where, nowhere = send(alice, b"secret\n"), "/uploads/" + "a" * 26
    for method, tail in (
        ("GET", ""),
        ("HEAD", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/file"),
        ("GET", "/play"),
        ("GET", "/preview/1"),
    ):
        answers = [
            bob.tus(method, address + tail, b"" if method == "PATCH" else None, Upload_Offset="7")
            for address in (where, nowhere)
        ]
        assert [answer.status for answer in answers] == [404, 404] and answers[0].body == answers[1].body


@pytest.mark.parametrize("path,kind", [("/uploads/", "application/offset+octet-stream"), ("/uploads/new", KIND)])
def test_the_guard_answers_before_the_body_is_sent(port: int, path: str, kind: str) -> None:  # noqa: F811
    """An anonymous sender of a gigabyte is refused while not a byte of it has come."""
    lines = f"POST {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 1073741824\r\n"
    lines += f"Content-Type: {kind}\r\nContent-Length: 1073741824\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(lines.encode())
        assert b" 401 " in connection.recv(4096).split(b"\r\n")[0]


def test_an_upload_without_the_pages_token_or_from_another_site_is_refused(alice: Client) -> None:  # noqa: F811
    """A script of another site cannot make a signed-in browser send or delete."""
    where = alice.tus("POST", "/uploads/", Upload_Length="10").header("Location")
    bare = Client(alice.port, alice.cookie, "", alice.origin)
    foreign = Client(alice.port, alice.cookie, alice.token, "https://evil.example")
    for client, status in ((bare, 400), (foreign, 403)):
        assert client.tus("POST", "/uploads/", Upload_Length="10").status == status
        assert client.tus("PATCH", where, b"x", Upload_Offset="0").status == status
        assert client.tus("DELETE", where).status == status
    assert (
        foreign(
            "POST",
            "/uploads/new",
            form(("csrf_token", None, alice.token.encode()), ("file", "a.txt", b"hello\n")),
            Content_Type=KIND,
        ).status
        == 403
    )


def test_the_plain_form_takes_files_after_its_token(alice: Client, court: Court) -> None:  # noqa: F811
    """Without JavaScript the form streams in; the token is its first field and nothing is read without it."""
    body = form(("csrf_token", None, alice.token.encode()), ("file", "a.txt", text_of(100_000)))
    sent = alice("POST", "/uploads/new", body, Content_Type=KIND)
    assert sent.status == 303
    assert alice("GET", sent.header("Location") + "/file").body == text_of(100_000)
    for bad in (
        form(("file", "a.txt", b"hello\n")),
        form(("csrf_token", None, b"x"), ("file", "a.txt", b"hello\n")),
        form(("file", "a.txt", b"hello\n"), ("csrf_token", None, alice.token.encode())),
    ):
        assert alice("POST", "/uploads/new", bad, Content_Type=KIND).status == 400
    with court.database.read() as session:
        assert session.query(Upload).count() == 1


def test_mutated_uploads_over_http_break_nothing(alice: Client) -> None:  # noqa: F811
    """Damaged forms and protocol requests as they come over the network (100; 1,000 in ``make prove``): no 500, none
    over two seconds, little memory.
    """
    chance, count = random.Random(20261126), 1000 if os.environ.get("ODR_PROVE") else 100
    where = alice.tus("POST", "/uploads/", Upload_Length="1000000", Upload_Metadata=metadata(filename="a.txt")).header(
        "Location"
    )
    token = form(("csrf_token", None, alice.token.encode()))[: -len(f"--{BOUNDARY}--\r\n")]
    files = form(("file", "a.txt", text_of(3000)), ("file", "b.png", b"\x89PNG\r\n\x1a\n" + bytes(400)))
    statuses: list[int] = []
    slowest = 0.0
    tracemalloc.start()
    for number in range(count):
        began = time.process_time()  # of client and court together: what others do on this machine does not count
        with contextlib.suppress(ConnectionError):  # refused before the whole of it was read
            if number % 2:
                kind = mutate(KIND.encode(), chance) if number % 8 == 1 else KIND.encode()
                body = token + mutate(files, chance) if number % 4 == 1 else mutate(token + files, chance)
                statuses.append(alice("POST", "/uploads/new", body, Content_Type=header_of(kind)).status)
            else:
                wanted = {
                    "Upload_Offset": b"0",
                    "Upload_Checksum": b"sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
                    "Upload_Length": b"3000",
                }
                given = {
                    name: header_of(mutate(value, chance)) for name, value in wanted.items() if chance.random() < 0.7
                }
                to, method = (where, "PATCH") if number % 4 else ("/uploads/", "POST")
                statuses.append(alice.tus(method, to, text_of(chance.choice([1, 40, 3000])), **given).status)
        slowest = max(slowest, time.process_time() - began)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(statuses) > count * 0.9 and {200, 303, 400} & set(statuses)
    assert max(statuses) < 500 and slowest < 2 and peak < 100 * 2**20, (max(statuses), slowest, peak)


def header_of(value: bytes) -> str:
    """What of it can stand in a header: nothing else reaches the court."""
    return re.sub(rb"[^\x20-\x7e\x80-\xff]", b"", value).decode("latin-1").strip() or "x"


def test_one_bad_file_of_a_form_does_not_undo_the_others(alice: Client) -> None:  # noqa: F811
    """Several files in one form each have their own outcome, told on one page."""
    body = form(
        ("csrf_token", None, alice.token.encode()),
        ("file", "good.txt", b"hello\n"),
        ("file", "bad.jpg", b"MZ\x90\x00" + bytes(50)),
        ("file", "also.txt", b"bye\n"),
    )
    answer = alice("POST", "/uploads/new", body, Content_Type=KIND)
    assert answer.status == 415
    assert answer.body.count(b"fingerprint") == 2 and b"does not take programs" in answer.body


def test_a_cut_connection_keeps_what_came_and_frees_the_lock(alice: Client) -> None:  # noqa: F811
    """A sender that vanishes in the middle finds its bytes acknowledged and may go on at once."""
    data = text_of(500_000)
    where = alice.tus(
        "POST",
        "/uploads/",
        Upload_Length=str(len(data)),
        Upload_Metadata=metadata(filename="a.txt", sha256=sha256(data)),
    ).header("Location")
    lines = f"PATCH {where} HTTP/1.1\r\nHost: 127.0.0.1:{alice.port}\r\nCookie: {alice.cookie}\r\nX-CSRF-Token: {alice.token}\r\n"
    lines += f"Origin: {alice.origin}\r\nTus-Resumable: 1.0.0\r\n"
    lines += f"Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", alice.port)) as connection:
        connection.sendall(lines.encode() + data[:300_000])

    def offset() -> int:
        return int(alice.tus("HEAD", where).header("Upload-Offset"))

    until(offset, "what came of it is kept")
    assert (came := offset()) <= 300_000
    assert alice.tus("PATCH", where, data[came:], Upload_Offset=str(came)).header("Upload-State") == "anchored"


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-99", 206, (0, 100)),
        ("bytes=1999-", 206, (1999, 2000)),
        ("bytes=-10", 206, (1990, 2000)),
        ("bytes=1500-9999", 206, (1500, 2000)),
        ("bytes=2000-", 416, (0, 0)),
        ("bytes=0-1,5-6", 200, (0, 2000)),
        ("pages=1-2", 200, (0, 2000)),
    ],
)
def test_downloads_come_in_ranges(alice: Client, asked: str, status: int, span: tuple[int, int]) -> None:  # noqa: F811
    """One range is given exactly; several or unknown units give the whole; beyond the end is 416."""
    data = text_of(2000)
    answer = alice("GET", send(alice, data) + "/file", Range=asked)
    assert (answer.status, answer.body) == (status, data[slice(*span)])
    if status == 206:
        assert answer.header("Content-Range") == f"bytes {span[0]}-{span[1] - 1}/2000"


def test_a_range_of_another_version_gives_the_whole(alice: Client) -> None:  # noqa: F811
    """``If-Range`` with another digest gives all bytes, with the right one the part."""
    data = text_of(2000)
    where = send(alice, data) + "/file"
    assert alice("GET", where, Range="bytes=0-9", If_Range='"other"').status == 200
    assert alice("GET", where, Range="bytes=0-9", If_Range=f'"{sha256(data)}"').status == 206


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", 'quo"te\r\nX: y.txt', "合同.txt"])
def test_an_original_leaves_as_an_attachment_that_nothing_runs(alice: Client, name: str) -> None:  # noqa: F811
    """Every download is an attachment, nosniff, in a sandbox without scripts, and kept by no cache."""
    data = {"page.html": b"<html><script>alert(1)</script>", "drawing.svg": b"<svg onload='alert(1)'/>"}.get(
        name, b"hello\n"
    )
    answer = alice("GET", send(alice, data, name) + "/file")
    assert answer.body == data
    assert answer.header("Content-Type") in {"application/octet-stream", "text/plain"} and "html" not in answer.header(
        "Content-Type"
    )
    assert re.fullmatch(
        r"attachment; filename=\"[\w. -]+\"; filename\*=UTF-8''[\w.%-]+", answer.header("Content-Disposition")
    )
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Content-Security-Policy").startswith("sandbox;") and "allow-scripts" not in answer.header(
        "Content-Security-Policy"
    )
    assert answer.header("Cache-Control") == "no-store"


def test_only_recordings_are_served_inline(alice: Client) -> None:  # noqa: F811
    """The player's address gives sound and film inline, and anything else as an attachment."""
    from .test_media import sound

    played = alice("GET", send(alice, sound(), "call.wav") + "/play", Range="bytes=0-3")
    assert (played.status, played.body, played.header("Content-Type"), played.header("Content-Disposition")) == (
        206,
        b"RIFF",
        "audio/wav",
        "inline",
    )
    assert (
        alice("GET", send(alice, b"<html><script>", "x.wav") + "/play")
        .header("Content-Disposition")
        .startswith("attachment")
    )


def test_a_preview_is_made_by_the_court_and_runs_nothing(alice: Client) -> None:  # noqa: F811
    """A page is shown as its source text, a picture as a new PNG; both in a sandbox."""
    from .test_media import picture

    page = alice("GET", send(alice, b"<html><script>alert(1)</script>", "p.html") + "/preview/1")
    assert (
        page.header("Content-Type") == "text/plain; charset=utf-8" and page.body == b"<html><script>alert(1)</script>"
    )
    shown = alice("GET", send(alice, picture("JPEG"), "p.jpg") + "/preview/1")
    assert shown.header("Content-Type") == "image/png" and shown.body.startswith(b"\x89PNG")
    for answer in (page, shown):
        assert (
            answer.header("Content-Security-Policy").startswith("sandbox;")
            and answer.header("X-Content-Type-Options") == "nosniff"
        )


def test_pages_tell_where_a_file_stands(alice: Client, court: Court) -> None:  # noqa: F811
    """The page of an upload shows both fingerprints, or how to go on; the page for choosing works without script."""
    done = alice("GET", send(alice, b"hello\n"))
    assert sha256(b"hello\n").encode() in done.body and b"Download the original" in done.body
    half = alice.tus("POST", "/uploads/", Upload_Length="10").header("Location")
    assert b"Choose the same file again" in alice("GET", half).body
    page = alice("GET", "/uploads/new")
    assert page.status == 200 and b'enctype="multipart/form-data"' in page.body and b'name="csrf_token"' in page.body
    policy = alice("GET", "/uploads/hash-worker.js").header("Content-Security-Policy")
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy and "worker-src 'self'" in page.header(
        "Content-Security-Policy"
    )
    assert "unsafe-eval" not in page.header("Content-Security-Policy")
