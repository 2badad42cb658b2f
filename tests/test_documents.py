"""The documents say what the court does: those written from it are up to date, and what a document names exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from odr.operations.docs import letter_catalogue
from odr.operations.docs.documents import DOCS, between_marks, documents, title_of
from odr.procedure.acts.reference import SERVED
from odr.procedure.acts.table import TABLE, Everyone
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.rules.registry import PackRegistry
from odr.wiring import LAYERS

ROOT = DOCS.parent
WRITTEN_BY_HAND = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
TOP = ("odr", "tests", "templates", "tools", "docs", "translations", "migrations", "deploy", "bench", "static", "fonts")


@cache
def written() -> dict[Path, str]:
    return documents()


@pytest.mark.parametrize("name", ["procedure.md", "letters.md", "clock.md", "architecture.md", "README.md"])
def test_what_is_written_from_the_court_is_up_to_date(name: str) -> None:
    """A document made from the table of acts, the packs and the rooms is what they give today."""
    path = DOCS / name
    assert path.read_text(encoding="utf-8") == written()[path], f"run `make docs` and commit docs/{name}"


def test_every_letter_stands_in_the_catalogue() -> None:
    """Each served act has its letter there with addressee, kind and both languages, and so has each occasion without an
    act.
    """
    text = written()[DOCS / "letters.md"]
    occasions = letter_catalogue.occasions()
    assert {"claim", "joinder", "substitution", "acceptance", "registry", "consent", "address"} <= {
        each.key for each in occasions
    }
    for act in (each for each in TABLE if each.serves is not Everyone.NOBODY):
        assert act.letter is not None
        section = text.partition(f"\n### `{act.name}`\n")[2].partition("\n### ")[0]
        assert f"To {SERVED[act.serves]}; {act.letter.kind.label.render('en')}" in section
        for words in (act.letter.title, act.letter.what_next):
            assert words.render("en") in section and words.render("zh-Hans") in section
    assert [each.key for each in occasions if each.title.render("zh-Hans") not in text] == []


def test_every_time_limit_stands_in_the_clocks_page() -> None:
    """Each kind of window has whose it is, the acts that meet it, and of each pack that knows it length, article and end."""
    text = written()[DOCS / "clock.md"]
    packs = PackRegistry.load()
    newest = [packs.versions(each)[-1] for each in packs.ids()]
    for limit in TIME_LIMITS:
        section = text.partition(f"\n### `{limit.kind}`\n")[2].partition("\n### ")[0]
        assert [name for name in limit.met_by if f"`{name}`" not in section] == []
        for pack in newest:
            rule = pack.windows.rules.get(limit.rule or limit.kind)
            line = next((line for line in section.splitlines() if line.startswith(f"| `{pack.id}` |")), None)
            assert (rule is None) is (line is None)
            if rule is not None and line is not None:
                assert rule.article in line and f"{rule.amount} " in line and rule.whose in line


def test_every_room_and_concept_is_on_the_map() -> None:
    """The map names each room of each layer and every folder in it, with what it is."""
    text = written()[DOCS / "architecture.md"]
    for room in set().union(*LAYERS):
        section = text.partition(f"`{room}`**: ")[2].partition("\n\n**")[0]
        folders = [path.parent.name for path in (ROOT / "odr" / room).glob("*/__init__.py")]
        assert section and [name for name in folders if not re.search(rf"- `{name}/`: \w", section)] == []


def test_a_document_without_a_place_for_what_is_written_is_refused(tmp_path: Path) -> None:
    """Where the marks of a written part are gone, nothing is written over."""
    path = tmp_path / "page.md"
    path.write_text("# A page\n\n<!-- rooms: written by make docs -->\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md has no place for its rooms"):
        between_marks(path, "rooms", "text")


def test_the_list_of_documents_leaves_none_out() -> None:
    """``docs/README.md`` leads to every document and every decision, each under its own title and a number of its own."""
    text = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path.name for path in DOCS.glob("*.md") if path.name != "README.md"]
    assert [name for name in pages if f"]({name})" not in text] == []
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name for path in decisions if f"](decisions/{path.name}) | {title_of(path)} |" not in text] == []
    numbers = [path.name[:4] for path in decisions]
    assert len(set(numbers)) == len(numbers)


def names_of_files(text: str) -> set[str]:
    """What a document names as a file or folder of the project, in marks of code; the blocks of a tutorial make theirs."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return set(re.findall(rf"`((?:{'|'.join(TOP)})/[\w./\-]*)`", prose))


def modules_named(text: str) -> set[str]:
    """What a document names as a module or a name in one, in marks of code and in commands."""
    return set(re.findall(r"(?:`|python -m )(odr\.[\w.]+)", text))


def module_exists(name: str) -> bool:
    """Whether a dotted name leads to a module, or to a name in one."""
    path = ROOT.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    within, last = path.parent.with_suffix(".py"), path.name
    return within.is_file() and last in within.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WRITTEN_BY_HAND, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_exists(path: Path) -> None:
    """Every path, module and page that a document leads to is there."""
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    assert [name for name in sorted(names_of_files(text)) if not (ROOT / name).exists()] == []
    assert [name for name in sorted(modules_named(text)) if not module_exists(name)] == []
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_search_for_names_finds_them() -> None:
    """The check above sees files, folders and modules, and not the places a reader fills in."""
    text = (
        "See `odr/gone.py`, `tests/here/` and `odr/<room>/names.py`; `python -m odr.gone`.\n```sh\n`odr/made.py`\n```\n"
    )
    assert names_of_files(text) == {"odr/gone.py", "tests/here/"}
    assert modules_named(text) == {"odr.gone"} and not module_exists("odr.gone") and module_exists("odr.wiring.LAYERS")


def test_each_item_of_the_security_checklist_is_shown_or_somebodys() -> None:
    """Met, with the tests that fail without it; or met by whoever installs the court; or it does not arise here."""
    rows = re.findall(r"^\| (\S.*?) \| (\S+) \| (.*) \|$", (ROOT / "docs/asvs.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) > 100
    assert [row for row in rows if row[1] not in ("yes", "operator", "—") and row[0] != "Id"] == []
    assert [row[0] for row in rows if row[1] == "yes" and "`tests/" not in row[2]] == []
    assert [row[0] for row in rows if row[1] == "operator" and len(row[2]) < 20] == []


def test_no_merge_was_left_unfinished() -> None:
    """No text of the project holds the marks of a conflict."""
    folders = ("odr", "templates", "translations", "tests", "docs", "static", "migrations", "deploy", "tools", "bench")
    kinds = {".py", ".html", ".po", ".md", ".tsv", ".toml", ".js", ".css", ".typ", ".json"}
    texts = [
        p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in kinds and "vendor" not in p.parts
    ]
    marked = [
        p.name for p in [*texts, ROOT / "CHANGELOG.md"] if re.search(r"^(<{7}|>{7}) ", p.read_text("utf-8"), re.M)
    ]
    assert len(texts) > 1000 and marked == []
