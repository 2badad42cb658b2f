"""A claim goes into another case with all that belongs to it: parties, powers, facts and answers (CPL 55; CPI 221, 237)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Seat, Stage
from odr.docket.queries import parties
from odr.filing.models import Claim, Fact, FactAnswer, Relief
from odr.filing.parties.details import of_the_person
from odr.filing.registry.seats import case_number_for
from odr.identity.models import Mandate
from odr.procedure.models import WindowState
from odr.service.packet.packets import carry_reach

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ANSWERED = "third_party_answer"
"""The time to answer a third party's claim."""


def copy_claim(sitting: Sitting, old: Claim, into: Case, party: Party, kind: str) -> Claim:
    """A claim with everything it asks for, as it stands, in another case."""
    new = Claim(
        case_id=into.id,
        party_id=party.id,
        kind=kind,
        platform=old.platform,
        shop=old.shop,
        order_number=old.order_number,
        amount_minor=old.amount_minor,
        currency=old.currency,
        entry_number=sitting.next_number(into),
        particulars=old.particulars,
    )
    sitting.session.add(new)
    sitting.session.flush()
    for r in sitting.session.scalars(select(Relief).where(Relief.claim_id == old.id).order_by(Relief.number)):
        sitting.session.add(
            Relief(
                claim_id=new.id,
                number=r.number,
                kind=r.kind,
                what=r.what,
                amount_minor=r.amount_minor,
                currency=r.currency,
            )
        )
    return new


def take_facts(
    sitting: Sitting, case: Case, main: Case, moved: Mapping[int, Party], only: set[int] | None = None
) -> dict[int, int]:
    """The numbered facts with every answer to them, numbered on in the other case: number here → number there."""
    numbers: dict[int, int] = {}
    number = max(sitting.session.scalars(select(Fact.number).where(Fact.case_id == main.id)).all(), default=0)
    for old in sitting.session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number)).all():
        if old.party_id not in moved or (only is not None and old.party_id not in only):
            continue
        number += 1
        numbers[old.number] = number
        new = Fact(
            case_id=main.id,
            party_id=moved[old.party_id].id,
            number=number,
            happened_on=old.happened_on,
            what=old.what,
            entry_number=sitting.next_number(main),
        )
        sitting.session.add(new)
        sitting.session.flush()
        for answer in sitting.session.scalars(select(FactAnswer).where(FactAnswer.fact_id == old.id)).all():
            if answer.party_id in moved:
                sitting.session.add(
                    FactAnswer(
                        fact_id=new.id,
                        party_id=moved[answer.party_id].id,
                        stance=answer.stance,
                        words=answer.words,
                        entry_number=sitting.next_number(main),
                    )
                )
    return numbers


def new_case(sitting: Sitting, case: Case, owner: Party, now: datetime) -> Case:
    """A case of its own for a claim of ``owner``, with its number and the bench of this one."""
    against = next(p for p in parties(case) if p.role is not owner.role)
    new = Case(
        pack_id=case.pack_id,
        pack_version=case.pack_version,
        stage=Stage.PENDING,
        track=case.track,
        cause=case.cause,
        title=f"{owner.name} v {against.name}"[:300],
        filed_on=case.filed_on,
        lodged_at=case.lodged_at,
        accepted_at=now,
        foreign_related=case.foreign_related,
        entry_count=0,
        head_digest="0" * 64,
    )
    new.number = case_number_for(sitting, new)
    sitting.session.add(new)
    sitting.session.flush()
    for seat in sitting.session.scalars(
        select(Seat).where(Seat.case_id == case.id, Seat.until_at.is_(None), Seat.role.in_((Role.JUDGE, Role.CLERK)))
    ).all():
        sitting.session.add(Seat(case_id=new.id, account_id=seat.account_id, role=seat.role, from_at=now))
    sitting.session.flush()
    return new


def stands_in(
    sitting: Sitting, old: Party, into: Case, role: Role, ordinal: int, details: Mapping[str, object]
) -> Party:
    """A party as the same person in another case, reached as here; ``details`` are those that go along."""
    made = Party(
        case_id=into.id,
        role=role,
        ordinal=ordinal,
        name=old.name,
        kind=old.kind,
        account_id=old.account_id,
        email=old.email,
        phone=old.phone,
        address=old.address,
        locale=old.locale,
        abroad=old.abroad,
        online=old.online,
        joined_at=old.joined_at,
        details={**details, "from_case": old.case.reference},
    )
    sitting.session.add(made)
    sitting.session.flush()
    carry_reach(sitting.session, old, made, at=sitting.now, proof=old.case.number or old.case.reference)
    return made


def sides_of(sitting: Sitting, case: Case, new: Case, owner: Party) -> dict[int, Party]:
    """The claim's owner as claimant, those of the other side as respondents; their fellows stay behind."""
    moved: dict[int, Party] = {}
    count = 0
    # Papers and pages name the parties in this order: the claimant first.
    for old in sorted(parties(case), key=lambda party: party.id != owner.id):
        if old.id != owner.id and (old.role is owner.role or old.role is Role.THIRD_PARTY):
            continue
        count += old.id != owner.id
        role, ordinal = (Role.CLAIMANT, 1) if old.id == owner.id else (Role.RESPONDENT, count)
        made = stands_in(sitting, old, new, role, ordinal, of_the_person(old.details))
        _same_mandates(sitting, old, new, made)
        moved[old.id] = made
    sitting.session.flush()
    sitting.session.refresh(new, ["parties"])
    return moved


def _same_mandates(sitting: Sitting, old: Party, new: Case, made: Party) -> None:
    """Who acts for a party acts for them in the severed case too: assistants under the same representative, whose end ends
    them there as well. What waits to replace a representative stays a matter of this case.
    """
    here = select(Mandate).where(
        Mandate.party_id == old.id,
        Mandate.revoked_at.is_(None),
        Mandate.signed_at.is_not(None),
        Mandate.instead_of.is_(None) | Mandate.accepted_at.is_not(None),
    )
    there: dict[int, int] = {}
    # Who passed powers on stands before those who got them.
    for mandate in sitting.session.scalars(here.order_by(Mandate.id)).all():
        if mandate.delegated_by is not None and mandate.delegated_by not in there:
            continue
        same = _same_mandate(mandate, new, made, there.get(mandate.delegated_by or 0))
        sitting.session.add(same)
        sitting.session.flush()
        there[mandate.id] = same.id


def _same_mandate(old: Mandate, new: Case, party: Party, delegated_by: int | None) -> Mandate:
    return Mandate(
        case_id=new.id,
        party_id=party.id,
        account_id=old.account_id,
        address=old.address,
        scope=old.scope,
        from_at=old.from_at,
        until_at=old.until_at,
        signed_at=old.signed_at,
        accepted_at=old.accepted_at,
        asked_at=old.asked_at,
        may_pass_on=old.may_pass_on,
        office_id=old.office_id,
        delegated_by=delegated_by,
    )


def take_answers(sitting: Sitting, case: Case, into: Case, moved: Mapping[int, Party]) -> None:
    """Who has answered a third party's claim here has answered it where it goes on: nothing is asked of them anew (CPL 128)."""
    for old in sitting.windows(case, ANSWERED, state=WindowState.MET):
        party = moved.get(old.party_id or 0)
        if party is None or party.role is not Role.RESPONDENT:
            continue
        sitting.take_window(into, old, party=party, subject=party.reference, kind="answer")
