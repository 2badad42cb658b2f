"""Words between people of the court about a case or one of its entries, which never reach the docket. No flask.

They are how work is passed on, not how a case is decided: what is deliberated belongs into the deliberation, and whatever
a party should know into an act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Case, Role, Seat
from odr.ground.db import new_reference
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.identity.actors import Actor, serving
from odr.identity.models import Account
from odr.procedure.forms import once
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import StaffNote

WRITERS = tuple(role for role in Role if role in COURT_ROLES)
"""Who writes and reads them: those of the court who sit in the case."""


class StaffNoteInput(CourtModel):
    """What somebody of the court tells a colleague."""

    words: Annotated[
        str,
        CourtText(3, 2000),
        field(
            T("What you tell them"),
            T("Only people of the court who sit in this case read it. It is not part of the file."),
            widget="textarea",
        ),
    ]
    for_role: Annotated[
        str | None,
        field(
            T("For whom"), options={"": T("Everybody of the court in this case"), **{r.value: r.label for r in WRITERS}}
        ),
    ] = ""


@dataclass(frozen=True)
class Note:
    """A note with its case and the names of who wrote and closed it."""

    row: StaffNote
    case: Case
    name: str
    closed_by: str | None


def write(
    session: Session,
    case: Case,
    actor: Actor,
    given: StaffNoteInput,
    now: datetime,
    entry: int | None = None,
    reference: str | None = None,
) -> StaffNote:
    """Enter a note, once under one ``reference``. ``entry`` is the number of the docket entry it is about. Raises InvalidInput for a role that writes
    none, or an entry that is not there.
    """
    role = next((one for one in WRITERS if one.value == given.for_role), None)
    if given.for_role and role is None:
        raise InvalidInput.at("for_role", T("Choose somebody of the court."))
    if entry is not None and not 1 <= entry <= case.entry_count:
        raise InvalidInput.at("words", T("There is no such entry."))
    note = StaffNote(
        reference=reference or new_reference(),
        case_id=case.id,
        entry_number=entry,
        account_id=actor.account_id,
        role=actor.role,
        for_role=role,
        words=given.words,
        written_at=now,
    )
    return once.enter(
        session, note, said=("words", "for_role", "entry_number"), case_id=case.id, account_id=actor.account_id
    )


def close(session: Session, case: Case, reference: str, actor: Actor, now: datetime) -> None:
    """It is dealt with; closing it twice changes nothing. Raises NotFound for a note of another case."""
    note = session.scalar(select(StaffNote).where(StaffNote.case_id == case.id, StaffNote.reference == reference))
    if note is None:
        raise NotFound
    if note.closed_at is None:
        note.closed_at, note.closed_by = now, actor.account_id


def notes_of(
    session: Session, case: Case, after: str | None = None, entry: int | None = None, *, closed: bool = False
) -> Listed[Note]:
    """Notes of a case that are open, or those that are closed, the newest first; only those on one entry if given."""
    wanted = [
        StaffNote.case_id == case.id,
        StaffNote.closed_at.is_not(None) if closed else StaffNote.closed_at.is_(None),
    ]
    if entry is not None:
        wanted.append(StaffNote.entry_number == entry)
    return _page(session, wanted, after, newest=True)


def notes_for(session: Session, account_id: int, after: str | None = None) -> Listed[Note]:
    """Open notes of colleagues in the cases in which an account sits, for its seat there or for everybody, the oldest
    first.
    """
    seats = select(Seat.case_id, Seat.role).where(serving(account_id, *WRITERS)).subquery()
    mine = (
        select(seats.c.case_id)
        .where(
            seats.c.case_id == StaffNote.case_id,
            or_(StaffNote.for_role.is_(None), StaffNote.for_role == seats.c.role),
        )
        .exists()
    )
    return _page(session, [StaffNote.closed_at.is_(None), StaffNote.account_id != account_id, mine], after)


def open_on(session: Session, case: Case, entry: int) -> int:
    """How many open notes there are on an entry."""
    return notes_of(session, case, entry=entry).total


def _page(
    session: Session, wanted: list[ColumnElement[bool]], after: str | None, *, newest: bool = False
) -> Listed[Note]:
    query = (
        select(StaffNote, Case, Account.name)
        .join(Case, Case.id == StaffNote.case_id)
        .join(Account, Account.id == StaffNote.account_id)
        .where(*wanted)
    )
    keys = (Key(StaffNote.written_at, datetime, descending=newest), Key(StaffNote.id, descending=newest))
    page = page_of(session, query, keys, after)
    closers = [row.closed_by for row, _, _ in page.rows if row.closed_by is not None]
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(closers)))
    names = {number: name for number, name in found.all()}  # noqa: C416 - rows are no pairs to the type checker
    return page.of([Note(row, case, name, names.get(row.closed_by or 0)) for row, case, name in page.rows])
