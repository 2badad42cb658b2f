"""The statistics of a court with many cases: equal to what another program counts in its dockets, entry by entry, and found out
where a row was changed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.procedure.court import Court
from odr.register.statistics.counting import count_on, rebuild
from odr.register.statistics.figures import first_day, percentile
from odr.register.statistics.models import CaseFacts, StatisticsReport
from odr.training.volume.courses import COURSES
from odr.training.volume.filling import fill
from tests.demo.conftest import opened

pytestmark = pytest.mark.timeout(3600)
HIDDEN = ("few", "held")


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """A training court with a case of every course."""
    court, database = opened(tmp_path_factory.mktemp("statistics"), sqlite_template)
    fill(court, len(COURSES))
    court.clock.advance(timedelta(days=20))  # type: ignore[attr-defined]  # the month in which they ended is over
    yield court
    database.dispose()


def report(court: Court) -> dict[str, Any]:
    """The figures of today, counted now."""
    rebuild(court)
    with court.database.read() as session:
        body: dict[str, Any] = (
            session.scalars(select(StatisticsReport).order_by(StatisticsReport.day.desc())).all()[0].body
        )
        return body


def days_of(court: Court) -> Iterator[tuple[Case, list[tuple[str, date, dict[str, Any]]]]]:
    """Every case with all of its entries, as anybody could list them."""
    with court.database.read() as session:
        for case in session.scalars(select(Case).order_by(Case.id)).all():
            rows = session.scalars(
                select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)
            ).all()
            yield (
                case,
                [
                    (row.act, row.effective_at.astimezone(court.settings.tz).date(), json.loads(row.payload))
                    for row in rows
                ],
            )


def test_the_figures_are_what_the_dockets_say(filled: Court) -> None:
    """Filed, ended, how, how long, served by channel, paid: counted again by a plain loop over every entry of every docket."""
    told = report(filled)
    today = filled.clock.now().astimezone(filled.settings.tz).date()
    since = first_day(today)
    months: Counter[tuple[str, str]] = Counter()
    waiting = 0
    paid: list[int] = []
    served: dict[tuple[int, str], tuple[str, bool]] = {}
    durations: list[int] = []
    whole = 0
    outcomes: Counter[str] = Counter()
    for case, entries in days_of(filled):
        lodged = next((day for _, day, said in entries if said.get("stage", {}).get("after") == "lodged"), None)
        if lodged is None:
            continue
        over = ("pronounced", "effective", "closed")
        ended = next(
            (
                day
                for _, day, said in entries
                if said["stage"]["after"] in over and said["stage"]["before"] not in over and day >= lodged
            ),
            None,
        )
        months["filed", f"{lodged:%Y-%m}"] += lodged >= since
        waiting += ended is None
        if ended is not None and ended >= since:
            months["ended", f"{ended:%Y-%m}"] += 1
            durations.append((ended - lodged).days)
        whole += ended is not None and told["whole_since"] <= ended.isoformat() <= told["whole_until"]
        for act, day, said in entries:
            if act == "record_payment" and told["whole_since"] <= day.isoformat() <= told["whole_until"]:
                paid.append(said["input"]["amount"]["minor"])
            if act == "record_service" and said["result"].get("channel"):
                served[case.id, said["input"]["packet"]] = (
                    said["result"]["channel"],
                    said["input"]["conclusion"] != "not_served",
                )
            if act == "record_appeal_outcome":
                outcomes[said["input"]["outcome"]] += 1
    for one in told["months"]:
        assert one["filed"] == months["filed", one["month"]] and one["ended"] == months["ended", one["month"]]
    assert told["filed"] == sum(n for (what, _), n in months.items() if what == "filed") > 5
    assert (
        told["ended"] == len(durations)
        and told["waiting"] == waiting
        and told["paid"] == (sum(paid) if len(paid) > 4 or not paid else None)
    )
    assert {one["channel"]: (one["tried"], one["served"]) for one in told["channels"]} == {
        channel: (
            sum(c == channel for c, _ in served.values()),
            sum(c == channel and good for c, good in served.values()),
        )
        for channel, _ in served.values()
    }
    if told["endings"] is not None:
        assert told["endings"]["cells"][-1][-1] == whole > 0
    assert sum(told["waited"]["shares"].values()) in (0, 100)
    assert told["disposition"] == (round(365 * waiting / len(durations), 1) if durations else None)


def test_a_second_reading_finds_nothing_and_a_changed_row_is_found(filled: Court) -> None:
    """The running count equals every docket; where somebody writes in its rows, the next reading counts it and puts it right."""
    assert rebuild(filled).differences == 0
    with filled.database.write() as session:
        row = session.scalars(select(CaseFacts).where(CaseFacts.entries > 3).order_by(CaseFacts.case_id)).all()[0]
        row.facts = {**row.facts, "filed": "2020-01-01"}
    found = rebuild(filled)
    assert found.differences == 1 and found.cases > 5
    assert rebuild(filled).differences == 0


def test_the_worker_counts_once_a_day(filled: Court) -> None:
    """The report of a day is written once; when the day is over another is, though no docket has grown."""
    report(filled)
    assert count_on(filled) == 0


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_says_every_figure_in_words_and_numbers(filled: Court, language: str) -> None:
    """Each picture is an SVG with title and description and no style, drawn twice; each has a sentence, a table and a CSV."""
    report(filled)
    client = visitor(filled, language)
    page = client.get("/statistics").get_data(as_text=True)
    drawings = re.findall(r"<svg class=\"(?:wide|slim)\".*?</svg>", page, re.S)
    assert len(drawings) >= 4 and len(drawings) % 2 == 0
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        assert root.get("role") == "img" and [child.tag for child in root][:2] == ["title", "desc"]
        assert not [one for one in root.iter() if one.get("style") is not None]
        assert {root[0].get("id"), root[1].get("id")} == set((root.get("aria-labelledby") or "").split())
    assert page.count('class="court-says"') >= 5 and page.count('class="court-define"') == 6
    for link in set(re.findall(r'href="(/statistics[^"#]*\.csv)"', page)):
        rows = list(csv.reader(io.StringIO(client.get(link).get_data(as_text=True))))
        assert rows[0] == ["table", "row", "column", "value"] and len(rows) > 1, link


def test_what_is_hidden_on_the_page_stands_in_no_file(filled: Court) -> None:
    """The CSV says few and held where the page does: no file knows more than the page."""
    told = report(filled)
    rows = list(csv.DictReader(io.StringIO(visitor(filled).get("/statistics.csv").get_data(as_text=True))))
    cells = [one["value"] for one in rows if one["table"] == "endings"]
    if told["endings"] is not None:
        assert cells == [str(value) for line in told["endings"]["cells"] for value in line]
    small = [one for one in rows if one["table"] in ("endings", "appeals", "relief") and one["value"] not in HIDDEN]
    assert not [one for one in small if 0 < int(one["value"]) < 5 and one["row"] != "all"]
    names = [name for case, _ in days_of(filled) for name in (case.number or "", case.title) if name]
    whole = visitor(filled).get("/statistics").get_data(as_text=True)
    assert not [name for name in names if name in whole]


def visitor(court: Court, language: str = "en") -> FlaskClient:
    """Somebody who reads a language."""
    client = create_app(court=court).test_client()
    client.get(f"/language/{language}")
    return client


def test_percentiles_are_of_the_nearest_rank() -> None:
    """Of ten cases nine in ten are done on the ninth's day, a quarter on the third's."""
    days = list(range(1, 11))
    assert [percentile(days, share) for share in (25, 50, 75, 90)] == [3, 5, 8, 9] and percentile([7], 50) == 7
