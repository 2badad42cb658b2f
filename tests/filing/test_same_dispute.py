"""The same dispute is noticed at intake: by parties, order number and files, and nobody is told more than is theirs to see."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from odr.app import create_app
from odr.docket.models import Case, Outcome, Stage
from odr.filing.registry.review import Found, checks_of
from odr.filing.registry.same_dispute import alike_before_court, alike_of_mine
from tests.filing.visitor import Visitor
from tests.procedure.test_plans import noted, read_through
from tests.scene import Scene, claim


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def about(order: str | None, **changes: Any) -> Any:
    """Li's claim over an order of that number."""
    return claim(matter={"cause": "online_shopping", "platform": "Baihua Market", "order_number": order}, **changes)


def other(name: str) -> dict[str, Any]:
    """A respondent of that name."""
    return {"name": name, "kind": "company", "email": "post@other.example", "address": "1 Other Road"}


def found(scene: Scene) -> list[tuple[int, list[str]]]:
    """Which cases are like the one the scene walks, and in what."""
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        return [(one.case.id, [r.render("en") for r in one.reasons]) for one in alike_before_court(look, case)]


def test_the_registry_is_told_of_the_same_dispute(small_scene: Scene, app: Flask) -> None:
    """The same order between the same people: the review says which case, by its number, and what is the same."""
    small_scene.lodge(about("B-1"))
    small_scene.accept("simple")
    first, number = small_scene.case_id, small_scene.case().number
    small_scene.lodge(about("B-1"))
    assert found(small_scene) == [(first, ["the same order number", "the same parties"])]
    page = Visitor(app, small_scene, "clerk").get(f"/cases/{small_scene.case().reference}/review")
    assert f"Perhaps the same dispute: {number} (the same order number, the same parties)" in page


def test_two_orders_are_two_disputes(small_scene: Scene) -> None:
    """Another order of the same buyer at the same shop is not asked about; one without a number is."""
    small_scene.lodge(about("B-1"))
    small_scene.lodge(about("B-2"))
    assert found(small_scene) == []
    with small_scene.court.database.read() as session:
        checks = checks_of(small_scene.court.look(session), session.get_one(Case, small_scene.case_id))
        assert next(c for c in checks if c.title.render("en") == "Not filed before").found is Found.THERE
    small_scene.lodge(about(None))
    assert [reasons for _, reasons in found(small_scene)] == [["the same parties"]] * 2


def test_the_same_people_the_other_way_round_are_noticed(small_scene: Scene) -> None:
    """Who was claimed from may claim (CPI 247); two who stood on one side are not the parties of a dispute between them."""
    li, min_ = (dict(other(name), kind="person") for name in ("Li Wen", "Zhao Min"))
    haiyun = other("Haiyun")

    def against(claimant: dict[str, Any], *respondents: dict[str, Any]) -> None:
        small_scene.lodge(
            about(None, claimant=claimant | {"e_service": True, "in_writing": True}, respondents=respondents)
        )

    against(haiyun, min_)
    against(li, haiyun, min_)
    assert found(small_scene) == []
    first = small_scene.case_id
    against(haiyun, li)
    assert found(small_scene) == [(first, ["the same parties"])]


def test_the_order_alone_is_asked_about(small_scene: Scene) -> None:
    """The same number against somebody else is a question, too; what was withdrawn may be brought anew (CPI 214)."""
    small_scene.lodge(about("B-1"))
    first = small_scene.case_id
    small_scene.lodge(about("B-1", respondents=[other("Osmanthus Tea House")]))
    assert found(small_scene) == [(first, ["the same order number"])]
    with small_scene.court.database.write() as session:
        case = session.get_one(Case, first)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.WITHDRAWN, small_scene.clock.now()
    assert found(small_scene) == []


def test_a_claimant_is_told_of_their_own_cases_alone(small_scene: Scene) -> None:
    """Before they lodge: theirs are named, whatever others brought over the same order is not."""
    small_scene.lodge(about("B-1"))
    first = small_scene.case_id
    with small_scene.court.database.read() as session:
        look, people = small_scene.court.look(session), small_scene.people
        assert [one.case.id for one in alike_of_mine(look, people["li"], about("B-1"))] == [first]
        assert alike_of_mine(look, people["stranger"], about("B-1")) == []


def test_the_same_file_in_another_case_is_noticed(small_scene: Scene) -> None:
    """Byte for byte, whatever it is called; to the claimant before lodging only where the other case is theirs, too."""
    people = small_scene.people

    def line(who: str, content: bytes = b"order B-1") -> dict[str, str]:
        sent = small_scene.upload(who, content)
        return {"upload": sent.reference, "title": "Order page", "proves": "That I bought them", "source": "My phone"}

    small_scene.lodge(about("B-1", exhibits=[line("li")]))
    first = small_scene.case_id
    again = about("B-2", respondents=[other("Osmanthus Tea House")], exhibits=[line("li")])
    with small_scene.court.database.read() as session:
        look = small_scene.court.look(session)
        assert [one.case.id for one in alike_of_mine(look, people["li"], again)] == [first]
        assert alike_of_mine(look, people["stranger"], again) == []
    small_scene.lodge(again)
    assert found(small_scene) == [(first, ["the same files, byte for byte: 1"])]
    small_scene.lodge(about("B-3", respondents=[other("Lotus")], exhibits=[line("li", b"another")]))
    assert found(small_scene) == []


def test_the_look_for_the_same_dispute_reads_through_nothing_that_grows(small_scene: Scene) -> None:
    """It is asked for each claim that is lodged or begun: neither dockets nor cases of the whole court are gone through."""
    small_scene.lodge(about("B-1"))
    small_scene.accept("simple")
    with noted(small_scene.court.database) as seen:
        small_scene.lodge(about("B-1"))
        assert found(small_scene)
    looks = {statement: values for statement, values in seen.items() if "first_side" in statement}
    assert looks and read_through(small_scene.court.database, looks) == {}
