"""A part that is in effect is performed and enforced while the rest is not decided, and whatever becomes of the rest (CPL 156, 158, 247)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.filing.models import Request
from odr.ground.errors import ActNotOpen, Forbidden
from odr.judgment import desks
from odr.judgment.enforcement.owed import owed_by_decision
from odr.judgment.models import Decision, EnforcementCase, EnforcementSettlement, Obligation
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.case.overview import case_page
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_partial import issue, pay, served
from tests.judgment.test_retrial import OUTCOME


def owed(bench: Bench) -> Obligation:
    """What the part orders."""
    with bench.court.database.read() as session:
        return session.scalars(select(Obligation)).one()


def in_effect(bench: Bench) -> Obligation:
    """The first head is decided and nobody appeals: it binds, and the rest is still to be decided."""
    bench.findings()
    issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    served(bench)
    bench.wait(days=20)
    assert bench.case().stage is Stage.DELIBERATION
    return owed(bench)


def rest(bench: Bench) -> None:
    """The rest is dismissed, and nobody appeals."""
    issue(bench, orders=[{"kind": "dismiss", "relief": bench.relief(2)}])
    served(bench)
    bench.wait(days=20)


def payment(bench: Bench, owing: Obligation) -> dict[str, str]:
    """The whole of it paid today."""
    return {"obligation": owing.reference, "amount": "8,000.00", "on": bench.today}


def state_of_enforcement(bench: Bench) -> EnforcementState:
    """How the one enforcement stands."""
    with bench.court.database.read() as session:
        return session.scalars(select(EnforcementCase)).one().state


def open_desks(bench: Bench) -> set[str]:
    """Which tasks wait in the case."""
    with bench.court.database.read() as session:
        return set(session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None))))


def whole(bench: Bench) -> None:
    """Stages, days and what is owed stand in the rows as the docket tells them; what was laid beside the docket is not looked at."""
    with bench.court.database.read() as session:
        found = audit_projections(bench.court, session, session.get_one(Case, bench.case_id))
    assert [line for line in found if ": time limit " not in line] == []


def test_what_a_part_orders_is_paid_and_confirmed_before_the_rest_is_decided(bench: Bench) -> None:
    """The debtor reads what to pay, reports it, the creditor says that it came; the case stays where it is, and nobody is asked to
    close it.
    """
    owing = in_effect(bench)
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        told = owed_by_decision(look, case, bench.actor("respondent/1"))
    assert told is not None and told.is_duty and "8,000.00" in told.words.render("en")
    bench.do("respondent/1", "record_performance", payment(bench, owing))
    assert owed(bench).done_at is None
    bench.do("claimant/1", "confirm_performance", {"obligation": owing.reference, "arrived": True})
    assert owed(bench).done_at is not None
    assert bench.case().stage is Stage.DELIBERATION and desks.CLOSE_CASE.kind not in open_desks(bench)
    rest(bench)
    assert bench.case().stage is Stage.EFFECTIVE
    bench.do("clerk", "close_case", {})
    assert bench.case().stage is Stage.CLOSED
    whole(bench)


def test_a_part_is_enforced_beside_the_case_to_its_end(bench: Bench) -> None:
    """Applied for, carried out and ended while the rest is not decided: the case goes nowhere by it, and its tasks stay."""
    owing = in_effect(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert bench.case().stage is Stage.DELIBERATION and desks.ENFORCEMENT.kind in open_desks(bench)
    bench.do("clerk", "record_measure", {"what": "The account was frozen.", "on": bench.today})
    with pytest.raises(ActNotOpen, match="Something is still owed"):
        bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Paid."})
    with bench.court.database.read() as session:
        debtor = session.scalars(select(Party).where(Party.role == Role.RESPONDENT)).one().reference
    bench.do("clerk", "order_property_report", {"debtor": debtor, "since": "2025-03-01", "days": 10})
    bench.do("clerk", "record_performance", {**payment(bench, owing), "amount": "9,000.00"})
    assert owed(bench).done_at is not None and desks.ENFORCEMENT_PAID.kind in open_desks(bench)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Everything is paid."})
    assert state_of_enforcement(bench) is EnforcementState.DONE
    assert bench.case().stage is Stage.DELIBERATION and bench.case().closed_at is None
    rest(bench)
    assert bench.case().stage is Stage.EFFECTIVE
    whole(bench)


def test_an_enforcement_of_a_part_goes_on_when_the_rest_binds(bench: Bench) -> None:
    """The rest moves and binds while the part is enforced: the enforcement keeps its desk, nobody applies twice, nothing is closed
    under it, and it ends as any.
    """
    owing = in_effect(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    rest(bench)
    assert bench.case().stage is Stage.EFFECTIVE and desks.ENFORCEMENT.kind in open_desks(bench)
    with pytest.raises(ActNotOpen, match="is enforcing for"):
        bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("clerk", "record_measure", {"what": "The account was frozen.", "on": bench.today})
    bench.do("clerk", "record_performance", {**payment(bench, owing), "amount": "9,000.00"})
    with pytest.raises(ActNotOpen, match="under way"):
        bench.do("clerk", "close_case", {})
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Everything is paid."})
    assert bench.case().stage is Stage.CLOSED
    whole(bench)


def test_a_stay_of_the_rest_does_not_stay_what_is_in_effect(bench: Bench) -> None:
    """The stay is of what is still heard; the part is paid and enforced (CPL 153, 156)."""
    owing = in_effect(bench)
    bench.wait(days=20)
    reasons = "The heirs have to say whether they go on."
    bench.do("judge", "give_ruling", {"kind": "stay", "result": "granted", "orders": "Stayed.", "reasons": reasons})
    assert bench.case().stayed_at is not None
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("clerk", "record_performance", {**payment(bench, owing), "amount": "9,000.00"})
    assert owed(bench).done_at is not None


def test_what_a_part_orders_is_owed_when_the_rest_is_withdrawn(bench: Bench) -> None:
    """The case is closed by leave to withdraw; the judgment on the part stands, and is enforced (CPL 148, 156, 247)."""
    owing = in_effect(bench)
    bench.do("claimant/1", "withdraw_claim", {"reasons": "The part is enough."})
    with bench.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    ruling = {"request": request, "answer": "allow", "reasons": "The claimant wants no more than the part."}
    bench.do("judge", "rule_on_withdrawal", ruling)
    assert bench.case().stage is Stage.CLOSED
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("clerk", "record_measure", {"what": "The account was frozen.", "on": bench.today})
    bench.do("clerk", "record_performance", {**payment(bench, owing), "amount": "9,000.00"})
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Everything is paid."})
    assert state_of_enforcement(bench) is EnforcementState.DONE and bench.case().stage is Stage.CLOSED
    whole(bench)


def test_nothing_is_enforced_of_a_part_that_does_not_bind(bench: Bench) -> None:
    """While somebody may appeal nothing is owed, and neither side performs nor applies; nor does another role ever."""
    bench.findings()
    issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    served(bench)
    for who, act in (("respondent/1", "record_performance"), ("claimant/1", "apply_for_enforcement")):
        with pytest.raises(ActNotOpen, match="Not at this point"):
            bench.do(who, act, {"obligation": "none", "on": bench.today} if act == "record_performance" else {})
    bench.wait(days=20)
    with pytest.raises(Forbidden):
        bench.do("judge", "apply_for_enforcement", {})
    with pytest.raises(ActNotOpen, match="not started"):
        bench.do("claimant/1", "apply_for_enforcement", {})


def test_each_judgment_has_two_years_of_its_own(bench: Bench) -> None:
    """The time to apply for the rest does not end with that for the part (CPL 250)."""
    in_effect(bench)
    bench.wait(days=20)
    issue(bench, orders=[pay(bench, 2, "2,000.00")])
    served(bench)
    bench.wait(days=60)
    with bench.court.database.read() as session:
        kept = select(Window).where(Window.kind == "enforcement_application").order_by(Window.id)
        first, second = session.scalars(kept).all()
    assert {first.subject, second.subject} == set(decisions(bench)) and first.due_at < second.due_at


def decisions(bench: Bench) -> list[str]:
    """The two judgments."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(Decision.reference)))


def test_the_bench_finds_its_desk_beside_what_was_decided(bench: Bench) -> None:
    """After a judgment on a part the judge reads on the case's page what was decided, and goes on to decide the rest."""
    in_effect(bench)
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        shown = {who: case_page(look, case, bench.actor(who), "en").panels["main"] for who in ("judge", "claimant/1")}
    templates = {who: [panel.template for panel in panels] for who, panels in shown.items()}
    desk, decided = "judgment/_desk.html", "judgment/_decided.html"
    assert [one for one in templates["judge"] if one in (desk, decided)] == [desk, decided]
    assert decided in templates["claimant/1"] and desk not in templates["claimant/1"]


def fell_on_the_rest(bench: Bench) -> None:
    """The judgment on the rest turns out not to have reached the respondent: its service falls (OLR 31; CPL 171)."""
    with bench.court.database.read() as session:
        packets = session.scalars(select(Packet).where(Packet.occasion == "decision").order_by(Packet.id.desc())).all()
        labels = {party.id: party.label for party in session.get_one(Case, bench.case_id).parties}
        packet = next(one.reference for one in packets if labels.get(one.party_id) == "respondent/1")
    given = {"packet": packet, "says": "not_received", "grounds": "The address is not ours: see the register."}
    bench.do("respondent/1", "rebut_service", given)
    found = {"packet": packet, "finding": "not_received", "reasons": "The register shows another address."}
    bench.do("judge", "decide_rebuttal", found)


def test_what_a_part_orders_is_enforced_on_when_the_judgment_on_the_rest_falls(bench: Bench) -> None:
    """The part binds as before: its enforcement goes on, its times run, and the creditor need not begin again (CPL 156, 247)."""
    in_effect(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    issue(bench, orders=[pay(bench, 2, "500.00"), {"kind": "dismiss", "relief": bench.relief(2)}])
    served(bench)
    bench.wait(days=16)
    assert bench.case().stage is Stage.EFFECTIVE
    fell_on_the_rest(bench)
    assert bench.case().stage is Stage.PRONOUNCED
    assert state_of_enforcement(bench) is EnforcementState.OPEN
    with bench.court.database.read() as session:
        running = set(session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)))
    assert "enforcement_inaction" in running and "enforcement_application" not in running
    bench.do("clerk", "record_measure", {"what": "The account was frozen.", "on": bench.today})
    whole(bench)


def test_an_agreement_on_what_a_part_orders_stands_when_the_rest_falls(bench: Bench) -> None:
    """Both signed it about the part alone, and the part binds (CPL 241)."""
    in_effect(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    agreed = {"amount": "7,000.00", "instalments": [{"on": "2027-01-31", "amount": "7,000.00"}]}
    bench.do("respondent/1", "propose_enforcement_settlement", agreed)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    issue(bench, orders=[pay(bench, 2, "500.00"), {"kind": "dismiss", "relief": bench.relief(2)}])
    served(bench)
    bench.wait(days=16)
    fell_on_the_rest(bench)
    with bench.court.database.read() as session:
        assert session.scalars(select(EnforcementSettlement.state)).one() is SettlementState.SIGNED


def test_a_retrial_of_the_rest_leaves_what_a_part_orders(bench: Bench) -> None:
    """The judgment on the rest is heard again; the part binds by itself, is owed as before, and its enforcement goes on (CPL 156)."""
    in_effect(bench)
    rest(bench)
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do(
        "claimant/1",
        "apply_for_retrial",
        {"grounds": ["law"], "facts": "The delay cost something.", "asks": "Dismiss the claim."},
    )
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    assert bench.case().stage is Stage.PENDING
    assert owed(bench).ended_at is None
    assert state_of_enforcement(bench) is EnforcementState.OPEN and desks.ENFORCEMENT.kind in open_desks(bench)
    whole(bench)
