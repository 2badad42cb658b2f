"""Triggers that keep the books balanced in the database itself, on both engines.

Lines are written first; their deferred foreign key makes the transaction fail
without a head. The head is taken only over lines that add up to nothing in one
currency, and no line can follow it.
"""

from __future__ import annotations

_UNBALANCED = (
    "(SELECT count(*) FROM ledger_line WHERE entry = NEW.reference) < 2"
    " OR (SELECT sum(amount_minor) FROM ledger_line WHERE entry = NEW.reference) <> 0"
    " OR (SELECT count(DISTINCT currency) FROM ledger_line WHERE entry = NEW.reference) <> 1"
)
_HAS_HEAD = "EXISTS (SELECT 1 FROM ledger_entry WHERE reference = NEW.entry)"
_MESSAGES = {"ledger_entry": "a booking must balance", "ledger_line": "a booking is closed"}


def _sqlite_refuse(name: str, table: str, condition: str) -> str:
    return f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{_MESSAGES[table]}'); END"


_SQLITE = [
    _sqlite_refuse("ledger_entry_balances", "ledger_entry", _UNBALANCED),
    _sqlite_refuse("ledger_line_before_head", "ledger_line", _HAS_HEAD),
]


def _postgresql_check(function: str, condition: str, message: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )


# Two transactions cannot see each other's lines before they commit; the deferred check at the end catches what they add
# up to.
_POSTGRESQL = [
    _postgresql_check("ledger_entry_balances", _UNBALANCED, _MESSAGES["ledger_entry"]),
    _postgresql_check("ledger_line_before_head", _HAS_HEAD, _MESSAGES["ledger_line"]),
    _postgresql_check(
        "ledger_line_balances",
        "(SELECT sum(amount_minor) FROM ledger_line WHERE entry = NEW.entry) <> 0",
        _MESSAGES["ledger_entry"],
    ),
    "CREATE OR REPLACE TRIGGER ledger_entry_balances BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances()",
    "CREATE OR REPLACE TRIGGER ledger_line_before_head BEFORE INSERT ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_line_before_head()",
    "DROP TRIGGER IF EXISTS ledger_line_balances ON ledger_line",
    "CREATE CONSTRAINT TRIGGER ledger_line_balances AFTER INSERT ON ledger_line"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_line_balances()",
]

TRIGGERS: dict[str, list[str]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
"""Dialect name → statements, installed after every migration."""
