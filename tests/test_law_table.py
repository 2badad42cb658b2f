"""``docs/law.md`` leaves no article out: what is cited is in it, what is built names its test, and the rest its reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from odr import wiring
from odr.operations.docs.law_table import DATA, LawTableWrong, articles_in, law_page, numbers, read_laws
from odr.procedure.acts.table import TABLE, ActTable, Bar
from odr.procedure.rules.base import law


def bars() -> list[Bar]:
    """The bars of the wired court."""
    for room in wiring.rooms():
        wiring.declarations(room.name)
    return [bar for room in wiring.rooms() for bar in room.bars]


def with_citation(cited: str) -> ActTable:
    """The table of acts, where one act rests on another article as well."""
    table, _ = ActTable(), bars()
    for act in TABLE:
        table.add(replace(act, source=(*act.source, *law(cited))) if act.name == "complain" else act)
    return table


def changed(folder: Path, old: str, new: str) -> Path:
    """The data with one thing changed."""
    text = DATA.read_text(encoding="utf-8")
    assert old in text
    path = folder / "articles.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_every_article_of_seven_laws_has_one_line() -> None:
    """Each is built, missing, or not applicable; the page is as `make docs` writes it (test_documents compares)."""
    page = law_page(TABLE, bars())
    assert [one.tag for one in read_laws()] == ["OLR", "CPL", "CPI", "EV", "FEE", "OMR", "REG"]
    for one in read_laws():
        rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith(f"| {one.tag} ")]
        found = [number for written in rows for number in numbers(written.removeprefix(f"| {one.tag} "))]
        assert sorted(found) == list(range(1, one.last + 1)), one.tag


@pytest.mark.parametrize("cited", ["OLR 40", "CPL 400"])
def test_an_article_that_is_cited_and_does_not_exist_is_refused(cited: str) -> None:
    """An act that rests on an article the table does not have."""
    with pytest.raises(LawTableWrong, match="do not exist"):
        law_page(with_citation(cited), bars())


def test_an_act_on_an_article_told_as_not_built_is_refused() -> None:
    """Whoever builds an article takes its line out of the data."""
    with pytest.raises(LawTableWrong, match="told as not built"):
        law_page(with_citation("CPI 270"), bars())


def test_a_gap_is_refused(tmp_path: Path) -> None:
    """No article is passed over in silence."""
    twice = changed(tmp_path, 'articles = "37", about = "criminal', 'articles = "39", about = "criminal')
    with pytest.raises(LawTableWrong, match=r"39.* stand twice"):
        law_page(TABLE, bars(), twice)
    longer = changed(tmp_path, "last = 39", "last = 41")
    with pytest.raises(LawTableWrong, match=r"40, 41.* are missing"):
        law_page(TABLE, bars(), longer)


def test_what_is_built_names_a_test_that_is_there(tmp_path: Path) -> None:
    """An entry whose test is gone, or without one, is refused."""
    gone = changed(tmp_path, 'tests = ["judgment/test_gate.py"]', 'tests = ["judgment/test_nothing.py"]')
    with pytest.raises(LawTableWrong, match=r"OLR 6: no test .*test_nothing"):
        law_page(TABLE, bars(), gone)
    without = changed(tmp_path, 'tests = ["judgment/test_gate.py"]', "tests = []")
    with pytest.raises(LawTableWrong, match="OLR 6: built, and no test shows it"):
        law_page(TABLE, bars(), without)


def test_citations_are_read_as_they_are_written() -> None:
    """Lists, ranges, and paragraphs in brackets."""
    assert numbers("45–48, 50 to 52, 211(10)") == (45, 46, 47, 48, 50, 51, 52, 211)
    assert set(articles_in("CPL 157, 171; CPI 521–524 and EV 3", {"CPL", "CPI", "EV"})) == {
        ("CPL", 157),
        ("CPL", 171),
        *(("CPI", number) for number in range(521, 525)),
        ("EV", 3),
    }
