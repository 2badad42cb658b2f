"""The public calculator of periods: the same reckoning as the court's own, with a link that says it all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from odr.app import create_app
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.errors import InvalidInput
from odr.procedure.court import Court
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.period_calculator import PeriodInput, answer
from odr.procedure.time.reckoning import reckon
from tests.scene import Scene

PACKS = PackRegistry.load()
COURT = cast(
    Court,
    SimpleNamespace(
        packs=PACKS, settings=Settings(data_dir=Path("unused")), clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
    ),
)
RULES = [(pack, key) for pack in PACKS.ids() for key in PACKS.versions(pack)[-1].windows.rules]


def ask(client: FlaskClient, **values: str) -> str:
    """The page that answers a question."""
    page = client.get("/periods", query_string=values)
    assert page.status_code == 200, page.text
    return page.text


def test_the_page_reckons_as_the_court_does(small_scene: Scene) -> None:
    """Fifteen days from a service before the October holidays; the link in the page gives the same page again; what
    cannot be reckoned is told at its field.
    """
    client = create_app(court=small_scene.court).test_client()
    day = {"start-day": "28", "start-month": "9", "start-year": "2026"}
    page = ask(client, pack="cn", rule="answer", track="simple", **day)
    expected = reckon(
        PACKS.in_force("cn", date(2026, 9, 28)),
        "answer",
        datetime(2026, 9, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
        track="simple",
    )
    assert expected.result == date(2026, 10, 13) and "Tuesday 13\u00a0October 2026" in page and "art. 128" in page
    link = page.split('href="/periods?pack=cn&amp;rule', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    again = {name: value[0] for name, value in parse_qs(urlsplit("/periods?pack=cn&rule" + link).query).items()}
    assert "Tuesday 13\u00a0October 2026" in ask(client, **again)
    english = ask(client, pack="ew", rule="answer", hour="10:00", **day)
    assert "CPR" not in english.split("<form", 1)[0] or "Civil Procedure Rules 1998" in english
    assert "26\u00a0October 2026, 16:00, Europe/London" in english
    client.set_cookie("language", "zh-Hans")
    for wrong in (
        {"rule": "nothing"},
        {"rule": "answer", "hour": "noon", **day},
        {"rule": "answer", "still_from-day": "1", "still_from-month": "1", "still_from-year": "2026", **day},
    ):
        assert client.get("/periods", query_string={"pack": "cn", **wrong}).status_code == 422
    assert client.get("/periods", query_string={"pack": "xx"}).status_code == 200


@given(st.sampled_from(RULES), st.dates(date(2024, 6, 1), date(2027, 6, 1)), st.booleans(), st.integers(0, 23))
def test_no_question_breaks_it(rule: tuple[str, str], start: date, abroad: bool, hour: int) -> None:
    """Every rule of every pack is reckoned from any day: forwards never before the event, backwards never after it."""
    pack, key = rule
    question = PeriodInput.model_validate(
        {"pack": pack, "rule": key, "start": start, "hour": f"{hour:02}:00", "abroad": abroad}
    )
    if key not in PACKS.in_force(pack, start).windows.rules:
        with pytest.raises(InvalidInput):
            answer(COURT, question)
        return
    found = answer(COURT, question)
    backwards = found.rule.before and found.rule.unit.value in ("days", "working_days")
    assert (found.reckoning.result < start) if backwards else (found.reckoning.result >= start)


@given(st.dates(date(2026, 3, 1), date(2026, 3, 20)), st.integers(0, 30))
def test_standing_still_never_shortens(still: date, days: int) -> None:
    """Time that stood still moves the end later or not at all, and is shown day by day."""
    base = {"pack": "cn", "rule": "answer", "start": date(2026, 3, 2)}
    plain = answer(COURT, PeriodInput.model_validate(base)).reckoning
    halted = answer(
        COURT,
        PeriodInput.model_validate(
            {**base, "still_from": still, "still_until": date.fromordinal(still.toordinal() + days)}
        ),
    ).reckoning
    assert halted.due_at >= plain.due_at
    if still <= plain.result and still > date(2026, 3, 2):
        assert any("suspended" in step.reason.msgid for step in halted.steps)
