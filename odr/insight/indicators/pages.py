"""The page of the indicators, and the same for programs: of the court as a whole, each with what it counts and what distorts it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, jsonify, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from odr.ground.text import Money, T, Text
from odr.insight.indicators.figures import Indicator
from odr.insight.indicators.models import IndicatorReport
from odr.web.guards import current_session, public
from odr.web.pages import Page, pack_today

indicators = Blueprint("indicators", __name__)


def newest() -> IndicatorReport | None:
    """The last that were counted."""
    return current_session().scalar(select(IndicatorReport).order_by(IndicatorReport.day.desc()).limit(1))


@indicators.get("/statistics/indicators")
@public
def page() -> Page:
    """Eight indicators of the court."""
    row = newest()
    told = row.body if row is not None else None
    return render_template(
        "insight/indicators.html",
        row=row,
        told=told,
        since=date.fromisoformat(told["since"]) if told else None,
        until=date.fromisoformat(told["until"]) if told else None,
        lines=[(Indicator(one["key"]), one) for one in told["values"]] if told else [],
        figure=_figure,
    )


def _figure(key: Indicator, value: float | None) -> Text | str:
    """A figure with its unit."""
    if value is None:
        return T("not known")
    if key is Indicator.COST:
        return T("%(amount)s", amount=Money(int(value), pack_today().currency))
    return f"{value:,.0f}" if key is Indicator.DISPOSITION else f"{value:,.1f}"


@indicators.get("/statistics/indicators.json")
@public
def as_json() -> Response:
    """The same for programs."""
    row = newest()
    body: dict[str, Any] = dict(row.body) if row is not None else {"values": []}
    return jsonify(body)
