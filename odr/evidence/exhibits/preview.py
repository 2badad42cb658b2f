"""Previews: what a file shows, drawn anew in a process of its own with limits.

The web process never parses a file. It starts a child with a bounded life,
memory, output and number of files, hands it the bytes, and takes back a PNG or
plain text. Original markup is never shown: a page or an SVG is shown as its source.
"""

from __future__ import annotations

import enum
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from odr.evidence.intake.media import Group, Media
from odr.ground import bounded
from odr.ground.bounded import Bounds
from odr.ground.errors import CourtError, NotFound
from odr.ground.text import T

CHILD = Path(__file__).with_name("preview_child.py")
TEXT_BYTES = 64 * 1024
"""How much of a text is shown."""
MAX_PAGES = 10
"""How many pages of a document are shown."""
MAX_SHEETS = 60
"""How many pages of a paper are shown to be printed."""
MAX_WORDS = 20_000
"""Signs of such a page that are told to whoever listens: a file may hide more words in a page than anybody can see."""


class _Asked(enum.Enum):
    """What of a paper is wanted: the picture of a page to be printed, or the words of its pages."""

    SHEET = "sheet"
    WORDS = "words"


_KINDS = {Group.IMAGE: "image", Group.PDF: "pdf", Group.TEXT: "text", Group.ACTIVE: "text"}


class NoPreview(CourtError):
    """The file is kept; only a picture of it could not be made."""

    status = 422
    problem = "no-preview"

    def __init__(self) -> None:
        super().__init__(
            T("No preview can be shown of this file. The file itself is unharmed."),
            T("Download it and open it on your device."),
        )


@dataclass(frozen=True)
class PreviewLimits(Bounds):
    """What a child may use, and the largest file it is given. Bytes and seconds."""

    input: int = 256 * 2**20
    children: int = 2
    """Previews made at the same time by one web process."""


@dataclass(frozen=True)
class Preview:
    """What is shown, and as what."""

    data: bytes
    content_type: str


class Previewer:
    """Makes previews on demand; keeps none, so that erasing and sealing have one place to look."""

    def __init__(self, limits: PreviewLimits | None = None) -> None:
        self.limits = limits or PreviewLimits()
        self._slots = threading.BoundedSemaphore(self.limits.children)

    def make(self, media: Media, size: int, contents: Callable[[], Iterator[bytes]], page: int = 1) -> Preview:
        """Page ``page`` (from 1) of a preview. Raises NotFound for a page there cannot be, NoPreview otherwise."""
        kind = _KINDS.get(media.group)
        if kind is None or not 1 <= page <= (MAX_PAGES if kind == "pdf" else 1):
            raise NotFound
        if size > self.limits.input and kind != "text":
            raise NoPreview
        with self._slots, tempfile.TemporaryDirectory(prefix="odr-preview-") as folder:
            source = Path(folder) / "original"
            fill(source, contents(), TEXT_BYTES if kind == "text" else size)
            self._run([kind, str(page)], Path(folder))
            return self._result(kind, Path(folder) / "shown")

    def sheet(self, paper: bytes, page: int) -> Preview:
        """A page (from 1) of a paper, large enough to be printed. Raises NotFound for a page there cannot be, NoPreview otherwise."""
        if not 1 <= page <= MAX_SHEETS:
            raise NotFound
        return self._of_paper(_Asked.SHEET, page, paper)

    def words(self, paper: bytes) -> tuple[list[str], bool]:
        """The words of each page of a paper, as far as its pages are shown, and whether it has more of them. Raises NoPreview."""
        told = self._of_paper(_Asked.WORDS, MAX_SHEETS + 1, paper).data.decode("utf-8", "replace")
        pages = told.split("\f")[:-1]
        return [page[:MAX_WORDS] for page in pages[:MAX_SHEETS]], len(pages) > MAX_SHEETS

    def _of_paper(self, asked: _Asked, page: int, paper: bytes) -> Preview:
        if len(paper) > self.limits.input:
            raise NoPreview
        with self._slots, tempfile.TemporaryDirectory(prefix="odr-preview-") as folder:
            (Path(folder) / "original").write_bytes(paper)
            self._run([asked.value, str(page)], Path(folder))
            return self._result("text" if asked is _Asked.WORDS else "pdf", Path(folder) / "shown")

    def _run(self, what: list[str], folder: Path) -> None:
        run_child(CHILD, what, folder, self.limits)

    def _result(self, kind: str, shown: Path) -> Preview:
        with opened_left(shown) as file:
            data = file.read(self.limits.output + 1)
        if kind == "text":
            return Preview(data, "text/plain; charset=utf-8")
        if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) > self.limits.output:
            raise NoPreview
        return Preview(data, "image/png")


def run_child(program: Path, what: list[str], folder: Path, limits: Bounds) -> None:
    """Run one of our programs on a stranger's file, in ``folder``, under ``limits``. Raises NoPreview when it does not
    end well.
    """
    try:
        bounded.run_bounded(program, what, folder, limits)
    except bounded.ChildFailed:
        raise NoPreview from None


def opened_left(left: Path) -> IO[bytes]:
    """What a child left behind. Raises NoPreview."""
    try:
        return bounded.opened_left(left)
    except bounded.ChildFailed:
        raise NoPreview from None


def fill(path: Path, chunks: Iterator[bytes], limit: int) -> None:
    """Write the beginning of a file, at most ``limit`` bytes."""
    with path.open("wb") as file:
        left = limit
        for chunk in chunks:
            file.write(chunk[:left])
            left -= len(chunk)
            if left <= 0:
                return
