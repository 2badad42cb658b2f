"""What the log hands out: receipt files, and its resources for HTTP. Only what a signed checkpoint covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.errors import NotFound
from odr.ground.text import T, Text
from odr.notary.log.log_proof import Proof
from odr.notary.log.log_rows import (
    COVERED_AT,
    checkpoints,
    cosignatures,
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
from odr.notary.models import COURT, Log, LogCheckpoint, LogEntry, Receipt
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


@dataclass(frozen=True)
class Proven:
    """A receipt as it was written, its leaf, and the proof of its place in the log once a signed tree covers it."""

    body: bytes
    leaf: bytes
    log: str | None
    index: int | None
    covering: LogCheckpoint | None = None
    proof: Proof | None = None
    witnessed_by: int = 0


AT_ONCE = 1_000
"""Receipts asked for by one statement: a database takes some ten thousand values with one."""


def proven(session: Session, references: Sequence[str]) -> dict[str, Proven]:
    """Receipts with their proofs, by reference: as many statements for hundreds as for one. What was erased is not among them."""
    found: dict[str, Proven] = {}
    for start in range(0, len(references), AT_ONCE):
        found |= _proven(session, references[start : start + AT_ONCE])
    return found


def _proven(session: Session, references: Sequence[str]) -> dict[str, Proven]:
    query = (
        select(Receipt.reference, Receipt.body, LogEntry.leaf, LogEntry.log_id, LogEntry.log_index, COVERED_AT)
        .join(LogEntry, LogEntry.id == Receipt.entry_id)
        .where(Receipt.reference.in_(references), Receipt.body.is_not(None))
    )
    # What the sequencer wrote meanwhile past this session is to be seen.
    rows = session.execute(query, execution_options={"populate_existing": True}).all()
    found = {
        reference: Proven(bytes(body or b""), bytes(leaf), log, index) for reference, body, leaf, log, index, _ in rows
    }
    places: dict[str, dict[str, tuple[int, int]]] = {}
    for reference, _, _, log, index, size in rows:
        if size is not None and log is not None and index is not None:
            places.setdefault(log, {})[reference] = (index, size)
    for log, of_log in places.items():
        found |= _proven_in(session, log, of_log, found)
    return found


def _proven_in(
    session: Session, log: str, places: Mapping[str, tuple[int, int]], found: Mapping[str, Proven]
) -> dict[str, Proven]:
    sizes = {size for _, size in places.values()}
    covering, cosigned = checkpoints(session, log, sizes), dict[int, list[SignatureLine]]()
    for row in cosignatures(session, log, *sizes):
        cosigned.setdefault(row.size, []).append(SignatureLine.parse(row.line))
    reader = tile_reader(session, log, {tile for place in places.values() for tile in tiles_for_inclusion(*place)})
    notes = {
        size: parse_note(bytes(row.note)).with_signatures(cosigned.get(size, [])).encode()
        for size, row in covering.items()
    }
    return {
        reference: replace(
            found[reference],
            covering=covering[size],
            proof=Proof(index, tuple(roots(reader, inclusion_ranges(index, size))), notes[size]),
            witnessed_by=len(cosigned.get(size, [])),
        )
        for reference, (index, size) in places.items()
    }


def with_proofs(session: Session, records: Sequence[tuple[str, str]]) -> list[dict[str, str | None]]:
    """Records as an outsider checks them, each given by its words and its receipt's reference: with the receipt, and the proof that it
    stands in the log. Raises :class:`NotFound` where a receipt was erased.
    """
    found = proven(session, [receipt for _, receipt in records])
    if not found.keys() >= {receipt for _, receipt in records}:
        raise NotFound
    return [
        {
            "body": body,
            "receipt": found[receipt].body.decode(),
            "proof": proof.encode().decode() if (proof := found[receipt].proof) is not None else None,
        }
        for body, receipt in records
    ]


def receipt_files(session: Session, reference: str) -> ReceiptFiles:
    """The files of one receipt. Raises :class:`NotFound`, also when it was erased."""
    return receipts_files(session, [reference])[reference]


def receipts_files(session: Session, references: Sequence[str]) -> dict[str, ReceiptFiles]:
    """The files of many receipts, by reference; what one checkpoint bears is read once for all it covers. Raises
    :class:`NotFound` where one was erased.
    """
    found, borne = proven(session, references), dict[tuple[str, int], _Borne]()
    if not found.keys() >= set(references):
        raise NotFound
    for one in found.values():
        if one.covering is not None and (place := (one.covering.log_id, one.covering.size)) not in borne:
            borne[place] = _borne(session, *place)
    return {reference: _files(session, reference, found[reference], borne) for reference in references}


@dataclass(frozen=True)
class _Borne:
    """What a checkpoint bears: time tokens by provider, what renewed the court's own, and the key of its log."""

    stamps: Mapping[str, bytes]
    renewals: Sequence[bytes]
    vkey: str


def _borne(session: Session, log: str, size: int) -> _Borne:
    later = [bytes(row.token) for row in renewals(session, log, size, COURT)]
    return _Borne(tokens(session, log, size), later, log_key(session.get_one(Log, log)).vkey)


def _files(session: Session, reference: str, found: Proven, borne: Mapping[tuple[str, int], _Borne]) -> ReceiptFiles:
    proof, covering = found.proof, found.covering
    if found.log is None or found.index is None or proof is None or covering is None:
        return ReceiptFiles(reference, found.body, found.leaf, log=found.log, index=found.index)
    of_head = borne[found.log, covering.size]
    return ReceiptFiles(
        reference,
        found.body,
        found.leaf,
        log=found.log,
        index=found.index,
        size=covering.size,
        proof=proof.encode(),
        spicy=proof.encode_spicy(),
        checkpoint=bytes(covering.note),
        tsr=of_head.stamps.get(COURT),
        renewals=of_head.renewals,
        renewed=renewed(session, found.log, found.index, covering.size),
        timestamps=of_head.stamps,
        vkey=of_head.vkey,
        witnessed_by=found.witnessed_by,
    )


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
