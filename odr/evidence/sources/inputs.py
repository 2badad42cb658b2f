"""What entries record of captured web pages and of the records of platforms."""

from __future__ import annotations

from odr.procedure.forms.inputs import CourtModel


class CaptureRecord(CourtModel):
    """What the court's browser brought: three files and what it saw, or why nothing came of it."""

    capture: str
    why: str | None = None
    screenshot: str | None = None
    archive: str | None = None
    record: str | None = None
    url: str | None = None
    page_title: str | None = None
    status: int | None = None
    address: str | None = None
    certificate: str | None = None
    browser: str | None = None
    began_at: str | None = None
    seconds: str | None = None
    whole: bool | None = None


class PlatformRecordsFact(CourtModel):
    """Records that came, as they were checked."""

    request: str
    upload: str
    sha256: str
