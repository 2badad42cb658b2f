"""From findings to a decision in effect."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.clock import FixedClock
from odr.docket.models import Case, Document, Role, Stage, Track
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.errors import ActNotOpen, CaseMovedOn, Forbidden, InvalidInput
from odr.identity.actors import Actor
from odr.judgment.models import Decision, Obligation
from odr.notary.seal_check import SealState, validate_pdf
from odr.procedure.availability import StepUpNeeded
from odr.procedure.court import Court
from odr.procedure.models import WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench, lay_case, lay_exhibit


def test_a_case_is_decided_from_findings_to_effect(bench: Bench) -> None:
    """Findings, draft, cooling-off, issuing, service and the end of everybody's appeal time bring a decision into effect."""
    reference = bench.issue()
    assert bench.case().stage is Stage.PRONOUNCED
    bench.serve_decision("claimant/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.PRONOUNCED, "the respondent was not served yet"
    bench.serve_decision("respondent/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one()
        assert (owed.amount_minor, owed.currency) == (800_000, "CNY")
        assert session.scalars(select(Decision).where(Decision.reference == reference)).one().effective_at is not None
        assert bench.court.look(session).windows(session.get_one(Case, bench.case_id), "performance")
