"""The registry's queue: what waits for a person of the court, by what happens in law if nobody does anything."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from odr.docket.models import Case, Role, Seat, Stage
from odr.docket.queries import parties
from odr.filing import desks
from odr.filing.bulk.models import BulkLine
from odr.filing.claim.acts import CORRECTION
from odr.filing.complaints.acts import COMPLAINT
from odr.filing.complaints.queries import COMPLAINT_WINDOW, lies_with
from odr.filing.models import Claim, Request, RequestKind, RequestState, ReviewReturn
from odr.filing.registry.review import is_definite
from odr.ground.memory.built_once import built_once
from odr.ground.text import Money, T, Text, last_day
from odr.identity.actors import serving
from odr.procedure.acts.windows import rule_of
from odr.procedure.models import Task, Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REVIEW = "registry_review"


class Fate(enum.IntEnum):
    """What comes of something nobody touches, the gravest first."""

    UNSERVABLE = 0  # taken up by the clock against somebody nobody can be served as (CPI 209)
    NOT_HEARD = 1  # taken up by the clock although another court hears it
    STANDS_STILL = 2  # a returned claim nobody mended: no clock ends it (REG 7)
    UNANSWERED = 3  # a complaint (EXT 7, REG 13)
    AS_IT_IS = 4  # taken up by the clock with what is still missing, after the one return (OLR 9)
    TAKEN_UP = 5  # taken up by the clock, and returned no more


class Hurry(enum.IntEnum):
    """How near the last day is."""

    PASSED = 0  # the time is over
    NOW = 1  # today or tomorrow
    LATER = 2  # further off

    @property
    def kind(self) -> str:
        """As a status's kind."""
        return ("bad", "warn", "wait")[self]


@dataclass(frozen=True)
class QueueLine:
    """Something that waits, with the days left and the reason for its place in words."""

    case: Case
    due_at: datetime
    days: int
    fate: Fate
    why: Text
    apart: Text | None = None
    """What tells it from the others of the same name in the queue."""

    @property
    def hurry(self) -> Hurry:
        """How near its last day is."""
        return Hurry.PASSED if self.days < 0 else Hurry.NOW if self.days <= 1 else Hurry.LATER

    @property
    def is_review(self) -> bool:
        """Whether it is a claim to review; the others are tasks on the desk too."""
        return self.fate not in (Fate.STANDS_STILL, Fate.UNANSWERED)

    @property
    def place(self) -> tuple[Hurry, Fate, datetime, int]:
        """What it is sorted by: nearness of the last day, then what happens in law, then the day itself."""
        return self.hurry, self.fate, self.due_at, self.case.id

    @property
    def begins(self) -> tuple[int, int, datetime, int]:
        """The same, as an address holds it."""
        return int(self.hurry), int(self.fate), self.due_at, self.case.id

    def holds(self, words: str) -> bool:
        """Whether it is looked for: by number, name of a party, or what tells it from the others."""
        case = self.case
        said = (
            case.number or "",
            case.title,
            *(p.name for p in case.parties),
            self.apart.render("en") if self.apart else "",
        )
        return words.lower() in " ".join(said).lower()


def queue_of(sitting: Sitting, account_id: int) -> list[QueueLine]:
    """Claims to review, claims nobody mended and complaints to answer on an account's desk, by legal risk.

    What is over or ends today or tomorrow lies on top; among these, and among the
    rest, what does most harm in law if nothing is done (CPL 126; REG 7, 8; OLR 9; EXT 7).
    """
    rows = _waiting(sitting, account_id)
    look = _Look(sitting, [case for case, window in rows if window.kind == REVIEW])
    tz = sitting.court.settings.tz
    today = sitting.now.astimezone(tz).date()
    lines = sorted((_line(sitting, look, case, window, today) for case, window in rows), key=lambda line: line.place)
    apart = told_apart(sitting.session, [line.case for line in lines])
    return [replace(line, apart=apart.get(line.case.id)) for line in lines]


def told_apart(session: Session, cases: Sequence[Case]) -> dict[int, Text]:
    """For cases of one name, as of one sender against one shop, what differs: the order, the sum, or the line of the
    table they were sent in.
    """
    alike: dict[str, list[Case]] = {}
    for case in cases:
        alike.setdefault(case.title, []).append(case)
    groups = [[case.id for case in same] for same in alike.values() if len(same) > 1]
    ids = [one for group in groups for one in group]
    claims: dict[int, Claim] = {}
    standing = select(Claim).where(Claim.case_id.in_(ids), Claim.withdrawn_at.is_(None)).order_by(Claim.id)
    for claim in session.scalars(standing):
        claims.setdefault(claim.case_id, claim)
    lines = select(BulkLine.case_id, BulkLine.number).where(BulkLine.case_id.in_(ids))
    rows = {row[0]: row[1] for row in session.execute(lines) if row[0] is not None}
    return {one: words for group in groups for one, words in _differences(group, claims, rows).items()}


def _differences(ids: Sequence[int], claims: Mapping[int, Claim], rows: Mapping[int, int]) -> dict[int, Text]:
    """What tells the cases of one name apart: ``claims`` by case, ``rows`` their line in the table they were sent in."""
    orders = {one: claims[one].order_number for one in ids if one in claims and claims[one].order_number}
    sums = {one: Money(claims[one].amount_minor, claims[one].currency) for one in ids if one in claims}
    found: dict[int, Text] = {}
    for one in ids:
        if one in orders and len(set(orders.values())) > 1:
            found[one] = T("Order %(number)s", number=orders[one])
        elif one in sums and len(set(sums.values())) > 1:
            found[one] = T("For %(amount)s", amount=sums[one])
        elif one in rows:
            found[one] = T("Line %(number)s of the table", number=rows[one])
    return found


def returned_count(sitting: Sitting, account_id: int) -> int:
    """Claims of the clerk that are out for correction."""
    query = (
        select(Case.id)
        .join(Seat, Seat.case_id == Case.id)
        .where(serving(account_id, Role.CLERK), Case.stage == Stage.RETURNED)
    )
    return len(sitting.session.scalars(query).all())


def _waiting(sitting: Sitting, account_id: int) -> list[tuple[Case, Window]]:
    """Cases of the account with the window that makes each wait."""
    review = (
        (Seat.role == Role.CLERK)
        & (Window.kind == REVIEW)
        & (Window.state == WindowState.OPEN)
        & (Case.stage == Stage.LODGED)
    )
    unmended = (
        (Seat.role == Role.CLERK)
        & (Window.kind == CORRECTION)
        & (Window.state == WindowState.LAPSED)
        & (Case.stage == Stage.RETURNED)
    )
    before_judge = select(Task.case_id).where(Task.kind == desks.REFUSAL.kind, Task.done_at.is_(None))
    asked = select(Request.reference).where(Request.kind == COMPLAINT, Request.state == RequestState.ASKED)
    complaint = (Seat.role == Role.PRESIDENT) & (Window.kind == COMPLAINT_WINDOW) & Window.subject.in_(asked)
    rows = sitting.session.execute(
        select(Case, Window)
        .join(Seat, Seat.case_id == Case.id)
        .join(Window, Window.case_id == Case.id)
        .where(serving(account_id), Window.due_at.is_not(None), or_(review, unmended, complaint))
        .where(or_(complaint, Case.id.not_in(before_judge)))
        .order_by(Window.due_at, Case.id)
    )
    found = [(case, window) for case, window in rows]
    return _for_oneself(sitting, found, account_id)


def _for_oneself(sitting: Sitting, found: list[tuple[Case, Window]], account_id: int) -> list[tuple[Case, Window]]:
    """Without complaints that somebody else of the office answers, as those about oneself (REG 13)."""
    named = [window.subject for _, window in found if window.kind == COMPLAINT_WINDOW]
    if not named:
        return found
    asked = sitting.session.scalars(select(Request).where(Request.reference.in_(named))).all()
    mine = lies_with(sitting.session, asked, account_id, sitting.today)
    return [(case, window) for case, window in found if window.kind != COMPLAINT_WINDOW or window.subject in mine]


class _Look:
    """What the order needs to know of all claims in the queue, asked for at once."""

    def __init__(self, sitting: Sitting, cases: Iterable[Case]) -> None:
        ids = [case.id for case in cases]
        self._court = sitting
        self.claims: dict[int, Claim] = {}
        for claim in sitting.session.scalars(
            built_once(
                lambda: select(Claim).where(Claim.case_id.in_(ids), Claim.withdrawn_at.is_(None)).order_by(Claim.id)
            )
        ):
            self.claims.setdefault(claim.case_id, claim)
        self.returned = self._cases_of(ReviewReturn.case_id, ReviewReturn.case_id.in_(ids))
        self.asked = self._cases_of(
            Request.case_id,
            Request.case_id.in_(ids) & (Request.kind == RequestKind.IDENTITY) & (Request.state == RequestState.ASKED),
        )

    def _cases_of(self, column: InstrumentedAttribute[int], where: ColumnElement[bool]) -> set[int]:
        return set(self._court.session.scalars(select(column).where(where)))

    def fate(self, case: Case) -> tuple[Fate, Text]:
        """What the clock's acceptance of a claim would do, and what to do before."""
        claim = self.claims.get(case.id)
        if any(not is_definite(case, p, claim) for p in parties(case, Role.RESPONDENT)):
            if case.id in self.asked:
                return Fate.UNSERVABLE, T("The platform has not said yet who runs the shop: nobody can be served.")
            return Fate.UNSERVABLE, T(
                "Only the shop’s name is known: nobody can be served. Ask the platform, or return the claim."
            )
        if not self._court.pack(case).cause(case.cause).open_on(case.filed_on):
            return Fate.NOT_HEARD, T(
                "This court does not hear this kind of dispute; afterwards only a ruling sends it on."
            )
        if case.id in self.returned:
            return Fate.AS_IT_IS, T("It was returned once and cannot be returned again: accept or refuse it.")
        return Fate.TAKEN_UP, T("What is missing can then no longer be sent back to be corrected.")


def _line(sitting: Sitting, look: _Look, case: Case, window: Window, today: date) -> QueueLine:
    assert window.due_at is not None
    fate, why = _why(sitting, look, case, window)
    return QueueLine(case, window.due_at, (last_day(window.due_at, sitting.court.settings.tz) - today).days, fate, why)


def _why(sitting: Sitting, look: _Look, case: Case, window: Window) -> tuple[Fate, Text]:
    rule = rule_of(sitting, window)
    article = sitting.pack(case).cite(rule.article)
    if window.kind == COMPLAINT_WINDOW:
        name = case.party(_complainant(sitting, window)).name
        words = T(
            "The complaint of %(name)s stays unanswered: no clock answers it, the court is late (%(article)s).",
            name=name,
            article=article,
        )
        return Fate.UNANSWERED, words
    if window.kind == CORRECTION:
        return Fate.STANDS_STILL, T(
            "The claim was not mended and stands still: no clock ends it. Refuse it, or give more time (%(article)s).",
            article=article,
        )
    fate, more = look.fate(case)
    return fate, T(
        "Undecided: %(consequence)s %(more)s (%(article)s)",
        consequence=rule.consequence or "",
        more=more,
        article=article,
    )


def _complainant(sitting: Sitting, window: Window) -> int | None:
    return sitting.session.scalar(select(Request.party_id).where(Request.reference == window.subject))
