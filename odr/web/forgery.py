"""Whether a request that changes something comes from a page of ours (ASVS 3.5).

Two independent signs: where the browser says it comes from, and a token only our
pages know. The body is read last, and not at all where a file streams in.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Request, g, session
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms.validators import ValidationError

from odr.ground.errors import CourtError, Forbidden
from odr.ground.text import T
from odr.web.limits import MOST_GATHERED, TooSlow
from odr.web.long_bodies import streams

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWNER = "for"


class Csrf(enum.Enum):
    """Where a route looks for the token."""

    FORM = "form"  # header or field
    HEADER = "header"  # header only: the body is a file that is not read here
    NONE = "none"  # callers that are no browsers and sign what they send


class CrossOrigin(Forbidden):
    """The request was sent by a page of another site."""

    problem = "cross-origin"

    def __init__(self) -> None:
        super().__init__(
            T("This request came from another website and was not carried out."),
            T("Open the court’s own page and do it there."),
        )


class StaleForm(CourtError):
    """The page is older than the session: what was typed is given back to be sent again."""

    problem = "stale-form"

    def __init__(self) -> None:
        super().__init__(
            T("Your session ended while the page was open. What you typed is kept."),
            T("Check it below and send it again."),
        )


def token_for(owner: int | None) -> str:
    """The token for pages of this session; one made for somebody else is thrown away."""
    if session.get(_OWNER) != owner:
        begin(owner)
    return str(generate_csrf())


def begin(owner: int | None) -> None:
    """Start anew at sign-in and sign-out, so that no token from before is worth anything."""
    session.clear()
    session[_OWNER] = owner
    g.pop(FIELD, None)


def check(request: Request, owner: int | None, csrf: Csrf, origins: frozenset[str]) -> None:
    """Refuse a request that changes something and is not from a page of ours.

    ``owner`` is the id of the signed-in session; ``origins`` our own. Raises
    CrossOrigin, or StaleForm when only the token is too old.
    """
    if request.method in SAFE_METHODS or csrf is Csrf.NONE:
        return
    told = _told_origin(request)
    if (told is not None and told not in origins) or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise CrossOrigin
    if _is_valid(_given_token(request, csrf), owner):
        return
    if told is None:
        # Nothing says that it is ours, so what it carries is not shown as the person's own words either.
        raise CrossOrigin
    raise StaleForm


def comes_from(request: Request, origins: frozenset[str]) -> bool:
    """Whether the browser says that one of our own pages sent this."""
    return _told_origin(request) in origins and request.headers.get("Sec-Fetch-Site") != "cross-site"


def typed_fields(request: Request) -> Sequence[tuple[str, str]]:
    """What was typed, to be sent again: no token, no password, no code, no file."""
    if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return []
    hidden = {FIELD, "password", "new_password", "code", "identity_code", "identity_password"}
    return [(name, value) for name, values in form_of(request) if name not in hidden for value in values]


def is_left_unread(request: Request) -> bool:
    """Whether the body is longer than any that somebody unknown may send, and nothing of it was read before it was refused.
    Nor is it read afterwards: whoever was refused would hold a thread for as long as they send.
    """
    comes_on = (request.content_length or 0) > MOST_GATHERED or streams(request.environ)
    return comes_on and "form" not in vars(request)


def form_of(request: Request) -> list[tuple[str, list[str]]]:
    """The fields of a form that is refused; none of one that is too large, too slow, left unread, or brings files that
    stream in.
    """
    if is_left_unread(request):
        return []
    try:
        return list(request.form.lists())
    except (HTTPException, TooSlow):
        return []


def _told_origin(request: Request) -> str | None:
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin
    referrer = request.headers.get("Referer")
    if referrer is None:
        return None
    parts = urlsplit(referrer)
    return f"{parts.scheme}://{parts.netloc}"


def _given_token(request: Request, csrf: Csrf) -> str | None:
    given = request.headers.get(HEADER)
    if given is None and csrf is Csrf.FORM:
        given = request.form.get(FIELD)
    return given


def _is_valid(given: str | None, owner: int | None) -> bool:
    if session.get(_OWNER) != owner:
        return False
    try:
        validate_csrf(given)
    except ValidationError:
        return False
    return True
