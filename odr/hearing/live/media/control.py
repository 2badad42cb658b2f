"""What the court says to its media room: who may enter, what it orders, and what the room answers.

The court decides and writes the event first; the room obeys, and answers with the moment in the media at which it did.
The room is a process of its own. It knows hearings and people by opaque names, no case and no password.

A room in which somebody may be: ``HALL`` (the hearing, recorded), ``BENCH`` (the judges' room) or ``consult:<side>`` (one
side and its own); in the last two nothing is ever recorded. Whoever enters the hall waits at its door until ``ADMIT``.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import http.client
import json
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

HALL, BENCH, CONSULT = "hall", "bench", "consult:"
TICKET_SECONDS = 60
"""How long a ticket opens the door."""
SAYS_WITHIN = 1.5
"""Seconds after which a room that does not say how something stands, for which it waits on nothing, counts as away, where the operator
says nothing else: asked twice in a round that begins each second, a host is found silent within five. An order may take twice as long."""
WORD = 40
"""The longest word by which the room refuses, as the court keeps it."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Hearings, people, roles, sides and exhibits, as the room may hear them."""
JSONObject = dict[str, Any]


class Do(enum.StrEnum):
    """What the court can order; beside each, what goes with it."""

    OPEN = "open"
    """The room is there for this hearing: ``persons`` the court expects (may be empty). Repeated after the room was away,
    it finds what was recorded, closes a segment that was cut off, and names the gap (event ``gap``). The answer's
    ``pieces`` are the last links of every segment that ended, each with ``ended``, ``closing`` and ``head``. A hearing that
    comes from another media host has ``gap``: ``since`` when (milliseconds) nothing is recorded, ``after`` which segment."""
    RECORD = "record"
    """The recorder starts ``segment`` (a number not used yet); with ``key``, encrypted at rest. A segment that still runs
    ends; one of this number goes on. Before it runs, and whenever it fails, nobody in the hall sees or hears anybody."""
    STOP_RECORDING = "stop_recording"
    """The segment ends. The answer's ``closing`` is its last link, ``head`` the digest of it, which the court signs."""
    ADMIT = "admit"
    """``person`` comes in from the door of the hall; also one who had been removed. With ``muted=True`` no packet of their
    sound goes on before the ``MUTE`` that follows."""
    FLOOR = "floor"
    """``person`` has the floor (None: nobody), and is unmuted, unless the mute is locked."""
    MUTE = "mute"
    """``person``'s sound, and with ``video=True`` their picture, goes to nobody and into no recording, whatever their device
    sends. With ``lock=True`` only ``UNMUTE`` lifts it, not the floor either."""
    UNMUTE = "unmute"
    """Lifts a mute, locked or not, of sound and picture."""
    ISOLATE = "isolate"
    """``person`` sees, hears and reads nothing and is seen and heard by nobody: their device has no media connection."""
    RELEASE = "release"
    """Ends it."""
    REMOVE = "remove"
    """``person`` is put out of the hearing and kept out until admitted again; ``why`` ("ordered_out") is shown."""
    SEAL = "seal"
    """A part not open to everybody: only ``stay`` (a list of persons) go on, in ``segment`` under ``key`` (32 bytes). The
    running segment ends; the answer has its ``closing`` and ``head``. Also while a part is sealed, whose recorder failed."""
    UNSEAL = "unseal"
    """All go on, in ``segment``; the sealed one ends, its key is forgotten. Answer as for ``STOP_RECORDING``. Where no part
    is sealed, as ``RECORD``: a room that was away is brought to it either way."""
    PAUSE = "pause"
    """Nobody sees or hears anybody and nothing is recorded until ``RESUME``; the recorder goes on running. ``why`` ("break",
    "technology", …) and ``until`` (instant) are shown."""
    RESUME = "resume"
    """Ends it. Refused while no recorder runs."""
    DELIBERATE = "deliberate"
    """Only ``persons`` (the bench) go on, without recorder: a running segment ends, as by ``STOP_RECORDING``."""
    REASSEMBLE = "reassemble"
    """All are together again; nobody is heard before ``RECORD``."""
    PAGE = "page"
    """``exhibit`` at ``page`` stands on every device (None, None: nothing); each device that shows it says so."""
    TELL = "tell"
    """``data`` (an object of ≤16 KB: a caption, a line of the record) goes as ``kind`` to everybody in the hall, or to
    ``to`` alone; never to the isolated, the sealed out, or those at the door. Not kept."""
    CAPTION = "caption"
    """``lines`` of what was said in ``segment``, each with ``person``, ``from`` (milliseconds into it), ``language`` and
    ``words``: to whoever was in the hall when it was said and still is; so never to a witness called since, to who is sealed
    out, or to who waits. Not kept. Without lines it says that the program which writes them runs."""
    CLOSE = "close"
    """The hearing is over: recorder stopped (answer as there, with ``pieces`` as for ``OPEN``), everybody out."""
    FORGET = "forget"
    """The court has everything of a hearing that is closed: the room remembers nothing of it. What it recorded lies on its disk,
    from where ``OPEN`` and ``CLOSE`` tell its last links again. Refused (``still_open``) of one that is not closed."""


class Rank(enum.StrEnum):
    """What the room lets a role see of others."""

    BENCH = "bench"
    """Sees everybody's state, also of the isolated and at the door, and what was held back."""
    PARTICIPANT = "participant"
    """Sees who is in the hall."""
    WITNESS = "witness"
    """Never sees the list of people (witnesses, experts; EV 72)."""


@dataclass(frozen=True)
class Ticket:
    """Who may enter where: one hearing, one person, one room."""

    hearing: str
    """Opaque name of the hearing."""
    person: str
    """Opaque name of the person in this hearing."""
    role: str
    """Role in the case, as the page shows it; opaque to the room."""
    room: str
    """``HALL``, ``BENCH`` or ``consult:<side>``."""
    proven_at: datetime
    """When the person last proved who they are (step-up)."""
    rank: Rank = Rank.PARTICIPANT
    """What they see of others."""
    host: str = "main"
    """The media host that holds the hearing: no other lets this ticket in."""


def issue(secret: bytes, ticket: Ticket, now: datetime) -> str:
    """The ticket, signed: opens the door once, within ``TICKET_SECONDS``. ``now`` is the machine's time, which the room
    reads too, never the court's movable one.

    Raises ``ValueError`` for a name the room would not take.
    """
    side = ticket.room.removeprefix(CONSULT)
    if ticket.room not in (HALL, BENCH) and (side == ticket.room or not NAME.fullmatch(side)):
        raise ValueError(f"no room: {ticket.room}")
    for name in (ticket.hearing, ticket.person, ticket.role, ticket.host):
        if not NAME.fullmatch(name):
            raise ValueError(f"no name of the room: {name}")
    said = {
        "host": ticket.host,
        "hearing": ticket.hearing,
        "person": ticket.person,
        "role": ticket.role,
        "rank": ticket.rank.value,
        "room": ticket.room,
        "proven": _milliseconds(ticket.proven_at),
        "from": _milliseconds(now),
        "until": _milliseconds(now + timedelta(seconds=TICKET_SECONDS)),
        "once": secrets.token_urlsafe(16),
    }
    body = _url64(json.dumps(said, separators=(",", ":"), sort_keys=True).encode())
    return f"{body}.{_url64(hmac.digest(derived(secret, 'ticket'), body.encode(), 'sha256'))}"


def derived(secret: bytes, purpose: str) -> bytes:
    """Key for one purpose, so that a ticket's signature says nothing about the control channel."""
    return hmac.digest(secret, b"odr media room: " + purpose.encode(), hashlib.sha256)


def segment_key() -> bytes:
    """A new key for a sealed segment. The court keeps it (under its vault's seal); the room forgets it when the part ends."""
    return secrets.token_bytes(32)


@dataclass(frozen=True)
class Ack:
    """The room has done it: when, and where in the media."""

    at: datetime
    """By the room's clock."""
    media_ms: int
    """Milliseconds into the running segment; 0 where none runs."""
    segment: int | None
    """The segment that runs now."""
    told: JSONObject = field(default_factory=dict)
    """What else the order gives back: ``closing``, ``head``, ``ended`` (number of the segment that ended)."""


@dataclass(frozen=True)
class RoomEvent:
    """Something that happened in the room without an order of the court."""

    number: int
    """Grows for ever, across restarts of the room too."""
    at: datetime
    media_ms: int
    segment: int | None
    kind: str
    """``entered``, ``left``, ``lost``, ``back``, ``refused`` (at the door), ``hand``, ``hand_down``, ``held_back``,
    ``microphone`` and ``camera`` (turned on or off by the person), ``media`` (arrives or not), ``head`` (of the chain, each
    minute), ``recorder_failed``, ``paused`` (by the room itself), ``gap``, ``court_silent`` (the room heard nothing of the court for
    ``seconds``, sent everybody away and ended its piece; it knows of the hearing again by ``OPEN``)."""
    person: str | None
    told: JSONObject
    """What belongs to it, e.g. ``why`` of a refusal, ``seconds`` of a loss, ``head`` and ``link``, ``since`` and ``until``
    of a gap."""


@dataclass(frozen=True)
class PersonState:
    """How one person stands, as the room sees it, not their browser."""

    person: str
    role: str
    room: str
    present: bool
    """Whether a device of theirs answers."""
    since: datetime
    """Since when present, or since when lost."""
    admitted: bool
    audio: bool
    """Whether sound arrived within the last seconds (also while it is held back)."""
    video: bool
    microphone: bool
    """Whether the person has their microphone on."""
    camera: bool
    muted: bool
    """By the court."""
    locked: bool
    isolated: bool
    out: bool
    """Not in a sealed part or deliberation that goes on."""
    held_back: int
    """Packets their device sent although it was muted."""
    hand_at: datetime | None
    shows: int | None
    """Number of the page order their device shows."""


@dataclass(frozen=True)
class RecorderState:
    """How the recording stands."""

    running_since: datetime | None
    synced_at: datetime | None
    head: str | None
    """Digest of the newest link, hexadecimal."""
    link: int
    bytes: int
    fault: str | None
    """Why it stopped by itself, in the system's words."""


@dataclass(frozen=True)
class PageState:
    """What stands on every device."""

    number: int
    exhibit: str
    page: int
    since: datetime
    shown_by: tuple[str, ...]
    """Persons whose device said that it shows it."""
    expected: int
    """How many should."""


@dataclass(frozen=True)
class RoomState:
    """A hearing as the room sees it now."""

    at: datetime
    is_open: bool
    segment: int | None
    media_ms: int
    paused: str | None
    """Why, if it is."""
    sealed: bool
    deliberating: bool
    floor: str | None
    page: PageState | None
    recorder: RecorderState
    people: tuple[PersonState, ...]


class MediaAway(Exception):
    """The room does not answer; nothing is known of whether it obeyed. The court asks ``state`` before it says anything."""


class MediaRefused(Exception):
    """The room answers that it cannot do this; ``why`` is a word (``no_recorder``, ``not_open``, ``unknown_person``,
    ``segment_used``, ``recorder_failed``, …). What the room says after it, such as the system's words for a full disk, is for the
    operators' log."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.why = said.partition(":")[0][:WORD]


class Media:
    """The court's side of the room's control channel.

    ``address`` is ``unix:/path`` or ``http://127.0.0.1:port``. One object may serve many threads.
    """

    def __init__(self, address: str, secret: bytes, *, says_within: float = SAYS_WITHIN) -> None:
        self._address = address
        self._within = {"POST": 2 * says_within, "GET": says_within}
        self._word = derived(secret, "control").hex()

    def command(self, hearing: str, do: Do | str, **what: Any) -> Ack:
        """Order something; returns when the room has done it. Raises MediaAway and MediaRefused.

        With ``place``, a line of the journal and which of its orders this is, the room does nothing where it has done what stands
        later: ``told["past"]`` then says so.
        """
        given = {name: _plain(value) for name, value in what.items()}
        said = self._ask("POST", f"/hearings/{_name(hearing)}/{Do(do).value}", given)
        rest = {name: value for name, value in said.items() if name not in ("at", "media_ms", "segment")}
        return Ack(_instant(said["at"]), int(said["media_ms"]), said["segment"], rest)

    def state(self, hearing: str) -> RoomState:
        """How the hearing stands. Raises MediaAway; MediaRefused ``not_open`` if the room knows no such hearing."""
        return _state(self._ask("GET", f"/hearings/{_name(hearing)}"))

    def events(self, hearing: str, after: int = 0) -> list[RoomEvent]:
        """What happened after the event of that number, oldest first, at most 500. Raises MediaAway."""
        said = self._ask("GET", f"/hearings/{_name(hearing)}/events?after={int(after)}")
        return [
            RoomEvent(
                int(each["number"]),
                _instant(each["at"]),
                int(each["media_ms"]),
                each["segment"],
                each["kind"],
                each["person"],
                each["told"],
            )
            for each in said["events"]
        ]

    def health(self) -> JSONObject:
        """What the room says of itself: ``since``, ``hearings`` that are open, ``remembered`` (the closed among them), ``people``,
        ``memory`` (bytes), ``driver``. Raises MediaAway."""
        return self._ask("GET", "/health")

    def _ask(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> JSONObject:
        connection = _connection(self._address, self._within[method])
        try:
            body = None if given is None else json.dumps(given).encode()
            connection.request(method, path, body, {"Authorization": f"Bearer {self._word}", "Host": "media"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise MediaAway(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if not isinstance(said, dict):
            raise MediaAway("the room's answer is no object")
        if answer.status == 200:
            return said
        if answer.status in (404, 409):
            raise MediaRefused(str(said.get("why", "refused")))
        raise MediaAway(f"the room answers {answer.status}: {said.get('why', '')}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("media", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection(address: str, within: float) -> http.client.HTTPConnection:
    if address.startswith("unix:"):
        return _UnixConnection(address.removeprefix("unix:"), within)
    host = address.removeprefix("http://").rstrip("/")
    return http.client.HTTPConnection(host, timeout=within)


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError(f"no name of the room: {value}")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _milliseconds(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _state(said: JSONObject) -> RoomState:
    page, recorder = said["page"], said["recorder"]
    return RoomState(
        at=_instant(said["at"]),
        is_open=said["is_open"],
        segment=said["segment"],
        media_ms=int(said["media_ms"]),
        paused=said["paused"],
        sealed=said["sealed"],
        deliberating=said["deliberating"],
        floor=said["floor"],
        page=None
        if page is None
        else PageState(**{**page, "since": _instant(page["since"]), "shown_by": tuple(page["shown_by"])}),
        recorder=RecorderState(
            **{
                **recorder,
                "running_since": _perhaps(recorder["running_since"]),
                "synced_at": _perhaps(recorder["synced_at"]),
            }
        ),
        people=tuple(
            PersonState(**{**each, "since": _instant(each["since"]), "hand_at": _perhaps(each["hand_at"])})
            for each in said["people"]
        ),
    )


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _perhaps(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _instant(milliseconds)


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
