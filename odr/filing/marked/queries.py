"""Later filings nobody of the registry has looked at, and those that were marked. No flask."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Seat, Stage
from odr.docket.queries import entry as entry_of
from odr.filing import names
from odr.filing.marked.models import FilingLook, FilingMark, FilingWaiting
from odr.ground.db import insert_once
from odr.ground.keyset import Expression, Key, Lines, Listed, judged, lines_of, page_of
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.identity.actors import serving
from odr.procedure.acts.letter import PaperKind
from odr.procedure.acts.table import TABLE, Act, Milestone, Topic
from odr.procedure.audit.entry_facts import EntryFacts

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

READ_BY_CLERKS = (Audience.PARTIES_AND_COURT, Audience.HEARING, Audience.OWN_SIDE_AND_COURT, Audience.COURT)
"""What a clerk does not read the clerk does not look through: the private room, what is sealed, what is for named readers."""
TOPICS = frozenset({Topic.CLAIM, Topic.EVIDENCE, Topic.DECISION, Topic.FEE})
LATER = frozenset(Stage) - {
    Stage.PRESERVING,
    Stage.MEDIATING,
    Stage.CONFIRMING,
    Stage.PAYMENT_ORDER,
    Stage.LODGED,
    Stage.RETURNED,
    Stage.CLOSED,
}
"""Stages in which what comes is a later filing: the claim itself is reviewed before it is accepted (OLR 9)."""


def is_filing(act: Act) -> bool:
    """Whether a party files something by the act; answering a mark is none, or every answer would be looked at again."""
    if act.by.isdisjoint(PARTY_ROLES) or not act.listed or act.name == names.ANSWER_FILING_MARK:
        return False
    pleading = act.letter is not None and act.letter.kind is PaperKind.PLEADING
    return act.topic in TOPICS or pleading or not act.means.isdisjoint({Milestone.EXHIBITS_BROUGHT})


def filing_acts() -> list[str]:
    """Names of the acts by which parties file."""
    return [act.name for act in TABLE if is_filing(act)]


def later_filings() -> tuple[ColumnElement[bool], ...]:
    """Which entries, joined with their case, are later filings that a clerk reads."""
    return (
        DocketEntry.role.in_(PARTY_ROLES),
        judged(DocketEntry.act).in_(filing_acts()),
        judged(DocketEntry.audience).in_(READ_BY_CLERKS),
        Case.stage.in_(LATER),
        DocketEntry.recorded_at >= Case.accepted_at,
    )


def _nobody_looked(case_id: Expression, number: Expression) -> tuple[ColumnElement[bool], ...]:
    """Whether a filing was neither looked at nor marked."""
    return (
        ~exists().where(FilingLook.case_id == case_id, FilingLook.entry_number == number),
        ~exists().where(FilingMark.case_id == case_id, FilingMark.entry_number == number),
    )


@dataclass(frozen=True)
class Filing:
    """A filing in the queue: its case, its entry, by which act it came, from whom and when."""

    case: Case
    number: int
    act: Act
    who: str
    at: datetime

    @property
    def key(self) -> str:
        """How the page of the queue names it."""
        return f"{self.case.reference}/{self.number}"


def to_look_at(session: Session, account_id: int, after: str | None = None) -> Listed[Filing]:
    """Filings in the cases of a clerk that nobody has looked at or marked, the oldest first."""
    entry = DocketEntry
    query = (
        select(entry.id, entry.number, entry.act, entry.recorded_at, Party.name, Case)
        .join(Case, Case.id == entry.case_id)
        .join(Party, Party.id == entry.party_id)
        .where(
            entry.case_id.in_(select(Seat.case_id).where(serving(account_id, Role.CLERK))),
            *later_filings(),
            *_nobody_looked(entry.case_id, entry.number),
        )
    )
    page = page_of(session, query, (Key(entry.recorded_at, datetime), Key(entry.id)), after)
    return page.of([Filing(case, number, TABLE[act], who, at) for _, number, act, at, who, case in page.rows])


def note_in_order(session: Session, account_id: int, chosen: Collection[str], now: datetime) -> int:
    """The clerk finds nothing to mark in these filings; returns in how many. Whatever is none of theirs, or was looked at
    meanwhile, is left as it is.
    """
    wanted = [part.rpartition("/") for part in chosen]
    cases = {
        case.reference: case
        for case in session.scalars(select(Case).where(Case.reference.in_({each[0] for each in wanted})))
    }
    mine = set(session.scalars(select(Seat.case_id).where(serving(account_id, Role.CLERK))))
    looked = 0
    for reference, _, number in wanted:
        case = cases.get(reference)
        if case is None or case.id not in mine or not number.isdecimal() or len(number) > 6:
            continue
        if filing_named(session, case, int(number)) is not None and not is_done(session, case, int(number)):
            look = FilingLook(case_id=case.id, entry_number=int(number), account_id=account_id, looked_at=now)
            looked += insert_once(session, look)
            waits_no_more(session, case, int(number))
    return looked


def filing_named(session: Session, case: Case, number: int) -> DocketEntry | None:
    """A later filing of the case by the number of its entry."""
    found = entry_of(session, case, number)
    if found is None or found.role not in PARTY_ROLES or found.audience not in READ_BY_CLERKS:
        return None
    accepted = case.accepted_at
    return found if accepted and found.recorded_at >= accepted and found.act in filing_acts() else None


def is_done(session: Session, case: Case, number: int) -> bool:
    """Whether somebody looked at it already."""
    look = select(FilingLook.id).where(FilingLook.case_id == case.id, FilingLook.entry_number == number)
    return session.scalar(look) is not None or any(
        one.entry_number == number for one in marks_of(session, case, open_only=True)
    )


@remembered
def marks_of(
    session: Session, case: Case, *, open_only: bool = False, party_id: int | None = None
) -> Sequence[FilingMark]:
    """The marks of a case, the oldest first; those that wait alone, or those of one party."""
    query = built_once(lambda: select(FilingMark).where(FilingMark.case_id == case.id).order_by(FilingMark.id))
    # A case has few: they are told apart here, so that it is one question.
    return [
        mark
        for mark in session.scalars(query)
        if (not open_only or mark.closed_entry is None) and (party_id is None or mark.party_id == party_id)
    ]


@dataclass(frozen=True)
class Marked:
    """A mark that waits, for a list: its case, whose filing it is, whether the filer has answered, who sees to it."""

    mark: FilingMark
    case: Case
    who: str


def marked(session: Session, after: str | None = None, clerk: int | None = None) -> Listed[Marked]:
    """Marks that wait, the oldest first: of the whole court, or in the cases of one clerk."""
    query = (
        select(FilingMark, Case, Party.name)
        .join(Case, Case.id == FilingMark.case_id)
        .join(Party, Party.id == FilingMark.party_id)
        .where(FilingMark.closed_entry.is_(None), judged(Case.stage).in_(LATER))
    )
    if clerk is not None:
        query = query.where(FilingMark.case_id.in_(select(Seat.case_id).where(serving(clerk, Role.CLERK))))
    page = page_of(session, query, (Key(FilingMark.marked_at, datetime), Key(FilingMark.id)), after)
    return page.of([Marked(*row) for row in page.rows])


def note_filing(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After every act: a later filing waits for the clerk; in a case that is over nothing does, until it goes on."""
    if case.stage is Stage.CLOSED:
        sitting.session.execute(delete(FilingWaiting).where(FilingWaiting.of_case == case.id))
    elif _was_over(entry):
        _wait_again(sitting.session, case)
    elif case.accepted_at is not None and entry.role in PARTY_ROLES and entry.audience in READ_BY_CLERKS:
        act = TABLE.get(entry.act)
        if act is not None and is_filing(act):
            sitting.session.add(
                FilingWaiting(of_case=case.id, entry_number=entry.number, recorded_at=entry.recorded_at)
            )


def _was_over(entry: DocketEntry) -> bool:
    """Whether the act found the case closed, and is one by which a closed case goes on."""
    act = TABLE.get(entry.act)
    if act is None or Stage.CLOSED not in act.at or not act.to - {Stage.CLOSED}:
        return False
    stages = EntryFacts(entry.number, entry.party_id, json.loads(entry.payload)).stages
    return stages is not None and stages[0] is Stage.CLOSED


def _wait_again(session: Session, case: Case) -> None:
    """A case that was over goes on: what nobody had looked at stands in the clerk's queue again."""
    session.flush()
    entry = DocketEntry
    is_there = exists().where(FilingWaiting.of_case == entry.case_id, FilingWaiting.entry_number == entry.number)
    found = (
        select(entry.number, entry.recorded_at)
        .join(Case, Case.id == entry.case_id)
        .where(entry.case_id == case.id, *later_filings(), *_nobody_looked(entry.case_id, entry.number), ~is_there)
    )
    for number, at in session.execute(found).all():
        session.add(FilingWaiting(of_case=case.id, entry_number=number, recorded_at=at))


def waits_no_more(session: Session, case: Case, number: int) -> None:
    """Somebody looked at a filing, or marked it."""
    session.execute(delete(FilingWaiting).where(FilingWaiting.of_case == case.id, FilingWaiting.entry_number == number))


def unseen(session: Session) -> tuple[Lines, datetime | None]:
    """How many later filings of open cases nobody at the registry has looked at, as far as they are counted, and since when the oldest
    waits.
    """
    waits = (
        select(FilingWaiting.recorded_at)
        .join(Case, Case.id == FilingWaiting.of_case)
        .where(
            judged(Case.stage).in_(LATER),
            FilingWaiting.recorded_at >= Case.accepted_at,
            # The version before looks and marks without taking the row away.
            *_nobody_looked(FilingWaiting.of_case, FilingWaiting.entry_number),
        )
    )
    total = lines_of(session, waits)
    oldest = session.scalar(waits.order_by(FilingWaiting.recorded_at).limit(1)) if total else None
    return total, oldest
