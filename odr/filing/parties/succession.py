"""Somebody else stands in a party's place from now on, or the same one under another name (CPL 153; CPI 55, 249, 470 to 473)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind
from odr.filing.parties.details import GUARDIAN, OF_PAPERS, of_nobody_else
from odr.filing.parties.invitation import forget_reach, invite, note_addresses
from odr.identity import mandates
from odr.identity.models import Mandate
from odr.service.vocabulary import OF_ADDRESSES

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SAME_PERSON = frozenset({"wrong_name", "registry", "renamed"})
"""Why a party is called otherwise and is the same one."""


@dataclass(frozen=True)
class Successor:
    """Who stands in the place from now on, where they are reached, and why."""

    ground: str
    name: str
    kind: PartyKind
    email: str | None = None
    phone: str | None = None
    address: str | None = None


def put_in_place(sitting: Sitting, case: Case, party: Party, to: Successor, now: datetime) -> str:
    """Let an heir, successor or the rightly named person stand in a party's place; gives the name of before.

    Where it is another person, the old account and its mandates no longer act, and the successor is invited by a letter of their
    own.
    """
    was, old, same = party.kind, party.name, to.ground in SAME_PERSON
    _keep_before(sitting, case, party, to.ground)
    party.name, party.kind = to.name, to.kind
    party.email, party.phone, party.address = (
        to.email or party.email,
        to.phone or party.phone,
        to.address or party.address,
    )
    # What papers showed of the one shows nothing of the other.
    if not same:
        party.details = of_nobody_else(party.details)
        _reached_anew(sitting, case, party, to, now)
        invite(sitting, case, party)
    elif was is not party.kind and PartyKind.PERSON in (was, party.kind):
        party.details = {key: value for key, value in party.details.items() if key not in OF_PAPERS}
    return old


def leave_to_estate(sitting: Sitting, case: Case, party: Party, to: Successor, now: datetime) -> None:
    """A party has died and nobody takes their place: no account and no mandate of theirs acts, and papers go to whoever looks after
    the estate, if anybody was named.
    """
    _keep_before(sitting, case, party, to.ground)
    _reached_anew(sitting, case, party, to, now)
    if to.email or to.phone or to.address:
        invite(sitting, case, party)


def replaced_after(party: Party, entry: int) -> bool:
    """Whether somebody else stands in a party's place since an entry of the docket."""
    before = party.details.get("before", [])
    return any(one.get("until_entry", 0) > entry and one.get("ground") not in SAME_PERSON for one in before)


def _keep_before(sitting: Sitting, case: Case, party: Party, ground: str) -> None:
    before = {
        "name": party.name,
        "kind": party.kind.value,
        "until_entry": sitting.next_number(case),
        "ground": ground,
    }
    if ground not in SAME_PERSON and GUARDIAN in party.details:
        # A child is not named where the case is published, nor who acted for it, whoever stands in its place since.
        before[GUARDIAN] = party.details[GUARDIAN]["name"]
    party.details = {**party.details, "before": [*party.details.get("before", []), before]}


def _reached_anew(sitting: Sitting, case: Case, party: Party, to: Successor, now: datetime) -> None:
    party.account_id, party.joined_at, party.online = None, None, False
    party.email, party.phone, party.address = to.email, to.phone, to.address
    party.details = {key: value for key, value in party.details.items() if key not in OF_ADDRESSES}
    for mandate in sitting.session.scalars(
        select(Mandate).where(Mandate.party_id == party.id, Mandate.revoked_at.is_(None))
    ):
        mandates.revoke(sitting.session, mandate, now)
    forget_reach(sitting, party, now)
    note_addresses(sitting, party, "substitution")
