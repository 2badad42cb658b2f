"""What programs get where a page would be of no use to them: a breach as problem details (RFC 9457), whatever the address."""

from __future__ import annotations

from typing import Any

from flask import Request, Response, jsonify

from odr.ground.errors import ActNotOpen, CourtError, InvalidInput

READ_BY_PROGRAMS = (".json", ".jsonl", ".atom", ".xml", ".ics")
"""How the addresses end, outside the interface, whose answers are not for eyes."""


def asks_as_program(request: Request) -> bool:
    """Whether a breach is told as data: in the interface always, and where an address is read by programs, unless a browser
    opens it, which says that it takes a page.
    """
    if request.path.startswith("/api/"):
        return True
    return request.path.endswith(READ_BY_PROGRAMS) and "text/html" not in request.headers.get("Accept", "")


def problem(error: CourtError, locale: str = "en") -> Response:
    """A breach as problem details (RFC 9457) for programs, in the caller's language."""
    body: dict[str, Any] = {
        "type": f"urn:court:problem:{error.problem}",
        "title": error.message.render(locale),
        "status": error.status,
    }
    if error.way_out is not None:
        body["detail"] = error.way_out.render(locale)
    if error.source is not None:
        body |= {"source": error.source, "rule": error.source.words.render(locale)}
    if isinstance(error, InvalidInput):
        body["errors"] = [
            {"at": "/" + "/".join(map(str, f.location)), "message": f.message.render(locale)} for f in error.faults
        ]
    if isinstance(error, ActNotOpen) and error.open_acts:
        body["open_acts"] = list(error.open_acts)
    response = jsonify(body)
    response.status_code = error.status
    response.mimetype = "application/problem+json"
    return response
