"""Finding earlier proofs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.evidence.models import Exhibit
from odr.evidence.sources.models import EarlierProof


def proofs_of(session: Session, exhibit: Exhibit) -> list[EarlierProof]:
    """Earlier proofs of an exhibit, in order."""
    return list(
        session.scalars(select(EarlierProof).where(EarlierProof.exhibit_id == exhibit.id).order_by(EarlierProof.id))
    )
