"""An application for retrial that this court decides itself (CPL 210, 214, 215; CPI 377, 381, 424)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, PartyKind, Role, Stage, Track
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.hearing.examination.plan import clock_of
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.decision.papers import appeal_words
from odr.judgment.enforcement.effect import is_appealable
from odr.judgment.models import Decision, RetrialApplication, RetrialOpinion
from odr.judgment.vocabulary import DecisionState, RetrialState
from odr.procedure.court import Court
from odr.procedure.models import Window, WindowState
from tests.judgment.bench import Bench, lay_case
from tests.judgment.web import Visitor

ORDER = {"answer": "order", "reasons": "The main exhibit was never shown."}


def let_in(bench: Bench, name: str, role: Role) -> None:
    """Somebody else serves the court."""
    with bench.court.database.write() as session:
        other = Account(
            email=f"{name}@people.example", name=name, state=AccountState.ACTIVE, created_at=bench.clock.now()
        )
        session.add(other)
        session.flush()
        session.add(AccountRole(account_id=other.id, role=role, granted_at=bench.clock.now()))


def apply(bench: Bench, *grounds: str, who: str = "respondent/1", **more: Any) -> None:
    """A party applies to this court."""
    given = {
        "grounds": list(grounds),
        "facts": "Nobody showed us the list.",
        "asks": "Dismiss the claim.",
        "court": "here",
        **more,
    }
    bench.do(who, "apply_for_retrial", given)


@pytest.fixture
def small(whole_court: Court, clock: FixedClock) -> Bench:
    """Small claims, decided and in effect."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.effective()
    assert bench.case().effective_at is not None
    let_in(bench, "other", Role.JUDGE)
    return bench


def look(bench: Bench) -> tuple[bool, str]:
    """Whether one could appeal from a judgment given now, and what it would say of it."""
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        return is_appealable(sitting, case), appeal_words(sitting, case).render("en")


def heard(bench: Bench) -> None:
    """The other side got its copy and answered."""
    bench.serve("claimant/1", occasion="apply_for_retrial")
    bench.do("claimant/1", "answer_retrial", {"words": "It was shown on the third day."})


def test_a_small_claim_is_heard_again_here_by_a_panel_and_without_an_appeal(small: Bench) -> None:
    """Answered, ordered by somebody who did not sit; a panel in ordinary procedure, whose judgment is final (CPI 424(1));
    the trial limit begins anew (CPI 128).
    """
    apply(small, "not_examined")
    with pytest.raises(ActNotOpen, match="may still answer"):
        small.do("president", "rule_on_retrial", ORDER)
    heard(small)
    small.do("president", "rule_on_retrial", ORDER)
    case = small.case()
    assert (case.stage, case.effective_at) == (Stage.PENDING, None)
    appealable, words = look(small)
    assert not appealable and "art. 424" in words
    with small.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
        assert session.scalars(select(RetrialApplication)).one().state is RetrialState.ORDERED
        sitting, mine = small.court.look(session), session.get_one(Case, small.case_id)
        clock = clock_of(sitting, mine)
        assert clock is not None and clock.ends.due_at > small.clock.now() + timedelta(days=170)


def test_what_was_no_small_claim_can_be_appealed_when_it_is_heard_again(small: Bench) -> None:
    """On that ground the new judgment is appealable (CPI 424(2)); found only where somebody applied on it."""
    apply(small, "not_examined")
    heard(small)
    with pytest.raises(InvalidInput, match="no small claim"):
        small.do("president", "rule_on_retrial", {**ORDER, "not_small": True})
    apply(small, "not_small", who="claimant/1")
    small.serve("respondent/1", occasion="apply_for_retrial")
    small.do("respondent/1", "answer_retrial", {"words": "It was one."})
    small.do("president", "rule_on_retrial", {**ORDER, "not_small": True})
    assert look(small)[0]


def test_dismissed_the_decision_stands_and_is_not_asked_for_twice(small: Bench) -> None:
    """Silence for fifteen days keeps nobody from deciding (CPL 214); what is refused is not applied for again (CPI 381)."""
    apply(small, "law")
    small.serve("claimant/1", occasion="apply_for_retrial")
    small.wait(days=16)
    with small.court.database.read() as session:
        over = session.scalars(select(Window).where(Window.kind == "retrial_opinion")).one()
        assert over.state is WindowState.LAPSED and (over.due_at - over.opened_at).days >= 15
    small.do("president", "rule_on_retrial", {"answer": "refuse", "reasons": "The law was rightly applied."})
    assert small.case().effective_at is not None
    with pytest.raises(ActNotOpen, match="No application for retrial is waiting at this court"):
        small.do("president", "rule_on_retrial", ORDER)
    with pytest.raises(ActNotOpen, match="decided once"):
        apply(small, "law")


def test_what_was_decided_on_a_retrial_is_not_applied_against(small: Bench) -> None:
    """The court takes no second application and names the way that is left (CPI 381; CPL 220)."""
    apply(small, "not_examined")
    heard(small)
    small.do("president", "rule_on_retrial", ORDER)
    with small.court.database.write() as session:
        decision = session.scalars(select(Decision)).one()
        decision.state, decision.effective_at = DecisionState.ISSUED, small.clock.now()
        session.get_one(Case, small.case_id).stage = Stage.EFFECTIVE
    with pytest.raises(ActNotOpen, match="decided on a retrial") as refused:
        apply(small, "law", who="claimant/1")
    assert "381" in str(refused.value.source)


def test_this_court_decides_only_where_the_law_lets_it_choose(bench: Bench) -> None:
    """In ordinary procedure between a person and a company it goes up; between natural persons it may be here (CPL 210)."""
    bench.effective()
    with pytest.raises(ActNotOpen, match="This court decides itself only") as refused:
        apply(bench, "law")
    assert "210" in str(refused.value.source) and "377" in str(refused.value.source)
    with pytest.raises(InvalidInput, match="only for small claims"):
        apply(bench, "not_small")
    with bench.court.database.write() as session:
        for party in session.get_one(Case, bench.case_id).parties:
            party.kind = PartyKind.PERSON
    apply(bench, "law")
    with pytest.raises(ActNotOpen, match="pending at the higher court"):
        bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})


def test_rule_on_retrial_and_answer_retrial_are_refused(small: Bench) -> None:
    """To others; before anybody applied; to who applied; an opinion stands once it is given."""
    for who, name, given in (
        ("judge", "rule_on_retrial", ORDER),
        ("clerk", "answer_retrial", {"words": "It was shown."}),
    ):
        with pytest.raises(Forbidden):
            small.do(who, name, given)
    with pytest.raises(NotFound):
        small.do("president", "rule_on_retrial", ORDER)
    apply(small, "law")
    with pytest.raises(ActNotOpen, match="has not started for you"):
        small.do("respondent/1", "answer_retrial", {"words": "I applied."})
    heard(small)
    with small.court.database.read() as session:
        assert session.scalars(select(RetrialOpinion)).one().words.startswith("It was shown")


def test_three_months_without_a_ruling_are_shown_to_the_president(small: Bench) -> None:
    """The clock rules on nothing: the task is marked (CPL 215; CPI 129)."""
    apply(small, "law")
    small.wait(days=95)
    with small.court.database.read() as session:
        assert session.scalars(select(Window).where(Window.kind == "retrial_review")).one().state is WindowState.LAPSED
        assert session.scalars(select(RetrialApplication)).one().state is RetrialState.FILED


def test_that_the_president_decides_is_shown_as_a_rule_of_this_court(small: Bench) -> None:
    """The law asks only for somebody who did not sit (CPI 45): the form says whose rule it is, and the refusal to a judge
    names it.
    """
    apply(small, "not_examined")
    heard(small)
    app = create_app(court=small.court)
    for locale, words in (("en", "is a rule of this court, not of the law"), ("zh-Hans", "由院长决定系本院规程")):
        assert words in Visitor(app, small, "president", locale).get("/do/rule_on_retrial")
    with pytest.raises(Forbidden) as refused:
        small.do("judge", "rule_on_retrial", ORDER)
    assert "COURT retrial" in str(refused.value.source)
    pack = small.court.packs.get("cn", "2025-11-01")
    assert pack.decider("retrial") == "president"
    assert "the president decides" in pack.sources["COURT"].places["retrial"].render("en")
