"""The disputes of the training court: ten, at eight stages, each told by acts of the table alone."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from odr.docket.models import Case, DocketEntry, Document, Outcome, Role, Seat, Stage, Track
from odr.docket.queries import entries_of
from odr.evidence.models import Exhibit
from odr.filing.models import StaffLeave
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode, Presence
from odr.identity.models import Account
from odr.judgment.models import Decision, Obligation
from odr.judgment.vocabulary import DecisionState, OrderKind
from odr.payments.models import Refund, RefundState
from odr.procedure.acts.tasks import DECIDED, until_decided
from odr.procedure.audit.docket_audit import audit
from odr.procedure.court import Court
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet, ProofOfService
from odr.service.vocabulary import PacketState
from odr.training import pictures
from odr.training.reset import NotReset, reset
from odr.training.run import OPENED
from odr.training.undone_judgments import ASSESSORS, OTHER_JUDGE
from tests.demo.conftest import NOW


def case_of(court: Court, title: str) -> int:
    """The case whose title holds these words."""
    with court.database.read() as session:
        return next(case.id for case in session.scalars(select(Case)) if title in case.title)


def test_no_desk_holds_what_a_decision_has_overtaken(told: Court) -> None:
    """In a decided dispute nobody is asked to find, to hear or to decide any more; it was asked before."""
    with told.database.read() as session:
        tasks = list(session.execute(select(Case.stage, Task.kind, Task.done_at).join(Case, Case.id == Task.case_id)))
    assert {
        kind for stage, kind, done in tasks if stage in DECIDED and kind in until_decided() and done is None
    } == set()
    assert {"draft_decision", "absence"} <= {
        kind for stage, kind, done in tasks if stage in DECIDED and done is not None
    }


def test_every_receipt_of_the_disputes_has_its_entry_and_paper(told: Court) -> None:
    """Seen from the dockets and from receipts and log, nothing that was told lacks anything."""
    with told.database.read() as session:
        assert audit(told, session) == []


@pytest.mark.slow
def test_ten_disputes_stand_at_eight_stages(told: Court) -> None:
    """A newcomer finds a case at each point that matters, none in the future, in both languages, with exhibits of five
    kinds.
    """
    with told.database.read() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        assert {case.stage for case in cases} == {
            Stage.LODGED,
            Stage.PENDING,
            Stage.HEARING,
            Stage.PRONOUNCED,
            Stage.APPEALED,
            Stage.EFFECTIVE,
            Stage.ENFORCEMENT,
            Stage.CLOSED,
        }
        last = session.scalar(select(func.max(DocketEntry.recorded_at)))
        assert last is not None and NOW - timedelta(days=2) < last <= NOW
        words = list(session.scalars(select(Exhibit.title)))
        assert (
            any(title.isascii() for title in words) and any(not title.isascii() for title in words) and len(words) >= 13
        )


def test_who_never_appears_is_served_summoned_heard_without_and_decided_against(told: Court) -> None:
    """Post, summons, a hearing held and recorded by the clerk with an empty chair, and a decision that says in default
    (CPL 147).
    """
    case_id = case_of(told, "青禾")
    with told.database.read() as session:
        case = session.get_one(Case, case_id)
        hearing = session.scalars(select(Hearing).where(Hearing.case_id == case_id)).one()
        assert hearing.state is HearingState.HELD and hearing.mode is Mode.OFFLINE and hearing.minutes
        assert [a.presence for a in hearing.attendances] == [Presence.COURTROOM, Presence.ABSENT]
        respondent = case.parties[1]
        assert respondent.joined_at is None
        served = session.scalars(
            select(ProofOfService.channel)
            .join(Packet)
            .where(Packet.party_id == respondent.id, Packet.occasion.in_(("claim", "summons")))
        ).all()
        assert {channel.value for channel in served if channel} == {"post"}
        (issued,) = entries_of(session, case, "issue_decision")
        assert json.loads(issued.payload)["result"]["by_default"] is True
        assert (
            session.scalars(select(Document).where(Document.case_id == case_id, Document.kind == "decision"))
            .one()
            .content.startswith(b"%PDF")
        )


def test_one_silent_respondent_moves_nobody_offline(told: Court) -> None:
    """The silent one's time lapses and the other's is met; the hearing is in both ways at one hour, and nobody is in
    default yet (OLR 4, 20).
    """
    case_id = case_of(told, "墨韵")
    with told.database.read() as session:
        case = session.get_one(Case, case_id)
        _, shop, silent = case.parties
        answers = {
            w.party_id: w.state
            for w in session.scalars(select(Window).where(Window.case_id == case_id, Window.kind == "answer"))
        }
        assert answers == {shop.id: WindowState.MET, silent.id: WindowState.LAPSED}
        assert shop.joined_at is not None and silent.joined_at is None
        hearing = session.scalars(select(Hearing).where(Hearing.case_id == case_id)).one()
        assert hearing.mode is Mode.HYBRID and hearing.state is HearingState.SUMMONED and hearing.begins_at > NOW
        assert case.stage is Stage.HEARING and not entries_of(session, case, "issue_decision")


def test_what_was_settled_gave_half_of_the_fee_back(told: Court) -> None:
    """550 were paid in ordinary procedure; after the statement 275 went back, approved by the cashier and recorded (FEE
    15).
    """
    case_id = case_of(told, "Haiyun")
    with told.database.read() as session:
        case = session.get_one(Case, case_id)
        assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.SETTLED)
        (refund,) = session.scalars(select(Refund).where(Refund.case_id == case_id))
        assert (refund.amount_minor, refund.state) == (275_00, RefundState.PAID)
        assert len(entries_of(session, case, "make_offer")) == 2


def test_what_came_back_was_heard_anew_by_others(told: Court) -> None:
    """The first judgment is set aside; another judge with two assessors, none of whom sat before, holds a hearing of their
    own after a new time for evidence, and their judgment binds (CPL 41, 177; CPI 45; EV 55).
    """
    case_id = case_of(told, "澄光")
    with told.database.read() as session:
        case = session.get_one(Case, case_id)
        first, second = session.scalars(select(Decision).where(Decision.case_id == case_id).order_by(Decision.id))
        assert (first.state, second.state) == (DecisionState.SET_ASIDE, DecisionState.ISSUED)
        assert case.stage is Stage.EFFECTIVE and case.track is Track.ORDINARY
        assert [o.kind for o in second.orders] == [OrderKind.PAY, OrderKind.DISMISS]
        (outcome,) = entries_of(session, case, "record_appeal_outcome")
        seats = session.scalars(select(Seat).where(Seat.case_id == case_id, Seat.role.in_((Role.JUDGE, Role.ASSESSOR))))
        benches: dict[bool, set[int]] = {True: set(), False: set()}
        for seat in seats:
            benches[seat.until_at is None].add(seat.account_id)
        assert (len(benches[True]), len(benches[False])) == (3, 1) and not benches[True] & benches[False]
        before, after = session.scalars(select(Hearing).where(Hearing.case_id == case_id).order_by(Hearing.id))
        assert before.summoned_by < outcome.number < after.summoned_by
        anew = session.scalars(
            select(Window).where(
                Window.case_id == case_id, Window.kind == "evidence", Window.opened_by == outcome.number
            )
        ).all()
        assert len(anew) == 2 and all(w.due_at and after.begins_at > w.due_at for w in anew)


def test_a_default_judgment_that_was_never_served_binds_nobody(told: Court) -> None:
    """It took effect on a return that somebody else had signed; found so, nothing is owed under it, it is served anew, and
    the appeal that comes in time goes up (CPL 158, 171; CPI 244).
    """
    case_id = case_of(told, "山行")
    with told.database.read() as session:
        case = session.get_one(Case, case_id)
        decision = session.scalars(select(Decision).where(Decision.case_id == case_id)).one()
        assert entries_of(session, case, "take_effect") and decision.effective_at is None is case.effective_at
        assert len(entries_of(session, case, "decide_rebuttal")) == 2
        owed = session.scalars(select(Obligation).where(Obligation.case_id == case_id)).all()
        assert owed and all(o.ended_at is not None for o in owed)
        assert case.stage is Stage.APPEALED
        served = session.scalars(
            select(Packet).where(
                Packet.case_id == case_id, Packet.occasion == "decision", Packet.party_id == case.parties[1].id
            )
        ).all()
        assert [p.state for p in sorted(served, key=lambda p: p.id)] == [PacketState.NOT_SERVED, PacketState.SERVED]


def test_a_newcomers_case_falls_to_the_first_judge(told: Court) -> None:
    """The second judge and the assessors sit in what comes back from appeal alone; no new case is given to them."""
    with told.database.read() as session:
        seated = select(Case.title).join(Seat, Seat.case_id == Case.id).join(Account, Account.id == Seat.account_id)
        others = session.scalars(
            seated.where(Account.email.in_(f"{who}@court.example" for who in (OTHER_JUDGE, *ASSESSORS)))
        ).all()
        (title,) = set(others)
        assert "澄光" in title
        today = told.clock.now().date()
        away = session.scalars(
            select(StaffLeave).where(StaffLeave.ended_at.is_(None)).join(Account, Account.id == StaffLeave.account_id)
        ).one()
        assert away.from_on <= today <= away.until_on


def test_a_photograph_is_a_photograph() -> None:
    """The drawn photograph carries camera and hour, and its size is that of a picture a phone sends."""
    picture = Image.open(BytesIO(pictures.photograph(["含片", "批号 1"], taken="2026:04:15 18:20:05")))
    assert (
        picture.format == "JPEG" and picture.getexif()[0x0132] == "2026:04:15 18:20:05" and picture.size == (960, 720)
    )


def test_reset_empties_a_training_court_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A court that sits, a folder of somebody else's and an open court are left as they are; a training court begins
    anew.
    """
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "court.sqlite").write_text("everything")
    (folder / "log").mkdir()
    env = {"ODR_DATA_DIR": str(folder), "ODR_MODE": "training"}
    sitting = {
        **env,
        "ODR_MODE": "production",
        "ODR_SECRET_KEY": "0" * 32,
        "ODR_BASE_URL": "https://court.example",
        "ODR_SMTP_URL": "smtp://mail.example",
    }
    with pytest.raises(NotReset, match="not made by the training court"):
        reset(env, tell=lambda *_: pytest.fail("told"))
    (folder / OPENED).write_text("people")
    with pytest.raises(NotReset, match="sits"):
        reset(sitting, tell=lambda *_: pytest.fail("told"))
    assert sorted(path.name for path in folder.iterdir()) == ["court.sqlite", "log", "opened"]
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as vault:
        vault.bind("vault.sock")
        vault.listen()
        with pytest.raises(NotReset, match="open"):
            reset(env, tell=lambda *_: pytest.fail("told"))
    left: list[list[str]] = []
    reset(env, tell=lambda _, where: left.append(sorted(path.name for path in where.iterdir())))
    assert left == [["opening"]]
