"""Lists, citations, files and maps over many published decisions, on both databases; the answers fit their descriptions."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from sqlalchemy import event

from odr.api.openapi import document
from odr.app import create_app
from odr.register.publication.models import PublicationState
from odr.register.publication.public_views import months_of
from odr.register.search import bulk, keeping
from odr.register.search.desk import reader_of
from tests.register.laid_decisions import lay, record, text
from tests.scene import Scene

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def laid(scene: Scene, count: int) -> list[str]:
    """Decisions of one case, each with its own words; the later cite the first."""
    scene.lodge()
    case = scene.case().id
    made = []
    for number in range(1, count + 1):
        cited = "参照本院（2026）浙0192民初1号民事判决，" if number % 2 == 0 else ""
        reasons = f"{cited}依照《中华人民共和国民事诉讼法》第一百五十五条，检验检疫合格不构成抗辩。编号甲{number}。"
        orders = ("某公司向李某支付1,000.00元。",) if number % 3 else ("驳回其他诉讼请求。",)
        made.append(lay(scene.court, case, text(number, reasons, orders=orders), days=number % 7))
    assert keeping.keep_index(scene.court) == count
    return made


def client(scene: Scene) -> FlaskClient:
    """A stranger."""
    return create_app(court=scene.court).test_client()


@pytest.mark.parametrize("order", ["best", "newest"])
def test_every_page_of_a_list_is_reached_and_fits_its_description(scene: Scene, order: str) -> None:
    """Keyset pages in both orders: each decision once; every answer is what the OpenAPI document says."""
    made = laid(scene, 47)
    stranger, described = client(scene), document(scene.court, "en")
    registry: Registry[Any] = Registry().with_resource("court:api", DRAFT202012.create_resource(described))
    schema = described["paths"]["/decisions.json"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = json.loads(json.dumps(schema).replace("#/components", "court:api#/components"))
    valid = Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
    found: list[str] = []
    base = scene.court.settings.base_url
    address: str | None = f"/decisions.json?q=检验检疫&order={order}"
    while address:
        told = stranger.get(address).json
        valid.validate(told)
        assert told["total"] == 47
        found += [each["address"] for each in told["decisions"]]
        address = told["next"].removeprefix(base) if told["next"] else None
    assert sorted(found) == sorted(made) and len(set(found)) == 47
    named = {each["name"] for each in described["paths"]["/decisions.json"]["get"]["parameters"]}
    assert {"q", "cause", "from", "max", "after", "order"} <= named
    page = stranger.get(f"/decisions?q=检验检疫&order={order}").text
    following = re.search(r'href="(/decisions\?[^"]*after=[^"]*)"', page)
    assert following is not None and "Decisions found: 47" in page
    second = stranger.get(following[1].replace("&amp;", "&")).text
    assert "First page" in second and not set(_addresses(page)) & set(_addresses(second))


def _addresses(page: str) -> list[str]:
    return re.findall(r'<h3><a class="govuk-link" href="/decisions/([a-z0-9]+)"', page)


def test_citations_go_both_ways(scene: Scene) -> None:
    """A decision names what it cites with how many others do; the one cited shows by whom, with the sentence."""
    made = laid(scene, 6)
    stranger = client(scene)
    cited = stranger.get(f"/decisions/{made[0]}").text
    assert "Decisions that cite it: 3" in cited and "参照本院" in cited
    citing = stranger.get(f"/decisions/{made[1]}").text
    assert "（2026）浙0192民初1号" in citing and "Other decisions that cite it: 5" in citing
    assert "Decisions found: 6" in stranger.get("/decisions?article=CPL+155").text
    assert "Decisions found: 3" in stranger.get("/decisions?cites=(2026)浙0192民初1号").text
    reasons = "依照《中华人民共和国民事诉讼法》第一百五十五条，检验检疫合格不构成抗辩。"
    newest = lay(scene.court, scene.case().id, text(7, reasons, orders=("某公司向李某支付1,000.00元。",)))
    assert "Other decisions that cite it: 6" in stranger.get(f"/decisions/{newest}").text, "the index knows it not yet"
    record(scene.court, made[1], PublicationState.WITHDRAWN)
    assert "Decisions that cite it: 2" in stranger.get(f"/decisions/{made[0]}").text


def test_what_is_cited_most_is_the_length_of_the_list_behind_it(scene: Scene) -> None:
    """Articles and decisions with how many cite them, in the page and for programs; what is withdrawn is counted no
    longer, and the one cited is no longer led to when it is itself withdrawn.
    """
    made = laid(scene, 6)
    stranger, described = client(scene), document(scene.court, "en")
    told = stranger.get("/decisions/cited.json").json
    assert "/decisions/cited.json" in described["paths"]
    assert [(one["key"], one["count"]) for one in told["articles"]] == [("CPL 155", 6)]
    (decision,) = told["decisions"]
    assert decision["count"] == 3 and decision["url"].endswith(made[0])
    page = stranger.get("/decisions/cited").text
    links = re.findall(r'href="(/decisions\?(?:article|cites)=[^"]+)">(\d+)<', page)
    assert len(links) == 2
    for address, count in links:
        assert f"Decisions found: {count}" in stranger.get(address.replace("&amp;", "&")).text
    record(scene.court, made[1], PublicationState.WITHDRAWN)
    again = stranger.get("/decisions/cited.json").json
    assert (again["articles"][0]["count"], again["decisions"][0]["count"]) == (5, 2)
    record(scene.court, made[0], PublicationState.WITHDRAWN)
    assert stranger.get("/decisions/cited.json").json["decisions"][0]["url"] is None
    assert stranger.get("/decisions/cited?cause=no_such").status_code == 200


def test_an_article_that_nobody_can_look_up_harms_no_page(scene: Scene) -> None:
    """A text that names no article there could be, or a law of one sign, is found, listed and read as any other."""
    scene.lodge()
    words = "《中华人民共和国宪》第三条，CPL 0，CPL 99999999，CPL 12(0)，CPL 1-99999999。"
    address = lay(scene.court, scene.case().id, text(1, words))
    assert keeping.keep_index(scene.court) == 1
    for asked in ("/decisions", "/decisions.json", "/decisions/en.atom", f"/decisions/{address}"):
        assert client(scene).get(asked).status_code == 200, asked
    assert client(scene).get("/decisions").text.count("?article=") == 1


def test_what_is_withdrawn_is_taken_off_its_shelf_and_what_is_put_back_comes_again(scene: Scene) -> None:
    """On both databases: lists, files and map follow the state, before and after the worker's round."""
    made = laid(scene, 5)
    stranger = client(scene)
    for state, count in ((PublicationState.WITHDRAWN, 4), (PublicationState.PUBLISHED, 5)):
        record(scene.court, made[2], state)
        for turn in range(2):
            seen = 4 if turn == 0 else count
            assert stranger.get("/decisions.json?q=编号甲3").json["total"] == seen - 4, (state, turn)
            assert stranger.get("/decisions.json").json["total"] == seen
            assert sum(one["count"] for one in stranger.get("/decisions.json").json["facets"]["court"]) == seen
            months = stranger.get("/decisions/bulk.json").json["months"]
            lines = "".join(
                stranger.get(each["address"].removeprefix(scene.court.settings.base_url)).text for each in months
            )
            assert lines.count("\n") == count and (made[2] in lines) == (count == 5)
            tree = ElementTree.fromstring(stranger.get("/sitemap-0.xml").text)
            assert len(tree.findall(f"{SITEMAP}url")) == count
            assert stranger.get("/decisions/withdrawn.jsonl").text.count("\n") == 5 - count
            if turn == 0:
                assert keeping.keep_index(scene.court) == 1
                assert keeping.keep_index(scene.court) == 0


def test_files_of_a_month_come_in_parts(scene: Scene) -> None:
    """Each part names where the next begins; together they are all of it, and so are the parts of what was withdrawn."""
    made = laid(scene, 8)
    for address in made[:5]:
        record(scene.court, address, PublicationState.WITHDRAWN)
    reader = reader_of(keeping.rules_today(scene.court))
    with scene.court.database.read() as session:
        gone, public = list[str](), list[str]()
        after: int | None = 0
        while after is not None:
            lines, after = bulk.tombstones(session, after, size=2)
            gone += lines
        for month, _ in months_of(session):
            after = 0
            while after is not None:
                lines, after = bulk.lines(session, month, reader, "http://court.test/decisions", after, size=2)
                public += lines
    assert [json.loads(line)["address"] for line in gone] == made[:5]
    assert sorted(json.loads(line)["address"] for line in public) == sorted(made[5:])
    assert "Link" not in client(scene).get("/decisions/withdrawn.jsonl").headers


def test_who_follows_what_is_withdrawn_misses_nothing(scene: Scene) -> None:
    """An older text that goes later comes after the last record a follower knows, and one that went comes once."""
    made = laid(scene, 4)
    stranger, after, seen = client(scene), 0, list[str]()
    for address in (made[3], made[0], made[2]):
        record(scene.court, address, PublicationState.WITHDRAWN)
        lines = [
            json.loads(line) for line in stranger.get(f"/decisions/withdrawn.jsonl?after={after}").text.splitlines()
        ]
        seen += [line["address"] for line in lines]
        after = lines[-1]["record"]
    assert seen == [made[3], made[0], made[2]]
    assert not stranger.get(f"/decisions/withdrawn.jsonl?after={after}").text


def test_a_page_asks_the_database_a_fixed_number_of_times(scene: Scene) -> None:
    """However many decisions it shows."""
    laid(scene, 25)
    stranger = client(scene)
    stranger.get("/decisions?q=编号甲3")
    counted = []
    for asked in ("编号甲3", "检验检疫"):
        statements: list[str] = []

        def note(*told: Any, kept: list[str] = statements) -> None:
            kept.append(told[2])

        event.listen(scene.court.database.engine, "before_cursor_execute", note)
        page = stranger.get(f"/decisions?q={asked}").text
        event.remove(scene.court.database.engine, "before_cursor_execute", note)
        assert "<mark>" in page
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_where_the_rules_keep_search_machines_out_every_answer_says_so(scene: Scene) -> None:
    """A court whose pack says no gives no map and marks pages, lists and files; one whose pack says yes does neither."""
    made = laid(scene, 1)
    stranger = client(scene)
    for path in ("/decisions", "/decisions.json", f"/decisions/{made[0]}", "/decisions/en.atom", "/decisions/ledger"):
        assert "X-Robots-Tag" not in stranger.get(path).headers, path
    scene.court.settings = scene.court.settings.model_copy(update={"pack": "ew"})
    stranger = client(scene)
    for path in ("/decisions", "/decisions.json", f"/decisions/{made[0]}", "/decisions/en.atom", "/decisions/ledger"):
        assert stranger.get(path).headers["X-Robots-Tag"] == "noindex", path
    assert stranger.get("/sitemap.xml").status_code == 404 and "Sitemap" not in stranger.get("/robots.txt").text
