"""New pages of the register and of mediators are usable by everybody: axe finds nothing, nothing scrolls sideways, in both
languages and widths.
"""

from __future__ import annotations

import pytest

from odr.register.models import Clear, Hindrance, Step, StepAnswer
from tests.filing.test_browser import Site, look, site
from tests.settlement.test_mediators import publish

__all__ = ["site"]
pytestmark = pytest.mark.slow


def test_public_pages_are_sound(site: Site) -> None:
    """The list of mediators, examples, what people said with figures, accessibility."""
    publish(site.scene, "mediator", organisation="Lakeside Committee", cost="paid", cost_words="CNY 100 each")
    month = site.scene.clock.now().date().replace(day=1)
    with site.scene.court.database.write() as session:
        for _ in range(12):
            answer = StepAnswer(
                step=Step.LODGING, side="claimant", month=month, clear=Clear.YES, hindrance=Hindrance.WORDS
            )
            session.add(answer)
    page = site.enter("li")
    for path in ("/mediators", "/examples", "/what-people-said", "/accessibility"):
        look(page, path, path.strip("/"))
        assert page.locator("main").count() == 1, path


def test_pages_of_those_who_sign_in_are_sound(site: Site) -> None:
    """The two questions, a mediator's entry, the president's desk for the list, words for the court."""
    site.scene.lodge()
    publish(site.scene, "mediator")
    case = site.scene.case().reference
    for who, path in (
        ("li", f"/cases/{case}/asked"),
        ("mediator", "/mediators/mine"),
        ("president", "/mediators/desk"),
        ("president", "/what-people-said/words"),
    ):
        page = site.enter(who)
        look(page, path, path.strip("/").replace("/", "-"))
        assert page.locator("main h1").count() == 1, path
