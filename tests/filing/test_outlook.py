"""Before anything is lodged a draft says what it will cost, step by step, and warns where the time to go to court ends."""

from __future__ import annotations

from typing import Any

import pytest

from odr.app import create_app
from tests.scene import Scene
from tests.test_bad_input import signed_in

SENT = {"was": "", "continue": "1"}


def draft_of(scene: Scene, day: tuple[str, str, str], amount: str = "8,000.00") -> tuple[Any, dict[str, str], str]:
    """A browser, its headers, and a draft of Li's with a fact of that day."""
    client, headers = signed_in(scene, create_app(court=scene.court), "li")
    place = (
        client.post("/claim", data={"cause": "online_shopping"}, headers=headers)
        .headers["Location"]
        .removesuffix("/matter")
    )
    client.post(f"{place}/matter", data={"cause": "online_shopping", **SENT}, headers=headers)
    client.post(f"{place}/relief", data=relief(amount), headers=headers)
    fact = {"facts-0-what": "I bought capsules."}
    fact |= dict(
        zip(("facts-0-happened_on-day", "facts-0-happened_on-month", "facts-0-happened_on-year"), day, strict=True)
    )
    client.post(f"{place}/facts", data={**fact, **SENT}, headers=headers)
    return client, headers, place


def relief(amount: str, **more: str) -> dict[str, str]:
    """What is asked for, as the form sends it."""
    asked = {"relief-0-kind": "money", "relief-0-what": "The price back", "relief-0-amount": amount}
    return {**asked, **SENT, **more}


def test_the_fee_stands_in_the_task_list_with_its_steps(small_scene: Scene) -> None:
    """Without a script: the sum, each step with its article, and what would be paid."""
    client, _, place = draft_of(small_scene, ("6", "11", "2025"))
    page = client.get(place).text.replace("\u00a0", " ")
    panel = page.split("What it will cost")[1].split("</section>")[0]
    assert "hx-get" not in panel and "You would pay" in panel and panel.count("<tr>") >= 3
    assert "the time to go to court" not in page


@pytest.mark.parametrize(
    ("day", "words"), [(("6", "11", "2021"), "ended on"), (("10", "3", "2023"), "ends on"), (("10", "3", "2025"), "")]
)
def test_the_limitation_is_warned_of_where_it_is_over_or_ends_soon(
    small_scene: Scene, day: tuple[str, str, str], words: str
) -> None:
    """Three years from the first day that is told; with time left nothing is said (CC 188)."""
    client, _, place = draft_of(small_scene, day)
    page = client.get(place).text
    assert ("Counted from the first day you wrote" in page) is bool(words)
    assert f"the time to go to court {words}" in page.replace("\u00a0", " ") if words else True


def test_a_part_of_a_draft_asks_about_what_is_seldom_meant(small_scene: Scene) -> None:
    """Sixty billion is asked about at its field; said to be right it is taken, and asked about once more before lodging."""
    client, headers, place = draft_of(small_scene, ("6", "11", "2025"))
    asked = client.post(f"{place}/relief", data=relief("60,000,000,000"), headers=headers)
    assert asked.status_code == 422 and "is this sum right?" in asked.text
    mark = asked.text.split('id="sure" name="sure" type="checkbox" value="')[1].split('"')[0]
    assert client.post(f"{place}/relief", data=relief("60,000,000,000", sure="0"), headers=headers).status_code == 422
    assert client.post(f"{place}/relief", data=relief("60,000,000,000", sure=mark), headers=headers).status_code == 303
    assert client.post(f"{place}/relief", data=relief("6,000"), headers=headers).status_code == 303
