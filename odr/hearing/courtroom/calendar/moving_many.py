"""Many hearings moved at once: a judge who is ill, a room that cannot be used. No flask.

Each line is the act of moving itself: everybody is told by its letter. What cannot be moved is said by name, with why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.filing.registry.handing_over import sit_down
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.ground.keyset import Listed, page_of_lines
from odr.ground.text import T, Text
from odr.hearing import names
from odr.hearing.courtroom.calendar.clashes import Wanted, clashes, next_free
from odr.hearing.courtroom.calendar.diary import Booked, Diary, Kept, Span, diary, place_key, place_shown, wall
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind
from odr.hearing.courtroom.calendar.week import cases_served
from odr.hearing.courtroom.hearings import check_day, in_time
from odr.hearing.courtroom.moving import MoveInput, may_put_off, why_too_soon
from odr.hearing.mode.consent_effects import call_where
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.procedure.lists.kinds import ListKind, list_kind
from odr.procedure.lists.lists import Line, put_on_list, waiting_subjects

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

A_PAGE = 20
AHEAD = 60
"""Days after the last in which another slot is looked for."""
LONGEST_TIME = 31
"""Days of which hearings are moved together."""


@dataclass(frozen=True)
class Move:
    """A hearing that is fixed, and where it goes, or why it stays."""

    booked: Booked
    span: Span | None = None
    room: CourtRoom | None = None
    reason: Text | None = None
    asked: Sequence[Text] = ()
    shown: Text | str = ""
    """Where it is held now, as far as the reader is told."""

    @property
    def place(self) -> tuple[datetime, int]:
        """What it is sorted by."""
        return self.booked.span.begins, self.booked.hearing.id


def subject_of(hearing: Hearing) -> str:
    """What a line of the list is about."""
    return f"moved/{hearing.reference}"


def moves(
    sitting: Sitting,
    first: date,
    last: date,
    *,
    judge: int | None = None,
    room: str | None = None,
    reader: int | None = None,
    after: str | None = None,
) -> Listed[Move]:
    """Hearings to come of a judge or a room in some days, each with another slot that meets nothing."""
    days = diary(sitting, first, last + timedelta(days=AHEAD))
    wanted = [
        one
        for one in days.booked
        if one.hearing.state is HearingState.SUMMONED
        and one.span.begins > sitting.now
        and first <= days.day_of(one.span) <= last
        and (judge is None or one.has(judge))
        and (room is None or one.key == place_key(room))
    ]
    taken = waiting_subjects(sitting.session, MOVED, [subject_of(one.hearing) for one in wanted])
    lines = [Move(one) for one in wanted if subject_of(one.hearing) not in taken]
    page = page_of_lines(lines, lambda one: one.place, after, A_PAGE)
    closed = Kept(
        Span(wall(first, 0, days.zone), wall(last, 1440, days.zone)), room or "", frozenset({judge} if judge else ())
    )
    kept = [closed]
    served = cases_served(sitting, reader, [one.booked.case.id for one in page.rows]) if reader is not None else set()
    rows = [replace(one, shown=place_shown(one.booked, days, reads=one.booked.case.id in served)) for one in page.rows]
    return page.of([_moved(sitting, line, days, kept) for line in rows])


def _moved(sitting: Sitting, line: Move, days: Diary, kept: list[Kept]) -> Move:
    one = line.booked
    case, hearing = one.case, one.hearing
    here = _next_door(one, days, kept)
    if here is not None:
        try:
            call_where(sitting, case, hearing.mode)
        except CourtError as error:
            return replace(line, reason=_said(error))
        met = clashes(sitting, case, Wanted(one.span.begins, hearing.length, here.name, hearing.id), days)
        if met.refused:
            return replace(line, reason=met.refused[0][1])
        kept.append(Kept(one.span, here.name, frozenset()))
        return replace(line, span=one.span, room=here, asked=tuple(met.asked))
    try:
        may_put_off(sitting, case, Role.PRESIDENT)
    except ActNotOpen as error:
        return replace(line, reason=error.message)
    if not one.bench or not days.has_hours(one.bench[0][1]):
        return replace(line, reason=T("No hearing hours are set for the judge of this case."))
    found = next_free(
        sitting,
        case,
        Wanted(one.span.begins, hearing.length, hearing.place, hearing.id),
        days,
        most=1,
        besides=kept,
        bench=one.bench,
        kind=_kind(hearing, days),
        when=lambda slot: (
            in_time(sitting, case, slot.span.begins)
            and why_too_soon(sitting, case, hearing.begins_at, slot.span.begins) is None
        ),
    )
    if not found:
        return replace(line, reason=T("In the next %(days)s days no slot of judge and room is free.", days=AHEAD))
    slot, room = found[0]
    try:
        check_day(sitting, case, slot.span.begins, gap=days.day_of(slot.span) == days.day_of(one.span))
        call_where(sitting, case, hearing.mode)
    except CourtError as error:
        return replace(line, reason=_said(error))
    kept.append(Kept(slot.span, room.name, frozenset(who for _, who, _ in one.bench)))
    wanted = Wanted(slot.span.begins, hearing.length, room.name, hearing.id)
    return replace(line, span=slot.span, room=room, asked=tuple(clashes(sitting, case, wanted, days).asked))


def _said(error: CourtError) -> Text:
    """The reason itself, where a refusal names a field."""
    return error.faults[0].message if isinstance(error, InvalidInput) and error.faults else error.message


def _kind(hearing: Hearing, days: Diary) -> RoomKind:
    mine = next((room.kind for room in days.rooms if place_key(room.name) == place_key(hearing.place)), None)
    return mine or (RoomKind.VIDEO if hearing.mode is Mode.LIVE else RoomKind.COURTROOM)


def _next_door(one: Booked, days: Diary, kept: Sequence[Kept]) -> CourtRoom | None:
    """Another room at the same hour, where those who decide can come and only the room is the matter: nobody is put off."""
    if kept[0].bench:
        return None
    rooms = days.rooms_free(one.span, leaving_out=one.hearing.id, besides=kept)
    kind = _kind(one.hearing, days)
    return next((room for room in rooms if room.kind is kind and place_key(room.name) != one.key), None)


def move_together(court: Court, president: int, chosen: Sequence[tuple[str, MoveInput]], key: str) -> str:
    """Put the moving of each hearing chosen on a list and give its reference. Raises InvalidInput for nothing."""
    with court.database.read() as session:
        wanted = dict(chosen)
        rows = session.execute(
            select(Hearing, Case).join(Case, Case.id == Hearing.case_id).where(Hearing.reference.in_(wanted))
        ).all()
        found = {hearing.reference: (hearing, case) for hearing, case in rows}
        lines = [
            Line(found[ref][1].id, given, subject_of(found[ref][0])) for ref, given in wanted.items() if ref in found
        ]
    if not lines:
        raise InvalidInput.at("case", T("Choose at least one hearing."))
    return put_on_list(court, MOVED, president, names.MOVE_HEARING, lines, key=key, ticked=len(chosen))


def _says(act: str, count: int, ticked: int) -> Text:
    return T("You move %(count)s of %(ticked)s hearings ticked", count=count, ticked=ticked)


MOVED = list_kind(
    ListKind(
        "hearings_moved",
        Role.PRESIDENT,
        T("Hearings to move"),
        "hearing_calendar.move_many",
        _says,
        office=True,
        before=sit_down,
    )
)
