"""Drafts over time: any device, shared with whom one chooses, nothing lost when it is left, and nothing sent by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Role
from odr.errors import Forbidden, InvalidInput
from odr.filing import draft_keeping as keeping
from odr.filing import drafts
from odr.filing.models import Draft, DraftState
from odr.identity.models import Account
from odr.procedure.forms import flatten
from tests.filing.test_particulars import SAID
from tests.filing.visitor import Forms, Visitor
from tests.peers.browser import OpenPage
from tests.scene import Scene, claim

VisitorOf = Callable[[str | None], Visitor]


def ready(scene: Scene, owner: str = "li") -> str:
    """A draft with every step done; gives its reference."""
    whole = claim(particulars=SAID).model_dump(mode="json")
    with scene.court.database.write() as session:
        draft = drafts.open_draft(session, scene.people[owner], scene.clock.now())
        for step in drafts.STEPS:
            part = whole[step.key] if step.key in ("matter", "claimant", "particulars") else {step.key: whole[step.key]}
            drafts.save_step(session, draft, step.key, flatten(part), scene.clock.now(), by=scene.people[owner], is_done=True)
        return draft.reference


def share(scene: Scene, reference: str, email: str, *, lodges: bool = False, by: str = "li") -> None:
    with scene.court.database.write() as session:
        draft = drafts.find_draft(session, scene.people[by], reference)
        keeping.share(session, draft, scene.people[by], email, lodges=lodges, now=scene.clock.now())


def test_a_draft_is_shared_with_who_is_named_and_nobody_else(visitor: VisitorOf, small_scene: Scene) -> None:
    """The representative reads and writes in it until it ends; she does not lodge what is not hers, nor share it on."""
    reference = ready(small_scene)
    lawyer = visitor("stranger")
    lawyer.get(f"/claim/{reference}", 404)
    visitor("li").send(f"/claim/{reference}/share", f"/claim/{reference}/share", email="stranger@court.example", lodges="me")
    assert "Draft, shared" in lawyer.get(f"/claim/{reference}") and reference in lawyer.get("/home")
    step = f"/claim/{reference}/facts"
    lawyer.send(step, step, **{"facts-0-what": "I bought 30 bottles, which were short of weight.", "continue": "1"})
    assert "belongs" in lawyer.get(f"/claim/{reference}/check-answers")
    with pytest.raises(Forbidden):
        share(small_scene, reference, "haiyun@court.example", by="stranger")
    li = visitor("li")
    li.send(f"/claim/{reference}", f"/claim/{reference}/share/1/end")
    lawyer.get(f"/claim/{reference}", 404)
    assert "short of weight" in li.get(step)


@pytest.mark.parametrize("email", ["nobody@court.example", "li@court.example", "judge@court.example", "no address"])
def test_a_draft_is_not_shared_with_oneself_the_court_or_nobody(small_scene: Scene, email: str) -> None:
    """Only with somebody else who has an account and does not serve the court."""
    reference = ready(small_scene)
    with pytest.raises(InvalidInput):
        share(small_scene, reference, email)


def test_what_a_representative_wrote_is_lodged_by_her_client(visitor: VisitorOf, small_scene: Scene) -> None:
    """The one whose claim it is lodges it and is the claimant; the files the representative sent become her exhibits."""
    sent = small_scene.upload("stranger", b"an order", "order.png")
    reference = ready(small_scene, "stranger")
    share(small_scene, reference, "li@court.example", lodges=True, by="stranger")
    lawyer, li = visitor("stranger"), visitor("li")
    step = f"/claim/{reference}/exhibits"
    row = {"upload": sent.reference, "title": "Order page", "proves": "The purchase", "source": "My phone"}
    lawyer.send(step, step, **{f"exhibits-0-{name}": value for name, value in row.items()}, **{"continue": "1"})
    assert "order.png" in li.get(step)
    page = lawyer.get(f"/claim/{reference}/check-answers")
    assert f"/claim/{reference}/lodge" not in page
    li.send(f"/claim/{reference}/check-answers", f"/claim/{reference}/lodge")
    with small_scene.court.database.read() as session:
        case = session.scalars(select(Case)).one()
        assert next(p.account_id for p in case.parties if p.role is Role.CLAIMANT) == small_scene.people["li"]
        assert "submit_exhibit" in session.scalars(select(DocketEntry.act)).all()


def test_what_is_written_over_can_be_brought_back(visitor: VisitorOf, small_scene: Scene) -> None:
    """Another writer's words, and one's own after an hour, are kept as earlier versions; bringing one back keeps the newer."""
    reference = ready(small_scene)
    share(small_scene, reference, "stranger@court.example")
    step = f"/claim/{reference}/facts"
    visitor("stranger").send(step, step, **{"facts-0-what": "Something else entirely.", "continue": "1"})
    li = visitor("li")
    assert "I bought 30 bottles of capsules." in li.get(f"/claim/{reference}/versions")
    li.send(f"/claim/{reference}/versions", f"/claim/{reference}/versions/1")
    assert "I bought 30 bottles of capsules." in li.get(step)
    assert "Something else entirely." in li.get(f"/claim/{reference}/versions")


def test_a_draft_left_for_ninety_days_is_set_aside_and_taken_up_again(visitor: VisitorOf, small_scene: Scene) -> None:
    """A letter a week before; afterwards it is still there, and writing in it takes it up (nothing is lost on expiry)."""
    reference = ready(small_scene)
    small_scene.later(days=84)
    small_scene.later(hours=1)
    letters = [path.read_text() for path in small_scene.court.settings.data_dir.rglob("message.json")]
    assert sum(reference in letter for letter in letters) == 1
    small_scene.later(days=7)
    li = visitor("li")
    assert "Set aside" in li.get("/home") and "taken up again" in li.get(f"/claim/{reference}")
    step = f"/claim/{reference}/matter"
    assert "BH-2025-1106-8842" in li.get(step)
    li.send(step, step, **{"continue": "1"})
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Draft.state)).one() is DraftState.OPEN
    li.get(f"/claim/{reference}/check-answers")


def test_an_answer_is_kept_for_the_whole_side_and_filed_only_by_hand(visitor: VisitorOf, pending: Scene) -> None:
    """Saved, it stands on the page again, also for the representative; the claimant does not see it; sent, it is done with."""
    reference = pending.case().reference
    page, keep = f"/cases/{reference}/answer", f"/cases/{reference}/answer/draft"
    haiyun = visitor("haiyun")
    values = haiyun_values(haiyun, page)
    haiyun.client.post(keep, base_url=haiyun.origin, data={**values, "statement": "The label is right."}, headers={"Origin": haiyun.origin})
    assert "The label is right." in haiyun.get(page)
    assert count(pending, "file_answer") == 0
    pending.represent("haiyun", "stranger")
    assert "The label is right." in visitor("stranger").get(page)
    visitor("li").get(page, 403)
    haiyun.send(page, page, position="defend", **{"facts-0-stance": "denied", "facts-1-stance": "denied"})
    assert count(pending, "file_answer") == 1
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert keeping.answer_draft(session, case, pending.actor("haiyun")) is None
        assert session.get(Account, pending.people["haiyun"]) is not None


def haiyun_values(who: Visitor, page: str) -> dict[str, Any]:
    found = Forms()
    found.feed(who.get(page))
    return found.found[page]


def count(scene: Scene, act: str) -> int:
    with scene.court.database.read() as session:
        return len(session.scalars(select(DocketEntry.id).where(DocketEntry.case_id == scene.case_id, DocketEntry.act == act)).all())


def test_typing_an_answer_never_files_it(app: Flask, pending: Scene, serve: Callable[..., str], open_page: OpenPage, visitor: VisitorOf) -> None:
    """In a browser with scripts the page saves what is typed by itself, and sends nothing: that takes the button."""
    reference = pending.case().reference
    haiyun = visitor("haiyun")
    cookie = haiyun.client.get_cookie("session_token", domain=haiyun.host)
    assert cookie is not None
    origin = serve(app)
    page = open_page(origin)
    page.context.add_cookies([{"name": "session_token", "value": cookie.value, "url": origin}])
    page.goto(f"/cases/{reference}/answer")
    page.check("input[name=position][value=defend]")
    for row in (0, 1):
        page.check(f"input[name=facts-{row}-stance][value=denied]")
    with page.expect_response(lambda reply: "/answer" in reply.url and reply.request.method == "POST", timeout=10_000) as saved:
        page.fill("textarea[name=statement]", "The label is right.")
    assert saved.value.status == 204 and saved.value.url.endswith("/answer/draft")
    assert count(pending, "file_answer") == 0
    page.goto(f"/cases/{reference}/answer")
    assert page.input_value("textarea[name=statement]") == "The label is right."
