"""Triggers that keep the inspections ahead of each account, on both engines."""

from __future__ import annotations

from odr.procedure.case.coming_dates.triggers import Kept

INSPECTIONS = Kept(
    "inspection",
    "inspection",
    "begins_at",
    "p.case_id = one.case_id",
    "one.state = 'ordered'",
    ("state", "begins_at"),
)
TRIGGERS: dict[str, list[str]] = INSPECTIONS.triggers()
"""Dialect name → statements for a migration."""
