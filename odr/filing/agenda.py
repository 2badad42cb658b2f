"""Everybody's time limits across cases, as a list and as a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Alarm, Calendar, Event
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.errors import NotFound
from odr.filing.models import CalendarFeed
from odr.identity.keys import fingerprint, new_token
from odr.identity.models import Account, AccountState, Mandate
from odr.procedure.models import Window, WindowState
from odr.procedure.windows import window_title
from odr.text import Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST = 500


@dataclass(frozen=True)
class Line:
    """One time limit of a party one is or acts for."""

    case: Case
    window: Window
    title: Text
    party: Party
    is_own: bool


def lines_of(court: Sitting, account_id: int) -> list[Line]:
    """Open limits of every party the account is or may act for now, the first to end on top."""
    live = (
        (Mandate.from_at <= court.now)
        & Mandate.signed_at.is_not(None)
        & Mandate.revoked_at.is_(None)
        & or_(Mandate.until_at.is_(None), Mandate.until_at > court.now)
    )
    mandated = select(Mandate.party_id).where(Mandate.account_id == account_id, live)
    rows = court.session.execute(
        select(Window, Case, Party)
        .join(Party, Party.id == Window.party_id)
        .join(Case, Case.id == Window.case_id)
        .where(
            Window.state == WindowState.OPEN, Window.due_at.is_not(None), Party.left_at.is_(None), or_(Party.account_id == account_id, Party.id.in_(mandated))
        )
        .order_by(Window.due_at, Window.id)
        .limit(MOST)
    )
    return [Line(case, window, window_title(court, case, window), party, party.account_id == account_id) for window, case, party in rows]


def new_feed(session: Session, account_id: int, now: datetime) -> str:
    """A new secret address; the earlier one ends. Returns its token, shown once."""
    end_feed(session, account_id, now)
    token = new_token()
    session.add(CalendarFeed(account_id=account_id, token_hash=fingerprint(token), created_at=now))
    return token


def end_feed(session: Session, account_id: int, now: datetime) -> None:
    """The calendar's address ends at once."""
    session.execute(update(CalendarFeed).where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None)).values(revoked_at=now))


def has_feed(session: Session, account_id: int) -> bool:
    """Whether an address is in use."""
    return session.scalar(select(CalendarFeed.id).where(CalendarFeed.account_id == account_id, CalendarFeed.revoked_at.is_(None))) is not None


def account_of(session: Session, token: str) -> Account:
    """Whose calendar an address is. Raises NotFound."""
    feed = session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == fingerprint(token), CalendarFeed.revoked_at.is_(None)))
    account = session.get(Account, feed.account_id) if feed is not None else None
    if account is None or account.state is not AccountState.ACTIVE:
        raise NotFound
    return account


def calendar_of(court: Sitting, account: Account, base_url: str) -> bytes:
    """The limits as a calendar (RFC 5545): case number and what is due, no names and nothing of the content."""
    calendar = Calendar()
    calendar.add("prodid", "-//Internet Court//Agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for line in lines_of(court, account.id):
        calendar.add_component(_event(court, line, account.locale, base_url))
    return bytes(calendar.to_ical())


def _event(court: Sitting, line: Line, locale: str, base_url: str) -> Event:
    event = Event()
    due = line.window.due_at
    assert due is not None
    event.add("uid", f"{line.window.reference}@{base_url.split('//')[-1].split('/')[0]}")
    event.add("dtstamp", court.now)
    # A limit that ends with its day is an event of that whole day, in the court's zone.
    event.add("dtstart", due.astimezone(court.court.settings.tz).date())
    event.add("summary", f"{line.title.render(locale)}: {line.case.number or line.case.reference}")
    event.add("url", f"{base_url}/cases/{line.case.reference}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", line.title.render(locale))
    alarm.add("trigger", timedelta(days=-1))
    event.add_component(alarm)
    return event
