"""Triggers that keep by whose account each mandate was given, on both engines."""

from __future__ import annotations

_NEEDS = "/* needs given_mandate */"
_LAID = "INSERT INTO given_mandate (mandate_id, account_id) SELECT m.id, p.account_id FROM mandate m, party p"
_HAS_ACCOUNT = "m.party_id = p.id AND p.account_id IS NOT NULL"
_OF_PARTY = "DELETE FROM given_mandate WHERE mandate_id IN (SELECT id FROM mandate WHERE party_id = NEW.id);"
# Of each: its name, its table, at what, when that matters, and what is done then.
_EACH = (
    ("mandate_given", "mandate", "AFTER INSERT", "", f"{_LAID} WHERE m.id = NEW.id AND {_HAS_ACCOUNT};"),
    ("mandate_not_given", "mandate", "BEFORE DELETE", "", "DELETE FROM given_mandate WHERE mandate_id = OLD.id;"),
    (
        "mandate_given_by",
        "party",
        "AFTER UPDATE",
        "OLD.account_id DIFFERS NEW.account_id",
        f"{_OF_PARTY} {_LAID} WHERE m.party_id = NEW.id AND {_HAS_ACCOUNT};",
    ),
)


def _sqlite() -> list[str]:
    found = []
    for name, table, event, when, done in _EACH:
        condition = f"WHEN {when.replace('DIFFERS', 'IS NOT')} " if when else ""
        found.append(f"CREATE TRIGGER IF NOT EXISTS {name} {_NEEDS} {event} ON {table} {condition}BEGIN {done} END")
    return found


def _postgresql() -> list[str]:
    found = []
    for name, table, event, when, done in _EACH:
        condition = f"WHEN ({when.replace('DIFFERS', 'IS DISTINCT FROM')}) " if when else ""
        given = "OLD" if "DELETE" in event else "NEW"
        function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        found.append(f"{function} AS $$ BEGIN {done} RETURN {given}; END $$")
        put_up = f"CREATE OR REPLACE TRIGGER {name} {_NEEDS} {event} ON {table} FOR EACH ROW"
        found.append(f"{put_up} {condition}EXECUTE FUNCTION {name}()")
    return found


TRIGGERS: dict[str, list[str]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
"""Dialect name → statements for a migration."""
