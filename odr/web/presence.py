"""Who is here in this request: a person by their cookie or by a bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface
from flask_login import UserMixin
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.identity.actors import SignIn
from odr.identity.sign_in import program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.identity.sign_in.sessions import OFFICE_ROLES, Owner


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]
    """Somebody signed in: by cookie, then ``session_id`` is set; or a program with their bearer token, then ``token_id``
    and ``scopes`` are.

    ``strong_at`` is the instant at which they last proved who they are; ``acting_for`` the capacity (``Actor.hat``) they
    chose, for somebody who has several: on the account page, or with a program's request.
    """

    account_id: int
    reference: str
    name: str
    email: str
    roles: frozenset[Role]
    locale: str
    strong_at: datetime | None = None
    two_factor: bool = False
    session_id: int | None = None
    token_id: int | None = None
    scopes: frozenset[Scope] = frozenset()
    acting_for: str | None = None

    def get_id(self) -> str:
        """The account's reference, for Flask-Login; what keeps a person signed in is the session row, never this."""
        return self.reference

    @property
    def is_staff(self) -> bool:
        """Whether the person serves the court."""
        return bool(self.roles & OFFICE_ROLES)

    @property
    def is_program(self) -> bool:
        """Whether a program acts with the person's token."""
        return self.token_id is not None

    @property
    def sign_in(self) -> SignIn:
        """By what the person is signed in."""
        if self.is_program:
            return SignIn.TOKEN
        return SignIn.TWO_FACTORS if self.two_factor else SignIn.ONE_FACTOR

    def is_strong(self, now: datetime, minutes: int) -> bool:
        """Whether the person proved who they are within ``minutes``."""
        return self.strong_at is not None and now - self.strong_at <= timedelta(minutes=minutes)


class PageCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, whose signer is made once for the court: its key is the installation's and stays."""

    def __init__(self) -> None:
        self._made: tuple[object, URLSafeTimedSerializer | None] = (None, None)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer; another one where somebody gave the application another key."""
        keys = app.secret_key, app.config["SECRET_KEY_FALLBACKS"]
        if self._made[0] != keys:
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]


def session_cookie_name(secure: bool) -> str:
    """``__Host-`` binds the cookie to this host, all paths and https; browsers refuse the prefix without https."""
    return "__Host-session" if secure else "session_token"


def set_session_cookie(response: Response, token: str, secure: bool) -> None:
    """Give the device its token; scripts cannot read it and other sites cannot send it along with a form."""
    response.set_cookie(
        session_cookie_name(secure),
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_session_cookie(response: Response, secure: bool) -> None:
    """Take the token back from the device."""
    response.delete_cookie(session_cookie_name(secure), secure=secure, httponly=True, samesite="Lax", path="/")


def forget_browser(response: Response, secure: bool) -> None:
    """Take the token back, and what the browser kept: for going on with uploads, and the page it shows without a network."""
    clear_session_cookie(response, secure)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def bearer_token(request: Request) -> str | None:
    """The token a program gave; heeded under ``/api/`` only."""
    if not request.path.startswith("/api/") or request.authorization is None or request.authorization.type != "bearer":
        return None
    return request.authorization.token


def identify(
    session: Session | Connection, request: Request, now: datetime, secure: bool
) -> tuple[Person | None, bool]:
    """The person of a request, and whether their session's last use should be written.

    A bearer token that is wrong makes nobody of the request, even beside a good
    cookie: the program meant the token.
    """
    if request.path.startswith("/api/") and "Authorization" in request.headers:
        return _by_token(session, request, now)
    return _by_cookie(session, request, now, secure)


def _by_token(session: Session | Connection, request: Request, now: datetime) -> tuple[Person | None, bool]:
    token = bearer_token(request)
    found = program_tokens.find(session, token, now) if token else None
    if found is None:
        return None, False
    key, owner = found
    # A scope that an earlier version gave out and this one does not know opens nothing.
    known = {scope.value for scope in Scope}
    scopes = frozenset(Scope(value) for value in key.scopes if value in known)
    person = _person(
        owner, token_id=key.id, scopes=scopes, two_factor=key.two_factor, acting_for=request.headers.get("Acting-For")
    )
    return person, program_tokens.needs_touch(key, now)


def _by_cookie(
    session: Session | Connection, request: Request, now: datetime, secure: bool
) -> tuple[Person | None, bool]:
    cookie = request.cookies.get(session_cookie_name(secure))
    found = sessions.find(session, cookie, now) if cookie else None
    if found is None:
        return None, False
    row, owner = found
    person = _person(
        owner, session_id=row.id, strong_at=row.strong_at, two_factor=row.two_factor, acting_for=row.acting_for
    )
    return person, sessions.needs_touch(row, now)


def _person(
    owner: Owner,
    *,
    session_id: int | None = None,
    token_id: int | None = None,
    scopes: frozenset[Scope] = frozenset(),
    strong_at: datetime | None = None,
    two_factor: bool = False,
    acting_for: str | None = None,
) -> Person:
    return Person(
        account_id=owner.account_id,
        reference=owner.reference,
        name=owner.name,
        email=owner.email,
        roles=owner.roles,
        locale=owner.locale,
        strong_at=strong_at,
        two_factor=two_factor,
        session_id=session_id,
        token_id=token_id,
        scopes=scopes,
        acting_for=acting_for,
    )
