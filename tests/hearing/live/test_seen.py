"""What the public sees of a hearing held here: late, in pieces, and nothing of a closed part, whatever moment it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from odr.ground.clock import FixedClock
from odr.hearing.live.media.reading import HEAD, Kind, Recorded
from odr.hearing.live.seen.cut import (
    CHUNK_MS,
    LONGEST_MS,
    SETTLES,
    SILENT_MS,
    Closure,
    Moment,
    closures,
    edges,
    may_show,
    next_piece,
)
from odr.hearing.live.seen.making import folder_of, make_due
from odr.hearing.live.seen.models import ShownPiece, Watcher
from odr.hearing.live.seen.showing import closures_of, is_closed_to_the_public
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Examination, Motion
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.tape import TALKS_EACH, Tape, moments, rtp, short
from tests.hearing.scene import CHEN, HAIYUN, LI

START = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
DELAY, CUT_BACK = timedelta(seconds=60), timedelta(seconds=15)
KEY, DELTA = b"\x10\x00\x9d\x01\x2a", b"\x10\x01\x9d\x01\x2a"


def packet(ms: int, kind: str) -> Recorded:
    """A packet of sound, or of a picture that begins anew or goes on."""
    if kind == "sound":
        return Recorded(ms, Kind.AUDIO, rtp(ms, ms * 48, b"sound"))
    return Recorded(ms, Kind.VIDEO, rtp(ms, ms * 90, KEY if kind == "key" else DELTA, kind=96))


GAPS = st.lists(
    st.tuples(st.integers(0, 2_600), st.sampled_from(["sound", "sound", "delta", "key"])), min_size=1, max_size=120
)
ORDERS = st.lists(
    st.tuples(st.integers(0, 90_000), st.integers(0, 5_000), st.integers(0, 30_000), st.integers(0, 5_000)), max_size=4
)
"""Orders that close a part: how long after the last, how late the room obeyed, for how long, and how late it opened."""


def told(orders: list[tuple[int, int, int, int]]) -> list[Moment]:
    """The journal of these orders."""
    found, at = [], START
    for after, obeyed, lasts, opened in orders:
        at += timedelta(milliseconds=after)
        found.append(Moment(True, at, at + timedelta(milliseconds=obeyed), cuts_back=True))
        at += timedelta(milliseconds=lasts)
        done = at + timedelta(milliseconds=opened)
        found.append(Moment(False, done, done))
        at = done
    return found


@settings(max_examples=200)
@given(gaps=GAPS, orders=ORDERS, rounds=st.lists(st.integers(1, 9_000), min_size=1, max_size=60))
def test_whatever_the_moment_no_packet_of_a_closed_part_is_shown_nor_any_too_early(
    gaps: list[tuple[int, str]], orders: list[tuple[int, int, int, int]], rounds: list[int]
) -> None:
    """Rounds of the worker at any moments, knowing at each only the orders that were given by then: what is shown is late,
    in order, once, and touches no closed stretch; every other packet is shown.
    """
    packets, ms = [], 0
    for gap, kind in gaps:
        ms += gap
        packets.append(packet(ms, kind))
    journal = told(orders)
    shown: list[tuple[Recorded, datetime]] = []
    passed, place, now = 0, 0, START
    for step in [*rounds, 400_000]:
        now += timedelta(milliseconds=step)
        known = [m for m in journal if m.at <= now]
        # What opens is known once the room did it; what shuts, from the order on.
        closed = closures(
            [m if m.done_at and m.done_at <= now else Moment(m.shuts, m.at, None, m.cuts_back) for m in known], CUT_BACK
        )
        horizon = int((now - DELAY - START).total_seconds() * 1000)
        ended = now - START > timedelta(milliseconds=ms) + DELAY
        there = [p for p in packets if START + timedelta(milliseconds=p.ms) <= now]
        while True:
            rest: Iterator[tuple[Recorded, int]] = ((p, n) for n, p in enumerate(there[place:], place + 1))
            piece = next_piece(rest, horizon, ended=ended, parted=edges(closed, START))
            if piece is None:
                break
            place = piece.after
            passed += len(piece.packets)
            assert piece.last_ms - piece.first_ms < LONGEST_MS + SILENT_MS
            since, until = (START + timedelta(milliseconds=at) for at in (piece.first_ms, piece.last_ms))
            if may_show(since, until, closed, DELAY, now):
                shown += [(each, now) for each in piece.packets]
    assert passed == len(packets), "each packet is looked at once"
    assert [p.ms for p, _ in shown] == sorted(p.ms for p, _ in shown)
    every = closures(journal, CUT_BACK)
    for each, at in shown:
        came = START + timedelta(milliseconds=each.ms)
        assert at - came >= DELAY
        assert not any(c.since <= came <= (c.until or now) for c in every)
    given = {id(each) for each, _ in shown}
    open_ones = [p for p in packets if not any(is_in(START + timedelta(milliseconds=p.ms), each) for each in every)]
    assert all(id(each) in given for each in open_ones)


def is_in(at: datetime, closed: Closure) -> bool:
    """Whether a moment is closed."""
    return closed.since <= at and (closed.until is None or at <= closed.until)


def test_a_piece_begins_where_a_picture_can() -> None:
    """After four seconds a piece ends before the next whole picture, after ten without one, and where it was silent."""
    every = [packet(ms, "key" if ms % 3_000 == 0 else "delta") for ms in range(0, 20_000, 100)]

    def cut(packets: list[Recorded], place: int = 0) -> list[int]:
        piece = next_piece(((p, n) for n, p in enumerate(packets[place:], place + 1)), 10**6, ended=True)
        return [] if piece is None else [piece.first_ms, *cut(packets, piece.after)]

    assert cut(every) == [0, 6_000, 12_000, 18_000]
    assert cut([packet(ms, "delta") for ms in range(0, 25_000, 100)]) == [0, LONGEST_MS, 2 * LONGEST_MS]
    assert cut([packet(ms, "sound") for ms in (*range(0, 1_000, 20), *range(9_000, 9_500, 20))]) == [0, 9_000]
    assert cut([packet(ms, "sound") for ms in range(0, 9_000, 20)]) == [0, CHUNK_MS, 2 * CHUNK_MS]
    # The machine's clock was set back: no piece holds a moment that is not between its first and its last.
    assert cut([packet(ms, "sound") for ms in (*range(5_000, 7_000, 20), *range(1_000, 4_000, 20))]) == [5_000, 1_000]
    closed = [Closure(START + timedelta(milliseconds=1_990, microseconds=1), START + timedelta(milliseconds=3_000))]
    assert edges(closed, START) == [1_991, 3_001]
    found = ((packet(ms, "sound"), ms) for ms in range(0, 9_000, 10))
    piece = next_piece(found, 10**6, ended=True, parted=edges(closed, START))
    assert piece is not None and (piece.last_ms, piece.after) == (1_990, 1_990)


def test_the_door_opens_when_the_room_opened_it_and_not_by_the_order() -> None:
    """An order to open that the media room never confirmed opens nothing; a second closing before that changes nothing."""
    shut, unconfirmed = Moment(True, START, START, cuts_back=True), Moment(False, START + DELAY, None)
    assert closures([shut, unconfirmed], CUT_BACK) == [Closure(START - CUT_BACK, None)]
    later = START + 2 * DELAY
    done = Moment(False, later, later)
    assert closures([shut, unconfirmed, shut, done], CUT_BACK) == [Closure(START - CUT_BACK, later + SETTLES)]


# The worker, with a court and a recording


def watched(live: Live) -> None:
    """The hearing is open, and one person of the public sits in it."""
    live.opened()
    with live.scene.court.database.write() as session:
        session.add(Watcher(hearing_id=live.hearing().id, account_id=10**6, seat=1, device=1, since=live.clock.now()))


def tape(live: Live, number: int, *, sealed: bool = False) -> Tape:
    """The recorder begins a piece."""
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference
    return Tape(folder, number, live.clock.now(), sealed)


def passes(live: Live, seconds: float) -> datetime:
    """Time passes; the moment it is then."""
    live.clock.advance(timedelta(seconds=seconds))
    return live.clock.now()


def released(live: Live) -> list[Path]:
    """Files that whoever serves them would serve."""
    folder = folder_of(live.scene.court, live.hearing())
    return sorted(folder.rglob("*")) if folder.is_dir() else []


def came(files: list[Path]) -> list[int]:
    """Moments of everything in these files."""
    return sorted(moment for path in files for moment in moments(path.read_bytes()))


def test_what_was_said_is_shown_a_minute_later_and_what_was_closed_never(live: Live) -> None:
    """The media room obeys three seconds late, and records in the open piece what was said meanwhile: it is not shown, nor
    the seconds before the order; the rest before and after is, each once.
    """
    watched(live)
    li = live.person(LI).reference
    first = tape(live, 1)
    began = live.clock.now()
    first.talks(li, passes(live, 40)).goes_to(live.clock.now())
    assert make_due(live.scene.court) == 0, "nothing of it is a minute old"
    live.media.away = True
    order = live.clock.now()
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    first.talks(li, passes(live, 3)).goes_to(live.clock.now())
    live.media.away = False
    live.follow()
    first.ends(live.clock.now())
    tape(live, 2, sealed=True).talks(li, passes(live, 30))
    live.scene.act(CHEN, "end_sealed_part")
    again = live.clock.now()
    third = tape(live, 3)
    third.talks(li, passes(live, 30)).goes_to(live.clock.now())
    kept: set[int] = set()
    for _ in range(20):
        passes(live, 10)
        make_due(live.scene.court)
        files = released(live)
        assert not {path.name for path in files} & {"chain", f"{li}.rtp"}
        kept |= set(came(files))
    assert kept and min(kept) < short(began) + 1_000
    shut = range(short(order - CUT_BACK), short(again + SETTLES))
    assert not [moment for moment in kept if moment in shut]
    open_before = [m for m in kept if m < shut.start]
    assert max(open_before) >= shut.start - TALKS_EACH, "until shortly before the order it is shown"
    assert max(kept) > short(again) + 25_000
    with live.scene.court.database.read() as session:
        rows = session.scalars(select(ShownPiece)).all()
        assert any(row.left_out for row in rows) and all(row.segment != 2 for row in rows)
    assert not released(live), "what was shown is gone: nobody goes back"


def test_an_order_comes_in_time_for_what_was_not_shown_yet(live: Live) -> None:
    """What was said forty seconds ago is closed by an order now if it is within what an order takes back; the earlier goes on."""
    watched(live)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 50)).goes_to(live.clock.now())
    order = live.clock.now()
    live.scene.act(CHEN, "seal_part", reason="privacy", outside=[], words="An illness.")
    one.ends(live.clock.now())
    passes(live, 70)
    make_due(live.scene.court)
    seen = came(released(live))
    assert seen and max(seen) < short(order - CUT_BACK)


def test_the_last_words_before_a_break_and_before_the_end_are_shown(live: Live) -> None:
    """Up to the order of the judge, and nothing after it; the words that are on their way when the hearing ends are the most
    important of it.
    """
    watched(live)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 29)).goes_to(live.clock.now())
    paused = live.clock.now()
    live.does(CHEN, "pause", until="")
    one.talks(li, passes(live, 1)).goes_to(passes(live, 30))
    live.does(CHEN, "resume")
    one.talks(li, passes(live, 23)).goes_to(live.clock.now())
    closed = live.clock.now()
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    one.talks(li, passes(live, 2)).goes_to(live.clock.now())
    one.ends(live.clock.now())
    kept: set[int] = set()
    for _ in range(9):
        passes(live, 10)
        make_due(live.scene.court)
        kept |= set(came(released(live)))
    before = [moment for moment in kept if moment < short(paused)]
    assert short(paused) - max(before) <= TALKS_EACH and short(closed) - max(kept) <= TALKS_EACH
    assert not [moment for moment in kept if short(paused) <= moment < short(paused) + 30_000]


def test_nothing_is_made_while_somebody_asks_that_it_be_not_public(live: Live) -> None:
    """From the request on nothing is shown, and what was said until it is decided stays unseen whatever is decided."""
    watched(live)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    live.scene.act(HAIYUN, "ask_hearing_order", kind="closed_doors", words="My address would be read out.")
    passes(live, 80)
    make_due(live.scene.court)
    assert came(released(live)) == []


def test_who_comes_late_sees_from_then_on_and_a_hearing_nobody_watches_is_not_made(live: Live) -> None:
    """Pieces are made only where somebody watches; who takes a seat after ten minutes is not shown what was before."""
    live.opened()
    li = live.person(LI).reference
    one = tape(live, 1)
    for _ in range(10):
        one.talks(li, passes(live, 60)).goes_to(live.clock.now())
    assert make_due(live.scene.court) == 0
    with live.scene.court.database.write() as session:
        session.add(Watcher(hearing_id=live.hearing().id, account_id=10**6, seat=1, device=1, since=live.clock.now()))
    assert make_due(live.scene.court) > 0
    assert min(came(released(live))) >= short(live.clock.now() - DELAY) - 61_000
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert live.room().state is RoomState.CLOSED
    one.ends(live.clock.now())
    passes(live, 61)
    make_due(live.scene.court)
    assert max(came(released(live))) > short(live.clock.now()) - 65_000, "the last minute is shown too"
    passes(live, 600)
    make_due(live.scene.court)
    with live.scene.court.database.read() as session:
        assert session.scalar(select(ShownPiece.id).limit(1)) is None
    assert not released(live) and live.clock.now() > BEGINS


def shown_of(live: Live, minutes: int = 3) -> list[int]:
    """Everything that comes to be shown in the next minutes."""
    found: set[int] = set()
    for _ in range(minutes * 6):
        passes(live, 10)
        make_due(live.scene.court)
        found |= set(came(released(live)))
    return sorted(found)


def test_a_break_and_the_end_are_not_shown_though_the_media_room_did_not_obey(live: Live) -> None:
    """The media room is away when the judge pauses, and records what is said in the break, and after the end: none of it is
    shown; what is said once the hearing goes on is.
    """
    watched(live)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 20)).goes_to(live.clock.now())
    paused = live.clock.now()
    live.media.away = True
    live.does(CHEN, "pause", words="Ten minutes.")
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    live.media.away = False
    live.follow()
    live.does(CHEN, "resume")
    again = live.clock.now()
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    make_due(live.scene.court)
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    ended = live.clock.now()
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    one.ends(live.clock.now())
    seen = shown_of(live)
    assert [m for m in seen if m < short(paused)] and [m for m in seen if short(again) < m < short(ended)]
    assert not [m for m in seen if short(paused) <= m < short(again) or m >= short(ended)]


def test_what_a_recorder_wrote_before_the_hearing_was_opened_is_not_shown(live: Live) -> None:
    """A recorder that ran while people waited: the hearing is shown from the judge's word on, and from its first second."""
    early = Tape(
        live.scene.court.settings.recordings_folder / live.hearing().reference, 1, BEGINS - timedelta(seconds=30)
    )
    watched(live)
    li = live.person(LI).reference
    opened = live.clock.now()
    early.talks(li, passes(live, 30)).goes_to(live.clock.now())
    early.ends(live.clock.now())
    seen = shown_of(live)
    assert seen and short(opened) <= min(seen) < short(opened) + 1_000


def test_what_was_said_while_a_request_waited_stays_unseen_also_when_the_worker_stood_still(live: Live) -> None:
    """The worker stood still from before the request until after it was refused: what was said meanwhile is passed over all
    the same, and what is said afterwards is shown.
    """
    watched(live)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    asked = live.clock.now()
    live.scene.act(HAIYUN, "ask_hearing_order", kind="closed_doors", words="Our prices would be read out.")
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    with live.scene.court.database.read() as session:
        motion = session.scalars(select(Motion)).one().reference
    live.scene.act(
        CHEN, "rule_on_hearing_order", motion=motion, answer="refuse", reasons="The prices are in every shop."
    )
    decided = live.clock.now()
    one.talks(li, passes(live, 30)).goes_to(live.clock.now())
    one.ends(live.clock.now())
    seen = shown_of(live)
    assert [m for m in seen if m < short(asked - CUT_BACK)] and [m for m in seen if m > short(decided)]
    assert not [m for m in seen if short(asked - CUT_BACK) <= m <= short(decided)]


def test_what_an_order_takes_back_is_counted_by_the_clock_that_is_behind(live: Live) -> None:
    """The media room's clock is twenty seconds behind the court's: what it recorded in the last seconds before the order
    bears earlier moments, and goes with the order all the same.
    """
    watched(live)
    order = live.clock.now()
    live.media.clock = FixedClock(order - timedelta(seconds=20))
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    with live.scene.look() as (court, case):
        live_rules = court.pack(case).live
        assert live_rules is not None and live_rules.watching is not None
        closed = closures_of(court.session, live.room(), live_rules.watching)
    assert min(each.since for each in closed if each.until is None) == order - timedelta(seconds=20) - CUT_BACK


def test_one_recording_that_cannot_be_read_keeps_no_other_hearing_from_its_public(live: Live) -> None:
    """A damaged file stops the pieces of its own hearing; the worker's round goes on, and the damage is in its log."""
    watched(live)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 20)).goes_to(live.clock.now())
    with (one.folder / f"{li}.rtp").open("ab") as file:
        file.write(HEAD.pack(10, 250, 4) + b"gone")
    one.ends(live.clock.now())
    passes(live, 80)
    assert make_due(live.scene.court) == 0


def test_closed_doors_stay_with_the_hearing_when_the_case_is_heard_anew_in_public(live: Live) -> None:
    """Granted while the hearing runs, closed doors are the hearing's own: another examination, public, opens nothing of it."""
    watched(live)
    live.scene.act(HAIYUN, "ask_hearing_order", kind="closed_doors", words="Our prices would be read out.")
    with live.scene.court.database.read() as session:
        motion = session.scalars(select(Motion)).one().reference
    live.scene.act(CHEN, "rule_on_hearing_order", motion=motion, answer="allow", reasons="They are a secret.")
    with live.scene.sit() as (sitting, case):
        sitting.session.scalars(select(Examination)).one().replaced_by = sitting.next_number(case)
    with live.scene.look() as (court, _):
        assert is_closed_to_the_public(court.session, live.hearing())
