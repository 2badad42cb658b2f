"""The paper of a closed day: balances by account, under the court's seal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from odr.docket.papers import Paper, Signatory, Words, typeset
from odr.ground.text import Money, T, Text
from odr.payments.models import DailyClose, LedgerAccount

if TYPE_CHECKING:
    from odr.procedure.court import Court


@dataclass(frozen=True)
class AccountLine:
    """One account of the trial balance."""

    account: Words
    debit: Money
    credit: Money
    balance: Money


@dataclass(frozen=True, kw_only=True)
class DailyClosePaper(Paper):
    """What the books held when a day was closed."""

    template: ClassVar[str] = "daily_close"
    labels: ClassVar[dict[str, Text]] = Paper.labels | {
        "day": T("Day"),
        "last_entry": T("Last booking"),
        "account": T("Account"),
        "debit": T("Debit"),
        "credit": T("Credit"),
        "balance": T("Balance"),
        "balances": T("Trial balance"),
    }
    kind: Words = T("Daily close of the fee books")
    day: Words
    last_entry: str
    lines: Sequence[AccountLine]


def close_pdf(court: Court, close: DailyClose, locale: str) -> bytes:
    """The sealed report of a closed day."""
    name, now = (
        court.settings.court_name_zh if locale == "zh-Hans" else court.settings.court_name,
        court.clock.machine_now(),
    )
    paper = DailyClosePaper(
        court=name,
        issued_on=close.closed_at.astimezone(court.settings.tz).date(),
        signatories=[Signatory(T("Pay desk"), name)],
        day=close.day,
        last_entry=str(close.last_entry),
        lines=[_line(one) for one in close.balances],
    )
    pdf = typeset(court.ports.typesetter, paper, "zh-Hans" if locale == "zh-Hans" else "en", at=now)
    sealed: bytes = court.ports.sealer.seal_pdf(
        pdf, reason="Daily close", signer_name=court.settings.court_name, now=now
    )
    return sealed


def _line(kept: dict[str, object]) -> AccountLine:
    debit, credit, currency = int(str(kept["debit"])), int(str(kept["credit"])), str(kept["currency"])
    return AccountLine(
        LedgerAccount(kept["account"]).label,
        Money(debit, currency),
        Money(credit, currency),
        Money(debit - credit, currency),
    )
