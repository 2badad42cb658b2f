"""Options of forms about evidence: the uploads, exhibits, lists of digests and requests one may choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.evidence.models import Exhibit, ExhibitState, Upload, UploadState
from odr.evidence.requests.models import RequestState
from odr.evidence.requests.queries import requests_of, title_of
from odr.evidence.sources.models import DigestBatch
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
        .order_by(Upload.id)
        .limit(200)
    )
    return [Option(upload.reference, upload.filename) for upload in rows]


@choice_source("digest_batch")
def digest_batches(sitting: Sitting, case: Case | None, actor: Actor) -> list[Option]:
    """Lists of digests the person has sent that are in no case yet."""
    mine = (DigestBatch.account_id == actor.account_id, DigestBatch.case_id.is_(None))
    rows = sitting.session.scalars(select(DigestBatch).where(*mine).order_by(DigestBatch.id.desc()).limit(100))
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
        select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.party_id == actor.party_id).order_by(Exhibit.id)
    )
    return [Option(exhibit.reference, f"{exhibit.label} {exhibit.title}") for exhibit in rows]


@choice_source("case_parties")
def case_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parties of the case by their stable name."""
    return [Option(p.label, p.name) for p in parties(case)]


@choice_source("evidence_request")
def evidence_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests about evidence that are not settled."""
    waiting = (RequestState.OPEN, RequestState.ORDERED, RequestState.NOT_OBEYED)
    found = [
        r
        for r in requests_of(sitting.session, case)
        if r.state in waiting or (r.fine_minor is not None and r.fine_approved is None)
    ]
    return [Option(r.reference, title_of(case, r)) for r in found]
