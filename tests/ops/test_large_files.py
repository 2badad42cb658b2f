"""Files larger than any form, sent to the program that serves the court, on both databases."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from odr.evidence.intake.background_hashing import PIECE
from odr.ground.db import Database
from odr.identity.models import Account, AccountState
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from odr.web.limits import MOST_GATHERED
from tests.conftest import ENGINES
from tests.ops.test_slow import Served
from tests.patience import PATIENCE, until

DATA = b"".join(b"Line %d of a long record of what was said.\n" % number for number in range(150_000))
DIGEST = hashlib.sha256(DATA).hexdigest()
assert len(DATA) > MOST_GATHERED + 8 * PIECE


@dataclass
class Program:
    """A program with a token of somebody who may upload."""

    served: Served
    secret: str
    others: tuple[Program, ...] = ()
    """Of two other people."""

    def headers(self, **more: object) -> dict[str, str]:
        """Of a request in the upload protocol."""
        given = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.secret}"}
        return {**given, **{name.replace("_", "-"): str(value) for name, value in more.items()}}

    def ask(self, method: str, path: str, body: object = None, **headers: object) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=PATIENCE)
        self.served.open.append(line)  # type: ignore[arg-type]
        line.request(method, path, body, self.headers(**headers))  # type: ignore[arg-type]
        return line.getresponse()

    def begin(self) -> str:
        """Open an upload; gives its address."""
        made = self.ask("POST", "/api/v1/uploads", Upload_Length=len(DATA), Content_Length=0)
        assert made.status == 201
        return made.getheader("Location") or ""

    def offset(self, place: str) -> int:
        """How far it is."""
        return int(self.ask("HEAD", place).getheader("Upload-Offset") or 0)

    def piece(self, place: str, offset: int, length: int, *more: bytes) -> bytes:
        """The head of a request that sends a piece, and what comes with it."""
        given = self.headers(Content_Type=OCTETS, Upload_Offset=offset, Content_Length=length, Host="court")
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return f"PATCH {place} HTTP/1.1\r\n{lines}\r\n".encode() + b"".join(more)


OCTETS = "application/offset+octet-stream"


@pytest.fixture(scope="module", params=ENGINES)
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A court as it is served, and a program of one of its people."""
    folder = tmp_path_factory.mktemp("served")
    if request.param == "postgresql":
        with request.getfixturevalue("postgres_cluster").database() as url:
            yield from serve(folder, url)
    else:
        yield from serve(folder, f"sqlite:///{folder / 'court.sqlite'}")


def serve(folder: Path, url: str, worker: str = "") -> Iterator[Program]:
    """A court that answers, and a program with a token, until the test is over."""
    served = Served(folder, worker, ODR_DATABASE_URL=url)
    until(served.is_open, "the court answers")
    database = Database(url)
    mine, *others = (token_of(database, name) for name in ("Li", "Wu", "Fan"))
    database.dispose()
    yield Program(served, mine, tuple(Program(served, one) for one in others))
    for one in served.open:
        one.close()
    served.process.terminate()
    served.process.wait(PATIENCE)


def token_of(database: Database, name: str) -> str:
    """What somebody's program shows."""
    now = datetime.now(UTC)
    with database.write() as session:
        account = Account(
            email=f"{name.lower()}@example.com",
            name=name,
            state=AccountState.ACTIVE,
            created_at=now,
            confirmed_at=now,
        )
        session.add(account)
        session.flush()
        lasts, scopes = timedelta(days=1), [Scope.UPLOAD]
        return program_tokens.issue(session, account, name="t", scopes=scopes, lasts=lasts, two_factor=True, now=now)


def test_a_large_file_in_one_request_is_kept_as_it_was_sent(program: Program) -> None:
    """Its length known or told piece by piece: the digest is that of every byte."""
    for body, length in ((DATA, {}), (iter([DATA[:70_000], DATA[70_000:]]), {"Transfer_Encoding": "chunked"})):
        line = http.client.HTTPConnection("127.0.0.1", program.served.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {program.secret}", "Content-Type": "text/plain"}
        line.request("POST", "/api/v1/uploads", body, headers, encode_chunked=bool(length))
        answer = line.getresponse()
        kept = json.loads(answer.read())
        assert (answer.status, kept["sha256"], kept["size"]) == (201, DIGEST, len(DATA)), kept
        line.close()


def test_a_large_file_comes_in_pieces_of_any_length(program: Program) -> None:
    """Short and long ones, with their checksum or without: gathered before, or read from the connection."""
    place, at = program.begin(), 0
    for size in (1, PIECE + 1, MOST_GATHERED + 3, 2 * PIECE, len(DATA)):
        piece = DATA[at : at + size]
        done = program.ask("PATCH", place, piece, Content_Type=OCTETS, Upload_Offset=at)
        at += len(piece)
        assert (done.status, done.getheader("Upload-Offset")) == (204, str(at)), done.read()
    assert done.getheader("Upload-Receipt")


def test_the_next_request_of_the_connection_is_answered(program: Program) -> None:
    """What was sent behind a file is no part of it, and is not lost."""
    place = program.begin()
    with socket.create_connection(("127.0.0.1", program.served.port), PATIENCE) as line:
        line.sendall(program.piece(place, 0, len(DATA), DATA, b"GET /health/live HTTP/1.1\r\nHost: court\r\n\r\n"))
        said = b""
        while said.count(b"HTTP/1.1 ") < 2 and (more := line.recv(65536)):
            said += more
    first, second = said.split(b"HTTP/1.1 ")[1:3]
    assert first.startswith(b"204") and b"upload-receipt" in first.lower()
    assert second.startswith(b"200")


def test_what_came_before_the_connection_broke_is_kept(program: Program) -> None:
    """A sender that is gone in the middle goes on from there, and the file is whole."""
    place, half = program.begin(), MOST_GATHERED + 100_001
    with socket.create_connection(("127.0.0.1", program.served.port), PATIENCE) as line:
        line.sendall(program.piece(place, 0, len(DATA), DATA[:half]))
    until(lambda: program.offset(place) == half, "what came is acknowledged")
    rest = program.ask("PATCH", place, DATA[half:], Content_Type=OCTETS, Upload_Offset=half)
    assert rest.status == 204 and rest.getheader("Upload-Receipt")


def test_half_a_file_sent_in_one_request_is_not_kept(program: Program) -> None:
    """Whoever hangs up in the middle is told that it did not arrive whole, if they still listen; no receipt is given."""
    head = "POST /api/v1/uploads HTTP/1.1\r\nHost: court\r\nContent-Type: text/plain\r\n"
    head += f"Authorization: Bearer {program.secret}\r\nContent-Length: {len(DATA)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", program.served.port), PATIENCE) as line:
        line.sendall(head.encode() + DATA[: len(DATA) - 1])
        line.shutdown(socket.SHUT_WR)
        said = b""
        while more := line.recv(65536):
            said += more
    assert said.startswith(b"HTTP/1.1 400 ") and b"whole" in said and b"receipt" not in said


def test_a_large_file_without_a_token_is_refused_before_it_is_read(program: Program) -> None:
    """The answer comes while nothing of the body is sent."""
    stranger = Program(program.served, "odr_nobody")
    with socket.create_connection(("127.0.0.1", program.served.port), PATIENCE) as line:
        line.sendall(stranger.piece(program.begin(), 0, len(DATA)))
        assert line.recv(200).startswith(b"HTTP/1.1 401 ")


def test_whoever_asks_first_is_told_to_go_on_by_the_route(program: Program) -> None:
    """``Expect: 100-continue``: a stranger is refused and never asked for the file; who may send it is asked, then heard."""
    place, length = program.begin(), len(DATA)
    for one, answer in ((Program(program.served, "odr_nobody"), b"401"), (program, b"100")):
        with socket.create_connection(("127.0.0.1", program.served.port), PATIENCE) as line:
            head = one.piece(place, 0, length)
            line.sendall(head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
            said = b""
            while said.count(b"\r\n\r\n") < 1 and (more := line.recv(65536)):
                said += more
            assert said.startswith(b"HTTP/1.1 " + answer)
            if answer == b"100":
                line.sendall(DATA)
                assert line.recv(65536).startswith(b"HTTP/1.1 204 ")
            else:
                while more := line.recv(65536):
                    said += more
                assert b" 100 " not in said
