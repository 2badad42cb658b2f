"""Tables of files: the bytes, kept once (:class:`Blob`), and the way they came in (:class:`Upload`)."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.docket.models import Stage
from odr.evidence.intake.media import UNKNOWN, Media, media_of
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words

Hex256 = String(64)
"""Column type of a SHA-256 in lower-case hexadecimal."""


SMALL = 64 * 1024
"""Bytes up to which a file lies in the database (:class:`odr.evidence.intake.upload.UploadLimits`)."""
UNSUBMITTED = f"used_at IS NULL AND size > {SMALL}"
"""Large files that no act has named."""


class UploadState(enum.Enum):
    """How far an upload has come."""

    RECEIVING = "receiving"
    """Bytes are still missing; the sender may resume at ``offset``."""
    COMPLETE = "complete"
    """All bytes are kept, but a check that must precede anchoring could not be made yet."""
    ANCHORED = "anchored"
    """The file is in the store and its receipt in the log."""
    REFUSED = "refused"
    """The whole was received and not accepted; ``refusal`` says why. No bytes are kept."""
    EXPIRED = "expired"
    """Nobody finished it in time. No bytes are kept."""
    ERASED = "erased"
    """Never submitted, and erased under a rule after its sender was told. The digest stays."""


class PartKind(enum.Enum):
    """As what a file belongs to another."""

    PAGE = "page"  # a further picture of the same thing, in order: a long chat
    COPY = "copy"  # the same with something blurred or cut away, for others to see


class Blob(Base):
    """The bytes of one file of one upload: in the row when small, in the store otherwise.

    Never shared between uploads, even when equal: sharing would tell a stranger
    that the court already holds the file, and would break sealing and erasure.
    """

    __tablename__ = "blob"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("erased_at IS NOT NULL OR (content IS NULL) <> (key IS NULL)", name="one_place"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    sha256: Mapped[str] = mapped_column(Hex256)
    size: Mapped[int] = mapped_column(BigInt)
    media_type: Mapped[str] = mapped_column(String(100))
    key: Mapped[str | None] = mapped_column(Reference, unique=True)
    """Random name in the store, when the bytes are there."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The bytes themselves, when they are few."""
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Key of a sealed file, wrapped by the vault; what lies under ``key`` is then encrypted."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the bytes were erased under a rule; the digest stays."""


class Upload(Base):
    """One file on its way in. Complete, it is anchored under its own reference, even if never submitted."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint('"offset" >= 0 AND "offset" <= size', name="offset"),
        CheckConstraint("state <> 'anchored' OR (blob_id IS NOT NULL AND receipt IS NOT NULL)", name="anchored"),
        Index("ix_upload_state_expires_at", "state", "expires_at"),
        Index("ix_upload_unused", "id", sqlite_where=text("used_at IS NULL"), postgresql_where=text("used_at IS NULL")),
        Index(
            "ix_upload_account_unsubmitted",
            "account_id",
            "size",
            sqlite_where=text(UNSUBMITTED),
            postgresql_where=text(UNSUBMITTED),
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    filename: Mapped[str] = mapped_column(String(255))
    declared_type: Mapped[str | None] = mapped_column(String(100))
    """What the sender called it; never believed, kept as a fact."""
    size: Mapped[int] = mapped_column(BigInt)
    declared_sha256: Mapped[str | None] = mapped_column(Hex256)
    """What the sender's browser hashed before it sent anything."""
    offset: Mapped[int] = mapped_column(BigInt, default=0)
    """Bytes durably received; never decreases."""
    sha256: Mapped[str | None] = mapped_column(Hex256, index=True)
    """What the court hashed."""
    media_type: Mapped[str | None] = mapped_column(String(100))
    """What the content is, by its bytes."""
    state: Mapped[UploadState] = mapped_column(enum_column(UploadState), default=UploadState.RECEIVING)
    refusal: Mapped[str | None] = mapped_column(String(60))
    """Problem name of the breach for which it was refused."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receipt: Mapped[str | None] = mapped_column(Reference)
    """Reference of the receipt in the log."""
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"), unique=True)
    part_of: Mapped[str | None] = mapped_column(Reference, index=True)
    """Reference of the upload of the same sender to which it belongs."""
    part_kind: Mapped[PartKind | None] = mapped_column(enum_column(PartKind))
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When an act first named it, or it came for a digest filed before: since then it is kept as long as that is."""
    kept_from: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was last asked to be kept: its time counts anew from then."""
    blob: Mapped[Blob | None] = relationship()

    @property
    def media(self) -> Media:
        """What the content is and may be used for; unknown until it is complete."""
        return media_of(self.media_type) if self.media_type else UNKNOWN


class BytesToErase(Base):
    """A name in the store that no row keeps any more, and whose bytes may still be there (:mod:`odr.evidence.store.erasing`)."""

    __tablename__ = "bytes_to_erase"

    key: Mapped[str] = mapped_column(Reference, primary_key=True)


class NamedFile(Base):
    """By which name of its sender's request, and as which file of it, an upload came: what answers the same request sent
    again (:mod:`odr.evidence.intake.sent_again`).
    """

    __tablename__ = "named_file"

    mark: Mapped[str] = mapped_column(Hex256, primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), unique=True)


class Category(enum.Enum):
    """The eight kinds of evidence (CPL 66), electronic data in the groups of EV 14."""

    STATEMENT = "statement"  # a party's own statement
    DOCUMENT = "document"  # documentary evidence
    OBJECT = "object"  # physical evidence
    AUDIOVISUAL = "audiovisual"  # audiovisual material
    WEB = "web"  # electronic data: pages, posts, platforms (EV 14(1))
    MESSAGES = "messages"  # electronic data: messages, mail, groups (EV 14(2))
    RECORDS = "records"  # electronic data: registrations, orders, payments, logs (EV 14(3))
    FILES = "files"  # electronic data: documents, pictures, sound, video, programs (EV 14(4))
    OTHER_DATA = "other_data"  # other digital information (EV 14(5))
    TESTIMONY = "testimony"  # testimony of a witness
    OPINION = "opinion"  # expert opinion
    INSPECTION = "inspection"  # record of inspection

    @property
    def label(self) -> Words:
        """The kind in words."""
        return CATEGORY_WORDS[self]


CATEGORY_WORDS = {
    Category.STATEMENT: T("A party’s statement"),
    Category.DOCUMENT: T("Document on paper"),
    Category.OBJECT: T("Object"),
    Category.AUDIOVISUAL: T("Sound or film"),
    Category.WEB: T("Web page, post or listing"),
    Category.MESSAGES: T("Messages or mail"),
    Category.RECORDS: T("Order, payment, delivery or log record"),
    Category.FILES: T("Photograph or other file"),
    Category.OTHER_DATA: T("Other digital data"),
    Category.TESTIMONY: T("Testimony of a witness"),
    Category.OPINION: T("Expert opinion"),
    Category.INSPECTION: T("Record of an inspection"),
}


class ExhibitState(enum.Enum):
    """Where an exhibit stands."""

    SUBMITTED = "submitted"  # in the case, open to opinions
    LATE = "late"  # came after the period; the judge decides (CPI 101)
    EXCLUDED = "excluded"  # excluded by ruling; masked, never deleted
    WITHDRAWN = "withdrawn"  # taken back by who submitted it; stays on record


BEFORE_DECISION = {Stage.LODGED, Stage.PENDING, Stage.HEARING, Stage.CONFIRMING, Stage.PAYMENT_ORDER}
"""Stages in which a party brings evidence, and says what it shows."""
NOT_DECIDED = BEFORE_DECISION | {Stage.DELIBERATION}
"""Stages in which it means something to a party what its facts still lack."""


OF_PARTIES = (False,)
"""Which exhibits were brought by a party, said so that the question is answered from the exhibits a page has read already."""


class Exhibit(Base):
    """A piece of evidence in a case: its file, what it shows, where it comes from."""

    __tablename__ = "exhibit"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Whose it is, or beside whose a record stands that the court made itself."""
    of_court: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the court made it itself, as the record of an inspection (CPL 83): no party’s own, so every party says what it
    thinks of it (EV 62).
    """
    label: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    category: Mapped[Category] = mapped_column(enum_column(Category))
    proves: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    """What is in it, in short (EV 19)."""
    facts: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Numbers of the facts it is to show."""
    meets: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Keys of the cause's checklist that it is meant to cover."""
    language: Mapped[str | None] = mapped_column(String(60))
    """In which language it is, where not in the court's, and where its translation stands."""
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Answers on origin, storage and extraction (IC 11, EV 93)."""
    state: Mapped[ExhibitState] = mapped_column(enum_column(ExhibitState), default=ExhibitState.SUBMITTED)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), unique=True)
    entry_number: Mapped[int]
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    upload: Mapped[Upload] = relationship(lazy="joined")
    seal: Mapped[ExhibitSeal | None] = relationship(lazy="joined", uselist=False)
    parts: Mapped[list[ExhibitPart]] = relationship(lazy="selectin", order_by="ExhibitPart.position")
    __table_args__ = (
        UniqueConstraint("case_id", "label"),
        {
            "info": {
                "asked_by": ("party_id", "of_court", "state", "reference", "label", "title", "number", "provenance"),
                "light": True,
            }
        },
    )

    @property
    def owner_id(self) -> int | None:
        """The party whose exhibit it is; None for what the court made itself."""
        return None if self.of_court else self.party_id

    @property
    def along(self) -> list[Upload]:
        """What belongs to its file, in order."""
        return [part.upload for part in self.parts]


class ExhibitPart(Base):
    """A further file of an exhibit: the next picture of the same thing, or a copy for the others."""

    __tablename__ = "exhibit_part"
    __table_args__ = (UniqueConstraint("exhibit_id", "position"), {"info": {"of": "exhibit_id"}})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"))
    position: Mapped[int]
    """From 2: the exhibit's own file is the first."""
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), unique=True)

    upload: Mapped[Upload] = relationship(lazy="joined")


class SealState(enum.Enum):
    """Whether a file is kept from others."""

    ASKED = "asked"  # its party asked for it; kept from others until the judge decides
    SEALED = "sealed"  # by order of the judge
    OPENED = "opened"  # not, or no longer


ORDERED = "ordered"
"""In the provenance of an exhibit: number of the entry by which its party produced it, because the court had ordered it (EV 46)."""


FROM_ABROAD = "from_abroad"
"""In the provenance of an exhibit: that it was made abroad and its certificates are ``asked`` for, or were ``shown`` (EV 16)."""


HELD_AGAINST = "held_against"
"""In the provenance of an exhibit: what came of holding it against its original: ``same``, ``differs`` or ``none`` (EV 11)."""


class ExhibitSeal(Base):
    """A file that only the bench, its own side and those whom the judge names may open (CPI 103: secrets, privacy)."""

    __tablename__ = "exhibit_seal"

    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"), primary_key=True)
    state: Mapped[SealState] = mapped_column(enum_column(SealState))
    why: Mapped[str] = mapped_column(Text)
    whole: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Whether all its files are kept from others, or those alone of which they see a copy."""
    reasons: Mapped[str | None] = mapped_column(Text)
    """The judge's."""
    readers: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Parties who may open it besides its own."""
    ordered_by: Mapped[int | None]
    """Number of the entry of the judge's order."""


class ExhibitReading(Base):
    """Somebody opened a sealed file."""

    __tablename__ = "exhibit_reading"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    hat: Mapped[str] = mapped_column(String(40))
    how: Mapped[str] = mapped_column(String(20))
    """``file``, ``preview``, ``kit`` or ``bundle``."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class CompilationKind(enum.Enum):
    """What is put together for somebody to take along."""

    CASE_FILE = "case_file"  # the whole case with its proofs, as a bag
    KIT = "kit"  # one exhibit with its proofs, as a bag
    BUNDLE = "bundle"  # all exhibits as one paginated PDF, to be read
    READINGS = "readings"  # who has read the case, with its proof, as a bag

    @property
    def label(self) -> Words:
        """The kind in words."""
        return {
            CompilationKind.CASE_FILE: T("The whole case file"),
            CompilationKind.KIT: T("One exhibit with its proofs"),
            CompilationKind.BUNDLE: T("Bundle of exhibits"),
            CompilationKind.READINGS: T("Who has read this case"),
        }[self]


class CompilationState(enum.Enum):
    """How far a compilation is."""

    WAITING = "waiting"  # the worker takes it next
    WORKING = "working"  # being put together
    READY = "ready"  # may be downloaded until it expires
    FAILED = "failed"  # could not be made; the row says why
    EXPIRED = "expired"  # its bytes were removed; ask again

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            CompilationState.WAITING: T("Waiting its turn"),
            CompilationState.WORKING: T("Being put together"),
            CompilationState.READY: T("Ready"),
            CompilationState.FAILED: T("Could not be made"),
            CompilationState.EXPIRED: T("No longer kept"),
        }[self]


class Compilation(Base):
    """A case file, kit or bundle made in the background for one person in one capacity: nobody else may fetch it."""

    __tablename__ = "compilation"
    __table_args__ = (Index("ix_compilation_state", "state", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    hat: Mapped[str] = mapped_column(String(40))
    """In what capacity it was asked for, as :attr:`odr.identity.actors.Actor.hat` names it."""
    kind: Mapped[CompilationKind] = mapped_column(enum_column(CompilationKind))
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    locale: Mapped[str] = mapped_column(String(12))
    state: Mapped[CompilationState] = mapped_column(enum_column(CompilationState), default=CompilationState.WAITING)
    done: Mapped[int] = mapped_column(BigInt, default=0)
    total: Mapped[int] = mapped_column(BigInt, default=0)
    """Bytes put in, and to be put in."""
    problem: Mapped[dict[str, str] | None] = mapped_column(JSON)
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    upto: Mapped[int | None]
    """Number of the last docket entry in it."""
    pages: Mapped[int | None]
    """Of a bundle."""
    receipt: Mapped[str | None] = mapped_column(Reference)
    """Reference of the receipt under which a bundle's digest stands in the log."""
    filename: Mapped[str | None] = mapped_column(String(120))
    key: Mapped[str | None] = mapped_column(Reference)
    size: Mapped[int | None] = mapped_column(BigInt)
    sha256: Mapped[str | None] = mapped_column(Hex256)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the worker last said that it is at it; a worker that died is replaced after a while."""
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CaptureState(enum.Enum):
    """How far the court is with looking at a page."""

    WAITING = "waiting"  # the worker takes it next
    WORKING = "working"  # the court's browser is at it
    DONE = "done"  # its files are exhibits
    FAILED = "failed"  # could not be captured; the row says why

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            CaptureState.WAITING: T("Waiting its turn"),
            CaptureState.WORKING: T("The court’s browser is looking at it"),
            CaptureState.DONE: T("Captured"),
            CaptureState.FAILED: T("Could not be captured"),
        }[self]


class WebCapture(Base):
    """A page that a party asked the court to look at and keep (CPL 66, 67; EV 93)."""

    __tablename__ = "web_capture"
    __table_args__ = (Index("ix_web_capture_state", "state", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    """Whose uploads the files become."""
    url: Mapped[str] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(150))
    proves: Mapped[str] = mapped_column(Text)
    is_late: Mapped[bool]
    """Asked for after the party's period for evidence: the judge decides whether it is admitted."""
    why_late: Mapped[str | None] = mapped_column(Text)
    state: Mapped[CaptureState] = mapped_column(enum_column(CaptureState), default=CaptureState.WAITING)
    why: Mapped[str | None] = mapped_column(String(40))
    """Why it failed, as a key of :data:`odr.evidence.sources.webpage.capturer.WHY`."""
    attempts: Mapped[int] = mapped_column(default=0)
    entry_number: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReceivedCase(Base):
    """A case file of another court, verified when it came and kept to be read only."""

    __tablename__ = "received_case"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    origin_case: Mapped[str] = mapped_column(String(26), index=True)
    """The case's reference at the court it comes from."""
    court: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    entries: Mapped[int]
    proven: Mapped[list[str]] = mapped_column(JSON)
    """What the verifier says holds, in its words."""
    contents: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(Hex256, unique=True)
    """Digest of the file that came."""
    fingerprint: Mapped[str] = mapped_column(Hex256)
    """The log key's fingerprint that was given from outside."""
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)

    files: Mapped[list[ReceivedFile]] = relationship(order_by="ReceivedFile.id", lazy="selectin")


class ReceivedFile(Base):
    """One file of a received case file."""

    __tablename__ = "received_file"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("received_case.id"), index=True)
    path: Mapped[str] = mapped_column(String(1000))
    key: Mapped[str] = mapped_column(Reference, unique=True)
    size: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[str] = mapped_column(Hex256)
