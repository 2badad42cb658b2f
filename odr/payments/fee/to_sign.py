"""What a judge has to sign: rulings on unpaid fees that are alike, together, and what differs or is of another kind singly.

An unpaid fee is held against transfers that no fee was found for: where the sum, the payer or the purpose fits, the money
may have come, and the ruling is not among those signed together (CPI 213). No flask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.keyset import FAR, Listed, judged, page_of_lines
from odr.ground.text import T, Text
from odr.identity.actors import serving
from odr.identity.models import Account
from odr.payments import desks, names
from odr.payments.fee.acts import DeemInput, why_unpaid
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.unpaid import is_unpaid_for_good
from odr.payments.models import AssessmentState, BankLine, FeeAssessment, Payment
from odr.procedure.acts.table import Act
from odr.procedure.case.waiting_for_me import done_by
from odr.procedure.lists.kinds import ListKind, list_kind
from odr.procedure.lists.lists import Line, put_on_list, waiting_subjects
from odr.procedure.models import Task, Window
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

TOGETHER = 50
"""Rulings that are signed in one list."""


@dataclass(frozen=True)
class UnpaidLine:
    """A prepared ruling on a fee that was not paid, and why it is not like the others."""

    case: Case
    fee: FeeAssessment
    payer: str
    ended: datetime | None
    differs: tuple[Text, ...]

    @property
    def is_alike(self) -> bool:
        """Whether it may be signed with the others."""
        return not self.differs

    @property
    def place(self) -> tuple[datetime, int]:
        """What it is sorted by: whose time ended first."""
        return self.ended or FAR, self.fee.id


@dataclass(frozen=True)
class SingleLine:
    """Another paper to sign: its task, and the act that signs it."""

    case: Case
    task: Task
    act: Act


@dataclass(frozen=True)
class ToSign:
    """Everything a judge has to sign."""

    alike: Listed[UnpaidLine]
    differing: Sequence[UnpaidLine]
    singly: Listed[SingleLine]
    transfers: int
    """Transfers without a fee that the unpaid ones were held against."""


def to_sign(sitting: Sitting, account_id: int, *, after: str | None = None, singly: str | None = None) -> ToSign:
    """What lies on the desk of a judge to be signed, in a number of statements that does not grow with it."""
    rows = _tasks(sitting.session, account_id)
    unpaid = [(case, task) for case, task in rows if task.kind == desks.FEE_UNPAID.kind]
    # What waits on a list is signed already, as far as the judge is asked.
    taken = waiting_subjects(sitting.session, SIGNED, [task.subject or "" for _, task in unpaid])
    lines, transfers = _unpaid(sitting.session, [row for row in unpaid if row[1].subject not in taken])
    others = [
        SingleLine(case, task, act)
        for case, task in rows
        if task.kind != desks.FEE_UNPAID.kind
        for act in (done_by(sitting.court.table, task, case, sitting.pack),)
        if act is not None and act.strong
    ]
    return ToSign(
        page_of_lines([one for one in lines if one.is_alike], lambda one: one.place, after, TOGETHER),
        [one for one in lines if not one.is_alike],
        page_of_lines(others, lambda one: (one.task.due_at or FAR, one.task.id), singly),
        transfers,
    )


def _tasks(session: Session, account_id: int) -> list[tuple[Case, Task]]:
    mine = select(Seat.case_id).where(serving(account_id, Role.JUDGE))
    rows = session.execute(
        select(Case, Task)
        .join(Task, Task.case_id == Case.id)
        .where(Case.id.in_(mine), judged(Task.role) == Role.JUDGE, judged(Task.done_at).is_(None))
    )
    return sorted(((case, task) for case, task in rows), key=lambda row: (row[1].due_at or FAR, row[1].id))


def _unpaid(session: Session, tasks: Sequence[tuple[Case, Task]]) -> tuple[list[UnpaidLine], int]:
    cases = {task.subject: case for case, task in tasks}
    rows = session.execute(
        select(FeeAssessment, Party.name)
        .join(Party, Party.id == FeeAssessment.party_id)
        .where(FeeAssessment.reference.in_(cases), judged(FeeAssessment.state) == AssessmentState.DUE)
    ).all()
    ended: dict[str | None, datetime | None] = {}
    for subject, due in session.execute(
        select(Window.subject, Window.due_at).where(Window.subject.in_(cases)).order_by(Window.id)
    ):
        ended[subject] = due
    part = set(
        session.scalars(select(Payment.assessment_id).where(Payment.assessment_id.in_([fee.id for fee, _ in rows])))
    )
    open_lines = session.scalars(select(BankLine).where(BankLine.matched_at.is_(None), BankLine.amount_minor > 0)).all()
    lines = [
        UnpaidLine(
            cases[fee.reference],
            fee,
            payer,
            ended.get(fee.reference),
            tuple(_differences(fee, payer, cases[fee.reference], fee.id in part, open_lines)),
        )
        for fee, payer in rows
    ]
    return sorted(lines, key=lambda one: one.place), len(open_lines)


def _differences(
    fee: FeeAssessment, payer: str, case: Case, has_paid: bool, open_lines: Sequence[BankLine]
) -> list[Text]:
    """Why a ruling is read singly: what it is about, a part that was paid, or money that may be for it."""
    found = []
    if fee.matter is not Matter.CLAIM:
        found.append(T("It is about another fee than that of the claim."))
    if has_paid:
        found.append(T("A part of the fee was paid."))
    for line in open_lines:
        if _may_be_for(line, fee, payer, case):
            found.append(
                T(
                    "A transfer of %(amount)s from %(payer)s on %(day)s is credited to no fee yet.",
                    amount=line.amount,
                    payer=line.payer,
                    day=line.booked_on,
                )
            )
    return found


def _may_be_for(line: BankLine, fee: FeeAssessment, payer: str, case: Case) -> bool:
    """Whether a transfer without a fee may be for this one: the same sum, the same name, or its code or number."""
    same_sum = (line.amount_minor, line.currency) == (fee.amount_minor, fee.currency)
    said = f"{line.payer} {line.purpose}".lower()
    named = [word for word in (payer, case.number, fee.transfer_code) if word]
    return same_sum or any(word.lower() in said for word in named)


def sign_together(court: Court, account_id: int, chosen: Sequence[str], typed: str, key: str) -> str:
    """Put a ruling on each fee chosen on a list and give its reference; each gets a sealed paper of its own.

    ``typed`` is how many are signed, as the judge counted them. Raises InvalidInput where it is another number, where
    nothing is chosen, or where one that differs is among them.
    """
    with court.database.read() as session:
        look = court.look(session)
        tasks = [row for row in _tasks(session, account_id) if row[1].kind == desks.FEE_UNPAID.kind]
        alike = {one.fee.reference: one for one in _unpaid(session, tasks)[0] if one.is_alike}
        _check(chosen, typed, alike.keys())
        lines = [
            Line(alike[ref].case.id, DeemInput(assessment=ref, reasons=_reasons(look, alike[ref])), ref)
            for ref in dict.fromkeys(chosen)
        ]
    return put_on_list(court, SIGNED, account_id, names.DEEM_WITHDRAWN, lines, key=key, ticked=len(lines), proved=True)


def _still_alike(sitting: Sitting, case: Case, account: Account, given: BaseModel) -> None:
    """Raises ActNotOpen where a transfer or payment has come since the list was made: such a ruling is read singly."""
    assert isinstance(given, DeemInput)
    found = [(case, task) for task in sitting.tasks(case, desks.FEE_UNPAID, given.assessment)]
    if any(not one.is_alike for one in _unpaid(sitting.session, found)[0]):
        raise ActNotOpen(
            T("It differs from the others now: money may have come since the list was made."),
            T("Read it by itself and decide."),
            sitting.pack(case).cited("CPI 213"),
        )


def _says(act: str, count: int, ticked: int) -> Text:
    return T("You sign %(count)s of %(ticked)s rulings ticked", count=count, ticked=ticked)


SIGNED = list_kind(
    ListKind("unpaid_fees", Role.JUDGE, T("Rulings on unpaid fees"), "to_sign.listing", _says, before=_still_alike)
)


def _check(chosen: Sequence[str], typed: str, alike: object) -> None:
    if not chosen:
        raise InvalidInput.at("ruling", T("Choose at least one ruling."))
    if typed.strip() != str(len(set(chosen))):
        raise InvalidInput.at(
            "count",
            T("You ticked %(count)s. Type this number, if these are the ones you sign.", count=len(set(chosen))),
        )
    if any(one not in alike for one in chosen):  # type: ignore[operator]
        raise InvalidInput.at("ruling", T("One of them differs from the others now. Look at the list again."))


def _reasons(look: Sitting, line: UnpaidLine) -> str:
    """The reasons prepared for one fee, in the language the paper is set in; nothing where no ruling rests on it any more. Of one
    case several may be unpaid: each is about who did not pay it.
    """
    if not is_unpaid_for_good(look, line.case, line.fee):
        return ""
    return why_unpaid(look, line.case, line.fee).render(language_of(look, line.case))
