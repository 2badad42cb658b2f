"""The public list of hearings, and the same for calendars, feed readers and programs. A name stands on the page only, and
the page asks search machines to stay out: it is announced until the day is over, and kept by nobody.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, render_template, url_for

from odr.ground.keyset import Listed
from odr.ground.text import Text
from odr.register.calendar import feeds
from odr.register.calendar.announced import Announced, announced
from odr.register.calendar.attending.told import places_told
from odr.register.calendar.broadcasts.catalogue import broadcast_now
from odr.web.guards import current_court, current_locale, current_session, public
from odr.web.lists import after_asked
from odr.web.pages import look, pack_today

hearings = Blueprint("hearings", __name__)
FED = 500
"""Hearings in a calendar or feed: the next ones."""
NOT_KEPT = {"X-Robots-Tag": "noindex, noarchive"}


def _next() -> Listed[Announced]:
    return announced(look(), None, FED)


@hearings.get("/hearings")
@public
def listed() -> Response:
    """Hearings from today on, by day: who against whom, about what, when, where, before whom, and whether one may attend."""
    found = announced(look(), after_asked())
    zone = current_court().settings.tz
    days: dict[object, list[Announced]] = {}
    for one in found.rows:
        days.setdefault(one.begins_at.astimezone(zone).date(), []).append(one)
    page = render_template(
        "register/hearings.html",
        days=days,
        found=found,
        places=places_told(current_session(), found.rows, pack_today(), current_court().clock.now()),
        broadcasts=broadcast_now(current_session(), [one.reference for one in found.rows]),
        zone=zone,
        today=current_court().clock.now().astimezone(zone).date(),
        announcing=_article("CPL 139"),
        closing=_article("CPL 137"),
        attending=_article("CTR 9"),
    )
    return Response(page, mimetype="text/html", headers=NOT_KEPT)


def _article(citation: str) -> Text | None:
    """An article in words, where the rules of this court have its law."""
    found = pack_today().cited(citation)
    return found.words if found is not None else None


@hearings.get("/hearings.json")
@public
def for_programs() -> Response:
    """The next hearings for programs, by the number of the case."""
    found = _next()
    answer = jsonify(total=found.total, hearings=[feeds.plain(one, current_locale()) for one in found.rows])
    answer.headers.update(NOT_KEPT)
    return answer


@hearings.get("/hearings/<any(en, 'zh-Hans'):locale>.ics")
@public
def calendar(locale: str) -> Response:
    """The next hearings for calendar programs, which say no language: it stands in the address."""
    court = current_court()
    body = feeds.calendar(_next().rows, _host(), _address("hearings.listed"), court.clock.now(), locale)
    return Response(body, mimetype="text/calendar", headers=NOT_KEPT)


@hearings.get("/hearings/<any(en, 'zh-Hans'):locale>.atom")
@public
def atom(locale: str) -> Response:
    """The next hearings for feed readers."""
    page, mine = _address("hearings.listed"), _address("hearings.atom", locale=locale)
    body = feeds.atom(_next().rows, _host(), page, mine, current_court().clock.now(), locale)
    return Response(body, mimetype="application/atom+xml", headers=NOT_KEPT)


def _address(endpoint: str, **values: Any) -> str:
    """A whole address, of the court's own name and never of a header's."""
    return current_court().settings.base_url.rstrip("/") + url_for(endpoint, **values)


def _host() -> str:
    return urlsplit(current_court().settings.base_url).hostname or "court"
