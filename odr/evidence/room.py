"""What the evidence room brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence import acts, acts_requests, merging
from odr.evidence.capturing import capture_due
from odr.evidence.compiling import compile_due
from odr.evidence.holdings import holdings
from odr.evidence.models import Exhibit, Upload, UploadState
from odr.evidence.models_digests import DigestBatch
from odr.evidence.models_requests import EvidenceRequest
from odr.evidence.on_facts import exhibits_by_fact
from odr.evidence.ports import expire_uploads, finish_uploads
from odr.evidence.retention import empty_journal, erased_by_rule
from odr.evidence.unsubmitted import note_used, tell_senders
from odr.identity.actors import Actor
from odr.procedure.events import CaseJoined, ClaimLodged, EvidenceMoved
from odr.procedure.hooks import NavItem, Room, on
from odr.procedure.resolvers import resolver
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@resolver("upload")
def find_upload(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Upload | None:
    """A whole and anchored file the actor sent."""
    own = (Upload.reference == reference, Upload.account_id == actor.account_id, Upload.state == UploadState.ANCHORED)
    return sitting.session.scalar(select(Upload).where(*own))


@resolver("exhibit")
def find_exhibit(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Exhibit | None:
    """An exhibit of the case."""
    return sitting.session.scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.reference == reference))


@resolver("evidence_request")
def find_request(sitting: Sitting, case: Case, actor: Actor, reference: str) -> EvidenceRequest | None:
    """A request about evidence of the case."""
    return sitting.session.scalar(
        select(EvidenceRequest).where(EvidenceRequest.case_id == case.id, EvidenceRequest.reference == reference)
    )


@resolver("digest_batch")
def find_batch(sitting: Sitting, case: Case, actor: Actor, reference: str) -> DigestBatch | None:
    """A list of digests the actor sent."""
    return sitting.session.scalar(
        select(DigestBatch).where(DigestBatch.reference == reference, DigestBatch.account_id == actor.account_id)
    )


ROOM = Room(
    name="evidence",
    routes=(
        "odr.evidence.routes.unsubmitted:unsubmitted",
        "odr.evidence.routes.upload:blueprint",
        "odr.evidence.routes.exhibits:exhibits",
        "odr.evidence.routes.many:many",
        "odr.evidence.routes.files:files",
        "odr.evidence.routes.attached:attached",
        "odr.evidence.routes.digests:digests",
        "odr.evidence.routes.platforms:platforms",
    ),
    commands=(
        "odr.evidence.cli:store",
        "odr.evidence.cli:casefile",
        "odr.evidence.cli:platform",
        "odr.evidence.cli:retention",
    ),
    on_event=(
        on(ClaimLodged, acts.on_claim_lodged),
        on(CaseJoined, merging.on_case_joined),
        on(EvidenceMoved, merging.on_evidence_moved),
    ),
    on_lapse={acts_requests.ORDER: acts_requests.on_order_lapsed},
    nav=(
        NavItem("exhibits", "exhibits.listing", T("Exhibits"), 20),
        NavItem("files", "casefiles.listing", T("Take along"), 80),
    ),
    holdings=(holdings,),
    erasures=(erased_by_rule,),
    tells={"exhibits_by_fact": exhibits_by_fact},
    sweeps={
        "expire_uploads": expire_uploads,
        "finish_uploads": finish_uploads,
        "capture": capture_due,
        "compile": compile_due,
        "unsubmitted": tell_senders,
        "journal": empty_journal,
    },
    after_act=(note_used,),
)
