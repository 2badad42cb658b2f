"""The vault lets words under a seal out only against the entry, in the log it signs, that ended that seal."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odr.ground.canonical import canonical
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.notary import Notary
from odr.notary.vault import SEAL_ENDS, FileVault, Opening, VaultRefused
from odr.notary.vault_server import SocketVault, VaultServer
from tests.patience import PATIENCE

CONTEXT = b"court-sealed/1 caseone sealone 7"
WORDS = b"what somebody said"


@pytest.fixture
def web(tmp_path: Path, vault: FileVault) -> Iterator[SocketVault]:
    """What a process of the court has of the vault: its socket."""
    server = VaultServer(tmp_path / "v.sock", vault)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    client = SocketVault(tmp_path / "v.sock", timeout=PATIENCE)
    yield client
    client.close()
    server.shutdown()
    server.server_close()


def in_log(notary: Notary, clock: FixedClock, **said: Any) -> Opening:
    """An entry of a docket that the log holds, with what proves it."""
    entry = canonical({"act": SEAL_ENDS, "case": "caseone", "input": {"seal": "sealone"}, **said})
    with notary.database.write() as session:
        digest = hashlib.sha256(entry).hexdigest()
        subject = {"sha256": digest, "size": len(entry), "media_type": "application/json"}
        receipt = notary.record(session, {**subject, "case": said.get("case", "caseone")}, now=clock.now()).reference
    notary.sequence()
    with notary.database.read() as session:
        files = notary.receipt_files(session, receipt)
    assert files.proof is not None
    return Opening(entry, files.json, files.leaf, files.proof)


def test_a_web_process_that_asks_without_an_opening_entry_is_refused(sqlite_notary: Notary, web: SocketVault) -> None:
    """The sealed bytes and their context alone open nothing, nor does a context that is written otherwise."""
    sealed = web.seal(WORDS, CONTEXT)
    for context in (CONTEXT, b"court-sealed/1 caseone sealone 7 ", b"court-sealed/2 caseone sealone 7"):
        with pytest.raises(VaultRefused):
            web.unseal(web.seal(WORDS, context), context)
    with pytest.raises(VaultRefused):
        web.unseal(sealed, b"caseone sealone 7")


def test_a_web_process_with_the_entry_of_another_case_is_refused(
    sqlite_notary: Notary, clock: FixedClock, web: SocketVault
) -> None:
    """Nor does the entry of another seal open it, or another act of the same case."""
    sealed = web.seal(WORDS, CONTEXT)
    for said in ({"case": "casetwo"}, {"input": {"seal": "sealtwo"}}, {"act": "post_statement"}, {"input": {}}):
        with pytest.raises(VaultRefused):
            web.unseal(sealed, CONTEXT, in_log(sqlite_notary, clock, **said))


def test_a_web_process_with_the_entry_that_ended_the_seal_is_served(
    sqlite_notary: Notary, clock: FixedClock, web: SocketVault
) -> None:
    """The words, and nothing said under another seal."""
    opening = in_log(sqlite_notary, clock)
    assert web.unseal(web.seal(WORDS, CONTEXT), CONTEXT, opening) == WORDS
    other = b"court-sealed/1 caseone sealtwo 7"
    with pytest.raises(VaultRefused):
        web.unseal(web.seal(WORDS, other), other, opening)


@pytest.mark.parametrize("part", ["entry", "receipt", "leaf", "proof"])
def test_an_opening_that_was_altered_is_refused(
    part: str, sqlite_notary: Notary, clock: FixedClock, web: SocketVault
) -> None:
    """Each part is checked: the entry against its receipt, that against its leaf, the leaf in the signed tree."""
    opening, sealed = in_log(sqlite_notary, clock), web.seal(WORDS, CONTEXT)
    written = getattr(opening, part)
    at = len(written) // 2
    with pytest.raises(VaultRefused):
        web.unseal(
            sealed, CONTEXT, replace(opening, **{part: written[:at] + bytes([written[at] ^ 1]) + written[at + 1 :]})
        )


def test_a_log_that_this_vault_never_signed_proves_nothing(
    tmp_path: Path, sqlite_database: Database, make_notary: Callable[..., Notary], clock: FixedClock, web: SocketVault
) -> None:
    """A process that keeps a log of its own, under the same name, with a key of its own, opens nothing."""
    own = make_notary(sqlite_database, vault=FileVault(tmp_path / "own"), log_dir=tmp_path / "own log")
    with pytest.raises(VaultRefused):
        web.unseal(web.seal(WORDS, CONTEXT), CONTEXT, in_log(own, clock))
