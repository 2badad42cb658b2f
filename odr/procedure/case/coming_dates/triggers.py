"""Triggers that keep the dates of each account as the time limits, the parties and their mandates are, on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from odr.ground.migrate import DIFFERS, Trigger

AGREED = "m.signed_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.revoked_at IS NULL AND m.account_id IS NOT NULL"
"""When a mandate ``m`` is agreed to by both and not revoked, whatever the day."""
_HELD = 'PERFORM 1 FROM "case" WHERE id = {row}.case_id FOR NO KEY UPDATE; '
"""Mandates are agreed and ended on pages of accounts, while an act of the case opens a time limit: neither would see what the other has
not committed. The act holds its case; whoever changes for whom somebody acts waits for it, and looks then.
"""
OF_PARTY = ("account_id", "left_at")
OF_MANDATE = ("account_id", "party_id", "signed_at", "accepted_at", "revoked_at")


@dataclass(frozen=True)
class Kept:
    """A table whose rows ``one`` have a date: in which column, for which parties ``p``, while what is true of them, and the columns
    on which that hangs.
    """

    kind: str
    table: str
    at: str
    parties: str
    standing: str
    changes: tuple[str, ...]

    def laid(self, *which: str) -> str:
        """The statement that lays the dates of some rows, or of all: for each account that is, or acts for, one of the parties who are
        still in the case.
        """
        dated = f"'{self.kind}', one.id, one.case_id, one.{self.at}"
        where = " AND ".join((*which, self.standing, self.parties, "p.left_at IS NULL"))
        # The names are those of our own tables.
        return (
            "INSERT INTO coming_date (account_id, kind, subject, of_case, at) "  # nosec B608
            f'SELECT p.account_id, {dated} FROM "{self.table}" one, party p WHERE {where} AND p.account_id IS NOT NULL UNION '
            f'SELECT m.account_id, {dated} FROM "{self.table}" one, party p, mandate m WHERE {where} AND m.party_id = p.id AND {AGREED};'
        )

    def gone(self, which: str) -> str:
        """The statement that takes away the dates of some rows."""
        return f"DELETE FROM coming_date WHERE kind = '{self.kind}' AND subject {which};"  # nosec B608

    def of_case(self, row: str) -> tuple[str, str]:
        """Statements that lay all dates of a case anew."""
        its = f"one.case_id = {row}.case_id"
        theirs = f'SELECT one.id FROM "{self.table}" one WHERE {its} AND {self.standing}'  # nosec B608
        return self.gone(f"IN ({theirs})"), self.laid(its)

    def triggers(self) -> dict[str, list[str]]:
        """By the engine's name, the statements that put them up."""
        itself = self.laid("one.id = NEW.id")
        # Of each: what it is called after, on which table, at what, when that matters, and what is done then.
        each: list[tuple[str, str, str, str, Sequence[str]]] = [
            ("in", self.table, "INSERT", self.standing.replace("one.", "NEW."), [itself]),
            ("anew", self.table, "UPDATE", differs(self.changes), [self.gone("= OLD.id"), itself]),
            ("out", self.table, "DELETE", self.standing.replace("one.", "OLD."), [self.gone("= OLD.id")]),
            ("party_in", "party", "INSERT", "NEW.account_id IS NOT NULL", self.of_case("NEW")),
            ("party", "party", "UPDATE", differs(OF_PARTY), self.of_case("NEW")),
            ("mandate_in", "mandate", "INSERT", "NEW.accepted_at IS NOT NULL", self.of_case("NEW")),
            ("mandate", "mandate", "UPDATE", differs(OF_MANDATE), self.of_case("NEW")),
            ("mandate_out", "mandate", "DELETE", "OLD.accepted_at IS NOT NULL", self.of_case("OLD")),
        ]
        kept = [
            Trigger(
                f"{self.kind}_dated_{what}",
                f"AFTER {event}",
                on,
                when,
                " ".join(done),
                "" if on == self.table else _HELD.format(row="OLD" if event == "DELETE" else "NEW"),
            )
            for what, on, event, when, done in each
        ]
        return {
            dialect: [said for one in kept for said in one.statements(dialect, "coming_date", self.table)]
            for dialect in DIFFERS
        }


def differs(columns: Sequence[str]) -> str:
    """When one of some columns has changed."""
    return " OR ".join(f"OLD.{column} DIFFERS NEW.{column}" for column in columns)


LIMITS = Kept(
    "limit",
    "window",
    "due_at",
    "p.id = one.party_id",
    "one.state = 'open' AND one.due_at IS NOT NULL",
    ("state", "due_at", "party_id"),
)
TRIGGERS: dict[str, list[str]] = LIMITS.triggers()
"""Dialect name → statements for a migration."""
