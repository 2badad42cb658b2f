"""A person's cases and drafts, and for staff the tasks that wait, ranked by legal risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Seat, Stage
from odr.identity.actors import serving
from odr.identity.models import Mandate
from odr.procedure.models import Task


@dataclass(frozen=True)
class DeskLine:
    """One thing that waits for somebody of the court."""

    case: Case
    title: dict[str, str]
    role: Role
    risk: int
    due_at: datetime | None


def my_cases(session: Session, account_id: int, now: datetime, limit: int = 100) -> list[Case]:
    """Cases in which the account is a party or holds a live mandate, the most urgent first."""
    mine = select(Party.case_id).where(Party.account_id == account_id, Party.left_at.is_(None))
    mandated = select(Mandate.case_id).where(Mandate.account_id == account_id, Mandate.in_force(now))
    return list(
        session.scalars(
            select(Case)
            .where(or_(Case.id.in_(mine), Case.id.in_(mandated)))
            .order_by(Case.next_due_at.is_(None), Case.next_due_at, Case.id.desc())
            .limit(limit)
        )
    )


def seated_cases(session: Session, account_id: int, limit: int = 200) -> list[Case]:
    """Open cases in which the account serves the court, by their next date."""
    seats = select(Seat.case_id).where(serving(account_id))
    return list(
        session.scalars(
            select(Case)
            .where(Case.id.in_(seats), Case.stage != Stage.CLOSED)
            .order_by(Case.next_due_at.is_(None), Case.next_due_at)
            .limit(limit)
        )
    )


def waiting(session: Session, account_id: int, limit: int = 100) -> list[DeskLine]:
    """Open tasks of the roles the account holds in its cases; risk first, then what is due first."""
    rows = session.execute(
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .join(Seat, (Seat.case_id == Task.case_id) & (Seat.role == Task.role))
        .where(serving(account_id), Task.done_at.is_(None))
        .order_by(Task.risk.desc(), Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(limit)
    )
    return [DeskLine(case, task.title, task.role, task.risk, task.due_at) for task, case in rows]
