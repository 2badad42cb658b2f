"""Many small files in one request: each stands for itself, few commits carry all of them, and what is no whole form keeps nothing."""

from __future__ import annotations

import base64
import hashlib
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Connection, event, func, select

from odr.evidence.intake.sent_together import MOST_BYTES, MOST_FILES, receive
from odr.evidence.intake.upload import Announced, Pieces, UploadDesk, UploadLimits
from odr.evidence.intake.upload_errors import BadForm
from odr.evidence.models import Upload, UploadState
from odr.evidence.store.ports import desk_of
from odr.evidence.store.store import FolderStore
from odr.ground.clock import FixedClock
from odr.ground.db import WROTE, Database
from odr.ground.errors import CourtError
from odr.identity.sign_in.program_tokens import Scope
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.api.caller import Caller, caller
from tests.evidence.conftest import ALICE, NOW
from tests.patience import PATIENCE
from tests.scene import Scene

File = tuple[str, tuple[Any, ...]]
PROGRAM = b"MZ\x90\x00" + bytes(200)


def file(name: str, data: bytes, kind: str = "text/plain", **headers: str) -> File:
    """A part of a form as the ``requests`` library takes it."""
    return "file", (name, data, kind, {name.replace("_", "-"): value for name, value in headers.items()})


def digest(data: bytes) -> str:
    """As RFC 9530 writes it."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def send(program: Caller, *files: File, data: dict[str, str] | None = None) -> requests.Response:
    """One request with these files; the answer is as the interface document says."""
    answer = requests.post(
        f"{program.origin}/api/v1/uploads",
        files=list(files),
        data=data,
        headers={"Authorization": f"Bearer {program.token}"},
        timeout=PATIENCE,
    )
    program.contract.check("POST", "/api/v1/uploads", answer)
    return answer


def how_many(scene: Scene) -> int:
    """Uploads the court knows of."""
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(Upload)) or 0


def test_each_of_many_files_has_its_receipt(api_scene: tuple[Scene, Any], callers: dict[str, Caller]) -> None:
    """A hundred screenshots in one request: a line for each in their order, with the digest the sender can check; an exhibit as any other."""
    scene, _ = api_scene
    sent = {f"聊天记录 {i}.txt": f"Message {i} of the chat.".encode() for i in range(100)}
    answer = send(callers["li"], *(file(name, data, Repr_Digest=digest(data)) for name, data in sent.items()))
    lines = answer.json()["files"]
    assert answer.status_code == 201
    assert [(one["filename"], one["sha256"]) for one in lines] == [
        (name, hashlib.sha256(data).hexdigest()) for name, data in sent.items()
    ]
    assert scene.court.settle()
    with scene.court.database.read() as session:
        for one in lines:
            assert scene.court.notary.receipt_files(session, one["receipt"]).proof is not None
        owners = {upload.account_id for upload in session.scalars(select(Upload))}
    assert len({one["receipt"] for one in lines}) == 100 and owners == {scene.people["li"]}


def test_one_that_is_refused_takes_no_other_with_it(api_scene: tuple[Scene, Any], callers: dict[str, Caller]) -> None:
    """Each refused file says why, in the place where it came; the others are kept."""
    scene, _ = api_scene
    small = desk_of(scene.court).limits.small
    answer = send(
        callers["li"],
        file("a.txt", b"first"),
        file("empty.txt", b""),
        file("program.exe", PROGRAM),
        file("changed.txt", b"arrived", Repr_Digest=digest(b"sent")),
        file("long.txt", b"x" * (small + 1)),
        file("b.txt", b"x" * small),
    )
    assert answer.status_code == 207
    found = [
        one.get("problem", {}).get("type", "").removeprefix("urn:court:problem:") for one in answer.json()["files"]
    ]
    assert found == ["", "empty-file", "type-refused", "digest-mismatch", "file-too-large", ""]
    assert how_many(scene) == 2


@pytest.mark.parametrize("what", ["field", "nothing", "too many", "too much", "digest"])
def test_what_is_no_form_of_files_keeps_nothing(
    api_scene: tuple[Scene, Any], callers: dict[str, Caller], what: str
) -> None:
    """A part without a file name, no part, a file or a byte too many, a digest nobody can read: refused in words, and nothing is kept."""
    scene, _ = api_scene
    li, good = callers["li"], file("good.txt", b"good")
    if what == "field":
        answer = send(li, good, data={"note": "words that would be lost"})
    elif what == "nothing":
        answer = requests.post(
            f"{li.origin}/api/v1/uploads",
            data=b"--b--\r\n",
            headers={"Authorization": f"Bearer {li.token}", "Content-Type": "multipart/form-data; boundary=b"},
            timeout=PATIENCE,
        )
    elif what == "too many":
        answer = send(li, *(file(f"{i}.txt", b"x") for i in range(MOST_FILES + 1)))
    elif what == "too much":
        answer = send(li, good, file("much.txt", bytes(MOST_BYTES)))
    else:
        answer = send(li, good, file("odd.txt", b"odd", Repr_Digest="sha-256=:AAAA:"))
    assert answer.status_code == (413 if what.startswith("too") else 400), answer.text
    assert answer.json()["title"] and how_many(scene) == 0


def test_a_request_that_breaks_off_keeps_nothing(api_scene: tuple[Scene, Any], callers: dict[str, Caller]) -> None:
    """Half of a form is no form, though its first file was whole; the connection says so by ending."""
    scene, _ = api_scene
    li = callers["li"]
    address = urlsplit(li.origin)
    whole = requests.Request(
        "POST", f"{li.origin}/api/v1/uploads", files=[file(f"{i}.txt", b"x" * 900) for i in range(9)]
    )
    prepared = whole.prepare()
    assert isinstance(prepared.body, bytes)
    head = "".join(
        f"{name}: {value}\r\n"
        for name, value in {**prepared.headers, "Authorization": f"Bearer {li.token}", "Host": address.netloc}.items()
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE) as line:
        line.sendall(f"POST /api/v1/uploads HTTP/1.1\r\n{head}\r\n".encode() + prepared.body[: len(prepared.body) // 2])
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
    assert send(li, file("after.txt", b"after")).status_code == 201
    assert how_many(scene) == 1


def test_a_token_that_may_not_upload_sends_none(api_scene: tuple[Scene, Any], callers: dict[str, Caller]) -> None:
    """The guard is the same as for one file."""
    scene, _ = api_scene
    li = callers["li"]
    reader = caller(scene, li.origin, li.contract, "li", scopes=[Scope.READ])
    assert send(reader, file("a.txt", b"a")).status_code == 403 and how_many(scene) == 0


def desk_in(folder: Path, url: str) -> UploadDesk:
    """A desk whose small files are of a kilobyte."""
    database, clock = Database(url, synchronous="OFF"), FixedClock(NOW)
    notary = Notary(database, vault=FileVault(folder / "vault"), origin="court.test/log", clock=clock, log_dir=None)
    notary.establish()
    return UploadDesk(
        database, FolderStore(folder / "blobs"), folder / "parts", notary, clock, UploadLimits(small=1024)
    )


def form(files: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    """The bytes and the type of a form with these files."""
    made = requests.Request("POST", "http://court.test/", files=[file(*one) for one in files]).prepare()
    assert isinstance(made.body, bytes)
    return made.body, str(made.headers["Content-Type"])


def test_sixty_four_files_are_one_commit(database_url: str, tmp_path: Path) -> None:
    """On both databases: as many commits as it takes by sixty-four, and no statement more for sixty-four than for one."""
    desk = desk_in(tmp_path, database_url)
    commits: list[bool] = []
    asked: list[str] = []

    def committed(connection: Connection) -> None:
        if connection.info.get(WROTE, True):
            commits.append(True)

    event.listen(desk.database.engine, "commit", committed)
    event.listen(desk.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counted = {}
    for many in (1, 64, 65):
        commits.clear(), asked.clear()
        body, kind = form([(f"{i}.txt", f"photograph {i}".encode()) for i in range(many)])
        taken = receive(desk, ALICE, Pieces(body), kind)
        assert len(taken) == many and all(isinstance(one, Upload) for _, one in taken)
        counted[many] = len(commits), len(asked)
    assert [commits for commits, _ in counted.values()] == [1, 1, 2]
    assert counted[64][1] == counted[1][1]
    desk.database.dispose()


some_files = st.lists(
    st.tuples(
        st.sampled_from(["a.txt", "b.pdf", "合同.txt", "c.exe", "../d.txt"]),
        st.one_of(st.just(b""), st.binary(max_size=40), st.just(PROGRAM), st.just(b"x" * 1025), st.just(b"words")),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=some_files)
def test_what_becomes_of_a_file_does_not_depend_on_what_came_with_it(
    tmp_path_factory: pytest.TempPathFactory, sqlite_url: str, files: list[tuple[str, bytes]]
) -> None:
    """Sent with others or by itself a file of at most a kilobyte is kept or refused alike, under the same name, as the same type."""
    desk = desk_in(tmp_path_factory.mktemp("desk"), sqlite_url)

    def alone(name: str, data: bytes) -> Upload | CourtError:
        try:
            return desk.hand_in(ALICE, Announced(name, len(data), "text/plain"), Pieces(data))
        except CourtError as breach:
            return breach

    def told(one: Upload | CourtError) -> tuple[Any, ...]:
        if isinstance(one, CourtError):
            return (one.problem,)
        assert one.state is UploadState.ANCHORED and one.receipt
        return one.filename, one.sha256, one.size, one.media_type

    body, kind = form(files)
    together = [told(one) for _, one in receive(desk, ALICE, Pieces(body), kind)]
    assert together == [("file-too-large",) if len(data) > 1024 else told(alone(name, data)) for name, data in files]
    desk.database.dispose()


def test_a_body_cut_anywhere_is_no_form(sqlite_url: str, tmp_path: Path) -> None:
    """However much of it came, short of its last boundary: nothing is kept."""
    desk = desk_in(tmp_path, sqlite_url)
    body, kind = form([("a.txt", b"first"), ("b.txt", b"second")])
    end = body.rindex(b"--")
    for length in range(end):
        with pytest.raises(BadForm):
            receive(desk, ALICE, Pieces(body[:length]), kind)
    with desk.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 0
    assert len(receive(desk, ALICE, Pieces(body), kind)) == 2
    desk.database.dispose()
