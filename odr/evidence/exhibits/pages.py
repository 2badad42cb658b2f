"""Pages of exhibits: the list, one exhibit with its two badges, submitting one, its file and receipt."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from odr.docket.models import PARTY_ROLES, Case
from odr.docket.queries import documents
from odr.docket.visibility import READS_FILE, reads_document
from odr.evidence import names as act_names
from odr.evidence.exhibits.access import files_of, opened, readings_of, receipt_opened, shown_to, why_closed
from odr.evidence.exhibits.checklist import checklist, chronology
from odr.evidence.exhibits.file_answers import Outgoing, attachment, shown
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.inputs import ExhibitInput
from odr.evidence.intake.belonging import pages_of
from odr.evidence.models import BEFORE_DECISION, NOT_DECIDED, Exhibit, PartKind, Upload
from odr.evidence.requests.queries import requests_of, title_of
from odr.evidence.retention.rules import hold_of, is_erased, kept_until, proposals_of
from odr.evidence.sources.digests import first_filed
from odr.evidence.sources.platform_queries import fetched
from odr.evidence.sources.platform_records import PlatformText, is_from_platform, records_in
from odr.evidence.sources.proof_queries import proofs_of
from odr.evidence.sources.webpage.capturer import WHY
from odr.evidence.sources.webpage_worker import captures_of, exhibits_of_captures
from odr.evidence.store.ports import PREVIEWER, desk_of
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for
from odr.procedure.forms import fields as forms
from odr.procedure.forms.form_data import Raw
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.pages import Page, keeping, look, receipt_part, submit_act, submit_form, sure_mark, typed_before

exhibits = Blueprint("exhibits", __name__, url_prefix="/cases/<reference>/exhibits")
COLLECTING = (act_names.ASK_PLATFORM_RECORDS, act_names.ASK_FOR_CAPTURE)
"""Acts by which the court itself fetches evidence for a party."""
ABOUT_EVIDENCE = {
    act_names.ASK_EVIDENCE_ORDER,
    act_names.ANSWER_EVIDENCE_REQUEST,
    act_names.RULE_ON_EVIDENCE,
    act_names.RULE_ON_LATE_EVIDENCE,
    act_names.DECIDE_EVIDENCE_FINE,
    act_names.PRODUCE_ORDERED,
    act_names.FIND_ON_REFUSAL,
    act_names.RECORD_COLLECTED,
    act_names.ORDER_SEAL,
    act_names.CHECK_COPY,
    act_names.ASK_EXHIBIT_AUTHENTICATION,
    act_names.SHOW_EXHIBIT_AUTHENTICATION,
}


def _find(case: Case, label: str) -> Exhibit:
    found = current_session().scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == label))
    if found is None:
        raise NotFound
    return found


@exhibits.get("")
@case_page(*READS_FILE)
def listing(case: Case, actor: Actor) -> Page:
    """Every exhibit of the case, each with its two questions."""
    rows = exhibits_of(current_session(), case)
    captures = captures_of(current_session(), case)
    came = exhibits_of_captures(current_session(), case) if captures else {}
    sitting = look()
    shown = {
        "captures": captures,
        "came": came,
        "why": WHY,
        "parties": {p.id: p for p in case.parties},
        "fetched": fetched(current_session(), case, sitting.now),
        "ways": [each for each in acts_for(sitting, case, actor) if each.act.name in COLLECTING]
        if actor.party_id
        else [],
    }
    since = request.args.get("since", "")
    new = (
        [e for e in rows if e.owner_id == actor.party_id and e.entry_number >= int(since)]
        if since.isdecimal() and actor.party_id
        else []
    )
    return render_template(
        "evidence/exhibits.html", case=case, actor=actor, exhibits=rows, new=new, tab="exhibits", **shown
    )


@exhibits.get("/checklist")
@case_page(*READS_FILE)
def what_matters(case: Case, actor: Actor) -> Page:
    """What usually matters for both sides and what is missing, and what is said to have happened when."""
    sitting = look()
    sides, days = checklist(sitting, case), chronology(sitting, case, actor)
    return render_template(
        "evidence/checklist.html",
        case=case,
        actor=actor,
        sides=sides,
        days=days,
        gaps=actor.party_id is not None and case.stage in NOT_DECIDED,
        tab="exhibits",
    )


@exhibits.get("/requests")
@case_page(*READS_FILE)
def requests(case: Case, actor: Actor) -> Page:
    """Requests about evidence with what was said to them and the rulings."""
    session = current_session()
    rows = requests_of(session, case)
    acts = [
        a for a in acts_for(current_court().look(session), case, actor) if a.is_open and a.act.name in ABOUT_EVIDENCE
    ]
    papers = {d.id: d.reference for d in documents(session, case) if reads_document(actor, d)}
    titles = {r.id: title_of(case, r) for r in rows}
    names = {p.id: p for p in case.parties}
    return render_template(
        "evidence/requests.html",
        case=case,
        actor=actor,
        rows=rows,
        acts=acts,
        papers=papers,
        titles=titles,
        parties=names,
        tab="exhibits",
    )


@exhibits.get("/retention")
@case_page(*READS_FILE)
def retention(case: Case, actor: Actor) -> Page:
    """How long exhibits are kept, whether the case is held, and what waits to be decided or was erased."""
    session, court = current_session(), current_court()
    sitting = court.look(session)
    pack = sitting.pack(case)
    rule = pack.retention.rules.get("exhibits") if pack.retention else None
    acts = [
        a
        for a in acts_for(sitting, case, actor)
        if a.is_open and a.act.name in (act_names.ORDER_HOLD, act_names.LIFT_HOLD, act_names.DECIDE_ERASURE)
    ]
    return render_template(
        "evidence/retention.html",
        case=case,
        actor=actor,
        rule=rule,
        article=pack.cite(rule.article) if rule else None,
        last=kept_until(pack, case),
        hold=hold_of(session, case),
        rows=proposals_of(session, case),
        acts=acts,
        tab="exhibits",
    )


@exhibits.get("/new")
@case_page(*PARTY_ROLES)
def submit(case: Case, actor: Actor) -> Page:
    """Choose a file that was sent and say what it shows."""
    act = current_court().table[act_names.SUBMIT_EXHIBIT]
    return _submit_page(case, actor, typed_before(case, actor, act) | dict(request.args), [])


def _submit_page(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    sitting = look()
    fields = forms.fields_of(
        ExhibitInput, current_locale(), values, faults, forms.choices_for(ExhibitInput, sitting, case, actor)
    )
    return render_template(
        "evidence/submit.html",
        case=case,
        actor=actor,
        fields=fields,
        faults=forms.summary(fields),
        moved_on=moved_on,
        tab="exhibits",
        sure=sure_mark(faults),
        **keeping(case, actor, current_court().table[act_names.SUBMIT_EXHIBIT], fields, values),
    ), status


@exhibits.post("/new")
@case_page(*PARTY_ROLES)
def send(case: Case, actor: Actor) -> Page:
    """Submit the exhibit."""
    return submit_form(case, actor, act_names.SUBMIT_EXHIBIT, partial(_submit_page, case, actor), keeps=True)


@exhibits.get("/<label>/describe")
@case_page(*PARTY_ROLES)
def describe(case: Case, actor: Actor, label: str) -> Page:
    """Say anew what one's own exhibit is to show; the page holds what stands."""
    found = _own(case, actor, label)
    values = {
        "exhibit": found.reference,
        "proves": found.proves,
        "facts": [str(n) for n in found.facts],
        "summary": found.summary or "",
    }
    act = current_court().table[act_names.DESCRIBE_EXHIBIT]
    return _describe_page(case, actor, values | typed_before(case, actor, act, _about_one(found)), [])


def _about_one(found: Exhibit) -> dict[str, str]:
    """What the form is about, though its address names the exhibit by its label."""
    return {"exhibit": found.reference}


def _own(case: Case, actor: Actor, label: str) -> Exhibit:
    found = _find(case, label)
    if found.owner_id != actor.party_id:
        raise NotFound
    return found


def _describe_page(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    sitting, act = look(), current_court().table[act_names.DESCRIBE_EXHIBIT]
    fields = forms.fields_of(
        act.input, current_locale(), values, faults, forms.choices_for(act.input, sitting, case, actor)
    )
    named = {"exhibit": Raw(values).one("exhibit")}
    page = {
        "act": act,
        "fields": fields,
        "faults": forms.summary(fields),
        "premise": "",
        "moved_on": moved_on,
        "sure": sure_mark(faults),
        **keeping(case, actor, act, fields, values, named),
    }
    return render_template("generic/act.html", case=case, actor=actor, tab="exhibits", **page), status


@exhibits.post("/<label>/describe")
@case_page(*PARTY_ROLES)
def say_anew(case: Case, actor: Actor, label: str) -> Page:
    """Record it; nothing typed is lost when it cannot be."""
    found = _own(case, actor, label)
    values = {**request.form.to_dict(flat=False), "exhibit": found.reference}
    act = current_court().table[act_names.DESCRIBE_EXHIBIT]
    return submit_act(
        case,
        actor,
        act,
        values,
        lambda faults, status, moved: _describe_page(case, actor, values, faults, status, moved),
        keeps=True,
        named=_about_one(found),
    )


@exhibits.get("/<label>")
@case_page(*READS_FILE)
def one(case: Case, actor: Actor, label: str) -> Page:
    """One exhibit: unchanged since it reached the court, and what is said of its source."""
    found = _find(case, label)
    erased = is_erased(found)
    files = None if erased else current_court().notary.receipt_files(current_session(), found.upload.receipt or "")
    filed = first_filed(current_session(), found)
    if filed is not None and filed.batch.case_id != case.id and actor.party_id != found.party_id:
        filed = None  # A list that is in no case is its sender's alone.
    # A report of the court's expert stands beside the exhibits of who asked for it, and is nobody's to describe.
    commissioned = "commissioned" in found.provenance
    return render_template(
        "evidence/exhibit.html",
        case=case,
        actor=actor,
        exhibit=found,
        upload=found.upload,
        files=files,
        erased=erased,
        group=found.upload.media.group.value,
        closed=why_closed(actor, found),
        pictures=[] if erased else shown_to(actor, found),
        copies=[
            (place, each)
            for place, each in enumerate(files_of(found), 1)
            if each.part_kind is PartKind.COPY and not erased and why_closed(actor, found, each) is None
        ],
        count=len(pages_of(found.upload, found.along)),
        records=None if erased else _records(found, actor),
        proofs=proofs_of(current_session(), found),
        filed=filed,
        party=case.party(found.party_id),
        tab="exhibits",
        may_describe=not commissioned
        and actor.party_id is not None
        and actor.party_id == found.owner_id
        and case.stage in BEFORE_DECISION,
        commissioned=commissioned,
    )


def _records(found: Exhibit, actor: Actor) -> PlatformText | None:
    """A platform's records in their own form, for whoever may open the file; opening a sealed one is logged."""
    if not is_from_platform(found) or why_closed(actor, found) is not None:
        return None
    desk, upload = desk_of(current_court()), opened(current_court(), found, actor, "page").upload
    return records_in(found, b"".join(desk.contents(upload)))


@exhibits.get("/<label>/readings")
@case_page(*READS_FILE)
def readings(case: Case, actor: Actor, label: str) -> Page:
    """Who opened a sealed file, and when."""
    found = _find(case, label)
    if found.seal is None:
        raise NotFound
    return render_template(
        "evidence/readings.html",
        case=case,
        actor=actor,
        exhibit=found,
        rows=readings_of(current_session(), found),
        tab="exhibits",
    )


@exhibits.get("/<label>/file")
@case_page(*READS_FILE)
def download(case: Case, actor: Actor, label: str) -> Response:
    """The file as it was received, as an attachment."""
    found = opened(current_court(), _find(case, label), actor, "file")
    return _sent(f"{found.label} {found.upload.filename}", found.upload)


def _sent(name: str, upload: Upload) -> Response:
    desk = desk_of(current_court())
    return attachment(
        request,
        Outgoing(
            name,
            upload.media,
            upload.size,
            upload.sha256 or "",
            lambda start, length: desk.contents(upload, start, length),
        ),
    )


@exhibits.get("/<label>/preview/<int:page>")
@case_page(*READS_FILE)
def preview(case: Case, actor: Actor, label: str, page: int) -> Response:
    """A page of the preview the court made; never the original."""
    desk, upload = desk_of(current_court()), opened(current_court(), _find(case, label), actor, "preview").upload
    made = PREVIEWER.make(upload.media, upload.size, lambda: desk.contents(upload), page)
    return shown(made.data, made.content_type)


@exhibits.get("/<label>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@case_page(*READS_FILE)
def receipt(case: Case, actor: Actor, label: str, part: str) -> Response:
    """One file of the receipt of the exhibit's file; what the receipt says, digest and salt, opens with the file."""
    found = _find(case, label)
    if part in ("json", "renewals"):
        return receipt_part(receipt_opened(current_court(), found, actor), part)
    return receipt_part(found.upload.receipt or "", part)


def _part(case: Case, label: str, place: int) -> tuple[Exhibit, Upload]:
    """A further file of an exhibit by its place, counted from its first file."""
    found = _find(case, label)
    files = files_of(found)
    if not 2 <= place <= len(files):
        raise NotFound
    return found, files[place - 1]


@exhibits.get("/<label>/files/<int:place>")
@case_page(*READS_FILE)
def download_part(case: Case, actor: Actor, label: str, place: int) -> Response:
    """A further picture of an exhibit, or the copy that others see, as it was received."""
    found, upload = _part(case, label, place)
    opened(current_court(), found, actor, "file", upload)
    return _sent(f"{found.label}-{place} {upload.filename}", upload)


@exhibits.get("/<label>/files/<int:place>/preview")
@case_page(*READS_FILE)
def preview_part(case: Case, actor: Actor, label: str, place: int) -> Response:
    """The preview the court made of it."""
    found, upload = _part(case, label, place)
    opened(current_court(), found, actor, "preview", upload)
    made = PREVIEWER.make(upload.media, upload.size, lambda: desk_of(current_court()).contents(upload), 1)
    return shown(made.data, made.content_type)


@exhibits.get("/<label>/files/<int:place>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@case_page(*READS_FILE)
def receipt_part_of(case: Case, actor: Actor, label: str, place: int, part: str) -> Response:
    """One file of the receipt of a further picture or copy."""
    found, upload = _part(case, label, place)
    if part in ("json", "renewals"):
        return receipt_part(receipt_opened(current_court(), found, actor, upload), part)
    return receipt_part(upload.receipt or "", part)


@exhibits.get("/<label>/proofs/<int:number>")
@case_page(*READS_FILE)
def proof(case: Case, actor: Actor, label: str, number: int) -> Response:
    """An earlier proof as it was attached, for another program to judge."""
    found = opened(current_court(), _find(case, label), actor, "file")
    attached = proofs_of(current_session(), found)
    if not 1 <= number <= len(attached):
        raise NotFound
    upload = attached[number - 1].upload
    return _sent(f"{found.label} {upload.filename}", upload)
