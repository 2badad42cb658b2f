"""What comes back after it was recorded as service lies before the judge, and what began with a service that fell begins anew
with the one that holds (OLR 31; CPI 135).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Stage
from odr.hearing.models import Summons
from odr.procedure.audit.docket_audit import audit_case
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.service import desks
from odr.service.models import Packet, ProofOfService
from odr.service.packet.acts import follow_packet
from odr.service.packet.packets import record_fact
from odr.service.room import bring_to_docket
from odr.service.vocabulary import CONTESTED, Channel, FactKind, PacketState
from tests.scene import Scene

AGREED = {"way": "agreed_earlier", "scope": ["pleading", "notice"], "email": "agreed@haiyun.example"}
REASONS = "The mail system's own record, and what the postmaster told the clerk."


def respondent(scene: Scene) -> str:
    """Reference of the respondent."""
    return next(p.reference for p in scene.case().parties if p.label == "respondent/1")


def packets(scene: Scene, occasion: str, label: str = "respondent/1") -> list[Packet]:
    """The packets of an occasion for a party, the oldest first, with their attempts."""
    (party,) = (p for p in scene.case().parties if p.label == label)
    with scene.court.database.read() as session:
        mine = select(Packet).where(Packet.occasion == occasion, Packet.party_id == party.id)
        found = list(session.scalars(mine.order_by(Packet.id)))
        assert all(len(one.attempts) >= 0 for one in found)
        return found


def windows(scene: Scene, kind: str, label: str = "respondent/1") -> list[Window]:
    """The time limits of a kind of a party, the oldest first."""
    (party,) = (p for p in scene.case().parties if p.label == label)
    with scene.court.database.read() as session:
        mine = select(Window).where(Window.case_id == scene.case_id, Window.kind == kind, Window.party_id == party.id)
        return list(session.scalars(mine.order_by(Window.id)))


def waiting(scene: Scene) -> list[str]:
    """What contested services lie on the judge's desk."""
    with scene.court.database.read() as session:
        mine = select(Task.subject).where(Task.kind == desks.REBUTTAL.kind, Task.done_at.is_(None))
        return [subject or "" for subject in session.scalars(mine)]


def again(scene: Scene, packet: Packet) -> Packet:
    """The paper goes out once more."""
    scene.do("serve_again", "clerk", packet=packet.reference)
    scene.later(minutes=11)
    return packets(scene, packet.occasion)[-1]


@pytest.fixture
def arrived(small_scene: Scene) -> Scene:
    """The claim reached the address the respondent had agreed on in the contract; nobody has joined."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    shown = "Clause 12 of the terms of 3 May 2025."
    scene.do("record_consent_found", "clerk", party=respondent(scene), shown_by=shown, **AGREED)
    assert again(scene, packets(scene, "claim")[0]).state is PacketState.SERVED
    assert [w.state for w in windows(scene, "answer")] == [WindowState.OPEN]
    return scene


def comes_back(scene: Scene, packet: Packet) -> None:
    """A mail system reports hours later that it could not be delivered after all."""
    (attempt,) = (one for one in packet.attempts if one.channel is Channel.EMAIL)
    with scene.court.sit() as sitting:
        case, now = sitting.session.get_one(Case, scene.case_id), sitting.now

        def told() -> None:
            record_fact(
                sitting.session,
                packet_id=packet.id,
                attempt_id=attempt.id,
                kind=FactKind.BOUNCED,
                at=now,
                recorded_at=now,
                event_id="mail:bounced",
            )
            follow_packet(sitting, case, sitting.session.get_one(Packet, packet.id))

        sitting.follow(case, told)


def decide(scene: Scene, packet: Packet, finding: str, **more: str) -> None:
    """The judge finds on it."""
    scene.do("decide_rebuttal", "judge", packet=packet.reference, finding=finding, reasons=REASONS, **more)


def signed(scene: Scene, packet: Packet) -> None:
    """The post brings the receipt, signed today by the head of the company."""
    what = {"way": "post", "what": "signed", "signer": "legal_representative"}
    day = scene.clock.now().date().isoformat()
    scene.do("record_outcome", "clerk", packet=packet.reference, happened_on=day, **what)


def is_whole(scene: Scene) -> bool:
    """Whether an audit finds nothing."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        return [*audit_case(session, case), *audit_projections(scene.court, session, case)] == []


def test_what_came_back_is_the_judges_and_stands_until_then(arrived: Scene) -> None:
    """Anybody who has the mail can send such a report: nothing ends by it, the judge is told once, and no round of the worker
    turns to it again.
    """
    packet = packets(arrived, "claim")[-1]
    arrived.later(hours=5)
    comes_back(arrived, packet)
    assert waiting(arrived) == [packet.reference] and packets(arrived, "claim")[-1].docketed_as == CONTESTED
    assert [w.state for w in windows(arrived, "answer")] == [WindowState.OPEN]
    arrived.later(days=17)  # The post that went with it brought nothing either.
    after = packets(arrived, "claim")[-1]
    assert (after.state, after.docketed_as) == (PacketState.NOT_SERVED, CONTESTED)
    assert bring_to_docket(arrived.court) == 0 and waiting(arrived) == [packet.reference] and is_whole(arrived)


def test_found_not_to_have_arrived_the_time_begins_with_the_next_service(arrived: Scene) -> None:
    """What ran from it ends, also when it was over; with the paper signed for later the whole time begins (CPL 128)."""
    packet = packets(arrived, "claim")[-1]
    comes_back(arrived, packet)
    arrived.later(days=20)
    assert [w.state for w in windows(arrived, "answer")] == [WindowState.LAPSED]
    decide(arrived, packet, "not_received")
    assert {w.state for kind in ("answer", "evidence") for w in windows(arrived, kind)} == {WindowState.ENDED}
    assert waiting(arrived) == []
    signed(arrived, again(arrived, packet))
    (_, begun) = windows(arrived, "answer")
    assert begun.state is WindowState.OPEN and begun.due_at is not None
    assert (begun.due_at - arrived.clock.now()).days >= 14 and is_whole(arrived)


def test_what_comes_back_when_the_case_is_over_lies_on_no_desk(arrived: Scene) -> None:
    """Nobody decides on a service or serves again in a closed case: what the docket recorded stands, and nobody is asked."""
    packet = packets(arrived, "claim")[-1]
    with arrived.court.database.write() as session:
        case = session.get_one(Case, arrived.case_id)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.WITHDRAWN, arrived.clock.now()
    comes_back(arrived, packet)
    assert packets(arrived, "claim")[-1].docketed_as == CONTESTED
    with arrived.court.database.read() as session:
        mine = select(Task.kind).where(Task.subject == packet.reference, Task.done_at.is_(None))
        assert session.scalars(mine).all() == []
    assert bring_to_docket(arrived.court) == 0


def test_the_judge_is_told_of_a_mail_that_came_back_only_where_one_did(arrived: Scene) -> None:
    """Who had declined by telephone before the mail arrived contests nothing by a bounce: the task says what is true of both."""
    packet = packets(arrived, "claim")[-1]
    called = (arrived.clock.now() - timedelta(minutes=6)).astimezone(arrived.court.settings.tz)
    call = {"happened_on": called.date().isoformat(), "hour": f"{called:%H:%M}", "what": "declined"}
    arrived.do("record_call", "clerk", packet=packet.reference, **call)
    assert waiting(arrived) == [packet.reference]
    with arrived.court.database.read() as session:
        (title,) = session.scalars(select(Task.title).where(Task.subject == packet.reference, Task.done_at.is_(None)))
    assert "says otherwise" in title["en"] and "came back" not in title["en"]


@pytest.mark.parametrize("finding", ["stands", "later"])
def test_found_to_have_arrived_it_counts_with_a_proof_of_that(arrived: Scene, finding: str) -> None:
    """As recorded nothing changes; on another day the time runs from that one. Both have a proof that names the finding and
    the way (CPI 135).
    """
    packet, (before,) = packets(arrived, "claim")[-1], windows(arrived, "answer")
    comes_back(arrived, packet)
    arrived.later(days=2)
    day = {"arrived_on": arrived.clock.now().date().isoformat()} if finding == "later" else {}
    decide(arrived, packet, finding, **day)
    after = packets(arrived, "claim")[-1]
    assert (after.state, after.docketed_as) == (PacketState.SERVED, PacketState.SERVED.value)
    running = [w.due_at for w in windows(arrived, "answer") if w.state is WindowState.OPEN]
    moved = timedelta(days=2) if finding == "later" else timedelta()
    assert running == [before.due_at + moved if before.due_at else None]
    with arrived.court.database.read() as session:
        mine = select(ProofOfService).where(ProofOfService.packet_id == packet.id).order_by(ProofOfService.id)
        proofs = session.scalars(mine).all()
    assert len(proofs) == 2 and proofs[-1].channel is Channel.EMAIL and proofs[-1].effective_at == after.effective_at
    assert is_whole(arrived)


def test_where_one_service_falls_the_other_counts(arrived: Scene) -> None:
    """The claim came by mail and by post: found not to have arrived by mail, the time to answer runs from the day the post was
    signed for, which began nothing as long as the mail stood (OLR 31).
    """
    packet = packets(arrived, "claim")[-1]
    arrived.later(days=3)
    posted = again(arrived, packet)
    if posted.state is not PacketState.SERVED:
        signed(arrived, posted)
    posted = packets(arrived, "claim")[-1]
    arrived.later(days=1)
    comes_back(arrived, packet)
    decide(arrived, packet, "not_received")
    (_, begun) = windows(arrived, "answer")
    assert begun.state is WindowState.OPEN and begun.opened_at == posted.effective_at
    assert [w.state for w in windows(arrived, "evidence")][-1] is WindowState.OPEN and is_whole(arrived)


def test_a_ruling_that_did_not_arrive_is_not_final_and_can_be_appealed_from_when_it_does(small_scene: Scene) -> None:
    """Ten days from the service that holds, not from one that fell, and until then the ruling is not final (CPL 158, 171)."""
    scene = small_scene
    scene.lodge()
    scene.accept("ordinary")
    scene.work()
    scene.join()
    scene.work()
    scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    with scene.court.database.read() as session:
        asked = session.scalars(select(Task.subject).where(Task.kind == "jurisdiction")).one()
    ruled = {"request": asked, "answer": "refuse", "reasons": "The goods were delivered here."}
    scene.do("rule_on_jurisdiction", "judge", **ruled)
    scene.later(minutes=11)
    (packet,) = packets(scene, "rule_on_jurisdiction", "claimant/1")
    grounds = {"says": "not_received", "grounds": "The inbox was closed by an error of the court."}
    scene.do("rebut_service", "li", packet=packet.reference, **grounds)
    decide(scene, packet, "not_received")
    assert [w.state for w in windows(scene, "appeal_jurisdiction", "claimant/1")] == [WindowState.ENDED]
    scene.later(days=20)
    assert windows(scene, "evidence", "claimant/1")[-1].state is WindowState.HALTED, "the ruling is not final"
    scene.do("serve_again", "clerk", packet=packet.reference)
    scene.later(minutes=11)
    assert windows(scene, "appeal_jurisdiction", "claimant/1")[-1].state is WindowState.OPEN
    scene.later(days=20)
    assert windows(scene, "evidence", "claimant/1")[-1].state is not WindowState.HALTED


def test_whose_summons_did_not_arrive_is_not_called(small_scene: Scene) -> None:
    """Found not to have arrived, a summons called nobody in time: who stays away is not deemed to withdraw (CPL 139, 146)."""
    scene = small_scene
    scene.pend()
    scene.pay()
    scene.later(days=30)
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date().isoformat()
    scene.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3")
    scene.later(minutes=11)

    def called() -> list[bool]:
        with scene.court.database.read() as session:
            return [one.served_at is not None for one in session.scalars(select(Summons).order_by(Summons.party_id))]

    assert called() == [True, True]
    (packet,) = packets(scene, "summons", "claimant/1")
    grounds = {"says": "not_received", "grounds": "The inbox was closed by an error of the court."}
    scene.do("rebut_service", "li", packet=packet.reference, **grounds)
    decide(scene, packet, "not_received")
    assert called() == [False, True]


def test_new_time_for_evidence_begins_with_the_service_that_holds(small_scene: Scene) -> None:
    """A counterclaim gives everybody a new time for evidence; of whom it did not reach it runs from when it does (EV 55(4))."""
    scene = small_scene
    scene.pend()
    scene.later(hours=1)
    wanted = [{"kind": "money", "amount": "1000", "what": "Pay the price"}]
    scene.do("file_counterclaim", "haiyun", facts=[{"what": "The shop was right."}], relief=wanted)
    scene.later(minutes=11)
    (packet,) = packets(scene, "file_counterclaim", "claimant/1")
    assert windows(scene, "evidence", "claimant/1")[-1].state is WindowState.OPEN
    grounds = {"says": "not_received", "grounds": "The inbox was closed by an error of the court."}
    scene.do("rebut_service", "li", packet=packet.reference, **grounds)
    decide(scene, packet, "not_received")
    assert {w.state for w in windows(scene, "evidence", "claimant/1")} == {WindowState.ENDED}
    scene.do("serve_again", "clerk", packet=packet.reference)
    scene.later(minutes=11)
    (last,) = (w for w in windows(scene, "evidence", "claimant/1") if w.state is WindowState.OPEN)
    assert last.opened_at == packets(scene, "file_counterclaim", "claimant/1")[-1].effective_at and is_whole(scene)
