"""Finding cases and entries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Text, bindparam, cast, select
from sqlalchemy.orm import Session, joinedload

from odr.docket.models import Audience, Case, DocketEntry, Document, EntryOpening, Party, Role, Seat
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once

_BY_REFERENCE = select(Case).where(Case.reference == bindparam("reference")).options(joinedload(Case.parties))


def case_by_reference(session: Session, reference: str) -> Case | None:
    """The case with an unguessable reference, with its parties."""
    return session.scalars(_BY_REFERENCE, {"reference": reference}).unique().one_or_none()


class EntryLine(NamedTuple):
    """An entry as a list needs it: nothing of it that the list does not show or decide by."""

    number: int
    act: str
    role: Role
    party_id: int | None
    account_id: int | None
    audience: Audience
    names: str
    effective_at: datetime
    payload: str
    opened_by: int | None

    @property
    def named(self) -> list[str]:
        """Whom the entry names; few do, so it is read when asked for."""
        found: list[str] = json.loads(self.names)
        return found


_E = DocketEntry.__table__.c
_LINES = (
    select(
        _E.number,
        _E.act,
        _E.role,
        _E.party_id,
        _E.account_id,
        _E.audience,
        cast(_E.named, Text),
        _E.effective_at,
        _E.payload,
        EntryOpening.__table__.c.number,
    )
    .join_from(DocketEntry.__table__, EntryOpening.__table__, EntryOpening.__table__.c.entry_id == _E.id, isouter=True)
    .where(_E.case_id == bindparam("case"), _E.number > bindparam("after"))
)
_FORWARD, _BACK = (_LINES.order_by(order).limit(bindparam("limit")) for order in (_E.number, _E.number.desc()))


def lines(session: Session, case: Case, *, after: int = 0, limit: int = 200) -> list[EntryLine]:
    """Entries numbered above ``after``, in order, to be listed."""
    return list(
        map(EntryLine._make, session.execute(_FORWARD, {"case": case.id, "after": after, "limit": limit}).all())
    )


def latest_lines(session: Session, case: Case, limit: int = 8) -> list[EntryLine]:
    """The newest entries, newest first, to be listed."""
    return list(map(EntryLine._make, session.execute(_BACK, {"case": case.id, "after": 0, "limit": limit}).all()))


def entries(session: Session, case: Case, *, after: int = 0, limit: int = 200) -> Sequence[DocketEntry]:
    """Entries numbered above ``after``, in order."""
    return session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.number > after)
        .order_by(DocketEntry.number)
        .limit(limit)
    ).all()


def entry(session: Session, case: Case, number: int) -> DocketEntry | None:
    """One entry by its number in the case."""
    return session.scalar(select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number == number))


@remembered
def entries_of(session: Session, case: Case, act: str) -> Sequence[DocketEntry]:
    """Every entry of one kind of act, in order."""
    return session.scalars(
        built_once(
            lambda: (
                select(DocketEntry)
                .where(DocketEntry.case_id == case.id, DocketEntry.act == act)
                .order_by(DocketEntry.number)
            )
        )
    ).all()


Row = TypeVar("Row")


def rows_of(session: Session, kind: type[Row], case: Case, *states: Enum, newest_first: bool = False) -> list[Row]:
    """Rows of a case in the order they came: what was asked for, drafted or agreed, all of it or what is in some states."""
    table: Any = kind
    number, states_asked = case.id, list(states)
    if states:
        query = built_once(
            lambda: select(table).where(table.case_id == number, table.state.in_(states_asked)).order_by(table.id)
        )
    else:
        query = built_once(lambda: select(table).where(table.case_id == number).order_by(table.id))
    found = list(session.scalars(query))
    return found[::-1] if newest_first else found


def documents(session: Session, case: Case) -> Sequence[Document]:
    """The court's papers in the case, in order."""
    return session.scalars(select(Document).where(Document.case_id == case.id).order_by(Document.id)).all()


def papers_of(session: Session, case: Case, number: int) -> Sequence[Document]:
    """The papers an entry made; one that is still being made is not among them."""
    made = (Document.case_id == case.id, Document.entry_number == number, Document.sha256 != "")
    return session.scalars(select(Document).where(*made).order_by(Document.id)).all()


def party(case: Case, role: Role, ordinal: int = 1) -> Party | None:
    """The party with a role and ordinal."""
    return next((p for p in case.parties if p.role is role and p.ordinal == ordinal), None)


def parties(case: Case, role: Role | None = None) -> list[Party]:
    """Parties still in the case, optionally of one role."""
    return [p for p in case.parties if p.left_at is None and (role is None or p.role is role)]


def seat(session: Session, case: Case, role: Role) -> Seat | None:
    """Who holds a seat in the case now."""
    return session.scalar(
        select(Seat).where(Seat.case_id == case.id, Seat.role == role, Seat.until_at.is_(None)).order_by(Seat.id.desc())
    )


def void(paper: Document, entry: int, at: datetime) -> None:
    """From an entry on a paper of the court no longer holds; whoever checks it is told so. The bytes stay."""
    paper.void_by, paper.void_at = entry, at
