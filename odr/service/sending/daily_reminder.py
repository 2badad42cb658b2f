"""One message a day with everything that ends soon: a notice beside service, never service, and never at night."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.ground.background import each_alone
from odr.ground.db import Database
from odr.ground.silence import outward
from odr.ground.text import ShortDay, ShortInstant, T, Text, last_day
from odr.identity.models import Account, AccountState
from odr.procedure.acts.windows import window_title
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet, ServiceReminder
from odr.service.sending.letters import write_letter
from odr.service.vocabulary import NO_REMINDERS

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.service.sending.daily_reminder")
AHEAD = timedelta(days=3)
"""What ends within three days is named once."""
LAST_DAY = timedelta(days=1)
"""What ends within a day is named again."""
_looked: WeakKeyDictionary[Database, tuple[date, int]] = WeakKeyDictionary()
"""In which hour the last look was: once an hour is enough."""


@dataclass(frozen=True)
class Ending:
    """One time limit that ends soon, or an hour at which one is called to come."""

    reference: str
    title: Text
    case_number: str
    due_at: datetime
    where: Text | None = None
    """Where or how one comes; None for a time limit."""


@outward
def send_reminders(court: Court, limit: int = 200) -> int:
    """The worker's sweep; gives how many people were written to. Outside the quiet hours only, once an hour."""
    local = court.clock.now().astimezone(court.settings.tz)
    awake = court.settings.quiet_until <= local.time() < court.settings.quiet_from
    if not awake or _looked.get(court.database) == (local.date(), local.hour):
        return 0
    _looked[court.database] = (local.date(), local.hour)
    with court.database.read() as session:
        found = endings(court, session, limit)
        people = {
            account.id: account
            for account in session.scalars(
                select(Account).where(Account.id.in_(found), Account.state == AccountState.ACTIVE)
            )
        }
    return each_alone(
        [(people[account_id], lines) for account_id, lines in found.items() if account_id in people],
        lambda one: _remind(court, *one, local.date()),
        "somebody could not be reminded of what ends soon",
    )


def endings(court: Court, session: Session, limit: int) -> dict[int, list[Ending]]:
    """Account → what of theirs ends soon, and what they are called to soon, that was not named yet; nobody twice on one
    day.
    """
    now = court.clock.now()
    today = now.astimezone(court.settings.tz).date()
    rows = session.execute(
        select(Window, Case, Party)
        .join(Case, Case.id == Window.case_id)
        .join(Party, Party.id == Window.party_id)
        .where(
            Case.next_due_at <= now + AHEAD,
            Case.stayed_at.is_(None),
            Window.state == WindowState.OPEN,
            Window.due_at > now,
            Window.due_at <= now + AHEAD,
            Party.account_id.is_not(None),
            Party.left_at.is_(None),
        )
        .order_by(Window.due_at, Window.id)
    ).all()
    look = court.look(session)
    soon = [(party, _ending(look, case, window)) for window, case, party in rows] + _called(look, now)
    named, done = _named(session, {party.account_id for party, _ in soon if party.account_id}, today)
    found: dict[int, list[Ending]] = {}
    for party, one in sorted(soon, key=lambda each: each[1].due_at):
        account_id = party.account_id
        if (
            account_id is None
            or account_id in done
            or party.details.get(NO_REMINDERS)
            or (len(found) >= limit and account_id not in found)
        ):
            continue
        if one.reference in named and one.due_at - now > LAST_DAY:
            continue
        found.setdefault(account_id, []).append(one)
    return found


def _ending(look: Sitting, case: Case, window: Window) -> Ending:
    assert window.due_at is not None, "the query names a day"
    return Ending(window.reference, window_title(look, case, window), case.number or case.reference, window.due_at)


def _called(look: Sitting, now: datetime) -> list[tuple[Party, Ending]]:
    """Hearings within three days to which a party was summoned and which still take place, with hour and place."""
    soon = (Packet.held_at > now, Packet.held_at <= now + AHEAD)
    rows = look.session.execute(
        select(Packet.held_at, Case, Party)
        .join(Case, Case.id == Packet.case_id)
        .join(Party, Party.id == Packet.party_id)
        .where(
            *soon,
            Case.stayed_at.is_(None),
            Party.account_id.is_not(None),
            Party.left_at.is_(None),
        )
        .order_by(Packet.held_at, Packet.id)
    ).all()
    # However many are called within three days: their cases are found again, and named one by one in no question.
    cases = select(Packet.case_id).where(*soon)
    fixed = {(one.case_id, one.at): one for one in (look.court.hooks.ahead(look, cases) if rows else ())}
    found: dict[tuple[int, str], tuple[Party, Ending]] = {}
    for at, case, party in rows:
        one = fixed.get((case.id, at)) if at is not None else None
        if one is not None:
            ending = Ending(one.reference, one.title, case.number or case.reference, one.at, one.where)
            found[party.id, one.reference] = (party, ending)
    return list(found.values())


def _named(session: Session, accounts: set[int], today: date) -> tuple[set[str], set[int]]:
    rows = session.scalars(select(ServiceReminder).where(ServiceReminder.account_id.in_(accounts))).all()
    return {reference for row in rows for reference in row.windows}, {
        row.account_id for row in rows if row.day == today
    }


def _remind(court: Court, account: Account, lines: list[Ending], day: date) -> int:
    """Note it first, then write: a reminder that is lost costs less than one that comes again and again."""
    try:
        with court.database.write() as session:
            session.add(
                ServiceReminder(
                    account_id=account.id,
                    day=day,
                    windows=[line.reference for line in lines],
                    sent_at=court.clock.now(),
                )
            )
    except IntegrityError:
        return 0
    zone = court.settings.tz
    # An end at midnight still belongs to the day before.
    told = [(line.title, line.case_number, last_day(line.due_at, zone)) for line in lines if line.where is None]
    called = [
        T(
            "%(title)s on %(at)s: %(where)s, %(case)s",
            title=line.title,
            at=line.due_at.astimezone(zone),
            where=line.where,
            case=line.case_number,
        )
        for line in lines
        if line.where is not None
    ]
    letter = write_letter(
        "digest",
        account.locale,
        subject=_subject(lines, zone),
        head=court.ports.service.letterhead,
        endings=told,
        called=called,
    )
    try:
        court.ports.mail.send(account.email, letter.subject, letter.text, letter.html, account.locale)
    except Exception:
        log.exception("a reminder could not be handed over; the time limit stands on the case page")
    return 1


def _subject(lines: Sequence[Ending], zone: ZoneInfo) -> Text:
    """What comes first, by its day or hour, and how much more there is."""
    first, more = lines[0], len(lines) - 1
    if first.where is not None:
        called = {"at": ShortInstant(first.due_at.astimezone(zone)), "what": first.title, "where": first.case_number}
        if more:
            return T("Please attend on %(at)s: %(what)s, %(where)s, and %(count)s more", **called, count=more)
        return T("Please attend on %(at)s: %(what)s, %(where)s", **called)
    ends = {"title": first.title, "case": first.case_number, "day": ShortDay(last_day(first.due_at, zone))}
    if more:
        return T("%(title)s ends on %(day)s, and %(count)s more: %(case)s", **ends, count=more)
    return T("%(title)s ends on %(day)s: %(case)s", **ends)
