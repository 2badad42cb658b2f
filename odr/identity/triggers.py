"""Triggers that keep by whose account each mandate was given, on both engines."""

from __future__ import annotations

from odr.ground.migrate import DIFFERS, Trigger

_LAID = "INSERT INTO given_mandate (mandate_id, account_id) SELECT m.id, p.account_id FROM mandate m, party p"
_HAS_ACCOUNT = "m.party_id = p.id AND p.account_id IS NOT NULL"
_OF_PARTY = "DELETE FROM given_mandate WHERE mandate_id IN (SELECT id FROM mandate WHERE party_id = NEW.id);"
EACH = (
    Trigger("mandate_given", "AFTER INSERT", "mandate", "", f"{_LAID} WHERE m.id = NEW.id AND {_HAS_ACCOUNT};"),
    Trigger(
        "mandate_not_given", "BEFORE DELETE", "mandate", "", "DELETE FROM given_mandate WHERE mandate_id = OLD.id;"
    ),
    Trigger(
        "mandate_given_by",
        "AFTER UPDATE",
        "party",
        "OLD.account_id DIFFERS NEW.account_id",
        f"{_OF_PARTY} {_LAID} WHERE m.party_id = NEW.id AND {_HAS_ACCOUNT};",
    ),
)
TRIGGERS: dict[str, list[str]] = {
    dialect: [said for one in EACH for said in one.statements(dialect, "given_mandate")] for dialect in DIFFERS
}
"""Dialect name → statements for a migration."""
