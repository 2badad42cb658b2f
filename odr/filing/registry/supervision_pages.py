"""The supervisor's pages: what lies at the court, who of it is on leave, and a whole desk handed over."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from odr.docket.models import Role
from odr.filing.complaints.pages import first_of_the_year
from odr.filing.complaints.queries import figures
from odr.filing.marked.queries import marked, unseen
from odr.filing.models import StaffLeave
from odr.filing.registry.handing_over import hand_over as put_over, leave_named, runs
from odr.filing.registry.seats import LeaveInput, end_leave, grant_leave, leave_of
from odr.filing.registry.supervision import AGES, SEEN, by_age, desks_of_the_court, lying, quiet
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.models import Account
from odr.procedure.forms import fields as forms
from odr.procedure.forms.form_data import parse
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.lists.lists import lists_waiting
from odr.web.forms_outside import FormOutside, form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, need_strong, staff
from odr.web.lists import after_asked
from odr.web.numbers import number_in
from odr.web.pages import Page, my_account_id
from odr.web.proof import NotProved

supervision = Blueprint("supervision", __name__)
ROLES = sorted(SEEN, key=lambda role: list(Role).index(role))


class HandOverInput(CourtModel):
    """Why somebody else takes the seats of a desk."""

    reasons: Annotated[str, CourtText(10, 4000), field(T("Why somebody else takes these seats"), widget="textarea")]


OF_A_DESK = form_outside(
    "hand_over_desk", HandOverInput, "supervision.desk", T("Handing over a desk while somebody is away"), ("number",)
)
OF_SOMEBODY = form_outside(
    "hand_over", HandOverInput, "supervision.one_desk", T("Handing over seats of somebody’s desk"), ("person",)
)


@supervision.get("/registry/supervision")
@staff(Role.PRESIDENT)
def overview() -> Page:
    """What lies on whose desk, how old it is, and in which cases nothing happens."""
    court, session = current_court(), current_session()
    now = court.clock.now()
    asked = request.args.get("role", "")
    role = next((one for one in ROLES if one.value == asked), None)
    days = _days(request.args)
    before = now - timedelta(days=days)
    desks = desks_of_the_court(session, now, after_asked("desks"))
    judges = [one.account for one in desks.rows if one.role is Role.JUDGE]
    told = court.hooks.open_work(session, judges, Role.JUDGE) if court.hooks.open_work is not None else {}
    return render_template(
        "filing/supervision.html",
        desk=True,
        now=now,
        desks=desks,
        work={(account, Role.JUDGE): words for account, words in told.items()},
        ages=AGES,
        by_age=by_age(session, now, role),
        lying=lying(session, before, role, after_asked("lying")),
        quiet=quiet(session, before, after_asked("quiet")),
        marks=marked(session, after_asked("marks")),
        unseen=unseen(session),
        figures=figures(session, now, first_of_the_year(now)),
        roles=ROLES,
        role=role,
        days=days,
    )


def _days(args: MultiDict[str, str]) -> int:
    """Since how many days something has to have lain to be listed."""
    return min(max(number_in(args, "days", AGES[-1]), 0), 3650)


@supervision.get("/registry/supervision/<person>")
@staff(Role.PRESIDENT)
def one_desk(person: str) -> Page:
    """Everything that runs on the desk of somebody of the court."""
    return _desk_page(_of_the_court(person), None, [], _begun(OF_SOMEBODY, person=person))


def _begun(form: FormOutside, **named: Any) -> str:
    """The reasons that somebody began to write and did not send."""
    return "".join(typed(form, **named).get("reasons", []))


@supervision.post("/registry/supervision/<person>")
@staff(Role.PRESIDENT)
@keeps(OF_SOMEBODY)
def hand_over(person: str) -> Page:
    """Share out what is ticked of somebody's desk: somebody else is drawn for each seat."""
    return _hand_over(_of_the_court(person), None)


def _of_the_court(reference: str) -> Account:
    """Somebody who has a desk in an open case. Raises NotFound."""
    session = current_session()
    found = session.scalar(select(Account).where(Account.reference == reference))
    if found is None or runs(session, found.id).total == 0:
        raise NotFound
    return found


# -- leave ------------------------------------------------------------------------


@supervision.get("/registry/leave")
@staff(Role.PRESIDENT)
def leave() -> Page:
    """Who is away, and from when to when; no case is given to them meanwhile."""
    return _leave_page({}, [])


def _leave_page(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    court = current_court()
    today = court.clock.now().astimezone(court.settings.tz).date()
    fields = forms.fields_of(LeaveInput, current_locale(), values, faults)
    return render_template(
        "filing/leave.html", fields=fields, faults=forms.summary(fields), away=leave_of(current_session(), today)
    ), status


@supervision.post("/registry/leave")
@staff(Role.PRESIDENT)
def add_leave() -> Page:
    """Put somebody on leave."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(LeaveInput, values)
        with court.database.write() as session:
            grant_leave(session, given, my_account_id(), court.clock.now())
    except InvalidInput as error:
        return _leave_page(values, error.faults, 422)
    return redirect(url_for("supervision.leave"), 303)


@supervision.post("/registry/leave/<int:number>/end")
@staff(Role.PRESIDENT)
def back(number: int) -> Response:
    """They are back."""
    court = current_court()
    with court.database.write() as session:
        end_leave(session, number, court.clock.now())
    return redirect(url_for("supervision.leave"), 303)  # type: ignore[return-value]


# -- a whole desk handed over -------------------------------------------------------


def _desk_page(
    account: Account,
    away: StaffLeave | None,
    faults: list[FieldFault],
    reasons: str = "",
    status: int = 200,
    chosen: list[str] | None = None,
) -> Page:
    """``away`` is the leave for which everything is handed over; without one nothing is ticked yet."""
    form, named = (OF_SOMEBODY, {"person": account.reference}) if away is None else (OF_A_DESK, {"number": away.id})
    words = {"reasons": reasons}
    shown = forms.fields_of(HandOverInput, current_locale(), words)
    return render_template(
        "filing/hand_over.html",
        desk=True,
        away=away,
        name=account.name,
        found=runs(current_session(), account.id, after_asked()),
        faults=[(_anchor(f), f.message.render(current_locale())) for f in faults],
        waits=lists_waiting(current_session(), my_account_id()),
        key=(request.form.get("key") or new_reference())[:60],
        reasons=reasons,
        unsent=unsent(form, shown, words, **named),
        chosen=([] if away is None else None) if chosen is None else chosen,
    ), status


def _anchor(fault: FieldFault) -> str:
    first = str(fault.location[0]) if fault.location else "reasons"
    return {"case": "claims"}.get(first, first)


@supervision.get("/registry/leave/<int:number>/desk")
@staff(Role.PRESIDENT)
def desk(number: int) -> Page:
    """Everything that runs on the desk of somebody who is away."""
    away, account = leave_named(current_session(), number)
    return _desk_page(account, away, [], _begun(OF_A_DESK, number=number))


@supervision.post("/registry/leave/<int:number>/desk")
@staff(Role.PRESIDENT)
@keeps(OF_A_DESK)
def hand_over_desk(number: int) -> Page:
    """Put each seat that is ticked on a list: then somebody else is drawn for it, and the parties are told who sits."""
    away, account = leave_named(current_session(), number)
    return _hand_over(account, away)


def _hand_over(account: Account, away: StaffLeave | None) -> Page:
    reasons, chosen = request.form.get("reasons", "").strip(), request.form.getlist("seat")
    try:
        president = need_strong()
        if not chosen:
            raise InvalidInput.at("case", T("Choose at least one case."))
        if len(reasons) < 10:
            raise InvalidInput.at("reasons", T("Write why somebody else takes these seats."))
        given: HandOverInput = parse(HandOverInput, {"reasons": reasons})
        key = (request.form.get("key") or new_reference())[:60]
        made = put_over(current_court(), account.id, president.account_id, chosen, given.reasons, key)
    except InvalidInput as error:
        return _desk_page(account, away, error.faults, reasons, 422, chosen)
    except NotProved:
        return _desk_page(account, away, [], reasons, 422, chosen)
    return redirect(url_for("lists.one", reference=made), 303)
