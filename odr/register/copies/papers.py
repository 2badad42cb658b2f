"""The court's certificate of a copy: what it holds, with sizes and digests, so that anybody can compare it with the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case
from odr.docket.papers import Block, FactsBlock, NoticePaper, ParagraphBlock, TableBlock, Words, clerk
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.papers.form import head
from odr.procedure.papers.frame import sealed_paper
from odr.procedure.papers.language import language_of
from odr.register.copies.inputs import CertifyCopyInput
from odr.register.copies.making import Made, made_of

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

PREPARED = "copy certificate"
KIND = "copy_certificate"


def prepare_certificate(court: Court, case: Case, given: CertifyCopyInput, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the certificate before the Sitting."""
    with court.database.read() as session:
        look = court.look(session)
        mine = session.get_one(Case, case.id)
        made = made_of(look, mine, given.request)
        if made is None:
            return {}
        language, paper = language_of(look, mine), certificate(look, mine, made)
    reason = T("Certified copy, case %(number)s", number=mine.number or mine.reference)
    signer = court.settings.court_name
    return {PREPARED: sealed_paper(court, paper, language, said(given), reason=reason, signer=signer)}


def said(given: CertifyCopyInput) -> str:
    """Digest of what a certificate says: the copy as it was made."""
    return sha256_hex(canonical(given.model_dump(mode="json")))


def certificate(sitting: Sitting, case: Case, made: Made) -> NoticePaper:
    """The certificate with every file of the copy."""
    language = language_of(sitting, case)
    facts: list[tuple[Words, Words]] = [
        (T("Copy for"), made.party.name),
        (T("Form"), made.row.form.label),
        (T("Up to entry"), str(made.upto)),
        (T("SHA-256 of the archive") if made.is_archive else T("SHA-256 of the bundle of exhibits"), made.sha256),
        (T("Bytes"), f"{made.size:,}"),
    ]
    if made.pages is not None:
        facts.append((T("Number of pages"), str(made.pages)))
    rows = [
        (one.label or "–", one.title.get(language, one.title["en"]), f"{one.size:,}", one.sha256) for one in made.pieces
    ]
    blocks: list[Block] = [
        ParagraphBlock(
            T(
                "This copy agrees with the file of the case as its party may see it. What is kept from this party, "
                "deliberations, private talks and sealed files, is not in it."
            )
        ),
        FactsBlock(facts),
    ]
    if rows:
        blocks.append(TableBlock((T("Exhibit"), T("File"), T("Bytes"), T("SHA-256")), rows))
    return NoticePaper(
        **head(sitting, case, language, sitting.now),
        kind=T("Certificate of a copy"),
        subject=sitting.subject_of(case),
        signatories=(
            clerk(sitting.court.settings.court_name_zh if language == "zh-Hans" else sitting.court.settings.court_name),
        ),
        blocks=blocks,
    )
