"""Whoever is shown something of a case leaves a trace that the people of the case can read, take along and verify."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from odr.app import create_app
from odr.docket.models import Case, CaseReading, ReadBy, Role, Thing
from odr.docket.readings import FOLDER, Reading, ReadingBook
from odr.evidence.kit.kit import fingerprint
from odr.evidence.models import CompilationKind
from odr.filing.agenda.agenda import new_feed
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.conftest import MORNING
from tests.evidence.test_case_file import made, unpacked
from tests.scene import Scene, open_court
from tests.test_routes import House, furnish, guard_of, routes, told_path

FACT = "Zinnoberrot is the colour of the capsules."
FILE = b"Zinnoberrot again, order 8842"
WORD = b"Zinnoberrot"


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The furnished court; claim and file of its case hold a word that is nowhere else."""
    folder = tmp_path_factory.mktemp("readings")
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    scene = open_court(database, FixedClock(MORNING), folder / "court")
    yield furnish(scene, fact=FACT, file=FILE)
    database.dispose()


def readings(scene: Scene) -> list[CaseReading]:
    """What is on the list, in order."""
    scene.court.readings.enter()
    with scene.court.database.read() as session:
        return list(
            session.scalars(select(CaseReading).where(CaseReading.case_id == scene.case_id).order_by(CaseReading.id))
        )


def later(house: House) -> None:
    """Another hour, in which the same reading leaves a trace of its own."""
    house.scene.clock.advance(timedelta(hours=1))
    house.sessions.clear()


def afresh(house: House) -> None:
    """As in a process just started, which does not know what was read in this hour."""
    vars(house.scene.court).pop("readings", None)


EVERYBODY = ("claimant", "respondent", "representative", "mediator", "witness", "judge", "clerk", "president")
READERS = (*EVERYBODY, "stranger", "admin", "cashier")
OWN_DESK = "/uploads/"
"""What somebody sent is there for them alone, before and beside any case: nobody reads another's file."""
EACH = len(READERS) if os.environ.get("ODR_PROVE") else 3
"""How many ask each page; they take turns."""


def test_no_page_shows_the_file_without_a_trace(house: House) -> None:
    """Every page, feed and answer that holds a word of the claim or of its file was noted: who, in what capacity, when."""
    asked, shown = 0, 0
    silent: list[str] = []
    pages = [rule for method, rule in routes(house.app) if method == "GET"]
    for turn, rule in enumerate(pages):
        for step in range(EACH):
            who = READERS[(turn * EACH + step) % len(READERS)]
            afresh(house)
            asked += 1
            response = house.ask(who, "GET", told_path(house, rule))
            if response.status_code >= 300 or WORD not in response.data:
                continue
            shown += 1
            if rule.rule.startswith(OWN_DESK):
                assert who == "claimant", f"{rule.rule} as {who}"
            elif house.scene.court.readings.enter() == 0:
                silent.append(f"{rule.rule} as {who}")
    assert silent == []
    assert asked > 300
    assert shown > 10


def case_pages(house: House) -> list[Rule]:
    found = [rule for method, rule in routes(house.app) if method == "GET" and "<reference>" in rule.rule]
    return [rule for rule in found if (guard := guard_of(house.app, rule)) is not None and guard.entry.value == "case"]


def test_every_page_of_a_case_that_lets_somebody_in_leaves_a_trace(house: House) -> None:
    """One trace an hour for each thing; refusals, and ways on to another page, leave none."""
    readers = ("respondent", "judge")
    for turn, rule in enumerate(case_pages(house)):
        for who in readers if os.environ.get("ODR_PROVE") else readers[turn % 2 :][:1]:
            later(house)
            count = len(readings(house.scene))
            response = house.ask(who, "GET", told_path(house, rule))
            again = house.ask(who, "GET", told_path(house, rule))
            left = readings(house.scene)[count:]
            hoped = 1 if response.status_code < 300 else 0
            assert len(left) == hoped, f"{rule.rule} as {who}: {len(left)} traces, {response.status_code}"
            assert again.status_code == response.status_code
            if left:
                assert (left[0].role.value, left[0].account_id) == (who, house.people[who])


def test_a_trace_says_who_read_what_for_whom(house: House) -> None:
    """A representative is named with the party; a program by its token is told from a page; the calendar too."""
    later(house)
    count = len(readings(house.scene))
    house.ask("representative", "GET", f"/cases/{house.reference}/exhibits/C-1/file")
    with house.scene.court.database.write() as session:
        token = new_feed(session, house.people["claimant"], house.scene.clock.now())
    assert house.ask("anonymous", "GET", f"/calendar/{token}.ics").status_code == 200
    left = readings(house.scene)[count:]
    assert [(r.name, r.role, r.represents, r.by, r.thing, r.item) for r in left] == [
        ("Representative", Role.CLAIMANT, True, ReadBy.PERSON, Thing.EXHIBIT_FILE, "C-1"),
        ("Li", Role.CLAIMANT, False, ReadBy.CALENDAR, Thing.DATES, ""),
    ]
    page = house.ask("respondent", "GET", f"/cases/{house.reference}/readings").text
    assert "Representative, for Li Wen, claimant" in page
    assert "File of exhibit C-1" in page
    answer = house.ask("respondent", "GET", f"/api/v1/cases/{house.reference}/readings").get_json()
    told = next(row for row in answer["readings"] if row["name"] == "Representative")
    assert told["what"] == {"en": "File of exhibit C-1", "zh-Hans": "证据C-1的文件"}
    assert told["capacity"]["zh-Hans"] == "代理原告Li Wen"


def test_the_bench_is_not_told_what_is_read_in_the_private_room(house: House) -> None:
    """That the parties talk in private, and what is read of it, is a page like any on the list."""
    later(house)
    house.ask("claimant", "GET", f"/cases/{house.reference}/settlement")
    house.ask("judge", "GET", f"/cases/{house.reference}/bench")
    newest = house.ask("judge", "GET", f"/api/v1/cases/{house.reference}/readings").get_json()["readings"][:2]
    assert {row["what"]["en"] for row in newest} == {"Another page of the case"}


def test_the_list_in_pages(house: House) -> None:
    """What does not fit follows on the next page and in the next answer, each line once."""
    book, at = house.scene.court.readings, house.scene.clock.now()
    for number in range(150):
        book.note(_reading(house.scene, item=str(number), at=at))
    first = house.ask("clerk", "GET", f"/api/v1/cases/{house.reference}/readings").get_json()
    more = house.ask("clerk", "GET", f"/api/v1/cases/{house.reference}/readings?before={first['before']}").get_json()
    entries = [row["what"]["en"] for answer in (first, more) for row in answer["readings"]]
    numbers = [words for words in entries if words.startswith("Entry ") and int(words[6:]) < 150]
    assert len(numbers) >= 150 - 1
    assert len({words for words in numbers if int(words[6:]) >= 100}) == 50
    assert "Earlier readings" in house.ask("clerk", "GET", f"/cases/{house.reference}/readings").text


def test_administrators_see_how_much_is_read_and_nothing_of_a_case(house: House) -> None:
    """Names and numbers; no reference, number or title of a case, and nothing that was read."""
    house.ask("judge", "GET", f"/cases/{house.reference}")
    page = house.ask("admin", "GET", "/administration/readings")
    assert page.status_code == 200
    assert "Judge" in page.text
    with house.scene.court.database.read() as session:
        case = session.get_one(Case, house.scene.case_id)
    for hidden in (case.reference, str(case.number), case.title, "Entry ", "C-1"):
        assert hidden not in page.text


def _reading(scene: Scene, *, item: str = "1", at: Any = None) -> Reading:
    who = (scene.case_id, scene.people["li"], "Li", Role.CLAIMANT, None, False)
    return Reading(*who, ReadBy.PERSON, Thing.ENTRY, item, at or scene.clock.now())


def test_reading_costs_the_database_nothing(house: House) -> None:
    """No statement more than before and no commit: what is noted waits in the journal."""
    engine, path = house.scene.court.database.engine, f"/cases/{house.reference}/exhibits/C-1/file"
    statements: list[str] = []
    commits: list[int] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        statements.append(statement)

    def committed(connection: Any) -> None:
        commits.append(1)

    counts = []
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", committed)
    try:
        for readings_before in (False, True):
            if not readings_before:
                afresh(house)
            house.ask("judge", "GET", f"/cases/{house.reference}")
            statements.clear()
            commits.clear()
            house.ask("judge", "GET", path)
            counts.append((len(statements), len(commits)))
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", committed)
    assert counts[0] == counts[1]
    assert counts[0][1] == 0
    assert house.scene.court.readings.enter() > 0


def test_a_process_that_dies_loses_no_trace(small_scene: Scene) -> None:
    """Killed right after it noted: whoever comes next enters the line; entered twice after a crash, it stands once."""
    small_scene.lodge()
    folder = small_scene.court.settings.data_dir / FOLDER
    child = os.fork()
    if child == 0:
        ReadingBook(small_scene.court.database, folder, beside=False).note(_reading(small_scene))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    journal = (folder / "journal").read_bytes()
    assert len(readings(small_scene)) == 1
    (folder / "again.taken").write_bytes(journal)
    assert small_scene.court.readings.enter() == 0
    assert len(readings(small_scene)) == 1


def test_a_line_torn_by_a_full_disk_spoils_no_other(small_scene: Scene) -> None:
    """What is whole is entered, and what is torn was shown to nobody."""
    small_scene.lodge()
    book = small_scene.court.readings
    book.note(_reading(small_scene, item="1"))
    with (small_scene.court.settings.data_dir / FOLDER / "journal").open("ab") as file:
        file.write(b'\n{"case_id": 1, "na')
    book.note(_reading(small_scene, item="2"))
    assert [row.item for row in readings(small_scene)] == ["1", "2"]


def test_without_room_for_the_trace_nothing_is_shown(small_scene: Scene) -> None:
    """A full disk: 507, and no byte of the file leaves."""
    small_scene.pend()
    house = House(small_scene, create_app(court=small_scene.court), dict(small_scene.people))
    with small_scene.court.database.read() as session:
        reference = session.get_one(Case, small_scene.case_id).reference
    house.enter("li", True)
    small_scene.court.readings.note(_reading(small_scene))
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = small_scene.court.settings.data_dir / FOLDER / "journal"
    secret, _ = house.enter("li", True)
    size = journal.stat().st_size
    client = house.app.test_client()
    client.set_cookie("session_token", secret)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, kept[1]))
    try:
        response = client.get(f"/cases/{reference}/docket", buffered=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        signal.signal(signal.SIGXFSZ, ignored)
    assert response.status_code == 507
    assert b"lodge" not in response.data.lower()


def test_the_list_taken_along_verifies(small_scene: Scene, tmp_path: Path) -> None:
    """A bag with the list and the program that checks it: sound, and refused once a name in it is another."""
    small_scene.pend()
    small_scene.court.readings.note(_reading(small_scene, item="3"))
    row, data = made(small_scene, "haiyun", CompilationKind.READINGS)
    bag = unpacked(data, tmp_path)
    told = json.loads((bag / "data" / "readings.json").read_bytes())
    assert (told["format"], told["made_for"]) == ("court-readings/1", "respondent/1")
    assert [(one["name"], one["what"]["en"]) for one in told["readings"]] == [("Li", "Entry 3")]
    key = fingerprint(small_scene.court.notary.log_public_key_vkey())
    check = [sys.executable, "verify.py", "--log-key-fingerprint", key]
    sound = subprocess.run(check, cwd=bag, capture_output=True, text=True, check=False)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    file = bag / "data" / "readings.json"
    file.write_bytes(file.read_bytes().replace(b'"Li"', b'"Wu"'))
    assert subprocess.run(check, cwd=bag, capture_output=True, check=False).returncode != 0
    assert row.filename is not None and row.filename.startswith("readings-")


def test_a_mediator_neither_reads_nor_takes_the_list(house: House) -> None:
    """The page is refused, and so is the file of it."""
    assert house.ask("mediator", "GET", f"/cases/{house.reference}/readings").status_code == 403
    client_path = f"/cases/{house.reference}/files"
    assert house.ask("mediator", "POST", client_path).status_code == 422
    with house.scene.court.database.read() as session:
        assert _compilations(session) == 0


def _compilations(session: Session) -> int:
    from odr.evidence.models import Compilation

    return len(session.scalars(select(Compilation.id).where(Compilation.kind == CompilationKind.READINGS)).all())
