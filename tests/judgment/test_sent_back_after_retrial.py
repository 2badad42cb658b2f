"""A case that a court above sent back after a retrial: heard as at first, and claimed anew by leave only (CPI 252)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Document, Role, Stage
from odr.filing.claim.sent_back import is_no_more
from odr.filing.models import Claim, Relief, Request, RequestKind, RequestState
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState
from odr.procedure.models import Task
from tests.judgment.bench import Bench, lay_mei
from tests.judgment.test_retrial import OUTCOME
from tests.judgment.test_retrial_ending import ASKED, row
from tests.judgment.test_retrial_here import let_in
from tests.judgment.web import ORIGIN, Options, Visitor

PRICE = {"kind": "money", "what": "the price back", "amount": "8,000.00"}
DAMAGES = {"kind": "money", "what": "damages", "amount": "2,000.00"}
LESS = {"relief": [{**PRICE, "amount": "7,000.00"}], "reasons": "A part was paid."}
MORE = {"relief": [PRICE, {**DAMAGES, "amount": "3,000.00"}], "reasons": "The damage grew."}
OTHER = {"relief": [PRICE, {**DAMAGES, "what": "lost profit"}], "reasons": "Something else."}
LEAVE = {"what": "claim", "situation": "object_gone", "words": "The bottles burned in the warehouse."}
FACTS = [{"what": "The buyer owes for the second delivery."}]


@pytest.fixture
def back(bench: Bench) -> Bench:
    """Judged and in effect; the higher court held the retrial, set the judgment aside and sent the case back."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    bench.do("respondent/1", "apply_for_retrial", ASKED)
    with pytest.raises(InvalidInput, match="Choose one"):
        bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True, "sent_back": True})
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "sent_back": True})
    return bench


def ask(bench: Bench, who: str = "claimant/1", **changes: Any) -> str:
    """A party asks for leave; gives the request."""
    bench.do(who, "ask_for_new_claim", {**LEAVE, **changes})
    with bench.court.database.read() as session:
        rows = session.scalars(select(Request).where(Request.kind == RequestKind.NEW_CLAIM).order_by(Request.id)).all()
        return rows[-1].reference


def rule(bench: Bench, request: str, answer: str = "allow") -> None:
    """The judge who sits now rules."""
    judge = replace(bench.actor("judge"), account_id=bench.account("other").id, name="other")
    ruling = {"request": request, "answer": answer, "reasons": "The fire is proved by the report."}
    bench.do("other", "rule_on_new_claim", ruling, actor=judge)


def heads(bench: Bench) -> list[tuple[str, int | None]]:
    with bench.court.database.read() as session:
        query = select(Relief).join(Claim, Claim.id == Relief.claim_id).where(Claim.case_id == bench.case_id)
        return [(one.what, one.amount_minor) for one in session.scalars(query.order_by(Relief.number))]


def test_it_is_heard_as_at_first_and_no_retrial_is_left(back: Bench) -> None:
    """The first judgment is set aside for good: nobody ends or joins a retrial, and no judgment upholds it (CPI 252, 404, 405)."""
    assert back.case().stage is Stage.PENDING
    with back.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
    judge = replace(back.actor("judge"), account_id=back.account("other").id, name="other")
    ending = {"application": row(back).reference, "answer": "end", "ground": "settled", "reasons": "They agreed."}
    with pytest.raises(ActNotOpen, match="No retrial"):
        back.do("other", "end_retrial", ending, actor=judge)
    with pytest.raises(ActNotOpen, match="No retrial"):
        back.do("claimant/1", "join_retrial", ASKED)


def test_the_form_begins_with_the_claim_as_it_stands(back: Bench) -> None:
    """Whoever asks for less need not write everything again: sent as the page shows it, nothing is lost of it."""
    visitor = Visitor(create_app(court=back.court), back, "li")
    forms = Options()
    forms.feed(visitor.get("/do/amend_claim"))
    (shown,) = [values for _, values in forms.found if "relief-0-what" in values]
    assert [(shown[f"relief-{n}-what"], shown[f"relief-{n}-amount"]) for n in range(2)] == [
        ("the price back", "CNY\xa08,000.00"),
        ("damages", "CNY\xa02,000.00"),
    ]
    before = heads(back)
    sent = {**shown, "reasons": "Nothing but the words."}
    answer = visitor.client.post(
        f"{visitor.base}/do/amend_claim", base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == 303, answer.text[:2000]
    assert heads(back) == before


def test_less_is_asked_for_freely_and_more_by_leave(back: Bench) -> None:
    """More, or something else, only after leave; the ruling is on paper and served, and leave is the party's own."""
    for given_ in (MORE, OTHER):
        with pytest.raises(ActNotOpen, match="by leave only") as refused:
            back.do("claimant/1", "amend_claim", given_)
        assert "252" in str(refused.value.source)
    request = ask(back)
    with pytest.raises(ActNotOpen, match="asked for leave already"):
        ask(back)
    with back.court.database.read() as session:
        assert session.scalars(select(Task).where(Task.kind == "new_claim", Task.done_at.is_(None))).one()
    with pytest.raises(Forbidden):
        back.do("clerk", "rule_on_new_claim", {"request": request, "answer": "allow", "reasons": "It is so."})
    rule(back, request)
    with back.court.database.read() as session:
        assert not session.scalars(select(Task).where(Task.kind == "new_claim", Task.done_at.is_(None))).all()
        papers = session.scalars(select(Document).where(Document.kind == "ruling").order_by(Document.id)).all()
        assert papers
    with pytest.raises(ActNotOpen, match="by leave only"):
        back.do("respondent/1", "file_counterclaim", {"facts": FACTS, "relief": [PRICE]})
    back.do("claimant/1", "amend_claim", MORE)
    assert heads(back) == [("the price back", 800_000), ("damages", 300_000)]


def test_less_needs_no_leave(back: Bench) -> None:
    """A party may always ask for less."""
    back.do("claimant/1", "amend_claim", LESS)
    assert heads(back) == [("the price back", 700_000)]


def test_a_counterclaim_needs_leave_of_its_own(back: Bench) -> None:
    """The respondent has leave for a counterclaim; the claimant cannot ask for one."""
    with pytest.raises(ActNotOpen, match="by leave only"):
        back.do("respondent/1", "file_counterclaim", {"facts": FACTS, "relief": [PRICE]})
    with pytest.raises(InvalidInput, match="Only a respondent"):
        ask(back, what="counterclaim")
    rule(back, ask(back, "respondent/1", what="counterclaim", situation="no_other_way"))
    back.do("respondent/1", "file_counterclaim", {"facts": FACTS, "relief": [PRICE]})
    with pytest.raises(ActNotOpen, match="by leave only"):
        back.do("claimant/1", "amend_claim", MORE)


def test_what_the_file_does_not_show_is_no_situation(back: Bench) -> None:
    """Nobody was judged in default, and nobody new is a party; once somebody is, leave may be asked for that."""
    for situation in ("not_summoned", "new_party"):
        with pytest.raises(InvalidInput, match="not so"):
            ask(back, situation=situation)
    with pytest.raises(ValidationError):
        ask(back, situation="i_want_it")
    with back.court.database.write() as session:
        lay_mei(session, back, Role.RESPONDENT, ordinal=2)
    ask(back, situation="new_party")


def test_refused_leave_is_not_asked_for_again_in_the_same_situation(back: Bench) -> None:
    """What was refused is another case; in another situation leave may be asked for."""
    rule(back, ask(back), "refuse")
    with back.court.database.read() as session:
        assert session.scalars(select(Request.state)).all() == [RequestState.REFUSED]
    with pytest.raises(ActNotOpen, match="by leave only"):
        back.do("claimant/1", "amend_claim", MORE)
    with pytest.raises(ActNotOpen, match="ruled on already"):
        ask(back)
    ask(back, situation="no_other_way")


def test_elsewhere_no_leave_is_needed(bench: Bench) -> None:
    """A case that is heard for the first time, or on a retrial held here, knows no such leave."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    bench.do("respondent/1", "apply_for_retrial", ASKED)
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    with pytest.raises(ActNotOpen, match="did not come back"):
        ask(bench)
    with pytest.raises(ActNotOpen, match="keeps to what was asked"):
        bench.do("claimant/1", "amend_claim", MORE)
    judge = replace(bench.actor("judge"), account_id=bench.account("other").id, name="other")
    with pytest.raises(ActNotOpen, match="Nobody asks"):
        ruling = {"request": "x" * 26, "answer": "allow", "reasons": "It is so."}
        bench.do("other", "rule_on_new_claim", ruling, actor=judge)


def test_the_form_says_that_leave_is_needed(back: Bench) -> None:
    """Whoever changes the claim reads before that it needs leave, in both languages."""
    app = create_app(court=back.court)
    assert "came back after a retrial" in Visitor(app, back, "li").get("/do/amend_claim")
    assert "再审后发回重审" in Visitor(app, back, "li", "zh-Hans").get("/do/amend_claim")
    assert "In which situation are you?" in Visitor(app, back, "li").get("/do/ask_for_new_claim")


HEADS = st.lists(
    st.tuples(st.sampled_from("mp"), st.sampled_from(["a", "b"]), st.none() | st.integers(0, 5)), max_size=5
)


@settings(max_examples=300)
@given(HEADS, st.data())
def test_what_is_less_needs_no_leave_and_what_is_more_does(before: list[Any], data: st.DataObject) -> None:
    """Some of the heads, each with its sum or a lower one, are no more than all of them; one more head, or a sum raised above
    every other of its kind and words, is more.
    """
    kept = [one for one in before if data.draw(st.booleans())]
    lowered = [
        (kind, what, None if amount is None else data.draw(st.integers(0, amount))) for kind, what, amount in kept
    ]
    assert is_no_more(before, data.draw(st.permutations(lowered)))
    assert not is_no_more(before, [*before, data.draw(st.sampled_from(before or [("m", "a", 1)]))])
    assert not is_no_more(before, [*kept[1:], ("m", "c", 0)])
    for index, (kind, what, amount) in enumerate(before):
        if amount is not None:
            assert not is_no_more(before, [*before[:index], (kind, what, 6), *before[index + 1 :]])
