"""Indicators: the court as a whole, each with its range; and no page, file or interface ranks a person."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, strategies as st

from odr.app import create_app
from odr.insight.distribution import check_draw
from odr.insight.indicators.counting import count_indicators
from odr.insight.indicators.figures import Indicator, cost, ratio, share
from odr.insight.supervision.finding import lay_down
from odr.insight.workload.reckoning import reckon_new
from odr.register.statistics.counting import rebuild
from tests.filing.test_assignment import judges
from tests.insight.browser import signed_in
from tests.insight.test_distribution import accepted, replaced
from tests.scene import Scene


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 40))
def test_a_share_lies_in_its_range_and_few_say_nothing(part: int, whole: int, minimum: int) -> None:
    """Between nothing and a hundred; the range holds the figure; below the minimum there is neither."""
    one = share(Indicator.OLD, min(part, whole), whole, minimum)
    if whole < minimum:
        assert (one.value, one.low, one.high, one.n) == (None, None, None, whole)
        return
    assert one.value is not None and one.low is not None and one.high is not None
    assert 0 <= one.low <= one.value + 0.05 and one.value - 0.05 <= one.high <= 100


def test_ranges_are_those_of_the_books() -> None:
    """Wilson's for 8 of 10, as it is printed: 49.0 to 94.3; a rate of 110 to 100 may be chance, one of 1100 to 1000 less so."""
    eight = share(Indicator.IN_TIME, 8, 10, 10)
    assert eight.low is not None and eight.high is not None
    assert abs(eight.low - 49.0) < 0.11 and abs(eight.high - 94.3) < 0.11
    small, large = (ratio(Indicator.CLEARANCE, 11 * times, 10 * times, 100, 10) for times in (10, 1000))
    assert small.value == large.value == 110.0
    assert small.low is not None and small.low < 100 and large.low is not None and large.low > 100


@given(st.integers(1, 10**9), st.integers(10, 10**5))
def test_a_cost_is_told_only_where_somebody_said_it(minor: int, ended: int) -> None:
    """Without a sum nobody knows; with one it lies in its range."""
    assert cost(None, ended, 10).value is None
    one = cost(minor, ended, 10)
    assert one.low is not None and one.high is not None and one.value is not None
    assert one.low <= one.value + 1 and one.value - 1 <= one.high


def counted(scene: Scene) -> dict[str, Any]:
    """The indicators of the day."""
    rebuild(scene.court)
    assert count_indicators(scene.court) == 1 and count_indicators(scene.court) == 0
    return dict(create_app(court=scene.court).test_client().get("/statistics/indicators.json").get_json())


def test_the_page_says_what_is_counted_and_that_there_are_too_few(small_scene: Scene) -> None:
    """Eight indicators, each with its definition and what distorts it; of one case nothing is said but that it is too few."""
    client = create_app(court=small_scene.court).test_client()
    assert "Nothing has been counted yet." in client.get("/statistics/indicators").text
    small_scene.pend()
    told = counted(small_scene)
    assert [one["key"] for one in told["values"]] == [one.value for one in Indicator]
    assert all(one["value"] is None for one in told["values"])
    page = client.get("/statistics/indicators").text
    for one in Indicator:
        assert one.title.render("en") in page and one.definition.render("en") in page.replace("&#39;", "'")
    assert "Too few to say" in page


def test_enough_cases_give_figures(scene: Scene) -> None:
    """Twelve claims, none ended: what waits is counted, nothing of it is old, and files fit their dockets."""
    for _ in range(12):
        scene.lodge()
    told = {one["key"]: one for one in counted(scene)["values"]}
    assert told["old"]["value"] == 0 and told["old"]["n"] == 12 and told["old"]["high"] > 0
    assert told["files"]["value"] == 100 and told["clearance"]["value"] == 0
    assert told["disposition"]["value"] is None


RANKS = re.compile(
    r"\b(rank(s|ed|ing)?|league|best|worst|top|bottom|score(s|d|board)?|slowest|fastest|laggard|performance)\b|排名|排行|名次|得分|评分|最差|最佳|绩效",
    re.IGNORECASE,
)
INSIGHT = ("workload", "distribution", "matters", "indicators")


def everything(scene: Scene) -> list[tuple[str, str, str]]:
    """Every page and answer of the room, in both languages, as whoever may see it: who, address, text."""
    app = create_app(court=scene.court)
    draw = accepted(scene)
    replaced(scene)
    while reckon_new(scene.court):
        pass
    rebuild(scene.court)
    count_indicators(scene.court)
    lay_down(scene.court)
    named = {"reference": draw["draw"], "month": "2026-02"}
    found = []
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in INSIGHT]
    assert len(rules) >= 14
    for who in ("president", "judge", "clerk", None):
        for language in ("en", "zh-Hans"):
            client = app.test_client() if who is None else signed_in(app, scene, who)
            client.get(f"/language/{language}?next=/guide")
            for rule in rules:
                if "GET" not in (rule.methods or ()) or rule.endpoint.endswith("script"):
                    continue
                address = str(rule.rule)
                for part, value in named.items():
                    address = address.replace(f"<{part}>", value)
                answer = client.get(address)
                if answer.status_code == 200:
                    main = answer.text.split("<main")[-1].split("</main")[0] if "<main" in answer.text else answer.text
                    found.append((str(who), address, main))
    return found


def test_no_page_or_answer_ranks_a_person(small_scene: Scene) -> None:
    """Every page and every answer of the room, in both languages: no word of ranking, and no person stands beside a figure of
    their own. The names of those who work here stand on no list of it at all.
    """
    judges(small_scene, "ava", "ben")
    pages = everything(small_scene)
    assert {address for _, address, _ in pages} >= {
        "/workload",
        "/workload.json",
        "/registry/distribution",
        "/registry/what-if",
        "/registry/matters",
        "/statistics/indicators",
        "/statistics/indicators.json",
        "/matters",
    }
    with small_scene.court.database.read():
        people = {small_scene.account(name).name for name in ("judge", "clerk", "president", "ava", "ben")}
        accounts = {small_scene.account(name).reference for name in ("judge", "clerk", "president", "ava", "ben")}
    for who, address, text in pages:
        words = re.sub(r"<[^>]+>", " ", text)
        assert not RANKS.search(words), (who, address, RANKS.search(words))
        for one in accounts:
            assert one not in text, (address, one)
        for one in people - {"Judge", "Clerk", "President"}:
            assert not re.search(rf"\b{re.escape(one)}\b", words), (address, one)


def test_the_desks_of_the_court_stay_in_the_order_of_names(small_scene: Scene) -> None:
    """The president's list of desks now tells the open work of each as a range; it is in the order of names, whatever they hold,
    and offers no other.
    """
    judges(small_scene, "ava", "ben", "zoe")
    for _ in range(5):
        accepted(small_scene)
    while reckon_new(small_scene.court):
        pass
    page = signed_in(create_app(court=small_scene.court), small_scene, "president").get("/registry/supervision").text
    desks = page.split('id="desks"')[1].split("</table>")[0]
    names = re.findall(r'href="/registry/supervision/[^"]+">([^<]+)<', desks)
    assert names == sorted(names) and len(names) >= 3
    assert re.search(r"\d+ to \d+ hours", desks) and "sort" not in desks
    assert not RANKS.search(re.sub(r"<[^>]+>", " ", desks))


def test_no_answer_of_the_room_has_a_figure_under_a_person(small_scene: Scene) -> None:
    """Walked through all JSON of the room: no key or value is an account, and no list is of people."""
    draw = accepted(small_scene)
    app = create_app(court=small_scene.court)
    rebuild(small_scene.court)
    count_indicators(small_scene.court)
    president = signed_in(app, small_scene, "president")
    for address in ("/workload.json", "/statistics/indicators.json", f"/draws/{draw['draw']}.json"):
        keys = set(_keys(president.get(address).get_json()))
        assert not keys & {"account", "judge", "name", "person", "who", "names", "people", "email"}, address
    assert check_draw.check(json.loads(president.get(f"/draws/{draw['draw']}.json").text))


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for one in value.values() for key in _keys(one))]
    return [key for one in value for key in _keys(one)] if isinstance(value, list) else []
