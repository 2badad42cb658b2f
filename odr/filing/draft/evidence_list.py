"""A list of evidence kept in a spreadsheet, as rows of a draft's evidence, each with the file it names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from odr.filing.draft.facts_of_files import Told
from odr.ground.errors import InvalidInput
from odr.ground.text import LOCALES, T, Text
from odr.procedure.forms.exhibit_titles import title_from

MOST = 100
LIMITS = {"title": 200, "proves": 1000, "source": 1000}
COLUMNS: dict[str, Text] = {
    "file": T("File name"),
    "title": T("What is it?"),
    "proves": T("What does it show?"),
    "facts": T("Which facts does it show?"),
    "source": T("Where does it come from?"),
}
"""Columns of the list the court offers, in order."""
_KNOWN = {
    "file": r"file(?: ?name)?|附件|文件(?:名称?)?",
    "title": r"title|name|what is it.?|exhibit|evidence|证据(?:名称|材料)?|名称|这是什么.?",
    "proves": r"(?:what (?:does it show|it shows|it proves).?)|proves?|purpose|to prove|证明(?:目的|内容|事项|对象)|能证明什么.?|待证事实",
    "facts": r"(?:which facts does it show.?)|facts?(?: nos?\.?| numbers?)?|(?:对应|证明的?)?事实(?:编号|序号)?|能证明哪些事实.?",
    "source": r"(?:where does it come from.?)|source|origin|(?:证据)?来源|从哪里来.?|来自哪里.?",
}


@dataclass(frozen=True)
class ListedExhibit:
    """One line of the list; ``upload`` is the file it names, if that has been sent; ``facts`` are numbers of the
    claim's facts.
    """

    title: str
    proves: str
    source: str
    file: str
    upload: str
    facts: tuple[int, ...] = ()


def template(locale: str) -> bytes:
    """An empty list to fill in, as every spreadsheet program opens it."""
    out = io.StringIO()
    csv.writer(out).writerow([words.render(locale) for words in COLUMNS.values()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read_list(rows: Sequence[Sequence[str]], sent: Mapping[str, str]) -> list[ListedExhibit]:
    """The lines of a list. ``sent`` are the files already here, by reference → name. Raises InvalidInput at ``file``."""
    begin, columns = _heading(rows)
    found = []
    for row in rows[begin:]:
        values = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        title = values.get("title") or title_from(values.get("file", ""))
        if title or values.get("file"):
            cut = {name: values.get(name, "")[:most] for name, most in LIMITS.items()}
            file = values.get("file", "")
            upload, facts = _match(file, title, sent), _numbers(values.get("facts", ""))
            found.append(ListedExhibit(title[: LIMITS["title"]], cut["proves"], cut["source"], file, upload, facts))
    if not found:
        raise InvalidInput.at("file", T("No piece of evidence was found below the headings."))
    if len(found) > MOST:
        words = T(
            "At most %(most)s pieces of evidence go with a claim; there are %(have)s. The rest may follow.",
            most=MOST,
            have=len(found),
        )
        raise InvalidInput.at("file", words)
    return found


def _numbers(text: str) -> tuple[int, ...]:
    """Numbers of facts as people write them: "1, 3", "2–4", "事实1、2"."""
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,3})(?:\s*[-–—~～至到]\s*(\d{1,3}))?", text):
        found += range(int(first), min(int(last or first), MOST) + 1)
    return tuple(sorted({n for n in found if 1 <= n <= MOST}))


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The row after the headings, and which column is what."""
    for number, row in enumerate(rows[:20]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(row):
            name = next((key for key in _KNOWN if key not in columns and _is_heading(key, cell.strip())), None)
            if name is not None:
                columns[name] = at
        if "title" in columns and len(columns) > 1:
            return number + 1, columns
    raise InvalidInput.at(
        "file",
        T("No headings were found. The first row must name the columns; take the court’s empty list as a model."),
    )


def _is_heading(key: str, cell: str) -> bool:
    """Whether a cell heads a column: as the court's own list has it in either language, or as people write it."""
    own = {COLUMNS[key].render(locale) for locale in LOCALES}
    return cell in own or re.fullmatch(_KNOWN[key], cell, re.IGNORECASE) is not None


def _match(file: str, title: str, sent: Mapping[str, str]) -> str:
    """The one file sent that the line means: by its name, with or without its ending, else by its title."""
    wanted = [w for w in (file.casefold(), PurePath(file).stem.casefold(), title.casefold()) if w]
    for want in wanted:
        hits = [ref for ref, name in sent.items() if want in (name.casefold(), PurePath(name).stem.casefold())]
        if len(hits) == 1:
            return hits[0]
    return ""


def as_rows(listed: Sequence[ListedExhibit], start: int, told: Sequence[Told] = ()) -> dict[str, Any]:
    """The list as raw values of the draft's evidence, from row ``start`` on; ``told`` are the facts of the draft, by
    whose numbers the list speaks.
    """
    rows: dict[str, Any] = {}
    for number, line in enumerate(listed, start):
        for name in ("upload", "title", "proves", "source"):
            rows[f"exhibits-{number}-{name}"] = getattr(line, name)
        rows[f"exhibits-{number}-facts"] = [one.key for one in told if one.number in line.facts]
    return rows
