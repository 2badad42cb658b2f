"""A person's sound in a piece of the recording as one line of samples, each where it was heard: silence where nobody sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from odr.hearing.live.media.webm import AUDIO, Frame

RATE = 16_000
"""Samples a second, as engines want them."""
OPUS_RATE = 48_000
JITTER_MS = 80
"""A packet so near to where the one before ended follows it: its own time is a reckoning, the samples are not."""


class CannotDecode(Exception):
    """The library that decodes sound is not installed."""


def runs(frames: Iterable[Frame]) -> Iterator[tuple[int, list[bytes]]]:
    """Packets of sound that follow one another, each run with its first millisecond.

    A packet of Opus says itself how long it lasts (RFC 6716, 3.1).
    """
    begun, end = 0, 0.0
    packets: list[bytes] = []
    for frame in frames:
        if frame.track != AUDIO or not frame.data:
            continue
        if packets and abs(frame.ms - end) > JITTER_MS:
            yield begun, packets
            packets = []
        if not packets:
            begun, end = frame.ms, float(frame.ms)
        packets.append(frame.data)
        end += lasts_ms(frame.data)
    if packets:
        yield begun, packets


def lasts_ms(packet: bytes) -> float:
    """How long a packet of Opus plays: its configuration says how long a frame is, and how many there are."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:
        frame = (10.0, 20.0, 40.0, 60.0)[configuration & 3]
    elif configuration < 16:
        frame = (10.0, 20.0)[configuration & 1]
    else:
        frame = (2.5, 5.0, 10.0, 20.0)[configuration & 3]
    count = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    return frame * count


def samples_of(frames: Iterable[Frame], length_ms: int) -> Any:
    """Sixteen thousand numbers a second from -1 to 1, from the beginning of the piece to its end. Raises CannotDecode."""
    try:
        import av
        import numpy
    except ImportError as error:
        raise CannotDecode(str(error)) from None
    found: Any = numpy.zeros(length_ms * RATE // 1000, dtype=numpy.float32)
    for begun, packets in runs(frames):
        codec = av.CodecContext.create("opus", "r")
        codec.sample_rate = OPUS_RATE
        to_one = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        decoded = itertools.chain.from_iterable(_decoded(av, codec, packet) for packet in packets)
        parts = [out.to_ndarray()[0] for frame in decoded for out in to_one.resample(frame)]
        parts += [out.to_ndarray()[0] for out in to_one.resample(None)]
        at = begun * RATE // 1000
        if parts and at < len(found):
            said = numpy.concatenate(parts)[: len(found) - at]
            found[at : at + len(said)] = said
    return found


def _decoded(av: Any, codec: Any, packet: bytes) -> list[Any]:
    """What a packet holds; one that is damaged is a gap, and what comes after it is heard."""
    try:
        return list(codec.decode(av.Packet(packet)))
    except av.error.FFmpegError:
        return []
