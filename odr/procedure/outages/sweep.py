"""For the worker: the time limits that each outage touched, case by case; and what the ledger's receipts are for."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.canonical import sha256_hex
from odr.ground.memory.built_once import built_once
from odr.notary.models import Receipt
from odr.notary.rehash.rounds import Holding
from odr.procedure import names
from odr.procedure.acts.events import CourtWasOut
from odr.procedure.outages.acts import OutageInput
from odr.procedure.outages.models import Outage
from odr.procedure.outages.touched import cases_touched, longer
from odr.procedure.receipt_files import in_row

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.procedure.outages")


def give_time_back(court: Court) -> int:
    """Deal with every outage whose time limits nobody has gone through; returns how many cases were looked at.

    A process that dies on the way begins again: what a case has, it is not given twice. A case that cannot be dealt with
    keeps none of the others waiting, and is tried again in the next round.
    """
    with court.database.read() as session:
        waiting = session.scalars(
            built_once(lambda: select(Outage).where(Outage.weighed_at.is_(None)).order_by(Outage.id))
        ).all()
        cases = {outage.id: cases_touched(session, outage) for outage in waiting}
    for outage in waiting:
        done = [_given(court, case_id, outage) for case_id in cases[outage.id]]
        if all(done):
            with court.database.write() as session:
                session.get_one(Outage, outage.id).weighed_at = court.clock.now()
    return sum(map(len, cases.values()))


def _given(court: Court, case_id: int, outage: Outage) -> bool:
    try:
        with court.sit() as sitting:
            _give(sitting, sitting.session.get_one(Case, case_id), outage)
    except Exception:
        log.exception(
            "the time an outage took from a case could not be given back; it is tried again in the next round"
        )
        return False
    return True


def _give(sitting: Sitting, case: Case, outage: Outage) -> None:
    def step() -> None:
        if longer(sitting, case):
            sitting.then(names.EXTEND_AFTER_OUTAGE, OutageInput())
        sitting.announce(CourtWasOut(case, outage.began_at, outage.ended_at))

    sitting.follow(case, step)


def outages_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The records of outages with these receipts."""
    rows = session.execute(select(Outage.id, Outage.receipt, Outage.record).where(Outage.receipt.in_(references)))
    return {receipt: in_row(f"outage {number}", record.encode()) for number, receipt, record in rows}


def audit(session: Session) -> list[str]:
    """Every outage whose row does not say what its record says, or whose record is not what the log has of it."""
    return [
        f"outage {row.reference}: {wrong}"
        for row in session.scalars(select(Outage).order_by(Outage.id))
        if (wrong := _wrong(session, row)) is not None
    ]


def _wrong(session: Session, row: Outage) -> str | None:
    receipt = session.get(Receipt, row.receipt)
    if receipt is None or receipt.body is None:
        return "there is no receipt of it"
    if json.loads(receipt.body).get("sha256") != sha256_hex(row.record.encode()):
        return "its receipt is for another record"
    said = json.loads(row.record)
    told = (said["cause"], said["seen_by"], said["began_at"], said["ended_at"])
    if told != (row.cause.value, row.seen_by, row.began_at.isoformat(), row.ended_at.isoformat()):
        return "its columns do not say what its record says"
    return None
