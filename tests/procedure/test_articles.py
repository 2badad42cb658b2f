"""An article is typed in short or in full, in either language, or chosen; the papers write it out."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DocketEntry
from odr.ground.errors import InvalidInput
from odr.procedure.rules.citation import chinese_number, read_citation
from odr.procedure.rules.registry import PackRegistry
from tests.filing.visitor import Visitor
from tests.scene import Scene

PACK = PackRegistry.load().versions("cn")[-1]


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("CPL 122", "CPL 122"),
        ("cpl122", "CPL 122"),
        ("CPL 127(2)", "CPL 127(2)"),
        ("CPL 126, 157", "CPL 126, 157"),
        ("CPL 20-22", "CPL 20-22"),
        ("CPL 122; CPI 208", "CPL 122; CPI 208"),
        ("Civil Procedure Law, art. 122", "CPL 122"),
        ("civil procedure law arts. 126, 157", "CPL 126, 157"),
        ("《中华人民共和国民事诉讼法》第一百二十七条第二项", "CPL 127(2)"),
        ("民事诉讼法第122条", "CPL 122"),
        ("《民事诉讼法》第一百二十七条第（二）项、第一百二十二条", "CPL 127(2), 122"),
        ("《最高人民法院关于适用〈中华人民共和国民事诉讼法〉的解释》第二百零八条", "CPI 208"),
        ("《民法典》第五百七十七条；第五百八十五条", "CC 577; CC 585"),
        ("122", None),
        ("CPL", None),
        ("CPL twelve", None),
        ("《没有的法》第一条", None),
        ("民事诉讼法第零条", None),
        ("", None),
        (";", None),
    ],
)
def test_what_somebody_types_is_the_article_they_mean(typed: str, kept: str | None) -> None:
    """Short or long, with or without brackets and the state's name; what is no article is none."""
    assert read_citation(PACK.sources, typed) == kept


def test_what_the_papers_write_is_read_again() -> None:
    """Every article the rules tell, written out in either language, is that article."""
    for tag, told in PACK.law.items():
        for place in told:
            short = f"{tag} {place}"
            for locale in ("en", "zh-Hans"):
                assert read_citation(PACK.sources, PACK.cite(short).render(locale)) == short
    assert read_citation(PACK.sources, f"CPL 第{chinese_number(122)}条") == "CPL 122"


def test_the_pack_says_at_the_field_what_is_no_article() -> None:
    """The fault stands at the field, with an example."""
    with pytest.raises(InvalidInput) as refused:
        PACK.article("122")
    assert [fault.location for fault in refused.value.faults] == [("article",)]


def test_a_refusal_is_written_out(small_scene: Scene, app: Flask) -> None:
    """Chosen from a list or typed in full; what is none comes back with everything typed and the error at the field."""
    small_scene.lodge()
    clerk, here = Visitor(app, small_scene, "clerk"), f"/cases/{small_scene.case().reference}/review"
    page = clerk.get(here)
    assert '<option value="CPL 126">' in page and 'list="articles"' in page
    given = {"decision": "refuse", "reasons": "It belongs to another court.", "elsewhere": "Hangzhou Court"}
    wrong = clerk.send(here, here, 422, article="one hundred", **given).text
    assert 'id="article-error"' in wrong and "one hundred" in wrong and "It belongs to another court." in wrong
    clerk.send(here, here, 303, article="《中华人民共和国民事诉讼法》第一百二十二条第四项", **given)
    with small_scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "propose_refusal")).one()
        assert "Civil Procedure Law, art. 122(4)" in entry.payload
        assert "《中华人民共和国民事诉讼法》第一百二十二条第（四）项" in entry.payload
