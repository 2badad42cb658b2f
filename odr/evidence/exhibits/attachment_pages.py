"""Sending out files that stand in an entry and are no exhibits, such as identity papers."""

from __future__ import annotations

from flask import Blueprint, Response, request

from odr.docket.models import Case
from odr.docket.queries import entry
from odr.docket.visibility import READS_FILE, reads_entry
from odr.evidence.exhibits.access import attached_upload
from odr.evidence.exhibits.file_answers import Outgoing, attachment, shown
from odr.evidence.store.ports import PREVIEWER, desk_of
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.web.guards import case_page, current_court, current_session

attached = Blueprint("attached", __name__, url_prefix="/cases/<reference>/docket/<int:number>/files")


def _outgoing(case: Case, actor: Actor, number: int, upload: str) -> Outgoing:
    """The file, for who reads the entry that names it; an exhibit is opened on its own page, where its seal is asked
    for.
    """
    session, court = current_session(), current_court()
    found = entry(session, case, number)
    if found is None or not reads_entry(actor, found):
        raise NotFound
    kept = attached_upload(session, found, upload)
    if kept is None:
        raise NotFound
    desk = desk_of(court)
    return Outgoing(
        kept.filename,
        kept.media,
        kept.size,
        kept.sha256 or "",
        lambda start, length: desk.contents(kept, start, length),
    )


@attached.get("/<upload>")
@case_page(*READS_FILE)
def file(case: Case, actor: Actor, number: int, upload: str) -> Response:
    """The original, as an attachment."""
    return attachment(request, _outgoing(case, actor, number, upload))  # type: ignore[return-value]


@attached.get("/<upload>/preview/<int:page>")
@case_page(*READS_FILE)
def preview(case: Case, actor: Actor, number: int, upload: str, page: int) -> Response:
    """One page of a picture or document, drawn anew by the court."""
    going = _outgoing(case, actor, number, upload)
    made = PREVIEWER.make(going.media, going.size, lambda: going.open(0, None), page)
    return shown(made.data, made.content_type)  # type: ignore[return-value]
