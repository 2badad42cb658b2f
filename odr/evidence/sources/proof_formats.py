"""An earlier proof of a file: a time-stamp token (RFC 3161) or a proof from a log (C2SP tlog-proof), examined when it
is attached.

Trusted are the roots and log keys that the court names in its settings, nothing that
a proof brings along. What is found is told in words and kept apart from the two
questions the court asks of every exhibit: it shows that the bytes existed, when a
time is named, and never that what they show is true.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import tsp
from cryptography import x509

from odr.ground.config import Settings, SettingsError
from odr.ground.text import T, Text
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_proof import HEADER, Proof
from odr.notary.log.merkle_tree import ProofRefused, leaf_hash, verify_inclusion
from odr.notary.log.note import Note, NoteKey, NoteRefused, SignatureType, parse_note, verify_note
from odr.notary.log.receipts import leaf_line
from odr.notary.log.strict import Malformed
from odr.notary.time.verify import OverSomethingElse, TokenRefused, UnknownRoot, verify_token

MOST_BYTES = 1 << 20
"""Of a proof, of what lies beside it, and of a file that is itself the entry of a log."""
SKEW = timedelta(minutes=2)
_GRANTED = {"status": "granted"}


class ProofKind(enum.Enum):
    """What an earlier proof is."""

    TIMESTAMP = "timestamp"  # RFC 3161: an authority saw the digest at a time
    LOG = "log"  # C2SP tlog-proof: a log holds it
    UNREADABLE = "unreadable"  # neither

    @property
    def label(self) -> Text:
        """The kind in words."""
        return {
            ProofKind.TIMESTAMP: T("Time-stamp token (RFC 3161)"),
            ProofKind.LOG: T("Proof from a transparency log"),
            ProofKind.UNREADABLE: T("Neither a time-stamp token nor a proof from a log"),
        }[self]


class ProofResult(enum.Enum):
    """What the examination found."""

    HOLDS = "holds"  # whole, about this file, by somebody the court's settings name
    OTHER_FILE = "other_file"  # about something else
    UNKNOWN_ISSUER = "unknown_issuer"  # about this file, but by nobody the court knows
    BROKEN = "broken"  # damaged or altered, or of an impossible time

    @property
    def label(self) -> Text:
        """The result in words."""
        return {
            ProofResult.HOLDS: T("It holds"),
            ProofResult.OTHER_FILE: T("About another file"),
            ProofResult.UNKNOWN_ISSUER: T("By nobody this court knows"),
            ProofResult.BROKEN: T("It does not hold"),
        }[self]


@dataclass(frozen=True)
class Trust:
    """Whom the court believes: roots of time authorities, keys of logs and of their witnesses."""

    roots: Sequence[x509.Certificate] = ()
    keys: Sequence[NoteKey] = ()

    @classmethod
    def of(cls, settings: Settings) -> Trust:
        """From ``ODR_PROOF_ROOTS`` (PEM files, or folders of them) and ``ODR_PROOF_KEYS`` (vkeys), separated by ``;``.
        Raises SettingsError.
        """
        roots: list[x509.Certificate] = []
        try:
            for place in _listed(settings.proof_roots):
                for path in sorted(Path(place).glob("*.pem")) if Path(place).is_dir() else [Path(place)]:
                    roots += x509.load_pem_x509_certificates(path.read_bytes())
            return cls(tuple(roots), tuple(NoteKey.parse(key) for key in _listed(settings.proof_keys)))
        except (OSError, ValueError) as error:
            raise SettingsError(f"ODR_PROOF_ROOTS or ODR_PROOF_KEYS: {error}") from error


def _listed(setting: str) -> list[str]:
    return [part.strip() for part in setting.split(";") if part.strip()]


@dataclass(frozen=True)
class Found:
    """What an examination found. ``at`` is a time somebody known attests; None where none is named."""

    kind: ProofKind
    result: ProofResult
    issuer: str = ""
    at: datetime | None = None

    @property
    def words(self) -> Text:
        """The finding as a page says it."""
        return found_words(self.kind, self.result, self.issuer, self.at)


def found_words(kind: ProofKind, result: ProofResult, issuer: str, at: datetime | None) -> Text:
    """A finding in a sentence."""
    if kind is ProofKind.UNREADABLE:
        return T("This is neither a time-stamp token nor a proof from a log.")
    if result is ProofResult.OTHER_FILE:
        return T("This proof is about something else, not about this file.")
    if result is ProofResult.BROKEN:
        return T("This proof does not hold: it is damaged, was altered, or names an impossible time.")
    if result is ProofResult.UNKNOWN_ISSUER:
        return T(
            "The proof is about this file, but nobody whom this court knows stands behind it: %(issuer)s.",
            issuer=issuer or "–",
        )
    if at is None:
        return T("The log %(issuer)s holds the digest of this file. The proof names no time.", issuer=issuer)
    if kind is ProofKind.LOG:
        return T("The log %(issuer)s held the digest of this file on %(at)s at the latest.", issuer=issuer, at=at)
    return T("%(issuer)s had the digest of this file before it on %(at)s: it existed by then.", issuer=issuer, at=at)


def examine(
    proof: bytes,
    sha256: str,
    trust: Trust,
    now: datetime,
    *,
    name: str = "",
    content: bytes | None = None,
    beside: bytes | None = None,
) -> Found:
    """Examine a proof of the file with digest ``sha256`` (hexadecimal).

    ``name`` and ``content`` are the file's, where it is small: some logs hold the file itself, or a
    line with its name. ``beside`` is what the log holds where that is a statement of its own, such as a receipt.
    """
    if proof.startswith(HEADER.encode() + b"\n"):
        return _examine_log(proof, sha256, trust, _candidates(sha256, name, content, beside), beside)
    response = _as_response(proof)
    if response is None:
        return Found(ProofKind.UNREADABLE, ProofResult.BROKEN)
    return _examine_token(response, sha256, trust, now)


# -- RFC 3161


def _as_response(data: bytes) -> bytes | None:
    """A reply of an authority; a bare token is wrapped as one."""
    for load in (_reply, _wrapped):
        try:
            response = load(data)
            if response["time_stamp_token"]["content_type"].native == "signed_data":
                return bytes(response.dump())
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return None


def _reply(data: bytes) -> tsp.TimeStampResp:
    return tsp.TimeStampResp.load(data, strict=True)


def _wrapped(data: bytes) -> tsp.TimeStampResp:
    from asn1crypto import cms

    return tsp.TimeStampResp({"status": _GRANTED, "time_stamp_token": cms.ContentInfo.load(data, strict=True)})


def _examine_token(response: bytes, sha256: str, trust: Trust, now: datetime) -> Found:
    kind, issuer = ProofKind.TIMESTAMP, _issuer(response)
    try:
        said = verify_token(response, bytes.fromhex(sha256), trust.roots, not_after=now + SKEW)
    except OverSomethingElse:
        return Found(kind, ProofResult.OTHER_FILE, issuer)
    except UnknownRoot:
        return Found(kind, ProofResult.UNKNOWN_ISSUER, issuer)
    except TokenRefused:
        return Found(kind, ProofResult.BROKEN, issuer)
    return Found(kind, ProofResult.HOLDS, issuer, said.gen_time)


def _issuer(response: bytes) -> str:
    """The name in the signer's certificate, for people; believed only if the token verifies."""
    try:
        signed = tsp.TimeStampResp.load(response)["time_stamp_token"]["content"]
        serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
        for choice in signed["certificates"]:
            certificate = choice.chosen
            if certificate.serial_number == serial:
                return " ".join(str(certificate.subject.human_friendly).split())[:300]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        pass
    return ""


# -- logs


def _candidates(sha256: str, name: str, content: bytes | None, beside: bytes | None) -> Iterator[bytes]:
    """What a log may hold of a file: the file, its digest, a line of ``sha256sum``, or a statement that names its
    digest.
    """
    if content is not None:
        yield content
    yield bytes.fromhex(sha256)
    for line in (sha256, f"{sha256}  {name}", f"SHA256 ({name}) = {sha256}"):
        yield line.encode()
        yield line.encode() + b"\n"
    if beside is not None and _names(beside, sha256):
        yield beside
        yield leaf_line(beside)


def _names(beside: bytes, sha256: str) -> bool:
    """Whether a statement is about the file: JSON whose ``sha256`` it is, or a text that holds the digest and no other."""
    try:
        said = json.loads(beside)
    except (ValueError, RecursionError):
        return sha256.encode() in beside.lower()
    return isinstance(said, dict) and str(said.get("sha256", "")).lower() == sha256


def _examine_log(data: bytes, sha256: str, trust: Trust, candidates: Iterator[bytes], beside: bytes | None) -> Found:
    kind = ProofKind.LOG
    try:
        proof = Proof.parse(data)
        note = parse_note(proof.note)
        head = Checkpoint.parse(note.text, extensions=True)
    except Malformed:
        return Found(kind, ProofResult.BROKEN)
    entry = next((leaf for leaf in candidates if _included(leaf, proof, head)), None)
    if entry is None:
        return Found(kind, ProofResult.OTHER_FILE, head.origin)
    try:
        verify_note(note, [key for key in trust.keys if key.type is SignatureType.ED25519 and key.name == head.origin])
    except NoteRefused:
        known = any(
            key.name == head.origin and any((line.name, line.key_id) == (key.name, key.id) for line in note.signatures)
            for key in trust.keys
        )
        return Found(kind, ProofResult.BROKEN if known else ProofResult.UNKNOWN_ISSUER, head.origin)
    return Found(kind, ProofResult.HOLDS, head.origin, _witnessed(note, trust) or _stated(entry, beside))


def _included(leaf: bytes, proof: Proof, head: Checkpoint) -> bool:
    try:
        verify_inclusion(leaf_hash(leaf), proof.index, head.size, proof.path, head.root)
    except ProofRefused:
        return False
    return True


def _witnessed(note: Note, trust: Trust) -> datetime | None:
    """The earliest time at which a witness the court knows cosigned the tree head."""
    cosigners = [key for key in trust.keys if key.type is SignatureType.COSIGNATURE]
    try:
        times = [found.time for found in verify_note(note, cosigners) if found.time] if cosigners else []
    except NoteRefused:
        return None
    return datetime.fromtimestamp(min(times), UTC) if times else None


def _stated(entry: bytes, beside: bytes | None) -> datetime | None:
    """The time a known log's own receipt states; only where the entry is that receipt's leaf. Whoever may write into the log could
    state any, so that a witness's time goes before it, however much later it is.
    """
    if beside is None or entry != leaf_line(beside):
        return None
    try:
        return datetime.fromisoformat(str(json.loads(beside)["logged_at"]).replace("Z", "+00:00"))
    except (ValueError, KeyError, TypeError):
        return None


def digest_of_input(proof: bytes, beside: bytes | None) -> str:
    """What ties an examination to the files it was made of."""
    return hashlib.sha256(proof + b"\0" + (beside or b"")).hexdigest()
