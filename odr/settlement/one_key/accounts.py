"""The account for a payout: where it lies, and what of it may be told."""

from __future__ import annotations

SEALED_FOR = "payout-accounts"
"""What the keys of the court's secret are drawn for here."""


def ends_with(account: str) -> str:
    """An account as the docket may tell it: its last four signs, and nothing of a shorter one."""
    tidy = "".join(account.split())
    return f"…{tidy[-4:]}" if len(tidy) >= 8 else "…"
