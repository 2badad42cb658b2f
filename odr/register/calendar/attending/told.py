"""What the public list says of the places of each hearing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from odr.hearing.models import Hearing
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.reckoning import reckon_before
from odr.register.calendar.announced import Announced
from odr.register.calendar.attending.models import PlaceRequest, PlacesOfHearing, PlaceState, Way
from odr.register.calendar.attending.places import kept_of, rooms_with_seats, seats_by_video, seats_in


@dataclass(frozen=True)
class Places:
    """How many seats the public has in a hearing, how many anybody can still get, and how many are kept for now for near
    relatives and whoever has an interest in the case.
    """

    seats: int
    free: int
    kept: int


def places_told(session: Session, hearings: Sequence[Announced], pack: RulePack, now: datetime) -> dict[str, Places]:
    """Seats by the reference of each hearing that anybody may still ask to watch, in three statements for any number."""
    asked_for = {
        one.reference: one
        for one in hearings
        if one.is_open and one.goes_on and (one.place or one.held_here) and one.begins_at > now
    }
    if pack.attending is None or not asked_for:
        return {}
    rooms = rooms_with_seats(session)
    of_ties = func.coalesce(func.sum(case((PlaceRequest.comes_first, 1), else_=0)), 0)
    given = {
        row[0]: row[1:]
        for row in session.execute(
            select(
                Hearing.reference,
                PlacesOfHearing.seats,
                PlacesOfHearing.kept,
                PlacesOfHearing.way,
                PlacesOfHearing.closes_at,
                PlacesOfHearing.drawn_at,
                func.count(PlaceRequest.id),
                of_ties,
            )
            .join(PlacesOfHearing, PlacesOfHearing.hearing_id == Hearing.id)
            .outerjoin(
                PlaceRequest,
                (PlaceRequest.hearing_id == Hearing.id) & (PlaceRequest.state == PlaceState.GIVEN),
            )
            .where(Hearing.reference.in_(asked_for))
            .group_by(Hearing.reference, PlacesOfHearing.hearing_id)
        )
    }
    found = {}
    for reference, one in asked_for.items():
        if reference in given:
            seats, kept, way, closes_at, drawn_at, taken, ties = given[reference]
            closed = drawn_at is not None if way is Way.LOT else now > closes_at
        else:
            day = one.begins_at.astimezone(pack.tz).date()
            seats = seats_in(rooms, one.place, day) if one.place else seats_by_video(pack)
            ends = reckon_before(pack, pack.attending.closes, one.begins_at, article=str(pack.attending.article)).due_at
            kept, closed = kept_of(seats, pack.attending), now > ends
            taken, ties = 0, 0
        held = 0 if closed else max(0, kept - ties)
        left = max(0, seats - taken)
        if seats:
            found[reference] = Places(seats, max(0, left - held), min(held, left))
    return found
