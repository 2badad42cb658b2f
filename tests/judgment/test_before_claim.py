"""Preservation before a claim: a case of its own, the judge on duty, security, silence until it is carried out, thirty
days for the claim (CPL 104).
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Outcome, Role, Seat, Stage
from odr.filing.draft.drafts import lodge
from odr.filing.inputs import JoinInput
from odr.filing.parties.joining_by_code import join
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.models import BeforeClaim, Preservation
from odr.judgment.preservation.case_without_claim import open_before_claim
from odr.judgment.preservation.inputs import BeforeClaimInput
from odr.judgment.vocabulary import PreservationState
from odr.procedure.acts.tasks import DESKS
from odr.procedure.case.overview import case_page
from odr.procedure.court import Court
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_preservation import RULING, motion_of, preserved
from tests.judgment.web import Visitor
from tests.scene import claim

HAIYUN = "Haiyun Information Technology Co., Ltd."
ASKED = {
    "cause": "online_shopping",
    "applicant": {"name": "Li Wen", "email": "li@people.example", "e_service": True},
    "respondents": [{"name": HAIYUN, "email": "post@haiyun.example", "address": "8 Harbour Road"}],
    "asks": "Freeze the shop's account.",
    "grounds": "It is being emptied today.",
    "amount": "8,000.00",
    "security": "A bank's letter over the same amount.",
}


def asked(court: Court, clock: FixedClock, key: str | None = None) -> Bench:
    """Li asks; the bench walks the own case."""
    bench = Bench(court, clock)
    receipt = open_before_claim(court, bench.account("li"), BeforeClaimInput.model_validate(ASKED), key=key)
    with court.database.read() as session:
        bench.case_id = session.scalars(select(Case.id).where(Case.reference == receipt.case_reference)).one()
    return bench


def carried_out(bench: Bench) -> None:
    """Ruled, secured, carried out."""
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench)})
    row = preserved(bench).reference
    bench.do("clerk", "record_security", {"preservation": row, "amount": "1,000.00", "how": "letter of the bank"})
    bench.do("clerk", "execute_preservation", {"preservation": row, "kind": "deposit", "what": "Account frozen"})


def files_claim(bench: Bench) -> str:
    """Li files the claim that follows; gives its reference."""
    return lodge(bench.court, bench.account("li"), claim(), key=None).case_reference


def test_the_other_side_learns_of_it_when_it_is_carried_out(whole_court: Court, clock: FixedClock) -> None:
    """Nothing is sent to the respondent and nobody reads of it for her until execution; then a letter with a code lets
    her in and she may ask for review.
    """
    bench = asked(whole_court, clock)
    with pytest.raises(InvalidInput, match="without security"):
        bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    with whole_court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        assert "财保" in (case.number or "") and case.stage is Stage.PRESERVING
        applicant, other = case.parties
        assert {p.party_id for p in session.scalars(select(Packet))} <= {applicant.id}
    carried_out(bench)
    with whole_court.database.read() as session:
        letter = session.scalars(select(Packet).where(Packet.party_id == other.id)).one()
    assert letter.first_contact and letter.letter == "preserved"
    given = JoinInput(name=HAIYUN, email="legal@haiyun.example", e_service=True)
    join(whole_court, bench.account("haiyun").id, letter.code, given)
    with whole_court.database.read() as session:
        page = case_page(
            whole_court.look(session), session.get_one(Case, bench.case_id), bench.actor("respondent/1"), "en"
        )
    told = "\n".join(str(e.words) for e in page.entries)
    assert "asks for preservation before a claim" in told and "Account frozen" in told
    bench.serve("respondent/1")
    bench.do("respondent/1", "ask_for_preservation_review", {"asks": "Lift it.", "grounds": "I gave a bank's letter."})
    bench.do(
        "judge", "give_ruling", {**RULING, "motion": motion_of(bench), "security": None, "orders": "It is lifted."}
    )
    assert (bench.case().stage, bench.case().outcome, preserved(bench).state) == (
        Stage.CLOSED,
        Outcome.LIFTED,
        PreservationState.LIFTED,
    )


def test_a_claim_in_time_keeps_it_as_long_as_its_case(whole_court: Court, clock: FixedClock) -> None:
    """A claim against the same side filed within thirty days is tied to it, by the court where nobody names it; with
    that case it ends.
    """
    bench = asked(whole_court, clock)
    carried_out(bench)
    with pytest.raises(InvalidInput):
        bench.do("claimant/1", "name_claim", {"claim": bench.case().reference})
    bench.wait(days=25)
    reference = files_claim(bench)
    bench.wait(days=10)
    with whole_court.database.read() as session:
        row = session.scalars(select(BeforeClaim)).one()
        followed = session.get_one(Case, row.claim_case_id)
        assert followed.reference == reference and not whole_court.look(session).tasks(
            session.get_one(Case, bench.case_id), DESKS["lift_preservation"]
        )
    with pytest.raises(ActNotOpen, match="already"):
        bench.do("claimant/1", "name_claim", {"claim": reference})
    assert preserved(bench).state is PreservationState.EXECUTED
    with whole_court.sit() as sitting:
        mine = sitting.session.get_one(Case, followed.id)
        mine.stage, mine.outcome, mine.closed_at = Stage.CLOSED, Outcome.WITHDRAWN, clock.now()
    assert whole_court.hooks.sweeps["preservations"](whole_court) == 1
    assert (bench.case().stage, preserved(bench).state) == (Stage.PRESERVING, PreservationState.EXECUTED), (
        "the clock lifts nothing (CPI 166)"
    )
    assert whole_court.hooks.sweeps["preservations"](whole_court) == 0
    lifted = {"kind": "preservation_review", "result": "granted", "orders": "Lifted.", "language": "en"}
    bench.do("judge", "give_ruling", {**lifted, "reasons": "The case of the claim is over."})
    assert (bench.case().stage, bench.case().outcome, preserved(bench).state) == (
        Stage.CLOSED,
        Outcome.LIFTED,
        PreservationState.LIFTED,
    )
    assert whole_court.hooks.sweeps["preservations"](whole_court) == 0


def test_without_a_claim_the_judge_lifts_it(whole_court: Court, clock: FixedClock) -> None:
    """After thirty days lifting lies on the judge's desk; the clock itself lifts nothing, and nothing else can be ruled
    on there.
    """
    bench = asked(whole_court, clock)
    carried_out(bench)
    bench.wait(days=29)
    with whole_court.database.read() as session:
        assert not whole_court.look(session).tasks(session.get_one(Case, bench.case_id), DESKS["lift_preservation"])
    bench.wait(days=4)
    with whole_court.database.read() as session:
        assert whole_court.look(session).tasks(session.get_one(Case, bench.case_id), DESKS["lift_preservation"])
    late = files_claim(bench)
    with pytest.raises(InvalidInput):
        bench.do("clerk", "name_claim", {"claim": late})
    assert preserved(bench).state is PreservationState.EXECUTED
    with pytest.raises(InvalidInput):
        bench.do("judge", "give_ruling", {**RULING, "kind": "dismissal", "security": None})
    bench.do(
        "judge", "give_ruling", {**RULING, "kind": "preservation_review", "security": None, "orders": "It is lifted."}
    )
    bench.wait(days=10)
    assert (bench.case().stage, preserved(bench).state) == (Stage.CLOSED, PreservationState.LIFTED)


def test_what_is_refused_is_closed_after_the_time_for_review(whole_court: Court, clock: FixedClock) -> None:
    """A refusal goes to the applicant alone, who has five days for a review; then the case is over and the other side
    never heard of it.
    """
    bench = asked(whole_court, clock)
    bench.do(
        "judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "result": "refused", "security": None}
    )
    bench.serve("claimant/1")
    assert bench.case().stage is Stage.PRESERVING
    bench.wait(days=8)
    assert (bench.case().stage, bench.case().outcome) == (Stage.CLOSED, Outcome.REFUSED)
    with whole_court.database.read() as session:
        assert session.scalars(select(Preservation)).all() == []
        assert len({p.party_id for p in session.scalars(select(Packet))}) == 1


def test_the_judge_on_duty_sits_and_pages_do_it_all(whole_court: Court, clock: FixedClock) -> None:
    """The president puts a judge on duty on a page; the application, in Chinese, goes to her; sent twice under one key
    it is one case.
    """
    with whole_court.database.write() as session:
        extra = Account(email="duty@people.example", name="Duty", state=AccountState.ACTIVE, created_at=clock.now())
        session.add(extra)
        session.flush()
        session.add(AccountRole(account_id=extra.id, role=Role.JUDGE, granted_at=clock.now()))
        duty = str(extra.id)
    app = create_app(court=whole_court)
    president, li = (
        Visitor(app, Bench(whole_court, clock), "president"),
        Visitor(app, Bench(whole_court, clock), "li", "zh-Hans"),
    )
    today = {
        "from_on-day": "1",
        "from_on-month": "1",
        "from_on-year": "2020",
        "until_on-day": "1",
        "until_on-month": "1",
        "until_on-year": "2040",
    }
    assert "lot" in president.page("/court/duty")
    assert president.post("/court/duty", {"judge": duty, **today, "until_on-year": "2019"}).status_code == 422
    assert president.post("/court/duty", {"judge": duty, **today}).status_code == 303
    assert "Duty" in president.page("/court/duty")
    shown = li.page("/preservation")
    assert "诉前" in shown and 'value="Li"' in shown
    assert li.post("/preservation", {"asks": "冻结账户"}).status_code == 422
    form = {
        "cause": "online_shopping",
        "applicant-name": "李文",
        "applicant-kind": "person",
        "applicant-email": "li@people.example",
        "applicant-e_service": "yes",
        "respondents-0-name": HAIYUN,
        "respondents-0-kind": "company",
        "respondents-0-email": "post@haiyun.example",
        "asks": "冻结账户",
        "grounds": "正在转移",
        "amount": "8000",
        "security": "银行保函",
        "idempotency_key": "once",
    }
    answers = [li.post("/preservation", form) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303] and answers[0].headers["Location"] == answers[1].headers[
        "Location"
    ], answers[0].text[:3000]
    with whole_court.database.read() as session:
        case = session.scalars(select(Case)).one()
        assert (
            str(session.scalars(select(Seat.account_id).where(Seat.case_id == case.id, Seat.role == Role.JUDGE)).one())
            == duty
        )
    li.bench.case_id = case.id
    assert "48小时" in li.get("")
