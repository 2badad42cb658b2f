"""What the evidence room brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.entrusted import acts as entrusted_acts, queries as entrusted_queries
from odr.evidence.exhibits import acts as exhibits_acts, joined_cases
from odr.evidence.exhibits.checklist import by_standard
from odr.evidence.exhibits.facts_of_exhibits import exhibits_by_fact
from odr.evidence.exhibits.next_step import bring_evidence
from odr.evidence.exhibits.same_files import cases_with_same_files
from odr.evidence.exhibits.sealing import sealed_files
from odr.evidence.inspections import acts as inspections_acts
from odr.evidence.inspections.queries import inspections_ahead
from odr.evidence.intake.belonging import along
from odr.evidence.intake.unsubmitted_uploads import note_used, tell_senders
from odr.evidence.kit.compiling import compile_due
from odr.evidence.kit.receipt_files import holdings
from odr.evidence.models import Exhibit, Upload, UploadState
from odr.evidence.requests import acts as requests_acts
from odr.evidence.requests.models import EvidenceRequest
from odr.evidence.requests.next_step import reply_step
from odr.evidence.retention.rules import empty_journal, erased_by_rule
from odr.evidence.sources import early_fetches
from odr.evidence.sources.models import DigestBatch
from odr.evidence.sources.platform_queries import FetchState, fetched
from odr.evidence.sources.webpage_worker import capture_due, capture_early_due
from odr.evidence.store.erasing import erase_waiting
from odr.evidence.store.ports import expire_uploads, finish_uploads
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.events import CaseJoined, ClaimLodged, EvidenceMoved, Served
from odr.procedure.acts.resolvers import resolver
from odr.procedure.hooks import DeskPage, EarlyFetches, NavItem, Panel, Room, SentFiles, on

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


def codes_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """Which code the reader has to give to which platform, until when: nothing comes without it."""
    if actor.party_id is None:
        return None
    mine = [
        one
        for one in fetched(sitting.session, case, sitting.now)
        if one.request.party_id == actor.party_id and one.state is FetchState.WAITING
    ]
    return Panel("next", 8, "evidence/_platform_codes.html", {"waiting": mine}) if mine else None


ROOM = Room(
    name="evidence",
    routes=(
        "odr.evidence.intake.unsubmitted_uploads_pages:unsubmitted",
        "odr.evidence.intake.pages:blueprint",
        "odr.evidence.exhibits.pages:exhibits",
        "odr.evidence.exhibits.describing_many_pages:many",
        "odr.evidence.kit.pages:files",
        "odr.evidence.exhibits.attachment_pages:attached",
        "odr.evidence.sources.digest_pages:digests",
        "odr.evidence.sources.platform_pages:platforms",
        "odr.evidence.inspections.pages:inspections",
        "odr.evidence.entrusted.pages:entrusted",
    ),
    commands=(
        "odr.evidence.cli:store",
        "odr.evidence.cli:casefile",
        "odr.evidence.cli:platform",
        "odr.evidence.cli:retention",
    ),
    on_event=(
        on(ClaimLodged, exhibits_acts.on_claim_lodged),
        on(CaseJoined, joined_cases.on_case_joined),
        on(EvidenceMoved, joined_cases.on_evidence_moved),
        on(Served, inspections_acts.on_served),
    ),
    on_lapse={
        requests_acts.ORDER: requests_acts.on_order_lapsed,
        entrusted_queries.WINDOW: entrusted_acts.on_not_answered,
    },
    nav=(
        NavItem("exhibits", "exhibits.listing", T("Exhibits"), 20),
        NavItem("files", "casefiles.listing", T("Take along"), 80, rarely=True),
    ),
    desk_pages=(
        DeskPage("casefiles.received", T("Case files received"), 70),
        DeskPage("unsubmitted.mine", T("Files you have sent"), 130),
        DeskPage("unsubmitted.listing", T("Files never submitted: what may be erased"), 140),
    ),
    appointments=(inspections_ahead,),
    steps=(bring_evidence, reply_step),
    panels=(codes_panel,),
    holdings=(holdings,),
    erasures=(erased_by_rule,),
    sent_files=SentFiles(along, sealed_files, cases_with_same_files),
    early_fetches=EarlyFetches(
        page=early_fetches.ask_page,
        records=early_fetches.ask_records,
        again=early_fetches.again,
        stop=early_fetches.stop,
        why_no_page=early_fetches.why_no_page,
        why_no_records=early_fetches.why_no_records,
        listed=early_fetches.listed,
        files=early_fetches.files,
    ),
    tells={"exhibits_by_fact": exhibits_by_fact, "by_standard": by_standard},
    sweeps={
        "expire_uploads": expire_uploads,
        "finish_uploads": finish_uploads,
        "capture": capture_due,
        "capture before filing": capture_early_due,
        "compile": compile_due,
        "unsubmitted": tell_senders,
        "journal": empty_journal,
        "bytes to erase": erase_waiting,
    },
    after_act=(note_used,),
)
