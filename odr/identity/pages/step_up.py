"""Proving again who one is, choosing for whom one acts, and in which language one reads."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.text import LOCALES, T
from odr.identity.accounts import accounts
from odr.identity.models import Account
from odr.identity.pages import bp
from odr.identity.pages.shared import address, again, landing, me, means, my_session, page, provider_here, set_locale
from odr.identity.sign_in import linked, one_time_codes, sessions
from odr.web import reader_language, security_log
from odr.web.guards import current_court, current_session, public, signed_in


@bp.get("/account/confirm")
@signed_in(weak=True)
def confirm() -> Response:
    """Asks for the second factor, or for the password where there is none (step-up)."""
    return page(
        "confirm.html",
        next=reader_language.safe_path(request.args.get("next"), ""),
        enrolled=_enrolled(),
        provider=_provider(),
    )


@bp.post("/account/confirm")
@signed_in(weak=True)
def confirm_submit() -> Response:
    """Check it and go back to what needed it."""
    court, person, form = current_court(), me(), request.form
    now, target, enrolled = court.clock.machine_now(), reader_language.safe_path(form.get("next"), ""), _enrolled()
    try:
        if enrolled:
            one_time_codes.check(court.database, means().keyring, person.account_id, form.get("code", ""), now)
        else:
            accounts.recheck(means(), person.account_id, form.get("password", ""), address=address(), now=now)
    except CourtError as error:
        security_log.kept_out(error, means().keyring, "code" if enrolled else "password")
        return again(
            "confirm.html",
            error,
            "code" if enrolled else "password",
            next=target,
            enrolled=enrolled,
            provider=_provider(),
        )
    with court.database.write() as session:
        sessions.confirm(session, my_session(), now, two_factor=enrolled)
    return redirect(landing(target), 303)


@bp.get("/account/close")
@signed_in(weak=True)
def close() -> Response:
    """After signing in beside a form that was waiting: says to go back to it."""
    return page("close.html")


@bp.post("/account/acting-for")
@signed_in
def acting_for() -> Response:
    """Choose for whom one acts; whether one may is asked again at every page and act."""
    hat = request.form.get("hat", "").strip()
    if len(hat) > 60 or (not hat.replace("/", "").replace("_", "").isalnum() and hat):
        raise InvalidInput.at("hat", T("Choose one of the capacities offered."))
    with current_court().database.write() as session:
        sessions.act_for(session, my_session(), hat or None)
    return redirect(landing(request.form.get("next")), 303)


@bp.get("/language/<tag>")
@public
def language(tag: str) -> Response:
    """Keep the language on this device and go back."""
    if tag not in LOCALES:
        raise NotFound
    response = redirect(reader_language.safe_path(request.args.get("next")), 303)
    set_locale(response, tag)
    return response


def _provider() -> str | None:
    """The provider one may confirm with: linked, and no second factor asked for, which it would leave out."""
    is_linked = bool(linked.of_account(current_session(), me().account_id))
    return provider_here() if is_linked and not _enrolled() else None


def _enrolled() -> bool:
    session = current_session()
    return one_time_codes.is_enrolled(session, session.get_one(Account, me().account_id))
