"""Threads of the worker that serves the court: none waits for whoever was refused, none writes what is not its own."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import PollableMethodQueue, TConn

from odr.web.limits import MOST_GATHERED, TooSlow
from odr.web.patient_worker import Calls, PatientWorker
from odr.web.slow_lines import Line

BODY = b"a" * (MOST_GATHERED + 10)
HEAD = b"POST /uploads/ HTTP/1.1\r\nHost: court\r\n"
HELD_BACK = {
    "its length told": b"Content-Length: 9000000\r\n\r\n",
    "asks first": b"Content-Length: 9000000\r\nExpect: 100-continue\r\n\r\n",
    "in pieces": b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY,
}
"""What a sender says of a body, and then rests."""


class Counted(Line):
    """A connection on which nothing more comes; how often a thread waits for it all the same is counted."""

    waits = 0

    def _wait(self, what: int, seconds: float) -> None:
        self.waits += 1
        raise TooSlow


def worker_of(app: Callable[[Any, Any], list[bytes]]) -> PatientWorker:
    """A worker whose main loop does not run."""
    settings = Config()
    worker = PatientWorker(0, os.getpid(), [], None, 30, settings, Logger(settings))
    worker.wsgi = app
    return worker


def refusing(_environ: Any, start: Any) -> list[bytes]:
    """An application that refuses before it reads."""
    start("401 UNAUTHORIZED", [("Content-Length", "0")])
    return []


def reading(environ: Any, start: Any) -> list[bytes]:
    """An application that reads all of it."""
    environ["wsgi.input"].read()
    start("204 NO CONTENT", [])
    return []


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Counted]]:
    """The other side of a connection, and ours."""
    theirs, ours = socket.socketpair()
    line = Counted(ours)
    yield theirs, line
    line.close()
    theirs.close()


def gathered(theirs: socket.socket, line: Counted, data: bytes) -> TConn:
    """The connection once all of that has come."""
    theirs.setblocking(False)
    while data:
        try:
            data = data[theirs.send(data) :]
        except BlockingIOError:
            assert line.gather()
    while line.arriving.count == 0 or not line.arriving.is_ready:
        assert line.gather()
    made = TConn(Config(), line, ("::1", 1), ("::1", 2))
    made.data_ready = True
    return made


@pytest.mark.parametrize("how", HELD_BACK)
def test_no_thread_waits_for_whoever_was_refused(ends: tuple[socket.socket, Counted], how: str) -> None:
    """The answer is given, the connection ends, and nobody looks whether the body still comes."""
    theirs, line = ends
    assert not worker_of(refusing).handle(gathered(theirs, line, HEAD + HELD_BACK[how]))
    assert theirs.recv(100).startswith(b"HTTP/1.1 401 ")
    assert line.waits == 0


def test_a_connection_stays_whose_file_was_read(ends: tuple[socket.socket, Counted]) -> None:
    """Where the body ended is known, and so where the next request begins."""
    theirs, line = ends
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY)
    assert worker_of(reading).handle(gathered(theirs, line, head + BODY))
    assert theirs.recv(100).startswith(b"HTTP/1.1 204 ")


def test_a_thread_that_ends_after_the_main_loop_writes_into_no_file(tmp_path: Path) -> None:
    """What is opened once the loop is over has not the number of the pipe by which threads wake it."""
    calls = Calls()
    calls.init()
    calls.close()
    with contextlib.ExitStack() as opened:
        opened.callback(PollableMethodQueue.close, calls)
        for number in range(20):
            opened.enter_context((tmp_path / str(number)).open("w+b", buffering=0))
        calls.defer(lambda: None)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b""}
