"""Pages of a panel's room and of the clerk's signature."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from odr.access import case_page, current_court, current_locale, need_strong
from odr.db import new_reference
from odr.docket.models import Case, Document, Role
from odr.docket.visibility import reads_document
from odr.errors import Forbidden, NotFound
from odr.identity.actors import Actor
from odr.judgment import issuing, names, panel
from odr.judgment.inputs import DeliberateInput, SignInput, VoteInput
from odr.judgment.lookups import certificates_of, current_draft, document_of, issued
from odr.judgment.routes import Page, judgment, look
from odr.judgment.views import decision_page
from odr.pages import file_answer, submit_act
from odr.procedure import forms
from odr.procedure.availability import refusal
from odr.text import T

SPEAK, VOTE = names.DELIBERATE, names.VOTE_ON_DECISION


@judgment.get("/panel")
@case_page(Role.JUDGE, Role.ASSESSOR)
def panel_room(case: Case, actor: Actor) -> Page:
    """The panel's own room: its members, the draft, the deliberation and the votes."""
    return _room(case, actor, None, {}, [])


def _room(
    case: Case,
    actor: Actor,
    tried: str | None,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    sitting = look()
    members = panel.members(sitting, case)
    if actor.account_id not in {m.account_id for m in members}:
        raise Forbidden(T("Only the panel enters its room."))
    decision = current_draft(sitting.session, case) or issued(sitting.session, case)
    hidden = {"decision": decision.reference if decision else ""}
    drawn = {}
    for name, model in ((SPEAK, DeliberateInput), (VOTE, VoteInput)):
        mine = {**hidden, **(values if tried == name else {})}
        drawn[name] = forms.fields_of(model, current_locale(), mine, faults if tried == name else [])
    return render_template(
        "judgment/panel.html",
        case=case,
        actor=actor,
        members=members,
        decision=decision,
        votes=panel.votes(sitting, case, decision) if decision else {},
        minutes=panel.minutes(sitting, decision) if decision else [],
        drawn=drawn,
        may={name: refusal(sitting, sitting.court.table[name], case, actor) is None for name in (SPEAK, VOTE)},
        faults=forms.summary(drawn[tried]) if tried else [],
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
    ), status


def _act(case: Case, actor: Actor, name: str) -> Page:
    values = request.form.to_dict(flat=False)
    page = submit_act(
        case, actor, current_court().table[name], values, lambda f, s, m: _room(case, actor, name, values, f, s, m)
    )
    if isinstance(page, tuple | str):
        return page
    room = url_for("judgment.panel_room", reference=case.reference, _anchor="minutes")
    return redirect(room, 303)  # type: ignore[return-value]


@judgment.post("/panel/words")
@case_page(Role.JUDGE, Role.ASSESSOR)
def speak(case: Case, actor: Actor) -> Page:
    """A word in the deliberation."""
    return _act(case, actor, SPEAK)


@judgment.post("/panel/vote")
@case_page(Role.JUDGE, Role.ASSESSOR)
def vote(case: Case, actor: Actor) -> Page:
    """A member's vote."""
    return _act(case, actor, VOTE)


@judgment.get("/countersign")
@case_page(Role.CLERK)
def countersigning(case: Case, actor: Actor) -> Page:
    """The pronounced decision before the clerk signs it."""
    need_strong()
    return _countersigning(case, actor, [])


def _countersigning(case: Case, actor: Actor, faults: list[Any], status: int = 200, moved_on: bool = False) -> Page:
    sitting = look()
    decision = issuing.to_countersign(sitting, case)
    if decision is None:
        raise refusal(sitting, sitting.court.table[names.COUNTERSIGN_DECISION], case, actor) or NotFound
    return render_template(
        "judgment/countersign.html",
        case=case,
        actor=actor,
        page=decision_page(sitting, case, decision),
        document=document_of(sitting.session, decision),
        fields=forms.fields_of(SignInput, current_locale(), {"decision": decision.reference}, faults),
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
    ), status


@judgment.post("/countersign")
@case_page(Role.CLERK)
def countersign(case: Case, actor: Actor) -> Page:
    """Sign after the judge; the decision is served."""
    values = request.form.to_dict(flat=False)
    return submit_act(
        case,
        actor,
        current_court().table[names.COUNTERSIGN_DECISION],
        values,
        lambda f, s, m: _countersigning(case, actor, f, s, m),
    )


@judgment.get("/certificate/<int:number>.pdf")
@case_page()
def certificate(case: Case, actor: Actor, number: int) -> Response:
    """A certificate that the decision is in effect."""
    session = look().session
    found = next((c for c in certificates_of(session, case) if c.entry_number == number), None)
    document = session.get(Document, found.document_id) if found is not None else None
    if document is None or not reads_document(actor, document):
        raise NotFound
    return file_answer(document.content, f"certificate-{document.reference}.pdf", "application/pdf")
