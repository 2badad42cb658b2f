"""Pages of a panel's room and of the clerk's signature."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, redirect, render_template, url_for

from odr.docket.models import DECIDING_ROLES, Case, Document, Role
from odr.docket.visibility import reads_document
from odr.filing.claim.procedure_bars import wide_panel_of
from odr.ground.db import new_reference
from odr.ground.errors import Forbidden, NotFound
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.decision import issuing
from odr.judgment.decision.case_views import decision_page
from odr.judgment.decision.issuing import document_of
from odr.judgment.decision.pages import judgment
from odr.judgment.inputs import SignInput
from odr.judgment.panel import rules as panel_rules
from odr.judgment.panel.acts import DeliberateInput, VoteInput
from odr.judgment.panel.pronouncing import PronounceInput
from odr.judgment.queries import current_draft, issued
from odr.judgment.remedies.retrial import certificates_of
from odr.procedure.acts.availability import refusal
from odr.procedure.forms import fields
from odr.web.guards import case_page, current_court, current_locale
from odr.web.pages import Page, file_answer, keeping, look, submit_form, sure_mark, typed_before

SPEAK, VOTE = names.DELIBERATE, names.VOTE_ON_DECISION


@judgment.get("/panel")
@case_page(*DECIDING_ROLES)
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
    members = panel_rules.members(sitting, case)
    if actor.account_id not in {m.account_id for m in members}:
        raise Forbidden(T("Only the panel enters its room."), source=sitting.pack(case).cited("CPL 45"))
    decision = current_draft(sitting.session, case) or issued(sitting.session, case)
    minutes = panel_rules.minutes(sitting, decision) if decision else []
    hidden = {"decision": decision.reference if decision else ""}
    drawn = {}
    for name, model in ((SPEAK, DeliberateInput), (VOTE, VoteInput)):
        # Where another draft lies there now, what was typed is for that one, which the page shows.
        mine = {**(values if tried == name else {}), **hidden}
        choices = fields.choices_for(model, sitting, case, actor)
        shown = fields.fields_of(model, current_locale(), mine, faults if tried == name else [], choices)
        # On the law apart only a judge of a panel of seven votes; whoever has no choice is asked nothing.
        drawn[name] = [one for one in shown if one.name != "law" or choices.get("votes_on_the_law")]
    return render_template(
        "judgment/panel.html",
        case=case,
        actor=actor,
        members=members,
        wide=wide_panel_of(sitting, case) is not None,
        decision=decision,
        read=issuing.draft_read(sitting, case, {}),
        votes=panel_rules.cast_votes(sitting, case, decision) if decision else {},
        minutes=minutes,
        said={m.id: panel_rules.vote_words(sitting, case, decision, m) for m in minutes} if decision else {},
        ended=[
            (one, [(m, panel_rules.vote_words(sitting, case, one.decision, m)) for m in one.minutes])
            for one in panel_rules.ended(sitting, case, decision, actor)
        ],
        drawn=drawn,
        # What somebody has just typed stands there again, though it is too late for it.
        may={n: n == tried or refusal(sitting, sitting.court.table[n], case, actor) is None for n in (SPEAK, VOTE)},
        faults=fields.summary(drawn[tried]) if tried else [],
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
    ), status


def _act(case: Case, actor: Actor, name: str) -> Page:
    page = submit_form(case, actor, name, partial(_room, case, actor, name))
    if isinstance(page, tuple | str):
        return page
    room = url_for("judgment.panel_room", reference=case.reference, _anchor="minutes")
    return redirect(room, 303)


@judgment.post("/panel/words")
@case_page(*DECIDING_ROLES)
def speak(case: Case, actor: Actor) -> Page:
    """A word in the deliberation."""
    return _act(case, actor, SPEAK)


@judgment.post("/panel/vote")
@case_page(*DECIDING_ROLES)
def vote(case: Case, actor: Actor) -> Page:
    """A member's vote."""
    return _act(case, actor, VOTE)


@judgment.get("/pronounce")
@case_page(Role.JUDGE)
def speaking(case: Case, actor: Actor) -> Page:
    """What is spoken in the hearing that is open: the orders of the draft as they stand, and how one appeals."""
    return _speaking(case, actor, typed_before(case, actor, current_court().table[names.PRONOUNCE_JUDGMENT]), [])


def _speaking(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    sitting = look()
    act = sitting.court.table[names.PRONOUNCE_JUDGMENT]
    reason = refusal(sitting, act, case, actor)
    decision = current_draft(sitting.session, case)
    if reason is not None or decision is None:
        raise reason or NotFound
    drawn = fields.fields_of(PronounceInput, current_locale(), values, faults)
    return render_template(
        "judgment/speaking.html",
        case=case,
        actor=actor,
        page=decision_page(sitting, case, decision),
        premise=sitting.premise_now(act, case, actor, {}),
        fields=drawn,
        errors=fields.summary(drawn),
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
        sure=sure_mark(faults),
        **keeping(case, actor, act, drawn, values),
    ), status


@judgment.post("/pronounce")
@case_page(Role.JUDGE)
def speak_judgment(case: Case, actor: Actor) -> Page:
    """Pronounce in the hearing; the room beside, in which everybody hears it, shows the words by itself. What cannot be
    pronounced at this moment, because somebody is cut off, is kept for the next one.
    """
    return submit_form(case, actor, names.PRONOUNCE_JUDGMENT, partial(_speaking, case, actor), keeps=True)


@judgment.get("/countersign")
@case_page(Role.CLERK)
def countersigning(case: Case, actor: Actor) -> Page:
    """The pronounced decision before the clerk signs it."""
    return _countersigning(case, actor, [])


def _countersigning(case: Case, actor: Actor, faults: list[Any], status: int = 200, moved_on: bool = False) -> Page:
    sitting = look()
    decision = issuing.to_countersign(sitting, case)
    if decision is None:
        raise refusal(sitting, sitting.court.table[names.COUNTERSIGN_DECISION], case, actor) or NotFound
    drawn = fields.fields_of(SignInput, current_locale(), {"decision": decision.reference}, faults)
    return render_template(
        "judgment/countersign.html",
        case=case,
        actor=actor,
        page=decision_page(sitting, case, decision),
        document=document_of(sitting.session, decision),
        fields=drawn,
        errors=fields.summary(drawn),
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
    ), status


@judgment.post("/countersign")
@case_page(Role.CLERK)
def countersign(case: Case, actor: Actor) -> Page:
    """Sign after the judge; the decision is served."""
    return submit_form(
        case, actor, names.COUNTERSIGN_DECISION, lambda v, f, s, m: _countersigning(case, actor, f, s, m)
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
