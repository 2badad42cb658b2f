"""The guide: a passage word for word, that it does not know, or that it is not for a court to say; in both languages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, strategies as st

from bench.guide import FOLDER, evaluate, measure, questions
from odr.assist.guide.asking import LONGEST, MOST, Guide, Outcome, guide_of
from odr.assist.guide.passages import LOCALES, Source, passages_of, topics_of
from odr.assist.guide.ranking import Ranking
from odr.assist.guide.scope import asks_for_a_judgment
from odr.assist.guide.tokens import asked_terms, lay_words, own_terms, stem, terms
from odr.procedure.rules.base import citations
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.registry import PackRegistry
from tests.test_translations import translated

DAY = date(2026, 11, 29)
PACKS = PackRegistry.load()
CN, EW = PACKS.in_force("cn", DAY), PACKS.in_force("ew", DAY)


@pytest.fixture(scope="module")
def guide() -> Guide:
    """The guide of the larger pack."""
    return guide_of(CN, DAY)


# Passages


@pytest.mark.parametrize("pack", [CN, EW], ids=["cn", "ew"])
def test_a_passage_stands_once_in_both_languages_with_its_article(pack: RulePack) -> None:
    """Its name is nobody else's, it has words in both languages, and what it cites is a law of this court."""
    passages = passages_of(pack, DAY)
    assert len({one.name for one in passages}) == len(passages)
    for one in passages:
        english, chinese = one.title.render("en"), one.title.render("zh-Hans")
        assert english and chinese and one.text.render("en") and one.text.render("zh-Hans"), one.name
        if one.source is Source.HELP:
            assert english != chinese and re.search(r"[\u4e00-\u9fff]", one.text.render("zh-Hans"))
            assert not re.search(r"[\u4e00-\u9fff]", one.text.render("en")), one.name
            assert all(one.asked[locale] for locale in LOCALES), one.name
        if one.articles:
            assert pack.cited(one.articles) is not None and pack.cite(one.articles).render("zh-Hans")
            assert all(tag in pack.sources for tag, _ in citations(one.articles))


def test_a_court_has_help_pages_of_its_own_law_alone() -> None:
    """The small pack tells of its own rules, and of no article of another country."""
    assert sum(len(one.passages) for one in topics_of(CN)) > 100
    names = {one.name for topic in topics_of(EW) for one in topic.passages}
    assert {"fee-issue", "forgot-password"} <= names and not names & {"fee-how-much", "enforce", "legal-aid"}


def test_a_cause_is_told_while_it_may_be_filed() -> None:
    """Online loans came here until the end of October 2025, and are told of no more."""
    pack = PACKS.in_force("cn", date(2025, 10, 31))
    assert "cause-online_loan" in {one.name for one in passages_of(pack, date(2025, 10, 31))}
    assert "cause-online_loan" not in {one.name for one in passages_of(CN, DAY)}


def test_a_page_is_called_as_it_is_called() -> None:
    """What a help page puts into quotation marks is the name of a page, button or part of the court, in both languages."""
    known = translated()
    chinese = {words for by_file in known.values() for words in by_file.values()}
    wrong = [
        (one.name, quoted)
        for pack in (CN, EW)
        for one in passages_of(pack, DAY)
        if one.source is Source.HELP
        for locale, names in (("en", set(known)), ("zh-Hans", chinese))
        for quoted in re.findall("“([^”]+)”", one.text.render(locale))
        if quoted not in names
    ]
    assert wrong == []


# Words and ranking


@given(st.text(max_size=300))
def test_words_of_anything_are_few_and_the_same(text: str) -> None:
    """Whatever is typed is cut the same way twice, into no more words than twice its signs."""
    found = terms(text)
    assert found == terms(text)
    assert sum(found.values()) <= 2 * max(1, len(text) * 18)
    assert set(own_terms(text)) <= set(asked_terms(text))
    assert all(weight > 0 for weight in asked_terms(text).values())


@given(st.from_regex(r"[a-z]{1,12}", fullmatch=True))
def test_a_stem_is_a_beginning(word: str) -> None:
    """A stem is the beginning of its word, and never nothing."""
    assert stem(word) and word.startswith(stem(word))


@pytest.mark.parametrize(("one", "other"), [("refund", "refunds"), ("refund", "refunded"), ("appeal", "appealing")])
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    """A word is found in its other forms."""
    assert stem(one) == stem(other)


@given(st.text(max_size=200), st.sampled_from(LOCALES))
def test_ranking_is_bounded_and_always_the_same(text: str, locale: str) -> None:
    """At most as many passages as asked for, the best first, sure between nothing and all; and the same again."""
    ranking = Ranking(_SMALL, locale)
    found = ranking.find(text)
    assert found == ranking.find(text) and len(found) <= 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.sure <= 1 and one.score > 0 for one in found)


_SMALL = [one for one in passages_of(CN, DAY) if one.topic in ("fees", "hearing")]


@given(st.text(max_size=2 * LONGEST))
def test_whatever_is_asked_is_answered_in_one_of_three_ways(text: str) -> None:
    """No question breaks the guide; passages are quoted only where it found some, and never more than three."""
    answer = guide_of(CN, DAY).ask(text)
    assert bool(answer.finds) == (answer.outcome is Outcome.FOUND) and len(answer.finds) <= MOST
    assert all(one.passage.source is not Source.ELSEWHERE for one in answer.finds)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_passage_is_found_by_its_own_title(guide: Guide, locale: str) -> None:
    """Whoever asks in the words of a heading gets its passage among the first three."""
    missed = [
        one.name
        for one in guide.passages
        if one.source is Source.HELP and not one.sends_away
        if one.name not in [find.passage.name for find in guide.ranked(one.title.render(locale))]
    ]
    assert missed == []


def test_a_word_nobody_wrote_makes_a_find_less_sure(guide: Guide) -> None:
    """The same question with words of something else beside it is less sure of the same passage."""
    plain = guide.ranked("forgot my password")[0]
    mixed = next(
        one for one in guide.ranked("forgot my password for the zoological garden") if one.passage == plain.passage
    )
    assert plain.passage.name == "forgot-password" and mixed.sure < plain.sure


def test_lay_words_lead_to_the_words_of_the_court() -> None:
    """What people say is looked for as what the court calls it, more weakly than what they said."""
    weights = asked_terms("对方把我拉黑了")
    assert weights["下落"] < weights["拉黑"]
    assert all(means for _, means in lay_words().means)


# Scope


@pytest.mark.parametrize(
    "question",
    [
        "Will I win?",
        "What are my chances?",
        "should I sue or settle",
        "How much compensation will I get",
        "我能赢吗",
        "胜诉率有多少",
        "法官会怎么判",
        "值不值得告",
    ],
)
def test_chances_and_advice_are_refused_by_rule(guide: Guide, question: str) -> None:
    """Whatever passages fit: a court tells neither side how a case ends, nor what to do."""
    assert guide.ask(question).outcome is Outcome.NOT_OURS
    assert guide.ask(f"{question} {guide.passages[0].title.render('en')}").outcome is Outcome.NOT_OURS


@pytest.mark.parametrize(
    "question", ["I won, how do I get paid?", "赢了官司诉讼费谁出", "How long do I have to appeal?", "怎么起诉"]
)
def test_asking_how_is_no_asking_for_chances(question: str) -> None:
    """Whoever asks how something is done is answered."""
    assert not asks_for_a_judgment(question)


# Measured


def test_the_set_to_develop_with_is_answered_as_well_as_before() -> None:
    """The thresholds hold what they were set for: three in four found, nine in ten of the rest not known."""
    asked = questions(FOLDER / "dev.tsv")
    guide = guide_of(CN, DAY)
    told = measure(
        asked,
        lambda one: [find.passage.name for find in guide.ranked(one.words)],
        lambda one: not guide.ask(one.words).finds,
    )
    assert told.among_three >= 0.74 * told.answerable and told.unknown >= 0.9 * told.unanswerable


def test_the_frozen_set_is_answered() -> None:
    """What somebody asked who had not seen the guide: eight in ten found among three, nine in ten rightly not known."""
    asked = questions(FOLDER / "frozen.tsv")
    guide = guide_of(CN, DAY)
    told = measure(
        asked,
        lambda one: [find.passage.name for find in guide.ranked(one.words)],
        lambda one: not guide.ask(one.words).finds,
    )
    assert told.among_three >= 0.8 * told.answerable and told.unknown >= 0.9 * told.unanswerable
    assert len(evaluate(FOLDER / "frozen.tsv")) == 4
