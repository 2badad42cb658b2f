"""``/api/v1``: cases, acts, uploads and receipts for programs, under bearer tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel

from odr.api import answers
from odr.api.inputs import JoinByCode
from odr.api.openapi import document
from odr.docket.models import Case
from odr.evidence.sources import digests
from odr.filing.draft.drafts import lodge
from odr.filing.draft.particulars import require
from odr.filing.inputs import ClaimInput, JoinInput
from odr.filing.parties.joining_by_code import invitation_for, join
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput, NotFound, StepUpNeeded
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.acts.availability import Availability, acts_for, refusal, refuse_role, window_for
from odr.procedure.acts.table import Act
from odr.procedure.case.waiting_for_me import every_case, waiting
from odr.procedure.forms.doubts import doubts_of, mark_of
from odr.procedure.forms.faults import validate
from odr.procedure.sitting import ActReceipt
from odr.web.guards import (
    api as api_guard,
    behind_code,
    case_page,
    current_court,
    current_locale,
    current_person,
    current_session,
    public,
)
from odr.web.lists import after_asked, words_asked
from odr.web.numbers import number_in
from odr.web.pages import look, pack_today

api = Blueprint("api", __name__, url_prefix="/api/v1")


def _body() -> dict[str, Any]:
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise InvalidInput([FieldFault((), T("Send a JSON object."))])
    return data


def given_for(model: type[BaseModel], currency: str | None = None) -> Any:
    """The request’s object as an input of the court. Raises InvalidInput."""
    return validate(model, _body(), currency=currency)


def receipt_answer(receipt: ActReceipt, status: int) -> tuple[Response, int]:
    """A receipt; a repeated request gets the same body, and a header that says so."""
    reply = jsonify(answers.receipt(receipt))
    if receipt.repeated:
        reply.headers["Idempotency-Replayed"] = "true"
    return reply, status


def idempotency_key() -> str | None:
    """The caller's own name for the request. Raises InvalidInput for one too long."""
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
    """Cases the token's owner takes part in, the newest first; ``next`` goes into ``after`` for the following page."""
    person, session = current_person(), current_session()
    assert person is not None
    found = every_case(
        session, person.account_id, current_court().clock.now(), serves=person.is_staff, after=after_asked()
    )
    return jsonify(
        cases=[
            {"reference": c.reference, "number": c.number, "title": c.title, "stage": c.stage.value} for c in found.rows
        ],
        total=found.total,
        next=found.next,
    )


@api.get("/desk")
@api_guard(Scope.READ)
def list_desk() -> Response:
    """What waits for whoever serves the court, in the order of its desk; ``q`` narrows it to a number or a name. Empty for
    everybody else.
    """
    person, court = current_person(), current_court()
    assert person is not None
    session = current_session()
    found = waiting(
        session,
        person.account_id,
        court.table,
        rules=court.look(session).pack,
        words=words_asked(),
        after=after_asked(),
    )
    return jsonify(tasks=[answers.task(line) for line in found.rows], total=found.total, next=found.next)


@api.post("/cases")
@api_guard(Scope.FILE)
def lodge_claim() -> tuple[Response, int]:
    """Lodge a claim; the same key gives the first receipt."""
    court, person = current_court(), current_person()
    assert person is not None
    pack = pack_today()
    claim = require(pack, given_for(ClaimInput, pack.currency))
    _sure(claim)
    account = current_session().get_one(Account, person.account_id)
    return receipt_answer(lodge(court, account, claim, key=idempotency_key(), sign_in=person.sign_in), 201)


@api.post("/join")
@api_guard(Scope.ACT)
def join_case() -> tuple[Response, int]:
    """Link the person to the case they were invited to; the same key gives the first receipt."""
    person = current_person()
    assert person is not None
    given: JoinByCode = given_for(JoinByCode)
    if behind_code(lambda: invitation_for(look(), given.code)) is None:
        raise NotFound
    confirmed = JoinInput.model_validate(given.model_dump(exclude={"code"}))
    key, how = idempotency_key(), person.sign_in
    return receipt_answer(join(current_court(), person.account_id, given.code, confirmed, key=key, sign_in=how), 200)


@api.get("/cases/<reference>")
@case_page(scope=Scope.READ, heard=True)
def get_case(case: Case, actor: Actor) -> Response:
    """The case as its viewer sees it."""
    sitting = look()
    return jsonify(
        answers.case(sitting, case, actor, g.get("hats", []), current_locale(), number_in(request.args, "after", 0))
    )


def _act(name: str, actor: Actor) -> Act:
    act = current_court().table.get(name)
    if act is None or not act.listed:
        raise NotFound
    refuse_role(act, actor)
    return act


@api.get("/cases/<reference>/acts/<name>")
@case_page(scope=Scope.READ, heard=True)
def get_act(case: Case, actor: Actor, name: str) -> Response:
    """How one act stands, and what its input may name."""
    act, sitting = _act(name, actor), look()
    window = window_for(sitting, act, case, actor) if act.window else None
    return jsonify(
        answers.act(
            sitting, case, actor, Availability(act, refusal(sitting, act, case, actor), window), current_locale()
        )
    )


@api.post("/cases/<reference>/acts/<name>")
@case_page(scope=Scope.ACT, heard=True)
def perform(case: Case, actor: Actor, name: str) -> tuple[Response, int]:
    """Perform an act."""
    court, act, key = current_court(), _act(name, actor), idempotency_key()
    given = given_for(act.input, court.packs.get(case.pack_id, case.pack_version).currency)
    _sure(given)
    try:
        if act.strong and not _is_repeated(actor, key, name, given):
            actor = _confirmed(case, act, actor)
        prepared = court.prepare(name, case, given, actor)
        with court.sit(prepared) as sitting:
            receipt = sitting.perform(
                name,
                sitting.session.get_one(Case, case.id),
                given,
                actor=actor,
                key=key,
                premise=request.headers.get("Premise"),
            )
    except ActNotOpen as error:
        error.open_acts = _open_acts(case, actor)
        raise
    return receipt_answer(receipt, 200)


def _sure(given: BaseModel) -> None:
    """A sum or day that is seldom meant is asked about, as on a page. Raises InvalidInput, which says what to send if it
    is right.
    """
    court = current_court()
    asked = doubts_of(given, court.clock.now().astimezone(court.settings.tz).date())
    if not asked or request.headers.get("Sure", "").strip() == mark_of(asked):
        return
    breach = InvalidInput([*asked])
    breach.way_out = T("If it is right, send the same once more with the header Sure: %(mark)s", mark=mark_of(asked))
    raise breach


def _open_acts(case: Case, actor: Actor) -> tuple[str, ...]:
    """What the actor may do instead, as the case stands now."""
    with current_court().database.read() as session:
        return tuple(
            a.act.name
            for a in acts_for(current_court().look(session), session.get_one(Case, case.id), actor)
            if a.is_open
        )


def _is_repeated(actor: Actor, key: str | None, name: str, given: BaseModel) -> bool:
    return bool(key) and look().receipt_for(actor.account_id or 0, key or "", name, given) is not None


def _confirmed(case: Case, act: Act, actor: Actor) -> Actor:
    """The actor with their identity confirmed: by a session confirmed just now, or for this one act by a one-time code.

    Whether the act is open is asked first, so that no code is used up in vain.
    Raises StepUpNeeded without a code, WrongCode, TooMany.
    """
    court, now = current_court(), current_court().clock.machine_now()
    sitting = court.look(current_session())
    breach = refusal(sitting, act, case, actor)
    if breach is not None:
        raise breach
    code = request.headers.get("Identity-Code", "").strip()
    person = current_person()
    if not code and person is not None and not person.is_program:
        return actor
    if not code:
        raise StepUpNeeded(
            T("Confirm that it is you before you do this."),
            T("Send an identity code of your second factor in the header Identity-Code."),
        )
    one_time_codes.check(court.database, keyring(court.settings.secret_key), actor.account_id or 0, code, now)
    return replace(actor, strong_at=now)


@api.post("/digests")
@api_guard(Scope.UPLOAD, most=digests.MOST_BYTES)
def file_digests() -> tuple[Response, int]:
    """A list of digests, as JSON or as CSV, anchored line by line; the same list again gives the first batch."""
    person, court = current_person(), current_court()
    assert person is not None
    title, given = _listed()
    batch = digests.file_batch(court, person.account_id, title, given)
    court.settle()
    return jsonify(answers.digest_batch(batch)), 201


def _listed() -> tuple[str, list[digests.Given]]:
    if request.mimetype == "text/csv":
        try:
            return request.args.get("title", "")[:200] or "digests.csv", digests.read_list(
                request.get_data().decode("utf-8-sig")
            )
        except UnicodeDecodeError:
            raise InvalidInput.at("list", T("The file is not a text. Send CSV, or what sha256sum prints.")) from None
    data = request.get_json(silent=True)
    rows = data.get("digests") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput([FieldFault(("digests",), T("Send a JSON object with a list “digests”, or text/csv."))])
    return str(data.get("title") or "digests")[:200], digests.checked(enumerate(rows, 1))


@api.get("/digests/<batch>")
@api_guard(Scope.UPLOAD)
def get_digests(batch: str) -> Response:
    """A batch of one's own with its lines, a thousand at a time."""
    person, session = current_person(), current_session()
    assert person is not None
    found = digests.own_batch(session, person.account_id, batch)
    lines = digests.lines_of(session, found, after=max(0, number_in(request.args, "after", 0)), limit=1000)
    return jsonify({**answers.digest_batch(found), "lines": [answers.digest_line(line) for line in lines]})


@api.get("/digests/<batch>/<int:number>/receipt")
@api_guard(Scope.UPLOAD)
def get_digest_receipt(batch: str, number: int) -> Response:
    """The receipt of a line, with its proof."""
    person, session = current_person(), current_session()
    assert person is not None
    line = digests.line_of(session, digests.own_batch(session, person.account_id, batch), number)
    return jsonify(answers.proof(current_court().notary.receipt_files(session, line.receipt)))


@api.post("/digests/<batch>/<int:number>/file")
@api_guard(Scope.UPLOAD)
def put_digest_file(batch: str, number: int) -> Response:
    """Put a file that was sent to its line; refused unless it is the very file."""
    person, court = current_person(), current_court()
    assert person is not None
    with court.database.write() as session:
        line = digests.attach_file(
            session, digests.own_batch(session, person.account_id, batch), number, str(_body().get("upload") or "")
        )
        return jsonify(answers.digest_line(line))
