"""Pages of service: what goes to whom and why it counts, the inbox, the clerk's desk, notices one can trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Document, Role
from odr.docket.visibility import reads_document
from odr.ground.db import new_reference
from odr.ground.errors import CaseMovedOn, FieldFault, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.forms import fields as forms
from odr.procedure.time.written_working import text_from_json
from odr.service import names
from odr.service.models import InboxItem, Packet
from odr.service.packet import photographs
from odr.service.packet.case_views import inbox_items, service_desk, service_page
from odr.service.packet.opening_letters import read_letter
from odr.service.packet.outcomes import PHOTOGRAPH, OutcomeInput
from odr.service.registry.failed_together import TOGETHER, Together, do_together
from odr.service.replies.mailbox import REPLY
from odr.service.replies.tracking import MOST_BYTES, Imported, import_tracking
from odr.web.guards import case_page, current_court, current_locale, current_person, current_session, public, staff
from odr.web.limits import MOST_BODY
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, look, receipt_part, to_receipt

service = Blueprint("service", __name__)
VIEWERS = tuple(PARTY_ROLES | COURT_ROLES)
PARTIES = tuple(PARTY_ROLES)
ACTS = (
    names.CONFIRM_ADDRESS,
    names.CHANGE_CONSENT,
    names.REBUT_SERVICE,
    names.RENEW_PROGRESS_CODE,
    names.RECORD_OUTCOME,
    names.SERVE_AGAIN,
    names.UNDO_SENDING,
    names.ORDER_ANNOUNCEMENT,
    names.DECIDE_REBUTTAL,
    names.RECORD_CALL,
    names.RECORD_SEARCH,
    names.RECORD_CONSENT_FOUND,
)


@service.get("/cases/<reference>/service")
@case_page(*VIEWERS)
def overview(case: Case, actor: Actor) -> Page:
    """Own packets with their status and reasons; for the people of the court all of them."""
    court = look()
    found = [current_court().table[name] for name in ACTS]
    acts = [(act, refusal(court, act, case, actor)) for act in found if actor.role in act.by]
    return render_template(
        "service/case.html", case=case, actor=actor, page=service_page(court, case, actor), acts=acts, tab="service"
    )


# -- inbox --------------------------------------------------------------------------


@service.get("/cases/<reference>/inbox")
@case_page(*PARTIES)
def inbox(case: Case, actor: Actor) -> Page:
    """What the court has laid into the party's inbox."""
    return render_template(
        "service/inbox.html",
        case=case,
        actor=actor,
        items=inbox_items(current_session(), actor, current_court().settings.tz),
        tab="service",
    )


@service.post("/cases/<reference>/inbox/<item>")
@case_page(*PARTIES)
def open_letter(case: Case, actor: Actor, item: str) -> Page:
    """Open a letter: recorded as read, once, at the first time."""
    found = _item(actor, item)
    read_letter(current_court(), case.id, found.id, actor.account_id or 0)
    return redirect(url_for("service.letter", reference=case.reference, item=item), 303)


@service.get("/cases/<reference>/inbox/<item>")
@case_page(*PARTIES)
def letter(case: Case, actor: Actor, item: str) -> Page:
    """A letter that was opened, with its papers; one that was not says what opening means."""
    found = _item(actor, item)
    packet = current_session().get_one(Packet, found.packet_id)
    papers = [d for d in _papers(case, packet) if found.read_at is not None and reads_document(actor, d)]
    return render_template(
        "service/letter.html",
        case=case,
        actor=actor,
        item=found,
        packet=packet,
        title=text_from_json(packet.title),
        papers=papers,
        tab="service",
    )


def _item(actor: Actor, reference: str) -> InboxItem:
    found = current_session().scalar(
        select(InboxItem).where(InboxItem.reference == reference, InboxItem.party_id == actor.party_id)
    )
    if found is None:
        raise NotFound
    return found


def _papers(case: Case, packet: Packet) -> list[Document]:
    references = [paper["reference"] for paper in packet.documents]
    query = (
        select(Document)
        .where(Document.case_id == case.id, Document.reference.in_(references), Document.sha256 != "")
        .order_by(Document.id)
    )
    return list(current_session().scalars(query))


@service.get("/cases/<reference>/papers/<document>")
@case_page()
def paper(case: Case, actor: Actor, document: str) -> Response:
    """A paper of the court in this case, as sealed."""
    found = _document(case, actor, document)
    ending = "pdf" if found.content[:4] == b"%PDF" else "eml" if found.kind == REPLY else "bin"
    name = (
        "photograph"
        if found.kind == PHOTOGRAPH and ending == "bin"
        else f"{found.kind}-{found.entry_number or found.id}.{ending}"
    )
    kind = (
        "application/pdf"
        if found.content[:4] == b"%PDF"
        else photographs.media_type(found.content) or "application/octet-stream"
    )
    return Response(found.content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@service.get("/cases/<reference>/papers/<document>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@case_page()
def paper_receipt(case: Case, actor: Actor, document: str, part: str) -> Response:
    """One file of the receipt of a paper."""
    found = _document(case, actor, document)
    if found.receipt is None:
        raise NotFound
    return receipt_part(found.receipt, part)


def _document(case: Case, actor: Actor, reference: str) -> Document:
    found = current_session().scalar(
        select(Document).where(Document.case_id == case.id, Document.reference == reference, Document.sha256 != "")
    )
    if found is None or not reads_document(actor, found):
        raise NotFound
    return found


# -- outcomes by hand ---------------------------------------------------------------


@service.get("/cases/<reference>/service/outcome")
@case_page(Role.CLERK)
def outcome(case: Case, actor: Actor) -> Page:
    """The form on which the clerk records what was seen or came back."""
    breach = refusal(look(), current_court().table[names.RECORD_OUTCOME], case, actor)
    if breach is not None:
        raise breach
    return _outcome(case, actor, dict(request.args), [])


def _outcome(case: Case, actor: Actor, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    court = look()
    fields = forms.fields_of(
        OutcomeInput, current_locale(), values, faults, forms.choices_for(OutcomeInput, court, case, actor)
    )
    return render_template(
        "service/outcome.html", case=case, actor=actor, fields=fields, faults=forms.summary(fields), tab="service"
    ), status


@service.post("/cases/<reference>/service/outcome")
@case_page(Role.CLERK, most=photographs.MOST_TOGETHER + MOST_BODY)
def record(case: Case, actor: Actor) -> Page:
    """Record it, with the photographs that came along."""
    values = request.form.to_dict(flat=False)
    try:
        given = forms.parse(OutcomeInput, values)
        pictures = photographs.read_all(
            [(f.filename or "", f.stream) for f in request.files.getlist("photographs") if f.filename]
        )
        with current_court().sit({"photographs": pictures}) as sitting:
            key = (values.get("idempotency_key") or [""])[0] or None
            receipt = sitting.perform(
                names.RECORD_OUTCOME, sitting.session.get_one(Case, case.id), given, actor=actor, key=key
            )
    except InvalidInput as error:
        return _outcome(case, actor, values, error.faults, 422)
    except CaseMovedOn:
        return _outcome(case, actor, values, [], 409)
    return to_receipt(case.reference, receipt.number)


# -- the desk ------------------------------------------------------------------------


def _desk(
    imported: Imported | None = None,
    fault: Text | None = None,
    status: int = 200,
    together: Together | None = None,
    ticked: Mapping[str, Any] | None = None,
) -> Page:
    person = current_person()
    if person is None:
        raise NotFound
    words = words_asked()
    found = service_desk(current_court(), current_session(), person.account_id, words=words, after=after_asked)
    return (
        render_template(
            "service/desk.html",
            page=found,
            words=words,
            imported=imported,
            fault=fault,
            together=together,
            ticked=ticked or {"packets": [], "causes": "", "place": ""},
            key=new_reference(),
        ),
        status,
    )


@service.get("/service-desk")
@staff(Role.CLERK)
def desk() -> Page:
    """Out, overdue, failed and why; the day's ledger."""
    return _desk()


@service.post("/service-desk/together")
@staff(Role.CLERK)
def together() -> Page:
    """Send the ticked papers again, or order their announcement; what could not be done is named with its reason."""
    person, form = current_person(), request.form
    if person is None:
        raise NotFound
    causes, place = form.get("causes", ""), form.get("place", "")
    # A reason ticked whole stands for the papers that were listed under it, and for none that failed since.
    listed = [reference for group in form.getlist("all") for reference in group.split()]
    ticked = list(dict.fromkeys([*form.getlist("packet"), *listed]))[: TOGETHER + 1]
    typed: dict[str, Any] = {"packets": ticked, "causes": causes, "place": place}
    try:
        done = do_together(
            current_court(),
            typed["packets"],
            form.get("what", ""),
            person.account_id,
            person.strong_at,
            form.get("key", "") or new_reference(),
            causes=causes,
            place=place,
        )
    except InvalidInput as error:
        return _desk(fault=error.faults[0].message, status=422, ticked=typed)
    left = {**typed, "packets": [one.packet for one in done.refused]} if done.refused else None
    return _desk(together=done, ticked=left, status=422 if done.refused else 200)


@service.post("/service-desk/tracking")
@staff(Role.CLERK, most=MOST_BYTES + MOST_BODY)
def tracking() -> Page:
    """Take the post's tracking list; sending it twice changes nothing."""
    sent, person = request.files.get("list"), current_person()
    content = sent.read(MOST_BYTES + 1) if sent else b""
    if not content or person is None:
        return _desk(fault=T("Choose the list of the post, a CSV file."), status=422)
    if len(content) > MOST_BYTES:
        return _desk(fault=T("The list is too long. Send it in parts."), status=422)
    return _desk(import_tracking(current_court(), content, person.account_id))


@service.get("/service-desk/telephone")
@staff(Role.CLERK)
def telephone() -> Page:
    """What the clerk says on the telephone, and what never."""
    return render_template("service/telephone.html")


@service.get("/scams")
@public
def scams() -> Page:
    """How to tell the court's notices from others."""
    return render_template("service/scams.html")
