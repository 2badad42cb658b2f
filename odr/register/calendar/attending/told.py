"""What the public list says of the places of each hearing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.hearing.models import Hearing
from odr.procedure.rules.pack import RulePack
from odr.register.calendar.announced import Announced
from odr.register.calendar.attending.models import PlaceRequest, PlacesOfHearing, PlaceState
from odr.register.calendar.attending.places import rooms_with_seats, seats_in


@dataclass(frozen=True)
class Places:
    """How many seats the public has in a hearing, and how many nobody has yet."""

    seats: int
    free: int


def places_told(session: Session, hearings: Sequence[Announced], pack: RulePack, now: datetime) -> dict[str, Places]:
    """Seats by the reference of each hearing that anybody may still ask to watch, in three statements for any number."""
    asked_for = {
        one.reference: one for one in hearings if one.is_open and one.goes_on and one.place and one.begins_at > now
    }
    if pack.attending is None or not asked_for:
        return {}
    rooms = rooms_with_seats(session)
    given = {
        reference: (seats, count)
        for reference, seats, count in session.execute(
            select(Hearing.reference, PlacesOfHearing.seats, func.count(PlaceRequest.id))
            .join(PlacesOfHearing, PlacesOfHearing.hearing_id == Hearing.id)
            .outerjoin(
                PlaceRequest,
                (PlaceRequest.hearing_id == Hearing.id) & (PlaceRequest.state == PlaceState.GIVEN),
            )
            .where(Hearing.reference.in_(asked_for))
            .group_by(Hearing.reference, PlacesOfHearing.seats)
        )
    }
    found = {}
    for reference, one in asked_for.items():
        seats, taken = given.get(reference) or (seats_in(rooms, one.place, one.begins_at.astimezone(pack.tz).date()), 0)
        if seats:
            found[reference] = Places(seats, seats - taken)
    return found
