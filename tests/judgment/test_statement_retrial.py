"""A mediation statement in effect is heard again: on two grounds, in six months, and how that ends (CPL 212; CPI 382, 407)."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Outcome, Stage
from odr.docket.queries import entries_of
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.ground.text import Text
from odr.judgment import desks
from odr.judgment.decision.papers import decision_paper
from odr.judgment.decision.retried import not_asked
from odr.judgment.models import Decision, EnforcementCase, Obligation, RetrialApplication
from odr.judgment.remedies.retrial import retrial_grounds, something_is_heard_again
from odr.judgment.remedies.retrial_rules import before_applying, statement_that_binds
from odr.judgment.remedies.retrial_subject import retrial_panel
from odr.judgment.vocabulary import EnforcementState, FirstJudgment, Instrument, RetrialState
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from tests.judgment.bench import Bench
from tests.judgment.mediated import AGAINST, others, persons, settled
from tests.judgment.retried import drafted, found, heard, in_effect, judged, ordered as retried, sits
from tests.judgment.test_retrial import OUTCOME
from tests.judgment.test_retrial_costs import fees
from tests.judgment.test_retrial_ending import ASKED as JOINED, end, row
from tests.judgment.web import Visitor
from tests.payments.test_triggers import pay
from tests.register.test_publication_endings import in_ledger
from tests.scene import PAPERS
from tests.settlement.test_offers import OFFER, agreement_of, offer_of

NO_GROUND = {"reasons": "Both had a lawyer with them and a week to think; nothing in it is against the law."}
SHOWN = "Ground (1) is shown: the respondent was told that the judge had decided already (R-2)."


def as_the_docket_says(bench: Bench) -> None:
    """The rows say what the docket says; the stage of the hearing was laid by hand."""
    with bench.court.database.read() as session:
        lines = audit_projections(bench.court, session, session.get_one(Case, bench.case_id))
    assert [one for one in lines if ": time limit " not in one and "begins at stage hearing" not in one] == []


def ordered(bench: Bench, who: str = "respondent/1", **more: Any) -> None:
    """This court orders that the mediation statement is heard again, and the fee of it is paid."""
    others(bench)
    persons(bench)
    bench.do(who, "apply_for_retrial", {**AGAINST, "court": "here", **more})
    other = "claimant/1" if who == "respondent/1" else "respondent/1"
    bench.serve(other, occasion="apply_for_retrial")
    bench.do(other, "answer_retrial", {"words": "They signed it freely."})
    bench.do("president", "rule_on_retrial", {"answer": "order", "reasons": "R-2 shows that it may be so."})
    for fee in fees(bench):
        pay(bench.court, bench.case_id, fee)


def test_no_ground_is_shown_and_the_statement_is_performed_again(bench: Bench) -> None:
    """Enforced when the retrial was ordered, it is enforced again by itself: the same paper, the same debts, the same last days
    (CPL 217; CPI 394, 407).
    """
    settled(bench)
    effective_at = bench.case().effective_at
    bench.wait(days=35)
    bench.do("claimant/1", "apply_for_enforcement", {})
    ordered(bench)
    case = bench.case()
    assert (case.stage, case.effective_at) == (Stage.PENDING, None)
    with bench.court.database.read() as session:
        assert session.scalars(select(Document.void_by).where(Document.kind == "mediation_statement")).one() is not None
        assert all(one.ended_at is not None for one in session.scalars(select(Obligation)))
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.ENDED
    heard(bench)
    sits(bench, "dismiss_statement_retrial", **NO_GROUND)
    case = bench.case()
    assert (case.stage, case.effective_at) == (Stage.ENFORCEMENT, effective_at)
    with bench.court.database.read() as session:
        assert session.scalars(select(Document.void_by).where(Document.kind == "mediation_statement")).one() is None
        assert all(one.ended_at is None for one in session.scalars(select(Obligation)))
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.OPEN
    assert row(bench).state is RetrialState.REFUSED
    with pytest.raises(ActNotOpen, match="applied already"):
        bench.do("respondent/1", "apply_for_retrial", {**AGAINST, "grounds": ["unlawful"]})
    as_the_docket_says(bench)


def test_a_ground_is_shown_and_the_claim_is_judged_anew(bench: Bench) -> None:
    """The judgment sets the statement aside first, then orders what is owed; what was paid is looked at by a judge."""
    settled(bench)
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation).order_by(Obligation.id)).first()
        assert owed is not None
    bench.do(
        "claimant/1", "record_performance", {"obligation": owed.reference, "amount": "2,000.00", "on": bench.today}
    )
    ordered(bench)
    heard(bench)
    found(bench)
    drafted(bench)
    with pytest.raises(ActNotOpen, match="which ground"):
        sits(bench, "send_for_signing", decision=bench.draft_reference())
    judged(bench, first_why=SHOWN)
    in_effect(bench)
    with bench.court.database.read() as session:
        decision = session.scalars(select(Decision)).one()
        assert decision.first_judgment is FirstJudgment.REVOKED
        case = session.get_one(Case, bench.case_id)
        assert statement_that_binds(bench.court.look(session), case) is None
        live = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).all()
        assert {one.instrument for one in live} == {Instrument.DECISION}
        open_tasks = set(session.scalars(select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None))))
        assert desks.REVERSAL_DUE.kind in open_tasks
    as_the_docket_says(bench)
    text = " ".join(str(one) for one in judgment_says(bench))
    assert "The mediation statement of this court" in text and "is set aside" in text


def judgment_says(bench: Bench) -> list[Any]:
    """The orders of the judgment, the one on the mediation statement first."""
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        decision = session.scalars(select(Decision)).one()
        said = [*decision_paper(sitting, case, decision, bench.clock.now()).orders]
        return [one.render("en") if isinstance(one, Text) else one for one in said]


def test_two_grounds_and_no_other(bench: Bench) -> None:
    """What was found or how the law was applied is no ground: the form says so, offers the two, and takes no third (CPL 212)."""
    settled(bench)
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        actor = bench.actor("respondent/1")
        assert [one.value for one in retrial_grounds(sitting, case, actor)] == ["not_voluntary", "unlawful"]
        said = [one.render("en") for one in before_applying(sitting, case, actor)]
    assert "two grounds only" in said[0] and "nothing was found and nothing decided" in said[0]
    assert "2\N{NO-BREAK SPACE}September 2026" in said[1] and "arts. 127, 382" in said[1], said[1]
    for ground in ("law", "new_evidence", "not_small"):
        with pytest.raises(InvalidInput, match="one of those listed"):
            bench.do("respondent/1", "apply_for_retrial", {**AGAINST, "grounds": [ground]})
    with pytest.raises(ActNotOpen, match="natural persons"):
        bench.do("respondent/1", "apply_for_retrial", {**AGAINST, "court": "here"})


def test_nobody_is_asked_since_when_they_know_what_makes_no_time_longer(bench: Bench) -> None:
    """Against a statement no time runs from knowledge, and the form does not ask for it; against a judgment it does (CPL 216)."""
    asks = 'name="known_on'
    settled(bench)
    page = Visitor(create_app(court=bench.court), bench, "haiyun").get("/do/apply_for_retrial")
    assert "grounds" in page and asks not in page


def test_of_a_judgment_the_form_asks_since_when_its_grounds_are_known(bench: Bench) -> None:
    """For four of its grounds the time runs from the day they became known (CPL 216)."""
    bench.effective()
    assert 'name="known_on' in Visitor(create_app(court=bench.court), bench, "haiyun").get("/do/apply_for_retrial")


def test_against_a_judgment_the_grounds_against_a_statement_are_none(bench: Bench) -> None:
    """Nobody mediated: a judgment is attacked on the grounds of its own article (CPL 211)."""
    bench.effective()
    with pytest.raises(InvalidInput, match="one of those listed"):
        bench.do("respondent/1", "apply_for_retrial", AGAINST)


def test_six_months_from_effect_and_not_a_day_more(bench: Bench) -> None:
    """The time runs for each party from the last signature; later there is none, whenever it became known (CPI 127, 382)."""
    settled(bench)
    with bench.court.database.read() as session:
        times = session.scalars(select(Window).where(Window.kind == "retrial_application")).all()
        assert len(times) == 2 and {one.state for one in times} == {WindowState.OPEN}
        assert {one.due_at for one in times} == {times[0].due_at}
        assert "382" in times[0].working["article"]
    bench.wait(days=190)
    with pytest.raises(OutOfTime, match="382"):
        bench.do("respondent/1", "apply_for_retrial", {**AGAINST, "known_on": bench.today})


def test_a_statement_that_does_not_bind_is_not_attacked(bench: Bench) -> None:
    """Before the last signature there is no statement in effect, and whoever has not signed may still refuse (CPL 102)."""
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "apply_for_retrial", AGAINST)
    bench.do("respondent/1", "make_offer", {**OFFER, "ending": "withdrawal"})
    bench.do("claimant/1", "accept_offer", {"offer": offer_of(bench)})
    bench.do("judge", "allow_agreed_withdrawal", {"agreement": agreement_of(bench).reference})
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "apply_for_retrial", AGAINST)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        refusal = something_is_heard_again(bench.court.look(session), case, bench.actor("respondent/1"))
    assert refusal is not None and "no mediation statement" in refusal.render("en")


def test_refused_the_statement_stands_and_is_not_asked_for_twice(bench: Bench) -> None:
    """The ruling of the court that looked at the application; meanwhile enforcement goes on (CPL 210, 215; CPI 381)."""
    settled(bench)
    others(bench)
    persons(bench)
    bench.do("respondent/1", "apply_for_retrial", {**AGAINST, "court": "here"})
    with pytest.raises(ActNotOpen, match="may still answer"):
        bench.do("president", "rule_on_retrial", {"answer": "order", "reasons": "It may be so."})
    bench.wait(days=30)
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.serve("claimant/1", occasion="apply_for_retrial")
    bench.wait(days=16)
    bench.do("president", "rule_on_retrial", {"answer": "refuse", "reasons": "Nothing shows it."})
    assert bench.case().stage is Stage.ENFORCEMENT and row(bench).state is RetrialState.REFUSED
    with pytest.raises(ActNotOpen, match="applied already"):
        bench.do("respondent/1", "apply_for_retrial", {**AGAINST, "court": "here"})
    said = paper_text(bench, "rule_on_retrial")
    assert "mediation statement" in said and "stands" in said
    as_the_docket_says(bench)


def paper_text(bench: Bench, act: str) -> str:
    """What the sealed paper of a ruling says, without breaks."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        number = entries_of(session, case, act)[-1].number
        paper = session.scalars(PAPERS.where(Document.case_id == case.id, Document.entry_number == number)).one()
        pages = PdfReader(BytesIO(paper.content)).pages
        return re.sub(r"[\u200b\u00ad]", "", re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pages)))


def test_the_ruling_stops_the_enforcement_of_the_statement(bench: Bench) -> None:
    """The same ruling that orders the retrial says that the statement is not enforced meanwhile (CPL 217; CPI 394), and it has a
    fee for whoever applied (FEE 9(2)), measured by what was agreed against them (FEE 19).
    """
    settled(bench)
    ordered(bench)
    said = paper_text(bench, "rule_on_retrial")
    assert "The mediation statement of this court" in said and "is not enforced meanwhile" in said
    (fee,) = fees(bench)
    assert fee.amount_minor == 5000 and fee.party_id == row(bench).party_id
    assert in_ledger(bench) == [("mediation", False), ("retrial", False)], (
        "while it is heard again the statement has no effect"
    )
    for who in ("claimant/1", "respondent/1"):
        with pytest.raises(ActNotOpen):
            bench.do(who, "apply_for_enforcement", {})


def test_the_higher_court_may_order_it_too(bench: Bench) -> None:
    """Asked for above, ordered above, heard here; taken back by leave, the statement lives again (CPL 215; CPI 404)."""
    settled(bench)
    others(bench)
    bench.do("respondent/1", "apply_for_retrial", AGAINST)
    bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    assert bench.case().stage is Stage.PENDING
    bench.do("claimant/1", "join_retrial", {**JOINED, "grounds": ["unlawful"]})
    with pytest.raises(ActNotOpen):
        sits(bench, "dismiss_statement_retrial", **NO_GROUND)
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "withdraw_retrial", {})
        end(bench, who)
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        assert all(one.ended_at is None for one in session.scalars(select(Obligation)))
    said = paper_text(bench, "end_retrial")
    assert "goes on from today by itself" in said and "mediation statement" in said
    as_the_docket_says(bench)


def test_set_aside_above_and_sent_back_it_is_heard_as_at_first(bench: Bench) -> None:
    """Where the higher court held the retrial itself, no statement is left to stand again."""
    settled(bench)
    others(bench)
    bench.do("respondent/1", "apply_for_retrial", AGAINST)
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "sent_back": True})
    assert bench.case().stage is Stage.PENDING
    heard(bench)
    with pytest.raises(ActNotOpen, match="No mediation statement is heard again"):
        sits(bench, "dismiss_statement_retrial", **NO_GROUND)


def test_a_case_that_was_performed_is_closed_again(bench: Bench) -> None:
    """Everything was paid and the case closed: dismissed, it is closed again, what was paid rests on the statement, and the fee of
    the retrial is borne by whoever applied (FEE 32).
    """
    settled(bench)
    with bench.court.database.read() as session:
        owed = list(session.scalars(select(Obligation.reference).order_by(Obligation.id)))
    for reference, amount in zip(owed, ("2,000.00", "4,000.00"), strict=True):
        bench.do("claimant/1", "record_performance", {"obligation": reference, "amount": amount, "on": bench.today})
    bench.do("clerk", "close_case", {})
    ordered(bench)
    heard(bench)
    sits(bench, "dismiss_statement_retrial", **NO_GROUND)
    case = bench.case()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.SETTLED) and case.closed_at is not None
    with bench.court.database.read() as session:
        waiting = session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None))).all()
    assert desks.REVERSAL_DUE.kind not in waiting
    assert "is borne by" in paper_text(bench, "dismiss_statement_retrial")
    assert in_ledger(bench)[0] == ("mediation", True)
    as_the_docket_says(bench)


def test_dismiss_statement_retrial_is_refused(bench: Bench) -> None:
    """To whoever does not hear it; before it was heard; a second time; where a judgment is heard again."""
    settled(bench)
    ordered(bench)
    with pytest.raises(ActNotOpen):
        sits(bench, "dismiss_statement_retrial", **NO_GROUND)
    heard(bench)
    for who in ("clerk", "president", "respondent/1"):
        with pytest.raises(Forbidden):
            bench.do(who, "dismiss_statement_retrial", NO_GROUND)
    sits(bench, "dismiss_statement_retrial", **NO_GROUND)
    with pytest.raises(ActNotOpen):
        sits(bench, "dismiss_statement_retrial", **NO_GROUND)


def test_of_a_judgment_nobody_dismisses_an_application_after_the_hearing(bench: Bench) -> None:
    """A judgment is upheld or changed by a judgment (CPI 405)."""
    bench.effective()
    retried(bench)
    heard(bench)
    with pytest.raises(ActNotOpen, match="No mediation statement"):
        sits(bench, "dismiss_statement_retrial", **NO_GROUND)


def test_the_draft_asks_which_ground_is_shown_and_nothing_of_a_first_judgment(bench: Bench) -> None:
    """What a judgment makes of a mediation statement is one thing only, and a part leaves it to the judgment on the rest."""
    settled(bench)
    ordered(bench)
    heard(bench)
    found(bench)
    with pytest.raises(InvalidInput, match="set aside, and nothing else"):
        drafted(bench, first_judgment="upheld")
    with pytest.raises(InvalidInput, match="on the rest"):
        drafted(bench, kind="partial", first_why=SHOWN)
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert not_asked(sitting, case) == ("first_judgment",)
        panel = retrial_panel(sitting, case, bench.actor("respondent/1"))
    assert panel is not None and "mediation statement" in str(panel.data["statement"])


def test_only_the_first_is_heard_while_another_waits(bench: Bench) -> None:
    """Both sides may apply; one ruling decides on both applications (CPI 396)."""
    settled(bench)
    others(bench)
    persons(bench)
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "apply_for_retrial", {**AGAINST, "court": "here", "grounds": ["unlawful"]})
    bench.wait(days=1)
    for who in ("claimant/1", "respondent/1"):
        bench.serve(who, occasion="apply_for_retrial")
        bench.do(who, "answer_retrial", {"words": "It is lawful."})
    bench.do("president", "rule_on_retrial", {"answer": "order", "reasons": "The interest may be unlawful."})
    with bench.court.database.read() as session:
        states = [one.state for one in session.scalars(select(RetrialApplication))]
    assert states == [RetrialState.ORDERED, RetrialState.ORDERED]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_pages_say_what_is_heard_again(bench: Bench, locale: str) -> None:
    """The form says the two grounds and the last day before anybody applies; the case's page, what is heard again and how it ends."""
    settled(bench)
    person = Visitor(create_app(court=bench.court), bench, "haiyun", locale)
    form = person.get("/do/apply_for_retrial")
    assert ("two grounds only" if locale == "en" else "只有两项事由") in form
    assert ("against the law" if locale == "en" else "内容违反法律") in form
    ordered(bench)
    page = person.get("")
    assert ("no ground against it is shown" if locale == "en" else "再审事由不成立的") in page
