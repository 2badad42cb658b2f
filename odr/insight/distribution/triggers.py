"""Triggers that write down how each seat of a judge came about, on both engines. Neither a draw nor from when somebody sat is changed."""

from __future__ import annotations

from odr.ground.migrate import DIFFERS, Trigger

_DAY = {"sqlite": "substr({at}, 1, 10)", "postgresql": "to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"}
_BY_IT = "d.case_id = {s}.case_id AND d.account_id = {s}.account_id AND d.role = {s}.role AND d.at = {s}.from_at"
_ADD = "INSERT INTO lot_change (what, day, change, folded) "
_IS_JUDGE = "NEW.role = 'judge'"


def _drawn(day: str, no: str) -> str:
    """With a draw: it is one, and the seat it gave is none without a lot."""
    kind = "CASE WHEN NEW.anchored THEN 'anchored' ELSE 'unanchored' END"
    given = "s.case_id = NEW.case_id AND s.account_id = NEW.account_id AND s.role = NEW.role AND s.from_at = NEW.at"
    other = f"EXISTS (SELECT 1 FROM draw_record d WHERE {_BY_IT.format(s='s')} AND d.id <> NEW.id)"
    return (
        f"{_ADD} SELECT {kind}, {day.format(at='NEW.at')}, 1, {no}; "  # nosec B608 - names of our own tables
        f"{_ADD} SELECT 'undrawn', {day.format(at='s.from_at')}, -1, {no} FROM seat s WHERE {given} AND NOT {other};"
    )


def _seated(day: str, no: str) -> str:
    """With a seat: without a lot, unless a draw gave it."""
    drawn = f"EXISTS (SELECT 1 FROM draw_record d WHERE {_BY_IT.format(s='NEW')})"
    return f"{_ADD} SELECT 'undrawn', {day.format(at='NEW.from_at')}, 1, {no} WHERE NOT {drawn};"  # nosec B608


_EACH = (("lot_counted", "draw_record", _drawn), ("seat_counted", "seat", _seated))


def _put_up(dialect: str) -> list[str]:
    day, no = _DAY[dialect], {"sqlite": "0", "postgresql": "false"}[dialect]
    kept = [Trigger(name, "AFTER INSERT", table, _IS_JUDGE, done(day, no)) for name, table, done in _EACH]
    return [said for one in kept for said in one.statements(dialect, "lot_change")]


TRIGGERS: dict[str, list[str]] = {dialect: _put_up(dialect) for dialect in DIFFERS}
"""Dialect name → statements for a migration."""


def counted_anew(dialect: str) -> tuple[str, str]:
    """Statements that count all draws, and all seats without one."""
    day, yes = _DAY[dialect], {"sqlite": "1", "postgresql": "true"}[dialect]
    kind = "CASE WHEN d.anchored THEN 'anchored' ELSE 'unanchored' END"
    drawn = f"EXISTS (SELECT 1 FROM draw_record d WHERE {_BY_IT.format(s='s')})"
    return (
        f"{_ADD} SELECT {kind}, {day.format(at='d.at')}, count(*), {yes} FROM draw_record d "  # nosec B608
        "WHERE d.role = 'judge' GROUP BY 1, 2",
        f"{_ADD} SELECT 'undrawn', {day.format(at='s.from_at')}, count(*), {yes} FROM seat s "  # nosec B608
        f"WHERE s.role = 'judge' AND NOT {drawn} GROUP BY 1, 2",
    )
