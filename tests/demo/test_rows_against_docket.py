"""Somebody with the database in their hands changes a row that repeats the docket: the audit names case, entry and row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from odr.docket.models import Case
from odr.ground.db import Database
from odr.procedure.audit.docket_audit import audit
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.court import Court

LATER = "2027-01-04 15:59:59.999999"


@pytest.fixture(scope="module")
def copy(told: Court, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of the disputes, without the triggers that keep what is append-only."""
    path = tmp_path_factory.mktemp("copy") / "court.sqlite"
    assert told.database.path is not None
    with closing(sqlite3.connect(told.database.path)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
        for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            target.execute(f'DROP TRIGGER "{name}"')
        target.commit()
    database = Database(f"sqlite:///{path}", synchronous="OFF")
    yield database
    database.dispose()


def found(told: Court, copy: Database, *changes: str, **values: Any) -> list[str]:
    """What the audit of one case finds when these statements were made behind the court's back; then they are undone."""
    with copy.write() as session:
        case_id = values.pop("case_id")
        for change in changes:
            session.execute(text(change), {"case": case_id, **values} if ":case" in change else values)
        try:
            return audit_projections(told, session, session.get_one(Case, case_id))
        finally:
            session.rollback()


def one(copy: Database, query: str) -> Any:
    """The first row of a query."""
    with copy.read() as session:
        return session.execute(text(query)).first()


def test_the_disputes_are_what_their_dockets_make_them(told: Court) -> None:
    """Stage, days, time limits, parties, orders and books of ten disputes, rebuilt from their entries, are their rows;
    and something of each kind was compared.
    """
    with told.database.read() as session:
        assert audit(told, session) == []
        for table in ("window", "party", "decision_order", "obligation", "fee_assessment", "payment", "refund"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}"))
    assert len(told.hooks.audits) >= 3


DECIDED = "(SELECT case_id FROM obligation JOIN decision_order o ON o.id = order_id WHERE o.amount_minor > 0 LIMIT 1)"
SETTLED = "(SELECT case_id FROM refund WHERE state = 'paid' LIMIT 1)"
PAID = f"(SELECT id FROM fee_assessment WHERE case_id = {SETTLED} AND state = 'paid' LIMIT 1)"
LIMIT = f"(SELECT id FROM window WHERE case_id = {DECIDED} AND state = '%s' ORDER BY id LIMIT 1)"


@pytest.mark.parametrize(
    ("where", "change", "said"),
    [
        (DECIDED, "UPDATE \"case\" SET stage = 'pending' WHERE id = :case", "leaves the case at stage effective"),
        (DECIDED, f"UPDATE \"case\" SET pronounced_at = '{LATER}' WHERE id = :case", "says it was pronounced at 2027"),
        (DECIDED, f"UPDATE \"case\" SET effective_at = '{LATER}' WHERE id = :case", "says it was in effect at 2027"),
        (DECIDED, 'UPDATE "case" SET next_due_at = NULL WHERE id = :case', "the case waits for nothing"),
        (DECIDED, f"UPDATE window SET due_at = '{LATER}' WHERE id = {LIMIT % 'open'}", "ends at 2027-01-04"),
        (DECIDED, f"UPDATE window SET state = 'lapsed' WHERE id = {LIMIT % 'open'}", "no entry closed it"),
        (DECIDED, f"UPDATE window SET state = 'open' WHERE id = {LIMIT % 'lapsed'}", "is open, and entry"),
        (
            DECIDED,
            "UPDATE window SET state = 'open', closed_by = NULL WHERE kind = 'answer' AND case_id = :case",
            "met a time limit answer, and it is open",
        ),
        (
            DECIDED,
            f"UPDATE window SET state = 'open', closed_by = NULL WHERE id = {LIMIT % 'lapsed'}",
            "ended it",
        ),
        (DECIDED, f"UPDATE window SET closed_by = 999 WHERE id = {LIMIT % 'met'}", "names entry 999"),
        (DECIDED, f"UPDATE window SET closed_by = 1 WHERE id = {LIMIT % 'lapsed'}", "before it was opened"),
        (DECIDED, f"DELETE FROM window WHERE id = {LIMIT % 'lapsed'}", "which is gone"),
        (DECIDED, "UPDATE party SET name = 'Somebody else' WHERE case_id = :case AND ordinal = 1", "is called"),
        (DECIDED, "UPDATE party SET role = 'third_party' WHERE case_id = :case AND role = 'respondent'", "has no row"),
        (
            DECIDED,
            f"UPDATE party SET left_at = '{LATER}' WHERE case_id = :case AND role = 'claimant'",
            "is in the case",
        ),
        (
            DECIDED,
            "INSERT INTO party (reference, case_id, role, ordinal, name, kind, locale, abroad, online, details)"
            " SELECT 'zzzz', :case, 'respondent', 9, 'Stranger', 'person', 'en', 0, 0, '{}'",
            "respondent/9 (Stranger) stands in no entry",
        ),
        (DECIDED, "UPDATE decision_order SET amount_minor = 1 WHERE amount_minor > 0", "amount is CNY"),
        (
            DECIDED,
            "UPDATE decision_order SET debtor_id = creditor_id, creditor_id = debtor_id",
            "debtor is respondent/1, the row says claimant/1",
        ),
        (DECIDED, "UPDATE obligation SET amount_minor = 1 WHERE case_id = :case", "the obligations over 1"),
        (DECIDED, "DELETE FROM performance WHERE 1; DELETE FROM obligation WHERE case_id = :case", "nothing is owed"),
        (SETTLED, f"UPDATE fee_assessment SET amount_minor = 1 WHERE id = {PAID}", "asks for CNY 55000, fee notice"),
        (SETTLED, "UPDATE payment SET amount_minor = 1 WHERE case_id = :case", "payment"),
        (SETTLED, "UPDATE payment SET party_id = party_id + 1 WHERE case_id = :case", "is by claimant/1, the row says"),
        (SETTLED, "DELETE FROM refund_approval; DELETE FROM refund WHERE case_id = :case", "and is gone"),
        (SETTLED, "UPDATE refund SET amount_minor = 55000 WHERE case_id = :case", "over 27500, it stands for 55000"),
        (DECIDED, "UPDATE refund SET state = 'approved' WHERE case_id = :case", "and no entry approved it"),
        (SETTLED, "UPDATE refund SET persons_needed = 2 WHERE case_id = :case", "needs 1 persons by entry"),
        (SETTLED, "UPDATE refund SET state = 'ordered' WHERE case_id = :case", "is ordered, its last entry is"),
        (
            SETTLED,
            "UPDATE ledger_line SET amount_minor = 2 * amount_minor WHERE entry IN"
            " (SELECT reference FROM ledger_entry WHERE case_id = :case AND cause LIKE 'payment/%')",
            "is over 110000, it stands for 55000",
        ),
        (
            SETTLED,
            "UPDATE ledger_line SET account = 'bank' WHERE account = 'cash'",
            "goes from receivable to bank",
        ),
        (SETTLED, "DELETE FROM ledger_entry WHERE cause LIKE 'earned/%'", "booking earned/"),
        (
            SETTLED,
            "INSERT INTO ledger_entry (reference, cause, what, case_id, booked_at)"
            f" SELECT 'zzzz', 'earned/nothing/7', 'fee earned', :case, '{LATER}'",
            "booking earned/nothing/7",
        ),
    ],
)
def test_a_row_changed_behind_the_courts_back_is_named(
    told: Court, copy: Database, where: str, change: str, said: str
) -> None:
    """Each change of a row that repeats the docket is told with the case and what differs."""
    ((case_id, number),) = [one(copy, f'SELECT id, number FROM "case" WHERE id = {where}')]
    assert found(told, copy, case_id=case_id) == []
    faults = found(told, copy, *change.split("; "), case_id=case_id)
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith(f"case {number}: ") for fault in faults)


def test_a_time_limit_changed_together_with_its_working_is_reckoned_again(told: Court, copy: Database) -> None:
    """Another last day, written into the working too: its own start and length do not lead there."""
    row = one(copy, "SELECT id, case_id, working FROM window WHERE state = 'open' ORDER BY id LIMIT 1")
    due = datetime.fromisoformat(LATER + "+00:00").isoformat()
    working = json.dumps({**json.loads(row.working), "due_at": due, "result": "2027-01-04"})
    change = f"UPDATE window SET due_at = '{LATER}', working = :working WHERE id = {row.id}"
    faults = found(told, copy, change, case_id=row.case_id, working=working)
    assert any("ends at 2027-01-04" in fault and "and its working leads to" in fault for fault in faults), faults


COMPARED: dict[str, dict[str, object]] = {
    "case": {
        "closed_at": LATER,
        "pronounced_at": LATER,
        "effective_at": LATER,
        "accepted_at": LATER,
        "next_due_at": LATER,
    },
    "window": {"due_at": LATER, "opened_at": LATER, "opened_by": 998},
    "party": {"name": "Somebody else", "ordinal": 7, "left_at": LATER},
    "fee_assessment": {"amount_minor": 7, "currency": "GBP", "state": "due", "reference": "zzzz"},
    "payment": {"amount_minor": 7, "currency": "GBP", "channel": "card", "source": "counter/x", "reference": "zzzz"},
    "refund": {"amount_minor": 7, "state": "failed"},
}
"""Table → column → a value that no row of the disputes has there for good reason."""
PLACES = [(table, column) for table, columns in COMPARED.items() for column in columns]


@pytest.mark.parametrize(("table", "column"), PLACES)
def test_no_compared_column_of_any_row_can_be_changed_unseen(
    told: Court, copy: Database, table: str, column: str
) -> None:
    """Another value in a column that the docket proves does not pass, whatever row of the table has it."""
    owner, value = "id" if table == "case" else "case_id", COMPARED[table][column]
    with copy.read() as session:
        rows = session.execute(text(f'SELECT id, {owner}, "{column}" FROM "{table}" ORDER BY id')).all()
    # A claim that was not accepted yet has no entry that would say when.
    proven = [row for row in rows if row[2] != value and (column != "accepted_at" or row[2] is not None)]
    change = f'UPDATE "{table}" SET "{column}" = :value WHERE id = :row'
    assert proven
    for number, case_id, _ in proven[:: max(1, len(proven) // 12)]:
        assert found(told, copy, change, case_id=case_id, value=value, row=number), (number, case_id)


def test_entries_of_the_first_format_raise_no_alarm(told: Court, copy: Database) -> None:
    """Dockets that are older in whole or in part, and say neither stage nor sign-in, are not held against rows."""
    with copy.read() as session:
        cases = list(session.execute(text("SELECT case_id, max(number) FROM docket_entry GROUP BY case_id")))
    for case_id, last in cases:
        for until in (last, last // 2):
            older = (
                "UPDATE docket_entry SET payload = json_set(json_remove(payload, '$.stage', '$.time_doubt',"
                f" '$.actor.sign_in', '$.actor.confirmed'), '$.format', 'court-entry/1') WHERE case_id = :case AND number <= {until}"
            )
            assert found(told, copy, older, case_id=case_id) == []


def test_a_gap_between_stages_is_named(told: Court, copy: Database) -> None:
    """An entry that does not begin where the one before ended is told with its number."""
    change = "UPDATE docket_entry SET payload = json_set(payload, '$.stage.before', 'closed') WHERE case_id = :case AND number = 5"
    case_id = one(copy, "SELECT min(case_id) FROM docket_entry")[0]
    faults = found(told, copy, change, case_id=case_id)
    assert any("entry 5: begins at stage closed, the entry before left it at pending" in fault for fault in faults), (
        faults
    )


def test_who_acted_is_held_against_the_partys_row(told: Court, copy: Database) -> None:
    """An entry whose row names another party than its payload is told."""
    change = "UPDATE docket_entry SET party_id = party_id + 1 WHERE case_id = :case AND number = 1"
    case_id = one(copy, "SELECT min(case_id) FROM docket_entry")[0]
    faults = found(told, copy, change, case_id=case_id)
    assert any("entry 1: was made by claimant/1, its row says respondent/1" in fault for fault in faults), faults
