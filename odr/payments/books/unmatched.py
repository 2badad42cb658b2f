"""Money nobody can place yet: which fee it may be for and why, and how it goes back to whoever sent it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON
from odr.notary.rehash.rounds import Holding
from odr.payments import names as act_names
from odr.payments.books.ledger import post
from odr.payments.fee.assessment import one_letter_off
from odr.payments.inputs import RefundEndInput
from odr.payments.models import (
    AssessmentState,
    BankLine,
    BankReturn,
    Channel,
    FactKind,
    FeeAssessment,
    LedgerAccount,
    Payment,
    Refund,
    RefundState,
    StripeFact,
)
from odr.payments.stripe.disputes import is_of_bank
from odr.procedure.receipt_files import in_row

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

MOST_PROPOSED, MOST_LOOKED_AT, MOST_WORDS = 3, 400, 8
_WORD = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True)
class Proposal:
    """A fee a transfer may be for: what is still owed on it, by whom, and every reason to think so."""

    fee: FeeAssessment
    case: Case
    payer: str
    left: Money
    reasons: tuple[Text, ...]
    weight: int


@dataclass(frozen=True)
class PartPaid:
    """A fee of which a part came: how much, and what is missing."""

    fee: FeeAssessment
    case: Case
    payer: str
    came: Money

    @property
    def left(self) -> Money:
        """What is missing."""
        return Money(self.fee.amount_minor - self.came.minor, self.fee.currency)


def proposals(session: Session, lines: Sequence[BankLine]) -> dict[int, list[Proposal]]:
    """For each line, the fees it may be for, the likeliest first: by its code with one letter wrong, the number of the
    case, the payer's name, or the sum. Nothing is credited by this; the cashier decides.
    """
    near = {line.id: _near_codes(line.purpose) for line in lines}
    codes = set().union(*near.values()) if near else set()
    if not lines:
        return {}
    said = [f"{line.payer} {line.purpose}" for line in lines]
    numbers = _numbers_in(session, said)
    left = FeeAssessment.amount_minor - func.coalesce(_came(), 0)
    query = (
        select(FeeAssessment, Case, Party.name, left)
        .join(Case, Case.id == FeeAssessment.case_id)
        .join(Party, Party.id == FeeAssessment.party_id)
        .where(FeeAssessment.state.in_((AssessmentState.DUE, AssessmentState.DEFERRED)))
        .where(
            or_(
                FeeAssessment.transfer_code.in_(codes),
                Case.number.in_(numbers),
                func.lower(Party.name).in_({line.payer.lower() for line in lines if line.payer}),
                left.in_({line.amount_minor for line in lines}),
            )
        )
        .order_by(FeeAssessment.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    fees = [(fee, case, name, int(minor)) for fee, case, name, minor in session.execute(query)]
    whole = len(fees) < MOST_LOOKED_AT
    return {line.id: _for_line(line, near[line.id], fees, whole=whole) for line in lines}


def _for_line(
    line: BankLine, near: set[str], fees: Sequence[tuple[FeeAssessment, Case, str, int]], *, whole: bool
) -> list[Proposal]:
    found = []
    for fee, case, payer, minor in fees:
        if fee.currency != line.currency:
            continue
        left = Money(minor, fee.currency)
        told = list(_reasons(line, near, fee, case, payer, left))
        if told:
            weight = sum(worth for worth, _ in told)
            found.append(Proposal(fee, case, payer, left, tuple(words for _, words in told), weight))
    found.sort(key=lambda one: (-one.weight, one.fee.id))
    best = [one for one in found if one.weight > 1][:MOST_PROPOSED]
    # The sum alone says something only where no other fee has it, of all there are.
    return best or (found if len(found) == 1 and whole else [])


def _reasons(
    line: BankLine, near: set[str], fee: FeeAssessment, case: Case, payer: str, left: Money
) -> list[tuple[int, Text]]:
    said = _plain(f"{line.payer} {line.purpose}")
    told: list[tuple[int, Text]] = []
    if fee.transfer_code in near:
        told.append((8, T("its code differs in one letter: %(code)s", code=fee.transfer_code)))
    if case.number and _plain(case.number) in said:
        told.append((6, T("it names the case")))
    if payer and _plain(payer) in said:
        told.append((4, T("it names the payer of the fee")))
    if left.minor == line.amount_minor:
        told.append((1, T("it is the same sum")))
    return told


def _plain(text: str) -> str:
    """As it is compared: half-width, without spaces and signs, in small letters."""
    return "".join(sign for sign in text.replace("（", "(").replace("）", ")").lower() if sign.isalnum())


def _numbers_in(session: Session, said: Sequence[str]) -> set[str]:
    """Numbers of cases that stand in some texts; asked of the cases whose number may be one of the pieces."""
    pieces = {piece for text in said for piece in re.findall(r"[(（]\d{4}[)）]\s*[^\s,，;；。]{2,30}?号", text)}
    spelled = {
        spelling
        for piece in pieces
        for bare in ("".join(piece.split()),)
        for spelling in (bare.replace("（", "(").replace("）", ")"), bare.replace("(", "（").replace(")", "）"))
    }
    return set(session.scalars(select(Case.number).where(Case.number.in_(spelled)))) if spelled else set()


def _near_codes(purpose: str) -> set[str]:
    """Codes of the court that differ in one letter from a word of ten letters and digits, or from two words of five."""
    words = [word.upper() for word in _WORD.findall(purpose)]
    tens = {word for word in words if len(word) == 10} | {
        a + b for a, b in itertools.pairwise(words) if len(a) == len(b) == 5
    }
    return {code for word in sorted(tens)[:MOST_WORDS] for code in one_letter_off(word)}


def part_paid(session: Session, after: str | None = None) -> Listed[PartPaid]:
    """Fees that are due and of which a part came, the oldest first."""
    came = _came()
    query = (
        select(FeeAssessment, Case, Party.name, came)
        .join(Case, Case.id == FeeAssessment.case_id)
        .join(Party, Party.id == FeeAssessment.party_id)
        .where(FeeAssessment.state.in_((AssessmentState.DUE, AssessmentState.DEFERRED)))
        .where(came > 0, came < FeeAssessment.amount_minor)
    )
    page = page_of(session, query, (Key(FeeAssessment.id),), after)
    return page.of([PartPaid(fee, case, name, Money(int(minor), fee.currency)) for fee, case, name, minor in page.rows])


def _came() -> ScalarSelect[int]:
    """What came for a fee and no bank took back; asked of each fee that is looked at, so that payments of other years are not
    gone through.
    """
    kept = func.sum(Payment.amount_minor - Payment.taken_back_minor)
    came = select(kept).where(Payment.assessment_id == FeeAssessment.id)
    return came.correlate(FeeAssessment).scalar_subquery()


@dataclass(frozen=True)
class Returned:
    """A refund that was transferred and may be what a bank sent back with a line: of the same sum, and not later."""

    refund: Refund
    case: Case
    payee: str


def refunds_returned(session: Session, lines: Sequence[BankLine]) -> Mapping[int, Sequence[Returned]]:
    """For each line the refunds, paid by transfer, that it may be the return of: an account was closed, a name was wrong."""
    query = (
        select(Refund, Case, Party.name)
        .join(Case, Case.id == Refund.case_id)
        .join(Party, Party.id == Refund.party_id)
        .where(
            Refund.state == RefundState.PAID,
            Refund.bank_reference.is_not(None),
            Refund.bank_reference.not_in(select(StripeFact.stripe_id).where(StripeFact.kind == FactKind.DISPUTE)),
            Refund.amount_minor.in_({line.amount_minor for line in lines}),
        )
        .order_by(Refund.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    rows = [Returned(*row) for row in session.execute(query)] if lines else []
    return {
        line.id: [
            one
            for one in rows
            if (one.refund.amount_minor, one.refund.currency) == (line.amount_minor, line.currency)
            and one.refund.finished_at is not None
            and one.refund.finished_at.date() <= line.booked_on + timedelta(days=1)
        ][:MOST_PROPOSED]
        for line in lines
    }


def take_back_refund(sitting: Sitting, line: BankLine, reference: str, actor_in: Callable[[int], Actor]) -> None:
    """A line is a refund that the bank sent back: the money is owed again to whoever did not get it (FEE 53).

    Raises ActNotOpen for a line that is used, InvalidInput for a refund that was not transferred or is over another sum.
    """
    must_wait(sitting, line)
    refund = sitting.session.scalar(select(Refund).where(Refund.reference == reference))
    way = refund.bank_reference if refund is not None else None
    if refund is None or way is None or refund.amount != line.amount or is_of_bank(sitting.session, way):
        raise InvalidInput.at("refund", T("This refund was not transferred, or is over another sum."))
    line.matched_at = sitting.now
    post(
        sitting.session,
        f"bank/{line.reference}/refund",
        "bank transfer matched",
        LedgerAccount.SUSPENSE,
        LedgerAccount.BANK,
        line.amount,
        at=sitting.now,
    )
    given = RefundEndInput(refund=reference, paid=False, channel=Channel.TRANSFER, way=way, at=sitting.now)
    case = sitting.session.get_one(Case, refund.case_id)
    sitting.perform(act_names.RECORD_REFUND, case, given, actor=actor_in(case.id))


def returns_of(session: Session, lines: Sequence[BankLine]) -> Mapping[int, BankReturn]:
    """What is asked to be paid back of some lines, by the line."""
    wanted = BankReturn.line_id.in_([line.id for line in lines]), BankReturn.dropped_at.is_(None)
    rows = session.scalars(select(BankReturn).where(*wanted)) if lines else ()
    return {row.line_id: row for row in rows}


def ask_return(sitting: Sitting, line: BankLine, why: str, account_id: int) -> BankReturn:
    """Have money that belongs to no fee paid back; above the sum of the court's settings a second cashier agrees first.

    Raises ActNotOpen for a line that is used, or already on its way back.
    """
    must_wait(sitting, line)
    above = line.amount_minor > sitting.court.settings.refund_second_person_above
    row = BankReturn(
        line_id=line.id, why=why, persons_needed=2 if above else 1, asked_by=account_id, asked_at=sitting.now
    )
    sitting.session.add(row)
    sitting.session.flush()
    return row


def approve_return(sitting: Sitting, line: BankLine, account_id: int) -> None:
    """A second cashier agrees. Raises ActNotOpen for whoever asked for it."""
    row = _asked(sitting, line)
    if row.is_approved:
        raise ActNotOpen(T("This is approved already."), source=sitting.court.cited_today("COURT once"))
    if row.asked_by == account_id:
        raise ActNotOpen(
            T("You have approved this already; a second person must."),
            source=sitting.court.cited_today("COURT two-persons"),
        )
    row.approved_by, row.approved_at = account_id, sitting.now


def drop_return(sitting: Sitting, line: BankLine, account_id: int) -> None:
    """Do not pay it back after all: the line waits for its fee again, and what had been agreed stays on record.

    Raises ActNotOpen where two had agreed and the one who asked would take it back alone: nobody may transfer it and then
    credit it.
    """
    row = _asked(sitting, line)
    if row.persons_needed > 1 and row.is_approved and row.asked_by == account_id:
        raise ActNotOpen(
            T("Two persons agreed to pay this back: whoever did not ask for it says that nothing was transferred."),
            source=sitting.court.cited_today("COURT two-persons"),
        )
    row.dropped_by, row.dropped_at = account_id, sitting.now


def record_return(sitting: Sitting, line: BankLine, way: str, account_id: int) -> BankReturn:
    """Record that it was transferred back: booked, and on record in the public log without a name or an account.

    Raises ActNotOpen while a second person has to agree, InvalidInput without the bank's reference.
    """
    row = _asked(sitting, line)
    if not row.is_approved:
        raise ActNotOpen(
            T("A second person must agree before this is paid back."),
            source=sitting.court.cited_today("COURT two-persons"),
        )
    if not way:
        raise InvalidInput.at("way", T("Write the bank's reference of the transfer."))
    _still_waits(sitting, line)
    row.way, row.returned_at, line.matched_at = way, sitting.now, sitting.now
    act: dict[str, JSON] = {
        "type": FORMAT,
        "act": "return_money_nobody_can_place",
        "line": line.reference,
        "fingerprint": line.fingerprint,
        "amount": str(line.amount_minor),
        "currency": line.currency,
        "why": row.why,
        "asked_by": str(row.asked_by),
        "asked_at": row.asked_at.isoformat(),
        "approved_by": str(row.approved_by) if row.approved_by is not None else None,
        "transferred_by": str(account_id),
        "transfer": way,
        "returned_at": sitting.now.isoformat(),
    }
    row.record, row.receipt = administration_act(sitting.court.notary, sitting.session, act, now=sitting.now)
    post(
        sitting.session,
        f"bank/{line.reference}/returned",
        "bank transfer returned",
        LedgerAccount.SUSPENSE,
        LedgerAccount.BANK,
        line.amount,
        at=sitting.now,
    )
    return row


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The acts by which money went back, with these receipts."""
    rows = session.execute(
        select(BankReturn.line_id, BankReturn.receipt, BankReturn.record).where(
            BankReturn.receipt.in_(references), BankReturn.record.is_not(None)
        )
    )
    return {
        receipt: in_row(f"return of bank line {number}", record.encode())
        for number, receipt, record in rows
        if receipt is not None and record is not None
    }


def _return_of(session: Session, line: BankLine) -> BankReturn | None:
    return session.scalar(select(BankReturn).where(BankReturn.line_id == line.id, BankReturn.dropped_at.is_(None)))


def _asked(sitting: Sitting, line: BankLine) -> BankReturn:
    row = _return_of(sitting.session, line)
    if row is None or row.returned_at is not None:
        raise ActNotOpen(
            T("Nobody asked that this money be paid back, or it has gone back."),
            source=sitting.court.cited_today("COURT once"),
        )
    return row


def must_wait(sitting: Sitting, line: BankLine) -> None:
    """Raises ActNotOpen for a line that is used, or whose money is on its way back."""
    _still_waits(sitting, line)
    if _return_of(sitting.session, line) is not None:
        raise ActNotOpen(T("This money is on its way back already."), source=sitting.court.cited_today("COURT once"))


def _still_waits(sitting: Sitting, line: BankLine) -> None:
    if line.matched_at is not None or line.amount_minor <= 0 or line.doubted_at is not None:
        raise ActNotOpen(
            T("This line of the statement is used already."), source=sitting.court.cited_today("COURT once")
        )
