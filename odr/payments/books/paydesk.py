"""The pay desk: statements of the bank, transfers with their code, and the counter."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.payments import names as act_names
from odr.payments.books.ledger import post
from odr.payments.books.statements import StatementLine
from odr.payments.fee.assessment import check_letter
from odr.payments.inputs import PaymentInput
from odr.payments.joined_cases import notice_in_its_place
from odr.payments.models import BankLine, BankReturn, Channel, FeeAssessment, LedgerAccount

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

_CODE = re.compile(r"(?=([2-9A-HJ-NP-Z]{10}))")


@dataclass(frozen=True)
class Imported:
    """What an import brought: new lines, lines known before, and how many of the new ones paid a fee."""

    new: int
    known: int
    matched: int
    doubted: int = 0
    """Of the new ones, those that may be a transfer the bank told of in another form."""


def take_statement(sitting: Sitting, lines: list[StatementLine]) -> Imported:
    """Keep new lines, book what came as not yet matched, and credit what names a fee.

    A line whose day and sum the bank told of in the other form already may be the same transfer: it waits, in no book, until
    the cashier says which it is.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    other = _told_otherwise(sitting.session, lines)
    new = matched = doubted = 0
    for line in lines:
        seen[line.mark] += 1
        row = _keep(sitting.session, line, seen[line.mark], sitting.now)
        if row is None:
            continue
        new += 1
        if line.amount.minor <= 0:
            continue
        if other[line.booked_on, line.amount.minor] > 0:
            other[line.booked_on, line.amount.minor] -= 1
            row.doubted_at, doubted = sitting.now, doubted + 1
            continue
        matched += take_in(sitting, row)
    return Imported(new, len(lines) - new, matched, doubted)


def take_in(sitting: Sitting, row: BankLine) -> bool:
    """Book what came, and credit it to the fee it names; says whether it names one."""
    _book_arrival(sitting, row)
    assessment = fee_in(sitting.session, f"{row.purpose} {row.more}")
    if assessment is None or assessment.currency != row.currency:
        return False
    credit_line(sitting, row, assessment, CLOCK_ACTOR)
    return True


def say_of_doubted(sitting: Sitting, row: BankLine, *, same: bool) -> None:
    """The cashier says of a line that waits whether it is a transfer known from another form, or one more. Raises ActNotOpen
    where nothing is in doubt.
    """
    if row.doubted_at is None or row.matched_at is not None:
        raise ActNotOpen(
            T("This line of the statement is used already."), source=sitting.court.cited_today("COURT once")
        )
    if same:
        row.matched_at = sitting.now
        return
    row.doubted_at = None
    take_in(sitting, row)


def _told_otherwise(session: Session, lines: list[StatementLine]) -> Counter[tuple[date, int]]:
    """How many transfers of each day and sum are known from statements in another form than these."""
    days = {line.booked_on for line in lines}
    forms = {line.written_as for line in lines}
    if not days:
        return Counter()
    rows = session.execute(
        select(BankLine.booked_on, BankLine.amount_minor).where(
            BankLine.booked_on.in_(days), BankLine.amount_minor > 0, BankLine.written_as.not_in(forms)
        )
    )
    return Counter((day, minor) for day, minor in rows)


def _keep(session: Session, line: StatementLine, ordinal: int, now: datetime) -> BankLine | None:
    # Two equal lines on one statement are two transfers; the same line on two statements is one.
    fingerprint = hashlib.sha256("\x1f".join((*line.mark, str(ordinal))).encode()).hexdigest()
    if session.scalar(select(BankLine.id).where(BankLine.fingerprint == fingerprint)) is not None:
        return None
    row = BankLine(
        fingerprint=fingerprint,
        booked_on=line.booked_on,
        amount_minor=line.amount.minor,
        currency=line.amount.currency,
        payer=line.payer,
        purpose=line.purpose,
        payer_account=line.account,
        more=line.more,
        written_as=line.written_as,
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
    if row.doubted_at is not None:
        raise ActNotOpen(
            T("Say first whether this is another transfer, or one that is known."),
            source=sitting.court.cited_today("COURT once"),
        )
    on_its_way = select(BankReturn.id).where(BankReturn.line_id == row.id, BankReturn.dropped_at.is_(None))
    if sitting.session.scalar(on_its_way) is not None:
        raise ActNotOpen(
            T("This money is to be paid back. Say first that it is not, then credit it."),
            source=sitting.court.cited_today("COURT once"),
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
    """The fee that money with the code in a purpose, however it is spaced, counts for; None where none does, or more than one."""
    squeezed = re.sub(r"[^0-9A-Za-z]", "", purpose).upper()
    codes = {code for code in _CODE.findall(squeezed) if check_letter(code[:9]) == code[9]}
    rows = list(session.scalars(select(FeeAssessment).where(FeeAssessment.transfer_code.in_(codes)))) if codes else []
    return notice_in_its_place(session, rows[0]) if len(rows) == 1 else None


def credit_named(sitting: Sitting, row: BankLine, reference: str, actor_in: Callable[[int], Actor]) -> None:
    """Credit a transfer to a fee the desk proposed, named by its reference. Raises InvalidInput where there is none."""
    fee = sitting.session.scalar(select(FeeAssessment).where(FeeAssessment.reference == reference))
    if fee is None:
        raise InvalidInput.at("assessment", T("This fee is not there any more."))
    fee = notice_in_its_place(sitting.session, fee)
    credit_line(sitting, row, fee, actor_in(fee.case_id))


def fee_by_code(session: Session, code: str) -> FeeAssessment:
    """The fee that money with a code somebody typed counts for. Raises InvalidInput for a mistyped or unknown one."""
    squeezed = re.sub(r"[^0-9A-Za-z]", "", code).upper()
    if not re.fullmatch(r"[2-9A-HJ-NP-Z]{10}", squeezed) or check_letter(squeezed[:9]) != squeezed[9]:
        raise InvalidInput.at(
            "code", T("This is not a payment code of the court. It has ten letters and digits, as on the fee page.")
        )
    row = session.scalar(select(FeeAssessment).where(FeeAssessment.transfer_code == squeezed))
    if row is None:
        raise InvalidInput.at("code", T("No fee has this code."))
    return notice_in_its_place(session, row)


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
