"""A media room for tests that need none of its media: it stands behind the same port, obeys in this process, and answers
with the test's own clock. What the real one does is shown in tests/hearing/live/media and test_real_room.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from odr.ground.canonical import sha256_hex
from odr.ground.clock import FixedClock
from odr.hearing.live.media.control import (
    Ack,
    Do,
    MediaAway,
    MediaRefused,
    RecorderState,
    RoomEvent,
    RoomState,
)


@dataclass
class RoomBeside:
    """Obeys as the real room says it does, and forgets nothing it was asked."""

    clock: FixedClock
    away: bool = False
    recorder_works: bool = True
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    segment: int | None = None
    used: set[int] = field(default_factory=set)
    news: list[RoomEvent] = field(default_factory=list)
    is_open: bool = False
    paused: str | None = None
    sealed: bool = False
    deliberating: bool = False
    pieces: list[dict[str, Any]] = field(default_factory=list)
    place: tuple[int, int] = (0, 0)
    media_ms: int = 1000
    """Where in the running piece whatever is done now is confirmed."""
    meanwhile: Callable[[Do, Mapping[str, Any]], None] | None = None
    """What others do while an order is on its way."""

    def dies(self) -> None:
        """The process is killed and started again: what was recorded is on the disk, everything else forgotten."""
        if self.segment is not None:
            self._end()
        self.is_open = self.sealed = self.deliberating = False
        self.paused, self.place = None, (0, 0)

    def command(self, hearing: str, do: Do | str, **what: Any) -> Ack:
        """Do it, or be away."""
        if self.away:
            raise MediaAway("no answer")
        do = Do(do)
        if self.meanwhile is not None:
            self.meanwhile(do, what)
        if do is Do.FORGET:
            if self.is_open:
                raise MediaRefused("still_open")
            self.asked.append((do.value, what))
            return Ack(self.clock.machine_now(), 0, None)
        if do is not Do.OPEN and not self.is_open:
            raise MediaRefused("not_open")
        place = what.pop("place", None)
        if place is not None and place < self.place:
            return Ack(self.clock.machine_now(), self.media_ms, self.segment, {"past": True})
        self.place = place or self.place
        if (
            do is Do.MUTE
            and self.asked
            and self.asked[-1][0] == Do.ADMIT
            and self.asked[-1][1]["person"] == what["person"]
        ):
            assert self.asked[-1][1].get("muted"), "let in with an open microphone, and muted a moment later"
        self.asked.append((do.value, what))
        told: dict[str, Any] = {}
        if do is Do.OPEN:
            self.is_open = True
        if do is Do.PAUSE:
            self.paused = what["why"]
        if do is Do.RESUME:
            if self.segment is None:
                raise MediaRefused("no_recorder")
            self.paused = None
        if do is Do.RECORD and self.sealed and "key" not in what:
            raise MediaRefused("no_key")
        if do in (Do.RECORD, Do.SEAL, Do.UNSEAL) and what["segment"] != self.segment:
            if not self.recorder_works:
                raise MediaRefused("recorder_failed: ENOSPC: no space left on device, open '/var/lib/recordings/0002'")
            if what["segment"] in self.used:
                raise MediaRefused("segment_used")
            told = self._end()
            self.segment = what["segment"]
            self.used.add(what["segment"])
        if do in (Do.STOP_RECORDING, Do.DELIBERATE, Do.CLOSE):
            told = self._end()
        if do in (Do.SEAL, Do.UNSEAL):
            self.sealed = do is Do.SEAL
        if do in (Do.DELIBERATE, Do.REASSEMBLE):
            self.deliberating = do is Do.DELIBERATE
        if do in (Do.OPEN, Do.CLOSE):
            told = {**told, "pieces": list(self.pieces)}
        if do is Do.CLOSE:
            self.is_open = False
        return Ack(self.clock.machine_now(), self.media_ms, self.segment, told)

    def _end(self) -> dict[str, Any]:
        ended, self.segment = self.segment, None
        if ended is None:
            return {}
        self.pieces.append({"ended": ended, "closing": {"segment": ended}, "head": sha256_hex(f"{ended}".encode())})
        return self.pieces[-1]

    def state(self, hearing: str) -> RoomState:
        """How it stands."""
        if self.away:
            raise MediaAway("no answer")
        if not self.is_open:
            raise MediaRefused("not_open")
        since = self.clock.machine_now() if self.segment is not None else None
        recorder = RecorderState(since, since, None, 0, 0, None)
        return RoomState(
            self.clock.machine_now(),
            self.is_open,
            self.segment,
            0,
            self.paused,
            self.sealed,
            self.deliberating,
            None,
            None,
            recorder,
            (),
        )

    def events(self, hearing: str, after: int = 0) -> list[RoomEvent]:
        """What happened; as many at once as the real one says."""
        if self.away:
            raise MediaAway("no answer")
        return [one for one in self.news if one.number > after][:500]

    def health(self) -> dict[str, Any]:
        """That it answers."""
        if self.away:
            raise MediaAway("no answer")
        return {"driver": "beside"}

    def happens(self, kind: str, person: str | None = None, **told: Any) -> None:
        """Something happens in the room that nobody ordered."""
        now = self.clock.machine_now()
        self.news.append(RoomEvent(len(self.news) + 1, now, 0, self.segment, kind, person, told))

    def orders(self, do: str) -> list[dict[str, Any]]:
        """What was asked of a kind, in order."""
        return [what for asked, what in self.asked if asked == do]
