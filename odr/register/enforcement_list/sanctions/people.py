"""Who took part in a hearing or in the proceedings and can have disturbed them: parties, who acts for them, who is heard, who watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Party, Role
from odr.ground.text import T
from odr.hearing.models import Hearing, Interpreter, Witness
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import Actor
from odr.identity.models import Account, Mandate
from odr.procedure.forms.fields import Option, choice_source
from odr.register.calendar.attending.models import PlaceRequest
from odr.register.enforcement_list.sanctions.models import ConductSanction, SanctionedAs

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SOMEBODY_ELSE = "other"
"""The choice for whoever the court has no row of: their name is written."""


@dataclass(frozen=True)
class Person:
    """Somebody who took part, as the choice names them."""

    key: str
    """What the same person is known by again."""
    name: str
    role: SanctionedAs
    party: Party | None = None
    email: str | None = None
    account_id: int | None = None
    undertaken: bool = False
    """Whether a witness or expert signed the undertaking to tell the truth (EV 71)."""


def people_of(sitting: Sitting, case: Case) -> list[Person]:
    """Everybody whom the court knows to have taken part, parties first."""
    return [
        *(
            Person(f"party/{p.reference}", p.name, SanctionedAs.PARTY, p, account_id=p.account_id)
            for p in case.parties
            if p.role in PARTY_ROLES and p.left_at is None
        ),
        *_representatives(sitting, case),
        *_heard(sitting, case),
        *_public(sitting, case),
    ]


def _representatives(sitting: Sitting, case: Case) -> list[Person]:
    """Who acts for a party and is no party: once, for however many they act."""
    mine = {p.account_id for p in case.parties}
    rows = sitting.session.execute(
        select(Account.id, Mandate.reference, Account.name, Account.email)
        .join(Account, Account.id == Mandate.account_id)
        .where(Mandate.case_id == case.id, Mandate.signed_at.is_not(None), Mandate.accepted_at.is_not(None))
        .order_by(Mandate.id)
    )
    found: dict[int, Person] = {}
    for account, reference, name, email in rows:
        if account not in mine and account not in found:
            key = f"representative/{reference}"
            found[account] = Person(key, name, SanctionedAs.REPRESENTATIVE, email=email, account_id=account)
    return list(found.values())


_AS = {Role.WITNESS: SanctionedAs.WITNESS, Role.EXPERT: SanctionedAs.EXPERT}


def _heard(sitting: Sitting, case: Case) -> list[Person]:
    """Witnesses and experts who were admitted, and interpreters."""
    admitted = select(Witness).where(Witness.case_id == case.id, Witness.state == RequestState.GRANTED)
    appointed = select(Interpreter).where(Interpreter.case_id == case.id)
    return [
        *(
            Person(
                f"witness/{w.reference}",
                w.name,
                _AS[w.role],
                email=w.email,
                account_id=w.account_id,
                undertaken=w.undertaken_by is not None,
            )
            for w in sitting.session.scalars(admitted.order_by(Witness.id))
        ),
        *(
            Person(
                f"interpreter/{i.reference}", i.name, SanctionedAs.INTERPRETER, email=i.email, account_id=i.account_id
            )
            for i in sitting.session.scalars(appointed.order_by(Interpreter.id))
        ),
    ]


def _public(sitting: Sitting, case: Case) -> list[Person]:
    """Who came to the door as one of the public, also if they were turned away, as long as the court keeps their name (CTR 9, 20)."""
    rows = sitting.session.execute(
        select(PlaceRequest.reference, PlaceRequest.name, Account.email, Account.id)
        .join(Hearing, Hearing.id == PlaceRequest.hearing_id)
        .join(Account, Account.id == PlaceRequest.account_id)
        .where(Hearing.case_id == case.id, PlaceRequest.entered.is_not(None))
        .order_by(PlaceRequest.id)
    )
    return [
        Person(f"place/{reference}", name, SanctionedAs.PUBLIC, email=email, account_id=account)
        for reference, name, email, account in rows
    ]


@choice_source("people_of_case")
def people_to_choose(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Whoever took part, with as what; and somebody else."""
    return [
        *(Option(one.key, one.name, one.role.label) for one in people_of(sitting, case)),
        Option(SOMEBODY_ELSE, T("Somebody else")),
    ]


@choice_source("hearings_of_case")
def hearings_to_choose(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings that have begun."""
    rows = sitting.session.scalars(
        select(Hearing).where(Hearing.case_id == case.id, Hearing.begins_at <= sitting.now).order_by(Hearing.ordinal)
    )
    return [Option(row.reference, T("The hearing of %(at)s", at=row.begins_at)) for row in rows]


def address_of(sitting: Sitting, case: Case, row: ConductSanction) -> tuple[str, bool] | None:
    """The e-mail address of somebody who is no party, and whether it is that of their own account; None where none is known."""
    one = next((one for one in people_of(sitting, case) if one.key == row.person), None)
    if one is None or one.email is None:
        return None
    return one.email, one.account_id is not None
