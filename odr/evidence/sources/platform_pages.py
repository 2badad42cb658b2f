"""Where accredited platforms write records that a party asked for. They read nothing here."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from odr.evidence.sources.platform_records import MOST_BYTES, NotTaken, take
from odr.ground.text import T
from odr.web.guards import current_court, public

platforms = Blueprint("platforms", __name__)


@platforms.post("/platform-records")
@public(csrf=False)
def receive() -> tuple[Response, int]:
    """Take signed records for a party's request; answered with digest, receipt and exhibit number, and nothing of the
    case.
    """
    if (request.content_length or 0) > MOST_BYTES:
        raise NotTaken(T("The records are too large. Send at most 2 MB."))
    taken = take(current_court(), request.stream.read(MOST_BYTES + 1))
    return jsonify(receipt=taken.receipt, sha256=taken.sha256, exhibit=taken.exhibit), 200 if taken.repeated else 201
