"""Opening the own case of a preservation before a claim, and finding the claim that follows it (CPL 104)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.case_without_claim import open_own_case, write_to
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.actors import SignIn, acting_for
from odr.identity.models import Account
from odr.judgment import names
from odr.judgment.models import BeforeClaim
from odr.judgment.preservation.duty_judge import seat_duty_judge
from odr.judgment.preservation.inputs import BeforeClaimEvidenceInput, BeforeClaimInput, OpeningInput
from odr.judgment.preservation.measures import CLAIM_FOLLOWS
from odr.procedure.rules.pack import RulePack
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

NUMBERS = "preservation"
ASKS: dict[type[OpeningInput], str] = {
    BeforeClaimInput: names.ASK_BEFORE_CLAIM,
    BeforeClaimEvidenceInput: names.ASK_BEFORE_CLAIM_FOR_EVIDENCE,
}
"""What is preserved before a claim, and the act that asks for it."""


def is_known(pack: RulePack) -> bool:
    """Whether the rules know preservation before a claim."""
    return CLAIM_FOLLOWS in pack.windows.rules and NUMBERS in pack.case_numbers


def before_claim(session: Session, case: Case) -> BeforeClaim | None:
    """The row behind an own case of preservation."""
    return session.scalar(built_once(lambda: select(BeforeClaim).where(BeforeClaim.case_id == case.id)))


def preserved_for(session: Session, claim: Case) -> list[Case]:
    """The own cases in which something was preserved for a claim before it was filed."""
    mine = session.scalars(
        built_once(lambda: select(BeforeClaim.case_id).where(BeforeClaim.claim_case_id == claim.id))
    ).all()
    return list(session.scalars(select(Case).where(Case.id.in_(mine)).order_by(Case.id))) if mine else []


def open_before_claim(
    court: Court,
    account: Account,
    given: OpeningInput,
    *,
    key: str | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> ActReceipt:
    """Open the case and lodge the application in one Sitting; repeating the key gives the first receipt.

    The other side is a party without an account, and is written to only when the
    preservation has been carried out. Raises ActNotOpen where the rules know no such
    preservation, InvalidInput for a cause the court does not hear.
    """
    with court.sit() as sitting:
        sitting.session.get_one(Account, account.id, with_for_update=True)
        ask = ASKS[type(given)]
        earlier = sitting.receipt_for(account.id, key, ask, given) if key else None
        if earlier is not None:
            return earlier
        case = _open_case(sitting, account, given)
        take_seat(sitting, case, Role.CLERK)
        seat_duty_judge(sitting, case)
        mine = parties(case, Role.CLAIMANT)[0]
        actor = acting_for(mine, account, sign_in)
        return sitting.perform(ask, case, given, actor=actor, key=key)


def _open_case(sitting: Sitting, account: Account, given: OpeningInput) -> Case:
    today = sitting.today
    pack = sitting.court.packs.in_force(sitting.court.settings.pack, today)
    if not is_known(pack):
        raise ActNotOpen(
            T("The rules of this court know no preservation before a claim."), source=pack.cited("COURT known-steps")
        )
    if given.cause not in pack.causes_on(today):
        raise InvalidInput.at(
            "cause", T("This court does not hear that kind of dispute today. Choose one of those listed.")
        )
    return open_own_case(
        sitting, account, pack, NUMBERS, Stage.PRESERVING, given.cause, given.applicant, given.respondents
    )


def tell_the_other_side(sitting: Sitting, case: Case, entry_number: int) -> None:
    """Write to those against whom something was carried out, with a code by which they join and read (CPL 106)."""
    case.accepted_at = case.accepted_at or sitting.now
    title = T("Something of yours was preserved before a claim")
    for party in parties(case, Role.RESPONDENT):
        told = select(Packet.id).where(
            Packet.case_id == case.id, Packet.party_id == party.id, Packet.first_contact.is_(True)
        )
        if party.joined_at is not None or sitting.session.scalar(told) is not None:
            continue
        write_to(
            sitting, case, party, letter="preserved", title=title, entry_number=entry_number, occasion="preservation"
        )


def claims_that_follow(session: Session, case: Case, until: datetime | None = None) -> Sequence[Case]:
    """Claims the applicant filed after the application against somebody it was against, by ``until`` if given."""
    applicant = parties(case, Role.CLAIMANT)[0]
    against = {p.name.casefold() for p in parties(case, Role.RESPONDENT)}
    mine = select(Party.case_id).where(Party.account_id == applicant.account_id, Party.role == Role.CLAIMANT)
    running = Case.stage.not_in((Stage.PRESERVING, Stage.PAYMENT_ORDER, Stage.CLOSED))
    query = (
        select(Case)
        .where(Case.id.in_(mine), Case.id != case.id, running, Case.lodged_at >= case.lodged_at)
        .order_by(Case.id)
    )
    found = session.scalars(query if until is None else query.where(Case.lodged_at <= until))
    return [c for c in found if against & {p.name.casefold() for p in c.parties if p.role is Role.RESPONDENT}]
