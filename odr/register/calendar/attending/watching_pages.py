"""Pages of who watches a hearing by video, and the registry's two steps with them: sending out, answering an objection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.errors import ActNotOpen, CourtError, FieldFault, Forbidden, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.hearing.live.seen.models import Watcher
from odr.hearing.live.seen.showing import watcher_of
from odr.hearing.models import Hearing
from odr.identity.models import Account
from odr.procedure.forms import fields as forms
from odr.register.calendar import seen_pages
from odr.register.calendar.attending import places as service, watching as seats
from odr.register.calendar.attending.inputs import ObjectionAnswerInput, ObjectionInput, SendOutInput
from odr.register.calendar.attending.models import PlaceRequest
from odr.web.guards import current_court, current_locale, current_person, current_session, need_strong, signed_in, staff
from odr.web.pages import Page, my_account, my_account_id, pack_today

watching = Blueprint("watching", __name__, url_prefix="/attending")
ANSWERS = (Role.CLERK, Role.PRESIDENT)


@watching.get("/<reference>/watch")
@signed_in
def one(reference: str) -> Page:
    """The hearing as its public sees it, for who has taken their seat on this device; before that the door, or why not."""
    return _one(seen_pages.hearing_named(reference), {}, [])


def _one(
    hearing: Hearing,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    refused: CourtError | None = None,
) -> Page:
    session, now = current_session(), current_court().clock.now()
    row = seats.request_of(session, hearing, my_account_id())
    if row is None:
        raise NotFound
    reason = seats.why_not(session, pack_today(), hearing, my_account(), now)
    watcher = watcher_of(session, hearing, my_account_id())
    inside = reason is None and watcher is not None and watcher.watches
    here = inside and watcher is not None and watcher.device == _device()
    drawn = forms.fields_of(ObjectionInput, current_locale(), values, faults)
    return render_template(
        "register/watch.html",
        hearing=hearing,
        number=session.get_one(Case, hearing.case_id).number,
        row=row,
        reason=reason,
        refused=refused,
        watcher=watcher,
        inside=inside,
        here=here,
        known=seats.is_known(row, my_account()),
        places=service.places_of(session, hearing, pack_today()),
        rules=seen_pages.rules_for(hearing),
        now=seen_pages.standing(hearing),
        pieces=seen_pages.pieces_now(hearing, frozenset()) if here else [],
        stands=seen_pages.page_now(hearing, named=True) if here else None,
        objection=seats.objection_to(session, row),
        may_object=seats.is_kept_out(session, hearing, row) and hearing.ended_at is None,
        fields=drawn,
        faults=forms.summary(drawn),
        article=service.law(pack_today()),
    ), status


def _device() -> int | None:
    person = current_person()
    return person.session_id if person is not None else None


@watching.post("/<reference>/watch")
@signed_in
def enter(reference: str) -> Page:
    """Take one's seat, having shown again who one is (CTR 6); on this device alone."""
    hearing, court, person = seen_pages.hearing_named(reference), current_court(), need_strong()
    if person.session_id is None:
        raise Forbidden(T("A seat is taken by a person at a page, not by a program."), source=service.law(pack_today()))
    try:
        with court.database.write() as session:
            account = session.get_one(Account, person.account_id)
            seats.enter(court, session, pack_today(), reference, account, person.session_id, court.clock.now())
    except ActNotOpen as error:
        return _one(hearing, {}, [], error.status, error)
    return redirect(url_for("watching.one", reference=reference), 303)


@watching.post("/<reference>/watch/leave")
@signed_in
def leave(reference: str) -> Page:
    """Leave one's seat."""
    hearing, court = seen_pages.hearing_named(reference), current_court()
    with court.database.write() as session:
        seats.leave(session, hearing, my_account_id(), court.clock.now())
    return redirect(url_for("watching.one", reference=reference), 303)


@watching.post("/<reference>/watch/objection")
@signed_in
def object_to(reference: str) -> Page:
    """Say why it is wrong that one is kept out."""
    hearing, court, values = seen_pages.hearing_named(reference), current_court(), request.form.to_dict(flat=False)
    try:
        given = forms.parse(ObjectionInput, values, currency=pack_today().currency)
        with court.database.write() as session:
            seats.object_to(court, session, pack_today(), reference, my_account_id(), given, court.clock.now())
    except InvalidInput as error:
        return _one(hearing, values, error.faults, 422)
    return redirect(url_for("watching.one", reference=hearing.reference), 303)


def _seated(reference: str) -> Hearing:
    """The hearing, for who sits in it on this device now. Raises Forbidden with the reason."""
    hearing = seen_pages.hearing_named(reference)
    session = current_session()
    reason: Text | None = seats.why_not(session, pack_today(), hearing, my_account(), current_court().clock.now())
    watcher = watcher_of(session, hearing, my_account_id())
    if reason is None and (watcher is None or not watcher.watches):
        reason = T("Take your seat first.")
    if reason is None and watcher is not None and watcher.device != _device():
        reason = T("Your seat is taken on another device.")
    if reason is not None:
        raise Forbidden(reason, source=service.law(pack_today()))
    return hearing


@watching.get("/<reference>/watch/now")
@signed_in
def now(reference: str) -> Response:
    """How the hearing stands, and which pieces can be fetched."""
    hearing = _seated(reference)
    return seen_pages.told(
        hearing,
        lambda piece: url_for("watching.film", reference=reference, piece=piece),
        lambda page: url_for("watching.exhibit", reference=reference, page=page),
        named=True,
    )


@watching.get("/<reference>/watch/exhibit/<int:page>.png")
@signed_in
def exhibit(reference: str, page: int) -> Response:
    """A page of an exhibit that the judge let the public see, late: for who has their seat on this device."""
    return seen_pages.exhibit(_seated(reference), page)


@watching.get("/<reference>/watch/<int:piece>.webm")
@signed_in
def film(reference: str, piece: int) -> Response:
    """A few seconds of somebody, late: for who has their seat on this device, asked anew for every piece. Who was named a
    witness, turned away or sent out since they sat down gets none, whatever addresses they kept or guess.
    """
    return seen_pages.film(_seated(reference), piece)


def _request(reference: str) -> PlaceRequest:
    row = current_session().scalar(select(PlaceRequest).where(PlaceRequest.reference == reference))
    if row is None:
        raise NotFound
    return row


@watching.get("/desk/requests/<reference>/seat")
@staff(*ANSWERS)
def seat(reference: str) -> Page:
    """Somebody's seat before the court: sending out, and what they objected."""
    return _seat(_request(reference), SendOutInput, {}, [])


def _seat(
    row: PlaceRequest,
    at: type[SendOutInput] | type[ObjectionAnswerInput],
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
) -> Page:
    session = current_session()
    hearing = session.get_one(Hearing, row.hearing_id)
    watcher: Watcher | None = watcher_of(session, hearing, row.account_id)
    objection = seats.objection_to(session, row)
    drawn = {
        model: forms.fields_of(model, current_locale(), values if at is model else {}, faults if at is model else [])
        for model in (SendOutInput, ObjectionAnswerInput)
    }
    return render_template(
        "register/watch_seat.html",
        row=row,
        hearing=hearing,
        number=session.get_one(Case, hearing.case_id).number,
        at_the_desk=Role.CLERK in my_account().staff_roles,
        watcher=watcher,
        objection=objection,
        can_send_out=watcher is not None and watcher.sent_out_at is None and hearing.ended_at is None,
        can_answer=objection is not None and objection.upheld is None,
        sending=drawn[SendOutInput],
        answering=drawn[ObjectionAnswerInput],
        faults=forms.summary(drawn[at]),
        article=service.law(pack_today()),
    ), status


@watching.post("/desk/requests/<reference>/out")
@staff(*ANSWERS)
def send_out(reference: str) -> Page:
    """Send somebody of the public out."""
    return _done(reference, SendOutInput, seats.send_out)


@watching.post("/desk/requests/<reference>/objection")
@staff(*ANSWERS)
def answer_objection(reference: str) -> Page:
    """Answer what somebody objected to being kept out."""
    return _done(reference, ObjectionAnswerInput, seats.answer_objection)


def _done(reference: str, model: type[SendOutInput | ObjectionAnswerInput], act: Callable[..., object]) -> Page:
    """Do to a seat what a form of its page says; what cannot be is said at its field, with what was typed."""
    row, court, values = _request(reference), current_court(), request.form.to_dict(flat=False)
    try:
        given = forms.parse(model, values, currency=pack_today().currency)
        with court.database.write() as session:
            by = session.get_one(Account, my_account_id())
            act(court, session, pack_today(), reference, given, by, court.clock.now())
    except InvalidInput as error:
        return _seat(row, model, values, error.faults, 422)
    return redirect(url_for("watching.seat", reference=reference), 303)
