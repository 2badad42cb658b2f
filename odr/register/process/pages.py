"""Looking up how far a case has come, by its number and the code on a letter, without an account.

A wrong number and a wrong code get one answer, after the same statements. The code opens nothing else, and wrong tries are
counted for the network, for the number and for the code, so that neither is guessed from many places.
"""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, render_template, request

from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound, NotUnderstood
from odr.ground.text import T
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.register.process.queries import Progress, as_json, progress_of
from odr.service.packet.progress_codes import case_behind, code_key, number_key
from odr.web.for_programs import problem
from odr.web.guards import current_court, current_locale, current_session, public
from odr.web.pages import look, pack_today

process = Blueprint("process", __name__)
NOT_KEPT = {"X-Robots-Tag": "noindex, noarchive", "Cache-Control": "no-store"}
EXAMPLE = "(2026)浙0192民初4471号"
NOT_FOUND = T("No case is found by this number and this code together.")


class ProgressInput(CourtModel):
    """A case number and the code that stands on a letter beside it."""

    number: Annotated[
        str,
        CourtText(1, 120, one_line=True),
        field(
            T("Case number"),
            T(
                "As on any letter, for example %(number)s. The year and the last digits are enough: 2026 4471.",
                number=EXAMPLE,
            ),
        ),
    ]
    code: Annotated[
        str,
        CourtText(1, 40, one_line=True),
        field(
            T("Code"),
            T(
                "8 letters and digits beside the case number, for example HK7R-48QX. Capitals and the line do not matter."
            ),
        ),
    ]


@process.get("/process")
@public
def ask() -> Response:
    """The form: a number and a code."""
    return _page({}, [])


@process.post("/process")
@public
def answer() -> Response:
    """What the two lead to together, on the page itself: neither ever stands in an address."""
    values = request.form.to_dict(flat=False)
    try:
        given = forms.parse(ProgressInput, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _page(values, error.faults, status=422)
    found = _found(given)
    if found is None:
        return _page({"number": values.get("number", [])}, [], is_missed=True, status=404)
    return _page({}, [], found)


@process.post("/process.json")
@public(csrf=False)
def for_programs() -> Response:
    """The same for programs: number and code as JSON in the body. It changes nothing and needs no token."""
    told = request.get_json(silent=True)
    given = told if isinstance(told, dict) else {}
    number, code = given.get("number"), given.get("code")
    if not isinstance(number, str) or not isinstance(code, str):
        return _refused(NotUnderstood(T("Give number and code as words.")))
    found = _found(ProgressInput.model_construct(number=number[:120], code=code[:40]))
    if found is None:
        return _refused(NotFound(NOT_FOUND))
    made = jsonify(as_json(found, current_locale()))
    made.headers.update(NOT_KEPT)
    return made


def _refused(error: CourtError) -> Response:
    made = problem(error, current_locale())
    made.headers.update(NOT_KEPT)
    return made


def _page(
    values: dict[str, Any],
    faults: list[FieldFault],
    found: Progress | None = None,
    *,
    is_missed: bool = False,
    status: int = 200,
) -> Response:
    fields = forms.fields_of(ProgressInput, current_locale(), values, faults)
    page = render_template(
        "register/process.html",
        fields=fields,
        faults=forms.summary(fields),
        found=found,
        missed=NOT_FOUND if is_missed else None,
        rule=pack_today().cited("PUB 1"),
        today=current_court().clock.now(),
        tries=rate_limits.LIMITS[Counted.PROGRESS_FROM],
    )
    return Response(page, status, mimetype="text/html", headers=NOT_KEPT)


def _found(given: ProgressInput) -> Progress | None:
    """How far the case has come that number and code lead to. Each try is counted before it is made and a right one is
    given back. Raises TooMany.
    """
    court = current_court()
    ring, now = keyring(court.settings.secret_key), court.clock.machine_now()
    subjects = (
        (Counted.PROGRESS_FROM, rate_limits.network(request.remote_addr or "")),
        (Counted.PROGRESS_NUMBER, number_key(given.number)),
        (Counted.PROGRESS_CODE, code_key(given.code)),
    )
    with court.database.write() as session:
        tries = [rate_limits.take(session, ring, counted, subject, now) for counted, subject in subjects]
    case = case_behind(current_session(), ring, given.number, given.code)
    if case is None:
        return None
    with court.database.write() as session:
        rate_limits.give_back(session, *tries)
    return progress_of(look(), case)
