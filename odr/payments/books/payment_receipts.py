"""Receipts for money taken: set, sealed, receipted in the log, made once when first asked for (FEE 52)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, Document, Party
from odr.docket.papers import ReceiptItem, ReceiptPaper, Signatory, typeset
from odr.ground.canonical import sha256_hex
from odr.ground.db import new_reference
from odr.ground.errors import NotFound
from odr.ground.text import Money, T, Text
from odr.payments.books.bookings import excess_of
from odr.payments.fee.scales import FeeStep
from odr.payments.models import FeeAssessment, Payment
from odr.procedure.papers.frame import anchored

if TYPE_CHECKING:
    from odr.procedure.court import Court

TITLE = T("Receipt for court fees")


@dataclass(frozen=True)
class _Facts:
    case: Case
    payment: Payment
    assessment: FeeAssessment
    payer: Party
    excess: Money


def receipt_pdf(court: Court, payment: str) -> bytes:
    """The sealed receipt of a payment; kept, so that it is the same for ever after.

    Setting and sealing happen outside the transaction. Raises NotFound.
    """
    with court.database.read() as session:
        facts = _facts(session, payment)
        kept = _kept(session, facts.payment)
        session.expunge_all()
    if kept is not None:
        return kept
    code = new_reference()
    pdf = _sealed(court, facts, code)
    return _keep(court, facts, code, pdf)


def _facts(session: Session, reference: str) -> _Facts:
    payment = session.scalar(select(Payment).where(Payment.reference == reference))
    if payment is None:
        raise NotFound
    case, assessment = session.get_one(Case, payment.case_id), session.get_one(FeeAssessment, payment.assessment_id)
    payer = case.party(payment.party_id)
    return _Facts(case, payment, assessment, payer, excess_of(session, payment))


def _kept(session: Session, payment: Payment) -> bytes | None:
    if payment.receipt_document is None:
        return None
    return session.scalars(select(Document.content).where(Document.reference == payment.receipt_document)).one()


def _sealed(court: Court, facts: _Facts, code: str) -> bytes:
    """The paper under the seal, in the payer's language."""
    now, settings = court.clock.machine_now(), court.settings
    name = settings.court_name_zh if facts.payer.locale == "zh-Hans" else settings.court_name
    pack = court.packs.get(facts.case.pack_id, facts.case.pack_version)
    steps = [FeeStep.from_json(step) for step in facts.assessment.steps]
    articles = list(dict.fromkeys(step.article for step in steps if step.amount.minor or len(steps) == 1))
    ground: Text = pack.cite("; ".join(articles)) if articles else T("Fee notice")
    taken = Money(facts.payment.amount_minor - facts.excess.minor, facts.payment.currency)
    items = [ReceiptItem(T("Court fee"), ground, taken)] if taken.minor else []
    if facts.excess.minor:
        items.append(ReceiptItem(T("Paid beyond the fee; it goes back"), T("Fee notice"), facts.excess))
    paper = ReceiptPaper(
        court=name,
        issued_on=court.clock.now().astimezone(settings.tz).date(),
        signatories=[Signatory(T("Pay desk"), name)],
        case_number=facts.case.number or facts.case.reference,
        document_code=code,
        check_url=f"{settings.base_url.rstrip('/')}/check/{code}",
        receipt_number=f"{facts.case.reference[:6]}-{facts.payment.id:06d}",
        payer=facts.payer.name,
        paid_at=facts.payment.received_at,
        method=facts.payment.channel.label,
        payment_reference=facts.payment.source,
        items=items,
        total=facts.payment.amount,
    )
    pdf = typeset(court.ports.typesetter, paper, "zh-Hans" if facts.payer.locale == "zh-Hans" else "en", at=now)
    sealed: bytes = court.ports.sealer.seal_pdf(pdf, reason=str(TITLE), signer_name=settings.court_name, now=now)
    return sealed


def _keep(court: Court, facts: _Facts, code: str, pdf: bytes) -> bytes:
    """Keep the paper with a receipt of the log; the first one made stays."""
    with court.database.write() as session:
        payment = session.scalars(select(Payment).where(Payment.id == facts.payment.id).with_for_update()).one()
        kept = _kept(session, payment)
        if kept is not None:
            return kept
        digest, now = sha256_hex(pdf), court.clock.now()
        receipt = anchored(court, session, facts.case.reference, digest, len(pdf), now=now)
        session.add(
            Document(
                reference=code,
                case_id=facts.case.id,
                kind="receipt",
                title={locale: TITLE.render(locale) for locale in ("en", "zh-Hans")},
                locale=facts.payer.locale,
                audience=Audience.OWN_SIDE_AND_COURT,
                party_id=facts.payer.id,
                entry_number=facts.payment.entry_number,
                sha256=digest,
                content=pdf,
                receipt=receipt,
                made_at=now,
            )
        )
        payment.receipt_document = code
    court.sequence()
    return pdf
