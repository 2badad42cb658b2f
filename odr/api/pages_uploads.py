"""``/api/v1/uploads``: files by programs, in one request or resumable by tus, under bearer tokens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, request, url_for
from werkzeug.wrappers import Response

from odr.evidence.intake import sent_together, tus
from odr.evidence.intake.sent_again import HEADER, sent_as
from odr.evidence.intake.upload_errors import BadForm, BadUploadRequest, BodyCut
from odr.evidence.models import Upload
from odr.evidence.store.ports import desk_of
from odr.ground.errors import CourtError, NotFound
from odr.ground.text import T
from odr.identity.sign_in.program_tokens import Scope
from odr.web.guards import api as api_guard, current_court, current_person, public

api_uploads = Blueprint("api_uploads", __name__, url_prefix="/api/v1/uploads")


@api_uploads.route("", methods=["OPTIONS"], provide_automatic_options=False)
@public
def capabilities() -> Response:
    """What the upload protocol can do here."""
    reply = tus.options(desk_of(current_court()))
    return Response(status=reply.status, headers=reply.headers)


@api_uploads.post("", provide_automatic_options=False)
@api_guard(Scope.UPLOAD, upload=True, most=None)
def upload() -> Response:
    """One file in one request, hashed as it streams, anchored before it is acknowledged; many small ones as the parts of a form;
    or, by tus, the beginning of an upload.
    """
    if "Tus-Resumable" in request.headers:
        return _speak(None)
    if request.mimetype == "multipart/form-data":
        return _many()
    court = current_court()
    name, account = request.headers.get("Content-Filename", "file")[:255], _account_id()
    mark = sent_as(account, request.headers.get(HEADER))
    try:
        kept = desk_of(court).receive(
            account, name, request.headers.get("Content-Type"), tus.Body(request), sent_as=mark
        )
    except BodyCut:
        raise BadUploadRequest(T("The file did not arrive whole. Nothing was kept."), T("Send it again.")) from None
    court.sequence()
    reply = jsonify(_told(kept))
    reply.status_code = 201
    return reply


def _told(kept: Upload) -> dict[str, Any]:
    """What a program is told of a file that was taken."""
    return {
        "upload": kept.reference,
        "sha256": kept.sha256,
        "size": kept.size,
        "media_type": kept.media_type,
        "receipt": kept.receipt,
    }


def _many() -> Response:
    """What became of each file of a form: 201 where all were taken, 207 where some were refused."""
    court = current_court()
    content_type = request.headers.get("Content-Type", "")
    try:
        taken = sent_together.receive(
            desk_of(court), _account_id(), tus.Body(request), content_type, request.headers.get(HEADER)
        )
    except BodyCut:
        raise BadForm from None
    uploads = [one for _, one in taken if isinstance(one, Upload)]
    if uploads:
        court.sequence()
    lines = [
        {"filename": name, **_told(one)}
        if isinstance(one, Upload)
        else {"filename": name, "problem": _refused(one).get_json()}
        for name, one in taken
    ]
    reply = jsonify(files=lines)
    reply.status_code = 201 if len(uploads) == len(taken) else 207
    return reply


@api_uploads.route("/<reference>", methods=["HEAD", "PATCH", "DELETE"], provide_automatic_options=False)
@api_guard(Scope.UPLOAD, upload=True, most=None)
def piece(reference: str) -> Response:
    """Ask where an upload stands, send a piece, give it up (tus)."""
    return _speak(reference)


def _speak(reference: str | None) -> Response:
    def place(new: str) -> str:
        return url_for("api_uploads.piece", reference=new)

    reply, anchored = tus.answer(desk_of(current_court()), request, reference, _account_id(), place, _refused)
    if anchored:
        current_court().sequence()
    return reply


def _refused(error: CourtError) -> Response:
    """A refusal as any route of the interface writes it."""
    return make_response(current_app.handle_user_exception(error))


def _account_id() -> int:
    person = current_person()
    if person is None:
        raise NotFound
    return person.account_id
