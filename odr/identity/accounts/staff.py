"""The court's own people: their accounts and roles. A role changed, or an account stopped, counts at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.keyset import A_PAGE, Key, Listed, holds, page_among, page_of
from odr.ground.text import T
from odr.identity.accounts.accounts import end_everything
from odr.identity.models import Account, AccountRole, AccountState, RoleProposal
from odr.identity.sign_in.sessions import OFFICE_ROLES

GIVEN = (*sorted(OFFICE_ROLES, key=lambda role: role.value), Role.PLATFORM)
"""Roles that an account may hold at the court as such; the others are held in a case."""

NEEDS_TWO = frozenset({Role.JUDGE, Role.ASSESSOR, Role.PRESIDENT, Role.CASHIER, Role.ADMIN})
"""Roles that one administrator proposes and another approves: of whoever decides, moves money, or gives roles."""

PEOPLE_COUNTED = 100
"""People of the court that are counted where they are listed; of more it is said that there are more."""


class NeedsTwo(CourtError):
    """The role is given by two administrators."""

    status = 409
    problem = "needs-two-persons"

    def __init__(self) -> None:
        super().__init__(T("Another administrator has to approve this."))


def grant(session: Session, account: Account, role: Role, now: datetime) -> None:
    """Give a role. Open sessions and tokens end: they were begun without it, perhaps without a second factor."""
    if role not in GIVEN:
        raise InvalidInput.at("role", T("This role is held in a case, not at the court."))
    if role in account.staff_roles:
        return
    session.add(AccountRole(account_id=account.id, role=role, granted_at=now, name=account.name))
    end_everything(session, account.id, now)
    session.flush()
    session.refresh(account)


def give(session: Session, account: Account, role: Role, *, by: Account, now: datetime) -> RoleProposal | None:
    """An administrator gives a role; for some roles this only proposes it. Raises NotFound, InvalidInput; nobody gives
    a role to themselves.
    """
    _need_admin(by)
    if account.id == by.id:
        raise InvalidInput.at("role", T("Nobody gives a role to themselves. Ask another administrator."))
    if role not in NEEDS_TWO:
        grant(session, account, role, now)
        return None
    waiting = session.scalar(
        select(RoleProposal).where(
            RoleProposal.account_id == account.id, RoleProposal.role == role, RoleProposal.decided_at.is_(None)
        )
    )
    if waiting is not None or role in account.staff_roles:
        return waiting
    proposal = RoleProposal(account_id=account.id, role=role, proposed_by=by.id, proposed_at=now)
    session.add(proposal)
    session.flush()
    return proposal


def waiting_proposal(session: Session, proposal_id: int) -> RoleProposal:
    """A role that was proposed and waits. Raises NotFound for one that does not exist, or was decided."""
    proposal = session.get(RoleProposal, proposal_id, with_for_update=True)
    if proposal is None or proposal.decided_at is not None:
        raise NotFound
    return proposal


def decide(session: Session, proposal_id: int, approved: bool, *, by: Account, now: datetime) -> RoleProposal:
    """Another administrator approves or declines. Raises NeedsTwo for the proposer and for whom it is about, NotFound."""
    _need_admin(by)
    proposal = waiting_proposal(session, proposal_id)
    if approved and by.id in (proposal.proposed_by, proposal.account_id):
        raise NeedsTwo
    proposer = session.get_one(Account, proposal.proposed_by)
    if approved and (proposer.state is not AccountState.ACTIVE or Role.ADMIN not in proposer.staff_roles):
        raise NeedsTwo
    proposal.approved, proposal.decided_by, proposal.decided_at = approved, by.id, now
    if approved:
        grant(session, session.get_one(Account, proposal.account_id), proposal.role, now)
    return proposal


def take_away(session: Session, account: Account, role: Role, now: datetime) -> None:
    """Take a role away. The last administrator keeps theirs: raises InvalidInput."""
    if role is Role.ADMIN and role in account.staff_roles and count(session, Role.ADMIN) <= 1:
        raise InvalidInput.at("role", T("The court would have no administrator left."))
    for held in account.roles:
        if held.role is role and held.revoked_at is None:
            held.revoked_at = now
    session.flush()


def suspend(session: Session, account: Account, now: datetime) -> None:
    """Stop an account: every session and token ends with this transaction. Raises InvalidInput for the last
    administrator.
    """
    if Role.ADMIN in account.staff_roles and count(session, Role.ADMIN) <= 1:
        raise InvalidInput.at("account", T("The court would have no administrator left."))
    account.state = AccountState.SUSPENDED
    end_everything(session, account.id, now)
    session.flush()


def reinstate(session: Session, account: Account) -> None:
    """Let a stopped account sign in again."""
    if account.state is AccountState.SUSPENDED:
        account.state = AccountState.ACTIVE if account.confirmed_at else AccountState.UNCONFIRMED
        session.flush()


def count(session: Session, role: Role) -> int:
    """How many active accounts hold a role."""
    held = select(func.count(func.distinct(Account.id))).join(AccountRole, AccountRole.account_id == Account.id)
    return (
        session.scalar(
            held.where(AccountRole.role == role, AccountRole.revoked_at.is_(None), Account.state == AccountState.ACTIVE)
        )
        or 0
    )


def waiting(session: Session) -> Sequence[tuple[RoleProposal, Account, Account]]:
    """Proposals not yet decided, oldest first, with whom they are about and who proposed."""
    rows = session.scalars(
        select(RoleProposal).where(RoleProposal.decided_at.is_(None)).order_by(RoleProposal.id)
    ).all()
    return [(row, session.get_one(Account, row.account_id), session.get_one(Account, row.proposed_by)) for row in rows]


def people(session: Session, *, words: str = "", after: str | None = None, size: int = A_PAGE) -> Listed[Account]:
    """Accounts that hold or held a role of the court, in order; ``words`` are looked for in name and address."""
    if words:
        serve = Account.id.in_(select(AccountRole.account_id))
        query = select(Account).where(serve, holds(words, Account.name, Account.email))
        page = page_of(session, query, (Key(Account.id),), after, size)
    else:
        theirs = (select(AccountRole.account_id),)
        page = page_among(session, select(Account), Key(Account.id), theirs, after, size, PEOPLE_COUNTED)
    return page.of([row[0] for row in page.rows])


def everybody(session: Session) -> Sequence[Account]:
    """All accounts that hold or held a role of the court, in order."""
    query = select(Account).where(Account.id.in_(select(AccountRole.account_id))).order_by(Account.id)
    return session.scalars(query).all()


def _need_admin(by: Account) -> None:
    if by.state is not AccountState.ACTIVE or Role.ADMIN not in by.staff_roles:
        raise NotFound


def by_reference(session: Session, reference: str) -> Account:
    """An account by its reference. Raises NotFound."""
    account = session.scalar(select(Account).where(Account.reference == reference))
    if account is None:
        raise NotFound
    return account
