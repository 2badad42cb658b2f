"""The books: double entry, append-only; every figure the court shows about money derives from here."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from odr.ground.db import new_reference
from odr.ground.errors import CourtError
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T
from odr.payments.models import DailyClose, LedgerAccount, LedgerEntry, LedgerLine


@dataclass(frozen=True)
class Balance:
    """One account in one currency: debits, credits, and what is left (debit positive), in minor units."""

    account: LedgerAccount
    currency: str
    debit: int
    credit: int

    @property
    def net(self) -> Money:
        """Debits less credits."""
        return Money(self.debit - self.credit, self.currency)


def post(
    session: Session,
    cause: str,
    what: str,
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount: Money,
    *,
    at: datetime,
    case_id: int | None = None,
) -> bool:
    """Book ``amount`` from ``credit`` to ``debit``, once for each ``cause``; nothing for nothing.

    What happened on a day that is closed is booked when the books were closed last: a closed day stays as it is. Returns whether it was booked now. Raises ValueError for an amount below nothing.
    """
    if amount.minor < 0:
        raise ValueError("a booking has no negative amount: exchange debit and credit")
    if amount.minor == 0 or booked(session, cause):
        return False
    closed = _closed_until(session)
    booked_at = at if closed is None else max(at, closed)
    reference = new_reference()
    lines = [
        {"entry": reference, "account": account, "amount_minor": minor, "currency": amount.currency}
        for account, minor in ((debit, amount.minor), (credit, -amount.minor))
    ]
    session.execute(insert(LedgerLine), lines)
    session.execute(
        insert(LedgerEntry),
        [{"reference": reference, "cause": cause, "what": what, "case_id": case_id, "booked_at": booked_at}],
    )
    return True


@remembered
def _closed_until(session: Session) -> datetime | None:
    """When a day was closed last. The day of that moment was still open, and so is every later one: nobody closes one before this
    transaction is over.
    """
    if _is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock_shared(CLOSING)))
    return session.scalar(_CLOSED)


CLOSING = 0x0D0B00C5
"""The lock of PostgreSQL that whoever books shares, and whoever closes a day has alone. On SQLite writers come one after another."""


class BooksInUse(CourtError):
    """Somebody is booking just now: what they book might belong to the day that is closed."""

    status = 409
    problem = "books-in-use"


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


_CLOSED = select(func.max(DailyClose.closed_at))


def booked(session: Session, cause: str) -> bool:
    """Whether this cause has been booked."""
    return session.scalar(select(LedgerEntry.id).where(LedgerEntry.cause == cause)) is not None


def trial_balance(session: Session, *, until: datetime | None = None, case_id: int | None = None) -> list[Balance]:
    """Every account with its sums; over all accounts of a currency they are equal."""
    positive = func.sum(LedgerLine.amount_minor).filter(LedgerLine.amount_minor > 0)
    negative = func.sum(LedgerLine.amount_minor).filter(LedgerLine.amount_minor < 0)
    query = select(
        LedgerLine.account, LedgerLine.currency, func.coalesce(positive, 0), func.coalesce(negative, 0)
    ).join(LedgerEntry, LedgerEntry.reference == LedgerLine.entry)
    if until is not None:
        query = query.where(LedgerEntry.booked_at < until)
    if case_id is not None:
        query = query.where(LedgerEntry.case_id == case_id)
    rows = session.execute(query.group_by(LedgerLine.account, LedgerLine.currency))
    order = list(LedgerAccount)
    found = [Balance(account, currency, int(debit), -int(credit)) for account, currency, debit, credit in rows]
    return sorted(found, key=lambda one: (one.currency, order.index(one.account)))


def balance(session: Session, account: LedgerAccount, currency: str, *, case_id: int | None = None) -> int:
    """What an account holds, debit positive, in minor units."""
    return next(
        (
            b.net.minor
            for b in trial_balance(session, case_id=case_id)
            if (b.account, b.currency) == (account, currency)
        ),
        0,
    )


def is_balanced(balances: Sequence[Balance]) -> bool:
    """Whether debits and credits agree in every currency."""
    return all(
        sum(b.net.minor for b in balances if b.currency == currency) == 0 for currency in {b.currency for b in balances}
    )


def close_day(session: Session, on: date, tz: ZoneInfo, now: datetime) -> DailyClose:
    """Close the books of a local day, once; a closed day is returned as it stands.

    Raises ValueError while the day still runs, and BooksInUse while a transaction is booking: it might book on that day.
    """
    if _is_postgresql(session) and not session.scalar(select(func.pg_try_advisory_xact_lock(CLOSING))):
        raise BooksInUse(T("Somebody is booking just now."), T("Close the day again in a moment."))
    kept = session.scalar(select(DailyClose).where(DailyClose.day == on))
    if kept is not None:
        return kept
    end = datetime.combine(on + timedelta(days=1), time(), tz)
    if now < end:
        raise ValueError("the day is not over")
    last = session.scalar(select(func.max(LedgerEntry.id)).where(LedgerEntry.booked_at < end)) or 0
    balances = [
        {"account": b.account.value, "currency": b.currency, "debit": b.debit, "credit": b.credit}
        for b in trial_balance(session, until=end)
    ]
    close = DailyClose(day=on, last_entry=last, balances=balances, closed_at=now)
    session.add(close)
    session.flush()
    return close


def unclosed_days(session: Session, tz: ZoneInfo, now: datetime) -> list[date]:
    """Days that are over and not closed, from the first booking on, and yesterday in any case; the oldest first."""
    yesterday = now.astimezone(tz).date() - timedelta(days=1)
    first = session.scalar(select(func.min(LedgerEntry.booked_at)))
    begins = min(first.astimezone(tz).date(), yesterday) if first is not None else yesterday
    closed = set(session.scalars(select(DailyClose.day).where(DailyClose.day >= begins)))
    every = (begins + timedelta(days=count) for count in range((yesterday - begins).days + 1))
    return [day for day in every if day not in closed]


def entries_on(session: Session, on: date, tz: ZoneInfo) -> list[tuple[LedgerEntry, list[LedgerLine]]]:
    """The bookings of one local day with their lines."""
    start = datetime.combine(on, time(), tz)
    heads = list(
        session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.booked_at >= start, LedgerEntry.booked_at < start + timedelta(days=1))
            .order_by(LedgerEntry.id)
        )
    )
    lines: dict[str, list[LedgerLine]] = {head.reference: [] for head in heads}
    for line in (
        session.scalars(select(LedgerLine).where(LedgerLine.entry.in_(lines)).order_by(LedgerLine.id)) if heads else ()
    ):
        lines[line.entry].append(line)
    return [(head, lines[head.reference]) for head in heads]


def day_csv(session: Session, on: date, tz: ZoneInfo) -> str:
    """The day's bookings, one line of the ledger a row; amounts in minor units."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["booked_at", "entry", "what", "cause", "account", "debit", "credit", "currency"])
    for head, lines in entries_on(session, on, tz):
        for line in lines:
            debit, credit = max(line.amount_minor, 0), max(-line.amount_minor, 0)
            writer.writerow(
                [
                    head.booked_at.astimezone(tz).isoformat(),
                    head.reference,
                    head.what,
                    head.cause,
                    line.account.value,
                    debit,
                    credit,
                    line.currency,
                ]
            )
    return out.getvalue()
