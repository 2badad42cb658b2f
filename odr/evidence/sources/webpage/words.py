"""What the court says of a page it captured: what each file is called, and where it comes from."""

from __future__ import annotations

from odr.evidence.sources.inputs import CaptureRecord
from odr.ground.text import T, Text

KINDS = ("screenshot", "archive", "record")


def title_of(kind: str, title: str) -> Text:
    """What one of the three files is called among the exhibits."""
    return {
        "screenshot": T("%(title)s: picture of the page", title=title),
        "archive": T("%(title)s: the page in one file (MHTML)", title=title),
        "record": T("%(title)s: record of the capture", title=title),
    }[kind]


def provenance_of(given: CaptureRecord) -> dict[str, Text]:
    """The answers a party would give, given by the court."""
    where = given.address or "–"
    tls = given.certificate
    return {
        "made_with": T(
            "The court’s own browser, %(browser)s, signed in nowhere, from the address %(where)s",
            browser=given.browser or "",
            where=where,
        ),
        "made_at": T(
            "%(at)s, by the court’s clock; the page took %(seconds)s seconds",
            at=given.began_at or "",
            seconds=given.seconds or "",
        ),
        "kept": T("By the court from the first byte; its digest stands in the court’s log"),
        "changed": T("Nothing was changed")
        if given.whole
        else T("The page did not come to an end. It was stopped and is shown as far as it had come."),
        "original": T("On the web, under a certificate with the SHA-256 %(digest)s", digest=tls)
        if tls
        else T("On the web, sent without encryption"),
    }
