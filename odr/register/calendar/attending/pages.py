"""Pages on places in hearings: of who asks, the desk of the registry, and the lot for anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy import func, or_, select

from odr.docket.models import Case, Role
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.keyset import Key, page_of
from odr.ground.text import T
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.identity.models import Account
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtModel
from odr.register.calendar.announced import IN_THE_ROOM
from odr.register.calendar.attending import places as service
from odr.register.calendar.attending.inputs import AnswerInput, DoorInput, PlaceInput, WayInput
from odr.register.calendar.attending.models import PlaceRecord, PlaceRequest, PlacesOfHearing, PlaceState, Way
from odr.register.calendar.attending.rules import Asks, Ground, turn
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, public, signed_in, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account, my_account_id, pack_today

attending = Blueprint("attending", __name__, url_prefix="/attending")
AT_THE_DOOR = (Role.CLERK,)
ASKING = form_outside("place", PlaceInput, "attending.one", T("Request for a place in a hearing"), ("reference",))
ANSWERING = form_outside(
    "place_answer", AnswerInput, "attending.desk_request", T("Answer to a request for a place"), ("reference",)
)


def _hearing(reference: str) -> Hearing:
    """A hearing whose places anybody may ask for. Raises NotFound for one that is not public, or has none."""
    session = current_session()
    row = session.scalar(select(Hearing).where(Hearing.reference == reference))
    if row is None or service.places_of(session, row, pack_today()) is None:
        raise NotFound
    return row


@attending.get("")
@signed_in
def mine() -> Page:
    """The hearings one asked to watch, newest first."""
    query = (
        select(PlaceRequest, Hearing)
        .join(Hearing, Hearing.id == PlaceRequest.hearing_id)
        .where(PlaceRequest.account_id == my_account_id())
    )
    found = page_of(current_session(), query, (Key(PlaceRequest.id, descending=True),), after_asked())
    return render_template("register/attending.html", found=found, article=service.law(pack_today()))


@attending.get("/<reference>")
@signed_in
def one(reference: str) -> Page:
    """Ask for a place in one hearing; or one's own request, what became of it, and how to give it back."""
    return _one(_hearing(reference), typed(ASKING, reference=reference), [])


def _mine_in(hearing: Hearing) -> PlaceRequest | None:
    return current_session().scalar(
        select(PlaceRequest).where(PlaceRequest.hearing_id == hearing.id, PlaceRequest.account_id == my_account_id())
    )


def _one(hearing: Hearing, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    session, now, row = current_session(), current_court().clock.now(), _mine_in(hearing)
    open_now = service.is_open(session, hearing) and now < hearing.begins_at
    if row is None and not open_now:
        raise NotFound
    if not values:
        values = {"name": [row.name if row is not None else my_account().name], "tie": ["none"]}
    drawn = forms.fields_of(PlaceInput, current_locale(), values, faults)
    case = session.get_one(Case, hearing.case_id)
    part = service.takes_part(session, case, session.get_one(Account, my_account_id()), now)
    return render_template(
        "register/attending_one.html",
        hearing=hearing,
        number=case.number,
        part=part,
        by_video=service.by_video(hearing),
        places=service.places_of(session, hearing, pack_today()),
        row=row,
        before=_before(row) if row is not None and row.state is PlaceState.ASKED else 0,
        ground=Ground(row.ground) if row is not None and row.ground else None,
        can_ask=open_now and part is None and (row is None or row.state in service.AGAIN),
        can_give_back=row is not None and row.state in service.OPEN and now < hearing.begins_at,
        article=service.law(pack_today()),
        unsent=unsent(ASKING, drawn, values, reference=hearing.reference),
        fields=drawn,
        faults=forms.summary(drawn),
    ), status


def _before(row: PlaceRequest) -> int:
    """How many wait before somebody who waits; by lot nobody knows."""
    places = current_session().get_one(PlacesOfHearing, row.hearing_id)
    if places.way is Way.LOT and places.seed is None:
        return 0
    waiting = _in_turn(places, [PlaceState.ASKED])
    return [one.reference for one in waiting].index(row.reference)


def _in_turn(places: PlacesOfHearing, states: list[PlaceState]) -> list[PlaceRequest]:
    rows = current_session().scalars(
        select(PlaceRequest).where(PlaceRequest.hearing_id == places.hearing_id, PlaceRequest.state.in_(states))
    )
    return sorted(
        rows,
        key=lambda row: turn(
            Asks(row.reference, row.asked_at, row.comes_first, False, row.asked_at > places.closes_at),
            places.way,
            places.seed,
        ),
    )


@attending.post("/<reference>")
@signed_in
@keeps(ASKING)
def ask(reference: str) -> Page:
    """Ask for a place."""
    hearing, values, court = _hearing(reference), request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(PlaceInput, values, currency=pack_today().currency)
        with court.database.write() as session:
            account = session.get_one(Account, my_account_id())
            service.ask(court, session, pack_today(), hearing.reference, account, given, court.clock.now())
    except InvalidInput as error:
        return _one(hearing, values, error.faults, 422)
    return redirect(url_for("attending.one", reference=hearing.reference), 303)


@attending.post("/<reference>/back")
@signed_in
def give_back(reference: str) -> Page:
    """Give one's place, or the request for it, back."""
    row, court = _mine_in(_hearing(reference)), current_court()
    if row is None:
        raise NotFound
    with court.database.write() as session:
        service.give_back(court, session, pack_today(), row.reference, my_account_id(), court.clock.now())
    return redirect(url_for("attending.one", reference=reference), 303)


@attending.get("/<reference>/lot")
@public
def lot(reference: str) -> Response:
    """How the lot of a hearing fell, so that anybody can draw it again: the root of the log, the record that it covers, byte
    for byte, and the requests by their references, which name nobody.
    """
    hearing = _hearing(reference)
    places = current_session().get(PlacesOfHearing, hearing.id)
    if places is None or places.way is not Way.LOT or places.seed is None:
        raise NotFound
    in_turn = _in_turn(places, [PlaceState.GIVEN, PlaceState.ASKED])
    return jsonify(
        hearing=hearing.reference,
        seats=places.seats,
        asked_until=places.closes_at.isoformat(),
        end_of_asking=places.closed_by,
        record=current_session().scalar(select(PlaceRecord.record).where(PlaceRecord.receipt == places.closed_by)),
        seed=places.seed,
        log_size=places.seed_size,
        requests=[
            {
                "reference": row.reference,
                "first": row.comes_first,
                "late": row.asked_at > places.closes_at,
                "asked_at": row.asked_at.isoformat() if row.asked_at > places.closes_at else None,
                "place": row.number,
            }
            for row in in_turn
        ],
    )


@attending.get("/desk")
@staff(*AT_THE_DOOR)
def desk() -> Page:
    """Hearings of today and later that people could come to, the next first: seats, who has one, who waits."""
    court, session, pack = current_court(), current_session(), pack_today()
    today = court.clock.now().astimezone(court.settings.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    query = (
        select(Hearing, Case.number)
        .join(Case, Case.id == Hearing.case_id)
        .where(Hearing.begins_at >= today, or_(Hearing.mode.in_(IN_THE_ROOM), Hearing.held_here))
        .where(Hearing.state.in_((HearingState.SUMMONED, HearingState.HELD)))
    )
    found = page_of(session, query, (Key(Hearing.begins_at, datetime), Key(Hearing.id)), after_asked())
    counts: dict[tuple[int, PlaceState], int] = {
        (number, state): many
        for number, state, many in session.execute(
            select(PlaceRequest.hearing_id, PlaceRequest.state, func.count())
            .where(PlaceRequest.hearing_id.in_([hearing.id for hearing, _ in found.rows]))
            .group_by(PlaceRequest.hearing_id, PlaceRequest.state)
        )
    }
    rooms = service.rooms_with_seats(session)
    places = {
        row.hearing_id: row
        for row in session.scalars(
            select(PlacesOfHearing).where(PlacesOfHearing.hearing_id.in_([hearing.id for hearing, _ in found.rows]))
        )
    }
    zone = court.settings.tz
    seats = {
        hearing.id: places[hearing.id].seats
        if hearing.id in places
        else service.seats_by_video(pack)
        if service.by_video(hearing)
        else service.seats_in(rooms, hearing.place, hearing.begins_at.astimezone(zone).date())
        for hearing, _ in found.rows
    }
    return render_template(
        "register/attending_desk.html",
        found=found,
        counts=counts,
        seats=seats,
        states=(PlaceState.GIVEN, PlaceState.ASKED, PlaceState.LEAVE),
        article=service.law(pack),
    )


@attending.get("/desk/<reference>")
@staff(*AT_THE_DOOR)
def desk_one(reference: str) -> Page:
    """One hearing before the registry: who asked, what became of it, and the door on its day."""
    return _desk_one(reference, {}, [])


def _desk_one(reference: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    session, hearing, pack = current_session(), _hearing(reference), pack_today()
    query = select(PlaceRequest).where(PlaceRequest.hearing_id == hearing.id)
    found = page_of(session, query, (Key(PlaceRequest.id),), after_asked())
    places = service.places_of(session, hearing, pack)
    drawn = forms.fields_of(
        WayInput, current_locale(), values or {"way": [places.way.value if places else "order"]}, faults
    )
    return render_template(
        "register/attending_desk_one.html",
        hearing=hearing,
        number=session.get_one(Case, hearing.case_id).number,
        places=places,
        is_open=service.is_open(session, hearing),
        can_choose=places is not None and current_court().clock.now() <= places.closes_at,
        found=found.of([row[0] for row in found.rows]),
        fields=drawn,
        faults=forms.summary(drawn),
        is_today=_is_today(hearing),
        article=service.law(pack),
    ), status


def _is_today(hearing: Hearing) -> bool:
    zone, now = current_court().settings.tz, current_court().clock.now()
    return hearing.begins_at.astimezone(zone).date() == now.astimezone(zone).date()


@attending.post("/desk/<reference>/way")
@staff(*AT_THE_DOOR)
def choose_way(reference: str) -> Page:
    """Choose, before anybody asked, how the places of a hearing are given out."""
    court, values = current_court(), request.form.to_dict(flat=False)
    try:
        given = forms.parse(WayInput, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _desk_one(reference, values, error.faults, 422)
    with court.database.write() as session:
        by = session.get_one(Account, my_account_id())
        service.set_way(court, session, pack_today(), reference, Way(given.way), by, court.clock.now())
    return redirect(url_for("attending.desk_one", reference=reference), 303)


def _request(reference: str) -> PlaceRequest:
    row = current_session().scalar(select(PlaceRequest).where(PlaceRequest.reference == reference))
    if row is None:
        raise NotFound
    return row


@attending.get("/desk/requests/<reference>")
@staff(*AT_THE_DOOR)
def desk_request(reference: str) -> Page:
    """One request before the registry: the answer, and what happened at the door."""
    return _desk_request(_request(reference), AnswerInput, typed(ANSWERING, reference=reference), [])


def _desk_request(
    row: PlaceRequest, at: type[CourtModel], values: dict[str, Any], faults: list[FieldFault], status: int = 200
) -> Page:
    session = current_session()
    hearing = session.get_one(Hearing, row.hearing_id)
    given = {AnswerInput: typed(ANSWERING, reference=row.reference), DoorInput: {}, at: values}
    drawn: dict[type[CourtModel], list[forms.FormField]] = {
        model: forms.fields_of(model, current_locale(), given[model], faults if at is model else [])
        for model in (AnswerInput, DoorInput)
    }
    return render_template(
        "register/attending_request.html",
        row=row,
        hearing=hearing,
        number=session.get_one(Case, hearing.case_id).number,
        by_video=service.by_video(hearing),
        can_answer=row.state in service.OPEN and row.entered is None,
        can_check=row.state is PlaceState.GIVEN and row.entered is None and _is_today(hearing),
        answer=drawn[AnswerInput],
        door=drawn[DoorInput],
        unsent=unsent(ANSWERING, drawn[AnswerInput], given[AnswerInput], reference=row.reference),
        ground=Ground(row.ground) if row.ground else None,
        faults=forms.summary(drawn[at]),
        article=service.law(pack_today()),
    ), status


@attending.post("/desk/requests/<reference>/answer")
@staff(*AT_THE_DOOR)
@keeps(ANSWERING)
def answer(reference: str) -> Page:
    """Answer one request: leave for a minor, a tie that does not count, or not admitted."""
    return _dealt_with(reference, AnswerInput, service.answer, "attending.desk_request", reference)


@attending.post("/desk/requests/<reference>/door")
@staff(*AT_THE_DOOR)
def door(reference: str) -> Page:
    """Put on record who came with a pass, or was turned away."""
    hearing = current_session().get_one(Hearing, _request(reference).hearing_id)
    return _dealt_with(reference, DoorInput, service.at_the_door, "attending.desk_one", hearing.reference)


def _dealt_with(
    reference: str, model: type[CourtModel], step: Callable[..., PlaceRequest], onward: str, there: str
) -> Page:
    """Do a step of the registry with a request, and go on to a page; or show its form again with what was typed."""
    row, court, values = _request(reference), current_court(), request.form.to_dict(flat=False)
    try:
        given = forms.parse(model, values, currency=pack_today().currency)
        with court.database.write() as session:
            by = session.get_one(Account, my_account_id())
            step(court, session, pack_today(), row.reference, given, by, court.clock.now())
    except InvalidInput as error:
        return _desk_request(row, model, values, error.faults, 422)
    return redirect(url_for(onward, reference=there), 303)
