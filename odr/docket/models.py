"""Tables of the docket."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from odr.docket.lookalikes import mark_of
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class Role(enum.Enum):
    """In what capacity somebody acts or looks."""

    CLAIMANT = "claimant"  # brings the claim
    RESPONDENT = "respondent"  # is claimed against
    THIRD_PARTY = "third_party"  # joined with an interest of its own
    JUDGE = "judge"  # decides; presides where there is a panel
    PANEL_JUDGE = "panel_judge"  # a judge who sits in a panel beside who presides
    ASSESSOR = "assessor"  # sits in a panel
    ASSISTANT = "assistant"  # drafts for the judge, never signs
    CLERK = "clerk"  # registry, service, record
    PRESIDENT = "president"  # recusal, extensions, fee review, sanctions
    MEDIATOR = "mediator"  # conducts settlement
    WITNESS = "witness"  # testifies to what is put to them
    EXPERT = "expert"  # gives an opinion on what is put to them
    INTERPRETER = "interpreter"  # interprets
    CASHIER = "cashier"  # fees, payments, refunds; no content
    PLATFORM = "platform"  # accredited platform: writes what it was asked for
    ADMIN = "admin"  # accounts and roles; no cases
    PUBLIC = "public"  # anybody
    CLOCK = "clock"  # the court's clock: performs what time makes due

    @property
    def label(self) -> Words:
        """The role in words."""
        return ROLE_WORDS[self]


ROLE_WORDS = {
    Role.CLAIMANT: T("claimant"),
    Role.RESPONDENT: T("respondent"),
    Role.THIRD_PARTY: T("third party"),
    Role.JUDGE: T("judge"),
    Role.PANEL_JUDGE: T("judge of the panel"),
    Role.ASSESSOR: T("assessor"),
    Role.ASSISTANT: T("judge’s assistant"),
    Role.CLERK: T("clerk"),
    Role.PRESIDENT: T("president of the court"),
    Role.MEDIATOR: T("mediator"),
    Role.WITNESS: T("witness"),
    Role.EXPERT: T("expert"),
    Role.INTERPRETER: T("interpreter"),
    Role.CASHIER: T("cashier"),
    Role.PLATFORM: T("platform"),
    Role.ADMIN: T("administrator"),
    Role.PUBLIC: T("public"),
    Role.CLOCK: T("the court’s clock"),
}

APPLICANT, OTHER_SIDE = T("applicant"), T("other side")

PARTY_ROLES = frozenset({Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY})
DECIDING_ROLES = frozenset({Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR})
"""Who decides a case and votes where several do; of several, who sits as judge presides (CPL 40, 44)."""
BENCH_ROLES = DECIDING_ROLES | {Role.ASSISTANT}
COURT_ROLES = BENCH_ROLES | {Role.CLERK, Role.PRESIDENT}
HEARD_ROLES = frozenset({Role.WITNESS, Role.EXPERT, Role.INTERPRETER})
"""Who is only heard in a case: they see what is put to them and their own words, never the file."""

OFFICE_BEHIND = {Role.PANEL_JUDGE: Role.JUDGE}
"""Seats in a case for which nobody holds an office of that name, and the office that stands behind them."""


def office_of(seat: Role) -> Role:
    """The office somebody has to hold for a seat in a case to count."""
    return OFFICE_BEHIND.get(seat, seat)


class Stage(enum.Enum):
    """The few coarse stages of a case; what differs by party is a window of that party."""

    PRESERVING = "preserving"  # no claim yet: something is secured for one that is to follow (CPL 104)
    MEDIATING = "mediating"  # no claim yet: the parties mediate before one is filed (OMR 24)
    CONFIRMING = "confirming"  # no claim: both ask the court to confirm what they agreed before a mediator (CPL 205)
    PAYMENT_ORDER = "payment_order"  # no claim: a creditor asks for an order to pay (CPL 225)
    LODGED = "lodged"  # the registry reviews
    RETURNED = "returned"  # sent back once with every defect and a date
    PENDING = "pending"  # accepted: fee, service, answers, evidence
    HEARING = "hearing"  # cross-examination and hearing, in writing, live or in the courtroom
    DELIBERATION = "deliberation"  # findings and decision are drafted
    PRONOUNCED = "pronounced"  # decided and served; appeal windows run
    APPEALED = "appealed"  # on its way to, or at, the higher court
    EFFECTIVE = "effective"  # binding; performance
    ENFORCEMENT = "enforcement"  # the creditor has applied
    CLOSED = "closed"  # over, with an outcome

    @property
    def label(self) -> Words:
        """The stage in words."""
        return STAGE_WORDS[self]


OPEN_STAGES = frozenset(Stage) - {Stage.CLOSED}
"""A case in one of these is not over. A query that names them is answered by index; "not closed" would read all cases."""


WITHOUT_CLAIM = frozenset({Stage.PRESERVING, Stage.MEDIATING, Stage.CONFIRMING, Stage.PAYMENT_ORDER})
"""Nobody has made a claim in a case that stands here: nobody is claimed against, and there is nothing to answer."""
FROM_ACCEPTANCE = frozenset(Stage) - WITHOUT_CLAIM - {Stage.LODGED, Stage.RETURNED}
"""Where a case stands once its claim was accepted, closed at the end; one that was refused is closed too."""


STAGE_WORDS = {
    Stage.PRESERVING: T("Preservation before a claim"),
    Stage.MEDIATING: T("Mediation before a claim"),
    Stage.CONFIRMING: T("Confirmation of an agreement"),
    Stage.PAYMENT_ORDER: T("Payment order"),
    Stage.LODGED: T("Lodged"),
    Stage.RETURNED: T("Returned for correction"),
    Stage.PENDING: T("Accepted"),
    Stage.HEARING: T("Examination and hearing"),
    Stage.DELIBERATION: T("Being decided"),
    Stage.PRONOUNCED: T("Decided"),
    Stage.APPEALED: T("Under appeal"),
    Stage.EFFECTIVE: T("In effect"),
    Stage.ENFORCEMENT: T("Enforcement"),
    Stage.CLOSED: T("Closed"),
}


class Outcome(enum.Enum):
    """How a closed case ended."""

    PERFORMED = "performed"  # the decision was performed
    ENFORCED = "enforced"  # enforcement ended it
    REFUSED = "refused"  # not accepted by the registry, by reasoned ruling
    DISMISSED = "dismissed"  # dismissed by ruling
    WITHDRAWN = "withdrawn"  # withdrawn by leave
    DEEMED_WITHDRAWN = "deemed_withdrawn"  # by ruling: fee unpaid or claimant absent
    SETTLED = "settled"  # by mediation statement
    TRANSFERRED = "transferred"  # to the court that hears it
    JOINED = "joined"  # goes on within another case
    LIFTED = "lifted"  # what was preserved before a claim is preserved no longer
    NOT_AGREED = "not_agreed"  # a mediation before a claim ended without agreement
    LAPSED = "lapsed"  # a payment order lapsed

    @property
    def label(self) -> Words:
        """The outcome in words."""
        return OUTCOME_WORDS[self]


OUTCOME_WORDS = {
    Outcome.PERFORMED: T("Performed"),
    Outcome.ENFORCED: T("Enforced"),
    Outcome.REFUSED: T("Not accepted"),
    Outcome.DISMISSED: T("Dismissed"),
    Outcome.WITHDRAWN: T("Withdrawn"),
    Outcome.DEEMED_WITHDRAWN: T("Deemed withdrawn"),
    Outcome.SETTLED: T("Settled"),
    Outcome.TRANSFERRED: T("Transferred"),
    Outcome.JOINED: T("Goes on within another case"),
    Outcome.LIFTED: T("Preservation ended"),
    Outcome.NOT_AGREED: T("No agreement"),
    Outcome.LAPSED: T("Payment order lapsed"),
}


class Track(enum.Enum):
    """The procedure a case follows."""

    SMALL = "small_claims"  # small claims: one instance
    SIMPLE = "simple"  # simple procedure: one judge, three months
    ORDINARY = "ordinary"  # ordinary procedure
    FAST = "fast"  # fast track (packs that know it)
    MULTI = "multi"  # multi-track (packs that know it)

    @property
    def label(self) -> Words:
        """The track in words."""
        return TRACK_WORDS[self]


TRACK_WORDS = {
    Track.SMALL: T("small claims procedure"),
    Track.SIMPLE: T("simple procedure"),
    Track.ORDINARY: T("ordinary procedure"),
    Track.FAST: T("fast track"),
    Track.MULTI: T("multi-track"),
}


class Audience(enum.Enum):
    """Who may read an entry's content. Everybody in the case sees its envelope."""

    PARTIES_AND_COURT = "parties_and_court"  # the ordinary case
    HEARING = "hearing"  # parties and court: what is said in the hearing is not followed by a mediator
    OWN_SIDE_AND_COURT = "own_side_and_court"  # e.g. documents for fee relief
    COURT = "court"  # internal to judge and clerk
    BENCH = "bench"  # judge and panel only
    OWN_SIDE = "own_side"  # sealed until opened by an act of its own
    SETTLEMENT = "settlement"  # parties and mediator; never judge or clerk
    NAMED = "named"  # those listed in the entry


class PartyKind(enum.Enum):
    """What a party is in law."""

    PERSON = "person"  # natural person
    COMPANY = "company"  # legal person
    ORGANISATION = "organisation"  # other organisation

    @property
    def label(self) -> Words:
        """The kind in words."""
        return {
            PartyKind.PERSON: T("a person"),
            PartyKind.COMPANY: T("a company"),
            PartyKind.ORGANISATION: T("another organisation"),
        }[self]


JOINED = " v "
"""Between the first parties in a case's title."""


class Case(Base):
    """A proceeding."""

    __tablename__ = "case"
    __got_with__ = ("parties",)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    number: Mapped[str | None] = mapped_column(String(80), unique=True)
    pack_id: Mapped[str] = mapped_column(String(20))
    pack_version: Mapped[str] = mapped_column(String(40))
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    begun_as: Mapped[Stage | None] = mapped_column(enum_column(Stage))
    """What a case without a claim was opened for, one of ``WITHOUT_CLAIM``; noted when it leaves that stage."""
    track: Mapped[Track] = mapped_column(enum_column(Track))
    cause: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    filed_on: Mapped[date] = mapped_column(Date)
    lodged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pronounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    effective_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))
    stayed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    foreign_related: Mapped[bool] = mapped_column(default=False)
    entry_count: Mapped[int] = mapped_column(default=0)
    head_digest: Mapped[str] = mapped_column(String(64), default="0" * 64)
    head_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    parties: Mapped[list[Party]] = relationship(order_by="Party.id", back_populates="case", lazy="selectin")
    __table_args__ = (
        CheckConstraint("(stage = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        Index("ix_case_stage_next_due_at", "stage", "next_due_at"),
        Index("ix_case_stage_head_at", "stage", "head_at"),
    )

    opened_here = False
    """Whether the Sitting that holds it opened it; kept in memory alone."""

    @property
    def is_blank(self) -> bool:
        """Opened in this Sitting, and nothing stands on its docket yet: nothing of it need be looked for in the tables."""
        return self.opened_here and self.entry_count == 0

    @property
    def caption(self) -> Words:
        """What the case is called in the reader's language; its title joins the first two parties as it was lodged. Where
        nobody claims, nobody stands against anybody in it.
        """
        known = next(
            (p.name for p in self.parties if self.title.startswith(p.name + JOINED)), self.title.partition(JOINED)[0]
        )
        other = self.title[len(known) + len(JOINED) :]
        if self.is_without_claim:
            return T("%(first)s and %(second)s", first=known, second=other)
        return T("%(claimant)s v %(respondent)s", claimant=known, respondent=other)

    @property
    def opened_for(self) -> Stage | None:
        """What a case without a claim was opened for, also when it is closed: preservation, mediation,
        confirmation or a payment order.
        """
        if self.stage in WITHOUT_CLAIM:
            return self.stage
        # Of cases closed before it was noted these two outcomes tell it: no others end so.
        if self.begun_as is None and self.outcome is not None:
            return {Outcome.NOT_AGREED: Stage.MEDIATING, Outcome.LIFTED: Stage.PRESERVING}.get(self.outcome)
        return self.begun_as

    @property
    def is_without_claim(self) -> bool:
        """Whether nobody has made a claim in it: something is preserved, mediated, confirmed or ordered to be paid, or was."""
        return self.opened_for is not None

    @property
    def course(self) -> Words:
        """The procedure the case follows, in words; without a claim it follows none, but is for something."""
        return self.track.label if self.opened_for is None else self.opened_for.label

    def role_words(self, party: Party) -> Words:
        """As what a party stands in the case: nobody is called a respondent where there is no claim."""
        return self.side_words(party.role)

    def side_words(self, role: Role) -> Words:
        """What somebody in a role is called in this case."""
        if not self.is_without_claim or role not in (Role.CLAIMANT, Role.RESPONDENT):
            return role.label
        return APPLICANT if role is Role.CLAIMANT or self.opened_for is Stage.CONFIRMING else OTHER_SIDE

    def party(self, party_id: int | None) -> Party:
        """The party whose row is kept under this id, whether it is still in the case or has left. Raises LookupError
        where the case has none.
        """
        found = self.party_if_any(party_id)
        if found is None:
            raise LookupError(f"case {self.reference} has no party {party_id}")
        return found

    def party_if_any(self, party_id: int | None) -> Party | None:
        """The same party; None for a row that names nobody, and for whoever is no party of this case."""
        return next((p for p in self.parties if p.id == party_id), None)

    def name_of(self, party_id: int | None) -> str:
        """The name of that party; empty for nobody."""
        found = self.party_if_any(party_id)
        return found.name if found is not None else ""


class Party(Base):
    """Somebody whose rights the case decides."""

    __tablename__ = "party"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[PartyKind] = mapped_column(enum_column(PartyKind))
    account_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(400))
    locale: Mapped[str] = mapped_column(String(12), default="en")
    abroad: Mapped[bool] = mapped_column(default=False)
    online: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    case: Mapped[Case] = relationship(back_populates="parties")
    __table_args__ = (
        UniqueConstraint("case_id", "role", "ordinal"),
        Index("ix_party_account_id_case_id", "account_id", "case_id"),
    )

    @property
    def label(self) -> str:
        """Stable name inside records: ``claimant/1``."""
        return f"{self.role.value}/{self.ordinal}"

    @property
    def name_mark(self) -> Words | None:
        """What to know about the letters of the name, where they only look like others."""
        return mark_of(self.name)

    @property
    def letter(self) -> str:
        """Letter of the party's exhibits: C, R or T, with the ordinal from the second on."""
        letter = {Role.CLAIMANT: "C", Role.RESPONDENT: "R", Role.THIRD_PARTY: "T"}[self.role]
        return letter if self.ordinal == 1 else f"{letter}{self.ordinal}"


A_JUDGE_LEFT = "seat.role = 'judge' AND seat.until_at IS NOT NULL"
"""Seats that a judge no longer holds."""


class Seat(Base):
    """Somebody who serves the court in one case: judge, clerk, mediator, witness."""

    __tablename__ = "seat"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(String(400))
    __table_args__ = (
        Index("ix_seat_account_role", "account_id", "role", "until_at"),
        Index(
            "ix_seat_left_by_judge",
            "until_at",
            "id",
            sqlite_where=text(A_JUDGE_LEFT.replace("seat.", "")),
            postgresql_where=text(A_JUDGE_LEFT.replace("seat.", "")),
        ),
        {"info": {"asked_by": ("role", "account_id"), "open_while": "until_at"}},
    )


class DocketEntry(Base):
    """One act of the case, chained to the one before. ``payload`` is the authority."""

    __tablename__ = "docket_entry"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    act: Mapped[str] = mapped_column(String(60))
    act_version: Mapped[int]
    role: Mapped[Role] = mapped_column(enum_column(Role))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int | None] = mapped_column(BigInt)
    audience: Mapped[Audience] = mapped_column(enum_column(Audience))
    named: Mapped[list[str]] = mapped_column(JSON, default=list)
    effective_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    payload: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(Reference)

    opening: Mapped[EntryOpening | None] = relationship(lazy="joined", uselist=False, back_populates="entry")
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_docket_entry_act", "case_id", "act"),
        Index("ix_docket_entry_audience", "case_id", "audience"),
        {"info": {"append_only": True, "kinds": ("act", "audience")}},
    )

    @property
    def opened_by(self) -> int | None:
        """Number of the entry that opened this sealed one; None while it is sealed or never was."""
        return self.opening.number if self.opening is not None else None

    @opened_by.setter
    def opened_by(self, number: int) -> None:
        self.opening = EntryOpening(number=number)


class EntryOpening(Base):
    """A sealed entry was opened by an entry of its own; the audience it was made with is never edited."""

    __tablename__ = "entry_opening"

    entry_id: Mapped[int] = mapped_column(ForeignKey("docket_entry.id"), primary_key=True)
    number: Mapped[int]

    entry: Mapped[DocketEntry] = relationship(back_populates="opening")
    __table_args__ = ({"info": {"append_only": True}},)


class Document(Base):
    """A paper of the court: its bytes, digest and the entry that made it."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    locale: Mapped[str] = mapped_column(String(12))
    audience: Mapped[Audience] = mapped_column(enum_column(Audience))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    entry_number: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Only whoever hands out the paper reads it: a list of papers has no need of their bytes."""
    size: Mapped[int] = column_property(func.length(content), deferred=True)
    receipt: Mapped[str | None] = mapped_column(Reference)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_public: Mapped[bool] = mapped_column(default=False)
    named: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    """Of a paper for named readers: who they are, as in the entry that made it."""
    void_by: Mapped[int | None]
    """Entry since which the paper no longer holds, such as a certificate of an effect that never came."""
    void_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ReadBy(enum.Enum):
    """By what somebody read."""

    PERSON = "person"  # a person, on a page
    PROGRAM = "program"  # a program with the person's token
    CALENDAR = "calendar"  # a calendar program at the person's secret address

    @property
    def label(self) -> Words:
        """It in words."""
        return {
            ReadBy.PERSON: T("On a page"),
            ReadBy.PROGRAM: T("By a program"),
            ReadBy.CALENDAR: T("By a calendar"),
        }[self]


class Thing(enum.Enum):
    """What of a case was read, as far as others may know: deliberation, drafts and private talks are a page like any."""

    CASE = "case"  # the page of the case
    CLAIM = "claim"  # claim and answers
    DOCKET = "docket"  # the list of entries
    ENTRY = "entry"  # one entry, by its number
    ENTRY_FILE = "entry_file"  # a file that stands in an entry, by the entry's number
    PAPER = "paper"  # a paper of the court, by its reference
    EXHIBITS = "exhibits"  # the list of exhibits
    EXHIBIT = "exhibit"  # the page of one exhibit, by its label
    EXHIBIT_FILE = "exhibit_file"  # its file, or one attached to it
    PREVIEW = "preview"  # pictures of its file
    CASE_FILE = "case_file"  # the whole case, taken along
    KIT = "kit"  # one exhibit with its proofs, taken along
    BUNDLE = "bundle"  # all exhibits as one PDF, taken along
    RECORDING = "recording"  # the page of a recording
    RECORDING_FILE = "recording_file"  # somebody in a piece of it
    DATES = "dates"  # numbers and dates in a calendar
    PAGE = "page"  # another page of the case


class CaseReading(Base):
    """Somebody read something of a case; the parties and the court of the case see the list."""

    __tablename__ = "case_reading"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True)
    """Known by it, a line of the journal is entered once."""
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    party_id: Mapped[int | None] = mapped_column(BigInt)
    represents: Mapped[bool]
    """Whether the party was represented by the reader."""
    by: Mapped[ReadBy] = mapped_column(enum_column(ReadBy))
    thing: Mapped[Thing] = mapped_column(enum_column(Thing))
    item: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    __table_args__ = (Index("ix_case_reading_case", "case_id", "id"), {"info": {"append_only": True}})
