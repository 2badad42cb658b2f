"""The index on disk: shelves of a few thousand decisions each, and a list of them that is replaced as a whole.

A decision stands on the shelf of its ledger number. What is new is added to its shelf; where something goes or changes, the
shelf is written anew in another folder and the old one deleted, so that no file holds a word of what was withdrawn. How long
that takes depends on the shelf, not on how much the court has published. Everything can be made again from what is public.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tantivy

from odr.ground.db import new_reference
from odr.ground.durable import alone_if_free, sync_folder, write_durably
from odr.register.search.facts import Facts, compact
from odr.register.search.tokens import GAP, lines

FOLDER = "search"
LIST = "shelves.json"
FORM = 4
"""Of the index; another program makes it anew instead of reading one it does not know."""
SHELF = 16_384
"""Ledger numbers of a shelf: it is written anew in well under a minute, and few shelves are asked and counted fast."""
HEAP = 64_000_000
"""Memory of the writer, in bytes; it works in one thread."""
WORDS, PAIRS, KEPT = "words", "pairs", "kept"
TOGETHER, PANEL = "together", "panel"
"""What has one value for each decision, and all its judges, each as one word: counted once instead of value by value."""
ONE_VALUE = ("cause", "court", "outcome", "year")
"""What stands together, in this order."""
MOST_REMEMBERED = 500
"""Questions of which a process remembers the numbers, as long as the index stays as it is."""
PLACES = 2**32
"""Ledger numbers of a day, in the key by which lists are ordered."""


def _schema() -> tantivy.Schema:
    made = tantivy.SchemaBuilder()
    made.add_text_field("address", stored=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("sha256", stored=True, tokenizer_name="raw", index_option="basic")
    for name in (WORDS, PAIRS, "number_words", "court_words", "judge_words"):
        made.add_text_field(name, tokenizer_name="places", index_option="position")
    for name in ("court", "cause", "judge", "article", "outcome", "year", "cites", TOGETHER, PANEL):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    made.add_text_field("number", tokenizer_name="raw", index_option="basic")
    made.add_bytes_field(KEPT, stored=True)
    for name in ("order", "day", "awarded"):
        made.add_unsigned_field(name, indexed=True, fast=True)
    return made.build()


SCHEMA = _schema()


def order_key(facts: Facts) -> int:
    """What lists are ordered by: the day of the decision, then its ledger number; every decision has its own."""
    return facts.decided_on.toordinal() * PLACES + facts.ledger_number


def _document(facts: Facts) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("address", facts.address)
    made.add_text("sha256", facts.sha256)
    made.add_bytes(KEPT, facts.as_kept())
    words, pairs = lines(facts.words)
    made.add_text(WORDS, words)
    made.add_text(PAIRS, pairs)
    for name, values in (
        ("number_words", (facts.number,)),
        ("court_words", (facts.court,)),
        ("judge_words", facts.judges),
    ):
        made.add_text(name, lines(values)[0])
    single = {
        "cause": facts.cause,
        "court": facts.court,
        "outcome": facts.outcome and facts.outcome.value,
        "year": str(facts.decided_on.year),
    }
    for name, value in {**single, "number": compact(facts.number)}.items():
        if value:
            made.add_text(name, value)
    made.add_text(TOGETHER, json.dumps([single[name] or "" for name in ONE_VALUE]))
    if facts.judges:
        made.add_text(PANEL, json.dumps(sorted(set(facts.judges))))
    for name, values in (("judge", facts.judges), ("article", facts.articles), ("cites", facts.cites)):
        for value in values:
            made.add_text(name, value)
    made.add_unsigned("order", order_key(facts))
    made.add_unsigned("day", facts.decided_on.toordinal())
    if facts.awarded is not None:
        made.add_unsigned("awarded", facts.awarded)
    return made


@dataclass(frozen=True)
class Shelves:
    """The list of shelves: the folder of each, and up to which record of the ledger they go. ``sha256`` is that record's."""

    record: int
    sha256: str
    folders: Mapping[int, str]

    def as_json(self) -> str:
        """As it lies on disk."""
        folders = {str(number): name for number, name in sorted(self.folders.items())}
        return json.dumps({"form": FORM, "record": self.record, "sha256": self.sha256, "shelves": folders})


def listed(folder: Path) -> Shelves | None:
    """The list in a folder; None where there is none, or one of another form."""
    try:
        told = json.loads((folder / LIST).read_bytes())
        if told["form"] != FORM:
            return None
        return Shelves(
            int(told["record"]), str(told["sha256"]), {int(key): str(name) for key, name in told["shelves"].items()}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[bool]:
    """Be the only one who writes the index; False where somebody else is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone_if_free(folder / "writer.lock") as mine:
        yield mine


def replace_list(folder: Path, shelves: Shelves) -> None:
    """Put another list in the place of the one there, and delete every shelf it does not name."""
    write_durably(folder / LIST, shelves.as_json().encode())
    kept = set(shelves.folders.values())
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
    sync_folder(folder)


def write_shelf(folder: Path, number: int, facts: Iterator[Facts]) -> str | None:
    """Write a shelf anew in a folder of its own; its name, or None where nothing stands on it."""
    name = f"{number}-{new_reference()}"
    (folder / name).mkdir(mode=0o700)
    if not add(folder / name, facts, new=True):
        shutil.rmtree(folder / name)
        return None
    return name


def add(shelf: Path, facts: Iterator[Facts], *, new: bool = False) -> int:
    """Put decisions that are not there on a shelf; returns how many."""
    index = tantivy.Index(SCHEMA, path=str(shelf), reuse=not new)
    index.register_tokenizer("places", _analyzer())
    writer = index.writer(HEAP, 1)
    count = 0
    for each in facts:
        writer.add_document(_document(each))
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count


def _analyzer() -> tantivy.TextAnalyzer:
    """Words parted by blanks; a gap keeps its place and is no word."""
    gaps = tantivy.Filter.custom_stopword([GAP])
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(gaps).build()


@dataclass(frozen=True)
class OpenShelves:
    """The index as a reader has it open: it stays as it is while it is read, whatever the writer does."""

    shelves: Shelves
    searchers: Sequence[tantivy.Searcher]
    """One for each shelf, the newest numbers first."""
    told: dict[Hashable, object] = field(default_factory=dict)
    """Numbers that were counted in it before."""

    def make_room(self) -> None:
        """Forget what was counted once too much is remembered."""
        if len(self.told) >= MOST_REMEMBERED:
            self.told.clear()

    def digest_of(self, address: str, shelf: int) -> str | None:
        """The digest of the text that stands under an address on a shelf; None where none does."""
        if shelf not in self.shelves.folders:
            return None
        searcher = self.searchers[sorted(self.shelves.folders, reverse=True).index(shelf)]
        hits = searcher.search(tantivy.Query.term_query(SCHEMA, "address", address), 1).hits
        return str(searcher.doc(hits[0][1])["sha256"][0]) if hits else None


class Reading:
    """Opens the index for a process and keeps it open until another list lies there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._one_at_a_time = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._open: OpenShelves | None = None
        self._indices: dict[str, tantivy.Index] = {}

    def now(self) -> OpenShelves | None:
        """The index as it is now; None while there is none that can be read."""
        with self._one_at_a_time:
            for _ in range(3):
                try:
                    state = (self.folder / LIST).stat()
                    mark = (state.st_ino, state.st_mtime_ns)
                    if self._open is None or mark != self._seen:
                        self._open, self._seen = self._opened(), mark
                    return self._open
                except FileNotFoundError:
                    self._open = None
                    return None
                except (OSError, ValueError):
                    # A shelf was taken away between the list and its opening: the list has another one by now.
                    self._open = None
            return None

    def _opened(self) -> OpenShelves | None:
        found = listed(self.folder)
        if found is None:
            return None
        before, self._indices = self._indices, {}
        searchers = []
        for _, name in sorted(found.folders.items(), reverse=True):
            index = before.get(name)
            if index is None:
                index = tantivy.Index.open(str(self.folder / name))
                index.config_reader("manual")
            index.reload()
            self._indices[name] = index
            searchers.append(index.searcher())
        return OpenShelves(found, searchers)


_readings: dict[Path, Reading] = {}


def reading(folder: Path) -> Reading:
    """The process's reading of the index in a folder."""
    return _readings.setdefault(folder.resolve(), Reading(folder))
