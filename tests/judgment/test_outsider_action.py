"""Who was no party has a decision in effect changed or set aside: named, answered, taken or refused, heard by a panel, carried out (CPL 59; CPI 290 to 301)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Outcome, Party, PartyKind, Role, Stage, Track
from odr.filing import desks as filing_desks
from odr.filing.claim.outsider_action.models import Absence, OutsiderAction
from odr.filing.claim.outsider_action.respondents import role_in_action
from odr.filing.claim.procedure_bars import bars_of, panel_is_ordered
from odr.filing.draft import drafts
from odr.filing.models import Request
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.judgment import desks
from odr.judgment.enforcement.audit import audit_orders
from odr.judgment.enforcement_remedies.objections.audit import audit_case_objections
from odr.judgment.enforcement_remedies.outsider_action.panel import outsider_panel
from odr.judgment.enforcement_remedies.outsider_action.put import put_actions
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.queries import decisions_of
from odr.judgment.vocabulary import DecisionState, EnforcementState, Instrument
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.rules.cases import Bar
from odr.register.publication.effect import effect_of
from odr.register.publication.models import Publication
from odr.service.models import Packet
from tests.judgment.bench import NUMBER, Bench, lay_case
from tests.judgment.test_enforcement_settlement import enforced
from tests.judgment.test_objections_in_enforcement import newest, outside, rule
from tests.kept import kept
from tests.scene import claim

ATTACKS: dict[str, Any] = {
    "number": NUMBER,
    "absence": "unaware",
    "why_absent": "Nobody told me of the case; I learned of it when my account was frozen.",
    "wrong": "That the price goes back to the buyer: the goods were mine.",
    "harmed": "I own the goods; the contract of March shows it.",
}
REASONS = "All conditions of article 290 are met by what was handed in."
OTHER = "(2026)网0192民初888号"


def brought(bench: Bench, who: str = "stranger", name: str = "Shen Yue") -> Bench:
    """Somebody brings a claim at the same court: their case."""
    sender = {
        "name": name,
        "email": f"{who}@people.example",
        "e_service": True,
        "in_writing": True,
        "address": "1 Hill Road",
    }
    receipt = drafts.lodge(bench.court, bench.account(who), claim(claimant=sender), key=None)
    with bench.court.database.read() as session:
        found = session.scalars(select(Case.id).where(Case.reference == receipt.case_reference)).one()
    return replace(bench, case_id=found)


def attack(action: Bench, known_days_ago: int = 10, **changes: Any) -> None:
    """The claimant names the decision, and its parties are told."""
    known = date.fromisoformat(action.today) - timedelta(days=known_days_ago)
    action.do("claimant/1", "name_attacked_decision", {**ATTACKS, "known_on": known.isoformat(), **changes})
    put_actions(action.court)


@kept
def _in_effect(bench: Bench) -> None:
    """The decision of the bench binds."""
    bench.effective()


def row_of(bench: Bench) -> OutsiderAction:
    """The only action there is."""
    with bench.court.database.read() as session:
        return session.scalars(select(OutsiderAction)).one()


def windows_open(bench: Bench, kind: str) -> int:
    """How many times of a kind run in the case."""
    query = select(Window).where(Window.case_id == bench.case_id, Window.kind == kind, Window.state == WindowState.OPEN)
    with bench.court.database.read() as session:
        return len(session.scalars(query).all())


def on_desk(bench: Bench, desk: Any) -> int:
    """How many tasks of a kind wait in the case."""
    query = select(Task).where(Task.case_id == bench.case_id, Task.kind == desk.kind, Task.done_at.is_(None))
    with bench.court.database.read() as session:
        return len(session.scalars(query).all())


def panel(bench: Bench, who: str) -> str:
    """What somebody reads of it on the page of the case."""
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        found = outsider_panel(look, session.get_one(Case, bench.case_id), bench.actor(who))
        if found is None:
            return ""
        lines = [x for one in found.data["attacks"] for x in (one.what, one.state, one.next, *one.opinions) if x]
        return "\n".join(line.render("en") for line in [*lines, *(act.title for act in found.data["acts"])])


def taken(bench: Bench) -> Bench:
    """An action that the court took: both parties of the decision had their ten days."""
    action = brought(bench)
    attack(action)
    for who in ("claimant/1", "respondent/1"):
        bench.serve(who)
    bench.wait(days=12)
    action.do("judge", "take_outsider_action", {"reasons": REASONS})
    return action


def judged(bench: Bench) -> OutsiderAction:
    """An action in which a judgment is in effect, and the parties of the decision know of it."""
    action = lay_case(bench.court, bench.clock, number=OTHER)
    with bench.court.database.write() as session:
        mine = session.get_one(Case, action.case_id)
        (claimant,) = [p for p in mine.parties if p.role is Role.CLAIMANT]
        claimant.name, claimant.account_id = "Shen Yue", action.account("stranger").id
    action.effective()
    today = date.fromisoformat(bench.today)
    with bench.court.database.write() as session:
        told = {key: ATTACKS[key] for key in ("absence", "why_absent", "wrong", "harmed")}
        session.add(
            OutsiderAction(
                case_id=action.case_id,
                attacked_id=bench.case_id,
                absence=Absence.UNAWARE,
                known_on=today,
                until_on=today,
                named_entry=1,
                taken_entry=2,
                given={**told, "known_on": bench.today, "name": "Shen Yue"},
            )
        )
    put_actions(bench.court)
    return row_of(bench)


def owed(bench: Bench) -> list[Obligation]:
    """What is owed in the case now."""
    query = select(Obligation).where(Obligation.case_id == bench.case_id, Obligation.ended_at.is_(None))
    with bench.court.database.read() as session:
        return list(session.scalars(query))


def carried(bench: Bench, answer: str, **changes: Any) -> None:
    """The registry records what the judgment in the action does to the decision."""
    told = {"action": row_of(bench).reference, "answer": answer, "reasons": "Number 888 of today.", **changes}
    bench.do("clerk", "record_outsider_judgment", told)


def sound(bench: Bench) -> list[str]:
    """What the audit finds wrong."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        return [*audit_orders(bench.court, session, case), *audit_case_objections(bench.court, session, case)]


def test_the_parties_of_the_decision_are_told_and_answer_within_ten_days(bench: Bench) -> None:
    """The claim comes before a judge for thirty days; each party has ten days from the copy, and everybody reads what is next (CPI 291)."""
    _in_effect(bench)
    action = brought(bench)
    attack(action)
    assert (windows_open(action, "outsider_action_review"), windows_open(action, "registry_review")) == (1, 0)
    with bench.court.database.read() as session:
        sent = session.scalars(select(Packet).where(Packet.occasion == "record_outsider_action")).all()
        assert len(sent) == 2 and all(packet.case_id == bench.case_id for packet in sent)
    assert "Shen Yue attacks the decision" in panel(bench, "respondent/1")
    bench.serve("respondent/1")
    assert windows_open(bench, "outsider_action_opinion") == 1
    assert "It costs nothing" in panel(bench, "respondent/1")
    with pytest.raises(ActNotOpen, match="may still say"):
        action.do("judge", "take_outsider_action", {"reasons": REASONS})
    bench.do("respondent/1", "answer_outsider_action", {"words": "The goods were never theirs."})
    assert "never theirs" in panel(action, "claimant/1")
    with pytest.raises((ActNotOpen, OutOfTime)):
        bench.do("claimant/1", "answer_outsider_action", {"words": "Nothing reached me yet."})
    with pytest.raises(Forbidden):
        action.do("clerk", "take_outsider_action", {"reasons": REASONS})
    action.do("judge", "take_outsider_action", {"reasons": REASONS})


def test_what_the_court_takes_is_heard_by_a_panel_in_ordinary_procedure(bench: Bench) -> None:
    """The claim is accepted with the parties of the decision against it, whomever it named, and one judge does not hear it (CPI 292, 296)."""
    _in_effect(bench)
    action = taken(bench)
    case = action.case()
    assert (case.stage, case.track) == (Stage.PENDING, Track.ORDINARY) and case.number is not None
    assert windows_open(action, "outsider_action_review") == 0
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, action.case_id)
        there = {p.name: p.role for p in case.parties if p.left_at is None}
        assert there == {"Shen Yue": Role.CLAIMANT, "Li": Role.RESPONDENT, "Haiyun Ltd": Role.RESPONDENT}
        assert panel_is_ordered(look, case) and Bar.THIRD_PARTY_CHALLENGE in bars_of(look, case)
    assert "a panel hears it" in panel(action, "claimant/1") and "in which you are a party" in panel(
        bench, "respondent/1"
    )


def test_nobody_but_the_judge_takes_it(bench: Bench) -> None:
    """Neither the registry nor the clock accepts such a claim; after thirty days it lies before everything else (CPI 291)."""
    _in_effect(bench)
    action = brought(bench)
    attack(action)
    with pytest.raises(ActNotOpen, match="within 30 days"):
        action.do("clerk", "accept_claim", {"track": "ordinary"})
    with pytest.raises(ActNotOpen):
        action.do("judge", "decline_refusal", {"reasons": "Let the registry do it."})
    action.wait(days=35)
    assert action.case().stage is Stage.LODGED
    query = select(Task.risk).where(Task.case_id == action.case_id, Task.kind == "refusal", Task.done_at.is_(None))
    with bench.court.database.read() as session:
        assert session.scalars(query).all() == [90]
    action.do("judge", "refuse_claim", {"reasons": "No right of theirs is harmed.", "article": "CPI 290"})
    assert action.case().stage is Stage.CLOSED and windows_open(action, "appeal_ruling") == 0


def test_a_refusal_is_a_ruling_that_can_be_appealed(bench: Bench) -> None:
    """What does not meet the conditions is not accepted by a reasoned ruling, and the decision stands (CPI 291; CPL 157, 171)."""
    _in_effect(bench)
    action = brought(bench)
    attack(action)
    action.do("judge", "refuse_claim", {"reasons": "No right of theirs is harmed.", "article": "CPI 290"})
    action.serve("claimant/1")
    assert windows_open(action, "appeal_ruling") == 1
    with pytest.raises(ActNotOpen, match="has ended"):
        carried(bench, "stands")
    action.wait(days=13)
    carried(bench, "stands")
    assert "the decision stands" in panel(bench, "respondent/1") and on_desk(bench, desks.OUTSIDER_JUDGMENT) == 0
    assert not sound(bench)


def test_what_the_higher_court_wants_taken_is_taken(bench: Bench) -> None:
    """A refusal that fell on appeal lies before the judge again, and what it rested on bars nothing any more (CPL 178)."""
    _in_effect(bench)
    action = brought(bench)
    attack(action, known_days_ago=200)
    action.do("judge", "refuse_claim", {"reasons": "The six months are over.", "article": "CPI 290"})
    action.serve("claimant/1")
    action.do("claimant/1", "appeal_refusal", {"words": "I learned of it later than was found."})
    with bench.court.database.read() as session:
        asked = session.scalars(
            select(Request).where(Request.case_id == action.case_id).order_by(Request.id.desc())
        ).first()
    assert asked is not None
    told = {
        "request": asked.reference,
        "outcome": "set_aside",
        "number": "(2026)浙01民终9号",
        "decided_on": action.today,
    }
    action.do("clerk", "record_ruling_appeal", told)
    assert action.case().stage is Stage.LODGED and on_desk(action, filing_desks.REFUSAL) == 1
    action.do("judge", "take_outsider_action", {"reasons": REASONS})
    assert action.case().stage is Stage.PENDING


def test_six_months_from_knowing_and_not_a_day_more(bench: Bench) -> None:
    """They run from the day the harm was known; what came later is refused, and nobody extends them (CPI 127, 290)."""
    _in_effect(bench)
    action = brought(bench)
    with pytest.raises(InvalidInput, match="still to come"):
        attack(action, known_days_ago=-1)
    attack(action, known_days_ago=200)
    with pytest.raises(ActNotOpen, match="time to bring the action ended"):
        action.do("judge", "take_outsider_action", {"reasons": REASONS})


def test_what_cannot_be_attacked(bench: Bench) -> None:
    """A decision that is not in effect or not of this court, one's own, and what was ordered without a lawsuit (CPI 295)."""
    with pytest.raises(InvalidInput, match="is in effect"):
        attack(brought(bench, "mei", "Mei Lin"))
    _in_effect(bench)
    action = brought(bench)
    with pytest.raises(InvalidInput, match="is in effect"):
        attack(action, number="(2026)网0192民初999号")
    party = brought(bench, "li", "Li Wen")
    with pytest.raises(InvalidInput, match="apply for a retrial"):
        attack(party)
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).begun_as = Stage.PAYMENT_ORDER
    with pytest.raises(InvalidInput, match="without a lawsuit"):
        attack(action)
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).begun_as = None
    attack(action)
    with pytest.raises(ActNotOpen, match="You have named"):
        attack(action)
    with pytest.raises(InvalidInput, match="attack this decision already"):
        attack(brought(bench))


def test_whose_objection_failed_before_has_another_way(bench: Bench) -> None:
    """Rejected in the enforcement first, an outsider who holds the judgment to be wrong applies for a retrial (CPI 301)."""
    enforced(bench)
    outside(bench)
    rule(bench, "unfounded")
    assert newest(bench).outsider == "Shen Yue"
    bench.clock.advance(timedelta(minutes=1))
    action = brought(bench, name="SHEN  Yue")
    attack(action)
    with pytest.raises(ActNotOpen, match="a retrial is the way"):
        action.do("judge", "take_outsider_action", {"reasons": REASONS})


def test_an_objection_is_still_ruled_on_while_the_action_runs(bench: Bench) -> None:
    """Sued first, and objected then: the objection is examined, and the action goes on (CPI 301)."""
    enforced(bench)
    action = brought(bench)
    attack(action)
    bench.clock.advance(timedelta(minutes=1))
    outside(bench)
    rule(bench, "unfounded")
    action.do("judge", "take_outsider_action", {"reasons": REASONS})
    assert action.case().stage is Stage.PENDING


def test_enforcement_halts_only_with_security(bench: Bench) -> None:
    """It goes on until a judge allows the halt against security; then it stands still until the action is over (CPI 297)."""
    enforced(bench)
    action = brought(bench)
    attack(action)
    action.do("judge", "take_outsider_action", {"reasons": REASONS})
    bench.do("clerk", "record_measure", {"what": "8,000 yuan were frozen.", "on": bench.today})
    action.do(
        "claimant/1", "ask_to_halt_for_action", {"security": "8,000 yuan at a bank.", "grounds": "It would be gone."}
    )
    with pytest.raises(ActNotOpen):
        action.do(
            "claimant/1", "ask_to_halt_for_action", {"security": "The same again.", "grounds": "It would be gone."}
        )
    halt = {"answer": "halt", "reasons": "The security covers what may be lost."}
    with pytest.raises(InvalidInput, match="which security"):
        action.do("judge", "rule_on_halt_for_action", halt)
    action.do("judge", "rule_on_halt_for_action", {**halt, "security": "8,000 yuan at a bank."})
    put_actions(bench.court)
    with pytest.raises(ActNotOpen, match="halted"):
        bench.do("clerk", "record_measure", {"what": "The lorry was sold.", "on": bench.today})
    assert "not enforced until" in panel(bench, "claimant/1") and not sound(bench)
    with bench.court.database.write() as session:
        mine = session.get_one(Case, action.case_id)
        mine.stage, mine.outcome = Stage.CLOSED, Outcome.WITHDRAWN
    carried(bench, "stands")
    with bench.court.database.read() as session:
        assert session.scalars(select(EnforcementCase)).one().halted_entry is None
    bench.do("clerk", "record_measure", {"what": "The lorry was sold.", "on": bench.today})
    assert not sound(bench)


def test_a_decision_set_aside_binds_nobody(bench: Bench) -> None:
    """Its paper says so, nothing of it is owed or enforced, what was paid is put before a judge, and the ledger gives it no effect (CPI 298; CPL 244)."""
    enforced(bench)
    with bench.court.database.read() as session:
        debt = session.scalars(select(Obligation)).first()
        assert debt is not None
    judged(bench)
    with pytest.raises(InvalidInput, match="falls as a whole"):
        carried(bench, "changed", whole=True)
    with pytest.raises(InvalidInput, match="owed instead"):
        carried(bench, "stands", whole=True)
    carried(bench, "set_aside", whole=True)
    assert not owed(bench)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.ENDED
        row = session.scalars(
            select(Publication).where(Publication.case_id == case.id).order_by(Publication.id)
        ).first()
        assert row is not None and effect_of(bench.court.look(session), case, row).over
        paper = session.get_one(Document, row.document_id)
        assert paper.void_by is not None
    assert "is set aside" in panel(bench, "respondent/1") and not sound(bench)
    with pytest.raises(ActNotOpen):
        carried(bench, "set_aside")


def test_the_part_that_is_not_changed_goes_on(bench: Bench) -> None:
    """Only what the judgment names falls; what is owed instead is owed between the parties of the decision (CPI 298)."""
    _in_effect(bench)
    judged(bench)
    (debt,) = owed(bench)
    instead = {"debtor": "respondent/1", "creditor": "claimant/1", "amount": "3,000.00"}
    with pytest.raises(InvalidInput, match="something owed instead"):
        carried(bench, "set_aside", payments=[instead])
    with pytest.raises(InvalidInput, match="Choose one"):
        carried(bench, "changed", falls=["nothing"])
    carried(bench, "changed", falls=[debt.reference], payments=[instead])
    (now,) = owed(bench)
    assert (now.instrument, now.amount_minor) == (Instrument.OUTSIDER, 300_000)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        assert decisions_of(session, case)[-1].state is DecisionState.ISSUED
    assert "a part of the decision is changed" in panel(bench, "claimant/1") and not sound(bench)


def test_nothing_falls_before_the_judgment_in_the_action_is_in_effect(bench: Bench) -> None:
    """While it is heard the decision stands as it is (CPI 298)."""
    _in_effect(bench)
    taken(bench)
    with pytest.raises(ActNotOpen, match="has ended"):
        carried(bench, "set_aside", whole=True)
    assert owed(bench)


def test_the_page_of_the_case_tells_it(bench: Bench) -> None:
    """Whoever the decision concerns reads on the page of the case who attacks it, and what is next."""
    _in_effect(bench)
    attack(brought(bench))
    assert create_app(court=bench.court) is not None and "Next: a judge takes" in panel(bench, "respondent/1")
    assert panel(bench, "assistant") == ""


@settings(max_examples=40)
@given(role=strategies.sampled_from([Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY]), owes=strategies.booleans())
def test_only_a_third_party_without_a_burden_stays_one(role: Role, owes: bool) -> None:
    """Everybody else of the decision is a respondent (CPI 296)."""
    party = Party(id=7, case_id=1, role=role, ordinal=1, name="Li", kind=PartyKind.PERSON, details={})
    spared = role is Role.THIRD_PARTY and not owes
    assert role_in_action(party, {7} if owes else set()) is (Role.THIRD_PARTY if spared else Role.RESPONDENT)
