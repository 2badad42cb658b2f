"""Noting how long something took: by whoever wants to, without a name, a case or a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.insight.workload.models import TimeNote
from odr.insight.workload.reckoning import rules_today
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


class TimeNoteInput(CourtModel):
    """How long something took."""

    kind: Annotated[str, CourtText(1, 60, one_line=True), field(T("What was it?"), choices="kinds_of_event")]
    minutes: Annotated[
        int, Field(ge=1, le=600), field(T("Minutes, about"), T("Only the time you worked on it, for one of them."))
    ]


@choice_source("kinds_of_event")
def kinds_of_event(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """The kinds of event whose time the rules ask for."""
    rules = rules_today(sitting.court).workload
    return [Option(key, event.title) for key, event in rules.events.items()] if rules is not None else []


def keep_note(court: Court, given: TimeNoteInput, now: datetime) -> None:
    """Keep a note under its kind and week. Raises InvalidInput for a kind the rules do not have."""
    rules, today = rules_today(court).workload, now.astimezone(court.settings.tz).date()
    if rules is None or given.kind not in rules.events:
        raise InvalidInput.at("kind", T("Choose one of those listed."))
    with court.database.write() as session:
        session.add(TimeNote(kind=given.kind, minutes=given.minutes, week=today - timedelta(days=today.weekday())))
