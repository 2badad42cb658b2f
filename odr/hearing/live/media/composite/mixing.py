"""Everybody's sound as one, while it is read: what each says stands where it was heard, and no more than seconds are held."""

from __future__ import annotations

import math
from typing import Any

from odr.hearing.live.transcript.sound import JITTER_MS, lasts_ms

RATE = 48_000
PER_MS = RATE // 1000
FRAME = 960
"""Samples in a packet of Opus: twenty milliseconds."""
FASTEST = 32_000
"""Bits a second of the sound of the film."""
HEARD = 0.01
"""How loud somebody is, of 1, who speaks."""
AHEAD_MS = 2 * JITTER_MS
"""What was mixed up to so long ago changes no more."""


class Voice:
    """One person's sound, decoded packet by packet."""

    def __init__(self, av: Any) -> None:
        self._av = av
        self._codec: Any = None
        self._resampler: Any = None
        self._end = -math.inf
        self._at = 0
        self.loudness = 0.0
        """The loudest since it was last asked about."""

    def decode(self, ms: int, packet: bytes) -> tuple[int, list[Any]]:
        """The sample at which a packet stands, and what it holds; one that is damaged holds nothing."""
        av = self._av
        if self._codec is None or abs(ms - self._end) > JITTER_MS:
            self._codec = av.CodecContext.create("opus", "r")
            self._codec.sample_rate = RATE
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            self._end, self._at = float(ms), ms * PER_MS
        try:
            frames = [out for frame in self._codec.decode(av.Packet(packet)) for out in self._resampler.resample(frame)]
        except av.error.FFmpegError:
            frames = []
        begins = self._at
        found = [frame.to_ndarray()[0] for frame in frames]
        self._at = begins + sum(len(each) for each in found) if found else begins + round(lasts_ms(packet) * PER_MS)
        self._end += lasts_ms(packet)
        for each in found:
            self.loudness = max(self.loudness, float((each * each).mean()) ** 0.5 if len(each) else 0.0)
        return begins, found

    def spoke(self) -> bool:
        """Whether they were heard since it was last asked."""
        found, self.loudness = self.loudness >= HEARD, 0.0
        return found


class Mix:
    """The sum of all voices, encoded as far as nothing can come any more."""

    def __init__(self, av: Any, numpy: Any) -> None:
        self._av, self._numpy = av, numpy
        self._waiting: Any = numpy.zeros(0, dtype=numpy.float32)
        self._at = 0
        """The first sample that waits."""
        self._codec: Any = av.CodecContext.create("libopus", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = RATE, "mono", "flt"
        self._codec.bit_rate = FASTEST
        self._codec.open()

    def add(self, at: int, samples: Any) -> None:
        """Somebody is heard from this sample on; what came too late for it is left out."""
        late = max(0, self._at - at)
        samples, begin = samples[late:], max(0, at - self._at)
        if not len(samples):
            return
        missing = begin + len(samples) - len(self._waiting)
        if missing > 0:
            more = self._numpy.zeros(missing, dtype=self._numpy.float32)
            self._waiting = self._numpy.concatenate([self._waiting, more])
        self._waiting[begin : begin + len(samples)] += samples

    def until(self, ms: float) -> list[tuple[int, bytes]]:
        """Packets up to this millisecond, each with its own."""
        numpy, found = self._numpy, []
        whole = int((ms * PER_MS - self._at) // FRAME)
        if whole <= 0:
            return []
        missing = whole * FRAME - len(self._waiting)
        if missing > 0:
            self._waiting = numpy.concatenate([self._waiting, numpy.zeros(missing, dtype=numpy.float32)])
        for n in range(whole):
            samples = numpy.clip(self._waiting[n * FRAME : (n + 1) * FRAME], -1, 1).reshape(1, -1)
            frame = self._av.AudioFrame.from_ndarray(numpy.ascontiguousarray(samples), format="flt", layout="mono")
            frame.sample_rate, frame.pts = RATE, self._at + n * FRAME
            found += self._packets(frame)
        self._waiting = self._waiting[whole * FRAME :]
        self._at += whole * FRAME
        return found

    def _packets(self, frame: Any) -> list[tuple[int, bytes]]:
        return [(max(0, round(each.pts / PER_MS)), bytes(each)) for each in self._codec.encode(frame)]

    def rest(self) -> list[tuple[int, bytes]]:
        """What the encoder still held."""
        return self._packets(None)
