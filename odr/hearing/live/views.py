"""What the pages of a hearing held here show, for one viewer: never more than reaches them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Case, Role
from odr.evidence.models import Exhibit
from odr.ground.text import T, Text
from odr.hearing.examination.exhibit_places import SEEN
from odr.hearing.live import journal
from odr.hearing.live.media.composite.working import Failed, failed, lies_ready
from odr.hearing.live.media.moving import is_over, waits_until
from odr.hearing.live.models import EquipmentCheck, LiveAck, LiveLine, LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.moves import DECIDED, MOVES, shown_exhibit, why_not
from odr.hearing.live.playing import Played, playable
from odr.hearing.live.queries import (
    called_back,
    check_of,
    doors_are_open,
    hands,
    hearing_of_now,
    is_set_up,
    person_of,
    reached,
    room_of,
    segments_of,
)
from odr.hearing.live.rules import BENCH, COURT, KEPT_APART, LADDER, STAGES, next_rung, next_stage, sees_people
from odr.hearing.live.seen.pages_in_replay import ShownPage, pages_of
from odr.hearing.live.seen.showing import watchers_in
from odr.hearing.live.vocabulary import CARRIED_OVER, LiveStage, Mic, Place, RoomState, Rung, What
from odr.hearing.models import Hearing, Interpreter
from odr.hearing.queries import standing_exhibits
from odr.identity.actors import Actor

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NEWEST = 200
"""Lines of the journal on the page of the room; the whole of it stands on the page of the recording."""


@dataclass(frozen=True)
class LineView:
    """A line as its reader sees it."""

    line: LiveLine
    sentence: Text
    ack: LiveAck | None

    @property
    def is_said(self) -> bool:
        """Whether it is somebody’s own words."""
        return self.line.what is What.NOTE

    @property
    def waits(self) -> bool:
        """Whether the media room has not confirmed it yet."""
        return bool(self.line.orders) and self.ack is None


@dataclass(frozen=True)
class Tile:
    """Somebody on the page: who they are, how they stand, and what may be done."""

    person: LivePerson
    is_me: bool
    has_floor: bool
    hand: int | None
    """Place in line, from 1."""
    waits: bool
    """Whether the media room has not confirmed yet what was decided of them."""
    moves: tuple[str, ...]
    seat: Text
    """What they sit as: of a panel who presides, else the role (OLR 24; COL 2)."""

    @property
    def of_court(self) -> bool:
        """Whether they sit for the court."""
        return self.person.role in COURT

    @property
    def tag(self) -> Text | None:
        """The one thing that matters now."""
        who = self.person
        if who.phone_since is not None:
            seen = who.place is Place.ROOM and who.lost_at is None
            return T("By telephone") if seen else T("By telephone, voice only")
        if who.lost_at is not None:
            return T("Connection lost")
        if who.place is Place.ISOLATED:
            return T("Isolated")
        if self.has_floor:
            return T("Has the floor")
        if self.hand is not None:
            return T("Hand up, place %(place)s", place=self.hand)
        if who.rung is not None:
            return who.rung.label
        return T("Bench") if who.role in BENCH else None

    @property
    def state(self) -> Text:
        """How they stand, in words."""
        if self.person.place is not Place.ROOM:
            return self.person.place.label
        return T("For the court") if self.of_court else self.person.mic.label

    @property
    def kind(self) -> str:
        """Shape of the state: none, wait, ok, warn, bad."""
        who = self.person
        if who.lost_at is not None or who.phone_since is not None or self.hand is not None:
            return "warn"
        if who.place is Place.OUT:
            return "bad"
        if who.place is not Place.ROOM or who.mic is Mic.MUTED:
            return "none"
        return "wait" if who.mic is Mic.LOCKED else "ok"


@dataclass(frozen=True)
class Step:
    """A step of order in court on the page."""

    rung: Rung
    given: bool
    is_next: bool


@dataclass(frozen=True)
class Interprets:
    """Somebody who interprets in the room: by whom, and from which language into which."""

    person: LivePerson
    language: str


@dataclass(frozen=True)
class RoomPage:
    """Everything the page of the room shows one viewer."""

    hearing: Hearing
    room: LiveRoom
    me: LivePerson | None
    of_court: bool
    is_judge: bool
    reaches: bool
    tiles: Sequence[Tile]
    lines: Sequence[LineView]
    messages: Sequence[LineView]
    exhibit: Exhibit | None
    exhibits: Sequence[Exhibit]
    stages: Sequence[tuple[LiveStage, bool, bool]]
    following: LiveStage | None
    unconfirmed: int
    refused: Sequence[LineView]
    may: frozenset[str]
    segments: Sequence[LiveSegment]
    calls: Sequence[EquipmentCheck]
    heads: Sequence[LiveLine]
    interpreters: Sequence[Interprets]
    """Whoever interprets in the room now."""
    speakers: Sequence[tuple[str, Text | str]]
    """How a caption names whoever is heard: by their reference in the room."""
    pronounced: LiveLine | None
    """The judgment as it was spoken, for whom the hearing reached."""
    watchers: int
    """How many of the public watch, for who sits for the court; nobody is told who."""
    tag: str

    @property
    def is_seen(self) -> bool:
        """Whether the exhibit on the screens is one that shows as a picture of its page."""
        return self.exhibit is not None and self.exhibit.upload.media.group in SEEN

    @property
    def deliberate_together(self) -> bool:
        """Whether several who decide are alone in the room now."""
        return self.room.state is RoomState.DELIBERATING and decide_together(self.room)

    @property
    def phones(self) -> list[Tile]:
        """Who is heard by telephone, for whom the hearing reaches and for the court."""
        return [t for t in self.tiles if t.person.phone_since is not None] if self.reaches or self.of_court else []

    @property
    def may_be_phoned(self) -> list[Tile]:
        """Who can be heard by telephone: whoever came, is neither of the court nor kept apart, and was not sent out."""
        return [
            t
            for t in self.tiles
            if not t.of_court
            and t.person.role not in KEPT_APART
            and t.person.place is not Place.OUT
            and t.person.phone_since is None
            and (self.room.sealed_by is None or t.person.may_stay)
        ]

    @property
    def floor(self) -> Tile | None:
        """Who speaks now."""
        return next((t for t in self.tiles if t.has_floor), None)

    @property
    def first_hand(self) -> Tile | None:
        """Who asked for the floor first."""
        return next((t for t in self.tiles if t.hand == 1), None)

    @property
    def mine(self) -> Tile | None:
        """The viewer’s own tile."""
        return next((t for t in self.tiles if t.is_me), None)

    @property
    def number(self) -> int:
        """Number of the stage, from 1."""
        return STAGES.index(self.room.stage) + 1


def room_page(sitting: Sitting, case: Case, actor: Actor, hearing: Hearing, room: LiveRoom) -> RoomPage:
    """The page of the room for somebody: whoever the hearing does not reach sees themselves alone."""
    session = sitting.session
    me, of_court = person_of(room, actor), actor.role in COURT
    reaches = reached(room, me)
    acks = journal.acks_of(session, room)
    stayed = journal.stayed_in(session, room, me)

    def reads(line: LiveLine) -> bool:
        told = journal.reads_line(line, actor.role, me, stayed, of_court=of_court)
        return told and _reaches_line(line, me, reaches, of_court)

    newest = journal.lines_of(session, room, limit=NEWEST)
    lines = [LineView(line, journal.sentence(line), acks.get(line.id)) for line in newest if reads(line)]
    waiting = {line.person_id for line in journal.unconfirmed(session, room)}
    in_line = {person.id: place for place, person in enumerate(hands(room), 1)}
    tiles = [
        Tile(
            person,
            person is me,
            room.floor_id == person.id,
            in_line.get(person.id),
            person.id in waiting,
            moves_on(room, actor, person),
            seat_of(room, person),
        )
        for person in shown_people(room, me, actor.role, of_court=of_court, reaches=reaches)
    ]
    interpreters = _interpreters(session, case, room) if reaches else []
    heads = [line.line for line in lines if line.line.what is What.HEAD] if of_court else []
    exhibit = shown_exhibit(sitting, room) if reaches else None
    watching = watchers_in(session, hearing.id) if of_court else 0
    spoken = next((line for line in newest if line.what is What.PRONOUNCED), None)
    if spoken is None and room.lines > NEWEST:
        spoken = journal.pronounced(session, room)
    return RoomPage(
        hearing=hearing,
        room=room,
        me=me,
        of_court=of_court,
        is_judge=actor.role is Role.JUDGE,
        reaches=reaches,
        tiles=tiles,
        lines=[v for v in lines if v.line.what not in journal.NOT_SAID | {What.MESSAGE}],
        messages=[v for v in lines if v.line.what is What.MESSAGE],
        exhibit=exhibit,
        exhibits=standing_exhibits(session, case) if of_court else (),
        stages=[(s, s.value in room.stages and s is not room.stage, s is room.stage) for s in STAGES],
        following=next_stage(room.stage),
        unconfirmed=len(journal.unconfirmed(session, room)),
        refused=[v for v in lines if v.ack is not None and v.ack.refused not in (None, CARRIED_OVER)]
        if of_court
        else (),
        may=frozenset(do for do in MOVES if why_not(room, actor, do) is None) - (DECIDED if spoken else frozenset()),
        segments=segments_of(session, room),
        calls=called_back(session, hearing) if of_court else (),
        heads=heads[-1:],
        interpreters=interpreters,
        speakers=speakers_for(room, me, actor.role, journal.called(session, room)) if reaches or of_court else (),
        pronounced=spoken if spoken is not None and reads(spoken) else None,
        watchers=watching,
        tag=f"{room.lines}-{len(acks)}-{room.state.value}-{int(reaches)}-{watching}",
    )


def decide_together(room: LiveRoom) -> bool:
    """Whether several of those in the room decide: then the judge of the case presides (COL 2)."""
    return any(p.role in BENCH and p.role is not Role.JUDGE for p in room.people)


def seat_of(room: LiveRoom, person: LivePerson) -> Text:
    """What somebody sits as, for the name at their picture: where several decide, the judge presides (COL 2; OLR 24)."""
    return T("presiding judge") if decide_together(room) and person.role is Role.JUDGE else person.role.label


def _interpreters(session: Session, case: Case, room: LiveRoom) -> list[Interprets]:
    """Whoever interprets, and is in the room."""
    here = {p.account_id: p for p in room.people if p.role is Role.INTERPRETER and p.place is Place.ROOM}
    if not here:
        return []
    rows = session.scalars(select(Interpreter).where(Interpreter.case_id == case.id).order_by(Interpreter.id))
    return [Interprets(here[row.account_id], row.language) for row in rows if row.account_id in here]


def _reaches_line(line: LiveLine, me: LivePerson | None, reaches: bool, of_court: bool) -> bool:
    """While the hearing does not reach somebody, neither does what happens in it; their own lines do."""
    return of_court or reaches or (me is not None and line.person_id == me.id)


def shown_people(
    room: LiveRoom, me: LivePerson | None, role: Role, *, of_court: bool, reaches: bool
) -> list[LivePerson]:
    """Whom a viewer is shown. The court sees everybody, a witness or expert nobody but themselves; parties never those who
    are isolated, and while they are out themselves, nobody.
    """
    if of_court:
        return list(room.people)
    own = [me] if me is not None else []
    if not sees_people(role):
        return own
    here = [p for p in room.people if p.place in (Place.ROOM, Place.DOOR) and p.role not in KEPT_APART]
    called = [p for p in room.people if p.place is Place.ROOM and p.role in KEPT_APART]
    if room.state is RoomState.OPEN and not reaches:
        return own
    return [p for p in room.people if p in here + called + own]


def telephone_of(sitting: Sitting, case: Case) -> tuple[Text, Text] | None:
    """What being heard by telephone is by the rules of the case, and their article; None where they let nobody."""
    pack = sitting.pack(case)
    rules = pack.live.telephone if pack.live is not None else None
    return (rules.effect, pack.cite(rules.article)) if rules is not None else None


def speakers_for(
    room: LiveRoom, me: LivePerson | None, role: Role, called: frozenset[int]
) -> list[tuple[str, Text | str]]:
    """Whom captions name, and how, for somebody whom the hearing reaches. A tile is no list of who speaks: a witness sees none but
    their own, and is told in which role the others speak, numbered where several share it, never by name; the others go on
    reading a witness's last words under name and role when the witness waits apart again. Who was never called is not among them.
    """
    if sees_people(role):
        return [(p.reference, _named(p)) for p in room.people if p.role not in KEPT_APART or p.id in called]
    found: list[tuple[str, Text | str]] = []
    for p in room.people:
        same = [each for each in room.people if each.role is p.role]
        if p is me:
            found.append((p.reference, _named(p)))
        elif p.role not in KEPT_APART:
            numbered = T("%(role)s %(number)s", role=p.role.label, number=same.index(p) + 1)
            found.append((p.reference, numbered if len(same) > 1 else p.role.label))
    return found


def _named(person: LivePerson) -> Text | str:
    if person.role not in HEARD_ROLES:
        return person.name
    return T("%(name)s (%(role)s)", role=person.role.label, name=person.name)


def moves_on(room: LiveRoom, actor: Actor, person: LivePerson) -> tuple[str, ...]:
    """Which moves on somebody make sense now; what they may not be made is refused all the same."""
    if actor.role not in COURT:
        return ()
    open_ = {do for do in MOVES if why_not(room, actor, do) is None}
    if person.role in COURT:
        return ("floor",) if "floor" in open_ and person.role in BENCH and room.floor_id != person.id else ()
    wanted: list[str] = []
    if person.place is Place.DOOR:
        wanted = ["call", "isolate"] if person.role in KEPT_APART else ["admit"]
    elif person.place is Place.ISOLATED:
        wanted = ["call"]
    elif person.place is Place.ROOM:
        wanted = ["floor-back"] if room.floor_id == person.id else ["floor"]
        wanted += {Mic.OPEN: ["mute", "lock"], Mic.MUTED: ["unmute", "lock"], Mic.LOCKED: ["unmute"]}[person.mic]
        wanted += ["isolate"] if person.role in KEPT_APART else []
        if person.lost_at is not None and person.phone_since is None:
            wanted += ["prompt"] if person.prompted_at is None else ["tell"]
    return tuple(do for do in wanted if do in open_)


def ladder_of(person: LivePerson) -> list[Step]:
    """The four steps of order for somebody: given, next, or not yet."""
    due = next_rung(person.rung)
    taken = LADDER.index(person.rung) if person.rung is not None else -1
    return [Step(rung, place <= taken, rung is due) for place, rung in enumerate(LADDER)]


@dataclass(frozen=True)
class WaitingPage:
    """The page before the room: what comes next, and who is here."""

    hearing: Hearing | None
    room: LiveRoom | None
    me: LivePerson | None
    set_up: bool
    doors: bool
    check: EquipmentCheck | None
    people: Sequence[tuple[str, Text, Text, str, bool]]
    """Name, role, how they stand, shape of that, and whether it is the viewer."""
    messages: Sequence[LineView]
    minutes: int


def waiting_page(sitting: Sitting, case: Case, actor: Actor) -> WaitingPage:
    """Who of those called is here, and what is still missing of the viewer."""
    session = sitting.session
    hearing = hearing_of_now(session, case)
    room = room_of(session, hearing) if hearing is not None else None
    me = person_of(room, actor) if room is not None else None
    lines = journal.lines_of(session, room, limit=NEWEST) if room is not None else []
    return WaitingPage(
        hearing=hearing,
        room=room,
        me=me,
        set_up=is_set_up(sitting, case),
        doors=hearing is not None and doors_are_open(hearing, sitting.now),
        check=check_of(session, hearing, actor.account_id) if hearing is not None else None,
        people=_who_is_here(case, actor, room) if actor.role not in KEPT_APART else (),
        messages=[
            LineView(line, journal.sentence(line), None)
            for line in lines
            if line.what is What.MESSAGE and (actor.role in COURT or (me is not None and line.person_id == me.id))
        ],
        minutes=_minutes_until(sitting.now, hearing),
    )


def _minutes_until(now: datetime, hearing: Hearing | None) -> int:
    return max(0, int((hearing.begins_at - now).total_seconds() // 60)) if hearing is not None else 0


def _who_is_here(case: Case, actor: Actor, room: LiveRoom | None) -> list[tuple[str, Text, Text, str, bool]]:
    """Whoever came, and the parties nobody has come for yet; witnesses and experts wait elsewhere and are not among them."""
    came = list(room.people) if room is not None else []
    rows = [
        (
            p.name,
            p.role.label,
            T("Here") if p.phone_since is None else T("By telephone, voice only"),
            "ok" if p.phone_since is None else "warn",
            p.account_id == actor.account_id,
        )
        for p in came
        if p.role not in KEPT_APART and p.place is not Place.OUT
    ]
    there = {p.party_id for p in came}
    rows += [
        (p.name, p.role.label, T("Not here yet"), "none", False)
        for p in case.parties
        if p.left_at is None and p.role in PARTY_ROLES and p.id not in there
    ]
    return rows


@dataclass(frozen=True)
class Piece:
    """A stretch of the recording, or a stretch that was not recorded, in a list: from, until, and what it is."""

    begins: datetime
    ends: datetime | None
    what: Text
    kind: str


@dataclass(frozen=True)
class RecordingPage:
    """The page after a hearing: its journal by time, the pieces of the recording, and what proves them."""

    hearing: Hearing
    room: LiveRoom
    lines: Sequence[LineView]
    pieces: Sequence[Piece]
    is_whole: bool
    heads: Sequence[LiveLine]
    segments: Sequence[LiveSegment]
    left_out: int
    played: Sequence[Played]
    lies: Sequence[Lies]
    waits_until: datetime | None
    """Until when the docket waits for a media host that died, before it says that its piece is missing."""
    nothing_came: bool
    """That time is over, and neither a piece nor an anchored link of one is there, which the docket could name."""
    whole: Sequence[LiveSegment]
    """Pieces of which a film of everybody together lies ready."""
    unmade: Sequence[tuple[LiveSegment, Failed]]
    """Pieces of which no such film could be made so far; for the court alone."""
    shown: Sequence[ShownPage]
    """Exhibit pages as they stood on the screens, in the pieces that the viewer may see."""

    def is_heard(self, number: int) -> bool:
        """Whether there is a draft of what was said in a piece."""
        return any(piece.number == number and piece.heard_at is not None for piece in self.segments)

    def plays(self, view: LineView) -> Played | None:
        """What is played where a line stands: whoever it is about, or else the first of its piece."""
        here = [p for p in self.played if view.ack is not None and p.segment == view.ack.segment]
        return next((p for p in here if p.person.id == view.line.person_id), next(iter(here), None))


@dataclass(frozen=True)
class Lies:
    """A piece of the recording: on which media host it lies, and what of the time after it is not recorded."""

    piece: LiveSegment
    missing: bool
    """Its host died and has not handed it over."""
    since: datetime | None
    until: datetime | None


def where_they_lie(room: LiveRoom, pieces: Sequence[LiveSegment], lines: Sequence[LiveLine]) -> list[Lies]:
    """Each piece with its host and the gap after it, to the second; from when, the last link of a piece that was cut off says
    better than what was known when it happened.
    """
    found, away = [], room.left_hosts.split()
    runs = {line.facts.get("after"): line.facts for line in lines if line.what is What.RECORDER_RUNS}
    for piece in pieces:
        gap, since, until = runs.get(piece.number, {}), None, None
        if gap.get("since_at") and gap.get("until_at"):
            since, until = (datetime.fromisoformat(gap[name]) for name in ("since_at", "until_at"))
            cut = _cut_off(piece)
            since = until - timedelta(milliseconds=gap["until"] - cut) if cut is not None else since
        found.append(Lies(piece, piece.host in away and piece.head is None, since, until))
    return found


def _cut_off(piece: LiveSegment) -> int | None:
    """The millisecond of the last link before a piece was cut off, or by which the media room ended it without an order."""
    try:
        link = json.loads(piece.closing) if isinstance(piece.closing, str) else piece.closing
        if link is None or not (link.get("kind") == "cut" or link.get("why")):
            return None
        return int(link["last"] if link["kind"] == "cut" else link["at"])
    except (ValueError, KeyError):
        return None


_GAPS: Mapping[What, tuple[Text, str]] = {
    What.PAUSED: (T("Break: not recorded"), "wait"),
    What.SUSPENDED: (T("Fault: not recorded"), "warn"),
    What.DELIBERATES: (T("Deliberation: never recorded"), "none"),
    What.SEALED: (T("Sealed part"), "none"),
}


def recording_page(sitting: Sitting, case: Case, actor: Actor, hearing: Hearing, room: LiveRoom) -> RecordingPage:
    """What of a hearing’s journal and recording somebody may see: sealed parts only who stayed in them."""
    every = journal.lines_of(sitting.session, room)
    me, of_court = person_of(room, actor), actor.role in COURT
    stayed = of_court or not _out_of_sealed(every, me)
    inside = journal.stayed_in(sitting.session, room, me)
    acks = journal.acks_of(sitting.session, room)
    read = [
        line
        for line in every
        if line.what not in journal.NOT_SAID | {What.MESSAGE}
        and (line.what is What.SEALED or journal.reads_line(line, actor.role, me, inside, of_court=of_court))
    ]
    pieces = segments_of(sitting.session, room)
    owed = waits_until(room) if hearing.recording_sha256 is None else None
    return RecordingPage(
        hearing=hearing,
        room=room,
        lines=[LineView(line, journal.sentence(line), acks.get(line.id)) for line in read],
        pieces=pieces_of(every),
        is_whole=journal.is_whole(room, every),
        heads=[line for line in every if line.what is What.HEAD],
        segments=pieces,
        lies=where_they_lie(room, pieces, every),
        waits_until=owed,
        nothing_came=owed is not None
        and is_over(room, sitting.now)
        and not any(p.head for p in pieces)
        and not journal.anchored(sitting.session, room),
        played=playable(sitting.court, hearing, room, [p for p in pieces if stayed or p.key is None]),
        whole=[p for p in pieces if (stayed or p.key is None) and lies_ready(sitting.court, hearing, p)],
        unmade=[(p, f) for p in pieces if of_court and (f := failed(sitting.court, hearing, p)) is not None],
        shown=pages_of(sitting.session, case, every, acks, [p for p in pieces if stayed or p.key is None], actor)
        if room.erased_at is None
        else (),
        left_out=sum(not inside(line) for line in every if line.sealed and not of_court),
    )


def may_play(sitting: Sitting, actor: Actor, room: LiveRoom, piece: LiveSegment) -> bool:
    """Whether somebody may see a piece of the recording: a sealed one only who stayed in every sealed part."""
    every = journal.lines_of(sitting.session, room)
    stayed = actor.role in COURT or not _out_of_sealed(every, person_of(room, actor))
    return may_see_recording(actor) and (stayed or piece.key is None)


def _out_of_sealed(lines: Sequence[LiveLine], me: LivePerson | None) -> bool:
    """Whether somebody waited outside while a part was sealed, or was not in the hearing at all."""
    own = me.reference if me is not None else None
    return any(line.what is What.SEALED and own not in line.facts["stay"] for line in lines)


def pieces_of(lines: Sequence[LiveLine]) -> list[Piece]:
    """The hearing in a list: recorded, break, fault, deliberation, sealed, each from when until when."""
    found: list[Piece] = []
    begun: datetime | None = None
    what, kind = T("Recorded"), "ok"

    def end(at: datetime) -> None:
        if begun is not None and at > begun:
            found.append(Piece(begun, at, what, kind))

    for line in lines:
        if line.what in (What.OPENED, What.RESUMED, What.REASSEMBLED, What.UNSEALED):
            end(line.at)
            begun, what, kind = line.at, T("Recorded"), "ok"
        elif line.what in _GAPS:
            end(line.at)
            begun, (what, kind) = line.at, _GAPS[line.what]
        elif line.what is What.CLOSED:
            end(line.at)
            begun = None
    return found


def may_see_recording(actor: Actor) -> bool:
    """Who may see a recording: parties and the court (REC 10); who was only heard, nothing of the rest."""
    return actor.role not in HEARD_ROLES
