"""What cannot be done in one case keeps the worker from no other: a limit that cannot be closed, a service that cannot be
recorded, a name that no face can print.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Document
from odr.operations.worker import sweep_windows
from odr.procedure.models import Window, WindowState
from odr.service.channels import Dispatch
from odr.service.models import Packet, ProofOfService
from odr.service.packet.packets import conclude_packet, record_fact
from odr.service.packet.papers import seal_proofs
from odr.service.room import bring_to_docket
from odr.service.sending.ports import typeset_letter
from odr.service.vocabulary import AddressClass, Channel, FactKind
from tests.scene import Scene

UNPRINTABLE = "\U0001f9ff"


@pytest.fixture
def two(small_scene: Scene) -> tuple[int, int]:
    """Two accepted cases whose claims are on their way."""
    small_scene.lodge()
    small_scene.accept()
    first = small_scene.case_id
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    return first, small_scene.case_id


def open_windows(scene: Scene, case_id: int) -> int:
    """How many time limits of a case run."""
    with scene.court.database.read() as session:
        mine = select(Window).where(Window.case_id == case_id, Window.state == WindowState.OPEN)
        return len(session.scalars(mine).all())


def test_a_limit_that_cannot_be_closed(
    small_scene: Scene, two: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    """Its case is told of in the log and stays due; every other case has its clock (CPL 85)."""
    first, second = two
    with small_scene.court.database.write() as session:
        for row in session.scalars(select(Window).where(Window.case_id == first)):
            row.working = {**row.working, "version": "1999-01-01"}
    small_scene.clock.advance(timedelta(days=40))
    with caplog.at_level(logging.ERROR, "odr.operations.worker"):
        assert sweep_windows(small_scene.court) > 0
        sweep_windows(small_scene.court, batch=1)
    assert open_windows(small_scene, first) > 0 and open_windows(small_scene, second) == 0
    assert [line.args for line in caplog.records if "could not be done" in line.msg] == [(first,)], "and told once"
    with small_scene.court.database.read() as session:
        assert session.get_one(Case, first).next_due_at is not None


def test_a_service_that_cannot_be_recorded(small_scene: Scene, two: tuple[int, int]) -> None:
    """The fault is raised for the log, and the other case's service stands on its docket."""
    with small_scene.court.database.write() as session:
        for packet in session.scalars(select(Packet).where(Packet.occasion == "claim")):
            now, event = small_scene.clock.now(), f"acted:{packet.id}"
            acted = {"kind": FactKind.ACTED, "channel": Channel.PLATFORM, "event_id": event}
            record_fact(session, packet_id=packet.id, at=now, recorded_at=now, **acted)  # type: ignore[arg-type]
            conclude_packet(session, packet, now=now)
            if packet.case_id == two[0]:
                packet.party_id = 999_999
    with pytest.raises(LookupError, match="has no party"):
        bring_to_docket(small_scene.court)
    with small_scene.court.database.read() as session:
        told = session.scalars(select(DocketEntry.case_id).where(DocketEntry.act == "record_service")).all()
    assert two[1] in told


def test_what_no_face_can_print_goes_out_by_its_number(small_scene: Scene) -> None:
    """A sign in a carrier's words keeps no proof unsealed, and one in a name no letter from the post (CPL 91; OLR 31)."""
    scene = small_scene
    assert scene.court.ports.typesetter.missing(UNPRINTABLE)
    scene.pend()
    with scene.court.database.write() as session:
        (packet,) = session.scalars(select(Packet).where(Packet.occasion == "claim"))
        proof = session.scalars(select(ProofOfService).where(ProofOfService.packet_id == packet.id)).one()
        told = {**proof.reasoning, "recipient": {**proof.reasoning["recipient"], "name": f"Li {UNPRINTABLE}"}}
        proof.reasoning = told
    seal_proofs(scene.court)
    with scene.court.database.read() as session:
        lacking = session.scalars(select(ProofOfService.id).where(ProofOfService.document_sha256.is_(None))).all()
        assert lacking == [] and session.scalars(select(Document.id).where(Document.kind == "proof_of_service")).all()
    letter = Dispatch(
        1, 1, 1, "r", Channel.POST, f"1 Lake Road {UNPRINTABLE}", AddressClass.GIVEN, f"Li {UNPRINTABLE}", "en",
        "K7M2-9XQD-4V3TH", "The court has a paper for you", "Read it.", "", scene.clock.now(),
    )  # fmt: skip
    assert typeset_letter(scene.court, letter).startswith(b"%PDF")
