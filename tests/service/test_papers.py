"""Service on paper, set with the court's own faces."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from odr.docket.papers import clerk, typeset
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.text import T
from odr.ground.typeset import Typesetter
from odr.service.models import Packet
from odr.service.packet.packets import conclude_packet
from odr.service.packet.papers import proof_paper
from odr.service.packet.proof_of_service import issue_proof
from odr.service.sending.dispatch import ServicePorts, dispatch_due
from tests.service.conftest import ZONE, Queue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    """Sets papers with the vendored faces."""
    return Typesetter(ROOT / "fonts", ROOT / "templates" / "documents")


def words_of(pdf: bytes) -> str:
    """The text of a PDF without white space."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_proof_of_service_is_set_from_its_reasoning(
    database: Database, clock: FixedClock, queue: Queue, ports: ServicePorts, typesetter: Typesetter
) -> None:
    """The certificate names number, address, consent, trail, rule and conclusion in both languages."""
    packet_id = queue()
    dispatch_due(ports, database, clock)
    with database.write() as session:
        packet = session.get_one(Packet, packet_id)
        proof = issue_proof(
            session, packet, conclude_packet(session, packet, now=clock.now()), now=clock.now(), zone=ZONE
        )
        paper = proof_paper(proof, court=T("Internet Court"), signatories=(clerk("孙洁"),), zone=ZONE)
    words = words_of(typeset(typesetter, paper, "both", at=clock.now()))
    for each in (
        proof.number,
        "wang@example.com",
        "OLR31",
        "即为送达",
        "thatisservice",
        "明确表示同意",
        "已到达送达地址所在系统",
        "WangLi",
        "2.0.0Queued",
    ):
        assert each in words, each
