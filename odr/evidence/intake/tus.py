"""tus 1.0.0 without a request: core, creation, creation-with-upload, expiration, checksum, termination.

https://tus.io/protocols/resumable-upload: headers in, a call to the desk, headers out.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import format_datetime

from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wrappers import Request, Response

from odr.evidence.intake.belonging import Belongs
from odr.evidence.intake.sent_again import HEADER, sent_as
from odr.evidence.intake.upload import Announced, Checksum, UploadDesk
from odr.evidence.intake.upload_errors import BadUploadRequest, BodyCut, FileTooLarge, OffsetConflict, UploadVersion
from odr.evidence.models import PartKind, Upload, UploadState
from odr.evidence.store.store import Reader, read_into
from odr.ground.errors import CourtError, Unavailable
from odr.ground.text import T
from odr.notary.log.strict import Malformed, base64_bytes

VERSION = "1.0.0"
BELONGS = {"part_of": PartKind.PAGE, "copy_of": PartKind.COPY}
"""Keys of the description by which a file says to which other it belongs."""
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = {"sha256": 32, "sha1": 20}
"""Checksums of a piece that are understood, with their length in bytes."""
PIECE = "application/offset+octet-stream"

STALL = 60.0
"""Seconds a sender may be silent within a piece before what came is kept and the lock released."""

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class TusRequest:
    """One request, of a known account; ``reference`` names the upload, None where one is begun."""

    method: str
    reference: str | None
    account_id: int
    headers: Headers
    body: Reader


@dataclass(frozen=True)
class TusReply:
    """Status and headers; tus replies have no body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


class Body:
    """A request's body; a sender that hangs up or falls silent is a cut, not a failure."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream
        connection = request.environ.get("gunicorn.socket")
        if connection is not None:
            # A phone that lost its network sends no farewell: without this the lock would stay for hours.
            connection.settimeout(STALL)

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes. Raises BodyCut."""
        try:
            data: bytes = self._stream.read(size)
        except (ClientDisconnected, OSError) as error:
            raise BodyCut from error
        return data

    def readinto(self, room: memoryview, /) -> int:
        """The same, put where they are wanted. Raises BodyCut."""
        try:
            return read_into(self._stream, room)
        except (ClientDisconnected, OSError) as error:
            raise BodyCut from error


def in_words(error: CourtError) -> Response:
    """A refusal for people: the protocol's clients read the status."""
    return Response(f"{error.message}\n", error.status, content_type="text/plain; charset=utf-8")


def answer(
    desk: UploadDesk,
    request: Request,
    reference: str | None,
    account_id: int,
    location: Callable[[str], str],
    refused: Callable[[CourtError], Response] = in_words,
) -> tuple[Response, bool]:
    """Answer a request of a known account, refusals too; and whether a file was anchored by it, so that its leaf waits
    for the log.

    ``location`` gives the address of an upload by its reference; ``refused`` writes the body of a refusal, whose status
    and headers are the protocol's.
    """
    body: Reader = Body(request) if request.method in {"POST", "PATCH"} else io.BytesIO()
    try:
        reply = handle(desk, TusRequest(request.method, reference, account_id, request.headers, body), location)
    except CourtError as error:
        response = refused(error)
        response.headers.update(refusal_headers(error))
        response.headers["Problem"] = error.problem
        if request.method == "HEAD":
            response.set_data(b"")
        return response, False
    anchored = reply.headers.get("Upload-State") == UploadState.ANCHORED.value and request.method != "HEAD"
    return Response(status=reply.status, headers=reply.headers), anchored


def options(desk: UploadDesk) -> TusReply:
    """What this server speaks; says nothing about anybody's uploads."""
    return TusReply(
        204,
        {
            "Tus-Resumable": VERSION,
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(desk.limits.max_size),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


def handle(desk: UploadDesk, request: TusRequest, location: Callable[[str], str]) -> TusReply:
    """Answer one request. Raises the CourtErrors of the desk; :func:`refusal_headers` writes their headers."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise UploadVersion(T("The upload protocol must be tus %(version)s.", version=VERSION))
    if request.reference is None:
        return _create(desk, request, location)
    if request.method == "HEAD":
        upload = desk.resumable(request.account_id, request.reference)
        return TusReply(200, {**_upload_headers(upload), "Upload-Length": str(upload.size)})
    if request.method == "PATCH":
        return _patch(desk, request, request.reference)
    desk.give_up(request.account_id, request.reference)
    return TusReply(204, {"Tus-Resumable": VERSION})


def refusal_headers(error: CourtError) -> dict[str, str]:
    """Headers of a refused request: what the sender may speak instead, from where to go on, or when to try again."""
    headers = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
    if isinstance(error, UploadVersion):
        headers["Tus-Version"] = VERSION
    if isinstance(error, OffsetConflict):
        headers["Upload-Offset"] = str(error.offset)
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    return headers


def _create(desk: UploadDesk, request: TusRequest, location: Callable[[str], str]) -> TusReply:
    if "Upload-Defer-Length" in request.headers:
        raise BadUploadRequest(T("The size of the file must be known before it is sent."))
    mark = sent_as(request.account_id, request.headers.get(HEADER))
    announced = replace(_announced(request.headers), sent_as=mark)
    length = _length(request.headers)
    checksum = _checksum(request.headers)
    if request.headers.get("Content-Type") == PIECE and length != 0:
        if length is not None and length > announced.size:
            raise FileTooLarge(T("More bytes came than were announced."))
        upload = desk.hand_in(request.account_id, announced, request.body, checksum)
    elif length:
        raise BadUploadRequest(T("A piece of a file must be sent as %(type)s.", type=PIECE))
    else:
        upload = desk.begin(request.account_id, announced)
    return TusReply(201, {**_upload_headers(upload), "Location": location(upload.reference)})


def _patch(desk: UploadDesk, request: TusRequest, reference: str) -> TusReply:
    if request.headers.get("Content-Type") != PIECE:
        error = BadUploadRequest(T("A piece of a file must be sent as %(type)s.", type=PIECE))
        error.status = 415
        raise error
    offset = _number(request.headers, "Upload-Offset")
    checksum = _checksum(request.headers)
    length = _length(request.headers)
    upload = desk.resumable(request.account_id, reference)
    if offset != upload.offset:
        raise OffsetConflict(upload.offset)
    if length is not None and offset + length > upload.size:
        raise FileTooLarge(T("More bytes came than were announced."))
    upload = desk.append(request.account_id, reference, offset, request.body, checksum)
    return TusReply(204, _upload_headers(upload))


def _upload_headers(upload: Upload) -> dict[str, str]:
    """How far an upload is, until when it may go on, and the receipt once it is whole."""
    headers = {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.offset),
        "Upload-State": upload.state.value,
        "Cache-Control": "no-store",
    }
    if upload.state is UploadState.RECEIVING:
        headers["Upload-Expires"] = format_datetime(upload.expires_at, usegmt=True)
    if upload.receipt and upload.sha256:
        headers["Upload-Receipt"] = upload.receipt
        # RFC 9530: the digest of the whole, as the court computed it.
        headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(upload.sha256)).decode()}:"
    return headers


def _number(headers: Headers, name: str) -> int:
    """A strict decimal: ``int()`` would take spaces, underscores and full-width digits."""
    value = headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise BadUploadRequest(T("The header %(name)s must be a plain number.", name=name))
    return int(value)


def _length(headers: Headers) -> int | None:
    return _number(headers, "Content-Length") if headers.get("Content-Length") else None


def _checksum(headers: Headers) -> Checksum | None:
    value = headers.get("Upload-Checksum")
    if value is None:
        return None
    algorithm, _, text = value.partition(" ")
    digest = bytes_of(text)
    if digest is None or len(digest) != ALGORITHMS.get(algorithm, -1):
        raise BadUploadRequest(T("The checksum must be sha256 or sha1 in Base64."))
    return Checksum(algorithm, digest)


def _announced(headers: Headers) -> Announced:
    size = _number(headers, "Upload-Length")
    metadata = _metadata(headers.get("Upload-Metadata", ""))
    sha256 = metadata.get("sha256")
    if sha256 is not None and not _HEX.fullmatch(sha256):
        raise BadUploadRequest(T("The announced SHA-256 must be 64 lower-case hexadecimal digits."))
    filetype = metadata.get("filetype") or None
    return Announced(metadata.get("filename", "file"), size, filetype, sha256, _belongs(metadata))


def _belongs(metadata: dict[str, str]) -> Belongs | None:
    """Of what it is the next picture (``part_of``) or a copy (``copy_of``), by the other's reference."""
    named = [(kind, metadata[name]) for name, kind in BELONGS.items() if metadata.get(name)]
    if len(named) > 1:
        raise BadUploadRequest(T("The description of the file cannot be read."))
    return Belongs(named[0][1], named[0][0]) if named else None


def _metadata(header: str) -> dict[str, str]:
    """``key base64, key base64``; a key stands once, and is never empty."""
    unreadable = BadUploadRequest(T("The description of the file cannot be read."))
    if len(header) > 8192:
        raise unreadable
    found: dict[str, str] = {}
    for pair in header.split(",") if header else []:
        key, _, text = pair.strip().partition(" ")
        data = bytes_of(text)
        if not key or key in found or data is None:
            raise unreadable
        try:
            found[key] = data.decode("utf-8")
        except UnicodeDecodeError:
            raise unreadable from None
    return found


def bytes_of(text: str) -> bytes | None:
    """Base64 as it is written strictly; None for anything else."""
    try:
        return base64_bytes(text)
    except Malformed:
        return None
