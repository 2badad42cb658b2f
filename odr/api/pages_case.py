"""What programs read of a case, and the two things done to it that are no acts: going to pay and opening a letter."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select

from odr.api import answers
from odr.docket.models import COURT_ROLES, HEARD_ROLES, PARTY_ROLES, Case, Document, Role
from odr.docket.queries import entry
from odr.docket.visibility import READS_FILE, reads_document, reads_entry
from odr.evidence.exhibits.access import files_of, opened, receipt_opened
from odr.evidence.models import Exhibit
from odr.evidence.store.ports import desk_of
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.identity.sign_in.program_tokens import Scope
from odr.payments.fee.case_views import SEES_FEES
from odr.payments.models import FeeAssessment
from odr.payments.stripe.checkout import payment_page
from odr.procedure.case.readings import READS_READINGS, SHOWN, plain, traces
from odr.service.models import InboxItem, Packet
from odr.service.packet.opening_letters import read_letter
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.numbers import number_in
from odr.web.pages import file_answer, look

api_case = Blueprint("api_case", __name__, url_prefix="/api/v1/cases/<reference>")


def _proof(receipt: str | None) -> Response:
    if receipt is None:
        raise NotFound
    return jsonify(answers.proof(current_court().notary.receipt_files(current_session(), receipt)))


@api_case.get("/docket/<int:number>")
@case_page(scope=Scope.READ, heard=True)
def get_entry(case: Case, actor: Actor, number: int) -> Response:
    """An entry byte for byte, as its digest was taken."""
    found = entry(current_session(), case, number)
    if found is None or not reads_entry(actor, found):
        raise NotFound
    return file_answer(found.payload.encode(), f"entry-{number}.json", "application/json")


@api_case.get("/docket/<int:number>/receipt")
@case_page(scope=Scope.READ, heard=True)
def get_receipt(case: Case, actor: Actor, number: int) -> Response:
    """The receipt of an entry, with its proof and how it is witnessed."""
    found = entry(current_session(), case, number)
    is_hers = found is not None and (actor.role not in HEARD_ROLES or reads_entry(actor, found))
    return _proof(found.receipt if found is not None and is_hers else None)


def _exhibit(case: Case, label: str) -> Exhibit:
    found = current_session().scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == label))
    if found is None:
        raise NotFound
    return found


@api_case.get("/exhibits/<label>/file")
@case_page(*READS_FILE, scope=Scope.READ)
def get_exhibit_file(case: Case, actor: Actor, label: str) -> Response:
    """The file as it was received, never shown by a browser; ``place`` counts what belongs to it from 2."""
    found, place = _exhibit(case, label), number_in(request.args, "place", 1)
    files = files_of(found)
    if not 1 <= place <= len(files):
        raise NotFound
    upload = files[place - 1]
    opened(current_court(), found, actor, "file", upload)
    headers = {
        "Content-Disposition": "attachment",
        "Content-Length": str(upload.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(desk_of(current_court()).contents(upload), mimetype="application/octet-stream", headers=headers)


@api_case.get("/exhibits/<label>/receipt")
@case_page(*READS_FILE, scope=Scope.READ)
def get_exhibit_receipt(case: Case, actor: Actor, label: str) -> Response:
    """The receipt of the file, from when it reached the court, for whom the file is open."""
    return _proof(receipt_opened(current_court(), _exhibit(case, label), actor))


def _document(case: Case, actor: Actor, reference: str) -> Document:
    found = current_session().scalar(
        select(Document).where(Document.case_id == case.id, Document.reference == reference, Document.sha256 != "")
    )
    if found is None or not reads_document(actor, found):
        raise NotFound
    return found


@api_case.get("/documents/<document>")
@case_page(scope=Scope.READ)
def get_document(case: Case, actor: Actor, document: str) -> Response:
    """A paper of the court, as sealed."""
    found = _document(case, actor, document)
    is_pdf = found.content.startswith(b"%PDF")
    return file_answer(
        found.content,
        f"{found.kind}-{found.reference}" + (".pdf" if is_pdf else ""),
        "application/pdf" if is_pdf else "application/octet-stream",
    )


@api_case.get("/documents/<document>/receipt")
@case_page(scope=Scope.READ)
def get_document_receipt(case: Case, actor: Actor, document: str) -> Response:
    """The receipt of a paper."""
    return _proof(_document(case, actor, document).receipt)


@api_case.get("/fees")
@case_page(*SEES_FEES, scope=Scope.READ)
def get_fees(case: Case, actor: Actor) -> Response:
    """The fees of the case."""
    return jsonify(fees=answers.fees(look(), case, actor))


@api_case.post("/fees/<assessment>/payment")
@case_page(*PARTY_ROLES, scope=Scope.ACT)
def start_payment(case: Case, actor: Actor, assessment: str) -> tuple[Response, int]:
    """The address of the payment service's page for one's own fee; asked again, the same page."""
    row = current_session().scalar(
        select(FeeAssessment).where(FeeAssessment.case_id == case.id, FeeAssessment.reference == assessment)
    )
    if row is None or row.party_id != actor.party_id:
        raise NotFound
    email = case.party(row.party_id).email
    return jsonify(url=payment_page(current_court(), row.reference, locale=current_locale(), email=email)), 201


@api_case.get("/examination")
@case_page(*PARTY_ROLES, *COURT_ROLES, *HEARD_ROLES, scope=Scope.READ)
def get_examination(case: Case, actor: Actor) -> Response:
    """The examination; without mode and phases before it was opened."""
    return jsonify(answers.examination(look(), case, actor))


@api_case.get("/readings")
@case_page(*READS_READINGS, scope=Scope.READ)
def get_readings(case: Case, actor: Actor) -> Response:
    """Who has read the case, the newest first; ``before`` asks for older ones."""
    court = current_court()
    court.readings.enter()
    before = number_in(request.args, "before", 0) or None
    with court.database.read() as session:
        rows = traces(session, case, actor, before=before, limit=SHOWN + 1)
    older = rows[SHOWN - 1].id if len(rows) > SHOWN else None
    return jsonify(readings=[plain(row) for row in rows[:SHOWN]], before=older)


@api_case.get("/decisions")
@case_page(scope=Scope.READ)
def get_decisions(case: Case, actor: Actor) -> Response:
    """Decisions the viewer may see."""
    return jsonify(decisions=answers.decisions(look(), case, actor))


@api_case.get("/accounts")
@case_page(*PARTY_ROLES, Role.JUDGE, Role.CLERK, scope=Scope.READ)
def get_accounts(case: Case, actor: Actor) -> Response:
    """The accounts to pay into that the viewer may read."""
    return jsonify(accounts=answers.accounts(look(), case, actor))


@api_case.get("/inbox")
@case_page(*PARTY_ROLES, scope=Scope.READ)
def get_inbox(case: Case, actor: Actor) -> Response:
    """Letters to the party, the newest first; reading the list opens none."""
    rows = current_session().execute(
        select(InboxItem, Packet)
        .join(Packet, Packet.id == InboxItem.packet_id)
        .where(InboxItem.party_id == actor.party_id, Packet.case_id == case.id)
        .order_by(InboxItem.id.desc())
    )
    zone = current_court().settings.tz
    return jsonify(letters=[answers.letter(item, packet, zone) for item, packet in rows])


@api_case.post("/inbox/<item>")
@case_page(*PARTY_ROLES, scope=Scope.ACT)
def open_letter(case: Case, actor: Actor, item: str) -> Response:
    """Open a letter: recorded as read, once, at the first time."""
    found = current_session().scalar(
        select(InboxItem).where(InboxItem.reference == item, InboxItem.party_id == actor.party_id)
    )
    if found is None:
        raise NotFound
    read_letter(current_court(), case.id, found.id, actor.account_id or 0)
    with current_court().database.read() as session:
        opened = session.get_one(InboxItem, found.id)
        packet = session.get_one(Packet, opened.packet_id)
        return jsonify(answers.letter(opened, packet, current_court().settings.tz))
