"""The names of the court's people beside their roles, so that they stand by name in an index of their own."""

from __future__ import annotations

from sqlalchemy import select, update

from odr.ground.memory.built_once import built_once
from odr.identity.accounts.outbox import House
from odr.identity.models import Account, AccountRole

AT_ONCE = 500
"""Roles that get their name in one round."""


def name_roles(court: House) -> int:
    """For the worker: write the name beside roles that have none, some in every round: of before names stood there, or given by the
    version before. Gives how many.
    """
    with court.database.read() as session:
        found = session.scalars(
            built_once(
                lambda: (
                    select(AccountRole.id).where(AccountRole.name == "").order_by(AccountRole.account_id).limit(AT_ONCE)
                )
            )
        ).all()
    if found:
        name = select(Account.name).where(Account.id == AccountRole.account_id).scalar_subquery()
        named = update(AccountRole).where(AccountRole.id.in_(found)).values(name=name)
        with court.database.write() as session:
            session.execute(named.execution_options(synchronize_session=False))
    return len(found)
