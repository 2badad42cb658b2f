"""Coming in through an identity provider, linking it to an account, and proving again who one is there."""

from __future__ import annotations

import json
import secrets
from typing import Any, NamedTuple

from flask import request, session, url_for
from werkzeug.wrappers import Response

from odr.ground.errors import CourtError, NotFound, StepUpNeeded
from odr.ground.text import T
from odr.identity.accounts import links, outbox
from odr.identity.accounts.way_letters import Way, tell
from odr.identity.models import Account, LinkPurpose
from odr.identity.pages import bp
from odr.identity.pages.shared import address, again, landing, me, means, my_session, page, provider_here, to
from odr.identity.pages.sign_in import first_factor_shown
from odr.identity.sign_in import linked, one_time_codes, rate_limits, sessions
from odr.identity.sign_in.keys import new_token
from odr.identity.sign_in.provider import Errand, IdentityProvider, ProviderFailed, Voucher
from odr.identity.sign_in.rate_limits import Counted
from odr.web import reader_language, security_log
from odr.web.guards import (
    current_court,
    current_locale,
    current_person,
    current_session,
    public,
    require_strong,
    signed_in,
)

CARRIED = "provider"
"""Name of the errand in the browser's own cookie; sealed, for the verifier must stay with the browser."""


class _Journey(NamedTuple):
    """Why a browser was sent to the provider, and by which session."""

    purpose: str
    target: str
    session_id: int | None
    errand: Errand


@bp.get("/account/identity")
@signed_in
def my_identity() -> Response:
    """How the court knows who one is, and the provider one may sign in with."""
    return page("my_identity.html", **_state())


@bp.post("/account/provider/sign-in")
@public
def provider_sign_in() -> Response:
    """Send the browser to the provider to sign in."""
    return _send("sign-in")


@bp.post("/account/provider/confirm")
@signed_in
def provider_confirm() -> Response:
    """Send the browser to the provider to prove again who one is."""
    return _send("confirm")


@bp.post("/account/provider/link")
@signed_in
@require_strong()
def provider_link() -> Response:
    """Send the browser to the provider, whose answer is linked to this account."""
    return _send("link")


@bp.post("/account/provider/<int:link_id>/end")
@signed_in
@require_strong()
def provider_end(link_id: int) -> Response:
    """End a link of one's own."""
    court = current_court()
    try:
        with court.database.write() as writing:
            account = writing.get_one(Account, me().account_id)
            linked.end(writing, account, link_id)
            tell(court, writing, account, Way.PROVIDER_ENDED, court.clock.machine_now())
    except NotFound:
        raise
    except CourtError as error:
        return again("my_identity.html", error, **_state())
    outbox.send_soon(court)
    return to("identity.my_identity")


@bp.get("/account/provider/back")
@public
def provider_back() -> Response:
    """Where the provider sends the browser: only who set out from here with this state is heard, and once."""
    provider, journey = _provider(), _journey()
    if journey is None or "code" not in request.args:
        return _failed(ProviderFailed(), journey)
    now = current_court().clock.machine_now()
    try:
        voucher = provider.redeem(
            journey.errand,
            _back(),
            request.args["code"],
            request.args.get("iss"),
            again=journey.purpose == "confirm",
            now=now,
        )
        return _ARRIVE[journey.purpose](voucher, journey)
    except CourtError as error:
        return _failed(error, journey)


def _send(purpose: str) -> Response:
    court, person = current_court(), current_person()
    provider, now = _provider(), court.clock.machine_now()
    errand = Errand(new_token(), new_token(), secrets.token_urlsafe(48))
    try:
        going = provider.address(errand, _back(), again=purpose == "confirm")
    except ProviderFailed as error:
        return _failed(error, _Journey(purpose, "", None, errand))
    with court.database.write() as writing:
        rate_limits.take(writing, means().keyring, Counted.CHALLENGE_FROM, rate_limits.network(address()), now)
        links.issue(writing, LinkPurpose.PROVIDER_STATE, now, subject=purpose, token=errand.state)
    target = reader_language.safe_path(request.form.get("next"), "")
    kept = [purpose, target, person.session_id if person else None, *errand.__dict__.values()]
    session[CARRIED] = means().keyring.seal(CARRIED, json.dumps(kept))
    response = Response(status=303)
    response.headers["Location"] = going
    return response


def _journey() -> _Journey | None:
    """The errand this browser set out on, used up by asking; None for a state that is not its own, too old, or used."""
    sealed = means().keyring.unseal(CARRIED, session.pop(CARRIED, ""))
    if sealed is None:
        return None
    purpose, target, session_id, *errand = json.loads(sealed)
    journey = _Journey(purpose, target, session_id, Errand(*errand))
    if not secrets.compare_digest(request.args.get("state", "").encode(), journey.errand.state.encode()):
        return None
    court = current_court()
    try:
        with court.database.write() as writing:
            links.use(writing, LinkPurpose.PROVIDER_STATE, journey.errand.state, court.clock.machine_now())
    except NotFound:
        return None
    return journey


def _signed_in(voucher: Voucher, journey: _Journey) -> Response:
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        account = linked.account_of(writing, voucher, now) or linked.open_account(
            writing, voucher, current_locale(), now
        )
        account_id = account.id if account is not None else None
    if account_id is None:
        return page("provider_unknown.html", 403, name=_provider().name)
    return first_factor_shown(account_id, journey.target, voucher.at)


def _linked(voucher: Voucher, journey: _Journey) -> Response:
    court = current_court()
    now = court.clock.machine_now()
    with court.database.write() as writing:
        account = writing.get_one(Account, _same_session(journey))
        linked.link(writing, account, voucher, now)
        tell(court, writing, account, Way.PROVIDER_LINKED, now, _provider().name)
    outbox.send_soon(court)
    return to("identity.my_identity")


def _confirmed(voucher: Voucher, journey: _Journey) -> Response:
    court = current_court()
    now, account_id = court.clock.machine_now(), _same_session(journey)
    with court.database.write() as writing:
        account = linked.account_of(writing, voucher, now)
        if account is None or account.id != account_id:
            raise ProviderFailed
        if one_time_codes.is_enrolled(writing, account):
            raise StepUpNeeded(T("Confirm with your second factor: the identity provider does not ask for it."))
        sessions.confirm(writing, my_session(), now, two_factor=False)
    response = Response(status=303)
    response.headers["Location"] = landing(journey.target)
    return response


_ARRIVE = {"sign-in": _signed_in, "link": _linked, "confirm": _confirmed}


def _same_session(journey: _Journey) -> int:
    """The account of the session that set out. Raises ProviderFailed when somebody else is signed in by now."""
    person = current_person()
    if person is None or person.session_id is None or person.session_id != journey.session_id:
        raise ProviderFailed
    return person.account_id


def _provider() -> IdentityProvider:
    provider: IdentityProvider | None = current_court().ports.identity
    if provider is None:
        raise NotFound
    return provider


def _back() -> str:
    return means().address(url_for("identity.provider_back"))


def _failed(error: CourtError, journey: _Journey | None) -> Response:
    """The page the journey began on, with what went wrong."""
    security_log.kept_out(error, means().keyring, "provider")
    if current_person() is not None:
        return again("my_identity.html", error, "provider", **_state())
    target = journey.target if journey is not None else ""
    return again("sign_in.html", error, "provider", next=target, provider=provider_here())


def _state() -> dict[str, Any]:
    reading = current_session()
    account = reading.get_one(Account, me().account_id)
    vouched = linked.vouched_name(account)
    return {
        "account": account,
        "links": linked.of_account(reading, account.id),
        "provider": provider_here(),
        "vouched": vouched,
    }
