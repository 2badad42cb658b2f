"""Finding cases and entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document, Party, Role, Seat


def case_by_reference(session: Session, reference: str) -> Case | None:
    """The case with an unguessable reference."""
    return session.scalar(select(Case).where(Case.reference == reference))


def entries(session: Session, case: Case, *, after: int = 0, limit: int = 200) -> Sequence[DocketEntry]:
    """Entries numbered above ``after``, in order."""
    return session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number > after).order_by(DocketEntry.number).limit(limit)).all()


def latest_entries(session: Session, case: Case, limit: int = 8) -> Sequence[DocketEntry]:
    """The newest entries, newest first."""
    return session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number.desc()).limit(limit)).all()


def entry(session: Session, case: Case, number: int) -> DocketEntry | None:
    """One entry by its number in the case."""
    return session.scalar(select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number == number))


def entries_of(session: Session, case: Case, act: str) -> Sequence[DocketEntry]:
    """Every entry of one kind of act, in order."""
    return session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == act).order_by(DocketEntry.number)).all()


def documents(session: Session, case: Case) -> Sequence[Document]:
    """The court's papers in the case, in order."""
    return session.scalars(select(Document).where(Document.case_id == case.id).order_by(Document.id)).all()


def party(case: Case, role: Role, ordinal: int = 1) -> Party | None:
    """The party with a role and ordinal."""
    return next((p for p in case.parties if p.role is role and p.ordinal == ordinal), None)


def parties(case: Case, role: Role | None = None) -> list[Party]:
    """Parties still in the case, optionally of one role."""
    return [p for p in case.parties if p.left_at is None and (role is None or p.role is role)]


def seat(session: Session, case: Case, role: Role) -> Seat | None:
    """Who holds a seat in the case now."""
    return session.scalar(select(Seat).where(Seat.case_id == case.id, Seat.role == role, Seat.until_at.is_(None)).order_by(Seat.id.desc()))
