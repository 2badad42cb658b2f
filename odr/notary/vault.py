"""The vault: the only place where private keys are used.

:class:`Vault` is what the rest asks for. :class:`FileVault` keeps owner-only
files in one folder. It also holds the signer's memory: the last tree it signed
for each log. It signs a new tree only with proof that it continues that one,
so a stolen or restored database cannot make it fork a log.
"""

from __future__ import annotations

import enum
import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odr.ground.durable import alone, write_durably
from odr.notary.check.receipt import Verdict, verify_receipt
from odr.notary.check.witness_refusals import (
    REFUSALS,
    Answer,
    Refusal,
    answered,
    read_refusals,
    standing,
    with_one_more,
    write_refusals,
)
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import EMPTY_ROOT, ProofRefused, verify_consistency
from odr.notary.log.note import NoteKey, SignatureType
from odr.notary.log.strict import b64, hash_value

CLOSING = "odr-notary/closed@v1\n"
"""First line of a closing statement; no checkpoint starts so, since its second line is a number."""
RENEWED = "odr-notary/renewed@v1\n"
"""First line of a statement of hash renewal (see :mod:`odr.notary.rehash.renewal_tree`)."""
RESTORED = "restored.json"
"""Names the keys of a vault that came out of a backup; nobody knows what they signed after it."""
SPOKEN = b"court-sealed/"
"""Beginning of the context of words under a seal; they open only against the entry that ends the seal."""
SEAL_ENDS = "end_seal"
"""The act whose entry, in the log, lets the words under a seal out."""
_SPOKEN = re.compile(rb"court-sealed/1 ([a-z0-9]{1,40}) ([a-z0-9]{1,40}) [0-9]{1,9}\Z")
_SEALED = b"\x01"
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}\Z")


class KeyKind(enum.Enum):
    """Algorithms of keys a vault makes."""

    ED25519 = "ed25519"
    """Signs checkpoints and nothing else."""
    P256 = "p256"
    """Signs SHA-256 digests: certificates, time tokens, documents."""
    P521 = "p521"
    """Signs SHA-512 digests: certificates and time tokens that must outlive SHA-256."""


class VaultRefused(Exception):
    """The vault does not sign this."""


class SignerAhead(VaultRefused):
    """The vault has signed a larger tree than the one it is shown: the database was set back."""


class KeyFrozen(VaultRefused):
    """The key was frozen when its log was closed."""


class SigningStopped(VaultRefused):
    """A witness has refused a tree head; no tree is signed until an operator answers for it (``flask log resume``)."""


class NoSuchKey(VaultRefused):
    """The vault has no key of that name and kind."""


@dataclass(frozen=True)
class Remembered:
    """The last tree a key has signed."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Opening:
    """What shows that a seal has ended: the entry that says so, its receipt with its leaf, and the log's proof, the
    signed checkpoint in it. A vault believes none of it, and checks all.
    """

    entry: bytes
    receipt: bytes
    leaf: bytes
    proof: bytes


class Vault(Protocol):
    """What holds the private keys."""

    def create_key(self, key_id: str, kind: KeyKind) -> bytes:
        """Make a key, or find the one made earlier; gives its public side."""
        ...

    def public_key(self, key_id: str) -> bytes:
        """Raw 32 bytes (Ed25519) or DER SubjectPublicKeyInfo (P-256). Raises :class:`NoSuchKey`."""
        ...

    def remembered(self, key_id: str) -> Remembered:
        """The last tree signed with this key; the empty tree when none."""
        ...

    def sign_checkpoint(self, key_id: str, checkpoint: Checkpoint, consistency: Sequence[bytes]) -> bytes:
        """Sign a tree proven to continue the remembered one; remembers it durably before answering.

        Raises :class:`SignerAhead` for a smaller tree, :class:`VaultRefused` for one
        that is not a continuation, :class:`KeyFrozen` after closing, :class:`SigningStopped`
        while a witness's refusal stands.
        """
        ...

    def stop(self, refusal: Refusal) -> bool:
        """Remember durably that a witness refused a tree head, and sign no tree from now on; gives whether it is news.

        Nothing in this protocol takes it back: that is done at the vault's own folder
        (:meth:`FileVault.answer_refusals`).
        """
        ...

    def held_back(self) -> list[str]:
        """Keys that came out of a backup and sign no tree before somebody has answered for what they signed since."""
        ...

    def refusals(self) -> list[Refusal]:
        """Every refusal there was. While one of them has no answer no tree is signed."""
        ...

    def freeze(self, key_id: str, statement: str) -> tuple[str, bytes]:
        """Sign the closing statement, the last thing this key ever signs.

        Frozen before, it gives the statement of that time again: a crash in between closes the log once.
        """
        ...

    def closing_statement(self, key_id: str) -> str | None:
        """The statement with which the key was frozen, if it was."""
        ...

    def sign_digest(self, key_id: str, digest: bytes) -> bytes:
        """ECDSA signature (DER) over a SHA-256 digest, with a P-521 key over a SHA-512 one."""
        ...

    def sign_renewal(self, key_id: str, statement: str) -> bytes:
        """Sign the statement of a round of hash renewal with a log's key; remembers it durably before answering.

        Raises :class:`VaultRefused` for a round before the last one, or another statement of that round.
        """
        ...

    def seal(self, secret: bytes, context: bytes) -> bytes:
        """Encrypt bytes for keeping; ``context`` must be given again to open them."""
        ...

    def unseal(self, sealed: bytes, context: bytes, opening: Opening | None = None) -> bytes:
        """Open sealed bytes. Raises :class:`VaultRefused` when they or the context were altered.

        Words under a seal (:data:`SPOKEN`) open only with the ``opening`` of that very seal of that very case, in a tree
        that this vault has signed. So whoever takes over the court's process reads none of them before everybody
        has spoken, or leaves an entry of it in the public log.
        """
        ...


class FileVault:
    """A vault in a folder of owner-only files, in the court's own process.

    Layout: ``<key>.key`` (PKCS 8 PEM), ``<key>.state`` (JSON: signer's memory), ``<key>.rounds`` (JSON: last statement
    of hash renewal),
    ``wrapping-<n>.bin`` (32-byte keys that wrap the sealed bytes' own keys), ``refusals.json`` (see
    :mod:`odr.notary.check.witness_refusals`).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.stat().st_mode & 0o077:
            raise PermissionError(f"{folder} must be its owner's only (chmod 700)")
        self._private: dict[str, tuple[tuple[int, ...], Ed25519PrivateKey | ec.EllipticCurvePrivateKey]] = {}

    def create_key(self, key_id: str, kind: KeyKind) -> bytes:
        path = self._path(key_id, "key")
        with self._locked():
            if not path.exists():
                private = (
                    Ed25519PrivateKey.generate()
                    if kind is KeyKind.ED25519
                    else ec.generate_private_key(_CURVES[kind]())
                )
                pem = private.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
                write_durably(path, pem)
        return self.public_key(key_id)

    def public_key(self, key_id: str) -> bytes:
        private = self._load(key_id)
        if isinstance(private, Ed25519PrivateKey):
            return private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def remembered(self, key_id: str) -> Remembered:
        state = self._state(key_id)
        return Remembered(int(str(state["size"])), hash_value(str(state["root"])))

    def sign_checkpoint(self, key_id: str, checkpoint: Checkpoint, consistency: Sequence[bytes]) -> bytes:
        private = self._log_key(key_id)
        if key_id in self._restored():
            raise VaultRefused(
                f"{key_id} came out of a backup and may have signed more since: close its log with `flask log close --breach`"
            )
        with self._locked():
            self._refuse_if_stopped()
            state = self._state(key_id)
            check_continuation(state, checkpoint, consistency)
            signature = private.sign(checkpoint.text.encode())
            memory = {
                "origin": checkpoint.origin,
                "size": checkpoint.size,
                "root": b64(checkpoint.root),
                "frozen": False,
            }
            # Remembered first: a signature that left the vault without memory of it could be contradicted later.
            write_durably(self._path(key_id, "state"), json.dumps(memory).encode())
        return signature

    def freeze(self, key_id: str, statement: str) -> tuple[str, bytes]:
        private = self._log_key(key_id)
        if not statement.startswith(CLOSING):
            raise VaultRefused("not a closing statement")
        with self._locked():
            state = self._state(key_id)
            if state["frozen"]:
                statement = str(state["statement"])
            else:
                write_durably(
                    self._path(key_id, "state"), json.dumps({**state, "frozen": True, "statement": statement}).encode()
                )
        return statement, private.sign(statement.encode())

    def closing_statement(self, key_id: str) -> str | None:
        state = self._state(key_id)
        return str(state["statement"]) if state["frozen"] else None

    def sign_digest(self, key_id: str, digest: bytes) -> bytes:
        private = self._load(key_id)
        algorithm = _HASHES.get(private.curve.name) if isinstance(private, ec.EllipticCurvePrivateKey) else None
        if (
            not isinstance(private, ec.EllipticCurvePrivateKey)
            or algorithm is None
            or len(digest) != algorithm.digest_size
        ):
            raise NoSuchKey(f"{key_id} does not sign digests of {len(digest)} bytes")
        return private.sign(digest, ec.ECDSA(Prehashed(algorithm)))

    def sign_renewal(self, key_id: str, statement: str) -> bytes:
        private = self._log_key(key_id)
        if key_id in self._restored():
            raise VaultRefused(f"{key_id} came out of a backup: close its log with `flask log close --breach`")
        number = _round_of(statement)
        with self._locked():
            self._refuse_if_stopped()
            if self._state(key_id)["frozen"]:
                raise KeyFrozen("this log is closed; its key signs nothing more")
            path = self._path(key_id, "rounds")
            last: dict[str, object] = json.loads(path.read_bytes()) if path.exists() else {"round": 0, "statement": ""}
            if number < int(str(last["round"])) or (number == last["round"] and statement != last["statement"]):
                raise VaultRefused(
                    f"{key_id} has signed another statement of round {last['round']}: `flask log close`, and the successor's key signs this one"
                )
            write_durably(path, json.dumps({"round": number, "statement": statement}).encode())
        return private.sign(statement.encode())

    def seal(self, secret: bytes, context: bytes) -> bytes:
        number, wrapping = self._wrapping_key()
        own, nonce, wrap_nonce = AESGCM.generate_key(256), secrets.token_bytes(12), secrets.token_bytes(12)
        header = _SEALED + number.to_bytes(2, "big")
        wrapped = AESGCM(wrapping).encrypt(wrap_nonce, own, header + context)
        return header + wrap_nonce + wrapped + nonce + AESGCM(own).encrypt(nonce, secret, header + context)

    def unseal(self, sealed: bytes, context: bytes, opening: Opening | None = None) -> bytes:
        if context.startswith(SPOKEN):
            self._check_opening(context, opening)
        if len(sealed) < 3 + 12 + 48 + 12 + 16 or sealed[:1] != _SEALED:
            raise VaultRefused("not sealed by this vault")
        header, wrap_nonce, wrapped, nonce, body = sealed[:3], sealed[3:15], sealed[15:63], sealed[63:75], sealed[75:]
        try:
            wrapping = self._wrapping_path(int.from_bytes(header[1:], "big")).read_bytes()
            own = AESGCM(wrapping).decrypt(wrap_nonce, wrapped, header + context)
            return AESGCM(own).decrypt(nonce, body, header + context)
        except (InvalidTag, FileNotFoundError) as error:
            raise VaultRefused("sealed bytes do not open") from error

    def _check_opening(self, context: bytes, opening: Opening | None) -> None:
        """Whether the log this vault signs holds the entry that ended this seal. Raises :class:`VaultRefused`."""
        place = _SPOKEN.match(context)
        if place is None:
            raise VaultRefused("words under a seal are bound to a case, a seal and an entry")
        if opening is None:
            raise VaultRefused("words under a seal open only with the entry that ended it, in the log")
        case, seal = place[1].decode(), place[2].decode()
        keys = list(self._log_vkeys())
        found = verify_receipt(opening.receipt, opening.leaf, opening.proof, vkeys=keys, file=opening.entry, case=case)
        if not found.holds:
            broken = next((str(link.words) for link in found.links if link.verdict is Verdict.BROKEN), "not proven")
            raise VaultRefused(f"the entry that ended this seal is not in a log this vault signed: {broken}")
        try:
            said = json.loads(opening.entry)
            ends = (said["act"], said["case"], said["input"]["seal"]) == (SEAL_ENDS, case, seal)
        except (ValueError, KeyError, TypeError) as error:
            raise VaultRefused("not an entry of a docket") from error
        if not ends:
            raise VaultRefused("this entry ends another seal, or none")

    def _log_vkeys(self) -> Iterator[str]:
        """The keys with which trees were signed here, each under the name of its log."""
        for path in sorted(self.folder.glob("*.state")):
            origin = self._state(path.stem)["origin"]
            if isinstance(origin, str):
                yield NoteKey(origin, SignatureType.ED25519, self.public_key(path.stem)).vkey

    def rotate_wrapping_key(self) -> None:
        """Seal with a new key from now on; what was sealed before still opens."""
        with self._locked():
            write_durably(self._wrapping_path(self._newest_wrapping() + 1), secrets.token_bytes(32))

    def stop(self, refusal: Refusal) -> bool:
        with self._locked():
            more = with_one_more(self.refusals(), refusal)
            if more is not None:
                write_durably(self.folder / REFUSALS, write_refusals(more))
        return more is not None

    def refusals(self) -> list[Refusal]:
        try:
            return read_refusals((self.folder / REFUSALS).read_bytes())
        except FileNotFoundError:
            return []
        except ValueError as error:
            # What cannot be read may have been a refusal.
            raise SigningStopped(str(error)) from error

    def answer_refusals(self, answer: Answer) -> list[Refusal]:
        """An operator answers for every refusal that stands, so that trees are signed again; gives those."""
        with self._locked():
            there = self.refusals()
            write_durably(self.folder / REFUSALS, write_refusals(answered(there, answer)))
        return standing(there)

    def _refuse_if_stopped(self) -> None:
        for refusal in standing(self.refusals()):
            raise SigningStopped(f"{refusal}. Nothing is signed until an operator answers for it: `flask log resume`")

    def vouch(self) -> None:
        """Somebody answers for it that nothing was signed between backup and restore: the keys sign again."""
        (self.folder / RESTORED).unlink(missing_ok=True)

    def held_back(self) -> list[str]:
        return self._restored()

    def _restored(self) -> list[str]:
        try:
            keys: list[str] = json.loads((self.folder / RESTORED).read_bytes())["keys"]
            return keys
        except FileNotFoundError:
            return []

    def _wrapping_path(self, number: int) -> Path:
        return self.folder / f"wrapping-{number}.bin"

    def _newest_wrapping(self) -> int:
        return max((int(path.stem.removeprefix("wrapping-")) for path in self.folder.glob("wrapping-*.bin")), default=0)

    def _wrapping_key(self) -> tuple[int, bytes]:
        with self._locked():
            number = self._newest_wrapping() or 1
            path = self._wrapping_path(number)
            if not path.exists():
                write_durably(path, secrets.token_bytes(32))
            return number, path.read_bytes()

    def _path(self, key_id: str, suffix: str) -> Path:
        if not _KEY_ID.match(key_id):
            raise NoSuchKey(f"not a key name: {key_id!r}")
        return self.folder / f"{key_id}.{suffix}"

    def _load(self, key_id: str) -> Ed25519PrivateKey | ec.EllipticCurvePrivateKey:
        path = self._path(key_id, "key")
        try:
            # Read and taken apart once: whoever uses the vault signs with a key many times a second. The file is still what
            # counts; taken away or replaced, it is as if it had never been read.
            found = path.stat()
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            known = self._private.get(key_id)
            if known is not None and known[0] == stamp:
                return known[1]
            private = serialization.load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError as error:
            self._private.pop(key_id, None)
            raise NoSuchKey(f"the vault has no key {key_id}") from error
        if not isinstance(private, (Ed25519PrivateKey, ec.EllipticCurvePrivateKey)):
            raise NoSuchKey(f"{key_id} is of a kind not used here")
        self._private[key_id] = (stamp, private)
        return private

    def _log_key(self, key_id: str) -> Ed25519PrivateKey:
        private = self._load(key_id)
        if not isinstance(private, Ed25519PrivateKey):
            raise NoSuchKey(f"{key_id} does not sign checkpoints")
        return private

    def _state(self, key_id: str) -> dict[str, object]:
        try:
            state: dict[str, object] = json.loads(self._path(key_id, "state").read_bytes())
            return state
        except FileNotFoundError:
            return {"origin": None, "size": 0, "root": b64(EMPTY_ROOT), "frozen": False}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with alone(self.folder / "lock"):
            yield


_CURVES: dict[KeyKind, type[ec.EllipticCurve]] = {KeyKind.P256: ec.SECP256R1, KeyKind.P521: ec.SECP521R1}
_HASHES: dict[str, hashes.HashAlgorithm] = {"secp256r1": hashes.SHA256(), "secp521r1": hashes.SHA512()}


def _round_of(statement: str) -> int:
    lines = statement.split("\n")
    if (
        not statement.startswith(RENEWED)
        or len(lines) < 4
        or not re.fullmatch(r"round [1-9][0-9]{0,8}", lines[2], re.ASCII)
    ):
        raise VaultRefused("not a statement of hash renewal")
    return int(lines[2].removeprefix("round "))


def check_continuation(state: dict[str, object], checkpoint: Checkpoint, consistency: Sequence[bytes]) -> None:
    """Whether a key with this memory may sign this tree. Raises :class:`VaultRefused` or a kind of it."""
    if state["frozen"]:
        raise KeyFrozen("this log is closed; its key signs nothing more")
    if state["origin"] not in (None, checkpoint.origin):
        raise VaultRefused(f"this key signs for {state['origin']} only")
    size = int(str(state["size"]))
    if checkpoint.size < size:
        raise SignerAhead(f"signed {size} entries before, shown {checkpoint.size}")
    try:
        verify_consistency(size, hash_value(str(state["root"])), checkpoint.size, checkpoint.root, consistency)
    except ProofRefused as error:
        raise VaultRefused(
            f"the tree of {checkpoint.size} does not continue the signed tree of {size}: {error}"
        ) from error
