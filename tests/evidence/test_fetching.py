"""From a telephone without scripts a party lets the court fetch evidence, and reads its state and what it proves (OLR 16–19)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from odr.app import create_app
from odr.evidence.sources.models import Platform
from odr.ground.text import LOCALES
from tests.evidence.test_platform_records import ASKED, asked, signed
from tests.phone import Phone
from tests.scene import Scene

__all__ = ["asked"]
SAID = {
    "en": {
        "fetch": "Let the court fetch it",
        "waits": "Waiting for the platform",
        "came": "Came, signed by the platform",
        "late": "Nothing came in time",
        "gone": "Platform no longer accredited",
        "limit": "Whether they are true, people decide.",
        "seen": "Whether what stood there was true, people decide.",
    },
    "zh-Hans": {
        "fetch": "由法院收集",
        "waits": "等待平台提供",
        "came": "已收到，有平台签名",
        "late": "期限内未收到",
        "gone": "该平台已不再被认证",
        "limit": "内容是否真实，由人来判断。",
        "seen": "所显示的内容是否真实，由人来判断。",
    },
}


@pytest.mark.parametrize("language", LOCALES)
def test_records_are_fetched_from_the_platform_by_pages_alone(asked: tuple[Scene, str], language: str) -> None:
    """Asked for by the form of the exhibits page, waiting with the code for whoever asked, then an exhibit of its own; the
    page never takes a signature for truth.
    """
    scene, first = asked
    scene.join()
    app, said = create_app(court=scene.court), SAID[language]
    li, haiyun = Phone(app, scene, "li", language), Phone(app, scene, "haiyun", language)
    page = li.get("/exhibits")
    assert said["fetch"] in page and "/do/ask_platform_records" in page and "/do/ask_for_capture" in page
    assert said["waits"] in page and first in page and said["limit"] in page
    seen = haiyun.get("/exhibits")
    assert said["waits"] in seen and first not in seen
    form = {key: value for key, value in ASKED.items() if key != "agrees"} | {"order_number": "BH-2", "agrees": "true"}
    li.fill("/do/ask_platform_records", form)
    assert "BH-2" in li.get("/exhibits")
    assert app.test_client().post("/platform-records", data=signed(first)).status_code == 201
    scene.work()
    page = li.get("/exhibits")
    assert said["came"] in page and "/exhibits/C-1" in page and said["waits"] in page
    scene.clock.advance(timedelta(days=31))
    assert said["late"] in Phone(app, scene, "li", language).get("/exhibits")


@pytest.mark.parametrize("language", LOCALES)
def test_a_platform_that_lost_its_accreditation_is_said_so(asked: tuple[Scene, str], language: str) -> None:
    """Nothing comes from it any more: the page says that, and why nothing can be asked for now."""
    scene, _ = asked
    with scene.court.database.write() as session:
        session.execute(update(Platform).values(revoked_at=scene.clock.now()))
    page = Phone(create_app(court=scene.court), scene, "li", language).get("/exhibits")
    assert SAID[language]["gone"] in page and "/do/ask_platform_records" not in page


@pytest.mark.parametrize("language", LOCALES)
def test_a_page_of_the_web_is_asked_for_by_pages_alone(small_scene: Scene, language: str) -> None:
    """Asked for by the form of the exhibits page, listed with its state for both sides; what was seen is never called true."""
    small_scene.pend()
    app = create_app(court=small_scene.court)
    li, haiyun = Phone(app, small_scene, "li", language), Phone(app, small_scene, "haiyun", language)
    values = {"url": "https://shop.example/plums", "title": "The shop’s page", "proves": "What was offered"}
    li.fill("/do/ask_for_capture", values)
    for page in (li.get("/exhibits"), haiyun.get("/exhibits")):
        assert "https://shop.example/plums" in page and SAID[language]["seen"] in page
