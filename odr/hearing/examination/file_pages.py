"""Files of the hearing: what goes with answers and testimony, minutes and recordings, and the exhibit a witness is
asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import select

from odr.docket.models import COURT_ROLES, HEARD_ROLES, PARTY_ROLES, Case, Role, Seat
from odr.evidence.exhibits.access import opened, why_closed
from odr.evidence.exhibits.preview import Previewer
from odr.evidence.models import Exhibit, Upload, UploadState
from odr.evidence.store.ports import desk_of
from odr.ground.errors import NotFound
from odr.hearing.examination.case_views import put_exhibits
from odr.hearing.examination.exhibit_places import PLAYED, SEEN
from odr.hearing.models import Question, Witness
from odr.hearing.queries import STANDING, hearings_of, postings_of, reads_posting, reads_question
from odr.identity.actors import Actor
from odr.web.guards import case_page, current_court, current_session
from odr.web.pages import look

files = Blueprint("hearing_files", __name__, url_prefix="/cases/<reference>/examination")
PREVIEWER = Previewer()
NO_SCRIPT = "sandbox; default-src 'none'; frame-ancestors 'none'"
PLAYS = "sandbox; default-src 'none'; media-src 'self'; frame-ancestors 'self'"


@files.get("/files/<upload>")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def one(case: Case, actor: Actor, upload: str) -> Response:
    """A file that goes with something the viewer reads; to be saved, never shown by the browser."""
    session = current_session()
    named = [p for p in postings_of(session, case) if upload in p.uploads]
    senders = {p.account_id for p in named if reads_posting(actor, p)}
    held = actor.role not in HEARD_ROLES and any(
        upload in (h.minutes_upload, h.recording_upload) for h in hearings_of(session, case)
    )
    if held or None in senders:
        # Minutes and recordings come from whoever serves the court in the case, as does what is filed at the counter.
        senders.update(
            session.scalars(select(Seat.account_id).where(Seat.case_id == case.id, Seat.role.in_(COURT_ROLES)))
        )
    sent = (Upload.reference == upload, Upload.account_id.in_(senders - {None}), Upload.state == UploadState.ANCHORED)
    found = session.scalar(select(Upload).where(*sent))
    if found is None:
        raise NotFound
    return _sent(found, found.filename)


@files.get("/exhibits/<label>")
@case_page(Role.WITNESS, Role.EXPERT)
def exhibit(case: Case, actor: Actor, label: str) -> Response:
    """The exhibit a witness or expert was asked about; no other exhibit of the case is theirs to see."""
    found = current_session().scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == label))
    sitting = look()
    if found is None or found.state not in STANDING or found.id not in put_exhibits(sitting, case, actor):
        raise NotFound
    return _sent(found.upload, f"{found.label} {found.upload.filename}")


def _asked_about(case: Case, actor: Actor, number: int) -> tuple[Question, Exhibit]:
    """A question the viewer may read, with the exhibit it is about. Raises NotFound."""
    session = current_session()
    question = session.scalar(select(Question).where(Question.case_id == case.id, Question.number == number))
    witness = session.get(Witness, question.witness_id) if question is not None and question.witness_id else None
    if question is None or not reads_question(actor, question, witness.account_id if witness else None):
        raise NotFound
    exhibit = session.get(Exhibit, question.exhibit_id) if question.exhibit_id else None
    if exhibit is None or (actor.role in HEARD_ROLES and exhibit.state not in STANDING):
        raise NotFound
    return question, exhibit


@files.get("/questions/<int:number>/place")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def place(case: Case, actor: Actor, number: int) -> str:
    """The place in an exhibit that a question is about: the page with its region, or the recording at its moment."""
    question, exhibit = _asked_about(case, actor, number)
    group = exhibit.upload.media.group
    return render_template(
        "hearing/place.html",
        case=case,
        actor=actor,
        tab="examination",
        question=question,
        exhibit=exhibit,
        is_seen=group in SEEN,
        is_played=group in PLAYED,
        is_video=group.value == "video",
        closed=None if actor.role in HEARD_ROLES else why_closed(actor, exhibit),
    )


def _given(exhibit: Exhibit, actor: Actor, how: str) -> Upload:
    """The file of an exhibit for its viewer: a witness sees what they are asked about, others what they may open."""
    return exhibit.upload if actor.role in HEARD_ROLES else opened(current_court(), exhibit, actor, how).upload


@files.get("/questions/<int:number>/place.png")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def place_picture(case: Case, actor: Actor, number: int) -> Response:
    """The page the question is about, as the court shows it; never the original."""
    question, exhibit = _asked_about(case, actor, number)
    if exhibit.upload.media.group not in SEEN:
        raise NotFound
    upload = _given(exhibit, actor, "preview")
    made = PREVIEWER.make(
        upload.media, upload.size, lambda: desk_of(current_court()).contents(upload), question.page or 1
    )
    return _guarded(Response(made.data, content_type=made.content_type), "inline", NO_SCRIPT)


@files.get("/questions/<int:number>/recording")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def place_recording(case: Case, actor: Actor, number: int) -> Response:
    """The recording the question is about, in ranges, so that the player begins at its moment."""
    _, exhibit = _asked_about(case, actor, number)
    if exhibit.upload.media.group not in PLAYED:
        raise NotFound
    upload = _given(exhibit, actor, "file")
    contents: Callable[..., Any] = desk_of(current_court()).contents
    wanted = (
        request.range.range_for_length(upload.size)
        if request.range is not None and len(request.range.ranges) == 1
        else None
    )
    start, stop = wanted or (0, upload.size)
    answer = Response(
        contents(upload, start, stop - start), status=206 if wanted else 200, content_type=upload.media.type
    )
    answer.headers["Accept-Ranges"], answer.headers["Content-Length"] = "bytes", str(stop - start)
    if wanted:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{upload.size}"
    return _guarded(answer, "inline", PLAYS)


def _guarded(answer: Response, disposition: str, policy: str) -> Response:
    answer.headers["Content-Disposition"] = disposition
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sent(upload: Upload, name: str) -> Response:
    answer = Response(desk_of(current_court()).contents(upload), mimetype=upload.media.served_as)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Length"] = str(upload.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = NO_SCRIPT
    answer.headers["Cache-Control"] = "no-store"
    return answer
