"""Everybody in one film: who speaks, date and time in the picture, sound and picture together, sealed on the disk where it is sealed."""

from __future__ import annotations

import io
import os
import random
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from odr.hearing.live.media.composite import drawing
from odr.hearing.live.media.composite.making import CARD_MS, EACH_MS, MOST_PIXELS, Face, Piece, Sight, Told, compose
from odr.hearing.live.media.composite.sealed import BLOCK, SealedReader, SealedWriter
from odr.hearing.live.media.reading import Kind, NotReadable, Segment, open_segment
from odr.hearing.live.media.webm import VIDEO, Frame
from tests.hearing.live.media.actors import acts, pictures
from tests.hearing.live.media.sender import Sender, blocks, recorded

pytest.importorskip("av", reason="requirements-speech.txt is not installed on this Python")

PROVE = bool(os.environ.get("ODR_PROVE"))
BEGAN = round(datetime(2026, 3, 9, 1, 30, tzinfo=UTC).timestamp() * 1000)
RED, GREEN, WHITE = (200, 30, 30), (30, 160, 60), (255, 255, 255)
KEY = b"k" * 32
"""Of a sealed piece."""


def device(number: int, *, wall: float = 0) -> Sender:
    """A device whose clock may run wrong."""
    return Sender(random.Random(number), wall=wall, cards={Kind.AUDIO: 0, Kind.VIDEO: 0})


def piece_of(segment: Segment, **changed: Any) -> Piece:
    """The piece as it is drawn: judge and claimant, each by their name."""
    faces = [Face(who, f"{who} · Role", lambda who=who: segment.packets(who)) for who in segment.persons]
    plain = Piece("(2026) Net Civ 1", BEGAN, segment.length_ms, ZoneInfo("Asia/Shanghai"), "en", faces, (), ())
    return replace(plain, **changed)


def made(piece: Piece) -> bytes:
    """The bytes of its film."""
    out = io.BytesIO()
    compose(piece, out)
    return out.getvalue()


def seen(film: bytes) -> dict[int, Any]:
    """Its pictures by their millisecond."""
    import av

    with av.open(io.BytesIO(film)) as opened:
        return {int(frame.pts): frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)}


def heard(film: bytes) -> Any:
    """Its sound, 48,000 numbers a second from the first millisecond."""
    import av
    import numpy

    with av.open(io.BytesIO(film)) as opened:
        to_one = av.AudioResampler(format="flt", layout="mono", rate=48_000)
        parts = [out.to_ndarray()[0] for frame in opened.decode(audio=0) for out in to_one.resample(frame)]
    return numpy.concatenate(parts)


def middle(picture: Any, place: drawing.Place) -> tuple[int, int, int]:
    """The colour in the middle of somebody's tile."""
    y, x = place.top + (place.height - drawing.LABEL) // 2, place.left + place.width // 2
    red, green, blue = picture[y, x]
    return int(red), int(green), int(blue)


def near(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two colours are the same but for what coding does."""
    return all(abs(int(a) - int(b)) < 40 for a, b in zip(one, other, strict=True))


def framed(picture: Any, place: drawing.Place) -> bool:
    """Whether a tile has the frame and the words of somebody who speaks."""
    return near(picture[place.top + place.height - 6, place.left + place.width - 8], drawing.SPEAKS)


def test_faces_sound_and_time_stand_where_they_were(tmp_path: Path) -> None:
    """Two devices whose clocks run apart: the flash and the tone of each second of both are in the film at the same moment, who
    speaks has a frame, a picture that nothing follows goes, and the words of a break stand where nothing was recorded.
    """
    length = 30_000

    def flashes(ms: int) -> tuple[int, int, int]:
        return WHITE if ms % 4_000 < 1_000 else RED

    def breaks(ms: int) -> bool:
        return 20_000 <= ms < 26_000

    judge = acts(
        device(1, wall=40e-6),
        length,
        lambda ms: None if breaks(ms) else flashes(ms),
        lambda ms: None if breaks(ms) else ms % 4_000 < 1_000,
    )
    li = acts(
        device(2, wall=-60e-6),
        length,
        lambda ms: None if ms >= 10_000 else GREEN,
        lambda ms: None if breaks(ms) else 4_000 * 2 + 2_000 <= ms < 4_000 * 2 + 3_000,
    )
    recorded(tmp_path / "0001", {"judge": judge, "li": li}, length)
    told = [
        Told(3_000, "li", "Li has the floor."),
        Told(20_100, None, "", gap="Break: not recorded"),
        Told(26_000, None, ""),
    ]
    piece = piece_of(open_segment(tmp_path / "0001"), told=told, after=("The hearing here is closed.", "09:30:30"))
    film = made(piece)
    shown, sound = seen(film), heard(film)
    first, second = drawing.places(2)
    assert sorted(shown) == list(range(0, length + CARD_MS, EACH_MS))
    assert [ms for ms, _, _ in blocks(film)] == sorted(ms for ms, _, _ in blocks(film))

    def loud(ms: int) -> bool:
        return float(abs(sound[(ms - 10) * 48 : (ms + 10) * 48]).max()) > 0.1

    for ms in range(500, 20_000, EACH_MS):
        if 300 < ms % 1_000 < 800:
            on = ms % 4_000 < 1_000
            assert near(middle(shown[ms], first), WHITE if on else RED), ms
            assert loud(ms) == (on or 10_000 <= ms < 11_000), ms
            assert framed(shown[ms], first) == on and framed(shown[ms], second) == (10_000 <= ms < 11_000), ms
    # Tone and flash of a second begin within a tenth of a second of each other and of their moment.
    begins = next(ms for ms in range(15_500, 16_500) if loud(ms))
    assert abs(begins - 16_000) <= 100
    assert near(middle(shown[14_000], second), GREEN) and near(middle(shown[15_500], second), drawing.TILE)
    assert not loud(22_500) and not near(middle(shown[22_500], first), RED), "the break is words alone"
    assert near(middle(shown[27_500], first), RED)
    assert near(middle(shown[length + 1_000], first), drawing.INK), "and so is what comes after"


def test_date_and_time_of_day_are_in_the_picture(tmp_path: Path) -> None:
    """The line above is what is drawn of these words at that second, where the court is; a second later it is another."""
    recorded(tmp_path / "0001", {"li": acts(device(3), 6_000, lambda _: GREEN, lambda _: False)}, 6_000)
    piece = piece_of(open_segment(tmp_path / "0001"), began_ms=BEGAN + 29 * 60_000)
    assert piece.time(4_000) == "2026-03-09 09:59:04"
    shown = seen(made(piece))

    def apart(ms: int, words: str) -> float:
        import numpy

        line = drawing.line_of(words, drawing.WIDTH, drawing.HEAD, drawing.PAPER, drawing.INK)
        wanted = numpy.asarray(line, dtype=float)[:, 100:220]
        return float(abs(shown[ms][: drawing.HEAD, 100:220].astype(float) - wanted).mean())

    right, wrong = ("2026-03-09 09:59:04  (2026) Net Civ 1", "2026-03-09 08:47:58  (2026) Net Civ 1")
    assert apart(4_000, right) < apart(4_000, wrong) / 2


def test_a_film_of_many_is_made_without_holding_it(tmp_path: Path) -> None:
    """Four people: no more memory for three times the time, or for a hundred and fifty times."""
    peaks, colours = [], [RED, GREEN, WHITE, (40, 40, 200)]
    for seconds in (8, 1_200 if PROVE else 24):
        length, folder = seconds * 1_000, tmp_path / str(seconds) / "0001"
        streams = {
            f"p{n}": acts(device(n), length, lambda ms, n=n: colours[n], lambda ms, n=n: ms // 5_000 % 4 == n)
            for n in range(4)
        }
        recorded(folder, streams, length)
        piece = piece_of(open_segment(folder))
        tracemalloc.start()
        try:
            with (folder / "film.webm").open("wb") as out:
                assert compose(piece, out) > seconds * 50
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000, peaks


def test_whatever_a_camera_sends_the_rest_goes_on() -> None:
    """A picture larger than a camera's is not decoded; damaged ones leave what came before, and the next whole one is shown."""
    import av

    sight = Sight(av)
    whole = pictures(GREEN)[0]
    sight.take(Frame(VIDEO, 0, True, whole))
    assert sight.picture(100, 100, 10) is not None
    huge = whole[:6] + (16_000).to_bytes(2, "little") * 2 + whole[10:]
    assert MOST_PIXELS < 16_000 * 16_000
    sight.take(Frame(VIDEO, 40, True, huge))
    sight.take(Frame(VIDEO, 80, False, pictures(GREEN)[1]))
    assert sight._newest.width == 320 and sight._at == 0
    for n in range(60):
        sight.take(Frame(VIDEO, 100 + n, n % 2 == 0, whole[: 10 + n] + bytes([n]) * 40))
    sight.take(Frame(VIDEO, 400, True, whole))
    assert sight._at == 400 and sight.picture(100, 100, 410).size == (100, 75)
    assert sight.picture(100, 100, 20_000) is None


def sealed_at(path: Path, film: bytes, cuts: Sequence[int] = ()) -> None:
    """Lay a film sealed on the disk, written in parts."""
    with path.open("wb") as out:
        writer = SealedWriter(out, "h/1", KEY)
        for since, until in zip([0, *cuts], [*cuts, len(film)], strict=True):
            writer.write(film[since:until])
        assert writer.tell() == len(film)
        writer.finish()


@settings(max_examples=60)
@given(
    length=st.sampled_from([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 77]),
    begin=st.integers(0, 2 * BLOCK + 100),
    size=st.integers(1, BLOCK * 2),
)
def test_a_sealed_film_is_read_in_ranges(
    tmp_path_factory: pytest.TempPathFactory, length: int, begin: int, size: int
) -> None:
    """Any part of it, wherever it begins, is what was written; on the disk none of it stands in the clear."""
    path = tmp_path_factory.mktemp("sealed") / "1.sealed"
    film = random.Random(length).randbytes(length)
    sealed_at(path, film, sorted({length // 3, length // 2}))
    if length > 100:
        assert film[:60] not in path.read_bytes()
    reader = SealedReader(path, "h/1", KEY)
    assert reader.length == length
    begin = min(begin, length)
    reader.seek(begin)
    found = b""
    while len(found) < size and (part := reader.read(size - len(found))):
        found += part
    assert found == film[begin : begin + size]
    reader.close()


def test_a_sealed_film_that_was_changed_does_not_open(tmp_path: Path) -> None:
    """Another key, another piece, a byte changed, two blocks exchanged, the end cut off: none of it is played."""
    path = tmp_path / "1.sealed"
    film = random.Random(1).randbytes(3 * BLOCK + 5)
    sealed_at(path, film)
    data = path.read_bytes()
    block = 12 + BLOCK + 16
    for name, key in (("h/1", b"x" * 32), ("h/2", KEY)):
        with pytest.raises(NotReadable):
            SealedReader(path, name, key)
    swapped = data[block : 2 * block] + data[:block] + data[2 * block :]
    changed = data[:50] + bytes([data[50] ^ 1]) + data[51:]
    for wrong in (swapped, changed, data[: 2 * block], data[: 3 * block]):
        path.write_bytes(wrong)
        with pytest.raises(NotReadable):
            SealedReader(path, "h/1", KEY).read()


@given(st.integers(0, 40))
def test_every_tile_has_its_own_place(count: int) -> None:
    """None lies over another, over the lines above and below, or outside."""
    found = drawing.places(count)
    assert len(found) == count
    for one in found:
        assert one.left >= 0 and one.left + one.width <= drawing.WIDTH
        assert one.top >= drawing.HEAD and one.top + one.height <= drawing.HEIGHT - drawing.FOOT
    corners = {(one.left, one.top) for one in found}
    assert len(corners) == count


def test_words_that_are_too_long_are_cut() -> None:
    """A name of any length stays in its tile."""
    for words in ("", "x", "王" * 200, "Li " * 300):
        assert drawing.line_of(words, 100, 20, drawing.PAPER, drawing.INK).size == (100, 20)


def test_a_moment_of_the_piece_is_told_by_the_last_that_was_said() -> None:
    """Before anything is said, nothing holds."""
    piece = Piece("", BEGAN, 10, ZoneInfo("UTC"), "en", (), (Told(5, "li", "a"), Told(5, None, "b")), ())
    assert (piece.told_at(4).words, piece.told_at(5).words) == ("", "b")
    assert piece.time(timedelta(hours=2) / timedelta(milliseconds=1)) == "2026-03-09 03:30:00"
