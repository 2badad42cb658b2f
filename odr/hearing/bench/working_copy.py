"""A judge's working copy of a case: notes and marks that are theirs alone, and go to a successor by their choice only. No flask.

Nothing of it is an act: no docket, no file, no copy and no list of the court has a word of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.docket.queries import entry
from odr.docket.visibility import reads_entry
from odr.evidence.exhibits.queries import exhibits_of
from odr.ground.canonical import sha256_hex
from odr.ground.db import insert_once
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.hearing.models import BenchNote, WorkingCopyLeft, WorkingMark
from odr.identity.actors import Actor, serving
from odr.identity.models import Account
from odr.procedure.forms import once
from odr.procedure.forms.inputs import CourtModel, CourtText, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST_NOTES = 20_000
"""Characters of the notes on one case."""


class MarkInput(CourtModel):
    """A mark: on what, which words of it, and what the judge thinks of them."""

    about: Annotated[
        str | None,
        CourtText(0, 20, one_line=True),
        field(
            T("On what?"),
            T("The label of an exhibit, such as C-1, or the number of an entry. Leave it empty for the whole case."),
        ),
    ] = None
    quoted: Annotated[
        str | None,
        CourtText(0, 2000),
        field(T("The passage"), T("Copied from there, if the mark is on some words alone."), widget="textarea"),
    ] = None
    words: Annotated[str, CourtText(1, 4000), field(T("Your mark"), widget="textarea")]


def add_mark(court: Sitting, case: Case, actor: Actor, given: MarkInput, now: datetime, reference: str) -> WorkingMark:
    """Enter a mark, once under one ``reference``. Raises InvalidInput where it names nothing that its writer may see."""
    about = (given.about or "").strip()
    number = int(about) if _is_number(about) else None
    if number is not None:
        found = entry(court.session, case, number)
        if found is None or not reads_entry(actor, found):
            raise InvalidInput.at("about", T("There is no such entry."))
    label = about.upper() if about and number is None else None
    if label is not None and label not in {one.label for one in exhibits_of(court.session, case)}:
        raise InvalidInput.at("about", T("There is no such exhibit."))
    assert actor.account_id is not None
    mark = WorkingMark(
        reference=reference,
        case_id=case.id,
        account_id=actor.account_id,
        exhibit=label,
        entry_number=number,
        quoted=given.quoted or None,
        words=given.words,
        made_at=now,
    )
    said = ("words", "quoted", "exhibit", "entry_number")
    return once.enter(court.session, mark, said=said, case_id=case.id, account_id=actor.account_id)


def _is_number(about: str) -> bool:
    """Whether it names an entry: no docket has more than six digits of them."""
    return about.isdecimal() and len(about) <= 6


def marks_of(
    session: Session, case: Case, account_id: int, after: str | None = None, about: str | None = None
) -> Listed[WorkingMark]:
    """Somebody's own marks on a case, in the order of what they are on; those on one exhibit or entry if given."""
    mark = WorkingMark
    query = select(mark).where(mark.case_id == case.id, mark.account_id == account_id)
    if about:
        query = query.where(mark.entry_number == int(about) if _is_number(about) else mark.exhibit == about.upper())
    page = page_of(session, query, (Key(mark.made_at, datetime, descending=True), Key(mark.id, descending=True)), after)
    return page.of([row for (row,) in page.rows])


def counted(session: Session, case: Case, account_id: int) -> dict[str, int]:
    """How many marks somebody has on each exhibit."""
    rows = session.execute(
        built_once(
            lambda: (
                select(WorkingMark.exhibit, func.count())
                .where(
                    WorkingMark.case_id == case.id,
                    WorkingMark.account_id == account_id,
                    WorkingMark.exhibit.is_not(None),
                )
                .group_by(WorkingMark.exhibit)
            )
        )
    )
    return {label: number for label, number in rows if label}


def remove_mark(session: Session, case: Case, account_id: int, reference: str) -> None:
    """A mark goes for good. Raises NotFound for one that is not one's own."""
    gone = delete(WorkingMark).where(
        WorkingMark.case_id == case.id, WorkingMark.account_id == account_id, WorkingMark.reference == reference
    )
    if not session.execute(gone.returning(WorkingMark.id)).all():
        raise NotFound


def note_of(session: Session, case_id: int, account_id: int) -> BenchNote | None:
    """Somebody's own notes on a case."""
    return session.scalar(_note(case_id, account_id))


def _note(case_id: int, account_id: int) -> Select[BenchNote]:
    return select(BenchNote).where(BenchNote.case_id == case_id, BenchNote.account_id == account_id)


def seen_note(note: BenchNote | None) -> str:
    """Which state of the notes a page shows, so that another window's are not written over unseen."""
    return sha256_hex(note.words.encode()) if note is not None else ""


def save_note(
    session: Session, case_id: int, account_id: int, words: str, now: datetime, seen: str | None = None
) -> None:
    """Keep somebody's notes on a case in place of what they had. Raises InvalidInput where they are too long, or where the
    notes are others than the page had ``seen``: nothing is cut, and nothing written over unseen.
    """
    words = words.replace("\r\n", "\n")
    if len(words) > MOST_NOTES:
        raise InvalidInput.at(
            "words",
            T(
                "Your notes on one case hold at most %(most)s characters; these have %(count)s. Nothing was saved: shorten them, or put a part into a mark.",
                most=MOST_NOTES,
                count=len(words),
            ),
        )
    found = note_of(session, case_id, account_id)
    if found is None:
        if insert_once(session, BenchNote(case_id=case_id, account_id=account_id, words=words, saved_at=now)):
            return
        found = session.scalars(_note(case_id, account_id)).one()
    if seen is not None and seen != seen_note(found) and found.words != words:
        raise InvalidInput.at(
            "words",
            T(
                "Your notes were changed in another window since you opened this page. Nothing was saved: what stands there now is below the field; put together what you want to keep."
            ),
        )
    found.words, found.saved_at = words, now


# -- left to whoever follows --------------------------------------------------------


def left_by(session: Session, case_id: int, account_id: int) -> WorkingCopyLeft | None:
    """Whether somebody lets their successor have it."""
    left = WorkingCopyLeft
    return session.scalar(select(left).where(left.case_id == case_id, left.account_id == account_id))


def leave(session: Session, case: Case, account_id: int, now: datetime) -> None:
    """Let whoever follows as judge of the case have notes and marks; twice changes nothing. Raises NotFound for who never
    was its judge.
    """
    if not _was_judge(session, case.id, account_id):
        raise NotFound
    if left_by(session, case.id, account_id) is None:
        insert_once(session, WorkingCopyLeft(case_id=case.id, account_id=account_id, left_at=now))


def keep_back(session: Session, case: Case, account_id: int) -> None:
    """Nobody is to have it after all; what was taken over already stays with whoever has it."""
    left = WorkingCopyLeft
    session.execute(delete(left).where(left.case_id == case.id, left.account_id == account_id, left.taken_by.is_(None)))


def destroy(session: Session, case: Case, account_id: int) -> None:
    """All that somebody noted on a case goes for good, and with it the leave to have it."""
    for table in (WorkingMark, BenchNote, WorkingCopyLeft):
        session.execute(delete(table).where(table.case_id == case.id, table.account_id == account_id))


def _was_judge(session: Session, case_id: int, account_id: int) -> bool:
    held = select(Seat.id).where(Seat.case_id == case_id, Seat.account_id == account_id, Seat.role == Role.JUDGE)
    return session.scalar(held.limit(1)) is not None


def _sits(case_id: ColumnElement[int], account_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(
        Seat.case_id == case_id, Seat.account_id == account_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None)
    )


@dataclass(frozen=True)
class Offered:
    """What a judge before left to the one who sits now."""

    left: WorkingCopyLeft
    name: str


def offered_to(session: Session, case: Case, account_id: int) -> list[Offered]:
    """What judges who sit in the case no more left to whoever sits now, and nobody has taken yet."""
    left = WorkingCopyLeft
    rows = session.execute(
        select(left, Account.name)
        .join(Account, Account.id == left.account_id)
        .where(
            left.case_id == case.id,
            left.account_id != account_id,
            left.taken_by.is_(None),
            ~_sits(left.__table__.c.case_id, left.__table__.c.account_id),
        )
        .order_by(left.id)
    )
    return [Offered(*row) for row in rows]


def take_over(session: Session, case: Case, actor: Actor, number: int, now: datetime) -> None:
    """The judge who sits now takes over what one before left: its marks become theirs, its notes stand after their own, or
    are a mark on the case where both together are too long.

    Raises NotFound for what was left to nobody, or was taken.
    """
    assert actor.account_id is not None
    one = next((o for o in offered_to(session, case, actor.account_id) if o.left.id == number), None)
    if one is None or actor.role is not Role.JUDGE:
        raise NotFound
    left = WorkingCopyLeft
    taking = update(left).where(left.id == number, left.taken_by.is_(None))
    if not session.scalars(taking.values(taken_by=actor.account_id, taken_at=now).returning(left.id)).all():
        raise NotFound
    theirs, mine = (note_of(session, case.id, who) for who in (one.left.account_id, actor.account_id))
    if theirs is not None and theirs.words:
        told = f"{one.name}:\n{theirs.words}"
        joined = f"{mine.words}\n\n{told}" if mine is not None and mine.words else told
        if len(joined) <= MOST_NOTES:
            save_note(session, case.id, actor.account_id, joined, now)
        else:  # Too long to be one's own notes too: whole, as a mark on the case.
            session.add(
                WorkingMark(
                    case_id=case.id,
                    account_id=actor.account_id,
                    words=told,
                    made_at=theirs.saved_at,
                    from_account=one.left.account_id,
                )
            )
    for mark in session.scalars(
        select(WorkingMark).where(WorkingMark.case_id == case.id, WorkingMark.account_id == one.left.account_id)
    ).all():
        session.add(
            WorkingMark(
                case_id=case.id,
                account_id=actor.account_id,
                exhibit=mark.exhibit,
                entry_number=mark.entry_number,
                quoted=mark.quoted,
                words=mark.words,
                made_at=mark.made_at,
                from_account=one.left.account_id,
            )
        )


@dataclass(frozen=True)
class Behind:
    """A case one has judged and judges no more, of which one still has notes or marks."""

    case: Case
    left: bool
    taken: bool


def behind(session: Session, account_id: int, after: str | None = None) -> Listed[Behind]:
    """One's own working copies of cases in which one sits no more, the newest case first."""
    left = WorkingCopyLeft
    noted = exists().where(BenchNote.case_id == Case.id, BenchNote.account_id == account_id)
    marked = exists().where(WorkingMark.case_id == Case.id, WorkingMark.account_id == account_id)
    sat = Case.id.in_(select(Seat.case_id).where(Seat.account_id == account_id, Seat.role == Role.JUDGE))
    sits = exists().where(Seat.case_id == Case.id, serving(account_id, Role.JUDGE))
    query = (
        select(Case, left)
        .outerjoin(left, (left.case_id == Case.id) & (left.account_id == account_id))
        .where(or_(noted, marked), sat, ~sits)
    )
    page = page_of(session, query, (Key(Case.id, descending=True),), after)
    return page.of([Behind(case, row is not None, bool(row and row.taken_by)) for case, row in page.rows])


def of_mine(session: Session, account_id: int, reference: str) -> Case:
    """A case of which one has a working copy though one sits there no more. Raises NotFound."""
    case = session.scalar(select(Case).where(Case.reference == reference))
    if case is None or not _was_judge(session, case.id, account_id):
        raise NotFound
    return case
