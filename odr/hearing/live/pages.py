"""Pages around a hearing held here: the check of equipment, entering, the waiting room, and the recording afterwards."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from werkzeug.wsgi import wrap_file

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Case, Role
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.text import T
from odr.hearing import names
from odr.hearing.live import faults, keeping, moves, phrases, playing
from odr.hearing.live.media.composite.working import whole_film
from odr.hearing.live.models import EquipmentCheck, LiveRoom
from odr.hearing.live.queries import doors_are_open, hearing_of_now, here, is_set_up, room_of, segments_of
from odr.hearing.live.rules import COURT
from odr.hearing.live.transcript.reading import versions_in
from odr.hearing.live.views import may_play, may_see_recording, recording_page, waiting_page
from odr.hearing.live.vocabulary import Answer, Question, RoomState
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.web.guards import allow_feature, case_page, current_court, current_session, need_strong
from odr.web.pages import Page, act_page, look, submit_form

live = Blueprint("live", __name__, url_prefix="/cases/<reference>/live")
COMES = PARTY_ROLES | HEARD_ROLES
SITS = COURT
PLAYS = "sandbox; default-src 'none'; media-src 'self'; frame-ancestors 'self'"
MOST_NUMBERS = 12
"""Numbers a check may keep of what was measured."""


@live.get("")
@case_page(*COMES, *SITS)
def waiting(case: Case, actor: Actor) -> Page:
    """The waiting room: what happens next, who is here, what one has to do, and why the hearing stands still if it does."""
    hearing = hearing_of_now(current_session(), case)
    room = room_of(current_session(), hearing) if hearing is not None else None
    if room is not None and room.state is not RoomState.CLOSED:
        faults.follow(current_court(), room.id)
    sitting = look()
    enter = current_court().table[names.ENTER_HEARING]
    return render_template(
        "hearing/live/waiting.html",
        case=case,
        actor=actor,
        tab="examination",
        page=waiting_page(sitting, case, actor),
        breach=refusal(sitting, enter, case, actor) if actor.role in enter.by else None,
        of_court=actor.role in SITS,
    )


@live.post("/come")
@case_page(*SITS)
def come(case: Case, actor: Actor) -> Page:
    """Who sits for the court enters: identity proven again, no promise asked of them anew."""
    person = need_strong()
    with current_court().sit() as sitting:
        mine = sitting.session.get_one(Case, case.id, with_for_update=True)
        hearing = hearing_of_now(sitting.session, mine)
        if not is_set_up(sitting, mine) or hearing is None or not doors_are_open(hearing, sitting.now):
            raise ActNotOpen(T("No hearing by the court’s own video is open to enter now."))
        room = moves.room_for(sitting, mine, hearing.id)
        moves.come(sitting, room, actor, person.strong_at or current_court().clock.machine_now())
    return redirect(url_for("live_room.page", reference=case.reference), 303)


@live.route("/enter", methods=["GET", "POST"])
@case_page(*COMES)
def enter(case: Case, actor: Actor) -> Page:
    """Rights, rules and the promise not to record, and who one is once more; then the waiting room."""
    act = current_court().table[names.ENTER_HEARING]
    if request.method == "POST":
        again = partial(act_page, case, actor, act, tab="examination")
        return submit_form(case, actor, names.ENTER_HEARING, again, "live.waiting")
    breach = refusal(look(), act, case, actor)
    if breach is not None:
        raise breach
    return act_page(case, actor, act, {}, [], tab="examination")


@live.route("/check", methods=["GET", "POST"])
@case_page(*COMES, *SITS)
def check(case: Case, actor: Actor) -> Page:
    """Five plain questions with what was measured; only the results are kept."""
    hearing = hearing_of_now(current_session(), case)
    if hearing is None:
        raise NotFound
    faults_found: dict[str, Any] = {}
    if request.method == "POST":
        faults_found = _unanswered()
        if not faults_found:
            _keep_check(hearing.id, actor)
            return redirect(url_for("live.check", reference=case.reference, done=1), 303)
    allow_feature("camera")
    allow_feature("microphone")
    page = render_template(
        "hearing/live/check.html",
        case=case,
        actor=actor,
        tab="examination",
        page=waiting_page(look(), case, actor),
        questions=list(Question),
        answers=list(Answer),
        typed=request.form,
        errors=[(f"{name}-works", words) for name, words in faults_found.items()],
        saved="done" in request.args,
    )
    return page, 422 if faults_found else 200


def _unanswered() -> dict[str, Any]:
    known = {answer.value for answer in Answer}
    return {q.value: T("Say whether it works.") for q in Question if request.form.get(q.value) not in known}


def _keep_check(hearing_id: int, actor: Actor) -> None:
    measured: dict[str, int] = {}
    for name, value in list(request.form.items()):
        if name.startswith("measured-") and len(measured) < MOST_NUMBERS and value.isascii() and value[:8].isdigit():
            measured[name.removeprefix("measured-")[:20]] = int(value[:8])
    answers = {q.value: Answer(request.form[q.value]) for q in Question}
    with current_court().database.write() as session:
        session.add(
            EquipmentCheck(
                hearing_id=hearing_id,
                account_id=actor.account_id,
                name=actor.name,
                measured=measured,
                call=request.form.get("call", "").strip()[:60] or None,
                at=current_court().clock.now(),
                **answers,
            )
        )


@live.post("/phrase")
@case_page(Role.CLERK)
def put_phrase(case: Case, actor: Actor) -> Page:
    """Without a script: a phrase beneath the minutes that are typed in the form of a hearing held elsewhere. Nothing is recorded yet."""
    sitting, act = look(), current_court().table[names.RECORD_HEARING]
    breach = refusal(sitting, act, case, actor)
    if breach is not None:
        raise breach
    values: dict[str, Any] = request.form.to_dict(flat=False)
    chosen: dict[str, Any] = {"phrase": request.form.get("phrase", ""), "about": request.form.get("about", "")}
    form = partial(act_page, case, actor, act, tab="examination", keeps=True)
    try:
        people = phrases.of_the_case(sitting, case)
        words = phrases.said_of(sitting, case, people, chosen["phrase"], chosen["about"])
    except InvalidInput as error:
        return form(values, [], 422, chosen=chosen | {"wrong": error.faults[0].message})
    values["minutes"] = [phrases.beneath(request.form.get("minutes", ""), words)]
    return form(values, [], chosen=chosen)


@live.get("/recording/<int:ordinal>")
@case_page(*PARTY_ROLES, *SITS, Role.ASSISTANT, Role.PRESIDENT)
def recording(case: Case, actor: Actor, ordinal: int) -> Page:
    """The hearing afterwards, for whom its parts are open: line by line with its second, breaks and gaps by name, proofs."""
    hearing, room = held_for(case, actor, ordinal)
    faults.follow(current_court(), room.id)
    sitting = look()
    current_session().refresh(hearing)
    erase = current_court().table[names.ERASE_RECORDING]
    return render_template(
        "hearing/live/recording.html",
        case=case,
        actor=actor,
        tab="examination",
        page=recording_page(sitting, case, actor, hearing, room),
        versions=versions_in(current_session(), room) if room.erased_at is None else {},
        seen_at=current_court().clock.now(),
        kept=keeping.kept_until(sitting.pack(case), case),
        erase=erase if refusal(sitting, erase, case, actor) is None and actor.role in erase.by else None,
    )


def held_for(case: Case, actor: Actor, ordinal: int) -> tuple[Hearing, LiveRoom]:
    """A hearing that was held here and its room, for whom its recording is open. Raises NotFound."""
    session = current_session()
    hearing = next((h for h in here(session, case) if h.ordinal == ordinal and h.state is HearingState.HELD), None)
    room = room_of(session, hearing) if hearing is not None else None
    if hearing is None or room is None or not may_see_recording(actor):
        raise NotFound
    return hearing, room


@live.get("/recording/<int:ordinal>/<int:segment>")
@case_page(*PARTY_ROLES, *SITS, Role.ASSISTANT, Role.PRESIDENT)
def whole(case: Case, actor: Actor, ordinal: int, segment: int) -> Response:
    """A piece with everybody side by side, date and time burnt in, in ranges; a sealed piece only for who stayed in it."""
    hearing, room = held_for(case, actor, ordinal)
    piece = next((s for s in segments_of(current_session(), room) if s.number == segment), None)
    if piece is None or room.erased_at is not None or not may_play(look(), actor, room, piece):
        raise NotFound
    made = whole_film(current_court(), hearing, room, piece)
    if isinstance(made, Path):
        return _played(
            send_file(made, mimetype="video/webm", conditional=True, max_age=0, download_name="hearing.webm")
        )
    answer = Response(wrap_file(request.environ, made), mimetype="video/webm", direct_passthrough=True)  # type: ignore[arg-type]
    answer.content_length = made.length
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=made.length)
    return _played(answer)


def _played(answer: Response) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = PLAYS
    answer.headers["Cache-Control"] = "no-store"
    return answer


@live.get("/recording/<int:ordinal>/<int:segment>/<person>")
@case_page(*PARTY_ROLES, *SITS, Role.ASSISTANT, Role.PRESIDENT)
def film(case: Case, actor: Actor, ordinal: int, segment: int, person: str) -> Response:
    """What is played of somebody in a piece of the recording, in ranges; a sealed piece only for who stayed in it."""
    hearing, room = held_for(case, actor, ordinal)
    piece = next((s for s in segments_of(current_session(), room) if s.number == segment), None)
    if piece is None or person not in {p.reference for p in room.people} or not may_play(look(), actor, room, piece):
        raise NotFound
    made = playing.film(current_court(), hearing, room, piece, person)
    source = BytesIO(made) if isinstance(made, bytes) else made
    return _played(send_file(source, mimetype="video/webm", conditional=True, max_age=0, download_name="hearing.webm"))
