"""Statements of a bank as they are written: CSV with headings of any kind, and CAMT.053 (ISO 20022)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.payments.books import camt
from odr.procedure.forms.reading import Unreadable, clean_text, read_day, read_money

MOST_BYTES, MOST_LINES = 5_000_000, 20_000
COLUMNS = {
    "day": ("date", "booking date", "booked on", "value date", "日期", "交易日期", "记账日期", "入账日期"),
    "amount": ("amount", "credit", "sum", "金额", "交易金额", "贷方金额", "收入金额", "收入"),
    "payer": ("payer", "name", "counterparty", "debtor", "对方户名", "付款人", "付款人名称", "对方名称"),
    "purpose": ("purpose", "reference", "text", "remittance information", "摘要", "用途", "附言", "备注"),
    "currency": ("currency", "币种"),
    "account": ("account", "iban", "payer account", "counterparty account", "对方账号", "付款人账号"),
    "side": (
        *("debit/credit", "credit/debit", "debit or credit", "dr/cr", "d/c", "cr/dr", "c/d", "direction"),
        *(
            "借贷标志",
            "借贷方向",
            "借贷标识",
            "借贷",
            "借/贷",
            "收付标志",
            "收付方向",
            "收付",
            "收/付",
            "收/支",
            "收支",
            "收支类型",
            "收支方向",
        ),
    ),
    "out": ("debit", "paid out", "借方金额", "支出金额", "借方发生额", "支出", "付款金额"),
}
"""What a line tells → headings it is known by; what else a bank writes is said once by the cashier."""
NEEDED = ("day", "amount", "purpose")
TOLD: Mapping[str, Text] = {
    "day": T("Day of the booking"),
    "amount": T("Amount"),
    "payer": T("Name of the payer"),
    "purpose": T("What it is for"),
    "currency": T("Currency"),
    "account": T("Account of the payer"),
    "side": T("Whether it came in or went out"),
    "out": T("Amount that went out, where it has a column of its own"),
}
"""What a column may tell, in words."""
CAME_IN = frozenset({"credit", "cr", "c", "crdt", "in", "贷", "贷方", "贷记", "收", "收入", "收款", "转入", "来账"})
WENT_OUT = frozenset(
    {"debit", "dr", "d", "dbit", "out", "借", "借方", "借记", "支", "付", "支出", "付款", "转出", "往账"}
)
"""What banks write in a column that says whether money came in or went out; the amount beside it has no sign then."""
CSV, CAMT = "csv", "camt"
Columns = Mapping[str, int]
"""What a line tells → the column it stands in, counted from nought."""


@dataclass(frozen=True)
class StatementLine:
    """One line as the bank wrote it."""

    booked_on: date
    amount: Money
    payer: str
    purpose: str
    account: str = ""
    """The payer's account, where the bank names it: where money goes back to."""
    more: str = ""
    """What else the bank says of it: a code in it counts, but two lines are not told apart by it."""
    written_as: str = CSV

    @property
    def mark(self) -> tuple[str, ...]:
        """By what a line is known again on another statement, besides how often it stands there."""
        return (self.booked_on.isoformat(), str(self.amount.minor), self.amount.currency, self.payer, self.purpose)


class HeadingsUnknown(Exception):
    """A CSV whose headings are not known: the cashier says once which column is which."""


def read_statement(data: bytes, currency: str, kept: Mapping[str, Columns] | None = None) -> list[StatementLine]:
    """Read a bank's statement: CAMT.053, or CSV with comma, semicolon or tab, in UTF-8 or GB 18030.

    ``kept`` are the columns a cashier has named, by the mark of the headings (:func:`mark_of`). Raises InvalidInput naming
    every line that cannot be read, and HeadingsUnknown; nothing is guessed and nothing left out.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput.at("statement", T("The file is larger than 5 MB. Export fewer days."))
    if camt.looks_like_xml(data):
        return [
            StatementLine(
                one.booked_on,
                one.amount,
                clean_text(one.payer, one_line=True)[:200],
                clean_text(one.purpose, one_line=True)[:400],
                clean_text(one.account, one_line=True)[:60],
                clean_text(one.more, one_line=True)[:400],
                CAMT,
            )
            for one in camt.read_camt(data, currency, MOST_LINES)
        ]
    rows = rows_of(data)
    columns = places_of(rows[0], kept or {})
    lines, faults = [], []
    for number, row in enumerate(rows[1:], 2):
        try:
            lines.append(_line(row, columns, currency))
        except Unreadable as fault:
            faults.append(FieldFault(("statement",), T("Line %(number)s: %(what)s", number=number, what=fault.message)))
    if faults:
        raise InvalidInput(faults[:50])
    return lines


def rows_of(data: bytes) -> list[list[str]]:
    """The lines of a CSV with their cells, the headings first. Raises InvalidInput."""
    rows = list(_rows(_decoded(data)))
    if not rows:
        raise InvalidInput.at("statement", T("The file is empty."))
    if len(rows) > MOST_LINES:
        raise InvalidInput.at("statement", T("The file has too many lines. Export fewer days."))
    return rows


def mark_of(heads: Sequence[str]) -> str:
    """What a bank's headings are recognised by: the same headings in the same order, however they are spaced."""
    return hashlib.sha256("\x1f".join(_known(head) for head in heads).encode()).hexdigest()


def places_of(heads: Sequence[str], kept: Mapping[str, Columns]) -> Columns:
    """Which column is which: as a cashier said of these headings, else by their names. Raises HeadingsUnknown."""
    said = kept.get(mark_of(heads))
    if said is not None:
        return said
    written = [_known(head) for head in heads]
    found = {
        key: next((written.index(name) for name in names if name in written), -1) for key, names in COLUMNS.items()
    }
    if any(found[key] < 0 for key in NEEDED):
        if len(heads) < len(NEEDED):
            raise InvalidInput.at("statement", T("The file needs columns for the day, the amount and what it is for."))
        raise HeadingsUnknown
    return {key: place for key, place in found.items() if place >= 0}


@dataclass(frozen=True)
class Preview:
    """What a file would bring as it is read now: how many lines, what came in, what went out, and the first of them."""

    count: int
    came: Money
    went: Money
    first: tuple[StatementLine, ...]


def preview_of(lines: Sequence[StatementLine], currency: str) -> Preview:
    """What some lines come to, to be looked at before they are booked."""
    came = sum(line.amount.minor for line in lines if line.amount.minor > 0)
    went = sum(-line.amount.minor for line in lines if line.amount.minor < 0)
    return Preview(len(lines), Money(came, currency), Money(went, currency), tuple(lines[:3]))


def chosen_columns(values: Mapping[str, str], count: int) -> tuple[Columns, dict[str, list[Text]]]:
    """The columns a cashier chose, by their numbers from nought, and what is wrong with the choice, by what a column tells."""
    chosen: dict[str, int] = {}
    faults: dict[str, list[Text]] = {}
    for key, value in values.items():
        if value.isascii() and value.isdigit() and len(value) <= 4 and int(value) < count:
            chosen[key] = int(value)
        elif key in NEEDED:
            faults[key] = [T("Choose the column.")]
    for key, place in chosen.items():
        if list(chosen.values()).count(place) > 1:
            faults[key] = [T("This column is chosen twice.")]
    return chosen, faults


def _known(head: str) -> str:
    return " ".join(head.split()).lower()


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput.at("statement", T("The file cannot be read as text. Export it as CSV."))


def _rows(text: str) -> Iterator[list[str]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from (
            row
            for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
            if any(cell.strip() for cell in row)
        )
    except csv.Error:
        raise InvalidInput.at("statement", T("The file cannot be read as text. Export it as CSV.")) from None


def _line(row: Sequence[str], columns: Columns, currency: str) -> StatementLine:
    cells = {key: row[place].strip() if place < len(row) else "" for key, place in columns.items()}
    written, sign = _signed(cells)
    money = read_money(written.lstrip("-+ "), cells.get("currency", "").upper() or currency)
    if money.currency != currency:
        raise Unreadable("currency", T("The account is kept in %(currency)s.", currency=currency))
    return StatementLine(
        read_day(cells["day"]),
        Money(sign * money.minor, money.currency),
        clean_text(cells.get("payer", ""), one_line=True)[:200],
        clean_text(cells["purpose"], one_line=True)[:400],
        clean_text(cells.get("account", ""), one_line=True)[:60],
    )


def _signed(cells: Mapping[str, str]) -> tuple[str, int]:
    """The amount as it is written, and whether it came in (1) or went out (-1): by its sign, by a column that says so, or because it
    stands in a column of its own.
    """
    written, out = (cells.get(key, "").replace("−", "-") for key in ("amount", "out"))
    if _is_nothing(written) and not _is_nothing(out):
        return out, -1
    sign = -1 if written.startswith("-") else 1
    side = _known(cells["side"]) if "side" in cells else ""
    if "side" in cells and side not in CAME_IN | WENT_OUT:
        raise Unreadable("side", T("It is not said whether money came in or went out."))
    return written, -sign if side in WENT_OUT else sign


def _is_nothing(written: str) -> bool:
    """Whether a column of amounts is empty in a line, or says nought."""
    return not re.search("[1-9１-９一二三四五六七八九]", written)
