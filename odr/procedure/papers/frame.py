"""Papers of the court: set and sealed before the Sitting, kept and anchored within it.

Setting and sealing take seconds and must hold no lock, so they are an act's
preparation; the handler then stores the bytes and logs their digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, Document
from odr.docket.papers import Paper, typeset
from odr.ground.canonical import sha256_hex
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, CaseMovedOn
from odr.ground.text import LOCALES, T, Text
from odr.ground.typeset import PaperLocale
from odr.notary.canonical import JSON

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

PDF = "application/pdf"


@dataclass(frozen=True)
class SealedPaper:
    """A sealed paper that waits to be kept: of which text, its bytes, under which reference.

    ``said`` is the paper as data, and ``language`` what it was set in, for whoever makes another text of it.
    """

    text_sha256: str
    content: bytes
    reference: str
    said: Paper | None = None
    language: str = ""


def check_url(court: Court, code: str) -> str:
    """Where anybody can check the paper with its code."""
    return f"{court.settings.base_url.rstrip('/')}/check?code={code}"


def set_and_seal(
    court: Court, paper: Paper, language: str, *, reason: Text, signer: str, reserved: Sequence[str] = ()
) -> bytes:
    """Set a paper in a language and put the court's seal with its timestamp on it; ``signer`` answers for it by name.

    ``reserved`` are places for signatures that follow, see :func:`countersign`.
    """
    locale = cast(PaperLocale, language if language in LOCALES else "en")
    now = court.clock.machine_now()
    pdf = typeset(court.ports.typesetter, paper, locale, at=now)
    sealed: bytes = court.ports.sealer.seal_pdf(
        pdf, reason=reason.render(locale), signer_name=signer, now=now, reserved=reserved
    )
    return sealed


def sealed_paper(
    court: Court,
    paper: Paper,
    language: str,
    text_sha256: str,
    *,
    reason: Text,
    signer: str,
    reserved: Sequence[str] = (),
) -> SealedPaper:
    """The paper set and sealed under a code of its own, by which anybody can check it, until :func:`keep_prepared`.

    ``text_sha256`` is the digest of what it says: it must be the same when the paper is kept.
    """
    code = new_reference()
    coded = replace(paper, document_code=code, check_url=check_url(court, code))
    content = set_and_seal(court, coded, language, reason=reason, signer=signer, reserved=reserved)
    return SealedPaper(text_sha256, content, code, paper, language)


def anchored(
    court: Court,
    session: Session,
    case: str,
    sha256: str,
    size: int,
    *,
    now: datetime,
    media_type: str = PDF,
    **more: JSON,
) -> str:
    """Enter the digest of a paper that the court made in the public log; gives its receipt's reference.

    ``case`` is the reference of the case it belongs to; ``more`` what else its leaf says: the entry
    that made it, the code of the document.
    """
    subject: dict[str, JSON] = {
        "case": case,
        "sha256": sha256,
        "size": size,
        "media_type": media_type,
        "submitted_by": "court",
        **more,
    }
    return court.notary.record(session, subject, now=now).reference


def countersign(court: Court, content: bytes, place: str, language: str, *, reason: Text, signer: str) -> bytes:
    """A sealed paper with its reserved ``place`` signed by ``signer``; everything before stays as it was."""
    locale = cast(PaperLocale, language if language in LOCALES else "en")
    now = court.clock.machine_now()
    signed: bytes = court.ports.sealer.countersign_pdf(
        content, place=place, reason=reason.render(locale), signer_name=signer, now=now
    )
    return signed


def keep_prepared(
    sitting: Sitting, case: Case, name: str, text_sha256: str, *, kind: str, title: dict[str, str], locale: str
) -> Document:
    """Keep the paper that was prepared under ``name``.

    Raises ActNotOpen where none was prepared, CaseMovedOn where its text is not the one of now.
    """
    paper = sitting.prepared.get(name)
    if not isinstance(paper, SealedPaper):
        raise ActNotOpen(T("The sealed paper was not prepared."))
    if paper.text_sha256 != text_sha256:
        raise CaseMovedOn(
            T("The case has moved on since you opened this page."),
            T("What you typed is kept. Look at what is new, then send it again."),
        )
    return keep_document(sitting, case, paper.content, paper.reference, kind=kind, title=title, locale=locale)


def keep_document(
    sitting: Sitting,
    case: Case,
    content: bytes,
    reference: str,
    *,
    kind: str,
    title: dict[str, str],
    locale: str,
    audience: Audience = Audience.PARTIES_AND_COURT,
    media_type: str = PDF,
) -> Document:
    """Store a paper of the court and anchor its digest in the same transaction."""
    document = Document(
        reference=reference,
        case_id=case.id,
        kind=kind,
        title=title,
        locale=locale,
        audience=audience,
        made_at=sitting.now,
    )
    _anchor(sitting, case, document, content, media_type)
    sitting.session.add(document)
    sitting.session.flush()
    return document


def keep_signed_again(sitting: Sitting, case: Case, document: Document, content: bytes) -> None:
    """Keep a paper to which a signature was added: the same paper under the same code, anchored anew by this entry.

    Raises ValueError where the bytes do not go on from those that were kept.
    """
    if not content.startswith(document.content):
        raise ValueError("a signature is added to a paper; what stood before stays")
    _anchor(sitting, case, document, content, PDF)
    sitting.session.flush()


def _anchor(sitting: Sitting, case: Case, document: Document, content: bytes, media_type: str) -> None:
    number, digest = sitting.next_number(case), sha256_hex(content)
    document.receipt = anchored(
        sitting.court,
        sitting.session,
        case.reference,
        digest,
        len(content),
        now=sitting.now,
        media_type=media_type,
        entry=number,
        document=document.reference,
    )
    document.entry_number, document.sha256, document.content = number, digest, content
