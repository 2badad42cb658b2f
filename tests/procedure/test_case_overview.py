"""The page of a case: where it stands, what happened since one last looked, what is asked for, exhibits with two badges, and
a frame that leaves room.
"""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient

from odr.app import create_app
from odr.docket.models import Case
from odr.procedure.case.course import DONE, LATER, NOW, stations
from tests.scene import Scene
from tests.test_bad_input import signed_in


def browser(scene: Scene, who: str) -> FlaskClient:
    return signed_in(scene, create_app(court=scene.court), who)[0]


def overview(scene: Scene, client: FlaskClient) -> str:
    """The page, with every trace of earlier readings entered before."""
    scene.court.readings.enter()
    return client.get(f"/cases/{scene.case().reference}").text.replace("\u00a0", " ")


def part(page: str, heading: str) -> str:
    """What stands under a heading, up to the next of its size."""
    assert heading in page, heading
    return page.split(heading, 1)[1].split('<h2 class="govuk-heading-m"', 1)[0]


def test_where_the_case_stands_is_a_list_of_what_is_done_now_and_to_come(small_scene: Scene) -> None:
    """Lodged: it is now, the rest to come. Accepted and served: done comes first with its day, one's own time limit stands
    between now and what follows.
    """
    small_scene.lodge()
    with small_scene.court.database.read() as session:
        look = small_scene.court.look(session)
        first = stations(look, session.get_one(Case, small_scene.case_id), small_scene.actor("li"), [], [])
    assert [one.state for one in first] == [NOW, *[LATER] * 5] and str(first[0].title) == "Lodged"
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    small_scene.work()
    stands = part(overview(small_scene, browser(small_scene, "haiyun")), "Where the case stands")
    marks = re.findall(r'<li(?: class="(\w+)")?><b>([^<]+)</b>([^<]+)', stands)
    assert marks[0][:2] == ("", "Lodged") and marks[1][0] == "now" and marks[1][2].startswith("Now, since")
    assert any(state == "later" and "By the end of" in when for state, _, when in marks[2:])
    assert marks[-1][0] == "later" and marks[-1][2] == "Still to come"
    assert DONE not in {state for state, _, _ in marks}, "what is done needs no mark of its own"


def test_what_happened_since_one_last_looked_is_told_to_each_person(small_scene: Scene) -> None:
    """The first time nothing is told; later what came since, to each by their own last look; a reload tells it again."""
    small_scene.lodge()
    small_scene.later(minutes=5)
    li, haiyun = browser(small_scene, "li"), browser(small_scene, "haiyun")
    assert "Since you last looked" not in overview(small_scene, li)
    small_scene.later(hours=2)
    assert "Nothing has happened." in part(overview(small_scene, li), "Since you last looked")
    small_scene.later(minutes=5)
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    small_scene.later(hours=2)
    for _ in range(2):
        news = part(overview(small_scene, li), "Since you last looked")
        assert "Nothing has happened." not in news and "/docket/" in news
    assert "Since you last looked" not in overview(small_scene, haiyun), "their own look, not the other side's"
    small_scene.later(hours=1)
    seen = part(overview(small_scene, li), "Since you last looked")
    assert "Nothing has happened." in seen, "what was shown an hour ago is not new now"


def test_what_one_did_oneself_is_no_news(small_scene: Scene) -> None:
    """Since somebody last looked others acted; their own acts they know."""
    small_scene.pend()
    haiyun = browser(small_scene, "haiyun")
    overview(small_scene, haiyun)
    small_scene.later(hours=1)
    small_scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    small_scene.later(hours=1)
    news = part(overview(small_scene, haiyun), "Since you last looked")
    assert "has filed an answer" not in news and ", you. " not in news
    assert "served on" in news, "that it reached the other side is new"


def test_what_is_asked_for_and_the_exhibits_stand_on_the_page_of_the_case(small_scene: Scene) -> None:
    """The sum and its parts; each exhibit with two answers that are never one: since when unchanged, and what is said of it."""
    small_scene.pend()
    sent = small_scene.upload("li", b"The label says 2019.").reference
    line = {"upload": sent, "title": "Photograph of the label", "proves": "The year is wrong.", "source": "own"}
    small_scene.do("submit_exhibit", "li", **line)
    page = overview(small_scene, browser(small_scene, "li"))
    assert "You ask for" in page and re.search(r'class="court-big">CNY [\d,]+\.00', page)
    assert "asks for" in overview(small_scene, browser(small_scene, "haiyun"))
    table = part(page, '<h2 class="govuk-heading-m">Exhibits</h2>')
    assert "Photograph of the label" in table and "Nobody has said yet" in table
    assert table.count('role="columnheader"') == 3


def test_a_phone_gets_five_tabs_and_the_rest_folded_without_javascript(small_scene: Scene) -> None:
    """Five tabs stand open; the others are in a list that a browser folds by itself, and each leads where it led before."""
    small_scene.pend()
    page = browser(small_scene, "li").get(f"/cases/{small_scene.case().reference}/fee").text
    nav = page.split('<nav class="court-nav"')[1].split("</nav>")[0]
    wide, folded = nav.split("<details>")
    first = re.findall(r'<li><a[^>]*href="([^"]+)"', wide)
    rest = re.findall(r'<li class="court-nav__rest"><a[^>]*href="([^"]+)"', wide)
    assert len(first) == 5 and first[0] == f"/cases/{small_scene.case().reference}"
    assert rest and re.findall(r'<a[^>]*href="([^"]+)"', folded) == rest
    assert "<b>Fee</b>" in folded.split("</summary>")[0], "where one is, is said also where its tab is folded"


def test_what_an_objection_halts_stays_listed(small_scene: Scene) -> None:
    """The respondent's answer and everybody's evidence stand still while the objection waits; both sides still see them
    beside what runs.
    """
    scene = small_scene
    scene.pend()
    scene.do("object_to_jurisdiction", "haiyun", ground="elsewhere", words="The goods were delivered elsewhere.")
    for who in ("haiyun", "li"):
        page = overview(scene, browser(scene, who))
        running = page.split("Time running")[1].split("</aside>")[0]
        assert "Answer" in running and "Stands still; its new day is set when it goes on" in running, who


def test_a_chinese_heading_breaks_after_a_sign_or_between_the_parties(small_scene: Scene) -> None:
    """Equal lines would break words: a heading in Chinese keeps what is between two signs together where it fits, and the
    name of a case may break after the word between the parties.
    """
    small_scene.lodge()
    client = browser(small_scene, "li")
    client.get("/language/zh-Hans")
    assert re.search(r"<h1[^>]*>[^<]+诉<wbr>[^<]+</h1>", overview(small_scene, client))
    css = (Path(__file__).parents[2] / "static" / "court.css").read_text("utf-8")
    rule = re.search(r":lang\(zh\) :is\(h1, h2, h3\) \{([^}]+)\}", css)
    assert rule is not None and "word-break: keep-all" in rule[1] and "text-wrap: wrap" in rule[1]
