"""Is the money on the docket the money in the books? Fees, payments and refunds of a case, rebuilt from its entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.payments import names
from odr.payments.books.bookings import HOLDS, held_as
from odr.payments.models import (
    AssessmentState,
    Channel,
    FeeAssessment,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Payment,
    Refund,
    RefundState,
)
from odr.procedure.audit.entry_facts import EntryFacts, entry_facts

if TYPE_CHECKING:
    from odr.procedure.court import Court

ASKED = {
    names.ASSESS_FEE: "total",
    names.DEMAND_WITHDRAWN_FEE: "total",
    names.DEMAND_HALVED_FEE: "total",
    names.DEMAND_COSTS: "amount",
}
"""Acts whose entry says what a fee notice is over → where in its result the sum stands."""
TOLD = ("assessment", "payment", "refund", "earned")
"""Beginnings of the causes that stand for something of the docket."""
LEAVING = (RefundState.APPROVED, RefundState.SENT, RefundState.PAID, RefundState.FAILED)
"""States that only an approved refund reaches: in each of them money goes out, or may."""


@dataclass(frozen=True)
class Booking:
    """What a cause has to be booked as: from ``credit`` to ``debit``, minor units; None where any account may do."""

    minor: int
    debit: LedgerAccount | None = None
    credit: LedgerAccount | None = None


@dataclass(frozen=True)
class MoneyRows:
    """The rows of one case: notices, payments and refunds by reference, and the lines of the books by cause."""

    notices: Mapping[str, FeeAssessment]
    payments: Mapping[str, Payment]
    refunds: Mapping[str, Refund]
    booked: Mapping[str, Sequence[LedgerLine]]

    def came_along(self, notice: FeeAssessment | None) -> bool:
        """Whether a notice came here, paid, with another case: that case's docket tells of it (CPI 201)."""
        return notice is not None and any(
            cause.startswith(f"assessment/{notice.reference}/came") for cause in self.booked
        )

    def beyond_the_fee(self) -> Mapping[int, int]:
        """What of each payment was ordered back at once because it was more than was owed."""
        found: defaultdict[int, int] = defaultdict(int)
        for refund in self.refunds.values():
            if refund.ending is None and refund.persons_needed > 0:
                found[refund.payment_id] += refund.amount_minor
        return found

    def parted_from(self, refund: Refund) -> int:
        """What of an order went another way, as refunds of their own."""
        return sum(one.amount_minor for one in self.refunds.values() if one.part_of == refund.reference)

    def given_back_by_bank(self) -> int:
        """What banks gave back of what they had taken in disputes about payments of the case."""
        return sum(
            lines[0].amount_minor
            for cause, lines in self.booked.items()
            if cause.startswith("dispute/") and cause.endswith("/reinstated") and lines
        )

    def went_by_bank(self, refund: Refund) -> bool:
        """Whether a refund was set off against what the payer's bank took in a dispute."""
        return any(
            len(lines) == 2 and lines[1].account is LedgerAccount.RECEIVABLE
            for cause, lines in self.booked.items()
            if cause.startswith(f"refund/{refund.reference}/")
        )


def audit_books(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Fees, payments and refunds that differ between docket, rows and books, and bookings with nothing behind them.

    Sums are minor units. Notices that replace another, and refunds that a settlement or a decision on costs brings,
    stand in their entries without the sum: these are compared between row and books only. So are disputes of a bank and what is
    passed on to experts, which no entry of this room tells; payouts belong to no case. The account to which a refund
    goes is kept outside the docket.
    """
    acts = [act.name for act in court.table if act.room == "payments"]
    entries = list(entry_facts(session, case, *acts))
    rows = _rows(session, case, entries)
    labels = {party.id: party.label for party in case.parties}
    yield from _asked(case, rows, entries, labels)
    yield from _came(case, rows, entries, labels)
    yield from _goes_back(rows, entries)
    yield from _books(case, rows, entries)


def _rows(session: Session, case: Case, entries: Sequence[EntryFacts]) -> MoneyRows:
    """What belongs to the case, and what its entries or bookings name though it went along into another case since."""
    booked: defaultdict[str, list[LedgerLine]] = defaultdict(list)
    query = (
        select(LedgerEntry.cause, LedgerLine)
        .join(LedgerLine, LedgerLine.entry == LedgerEntry.reference, isouter=True)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.id, LedgerLine.amount_minor.desc())
    )
    for cause, line in session.execute(query):
        booked[cause] += [line] if line is not None else []
    asked = {str(e.result["assessment"]) for e in entries if "assessment" in e.result}
    asked |= {cause.split("/")[1] for cause in booked if cause.startswith("assessment/")}
    came = {str(e.result["payment"]) for e in entries if "payment" in e.result}
    notices = session.scalars(
        select(FeeAssessment).where(or_(FeeAssessment.case_id == case.id, FeeAssessment.reference.in_(asked)))
    )
    payments = session.scalars(select(Payment).where(or_(Payment.case_id == case.id, Payment.reference.in_(came))))
    refunds = session.scalars(select(Refund).where(Refund.case_id == case.id))
    return MoneyRows(
        {row.reference: row for row in notices},
        {row.reference: row for row in payments},
        {row.reference: row for row in refunds},
        booked,
    )


def _is_here(case: Case, row: FeeAssessment | Payment) -> bool:
    return row.case_id == case.id


def _asked(case: Case, rows: MoneyRows, entries: Sequence[EntryFacts], labels: Mapping[int, str]) -> Iterator[str]:
    """Fee notices against the entries that say the sum."""
    for entry in entries:
        if entry.act not in ASKED or "assessment" not in entry.result:
            continue
        said, row = entry.result, rows.notices.get(entry.result["assessment"])
        if row is None:
            yield f"entry {entry.number}: fee notice {said['assessment']} is gone"
            continue
        if (row.amount_minor, row.currency) != (said[ASKED[entry.act]], said["currency"]):
            yield f"entry {entry.number}: asks for {said['currency']} {said[ASKED[entry.act]]}, fee notice {row.reference} for {row.currency} {row.amount_minor}"
        if _is_here(case, row) and not rows.came_along(row):
            who = labels.get(row.party_id)
            if who != said["party"] or row.entry_number != entry.number:
                yield f"entry {entry.number}: asks {said['party']} for a fee, notice {row.reference} asks {who} by entry {row.entry_number}"


def _came(case: Case, rows: MoneyRows, entries: Sequence[EntryFacts], labels: Mapping[int, str]) -> Iterator[str]:
    """Payments against the entries that record them; one without an entry came along from another case."""
    recorded = {e.result["payment"]: e for e in entries if e.act == names.RECORD_PAYMENT and "payment" in e.result}
    for reference, entry in recorded.items():
        row, given = rows.payments.get(reference), entry.given()
        if row is None:
            yield f"entry {entry.number}: payment {reference} is gone"
            continue
        said = (given["amount"]["currency"], given["amount"]["minor"], given["channel"], given["source"])
        stands = (row.currency, row.amount_minor, row.channel.value, row.source)
        if said != stands:
            yield f"entry {entry.number}: payment {reference} is {said}, the row says {stands}"
        if (
            _is_here(case, row)
            and row.entry_number == entry.number
            and labels.get(row.party_id) != entry.result["party"]
        ):
            yield f"entry {entry.number}: payment {reference} is by {entry.result['party']}, the row says {labels.get(row.party_id)}"
    notices = {row.id: row for row in rows.notices.values()}
    paid: defaultdict[int, int] = defaultdict(int)
    beyond = rows.beyond_the_fee()
    for row in rows.payments.values():
        paid[row.assessment_id] += row.amount_minor - row.taken_back_minor - beyond.get(row.id, 0)
        notice = notices.get(row.assessment_id)
        if row.reference not in recorded and not rows.came_along(notice):
            yield f"payment {row.reference} stands in no entry"
    for notice in notices.values():
        is_paid, due = (
            paid[notice.id] >= notice.amount_minor,
            notice.state in (AssessmentState.DUE, AssessmentState.DEFERRED),
        )
        if (notice.state is AssessmentState.PAID and not is_paid) or (due and is_paid):
            yield f"entry {notice.entry_number}: fee notice {notice.reference} is {notice.state.value}, {paid[notice.id]} of {notice.amount_minor} came"


def _goes_back(rows: MoneyRows, entries: Sequence[EntryFacts]) -> Iterator[str]:
    """Refunds against the entries that ordered, approved and ended them."""
    ordered: defaultdict[int, int] = defaultdict(int)
    for row in rows.refunds.values():
        ordered[row.entry_number or 0] += row.amount_minor
    approved: dict[str, EntryFacts] = {}
    ended: dict[str, tuple[int, bool]] = {}
    for entry in entries:
        said = entry.result
        back = [said[name] for name in ("back", "excess") if isinstance(said.get(name), int)]
        if back and sum(back) != ordered[entry.number]:
            yield f"entry {entry.number}: orders {sum(back)} back, the refunds are over {ordered[entry.number]}"
        if entry.act == names.APPROVE_REFUND:
            approved[said["refund"]] = entry
        elif entry.act in (names.RECORD_REFUND, names.RECORD_OUTSIDE_REFUND):
            ended[said["refund"]] = (entry.number, said.get("paid", True))
    for reference in sorted({*approved, *ended} - rows.refunds.keys()):
        yield f"refund {reference} stands on the docket, and is gone"
    for row in rows.refunds.values():
        by_bank, ordered_as = rows.went_by_bank(row), row.part_of or row.reference
        approval = approved.get(row.reference, approved.get(ordered_as))
        yield from _one_refund(row, approval, ended.get(row.reference), by_bank=by_bank)


def _one_refund(
    row: Refund, approval: EntryFacts | None, end: tuple[int, bool] | None, *, by_bank: bool
) -> Iterator[str]:
    name = f"entry {row.entry_number}: refund {row.reference}"
    needed = approval.result["needed"] if approval is not None else None
    if approval is not None and needed != row.persons_needed:
        yield f"{name} needs {needed} persons by entry {approval.number}, the row says {row.persons_needed}"
    # What the payer's bank took in a dispute has left without the court.
    is_approved = (
        by_bank or row.persons_needed == 0 or (approval is not None and approval.result["approvals"] >= needed)
    )
    if row.state in LEAVING and not is_approved:
        yield f"{name} is {row.state.value}, and no entry approved it"
    if (row.state is RefundState.PAID) != (end is not None and end[1]):
        yield f"{name} is {row.state.value}, its last entry is {end[0] if end else None}"


def _books(case: Case, rows: MoneyRows, entries: Sequence[EntryFacts]) -> Iterator[str]:
    """Every booking of the case against what it is for."""
    expected = dict(_expected(case, rows, entries))
    for cause, lines in rows.booked.items():
        stands = expected.get(cause)
        if len(lines) != 2 or lines[0].amount_minor + lines[1].amount_minor or lines[0].amount_minor <= 0:
            yield f"booking {cause} is not one sum from one account to another"
        elif stands is None and cause.split("/")[0] in TOLD:
            yield f"booking {cause} stands for nothing on the docket"
        elif stands is not None:
            yield from _one_booking(cause, lines, stands)
    for cause, stands in expected.items():
        if stands.minor and cause not in rows.booked:
            yield f"booking {cause} over {stands.minor} is missing"


def _one_booking(cause: str, lines: Sequence[LedgerLine], stands: Booking) -> Iterator[str]:
    debit, credit = lines
    if debit.amount_minor != stands.minor:
        yield f"booking {cause} is over {debit.amount_minor}, it stands for {stands.minor}"
    if debit.account is not (stands.debit or debit.account) or credit.account is not (stands.credit or credit.account):
        yield f"booking {cause} goes from {credit.account.value} to {debit.account.value}"


def _expected(case: Case, rows: MoneyRows, entries: Sequence[EntryFacts]) -> Iterator[tuple[str, Booking]]:
    """Cause → what has to be booked, of everything whose sum a row or an entry knows."""
    taken: defaultdict[int, int] = defaultdict(int)
    for entry in entries:
        row = rows.payments.get(entry.result.get("payment", "")) if entry.act == names.RECORD_PAYMENT else None
        if row is not None:
            excess, held, cause = entry.result["excess"], HOLDS[row.channel], f"payment/{row.source}"
            taken[row.assessment_id] += row.amount_minor - excess
            yield cause, Booking(row.amount_minor - excess, held, LedgerAccount.RECEIVABLE)
            yield f"{cause}/excess", Booking(excess, held, LedgerAccount.REFUNDS)
        elif entry.act == names.SETTLE_FEES and "earned" in entry.result:
            earned = Booking(entry.result["earned"], LedgerAccount.DEFERRED, LedgerAccount.INCOME)
            yield f"earned/{case.reference}/{entry.number}", earned
    late = {f"earned/{case.reference}/{e.number}" for e in entries if e.act == names.RECORD_PAYMENT}
    for cause in late & rows.booked.keys():
        # Paid after the end, and earned at once: its entry tells the payment, not what of it is earned.
        yield cause, Booking(rows.booked[cause][0].amount_minor, LedgerAccount.DEFERRED, LedgerAccount.INCOME)
    for notice in rows.notices.values():
        yield from _of_notice(rows, notice, taken[notice.id])
    for refund in rows.refunds.values():
        yield from _of_refund(rows, refund, entries)


def _of_notice(rows: MoneyRows, notice: FeeAssessment, taken: int) -> Iterator[tuple[str, Booking]]:
    cause, held = f"assessment/{notice.reference}", held_as(notice)
    if not rows.came_along(notice):
        yield cause, Booking(notice.amount_minor, LedgerAccount.RECEIVABLE, held)
        if notice.state is AssessmentState.CANCELLED:
            yield f"{cause}/cancelled", Booking(_dropped(rows, notice, taken), held, LedgerAccount.RECEIVABLE)
    yield from _along(rows, notice)


def _dropped(rows: MoneyRows, notice: FeeAssessment, taken: int) -> int:
    """What of a notice was owed when it was replaced: what had not come, and what a bank had taken back before, though it may
    have given it back since.
    """
    left = notice.amount_minor - taken
    lost = sum(row.taken_back_minor for row in rows.payments.values() if row.assessment_id == notice.id)
    lines = rows.booked.get(f"assessment/{notice.reference}/cancelled", ())
    owed = {left + lost, left + lost + rows.given_back_by_bank()}
    return lines[0].amount_minor if lines and lines[0].amount_minor in owed else left


def _along(rows: MoneyRows, notice: FeeAssessment) -> Iterator[tuple[str, Booking]]:
    """A paid notice that went along with its case: what was held of it, by the way it had come. Before this was told apart it
    was booked whole, as if it were owed between the cases.
    """
    cause = f"assessment/{notice.reference}"
    for booked, lines in rows.booked.items():
        told = booked.removeprefix(f"{cause}/").split("/")
        if not booked.startswith(f"{cause}/") or told[0] not in ("left", "came"):
            continue
        where = HOLDS[Channel(told[2])] if len(told) == 3 else LedgerAccount.RECEIVABLE
        most = (
            notice.amount_minor if len(told) == 1 else min(notice.amount_minor, lines[0].amount_minor if lines else 0)
        )
        debit, credit = (LedgerAccount.DEFERRED, where) if told[0] == "left" else (where, LedgerAccount.DEFERRED)
        yield booked, Booking(most, debit, credit)


def _of_refund(rows: MoneyRows, refund: Refund, entries: Sequence[EntryFacts]) -> Iterator[tuple[str, Booking]]:
    """Money paid beyond a fee is owed back by the payment's own booking; every other refund by one of its own."""
    cause, whole = f"refund/{refund.reference}", refund.amount_minor + rows.parted_from(refund)
    if refund.part_of is None and (refund.ending is not None or refund.persons_needed == 0):
        yield cause, Booking(whole, credit=LedgerAccount.REFUNDS)
    for booked, lines in rows.booked.items():
        if booked.startswith(f"{cause}/"):
            # It may have gone out and come back as a whole before a part of it went another way.
            came_back = bool(lines) and lines[0].amount_minor == whole
            yield booked, Booking(whole if came_back else refund.amount_minor)
    for entry in entries:
        if entry.act == names.RECORD_REFUND and entry.result["refund"] == refund.reference and entry.result["paid"]:
            yield f"{cause}/{entry.given()['way']}", Booking(refund.amount_minor, debit=LedgerAccount.REFUNDS)
