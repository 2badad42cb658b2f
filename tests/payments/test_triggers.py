"""Money follows what really happens in a case: every rule on refunds, driven through the acts of the other rooms."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Outcome, Role, Seat, Stage
from odr.docket.visibility import reads_document
from odr.evidence.models import Exhibit
from odr.filing.claim.queries import claims_of
from odr.filing.models import Claim, Request
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T
from odr.hearing.models import Examination, Hearing
from odr.hearing.vocabulary import Mode
from odr.identity.actors import CLOCK_ACTOR
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.models import Motion
from odr.payments.books.ledger import is_balanced, trial_balance
from odr.payments.costs.demands import demand
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput, PaymentInput
from odr.payments.models import AssessmentState, Channel, FactKind, FeeAssessment, Refund, ReliefRequest, StripeFact
from odr.procedure.acts.events import Served
from odr.procedure.acts.tasks import DESKS
from odr.procedure.court import Court
from odr.procedure.models import Task
from odr.procedure.rules.tariff import Ending
from odr.service.models import Packet
from tests.full_court import browser
from tests.judgment.bench import Bench, lay_hearing
from tests.judgment.conftest import bench, whole_court  # noqa: F401 - fixtures
from tests.judgment.test_panel import FOR, vote
from tests.judgment.test_what_is_owed import box, lines
from tests.kept import kept
from tests.scene import PAPERS, Scene, claim
from tests.settlement.test_offers import settle

REASONS = "Notice and last day stand on the docket; nothing was paid and nothing is pending."
RULING = {"result": "granted", "orders": "As asked.", "reasons": "The grounds hold.", "language": "en"}
APPEAL = {"asks": "Dismiss the claim.", "grounds": "The label was right.", "challenged": "8,000.00"}
PRESERVATION = {
    "kind": "preservation",
    "asks": "Freeze 10,000.",
    "grounds": "They sell out.",
    "amount": "10,000.00",
    "urgent": False,
}
OUTCOME = {"court": "Intermediate Court", "number": "2", "summary": "as stated"}


def money(amount: str) -> list[dict[str, str]]:
    """One head of claim over a sum."""
    return [{"kind": "money", "what": "The price back", "amount": amount}]


def fees(court: Court, case_id: int, matter: Matter | None = None) -> list[FeeAssessment]:
    """The fees of a case, in order."""
    with court.database.read() as session:
        rows = list(
            session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == case_id).order_by(FeeAssessment.id))
        )
        session.expunge_all()
        return [row for row in rows if matter in (None, row.matter)]


def pay(court: Court, case_id: int, row: FeeAssessment) -> None:
    """The whole of a fee, by Stripe's word."""
    intent, now = f"pi_{row.reference}", court.clock.now()
    with court.database.write() as session:
        known = {"kind": FactKind.INTENT, "stripe_id": intent, "rank": 2, "intent": intent, "ours": row.reference}
        session.add(StripeFact(**known, amount_minor=row.amount_minor, currency=row.currency, at=now))
    given = PaymentInput(
        assessment=row.reference, channel=Channel.CARD, amount=row.amount, source=f"stripe/{intent}", received_at=now
    )
    with court.sit() as sitting:
        sitting.perform("record_payment", sitting.session.get_one(Case, case_id), given, actor=CLOCK_ACTOR)


def back(court: Court, case_id: int) -> dict[str, int]:
    """Label of the party → what goes back to it; the books balance."""
    found: dict[str, int] = {}
    with court.database.read() as session:
        labels = {p.id: p.label for p in session.get_one(Case, case_id).parties}
        for row in session.scalars(select(Refund).where(Refund.case_id == case_id)):
            found[labels[row.party_id]] = found.get(labels[row.party_id], 0) + row.amount_minor
        assert is_balanced(trial_balance(session))
    return found


@kept
def paid_bench(bench: Bench) -> None:  # noqa: F811
    """The claimant of the laid case has paid the fee on 10,000 by simple procedure: 25."""
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        basis = keep_basis(sitting.session, case, case.parties[0], Matter.CLAIM, [1_000_000], 0, sitting.now)
        sitting.perform("assess_fee", case, AssessInput(basis=basis.reference), actor=CLOCK_ACTOR)
    pay(bench.court, bench.case_id, fees(bench.court, bench.case_id)[0])


@kept
def appealed(bench: Bench) -> FeeAssessment:  # noqa: F811
    """The respondent has appealed and paid: 50 on 8,000."""
    paid_bench(bench)
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    (row,) = fees(bench.court, bench.case_id, Matter.APPEAL)
    return row


@pytest.mark.parametrize(
    ("outcome", "appellant", "claimant"), [("sent_back", 50_00, 0), ("withdrawn", 25_00, 20_00), ("upheld", 0, 20_00)]
)
@pytest.mark.slow
def test_the_appeal_fee_follows_the_higher_court(bench: Bench, outcome: str, appellant: int, claimant: int) -> None:  # noqa: F811
    """Sent back, the appeal fee goes back whole; withdrawn by leave, half; upheld, nothing. The first instance's fee
    has its own rule (FEE 15, 27; CPI 207).
    """
    row = appealed(bench)
    assert row.amount_minor == 50_00
    pay(bench.court, bench.case_id, row)
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    bench.do("clerk", "record_appeal_outcome", OUTCOME | {"decided_on": bench.today} | {"outcome": outcome})
    assert back(bench.court, bench.case_id) == {
        k: v for k, v in {"respondent/1": appellant, "claimant/1": claimant}.items() if v
    }


def demanded(court: Court, case_id: int) -> list[tuple[str, Matter, int, AssessmentState]]:
    """What costs decisions made parties owe the court: who, of which fee, how much, and whether it stands."""
    with court.database.read() as session:
        labels = {p.id: p.label for p in session.get_one(Case, case_id).parties}
    return [
        (labels[row.party_id], row.matter, row.amount_minor, row.state)
        for row in fees(court, case_id)
        if row.basis_id is None
    ]


CHANGED = OUTCOME | {"outcome": "changed", "amount": "2,000.00"}


@pytest.mark.slow
def test_costs_follow_a_changed_judgment(bench: Bench) -> None:  # noqa: F811
    """The higher court awards less: the costs of the first instance change with it, those of the appeal are divided;
    each fee is borne whole (FEE 30).
    """
    pay(bench.court, bench.case_id, appealed(bench))
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    first = [{"party": "claimant/1", "bears": "20.00"}, {"party": "respondent/1", "bears": "5.00"}]
    second = [{"party": "claimant/1", "bears": "40.00"}, {"party": "respondent/1", "bears": "10.00"}]
    for wrong, said in (
        (CHANGED, "art. 30"),
        (CHANGED | {"costs": second}, "exactly"),
        (CHANGED | {"costs": first, "appeal_costs": first}, "exactly"),
        (CHANGED | {"costs": [first[0], first[0]]}, "once"),
        (OUTCOME | {"outcome": "upheld", "costs": first}, "Only a changed"),
    ):
        with pytest.raises(InvalidInput, match=said):
            bench.do("clerk", "record_appeal_outcome", {"decided_on": bench.today} | wrong)
    assert bench.case().stage is Stage.APPEALED and back(bench.court, bench.case_id) == {}
    bench.do(
        "clerk",
        "record_appeal_outcome",
        CHANGED | {"decided_on": bench.today} | {"costs": first, "appeal_costs": second},
    )
    assert back(bench.court, bench.case_id) == {"claimant/1": 5_00, "respondent/1": 40_00}
    owed = [
        ("claimant/1", Matter.APPEAL, 40_00, AssessmentState.DUE),
        ("respondent/1", Matter.CLAIM, 5_00, AssessmentState.DUE),
    ]
    assert sorted(demanded(bench.court, bench.case_id), key=lambda one: one[0]) == owed


@pytest.mark.slow
def test_whoever_is_not_named_bears_nothing(bench: Bench) -> None:  # noqa: F811
    """The higher court lays the whole fee on the respondent: the claimant, whom the clerk need not name, has all of it
    back.
    """
    pay(bench.court, bench.case_id, appealed(bench))
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    bench.do(
        "clerk",
        "record_appeal_outcome",
        CHANGED | {"decided_on": bench.today} | {"costs": [{"party": "respondent/1", "bears": "25.00"}]},
    )
    assert back(bench.court, bench.case_id) == {"claimant/1": 25_00}
    assert demanded(bench.court, bench.case_id) == [("respondent/1", Matter.CLAIM, 25_00, AssessmentState.DUE)]


@pytest.mark.slow
def test_whoever_need_not_bear_the_fee_any_more_is_not_told_that_they_owe_it(bench: Bench) -> None:  # noqa: F811
    """The higher court lays the whole fee on the claimant: of what the judgment here laid on the respondent the page says
    nothing any more.
    """
    pay(bench.court, bench.case_id, appealed(bench))
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    costs = {"costs": [{"party": "claimant/1", "bears": "25.00"}]}
    bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today} | costs)
    told = lines(box(bench, "respondent/1"))
    assert told and "What you owe the court" not in told


def examined_anew(bench: Bench) -> None:  # noqa: F811
    """The examination of the case that is heard again is over: a hearing was held in ordinary procedure."""
    with bench.court.database.write() as session:
        case, now = session.get_one(Case, bench.case_id), bench.clock.now()
        number = case.entry_count
        opened = Examination(
            case_id=case.id,
            mode=Mode.OFFLINE,
            plan={},
            opened_at=now,
            opened_by=number,
            closed_at=now,
            closed_by=number,
        )
        session.add(opened)
        session.flush()
        lay_hearing(session, case, opened, now)
        session.flush()
        hearing = session.scalars(select(Hearing).where(Hearing.case_id == case.id)).one()
        hearing.summoned_by = number
        hearing.shown = list(session.scalars(select(Exhibit.id).where(Exhibit.case_id == case.id)))


@pytest.mark.parametrize("paid_by_loser", [True, False])
@pytest.mark.slow
def test_a_retrial_decides_on_the_costs_anew(bench: Bench, paid_by_loser: bool) -> None:  # noqa: F811
    """Heard again and dismissed: what the loser paid goes back or is asked for no more; the former winner pays what had
    gone back to her, and the fee of the retrial stays with whoever applied for it (FEE 32).
    """
    paid_bench(bench)
    bench.effective()
    assert back(bench.court, bench.case_id) == {"claimant/1": 20_00}
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        demand(sitting, case, case.parties[1], Money(20_00, "CNY"))
    if paid_by_loser:
        pay(bench.court, bench.case_id, fees(bench.court, bench.case_id)[-1])
    bench.do(
        "respondent/1",
        "apply_for_retrial",
        {"grounds": ["law"], "facts": "The label was right.", "asks": "Dismiss the claim."},
    )
    bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})
    bench.do(
        "clerk",
        "record_retrial_outcome",
        {"court": "Intermediate Court", "number": "7", "summary": "See the ruling.", "ordered": True},
    )
    ordered = fees(bench.court, bench.case_id)[-1]
    assert (ordered.matter, ordered.amount_minor) == (Matter.RETRIAL, 50_00), "they had not appealed (FEE 9)"
    pay(bench.court, bench.case_id, ordered)
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).stage = Stage.HEARING
        for name in ("ann", "ben"):
            account = Account(
                email=f"{name}@people.example", name=name, state=AccountState.ACTIVE, created_at=bench.clock.now()
            )
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=Role.ASSESSOR, granted_at=bench.clock.now()))
        # The bench knows one judge only; she stands for the one who is drawn.
        session.add(
            Seat(
                case_id=bench.case_id, account_id=bench.account("judge").id, role=Role.JUDGE, from_at=bench.clock.now()
            )
        )
    bench.wait(days=20)
    bench.do("judge", "convene_panel", {"size": 3, "reasons": "The case is heard again."})
    examined_anew(bench)
    bench.findings()
    bench.do(
        "judge",
        "draft_decision",
        bench.draft(orders=[{"kind": "dismiss"}], first_judgment="changed", first_why="The label was right."),
    )
    for who in ("ann", "ben", "judge"):
        vote(bench, who, FOR)
    decision = {"decision": bench.draft_reference()}
    bench.do("judge", "send_for_signing", decision)
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", decision | {"case_number": bench.number})
    bench.do("clerk", "countersign_decision", decision)
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE
    returned = {"respondent/1": 20_00} if paid_by_loser else {}
    assert back(bench.court, bench.case_id) == {"claimant/1": 20_00} | returned
    former, now_owed = demanded(bench.court, bench.case_id)
    assert former[3] is (AssessmentState.PAID if paid_by_loser else AssessmentState.CANCELLED)
    assert now_owed == ("claimant/1", Matter.CLAIM, 20_00, AssessmentState.DUE)


def test_an_unpaid_appeal_is_ruled_withdrawn_and_the_decision_binds(bench: Bench) -> None:  # noqa: F811
    """Whoever appeals and does not pay after notice loses the appeal by ruling, and the decision takes effect (CPI
    318).
    """
    row = appealed(bench)
    bench.wait(days=20)
    with pytest.raises(ActNotOpen):
        # The time to appeal has only just ended, and the seven days begin after it (FEE 22).
        bench.do("judge", "deem_withdrawn", {"assessment": row.reference, "reasons": REASONS})
    bench.wait(days=10)
    assert bench.case().stage is Stage.APPEALED
    bench.do("judge", "deem_withdrawn", {"assessment": row.reference, "reasons": REASONS})
    assert (
        bench.case().stage is Stage.EFFECTIVE
        and fees(bench.court, bench.case_id, Matter.APPEAL)[0].state is AssessmentState.CANCELLED
    )


def test_nobody_answers_an_appeal_that_counts_as_withdrawn(bench: Bench) -> None:  # noqa: F811
    """Its answer is asked of nobody any more, no file goes up, and nothing waits on a desk for it (CPI 318)."""
    row = appealed(bench)
    bench.wait(days=25)
    bench.serve("claimant/1")
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert look.windows(case, "appeal_answer")
    bench.do("judge", "deem_withdrawn", {"assessment": row.reference, "reasons": REASONS})
    bench.wait(days=30)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert not look.windows(case, "appeal_answer") and not look.windows(case, "appeal_file", state=None)
        assert not look.tasks(case, DESKS["appeal_file"]) and not look.tasks(case, DESKS["appeal"])


def test_an_appeal_that_counts_as_withdrawn_leaves_others_their_time(bench: Bench) -> None:  # noqa: F811
    """The other side was served later and may still appeal: the case is where it was before the appeal, and they do (CPI 318;
    CPL 171).
    """
    paid_bench(bench)
    bench.issue()
    bench.serve_decision("respondent/1")
    bench.do("respondent/1", "appeal_decision", APPEAL)
    (row,) = fees(bench.court, bench.case_id, Matter.APPEAL)
    bench.wait(days=27)
    bench.serve_decision("claimant/1")
    bench.do("judge", "deem_withdrawn", {"assessment": row.reference, "reasons": REASONS})
    assert bench.case().stage is Stage.PRONOUNCED
    bench.do("claimant/1", "appeal_decision", APPEAL)
    assert bench.case().stage is Stage.APPEALED


@pytest.mark.slow
def test_a_winner_gets_back_the_filing_fee_and_not_that_of_an_application(bench: Bench) -> None:  # noqa: F811
    """What the winner need not bear goes back with effect; the fee for a preservation stays with who asked for it (CPI
    207, FEE 38).
    """
    paid_bench(bench)
    bench.do("claimant/1", "ask_for_ruling", PRESERVATION)
    (preservation,) = fees(bench.court, bench.case_id, Matter.PRESERVATION)
    pay(bench.court, bench.case_id, preservation)
    with bench.court.database.read() as session:
        motion = session.scalars(select(Motion.reference).where(Motion.case_id == bench.case_id)).one()
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion, "result": "refused"})
    bench.effective()
    assert back(bench.court, bench.case_id) == {"claimant/1": 20_00} and preservation.amount_minor == 120_00


def test_a_dismissal_gives_the_whole_fee_back(bench: Bench) -> None:  # noqa: F811
    """Dismissed by ruling, not on the merits: everything goes back (FEE 27)."""
    paid_bench(bench)
    bench.do("judge", "give_ruling", RULING | {"kind": "dismissal"})
    assert back(bench.court, bench.case_id) == {}, "nothing goes back while it may be appealed from"
    bench.nobody_appeals()
    assert bench.case().outcome is Outcome.DISMISSED and back(bench.court, bench.case_id) == {"claimant/1": 25_00}


@pytest.mark.parametrize("ending", ["statement", "withdrawal"])
def test_a_settlement_settles_the_fee_once(bench: Bench, ending: str) -> None:  # noqa: F811
    """Mediated or withdrawn as agreed: a fee that was halved by the track is not halved again, the rest is earned, no
    fee stays open (FEE 15, CPI 206).
    """
    paid_bench(bench)
    reference = settle(bench, ending=ending)
    if ending == "withdrawal":
        bench.do("judge", "allow_agreed_withdrawal", {"agreement": reference})
    else:
        bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
        for who in ("claimant/1", "respondent/1"):
            bench.do(who, "sign_statement", {"agreement": reference})
    assert back(bench.court, bench.case_id) == {}
    with bench.court.database.read() as session:
        assert {b.account.value: b.net.minor for b in trial_balance(session) if b.net.minor} == {
            "clearing": 25_00,
            "income": -25_00,
        }


@kept
def pending(scene: Scene, amount: str = "80,000.00", track: str = "ordinary") -> FeeAssessment:
    """An accepted claim that the other side has joined, its fee paid."""
    scene.lodge(claim(relief=money(amount)))
    scene.accept(track)
    scene.join()
    (row,) = fees(scene.court, scene.case_id)
    pay(scene.court, scene.case_id, row)
    return row


def give_leave(scene: Scene) -> None:
    """The claimant asks to withdraw and the judge gives leave."""
    scene.do("withdraw_claim", "li")
    with scene.court.database.read() as session:
        request = session.scalars(
            select(Request.reference).where(Request.case_id == scene.case_id).order_by(Request.id.desc())
        ).first()
    scene.do("rule_on_withdrawal", "judge", answer="allow", reasons="No objection.", request=request)


def test_a_claim_withdrawn_by_leave_costs_half(small_scene: Scene) -> None:
    """80,000 by ordinary procedure, withdrawn: 900 of 1,800 go back (FEE 15)."""
    pending(small_scene)
    give_leave(small_scene)
    assert back(small_scene.court, small_scene.case_id) == {"claimant/1": 900_00}


def test_a_claim_withdrawn_beside_a_counterclaim_settles_its_own_fee_only(small_scene: Scene) -> None:
    """The claim's fee is halved when it is withdrawn; the counterclaim goes on and its fee stays (CPI 239, FEE 15, 18)."""
    pending(small_scene)
    small_scene.do("file_counterclaim", "haiyun", facts=[{"what": "She kept the goods."}], relief=money("50,000.00"))
    (counter,) = fees(small_scene.court, small_scene.case_id, Matter.COUNTERCLAIM)
    assert counter.amount_minor == 525_00
    pay(small_scene.court, small_scene.case_id, counter)
    give_leave(small_scene)
    assert small_scene.case().stage is Stage.PENDING
    assert back(small_scene.court, small_scene.case_id) == {"claimant/1": 900_00}


def test_every_fee_that_is_due_stands_beside_the_case_with_what_it_is_for(small_scene: Scene) -> None:
    """The claim and the counterclaim are both to be paid: each reader sees both with their names, their own first, and the judge
    who rules on one that was not paid chooses by the name too.
    """
    small_scene.lodge(claim(relief=money("80,000.00")))
    small_scene.accept("ordinary")
    small_scene.join()
    small_scene.do("file_counterclaim", "haiyun", facts=[{"what": "She kept the goods."}], relief=money("50,000.00"))
    app, place = create_app(court=small_scene.court), f"/cases/{small_scene.case().reference}"
    for who, mine, other in (
        ("li", "Fee of the claim", "Fee of the counterclaim"),
        ("haiyun", "Fee of the counterclaim", "Fee of the claim"),
    ):
        page = browser(app, small_scene.court, who).get(place).get_data(as_text=True)
        panel = page[page.index('id="fee-panel"') :]
        panel = panel[: panel.index("</section>")]
        assert panel.count("to be paid by you") == 1
        assert panel.index(mine) < panel.index(other)
        fees_page = browser(app, small_scene.court, who).get(f"{place}/fee").get_data(as_text=True)
        assert mine in fees_page and other in fees_page
    small_scene.work()
    small_scene.later(days=9)
    form = browser(app, small_scene.court, "judge").get(f"{place}/do/deem_withdrawn").get_data(as_text=True)
    assert all(words in form for words in ("Fee of the claim", "Fee of the counterclaim"))


def test_an_unpaid_counterclaim_falls_alone(small_scene: Scene) -> None:
    """A counterclaim whose fee is not paid is ruled withdrawn; it stands no longer, and the claim goes on (CPI 213)."""
    pending(small_scene)
    small_scene.do("file_counterclaim", "haiyun", facts=[{"what": "She kept the goods."}], relief=money("50,000.00"))
    small_scene.work()
    small_scene.later(days=9)
    (counter,) = fees(small_scene.court, small_scene.case_id, Matter.COUNTERCLAIM)
    small_scene.do("deem_withdrawn", "judge", assessment=counter.reference, reasons=REASONS)
    with small_scene.court.database.read() as session:
        standing = session.scalars(
            select(Claim.kind).where(Claim.case_id == small_scene.case_id, Claim.withdrawn_at.is_(None))
        ).all()
    assert standing == ["claim"] and small_scene.case().stage is Stage.PENDING
    assert back(small_scene.court, small_scene.case_id) == {}


def test_nothing_is_examined_while_a_fee_whose_time_is_over_is_not_ruled_on(small_scene: Scene) -> None:
    """Ruled withdrawn or paid, then examined: the judge is told what to rule on first (CPI 213)."""
    pending(small_scene)
    small_scene.do("file_counterclaim", "haiyun", facts=[{"what": "She kept the goods."}], relief=money("50,000.00"))
    small_scene.work()
    small_scene.later(days=30)
    with pytest.raises(ActNotOpen, match="Rule on this first: The fee of"):
        small_scene.do("open_examination", "judge", mode="live")
    (counter,) = fees(small_scene.court, small_scene.case_id, Matter.COUNTERCLAIM)
    small_scene.do("deem_withdrawn", "judge", assessment=counter.reference, reasons=REASONS)
    small_scene.do("open_examination", "judge", mode="live")
    assert small_scene.case().stage is Stage.HEARING


def test_an_unpaid_difference_after_conversion_returns_half_of_what_was_paid(small_scene: Scene) -> None:
    """80,000 by simple procedure, moved to the ordinary one by ruling, difference unpaid: 450 of 900 go back (CPI 199)."""
    pending(small_scene, track="simple")
    small_scene.do("convert_track", "judge", to="ordinary", reasons="The facts are complex.")
    topup = fees(small_scene.court, small_scene.case_id)[-1]
    assert (topup.amount_minor, topup.window_kind) == (900_00, "fee_topup")
    small_scene.work()
    small_scene.later(days=9)
    small_scene.do("deem_withdrawn", "judge", assessment=topup.reference, reasons=REASONS)
    assert small_scene.case().outcome is Outcome.DEEMED_WITHDRAWN
    assert back(small_scene.court, small_scene.case_id) == {"claimant/1": 450_00}


def test_a_claim_lowered_and_raised_again_is_paid_once(small_scene: Scene) -> None:
    """80,000 → 30,000 in time: 1,250 of 1,800 go back; → 150,000: 3,300 less the 550 still held are asked for (FEE 21)."""
    pending(small_scene)
    small_scene.do("amend_claim", "li", relief=money("30,000.00"), reasons="Part was paid.")
    assert back(small_scene.court, small_scene.case_id) == {"claimant/1": 1250_00}
    small_scene.do("amend_claim", "li", relief=money("150,000.00"), reasons="More came to light.")
    assert fees(small_scene.court, small_scene.case_id)[-1].amount_minor == 2750_00


def test_an_unpaid_increase_falls_alone(small_scene: Scene) -> None:
    """A raised claim whose difference stays unpaid goes on as it was paid for: nothing is withdrawn, nothing goes back
    (FEE 21; provisional).
    """
    pending(small_scene)
    with small_scene.court.database.read() as session:
        paid_for = claims_of(session, session.get_one(Case, small_scene.case_id))[0].amount_minor
    small_scene.do("amend_claim", "li", relief=money("150,000.00"), reasons="More came to light.")
    topup = fees(small_scene.court, small_scene.case_id)[-1]
    assert topup.amount_minor == 1500_00
    small_scene.work()
    small_scene.later(days=9)
    before = small_scene.case().stage
    small_scene.do("deem_withdrawn", "judge", assessment=topup.reference, reasons=REASONS)
    assert back(small_scene.court, small_scene.case_id) == {} and small_scene.case().stage is before
    with small_scene.court.database.read() as session:
        (standing,) = claims_of(session, session.get_one(Case, small_scene.case_id))
        assert standing.amount_minor == paid_for


def test_nothing_is_deemed_withdrawn_after_pronouncement(small_scene: Scene) -> None:
    """Once the decision is pronounced an unpaid fee of a claim is collected, never a ground to end it (by CPL 148)."""
    pending(small_scene)
    small_scene.do("amend_claim", "li", relief=money("150,000.00"), reasons="More came to light.")
    topup = fees(small_scene.court, small_scene.case_id)[-1]
    small_scene.work()
    with small_scene.court.database.write() as session:
        session.get_one(Case, small_scene.case_id).pronounced_at = small_scene.clock.now()
    small_scene.later(days=9)
    with pytest.raises(ActNotOpen):
        small_scene.do("deem_withdrawn", "judge", assessment=topup.reference, reasons=REASONS)
    with small_scene.court.database.read() as session:
        rows = session.scalars(select(Task.role).where(Task.kind == "fee_unpaid", Task.done_at.is_(None))).all()
    assert rows == [Role.CASHIER]


def test_the_fee_of_an_objection_falls_when_it_wins_on_appeal(small_scene: Scene) -> None:
    """Set aside above, the ruling that had rejected the objection costs the objector nothing (FEE 13(6))."""
    pending(small_scene)
    small_scene.work()
    small_scene.do("object_to_jurisdiction", "haiyun", **OBJECTION)
    asked = _newest_request(small_scene)
    small_scene.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="The seat is here.")
    small_scene.work()
    small_scene.do("appeal_jurisdiction", "haiyun", words="It is not.")
    small_scene.do(
        "record_jurisdiction_appeal",
        "clerk",
        request=_newest_request(small_scene),
        outcome="set_aside",
        court="Ningbo Internet Court",
        number="(2026) 9",
        decided_on=small_scene.clock.now().date().isoformat(),
    )
    (row,) = fees(small_scene.court, small_scene.case_id, Matter.JURISDICTION_OBJECTION)
    assert row.state is AssessmentState.CANCELLED


def _newest_request(scene: Scene) -> str:
    with scene.court.database.read() as session:
        rows = select(Request.reference).where(Request.case_id == scene.case_id).order_by(Request.id.desc())
        return session.scalars(rows).first() or pytest.fail("nothing was asked")


def test_an_objection_that_failed_costs_its_own_fee_and_no_right(small_scene: Scene) -> None:
    """The fee of a failed objection is the objector's; unpaid it is collected by the cashier and nothing is ruled
    withdrawn (FEE 13(6)).
    """
    pending(small_scene)
    small_scene.do("object_to_jurisdiction", "haiyun", **OBJECTION)
    with small_scene.court.database.read() as session:
        request = session.scalars(
            select(Request.reference).where(Request.case_id == small_scene.case_id).order_by(Request.id.desc())
        ).first()
    small_scene.do(
        "rule_on_jurisdiction", "judge", request=request, answer="refuse", reasons="The seat of the shop is here."
    )
    (row,) = fees(small_scene.court, small_scene.case_id, Matter.JURISDICTION_OBJECTION)
    assert 50_00 <= row.amount_minor <= 100_00
    small_scene.work()
    small_scene.later(days=9)
    with pytest.raises(ActNotOpen):
        small_scene.do("deem_withdrawn", "judge", assessment=row.reference, reasons=REASONS)
    with small_scene.court.database.read() as session:
        roles = session.scalars(
            select(Task.role).where(
                Task.case_id == small_scene.case_id, Task.kind == "fee_unpaid", Task.done_at.is_(None)
            )
        ).all()
    assert [role.value for role in roles] == ["cashier"]


def test_a_fee_that_is_only_collected_holds_up_no_examination(small_scene: Scene) -> None:
    """Whoever does not pay for an objection that failed delays nothing: there is no ruling on it to wait for (CPI 213;
    CPL 130).
    """
    pending(small_scene)
    small_scene.do("object_to_jurisdiction", "haiyun", **OBJECTION)
    small_scene.do(
        "rule_on_jurisdiction", "judge", request=_newest_request(small_scene), answer="refuse", reasons="It is here."
    )
    small_scene.work()
    small_scene.later(days=30)
    (row,) = fees(small_scene.court, small_scene.case_id, Matter.JURISDICTION_OBJECTION)
    assert row.state is AssessmentState.DUE
    small_scene.do("open_examination", "judge", mode="live")
    assert small_scene.case().stage is Stage.HEARING


OBJECTION: dict[str, Any] = {"ground": "place", "words": "The court of our seat should hear this."}


def test_a_transferred_case_takes_its_fee_along(small_scene: Scene) -> None:
    """Sent to another court, nothing goes back: the fee goes with the case (FEE 24)."""
    pending(small_scene)
    small_scene.do("transfer_case", "judge", **TRANSFER)
    assert small_scene.case().outcome is Outcome.TRANSFERRED and back(small_scene.court, small_scene.case_id) == {}
    assert (
        Ending.TRANSFERRED
        in small_scene.court.packs.get(small_scene.case().pack_id, small_scene.case().pack_version).tariff.refunds
    )


TRANSFER: dict[str, Any] = {
    "ground": "exclusive",
    "court": "Another Court",
    "reasons": "The law gives this case to it alone.",
}


def test_a_served_notice_moves_the_time_to_pay(small_scene: Scene) -> None:
    """The seven days run from the day the notice reached the payer, later than it stood on the page (FEE 22)."""
    small_scene.lodge()
    small_scene.accept()
    with small_scene.court.database.read() as session:
        from odr.service.models import Packet

        packet = next(
            p
            for p in session.scalars(select(Packet).where(Packet.case_id == small_scene.case_id))
            if p.occasion == "fee_notice"
        )
        session.expunge_all()
    at = small_scene.clock.now() + timedelta(days=2)
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        sitting.follow(
            case,
            lambda: sitting.announce(
                Served(case, case.parties[0], "fee_notice", at, T("Proof of service 1."), tuple(packet.entry_ids))
            ),
        )
        windows = sitting.windows(case, "fee_payment", state=None)
    assert [w.state.value for w in windows] == ["ended", "open"] and windows[1].opened_at == at


def test_a_refusal_of_relief_goes_out_with_its_paper_to_the_one_who_asked(small_scene: Scene) -> None:
    """Whoever asked gets the decision with its reasons as a sealed paper; the other side, from whom her means are kept,
    gets neither letter nor paper.
    """
    scene = small_scene
    scene.lodge()
    scene.do(
        "request_relief",
        "li",
        kind="reduction",
        ground="disaster",
        reasons="My flat was flooded and I have nothing left.",
    )
    scene.accept()
    scene.work()
    scene.join()
    with scene.court.database.read() as session:
        request = session.scalars(select(ReliefRequest.reference)).one()
    scene.do(
        "decide_relief",
        "judge",
        request=request,
        decision="refuse",
        reasons="The papers show a salary that was paid throughout.",
    )
    scene.work()
    with scene.court.database.read() as session:
        (packet,) = session.scalars(select(Packet).where(Packet.occasion == "fee_relief")).all()
        assert packet.party_id == next(p.id for p in scene.case().parties if p.role is Role.CLAIMANT)
        (paper,) = packet.documents
        document = session.scalars(PAPERS.where(Document.reference == paper["reference"])).one()
        words = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(document.content)).pages).split())
        assert paper["sha256"] == document.sha256 and "Thepapersshowasalary" in words
        assert [reads_document(scene.actor(who), document) for who in ("li", "judge", "clerk", "haiyun")] == [
            True,
            True,
            True,
            False,
        ]
