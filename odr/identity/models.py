"""Tables of accounts, mandates, sessions and everything people sign in with."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.docket.models import Role
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference


class AccountState(enum.Enum):
    """Whether an account may sign in."""

    UNCONFIRMED = "unconfirmed"  # the address has not been confirmed yet
    ACTIVE = "active"  # may sign in
    SUSPENDED = "suspended"  # stopped by an administrator; every session is over


class Account(Base):
    """A sign-in. What somebody is in a case is a Party, a Seat or a Mandate, never the account."""

    __tablename__ = "account"
    __got_with__ = ("roles", "linked")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[AccountState] = mapped_column(enum_column(AccountState))
    locale: Mapped[str] = mapped_column(String(12), default="en")
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int | None] = mapped_column(BigInt)
    identity_verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_as: Mapped[list[list[str]] | None] = mapped_column(JSON)
    """As whom the registry saw the papers of whoever signs in, or a provider verified them: what kind of party, and the name."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    roles: Mapped[list[AccountRole]] = relationship(lazy="selectin", back_populates="account")
    linked: Mapped[list[LinkedIdentity]] = relationship(viewonly=True, order_by="LinkedIdentity.id")

    @property
    def staff_roles(self) -> frozenset[Role]:
        """The roles of the court this account holds."""
        return frozenset(r.role for r in self.roles if r.revoked_at is None)


def _name_of_account(context: DefaultExecutionContext) -> str:
    """The name of whom a role is given to."""
    number = context.get_current_parameters()["account_id"]  # type: ignore[no-untyped-call]
    return str(context.connection.scalar(select(Account.name).where(Account.id == number)))


class AccountRole(Base):
    """A role of the court given to an account; the judge's role needs two administrators."""

    __tablename__ = "account_role"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role), index=True)
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    name: Mapped[str] = mapped_column(String(200), default=_name_of_account, server_default="")
    """The name of the account: the court's people stand by name in an index of their own, not among all parties."""
    __table_args__ = (
        Index("ix_account_role_name", "name", "account_id", "id"),
        Index("ix_account_role_role_name", "role", "name", "account_id"),
    )

    account: Mapped[Account] = relationship(back_populates="roles")


@event.listens_for(Account, "after_update")
def _renamed(mapper: object, connection: Connection, account: Account) -> None:
    """Who gets another name has it beside their roles too."""
    if inspect(account).attrs.name.history.has_changes():
        connection.execute(update(AccountRole).where(AccountRole.account_id == account.id).values(name=account.name))


class RoleProposal(Base):
    """A role that needs two administrators: one proposes, another approves."""

    __tablename__ = "role_proposal"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInt)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved: Mapped[bool | None]


class FactorReset(Base):
    """A way back for somebody who lost their second factor: one person asks, at the machine or at the registry, an
    administrator decides.
    """

    __tablename__ = "factor_reset"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(200))
    """Name of who made sure that it is the person."""
    asked_by_id: Mapped[int | None] = mapped_column(BigInt)
    """Their account, where they asked at the registry."""
    why: Mapped[str] = mapped_column(String(1000))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved: Mapped[bool | None]
    record: Mapped[str | None] = mapped_column(Text)
    """The administration act byte for byte, whose digest the log holds."""
    receipt: Mapped[str | None] = mapped_column(Reference)


def stands(
    now: datetime,
    from_at: datetime,
    until_at: datetime | None,
    signed_at: datetime | None,
    accepted_at: datetime | None,
    revoked_at: datetime | None,
) -> bool:
    """Whether a mandate with these dates gives power at ``now``: signed, accepted by who is to act, begun, not ended,
    not revoked.
    """
    return (
        None not in (signed_at, accepted_at)
        and revoked_at is None
        and from_at <= now
        and (until_at is None or now < until_at)
    )


class MandateScope(enum.Enum):
    """What a representative may do (CPL 62)."""

    ORDINARY = "ordinary"  # conduct the case
    SPECIAL = "special"  # also admit, waive or change claims, settle, counterclaim, appeal
    STATUTORY = "statutory"  # the guardian: acts in the place of a party who cannot, by law and not by the party's signature (CPL 60)


NOT_ACCEPTED = "accepted_at IS NULL AND revoked_at IS NULL"
"""Mandates that wait for who is to act."""
OF_OFFICE = "office_id IS NOT NULL"
"""Mandates of assistants whom an office put on a case."""


class Mandate(Base):
    """Power of a representative to act for a party: signed by the client, accepted by the representative. Before both
    it opens and bars nothing.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("account_id IS NOT NULL OR address IS NOT NULL", name="names_somebody"),
        Index("ix_mandate_waiting", "id", sqlite_where=text(NOT_ACCEPTED), postgresql_where=text(NOT_ACCEPTED)),
        Index("ix_mandate_office_id", "office_id", sqlite_where=text(OF_OFFICE), postgresql_where=text(OF_OFFICE)),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """Who acts; None while an address alone is named, until whoever has an account with it accepts."""
    address: Mapped[str | None] = mapped_column(String(320), index=True)
    """The address somebody else wrote, to have its owner act. Whether anybody has an account with it is told to nobody."""
    scope: Mapped[MandateScope] = mapped_column(enum_column(MandateScope))
    delegated_by: Mapped[int | None] = mapped_column(BigInt)
    office_id: Mapped[int | None] = mapped_column(BigInt)
    """The office of a firm that put an assistant on the case, for as long as both belong to it."""
    may_pass_on: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the client agreed beforehand that another representative of the same firm takes over."""
    instead_of: Mapped[int | None] = mapped_column(BigInt)
    """The mandate of a colleague that ends when this one is agreed by both."""
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the representative agreed to act: with their own offer, or when they accepted somebody else's wish."""
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the court wrote to them that somebody wishes them to act."""
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @classmethod
    def in_force(cls, now: datetime) -> ColumnElement[bool]:
        """As :meth:`is_live`, for a query."""
        agreed = cls.signed_at.is_not(None) & cls.accepted_at.is_not(None) & cls.revoked_at.is_(None)
        return agreed & (cls.from_at <= now) & or_(cls.until_at.is_(None), cls.until_at > now)

    def is_live(self, now: datetime) -> bool:
        """Whether the representative may act at ``now``."""
        return stands(now, self.from_at, self.until_at, self.signed_at, self.accepted_at, self.revoked_at)


class GivenMandate(Base):
    """Whose account gave a mandate, or is asked for one: that of its party. The database writes it with each mandate and each party, so
    that the newest of somebody with very many cases are read along one index.
    """

    __tablename__ = "given_mandate"

    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (Index("ix_given_mandate_account_id", "account_id", "mandate_id"),)


class Qualification(enum.Enum):
    """Who may represent somebody (CPL 61)."""

    LAWYER = "lawyer"  # practising licence and letter of the firm (CPI 88(1))
    LEGAL_WORKER = "legal_worker"  # grass-roots legal worker, with the letter of the office (CPI 88(2))
    RELATIVE = "relative"  # close relative, for one case (CPI 85, 88(3))
    EMPLOYEE = "employee"  # of the party, for its cases (CPI 86, 88(4))
    RECOMMENDED = "recommended"  # by community, unit or a social organisation (CPI 87, 88(5), (6))


class Licence(Base):
    """The registry saw once what entitles somebody to represent others; of lawyers and legal workers it counts in every
    case until it ends.
    """

    __tablename__ = "licence"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[Qualification] = mapped_column(enum_column(Qualification))
    firm: Mapped[str | None] = mapped_column(String(200))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    """The one case it counts in; none where it counts in all."""
    verified_by: Mapped[int] = mapped_column(BigInt)
    verified_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_on: Mapped[date | None] = mapped_column(Date)


class SessionRow(Base):
    """One signed-in device; revoking the row ends it at once."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    strong_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(60))
    acting_for: Mapped[str | None] = mapped_column(String(60))
    two_factor: Mapped[bool] = mapped_column(default=False)


class LinkPurpose(enum.Enum):
    """What a one-time link or code is for."""

    CONFIRM_ADDRESS = "confirm_address"  # the person can read mail at the address
    RESET_PASSWORD = "reset_password"  # a new password may be set
    JOIN_CASE = "join_case"  # an invited party may link themselves to the case
    SIGN_MANDATE = "sign_mandate"  # the client signs a representative's mandate
    PASSKEY_CHALLENGE = "passkey_challenge"  # a passkey answers this number once
    CONFIRM_FILING = "confirm_filing"  # a person confirms what the clerk took down for them
    PROVIDER_STATE = "provider_state"  # somebody comes back from the identity provider, once
    CONFIRM_SEARCH = "confirm_search"  # a mailbox wants to be told what is new in a search
    STOP_SEARCH = "stop_search"  # it wants to be told no more


class OneTimeLink(Base):
    """A secret sent to an address, usable once; only its hash is kept."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class AccountLetter(Base):
    """A letter about an account on its way; ``sealed`` is its address and its words until it has left."""

    __tablename__ = "account_letter"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    sealed: Mapped[str | None] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    try_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str | None] = mapped_column(String(200))
    """What the mail server said when it last refused it."""
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Attempt(Base):
    """Failed and counted tries per kind and subject, for limits."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    __table_args__ = (Index("ix_attempt_kind_subject_at", "kind", "subject", "at"),)


class ApiToken(Base):
    """A bearer token for the API, with scopes and an end."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    two_factor: Mapped[bool] = mapped_column(default=False)
    """Whether its owner was signed in with a second factor when they made it: it opens no more than that did."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Passkey(Base):
    """A WebAuthn credential."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(400), unique=True)
    public_key: Mapped[str] = mapped_column(String(1000))
    sign_count: Mapped[int] = mapped_column(BigInt, default=0)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LinkedIdentity(Base):
    """A person of an identity provider who signs in to an account here; ``verified_at`` where the provider makes sure
    of names.
    """

    __tablename__ = "linked_identity"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(String(200))
    linked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class RecoveryCode(Base):
    """A code for the day the second factor is lost, usable once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)
