"""The vault signs one history, remembers it across restarts, and keeps secrets."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings, strategies as st

from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import consistency_ranges, leaf_hash, roots
from odr.notary.log.tiles import TileReader, extend
from odr.notary.vault import CLOSING, FileVault, KeyFrozen, KeyKind, NoSuchKey, SignerAhead, VaultRefused

LEAVES = [leaf_hash(bytes([i])) for i in range(20)]


def tree(leaves: list[bytes]) -> TileReader:
    tiles = extend(0, leaves, lambda level, index: b"")
    return TileReader(lambda level, index: tiles.get((level, index), b""))


def head(size: int, leaves: list[bytes] = LEAVES, origin: str = "log.example/1") -> Checkpoint:
    return Checkpoint(origin, size, tree(leaves).root(size))


def proof(old: int, size: int, leaves: list[bytes] = LEAVES) -> list[bytes]:
    return roots(tree(leaves), consistency_ranges(old, size))


@pytest.fixture
def signed(vault: FileVault) -> FileVault:
    """A vault that has signed ten entries."""
    vault.create_key("log-1", KeyKind.ED25519)
    vault.sign_checkpoint("log-1", head(10), [])
    return vault


def test_signature_is_the_logs(signed: FileVault) -> None:
    """A continued tree is signed with the log's key."""
    signature = signed.sign_checkpoint("log-1", head(13), proof(10, 13))
    Ed25519PublicKey.from_public_bytes(signed.public_key("log-1")).verify(signature, head(13).text.encode())


def test_memory_survives_a_restart(signed: FileVault) -> None:
    """The signer's memory is on disk, not in the process."""
    again = FileVault(signed.folder)
    assert again.remembered("log-1").size == 10
    with pytest.raises(SignerAhead):
        again.sign_checkpoint("log-1", head(9), [])


def test_same_tree_is_signed_again_alike(signed: FileVault) -> None:
    """After a crash between signing and storing the same signature comes again."""
    assert signed.sign_checkpoint("log-1", head(10), []) == signed.sign_checkpoint("log-1", head(10), [])


def test_other_root_at_the_same_size_is_refused(signed: FileVault) -> None:
    """No second tree of ten entries."""
    with pytest.raises(VaultRefused):
        signed.sign_checkpoint("log-1", head(10, [*LEAVES[:9], leaf_hash(b"forged")]), [])


def test_larger_tree_that_is_no_continuation_is_refused(signed: FileVault) -> None:
    """A split view at a larger size is refused, with a proof of its own or that of the true tree."""
    forged = [leaf_hash(b"forged"), *LEAVES[1:]]
    for path in (proof(10, 15, forged), proof(10, 15), []):
        with pytest.raises(VaultRefused, match="does not continue"):
            signed.sign_checkpoint("log-1", head(15, forged), path)
    assert signed.remembered("log-1").size == 10


def test_key_signs_for_one_origin(signed: FileVault) -> None:
    """The key of one log does not sign for another."""
    with pytest.raises(VaultRefused, match="signs for"):
        signed.sign_checkpoint("log-1", head(11, origin="log.example/2"), proof(10, 11))


def test_frozen_key_signs_nothing_more(signed: FileVault) -> None:
    """After the closing statement no checkpoint, not even the last again; the statement itself comes again."""
    statement, signature = signed.freeze("log-1", CLOSING + "log.example/1\n")
    assert FileVault(signed.folder).freeze("log-1", CLOSING + "other\n") == (statement, signature)
    assert signed.closing_statement("log-1") == statement
    for checkpoint, path in ((head(10), []), (head(11), proof(10, 11))):
        with pytest.raises(KeyFrozen):
            signed.sign_checkpoint("log-1", checkpoint, path)


def test_closing_statement_cannot_be_a_checkpoint(signed: FileVault) -> None:
    """Freezing does not sign arbitrary text."""
    with pytest.raises(VaultRefused):
        signed.freeze("log-1", head(15).text)
    assert signed.closing_statement("log-1") is None


def test_each_key_has_its_use(vault: FileVault) -> None:
    """A log's key signs no digests, a digest key signs no checkpoints, unknown names are refused."""
    vault.create_key("log-1", KeyKind.ED25519)
    vault.create_key("time-1", KeyKind.P256)
    for work in (
        lambda: vault.sign_digest("log-1", bytes(32)),
        lambda: vault.sign_digest("time-1", bytes(20)),
        lambda: vault.sign_checkpoint("time-1", head(1), []),
        lambda: vault.public_key("absent"),
        lambda: vault.public_key("../etc"),
    ):
        with pytest.raises(NoSuchKey):
            work()


def test_making_a_key_twice_keeps_the_first(vault: FileVault) -> None:
    """A key is never overwritten."""
    assert vault.create_key("log-1", KeyKind.ED25519) == vault.create_key("log-1", KeyKind.ED25519)


def test_files_are_their_owners_only(signed: FileVault, tmp_path: Path) -> None:
    """No key, memory or wrapping key can be read by others; an open folder is refused."""
    signed.seal(b"x", b"")
    assert {stat.S_IMODE(path.stat().st_mode) for path in signed.folder.iterdir()} == {0o600}
    wide = tmp_path / "wide"
    wide.mkdir(mode=0o755)
    with pytest.raises(PermissionError):
        FileVault(wide)


@given(st.binary(max_size=200), st.binary(max_size=40), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sealed_bytes_open_only_whole_and_in_their_context(
    vault: FileVault, secret: bytes, context: bytes, data: st.DataObject
) -> None:
    """Sealed bytes open for the same context; one flipped bit or another context and they do not."""
    sealed = vault.seal(secret, context)
    assert vault.unseal(sealed, context) == secret
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    changed = bytearray(sealed)
    changed[at // 8] ^= 1 << at % 8
    for body, words in ((bytes(changed), context), (sealed, context + b"x"), (sealed[:-1], context), (b"", context)):
        with pytest.raises(VaultRefused):
            vault.unseal(body, words)


def test_old_seals_open_after_the_wrapping_key_was_rotated(vault: FileVault) -> None:
    """Rotation concerns what is sealed from now on."""
    before = vault.seal(b"secret", b"mail")
    vault.rotate_wrapping_key()
    after = vault.seal(b"secret", b"mail")
    assert before[:3] != after[:3]
    assert vault.unseal(before, b"mail") == vault.unseal(after, b"mail") == b"secret"


def test_signature_does_not_verify_for_another_tree(signed: FileVault) -> None:
    """A checkpoint's signature is over its own text."""
    signature = signed.sign_checkpoint("log-1", head(11), proof(10, 11))
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(signed.public_key("log-1")).verify(signature, head(12).text.encode())
