"""Joining a case by the code of its letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Seat, Stage
from odr.filing import names
from odr.filing.inputs import JoinInput
from odr.filing.parties.guardians import place_guardian
from odr.filing.parties.known_identity import note_seen
from odr.ground.errors import ActNotOpen, NotFound
from odr.ground.text import T, Text
from odr.identity import mandates
from odr.identity.actors import SignIn, acting_for
from odr.identity.models import Account
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet
from odr.service.packet.notice_codes import normalized
from odr.service.packet.occasions import SUBSTITUTION
from odr.service.rules import answer_by, last_day_from_now

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Invitation:
    """What a letter's code leads to. The page shows what the letter shows: no names of the other side, no evidence."""

    code: str
    case: Case
    party: Party
    sent_at: datetime
    answer_by: datetime | None = None
    """The last instant to answer, once service took effect."""
    reckoned: Text | None = None
    """Before that: in words how the last day is reckoned."""
    if_today: date | None = None
    """And the last day, if the claim is served today, as by joining."""
    is_over: bool = False
    """The time to answer has ended, or the party answered."""

    @property
    def is_joined(self) -> bool:
        return self.party.account_id is not None


def invitation_for(sitting: Sitting, code: str) -> Invitation | None:
    """The invitation behind a code, or None for a code the court never printed, or for somebody else."""
    packet = sitting.session.scalar(select(Packet).where(Packet.code == normalized(code)))
    if packet is None or not packet.first_contact or _was_somebody_elses(sitting, packet):
        return None
    party = sitting.session.get(Party, packet.party_id)
    case = sitting.session.get(Case, packet.case_id)
    if party is None or party.left_at is not None or case is None or case.stage is Stage.CLOSED:
        return None
    due, reckoned = answer_by(sitting, case, party)
    today = last_day_from_now(sitting, case, party) if reckoned is not None else None
    is_over = due is None and reckoned is None
    return Invitation(packet.code, case, party, packet.queued_at, due, reckoned, today, is_over=is_over)


def _was_somebody_elses(sitting: Sitting, packet: Packet) -> bool:
    """Whether a code was written before somebody else came in the party's place, or before they act themselves: whoever
    holds it still is not whom the court invites (CPL 60; CPI 55, 249).
    """
    later = select(Packet.id).where(
        Packet.party_id == packet.party_id, Packet.occasion == SUBSTITUTION.key, Packet.id > packet.id
    )
    return sitting.session.scalar(later.limit(1)) is not None


def join(
    court: Court,
    account_id: int,
    code: str,
    given: JoinInput,
    key: str | None = None,
    *,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> ActReceipt:
    """Link the account to the invited party and record it, in one Sitting; ``sign_in`` is by what they are signed in.

    Refused where somebody else is linked already, where the account serves the
    court in the case, or where it is or acts for the other side: nobody is both.
    """
    with court.sit() as sitting:
        found = invitation_for(sitting, code)
        if found is None:
            raise NotFound
        case = sitting.session.get_one(Case, found.case.id, with_for_update=True)
        party = case.party(found.party.id)
        if party.account_id not in (None, account_id) or mandates.guardians_of(sitting.session, party, sitting.now):
            raise ActNotOpen(
                T("Somebody has already joined for this party. Ask the clerk if that was not you."),
                source=sitting.pack(case).cited("OLR 10"),
            )
        _refuse_conflict(sitting, case, party, account_id)
        account = sitting.session.get_one(Account, account_id)
        mandate = place_guardian(sitting, party, account, given)
        if mandate is None:
            party.account_id = account_id
            note_seen(sitting, party)
        party.locale = account.locale
        sitting.session.flush()
        return sitting.perform(
            names.JOIN_CASE,
            case,
            given,
            actor=acting_for(party, account, sign_in, mandate),
            key=key,
        )


def _refuse_conflict(sitting: Sitting, case: Case, party: Party, account_id: int) -> None:
    """Nobody is a party to a case in which they serve, or in which they are or act for somebody else's side (CPL 47).
    Raises ActNotOpen.
    """
    if (
        sitting.session.scalar(
            select(Seat.id)
            .where(Seat.case_id == case.id, Seat.account_id == account_id, Seat.role != Role.WITNESS)
            .limit(1)
        )
        is not None
    ):
        raise ActNotOpen(
            T("You serve or served in this case, so you cannot be a party to it."),
            source=sitting.pack(case).cited("CPL 47"),
        )
    try:
        mandates.refuse_both_sides(sitting.session, party, account_id)
    except mandates.BothSides as error:
        raise ActNotOpen(
            T("You are a party on the other side of this case, or act for it, so you cannot join for this side."),
            source=sitting.pack(case).cited("CPL 61"),
        ) from error
