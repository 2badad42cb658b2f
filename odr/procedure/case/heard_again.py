"""By which entries a case began anew: sent back, or a retrial was ordered (CPL 41)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from odr.docket.models import DocketEntry
from odr.procedure.acts.table import Milestone, acts_that_mean


def acts_beginning_or_ending_anew() -> list[str]:
    """Names of the acts by which a case begins anew, and of those by which a retrial ends without a judgment."""
    return sorted({*acts_that_mean(Milestone.HEARD_AGAIN), *acts_that_mean(Milestone.RETRIAL_ENDED)})


def that_go_on(rows: Iterable[DocketEntry]) -> dict[int, list[DocketEntry]]:
    """Of each case the entries by which it began anew, from entries of these acts in their order; not those whose retrial ended
    without a judgment (CPI 404).
    """
    found: dict[int, list[DocketEntry]] = {}
    for entry in rows:
        result = json.loads(entry.payload)["result"]
        if result.get("heard_again"):
            found.setdefault(entry.case_id, []).append(entry)
        elif result.get("lives_again") and found.get(entry.case_id):
            found[entry.case_id].pop()
    return found
