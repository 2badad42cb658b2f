"""Verification of a receipt, link by link, without a database and without trusting the court.

Keys come from the caller, never from what is being checked. Raw bytes are
checked; JSON is never written anew before hashing.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from cryptography import x509

from odr.ground.clock import CourtClock
from odr.ground.text import T, Text
from odr.notary.canonical import canonical
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_proof import Proof
from odr.notary.log.merkle_tree import ProofRefused, leaf_hash, verify_inclusion
from odr.notary.log.note import Note, NoteKey, NoteRefused, SignatureType, parse_note, verify_note
from odr.notary.log.receipts import FORMAT, digest_of_leaf
from odr.notary.log.strict import Malformed
from odr.notary.time.verify import TokenRefused, verify_token

CHUNK = 256 * 1024
SKEW = timedelta(minutes=2)


class Link(enum.Enum):
    """The links of the chain from a file to a moment."""

    FILE = "file"
    """The file is the one the receipt names."""
    CASE = "case"
    """The receipt belongs to the case it is shown in."""
    RECEIPT = "receipt"
    """The receipt's bytes are those its leaf names."""
    INCLUSION = "inclusion"
    """The leaf stands in the tree of the checkpoint."""
    CHECKPOINT = "checkpoint"
    """The log signed that checkpoint."""
    WITNESSES = "witnesses"
    """Independent witnesses saw it."""
    TIME = "time"
    """A time authority saw it at a certain time."""


class Verdict(enum.Enum):
    """How a link stands."""

    HOLDS = "holds"
    """Checked and good."""
    BROKEN = "broken"
    """Checked and bad."""
    ABSENT = "absent"
    """Nothing was given to check it with; nothing is claimed."""


@dataclass(frozen=True)
class LinkResult:
    """One link's verdict in words."""

    link: Link
    verdict: Verdict
    words: Text


@dataclass
class Verification:
    """All links. ``receipt`` and ``checkpoint`` are what was read, believed only if ``holds``."""

    links: list[LinkResult] = field(default_factory=list)
    receipt: Mapping[str, Any] | None = None
    checkpoint: Checkpoint | None = None
    index: int | None = None
    witnessed_by: int = 0
    gen_time: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is broken, and leaf, tree and signature were all checked."""
        good = {result.link for result in self.links if result.verdict is Verdict.HOLDS}
        whole = {Link.RECEIPT, Link.INCLUSION, Link.CHECKPOINT} <= good
        return whole and not any(result.verdict is Verdict.BROKEN for result in self.links)

    def verdict(self, link: Link) -> Verdict:
        """How one link stands."""
        return next((result.verdict for result in self.links if result.link is link), Verdict.ABSENT)

    def say(self, link: Link, verdict: Verdict, words: Text) -> None:
        """Add a verdict."""
        self.links.append(LinkResult(link, verdict, words))


def digest_stream(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hexadecimal) and size of a stream, of any length."""
    digest, size, buffer = hashlib.sha256(), 0, bytearray(CHUNK)
    view = memoryview(buffer)
    while count := file.readinto(buffer):  # type: ignore[attr-defined]
        digest.update(view[:count])
        size += count
    return digest.hexdigest(), size


def verify_receipt(
    receipt: bytes,
    leaf: bytes,
    proof: bytes,
    *,
    vkeys: Sequence[str],
    file: bytes | BinaryIO | None = None,
    digest: str | None = None,
    case: str | None = None,
    witnesses: Sequence[str] = (),
    tsr: bytes | None = None,
    time_roots: Sequence[x509.Certificate] = (),
    now: datetime | None = None,
) -> Verification:
    """Check a receipt's files.

    ``vkeys`` are the log keys known from elsewhere, ``witnesses`` the cosignature
    keys trusted, ``time_roots`` the roots trusted for ``tsr``. ``file`` or its
    ``digest`` (hexadecimal) is compared with the receipt; ``case`` with the case it names.
    """
    result = Verification()
    _check_receipt(result, receipt, leaf)
    _check_file(result, file, digest)
    if case is not None:
        same = result.receipt is not None and result.receipt.get("case") == case
        words = T("The receipt was issued in this case.") if same else T("The receipt was issued in another case.")
        result.say(Link.CASE, Verdict.HOLDS if same else Verdict.BROKEN, words)
    note = _check_log(result, leaf, proof, [NoteKey.parse(key) for key in vkeys])
    if note is not None:
        _check_witnesses(result, note, [NoteKey.parse(key) for key in witnesses])
        _check_time(result, note, tsr, time_roots, now)
    return result


def _check_receipt(result: Verification, receipt: bytes, leaf: bytes) -> None:
    try:
        named = digest_of_leaf(leaf)
    except Malformed:
        result.say(Link.RECEIPT, Verdict.BROKEN, T("The leaf is not written as the court's log writes it."))
        return
    if named != hashlib.sha256(receipt).hexdigest():
        result.say(
            Link.RECEIPT,
            Verdict.BROKEN,
            T("The receipt is not the one its leaf names: it was altered, or belongs to another leaf."),
        )
        return
    try:
        content = json.loads(receipt)
        readable = isinstance(content, dict) and content.get("format") == FORMAT and canonical(content) == receipt
    except (ValueError, RecursionError):
        readable = False
    if not readable:
        # A second name or another spelling could make two programs read two receipts out of one.
        result.say(Link.RECEIPT, Verdict.BROKEN, T("The receipt is not in the canonical form."))
        return
    result.receipt = content
    result.say(Link.RECEIPT, Verdict.HOLDS, T("The receipt is exactly the one its leaf names."))


def _check_file(result: Verification, file: bytes | BinaryIO | None, digest: str | None) -> None:
    if file is None and digest is None:
        result.say(Link.FILE, Verdict.ABSENT, T("No file was given to compare with the receipt."))
        return
    size: int | None = None
    if isinstance(file, bytes):
        digest, size = hashlib.sha256(file).hexdigest(), len(file)
    elif file is not None:
        digest, size = digest_stream(file)
    named = result.receipt or {}
    if digest != named.get("sha256") or (size is not None and size != named.get("size")):
        result.say(
            Link.FILE, Verdict.BROKEN, T("The file is not the one the receipt names: at least one byte differs.")
        )
    else:
        result.say(Link.FILE, Verdict.HOLDS, T("The file is byte for byte the one the receipt names."))


def _check_log(result: Verification, leaf: bytes, proof: bytes, keys: Sequence[NoteKey]) -> Note | None:
    """Inclusion and signature; gives the note when the log has signed it."""
    try:
        parsed = Proof.parse(proof)
        note = parse_note(parsed.note)
        checkpoint = Checkpoint.parse(note.text)
    except Malformed:
        result.say(Link.INCLUSION, Verdict.BROKEN, T("The proof is not written as the standard says."))
        return None
    try:
        verify_inclusion(leaf_hash(leaf), parsed.index, checkpoint.size, parsed.path, checkpoint.root)
        result.say(
            Link.INCLUSION,
            Verdict.HOLDS,
            T("The leaf is entry %(index)s of the %(size)s in the log.", index=parsed.index, size=checkpoint.size),
        )
    except ProofRefused:
        result.say(Link.INCLUSION, Verdict.BROKEN, T("The proof does not lead from this leaf to the log's root."))
    try:
        own = [key for key in keys if key.name == checkpoint.origin and key.type is SignatureType.ED25519]
        verify_note(note, own)
    except NoteRefused:
        result.say(
            Link.CHECKPOINT,
            Verdict.BROKEN,
            T("No log key known here has signed this checkpoint of %(log)s.", log=checkpoint.origin),
        )
        return None
    family = (result.receipt or {}).get("log")
    if result.receipt is not None and not (isinstance(family, str) and checkpoint.origin.startswith(f"{family}/")):
        result.say(Link.CHECKPOINT, Verdict.BROKEN, T("The receipt names another log than the one that signed."))
        return None
    result.checkpoint, result.index = checkpoint, parsed.index
    result.say(Link.CHECKPOINT, Verdict.HOLDS, T("The log %(log)s has signed this checkpoint.", log=checkpoint.origin))
    return note


def _check_witnesses(result: Verification, note: Note, keys: Sequence[NoteKey]) -> None:
    try:
        cosigners = [key for key in keys if key.type is SignatureType.COSIGNATURE]
        result.witnessed_by = len({verified.key.name for verified in verify_note(note, cosigners)}) if cosigners else 0
    except NoteRefused as error:
        if any((line.name, line.key_id) in {(key.name, key.id) for key in cosigners} for line in note.signatures):
            result.say(
                Link.WITNESSES, Verdict.BROKEN, T("A known witness's cosignature is bad: %(why)s", why=str(error))
            )
            return
    if result.witnessed_by:
        result.say(
            Link.WITNESSES,
            Verdict.HOLDS,
            T("Witnessed by %(count)s independent witnesses known here.", count=result.witnessed_by),
        )
    else:
        result.say(Link.WITNESSES, Verdict.ABSENT, T("No witness known here has seen this checkpoint."))


def _check_time(
    result: Verification, note: Note, tsr: bytes | None, roots: Sequence[x509.Certificate], now: datetime | None
) -> None:
    if tsr is None:
        result.say(Link.TIME, Verdict.ABSENT, T("No time token was given."))
        return
    checkpoint = result.checkpoint
    logs_own = [line for line in note.signatures if checkpoint is not None and line.name == checkpoint.origin]
    # A token covers the note as the log first signed it, before any cosignature.
    bare = Note(note.text, tuple(logs_own)).encode()
    try:
        latest = (now or CourtClock().machine_now()) + SKEW
        said = verify_token(
            tsr, hashlib.sha256(bare).digest(), roots, not_before=_written_at(result.receipt), not_after=latest
        )
    except TokenRefused as error:
        result.say(Link.TIME, Verdict.BROKEN, T("The time token does not verify: %(why)s", why=str(error)))
        return
    result.gen_time = said.gen_time
    result.say(
        Link.TIME,
        Verdict.HOLDS,
        T(
            "The checkpoint existed at %(at)s, says the time authority. It covers every entry before it.",
            at=said.gen_time,
        ),
    )


def _written_at(receipt: Mapping[str, Any] | None) -> datetime | None:
    """Earliest time a token over this receipt can have, given clocks a little apart."""
    try:
        return datetime.fromisoformat(str((receipt or {})["logged_at"]).replace("Z", "+00:00")) - SKEW
    except (KeyError, ValueError):
        return None
