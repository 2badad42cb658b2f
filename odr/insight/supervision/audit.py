"""Ended cases drawn to be read again: the month's list is on record first, and the first signed head over it is the seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.ground.memory.built_once import built_once
from odr.insight.supervision.models import AuditDraw, Matter, MatterKind
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.notary.lot import first_head_over, lot
from odr.notary.rehash.rounds import Holding
from odr.procedure.receipt_files import in_row
from odr.procedure.rules.insight import SupervisionRules

if TYPE_CHECKING:
    from odr.procedure.court import Court

FORMAT = "court-audit/1"


def drawn_of(cases: Sequence[str], seed: str, count: int) -> list[str]:
    """The cases with the smallest lots, by their references. Pure: anybody who holds the list draws the same."""
    return sorted(cases, key=lambda one: (lot(seed, one), one))[:count]


def draw_due(court: Court, session: Session, rules: SupervisionRules, now: datetime) -> list[Matter]:
    """Put the list of the month before on record; once the log has signed it, draw. Gives what is to be read again."""
    zone = court.settings.tz
    last = now.astimezone(zone).date().replace(day=1) - timedelta(days=1)
    month = last.isoformat()[:7]
    row = session.scalar(built_once(lambda: select(AuditDraw).where(AuditDraw.month == month)))
    if row is None:
        said: dict[str, JSON] = {
            "type": FORMAT,
            "act": "ended_cases",
            "month": month,
            "count": rules.audit_each_month,
            "cases": list[JSON](_ended(session, last, zone)),
            "at": now.isoformat(),
        }
        record, receipt = administration_act(court.notary, session, said, now=now)
        session.add(AuditDraw(month=month, record=record, receipt=receipt, drawn=[]))
        return []
    if row.drawn_at is not None:
        return []
    head = first_head_over(session, row.receipt)
    if head is None:
        return []
    row.seed, row.log_size = head
    told = json.loads(row.record)
    row.drawn, row.drawn_at = drawn_of(told["cases"], head[0], told["count"]), now
    made: dict[str, JSON] = {
        "type": FORMAT,
        "act": "drawn",
        "month": month,
        "list": row.receipt,
        "seed": head[0],
        "log_size": head[1],
        "drawn": list[JSON](row.drawn),
        "at": now.isoformat(),
    }
    row.result, row.result_receipt = administration_act(court.notary, session, made, now=now)
    return _matters(session, row)


def _ended(session: Session, last: date, zone: ZoneInfo) -> list[str]:
    """References of the cases decided in the month that ends on a day."""
    begin = datetime.combine(last.replace(day=1), time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    return list(
        session.scalars(
            select(Case.reference).where(Case.pronounced_at >= begin, Case.pronounced_at < end).order_by(Case.reference)
        )
    )


def _matters(session: Session, row: AuditDraw) -> list[Matter]:
    rows = session.execute(
        select(Case.id, Case.reference, Seat.account_id)
        .outerjoin(Seat, (Seat.case_id == Case.id) & (Seat.role == Role.JUDGE) & Seat.until_at.is_(None))
        .where(Case.reference.in_(row.drawn))
    )
    return [
        Matter(MatterKind.AUDIT, f"audit/{row.month}/{reference}", (case,), account, {"month": row.month})
        for case, reference, account in rows
    ]


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The lists and draws with these receipts."""
    lists = session.scalars(select(AuditDraw).where(AuditDraw.receipt.in_(references)))
    found = {row.receipt: in_row(f"ended cases of {row.month}", row.record.encode()) for row in lists}
    draws = session.scalars(select(AuditDraw).where(AuditDraw.result_receipt.in_(references)))
    return found | {
        str(row.result_receipt): in_row(f"cases drawn of {row.month}", (row.result or "").encode()) for row in draws
    }
