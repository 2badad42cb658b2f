"""Triggers that keep the hearings ahead of each account, on both engines."""

from __future__ import annotations

from odr.procedure.case.coming_dates.triggers import Kept

HEARINGS = Kept(
    "hearing",
    "hearing",
    "begins_at",
    "p.case_id = one.case_id",
    "one.state IN ('summoned', 'adjourning')",
    ("state", "begins_at"),
)
TRIGGERS: dict[str, list[str]] = HEARINGS.triggers()
"""Dialect name → statements for a migration."""
