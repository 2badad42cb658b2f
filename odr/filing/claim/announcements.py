"""The events by which filing tells other rooms that a claim was lodged or a party has joined, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role
from odr.docket.queries import parties
from odr.filing.inputs import ClaimInput, FellowInput, JoinInput, ReliefInput
from odr.filing.models import Claim, Fact, Relief, ReliefKind
from odr.identity.actors import Actor
from odr.procedure.acts.events import Asked, ClaimLodged, EnclosedFile, OwnAddresses, PartyJoined

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def asked_in(relief: Sequence[ReliefInput], fellows: Sequence[FellowInput] = ()) -> Asked:
    """What is asked for, with the sums that others ask for beside who writes."""
    amounts = [one.amount for one in relief] + [one.amount for one in fellows]
    others = sum(1 for one in relief if one.kind is not ReliefKind.MONEY)
    return Asked(tuple(amount.minor for amount in amounts if amount is not None), others)


def asked_together(sitting: Sitting, case: Case) -> tuple[Party, Asked] | None:
    """What those ask for together who brought the claim, and who of them pays the fee: the first, on all their sums (CPI
    201), also once they have withdrawn their own and the others go on. None where nobody of them claims any more.
    """
    mine = {p.id: p for p in parties(case, Role.CLAIMANT) if is_along(p)}
    rows = sitting.session.execute(
        select(Claim.party_id, Relief.kind, Relief.amount_minor)
        .join(Relief, Relief.claim_id == Claim.id)
        .where(Claim.case_id == case.id, Claim.kind == "claim", Claim.withdrawn_at.is_(None))
        .order_by(Claim.id, Relief.number)
    )
    asked = [(mine[party_id], kind, amount) for party_id, kind, amount in rows if party_id in mine]
    first = next((p for p in mine.values() if p.ordinal == 1), None)
    if first is None or not asked:
        return None
    amounts = tuple(amount for _, _, amount in asked if amount is not None)
    return first, Asked(amounts, sum(1 for _, kind, _ in asked if kind is not ReliefKind.MONEY))


def is_along(party: Party) -> bool:
    """Whether a claimant stood in the claim from the start: whoever registered, was brought in or came with another case pays
    for their own.
    """
    return party.role is Role.CLAIMANT and not {"registered_entry", "added_entry", "from_case"} & party.details.keys()


def claim_lodged(sitting: Sitting, case: Case, claimant: Party, given: ClaimInput, actor: Actor) -> ClaimLodged:
    """The event of a claim whose facts were just written down."""
    about = given.claimant
    return ClaimLodged(
        case,
        claimant,
        actor,
        asked_in(given.relief, given.fellows),
        OwnAddresses(about.email, about.phone, about.address),
        about.e_service,
        about.in_writing,
        tuple(_files(sitting, case, given)),
    )


def party_joined(case: Case, who: Party, given: JoinInput, account_id: int | None) -> PartyJoined:
    """The event of somebody who joins."""
    return PartyJoined(case, who, account_id, OwnAddresses(given.email, given.phone), given.e_service, given.in_writing)


def _files(sitting: Sitting, case: Case, given: ClaimInput) -> Iterator[EnclosedFile]:
    """The form counts the facts of this claim from 1; the case counts on from those told before."""
    told = (
        select(Fact.number)
        .where(Fact.case_id == case.id, Fact.entry_number == sitting.next_number(case))
        .order_by(Fact.number)
    )
    numbers = list(sitting.session.scalars(told))
    for line in given.exhibits:
        shows = tuple(sorted({numbers[n - 1] for n in line.facts}))
        yield EnclosedFile(line.upload, line.title, line.proves, line.source, shows, line.secret, line.why_secret)
