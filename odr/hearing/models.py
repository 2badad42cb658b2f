"""Tables of the hearing. Rows are projections; the entry's payload is the authority."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.docket.models import Role
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.hearing.examination.exhibit_places import Place, read_region
from odr.hearing.vocabulary import (
    AdjournmentGround,
    Away,
    Axis,
    DutyState,
    HearingState,
    IdentityCheck,
    InterpreterPay,
    Mode,
    MotionKind,
    PhaseState,
    PostingKind,
    Presence,
    QuestionState,
    RequestState,
    Stance,
    TestimonyGround,
    TestimonyManner,
)

APPEND_ONLY = {"info": {"append_only": True}}


class ModeConsent(Base):
    """What a party said to being heard in writing at the examination stage: a ledger, the newest row counts (OLR 4,
    20).
    """

    __tablename__ = "mode_consent"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    mode: Mapped[Mode] = mapped_column(enum_column(Mode))
    agrees: Mapped[bool]
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (APPEND_ONLY,)


class StepConsent(Base):
    """Whether a party takes part online in one step of the case: a ledger, the newest row counts (OLR 4)."""

    __tablename__ = "step_consent"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    online: Mapped[bool]
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (APPEND_ONLY,)


class MergingConsent(Base):
    """Whether a party agrees that investigation and debate are heard together: a ledger, the newest row counts (CPI 230;
    IC 13).
    """

    __tablename__ = "merging_consent"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    agrees: Mapped[bool]
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (APPEND_ONLY,)


class Examination(Base):
    """The hearing of a case, whichever way it is held: one record with a snapshot of its plan; another one where the case
    is heard again.
    """

    __tablename__ = "examination"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    mode: Mapped[Mode] = mapped_column(enum_column(Mode))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[int]
    ends_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_doors: Mapped[bool] = mapped_column(default=False)
    exchanged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the exchange in writing was over and what belongs to the hearing came up."""
    doubted_by: Mapped[int | None]
    """Entry by which somebody took their consent to writing back; the next step waits for the judge's ruling (OLR 5)."""
    merged_by: Mapped[int | None]
    """Entry by which investigation and debate are heard together, everybody having agreed (CPI 230)."""
    hearing_closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None]
    replaced_by: Mapped[int | None]
    """Number of the entry by which the case is heard again, in an examination of its own; empty while it stands."""

    phases: Mapped[list[Phase]] = relationship(order_by="Phase.ordinal", back_populates="examination", lazy="selectin")

    @property
    def current(self) -> Phase | None:
        """The phase whose windows run."""
        return next(
            (p for p in self.phases if p.state in (PhaseState.OPEN, PhaseState.CLOSING, PhaseState.HALTED)), None
        )


class Phase(Base):
    """One phase (one round of it) with its turns; the turn in hand is ``turn``, counted from 0."""

    __tablename__ = "examination_phase"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    examination_id: Mapped[int] = mapped_column(ForeignKey("examination.id"))
    ordinal: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    article: Mapped[str] = mapped_column(String(120))
    round: Mapped[int] = mapped_column(default=1)
    turns: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    turn: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[bool] = mapped_column(default=False)
    part: Mapped[str] = mapped_column(String(20), default="exchange")
    """``exchange``, ``hearing`` or ``record``: what belongs to the hearing is not done in writing without its conditions."""
    state: Mapped[PhaseState] = mapped_column(enum_column(PhaseState))
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_because: Mapped[str | None] = mapped_column(String(20))

    examination: Mapped[Examination] = relationship(back_populates="phases")
    duties: Mapped[list[Duty]] = relationship(order_by="Duty.id", lazy="selectin")
    __table_args__ = (UniqueConstraint("examination_id", "ordinal"),)

    @property
    def is_over(self) -> bool:
        """Whether nothing is due in it any more."""
        return self.state in (PhaseState.CLOSED, PhaseState.DROPPED)


class Duty(Base):
    """Somebody who has to act in a turn of a phase, and whether they have."""

    __tablename__ = "examination_duty"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    phase_id: Mapped[int] = mapped_column(ForeignKey("examination_phase.id"), index=True)
    turn: Mapped[int]
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    window: Mapped[str] = mapped_column(Reference)
    state: Mapped[DutyState] = mapped_column(enum_column(DutyState))
    done_by: Mapped[int | None]


class Seal(Base):
    """A group of postings that no account reads until all are in, or time is up.

    ``opened_at`` says since when it is due to be opened, ``ended_by`` the entry that says so, ``opened_by`` the entry
    that opened it.
    """

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("examination_phase.id"))
    ended_by: Mapped[int | None]
    opened_by: Mapped[int | None]
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SealedPosting(Base):
    """Something said under a seal: ciphertext of the vault, and what must be known of it before it is opened.

    Its words become a :class:`Posting` or :class:`Opinion` only when the seal is
    opened. ``covers`` are the exhibits it speaks to, not what it says of them.
    """

    __tablename__ = "sealed_posting"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    seal_id: Mapped[int] = mapped_column(ForeignKey("seal.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"))
    covers: Mapped[list[int]] = mapped_column(JSON, default=list)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    seal: Mapped[Seal] = relationship(lazy="joined")
    __table_args__ = (Index("ix_sealed_posting_case_id_party_id", "case_id", "party_id"), APPEND_ONLY)


class Opinion(Base):
    """What a party says to one question about one exhibit (EV 60 to 62)."""

    __tablename__ = "opinion"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    exhibit_id: Mapped[int] = mapped_column(BigInt)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    axis: Mapped[Axis] = mapped_column(enum_column(Axis))
    stance: Mapped[Stance] = mapped_column(enum_column(Stance))
    reason: Mapped[str | None] = mapped_column(Text)
    counter_exhibit_id: Mapped[int | None] = mapped_column(BigInt)
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("examination_phase.id"))
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("seal.id"))
    late: Mapped[bool] = mapped_column(default=False)
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    retracted_by: Mapped[int | None]
    retracted_why: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_opinion_case_exhibit", "case_id", "exhibit_id", "party_id"),)


class Question(Base):
    """A question to a party, witness or expert, about a fact or a place in an exhibit."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int]
    asked_by_role: Mapped[Role] = mapped_column(enum_column(Role))
    asked_by_party: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("witness.id"))
    words: Mapped[str] = mapped_column(Text)
    explained: Mapped[str | None] = mapped_column(Text)
    exhibit_id: Mapped[int | None] = mapped_column(BigInt)
    place: Mapped[str | None] = mapped_column(String(120))
    page: Mapped[int | None]
    second: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(20))
    fact_id: Mapped[int | None] = mapped_column(BigInt)
    state: Mapped[QuestionState] = mapped_column(enum_column(QuestionState))
    why: Mapped[str | None] = mapped_column(Text)
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("seal.id"))
    entry_number: Mapped[int]
    put_by: Mapped[int | None]
    put_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    window: Mapped[str | None] = mapped_column(Reference)

    seal: Mapped[Seal | None] = relationship(lazy="joined")
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        {"info": {"asked_by": ("party_id", "state", "number", "entry_number")}},
    )

    @property
    def where(self) -> Place:
        """The place in the exhibit it is about."""
        return Place(self.page, self.second, read_region(self.region) if self.region else None)


class Posting(Base):
    """Something said in the examination; never changed, a correction is another posting."""

    __tablename__ = "posting"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[PostingKind] = mapped_column(enum_column(PostingKind))
    phase_id: Mapped[int | None] = mapped_column(ForeignKey("examination_phase.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("witness.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int | None] = mapped_column(BigInt)
    speaker: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    exhibits: Mapped[list[int]] = mapped_column(JSON, default=list)
    uploads: Mapped[list[str]] = mapped_column(JSON, default=list)
    corrects: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("seal.id"))
    late: Mapped[bool] = mapped_column(default=False)
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_posting_case_id_id", "case_id", "id"), APPEND_ONLY)


class TimeRequest(Base):
    """More time asked for a party's running window; the judge rules, or the other side agrees with one click."""

    __tablename__ = "time_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    window: Mapped[str] = mapped_column(Reference)
    days: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    agreed_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    why: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]


class TechnicalFailure(Base):
    """A failure of network, equipment or power that a party reports: never absence (OLR 25)."""

    __tablename__ = "technical_failure"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    what: Mapped[str] = mapped_column(Text)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    reported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    why: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]


class Motion(Base):
    """Something asked of the judge about the way the hearing is held: closed doors, an interpreter."""

    __tablename__ = "hearing_motion"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[MotionKind] = mapped_column(enum_column(MotionKind))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    why: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]
    lifted_by: Mapped[int | None]
    """The entry from which the case is heard in public again; of closed doors alone."""


class Interpreter(Base):
    """Somebody who interprets in the case: who asked for them, who pays them, and that they were paid (CPL 11, 273; FEE
    11, 12).
    """

    __tablename__ = "interpreter"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    motion_id: Mapped[int] = mapped_column(ForeignKey("hearing_motion.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(100))
    pay: Mapped[InterpreterPay] = mapped_column(enum_column(InterpreterPay))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int | None] = mapped_column(BigInt)
    entry_number: Mapped[int]
    paid_minor: Mapped[int | None] = mapped_column(BigInt)
    paid_currency: Mapped[str | None] = mapped_column(String(3))
    paid_by: Mapped[int | None]


class TrialExtension(Base):
    """More time for the whole case, asked of the president before the trial limit (CPL 152, 164, 168; EXT 1)."""

    __tablename__ = "trial_extension"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reasons: Mapped[str] = mapped_column(Text)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    why: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]


class AgreedFact(Base):
    """A fact the parties agree on; it needs no proof against those who agreed (EV 3, 6)."""

    __tablename__ = "agreed_fact"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("party.id"))
    words: Mapped[str] = mapped_column(Text)
    fact_id: Mapped[int | None] = mapped_column(BigInt)
    entry_number: Mapped[int]

    stances: Mapped[list[FactStanceRow]] = relationship(order_by="FactStanceRow.id", lazy="selectin")


class FactStanceRow(Base):
    """One party's word to a fact proposed as agreed; an admission binds only who makes it."""

    __tablename__ = "agreed_fact_stance"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    agreed_fact_id: Mapped[int] = mapped_column(ForeignKey("agreed_fact.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    agrees: Mapped[bool]
    entry_number: Mapped[int]
    __table_args__ = (UniqueConstraint("agreed_fact_id", "party_id"), APPEND_ONLY)


class Witness(Base):
    """A witness or expert: leave, undertaking, testimony. None reads another's (EV 72)."""

    __tablename__ = "witness"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    called_by: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    about: Mapped[str] = mapped_column(Text)
    manner: Mapped[TestimonyManner] = mapped_column(enum_column(TestimonyManner))
    ground: Mapped[TestimonyGround | None] = mapped_column(enum_column(TestimonyGround))
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    why: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInt)
    undertaken_by: Mapped[int | None]
    entry_number: Mapped[int]


class SeatOffer(Base):
    """A place for who is heard or interprets, offered to whom somebody named; only their own word makes a seat of it."""

    __tablename__ = "seat_offer"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    subject: Mapped[str] = mapped_column(Reference, index=True)
    """The witness, expert or interpreter whose place it is."""
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted: Mapped[bool | None]


class Hearing(Base):
    """A hearing with everybody at the same time, in the courtroom or by video, recorded in the same record."""

    __tablename__ = "hearing"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    ordinal: Mapped[int]
    mode: Mapped[Mode] = mapped_column(enum_column(Mode))
    begins_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    length: Mapped[int] = mapped_column(default=60, server_default="60")
    """Minutes for which judge, room and people are kept for it."""
    place: Mapped[str] = mapped_column(String(300))
    held_here: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """By the court's own video: everybody enters from the case, and the court records."""
    closed_doors: Mapped[bool] = mapped_column(default=False)
    state: Mapped[HearingState] = mapped_column(enum_column(HearingState))
    summoned_by: Mapped[int]
    begun_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    minutes: Mapped[str | None] = mapped_column(Text)
    minutes_upload: Mapped[str | None] = mapped_column(Reference)
    minutes_sha256: Mapped[str | None] = mapped_column(String(64))
    recording_upload: Mapped[str | None] = mapped_column(Reference)
    recording_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_by: Mapped[int | None]
    shown: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Exhibits that were shown and open to cross-examination in it, as the record says (CPI 103)."""
    stages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Which stages were held in it: ``investigation``, ``debate``, ``final`` (CPL 141, 144)."""
    ground: Mapped[AdjournmentGround | None] = mapped_column(enum_column(AdjournmentGround))
    why: Mapped[str | None] = mapped_column(Text)

    attendances: Mapped[list[Attendance]] = relationship(order_by="Attendance.id", lazy="selectin")
    summonses: Mapped[list[Summons]] = relationship(order_by="Summons.id", lazy="selectin")
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)


class WrittenHearing(Base):
    """A hearing in writing that a party applied for: who agrees, and the judge's ruling with the ground of every
    condition (OLR 20(2)).
    """

    __tablename__ = "written_hearing"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    difficulty: Mapped[str] = mapped_column(Text)
    agreed: Mapped[list[int]] = mapped_column(JSON, default=list)
    refused: Mapped[list[int]] = mapped_column(JSON, default=list)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    found_difficult: Mapped[str | None] = mapped_column(Text)
    found_undisputed: Mapped[str | None] = mapped_column(Text)
    why: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]


class Summons(Base):
    """A party called to a hearing; whether and when it reached them is what default rests on (CPL 147)."""

    __tablename__ = "summons"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    sent_by: Mapped[int]
    served_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Attendance(Base):
    """Who took part in a hearing and how; who was absent and why, as far as known."""

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    name: Mapped[str] = mapped_column(String(200))
    presence: Mapped[Presence] = mapped_column(enum_column(Presence))
    by_failure: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(Text)
    identity: Mapped[IdentityCheck | None] = mapped_column(enum_column(IdentityCheck))
    """How it was made sure who was there; None for who was absent, and in records made before it was asked."""
    away: Mapped[Away | None] = mapped_column(enum_column(Away))
    """Why somebody who came was not heard all the same; None for who was heard, or did not come at all."""
    __table_args__ = (APPEND_ONLY,)

    @property
    def took_part(self) -> bool:
        """Whether somebody was there who could be heard, to the end (CPL 146, 147; CPI 235)."""
        return self.presence is not Presence.ABSENT and self.away is None


class RecordingConfirmation(Base):
    """A party confirmed, or not, that a recording has the digest on record (REC 9)."""

    __tablename__ = "recording_confirmation"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    confirms: Mapped[bool]
    sha256: Mapped[str] = mapped_column(String(64))
    words: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = (UniqueConstraint("hearing_id", "party_id"), APPEND_ONLY)


class RecordCorrection(Base):
    """A correction of the record that somebody asks for (CPL 150)."""

    __tablename__ = "record_correction"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    place: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState))
    why: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]
    sentence: Mapped[str | None] = mapped_column(String(80))
    """Which sentence of the text of a hearing held here: its room, piece, speaker and place in it; None for anything else."""
    reads: Mapped[str | None] = mapped_column(String(2000))
    """How that sentence reads by the ruling; None where the correction was not made, or before a ruling said it (then as proposed)."""


class RecordSignature(Base):
    """A party signed the record, or refused and that is noted; once for each record, and heard again the case has another
    (CPL 150).
    """

    __tablename__ = "record_signature"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    signed: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    words: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (APPEND_ONLY,)


class BenchNote(Base):
    """A judge's private note on a case: theirs alone, no part of the file."""

    __tablename__ = "bench_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    words: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("case_id", "account_id"),)


class WorkingMark(Base):
    """A mark of one judge on an exhibit, an entry or the whole case: theirs alone, no part of the file."""

    __tablename__ = "working_mark"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    exhibit: Mapped[str | None] = mapped_column(String(20))
    entry_number: Mapped[int | None]
    quoted: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    from_account: Mapped[int | None] = mapped_column(BigInt)
    """Whose mark it was before it was taken over; None for one's own."""


class WorkingCopyLeft(Base):
    """A judge lets whoever follows in a case have what they noted; without this row nobody ever sees it."""

    __tablename__ = "working_copy_left"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    left_at: Mapped[datetime] = mapped_column(UTCDateTime)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("case_id", "account_id"),)
