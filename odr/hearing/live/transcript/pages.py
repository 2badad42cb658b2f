"""Pages of the text: read beside the recording, sentence by sentence with its second; made to read right; as captions."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.errors import InvalidInput, NotFound
from odr.hearing import names
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.pages import SITS, held_for
from odr.hearing.live.queries import segments_of
from odr.hearing.live.transcript.acts import ChangeInput, change, entered_of
from odr.hearing.live.transcript.engine import is_on
from odr.hearing.live.transcript.reading import (
    Said,
    as_captions,
    as_of,
    proposed_in,
    said_in,
    speaker,
    unread_in,
    version_of,
)
from odr.hearing.live.views import may_play
from odr.hearing.models import Hearing
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.forms import fields as forms
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.numbers import number_in
from odr.web.pages import Page, act_page, look, submit_form

live_text = Blueprint("live_text", __name__, url_prefix="/cases/<reference>/live/recording/<int:ordinal>")
A_PAGE = 200
"""Sentences on a page."""
READS = (*PARTY_ROLES, *SITS, Role.ASSISTANT, Role.PRESIDENT)
WRITES = (Role.CLERK, Role.JUDGE)


def _open_pieces(actor: Actor, room: LiveRoom) -> list[LiveSegment]:
    every = segments_of(current_session(), room)
    return [piece for piece in every if may_play(look(), actor, room, piece)]


def _said(hearing: Hearing, room: LiveRoom, pieces: list[LiveSegment]) -> list[Said]:
    return said_in(current_court(), current_session(), room, pieces) if room.erased_at is None else []


@live_text.get("/text")
@case_page(*READS)
def text(case: Case, actor: Actor, ordinal: int) -> Page:
    """What was said, as far as the reader may hear it: who, when, and a way to its second; where no engine is, that is said."""
    hearing, room = held_for(case, actor, ordinal)
    pieces = _open_pieces(actor, room)
    said = _said(hearing, room, pieces)
    begin = min(max(0, number_in(request.args, "from", 0)), max(0, len(said) - 1) // A_PAGE * A_PAGE)
    sitting = look()
    unread = unread_in(current_session(), room)
    enter = current_court().table[names.ENTER_TRANSCRIPT]
    return render_template(
        "hearing/live/text.html",
        case=case,
        actor=actor,
        tab="examination",
        hearing=hearing,
        room=room,
        said=said[begin : begin + A_PAGE],
        begin=begin,
        earlier=max(0, begin - A_PAGE) if begin else None,
        later=begin + A_PAGE if begin + A_PAGE < len(said) else None,
        count=len(said),
        version=version_of(said),
        speaker=speaker,
        unsure=sum(one.is_unsure for one in said),
        sealed=any(one.is_sealed for one in said),
        waits=[piece.number for piece in pieces if piece.heard_at is None or piece.number in unread],
        is_on=is_on(current_court().settings),
        entered=entered_of(sitting, case, room),
        writes=actor.role in WRITES,
        proposed=proposed_in(current_session(), room),
        parties={party.id: party.name for party in case.parties},
        asks=_may(names.CORRECT_RECORD, case, actor),
        rules=_may(names.RULE_ON_CORRECTION, case, actor),
        enter=enter if actor.role in enter.by and refusal(sitting, enter, case, actor) is None else None,
    )


def _may(name: str, case: Case, actor: Actor) -> bool:
    act = current_court().table[name]
    return actor.role in act.by and refusal(look(), act, case, actor) is None


@live_text.route("/<int:segment>/<person>/said/<int:number>/propose", methods=["GET", "POST"])
@case_page(*PARTY_ROLES)
def propose(case: Case, actor: Actor, ordinal: int, segment: int, person: str, number: int) -> Page:
    """A party says how a sentence should read: the act by which every correction of the record is asked for, about this one."""
    one = _one(case, actor, ordinal, segment, person, number)[3]
    if one.is_sealed:
        raise NotFound
    act = current_court().table[names.CORRECT_RECORD]
    if request.method == "POST":
        again = partial(act_page, case, actor, act, tab="examination")
        return submit_form(case, actor, names.CORRECT_RECORD, again)
    breach = refusal(look(), act, case, actor)
    if breach is not None:
        raise breach
    second = one.at.astimezone(look().pack(case).tz).strftime("%H:%M:%S")
    values = {"place": f"{second} {one.person.name}", "words": one.words, "sentence": one.name}
    return act_page(case, actor, act, values, [], tab="examination")


def _one(
    case: Case, actor: Actor, ordinal: int, segment: int, person: str, number: int
) -> tuple[Hearing, LiveRoom, LiveSegment, Said]:
    hearing, room = held_for(case, actor, ordinal)
    piece = next((piece for piece in _open_pieces(actor, room) if piece.number == segment), None)
    if piece is None:
        raise NotFound
    said = _said(hearing, room, [piece])
    one = next((one for one in said if one.person.reference == person and one.number == number), None)
    if one is None:
        raise NotFound
    return hearing, room, piece, one


@live_text.get("/<int:segment>/<person>/said/<int:number>")
@case_page(*WRITES)
def sentence(case: Case, actor: Actor, ordinal: int, segment: int, person: str, number: int) -> Page:
    """One sentence with its film at its second, and how it should read."""
    found = _one(case, actor, ordinal, segment, person, number)
    return _form(case, actor, found, {"words": found[3].words, "seen": len(found[3].changes)}, [])


def _form(
    case: Case,
    actor: Actor,
    found: tuple[Hearing, LiveRoom, LiveSegment, Said],
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
) -> Page:
    hearing, room, _, one = found
    fields = forms.fields_of(ChangeInput, current_locale(), values, faults)
    return render_template(
        "hearing/live/sentence.html",
        case=case,
        actor=actor,
        tab="examination",
        hearing=hearing,
        one=one,
        speaker=speaker,
        fields=fields,
        faults=forms.summary(fields),
        entered=entered_of(look(), case, room),
    ), status


@live_text.post("/<int:segment>/<person>/said/<int:number>")
@case_page(*WRITES)
def correct(case: Case, actor: Actor, ordinal: int, segment: int, person: str, number: int) -> Page:
    """Keep how it reads."""
    found = _one(case, actor, ordinal, segment, person, number)
    values = request.form.to_dict(flat=False)
    try:
        given: ChangeInput = forms.parse(ChangeInput, values)
    except InvalidInput as error:
        return _form(case, actor, found, values, error.faults, 422)
    hearing, room, piece, one = found
    change(current_court(), room, piece, one, given, actor)
    begin = _place(hearing, room, actor, one)
    back = url_for("live_text.text", reference=case.reference, ordinal=ordinal)
    back += f"?from={begin}" if begin else ""
    return redirect(f"{back}#s{segment}-{person}-{number}", 303)


def _place(hearing: Hearing, room: LiveRoom, actor: Actor, one: Said) -> int:
    """Where the page begins on which a sentence stands."""
    said = _said(hearing, room, _open_pieces(actor, room))
    mine = [(each.segment, each.person.id, each.number) for each in said]
    where = (one.segment, one.person.id, one.number)
    at = mine.index(where) if where in mine else 0  # Erased a moment ago.
    return at - at % A_PAGE


@live_text.get("/<int:segment>/<person>/captions.vtt")
@case_page(*READS)
def captions(case: Case, actor: Actor, ordinal: int, segment: int, person: str) -> Response:
    """What somebody said in a piece, as captions beside their film (WebVTT): as it reads now, or in an earlier version."""
    hearing, room = held_for(case, actor, ordinal)
    piece = next((piece for piece in _open_pieces(actor, room) if piece.number == segment), None)
    if piece is None or person not in {each.reference for each in room.people}:
        raise NotFound
    said = [one for one in _said(hearing, room, [piece]) if one.person.reference == person]
    version = number_in(request.args, "version", version_of(said))
    try:
        said = as_of(said, version)
    except LookupError:
        raise NotFound from None
    answer = Response(as_captions(said, look().pack(case).tz), mimetype="text/vtt")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Disposition"] = f'inline; filename="captions-{segment}-{person}-version-{version}.vtt"'
    return answer
