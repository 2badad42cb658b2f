"""A retrial heard to its end before a panel of others, and the judgment it gives. What is heard is laid as rows; acts are real."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.evidence.models import Exhibit
from odr.filing.models import Fact
from odr.hearing.models import Examination, Opinion, Phase
from odr.hearing.vocabulary import Axis, Mode, PhaseState, Stance
from odr.identity.actors import Actor
from tests.judgment.bench import Bench, whole_hearing
from tests.judgment.test_retrial import OUTCOME
from tests.judgment.test_retrial_costs import fees
from tests.judgment.test_retrial_here import let_in
from tests.payments.test_triggers import pay

ASKED = {"grounds": ["law"], "facts": "The label was right.", "asks": "Dismiss the claim."}
PANEL = ("other", "ann", "ben")


def member(bench: Bench, name: str) -> Actor:
    """Somebody of the panel that hears the case again."""
    account, role = bench.account(name), Role.JUDGE if name == "other" else Role.ASSESSOR
    return replace(bench.actor("judge"), account_id=account.id, role=role, name=account.name)


def sits(bench: Bench, act: str, name: str = "other", **given: Any) -> None:
    """A member of the panel acts."""
    bench.do("judge", act, given, actor=member(bench, name))


def ordered(bench: Bench, who: str = "respondent/1", *, outcome: dict[str, Any] | None = None, **asked: Any) -> None:
    """The higher court orders that this court hears its judgment again on a party's application; a fee of it is paid."""
    let_in(bench, "other", Role.JUDGE)
    for name in ("ann", "ben"):
        let_in(bench, name, Role.ASSESSOR)
    bench.do(who, "apply_for_retrial", {**ASKED, **asked})
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True, **(outcome or {})})
    for fee in fees(bench):
        pay(bench.court, bench.case_id, fee)


def heard(bench: Bench) -> None:
    """Others sit, everybody has had their time, and the hearing of the retrial is held with everybody there."""
    sits(bench, "convene_panel", size=3, reasons="It is heard again.")
    bench.wait(days=20)
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        lay_heard(session, case, bench.clock.now())
    bench.wait(hours=3)


def lay_heard(session: Any, case: Case, now: Any) -> None:
    """An examination and a hearing of this round, with the opinions of the other side."""
    case.stage = Stage.HEARING
    examination = Examination(
        case_id=case.id, mode=Mode.OFFLINE, plan={}, opened_at=now, opened_by=3, closed_at=now + timedelta(hours=2)
    )
    examination.closed_by = 4
    session.add(examination)
    session.flush()
    phase = Phase(
        case_id=case.id,
        examination_id=examination.id,
        ordinal=1,
        key="cross_examination",
        title={"en": "Cross-examination", "zh-Hans": "质证"},
        article="CPI 103",
        turns=[],
        state=PhaseState.CLOSED,
        opened_at=now,
        closed_at=now + timedelta(hours=1),
        closed_because="acted",
    )
    session.add(phase)
    session.add(whole_hearing(case, now, ordinal=7))
    session.flush()
    others = [party for party in case.parties if party.role is Role.RESPONDENT]
    for exhibit in session.scalars(select(Exhibit).where(Exhibit.case_id == case.id)):
        said = {"exhibit_id": exhibit.id, "stance": Stance.ACCEPT, "phase_id": phase.id, "entry_number": 3, "at": now}
        session.add_all(
            Opinion(case_id=case.id, party_id=other.id, axis=axis, **said) for other in others for axis in Axis
        )


def found(bench: Bench, result: str = "adopted") -> None:
    """The panel's judge finds on everything anew."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        subjects = [f"exhibit/{e.label}" for e in session.scalars(select(Exhibit).where(Exhibit.case_id == case.id))]
        facts = [f"fact/{f.number}" for f in session.scalars(select(Fact).where(Fact.case_id == case.id))]
    reasons = {"reasons": "So the hearing of the retrial has shown."}
    each = [{"subject": one, "result": "adopted", **reasons} for one in subjects]
    each += [{"subject": one, "result": result, "rests_on": ["C-1"], **reasons} for one in facts]
    sits(bench, "record_findings", findings=each)


def drafted(bench: Bench, **changes: Any) -> str:
    """The draft of the judgment on the retrial; gives its reference."""
    sits(bench, "draft_decision", **bench.draft(**changes))
    return bench.draft_reference()


def signed(bench: Bench) -> str:
    """The panel votes for the draft, and it is signed."""
    reference = bench.draft_reference()
    for name in PANEL:
        sits(bench, "vote_on_decision", name, decision=reference, vote="for", view="The file shows it, as written.")
    sits(bench, "send_for_signing", decision=reference)
    return reference


def judged(bench: Bench, **changes: Any) -> str:
    """Drafted, voted on, signed and issued; gives the reference."""
    drafted(bench, **changes)
    reference = signed(bench)
    bench.wait(hours=26)
    sits(bench, "issue_decision", decision=reference, case_number=bench.number)
    bench.do("clerk", "countersign_decision", {"decision": reference})
    return reference


def in_effect(bench: Bench) -> None:
    """Both sides have it, and nobody appeals."""
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
