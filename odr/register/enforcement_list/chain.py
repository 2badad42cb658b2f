"""The chain of the list: each entry a number, each change a record with its receipt in the log, and nobody named in any.

A record carries the digest of the entry with a salt. Whoever sees the entry gets the salt and can make the digest again; once
the entry is off, the salt is gone, and the digest tells of nobody.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.db import insert_once
from odr.identity.sign_in.keys import Keyring, keyring
from odr.judgment.models import EnforcementCase
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.notary.models import Receipt
from odr.register.enforcement_list.models import Listing, ListingHead, ListingKey, ListingRecord, ListingState
from odr.register.enforcement_list.rules import name_key, number_key

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FORMAT, KIND, FIRST = "court-list/1", "enforcement list", "0" * 64
FOUND_BY, SEALED_FOR = "enforcement list key", "enforcement list number"
DECIDED, LISTED, CORRECTED, UNSERVED, REMOVED = "decided", "listed", "corrected", "not_served", "removed"


def head(session: Session) -> ListingHead:
    """How far the list goes, locked until the transaction ends."""
    found = session.get(ListingHead, 1, with_for_update=True)
    if found is None:
        insert_once(session, ListingHead(id=1, numbers=0, records=0, sha256=FIRST, listed=0, removed=0, put_right=0))
        found = session.get_one(ListingHead, 1, with_for_update=True)
    return found


def key_of(ring: Keyring, name: str, number: str) -> str:
    """By what an entry is found: a keyed digest of name and number together, so that a copy of the table names nobody."""
    return ring.mac(FOUND_BY, f"{name_key(name)}\n{number_key(number)}")


def entry_of(case: Case, row: Listing, enforcement: EnforcementCase) -> dict[str, JSON]:
    """What of an entry its records vouch for. What is paid since changes from day to day, and is not in it."""
    party = case.party(row.party_id)
    return {
        "format": "court-list-entry/1",
        "number": row.number,
        "name": party.name,
        "kind": party.kind.value,
        "identity": row.masked,
        "sex": row.sex,
        "born_in": row.born_on.year if row.born_on is not None else None,
        "head": row.head,
        "grounds": list(row.grounds),
        "facts": row.facts,
        "decision": case.number,
        "enforcement": enforcement.number,
        "until": row.until.isoformat() if row.until is not None else None,
        "decided_at": row.decided_at.isoformat() if row.decided_at is not None else None,
        "decided_by": row.decided_by,
    }


def digest_of(case: Case, row: Listing, enforcement: EnforcementCase) -> str:
    """The digest of an entry with its salt, as its records carry it."""
    return sha256_hex(canonical({"entry": entry_of(case, row, enforcement), "salt": row.salt}))


def record(sitting: Sitting, row: Listing, event: str, **said: JSON) -> ListingRecord:
    """Add what happened to a listing to the chain."""
    session, last = sitting.session, head(sitting.session)
    last.records += 1
    body: dict[str, JSON] = {
        "format": FORMAT,
        "record": last.records,
        "previous": last.sha256,
        "listing": row.number,
        "event": event,
        "at": sitting.now.isoformat(),
        **said,
    }
    text, receipt = administration_act(sitting.court.notary, session, body, now=sitting.now, kind=KIND)
    digest = str(json.loads(session.get_one(Receipt, receipt).body or b"{}")["sha256"])
    last.sha256 = digest
    written = ListingRecord(
        number=last.records, listing_id=row.id, body=text, sha256=digest, receipt=receipt, at=sitting.now
    )
    session.add(written)
    session.flush()
    return written


def decide(sitting: Sitting, case: Case, row: Listing) -> None:
    """A listing is ordered: it gets its number and its salt; nothing of it is public yet."""
    last = head(sitting.session)
    last.numbers += 1
    row.number, row.salt = last.numbers, secrets.token_hex(32)
    enforcement = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    record(sitting, row, DECIDED, entry_sha256=digest_of(case, row, enforcement))


def show(sitting: Sitting, case: Case, row: Listing) -> None:
    """The decision reached the person: from now on anybody who knows name and number finds the entry."""
    row.state = ListingState.LISTED
    head(sitting.session).listed += 1
    _keys(sitting, case, row)
    record(sitting, row, LISTED)


def _keys(sitting: Sitting, case: Case, row: Listing) -> None:
    """By what it is found: the name with the identity number or credit code, and by nothing that can be counted up to, as the
    numbers of enforcements can.
    """
    ring, session = keyring(sitting.court.settings.secret_key), sitting.session
    name, number = case.party(row.party_id).name, ring.unseal(SEALED_FOR, row.sealed) or ""
    session.execute(delete(ListingKey).where(ListingKey.listing_id == row.id))
    session.add(ListingKey(key=key_of(ring, name, number), listing_id=row.id))
    session.flush()


def correct(sitting: Sitting, case: Case, row: Listing) -> None:
    """An entry was put right: it is found by what is right, and the chain says that it changed."""
    row.salt = secrets.token_hex(32)
    if row.state is ListingState.LISTED:
        _keys(sitting, case, row)
    enforcement = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    record(sitting, row, CORRECTED, entry_sha256=digest_of(case, row, enforcement))


def hide(sitting: Sitting, row: Listing, event: str, **said: JSON) -> None:
    """Nothing of an entry is public from this transaction on: nobody finds it by any number. Once it is off for good, its salt
    and its number are gone too. One whose service fell was not listed yet: it counts when it is served, and so once.
    """
    sitting.session.execute(delete(ListingKey).where(ListingKey.listing_id == row.id))
    if row.state is ListingState.LISTED and event == REMOVED:
        head(sitting.session).removed += 1
    elif row.state is ListingState.LISTED:
        head(sitting.session).listed -= 1
    if event == REMOVED:
        row.salt, row.sealed = None, ""
    record(sitting, row, event, **said)


def records(session: Session, after: int = 0, limit: int | None = None) -> list[ListingRecord]:
    """The chain in its order, from a record on."""
    query = select(ListingRecord).where(ListingRecord.number > after).order_by(ListingRecord.number)
    return list(session.scalars(query.limit(limit) if limit is not None else query).all())


def found_by(session: Session, ring: Keyring, name: str, number: str) -> list[Listing]:
    """The entries with this name and number, the newest first: one question of an index, however long the list is."""
    query = (
        select(Listing)
        .join(ListingKey, ListingKey.listing_id == Listing.id)
        .where(ListingKey.key == key_of(ring, name, number), Listing.state == ListingState.LISTED)
        .order_by(Listing.id.desc())
        .limit(MOST)
    )
    return list(session.scalars(query).all())


MOST = 20
"""Entries of one name and number that are shown; each is of another enforcement."""


def public_entry(case: Case, row: Listing, enforcement: EnforcementCase) -> dict[str, Any]:
    """The entry with its salt, for whoever wants to make its digest again."""
    return {"entry": entry_of(case, row, enforcement), "salt": row.salt}
