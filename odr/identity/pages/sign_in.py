"""Coming in: register, confirm, sign in, sign out, set a new password."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request, session
from werkzeug.wrappers import Response

from odr.ground.errors import CourtError, NotFound
from odr.identity.accounts import accounts, links, outbox
from odr.identity.models import Account, AccountState, LinkPurpose
from odr.identity.pages import bp
from odr.identity.pages.shared import (
    address,
    again,
    known_device,
    let_in,
    means,
    page,
    post,
    provider_here,
    remember_device,
    to,
)
from odr.identity.sign_in import one_time_codes, sessions
from odr.web import forgery, reader_language, security_log
from odr.web.guards import behind_code, current_court, current_locale, current_person, is_secure, public
from odr.web.presence import forget_browser, session_cookie_name

PENDING = "pending"
CAME_FROM = "came_from"
CHOSE = "chose"
"""Under this a browser keeps that a password was chosen in it, for an address that is not confirmed yet."""
PENDING_FOR = timedelta(minutes=10)


@bp.get("/account/register")
@public
def register() -> Response:
    """The form to ask for an account."""
    return page("register.html", next=reader_language.safe_path(request.args.get("next"), ""))


@bp.post("/account/register")
@public
def register_submit() -> Response:
    """Ask for an account; the answer is the same whoever owns the address."""
    form = request.form
    try:
        asked = accounts.register(
            means(),
            email=form.get("email", ""),
            name=form.get("name", ""),
            password=form.get("password", ""),
            locale=current_locale(),
            address=address(),
            now=current_court().clock.machine_now(),
        )
    except CourtError as error:
        return again("register.html", error)
    post(asked.letters)
    session[CHOSE] = asked.chose
    session[CAME_FROM] = reader_language.safe_path(request.args.get("next"), "")
    return to("identity.letter_sent")


@bp.get("/account/letter-sent")
@public
def letter_sent() -> Response:
    """Says that a letter is on its way, if there is a mailbox for it."""
    return page("letter_sent.html")


@bp.post("/account/letter-sent")
@public
def code_of_letter() -> Response:
    """Come in with the code, where the account was asked for in this browser; any other code goes to the door for codes."""
    typed, chose = request.form.get("code", ""), session.get(CHOSE)
    code, now = links.typed_code(typed), current_court().clock.machine_now()
    account_id = behind_code(lambda: accounts.confirm_here(means(), code, chose, now=now)) if code and chose else None
    if account_id is None:
        return to("filing.join_code", code=typed)
    session.pop(CHOSE)
    return let_in(account_id, two_factor=False, target=session.get(CAME_FROM))


@bp.get("/account/confirm-address/<token>")
@public
def confirm_address(token: str) -> Response:
    """The page that the letter's link opens; opening it uses nothing up, since mail scanners open links too."""
    with current_court().database.read() as reading:
        links.look(reading, LinkPurpose.CONFIRM_ADDRESS, token, current_court().clock.machine_now())
    return page("confirm_address.html")


@bp.post("/account/confirm-address/<token>")
@public
def confirm_address_submit(token: str) -> Response:
    """Confirm the address and come in."""
    try:
        account_id = accounts.confirm(
            means(), token, request.form.get("password", ""), address=address(), now=current_court().clock.machine_now()
        )
    except NotFound:
        raise
    except CourtError as error:
        return again("confirm_address.html", error, "password")
    return let_in(account_id, two_factor=False, target=session.get(CAME_FROM))


@bp.get("/account/sign-in")
@public
def sign_in() -> Response:
    """The form to sign in."""
    return page("sign_in.html", next=reader_language.safe_path(request.args.get("next"), ""), provider=provider_here())


@bp.post("/account/sign-in")
@public
def sign_in_submit() -> Response:
    """Check address and password; a second factor is asked where one is set up."""
    form, now = request.form, current_court().clock.machine_now()
    target = reader_language.safe_path(form.get("next"), "")
    try:
        account_id = accounts.authenticate(
            means(), form.get("email", ""), form.get("password", ""), address=address(), now=now, device=known_device()
        )
    except CourtError as error:
        security_log.kept_out(error, means().keyring, "password")
        return again("sign_in.html", error, "password", next=target, provider=provider_here())
    return first_factor_shown(account_id, target)


def first_factor_shown(account_id: int, target: str, proved_at: datetime | None = None) -> Response:
    """Let somebody in who has shown one factor, perhaps a while ago elsewhere (``proved_at``), or ask for the second
    where the account has one.
    """
    with current_court().database.read() as reading:
        account = reading.get_one(Account, account_id)
        enrolled, stamp = one_time_codes.is_enrolled(reading, account), _stamp(account)
    if not enrolled:
        return let_in(account_id, two_factor=False, target=target, proved_at=proved_at)
    person = current_person()
    forgery.begin(person.session_id if person else None)
    session[PENDING] = {
        "account": account_id,
        "at": current_court().clock.machine_now().timestamp(),
        "stamp": stamp,
        "next": target,
    }
    return to("identity.code")


@bp.get("/account/sign-in/code")
@public
def code() -> Response:
    """The form for the second factor."""
    pending = _pending()
    if pending is None:
        return to("identity.sign_in")
    return page("code.html", of_the_court=_of_the_court(pending[0]))


@bp.post("/account/sign-in/code")
@public
def code_submit() -> Response:
    """Check the code and come in."""
    pending = _pending()
    if pending is None:
        return to("identity.sign_in")
    account_id, target = pending
    try:
        one_time_codes.check(
            current_court().database,
            means().keyring,
            account_id,
            request.form.get("code", ""),
            current_court().clock.machine_now(),
        )
    except CourtError as error:
        security_log.kept_out(error, means().keyring, "code")
        return again("code.html", error, "code", of_the_court=_of_the_court(account_id))
    return let_in(account_id, two_factor=True, target=target)


@bp.post("/account/sign-out")
@public
def sign_out() -> Response:
    """End this device's session."""
    court = current_court()
    name = session_cookie_name(is_secure(court.settings))
    token = request.cookies.get(name)
    if token:
        with court.database.write() as writing:
            sessions.end_presented(writing, token, court.clock.machine_now())
    forgery.begin(None)
    response = to("identity.sign_in")
    forget_browser(response, is_secure(court.settings))  # type: ignore[arg-type]
    return response


@bp.get("/account/reset")
@public
def ask_reset() -> Response:
    """The form to ask for a new password."""
    return page("ask_reset.html")


@bp.post("/account/reset")
@public
def ask_reset_submit() -> Response:
    """Ask for a new password; the answer is the same whoever owns the address."""
    try:
        letters = accounts.ask_reset(
            means(), request.form.get("email", ""), address=address(), now=current_court().clock.machine_now()
        )
    except CourtError as error:
        return again("ask_reset.html", error)
    post(letters)
    return to("identity.letter_sent")


@bp.get("/account/reset/<token>")
@public
def reset(token: str) -> Response:
    """The form to set a new password."""
    with current_court().database.read() as reading:
        links.look(reading, LinkPurpose.RESET_PASSWORD, token, current_court().clock.machine_now())
    return page("reset.html")


@bp.post("/account/reset/<token>")
@public
def reset_submit(token: str) -> Response:
    """Set the new password; one signs in with it afterwards, with the second factor where there is one."""
    try:
        account_id = accounts.reset(
            means(), token, request.form.get("password", ""), now=current_court().clock.machine_now()
        )
    except NotFound:
        raise
    except CourtError as error:
        return again("reset.html", error)
    outbox.send_soon(current_court())
    response = to("identity.sign_in")
    remember_device(response, account_id)
    return response


def _of_the_court(account_id: int) -> bool:
    """Whether somebody who has written their password serves the court: the way back differs."""
    with current_court().database.read() as reading:
        return bool(reading.get_one(Account, account_id).staff_roles)


def _pending() -> tuple[int, str] | None:
    """Account and target of somebody whose password was right moments ago, and is still."""
    kept = session.get(PENDING)
    if not kept:
        return None
    court = current_court()
    at = datetime.fromtimestamp(kept["at"], tz=court.clock.machine_now().tzinfo)
    with court.database.read() as reading:
        account = reading.get(Account, kept["account"])
        unchanged = account is not None and account.state is AccountState.ACTIVE and _stamp(account) == kept["stamp"]
    if not unchanged or court.clock.machine_now() - at >= PENDING_FOR:
        session.pop(PENDING)
        return None
    return int(kept["account"]), str(kept["next"])


def _stamp(account: Account) -> str:
    """Changes with the password, so that a password changed meanwhile ends the sign-in half done."""
    return means().keyring.mac("pending", f"{account.id}/{account.password_hash}")[:32]
