"""Finding listings, requests about them, bars on consumption, and who can be listed. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, PartyKind, Stage
from odr.filing.parties.succession import SAME_PERSON
from odr.ground.text import T, Text
from odr.judgment.enforcement.agreed_terms import covered, is_late
from odr.judgment.enforcement.effect import overdue_to
from odr.judgment.enforcement.queries import enforced_in, enforcement_settlements, open_enforcement
from odr.judgment.enforcement_remedies.successors.bound import is_used_up
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.procedure.papers.form import verified_birthday
from odr.register.enforcement_list.models import (
    ALIVE,
    STANDS,
    ConsumptionLeave,
    ConsumptionLifting,
    ConsumptionOrder,
    Listing,
    ListingRequest,
    ListingState,
)
from odr.register.enforcement_list.rules import is_too_young

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.rules.court_rules import EnforcementListRules
    from odr.procedure.sitting import Sitting

OVER = (Stage.EFFECTIVE, Stage.ENFORCEMENT)
"""Stages at which a listing can stand and be dealt with."""


_LISTINGS = select(Listing).where(Listing.case_id == bindparam("case")).order_by(Listing.id)
_REQUESTS = select(ListingRequest).where(ListingRequest.case_id == bindparam("case")).order_by(ListingRequest.id)
_BARS = select(ConsumptionOrder).where(ConsumptionOrder.case_id == bindparam("case")).order_by(ConsumptionOrder.id)
_LIFTINGS = (
    select(ConsumptionLifting).where(ConsumptionLifting.case_id == bindparam("case")).order_by(ConsumptionLifting.id)
)
_LEAVES = select(ConsumptionLeave).where(ConsumptionLeave.case_id == bindparam("case")).order_by(ConsumptionLeave.id)


def listings_of(session: Session, case: Case, *states: ListingState) -> Sequence[Listing]:
    """Listings of a case in these states, all if none is named, in their order."""
    rows = session.scalars(_LISTINGS, {"case": case.id}).all()
    return [row for row in rows if not states or row.state in states]


def listing_named(session: Session, case: Case, reference: str) -> Listing | None:
    """The listing of this case by its reference."""
    return next((row for row in listings_of(session, case) if row.reference == reference), None)


def requests_of(session: Session, case: Case, *, is_open: bool = False) -> Sequence[ListingRequest]:
    """Requests of a case, in their order."""
    rows = session.scalars(_REQUESTS, {"case": case.id}).all()
    return [row for row in rows if not is_open or row.answer is None]


def bars_of(session: Session, case: Case, *states: str) -> Sequence[ConsumptionOrder]:
    """Bars on consumption of a case in these states."""
    rows = session.scalars(_BARS, {"case": case.id}).all()
    return [row for row in rows if not states or row.state in states]


def leaves_of(session: Session, case: Case, *, is_open: bool = False) -> Sequence[ConsumptionLeave]:
    """What somebody asked to be allowed."""
    rows = session.scalars(_LEAVES, {"case": case.id}).all()
    return [row for row in rows if not is_open or row.answer is None]


def liftings_of(session: Session, case: Case, *, is_open: bool = False) -> Sequence[ConsumptionLifting]:
    """What was asked so that a bar be lifted."""
    rows = session.scalars(_LIFTINGS, {"case": case.id}).all()
    return [row for row in rows if not is_open or row.answer is None]


def owed_late(sitting: Sitting, case: Case, creditor_id: int) -> list[Obligation]:
    """What is owed to a creditor and overdue."""
    return overdue_to(sitting, case, creditor_id)


def enforced_against(sitting: Sitting, case: Case, party_id: int, enforcement: EnforcementCase) -> list[Obligation]:
    """What of an enforcement a debtor owes or owed, performed or not: nothing that is due to the same creditor later."""
    return [o for o in enforced_in(sitting.session, case, enforcement) if party_id in o.debtors]


def debtors(sitting: Sitting, case: Case) -> list[Party]:
    """Whoever owes something overdue to whoever the court is enforcing for now."""
    found = open_enforcement(sitting.session, case)
    if found is None:
        return []
    owe = {one for o in owed_late(sitting, case, found.party_id) for one in o.debtors}
    return [party for party in case.parties if party.id in owe]


def debtor_named(sitting: Sitting, case: Case, reference: str) -> Party | None:
    """The debtor by the reference of the party."""
    return next((party for party in debtors(sitting, case) if party.reference == reference), None)


def has_guardian(party: Party) -> bool:
    """Whether a guardian acts for a party: a child, or an adult who cannot act."""
    return "guardian" in party.details


def replaced_since(party: Party, entry: int) -> str | None:
    """The name of whoever was this party at an entry of the docket, where somebody else stands in their place since; None where it
    is the same one, also under a name that was put right.
    """
    before = [one for one in party.details.get("before", []) if one.get("until_entry", 0) > entry]
    kinds = [*(one.get("kind") for one in before[1:]), party.kind.value]
    person = PartyKind.PERSON.value
    for one, kind in zip(before, kinds, strict=False):
        if one.get("ground") not in SAME_PERSON or (one.get("kind") == person) != (kind == person):
            return str(one["name"])
    return None


def name_of_listed(case: Case, row: Listing) -> str:
    """Whom a listing is about, by name: never a successor, who did nothing of what it says."""
    party = case.party(row.party_id)
    return replaced_since(party, row.entry_number) or party.name


def is_person(party: Party) -> bool:
    """Whether a party is a natural person."""
    return party.kind is PartyKind.PERSON


def rules_of(sitting: Sitting, case: Case) -> EnforcementListRules | None:
    """The rules on the list, as they stand today; None where a country has none."""
    return sitting.pack(case).enforcement_list


def listing_of_party(sitting: Sitting, case: Case, party_id: int, *states: ListingState) -> Listing | None:
    """The listing of a party in these states: one that stands or is on its way, if none is named."""
    rows = listings_of(sitting.session, case, *(states or ALIVE))
    return next((row for row in rows if row.party_id == party_id), None)


def standing_of(sitting: Sitting, case: Case, actor: Actor) -> Listing | None:
    """The reader's own listing that stands."""
    if actor.party_id is None:
        return None
    return listing_of_party(sitting, case, actor.party_id, *STANDS)


def is_creditor(sitting: Sitting, case: Case, actor: Actor) -> bool:
    """Whether the court is enforcing for the party of the actor, or did when somebody was listed."""
    if actor.party_id is None:
        return False
    found = open_enforcement(sitting.session, case)
    return found is not None and found.party_id == actor.party_id


def creditor_of(sitting: Sitting, row: Listing) -> int:
    """For whom the court was enforcing when somebody was listed."""
    return sitting.session.get_one(EnforcementCase, row.enforcement_id).party_id


def due_end(sitting: Sitting, case: Case, row: Listing) -> str | None:
    """Why a listing has to end now by the docket itself; None while it may stand (DDL 4, 9, 10)."""
    party = case.party(row.party_id)
    if replaced_since(party, row.entry_number) is not None:
        return "replaced"
    if why_never(sitting, case, party) is not None:
        return "wrong"
    if is_used_up(sitting, case, row.party_id):
        return "performed"
    enforcement = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    owed = enforced_against(sitting, case, row.party_id, enforcement)
    if not owed:
        return "undone"
    if all(o.done_at is not None for o in owed):
        return "performed"
    if enforcement.state is EnforcementState.BARRED:
        return "not_enforced"
    if row.state is ListingState.PROPOSED and is_settled(sitting, case, row.entry_number, enforcement, row.party_id):
        return "settled"
    rules = rules_of(sitting, case)
    if enforcement.state is EnforcementState.ENDED and (
        row.until is None or (rules is not None and rules.ends["ended"].despite_term)
    ):
        return "ended"
    return None


def is_settled(sitting: Sitting, case: Case, since: int, enforcement: EnforcementCase, debtor_id: int) -> bool:
    """Whether another way to perform what a debtor owes was agreed after an entry, and it is kept so far (CPL 241)."""
    if enforcement.state is EnforcementState.SETTLED:
        return True
    return any(
        one.enforcement_id == enforcement.id
        and (one.signed_entry or 0) > since
        and any(debtor_id in o.debtors for o in covered(sitting, case, one))
        and not is_late(sitting, case, one)
        for one in enforcement_settlements(sitting.session, case, SettlementState.SIGNED)
    )


def why_never(sitting: Sitting, case: Case, party: Party) -> Text | None:
    """Why a party is never listed, whatever it did (DDL 4)."""
    if has_guardian(party):
        return T("A guardian acts for %(name)s: a child, or somebody who cannot act, is never listed.", name=party.name)
    rules = rules_of(sitting, case)
    born = verified_birthday(party.details) if is_person(party) else None
    if rules is not None and is_too_young(rules, born, sitting.today):
        return T("Nobody under %(age)s is ever put on the list.", age=rules.age)
    return None
