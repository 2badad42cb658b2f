"""The judgment on a retrial says what becomes of the first one, and what it says is what it does (CPI 405)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, Document, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment import desks
from odr.judgment.decision.drafting import proposal
from odr.judgment.decision.inputs import DraftInput
from odr.judgment.decision.papers import decision_paper
from odr.judgment.models import Decision, EnforcementCase, Obligation
from odr.judgment.vocabulary import DecisionState, EnforcementState
from odr.payments.costs.demands import standing_fee
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.retried import drafted, found, heard, in_effect, judged, ordered, signed, sits
from tests.judgment.test_gate import serve
from tests.register.test_publication_endings import in_ledger

DEFECT = "The day of the sale was the third of May, not the second."


def decisions(bench: Bench) -> list[Decision]:
    with bench.court.database.read() as session:
        rows = list(session.scalars(select(Decision).where(Decision.case_id == bench.case_id).order_by(Decision.id)))
        for row in rows:
            assert row.orders is not None
        session.expunge_all()
        return rows


def paper(bench: Bench, locale: str = "en") -> dict[str, Any]:
    """What the paper of the newest decision says, in a language."""
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        decision = session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id)).all()[-1]
        made = decision_paper(sitting, case, decision, bench.clock.now())

        def words(one: Any) -> str:
            return one if isinstance(one, str) else one.render(locale)

        return {
            "orders": [words(one) for one in made.orders],
            "reasons": [words(one.text) for one in made.reasons],
            "basis": words(made.basis),
            "late": made.late_performance,
        }


def whole(bench: Bench) -> None:
    """The rows say what the docket says; only that the hearing of the retrial was laid as rows shows."""
    with bench.court.database.read() as session:
        found = audit_projections(bench.court, session, session.get_one(Case, bench.case_id))
    assert [line for line in found if ": time limit " not in line and "left it at pending" not in line] == []


@pytest.fixture
def retried(bench: Bench) -> Bench:
    """Judged, enforced for twenty days, then heard again to the end; what was found is found anew."""
    bench.effective()
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    ordered(bench)
    heard(bench)
    found(bench)
    return bench


def refused(bench: Bench, match: str) -> None:
    with pytest.raises(ActNotOpen, match=match):
        signed(bench)


def test_a_judgment_on_a_retrial_says_what_becomes_of_the_first(retried: Bench) -> None:
    """Silent, or saying one thing and ordering another, it is neither signed nor issued."""
    drafted(retried)
    refused(retried, "Say what becomes of the first judgment")
    less = retried.draft()["orders"]
    less = [{**less[0], "amount": "7,000.00"}, less[1]]
    drafted(retried, first_judgment="upheld", orders=less)
    refused(retried, "are not the same")
    drafted(retried, first_judgment="changed", first_why=DEFECT)
    refused(retried, "Then it is upheld")
    drafted(retried, first_judgment="changed", orders=less)
    refused(retried, "what was wrong")
    drafted(retried, first_judgment="corrected")
    refused(retried, "what was wrong")
    drafted(retried, first_judgment="upheld", first_why=DEFECT)
    refused(retried, "simply upheld")
    with pytest.raises(InvalidInput, match="judgment on the rest"):
        drafted(retried, first_judgment="upheld", kind="partial")
    with pytest.raises(ValidationError):
        DraftInput.model_validate(retried.draft(first_judgment="changed", first_why=DEFECT, orders=[]))


def test_outside_a_retrial_there_is_no_first_judgment(bench: Bench) -> None:
    """The draft of any other case says nothing of one."""
    with pytest.raises(InvalidInput, match="No retrial"):
        bench.do("judge", "draft_decision", bench.draft(first_judgment="upheld"))


def test_upheld_the_first_judgment_stands_and_its_enforcement_goes_on_by_itself(retried: Bench) -> None:
    """One order, that it is upheld; in effect, the first binds, the same debt of the same day is owed, and the same enforcement
    runs. Nothing is owed twice, and nobody applies for a retrial again (CPI 381, 405).
    """
    judged(retried, first_judgment="upheld", orders=[])
    told = paper(retried)
    assert len(told["orders"]) == 1 and told["orders"][0].endswith("is upheld.") and retried.number in told["orders"][0]
    assert told["reasons"][-1].startswith("The first judgment found the facts clearly") and told["late"] is None
    assert "405" in told["basis"]
    assert paper(retried, "zh-Hans")["orders"][0].startswith("维持本院")
    assert decisions(retried)[0].state is DecisionState.SET_ASIDE, "nothing stands again while one may appeal"
    in_effect(retried)
    first, second = decisions(retried)
    assert (first.state, second.state) == (DecisionState.ISSUED, DecisionState.ISSUED)
    assert retried.case().stage is Stage.ENFORCEMENT
    with retried.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one()
        assert owed.ended_at is None and owed.order_id in {one.id for one in first.orders}
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.OPEN
        assert session.get_one(Document, first.document_id).void_by is None
        waiting = set(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
        runs = set(session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)))
    assert desks.ENFORCEMENT.kind in waiting and "retrial_application" not in runs and "performance" not in runs
    assert [one for one in in_ledger(retried) if one[0] == "judgment"] == [("judgment", True), ("judgment", True)]
    with pytest.raises(ActNotOpen, match="no second application"):
        retried.do("claimant/1", "apply_for_retrial", {"grounds": ["law"], "facts": "No.", "asks": "More."})
    paid = {"obligation": owed.reference, "amount": to_the_cent(retried.court, retried.case_id), "on": retried.today}
    retried.do("claimant/1", "record_performance", paid)
    whole(retried)


def test_what_was_paid_before_counts_when_the_first_judgment_is_upheld(bench: Bench) -> None:
    """Paid in full, the case is closed before it is heard again: upheld, nothing goes back and nothing more is owed."""
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one().reference
    paid = {"obligation": owed, "amount": to_the_cent(bench.court, bench.case_id), "on": bench.today}
    bench.do("claimant/1", "record_performance", paid)
    ordered(bench)
    heard(bench)
    found(bench)
    judged(bench, first_judgment="corrected", first_why=DEFECT)
    told = paper(bench)
    assert DEFECT in told["reasons"] and len(told["orders"]) == 1
    in_effect(bench)
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        assert session.scalars(select(Obligation)).one().done_at is not None
        waiting = set(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
    assert desks.REVERSAL_DUE.kind not in waiting and desks.CLOSE_CASE.kind in waiting
    bench.do("clerk", "close_case", {})
    whole(bench)


def test_changed_the_first_judgment_falls_and_the_new_orders_are_owed(retried: Bench) -> None:
    """It is set aside by the first order, the others stand in its place; the enforcement of the first does not go on."""
    orders = retried.draft()["orders"]
    orders = [{**orders[0], "amount": "5,000.00"}, orders[1]]
    judged(retried, first_judgment="changed", first_why="The interest was reckoned twice.", orders=orders)
    told = paper(retried)
    assert len(told["orders"]) == 3 and told["orders"][0].endswith("is set aside.")
    assert "The interest was reckoned twice." in told["reasons"]
    in_effect(retried)
    first, second = decisions(retried)
    assert (first.state, second.state) == (DecisionState.SET_ASIDE, DecisionState.ISSUED)
    assert retried.case().stage is Stage.EFFECTIVE
    with retried.court.database.read() as session:
        live = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).one()
        assert (live.amount_minor, live.order_id) == (500_000, second.orders[0].id)
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.ENDED
    whole(retried)


@pytest.mark.parametrize("outcome", ["upheld", "changed"])
def test_an_appeal_from_a_judgment_that_upholds(retried: Bench, outcome: str) -> None:
    """Upheld above, the first judgment stands again; changed above, it does not, and what the higher court ordered is owed."""
    judged(retried, first_judgment="upheld")
    for who in ("claimant/1", "respondent/1"):
        retried.serve_decision(who)
    retried.do("respondent/1", "appeal_decision", {"asks": "Dismiss.", "grounds": "No.", "challenged": "8,000.00"})
    retried.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    above: dict[str, Any] = {"court": "Intermediate Court", "number": "(2026) 7", "summary": "See it."}
    above |= {"decided_on": retried.today, "outcome": outcome}
    if outcome == "changed":
        above |= {"amount": "3,000.00"}
    with retried.court.database.read() as session:
        fee = standing_fee(retried.court.look(session), session.get_one(Case, retried.case_id))
    if outcome == "changed":
        above["costs"] = [{"party": "respondent/1", "amount": f"{fee.minor / 100:.2f}"}] if fee.minor else []
    retried.do("clerk", "record_appeal_outcome", above)
    first, _ = decisions(retried)
    with retried.court.database.read() as session:
        live = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).one()
    if outcome == "upheld":
        assert (first.state, live.amount_minor) == (DecisionState.ISSUED, 800_000)
        assert retried.case().stage is Stage.ENFORCEMENT
    else:
        assert (first.state, live.amount_minor) == (DecisionState.SET_ASIDE, 300_000)
        assert retried.case().stage is Stage.EFFECTIVE
    whole(retried)


def test_the_draft_begins_with_what_was_ordered_first(retried: Bench) -> None:
    """The judge finds the orders of the first judgment in the form and changes what is decided otherwise."""
    with retried.court.database.read() as session:
        begun = proposal(retried.court.look(session), session.get_one(Case, retried.case_id))
    assert [(one["kind"], (one["amount"] or {}).get("minor")) for one in begun["orders"]] == [
        ("pay", 800_000),
        ("dismiss", None),
    ]
    sits(retried, "draft_decision", **{**begun, "first_judgment": "upheld", "answers": "As before.", "language": "en"})
    signed(retried)


def test_what_was_upheld_falls_with_a_judgment_that_was_not_served(retried: Bench) -> None:
    """The judgment on the retrial never reached the respondent: it binds nobody, and the first does not either until it takes
    effect again; then both do, and the same debt is owed once (CPL 158, 171).
    """
    judged(retried, first_judgment="upheld")
    in_effect(retried)
    with retried.court.database.read() as session:
        served = decisions(retried)[-1].served_entry
        mine = select(Packet).where(Packet.occasion == "decision").order_by(Packet.id)
        packet = [p for p in session.scalars(mine) if p.party_id == 2 and served in p.entry_ids][-1].reference
    retried.do(
        "respondent/1",
        "rebut_service",
        {"packet": packet, "says": "not_received", "grounds": "The address is not ours: see the register."},
    )
    sits(retried, "decide_rebuttal", packet=packet, finding="not_received", reasons="The register shows it.")
    assert decisions(retried)[0].state is DecisionState.SET_ASIDE
    with retried.court.database.read() as session:
        assert not session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).all()
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.ENDED
    with retried.court.database.write() as session:
        case = session.get_one(Case, retried.case_id)
        again = serve(session, case, case.parties[1], "decision", served or 0, retried.clock.now())
        again.docketed_as = None
    retried.serve("respondent/1")
    retried.wait(days=20)
    assert [one.state for one in decisions(retried)] == [DecisionState.ISSUED, DecisionState.ISSUED]
    with retried.court.database.read() as session:
        assert session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).one().amount_minor == 800_000
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.OPEN
