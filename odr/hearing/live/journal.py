"""The journal of a hearing held here: each line written before the media room is asked, and confirmed by it afterwards.

A procedural act stands in the docket as an entry of its own; floor, microphones, hands and pages stand here. Each line
holds the digest of the line before it, and the entry that closes the hearing holds the last: so the whole journal is
anchored in the court's log with that one entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.canonical import canonical
from odr.ground.text import T, Text, side_by_side
from odr.hearing.live import obeying
from odr.hearing.live.models import LiveAck, LiveLine, LivePerson, LiveRoom
from odr.hearing.live.rules import link
from odr.hearing.live.vocabulary import LiveStage, PhoneCheck, Rung, SealReason, What
from odr.identity.actors import Actor
from odr.procedure.time.written_working import Bilingual

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_SAID = {What.HEAD, What.REFUSED}
"""Lines for the court alone: proofs of the recording, and devices that were not let in."""
BY_THE_CLOCK = {What.OPENED, What.SEALED, What.DELIBERATES, What.PAUSED, What.SUSPENDED, What.CLOSED}
"""Lines before or after which the public sees nothing; they hold the moment by the machine's clock, as the recording does."""


def write(
    sitting: Sitting,
    room: LiveRoom,
    what: What,
    actor: Actor,
    *,
    person: LivePerson | None = None,
    words: str | None = None,
    orders: Sequence[dict[str, Any]] = (),
    **facts: Any,
) -> LiveLine:
    """Write one line, and have the media room do what it asks once it is committed. Whoever calls holds the room."""
    told = {**facts, **({"name": person.name} if person is not None else {})}
    if what in BY_THE_CLOCK:
        told["clock"] = sitting.court.clock.machine_now().isoformat()
    number = room.lines + 1
    content = canonical(
        {
            "room": room.reference,
            "number": number,
            "at": sitting.now.isoformat(),
            "what": what.value,
            "by": [actor.role.value, actor.name],
            "person": person.reference if person is not None else None,
            "words": words,
            "facts": told,
        }
    )
    line = LiveLine(
        room_id=room.id,
        number=number,
        at=sitting.now,
        what=what,
        by_role=actor.role,
        by_name=actor.name,
        person_id=person.id if person is not None else None,
        words=words,
        facts=told,
        sealed=room.sealed_by is not None,
        orders=list(orders),
        digest=link(room.head, content),
    )
    sitting.session.add(line)
    room.lines, room.head = number, line.digest
    sitting.session.flush()
    if orders:
        sitting.after_commit.append(lambda: obeying.obey(sitting.court, room.id))
    return line


def lines_of(session: Session, room: LiveRoom, *, limit: int | None = None) -> list[LiveLine]:
    """The journal in order; with a ``limit`` the newest lines of it."""
    newest = select(LiveLine).where(LiveLine.room_id == room.id).order_by(LiveLine.number.desc()).limit(limit)
    return list(reversed(session.scalars(newest).all()))


def acks_of(session: Session, room: LiveRoom) -> dict[int, LiveAck]:
    """What the media room confirmed, by line."""
    rows = session.scalars(
        select(LiveAck).join(LiveLine, LiveLine.id == LiveAck.line_id).where(LiveLine.room_id == room.id)
    )
    return {row.line_id: row for row in rows}


def unconfirmed(session: Session, room: LiveRoom) -> list[LiveLine]:
    """What the media room has not confirmed yet, in order."""
    asked = select(LiveLine).where(
        LiveLine.room_id == room.id,
        ~exists().where(LiveAck.line_id == LiveLine.id),
    )
    return [line for line in session.scalars(asked.order_by(LiveLine.number)) if line.orders]


def newest(session: Session, room: LiveRoom, what: What, actor: Actor) -> LiveLine | None:
    """The last line of a kind that somebody wrote."""
    mine = select(LiveLine).where(LiveLine.room_id == room.id, LiveLine.what == what)
    mine = mine.where(LiveLine.by_role == actor.role, LiveLine.by_name == actor.name)
    return session.scalar(mine.order_by(LiveLine.number.desc()).limit(1))


def written(session: Session, room: LiveRoom, person: LivePerson) -> int:
    """How many messages somebody wrote to the clerk."""
    mine = select(func.count()).where(LiveLine.room_id == room.id, LiveLine.what == What.MESSAGE)
    return session.scalar(mine.where(LiveLine.person_id == person.id, LiveLine.by_role == person.role)) or 0


def called(session: Session, room: LiveRoom) -> frozenset[int]:
    """Who of those kept apart was called in, once or more often: whoever was in heard and saw them."""
    return _named_in(session, room, What.CALLED)


def phoned(session: Session, room: LiveRoom) -> frozenset[int]:
    """Who was heard by telephone, for a while or still is."""
    return _named_in(session, room, What.PHONED)


def pronounced(session: Session, room: LiveRoom) -> LiveLine | None:
    """The line with which the judgment was spoken in this hearing; None where it was not."""
    mine = select(LiveLine).where(LiveLine.room_id == room.id, LiveLine.what == What.PRONOUNCED)
    return session.scalar(mine.limit(1))


def _named_in(session: Session, room: LiveRoom, what: What) -> frozenset[int]:
    mine = select(LiveLine.person_id).where(LiveLine.room_id == room.id, LiveLine.what == what)
    return frozenset(person for person in session.scalars(mine) if person is not None)


def anchored(session: Session, room: LiveRoom) -> list[str]:
    """Links of the recording that were anchored in the court's log while it was recorded, in order."""
    lines = select(LiveLine).where(LiveLine.room_id == room.id, LiveLine.what == What.HEAD).order_by(LiveLine.number)
    return [str(line.facts["head"]) for line in session.scalars(lines)]


def is_whole(room: LiveRoom, lines: list[LiveLine]) -> bool:
    """Whether the journal says what it said when it was written: no line changed, left out or put in."""
    head = "0" * 64
    for number, line in enumerate(lines, 1):
        person = next((p.reference for p in room.people if p.id == line.person_id), None)
        content = canonical(
            {
                "room": room.reference,
                "number": number,
                "at": line.at.isoformat(),
                "what": line.what.value,
                "by": [line.by_role.value, line.by_name],
                "person": person,
                "words": line.words,
                "facts": line.facts,
            }
        )
        head = link(head, content)
        if line.number != number or line.digest != head:
            return False
    return head == room.head and len(lines) == room.lines


_PLAIN = {
    What.MUTED: T("Everybody is muted by the court."),
    What.PAGE_OFF: T("The exhibit is taken off the screens."),
    What.RESUMED: T("The hearing goes on."),
    What.DELIBERATES: T("The court deliberates. Nothing is recorded, and nobody can listen."),
    What.REASSEMBLED: T("The court comes back from deliberating."),
    What.UNSEALED: T("The sealed part is over."),
    What.RECORDER_STOPPED: T("The recorder stopped."),
    What.RECORDER_RUNS: T("The recorder runs."),
    What.TOLD_ANEW: T(
        "The media room did not know of the hearing any more. It is told how the hearing stands, and everybody comes back."
    ),
    What.CLOSED: T("The hearing here is closed."),
    What.HEAD: T("Proof of the recording, anchored in the court’s log."),
    What.OPENED: T("The hearing is opened; the recorder runs."),
    What.FLOOR_BACK: T("The floor is back with the bench."),
}


def sentence(line: LiveLine) -> Text:
    """What a line says, as a sentence of its own."""
    name = line.facts.get("name", "")
    words = line.words or ""
    match line.what:
        case What.CAME:
            return T("%(name)s is here; identity proven again.", name=name)
        case What.ADMITTED:
            return T("%(name)s is admitted to the room.", name=name)
        case What.ISOLATED:
            return T("%(name)s is isolated and hears and sees nothing.", name=name)
        case What.CALLED:
            return T("%(name)s is called in.", name=name)
        case What.FLOOR:
            return T("%(name)s has the floor.", name=name)
        case What.MUTED if name:
            return T("%(name)s is muted by the court.", name=name)
        case What.LOCKED:
            return T("%(name)s is muted and cannot unmute.", name=name)
        case What.UNMUTED:
            return T("%(name)s may speak again.", name=name)
        case What.HAND:
            return T("%(name)s raises a hand.", name=name)
        case What.HAND_DOWN:
            return T("%(name)s takes the hand down.", name=name)
        case What.CANNOT_HEAR:
            return T("%(name)s cannot hear.", name=name)
        case What.CANNOT_SEE:
            return T("%(name)s cannot see the exhibit.", name=name)
        case What.MESSAGE:
            return T("Message: %(words)s", words=words)
        case What.NOTE:
            return T("%(words)s", words=words)
        case What.STAGE:
            return T("Stage: %(stage)s.", stage=LiveStage(line.facts["stage"]).label)
        case What.PAGE if line.facts.get("public"):
            return T(
                "%(exhibit)s, page %(page)s, on every screen; the public sees it too.",
                exhibit=line.facts["exhibit"],
                page=line.facts["page"],
            )
        case What.PAGE:
            return T(
                "%(exhibit)s, page %(page)s, on every screen.", exhibit=line.facts["exhibit"], page=line.facts["page"]
            )
        case What.PAUSED:
            return T("Paused. %(words)s", words=words)
        case What.SUSPENDED:
            return T("Suspended for technology. %(words)s", words=words)
        case What.SEALED:
            return T("A part is sealed: %(reason)s.", reason=SealReason(line.facts["reason"]).label)
        case What.ORDER:
            return T("%(step)s to %(name)s: “%(words)s”", step=Rung(line.facts["step"]).label, name=name, words=words)
        case What.PRONOUNCED:
            return T("The judgment is pronounced. %(words)s", words=words)
        case What.LOST:
            return T("The connection of %(name)s is lost.", name=name)
        case What.BACK:
            return T("%(name)s is back.", name=name)
        case What.PROMPTED:
            return T("%(name)s is prompted to come back.", name=name)
        case What.TOLD:
            return T("%(name)s is warned that staying away may count as leaving the hearing.", name=name)
        case What.FOUND:
            return T("The judge ruled on the absence of %(name)s.", name=name)
        case What.PHONED:
            return _phoned(line, line.words)
        case What.PHONE_OVER:
            return T(
                "%(name)s is no longer heard by telephone; it began at %(at)s.",
                name=name,
                at=datetime.fromisoformat(line.facts["since"]),
            )
        case What.RECORDER_STOPPED if line.facts.get("silent"):
            return T(
                "The media room did not hear from the court for %(seconds)s seconds. It sent everybody away and ended this piece of the recording.",
                seconds=line.facts["silent"],
            )
        case What.HELD_ON:
            return T("The hearing is held on the media host “%(host)s”.", host=line.facts["host"])
        case What.HOST_LEFT:
            return T(
                "The media host “%(before)s” does not answer. From now on the hearing is held on “%(host)s”; everybody stays muted, isolated or let in as before.",
                before=line.facts["before"],
                host=line.facts["host"],
            )
        case What.HOST_BACK:
            return T(
                "The media host “%(host)s” answers again, and what it had recorded of this hearing is whole.",
                host=line.facts["host"],
            )
        case What.HELD_BACK:
            return T("The device of %(name)s goes on sending; nothing of it goes on to anybody.", name=name)
        case What.REFUSED:
            return T("A device was not let in: %(words)s", words=words)
        case _:
            return _PLAIN[line.what]


def _phoned(line: LiveLine, words: str | None) -> Text:
    """Who is heard by telephone, how it was made sure that it is them, who heard them, and what it is by the rules of the day."""
    effect = line.facts["effect"]
    told = {
        "name": line.facts["name"],
        "check": PhoneCheck(line.facts["check"]).label,
        "people": side_by_side(line.facts["heard_by"]),
        "effect": Bilingual(effect["en"], {}, {"zh-Hans": effect["zh-Hans"]}),
    }
    if words:
        return T(
            "%(name)s is heard by telephone from now on. Made sure who it is: %(check)s. Note: “%(words)s”. Heard by: %(people)s. %(effect)s",
            words=words,
            **told,
        )
    return T(
        "%(name)s is heard by telephone from now on. Made sure who it is: %(check)s. Heard by: %(people)s. %(effect)s",
        **told,
    )


def said_by(line: LiveLine) -> bool:
    """Whether a line is somebody’s own words, and not what the court or the room notes by itself."""
    return line.what in (What.NOTE, What.MESSAGE)


def stayed_in(session: Session, room: LiveRoom, person: LivePerson | None) -> Callable[[LiveLine], bool]:
    """Whether somebody stayed in the sealed part that a line belongs to. It holds for ever: who waited outside reads no
    line of it after the part is over either.
    """
    sealed = select(LiveLine).where(LiveLine.room_id == room.id, LiveLine.what == What.SEALED)
    parts = session.scalars(sealed.order_by(LiveLine.number)).all()

    def stayed(line: LiveLine) -> bool:
        part = next((p for p in reversed(parts) if p.number <= line.number), None)
        return part is not None and person is not None and person.reference in part.facts["stay"]

    return stayed


def reads_line(
    line: LiveLine,
    role: Role,
    person: LivePerson | None,
    stayed: Callable[[LiveLine], bool],
    *,
    of_court: bool,
) -> bool:
    """Whether somebody may read a line: who is only heard, none but those about themselves; one of a sealed part only who
    ``stayed`` in it; messages only who wrote them and the court.
    """
    mine = person is not None and line.person_id == person.id
    if of_court:
        return True
    if line.what in NOT_SAID:
        return False
    if line.what is What.MESSAGE:
        return mine
    if role in (Role.WITNESS, Role.EXPERT):
        return mine
    return not line.sealed or mine or stayed(line)


def as_minutes(lines: Sequence[LiveLine], zone: ZoneInfo, locale: str) -> str:
    """The journal as the record of the hearing takes it in, line by line with its second. Messages to the clerk are none of
    it, nor what was typed in a sealed part, which stays with whoever was in it.
    """
    told = []
    for line in lines:
        if line.what in NOT_SAID or line.what is What.MESSAGE or (line.sealed and line.what is What.NOTE):
            continue
        said = _phoned(line, None) if line.sealed and line.what is What.PHONED else sentence(line)
        if line.what is What.NOTE:
            said = T("%(name)s: %(words)s", name=line.by_name, words=said)
        told.append(f"{line.at.astimezone(zone):%H:%M:%S} {said.render(locale)}")
    return "\n".join(told)
