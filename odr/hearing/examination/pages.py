"""Pages of the hearing: the examination, opinions, the record, the judge's case and their day."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, COURT_ROLES, HEARD_ROLES, PARTY_ROLES, Case, Document, Role, Track
from odr.docket.visibility import reads_document
from odr.filing.claim.queries import facts_of
from odr.filing.models import Draft, DraftState
from odr.ground.errors import InvalidInput, NotFound
from odr.hearing import names
from odr.hearing.bench import today as judges_day
from odr.hearing.bench.assistant_drafts import DRAFTED, open_drafts
from odr.hearing.bench.news import news_of
from odr.hearing.bench.working_copy import counted, note_of, save_note, seen_note
from odr.hearing.examination import case_views as examination_case_views
from odr.hearing.examination.next_step import UNSIGNED
from odr.hearing.examination.opinions import exhibits_phase
from odr.hearing.examination.phases import seal_of
from odr.hearing.examination.plan import clock_of
from odr.hearing.models import Question
from odr.hearing.queries import (
    WINDOW,
    agreed_facts,
    examination_of,
    matrix,
    proposed_facts,
    reads_question,
    standing_exhibits,
)
from odr.hearing.record.papers import corrections_of, record_digest, said_in_record, sealed_records, signatures_of
from odr.hearing.sealed.words import closed_rows
from odr.hearing.vocabulary import Axis, Stance
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.case.seen_tasks import open_tasks
from odr.procedure.forms import fields
from odr.procedure.sitting import Sitting
from odr.web.guards import case_page, current_court, current_locale, current_person, current_session, staff
from odr.web.lists import after_asked, words_asked
from odr.web.numbers import number_in
from odr.web.pages import Page, look, submit_act

hearing = Blueprint("hearing", __name__)
CASE = "/cases/<reference>"
OPINION_FIELDS = (*(axis.value for axis in Axis), "reason", "counter_exhibit")
MOST_ROWS = 500


@hearing.get(f"{CASE}/examination")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def page(case: Case, actor: Actor) -> Page:
    """Time left, my questions, the record so far, the plan; a witness gets their own room."""
    return _page(case, actor)


def _page(
    case: Case,
    actor: Actor,
    values: dict[str, Any] | None = None,
    faults: Any = (),
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    sitting = look()
    shown = examination_case_views.examination_page(sitting, case, actor, everything="all" in request.args)
    premises = (
        {
            q.question.reference: sitting.premise_now(
                sitting.court.table[names.ANSWER_QUESTION], case, actor, {"question": q.question.reference}
            )
            for q in shown.questions
        }
        if shown
        else {}
    )
    template = "hearing/testimony.html" if actor.role in HEARD_ROLES else "hearing/examination.html"
    return (
        render_template(
            template,
            case=case,
            actor=actor,
            tab="examination",
            page=shown,
            premises=premises,
            values=values or {},
            errors=[(f"a-{(values or {}).get('question', '')}", f.message.render(current_locale())) for f in faults],
            moved_on=moved_on,
            tag=examination_case_views.time_tag(case, shown.left) if shown else "",
            is_bench=actor.role in BENCH_ROLES,
            axes=list(Axis),
        ),
        status,
    )


@hearing.get(f"{CASE}/examination/time")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES)
def time(case: Case, actor: Actor) -> Page:
    """How much time is left, and whether something is new: 304 (or 204) while nothing changed, so that polling costs
    nothing.
    """
    court = look()
    left = examination_case_views.time_left(court, case, actor)
    tag = examination_case_views.time_tag(case, left)
    if request.if_none_match.contains(tag):
        return Response(status=304, headers={"ETag": f'"{tag}"'})
    if request.args.get("known") == tag:
        return Response(status=204)
    answer = make_response(
        render_template(
            "hearing/_time.html",
            case=case,
            left=left,
            tag=tag,
            is_new=request.args.get("known", tag).split("-")[0] != tag.split("-")[0],
        )
    )
    answer.set_etag(tag)
    return answer


@hearing.post(f"{CASE}/examination/answer")
@case_page(*PARTY_ROLES)
def answer(case: Case, actor: Actor) -> Page:
    """Send an answer, or keep it as a draft that nobody else sees."""
    values = request.form.to_dict(flat=False)
    flat = {name: given[0] for name, given in values.items()}
    if "later" in values:
        _keep(case, actor, flat)
        return redirect(url_for("hearing.page", reference=case.reference) + "#tome", 303)
    sent = submit_act(
        case,
        actor,
        current_court().table[names.ANSWER_QUESTION],
        values,
        lambda faults, status, moved: _page(case, actor, flat, faults, status, moved),
    )
    if getattr(sent, "status_code", 0) == 303:
        _drop(case, actor, examination_case_views.draft_key(flat.get("question", "")))
    return sent


@hearing.post(f"{CASE}/examination/draft")
@case_page(*PARTY_ROLES)
def draft(case: Case, actor: Actor) -> Page:
    """Keep what was typed so far."""
    _keep(case, actor, request.form.to_dict())
    return Response('{"saved": true}', mimetype="application/json")


def _keep(case: Case, actor: Actor, values: dict[str, str]) -> None:
    court = look()
    question = court.session.scalar(
        select(Question).where(Question.case_id == case.id, Question.reference == values.get("question", ""))
    )
    if question is None or not reads_question(actor, question):
        raise NotFound
    kept = examination_case_views.draft_values(current_court(), question, actor.account_id, values.get("words", ""))
    _store(case, actor, examination_case_views.draft_key(question.reference), kept)


def _store(case: Case, actor: Actor, kind: str, kept: dict[str, str]) -> None:
    now = current_court().clock.now()
    with current_court().database.write() as session:
        found = session.scalar(
            select(Draft).where(Draft.account_id == actor.account_id, Draft.case_id == case.id, Draft.kind == kind)
        )
        if found is None:
            found = Draft(
                account_id=actor.account_id,
                case_id=case.id,
                kind=kind,
                values={},
                done_steps=[],
                state=DraftState.OPEN,
                created_at=now,
                saved_at=now,
            )
            session.add(found)
        found.values, found.saved_at, found.state = kept, now, DraftState.OPEN


def _drop(case: Case, actor: Actor, kind: str) -> None:
    with current_court().database.write() as session:
        for found in session.scalars(
            select(Draft).where(Draft.account_id == actor.account_id, Draft.case_id == case.id, Draft.kind == kind)
        ):
            found.state = DraftState.LODGED


@hearing.route(f"{CASE}/examination/opinions", methods=["GET", "POST"])
@case_page(*PARTY_ROLES)
def opinions(case: Case, actor: Actor) -> Page:
    """Every exhibit of the others with the three questions; what is left unanswered is left for later."""
    court = look()
    act = current_court().table[names.GIVE_OPINIONS]
    rows = [e for e in standing_exhibits(court.session, case) if e.owner_id != actor.party_id]
    if request.method == "GET":
        breach = refusal(court, act, case, actor)
        if breach is not None:
            raise breach
        return _opinions(
            case, actor, rows, {**_said(court, case, actor, rows), **_drafted(court, case, actor, rows)}, []
        )
    typed = request.form.to_dict(flat=True)
    if "later" in typed:
        _keep_opinions(court, case, actor, typed)
        return redirect(url_for("hearing.opinions", reference=case.reference), 303)
    kept = {
        f"opinions-{i}-{name}": typed.get(f"opinions-{i}-{name}", "")
        for i in range(len(rows))
        for name in ("exhibit", *OPINION_FIELDS)
        if _is_filled(typed, i)
    }
    values: dict[str, Any] = {**kept, **{name: typed[name] for name in ("idempotency_key", "premise") if name in typed}}
    sent = submit_act(
        case, actor, act, values, lambda faults, status, moved: _opinions(case, actor, rows, typed, faults, status)
    )
    if getattr(sent, "status_code", 0) == 303:
        _drop(case, actor, examination_case_views.OPINIONS)
    return sent


@hearing.post(f"{CASE}/examination/opinions/draft")
@case_page(*PARTY_ROLES)
def opinions_draft(case: Case, actor: Actor) -> Page:
    """Keep what was typed of one's opinions so far; nobody else sees it."""
    _keep_opinions(look(), case, actor, request.form.to_dict(flat=True))
    return Response('{"saved": true}', mimetype="application/json")


def _keep_opinions(sitting: Sitting, case: Case, actor: Actor, typed: dict[str, str]) -> None:
    """By exhibit, so that the draft stays right when another exhibit comes; in a sealed phase only the vault reads it."""
    by_exhibit: dict[str, dict[str, str]] = {}
    for row in range(MOST_ROWS):
        exhibit = typed.get(f"opinions-{row}-exhibit")
        if exhibit is None:
            break
        by_exhibit[exhibit[:80]] = {
            name: typed[f"opinions-{row}-{name}"][:8000]
            for name in OPINION_FIELDS
            if typed.get(f"opinions-{row}-{name}")
        }
    under_seal = seal_of(sitting, exhibits_phase(sitting, case)) is not None
    kept = examination_case_views.kept_values(
        current_court(), actor.account_id, examination_case_views.OPINIONS, json.dumps(by_exhibit), sealed=under_seal
    )
    _store(case, actor, examination_case_views.OPINIONS, kept)


def _drafted(sitting: Sitting, case: Case, actor: Actor, rows: list[Any]) -> dict[str, str]:
    kept = examination_case_views.opinions_draft(sitting, case, actor)
    if kept is None:
        return {}
    return {
        f"opinions-{i}-{name}": value
        for i, e in enumerate(rows)
        for name, value in kept[0].get(e.reference, {}).items()
        if name in OPINION_FIELDS
    }


def _is_filled(typed: dict[str, str], row: int) -> bool:
    return any(typed.get(f"opinions-{row}-{axis.value}") for axis in Axis)


def _said(sitting: Sitting, case: Case, actor: Actor, rows: list[Any]) -> dict[str, str]:
    """The form as the party left it: what they have said so far."""
    index = {e.id: i for i, e in enumerate(rows)}
    filled: dict[str, str] = {}
    for row in matrix(sitting.session, case):
        for (party_id, axis), said in row.cells.items():
            if party_id == actor.party_id and said is not None:
                filled[f"opinions-{index[row.exhibit.id]}-{axis.value}"] = said.stance.value
                filled[f"opinions-{index[row.exhibit.id]}-reason"] = said.reason or ""
    return filled


def _opinions(case: Case, actor: Actor, rows: list[Any], typed: dict[str, str], faults: Any, status: int = 200) -> Page:
    court = look()
    own = fields.SOURCES["own_exhibits"](court, case, actor)
    errors = []
    filled = [i for i in range(len(rows)) if _is_filled(typed, i)]
    for fault in faults:
        where = [str(part) for part in fault.location]
        if len(where) > 2 and where[1].isdigit() and int(where[1]) < len(filled):
            where[1] = str(filled[int(where[1])])
        errors.append(("-".join(where), fault.message.render(current_locale())))
    return render_template(
        "hearing/opinions.html",
        case=case,
        actor=actor,
        tab="examination",
        rows=rows,
        typed=typed,
        errors=errors,
        axes=list(Axis),
        stances=list(Stance),
        own=own,
        draft=examination_case_views.opinions_draft(court, case, actor),
        covered={e for row in closed_rows(court.session, case, actor.party_id) for e in row.covers},
        is_sealed=seal_of(court, exhibits_phase(court, case)) is not None,
    ), status


@hearing.route(f"{CASE}/examination/record", methods=["GET", "POST"])
@case_page(*PARTY_ROLES, *COURT_ROLES)
def record(case: Case, actor: Actor) -> Page:
    """The record to be read: every entry of the hearing, its digest, corrections, signatures, the signature to give."""
    court = look()
    if examination_of(court.session, case) is None:
        raise NotFound
    act = current_court().table[names.SIGN_RECORD]
    if request.method == "POST":
        return submit_act(
            case,
            actor,
            act,
            request.form.to_dict(flat=False),
            lambda faults, status, moved: _record(case, actor, court, status, moved),
        )
    return _record(case, actor, court)


def _record(case: Case, actor: Actor, sitting: Sitting, status: int = 200, moved_on: bool = False) -> Page:
    act = current_court().table[names.SIGN_RECORD]
    return (
        render_template(
            "hearing/record.html",
            case=case,
            actor=actor,
            tab="examination",
            said=said_in_record(sitting, case, actor),
            digest=record_digest(sitting, case),
            corrections=corrections_of(sitting, case),
            signatures=signatures_of(sitting, case),
            breach=refusal(sitting, act, case, actor),
            papers=_papers(case, actor),
            moved_on=moved_on,
            premise=sitting.premise_now(act, case, actor, {}),
            names={p.id: p.name for p in case.parties},
            until=next((w.due_at for w in sitting.windows(case, WINDOW) if w.party_id == actor.party_id), None),
            unsigned=UNSIGNED,
        ),
        status,
    )


def _papers(case: Case, actor: Actor) -> list[Document]:
    """The sealed record and its earlier versions, the newest first."""
    return [paper for paper in reversed(sealed_records(current_session(), case)) if reads_document(actor, paper)]


@hearing.get(f"{CASE}/examination/record.pdf")
@case_page(*PARTY_ROLES, *COURT_ROLES)
def record_paper(case: Case, actor: Actor) -> Response:
    """The sealed record as PDF, once it was made: the newest, or an earlier version."""
    papers = _papers(case, actor)
    version = number_in(request.args, "version", len(papers))
    if not 1 <= version <= len(papers):
        raise NotFound
    name = "record.pdf" if version == 1 else f"record-version-{version}.pdf"
    return Response(
        papers[-version].content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@hearing.route(f"{CASE}/bench", methods=["GET", "POST"])
@case_page(*BENCH_ROLES)
def bench(case: Case, actor: Actor) -> Page:
    """The judge's case: trial limit, what waits for whom, the matrix, agreed and disputed facts, their own notes."""
    me, typed = actor.account_id or 0, None
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        typed, now = request.form.get("words", ""), current_court().clock.now()
        try:
            with current_court().database.write() as session:
                save_note(session, case.id, me, typed, now, request.form.get("seen"))
            return redirect(url_for("hearing.bench", reference=case.reference) + "#notes", 303)
        except InvalidInput as error:
            faults = [("case-notes", fault.message.render(current_locale())) for fault in error.faults]
    court = look()
    note = note_of(court.session, case.id, me)
    tasks = open_tasks(court.session, [case.id], actor)
    return render_template(
        "hearing/bench.html",
        case=case,
        actor=actor,
        tab="examination",
        desk=True,
        rows=matrix(court.session, case),
        clock=clock_of(court, case),
        excluded=examination_case_views.excluded_view(court, case),
        drafts=open_drafts(court.session, case),
        drafted=DRAFTED,
        waits=examination_case_views.waits_for_whom(court, case),
        tasks=tasks,
        facts=facts_of(court.session, case),
        agreed={f.id for f in agreed_facts(court.session, case)},
        proposed=proposed_facts(court.session, case),
        note=note,
        typed=typed,
        note_faults=faults,
        faults=faults,
        seen=seen_note(note),
        marked=counted(court.session, case, me),
        examination=examination_of(court.session, case),
        axes=list(Axis),
        acts=examination_case_views.acts_open(court, case, actor),
        today=court.now.astimezone(court.pack(case).tz).date(),
    ), 422 if faults else 200


@hearing.get("/today")
@staff(Role.JUDGE)
def today() -> Page:
    """What needs the judge today, over all their cases, by legal risk and time left."""
    person = current_person()
    if person is None:
        raise NotFound
    groups = frozenset(g for g in judges_day.GROUPS if str(g) in request.args.getlist("risk"))
    tracks = frozenset(track for track in Track if track.value in request.args.getlist("track"))
    words = words_asked()
    shown = judges_day.today_of(
        look(),
        person.account_id,
        words=words,
        groups=groups,
        tracks=tracks,
        after=after_asked(),
    )
    return render_template(
        "hearing/today.html",
        desk=True,
        today=shown,
        news=news_of(look(), person.account_id, size=judges_day.NEWS_SHOWN),
        groups=judges_day.GROUPS,
        chosen=groups,
        tracks=list(Track),
        chosen_tracks=tracks,
        words=words,
        at=current_court().clock.now(),
    )
