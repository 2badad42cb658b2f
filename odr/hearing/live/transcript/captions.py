"""Captions while a hearing runs: what the recorder writes is read as it grows, a few seconds at a time, and told to the room.

Only what the room admitted is in the recording, so only that is read: never what a muted microphone hears, never a room in
which one side or the bench is alone. Who gets a line, the media room decides by who was in when it was said. Nothing is kept:
no table and no line of a log holds a word; the text of the hearing is drafted from the recording afterwards.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.hearing.live.media.control import Do, MediaAway, MediaRefused
from odr.hearing.live.media.derive import read_rtp
from odr.hearing.live.media.hosts import media_on, piece_folder
from odr.hearing.live.media.reading import Kind, Recorded, Tail
from odr.hearing.live.media.webm import AUDIO, Frame
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.transcript.engine import Captioner
from odr.hearing.live.transcript.sound import RATE, CannotDecode, samples_of
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.hearing.live")
PAUSE_MS = 400
"""So long a pause, and what was said before it is a caption."""
LONG_MS, MOST_MS = 2_000, 8_000
"""Who goes on for so long gets a caption all the same; an engine that is behind takes more at once, up to the second figure."""
LATE_MS = 1_000
"""The last part of a caption that a pause does not end: it is cut in the quietest moment there."""
LEAD_MS = 200
"""Kept before the first word: a voice begins before it is noticed."""
BEHIND_MS = 20_000
"""What is older than this is left out: a caption that comes so late is beside another's words."""
AGAIN_S, AGAIN_MOST_S = 2.0, 60.0
"""A piece that could not be heard is heard again after so many seconds, twice as many each time, up to the second figure."""
ALIVE_S = 4.0
"""So often the room hears that captions are written, if nobody speaks."""
JUMP_MS = 500
"""A sender's own clock counts while it stays so near to when its packets came."""
MOST_WORDS = 1_000
LINK_BYTES = 65_536
CLOSED = ("end", "cut")
MOMENT = RATE // 50


@dataclass(frozen=True)
class Caption:
    """Who said what, from which millisecond of the piece on."""

    person: str
    begin_ms: int
    language: str
    words: str

    def told(self) -> dict[str, Any]:
        """As the room takes it."""
        return {
            "person": self.person,
            # Who came in within this was perhaps not there yet: a sender’s clock is no witness of it.
            "from": self.begin_ms - JUMP_MS,
            "language": self.language,
            "words": self.words[:MOST_WORDS],
        }


@dataclass
class Ear:
    """What was heard of one person and is no caption yet."""

    person: str
    tail: Tail
    begin_ms: int = 0
    frames: list[Frame] = field(default_factory=list)
    _clock: tuple[int, int, int] | None = None
    """Of the sender: SSRC, RTP time and millisecond of the piece to which the next packets are reckoned."""

    def takes(self, recorded: Iterable[Recorded]) -> None:
        """Packets of sound, each at its moment by the sender's clock."""
        for each in recorded:
            packet = read_rtp(each.data) if each.kind is Kind.AUDIO else None
            if packet is None or not packet[4]:
                continue
            ssrc, _, at, _, payload = packet
            ms = self._place(ssrc, at, each.ms)
            if ms >= self.begin_ms:
                self.frames.append(Frame(AUDIO, ms, True, payload))
        self.frames.sort(key=lambda frame: frame.ms)

    def _place(self, ssrc: int, at: int, came_ms: int) -> int:
        if self._clock is not None and self._clock[0] == ssrc:
            passed = (at - self._clock[1] + 2**31) % 2**32 - 2**31
            ms = self._clock[2] + passed // 48
            if abs(ms - came_ms) <= JUMP_MS:
                return ms
        self._clock = (ssrc, at, came_ms)
        return came_ms

    def forget(self, before_ms: int) -> None:
        """What came before a moment is done with."""
        self.begin_ms = max(self.begin_ms, before_ms)
        self.frames = [frame for frame in self.frames if frame.ms >= self.begin_ms]


def cut(samples: Any, spans: Sequence[tuple[int, int]], *, is_over: bool) -> int | None:
    """Up to which sample there is a caption; None where one waits for more. ``spans`` are where somebody speaks."""
    first, last = spans[0][0], spans[-1][1]
    most = MOST_MS * RATE // 1000
    if len(samples) - first <= most:
        if is_over or last + PAUSE_MS * RATE // 1000 <= len(samples):
            return min(len(samples), last + LEAD_MS * RATE // 1000)
        if len(samples) - first < LONG_MS * RATE // 1000:
            return None
    end = min(len(samples), first + most)
    late = samples[end - LATE_MS * RATE // 1000 : end]
    moments = late[: len(late) // MOMENT * MOMENT].reshape(-1, MOMENT)
    return int(end - len(late) + int(abs(moments).mean(axis=1).argmin()) * MOMENT + MOMENT // 2)


class Listener:
    """One piece of a recording while it is written: every person's sound, and how far it was heard."""

    def __init__(
        self,
        hearing: str,
        number: int,
        folder: Path,
        key: bytes | None,
        host: str | None = None,
        heard: Mapping[str, int] | None = None,
    ) -> None:
        self.hearing, self.number, self.host = hearing, number, host
        self._folder, self._key = folder, key
        self._ears: dict[str, Ear] = {}
        self.heard = dict(heard or {})
        """Person → millisecond up to which captions were made of what they said, by a whole round."""
        self._seen = False
        self.is_closed = False

    def _until(self) -> int:
        """Up to which millisecond everything is on the disk, by the last link; closed, the end of the piece."""
        path = self._folder / "chain"
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - LINK_BYTES))
            whole = file.read().rpartition(b"\n")[0]
        try:
            link = json.loads(whole.rpartition(b"\n")[2])
        except ValueError:
            return 0
        self.is_closed = link.get("kind") in CLOSED
        return int(link.get("ms", 0))

    def hear(self, engine: Captioner) -> list[Caption]:
        """One round: what is a caption by now, in the order in which it was said. Raises NotReadable, OSError."""
        until = self._until()
        for path in sorted(self._folder.glob("*.rtp")):
            if path.stem not in self._ears:
                tail = Tail(f"{self.hearing}/{self.number}", path, self._key)
                self._ears[path.stem] = Ear(path.stem, tail, self.heard.get(path.stem, 0))
        found: list[Caption] = []
        for ear in self._ears.values():
            packets = ear.tail.read()
            if not self._seen or until - ear.begin_ms > BEHIND_MS:
                if ear.frames:
                    log.warning("captions of piece %s are behind; what is older is left out", self.number)
                ear.forget(until - MOST_MS)
            ear.takes(packets)
            # The end of a piece that was cut off says no time of its own.
            end = max([until, *(frame.ms + 20 for frame in ear.frames[-1:])]) if self.is_closed else until
            found += self._captions(engine, ear, end)
        self._seen = True
        self.heard.update({ear.person: ear.begin_ms for ear in self._ears.values()})
        return sorted(found, key=lambda one: (one.begin_ms, one.person))

    def _captions(self, engine: Captioner, ear: Ear, until: int) -> list[Caption]:
        found: list[Caption] = []
        while ear.frames and until > ear.begin_ms:
            begin = max(ear.begin_ms, ear.frames[0].ms - LEAD_MS)
            if until <= begin:
                # Packets are on the disk before the link that says how far everything is.
                break
            own = [Frame(AUDIO, frame.ms - begin, True, frame.data) for frame in ear.frames]
            samples = samples_of(own, until - begin)
            spans = engine.speech(samples)
            if not spans:
                # A voice that has just begun may not be noticed yet.
                ear.forget(until if self.is_closed else until - LEAD_MS)
                break
            end = cut(samples, spans, is_over=self.is_closed)
            if end is None:
                ear.forget(begin + spans[0][0] * 1000 // RATE - LEAD_MS)
                break
            first = max(0, spans[0][0] - LEAD_MS * RATE // 1000)
            heard = engine.hear_now(samples[first:end])
            if heard is not None:
                found.append(Caption(ear.person, begin + first * 1000 // RATE, *heard))
            ear.forget(begin + end * 1000 // RATE)
        return found


class Captions:
    """Every hearing that is recorded on this machine now."""

    def __init__(self, court: Court, engine: Captioner) -> None:
        self._court, self._engine = court, engine
        self._listening: dict[tuple[int, int], Listener] = {}
        self._done: set[tuple[int, int]] = set()
        self._again: dict[tuple[int, int], tuple[float, float]] = {}
        """Pieces that could not be heard: when to listen to each again, and how long was waited for it."""
        self._heard: dict[tuple[int, int], Mapping[str, int]] = {}
        """Of those, how far each person was heard before: no caption is told twice."""
        self._told: dict[str, float] = {}

    def round(self) -> int:
        """Hear what came, and tell it. The number of captions. Raises CannotDecode where no sound can be heard at all."""
        made = 0
        self._listen()
        for mine, listener in list(self._listening.items()):
            try:
                found = listener.hear(self._engine)
            except CannotDecode:
                raise
            except Exception as error:
                # By its kind alone: what a library says of words may hold them. The other hearings go on.
                wait = min(2 * self._again[mine][1], AGAIN_MOST_S) if mine in self._again else AGAIN_S
                log.error("no captions of piece %s for %d s (%s)", listener.number, wait, type(error).__name__)
                self._again[mine] = (time.monotonic() + wait, wait)
                self._heard[mine] = listener.heard
                del self._listening[mine]
                continue
            self._again.pop(mine, None)
            self._tell(listener, found)
            made += len(found)
            # What was said last is heard too, though the court may know already that the piece has ended.
            if listener.is_closed:
                del self._listening[mine]
                self._done.add(mine)
        return made

    def _listen(self) -> None:
        """Pieces that are written on this machine now get a listener each."""
        asked = (
            select(LiveSegment, LiveRoom, Hearing.reference)
            .join(LiveRoom, LiveRoom.id == LiveSegment.room_id)
            .join(Hearing, Hearing.id == LiveRoom.hearing_id)
            .where(LiveSegment.ended_at.is_(None), LiveRoom.state != RoomState.CLOSED, LiveRoom.erased_at.is_(None))
        )
        with self._court.database.read() as session:
            rows = [(row[0], row[1], row[2]) for row in session.execute(asked)]
        for piece, room, hearing in rows:
            mine = (room.id, piece.number)
            folder = piece_folder(self._court.settings, hearing, piece)
            waits = self._again.get(mine, (0.0, 0.0))[0] > time.monotonic()
            if waits or mine in self._listening or mine in self._done or not (folder / "chain").is_file():
                continue
            key = None
            if piece.key is not None:
                key = self._court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
            heard = self._heard.pop(mine, None)
            self._listening[mine] = Listener(hearing, piece.number, folder, key, piece.host, heard)
        written = {(room.id, piece.number) for piece, room, _ in rows}
        self._done &= written
        self._again = {mine: waits for mine, waits in self._again.items() if mine in written}
        self._heard = {mine: heard for mine, heard in self._heard.items() if mine in written}

    def _tell(self, listener: Listener, found: Sequence[Caption]) -> None:
        media, now = media_on(self._court, listener.host), time.monotonic()
        quiet = now - self._told.get(listener.hearing, -ALIVE_S) < ALIVE_S
        if media is None or (not found and quiet):
            return
        self._told[listener.hearing] = now
        try:
            lines = [one.told() for one in found]
            media.command(listener.hearing, Do.CAPTION, segment=listener.number, lines=lines)
        except (MediaAway, MediaRefused):
            log.warning("the media room took no captions of piece %s", listener.number)
