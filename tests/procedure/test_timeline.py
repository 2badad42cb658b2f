"""A case in time: stages and time limits as a picture and as a table, for whoever may know of them."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.procedure.time.timeline import Timeline, stage_marks, timeline
from odr.procedure.time.timeline_picture import WIDEST, draw, wide, wrapped
from odr.web.presence import session_cookie_name
from tests.scene import Scene

WORDS = st.text(st.sampled_from("ab cd efgh，答辩期间 2026"), max_size=120)


def seen_by(scene: Scene, who: str) -> tuple[Timeline, list[Stage]]:
    """The timeline as somebody sees it, and the stages in order."""
    actor = scene.actor(who)
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        return timeline(look, case, actor), [stage for _, stage in stage_marks(look, case)]


def test_stages_and_who_was_waited_for(small_scene: Scene) -> None:
    """A claim sent back waits for the claimant and no longer for the registry; the present stage is the last, and
    nothing runs beyond the picture.
    """
    scene = small_scene
    scene.lodge()
    scene.do("return_claim", "clerk", defects=[{"part": "parties", "what": "Give the other side's address."}], days=7)
    scene.later(days=2)
    found, stages = seen_by(scene, "li")
    assert stages == [Stage.LODGED, Stage.RETURNED]
    assert [(span.whose, span.kind) for span in found.waits] == [(None, "ended"), ("Li Wen", "open")]
    assert 0 < found.now < 100 and found.waits[-1].left + found.waits[-1].width == 100
    assert found.stages[-1].left + found.stages[-1].width == found.now


def test_nobody_sees_a_wait_that_is_not_for_her(small_scene: Scene) -> None:
    """A mediation asked for in the private room is on the parties' timeline and not on the judge's; every share of the
    width is within it.
    """
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.later(hours=1)
    scene.join()
    scene.later(hours=1)
    scene.do("ask_mediation", "haiyun")
    scene.do("agree_mediation", "li")
    mine, stages = seen_by(scene, "li")
    theirs, _ = seen_by(scene, "judge")
    hidden = {span.window for span in mine.waits} - {span.window for span in theirs.waits}
    assert stages == [Stage.LODGED, Stage.PENDING] and len(hidden) >= 1
    assert {span.window for span in theirs.waits} <= {span.window for span in mine.waits}
    for span in (*mine.stages, *mine.waits):
        assert 0 <= span.left <= 100 and 0 <= span.width <= 100 and span.left + span.width <= 100.01


def test_the_page_says_the_same_twice_and_in_both_languages(small_scene: Scene) -> None:
    """As many bars as rows of the tables; every wait leads to the page that says why this date."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.later(days=10)
    app = create_app(court=scene.court)
    for locale, word in (("en", "Time limits and who was waited for"), ("zh-Hans", "期限以及等待的是谁")):
        client = app.test_client()
        with scene.court.database.write() as session:
            account = session.get_one(Account, scene.people["li"])
            account.locale = locale
            token, _ = open_session(
                session, account, scene.clock.machine_now(), device="test", address="::1", two_factor=True
            )
        client.set_cookie(session_cookie_name(False), token)
        page = client.get(f"/cases/{scene.case().reference}/timeline")
        assert page.status_code == 200 and word in page.text
        found, _ = seen_by(scene, "li")
        rows = page.text.count('<tr role="row"><th role="rowheader"')
        bars = len(re.findall(r'height="14" class="\w+"', page.text))
        assert rows == bars == len(found.stages) + len(found.waits)
        links = set(re.findall(r'href="(/cases/[^"]+/time/[^"]+)"', page.text))
        assert len(links) == len([span for span in found.waits if span.due_at])
        assert all(client.get(link).status_code == 200 for link in links)


@given(WORDS)
def test_no_line_is_wider_than_the_narrowest_screen(words: str) -> None:
    """Wrapped, nothing is lost but spaces at the breaks, and no line is too wide."""
    lines = wrapped(words)
    assert all(wide(line) <= WIDEST for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_no_row_covers_another(small_scene: Scene) -> None:
    """Labels and bars follow one another downwards, and the picture is as high as they need."""
    small_scene.lodge()
    small_scene.accept()
    found, _ = seen_by(small_scene, "clerk")
    drawing = draw(found, [(span, span.title.render("en"), "x" * 90) for span in (*found.stages, *found.waits)])
    places = [y for row in drawing.rows for y in (*(line[0] for line in row.lines), row.bar)]
    assert places == sorted(places) and len(set(places)) == len(places) and drawing.height > places[-1]
