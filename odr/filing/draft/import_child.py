"""The child that reads one office file: ``original`` in, ``shown`` out as JSON, in the folder it stands in.

Runs in the frame of ``odr/ground/bounded_child.py``, with none of the court's modules, keys or settings in reach.
Argument: ``docx`` or ``xlsx``. An archive is measured before anything of it is unpacked.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

ORIGINAL, SHOWN = Path("original"), Path("shown")
MEMBERS, UNPACKED, RATIO = 3000, 120 * 2**20, 300
"""Most files in the archive, most bytes of all of them, and how much larger than packed one of more than a megabyte may
be.
"""
LINES, LETTERS = 6000, 600_000
ROWS, COLUMNS = 600, 20
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def rehearse(kind: str) -> None:
    """Load the library of the kind while its files can still be read, and before the file can say which."""
    blank = io.BytesIO()
    if kind == "docx":
        import docx

        docx.Document().save(blank)
        list(document(blank))
    else:
        import openpyxl

        openpyxl.Workbook().save(blank)
        list(sheet(blank))


def work(kind: str) -> None:
    """Measure, read, write down."""
    measure()
    with ORIGINAL.open("rb") as file:
        found = list(document(file)) if kind == "docx" else list(sheet(file))
    SHOWN.write_text(json.dumps(found), encoding="utf-8")


def measure() -> None:
    """End with code 3 for an archive that would unpack to more than is ever needed, 5 for a locked one."""
    with zipfile.ZipFile(ORIGINAL) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise SystemExit(5)
        swollen = any(
            member.file_size > 2**20 and member.file_size > RATIO * max(member.compress_size, 1) for member in members
        )
        if len(members) > MEMBERS or swollen or sum(member.file_size for member in members) > UNPACKED:
            raise SystemExit(3)


def document(file: IO[bytes]) -> Iterator[str]:
    """The lines of a document in order, cells of a table row joined; what was struck out in review is left out."""
    import docx

    left = LETTERS
    for number, element in enumerate(docx.Document(file).element.body.iterchildren()):
        if number >= LINES:
            raise SystemExit(6)
        for line in _lines(element):
            left -= len(line)
            if left < 0:
                raise SystemExit(6)
            yield line


def _lines(element: Any) -> Iterator[str]:
    if element.tag == W + "tbl":
        for row in element.iter(W + "tr"):
            yield " | ".join(_text(cell) for cell in row.iterchildren(W + "tc"))
    elif element.tag == W + "p":
        yield from _text(element).split("\n")
    else:
        for paragraph in element.iter(W + "p"):
            yield from _text(paragraph).split("\n")


def _text(element: Any) -> str:
    """Everything written in it: text put in in review too, and the text of boxes once."""
    parts = []
    for node in element.iter(W + "t", W + "tab", W + "br", W + "cr", W + "p"):
        if any(above.tag == FALLBACK for above in node.iterancestors()):
            continue
        if node.tag == W + "t":
            parts.append(node.text or "")
        elif node.tag == W + "tab":
            parts.append(" ")
        elif node.tag != W + "p" or (parts and node is not element):
            parts.append("\n" if element.tag == W + "p" else " ")
    return "".join(parts)


def sheet(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows of the first sheet, each cell as text."""
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    for number, row in enumerate(book.worksheets[0].iter_rows(max_col=COLUMNS, values_only=True)):
        if number >= ROWS:
            raise SystemExit(6)
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)[:4000]
