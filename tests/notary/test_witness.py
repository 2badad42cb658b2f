"""Witnesses: asked over HTTP as C2SP tlog-witness says, believed only by their key."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from odr.ground.clock import FixedClock
from odr.notary.check.receipt import Link, Verdict, verify_receipt
from odr.notary.check.witness import Witness
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import EMPTY_ROOT, ProofRefused, verify_consistency
from odr.notary.log.note import (
    NoteKey,
    NoteRefused,
    SignatureLine,
    SignatureType,
    cosigned_message,
    parse_note,
    verify_note,
)
from odr.notary.log.strict import decimal, hash_value
from odr.notary.notary import Notary
from odr.notary.time.time_tokens import RemoteTimestamper
from tests.notary.conftest import record
from tests.patience import PATIENCE


@dataclass
class Peer:
    """A witness of its own: keeps the last head of each log, checks proof and signature, cosigns."""

    clock: FixedClock
    trusted: list[NoteKey]
    name: str = "witness.example/w1"
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    heads: dict[str, Checkpoint] = field(default_factory=dict)
    forced: Response | None = None
    delay: float = 0
    asked: list[int] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None
    """What happens elsewhere, once, between question and answer."""

    @property
    def key(self) -> NoteKey:
        """Its cosignature key."""
        return NoteKey(self.name, SignatureType.COSIGNATURE, self.private.public_key().public_bytes_raw())

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        return self.answer(Request(environ))(environ, start)

    def answer(self, request: Request) -> Response:
        """One add-checkpoint."""
        head, _, raw = request.get_data().decode().partition("\n\n")
        old_line, *proof = head.split("\n")
        old, note = decimal(old_line.removeprefix("old ")), parse_note(raw.encode())
        self.asked.append(old)
        time.sleep(self.delay)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        if self.forced is not None:
            return self.forced
        checkpoint = Checkpoint.parse(note.text)
        if request.path != "/add-checkpoint" or checkpoint.origin not in {key.name for key in self.trusted}:
            return Response(status=404)
        try:
            verify_note(note, self.trusted)
        except NoteRefused:
            return Response(status=403)
        known = self.heads.get(checkpoint.origin, Checkpoint(checkpoint.origin, 0, EMPTY_ROOT))
        if old != known.size:
            return Response(f"{known.size}\n", 409, content_type="text/x.tlog.size")
        try:
            verify_consistency(
                known.size, known.root, checkpoint.size, checkpoint.root, [hash_value(line) for line in proof]
            )
        except ProofRefused:
            return Response(status=422 if old != checkpoint.size else 409)
        self.heads[checkpoint.origin] = checkpoint
        at = int(self.clock.machine_now().timestamp())
        signature = at.to_bytes(8, "big") + self.private.sign(cosigned_message(note.text, at))
        return Response(str(SignatureLine(self.name, self.key.id, signature)))


@pytest.fixture
def peer(sqlite_notary: Notary, clock: FixedClock, serve: Callable[..., str]) -> Peer:
    """A witness that trusts the log, and that the notary asks."""
    sqlite_notary.establish()
    peer = Peer(clock, [NoteKey.parse(sqlite_notary.log_public_key_vkey())])
    sqlite_notary.witnesses = (Witness(peer.key, serve(peer), timeout=PATIENCE),)
    return peer


def attested(notary: Notary) -> list[bool]:
    return [outcome.done for outcome in notary.attest()]


def test_witness_cosigns_and_the_receipt_says_so(sqlite_notary: Notary, peer: Peer) -> None:
    """The cosignature is in the proof and the served checkpoint, counted, and verified by whoever trusts that witness."""
    (reference, *_) = record(sqlite_notary, 5)
    assert attested(sqlite_notary) == [True]
    assert sqlite_notary.attest() == []
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
        assert sqlite_notary.audit(session) == []
        served = sqlite_notary.checkpoint(session) or b""
    assert files.witnessed_by == 1
    result = verify_receipt(
        files.json, files.leaf, files.proof or b"", vkeys=sqlite_notary.log_vkeys(), witnesses=[peer.key.vkey]
    )
    assert (result.holds, result.witnessed_by, result.verdict(Link.WITNESSES)) == (True, 1, Verdict.HOLDS)
    assert sqlite_notary.log_dir is not None
    assert (sqlite_notary.log_dir / "2026/checkpoint").read_bytes() == served
    assert len(verify_note(parse_note(served), [peer.key])) == 1
    assert "witnessed by 1" in str(files.standing)


def test_witness_follows_the_growing_log(sqlite_notary: Notary, peer: Peer) -> None:
    """Each time the proof runs from the size last cosigned."""
    for count in (3, 254, 10):
        record(sqlite_notary, count)
        assert attested(sqlite_notary) == [True]
    assert peer.asked == [0, 3, 257]


def test_witness_that_knows_more_is_asked_from_there(sqlite_notary: Notary, peer: Peer) -> None:
    """409 with a size: the notary proves from that size, once."""
    record(sqlite_notary, 3)
    sqlite_notary.attest()
    record(sqlite_notary, 3)
    with sqlite_notary.database.read() as session:
        peer.heads["court.example/log/2026"] = Checkpoint.parse(
            parse_note(sqlite_notary.checkpoint(session) or b"").text
        )
    record(sqlite_notary, 3)
    assert attested(sqlite_notary) == [True]
    assert peer.asked == [0, 3, 6]


def test_witness_that_saw_another_tree_is_reported(sqlite_notary: Notary, peer: Peer) -> None:
    """A witness that knows a larger tree, or another of the same size, does not cosign: the sign of a set-back or split
    log.
    """
    record(sqlite_notary, 3)
    for head in (
        Checkpoint("court.example/log/2026", 9, bytes(32)),
        Checkpoint("court.example/log/2026", 2, bytes(32)),
    ):
        peer.heads["court.example/log/2026"] = head
        (outcome,) = sqlite_notary.attest()
        assert not outcome.done
        assert "has not cosigned" in str(outcome.words)


@pytest.mark.parametrize(
    "forced",
    [
        Response(status=403),
        Response(status=404),
        Response(status=422),
        Response(status=500),
        Response("rubbish", 409),
        Response("0\n", 409),
        Response("rubbish"),
        Response(""),
        Response("— witness.example/w1 AAAAAAA=\n"),
        Response(b"\xff\n"),
    ],
    ids=["403", "404", "422", "500", "409 rubbish", "409 same", "rubbish", "empty", "stranger", "bytes"],
)
def test_refusals_and_rubbish_are_outcomes_not_failures(sqlite_notary: Notary, peer: Peer, forced: Response) -> None:
    """Whatever a witness answers, acts are recorded and nothing false is kept."""
    peer.forced = forced
    (reference,) = record(sqlite_notary)
    assert attested(sqlite_notary) == [False]
    with sqlite_notary.database.read() as session:
        assert sqlite_notary.receipt_files(session, reference).witnessed_by == 0
    peer.forced = None
    assert attested(sqlite_notary) == [True]


def test_slow_and_absent_witnesses_do_not_hold_up_recording(sqlite_notary: Notary, peer: Peer) -> None:
    """Recording and sequencing never wait for a witness; asking one ends after its time."""
    peer.delay = 1.0
    sqlite_notary.witnesses = (
        Witness(peer.key, sqlite_notary.witnesses[0].url, timeout=0.2),
        Witness(Peer(peer.clock, [], name="gone.example").key, "http://127.0.0.1:9", timeout=0.2),
    )
    record(sqlite_notary)
    assert attested(sqlite_notary) == [False, False]


def test_cosignature_over_another_tree_or_time_is_not_believed(
    sqlite_notary: Notary, peer: Peer, clock: FixedClock
) -> None:
    """A cosignature must be over this very checkpoint, and of now."""
    record(sqlite_notary)
    text = Checkpoint("court.example/log/2026", 1, bytes(32)).text
    at = int(clock.machine_now().timestamp())
    with sqlite_notary.database.read() as session:
        true = parse_note(sqlite_notary.checkpoint(session) or b"").text
    for body, moment in ((text, at), (true, at + 3600), (true, 2**62), (true, 0)):
        signature = moment.to_bytes(8, "big") + peer.private.sign(cosigned_message(body, moment))
        peer.forced = Response(str(SignatureLine(peer.name, peer.key.id, signature)))
        assert attested(sqlite_notary) == [False]


@pytest.mark.parametrize(
    "said", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"]
)
def test_an_answer_that_is_no_http_keeps_nobody_else_from_being_asked(
    sqlite_notary: Notary, peer: Peer, said: bytes
) -> None:
    """Something else listens where a witness and a time authority were, or they end in the middle: they are waited for, and the
    next one is asked.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=answering, args=(listener, said), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        odd = Witness(Peer(peer.clock, [], name="odd.example").key, url, timeout=PATIENCE)
        sqlite_notary.witnesses = (odd, *sqlite_notary.witnesses)
        sqlite_notary.timestampers = (RemoteTimestamper("odd", url, [], timeout=PATIENCE),)
        record(sqlite_notary)
        assert attested(sqlite_notary) == [False, False, True]


def answering(listener: socket.socket, said: bytes) -> None:
    """Say the same to everybody, and hang up; two come."""
    for _ in range(2):
        line, _address = listener.accept()
        with line:
            line.recv(65_536)
            line.sendall(said)


def test_a_witness_that_another_worker_has_shown_more_is_not_asked_again(sqlite_notary: Notary, peer: Peer) -> None:
    """While this worker asks one witness, another worker shows a second one a newer tree head: it is cosigned, and no failure."""
    record(sqlite_notary)
    second = Peer(peer.clock, peer.trusted, name="second.example")
    mine = sqlite_notary.witnesses
    with make_server("127.0.0.1", 0, second, threaded=True) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        later = Witness(second.key, f"http://127.0.0.1:{server.port}", timeout=PATIENCE)

        def shown_elsewhere() -> None:
            record(sqlite_notary)
            sqlite_notary.witnesses = (later,)
            assert attested(sqlite_notary) == [True]
            sqlite_notary.witnesses = (*mine, later)

        peer.meanwhile = shown_elsewhere
        sqlite_notary.witnesses = (*mine, later)
        assert attested(sqlite_notary) == [True, True]
        server.shutdown()


def test_altered_cosignature_is_found_in_proof_and_audit(sqlite_notary: Notary, peer: Peer) -> None:
    """A known witness's bad cosignature breaks its link."""
    (reference,) = record(sqlite_notary)
    sqlite_notary.attest()
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
    note = parse_note((files.proof or b"").split(b"\n\n", 1)[1])
    bad = SignatureLine(peer.name, peer.key.id, bytes(72))
    proof = (files.proof or b"").replace(str(note.signatures[1]).encode(), str(bad).encode())
    result = verify_receipt(files.json, files.leaf, proof, vkeys=sqlite_notary.log_vkeys(), witnesses=[peer.key.vkey])
    assert result.verdict(Link.WITNESSES) is Verdict.BROKEN
    assert not result.holds
