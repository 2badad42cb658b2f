"""Whether a hearing would meet another: what is refused, and what is asked about.

Nobody decides or interprets in two hearings at once, and one room holds one hearing: that is refused, with what is in the
way, who can mend it and what is free. That a party, whoever acts for them, somebody called, or the clerk has another hearing at this hour
is asked about: two may share a hearing, or somebody else come for them. Of the other case nothing is said then but its
hour, since not everybody who fixes a hearing may read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Seat
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing.courtroom.calendar.diary import (
    HOLDS,
    Away,
    Booked,
    Diary,
    FreeSlot,
    Kept,
    Span,
    bench_of,
    booked_between,
    diary,
    in_force,
    place_key,
)
from odr.hearing.courtroom.calendar.lock import one_at_a_time
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind
from odr.hearing.models import Hearing, Interpreter, Witness
from odr.hearing.vocabulary import RequestState, TestimonyManner
from odr.identity.models import Account, Mandate

if TYPE_CHECKING:
    from datetime import datetime

    from odr.procedure.sitting import Sitting

AHEAD = 42
"""Days in which a free slot is looked for: after that no summons of today is sent."""
OFFERED = 3


@dataclass(frozen=True)
class Wanted:
    """A hearing somebody wants to fix."""

    begins: datetime
    minutes: int
    place: str
    instead_of: int | None = None
    """The hearing that is moved: it is not in its own way."""

    @property
    def span(self) -> Span:
        """When it takes place."""
        return Span.of(self.begins, self.minutes)


@dataclass(frozen=True)
class Clashes:
    """What stands in the way of a hearing."""

    refused: Sequence[tuple[str, Text]] = ()
    """Field and reason."""
    asked: Sequence[Text] = ()


@dataclass
class _Here:
    """People of one case by what tells them from others."""

    accounts: dict[int, tuple[str, Text]] = field(default_factory=dict)
    addresses: dict[str, tuple[str, Text]] = field(default_factory=dict)


def keep_free(sitting: Sitting, case: Case, wanted: Wanted, *, despite: bool) -> None:
    """Keep room and people for a hearing that is being fixed. Raises InvalidInput with what is in the way."""
    one_at_a_time(sitting.session)
    first = wanted.begins.astimezone(sitting.court.settings.tz).date()
    days = diary(sitting, first - timedelta(days=1), first + timedelta(days=AHEAD))
    found = clashes(sitting, case, wanted, days)
    if found.refused:
        free = _free_words(next_free(sitting, case, wanted, days))
        raise InvalidInput([FieldFault((at,), words) for at, words in found.refused] + free)
    if found.asked and not despite:
        raise InvalidInput(
            [
                *(FieldFault(("despite",), words) for words in found.asked),
                *_free_words(next_free(sitting, case, wanted, days)),
            ]
        )


def clashes(sitting: Sitting, case: Case, wanted: Wanted, days: Diary) -> Clashes:
    """What stands in the way, refused or asked about."""
    bench = bench_of(sitting.session, [case.id]).get(case.id, [])
    meets = [one for one in days.taking(wanted.span, leaving_out=wanted.instead_of) if one.hearing.state in HOLDS]
    return Clashes(
        [*_bench(bench, wanted, days, meets), *_room(wanted, days, meets), *_interpreters(sitting, case, meets)],
        [*_hours(bench, wanted, days), *_people(sitting, case, meets), *_away(sitting, case, bench, wanted, days)],
    )


def _interpreting(sitting: Sitting, cases: Iterable[int]) -> dict[str, str]:
    """Who interprets in some cases: their name, by address."""
    rows = sitting.session.execute(
        select(Interpreter.email, Interpreter.name).where(Interpreter.case_id.in_(list(cases)))
    )
    return {email.casefold(): name for email, name in rows}


def _interpreters(sitting: Sitting, case: Case, meets: Sequence[Booked]) -> Iterable[tuple[str, Text]]:
    """Who interprets here interprets in another hearing at this hour: nobody else says for them what is said."""
    others = {one.case.id for one in meets} - {case.id}
    here = _interpreting(sitting, [case.id]) if others else {}
    there = _interpreting(sitting, others) if here else {}
    for address in here.keys() & there.keys():
        yield (
            "at",
            T(
                "%(name)s interprets in another hearing here at this hour. Choose another hour, or another interpreter is appointed.",
                name=here[address],
            ),
        )


def interpreter_is_taken(sitting: Sitting, case: Case, address: str) -> bool:
    """Whether somebody interprets elsewhere during a hearing that is fixed in the case."""
    one_at_a_time(sitting.session)
    fixed = sitting.session.scalars(
        select(Hearing).where(Hearing.case_id == case.id, Hearing.state.in_(HOLDS), Hearing.begins_at > sitting.now)
    ).all()
    for hearing in fixed:
        span = Span.of(hearing.begins_at, hearing.length)
        meets = booked_between(sitting.session, span.begins, span.ends)
        others = {one.case.id for one in meets if one.hearing.state in HOLDS} - {case.id}
        if others and address.casefold() in _interpreting(sitting, others):
            return True
    return False


def _away(
    sitting: Sitting, case: Case, bench: Sequence[tuple[Role, int, str]], wanted: Wanted, days: Diary
) -> Iterable[Text]:
    """Somebody of this case has told that they cannot come on that day."""
    for row, (name, what) in _told(sitting, case, bench, days):
        if row.holds(days.day_of(wanted.span)):
            yield T(
                "%(name)s (%(what)s) has told the court that they cannot come from %(first)s to %(last)s.",
                name=name,
                what=what,
                first=row.from_on,
                last=row.until_on,
            )


def _told(
    sitting: Sitting, case: Case, bench: Sequence[tuple[Role, int, str]], days: Diary
) -> list[tuple[Away, tuple[str, Text]]]:
    """Days that somebody of this case has told, with their name and what they are in it."""
    if not days.told:
        return []
    here = _who(sitting, [case.id])
    who: dict[int, tuple[str, Text]] = {**here.accounts, **{key: (name, role.label) for role, key, name in bench}}
    found = ((row, who.get(row.account_id) or here.addresses.get(row.email.casefold())) for row in days.told)
    return [(row, somebody) for row, somebody in found if somebody is not None]


def _times(one: Booked, days: Diary) -> dict[str, str]:
    return {
        "number": one.case.number or one.case.reference,
        "begins": f"{one.span.begins.astimezone(days.zone):%H:%M}",
        "ends": f"{one.span.ends.astimezone(days.zone):%H:%M}",
    }


def _bench(
    bench: Sequence[tuple[Role, int, str]], wanted: Wanted, days: Diary, meets: Sequence[Booked]
) -> Iterable[tuple[str, Text]]:
    """Whoever decides here hears another case then, or is on leave."""
    for _, account_id, name in bench:
        for one in meets:
            if one.has(account_id):
                yield (
                    "at",
                    T(
                        "%(name)s hears %(number)s from %(begins)s to %(ends)s. Choose another hour; or that hearing is moved first, by its clerk on the same day, by the president of the court to another.",
                        name=name,
                        **_times(one, days),
                    ),
                )
        away = days.away(account_id, days.day_of(wanted.span))
        if away is not None:
            yield (
                "on",
                T(
                    "%(name)s is on leave from %(first)s to %(last)s. Choose another day; the president of the court can end the leave or give the seat to somebody else.",
                    name=name,
                    first=away.from_on,
                    last=away.until_on,
                ),
            )


def _room(wanted: Wanted, days: Diary, meets: Sequence[Booked]) -> Iterable[tuple[str, Text]]:
    """The room is no room of the court on that day, or another case is heard in it then."""
    named = [room for room in days.every_room if place_key(room.name) == place_key(wanted.place)]
    day = days.day_of(wanted.span)
    if named and not any(in_force(room, day) for room in named):
        yield (
            "place",
            T("On that day this is not a room of the court: it has ended, or is not there yet. Choose another room."),
        )
    for one in meets:
        if one.key == place_key(wanted.place):
            yield (
                "place",
                T(
                    "In this room %(number)s is heard from %(begins)s to %(ends)s. Choose another room or hour.",
                    **_times(one, days),
                ),
            )


def _hours(bench: Sequence[tuple[Role, int, str]], wanted: Wanted, days: Diary) -> Iterable[Text]:
    """The hour lies outside the hours that are set for the judge or the room."""
    day = days.day_of(wanted.span)
    for role, account_id, name in bench:
        if role is not Role.JUDGE or not days.has_hours(account_id):
            continue
        inside = any(_inside(row.begins, row.ends, wanted, days) for row in days.hours_of(account_id, day))
        if not inside or not days.working.is_working(day):
            yield T("%(name)s does not hear cases at this hour, as their hearing hours say.", name=name)
    for room in days.rooms:
        if place_key(room.name) != place_key(wanted.place) or not in_force(room, day):
            continue
        if not days.is_open(room, wanted.span):
            yield T("This room is not open all that time.")
    if days.rooms and not any(place_key(room.name) == place_key(wanted.place) for room in days.every_room):
        yield T("The court knows no room called “%(place)s”. Is it spelt as it should be?", place=wanted.place)


def _inside(begins: int, ends: int, wanted: Wanted, days: Diary) -> bool:
    start = wanted.begins.astimezone(days.zone)
    minutes = start.hour * 60 + start.minute
    return begins <= minutes and minutes + wanted.minutes <= ends


def _people(sitting: Sitting, case: Case, meets: Sequence[Booked]) -> Iterable[Text]:
    """Everybody of this case besides the bench who is called to another hearing at this hour."""
    others = {one.case.id for one in meets} - {case.id}
    if not others:
        return
    here, there = _who(sitting, [case.id]), _who(sitting, others)
    told: set[tuple[str, str]] = set()
    both = [here.accounts[key] for key in here.accounts if key in there.accounts]
    both += [here.addresses[key] for key in here.addresses if key in there.addresses]
    for name, what in both:
        if (name, what.render("en")) not in told:
            told.add((name, what.render("en")))
            yield T("%(name)s (%(what)s) has another hearing here at this hour.", name=name, what=what)


def _who(sitting: Sitting, cases: Iterable[int]) -> _Here:
    """Parties, whoever acts for them, witnesses, experts and interpreters called, and the clerk, of some cases."""
    ids, found, session = list(cases), _Here(), sitting.session
    people = session.execute(
        select(Party.account_id, Party.name, Party.role).where(Party.case_id.in_(ids), Party.left_at.is_(None))
    )
    for account_id, name, role in people:
        if account_id is not None:
            found.accounts[account_id] = name, role.label
    acting = session.execute(
        select(Mandate.account_id, Account.name)
        .join(Account, Account.id == Mandate.account_id)
        .where(Mandate.case_id.in_(ids), Mandate.in_force(sitting.now))
    )
    for account_id, name in acting:
        if account_id is not None:
            found.accounts[account_id] = name, T("who acts for a party")
    clerks = session.execute(
        select(Seat.account_id, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id.in_(ids), Seat.role == Role.CLERK, Seat.until_at.is_(None))
    )
    for account_id, name in clerks:
        found.accounts[account_id] = name, Role.CLERK.label
    called = session.execute(
        select(Witness.email, Witness.name, Witness.role).where(
            Witness.case_id.in_(ids),
            Witness.state == RequestState.GRANTED,
            Witness.manner == TestimonyManner.LIVE,
        )
    )
    for email, name, role in called:
        found.addresses[email.casefold()] = name, role.label
    for email, name in session.execute(select(Interpreter.email, Interpreter.name).where(Interpreter.case_id.in_(ids))):
        found.addresses[email.casefold()] = name, Role.INTERPRETER.label
    return found


def next_free(
    sitting: Sitting,
    case: Case,
    wanted: Wanted,
    days: Diary,
    *,
    most: int = OFFERED,
    besides: Sequence[Kept] = (),
    kind: RoomKind | None = None,
    bench: Sequence[tuple[Role, int, str]] | None = None,
    when: Callable[[FreeSlot], bool] = lambda slot: True,
) -> list[tuple[FreeSlot, CourtRoom]]:
    """The next slots after now in which whoever presides hears cases, all who decide are free, and a room is: the one
    that was wanted, or another of its kind; none on a day on which somebody of the case has told that they cannot come. None where no hearing hours are set. ``when`` says which slots will do.
    """
    sits = bench if bench is not None else bench_of(sitting.session, [case.id]).get(case.id, [])
    if not sits:
        return []
    presides, others = sits[0][1], [account_id for _, account_id, _ in sits[1:]]
    kind = kind or next((room.kind for room in days.rooms if place_key(room.name) == place_key(wanted.place)), None)
    told = [row for row, _ in _told(sitting, case, sits, days)]
    found: list[tuple[FreeSlot, CourtRoom]] = []
    for day in days.days():
        if any(row.holds(day) for row in told):
            continue
        for slot in days.free(
            presides, day, minutes=wanted.minutes or None, others=others, leaving_out=wanted.instead_of, besides=besides
        ):
            room = chosen_room(slot.rooms, wanted.place, kind)
            if room is not None and slot.span.begins > sitting.now and day >= days.day_of(wanted.span) and when(slot):
                found.append((slot, room))
            if len(found) >= most:
                return found
    return found


def chosen_room(rooms: Sequence[CourtRoom], place: str, kind: RoomKind | None) -> CourtRoom | None:
    """The room that was wanted, if it is free; else the first of its kind."""
    same = next((room for room in rooms if place_key(room.name) == place_key(place)), None)
    return same or next((room for room in rooms if kind is None or room.kind is kind), None)


def _free_words(found: Sequence[tuple[FreeSlot, CourtRoom]]) -> list[FieldFault]:
    if not found:
        return []
    slots = side_by_side(T("%(at)s (%(place)s)", at=slot.span.begins, place=room.name) for slot, room in found)
    return [FieldFault(("at",), T("Free next: %(slots)s", slots=slots))]
