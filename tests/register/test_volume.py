"""The volume of a case that is over: complete, closed, sealed in the log, handed on, opened again (OLR 35)."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Document, Outcome, Stage
from odr.docket.visibility import reads_document
from odr.evidence.kit.compiling import compile_due
from odr.filing.models import Request, RequestKind
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, Forbidden
from odr.payments.models import AssessmentState, FeeAssessment
from odr.procedure.models import Task
from odr.register.volume.binding import volumes_due
from odr.register.volume.checks import checks_of
from odr.register.volume.models import CaseVolume, VolumeState
from odr.register.volume.queries import closed_volume
from odr.service.models import Packet
from odr.service.vocabulary import PacketState
from tests.filing.visitor import Visitor
from tests.kept import kept
from tests.scene import Scene


@kept
def ended(scene: Scene) -> None:
    """A claim is withdrawn by leave; letters have arrived, and the half of the fee that stayed due is paid."""
    scene.pend()
    scene.do("withdraw_claim", "li", reasons="We have settled.")
    with scene.court.database.read() as session:
        asked = session.scalars(select(Request.reference).where(Request.kind == RequestKind.WITHDRAWAL)).one()
    scene.do("rule_on_withdrawal", "judge", request=asked, answer="allow", reasons="It is theirs to end.")
    scene.pay()
    scene.later(days=20)
    with scene.court.database.write() as session:
        for packet in session.scalars(select(Packet).where(Packet.case_id == scene.case_id)):
            packet.state = PacketState.SERVED


def missing(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        return [one.words.render("en") for one in checks_of(look, scene.case()) if not one.is_met]


def lying(scene: Scene, kind: str) -> list[Task]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Task).where(Task.kind == kind, Task.done_at.is_(None))))


def volume(scene: Scene) -> CaseVolume:
    with scene.court.database.read() as session:
        return session.scalars(select(CaseVolume).order_by(CaseVolume.id.desc())).first()  # type: ignore[return-value]


def seal(scene: Scene) -> None:
    """The clerk closes the volume, and the worker puts it together and seals it."""
    scene.do("close_volume", "clerk")
    compile_due(scene.court)
    volumes_due(scene.court)


def test_a_volume_comes_onto_the_clerks_desk_with_its_day(small_scene: Scene) -> None:
    """Fifteen days after the end, not before; to be closed three months after it; once."""
    ended(small_scene)
    case = small_scene.case()
    (task,) = lying(small_scene, "close_volume")
    assert case.outcome is Outcome.WITHDRAWN and case.closed_at is not None and task.due_at is not None
    assert 88 <= (task.due_at - case.closed_at).days <= 93
    assert volumes_due(small_scene.court) == 0


def test_nothing_lies_there_before(small_scene: Scene) -> None:
    """A case that runs, or ended a few days ago, has no volume to close."""
    small_scene.pend()
    volumes_due(small_scene.court)
    assert lying(small_scene, "close_volume") == []
    with pytest.raises(ActNotOpen):
        small_scene.do("close_volume", "clerk")


def test_what_is_missing_is_named_and_nothing_closes(small_scene: Scene) -> None:
    """A letter that is out or a thing on a desk stands in the way, in words; settled, the volume closes."""
    ended(small_scene)
    with small_scene.court.database.write() as session:
        packet = session.scalars(select(Packet).where(Packet.case_id == small_scene.case_id)).first()
        assert packet is not None
        packet.state = PacketState.OUT
    assert missing(small_scene) == ["Letters whose service is not concluded: 1"]
    with pytest.raises(ActNotOpen, match="Letters whose service"):
        small_scene.do("close_volume", "clerk")
    with small_scene.court.database.write() as session:
        session.get_one(Packet, packet.id).state = PacketState.SERVED
    small_scene.do("close_volume", "clerk")
    assert lying(small_scene, "close_volume") == []


def test_the_sealed_archive_is_what_the_docket_and_the_log_say(small_scene: Scene) -> None:
    """The entry names the digest of the very bytes; the certificate is the court's, and the archive holds every entry."""
    ended(small_scene)
    seal(small_scene)
    row = volume(small_scene)
    assert row.state is VolumeState.SEALED and row.sha256 and lying(small_scene, "hand_on_volume")
    app = create_app(court=small_scene.court)
    here = f"/cases/{small_scene.case().reference}/volume"
    bytes_ = Visitor(app, small_scene, "clerk").raw(f"{here}/{row.reference}/archive.zip").data
    assert sha256_hex(bytes_) == row.sha256
    assert any(name.endswith("verify.py") or "entries" in name for name in ZipFile(BytesIO(bytes_)).namelist())
    with small_scene.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == row.case_id, DocketEntry.number == row.sealed_entry)
        ).one()
        assert json.loads(entry.payload)["input"]["sha256"] == row.sha256 and entry.receipt
        paper = session.get_one(Document, row.document_id)
        assert paper.receipt and not reads_document(small_scene.actor("li"), paper)


def test_a_closed_volume_takes_no_more_papers(small_scene: Scene) -> None:
    """Who serves the court adds nothing before it is opened again with a reason; then another volume is closed."""
    ended(small_scene)
    seal(small_scene)
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), small_scene.case()
        barred = [bar for bar in small_scene.court.hooks.bars if bar.check.__name__ == "volume_is_closed"]
        judge = small_scene.actor("judge")
        acts = [act for act in small_scene.court.table if Stage.CLOSED in act.at and judge.role in act.by]
        refused = {act.name for act in acts if barred[0](look, act, case, judge) is not None}
    assert refused and "finish_task" not in refused and "reopen_volume" not in refused
    small_scene.do("reopen_volume", "judge", reasons="A ruling has to be corrected.")
    assert volume(small_scene).state is VolumeState.REOPENED
    small_scene.work()
    assert lying(small_scene, "close_volume") and not lying(small_scene, "hand_on_volume")
    with small_scene.court.database.write() as session:
        for packet in session.scalars(select(Packet).where(Packet.case_id == small_scene.case_id)):
            packet.state = PacketState.SERVED
    seal(small_scene)
    assert (volume(small_scene).number, volume(small_scene).state) == (2, VolumeState.SEALED)


def test_handed_on_once_by_the_clerk_alone(small_scene: Scene) -> None:
    """Judge and parties hand nothing on; before the seal and after the receipt there is nothing to hand on."""
    ended(small_scene)
    given = {"to": "archive", "receipt": "Room 4, receipt 2026-118"}
    with pytest.raises(ActNotOpen):
        small_scene.do("hand_on_volume", "clerk", **given)
    seal(small_scene)
    for who in ("judge", "li"):
        with pytest.raises(Forbidden):
            small_scene.do("hand_on_volume", who, **given)
    first = small_scene.do("hand_on_volume", "clerk", key="one", **given)
    assert small_scene.do("hand_on_volume", "clerk", key="one", **given).number == first.number
    assert volume(small_scene).state is VolumeState.HANDED_ON and not lying(small_scene, "hand_on_volume")
    with pytest.raises(ActNotOpen):
        small_scene.do("hand_on_volume", "clerk", **given)


def test_a_partys_remedy_opens_the_volume_by_itself(small_scene: Scene) -> None:
    """A complaint leaves it closed and is answered; what a party brings into the case opens it (CPL 211, 216)."""
    from odr.register.volume.acts import opened_by_a_party

    ended(small_scene)
    seal(small_scene)
    small_scene.do("complain", "li", about="delay", words="It took a year.")
    assert missing(small_scene) == [], "a complaint is no part of the file"
    with small_scene.court.database.read() as session:
        asked = session.scalars(select(Request.reference).where(Request.kind == RequestKind.COMPLAINT)).one()
    small_scene.do("answer_complaint", "president", request=asked, found="unfounded", words="It took a month.")
    assert volume(small_scene).state is VolumeState.SEALED
    with small_scene.court.sit() as sitting:
        case = small_scene.case()
        entry = sitting.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == "withdraw_claim")
        ).one()
        opened_by_a_party(sitting, case, entry)
    with small_scene.court.database.read() as session:
        assert closed_volume(session, small_scene.case()) is None
    assert not lying(small_scene, "hand_on_volume")


def test_an_archive_that_cannot_be_made_comes_back_to_the_desk(small_scene: Scene) -> None:
    """The clerk who closed it lost the office before the worker came: the volume failed, and lies on the desk again."""
    from odr.evidence.models import Compilation, CompilationState

    ended(small_scene)
    small_scene.do("close_volume", "clerk")
    with small_scene.court.database.write() as session:
        session.get_one(Compilation, volume(small_scene).compilation_id).state = CompilationState.FAILED
    volumes_due(small_scene.court)
    assert volume(small_scene).state is VolumeState.FAILED
    volumes_due(small_scene.court)
    assert lying(small_scene, "close_volume")


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def test_the_page_of_the_volume(small_scene: Scene, app: Flask) -> None:
    """The clerk sees what is checked and closes; a party finds no such page; the judge reads it and fetches no archive."""
    ended(small_scene)
    here = f"/cases/{small_scene.case().reference}/volume"
    page = Visitor(app, small_scene, "clerk").get(here)
    assert "Every service is concluded" in page and "/do/close_volume" in page and "own and may change" in page
    assert Visitor(app, small_scene, "li").raw(here).status_code == 403
    seal(small_scene)
    fetched = f"{here}/{volume(small_scene).reference}/archive.zip"
    page = Visitor(app, small_scene, "judge").get(here)
    assert "Sealed; to be handed on" in page and fetched not in page
    assert Visitor(app, small_scene, "judge").raw(fetched).status_code == 403


def test_what_is_erased_by_a_rule_opens_the_volume_and_is_fetched_no_more(small_scene: Scene, app: Flask) -> None:
    """The archive goes with what was erased: a sealed volume is closed anew, and the page offers no archive that is gone."""
    from odr.evidence.kit.compiling import recall
    from odr.register.volume.acts import opened_by_an_erasure

    ended(small_scene)
    seal(small_scene)
    fetched = f"/cases/{small_scene.case().reference}/volume/{volume(small_scene).reference}/archive.zip"
    clerk = Visitor(app, small_scene, "clerk")
    assert fetched in clerk.get(fetched.rpartition("/")[0].rpartition("/")[0])
    for decision, state in (("keep", VolumeState.SEALED), ("erase", VolumeState.REOPENED)):
        with small_scene.court.sit() as sitting:
            case = sitting.session.get_one(Case, small_scene.case_id)
            payload = json.dumps({"result": {"decision": decision}})
            entry = DocketEntry(case_id=case.id, number=case.entry_count, act="decide_erasure", payload=payload)
            opened_by_an_erasure(sitting, case, entry)
        assert volume(small_scene).state is state
    assert not lying(small_scene, "hand_on_volume")
    with small_scene.court.database.write() as session:
        recall(session, small_scene.case(), small_scene.court.clock.machine_now())
    compile_due(small_scene.court)
    assert fetched not in clerk.get(fetched.rpartition("/")[0].rpartition("/")[0])
    assert clerk.raw(fetched).status_code == 404


def test_a_volume_opened_again_has_its_days_from_then(small_scene: Scene) -> None:
    """Opened half a year after the end it is not late at once: the three months count from there."""
    ended(small_scene)
    seal(small_scene)
    small_scene.later(days=180)
    small_scene.do("reopen_volume", "judge", reasons="A ruling has to be corrected.")
    volumes_due(small_scene.court)
    (task,) = lying(small_scene, "close_volume")
    assert task.due_at is not None and 88 <= (task.due_at - small_scene.clock.now()).days <= 93


def test_a_fee_put_off_is_still_owed(small_scene: Scene) -> None:
    """A fee that somebody was allowed to pay later has not been paid: the money is not even."""
    ended(small_scene)
    with small_scene.court.database.write() as session:
        fee = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == small_scene.case_id)).first()
        assert fee is not None
        fee.state = AssessmentState.DEFERRED
    assert missing(small_scene) == ["Fees and refunds that are open: 1"]
