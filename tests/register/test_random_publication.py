"""The ledger closes to zero whatever is done, in whatever order, and its chain says what the rows say: of a judgment, and of
a fine with detention that stands beside it.
"""

from __future__ import annotations

import contextlib
import os
import random
from typing import Any

from odr.docket.models import Case
from odr.ground.errors import CourtError
from odr.procedure.audit.row_audit import audit_projections
from odr.register.publication import ledger
from tests.judgment.bench import Bench
from tests.register.publishing import numbered, proposal
from tests.register.test_sanctions import newest, ordered

ACTS = 2000 if os.environ.get("ODR_PROVE") else 24
REASONS = ("masking", "not_original", "never", "no_effect", "other", "mediated", "made up")


def given(bench: Bench, chance: random.Random, name: str) -> dict[str, Any]:
    """Something to do the act with, sensible or not."""
    row = chance.choice(numbered(bench))
    if name == "ask_sanction_review":
        return {"words": "Look at it."}
    if name == "record_sanction_review":
        return {
            "sanction": newest(bench).reference,
            "answer": chance.choice(("stays", "lifted")),
            "reasons": "As the file shows.",
        }
    if name in ("propose_publication", "correct_publication"):
        more = {"reason": chance.choice(REASONS)} if name == "correct_publication" else {}
        return {**proposal(bench, row), **more}
    if name == "approve_publication":
        return {"publication": row.reference, "text_sha256": row.proposed_sha256 or "0" * 64}
    if name in ("withhold", "withdraw_publication"):
        return {"publication": row.reference, "reason": chance.choice(REASONS)}
    if name == "publish_decision":
        return {"publication": row.reference}
    return {"publication": row.reference, "reasons": "As it is."}


def test_under_random_acts_the_account_comes_to_nothing(bench: Bench) -> None:
    """Acts in any order, by anybody: after each the rest is nothing, and the whole register is what its chain says."""
    ordered(bench)
    assert [row.kind for row in numbered(bench)] == ["judgment", "sanction"]
    chance = random.Random(20260706)
    who = {
        "propose_publication": "clerk",
        "correct_publication": "clerk",
        "publish_decision": "clerk",
        "object_to_publication": "claimant/1",
        "ask_sanction_review": "respondent/1",
        "record_sanction_review": "clerk",
    }
    names = (
        "propose_publication",
        "approve_publication",
        "publish_decision",
        "correct_publication",
        "withdraw_publication",
        "restore_publication",
        "withhold",
        "object_to_publication",
        "ask_sanction_review",
        "record_sanction_review",
    )
    done = 0
    for turn in range(ACTS):
        name = names[turn % 3] if turn < 3 else chance.choice(names)
        with contextlib.suppress(CourtError):
            bench.do(who.get(name, "judge"), name, given(bench, chance, name))
            done += 1
        if name == "propose_publication":
            bench.wait(days=6)
        with bench.court.database.read() as session:
            found = ledger.lines(session)
            assert len(found) == 2 and ledger.account(found, len(found))["rest"] == 0
            if turn % 8 == 7:
                assert ledger.wrong_in(session) == []
                case = session.get_one(Case, bench.case_id)
                told = audit_projections(bench.court, session, case)
                assert not [one for one in told if "ledger" in one or ": sanction" in one]
    assert done >= ACTS // 6
