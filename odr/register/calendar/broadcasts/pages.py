"""Hearings that everybody may see: the catalogue, a broadcast as it runs, and the same hearing again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, render_template, send_file, url_for
from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.errors import NotFound
from odr.hearing.live.models import LiveRoom
from odr.hearing.live.rules import KEPT_APART
from odr.hearing.live.seen.models import Broadcast, BroadcastState
from odr.hearing.live.seen.reading_again import heard_again, page_again, pages_again, words_again
from odr.hearing.live.seen.replaying import can_be_seen_again, film_again, made_again
from odr.hearing.live.seen.showing import at_the_open_door, is_for_everybody, witness_waits
from odr.hearing.models import Hearing
from odr.register.calendar import seen_pages
from odr.register.calendar.broadcasts.catalogue import Stands, atom, catalogue, line_of, plain
from odr.web.guards import current_court, current_locale, current_session, public, read_in
from odr.web.lists import after_asked
from odr.web.pages import Page, look, pack_today

broadcasts = Blueprint("broadcasts", __name__, url_prefix="/broadcasts")
NOT_KEPT = {"X-Robots-Tag": "noindex, noarchive"}
FED = 200
"""Broadcasts in a feed: the newest."""


@broadcasts.get("")
@public
def listed() -> Response:
    """The catalogue: what will be, is, and can again be seen, and what was ended or withdrawn."""
    found = catalogue(look(), after_asked())
    page = render_template("register/broadcasts.html", found=found, article=_article())
    return Response(page, mimetype="text/html", headers=NOT_KEPT)


def _article() -> Any:
    found = pack_today().cited("LIV 2")
    return found.words if found is not None else None


@broadcasts.get("/catalogue.json")
@public
def for_programs() -> Response:
    """The catalogue for programs."""
    found = catalogue(look(), None, FED)
    answer = jsonify(total=found.total, broadcasts=[plain(one, current_locale()) for one in found.rows])
    answer.headers.update(NOT_KEPT)
    return answer


@broadcasts.get("/<any(en, 'zh-Hans'):locale>.atom")
@public
def feed(locale: str) -> Response:
    """The catalogue for feed readers."""
    base = current_court().settings.base_url.rstrip("/")
    page, mine = base + url_for("broadcasts.listed"), base + url_for("broadcasts.feed", locale=locale)
    host = urlsplit(base).hostname or "court"
    body = atom(catalogue(look(), None, FED), host, page, mine, current_court().clock.now(), locale)
    return Response(body, mimetype="application/atom+xml", headers=NOT_KEPT)


def _listed(reference: str) -> tuple[Broadcast, Hearing]:
    """A broadcast that was approved. Raises NotFound for one that was refused, ended or withdrawn."""
    row = current_session().scalar(select(Broadcast).where(Broadcast.reference == reference))
    if row is None or row.state is not BroadcastState.APPROVED:
        raise NotFound
    return row, current_session().get_one(Hearing, row.hearing_id)


def _shown(reference: str) -> tuple[Broadcast, Hearing]:
    """A broadcast of which something may be fetched at this moment. Raises NotFound where it was closed to the public since
    it was approved, or a child has become a party.
    """
    row, hearing = _listed(reference)
    if not is_for_everybody(current_session(), row, hearing):
        raise NotFound
    return row, hearing


@broadcasts.get("/<reference>")
@public
def one(reference: str) -> Page:
    """A hearing as everybody sees it: late, without witnesses, without what is closed; or, when it is over, again."""
    row, hearing = _listed(reference)
    session, room = current_session(), seen_pages.room_named(hearing)
    case = session.get_one(Case, row.case_id)
    line = line_of(look(), row, hearing, case, room)
    again = line.stands is Stands.AGAIN and room is not None
    # After the end too, until the last words were shown: they are late as everything here.
    shown = line.stands is not Stands.AHEAD and is_for_everybody(session, row, hearing) and not witness_waits(room)
    pieces = seen_pages.pieces_now(hearing, KEPT_APART) if shown else []
    return render_template(
        "register/broadcast.html",
        listed=line,
        row=row,
        hearing=hearing,
        rules=seen_pages.rules_for(hearing),
        now=at_the_open_door(seen_pages.standing(hearing), room),
        runs=line.stands in (Stands.LIVE, Stands.AHEAD) or bool(pieces),
        pieces=pieces,
        stands=seen_pages.page_now(hearing, named=False) if shown else None,
        shown_again=pages_again(current_court(), session, hearing, room) if again and room is not None else [],
        heard=heard_again(session, room) if again and room is not None else frozenset(),
        again=made_again(current_court(), session, hearing, room) if again and room is not None else [],
        at=current_court().clock.now(),
        article=_article(),
    )


@broadcasts.get("/<reference>/<any(en, 'zh-Hans'):locale>/now")
@public
def now(reference: str, locale: str) -> Response:
    """How the hearing stands, and which pieces can be fetched: the same for everybody who reads that language."""
    _, hearing = _shown(reference)
    read_in(locale)
    return seen_pages.told(
        hearing,
        lambda piece: url_for("broadcasts.film", reference=reference, piece=piece),
        lambda page: url_for("broadcasts.exhibit", reference=reference, page=page),
        KEPT_APART,
        named=False,
    )


@broadcasts.get("/<reference>/exhibit/<int:page>.png")
@public
def exhibit(reference: str, page: int) -> Response:
    """A page of an exhibit that the judge let the public see, late; none while a witness waits to be heard."""
    _, hearing = _shown(reference)
    if witness_waits(seen_pages.room_named(hearing)):
        raise NotFound
    return seen_pages.exhibit(hearing, page)


@broadcasts.get("/<reference>/<int:piece>.webm")
@public
def film(reference: str, piece: int) -> Response:
    """A few seconds of somebody, late; none while a witness waits to be heard, who could be anybody."""
    _, hearing = _shown(reference)
    if witness_waits(seen_pages.room_named(hearing)):
        raise NotFound
    return seen_pages.film(hearing, piece, KEPT_APART)


def _again(reference: str) -> tuple[Hearing, LiveRoom]:
    """A hearing that can be seen again at this moment. Raises NotFound."""
    row, hearing = _shown(reference)
    room = seen_pages.room_named(hearing)
    if room is None or not can_be_seen_again(current_session(), row, hearing, room):
        raise NotFound
    return hearing, room


@broadcasts.get("/<reference>/again/<int:segment>/<int:who>.webm")
@public
def replay(reference: str, segment: int, who: int) -> Response:
    """Somebody in an open piece of the recording, without what was closed."""
    hearing, room = _again(reference)
    session = current_session()
    path = film_again(current_court(), session, hearing, room, segment, who)
    answer = send_file(path, mimetype="video/webm", conditional=True, max_age=0)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = seen_pages.PLAYS
    answer.headers["Cache-Control"] = "no-store"
    return answer


@broadcasts.get("/<reference>/again/<int:segment>/<int:who>.vtt")
@public
def words(reference: str, segment: int, who: int) -> Response:
    """What somebody said in an open piece, as it was corrected, without what was closed; by role, as the picture names them."""
    hearing, room = _again(reference)
    court, session = current_court(), current_session()
    film_again(court, session, hearing, room, segment, who)  # Whoever cannot be seen again is not read either.
    answer = Response(words_again(court, session, hearing, room, segment, who), content_type="text/vtt; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@broadcasts.get("/<reference>/again/exhibit/<int:page>.png")
@public
def exhibit_again(reference: str, page: int) -> Response:
    """A page of an exhibit that the public could see in the hearing."""
    hearing, room = _again(reference)
    return seen_pages.as_picture(page_again(current_court(), current_session(), hearing, room, page))
