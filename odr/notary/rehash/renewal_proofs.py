"""What a receipt brings of hash renewal: place, path and leaf of its entry and of its checkpoint, and the statements
over them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.notary.log.signer import log_key
from odr.notary.models import COURT, KeyUse, Log
from odr.notary.rehash import renewal_tree
from odr.notary.rehash.models import Bound, HashRenewal, RenewedEntry, RenewedHead
from odr.notary.rehash.rounds import reader, statement_tokens, what
from odr.notary.time.authority import active_key


@dataclass(frozen=True)
class Ended:
    """A round that has ended: its statement and the court's tokens over it, and the keys to check them with."""

    number: int
    log: str
    vkey: str
    authority: bytes
    """Root certificate of the authority, DER."""
    files: dict[str, bytes]


@dataclass(frozen=True)
class Renewed:
    """How far a receipt is bound with SHA-512."""

    round: int
    at: datetime
    """When the court's own token over the statement was made."""
    has_file: bool
    """Whether the file is bound too, or the receipt alone."""
    own: dict[str, bytes]
    """``renewal-N.entry``, and ``renewal-N.checkpoint`` where the checkpoint of the proof is bound."""
    rounds: tuple[Ended, ...] = field(default=())

    @property
    def files(self) -> dict[str, bytes]:
        """Everything, under the names it is given out with."""
        return {**self.own, **{name: data for each in self.rounds for name, data in each.files.items()}}


def renewed(session: Session, log_id: str, index: int, size: int) -> Renewed | None:
    """What is bound of an entry and of the checkpoint its proof leads to; None while no round that ended has bound it."""
    known = _ended(session)
    if not known:
        return None
    entry = session.scalar(select(RenewedEntry).where(RenewedEntry.log_id == log_id, RenewedEntry.log_index == index))
    if entry is None or entry.round not in known or entry.bound is Bound.ERASED:
        return None
    row, origin = known[entry.round], session.get_one(Log, log_id).origin
    leaf = renewal_tree.entry_leaf(origin, index, what(entry.bound), bytes(entry.digest))
    own, rounds = {f"renewal-{entry.round}.entry": proof(session, row, entry.position, leaf)}, {entry.round}
    head = session.scalar(select(RenewedHead).where(RenewedHead.log_id == log_id, RenewedHead.size == size))
    if head is not None and head.round in known:
        own[f"renewal-{head.round}.checkpoint"] = proof(session, known[head.round], head.position, bytes(head.text))
        rounds.add(head.round)
    at = statement_tokens(session, entry.round, COURT)[0].gen_time
    return Renewed(
        entry.round,
        at,
        entry.bound is Bound.FILE,
        own,
        tuple(_round(session, known[number]) for number in sorted(rounds)),
    )


def proof(session: Session, row: HashRenewal, position: int, leaf: bytes) -> bytes:
    """The proof file of one leaf of a round."""
    return renewal_tree.encode_proof(
        position, renewal_tree.path(reader(session, row), position, row.entries + row.checkpoints), leaf
    )


def statement_files(session: Session, number: int) -> dict[str, bytes]:
    """Statement and tokens of a round that has ended, by name."""
    row = _ended(session).get(number)
    return _round(session, row).files if row else {}


def _ended(session: Session) -> dict[int, HashRenewal]:
    # A case file asks for hundreds of receipts in one session.
    if "rounds" not in session.info:
        session.info["rounds"] = {
            row.number: row for row in session.scalars(select(HashRenewal).where(HashRenewal.note.is_not(None)))
        }
    found: dict[int, HashRenewal] = session.info["rounds"]
    return found


def _round(session: Session, row: HashRenewal) -> Ended:
    kept: dict[int, Ended] = session.info.setdefault("rounds ended", {})
    if row.number not in kept:
        name = f"renewal-{row.number}.statement"
        files = {name: bytes(row.note or b"")}
        for each in statement_tokens(session, row.number, COURT):
            files[f"{name}.tsr" if each.number == 0 else f"{name}.renewal-{each.number}.tsr"] = bytes(each.token)
        log, root = session.get_one(Log, row.signed_by), active_key(session, KeyUse.AUTHORITY_512)
        kept[row.number] = Ended(
            row.number, log.id, log_key(log).vkey, bytes(root.certificate or b"") if root else b"", files
        )
    return kept[row.number]
