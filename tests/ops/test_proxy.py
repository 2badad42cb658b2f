"""The proxy configuration we give operators, loaded by the proxy itself and put before a server that only listens."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.patience import PATIENCE, until
from tests.peers import needed

ROOT = Path(__file__).resolve().parents[2]
LOOK = b"GET /fees HTTP/1.1\r\nHost: court.example\r\n\r\n"
LATER = 3
"""Turns of the proxy's process after it was given the first half of a form."""
HEAD = "POST {path} HTTP/1.1\r\nHost: court.example\r\nContent-Length: 20\r\nConnection: close\r\n\r\n"


def free_port() -> int:
    """A port nobody listens on now."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Court:
    """A server behind the proxy that notes what reaches it, and when it has all of it."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = bytearray()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                heard = b""
                while part := connection.recv(65536):
                    self.heard += part
                    heard += part
                    head, blank, body = heard.partition(b"\r\n\r\n")
                    length = re.search(rb"(?i)content-length: (\d+)", head)
                    if blank and len(body) >= int(length[1] if length else 0):
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                        break


@contextmanager
def proxy(folder: Path, court_port: int, media_port: int = 5002) -> Iterator[int]:
    """Our configuration with a certificate of this test and ports that anybody may open; gives the port of https."""
    needed("nginx")
    needed("openssl")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=court.example", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    tls, plain = free_port(), free_port()
    text = (ROOT / "deploy/nginx.conf").read_text()
    for ours, theirs in (
        ("/etc/letsencrypt/live/court.example/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/court.example/privkey.pem", str(key)),
        ("listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;"),
        ("http://127.0.0.1:5002", f"http://127.0.0.1:{media_port}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("/var/lib/nginx/court-broadcasts", f"{folder}/broadcasts"),
        ("    listen [::]:443 ssl;\n", ""),
        ("    listen [::]:80;\n", ""),
    ):
        assert text.count(ours) == 1, ours
        text = text.replace(ours, theirs)
    (folder / "court.conf").write_text(text)
    (folder / "court-upstream.conf").write_text(
        (ROOT / "deploy/upstream.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{court_port}")
    )
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Root's proxy serves as somebody else, who may not look into the folders of a test.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off; pid {folder}/pid; error_log stderr warn; events {{}} "
        f"http {{ access_log off; {places} include {folder}/court.conf; }}\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr, tried.stderr
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _is_open(tls), "the proxy opens its port")
        yield tls
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _connected(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE), server_hostname="court.example")


@pytest.mark.parametrize(("path", "streams"), [("/account/sign-in", False), ("/api/v1/uploads", True)])
def test_the_proxy_keeps_a_form_until_it_is_whole_and_lets_a_file_through(
    tmp_path: Path, path: str, streams: bool
) -> None:
    """Of a form whose second half is still to come the court hears nothing; of a file it has the first half."""
    court = Court()
    with proxy(tmp_path, court.port) as port, closing(_connected(port)) as sender, closing(_connected(port)) as later:
        sender.sendall(HEAD.format(path=path).encode() + b"first half")
        if streams:
            until(lambda: b"first half" in court.heard, "the court hears the first half")
        else:
            # What is sent later comes through whole: had the proxy let the half through, it would be there.
            for _ in range(LATER):
                later.sendall(LOOK)
                assert later.recv(4096).startswith(b"HTTP/1.1 200")
            assert court.heard.count(b"GET /fees") == LATER and b"first half" not in court.heard
        sender.sendall(b"other half")
        until(lambda: b"first halfother half" in court.heard, "the court hears the whole")
        assert sender.recv(4096).startswith(b"HTTP/1.1 200")
        assert b"X-Forwarded-Proto: https" in court.heard and b"X-Forwarded-For: 127.0.0.1" in court.heard
    court.socket.close()


def test_the_proxy_refuses_a_form_larger_than_any(tmp_path: Path) -> None:
    """What is larger than the largest form is refused by its announced length, and nothing of it reaches the court."""
    court = Court()
    with proxy(tmp_path, court.port) as port, closing(_connected(port)) as sender:
        sender.sendall(b"POST /account/sign-in HTTP/1.1\r\nHost: court.example\r\nContent-Length: 99000000\r\n\r\n")
        assert sender.recv(4096).startswith(b"HTTP/1.1 413")
    assert court.heard == b""
    court.socket.close()


def _asked(port: int, path: str, *heads: str) -> bytes:
    """What is answered to a question, to its end."""
    with closing(_connected(port)) as sender:
        lines = [f"GET {path} HTTP/1.1", "Host: court.example", "Connection: close", *heads]
        sender.sendall("\r\n".join([*lines, "", ""]).encode())
        found = b""
        while part := sender.recv(65536):
            found += part
    return found


def test_of_hundreds_who_watch_a_broadcast_one_asks_the_court(tmp_path: Path) -> None:
    """A piece, a page of an exhibit and how the hearing stands are asked once for everybody who comes within a second, without
    anybody's cookie and in ranges too; what is one's own, and the page itself, are asked each time.
    """
    court, piece = Court(), "/broadcasts/abc123/7.webm"
    same = (piece, "/broadcasts/abc123/exhibit/3.png", "/broadcasts/abc123/zh-Hans/now?known=12")
    with proxy(tmp_path, court.port) as port:
        for path in same:
            found = [_asked(port, path, "Cookie: court=mine") for _ in range(20)]
            assert all(one.startswith(b"HTTP/1.1 200") and one.endswith(b"\r\n\r\nok") for one in found)
            # However slow the machine is, twenty questions are not twenty seconds apart.
            assert 1 <= court.heard.count(path.encode()) < 20 and b"mine" not in court.heard
        assert _asked(port, piece, "Range: bytes=1-1").endswith(b"\r\n\r\nk")
        for path in ("/broadcasts/abc123", "/broadcasts/abc123/en", "/attending/abc123/7.webm"):
            before = court.heard.count(path.encode() + b" HTTP")
            for _ in range(3):
                _asked(port, path)
            assert court.heard.count(path.encode() + b" HTTP") == before + 3
    court.socket.close()
