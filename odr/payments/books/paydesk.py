"""The pay desk: statements of the bank, transfers with their code, and the counter."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, side_by_side
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.payments import names as act_names
from odr.payments.books.ledger import post
from odr.payments.fee.assessment import check_letter
from odr.payments.inputs import PaymentInput
from odr.payments.models import BankLine, Channel, FeeAssessment, LedgerAccount
from odr.procedure.forms.reading import Unreadable, clean_text, read_day, read_money

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST_BYTES, MOST_LINES = 5_000_000, 20_000
COLUMNS = {
    "day": ("date", "booking date", "booked on", "value date", "日期", "交易日期", "记账日期", "入账日期"),
    "amount": ("amount", "credit", "sum", "金额", "交易金额", "贷方金额", "收入金额", "收入"),
    "payer": ("payer", "name", "counterparty", "debtor", "对方户名", "付款人", "付款人名称", "对方名称"),
    "purpose": ("purpose", "reference", "text", "remittance information", "摘要", "用途", "附言", "备注"),
    "currency": ("currency", "币种"),
}
_CODE = re.compile(r"(?=([2-9A-HJ-NP-Z]{10}))")


@dataclass(frozen=True)
class StatementLine:
    """One line as the bank wrote it."""

    booked_on: date
    amount: Money
    payer: str
    purpose: str


@dataclass(frozen=True)
class Imported:
    """What an import brought: new lines, lines known before, and how many of the new ones paid a fee."""

    new: int
    known: int
    matched: int


def read_statement(data: bytes, currency: str) -> list[StatementLine]:
    """Read a bank's CSV: comma, semicolon or tab; UTF-8 or GB 18030; headings in English or Chinese.

    Raises InvalidInput naming every line that cannot be read; nothing is guessed and nothing left out.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput.at("statement", T("The file is larger than 5 MB. Export fewer days."))
    rows = list(_rows(_decoded(data)))
    if not rows:
        raise InvalidInput.at("statement", T("The file is empty."))
    places = _places([cell.strip().lower() for cell in rows[0]])
    if len(rows) > MOST_LINES:
        raise InvalidInput.at("statement", T("The file has too many lines. Export fewer days."))
    lines, faults = [], []
    for number, row in enumerate(rows[1:], 2):
        try:
            lines.append(_line(row, places, currency))
        except Unreadable as fault:
            faults.append(FieldFault(("statement",), T("Line %(number)s: %(what)s", number=number, what=fault.message)))
    if faults:
        raise InvalidInput(faults[:50])
    return lines


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


def _places(heads: list[str]) -> dict[str, int]:
    found = {key: next((heads.index(name) for name in names if name in heads), -1) for key, names in COLUMNS.items()}
    missing = [COLUMNS[key][0] for key in ("day", "amount", "purpose") if found[key] < 0]
    if missing:
        raise InvalidInput.at(
            "statement",
            T(
                "The first line needs the headings date, amount and purpose; missing: %(names)s.",
                names=side_by_side(missing),
            ),
        )
    return found


def _line(row: list[str], places: dict[str, int], currency: str) -> StatementLine:
    cells = {key: row[place].strip() if 0 <= place < len(row) else "" for key, place in places.items()}
    written = cells["amount"].replace("−", "-")
    sign = -1 if written.startswith("-") else 1
    money = read_money(written.lstrip("-+ "), cells["currency"].upper() or currency)
    if money.currency != currency:
        raise Unreadable("currency", T("The account is kept in %(currency)s.", currency=currency))
    return StatementLine(
        read_day(cells["day"]),
        Money(sign * money.minor, money.currency),
        clean_text(cells["payer"], one_line=True)[:200],
        clean_text(cells["purpose"], one_line=True)[:400],
    )


def take_statement(sitting: Sitting, lines: list[StatementLine]) -> Imported:
    """Keep new lines, book what came as not yet matched, and credit what names a fee."""
    seen: Counter[StatementLine] = Counter()
    new = matched = 0
    for line in lines:
        seen[line] += 1
        row = _keep(sitting.session, line, seen[line], sitting.now)
        if row is None:
            continue
        new += 1
        if line.amount.minor > 0:
            _book_arrival(sitting, row)
            assessment = fee_in(sitting.session, line.purpose)
            if assessment is not None and assessment.currency == row.currency:
                credit_line(sitting, row, assessment, CLOCK_ACTOR)
                matched += 1
    return Imported(new, len(lines) - new, matched)


def _keep(session: Session, line: StatementLine, ordinal: int, now: datetime) -> BankLine | None:
    # Two equal lines on one statement are two transfers; the same line on two statements is one.
    marks = (
        line.booked_on.isoformat(),
        str(line.amount.minor),
        line.amount.currency,
        line.payer,
        line.purpose,
        str(ordinal),
    )
    fingerprint = hashlib.sha256("\x1f".join(marks).encode()).hexdigest()
    if session.scalar(select(BankLine.id).where(BankLine.fingerprint == fingerprint)) is not None:
        return None
    row = BankLine(
        fingerprint=fingerprint,
        booked_on=line.booked_on,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        payer=line.payer,
        purpose=line.purpose,
        imported_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _book_arrival(sitting: Sitting, row: BankLine) -> None:
    post(
        sitting.session,
        f"bank/{row.reference}",
        "bank transfer",
        LedgerAccount.BANK,
        LedgerAccount.SUSPENSE,
        row.amount,
        at=sitting.now,
    )


def credit_line(sitting: Sitting, row: BankLine, assessment: FeeAssessment, actor: Actor) -> None:
    """Credit a transfer to a fee: by its code, or by the cashier's choice. Raises ActNotOpen for a line that is used."""
    if row.matched_at is not None or row.amount_minor <= 0:
        raise ActNotOpen(
            T("This line of the statement is used already."), source=sitting.court.cited_today("COURT once")
        )
    row.matched_at, row.assessment_id = sitting.now, assessment.id
    post(
        sitting.session,
        f"bank/{row.reference}/matched",
        "bank transfer matched",
        LedgerAccount.SUSPENSE,
        LedgerAccount.BANK,
        row.amount,
        at=sitting.now,
    )
    case = sitting.session.get_one(Case, assessment.case_id)
    arrived = datetime.combine(row.booked_on, time(12), sitting.court.settings.tz)
    given = PaymentInput(
        assessment=assessment.reference,
        channel=Channel.TRANSFER,
        amount=row.amount,
        source=f"bank/{row.reference}",
        received_at=arrived,
    )
    sitting.perform(act_names.RECORD_PAYMENT, case, given, actor=actor)


def fee_in(session: Session, purpose: str) -> FeeAssessment | None:
    """The fee whose code stands in a purpose, however it is spaced; None where none does, or more than one."""
    squeezed = re.sub(r"[^0-9A-Za-z]", "", purpose).upper()
    codes = {code for code in _CODE.findall(squeezed) if check_letter(code[:9]) == code[9]}
    rows = list(session.scalars(select(FeeAssessment).where(FeeAssessment.transfer_code.in_(codes)))) if codes else []
    return rows[0] if len(rows) == 1 else None


def fee_by_code(session: Session, code: str) -> FeeAssessment:
    """The fee of a code somebody typed. Raises InvalidInput for a mistyped or unknown one."""
    squeezed = re.sub(r"[^0-9A-Za-z]", "", code).upper()
    if not re.fullmatch(r"[2-9A-HJ-NP-Z]{10}", squeezed) or check_letter(squeezed[:9]) != squeezed[9]:
        raise InvalidInput.at(
            "code", T("This is no payment code of the court. It has ten letters and digits, as on the fee page.")
        )
    row = session.scalar(select(FeeAssessment).where(FeeAssessment.transfer_code == squeezed))
    if row is None:
        raise InvalidInput.at("code", T("No fee has this code."))
    return row


def cashier(
    session: Session, case: Case, account_id: int, name: str, now: datetime, strong_at: datetime | None
) -> Actor:
    """The cashier as an actor in a case, seated when first dealing with it."""
    known = session.scalar(
        select(Seat.id).where(
            Seat.case_id == case.id, Seat.account_id == account_id, Seat.role == Role.CASHIER, Seat.until_at.is_(None)
        )
    )
    if known is None:
        session.add(Seat(case_id=case.id, account_id=account_id, role=Role.CASHIER, from_at=now))
        session.flush()
    return Actor(Role.CASHIER, account_id, name, case.id, strong_at=strong_at)


def take_at_counter(sitting: Sitting, assessment: FeeAssessment, amount: Money, slip: str, actor: Actor) -> None:
    """Take money at the counter against the slip that was signed. Raises InvalidInput for another currency."""
    if amount.currency != assessment.currency:
        raise InvalidInput.at("amount", T("The payment is not in the currency of this court."))
    given = PaymentInput(
        assessment=assessment.reference,
        channel=Channel.COUNTER,
        amount=amount,
        source=f"counter/{slip}",
        received_at=sitting.now,
    )
    sitting.perform(act_names.RECORD_PAYMENT, sitting.session.get_one(Case, assessment.case_id), given, actor=actor)
