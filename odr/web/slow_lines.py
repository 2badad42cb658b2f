"""A connection that takes its time: gathered before a thread reads it, sent on after a thread wrote it.

The patient worker (``odr/web/patient_worker.py``) gives each thread a request that is there as a whole, and takes from
it an answer that the other side need not have read yet.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import tempfile
import time

from odr.ground.errors import NoTurn
from odr.web.limits import MOST_BODY, MOST_GATHERED, TooSlow, seconds_for

MOST_HEAD = 32 * 1024
"""Bytes of a request's first lines; a longer head is refused."""
MOST_KEPT = 64 * 2**20
"""Bytes of an answer kept for a slow reader; of a longer one the thread waits, in the time its length allows."""
PIECE = 64 * 1024
"""Bytes taken from a connection at once."""
IN_MEMORY = 64 * 1024
"""Bytes of a request or of an answer kept in memory; more goes to an unnamed file."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*0*(\d+)[ \t]*$", re.I | re.M)
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:.*chunked", re.I | re.M)
_EXPECT = re.compile(rb"^expect[ \t]*:[ \t]*100-continue", re.I | re.M)
_CHUNK = re.compile(rb"0*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n")
_MOST_DIGITS = 18
"""Of a length; what is longer is no length that anybody takes."""


class Chunks:
    """Finds the end of a chunked body (RFC 9112, 7.1) as it comes.

    It takes nothing for an end that gunicorn does not: a thread would wait for the rest. What is no such body is
    ``broken``, and nobody knows where it ends.
    """

    def __init__(self) -> None:
        self.over = self.broken = False
        self._left = 0
        self._in_trailers = False
        self._line = bytearray()

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        at = 0
        while at < len(data) and not (self.over or self.broken):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left, at = self._left - step, at + step
                continue
            end = data.find(b"\n", at) + 1
            self._line += data[at : end or len(data)]
            if len(self._line) > 8192:
                self.broken = True
            if not end:
                return
            at = end
            self._take(bytes(self._line))
            self._line.clear()

    def _take(self, line: bytes) -> None:
        if self._in_trailers:
            self.over = line == b"\r\n"
            self.broken = self.broken or not line.endswith(b"\r\n")
            return
        size = _CHUNK.fullmatch(line)
        if size is None:
            self.broken = True
        elif int(size[1], 16):
            self._left = int(size[1], 16) + 2
        else:
            self._in_trailers = True


class Arriving:
    """What has come of one request, and whether a thread may have it."""

    def __init__(self) -> None:
        self.kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the line
        self.began = time.monotonic()
        self.first_byte_at: float | None = None
        """Later than ``began`` on a connection that stayed and rested."""
        self.count = 0
        self.whole = self.streams = self.too_long = False
        self.turned_away: type[NoTurn] | None = None
        """Why its body is not read, where no thread becomes free for it."""
        self.wants_to_be_told = self.told_to_go_on = False
        self._head = bytearray()
        self._body = 0
        self._chunks: Chunks | None = None
        self._wanted: int | None = None

    def feed(self, data: bytes) -> None:
        """Keep the next bytes. ``whole`` afterwards: the request is there; ``streams``: its body is longer than any
        that somebody unknown may send, so that the route must say whether it reads it, or has no end that could be waited
        for; ``too_long``: its head has no end.
        """
        if self.first_byte_at is None:
            self.first_byte_at = time.monotonic()
        self.count += len(data)
        self.kept.write(data)
        if self._wanted is not None or self._chunks is not None:
            self._feed_body(data)
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            self.too_long = len(self._head) > MOST_HEAD
            return
        head, rest = bytes(self._head[: end + 2]).replace(b"\r\n", b"\n"), bytes(self._head[end + 4 :])
        self._head.clear()
        self.wants_to_be_told = _EXPECT.search(head) is not None
        if _CHUNKED.search(head):
            self._chunks = Chunks()
        else:
            length = _LENGTH.search(head)
            self._wanted = int(length[1][: _MOST_DIGITS + 1]) if length else 0
        self._feed_body(rest)

    def _feed_body(self, data: bytes) -> None:
        self._body += len(data)
        if self._chunks is not None:
            self._chunks.feed(data)
            self.whole = self._chunks.over and not self._chunks.broken
        else:
            self.whole = self._body >= (self._wanted or 0)
        is_endless = self._chunks is not None and self._chunks.broken
        self.streams = not self.whole and (is_endless or max(self._body, self._wanted or 0) > MOST_GATHERED)

    @property
    def is_ready(self) -> bool:
        """Whether a thread may have it."""
        return self.whole or self.streams

    @property
    def waits_to_be_told(self) -> bool:
        """Whether the sender holds its body back until it is told that it may come, and was not."""
        return self.wants_to_be_told and not self.told_to_go_on

    @property
    def ends_at(self) -> float:
        """When it is too late for the rest."""
        return self.began + seconds_for(self.count)

    def rested(self, seconds: float) -> None:
        """So long nobody read it: that is not the sender's slowness."""
        self.began += seconds


class Line:
    """A connection as gunicorn's threads see it: a socket whose request was gathered before, and whose answer is kept
    for whoever reads it slowly.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.arriving = Arriving()
        self._socket = connection
        self._reading = False
        self._cap: float | None = None
        self._out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the line
        self._written = self._sent = 0
        self._answer_began = 0.0
        self._discarded = 0
        connection.setblocking(False)

    # -- the main loop's side

    def gather(self) -> bool:
        """Take what has come without waiting; False where the other side has gone."""
        try:
            data = self._socket.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        if data:
            self.arriving.feed(data)
            self._go_on()
        return bool(data)

    def _go_on(self) -> None:
        """Tell who asks for it that the body may come; where it streams, they are told when its route begins to read."""
        coming = self.arriving
        if coming.waits_to_be_told and not (coming.whole or coming.streams):
            self._tell_to_go_on()

    def _tell_to_go_on(self) -> None:
        self.arriving.told_to_go_on = True
        with contextlib.suppress(OSError):
            self._socket.send(_CONTINUE)

    def head(self) -> bytes:
        """The first lines of a request that has begun to come, for who looks at it before it is read."""
        self.arriving.kept.seek(0)
        lines, end, _ = self.arriving.kept.read(MOST_HEAD + PIECE).partition(b"\r\n\r\n")
        return lines + end

    def begin_anew(self, ahead: bytes) -> None:
        """The next request of a connection that stays; ``ahead`` has come with the one before. Of one that has begun anew
        already nothing is lost.
        """
        if self._reading:
            ahead += self.arriving.kept.read()
            self.arriving.kept.close()
            self.arriving, self._reading, self._cap = Arriving(), False, None
        if ahead:
            self.arriving.feed(ahead)

    @property
    def is_sent(self) -> bool:
        """Whether nothing of the answer is left to send."""
        return not self._written

    def follows(self, within: float) -> bool:
        """Whether the next request has come as a whole in so many seconds. What has come of another stays for the main loop, and
        so do a file, and the end of a connection.
        """
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        until = time.monotonic() + within
        while not (self.arriving.is_ready or self.arriving.too_long):
            left = until - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000) or not self.gather():
                return False
        return self.arriving.whole

    def send_on(self) -> bool:
        """Send what is kept as far as it goes without waiting; whether everything is sent. Raises OSError."""
        while self._sent < self._written:
            self._out.seek(self._sent)
            piece = self._out.read(64 * 1024)
            try:
                self._sent += self._socket.send(piece)
            except (BlockingIOError, InterruptedError):
                return False
        self._out.seek(0)
        self._out.truncate()
        self._written = self._sent = 0
        return True

    @property
    def answer_ends_at(self) -> float:
        """When a reader of what is kept is too slow."""
        return self._answer_began + seconds_for(self._written)

    def refuse(self) -> None:
        """Say that the request took too long, or that its head is."""
        status = b"431 Request Header Fields Too Large" if self.arriving.too_long else b"408 Request Timeout"
        with contextlib.suppress(OSError):
            self._socket.send(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    def hang_up(self) -> bool:
        """Say that nothing more comes (RFC 9112, 9.6); False where there is nobody to tell."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def discard(self) -> bool:
        """Throw away what still comes; False when it has ended, or has no end."""
        try:
            data = self._socket.recv(64 * 1024)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        self._discarded += len(data)
        return bool(data) and self._discarded < MOST_BODY

    # -- a thread's side: what gunicorn asks of a socket

    def recv(self, size: int) -> bytes:
        """The next bytes: what was gathered, then what comes, in the time a body of that length may take. Raises
        TooSlow.
        """
        data = self._gathered().read(size)
        if data:
            return data
        while True:
            self._wait_for_more()
            with contextlib.suppress(BlockingIOError):
                data = self._socket.recv(size)
                self.arriving.count += len(data)
                return data

    def recv_into(self, room: memoryview) -> int:
        """The same, into somebody's own memory; waits only where nothing has come yet."""
        if count := self._gathered().readinto(room):
            return count
        while True:
            with contextlib.suppress(BlockingIOError):
                count = self._socket.recv_into(room)
                self.arriving.count += count
                return count
            self._wait_for_more()

    def _gathered(self) -> tempfile.SpooledTemporaryFile[bytes]:
        if not self._reading:
            self.arriving.kept.seek(0)
            self._reading = True
        return self.arriving.kept

    def _wait_for_more(self) -> None:
        if self.arriving.waits_to_be_told:
            self._tell_to_go_on()
        left = self.arriving.ends_at - time.monotonic()
        self._wait(select.POLLIN, left if self._cap is None else min(left, self._cap))

    def sendall(self, data: bytes) -> None:
        """Send as far as it goes, keep the rest; of a long answer the reader is waited for. Raises TooSlow."""
        if not self._written:
            self._answer_began = time.monotonic()
            with contextlib.suppress(BlockingIOError):
                data = data[self._socket.send(data) :]
        if not data:
            return
        self._out.seek(self._written)
        self._out.write(data)
        self._written += len(data)
        while not self.send_on() and self._written - self._sent > MOST_KEPT:
            self._wait(select.POLLOUT, self._answer_began + seconds_for(self._sent) - time.monotonic())

    def send(self, data: bytes) -> int:
        """As ``sendall``; that the body may come was perhaps said before."""
        if data != _CONTINUE or not self.arriving.told_to_go_on:
            self.sendall(data)
        return len(data)

    def _wait(self, what: int, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._socket, what)
        if seconds <= 0 or not poll.poll(seconds * 1000):
            raise TooSlow

    def fileno(self) -> int:
        """The socket's number."""
        return self._socket.fileno()

    def gettimeout(self) -> float | None:
        """How long a thread waits for the next bytes at most."""
        return self._cap

    def settimeout(self, seconds: float | None) -> None:
        """Wait no longer than this for the next bytes."""
        self._cap = seconds

    def setblocking(self, blocks: bool) -> None:
        """Threads always wait, the main loop never does."""
        self._cap = None

    def close(self) -> None:
        """End it."""
        self.arriving.kept.close()
        self._out.close()
        self._socket.close()
