"""Pages of distribution: one draw for anybody to draw again, how seats came about, and a year played through."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

from flask import Blueprint, jsonify, render_template, request
from pydantic import Field
from sqlalchemy import select
from werkzeug.wrappers import Response

from odr.docket.models import Role
from odr.filing.registry.drawing import DrawRecord, DrawSeed, shown_with
from odr.filing.registry.seats import count_on_duty
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.insight.distribution import check_draw
from odr.insight.distribution.departures import a_year_before, counts_since, departures
from odr.insight.distribution.recorded import weights_of
from odr.insight.distribution.simulate import MOST_CASES, MOST_JUDGES, Came, Rule, Year, play
from odr.insight.workload.reckoning import rules_today
from odr.notary.lot import note_over
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtModel, field
from odr.register.publication.public_views import keys_of
from odr.web.guards import current_court, current_locale, current_session, public, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, file_answer

distribution = Blueprint("distribution", __name__)
RULES = {
    Rule.LOT.value: T("The court’s own: by lot, weighted by what lies on the desks"),
    Rule.EVEN.value: T("By lot, everybody alike"),
    Rule.TURNS.value: T("One after the other"),
}


def _draw(reference: str) -> DrawRecord:
    made = current_session().scalar(select(DrawRecord).where(DrawRecord.reference == reference))
    if made is None:
        raise NotFound
    return made


@distribution.get("/draws/check_draw.py")
@public
def script() -> Response:
    """The program that draws again without trusting the court."""
    with open(check_draw.__file__, "rb") as file:
        return file_answer(file.read(), "check_draw.py", "text/x-python")


@distribution.get("/draws/<reference>")
@public
def one(reference: str) -> Page:
    """How one seat was drawn: by codes, since the log names nobody."""
    made = _draw(reference)
    said = json.loads(made.record)
    return render_template("insight/draw.html", made=made, said=said, role=Role(said["role"]))


@distribution.get("/draws/<reference>.json")
@public
def one_as_json(reference: str) -> Response:
    """The same with the records that show it, their receipts and proofs, and the signed head: what the program takes."""
    made = _draw(reference)
    notary, session = current_court().notary, current_session()
    records = notary.with_proofs(session, shown_with(session, made))
    head = note_over(session, session.get_one(DrawSeed, made.seed_id).receipt) if made.anchored else None
    return jsonify(records=records, head=head.decode() if head is not None else None, log_keys=keys_of(notary))


@distribution.get("/registry/distribution")
@staff(Role.PRESIDENT)
def overview() -> Page:
    """How seats of judges came about in twelve months, and each departure from the lot with its reason."""
    court, session = current_court(), current_session()
    since = a_year_before(court.clock.now())
    pack = rules_today(court)
    return render_template(
        "insight/distribution.html",
        desk=True,
        since=since,
        counts=counts_since(session, since),
        found=departures(session, since, after_asked()),
        rules=pack.distribution,
        article=pack.cited(pack.distribution.article) if pack.distribution is not None else None,
    )


class YearInput(CourtModel):
    """A year to play through."""

    cases: Annotated[int, Field(ge=1, le=MOST_CASES), field(T("Cases that come in"))] = 2000
    judges: Annotated[int, Field(ge=1, le=MOST_JUDGES), field(T("Judges"))] = 8
    fewer: Annotated[int, Field(ge=0, le=MOST_JUDGES), field(T("Judges who leave in the middle of the year"))] = 0
    away: Annotated[int, Field(ge=0, le=300), field(T("Days of leave of each, weekends among them"))] = 35
    minutes: Annotated[int, Field(ge=1, le=600), field(T("Minutes of work on cases of each on a working day"))] = 300
    rule: Annotated[Rule, field(T("By which rule do cases fall to judges?"), options=RULES)] = Rule.LOT


@distribution.get("/registry/what-if")
@staff(Role.PRESIDENT)
def what_if() -> Page:
    """A year played through from recorded weights; what was asked stands in the address."""
    court, session = current_court(), current_session()
    pack = rules_today(court)
    if pack.workload is None or pack.distribution is None:
        raise NotFound
    today = court.clock.now().astimezone(court.settings.tz).date()
    asked = {name: request.args.getlist(name) for name in YearInput.model_fields if name in request.args}
    values: dict[str, Any] = asked or forms.with_defaults(
        YearInput, {"judges": str(max(1, count_on_duty(session, Role.JUDGE, today, MOST_JUDGES)))}
    )
    faults: list[FieldFault] = []
    came: Came | None = None
    weights, recorded = weights_of(session, pack.workload)
    spent = 0.0
    if asked:
        try:
            given: YearInput = forms.parse(YearInput, values)
            if given.fewer >= given.judges:
                raise InvalidInput.at("fewer", T("Somebody has to stay."))
            begun = time.process_time()
            came = play(
                Year(given.cases, given.judges, weights, given.rule, given.away, given.minutes, given.fewer),
                pack.distribution,
            )
            spent = time.process_time() - begun
        except InvalidInput as error:
            faults = error.faults
    fields = forms.fields_of(YearInput, current_locale(), values, faults)
    return render_template(
        "insight/what_if.html",
        desk=True,
        fields=fields,
        faults=forms.summary(fields),
        came=came,
        hours=lambda minutes: T("about %(hours)s hours", hours=f"{(minutes + 30) // 60:,}"),
        recorded=recorded,
        spent=f"{spent:.2f}",
    ), 422 if faults else 200
