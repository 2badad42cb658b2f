"""A vault in its own process, under its own user: requests over a Unix socket.

Each message is a length in four bytes and JSON; bytes travel as base64. The
server knows the methods of :class:`odr.notary.vault.Vault` and no others, so
whoever takes over the court's process can have things signed while it lasts,
but cannot carry keys away or make the log contradict itself.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from odr.notary.check.witness_refusals import Refusal
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.strict import Malformed, b64, base64_bytes, hash_value
from odr.notary.vault import (
    FileVault,
    KeyFrozen,
    KeyKind,
    NoSuchKey,
    Opening,
    Remembered,
    SignerAhead,
    SigningStopped,
    Vault,
    VaultRefused,
)

MAX_MESSAGE = 16 * 1024 * 1024
RESTART = 4.0
"""Seconds for which a vault that was there may be away, as it is while it is started anew; later it counts as lost."""
_REFUSALS: dict[str, type[VaultRefused]] = {
    kind.__name__: kind for kind in (VaultRefused, SignerAhead, SigningStopped, KeyFrozen, NoSuchKey)
}
JSONObject = dict[str, Any]
_OPENING = ("entry", "receipt", "leaf", "proof")


def _receive(connection: socket.socket) -> JSONObject | None:
    """One message; None when the other side has hung up before it. Raises ``ConnectionResetError`` where it did in the middle,
    ``ValueError`` for anything else.
    """
    head = _exactly(connection, 4, may_end=True)
    if not head:
        return None
    (length,) = struct.unpack(">I", head)
    if length > MAX_MESSAGE:
        raise ValueError("message too large")
    message = json.loads(_exactly(connection, length))
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return message


def _exactly(connection: socket.socket, length: int, *, may_end: bool = False) -> bytes:
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            if data or not may_end:
                raise ConnectionResetError("message cut short")
            return b""
        data += part
    return data


def _send(connection: socket.socket, message: JSONObject) -> None:
    data = json.dumps(message).encode()
    connection.sendall(struct.pack(">I", len(data)) + data)


def _methods(vault: Vault) -> dict[str, Callable[[JSONObject], JSONObject]]:
    def remembered(ask: JSONObject) -> JSONObject:
        found = vault.remembered(ask["key"])
        return {"size": found.size, "root": b64(found.root)}

    def sign_checkpoint(ask: JSONObject) -> JSONObject:
        proof = [hash_value(item) for item in ask["consistency"]]
        return {"data": b64(vault.sign_checkpoint(ask["key"], Checkpoint.parse(ask["checkpoint"]), proof))}

    def freeze(ask: JSONObject) -> JSONObject:
        statement, signature = vault.freeze(ask["key"], ask["statement"])
        return {"statement": statement, "data": b64(signature)}

    def unseal(ask: JSONObject) -> JSONObject:
        given = ask["opening"]
        opening = None if given is None else Opening(**{part: base64_bytes(given[part]) for part in _OPENING})
        return {"data": b64(vault.unseal(base64_bytes(ask["data"]), base64_bytes(ask["context"]), opening))}

    return {
        "create_key": lambda ask: {"data": b64(vault.create_key(ask["key"], KeyKind(ask["kind"])))},
        "public_key": lambda ask: {"data": b64(vault.public_key(ask["key"]))},
        "remembered": remembered,
        "sign_checkpoint": sign_checkpoint,
        "freeze": freeze,
        "closing_statement": lambda ask: {"statement": vault.closing_statement(ask["key"])},
        "sign_digest": lambda ask: {"data": b64(vault.sign_digest(ask["key"], base64_bytes(ask["digest"])))},
        "stop": lambda ask: {"news": vault.stop(Refusal.of_json(ask["refusal"]))},
        "held_back": lambda ask: {"keys": vault.held_back()},
        "refusals": lambda ask: {"refusals": [each.as_json() for each in vault.refusals()]},
        "sign_renewal": lambda ask: {"data": b64(vault.sign_renewal(ask["key"], ask["statement"]))},
        "seal": lambda ask: {"data": b64(vault.seal(base64_bytes(ask["data"]), base64_bytes(ask["context"])))},
        "unseal": unseal,
    }


def _answer(methods: dict[str, Callable[[JSONObject], JSONObject]], ask: JSONObject) -> JSONObject:
    try:
        return methods[ask["method"]](ask)
    except VaultRefused as error:
        return {"refused": type(error).__name__, "why": str(error)}
    except (KeyError, TypeError, Malformed, ValueError) as error:
        return {"refused": "VaultRefused", "why": f"not a request: {error}"}


class VaultServer(socketserver.ThreadingUnixStreamServer):
    """Serves a vault on a socket that only its group may open."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, path: Path, vault: Vault, *, mode: int = 0o660) -> None:
        methods = _methods(vault)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    while (ask := _receive(self.request)) is not None:
                        _send(self.request, _answer(methods, ask))
                except (ValueError, OSError):
                    # A peer that does not speak the protocol, or left, gets no answer.
                    return

        path.unlink(missing_ok=True)
        # The socket is never open to others, not even between bind and chmod.
        previous = os.umask(0o777 & ~mode)
        try:
            super().__init__(str(path), Handler)
        finally:
            os.umask(previous)


class SocketVault:
    """The court's side: a :class:`odr.notary.vault.Vault` whose keys are in another process.

    Raises ``OSError`` when the vault cannot be reached; acts are recorded all the same and wait to be signed for.
    """

    def __init__(self, path: Path, *, timeout: float = 10.0) -> None:
        self._path = path
        self._timeout = timeout
        self._local = threading.local()
        self._was_there = False
        self._away_since: float | None = None

    def create_key(self, key_id: str, kind: KeyKind) -> bytes:
        return self._bytes(method="create_key", key=key_id, kind=kind.value)

    def public_key(self, key_id: str) -> bytes:
        return self._bytes(method="public_key", key=key_id)

    def remembered(self, key_id: str) -> Remembered:
        said = self._ask(method="remembered", key=key_id)
        return Remembered(int(said["size"]), hash_value(said["root"]))

    def sign_checkpoint(self, key_id: str, checkpoint: Checkpoint, consistency: Sequence[bytes]) -> bytes:
        return self._bytes(
            method="sign_checkpoint",
            key=key_id,
            checkpoint=checkpoint.text,
            consistency=[b64(item) for item in consistency],
        )

    def freeze(self, key_id: str, statement: str) -> tuple[str, bytes]:
        said = self._ask(method="freeze", key=key_id, statement=statement)
        return said["statement"], base64_bytes(said["data"])

    def closing_statement(self, key_id: str) -> str | None:
        found: str | None = self._ask(method="closing_statement", key=key_id)["statement"]
        return found

    def sign_digest(self, key_id: str, digest: bytes) -> bytes:
        return self._bytes(method="sign_digest", key=key_id, digest=b64(digest))

    def sign_renewal(self, key_id: str, statement: str) -> bytes:
        return self._bytes(method="sign_renewal", key=key_id, statement=statement)

    def stop(self, refusal: Refusal) -> bool:
        news: bool = self._ask(method="stop", refusal=refusal.as_json())["news"]
        return news

    def held_back(self) -> list[str]:
        return [str(key) for key in self._ask(method="held_back")["keys"]]

    def refusals(self) -> list[Refusal]:
        return [Refusal.of_json(each) for each in self._ask(method="refusals")["refusals"]]

    def seal(self, secret: bytes, context: bytes) -> bytes:
        return self._bytes(method="seal", data=b64(secret), context=b64(context))

    def unseal(self, sealed: bytes, context: bytes, opening: Opening | None = None) -> bytes:
        shown = None if opening is None else {part: b64(getattr(opening, part)) for part in _OPENING}
        return self._bytes(method="unseal", data=b64(sealed), context=b64(context), opening=shown)

    def close(self) -> None:
        """Hang up on this thread."""
        connection: socket.socket | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _bytes(self, **ask: Any) -> bytes:
        return base64_bytes(self._ask(**ask)["data"])

    def _ask(self, **ask: Any) -> JSONObject:
        try:
            said = self._exchange(ask)
        except (BrokenPipeError, ConnectionResetError):
            # The vault was restarted. Every method may be repeated: signing the same tree gives the same signature.
            self.close()
            said = self._once_it_is_back(ask)
        except (ConnectionRefusedError, FileNotFoundError):
            said = self._once_it_is_back(ask)
        if "refused" in said:
            raise _REFUSALS.get(said["refused"], VaultRefused)(said["why"])
        return said

    def _once_it_is_back(self, ask: JSONObject) -> JSONObject:
        """Ask again while the vault is started anew. One that was never there, or has been away longer, is not waited for."""
        while True:
            try:
                return self._exchange(ask)
            except (ConnectionRefusedError, ConnectionResetError, BrokenPipeError, FileNotFoundError):
                now = time.monotonic()
                self._away_since = self._away_since or now
                if not self._was_there or now - self._away_since > RESTART:
                    raise
                time.sleep(0.05)

    def _exchange(self, ask: JSONObject) -> JSONObject:
        if getattr(self._local, "connection", None) is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self._timeout)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                raise
            self._local.connection = connection
        try:
            _send(self._local.connection, ask)
            said = _receive(self._local.connection)
        except (OSError, ValueError):
            # An answer that comes late must not be taken for the next one's.
            self.close()
            raise
        if said is None:
            self.close()
            raise ConnectionResetError("the vault hung up")
        self._was_there, self._away_since = True, None
        return said


def main() -> None:
    """``python -m odr.notary.vault_server FOLDER SOCKET [GROUP]``: the vault as a process of its own, until told to
    stop.

    Only this user may open the socket, or, with ``GROUP``, the members of that group too: the court's other processes.
    """
    folder, path = Path(sys.argv[1]), Path(sys.argv[2])
    group = sys.argv[3] if len(sys.argv) > 3 else None
    path.unlink(missing_ok=True)
    server = VaultServer(path, FileVault(folder), mode=0o600)
    if group is not None:
        shutil.chown(path, group=int(group) if group.isdigit() else group)
        path.chmod(0o660)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        server.server_close()
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
