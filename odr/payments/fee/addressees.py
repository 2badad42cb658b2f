"""Whom a notice about a fee is served on: the one it asks for something, and nobody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party
from odr.payments.fee.assessment import assessments_of
from odr.payments.models import ReliefRequest

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def who_pays(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The party whose fee an entry asks for."""
    rows = assessments_of(sitting.session, case, demands=True)
    return _one(case, {row.party_id for row in rows if row.entry_number == entry.number})


def who_is_reminded(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The party whose unpaid fee a reminder is about."""
    fee = json.loads(entry.payload)["input"]["assessment"]
    rows = assessments_of(sitting.session, case, demands=True)
    return _one(case, {row.party_id for row in rows if row.reference == fee})


def who_asked_relief(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The party that asked for help with a fee."""
    request = json.loads(entry.payload)["input"]["request"]
    asked = select(ReliefRequest.party_id).where(ReliefRequest.case_id == case.id, ReliefRequest.reference == request)
    return _one(case, set(sitting.session.scalars(asked)))


def _one(case: Case, ids: set[int]) -> list[Party]:
    return [party for party in case.parties if party.id in ids][:1]
