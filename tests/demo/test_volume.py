"""The volume court: many cases by real acts, the same for the same seed, and desks that ask as much for few as for many."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Role, Seat, Stage
from odr.ground.config import Mode
from odr.identity.models import Account
from odr.payments.models import BankLine
from odr.procedure.audit.docket_audit import audit
from odr.procedure.court import Court
from odr.procedure.models import Task
from odr.training.reset import demo
from odr.training.volume.claims import CAUSES
from odr.training.volume.courses import COURSES
from odr.training.volume.filling import NotFilled, fill, plan
from tests.demo.conftest import opened
from tests.filing.visitor import Visitor
from tests.scene import Scene
from tests.test_lists import counted

pytestmark = pytest.mark.timeout(3 * 3600)
"""However slow the machine: a court of hundreds of cases takes its time."""
FEW, SOME, MANY = (40, 160, 400) if os.environ.get("ODR_PROVE") else (len(COURSES), len(COURSES) + 8, 40)
DESKS = {
    "/home": ("clerk", "judge", "president", "cashier"),
    "/today": ("judge", "jin"),
    "/today/cases": ("judge", "jin"),
    "/today/news": ("judge", "jin"),
    "/today/sign": ("judge", "jin"),
    "/today/calendar": ("judge",),
    "/lists": ("judge", "clerk"),
    "/registry": ("clerk", "president"),
    "/registry/hearings": ("clerk", "president"),
    "/registry/hearings/suggested": ("clerk",),
    "/registry/hearings/move": ("president",),
    "/registry/leave": ("president",),
    "/service-desk": ("clerk",),
    "/service-desk/outcomes": ("clerk",),
    "/service-desk/figures": ("clerk", "president"),
    "/payments/desk": ("cashier",),
    "/payments/desk/books": ("cashier",),
    "/administration/people": ("admin",),
    "/administration/unsubmitted": ("admin",),
    "/hearings": ("li",),
}
"""Lists of the court, and who works there."""
SEARCHED = {
    "/home": "clerk",
    "/today": "judge",
    "/today/news": "judge",
    "/today/cases": "judge",
    "/registry": "clerk",
    "/service-desk": "clerk",
    "/payments/desk": "cashier",
    "/administration/people": "admin",
}
"""Lists that grow with the cases of the court."""
Filled = tuple[Court, dict[str, dict[str, int]]]
NUMBERS = Path(__file__).resolve().parents[2] / "build" / "desks.txt"
FIRST_OF_A_KIND, FIRST_LINES = 3, 6
"""Statements more where a list has several kinds of line for the first time, and where it was empty and has its first lines:
of a hearing list the hearings, whose they are, who sits, who is called and who interprets.
"""


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """The training court filled with few cases, with more and with many, and what its desks asked of the database at either."""
    court, database = opened(tmp_path_factory.mktemp("volume"), sqlite_template)
    assert fill(court, FEW) == FEW
    few = asked(court)
    assert fill(court, SOME) == SOME - FEW
    some = asked(court)
    assert fill(court, MANY) == MANY - SOME
    many = asked(court)
    yield court, {"few": few, "some": some, "many": many}
    database.dispose()


def asked(court: Court) -> dict[str, int]:
    """Statements of each desk for each who works there."""
    scene, app = Scene(court, court.clock, people_of(court)), create_app(court=court)  # type: ignore[arg-type]
    found = {}
    for path, workers in DESKS.items():
        for who in workers:
            visitor = Visitor(app, scene, who)
            visitor.get(path)
            with counted(scene) as made:
                visitor.get(path)
            found[f"{path} {who}"] = len(made)
    return found


def people_of(court: Court) -> dict[str, int]:
    """Accounts by the part before the @."""
    with court.database.read() as session:
        rows = session.execute(select(Account.email, Account.id)).all()
        return {email.split("@")[0]: number for email, number in rows}


def test_desks_ask_as_much_for_many_cases_as_for_few(
    filled: Filled,
) -> None:
    """However full the court is, no desk makes more statements, but the few for a kind of line that was not there before."""
    _, numbers = filled
    rows = [f"{desk:<34} {' '.join(f'{numbers[size][desk]:>4}' for size in numbers)}" for desk in numbers["few"]]
    NUMBERS.parent.mkdir(exist_ok=True)
    NUMBERS.write_text("\n".join([f"statements at {FEW}, {SOME} and {MANY} cases", *rows, ""]))
    more = {
        desk: (few, numbers["some"][desk], numbers["many"][desk])
        for desk, few in numbers["few"].items()
        if numbers["many"][desk] > min(few + FIRST_LINES, numbers["some"][desk] + FIRST_OF_A_KIND)
    }
    assert more == {}


def test_a_search_stands_before_every_long_list(filled: Filled) -> None:
    """Whoever looks for one case among many pages no screen through: the field, or a link to it, comes before the table."""
    court, _ = filled
    scene, app = Scene(court, court.clock, people_of(court)), create_app(court=court)  # type: ignore[arg-type]
    for path, who in SEARCHED.items():
        page = Visitor(app, scene, who).get(path)
        found = [at for word in ('type="search"', 'href="#filter"') if (at := page.find(word)) > 0]
        assert "<table" not in page or (found and min(found) < page.index("<table")), path


def test_the_court_is_full_of_everything(filled: Filled) -> None:
    """Cases spread over stages, procedures, kinds of dispute, judges and clerks, with what ordinarily goes wrong on desks."""
    court, _ = filled
    with court.database.read() as session:
        cases = session.scalars(select(Case)).all()
        kinds = set(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
        seats = Counter(
            session.execute(select(Seat.role, Seat.account_id).where(Seat.until_at.is_(None)).distinct()).scalars()
        )
        acts = set(session.scalars(select(DocketEntry.act)))
        unmatched = session.scalar(select(func.count()).select_from(BankLine).where(BankLine.matched_at.is_(None)))
    assert len(cases) == MANY
    assert {Stage.LODGED, Stage.RETURNED, Stage.PENDING, Stage.HEARING} <= {case.stage for case in cases}
    assert len({case.cause for case in cases}) >= 4 and len({case.track for case in cases}) >= 2
    assert seats[Role.JUDGE] >= 3 and seats[Role.CLERK] >= 3
    assert {"fee_unpaid", "open_examination", "jurisdiction", "time", "recusal", "withdrawal"} <= kinds
    assert {"challenge", "ask_for_ruling", "record_hearing", "issue_decision", "record_findings"} <= acts
    assert unmatched


def test_what_was_filled_holds_before_the_audit(filled: Filled) -> None:
    """Nothing was laid into tables: every docket is whole, and every row says what its entries say."""
    court, _ = filled
    with court.database.read() as session:
        assert audit(court, session) == []


def test_filling_again_tells_nothing_twice(filled: Filled) -> None:
    """Run again the command finds every case there; one that was cut off in the middle stays where it stood."""
    court, _ = filled
    assert fill(court, MANY) == 0
    with court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == MANY


def test_the_same_seed_draws_the_same_cases() -> None:
    """Who claims what of whom, and how far it came, hangs on the seed alone; a larger plan holds the smaller one."""
    few, many = plan(20, 7), plan(60, 7)
    assert few == [one for one in many if one.number < 20]
    assert plan(60, 7) == many != plan(60, 8)
    assert {one.course.key for one in plan(len(COURSES), 3)} == {course.key for course in COURSES}
    assert all(cause in [one.cause for one in plan(200, 1)] for cause in CAUSES)


def test_a_sitting_court_is_never_filled(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside training mode nothing is invented, whichever way it is asked."""
    court, database = opened(tmp_path, sqlite_template)
    sitting_court = replace(court, settings=court.settings.model_copy(update={"mode": Mode.PRODUCTION}))
    with pytest.raises(NotFilled):
        fill(sitting_court, 1)
    with court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0
    database.dispose()
    monkeypatch.setenv("ODR_MODE", "production")
    answer = CliRunner().invoke(demo, ["volume", "1"])
    assert answer.exit_code == 1 and "this court sits" in answer.output
    assert CliRunner().invoke(demo, ["volume", "0"]).exit_code == 2
