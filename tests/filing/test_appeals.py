"""Appeals on jurisdiction, complaints, and mistakes of the registry put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Stage, Track
from odr.docket.visibility import reads_entry
from odr.filing.course.ruling_appeals import JurisdictionAppealOutcome, RulingAppealOutcome
from odr.filing.models import RequestKind, RequestState
from odr.filing.registry.mistakes import MistakeInput
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.procedure.models import Task, WindowState
from odr.service.models import Packet
from odr.service.packet.packets import conclude_packet, record_fact
from odr.service.room import bring_to_docket
from odr.service.vocabulary import Channel, FactKind
from tests.filing.test_motions import FACTS, MONEY, acts, request_of, windows
from tests.kept import kept
from tests.scene import Scene


@kept
def ruled(scene: Scene, **answer: str) -> None:
    """In simple procedure an objection was raised and ruled on, refused if nothing else is said; the ruling was served."""
    scene.do("convert_track", "judge", to="simple", reasons="The facts are disputed.")
    scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    asked = request_of(scene, RequestKind.JURISDICTION).reference
    scene.do(
        "rule_on_jurisdiction",
        "judge",
        **{"request": asked, "answer": "refuse", "reasons": "The goods were delivered here.", **answer},
    )
    scene.work()


def outcome(scene: Scene, **more: object) -> JurisdictionAppealOutcome:
    given = {
        "request": request_of(scene, RequestKind.APPEAL).reference,
        "number": "(2025) 19",
        "decided_on": scene.clock.now().date().isoformat(),
    }
    return JurisdictionAppealOutcome.model_validate({**given, **more})


def test_evidence_stands_still_until_the_higher_court_has_ruled(pending: Scene) -> None:
    """The objector appeals once, within ten days; upheld, evidence runs again; nobody else appeals for her (CPL 171, EV
    55).
    """
    with pytest.raises(ActNotOpen):
        pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    ruled(pending)
    with pytest.raises(Forbidden):
        pending.do("appeal_jurisdiction", "judge", words="The court is wrong.")
    pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    with pytest.raises(ActNotOpen):
        pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    pending.later(days=20)
    assert windows(pending, "evidence", WindowState.OPEN) == [] and pending.case().stage is Stage.PENDING
    with pytest.raises(Forbidden):
        pending.do("record_jurisdiction_appeal", "judge", outcome(pending, outcome="upheld"))
    tomorrow = (pending.clock.now() + timedelta(days=2)).date().isoformat()
    with pytest.raises(InvalidInput):
        pending.do("record_jurisdiction_appeal", "clerk", outcome(pending, outcome="upheld", decided_on=tomorrow))
    upheld = outcome(pending, outcome="upheld")
    pending.do("record_jurisdiction_appeal", "clerk", upheld)
    assert len(windows(pending, "evidence", WindowState.OPEN)) == 2
    with pytest.raises(ActNotOpen):
        pending.do("record_jurisdiction_appeal", "clerk", upheld)


def test_a_ruling_set_aside_sends_the_case_away(pending: Scene) -> None:
    """The court that hears it must be named; then the case is over here (CPL 178)."""
    ruled(pending)
    pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    with pytest.raises(InvalidInput):
        pending.do("record_jurisdiction_appeal", "clerk", outcome(pending, outcome="set_aside"))
    pending.do(
        "record_jurisdiction_appeal", "clerk", outcome(pending, outcome="set_aside", court="Harbour District Court")
    )
    assert pending.case().outcome is Outcome.TRANSFERRED


@pytest.mark.slow
def test_after_ten_days_the_ruling_on_jurisdiction_stands(pending: Scene) -> None:
    """Late is late (CPL 171), and evidence runs again by itself."""
    ruled(pending)
    pending.later(days=13)
    with pytest.raises(OutOfTime):
        pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    assert windows(pending, "evidence", WindowState.HALTED) == []


AWAY = {"answer": "allow", "court": "Harbour District Court", "reasons": "The seat is there."}
DISMISSED = {
    "kind": "dismissal",
    "result": "granted",
    "orders": "The action is dismissed.",
    "reasons": "The parties agreed on arbitration.",
    "language": "en",
}
REFUSED = {"reasons": "This belongs before another court.", "article": "CPL 122"}


@kept
def dismissed(scene: Scene) -> None:
    """In simple procedure the action was dismissed, and the ruling served."""
    scene.do("convert_track", "judge", to="simple", reasons="The facts are disputed.")
    scene.do("give_ruling", "judge", **DISMISSED)
    scene.work()


@pytest.mark.parametrize(
    ("end", "window", "outcome_"),
    [
        (lambda scene: ruled(scene, **AWAY), "appeal_jurisdiction", Outcome.TRANSFERRED),
        (dismissed, "appeal_dismissal", Outcome.DISMISSED),
    ],
)
def test_a_ruling_that_ends_the_case_has_effect_when_nobody_may_appeal(
    pending: Scene, end: Callable[[Scene], None], window: str, outcome_: Outcome
) -> None:
    """Each party's ten days run from her receipt; until they end the case stands still, its clocks too, and nothing
    goes back (CPL 157, 158, 171).
    """
    running = windows(pending, "answer", WindowState.OPEN)
    end(pending)
    case = pending.case()
    assert running and windows(pending, "answer", WindowState.OPEN) == []
    assert (case.stage, case.outcome) == (Stage.PENDING, None) and "settle_fees" not in acts(pending)
    mine = windows(pending, window, WindowState.OPEN)
    assert {w.party_id for w in mine} == {p.id for p in case.parties} and all(
        w.working["key"] == window and w.working.get("proof") for w in mine
    )
    for who, act, given in (
        ("haiyun", "file_counterclaim", {"facts": FACTS, "relief": MONEY}),
        ("judge", "open_examination", {"mode": "asynchronous"}),
    ):
        with pytest.raises(ActNotOpen, match="stands still"):
            pending.do(act, who, **given)
    pending.later(days=13)
    after = pending.case()
    assert (after.stage, after.outcome) == (Stage.CLOSED, outcome_)
    assert {"end_by_ruling", "settle_fees"} <= set(acts(pending)) and windows(
        pending, "answer", WindowState.HALTED
    ) == []
    with pytest.raises(ActNotOpen):
        pending.do(window, "li", words="The court is wrong.")


@pytest.mark.parametrize("kind", ["jurisdiction", "dismissal"])
def test_the_claimant_appeals_from_a_ruling_that_ends_her_case(pending: Scene, kind: str) -> None:
    """She may, within her time and without a fee; upheld it has effect at once, whoever else still had time (CPL 182;
    FEE 8).
    """
    ruled(pending, **AWAY) if kind == "jurisdiction" else dismissed(pending)
    appeal, record = (
        f"appeal_{kind}",
        "record_jurisdiction_appeal" if kind == "jurisdiction" else "record_ruling_appeal",
    )
    fees = acts(pending).count("assess_fee")
    pending.do(appeal, "li", words="The court is wrong.")
    pending.later(days=20)
    assert pending.case().stage is Stage.PENDING and acts(pending).count("assess_fee") == fees
    pending.do(record, "clerk", ended(pending, kind, "upheld"))
    assert pending.case().outcome is (Outcome.TRANSFERRED if kind == "jurisdiction" else Outcome.DISMISSED)


@pytest.mark.parametrize("kind", ["jurisdiction", "dismissal"])
def test_a_ruling_that_ended_the_case_is_set_aside(pending: Scene, kind: str) -> None:
    """The case goes on from where it stood, and the days of the standstill are given back (CPI 330)."""
    old = windows(pending, "answer", WindowState.OPEN)[0]
    ruled(pending, **AWAY) if kind == "jurisdiction" else dismissed(pending)
    pending.do(f"appeal_{kind}", "li", words="The court is wrong.")
    pending.later(days=20)
    record = "record_jurisdiction_appeal" if kind == "jurisdiction" else "record_ruling_appeal"
    tomorrow = (pending.clock.now() + timedelta(days=2)).date().isoformat()
    with pytest.raises(InvalidInput):
        pending.do(
            record,
            "clerk",
            ended(pending, kind, "set_aside").model_copy(update={"decided_on": date.fromisoformat(tomorrow)}),
        )
    pending.do(record, "clerk", ended(pending, kind, "set_aside"))
    new = windows(pending, "answer", WindowState.OPEN)[0]
    assert old.due_at and new.due_at and new.due_at >= old.due_at + timedelta(days=19)
    assert (
        len(windows(pending, "evidence", WindowState.OPEN)) == 2
        and windows(pending, f"appeal_{kind}", WindowState.OPEN) == []
    )
    pending.do("file_answer", "haiyun", position="defend", statement="No.")


def ended(scene: Scene, kind: str, result: str) -> JurisdictionAppealOutcome | RulingAppealOutcome:
    """What the higher court ruled today."""
    given = {"number": "(2026) 19", "decided_on": scene.clock.now().date().isoformat(), "outcome": result}
    if kind == "jurisdiction":
        return JurisdictionAppealOutcome.model_validate(
            {**given, "request": request_of(scene, RequestKind.APPEAL).reference}
        )
    return RulingAppealOutcome.model_validate(
        {**given, "request": request_of(scene, RequestKind.RULING_APPEAL).reference}
    )


@pytest.mark.parametrize("joins", [False, True])
def test_a_ruling_waits_for_whom_a_paper_has_reached(small_scene: Scene, joins: bool) -> None:
    """A respondent nobody could find keeps no dismissal waiting; one who joins meanwhile stands still with the case,
    and has her own ten days.
    """
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.do("convert_track", "judge", to="simple", reasons="The facts are disputed.")
    ruling = scene.do("give_ruling", "judge", **DISMISSED)
    scene.work()
    first = windows(scene, "appeal_dismissal", WindowState.OPEN)[0]
    if joins:
        scene.later(days=2)
        scene.join()
        assert (
            windows(scene, "answer", WindowState.OPEN) == [] and len(windows(scene, "answer", WindowState.HALTED)) == 1
        )
    scene.later(days=14)
    assert windows(scene, "appeal_dismissal", WindowState.LAPSED)[0].id == first.id
    if joins:
        assert scene.case().stage is Stage.PENDING, "the letter with the ruling is still on its way to her"
        reaches(scene, ruling.number)
        scene.later(days=13)
    assert scene.case().outcome is Outcome.DISMISSED


def reaches(scene: Scene, number: int) -> None:
    """The respondent reads today what was sent out with an entry."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        her = session.get_one(Case, scene.case_id).parties[1]
        packet = next(
            p for p in session.scalars(select(Packet).where(Packet.party_id == her.id)) if number in p.entry_ids
        )
        record_fact(
            session,
            packet_id=packet.id,
            kind=FactKind.ACTED,
            at=now,
            recorded_at=now,
            event_id=f"read/{number}",
            channel=Channel.PLATFORM,
            account_id=her.account_id,
        )
        conclude_packet(session, packet, now=now)
    bring_to_docket(scene.court)


def test_a_dismissal_in_small_claims_has_effect_at_once(pending: Scene) -> None:
    """There is no appeal from it, and its paper does not say that there is one (CPI 277)."""
    pending.do("give_ruling", "judge", **DISMISSED)
    assert pending.case().outcome is Outcome.DISMISSED and windows(pending, "appeal_dismissal", None) == []


@pytest.mark.parametrize("result", ["upheld", "set_aside", "late"])
def test_the_refusal_of_a_claim_is_appealed(small_scene: Scene, result: str) -> None:
    """The claimant alone, within ten days of her receipt; set aside, the registry takes the claim up again and has
    seven days (CPL 126; CPI 330).
    """
    small_scene.lodge()
    small_scene.refuse(**REFUSED)
    with pytest.raises(ActNotOpen):
        small_scene.do("appeal_refusal", "li", words="It belongs here.")
    small_scene.work()
    if result == "late":
        small_scene.later(days=13)
        with pytest.raises(OutOfTime):
            small_scene.do("appeal_refusal", "li", words="It belongs here.")
        assert request_of(small_scene, RequestKind.ENDING).state is RequestState.GRANTED
        return
    small_scene.do("appeal_refusal", "li", words="It belongs here.")
    small_scene.later(days=20)
    small_scene.do("record_ruling_appeal", "clerk", ended(small_scene, "refusal", result))
    if result == "upheld":
        assert small_scene.case().outcome is Outcome.REFUSED
        return
    assert (small_scene.case().stage, small_scene.case().outcome) == (Stage.LODGED, None)
    small_scene.accept()
    assert small_scene.case().stage is Stage.PENDING


def test_a_complaint_is_answered_in_fifteen_days(pending: Scene) -> None:
    """Read by the president and the one who complains only; unanswered it comes first; the answer is served on her
    alone (EXT 7).
    """
    given = {"about": "delay", "words": "Nothing has happened for a month."}
    with pytest.raises(Forbidden):
        pending.do("complain", "judge", **given)
    complained = pending.do("complain", "li", **given)
    with pytest.raises(ActNotOpen):
        pending.do("complain", "li", **given)
    with pending.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == pending.case_id, DocketEntry.number == complained.number)
        ).one()
        readers = {
            who for who in ("li", "haiyun", "judge", "clerk", "president") if reads_entry(pending.actor(who), entry)
        }
    assert readers == {"li", "president"}
    assert windows(pending, "complaint_reply", WindowState.OPEN)[0].due_at
    pending.later(days=20)
    with pending.court.database.read() as session:
        assert session.scalars(select(Task.risk).where(Task.kind == "complaint", Task.done_at.is_(None))).all() == [90]
    answer = {
        "request": request_of(pending, RequestKind.COMPLAINT).reference,
        "found": "founded",
        "words": "The file lay unread; it is heard next week.",
    }
    with pytest.raises(Forbidden):
        pending.do("answer_complaint", "judge", **answer)
    answered = pending.do("answer_complaint", "president", **answer)
    with pytest.raises(ActNotOpen):
        pending.do("answer_complaint", "president", **answer)
    with pending.court.database.read() as session:
        sent = [
            p.party_id
            for p in session.scalars(select(Packet).where(Packet.case_id == pending.case_id))
            if answered.number in p.entry_ids
        ]
        assert sent == [session.get_one(Case, pending.case_id).parties[0].id]
    assert acts(pending)[-1] == "answer_complaint"


def mistake(scene: Scene, **given: object) -> None:
    scene.do(
        "correct_registry_mistake",
        "clerk",
        MistakeInput.model_validate({"reasons": "Compared with the letter.", **given}),
    )


def test_a_wrong_first_day_is_corrected_with_its_working(pending: Scene) -> None:
    """The window is reckoned again from the right day and says what stood before; nobody loses time she still has; the
    same twice is refused (CPL 85).
    """
    answer = windows(pending, "answer", WindowState.OPEN)[0]
    today, zone = pending.clock.now(), pending.court.settings.tz
    first = today.astimezone(zone).date()
    with pytest.raises(Forbidden):
        pending.do(
            "correct_registry_mistake",
            "haiyun",
            MistakeInput(what="day", window=answer.reference, day=first, reasons="I say so."),
        )
    for wrong in (first, first + timedelta(days=1), first - timedelta(days=60), first - timedelta(days=4)):
        with pytest.raises(InvalidInput):
            mistake(pending, what="day", window=answer.reference, day=wrong)
    with pytest.raises(InvalidInput):
        mistake(pending, what="day", day=first)
    pending.later(days=20)
    lapsed = windows(pending, "answer", WindowState.LAPSED)[0]
    right = first + timedelta(days=10)
    mistake(pending, what="day", window=lapsed.reference, day=right)
    after = windows(pending, "answer", WindowState.OPEN)[0]
    assert (
        answer.due_at
        and after.due_at
        and answer.due_at + timedelta(days=8) <= after.due_at <= answer.due_at + timedelta(days=13)
    )
    assert after.working["start"].startswith(right.isoformat()) or right.isoformat() in str(after.working["steps"][0])
    assert after.working["proof"] and after.working["proof"] != answer.working.get("proof")
    pending.do("file_answer", "haiyun", position="defend", statement="No.")


def test_a_wrong_name_and_a_wrong_procedure_are_corrected(pending: Scene) -> None:
    """The old name stays on record; the right procedure lengthens what it lengthens, shortens nothing, and the judge
    looks at the fee.
    """
    with pending.court.database.read() as session:
        party = session.get_one(Case, pending.case_id).parties[1]
    mistake(pending, what="name", party=party.reference, name="Haiyun Information Technology (Harbour) Co., Ltd.")
    with pytest.raises(InvalidInput):
        mistake(pending, what="name", party=party.reference, name="Haiyun Information Technology (Harbour) Co., Ltd.")
    before = {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)}
    mistake(pending, what="track", track="ordinary")
    after = {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)}
    assert after.keys() == before.keys() and all(after[i] and before[i] and after[i] > before[i] for i in after)
    with pytest.raises(InvalidInput):
        mistake(pending, what="track", track="ordinary")
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert (
            case.track is Track.ORDINARY
            and case.parties[1].details["before"][0]["name"] == "Haiyun Information Technology Co., Ltd."
        )
        assert (
            "fee_after_correction"
            in session.scalars(select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None))).all()
        )
