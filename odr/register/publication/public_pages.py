"""The public pages of decisions: list, decision, ledger, and the same for programs. Everything from redacted texts alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Document
from odr.evidence.kit.kit import VERIFIER, fingerprint
from odr.ground.errors import NotFound
from odr.register.formats.akoma import as_akoma_ntoso
from odr.register.formats.html import run, shown as parts_of
from odr.register.formats.plain import as_text
from odr.register.formats.published import Publication as Said
from odr.register.publication import check_register, public_views as views, shown
from odr.register.publication.ledger import public_state
from odr.register.publication.models import Publication
from odr.register.publication.public_pdf import said_of
from odr.register.redaction.structure import PublicText
from odr.register.search.citing import citations_of
from odr.register.search.desk import open_search, reader_of
from odr.web.guards import current_court, current_session, public
from odr.web.numbers import number_in
from odr.web.pages import Page, file_answer, pack_today, receipt_part

published = Blueprint("published", __name__, url_prefix="/decisions")
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
STATES = ("published", "withheld", "pending", "late", "withdrawn")


@published.after_request
def for_machines(answer: Response) -> Response:
    """Where the rules keep search machines of others out, every answer says so."""
    rules = pack_today().publication
    if rules is None or not rules.search_machines:
        answer.headers.setdefault("X-Robots-Tag", "noindex")
    return answer


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def _month() -> date | None:
    match = _MONTH.fullmatch(request.args.get("month", ""))
    return date(int(match[1]), int(match[2]), 1) if match else None


def _row(address: str) -> Publication:
    return views.at_address(current_session(), address)


def _gone(row: Publication) -> tuple[str, int]:
    """A withdrawn decision: its line in the ledger, and nothing else."""
    line = views.line_of(current_session(), row, pack_today(), _today())
    return render_template("register/publication/gone.html", entry=line), 410


def _is_public(row: Publication) -> bool:
    return public_state(row) == "published"


@published.get("/<address>")
@public
def decision(address: str) -> Page:
    """A published decision: its text, what it does not say, its versions, what was replaced and cut, and its proof."""
    row = _row(address)
    if not _is_public(row):
        return _gone(row)
    one, pack = views.published(current_session(), row), pack_today()
    reader = reader_of(pack)
    return render_template(
        "register/publication/decision.html",
        one=one,
        parts=parts_of(one.text),
        run=run,
        masked=shown.masked_of(pack, one.version.masked),
        mode=pack.publication.rules.used.title if pack.publication is not None else None,
        reasons=pack.publication.withdrawn if pack.publication is not None else {},
        cite=pack.cite,
        others=views.others_of_the_case(current_session(), row, pack),
        citations=citations_of(current_session(), reader, open_search(current_court(), current_session()), one),
        facts=(found := reader.facts_of_text(one.text, one.row.kind)),
        cause=pack.causes.list[found.cause].title if found.cause is not None else None,
        witnesses=current_court().notary.receipt_files(current_session(), one.receipt).witnessed_by,
    )


@published.get("/<address>.json")
@public
def decision_json(address: str) -> Response | tuple[Response, int]:
    """The same for programs."""
    row = _row(address)
    if not _is_public(row):
        return jsonify(format="court-decision/1", address=row.address, ledger_number=row.number, state="withdrawn"), 410
    return jsonify(views.as_json(views.published(current_session(), row)))


@published.get("/<address>.pdf")
@public
def decision_pdf(address: str) -> Response | tuple[str, int]:
    """The public text as a sealed PDF."""
    row = _row(address)
    if not _is_public(row):
        return _gone(row)
    one = views.published(current_session(), row)
    document = current_session().scalar(
        select(Document).where(Document.id == one.version.document_id, Document.is_public.is_(True))
    )
    if document is None:
        raise NotFound
    return Response(
        document.content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{address}.pdf"'},
    )


@published.get("/<address>.txt")
@public
def decision_text(address: str) -> Response | tuple[str, int]:
    """The public text as plain words."""
    return _given_out(address, "text/plain; charset=utf-8", lambda text, said: as_text(text, said).encode())


@published.get("/<address>.akn.xml")
@public
def decision_akoma(address: str) -> Response | tuple[str, int]:
    """The public text as Akoma Ntoso, for databases of law."""
    return _given_out(address, "application/akn+xml", as_akoma_ntoso)


def _given_out(address: str, kind: str, made: Callable[[PublicText, Said], bytes]) -> Response | tuple[str, int]:
    row = _row(address)
    if not _is_public(row):
        return _gone(row)
    one, court = views.published(current_session(), row), current_court()
    day = one.version.at.astimezone(court.settings.tz).date()
    said = said_of(court, row, one.version.number, day, row.effective_at)
    return Response(made(one.text, said), content_type=kind)


@published.get("/<address>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@public
def receipt(address: str, part: str) -> Response:
    """The newest record of a decision in the log: its receipt, and the proof that it stands there."""
    row = _row(address)
    return receipt_part(views.newest_receipt(current_session(), row), part)


@published.get("/ledger")
@public
def ledger() -> Page:
    """The account of a month, or of everything, and one line for each number."""
    session, month, today, pack = current_session(), _month(), _today(), pack_today()
    state = request.args.get("state")
    state = state if state in STATES else None
    found = views.lines_of(session, pack, today, month=month, state=state, after=number_in(request.args, "after") or 0)
    court = current_court()
    return render_template(
        "register/publication/ledger.html",
        month=month,
        months=views.months_of(session),
        account=views.account_of(session, month, today),
        lines=found[: views.PAGE],
        more=len(found) > views.PAGE,
        state=state,
        rules=pack.publication,
        now=court.clock.now(),
        fingerprint=fingerprint(court.notary.log_public_key_vkey()),
    )


@published.get("/ledger.json")
@public
def ledger_json() -> Response:
    """A part of the ledger's chain with its proofs: ``?after=`` a record goes on from there."""
    after = number_in(request.args, "after") or 0
    told = views.ledger_part(current_court().notary, current_session(), after)
    answer = Response(json.dumps(told, ensure_ascii=False, indent=1), mimetype="application/json")
    if told["next"] is not None:
        answer.headers["Link"] = f'<{url_for("published.ledger_json", after=told["next"])}>; rel="next"'
    return answer


@published.get("/check_register.py")
@public
def script() -> Response:
    """The program with which an outsider checks the ledger."""
    with open(check_register.__file__, "rb") as file:
        return file_answer(file.read(), "check_register.py", "text/x-python")


@published.get("/verify.py")
@public
def verifier() -> Response:
    """The program for receipts and proofs that it rests on."""
    return file_answer(VERIFIER.read_bytes(), "verify.py", "text/x-python")
