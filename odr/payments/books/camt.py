"""Statements of a bank in CAMT.053 (ISO 20022, BankToCustomerStatement), in every version of it.

Only what is booked counts. A statement that does not add up to its own closing balance is
refused: a line would be missing, and with it somebody's fee.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision
from lxml.etree import XMLParser, XMLSyntaxError, _Element as Element, fromstring

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text

_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_WORD = "statement"


@dataclass(frozen=True)
class CamtLine:
    """One transfer: an entry of the statement, or one of those an entry collects."""

    booked_on: date
    amount: Money
    payer: str
    purpose: str
    account: str
    more: str
    """The payer's own reference and what the bank adds: not what tells a transfer apart."""


def looks_like_xml(data: bytes) -> bool:
    """Whether a file begins as XML does; no CSV of a bank begins with this sign."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read_camt(data: bytes, currency: str, most: int) -> list[CamtLine]:
    """Every booked transfer of every statement in a file, what went out below nothing.

    Raises InvalidInput for what is no CAMT.053, for another currency, for what does not add up and for more than
    ``most`` lines.
    """
    parser = XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = fromstring(data, parser)
    except (XMLSyntaxError, ValueError):
        root = None
    if root is None or root.getroottree().docinfo.doctype:
        raise InvalidInput.at(_WORD, T("The file cannot be read as XML. Ask the bank for CAMT.053, or for CSV."))
    tag = str(root.tag)
    space = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    if not space.startswith(_SPACE):
        raise InvalidInput.at(
            _WORD,
            T("This XML is not a statement in the format CAMT.053. Ask the bank for “camt.053”, or for CSV."),
        )
    found: list[CamtLine] = []
    for number, statement in enumerate(_all(root, "BkToCstmrStmt/Stmt"), 1):
        found.extend(_statement(statement, currency, number))
        if len(found) > most:
            raise InvalidInput.at(_WORD, T("The file has too many lines. Export fewer days."))
    return found


def _statement(statement: Element, currency: str, number: int) -> list[CamtLine]:
    every = _all(statement, "Ntry")
    booked = [entry for entry in every if _is_booked(entry)]
    if every and not any(_text(entry, "Sts/Cd") or _text(entry, "Sts") for entry in every):
        words = T("Statement %(number)s: no entry says whether it is booked. Ask the bank for CAMT.053.", number=number)
        raise InvalidInput([FieldFault((_WORD,), words)])
    lines: list[CamtLine] = []
    for place, entry in enumerate(booked, 1):
        try:
            lines.extend(_entry(entry, currency))
        except _Unclear as fault:
            words = T("Statement %(number)s, entry %(place)s: %(what)s", number=number, place=place, what=fault.words)
            raise InvalidInput([FieldFault((_WORD,), words)]) from None
    try:
        _adds_up(statement, lines, currency)
    except _Unclear as fault:
        words = T("Statement %(number)s: %(what)s", number=number, what=fault.words)
        raise InvalidInput([FieldFault((_WORD,), words)]) from None
    return lines


class _Unclear(Exception):
    """What an entry says cannot be taken."""

    def __init__(self, words: Text) -> None:
        super().__init__(str(words))
        self.words = words


def _adds_up(statement: Element, lines: list[CamtLine], currency: str) -> None:
    """From the opening to the closing booked balance by the entries; a statement that names no balances is taken."""
    balances = {_text(each, "Tp/CdOrPrtry/Cd"): each for each in _all(statement, "Bal")}
    opening, closing = balances.get("OPBD", balances.get("PRCD")), balances.get("CLBD")
    if opening is None or closing is None:
        return
    first, last = (_signed(each, _amount(each, "Amt", currency)) for each in (opening, closing))
    moved = sum(line.amount.minor for line in lines)
    if first.minor + moved != last.minor:
        gap = Money(last.minor - first.minor - moved, currency)
        raise _Unclear(
            T("the entries do not add up to the closing balance; %(amount)s is missing. Export it again.", amount=gap)
        )


def _is_booked(entry: Element) -> bool:
    """``Sts`` is a word up to version 7, and holds a code from version 8 on; what is only announced comes again booked."""
    return (_text(entry, "Sts/Cd") or _text(entry, "Sts")) == "BOOK"


def _entry(entry: Element, currency: str) -> Iterator[CamtLine]:
    whole, day = _signed(entry, _amount(entry, "Amt", currency)), _day(entry)
    parts = _all(entry, "NtryDtls/TxDtls")
    if len(parts) < 2:
        part = parts[0] if parts else entry
        yield CamtLine(day, whole, *_who(part, entry, incoming=whole.minor > 0))
        return
    sums = [_part_amount(part, entry, currency) for part in parts]
    if sum(one.minor for one in sums) != whole.minor:
        raise _Unclear(T("the transfers it collects do not add up to it."))
    for part, amount in zip(parts, sums, strict=True):
        yield CamtLine(day, amount, *_who(part, entry, incoming=amount.minor > 0))


def _part_amount(part: Element, entry: Element, currency: str) -> Money:
    """What one of several transfers of an entry comes to: in versions before 8 beside it, or in its details."""
    path = next((path for path in ("Amt", "AmtDtls/TxAmt/Amt") if _one(part, path) is not None), None)
    if path is None:
        raise _Unclear(T("one of the transfers it collects names no amount."))
    return _signed(part if _one(part, "CdtDbtInd") is not None else entry, _amount(part, path, currency))


def _who(part: Element, entry: Element, *, incoming: bool) -> tuple[str, str, str, str]:
    """Name of the other side, what the transfer is for, the other side's account, and what else is said."""
    side = "Dbtr" if incoming else "Cdtr"
    name = _text(part, f"RltdPties/{side}/Pty/Nm") or _text(part, f"RltdPties/{side}/Nm")
    account = _text(part, f"RltdPties/{side}Acct/Id/IBAN") or _text(part, f"RltdPties/{side}Acct/Id/Othr/Id")
    told = [
        *(_said(each) for each in _all(part, "RmtInf/Ustrd")),
        *(_said(each) for each in _all(part, "RmtInf/Strd/CdtrRefInf/Ref")),
        *(_said(each) for each in _all(part, "RmtInf/Strd/AddtlRmtInf")),
    ]
    reference = _text(part, "Refs/EndToEndId")
    more = [
        "" if reference == "NOTPROVIDED" else reference,
        _text(part, "AddtlTxInf"),
        "" if told else _text(entry, "AddtlNtryInf"),
    ]
    return name, " ".join(filter(None, told)), account, " ".join(filter(None, more))


def _amount(at: Element, path: str, currency: str) -> Money:
    found = _one(at, path)
    written, kept_in = (_said(found), str(found.get("Ccy", ""))) if found is not None else ("", "")
    if kept_in != currency:
        raise _Unclear(T("The account is kept in %(currency)s.", currency=currency))
    try:
        value = Decimal(written).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        raise _Unclear(T("the amount cannot be read.")) from None
    if not value.is_finite() or value != value.to_integral_value() or not 0 <= value < 10**16:
        raise _Unclear(T("the amount cannot be read."))
    return Money(int(value), currency)


def _signed(at: Element, amount: Money) -> Money:
    """Money that came in is above nothing. ``CdtDbtInd`` is the side it was booked on, also where a booking is reversed."""
    side = _text(at, "CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise _Unclear(T("it is not said whether money came in or went out."))
    return amount if side == "CRDT" else Money(-amount.minor, amount.currency)


def _day(entry: Element) -> date:
    written = next(
        (found for path in ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm") if (found := _text(entry, path))),
        "",
    )
    try:
        return datetime.fromisoformat(written).date() if "T" in written else date.fromisoformat(written[:10])
    except ValueError:
        raise _Unclear(T("the day of the booking cannot be read.")) from None


def _steps(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _all(at: Element, path: str) -> list[Element]:
    return list(at.iterfind(_steps(path)))


def _one(at: Element, path: str) -> Element | None:
    return at.find(_steps(path))


def _text(at: Element, path: str) -> str:
    found = _one(at, path)
    return _said(found) if found is not None else ""


def _said(found: Element) -> str:
    return (found.text or "").strip()
