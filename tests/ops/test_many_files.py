"""More long files at a time than one process takes in: pages are answered, each file gets its turn, and none is lost."""

from __future__ import annotations

import io
import json
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select as chosen

from odr.app import create_app
from odr.evidence.models import Upload
from odr.web.limits import MOST_GATHERED
from odr.web.long_bodies import MOST_OF_ONE, TurnedAway
from odr.web.patient_worker import STREAMS, PatientWorker
from tests.insight.browser import signed_in
from tests.ops.impatient import CrowdedWorker, ImpatientWorker
from tests.ops.test_large_files import DATA, OCTETS, Program, serve
from tests.ops.test_slow import STREAMED
from tests.patience import until
from tests.scene import Scene


def at_worker(worker: type[PatientWorker], folder: Path) -> Iterator[Program]:
    """A court that this worker serves."""
    return serve(folder, f"sqlite:///{folder / 'court.sqlite'}", f"{worker.__module__}.{worker.__name__}")


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A court as it is served."""
    yield from at_worker(PatientWorker, tmp_path_factory.mktemp("patient"))


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A court in which a file waits for two seconds."""
    yield from at_worker(ImpatientWorker, tmp_path_factory.mktemp("impatient"))


def resting(program: Program) -> list[socket.socket]:
    """As many files as are taken in at one time, each in the middle, of two other people."""
    assert len(program.others) * MOST_OF_ONE == STREAMS
    return [one.served.line(begun(one)) for one in program.others for _ in range(MOST_OF_ONE)]


def begun(program: Program) -> bytes:
    """The beginning of a long file."""
    return program.piece(program.begin(), 0, len(DATA), DATA[: MOST_GATHERED + 1])


def test_files_take_no_thread_from_pages(patient: Program) -> None:
    """Twice as many senders as there are threads rest in the middle of a file: pages are answered, also those of small files."""
    lines = resting(patient)
    assert [patient.served.status(path) for path in ("/health/live", "/status", "/account/sign-in")] == [200] * 3
    small = patient.ask("POST", "/api/v1/uploads", b"A short note.", Content_Type=OCTETS, Upload_Length=13)
    assert small.status == 201 and small.getheader("Upload-Receipt")
    for line in lines:
        line.close()


def test_nobody_alone_keeps_the_others_waiting(patient: Program) -> None:
    """An account sends as many at a time as are half of all, in pieces, in one request or by the form; another one is told so at
    once and in words, somebody else is taken in meanwhile, and so is the same account once one of its files is through or gone.
    """
    lines = [patient.served.line(begun(patient)) for _ in range(MOST_OF_ONE)]
    until(lambda: is_refused(patient), "one more is told that these are enough")
    plain = patient.served.line(
        b"POST /api/v1/uploads HTTP/1.1\r\nHost: court\r\nContent-Type: text/plain\r\nAccept-Language: zh-CN\r\n"
        + f"Authorization: Bearer {patient.secret}\r\nContent-Length: {len(DATA)}\r\n\r\n".encode()
    )
    assert json.loads(plain.makefile("rb").read().partition(b"\r\n\r\n")[2])["title"].startswith("您")
    assert not is_refused(patient.others[0])
    assert patient.ask("POST", "/api/v1/uploads", b"A note.", Content_Type=OCTETS, Upload_Length=7).status == 201
    lines.pop().close()
    until(lambda: not is_refused(patient), "its turn comes when another one is gone")
    for line in lines:
        line.close()


def is_refused(program: Program) -> bool:
    """Whether a long file is not taken in at this moment, because its sender sends so many; else it is whole."""
    head = program.piece(program.begin(), 0, len(DATA))
    line = program.served.line(head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    if line.recv(4096).startswith(b"HTTP/1.1 503 "):
        return True
    line.sendall(DATA)
    said = line.recv(4096)
    assert said.startswith(b"HTTP/1.1 204 ") and b"upload-receipt" in said.lower()
    return False


def test_whoever_comes_while_all_are_taken_gets_a_turn(patient: Program) -> None:
    """It waits, and is taken in whole once another sender is through or gone."""
    place = patient.begin()
    lines = resting(patient)
    waits = patient.served.line(patient.piece(place, 0, len(DATA)))
    for line in lines:
        line.close()
    waits.sendall(DATA)
    said = waits.recv(4096)
    assert said.startswith(b"HTTP/1.1 204 ") and b"upload-receipt" in said.lower()


def test_whoever_waits_in_vain_is_told_when_to_come_again(impatient: Program) -> None:
    """503 with a moment, nothing of it taken, and the same upload goes on afterwards; a form is answered in words."""
    place = impatient.begin()
    lines = resting(impatient)
    waits = impatient.served.line(impatient.piece(place, 0, len(DATA), DATA[:1000]))
    plain = impatient.served.line(
        b"POST /api/v1/uploads HTTP/1.1\r\nHost: court\r\nContent-Type: text/plain\r\nAccept-Language: zh-CN\r\n"
        + f"Authorization: Bearer {impatient.secret}\r\nContent-Length: {len(DATA)}\r\n\r\n".encode()
    )
    said = waits.recv(4096).lower()
    assert said.startswith(b"http/1.1 503 ") and b"retry-after: 30\r\n" in said
    problem = plain.makefile("rb").read()
    assert problem.startswith(b"HTTP/1.1 503 ")
    assert json.loads(problem.partition(b"\r\n\r\n")[2])["title"].startswith("本院")
    for line in lines:
        line.close()
    assert impatient.offset(place) == 0
    done = impatient.ask("PATCH", place, DATA, Content_Type=OCTETS, Upload_Offset=0)
    assert done.status == 204 and done.getheader("Upload-Receipt")


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Program]:
    """A court in which one file waits at a time."""
    yield from at_worker(CrowdedWorker, tmp_path)


def test_no_more_wait_than_leave_connections_for_pages(crowded: Program) -> None:
    """Whoever comes after as many as may wait is told at once to come again; the one that waits keeps its place."""
    places = crowded.begin(), crowded.begin()
    lines = resting(crowded)
    two = [crowded.served.line(crowded.piece(place, 0, len(DATA))) for place in places]
    until(
        lambda: answered(two), "one more than may wait is told so"
    )  # Whose each is is asked at the same time: either may be first.
    (told,) = answered(two)
    (waits,) = (line for line in two if line is not told)
    assert told.recv(4096).startswith(b"HTTP/1.1 503 ")
    for line in lines:
        line.close()
    waits.sendall(DATA)
    assert waits.recv(4096).startswith(b"HTTP/1.1 204 ")


def test_strangers_take_no_place_among_those_who_wait(crowded: Program) -> None:
    """While all threads are taken, whoever shows no sign-in or a false one is told so, and the one place is free for somebody
    who may send.
    """
    lines, place = resting(crowded), crowded.begin()
    shown = ("", "Authorization: Bearer of-nobody\r\n", "Cookie: __Host-session=of-nobody\r\n")
    head = "POST /api/v1/uploads HTTP/1.1\r\nHost: court\r\n{}" + f"Content-Length: {len(DATA)}\r\n\r\n"
    strangers = [crowded.served.line(head.format(one).encode()) for one in shown]
    strangers.append(crowded.served.line(Program(crowded.served, "of-nobody").piece(place, 0, len(DATA))))
    assert crowded.served.status("/health/live") == 200  # whoever came before that was seen
    waits = crowded.served.line(crowded.piece(place, 0, len(DATA)))
    assert crowded.served.status("/health/live") == 200
    for line in lines:
        line.close()
    waits.sendall(DATA)
    assert waits.recv(4096).startswith(b"HTTP/1.1 204 ")
    assert [one.recv(4096)[:13] for one in strangers] == [b"HTTP/1.1 401 "] * 4


def test_nobody_alone_fills_the_places_of_those_who_wait(patient: Program) -> None:
    """As many of an account's wait as it may send at a time; one more is told so at once, and so is one of somebody whose
    files are all coming in; each that waits comes in whole.
    """
    lines, places = resting(patient), [patient.begin() for _ in range(MOST_OF_ONE + 1)]
    lined = [patient.served.line(patient.piece(place, 0, len(DATA))) for place in places]
    until(lambda: answered(lined), "one more than may wait is told so")
    told, other = answered(lined), patient.others[0]
    waiting = [line for line in lined if line not in told]
    assert len(waiting) == MOST_OF_ONE
    for line in (*told, patient.served.line(other.piece(other.begin(), 0, len(DATA)))):
        said = line.makefile("rb").read()
        assert said.startswith(b"HTTP/1.1 503 ") and b"as many large files as one account" in said
    for line in lines:
        line.close()
    for line in waiting:
        line.sendall(DATA)
        assert line.recv(4096).startswith(b"HTTP/1.1 204 ")


def answered(lines: list[socket.socket]) -> list[socket.socket]:
    """Those on which something was said."""
    poll = select.poll()
    for line in lines:
        poll.register(line, select.POLLIN)
    said = {number for number, _ in poll.poll(0)}
    return [line for line in lines if line.fileno() in said]


@pytest.fixture
def stopping(tmp_path: Path) -> Iterator[Program]:
    """A court that the test stops."""
    yield from at_worker(PatientWorker, tmp_path)


def test_whoever_waits_when_the_court_stops_is_told(stopping: Program) -> None:
    """Its turn would come when the process is gone: it is told at once to come again, to another one."""
    place = stopping.begin()
    lines = resting(stopping)
    waits = stopping.served.line(stopping.piece(place, 0, len(DATA), DATA[:1000]))
    assert stopping.served.status("/health/live") == 200  # whoever came before that was seen
    stopping.served.process.terminate()
    assert waits.recv(4096).startswith(b"HTTP/1.1 503 ")
    for line in lines:
        line.close()


@pytest.mark.parametrize("rule", sorted(STREAMED))
def test_every_route_of_files_says_why_there_is_no_body(small_scene: Scene, rule: str) -> None:
    """Whoever may send is told in words, or as the protocol says it, and when to come again; what was begun is as it was."""
    client = signed_in(create_app(court=small_scene.court), small_scene, "li")
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(DATA))}
    begun = client.post("/uploads/", headers=tus)
    assert begun.status_code == 201
    if rule == "/uploads/new":
        method, given = "POST", {"Content-Type": "multipart/form-data; boundary=b"}
    else:
        method, given = "PATCH" if "<" in rule else "POST", {**tus, "Content-Type": OCTETS, "Upload-Offset": "0"}
    answer = client.open(
        rule.replace("<reference>", begun.location.rpartition("/")[2]),
        method=method,
        headers=given,
        environ_overrides={"wsgi.input": TurnedAway(), "CONTENT_LENGTH": str(len(DATA))},
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "as many large files as it can" in answer.get_data(as_text=True)
    assert client.head(begun.location, headers=tus).headers["Upload-Offset"] == "0"
    with small_scene.court.database.read() as session:
        assert session.scalar(chosen(func.count()).select_from(Upload)) == 1


@pytest.mark.parametrize("is_known", [True, False], ids=["an old page", "signed out"])
def test_a_form_whose_files_are_not_read_says_that_they_are_not_kept(small_scene: Scene, is_known: bool) -> None:
    """Nothing that streams in is read before it is known who sends it: the page does not say that it is kept."""
    app = create_app(court=small_scene.court)
    client = signed_in(app, small_scene, "li") if is_known else app.test_client()
    given = {"csrf_token": "old", "file": (io.BytesIO(b"A short note."), "note.txt")}
    answer = client.post("/uploads/new", data=given, headers={"Origin": "http://localhost"})
    said = answer.get_data(as_text=True)
    assert answer.status_code == (400 if is_known else 401)
    assert "Your files were not kept" in said and "choose the files again" in said
    assert "What you typed is kept" not in said and "Nothing you typed is lost" not in said
    assert ("/account/sign-in?next=/account/close" in said) != is_known
