"""What the pages of both doors share, attending and broadcast: how a hearing stands, and its pieces as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, jsonify, render_template, request, send_file
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.errors import NotFound
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.hearing.live.rules import BESIDE
from odr.hearing.live.seen.exhibits import PICTURE, Shown, one_within, picture, within
from odr.hearing.live.seen.making import folder_of
from odr.hearing.live.seen.models import ShownPiece
from odr.hearing.live.seen.showing import (
    STAYS,
    Now,
    Playing,
    at_the_open_door,
    closures_of,
    is_closed_to_the_public,
    now_of,
    piece_of,
    playing,
    turns_of,
    witness_waits,
)
from odr.hearing.models import Hearing, Interpreter
from odr.procedure.rules.court_rules import WatchingRules
from odr.web.guards import current_court, current_locale, current_session
from odr.web.pages import look

PLAYS = "sandbox; default-src 'none'; media-src 'self'; frame-ancestors 'self'"
SHOWN_AFTER = timedelta(seconds=18)
"""What the script waits besides the delay, so that the longest piece is made and fetched when its first moment comes."""


def hearing_named(reference: str) -> Hearing:
    """A hearing held here, by its reference. Raises NotFound."""
    row = current_session().scalar(select(Hearing).where(Hearing.reference == reference))
    if row is None or not row.held_here:
        raise NotFound
    return row


def room_named(hearing: Hearing) -> LiveRoom | None:
    """Its room, once somebody came."""
    return current_session().scalar(select(LiveRoom).where(LiveRoom.hearing_id == hearing.id))


def rules_for(hearing: Hearing) -> WatchingRules:
    """How the public watches it. Raises NotFound where it does not."""
    live = look().pack(current_session().get_one(Case, hearing.case_id)).live
    if live is None or live.watching is None:
        raise NotFound
    return live.watching


def standing(hearing: Hearing) -> Now:
    """How it stands for the public."""
    return now_of(current_session(), hearing, room_named(hearing))


def pieces_now(hearing: Hearing, left_out: frozenset[Role]) -> list[ShownPiece]:
    """What can be fetched now, in order."""
    room = room_named(hearing)
    if room is None:
        return []
    return list(playing(current_session(), room, _machine(), left_out).pieces)


def _machine() -> datetime:
    return current_court().clock.machine_now()


def told(
    hearing: Hearing,
    address: Callable[[int], str],
    page: Callable[[int], str],
    left_out: frozenset[Role] = frozenset(),
    *,
    named: bool,
) -> Response:
    """What the script of a page asks for again and again: how the hearing stands, in words where these changed, and what
    can be fetched, of whom; ``named`` at the door where the court knows who asks.
    """
    rules, now, room = rules_for(hearing), standing(hearing), room_named(hearing)
    now = now if named else at_the_open_door(now, room)
    shuts = room is None or (not named and witness_waits(room))
    found = Playing((), ()) if shuts or room is None else playing(current_session(), room, _machine(), left_out)
    languages = _languages(room, found.people)
    said: dict[str, Any] = {
        "clock": _ms(_machine()),
        "behind": rules.delay_seconds * 1000 + int(SHOWN_AFTER.total_seconds() * 1000),
        "tag": now.tag,
        "people": [
            {
                "id": p.id,
                "role": p.role.label.render(current_locale()),
                "name": p.name if named else "",
                "beside": p.role in BESIDE,
                "language": languages.get(p.account_id, ""),
                "floor": _floor(p, found.pieces),
            }
            for p in found.people
        ],
        "pieces": [
            {"id": p.id, "who": p.person_id, "from": _ms(p.from_at), "until": _ms(p.until_at), "src": address(p.id)}
            for p in found.pieces
        ],
    }
    said["exhibits"] = [
        {
            "from": _ms(since),
            "until": _ms(until),
            "number": each.page if is_open else None,
            "src": page(each.number) if is_open else None,
        }
        for each, since, until, is_open in (
            _exhibits(hearing, room, _window(rules)) if room is not None and not shuts else ()
        )
    ]
    if request.args.get("known") != now.tag:
        said["html"] = render_template("register/_seen_now.html", now=now, rules=rules)
    return jsonify(said)


def _languages(room: LiveRoom | None, people: Sequence[LivePerson]) -> dict[int, str]:
    """From which language into which each of those who interpret does, by account."""
    beside = [p.account_id for p in people if p.role in BESIDE]
    if room is None or not beside:
        return {}
    mine = select(Interpreter.account_id, Interpreter.language).where(
        Interpreter.case_id == room.case_id, Interpreter.account_id.in_(beside)
    )
    return {account: language for account, language in current_session().execute(mine) if account is not None}


def _window(rules: WatchingRules) -> tuple[datetime, datetime]:
    last = _machine() - timedelta(seconds=rules.delay_seconds)
    return last - STAYS, last


def page_now(hearing: Hearing, *, named: bool) -> tuple[Shown, bool] | None:
    """The page of an exhibit that stands on the screens at the moment that is shown now, and whether the public sees it: for
    whoever has no script; ``named`` at the door where the court knows who asks.
    """
    room, window = room_named(hearing), _window(rules_for(hearing))
    if room is None or (not named and witness_waits(room)):
        return None
    found = [(each, is_open) for each, _, until, is_open in _exhibits(hearing, room, window) if until == window[1]]
    return found[-1] if found else None


def _exhibits(
    hearing: Hearing, room: LiveRoom, window: tuple[datetime, datetime]
) -> Sequence[tuple[Shown, datetime, datetime, bool]]:
    """Pages that stood on the screens as long ago as everything here is late; nothing of a hearing that is closed now."""
    session = current_session()
    if is_closed_to_the_public(session, hearing):
        return []
    return list(within(session, room, closures_of(session, room, rules_for(hearing)), *window))


def exhibit(hearing: Hearing, number: int) -> Response:
    """A page of an exhibit that the judge let the public see, while it may be seen: asked anew for each. Raises NotFound."""
    session, room, rules = current_session(), room_named(hearing), rules_for(hearing)
    if room is None or is_closed_to_the_public(session, hearing):
        raise NotFound
    shown, found = one_within(session, room, closures_of(session, room, rules), number, *_window(rules))
    return as_picture(picture(current_court(), found, shown, folder_of(current_court(), hearing)))


def as_picture(path: Path) -> Response:
    """A picture that no program keeps."""
    answer = send_file(path, mimetype=PICTURE, conditional=True, max_age=0, etag=False)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = PLAYS
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _floor(person: LivePerson, pieces: Sequence[ShownPiece]) -> list[list[int]]:
    """When somebody who interprets was to be heard by everybody, within what is shown of them: nothing is told before its
    time, and nothing of what is closed.
    """
    turns = turns_of(current_session(), person) if person.role in BESIDE else []
    return [
        [_ms(max(since, piece.from_at)), _ms(piece.until_at if until is None else min(until, piece.until_at)) + 1]
        for piece in pieces
        for since, until in turns
        if piece.person_id == person.id and since <= piece.until_at and (until is None or until >= piece.from_at)
    ]


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def film(hearing: Hearing, number: int, left_out: frozenset[Role] = frozenset()) -> Response:
    """One piece as a file. Raises NotFound for what may not be fetched now: it is another hearing's, left out, or over."""
    room = room_named(hearing)
    row = piece_of(current_session(), room, number, _machine(), left_out) if room is not None else None
    if row is None or row.name is None:
        raise NotFound
    path = folder_of(current_court(), hearing) / row.name
    if not path.is_file():
        raise NotFound
    answer = send_file(path, mimetype="video/webm", conditional=True, max_age=0, etag=False)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = PLAYS
    answer.headers["Cache-Control"] = "no-store"
    return answer
