"""Which retrial a case is heard on, and the fees that were asked for it: those of an earlier one are settled (FEE 9, 28, 32)."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import entries_of
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment
from odr.procedure.case.heard_again import acts_beginning_or_ending_anew, that_go_on


def retrial_began(session: Session, case: Case) -> int | None:
    """Number of the entry that ordered the last retrial that did not end without a judgment (CPI 404); None where there was none."""
    rows = (one for act in acts_beginning_or_ending_anew() for one in entries_of(session, case, act))
    anew = that_go_on(sorted(rows, key=lambda one: one.number)).get(case.id, [])
    ordered = [one.number for one in anew if json.loads(one.payload)["result"].get("ordered")]
    return ordered[-1] if ordered else None


def fees_of_retrial(session: Session, case: Case, began: int, party_id: int | None = None) -> list[FeeAssessment]:
    """Notices of the fee of the retrial that an entry ordered, of one party or of all."""
    rows = assessments_of(session, case, party_id=party_id)
    return [row for row in rows if row.matter is Matter.RETRIAL and row.entry_number >= began]


def has_fee_of_retrial(session: Session, case: Case, party_id: int) -> bool:
    """Whether a party was asked for a fee of the retrial that is heard: how the case ends is about none that was heard before."""
    if not any(row.matter is Matter.RETRIAL for row in assessments_of(session, case, party_id=party_id)):
        return False
    began = retrial_began(session, case)
    return began is not None and bool(fees_of_retrial(session, case, began, party_id))
