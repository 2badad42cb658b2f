"""Proofs of service as sealed papers: set in both languages, kept with the case, anchored (OLR 31)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Document
from odr.papers import ProofOfServicePaper, clerk, typeset
from odr.procedure.sitting import words_of
from odr.procedure.working import bilingual
from odr.service import names
from odr.service.copies import PROOF, anchored
from odr.service.models import Packet, ProofOfService
from odr.service.pack_rules import cited
from odr.service.papers import proof_paper
from odr.service.proof import attach_document
from odr.text import T, Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from odr.procedure.court import Court

LIMIT = T(
    "This paper proves that the document was sent, how and when it arrived, and by which rule it counts as served. It does not prove what the document says."
)


def seal_proofs(court: Court, limit: int = 16) -> int:
    """The worker's sweep: set, seal, keep and anchor every proof that has no paper yet; gives how many were made."""
    with court.database.read() as session:
        rows = session.execute(
            select(ProofOfService, Packet, Case)
            .join(Packet, Packet.id == ProofOfService.packet_id)
            .join(Case, Case.id == Packet.case_id)
            .where(ProofOfService.document_sha256.is_(None))
            .order_by(ProofOfService.id)
            .limit(limit)
        ).all()
        look = court.look(session)
        drafts = [
            (proof.id, proof.number, _paper(court, proof, packet, case, partial(cited, look.pack(case))))
            for proof, packet, case in rows
        ]
    for proof_id, number, paper in drafts:
        now = court.clock.machine_now()
        pdf = typeset(court.ports.typesetter, paper, "both", at=now)
        _keep(
            court,
            proof_id,
            court.ports.sealer.seal_pdf(
                pdf, reason=f"Proof of service {number}", signer_name=court.settings.court_name, now=now
            ),
        )
    return len(drafts)


def _paper(
    court: Court, proof: ProofOfService, packet: Packet, case: Case, cite: Callable[[str], Text | str]
) -> ProofOfServicePaper:
    settings = court.settings
    name = bilingual(settings.court_name, settings.court_name_zh)
    url = f"{settings.base_url.rstrip('/')}/check/{packet.code}"
    return proof_paper(
        proof,
        court=name,
        signatories=(clerk(name),),
        zone=settings.tz,
        case_number=case.number,
        document_code=packet.code,
        check_url=url,
        limit=LIMIT,
        cite=cite,
    )


def _keep(court: Court, proof_id: int, pdf: bytes) -> None:
    """Keep the sealed proof unless another worker was faster."""
    with court.sit() as sitting:
        proof = sitting.session.get_one(ProofOfService, proof_id, with_for_update=True)
        if proof.document_sha256 is not None:
            return
        packet = sitting.session.get_one(Packet, proof.packet_id)
        case = sitting.session.get_one(Case, packet.case_id)
        digest, receipt = anchored(sitting, case, pdf, proof.number)
        sitting.session.add(
            Document(
                case_id=case.id,
                kind=PROOF,
                title=words_of(T("Proof of service %(number)s", number=proof.number)),
                locale="both",
                audience=Audience.PARTIES_AND_COURT,
                entry_number=_entry_of(sitting.session, case, proof),
                sha256=digest,
                content=pdf,
                receipt=receipt,
                made_at=sitting.now,
            )
        )
        attach_document(proof, sha256=digest, receipt=receipt)


def _entry_of(session: Session, case: Case, proof: ProofOfService) -> int | None:
    """Number of the entry that recorded the service this proof is of."""
    rows = session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.act == names.RECORD_SERVICE)
        .order_by(DocketEntry.number.desc())
    )
    return next((entry.number for entry in rows if f'"{proof.number}"' in entry.payload), None)
