"""The ledger of decisions: one number each, and a chain of public records that says what became of it.

A record names nobody but the court’s own people, carries the digest of the one before, and has its receipt in the public
log. So anybody can replay them: a record taken out breaks the chain, a number left out is a gap, a text changed in
silence fits no digest. Numbers and records are given under one lock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document
from odr.ground.canonical import sha256_hex
from odr.ground.db import insert_once
from odr.identity.actors import Actor
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.notary.models import Receipt
from odr.register.publication import check_register
from odr.register.publication.check_register import FIRST, FORMAT, PENDING, STATES, Line, replay
from odr.register.publication.models import Publication, RegisterHead, RegisterRecord

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

KIND = "register"
WITHDRAWN = check_register.WITHDRAWN
NUMBERED, IN_EFFECT, EFFECT_LOST = "numbered", "in_effect", "effect_lost"
PUBLISHED, WITHHELD, RESTORED, REOPENED = "published", "withheld", "restored", "reopened"


def head(session: Session) -> RegisterHead:
    """How far the ledger goes, locked until the transaction ends."""
    found = session.get(RegisterHead, 1, with_for_update=True)
    if found is None:
        insert_once(session, RegisterHead(id=1, decisions=0, records=0, sha256=FIRST))
        found = session.get_one(RegisterHead, 1, with_for_update=True)
    return found


def next_number(session: Session) -> int:
    """The number of the decision that is numbered now."""
    row = head(session)
    row.decisions += 1
    return row.decisions


def record(sitting: Sitting, row: Publication, event: str, *, by: Actor | None = None, **said: JSON) -> RegisterRecord:
    """Add what happened to a numbered decision to the chain. ``by`` is whoever of the court did it."""
    session, last = sitting.session, head(sitting.session)
    last.records += 1
    body: dict[str, JSON] = {
        "format": FORMAT,
        "record": last.records,
        "previous": last.sha256,
        "decision": row.number,
        "event": event,
        "at": sitting.now.isoformat(),
        **said,
    }
    if by is not None and by.account_id is not None:
        body["by"] = {"role": by.role.value, "name": by.name}
    text, receipt = administration_act(sitting.court.notary, session, body, now=sitting.now, kind=KIND)
    digest = str(json.loads(_receipt_body(session, receipt))["sha256"])
    last.sha256 = digest
    written = RegisterRecord(
        number=last.records, publication_id=row.id, body=text, sha256=digest, receipt=receipt, at=sitting.now
    )
    session.add(written)
    session.flush()
    return written


def _receipt_body(session: Session, reference: str) -> bytes:
    return session.get_one(Receipt, reference).body or b"{}"


def enter(
    sitting: Sitting,
    case: Case,
    row: Publication,
    document: Document,
    entry: DocketEntry,
    kind_words: Mapping[str, str],
) -> None:
    """The first record of a decision: its number, case, kind and day, and the digest of the sealed paper that the parties
    hold; so whoever holds one finds it, and a decision that was hidden is missed.
    """
    record(
        sitting,
        row,
        NUMBERED,
        address=row.address,
        case_number=case.number,
        kind=row.kind,
        title=dict(kind_words),
        decided_on=row.decided_on.isoformat(),
        original_sha256=document.sha256,
        original_size=document.size,
        docket_entry={"number": entry.number, "sha256": entry.digest},
    )


def records(session: Session, after: int = 0, limit: int | None = None) -> Sequence[RegisterRecord]:
    """The chain in its order, from a record on."""
    query = select(RegisterRecord).where(RegisterRecord.number > after).order_by(RegisterRecord.number)
    return session.scalars(query.limit(limit) if limit is not None else query).all()


def lines(session: Session) -> dict[int, Line]:
    """What the chain says of every number: the same replay that outsiders run."""
    return replay([json.loads(each.body) for each in records(session)])


def account(found: Mapping[int, Line], last: int) -> dict[str, int]:
    """The account of some numbers up to ``last``: how many were decided, in each state, and the rest, which is nothing."""
    counted = {state: sum(line.state == state for line in found.values()) for state in STATES}
    decided = len(found)
    return {"decided": decided, **counted, "rest": decided - sum(counted.values()), "last": last}


def months(found: Mapping[int, Line]) -> list[tuple[str, int]]:
    """How many were decided in each month, the newest first."""
    counted: dict[str, int] = {}
    for line in found.values():
        counted[line.decided_on[:7]] = counted.get(line.decided_on[:7], 0) + 1
    return sorted(counted.items(), reverse=True)


def is_late(line: Line, today: date) -> bool:
    """Whether it should have been public before today."""
    return line.state == PENDING and line.due_on is not None and date.fromisoformat(line.due_on) < today


def wrong_in(session: Session) -> list[str]:
    """Every record and row of the register that does not say what the chain and the log say of it."""
    found, previous, chain = [], FIRST, records(session)
    bodies: list[dict[str, Any]] = []
    for place, each in enumerate(chain, 1):
        body = json.loads(each.body)
        bodies.append(body)
        said = json.loads(_receipt_body(session, each.receipt))
        if sha256_hex(each.body.encode()) != each.sha256 or said.get("sha256") != each.sha256:
            found.append(f"record {each.number}: it is not what its receipt says")
        if each.number != place or body["record"] != place or body["previous"] != previous:
            found.append(f"record {each.number}: it does not follow the one before")
        previous = each.sha256
    last = session.get(RegisterHead, 1)
    if last is not None and (last.records, last.sha256) != (len(chain), previous):
        found.append("the ledger ends elsewhere than its head says")
    said_of = replay(bodies) if not found else {}
    if not found:
        found.extend(_rows_otherwise(session, said_of))
    return found


def _rows_otherwise(session: Session, said_of: Mapping[int, Line]) -> list[str]:
    rows = {row.number: row for row in session.scalars(select(Publication))}
    found = [f"decision {number}: it has a number and no row" for number in said_of.keys() - rows.keys()]
    for number, row in sorted(rows.items()):
        line = said_of.get(number)
        if line is None or not agrees(row, line):
            found.append(f"decision {number}: its row does not say what its records say")
    return found


def public_state(row: Publication) -> str:
    """The state of a decision as the public sees it: pending whatever goes on inside the court, and withdrawn as long as a
    text that was public is corrected.
    """
    if row.state.is_pending:
        return WITHDRAWN if row.reason is not None else PENDING
    return row.state.value


def agrees(row: Publication, line: Line) -> bool:
    """Whether a row says what the records of its number say."""
    return public_state(row) == line.state and (row.effective_at is not None) == (line.in_effect_on is not None)
