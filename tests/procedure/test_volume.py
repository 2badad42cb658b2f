"""A page, and a round of the worker, costs the database the same among many cases as among few: its work is counted in the steps
of SQLite's own machine, which hang on no clock. Plans found by index can still go through every open time limit of the court.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from odr.app import create_app
from odr.docket.models import Case, Party, Role, Seat
from odr.identity.models import Account
from odr.operations import worker
from odr.procedure.court import Court
from odr.training.volume.courses import COURSES
from odr.training.volume.filling import fill
from odr.training.volume.rows import fill_rows
from tests.full_court import browser, case_of, opened, pages

FEW, MANY = 1_200, 6_000
"""Cases: in the smaller court one set of people has all of them, in the larger one as many."""
LIMIT, SPARE = 1.3, 1_500
"""How much more steps, and how many of them are nothing."""
EVERY = 20
"""Steps between two counts."""
PEOPLE = ("li", "judge", "president", "cashier", "admin")
PLATFORM = "chengguang"
"""It is a party of every case, in both courts of more than are counted."""


class Counted:
    """A court whose database counts its steps."""

    def __init__(self, folder: Path) -> None:
        self.steps = 0
        self.court: Court = opened(folder)
        event.listen(self.court.database.engine, "checkout", self._count)
        self.app = create_app(court=self.court)

    def _count(self, connection: Any, *rest: object) -> None:
        connection.set_progress_handler(self._tick, EVERY)

    def _tick(self) -> None:
        self.steps += EVERY

    def of(self, act: Callable[[], object]) -> int:
        """Steps while something is done."""
        before = self.steps
        act()
        return self.steps - before

    def cost(self, client: FlaskClient, page: str) -> int | None:
        """Steps of a page; None where it does not open for them."""
        before = self.steps
        status = client.get(page).status_code
        assert status < 500, f"{page} answers {status}"
        return self.steps - before if status == 200 else None

    def seated(self, whose: str, role: Role) -> str:
        """Who has that seat in the case, which is drawn by lot, by the part before the @."""
        with self.court.database.read() as session:
            sits = select(Account.email).join(Seat, Seat.account_id == Account.id).join(Case, Case.id == Seat.case_id)
            found = sits.where(Case.reference == case_of(self.court, whose), Seat.role == role, Seat.until_at.is_(None))
            return session.scalars(found).one().partition("@")[0]


def laid(folder: Path, told: Path, cases: int) -> Counted:
    """The told court with rows of so many cases."""
    shutil.copytree(told, folder)
    court = opened(folder)
    fill_rows(court, cases)
    court.database.dispose()
    return Counted(folder)


def test_no_page_and_no_round_goes_through_what_grows(tmp_path: Path) -> None:
    """Everybody's pages among 1,200 and among 6,000 cases, those of a platform that is in all of them, of a case of its own for its
    judge, and a round in which nothing is due.
    """
    told = tmp_path / "told"
    first = opened(told)
    fill(first, len(COURSES))
    with first.database.write() as session:
        # Before its cases are copied: of a court of thousands each row would ask the triggers.
        platform = select(Account.id).where(Account.email == f"{PLATFORM}@parties.example").scalar_subquery()
        session.execute(update(Party).where(Party.role == Role.RESPONDENT).values(account_id=platform))
    first.database.dispose()
    few, many = laid(tmp_path / "few", told, FEW), laid(tmp_path / "many", told, MANY)
    with many.court.database.read() as session:
        assert len(session.scalars(select(Case.id)).all()) >= MANY

    for counted in (few, many):
        while worker.work_once(counted.court)["service_figures"]:
            pass
    faults, looked = [], 0
    judge = many.seated(PLATFORM, Role.JUDGE)
    readers = [
        *((one, "li") for one in (*PEOPLE, many.seated("li", Role.CLERK))),
        (PLATFORM, PLATFORM),
        (judge, PLATFORM),
    ]
    for who, whose in readers:
        browsers = browser(many.app, many.court, who), browser(few.app, few.court, who)
        lists = (pages(one.app, case_of(one.court, whose)) for one in (many, few))
        for (rule, page), (_, other) in zip(*lists, strict=True):
            if whose == PLATFORM != who and "<reference>" not in rule:
                continue
            above, below = many.cost(browsers[0], page), few.cost(browsers[1], other)
            if above is None or below is None:
                if above is not below:
                    faults.append(f"{rule} of {who} opens in one court and not in the other")
                continue
            looked += 1
            if above > below * LIMIT + SPARE:
                faults.append(f"{rule} of {who}: {above} steps among {MANY} cases, {below} among {FEW}")
    above, below = many.of(lambda: worker.work_once(many.court)), few.of(lambda: worker.work_once(few.court))
    if above > below * LIMIT + SPARE:
        faults.append(f"a round of the worker: {above} steps among {MANY} cases, {below} among {FEW}")
    assert looked > 300, looked
    assert not faults, "\n".join(faults)
