"""The worker that serves the court: no sender or reader, however slow, holds a thread that others wait for.

gunicorn's threaded worker gives a connection to a thread at its first byte, and eight that drip hold eight threads.
Here the main loop gathers a request (up to the size of one without a file) before a thread sees it, and sends on what
somebody reads slowly. Bodies that are files stream to their routes in threads of their own (decisions 0051, 0121).
"""

from __future__ import annotations

import errno
import logging
import resource
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from flask import Flask
from gunicorn.errors import ConfigError
from gunicorn.http import get_parser
from gunicorn.http.body import LengthReader
from gunicorn.http.wsgi import create
from gunicorn.workers.gthread import PollableMethodQueue, TConn, ThreadWorker

from odr.ground.errors import NoOwnTurn, NoTurn
from odr.web.long_bodies import MOST_OF_ONE, LongBody, TurnedAway
from odr.web.slow_lines import Line

LINGER = 2.0
"""Seconds for the other side to close, once everything is said."""
LOOK = 0.5
"""Seconds between two looks at who is too late."""
STAYS = 0.002
"""Seconds for which a thread that nobody waits for stays with whom it has answered: a program that sends one request after
another is heard again without the main loop (decision 0177).
"""
STREAMS = 16
"""Files that one process takes in at the same time, each in a thread of its own; none of those that answer pages."""


def make_ready_beside(app: Any) -> threading.Thread | None:
    """Begin in a thread of its own what the rooms want made before somebody waits for it; None where they want nothing."""
    court = app.extensions.get("court") if isinstance(app, Flask) else None
    if court is None or not court.hooks.made_ready:
        return None
    thread = threading.Thread(target=_make_ready, args=(court,), name="made ready", daemon=True)
    thread.start()
    return thread


def _make_ready(court: Any) -> None:
    for make in court.hooks.made_ready:
        try:
            make(court)
        except Exception:
            # Whoever needs it first makes it then, and is told of what is wrong.
            logging.getLogger(__name__).exception("not made ready: %s", make.__module__)


class Waiting(NamedTuple):
    """A file that waits for its turn: by its place in the dictionary, whoever waits longest is next."""

    account: int
    since: float


class Calls(PollableMethodQueue):  # type: ignore[misc]
    """What threads tell the main loop, through a pipe that is open as long as the process is.

    A file may be whole after the main loop has ended. gunicorn's own queue has closed the pipe by then, and its thread would
    write a byte into what was opened under that number meanwhile: another file, or the database.
    """

    def close(self) -> None:
        """It ends with the process."""


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker with patience in its main loop, where it costs nobody anything."""

    FOR_A_TURN = 50.0
    """Seconds that a file waits until another one is through: proxies wait a minute for whoever reads nothing."""
    MOST_WAITING = 10 * STREAMS
    """Files that wait for a turn: few of the connections that one process keeps, so that pages find one whoever waits.
    Each is somebody's, and nobody alone has more of them here than ``MOST_OF_ONE``, coming in or waiting.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method_queue = Calls()
        self._too_late: dict[Any, tuple[Callable[[], float], Callable[[Any], None]]] = {}
        self._queued: dict[Any, Waiting] = {}
        self._streaming: set[Any] = set()
        self._looked = 0.0
        self._to_begin: deque[Any] = deque()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """TLS ends in the proxy. Raises ConfigError."""
        if cfg.is_ssl:
            raise ConfigError("the court's worker speaks no TLS: let a proxy end it (docs/operators.md, Proxies)")
        cfg.set("sendfile", False)
        super().check_config(cfg, log)

    def init_process(self) -> None:
        """Allow as many open files as connections may need: each its socket, what was sent and what is read slowly."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4 * self.worker_connections + 1024), most))
        self._files = ThreadPoolExecutor(STREAMS, "file")
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the court, and make beside its first requests what one of them would have to wait for."""
        super().load_wsgi()
        make_ready_beside(self.wsgi)

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and begin to gather its request."""
        try:
            connection, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                time.sleep(0.01)  # files are given back as others end
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        self._gather(TConn(self.cfg, Line(connection), client, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """A connection that stayed asks again."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._gather(conn)

    def enqueue_req(self, conn: Any) -> None:
        """Give a request to the next thread of those that answer pages."""
        self._to_begin.append(conn)
        self._give(self.tpool, self._answer, conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer a request; a file's body, where its length is known, is read past gunicorn's buffers."""
        coming = conn.sock.arriving
        if coming.streams:
            # gunicorn would say that the body may come before its route has looked at who sends it.
            req._expected_100_continue = False
        if coming.turned_away:
            req.body = TurnedAway(coming.turned_away)
        elif coming.streams and isinstance(req.body.reader, LengthReader):
            ahead, length = conn.parser.unreader.take_buffered(), req.body.reader.length
            conn.parser.unreader.unread(ahead[length:])
            req.body = LongBody(conn.sock, ahead[:length], length)
        stays = bool(super().handle_request(req, conn))
        # gunicorn would wait for the rest of a body that nobody read, and whoever was refused would hold a thread meanwhile.
        return stays and (not coming.streams or (isinstance(req.body, LongBody) and req.body.is_over))

    def finish_request(self, conn: Any, fs: Any) -> None:
        """A thread is done: send on what it wrote, then go on with the connection or close it."""
        self._streaming.discard(conn)
        self._submit_queued()
        try:
            stays = bool(fs.result()) if not fs.cancelled() else False
        except Exception:
            stays = False
        self._send_on(conn, stays)

    def murder_pending(self) -> None:
        """End what took too long."""
        super().murder_pending()
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        self._begin_pulse()
        for conn, (ends_at, end) in list(self._too_late.items()):
            if ends_at() <= now:
                self._leave_alone(conn)
                end(conn)

    def _begin_pulse(self) -> None:
        """From here on the process takes requests: its pulse says so, whether anybody asks or not."""
        heart = getattr(self.wsgi, "extensions", {}).get("heart")
        if heart is not None:
            heart.start()

    # -- what a connection waits for

    def _gather(self, conn: Any) -> None:
        if conn.sock.arriving.is_ready:
            self._submit(conn)
            return
        if conn.sock.arriving.too_long:
            self._refuse(conn)
            return

        def ends_at() -> float:
            coming = conn.sock.arriving
            return coming.ends_at if self.alive or coming.count else 0.0

        self._wait(conn, selectors.EVENT_READ, self._on_bytes, ends_at, self._refuse)

    def _on_bytes(self, conn: Any) -> None:
        if not conn.sock.gather():
            self._leave_alone(conn)
            self._drop(conn)
        elif conn.sock.arriving.too_long:
            self._leave_alone(conn)
            self._refuse(conn)
        elif conn.sock.arriving.is_ready:
            self._leave_alone(conn)
            self._submit(conn)

    def _submit(self, conn: Any) -> None:
        conn.data_ready = True
        if not conn.sock.arriving.streams:
            self.enqueue_req(conn)
        elif len(self._streaming) < STREAMS:
            self._stream(conn)
        else:
            asked = self.tpool.submit(self._whose, conn)
            asked.add_done_callback(lambda answer: self.method_queue.defer(self._line_up, conn, answer))

    def _whose(self, conn: Any) -> int | None:
        """In a thread that answers pages: which account sends it. What waits is somebody's, or strangers would fill the line."""
        request = next(get_parser(self.cfg, iter([conn.sock.head()]), conn.client))
        request._expected_100_continue = False
        _, environ = create(request, conn.sock, conn.client, conn.server, self.cfg)
        found: int | None = self.wsgi.extensions["whose"](environ)
        return found

    def _line_up(self, conn: Any, asked: Future[int | None]) -> None:
        """It waits, unless a thread has become free meanwhile. Whom nobody knows is refused by the guard of its route,
        and so is what no route could read.
        """
        account = None if asked.exception() else asked.result()
        if account is None:
            self._turn_away(conn)
        elif len(self._streaming) < STREAMS:
            self._stream(conn)
        elif self._coming_from(account) >= MOST_OF_ONE:
            self._turn_away(conn, NoOwnTurn)
        elif len(self._queued) >= self.MOST_WAITING:
            self._turn_away(conn)
        else:
            began = time.monotonic()
            self._queued[conn] = Waiting(account, began)
            # A worker that ends within seconds takes in nothing more: another one does.
            self._too_late[conn] = (lambda: began + self.FOR_A_TURN if self.alive else 0.0, self._turn_away)

    def _coming_from(self, account: int) -> int:
        held: int = self.wsgi.extensions["turns"].held(account)
        return held + sum(1 for one in self._queued.values() if one.account == account)

    def _stream(self, conn: Any) -> None:
        self._streaming.add(conn)
        self._give(self._files, self.handle, conn)

    def _give(self, threads: ThreadPoolExecutor, answer: Callable[[Any], bool], conn: Any) -> None:
        answered = threads.submit(answer, conn)
        answered.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _answer(self, conn: Any) -> bool:
        """In a thread: a request and, while nobody waits for a thread, those that come on its heels."""
        self._to_begin.popleft()
        stays = bool(self.handle(conn))
        while stays and self.alive and not self._to_begin and conn.sock.is_sent:
            conn.sock.begin_anew(conn.parser.unreader.take_buffered())
            if not conn.sock.follows(STAYS):
                break
            stays = bool(self.handle(conn))
        return stays

    def _submit_queued(self) -> None:
        """Whoever waits longest is next."""
        if self._queued and len(self._streaming) < STREAMS:
            conn = next(iter(self._queued))
            self._leave_alone(conn)
            conn.sock.arriving.rested(time.monotonic() - self._queued.pop(conn).since)
            self._stream(conn)

    def _turn_away(self, conn: Any, why: type[NoTurn] = NoTurn) -> None:
        """Nobody got through meanwhile, or too many wait: a thread that answers pages says so, in the words and the language
        of its route.
        """
        self._queued.pop(conn, None)
        conn.sock.arriving.turned_away = why
        self.enqueue_req(conn)

    def _send_on(self, conn: Any, stays: bool) -> None:
        try:
            if not conn.sock.send_on():
                self._wait(
                    conn,
                    selectors.EVENT_WRITE,
                    lambda one: self._on_room(one, stays),
                    lambda: conn.sock.answer_ends_at,
                    self._drop,
                )
                return
        except OSError:
            self._drop(conn)
            return
        if stays and self.alive:
            self._keep(conn)
        else:
            self._linger(conn)

    def _on_room(self, conn: Any, stays: bool) -> None:
        self._leave_alone(conn)
        self._send_on(conn, stays)

    def _keep(self, conn: Any) -> None:
        """Wait for the next request; one that has begun to come is gathered at once."""
        conn.sock.begin_anew(conn.parser.unreader.take_buffered())
        if conn.sock.arriving.count:
            self._gather(conn)
            return
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        self.poller.register(
            conn.sock, selectors.EVENT_READ, lambda client: self.on_client_socket_readable(conn, client)
        )

    def _refuse(self, conn: Any) -> None:
        if conn.sock.arriving.count:
            conn.sock.refuse()
        self._linger(conn)

    def _linger(self, conn: Any) -> None:
        """Close without cutting off the last words: not before the other side has, or a moment has passed."""
        if not conn.sock.hang_up():
            self._drop(conn)
            return
        ends_at = time.monotonic() + LINGER
        self._wait(conn, selectors.EVENT_READ, self._on_rest, lambda: ends_at, self._drop)

    def _on_rest(self, conn: Any) -> None:
        if not conn.sock.discard():
            self._leave_alone(conn)
            self._drop(conn)

    def _drop(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def _wait(
        self,
        conn: Any,
        what: int,
        then: Callable[[Any], None],
        ends_at: Callable[[], float],
        end: Callable[[Any], None],
    ) -> None:
        self._too_late[conn] = (ends_at, end)
        self.poller.register(conn.sock, what, lambda _: then(conn))

    def _leave_alone(self, conn: Any) -> None:
        self._too_late.pop(conn, None)
        if conn not in self._queued:
            self.poller.unregister(conn.sock)
