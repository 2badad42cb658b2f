"""Signed notes (C2SP signed-note): the text, the signature lines, and the keys that made them."""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from odr.notary.log.strict import Malformed, b64, base64_bytes

MAX_NOTE = 1_000_000
MAX_SIGNATURES = 64
_NAME = re.compile(r"[^\s+]+\Z")


class SignatureType(enum.IntEnum):
    """The signature types this notary makes or believes."""

    ED25519 = 0x01
    """A log's own signature over the note text."""
    COSIGNATURE = 0x04
    """A witness's timestamped cosignature (C2SP tlog-cosignature)."""


class NoteRefused(ValueError):
    """A note is not signed by a known key, or a known key's signature is bad."""


@dataclass(frozen=True)
class NoteKey:
    """A verifier key: name, type and 32-byte Ed25519 public key."""

    name: str
    type: SignatureType
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise Malformed(f"not a key name: {self.name!r}")
        if len(self.public) != 32:
            raise Malformed("an Ed25519 key has 32 bytes")

    @property
    def id(self) -> bytes:
        """First four bytes of SHA-256 over name, newline, type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key in one line, as verifiers take it: ``name+id+base64``."""
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.type]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> NoteKey:
        """Read a vkey. Raises :class:`Malformed`; the id must fit the key."""
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
            raise Malformed("not a vkey")
        data = base64_bytes(parts[2])
        if len(data) != 33 or data[0] not in tuple(SignatureType):
            raise Malformed("a vkey of a kind this verifier does not know")
        key = cls(parts[0], SignatureType(data[0]), data[1:])
        if key.id.hex() != parts[1]:
            raise Malformed("the vkey's id does not belong to its key")
        return key

    def verify(self, text: str, signature: bytes) -> int | None:
        """Check a signature over a note text; gives a cosignature's POSIX time, else None.

        Raises :class:`NoteRefused`.
        """
        try:
            if self.type is SignatureType.ED25519:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
                return None
            return self._verify_cosignature(text, signature)
        except InvalidSignature as error:
            raise NoteRefused(f"bad signature by {self.name}") from error

    def _verify_cosignature(self, text: str, signature: bytes) -> int:
        if len(signature) != 72:
            raise NoteRefused(f"bad cosignature by {self.name}")
        time = int.from_bytes(signature[:8], "big")
        if time >= 2**63:
            raise NoteRefused(f"bad time in cosignature by {self.name}")
        Ed25519PublicKey.from_public_bytes(self.public).verify(signature[8:], cosigned_message(text, time))
        return time


def cosigned_message(text: str, time: int) -> bytes:
    """What a witness signs: header, POSIX time, and the checkpoint's text."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


@dataclass(frozen=True)
class SignatureLine:
    """One signature of a note."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"— {self.name} {b64(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str) -> SignatureLine:
        """Read a line without its newline. Raises :class:`Malformed`."""
        if not line.startswith("— "):
            raise Malformed("a signature line starts with an em dash")
        name, _, encoded = line[2:].partition(" ")
        if not _NAME.match(name):
            raise Malformed("not a key name in a signature line")
        data = base64_bytes(encoded)
        if len(data) < 5:
            raise Malformed("signature too short")
        return cls(name, data[:4], data[4:])


@dataclass(frozen=True)
class Note:
    """A note taken apart. ``text`` includes its final newline."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def encode(self) -> bytes:
        """The note's bytes."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def with_signatures(self, lines: Iterable[SignatureLine]) -> Note:
        """The same text with further signature lines."""
        return Note(self.text, (*self.signatures, *lines))


@dataclass(frozen=True)
class Verified:
    """A key whose signature on a note was verified; ``time`` is a cosignature's POSIX time."""

    key: NoteKey
    line: SignatureLine
    time: int | None


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
"""Control characters but the line feed."""


def parse_note(data: bytes) -> Note:
    """Take a note apart, strictly. Raises :class:`Malformed`."""
    if len(data) > MAX_NOTE:
        raise Malformed("note too large")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("a note is UTF-8") from error
    if _CONTROL.search(whole):
        raise Malformed("control character in a note")
    text, blank, tail = whole.rpartition("\n\n")
    if not blank or not text or not tail.endswith("\n"):
        raise Malformed("a note ends in signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed("too many signatures")
    return Note(text + "\n", tuple(SignatureLine.parse(line) for line in lines))


def verify_note(note: Note, keys: Sequence[NoteKey]) -> list[Verified]:
    """Signatures by known keys, all of them good; signatures of strangers are passed over.

    Raises :class:`NoteRefused` when a known key's signature is bad or given twice,
    or when no known key signed.
    """
    known = {(key.name, key.id): key for key in keys}
    found: dict[tuple[str, bytes], Verified] = {}
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        if (line.name, line.key_id) in found:
            raise NoteRefused(f"two signatures by {line.name}")
        found[line.name, line.key_id] = Verified(key, line, key.verify(note.text, line.signature))
    if not found:
        raise NoteRefused("no known key has signed this note")
    return list(found.values())
