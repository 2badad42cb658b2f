"""The malware scanner, when one is set: clamd's INSTREAM command over TCP or a local socket."""

from __future__ import annotations

import enum
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from odr.evidence.intake.upload_errors import InfectedFile


class Scan(enum.Enum):
    """What is known about malware in a file."""

    CLEAN = "clean"
    """The scanner read the whole and found nothing."""
    NOT_SCANNED = "not scanned"
    """No scanner is set."""
    TOO_LARGE = "too large to scan"
    """Larger than the scanner takes; the file says so on its receipt."""


class ScannerUnavailable(Exception):
    """The scanner cannot be reached or does not answer: the file waits, it is not waved through."""


@dataclass(frozen=True)
class Clamd:
    """A clamd at ``tcp://host:port`` or ``unix:/path``; ``timeout`` in seconds for each step."""

    address: str
    timeout: float = 60.0

    def answers(self) -> bool:
        """Whether the scanner is there, so that waiting files are not read for nothing."""
        try:
            with self._connect() as peer:
                peer.sendall(b"zPING\0")
                return peer.recv(5) == b"PONG\0"
        except OSError:
            return False

    def scan(self, chunks: Iterable[bytes]) -> Scan:
        """Send the bytes. Raises InfectedFile with the signature's name, or ScannerUnavailable."""
        try:
            with self._connect() as peer:
                return _verdict(self._converse(peer, chunks))
        except OSError as error:
            raise ScannerUnavailable(str(error)) from error

    def _converse(self, peer: socket.socket, chunks: Iterable[bytes]) -> bytes:
        peer.sendall(b"zINSTREAM\0")
        try:
            for chunk in chunks:
                if chunk:
                    peer.sendall(struct.pack("!I", len(chunk)) + chunk)
            peer.sendall(b"\0\0\0\0")
        except (BrokenPipeError, ConnectionResetError):
            # clamd answers and hangs up as soon as the stream passes its limit.
            pass
        reply = b""
        while not reply.endswith(b"\0") and len(reply) < 4096:
            data = peer.recv(1024)
            if not data:
                break
            reply += data
        return reply.rstrip(b"\0\n")

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        if parts.scheme == "unix":
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                peer.settimeout(self.timeout)
                peer.connect(parts.path)
            except OSError:
                peer.close()
                raise
            return peer
        return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), self.timeout)


def _verdict(reply: bytes) -> Scan:
    text = reply.decode("utf-8", "replace")
    if text == "stream: OK":
        return Scan.CLEAN
    if text.startswith("stream: ") and text.endswith(" FOUND"):
        raise InfectedFile(text.removeprefix("stream: ").removesuffix(" FOUND"))
    if "size limit exceeded" in text:
        return Scan.TOO_LARGE
    raise ScannerUnavailable(text or "no answer")
