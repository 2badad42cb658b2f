"""The Actor: account + role + case + party + mandate, resolved once."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, CompoundSelect, and_, bindparam, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from odr.docket.models import OFFICE_BEHIND, Case, Party, Role, Seat, office_of
from odr.ground.memory.asked_once import AskedOnce
from odr.ground.memory.built_once import built_once
from odr.identity.models import Account, AccountRole, AccountState, Mandate, MandateScope, stands

SEATED_BY_CASE = frozenset({Role.WITNESS, Role.EXPERT, Role.INTERPRETER, Role.MEDIATOR})
"""Whose seat in a case is enough; every other seat counts only with the office behind it."""


def serving(account_id: int | None, *roles: Role) -> ColumnElement[bool]:
    """Seats of an account that count now, in any role or one of these: somebody whose office was taken away has none, and
    finds nothing through what they once sat in.
    """
    # Asked of each seat apart, in an OR, PostgreSQL would go through the offices of everybody at the court.
    offices = select(AccountRole.role).where(AccountRole.account_id == account_id, AccountRole.revoked_at.is_(None))
    # The office behind a seat of another name is asked of all seats at once too.
    behind = (
        (Seat.role == seat) & literal(office, Seat.role.type).in_(offices) for seat, office in OFFICE_BEHIND.items()
    )
    counts = or_(Seat.role.in_(offices), Seat.role.in_(SEATED_BY_CASE), *behind)
    return and_(
        Seat.account_id == account_id, Seat.until_at.is_(None), counts, *([Seat.role.in_(roles)] if roles else [])
    )


class SignIn(enum.Enum):
    """By what somebody is signed in who acts: the entry keeps it, so that nobody can say later it was more or less."""

    NONE = "none"  # the court's own act
    ONE_FACTOR = "one_factor"  # a password, or a link sent to a mailbox
    TWO_FACTORS = "two_factors"  # a password and a code, or a passkey
    TOKEN = "token"  # a program with a person's token


@dataclass(frozen=True)
class Actor:
    """In what capacity somebody acts in one case, or at the court."""

    role: Role
    account_id: int | None = None
    name: str = ""
    case_id: int | None = None
    party_id: int | None = None
    mandate_id: int | None = None
    scope: MandateScope | None = None
    strong_at: datetime | None = None
    sign_in: SignIn = SignIn.NONE

    @property
    def hat(self) -> str:
        """Key of the acting-for selector: ``party/12`` or ``judge``."""
        return f"party/{self.party_id}" if self.party_id is not None else self.role.value

    @property
    def is_representative(self) -> bool:
        """Whether the person acts for somebody else."""
        return self.mandate_id is not None

    @property
    def is_guardian(self) -> bool:
        """Whether the person acts in the place of a party who cannot act themselves (CPL 60)."""
        return self.scope is MandateScope.STATUTORY

    @property
    def has_special_powers(self) -> bool:
        """Whether the person may admit, waive, change, settle, counterclaim, appeal: themselves, as guardian, or with
        special powers (CPL 60, 62).
        """
        return self.scope in (None, MandateScope.SPECIAL, MandateScope.STATUTORY)


def acting_for(party: Party, account: Account, sign_in: SignIn, mandate: Mandate | None = None) -> Actor:
    """Somebody as the party they have just become, or as who acts in its place by a mandate."""
    return Actor(
        Role(party.role),
        account.id,
        account.name,
        party.case_id,
        party.id,
        mandate.id if mandate is not None else None,
        mandate.scope if mandate is not None else None,
        sign_in=sign_in,
    )


CLOCK_ACTOR = Actor(role=Role.CLOCK, name="clock")

_M, _S = Mandate.__table__.c, Seat.__table__.c


def _capacities(mine: Callable[[ColumnElement[int]], ColumnElement[bool]]) -> CompoundSelect[Any]:
    return union_all(
        select(
            literal(1).label("rank"),
            _M.id,
            _M.party_id,
            _M.scope,
            _M.from_at,
            _M.until_at,
            _M.signed_at,
            _M.accepted_at,
            _M.revoked_at,
            null().label("role"),
            _M.case_id,
        ).where(mine(_M.case_id), _M.account_id == bindparam("account")),
        select(
            literal(2), _S.id, null(), null(), _S.from_at, null(), null(), null(), null(), _S.role, _S.case_id
        ).where(mine(_S.case_id), _S.account_id == bindparam("account"), _S.until_at.is_(None)),
    ).order_by("rank", "id")


_CAPACITIES_IN_EACH = _capacities(lambda case: case.in_(bindparam("cases", expanding=True)))
_CAPACITIES = _capacities(lambda case: case == bindparam("case"))
"""An account's mandates and seats in a case, mandates first: asked at every page of a case, so in one query of plain
columns.
"""


class Seated(NamedTuple):
    """Somebody who serves the court in a case now."""

    account_id: int
    name: str
    role: Role


def seated_in(session: Session, case: Case) -> list[Seated]:
    """Everybody who serves the court in a case now, in the order they came."""
    rows = session.execute(
        built_once(
            lambda: (
                select(Seat.account_id, Account.name, Seat.role)
                .join(Account, Account.id == Seat.account_id)
                .where(Seat.case_id == case.id, Seat.until_at.is_(None))
                .order_by(Seat.id)
            )
        )
    )
    return [Seated(*row) for row in rows]


class Holder(Protocol):
    """Somebody who may sign in, with the roles of the court they hold now."""

    @property
    def account_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[Role]: ...


class _Holder(NamedTuple):
    account_id: int
    name: str
    roles: frozenset[Role]


def actors_in(
    session: Session, account: Account, case: Case, now: datetime, strong_at: datetime | None = None
) -> list[Actor]:
    """Every capacity in which the account may look at or act in the case, own party first.

    Locks nothing; ``perform`` calls it again inside the act's transaction, so a
    capacity lost in between is lost for the act too.
    """
    if account.state is not AccountState.ACTIVE:
        return []
    return capacities(session, _Holder(account.id, account.name, account.staff_roles), case, now, strong_at)


def actors_in_each(session: Session, account: Account, cases: Sequence[Case], now: datetime) -> dict[int, list[Actor]]:
    """As :func:`actors_in` of several cases, by their number, in one question."""
    if account.state is not AccountState.ACTIVE or not cases:
        return {case.id: [] for case in cases}
    holder = _Holder(account.id, account.name, account.staff_roles)
    held = _held_in(session, account.id, *cases)
    return {
        case.id: _as(holder, case, now, [row for row in held if row.case_id == case.id], None, SignIn.ONE_FACTOR)
        for case in cases
    }


def _held_in(session: Session, account_id: int, *cases: Case) -> Sequence[Any]:
    if len(cases) == 1:  # Every act and page asks it: a list of values is written into the statement anew each time.
        return session.execute(_CAPACITIES, {"case": cases[0].id, "account": account_id}).all()
    return session.execute(_CAPACITIES_IN_EACH, {"cases": [case.id for case in cases], "account": account_id}).all()


def capacities(
    session: Session,
    holder: Holder,
    case: Case,
    now: datetime,
    strong_at: datetime | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> list[Actor]:
    """As :func:`actors_in`, for somebody whose account was read in this very snapshot and is active."""
    if isinstance(session, AskedOnce) and session.is_reading:
        # Whoever is looked at is looked at with the others: a page asks of each party whether somebody stands behind it.
        everybody = [holder.account_id, *(p.account_id for p in case.parties if p.left_at is None)]
        session.expect(Account, everybody)
    return _as(holder, case, now, _held_in(session, holder.account_id, case), strong_at, sign_in)


def _as(
    holder: Holder, case: Case, now: datetime, held: Sequence[Any], strong_at: datetime | None, sign_in: SignIn
) -> list[Actor]:
    me, name = holder.account_id, holder.name
    parties: dict[int, Party] = {p.id: p for p in case.parties if p.left_at is None}
    actors = [
        Actor(p.role, me, name, case.id, p.id, strong_at=strong_at, sign_in=sign_in)
        for p in parties.values()
        if p.account_id == me
    ]
    # Whoever serves in a case acts for nobody in it, whatever mandate there is.
    serves = any(row.party_id is None and Role(row.role) is not Role.WITNESS for row in held)
    for _, number, party_id, scope, from_at, until_at, signed_at, accepted_at, revoked_at, role, _ in held:
        if party_id is None:
            if office_of(seat := Role(role)) in holder.roles or seat in SEATED_BY_CASE:
                actors.append(Actor(seat, me, name, case.id, strong_at=strong_at, sign_in=sign_in))
        elif not serves and party_id in parties and stands(now, from_at, until_at, signed_at, accepted_at, revoked_at):
            party = parties[party_id]
            actors.append(Actor(party.role, me, name, case.id, party.id, number, scope, strong_at, sign_in))
    return actors


def still_holds(session: Session, actor: Actor, case: Case, now: datetime) -> bool:
    """Whether the actor still has the capacity, checked in the act's own transaction."""
    if actor.role is Role.CLOCK:
        return True
    if actor.account_id is None:
        return False
    account = _held(session, actor.account_id)
    if account is None:
        return False
    return any(
        a.role is actor.role and a.party_id == actor.party_id and a.mandate_id == actor.mandate_id
        for a in actors_in(session, account, case, now)
    )


_HELD = "accounts held"


def _held(session: Session, account_id: int) -> Account | None:
    """The account as it stands now, locked against change until the transaction ends; read anew once in it."""
    held: set[int] = session.info.setdefault(_HELD, set())
    # On SQLite the transaction holds the whole file from its beginning: the row cannot be older.
    if account_id in held or session.get_bind().dialect.name == "sqlite":
        return session.get(Account, account_id)
    held.add(account_id)
    return session.get(Account, account_id, populate_existing=True, with_for_update={"read": True})


def let_go(session: Session) -> None:
    """What was undone to a savepoint took its locks with it: accounts are read and locked anew."""
    session.info.pop(_HELD, None)
