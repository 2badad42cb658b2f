"""Pages of meetings: minutes to read and sign for those who attended, and those of a case for who decides it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import DECIDING_ROLES, Case, Role
from odr.identity.actors import Actor
from odr.judgment.meetings.models import Meeting
from odr.judgment.meetings.queries import SITS_IN, attended, meetings_of, signed_by, to_sign
from odr.judgment.meetings.signing import file_signed, minutes_for, sign
from odr.web.guards import case_page, current_court, current_session, need_strong, staff
from odr.web.pages import Page, my_account_id
from odr.web.proof import NotProved

meetings = Blueprint("meetings", __name__)
CLOSED_PART = (*DECIDING_ROLES, Role.PRESIDENT, Role.CLERK)


@meetings.get("/meetings")
@staff(*SITS_IN)
def mine() -> Page:
    """Minutes of meetings one attended that not everybody has signed."""
    return render_template("judgment/meetings_mine.html", desk=True, found=to_sign(current_session(), my_account_id()))


@meetings.get("/meetings/<reference>")
@staff(*SITS_IN)
def one(reference: str) -> Page:
    """The minutes of one meeting, to be read and signed by somebody who attended."""
    return _one(reference)


def _one(reference: str, status: int = 200) -> Page:
    session, me = current_session(), my_account_id()
    meeting, case = minutes_for(session, me, reference)
    return render_template(
        "judgment/meeting_minutes.html",
        desk=True,
        meeting=meeting,
        named=case,
        signed=signed_by(session, meeting),
        me=me,
        attended=attended(meeting),
    ), status


@meetings.post("/meetings/<reference>")
@staff(*SITS_IN)
def signing(reference: str) -> Page:
    """Sign the minutes that were read."""
    court = current_court()
    try:
        person = need_strong()
    except NotProved:
        return _one(reference, 422)
    with court.database.write() as session:
        sign(
            session,
            person.account_id,
            person.name,
            reference,
            request.form.get("sha256", ""),
            court.clock.now(),
        )
    file_signed(court)
    return redirect(url_for("meetings.mine"), 303)


@meetings.get("/cases/<reference>/meetings")
@case_page(*CLOSED_PART)
def of_case(case: Case, actor: Actor) -> Page:
    """The meetings on a case, in the closed part of its file."""
    session = current_session()
    found: list[tuple[Meeting, int]] = [(each, len(signed_by(session, each))) for each in meetings_of(session, case)]
    return render_template("judgment/meetings.html", case=case, actor=actor, tab="decision", desk=True, found=found)
