"""The books: balanced by the database itself, append-only, booked once for each cause."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.ground.text import Money
from odr.payments.books.ledger import balance, is_balanced, post, trial_balance
from odr.payments.models import LedgerAccount, LedgerEntry, LedgerLine
from tests.conftest import MORNING

A, B = LedgerAccount.BANK, LedgerAccount.SUSPENSE


@pytest.fixture
def books(database_url: str) -> Iterator[Database]:
    """Fresh books, once on each engine."""
    database = Database(database_url, synchronous="OFF")
    yield database
    database.dispose()


def line(reference: str, amount: int, account: LedgerAccount = A, currency: str = "CNY") -> dict[str, object]:
    """A line, right or wrong."""
    return {"entry": reference, "account": account, "amount_minor": amount, "currency": currency}


def write(
    books: Database, lines: list[dict[str, object]], head: bool = True, more: list[dict[str, object]] | None = None
) -> None:
    """Write a booking past the function that would have made it right."""
    reference = new_reference()
    with books.write() as session:
        if lines:
            session.execute(insert(LedgerLine), [{**one, "entry": reference} for one in lines])
        if head:
            session.execute(
                insert(LedgerEntry),
                [{"reference": reference, "cause": reference, "what": "test", "booked_at": MORNING}],
            )
        if more:
            session.execute(insert(LedgerLine), [{**one, "entry": reference} for one in more])


@pytest.mark.parametrize(
    ("lines", "head", "more"),
    [
        ([line("", 100), line("", -99, B)], True, None),
        ([line("", 100)], True, None),
        ([], True, None),
        ([line("", 100), line("", -100, B, "GBP")], True, None),
        ([line("", 100), line("", -100, B)], False, None),
        ([line("", 100), line("", -100, B)], True, [line("", 5), line("", -5, B)]),
        ([line("", 0), line("", 0, B)], True, None),
    ],
    ids=["unbalanced", "one-sided", "empty", "two-currencies", "headless", "afterwards", "nothing"],
)
def test_the_database_refuses_what_does_not_balance(
    books: Database, lines: list[dict[str, object]], head: bool, more: list[dict[str, object]] | None
) -> None:
    """Whoever writes past the court's own functions is refused by the database, and nothing of it stays."""
    with pytest.raises(DBAPIError):
        write(books, lines, head, more)
    with books.read() as session:
        assert trial_balance(session) == []


def test_the_books_cannot_be_changed(books: Database) -> None:
    """No line and no head is ever updated or deleted."""
    write(books, [line("", 100), line("", -100, B)])
    for statement in (
        "UPDATE ledger_line SET amount_minor = amount_minor * 2",
        "DELETE FROM ledger_line",
        "UPDATE ledger_entry SET what = 'x'",
        "DELETE FROM ledger_entry",
    ):
        with pytest.raises(DBAPIError), books.write() as session:
            session.execute(text(statement))


def test_a_cause_is_booked_once(books: Database, clock: FixedClock) -> None:
    """The same cause a second time, even with another sum, books nothing."""
    with books.write() as session:
        assert post(session, "x", "test", A, B, Money(5, "CNY"), at=clock.now())
        assert not post(session, "x", "test", A, B, Money(7, "CNY"), at=clock.now())
        assert not post(session, "nothing", "test", A, B, Money(0, "CNY"), at=clock.now())
        with pytest.raises(ValueError, match="negative"):
            post(session, "y", "test", A, B, Money(-1, "CNY"), at=clock.now())
    with books.read() as session:
        assert balance(session, A, "CNY") == 5


@pytest.fixture(scope="module")
def empty_books(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with the court's tables in which nothing is kept: each example books and takes all back."""
    path = tmp_path_factory.mktemp("books") / "court.sqlite"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}", synchronous="OFF")
    yield database
    database.dispose()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(LedgerAccount)),
            st.sampled_from(list(LedgerAccount)),
            st.integers(0, 10**12),
            st.sampled_from(["CNY", "GBP"]),
        )
    )
)
@pytest.mark.slow
def test_the_books_always_balance(
    empty_books: Database, bookings: list[tuple[LedgerAccount, LedgerAccount, int, str]]
) -> None:
    """Whatever is booked, debits equal credits in every currency, and each account holds what was moved."""
    with empty_books.read() as session:
        for number, (debit, credit, minor, currency) in enumerate(bookings):
            post(session, str(number), "test", debit, credit, Money(minor, currency), at=MORNING)
        found = trial_balance(session)
        assert is_balanced(found)
        for account in LedgerAccount:
            moved = sum(
                minor * ((debit is account) - (credit is account))
                for debit, credit, minor, currency in bookings
                if currency == "CNY"
            )
            assert balance(session, account, "CNY") == moved
