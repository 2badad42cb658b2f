"""Everybody's time limits and hearings across cases, as a list and as a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from icalendar import Alarm, Calendar, Event
from sqlalchemy import ColumnElement, Select, exists, or_, select, union, update
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Case, Party, Seat, Stage
from odr.filing.models import CalendarFeed
from odr.ground.errors import NotFound
from odr.ground.keyset import A_PAGE, judged, place, values_at
from odr.ground.memory.built_once import built_once
from odr.ground.text import LastDay, T, Text, last_day, side_by_side
from odr.identity.accounts.ways_in import ends_with_everything
from odr.identity.actors import Actor, actors_in, serving
from odr.identity.models import Account, AccountState, Mandate
from odr.identity.sign_in.keys import fingerprint, new_token
from odr.procedure.acts.windows import window_title
from odr.procedure.case.coming_dates.dates import LARGEST, next_dates
from odr.procedure.case.coming_dates.models import Coming
from odr.procedure.hooks import Appointment
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST = 500
"""Time limits, and hearings, that a calendar holds: the next ones."""

GOES_TO = (Coming.HEARING, Coming.INSPECTION)
"""What has an hour at which one is awaited."""

LOOKS = 20
"""How often a page is looked for among dates of mandates that are over or have not begun, before it is shown without a line."""


@dataclass(frozen=True)
class Line:
    """One time limit of a party one is or acts for, or one hearing to which one goes; at a hearing ``window`` is None.

    ``party`` is for whom, None for who serves the court.
    """

    case: Case
    at: datetime
    title: Text
    party: Party | None
    is_own: bool
    window: Window | None = None
    appointment: Appointment | None = None

    @property
    def order(self) -> Order:
        """What it is sorted by."""
        if self.window is not None:
            return self.at, Coming.LIMIT.rank, self.window.id
        return self.at, Coming.HEARING.rank, cast(Appointment, self.appointment).number

    @property
    def key(self) -> str:
        """What names it in a calendar, the same each time the calendar is fetched."""
        return self.window.reference if self.window else cast(Appointment, self.appointment).reference


def is_acted_for(account_id: int, now: datetime) -> ColumnElement[bool]:
    """Parties still in their cases whom the account is or may act for now: asked of each of some that are found by something else, so
    that whose there are in all is not gone through.
    """
    mandated = exists().where(Mandate.party_id == Party.id, Mandate.account_id == account_id, Mandate.in_force(now))
    return Party.left_at.is_(None) & or_(judged(Party.account_id) == account_id, mandated)


Order = tuple[datetime, int, int]
"""What an agenda is sorted by: the moment, time limits before hearings, and the number of either."""
ORDER = (datetime, int, int)


@dataclass(frozen=True)
class Agenda:
    """What comes next, in order. After ``whole_until`` there may be more than stands here; None where nothing is left out."""

    lines: list[Line]
    whole_until: datetime | None


@dataclass(frozen=True)
class AgendaPage:
    """A page of it; where the next one begins, None on the last; whether lines come before these."""

    lines: list[Line]
    next: str | None
    begun: bool


@dataclass(frozen=True)
class _Part:
    """Time limits, or hearings, as far as they were looked at: ``end`` is the last of them, None where there is no other."""

    lines: list[Line]
    end: Order | None


def agenda_of(sitting: Sitting, account_id: int) -> Agenda:
    """Open limits of every party the account is or may act for now, and the hearings it goes to: the next ``MOST`` of each, what
    comes first on top. A look gathers them once, for the calendar and for the note of whose cases it told of.
    """
    return sitting.once((agenda_of, account_id), lambda: _gathered(sitting, account_id))


def _gathered(sitting: Sitting, account_id: int) -> Agenda:
    lines, end = _looked_up(sitting, account_id, None, MOST)
    return Agenda(lines, end[0] if end is not None else None)


def page_of_agenda(sitting: Sitting, account_id: int, after: str | None = None, size: int = A_PAGE) -> AgendaPage:
    """A page of the same, however much there is in all."""
    values = values_at(after, ORDER)
    begins = cast(Order, values) if values is not None else None
    here = begins
    for _ in range(LOOKS):
        lines, end = _looked_up(sitting, account_id, here, size)
        lines = [line for line in lines if end is None or line.order <= end]
        if lines or end is None:
            break
        here = end
    if begins is not None and not lines and end is None:
        # What stood on the last page is done: the list is shown from its beginning.
        return page_of_agenda(sitting, account_id, None, size)
    last = lines[size - 1].order if len(lines) > size else end
    return AgendaPage(lines[:size], place(last) if last is not None else None, begins is not None)


def _looked_up(sitting: Sitting, account_id: int, begins: Order | None, size: int) -> tuple[list[Line], Order | None]:
    """So many limits and so many hearings after a place, in order; and up to where nothing is left out."""
    parts = (_limits(sitting, account_id, begins, size), _hearings(sitting, account_id, begins, size))
    ends = [part.end for part in parts if part.end is not None]
    return sorted((line for part in parts for line in part.lines), key=lambda line: line.order), min(ends, default=None)


def _limits(sitting: Sitting, account_id: int, begins: Order | None, size: int) -> _Part:
    after = None
    if begins is not None:
        # Of one moment, all time limits stand before the hearings.
        at, kind, number = begins
        after = (at, number) if kind == Coming.LIMIT.rank else (at, LARGEST)
    dated = next_dates(sitting.session, account_id, Coming.LIMIT, size + 1, after=after)
    rows = sitting.session.execute(
        select(Window, Case, Party, Window.due_at)
        .join(Party, Party.id == Window.party_id)
        .join(Case, Case.id == Window.case_id)
        .where(Window.id.in_([one.subject for one in dated[:size]]), Window.case_id == Party.case_id)
        .where(is_acted_for(account_id, sitting.now))
        .where(judged(Window.state) == WindowState.OPEN, Window.due_at.is_not(None))
    )
    found = [
        Line(case, due_at, window_title(sitting, case, window), party, party.account_id == account_id, window)
        for window, case, party, due_at in rows
        if due_at is not None
    ]
    more = len(dated) > size
    return _Part(found, (dated[size - 1].at, Coming.LIMIT.rank, dated[size - 1].subject) if more else None)


def _hearings(sitting: Sitting, account_id: int, begins: Order | None, size: int) -> _Part:
    """Hearings and inspections, of parties' cases and of those in which the account sits or keeps the record; who is only
    heard is called to their own room.
    """
    since, after = sitting.morning, None
    if begins is not None:
        at, rank, number = begins
        after = (at, number if rank == Coming.HEARING.rank else 0)
    dated = [
        (one, its)
        for its in GOES_TO
        for one in next_dates(
            sitting.session, account_id, its, size + 1, since=since, after=_within(after, its.counted_from)
        )
    ]
    sits = select(Seat.case_id).where(serving(account_id, *COURT_ROLES))
    theirs = select(Case.id).where(Case.id.in_({one.case_id for one, _ in dated}))
    found = sitting.court.hooks.ahead(sitting, union(sits, theirs), MOST + 1, begins[0] if begins is not None else None)
    ahead = [one for one in found if after is None or (one.at, one.number) > after][: size + 1]
    lines = _lines_of(sitting, account_id, sits, ahead[:size])
    # In cases whose dates were not looked at there may be hearings after the last date that was, and before others found here.
    ends = [(one.at, Coming.HEARING.rank, one.number) for one in ahead[size - 1 : size] if len(ahead) > size]
    for its in GOES_TO:
        looked = [one for one, of in dated if of is its]
        ends += [
            (one.at, its.rank, its.counted_from + one.subject) for one in looked[size - 1 : size] if len(looked) > size
        ]
    return _Part(lines, min(ends, default=None))


def _within(after: tuple[datetime, int] | None, counted_from: int) -> tuple[datetime, int] | None:
    """A place in the order of all that one goes to, as a place among those of one kind."""
    return (after[0], max(after[1] - counted_from, 0)) if after is not None else None


def _lines_of(sitting: Sitting, account_id: int, sits: Select[int], ahead: Sequence[Appointment]) -> list[Line]:
    """Hearings with their cases, and for whom the account goes there."""
    if not ahead:
        return []
    dated = {one.case_id for one in ahead}
    cases: dict[int, tuple[Case, Party | None]] = {}
    for case in sitting.session.scalars(
        select(Case).where(Case.id.in_(dated), Case.id.in_(sits), Case.stage != Stage.CLOSED)
    ):
        cases[case.id] = (case, None)
    theirs = select(Case, Party).join(Party, Party.case_id == Case.id).where(Case.id.in_(dated))
    for case, party in sitting.session.execute(theirs.where(is_acted_for(account_id, sitting.now))):
        cases.setdefault(case.id, (case, party))
    found = []
    for one in ahead:
        if one.case_id not in cases:
            continue
        case, who = cases[one.case_id]
        found.append(
            Line(case, one.at, one.title, who, who is not None and who.account_id == account_id, appointment=one)
        )
    return found


def new_feed(session: Session, account_id: int, now: datetime) -> str:
    """A new secret address; the earlier one ends. Returns its token, shown once."""
    end_feed(session, account_id, now)
    token = new_token()
    session.add(CalendarFeed(account_id=account_id, token_hash=fingerprint(token), created_at=now))
    return token


@ends_with_everything
def end_feed(session: Session, account_id: int, now: datetime) -> None:
    """The calendar's address ends at once."""
    session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def has_feed(session: Session, account_id: int) -> bool:
    """Whether an address is in use."""
    return (
        session.scalar(
            built_once(
                lambda: select(CalendarFeed.id).where(
                    CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None)
                )
            )
        )
        is not None
    )


def account_of(session: Session, token: str) -> Account:
    """Whose calendar an address is. Raises NotFound."""
    feed = session.scalar(
        select(CalendarFeed).where(CalendarFeed.token_hash == fingerprint(token), CalendarFeed.revoked_at.is_(None))
    )
    account = session.get(Account, feed.account_id) if feed is not None else None
    if account is None or account.state is not AccountState.ACTIVE:
        raise NotFound
    return account


def calendar_of(sitting: Sitting, account: Account, base_url: str) -> bytes:
    """Limits and hearings as a calendar (RFC 5545): case number and what is due, no names and nothing of the content."""
    calendar = Calendar()
    calendar.add("prodid", "-//Internet Court//Agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    agenda = agenda_of(sitting, account.id)
    for line in agenda.lines:
        calendar.add_component(_event(sitting, line, account.locale, base_url))
    if agenda.whole_until is not None:
        calendar.add_component(_more(sitting, agenda.whole_until, account, base_url))
    return bytes(calendar.to_ical())


def readers_of(sitting: Sitting, account: Account) -> list[tuple[Case, Actor]]:
    """The cases the calendar tells of, each with the capacity in which the account sees it."""
    cases = {line.case.id: line.case for line in agenda_of(sitting, account.id).lines}
    found = {key: actors_in(sitting.session, account, case, sitting.now) for key, case in cases.items()}
    return [(case, found[key][0]) for key, case in cases.items() if found[key]]


def _named(sitting: Sitting, key: str, base_url: str) -> Event:
    """An event with its name, the same each time, and when it was told."""
    event = Event()
    event.add("uid", f"{key}@{base_url.split('//')[-1].split('/')[0]}")
    event.add("dtstamp", sitting.now)
    return event


def _more(sitting: Sitting, day: datetime, account: Account, base_url: str) -> Event:
    """Who looks at a later day is not to take it for free: the day from which on there may be more says so. Everybody's is another
    event: a program with the calendars of two people holds two of one name for one (RFC 5545, 3.8.4.7).
    """
    event = _named(sitting, f"more/{account.reference}", base_url)
    event.add("dtstart", day.astimezone(sitting.court.settings.tz).date())
    event.add(
        "summary",
        T("From this day on this calendar may not have everything: open your agenda at the court.").render(
            account.locale
        ),
    )
    event.add("url", f"{base_url}/agenda")
    return event


def _event(sitting: Sitting, line: Line, locale: str, base_url: str) -> Event:
    event = _named(sitting, line.key, base_url)
    # A limit that ends with its day is an event of that whole day, in the court's zone; a hearing, and what ends sooner, has its hour.
    last = last_day(line.at, sitting.court.settings.tz)
    event.add("dtstart", last if line.window and not isinstance(last, LastDay) else line.at)
    event.add("summary", side_by_side((line.title, line.case.number or line.case.reference), ":").render(locale))
    event.add("url", f"{base_url}/cases/{line.case.reference}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", line.title.render(locale))
    alarm.add("trigger", timedelta(days=-1))
    event.add_component(alarm)
    return event
