"""Nothing of what the docket knows leaves the court: whole answers of a running court, its files, its index and its copy."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
import tantivy
from lxml import etree

from odr.app import create_app
from odr.ground.text import Money
from odr.ground.typeset import Typesetter
from odr.procedure.rules.registry import PackRegistry
from odr.register.formats import pdf
from odr.register.publication.mirror.files import public_files
from odr.register.redaction.structure import PublicText, text_of
from odr.register.search import answers, keeping, shelves
from odr.register.search.facts import FactReader, Facts
from odr.register.search.hits import Hit
from odr.register.search.language import read
from odr.register.search.queries import Asked, Compiler
from odr.register.search.searching import Search
from odr.register.search.snippets import passages
from odr.register.search.tokens import phrase
from tests.judgment.bench import Bench
from tests.register.generated_decisions import Made, Maker, Secret, leaks
from tests.register.laid_decisions import lay
from tests.register.publishing import publish
from tests.register.redaction_tables import cn_rules
from tests.register.test_redaction_leaks import PROVE, publication, published

ROOT = Path(__file__).resolve().parents[2]
INDEXED = 10_000 if PROVE else 300
"""Decisions whose words found, feed lines, lines of bulk and index are looked through."""
BATCH = 1_000
"""Of them a test looks through so many: minutes on a busy machine, and several at once on one with more processors."""
SERVED = 300 if PROVE else 12
"""Of them laid into a running court, whose whole answers are looked through."""
BASE = "https://court.example"
PACK = PackRegistry.load().in_force("cn", date(2026, 7, 1))


def facts_of(reader: FactReader, public: PublicText, number: int) -> Facts:
    """What the index holds of a decision."""
    return reader.facts(
        public,
        address=f"d{number}",
        ledger_number=number,
        sha256=f"{number:064x}",
        kind="judgment",
        decided_on=date(2026, 6, 1),
    )


def hit(reader: FactReader, public: PublicText, facts: Facts, asked: Sequence[str]) -> Hit:
    """A decision as lists, feeds and lines of bulk show it, with the words found for a question."""
    return Hit(
        facts.address,
        public.language,
        public.title,
        public.kind,
        facts.decided_on,
        1,
        datetime(2026, 6, 22, tzinfo=UTC),
        facts,
        Money(facts.awarded, "CNY") if facts.awarded is not None else None,
        passages(public, [needle for each in asked if (needle := phrase(each))]),
    )


def asked_for(made: Made) -> list[str]:
    """What somebody types who looks for the people of a case, and for what stands beside them."""
    return [*(each.name for each in made.secrets), "付款", "签收", "购买"]


def in_words(secrets: Sequence[Secret], given: str) -> list[str]:
    """What leaks into one text. Numbers are looked for line by line: digits of two lines are no number."""
    lines = given.splitlines()
    found = []
    for each in secrets:
        numbers = each.kind in ("phone", "id_number", "bank_account")
        hits = [leaks(each, line) for line in lines] if numbers else [leaks(each, given)]
        found += [f"{each.kind} {hit}" for hit in hits if hit]
    return found


def derived(reader: FactReader, public: PublicText, facts: Facts, made: Made) -> dict[str, str]:
    """Everything made from a public text for lists: the words found, JSON, a feed, a line of bulk, the title of the page."""
    one = hit(reader, public, facts, asked_for(made))
    told = answers.decision_json(one, BASE, "zh-Hans")
    feed = answers.atom(
        [one],
        typed="付款",
        narrowed=[],
        host="court.example",
        page=f"{BASE}/decisions?q=1",
        mine=f"{BASE}/decisions/zh-Hans.atom?q=1",
        base=BASE,
        now=datetime(2026, 6, 22, tzinfo=UTC),
        locale="zh-Hans",
    )
    return {
        "words found": "\n".join("".join(piece.words for piece in each) for each in one.passages),
        "JSON of a list": "\n".join(strings(told)),
        "feed": "\n".join(etree.fromstring(feed).itertext()),
        "bulk": "\n".join(strings({**told, "text": public.as_json()})),
        "title": one.title,
    }


def strings(told: object) -> Iterator[str]:
    """Every key and value of JSON that is words; the salt and digests are no words."""
    if isinstance(told, str):
        if not re.fullmatch("[0-9a-f]{32,}", told):
            yield told
    elif isinstance(told, dict):
        for key, value in told.items():
            if key not in ("salt", "text_sha256"):
                yield str(key)
                yield from strings(value)
    elif isinstance(told, (list, tuple)):
        for value in told:
            yield from strings(value)


@pytest.mark.parametrize("begin", range(0, INDEXED, BATCH))
def test_nothing_known_leaks_into_lists_feeds_bulk_and_index(begin: int, tmp_path: Path) -> None:
    """No name, number or address in the words found, whatever was looked for; none in JSON, feed, bulk or title; and whoever
    asks the index for the very name as a phrase finds no decision.
    """
    reader, rules, wrong = FactReader(PACK), cn_rules(), []
    facts: list[Facts] = []
    secrets: list[Secret] = []
    for seed in range(begin, min(INDEXED, begin + BATCH)):
        made = Maker(seed).decision()
        public = published(made, rules)
        facts.append(facts_of(reader, public, seed + 1))
        for form, words in derived(reader, public, facts[-1], made).items():
            wrong += [f"{seed} {form}: {each}" for each in in_words(made.secrets, words)]
        secrets += made.secrets
    name = shelves.write_shelf(tmp_path, 0, iter(facts))
    assert name is not None
    found = shelves.OpenShelves(
        shelves.Shelves(0, "", {0: name}), [tantivy.Index.open(str(tmp_path / name)).searcher()]
    )
    search = Search(Compiler(reader, found))
    wrong += [
        f"index: {each}"
        for each in in_index(search, facts, {spelled for one in secrets for spelled in (one.name, *one.aliases)})
    ]
    on_disk = b"".join(path.read_bytes() for path in sorted((tmp_path / name).iterdir()) if path.is_file())
    names = {one.name for one in secrets if len(one.name) > 2}
    wrong += [f"index file: {each}" for each in sorted(names) if each.encode() in on_disk]
    assert wrong == []


def in_index(search: Search, known: list[Facts], names: set[str]) -> list[str]:
    """Names that some decision still answers to as a phrase. Two signs in a row can also be the end of one word and the
    beginning of another of the law's own words, so what is found is read.
    """
    wrong = []
    by_address = {one.address: one for one in known}
    for name in sorted(names):
        if search.count(asked := Asked(read(f'"{name}"'))):
            for address in search.find(asked, size=20, facets=False).addresses:
                words = "\n".join(by_address[address].words)
                if leaks(Secret("person", name), words):
                    wrong.append(f"{name} in {address}")
    return wrong


@pytest.fixture
def open_register(bench: Bench) -> tuple[Bench, list[tuple[str, Made]]]:
    """A court with a decision of its own published, and generated ones beside it."""
    bench.effective()
    publish(bench)
    laid = []
    for seed in range(20_000, 20_000 + SERVED):
        made = Maker(seed).decision()
        address = lay(bench.court, bench.case_id, published(made, cn_rules()))
        laid.append((address, made))
    keeping.keep_index(bench.court)
    return bench, laid


def test_nothing_known_leaks_from_a_running_court(open_register: tuple[Bench, list[tuple[str, Made]]]) -> None:
    """Whole answers with their headers, and so the names of files to save: page, text, JSON, Akoma Ntoso, lists, feeds in both
    languages, facets, bulk, tombstones, ledger, sitemap; and every file of the copy that others serve.
    """
    bench, laid = open_register
    stranger = create_app(court=bench.court).test_client()
    secrets = [each for _, made in laid for each in made.secrets]
    about_all = [
        "/decisions",
        "/decisions?q=付款",
        "/decisions?q=付款&order=newest",
        "/decisions.json",
        "/decisions.json?q=签收",
    ]
    about_all += [
        "/decisions/en.atom",
        "/decisions/zh-Hans.atom?q=付款",
        "/decisions/withdrawn.jsonl",
        "/decisions/bulk.json",
    ]
    about_all += ["/decisions/ledger", "/decisions/ledger.json", "/sitemap.xml", "/sitemap-0.xml", "/robots.txt"]
    month = stranger.get("/decisions/bulk.json").json["months"][0]["month"]
    about_all.append(f"/decisions/{month}.jsonl")
    wrong, seen = [], 0
    for path in about_all:
        wrong += looked_through(stranger, path, secrets)
    for address, made in laid:
        for form in ("", ".json", ".txt", ".akn.xml"):
            wrong += looked_through(stranger, f"/decisions/{address}{form}", made.secrets)
            seen += 1
        for name in [each.name for each in made.secrets if each.kind == "person"]:
            answer = stranger.get("/decisions.json", query_string={"q": f'"{name}"', "exact": "1"})
            assert answer.status_code == 200
            wrong += [f"{name}: {one['address']}" for one in answer.json["decisions"] if one["address"] == address]
    assert seen == 4 * SERVED
    with bench.court.database.read() as session:
        copy = public_files(bench.court, bench.court.look(session))
        given = [*copy.files(), *copy.ledger()]
    by_address = dict(laid)
    for name, content in given:
        mine = by_address.get(name.removeprefix("decisions/").partition(".")[0])
        if not name.endswith((".py", ".pdf")):
            wrong += [f"copy {name}: {each}" for each in in_words(mine.secrets if mine else secrets, shown(content))]
        wrong += [f"copy: name {name}" for each in secrets if leaks(each, name)]
    assert wrong == []


def shown(content: bytes) -> str:
    """Words of a file: of JSON its strings, of a page or of XML its text and attributes."""
    words = content.decode()
    if words[:1] in "{[":
        return "\n".join(
            each for line in ([words] if "\n " in words else words.splitlines()) for each in strings(json.loads(line))
        )
    if words[:1] == "<":
        tree = etree.fromstring(content, etree.HTMLParser() if words[:9].lower() == "<!doctype" else None)
        return "\n".join([*tree.itertext(), *(value for each in tree.iter() for value in each.attrib.values())])
    return words


def looked_through(stranger: object, path: str, secrets: Sequence[Secret]) -> list[str]:
    """What leaks from one address: its body, what programs read off it, and its headers."""
    answer = stranger.get(path)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (path, answer.status_code)
    heads = "\n".join(
        f"{name}: {value}"
        for name, value in answer.headers
        if name not in ("ETag", "Content-Length", "Date", "Set-Cookie")
    )
    return [f"{path}: {each}" for each in in_words(secrets, f"{shown(answer.data)}\n{heads}")]


def test_a_printed_decision_holds_no_file_and_no_name() -> None:
    """The PDF carries nothing attached, and no stream of it, unpacked, holds a name, a number or an address in clear."""
    setter = Typesetter(ROOT / "fonts", ROOT / "templates" / "documents")
    for seed in range(30_000, 30_000 + (40 if PROVE else 2)):
        made = Maker(seed).decision()
        printed = pdf.as_pdf(setter, published(made, cn_rules()), publication(), at=datetime(2026, 6, 22, tzinfo=UTC))
        with pikepdf.open(io.BytesIO(printed)) as file:
            assert list(file.attachments) == []
            streams = [bytes(each.read_bytes()) for each in file.objects if isinstance(each, pikepdf.Stream)]
            said = [str(each) for each in file.objects if isinstance(each, (pikepdf.Dictionary, pikepdf.String))]
        for each in made.secrets:
            for encoding in ("utf-8", "utf-16-be"):
                assert not any(each.name.encode(encoding) in stream for stream in streams)
            assert not any(each.name in words for words in said)


def test_the_checkers_see_what_leaks(tmp_path: Path) -> None:
    """Made from the original instead of the public text, every form gives names away and is caught; so is the index."""
    reader, caught = FactReader(PACK), dict.fromkeys(("words found", "JSON of a list", "feed", "bulk", "title"), 0)
    facts: list[Facts] = []
    secrets: list[Secret] = []
    for seed in range(20):
        made = Maker(seed).decision()
        made.paper.__dict__["subject"] = f"{made.secrets[0].name}诉{made.paper.parties[1].name}网络购物合同纠纷"
        original = text_of(made.paper, "zh-Hans")
        facts.append(facts_of(reader, original, seed + 1))
        for form, words in derived(reader, original, facts[-1], made).items():
            caught[form] += len(in_words(made.secrets, words))
        secrets += made.secrets
    assert min(caught.values()) >= 15, caught
    name = shelves.write_shelf(tmp_path, 0, iter(facts))
    assert name is not None
    searcher = tantivy.Index.open(str(tmp_path / name)).searcher()
    search = Search(Compiler(reader, shelves.OpenShelves(shelves.Shelves(0, "", {0: name}), [searcher])))
    assert len(in_index(search, facts, {one.name for one in secrets})) > 50
