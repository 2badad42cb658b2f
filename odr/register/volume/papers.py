"""The court's certificate of a volume: what was sealed, and what was checked before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case
from odr.docket.papers import FactsBlock, NoticePaper, ParagraphBlock, Words, clerk
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.papers.form import head
from odr.procedure.papers.frame import sealed_paper
from odr.procedure.papers.language import language_of
from odr.register.volume.inputs import SealVolumeInput
from odr.register.volume.models import CaseVolume
from odr.register.volume.queries import bound

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

PREPARED = "volume certificate"
KIND = "volume_certificate"


def prepare_certificate(court: Court, case: Case, given: SealVolumeInput, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the certificate before the Sitting."""
    with court.database.read() as session:
        look, mine = court.look(session), session.get_one(Case, case.id)
        found = bound(session, mine, given.volume)
        if found is None:
            return {}
        language, paper = language_of(look, mine), certificate(look, mine, found[0], given)
    reason = T("Closed volume, case %(number)s", number=mine.number or mine.reference)
    return {
        PREPARED: sealed_paper(court, paper, language, said(given), reason=reason, signer=court.settings.court_name)
    }


def said(given: SealVolumeInput) -> str:
    """Digest of what a certificate says: the archive as it was made."""
    return sha256_hex(canonical(given.model_dump(mode="json")))


def certificate(sitting: Sitting, case: Case, row: CaseVolume, given: SealVolumeInput) -> NoticePaper:
    """The certificate of a volume."""
    language = language_of(sitting, case)
    facts: list[tuple[Words, Words]] = [
        (T("Volume"), str(row.number)),
        (T("Up to entry"), str(given.upto)),
        (T("SHA-256 of the archive"), given.sha256),
        (T("Bytes"), f"{given.size:,}"),
    ]
    settings = sitting.court.settings
    return NoticePaper(
        **head(sitting, case, language, sitting.now),
        kind=T("Certificate of a closed volume"),
        subject=sitting.subject_of(case),
        signatories=(clerk(settings.court_name_zh if language == "zh-Hans" else settings.court_name),),
        blocks=[
            ParagraphBlock(
                T(
                    "The file of this case is closed. Before it was closed the record was looked through: no time limit ran, "
                    "nothing lay on a desk, every paper had its receipt, every service its proof, and the money was even. "
                    "The archive holds the docket, the papers and the exhibits, each with its receipt, and names what is kept apart from it."
                )
            ),
            FactsBlock(facts),
        ],
    )
