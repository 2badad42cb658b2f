"""The page of the statistics, and the same as CSV: each figure with a sentence, a picture, the numbers, and what they mean.

One row is read for it, the newest report; nothing is counted while somebody waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from odr.docket.models import Track
from odr.ground.errors import NotFound
from odr.ground.text import Money, T, Text
from odr.judgment.vocabulary import AppealOutcome
from odr.register.statistics import charts
from odr.register.statistics.facts import Ending, Waited
from odr.register.statistics.figures import FEWEST, OTHER, PERCENTILES
from odr.register.statistics.models import StatisticsReport
from odr.register.statistics.tables import TABLES, as_csv, lines
from odr.service.vocabulary import Channel
from odr.web.guards import current_locale, current_session, public
from odr.web.pages import Page, pack_today

statistics = Blueprint("statistics", __name__)
RELIEF = {"granted": T("Help given"), "refused": T("Help refused")}
OTHERS = T("All other kinds together")


def newest() -> StatisticsReport | None:
    """The last report that was written."""
    return current_session().scalar(select(StatisticsReport).order_by(StatisticsReport.day.desc()).limit(1))


@statistics.get("/statistics")
@public
def page() -> Page:
    """How much comes in, how long it takes, how it ends, and how well the court worked."""
    row = newest()
    told = row.body if row is not None else None
    return render_template(
        "register/statistics.html",
        row=row,
        told=told,
        since=date.fromisoformat(told["since"]) if told else None,
        until=date.fromisoformat(told["until"]) if told else None,
        whole_since=date.fromisoformat(told["whole_since"]) if told else None,
        whole_until=date.fromisoformat(told["whole_until"]) if told else None,
        name=_name,
        channel=lambda value: Channel(value).label,
        ending=lambda value: Ending(value).label,
        outcome=lambda value: AppealOutcome(value).label,
        relief=RELIEF,
        waited=lambda value: Waited(value).label,
        paid=Money(told["paid"], pack_today().currency) if told and told["paid"] is not None else None,
        rates=_rates(told) if told else {},
        months=charts.months(told["months"], current_locale()) if told else None,
        service=charts.bars([(one["served"], one["tried"]) for one in told["channels"]]) if told else None,
        durations=charts.spans(told["by_track"]) if told else None,
        percentiles=PERCENTILES,
        fewest=FEWEST,
        total=sum(one["tried"] for one in told["channels"]) if told else 0,
    )


def _name(kind: str, key: str) -> Text:
    """A procedure or kind of case in words."""
    if key == OTHER:
        return OTHERS
    if kind == "by_track":
        return Track(key).label
    cause = pack_today().causes.list.get(key)
    return cause.title if cause is not None else OTHERS


def _rates(told: Mapping[str, Any]) -> dict[str, int | None]:
    """Per cent of the endings that were settled, and of the judgments that were given in default; None where a sum they rest
    on is hidden.
    """
    endings = told["endings"]
    if endings is None:
        return {"settled": None, "default": None}
    sums = dict(zip([*endings["columns"], "all"], endings["cells"][-1], strict=True))
    judged = [sums[one.value] for one in (Ending.GRANTED, Ending.IN_PART, Ending.REFUSED, Ending.DEFAULT)]
    judgments = sum(judged) if all(isinstance(one, int) for one in judged) else None
    return {
        "settled": _share(sums[Ending.SETTLED.value], sums["all"]),
        "default": _share(sums[Ending.DEFAULT.value], judgments),
    }


def _share(part: Any, whole: Any) -> int | None:
    return round(100 * part / whole) if isinstance(part, int) and isinstance(whole, int) and whole else None


@statistics.get("/statistics.csv")
@public
def everything() -> Response:
    """All tables as one file: table, row, column, value. Names of rows and columns are those of the program, in no language."""
    row = newest()
    rows = [line for table in TABLES for line in lines(row.body, table)] if row is not None else []
    return _csv("statistics.csv", rows)


@statistics.get(
    "/statistics/<any(months, by_track, by_cause, endings, channels, appeals, relief, waited, quality):table>.csv"
)
@public
def one_table(table: str) -> Response:
    """One table as a file."""
    row = newest()
    if row is None:
        raise NotFound
    return _csv(f"statistics-{table}.csv", list(lines(row.body, table)))


def _csv(name: str, rows: Sequence[Sequence[object]]) -> Response:
    return Response(
        as_csv(rows), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
