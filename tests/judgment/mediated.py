"""A case ended by a mediation statement, and applications that it be heard again."""

from __future__ import annotations

from typing import Any

from odr.docket.models import Case, PartyKind, Role
from tests.judgment.bench import Bench
from tests.judgment.test_retrial_here import let_in
from tests.settlement.test_offers import settle

AGAINST: dict[str, Any] = {
    "grounds": ["not_voluntary"],
    "facts": "I was told that I had to sign: exhibit R-2.",
    "asks": "Dismiss the claim.",
}


def settled(bench: Bench, **changes: Any) -> None:
    """The parties have agreed, and everybody has signed the mediation statement."""
    reference = settle(bench, **changes)
    bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "sign_statement", {"agreement": reference})


def persons(bench: Bench) -> None:
    """Both sides are natural persons: this court can be asked itself (CPL 210)."""
    with bench.court.database.write() as session:
        for party in session.get_one(Case, bench.case_id).parties:
            party.kind = PartyKind.PERSON


def others(bench: Bench) -> None:
    """Who can hear the case again."""
    let_in(bench, "other", Role.JUDGE)
    for name in ("ann", "ben"):
        let_in(bench, name, Role.ASSESSOR)
