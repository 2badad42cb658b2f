"""Decisions like a case, for programs: the same as the pages, in the shapes the document names."""

from __future__ import annotations

from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller
from tests.assist.test_similar import CITES, SHARED, laid
from tests.scene import Scene

QUESTION = {"cause": "online_shopping", "facts": [f"原告购买净水器，{SHARED}，被告拒绝退款。"]}


def test_a_program_asks_what_became_of_cases_like_a_claim(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller]
) -> None:
    """Four are listed and not told together, six with their range; what cannot be asked is refused, and who asks too often waits."""
    scene, _ = api_scene
    scene.lodge()
    laid(scene.court, scene.case_id, 4, f"经查，{SHARED}。{CITES}")
    li = callers["li"]
    few = li.ask("POST", "/similar", given=QUESTION).json()
    assert len(few["decisions"]) == 4 and few["together"] is None and few["least"] == 5 and few["note"]
    assert few["decisions"][0]["shared"]["cause"] is True and few["decisions"][0]["url"].endswith(
        few["decisions"][0]["address"]
    )
    laid(scene.court, scene.case_id, 2, f"经查，{SHARED}。{CITES}", first=5)
    many = li.ask("POST", "/similar", given=QUESTION).json()["together"]
    assert many["cases"] == 6 == many["awarded"]["cases"]
    sums = [many["awarded"][name]["minor"] for name in ("low", "first", "third", "high")]
    assert sums == sorted(sums)
    assert li.ask("POST", "/similar", given={**QUESTION, "cause": "nothing_known"}).status_code == 404
    assert li.ask("POST", "/similar", given={"cause": "online_shopping", "facts": []}).status_code == 422
    for _ in range(LIMITS[Counted.SIMILAR_BY].tries):
        last = li.ask("POST", "/similar", given=QUESTION)
    assert last.status_code == 429


def test_the_judge_s_program_reads_what_the_page_shows(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller]
) -> None:
    """Rank after rank with how many; a party's program gets nothing of it."""
    scene, _ = api_scene
    scene.pend()
    reference = scene.case().reference
    found = callers["judge"].ask("GET", f"/cases/{reference}/similar").json()
    assert [one["rank"] for one in found["steps"]] == ["guiding", "supreme", "high", "own"]
    assert found["ready"] and found["decisions"] == [] and found["guiding"] == []
    assert callers["li"].ask("GET", f"/cases/{reference}/similar", check=False).status_code == 403
    assert callers["stranger"].ask("GET", f"/cases/{reference}/similar", check=False).status_code == 404
    for _ in range(LIMITS[Counted.SIMILAR_BY].tries):
        last = callers["judge"].ask("GET", f"/cases/{reference}/similar")
    assert last.status_code == 429, "every look reads many decisions, whoever looks"
