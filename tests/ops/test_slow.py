"""Whoever sends or reads slowly, or far too much, keeps nobody else out: against the program that serves the court."""

from __future__ import annotations

import http.client
import io
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Never

import pytest
from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from odr.app import create_app
from odr.web.guards import Guard, bound_body
from odr.web.limits import MOST_BODY, MOST_GATHERED
from odr.web.slow_lines import Line
from tests.patience import PATIENCE, until
from tests.scene import Scene

ROOT = Path(__file__).resolve().parents[2]
STREAMED = {"/uploads/", "/uploads/<reference>", "/uploads/new", "/api/v1/uploads", "/api/v1/uploads/<reference>"}
"""Where files stream in; the route counts their bytes itself."""
HEAD = b"Host: court\r\nContent-Type: application/x-www-form-urlencoded\r\n"


class Served:
    """A court as its unit starts it, with one process of eight threads."""

    def __init__(self, folder: Path, worker: str = "", **settings: str) -> None:
        unit = (ROOT / "deploy/court-web@.service").read_text()
        found = re.search(r"bin/gunicorn (.+?) --workers \d+ (--threads 8) ", unit)
        assert found, unit
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", *found[1].split(), *found[2].split()]
        command += ["--worker-class", worker] if worker else []
        command += ["--workers", "1", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning", "wsgi:app"]
        env = {**os.environ, "ODR_MODE": "test", "ODR_DATA_DIR": str(folder), "ODR_ARGON2_CHEAP": "1", **settings}
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
        self.open: list[socket.socket] = []

    def line(self, data: bytes, window: int = 0) -> socket.socket:
        """A connection that has sent this; with a ``window`` it takes little at once."""
        one = socket.socket()
        if window:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        one.settimeout(PATIENCE)
        one.connect(("127.0.0.1", self.port))
        one.sendall(data)
        self.open.append(one)
        return one

    def status(self, path: str, seconds: float = PATIENCE) -> int:
        """What a page answers, or TimeoutError."""
        page = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            page.request("GET", path)
            answer = page.getresponse()
            answer.read()
            return answer.status
        finally:
            page.close()

    def is_open(self) -> bool:
        """Whether it answers yet."""
        assert self.process.poll() is None
        try:
            return self.status("/health/live") == 200
        except OSError:
            return False

    def memory(self) -> int:
        """Bytes that its worker holds."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        pages = Path(f"/proc/{children[0]}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The court, answering."""
    court = Served(tmp_path_factory.mktemp("served"))
    until(court.is_open, "the court answers")
    yield court
    for one in court.open:
        one.close()
    court.process.terminate()
    court.process.wait(PATIENCE)


SLOW = {
    "head": b"GET / HTTP/1.1\r\nHost: cou",
    "form": b"POST /account/sign-in HTTP/1.1\r\n" + HEAD + b"Content-Length: 300\r\n\r\nemail=",
    "event": b"POST /payments/stripe HTTP/1.1\r\n" + HEAD + b"Content-Length: 900000\r\n\r\n{",
    "chunks": b"POST /payments/stripe HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "odd end": b"POST /payments/stripe HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\n\n",
    "odd length": b"POST /payments/stripe HTTP/1.1\r\n" + HEAD + b"Content-Length: " + b"0" * 20 + b"900\r\n\r\n{",
    "expecting": b"POST /payments/stripe HTTP/1.1\r\n" + HEAD + b"Content-Length: 30\r\nExpect: 100-continue\r\n\r\n",
    "next": b"GET /health/live HTTP/1.1\r\nHost: court\r\n\r\nGET / HTT",
    "records": b"POST /platform-records HTTP/1.1\r\n" + HEAD + b"Content-Length: 1500000\r\n\r\n{",
}


@pytest.mark.parametrize("kind", SLOW)
def test_slow_senders_hold_nobody_up(served: Served, kind: str) -> None:
    """Sixteen that stop in the middle of a request, twice as many as there are threads: the court is well."""
    for _ in range(16):
        served.line(SLOW[kind])
    assert [served.status("/health/live") for _ in range(3)] == [200] * 3


def test_slow_readers_hold_nobody_up(served: Served) -> None:
    """Sixteen that ask for much and read nothing of it."""
    asked = b"".join(b"GET /static/" + name + b" HTTP/1.1\r\nHost: court\r\n\r\n" for name in _large() * 4)
    for _ in range(16):
        served.line(asked, window=2048)
    assert [served.status("/health/live") for _ in range(3)] == [200] * 3


def test_whoever_never_stops_asking_keeps_no_thread_for_themselves(served: Served) -> None:
    """A thread stays with who asks again at once, and leaves as soon as somebody else waits: eight that never stop, and a ninth is
    answered.
    """
    asked, over, counted = b"GET /health/live HTTP/1.1\r\nHost: court\r\n\r\n", threading.Event(), [0] * 8

    def ask_on(number: int, line: socket.socket) -> None:
        while not over.is_set():
            # Two more are on their way before the answer to the first: there is no pause in which a thread would leave.
            line.sendall(asked)
            assert line.recv(4096)
            counted[number] += 1

    lines = [served.line(asked * 2) for _ in counted]
    people = [threading.Thread(target=ask_on, args=each) for each in enumerate(lines)]
    for each in people:
        each.start()
    try:
        assert [served.status("/health/live") for _ in range(10)] == [200] * 10
        until(lambda: min(counted) > 10, "each of the eight is answered")
    finally:
        over.set()
        for each in people:
            each.join(PATIENCE)


class Unread(io.RawIOBase):
    """A body that is not there yet, of a stranger who may take hours to send it."""

    def readable(self) -> bool:
        """It could be."""
        return True

    def readinto(self, _buffer: object, /) -> Never:
        """Fails the test."""
        raise AssertionError("a stranger's body is read")


LONG_FORMS = {
    "/bulk",
    "/claim/<draft>/import",
    "/claim/<draft>/exhibits/import",
    "/digests",
    "/payments/desk/statement",
    "/cases/<reference>/service/outcome",
    "/service-desk/tracking",
    "/service-desk/outcomes",
}
"""Where forms are taken that are longer than what is gathered."""


@pytest.mark.parametrize("rule", sorted(LONG_FORMS))
def test_a_long_form_of_a_stranger_is_not_read(small_scene: Scene, rule: str) -> None:
    """Neither before they are refused nor to give it back to them: a thread would be theirs for as long as they send. The page
    says what became of the files.
    """
    answer = (
        create_app(court=small_scene.court)
        .test_client()
        .post(
            re.sub("<.+?>", "aa", rule),
            headers={"Origin": "http://localhost", "Content-Type": "multipart/form-data; boundary=b"},
            environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": str(MOST_GATHERED + 1)},
        )
    )
    assert answer.status_code == 401
    said = answer.get_data(as_text=True)
    assert "Your files were not kept" in said and "Nothing you typed is lost" not in said


@pytest.mark.parametrize("path", ["/account/sign-in", "/platform-records", "/nowhere", "/bulk"])
def test_a_body_of_untold_length_that_was_not_gathered_is_not_read(small_scene: Scene, path: str) -> None:
    """In pieces of a byte each a short body takes as long as its sender likes: no stranger's is waited for."""
    ours, theirs = socket.socketpair()
    line = Line(ours)
    line.arriving.feed(
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * (MOST_GATHERED // 6 + 1)
    )
    client = create_app(court=small_scene.court).test_client()
    given = {"Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    answer = client.post(
        path,
        headers={**given, "Origin": "http://localhost"},
        environ_overrides={"wsgi.input": Unread(), "wsgi.input_terminated": True, "gunicorn.socket": line},
    )
    line.close()
    theirs.close()
    assert answer.status_code == (401 if path == "/bulk" else 413)


def _large() -> list[bytes]:
    files = sorted((ROOT / "static").rglob("*.*"), key=lambda path: path.stat().st_size)
    return [str(path.relative_to(ROOT / "static")).encode() for path in files[-3:]]


def test_a_slow_sender_is_told_that_it_is_too_late(served: Served) -> None:
    """Within ten seconds of a first byte, and a second more for each 20 KB, a request is there, or refused (408)."""
    line = served.line(SLOW["form"])
    assert line.recv(100).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/payments/stripe", "/account/sign-in", "/nowhere"])
def test_a_body_without_end_is_read_no_further(served: Served, path: str) -> None:
    """Eight at once that send 60 MB in chunks, as fast as they can: refused after the first, and nothing is kept."""
    before = served.memory()
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    lines = [
        served.line(f"POST {path} HTTP/1.1\r\n".encode() + HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(8)
    ]
    sent = 0
    for line in lines:
        try:
            for _ in range(900):
                line.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    assert sent < 8 * 20_000_000
    assert served.memory() - before < 60_000_000
    assert served.status("/health/live") == 200


@pytest.mark.parametrize("path", ["/payments/stripe", "/account/sign-in", "/nowhere", "/service/receipts/someone"])
def test_a_body_that_says_it_is_too_long_is_not_waited_for(served: Served, path: str) -> None:
    """The answer comes before the body is sent: 413."""
    line = served.line(f"POST {path} HTTP/1.1\r\n".encode() + HEAD + b"Content-Length: 400000000\r\n\r\n")
    assert b" 413 " in line.recv(200)[:30] or path == "/nowhere"


def test_a_head_without_end_is_refused(served: Served) -> None:
    """A head longer than any of ours is not kept."""
    line = served.line(b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 40_000)
    assert line.recv(100).startswith(b"HTTP/1.1 431 ")


def _guards(app: Flask) -> dict[str, Guard]:
    return {
        rule.rule: app.view_functions[rule.endpoint].__guard__  # type: ignore[attr-defined]
        for rule in app.url_map.iter_rules()
        if {"POST", "PUT", "PATCH"} & (rule.methods or set())
        and hasattr(app.view_functions[rule.endpoint], "__guard__")
    }


def test_every_route_bounds_its_body(small_scene: Scene) -> None:
    """One MiB everywhere; without a bound only where files stream in, and to no stranger more than is gathered."""
    guards = _guards(create_app(court=small_scene.court))
    assert {rule for rule, guard in guards.items() if guard.most is None} == STREAMED
    more = {rule: guard for rule, guard in guards.items() if guard.most is not None and guard.most > MOST_BODY}
    assert set(more) == LONG_FORMS | {"/api/v1/bulk", "/api/v1/digests", "/platform-records"}
    assert all(guard.entry.value != "public" or (guard.most or 0) <= MOST_GATHERED for guard in more.values())


@pytest.mark.parametrize("rule", sorted(STREAMED))
def test_where_files_come_in_nothing_else_bounds_them(small_scene: Scene, rule: str) -> None:
    """Three MiB are read whole where a route says that it bounds its body itself: no setting of the framework does."""
    app, body = create_app(court=small_scene.court), b"a" * (3 * MOST_BODY)
    method, address = ("PATCH" if "<" in rule else "POST"), rule.replace("<reference>", "aa")
    with app.test_request_context(address, method=method, data=body, environ_base={"wsgi.input_terminated": True}):
        bound_body()
        assert request.url_rule is not None and request.url_rule.rule == rule
        assert len(request.stream.read()) == len(body)


@pytest.mark.parametrize("rule", sorted(STREAMED))
@pytest.mark.parametrize("what", ["form", "files", "values", "data"])
def test_a_body_that_nothing_bounds_is_not_collected(small_scene: Scene, rule: str, what: str) -> None:
    """Where files stream in, no form is read out of the body and none of it into memory: not a byte is asked for."""
    app, body = create_app(court=small_scene.court), EnvironBuilder(data={"a": (io.BytesIO(b"a" * 100), "a.txt")})
    method, address = ("PATCH" if "<" in rule else "POST"), rule.replace("<reference>", "aa")
    given = {"data": body.input_stream or body.get_environ()["wsgi.input"], "content_type": body.content_type}
    with app.test_request_context(address, method=method, **given):
        bound_body()
        with pytest.raises(RequestEntityTooLarge):
            getattr(request, what)
        assert request.environ["wsgi.input"].tell() == 0


@pytest.mark.parametrize("path", ["/bulk", "/nowhere", "/account/sign-in"])
def test_a_body_of_untold_length_is_bounded_too(small_scene: Scene, path: str) -> None:
    """Where no file comes in, reading ends at what the route says, or at one MiB where there is no route."""
    app = create_app(court=small_scene.court)
    most = {rule: guard.most for rule, guard in _guards(app).items()}.get(path, MOST_BODY)
    assert most is not None
    untold = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    with app.test_request_context(path, method="POST", data=b"a" * (most + 1), environ_overrides=untold):
        bound_body()
        assert len(request.stream.read()) == most
        with pytest.raises(RequestEntityTooLarge):
            request.stream.read()


def test_the_proxy_keeps_all_but_files() -> None:
    """The configuration we give operators buffers requests, files alone excepted, and lets the largest form through."""
    text = re.sub(r"#.*", "", (ROOT / "deploy/nginx.conf").read_text())
    files = re.search(r"location ~ (\^/\(uploads\S+) \{(.+?)\}", text, re.S)
    assert files and "proxy_request_buffering off;" in files[2] and "client_max_body_size 0;" in files[2]
    assert text.count("proxy_request_buffering on;") == 1 and text.count("proxy_request_buffering off;") == 1
    assert all(re.match(files[1], path.replace("<reference>", "abc")) for path in STREAMED)
    assert not re.match(files[1], "/account/sign-in") and not re.match(files[1], "/uploadsx")
