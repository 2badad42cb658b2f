"""Whether the list's rows, keys and records say what the docket says; and the records behind the log's receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry
from odr.judgment.models import EnforcementCase
from odr.notary.rehash.rounds import Holding
from odr.procedure.receipt_files import in_row
from odr.register import names
from odr.register.enforcement_list import chain
from odr.register.enforcement_list.check_list import Line, Wrong, account, replay
from odr.register.enforcement_list.models import Listing, ListingKey, ListingRecord, ListingState

if TYPE_CHECKING:
    from odr.procedure.court import Court

STATES = {"decided": ListingState.DECIDED, "listed": ListingState.LISTED, "removed": ListingState.REMOVED}


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The records of the list with these receipts."""
    rows = session.execute(
        select(ListingRecord.number, ListingRecord.receipt, ListingRecord.body).where(
            ListingRecord.receipt.in_(references)
        )
    )
    return {receipt: in_row(f"list record {number}", body.encode()) for number, receipt, body in rows}


def audit_case_listings(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Listings of a case whose row, keys or records are not what the docket says."""
    rows = session.scalars(select(Listing).where(Listing.case_id == case.id).order_by(Listing.id)).all()
    if not rows:
        return
    told = _told(session, case)
    for row in rows:
        keys = session.scalar(select(func.count()).select_from(ListingKey).where(ListingKey.listing_id == row.id)) or 0
        if (row.state is ListingState.LISTED) != bool(keys):
            yield f"listing {row.reference}: it is {row.state.value} and is found by {keys} numbers"
        decided, over = told.get(row.reference, (None, False))
        if (row.number is None) != (decided is None) or (decided is not None and decided != row.number):
            yield f"listing {row.reference}: its number is {row.number}, the docket says {decided}"
        if over != (row.state in (ListingState.REMOVED, ListingState.DECLINED)):
            yield f"listing {row.reference}: it is {row.state.value}, the docket says that it {'is' if over else 'is not'} over"
        if row.number is not None:
            yield from _by_its_records(session, case, row)


def _told(session: Session, case: Case) -> dict[str, tuple[int | None, bool]]:
    """Reference of a listing → its number by the docket, and whether it is over."""
    found: dict[str, tuple[int | None, bool]] = {}
    entries = session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number))
    for entry in entries:
        result = json.loads(entry.payload).get("result") or {}
        reference = result.get("listing")
        if not isinstance(reference, str):
            continue
        number, over = found.get(reference, (None, False))
        if entry.act == names.DECIDE_LISTING:
            found[reference] = (result.get("number"), "number" not in result)
        elif entry.act == names.LEAVE_LIST or "ground" in result:
            found[reference] = (number, True)
        else:
            found[reference] = (number, over)
    return found


def _by_its_records(session: Session, case: Case, row: Listing) -> Iterator[str]:
    records = session.scalars(
        select(ListingRecord).where(ListingRecord.listing_id == row.id).order_by(ListingRecord.number)
    ).all()
    bodies = [json.loads(one.body) for one in records]
    if not bodies or bodies[0]["event"] != chain.DECIDED:
        yield f"listing {row.number}: its number was never entered"
        return
    line = Line(bodies[0])
    try:
        for body in bodies[1:]:
            line.follow(body)
    except Wrong as wrong:
        yield f"listing {row.number}: {wrong}"
        return
    if STATES[line.state] is not row.state:
        yield f"listing {row.number}: its row is {row.state.value}, its records say {line.state}"
    if row.salt is not None:
        enforcement = session.get_one(EnforcementCase, row.enforcement_id)
        if chain.digest_of(case, row, enforcement) != line.digest:
            yield f"listing {row.number}: the entry is not the one of its records"


def wrong_in(session: Session) -> list[str]:
    """Whatever in the whole chain does not follow, and a head that says otherwise."""
    found, bodies, previous = [], [], chain.FIRST
    for place, one in enumerate(chain.records(session), 1):
        body = json.loads(one.body)
        if one.number != place or body["record"] != place or body["previous"] != previous:
            found.append(f"list record {one.number}: it does not follow the one before")
        previous = one.sha256
        bodies.append(body)
    if found:
        return found
    try:
        counted = account(replay(bodies))
    except Wrong as wrong:
        return [str(wrong)]
    last = chain.head(session) if bodies else None
    if last is not None and (last.records, last.sha256, last.numbers, last.listed - last.removed) != (
        len(bodies),
        previous,
        counted["numbers"],
        counted["listed"],
    ):
        found.append("the list ends elsewhere than its head says")
    return found
