"""Many claims in one request, and what became of each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from odr.api.answers import instant
from odr.api.inputs import BulkInput
from odr.api.pages import idempotency_key
from odr.filing.bulk import lodging
from odr.filing.bulk.models import BulkLine
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.forms.faults import validate
from odr.web.guards import api as api_guard, current_court, current_person, current_session
from odr.web.numbers import number_in

api_bulk = Blueprint("api_bulk", __name__, url_prefix="/api/v1")
MOST_BYTES = 8_000_000
PAGE = 200


def _given() -> BulkInput:
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise InvalidInput([FieldFault((), T("Send a JSON object."))])
    found: BulkInput = validate(BulkInput, data)
    return found


@api_bulk.post("/bulk")
@api_guard(Scope.FILE, most=MOST_BYTES)
def lodge_many() -> tuple[Response, int]:
    """Keep up to 1,000 claims whole and answer at once; the worker lodges them. The same key gives the same bulk."""
    person = current_person()
    assert person is not None
    given = _given()
    kept = lodging.keep(
        current_court(),
        person.account_id,
        given.name,
        given.claimant,
        given.claims,
        is_table=False,
        key=idempotency_key(),
    )
    return jsonify(bulk=kept.reference, total=kept.total), 202


@api_bulk.get("/bulk/<reference>")
@api_guard(Scope.READ)
def get_bulk(reference: str) -> Response:
    """How far it is, and what became of the lines after ``after``, at most 200."""
    person, session = current_person(), current_session()
    assert person is not None
    found = lodging.find_bulk(session, person.account_id, reference)
    progress = lodging.progress_of(session, found)
    lines = lodging.report(session, found, after=number_in(request.args, "after", 0), limit=PAGE)
    return jsonify(
        bulk=found.reference,
        total=found.total,
        done=progress.done,
        finished_at=instant(found.finished_at) if found.finished_at else None,
        counts={state.value: count for state, count in progress.counts.items()},
        lines=[_line(line, case.reference if case else None) for line, case in lines],
    )


def _line(line: BulkLine, case: str | None) -> dict[str, Any]:
    return {"line": line.number, "state": line.state.value, "case": case, "faults": line.faults}
