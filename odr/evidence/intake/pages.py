"""Addresses under ``/uploads``: the tus server, the plain form, and the page of a file one has sent.

Guard first, body last: each view knows whose request it is and that it comes from
a page of ours before a byte of a file is read.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from odr.evidence.exhibits.file_answers import Outgoing, attachment, playable, shown
from odr.evidence.intake import tus
from odr.evidence.intake.belonging import Belongs, along, take_alone
from odr.evidence.intake.media import Group
from odr.evidence.intake.multipart_form import FormField, FormFile, StreamedForm
from odr.evidence.intake.upload import UploadDesk
from odr.evidence.intake.upload_errors import BadForm, BodyCut
from odr.evidence.models import PartKind, Upload, UploadState
from odr.evidence.store.ports import PREVIEWER, desk_of
from odr.evidence.store.store import Reader
from odr.ground.db import new_reference
from odr.ground.errors import CourtError, NotFound
from odr.ground.text import T
from odr.procedure.forms import once
from odr.procedure.hooks import GoesAlong
from odr.web import forgery, headers
from odr.web.guards import (
    SignInNeeded,
    csrf_token,
    current_court,
    current_locale,
    current_person,
    need_second_factor,
    our_origins,
    public,
    signed_in,
    take_turn,
)
from odr.web.reader_language import safe_path

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")
WORDS = {
    "waiting": T("Not sent yet. It waits for its turn."),
    "hashing": T("Not sent yet. Your device takes the fingerprint: %(percent)s per cent", percent="{percent}"),
    "hashed": T("Not sent yet. The fingerprint is taken; sending begins."),
    "sending": T("Sending, not all of it is here yet: %(percent)s per cent", percent="{percent}"),
    "paused": T("Paused, not all of it is here yet. You may close this page and choose the same file again later."),
    "anchored": T("Sent to the court at %(time)s.", time="{time}"),
    "scanning": T("Sent to the court at %(time)s. It waits for the malware scanner.", time="{time}"),
    "lost": T("No network. What has arrived is kept; sending goes on by itself when the network is back."),
    "back": T("The network is back. Sending goes on."),
    "leaving": T(
        "Not everything is here yet. This page goes on by itself once it is; press again to go on without it."
    ),
    "not_all": T("Not everything has been sent. Send or remove it, or press again to go on without it."),
    "count": T("%(done)s of %(all)s files have been sent to the court.", done="{done}", all="{all}"),
    "count_of_one": T("%(done)s of %(all)s files have been sent to the court.", done="{done}", all=1),
    "refused": T("Not sent: %(name)s", name="{name}"),
    "open": T("See what the court has received: %(name)s", name="{name}"),
    "too_large": T("This file is larger than the court takes."),
    "empty": T("This file is empty."),
    "unreadable": T("Your device could not read this file. It may have been moved or changed."),
    "broken": T("The connection broke. What has arrived is kept; try again to send the rest."),
}
"""What the script on the upload page says. Places are left for the script to fill."""
BLUR_WORDS = {
    "unreadable": T(
        "Your browser cannot open this picture. Make a picture of your screen and blur that, or send a copy."
    ),
    "blurred": T("Blurred. You can undo it."),
    "cut": T("Cut. You can undo it."),
    "undone": T("Undone."),
    "sending": T("Sending the copy."),
    "broken": T("The copy was not sent. Your work is still here; press again when the network is back."),
}
"""What the script that blurs says."""


def current_desk() -> UploadDesk:
    """The desk of this request's court."""
    return desk_of(current_court())


@blueprint.route("/", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/<reference>", methods=["OPTIONS"], provide_automatic_options=False)
@public
def capabilities(reference: str | None = None) -> Response:
    """What the upload protocol can do here."""
    reply = tus.options(current_desk())
    return Response(status=reply.status, headers=reply.headers)


@blueprint.route("/", methods=["POST"], provide_automatic_options=False)
@signed_in(upload=True, most=None)
def create() -> Response:
    """Open an upload (tus creation)."""
    return _speak(None)


@blueprint.route("/<reference>", methods=["GET", "HEAD", "PATCH", "DELETE"], provide_automatic_options=False)
@signed_in(upload=True, most=None)
def piece(reference: str) -> Response:
    """Ask where an upload stands, send a piece, give it up; for a reader, its page."""
    if request.method == "GET":
        return _page(reference)
    return _speak(reference)


@blueprint.get("/new")
@signed_in
def choose() -> Response:
    """The page on which files are chosen; with or without JavaScript."""
    return _choosing([])


def _choosing(faults: list[tuple[str, str]]) -> Response:
    headers.allow("worker-src", "'self'")
    words = {name: text.render(current_locale()) for name, text in WORDS.items()}
    page = render_template(
        "evidence/choose_files.html",
        limits=current_desk().limits,
        csrf=csrf_token(),
        words=words,
        account=_account_id(),
        onward=_onward(),
        part_of=request.args.get("part_of", ""),
        once=new_reference(),
        faults=faults,
    )
    return Response(page, 400 if faults else 200, content_type="text/html; charset=utf-8")


@blueprint.post("/<reference>/alone")
@signed_in
def alone(reference: str) -> Response:
    """Take a further picture, or a copy, by itself again."""
    current_desk().find(_account_id(), reference)
    with current_court().database.write() as opened:
        take_alone(opened, _account_id(), reference)
    return redirect(url_for("uploads.piece", reference=reference, next=_onward() or None), 303)


@blueprint.get("/hash-worker.js")
@public(shared=True)
def hash_worker() -> Response:
    """The hashing script. A worker obeys the policy of its own answer, not its page's, and this one compiles
    WebAssembly.
    """
    headers.allow("script-src", "'wasm-unsafe-eval'")
    return current_app.send_static_file("hash-worker.js")


@blueprint.post("/new")
@public(csrf=False, most=None)
def send_form() -> Response:
    """Take files from the plain form as they stream in.

    The usual guard would collect the whole body to find its token; here the token is the
    first field, and is checked before the first file is read.
    """
    person = current_person()
    if person is None or person.is_program:
        raise SignInNeeded
    need_second_factor(person)
    take_turn(person)
    if not forgery.comes_from(request, our_origins()):
        raise forgery.CrossOrigin
    results = _take_files(person.account_id, _token_check(person.session_id))
    if not results:
        return _choosing([("files", T("Choose a file.").render(current_locale()))])
    if any(upload for _, upload, _ in results):
        current_court().sequence()
        current_court().settle()
    onward, copy_of = _onward(), request.args.get("copy_of")
    if copy_of and all(upload for _, upload, _ in results):
        return redirect(url_for("uploads.piece", reference=copy_of, next=onward or None, _anchor="blur"), 303)
    if onward and all(upload for _, upload, _ in results):
        return redirect(onward, 303)
    if len(results) == 1 and results[0][1]:
        return redirect(url_for("uploads.piece", reference=results[0][1].reference), 303)
    status = next((error.status for _, _, error in results if error), 200)
    return Response(
        render_template("evidence/sent_files.html", results=results, onward=onward),
        status,
        content_type="text/html; charset=utf-8",
    )


@blueprint.get("/<reference>/file")
@signed_in
def download(reference: str) -> Response:
    """The original, as an attachment."""
    return attachment(request, _outgoing(reference))


@blueprint.get("/<reference>/play")
@signed_in
def play(reference: str) -> Response:
    """A recording, for the player on the page."""
    return playable(request, _outgoing(reference))


@blueprint.get("/<reference>/preview/<int:page>")
@signed_in
def preview(reference: str, page: int) -> Response:
    """One page of a preview made by the court: a picture or plain text, never the original."""
    desk = current_desk()
    upload = _anchored(reference)
    made = PREVIEWER.make(upload.media, upload.size, lambda: desk.contents(upload), page)
    return shown(made.data, made.content_type)


def _onward() -> str:
    """Where the person came from and goes on to once the files are here: a page of this site, or nothing."""
    return safe_path(request.args.get("next"), "")


def _speak(reference: str | None) -> Response:
    reply, anchored = tus.answer(
        current_desk(), request, reference, _account_id(), lambda new: url_for("uploads.piece", reference=new)
    )
    if anchored:
        current_court().sequence()
    return reply


def _page(reference: str) -> Response:
    upload = current_desk().find(_account_id(), reference)
    with current_court().database.read() as opened:
        files = along(opened, [reference]).get(reference, GoesAlong()).files
    page = render_template(
        "evidence/upload.html",
        upload=upload,
        pages=[each for each in files if each.part_kind is PartKind.PAGE],
        copies=[each for each in files if each.part_kind is PartKind.COPY and each.part_of == reference],
        is_free=upload.used_at is None and upload.state is UploadState.ANCHORED,
        csrf=csrf_token(),
        onward=_onward(),
        words={name: text.render(current_locale()) for name, text in BLUR_WORDS.items()},
        group=upload.media.group.value,
        is_kept=upload.state is UploadState.ANCHORED,
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _take_files(
    account_id: int, check: Callable[[FormField | None], None]
) -> list[tuple[str, Upload | None, CourtError | None]]:
    """Each file of the form with what became of it; one that is refused does not undo the others. None where none was chosen."""
    results: list[tuple[str, Upload | None, CourtError | None]] = []
    belongs, together, checked, page = _belongs(), False, False, ""
    body: Reader = tus.Body(request)
    try:
        for part in StreamedForm(body, request.headers.get("Content-Type", "")).parts():
            if isinstance(part, FormField):
                if part.name == forgery.FIELD and not checked:
                    check(part)
                    checked = True
                together = together or part.name == "together"
                page = part.value if part.name == once.FIELD else page
            elif not checked:
                check(None)
            elif part.filename:
                results.append(_take_file(account_id, part, belongs, page))
                if together and belongs is None and (first := results[-1][1]) is not None:
                    belongs = Belongs(first.reference, PartKind.PAGE)
    except BodyCut:
        raise BadForm from None
    if not checked:
        check(None)
    return results


def _belongs() -> Belongs | None:
    """To which file those of this form belong, as the address says."""
    named = [(request.args[name], kind) for name, kind in tus.BELONGS.items() if request.args.get(name)]
    return Belongs(*named[0]) if named else None


def _take_file(
    account_id: int, part: FormFile, belongs: Belongs | None, page: str
) -> tuple[str, Upload | None, CourtError | None]:
    desk = current_desk()
    try:
        kept = desk.receive(account_id, part.filename, part.declared_type, part.body, belongs, page=page)
        return part.filename, kept, None
    except CourtError as error:
        return part.filename, None, error


def _token_check(session_id: int | None) -> Callable[[FormField | None], None]:
    def check(field: FormField | None) -> None:
        try:
            validate_csrf(field.value if field else None)
        except ValidationError:
            raise forgery.StaleForm from None
        if session.get("for") != session_id:
            raise forgery.StaleForm

    return check


def _account_id() -> int:
    person = current_person()
    if person is None:
        raise SignInNeeded
    return person.account_id


def _anchored(reference: str) -> Upload:
    upload = current_desk().find(_account_id(), reference)
    if upload.state is not UploadState.ANCHORED:
        raise NotFound
    return upload


def _outgoing(reference: str) -> Outgoing:
    desk, upload = current_desk(), _anchored(reference)
    if upload.media.group is Group.UNKNOWN and upload.sha256 is None:
        raise NotFound
    return Outgoing(
        upload.filename,
        upload.media,
        upload.size,
        upload.sha256 or "",
        lambda start, length: desk.contents(upload, start, length),
    )
