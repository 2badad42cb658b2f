"""Tables of the service of process.

Consents, addresses and packets say what was intended; attempts what is being
done; facts what happened. A status is never typed in: it is derived from facts.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Connection, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.docket.models import PartyKind
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import Money
from odr.procedure.acts.letter import PaperKind
from odr.service.vocabulary import (
    AbroadMethod,
    AbroadStep,
    AddressClass,
    AttemptState,
    Channel,
    ConsentWay,
    FactKind,
    PacketState,
    ServiceStatus,
    Signer,
    TaskReason,
)


class ServiceConsent(Base):
    """A party agreed to electronic service, in one of the four ways (OLR 29). Withdrawal is written on it, never over
    it.
    """

    __tablename__ = "service_consent"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInt)
    party_id: Mapped[int] = mapped_column(BigInt, index=True)
    way: Mapped[ConsentWay] = mapped_column(enum_column(ConsentWay))
    scope: Mapped[list[str]] = mapped_column(JSON)
    """Values of PaperKind the party agreed to."""
    proof: Mapped[str | None] = mapped_column(String(1000))
    """What shows it: the clause agreed on, the pleading, the electronic service accepted without objection."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_id: Mapped[int | None] = mapped_column(BigInt)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ServiceAddress(Base):
    """Where a party can be reached, whose word that is, and until when it holds."""

    __tablename__ = "service_address"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    party_id: Mapped[int] = mapped_column(BigInt)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    value: Mapped[str] = mapped_column(String(500))
    standing: Mapped[AddressClass] = mapped_column(enum_column(AddressClass))
    source: Mapped[str] = mapped_column(String(200))
    """Who named the address: the party, a pleading, a platform's reply, a register."""
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    given_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_active_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        Index("ix_service_address_party_id_channel", "party_id", "channel"),
        CheckConstraint("(standing = 'given') = (given_at IS NOT NULL)", name="given_has_time"),
    )


class Called(Base):
    """Somebody who is no party and gets the court's notices: a witness, expert or interpreter (CPI 227).

    Packets and addresses of theirs bear :attr:`key` where a party's bear the party's id.
    """

    __tablename__ = "service_called"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    subject: Mapped[str] = mapped_column(Reference, unique=True)
    """Reference of what the room that hears them keeps of them."""
    name: Mapped[str] = mapped_column(String(200))

    @property
    def key(self) -> int:
        """Stands where a party's id stands; never the id of a party."""
        return -self.id


CALLS = "held_at IS NOT NULL"
UNDOCKETED = "docketed_as IS NULL OR docketed_as != state"
"""Packets whose present conclusion does not stand on the docket."""


class Packet(Base):
    """Everything that goes to one recipient on one occasion."""

    __tablename__ = "service_packet"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(BigInt, index=True)
    party_id: Mapped[int] = mapped_column(BigInt, index=True)
    entry_ids: Mapped[list[int]] = mapped_column(JSON)
    documents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """``{"reference", "name", "media_type", "sha256"}`` of each document."""
    kind: Mapped[PaperKind] = mapped_column(enum_column(PaperKind))
    occasion: Mapped[str] = mapped_column(String(60), default="notice")
    """What the packet is about: ``claim``, ``decision``, or the act that queued it."""
    docketed_as: Mapped[str | None] = mapped_column(String(40))
    """The conclusion the docket last recorded for it, or one of :data:`OTHERWISE` and :data:`CONTESTED`."""
    title: Mapped[dict[str, Any]] = mapped_column(JSON)
    what_next: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What the addressee does about it, in words; None for a packet of a court that did not say so yet."""
    letter: Mapped[str] = mapped_column(String(40))
    recipient_name: Mapped[str] = mapped_column(String(200))
    recipient_kind: Mapped[PartyKind] = mapped_column(enum_column(PartyKind))
    locale: Mapped[str] = mapped_column(String(12))
    original: Mapped[str | None] = mapped_column(String(12))
    """The language of the case, in which the letter counts; None of a letter from before this was kept."""
    abroad: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    first_contact: Mapped[bool]
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    hold_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reckoned: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """In words how the last day is reckoned, where it depends on the service itself."""
    case_number: Mapped[str | None] = mapped_column(String(80))
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    """The sum the letter is about, in minor units: what is asked for, or what is to be paid."""
    currency: Mapped[str | None] = mapped_column(String(3))
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When that takes place to which the packet calls its addressee."""
    off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When that was to take place which the letter says is put off, or may be."""
    limit_kind: Mapped[str | None] = mapped_column(String(60))
    """The kind of time limit that ends at ``due_at``, or that begins when the packet is served."""
    within: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The length of that time limit in words, where its last day depends on the service itself."""
    state: Mapped[PacketState] = mapped_column(enum_column(PacketState))
    effective_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    concluded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def amount(self) -> Money | None:
        """The sum the letter is about."""
        return Money(self.amount_minor, self.currency) if self.amount_minor is not None and self.currency else None

    @property
    def is_call(self) -> bool:
        """Whether it goes to somebody who is no party (see :class:`Called`): a notice from which no time limit runs."""
        return self.party_id < 0

    attempts: Mapped[list[ServiceAttempt]] = relationship(back_populates="packet", order_by="ServiceAttempt.id")
    facts: Mapped[list[ServiceFact]] = relationship(order_by="ServiceFact.id", viewonly=True)
    __table_args__ = (
        Index("ix_service_packet_case_id_state", "case_id", "state"),
        Index("ix_service_packet_state_queued_at", "state", "queued_at"),
        Index("ix_service_packet_queued_at", "queued_at"),
        Index("ix_service_packet_held_at", "held_at", sqlite_where=text(CALLS), postgresql_where=text(CALLS)),
        # Only packets whose conclusion the docket does not show yet: the sweep looks at these and at no other.
        Index("ix_service_packet_undocketed", "id", sqlite_where=text(UNDOCKETED), postgresql_where=text(UNDOCKETED)),
        {"info": {"kinds": ("state",)}},
    )


class ServiceAttempt(Base):
    """One way tried for one packet. ``starts_at`` is procedural time; tries and leases are machine time."""

    __tablename__ = "service_attempt"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("service_packet.id"), index=True)
    party_id: Mapped[int] = mapped_column(BigInt)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("service_address.id"))
    state: Mapped[AttemptState] = mapped_column(enum_column(AttemptState))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    provider_message_id: Mapped[str | None] = mapped_column(String(200))
    last_words: Mapped[str | None] = mapped_column(String(500))
    """What the other side said last; shown on the desk."""
    given_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    packet: Mapped[Packet] = relationship(back_populates="attempts")
    address: Mapped[ServiceAddress | None] = relationship()
    __table_args__ = (
        Index("ix_service_attempt_state_next_try_at", "state", "next_try_at"),
        Index("ix_service_attempt_state_starts_at", "state", "starts_at"),
        Index("ix_service_attempt_channel_last_try_at", "channel", "last_try_at"),
        CheckConstraint("(state = 'planned') = (next_try_at IS NOT NULL)", name="planned_has_next_try"),
        CheckConstraint("(state = 'given_up') = (given_up_at IS NOT NULL)", name="given_up_has_time"),
    )


class ServiceFact(Base):
    """Something that happened, as it was reported; append-only, each provider event once."""

    __tablename__ = "service_fact"
    __table_args__ = {"info": {"of": "packet_id", "kinds": ("kind",)}}

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("service_packet.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("service_attempt.id"), index=True)
    event_id: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[FactKind] = mapped_column(enum_column(FactKind))
    channel: Mapped[Channel | None] = mapped_column(enum_column(Channel))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    signer: Mapped[Signer | None] = mapped_column(enum_column(Signer))
    proofs: Mapped[list[str]] = mapped_column(JSON)
    words: Mapped[str | None] = mapped_column(String(500))
    raw_digest: Mapped[str | None] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(BigInt)


class ServiceTask(Base):
    """Something about a packet only a person can mend."""

    __tablename__ = "service_task"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("service_packet.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("service_attempt.id"), index=True)
    reason: Mapped[TaskReason] = mapped_column(enum_column(TaskReason))
    words: Mapped[str | None] = mapped_column(String(500))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(BigInt)
    __table_args__ = (Index("ix_service_task_closed_at_opened_at", "closed_at", "opened_at"),)


class ServiceDay(Base):
    """What became of the papers queued on one day of the court, as it was counted last, and how far it is counted anew."""

    __tablename__ = "service_day"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Since when it is counted anew."""
    place: Mapped[str | None] = mapped_column(String(400))
    """After which packet it goes on; None where the day is counted to its end."""
    part: Mapped[dict[str, int]] = mapped_column(JSON)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    counted_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Between which two moments :attr:`counts` were counted; None before the first time."""
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ProofOfService(Base):
    """The return of service (OLR 31): number, conclusion and its whole reasoning; its paper is sealed and anchored
    later.
    """

    __tablename__ = "proof_of_service"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("service_packet.id"), index=True)
    ordinal: Mapped[int]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    conclusion: Mapped[ServiceStatus] = mapped_column(enum_column(ServiceStatus))
    channel: Mapped[Channel | None] = mapped_column(enum_column(Channel))
    effective_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reasoning: Mapped[dict[str, Any]] = mapped_column(JSON)
    reasoning_digest: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    document_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    receipt: Mapped[str | None] = mapped_column(Reference)
    __table_args__ = (UniqueConstraint("packet_id", "ordinal"), {"info": {"of": "packet_id"}})


class NoticeCode(Base):
    """A code printed on a notice by which anybody can ask whether the court sent it."""

    __tablename__ = "notice_code"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    packet_id: Mapped[int | None] = mapped_column(ForeignKey("service_packet.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(BigInt)
    kind: Mapped[PaperKind] = mapped_column(enum_column(PaperKind))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    case_number: Mapped[str | None] = mapped_column(String(80))
    """Only where whoever holds the notice may see it here; empty otherwise."""


class ProgressCode(Base):
    """The code by which whoever holds a letter to a party looks up how far the case has come, and nothing else. Only what
    it is recognised by is kept; one is in force for a party at a time.
    """

    __tablename__ = "progress_code"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    salt: Mapped[str] = mapped_column(String(32))
    """With the court's own key the code is written from it again on each letter."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Keyed digest of year and last figures of the case number together with the code."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        Index(
            "uq_progress_code_live",
            "party_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_progress_code_ended_at",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
    )


class InboxItem(Base):
    """A packet lying in a party's inbox on the court's platform."""

    __tablename__ = "service_inbox"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("service_attempt.id"), unique=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("service_packet.id"))
    party_id: Mapped[int] = mapped_column(BigInt)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (Index("ix_service_inbox_party_id_placed_at", "party_id", "placed_at"),)


class UnreadPaper(Base):
    """A paper that lies unopened in an inbox, for each account that is or may act for its party, so that the newest of very many are
    read along one index.

    Triggers write it; a mandate stands here from the day both agreed until it is revoked, and whether it is in force today is asked
    again of what is shown.
    """

    __tablename__ = "unread_paper"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    item_id: Mapped[int] = mapped_column(BigInt, index=True)
    """The number of the paper in the inbox."""
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (Index("ix_unread_paper_account_id", "account_id", "placed_at", "item_id"),)


class ServiceReminder(Base):
    """One message a day to one account, naming everything of theirs that ends soon; kept so that it goes out once."""

    __tablename__ = "service_reminder"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    day: Mapped[date] = mapped_column(Date)
    windows: Mapped[list[str]] = mapped_column(JSON)
    """References of the time limits it named."""
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("account_id", "day"),)


class ServiceAbroad(Base):
    """A packet on its way to another state, by the method that state allows (CPL 283), with the step it has reached."""

    __tablename__ = "service_abroad"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(BigInt, index=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("service_packet.id"), index=True)
    state: Mapped[str] = mapped_column(String(2))
    """Where the recipient lives: ISO 3166, two letters."""
    method: Mapped[AbroadMethod] = mapped_column(enum_column(AbroadMethod))
    step: Mapped[AbroadStep] = mapped_column(enum_column(AbroadStep))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_on: Mapped[date | None] = mapped_column(Date)
    their_number: Mapped[str | None] = mapped_column(String(80))
    """The number under which the authority or the carrier has it."""
    language: Mapped[str | None] = mapped_column(String(60))
    """Into which language the papers are translated; none where no translation is needed."""
    translator: Mapped[str | None] = mapped_column(String(200))
    """Who certifies the translation."""
    translation: Mapped[str | None] = mapped_column(Reference)
    """The translated papers as they are kept with the case."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


_MESSAGE = "facts of service are append-only"


def create_triggers(connection: Connection) -> None:
    """Make the facts of service append-only in the database itself. May be repeated."""
    if connection.dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            name = f"service_fact_no_{event.lower()}"
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON service_fact BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION service_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for event, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER service_fact_no_{event.lower()} BEFORE {event} ON service_fact FOR EACH {each} EXECUTE FUNCTION service_append_only()"
        )
