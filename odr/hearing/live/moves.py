"""What is done in the room without being a procedural act: coming in, floor, microphones, hands, pages, breaks.

Each is a line of the journal, written first; the media room does it and confirms. Who may make which move, and while the
room stands how, is said once in :data:`MOVES`; the page draws no button that is not there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Case, Role
from odr.evidence.models import Exhibit
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import LOCALES, T, Text
from odr.hearing.live import journal
from odr.hearing.live.media.control import segment_key
from odr.hearing.live.media.hosts import are_several, by_load, name_of
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.queries import hands, held_room, missing_from, next_segment, person_of, reached, running_room
from odr.hearing.live.rules import BENCH, BESIDE, COURT, KEPT_APART, next_stage
from odr.hearing.live.seen.exhibits import may_be_public
from odr.hearing.live.vocabulary import LiveStage, Mic, PhoneCheck, Place, RoomState, What
from odr.hearing.queries import standing_exhibits
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.availability import citing
from odr.procedure.acts.events import JudgmentPronounced
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST_WORDS = 2000
MOST_PAGES = 5000
MOST_MESSAGES = 100
"""Messages that one person may write to the clerk in a hearing."""
SENT_TWICE = timedelta(seconds=3)
"""Within which the same words of the same person are one form sent twice."""
_NUMBER = re.compile(r"(?:\d[\s().+/\-\u2010-\u2015\u00b7]*){7,}")
"""What may be a telephone number, or that of an identity document."""
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?<!\d)(?<!\d[\s().+/-])(?:{_YEAR}([-./]){_MONTH}\1{_DAY}|{_DAY}([-./]){_MONTH}\2{_YEAR})(?![\s().+/-]?\d{{3}}|\d)"
)
"""A day written in digits, apart from other digits: no number of a telephone."""
TAKES_PART = PARTY_ROLES | HEARD_ROLES
STANDING_STILL = frozenset({RoomState.PAUSED, RoomState.SUSPENDED})
BEFORE_AND_DURING = frozenset({RoomState.WAITING, RoomState.OPEN}) | STANDING_STILL
NOT_OVER = frozenset(RoomState) - {RoomState.CLOSED}
OPEN = frozenset({RoomState.OPEN})


@dataclass(frozen=True)
class Given:
    """What a form of the room carries besides its button."""

    who: str = ""
    words: str = ""
    exhibit: str = ""
    page: int = 1
    until: str = ""
    check: str = ""
    public: bool = False
    """Whether the public sees the page too."""


@dataclass(frozen=True)
class At:
    """Where a move is made: the room held, by whom."""

    sitting: Sitting
    case: Case
    room: LiveRoom
    actor: Actor
    given: Given

    @property
    def me(self) -> LivePerson:
        """The mover’s own place. Raises ActNotOpen for whoever has not come."""
        found = person_of(self.room, self.actor)
        if found is None:
            raise ActNotOpen(T("You have not come to this hearing yet."), T("Enter the hearing first."))
        return found

    def must_have_come(self) -> None:
        """Who has not come steers nothing. Raises ActNotOpen."""
        assert self.me is not None

    @property
    def named(self) -> LivePerson:
        """Whom the move is about. Raises InvalidInput."""
        found = next((p for p in self.room.people if p.reference == self.given.who), None)
        if found is None:
            raise InvalidInput.at("who", T("This person is not in the hearing."))
        return found

    @property
    def other(self) -> LivePerson:
        """Whom the move is about, who does not sit for the court. Raises InvalidInput."""
        found = self.named
        if found.role in COURT:
            raise InvalidInput.at("who", T("Who sits for the court is not muted, isolated or sent away by a page."))
        return found

    @property
    def words(self) -> str:
        """What was written. Raises InvalidInput where nothing was."""
        written = self.optional_words
        if not written:
            raise InvalidInput.at("words", T("Fill this in."))
        return written

    @property
    def optional_words(self) -> str:
        """What was written, whole or not at all. Raises InvalidInput where it is too long."""
        written = "\n".join(self.given.words.split("\r\n")).strip()
        if len(written) > MOST_WORDS:
            raise InvalidInput.at("words", T("Write at most %(count)s characters.", count=MOST_WORDS))
        return written

    def said_already(self, what: What, words: str | None, person: LivePerson | None) -> bool:
        """Whether the same was just written by the same person: a form sent twice is one line."""
        before = journal.newest(self.sitting.session, self.room, what, self.actor)
        return (
            before is not None
            and (before.words, before.person_id) == (words, person.id if person is not None else None)
            and self.sitting.now - before.at <= SENT_TWICE
        )

    def say(self, what: What, *, person: LivePerson | None = None, words: str | None = None, **orders: object) -> None:
        """Write the line; ``orders`` has one, ``order``, or none."""
        order = orders.get("order")
        asked = order if isinstance(order, list) else [order] if isinstance(order, dict) else []
        facts = orders.get("facts", {})
        assert isinstance(facts, Mapping)
        journal.write(self.sitting, self.room, what, self.actor, person=person, words=words, orders=asked, **facts)


def _person(do: str, person: LivePerson, **more: object) -> dict[str, object]:
    return {"do": do, "person": person.reference, **more}


def let_in(who: LivePerson) -> list[dict[str, object]]:
    """Orders by which somebody comes in as their microphone stands: muted from the first packet on, not a moment later."""
    if who.mic is Mic.OPEN:
        return [_person("admit", who)]
    return [_person("admit", who, muted=True), _person("mute", who, lock=who.mic is Mic.LOCKED)]


def admit(at: At) -> None:
    """From the door into the room, with the microphone off unless they interpret; never a witness or expert, who would hear
    the case before being heard (OLR 26; EV 72).
    """
    who = at.other
    if who.role in KEPT_APART:
        raise ActNotOpen(T("Witnesses and experts wait apart until they are called."))
    if who.place is not Place.DOOR:
        raise ActNotOpen(T("%(name)s is not waiting at the door.", name=who.name))
    who.place, who.mic = Place.ROOM, Mic.OPEN if who.role in BESIDE else Mic.MUTED
    at.say(What.ADMITTED, person=who, order=[*let_in(who), *([_person("unmute", who)] if who.mic is Mic.OPEN else [])])


def isolate(at: At) -> None:
    """A witness or expert waits alone until they are called, and again after (OLR 26)."""
    who = at.other
    if who.role not in KEPT_APART or who.place is Place.OUT:
        raise ActNotOpen(T("Only witnesses and experts are isolated."))
    who.place, who.mic, who.hand_at = Place.ISOLATED, Mic.MUTED, None
    _leave_floor(at, who)
    at.say(What.ISOLATED, person=who, order=_person("isolate", who))


def call(at: At) -> None:
    """Called in from isolation, or straight from the door."""
    who = at.other
    if who.place not in (Place.ISOLATED, Place.DOOR) or who.role not in KEPT_APART:
        raise ActNotOpen(T("%(name)s is not waiting to be called.", name=who.name))
    if at.room.sealed_by is not None:
        raise ActNotOpen(
            T("A part is sealed, and who was not in it hears nothing of it."), T("End the sealed part, then call.")
        )
    freed = [_person("release", who)] if who.place is Place.ISOLATED else []
    who.place, who.mic = Place.ROOM, Mic.MUTED
    at.say(What.CALLED, person=who, order=[*freed, *let_in(who)])


def floor(at: At) -> None:
    """Somebody speaks: their microphone opens and their hand is down."""
    who = at.named
    if not reached(at.room, who):
        raise ActNotOpen(T("%(name)s is not in the room.", name=who.name))
    before = next((p for p in at.room.people if p.id == at.room.floor_id), None)
    orders = []
    if before is not None and before.id != who.id and _speaks_by_leave(before):
        before.mic = Mic.MUTED
        orders.append(_person("mute", before, lock=False))
    if who.mic is Mic.LOCKED:
        orders.append(_person("unmute", who))
    at.room.floor_id, who.mic, who.hand_at = who.id, Mic.OPEN, None
    at.say(What.FLOOR, person=who, order=[*orders, _person("floor", who)])


def floor_back(at: At) -> None:
    """Nobody but the bench has the floor."""
    before = next((p for p in at.room.people if p.id == at.room.floor_id), None)
    orders: list[dict[str, object]] = [{"do": "floor", "person": None}]
    if before is not None and _speaks_by_leave(before):
        before.mic = Mic.MUTED
        orders.append(_person("mute", before, lock=False))
    at.room.floor_id = None
    at.say(What.FLOOR_BACK, order=orders)


def _speaks_by_leave(who: LivePerson) -> bool:
    """Whether somebody's microphone is open because they have the floor, and closes without it."""
    return who.role not in COURT | BESIDE and who.mic is Mic.OPEN


def _leave_floor(at: At, who: LivePerson) -> None:
    if at.room.floor_id == who.id:
        at.room.floor_id = None


def mute(at: At) -> None:
    """Nothing of their sound goes on; the floor opens it again."""
    who = at.other
    if who.mic is not Mic.LOCKED:
        who.mic = Mic.MUTED
    _leave_floor(at, who)
    at.say(What.MUTED, person=who, order=_person("mute", who, lock=who.mic is Mic.LOCKED))


def mute_all(at: At) -> None:
    """Everybody but the court and who interprets what is said."""
    heard = [p for p in at.room.people if _speaks_by_leave(p) and p.place is Place.ROOM]
    for who in heard:
        who.mic = Mic.MUTED
    at.room.floor_id = None
    at.say(What.MUTED, order=[{"do": "floor", "person": None}, *(_person("mute", p, lock=False) for p in heard)])


def lock(at: At) -> None:
    """Muted, and not to be undone by the person."""
    who = at.other
    who.mic, who.hand_at = Mic.LOCKED, None
    _leave_floor(at, who)
    at.say(What.LOCKED, person=who, order=_person("mute", who, lock=True))


def unmute(at: At) -> None:
    """The microphone may be on again."""
    who = at.other
    who.mic = Mic.OPEN
    at.say(What.UNMUTED, person=who, order=_person("unmute", who))


def stage(at: At) -> None:
    """The next stage: none is left out (OLR 22; CPL 141)."""
    if at.given.who == at.room.stage.value:
        return  # the form was sent twice: no stage is left out by that
    following = next_stage(at.room.stage)
    if following is None:
        raise ActNotOpen(T("This is the last stage."))
    if at.given.who not in ("", following.value):
        raise ActNotOpen(T("The next stage is: %(stage)s.", stage=following.label))
    at.room.stage = following
    at.room.stages = [*at.room.stages, following.value]
    at.say(What.STAGE, facts={"stage": following.value})


def show(at: At) -> None:
    """A page of an exhibit on everybody’s screen, from the court’s own copy."""
    found = next((e for e in standing_exhibits(at.sitting.session, at.case) if e.label == at.given.exhibit), None)
    if found is None:
        raise InvalidInput.at("exhibit", T("There is no such exhibit."))
    if not 1 <= at.given.page <= MOST_PAGES:
        raise InvalidInput.at("page", T("There is no such page."))
    if at.given.public:
        _open_to_the_public(at, found)
    at.room.exhibit_id, at.room.page = found.id, at.given.page
    investigates = at.room.stage is LiveStage.INVESTIGATION and not _a_party_is_outside(at.room)
    if investigates and found.id not in at.room.shown:
        at.room.shown = [*at.room.shown, found.id]
    order = {"do": "page", "exhibit": found.reference, "page": at.given.page}
    public = {"public": True} if at.given.public else {}
    at.say(What.PAGE, order=order, facts={"exhibit": found.label, "page": at.given.page, **public})


def _a_party_is_outside(room: LiveRoom) -> bool:
    """Whether a part is sealed and a party that came waits outside, with everybody who acts for it: what is shown then is not open
    to it, and it is shown again before anything is found on it (CPL 71; CPI 103).
    """
    came = [p for p in room.people if p.party_id is not None and p.place is Place.ROOM]
    return room.sealed_by is not None and not {p.party_id for p in came} <= {p.party_id for p in came if p.may_stay}


def _open_to_the_public(at: At, exhibit: Exhibit) -> None:
    """The judge alone lets the public see a page, this one, and none of what is kept from anybody (CTR 11; REC 16)."""
    if at.actor.role is not Role.JUDGE:
        raise Forbidden(T("Whether the public sees a page is for the judge to say."))
    if at.room.sealed_by is not None:
        raise InvalidInput.at("public", T("In a sealed part the public sees nothing."))
    if not may_be_public(exhibit):
        raise InvalidInput.at(
            "public", T("The public cannot see this exhibit: it is sealed or excluded, or has no page to show.")
        )


def show_off(at: At) -> None:
    """Nothing on the screens."""
    at.room.exhibit_id = at.room.page = None
    at.say(What.PAGE_OFF, order={"do": "page", "exhibit": None, "page": None})


def pause(at: At) -> None:
    """A break until an hour: nobody is seen, heard or recorded (REC 3)."""
    at.room.until = _until(at)
    at.room.state, at.room.since = RoomState.PAUSED, at.sitting.now
    at.room.why = at.optional_words or None
    order: dict[str, object] = {"do": "pause", "why": "break"}
    at.say(What.PAUSED, words=at.room.why, order=order)


def _until(at: At) -> datetime | None:
    if not at.given.until.strip():
        return None
    zone = at.sitting.pack(at.case).tz
    try:
        hour = time.fromisoformat(at.given.until.strip().zfill(5))
    except ValueError:
        raise InvalidInput.at("until", T("Write the hour like 09:30.")) from None
    found = datetime.combine(at.sitting.now.astimezone(zone).date(), hour, zone)
    if found <= at.sitting.now:
        raise InvalidInput.at("until", T("This hour is over."))
    return found


def resume(at: At) -> None:
    """On again, once everybody who is needed is there and the recorder runs."""
    gone = missing_from(at.room)
    if gone:
        raise ActNotOpen(
            T("%(name)s is not back yet.", name=gone[0].name),
            T("Wait, or prompt, warn and rule on it; or close the hearing and go on another day."),
        )
    orders: list[dict[str, object]] = [{"do": "resume"}]
    if not at.room.recorder_runs:
        orders = [*anew(at.sitting, at.room), *orders]
        at.room.recorder_runs = True
    _open_again(at, What.RESUMED, orders)


def _open_again(at: At, what: What, orders: list[dict[str, object]]) -> None:
    at.room.state, at.room.since = RoomState.OPEN, at.sitting.now
    at.room.why = at.room.until = None
    at.say(what, order=orders)


def new_segment(sitting: Sitting, room: LiveRoom, key: bytes | None = None) -> dict[str, object]:
    """The order for a new piece of the recording."""
    number = next_segment(sitting.session, room)
    sitting.session.add(LiveSegment(room_id=room.id, number=number, host=room.host, begun_at=sitting.now, key=key))
    sitting.session.flush()
    return {"do": "record", "segment": number}


def sealed_segment(sitting: Sitting, room: LiveRoom) -> dict[str, object]:
    """The order for a piece of the recording under a key of its own, and for who stays in it."""
    stay = [p.reference for p in room.people if p.place is Place.ROOM and (p.role in COURT or p.may_stay)]
    number = next_segment(sitting.session, room)
    key = sitting.court.notary.vault.seal(segment_key(), key_context(room.reference, number))
    new_segment(sitting, room, key)
    return {"do": "seal", "stay": stay, "segment": number, "keyed": True}


def anew(sitting: Sitting, room: LiveRoom) -> list[dict[str, object]]:
    """Orders that bring a media room which forgot everything, or stands otherwise than the court decided, back to it. It
    stands still meanwhile; a sealed part is shut again before anybody is let in.
    """
    orders: list[dict[str, object]] = [*as_decided(room)]
    if room.sealed_by is not None:
        record = sealed_segment(sitting, room)
    else:
        record = {**new_segment(sitting, room), "do": "unseal"}
    why = "break" if room.state is RoomState.PAUSED else "technology"
    orders[1:1] = [{"do": "pause", "why": why}, {"do": "reassemble"}, record]
    if room.floor_id is not None:
        orders += [_person("floor", p) for p in room.people if p.id == room.floor_id]
    exhibit = shown_exhibit(sitting, room)
    if exhibit is not None:
        orders.append({"do": "page", "exhibit": exhibit.reference, "page": room.page})
    return orders


def as_decided(room: LiveRoom) -> list[dict[str, object]]:
    """Orders that say to a media room how everybody stands."""
    orders: list[dict[str, object]] = [{"do": "open", "persons": [p.reference for p in room.people]}]
    for who in room.people:
        if who.place is Place.OUT:
            orders.append(_person("remove", who, why=who.rung.value if who.rung is not None else "left"))
        if who.place is Place.ISOLATED:
            orders.append(_person("isolate", who))
        if who.place is Place.ROOM:
            orders += let_in(who)
    return orders


def on_pronounced(sitting: Sitting, event: JudgmentPronounced) -> None:
    """The judgment is spoken in the hearing: a line of its journal in the language of the case, which everybody in it reads."""
    found = running_room(sitting.session, event.case)
    if found is None:
        return
    spoken = language_of(sitting, event.case)
    words = "\n".join(each.render(spoken) for each in event.spoken)
    journal.write(sitting, held_room(sitting.session, found.id), What.PRONOUNCED, event.actor, words=words)


def deliberate(at: At) -> None:
    """Those who decide are alone: no recorder, and nobody else (REC 3)."""
    if journal.pronounced(at.sitting.session, at.room) is not None:
        raise ActNotOpen(T("The judgment is pronounced; nothing more is decided in this hearing."))
    if at.room.sealed_by is not None:
        raise ActNotOpen(T("A part is sealed. End it first."))
    bench = [p.reference for p in at.room.people if p.role in BENCH]
    for who in at.room.people:
        # A telephone that is on loud in the courtroom hears what those who decide say there.
        hang_up(at.sitting, at.room, who, at.actor)
        if who.id == at.room.floor_id and _speaks_by_leave(who):
            who.mic = Mic.MUTED
    at.room.state, at.room.since, at.room.floor_id = RoomState.DELIBERATING, at.sitting.now, None
    at.room.until = _until(at)
    at.room.recorder_runs = False
    at.say(What.DELIBERATES, order={"do": "deliberate", "persons": bench})


def reassemble(at: At) -> None:
    """Back from deliberating: a new piece of the recording begins."""
    at.room.recorder_runs = True
    opened, *people = as_decided(at.room)
    orders: list[dict[str, object]] = [opened, {"do": "reassemble"}, *people, new_segment(at.sitting, at.room)]
    _open_again(at, What.REASSEMBLED, orders)


def note(at: At) -> None:
    """A sentence in the record, by the clerk or the judge."""
    if not at.said_already(What.NOTE, at.words, None):
        at.say(What.NOTE, words=at.words)


def phone(at: At) -> None:
    """Somebody whose video fails is heard by telephone: who, how it was made sure, who hears them, and what it is by the rules.
    Only who came with their identity proven; never a witness or expert, who is heard where nobody is with them (OLR 26).
    """
    pack = at.sitting.pack(at.case)
    rules = pack.live
    if rules is None or rules.telephone is None:
        raise ActNotOpen(T("The rules of this case let nobody be heard by telephone."), source=pack.cited("OLR 21"))
    who = at.other
    if who.role in KEPT_APART:
        raise ActNotOpen(
            T("A witness or expert is not heard by telephone: nobody can see whether somebody is with them."),
            T("Hear them from a place of the court, or on another day."),
            pack.cited("OLR 26"),
        )
    if who.place is Place.OUT:
        raise ActNotOpen(T("%(name)s is not in the room.", name=who.name), source=pack.cited("CTR 19", "OLR 25"))
    if at.room.sealed_by is not None and not who.may_stay:
        raise ActNotOpen(
            T("A part is sealed, and who was not in it hears nothing of it."),
            T("End the sealed part, then hear them by telephone."),
            pack.cited("REC 3"),
        )
    check = next((each for each in PhoneCheck if each.value == at.given.check), None)
    if check is None:
        raise InvalidInput.at("check", T("Choose how it was made sure who speaks."))
    words = at.optional_words
    if check is PhoneCheck.OTHER and not words:
        raise InvalidInput.at("phone-words", T("Write how it was made sure who speaks."))
    if _NUMBER.search(_DATE.sub("*", unicodedata.normalize("NFKC", words))):
        raise InvalidInput.at(
            "phone-words",
            T(
                "Seven digits or more may be the number of a telephone or an identity document. Leave them out: every party reads this note."
            ),
        )
    if who.phone_since is not None:
        return  # the form was sent twice
    # Who is heard is not away: a prompt and a warning of before are of an absence that is over (OLR 25).
    who.phone_since, who.prompted_at, who.told_at = at.sitting.now, None, None
    effect = rules.telephone.effect
    facts = {
        "check": check.value,
        "heard_by": [p.name for p in at.room.people if p is not who and _hears(at.room, p)],
        "effect": {locale: effect.render(locale) for locale in LOCALES},
        "article": str(rules.telephone.article),
    }
    at.say(What.PHONED, person=who, words=words or None, facts=facts)


def _hears(room: LiveRoom, who: LivePerson) -> bool:
    """Whether somebody hears what is said, by telephone or in the room, or would if it did not stand still for a moment."""
    if who.phone_since is not None:
        return True
    if who.lost_at is not None:
        return False
    if room.state is RoomState.OPEN:
        return reached(room, who)
    return who.place is Place.ROOM and (room.sealed_by is None or who.may_stay)


def phone_over(at: At) -> None:
    """Not heard by telephone any more; from when until when stands in the journal."""
    hang_up(at.sitting, at.room, at.other, at.actor)


def hang_up(sitting: Sitting, room: LiveRoom, who: LivePerson, actor: Actor) -> None:
    """End somebody's being heard by telephone, where they are."""
    if who.phone_since is None:
        return
    since, who.phone_since = who.phone_since, None
    journal.write(sitting, room, What.PHONE_OVER, actor, person=who, since=since.isoformat())


def message(at: At) -> None:
    """To the clerk, or the clerk’s answer to somebody."""
    about = at.named if at.actor.role is Role.CLERK else at.me
    if at.actor.role is not Role.CLERK and journal.written(at.sitting.session, at.room, about) >= MOST_MESSAGES:
        raise ActNotOpen(
            T("You have written %(count)s messages in this hearing; the clerk has them.", count=MOST_MESSAGES),
            T("Say the rest in the hearing, or write to the judge in the case."),
        )
    if not at.said_already(What.MESSAGE, at.words, about):
        at.say(What.MESSAGE, person=about, words=at.words)


def hand(at: At) -> None:
    """Asks for the floor; the bench hears a tone and sees the place in line."""
    if at.me.hand_at is None:
        at.me.hand_at = at.sitting.now
        at.say(What.HAND, person=at.me)


def hand_down(at: At) -> None:
    """Does not ask for the floor any more."""
    if at.me.hand_at is not None:
        at.me.hand_at = None
        at.say(What.HAND_DOWN, person=at.me)


def cannot_hear(at: At) -> None:
    """Says so at any time; the court has to know before it goes on."""
    if not at.said_already(What.CANNOT_HEAR, None, at.me):
        at.say(What.CANNOT_HEAR, person=at.me)


def cannot_see(at: At) -> None:
    """Says so of the exhibit on the screen."""
    if not at.said_already(What.CANNOT_SEE, None, at.me):
        at.say(What.CANNOT_SEE, person=at.me)


def prompt(at: At) -> None:
    """The first of two steps before leaving may be found: prompted to come back (OLR 25)."""
    who = _gone(at)
    who.prompted_at = at.sitting.now
    at.say(What.PROMPTED, person=who)


def tell(at: At) -> None:
    """The second: warned of what staying away may mean (OLR 25)."""
    who = _gone(at)
    if who.prompted_at is None:
        raise ActNotOpen(T("Prompt %(name)s first, then warn.", name=who.name))
    who.told_at = at.sitting.now
    at.say(What.TOLD, person=who)


def _gone(at: At) -> LivePerson:
    who = at.other
    if who.lost_at is None:
        raise ActNotOpen(T("%(name)s is not gone.", name=who.name))
    if who.phone_since is not None:
        raise ActNotOpen(T("%(name)s is heard by telephone, and is not away.", name=who.name))
    return who


@dataclass(frozen=True)
class Move:
    """One move: who may make it, while the room stands how, and what it does."""

    by: frozenset[Role]
    while_: frozenset[RoomState]
    make: Callable[[At], None]
    in_room: bool = False
    """Only for whom the hearing reaches: nobody isolated, at the door or outside."""


JUDGE = frozenset({Role.JUDGE})
JUDGE_OR_CLERK = frozenset({Role.JUDGE, Role.CLERK})
MOVES: Mapping[str, Move] = {
    "admit": Move(JUDGE_OR_CLERK, BEFORE_AND_DURING, admit),
    "isolate": Move(JUDGE_OR_CLERK, BEFORE_AND_DURING, isolate),
    "call": Move(JUDGE, OPEN, call),
    "floor": Move(JUDGE, OPEN, floor),
    "floor-back": Move(JUDGE, OPEN, floor_back),
    "mute": Move(JUDGE_OR_CLERK, OPEN, mute),
    "mute-all": Move(JUDGE_OR_CLERK, OPEN, mute_all),
    "lock": Move(JUDGE, OPEN, lock),
    "unmute": Move(JUDGE, OPEN, unmute),
    "stage": Move(JUDGE, OPEN, stage),
    "show": Move(JUDGE_OR_CLERK, OPEN, show),
    "show-off": Move(JUDGE_OR_CLERK, OPEN, show_off),
    "pause": Move(JUDGE, OPEN, pause),
    "resume": Move(JUDGE, STANDING_STILL, resume),
    "deliberate": Move(JUDGE, OPEN | STANDING_STILL, deliberate),
    "reassemble": Move(JUDGE, frozenset({RoomState.DELIBERATING}), reassemble),
    "note": Move(JUDGE_OR_CLERK, OPEN, note),
    "phone": Move(JUDGE_OR_CLERK, OPEN | STANDING_STILL, phone),
    "phone-over": Move(JUDGE_OR_CLERK, OPEN | STANDING_STILL, phone_over),
    "prompt": Move(JUDGE, OPEN | STANDING_STILL, prompt),
    "tell": Move(JUDGE, OPEN | STANDING_STILL, tell),
    "message": Move(TAKES_PART | {Role.CLERK}, NOT_OVER, message),
    "hand": Move(TAKES_PART, OPEN, hand, in_room=True),
    "hand-down": Move(TAKES_PART, OPEN, hand_down, in_room=True),
    "cannot-hear": Move(TAKES_PART, OPEN, cannot_hear, in_room=True),
    "cannot-see": Move(TAKES_PART, OPEN, cannot_see, in_room=True),
}
DECIDED = frozenset({"deliberate"})
"""Nobody is led to these any more once the judgment is spoken."""
CONFIRMED = frozenset({"pause", "deliberate"})
"""Moves the page asks about once more before it makes them."""


def why_not(room: LiveRoom, actor: Actor, do: str) -> Text | None:
    """Reason why somebody does not make a move now; None where they may."""
    move = MOVES[do]
    if actor.role not in move.by:
        return T("Your role in this case does not do this.")
    if room.state not in move.while_:
        return T("Not while the room stands like this: %(state)s.", state=room.state.label)
    if move.in_room and not reached(room, person_of(room, actor)):
        return T("The hearing does not reach you now; the judge calls you.")
    return None


def make(sitting: Sitting, case: Case, room_id: int, actor: Actor, do: str, given: Given) -> LiveRoom:
    """Make a move: the line is written, and the media room is asked once it is committed.

    Raises Forbidden for a role that may not, ActNotOpen while the room stands otherwise, InvalidInput.
    """
    move = MOVES.get(do)
    if move is None:
        raise InvalidInput.at("do", T("The room knows no such step."))
    if actor.role not in move.by:
        raise Forbidden(T("Your role in this case does not do this."))
    room = held_room(sitting.session, room_id)
    with citing(sitting.pack(case).cited("OLR 22", "OLR 25", "CTR 17")):
        reason = why_not(room, actor, do)
        if reason is not None:
            raise ActNotOpen(reason)
        at = At(sitting, case, room, actor, given)
        if actor.role in COURT:
            at.must_have_come()
        move.make(at)
    return room


def come(sitting: Sitting, room: LiveRoom, actor: Actor, proven_at: datetime, entry: int | None = None) -> LivePerson:
    """Somebody is here. Who sits for the court is in the room at once; everybody else waits at the door."""
    of_court = actor.role in COURT
    found = person_of(room, actor)
    if found is None:
        found = LivePerson(
            room_id=room.id,
            account_id=actor.account_id,
            party_id=actor.party_id,
            role=actor.role,
            name=actor.name,
            came_at=sitting.now,
            proven_at=proven_at,
            entry_number=entry,
            place=Place.ROOM if of_court else Place.DOOR,
            mic=Mic.OPEN if of_court else Mic.MUTED,
            may_stay=of_court or room.sealed_by is None,
        )
        sitting.session.add(found)
        sitting.session.flush()
        room.people.append(found)
        order = [{"do": "admit", "person": found.reference}] if of_court else []
        first = [{"do": "open", "persons": []}] if order or room.lines == 0 else []
        if room.lines == 0 and are_several(sitting.court):
            journal.write(sitting, room, What.HELD_ON, CLOCK_ACTOR, host=name_of(sitting.court, room))
            first = [{"do": "open", "persons": []}]
        journal.write(sitting, room, What.CAME, actor, person=found, orders=[*first, *order])
    found.proven_at = proven_at
    return found


def room_for(sitting: Sitting, case: Case, hearing_id: int) -> LiveRoom:
    """The room of a hearing, made when the first person comes."""
    found = sitting.session.scalar(select(LiveRoom.id).where(LiveRoom.hearing_id == hearing_id))
    if found is None:
        made = LiveRoom(
            case_id=case.id,
            hearing_id=hearing_id,
            state=RoomState.WAITING,
            since=sitting.now,
            stage=LiveStage.OPENING,
            host=by_load(sitting.court, sitting.session)[0],
        )
        made.people, made.stages, made.shown = [], [], []
        made.lines, made.head, made.heard_of, made.recorder_runs, made.left_hosts = 0, "0" * 64, 0, False, ""
        sitting.session.add(made)
        sitting.session.flush()
        return made
    return held_room(sitting.session, found)


def shown_exhibit(sitting: Sitting, room: LiveRoom) -> Exhibit | None:
    """What stands on the screens."""
    return sitting.session.get(Exhibit, room.exhibit_id) if room.exhibit_id is not None else None


def next_hand(room: LiveRoom) -> LivePerson | None:
    """Who asked for the floor first."""
    return next(iter(hands(room)), None)
