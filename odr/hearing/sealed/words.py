"""Words under a seal: closed to every account until all have spoken, then opened together.

What somebody says under a seal is encrypted by the vault before it is written
down. The docket entry carries two digests in its place: a salted one of what was
said, so that it cannot be changed later, and the ciphertext's. Salt and words come
out of the vault with the entry that opens the seal, where everybody may compare.
What is written is padded, so that its length tells nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, DocketEntry, Party
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import CourtError
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T
from odr.hearing.models import Question, Seal, SealedPosting
from odr.identity.actors import Actor
from odr.notary.canonical import JSON
from odr.notary.vault import Opening, VaultRefused
from odr.procedure.acts.act_versions import current_input
from odr.procedure.acts.table import Recorded

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

BLOCK = 4096
"""Sealed words are filled up to a multiple of so many bytes."""
UNREACHABLE = (OSError, ValueError)
PROBE = b"court-probe"
"""Context of what is sealed only to see whether the vault answers."""


class SealNotReached(CourtError):
    """The vault does not answer: nothing can be sealed, so nothing is taken."""

    status = 503
    problem = "seal-not-reached"

    def __init__(self) -> None:
        super().__init__(
            T("What you wrote cannot be sealed at the moment, so it was not taken."),
            T(
                "Nothing was lost: it is still on your page. Try again in a few minutes; if your time ends meanwhile, report a technical failure."
            ),
        )


@dataclass(frozen=True)
class Opened:
    """What came out of the vault: the row, what was given, and the salt of its digest."""

    row: SealedPosting
    act: str
    given: dict[str, Any]
    salt: str
    speaker: str
    role: str
    account_id: int | None
    late: bool


def commitment(salt: str, given: Mapping[str, Any]) -> str:
    """Salted digest of what was said: SHA-256 over the 32 bytes of the salt and the input's canonical JSON (RFC 8785)."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(dict(given))).hexdigest()


def _context(case: Case, seal: Seal, entry_number: int) -> bytes:
    """What binds a ciphertext to its place: it opens as no other entry of no other case."""
    return f"court-sealed/1 {case.reference} {seal.reference} {entry_number}".encode()


def pad(plain: bytes) -> bytes:
    """Length in four bytes, the words, zeros up to the next block."""
    whole = len(plain).to_bytes(4, "big") + plain
    return whole + bytes(-len(whole) % BLOCK)


def unpad(padded: bytes) -> bytes:
    """The words without what fills them up."""
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def seal_away(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    act: str,
    given: BaseModel,
    seal: Seal,
    party: Party,
    *,
    covers: Sequence[int] = (),
    question: Question | None = None,
) -> Recorded:
    """Close what a party says under a seal, and give the entry that says no more than that they spoke.

    Raises :class:`SealNotReached` when the vault does not answer.
    """
    said = given.model_dump(mode="json")
    salt, number = secrets.token_hex(32), sitting.next_number(case)
    whole: dict[str, JSON] = {
        "act": act,
        "version": sitting.court.table[act].version,
        "input": said,
        "salt": salt,
        "speaker": actor.name,
        "role": actor.role.value,
        "account": actor.account_id,
        "late": sitting.late,
    }
    try:
        ciphertext = sitting.court.notary.vault.seal(pad(canonical(whole)), _context(case, seal, number))
    except UNREACHABLE as error:
        raise SealNotReached from error
    row = SealedPosting(
        case_id=case.id,
        seal_id=seal.id,
        party_id=party.id,
        question_id=question.id if question is not None else None,
        covers=list(covers),
        ciphertext=ciphertext,
        sha256=sha256_hex(ciphertext),
        commitment=commitment(salt, said),
        entry_number=number,
        at=sitting.now,
    )
    sitting.session.add(row)
    sitting.session.flush()
    kept = {"commitment": row.commitment, "ciphertext_sha256": row.sha256}
    return Recorded(
        T("%(party)s: something under a seal", party=party.name), {"seal": seal.reference}, Audience.OWN_SIDE, kept=kept
    )


def rows_under(session: Session, seal: Seal) -> list[SealedPosting]:
    """What is closed under a seal, in order."""
    return list(
        session.scalars(select(SealedPosting).where(SealedPosting.seal_id == seal.id).order_by(SealedPosting.id))
    )


_CLOSED = (
    select(SealedPosting)
    .join(Seal, Seal.id == SealedPosting.seal_id)
    .where(SealedPosting.case_id == bindparam("case"), Seal.opened_by.is_(None))
    .order_by(SealedPosting.id)
)
_CLOSED_BY = _CLOSED.where(SealedPosting.party_id == bindparam("party"))


@remembered
def closed_rows(session: Session, case: Case, party_id: int | None = None) -> list[SealedPosting]:
    """What is still closed in a case, by one party or by all."""
    if party_id is None:
        return list(session.scalars(_CLOSED, {"case": case.id}))
    return list(session.scalars(_CLOSED_BY, {"case": case.id, "party": party_id}))


def opening_of(court: Court, session: Session, seal: Seal) -> Opening | None:
    """What shows the vault that a seal has ended; None while the log has not signed for the entry."""
    entry = session.scalar(
        select(DocketEntry).where(DocketEntry.case_id == seal.case_id, DocketEntry.number == seal.ended_by)
    )
    files = court.notary.receipt_files(session, entry.receipt) if entry is not None else None
    if entry is None or files is None or files.proof is None:
        return None
    return Opening(entry.payload.encode(), files.json, files.leaf, files.proof)


def open_rows(
    court: Court, case: Case, seal: Seal, rows: Sequence[SealedPosting], opening: Opening
) -> Iterator[Opened | SealedPosting]:
    """Take each out of the vault; what was altered since, or does not match its digest, comes back as the row alone.

    Raises OSError when the vault does not answer.
    """
    for row in rows:
        try:
            if sha256_hex(row.ciphertext) != row.sha256:
                raise VaultRefused("the ciphertext was altered")
            context = _context(case, seal, row.entry_number)
            whole = json.loads(unpad(court.notary.vault.unseal(row.ciphertext, context, opening)))
        except VaultRefused:
            yield row
            continue
        if commitment(whole["salt"], whole["input"]) != row.commitment:
            yield row
            continue
        act = court.table[whole["act"]]
        given = current_input(act, whole["version"], whole["input"])
        yield Opened(
            row, whole["act"], given, whole["salt"], whole["speaker"], whole["role"], whole["account"], whole["late"]
        )


def can_open(court: Court) -> bool:
    """Whether the vault answers now."""
    try:
        court.notary.vault.unseal(court.notary.vault.seal(b"", PROBE), PROBE)
    except (*UNREACHABLE, VaultRefused):
        return False
    return True
