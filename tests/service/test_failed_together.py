"""What failed, dealt with together: each paper by an act of its own, and what could not be done stays with its reason."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import DocketEntry
from odr.ground.errors import InvalidInput
from odr.service.models import Packet, ServiceFact, ServiceTask
from odr.service.packet.case_views import service_desk
from odr.service.registry.failed_together import TOGETHER, do_together
from odr.service.vocabulary import FactKind, PacketState
from tests.scene import Scene
from tests.service.test_pages import browser, read, send


@pytest.fixture(params=["small_claims"])
def returned(small_scene: Scene, request: pytest.FixtureRequest) -> Scene:
    """A claim whose letter came back."""
    scene = small_scene
    scene.lodge()
    scene.accept(request.param)
    scene.work()
    scene.clock.advance(timedelta(days=2))
    for packet in papers(scene):
        scene.do(
            "record_outcome", "clerk", packet=packet.reference, way="post", what="returned", happened_on="2026-03-03"
        )
    return scene


def papers(scene: Scene, occasion: str = "claim") -> list[Packet]:
    """The packets of an occasion, the oldest first."""
    with scene.court.database.read() as session:
        rows = session.scalars(select(Packet).where(Packet.occasion == occasion).order_by(Packet.id)).all()
        session.expunge_all()
        return list(rows)


def entries(scene: Scene, act: str) -> int:
    """How often an act stands on the docket."""
    with scene.court.database.read() as session:
        return len(session.scalars(select(DocketEntry.id).where(DocketEntry.act == act)).all())


def test_papers_stand_by_the_reason_they_failed_for(returned: Scene) -> None:
    """With true counts, each ready to be ticked."""
    page = read(browser(returned, "clerk"), "/service-desk")
    (paper,) = papers(returned)
    with returned.court.database.read() as session:
        desk = service_desk(returned.court, session, returned.people["clerk"])
    assert desk.failed.total == sum(group.total for group in desk.by_reason) >= 1
    assert f'value="{paper.reference}"' in page and "Send the ticked ones again" in page
    for group in desk.by_reason:
        assert f"{group.reason.label.render('en')}: {group.total}" in page


def test_ticked_papers_go_out_again_and_the_rest_says_why(returned: Scene) -> None:
    """Once however often the form comes; a paper of nobody's case is named and stays ticked."""
    (paper,) = papers(returned)
    clerk, path = browser(returned, "clerk"), "/service-desk"
    status, page = send(clerk, path, f"{path}/together", what="again", key="k1")
    assert status == 422 and "Tick the papers first." in page
    given = {"what": "again", "key": "k1", "packet": [paper.reference, "nobody"]}
    status, page = send(clerk, path, f"{path}/together", **given)
    assert status == 422 and "1 paper goes out again" in page and "You have no paper with this reference." in page
    assert entries(returned, "serve_again") == 1 and len(papers(returned)) == 2
    status, page = send(clerk, path, f"{path}/together", **given)
    assert "1 were done before" in page and entries(returned, "serve_again") == 1
    assert papers(returned)[1].state is PacketState.HELD


def test_all_of_one_reason_go_out_again_for_two_clicks(returned: Scene) -> None:
    """One tick for the reason and the button, however many papers: less than a click for each. What failed after the page
    was opened is not among them.
    """
    (paper,) = papers(returned)
    with returned.court.database.write() as session:
        found = session.get_one(Packet, paper.id)
        kept = {c.name: getattr(found, c.name) for c in Packet.__table__.columns if c.name not in ("id", "reference")}
        more = [Packet(**kept | {"code": f"ZZZZ-ZZZZ-0000{n}"}) for n in range(9)]
        session.add_all(more)
        session.flush()
        task = session.scalars(select(ServiceTask).where(ServiceTask.packet_id == paper.id)).first()
        assert task is not None
        same = {
            c.name: getattr(task, c.name) for c in ServiceTask.__table__.columns if c.name not in ("id", "packet_id")
        }
        session.add_all(ServiceTask(**same, packet_id=one.id) for one in more)
    clerk, path = browser(returned, "clerk"), "/service-desk"
    (every,) = re.findall(r'name="all" value="([^"]+)"', read(clerk, path))
    assert len(every.split()) == 10 and paper.reference in every.split()
    status, page = send(clerk, path, f"{path}/together", what="again", key="k9", all=every)
    assert status == 200 and "10 papers go out again" in page and entries(returned, "serve_again") == 10


def test_what_cannot_be_announced_says_why(returned: Scene) -> None:
    """Small claims are never served so (CPL 163): nothing is ordered, and the paper is still ticked."""
    (paper,) = papers(returned)
    given = {
        "what": "announce",
        "packet": [paper.reference],
        "causes": "Nobody knows where they are.",
        "place": "Board",
    }
    status, page = send(browser(returned, "clerk"), "/service-desk", "/service-desk/together", **given)
    assert status == 422 and "not open to this procedure" in page and entries(returned, "order_announcement") == 0
    assert f'value="{paper.reference}" checked' in page and "Nobody knows where they are." in page


@pytest.mark.parametrize("returned", ["ordinary"], indirect=True)
def test_an_announcement_writes_down_what_was_tried(returned: Scene) -> None:
    """In the language the clerk writes in, with each way and day; without a place nothing is ordered and nothing typed is lost."""
    (paper,) = papers(returned)
    clerk, path = browser(returned, "clerk"), "/service-desk"
    why = "不在住所，电话无人接听，查询不到其他地址和联系方式。"
    status, page = send(clerk, path, f"{path}/together", what="announce", packet=[paper.reference], causes=why)
    assert status == 422 and "Say where it will be announced." in page and why in page
    given = {"what": "announce", "packet": [paper.reference], "causes": why, "place": "人民法院公告网"}
    status, page = send(clerk, path, f"{path}/together", **given)
    assert status == 200 and entries(returned, "order_announcement") == 1, page
    with returned.court.database.read() as session:
        recorded = session.scalars(select(ServiceFact).where(ServiceFact.kind == FactKind.CAUSES_RECORDED)).one()
    assert recorded.words is not None and why in recorded.words and "2026年3月3日" in recorded.words


def test_only_a_clerk_of_the_case_and_never_too_many(returned: Scene) -> None:
    """Somebody else's paper is not known; more than a page at once is refused before anything is done."""
    (paper,) = papers(returned)
    done = do_together(returned.court, [paper.reference], "again", returned.people["li"], None, "k")
    assert done.done == 0 and "no paper" in str(done.refused[0].why)
    assert (done.refused[0].case, done.refused[0].addressee) == ("", "")
    with pytest.raises(InvalidInput, match="At most 50"):
        do_together(returned.court, ["x"] * (TOGETHER + 1), "again", returned.people["clerk"], None, "k")
    with pytest.raises(InvalidInput, match="Choose what"):
        do_together(returned.court, [paper.reference], "burn", returned.people["clerk"], None, "k")
    assert entries(returned, "serve_again") == 0


def test_only_papers_that_failed_are_dealt_with_as_failed(returned: Scene) -> None:
    """One that was served, or is on its way, is refused by its name: nobody gets it a second time by this press."""
    (paper,) = papers(returned)
    (other,) = papers(returned, "acceptance")
    for state in (PacketState.SERVED, PacketState.PRESUMED, PacketState.OUT):
        with returned.court.database.write() as session:
            found = session.get_one(Packet, other.id)
            found.state = state
            for task in session.scalars(select(ServiceTask).where(ServiceTask.packet_id == other.id)):
                task.closed_at = returned.clock.now()
        done = do_together(returned.court, [other.reference], "again", returned.people["clerk"], None, f"k{state}")
        assert done.done == 0 and "has not failed" in str(done.refused[0].why)
        assert done.refused[0].addressee == other.recipient_name
    assert entries(returned, "serve_again") == 0
    assert do_together(returned.court, [paper.reference], "again", returned.people["clerk"], None, "k").done == 1
