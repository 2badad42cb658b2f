"""From findings to a decision in effect."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from sqlalchemy import select

from odr.docket.models import Case, Document, Outcome, Role, Stage, Track
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.evidence.models import Exhibit
from odr.ground.canonical import sha256_hex
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, CaseMovedOn, Forbidden, InvalidInput, OutOfTime, StepUpNeeded
from odr.hearing.appraisal.models import Appraisal, AppraisalState
from odr.identity.actors import Actor
from odr.judgment.models import AppealPetition, Decision, Obligation
from odr.notary.seal.seal_check import SealState, validate_pdf
from odr.procedure.acts.tasks import DESKS
from odr.procedure.case.overview import case_page
from odr.procedure.court import Court
from odr.procedure.models import WindowState
from odr.service.models import Packet
from tests.judgment.bench import NUMBER, Bench, lay_case, lay_exhibit, to_the_cent


def test_a_case_is_decided_from_findings_to_effect(bench: Bench) -> None:
    """Findings, draft, cooling-off, issuing, service and the end of everybody's appeal time bring a decision into
    effect.
    """
    reference = bench.issue()
    assert bench.case().stage is Stage.PRONOUNCED
    bench.serve_decision("claimant/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.PRONOUNCED, "the respondent was not served yet"
    bench.serve_decision("respondent/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one()
        assert (owed.amount_minor, owed.currency) == (800_000, "CNY")
        assert session.scalars(select(Decision).where(Decision.reference == reference)).one().effective_at is not None
        assert bench.court.look(session).windows(session.get_one(Case, bench.case_id), "performance")


def test_small_claims_take_effect_when_everybody_is_served(whole_court: Court, clock: FixedClock) -> None:
    """A small claim has one instance: no appeal window, in effect with the last service (CPL 165)."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.issue(short=True, reasons=[])
    bench.serve_decision("claimant/1")
    assert bench.case().stage is Stage.PRONOUNCED
    bench.serve_decision("respondent/1")
    assert bench.case().stage is Stage.EFFECTIVE
    with whole_court.database.read() as session:
        assert (
            whole_court.look(session).windows(session.get_one(Case, bench.case_id), "appeal_judgment", state=None) == []
        )


def test_the_paper_is_sealed_tagged_and_readable(bench: Bench, tmp_path: Path) -> None:
    """The PDF is certified under the court's seal for pyHanko and for poppler, tagged, and its text can be taken out;
    one changed byte is refused.
    """
    bench.issue()
    with bench.court.database.read() as session:
        paper = session.scalars(select(Document).where(Document.kind == "decision")).one()
        content, digest = paper.content, paper.sha256
        trust = bench.court.notary.authority.root(session).public_bytes(Encoding.PEM)
        case = session.get_one(Case, bench.case_id)
        pronounced, signed = (
            entries_of(session, case, name)[0].payload for name in ("issue_decision", "countersign_decision")
        )
        assert [p.occasion for p in session.scalars(select(Packet).where(Packet.occasion == "decision"))] == [
            "decision",
            "decision",
        ]
    told = json.loads(pronounced)["result"]
    assert digest in signed and sha256_hex(content[: told["size"]]) == told["sha256"], (
        "what was pronounced is the beginning of what is served"
    )
    verdict = validate_pdf(content, trust)
    assert verdict.state is SealState.SEALED and [f.signer_name for f in verdict.findings] == ["Judge", "Clerk"]
    file = tmp_path / "decision.pdf"
    file.write_bytes(content)
    shown = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout
    assert shown.count("Signature is Valid") == 2
    reader = PdfReader(file)
    marks = reader.root_object["/MarkInfo"].get_object()
    assert isinstance(marks, DictionaryObject) and marks["/Marked"]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "8,000.00" in text and "C-2" in text
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    assert validate_pdf(bytes(changed), trust).state is not SealState.SEALED


@pytest.mark.parametrize("typed", ["(2026)网0192民初124号", "123", "(2026)网0192民初123", "（2026）网0192民初123号"])
def test_a_decision_cannot_be_issued_to_the_wrong_case(bench: Bench, typed: str) -> None:
    """Unless the typed number is exactly the case's, nothing is sealed, logged or served."""
    reference = bench.sign()
    bench.wait(hours=26)
    with pytest.raises(InvalidInput):
        bench.do("judge", "issue_decision", {"decision": reference, "case_number": typed})
    with bench.court.database.read() as session:
        assert session.scalars(select(Document).where(Document.kind == "decision")).all() == []
        assert session.scalars(select(Packet).where(Packet.occasion == "decision")).all() == []


def test_a_decision_of_another_case_is_not_found(whole_court: Court, clock: FixedClock) -> None:
    """Two cases on one desk: the decision of one cannot be issued in the other."""
    one, two = lay_case(whole_court, clock), lay_case(whole_court, clock, number=NUMBER.replace("123", "124"))
    first, _ = one.sign(), two.sign()
    one.clock.advance(timedelta(hours=26))
    with pytest.raises(Exception, match="nothing here"):
        two.do("judge", "issue_decision", {"decision": first, "case_number": two.number})


def test_nothing_is_sealed_before_the_cooling_off_is_over(bench: Bench) -> None:
    """For 24 hours a signed decision rests: it can be taken back, not pronounced."""
    reference = bench.sign()
    bench.wait(hours=23)
    with pytest.raises(ActNotOpen):
        bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    bench.do("judge", "reopen_decision", {"decision": reference})
    bench.wait(hours=5)
    with pytest.raises(ActNotOpen):
        bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    with bench.court.database.read() as session:
        assert session.scalars(select(Document).where(Document.kind == "decision")).all() == []


def test_under_a_resting_decision_nothing_changes(bench: Bench) -> None:
    """While it rests neither findings nor words are changed."""
    bench.sign()
    for name, values in (("record_findings", {"adopt_undisputed": True}), ("draft_decision", bench.draft())):
        with pytest.raises(ActNotOpen):
            bench.do("judge", name, values)


def test_issuing_needs_the_judge_in_person(bench: Bench) -> None:
    """The assistant drafts and never signs; the judge proves within 15 minutes that it is she."""
    reference = bench.sign()
    bench.wait(hours=26)
    given = {"decision": reference, "case_number": bench.number}
    with pytest.raises(Forbidden):
        bench.do("assistant", "issue_decision", given)
    judge = bench.actor("judge")
    tired = Actor(
        Role.JUDGE, judge.account_id, judge.name, judge.case_id, strong_at=bench.clock.now() - timedelta(minutes=16)
    )
    with pytest.raises(StepUpNeeded):
        bench.do("judge", "issue_decision", given, actor=tired)


def test_a_decision_rests_on_the_docket_the_judge_saw(bench: Bench) -> None:
    """When something came in since she looked, she looks again."""
    reference = bench.sign()
    bench.wait(hours=26)
    with pytest.raises(CaseMovedOn):
        bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number}, premise="1")


def test_the_bench_alone_reads_findings_and_draft(bench: Bench) -> None:
    """Before it is pronounced, parties, clerk and mediator read nothing of the decision."""
    bench.sign()
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        rows = [
            e
            for name in ("record_findings", "draft_decision", "send_for_signing")
            for e in entries_of(session, case, name)
        ]
        assert len(rows) == 4
        for who in ("claimant/1", "respondent/1", "clerk"):
            assert not any(reads_entry(bench.actor(who), row) for row in rows)
        assert all(reads_entry(bench.actor("judge"), row) for row in rows)


def test_what_was_never_open_to_cross_examination_grounds_nothing(bench: Bench) -> None:
    """An exhibit that came after the examination can neither be found on nor be rested on, and blocks the decision (CPI
    103).
    """
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        lay_exhibit(session, case, case.parties[0], 3, bench.clock.now())
    with pytest.raises(InvalidInput, match="never open"):
        bench.do(
            "judge",
            "record_findings",
            {"findings": [{"subject": "exhibit/C-3", "result": "adopted", "reasons": "plain"}]},
        )
    with pytest.raises(InvalidInput, match="not on C-3"):
        bench.do(
            "judge",
            "record_findings",
            {"findings": [{"subject": "fact/2", "result": "adopted", "reasons": "plain", "rests_on": ["C-3"]}]},
        )
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with pytest.raises(ActNotOpen, match="C-3"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})


def test_a_report_on_unexamined_material_grounds_nothing(bench: Bench) -> None:
    """An expert's report on an exhibit that was excluded, or never open to cross-examination, is not adopted nor rested
    on; it may be rejected (EV 34).
    """
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        material = lay_exhibit(session, case, case.parties[0], 3, bench.clock.now())
        report = session.scalars(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == "C-1")).one()
        asked = {"fact": "An additive", "questions": "Which?", "why": "Only a laboratory can tell", "entry_number": 1}
        session.add(
            Appraisal(
                case_id=case.id,
                bears_id=report.party_id,
                materials=[material.id],
                state=AppraisalState.REPORTED,
                exhibit_id=report.id,
                **asked,
            )
        )
    finding = {"subject": "exhibit/C-1", "result": "adopted", "reasons": "plain"}
    with pytest.raises(InvalidInput, match=r"rests on material .* C-3"):
        bench.do("judge", "record_findings", {"findings": [finding]})
    with pytest.raises(InvalidInput, match="not on C-1"):
        bench.do(
            "judge",
            "record_findings",
            {"findings": [{"subject": "fact/2", "result": "adopted", "reasons": "plain", "rests_on": ["C-1"]}]},
        )
    receipt = bench.do("judge", "record_findings", {"adopt_undisputed": True})
    with bench.court.database.read() as session:
        entry = entries_of(session, session.get_one(Case, bench.case_id), "record_findings")[0]
        assert entry.number == receipt.number and "exhibit/C-1" not in entry.payload
    bench.do("judge", "record_findings", {"findings": [finding | {"result": "rejected"}]})


def test_a_disputed_exhibit_needs_reasons(bench: Bench) -> None:
    """The judgment says why each disputed exhibit was adopted or not (EV 97); an undisputed one needs no reasons."""
    with pytest.raises(InvalidInput, match="Say why"):
        bench.do("judge", "record_findings", {"findings": [{"subject": "exhibit/C-2", "result": "adopted"}]})
    bench.do("judge", "record_findings", {"findings": [{"subject": "exhibit/C-1", "result": "adopted"}]})


def test_adopting_all_undisputed_leaves_the_disputed(bench: Bench) -> None:
    """One key adopts what nobody disputes, and only that; again there is nothing to adopt."""
    receipt = bench.do("judge", "record_findings", {"adopt_undisputed": True})
    with bench.court.database.read() as session:
        entry = entries_of(session, session.get_one(Case, bench.case_id), "record_findings")[0]
        assert entry.number == receipt.number and '"adopted":["exhibit/C-1","fact/1"]' in entry.payload
    with pytest.raises(ActNotOpen):
        bench.do("judge", "record_findings", {"adopt_undisputed": True})


DEED = {"kind": "do", "debtor": "respondent/1", "what": "Take the article down."}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("none", "no finding"),
        ("more", "More is awarded"),
        ("rest", "neither awarded nor dismissed"),
        ("missing", "Nothing is decided"),
        ("reverse", "did not ask for it"),
        ("both", "in full and dismissed"),
        ("future", "in the future"),
        ("nobody", "does not say to whom"),
        ("short", "small claims only"),
        ("supplement", "no supplementary"),
        ("reasons", "Reasons"),
        ("motion", "motion still waits"),
    ],
)
def test_an_unfinished_decision_is_not_signed(bench: Bench, change: str, words: str) -> None:
    """Missing findings, parts, answers to what was asked, wrong sums or parties, open motions: each keeps a draft from
    being signed.
    """
    one, two = bench.relief(1), bench.relief(2)
    pay = {"kind": "pay", "relief": one, "debtor": "respondent/1", "creditor": "claimant/1", "amount": "8,000.00"}
    changes: dict[str, Any] = {
        "more": {"orders": [pay | {"amount": "8,000.01"}, {"kind": "dismiss"}]},
        "rest": {"orders": [pay | {"amount": "7,000.00"}, {"kind": "dismiss", "relief": two}]},
        "missing": {"orders": [pay]},
        "reverse": {"orders": [pay | {"debtor": "claimant/1", "creditor": "respondent/1"}, {"kind": "dismiss"}]},
        "both": {"orders": [pay, {"kind": "dismiss", "relief": one}, {"kind": "dismiss"}]},
        "future": {"orders": [pay | {"interest_from": "2026-12-01", "interest_percent": "3"}, {"kind": "dismiss"}]},
        "nobody": {"orders": [DEED | {"relief": one}, {"kind": "dismiss"}]},
        "short": {"short": True},
        "supplement": {"kind": "supplementary"},
        "reasons": {"reasons": []},
    }
    if change != "none":
        bench.findings()
    if change == "motion":
        bench.do(
            "claimant/1", "ask_for_ruling", {"kind": "other", "asks": "Hear my neighbour.", "grounds": "She saw it."}
        )
    bench.do("judge", "draft_decision", bench.draft(**changes.get(change, {})))
    with pytest.raises(ActNotOpen, match=words):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})


def test_an_appeal_keeps_the_decision_from_taking_effect(bench: Bench) -> None:
    """One party appeals in time: its fee is assessed, the other answers, the file goes up, the outcome makes it
    binding.
    """
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.do(
        "respondent/1",
        "appeal_decision",
        {"asks": "Dismiss the claim.", "grounds": "The label was right.", "challenged": "8,000.00"},
    )
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "appeal_decision", {"asks": "again", "grounds": "again", "challenged": "1"})
    bench.serve("claimant/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.APPEALED
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        (due,) = look.windows(case, "appeal_file")
        assert look.tasks(case, DESKS["appeal"])[0].due_at == due.due_at, (
            "nobody answered in time: five days to send the file up (CPL 174)"
        )
    bench.wait(days=8)
    with bench.court.database.read() as session:
        assert bench.court.look(session).tasks(session.get_one(Case, bench.case_id), DESKS["appeal_file"]), (
            "too late, and the president sees it"
        )
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        assert len(entries_of(session, case, "assess_fee")) == 1
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    bench.do(
        "clerk",
        "record_appeal_outcome",
        {
            "outcome": "changed",
            "court": "Intermediate Court",
            "number": "2",
            "decided_on": bench.today,
            "summary": "half",
            "amount": "4,000.00",
        },
    )
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        live = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).one()
        assert live.amount_minor == 400_000


def next_for(bench: Bench, who: str) -> tuple[str, bool] | None:
    """The act the page of the case puts first, and whether it says that nobody has to."""
    with bench.court.database.read() as session:
        page = case_page(bench.court.look(session), session.get_one(Case, bench.case_id), bench.actor(who), "en")
    assert page.next is not None
    step = page.next.step or next(iter(page.next.remedies), None)
    return (step.act.name, page.next.is_quiet) if step is not None and step.act is not None else None


def test_an_appeal_is_offered_and_never_the_next_thing_one_has_to_do(bench: Bench) -> None:
    """Before, one may; after it was lodged its author reads nothing of it any more, and the other side is led to the
    answer first.
    """
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    assert next_for(bench, "claimant/1") == ("appeal_decision", True)
    assert next_for(bench, "respondent/1") == ("appeal_decision", False), (
        "who lost is told to pay; the appeal is a remedy"
    )
    bench.do(
        "respondent/1",
        "appeal_decision",
        {"asks": "Dismiss the claim.", "grounds": "The label was right.", "challenged": "8,000.00"},
    )
    assert next_for(bench, "respondent/1") is None
    bench.serve("claimant/1")
    assert next_for(bench, "claimant/1") == ("answer_appeal", False)
    with bench.court.database.read() as session:
        appeal = session.scalars(select(AppealPetition.reference)).one()
    bench.do("claimant/1", "answer_appeal", {"appeal": appeal, "answer": "It was wrong."})
    assert next_for(bench, "claimant/1") == ("appeal_decision", True)


def test_an_appeal_after_its_time_is_refused(bench: Bench) -> None:
    """The window of each party runs from its own service and then is over."""
    bench.issue()
    bench.serve_decision("claimant/1")
    bench.wait(days=16)
    with pytest.raises(OutOfTime):
        bench.do("claimant/1", "appeal_decision", {"asks": "More.", "grounds": "More.", "challenged": "1"})
    with pytest.raises(ActNotOpen, match="not started"):
        bench.do("respondent/1", "appeal_decision", {"asks": "Less.", "grounds": "Less.", "challenged": "1"})


def test_part_payments_and_enforcement(bench: Bench) -> None:
    """The debtor's word waits for the creditor's; what is left can be enforced after its day, with interest, and closes
    the case when paid.
    """
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one().reference
    day = bench.clock.now().date().isoformat()
    bench.do("respondent/1", "record_performance", {"obligation": owed, "amount": "3,000.00", "on": day})
    bench.do("claimant/1", "confirm_performance", {"obligation": owed, "arrived": True})
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "apply_for_enforcement", {})
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        entry = entries_of(session, session.get_one(Case, bench.case_id), "apply_for_enforcement")[0]
        row = json.loads(entry.payload)["result"]["claimed"][0]
        assert (row["principal"], [(w["kind"], w["principal"]) for w in row["working"]]) == (
            500_000,
            [("ordered", 800_000), ("ordered", 500_000), ("late", 500_000)],
        )
        assert row["late"] == sum(w["adds"] for w in row["working"] if w["kind"] == "late") > 0
    bench.do("clerk", "record_measure", {"what": "Account frozen", "on": day})
    with pytest.raises(ActNotOpen, match="still owed"):
        bench.do("judge", "end_enforcement", {"state": "done", "reasons": "paid"})
    with pytest.raises(ActNotOpen, match="leave this to: judge"):
        bench.do("clerk", "end_enforcement", {"state": "done", "reasons": "paid"})
    bench.do("clerk", "record_performance", {"obligation": owed, "amount": "5,000.00", "on": day})
    with pytest.raises(ActNotOpen, match="still owed"):  # The sum is paid, its interest is not (CPL 264).
        bench.do("judge", "end_enforcement", {"state": "done", "reasons": "paid"})
    interest = to_the_cent(bench.court, bench.case_id)
    assert 0 < Decimal(interest) < 200
    bench.do("clerk", "record_performance", {"obligation": owed, "amount": interest, "on": day})
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "paid"})
    case = bench.case()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.ENFORCED)


def test_a_case_closes_when_nothing_is_owed(bench: Bench) -> None:
    """Performed in full: the clerk closes it; before that it stays open."""
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one().reference
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "close_case", {})
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
    assert bench.case().outcome is Outcome.PERFORMED


def test_a_ruling_stays_and_resumes_the_case(bench: Bench) -> None:
    """A stay halts every clock, a resumption gives back what was left; each ruling is a sealed paper (CPL 153, 157)."""
    reference = bench.sign()
    ruling = {
        "result": "granted",
        "orders": "The case is stayed.",
        "reasons": "A party has died and her heirs are looked for.",
        "language": "en",
    }
    bench.do("judge", "give_ruling", ruling | {"kind": "stay"})
    bench.wait(days=30)
    with bench.court.database.read() as session:
        windows = bench.court.look(session).windows(
            session.get_one(Case, bench.case_id), "cooling_off", state=None, subject=reference
        )
        assert windows[-1].state is WindowState.HALTED
    bench.do("judge", "give_ruling", ruling | {"kind": "resume", "orders": "The case goes on."})
    with pytest.raises(ActNotOpen):
        bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    with bench.court.database.read() as session:
        assert len(session.scalars(select(Document).where(Document.kind == "ruling")).all()) == 2


def test_a_draft_of_another_language_is_neither_signed_nor_issued(bench: Bench) -> None:
    """The desk says who mends it: the judge drafts it again, and takes it back first if it rests (CPL 11)."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    reference = bench.draft_reference()
    with bench.court.database.write() as session:
        session.scalars(select(Decision)).one().language = "zh-Hans"
    with pytest.raises(ActNotOpen, match=r"not in the language of the case.*drafts it again"):
        bench.do("judge", "send_for_signing", {"decision": reference})
    bench.do("judge", "draft_decision", bench.draft())
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    issue = {"decision": reference, "case_number": bench.number}
    with bench.court.database.write() as session:
        session.scalars(select(Decision)).one().language = "zh-Hans"
    with bench.court.database.read() as session:
        case, act = session.get_one(Case, bench.case_id), bench.court.table["issue_decision"]
    assert bench.court.prepare("issue_decision", case, act.input.model_validate(issue), bench.actor("judge")) == {}
    with pytest.raises(ActNotOpen, match="not in the language of the case"):
        bench.do("judge", "issue_decision", issue)
    bench.do("judge", "reopen_decision", {"decision": reference})
    bench.do("judge", "draft_decision", bench.draft())
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", issue)
