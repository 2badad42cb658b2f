"""What of an entry anybody reads who knows name and number, as plain values. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.text import Money, T, Text
from odr.identity.sign_in.keys import keyring
from odr.judgment.enforcement.effect import left_of
from odr.judgment.enforcement.queries import performed
from odr.judgment.models import EnforcementCase, Obligation
from odr.register.enforcement_list import chain
from odr.register.enforcement_list.models import ConsumptionOrder, Listing, ListingHead, ListingRecord
from odr.register.enforcement_list.queries import enforced_against
from odr.register.enforcement_list.rules import age_on

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FORMAT = "court-list-lookup/1"


@dataclass(frozen=True)
class Duty:
    """Something that was to be done, and what of it was."""

    what: Text
    paid: Money | None
    left: Money | None


@dataclass(frozen=True)
class Entry:
    """An entry of the list as the public reads it (DDL 6)."""

    number: int
    name: str
    is_person: bool
    masked: str
    sex: str | None
    age: int | None
    head: str | None
    grounds: tuple[tuple[Text, Text], ...]
    """What is met, with its article."""
    facts: str
    duties: tuple[Duty, ...]
    decision: str
    enforcement: str
    applied_on: date | None
    until: date | None
    decided_by: str
    decided_on: date
    served_on: date | None
    is_barred: bool
    """Whether costly consumption is barred too."""
    records: tuple[tuple[int, str], ...]
    """Numbers and digests of its records."""
    proof: dict[str, Any]
    """The entry with its salt, as its records vouch for it."""


@dataclass(frozen=True)
class Totals:
    """The account of the list."""

    listed: int
    removed: int
    put_right: int

    @property
    def standing(self) -> int:
        """How many stand now."""
        return self.listed - self.removed


def totals(sitting: Sitting) -> Totals:
    """What the head says; nothing is counted for it."""
    row = sitting.session.get(ListingHead, 1)
    return Totals(row.listed, row.removed, row.put_right) if row is not None else Totals(0, 0, 0)


def look_up(sitting: Sitting, name: str, number: str) -> list[Entry]:
    """The entries with this name and this number; both must be right."""
    ring = keyring(sitting.court.settings.secret_key)
    return [entry_of(sitting, row) for row in chain.found_by(sitting.session, ring, name, number)]


def entry_of(sitting: Sitting, row: Listing) -> Entry:
    """One entry as the public reads it."""
    session, tz = sitting.session, sitting.court.settings.tz
    case, enforcement = session.get_one(Case, row.case_id), session.get_one(EnforcementCase, row.enforcement_id)
    rules, party = sitting.pack(case).enforcement_list, case.party(row.party_id)
    barred = session.scalar(
        select(ConsumptionOrder.id).where(
            ConsumptionOrder.case_id == case.id,
            ConsumptionOrder.party_id == party.id,
            ConsumptionOrder.state == "ordered",
        )
    )
    assert row.number is not None and row.decided_at is not None
    return Entry(
        number=row.number,
        name=party.name,
        is_person=row.head is None,
        masked=row.masked,
        sex=row.sex,
        age=age_on(row.born_on, sitting.now.astimezone(tz).date()) if row.born_on is not None else None,
        head=row.head,
        grounds=tuple(
            (rules.grounds[one].title, sitting.pack(case).cite(str(rules.grounds[one].article)))
            for one in row.grounds
            if rules is not None
        ),
        facts=row.facts,
        duties=tuple(_duty(sitting, one) for one in _owed(sitting, case, row, enforcement)),
        decision=case.number or "",
        enforcement=enforcement.number,
        applied_on=_opened(sitting, case, enforcement),
        until=row.until,
        decided_by=row.decided_by or "",
        decided_on=row.decided_at.astimezone(tz).date(),
        served_on=row.served_at.astimezone(tz).date() if row.served_at is not None else None,
        is_barred=barred is not None,
        records=tuple(
            (number, digest)
            for number, digest in session.execute(
                select(ListingRecord.number, ListingRecord.sha256)
                .where(ListingRecord.listing_id == row.id)
                .order_by(ListingRecord.number)
            )
        ),
        proof=chain.public_entry(case, row, enforcement),
    )


def _owed(sitting: Sitting, case: Case, row: Listing, enforcement: EnforcementCase) -> Sequence[Obligation]:
    return enforced_against(sitting, case, row.party_id, enforcement)


def _opened(sitting: Sitting, case: Case, enforcement: EnforcementCase) -> date | None:
    from odr.docket.models import DocketEntry

    at = sitting.session.scalar(
        select(DocketEntry.effective_at).where(
            DocketEntry.case_id == case.id, DocketEntry.number == enforcement.entry_number
        )
    )
    return at.astimezone(sitting.court.settings.tz).date() if isinstance(at, datetime) else None


def _duty(sitting: Sitting, one: Obligation) -> Duty:
    if one.amount is None:
        return Duty(T("To do what the decision orders, by %(day)s", day=one.due_on), None, None)
    paid = Money(performed(sitting.session, one), one.amount.currency)
    return Duty(T("To pay %(amount)s by %(day)s", amount=one.amount, day=one.due_on), paid, left_of(sitting, one))


def as_json(found: Sequence[Entry], locale: str) -> dict[str, Any]:
    """The same for programs."""
    return {
        "format": FORMAT,
        "entries": [
            {
                "number": one.number,
                "name": one.name,
                "identity": one.masked,
                "sex": one.sex,
                "age": one.age,
                "representative": one.head,
                "conditions": [
                    {"what": what.render(locale), "article": article.render(locale)} for what, article in one.grounds
                ],
                "facts": one.facts,
                "duties": [
                    {
                        "what": duty.what.render(locale),
                        "paid_minor": duty.paid.minor if duty.paid is not None else None,
                        "open_minor": duty.left.minor if duty.left is not None else None,
                        "currency": duty.paid.currency if duty.paid is not None else None,
                    }
                    for duty in one.duties
                ],
                "decision": one.decision,
                "enforcement": one.enforcement,
                "applied_on": one.applied_on.isoformat() if one.applied_on is not None else None,
                "decided_on": one.decided_on.isoformat(),
                "decided_by": one.decided_by,
                "served_on": one.served_on.isoformat() if one.served_on is not None else None,
                "until": one.until.isoformat() if one.until is not None else None,
                "costly_consumption_barred": one.is_barred,
                "records": [{"record": number, "sha256": digest} for number, digest in one.records],
                "proof": one.proof,
            }
            for one in found
        ],
    }
