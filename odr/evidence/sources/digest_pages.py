"""Pages of lists of digests: sending one, its lines with their receipts, the file of a line if it comes later; the
lists of a case.
"""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.docket.models import Case
from odr.docket.visibility import READS_FILE
from odr.evidence import names
from odr.evidence.sources import digests as digest_lists
from odr.evidence.sources.models import DigestBatch
from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.web.guards import case_page, current_court, current_locale, current_person, current_session, signed_in
from odr.web.limits import MOST_BODY
from odr.web.lists import after_asked
from odr.web.numbers import number_in
from odr.web.pages import Page, file_answer, look, receipt_part

digests = Blueprint("digests", __name__)
A_PAGE = 100


def _account() -> int:
    person = current_person()
    assert person is not None
    return person.account_id


@digests.get("/digests")
@signed_in
def listing() -> Page:
    """One's lists of digests, and the form that sends another."""
    return _listing({}, [])


def _listing(typed: dict[str, str], faults: list[tuple[str, str]], status: int = 200) -> Page:
    found = digest_lists.batches_of(current_session(), _account(), after_asked())
    return render_template(
        "evidence/digests.html", found=found, typed=typed, faults=faults, most=digest_lists.MOST
    ), status


@digests.post("/digests")
@signed_in(most=digest_lists.MOST_BYTES + MOST_BODY)
def send() -> Page:
    """Take a list, from the file or from the field; each wrong line is named, and what was typed is kept."""
    typed = {"title": request.form.get("title", "").strip()[:200], "list": request.form.get("list", "")}
    file = request.files.get("file")
    text = typed["list"]
    try:
        if file is not None and file.filename:
            data = file.stream.read(digest_lists.MOST_BYTES + 1)
            if len(data) > digest_lists.MOST_BYTES:
                raise InvalidInput.at("list", T("The list is too large. Send it in several batches."))
            text = _decoded(data)
        batch = digest_lists.file_batch(
            current_court(),
            _account(),
            typed["title"] or T("List of digests").render(current_locale()),
            digest_lists.read_list(text),
        )
    except InvalidInput as error:
        return _listing(typed, [("list", fault.message.render(current_locale())) for fault in error.faults], 422)
    current_court().settle()
    return redirect(url_for("digests.one", reference_of=batch.reference), 303)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput.at("list", T("The file is not a text. Send CSV, or what sha256sum prints."))


@digests.get("/digests/<reference_of>")
@signed_in
def one(reference_of: str) -> Page:
    """One list: its lines, and which files are here."""
    return _one(digest_lists.own_batch(current_session(), _account(), reference_of), None)


def _one(batch: DigestBatch, fault: CourtError | None, status: int = 200) -> Page:
    session, after = current_session(), max(0, number_in(request.args, "after", 0))
    rows = digest_lists.lines_of(session, batch, after=after, limit=A_PAGE)
    ready = digest_lists.matching_uploads(session, batch)
    return render_template(
        "evidence/digest_batch.html",
        batch=batch,
        rows=rows,
        ready=ready,
        here=digest_lists.count_of(session, batch),
        fault=fault,
        page=A_PAGE,
    ), status


@digests.get("/digests/<reference_of>/list.csv")
@signed_in
def download(reference_of: str) -> Response:
    """The list with the reference of each receipt, for a spreadsheet."""
    batch = digest_lists.own_batch(current_session(), _account(), reference_of)
    return file_answer(
        digest_lists.as_csv(current_session(), batch).encode("utf-8-sig"),
        f"digests-{batch.reference[:8]}.csv",
        "text/csv; charset=utf-8",
    )


@digests.get("/digests/<reference_of>/<int:number>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@signed_in
def receipt(reference_of: str, number: int, part: str) -> Response:
    """One file of the receipt of a line."""
    batch = digest_lists.own_batch(current_session(), _account(), reference_of)
    return receipt_part(digest_lists.line_of(current_session(), batch, number).receipt, part)


@digests.post("/digests/<reference_of>/<int:number>/file")
@signed_in
def attach(reference_of: str, number: int) -> Page:
    """The file of a line, sent later: taken only if it is the very file."""
    court, account = current_court(), _account()
    try:
        with court.database.write() as session:
            digest_lists.attach_file(
                session, digest_lists.own_batch(session, account, reference_of), number, request.form.get("upload", "")
            )
    except digest_lists.FileNotOfDigest as error:
        return _one(digest_lists.own_batch(current_session(), account, reference_of), error, error.status)
    return redirect(url_for("digests.one", reference_of=reference_of, after=max(0, number - 1)), 303)


@digests.get("/cases/<reference>/digests")
@case_page(*READS_FILE)
def in_case(case: Case, actor: Actor) -> Page:
    """Lists of digests in the case."""
    rows = digest_lists.batches_in(current_session(), case.id)
    act = current_court().table[names.SUBMIT_DIGESTS]
    return render_template(
        "evidence/case_digests.html",
        case=case,
        actor=actor,
        rows=rows,
        may_submit=refusal(look(), act, case, actor) is None,
        parties={p.id: p for p in case.parties},
        tab="exhibits",
    )


@digests.get("/cases/<reference>/digests/<reference_of>")
@case_page(*READS_FILE)
def one_in_case(case: Case, actor: Actor, reference_of: str) -> Page:
    """One list of the case, line by line, so that a file can be asked for by its number."""
    session, after = current_session(), max(0, number_in(request.args, "after", 0))
    batch = next((b for b in digest_lists.batches_in(session, case.id) if b.reference == reference_of), None)
    if batch is None:
        raise NotFound
    rows = digest_lists.lines_of(session, batch, after=after, limit=A_PAGE)
    return render_template(
        "evidence/case_digest_batch.html", case=case, actor=actor, batch=batch, rows=rows, page=A_PAGE, tab="exhibits"
    )
