"""The search as anybody meets it: page, JSON, feed, files; what is withdrawn is gone from all of them and from the disk."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import ColumnElement, select, text

from odr.app import create_app
from odr.operations.worker import work_once
from odr.register.publication.models import Publication
from odr.register.search import bulk, keeping, shelves
from odr.register.search.cli import index
from odr.register.search.tokens import lines
from tests.judgment.bench import Bench
from tests.register.publishing import approve, proposal, publish
from tests.register.test_search_index import words_on_disk

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESSES = (
    "/decisions",
    "/decisions?q=listing",
    "/decisions?q=listingg",
    "/decisions?judge={judge}",
    "/decisions.json?q=listing",
    "/decisions/en.atom",
    "/decisions/zh-Hans.atom?q=listing",
    "/decisions/{month}.jsonl",
    "/sitemap-0.xml",
)
"""Everything in which a published decision is found."""


def everything(bench: Bench, row: Publication) -> dict[str, str]:
    """What a stranger gets at each of these addresses."""
    stranger = create_app(court=bench.court).test_client()
    judge = stranger.get("/decisions.json").json["decisions"][0]["judges"][0]
    told = {}
    for address in ADDRESSES:
        answer = stranger.get(address.format(judge=judge, month=f"{row.decided_on:%Y-%m}"))
        assert answer.status_code == 200, (address, answer.text)
        told[address] = answer.text
    return told


@pytest.fixture
def published(bench: Bench) -> Publication:
    """A published decision, and the index brought up by the worker."""
    bench.effective()
    row = publish(bench)
    assert work_once(bench.court)["search"] == 1
    assert work_once(bench.court)["search"] == 0
    return row


def test_a_published_decision_is_found_everywhere(bench: Bench, published: Publication) -> None:
    """By its words, in the page, the answer for programs, the feed, the file of its month and the map of pages."""
    for address, shown in everything(bench, published).items():
        assert published.address in shown, address
    stranger = create_app(court=bench.court).test_client()
    told = stranger.get("/decisions.json?q=listing").json
    assert told["total"] == 1 and told["decisions"][0]["case_number"] == bench.number
    assert any(piece["found"] for passage in told["decisions"][0]["passages"] for piece in passage)
    assert all(value["count"] == 1 for values in told["facets"].values() for value in values)
    assert {"cause", "court", "year", "outcome", "judge"} <= told["facets"].keys()
    page = stranger.get("/decisions?q=listing").text
    assert "Decisions found: 1" in page and "<mark>" in page and "Unaccounted for" in page
    assert 'rel="canonical" href="http://court.test/decisions"' in page
    feed = ElementTree.fromstring(stranger.get("/decisions/en.atom?q=listing").text)
    assert len(feed.findall(f"{ATOM}entry")) == 1
    line = json.loads(stranger.get(f"/decisions/{published.decided_on:%Y-%m}.jsonl").text)
    assert line["text_sha256"] == told["decisions"][0]["text_sha256"] and line["text"]["blocks"]
    assert "Sitemap: http://court.test/sitemap.xml" in stranger.get("/robots.txt").text
    assert "/sitemap-0.xml" in stranger.get("/sitemap.xml").text


def test_the_chinese_page_says_the_same(bench: Bench, published: Publication) -> None:
    """With its own words, and what was typed stays in the field."""
    stranger = create_app(court=bench.court).test_client()
    page = stranger.get("/decisions?q=listing", headers={"Accept-Language": "zh-CN"}).text
    assert "共1件" in page and "哪些文书不在这里" in page and 'value="listing"' in page
    wrong = stranger.get("/decisions?q=%22listing", headers={"Accept-Language": "zh-CN"})
    assert wrong.status_code == 422 and "引号没有成对" in wrong.text and 'value="&#34;listing"' in wrong.text


def test_a_wrong_question_or_field_is_said_where_it_stands(bench: Bench, published: Publication) -> None:
    """Never a 500: the sentence is at its field, what was typed is kept, and programs get the same as a problem."""
    stranger = create_app(court=bench.court).test_client()
    for asked, field, sentence in (
        ("q=jugde:Chen", "q-error", "There is no field"),
        ("from=soon", "from-error", "Write a day as 2026-06-01"),
        ("article=nothing", "article-error", "Write a law and the article"),
        ("min=much", "min-error", "Write a sum in figures"),
        ("max=1e999999", "max-error", "Write a sum in figures"),
        ("article=CPL 0", "article-error", "Write a law and the article"),
        ("article=CPL 99999999999999999999", "article-error", "Write a law and the article"),
        ("q=date:soon", "q-error", "Write a day as 2026-06-01"),
        ("q=" + "x" * 301, "q-error", "300 signs"),
    ):
        page = stranger.get(f"/decisions?{asked}")
        assert page.status_code == 422 and f'id="{field}"' in page.text and sentence in page.text, asked
        told = stranger.get(f"/decisions.json?{asked}")
        assert told.status_code == 422 and told.mimetype == "application/problem+json", asked
        assert stranger.get(f"/decisions/en.atom?{asked}").status_code == 422
    for odd in ("after=xx", "after=W10", "order=no&q=listing&after=WzEsMl0", "year=%00", "judge=%FF", "exact=1&q=zzz"):
        assert stranger.get(f"/decisions?{odd}").status_code == 200, odd
    for month in ("9999-12", "0001-01", "٢٠٢٦-06", "2026-13"):
        assert stranger.get(f"/decisions/{month}.jsonl").status_code == 404, month


def test_a_feed_is_xml_whatever_was_asked_for(bench: Bench, published: Publication) -> None:
    """Control signs, for which XML has no form, are blanks in it."""
    stranger = create_app(court=bench.court).test_client()
    for odd in ("a%00b", "a%01b", "a%08", "%EF%BF%BE", "a%1Bb", "%3Cb%3E%26"):
        feed = ElementTree.fromstring(stranger.get(f"/decisions/en.atom?q=listing+{odd}").data)
        assert (feed.findtext(f"{ATOM}title") or "").startswith("Published decisions: listing"), odd


def test_what_may_have_been_meant_is_shown_with_the_way_back(bench: Bench, published: Publication) -> None:
    """The correction stands above the list; the link shows that the other word has none."""
    stranger = create_app(court=bench.court).test_client()
    page = stranger.get("/decisions?q=listng").text
    assert "No decision contains “listng”" in page and "<strong>listing</strong>" in page and 'value="listng"' in page
    assert "Decisions found: 0" in stranger.get("/decisions?q=listng&exact=1").text


def test_every_facet_opens_a_list_as_long_as_it_says(bench: Bench, published: Publication) -> None:
    """Each link of the page that narrows the list down, followed."""
    stranger = create_app(court=bench.court).test_client()
    page = stranger.get("/decisions").text
    links = re.findall(
        r'<li><a class="govuk-link govuk-link--no-visited-state" href="(/decisions\?[^"]+)" rel="nofollow">[^<]*</a><span>(\d+)</span>',
        page,
    )
    assert len(links) >= 5
    for link, count in links:
        assert f"Decisions found: {count}" in stranger.get(link.replace("&amp;", "&")).text, link


def test_a_withdrawn_decision_is_gone_at_once_and_its_words_with_the_next_round(
    bench: Bench, published: Publication
) -> None:
    """Before the worker has come round it is in no list, number, facet, passage, suggestion, feed, file or map; after it,
    no list of words on the disk has it. Its line in the ledger and its digest stay.
    """
    folder = keeping.folder_of(bench.court)
    assert words_on_disk(folder, "listing")
    bench.do("judge", "withdraw_publication", {"publication": published.reference, "reason": "masking"})
    for turn in range(2):
        for address, told in _gone(bench, published).items():
            assert published.address not in told and "<mark>" not in told, (turn, address)
        stranger = create_app(court=bench.court).test_client()
        assert stranger.get("/decisions.json").json["total"] == 0
        assert stranger.get("/decisions.json?q=listng").json["shown_instead"] is None
        assert all(not values for values in stranger.get("/decisions.json").json["facets"].values())
        stone = json.loads(stranger.get("/decisions/withdrawn.jsonl").text)
        assert (stone["address"], stone["replaced"]) == (published.address, False) and len(stone["text_sha256"]) == 64
        if turn == 0:
            assert work_once(bench.court)["search"] == 1
    assert not words_on_disk(folder, "") and not [path for path in folder.iterdir() if path.is_dir()]
    assert published.address not in str([path.read_bytes() for path in folder.rglob("*") if path.is_file()])
    bench.do(
        "clerk",
        "correct_publication",
        {**proposal(bench, published), "reason": "masking", "passages": [{"words": "Lodged on 3 February 2026."}]},
    )
    approve(bench)
    bench.do("clerk", "publish_decision", {"publication": published.reference})
    assert work_once(bench.court)["search"] == 1 and words_on_disk(folder, "listing")
    stone = json.loads(create_app(court=bench.court).test_client().get("/decisions/withdrawn.jsonl").text)
    assert stone["replaced"] is True and stone["version"] == 1


@pytest.mark.parametrize("by", [Publication.address.in_(["a", "b"]), Publication.id.in_([1, 2])], ids=["address", "id"])
def test_what_is_named_is_found_without_reading_through_what_is_public(bench: Bench, by: ColumnElement[bool]) -> None:
    """A page of hits, or a part of a shelf, costs the same in a court of ten decisions and of a million."""
    statement = (
        keeping.shown_columns().where(by).compile(bench.court.database.engine, compile_kwargs={"literal_binds": True})
    )
    with bench.court.database.read() as session:
        plan = [str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert not [line for line in plan if "state" in line or "SCAN" in line], plan


def _gone(bench: Bench, row: Publication) -> dict[str, str]:
    stranger = create_app(court=bench.court).test_client()
    month = f"{row.decided_on:%Y-%m}"
    told = {}
    for address in ADDRESSES:
        answer = stranger.get(address.format(judge="Chen", month=month))
        assert answer.status_code == (404 if address == "/sitemap-0.xml" else 200), address
        told[address] = answer.text
    return told


def test_nothing_of_the_parties_is_in_the_index(bench: Bench, published: Publication) -> None:
    """Every word of the index is a word of the published text; no name of a party is among them."""
    with bench.court.database.read() as session:
        text = session.scalars(select(Publication)).one()
        assert "Haiyun" in json.dumps(text.original)
        public = {
            one
            for row, _, said in session.execute(keeping.published_texts())
            for block in said.text["blocks"]
            for cell in block["cells"]
            for one in lines([cell])[0].split()
        }
    words = words_on_disk(keeping.folder_of(bench.court), "")
    assert words and {one for one in words if len(one) != 2 or one.isascii()} <= public
    assert not {"haiyun", "li"} & words


def test_a_notice_that_was_lost_is_caught_up(bench: Bench, published: Publication) -> None:
    """The worker died between publication and index, or after the shelf was written and before the list: the next round
    compares with the ledger, and nothing is there twice.
    """
    folder = keeping.folder_of(bench.court)
    now = shelves.listed(folder)
    assert now is not None
    # As before the publication: the shelf has the decision already, the list does not say so.
    shelves.replace_list(folder, shelves.Shelves(0, "0" * 64, now.folders))
    stranger = create_app(court=bench.court).test_client()
    assert stranger.get("/decisions.json?q=listing").json["total"] == 0
    work_once(bench.court)
    assert stranger.get("/decisions.json?q=listing").json["total"] == 1
    assert shelves.listed(folder) == now


@pytest.mark.parametrize("damage", ["all", "list", "shelf", "nonsense", "another court"])
def test_a_lost_index_says_that_it_is_being_prepared_and_comes_back(
    bench: Bench, published: Publication, damage: str
) -> None:
    """No index, no list, no shelf, a list that cannot be read, one of another ledger: the page shows the newest decisions
    and says so, programs are told when to ask again, and the worker writes it anew.
    """
    folder = keeping.folder_of(bench.court)
    now = shelves.listed(folder)
    assert now is not None
    if damage == "all":
        shutil.rmtree(folder)
    elif damage == "list":
        (folder / shelves.LIST).unlink()
    elif damage == "shelf":
        shutil.rmtree(folder / next(iter(now.folders.values())))
        shelves.replace_list(folder, now)
    elif damage == "nonsense":
        (folder / shelves.LIST).write_text('{"form": 1, "record": []}')
    else:
        shelves.replace_list(folder, shelves.Shelves(now.record, "f" * 64, now.folders))
    stranger = create_app(court=bench.court).test_client()
    page = stranger.get("/decisions?q=listing")
    assert page.status_code == 200 and "The search is being prepared" in page.text and published.address in page.text
    told = stranger.get("/decisions.json")
    assert told.status_code == 503 and told.headers["Retry-After"]
    assert stranger.get(f"/decisions/{published.address}").status_code == 200
    assert work_once(bench.court)["search"] == 1
    assert stranger.get("/decisions.json?q=listing").json["total"] == 1


def test_the_keeper_writes_the_index_anew(bench: Bench, published: Publication) -> None:
    """By a command, at any time; who searches meanwhile searches the old one."""
    app = create_app(court=bench.court)
    before = shelves.listed(keeping.folder_of(bench.court))
    told = app.test_cli_runner().invoke(index, ["rebuild"])
    assert told.exit_code == 0 and "1 published decisions" in told.output
    after = shelves.listed(keeping.folder_of(bench.court))
    assert before is not None and after is not None and before.folders != after.folders
    assert app.test_client().get("/decisions.json?q=listing").json["total"] == 1
    with shelves.writing(keeping.folder_of(bench.court)) as mine:
        assert mine
        refused = app.test_cli_runner().invoke(index, ["rebuild"])
    assert refused.exit_code != 0 and "writing the index" in refused.output


def test_who_writes_is_alone(tmp_path: Path) -> None:
    """Two workers: the second leaves it to the first."""
    with shelves.writing(tmp_path) as first, shelves.writing(tmp_path) as second:
        assert first and not second
    with shelves.writing(tmp_path) as again:
        assert again


def test_a_month_is_written_once_until_the_ledger_changes(bench: Bench, published: Publication) -> None:
    """Asked for again it is the same, and whoever has it already gets nothing; with a withdrawal it is another at once."""
    stranger, path = create_app(court=bench.court).test_client(), f"/decisions/{published.decided_on:%Y-%m}.jsonl"
    first, again = stranger.get(path), stranger.get(path)
    assert first.data == again.data and published.address in first.text
    tag = first.headers["ETag"]
    assert stranger.get(path, headers={"If-None-Match": tag}).status_code == 304
    bench.do("judge", "withdraw_publication", {"publication": published.reference, "reason": "masking"})
    gone = stranger.get(path, headers={"If-None-Match": tag})
    assert gone.status_code == 200 and gone.data == b"" and gone.headers["ETag"] != tag


def test_parts_of_months_are_let_go_of_with_the_next_record() -> None:
    """No word of an earlier state of the ledger is kept, nor more than a few parts; courts of one process do not meet."""
    parts, written = bulk.Parts(), []

    def write(words: str) -> tuple[list[str], int | None]:
        written.append(words)
        return [words], None

    for turn in range(2):
        for name in ("a", "b"):
            assert parts.part("court", "1", name, lambda name=name: write(name))[0] == [name], turn  # type: ignore[misc]
    assert written == ["a", "b"]
    assert parts.part("another", "1", "a", lambda: write("other"))[0] == ["other"]
    assert parts.part("court", "2", "a", lambda: write("new"))[0] == ["new"]
    assert parts.part("court", "2", "b", lambda: write("new b"))[0] == ["new b"]
    for number in range(bulk.PARTS + 3):
        parts.part("court", "2", str(number), lambda: write("more"))
    assert parts.part("court", "2", "a", lambda: write("again"))[0] == ["again"]
