"""The page of the file: what of it its reader may see, with sizes and digests, and certified copies of it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from odr.docket.models import PARTY_ROLES, Case, Document, Role, Thing
from odr.docket.visibility import READS_FILE, reads_document
from odr.evidence.exhibits.file_answers import Outgoing, attachment
from odr.evidence.intake.media import Group, Media
from odr.evidence.kit.kit import fingerprint
from odr.evidence.models import Compilation
from odr.ground.errors import NotFound
from odr.ground.text import Money
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.register import names
from odr.register.copies.making import copy_named, is_kept
from odr.register.copies.models import CopyRequest, CopyState
from odr.register.copies.queries import SEES_COPIES, copies_of, seen_of
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.lists import after_asked
from odr.web.pages import Page, look
from odr.web.readings import shows

copies = Blueprint("copies", __name__, url_prefix="/cases/<reference>/file")
PDF = Media("application/pdf", Group.PDF)


@copies.get("")
@case_page(*READS_FILE)
def listing(case: Case, actor: Actor) -> Page:
    """Entries, exhibits and papers the reader may see, with sizes and digests; what copies cost, and the reader's own."""
    sitting = look()
    pack = sitting.pack(case)
    mine = (
        copies_of(sitting.session, case, actor.party_id, after_asked("copies")) if actor.role in SEES_COPIES else None
    )
    compiled = {row.id: sitting.session.get_one(Compilation, row.compilation_id) for row in mine.rows} if mine else {}
    papers = {
        row.id: sitting.session.get_one(Document, row.document_id)
        for row in (mine.rows if mine else ())
        if row.document_id
    }
    certificates = {number: paper for number, paper in papers.items() if reads_document(actor, paper)}
    table = sitting.court.table
    act = table[names.REQUEST_COPY if actor.role in PARTY_ROLES else names.HAND_OVER_COPY]
    key = fingerprint(sitting.court.notary.log_public_key_vkey())
    return render_template(
        "register/file.html",
        case=case,
        actor=actor,
        seen=seen_of(sitting, case, actor, after_asked(), current_locale()),
        rules=pack.copies,
        costs=[Money(each, pack.currency) for each in (pack.copies.archive, pack.copies.page)] if pack.copies else [],
        cost_article=pack.cite(str(pack.copies.cost_article)) if pack.copies is not None else None,
        right=pack.cited("CPL 52, 64"),
        mine=mine,
        who={party.id: party.name for party in case.parties},
        kept={number: row for number, row in compiled.items() if is_kept(sitting.court, row)},
        certificates=certificates,
        act=act if actor.role in SEES_COPIES else None,
        refused=refusal(sitting, act, case, actor) if actor.role in SEES_COPIES else None,
        fingerprint=key,
        tab="file",
    )


@copies.get("/copies/<copy>/bundle.pdf")
@case_page(Role.CLERK)
def to_print(case: Case, actor: Actor, copy: str) -> Response:
    """The bundle of exhibits of a copy that is paid for, as the party sees it, for the registry to print."""
    row = copy_named(current_session(), case, copy)
    compiled = _printed(row)
    key, store = compiled.key or "", current_court().ports.store
    shows(Thing.BUNDLE, "")
    return attachment(
        request,
        Outgoing(
            compiled.filename or "bundle.pdf",
            PDF,
            compiled.size or 0,
            compiled.sha256 or "",
            lambda start, length: store.open(key, start, length),
        ),
    )


def _printed(row: CopyRequest | None) -> Compilation:
    """What is printed for a copy that waits to be handed over. Raises NotFound for any other."""
    if row is None or row.state is not CopyState.TO_HAND_OVER:
        raise NotFound
    compiled = current_session().get_one(Compilation, row.compilation_id)
    if compiled.key is None or compiled.size is None or not is_kept(current_court(), compiled):
        raise NotFound
    return compiled
