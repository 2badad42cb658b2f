"""What several pages of the room do alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from odr.ground.errors import CourtError, InvalidInput
from odr.ground.text import Text
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.account_letters import Letter
from odr.identity.accounts.accounts import Means
from odr.identity.models import Account
from odr.identity.sign_in import known_devices, one_time_codes, sessions
from odr.identity.sign_in.known_devices import KnownDevice
from odr.identity.sign_in.passkeys import Site
from odr.identity.sign_in.provider import IdentityProvider
from odr.web import forgery, proof, reader_language, security_log
from odr.web.guards import current_court, current_locale, current_person, is_secure, our_origins
from odr.web.headers import allow
from odr.web.presence import Person, session_cookie_name, set_session_cookie


def means() -> Means:
    """What the room works with, made once an application."""
    return proof.means(current_court())


def me() -> Person:
    """The person of a guarded page."""
    person = current_person()
    assert person is not None and person.session_id is not None, "the route lacks its guard"
    return person


def my_session() -> int:
    """Id of the signed-in session of a guarded page."""
    session_id = me().session_id
    assert session_id is not None
    return session_id


def address() -> str:
    """The network address of the caller."""
    return request.remote_addr or "unknown"


def site() -> Site:
    """For whom passkeys are; in training also the host by which the court was reached."""
    settings = current_court().settings
    asked = request.host_url if settings.is_training else settings.base_url
    name = settings.court_name_zh if current_locale() == "zh-Hans" else settings.court_name
    return Site(urlsplit(asked).hostname or "", tuple(sorted(our_origins())), name)


def provider_here() -> str | None:
    """What people call the identity provider one may sign in with, its page allowed as a form's target; None where the
    court has none.
    """
    provider: IdentityProvider | None = current_court().ports.identity
    if provider is None:
        return None
    allow("form-action", *provider.origins)
    return provider.name


def landing(target: str | None) -> str:
    """Where somebody goes who has signed in."""
    return reader_language.safe_path(target, str(current_app.config.get("AFTER_SIGN_IN", "/")))


def post(letters: Iterable[Letter]) -> None:
    """Put letters whose rows are committed on their way."""
    outbox.post(current_court(), letters)


def page(
    template: str,
    status: int = 200,
    *,
    faults: Mapping[str, Text] | None = None,
    error: CourtError | None = None,
    **values: Any,
) -> Response:
    """A page of this room, with what was wrong, by field."""
    return make_response(
        render_template(f"identity/{template}", faults=dict(faults or {}), error=error, **values), status
    )


def again(template: str, error: CourtError, field: str = "", **values: Any) -> Response:
    """The page once more, filled, with what was wrong at its field."""
    faults = (
        {str(f.location[0]): f.message for f in error.faults}
        if isinstance(error, InvalidInput)
        else ({field: error.message} if field else {})
    )
    return page(template, error.status, faults=faults, error=error, typed=request.form, **values)


def to(endpoint: str, **values: Any) -> AnyResponse:
    """See the other page (303)."""
    return redirect(url_for(endpoint, **values), 303)


def let_in(account_id: int, *, two_factor: bool, target: str | None, proved_at: datetime | None = None) -> AnyResponse:
    """Open a session for this device and go on. Any session the device had before ends: nothing from before counts."""
    court, name = current_court(), session_cookie_name(is_secure(current_court().settings))
    now, device = court.clock.machine_now(), request.user_agent.string
    presented = request.cookies.get(name)
    with court.database.write() as session:
        account = session.get_one(Account, account_id)
        # By its name alone a stranger's browser is the owner's: half of the people have the same one.
        is_new = not known_device().knows(account_id) and not sessions.is_first_time(session, account, now)
        if presented:
            sessions.end_presented(session, presented, now)
        token, row_id = sessions.open_session(
            session, account, now, device=device, address=address(), two_factor=two_factor, proved_at=proved_at
        )
        needs_factor = sessions.is_staff(account) and not one_time_codes.is_enrolled(session, account)
        reference = account.reference
        if is_new:
            outbox.write(court, session, [accounts.new_device_letter(account, sessions.device_name(device), now)])
    security_log.came_in(reference, means().keyring, two_factor=two_factor)
    forgery.begin(row_id)
    if is_new:
        outbox.send_soon(court)
    response = redirect(url_for("identity.second_factor") if needs_factor else landing(target), 303)
    set_session_cookie(response, token, is_secure(court.settings))  # type: ignore[arg-type]
    remember_device(response, account_id)
    if reader_language.COOKIE not in request.cookies:
        set_locale(response, account.locale)
    return response


def known_device() -> KnownDevice:
    """The device of this request."""
    name = known_devices.cookie_name(is_secure(current_court().settings))
    return known_devices.read(means().keyring, request.cookies.get(name))


def remember_device(response: AnyResponse, account_id: int) -> None:
    """The account's owner has come in, or shown their mailbox, with this device."""
    secure = is_secure(current_court().settings)
    response.set_cookie(
        known_devices.cookie_name(secure),
        known_devices.written(means().keyring, known_device().after(account_id)),
        max_age=known_devices.LASTS,
        secure=secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def set_locale(response: AnyResponse, tag: str) -> None:
    """Keep the language chosen on this device, for a year."""
    response.set_cookie(
        reader_language.COOKIE,
        tag,
        max_age=31_536_000,
        secure=is_secure(current_court().settings),
        httponly=True,
        samesite="Lax",
        path="/",
    )
