"""Drafts over time: any device, shared with whom one chooses, nothing lost when it is left, and nothing sent by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from odr.docket.models import Case, DocketEntry, Role
from odr.evidence.models import Exhibit, Upload
from odr.filing.draft import draft_versions, drafts, sharing
from odr.filing.models import Draft, DraftShare, DraftState
from odr.ground.errors import Forbidden, InvalidInput, NotFound
from odr.identity.models import Account
from odr.procedure.forms.form_data import flatten
from tests.filing.test_particulars import SAID
from tests.filing.visitor import Forms, Visitor
from tests.patience import PATIENCE
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
            drafts.save_step(
                session, draft, step.key, flatten(part), scene.clock.now(), by=scene.people[owner], is_done=True
            )
        return draft.reference


def share(
    scene: Scene, reference: str, email: str, *, lodges: bool = False, by: str = "li", accepted: bool = True
) -> int:
    """Somebody is invited, and accepts unless that is left out; the share's number."""
    with scene.court.database.write() as session:
        draft = drafts.find_draft(session, scene.people[by], reference)
        made = sharing.share(session, draft, scene.people[by], email, lodges=lodges, now=scene.clock.now())
        if accepted:
            sharing.accept(
                session,
                made.id,
                session.scalars(select(Account).where(Account.email == email)).one(),
                scene.clock.now(),
            )
        return made.id


def test_a_draft_is_shared_with_who_is_named_and_nobody_else(visitor: VisitorOf, small_scene: Scene) -> None:
    """The representative reads and writes in it until it ends; she does not lodge what is not hers, nor share it on."""
    reference = ready(small_scene)
    lawyer = visitor("stranger")
    lawyer.get(f"/claim/{reference}", 404)
    visitor("li").send(
        f"/claim/{reference}/share", f"/claim/{reference}/share", email="stranger@court.example", lodges="me"
    )
    lawyer.get(f"/claim/{reference}", 404)
    assert "Draft, only you" in visitor("li").get(f"/claim/{reference}")
    lawyer.send("/claim/invitations", "/claim/invitations/1/accept")
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


@pytest.mark.parametrize("email", ["li@court.example", "no address"])
def test_a_draft_is_not_shared_with_oneself_or_nobody(small_scene: Scene, email: str) -> None:
    """One's own address, and what is no address, are refused at once."""
    reference = ready(small_scene)
    with pytest.raises(InvalidInput):
        share(small_scene, reference, email, accepted=False)


def letters(scene: Scene) -> int:
    return sum(
        "invites you to write together" in path.read_text()
        for path in scene.court.settings.data_dir.rglob("message.json")
    )


def test_an_invitation_does_not_tell_who_has_an_account(visitor: VisitorOf, small_scene: Scene) -> None:
    """Whoever is invited, the page afterwards says the same; only somebody who may write in a draft gets a letter."""
    reference, pages, written = ready(small_scene), set(), []
    for email in ("stranger@court.example", "nobody@court.example", "judge@court.example"):
        li = visitor("li")
        li.send(f"/claim/{reference}/share", f"/claim/{reference}/share", email=email, lodges="me")
        small_scene.work()
        written.append(letters(small_scene))
        page = li.get(f"/claim/{reference}/share")
        pages.add(
            re.sub(
                r'name="csrf_token" value="[^"]+"|nonce="[^"]+"|/share/\d+/|log holds [\d,]+ entr(?:y|ies)',
                "",
                page.replace(email, "they@court.example"),
            )
        )
        with small_scene.court.database.write() as session:
            session.execute(delete(DraftShare))
    assert len(pages) == 1 and written == [1, 1, 1]


def test_only_who_was_invited_accepts_and_nobody_of_the_court(visitor: VisitorOf, small_scene: Scene) -> None:
    """An office of the court and a party's draft do not go together, and nobody accepts what was sent to somebody else."""
    reference = ready(small_scene)
    ours, theirs = (
        share(small_scene, reference, f"{name}@court.example", accepted=False) for name in ("judge", "stranger")
    )
    for who, share_id in (("judge", ours), ("haiyun", theirs), ("li", theirs)):
        with small_scene.court.database.write() as session, pytest.raises(NotFound):
            sharing.accept(
                session, share_id, session.get_one(Account, small_scene.people[who]), small_scene.clock.now()
            )
    assert "/accept" not in visitor("judge").get("/claim/invitations")


def evidence(who: Visitor, reference: str) -> str:
    return who.get(f"/claim/{reference}/exhibits")


def put_in(who: Visitor, reference: str, upload: str, status: int = 303) -> None:
    """Somebody names a file in the draft's evidence."""
    step = f"/claim/{reference}/exhibits"
    values = {"upload": upload, "title": "Order page", "proves": "The purchase", "source": "My phone"}
    who.send(step, step, status, **{f"exhibits-0-{name}": value for name, value in values.items()}, **{"continue": "1"})


@pytest.mark.parametrize("accepted", [False, True])
def test_a_share_shows_nobody_elses_files(visitor: VisitorOf, small_scene: Scene, accepted: bool) -> None:
    """Neither who is invited to a draft nor who accepts shows the others what they sent to the court for themselves,
    nor the others to them.
    """
    theirs, mine = (
        small_scene.upload("stranger", b"in confidence", "confidential.txt"),
        small_scene.upload("li", b"my own", "private.txt"),
    )
    reference = ready(small_scene)
    share(small_scene, reference, "stranger@court.example", accepted=accepted)
    # Alone in the draft, li finds all her files there by themselves; what they show is not filled in yet.
    put_in(
        visitor("li"), reference, small_scene.upload("li", b"an order", "order.txt").reference, 303 if accepted else 422
    )
    page = evidence(visitor("li"), reference)
    assert theirs.reference not in page and "confidential.txt" not in page
    assert mine.reference in page and "order.txt" in page
    if accepted:
        assert mine.reference not in evidence(visitor("stranger"), reference)
        assert theirs.reference in evidence(visitor("stranger"), reference)


@pytest.mark.parametrize("accepted", [False, True])
def test_nobodys_file_is_taken_by_naming_it(visitor: VisitorOf, small_scene: Scene, accepted: bool) -> None:
    """Who writes somebody else's reference into the evidence lodges nothing with it: it stays its sender's, and no
    exhibit.
    """
    theirs = small_scene.upload("stranger", b"in confidence", "confidential.txt")
    reference = ready(small_scene)
    share(small_scene, reference, "stranger@court.example", accepted=accepted)
    li = visitor("li")
    put_in(li, reference, theirs.reference)
    li.send(f"/claim/{reference}/check-answers", f"/claim/{reference}/lodge", status=422)
    with small_scene.court.database.read() as session:
        assert session.get_one(Upload, theirs.id).account_id == small_scene.people["stranger"]
        assert session.scalar(select(Exhibit.id)) is None


def test_a_file_put_in_is_seen_and_taken_back_again(visitor: VisitorOf, small_scene: Scene) -> None:
    """Ticked on the page it stands in the draft for everybody who writes there; taken out by its sender, or with the
    share, it is hers alone.
    """
    theirs = small_scene.upload("stranger", b"an order", "order.txt")
    reference = ready(small_scene)
    number = share(small_scene, reference, "stranger@court.example")
    lawyer, li, step = visitor("stranger"), visitor("li"), f"/claim/{reference}/exhibits"
    assert f'name="attach" type="checkbox" value="{theirs.reference}"' in evidence(lawyer, reference)
    lawyer.send(step, step, 200, attach=theirs.reference)
    assert "order.txt" in evidence(li, reference)
    lawyer.client.post(
        step, base_url=lawyer.origin, data={"csrf_token": token(lawyer, step)}, headers={"Origin": lawyer.origin}
    )
    assert "order.txt" not in evidence(li, reference)
    put_in(lawyer, reference, theirs.reference)
    assert "order.txt" in evidence(li, reference)
    lawyer.send(f"/claim/{reference}", f"/claim/{reference}/share/{number}/end")
    assert "order.txt" not in evidence(li, reference)


def token(who: Visitor, page: str) -> str:
    found = Forms()
    found.feed(who.get(page))
    return str(found.found[page]["csrf_token"])


def test_what_was_filed_elsewhere_is_not_handed_over(visitor: VisitorOf, pending: Scene) -> None:
    """A paper that its sender has given to a case stays hers, even where she named it in a draft that somebody else
    lodges.
    """
    card = pending.upload("li", b"an identity card", "card.txt")
    pending.do("show_identity", "li", paper="document", front=card.reference)
    reference = ready(pending, "stranger")
    share(pending, reference, "li@court.example", by="stranger")
    put_in(visitor("li"), reference, card.reference)
    visitor("stranger").send(f"/claim/{reference}/check-answers", f"/claim/{reference}/lodge", status=422)
    with pending.court.database.read() as session:
        assert session.get_one(Upload, card.id).account_id == pending.people["li"]


@pytest.mark.parametrize("ender", ["li", "stranger"])
def test_a_share_that_ended_leaves_a_trace_for_both(visitor: VisitorOf, small_scene: Scene, ender: str) -> None:
    """Who was invited, when they accepted, and who ended it and when, both go on seeing, also after another invitation."""
    reference = ready(small_scene)
    number = share(small_scene, reference, "stranger@court.example")
    li, lawyer = visitor("li"), visitor("stranger")
    {"li": li, "stranger": lawyer}[ender].send(f"/claim/{reference}", f"/claim/{reference}/share/{number}/end")
    lawyer.get(f"/claim/{reference}", 404)
    seen = [(li.get(f"/claim/{reference}/share"), lawyer.get("/claim/invitations"))]
    share(small_scene, reference, "stranger@court.example", accepted=False)
    seen.append((li.get(f"/claim/{reference}/share"), lawyer.get("/claim/invitations")))
    for pages in seen:
        assert all("Accepted on" in page and "Ended on" in page and f"by {ender.title()}." in page for page in pages)


def test_an_invitation_is_declined_for_good(visitor: VisitorOf, small_scene: Scene) -> None:
    """Declined, it opens nothing, cannot be accepted any more, and who invited sees that."""
    reference = ready(small_scene)
    number = share(small_scene, reference, "stranger@court.example", accepted=False)
    lawyer = visitor("stranger")
    assert "invites you to write in a draft" in lawyer.get("/home")
    lawyer.send("/claim/invitations", f"/claim/invitations/{number}/decline")
    assert "invites you to write in a draft" not in lawyer.get("/home")
    with small_scene.court.database.write() as session, pytest.raises(NotFound):
        sharing.accept(
            session, number, session.get_one(Account, small_scene.people["stranger"]), small_scene.clock.now()
        )
    page = visitor("li").get(f"/claim/{reference}/share")
    assert "Was never accepted." in page and "by Stranger." in page


def test_whose_claim_it_is_does_not_change_before_they_accept(small_scene: Scene) -> None:
    """Naming somebody as the one who lodges leaves the claim with who began it until that person accepts."""
    reference = ready(small_scene)
    number = share(small_scene, reference, "stranger@court.example", lodges=True, accepted=False)
    with small_scene.court.database.write() as session:
        draft = drafts.find_draft(session, small_scene.people["li"], reference)
        assert sharing.who_lodges(session, draft) == small_scene.people["li"]
        sharing.accept(
            session, number, session.get_one(Account, small_scene.people["stranger"]), small_scene.clock.now()
        )
        assert sharing.who_lodges(session, draft) == small_scene.people["stranger"]


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
    """Another writer's words, and one's own after an hour, are kept as earlier versions; bringing one back keeps the
    newer.
    """
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
    assert sum("some time ago and have not lodged it" in letter for letter in letters) == 1
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
    """Saved, it stands on the page again, also for the representative; the claimant does not see it; sent, it is done
    with.
    """
    reference = pending.case().reference
    page, keep = f"/cases/{reference}/answer", f"/cases/{reference}/answer/draft"
    haiyun = visitor("haiyun")
    values = haiyun_values(haiyun, page)
    haiyun.client.post(
        keep,
        base_url=haiyun.origin,
        data={**values, "statement": "The label is right."},
        headers={"Origin": haiyun.origin},
    )
    assert "The label is right." in haiyun.get(page)
    assert count(pending, "file_answer") == 0
    pending.represent("haiyun", "stranger")
    assert "The label is right." in visitor("stranger").get(page)
    visitor("li").get(page, 403)
    haiyun.send(page, page, position="defend", **{"facts-0-stance": "denied", "facts-1-stance": "denied"})
    assert count(pending, "file_answer") == 1
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert draft_versions.answer_draft(session, case, pending.actor("haiyun")) is None
        assert session.get(Account, pending.people["haiyun"]) is not None


def haiyun_values(who: Visitor, page: str) -> dict[str, Any]:
    found = Forms()
    found.feed(who.get(page))
    return found.found[page]


def count(scene: Scene, act: str) -> int:
    with scene.court.database.read() as session:
        return len(
            session.scalars(
                select(DocketEntry.id).where(DocketEntry.case_id == scene.case_id, DocketEntry.act == act)
            ).all()
        )


def test_typing_an_answer_never_files_it(
    app: Flask, pending: Scene, serve: Callable[..., str], open_page: OpenPage, visitor: VisitorOf
) -> None:
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
    with page.expect_response(
        lambda reply: "/answer" in reply.url and reply.request.method == "POST", timeout=PATIENCE * 1000
    ) as saved:
        page.fill("textarea[name=statement]", "The label is right.")
    assert saved.value.status == 204 and saved.value.url.endswith("/answer/draft")
    assert count(pending, "file_answer") == 0
    page.goto(f"/cases/{reference}/answer")
    assert page.input_value("textarea[name=statement]") == "The label is right."
