"""Some of the parties settle in a retrial, others say nothing: the judgment states it and may confirm it (CPI 410)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.decision.partial_agreement import PartialAgreementInput
from odr.judgment.models import Decision, Obligation, PartialAgreement
from odr.procedure.case.before_doing import said_before
from odr.procedure.models import Window, WindowState
from tests.box import looked_at
from tests.judgment.bench import Bench, lay_mei
from tests.judgment.retried import drafted, found, heard, in_effect, judged, ordered, signed, sits
from tests.judgment.test_retrial_judgment import paper, whole
from tests.judgment.web import Visitor

AGREED: dict[str, Any] = {
    "between": ["claimant/1", "respondent/1"],
    "terms": "Haiyun pays 5,000 yuan, and Li asks nothing more of Haiyun.",
    "payments": [{"debtor": "respondent/1", "creditor": "claimant/1", "amount": "5,000.00"}],
}
WHY = "It breaks no law, and Mei owes nothing by it."
NOTHING_ELSE = [{"kind": "dismiss"}]


@pytest.fixture
def three(bench: Bench) -> Bench:
    """A retrial between three, heard and found on."""
    bench.effective()
    with bench.court.database.write() as session:
        mei, now = lay_mei(session, bench, Role.RESPONDENT, ordinal=2), bench.clock.now()
        answered = {"kind": "answer", "state": WindowState.MET, "working": {"key": "answer"}, "opened_by": 1}
        session.add(Window(case_id=bench.case_id, party_id=mei.id, opened_at=now, due_at=now, **answered))
    ordered(bench)
    heard(bench)
    found(bench)
    return bench


@pytest.fixture
def agreed(three: Bench) -> Bench:
    """Two of them have agreed, and confirmed it; Mei says nothing."""
    three.do("clerk", "record_partial_agreement", AGREED)
    for who in AGREED["between"]:
        three.do(who, "answer_partial_agreement", {"answer": "agree"})
    return three


def find(bench: Bench, answer: str = "confirm") -> None:
    sits(bench, "find_partial_agreement", answer=answer, reasons=WHY)


def draft(bench: Bench) -> None:
    drafted(bench, first_judgment="changed", first_why="They have agreed.", orders=NOTHING_ELSE)


def test_what_some_agreed_is_stated_confirmed_and_owed(agreed: Bench) -> None:
    """The judgment says who agreed on what and who said nothing, confirms it in its orders, and what was agreed is owed."""
    draft(agreed)
    with pytest.raises(ActNotOpen, match="Nothing is found yet on the agreement"):
        signed(agreed)
    find(agreed)
    judged(agreed, first_judgment="changed", first_why="They have agreed.", orders=NOTHING_ELSE)
    told = paper(agreed)
    assert [one.split(":")[0] for one in told["orders"][1:3]] == [
        "Everything else that was asked for is dismissed.",
        "The agreement of Li, Haiyun Ltd is confirmed",
    ]
    assert told["orders"][3].startswith("As agreed, Haiyun Ltd pays Li") and "5,000.00" in told["orders"][3]
    assert AGREED["terms"] in told["reasons"] and "Nothing on it was declared in writing by Mei." in told["reasons"]
    assert not any("is wrong" in one for one in told["reasons"]), "it is changed because they agreed"
    assert WHY in told["reasons"] and "410" in told["basis"]
    assert any("未作出书面表示" in one for one in paper(agreed, "zh-Hans")["reasons"])
    agreed.serve_decision("respondent/2")
    in_effect(agreed)
    with agreed.court.database.read() as session:
        owed = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).one()
        assert (owed.debtor_id, owed.creditor_id, owed.amount_minor) == (2, 1, 500_000)
    whole(agreed)


def test_what_is_not_confirmed_is_stated_all_the_same(agreed: Bench) -> None:
    """Left as it is, nothing of it is ordered, and the judgment may uphold the first one."""
    find(agreed)
    drafted(agreed, first_judgment="upheld")
    with pytest.raises(ActNotOpen, match="first judgment is not changed"):
        signed(agreed)
    find(agreed, "leave")
    signed(agreed)
    told = paper(agreed)
    assert len(told["orders"]) == 1 and AGREED["terms"] in told["reasons"]


def test_it_is_confirmed_only_where_all_in_it_confirm_and_somebody_else_is_silent(three: Bench) -> None:
    """Not confirmed by one who is named, or answered by everybody else, no judgment confirms it."""
    three.do("clerk", "record_partial_agreement", AGREED)
    with pytest.raises(ActNotOpen, match="recorded already"):
        three.do("clerk", "record_partial_agreement", AGREED)
    three.do("claimant/1", "answer_partial_agreement", {"answer": "agree"})
    with pytest.raises(ActNotOpen, match="still to be confirmed"):
        find(three)
    three.do("respondent/1", "answer_partial_agreement", {"answer": "agree"})
    find(three)
    draft(three)

    def ordered_so() -> int:
        with three.court.database.read() as session:
            newest = session.scalars(select(Decision).order_by(Decision.id)).all()[-1]
            return sum(one.partial_agreement is not None for one in newest.orders)

    assert ordered_so() == 1
    three.do("respondent/2", "answer_partial_agreement", {"answer": "refuse", "words": "I would pay the rest."})
    assert ordered_so() == 0, "what was found before somebody spoke is found anew"
    with pytest.raises(ActNotOpen, match="Nothing is found yet"):
        signed(three)
    with pytest.raises(ActNotOpen, match="Everybody else has declared"):
        find(three)
    find(three, "leave")
    assert "It was not agreed to in writing by Mei." in paper(three)["reasons"]
    with pytest.raises(ActNotOpen, match="answered it already"):
        three.do("respondent/2", "answer_partial_agreement", {"answer": "agree"})


def test_each_reads_first_that_an_answer_is_waited_for(three: Bench) -> None:
    """Who is named in it is asked to confirm it, who is not to say what they think, each with the payments before them and with
    what follows from silence; whoever has answered has nothing to do.
    """
    three.do("clerk", "record_partial_agreement", AGREED)
    for who, asked, silence in (
        ("claimant/1", "confirm what was agreed", "Until you confirm it"),
        ("respondent/2", "say what you think", "If you say nothing"),
    ):
        with three.court.database.read() as session:
            look, case, actor = three.court.look(session), session.get_one(Case, three.case_id), three.actor(who)
            box = looked_at(look, case, actor)
            assert box.owed is not None and asked in str(box.waits) and silence in str(box.owed.otherwise)
            assert box.owed_act is not None and box.owed_act.name == "answer_partial_agreement"
            said = [str(one) for one in said_before(look, case, actor, box.owed_act)]
            assert said[0].endswith(AGREED["terms"]) and "Haiyun Ltd pays Li" in said[1] and silence in said[2]
    three.do("respondent/2", "answer_partial_agreement", {"answer": "agree"})
    with three.court.database.read() as session:
        look, case = three.court.look(session), session.get_one(Case, three.case_id)
        assert looked_at(look, case, three.actor("respondent/2")).owed is None


def test_refused_by_one_who_is_named_there_is_no_agreement(three: Bench) -> None:
    """Nothing is asked of the judgment then, and another agreement may be recorded."""
    three.do("clerk", "record_partial_agreement", AGREED)
    three.do("respondent/1", "answer_partial_agreement", {"answer": "refuse"})
    with pytest.raises(ActNotOpen, match="No agreement of some"):
        find(three)
    draft(three)
    signed(three)
    assert AGREED["terms"] not in paper(three)["reasons"]


def test_what_all_agree_on_is_no_agreement_of_some(three: Bench) -> None:
    """All of them, one alone, somebody else's payment, another currency, or a party that records it: refused."""
    with pytest.raises(InvalidInput, match="not all"):
        three.do(
            "clerk", "record_partial_agreement", {**AGREED, "between": ["claimant/1", "respondent/1", "respondent/2"]}
        )
    with pytest.raises(InvalidInput, match="two or more"):
        three.do(
            "clerk", "record_partial_agreement", {**AGREED, "between": ["claimant/1", "claimant/1"], "payments": []}
        )
    euros = {**AGREED["payments"][0], "amount": {"minor": 1, "currency": "EUR"}}
    with pytest.raises(InvalidInput, match="currency"):
        three.do("clerk", "record_partial_agreement", {**AGREED, "payments": [euros]})
    with pytest.raises(Forbidden):
        three.do("claimant/1", "record_partial_agreement", AGREED)
    three.do("clerk", "record_partial_agreement", AGREED)
    app = create_app(court=three.court)
    assert "has said nothing in writing yet" in Visitor(app, three, "mei").get("")
    assert AGREED["terms"] in Visitor(app, three, "mei").get("/do/answer_partial_agreement")
    assert "尚未作出书面表示" in Visitor(app, three, "mei", "zh-Hans").get("")


def test_elsewhere_some_do_not_agree_so(bench: Bench) -> None:
    """Outside a retrial, or between two, it ends the case or nothing."""
    with pytest.raises(ActNotOpen, match="No retrial"):
        bench.do("clerk", "record_partial_agreement", AGREED)
    bench.effective()
    ordered(bench)
    heard(bench)
    with pytest.raises(ActNotOpen, match="only two parties"):
        bench.do("clerk", "record_partial_agreement", AGREED)
    with pytest.raises(ActNotOpen, match="No agreement of some"):
        bench.do("claimant/1", "answer_partial_agreement", {"answer": "agree"})


LABELS = ["claimant/1", "respondent/1", "respondent/2", "respondent/3"]
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), max_size=4)


@settings(max_examples=150)
@given(st.lists(st.sampled_from(LABELS), min_size=2, max_size=4, unique=True), PAIRS)
def test_nobody_pays_who_has_not_agreed(between: list[str], pairs: list[tuple[str, str]]) -> None:
    """Every payment is between two different ones who agree; any other makes the whole record refused."""
    values = {
        "between": between,
        "terms": AGREED["terms"],
        "payments": [
            {"debtor": debtor, "creditor": creditor, "amount": {"minor": 100, "currency": "CNY"}}
            for debtor, creditor in pairs
        ],
    }
    if all({*pair} <= {*between} and pair[0] != pair[1] for pair in pairs):
        assert len(PartialAgreementInput.model_validate(values).payments) == len(pairs)
    else:
        with pytest.raises(ValidationError):
            PartialAgreementInput.model_validate(values)
    assert PartialAgreement(between=[1], answers={}).confirmed is None
