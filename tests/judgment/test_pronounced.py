"""The written judgment of what was pronounced in the hearing: it is signed without resting, issued, and sent in its ten days (CPL
151, 155).
"""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.docket.models import Case, Document, Stage
from odr.ground.errors import ActNotOpen
from odr.ground.text import write_paper_day
from odr.judgment.decision.issuing import orders_digest
from odr.judgment.models import Decision
from odr.judgment.queries import current_draft
from odr.procedure.models import Task, WindowState
from tests.judgment.bench import Bench
from tests.judgment.test_panel import FOR, panel, vote
from tests.scene import PAPERS

__all__ = ["panel"]


def spoken(bench: Bench) -> None:
    """Yesterday's hearing ended with the judgment: its row as the act leaves it, which needs a hearing that is open."""
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        decision = current_draft(sitting.session, case)
        assert decision is not None
        at = sitting.now - timedelta(days=1)
        decision.pronounced_entry, decision.pronounced_at, case.pronounced_at = case.entry_count, at, at
        decision.pronounced_sha256 = orders_digest(decision)
        sitting.start_window(case, "send_judgment", start=at, subject=decision.reference)


def sending(bench: Bench) -> WindowState:
    """How the time in which it is sent stands."""
    with bench.court.database.read() as session:
        (window,) = bench.court.look(session).windows(session.get_one(Case, bench.case_id), "send_judgment", state=None)
        return window.state


def test_what_was_pronounced_is_signed_issued_and_sent_in_its_time(panel: Bench) -> None:
    """No day of rest: it was given already. Its paper bears the day on which it was spoken, and the clerk's signature meets the
    time in which it is sent.
    """
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    spoken(panel)
    reference = panel.draft_reference()
    for who in ("ann", "ben", "judge"):
        vote(panel, who, FOR)
    panel.do("judge", "send_for_signing", {"decision": reference})
    with panel.court.database.read() as session:
        waits = select(Task).where(Task.case_id == panel.case_id, Task.kind == "pronounce", Task.done_at.is_(None))
        assert "was pronounced in the hearing" in session.scalars(waits).one().title["en"]
    panel.do("judge", "issue_decision", {"decision": reference, "case_number": panel.number})
    assert panel.case().stage is Stage.PRONOUNCED and sending(panel) is WindowState.OPEN
    panel.do("clerk", "countersign_decision", {"decision": reference})
    assert sending(panel) is WindowState.MET
    with panel.court.database.read() as session:
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        assert decision.pronounced_at is not None
        paper = session.scalars(PAPERS.where(Document.kind == "decision")).one()
        day = decision.pronounced_at.astimezone(panel.court.settings.tz).date()
    text = " ".join("".join(p.extract_text() for p in PdfReader(BytesIO(paper.content)).pages).split())
    assert write_paper_day(day, "en").replace("\u00a0", " ") in text.replace("\u00a0", " ")


def test_the_orders_that_were_pronounced_are_the_orders_of_the_paper(panel: Bench) -> None:
    """Another sum is not signed, however the panel votes: only an appeal changes it (CPI 242)."""
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    spoken(panel)
    changed = panel.draft()
    changed["orders"][0]["amount"] = "7,000.00"
    panel.do("judge", "draft_decision", changed)
    for who in ("ann", "ben", "judge"):
        vote(panel, who, FOR)
    with pytest.raises(ActNotOpen, match="not those that were pronounced"):
        panel.do("judge", "send_for_signing", {"decision": panel.draft_reference()})
