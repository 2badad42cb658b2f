"""Nothing is decided before everybody's time is over and what must be ruled on first is ruled on."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from odr.docket.models import Party, Role
from odr.evidence.requests.models import EvidenceRequest, RequestKind as EvidenceKind, RequestState as AskedState
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.errors import ActNotOpen
from odr.hearing.models import Phase
from odr.hearing.vocabulary import PhaseState
from odr.procedure.models import Window, WindowState
from odr.service.packet.occasions import ACCEPTANCE
from odr.service.packet.packets import Recipient, queue_packet
from tests.judgment.bench import Bench

FILE = [
    {"subject": f"fact/{n}", "result": "adopted", "reasons": "Shown by the exhibits.", "rests_on": ["C-1", "C-2"]}
    for n in (1, 2)
]


def ready(bench: Bench) -> str:
    """Findings and a whole draft; only the case itself may not be ripe yet."""
    bench.do("judge", "record_findings", {"adopt_undisputed": True, "findings": FILE})
    bench.do("judge", "draft_decision", bench.draft())
    return bench.draft_reference()


def running(bench: Bench, kind: str, state: WindowState = WindowState.OPEN) -> None:
    """The respondent's time of a kind still runs, or stands still."""
    with bench.court.database.write() as session:
        respondent = session.scalars(
            select(Party).where(Party.case_id == bench.case_id, Party.role == Role.RESPONDENT)
        ).one()
        session.execute(
            delete(Window).where(Window.case_id == bench.case_id, Window.kind == kind, Window.party_id == respondent.id)
        )
        session.add(
            Window(
                case_id=bench.case_id,
                party_id=respondent.id,
                kind=kind,
                state=state,
                opened_at=bench.clock.now(),
                due_at=None,
                working={"key": kind},
                opened_by=4,
            )
        )


@pytest.mark.parametrize("state", [WindowState.OPEN, WindowState.HALTED])
def test_no_decision_is_signed_while_the_time_to_answer_runs(bench: Bench, state: WindowState) -> None:
    """The respondent may still answer, or their time stands still: a decision now would be set aside (CPL 128, 177)."""
    reference = ready(bench)
    running(bench, "answer", state)
    with pytest.raises(ActNotOpen, match="to answer is not over"):
        bench.do("judge", "send_for_signing", {"decision": reference})


def test_no_decision_is_signed_while_the_time_for_evidence_runs(bench: Bench) -> None:
    """Until its day, or until the exhibits were exchanged, evidence may come (EV 51, 56)."""
    reference = ready(bench)
    running(bench, "evidence")
    with bench.court.database.write() as session:
        phases = list(session.scalars(select(Phase).where(Phase.case_id == bench.case_id)))
        states = {phase.id: phase.state for phase in phases}
        for phase in phases:
            phase.state = PhaseState.DROPPED
    with pytest.raises(ActNotOpen, match="to bring evidence is not over"):
        bench.do("judge", "send_for_signing", {"decision": reference})
    with bench.court.database.write() as session:
        for phase in session.scalars(select(Phase).where(Phase.case_id == bench.case_id)):
            phase.state = states[phase.id]


def test_no_decision_is_signed_before_a_claimant_has_the_notice_on_evidence(bench: Bench) -> None:
    """While the notice of acceptance is on its way, that claimant's time has not begun: no hearing is fixed, and nothing
    is decided (EV 50, 51).
    """
    reference = ready(bench)
    with bench.court.database.write() as session:
        claimant = session.scalars(
            select(Party).where(Party.case_id == bench.case_id, Party.role == Role.CLAIMANT)
        ).first()
        assert claimant is not None
        session.execute(delete(Window).where(Window.kind == "evidence", Window.party_id == claimant.id))
        packet = queue_packet(
            session,
            case_id=bench.case_id,
            party_id=claimant.id,
            entry_ids=[2],
            title=ACCEPTANCE.title,
            first_contact=False,
            now=bench.clock.now(),
            recipient=Recipient(claimant.name, original="zh-Hans"),
        )
        packet.occasion = ACCEPTANCE.key
        for phase in session.scalars(select(Phase).where(Phase.case_id == bench.case_id)):
            phase.state = PhaseState.DROPPED
    with pytest.raises(ActNotOpen, match="notice on evidence has not reached"):
        bench.do("judge", "send_for_signing", {"decision": reference})


@pytest.mark.parametrize(
    ("state", "why"), [(AskedState.OPEN, "not ruled on yet"), (AskedState.ORDERED, "has not come")]
)
def test_no_decision_is_signed_over_a_request_about_evidence(bench: Bench, state: AskedState, why: str) -> None:
    """What the court was asked in writing to collect, and never did or never ruled on, has the judgment tried again (CPL 67,
    211(5)).
    """
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    reference = bench.draft_reference()
    with bench.court.database.write() as session:
        asks = session.scalars(select(Party).where(Party.case_id == bench.case_id)).all()[0]
        session.add(
            EvidenceRequest(
                case_id=bench.case_id,
                party_id=asks.id,
                kind=EvidenceKind.COLLECTION,
                what="Order log",
                holder="Baihua Market",
                grounds="They keep it.",
                state=state,
                entry_number=5,
            )
        )
    with pytest.raises(ActNotOpen, match=why):
        bench.do("judge", "send_for_signing", {"decision": reference})
    with bench.court.database.write() as session:
        session.scalars(select(EvidenceRequest)).one().state = AskedState.FOUND
    bench.do("judge", "send_for_signing", {"decision": reference})


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (RequestKind.JURISDICTION, "objection to jurisdiction"),
        (RequestKind.RECUSAL, "challenge"),
        (RequestKind.LATENESS, "relief from lateness"),
        (RequestKind.JOINDER, "bring somebody into the case"),
    ],
)
def test_no_decision_is_signed_while_something_waits_that_is_ruled_on_first(
    bench: Bench, kind: RequestKind, why: str
) -> None:
    """An objection to jurisdiction, a challenge and the like are ruled on before the case is decided (CPL 130, 47, 86)."""
    reference = ready(bench)
    with bench.court.database.write() as session:
        session.add(
            Request(case_id=bench.case_id, kind=kind, state=RequestState.ASKED, words="", details={}, asked_entry=5)
        )
    with pytest.raises(ActNotOpen, match=why):
        bench.do("judge", "send_for_signing", {"decision": reference})
