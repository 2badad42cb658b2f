"""The proof of service as a paper: the certificate that stands as the return of service (OLR 31)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Document
from odr.docket.papers import ProofOfServicePaper, Signatory, TrailEvent, Words, clerk, typeset
from odr.ground.canonical import sha256_hex
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, words_of
from odr.procedure.papers.frame import anchored
from odr.procedure.time.written_working import bilingual, text_from_json
from odr.service import names
from odr.service.models import Packet, ProofOfService
from odr.service.packet.copies import PROOF
from odr.service.packet.deemed import Weight
from odr.service.packet.proof_of_service import attach_document
from odr.service.queries import readers_of
from odr.service.rules import cited
from odr.service.vocabulary import AddressClass, Channel, ConsentWay, FactKind, carrier_said

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from odr.procedure.court import Court


def proof_paper(
    proof: ProofOfService,
    *,
    court: Text,
    signatories: Sequence[Signatory],
    zone: ZoneInfo,
    case_number: str | None = None,
    document_code: str | None = None,
    check_url: str | None = None,
    limit: Text | None = None,
    cite: Callable[[str], Text | str] = str,
) -> ProofOfServicePaper:
    """The proof as a paper, from its stored reasoning alone: set again later it says the same (OLR 31). ``cite`` writes
    its article out.
    """
    told: Mapping[str, Any] = proof.reasoning
    address = _decisive_address(told)
    rule = _rule(told, cite)
    return ProofOfServicePaper(
        court=court,
        issued_on=proof.issued_at.astimezone(zone).date(),
        signatories=signatories,
        case_number=case_number,
        document_code=document_code,
        check_url=check_url,
        limit=limit,
        proof_number=proof.number,
        paper=text_from_json(told["title"]),
        paper_digest=told["documents"][0]["sha256"] if len(told["documents"]) == 1 else None,
        recipient=told["recipient"]["name"] or T("the addressee"),
        channel=proof.channel.label if proof.channel else T("none"),
        address=address["value"] if address else T("none"),
        attribution=_attribution(address, zone),
        consent=_consent(told, zone),
        trail=tuple(_trail(fact) for fact in told["facts"]),
        rule=rule,
        conclusion=proof.conclusion.label,
        served_at=proof.effective_at,
    )


def _decisive_address(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The address of the channel that counted; the first one used when none did."""
    here = [a for a in told["addresses"] if a["channel"] == told["channel"]] or list(told["addresses"])
    return here[0] if here else None


def _rule(told: Mapping[str, Any], cite: Callable[[str], Text | str]) -> Text:
    counted = [r for r in told["reasons"] if r["weight"] in (Weight.EFFECTIVE.value, Weight.PRESUMED.value)]
    chosen = next((r for r in counted if r["at"] == told["effective_at"]), None)
    if chosen is None:
        return T("No fact on record completes service.")
    return T("%(why)s (%(article)s)", why=text_from_json(chosen["text"]), article=cite(chosen["article"]))


def _attribution(address: Mapping[str, Any] | None, zone: ZoneInfo) -> Text:
    if address is None:
        return T("No address was used.")
    if address["standing"] == AddressClass.GIVEN.value:
        return T(
            "Given or confirmed by the recipient on %(day)s (%(source)s).",
            day=_day(address["given_at"], zone),
            source=address["source"],
        )
    return T("Not given by the recipient; attributed from: %(source)s.", source=address["source"])


def _consent(told: Mapping[str, Any], zone: ZoneInfo) -> Text:
    if not told["consents"]:
        return T("No consent to electronic service on record.")
    last = told["consents"][-1]
    way = ConsentWay(last["way"]).label
    if last["withdrawn_at"]:
        return T(
            "%(way)s on %(day)s, withdrawn on %(end)s.",
            way=way,
            day=_day(last["at"], zone),
            end=_day(last["withdrawn_at"], zone),
        )
    return T("%(way)s on %(day)s, not withdrawn.", way=way, day=_day(last["at"], zone))


def _day(instant: str, zone: ZoneInfo) -> Any:
    return datetime.fromisoformat(instant).astimezone(zone).date()


def _trail(fact: Mapping[str, Any]) -> TrailEvent:
    source: Words = Channel(fact["channel"]).label if fact["channel"] else T("the court’s record")
    return TrailEvent(
        datetime.fromisoformat(fact["at"]),
        FactKind(fact["kind"]).label,
        source,
        carrier_said(fact["words"]) or fact["raw_digest"],
    )


LIMIT = T(
    "This paper proves that the document was sent, how and when it arrived, and by which rule it counts as served. It does not prove what the document says."
)


def seal_proofs(court: Court, limit: int = 16) -> int:
    """The worker's sweep: set, seal, keep and anchor every proof that has no paper yet; gives how many were made.

    One that cannot be made keeps no other back; the first fault is raised when the others are kept.
    """
    with court.database.read() as session:
        rows = session.execute(
            built_once(
                lambda: (
                    select(ProofOfService, Packet, Case)
                    .join(Packet, Packet.id == ProofOfService.packet_id)
                    .join(Case, Case.id == Packet.case_id)
                    .where(ProofOfService.document_sha256.is_(None))
                    .order_by(ProofOfService.id)
                    .limit(limit)
                )
            )
        ).all()
        look = court.look(session)
        drafts = [
            (proof.id, proof.number, _paper(court, proof, packet, case, partial(cited, look.pack(case))))
            for proof, packet, case in rows
        ]
    faults: list[Exception] = []
    for proof_id, number, paper in drafts:
        now = court.clock.machine_now()
        try:
            pdf = typeset(court.ports.typesetter, paper, "both", at=now, by_number=True)
            sealed = court.ports.sealer.seal_pdf(
                pdf, reason=f"Proof of service {number}", signer_name=court.settings.court_name, now=now
            )
        except Exception as error:
            faults.append(error)
        else:
            _keep(court, proof_id, sealed)
    if faults:
        raise faults[0]
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
        # It tells what was served: whoever reads that reads it, also where it is opened before the paper is made.
        audience, named = readers_of(sitting.session, case, packet)
        digest = sha256_hex(pdf)
        receipt = anchored(
            court, sitting.session, case.reference, digest, len(pdf), now=sitting.now, document=proof.number
        )
        sitting.session.add(
            Document(
                case_id=case.id,
                kind=PROOF,
                title=words_of(T("Proof of service %(number)s", number=proof.number)),
                locale="both",
                audience=audience or Audience.PARTIES_AND_COURT,
                named=list(named),
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
