"""The composite film is made, in one pass and never more of it held than some seconds: each person's own film read side by side,
pictures drawn a few times a second, sound mixed into one track, both by the same clock as everybody's own copy.
"""

from __future__ import annotations

import heapq
import importlib.util
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, BinaryIO, TypeVar
from zoneinfo import ZoneInfo

from odr.ground.text import T, Text
from odr.hearing.live.media.composite import drawing
from odr.hearing.live.media.composite.mixing import AHEAD_MS, Mix, Voice
from odr.hearing.live.media.derive import Film
from odr.hearing.live.media.reading import Recorded
from odr.hearing.live.media.webm import AUDIO, VIDEO, Frame, Shape, key_frame_size, write_webm

Each = TypeVar("Each")
LIBRARIES = ("av", "numpy")
EACH_MS = 250
"""From one picture to the next."""
KEY_EACH = 40
"""Pictures from one with which a player may begin to the next."""
BITS = 300_000
"""Bits a second of the picture."""
STALE_MS = 5_000
"""A picture that nothing followed for so long is not shown any more: a frozen face looks as if somebody listened."""
QUIET_MS = 1_000
"""After nothing came of anybody for so long, the words of a break stand instead of the faces."""
CARD_MS = 4_000
"""How long the words stand that say what is not recorded after a piece."""
MOST_PIXELS = 1920 * 1200
"""Pixels of a camera's picture that is decoded; a device that says more is not believed."""


class CannotCompose(Exception):
    """A library that decodes and encodes is not installed."""


class ToldToStop(Exception):
    """The process is told to end: what was made so far of a piece is thrown away."""


def missing() -> list[str]:
    """Libraries that are not installed; all of them stand in ``requirements-speech.txt``."""
    return [name for name in LIBRARIES if importlib.util.find_spec(name) is None]


@dataclass(frozen=True)
class Face:
    """Somebody in the film: their reference, name and role as they are drawn, and what was recorded of them."""

    reference: str
    name: str
    read: Callable[[], Iterable[Recorded]]


@dataclass(frozen=True)
class Told:
    """From a moment on: who has the floor, what stands on everybody's screen in words, and whether it is recorded."""

    ms: int
    floor: str | None
    words: str
    gap: str = ""
    """Why nothing is recorded from then on, in words; nothing where it is."""


@dataclass(frozen=True)
class Piece:
    """A piece of the recording as it is drawn."""

    title: str
    """Case, piece and whether it is sealed, before date and time."""
    began_ms: int
    length_ms: int
    zone: ZoneInfo
    locale: str
    faces: Sequence[Face]
    told: Sequence[Told]
    after: Sequence[str]
    """What is not recorded after it, in words; nothing where nothing is to be said."""

    def time(self, ms: float) -> str:
        """Date and time of day at a moment of the piece."""
        at = datetime.fromtimestamp(self.began_ms / 1000, UTC) + timedelta(milliseconds=ms)
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def told_at(self, ms: float) -> Told:
        """What holds at a moment."""
        at = bisect_right(self.told, ms, key=lambda each: each.ms)
        return self.told[at - 1] if at else Told(0, None, "")


class Sight:
    """One person's picture, decoded frame by frame and drawn only when it is asked for."""

    def __init__(self, av: Any) -> None:
        self._av = av
        self._codec: Any = av.CodecContext.create("vp8", "r")
        self._codec.thread_count = 1
        self._fits = False
        self._newest: Any = None
        self._at = 0
        self._drawn: tuple[Any, Any] = (None, None)

    def take(self, frame: Frame) -> None:
        """One frame more; one that is damaged leaves the last one standing."""
        size = key_frame_size(frame.data)
        if size is not None:
            self._fits = 0 < size[0] * size[1] <= MOST_PIXELS
        if not self._fits:
            return
        try:
            for each in self._codec.decode(self._av.Packet(frame.data)):
                self._newest, self._at = each, frame.ms
        except self._av.error.FFmpegError:
            return

    def picture(self, width: int, height: int, ms: int) -> Any:
        """The picture at a moment, as large as fits; None where none arrived for a while."""
        newest = self._newest
        if newest is None or ms - self._at > STALE_MS or width < 8 or height < 8:
            return None
        if self._drawn[0] is not newest:
            share = min(width / newest.width, height / newest.height)
            across, down = max(2, round(newest.width * share)), max(2, round(newest.height * share))
            scaled = newest.reformat(across, down, "rgb24", interpolation="FAST_BILINEAR")
            self._drawn = (newest, scaled.to_image())
        return self._drawn[1]


class Composing:
    """A piece as frames of a film, in the order of their time."""

    def __init__(self, piece: Piece) -> None:
        try:
            import av
            import numpy
        except ImportError as error:
            raise CannotCompose(str(error)) from None
        self._av = av
        self._piece = piece
        self._mix = Mix(av, numpy)
        self._sights = [Sight(av) for _ in piece.faces]
        self._voices = [Voice(av) for _ in piece.faces]
        self._heard = [-STALE_MS] * len(piece.faces)
        self._came = -STALE_MS
        self._places = drawing.places(len(piece.faces))
        self._pictures: deque[Frame] = deque()
        self._codec: Any = av.CodecContext.create("libvpx", "w")
        self._codec.width, self._codec.height, self._codec.pix_fmt = drawing.WIDTH, drawing.HEIGHT, "yuv420p"
        self._codec.time_base, self._codec.framerate = Fraction(1, 1000), Fraction(1000, EACH_MS)
        self._codec.bit_rate, self._codec.gop_size, self._codec.thread_count = BITS, KEY_EACH, 1
        self._codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "static-thresh": "50"}

    @property
    def length_ms(self) -> int:
        """How long the film is: the piece, and the words after it."""
        return self._piece.length_ms + (CARD_MS if self._piece.after else 0)

    def frames(self) -> Iterator[Frame]:
        """Sound and picture."""
        due = 0
        for ms, who, frame in self._everybody():
            if ms > self._piece.length_ms:
                break
            while due < ms:
                yield from self._at(due)
                due += EACH_MS
            self._take(who, frame)
        while due < self.length_ms:
            yield from self._at(due)
            due += EACH_MS
        for at, packet in [*self._mix.until(self.length_ms), *self._mix.rest()]:
            yield from self._before(at)
            yield Frame(AUDIO, at, True, packet)
        self._pictures += self._encoded(None)
        yield from self._pictures

    def _everybody(self) -> Iterator[tuple[int, int, Frame]]:
        def of(who: int, face: Face) -> Iterator[tuple[int, int, Frame]]:
            return ((frame.ms, who, frame) for frame in Film(face.read).frames())

        films = [of(who, face) for who, face in enumerate(self._piece.faces)]
        return heapq.merge(*films, key=lambda each: each[:2])

    def _take(self, who: int, frame: Frame) -> None:
        self._came = frame.ms
        if frame.track == VIDEO:
            self._sights[who].take(frame)
            return
        self._heard[who] = frame.ms
        at, parts = self._voices[who].decode(frame.ms, frame.data)
        for part in parts:
            self._mix.add(at, part)
            at += len(part)

    def _at(self, ms: int) -> Iterator[Frame]:
        """The picture of a moment, and the sound that changes no more."""
        drawn = self._drawn(ms) if ms < self._piece.length_ms else drawing.card(self._piece.after)
        frame = self._av.VideoFrame.from_image(drawn)
        frame.pts, frame.time_base = ms, Fraction(1, 1000)
        self._pictures += self._encoded(frame)
        for at, packet in self._mix.until(ms - AHEAD_MS):
            yield from self._before(at)
            yield Frame(AUDIO, at, True, packet)

    def _before(self, ms: int) -> Iterator[Frame]:
        while self._pictures and self._pictures[0].ms <= ms:
            yield self._pictures.popleft()

    def _encoded(self, frame: Any) -> list[Frame]:
        return [Frame(VIDEO, each.pts, bool(each.is_keyframe), bytes(each)) for each in self._codec.encode(frame)]

    def _drawn(self, ms: int) -> Any:
        piece, told = self._piece, self._piece.told_at(ms)
        if told.gap and ms - self._came > QUIET_MS:
            # Words alone would be untrue where a media room went on recording against the order: then it is shown.
            return drawing.card([told.gap, piece.time(told.ms), piece.time(ms)])
        tiles = []
        for who, (face, place) in enumerate(zip(piece.faces, self._places, strict=True)):
            picture, speaks = self._sights[who].picture(*place.inside, ms), self._voices[who].spoke()
            state = self._state(picture is not None, speaks, ms - self._heard[who] <= STALE_MS, face, told)
            tiles.append(drawing.Tile(face.name, state.render(piece.locale) if state else "", speaks, picture))
        return drawing.draw(f"{piece.time(ms)}  {piece.title}", told.words, tiles)

    def _state(self, seen: bool, speaks: bool, heard: bool, face: Face, told: Told) -> Text | None:
        if not seen:
            return T("Sound only") if heard else T("Nothing arrives")
        if speaks:
            return T("Speaks")
        return T("Has the floor") if told.floor == face.reference else None


def compose(piece: Piece, out: BinaryIO, title: str = "", stop: Callable[[], bool] | None = None) -> int:
    """Write the film of a piece; returns how many frames. ``stop`` is asked at each packet that is read and each frame that is
    written. Raises CannotCompose, NotReadable and ToldToStop.
    """

    def read(face: Face) -> Callable[[], Iterable[Recorded]]:
        return lambda: _until(stop, face.read())

    faces = [replace(face, read=read(face)) for face in piece.faces]
    made = Composing(replace(piece, faces=faces))
    shape = Shape(True, (drawing.WIDTH, drawing.HEIGHT))
    frames = _until(stop, made.frames())
    return write_webm(out, frames, length_ms=made.length_ms + EACH_MS, title=title, shape=shape)


def _until(stop: Callable[[], bool] | None, each: Iterable[Each]) -> Iterator[Each]:
    for one in each:
        if stop is not None and stop():
            raise ToldToStop
        yield one
