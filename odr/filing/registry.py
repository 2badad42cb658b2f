"""The registry: case numbers, and who sits in a case, by rule and not by choice."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.filing.models import NumberSeries
from odr.identity.models import Account, AccountRole, AccountState, Mandate
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def case_number_for(court: Sitting, case: Case) -> str:
    """The next number of the year under the pack's pattern, for example ``(2026)浙0192民初123号``."""
    year = court.now.astimezone(court.pack(case).tz).year
    kind = "first_instance"
    series = court.session.scalar(select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.year == year).with_for_update())
    if series is None:
        series = NumberSeries(kind=kind, year=year, last=0)
        court.session.add(series)
    series.last += 1
    court.session.flush()
    return court.pack(case).case_number(kind, year=year, number=series.last, court=court.court.settings.court_short)


def conflicted(session: Session, case: Case) -> set[int]:
    """Accounts that are parties, represent one, or already hold another seat in the case."""
    found = {p.account_id for p in case.parties if p.account_id is not None}
    found |= set(session.scalars(select(Mandate.account_id).where(Mandate.case_id == case.id)))
    return found


def choose(session: Session, case: Case, role: Role, *, but: Collection[int] = ()) -> Account | None:
    """Somebody of the role without a conflict, by lot among those with the fewest open cases.

    The lot keeps anybody from steering a case to a judge of her choice. ``but``
    are accounts that may not come back.
    """
    held = select(Seat.account_id, func.count().label("load")).where(Seat.role == role, Seat.until_at.is_(None)).group_by(Seat.account_id).subquery()
    rows = session.execute(
        select(Account, func.coalesce(held.c.load, 0))
        .join(AccountRole, AccountRole.account_id == Account.id)
        .outerjoin(held, held.c.account_id == Account.id)
        .where(AccountRole.role == role, AccountRole.revoked_at.is_(None), Account.state == AccountState.ACTIVE)
    ).all()
    barred = conflicted(session, case) | set(but)
    free = [(account, load) for account, load in rows if account.id not in barred]
    if not free:
        return None
    least = min(load for _, load in free)
    drawn: Account = secrets.choice([account for account, load in free if load == least])
    return drawn


def take_seat(court: Sitting, case: Case, role: Role, *, but: Collection[int] = ()) -> Account | None:
    """Seat somebody by rule; without anybody free a task goes to the president."""
    account = choose(court.session, case, role, but=but)
    if account is None:
        court.open_task(
            case, Role.PRESIDENT, "no_seat", T("Nobody is free of conflict to sit as %(role)s. Assign somebody.", role=role.label), risk=80, subject=role.value
        )
        return None
    court.session.add(Seat(case_id=case.id, account_id=account.id, role=role, from_at=court.now))
    court.session.flush()
    return account


def seat_judge(court: Sitting, case: Case) -> str | None:
    """Assign the judge on acceptance; her name goes on the docket."""
    account = take_seat(court, case, Role.JUDGE)
    return account.name if account else None
