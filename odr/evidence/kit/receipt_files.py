"""The files behind receipts of evidence: uploads, digests whose file came later, bundles, and decisions on files nobody
submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from odr.evidence.models import Blob, Compilation, CompilationKind, Upload
from odr.evidence.retention.models import UploadDecision
from odr.evidence.sources.models import DigestLine
from odr.evidence.store.envelope import Damaged
from odr.evidence.store.ports import desk_of
from odr.ground.errors import NotFound
from odr.notary.rehash.rounds import Holding, Lost

if TYPE_CHECKING:
    from odr.procedure.court import Court


def holdings(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """Uploads, lines of digests and compilations with these receipts. An erased file is kept for none of them."""
    found: dict[str, Holding] = {}
    kept, bytes_too = Blob.erased_at.is_(None), contains_eager(Upload.blob).undefer(Blob.content)
    own = select(Upload.receipt, Upload).join(Upload.blob).where(Upload.receipt.in_(references), kept)
    later = (
        select(DigestLine.receipt, Upload)
        .join(DigestLine.upload)
        .join(Upload.blob)
        .where(DigestLine.receipt.in_(references), kept)
    )
    sent = [*session.execute(own.options(bytes_too)), *session.execute(later.options(bytes_too))]
    for receipt, upload in sent:
        found[receipt or ""] = Holding(
            f"blob {upload.blob_id}", partial(_told, partial(desk_of(court).contents, upload))
        )
    bundles = (
        Compilation.receipt.in_(references),
        Compilation.kind == CompilationKind.BUNDLE,
        Compilation.key.is_not(None),
    )
    made = select(Compilation.receipt, Compilation.id, Compilation.key).where(*bundles)
    for receipt, number, key in session.execute(made):
        found[receipt or ""] = Holding(
            f"compilation {number}", partial(_told, partial(court.ports.store.open, key or ""))
        )
    acts = select(UploadDecision.receipt, UploadDecision.id, UploadDecision.record).where(
        UploadDecision.receipt.in_(references)
    )
    for receipt, number, record in session.execute(acts):
        found[receipt] = Holding(f"upload decision {number}", lambda record=record: iter((record.encode(),)))  # type: ignore[misc]
    return found


def _told(chunks: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """The same bytes; what is missing or does not open is lost, not a failure of the store."""
    try:
        yield from chunks()
    except (NotFound, Damaged) as error:
        raise Lost(str(error)) from error
