"""Pages of settlement: the private room, and the judge's page for a signed agreement."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.docket.models import PARTY_ROLES, Case, Document, Role, Stage
from odr.docket.visibility import reads_document
from odr.ground.db import new_reference
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.forms.fields import with_defaults
from odr.settlement import names as act_names
from odr.settlement.models import AgreementState, Ending
from odr.settlement.offers.case_views import (
    ROOM_ACTS,
    act_form,
    agreement_view,
    asked_for,
    counter_values,
    offer_terms,
    offer_to_accept,
    room_page,
)
from odr.settlement.offers.offer_words import words_for
from odr.settlement.offers.steps import STEPS, fee_if_settled, step_to_check
from odr.settlement.queries import agreement_named, agreements_of
from odr.settlement.statement.announced import agreed_words, an_agreement_is_to_be_announced
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.pages import Page, keeping, look, submit_form, sure_mark, typed_before

settlement = Blueprint("settlement", __name__, url_prefix="/cases/<reference>")
WITHIN = (Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY, Role.MEDIATOR)
ANSWERS = (
    act_names.ACCEPT_OFFER,
    act_names.DECLINE_OFFER,
    act_names.WITHDRAW_OFFER,
    act_names.SIGN_AGREEMENT,
    act_names.DECLINE_AGREEMENT,
    act_names.SIGN_STATEMENT,
    act_names.APPLY_FOR_CONFIRMATION,
)


@settlement.get("/settlement")
@case_page(*WITHIN)
def room(case: Case, actor: Actor) -> Page:
    """Offers, talk, mediation and agreements: for parties and mediator, never for the court."""
    values = dict(request.args)
    chosen = words_for(values.pop("wording", ""), current_locale())
    counter = counter_values(look(), case, actor, values.pop("counter", ""))
    tried = request.args.get("act")
    before = (
        typed_before(case, actor, current_court().table[tried or act_names.MAKE_OFFER])
        if tried in (None, *ROOM_ACTS)
        else {}
    )
    typed = values | before | counter | ({"words": chosen} if chosen else {})
    if tried in ROOM_ACTS and (counter or (not before and typed)):
        typed = with_defaults(current_court().table[tried].input, typed)
    return _room(case, actor, tried or (act_names.MAKE_OFFER if before else None), typed, [])


def _room(
    case: Case,
    actor: Actor,
    tried: str | None,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    court = look()
    asked = tried if tried in ROOM_ACTS else None
    page = room_page(court, case, actor, current_locale(), asked, values, faults)
    all_faults = page.form.faults if page.form else []
    return render_template(
        "settlement/room.html",
        case=case,
        actor=actor,
        page=page,
        tried=asked,
        faults=all_faults,
        moved_on=moved_on,
        tab="settlement",
        **(keeping(case, actor, current_court().table[page.form.name], page.form.fields, values) if page.form else {}),
        sure=sure_mark(faults),
        key=new_reference(),
    ), status


@settlement.post("/settlement/<name>")
@case_page(*WITHIN)
def act_in_room(case: Case, actor: Actor, name: str) -> Page:
    """Do something in the room; nothing typed is lost when it cannot be."""
    if name not in ROOM_ACTS + ANSWERS:
        raise NotFound
    return submit_form(case, actor, name, partial(_room, case, actor, name), keeps=name in ROOM_ACTS)


@settlement.get("/settlement/accept")
@case_page(*PARTY_ROLES)
def check_offer(case: Case, actor: Actor) -> Page:
    """What somebody accepts: its terms, what it is beside what was asked for, when it binds and until when it can be
    undone. Who they are is confirmed in the same form.
    """
    court = look()
    view = offer_to_accept(court, case, actor, request.args.get("offer", ""))
    breach = refusal(court, court.court.table[act_names.ACCEPT_OFFER], case, actor) if view is not None else None
    if view is None or breach is not None:
        return redirect(url_for("settlement.room", reference=case.reference), 303)
    return render_template(
        "settlement/accept.html",
        case=case,
        actor=actor,
        view=view,
        terms=offer_terms(court, case, view.offer),
        asked_minor=asked_for(court, case),
        costs=fee_if_settled(court, case, view.offer.ending),
        before_filing=case.stage is Stage.MEDIATING,
        key=new_reference(),
        tab="settlement",
    )


@settlement.get("/settlement/check/<name>")
@case_page(*PARTY_ROLES)
def check_step(case: Case, actor: Actor, name: str) -> Page:
    """What follows if an offer is declined or taken back, or an agreement signed or not; a word to the other side; the way
    back. Where it is not open, the room says how things stand.
    """
    if name not in STEPS:
        raise NotFound
    reference = request.args.get("offer") or request.args.get("agreement") or ""
    step = step_to_check(look(), case, actor, name, reference)
    if step is None:
        return redirect(url_for("settlement.room", reference=case.reference), 303)
    return render_template(
        "settlement/step.html", case=case, actor=actor, step=step, key=new_reference(), tab="settlement"
    )


JUDGED = (
    act_names.ANNOUNCE_AGREEMENT,
    act_names.SIGN_MEDIATION,
    act_names.ALLOW_AGREED_WITHDRAWAL,
    act_names.REFUSE_AGREEMENT,
)
"""What a judge does with an agreement."""


@settlement.get("/agreement")
@case_page(Role.JUDGE)
def statement(case: Case, actor: Actor) -> Page:
    """The agreed text before the judge, and nothing of how it came about."""
    return _statement(case, actor, request.args.get("act"), {}, [])


def _statement(
    case: Case,
    actor: Actor,
    tried: str | None,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    court = look()
    found = next(iter(agreements_of(court.session, case, AgreementState.SIGNED)), None)
    if found is None:
        raise NotFound
    names = [
        act_names.SIGN_MEDIATION if found.ending is Ending.STATEMENT else act_names.ALLOW_AGREED_WITHDRAWAL,
        act_names.REFUSE_AGREEMENT,
    ]
    if an_agreement_is_to_be_announced(court, case, actor) is None:
        names = [act_names.ANNOUNCE_AGREEMENT, act_names.REFUSE_AGREEMENT]
        opened = with_defaults(current_court().table[names[0]].input, agreed_words(court, case, actor))
        values = values or opened
    shown = tried if tried in names else names[0]
    form = act_form(court, case, actor, shown, current_locale(), {**values, "agreement": found.reference}, faults)
    choices = [(n, current_court().table[n].title) for n in names]
    page = render_template(
        "settlement/statement.html",
        case=case,
        actor=actor,
        view=agreement_view(court, case, actor, found),
        form=form,
        choices=choices,
        faults=form.faults,
        moved_on=moved_on,
        tab="overview",
    )
    return page, status


@settlement.post("/agreement/<name>")
@case_page(Role.JUDGE)
def act_on_agreement(case: Case, actor: Actor, name: str) -> Page:
    """Announce it, make the statement, give leave, or refuse with reasons."""
    if name not in JUDGED:
        raise NotFound
    return submit_form(case, actor, name, partial(_statement, case, actor, name))


@settlement.get("/agreement/<agreement>/statement.pdf")
@case_page()
def statement_pdf(case: Case, actor: Actor, agreement: str) -> Response:
    """The sealed mediation statement."""
    found = agreement_named(current_session(), case, agreement)
    document = current_session().get(Document, found.document_id) if found.document_id else None
    if document is None or not reads_document(actor, document):
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="statement-{document.reference}.pdf"'}
    return Response(document.content, mimetype="application/pdf", headers=headers)
