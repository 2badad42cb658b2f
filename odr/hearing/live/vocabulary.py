"""The words of the hearing held here: how the room stands, where somebody is, microphones, steps of order, lines of the journal."""

from __future__ import annotations

import enum

from odr.ground.text import T, Text as Words

BY_PHONE = "telephone"
"""Note beside whoever was heard by telephone for a while, by voice only; the journal says from when until when."""
ONLY_BY_PHONE = "telephone only"
"""Note beside whoever waited at the door to the end and was heard by telephone alone: nobody ever saw them."""
CARRIED_OVER = "host_left"
"""Of a line that a dead host never confirmed: what it decided is part of what the other host is told."""


class RoomState(enum.Enum):
    """How the room of a hearing stands. Paused, suspended and closed are three things, each with its own words."""

    WAITING = "waiting"  # nobody sees or hears anybody; nothing is recorded
    OPEN = "open"  # heard and recorded
    PAUSED = "paused"  # a break the judge ordered; the recorder stands still (REC 3)
    SUSPENDED = "suspended"  # somebody who is needed, or the recorder, is gone: nothing goes on (OLR 25)
    DELIBERATING = "deliberating"  # those who decide are alone; never recorded
    CLOSED = "closed"  # over

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            RoomState.WAITING: T("Not opened yet"),
            RoomState.OPEN: T("The hearing is open"),
            RoomState.PAUSED: T("Paused"),
            RoomState.SUSPENDED: T("Suspended for technology"),
            RoomState.DELIBERATING: T("Deliberation"),
            RoomState.CLOSED: T("The hearing is over"),
        }[self]


class Place(enum.Enum):
    """Where somebody is who came to a hearing."""

    DOOR = "door"  # identity checked, waits to be admitted
    ROOM = "room"  # takes part
    ISOLATED = "isolated"  # a witness or expert who waits to be called, alone (OLR 26)
    OUT = "out"  # ordered to leave, or removed (CTR 19)

    @property
    def label(self) -> Words:
        """The place in words."""
        return {
            Place.DOOR: T("Waits to be admitted"),
            Place.ROOM: T("In the room"),
            Place.ISOLATED: T("Isolated"),
            Place.OUT: T("Out of the room"),
        }[self]


class Mic(enum.Enum):
    """What the court lets a microphone do; muted by oneself is the person's own affair and no state of the court."""

    OPEN = "open"  # may be switched on
    MUTED = "muted"  # by the court; the floor opens it
    LOCKED = "locked"  # by the court, also against the person; only the court opens it

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            Mic.OPEN: T("Microphone may be on"),
            Mic.MUTED: T("Muted by the court"),
            Mic.LOCKED: T("Muted and locked"),
        }[self]


class Rung(enum.Enum):
    """The steps of order in court, in the only order in which they may be taken (CTR 19)."""

    WARNED = "warned"
    ADMONISHED = "admonished"
    ORDERED_OUT = "ordered_out"
    REMOVED = "removed"

    @property
    def label(self) -> Words:
        """The step in words."""
        return {
            Rung.WARNED: T("Warning"),
            Rung.ADMONISHED: T("Admonition"),
            Rung.ORDERED_OUT: T("Order to leave"),
            Rung.REMOVED: T("Removal from the room"),
        }[self]


class LiveStage(enum.Enum):
    """The stages of a hearing, as it goes through them (OLR 22; CPL 140, 141, 144)."""

    OPENING = "opening"
    INVESTIGATION = "investigation"
    DEBATE = "debate"
    FINAL = "final"

    @property
    def label(self) -> Words:
        """The stage in words."""
        return {
            LiveStage.OPENING: T("Opening"),
            LiveStage.INVESTIGATION: T("Investigation"),
            LiveStage.DEBATE: T("Debate"),
            LiveStage.FINAL: T("Last words of everybody"),
        }[self]


class SealReason(enum.Enum):
    """Why a part of a public hearing is not open to everybody (REC 3, 16; OLR 27)."""

    COMMERCIAL = "secret"
    PRIVACY = "privacy"

    @property
    def label(self) -> Words:
        """The reason in words."""
        return {
            SealReason.COMMERCIAL: T("A trade secret is shown or examined"),
            SealReason.PRIVACY: T("Private life, or somebody under age"),
        }[self]


class Leaving(enum.Enum):
    """What the judge finds on somebody who was gone (OLR 25)."""

    FAULT = "fault"  # network, equipment, power or force majeure: no disadvantage
    LEFT = "left"  # on their own, and not back after prompt and warning: as leaving in the middle of the hearing

    @property
    def label(self) -> Words:
        """The finding in words."""
        return {
            Leaving.FAULT: T("A fault of network, equipment or power: nothing follows from it"),
            Leaving.LEFT: T("Left without leave, and not back after prompt and warning"),
        }[self]


class GoesOn(enum.Enum):
    """How it goes on after a hearing here is closed (OLR 21)."""

    NO = "no"
    ANOTHER_DAY = "another_day"
    COURTROOM = "courtroom"
    WRITING = "writing"

    @property
    def label(self) -> Words:
        """The way in words."""
        return {
            GoesOn.NO: T("Everything was heard"),
            GoesOn.ANOTHER_DAY: T("It goes on here, on another day"),
            GoesOn.COURTROOM: T("It goes on in the courtroom"),
            GoesOn.WRITING: T("What is left goes on in writing"),
        }[self]


class Question(enum.Enum):
    """The five questions of the check of equipment."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"
    NETWORK = "network"
    PLACE = "place"


class Answer(enum.Enum):
    """What a check of one question came to."""

    WORKS = "works"
    WEAK = "weak"  # one can take part, with less
    FAILS = "fails"

    @property
    def label(self) -> Words:
        """The result in words."""
        return {Answer.WORKS: T("Works"), Answer.WEAK: T("Works in part"), Answer.FAILS: T("Does not work")}[self]


class PhoneCheck(enum.Enum):
    """How it was made sure who speaks on a telephone; each came with their identity proven before (OLR 7)."""

    CALLED_BACK = "called_back"  # the court called the number it has in the file
    ASKED = "asked"  # facts of the case that only they know
    KNOWN = "known"  # the other side knows the voice and says so
    OTHER = "other"  # as the note says

    @property
    def label(self) -> Words:
        """The way in words."""
        return {
            PhoneCheck.CALLED_BACK: T("the court called the number it has in the file"),
            PhoneCheck.ASKED: T("asked about facts of the case that only they know"),
            PhoneCheck.KNOWN: T("the other side knows the voice"),
            PhoneCheck.OTHER: T("as the note says"),
        }[self]


class What(enum.Enum):
    """What a line of the journal says."""

    CAME = "came"
    ADMITTED = "admitted"
    SENT_BACK = "sent_back"
    ISOLATED = "isolated"
    CALLED = "called"
    FLOOR = "floor"
    FLOOR_BACK = "floor_back"
    MUTED = "muted"
    LOCKED = "locked"
    UNMUTED = "unmuted"
    HAND = "hand"
    HAND_DOWN = "hand_down"
    CANNOT_HEAR = "cannot_hear"
    CANNOT_SEE = "cannot_see"
    MESSAGE = "message"
    NOTE = "note"
    STAGE = "stage"
    PAGE = "page"
    PAGE_OFF = "page_off"
    OPENED = "opened"
    PAUSED = "paused"
    RESUMED = "resumed"
    SUSPENDED = "suspended"
    DELIBERATES = "deliberates"
    REASSEMBLED = "reassembled"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    ORDER = "order"
    LOST = "lost"
    BACK = "back"
    PROMPTED = "prompted"
    TOLD = "told"
    FOUND = "found"
    RECORDER_STOPPED = "recorder_stopped"
    RECORDER_RUNS = "recorder_runs"
    HELD_BACK = "held_back"
    REFUSED = "refused"
    PHONED = "phoned"
    PHONE_OVER = "phone_over"
    HELD_ON = "held_on"  # by which media host the hearing is held
    HOST_LEFT = "host_left"  # that host does not answer, and another holds it from now on
    HOST_BACK = "host_back"  # a host that was left has handed over what it recorded
    TOLD_ANEW = "told_anew"  # a media room that knew nothing of a hearing any more is told how it stands
    PRONOUNCED = "pronounced"  # the judgment is spoken, in the words of the court
    HEAD = "head"
    CLOSED = "closed"
