"""Passkeys: made in the account, used to sign in and to prove again who one is. Called by ``static/passkey.js``."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.way_letters import Way, tell
from odr.identity.models import Account
from odr.identity.pages import bp
from odr.identity.pages.shared import address, landing, let_in, me, means, my_session, site, to
from odr.identity.sign_in import passkeys, rate_limits, sessions
from odr.identity.sign_in.passkeys import PasskeyRefused
from odr.identity.sign_in.rate_limits import Counted
from odr.web import reader_language
from odr.web.guards import current_court, public, require_strong, signed_in

MOST_SENT = 100_000
"""Bytes of what a device sends."""


@bp.post("/account/passkeys/options")
@signed_in(upload=True, most=MOST_SENT, weak=True)
@require_strong()
def passkey_options() -> Response:
    """What the browser needs to make a passkey."""
    court = current_court()
    with court.database.write() as writing:
        account = writing.get_one(Account, me().account_id)
        options = passkeys.registration_options(writing, account, site(), court.clock.machine_now())
    return Response(options, mimetype="application/json")


@bp.post("/account/passkeys")
@signed_in(upload=True, most=MOST_SENT, weak=True)
@require_strong()
def add_passkey() -> Response:
    """Take a passkey; the page that follows offers recovery codes where there are none."""
    court, sent = current_court(), _sent()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        account = writing.get_one(Account, me().account_id)
        key = passkeys.register(writing, account, site(), _credential(sent), str(sent.get("name", "")), now)
        sessions.confirm(writing, my_session(), now, two_factor=True)
        accounts.weaker_ways_end(writing, account.id, now, keep=my_session())
        tell(court, writing, account, Way.PASSKEY_ADDED, now, key.name)
    outbox.send_soon(court)
    return jsonify({"next": url_for("identity.second_factor")})


@bp.post("/account/passkeys/<int:key_id>/remove")
@signed_in
@require_strong()
def remove_passkey(key_id: int) -> AnyResponse:
    """Give a passkey up."""
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        if not passkeys.remove(writing, me().account_id, key_id):
            raise NotFound
        account = writing.get_one(Account, me().account_id)
        accounts.factor_given_up(writing, account, now, keep=my_session())
        tell(court, writing, account, Way.PASSKEY_REMOVED, now)
    outbox.send_soon(court)
    return to("identity.second_factor")


@bp.post("/account/sign-in/passkey/options")
@public(upload=True, most=MOST_SENT)
def passkey_challenge() -> Response:
    """What the browser needs to offer its passkeys; the same for everybody."""
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        rate_limits.take(writing, means().keyring, Counted.CHALLENGE_FROM, rate_limits.network(address()), now)
        options = passkeys.authentication_options(writing, site(), now)
    return Response(options, mimetype="application/json")


@bp.post("/account/sign-in/passkey")
@public(upload=True, most=MOST_SENT)
def passkey_sign_in() -> Response:
    """Come in with a passkey: it is two factors in one."""
    sent = _sent()
    account = _authenticated(sent)
    went = let_in(account, two_factor=True, target=reader_language.safe_path(str(sent.get("next", "")), ""))
    response = jsonify({"next": went.headers["Location"]})
    for cookie in went.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return response


@bp.post("/account/confirm/passkey/options")
@signed_in(upload=True, most=MOST_SENT, weak=True)
def passkey_confirm_challenge() -> Response:
    """What the browser needs to prove anew who is signed in; the answer counts for this account and session alone."""
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        rate_limits.take(writing, means().keyring, Counted.CHALLENGE_FROM, rate_limits.network(address()), now)
        options = passkeys.authentication_options(writing, site(), now, (me().account_id, my_session()))
    return Response(options, mimetype="application/json")


@bp.post("/account/confirm/passkey")
@signed_in(upload=True, most=MOST_SENT, weak=True)
def passkey_confirm() -> Response:
    """Prove again who one is with a passkey of one's own."""
    sent = _sent()
    if _authenticated(sent, (me().account_id, my_session())) != me().account_id:
        raise PasskeyRefused
    court = current_court()
    with court.database.write() as writing:
        sessions.confirm(writing, my_session(), court.clock.machine_now(), two_factor=True)
    return jsonify({"next": landing(str(sent.get("next", "")))})


def _authenticated(sent: dict[str, Any], mine: passkeys.SignedIn | None = None) -> int:
    court = current_court()
    with court.database.write() as writing:
        return passkeys.authenticate(writing, site(), _credential(sent), court.clock.machine_now(), mine).id


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise InvalidInput.at("credential", T("The request could not be understood."))
    return sent


def _credential(sent: dict[str, Any]) -> dict[str, Any]:
    credential = sent.get("credential")
    if not isinstance(credential, dict):
        raise PasskeyRefused
    return credential
