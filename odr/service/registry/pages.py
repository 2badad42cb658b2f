"""The clerk's further pages: batches, answers read, figures, the register as a table, services abroad."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, Case, Role, Seat
from odr.ground.db import new_reference
from odr.ground.errors import NotFound
from odr.ground.text import T
from odr.identity.actors import Actor, serving
from odr.procedure.acts.availability import refusal
from odr.service import names
from odr.service.models import Packet, ServiceTask
from odr.service.packet.case_views import abroad_page
from odr.service.packet.packets import close_task
from odr.service.registry.figures import register_of
from odr.service.registry.figures_by_day import KEPT, SPAN, quality as quality_of
from odr.service.registry.outcome_batch import COLUMNS, VOCABULARY, Batch, record_batch
from odr.service.replies.tracking import MOST_BYTES
from odr.service.vocabulary import TaskReason
from odr.web.guards import case_page, current_court, current_locale, current_person, current_session, staff
from odr.web.limits import MOST_BODY
from odr.web.numbers import number_in
from odr.web.pages import Page, file_answer, look, my_account_id

service_desk = Blueprint("service_desk", __name__)
ABROAD_ACTS = (
    names.NOTE_ABODE_ABROAD,
    names.SERVE_ABROAD,
    names.RECORD_TRANSLATION,
    names.MAKE_REQUEST_LETTER,
    names.FORWARD_REQUEST,
    names.RECORD_RETURN_ABROAD,
    names.FIND_ON_POST_ABROAD,
)


@service_desk.get("/service-desk/outcomes")
@staff(Role.CLERK)
def outcomes() -> Page:
    """Where many outcomes are entered at once."""
    return _outcomes(None, "", new_reference())


@service_desk.post("/service-desk/outcomes")
@staff(Role.CLERK, most=MOST_BYTES + MOST_BODY)
def record_outcomes() -> Page:
    """Record the lines; those that were wrong stand in the form again, as they were written."""
    sent = request.files.get("list")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    text = request.form.get("lines", "")
    key = request.form.get("key", "") or new_reference()
    if len(content) > MOST_BYTES or len(text) > MOST_BYTES:
        return _outcomes(None, text[:MOST_BYTES], key, T("The list is too long. Send it in parts."))
    try:
        text = "\n".join(filter(None, (text, content.decode("utf-8-sig"))))
    except UnicodeDecodeError:
        return _outcomes(None, text, key, T("The list is not a CSV file in UTF-8."))
    if not text.strip():
        return _outcomes(None, "", key, T("Write a line or choose a file."))
    person = current_person()
    batch = record_batch(current_court(), text, my_account_id(), person.strong_at if person else None, key)
    return _outcomes(batch, batch.left, key)


def _outcomes(batch: Batch | None, text: str, key: str, fault: object = None) -> Page:
    status = 422 if fault is not None or (batch is not None and batch.wrong) else 200
    page = render_template(
        "service/batch.html",
        batch=batch,
        text=text,
        key=key,
        fault=fault,
        columns=",".join(COLUMNS),
        vocabulary=VOCABULARY,
    )
    return page, status


@service_desk.post("/service-desk/answers/<int:number>")
@staff(Role.CLERK)
def answer_read(number: int) -> Response:
    """The clerk has read an answer that came by e-mail: the task is done."""
    court = current_court()
    with court.database.write() as session:
        task = session.get(ServiceTask, number)
        packet = session.get(Packet, task.packet_id) if task is not None else None
        seat = packet and session.scalar(
            select(Seat.id).where(Seat.case_id == packet.case_id, serving(my_account_id(), Role.CLERK))
        )
        if task is None or seat is None or task.reason is not TaskReason.REPLY:
            raise NotFound
        close_task(session, task, account_id=my_account_id(), now=court.clock.now())
    return redirect(url_for("service.desk"), 303)  # type: ignore[return-value]


@service_desk.get("/service-desk/figures")
@staff(Role.CLERK, Role.PRESIDENT)
def quality() -> Page:
    """How well service works, by channel, over the last days."""
    days = min(max(number_in(request.args, "days", SPAN.days), 1), KEPT)
    court = current_court()
    found = quality_of(current_session(), court.clock.now(), court.settings.tz, days)
    return render_template("service/figures.html", rows=found.rows, found=found, days=days)


@service_desk.get("/service-desk/register.csv")
@staff(Role.CLERK)
def register() -> Response:
    """The register of service of one's own cases as a table."""
    days = min(max(number_in(request.args, "days", SPAN.days), 1), 3660)
    court = current_court()
    now = court.clock.now()
    table = register_of(
        current_session(),
        my_account_id(),
        locale=current_locale(),
        zone=court.settings.tz,
        since=now - timedelta(days=days),
        until=now,
    )
    return file_answer(
        ("\ufeff" + table).encode(), f"service-{now.astimezone(court.settings.tz):%Y-%m-%d}.csv", "text/csv"
    )


@service_desk.get("/cases/<reference>/service/abroad")
@case_page(Role.CLERK, *BENCH_ROLES)
def abroad(case: Case, actor: Actor) -> Page:
    """What other states allow, and how far each service abroad has come."""
    court = look()
    found = [current_court().table[name] for name in ABROAD_ACTS]
    acts = [(act, refusal(court, act, case, actor)) for act in found if actor.role in act.by]
    return render_template(
        "service/abroad.html", case=case, actor=actor, page=abroad_page(court, case), acts=acts, tab="service"
    )
