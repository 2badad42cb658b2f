"""The administrator's desk: the court's people, their roles, and accounts stopped. No cases are seen from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from odr.docket.models import Role
from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts import accounts, lost_factor, outbox, staff as staff_accounts
from odr.identity.models import Account
from odr.identity.pages import bp
from odr.identity.pages.shared import again, me, means, page, to
from odr.web.guards import current_court, current_locale, current_session, require_strong, staff
from odr.web.lists import after_asked, words_asked


@bp.get("/administration/people")
@staff(Role.ADMIN)
def people() -> Response:
    """Who serves the court, and what waits for a second administrator."""
    return page("people.html", **_lists())


@bp.post("/administration/people")
@staff(Role.ADMIN)
@require_strong()
def add_person() -> AnyResponse:
    """Open an account for somebody who serves the court; they set their password from a letter."""
    form, court = request.form, current_court()
    now = court.clock.machine_now()
    try:
        role = _role(form.get("role", ""))
        with court.database.write() as session:
            account = accounts.create(
                session, email=form.get("email", ""), name=form.get("name", ""), locale=form.get("locale", ""), now=now
            )
            staff_accounts.give(session, account, role, by=session.get_one(Account, me().account_id), now=now)
            outbox.write(court, session, [accounts.reset_letter(means(), session, account, now)])
    except CourtError as error:
        return again("people.html", error, **_lists())
    outbox.send_soon(court)
    return to("identity.people")


@bp.post("/administration/people/<reference>/give")
@staff(Role.ADMIN)
@require_strong()
def give_role(reference: str) -> AnyResponse:
    """Give a role, or propose it where two administrators are needed."""
    return _change(
        reference,
        lambda session, account, by, now: staff_accounts.give(
            session, account, _role(request.form.get("role", "")), by=by, now=now
        ),
    )


@bp.post("/administration/people/<reference>/take-away")
@staff(Role.ADMIN)
@require_strong()
def take_role(reference: str) -> AnyResponse:
    """Take a role away, at once."""
    role = _role(request.form.get("role", ""))
    return _change(reference, lambda session, account, by, now: staff_accounts.take_away(session, account, role, now))


@bp.post("/administration/people/<reference>/suspend")
@staff(Role.ADMIN)
@require_strong()
def suspend(reference: str) -> AnyResponse:
    """Stop an account, at once."""
    return _change(reference, lambda session, account, by, now: staff_accounts.suspend(session, account, now))


@bp.post("/administration/people/<reference>/reinstate")
@staff(Role.ADMIN)
@require_strong()
def reinstate(reference: str) -> AnyResponse:
    """Let a stopped account sign in again."""
    return _change(reference, lambda session, account, by, now: staff_accounts.reinstate(session, account))


@bp.post("/administration/proposals/<int:proposal_id>")
@staff(Role.ADMIN)
@require_strong()
def decide_proposal(proposal_id: int) -> AnyResponse:
    """Approve or decline a role another administrator has proposed; who says neither is asked, and nothing is decided."""
    court, choice, field = current_court(), request.form.get("decision"), f"decision-{proposal_id}"
    try:
        with court.database.write() as session:
            by = session.get_one(Account, me().account_id)
            if choice not in ("approve", "decline"):
                staff_accounts.waiting_proposal(session, proposal_id)
                raise InvalidInput.at(field, T("Choose whether to approve or to decline."))
            staff_accounts.decide(session, proposal_id, choice == "approve", by=by, now=court.clock.machine_now())
    except NotFound:
        raise
    except CourtError as error:
        return again("people.html", error, field, **_lists())
    return to("identity.people")


@bp.post("/administration/way-back/<int:reset_id>")
@staff(Role.ADMIN)
@require_strong()
def decide_way_back(reset_id: int) -> AnyResponse:
    """Approve or decline taking a lost second factor off somebody's account; who says neither is asked, and nothing is
    decided.
    """
    court, choice, field = current_court(), request.form.get("decision"), f"way-back-{reset_id}"
    try:
        with court.database.write() as session:
            if choice not in ("approve", "decline"):
                lost_factor.waiting_one(session, reset_id)
                raise InvalidInput.at(field, T("Choose whether to approve or to decline."))
            by = session.get_one(Account, me().account_id)
            letter = lost_factor.decide(
                session, means(), court.notary, reset_id, choice == "approve", by=by, now=court.clock.machine_now()
            )
            outbox.write(court, session, [letter] if letter is not None else [])
    except NotFound:
        raise
    except CourtError as error:
        return again("people.html", error, field, **_lists())
    outbox.send_soon(court)
    return to("identity.people")


Change = Callable[[Session, Account, Account, datetime], object]


def _change(reference: str, change: Change) -> AnyResponse:
    court = current_court()
    try:
        with court.database.write() as session:
            account = staff_accounts.by_reference(session, reference)
            change(session, account, session.get_one(Account, me().account_id), court.clock.machine_now())
    except InvalidInput as error:
        return again("people.html", error, **_lists())
    return to("identity.people")


def _role(raw: str) -> Role:
    try:
        return Role(raw)
    except ValueError:
        raise InvalidInput.at("role", T("Choose a role.")) from None


def _lists() -> dict[str, Any]:
    session = current_session()
    return {
        "rows": staff_accounts.people(session, words=words_asked(), after=after_asked()),
        "words": words_asked(),
        "proposals": staff_accounts.waiting(session),
        "ways_back": lost_factor.waiting(session),
        "roles": staff_accounts.GIVEN,
        "role_choices": [(role.value, role.label.render(current_locale())) for role in staff_accounts.GIVEN],
    }
