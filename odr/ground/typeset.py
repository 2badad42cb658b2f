"""Setting the court's papers: data in, PDF/A-2a and PDF/UA-1 out.

A template is a typst file in ``templates/documents``; it reads its data as JSON
from ``sys.inputs`` and puts every string on the page as a string. Nothing a
party wrote is ever read as markup, opened as a file or loaded as a package.
Equal input gives equal bytes, on every machine: only the vendored faces and
those inside typst are used.
"""

from __future__ import annotations

import dataclasses
import json
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import typst

from odr.ground.fonts import covered
from odr.ground.text import Money, Text, write

PaperLocale = Literal["en", "zh-Hans", "both"]
"""Language of a paper; ``both`` sets English and Chinese side by side."""

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]


class TypesettingError(Exception):
    """The paper could not be set. Nothing was issued."""


class MissingGlyph(TypesettingError):
    """The paper has characters that no face of the court's can print.

    ``characters`` are all of them, in order, each once.
    """

    def __init__(self, characters: str, detail: str = "") -> None:
        codes = ", ".join(f"{c} U+{ord(c):04X}" for c in characters)
        super().__init__(f"no face has {codes or 'a character of the text'} {detail}".strip())
        self.characters = characters


class Typesetter:
    """Sets papers with one collection of faces, loaded once. Safe to share among threads."""

    def __init__(self, fonts_dir: Path, templates_dir: Path) -> None:
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fonts_dir)])
        self._printable = frozenset().union(*(covered(path) for path in sorted(fonts_dir.glob("*.[ot]tf"))))
        self._templates = templates_dir.resolve()
        self._local = threading.local()

    @property
    def families(self) -> list[str]:
        """Names of the faces a paper may use."""
        return self._fonts.families()

    def missing(self, text: str) -> str:
        """Characters of ``text`` that no vendored face has, each once, in order: what a form can refuse beforehand."""
        return "".join(c for c in dict.fromkeys(tamed(text)) if ord(c) not in self._printable and not _UNSEEN.match(c))

    def render(
        self,
        template: str,
        data: Mapping[str, Any],
        *,
        locale: PaperLocale,
        title: str | Text,
        at: datetime,
        archival: bool = True,
        by_number: bool = False,
    ) -> bytes:
        """Set ``data`` with ``templates/documents/<template>.typ`` into a tagged PDF.

        ``data`` is plain JSON that may also hold dataclasses, :class:`~odr.ground.text.Text`,
        Money, days and aware instants; they are written for ``locale``. ``title`` names
        the document in its metadata; ``at`` is the date written into it; without ``archival``
        it is tagged, but claims no standard.

        ``by_number``: characters that no face can print are written by their number, where the paper must go out.

        Raises MissingGlyph, or TypesettingError when the data does not fit the template.
        """
        if not re.fullmatch(r"[a-z_]+", template):
            raise TypesettingError(f"no such template: {template}")
        if at.tzinfo is None:
            raise ValueError("naive time given to the typesetter")
        payload = {"locale": locale, "title": localized(title, locale), "data": localized(data, locale)}
        paper = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        # Typst itself lets a character pass that shares a cluster with one it can print (a judge's emoji and its
        # scales).
        if missing := self.missing(paper):
            if not by_number:
                raise MissingGlyph(missing)
            paper = paper.translate({ord(c): f"[U+{ord(c):04X}]" for c in missing})
        try:
            pdf = self._compiler(template).compile(
                format="pdf",
                sys_inputs={"paper": paper},
                pdf_standards=list(STANDARDS) if archival else [],
                timestamp=int(at.astimezone(UTC).timestamp()),
            )
        except typst.TypstError as error:
            raise _explained(error) from error
        if not isinstance(pdf, bytes):
            raise TypesettingError("typst gave no document")
        return pdf

    def _compiler(self, template: str) -> typst.Compiler:
        # A compiler is not for two threads at once; the faces behind it are shared.
        compilers: dict[str, typst.Compiler] | None = getattr(self._local, "compilers", None)
        if compilers is None:
            compilers = self._local.compilers = {}
        if template not in compilers:
            path = self._templates / f"{template}.typ"
            if not path.is_file():
                raise TypesettingError(f"no such template: {template}")
            # Templates read below their own folder only; a package folder that is not there keeps typst off the
            # network.
            nowhere = str(self._templates / "packages")
            compilers[template] = typst.Compiler(
                str(path),
                root=str(self._templates),
                font_paths=self._fonts,
                package_path=nowhere,
                package_cache_path=nowhere,
            )
        return compilers[template]


def localized(value: Any, locale: PaperLocale) -> Any:
    """Plain JSON for a template, written for the reader and with no invisible steering characters.

    For ``both``, a sentence of the court's becomes ``{"en": …, "zh": …}`` unless it reads the same.
    """
    if isinstance(value, Text | Money | date | datetime):
        if locale != "both":
            return _written(value, locale)
        english, chinese = _written(value, "en"), _written(value, "zh-Hans")
        return english if english == chinese else {"en": english, "zh": chinese}
    if isinstance(value, str):
        return tamed(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: localized(getattr(value, each.name), locale) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): localized(item, locale) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [localized(item, locale) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot stand in a paper")


_TWO_STOPS = re.compile(r"(?<=[A-Za-z])\.\.(?!\.)")


def _written(value: Text | Money | date | datetime, locale: str) -> str:
    """The court's words for a reader; a sentence that ends in a name with a full stop of its own has one, not two."""
    written = tamed(write(value, locale))
    return _TWO_STOPS.sub(".", written) if locale == "en" else written


_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")

_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Characters that have no ink of their own: spaces, joiners, variation selectors."""


def tamed(text: str) -> str:
    """``text`` composed (NFC), with control and direction characters shown as ``[U+202E]``.

    They are shown and not dropped: a reader must see that a party's words hold
    something that could make them read otherwise.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


_NAMED = re.compile(r'(?:text|codepoint) `"((?:[^"\\]|\\.)*)"`')


def _explained(error: typst.TypstError) -> TypesettingError:
    detail = " ".join([error.message, *error.hints])
    if not re.search(r"could not be displayed|codepoint", detail):
        return TypesettingError(detail)
    named = _NAMED.search(detail)
    escaped = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), named[1]) if named else ""
    return MissingGlyph(escaped, detail)
