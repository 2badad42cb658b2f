"""Similar decisions: found by what they share, in the scope of the rules, told together only from a least number on, and kept by nobody."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import update

from bench.similar import made, search_of, table
from odr.assist.similar.finding import (
    MOST_SIGNS,
    Finder,
    Profile,
    held_of,
    said_in,
    shared_share,
    shared_words,
    weights_of,
)
from odr.assist.similar.looking import Alike, Rank, alike, happened, in_scope, rank_of
from odr.assist.similar.measuring import interval, questions, score
from odr.ground.text import Money
from odr.procedure.court import Court
from odr.procedure.rules.court_rules import GuidingCase
from odr.procedure.rules.registry import PackRegistry
from odr.register.publication.models import Publication, PublicationState
from odr.register.redaction.structure import PublicText
from odr.register.search import keeping
from odr.register.search.desk import open_search, reader_of
from odr.register.search.facts import FactReader, Outcome
from odr.register.search.shelves import PAIRS, WORDS
from odr.register.search.tokens import fold, lines
from tests.register.laid_decisions import lay, record, text
from tests.scene import Scene

TODAY = date(2026, 7, 1)
PACK = PackRegistry.load().in_force("cn", TODAY)
RULES = PACK.similar
assert RULES is not None
SHARED = "净水器的滤芯型号与页面宣传的型号不一致"
PROFILE = Profile("online_shopping", ("CC 577",), f"原告购买净水器，{SHARED}，被告拒绝退款。")
CITES = "依照《中华人民共和国民法典》第五百七十七条，被告应当退还货款。"


def filed(scene: Scene) -> int:
    """A case to which the decisions that are laid belong."""
    scene.lodge()
    return scene.case_id


def laid(court: Court, case_id: int, count: int, *reasons: str, first: int = 1, **more: Any) -> list[str]:
    """So many decisions with these reasons, published and in the index."""
    found = [
        lay(court, case_id, text(first + n, *reasons, orders=[f"被告支付原告{1000 + 100 * n}.00元。"]), **more)
        for n in range(count)
    ]
    keeping.keep_index(court)
    return found


def found_for(court: Court, profile: Profile = PROFILE, **more: Any) -> list[Alike]:
    """What a court finds for a profile."""
    with court.database.read() as session:
        search = open_search(court, session)
        assert search is not None
        return alike(session, search, reader_of(keeping.rules_today(court)), profile, **more)


def test_a_find_says_what_it_shares(scene: Scene) -> None:
    """The kind of case, the article and the very words; a decision on something else is no find."""
    case = filed(scene)
    mine = laid(scene.court, case, 2, f"经查，{SHARED}。{CITES}")
    laid(scene.court, case, 3, "航班取消后平台拒绝退还机票的全部价款，双方对改签费用有争议。", first=50)
    found = found_for(scene.court)
    assert {one.hit.address for one in found} == set(mine)
    first = found[0]
    assert first.same_cause and [key for key, _ in first.articles] == ["CC 577"]
    assert any(SHARED[:6] in words or words in PROFILE.words for words in first.words)
    assert all(words in PROFILE.words for words in first.words)


@pytest.mark.parametrize("what", ["withdrawn", "lost", "no effect", "no judgment"])
def test_only_judgments_that_are_public_and_in_effect_are_found(small_scene: Scene, what: str) -> None:
    """What is withdrawn, lost its effect, has none yet, or is no judgment, is no similar case (SIM 1)."""
    case = filed(small_scene)
    keep, gone = laid(small_scene.court, case, 2, f"经查，{SHARED}。{CITES}")
    if what == "withdrawn":
        record(small_scene.court, gone, PublicationState.WITHDRAWN)
    else:
        values = {
            "lost": {"lost_at": small_scene.clock.now()},
            "no effect": {"effective_at": None},
            "no judgment": {"kind": "ruling"},
        }
        with small_scene.court.database.write() as session:
            session.execute(update(Publication).where(Publication.address == gone).values(**values[what]))
    assert [one.hit.address for one in found_for(small_scene.court)] == [keep]


def test_the_case_itself_is_no_find(small_scene: Scene) -> None:
    """Its own published decision is not among those like it."""
    case = filed(small_scene)
    laid(small_scene.court, case, 2, f"经查，{SHARED}。{CITES}")
    found = found_for(small_scene.court, replace(PROFILE, own="（2026）浙0192民初2号"))
    assert [one.hit.facts.number for one in found] == ["(2026)浙0192民初1号"]


def test_words_alone_make_no_case_alike(small_scene: Scene) -> None:
    """Another kind of case that shares no article is left out, however many words it shares (SIM 1)."""
    case = filed(small_scene)
    laid(small_scene.court, case, 2, f"经查，{SHARED}。{CITES}")
    assert found_for(small_scene.court, Profile("domain_name", (), PROFILE.words)) == []
    assert found_for(small_scene.court, Profile("domain_name", ("CC 577",), PROFILE.words), same_cause=True) == []
    assert len(found_for(small_scene.court, Profile("domain_name", ("CC 577",), PROFILE.words))) == 2


def test_of_a_long_text_the_beginning_is_looked_at(small_scene: Scene) -> None:
    """However much somebody writes: what stands behind the first part is neither weighed nor named."""
    case = filed(small_scene)
    laid(small_scene.court, case, 6, f"经查，{SHARED}。{CITES}")
    begins = f"原告购买净水器，{SHARED}，被告拒绝退款。"
    padding = "".join(chr(0x8000 + n % 3000) for n in range(MOST_SIGNS))
    early, late = replace(PROFILE, words=begins + padding), replace(PROFILE, words=padding + begins)
    assert early.is_cut and not PROFILE.is_cut and len(early.looked_at) == MOST_SIGNS
    assert len(found_for(small_scene.court, early)) == 6
    assert found_for(small_scene.court, late) == []


# Scope


def one(court_name: str, day: date, number: int, outcome: Outcome | None = None, cents: int | None = None) -> Alike:
    """A find as the scope sees it."""
    hit = SimpleNamespace(
        address=f"d{number}",
        decided_on=day,
        facts=SimpleNamespace(court=court_name, number=str(number), outcome=outcome),
        awarded=Money(cents, "CNY") if cents is not None else None,
    )
    return Alike(cast(Any, hit), True, [], [], 0.5)


HIGH, SUPREME, OWN = "浙江省高级人民法院", "最高人民法院", "杭州互联网法院"
NEW, OLD = date(2025, 1, 1), date(2019, 1, 1)


@pytest.mark.parametrize(
    ("found", "expected", "looked_in"),
    [
        ([one(OWN, NEW, 1), one(SUPREME, NEW, 2)], ["2"], [Rank.GUIDING, Rank.SUPREME]),
        ([one(OWN, NEW, 1), one(HIGH, OLD, 2)], ["2"], [Rank.GUIDING, Rank.SUPREME, Rank.HIGH, Rank.HIGH]),
        ([one(OWN, NEW, 1), one(OWN, OLD, 2)], ["1"], [Rank.GUIDING, Rank.SUPREME, Rank.HIGH, Rank.OWN]),
        ([one(OWN, OLD, 1)], ["1"], [Rank.GUIDING, Rank.SUPREME, Rank.HIGH, Rank.OWN, Rank.OWN]),
        ([], [], [Rank.GUIDING, Rank.SUPREME, Rank.HIGH, Rank.OWN]),
    ],
)
def test_the_search_stops_at_the_first_rank_that_has_any(
    found: Sequence[Alike], expected: list[str], looked_in: list[Rank]
) -> None:
    """Rank after rank, the last three years first, and older ones only where there is nothing newer (SIM 4)."""
    assert RULES is not None
    scope = in_scope(RULES, PROFILE, found, TODAY)
    assert [each.hit.facts.number for each in scope.found] == expected
    assert [step.rank for step in scope.steps] == looked_in


def test_a_guiding_case_of_any_age_ends_the_search_unless_it_was_replaced() -> None:
    """It stands first whatever its year; one that was replaced is told as such and stops nothing (SIM 4, 9)."""
    assert RULES is not None
    words = PACK.title
    old = GuidingCase(number=17, title=words, gist=words, causes=("online_shopping",), published=OLD)
    other = GuidingCase(number=18, title=words, gist=words, causes=("domain_name",), published=OLD)
    later = GuidingCase(number=19, title=words, gist=words, articles=("CC 577",), published=date(2027, 1, 1))
    found = [one(OWN, NEW, 1)]
    scope = in_scope(RULES.model_copy(update={"guiding": (old, other, later)}), PROFILE, found, TODAY)
    assert [each.case.number for each in scope.guiding] == [17] and scope.found == []
    replaced = old.model_copy(update={"replaced_by": 99})
    scope = in_scope(RULES.model_copy(update={"guiding": (replaced,)}), PROFILE, found, TODAY)
    assert scope.guiding[0].replaced and [each.hit.facts.number for each in scope.found] == ["1"]


def test_the_rank_is_told_by_the_name_of_the_court() -> None:
    """The highest court, a high court, and every other."""
    assert RULES is not None
    assert [rank_of(RULES, name) for name in (SUPREME, HIGH, OWN, "Internet Court")] == [
        Rank.SUPREME,
        Rank.HIGH,
        Rank.OWN,
        Rank.OWN,
    ]


# Together


@given(
    st.lists(st.tuples(st.sampled_from(Outcome), st.none() | st.integers(0, 10**9)), max_size=30), st.integers(3, 10)
)
def test_nothing_is_said_of_fewer_than_the_least(cases: list[tuple[Outcome, int | None]], least: int) -> None:
    """Neither of cases nor of sums; and what is said adds up and lies in order."""
    told = happened([one(OWN, NEW, n, outcome, cents) for n, (outcome, cents) in enumerate(cases)], least)
    assert (told is None) == (len(cases) < least)
    if told is None:
        return
    assert sum(count for _, count in told.outcomes) == told.count == len(cases)
    sums = sorted(cents for _, cents in cases if cents is not None)
    assert (told.awarded is None) == (len(sums) < least)
    if told.awarded is not None:
        ends = [each.minor for each in (told.awarded.low, told.awarded.first, told.awarded.third, told.awarded.high)]
        assert ends == sorted(ends) and (ends[0], ends[-1], told.awarded.count) == (sums[0], sums[-1], len(sums))


# Words


@given(st.text(alphabet="净水器滤芯型号与页面宣传不一致，。 model price 退款", max_size=60), st.integers(0, 5))
def test_what_is_said_to_be_shared_stands_in_both(words: str, seed: int) -> None:
    """Every word a find names is one of the case and of the decision, and its share lies between nothing and all."""
    decision = "".join(random.Random(seed).sample("净水器滤芯型号与页面宣传的型号不一致 price model", 20))
    ones, pairs = lines([words])
    weights = {(PAIRS, pair): 1.0 for pair in pairs.split() if len(pair) == 2} | {
        (WORDS, each): 1.0 for each in ones.split() if each.isascii() and len(each) >= 3
    }
    share = shared_share(weights, held_of(weights, [decision]))
    assert 0 <= share <= 1
    for named in shared_words(weights, said_in(weights, words), held_of(weights, [decision])):
        assert named in fold(words)
        assert named in fold(decision) or all(named[n : n + 2] in fold(decision) for n in range(len(named) - 1))


# Measured


def test_the_decision_that_shares_most_is_found_first(tmp_path: Any) -> None:
    """In a register made up: a decision asked for by its own words is the first find of both ways."""
    reader, known = FactReader(PACK), list(made(300, 5))
    search = search_of(tmp_path, known, reader)
    finder = Finder(search)
    for facts in known[::30]:
        profile = Profile(facts.cause, facts.articles, "\n".join(facts.words))
        assert finder.matches(profile, 3)[0].address == facts.address
        assert facts.address in {each.address for each in finder.plain(profile, 3)}
    assert weights_of(search, "") == {} and finder.matches(Profile(None, (), "")) == []


def test_the_figures_come_from_what_decisions_cite(tmp_path: Any) -> None:
    """Each decision that cites one of the register is a question, without the number it cites; both ways are told with intervals."""
    reader, known = FactReader(PACK), list(made(200, 6))
    search = search_of(tmp_path, known, reader)
    asked = list(questions(search, reader, iter(known)))
    by_address = {facts.address: facts for facts in known}
    assert {each.address for each in asked} == {facts.address for facts in known if facts.cites}
    assert all("民初" not in each.profile.words for each in asked)
    assert all(len(each.cited) == len(by_address[each.address].cites) for each in asked)
    lines = table(search, asked)
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["hit@1", "MRR@10", "nDCG@10", "recall@10"]
    assert table(search, []) == ["No published decision cites another: there is nothing to measure on."]


def test_scores_are_those_of_the_place() -> None:
    """The first place counts whole, the second half by its reciprocal, and a miss nothing."""
    assert score(["a", "b"], frozenset({"a"})).ndcg == score(["a"], frozenset({"a"})).reciprocal == 1
    second = score(["b", "a"], frozenset({"a"}))
    assert (second.hit_at_one, second.reciprocal, second.recall) == (0, 0.5, 1) and 0 < second.ndcg < 1
    assert score([], frozenset({"a"})).ndcg == 0
    low, high = interval([0.0, 1.0] * 50)
    assert 0.35 < low < 0.5 < high < 0.65


def test_a_decision_as_read_back_holds_its_words(small_scene: Scene) -> None:
    """What is compared is the public text, never the original."""
    case = filed(small_scene)
    said = text(9, f"经查，{SHARED}。")
    assert SHARED in "".join(cell for _, _, cell in PublicText.from_json(said.as_json()).cells())
    lay(small_scene.court, case, said, days=timedelta(days=1).days)
