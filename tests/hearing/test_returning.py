"""The worker away for weeks, a judge with four hundred cases, and every way a record is not signed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import event, insert, select

from odr.docket.models import Case, DocketEntry, Document, Role, Seat, Stage, Track
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.ground.errors import ActNotOpen, CaseMovedOn, CourtError
from odr.hearing.bench.today import DANGER, GROUPS, READY, RULING, Line, today_of
from odr.hearing.models import Phase, Question
from odr.hearing.record.papers import record_digest, seal_records
from odr.operations import worker
from odr.procedure.models import Task, Window, WindowState
from tests.conftest import MORNING
from tests.hearing.scene import (
    BAIHUA,
    CHEN,
    HAIYUN,
    LI,
    Scene,
    accepted_case,
    agreed_to_writing,
    allow_writing,
    whole_court,
)

AWAY = timedelta(days=50)


def silent_case(folder: Path) -> Scene:
    """Three parties say nothing at all; thirty questions to them end on many days."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    clock = FixedClock(MORNING)
    scene = accepted_case(
        whole_court(Database(url, synchronous="OFF"), clock, folder / "court"), clock, track=Track.ORDINARY, third=True
    )
    scene.exhibit(LI, 1)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    for number in range(10):
        scene.act(
            CHEN,
            "put_question",
            addressees=[scene.party(p) for p in (LI, HAIYUN, BAIHUA)],
            words=f"What about point {number}?",
            days=number + 1,
        )
    return scene


def outcome(scene: Scene) -> dict[str, list[Any]]:
    """Everything time alone has done to the case."""
    with scene.court.database.read() as session:
        return {
            "entries": [
                tuple(row)
                for row in session.execute(
                    select(DocketEntry.act, DocketEntry.effective_at).order_by(DocketEntry.number)
                )
            ],
            "windows": [
                tuple(row)
                for row in session.execute(
                    select(Window.kind, Window.opened_at, Window.due_at, Window.state).order_by(Window.id)
                )
            ],
            "questions": [
                tuple(row) for row in session.execute(select(Question.number, Question.state).order_by(Question.number))
            ],
            "phases": [
                tuple(row)
                for row in session.execute(
                    select(Phase.key, Phase.state, Phase.opened_at, Phase.closed_at).order_by(Phase.ordinal)
                )
            ],
            "tasks": sorted(row for row in session.scalars(select(Task.kind).where(Task.done_at.is_(None)))),
            "stage": list(session.scalars(select(Case.stage))),
        }


@pytest.mark.slow
def test_a_worker_that_was_away_leaves_the_same_case(tmp_path: Path) -> None:
    """Thirty questions and every phase lapse: swept each six hours, or once after fifty days, entries, dates, phases
    and tasks are the same.
    """
    (tmp_path / "watched").mkdir()
    (tmp_path / "alone").mkdir()
    watched, alone = silent_case(tmp_path / "watched"), silent_case(tmp_path / "alone")
    while watched.clock.now() < MORNING + AWAY:
        watched.clock.advance(timedelta(hours=6))
        worker.sweep_windows(watched.court)
    alone.clock.set(watched.clock.now())
    worker.sweep_windows(alone.court)
    one, other = outcome(watched), outcome(alone)
    assert sum(state is WindowState.LAPSED for *_, state in other["windows"]) >= 30
    for key in one:
        assert one[key] == other[key], key
    for kind, _, due, state in other["windows"]:
        assert state is not WindowState.LAPSED or due < alone.clock.now(), kind
    watched.court.database.dispose()
    alone.court.database.dispose()


def many_cases(scene: Scene, count: int, seed: int) -> None:
    """Rows of so many cases of the judge, each with up to three tasks, accepted on many days."""
    drawn = random.Random(seed)
    now = scene.clock.now()
    with scene.court.database.write() as session:
        mine = session.get_one(Case, scene.case_id)
        first = (mine.id or 0) + 1000 * seed
        cases = [
            {
                "id": first + n,
                "reference": new_reference(),
                "pack_id": mine.pack_id,
                "pack_version": mine.pack_version,
                "stage": Stage.HEARING,
                "track": drawn.choice((Track.SMALL, Track.SIMPLE, Track.ORDINARY)),
                "cause": mine.cause,
                "title": f"Case {n}",
                "number": f"({seed}) {n}",
                "filed_on": mine.filed_on,
                "lodged_at": now,
                "accepted_at": now - timedelta(days=drawn.randrange(40)),
                "entry_count": 0,
                "head_digest": "0" * 64,
            }
            for n in range(count)
        ]
        session.execute(insert(Case), cases)
        session.execute(
            insert(Seat),
            [
                {"case_id": c["id"], "account_id": scene.accounts[CHEN], "role": Role.JUDGE, "from_at": now}
                for c in cases
            ],
        )
        tasks = [
            {
                "reference": new_reference(),
                "case_id": c["id"],
                "role": Role.JUDGE,
                "kind": "x",
                "title": {"en": "Do it", "zh-Hans": "办理"},
                "risk": drawn.choice((10, 20, 30, 45, 60, 95)),
                "opened_at": now - timedelta(hours=drawn.randrange(900)),
                "due_at": drawn.choice((None, now + timedelta(hours=drawn.randrange(400)))),
            }
            for c in cases
            for _ in range(drawn.randrange(4))
        ]
        session.execute(insert(Task), tasks)


def queries_of(scene: Scene) -> tuple[list[Line], int, int]:
    """The whole list, how many cases it speaks of, and how many queries it took."""
    seen: list[str] = []
    with scene.look() as (court, _):
        engine = court.session.get_bind()
        note = lambda conn, cursor, statement, *more: seen.append(statement)  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        found = today_of(court, scene.accounts[CHEN], size=5000)
        event.remove(engine, "before_cursor_execute", note)
    return found.lines, found.counts.total, len(seen)


def test_today_ranks_four_hundred_cases(scene: Scene) -> None:
    """Danger before rulings before work, the nearest end first, then the oldest; each case counted once; as many
    queries as for forty.
    """
    many_cases(scene, 40, 1)
    _, _, few = queries_of(scene)
    many_cases(scene, 359, 2)
    lines, total, many = queries_of(scene)
    assert total == 400 and many == few and len(lines) > 400
    assert {line.group for line in lines} == set(GROUPS)
    far = datetime.max.replace(tzinfo=scene.clock.now().tzinfo)
    assert [(line.group, line.by or far, line.opened_at) for line in lines] == sorted(
        (line.group, line.by or far, line.opened_at) for line in lines
    )
    with scene.court.database.read() as session:
        tasks = {
            (t.case_id, t.risk, t.due_at, t.opened_at) for t in session.scalars(select(Task).where(Task.kind == "x"))
        }
    soon = scene.clock.now() + timedelta(days=3)
    hoped = {DANGER: 0, RULING: 0, READY: 0}
    for _, risk, due, _ in tasks:
        hoped[
            DANGER
            if risk >= 60 or (risk >= 30 and due is not None and due <= soon)
            else RULING
            if risk >= 30
            else READY
        ] += 1
    listed = [line for line in lines if line.what["en"] == "Do it"]
    assert {group: sum(line.group == group for line in listed) for group in GROUPS} == hoped


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """A simple case with a third party."""
    database = Database(sqlite_url, synchronous="OFF")
    yield accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.SIMPLE, third=True)
    database.dispose()


def digest(scene: Scene) -> str:
    """Digest of the record as it stands."""
    with scene.look() as (court, case):
        return record_digest(court, case)


def test_every_way_a_record_is_not_signed(scene: Scene) -> None:
    """One signs, one refuses with her reason, one stays silent; nobody does both or twice, nothing early or unread; the
    record stands and tells all three.
    """
    agreed_to_writing(scene, LI, HAIYUN, BAIHUA)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    for act, given in (("sign_record", {"digest": digest(scene)}), ("refuse_record", {"reasons": "It is incomplete."})):
        with pytest.raises(ActNotOpen):
            scene.act(LI, act, **given)
    while scene.current() is not None:
        scene.act(CHEN, "end_phase", reasons="Everybody is known.")
    allow_writing(scene)
    while scene.current() != "record":
        scene.days(4)
        scene.due()
    old = digest(scene)
    scene.act(CHEN, "note_in_record", words="The parties were told their rights.")
    with pytest.raises(CaseMovedOn):
        scene.act(LI, "sign_record", digest=old)
    scene.act(LI, "sign_record", digest=digest(scene))
    scene.act(HAIYUN, "refuse_record", reasons="My words on the label are missing.")
    for who, act, given in (
        (LI, "sign_record", {"digest": digest(scene)}),
        (LI, "refuse_record", {"reasons": "I changed my mind."}),
        (HAIYUN, "refuse_record", {"reasons": "And once more."}),
        (HAIYUN, "sign_record", {"digest": digest(scene)}),
    ):
        with pytest.raises(ActNotOpen):
            scene.act(who, act, **given)
    assert scene.stage() is Stage.HEARING
    scene.days(10)
    scene.due()
    assert scene.stage() is Stage.DELIBERATION and seal_records(scene.court) == 1
    for act, given in (("sign_record", {"digest": digest(scene)}), ("refuse_record", {"reasons": "Too late."})):
        with pytest.raises(CourtError):
            scene.act(BAIHUA, act, **given)
    with scene.court.database.read() as session:
        content = session.scalars(select(Document.content).where(Document.kind == "record")).one()
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(content)).pages).replace("\n", "").replace(" ", "")
    names = {name: name.replace(" ", "") for name in (LI, HAIYUN, BAIHUA)}
    assert f"{names[LI]}readtherecordandsignedit" in text
    assert f"{names[HAIYUN]}refusedtosign:Mywordsonthelabelaremissing." in text
    assert f"{names[BAIHUA]}didnotsignwithinthetimegiven" in text
