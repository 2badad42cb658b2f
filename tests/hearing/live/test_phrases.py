"""Phrases of the record: the pack's words for whom they are about, put beneath what is typed, changed, then kept (CPL 140; EV 71)."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from flask import Flask

from odr.app import create_app
from odr.ground.config import Mode
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
    assert typed(page).startswith(
        f"Typed before.\n{text}\nThe judge checked the parties, announced the cause of action, named the bench"
    )
    wang.post("/live/room", page, do="note", words=f"{text} She read slowly.", phrase="rights", about=who)
    assert live.lines()[-1].words == f"{text} She read slowly."
    page = wang.get("/live/room")
    assert "entered by the clerk" in page and "She read slowly." in page


def test_a_phrase_is_in_the_language_of_the_case(live: Live, app: Flask) -> None:
    """Whatever the language of the clerk's page: the words go into the record, by the form as by the script (CPL 11)."""
    live.opened()
    who = live.person(LI).reference
    said = {"en": "I have heard my rights and duties", "zh-Hans": "听清诉讼权利义务"}
    chinese = live.scene.court.settings.model_copy(update={"mode": Mode.PRODUCTION})
    for settings, spoken in ((live.scene.court.settings, "en"), (chinese, "zh-Hans")):
        live.scene.court.settings = settings
        for screen in said:
            wang = Browser(app, live.scene, WANG, screen)
            page = wang.get("/live/room")
            offered = [words for words in re.findall(r'data-words="([^"]*)"', page) if said[spoken] in words]
            assert len(offered) == 1 and not [o for o in said if o != spoken and said[o] in page]
            page = wang.post("/live/room", page, 200, do="phrase", words="", phrase="no_recusal", about=who)
            assert said[spoken] in typed(page)


def test_what_the_judge_does_at_the_opening_is_said_whole() -> None:
    """Who is there, what it is about, the whole bench with its assistant and clerk, rights, and recusal (CPL 140(2))."""
    pack = PackRegistry.load().in_force("cn", date(2026, 3, 1))
    assert pack.phrases is not None
    words = pack.phrases.list["rights"].words.render("zh-Hans")
    for part in ("核对当事人", "宣布案由", "审判人员、法官助理、书记员", "诉讼权利义务", "是否申请回避"):
        assert part in words


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
