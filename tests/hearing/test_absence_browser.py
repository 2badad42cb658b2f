"""Telling why one did not come, ruling on it, and the record that notes it, in a real browser: usable on a phone in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from odr.app import create_app
from odr.docket.models import Case
from odr.filing.claim.queries import claims_of
from odr.hearing.courtroom.absence.waiting import absences
from odr.web.reader_language import COOKIE
from tests.entering import let_in
from tests.filing.third import begun, leave, other_case, with_claim
from tests.hearing.test_who_did_not_come import hear
from tests.peers.browser import PHONE, OpenContext
from tests.scene import Scene
from tests.sound import is_sound_to_both

pytestmark = pytest.mark.slow
WHY = "My train stood still for three hours."


def look(page: Page, path: str, name: str) -> None:
    """Sound to who reads English at a desk and to who reads Chinese on a phone; a picture is kept where PICTURES says."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 200, path
    is_sound_to_both(page)
    if folder := os.environ.get("PICTURES"):
        for locale in ("en", "zh-Hans"):
            page.context.add_cookies([{"name": COOKIE, "value": locale, "url": page.evaluate("location.origin")}])
            page.set_viewport_size({"width": PHONE, "height": 800})
            page.goto(path)
            page.screenshot(path=str(Path(folder) / f"{name}-{locale}.png"), full_page=True)


def test_who_did_not_come_tells_why_and_the_judge_rules(
    small_scene: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """The third party writes her reason on her page, the judge reads it beside the choice, rules, and her claim is gone from the case;
    a page of the case that goes on by itself names everybody in their new position (CPI 236, 237).
    """
    scene = begun(small_scene, "ordinary")
    scene.pay()
    with_claim(scene)
    hear(scene, "third_party/1")
    origin = serve(create_app(court=scene.court))

    def enter(name: str) -> Page:
        context = open_context(origin)
        let_in(scene.court, scene.people[name], context, origin)
        return context.new_page()

    case = f"/cases/{scene.case().reference}"
    hers = enter("stranger")
    look(hers, case, "case-of-who-was-away")
    look(hers, f"{case}/do/explain_absence", "explain-absence")
    scene.do("explain_absence", "stranger", why=WHY)
    judge = enter("judge")
    look(judge, f"{case}/do/rule_on_absence", "rule-on-absence")
    assert WHY in judge.locator("main").inner_text()
    with scene.court.database.read() as session:
        assert len(claims_of(session, session.get_one(Case, scene.case_id))) == 2
    look(judge, case, "case-of-the-judge")
    scene.do("rule_on_absence", "judge", absence=_one(scene), answer="decided", reasons="A train is taken earlier.")
    leave(scene)
    look(enter("li"), f"/cases/{other_case(scene).reference}", "case-that-goes-on")
    look(enter("judge"), case, "case-that-is-over")
    look(enter("judge"), f"{case}/exhibits", "exhibits-of-the-case-that-is-over")


def _one(scene: Scene) -> str:
    with scene.court.database.read() as session:
        (found,) = absences(scene.court.look(session), session.get_one(Case, scene.case_id))
        return found.reference
