"""What is typed and not sent: a party's opinions, and what the assistant drafts for the judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Role, Seat, Track
from odr.filing.models import Draft, DraftState
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.bench.assistant_drafts import open_drafts
from odr.identity.models import AccountRole
from tests.hearing.scene import CHEN, DING, HAIYUN, LI, ORIGIN, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """A simple case whose exhibits are examined under a seal; Ding is the judge's assistant."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.SIMPLE)
    for number in (1, 2):
        scene.refs[LI, number] = scene.exhibit(LI, number)
    scene.refs[HAIYUN, 1] = scene.exhibit(HAIYUN, 1)
    with database.write() as session:
        session.add(AccountRole(account_id=scene.accounts[DING], role=Role.ASSISTANT, granted_at=clock.now()))
        session.add(
            Seat(case_id=scene.case_id, account_id=scene.accounts[DING], role=Role.ASSISTANT, from_at=clock.now())
        )
    scene.act(CHEN, "open_examination", mode="asynchronous", left_out=["opening", "pleadings"])
    yield scene
    database.dispose()


def kept(scene: Scene) -> list[Draft]:
    """Every draft of the case."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(Draft).where(Draft.case_id == scene.case_id)))


def test_opinions_are_kept_as_typed(scene: Scene) -> None:
    """Half-written opinions come back as they were, also after another exhibit came; nobody else sees them, and sending
    ends the draft.
    """
    haiyun = Browser(create_app(court=scene.court), scene, HAIYUN)
    page = haiyun.get("/examination/opinions")
    first, second = (scene.refs[LI, n] for n in (1, 2))
    typed = {
        "opinions-0-exhibit": first,
        "opinions-1-exhibit": second,
        "opinions-1-authenticity": "dispute",
        "opinions-1-reason": "No address bar, and",
    }
    haiyun.post("/examination/opinions/draft", page, 200, **typed)
    assert scene.entries()[-1] != "give_opinions"
    page = haiyun.get("/examination/opinions")
    assert "No address bar, and" in page and "Draft saved" in page and 'value="dispute" checked' in page
    assert "No address bar" not in Browser(create_app(court=scene.court), scene, LI).get("/examination/opinions")
    haiyun.post(
        "/examination/opinions",
        page,
        303,
        **{**typed, "opinions-1-reason": "No address bar, and no date.", "later": "1"},
    )
    page = haiyun.get("/examination/opinions")
    assert "No address bar, and no date." in page
    assert "Claim, not lodged yet" not in haiyun.client.get("/home", base_url=ORIGIN, follow_redirects=True).text
    whole = {f"opinions-1-{axis}": "accept" for axis in ("legality", "relevance")}
    haiyun.post("/examination/opinions", page, 303, **{**typed, **whole})
    assert scene.entries()[-1] == "give_opinions"
    assert [d.state for d in kept(scene)] == [DraftState.LODGED] and "Draft saved" not in haiyun.get(
        "/examination/opinions"
    )


def test_a_draft_of_sealed_opinions_is_closed_in_the_database(
    sqlite_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """What will be sealed is not readable before it is sent either: only the vault opens it, for its author's page."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.SIMPLE)
    reference = scene.exhibit(LI, 1)
    scene.exhibit(HAIYUN, 1)
    scene.act(
        CHEN, "open_examination", mode="asynchronous", sealed=["cross_examination"], left_out=["opening", "pleadings"]
    )
    haiyun = Browser(create_app(court=scene.court), scene, HAIYUN)
    page = haiyun.get("/examination/opinions")
    haiyun.post(
        "/examination/opinions/draft",
        page,
        200,
        **{"opinions-0-exhibit": reference, "opinions-0-reason": "It was altered."},
    )
    assert "altered" not in str(kept(scene)[0].values) and "sealed" in kept(scene)[0].values
    assert "It was altered." in haiyun.get("/examination/opinions")
    database.dispose()


def test_the_assistant_drafts_and_the_judge_adopts(scene: Scene) -> None:
    """The assistant's words reach the bench alone and enter the file only by the judge's own act, in the words she
    chose; a draft may be left aside.
    """
    app = create_app(court=scene.court)
    ding, chen, li = Browser(app, scene, DING, "zh-Hans"), Browser(app, scene, CHEN), Browser(app, scene, LI)
    page = ding.get("/bench")
    for act, words in (
        ("put_question", "Which device took C-1?"),
        ("list_issues", "Is it allowed?\nWas it whole?"),
        ("note_in_record", "Nobody objected."),
    ):
        ding.post("/bench/drafts", page, act=act, words=words)
    ding.post("/bench/drafts", page, 422, act="close_examination", words="No.")
    assert "Which device took C-1?" not in li.get("/examination") and len(scene.entries()) == 1
    with scene.look() as (court, case):
        question, issues, note = [d.reference for d in open_drafts(court.session, case)]
    li.get(f"/bench/drafts/{question}", status=403)
    ding.get(f"/bench/drafts/{question}", status=403)
    assert "Which device took C-1?" in chen.get("/bench")
    form = chen.get(f"/bench/drafts/{question}")
    assert "Which device took C-1?" in form
    chen.post(f"/bench/drafts/{question}", form, 422, words="")
    chen.post(
        f"/bench/drafts/{question}", form, addressees=scene.party(LI), words="Which telephone took C-1?", days="3"
    )
    assert scene.question(1).words == "Which telephone took C-1?" and scene.question(1).asked_by_role is Role.JUDGE
    form = chen.get(f"/bench/drafts/{issues}")
    chen.post(f"/bench/drafts/{issues}", form, issues="Is it allowed?\nWas it whole?")
    assert scene.payload(len(scene.entries()))["input"]["issues"] == ["Is it allowed?", "Was it whole?"]
    chen.post(f"/bench/drafts/{note}/leave", chen.get("/bench"))
    chen.get(f"/bench/drafts/{note}", status=404)
    assert "note_in_record" not in scene.entries()
