"""Appraisals: asked for, ordered, an expert chosen in three ways and paid directly, her report, objections and what
follows.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, Document, Role, Seat, Track
from odr.evidence.models import Category, Exhibit, ExhibitState
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.appraisal.models import Appraisal, AppraisalState
from odr.hearing.appraisal.queries import appraisals_of, no_report_is_awaited, reports_awaited
from odr.hearing.trial_limit.excluded_time import excluded_of
from odr.identity.models import Account
from odr.payments.models import Payment
from odr.procedure.case.next_box import next_box
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.kept import kept
from tests.scene import PAPERS, PEOPLE, Scene

FACT = "The capsules hold an additive that is not allowed."
EXPERT = {"name": "Lake Laboratory", "email": "stranger@court.example", "qualification": "Accredited for food"}
"""The stranger’s account is the laboratory’s: it serves in no case."""
ALL = ["court", "task", "materials", "method", "course", "opinion", "undertaking", "signed"]


def row(scene: Scene, number: int = -1) -> Appraisal:
    with scene.court.database.read() as session:
        return appraisals_of(session, session.get_one(Case, scene.case_id))[number]


def tasks(scene: Scene, kind: str) -> int:
    with scene.court.database.read() as session:
        return len(
            session.scalars(
                select(Task.id).where(Task.case_id == scene.case_id, Task.kind == kind, Task.done_at.is_(None))
            ).all()
        )


def asked(scene: Scene, **more: Any) -> Appraisal:
    scene.do(
        "ask_for_appraisal",
        "li",
        fact=FACT,
        questions="Which additives?\nHow much?",
        why="Only a laboratory can tell.",
        materials=["C-1"],
        **more,
    )
    return row(scene)


@kept
def granted(scene: Scene) -> Appraisal:
    with_exhibits(scene)
    asked(scene)
    scene.do(
        "rule_on_appraisal", "judge", appraisal=row(scene).reference, answer="grant", reasons="It bears on the claim."
    )
    return row(scene)


def perform(scene: Scene, act: str, who: str, **values: Any) -> ActReceipt:
    """An act whose input has a field called ``name``."""
    return scene.do(act, who, scene.court.table[act].input.model_validate(values))


def choose(scene: Scene, who: str, **changed: Any) -> None:
    perform(scene, "choose_expert", who, appraisal=row(scene).reference, **{**EXPERT, **changed})


def appoint(scene: Scene, how: str, **more: Any) -> Any:
    given = {"scope": "Additives, for the judgment", "days": 20, "fee": "3,000.00", "language": "en", **more}
    return perform(scene, "appoint_expert", "judge", appraisal=row(scene).reference, how=how, **given)


@kept
def commissioned(scene: Scene) -> Appraisal:
    granted(scene)
    choose(scene, "li")
    choose(scene, "haiyun")
    appoint(scene, "agreed")
    return row(scene)


@kept
def at_work(scene: Scene) -> Appraisal:
    found = commissioned(scene)
    scene.do(
        "undertake_appraisal",
        "stranger",
        appraisal=found.reference,
        answer="undertake",
        pay_to="Account 42 at Lake Bank",
    )
    return row(scene)


@kept
def reported(scene: Scene) -> Appraisal:
    found = at_work(scene)
    upload = scene.upload("stranger", b"%PDF-1.7 report", "report.pdf", "application/pdf")
    scene.do(
        "submit_report",
        "stranger",
        appraisal=found.reference,
        upload=upload.reference,
        contents=ALL,
        opinion="E999 was found.",
    )
    return row(scene)


def awaited(scene: Scene) -> str:
    """Why nothing is closed or decided yet."""
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        told = [str(reason) for reason in reports_awaited(look, case)]
        refused = no_report_is_awaited(look, case, scene.actor("judge"))
    assert (str(refused) if refused else None) == (told[0] if told else None)
    return "; ".join(told)


def test_no_hearing_is_closed_before_the_report_was_read(small_scene: Scene) -> None:
    """While the expert works and while the parties may object to the report, the hearing is not closed and nothing is decided (EV
    35, 37).
    """
    at_work(small_scene)
    assert "appraisal is under way" in awaited(small_scene)
    reported(small_scene)
    assert awaited(small_scene).count("object to the expert’s report is not over") == 2
    small_scene.do("object_to_report", "li", appraisal=row(small_scene).reference, words="The sample was ours.")
    small_scene.later(days=8)
    assert awaited(small_scene) == ""


@pytest.mark.slow
def test_whole_way_from_request_to_an_answered_objection(small_scene: Scene) -> None:
    """Asked, granted, agreed on, commissioned under seal, undertaken, paid directly, reported as an exhibit, objected
    to, answered, heard.
    """
    scene = small_scene
    found = commissioned(scene)
    assert found.state is AppraisalState.COMMISSIONED and found.chosen_how == "agreed"
    with scene.court.database.read() as session:
        paper = session.scalars(PAPERS.where(Document.id == found.document_id)).one()
        assert paper.content.startswith(b"%PDF") and b"/ByteRange" in paper.content
        assert session.scalars(select(Seat.role).where(Seat.account_id == scene.people["stranger"])).all() == [
            Role.EXPERT
        ]
    path = f"/cases/{scene.case().reference}/examination"
    lab = signed_in(scene, "stranger")
    assert lab.get(f"{path}/exhibits/C-1").status_code == 404  # not before the undertaking
    scene.do(
        "undertake_appraisal",
        "stranger",
        appraisal=found.reference,
        answer="undertake",
        pay_to="Account 42 at Lake Bank",
    )
    assert [lab.get(f"{path}/exhibits/{label}").status_code for label in ("C-1", "R-1")] == [200, 404]
    assert "Which additives?" in lab.get(f"{path}/commission").get_data(as_text=True)
    assert (
        lab.get(f"{path}/appraisals").status_code == 403
        and lab.get(f"/cases/{scene.case().reference}/exhibits").status_code == 403
    )
    page = signed_in(scene, "li").get(f"{path}/appraisals").get_data(as_text=True)
    assert "Account 42" in page and "Report due by" in page
    with scene.court.database.read() as session:
        payments = len(session.scalars(select(Payment.id)).all())
    scene.do("confirm_expert_fee", "stranger", appraisal=found.reference)
    with scene.court.database.read() as session:
        assert len(session.scalars(select(Payment.id)).all()) == payments  # the court neither takes nor holds it
        assert {w.state for w in session.scalars(select(Window).where(Window.kind == "appraisal_fee"))} == {
            WindowState.MET
        }
    upload = scene.upload("stranger", b"%PDF-1.7 report", "report.pdf", "application/pdf")
    with pytest.raises(ValidationError):
        scene.do(
            "submit_report",
            "stranger",
            appraisal=found.reference,
            upload=upload.reference,
            contents=ALL[:-1],
            opinion="E999 was found.",
        )
    receipt = scene.do(
        "submit_report",
        "stranger",
        appraisal=found.reference,
        upload=upload.reference,
        contents=ALL,
        opinion="E999 was found.",
    )
    report = row(scene).exhibit
    assert (
        report is not None
        and report.category is Category.OPINION
        and report.upload.sha256 == upload.sha256
        and report.label in receipt.words["en"]
    )
    with pytest.raises(InvalidInput):
        scene.do("withdraw_exhibit", "li", exhibit=report.reference, reason="I do not like it.")
    scene.do("object_to_report", "haiyun", appraisal=found.reference, words="The sample was open.")
    assert "The sample was open." in signed_in(scene, "stranger").get(f"{path}/commission").get_data(as_text=True)
    with pytest.raises(ActNotOpen):
        scene.do("confirm_expert_fee", "stranger", appraisal=found.reference)
    objection = row(scene).objections[-1]
    scene.do(
        "answer_objection", "stranger", objection=objection.reference, words="It was sealed when it came, see page 2."
    )
    assert tasks(scene, "expert_hear") == 0
    scene.do("object_to_report", "haiyun", appraisal=found.reference, words="Page 2 shows another bottle.")
    assert row(scene).objections[-1].is_kept and tasks(scene, "expert_hear") == 1
    page = signed_in(scene, "judge").get(f"{path}/appraisals").get_data(as_text=True)
    assert "E999 was found." in page and "Report due by" not in page
    assert "see page 2" in page and "Lake Laboratory" in page and "agreed on by the parties" in page


def test_small_claim_with_an_appraisal_leaves_the_track(small_scene: Scene) -> None:
    """A small claim is no longer one when an appraisal is ordered (CPL 166, 169); refused, it stays."""
    with_exhibits(small_scene)
    asked(small_scene)
    assert small_scene.case().track is Track.SMALL
    small_scene.do(
        "rule_on_appraisal",
        "judge",
        appraisal=row(small_scene).reference,
        answer="refuse",
        reasons="It has no bearing.",
    )
    assert small_scene.case().track is Track.SMALL and row(small_scene).state is AppraisalState.REFUSED
    asked(small_scene)
    small_scene.do(
        "rule_on_appraisal",
        "judge",
        appraisal=row(small_scene).reference,
        answer="grant",
        reasons="It bears on the claim.",
    )
    assert small_scene.case().track is Track.SIMPLE


def test_lot_is_drawn_only_without_agreement_and_after_the_time_for_it(small_scene: Scene) -> None:
    """While the parties may still agree, or have, neither lot nor the judge's choice is open; then a lot is drawn from
    those named (EV 32).
    """
    granted(small_scene)
    choose(small_scene, "li")
    for how in ("agreed", "lot"):
        with pytest.raises(InvalidInput):
            appoint(small_scene, how)
    choose(small_scene, "haiyun", name="Sea Laboratory", email="sea@court.example")
    with pytest.raises(InvalidInput):
        appoint(small_scene, "agreed")
    receipt = appoint(small_scene, "lot")
    assert row(small_scene).witness is not None and row(small_scene).chosen_how == "lot"
    with small_scene.court.database.read() as session:
        from odr.docket.queries import entry

        found = entry(session, session.get_one(Case, small_scene.case_id), receipt.number)
        assert found is not None and "Sea Laboratory" in found.payload and "drawn_from" in found.payload


@pytest.mark.slow
def test_parties_who_agree_bind_the_judge(small_scene: Scene) -> None:
    """Agreed on by all, the expert is appointed as agreed; another is not named past the parties."""
    granted(small_scene)
    choose(small_scene, "li", email="other@court.example")
    choose(small_scene, "haiyun")
    choose(small_scene, "li")
    assert tasks(small_scene, "expert_appoint") == 1
    with pytest.raises(InvalidInput):
        appoint(small_scene, "named", name="Another", email="sea@court.example", qualification="None")
    appoint(small_scene, "agreed")
    assert row(small_scene).witness is not None and tasks(small_scene, "expert_appoint") == 0


@pytest.mark.slow
def test_party_of_the_case_is_no_expert(small_scene: Scene) -> None:
    """Whoever is a party or serves the court in the case is not commissioned in it."""
    granted(small_scene)
    small_scene.later(days=9)
    with pytest.raises(ActNotOpen):
        appoint(small_scene, "named", name="Haiyun", email="haiyun@court.example", qualification="Knows its capsules")


@pytest.mark.slow
def test_time_of_the_appraisal_does_not_count(small_scene: Scene) -> None:
    """From the commission to the report, or to a decline, the time is left out of the trial limit (CPI 243)."""
    commissioned(small_scene)
    began = small_scene.clock.now()

    def spans() -> list[tuple[Any, Any]]:
        with small_scene.court.database.read() as session:
            look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
            return [(s.from_at, s.until_at) for s in excluded_of(look, case) if s.ground == "appraisal"]

    small_scene.later(days=3)
    assert spans() == [(began, small_scene.clock.now())]
    small_scene.do(
        "undertake_appraisal", "stranger", appraisal=row(small_scene).reference, answer="undertake", pay_to="Account 42"
    )
    small_scene.later(days=2)
    ended = small_scene.clock.now()
    upload = small_scene.upload("stranger", b"%PDF-1.7 report", "report.pdf", "application/pdf")
    small_scene.do(
        "submit_report",
        "stranger",
        appraisal=row(small_scene).reference,
        upload=upload.reference,
        contents=ALL,
        opinion="E999 was found.",
    )
    small_scene.later(days=5)
    assert spans() == [(began, ended)]


@pytest.mark.slow
def test_unpaid_expert_is_for_the_judge_to_find(small_scene: Scene) -> None:
    """When nobody pays in time the clock only tells the judge; she finds that the appraisal counts as given up (EV 31),
    not before.
    """
    found = at_work(small_scene)
    with pytest.raises(InvalidInput):
        small_scene.do("end_appraisal", "judge", appraisal=found.reference, ground="not_paid", reasons="Too early.")
    small_scene.later(days=8)
    assert row(small_scene).state is AppraisalState.AT_WORK and tasks(small_scene, "appraisal_unpaid") == 1
    small_scene.do(
        "end_appraisal", "judge", appraisal=found.reference, ground="not_paid", reasons="No payment, no reason."
    )
    assert row(small_scene).state is AppraisalState.ENDED and tasks(small_scene, "appraisal_unpaid") == 0
    with pytest.raises(LookupError):
        small_scene.actor("stranger")  # the expert has left the case


@pytest.mark.slow
def test_late_report_is_taken_and_marked_or_another_expert_commissioned(small_scene: Scene) -> None:
    """A late report waits for the judge's word; it is taken and marked late, or the appraisal ends and the fee goes
    back (EV 35).
    """
    found = at_work(small_scene)
    small_scene.do("confirm_expert_fee", "stranger", appraisal=found.reference)
    with pytest.raises(InvalidInput):
        small_scene.do(
            "end_appraisal", "judge", appraisal=found.reference, ground="expert_failed", reasons="Too early."
        )
    small_scene.later(days=25)
    assert tasks(small_scene, "appraisal_late") == 1
    receipt = small_scene.do(
        "end_appraisal", "judge", appraisal=found.reference, ground="expert_failed", reasons="No reason was given."
    )
    assert "return the fee" in receipt.words["en"]


def test_another_appraisal_needs_a_ground_and_sets_the_first_aside(small_scene: Scene) -> None:
    """Only on a ground of EV 40 another is made; then the first report grounds no finding."""
    first = reported(small_scene)
    with pytest.raises(ValidationError):
        asked(small_scene, again=first.reference)
    asked(small_scene, again=first.reference, ground="baseless")
    small_scene.do(
        "rule_on_appraisal",
        "judge",
        appraisal=row(small_scene).reference,
        answer="grant",
        reasons="No method is named.",
    )
    with small_scene.court.database.read() as session:
        assert session.get_one(Exhibit, first.exhibit_id).state is ExhibitState.EXCLUDED
    assert row(small_scene, 0).state is AppraisalState.SET_ASIDE and row(small_scene).state is AppraisalState.CHOOSING


def test_expert_may_decline_and_another_is_appointed(small_scene: Scene) -> None:
    """Who declines leaves the case, and the judge appoints another."""
    found = commissioned(small_scene)
    small_scene.do(
        "undertake_appraisal", "stranger", appraisal=found.reference, answer="decline", words="I know the shop."
    )
    assert row(small_scene).state is AppraisalState.CHOOSING and tasks(small_scene, "expert_appoint") == 1
    with pytest.raises(LookupError):
        small_scene.actor("stranger")


@pytest.mark.slow
def test_court_orders_one_of_its_own_motion_and_calls_a_party(small_scene: Scene) -> None:
    """The judge may call a party to ask, with a time whose lapse is hers to judge, or order an appraisal herself (EV
    30).
    """
    with_exhibits(small_scene)
    small_scene.do("call_for_appraisal", "judge", party="claimant/1", fact=FACT, days=3)
    small_scene.later(days=4)
    assert tasks(small_scene, "appraisal_not_asked") == 1
    small_scene.do(
        "order_appraisal",
        "judge",
        fact=FACT,
        questions="Which additives?",
        bears="claimant/1",
        materials=["R-1"],
        reasons="The health of others is at stake.",
    )
    assert row(small_scene).asked_by is None and row(small_scene).state is AppraisalState.CHOOSING
    with pytest.raises(Forbidden):
        small_scene.do(
            "order_appraisal", "li", fact=FACT, questions="Which additives?", bears="claimant/1", reasons="Mine to ask."
        )
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Packet.id)).all()


def test_third_specialist_of_a_party_is_refused(small_scene: Scene) -> None:
    """A party brings one or two people with special knowledge, no more (CPI 122)."""
    with_exhibits(small_scene)
    given = {"kind": "expert", "about": "The method of the report", "manner": "live"}
    for number in (1, 2):
        perform(
            small_scene,
            "ask_leave_for_witness",
            "li",
            name=f"Doctor {number}",
            email=f"doctor{number}@court.example",
            **given,
        )
    with pytest.raises(InvalidInput):
        perform(small_scene, "ask_leave_for_witness", "li", name="Doctor 3", email="doctor3@court.example", **given)
    assert "stranger" in PEOPLE and small_scene.account("stranger").email == EXPERT["email"]
    with small_scene.court.database.read() as session:
        assert (
            session.scalars(select(Account.id).where(Account.email == EXPERT["email"])).one()
            == small_scene.people["stranger"]
        )


def test_of_two_appraisals_each_is_told_by_its_own_name(small_scene: Scene) -> None:
    """An expert is to be agreed on for each: the two lines name the entries that ordered them, and no line stands twice."""
    scene = small_scene
    with_exhibits(scene)
    for fact in (FACT, "The photograph was not changed."):
        scene.do(
            "order_appraisal", "judge", fact=fact, questions="Is it so?", bears="claimant/1", reasons="It matters."
        )
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        box = next_box(look, case, scene.actor("li"))
        assert box is not None and box.step is not None
        lines = [step for step in (box.step, *box.later) if step.window.kind == "expert_choice"]
        assert [str(step.title) for step in lines] == [
            f"Agree on an expert (entry {step.window.opened_by})" for step in lines
        ]
        assert len({step.title.render("zh-Hans") for step in lines}) == 2
    scene.do(
        "end_appraisal", "judge", appraisal=row(scene).reference, ground="not_needed", reasons="Both sides agree on it."
    )
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        box = next_box(look, case, scene.actor("li"))
        assert box is not None and box.step is not None
        assert [str(s.title) for s in (box.step, *box.later) if s.window.kind == "expert_choice"] == [
            "Agree on an expert"
        ]
