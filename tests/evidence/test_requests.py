"""Requests about evidence: asked, answered, ruled on by a sealed paper, and what becomes of an order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, Document, Role, Seat
from odr.evidence.models import Exhibit, ExhibitState
from odr.evidence.requests.models import EvidenceRequest, RequestState
from odr.evidence.requests.queries import late_consequence, requests_of
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.procedure.forms.fields import SOURCES
from odr.procedure.models import Task, Window, WindowState
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.scene import PAPERS, Scene


def exhibit(scene: Scene, label: str) -> Exhibit:
    with scene.court.database.read() as session:
        return session.scalars(select(Exhibit).where(Exhibit.case_id == scene.case_id, Exhibit.label == label)).one()


def newest(scene: Scene) -> EvidenceRequest:
    with scene.court.database.read() as session:
        return requests_of(session, session.get_one(Case, scene.case_id))[-1]


def ask(scene: Scene, who: str, **values: Any) -> EvidenceRequest:
    scene.do("ask_evidence_order", who, grounds="As I say below.", **values)
    return newest(scene)


def tasks(scene: Scene, kind: str) -> int:
    with scene.court.database.read() as session:
        return len(
            session.scalars(
                select(Task.id).where(Task.case_id == scene.case_id, Task.kind == kind, Task.done_at.is_(None))
            ).all()
        )


@given(st.sampled_from(["none", "slight", "gross"]), st.booleans())
def test_three_cases_of_late_evidence(fault: str, basic: bool) -> None:
    """Only intent or gross negligence on something that is no basic fact excludes; a fine needs both fault and
    admission (CPI 101, 102).
    """
    admitted, reprimand, fine = late_consequence(fault, basic)
    assert admitted is (fault != "gross" or basic)
    assert reprimand is (admitted and fault != "none")
    assert fine is (fault == "gross" and basic)


@pytest.mark.slow
def test_exclusion_is_asked_answered_and_ruled(small_scene: Scene) -> None:
    """Who objects says how it was obtained, the other explains, the judge rules under seal; the file is then masked for
    others and kept (CPI 106).
    """
    with_exhibits(small_scene)
    r1 = exhibit(small_scene, "R-1")
    with pytest.raises(InvalidInput):
        ask(small_scene, "haiyun", kind="exclusion", exhibit=r1.reference)
    request = ask(small_scene, "li", kind="exclusion", exhibit=r1.reference)
    with pytest.raises(ActNotOpen):
        small_scene.do("answer_evidence_request", "li", request=request.reference, objects="no", words="It is mine.")
    small_scene.do(
        "answer_evidence_request", "haiyun", request=request.reference, objects="yes", words="It is our own record."
    )
    receipt = small_scene.do(
        "rule_on_evidence",
        "judge",
        request=request.reference,
        result="granted",
        reasons="A private room was recorded.",
        language="en",
    )
    request = newest(small_scene)
    assert (request.state, exhibit(small_scene, "R-1").state) == (RequestState.GRANTED, ExhibitState.EXCLUDED)
    with small_scene.court.database.read() as session:
        paper = session.scalars(PAPERS.where(Document.id == request.document_id)).one()
    assert paper.content.startswith(b"%PDF") and b"/ByteRange" in paper.content and paper.entry_number == receipt.number
    path = f"/cases/{small_scene.case().reference}/exhibits"
    assert [signed_in(small_scene, who).get(f"{path}/R-1/file").status_code for who in ("li", "haiyun", "judge")] == [
        403,
        200,
        200,
    ]
    listed = signed_in(small_scene, "li").get(f"{path}/requests").get_data(as_text=True)
    assert "It is our own record." in listed and paper.reference in listed
    with pytest.raises(ActNotOpen):
        small_scene.do(
            "rule_on_evidence", "judge", request=request.reference, result="refused", reasons="Twice.", language="en"
        )


@pytest.mark.slow
def test_document_not_produced_is_taken_as_true_by_the_judge_only(small_scene: Scene) -> None:
    """An ordered document that does not come in time is no finding by itself; the judge takes its content as true (EV
    48), never for an original.
    """
    with_exhibits(small_scene)
    values = {
        "kind": "production",
        "against": "respondent/1",
        "what": "Log of the batch",
        "content": "The batch was recalled in May.",
        "fact": "They knew.",
    }
    request = ask(small_scene, "li", **values)
    small_scene.do(
        "rule_on_evidence",
        "judge",
        request=request.reference,
        result="granted",
        days=3,
        reasons="It is theirs.",
        language="en",
    )
    with pytest.raises(ActNotOpen):
        small_scene.do("produce_ordered", "li", request=request.reference, answer="refuse", words="Not I.")
    with pytest.raises(ActNotOpen):
        small_scene.do("find_on_refusal", "judge", request=request.reference, finding="content", reasons="Too early.")
    small_scene.later(days=4)
    assert (
        newest(small_scene).state is RequestState.NOT_OBEYED
        and newest(small_scene).finding is None
        and tasks(small_scene, "evidence_not_produced") == 1
    )
    receipt = small_scene.do(
        "find_on_refusal", "judge", request=request.reference, finding="content", reasons="No reason was given."
    )
    assert (
        "recalled in May" in receipt.words["en"]
        and newest(small_scene).state is RequestState.FOUND
        and tasks(small_scene, "evidence_not_produced") == 0
    )
    original = ask(small_scene, "li", kind="original", exhibit=exhibit(small_scene, "R-1").reference)
    small_scene.do(
        "rule_on_evidence",
        "judge",
        request=original.reference,
        result="granted",
        reasons="The copy is cut.",
    )
    small_scene.do("produce_ordered", "haiyun", request=original.reference, answer="refuse", words="It was lost.")
    with pytest.raises(ActNotOpen):
        small_scene.do(
            "find_on_refusal",
            "judge",
            request=original.reference,
            finding="content",
            reasons="No document was ordered.",
        )
    upload = small_scene.upload("haiyun", b"the original", "original.txt")
    small_scene.do(
        "produce_ordered",
        "haiyun",
        request=original.reference,
        answer="produce",
        upload=upload.reference,
        words="Found after all.",
    )
    assert (
        newest(small_scene).state is RequestState.OBEYED and exhibit(small_scene, "R-2").upload.sha256 == upload.sha256
    )


def time_for_evidence_is_over(scene: Scene, label: str) -> None:
    """A party's time for evidence has ended."""
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        party = next(p for p in case.parties if p.label == label)
        for window in sitting.windows(case, "evidence", party=party) or [
            sitting.start_window(case, "evidence", party=party)
        ]:
            window.state, window.closed_by = WindowState.LAPSED, 1


def test_what_an_order_asked_for_is_not_late_and_not_taken_back(small_scene: Scene) -> None:
    """Produced within the time of the order, a document is no late evidence whenever the party's own time ended; after it, it is
    (EV 45, 46). Who was ordered to produce it does not take it out of the case again.
    """
    with_exhibits(small_scene)
    time_for_evidence_is_over(small_scene, "respondent/1")
    values = {
        "against": "respondent/1",
        "what": "Log of the batch",
        "content": "Recalled in May.",
        "fact": "They knew.",
    }
    states = []
    for label, wait in (("R-2", 1), ("R-3", 14)):
        request = ask(small_scene, "li", kind="production", **values)
        ruling = {"request": request.reference, "result": "granted", "days": 3, "reasons": "It is theirs."}
        small_scene.do("rule_on_evidence", "judge", **ruling)
        small_scene.later(days=wait)
        sent = small_scene.upload("haiyun", label.encode())
        produced = {"request": request.reference, "answer": "produce", "upload": sent.reference}
        small_scene.do("produce_ordered", "haiyun", words="Here it is.", **produced)
        states.append(exhibit(small_scene, label).state)
    assert states == [ExhibitState.SUBMITTED, ExhibitState.LATE]
    with small_scene.court.database.read() as session:
        look, case, haiyun = small_scene.court.look(session), small_scene.case(), small_scene.actor("haiyun")
        offered = [option.label for option in SOURCES["exhibits_to_withdraw"](look, case, haiyun)]
    assert [str(label).split()[0] for label in offered] == ["R-1"]
    with pytest.raises(InvalidInput, match="ordered to be produced"):
        small_scene.do(
            "withdraw_exhibit", "haiyun", exhibit=exhibit(small_scene, "R-2").reference, reason="It is ours."
        )


def test_late_evidence_taken_back_does_not_come_back_by_the_ruling(small_scene: Scene) -> None:
    """Its party withdrew it before the judge ruled: whether it would have been admitted makes it no exhibit again."""
    with_exhibits(small_scene)
    time_for_evidence_is_over(small_scene, "respondent/1")
    sent = small_scene.upload("haiyun", b"late")
    small_scene.do(
        "submit_exhibit",
        "haiyun",
        upload=sent.reference,
        title="Late",
        proves="It was so",
        source="A drawer",
        why_late="x",
    )
    small_scene.do("withdraw_exhibit", "haiyun", exhibit=exhibit(small_scene, "R-2").reference, reason="A mistake.")
    ruling = {"request": newest(small_scene).reference, "fault": "slight", "reasons": "A slip."}
    small_scene.do("rule_on_late_evidence", "judge", **ruling)
    assert exhibit(small_scene, "R-2").state is ExhibitState.WITHDRAWN


@pytest.mark.slow
def test_court_collects_from_outside_for_who_asked(small_scene: Scene) -> None:
    """What the court collects is an exhibit of who asked for it (EV 62); a refusal outside the case is held against no
    party (CPL 67).
    """
    with_exhibits(small_scene)
    for answer in ("obtained", "refused"):
        request = ask(
            small_scene, "li", kind="collection", holder="Baihua Market", what="Order log", fact="That I ordered"
        )
        small_scene.do(
            "rule_on_evidence",
            "judge",
            request=request.reference,
            result="granted",
            reasons="She cannot get it.",
            language="en",
        )
        assert tasks(small_scene, "evidence_collect") == 1
        upload = small_scene.upload("clerk", b"log of Baihua", "log.txt") if answer == "obtained" else None
        more = {"upload": upload.reference} if upload else {}
        small_scene.do(
            "record_collected", "clerk", request=request.reference, answer=answer, words="By letter of 3 March.", **more
        )
        assert tasks(small_scene, "evidence_collect") == 0
    assert (
        exhibit(small_scene, "C-2").title == "Order log"
        and newest(small_scene).state is RequestState.FOUND
        and newest(small_scene).finding is None
    )


def no_ruling_as_if_asked(scene: Scene, late: EvidenceRequest) -> None:
    """Late evidence is no request for an order: the act for those does not offer it, and says which ruling it needs."""
    with pytest.raises(CourtError, match="ruling of its own"):
        scene.do("rule_on_evidence", "judge", request=late.reference, result="granted", reasons="So.", language="en")
    with scene.court.database.read() as session:
        look, case, judge = scene.court.look(session), session.get_one(Case, scene.case_id), scene.actor("judge")
        assert late.reference not in [o.value for o in SOURCES["requests_to_rule_on"](look, case, judge)]
        assert [o.value for o in SOURCES["late_evidence"](look, case, judge)] == [late.reference]


@pytest.mark.slow
def test_late_evidence_is_admitted_or_not_and_fined_by_the_president(small_scene: Scene) -> None:
    """Late evidence is taken and waits; the judge rules by the three cases; a fine stands only when the president
    approves it (CPL 119).
    """
    with_exhibits(small_scene)
    with small_scene.court.database.write() as session:
        case = session.get_one(Case, small_scene.case_id)
        for window in session.scalars(select(Window).where(Window.case_id == case.id, Window.kind == "evidence")):
            window.state = WindowState.LAPSED
        has = {
            w.party_id
            for w in session.scalars(select(Window).where(Window.case_id == case.id, Window.kind == "evidence"))
        }
        session.add(
            Seat(
                case_id=case.id,
                account_id=small_scene.people["president"],
                role=Role.PRESIDENT,
                from_at=small_scene.clock.now(),
            )
        )
        mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
        if mine.id not in has:
            now = small_scene.clock.now()
            session.add(
                Window(
                    case_id=case.id,
                    party_id=mine.id,
                    kind="evidence",
                    state=WindowState.LAPSED,
                    opened_at=now,
                    due_at=now - timedelta(days=1),
                    working={},
                )
            )
    for text, fault, basic, state in (
        (b"one", "gross", False, ExhibitState.EXCLUDED),
        (b"two", "gross", True, ExhibitState.SUBMITTED),
        (b"three", "none", False, ExhibitState.SUBMITTED),
    ):
        upload = small_scene.upload("li", text)
        receipt = small_scene.do(
            "submit_exhibit",
            "li",
            upload=upload.reference,
            title="Late",
            category="records",
            proves="It",
            source="Me",
            why_late="I was ill.",
        )
        request = newest(small_scene)
        if text == b"three":
            ask(small_scene, "haiyun", kind="original", exhibit=exhibit(small_scene, "C-1").reference)
        no_ruling_as_if_asked(small_scene, request)
        assert (
            request.exhibit is not None
            and request.exhibit.state is ExhibitState.LATE
            and request.entry_number == receipt.number
            and request.grounds == "I was ill."
        )
        fine = {"fine": "500.00"} if fault == "gross" else {}
        if not basic and fine:
            with pytest.raises(InvalidInput):
                small_scene.do(
                    "rule_on_late_evidence",
                    "judge",
                    request=request.reference,
                    fault=fault,
                    basic=basic,
                    reasons="So.",
                    language="en",
                    **fine,
                )
            fine = {}
        if fault == "none":
            with pytest.raises(ActNotOpen, match="may still say"):
                small_scene.do(
                    "rule_on_late_evidence",
                    "judge",
                    request=request.reference,
                    fault=fault,
                    reasons="So.",
                    language="en",
                )
            small_scene.later(days=14)
        small_scene.do(
            "rule_on_late_evidence",
            "judge",
            request=request.reference,
            fault=fault,
            basic=basic,
            reasons="So.",
            language="en",
            **fine,
        )
        assert exhibit(small_scene, request.exhibit.label).state is state
        if fine:
            assert newest(small_scene).fine_approved is None
            done = small_scene.do(
                "decide_evidence_fine",
                "president",
                request=request.reference,
                answer="approve",
                reasons="It delayed the case.",
            )
            assert newest(small_scene).fine_approved is True and "500" in done.words["en"]
