"""Named breaches of bringing a file in."""

from __future__ import annotations

from odr.ground.errors import CourtError
from odr.ground.text import T


class BodyCut(ConnectionError):
    """The sender's connection ended before the body did; what came is kept."""


class BadUploadRequest(CourtError):
    """The request is not one the upload protocol knows."""

    problem = "bad-upload-request"


class UploadVersion(CourtError):
    """The sender speaks another version of the protocol."""

    status = 412
    problem = "upload-version"


class OffsetConflict(CourtError):
    """The sender goes on at another place than the one acknowledged."""

    status = 409
    problem = "offset-conflict"

    def __init__(self, offset: int) -> None:
        super().__init__(T("The upload stands at byte %(offset)s; go on from there.", offset=offset))
        self.offset = offset


class UploadBusy(CourtError):
    """Somebody is writing to this upload at this moment."""

    status = 423
    problem = "upload-busy"

    def __init__(self) -> None:
        super().__init__(
            T("This file is being sent from another window or device at the moment."),
            T("Wait until it has finished there, or close it there and try again."),
        )


class UploadGone(CourtError):
    """Expired or refused: no bytes are kept, nothing can be resumed."""

    status = 410
    problem = "upload-gone"

    def __init__(self) -> None:
        super().__init__(
            T("This upload has ended and cannot be continued."), T("Choose the file again to send it from the start.")
        )


class UploadKept(CourtError):
    """What is anchored is not deleted by its sender."""

    status = 409
    problem = "upload-kept"

    def __init__(self) -> None:
        super().__init__(
            T("This file is already anchored in the court's log and cannot be deleted."),
            T("A file that you do not submit is not seen by anybody else."),
        )


class FileTooLarge(CourtError):
    """More bytes than the court takes, or than were declared."""

    status = 413
    problem = "file-too-large"


class TooLargeAmongMany(FileTooLarge):
    """A file among many in one request that is no small one."""

    def __init__(self, most: int) -> None:
        super().__init__(
            T("Of many files sent in one request each has at most %(limit)s KiB.", limit=most // 1024),
            T("Send this file by itself."),
        )


class TooManyAtOnce(CourtError):
    """More files, or more bytes, in one request than are taken together."""

    status = 413
    problem = "too-many-at-once"

    def __init__(self, files: int, most: int) -> None:
        super().__init__(
            T("One request brings at most %(files)s files and %(limit)s MiB.", files=files, limit=most // 2**20),
            T("Nothing of it was kept. Send them in several requests."),
        )


class EmptyFile(CourtError):
    """A file of no bytes proves nothing and is nearly always a mistake."""

    status = 422
    problem = "empty-file"

    def __init__(self) -> None:
        super().__init__(
            T("The file is empty."), T("Open it on your device to see whether it can be read, then choose it again.")
        )


class ChecksumMismatch(CourtError):
    """A piece arrived otherwise than it was sent (tus ``460 Checksum Mismatch``)."""

    status = 460
    problem = "checksum-mismatch"

    def __init__(self) -> None:
        super().__init__(
            T("A piece of the file was damaged on the way. Nothing of it was kept."), T("Send the piece again.")
        )


class DigestMismatch(CourtError):
    """The whole that arrived is not the file whose digest was declared."""

    status = 422
    problem = "digest-mismatch"

    def __init__(self, declared: str, found: str) -> None:
        super().__init__(
            T(
                "What arrived is not the file that was announced: announced SHA-256 %(declared)s, received %(found)s. Nothing was kept.",
                declared=declared,
                found=found,
            ),
            T("The file may have changed while it was being sent. Choose it again to send it from the start."),
        )


class TypeRefused(CourtError):
    """The content is of a kind the court does not take."""

    status = 415
    problem = "type-refused"


class InfectedFile(CourtError):
    """The malware scanner knows this content."""

    status = 422
    problem = "infected-file"

    def __init__(self, name: str) -> None:
        super().__init__(
            T("The malware scanner refused this file: %(name)s. Nothing was kept.", name=name),
            T("Clean the device you took it from, or ask the clerk how to hand in the original."),
        )


class BadForm(CourtError):
    """The form was broken off or is not a form."""

    problem = "bad-form"

    def __init__(self) -> None:
        super().__init__(T("The form did not arrive whole. Nothing was kept."), T("Send it again."))
