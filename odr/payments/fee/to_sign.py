"""What a judge has to sign: rulings on unpaid fees that are alike, together, and what differs or is of another kind singly.

An unpaid fee is held against transfers that no fee was found for: where the sum, the payer or the purpose fits, the money
may have come, and the ruling is not among those signed together (CPI 213). No flask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Seat
from odr.ground.errors import CourtError, InvalidInput
from odr.ground.keyset import FAR, Listed, page_of_lines
from odr.ground.text import T, Text
from odr.identity.actors import Actor, serving
from odr.identity.models import Account
from odr.payments import desks, names
from odr.payments.fee.acts import DeemInput, ruling_on_unpaid
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import AssessmentState, BankLine, FeeAssessment, Payment
from odr.procedure.acts.table import Act
from odr.procedure.case.waiting_for_me import done_by
from odr.procedure.models import Task, Window

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


@dataclass(frozen=True)
class Signed:
    """What came of one ruling of a list."""

    case: Case
    breach: CourtError | None


def to_sign(sitting: Sitting, account_id: int, *, after: str | None = None, singly: str | None = None) -> ToSign:
    """What lies on the desk of a judge to be signed, in a number of statements that does not grow with it."""
    rows = _tasks(sitting.session, account_id)
    unpaid = [(case, task) for case, task in rows if task.kind == desks.FEE_UNPAID.kind]
    lines, transfers = _unpaid(sitting.session, unpaid)
    others = [
        SingleLine(case, task, act)
        for case, task in rows
        if task.kind != desks.FEE_UNPAID.kind
        for act in (done_by(sitting.court.table, task, case),)
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
        .where(Case.id.in_(mine), Task.role == Role.JUDGE, Task.done_at.is_(None))
    )
    return sorted(((case, task) for case, task in rows), key=lambda row: (row[1].due_at or FAR, row[1].id))


def _unpaid(session: Session, tasks: Sequence[tuple[Case, Task]]) -> tuple[list[UnpaidLine], int]:
    cases = {task.subject: case for case, task in tasks}
    rows = session.execute(
        select(FeeAssessment, Party.name)
        .join(Party, Party.id == FeeAssessment.party_id)
        .where(FeeAssessment.reference.in_(cases), FeeAssessment.state == AssessmentState.DUE)
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


def sign_together(
    court: Court, account_id: int, strong_at: datetime | None, chosen: Sequence[str], typed: str, key: str
) -> list[Signed]:
    """Rule on each fee chosen, each in a Sitting of its own with its own sealed paper; what cannot be ruled so says why.

    ``typed`` is how many are signed, as the judge counted them. Raises InvalidInput where it is another number, where
    nothing is chosen, or where one that differs is among them.
    """
    with court.database.read() as session:
        look = court.look(session)
        account = session.get_one(Account, account_id)
        alike = {
            one.fee.reference: one
            for one in _unpaid(session, [r for r in _tasks(session, account_id) if r[1].kind == desks.FEE_UNPAID.kind])[
                0
            ]
            if one.is_alike
        }
        _check(chosen, typed, alike.keys())
        locale = "zh-Hans" if account.locale == "zh-Hans" else "en"
        rulings = [
            (alike[ref].case, DeemInput(assessment=ref, reasons=_reasons(look, alike[ref].case, locale)))
            for ref in dict.fromkeys(chosen)
        ]
        name = account.name
        session.expunge_all()
    done = []
    for case, given in rulings:
        actor = Actor(Role.JUDGE, account_id, name, case.id, strong_at=strong_at)
        try:
            prepared = court.prepare(names.DEEM_WITHDRAWN, case, given, actor)
            with court.sit(prepared) as sitting:
                mine = sitting.session.get_one(Case, case.id)
                sitting.perform(names.DEEM_WITHDRAWN, mine, given, actor=actor, key=f"{key}/{given.assessment}")
            done.append(Signed(case, None))
        except CourtError as error:
            done.append(Signed(case, error))
    court.settle()
    return done


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


def _reasons(look: Sitting, case: Case, locale: str) -> str:
    """The reasons prepared for one fee, in the language the paper is set in."""
    written = ruling_on_unpaid(look, case, Actor(Role.JUDGE, None, "", case.id)).get("reasons", "")
    return written.render(locale) if isinstance(written, Text) else str(written)
