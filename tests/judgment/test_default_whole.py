"""A default judgment after a hearing in the courtroom, to its enforcement: by programs with their tokens, and in a
browser in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Outcome, Stage
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.judgment.models import Decision, Obligation
from odr.procedure.acts.table import Premise
from tests.api.caller import Caller, Contract, caller
from tests.e2e.test_journey import give_second_factor
from tests.judgment.bench import to_the_cent
from tests.judgment.test_contested import Desk, finds_and_drafts, pronounces
from tests.judgment.test_whole import decide, gate, hear, posted
from tests.peers.browser import OpenContext
from tests.scene import Scene, open_court

WORDS = ("The hearing made this clear.", "The respondent filed no answer.", "It was paid.")


@pytest.fixture
def court(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """Li's claim with an exhibit, served by post on a respondent who says nothing; the time to answer is over."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = open_court(database, clock, tmp_path / "court")
    scene.lodge()
    scene.accept("simple")
    scene.pay()
    scene.later(hours=1)
    sent = scene.upload("li", b"Order BH-2025-1106-8842")
    scene.do(
        "submit_exhibit",
        "li",
        upload=sent.reference,
        title="Order page",
        proves="That I bought them",
        source="My phone",
        category="files",
    )
    scene.later(days=3)
    posted(scene, "claim")
    scene.later(days=20)
    yield scene
    database.dispose()


@dataclass
class Programs(Scene):
    """The same court, where every act is done by its person's program over HTTP."""

    callers: dict[str, Caller] = field(default_factory=dict)

    def do(
        self,
        name: str,
        who: str,
        given: Any = None,
        *,
        key: str | None = None,
        premise: str | None = None,
        **values: Any,
    ) -> Any:
        """Perform an act over the API, with a fresh code and the premise where the act asks for them. Raises ActNotOpen
        for a 409.
        """
        act, program = self.court.table[name], self.callers[who]
        path = f"/cases/{program.reference}/acts/{name}"
        program.contract.check_request("POST", f"/api/v1{path}", values)
        sent = {"Identity_Code": program.code()} if act.strong else {}
        if act.premise is not Premise.NOTHING:
            sent["Premise"] = program.act(name)["premise"]
        answer = program.ask("POST", path, given=values, **sent)
        if answer.status_code == 409:
            raise ActNotOpen(T("Not now."))
        assert answer.status_code == 200, (name, answer.status_code, answer.text)
        return answer.json()


def programs(scene: Scene, origin: str) -> Programs:
    """Everybody's program in the case; the judge's reads Chinese."""
    contract = Contract(origin)
    made = {who: caller(scene, origin, contract, who) for who in ("li", "judge", "clerk")}
    for one in made.values():
        one.reference = scene.case().reference
    made["judge"].headers["Accept-Language"] = "zh-CN"
    return Programs(scene.court, scene.clock, scene.people, scene.case_id, made)


def owed(scene: Scene) -> Obligation:
    """What is owed under the decision."""
    with scene.court.database.read() as session:
        return session.scalars(select(Obligation)).one()


def test_programs_decide_in_default_and_enforce(court: Scene, serve: Callable[..., str]) -> None:
    """Summoned, absent, heard and recorded over the API: findings, decision in default, both signatures, service,
    enforcement, payment, end.
    """
    origin = serve(create_app(court=court.court))
    scene = programs(court, origin)
    assert gate(scene), "no hearing yet"
    hear(scene)
    assert gate(scene) == []
    decide(scene)
    scene.later(days=3)
    posted(scene, "decision")
    scene.later(days=40)
    scene = programs(court, origin)
    with court.court.database.read() as session:
        assert session.scalars(select(Decision)).one().by_default
    scene.do("apply_for_enforcement", "li")
    day, paid = scene.clock.now().date().isoformat(), to_the_cent(scene.court, scene.case_id)
    scene.do("record_performance", "clerk", obligation=owed(scene).reference, amount=paid, on=day)
    scene.do("end_enforcement", "judge", state="done", reasons="Paid from the account that was frozen.")
    assert (scene.case().stage, scene.case().outcome) == (Stage.CLOSED, Outcome.ENFORCED)


def enforces(desk: Desk, words: tuple[str, ...]) -> None:
    """The claimant applies with one act; the clerk notes what came, the judge ends it."""
    page = desk.enter("li")
    desk.go(page, "/decision")
    desk.go(page, "/do/apply_for_enforcement")
    desk.press(page)
    page = desk.enter("clerk")
    desk.go(page, "/do/record_performance")
    page.check("input[name=obligation]") if page.locator("input[name=obligation]").count() else page.select_option(
        "select[name=obligation]", index=1
    )
    page.fill("#amount", to_the_cent(desk.scene.court, desk.scene.case_id))
    day = desk.scene.clock.now()
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"#on-{part}", str(value))
    desk.press(page)
    page = desk.enter("judge")
    desk.go(page, "/do/end_enforcement")
    page.check("input[name=state][value=done]")
    page.fill("#reasons", words[2])
    desk.press(page)


def test_a_browser_decides_in_default_and_enforces(
    court: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """After the record of an empty chair: findings, draft, signature, pronouncement, countersignature, application,
    payment and end by the pages alone.
    """
    give_second_factor(court, "judge", "clerk")
    hear(court)
    desk = Desk(court, serve(create_app(court=court.court)), open_context)
    finds_and_drafts(desk, desk.enter("judge"), WORDS)
    pronounces(desk)
    with court.court.database.read() as session:
        assert session.scalars(select(Decision)).one().by_default
    court.later(days=3)
    posted(court, "decision")
    court.later(days=40)
    enforces(desk, WORDS)
    assert (court.case().stage, court.case().outcome) == (Stage.CLOSED, Outcome.ENFORCED)
