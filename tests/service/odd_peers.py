"""Mail servers that break the protocol before a message is even named."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.patience import PATIENCE

Talk = Callable[[socket.socket], None]


@contextmanager
def odd_server(talk: Talk) -> Iterator[int]:
    """Serve each connection with ``talk`` on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(PATIENCE)
            talk(connection)

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            thread = threading.Thread(target=serve, args=(connection,), daemon=True)
            thread.start()
            threads.append(thread)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        acceptor.join(PATIENCE)
        listener.close()
        for thread in threads:
            thread.join(PATIENCE)


def bad_banner(connection: socket.socket) -> None:
    """Greets with something that is not SMTP."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    connection.recv(100)


def turned_away(connection: socket.socket) -> None:
    """Says at once that it takes nothing."""
    connection.sendall(b"554 5.7.1 No service for you\r\n")
    connection.recv(100)


def broken_tls(connection: socket.socket) -> None:
    """Offers STARTTLS, agrees, and then speaks nonsense."""
    connection.sendall(b"220 mail.example ESMTP\r\n")
    while line := connection.recv(1000):
        if line.upper().startswith(b"EHLO"):
            connection.sendall(b"250-mail.example\r\n250 STARTTLS\r\n")
        elif line.upper().startswith(b"STARTTLS"):
            connection.sendall(b"220 go ahead\r\n")
            connection.recv(1000)
            connection.sendall(b"this is not a handshake at all\r\n")
            return
        else:
            connection.sendall(b"250 OK\r\n")


def no_tls(connection: socket.socket) -> None:
    """Speaks well but offers no STARTTLS."""
    connection.sendall(b"220 mail.example ESMTP\r\n")
    while connection.recv(1000):
        connection.sendall(b"250 mail.example\r\n")


def dripping(connection: socket.socket) -> None:
    """Sends a byte of an endless greeting now and then, so that no single read ever times out."""
    for _ in range(200):
        connection.sendall(b"2")
        threading.Event().wait(0.05)
