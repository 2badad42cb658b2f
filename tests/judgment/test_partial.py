"""A part that is ready is decided first and binds by itself; the rest follows, with the costs (CPL 156). The short form
of small claims (CPI 280).
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from odr.docket.models import Case, Document, Stage, Track
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import Money
from odr.hearing.models import Phase
from odr.hearing.ripeness.times import EXCHANGE
from odr.hearing.vocabulary import PhaseState
from odr.judgment.models import Decision, Obligation
from odr.judgment.vocabulary import DecisionKind, DecisionState
from odr.procedure.court import Court
from odr.procedure.models import Window, WindowState
from tests.judgment.bench import Bench, lay_case, lay_exhibit
from tests.judgment.test_ripe import running

OUTCOME = {"court": "Intermediate Court", "number": "2", "summary": "See there."}


def pay(bench: Bench, head: int, amount: str) -> dict[str, str]:
    """An order on one head of the claim."""
    return {
        "kind": "pay",
        "relief": bench.relief(head),
        "debtor": "respondent/1",
        "creditor": "claimant/1",
        "amount": amount,
    }


def close_part(bench: Bench, head: int = 1) -> None:
    """The judge closes a head with the facts it rests on (CPL 156)."""
    why = "The price is proved; what the delay cost is not."
    bench.do("judge", "close_part", {"heads": [bench.relief(head)], "facts": [1, 2], "reasons": why})


def issue(bench: Bench, **changes: object) -> str:
    """Draft, sign, rest, pronounce, countersign; a part is closed before it is decided."""
    if changes.get("kind") == "partial":
        close_part(bench)
    bench.do("judge", "draft_decision", bench.draft(**changes))
    reference = bench.draft_reference()
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    bench.do("clerk", "countersign_decision", {"decision": reference})
    return reference


def paper_of(bench: Bench, reference: str) -> str:
    """The words of the sealed paper, without breaks."""
    with bench.court.database.read() as session:
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        content = session.get_one(Document, decision.document_id).content
    return re.sub(r"[\s\u200b\u00ad]", "", "".join(p.extract_text() for p in PdfReader(BytesIO(content)).pages))


def served(bench: Bench) -> None:
    """Both sides read what was sent."""
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)


def test_a_part_binds_by_itself_and_the_rest_follows_with_the_costs(bench: Bench) -> None:
    """Only named heads, no costs, no end of the case; after its appeal time its sum is owed; the rest may not decide it
    again and carries all costs.
    """
    bench.findings()
    bench.do(
        "judge", "draft_decision", bench.draft(kind="partial", orders=[pay(bench, 1, "8,000.00"), {"kind": "dismiss"}])
    )
    with pytest.raises(ActNotOpen, match="named heads"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    bench.do("judge", "draft_decision", bench.draft(kind="partial", orders=[pay(bench, 1, "8,000.00")]))
    with pytest.raises(ActNotOpen, match=r"is not closed yet.*156"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    part = issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    words = paper_of(bench, part)
    assert (
        "Partialjudgment" in words
        and "Thecourtfeeisdecidedonwiththejudgmentontherest." in words
        and "mayappeal" in words
    )
    served(bench)
    assert bench.case().stage is Stage.DELIBERATION
    bench.wait(days=20)
    case = bench.case()
    assert (case.stage, case.effective_at) == (Stage.DELIBERATION, None)
    with bench.court.database.read() as session:
        assert [o.amount for o in session.scalars(select(Obligation))] == [Money(800_000, "CNY")]
    bench.do(
        "judge",
        "draft_decision",
        bench.draft(orders=[pay(bench, 1, "8,000.00"), {"kind": "dismiss", "relief": bench.relief(2)}]),
    )
    with pytest.raises(ActNotOpen, match="decided already"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    rest = issue(bench, orders=[{"kind": "dismiss", "relief": bench.relief(2)}])
    with bench.court.database.read() as session:
        shares = {
            s["party"]: s
            for s in session.scalars(select(Decision).where(Decision.reference == rest)).one().costs["shares"]
        }
    assert set(shares) == {"claimant/1", "respondent/1"}
    served(bench)
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE and bench.case().effective_at is not None
    with bench.court.database.read() as session:
        assert [d.effective_at is not None for d in session.scalars(select(Decision).order_by(Decision.id))] == [
            True,
            True,
        ]
        assert len(session.scalars(select(Obligation)).all()) == 1


@pytest.mark.parametrize(("outcome", "owed"), [("upheld", [800_000]), ("changed", [100_000]), ("sent_back", [])])
def test_a_part_is_appealed_while_the_rest_is_heard(bench: Bench, outcome: str, owed: list[int]) -> None:
    """Its petition, answer and outcome leave the case where it stands; sent back, everything is heard anew."""
    bench.findings()
    issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    served(bench)
    bench.do("respondent/1", "appeal_decision", {"asks": "Dismiss.", "grounds": "No.", "challenged": "8,000.00"})
    bench.wait(days=20)
    assert bench.case().stage is Stage.DELIBERATION
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    bench.do(
        "clerk",
        "record_appeal_outcome",
        {
            **OUTCOME,
            "decided_on": bench.today,
            "outcome": outcome,
            **({"amount": "1,000.00"} if outcome == "changed" else {}),
        },
    )
    # What comes back is heard anew by others, with all that is not judged yet (CPL 41).
    assert bench.case().stage is (Stage.PENDING if outcome == "sent_back" else Stage.DELIBERATION)
    with bench.court.database.read() as session:
        assert [
            o.amount_minor for o in session.scalars(select(Obligation).where(Obligation.ended_at.is_(None)))
        ] == owed
        part = session.scalars(select(Decision).where(Decision.kind == DecisionKind.PARTIAL)).one()
        assert part.state is (DecisionState.SET_ASIDE if outcome == "sent_back" else DecisionState.ISSUED)


def test_the_short_form_says_who_what_and_why_in_few_words(whole_court: Court, clock: FixedClock) -> None:
    """The short form of small claims has parties, claim, reasons, orders, costs and that it is final; no history,
    answers or findings (CPI 280).
    """
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.findings()
    reference = issue(bench, short=True, history="A long history.", answers="A long answer.", issues="An issue.")
    words = paper_of(bench, reference)
    assert (
        "Thepriceback." in words
        and "Haiyun" in words
        and "Thisdecisionisfinal" in words
        and "Thelabelwasnottrue" in words
        and "8,000.00" in words
    )
    assert not any(part in words for part in ("Alonghistory.", "Alonganswer.", "Anissue.", "noaddressbar"))
    served(bench)
    assert bench.case().stage is Stage.EFFECTIVE
    with whole_court.database.read() as session:
        assert session.get_one(Case, bench.case_id).effective_at is not None


def test_what_comes_in_on_a_closed_part_opens_it_again(bench: Bench) -> None:
    """A part is closed on what the other side could speak on: an exhibit nobody saw closes nothing, and one that comes
    afterwards is heard before the part is decided (CPL 156; CPI 103).
    """
    bench.findings()
    close_part(bench)
    bench.do("judge", "draft_decision", bench.draft(kind="partial", orders=[pay(bench, 1, "8,000.00")]))
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        exhibit = lay_exhibit(session, case, case.parties[0], 9, bench.clock.now())
        exhibit.facts, exhibit.entry_number = [2], 1000
    with pytest.raises(ActNotOpen, match="C-9 on fact 2 was never open"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    with pytest.raises(InvalidInput, match="C-9 on fact 2 was never open"):
        close_part(bench)


@pytest.mark.parametrize("kind", ["answer", "evidence"])
def test_no_part_is_closed_while_somebody_may_answer_or_bring_evidence(bench: Bench, kind: str) -> None:
    """Also a part waits for everybody's time (CPL 128, 156; EV 51); it ends with its day."""
    bench.findings()
    running(bench, kind)
    not_exchanged(bench)
    with pytest.raises(ActNotOpen, match=f"to {'answer' if kind == 'answer' else 'bring evidence'} is not over"):
        close_part(bench)
    with bench.court.database.write() as session:
        session.execute(update(Window).where(Window.kind == kind).values(state=WindowState.LAPSED))
    close_part(bench)


@pytest.mark.parametrize("lacks", ["hearing", "last words"])
def test_no_part_is_closed_that_no_hearing_carries(bench: Bench, lacks: str) -> None:
    """A part is decided after a hearing was gone through, with everybody's last words like the whole (CPL 144, 156, 162)."""
    bench.findings()
    with bench.court.database.write() as session:
        for phase in session.scalars(select(Phase).where(Phase.case_id == bench.case_id, Phase.part == "hearing")):
            if lacks == "hearing":
                phase.state = PhaseState.PLANNED
            else:
                phase.key = "debate"
    with pytest.raises(ActNotOpen, match="No hearing was held" if lacks == "hearing" else "Last words of everybody"):
        close_part(bench)


def not_exchanged(bench: Bench) -> None:
    """No exchange of evidence has ended anybody's time (EV 56)."""
    with bench.court.database.write() as session:
        for phase in session.scalars(select(Phase).where(Phase.case_id == bench.case_id, Phase.key == EXCHANGE)):
            phase.state = PhaseState.PLANNED


def test_close_part_is_refused(bench: Bench) -> None:
    """To others; of what nobody asked for; while a decision rests; when the case is over."""
    given = {"heads": [bench.relief(1)], "facts": [1], "reasons": "The price is proved."}
    with pytest.raises(Forbidden):
        bench.do("claimant/1", "close_part", given)
    with pytest.raises(InvalidInput):
        bench.do("judge", "close_part", {**given, "heads": ["nothing/7"]})
    bench.findings()
    issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    bench.do("judge", "draft_decision", bench.draft(orders=[{"kind": "dismiss", "relief": bench.relief(2)}]))
    bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    with pytest.raises(ActNotOpen, match="waiting to be pronounced"):
        bench.do("judge", "close_part", given)
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": bench.draft_reference(), "case_number": bench.number})
    with pytest.raises(ActNotOpen):
        bench.do("judge", "close_part", given)
