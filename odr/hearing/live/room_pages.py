"""The room of a hearing held here: one page, a form for every step, and what the script keeps fresh of it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Case
from odr.evidence.exhibits.access import is_kept, opened
from odr.evidence.exhibits.preview import Previewer
from odr.evidence.models import Exhibit
from odr.evidence.store.ports import desk_of
from odr.ground.errors import ActNotOpen, CourtError, Forbidden, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.hearing import names
from odr.hearing.live import faults, moves, phrases
from odr.hearing.live.media.control import HALL, Rank, Ticket, issue
from odr.hearing.live.media.hosts import address_of, are_several, name_of
from odr.hearing.live.models import LiveRoom
from odr.hearing.live.moves import CONFIRMED, MOVES, Given
from odr.hearing.live.queries import hearing_of_now, person_of, reached, room_of
from odr.hearing.live.rules import COURT, KEPT_APART
from odr.hearing.live.transcript.engine import is_on
from odr.hearing.live.views import RoomPage, ladder_of, room_page, telephone_of
from odr.hearing.live.vocabulary import PhoneCheck, Place, RoomState
from odr.hearing.models import Hearing
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act, Milestone, acts_that_mean
from odr.web.guards import allow, allow_feature, case_page, current_court, current_locale, current_session
from odr.web.pages import Page, look

live_room = Blueprint("live_room", __name__, url_prefix="/cases/<reference>/live/room")
PREVIEWER = Previewer()
PHRASE = "phrase"
"""The button that puts a phrase beneath what is typed; no move of the room, for nothing happens in it."""
NO_SCRIPT = "sandbox; default-src 'none'; frame-ancestors 'none'"
PEOPLE = PARTY_ROLES | HEARD_ROLES | COURT
ACTS = (
    names.OPEN_LIVE_HEARING,
    names.KEEP_ORDER,
    names.SEAL_PART,
    names.END_SEALED_PART,
    names.SUSPEND_LIVE_HEARING,
    names.RULE_ON_LEAVING,
    names.CLOSE_LIVE_HEARING,
)


def _room(case: Case) -> tuple[Hearing, LiveRoom] | None:
    session = current_session()
    hearing = hearing_of_now(session, case)
    room = room_of(session, hearing) if hearing is not None else None
    return (hearing, room) if hearing is not None and room is not None else None


@live_room.get("")
@case_page(*PEOPLE)
def page(case: Case, actor: Actor) -> Page:
    """The room as it stands: for the bench with every step, for everybody else what reaches them and their three
    controls. Who has not come is sent to the waiting room.
    """
    return _page(case, actor)


def _page(
    case: Case,
    actor: Actor,
    wrong: list[tuple[str, Text]] | None = None,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> Page:
    found = _room(case)
    if found is None or person_of(found[1], actor) is None:
        return redirect(url_for("live.waiting", reference=case.reference), 303)
    _allow_media()
    shown = _shown(case, actor, *found)
    return (
        render_template(
            "hearing/live/room.html",
            **_all(case, actor, shown),
            typed=typed if typed is not None else request.form if wrong else {},
            errors=[(at, words.render(current_locale())) for at, words in wrong or ()],
        ),
        status,
    )


def _allow_media() -> None:
    allow_feature("camera")
    allow_feature("microphone")
    # Of every media host: the hearing may go on at another while the page is open.
    for host in current_court().settings.every_media_host.values():
        allow("connect-src", "/".join(host.url.split("/")[:3]))


def _shown(case: Case, actor: Actor, hearing: Hearing, room: LiveRoom) -> RoomPage:
    if room.state is not RoomState.CLOSED:
        faults.follow(current_court(), room.id)
        current_session().refresh(room)
        for person in room.people:
            current_session().refresh(person)
    return room_page(look(), case, actor, hearing, room)


def _all(case: Case, actor: Actor, shown: RoomPage) -> dict[str, object]:
    table, sitting = current_court().table, look()
    listed = (*ACTS, *acts_that_mean(Milestone.JUDGMENT_PRONOUNCED))
    acts: list[Act] = [table[name] for name in listed if actor.role in table[name].by]
    # Where several decide, the way to their own room stands there all the while: whether a draft lies in it, they see there.
    decides = acts_that_mean(Milestone.AMONG_THEMSELVES) if shown.deliberate_together else ()
    among = [table[name] for name in decides if actor.role in table[name].by]
    troubled = [t for t in shown.tiles if t.person.rung is not None] if shown.is_judge else []
    return {
        "case": case,
        "actor": actor,
        "desk": shown.of_court,
        "page": shown,
        "acts": [*among, *(act for act in acts if refusal(sitting, act, case, actor) is None)],
        "ladders": [(t.person, ladder_of(t.person)) for t in troubled],
        "media_address": address_of(current_court(), shown.room),
        "host": name_of(current_court(), shown.room) if are_several(current_court()) else None,
        "confirmed": CONFIRMED,
        "apart": actor.role in KEPT_APART,
        "telephone": telephone_of(sitting, case),
        "checks": list(PhoneCheck),
        "takes_record": actor.role in MOVES["note"].by,
        "phrases": phrases.offered(sitting, case) if "note" in shown.may else (),
        "captioned": is_on(current_court().settings),
    }


@live_room.get("/now")
@case_page(*PEOPLE)
def now(case: Case, actor: Actor) -> Page:
    """What changed since the page was drawn: nothing while nothing did, else the page’s parts anew."""
    found = _room(case)
    if found is None or person_of(found[1], actor) is None:
        raise NotFound
    shown = _shown(case, actor, *found)
    if request.args.get("known") == shown.tag:
        return Response(status=204)
    return render_template("hearing/live/_parts.html", **_all(case, actor, shown))


@live_room.post("")
@case_page(*PEOPLE)
def step(case: Case, actor: Actor) -> Page:
    """One step in the room: written first; the media room obeys, and the page then shows what it confirmed."""
    found = _room(case)
    if found is None:
        raise ActNotOpen(T("No hearing is open here now."))
    do, _, who = request.form.get("do", "").partition(":")
    if do == PHRASE:
        return _put_in(case, actor, found[1])
    given = Given(
        who=who or request.form.get("who", ""),
        words=request.form.get("words", ""),
        exhibit=request.form.get("exhibit", ""),
        page=_number(request.form.get("page", "1")),
        until=request.form.get("until", ""),
        check=request.form.get("check", ""),
        public=request.form.get("public") == "yes",
    )
    if do in CONFIRMED and "sure" not in request.form:
        return _confirm(case, actor, found[1], do)
    back = "live_room.page" if request.form.get("back") != "waiting" else "live.waiting"
    try:
        with current_court().sit() as sitting:
            mine = sitting.session.get_one(Case, case.id)
            moves.make(sitting, mine, found[1].id, actor, do, given)
    except InvalidInput as error:
        wrong = [("-".join(map(str, f.location)), f.message) for f in error.faults]
        if do in CONFIRMED:
            return _confirm(case, actor, found[1], do, wrong), 422
        at = {"note": "note", "message": "message", "phone": "phone-words"}.get(do, "")
        fields = {"words": at or "words"} | ({"who": "caller"} if do == "phone" else {})
        return _page(case, actor, [(fields.get(name, name), words) for name, words in wrong], 422)
    except Forbidden:
        raise
    except CourtError as error:
        return _page(case, actor, [("main", error.message)], error.status)
    return redirect(url_for(back, reference=case.reference) + "#main", 303)


def _put_in(case: Case, actor: Actor, room: LiveRoom) -> Page:
    """A phrase beneath what is typed already. Nothing is written yet: whoever takes the record changes it, and then keeps it."""
    reason = moves.why_not(room, actor, "note")
    if reason is not None:
        rests_on = look().pack(case).cited("CPL 150", "OLR 22")
        if actor.role not in MOVES["note"].by:
            raise Forbidden(reason, source=rests_on)
        raise ActNotOpen(reason, source=rests_on)
    typed = {**request.form.to_dict(), "do": "note"}
    key, about = request.form.get("phrase", ""), request.form.get("about", "")
    try:
        words = phrases.said_of(look(), case, phrases.in_the_room(room), key, about)
    except InvalidInput as error:
        return _page(case, actor, [(str(f.location[0]), f.message) for f in error.faults], 422, typed)
    typed["words"] = phrases.beneath(typed.get("words", ""), words)
    return _page(case, actor, typed=typed)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _confirm(case: Case, actor: Actor, room: LiveRoom, do: str, wrong: list[tuple[str, Text]] | None = None) -> str:
    """Asks once more before everybody is stopped: with the words that everybody then reads."""
    reason = moves.why_not(room, actor, do)
    if reason is not None:
        raise Forbidden(reason) if actor.role not in MOVES[do].by else ActNotOpen(reason)
    return render_template(
        "hearing/live/confirm.html",
        case=case,
        actor=actor,
        do=do,
        desk=True,
        typed=request.form if wrong else {},
        errors=[(at, words.render(current_locale())) for at, words in wrong or ()],
    )


@live_room.post("/ticket")
@case_page(*PEOPLE)
def ticket(case: Case, actor: Actor) -> Page:
    """A ticket for the media room, good for one way in within a minute; only for who came and was not put out."""
    found, court = _room(case), current_court()
    me = person_of(found[1], actor) if found is not None else None
    if found is None or me is None or court.ports.media is None:
        raise NotFound
    if me.place is Place.OUT or found[1].state is RoomState.CLOSED:
        raise Forbidden(T("You are not let in again."))
    rank = Rank.BENCH if actor.role in COURT else Rank.WITNESS if actor.role in KEPT_APART else Rank.PARTICIPANT
    host = name_of(court, found[1])
    said = Ticket(found[0].reference, me.reference, actor.role.value, HALL, me.proven_at, rank, host)
    token = issue(court.settings.media_secret.encode(), said, court.clock.machine_now())
    return jsonify({"ticket": token, "url": address_of(court, found[1])})


@live_room.get("/exhibit")
@case_page(*PEOPLE)
def exhibit(case: Case, actor: Actor) -> Response:
    """The page on everybody’s screen, from the court’s own copy: for whom the hearing reaches, and nobody else."""
    found = _room(case)
    room = found[1] if found is not None else None
    if room is None or room.exhibit_id is None or not reached(room, person_of(room, actor)):
        raise NotFound
    shown = current_session().get_one(Exhibit, room.exhibit_id)
    if actor.role not in HEARD_ROLES:
        opened(current_court(), shown, actor, "preview")
    elif is_kept(shown, shown.upload):
        raise NotFound  # the judge shows it to the parties; who is heard is given no file that is kept from others
    upload = shown.upload
    made = PREVIEWER.make(upload.media, upload.size, lambda: desk_of(current_court()).contents(upload), room.page or 1)
    answer = Response(made.data, content_type=made.content_type)
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = NO_SCRIPT
    answer.headers["Cache-Control"] = "no-store"
    return answer
