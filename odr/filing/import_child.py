"""The child that reads one office file: ``original`` in, ``shown`` out as JSON, in the folder it stands in.

Run as a program of its own, with none of the court's modules, keys or settings in reach. Arguments: ``docx`` or
``xlsx``, bytes of memory, seconds of processor, bytes of output. An archive is measured before anything of it is unpacked.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

ORIGINAL, SHOWN = Path("original"), Path("shown")
MEMBERS, UNPACKED, RATIO = 3000, 120 * 2**20, 300
"""Most files in the archive, most bytes of all of them, and how much larger than packed one of more than a megabyte may be."""
LINES, LETTERS = 6000, 600_000
ROWS, COLUMNS = 600, 20
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def limit(memory: int, seconds: int, output: int) -> None:
    """Bound this process before it looks at the file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        # Started by root in a container: be nobody while reading a stranger's file.
        for path in (Path(), ORIGINAL):
            os.chown(path, 65534, 65534)
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def load(kind: str) -> None:
    """Load the library of the kind while its files can still be read, and before the file can say which."""
    if kind == "docx":
        pass
    else:
        import openpyxl
        import openpyxl.reader.excel  # noqa: F401


def main() -> None:
    """Load, bound, measure, read, write down."""
    kind = sys.argv[1]
    memory, seconds, output = (int(value) for value in sys.argv[2:5])
    load(kind)
    limit(memory, seconds, output)
    measure()
    found = list(document()) if kind == "docx" else list(sheet())
    SHOWN.write_text(json.dumps(found), encoding="utf-8")


def measure() -> None:
    """End with code 3 for an archive that would unpack to more than is ever needed, 5 for a locked one."""
    with zipfile.ZipFile(ORIGINAL) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise SystemExit(5)
        swollen = any(member.file_size > 2**20 and member.file_size > RATIO * max(member.compress_size, 1) for member in members)
        if len(members) > MEMBERS or swollen or sum(member.file_size for member in members) > UNPACKED:
            raise SystemExit(3)


def document() -> Iterator[str]:
    """The lines of a document in order, cells of a table row joined; what was struck out in review is left out."""
    import docx

    left = LETTERS
    for number, element in enumerate(docx.Document(str(ORIGINAL)).element.body.iterchildren()):
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


def sheet() -> Iterator[list[str]]:
    """The rows of the first sheet, each cell as text."""
    import openpyxl

    # Given as a stream: by a path it would ask for an ending.
    book = openpyxl.load_workbook(ORIGINAL.open("rb"), read_only=True, data_only=True, keep_links=False)
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


if __name__ == "__main__":
    main()
