"""The page after signing in: new papers by their names, one's own next step in each case, drafts by what they are about."""

from __future__ import annotations

from flask.testing import FlaskClient

from odr.app import create_app
from odr.docket.models import Case
from odr.filing.draft import drafts
from odr.identity.models import Account
from odr.register.first_pages.home_page import case_lines, unread_papers
from tests.scene import Scene
from tests.test_bad_input import signed_in


def browser(scene: Scene, who: str) -> FlaskClient:
    return signed_in(scene, create_app(court=scene.court), who)[0]


def joined(scene: Scene) -> None:
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()
    scene.work()


def test_each_side_sees_its_own_next_step_and_no_other(small_scene: Scene) -> None:
    """The claimant pays the fee, the respondent answers: each is told their own, with its day and the way to it."""
    joined(small_scene)
    li, haiyun = browser(small_scene, "li").get("/home").text, browser(small_scene, "haiyun").get("/home").text
    case = small_scene.case().reference
    assert f'href="/cases/{case}/fee"' in li and f'href="/cases/{case}/answer"' not in li
    assert f'href="/cases/{case}/fee"' not in haiyun and "Next for you" in haiyun
    assert 'href="/agenda"' in li and "your own calendar" in li
    assert "your own calendar" in browser(small_scene, "haiyun").get(f"/cases/{case}").text


def test_new_papers_stand_there_by_name_until_they_are_opened(small_scene: Scene) -> None:
    """A paper in the inbox is named on the page after signing in, with its case, and gone once it was opened."""
    joined(small_scene)
    scene = small_scene
    client = browser(scene, "li")
    page = client.get("/home").text
    inbox = client.get(f"/cases/{scene.case().reference}/inbox").text
    assert ("New papers for you" in page) == ("Open the letter" in inbox)
    assert "New papers for you" in page, "the notice of acceptance lies there"
    client.get("/language/zh-Hans?next=/home")
    for here in ("/home", f"/cases/{scene.case().reference}/inbox"):
        words = client.get(here).text
        assert "受理案件通知书" in words and "Notice of acceptance" not in words, (
            "in the language one reads, not the one it was sent in"
        )


def test_a_paper_is_called_by_its_name_and_its_case_once(small_scene: Scene) -> None:
    """The line of a paper names no letter code and its case once; a day that is over is not asked for any more."""
    joined(small_scene)
    scene = small_scene
    with scene.court.database.read() as session:
        papers = [one.title.render("en") for one in unread_papers(scene.court.look(session), scene.people["li"]).rows]
    assert any("please pay" in title and " by " in title for title in papers), papers
    number = str(scene.case().number)
    assert all("letter code" not in title and number not in title for title in papers)
    scene.later(days=60)
    with scene.court.database.read() as session:
        later = [one.title.render("en") for one in unread_papers(scene.court.look(session), scene.people["li"]).rows]
    assert later and not any("please pay" in title for title in later), later


def test_a_draft_is_called_by_what_it_is_about(small_scene: Scene) -> None:
    """Against whom and what about, as far as it is written."""
    scene = small_scene
    client, headers = signed_in(scene, create_app(court=scene.court), "li")
    at = client.post("/claim", headers=headers).headers["Location"].removesuffix("/matter")
    assert "Claim, not lodged yet" in client.get("/home").text
    client.post(f"{at}/respondents", data={"respondents-0-name": "Qingyu Trading"}, headers=headers)
    assert "Claim against Qingyu Trading" in client.get("/home").text
    client.post(f"{at}/matter", data={"cause": "online_shopping"}, headers=headers)
    assert "Claim against Qingyu Trading: " in client.get("/home").text
    assert drafts.STEPS[0].key == "matter"


def test_the_day_of_a_case_is_the_readers_own(small_scene: Scene) -> None:
    """Cases stand in the order of the reader's own days: what another party or the court has to do lends a case no day."""
    scene = small_scene
    scene.lodge()
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        assert case.next_due_at is not None, "the registry has its time"
        lines = case_lines(scene.court.look(session), session.get_one(Account, scene.people["li"]), [case])
        assert [line.due_at for line in lines] == [None]
    scene.accept()
    scene.work()
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        lines = case_lines(scene.court.look(session), session.get_one(Account, scene.people["li"]), [case])
        box = lines[0].box
        assert box is not None and box.step is not None and lines[0].due_at == box.step.window.due_at
