"""The vault in another process: same rules, reached over a socket."""

from __future__ import annotations

import socket
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pytest

from odr.ground.db import Database
from odr.notary.check.receipt import verify_receipt
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import EMPTY_ROOT
from odr.notary.notary import Notary
from odr.notary.rehash.models import HashRenewal
from odr.notary.vault import CLOSING, FileVault, KeyFrozen, KeyKind, NoSuchKey, SignerAhead, VaultRefused
from odr.notary.vault_server import SocketVault, VaultServer
from tests.notary.conftest import record
from tests.patience import PATIENCE


@contextmanager
def serving(path: Path, vault: FileVault) -> Iterator[None]:
    server = VaultServer(path, vault)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@pytest.fixture
def remote(tmp_path: Path, vault: FileVault) -> Iterator[SocketVault]:
    """A vault reached over a socket."""
    path = tmp_path / "v.sock"
    with serving(path, vault):
        client = SocketVault(path, timeout=PATIENCE)
        yield client
        client.close()


def test_notary_works_with_a_vault_elsewhere(
    sqlite_database: Database, make_notary: Callable[..., Notary], remote: SocketVault, vault: FileVault
) -> None:
    """Receipts, tokens, rotation and audit, with no key in the court's process."""
    notary = make_notary(sqlite_database, vault=remote)
    references = record(notary, 3)
    notary.close_log()
    references += record(notary, 2)
    with sqlite_database.read() as session:
        for reference in references:
            files = notary.receipt_files(session, reference)
            assert files.tsr
            assert verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=notary.log_vkeys()).holds
        assert notary.audit(session) == []
    assert vault.remembered("log-2026-2").size == 2


def test_a_round_is_signed_by_a_vault_elsewhere(
    sqlite_database: Database, make_notary: Callable[..., Notary], remote: SocketVault
) -> None:
    """A round of hash renewal, its keys on P-521 and its statement, with no key in the court's process; a second
    statement is refused there.
    """
    notary = make_notary(sqlite_database, vault=remote)
    record(notary, 3)
    notary.begin_round(rule="Circular 7", rule_on=date(2031, 5, 1), by="operator")
    notary.advance_round(lambda session, references: {}, seconds=PATIENCE)
    with sqlite_database.read() as session:
        row = session.get_one(HashRenewal, 1)
        assert row.note and row.statement and notary.audit(session) == []
    with pytest.raises(VaultRefused, match="another statement of round 1"):
        remote.sign_renewal("log-2026", row.statement.replace("Circular 7", "Circular 8"))


def test_refusals_keep_their_kind(remote: SocketVault) -> None:
    """Each refusal of the vault arrives as the same refusal."""
    remote.create_key("log-1", KeyKind.ED25519)
    remote.sign_checkpoint("log-1", Checkpoint("o", 2, bytes(32)), [])
    with pytest.raises(SignerAhead):
        remote.sign_checkpoint("log-1", Checkpoint("o", 1, bytes(32)), [])
    with pytest.raises(VaultRefused, match="does not continue"):
        remote.sign_checkpoint("log-1", Checkpoint("o", 2, EMPTY_ROOT), [])
    with pytest.raises(NoSuchKey):
        remote.public_key("absent")
    assert remote.closing_statement("log-1") is None
    assert remote.freeze("log-1", CLOSING)[0] == remote.closing_statement("log-1") == CLOSING
    with pytest.raises(KeyFrozen):
        remote.sign_checkpoint("log-1", Checkpoint("o", 2, bytes(32)), [])
    with pytest.raises(VaultRefused):
        remote.unseal(remote.seal(b"x", b"a"), b"b")
    assert remote.unseal(remote.seal(b"x", b"a"), b"a") == b"x"


def test_socket_is_closed_to_others(remote: SocketVault, tmp_path: Path) -> None:
    """Only owner and group may open the socket."""
    assert stat.S_IMODE((tmp_path / "v.sock").stat().st_mode) == 0o660


@pytest.mark.parametrize("message", [b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x05{", b"\0\0\0\x01x", b"\0\0"])
def test_what_is_no_message_gets_no_answer(remote: SocketVault, tmp_path: Path, message: bytes) -> None:
    """Oversized, cut short, not JSON: the connection ends, the vault goes on."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(tmp_path / "v.sock"))
        peer.sendall(message)
        peer.shutdown(socket.SHUT_WR)
        assert peer.recv(10) == b""
    assert remote.seal(b"x", b"")


@pytest.mark.parametrize("method", ["_load", "folder", "rotate_wrapping_key", None])
def test_only_the_vaults_own_methods_can_be_called(remote: SocketVault, method: str | None) -> None:
    """Nothing but signing, sealing and asking is served."""
    with pytest.raises(VaultRefused, match="not a request"):
        remote._ask(method=method, key="log-1")


@pytest.mark.parametrize("said", [b"\x00\x00", b"\x00\x00\x00\x20", b'\x00\x00\x00\x20{"data":'])
def test_a_vault_that_is_stopped_in_the_middle_of_an_answer_is_asked_again(
    tmp_path: Path, vault: FileVault, said: bytes
) -> None:
    """Half an answer is none: the same is asked of the vault that comes after."""
    path = tmp_path / "v.sock"
    client = SocketVault(path, timeout=PATIENCE)
    with serving(path, vault):
        key = client.create_key("log-1", KeyKind.ED25519)
        client.close()
    with ExitStack() as stack, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen()

        def stops() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(65_536)
                line.sendall(said)
                # The next one listens before this one hangs up.
                path.unlink()
                stack.enter_context(serving(path, vault))

        with ThreadPoolExecutor(1) as pool:
            stopped = pool.submit(stops)
            assert client.public_key("log-1") == key
            stopped.result()
        client.close()


def test_restarted_vault_is_found_again(tmp_path: Path, vault: FileVault) -> None:
    """The court goes on when the vault was restarted; while it is away the court says so."""
    path = tmp_path / "v.sock"
    client = SocketVault(path, timeout=PATIENCE)
    with serving(path, vault):
        key = client.create_key("log-1", KeyKind.ED25519)
        client.close()
    with pytest.raises(OSError):
        SocketVault(tmp_path / "none.sock").public_key("log-1")
    with serving(path, vault):
        assert client.public_key("log-1") == key
    client.close()
