"""Who may enter: every route carries one of these guards, and the court refuses to start where one is missing.

A guard comes before everything else of a request: first whether the person may,
then whether the request is from a page of ours, and only then its body. The guard
also loads the case, so that no route can forget to ask whose it is.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar, cast, overload
from urllib.parse import urlsplit
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request, Response, current_app, g, request, session
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from odr.docket.models import HEARD_ROLES, Case, ReadBy, Role
from odr.docket.queries import case_by_reference
from odr.ground.config import Settings
from odr.ground.errors import CourtError, Forbidden, NotFound, NotSignedIn, StepUpNeeded
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor, capacities
from odr.identity.sign_in import program_tokens, rate_limits, sessions
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.program_tokens import Scope
from odr.identity.sign_in.rate_limits import Counted
from odr.identity.sign_in.sessions import OFFICE_ROLES
from odr.procedure.court import Court
from odr.web import forgery, headers, proof, reader_language
from odr.web.for_programs import asks_as_program
from odr.web.forgery import Csrf
from odr.web.headers import allow, allow_feature
from odr.web.limits import MOST_BODY, MOST_GATHERED
from odr.web.long_bodies import Turns, streams
from odr.web.pace import Pace
from odr.web.presence import PageCookies, Person, identify, session_cookie_name
from odr.web.readings import note_answer

__all__ = [
    "Entry",
    "Guard",
    "Person",
    "Scope",
    "SecondFactorNeeded",
    "SignInNeeded",
    "StepUpNeeded",
    "UnguardedRoute",
    "allow",
    "allow_feature",
    "api",
    "assert_guarded",
    "case_page",
    "csrf_token",
    "current_court",
    "current_locale",
    "current_person",
    "current_session",
    "guard_of",
    "harden",
    "may_enter",
    "need_strong",
    "public",
    "register_access",
    "require_strong",
    "signed_in",
    "staff",
    "take_turn",
]

NETWORK_SHARES = 5
"""How many people's requests one network may make: an office, a school, a telephone company's gateway."""

View = TypeVar("View", bound=Callable[..., Any])


class SignInNeeded(NotSignedIn):
    """A page needs a person; the browser is brought to the sign-in page and back."""

    def __init__(self) -> None:
        super().__init__(T("Sign in to see this page."))


class SecondFactorNeeded(CourtError):
    """Somebody who serves the court has signed in without a second factor."""

    status = 403
    problem = "second-factor-needed"

    def __init__(self) -> None:
        super().__init__(T("Who serves the court signs in with a second factor. Set one up first."))


class UnguardedRoute(Exception):
    """The court does not start: these routes carry no guard."""


class Entry(enum.Enum):
    """The kinds of guard."""

    PUBLIC = "public"  # anybody
    SIGNED_IN = "signed_in"  # anybody with an account
    STAFF = "staff"  # holders of a role of the court, with a second factor
    CASE = "case"  # who takes part in the case
    API = "api"  # a program with a token of that scope, or a signed-in page


@dataclass(frozen=True)
class Guard:
    """What guards a route; kept on the view as ``__guard__``."""

    entry: Entry
    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None
    csrf: Csrf = Csrf.FORM
    shared: bool = False
    heard: bool = False
    most: int | None = MOST_BODY
    """Bytes of a body that are read; None: as many as come, for the route counts them itself."""
    weak: bool = False
    """Whether somebody of the court enters before they have shown a second factor."""

    def admits(self, role: Role) -> bool:
        """Whether somebody of the case may enter in a role; who is only heard in it enters where that is said."""
        return role in self.roles if self.roles else self.heard or role not in HEARD_ROLES


def current_court() -> Court:
    """The court this request is made to."""
    return cast(Court, current_app.extensions["court"])


def current_session() -> Session:
    """The request's snapshot of the database, opened when first asked for and closed at its end."""
    if "read_session" not in g:
        g.reading = ExitStack()
        g.read_session = g.reading.enter_context(current_court().database.read())
    return cast(Session, g.read_session)


def current_person() -> Person | None:
    """Who is signed in, or None; as they are since they proved in this request who they are."""
    if "proved" in g:
        return cast(Person, g.proved)
    person: Any = current_user
    return cast(Person, person._get_current_object()) if person.is_authenticated else None


def _from_request(asked: Request) -> Person | None:
    """Flask-Login asks once a request: by our own cookie and session row, or by a bearer token.

    Where files come in no snapshot is opened for it: it would stand for as long as somebody sends.
    """
    court, guard = current_court(), guard_of(asked.endpoint)
    now, secure = court.clock.machine_now(), is_secure(court.settings)
    if guard is not None and guard.most is None and "read_session" not in g:
        with court.database.glance() as connection:
            person, g.person_is_stale = identify(connection, asked, now, secure)
    else:
        person, g.person_is_stale = identify(current_session(), asked, now, secure)
    return person


def current_locale() -> str:
    """In which language the answer is written: "en" or "zh-Hans"."""
    found: str | None = g.get("locale")
    if found is None:
        person = current_person()
        # A program says with each request what it reads; a person said so once.
        kept = person.locale if person and not (person.is_program and request.accept_languages) else None
        found = g.locale = reader_language.choose(
            request.cookies.get(reader_language.COOKIE), kept, [tag for tag, _ in request.accept_languages]
        )
    return found


def read_in(locale: str) -> None:
    """Write the answer in this language, whoever asks: for what is the same for everybody and kept outside the court."""
    g.locale = locale


def locale_of_request() -> str:
    """The language by the request alone, whoever asks: for answers while the database gives none."""
    accepted = [tag for tag, _ in request.accept_languages]
    return reader_language.choose(request.cookies.get(reader_language.COOKIE), None, accepted)


def csrf_token() -> str:
    """The token that every form of ours carries in ``csrf_token``, and every script in ``X-CSRF-Token``."""
    g.has_form = True
    person = current_person()
    return forgery.token_for(person.session_id if person else None)


def is_secure(settings: Settings) -> bool:
    """Whether the court is reached by https, so that its cookies may be."""
    return settings.base_url.startswith("https://")


def our_origins() -> frozenset[str]:
    """Where our own pages come from; beside the public address, in training, whatever host was asked."""
    settings = current_court().settings
    parts = urlsplit(settings.base_url)
    origins = {f"{parts.scheme}://{parts.netloc}"}
    if settings.is_training:
        origins.add(request.host_url.rstrip("/"))
    return frozenset(origins)


@overload
def public(view: View, /) -> View: ...
@overload
def public(
    *, csrf: bool = True, upload: bool = False, shared: bool = False, most: int | None = MOST_BODY
) -> Callable[[View], View]: ...
def public(
    view: Any = None,
    /,
    *,
    csrf: bool = True,
    upload: bool = False,
    shared: bool = False,
    most: int | None = MOST_BODY,
) -> Any:
    """Anybody may enter.

    ``csrf=False`` for callers that are no browsers and sign what they send; ``upload`` where a script sends the body
    and the token beside it; ``shared`` where the answer is the same for everybody and may be kept by caches on the way
    (tiles of the log); ``most`` bytes of the body are read.
    """
    guard = Guard(Entry.PUBLIC, csrf=_csrf(upload) if csrf else Csrf.NONE, shared=shared, most=most)

    def guarded(inner: View) -> View:
        def enter(*args: Any, **kwargs: Any) -> Any:
            _check_origin(guard)
            return inner(*args, **kwargs)

        return _marked(inner, enter, guard)

    return guarded(view) if view is not None else guarded


@overload
def signed_in(view: View, /) -> View: ...
@overload
def signed_in(*, upload: bool = False, most: int | None = MOST_BODY, weak: bool = False) -> Callable[[View], View]: ...
def signed_in(view: Any = None, /, *, upload: bool = False, most: int | None = MOST_BODY, weak: bool = False) -> Any:
    """Anybody with an account may enter; ``most`` bytes of the body are read, more than usual where it carries a file.

    ``weak``: also somebody of the court who has shown no second factor, to set one up or show it.
    """
    guard = Guard(Entry.SIGNED_IN, csrf=_csrf(upload), most=most, weak=weak)

    def guarded(inner: View) -> View:
        def enter(*args: Any, **kwargs: Any) -> Any:
            _need_person(None, weak=weak)
            _check_origin(guard)
            return inner(*args, **kwargs)

        return _marked(inner, enter, guard)

    return guarded(view) if view is not None else guarded


def staff(*roles: Role, upload: bool = False, most: int | None = MOST_BODY) -> Callable[[View], View]:
    """Only who holds one of the roles of the court, signed in with a second factor. Others find nothing here."""
    if not roles:
        raise ValueError("name the roles that may enter")
    guard = Guard(Entry.STAFF, frozenset(roles), csrf=_csrf(upload), most=most)

    def guarded(inner: View) -> View:
        def enter(*args: Any, **kwargs: Any) -> Any:
            person = _need_person(None)
            if not person.roles & guard.roles:
                raise NotFound
            _need_second_factor(person)
            _check_origin(guard)
            return inner(*args, **kwargs)

        return _marked(inner, enter, guard)

    return guarded


def case_page(
    *roles: Role,
    scope: Scope | None = None,
    upload: bool = False,
    heard: bool = False,
    most: int | None = MOST_BODY,
) -> Callable[[View], View]:
    """Only who takes part in the case named by ``reference`` in the address.

    The view gets ``case`` and ``actor`` in place of ``reference``. A stranger gets
    the same 404 as for a case that does not exist; somebody of the case whose role
    is not among ``roles`` gets 403. No roles: everybody of the case but witnesses,
    experts and interpreters, who see only what is put to them; with ``heard`` they
    too. ``scope`` also lets a bearer token of that scope in. Whoever is shown something
    leaves a trace (:mod:`odr.docket.readings`).
    """
    guard = Guard(Entry.CASE, frozenset(roles), scope, _csrf(upload), heard=heard, most=most)

    def guarded(inner: View) -> View:
        def enter(*args: Any, reference: str, **kwargs: Any) -> Any:
            person = _need_person(scope)
            case, actor = _case_and_actor(person, reference, guard)
            if actor.role in OFFICE_ROLES:
                _need_second_factor(person)
            _check_origin(guard)
            g.entered = reference
            answer = inner(*args, case=case, actor=actor, **kwargs)
            note_answer(current_court(), case, actor, ReadBy.PROGRAM if person.is_program else ReadBy.PERSON, answer)
            return answer

        return _marked(inner, enter, guard)

    return guarded


def api(scope: Scope | str, *, upload: bool = False, most: int | None = MOST_BODY) -> Callable[[View], View]:
    """A program with a bearer token of that scope, or a page of a signed-in person."""
    wanted = Scope(scope)
    guard = Guard(Entry.API, scope=wanted, csrf=_csrf(upload), most=most)

    def guarded(inner: View) -> View:
        def enter(*args: Any, **kwargs: Any) -> Any:
            _need_person(wanted)
            _check_origin(guard)
            return inner(*args, **kwargs)

        return _marked(inner, enter, guard)

    return guarded


def require_strong(minutes: int = 15) -> Callable[[View], View]:
    """Inside a guard: the person must have proved who they are within ``minutes`` (step-up)."""

    def guarded(inner: View) -> View:
        @wraps(inner)
        def enter(*args: Any, **kwargs: Any) -> Any:
            need_strong(minutes)
            return inner(*args, **kwargs)

        return cast(View, enter)

    return guarded


def need_strong(minutes: int = 15) -> Person:
    """The person, if they proved who they are within ``minutes``, or do by what they typed into this form beside the act.

    Raises StepUpNeeded.
    """
    person, court = _need_person(None, weak=True), current_court()
    now = court.clock.machine_now()
    if person.is_strong(now, minutes):
        return person
    if person.session_id is None or request.method != "POST" or not proof.is_answered(request.form):
        raise StepUpNeeded(T("Confirm that it is you before you do this."))
    name = proof.field_for(current_session(), person)
    typed = request.form.get(name, "")
    g.proved = proof.prove(court, person, name, typed, request.remote_addr or "unknown", now)
    return cast(Person, g.proved)


def identity_asked(act: str | None = None) -> proof.Asked | None:
    """In a template: what the form of an act asks to prove who one is; None where that is known since a short time, or the
    act does not ask. Without an act, what a page of weight asks.
    """
    person, now = current_person(), current_court().clock.machine_now()
    if person is None or person.session_id is None:
        return None
    if person.is_strong(now, 15) or (act is not None and not current_court().table[act].strong):
        return None
    g.identity_drawn = True
    return proof.Asked(proof.field_for(current_session(), person), g.get("identity_fault"))


def identity_faults() -> list[tuple[str, str]]:
    """In a template: where what was typed to prove who one is stands, and what is wrong with it."""
    fault = g.get("identity_fault")
    person = current_person()
    if fault is None or person is None:
        return []
    return [(proof.field_for(current_session(), person), fault.render(current_locale()))]


def assert_guarded(app: Flask) -> None:
    """Refuse to start with a route that nobody guards. Raises UnguardedRoute naming each."""
    bare = [
        name
        for name, view in app.view_functions.items()
        if not hasattr(view, "__guard__") and name.rsplit(".", 1)[-1] != "static"
    ]
    if bare:
        raise UnguardedRoute("no guard on: " + ", ".join(sorted(bare)))


def guard_of(endpoint: str | None) -> Guard | None:
    """The guard of a route."""
    return getattr(current_app.view_functions.get(endpoint or ""), "__guard__", None)


def may_enter(endpoint: str, role: Role) -> bool:
    """Whether a page of the case is shown to a role: no link leads to a 403, and who is only heard is shown their own
    room alone.
    """
    guard = guard_of(endpoint)
    return guard is not None and (role in guard.roles if guard.roles else role not in HEARD_ROLES)


def hears() -> str:
    """In a template: this page has a field one may speak into, where the browser can write down what it hears."""
    allow_feature("microphone")
    return ""


def is_heard() -> bool:
    """In a template: whether a field one may speak into was drawn on this page."""
    return "microphone" in g.get("features", set())


def register_access(app: Flask, court: Court) -> None:
    """Give the application its court, its cookies' key, and what every request needs at its beginning and end."""
    secure = is_secure(court.settings)
    app.extensions["court"] = court
    app.secret_key = keyring(court.settings.secret_key).derive("cookies")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-page" if secure else "page_token",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=int(sessions.IDLE.total_seconds()),
    )
    app.session_interface = PageCookies()
    app.extensions["turns"] = Turns()
    app.extensions["whose"] = partial(whose, app)
    app.before_request(bound_body)
    if court.settings.pace:

        def seconds() -> float:
            return court.clock.machine_now().timestamp()

        app.extensions["pace"] = Pace(court.settings.pace, seconds)
        app.extensions["pace of networks"] = Pace(NETWORK_SHARES * court.settings.pace, seconds)
        app.before_request(keep_pace)
    app.after_request(harden)
    login = LoginManager(app)
    login.session_protection = None
    login.request_loader(_from_request)
    app.teardown_request(finish)
    app.context_processor(lambda: {"person": current_person(), "locale": current_locale(), "hats": g.get("hats", [])})
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["may_enter"] = may_enter
    app.jinja_env.globals["identity_asked"] = identity_asked
    app.jinja_env.globals["identity_faults"] = identity_faults
    app.jinja_env.globals["hears"] = hears
    app.jinja_env.globals["is_heard"] = is_heard
    app.jinja_env.globals.setdefault("_", lambda msgid, **params: Text(msgid, params).render(current_locale()))


def whose(app: Flask, environ: WSGIEnvironment) -> int | None:
    """Which account sends a long body, before any of it is read; None where nobody known does."""
    with app.request_context(environ):
        person = current_person()
        return person.account_id if person is not None else None


def bound_body() -> None:
    """Before anything of a body is read: no more than the route takes; a route that is none takes nothing.

    Raises RequestEntityTooLarge for a length that says it will be more; where none is said, whoever reads on.
    """
    guard = guard_of(request.endpoint)
    request.max_content_length = most = guard.most if guard is not None else MOST_BODY
    # What is not told and was not gathered is longer than most of these routes take: nobody waits to see by how much.
    untold = request.content_length is None and streams(request.environ)
    if most is not None and ((request.content_length or 0) > most or (untold and most <= MOST_GATHERED)):
        raise RequestEntityTooLarge


def keep_pace() -> None:
    """Whoever asks is counted: by network here, before anything is looked up, and a person by account once they are
    known. Raises TooMany.
    """
    if (request.endpoint or "").rsplit(".", 1)[-1] != "static":
        current_app.extensions["pace of networks"].take(rate_limits.network(request.remote_addr or ""))


def harden(response: Response) -> Response:
    """Set the headers of an answer; what may belong to a person is kept by no cache."""
    settings = current_court().settings
    guard = guard_of(request.endpoint)
    is_static = (request.endpoint or "").rsplit(".", 1)[-1] == "static"
    shared = is_static or (guard is not None and guard.shared)
    known = session_cookie_name(is_secure(settings)) in request.cookies or "Authorization" in request.headers
    for origin in checkout_origins(settings):
        allow("form-action", origin)
    headers.write(
        response,
        secure=is_secure(settings),
        private=not shared and (known or g.get("has_form", False) or g.get("is_private", False)),
    )
    if shared:
        # Flask-Login looks into the session at every answer; what is the same for everybody must not vary by cookie.
        session.accessed = False
    else:
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def checkout_origins(settings: Settings) -> list[str]:
    """Where a payment form may lead: the browser also asks this of the redirect that follows."""
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        return [f"{parts.scheme}://{parts.netloc}"]
    return ["https://checkout.stripe.com"] if settings.stripe_api_key else []


def finish(error: BaseException | None = None) -> None:
    """At the end of a request: close its snapshot, and let the next of its sender's long files come in."""
    turn = g.pop("turn", None)
    if turn is not None:
        current_app.extensions["turns"].give_back(turn)
    reading = g.pop("reading", None)
    g.pop("read_session", None)
    if reading is not None:
        reading.close()


def _marked(inner: View, enter: Callable[..., Any], guard: Guard) -> View:
    marked = wraps(inner)(enter)
    marked.__guard__ = guard  # type: ignore[attr-defined]
    return cast(View, marked)


def _csrf(upload: bool) -> Csrf:
    return Csrf.HEADER if upload else Csrf.FORM


def _need_person(scope: Scope | None, *, weak: bool = False) -> Person:
    """The person of this request, by cookie, or by a token that has the scope; ``weak`` for the few pages that somebody
    of the court sees before they have shown a second factor.
    """
    person = current_person()
    if person is None:
        raise (NotSignedIn(T("Sign in, or send a valid bearer token.")) if asks_as_program(request) else SignInNeeded)
    if person.is_program and (scope is None or scope not in person.scopes):
        raise Forbidden(T("This token may not be used for that."))
    if not weak:
        need_second_factor(person)
    pace = current_app.extensions.get("pace")
    if pace is not None and not g.get("counted"):
        pace.take(person.reference)
        g.counted = True
    _note_use(person)
    take_turn(person)
    return person


def take_turn(person: Person) -> None:
    """Where a long file streams in: count it among those that this account sends at the moment. Raises NoOwnTurn."""
    if streams(request.environ) and "turn" not in g:
        current_app.extensions["turns"].take(person.account_id)
        g.turn = person.account_id


def need_second_factor(person: Person) -> None:
    """Somebody of the court has shown a second factor. Raises SecondFactorNeeded."""
    if person.is_staff:
        _need_second_factor(person)


def _need_second_factor(person: Person) -> None:
    # A token is as strong as the session it was made in.
    if not person.two_factor:
        raise SecondFactorNeeded


def _check_origin(guard: Guard) -> None:
    """A bearer token is its own sign: no other site can make a browser send it."""
    if request.method in forgery.SAFE_METHODS or guard.csrf is Csrf.NONE:
        return
    person = current_person()
    if person is None or not person.is_program:
        forgery.check(request, person.session_id if person else None, guard.csrf, our_origins())


def _case_and_actor(person: Person, reference: str, guard: Guard) -> tuple[Case, Actor]:
    session, court = current_session(), current_court()
    case = case_by_reference(session, reference)
    if case is None:
        raise NotFound
    hats = capacities(session, person, case, court.clock.now(), person.strong_at, person.sign_in)
    if not hats:
        raise NotFound
    chosen = [hat for hat in hats if hat.hat == person.acting_for]
    if person.is_program and person.acting_for and not chosen:
        # A person's choice in the browser may be of another case; a program says it with this very request.
        raise Forbidden(
            T("In this case you cannot act for whom “Acting-For” names."),
            T("Send one of these, or none: %(hats)s", hats=side_by_side(hat.hat for hat in hats)),
        )
    allowed = [hat for hat in chosen or hats if guard.admits(hat.role)]
    if not allowed:
        raise Forbidden(
            T("Your role in this case does not include this."),
            T("If you also take part in another role, choose it under “Acting for”.") if len(hats) > 1 else None,
        )
    g.hats = hats
    return case, allowed[0]


def _note_use(person: Person) -> None:
    """Write that the session or token is in use; seldom, so that reading a page seldom writes."""
    if not g.pop("person_is_stale", False):
        return
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as session:
        if person.session_id is not None:
            sessions.touch(session, person.session_id, now)
        elif person.token_id is not None:
            program_tokens.touch(session, person.token_id, now)


def count_named(account_id: int) -> None:
    """Count that somebody named a person or a case that may be nobody's or none. Raises TooMany by the 20th in an hour."""
    court = current_court()
    with court.database.write() as session:
        ring, now = keyring(court.settings.secret_key), court.clock.machine_now()
        rate_limits.take(session, ring, Counted.NAMED_BY, str(account_id), now)


_Found = TypeVar("_Found")


def behind_code(find: Callable[[], _Found | None]) -> _Found | None:
    """What a code that anybody may type leads to, or None.

    Codes that lead nowhere are counted by network address; who has tried many waits,
    a right one is not looked at meanwhile. Raises TooMany.
    """
    court = current_court()
    ring, subject, now = (
        keyring(court.settings.secret_key),
        rate_limits.network(request.remote_addr or ""),
        court.clock.machine_now(),
    )
    rate_limits.check(current_session(), ring, Counted.LINK_FROM, subject, now)
    found = find()
    if found is None:
        with court.database.write() as session:
            rate_limits.take(session, ring, Counted.LINK_FROM, subject, now)
    return found
