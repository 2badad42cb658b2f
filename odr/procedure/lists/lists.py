"""Putting acts on a list, taking them back, and performing them one by one when their time has come. No flask.

An act that stands on the docket cannot be undone, only corrected. So what somebody ticks is a list first: for some
minutes (``ODR_LIST_MINUTES``) it can be taken back whole or line by line, or done at once. It lies in the database: a
restart loses nothing. Each line is performed in a Sitting of its own, and whose right it was is asked again there.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import CourtError, Forbidden, InvalidInput, NotFound, StorageFull, Unavailable
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, words_of
from odr.identity.actors import Actor, SignIn, actors_in
from odr.identity.models import Account, AccountState
from odr.procedure.acts.availability import law_of
from odr.procedure.forms.faults import validate
from odr.procedure.lists.kinds import KINDS, ListKind
from odr.procedure.lists.models import ActList, ActListLine, LineState

if TYPE_CHECKING:
    from datetime import datetime

    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger(__name__)
MOST_LINES = 1000


@dataclass(frozen=True)
class Line:
    """An act to be put on a list: in which case, with what input, and what it is about."""

    case_id: int
    given: BaseModel
    subject: str


@dataclass(frozen=True)
class Shown:
    """A line as its maker sees it."""

    line: ActListLine
    case: Case


@dataclass(frozen=True)
class Mine:
    """A list as its maker sees it among the others: how many lines stand where."""

    made: ActList
    kind: ListKind
    count: Mapping[LineState, int]


def put_on_list(
    court: Court,
    kind: ListKind,
    account_id: int,
    act: str,
    lines: Sequence[Line],
    *,
    key: str,
    ticked: int,
    proved: bool = False,
) -> str:
    """Keep acts as a list and give its reference; what waits on another list already is left out.

    The same ``key`` again gives the first list. Raises InvalidInput where nothing is left to put on it.
    """
    now = court.clock.now()
    with court.database.write() as session:
        # Sent twice at once, the second waits for the first and finds its list.
        session.get_one(Account, account_id, with_for_update=True)
        known = select(ActList.reference).where(ActList.account_id == account_id, ActList.key == key)
        if (found := session.scalar(known)) is not None:
            return found
        taken = waiting_subjects(session, kind, [line.subject for line in lines])
        fresh = [line for line in lines if line.subject not in taken][:MOST_LINES]
        if not fresh:
            raise InvalidInput.at("case", T("What you ticked waits on a list already, or was decided meanwhile."))
        made = ActList(
            kind=kind.name,
            act=act,
            account_id=account_id,
            key=key,
            ticked=ticked,
            proved=proved,
            made_at=now,
            due_at=now + timedelta(minutes=court.settings.list_minutes),
        )
        session.add(made)
        session.flush()
        session.add_all(
            ActListLine(
                list_id=made.id,
                number=number,
                case_id=line.case_id,
                subject=line.subject,
                given=line.given.model_dump(mode="json"),
                state=LineState.WAITS,
            )
            for number, line in enumerate(fresh, 1)
        )
        return made.reference


def waiting_subjects(session: Session, kind: ListKind, subjects: Collection[str]) -> set[str]:
    """Which of these wait on a list of a kind, whoever made it."""
    return set(
        session.scalars(
            select(ActListLine.subject)
            .join(ActList, ActList.id == ActListLine.list_id)
            .where(ActListLine.state == LineState.WAITS, ActListLine.subject.in_(subjects), ActList.kind == kind.name)
        )
    )


def lists_waiting(session: Session, account_id: int) -> int:
    """How many of somebody's own lists are not done yet."""
    mine = select(func.count()).select_from(ActList).where(ActList.account_id == account_id, ActList.ended_at.is_(None))
    return session.scalar(mine) or 0


def list_of(session: Session, account_id: int, reference: str) -> tuple[ActList, list[Shown]]:
    """A list of one's own with its lines. Raises NotFound."""
    made = _own(session, account_id, reference)
    rows = session.execute(
        select(ActListLine, Case)
        .join(Case, Case.id == ActListLine.case_id)
        .where(ActListLine.list_id == made.id)
        .order_by(ActListLine.number)
    )
    return made, [Shown(line, case) for line, case in rows]


def lists_of(session: Session, account_id: int, after: str | None = None) -> Listed[Mine]:
    """The lists somebody has made, the newest first."""
    page = page_of(
        session, select(ActList).where(ActList.account_id == account_id), (Key(ActList.id, descending=True),), after
    )
    made = [row[0] for row in page.rows]
    counted: dict[int, dict[LineState, int]] = {}
    rows = session.execute(
        select(ActListLine.list_id, ActListLine.state, func.count())
        .where(ActListLine.list_id.in_([one.id for one in made]))
        .group_by(ActListLine.list_id, ActListLine.state)
    )
    for list_id, state, count in rows:
        counted.setdefault(list_id, {})[state] = count
    return page.of([Mine(one, KINDS[one.kind], counted.get(one.id, {})) for one in made])


def _own(session: Session, account_id: int, reference: str) -> ActList:
    found = session.scalar(select(ActList).where(ActList.reference == reference, ActList.account_id == account_id))
    if found is None:
        raise NotFound
    return found


def take_back(court: Court, account_id: int, reference: str, numbers: Iterable[int] | None) -> int:
    """Take lines of one's own list back, or all of it; gives how many were. What is done already stays done.

    Raises NotFound.
    """
    now = court.clock.now()
    with court.database.write() as session:
        made = _own(session, account_id, reference)
        # One statement decides between this and the worker, who holds the line it performs.
        taking = update(ActListLine).where(ActListLine.list_id == made.id, ActListLine.state == LineState.WAITS)
        if numbers is not None:
            taking = taking.where(ActListLine.number.in_(sorted(set(numbers))))
        taken = session.execute(taking.values(state=LineState.TAKEN_BACK, at=now))
        _end_if_done(session, made, now)
        return int(getattr(taken, "rowcount", 0))


def say_now(court: Court, account_id: int, reference: str) -> None:
    """Have one's own list done without waiting longer. Raises NotFound."""
    with court.database.write() as session:
        made = _own(session, account_id, reference)
        made.said_now_at = made.said_now_at or court.clock.now()
    court.beside(perform_lists)


def perform_lists(court: Court) -> int:
    """Perform every line whose time has come; returns how many were done. The worker's step."""
    now, done = court.clock.now(), 0
    with court.database.read() as session:
        due = session.execute(
            built_once(
                lambda: (
                    select(ActListLine.id, ActList.id)
                    .join(ActList, ActList.id == ActListLine.list_id)
                    .where(
                        ActList.ended_at.is_(None),
                        ActListLine.state == LineState.WAITS,
                        or_(ActList.due_at <= now, ActList.said_now_at.is_not(None)),
                    )
                    .order_by(ActListLine.id)
                )
            )
        ).all()
    for line_id, _ in due:
        try:
            done += _perform(court, line_id)
        except Exception:
            # One line that fails by a fault of the program keeps none of the others; it waits and is tried again.
            log.exception("a line of a list could not be performed; it is tried again in the next round")
    with court.database.write() as session:
        for list_id in sorted({list_id for _, list_id in due}):
            _end_if_done(session, session.get_one(ActList, list_id), now)
    return done


def _end_if_done(session: Session, made: ActList, now: datetime) -> None:
    waits = select(ActListLine.id).where(ActListLine.list_id == made.id, ActListLine.state == LineState.WAITS).limit(1)
    if made.ended_at is None and session.scalar(waits) is None:
        made.ended_at = now


def _perform(court: Court, line_id: int) -> int:
    """Perform one line in a Sitting of its own; 1 where it was done, 0 where it was refused or is nobody's to do now."""
    prepared: Mapping[str, Any] = {}
    breach: CourtError | None = None
    try:
        prepared = _prepared(court, line_id)
    except (Unavailable, StorageFull):
        raise  # of the court, not of the line: it waits
    except CourtError as error:
        breach = error  # said while the paper was set, before anything is done
    with court.sit(prepared) as sitting:
        line = sitting.session.scalar(
            select(ActListLine)
            .where(ActListLine.id == line_id, ActListLine.state == LineState.WAITS)
            .with_for_update(skip_locked=True)
        )
        if line is None:
            return 0
        line.at = sitting.now
        try:
            if breach is not None:
                raise breach
            with sitting.savepoint():
                line.entry_number = _do(sitting, line)
            line.state = LineState.DONE
        except (Unavailable, StorageFull):
            raise
        except CourtError as error:
            line.state, line.breach = LineState.REFUSED, words_of(error.message)
        return int(line.state is LineState.DONE)


def _prepared(court: Court, line_id: int) -> Mapping[str, Any]:
    with court.database.read() as session:
        line = session.get_one(ActListLine, line_id)
        made, case = session.get_one(ActList, line.list_id), session.get_one(Case, line.case_id)
        given = validate(court.table[made.act].input, line.given)
        actor = _actor(court, session, made, case)
        session.expunge_all()
    return court.prepare(made.act, case, given, actor)


def _do(sitting: Sitting, line: ActListLine) -> int:
    session, court = sitting.session, sitting.court
    made, case = session.get_one(ActList, line.list_id), session.get_one(Case, line.case_id)
    given = validate(court.table[made.act].input, line.given)
    actor = _actor(court, session, made, case)
    before = KINDS[made.kind].before
    if before is not None:
        before(sitting, case, session.get_one(Account, made.account_id), given)
    key = f"list/{made.reference}/{line.number}"
    return sitting.perform(made.act, case, given, actor=actor, key=key).number


def _actor(court: Court, session: Session, made: ActList, case: Case) -> Actor:
    """Whoever made the list, if they still may: by their office, or by the seat they still hold in the case.

    Who they are was proved when the list was made and counts for its lines, which nobody can change any more.
    """
    kind, account = KINDS[made.kind], session.get_one(Account, made.account_id)
    now, strong_at = court.clock.now(), court.clock.machine_now() if made.proved else None
    if kind.office:
        if account.state is AccountState.ACTIVE and kind.role in account.staff_roles:
            return Actor(kind.role, account.id, account.name, case.id, strong_at=strong_at, sign_in=SignIn.TWO_FACTORS)
    else:
        for actor in actors_in(session, account, case, now, strong_at):
            if actor.role is kind.role:
                return actor
    raise Forbidden(
        T("You no longer serve in this case, or not in this role."),
        source=law_of(court.rules_of(case, now), court.table[made.act]),
    )
