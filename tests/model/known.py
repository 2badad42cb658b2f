"""Invariants that the court is known to break, until the mend is there; an empty table is the aim."""

from __future__ import annotations

KNOWN: dict[str, str] = {}
