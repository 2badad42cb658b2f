"""By whose account a mandate was given is what its party says, whatever happened before."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Party
from odr.identity.accounts.role_names import name_roles
from odr.identity.mandates import given_by
from odr.identity.models import Account, AccountRole, Mandate, MandateScope
from tests.scene import Scene


def _gone_through(session: Session, account_id: int) -> list[int]:
    found = select(Mandate.id).join(Party, Party.id == Mandate.party_id).where(Party.account_id == account_id)
    return list(session.scalars(found.order_by(Mandate.id.desc())))


@pytest.mark.parametrize("seed", range(2))
def test_the_mandates_somebody_gave_are_those_of_their_parties(scene: Scene, seed: int) -> None:
    """Mandates come and go, and a party gets an account, another, or none."""
    lot = Random(seed)
    scene.lodge()
    with scene.court.database.read() as session:
        accounts = list(session.scalars(select(Account.id).order_by(Account.id).limit(3)))
        parties = list(session.scalars(select(Party.id).order_by(Party.id)))
    looked = 0
    for number in range(60):
        with scene.court.database.write() as session:
            some = session.scalars(select(Mandate.id)).all()
            party, what = lot.choice(parties), lot.randrange(4)
            if what < 2 or not some:
                now = scene.clock.now() + timedelta(minutes=number)
                names = {"case_id": scene.case_id, "party_id": party, "account_id": lot.choice(accounts)}
                session.add(Mandate(**names, scope=MandateScope.ORDINARY, from_at=now))
            elif what == 2:
                session.execute(delete(Mandate).where(Mandate.id == lot.choice(some)))
            else:
                account = lot.choice([*accounts, None])
                session.execute(update(Party).where(Party.id == party).values(account_id=account))
        with scene.court.database.read() as session:
            for account in accounts:
                found = _gone_through(session, account)
                looked += len(found)
                assert [mandate.id for mandate, _, _ in given_by(session, account).rows] == found[:50], number
    assert looked > 100


def test_the_worker_names_roles_that_have_no_name(scene: Scene) -> None:
    """A role has the name of its account when it is given and when the account gets another; one without gets it from the worker."""
    with scene.court.database.write() as session:
        role = session.scalars(select(AccountRole).order_by(AccountRole.id).limit(1)).one()
        number, account = role.id, role.account
        assert role.name == account.name
        account.name = "Somebody Else"
    with scene.court.database.write() as session:
        assert session.get_one(AccountRole, number).name == "Somebody Else"
        session.execute(update(AccountRole).where(AccountRole.id == number).values(name=""))
    assert name_roles(scene.court.database) == 1 and name_roles(scene.court.database) == 0
    with scene.court.database.read() as session:
        assert session.get_one(AccountRole, number).name == "Somebody Else"
