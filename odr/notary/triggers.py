"""Triggers that make the log append-only in the database itself, on both engines."""

from __future__ import annotations

from sqlalchemy import Connection

_SEQUENCED = "OLD.id <> NEW.id OR OLD.leaf <> NEW.leaf OR OLD.log_index IS NOT NULL OR OLD.log_id IS NOT NULL OR NEW.log_index IS NULL OR NEW.log_id IS NULL"
# A receipt is erased as a whole, or follows its leaf to a later entry when a log had to be abandoned.
_ERASED_ONLY = (
    "OLD.reference <> NEW.reference OR OLD.body IS NULL OR OLD.erased_at IS NOT NULL OR NOT ("
    "(NEW.body IS NULL AND NEW.entry_id IS NULL AND NEW.erased_at IS NOT NULL)"
    " OR (NEW.body IS NOT NULL AND NEW.body = OLD.body AND NEW.erased_at IS NULL"
    " AND NEW.entry_id IS NOT NULL AND NEW.entry_id > OLD.entry_id))"
)
_SAME_TILE = "OLD.log_id <> NEW.log_id OR OLD.level <> NEW.level OR OLD.tile_index <> NEW.tile_index"
_GROWS_SQLITE = f"{_SAME_TILE} OR substr(NEW.data, 1, length(OLD.data)) IS NOT OLD.data"
_GROWS_POSTGRES = f"{_SAME_TILE} OR substring(NEW.data from 1 for length(OLD.data)) IS DISTINCT FROM OLD.data"

_FROZEN = ("log_checkpoint", "log_cosignature", "timestamp_token")
_KEPT = ("log", "log_entry", "log_tile", "receipt", "signing_key", *_FROZEN)
_KEYS = {
    "log_entry": "id = NEW.id OR (log_id = NEW.log_id AND log_index = NEW.log_index)",
    "log_tile": "log_id = NEW.log_id AND level = NEW.level AND tile_index = NEW.tile_index",
    "log_checkpoint": "log_id = NEW.log_id AND size = NEW.size",
}
_MESSAGE = "the log is append-only"


def _sqlite() -> list[str]:
    def refuse(name: str, when: str) -> str:
        return f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"

    statements = [refuse(f"{table}_no_delete", f"DELETE ON {table}") for table in _KEPT]
    statements += [refuse(f"{table}_no_update", f"UPDATE ON {table}") for table in _FROZEN]
    statements += [
        refuse("log_entry_sequenced_once", f"UPDATE ON log_entry WHEN {_SEQUENCED}"),
        refuse("log_tile_grows", f"UPDATE ON log_tile WHEN {_GROWS_SQLITE}"),
        refuse("receipt_erased_only", f"UPDATE ON receipt WHEN {_ERASED_ONLY}"),
    ]
    # INSERT OR REPLACE deletes without waking the DELETE trigger.
    statements += [
        # names of our own tables
        refuse(f"{t}_no_replace", f"INSERT ON {t} WHEN EXISTS (SELECT 1 FROM {t} WHERE {k})")  # nosec B608
        for t, k in _KEYS.items()
    ]
    return statements


def _postgresql() -> list[str]:
    def refuse(name: str, table: str, event: str, each: str = "ROW", when: str | None = None) -> str:
        condition = f" WHEN ({when})" if when else ""
        return f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each}{condition} EXECUTE FUNCTION notary_append_only()"

    statements = [
        "CREATE OR REPLACE FUNCTION notary_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ]
    for table in _KEPT:
        statements.append(refuse(f"{table}_no_delete", table, "DELETE"))
        statements.append(refuse(f"{table}_no_truncate", table, "TRUNCATE", each="STATEMENT"))
    statements += [refuse(f"{table}_no_update", table, "UPDATE") for table in _FROZEN]
    statements += [
        refuse("log_entry_sequenced_once", "log_entry", "UPDATE", when=_SEQUENCED),
        refuse("log_tile_grows", "log_tile", "UPDATE", when=_GROWS_POSTGRES),
        refuse("receipt_erased_only", "receipt", "UPDATE", when=_ERASED_ONLY),
    ]
    return statements


TRIGGERS: dict[str, list[str]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
"""Dialect name → statements for a migration."""


def create_triggers(connection: Connection) -> None:
    """Install the triggers; they may already be there."""
    for statement in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection) -> None:
    """Take the triggers away: a migration going down, or a test that damages rows."""
    for statement in TRIGGERS[connection.dialect.name]:
        words = statement.split()
        if "TRIGGER" not in words[:5]:
            continue
        name = words[words.index("BEFORE") - 1]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {words[words.index('ON') + 1]}")
