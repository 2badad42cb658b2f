"""Slips of the pen: suggested and never applied, nothing of names, numbers, quotations and the docket, off until turned on."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from bench.wording import finder, of_one, summed
from bench.wording.texts import DEV, FROZEN, Planted
from odr.app import create_app
from odr.assist.checks.claim import look_at_claim
from odr.assist.wording import english, looking, plain
from odr.assist.wording.chinese import Chinese
from odr.assist.wording.corpus import corpus_of
from odr.assist.wording.looking import Written, look_at_words, missing
from odr.docket.models import Case, DocketEntry
from odr.ground.text import T
from odr.procedure.court import Court
from odr.procedure.hooks import Wording
from odr.procedure.rules.registry import PackRegistry
from odr.web.patient_worker import make_ready_beside
from tests.assist.test_claim_check import CHINESE, ENGLISH, claim
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor
from tests.patience import PATIENCE
from tests.scene import Scene
from tests.test_bad_input import signed_in
from tests.test_regular_expressions import Matcher

TODAY = date(2026, 4, 1)
PACK = PackRegistry.load().in_force("cn", TODAY)
needs_english = pytest.mark.skipif(not english.is_there(), reason="symspellpy is not installed")


def turn_on(court: Court) -> None:
    """As the operator does with ODR_WORDING."""
    court.settings = court.settings.model_copy(update={"wording": True})


def looked(words: str, *told: str, locale: str = "zh-Hans") -> Wording:
    """What is suggested about a text beside the words of a case."""
    return look_at_words(PACK, TODAY, locale, [Written(T("Reasons"), words)], told)


def suggested(words: str, *told: str, locale: str = "zh-Hans") -> list[tuple[str, str]]:
    """What stands there, and what is asked."""
    return [(one.excerpt, one.words.render("en")) for one in looked(words, *told, locale=locale).suggested]


def test_a_chinese_slip_is_asked_about_where_it_stands() -> None:
    """A word for one that sounds like it, with its neighbours."""
    assert suggested("双方对证据的真实性没有异义。") == [("异义", "Did you mean “异议”?")]
    assert suggested("双方对证据的真实性没有异议。") == []


@needs_english
def test_an_english_slip_is_asked_about_where_it_stands() -> None:
    """A word no dictionary holds, with the capital letter it had."""
    assert suggested("Compansation is owed by the repsondent.", locale="en") == [
        ("Compansation", "Did you mean “Compensation”?"),
        ("repsondent", "Did you mean “respondent”?"),
    ]


@needs_english
@pytest.mark.parametrize(
    "words",
    [
        "Yesterday Zielinsky wrote to Osgoood about it.",
        "The order BH-20180416-aplle and file recieved.pdf are named in the list.",
        "They wrote “we recieved it” to the court.",
        "Write to clark@recieved.example about it.",
        "请写信至clark@recieved.example。",
    ],
)
def test_names_numbers_and_quotations_are_never_remarked_on(words: str) -> None:
    """Whatever is written in them."""
    assert suggested(words, locale="en") == []


def test_what_a_title_or_a_quotation_says_in_chinese_is_never_remarked_on() -> None:
    """Titles of laws and of papers, what is quoted, and numbers of cases."""
    slip = "没有异义"
    assert suggested(f"双方{slip}。")
    assert suggested(f"该书名为《双方{slip}》，被告写道“双方{slip}”。") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [("双方对证据没有异义。", "聊天记录：双方对证据没有异义"), ("双方对证据没有异义公司提出意见。", "异义公司")],
)
def test_words_of_the_docket_are_never_remarked_on(words: str, told: str) -> None:
    """A word that a party or an exhibit writes so stays so."""
    assert suggested(words) and suggested(words, told) == []


@needs_english
def test_english_words_of_the_docket_are_never_remarked_on() -> None:
    """The name of a thing is what its seller calls it."""
    assert suggested("The freezzer stood in the hall.", locale="en")
    assert suggested("The freezzer stood in the hall.", "Invoice for one Freezzer", locale="en") == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="被告应当支付货款0123456789元，。《》“”ab ", max_size=60))
def test_every_suggestion_stands_in_the_text(words: str) -> None:
    """Whatever is typed: what is asked about is part of it, and the same text gives the same again."""
    found = suggested(words)
    assert all(excerpt in words for excerpt, _ in found) and found == suggested(words)


@pytest.mark.parametrize("beginning", ["“", "《", "(2024)x", "a.", "a", '"', "http://"])
@pytest.mark.parametrize("pattern", [looking._QUOTED.pattern, english._WORD.pattern])
def test_twice_the_text_takes_twice_the_steps(pattern: str, beginning: str) -> None:
    """A claim has 200,000 characters: with four times the steps of each doubling somebody would wait for minutes."""
    steps = Matcher(pattern)
    few, many = (steps.count(beginning * (signs // len(beginning))) for signs in (200, 400))
    assert many < 3 * few


def test_signs_that_open_and_never_close_are_read_through_once() -> None:
    """What stands behind them is looked at all the same; where a word begins is seen from what stands just before it."""
    assert looking._without("“" * 1000 + "双方没有异义。", ()).endswith("双方没有异义。")
    assert looking._without("“甲”乙《丙》丁", ()) == "   乙   丁"
    assert [english._begins(words, len(words)) for words in ("", "  ", "Yes. ", "no, ", "x\n", "(", "“")] == [
        True, True, True, False, True, True, True,
    ]  # fmt: skip


def test_many_parts_together_are_bounded_and_the_reader_is_told() -> None:
    """A hundred facts of two thousand characters: what stands behind the bound is not looked at, and the page says so."""
    slip, filler = "双方没有异义。", "双方没有异议。" * 285
    parts = [*(Written(T("Fact"), filler) for _ in range(99)), Written(T("Fact"), slip)]
    told = look_at_words(PACK, TODAY, "zh-Hans", parts, ())
    (cut,) = told.missing
    assert told.suggested == [] and re.search("first 60,?000 characters", cut.render("en"))
    assert [one.excerpt for one in look_at_words(PACK, TODAY, "zh-Hans", parts[::-1], ()).suggested] == ["异义"]
    assert look_at_words(PACK, TODAY, "zh-Hans", parts[-1:], ()).missing == []


@needs_english
def test_a_text_in_another_language_is_left_after_some_hundred_words() -> None:
    """Every word unknown: the list is searched for a bounded number of them."""
    found = english.English(corpus_of(PACK, TODAY))
    asked = list[str]()
    near = found._meant
    found._meant = lambda word: asked.append(word) or near(word)  # type: ignore[method-assign, func-returns-value]
    letters = "qxzjkv"
    unknown = [f"q{a}{b}{c}{d}x" for a in letters for b in letters for c in letters for d in letters]
    list(found.slips(" ".join(unknown)))
    assert len(asked) == len(set(asked)) == english.MOST_UNKNOWN < len(unknown)


def test_two_that_come_together_make_the_lists_once(small_scene: Scene) -> None:
    """A web process makes them beside its first requests where words are looked at; whoever comes meanwhile waits for the same."""
    app = create_app(court=small_scene.court)
    looking._chinese_made.cache_clear()
    made = make_ready_beside(app)
    assert made is not None
    made.join(PATIENCE)
    assert looking._chinese_made.cache_info().currsize == 0, "off: nothing is made"
    turn_on(small_scene.court)
    again = [make_ready_beside(app) for _ in range(3)]
    for one in again:
        assert one is not None
        one.join(PATIENCE)
    assert looking._chinese_made.cache_info().misses == 1


@pytest.mark.parametrize("language", ["zh-Hans", pytest.param("en", marks=needs_english)])
def test_half_of_f_is_what_was_measured(language: str) -> None:
    """On sentences that no threshold was set on: right more often than nine times in ten, and half of all slips found."""
    find = finder(language)
    told = summed(of_one(one, find) for one in FROZEN[language])
    assert told.precision >= 0.9 and told.recall >= 0.5 and told.half >= 0.8
    sound = [one for one in FROZEN[language] if not one.kind]
    assert summed(of_one(one, find) for one in sound).wrong <= 1


def test_the_sets_share_no_sentence_and_no_slip() -> None:
    """What is measured on was not seen when the threshold was set."""
    for language in DEV:
        assert {one.sound for one in DEV[language]}.isdisjoint(one.sound for one in FROZEN[language])
        assert all(one.words != one.sound for one in FROZEN[language] if one.kind)


def test_a_remark_counts_as_right_only_where_it_gives_the_sentence_back() -> None:
    """The same place with another word is wrong, and the slip is missed."""
    one = Planted("zh-Hans", "没有异义", "没有异议", "table", 2, 4)
    slips = list(Chinese(corpus_of(PACK, TODAY)).slips("双方没有异义。"))
    assert (
        slips
        and of_one(Planted("zh-Hans", "双方没有异义。", "双方没有异议。", "table", 4, 6), lambda _: slips).right == 1
    )
    wrong = of_one(one, lambda _: slips)
    assert (wrong.right, wrong.missed) == (0, 1)


def test_a_dictionary_of_debian_gives_its_forms(tmp_path: Path) -> None:
    """Stems with their endings and beginnings, by the rules of the file beside them."""
    (tmp_path / "en_XX.aff").write_text(
        "SET UTF-8\nPFX U Y 1\nPFX U 0 un .\nSFX D Y 2\nSFX D 0 d e\nSFX D y ied [^aeiou]y\n", "utf-8"
    )
    (tmp_path / "en_XX.dic").write_text("2\nescrowe/DU\nramify/D\n", "utf-8")
    forms = english.hunspell((tmp_path / "en_XX.dic",))
    assert forms == {"escrowe", "escrowed", "unescrowe", "ramify", "ramified"}


def test_what_is_missing_is_said() -> None:
    """Where the library is not installed, the page names it and the file it is in; nothing is missing for Chinese."""
    assert missing("zh-Hans") == []
    said = missing("en")
    assert english.is_there() == (said == [])
    if said:
        assert "requirements-extra.txt" in said[0].render("en")


def test_plain_sentences_are_counted() -> None:
    """A long one and one with a word of lawyers are named; reading is reckoned as for the pages."""
    text = "You may appeal. " + "word " * 26 + "end. The fee is remit herein."
    told = plain.score(text)
    assert (told.sentences, told.plain) == (3, 1) and len(told.hard) == 2
    assert plain.score("字" * 300).seconds == 60 == plain.score("word " * 200).seconds
    assert plain.score("兹通知你方。请在七日内交费。").plain == 1
    assert plain.score("").sentences == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_more_sentences_are_plain_than_there_are(words: str) -> None:
    """Whatever is typed."""
    told = plain.score(words)
    assert 0 <= told.plain == told.sentences - len(told.hard)


def test_a_claim_gets_suggestions_only_where_the_operator_turned_them_on() -> None:
    """And a party's words are counted for nothing."""
    spoilt = (*CHINESE[:1], "被告没有在约定的期限内送达，双方没有异义。", CHINESE[2])
    off = look_at_claim(PACK, claim(spoilt, True), "zh-Hans", TODAY)
    on = look_at_claim(PACK, claim(spoilt, True), "zh-Hans", TODAY, True)
    assert off.wording is None and on.wording is not None
    assert [one.excerpt for one in on.wording.suggested] == ["异义"] and on.wording.sentences == 0
    sound = look_at_claim(PACK, claim(ENGLISH, False), "en", TODAY, True)
    assert sound.wording is not None and list(sound.wording.suggested) == []


@needs_english
def test_the_judge_sees_them_beside_the_draft_and_signs_all_the_same(bench: Bench) -> None:
    """Off: nothing of it stands there. On: the slip, the sentences that are hard, and the draft is as it was."""
    history = "Lodged on 3 February 2026. The repsondent was heard and the claimant was informed pursuant to the rules."
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft(history=history))
    app = create_app(court=bench.court)
    assert 'id="wording"' not in Visitor(app, bench, "judge").get("/decision/desk")
    turn_on(bench.court)
    page = html.unescape(Visitor(app, bench, "judge").get("/decision/desk"))
    assert "Did you mean “respondent”?" in page and "“pursuant to” is said more plainly: by." in page
    assert f">{history}</textarea>" in page.replace("\n", ""), "nothing was changed"


@needs_english
def test_a_clerk_has_words_looked_at_before_they_go_out(small_scene: Scene) -> None:
    """The form keeps what was typed and comes back with what was noticed; nothing was sent. Off, the button is not there."""
    small_scene.lodge()
    client, headers = signed_in(small_scene, create_app(court=small_scene.court), "clerk")
    with small_scene.court.database.read() as session:
        reference = session.get_one(Case, small_scene.case_id).reference
    where = f"/cases/{reference}/do/return_claim"
    english_reader = {"Accept-Language": "en"}
    before = client.get(where, headers=english_reader).text
    assert 'name="look"' not in before and 'id="wording"' not in before
    turn_on(small_scene.court)
    page = client.get(where, headers=english_reader).text
    assert 'name="look"' in page
    field = next(name for name in re.findall(r'<textarea[^>]* name="([^"]+)"', page))
    sent = client.post(f"{where}/draft", headers=headers, data={field: "Please recieve this.", "look": "1"})
    assert sent.status_code == 303 and sent.headers["Location"].endswith("/do/return_claim")
    told = html.unescape(client.get(where, headers=english_reader).text)
    assert "Did you mean “receive”?" in told and "Plain language: 1 of 1 sentence" in told
    assert "Please recieve this." in told
    with small_scene.court.database.read() as session:
        assert not session.scalars(select(DocketEntry).where(DocketEntry.act == "return_claim")).all()
