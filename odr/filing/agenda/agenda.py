"""Everybody's time limits and hearings across cases, as a list and as a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from icalendar import Alarm, Calendar, Event
from sqlalchemy import ColumnElement, exists, or_, select, union, update
from sqlalchemy.orm import Session, aliased

from odr.docket.models import COURT_ROLES, Case, Party, Seat, Stage
from odr.filing.models import CalendarFeed
from odr.ground.errors import NotFound
from odr.ground.keyset import judged
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, side_by_side
from odr.identity.accounts.ways_in import ends_with_everything
from odr.identity.actors import Actor, actors_in, serving
from odr.identity.models import Account, AccountState, Mandate
from odr.identity.sign_in.keys import fingerprint, new_token
from odr.procedure.acts.windows import window_title
from odr.procedure.case.waiting_for_me import has_very_many, own_cases
from odr.procedure.hooks import Appointment
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST = 500
"""Time limits, and hearings, that an agenda holds: the next ones."""


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
    def key(self) -> str:
        """What names it in a calendar, the same each time the calendar is fetched."""
        return self.window.reference if self.window else cast(Appointment, self.appointment).reference


def acted_for(account_id: int, now: datetime) -> ColumnElement[bool]:
    """Parties still in their cases whom the account is or may act for now."""
    own = aliased(Party)
    mandated = select(Mandate.party_id).where(Mandate.account_id == account_id, Mandate.in_force(now))
    # One list of both: with an OR between them PostgreSQL goes through everybody's parties.
    return Party.left_at.is_(None) & Party.id.in_(union(select(own.id).where(own.account_id == account_id), mandated))


def is_acted_for(account_id: int, now: datetime) -> ColumnElement[bool]:
    """The same, asked of each of some parties that are found by something else: whose there are in all is not gone through."""
    mandated = exists().where(Mandate.party_id == Party.id, Mandate.account_id == account_id, Mandate.in_force(now))
    return Party.left_at.is_(None) & or_(judged(Party.account_id) == account_id, mandated)


@dataclass(frozen=True)
class Agenda:
    """What comes next, in order. After ``whole_until`` there may be more than stands here; None where nothing is left out."""

    lines: list[Line]
    whole_until: datetime | None


def agenda_of(sitting: Sitting, account_id: int) -> Agenda:
    """Open limits of every party the account is or may act for now, and the hearings it goes to: the next ``MOST`` of each, what
    comes first on top. A look gathers them once, for the calendar and for the note of whose cases it told of.
    """
    return sitting.once((agenda_of, account_id), lambda: _gathered(sitting, account_id))


def _gathered(sitting: Sitting, account_id: int) -> Agenda:
    limits, limits_end = _limits(sitting, account_id)
    hearings, hearings_end = _hearings(sitting, account_id)
    ends = [end for end in (limits_end, hearings_end) if end is not None]
    return Agenda(sorted([*limits, *hearings], key=lambda line: line.at), min(ends) if ends else None)


def _end(days: Sequence[datetime]) -> datetime | None:
    """The last of as many as were asked for: what comes after it was not looked at."""
    return days[-1] if len(days) >= MOST else None


def _limits(sitting: Sitting, account_id: int) -> tuple[list[Line], datetime | None]:
    # A platform's limits are found along the days of all; everybody else's by the few parties they are or act for.
    has_many = has_very_many(sitting.session, account_id, sitting.now)
    state, due = (Window.state, Window.due_at) if has_many else (judged(Window.state), judged(Window.due_at))
    mine = (is_acted_for if has_many else acted_for)(account_id, sitting.now)
    rows = sitting.session.execute(
        select(Window, Case, Party, Window.due_at)
        .join(Party, Party.id == Window.party_id)
        .join(Case, Case.id == Window.case_id)
        .where(Window.case_id == Party.case_id, mine)
        .where(state == WindowState.OPEN, Window.due_at.is_not(None))
        .order_by(due, Window.id)
        .limit(MOST)
    )
    found = [
        Line(case, due_at, window_title(sitting, case, window), party, party.account_id == account_id, window)
        for window, case, party, due_at in rows
        if due_at is not None
    ]
    return found, _end([line.at for line in found])


def _hearings(sitting: Sitting, account_id: int) -> tuple[list[Line], datetime | None]:
    """Of parties' cases and of those in which the account sits or keeps the record; who is only heard is called to
    their own room.
    """
    sits = select(Seat.case_id).where(serving(account_id, *COURT_ROLES))
    ahead = sitting.court.hooks.ahead(sitting, union(sits, *own_cases(account_id, sitting.now)), MOST)
    if not ahead:
        return [], None
    dated = [one.case_id for one in ahead]
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
    return found, _end([one.at for one in ahead])


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
    # A limit that ends with its day is an event of that whole day, in the court's zone; a hearing begins at its hour.
    event.add("dtstart", line.at.astimezone(sitting.court.settings.tz).date() if line.window else line.at)
    event.add("summary", side_by_side((line.title, line.case.number or line.case.reference), ":").render(locale))
    event.add("url", f"{base_url}/cases/{line.case.reference}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", line.title.render(locale))
    alarm.add("trigger", timedelta(days=-1))
    event.add_component(alarm)
    return event
