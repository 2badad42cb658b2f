"""Options of forms about evidence: the uploads, exhibits, lists of digests and requests one may choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.evidence.intake.belonging import stands_alone
from odr.evidence.models import OF_PARTIES, ORDERED, Exhibit, ExhibitState, Upload, UploadState
from odr.evidence.requests.models import EvidenceRequest
from odr.evidence.requests.queries import (
    late_ones,
    not_obeyed,
    ordered_of,
    title_of,
    to_answer,
    to_collect,
    to_rule_on,
    with_fine,
)
from odr.evidence.sources.models import DigestBatch
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("upload")
def uploads(sitting: Sitting, case: Case | None, actor: Actor) -> list[Option]:
    """Files the person has sent that are in no case yet."""
    rows = sitting.session.scalars(
        select(Upload)
        .outerjoin(Exhibit, Exhibit.upload_id == Upload.id)
        .where(Upload.account_id == actor.account_id, Upload.state == UploadState.ANCHORED, Exhibit.id.is_(None))
        .where(stands_alone())
        .order_by(Upload.id)
        .limit(200)
    )
    return [Option(upload.reference, upload.filename) for upload in rows]


@choice_source("digest_batch")
def digest_batches(sitting: Sitting, case: Case | None, actor: Actor) -> list[Option]:
    """Lists of digests the person has sent that are in no case yet."""
    rows = sitting.session.scalars(
        built_once(
            lambda: (
                select(DigestBatch)
                .where(DigestBatch.account_id == actor.account_id, DigestBatch.case_id.is_(None))
                .order_by(DigestBatch.id.desc())
                .limit(100)
            )
        )
    )
    return [
        Option(batch.reference, T("%(title)s (%(count)s digests)", title=batch.title, count=batch.count))
        for batch in rows
    ]


@choice_source("exhibit")
def exhibits(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits of the case."""
    rows = sitting.session.scalars(
        select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.state != ExhibitState.EXCLUDED).order_by(Exhibit.id)
    )
    return [Option(exhibit.reference, f"{exhibit.label} {exhibit.title}") for exhibit in rows]


@choice_source("own_side_exhibits")
def own_side_exhibits(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits of the actor's own side."""
    rows = sitting.session.scalars(
        select(Exhibit)
        .where(Exhibit.case_id == case.id, Exhibit.party_id == actor.party_id, Exhibit.of_court.is_(False))
        .order_by(Exhibit.id)
    )
    return [Option(exhibit.reference, f"{exhibit.label} {exhibit.title}") for exhibit in rows]


@choice_source("exhibits_to_withdraw")
def exhibits_to_withdraw(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits of the actor's own side that stand, that no expert made for the court and that no order asked for."""
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(Exhibit.reference, Exhibit.label, Exhibit.title, Exhibit.provenance)
                .where(
                    Exhibit.case_id == case.id,
                    Exhibit.party_id == actor.party_id,
                    Exhibit.of_court.in_(OF_PARTIES),
                    Exhibit.state.not_in((ExhibitState.WITHDRAWN, ExhibitState.EXCLUDED)),
                )
                .order_by(Exhibit.id)
            )
        )
    )
    bound = {"commissioned", ORDERED}
    return [Option(e.reference, f"{e.label} {e.title}") for e in rows if not bound & e.provenance.keys()]


@choice_source("case_parties")
def case_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parties of the case by their stable name."""
    return [Option(p.label, p.name) for p in parties(case)]


def _requests(case: Case, found: Iterable[EvidenceRequest]) -> list[Option]:
    return [Option(r.reference, title_of(case, r)) for r in found]


@choice_source("requests_to_answer")
def requests_to_answer(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests of others that wait for the judge."""
    return _requests(case, to_answer(sitting, case, actor))


@choice_source("requests_to_rule_on")
def requests_to_rule_on(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests for an order that wait for the judge; late evidence is ruled on by an act of its own."""
    return _requests(case, to_rule_on(sitting, case, actor))


@choice_source("late_evidence")
def late_evidence(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Late evidence that waits for the judge."""
    return _requests(case, late_ones(sitting, case, actor))


@choice_source("fines_proposed")
def fines_proposed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Late evidence for which the judge proposed a fine."""
    return _requests(case, with_fine(sitting, case, actor))


@choice_source("orders_to_me")
def orders_to_me(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Orders to produce something that are directed at the actor."""
    return _requests(case, ordered_of(sitting, case, actor))


@choice_source("not_produced")
def not_produced(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Orders that were not obeyed."""
    return _requests(case, not_obeyed(sitting, case, actor))


@choice_source("to_be_collected")
def to_be_collected(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What the court is to collect and has not yet."""
    return _requests(case, to_collect(sitting, case, actor))
