"""Phrases of the record: the pack's words for whom they are about, put beneath what is typed, changed, then kept (CPL 140; EV 71)."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from flask import Flask

from odr.app import create_app
from odr.procedure.rules.court_rules import Phrase, PhraseAbout
from odr.procedure.rules.registry import PackRegistry
from tests.hearing.live.conftest import Live
from tests.hearing.live.test_kept_apart import ZHAO, witness
from tests.hearing.scene import CHEN, LI, WANG
from tests.hearing.test_pages import Browser


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def typed(page: str) -> str:
    """What stands in the field of the record."""
    (found,) = re.findall(r'<textarea[^>]*id="note"[^>]*>([^<]*)</textarea>', page)
    return html.unescape(found)


def test_a_phrase_comes_beneath_what_is_typed_and_is_kept_as_the_clerk_changed_it(live: Live, app: Flask) -> None:
    """Without a script: the form puts it in and writes nothing; what was typed stays; the journal says whose words it is."""
    live.opened()
    witness(live)
    live.does(CHEN, "call", ZHAO)
    wang = Browser(app, live.scene, WANG)
    page = wang.get("/live/room")
    assert "Witness&#39;s undertaking" in page or "Witness's undertaking" in page
    lines = len(live.lines())
    who = live.person(ZHAO).reference
    page = wang.post("/live/room", page, 200, do="phrase", words="Typed before.", phrase="undertaking", about=who)
    text = "The witness Zhao Min signed the undertaking and read it aloud."
    assert typed(page) == f"Typed before.\n{text}" and len(live.lines()) == lines
    page = wang.post("/live/room", page, 200, do="phrase", words=typed(page), phrase="rights", about=who)
    assert typed(page).startswith(f"Typed before.\n{text}\nThe judge named the bench")
    wang.post("/live/room", page, do="note", words=f"{text} She read slowly.", phrase="rights", about=who)
    assert live.lines()[-1].words == f"{text} She read slowly."
    page = wang.get("/live/room")
    assert "entered by the clerk" in page and "She read slowly." in page


def test_a_phrase_in_the_language_of_the_page(live: Live, app: Flask) -> None:
    """The clerk who reads Chinese gets the Chinese words."""
    live.opened()
    wang = Browser(app, live.scene, WANG, "zh-Hans")
    who = live.person(LI).reference
    page = wang.post("/live/room", wang.get("/live/room"), 200, do="phrase", words="", phrase="no_recusal", about=who)
    assert typed(page) == f"{LI}：听清诉讼权利义务，不申请回避。"


@pytest.mark.parametrize(
    ("phrase", "about", "said"),
    [
        ("undertaking", "", "Choose whom this phrase is about."),
        ("undertaking", LI, "This phrase is about a witness."),
        ("no_objection", CHEN, "This phrase is about a party."),
        ("no_such", LI, "have no such phrase"),
        ("identity", "x" * 300, "Choose whom this phrase is about."),
    ],
)
def test_a_phrase_about_nobody_who_fits_loses_nothing(
    live: Live, app: Flask, phrase: str, about: str, said: str
) -> None:
    """The page says what to choose, and what was typed still stands in the field."""
    live.opened()
    wang = Browser(app, live.scene, WANG)
    who = live.person(about).reference if about in (LI, CHEN) else about
    page = wang.post(
        "/live/room", wang.get("/live/room"), 422, do="phrase", words="Typed before.", phrase=phrase, about=who
    )
    assert said in page and typed(page) == "Typed before."


def test_only_who_writes_the_record_puts_phrases_in_and_only_while_it_is_open(live: Live, app: Flask) -> None:
    """A party is offered none and refused; before the hearing opens nobody writes in the record."""
    live.opened()
    li, wang = Browser(app, live.scene, LI), Browser(app, live.scene, WANG)
    page = li.get("/live/room")
    assert 'name="phrase"' not in page
    li.post("/live/room", page, 403, do="phrase", words="Mine.", phrase="rights")
    page = wang.get("/live/room")
    live.does(CHEN, "pause")
    wang.post("/live/room", page, 409, do="phrase", words="Mine.", phrase="rights")


def test_phrases_of_both_packs_are_dated_and_cited() -> None:
    """Every phrase has its article and both languages; one about somebody names them in both, another names nobody."""
    packs = PackRegistry.load()
    for pack in (packs.in_force("cn", date(2026, 3, 1)), packs.in_force("ew", date(2026, 3, 1))):
        assert pack.phrases is not None
        each = pack.phrases.list
        assert {"identity", "rights", "no_objection", "nothing_to_add"} <= set(each)
        assert any(p.about is PhraseAbout.WITNESS for p in each.values())
        for phrase in each.values():
            assert pack.cite(phrase.article).render("zh-Hans")
            assert all("{" not in phrase.said_of("Li", locale) for locale in ("en", "zh-Hans"))
    for words, about in (("{person} came.", "nobody"), ("Somebody came.", "party")):
        with pytest.raises(ValueError, match="names nobody"):
            Phrase.model_validate(
                {
                    "title": {"en": "t", "zh": "t"},
                    "article": "CPL 140",
                    "words": {"en": words, "zh": words},
                    "about": about,
                }
            )
