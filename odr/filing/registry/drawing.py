"""The lot by which a seat falls to somebody: committed to and anchored in the log before, weighted by desks, drawn again by anybody.

While a case waits, the court has a secret of it on record as a digest (:class:`DrawSeed`). The root of the first signed head over
that record, which nobody knew then, and the secret, which nobody outside knows before, are the seed: the court cannot choose it
afterwards, and no party learns from the log who would be drawn, and takes the claim back. Each draw has a secret of its own, and
names the digest of the next: with several on record the court could use whichever suits it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text as Words, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from odr.docket.models import Case, Role
from odr.ground.canonical import sha256_hex
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.identity.models import Account
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.notary.lot import first_head_over, lot
from odr.notary.rehash.rounds import Holding
from odr.procedure.receipt_files import in_row
from odr.procedure.rules.insight import DistributionRules

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

FORMAT = "court-draw/1"
TICKETS = 1_000_000
"""Of whoever has the least on the desk."""


class DrawSeed(Base):
    """A secret of a case that is on record as a digest, until somebody is drawn with it."""

    __tablename__ = "draw_seed"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    secret: Mapped[str] = mapped_column(String(64))
    record: Mapped[str] = mapped_column(Words)
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_with: Mapped[int | None]
    """How many entries the case had then: what is drawn in one act shares a secret."""
    draws: Mapped[int] = mapped_column(default=0)
    """How many were drawn with it, all in one act."""

    @property
    def commitment(self) -> str:
        """The digest of the secret, as it stands on record."""
        return sha256_hex(self.secret.encode())

    __table_args__ = (Index("ix_draw_seed_case_id", "case_id", "id"), {"info": {"open_while": "used_at"}})


class DrawRecord(Base):
    """How one seat was drawn, as anybody may read it: nobody's name stands in the record."""

    __tablename__ = "draw_record"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    seed_id: Mapped[int] = mapped_column(ForeignKey("draw_seed.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    anchored: Mapped[bool]
    """Whether the seed stood in the log before; not, where a case is a moment old, as with the clerk who takes it in."""
    record: Mapped[str] = mapped_column(Words)
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be drawn: a code that tells nobody who it is, what lies on the desk, and the tickets."""

    code: str
    load: int
    tickets: int


@dataclass(frozen=True)
class Draw:
    """How somebody was drawn for a seat."""

    account: Account
    among: tuple[tuple[str, Candidate], ...]
    """Names of those in the draw, which the docket tells the parties and the log tells nobody."""
    row: DrawRecord
    said: Mapping[str, JSON]

    def to_json(self) -> dict[str, Any]:
        """As the entry keeps it."""
        return {
            "draw": self.row.reference,
            "among": [
                {"name": name, "code": one.code, "load": one.load, "tickets": one.tickets} for name, one in self.among
            ],
            "seed": self.said["seed"],
            "first": self.said["first"],
            "log_size": self.said["log_size"],
            "secret": self.said["secret"],
            "number": self.said["number"],
            "drawn": self.account.name,
        }


def tickets(load: int, least: int, rules: DistributionRules | None) -> int:
    """Tickets of somebody with this load: those of who has the least, less the more lies on the desk. Whole numbers only."""
    if rules is None:
        return 1
    many: int = TICKETS * rules.unit**rules.pull // (rules.unit + load - least) ** rules.pull
    return max(1, many)


def code_of(secret: str, reference: str) -> str:
    """What somebody is called in the record of a draw: only who knows the account, and the secret, knows who it is."""
    return sha256_hex(f"{secret}\n{reference}".encode())[:24]


def drawn_of(candidates: Sequence[Candidate], seed: str, number: int) -> Candidate:
    """On whom the lot falls: the lot as a number, counted through the tickets in the order of the codes."""
    ordered = sorted(candidates, key=lambda one: one.code)
    place = int(lot(seed, f"draw/{number}"), 16) % sum(one.tickets for one in ordered)
    for one in ordered:
        place -= one.tickets
        if place < 0:
            return one
    raise AssertionError("the tickets add up to less than their sum")


def seed_for(sitting: Sitting, case: Case) -> DrawSeed:
    """The secret that is on record for the next draw of the case, or that of this very act; made where there is none."""
    if not case.is_blank:
        row = sitting.session.scalar(
            select(DrawSeed).where(DrawSeed.case_id == case.id).order_by(DrawSeed.id.desc()).limit(1)
        )
        before = None
        if row is not None and row.used_at is None:
            before = sitting.session.scalar(
                select(DrawSeed)
                .where(DrawSeed.case_id == case.id, DrawSeed.id < row.id)
                .order_by(DrawSeed.id.desc())
                .limit(1)
            )
        if before is not None and before.used_with == case.entry_count and before.used_at == sitting.now:
            return before
        if row is not None and row.used_at is None:
            return row
    return commit(sitting, case)


def commit(sitting: Sitting, case: Case) -> DrawSeed:
    """Put a fresh secret of the case on record, as a digest: what comes of it is not known before the log is signed."""
    secret, reference = secrets.token_hex(32), new_reference()
    said: dict[str, JSON] = {
        "type": FORMAT,
        "act": "seed",
        "seed": reference,
        "commitment": sha256_hex(secret.encode()),
        "at": sitting.now.isoformat(),
    }
    record, receipt = administration_act(sitting.court.notary, sitting.session, said, now=sitting.now)
    row = DrawSeed(reference=reference, case_id=case.id, secret=secret, record=record, receipt=receipt)
    sitting.session.add(row)
    sitting.session.flush()
    return row


def waiting_seed(sitting: Sitting, case: Case) -> DrawSeed:
    """The secret that is on record and not used, where there is one: never two for one draw; else a fresh one."""
    row = sitting.session.scalar(
        select(DrawSeed)
        .where(DrawSeed.case_id == case.id, DrawSeed.used_at.is_(None))
        .order_by(DrawSeed.id.desc())
        .limit(1)
    )
    return row or commit(sitting, case)


def _after(sitting: Sitting, row: DrawSeed) -> DrawSeed:
    """The secret that went on record with the first draw by this one."""
    query = select(DrawSeed).where(DrawSeed.case_id == row.case_id, DrawSeed.id > row.id).order_by(DrawSeed.id).limit(1)
    return sitting.session.scalars(query).one()


def draw_among(
    sitting: Sitting,
    case: Case,
    role: Role,
    free: Sequence[tuple[Account, int]],
    left_out: Mapping[str, int],
) -> Draw:
    """Draw one of those who are free, with what lies on their desks; the record goes into the log, and a fresh secret for the
    next draw of the case with it.
    """
    rules = sitting.pack(case).distribution
    row = seed_for(sitting, case)
    head = first_head_over(sitting.session, row.receipt)
    first, size = head if head is not None else (case.head_digest, None)
    least = min(load for _, load in free)
    named = {
        code_of(row.secret, account.reference): (account, load, tickets(load, least, rules)) for account, load in free
    }
    candidates = [Candidate(code, load, many) for code, (_, load, many) in sorted(named.items())]
    number = row.draws + 1
    following = commit(sitting, case) if row.used_at is None else _after(sitting, row)
    chosen = drawn_of(candidates, f"{first}\n{row.secret}", number)
    account = named[chosen.code][0]
    said: dict[str, JSON] = {
        "type": FORMAT,
        "act": "draw",
        "draw": (reference := new_reference()),
        "role": role.value,
        "at": sitting.now.isoformat(),
        "seed": row.reference,
        "first": first,
        "log_size": size,
        "secret": row.secret,
        "number": number,
        "next": following.commitment,
        "rule": rule_of(rules),
        "candidates": [{"code": one.code, "load": one.load, "tickets": one.tickets} for one in candidates],
        "left_out": dict(left_out),
        "drawn": chosen.code,
    }
    record, receipt = administration_act(sitting.court.notary, sitting.session, said, now=sitting.now)
    made = DrawRecord(
        reference=reference,
        case_id=case.id,
        seed_id=row.id,
        role=role,
        account_id=account.id,
        anchored=size is not None,
        record=record,
        receipt=receipt,
        at=sitting.now,
    )
    row.used_at, row.used_with, row.draws = sitting.now, case.entry_count, number
    sitting.session.add(made)
    sitting.session.flush()
    return Draw(account, tuple((named[one.code][0].name, one) for one in candidates), made, said)


def shown_with(session: Session, made: DrawRecord) -> list[tuple[str, str]]:
    """Records and receipts that show a draw, as they came about: the draw before that named the digest of its secret, where there
    is one, the digest, and all draws by the secret up to this one.
    """
    seed = session.get_one(DrawSeed, made.seed_id)
    same = session.scalars(
        select(DrawRecord)
        .where(DrawRecord.case_id == made.case_id, DrawRecord.seed_id == seed.id, DrawRecord.id <= made.id)
        .order_by(DrawRecord.id)
    )
    found = [(seed.record, seed.receipt), *((row.record, row.receipt) for row in same)]
    before = session.scalar(
        select(DrawRecord)
        .where(DrawRecord.case_id == made.case_id, DrawRecord.seed_id < seed.id)
        .order_by(DrawRecord.id.desc())
        .limit(1)
    )
    if before is not None and json.loads(before.record).get("next") == seed.commitment:
        found.insert(0, (before.record, before.receipt))
    return found


def rule_of(rules: DistributionRules | None) -> JSON:
    """The figures by which tickets are reckoned, as a record names them."""
    return {"tickets": TICKETS, "unit": rules.unit, "pull": rules.pull} if rules is not None else None


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The records of seeds and draws with these receipts."""
    seeds = session.scalars(select(DrawSeed).where(DrawSeed.receipt.in_(references)))
    found = {row.receipt: in_row(f"seed of a draw {row.reference}", row.record.encode()) for row in seeds}
    draws = session.scalars(select(DrawRecord).where(DrawRecord.receipt.in_(references)))
    return found | {row.receipt: in_row(f"draw of a seat {row.reference}", row.record.encode()) for row in draws}
