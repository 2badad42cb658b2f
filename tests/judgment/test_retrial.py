"""After effect: a certificate anybody can check, and a retrial on the grounds and in the time of the law (CPL 158, 210
to 217).
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypdf import PdfReader
from sqlalchemy import select

from odr.docket.models import Document, Outcome, Role, Seat, Stage
from odr.ground.errors import ActNotOpen, InvalidInput, OutOfTime
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.models import Decision, FinalityCertificate, Obligation
from odr.judgment.vocabulary import DecisionState
from odr.notary.seal.seal_check import SealState, validate_pdf
from tests.judgment.bench import Bench, to_the_cent
from tests.scene import PAPERS

OUTCOME = {"court": "Intermediate Court", "number": "(2026) 7", "summary": "See the ruling."}


def retrial(bench: Bench, *grounds: str, who: str = "respondent/1", **more: str) -> None:
    """A party applies."""
    bench.do(
        who,
        "apply_for_retrial",
        {"grounds": list(grounds), "facts": "The label was right.", "asks": "Dismiss the claim.", **more},
    )


def test_a_certificate_of_finality_is_sealed_numbered_and_of_this_decision(bench: Bench) -> None:
    """None before effect; then a sealed paper with its own number, the day of effect and the digest of the decision; a
    second one has another number.
    """
    bench.issue()
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "certify_effect", {"language": "en"})
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    for _ in range(2):
        bench.do("clerk", "certify_effect", {"language": "en"})
    with bench.court.database.read() as session:
        one, two = session.scalars(select(FinalityCertificate).order_by(FinalityCertificate.id)).all()
        paper, decision = (
            session.scalars(PAPERS.where(Document.id == one.document_id)).one(),
            session.scalars(select(Decision)).one(),
        )
        trust = bench.court.notary.authority.root(session).public_bytes(Encoding.PEM)
    assert one.number == f"{bench.number}-1" and two.number == f"{bench.number}-2"
    assert validate_pdf(paper.content, trust).state is SealState.SEALED
    text = re.sub(r"[\s\u200b\u00ad]", "", "".join(p.extract_text() for p in PdfReader(BytesIO(paper.content)).pages))
    assert decision.document_sha256 is not None and decision.effective_at is not None
    assert (
        decision.document_sha256 in text
        and one.number in text
        and f"{decision.effective_at.day}{decision.effective_at:%B%Y}" in text
    )


def test_a_retrial_that_is_ordered_halts_execution_and_opens_the_case(bench: Bench) -> None:
    """Applied for, file sent, ordered: the decision carries no execution any more and another judge hears the case
    again; a second application is refused.
    """
    bench.effective()
    with pytest.raises(InvalidInput, match="listed"):
        retrial(bench, "dislike")
    retrial(bench, "law", "no_proof")
    with pytest.raises(ActNotOpen, match="already"):
        retrial(bench, "law")
    bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})
    with pytest.raises(ActNotOpen, match="already"):
        bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})
    with bench.court.database.write() as session:
        other = Account(
            email="other@people.example", name="Other", state=AccountState.ACTIVE, created_at=bench.clock.now()
        )
        session.add(other)
        session.flush()
        session.add(AccountRole(account_id=other.id, role=Role.JUDGE, granted_at=bench.clock.now()))
        newcomer = other.id
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    with bench.court.database.read() as session:
        sitting = session.scalars(
            select(Seat.account_id).where(
                Seat.case_id == bench.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None)
            )
        ).all()
    assert sitting == [newcomer], "who decided does not hear it again (CPL 41)"
    case = bench.case()
    assert (case.stage, case.effective_at, case.outcome) == (Stage.PENDING, None, None)
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
        assert all(o.ended_at is not None for o in session.scalars(select(Obligation)))
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "apply_for_enforcement", {})


def test_a_retrial_that_is_refused_leaves_everything_as_it_was(bench: Bench) -> None:
    """The decision stands, also in a case that is closed, and is certified as before."""
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one().reference
    bench.do(
        "claimant/1",
        "record_performance",
        {
            "obligation": owed,
            "amount": to_the_cent(bench.court, bench.case_id),
            "on": bench.clock.now().date().isoformat(),
        },
    )
    bench.do("clerk", "close_case", {})
    retrial(bench, "law")
    bench.do("clerk", "record_retrial_outcome", OUTCOME)
    assert (bench.case().stage, bench.case().outcome) == (Stage.CLOSED, Outcome.PERFORMED)
    bench.do("clerk", "certify_effect", {})


def test_after_six_months_only_what_became_known_later_counts(bench: Bench) -> None:
    """Six months from effect; new evidence and forgery still for six months from the day they became known (CPL 216)."""
    bench.effective()
    bench.wait(days=200)
    with pytest.raises(OutOfTime):
        retrial(bench, "law")
    with pytest.raises(OutOfTime):
        retrial(bench, "law", "forged", known_on=bench.clock.now().date().isoformat())
    with pytest.raises(InvalidInput, match="which day"):
        retrial(bench, "forged")
    with pytest.raises(OutOfTime):
        retrial(bench, "forged", known_on="2026-03-20")
    retrial(bench, "forged", known_on="2026-09-01")


def test_a_retrial_is_no_motion(bench: Bench) -> None:
    """It is applied for on its grounds, once a decision binds: asked for as a motion nobody could ever rule on it."""
    given = {"kind": "retrial", "asks": "Hear it again.", "grounds": "The law was read wrongly."}
    with pytest.raises(InvalidInput, match="Apply for retrial"):
        bench.do("respondent/1", "ask_for_ruling", given)
