"""The gate: the only way from the browser to the world. It resolves each name itself and connects to what it has
checked.

The browser never resolves a name, so a name that means a public address when it is checked cannot mean an internal one
when it is used. Every connection is checked anew, redirects and parts of a page with the rest.
"""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

PORTS = frozenset({80, 443})
HEAD = 64 * 1024
PIECE = 64 * 1024
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_WRAPPED = (_NAT64, ipaddress.IPv6Network("::/96"), ipaddress.IPv6Network("::ffff:0:0:0/96"))
"""Networks whose last 32 bits are an IPv4 address: translated (RFC 6052, RFC 2765), or written the old way."""
_MACHINES = frozenset(
    map(ipaddress.ip_address, ("168.63.129.16", "fd00:ec2::254", "169.254.169.254", "100.100.100.200"))
)
"""Where clouds answer their own machines, keys included; the first lies in the public network."""
_RESERVED = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("fec0::/10"))
Resolve = Callable[[str, int], Sequence[str]]


class Refused(Exception):
    """Where the browser wanted to go is not open to it; ``why`` is a short word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_outside(address: str) -> bool:
    """Whether an address lies in the public network, whichever way it is written or wrapped."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if any(found in network for network in _RESERVED):
            return False
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if any(found in network for network in _WRAPPED):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_outside(str(inner))
    return found not in _MACHINES and found.is_global and not found.is_multicast


def resolved(host: str, port: int) -> list[str]:
    """Addresses of a name, by the machine's resolver."""
    try:
        return list(dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError):
        return []


@dataclass
class Visit:
    """One connection that was made or refused."""

    host: str
    port: int
    address: str | None
    refused: str | None = None
    received: int = 0


@dataclass
class Gate:
    """A proxy on loopback. ``allowed`` names peers (``host:port``) that are open although they are inside: for tests
    and training.
    """

    allowed: frozenset[str] = frozenset()
    most: int = 64 * 2**20
    resolve: Resolve = resolved
    is_open: bool = False
    visits: list[Visit] = field(default_factory=list)
    received: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> int:
        """Listen; gives the port."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def way_to(self, host: str, port: int) -> str:
        """The address to connect to. Raises :class:`Refused`."""
        if f"{host}:{port}" in self.allowed:
            return host
        if port not in PORTS:
            raise Refused("port")
        addresses = self.resolve(host, port)
        if not addresses:
            raise Refused("unknown")
        # One internal address among public ones is how a rebinding name looks: then none of them is used.
        if not all(map(is_outside, addresses)):
            raise Refused("internal")
        return addresses[0]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        with browser, contextlib.suppress(OSError, ValueError):
            browser.settimeout(30)
            head, rest = _head(browser)
            method, target, _ = head.split(b"\r\n", 1)[0].split(b" ")
            is_tunnel = method == b"CONNECT"
            if not is_tunnel and not target.startswith(b"http://"):
                return
            authority, _, _ = target.removeprefix(b"http://").partition(b"/")
            try:
                peer, visit = self._reach(*_host_port(authority.decode("ascii"), 443 if is_tunnel else 80))
            except (Refused, OSError):
                browser.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with peer:
                if is_tunnel:
                    browser.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                self._splice(browser, peer, rest if is_tunnel else _direct(head) + rest, visit)

    def _reach(self, host: str, port: int) -> tuple[socket.socket, Visit]:
        if not self.is_open:
            # What the browser wants by itself before it was sent anywhere is no part of the page.
            raise Refused("not_asked")
        visit = Visit(host, port, None)
        with self._lock:
            self.visits.append(visit)
        try:
            visit.address = self.way_to(host, port)
            return socket.create_connection((visit.address, port), timeout=10), visit
        except Refused as refused:
            visit.refused = refused.why
            raise
        except OSError:
            visit.refused = "silent"
            raise

    def _splice(self, browser: socket.socket, peer: socket.socket, first: bytes, visit: Visit) -> None:
        peer.sendall(first)
        while True:
            ready, _, _ = select.select([browser, peer], [], [], 30)
            if not ready:
                return
            for side in ready:
                data = side.recv(PIECE)
                if not data:
                    return
                if side is browser:
                    peer.sendall(data)
                    continue
                with self._lock:
                    self.received += len(data)
                    visit.received += len(data)
                    over = self.received > self.most
                if over:
                    visit.refused = "too_much"
                    return
                browser.sendall(data)


def _direct(head: bytes) -> bytes:
    """A request to a proxy as the server itself takes it, one on a connection."""
    first, *fields = head.split(b"\r\n")
    method, target, version = first.split(b" ")
    path = b"/" + target.removeprefix(b"http://").partition(b"/")[2]
    kept = [line for line in fields if not line.lower().startswith((b"proxy-", b"connection:"))]
    return b"\r\n".join([b" ".join((method, path, version)), *kept, b"Connection: close", b"", b""])


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(PIECE)
        if not piece or len(data) > HEAD:
            raise ValueError("no request")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _host_port(authority: str, usual: int) -> tuple[str, int]:
    if "@" in authority:
        raise ValueError("a name and password in an address")
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        host, port = authority, str(usual)
    return host.strip("[]").lower().rstrip("."), int(port)
