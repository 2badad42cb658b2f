"""Which judge is on duty for what cannot wait (CPL 104)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import model_validator
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.filing.registry.seats import conflicted, may_sit, take_seat
from odr.ground.errors import InvalidInput
from odr.ground.keyset import holds
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.models import DutyTurn
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

JUDGES = "judges_of_the_court"
SHOWN = 50
"""Judges to choose from at once."""


def _in_office() -> tuple[ColumnElement[bool], ...]:
    """Accounts of the court's judges, asked of each account: there are many judges, and mostly one is asked about."""
    held = exists().where(
        AccountRole.account_id == Account.id, AccountRole.role == Role.JUDGE, AccountRole.revoked_at.is_(None)
    )
    return held, Account.state == AccountState.ACTIVE


def judge_named(session: Session, account_id: int) -> Account | None:
    """A judge of the court who is in office; None for anybody else."""
    return session.scalar(select(Account).where(Account.id == account_id, *_in_office()))


def turns(session: Session, since: date) -> Sequence[tuple[DutyTurn, str]]:
    """Turns that are not over on a day, with the judge's name, in the order in which they were set."""
    rows = session.execute(
        select(DutyTurn, Account.name)
        .join(Account, Account.id == DutyTurn.account_id)
        .where(DutyTurn.until_on >= since)
        .order_by(DutyTurn.id)
    )
    return [(turn, name) for turn, name in rows]


def set_turn(session: Session, given: DutyInput, by: int, now: datetime) -> DutyTurn:
    """Put a judge on duty; a later turn for the same days counts instead. Raises InvalidInput for somebody who is no
    judge.
    """
    chosen = _chosen(session, given.judge)
    if chosen is None:
        raise InvalidInput.at("judge", T("Choose one of those listed."))
    turn = DutyTurn(account_id=chosen.id, from_on=given.from_on, until_on=given.until_on, set_by=by, at=now)
    session.add(turn)
    session.flush()
    return turn


def on_duty(session: Session, day: date, but: Collection[int] = ()) -> Account | None:
    """The judge on duty on a day, if one is set, in office, and not among ``but``."""
    query = (
        select(DutyTurn.account_id)
        .where(DutyTurn.from_on <= day, DutyTurn.until_on >= day)
        .order_by(DutyTurn.id.desc())
        .limit(1)
    )
    found = session.scalar(query)
    return judge_named(session, found) if found is not None and found not in but else None


def duty_today(sitting: Sitting, role: Role) -> list[int]:
    """The judge who is on duty today for what cannot wait: no other new case falls to them while anybody else is there."""
    if role is not Role.JUDGE:
        return []
    found = on_duty(sitting.session, sitting.today)
    return [found.id] if found is not None else []


def seat_duty_judge(sitting: Sitting, case: Case) -> Account | None:
    """Seat the judge on duty; where none is set, or they have a conflict or no post that holds, another by lot."""
    account = on_duty(sitting.session, sitting.today, conflicted(sitting.session, case))
    if account is None or not may_sit(sitting, case, Role.JUDGE, account):
        return take_seat(sitting, case, Role.JUDGE)
    sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=Role.JUDGE, from_at=sitting.now))
    sitting.session.flush()
    return account


@dataclass(frozen=True)
class JudgesNamed:
    """Some of the judges in office to choose from, by name; whether there are others."""

    options: list[Option]
    are_more: bool


def judges_in_office(session: Session, words: str = "", chosen: str = "") -> JudgesNamed:
    """The first judges by name whose name has these words; who was chosen already is among them."""
    here = (
        select(Account.id, Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            AccountRole.role == Role.JUDGE,
            AccountRole.revoked_at.is_(None),
            Account.state == AccountState.ACTIVE,
        )
    )
    if words:
        here = here.where(holds(words, AccountRole.name))
    rows = session.execute(here.order_by(AccountRole.name, AccountRole.account_id).limit(SHOWN + 1)).all()
    options = {str(number): name for number, name in rows[:SHOWN]}
    known = _chosen(session, chosen)
    if known is not None:
        options.setdefault(str(known.id), known.name)
    return JudgesNamed([Option(number, name) for number, name in options.items()], len(rows) > SHOWN)


def _chosen(session: Session, number: str) -> Account | None:
    """The judge a form names by their number; None for what is none."""
    # Longer than eighteen digits is no number that the database can hold.
    is_number = number.isascii() and number.isdigit() and len(number) <= 18
    found = judge_named(session, int(number)) if is_number else None
    return found if found is not None and str(found.id) == number else None


@choice_source(JUDGES)
def judges_of_the_court(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """Judges in office, the first by name; the page of the roster looks for others by theirs."""
    return judges_in_office(sitting.session).options


class DutyInput(CourtModel):
    """A judge's turn on duty."""

    judge: Annotated[str, CourtText(1, 60, one_line=True), field(T("Judge"), choices=JUDGES)]
    from_on: Annotated[CourtDate, field(T("From this day"))]
    until_on: Annotated[CourtDate, field(T("To, that day included"))]

    @model_validator(mode="after")
    def _days(self) -> DutyInput:
        if self.until_on < self.from_on:
            raise InvalidInput.at("until_on", T("This day is before the first."))
        return self
