"""A door before PostgreSQL that loses the connection in a commit: before the server hears of it, or after it has
obeyed.
"""

from __future__ import annotations

import contextlib
import enum
import socket
import threading
from pathlib import Path


class Cut(enum.Enum):
    """When the next commit's connection is lost."""

    NEVER = "never"
    BEFORE = "before"  # the server never hears the COMMIT
    AFTER = "after"  # the server commits, the answer is lost


class CuttingDoor:
    """Forwards a Unix socket's connections to the server's; cuts the next commit once when told to."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self.server = folder, server
        self.cut = Cut.NEVER
        self.looks = False
        """Whether the commit that ends a look is cut, and not that of an act."""
        self.cuts = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(64)
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Close the door and everything that goes through it."""
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.server / ".s.PGSQL.5432"))
            self._open += [client, server]
            threading.Thread(target=self._requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self._pour, args=(server, client), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        is_look = False
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"BEGIN" in data:
                    is_look = b"REPEATABLE READ" in data
                if b"COMMIT\0" in data and self.cut is not Cut.NEVER and is_look is self.looks:
                    when, self.cut, self.cuts = self.cut, Cut.NEVER, self.cuts + 1
                    client.shutdown(socket.SHUT_RDWR)  # the answer has nobody to go to
                    if when is Cut.AFTER:
                        server.sendall(data)
                    break
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    @staticmethod
    def _pour(server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
