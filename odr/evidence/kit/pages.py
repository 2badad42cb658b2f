"""Pages of case files, kits and bundles: being made, downloaded, and received from other courts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from odr.docket.models import COURT_ROLES, Case, Thing
from odr.docket.visibility import READS_FILE
from odr.evidence.exhibits.access import shown_to
from odr.evidence.exhibits.file_answers import Outgoing, attachment
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.intake.media import Group, Media, recognise
from odr.evidence.kit import compiling, received_case_files
from odr.evidence.kit.kit import fingerprint
from odr.evidence.models import Compilation, CompilationKind, CompilationState, Exhibit, ReceivedCase
from odr.evidence.retention.rules import is_erased
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import Key, page_of
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.case.readings import READS_READINGS
from odr.web.guards import case_page, current_court, current_locale, current_session, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, receipt_part
from odr.web.readings import shows

files = Blueprint("casefiles", __name__)
READERS = tuple(sorted(COURT_ROLES, key=lambda role: role.value))
TAKEN = {
    CompilationKind.CASE_FILE: Thing.CASE_FILE,
    CompilationKind.KIT: Thing.KIT,
    CompilationKind.BUNDLE: Thing.BUNDLE,
    CompilationKind.READINGS: Thing.PAGE,
}
ZIP, PDF = Media("application/zip", Group.ARCHIVE), Media("application/pdf", Group.PDF)


@files.get("/cases/<reference>/files")
@case_page(*READS_FILE)
def listing(case: Case, actor: Actor) -> Page:
    """What may be taken along, what is being put together, and what is ready."""
    session = current_session()
    exhibits = [e for e in exhibits_of(session, case) if shown_to(actor, e) and not is_erased(e)]
    made = compiling.compilations_of(session, case, actor)
    key = fingerprint(current_court().notary.log_public_key_vkey())
    return render_template(
        "evidence/files.html",
        case=case,
        actor=actor,
        made=made,
        exhibits=exhibits,
        labels={e.id: e.label for e in exhibits},
        kinds=CompilationKind,
        working=any(m.state in (CompilationState.WAITING, CompilationState.WORKING) for m in made),
        fingerprint=key,
        command=f"python3 verify.py --log-key-fingerprint {key}",
        tab="files",
    )


@files.post("/cases/<reference>/files")
@case_page(*READS_FILE)
def ask(case: Case, actor: Actor) -> Page:
    """Ask for a case file, a bundle or the kit of one exhibit; the worker puts it together."""
    try:
        kind = CompilationKind(request.form.get("kind", ""))
    except ValueError:
        raise InvalidInput.at("kind", T("Choose one of those listed.")) from None
    session, exhibit = current_session(), None
    if kind is CompilationKind.READINGS and actor.role not in READS_READINGS:
        raise InvalidInput.at("kind", T("Choose one of those listed."))
    if kind is CompilationKind.KIT:
        exhibit = session.scalar(
            select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == request.form.get("exhibit", ""))
        )
        if exhibit is None or not shown_to(actor, exhibit) or is_erased(exhibit):
            raise InvalidInput.at("exhibit", T("Choose one of those listed."))
    court = current_court()
    with court.database.write() as writing:
        compiling.ask(writing, case, actor, kind, current_locale(), court.clock.machine_now(), exhibit)
    return redirect(url_for("casefiles.listing", reference=case.reference), 303)


@files.get("/cases/<reference>/files/<compilation>")
@case_page(*READS_FILE)
def download(case: Case, actor: Actor, compilation: str) -> Response:
    """The finished file, for the person in the capacity in which it was asked for."""
    own = (Compilation.case_id == case.id, Compilation.account_id == actor.account_id, Compilation.hat == actor.hat)
    row = current_session().scalar(select(Compilation).where(Compilation.reference == compilation, *own))
    if row is None or row.state is not CompilationState.READY or row.key is None or row.size is None or _over(row):
        raise NotFound
    key, store = row.key, current_court().ports.store
    exhibit = current_session().get(Exhibit, row.exhibit_id) if row.exhibit_id else None
    shows(TAKEN[row.kind], exhibit.label if exhibit is not None else "")
    media = PDF if row.kind is CompilationKind.BUNDLE else ZIP
    return attachment(
        request,
        Outgoing(
            row.filename or "file",
            media,
            row.size,
            row.sha256 or "",
            lambda start, length: store.open(key, start, length),
        ),
    )


@files.get("/cases/<reference>/files/<compilation>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@case_page(*READS_FILE)
def receipt(case: Case, actor: Actor, compilation: str, part: str) -> Response:
    """One file of the receipt of a bundle, for who asked for it."""
    own = (Compilation.case_id == case.id, Compilation.account_id == actor.account_id, Compilation.hat == actor.hat)
    found = current_session().scalar(select(Compilation.receipt).where(Compilation.reference == compilation, *own))
    if found is None:
        raise NotFound
    return receipt_part(found, part)


def _over(row: Compilation) -> bool:
    return row.expires_at is not None and row.expires_at <= current_court().clock.machine_now()


@files.get("/casefiles")
@staff(*READERS)
def received() -> Page:
    """Case files of other courts, newest first."""
    newest = (Key(ReceivedCase.id, descending=True),)
    page = page_of(current_session(), select(ReceivedCase), newest, after_asked())
    return render_template("evidence/received.html", found=page.of([row[0] for row in page.rows]))


@files.get("/casefiles/<received>")
@staff(*READERS)
def received_one(received: str) -> Page:
    """One received case file, to be read only: what was proven, its docket, its files."""
    row = received_case_files.received_case(current_session(), received)
    docket = received_case_files.docket_of(current_court().ports.store, row)
    return render_template("evidence/received_one.html", row=row, docket=docket)


@files.get("/casefiles/<received>/files/<int:number>")
@staff(*READERS)
def received_file(received: str, number: int) -> Response:
    """One file of a received case file, as an attachment."""
    row = received_case_files.received_case(current_session(), received)
    if not 1 <= number <= len(row.files):
        raise NotFound
    file, store = row.files[number - 1], current_court().ports.store
    head = b"".join(store.open(file.key, 0, 4096))
    media = recognise(head, head, file.path)
    return attachment(
        request,
        Outgoing(
            file.path.replace("/", " "),
            media,
            file.size,
            file.sha256,
            lambda start, length: store.open(file.key, start, length),
        ),
    )
