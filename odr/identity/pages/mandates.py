"""Mandates on pages: offered by a representative, signed by the client from a link, ended by either."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from odr.docket.models import Case, Party
from odr.ground.errors import CourtError, Forbidden, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity import mandates
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.account_letters import Letter
from odr.identity.models import Account, Mandate, MandateScope
from odr.identity.pages import bp
from odr.identity.pages.shared import address, again, me, means, page, post, to
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.rate_limits import Counted
from odr.web.guards import current_court, current_session, public, require_strong, signed_in
from odr.web.lists import after_asked


@bp.get("/account/mandates")
@signed_in
def my_mandates() -> Response:
    """Whom one acts for, and who acts for oneself."""
    return page("mandates.html", **_lists())


@bp.post("/account/mandates")
@signed_in
@require_strong()
def offer_mandate() -> AnyResponse:
    """Offer to act for a party; a letter goes to the client if case and mailbox belong together, and nothing tells
    whether it did.
    """
    form = request.form
    try:
        number, email = form.get("number", "").strip(), accounts.normal_email(form.get("email", ""))
        scope = _scope(form.get("scope", ""))
        until = _until(form.get("until", ""))
        if not number:
            raise InvalidInput.at("number", T("Write the case number as it stands on the court’s letters."))
        letters = _offer(number, email, scope, until)
    except CourtError as error:
        return again("mandates.html", error, "number", **_lists())
    post(letters)
    return to("identity.mandate_offered")


@bp.get("/account/mandates/offered")
@signed_in
def mandate_offered() -> Response:
    """Says that the client was written to, if there is such a client."""
    return page("mandate_offered.html")


@bp.get("/account/mandate/<token>")
@public
def mandate(token: str) -> Response:
    """The mandate, for the client to read on their telephone; no account is needed for signing."""
    with current_court().database.read() as session:
        found = mandates.by_link(session, token, current_court().clock.machine_now())
        return page("mandate.html", **_parts(found))


@bp.post("/account/mandate/<token>")
@public
def sign_mandate(token: str) -> Response:
    """The client signs by writing their name; the mandate is in force at once."""
    court = current_court()
    with court.database.write() as session:
        found = mandates.by_link(session, token, court.clock.machine_now())
        parts = _parts(found)
        if " ".join(request.form.get("name", "").split()).casefold() != parts["party"].name.casefold():
            return again(
                "mandate.html", InvalidInput.at("name", T("Write your name as it stands in the case.")), **parts
            )
        now, most = court.clock.now(), _most(parts["matter"])
        passes = request.form.get("may_pass_on") == "yes"
        mandates.sign_by_link(
            session, token, now=now, machine_now=court.clock.machine_now(), most=most, may_pass_on=passes
        )
    return page("mandate_signed.html", **parts)


@bp.post("/account/mandates/<reference>/accept")
@signed_in
@require_strong()
def accept_mandate(reference: str) -> AnyResponse:
    """Who is to act for somebody agrees to it; before, the mandate opens and bars nothing."""
    court = current_court()
    with court.database.write() as session:
        found = mandates.find(session, reference, me().account_id)
        most = _most(session.get_one(Case, found.case_id))
        mandates.accept(session, found, me().account_id, court.clock.now(), most=most)
        if found.signed_at is None:
            # A colleague takes over, and the client has not agreed beforehand.
            letter = mandates.signing_letter(means(), session, found, court.clock.machine_now())
            outbox.write(court, session, [letter])
    outbox.send_soon(court)
    return to("identity.my_mandates")


@bp.post("/account/mandates/<reference>/end")
@signed_in
def end_mandate(reference: str) -> AnyResponse:
    """Client or representative ends the mandate, at once."""
    court = current_court()
    with court.database.write() as session:
        found = mandates.find(session, reference, me().account_id)
        if found.scope is MandateScope.STATUTORY:
            raise Forbidden(
                T(
                    "A guardian acts by law. The court ends it when the reason for it has ended; write to the registry in the case."
                )
            )
        mandates.revoke(session, found, court.clock.now())
    return to("identity.my_mandates")


@bp.post("/account/mandates/<reference>/delegate")
@signed_in
@require_strong()
def delegate_mandate(reference: str) -> AnyResponse:
    """Ask an assistant to act under one's mandate; the answer is the same whoever has an account with the address."""
    court, place = current_court(), "email"
    now = court.clock.machine_now()
    try:
        with court.database.write() as session:
            found = mandates.find(session, reference, me().account_id)
            if found.account_id != me().account_id:
                raise NotFound
            # One such field stands beside each mandate.
            place = f"email-{found.id}"
            rate_limits.take(session, means().keyring, Counted.NAMED_BY, str(me().account_id), now)
            # Whether there is such an account, and whom its owner serves or stands by, is told to nobody.
            email = accounts.normal_email(request.form.get("assistant", ""))
            mandates.delegate(session, found, email, court.clock.now())
    except InvalidInput as error:
        there = InvalidInput.at(place, error.faults[0].message)
        return again("mandates.html", there, **_lists())
    return to("identity.assistant_asked")


@bp.get("/account/mandates/assistant-asked")
@signed_in
def assistant_asked() -> Response:
    """Says that the assistant finds the question on their own page, if somebody signs in with that address."""
    return page("assistant_asked.html")


def _offer(number: str, email: str, scope: MandateScope, until: datetime | None) -> list[Letter]:
    court = current_court()
    now, machine_now = court.clock.now(), court.clock.machine_now()
    with court.database.write() as session:
        rate_limits.take(session, means().keyring, Counted.LETTER_FROM, rate_limits.network(address()), machine_now)
        party = mandates.client_of(session, number, email)
        if party is None:
            # A letter to nobody is written, so that the same happens.
            return [
                Letter(
                    "",
                    T("Sign the mandate of your representative"),
                    (T("If you do not know this person, do not sign; you need do nothing."),),
                    "en",
                )
            ]
        offered = mandates.offer(
            session, party, session.get_one(Account, me().account_id), scope, from_at=now, until_at=until, now=now
        )
        return [mandates.signing_letter(means(), session, offered, machine_now)]


def _most(case: Case) -> int | None:
    """How many may act for one party by the rules of the case (CPL 61)."""
    court = current_court()
    return court.rules_of(case, court.clock.now()).most_representatives


def _scope(raw: str) -> MandateScope:
    chosen = next((scope for scope in mandates.GIVEN if scope.value == raw), None)
    if chosen is None:
        raise InvalidInput.at("scope", T("Choose how far the powers go."))
    return chosen


def _until(raw: str) -> datetime | None:
    """The end of the day named, in the court's zone; no day: until the case is over."""
    if not raw.strip():
        return None
    try:
        day = datetime.strptime(raw.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, the zone follows
    except ValueError:
        raise InvalidInput.at("until", T("Write the day like 2026-12-31, or leave it empty.")) from None
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=current_court().settings.tz)


def _parts(found: Mandate) -> dict[str, Any]:
    session = current_session()
    return {
        "mandate": found,
        "party": session.get_one(Party, found.party_id),
        "matter": session.get_one(Case, found.case_id),
        "representative": session.get_one(Account, found.account_id),
        "scope_words": mandates.SCOPE_WORDS[found.scope],
        "before": mandates.replaced_by(session, found),
    }


def _lists() -> dict[str, Any]:
    session, now = current_session(), current_court().clock.now()
    return {
        "held": mandates.held_by(session, me().account_id, after_asked("held")),
        "given": mandates.given_by(session, me().account_id, after_asked("given")),
        "scopes": mandates.SCOPE_WORDS,
        "given_scopes": mandates.GIVEN,
        "state_of": lambda found: mandates.state_of(found, now),
        "is_live": lambda found: found.is_live(now),
        "waits_for_me": lambda found: found.accepted_at is None and found.revoked_at is None,
    }
