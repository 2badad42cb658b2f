"""Files that people prepared elsewhere: a pleading written in Word, a list of evidence in a spreadsheet.

The web process never opens one; see :mod:`odr.ground.bounded`. What comes back are lines or
rows of plain text, which :mod:`odr.filing.draft.pleading` and :mod:`odr.filing.draft.evidence_list`
put into the parts of a draft, where the person looks at each.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from odr.ground.bounded import Bounds, ChildFailed, opened_left, run_bounded
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text

CHILD = Path(__file__).with_name("import_child.py")
MOST_BYTES = 8 * 2**20
"""Of a file that is imported: a pleading with pictures, never a recording."""
BOUNDS = Bounds(memory=2**30, cpu=15, wall=30.0, output=4 * 2**20)
ROWS, COLUMNS, CELL = 600, 20, 4000
LIBRARIES = {"docx": "docx", "xlsx": "openpyxl"}
ENDED: dict[int | None, Text] = {
    3: T(
        "This file is packed in a way that would swell too far. Save it anew in Word or your spreadsheet program and send it again."
    ),
    5: T("This file is locked with a password. Save it without one and send it again."),
    6: T("This file is longer than can be read in one go. Divide it."),
}
UNREADABLE = T("This file could not be read. Save it anew as .docx, .xlsx or .csv and send it again.")


def read_document(data: bytes) -> list[str]:
    """The lines of a Word document (.docx), blank ones left out. Raises InvalidInput at ``file``."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise InvalidInput.at("file", T("This is the old form of Word (.doc). Open it and save it as .docx."))
    if data[:5] == b"%PDF-":
        raise InvalidInput.at(
            "file", T("This is a PDF. Send the Word document it was made from, or write into the form.")
        )
    return [line for raw in _read("docx", data) if isinstance(raw, str) and (line := " ".join(raw.split()))]


def read_table(data: bytes) -> list[list[str]]:
    """The rows of a spreadsheet (.xlsx) or of comma-separated values, blank ones left out. Raises InvalidInput at
    ``file``.
    """
    rows = _read("xlsx", data) if data[:4] == b"PK\x03\x04" else _separated(data)
    found = [[str(cell).strip() for cell in row] for row in rows if isinstance(row, list)]
    return [row for row in found if any(row)]


def _read(kind: str, data: bytes) -> list[Any]:
    if importlib.util.find_spec(LIBRARIES[kind]) is None:
        raise InvalidInput.at("file", T("This court does not read such files. Write into the form instead."))
    if data[:4] != b"PK\x03\x04":
        raise InvalidInput.at("file", UNREADABLE)
    with tempfile.TemporaryDirectory(prefix="odr-import-") as folder:
        (Path(folder) / "original").write_bytes(data)
        try:
            run_bounded(CHILD, [kind], Path(folder), BOUNDS)
            with opened_left(Path(folder) / "shown") as file:
                found = json.loads(file.read(BOUNDS.output))
        except (ChildFailed, ValueError) as error:
            code = error.code if isinstance(error, ChildFailed) else None
            raise InvalidInput.at("file", ENDED.get(code, UNREADABLE)) from None
    return found if isinstance(found, list) else []


def _separated(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    mark = max(",;\t", key="\n".join(text.split("\n", 20)[:20]).count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=mark):
            if len(rows) >= ROWS:
                raise InvalidInput.at("file", ENDED[6])
            rows.append([cell[:CELL] for cell in row[:COLUMNS]])
    except csv.Error:
        raise InvalidInput.at("file", UNREADABLE) from None
    return rows


def _decoded(data: bytes) -> str:
    """The text of a list as Chinese and other programs save it."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidInput.at("file", UNREADABLE)
