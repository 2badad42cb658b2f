"""Files of the hearing: what goes with answers and testimony, minutes and recordings, and the exhibit a witness is asked about."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select

from odr.access import case_page, current_court, current_session
from odr.docket.models import COURT_ROLES, HEARD_ROLES, PARTY_ROLES, Case, Role
from odr.errors import NotFound
from odr.evidence.models import Exhibit, Upload
from odr.evidence.ports import desk_of
from odr.hearing.queries import STANDING, hearings_of, postings_of, reads_posting
from odr.hearing.views import put_exhibits
from odr.identity.actors import Actor

files = Blueprint("hearing_files", __name__, url_prefix="/cases/<reference>/examination")
NO_SCRIPT = "sandbox; default-src 'none'; frame-ancestors 'none'"


@files.get("/files/<upload>")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def one(case: Case, actor: Actor, upload: str) -> Response:
    """A file that goes with something the viewer reads; to be saved, never shown by the browser."""
    session = current_session()
    said = any(upload in p.uploads and reads_posting(actor, p) for p in postings_of(session, case))
    held = actor.role not in HEARD_ROLES and any(upload in (h.minutes_upload, h.recording_upload) for h in hearings_of(session, case))
    found = session.scalar(select(Upload).where(Upload.reference == upload)) if said or held else None
    if found is None:
        raise NotFound
    return _sent(found, found.filename)


@files.get("/exhibits/<label>")
@case_page(Role.WITNESS, Role.EXPERT)
def exhibit(case: Case, actor: Actor, label: str) -> Response:
    """The exhibit a witness or expert was asked about; no other exhibit of the case is hers to see."""
    found = current_session().scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == label))
    look = current_court().look(current_session())
    if found is None or found.state not in STANDING or found.id not in put_exhibits(look, case, actor):
        raise NotFound
    return _sent(found.upload, f"{found.label} {found.upload.filename}")


def _sent(upload: Upload, name: str) -> Response:
    answer = Response(desk_of(current_court()).contents(upload), mimetype=upload.media.served_as)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Length"] = str(upload.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = NO_SCRIPT
    answer.headers["Cache-Control"] = "no-store"
    return answer
