"""What a person keeps in their account: name, language, password, devices, second factor, tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request, session
from werkzeug.wrappers import Response as AnyResponse

from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.text import LOCALES, T
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.way_letters import Way, tell
from odr.identity.models import Account
from odr.identity.pages import bp
from odr.identity.pages.shared import again, me, means, my_session, page, set_locale, to
from odr.identity.sign_in import one_time_codes, passkeys, program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.web.guards import current_court, current_session, is_secure, require_strong, signed_in
from odr.web.numbers import number_in
from odr.web.presence import forget_browser

ENROLLING = "enrolling"


@bp.get("/account")
@signed_in(weak=True)
def profile() -> Response:
    """Name, language, and the way to everything else of the account."""
    return page("profile.html", account=_account())


@bp.post("/account")
@signed_in
def profile_submit() -> AnyResponse:
    """Change name and language. The name in a case stays what the case says."""
    try:
        name, locale = accounts.normal_name(request.form.get("name", "")), request.form.get("locale", "")
        if locale not in LOCALES:
            raise InvalidInput.at("locale", T("Choose one of the languages offered."))
    except CourtError as error:
        return again("profile.html", error, account=_account())
    with current_court().database.write() as writing:
        account = writing.get_one(Account, me().account_id)
        account.name, account.locale = name, locale
    response = to("identity.profile")
    set_locale(response, locale)
    return response


@bp.get("/account/password")
@signed_in
@require_strong()
def password() -> Response:
    """The form to change the password."""
    return page("password.html")


@bp.post("/account/password")
@signed_in
@require_strong()
def password_submit() -> AnyResponse:
    """Change the password; other devices are signed out."""
    try:
        accounts.change_password(
            means(),
            me().account_id,
            request.form.get("password", ""),
            keep=my_session(),
            now=current_court().clock.machine_now(),
        )
    except CourtError as error:
        return again("password.html", error)
    outbox.send_soon(current_court())
    return to("identity.profile")


@bp.get("/account/devices")
@signed_in(weak=True)
def devices() -> Response:
    """Where one is signed in."""
    rows = sessions.live(current_session(), me().account_id, current_court().clock.machine_now())
    return page("devices.html", rows=rows, here=my_session())


@bp.post("/account/devices/<int:row_id>/end")
@signed_in(weak=True)
def end_device(row_id: int) -> AnyResponse:
    """Sign one device out."""
    with current_court().database.write() as writing:
        if not sessions.revoke(writing, me().account_id, row_id, current_court().clock.machine_now()):
            raise NotFound
    return to("identity.devices") if row_id != my_session() else to("identity.sign_in")


@bp.post("/account/devices/end-all")
@signed_in(weak=True)
def end_devices() -> AnyResponse:
    """Sign every device out, this one too."""
    court = current_court()
    with court.database.write() as writing:
        accounts.end_everything(writing, me().account_id, court.clock.machine_now())
    response = to("identity.sign_in")
    forget_browser(response, is_secure(court.settings))  # type: ignore[arg-type]
    return response


@bp.get("/account/second-factor")
@signed_in(weak=True)
def second_factor() -> Response:
    """The app, the passkeys and the recovery codes, and what is missing."""
    reading, account = current_session(), _account()
    return page(
        "second_factor.html",
        account=account,
        keys=passkeys.of_account(reading, account.id),
        left=one_time_codes.recovery_codes_left(reading, account.id),
        enrolled=one_time_codes.is_enrolled(reading, account),
        required=sessions.is_staff(account),
        proved=me().two_factor,
    )


@bp.get("/account/second-factor/app")
@signed_in(weak=True)
@require_strong()
def app_factor() -> Response:
    """The picture an app reads, and the field for its first code."""
    if ENROLLING not in session:
        session[ENROLLING] = means().keyring.seal(ENROLLING, f"{me().account_id}/{one_time_codes.new_secret()}")
    return page("app_factor.html", **_enrolment())


@bp.post("/account/second-factor/app")
@signed_in(weak=True)
@require_strong()
def app_factor_submit() -> AnyResponse:
    """Take the app once its code is right; shows the recovery codes, this once."""
    if ENROLLING not in session:
        return to("identity.app_factor")
    court, shown = current_court(), _enrolment()
    now = court.clock.machine_now()
    try:
        with court.database.write() as writing:
            account = writing.get_one(Account, me().account_id)
            recovery = one_time_codes.enrol(
                writing, means().keyring, account, shown["secret"], request.form.get("code", ""), now
            )
            sessions.confirm(writing, my_session(), now, two_factor=True)
            accounts.weaker_ways_end(writing, account.id, now, keep=my_session())
            tell(court, writing, account, Way.APP_SET_UP, now)
    except CourtError as error:
        return again("app_factor.html", error, "code", **shown)
    outbox.send_soon(court)
    session.pop(ENROLLING)
    return page("recovery_codes.html", recovery=recovery)


@bp.post("/account/second-factor/app/remove")
@signed_in
@require_strong()
def remove_app_factor() -> AnyResponse:
    """Give the app up."""
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        account = writing.get_one(Account, me().account_id)
        one_time_codes.remove(writing, account)
        accounts.factor_given_up(writing, account, now, keep=my_session())
        tell(court, writing, account, Way.APP_REMOVED, now)
    outbox.send_soon(court)
    return to("identity.second_factor")


@bp.post("/account/second-factor/recovery-codes")
@signed_in(weak=True)
@require_strong()
def renew_recovery_codes() -> Response:
    """Make new recovery codes; shows them, this once."""
    court = current_court()
    with court.database.write() as writing:
        account = writing.get_one(Account, me().account_id)
        recovery = one_time_codes.renew_recovery_codes(writing, means().keyring, account.id)
        tell(court, writing, account, Way.CODES_RENEWED, court.clock.machine_now())
    outbox.send_soon(court)
    return page("recovery_codes.html", recovery=recovery)


@bp.get("/account/tokens")
@signed_in
def api_tokens() -> Response:
    """The keys one has given to programs."""
    return page("tokens.html", **_tokens())


@bp.post("/account/tokens")
@signed_in
@require_strong()
def issue_token() -> Response:
    """Make a token; it is shown this once."""
    form, court = request.form, current_court()
    try:
        chosen = [scope for scope in Scope if scope.value in form.getlist("scopes")]
        lasts = timedelta(days=number_in(form, "days", 0))
        with court.database.write() as writing:
            account = writing.get_one(Account, me().account_id)
            token = program_tokens.issue(
                writing,
                account,
                name=form.get("name", ""),
                scopes=chosen,
                lasts=lasts,
                two_factor=me().two_factor,
                now=court.clock.machine_now(),
            )
            tell(court, writing, account, Way.TOKEN_MADE, court.clock.machine_now(), form.get("name", "").strip()[:100])
    except CourtError as error:
        return again("tokens.html", error, **_tokens())
    outbox.send_soon(court)
    return page("token_made.html", token=token)


@bp.post("/account/tokens/<int:token_id>/end")
@signed_in
def end_token(token_id: int) -> AnyResponse:
    """End a token."""
    with current_court().database.write() as writing:
        if not program_tokens.revoke(writing, me().account_id, token_id, current_court().clock.machine_now()):
            raise NotFound
    return to("identity.api_tokens")


def _account() -> Account:
    return current_session().get_one(Account, me().account_id)


def _tokens() -> dict[str, Any]:
    rows = program_tokens.live(current_session(), me().account_id, current_court().clock.machine_now())
    return {"rows": rows, "scopes": list(Scope), "by_value": {scope.value: scope for scope in Scope}}


def _enrolment() -> dict[str, Any]:
    """The secret being enrolled with its picture; one kept for somebody else is thrown away."""
    owner, _, secret = (means().keyring.unseal(ENROLLING, session[ENROLLING]) or "").partition("/")
    if owner != str(me().account_id):
        session.pop(ENROLLING)
        raise NotFound
    otpauth = one_time_codes.address_of(secret, me().email, current_court().settings.court_name)
    return {"secret": secret, "otpauth": otpauth, "picture": one_time_codes.picture(otpauth)}
