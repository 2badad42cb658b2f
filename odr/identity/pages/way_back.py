"""The registry asks that a lost second step be taken off the account of somebody who stands before it; an administrator
decides.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from odr.docket.models import Role
from odr.ground.errors import CourtError
from odr.identity.accounts import lost_factor, outbox
from odr.identity.models import Account
from odr.identity.pages import bp
from odr.identity.pages.shared import again, me, means, page, to
from odr.web.guards import current_court, current_session, require_strong, staff


@bp.get("/registry/way-back")
@staff(Role.CLERK)
def way_back() -> Response:
    """The form, and what this clerk asked for lately with what became of it."""
    return page("way_back.html", typed=request.args, **_listed())


@bp.post("/registry/way-back")
@staff(Role.CLERK)
@require_strong()
def ask_way_back() -> AnyResponse:
    """Ask for it; the person is told at their address, so that nobody asks behind their back."""
    form, court = request.form, current_court()
    try:
        with court.database.write() as session:
            letter = lost_factor.ask_at_registry(
                session,
                means(),
                email=form.get("email", ""),
                seen=form.get("seen", ""),
                why=form.get("why", ""),
                by=session.get_one(Account, me().account_id),
                now=court.clock.machine_now(),
            )
            outbox.write(court, session, [letter])
    except CourtError as error:
        return again("way_back.html", error, **_listed())
    outbox.send_soon(court)
    return to("identity.way_back")


def _listed() -> dict[str, Any]:
    session = current_session()
    return {
        "asked": lost_factor.asked_by(session, session.get_one(Account, me().account_id)),
        "seen_options": list(lost_factor.SEEN.items()),
    }
