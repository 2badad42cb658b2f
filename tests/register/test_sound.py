"""New pages of the register and of mediators are usable by everybody: axe finds nothing, nothing scrolls sideways, in both
languages and widths.
"""

from __future__ import annotations

import pytest

from odr.register.models import Clear, Hindrance, Step, StepAnswer
from odr.register.search.keeping import keep_index
from tests.filing.test_browser import Site, look, site
from tests.register.laid_decisions import lay, text
from tests.settlement.test_mediators import publish
from tests.sound import is_sound_to_both

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


def test_the_search_is_sound(site: Site) -> None:
    """Results with everything that divides them, a correction, a question and a field that are wrong, nothing found, a
    decision with its citations; and while the search is being prepared.
    """
    site.scene.lodge()
    page, case = site.enter("li"), site.scene.case().id
    cited = "参照本院（2026）浙0192民初1号民事判决，依照《中华人民共和国民事诉讼法》第一百五十五条，检验检疫合格不构成抗辩。"
    made = [
        lay(site.scene.court, case, text(number, cited, orders=("某公司支付1,000.00元。",))) for number in range(1, 24)
    ]
    look(page, "/decisions?q=检验检疫", "decisions-prepared")
    assert keep_index(site.scene.court) == 23
    for name, path in (
        ("decisions", "/decisions"),
        ("decisions-found", "/decisions?q=检验检疫&cause=online_shopping&from=2024"),
        ("decisions-meant", "/decisions?q=检验检役"),
        ("decisions-none", "/decisions?q=zzzz&exact=1"),
        ("decision", f"/decisions/{made[0]}"),
    ):
        look(page, path, name)
    for path in ("/decisions?q=%22检验", "/decisions?q=检验&article=none"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 422, path
        is_sound_to_both(page)


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
