"""The film of everybody together: made once a hearing is over, seen by whom its piece is open for, gone with the recording."""

from __future__ import annotations

import io
import random
import resource
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, inspect, update
from sqlalchemy.orm import Session

from odr.app import create_app
from odr.ground.db import new_reference
from odr.hearing.live.journal import acks_of, lines_of
from odr.hearing.live.keeping import take_away_erased
from odr.hearing.live.media.composite import working
from odr.hearing.live.media.composite.making import CARD_MS
from odr.hearing.live.media.composite.telling import piece_of
from odr.hearing.live.media.composite.working import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Due,
    Failed,
    due,
    failed,
    kept_at,
    lies_ready,
    make_due,
)
from odr.hearing.live.media.reading import HEAD, Kind
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.playing import film, playable
from odr.hearing.live.queries import segments_of
from odr.hearing.models import Hearing
from tests.hearing.live.conftest import Live, pieces
from tests.hearing.live.media.actors import acts
from tests.hearing.live.media.sender import Sender, in_order
from tests.hearing.live.transcript.spoken import Recording
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import ORIGIN, Browser
from tests.procedure.test_plans import noted, read_through

pytest.importorskip("av", reason="requirements-speech.txt is not installed on this Python")
LENGTH = 3_000


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def filmed(live: Live, *who: str) -> None:
    """What the recorder wrote of each piece: everybody's picture and voice."""
    court, hearing, room = live.scene.court, live.hearing(), live.room()
    for piece in pieces(live):
        key = None
        if piece.key is not None:
            key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
        folder = court.settings.recordings_folder / hearing.reference
        tape = Recording(folder, piece.number, piece.begun_at, hearing.reference, key)
        for place, name in enumerate(who):
            sender = Sender(random.Random(place), wall=0, cards={Kind.AUDIO: 0, Kind.VIDEO: 0})
            kept = tape.streams.setdefault(live.person(name).reference, bytearray())
            sent = acts(
                sender, LENGTH, lambda _, place=place: (60 * place, 120, 60), lambda ms, place=place: place == 0
            )
            for ms, kind, data in in_order(sent):
                kept += HEAD.pack(ms, kind, len(data)) + data
        tape.ends(LENGTH)


def held(live: Live) -> None:
    """A hearing with a break, and a sealed part in which one side waited outside; closed and recorded."""
    live.opened()
    live.clock.advance(timedelta(seconds=1))
    live.does(CHEN, "floor", LI)
    live.clock.advance(timedelta(seconds=9))
    he = live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A secret is shown.")
    live.clock.advance(timedelta(seconds=10))
    live.scene.act(CHEN, "end_sealed_part")
    live.clock.advance(timedelta(seconds=10))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    filmed(live, LI, CHEN)


def plays(data: bytes) -> tuple[int, set[str]]:
    """How long a film plays, and what is in it."""
    import av

    with av.open(io.BytesIO(data)) as opened:
        kinds = {stream.type for stream in opened.streams}
        return max(int(frame.pts) for frame in opened.decode(video=0)), kinds


def test_everybody_sees_the_pieces_that_are_open_to_them(live: Live, app: Flask) -> None:
    """Three pieces, each made once. Who waited outside is given the open ones alone; on the disk the sealed one is sealed, and
    it is read in ranges like the others.
    """
    held(live)
    li, he, wang = (Browser(app, live.scene, who) for who in (LI, HAIYUN, WANG))
    assert "Everybody in one film" not in li.get("/live/recording/1")
    li.get("/live/recording/1/1", 404)
    assert make_due(live.scene.court) == 3 and make_due(live.scene.court) == 0
    assert li.get("/live/recording/1").count("data-whole=") == 3
    assert he.get("/live/recording/1").count("data-whole=") == 2
    assert "全体同屏录像" in Browser(app, live.scene, LI, "zh-Hans").get("/live/recording/1")
    he.get("/live/recording/1/2", 404)
    he.get("/live/recording/1/4", 404)
    every = {number: fetched(li, number) for number in (1, 2, 3)}
    assert fetched(he, 1) == every[1] and fetched(wang, 2) == every[2]
    for whole in every.values():
        length, kinds = plays(whole)
        assert length >= LENGTH + CARD_MS - 250 and kinds == {"audio", "video"}
    sealed = kept_at(live.scene.court, live.hearing(), pieces(live)[1]).read_bytes()
    assert every[2][:4] not in sealed[:200] and every[2][500:560] not in sealed
    answer = li.client.get(li.base + "/live/recording/1/2", base_url=ORIGIN, headers={"Range": "bytes=100-299"})
    assert answer.status_code == 206 and answer.data == every[2][100:300]
    assert answer.headers["Content-Range"] == f"bytes 100-299/{len(every[2])}"
    assert answer.headers["Cache-Control"] == "no-store"


def fetched(browser: Browser, number: int) -> bytes:
    """The film of a piece."""
    answer = browser.client.get(browser.base + f"/live/recording/1/{number}", base_url=ORIGIN)
    assert answer.status_code == 200 and answer.mimetype == "video/webm"
    return bytes(answer.data)


def drawn(live: Live) -> Iterator[tuple[int, Any]]:
    """The pieces as they are drawn."""
    court = live.scene.court
    for each in sorted(due(court), key=lambda one: one.piece.number):
        with live.scene.look() as (sitting, case):
            room = sitting.session.get_one(LiveRoom, each.room.id)
            lines, acks = lines_of(sitting.session, room), acks_of(sitting.session, room)
            zone = sitting.pack(case).tz
            for locale in ("en", "zh-Hans"):
                yield (
                    each.piece.number,
                    piece_of(case, room, each.written, each.following, lines, acks, zone, locale, None),
                )


def test_names_floor_and_what_follows_are_told_by_the_journal(live: Live) -> None:
    """Name and role under each face, the bench first; the floor; what is not recorded after a piece, in the case's language."""
    held(live)
    told = list(drawn(live))
    first, chinese = told[0][1], told[1][1]
    assert [face.reference for face in first.faces] == [live.person(CHEN).reference, live.person(LI).reference]
    assert first.faces[1].name == f"{LI} · claimant"
    assert "审判" in chinese.faces[0].name or "法官" in chinese.faces[0].name
    li = live.person(LI).reference
    assert first.told_at(2_000).floor == li and "has the floor" in first.told_at(2_000).words
    assert first.told_at(500).floor is None
    assert first.after[0] == "Sealed part: recorded apart" and chinese.after[0] == "不公开部分：另行录制"
    assert told[2][1].after[0] == "The sealed part is over."
    assert told[4][1].after[0] == "The hearing here is closed."
    assert all(each.time(0).startswith("2026-03-09 09:30:") for _, each in told)


def test_a_break_is_words_and_a_page_of_a_sealed_part_is_told_in_it_alone(live: Live) -> None:
    """The break says why from when on; the exhibit that stood on the screens in a sealed part is named in no open piece."""
    live.opened()
    live.clock.advance(timedelta(seconds=1))
    exhibit = _exhibit(live)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    live.does(CHEN, "show", exhibit=exhibit, page=1)
    live.clock.advance(timedelta(seconds=1))
    live.scene.act(CHEN, "end_sealed_part")
    live.clock.advance(timedelta(seconds=1))
    live.does(CHEN, "pause", until="")
    live.clock.advance(timedelta(seconds=1))
    live.does(CHEN, "resume")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    filmed(live, LI)
    told = {number: piece for number, piece in drawn(live) if piece.locale == "en"}
    assert any("page 1, on every screen" in each.words for each in told[2].told)
    assert all("on every screen" not in each.words for n in (1, 3) for each in told[n].told)
    gaps = [each.gap for each in told[max(told)].told if each.gap]
    assert gaps[0] == "Break: not recorded"


def _exhibit(live: Live) -> str:
    from odr.hearing.queries import standing_exhibits

    with live.scene.look() as (sitting, case):
        return standing_exhibits(sitting.session, case)[0].label


def test_what_is_erased_while_it_is_made_leaves_nothing(live: Live) -> None:
    """The recording is erased after its film was begun: no film lies there afterwards, nor a part of one."""
    held(live)
    court = live.scene.court
    one = next(iter(due(court)))
    with court.database.write() as session:
        session.execute(update(LiveRoom).values(erased_at=live.clock.now()))
    assert not working.make(court, one)
    assert not lies_ready(court, live.hearing(), one.piece)
    folder: Path = kept_at(court, live.hearing(), one.piece).parent
    assert [path.name for path in folder.iterdir()] == []
    assert list(due(court)) == []


def test_the_films_go_with_the_recording(live: Live) -> None:
    """What erases the recording takes the films too, the sealed one as well."""
    held(live)
    court = live.scene.court
    assert make_due(court) == 3
    with court.database.write() as session:
        session.execute(update(LiveRoom).values(erased_at=live.clock.now()))
    assert take_away_erased(court) == 1
    assert not any(lies_ready(court, live.hearing(), piece) for piece in pieces(live))


def test_a_piece_that_cannot_be_read_keeps_no_other(live: Live) -> None:
    """One person's file is none of the recorder's: the other pieces are made, and this one waits."""
    held(live)
    court = live.scene.court
    broken = court.settings.recordings_folder / live.hearing().reference / "0001"
    (broken / f"{live.person(LI).reference}.rtp").write_bytes(b"no recording at all")
    assert make_due(court) == 2
    live.clock.advance(FIRST_WAIT)
    assert [each.piece.number for each in due(court)] == [1]


def test_what_fails_is_left_alone_longer_each_time_and_named(live: Live, app: Flask) -> None:
    """Tried again after a minute, then after two and four; the clerk reads it on the page, the parties do not; once it is made,
    nothing is remembered.
    """
    held(live)
    court = live.scene.court
    broken = court.settings.recordings_folder / live.hearing().reference / "0001" / f"{live.person(LI).reference}.rtp"
    whole = broken.read_bytes()
    broken.write_bytes(b"no recording at all")
    assert make_due(court) == 2

    def tried() -> int:
        assert make_due(court) == 0
        found = failed(court, live.hearing(), pieces(live)[0])
        return found.times if found is not None else 0

    for times, minutes in enumerate((1, 2, 4), 1):
        assert tried() == times
        live.clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert tried() == times
        live.clock.advance(timedelta(seconds=1))
        assert tried() == times + 1
    remembered = failed(court, live.hearing(), pieces(live)[0])
    assert remembered is not None and (remembered.times, remembered.why) == (4, "NotReadable")
    assert Failed(40, 0, "").again - Failed(40, 0, "").last == LONGEST_WAIT
    seen = Browser(app, live.scene, WANG).get("/live/recording/1")
    assert "The film of piece 1 could not be made. Attempts so far: 4" in seen
    parts = [seen.index(words) for words in ("Everybody in one film", "could not be made", "Each person apart")]
    assert parts == sorted(parts), "it stands with the films of everybody"
    assert "could not be made" not in Browser(app, live.scene, LI).get("/live/recording/1")
    assert "已尝试4次" in Browser(app, live.scene, WANG, "zh-Hans").get("/live/recording/1")
    broken.write_bytes(whole)
    live.clock.advance(timedelta(minutes=8))
    assert make_due(court) == 1 and failed(court, live.hearing(), pieces(live)[0]) is None


def test_where_nothing_can_be_written_the_process_goes_on(live: Live) -> None:
    """A disk takes no film, and no note that it failed either: the round ends as any other, and the next ones make what is due."""
    held(live)
    court = live.scene.court
    (court.settings.data_dir / "played").write_text("no folder")
    assert make_due(court) == 0
    (court.settings.data_dir / "played").unlink()
    assert make_due(court) == 3


def test_told_to_stop_it_stops_in_the_middle_of_a_piece(live: Live) -> None:
    """Wherever that comes, in reading or in writing: nothing half-made stays, nothing is remembered as failed, no other piece is begun,
    and the next process makes them all.
    """
    held(live)
    court = live.scene.court
    folder = kept_at(court, live.hearing(), pieces(live)[0]).parent
    for after in (0, 100, 1_500):
        asked = iter(range(after))
        assert make_due(court, lambda asked=asked: next(asked, None) is None) == 0
        assert next(asked, None) is None, "it was asked until it stopped"
        assert list(folder.iterdir()) == []
    assert make_due(court, lambda: False) == 3


def test_a_sealed_copy_lies_on_no_disk_in_the_clear(live: Live) -> None:
    """Made for one reader in memory alone: no byte may be written to any file meanwhile, and nothing new lies where the court keeps files."""
    held(live)
    court, sealed = live.scene.court, pieces(live)[1]
    before = {path for path in court.settings.data_dir.rglob("*") if path.is_file()}
    hearing, room, li = live.hearing(), live.room(), live.person(LI).reference
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Whatever is written to a file of a disk meanwhile fails.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        made = film(court, hearing, room, sealed, li)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(made, bytes) and plays(made)[1] == {"audio", "video"}
    assert {path for path in court.settings.data_dir.rglob("*") if path.is_file()} == before


def test_a_piece_whose_chain_is_damaged_hides_no_other(live: Live) -> None:
    """Of the others films are made, and each person's own copy is played."""
    held(live)
    court, hearing = live.scene.court, live.hearing()
    (court.settings.recordings_folder / hearing.reference / "0002" / "chain").write_bytes(b"no chain at all\n")
    assert {played.segment for played in playable(court, hearing, live.room(), pieces(live))} == {1, 3}
    assert sorted(each.piece.number for each in due(court)) == [1, 3]


def among(live: Live, count: int, **segment: Any) -> None:
    """As many other hearings that are over, each with the pieces of this one, filmed as ``segment`` says."""
    with live.scene.court.database.write() as session:
        mine = session.get_one(LiveRoom, live.room().id)
        hearing, kept = session.get_one(Hearing, mine.hearing_id), segments_of(session, mine)
        for number in range(count):
            other = again(session, hearing, ordinal=100 + number)
            room = again(session, mine, hearing_id=other.id)
            for piece in kept:
                again(session, piece, room_id=room.id, **segment)


def again(session: Session, row: Any, **changed: Any) -> Any:
    """A row like another one, under its own number and reference."""
    kept = {c.key: getattr(row, c.key) for c in inspect(type(row)).column_attrs if c.key != "id"}
    if "reference" in kept:
        changed["reference"] = new_reference()
    made = type(row)(**kept | changed)
    session.add(made)
    session.flush()
    return made


def asked(live: Live, step: Callable[[], object]) -> list[str]:
    """Every statement of a step, in order."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = live.scene.court.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        step()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [statement for statement in seen if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE"))]


def test_a_round_asks_for_what_is_still_to_be_made_alone(live: Live) -> None:
    """One question, by index, however many hearings there were, where nothing waits; and no more for one that waits among them."""
    held(live)
    court = live.scene.court
    few = asked(live, lambda: list(due(court)))
    assert make_due(court) == 3 and all(piece.filmed_at is not None for piece in pieces(live))
    hearing, room, kept = live.hearing(), live.room(), pieces(live)
    among(live, 450, filmed_at=live.clock.now())
    with noted(court.database) as seen:
        assert len(asked(live, lambda: make_due(court))) == 1
    assert {"live_room", "live_segment", "hearing"}.isdisjoint(read_through(court.database, seen))
    with court.database.write() as session:
        session.execute(update(LiveSegment).where(LiveSegment.room_id == room.id).values(filmed_at=None))
    kept_at(court, hearing, kept[1]).unlink()
    waits = list[Due]()
    asked_among = asked(live, lambda: waits.extend(due(court)))
    assert [each.piece.number for each in waits] == [2]
    assert len(asked_among) == len(few) + 1, "and it is noted of two of its pieces that their films lie there"


def test_a_film_that_lies_there_no_more_is_made_again(live: Live) -> None:
    """Noticed when the process begins: what a disk lost, or a backup did not hold, is made as if it had never been."""
    held(live)
    court = live.scene.court
    assert make_due(court) == 3
    kept_at(court, live.hearing(), pieces(live)[0]).unlink()
    assert make_due(court) == 0
    runner = create_app(court=court).test_cli_runner()
    assert "1 films made" in runner.invoke(args=["films", "work", "--once"]).output
    assert lies_ready(court, live.hearing(), pieces(live)[0])


def test_a_lost_film_that_cannot_be_made_again_at_once_is_tried_again(live: Live) -> None:
    """As the page says: by the same process, after its wait, and not only when the process begins the next time. Nothing is said to have
    failed where the film lies there.
    """
    held(live)
    court, hearing = live.scene.court, live.hearing()
    assert make_due(court) == 3
    kept_at(court, hearing, pieces(live)[0]).unlink()
    broken = court.settings.recordings_folder / hearing.reference / "0001" / f"{live.person(LI).reference}.rtp"
    whole = broken.read_bytes()
    broken.write_bytes(b"no recording at all")
    assert make_due(court, every=True) == 0
    note = court.settings.data_dir / "played" / hearing.reference / "1.failed"
    remembered, said = failed(court, hearing, pieces(live)[0]), note.read_bytes()
    assert remembered is not None and remembered.times == 1
    broken.write_bytes(whole)
    live.clock.advance(FIRST_WAIT)
    assert make_due(court) == 1 and lies_ready(court, hearing, pieces(live)[0])
    note.write_bytes(said)  # as by a process that was stopped before it took it away
    assert failed(court, hearing, pieces(live)[0]) is None


def test_of_a_piece_in_which_nobody_is_no_film_is_waited_for(live: Live) -> None:
    """It is looked at once, and asked for no more."""
    live.opened()
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    filmed(live)
    court = live.scene.court
    assert len(asked(live, lambda: make_due(court))) > 1
    assert len(asked(live, lambda: make_due(court))) == 1 and not lies_ready(court, live.hearing(), pieces(live)[0])


def test_two_processes_at_once_spoil_no_film(live: Live) -> None:
    """A second one that was started beside the first leaves alone what is being made, and both films play."""
    live.opened()
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    filmed(live, LI, CHEN)
    court, beside = live.scene.court, []

    def another() -> bool:
        if not beside:
            beside.append(-1)
            beside[0] = make_due(court)
        return False

    assert (make_due(court, another), beside) == (1, [0])
    assert failed(court, live.hearing(), pieces(live)[0]) is None
    length, kinds = plays(kept_at(court, live.hearing(), pieces(live)[0]).read_bytes())
    assert length >= LENGTH and kinds == {"audio", "video"}
