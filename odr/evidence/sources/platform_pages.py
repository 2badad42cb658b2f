"""Where accredited platforms write records that a party asked for. They read nothing here."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from odr.evidence.sources.platform_records import take
from odr.web.guards import current_court, public
from odr.web.limits import MOST_GATHERED

platforms = Blueprint("platforms", __name__)


@platforms.post("/platform-records")
@public(csrf=False, most=MOST_GATHERED)
def receive() -> tuple[Response, int]:
    """Take signed records for a party's request; answered with digest, receipt and exhibit number, and nothing of the
    case.
    """
    taken = take(current_court(), request.get_data(cache=False))
    return jsonify(receipt=taken.receipt, sha256=taken.sha256, exhibit=taken.exhibit), 200 if taken.repeated else 201
