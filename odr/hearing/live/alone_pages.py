"""Talking alone: a room for each party and whoever acts for it, and the judges' room. Nothing of it is recorded, written down
or seen by anybody else; the court opens these doors only while the hearing does not run.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, url_for

from odr.docket.models import PARTY_ROLES, Case
from odr.ground.errors import ActNotOpen, Forbidden, NotFound
from odr.ground.text import T, Text
from odr.hearing.live.media.control import BENCH as JUDGES_ROOM, CONSULT, Rank, Ticket, issue
from odr.hearing.live.media.hosts import address_of, name_of
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.hearing.live.queries import hearing_of_now, person_of, room_of
from odr.hearing.live.rules import BENCH
from odr.hearing.live.vocabulary import Place, RoomState
from odr.hearing.models import Hearing
from odr.identity.actors import Actor
from odr.web.guards import allow, allow_feature, case_page, current_court, current_session
from odr.web.pages import Page

live_alone = Blueprint("live_alone", __name__, url_prefix="/cases/<reference>/live/alone")
ALONE = PARTY_ROLES | BENCH
WHILE = frozenset({RoomState.WAITING, RoomState.PAUSED, RoomState.SUSPENDED, RoomState.DELIBERATING})
"""How a hearing stands while one may talk alone: who is needed in an open hearing is in it."""


def _mine(case: Case, actor: Actor) -> tuple[Hearing, LiveRoom, LivePerson] | None:
    session = current_session()
    hearing = hearing_of_now(session, case)
    room = room_of(session, hearing) if hearing is not None else None
    me = person_of(room, actor) if room is not None else None
    return (hearing, room, me) if hearing is not None and room is not None and me is not None else None


def why_not_alone(room: LiveRoom, actor: Actor, me: LivePerson) -> Text | None:
    """Reason why somebody does not talk alone now."""
    if me.place is Place.OUT:
        return T("You are out of the hearing.")
    if room.state not in WHILE:
        return T("The hearing runs. Ask the judge for a break to talk alone.")
    if actor.role in BENCH and room.state is RoomState.DELIBERATING:
        return T("You deliberate in the room of the hearing, where nobody else is now.")
    return None


def door_of(case: Case, actor: Actor) -> str:
    """Which room it is: of the judges, or of one party, whoever acts for it."""
    if actor.role in BENCH:
        return JUDGES_ROOM
    if actor.party_id is None:
        raise Forbidden(
            T("This room is for a party and whoever acts for it."), source=current_court().cited_today("CTR 5")
        )
    return f"{CONSULT}{case.party(actor.party_id).reference}"


@live_alone.get("")
@case_page(*ALONE)
def page(case: Case, actor: Actor) -> Page:
    """The room of one's own side; who has not come to the hearing is sent to the waiting room."""
    found = _mine(case, actor)
    if found is None:
        return redirect(url_for("live.waiting", reference=case.reference), 303)
    reason = why_not_alone(found[1], actor, found[2])
    if reason is None:
        allow_feature("camera")
        allow_feature("microphone")
        for host in current_court().settings.every_media_host.values():
            allow("connect-src", "/".join(host.url.split("/")[:3]))
    names = {p.reference: p.name for p in found[1].people if _same_side(p, actor)}
    return render_template(
        "hearing/live/alone.html",
        case=case,
        actor=actor,
        tab="examination",
        hearing=found[0],
        reason=reason,
        names=names,
        of_bench=actor.role in BENCH,
        media_address=address_of(current_court(), found[1]),
        away=current_court().ports.media is None,
    )


def _same_side(person: LivePerson, actor: Actor) -> bool:
    if actor.role in BENCH:
        return person.role in BENCH
    return person.party_id is not None and person.party_id == actor.party_id


@live_alone.post("/ticket")
@case_page(*ALONE)
def ticket(case: Case, actor: Actor) -> Page:
    """A ticket for the room of one's own side, and for no other."""
    found, court = _mine(case, actor), current_court()
    if found is None or court.ports.media is None:
        raise NotFound
    hearing, room, me = found
    reason = why_not_alone(room, actor, me)
    if reason is not None:
        raise ActNotOpen(reason, source=court.cited_today("CTR 5"))
    said = Ticket(
        hearing.reference,
        me.reference,
        actor.role.value,
        door_of(case, actor),
        me.proven_at,
        Rank.PARTICIPANT,
        name_of(court, room),
    )
    token = issue(court.settings.media_secret.encode(), said, court.clock.machine_now())
    return jsonify({"ticket": token, "url": address_of(court, room)})


@live_alone.get("/now")
@case_page(*ALONE)
def now(case: Case, actor: Actor) -> Page:
    """Whether one may stay: the script leaves the room when the hearing goes on."""
    found = _mine(case, actor)
    stays = found is not None and why_not_alone(found[1], actor, found[2]) is None
    return jsonify({"stays": stays, "back": url_for("live.waiting", reference=case.reference)})
