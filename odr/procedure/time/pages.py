"""Pages about time: a case in time as a picture, and the public calculator of periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, write, write_instant
from odr.identity.actors import Actor
from odr.procedure.forms import fields as forms
from odr.procedure.time import period_calculator
from odr.procedure.time.timeline import Span, Timeline, timeline
from odr.procedure.time.timeline_picture import draw
from odr.web.guards import case_page, current_court, current_locale, public
from odr.web.pages import Page, look

times = Blueprint("times", __name__)


@times.app_template_global("rules_lacking")
def rules_lacking() -> list[Text]:
    """What the court's rules lack at this time of the year: calendars and figures, for whoever runs the court."""
    court = current_court()
    return period_calculator.pack_asked(court, court.settings.pack).missing(court.clock.now())


@times.get("/cases/<reference>/timeline")
@case_page()
def case_timeline(case: Case, actor: Actor) -> Page:
    """Stages, time limits and who was waited for: a picture, and the same as a table."""
    court = look()
    found = timeline(court, case, actor)
    return render_template(
        "case/timeline.html", case=case, actor=actor, time=found, picture=draw(found, labels(found)), tab="timeline"
    )


def labels(found: Timeline) -> list[tuple[Span, str, str]]:
    """Every span with the two lines that stand above its bar."""
    locale, tz = current_locale(), current_court().settings.tz

    def say(words: Text) -> str:
        return write(words, locale, tz)

    stages = [(span, say(T("Stage: %(stage)s", stage=span.title)), say(span.ends)) for span in found.stages]
    waits = [
        (span, say(span.title), say(T("%(who)s: %(how)s", who=span.whose or T("the court"), how=span.ends)))
        for span in found.waits
    ]
    return [*stages, *waits]


@times.get("/periods")
@public
def calculator() -> Page:
    """When a time limit ends, and why: anybody may ask; the address holds the question."""
    court = current_court()
    values: Mapping[str, str] = request.args
    pack = period_calculator.pack_asked(court, values.get("pack"))
    answer, faults = None, []
    if "rule" in values:
        try:
            answer = period_calculator.answer(
                court, forms.parse(period_calculator.PeriodInput, dict(values), currency=pack.currency)
            )
        except InvalidInput as error:
            faults = error.faults
    fields = forms.fields_of(
        period_calculator.PeriodInput,
        current_locale(),
        {"pack": pack.id, **values},
        faults,
        period_calculator.choices(pack),
    )
    question: dict[str, Any] = {name: value for name, value in values.items() if value and name in asked_names()}
    link = url_for("times.calculator", **question)
    page = render_template(
        "procedure/periods.html",
        fields=fields,
        faults=forms.summary(fields),
        answer=answer,
        link=link,
        pack=pack,
        packs=period_calculator.packs_known(court),
        shown=lambda at: write_instant(at, current_locale(), pack.tz),
    )
    return page, 422 if faults else 200


def asked_names() -> set[str]:
    """Names of the form's fields; a day may come in three parts."""
    names = set(period_calculator.PeriodInput.model_fields)
    return names | {
        f"{name}-{part}" for name in ("start", "still_from", "still_until") for part in ("year", "month", "day")
    }
