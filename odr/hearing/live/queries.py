"""Finding the room of a hearing held here, and who is in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.hearing.live.models import EquipmentCheck, LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.rules import COURT, Standing, hears
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.hearing.queries import hearings_of
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import Actor

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DOORS_OPEN = timedelta(minutes=30)
"""How long before its hour one may come to a hearing held here."""


def is_set_up(sitting: Sitting, case: Case) -> bool:
    """Whether hearings by the court's own video can be held: a media room stands, and the rules of the case know them."""
    return sitting.court.ports.media is not None and sitting.pack(case).live is not None


def pause_after(sitting: Sitting, case: Case) -> timedelta:
    """How long somebody may be gone before the hearing stands still."""
    rules = sitting.pack(case).live
    return timedelta(seconds=rules.pause_after_seconds if rules is not None else 20)


def here(session: Session, case: Case) -> list[Hearing]:
    """Hearings of a case held by the court's own video, in order."""
    return [hearing for hearing in hearings_of(session, case) if hearing.held_here]


def hearing_of_now(session: Session, case: Case) -> Hearing | None:
    """The hearing a page of the room is about: the next that is fixed here, else the last that was held here."""
    every = here(session, case)
    fixed = [h for h in every if h.state is HearingState.SUMMONED]
    if fixed:
        return min(fixed, key=lambda h: h.begins_at)
    held = [h for h in every if h.state is HearingState.HELD]
    return held[-1] if held else None


def doors_are_open(hearing: Hearing, now: datetime) -> bool:
    """Whether one may come to a hearing now."""
    return hearing.state is HearingState.SUMMONED and hearing.begins_at - DOORS_OPEN <= now


def room_of(session: Session, hearing: Hearing) -> LiveRoom | None:
    """The room of a hearing, once somebody came."""
    return session.scalar(select(LiveRoom).where(LiveRoom.hearing_id == hearing.id))


def room_of_now(session: Session, case: Case) -> LiveRoom | None:
    """The room of the hearing that is fixed or was held last."""
    hearing = hearing_of_now(session, case)
    return room_of(session, hearing) if hearing is not None else None


def running_room(session: Session, case: Case) -> LiveRoom | None:
    """The room of a hearing that was opened and is not over."""
    room = room_of_now(session, case)
    return room if room is not None and room.state not in (RoomState.WAITING, RoomState.CLOSED) else None


def held_room(session: Session, room_id: int) -> LiveRoom:
    """The room, held against everybody else who writes in it."""
    found = select(LiveRoom).where(LiveRoom.id == room_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one()


def person_of(room: LiveRoom, actor: Actor) -> LivePerson | None:
    """Somebody's own place in the room, if they came."""
    return next((p for p in room.people if p.account_id == actor.account_id), None)


def standing(person: LivePerson) -> Standing:
    """What of somebody decides what reaches them."""
    return Standing(person.role, person.place, person.may_stay)


def reached(room: LiveRoom, person: LivePerson | None) -> bool:
    """Whether anything of the hearing reaches somebody now."""
    return person is not None and hears(room.state, room.sealed_by is not None, standing(person))


def hands(room: LiveRoom) -> list[LivePerson]:
    """Who asks for the floor, first come first."""
    up = [(p.hand_at, p.id, p) for p in room.people if p.hand_at is not None]
    return [person for _, _, person in sorted(up, key=lambda each: each[:2])]


def segments_of(session: Session, room: LiveRoom) -> list[LiveSegment]:
    """The pieces of the recording, in order."""
    mine = select(LiveSegment).where(LiveSegment.room_id == room.id)
    return list(session.scalars(mine.order_by(LiveSegment.number)))


def next_segment(session: Session, room: LiveRoom) -> int:
    """Number of the next piece of the recording."""
    return max((s.number for s in segments_of(session, room)), default=0) + 1


def check_of(session: Session, hearing: Hearing, account_id: int | None) -> EquipmentCheck | None:
    """The newest check of somebody's equipment for a hearing."""
    mine = select(EquipmentCheck).where(
        EquipmentCheck.hearing_id == hearing.id, EquipmentCheck.account_id == account_id
    )
    return session.scalar(mine.order_by(EquipmentCheck.id.desc()).limit(1))


def called_back(session: Session, hearing: Hearing) -> list[EquipmentCheck]:
    """Whom the clerk is asked to call, the newest word of each."""
    rows = session.scalars(
        select(EquipmentCheck).where(EquipmentCheck.hearing_id == hearing.id).order_by(EquipmentCheck.id)
    )
    newest = {row.account_id: row for row in rows}
    return [row for row in newest.values() if row.call]


def missing_from(room: LiveRoom) -> list[LivePerson]:
    """Who takes part and whose connection is lost: parties and those who sit for the court; not who is heard by telephone instead."""
    needed = [p for p in room.people if p.party_id is not None or p.role in COURT]
    gone = [p for p in needed if p.lost_at is not None and p.phone_since is None]
    return [p for p in gone if p.place.value == "room"]
