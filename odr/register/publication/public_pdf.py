"""The public text of a decision in the forms it is given out in: sealed PDF, plain text, Akoma Ntoso."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from odr.ground.text import T
from odr.procedure.papers.frame import SealedPaper, sealed_paper
from odr.register.formats.pdf import paper_of
from odr.register.formats.published import Publication as Said
from odr.register.publication.models import Publication
from odr.register.redaction.structure import PublicText

if TYPE_CHECKING:
    from odr.procedure.court import Court

NOT_THE_ORIGINAL = T(
    "This is the public text: names are replaced and private data cut, by the rules named on the court’s page of the decision. It is not the whole original, which the parties hold."
)


def said_of(court: Court, row: Publication, version: int, published_on: date, effective_at: datetime | None) -> Said:
    """What is said of a version beside its text, in every form of it."""
    return Said(
        identifier=row.address,
        version=version,
        published_on=published_on,
        address=f"{court.settings.base_url.rstrip('/')}/decisions/{row.address}",
        effective_on=effective_at.astimezone(court.settings.tz).date() if effective_at is not None else None,
        note=NOT_THE_ORIGINAL.render(row.language),
    )


def sealed_pdf(court: Court, row: Publication, text: PublicText, version: int, *, signer: str) -> SealedPaper:
    """Set a public text and seal it, as of now; ``signer`` is who publishes it."""
    reason = T("Public text of the decision in case %(number)s", number=text.number)
    today = court.clock.now().astimezone(court.settings.tz).date()
    paper = paper_of(text, said_of(court, row, version, today, row.effective_at))
    return sealed_paper(court, paper, text.language, row.proposed_sha256 or "", reason=reason, signer=signer)
