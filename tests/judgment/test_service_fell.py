"""A judgment whose service did not happen binds nobody, and nobody is judged without having been called (CPL 147, 158,
171; CPI 135, 244; OLR 31).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Stage
from odr.filing.models import Request
from odr.ground.clock import forget_arrival, note_arrival
from odr.ground.errors import ActNotOpen
from odr.judgment.decision.queries import standing_findings
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.models import Decision, Obligation, RetrialApplication
from odr.judgment.queries import decisions_of
from odr.judgment.vocabulary import DecisionState, RetrialState
from odr.procedure.audit.docket_audit import audit_case
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_appeal_again import APPEAL
from tests.judgment.test_changed_on_appeal import CHANGED
from tests.judgment.test_gate import absent, serve

__all__ = ["absent"]
GROUNDS = "The address is not ours: see the register of companies."
FOUND = "The register shows another address."


def contested(bench: Bench, occasion: str, finding: str, **more: str) -> None:
    """The respondent shows that a paper did not reach her, and the judge finds on it."""
    with bench.court.database.read() as session:
        (packet,) = session.scalars(
            select(Packet.reference).where(
                Packet.case_id == bench.case_id, Packet.occasion == occasion, Packet.party_id == respondent(bench)
            )
        )
    says = "later" if finding == "later" else "not_received"
    bench.do("respondent/1", "rebut_service", {"packet": packet, "says": says, "grounds": GROUNDS, **more})
    bench.do("judge", "decide_rebuttal", {"packet": packet, "finding": finding, "reasons": FOUND, **more})


def respondent(bench: Bench) -> int:
    """Id of the respondent."""
    return next(p.id for p in bench.case().parties if p.label == "respondent/1")


def appeals(bench: Bench, state: WindowState) -> list[Window]:
    """The respondent's times to appeal in a state."""
    with bench.court.database.read() as session:
        query = select(Window).where(Window.kind == "appeal_judgment", Window.party_id == respondent(bench))
        return list(session.scalars(query.where(Window.state == state)))


def binds(bench: Bench) -> bool:
    """Whether the decision is in effect and anything is owed under it."""
    with bench.court.database.read() as session:
        decision = session.scalars(select(Decision)).one()
        owed = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).all()
        assert bool(owed) is (decision.effective_at is not None)
        return bool(owed)


def test_a_judgment_that_was_not_served_never_took_effect(bench: Bench) -> None:
    """Obligation, enforcement and certificate fall with the service; served again, her time to appeal runs anew, and only
    when it ends unused does the judgment bind (CPL 158, 171; CPI 244).
    """
    bench.effective()
    bench.do("clerk", "certify_effect", {"language": "en"})
    bench.wait(days=15)
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench)
    contested(bench, "decision", "not_received")
    assert bench.case().stage is Stage.PRONOUNCED and not binds(bench)
    with bench.court.database.read() as session:
        certificate = session.scalars(select(Document).where(Document.kind == "certificate")).one()
        assert certificate.void_at is not None and open_enforcement(session, bench.case()) is None
        assert audit_case(session, bench.case()) == []
        assert not [w for w in audit_projections(bench.court, session, bench.case()) if "effect" in w]
    told = create_app(court=bench.court).test_client().get(f"/check?code={certificate.reference}").text
    assert "no longer holds" in told
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "certify_effect", {"language": "en"})
    assert appeals(bench, WindowState.OPEN) == []
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        entry = session.scalars(select(Decision)).one().served_entry
        assert entry is not None
        packet = serve(session, case, case.parties[1], "decision", entry, bench.clock.now())
        packet.docketed_as = None
    bench.serve("respondent/1")
    assert len(appeals(bench, WindowState.OPEN)) == 1
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench)
    with bench.court.database.read() as session:
        told = audit_projections(bench.court, session, bench.case())
        assert not [w for w in told if "effect" in w or "obligation" in w]


def test_a_judgment_that_arrived_later_gives_the_time_from_then(bench: Bench) -> None:
    """At a confirmed address only the day moves; her fifteen days run from it, and until they end nothing binds (CPI
    135(2)).
    """
    bench.effective()
    day = bench.clock.now().date().isoformat()
    contested(bench, "decision", "later", arrived_on=day)
    assert bench.case().stage is Stage.PRONOUNCED and not binds(bench)
    assert len(appeals(bench, WindowState.OPEN)) == 1
    bench.do(
        "respondent/1",
        "appeal_decision",
        {"challenged": "8,000.00", "asks": "Dismiss the claim.", "grounds": "The label was true."},
    )
    bench.wait(days=20)
    assert not binds(bench)


def test_what_the_higher_court_decided_binds_however_the_judgment_here_was_served(bench: Bench) -> None:
    """Appealed and upheld, it is in effect by the higher court's word: another day of service here undoes nothing, and leaves
    nobody waiting for a time to appeal that was used (CPL 182).
    """
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today, "outcome": "upheld"})
    bench.wait(days=5)
    contested(bench, "decision", "later", arrived_on=bench.clock.now().date().isoformat())
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench) and appeals(bench, WindowState.OPEN) == []


def test_what_turns_out_to_bind_nobody_is_appealed_and_not_retried(bench: Bench) -> None:
    """An application for retrial is without object once the judgment is found not to have been served: no desk asks for it,
    and it is closed.
    """
    bench.effective()
    given = {"grounds": ["law"], "facts": "The law was read wrongly.", "asks": "Dismiss the claim."}
    bench.do("respondent/1", "apply_for_retrial", given)
    contested(bench, "decision", "not_received")
    with bench.court.database.read() as session:
        assert [row.state for row in session.scalars(select(RetrialApplication))] == [RetrialState.FELL]
        kinds = session.scalars(select(Task.kind).where(Task.done_at.is_(None))).all()
        assert "retrial" not in kinds and "retrial_here" not in kinds


def test_relief_from_a_missed_appeal_is_not_hollow(bench: Bench) -> None:
    """Given her time again, the judgment binds nobody while it runs (CPL 86)."""
    bench.effective()
    (window,) = appeals(bench, WindowState.LAPSED)
    ended = bench.clock.now().date().isoformat()
    bench.do(
        "respondent/1",
        "ask_relief_for_lateness",
        {"window": window.reference, "ended_on": ended, "words": "The district was flooded until today."},
    )
    with bench.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    bench.do("judge", "rule_on_lateness", {"request": request, "answer": "allow", "days": 10, "reasons": "It was."})
    assert bench.case().stage is Stage.PRONOUNCED and not binds(bench)
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench), "unused, it took effect with the new end"


def test_an_appeal_under_way_when_the_clock_struck_is_in_time(bench: Bench) -> None:
    """Its first byte came before the end and its last after the clock had let the judgment take effect: it is appealed from
    and binds nobody, and the docket tells one way through the stages (CPL 85, 171).
    """
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    (window,) = appeals(bench, WindowState.OPEN)
    assert window.due_at is not None
    bench.clock.set(window.due_at + timedelta(seconds=10))
    bench.wait(seconds=1)
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench)
    appeal = {"challenged": "8,000.00", "asks": "Dismiss the claim.", "grounds": "The label was true."}
    note_arrival(None, 60)
    try:
        bench.do("respondent/1", "appeal_decision", appeal)
    finally:
        forget_arrival()
    assert bench.case().stage is Stage.APPEALED and not binds(bench)
    with bench.court.database.read() as session:
        assert audit_case(session, bench.case()) == []
        told = audit_projections(bench.court, session, bench.case())
        assert not [words for words in told if "stage" in words or "effect" in words or "appeal" in words]


@pytest.mark.parametrize("occasion", ["claim", "summons"])
def test_what_was_heard_without_somebody_never_called_is_heard_anew(absent: Bench, occasion: str) -> None:
    """Before a judgment the examination falls with its findings and drafts; nobody is decided against in their absence
    (CPL 147, 177).
    """
    absent.do("judge", "record_findings", {"adopt_undisputed": True, "findings": FINDINGS})
    absent.do("judge", "draft_decision", absent.draft(answers=None))
    absent.do("judge", "send_for_signing", {"decision": absent.draft_reference()})
    with absent.court.database.write() as session:
        case = session.get_one(Case, absent.case_id)
        case.parties[1].account_id = absent.account("haiyun").id
    contested(absent, occasion, "not_received")
    case = absent.case()
    assert case.stage is Stage.PENDING
    with absent.court.database.read() as session:
        assert [d.state for d in decisions_of(session, case)] == [DecisionState.DROPPED]
        assert standing_findings(session, case) == []
        kinds = session.scalars(select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None))).all()
    assert "not_heard" in kinds and "pronounce" not in kinds
    if occasion == "claim":
        with pytest.raises(ActNotOpen, match="not served on"):
            absent.do("judge", "open_examination", {"mode": "offline"})


FINDINGS = [
    {"subject": f"fact/{n}", "result": "adopted", "reasons": "Shown by the exhibits.", "rests_on": ["C-1", "C-2"]}
    for n in (1, 2)
]


def test_a_claim_changed_under_a_draft_takes_its_orders_along(bench: Bench) -> None:
    """What the draft ordered on a head that is no longer asked for falls out of it; the desk says what is missing."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).stage = Stage.HEARING
    relief = [{"kind": "money", "what": "The price back", "amount": "7,000.00"}]
    bench.do("claimant/1", "amend_claim", {"relief": relief, "reasons": "A part was paid."})
    with bench.court.database.read() as session:
        (draft,) = decisions_of(session, bench.case())
        assert [o.kind.value for o in draft.orders] == ["dismiss"]


def abroad(bench: Bench) -> None:
    """The clerk notes that the respondent lives abroad."""
    reference = next(p.reference for p in bench.case().parties if p.label == "respondent/1")
    bench.do(
        "clerk", "note_abode_abroad", {"party": reference, "state": "DE", "shown_by": "Commercial register abroad"}
    )


def test_who_is_found_to_live_abroad_may_appeal_for_thirty_days(bench: Bench) -> None:
    """Noted while the time to appeal runs, it runs for thirty days from the same service, and the judgment binds nobody
    until then (CPL 286).
    """
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=2)
    abroad(bench)
    (window,) = appeals(bench, WindowState.OPEN)
    assert "CPL 286" in str(window.working)
    bench.wait(days=20)
    assert bench.case().stage is Stage.PRONOUNCED and not binds(bench)
    bench.wait(days=12)
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench)


def test_a_judgment_that_bound_too_early_binds_nobody_while_who_lives_abroad_may_appeal(bench: Bench) -> None:
    """Noted after the fifteen days: the effect falls, and comes when the thirty days end unused (CPL 158, 286)."""
    bench.effective()
    assert binds(bench)
    abroad(bench)
    assert bench.case().stage is Stage.PRONOUNCED and not binds(bench)
    assert len(appeals(bench, WindowState.OPEN)) == 1
    with bench.court.database.read() as session:
        assert audit_case(session, bench.case()) == []
    bench.wait(days=14)
    assert bench.case().stage is Stage.EFFECTIVE and binds(bench)
