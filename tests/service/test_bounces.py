"""What comes back by mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.service.replies.bounces import MAX_BYTES, read_incoming
from odr.service.sending.dispatch import ServicePorts, dispatch_due
from odr.service.sending.due import take_in
from odr.service.sending.return_address import ReturnPath
from odr.service.vocabulary import AttemptState, FactKind, PacketState, TaskReason
from tests.service.conftest import PATHS, Queue, packet_of
from tests.service.mail_shapes import ARF, TO_BOUNCE_ADDRESS, TO_REPLY_ADDRESS, dsn, mdn, plain

SHAPES = {
    **{f"bounce/{k}": v for k, v in TO_BOUNCE_ADDRESS.items()},
    **{f"reply/{k}": v for k, v in TO_REPLY_ADDRESS.items()},
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_understood(name: str) -> None:
    """Every shape of report and answer becomes the fact that it shows, and no more than it shows."""
    raw, kind = SHAPES[name]
    address = PATHS.bounce_address(7) if name.startswith("bounce/") else PATHS.reply_address(7)
    incoming = read_incoming(raw, address, PATHS)
    assert incoming is not None
    assert (incoming.attempt_id, incoming.kind) == (7, kind), incoming.words


def test_there_are_thirty_shapes() -> None:
    """The collection is as large as the court promised."""
    assert len(SHAPES) >= 30


@pytest.mark.parametrize(
    "address",
    [
        "service@court.example",
        "b.7.aaaaaaaaaaaaaaaa@court.example",
        "",
        ReturnPath("court.example", b"x").bounce_address(7),
    ],
)
@pytest.mark.parametrize(
    "raw",
    [
        dsn("failed", "5.1.1"),
        dsn("delivered", "2.0.0"),
        ARF,
        mdn("manual-action/MDN-sent-manually; displayed"),
        plain("Re: Claim", "received"),
    ],
)
def test_a_forged_report_is_no_report(raw: bytes, address: str) -> None:
    """Without the court's own seal in the address nothing is believed."""
    assert read_incoming(raw, address, PATHS) is None


def test_a_seal_in_the_headers_makes_no_machine_report() -> None:
    """Somebody who answers a message knows its Message-ID; that lets a person answer, but not report a bounce or a
    reading.
    """
    reference = f"In-Reply-To: {PATHS.message_id(7)}\n"
    answer = read_incoming(plain("Re: Claim", "received", headers=reference), "service@court.example", PATHS)
    assert answer is not None and (answer.attempt_id, answer.kind) == (7, FactKind.REPLIED)
    for raw in (dsn("failed", "5.1.1"), ARF, mdn("manual-action/MDN-sent-manually; displayed")):
        assert read_incoming(reference.encode() + raw, "service@court.example", PATHS) is None
    assert (
        read_incoming(
            plain("Re", "x", headers="In-Reply-To: <m.7.aaaaaaaaaaaaaaaa@court.example>\n"),
            "service@court.example",
            PATHS,
        )
        is None
    )


def test_an_enormous_message_is_not_read() -> None:
    """More than ten megabytes are not parsed."""
    assert read_incoming(b"x" * (MAX_BYTES + 1), PATHS.bounce_address(7), PATHS) is None


@given(
    st.binary(max_size=400),
    st.sampled_from([dsn("failed", "5.1.1"), mdn("x; displayed"), plain("Re", "x")]),
    st.integers(0, 600),
)
def test_broken_bytes_never_break_the_reader(noise: bytes, shape: bytes, place: int) -> None:
    """Whatever bytes arrive, something is answered and nothing raises; the same bytes give the same event."""
    raw = shape[:place] + noise + shape[place:]
    one = read_incoming(raw, PATHS.bounce_address(7), PATHS)
    assert one == read_incoming(raw, PATHS.bounce_address(7), PATHS)


def test_a_bounce_after_arrival_takes_service_back(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """The same report arriving twice is one fact; the packet is no longer served and lies on the desk."""
    packet_id = queue()
    dispatch_due(ports, database, clock)
    before = packet_of(database, packet_id)
    assert before.state is PacketState.SERVED
    raw = dsn("failed", "5.1.1", diagnostic="smtp; 550 mailbox does not exist")
    incoming = read_incoming(raw, PATHS.bounce_address(before.attempts[0].id), PATHS)
    assert incoming is not None
    for _ in range(2):
        take_in(database, clock, incoming, raw)
    after = packet_of(database, packet_id)
    assert (after.state, after.effective_at, after.attempts[0].state) == (
        PacketState.NOT_SERVED,
        None,
        AttemptState.BOUNCED,
    )
    assert [f.kind for f in after.facts] == [FactKind.REACHED_SYSTEM, FactKind.BOUNCED]
    with database.read() as session:
        from odr.service.models import ServiceTask

        assert {t.reason for t in session.query(ServiceTask)} == {TaskReason.BOUNCED, TaskReason.NOT_SERVED}
    assert take_in(database, clock, replace(incoming, attempt_id=999), raw) is None


def test_a_reply_serves_at_an_attributed_address_and_is_laid_on_the_desk(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """Somebody whose address was only attributed answers: served from that moment, and a person reads the answer."""
    packet_id = queue(given=False, consent=False)
    dispatch_due(ports, database, clock)
    assert packet_of(database, packet_id).state is PacketState.OUT
    raw = plain("Re", "received")
    incoming = read_incoming(raw, PATHS.reply_address(packet_of(database, packet_id).attempts[0].id), PATHS)
    assert incoming is not None
    take_in(database, clock, incoming, raw)
    assert packet_of(database, packet_id).state is PacketState.SERVED
