"""``/api/v1``: cases, acts, uploads and receipts for programs, under bearer tokens."""

from __future__ import annotations

import base64
from datetime import UTC
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel

from odr.access import api as api_guard
from odr.access import case_page, current_court, current_locale, current_person, current_session, public
from odr.api.openapi import document
from odr.docket.models import Case
from odr.docket.queries import entries, entry
from odr.docket.visibility import READS_FILE
from odr.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.evidence.ports import desk_of
from odr.filing.drafts import lodge
from odr.filing.inputs import ClaimInput
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.identity.tokens import Scope
from odr.procedure.availability import acts_for, refuse_role
from odr.procedure.desks import my_cases, seated_cases
from odr.procedure.faults import validate
from odr.procedure.sitting import ActReceipt, words_of
from odr.procedure.views import entry_view
from odr.procedure.windows import window_title
from odr.text import T

api = Blueprint("api", __name__, url_prefix="/api/v1")


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > 2_000_000:
        raise InvalidInput([FieldFault((), T("The request is too large."))])
    try:
        data = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets, thousands deep
        data = None
    if not isinstance(data, dict):
        raise InvalidInput([FieldFault((), T("Send a JSON object."))])
    return data


def _given(model: type[BaseModel], currency: str | None = None) -> Any:
    return validate(model, _body(), currency=currency)


def _receipt(receipt: ActReceipt, status: int) -> tuple[Response, int]:
    """A receipt; a repeated request gets the same body, and a header that says so."""
    reply = jsonify(
        case=receipt.case_reference,
        case_number=receipt.case_number,
        entry=receipt.number,
        act=receipt.act,
        digest=receipt.digest,
        receipt=receipt.receipt,
        recorded_at=receipt.recorded_at.astimezone(UTC).isoformat(),
        words=dict(receipt.words),
    )
    if receipt.repeated:
        reply.headers["Idempotency-Replayed"] = "true"
    return reply, status


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 100:
        raise InvalidInput.at("Idempotency-Key", T("Use a key of at most 100 characters."))
    return key or None


@api.get("/openapi.json")
@public
def openapi() -> Response:
    """OpenAPI 3.1 of this court, from the table of acts."""
    return jsonify(document(current_court(), current_locale()))


@api.get("/cases")
@api_guard(Scope.READ)
def list_cases() -> Response:
    """Cases the token's owner takes part in."""
    person, session = current_person(), current_session()
    assert person is not None
    found = my_cases(session, person.account_id, current_court().clock.now()) + (seated_cases(session, person.account_id) if person.is_staff else [])
    return jsonify(cases=[{"reference": c.reference, "number": c.number, "title": c.title, "stage": c.stage.value} for c in found])


@api.post("/cases")
@api_guard(Scope.FILE)
def lodge_claim() -> tuple[Response, int]:
    """Lodge a claim; the same key gives the first receipt."""
    court, person = current_court(), current_person()
    assert person is not None
    pack = court.packs.in_force(court.settings.pack, court.clock.now().astimezone(court.settings.tz).date())
    claim: ClaimInput = _given(ClaimInput, pack.currency)
    account = current_session().get_one(Account, person.account_id)
    return _receipt(lodge(court, account, claim, key=_key()), 201)


@api.get("/cases/<reference>")
@case_page(scope=Scope.READ)
def get_case(case: Case, actor: Actor) -> Response:
    """The case as its viewer sees it."""
    look = current_court().look(current_session())
    open_acts = acts_for(look, case, actor)
    after = request.args.get("after", 0, type=int)
    return jsonify(
        reference=case.reference,
        number=case.number,
        title=case.title,
        stage=case.stage.value,
        track=case.track.value,
        outcome=case.outcome.value if case.outcome else None,
        role=actor.role.value,
        parties=[{"label": p.label, "name": p.name, "online": p.online} for p in case.parties],
        windows=[
            {"kind": w.kind, "title": words_of(window_title(look, case, w)), "due_at": w.due_at.isoformat() if w.due_at else None, "mine": w.party_id == actor.party_id, "working": w.working}
            for w in look.windows(case)
        ],
        acts=[{"act": a.act.name, "open": a.is_open, "reason": words_of(a.reason) if a.reason else None, "premise": look.premise_now(a.act, case, actor, {}) if a.is_open else None} for a in open_acts],
        docket=[
            {"entry": v.number, "act": v.act, "by": v.by_name or str(v.by), "effective_at": v.effective_at.isoformat(), "recorded_at": v.recorded_at.isoformat(), "digest": v.digest, "receipt": v.receipt, "content": v.payload}
            for v in (entry_view(look, case, actor, e, current_locale()) for e in entries(look.session, case, after=after, limit=200))
        ],
        exhibits=_exhibits(case, actor),
    )


def _exhibits(case: Case, actor: Actor) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from odr.evidence.models import Exhibit

    if actor.role not in READS_FILE:
        return []
    rows = current_session().scalars(select(Exhibit).where(Exhibit.case_id == case.id).order_by(Exhibit.id))
    return [{"label": e.label, "reference": e.reference, "title": e.title, "state": e.state.value, "sha256": e.upload.sha256, "size": e.upload.size, "entry": e.entry_number} for e in rows]


@api.post("/cases/<reference>/acts/<name>")
@case_page(scope=Scope.ACT)
def perform(case: Case, actor: Actor, name: str) -> tuple[Response, int]:
    """Perform an act."""
    court = current_court()
    act = court.table.get(name)
    if act is None or not act.listed:
        raise NotFound
    refuse_role(act, actor)
    given = _given(act.input, court.packs.get(case.pack_id, case.pack_version).currency)
    prepared = court.prepare(name, case, given, actor)
    with court.sit(prepared) as sitting:
        receipt = sitting.perform(name, sitting.session.get_one(Case, case.id), given, actor=actor, key=_key(), premise=request.headers.get("Premise"))
    return _receipt(receipt, 200)


@api.get("/cases/<reference>/docket/<int:number>/receipt")
@case_page(scope=Scope.READ)
def get_receipt(case: Case, actor: Actor, number: int) -> Response:
    """The receipt of an entry: its files in base64, and how it is witnessed."""
    found = entry(current_session(), case, number)
    if found is None:
        raise NotFound
    files = current_court().notary.receipt_files(current_session(), found.receipt)
    parts = {part: getattr(files, part) for part in ("json", "leaf", "proof", "checkpoint", "tsr")}
    encoded = {part: base64.b64encode(data).decode() for part, data in parts.items() if data is not None}
    return jsonify(log=files.log, index=files.index, witnessed_by=files.witnessed_by, files=encoded)


@api.post("/uploads")
@api_guard(Scope.UPLOAD, upload=True)
def upload() -> tuple[Response, int]:
    """One file in one request, hashed as it streams, anchored before it is acknowledged."""
    person, court = current_person(), current_court()
    assert person is not None
    name = request.headers.get("Content-Filename", "file")[:255]
    kept = desk_of(court).receive(person.account_id, name, request.headers.get("Content-Type"), request.stream)
    court.sequence()
    if kept is None:
        raise CourtError(T("The file was not kept."))
    return jsonify(upload=kept.reference, sha256=kept.sha256, size=kept.size, media_type=kept.media_type, receipt=kept.receipt), 201
