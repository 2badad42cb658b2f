"""A judge's working copy is theirs alone: nobody else reads a word, and a successor has it by the judge's choice only."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Role, Seat
from odr.ground.errors import NotFound
from odr.hearing.bench.working_copy import MOST_NOTES, behind, marks_of, note_of, take_over
from odr.hearing.models import BenchNote, WorkingCopyLeft, WorkingMark
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, AccountState
from tests.filing.visitor import Visitor
from tests.scene import Scene

MARK = "The seller wrote this before the parcel left."
NOTE = "Ask Haiyun about the label of the second batch."


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """An accepted case with both sides in it."""
    small_scene.pend()
    return small_scene


@pytest.fixture
def app(pending: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=pending.court)


def here(scene: Scene, more: str = "") -> str:
    """The judge's working copy of the case."""
    return f"/cases/{scene.case().reference}/working-copy{more}"


def noted(scene: Scene, app: Flask) -> Visitor:
    """The judge has noted and marked something."""
    judge = Visitor(app, scene, "judge")
    judge.send(here(scene), here(scene), 303, about="1", quoted="the parcel", words=MARK)
    judge.send(here(scene), here(scene, "/notes"), 303, words=NOTE)
    return judge


def follow(scene: Scene, name: str = "judge2") -> None:
    """Another judge takes the seat."""
    with scene.court.sit() as sitting:
        account = Account(
            email=f"{name}@court.example", name=name, state=AccountState.ACTIVE, created_at=scene.clock.now()
        )
        sitting.session.add(account)
        sitting.session.flush()
        sitting.session.add(AccountRole(account_id=account.id, role=Role.JUDGE, granted_at=scene.clock.now()))
        for seat in sitting.session.scalars(
            select(Seat).where(Seat.case_id == scene.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        ):
            seat.until_at = scene.clock.now()
        sitting.session.add(
            Seat(case_id=scene.case_id, account_id=account.id, role=Role.JUDGE, from_at=scene.clock.now())
        )
        scene.people[name] = account.id


def test_nobody_else_reads_a_word(pending: Scene, app: Flask) -> None:
    """Neither the parties nor the clerk, the president or the administrator, on any page that answers them; no docket has it."""
    judge = noted(pending, app)
    assert MARK in judge.get(here(pending)) and NOTE in judge.get(here(pending))
    reference = pending.case().reference
    pages = [
        str(r.rule)
        for r in app.url_map.iter_rules()
        if "GET" in (r.methods or ()) and set(r.arguments) <= {"reference"}
    ]
    asked = 0
    for who in ("li", "haiyun", "clerk", "president", "admin", "mediator", "cashier"):
        reader = Visitor(app, pending, who)
        for rule in pages:
            if "draft" in rule and "reference" in rule and "/cases/" not in rule:
                continue
            answer = reader.raw(rule.replace("<reference>", reference))
            asked += answer.status_code == 200
            if answer.mimetype.startswith(("text/", "application/json")):
                assert MARK not in answer.text and NOTE not in answer.text, (who, rule)
        assert reader.raw(here(pending)).status_code in (403, 404)
    assert asked > 100
    with pending.court.database.read() as session:
        for entry in session.scalars(select(DocketEntry)):
            assert MARK not in json.dumps(json.loads(entry.payload), ensure_ascii=False)


def test_a_successor_has_it_by_choice_only(pending: Scene, app: Flask) -> None:
    """Without a word nothing is offered; left afterwards, it is taken once, and stands as the successor's own."""
    noted(pending, app)
    follow(pending)
    second = Visitor(app, pending, "judge2")
    assert MARK not in second.get(here(pending)) and "Take it over" not in second.get(here(pending))
    first = Visitor(app, pending, "judge")
    first.get(here(pending), 404)
    at = f"/working-copies/{pending.case().reference}"
    assert pending.case().number in first.get("/working-copies")
    first.send("/working-copies", at, 303, to="successor")
    page = second.get(here(pending))
    assert "Take it over" in page and MARK not in page, "offered, and not shown before it is taken"
    with pending.court.database.read() as session:
        number = session.scalars(select(WorkingCopyLeft)).one().id
    second.send(here(pending), here(pending, f"/taken/{number}"), 303)
    page = second.get(here(pending))
    assert MARK in page and NOTE in page and "Take it over" not in page
    assert "has taken it over" in first.get("/working-copies")
    # A third one gets nothing of it: what was left was left to whoever followed.
    follow(pending, "judge3")
    assert MARK not in Visitor(app, pending, "judge3").get(here(pending))


def test_who_still_sits_is_followed_by_nobody(pending: Scene, app: Flask) -> None:
    """Leave given while one sits takes effect when one has left; taken back before, it never does."""
    judge = noted(pending, app)
    judge.send(here(pending), here(pending, "/left"), 303, to="successor")
    with pending.court.database.write() as session:
        left = session.scalars(select(WorkingCopyLeft)).one()
        intruder = Actor(Role.JUDGE, pending.people["stranger"])
        with pytest.raises(NotFound):
            take_over(session, session.get_one(Case, pending.case_id), intruder, left.id, pending.clock.now())
    judge.send(here(pending), here(pending, "/left"), 303, to="nobody")
    follow(pending)
    assert "Take it over" not in Visitor(app, pending, "judge2").get(here(pending))


def test_what_is_destroyed_is_gone(pending: Scene, app: Flask) -> None:
    """Notes, marks and the leave to have them go for good, those of others stay."""
    noted(pending, app)
    follow(pending)
    Visitor(app, pending, "judge2").send(here(pending), here(pending), 303, words="Of the second judge.")
    first = Visitor(app, pending, "judge")
    first.send("/working-copies", f"/working-copies/{pending.case().reference}", 303, to="destroyed")
    with pending.court.database.read() as session:
        assert [m.words for m in session.scalars(select(WorkingMark))] == ["Of the second judge."]
        assert session.scalars(select(BenchNote)).all() == []
        assert behind(session, pending.people["judge"]).total == 0
    first.client.post(
        "/working-copies/abcdefghijklmnopqrstuvwxyz",
        base_url=first.origin,
        data={"to": "successor"},
        headers={"Origin": first.origin},
    )
    with pending.court.database.read() as session:
        assert session.scalars(select(WorkingCopyLeft)).all() == []


def test_a_mark_names_what_is_there(pending: Scene, app: Flask) -> None:
    """An exhibit or entry that is not there is said at the field, and the words stay; one's own mark is removed by oneself."""
    judge = Visitor(app, pending, "judge")
    for about in ("900", "X-9", "99999999999999999999"):
        assert MARK in judge.send(here(pending), here(pending), 422, about=about, words=MARK).text
    judge.send(here(pending), here(pending), 303, about="", words=MARK)
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        mark = marks_of(session, case, pending.people["judge"]).rows[0]
        assert note_of(session, case.id, pending.people["judge"]) is None
    follow(pending)
    second = Visitor(app, pending, "judge2")
    gone = second.client.post(
        here(pending, f"/marks/{mark.reference}/remove"), base_url=second.origin, headers={"Origin": second.origin}
    )
    assert gone.status_code in (400, 404)
    with pending.court.database.read() as session:
        assert session.scalars(select(WorkingMark)).one().reference == mark.reference


@pytest.mark.parametrize("where", ["working-copy", "bench"])
def test_notes_that_cannot_be_kept_are_not_cut(pending: Scene, app: Flask, where: str) -> None:
    """Too long, they are refused with the number and stay in the field; what was saved before stays saved."""
    judge = noted(pending, app)
    page = f"/cases/{pending.case().reference}/{where}"
    to = page if where == "bench" else f"{page}/notes"
    long = "长" * MOST_NOTES + " the last words"
    answer = judge.send(page, to, 422, words=long).text
    assert "the last words" in answer and f"at most {MOST_NOTES} characters" in answer and NOTE in answer
    with pending.court.database.read() as session:
        assert session.scalars(select(BenchNote)).one().words == NOTE
    judge.send(page, to, 303, words="长" * MOST_NOTES)
    with pending.court.database.read() as session:
        assert len(session.scalars(select(BenchNote)).one().words) == MOST_NOTES


def test_another_window_is_not_written_over(pending: Scene, app: Flask) -> None:
    """Notes saved from an older page than the one saved last: refused, and both texts are on the page."""
    judge = noted(pending, app)
    seen = "an older state"
    answer = judge.send(here(pending), here(pending, "/notes"), 422, words="From the other window.", seen=seen).text
    assert "changed in another window" in answer and NOTE in answer and "From the other window." in answer
    judge.send(here(pending), here(pending, "/notes"), 303, words=f"{NOTE} From the other window.")


def test_taking_over_loses_nothing(pending: Scene, app: Flask) -> None:
    """Two notes too long for one: the taken one stands whole as a mark, one's own is not touched; and it is taken once."""
    judge = Visitor(app, pending, "judge")
    judge.send(here(pending), here(pending, "/notes"), 303, words="甲" * (MOST_NOTES - 5) + "last")
    judge.send(here(pending), here(pending, "/left"), 303, to="successor")
    follow(pending)
    second = Visitor(app, pending, "judge2")
    second.send(here(pending), here(pending, "/notes"), 303, words="乙" * 100)
    with pending.court.database.read() as session:
        number = session.scalars(select(WorkingCopyLeft)).one().id
    second.send(here(pending), here(pending, f"/taken/{number}"), 303)
    with pending.court.database.write() as session:
        mine = note_of(session, pending.case_id, pending.people["judge2"])
        assert mine is not None and mine.words == "乙" * 100
        mark = session.scalars(select(WorkingMark)).one()
        assert mark.words.endswith("甲last") and mark.account_id == pending.people["judge2"]
        again = Actor(Role.JUDGE, pending.people["judge2"])
        with pytest.raises(NotFound):
            take_over(session, session.get_one(Case, pending.case_id), again, number, pending.clock.now())
    assert "甲last" in second.get(here(pending))
