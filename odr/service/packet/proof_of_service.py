"""The proof of service: what was concluded and why, numbered, digested, ready to be set, sealed and anchored.

It stands as the return of service (OLR 31). A new fact never changes an issued
proof; it leads to a new one with the next ordinal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.ground.canonical import canonical, sha256_hex
from odr.ground.memory.built_once import built_once
from odr.procedure.time.written_working import text_to_json
from odr.service.models import Packet, ProofOfService, ServiceAddress, ServiceAttempt, ServiceFact
from odr.service.packet.deemed import Conclusion
from odr.service.packet.packets import consents_of


def issue_proof(
    session: Session, packet: Packet, conclusion: Conclusion, *, now: datetime, zone: ZoneInfo
) -> ProofOfService:
    """Issue the proof of a conclusion. The same reasoning issued again gives back the proof there is."""
    reasoning = reasoning_of(session, packet, conclusion)
    digest = sha256_hex(canonical(reasoning))
    last = latest_proof(session, packet)
    if last is not None and last.reasoning_digest == digest:
        return last
    ordinal = (last.ordinal if last else 0) + 1
    proof = ProofOfService(
        packet_id=packet.id,
        ordinal=ordinal,
        number=_number(packet, ordinal, now.astimezone(zone).year),
        conclusion=conclusion.status,
        channel=conclusion.channel,
        effective_at=conclusion.effective_at,
        reasoning=reasoning,
        reasoning_digest=digest,
        issued_at=now,
    )
    session.add(proof)
    session.flush()
    return proof


def latest_proof(session: Session, packet: Packet) -> ProofOfService | None:
    """The proof of what the docket recorded of a packet last; None where it never did."""
    mine = select(ProofOfService).where(ProofOfService.packet_id == packet.id)
    return session.scalar(mine.order_by(ProofOfService.ordinal.desc()).limit(1))


def _number(packet: Packet, ordinal: int, year: int) -> str:
    number = f"S-{year}-{packet.id:06d}"
    return number if ordinal == 1 else f"{number}-{ordinal}"


def attach_document(proof: ProofOfService, *, sha256: str, receipt: str) -> None:
    """Note the sealed paper's digest and its receipt from the log, once. Raises ValueError when there is another
    already.
    """
    if proof.document_sha256 not in (None, sha256):
        raise ValueError("another document has been issued for this proof")
    proof.document_sha256, proof.receipt = sha256, receipt


def reasoning_of(session: Session, packet: Packet, conclusion: Conclusion) -> dict[str, Any]:
    """The whole trace as canonical JSON: papers, consents, addresses with their source, facts, and what each is worth."""
    facts = session.scalars(
        select(ServiceFact).where(ServiceFact.packet_id == packet.id).order_by(ServiceFact.at, ServiceFact.event_id)
    ).all()
    return {
        "packet": packet.reference,
        "title": packet.title,
        "kind": packet.kind.value,
        "entries": packet.entry_ids,
        "documents": packet.documents,
        "recipient": {"name": packet.recipient_name, "kind": packet.recipient_kind.value, "abroad": packet.abroad},
        "code": packet.code,
        "first_contact": packet.first_contact,
        "consents": [
            {
                "way": c.way.value,
                "scope": c.scope,
                "at": c.at.isoformat(),
                "withdrawn_at": c.withdrawn_at.isoformat() if c.withdrawn_at else None,
            }
            for c in consents_of(session, packet.party_id)
        ],
        "addresses": [_address(a) for a in _addresses_used(session, packet)],
        "facts": [_fact(f) for f in facts],
        "reasons": [
            {
                "fact": r.event_id,
                "weight": r.weight.value,
                "at": r.at.isoformat(),
                "text": text_to_json(r.text),
                "article": r.article,
            }
            for r in conclusion.reasons
        ],
        "status": conclusion.status.value,
        "channel": conclusion.channel.value if conclusion.channel else None,
        "effective_at": conclusion.effective_at.isoformat() if conclusion.effective_at else None,
        "firm_at": conclusion.firm_at.isoformat() if conclusion.firm_at else None,
    }


def _addresses_used(session: Session, packet: Packet) -> list[ServiceAddress]:
    return list(
        session.scalars(
            select(ServiceAddress)
            .join(ServiceAttempt, ServiceAttempt.address_id == ServiceAddress.id)
            .where(ServiceAttempt.packet_id == packet.id)
            .distinct()
            .order_by(ServiceAddress.id)
        )
    )


def _address(address: ServiceAddress) -> dict[str, Any]:
    return {
        "id": address.id,
        "channel": address.channel.value,
        "value": address.value,
        "standing": address.standing.value,
        "source": address.source,
        "given_at": address.given_at.isoformat() if address.given_at else None,
        "last_active_at": address.last_active_at.isoformat() if address.last_active_at else None,
    }


def _fact(fact: ServiceFact) -> dict[str, Any]:
    return {
        "event": fact.event_id,
        "attempt": fact.attempt_id,
        "kind": fact.kind.value,
        "channel": fact.channel.value if fact.channel else None,
        "at": fact.at.isoformat(),
        "recorded_at": fact.recorded_at.isoformat(),
        "signer": fact.signer.value if fact.signer else None,
        "proofs": fact.proofs,
        "words": fact.words,
        "raw_digest": fact.raw_digest,
    }


def count_proofs(session: Session, *, since: datetime) -> int:
    """How many proofs were issued since a time: a figure of the service desk."""
    return (
        session.scalar(
            built_once(
                lambda: select(func.count()).select_from(ProofOfService).where(ProofOfService.issued_at >= since)
            )
        )
        or 0
    )
