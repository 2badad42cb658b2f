"""A fee whose time is over: until the judge has ruled, whoever owes it is told what threatens and can still pay."""

from __future__ import annotations

from odr.app import create_app
from odr.docket.models import Case
from odr.procedure.case.next_box import NextBox, next_box
from tests.scene import Scene
from tests.test_bad_input import signed_in


def box(scene: Scene, who: str) -> NextBox:
    """What stands first for a party."""
    with scene.court.database.read() as session:
        found = next_box(scene.court.look(session), session.get_one(Case, scene.case_id), scene.actor(who))
    assert found is not None
    return found


def test_whoever_let_the_time_for_a_fee_pass_is_told_what_threatens(small_scene: Scene) -> None:
    """The claim counts as withdrawn once the judge has ruled so; paid before, nothing of it happens (FEE 22; CPI 213)."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.join()
    small_scene.work()
    small_scene.later(days=20)
    mine = box(small_scene, "li")
    assert mine.owed is not None and mine.owed.is_duty and not mine.is_quiet
    assert "counts as withdrawn" in mine.owed.words.render("en")
    assert "交纳案件受理费的期限已经届满" in mine.owed.words.render("zh-Hans")
    theirs = box(small_scene, "haiyun")
    assert theirs.owed is None
    client, _ = signed_in(small_scene, create_app(court=small_scene.court), "li")
    page = client.get(f"/cases/{small_scene.case().reference}").text
    assert "The time to pay the court fee ended" in page
    assert f'href="/cases/{small_scene.case().reference}/fee"' in page
