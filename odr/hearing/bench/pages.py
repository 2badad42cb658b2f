"""What the judge's assistant drafts, and the judge adopts in these or other words, or leaves aside."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, request, url_for
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.filing.models import Draft, DraftState
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T
from odr.hearing.bench.assistant_drafts import DRAFTED, KIND, drafted_words, open_drafts
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.web.guards import case_page, current_court, current_session
from odr.web.pages import Page, act_page, look, submit_form

bench = Blueprint("bench_drafts", __name__, url_prefix="/cases/<reference>/bench/drafts")


def _back(case: Case) -> Page:
    return redirect(url_for("hearing.bench", reference=case.reference) + "#drafts", 303)


@bench.post("")
@case_page(Role.ASSISTANT)
def propose(case: Case, actor: Actor) -> Page:
    """The assistant puts words before the judge; they are no part of the file until the judge adopts them."""
    act, words = request.form.get("act", ""), request.form.get("words", "").strip()[:12000]
    if act not in DRAFTED or not words:
        raise InvalidInput.at("words", T("Fill this in."))
    now = current_court().clock.now()
    with current_court().database.write() as session:
        session.add(
            Draft(
                account_id=actor.account_id,
                case_id=case.id,
                kind=KIND + act,
                values={"words": words, "by": actor.name},
                done_steps=[],
                state=DraftState.OPEN,
                created_at=now,
                saved_at=now,
            )
        )
    return _back(case)


def _draft(case: Case, reference: str) -> Draft:
    found = next((d for d in open_drafts(current_session(), case) if d.reference == reference), None)
    if found is None:
        raise NotFound
    return found


@bench.route("/<draft>", methods=["GET", "POST"])
@case_page(Role.JUDGE)
def adopt(case: Case, actor: Actor, draft: str) -> Page:
    """The act's own form filled with the draft: the judge changes what they want and performs the act."""
    found = _draft(case, draft)
    name = found.kind.removeprefix(KIND)
    act = current_court().table[name]
    if request.method == "GET":
        breach = refusal(look(), act, case, actor)
        if breach is not None:
            raise breach
        return act_page(case, actor, act, {DRAFTED[name].field: drafted_words(found)}, [], tab="examination")
    sent = submit_form(case, actor, name, partial(act_page, case, actor, act, tab="examination"))
    if getattr(sent, "status_code", 0) == 303:
        _end(found.id)
    return sent


@bench.post("/<draft>/leave")
@case_page(Role.JUDGE, Role.ASSISTANT)
def leave(case: Case, actor: Actor, draft: str) -> Page:
    """The judge leaves a draft aside, or its author takes it back."""
    found = _draft(case, draft)
    if actor.role is Role.ASSISTANT and found.account_id != actor.account_id:
        raise NotFound
    _end(found.id, DraftState.EXPIRED)
    return _back(case)


def _end(draft_id: int, state: DraftState = DraftState.LODGED) -> None:
    with current_court().database.write() as session:
        session.scalars(select(Draft).where(Draft.id == draft_id)).one().state = state
