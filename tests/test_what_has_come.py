"""A thread is given a request that is there as a whole, by the same reading of it as the thread's: it never waits for more."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser
from hypothesis import example, given, settings, strategies as st

from odr.web.slow_lines import Arriving, Line
from tests.patience import PATIENCE

PIECES = [
    b"0",
    b"00",
    b"0" * 20,
    b"1",
    b"5",
    b"a",
    b" ",
    b"\t",
    b";",
    b";a=b",
    b"\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"X: y",
    b"x" * 9000,
]
LENGTHS = [b"5", b"0005", b"0" * 30 + b"5", b" 5\t", b"5 5", b"+5", b"5,5", b"", b"\x0b5", b"9" * 30, b"\xb2"]


class Waited(Exception):
    """More was asked for than had come."""


class Come:
    """What has come of a request; nothing more does."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def recv(self, size: int) -> bytes:
        taken, self.data = self.data[:size], self.data[size:]
        if not taken:
            raise Waited
        return taken


def read_by_a_thread(data: bytes) -> None:
    """As gunicorn's threads read a request and what an application left of it. Raises Waited."""
    parser = RequestParser(Config(), Come(data), ("127.0.0.1", 1))
    try:
        next(parser)
        parser.finish_body()
    except (ParseException, OSError, StopIteration):
        return  # refused, or over


def given_to_any_thread(data: bytes, step: int) -> bool:
    """Whether what has come so far is handed on as a whole request, and may be read by any of the threads."""
    arriving = Arriving()
    for at in range(0, len(data), step):
        arriving.feed(data[at : at + step])
        if arriving.is_ready or arriving.too_long:
            break
    came = arriving.count
    arriving.kept.close()
    if arriving.whole and not arriving.streams:
        read_by_a_thread(data[:came])
        return True
    return False


@settings(deadline=None, max_examples=300)
@given(body=st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), step=st.integers(1, 40))
@example(body=b"0\n\n", step=40)
@example(body=b"0\r\n \r\n", step=40)
@example(body=b"0" * 20 + b"5\r\n", step=40)
@example(body=b"5;" + b"x" * 8190 + b"\r\n", step=8000)
def test_no_thread_waits_for_the_end_of_a_body_in_chunks(body: bytes, step: int) -> None:
    """However odd its lines are: what the main loop takes for the end is the end, or is refused at once."""
    given_to_any_thread(b"POST / HTTP/1.1\r\nHost: court\r\nTransfer-Encoding: chunked\r\n\r\n" + body, step)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("body", [b"", b"abcde"])
def test_no_thread_waits_for_a_body_of_odd_length(length: bytes, body: bytes) -> None:
    """A length with zeros before it is a length like any other, and one that nobody can send is no body of none."""
    head = b"POST / HTTP/1.1\r\nHost: court\r\nContent-Length:" + length + b"\r\n\r\n"
    is_whole = given_to_any_thread(head + body, 8192)
    if length.strip().endswith(b"5") and length.strip(b" \t0") == b"5":
        assert is_whole == (body == b"abcde")


@pytest.mark.parametrize("body", [b"5\r\nabcde\r\n0\r\n\r\n", b"05;a=b\r\nabcde\r\n0\r\nX: y\r\n\r\n"])
def test_a_body_in_chunks_is_whole_at_its_end(body: bytes) -> None:
    """Not a byte before."""
    head = b"POST / HTTP/1.1\r\nHost: court\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert given_to_any_thread(head + body, 1)
    assert not given_to_any_thread(head + body[:-1], 1)


def test_a_length_beyond_all_measure_streams() -> None:
    """So that its route refuses it."""
    arriving = Arriving()
    arriving.feed(b"POST / HTTP/1.1\r\nHost: court\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n")
    assert arriving.streams and not arriving.whole
    arriving.kept.close()


ONE = b"POST /a HTTP/1.1\r\nHost: court\r\nContent-Length: 3\r\n\r\nabc"
LONG = b"POST /a HTTP/1.1\r\nHost: court\r\nContent-Length: 9000000\r\n\r\nabc"


class Kept:
    """A connection whose first request was read by a thread."""

    def __init__(self, ahead: bytes = b"") -> None:
        ours, self.theirs = socket.socketpair()
        self.line = Line(ours)
        self.theirs.sendall(ONE + ahead)
        assert self.line.gather() and self.line.recv(len(ONE)) == ONE

    def close(self) -> None:
        """Both ends."""
        self.line.close()
        self.theirs.close()


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Nothing has come of the next request yet."""
    one = Kept()
    yield one
    one.close()


def test_a_request_on_the_heels_of_another_is_the_same_threads(kept: Kept) -> None:
    """It is there as a whole: whether sent since, or together with the one before."""
    kept.line.begin_anew(b"")
    kept.theirs.sendall(ONE)
    assert kept.line.follows(PATIENCE)
    assert kept.line.recv(1000) == ONE
    together = Kept(ahead=ONE)
    together.line.begin_anew(b"")
    assert together.line.follows(0.0)
    assert together.line.recv(1000) == ONE
    together.close()


def test_what_a_thread_has_not_waited_for_is_not_lost(kept: Kept) -> None:
    """Half of the next request came while a thread stayed: the main loop goes on from there, and begins nothing anew."""
    kept.line.begin_anew(b"")
    kept.theirs.sendall(ONE[:30])
    assert not kept.line.follows(0.01)
    kept.line.begin_anew(b"")
    assert kept.line.arriving.count == 30
    kept.theirs.sendall(ONE[30:])
    assert kept.line.gather() and kept.line.arriving.whole
    assert kept.line.recv(1000) == ONE


@pytest.mark.parametrize("comes", [b"", LONG, b"GET /" + b"a" * 40_000], ids=["nothing more", "a file", "no end"])
def test_what_is_the_main_loops_is_left_to_it(kept: Kept, comes: bytes) -> None:
    """The end of a connection, a file, a head without end: no thread of the pages takes them up."""
    kept.line.begin_anew(b"")
    if comes:
        kept.theirs.sendall(comes)
    else:
        kept.theirs.close()
    assert not kept.line.follows(PATIENCE)
    assert kept.line.arriving.count == len(comes)
