"""A witness's refusal stops the signer and outlasts the database; a witness that is only absent never does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from odr.ground.clock import CourtClock, FixedClock
from odr.ground.db import Database
from odr.notary.check.witness import Witness
from odr.notary.check.witness_refusals import REFUSALS, Answer, Refusal
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import EMPTY_ROOT
from odr.notary.log.note import NoteKey, parse_note
from odr.notary.log.years import Closing
from odr.notary.notary import Notary
from odr.notary.time.attest import Attested, behind
from odr.notary.vault import RENEWED, FileVault, KeyKind, SigningStopped, VaultRefused
from odr.notary.vault_server import SocketVault
from tests.notary.conftest import record, subject
from tests.notary.test_vault_server import serving
from tests.notary.test_witness import Peer
from tests.patience import PATIENCE
from tests.peers.witness import AicsWitness

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REFUSAL = Refusal("2026", "witness.example/w1", 409, 3, "AAAA", 9, NOON)
ANSWER = Answer("Li Wen", "The witness was given another court's tree.", NOON)


@pytest.fixture
def peer(sqlite_notary: Notary, clock: FixedClock, serve: Callable[..., str]) -> Peer:
    """A witness that trusts the log, and that the notary asks."""
    sqlite_notary.establish()
    peer = Peer(clock, [NoteKey.parse(sqlite_notary.log_public_key_vkey())])
    sqlite_notary.witnesses = (Witness(peer.key, serve(peer), timeout=PATIENCE),)
    return peer


def newest(notary: Notary) -> Checkpoint:
    """The newest tree head."""
    with notary.database.read() as session:
        return Checkpoint.parse(parse_note(notary.checkpoint(session) or b"").text)


def attested(notary: Notary) -> list[Attested]:
    """What became of asking everybody."""
    return [outcome.attested for outcome in notary.attest()]


def test_a_complete_rollback_is_told_by_the_witness_and_ends_signing(
    sqlite_url: str, make_notary: Callable[..., Notary], vault: FileVault, aics_witness: AicsWitness, tmp_path: Path
) -> None:
    """Database, published log and the signer's memory are all set back together: the stranger's witness alone knows it,
    and its word stops the vault.

    It answers 409 with a size this court never signed, then, once the court has signed that many again, 422.
    """

    def opened() -> Notary:
        return make_notary(
            Database(sqlite_url), clock=CourtClock(), witnesses=(Witness(aics_witness.key, aics_witness.url),)
        )

    notary = opened()
    notary.establish()
    aics_witness.trust(NoteKey.parse(notary.log_public_key_vkey()))
    record(notary, 3)
    assert attested(notary) == [Attested.DONE]
    notary.database.dispose()
    kept = {tmp_path / "vault": tmp_path / "old-vault", tmp_path / "log": tmp_path / "old-log"}
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    shutil.copy(database, tmp_path / "old-database")
    for now, old in kept.items():
        shutil.copytree(now, old)
    notary = opened()
    record(notary, 4)
    assert attested(notary) == [Attested.DONE]
    notary.database.dispose()
    for now, old in kept.items():
        shutil.rmtree(now)
        shutil.copytree(old, now)
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old-database", database)

    notary = opened()
    record(notary, 1)
    assert attested(notary) == [Attested.REFUSED]
    (refusal,) = vault.refusals()
    assert (refusal.status, refusal.known, refusal.size, refusal.answer) == (409, 7, 4, None)
    with notary.database.write() as session:
        notary.record_many(session, [subject(i) for i in range(9)], now=notary.clock.now())
    with pytest.raises(SigningStopped, match="refused the tree head of 4 entries"):
        notary.sequence()
    assert newest(notary).size == 4
    assert attested(notary) == [Attested.REFUSED] and len(vault.refusals()) == 1, (
        "the same word again is no other refusal"
    )
    vault.answer_refusals(ANSWER)
    assert notary.sequence() == 9
    assert attested(notary) == [Attested.REFUSED]
    assert [(one.status, one.size, one.answer) for one in vault.refusals()] == [(409, 4, ANSWER), (422, 13, None)]


def test_a_size_the_court_knows_too_is_no_refusal(sqlite_notary: Notary, peer: Peer, vault: FileVault) -> None:
    """409 with a smaller size is answered with the proof from there; a larger one that another worker has shown
    meanwhile is asked about again.
    """
    record(sqlite_notary, 3)
    assert attested(sqlite_notary) == [Attested.DONE]
    record(sqlite_notary, 3)
    peer.heads["court.example/log/2026"] = newest(sqlite_notary)
    record(sqlite_notary, 3)
    assert attested(sqlite_notary) == [Attested.DONE] and peer.asked == [0, 3, 6]

    def another_worker() -> None:
        record(sqlite_notary, 5)
        peer.heads["court.example/log/2026"] = newest(sqlite_notary)

    record(sqlite_notary, 2)
    peer.meanwhile = another_worker
    assert attested(sqlite_notary) == [Attested.ABSENT]
    assert vault.refusals() == [] and sqlite_notary.sequence() == 0
    assert attested(sqlite_notary) == [Attested.DONE]


@pytest.mark.parametrize("status", [403, 409, 422])
def test_each_refusal_of_the_tree_stops_signing(
    sqlite_notary: Notary, peer: Peer, vault: FileVault, status: int
) -> None:
    """403 of one that has cosigned this log, 409 that no proof resolves, 422: nothing is signed, whatever it says
    later, until an operator answers.
    """
    record(sqlite_notary)
    assert attested(sqlite_notary) == [Attested.DONE]
    record(sqlite_notary)
    peer.forced = Response("1\n" if status == 409 else "", status)
    assert attested(sqlite_notary) == [Attested.REFUSED]
    peer.forced = None
    assert attested(sqlite_notary) == [Attested.DONE]
    with pytest.raises(SigningStopped):
        record(sqlite_notary)
    vault.answer_refusals(ANSWER)
    assert sqlite_notary.sequence() == 1


@pytest.mark.parametrize("status", [None, 200, 400, 403, 404, 429, 500, 503])
def test_an_absent_witness_never_stops_signing(
    sqlite_notary: Notary, peer: Peer, clock: FixedClock, vault: FileVault, status: int | None
) -> None:
    """Not reached, out of order, never told of the log (404, Debian's says 403), or talking rubbish: acts are signed
    for, and the lag is told.
    """
    record(sqlite_notary)
    if status is None:
        sqlite_notary.witnesses = (Witness(peer.key, "http://127.0.0.1:9", timeout=0.2),)
    peer.forced = Response("rubbish", status)
    began = clock.machine_now()
    assert attested(sqlite_notary) == [Attested.ABSENT]
    clock.advance(timedelta(minutes=1))
    record(sqlite_notary)
    assert newest(sqlite_notary).size == 2 and vault.refusals() == []
    with sqlite_notary.database.read() as session:
        assert [(one.who, one.since) for one in behind(sqlite_notary, session)] == [(peer.name, began)]


def test_the_vault_signs_no_tree_and_no_statement_while_a_refusal_stands(vault: FileVault) -> None:
    """The stop is the vault's own, of every key; it outlasts a restart, and a file that cannot be read stops too."""
    vault.create_key("log-1", KeyKind.ED25519)
    assert vault.stop(REFUSAL) and not vault.stop(REFUSAL)
    again = FileVault(vault.folder)
    with pytest.raises(SigningStopped):
        again.sign_checkpoint("log-1", Checkpoint("o", 0, EMPTY_ROOT), [])
    with pytest.raises(SigningStopped):
        again.sign_renewal("log-1", f"{RENEWED}o\nround 1\n\n")
    assert again.answer_refusals(ANSWER) == [REFUSAL]
    assert vault.refusals()[0].answer == ANSWER
    assert again.sign_checkpoint("log-1", Checkpoint("o", 0, EMPTY_ROOT), [])
    assert vault.stop(REFUSAL), "the same word after the answer is a new refusal"
    (vault.folder / REFUSALS).write_text("[{")
    with pytest.raises(SigningStopped, match="cannot be read"):
        again.sign_checkpoint("log-1", Checkpoint("o", 0, EMPTY_ROOT), [])


def test_the_courts_process_can_stop_the_vault_and_not_start_it(tmp_path: Path, vault: FileVault) -> None:
    """Over the socket a refusal goes in and can be read; no request of the protocol answers for one."""
    vault.create_key("log-1", KeyKind.ED25519)
    with serving(tmp_path / "v.sock", vault), closing(SocketVault(tmp_path / "v.sock", timeout=PATIENCE)) as remote:
        assert remote.stop(REFUSAL) and remote.refusals() == [REFUSAL]
        with pytest.raises(SigningStopped):
            remote.sign_checkpoint("log-1", Checkpoint("o", 0, EMPTY_ROOT), [])
        for method in ("answer_refusals", "vouch"):
            with pytest.raises(VaultRefused, match="not a request"):
                remote._ask(method=method, answer={"by": "x", "why": "y", "at": NOON.isoformat()})
        vault.answer_refusals(ANSWER)
        assert remote.refusals()[0].answer == ANSWER


def test_a_broken_log_is_closed_and_its_successor_signs_once_answered_for(
    sqlite_notary: Notary, peer: Peer, vault: FileVault
) -> None:
    """After a refusal the log can be closed by a signed statement; the witness is not asked about it again, nor about
    an answered one that was closed.
    """
    record(sqlite_notary, 3)
    assert attested(sqlite_notary) == [Attested.DONE]
    peer.heads["court.example/log/2026"] = Checkpoint("court.example/log/2026", 9, bytes(32))
    with sqlite_notary.database.write() as session:
        sqlite_notary.record(session, subject(), now=sqlite_notary.clock.now())
    sqlite_notary.sequence()
    assert attested(sqlite_notary) == [Attested.REFUSED]
    with pytest.raises(SigningStopped):
        sqlite_notary.close_log(Closing.ROTATION)
    successor = sqlite_notary.close_log(Closing.BREACH)
    peer.trusted.append(NoteKey.parse(sqlite_notary.log_public_key_vkey(successor.id)))
    with pytest.raises(SigningStopped):
        sqlite_notary.sequence()
    vault.answer_refusals(ANSWER)
    sqlite_notary.sequence()
    before = len(peer.asked)
    assert attested(sqlite_notary) == [Attested.DONE] and len(peer.asked) == before + 1
    assert vault.remembered(f"log-{successor.id}").size == newest(sqlite_notary).size


def test_a_log_closed_as_broken_is_shown_to_no_witness(sqlite_notary: Notary, peer: Peer, vault: FileVault) -> None:
    """The court has said itself that this log cannot go on, after a restore for example: what a witness knows of it
    stops no successor.
    """
    record(sqlite_notary, 3)
    successor = sqlite_notary.close_log(Closing.BREACH)
    peer.trusted.append(NoteKey.parse(sqlite_notary.log_public_key_vkey(successor.id)))
    peer.heads["court.example/log/2026"] = Checkpoint("court.example/log/2026", 9, bytes(32))
    record(sqlite_notary)
    assert attested(sqlite_notary) == [Attested.DONE] and vault.refusals() == []


def test_a_closed_log_that_was_refused_and_answered_for_is_not_asked_about_again(
    sqlite_notary: Notary, peer: Peer, vault: FileVault
) -> None:
    """The last head of a closed log cannot change any more: once its refusal is answered, signing does not stop for it
    a second time.
    """
    record(sqlite_notary, 3)
    closed = sqlite_notary.close_log()
    peer.trusted.append(NoteKey.parse(sqlite_notary.log_public_key_vkey(closed.id)))
    peer.heads["court.example/log/2026"] = Checkpoint("court.example/log/2026", 9, bytes(32))
    record(sqlite_notary)
    assert attested(sqlite_notary) == [Attested.REFUSED, Attested.DONE]
    vault.answer_refusals(ANSWER)
    record(sqlite_notary)
    assert attested(sqlite_notary) == [Attested.DONE] and sqlite_notary.stopped_by() == []
