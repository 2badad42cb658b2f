"""Triggers that keep which papers lie unopened for each account, as the inboxes, the parties and their mandates are, on both engines."""

from __future__ import annotations

from odr.ground.migrate import DIFFERS, Trigger
from odr.procedure.case.coming_dates.triggers import AGREED, OF_MANDATE, OF_PARTY, differs

_SHARED = "PERFORM 1 FROM party WHERE id = NEW.party_id FOR SHARE; "
_HELD = "PERFORM 1 FROM party WHERE id = {row}.party_id FOR NO KEY UPDATE; "
"""A mandate is agreed while the worker lays a paper into the inbox: neither would see what the other has not committed. Whoever comes
second waits for the other, and looks then. A party that changes is held by that already.
"""


def laid(which: str) -> str:
    """The statement that names some papers ``one`` for each account that is, or acts for, their party."""
    paper = f"{which} AND one.read_at IS NULL AND p.id = one.party_id AND p.left_at IS NULL"
    # The names are those of our own tables.
    return (
        "INSERT INTO unread_paper (account_id, item_id, placed_at) "  # nosec B608
        "SELECT p.account_id, one.id, one.placed_at FROM service_inbox one, party p "
        f"WHERE {paper} AND p.account_id IS NOT NULL UNION "
        "SELECT m.account_id, one.id, one.placed_at FROM service_inbox one, party p, mandate m "
        f"WHERE {paper} AND m.party_id = p.id AND {AGREED};"
    )


def _gone(which: str) -> str:
    return f"DELETE FROM unread_paper WHERE item_id {which};"  # nosec B608 - our own names


def _anew(party: str) -> str:
    """The papers of a party, whoever is or acts for it now."""
    theirs = f"SELECT id FROM service_inbox WHERE party_id = {party}"  # nosec B608 - our own names
    return f"{_gone(f'IN ({theirs})')} {laid(f'one.party_id = {party}')}"


EACH = (
    Trigger("unread_in", "AFTER INSERT", "service_inbox", "NEW.read_at IS NULL", laid("one.id = NEW.id"), _SHARED),
    Trigger(
        "unread_opened",
        "AFTER UPDATE",
        "service_inbox",
        differs(("read_at", "party_id", "placed_at")),
        f"{_gone('= OLD.id')} {laid('one.id = NEW.id')}",
    ),
    Trigger("unread_out", "AFTER DELETE", "service_inbox", "OLD.read_at IS NULL", _gone("= OLD.id")),
    Trigger("unread_party", "AFTER UPDATE", "party", differs(OF_PARTY), _anew("NEW.id")),
    Trigger(
        "unread_mandate_in",
        "AFTER INSERT",
        "mandate",
        "NEW.accepted_at IS NOT NULL",
        _anew("NEW.party_id"),
        _HELD.format(row="NEW"),
    ),
    Trigger(
        "unread_mandate",
        "AFTER UPDATE",
        "mandate",
        differs(OF_MANDATE),
        f"{_anew('OLD.party_id')} {_anew('NEW.party_id')}",
        _HELD.format(row="OLD") + _HELD.format(row="NEW"),
    ),
    Trigger(
        "unread_mandate_out",
        "AFTER DELETE",
        "mandate",
        "OLD.accepted_at IS NOT NULL",
        _anew("OLD.party_id"),
        _HELD.format(row="OLD"),
    ),
)
TRIGGERS: dict[str, list[str]] = {
    dialect: [said for one in EACH for said in one.statements(dialect, "unread_paper")] for dialect in DIFFERS
}
"""Dialect name → statements for a migration."""
