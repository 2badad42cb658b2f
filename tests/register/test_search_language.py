"""Whatever is typed is read or refused with words that help, and what is read is written and read again the same."""

from __future__ import annotations

import os
import random
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from odr.ground.errors import InvalidInput
from odr.procedure.rules.registry import PackRegistry
from odr.register.search.facts import FactReader
from odr.register.search.language import (
    FIELDS,
    MOST_PARTS,
    MOST_SIGNS,
    And,
    Field,
    Node,
    Not,
    Or,
    Words,
    read,
    replaced,
    wanted,
    write,
)
from odr.register.search.queries import Asked, Compiler
from odr.register.search.shelves import OpenShelves, Shelves
from odr.register.search.tokens import lines, phrase, places, units
from tests.register.generated_texts import text

TRIES = 20_000 if os.environ.get("ODR_PROVE") else 500
often = settings(max_examples=TRIES, deadline=None, database=None, derandomize=True)
SIGNS = 'aZ9 "“”„«»「」()（）:：.ANDORNOT检验,，。\t-/法官judgedate2026'
_RULES = PackRegistry.load()


def compiler(day: str = "2026-07-01") -> Compiler:
    """Over an empty index."""
    rules = _RULES.in_force("cn", date.fromisoformat(day))
    return Compiler(FactReader(rules), OpenShelves(Shelves(0, "", {}), []))


COMPILER = compiler()


@often
@given(st.one_of(st.text(max_size=MOST_SIGNS + 20), st.text(alphabet=SIGNS, max_size=60)))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    """Never another exception; what is read is written, read again and means the same, and becomes a query of the index
    or is refused for a value a field cannot have.
    """
    try:
        node = read(typed)
    except InvalidInput as error:
        assert error.message.render("zh-Hans") != "" and len(error.faults) == 1
        return
    if node is None:
        assert not phrase(typed)
        return
    assert read(write(node)) == node, write(node)
    try:
        COMPILER.query(Asked(node))
    except InvalidInput as error:
        assert error.faults[0].location[0] in ("q", "article")


words = st.text(alphabet="abcXYZ019检验合同é", min_size=1, max_size=6).filter(
    lambda one: bool(phrase(one)) and one not in ("AND", "OR", "NOT")
)
quoted = st.text(alphabet="ab 检验 AND:(),", min_size=1, max_size=9).filter(lambda one: bool(phrase(one)))
leaves = st.one_of(
    words.map(Words),
    quoted.map(lambda one: Words(one, True)),
    st.builds(Field, st.sampled_from(sorted(FIELDS)), st.one_of(words, quoted)),
)


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        inner.filter(lambda one: not isinstance(one, Not)).map(Not),
        several.filter(lambda some: not any(isinstance(one, And) for one in some)).map(lambda some: And(tuple(some))),
        several.filter(lambda some: not any(isinstance(one, Or) for one in some)).map(lambda some: Or(tuple(some))),
    )


@often
@given(st.recursive(leaves, _grown, max_leaves=8))
def test_every_question_is_written_so_that_it_is_read_again(node: Node) -> None:
    """Any tree of words, phrases, fields, AND, OR and NOT comes back as it was."""
    try:
        assert read(write(node)) == node
    except InvalidInput as error:
        assert "signs" in str(error.message) or "brackets within" in str(error.message)


@pytest.mark.parametrize(
    ("typed", "node"),
    [
        ("", None),
        ("   ", None),
        ("inspection “food additive”", And((Words("inspection"), Words("food additive", True)))),
        ("检验 OR 检疫", Or((Words("检验"), Words("检疫")))),
        ("a b OR c", Or((And((Words("a"), Words("b"))), Words("c")))),
        ("a (b OR c)", And((Words("a"), Or((Words("b"), Words("c")))))),
        ("a NOT b", And((Words("a"), Not(Words("b"))))),
        ("法官:陈瑶", Field("judge", "陈瑶")),
        ('judge:"Chen Yao" x', And((Field("judge", "Chen Yao"), Words("x")))),
        ("（2026）浙0192民初3号", Words("（2026）浙0192民初3号")),
        ("(2026)浙0192民初3号 和", And((Words("(2026)浙0192民初3号"), Words("和")))),
        ("date:2025-01..2025-03", Field("date", "2025-01..2025-03")),
        ("and or not", And((Words("and"), Words("or"), Words("not")))),
        ("food & drink", And((Words("food"), Words("drink")))),
        ("https://shop.example/x", Words("https://shop.example/x")),
    ],
)
def test_questions_are_read_as_people_mean_them(typed: str, node: Node | None) -> None:
    """Signs of both languages, case numbers with their brackets, small words, addresses of pages."""
    assert read(typed) == node


@pytest.mark.parametrize(
    ("typed", "helps"),
    [
        ('"food additive', "quotation mark is not closed"),
        ("«a", "quotation mark is not closed"),
        ('a ""', "nothing between two quotation marks"),
        ("(a OR b", "bracket is not closed"),
        ("a)", "bracket is closed that was not opened"),
        ("()", "nothing between two brackets"),
        ("a OR", "OR stands between nothing"),
        ("AND a", "AND stands between nothing"),
        ("NOT", "NOT stands between nothing"),
        ("jugde:Chen", "no field “jugde”"),
        ("judge:", "judge:Chen"),
        ("!!!", "no word in this question"),
        ("x" * (MOST_SIGNS + 1), "300 signs"),
        ("a " * (MOST_PARTS + 1), "24 words"),
        ("(" * 9 + "a" + ")" * 9, "brackets within brackets"),
    ],
)
def test_what_is_wrong_is_said_with_how_to_mend_it(typed: str, helps: str) -> None:
    """Each fault has its own sentence."""
    with pytest.raises(InvalidInput) as refused:
        read(typed)
    assert helps in str(refused.value.message)


@pytest.mark.parametrize(
    "typed",
    [
        *("date:soon", "date:2026-13", "amount:much", "amount:1e999999", "outcome:good", "article:nothing"),
        *('article:"CPL 0"', 'article:"CPL 10000"', 'article:"CPL 12(0)"', 'article:"CPL 1-99999999999"', "date:.."),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused_with_an_example(typed: str) -> None:
    """Days, sums, outcomes and articles."""
    node = read(typed)
    if typed == "date:..":
        COMPILER.query(Asked(node))  # from nowhere to nowhere: every day
        return
    with pytest.raises(InvalidInput):
        COMPILER.query(Asked(node))


def test_only_what_is_to_be_found_is_marked() -> None:
    """What must not be there is not; and a word is replaced wherever it stands."""
    node = read("a NOT (b OR NOT c) judge:d")
    assert node is not None and [each.text for each in wanted(node)] == ["a", "c"]
    assert write(replaced(node, {Words("b"): Words("e f", True)})) == "a NOT (e f) OR NOT c) judge:d".replace(
        "(e f)", '("e f"'
    )


@settings(max_examples=TRIES // 5, deadline=None, database=None, derandomize=True)
@given(st.integers(0, 2**32), st.text(max_size=80))
def test_the_two_ways_of_cutting_a_text_agree(seed: int, strange: str) -> None:
    """What the index is given is what a question is cut into; every place of a word is the word as it stands there."""
    for words_ in (text(random.Random(seed), 8), strange):
        ones = lines([words_])[0].split()
        assert [one for one in ones if one != "·"] == [one.words for one in units(words_)]
        for number, one in enumerate(ones):
            assert one == "·" or (number, one) in phrase(words_)
        for unit in units(words_):
            assert (unit.begin, unit.end) in places(((0, unit.words),), units(words_))


def test_a_phrase_goes_over_no_end_of_a_sentence() -> None:
    """But over brackets, blanks and the marks around the name of a law; wide letters are the plain ones."""
    told = units("《食品安全法》第148条，合同。法院 said ＣＮＹ 8,000.00")
    for found in ("食品安全法第148条", "法院 said cny 8000", "8,000.00"):
        assert places(phrase(found), told), found
    for missing in ("合同法院", "条合", "14"):
        assert not places(phrase(missing), told), missing


@pytest.mark.parametrize("name", ["\U0002ee5d", "\U0002ee5e", "王\U0002ebf0"])
def test_a_character_newer_than_the_tables_of_python_is_looked_for(name: str) -> None:
    """Names have characters that were given a place after this Python was made: they are found as they stand."""
    assert read(name) is not None and bool(phrase(name))
