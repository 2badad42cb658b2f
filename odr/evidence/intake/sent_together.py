"""Many small files in one request: one sign-in, one look at the form and few commits for all of them.

A form (RFC 7578) of nothing but files. It is read to its end before anything is kept, so that a request that breaks off, or
is no form, has kept nothing; then each file stands for itself.
"""

from __future__ import annotations

from odr.evidence.intake import tus
from odr.evidence.intake.multipart_form import FormFile, StreamedForm
from odr.evidence.intake.sent_again import sent_as
from odr.evidence.intake.upload import Announced, UploadDesk, read_up_to
from odr.evidence.intake.upload_errors import BadForm, BadUploadRequest, TooManyAtOnce
from odr.evidence.models import Upload
from odr.evidence.store.store import Reader
from odr.ground.errors import CourtError
from odr.ground.text import T

MOST_FILES = 500
"""Files of one request."""
MOST_BYTES = 16 * 2**20
"""Bytes of one request."""


class _Bounded:
    """A body of which no more than so many bytes are read. Raises TooManyAtOnce."""

    def __init__(self, body: Reader) -> None:
        self._body, self._left = body, MOST_BYTES

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        data = self._body.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooManyAtOnce(MOST_FILES, MOST_BYTES)
        return data


def receive(
    desk: UploadDesk, account_id: int, body: Reader, content_type: str, key: str | None = None
) -> list[tuple[str, Upload | CourtError]]:
    """Take the files of a form; gives each one's name as it was sent, and what became of it, in their order. ``key`` is its
    sender's name for the request.

    Raises BadForm for what is not a whole form of files, TooManyAtOnce, BadUploadRequest where a digest cannot be read, BodyCut.
    """
    announced: list[Announced] = []
    data: list[bytes] = []
    # One part more is read than is taken: who sends too many is told so.
    for part in StreamedForm(_Bounded(body), content_type, MOST_FILES + 1).parts():
        if not isinstance(part, FormFile):
            raise BadUploadRequest(
                T("Each part of the form must be a file; “%(name)s” is none.", name=part.name[:100]),
                T("Give each part a “filename”. Nothing was kept."),
            )
        if len(data) == MOST_FILES:
            raise TooManyAtOnce(MOST_FILES, MOST_BYTES)
        content, _ = read_up_to(part.body, desk.limits.small + 1)
        mark = sent_as(account_id, key, len(data))
        announced.append(Announced(part.filename, len(content), part.declared_type, _declared(part), sent_as=mark))
        data.append(content)
    if not data:
        raise BadForm
    kept = desk.receive_many(account_id, announced, data)
    return [(one.filename, upload) for one, upload in zip(announced, kept, strict=True)]


def _declared(part: FormFile) -> str | None:
    """The SHA-256 by which the sender says what must arrive (``Repr-Digest: sha-256=:…:``, RFC 9530)."""
    if part.digest is None:
        return None
    named, _, rest = part.digest.partition(":")
    digest = tus.bytes_of(rest.removesuffix(":")) if named == "sha-256=" and rest.endswith(":") else None
    if digest is None or len(digest) != tus.ALGORITHMS["sha256"]:
        raise BadUploadRequest(
            T("The digest of “%(name)s” cannot be read: write sha-256=:Base64:.", name=part.filename[:100]),
            T("Nothing was kept."),
        )
    return digest.hex()
