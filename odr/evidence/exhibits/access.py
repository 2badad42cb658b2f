"""Who may open the file of an exhibit. The exhibit itself, its title and what it is to show stand in the list for all
who read the case.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import BENCH_ROLES, Case, DocketEntry, Party
from odr.docket.queries import entries_of
from odr.docket.visibility import READS_FILE, Viewer
from odr.evidence import desks, names
from odr.evidence.intake.belonging import kept_from_others, pages_of
from odr.evidence.models import Exhibit, ExhibitReading, ExhibitState, PartKind, SealState, Upload, UploadState
from odr.ground.errors import Forbidden
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import files_named
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.models import Task

if TYPE_CHECKING:
    from odr.procedure.court import Court


def is_sealed(exhibit: Exhibit) -> bool:
    """Whether the file is kept from others, by order or until the judge decides."""
    return exhibit.seal is not None and exhibit.seal.state is not SealState.OPENED


def is_kept(exhibit: Exhibit, upload: Upload) -> bool:
    """Whether this one of its files is kept from others: a copy made for them never is."""
    if exhibit.seal is None or not is_sealed(exhibit):
        return False
    return upload in kept_from_others(exhibit.upload, exhibit.along, whole=exhibit.seal.whole)


def files_of(exhibit: Exhibit) -> list[Upload]:
    """Its file, its further pictures in order, and the copies that others see."""
    return [exhibit.upload, *exhibit.along]


def why_closed(viewer: Viewer, exhibit: Exhibit, upload: Upload | None = None) -> Text | None:
    """Why the viewer may not open a file of the exhibit, its first where none is named, or None where they may.

    Who submitted it and the bench always may. An excluded exhibit is masked from
    everybody else (CPI 106).
    """
    if viewer.role in BENCH_ROLES or (viewer.party_id is not None and viewer.party_id == exhibit.owner_id):
        return None
    if viewer.role not in READS_FILE:
        return T("Not shown in this capacity.")
    if exhibit.seal and is_kept(exhibit, upload or exhibit.upload) and viewer.party_id not in exhibit.seal.readers:
        return T("Sealed: only those whom the judge names may open it.")
    if exhibit.state is ExhibitState.EXCLUDED:
        return T("Excluded by ruling of the court.")
    return None


def shown_to(viewer: Viewer, exhibit: Exhibit) -> list[tuple[int, Upload, bool]]:
    """The pictures of an exhibit as the viewer sees them, in order: place among its files, file, and whether it is a copy
    in place of one that is kept from them.
    """
    along, places = exhibit.along, {each.id: n for n, each in enumerate(files_of(exhibit), 1)}
    found = []
    for page in pages_of(exhibit.upload, along):
        if why_closed(viewer, exhibit, page) is None:
            found.append((places[page.id], page, False))
            continue
        copies = [each for each in along if each.part_kind is PartKind.COPY and each.part_of == page.reference]
        found += [(places[each.id], each, True) for each in copies if why_closed(viewer, exhibit, each) is None]
    return found


def open_since(session: Session, case: Case, exhibit: Exhibit, party: Party) -> datetime | None:
    """Since when a party of another side may open the file of an exhibit; None while the whole of it is kept from them. What was
    kept from them at first is open to them from the order that let them in: before that they could not say anything of it
    (CPL 71; CPI 103).
    """
    seal = exhibit.seal
    if seal is None or not seal.whole:
        return exhibit.submitted_at
    if seal.state is not SealState.OPENED and party.id not in seal.readers:
        return None
    since = None if _was_kept_at_first(session, exhibit) else exhibit.submitted_at
    for entry in entries_of(session, case, names.ORDER_SEAL):
        told = json.loads(entry.payload)["result"]
        if told["exhibit"] == exhibit.label:
            lets_in = "readers" not in told or party.label in told["readers"]
            since = (since or entry.effective_at) if lets_in else None
    # The order may stand on the docket of a case that was joined into this one.
    return since or exhibit.submitted_at


def _was_kept_at_first(session: Session, exhibit: Exhibit) -> bool:
    """Whether its party asked that the file be kept from others, so that nobody of them has seen it before an order."""
    asked = select(Task.id).where(Task.kind == desks.SEAL_ASKED.kind, Task.subject == exhibit.reference)
    return session.scalar(asked.limit(1)) is not None


def note_reading(session: Session, exhibit: Exhibit, actor: Actor, how: str, at: datetime) -> None:
    """Log that somebody opened a sealed file; the parties see the list."""
    if is_sealed(exhibit):
        session.add(
            ExhibitReading(
                exhibit_id=exhibit.id, account_id=actor.account_id or 0, name=actor.name, hat=actor.hat, how=how, at=at
            )
        )


def opened(court: Court, exhibit: Exhibit, actor: Actor, how: str, upload: Upload | None = None) -> Exhibit:
    """The exhibit, a file of which the actor is about to be given (its first where none is named); opening a sealed one is
    logged. Raises Forbidden with the reason where they may not.
    """
    reason = why_closed(actor, exhibit, upload)
    if reason is not None:
        raise Forbidden(reason, source=court.cited_today("CPL 71", "CPI 103, 106"))
    if is_kept(exhibit, upload or exhibit.upload):
        with court.database.write() as session:
            note_reading(session, exhibit, actor, how, court.clock.now())
    return exhibit


def receipt_opened(court: Court, exhibit: Exhibit, actor: Actor, upload: Upload | None = None) -> str:
    """Reference of the receipt of the exhibit's file, whose words the actor is about to be given: digest and salt say of a
    file what it says, to whoever guesses. Raises Forbidden where the file is closed to them.
    """
    reason = why_closed(actor, exhibit, upload)
    if reason is not None:
        raise Forbidden(reason, source=court.cited_today("CPL 71", "CPI 103, 106"))
    return (upload or exhibit.upload).receipt or ""


def readings_of(session: Session, exhibit: Exhibit) -> list[ExhibitReading]:
    """Every reading of a sealed file, in order."""
    return list(
        session.scalars(
            select(ExhibitReading).where(ExhibitReading.exhibit_id == exhibit.id).order_by(ExhibitReading.id)
        )
    )


def attached_upload(session: Session, entry: DocketEntry, reference: str) -> Upload | None:
    """The file of that reference, if whoever filed the entry sent it, gave it to the act as a file, and it is no
    exhibit of this case, nor one that this case has passed on. An exhibit of another case is read here as before: who brings
    there what they once showed here takes it from nobody.
    """
    if entry.act in acts_that_mean(Milestone.EXHIBITS_BROUGHT) or reference not in files_named(entry):
        return None
    own = (Upload.reference == reference, Upload.account_id == entry.account_id, Upload.state == UploadState.ANCHORED)
    upload = session.scalar(select(Upload).where(*own))
    exhibit = session.scalar(select(Exhibit).where(Exhibit.upload_id == upload.id)) if upload is not None else None
    if exhibit is not None and (exhibit.case_id == entry.case_id or was_moved(exhibit)):
        return None
    return upload


def was_moved(exhibit: Exhibit) -> bool:
    """Whether it was an exhibit of another case before, in whose docket it was brought."""
    return "from_case" in exhibit.provenance
