"""The events by which filing tells other rooms that a claim was lodged or a party has joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.filing.inputs import ClaimInput, FellowInput, JoinInput, ReliefInput
from odr.filing.models import Fact, ReliefKind
from odr.identity.actors import Actor
from odr.procedure.acts.events import Asked, ClaimLodged, EnclosedFile, OwnAddresses, PartyJoined

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def asked_in(relief: Sequence[ReliefInput], fellows: Sequence[FellowInput] = ()) -> Asked:
    """What is asked for, with the sums that others ask for beside who writes."""
    amounts = [one.amount for one in relief] + [one.amount for one in fellows]
    others = sum(1 for one in relief if one.kind is not ReliefKind.MONEY)
    return Asked(tuple(amount.minor for amount in amounts if amount is not None), others)


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
