"""People with a real camera and a real microphone, as a file: pictures in VP8 and sound in Opus that a program encoded, with a
flash and a tone at moments that are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from odr.hearing.live.media.reading import Kind
from tests.hearing.live.media.sender import Sender, Sent

SIZE = (320, 240)
EACH = 40
"""Milliseconds from one picture to the next."""


@lru_cache(maxsize=16)
def pictures(colour: tuple[int, int, int], size: tuple[int, int] = SIZE) -> list[bytes]:
    """Two seconds of a picture in one colour, a key frame first; they follow one another as often as one likes."""
    import av
    import numpy

    codec: Any = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = *size, "yuv420p", Fraction(1, 1000)
    codec.bit_rate, codec.gop_size = 200_000, 1_000
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    plain = numpy.full((size[1], size[0], 3), colour, dtype=numpy.uint8)
    made = []
    for n in range(2_000 // EACH):
        frame = av.VideoFrame.from_ndarray(plain, format="rgb24")
        frame.pts = n * EACH
        made += [bytes(each) for each in codec.encode(frame)]
    return made


@lru_cache(maxsize=16)
def sound(loud: bool) -> list[bytes]:
    """Two seconds of a tone, or of silence."""
    import av
    import numpy

    codec: Any = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = 48_000, "mono", "flt", 32_000
    codec.open()
    made = []
    for n in range(101):
        at = numpy.arange(n * 960, (n + 1) * 960) / 48_000
        wave = (numpy.sin(2 * numpy.pi * 1_000 * at) * (0.5 if loud else 0)).astype(numpy.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48_000, n * 960
        made += [bytes(each) for each in codec.encode(frame)]
    return made[1:]


def acts(
    sender: Sender,
    until: int,
    colour: Callable[[int], tuple[int, int, int] | None],
    speaks: Callable[[int], bool | None],
    since: int = 0,
) -> Iterator[Sent]:
    """Somebody sends from a moment until another: at each picture its colour, at each packet of sound whether they are heard;
    None: nothing arrives then. Pictures begin anew each two seconds and where the colour changes.
    """
    last: tuple[int, int, int] | None = None
    place = 0
    for ms in range(since, until, 20):
        heard = speaks(ms)
        if heard is not None:
            yield from sender.sends(Kind.AUDIO, ms, sound(heard)[ms // 20 % 100], sure=True)
        if ms % EACH == 0 and (now := colour(ms)) is not None:
            place = place + 1 if now == last and place + 1 < 2_000 // EACH else 0
            last = now
            yield from sender.sends(Kind.VIDEO, ms, b"\x10" + pictures(now)[place], sure=True)
        if ms % 5_000 == 0:
            yield from sender.reports(ms)
