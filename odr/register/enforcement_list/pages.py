"""Looking up the list by name and number together, without an account; and the records of the list, which name nobody.

A wrong name and a wrong number get one answer, after the same questions. Neither stands in an address, nor is kept; asking is
counted for the network, and what missed for the network and the name, so that nobody reads the list by a program or guesses a
number. Nothing is counted for the name alone: whoever asks wrongly for a name would hide its entry from everybody else.
"""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, render_template, request

from odr.ground.errors import FieldFault, InvalidInput, NotFound, NotUnderstood
from odr.ground.text import Money, T
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.register.enforcement_list import chain, check_list
from odr.register.enforcement_list.rules import is_written, name_key
from odr.register.enforcement_list.sanctions.queries import NO_RULES
from odr.register.enforcement_list.shown import Entry, as_json, look_up, totals
from odr.register.publication.public_views import keys_of
from odr.web.for_programs import problem
from odr.web.guards import current_court, current_locale, current_session, public
from odr.web.numbers import number_in
from odr.web.pages import file_answer, look, pack_today

enforcement_list = Blueprint("enforcement_list", __name__)
NOT_FOUND = T("No entry has this name and this number together.")
NO_LIST = T("The rules of this court know no list of persons who do not perform. Nobody is listed here.")


class LookupInput(CourtModel):
    """A whole name and the whole identity number or credit code."""

    name: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(
            T("Full name of the person or company"),
            T("As in the identity document or business licence. Parts of a name are not searched."),
        ),
    ]
    number: Annotated[
        str,
        CourtText(1, 120, one_line=True),
        field(
            T("Identity number or credit code"),
            T(
                "The whole number. The number of a case or of an enforcement finds nobody: anybody could count up to it."
            ),
        ),
    ]


@enforcement_list.after_request
def out_of_search_machines(answer: Response) -> Response:
    """Where the rules keep search machines out, every answer says so; and no answer is kept."""
    rules = pack_today().enforcement_list
    if rules is None or not rules.search_machines:
        answer.headers["X-Robots-Tag"] = "noindex, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@enforcement_list.get("/enforcement-list")
@public
def ask() -> Response:
    """The form, who is in the list and who is not, and how to have an entry put right."""
    return _page({}, [])


@enforcement_list.post("/enforcement-list")
@public
def answer() -> Response:
    """The entries that name and number lead to together, on the page itself."""
    values = request.form.to_dict(flat=False)
    _known()
    try:
        given = forms.parse(LookupInput, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _page(values, error.faults, status=422)
    found = _found(given)
    if not found:
        return _page({"name": values.get("name", [])}, [], missed=True, status=404)
    return _page({}, [], found)


@enforcement_list.post("/enforcement-list.json")
@public(csrf=False)
def for_programs() -> Response:
    """The same for programs: name and number as JSON in the body. It changes nothing and needs no token."""
    _known()
    told = request.get_json(silent=True)
    given = told if isinstance(told, dict) else {}
    name, number = given.get("name"), given.get("number")
    if not isinstance(name, str) or not isinstance(number, str):
        return problem(NotUnderstood(T("Give name and number as words.")), current_locale())
    if not is_written(name + number):
        _count(rate_limits.network(request.remote_addr or ""), Counted.LIST_FROM)
        return problem(NotUnderstood(T("Give name and number as words.")), current_locale())
    found = _found(LookupInput.model_construct(name=name[:200], number=number[:120]))
    if not found:
        return problem(NotFound(NOT_FOUND), current_locale())
    return _json(as_json(found, current_locale()), 200)


@enforcement_list.get("/enforcement-list/records.json")
@public
def records() -> Response:
    """The records of the list, a part at a time (``after``): numbers, events, digests, receipts and proofs, and no name."""
    _known()
    after = number_in(request.args, "after") or 0
    rows, notary, session = chain.records(current_session(), after, AT_ONCE), current_court().notary, current_session()
    return _json(
        {
            "format": "court-list-records/1",
            "after": after,
            "next": rows[-1].number if len(rows) == AT_ONCE else None,
            "log_keys": keys_of(notary),
            "records": notary.with_proofs(session, [(each.body, each.receipt) for each in rows]),
        },
        200,
    )


AT_ONCE = 500
"""Records in one answer."""


@enforcement_list.get("/enforcement-list/check_list.py")
@public
def script() -> Response:
    """The program that checks the records without trusting the court."""
    with open(check_list.__file__, "rb") as file:
        return file_answer(file.read(), "check_list.py", "text/x-python")


def _known() -> None:
    if pack_today().enforcement_list is None:
        raise NotFound


def _json(body: dict[str, Any], status: int) -> Response:
    made = jsonify(body)
    made.status_code = status
    return made


def _page(
    values: dict[str, Any],
    faults: list[FieldFault],
    found: list[Entry] | None = None,
    *,
    missed: bool = False,
    status: int = 200,
) -> Response:
    rules, pack = pack_today().enforcement_list, pack_today()
    fields = forms.fields_of(LookupInput, current_locale(), values, faults)
    page = render_template(
        "register/enforcement_list/lookup.html",
        rules=rules,
        no_list=NO_LIST,
        fields=fields,
        faults=forms.summary(fields),
        found=found,
        missed=NOT_FOUND if missed else None,
        totals=totals(look()),
        now=current_court().clock.now(),
        consumption=pack.consumption,
        sanctions=_sanctions(),
        no_sanctions=NO_RULES,
        grounds=[(one.title, pack.cite(str(one.article))) for one in rules.grounds.values()] if rules else [],
        bars=[(one.title, pack.cite(str(one.article))) for one in rules.bars.values()] if rules else [],
        departs=[(one.title, pack.cite(str(one.article))) for one in rules.departs] if rules else [],
        young=pack.cite(str(rules.age_article)) if rules else None,
        tries=rate_limits.LIMITS[Counted.LIST_FROM],
    )
    return Response(page, status, mimetype="text/html")


def _sanctions() -> dict[str, Any] | None:
    """What the rules say of fines and detention in an enforcement; None where they know none."""
    pack, rules = pack_today(), pack_today().sanctions
    if rules is None:
        return None
    return {
        "grounds": [(one.title, pack.cite(str(one.article))) for one in rules.grounds.values()],
        "conduct": [(one.title, pack.cite(str(one.article))) for one in rules.conduct.values()],
        "person": Money(rules.person_most, pack.currency),
        "least": Money(rules.body_least, pack.currency),
        "most": Money(rules.body_most, pack.currency),
        "days": rules.days,
        "amounts": pack.cite(str(rules.amount_article)),
        "review": pack.cite(str(pack.windows.rules["sanction_review"].article)),
        "departs": [(one.title, pack.cite(str(one.article))) for one in rules.departs],
    }


def _count(subject: str, counted: Counted) -> int:
    court = current_court()
    with court.database.write() as session:
        ring = keyring(court.settings.secret_key)
        return rate_limits.take(session, ring, counted, subject, court.clock.machine_now())


def _found(given: LookupInput) -> list[Entry]:
    """The entries that fit; each asking is counted before it is made. Raises TooMany."""
    network = rate_limits.network(request.remote_addr or "")
    _count(network, Counted.LIST_FROM)
    missed = _count(f"{network}/{name_key(given.name)}", Counted.LIST_NAME)
    found = look_up(look(), given.name, given.number)
    if found:
        with current_court().database.write() as session:
            rate_limits.give_back(session, missed)
    return found
