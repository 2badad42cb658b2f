"""Finding earlier proofs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.evidence.models import Exhibit
from odr.evidence.sources.models import EarlierProof
from odr.evidence.sources.proof_formats import ProofKind


def proofs_of(session: Session, exhibit: Exhibit) -> list[EarlierProof]:
    """Earlier proofs of an exhibit, in order."""
    return list(
        session.scalars(select(EarlierProof).where(EarlierProof.exhibit_id == exhibit.id).order_by(EarlierProof.id))
    )


def held_in_a_log(session: Session, exhibits: Sequence[int]) -> set[int]:
    """Those of the exhibits of which a party showed a proof that a log outside the court holds them (OLR 16)."""
    found = select(EarlierProof.exhibit_id).where(
        EarlierProof.exhibit_id.in_(exhibits), EarlierProof.kind == ProofKind.LOG
    )
    return set(session.scalars(found)) if exhibits else set()
