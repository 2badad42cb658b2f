"""What the log hands out: receipt files, and its resources for HTTP. Only what a signed checkpoint covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from odr.ground.errors import NotFound
from odr.ground.text import T, Text
from odr.notary.log.log_proof import Proof
from odr.notary.log.log_rows import (
    cosignatures,
    covering_checkpoint,
    latest_checkpoint,
    leaves,
    open_log,
    tile_data,
    tile_reader,
    tokens,
)
from odr.notary.log.merkle_tree import inclusion_ranges, roots
from odr.notary.log.note import NoteKey, SignatureLine, parse_note
from odr.notary.log.signer import log_key
from odr.notary.log.strict import HASH_SIZE
from odr.notary.log.tiles import WIDTH, bundle, tiles_for_inclusion, width_at
from odr.notary.models import COURT, Log, LogEntry, Receipt
from odr.notary.rehash.renewal_proofs import Renewed, renewed
from odr.notary.time.renewal import renewals


@dataclass(frozen=True)
class ReceiptFiles:
    """A receipt's files, as they go into an evidence kit. Until sequenced there is no proof."""

    reference: str
    json: bytes
    """``receipt.json``."""
    leaf: bytes
    """``receipt.leaf``."""
    log: str | None = None
    """Name of the log, such as ``2026``."""
    index: int | None = None
    size: int | None = None
    """Entries in the tree the proof leads to."""
    proof: bytes | None = None
    """``receipt.leaf.tlog-proof``."""
    spicy: bytes | None = None
    """``receipt.leaf.spicy``: the proof as litetlog reads it."""
    checkpoint: bytes | None = None
    """``checkpoint``: the note with the log's signature alone, which the time tokens cover."""
    tsr: bytes | None = None
    """``checkpoint.tsr``: the response of the court's own time authority."""
    renewals: Sequence[bytes] = ()
    """``checkpoint.renewal-1.tsr`` and so on: the tokens that renewed it, oldest first, each over checkpoint and tokens
    before it.
    """
    renewed: Renewed | None = None
    """How far the receipt is bound with SHA-512 by a round of hash renewal."""
    timestamps: Mapping[str, bytes] = field(default_factory=dict)
    """Every RFC 3161 response by provider, the court's own among them as ``court``."""
    vkey: str | None = None
    """The log's key, for the court's own pages; a verifier takes the key from elsewhere."""
    witnessed_by: int = 0

    @property
    def named(self) -> dict[str, bytes]:
        """Every file there is, under the name it is given out with."""
        found = {
            "receipt.json": self.json,
            "receipt.leaf": self.leaf,
            "receipt.leaf.tlog-proof": self.proof,
            "checkpoint": self.checkpoint,
            "checkpoint.tsr": self.tsr,
        }
        return {name: data for name, data in found.items() if data is not None} | self.renewing

    @property
    def renewing(self) -> dict[str, bytes]:
        """What keeps the proof believable when the first token's certificate has ended, or SHA-256 has weakened."""
        tokens = {f"checkpoint.renewal-{number}.tsr": token for number, token in enumerate(self.renewals, 1)}
        return tokens | (self.renewed.files if self.renewed else {})

    @property
    def checkpoint_body(self) -> bytes | None:
        """``checkpoint.body``: the signed bytes, for ``openssl pkeyutl``."""
        return None if self.checkpoint is None else parse_note(self.checkpoint).text.encode()

    @property
    def checkpoint_sig(self) -> bytes | None:
        """``checkpoint.sig``: the raw signature, for ``openssl pkeyutl``."""
        return None if self.checkpoint is None else parse_note(self.checkpoint).signatures[0].signature

    @property
    def standing(self) -> Text:
        """How far this receipt is proven, in words."""
        if self.proof is None:
            return T("Received and stored. It is being entered in the court's log; the proof follows within seconds.")
        outside = len([provider for provider in self.timestamps if provider != COURT])
        if outside:
            return T(
                "Entered in the court's log. Timestamped by %(outside)s authorities outside the court; witnessed by %(witnesses)s.",
                outside=outside,
                witnesses=self.witnessed_by,
            )
        if self.tsr is None:
            return T(
                "Entered in the court's log. Not timestamped yet; witnessed by %(witnesses)s.",
                witnesses=self.witnessed_by,
            )
        return T(
            "Entered in the court's log. Timestamped by the court only; witnessed by %(witnesses)s.",
            witnesses=self.witnessed_by,
        )


def receipt_files(session: Session, reference: str) -> ReceiptFiles:
    """The files of one receipt. Raises :class:`NotFound`, also when it was erased."""
    receipt = session.get(Receipt, reference)
    if receipt is None or receipt.body is None or receipt.entry_id is None:
        raise NotFound
    entry = session.get_one(LogEntry, receipt.entry_id, populate_existing=True)
    body, leaf = bytes(receipt.body), bytes(entry.leaf)
    if entry.log_id is None or entry.log_index is None:
        return ReceiptFiles(reference, body, leaf)
    covering = covering_checkpoint(session, entry.log_id, entry.log_index)
    if covering is None:
        return ReceiptFiles(reference, body, leaf, log=entry.log_id, index=entry.log_index)
    cosigned = [SignatureLine.parse(row.line) for row in cosignatures(session, entry.log_id, covering.size)]
    note = parse_note(bytes(covering.note))
    path = inclusion(session, entry.log_id, entry.log_index, covering.size)
    proof = Proof(entry.log_index, tuple(path), note.with_signatures(cosigned).encode())
    stamps = tokens(session, entry.log_id, covering.size)
    return ReceiptFiles(
        reference,
        body,
        leaf,
        log=entry.log_id,
        index=entry.log_index,
        size=covering.size,
        proof=proof.encode(),
        spicy=proof.encode_spicy(),
        checkpoint=bytes(covering.note),
        tsr=stamps.get(COURT),
        renewals=[bytes(row.token) for row in renewals(session, entry.log_id, covering.size, COURT)],
        renewed=renewed(session, entry.log_id, entry.log_index, covering.size),
        timestamps=stamps,
        vkey=log_key(session.get_one(Log, entry.log_id)).vkey,
        witnessed_by=len(cosigned),
    )


def inclusion(session: Session, log_id: str, index: int, size: int) -> list[bytes]:
    """The path from an entry to the root of the tree of ``size``: a handful of tiles, read at once."""
    reader = tile_reader(session, log_id, tiles_for_inclusion(index, size))
    return roots(reader, inclusion_ranges(index, size))


def required_log(session: Session, name: str | None) -> Log:
    """The log of this name or origin, or the open one. Raises :class:`NotFound`."""
    log = open_log(session) if name is None else session.get(Log, name.rsplit("/", 1)[-1])
    if log is None or (name is not None and name not in (log.id, log.origin)):
        raise NotFound
    return log


def checkpoint(session: Session, name: str | None) -> bytes | None:
    """The newest checkpoint with its cosignatures."""
    log = required_log(session, name)
    last = latest_checkpoint(session, log.id)
    if last is None:
        return None
    lines = [SignatureLine.parse(row.line) for row in cosignatures(session, log.id, last.size)]
    return parse_note(bytes(last.note)).with_signatures(lines).encode()


def _signed_width(session: Session, log: Log, level: int, index: int, width: int | None) -> int:
    last = latest_checkpoint(session, log.id)
    wanted = WIDTH if width is None else width
    have = 0 if last is None or level > 7 else width_at(last.size, level, index)
    return wanted if 1 <= wanted <= have else 0


def tile(session: Session, level: int, index: int, width: int | None, name: str | None) -> bytes | None:
    """A tile, or the first ``width`` hashes of it; what no checkpoint covers yet is not shown."""
    log = required_log(session, name)
    count = _signed_width(session, log, level, index, width)
    return tile_data(session, log.id, level, index)[: count * HASH_SIZE] if count else None


def entry_bundle(session: Session, index: int, width: int | None, name: str | None) -> bytes | None:
    """An entry bundle, or the first ``width`` entries of it."""
    log = required_log(session, name)
    count = _signed_width(session, log, 0, index, width)
    return bundle(leaves(session, log.id, index * WIDTH, index * WIDTH + count)) if count else None


def public_pem(key: NoteKey) -> str:
    """A log's key as PEM."""
    public = Ed25519PublicKey.from_public_bytes(key.public)
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_pem(certificate: x509.Certificate) -> str:
    """A certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
