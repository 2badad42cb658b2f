"""Pages of a case: overview, docket, one entry with its receipt, one time limit, and the generic page of an act."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import HEARD_ROLES, Case, DocketEntry, Role
from odr.docket.queries import entry, lines, papers_of
from odr.docket.visibility import reads_document, reads_entry
from odr.ground.errors import NotFound
from odr.ground.text import Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal, refuse_role
from odr.procedure.acts.table import Act
from odr.procedure.acts.windows import window_title
from odr.procedure.case.act_drafts import begun_in
from odr.procedure.case.next_box import next_box
from odr.procedure.case.overview import attached_files, case_page as case_overview, entry_view, line_views
from odr.procedure.case.readings import DAYS, READS_READINGS, SHOWN, figures, traces
from odr.procedure.case.staff_notes import WRITERS, open_on
from odr.procedure.case.written import written_in
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.fields import with_defaults
from odr.procedure.forms.inputs import Widget
from odr.procedure.models import Window
from odr.procedure.papers.language import language_of
from odr.procedure.time.reckoning import Reckoning
from odr.web.guards import case_page, current_court, current_locale, current_session, may_enter, staff
from odr.web.numbers import number_in
from odr.web.pages import (
    Page,
    act_page,
    file_answer,
    kept_answer,
    look,
    receipt_part,
    submit_form,
    typed_before,
)

cases = Blueprint("cases", __name__, url_prefix="/cases/<reference>")


@cases.get("")
@case_page(heard=True)
def overview(case: Case, actor: Actor) -> Page:
    """What now, by when; what is open and why the rest is not; the docket. Who is only heard is led to their own room."""
    if actor.role in HEARD_ROLES:
        room = next(item.endpoint for item in current_court().hooks.nav if may_enter(item.endpoint, actor.role))
        return redirect(url_for(room, reference=case.reference), 303)
    court = look()
    return render_template(
        "case/overview.html",
        page=case_overview(court, case, actor, current_locale()),
        begun=begun_in(court, case, actor),
        case=case,
        actor=actor,
        tab="overview",
    )


@cases.get("/docket")
@case_page()
def docket(case: Case, actor: Actor) -> Page:
    """Every entry's envelope, and the words where the viewer may read them."""
    court = look()
    after = number_in(request.args, "after", 0)
    rows = lines(court.session, case, after=after, limit=101)
    views = line_views(court, case, actor, rows[:100], current_locale())
    return render_template(
        "case/docket.html", case=case, actor=actor, entries=views, more=len(rows) > 100, tab="docket"
    )


def _entry(case: Case, actor: Actor, number: int) -> DocketEntry:
    """An entry; who is only heard in the case knows no other than their own."""
    found = entry(current_session(), case, number)
    if found is None or (actor.role in HEARD_ROLES and not reads_entry(actor, found)):
        raise NotFound
    return found


def _has_shown(case: Case, actor: Actor) -> bool:
    """Whether the reader's party has shown who it is: then nobody asks for it again."""
    party = case.party_if_any(actor.party_id)
    return party is not None and bool({"identity_shown", "verified"} & set(party.details))


@cases.get("/docket/<int:number>")
@case_page(heard=True)
def one_entry(case: Case, actor: Actor, number: int) -> Page:
    """One entry and what its receipt proves and does not."""
    court = look()
    found = _entry(case, actor, number)
    files = current_court().notary.receipt_files(court.session, found.receipt)
    return render_template(
        "case/entry.html",
        case=case,
        actor=actor,
        entry=entry_view(court, case, actor, found, current_locale()),
        files=files,
        attached=attached_files(court, actor, found),
        parts=written_in(court, case, found) if reads_entry(actor, found) else (),
        papers=[d for d in papers_of(court.session, case, number) if reads_document(actor, d)],
        done="done" in request.args,
        has_box="done" in request.args,
        next=next_box(court, case, actor) if "done" in request.args else None,
        identity_shown=_has_shown(case, actor),
        notes=open_on(court.session, case, number) if actor.role in WRITERS else None,
        tab="docket",
    )


@cases.get("/docket/<int:number>/entry.json")
@case_page(heard=True)
def entry_payload(case: Case, actor: Actor, number: int) -> Response:
    """The entry's exact bytes, whose digest the receipt carries."""
    found = _entry(case, actor, number)
    if not reads_entry(actor, found):
        raise NotFound
    return file_answer(found.payload.encode(), f"entry-{number}.json", "application/json")


@cases.get("/docket/<int:number>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@case_page(heard=True)
def entry_receipt(case: Case, actor: Actor, number: int, part: str) -> Response:
    """One file of the receipt."""
    return receipt_part(_entry(case, actor, number).receipt, part)


@cases.get("/readings")
@case_page(*READS_READINGS)
def readings(case: Case, actor: Actor) -> Page:
    """Who has read the case: who, in what capacity, what and when, the newest first."""
    court = current_court()
    court.readings.enter()
    before = number_in(request.args, "before", 0) or None
    # What was just entered is in no snapshot opened before it.
    with court.database.read() as session:
        rows = traces(session, case, actor, before=before, limit=SHOWN + 1)
    more = len(rows) > SHOWN
    return render_template("case/readings.html", case=case, actor=actor, rows=rows[:SHOWN], more=more, tab="docket")


@cases.get("/time/<window>")
@case_page()
def time_limit(case: Case, actor: Actor, window: str) -> Page:
    """Why this date: rule, article, start and its proof, day by day, result."""
    court = look()
    found = court.session.scalar(select(Window).where(Window.case_id == case.id, Window.reference == window))
    if found is None:
        raise NotFound
    reckoning = Reckoning.from_json(found.working)
    # A running window keeps the rule it was opened under, whatever came into force since.
    pack = current_court().packs.get(reckoning.pack, reckoning.version)
    return render_template(
        "case/time_limit.html",
        case=case,
        actor=actor,
        window=found,
        title=window_title(court, case, found),
        reckoning=reckoning,
        rule=pack.window(found.working["key"] or found.kind),
        pack=pack,
        proof=found.working.get("proof"),
        tab="overview",
    )


def _act(name: str) -> Act:
    act = current_court().table.get(name)
    if act is None or not act.listed:
        abort(404)
    return act


@cases.get("/do/<name>")
@case_page(heard=True)
def act_form(case: Case, actor: Actor, name: str) -> Page:
    """The page of a short act; or why it is not open."""
    act = _act(name)
    court = look()
    breach = refusal(court, act, case, actor)
    if breach is not None:
        raise breach
    if act.page is not None and needs_its_page(act):
        return redirect(url_for(act.page, reference=case.reference), 303)
    proposed = act.prefill(court, case, actor) if act.prefill else {}
    written = {
        name: words.render(language_of(court, case)) if isinstance(words, Text) else words
        for name, words in proposed.items()
    }
    typed = typed_before(case, actor, act)
    if typed:  # What was begun says everything itself: what it leaves empty or unticked was proposed and taken away.
        written = {}
    given = written | typed | dict(request.args)
    start = given if typed or not given else with_defaults(act.input, given)
    return act_page(case, actor, act, start, [], keeps=True)


@cases.post("/do/<name>")
@case_page(heard=True)
def perform_act(case: Case, actor: Actor, name: str) -> Page:
    """Perform an act from its form; nothing typed is lost when it cannot be."""
    act = _act(name)
    return submit_form(case, actor, act.name, partial(act_page, case, actor, act, keeps=True), keeps=True)


@cases.post("/do/<name>/draft")
@case_page(heard=True)
def keep_act(case: Case, actor: Actor, name: str) -> Page:
    """Keep what was typed into the form of an act, or throw it away; nothing is sent."""
    act = _act(name)
    refuse_role(act, actor)
    return kept_answer(case, actor, act, _form_of(case, act), url_for("cases.overview", reference=case.reference))


def needs_its_page(act: Act) -> bool:
    """Whether the act takes what only its own page gives, such as the digest of the record that was read there: a form made
    of its input alone would be sent in vain, and lets nobody see what they sign.
    """
    infos = act.input.model_fields.values()
    return any(
        info.is_required() and (label := label_of(info)) is not None and label.widget is Widget.HIDDEN for info in infos
    )


def _form_of(case: Case, act: Act) -> str:
    """The address where an act is begun, about what this address says."""
    if act.page is not None:
        return url_for(act.page, reference=case.reference, act=act.name)
    named: dict[str, Any] = request.args.to_dict()
    return url_for("cases.act_form", reference=case.reference, name=act.name, **named)


figures_page = Blueprint("figures", __name__)


@figures_page.get("/administration/readings")
@staff(Role.ADMIN)
def how_much() -> Page:
    """How much each person reads, so that somebody who reads too much is noticed; no case, and nothing of one."""
    court = current_court()
    court.readings.enter()
    with court.database.read() as session:
        rows = figures(session, court.clock.now())
    return render_template("case/readings_figures.html", rows=rows, days=DAYS)
