"""Triggers that write down each change of what lies on the desks, on both engines."""

from __future__ import annotations

_NEEDS = "/* needs desk_change */"
_DIFFERS = "OLD.done_at IS {no} NEW.done_at OR OLD.role <> NEW.role OR OLD.opened_at <> NEW.opened_at"


def _sqlite() -> list[str]:
    def one(name: str, event: str, *changes: str, when: str) -> str:
        return f"CREATE TRIGGER IF NOT EXISTS {name} {_NEEDS} AFTER {event} ON task WHEN {when} BEGIN {''.join(changes)} END"

    def row(which: str, change: int) -> str:
        return (
            "INSERT INTO desk_change (role, hour, change, folded) "  # nosec B608 - names of our own tables
            f"SELECT {which}.role, substr({which}.opened_at, 1, 13), {change}, 0 WHERE {which}.done_at IS NULL;"
        )

    less, more = row("OLD", -1), row("NEW", 1)
    return [
        one("task_counted_in", "INSERT", more, when="NEW.done_at IS NULL"),
        one("task_counted_anew", "UPDATE", less, more, when=_DIFFERS.format(no="NOT")),
        one("task_counted_out", "DELETE", less, when="OLD.done_at IS NULL"),
    ]


def _postgresql() -> list[str]:
    def row(which: str, change: int) -> str:
        hour = f"to_char({which}.opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return (
            f"IF {which}.done_at IS NULL THEN INSERT INTO desk_change (role, hour, change, folded) "
            f"VALUES ({which}.role,{hour},{change},false);"
            " END IF;"
        )

    less, more = row("OLD", -1), row("NEW", 1)
    function = (
        f"CREATE OR REPLACE FUNCTION task_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN {less} END IF; IF TG_OP <> 'DELETE' THEN {more} END IF; RETURN NULL; END $$"
    )

    def one(name: str, event: str, when: str) -> str:
        return f"CREATE OR REPLACE TRIGGER {name} {_NEEDS} AFTER {event} ON task FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION task_counted()"

    return [
        function,
        one("task_counted_in", "INSERT", "NEW.done_at IS NULL"),
        one("task_counted_anew", "UPDATE", _DIFFERS.format(no="DISTINCT FROM")),
        one("task_counted_out", "DELETE", "OLD.done_at IS NULL"),
    ]


TRIGGERS: dict[str, list[str]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
"""Dialect name → statements for a migration."""
