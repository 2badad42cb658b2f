"""The table of routes holds for a case that is closed and for one with a sealed exhibit, apart from what is written
here by hand.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from odr.docket.models import Stage
from odr.evidence.models import Exhibit
from odr.filing.models import Request
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.web.guards import Entry
from tests.conftest import MORNING
from tests.scene import open_court
from tests.test_routes import COLUMNS, OUTSIDERS, House, column, furnish, guard_of, routes, rows, told_path

EVERYBODY = (*COLUMNS, *OUTSIDERS, "suspended")
EACH = len(EVERYBODY) if os.environ.get("ODR_PROVE") else 4
"""How many principals ask each page; they take turns, so that all of them ask."""
KEPT_FROM = dict.fromkeys(("respondent", "mediator", "clerk", "president"), "403")
"""Who is of the case and opens no sealed file: only its author's side and the bench do."""
READINGS = dict.fromkeys(("claimant", "respondent", "representative", "mediator", "judge", "clerk", "president"), "in")
OTHERWISE: dict[str, dict[str, dict[str, str]]] = {
    "closed": {
        "/cases/<reference>/judge-mediation": {"judge": "404"},
        "/cases/<reference>/publication": {"clerk": "in"},
    },
    "sealed": {
        "/cases/<reference>/exhibits/<label>/file": KEPT_FROM,
        "/cases/<reference>/exhibits/<label>/preview/<int:page>": KEPT_FROM,
        "/cases/<reference>/exhibits/<label>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>": KEPT_FROM,
        "/cases/<reference>/exhibits/<label>/proofs/<int:number>": KEPT_FROM,
        "/api/v1/cases/<reference>/exhibits/<label>/file": KEPT_FROM,
        "/api/v1/cases/<reference>/exhibits/<label>/receipt": KEPT_FROM,
        "/cases/<reference>/exhibits/<label>/readings": READINGS,
    },
}
"""Where the answer is another than in the open case of the file: nothing is left to mediate, and a clerk makes the
text of the decision ready; a sealed file, and the list of who opened it.
"""


@pytest.fixture(scope="module", params=["closed", "sealed"])
def standing(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, House]]:
    """The furnished court, its case withdrawn with leave, or its only exhibit sealed for the claimant."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    house = furnish(open_court(database, FixedClock(MORNING), folder / "court"))
    (close if request.param == "closed" else seal)(house)
    yield request.param, house
    database.dispose()


def close(house: House) -> None:
    """The claimant withdraws, the judge allows it."""
    house.scene.do("withdraw_claim", "li")
    with house.scene.court.database.read() as session:
        asked = session.scalars(
            select(Request.reference).where(Request.case_id == house.scene.case_id).order_by(Request.id.desc())
        ).first()
    house.scene.do("rule_on_withdrawal", "judge", request=asked, answer="allow", reasons="Nothing speaks against it.")
    assert house.scene.case().stage is Stage.CLOSED


def seal(house: House) -> None:
    """The judge keeps C-1 from all but the claimant."""
    with house.scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit.reference).where(Exhibit.case_id == house.scene.case_id)).one()
    house.scene.do("order_seal", "judge", exhibit=exhibit, answer="seal", readers=[], reasons="A secret of the trade.")


def pages(house: House) -> list[Rule]:
    """Every page of a case."""
    found = [rule for method, rule in routes(house.app) if method == "GET"]
    return [rule for rule in found if (guard := guard_of(house.app, rule)) is not None and guard.entry is Entry.CASE]


@pytest.mark.slow
def test_pages_answer_as_the_file_says(standing: tuple[str, House]) -> None:
    """Closing a case opens it to nobody and hides it from nobody of it; a sealed file is there for its author's side
    and the bench alone.
    """
    state, house = standing
    expectations, wrong, asked = rows(), [], 0
    for turn, rule in enumerate(pages(house)):
        changed = OTHERWISE[state].get(rule.rule, {})
        # Where something is otherwise everybody asks.
        for step in range(len(EVERYBODY) if changed else EACH):
            who = EVERYBODY[(turn * EACH + step) % len(EVERYBODY)]
            heading, asked = column(who, rule), asked + 1
            got, hoped = (
                house.got(house.ask(who, "GET", told_path(house, rule))),
                changed.get(heading, expectations["GET", rule.rule][heading]),
            )
            if got != hoped:
                wrong.append(f"{rule.rule} as {who}: {got}, not {hoped}")
    assert not wrong, "\n".join(wrong)
    assert asked > 100
