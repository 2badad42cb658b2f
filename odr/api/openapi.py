"""The OpenAPI 3.1 document, written from the table of acts and the shapes of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odr.api.inputs import BulkInput, JoinByCode, SimilarQuestion
from odr.api.shapes import SCHEMAS, Schema, ref
from odr.assist.guide.asking import LONGEST as LONGEST_QUESTION
from odr.evidence.intake.sent_together import MOST_FILES
from odr.filing.draft.particulars import model_for
from odr.filing.inputs import ClaimInput
from odr.ground.text import T, Text
from odr.identity.sign_in.program_tokens import Scope
from odr.judgment.payment_order.inputs import PaymentOrderInput
from odr.judgment.preservation.inputs import BeforeClaimEvidenceInput, BeforeClaimInput
from odr.procedure.forms.inputs import schema_for
from odr.register.search.asking import LONGEST
from odr.register.search.language import MOST_SIGNS
from odr.register.search.titles import TITLES
from odr.settlement.before_filing.inputs import BeforeFilingInput
from odr.settlement.inputs import ConfirmationInput
from odr.web.lists import MOST_WORDS

if TYPE_CHECKING:
    from odr.procedure.court import Court

JSON = "application/json"
PROBLEM = "application/problem+json"
BYTES: Schema = {"type": "string", "format": "binary"}
CASE = "/api/v1/cases/{reference}"
_DIGEST: Schema = {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"}
_SENT: dict[str, Schema] = {
    "title": {"type": "string", "maxLength": 200},
    "digests": {
        "type": "array",
        "minItems": 1,
        "maxItems": 10_000,
        "items": {
            "type": "object",
            "required": ["sha256"],
            "properties": {
                "sha256": _DIGEST,
                "name": {"type": ["string", "null"], "maxLength": 255},
                "size": {"type": ["integer", "null"], "minimum": 0},
                "made_at": {"type": ["string", "null"], "maxLength": 60},
                "note": {"type": ["string", "null"], "maxLength": 1000},
            },
        },
    },
}
OPENINGS = (
    (
        "mediations",
        "ask_before_filing",
        T("Ask for mediation before a claim"),
        "MediationBeforeClaim",
        BeforeFilingInput,
    ),
    (
        "confirmations",
        "ask_for_confirmation",
        T("Ask for the confirmation of an agreement"),
        "AgreementToConfirm",
        ConfirmationInput,
    ),
    (
        "payment-orders",
        "ask_for_payment_order",
        T("Apply for a payment order"),
        "PaymentOrderApplication",
        PaymentOrderInput,
    ),
    (
        "preservations",
        "ask_before_claim",
        T("Ask for preservation before a claim"),
        "PreservationBeforeClaim",
        BeforeClaimInput,
    ),
    (
        "evidence-preservations",
        "ask_before_claim_for_evidence",
        T("Ask for preservation of evidence before a claim"),
        "EvidencePreservationBeforeClaim",
        BeforeClaimEvidenceInput,
    ),
)
"""Cases that begin without a claim: path, name, title, and the schema with the input behind it."""
ACT_FAULTS = ("400", "403", "404", "409", "422", "429")


def document(court: Court, locale: str) -> dict[str, Any]:
    """OpenAPI 3.1 of this court, labels in ``locale``."""
    schemas = {
        **SCHEMAS,
        "Claim": inlined(schema_for(ClaimInput, locale)),
        "JoinByCode": inlined(schema_for(JoinByCode, locale)),
        "SimilarQuestion": inlined(schema_for(SimilarQuestion, locale)),
        "BulkClaims": inlined(schema_for(BulkInput, locale)),
        **{schema: inlined(schema_for(model, locale)) for _, _, _, schema, model in OPENINGS},
    }
    schemas |= _particulars(court, schemas["Claim"], locale)
    paths = {**_general(locale), **_reading(locale), **_doing(locale)}
    for act in court.table:
        if not act.listed:
            continue
        schemas[f"act.{act.name}"] = inlined(schema_for(act.input, locale))
        operation = _act(act.name, act.title, locale, "200", f"act.{act.name}")
        operation |= {
            "x-by": sorted(role.value for role in act.by),
            "x-at": sorted(stage.value for stage in act.at),
            "x-version": act.version,
        }
        if act.of_part:
            operation["x-of-part"] = True
        if act.source:
            operation["x-source"] = act.articles
        if act.strong:
            operation["parameters"] = [
                *operation["parameters"],
                _header(
                    "Identity-Code",
                    T("An identity code of the person: the act needs their identity confirmed."),
                    locale,
                ),
            ]
        paths[f"{CASE}/acts/{act.name}"] = {"parameters": _in_path("reference"), "post": operation}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": court.settings.court_name,
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": court.settings.base_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _particulars(court: Court, claim: Schema, locale: str) -> dict[str, Schema]:
    """What a claim filed today is asked, by its cause; the claim names them as the alternatives."""
    today = court.clock.now().astimezone(court.settings.tz).date()
    pack = court.packs.in_force(court.settings.pack, today)
    found = {f"particulars.{key}": inlined(schema_for(model_for(pack, key), locale)) for key in pack.causes_on(today)}
    claim["properties"]["particulars"]["anyOf"] = [ref(name) for name in found]
    return found


def inlined(schema: Schema) -> Schema:
    """A model's schema with its parts written where they are used, so that it stands alone in the document."""
    parts = schema.pop("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            if str(node.get("$ref", "")).startswith("#/$defs/"):
                return {
                    **walk(parts[node["$ref"].removeprefix("#/$defs/")]),
                    **{k: walk(v) for k, v in node.items() if k != "$ref"},
                }
            return {k: walk(v) for k, v in node.items()}
        return [walk(v) for v in node] if isinstance(node, list) else node

    found: Schema = walk(schema)
    return found


def _general(locale: str) -> dict[str, Any]:
    """What belongs to no case yet."""
    openapi = _operation("openapi", T("This document"), locale, {"200": _ok({"type": "object"})}, None)
    cases = _operation("list_cases", T("Cases one takes part in"), locale, {"200": _ok(ref("Cases"))}, Scope.READ)
    after = {
        "name": "after",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "maxLength": 400},
        "description": T("“next” of the answer before; without it the list begins at its first line.").render(locale),
    }
    cases["parameters"] = [after]
    desk = _operation(
        "list_desk", T("What waits for whoever serves the court"), locale, {"200": _ok(ref("Desk"))}, Scope.READ
    )
    named = T("The number of a case, or the name of a party, to narrow the list to").render(locale)
    desk["parameters"] = [
        after,
        {"name": "q", "in": "query", "required": False, "schema": {"type": "string", "maxLength": MOST_WORDS}}
        | {"description": named},
    ]
    mediators = _operation(
        "list_mediators", T("Mediators of this court"), locale, {"200": _ok(ref("Mediators"))}, Scope.READ
    )
    begun = {
        f"/api/v1/{path}": {"post": _opening(name, title, locale, schema)} for path, name, title, schema, _ in OPENINGS
    }
    lodge = _opening("lodge_claim", T("Lodge a claim"), locale, "Claim")
    join = _act("join_case", T("Join a case by the code of the court’s letter"), locale, "200", "JoinByCode")
    many = _act("lodge_many", T("Lodge up to 1,000 claims of one claimant"), locale, "202", "BulkClaims", Scope.FILE)
    many["responses"]["202"] = _ok(ref("BulkKept"))
    many["parameters"] = many["parameters"][:1]
    upload = _operation(
        "upload",
        T("Send a file in one request, many small ones as parts of a form, or begin a resumable upload by tus 1.0"),
        locale,
        {
            "201": _ok({"anyOf": [ref("Upload"), ref("Uploads")]}),
            "207": _ok(ref("Uploads")),
            **_faults("403", "400", "413", "415", "422", "507"),
        },
        Scope.UPLOAD,
    )
    files: Schema = {
        "type": "object",
        "properties": {"file": {"type": "array", "maxItems": MOST_FILES, "items": BYTES}},
    }
    upload["requestBody"] = {
        "required": True,
        "content": {"application/octet-stream": {"schema": BYTES}, "multipart/form-data": {"schema": files}},
    }
    upload["parameters"] = [_header("Content-Filename", T("Name of the file"), locale), many["parameters"][0]]
    return {
        "/decisions.json": {"get": _search(locale)},
        "/decisions/cited.json": {"get": _cited(locale)},
        "/enforcement-list.json": {"post": _listed(locale)},
        "/api/v1/guide": {"get": _guide(locale)},
        **_standards(locale),
        "/api/v1/similar": {"post": _similar(locale)},
        **_digests(locale),
        **begun,
        "/api/v1/openapi.json": {"get": openapi},
        "/api/v1/mediators": {"get": mediators},
        "/api/v1/cases": {"get": cases, "post": lodge},
        "/api/v1/desk": {"get": desk},
        "/api/v1/join": {"post": join},
        "/api/v1/uploads": {"post": upload},
        "/api/v1/bulk": {"post": many},
        "/api/v1/bulk/{reference}": {
            "parameters": _in_path("reference"),
            "get": _read("get_bulk", T("What became of each of many claims"), locale, _ok(ref("Bulk"))),
        },
        "/api/v1/uploads/{upload}": {"parameters": _in_path("upload"), **_resumable(locale)},
    }


def _search(locale: str) -> dict[str, Any]:
    """The search in published decisions, open to everybody; every filter of the page."""
    found = _operation(
        "search_decisions",
        T("Search in published decisions"),
        locale,
        {"200": _ok(ref("FoundDecisions")), **_faults("422", "503")},
        None,
    )
    told: dict[str, Text] = {
        "q": T("Words, “phrases”, AND, OR, NOT, brackets, and field:value; the fields stand in the court’s guide."),
        **TITLES,
        "order": T("“best” or “newest”"),
        "after": T("“next” of the answer before; without it the list begins at its first line."),
        "exact": T("1: show nothing else in the place of a word that no decision holds."),
    }
    found["parameters"] = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {
                "type": "string",
                "maxLength": MOST_SIGNS if name == "q" else 400 if name == "after" else LONGEST,
            },
            "description": words.render(locale),
        }
        for name, words in told.items()
    ]
    return found


def _listed(locale: str) -> dict[str, Any]:
    """The list of persons who do not perform, open to everybody who gives name and number."""
    told = _operation(
        "look_up_list",
        T("Look up the list of persons who do not perform by name and number"),
        locale,
        {"200": _ok(ref("ListedPersons")), **_faults("400", "404", "429")},
        None,
    )
    word: Schema = {"type": "string", "minLength": 1}
    told["requestBody"] = {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["name", "number"],
                    "properties": {"name": {**word, "maxLength": 200}, "number": {**word, "maxLength": 120}},
                }
            }
        },
    }
    return told


def _cited(locale: str) -> dict[str, Any]:
    """What published decisions cite most, open to everybody."""
    told = _operation(
        "most_cited",
        T("The articles and decisions that published decisions cite most"),
        locale,
        {"200": _ok(ref("MostCited")), **_faults("503")},
        None,
    )
    cause = {"name": "cause", "in": "query", "required": False, "schema": {"type": "string"}}
    told["parameters"] = [{**cause, "description": TITLES["cause"].render(locale)}]
    return told


def _guide(locale: str) -> dict[str, Any]:
    """A question in one's own words, open to everybody."""
    asked = _operation(
        "ask_guide",
        T("Ask the court’s rules and help pages; the answer is up to three passages, word for word"),
        locale,
        {"200": _ok(ref("GuideAnswer")), **_faults("422")},
        None,
    )
    asked["parameters"] = [
        {
            "name": "q",
            "in": "query",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION},
            "description": T(
                "A question in one’s own words, in English or Chinese; no names and no numbers of persons"
            ).render(locale),
        }
    ]
    return asked


def _standards(locale: str) -> dict[str, Any]:
    """The evidence standards, open to everybody."""
    every = _operation(
        "list_standards",
        T("The evidence standard of each kind of case one can file today"),
        locale,
        {"200": _ok(ref("EvidenceStandards"))},
        None,
    )
    one = _operation(
        "get_standard",
        T("One version of the evidence standard of a kind of case, by the day it began"),
        locale,
        {"200": _ok(ref("EvidenceStandard")), **_faults("404")},
        None,
    )
    place = [
        {"name": name, "in": "path", "required": True, "schema": shape}
        for name, shape in (("cause", {"type": "string"}), ("since", {"type": "string", "format": "date"}))
    ]
    return {
        "/api/v1/standards": {"get": every},
        "/api/v1/standards/{cause}/{since}": {"parameters": place, "get": one},
    }


def _similar(locale: str) -> dict[str, Any]:
    """Decisions like a claim that is written."""
    asked = _operation(
        "like_a_claim",
        T(
            "What became of published cases like a claim: each of them, and together from a least number on; no prediction"
        ),
        locale,
        {"200": _ok(ref("LikeAClaim")), **_faults("403", "404", "422", "429")},
        Scope.FILE,
    )
    asked["requestBody"] = {"required": True, "content": {JSON: {"schema": ref("SimilarQuestion")}}}
    return asked


def _digests(locale: str) -> dict[str, Any]:
    """Hash first: lists of digests, and the file of a line if it comes later."""
    place = _in_path("batch", number="integer")
    send = _operation(
        "file_digests",
        T("Send a list of digests of files that stay with you"),
        locale,
        {"201": _ok(ref("DigestBatch")), **_faults("403", "422")},
        Scope.UPLOAD,
    )
    send["requestBody"] = {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "object", "required": ["digests"], "properties": _SENT}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
    lines = _operation(
        "get_digests",
        T("A list of digests with its lines"),
        locale,
        {"200": _ok(ref("DigestLines")), **_faults("403", "404")},
        Scope.UPLOAD,
    )
    proof = _operation(
        "get_digest_receipt",
        T("The receipt of a digest, with its proof"),
        locale,
        {"200": _ok(ref("Proof")), **_faults("403", "404")},
        Scope.UPLOAD,
    )
    put = _operation(
        "put_digest_file",
        T("The file of a digest, sent later"),
        locale,
        {"200": _ok(ref("DigestLine")), **_faults("403", "404", "422")},
        Scope.UPLOAD,
    )
    named: Schema = {"type": "object", "required": ["upload"], "properties": {"upload": {"type": "string"}}}
    put["requestBody"] = {"required": True, "content": {JSON: {"schema": named}}}
    return {
        "/api/v1/digests": {"post": send},
        "/api/v1/digests/{batch}": {"parameters": _in_path("batch"), "get": lines},
        "/api/v1/digests/{batch}/{number}/receipt": {"parameters": place, "get": proof},
        "/api/v1/digests/{batch}/{number}/file": {"parameters": place, "post": put},
    }


def _resumable(locale: str) -> dict[str, Any]:
    """The pieces of a resumable upload, as tus 1.0 has them: everything but the bytes stands in headers."""
    done, none = {"description": "OK"}, {"description": "No Content"}
    version = _header("Tus-Resumable", T("Version of the upload protocol: 1.0.0"), locale)
    offset = _header("Upload-Offset", T("How many bytes the court has acknowledged"), locale)
    faults = _faults("403", "404", "409", "410", "412", "423")
    stands = _operation(
        "where_upload_stands", T("How many bytes of an upload have come"), locale, {"200": done, **faults}, Scope.UPLOAD
    )
    refused = _faults("413", "415", "460", "507")
    sends = _operation(
        "send_piece", T("Send the next piece of an upload"), locale, {"204": none, **refused, **faults}, Scope.UPLOAD
    )
    ends = _operation(
        "give_up_upload", T("Give up an unfinished upload"), locale, {"204": none, **faults}, Scope.UPLOAD
    )
    sends["requestBody"] = {"required": True, "content": {"application/offset+octet-stream": {"schema": BYTES}}}
    for operation, more in ((stands, []), (sends, [offset]), (ends, [])):
        operation["parameters"] = [version, *more]
    return {"head": stands, "patch": sends, "delete": ends}


def _reading(locale: str) -> dict[str, Any]:
    """What one reads of a case: path below it → what is there."""
    number, label, document = ({"number": "integer"}, {"label": "string"}, {"document": "string"})
    found: dict[str, Any] = {}
    for path, name, title, schema, more in (
        ("", "get_case", T("A case: docket, time limits, what is open and why not"), ref("Case"), {}),
        ("/docket/{number}/receipt", "get_receipt", T("The receipt of an entry, with its proof"), ref("Proof"), number),
        (
            "/exhibits/{label}/receipt",
            "get_exhibit_receipt",
            T("The receipt of an exhibit’s file, with its proof"),
            ref("Proof"),
            label,
        ),
        (
            "/documents/{document}/receipt",
            "get_document_receipt",
            T("The receipt of a paper of the court, with its proof"),
            ref("Proof"),
            document,
        ),
        (
            "/fees",
            "get_fees",
            T("The fees of the case, how each was reckoned, and what is left to pay"),
            ref("Fees"),
            {},
        ),
        ("/similar", "like_a_case", T("Published decisions like a case, for its bench"), ref("LikeACase"), {}),
        (
            "/examination",
            "get_examination",
            T("The plan of the examination, its questions, and the digest of its record"),
            ref("Examination"),
            {},
        ),
        ("/decisions", "get_decisions", T("The decisions one may see"), ref("Decisions"), {}),
        ("/accounts", "get_accounts", T("The accounts to pay into that one may read"), ref("Accounts"), {}),
        (
            "/evidence-gaps",
            "get_evidence_gaps",
            T("What the facts of one’s own side still lack, by the evidence standard of the case"),
            ref("EvidenceGaps"),
            {},
        ),
        ("/readings", "get_readings", T("Who has read the case, the newest first"), ref("Readings"), {}),
        ("/inbox", "get_inbox", T("Letters of the court to the party"), ref("Inbox"), {}),
    ):
        found[CASE + path] = {
            "parameters": _in_path("reference", **more),
            "get": _read(name, title, locale, _ok(schema)),
        }
    found[CASE + "/similar"]["get"]["responses"].update(_faults("429"))
    for path, name, title, kind, more in (
        ("/docket/{number}", "get_entry", T("An entry as it was hashed, byte for byte"), JSON, number),
        (
            "/exhibits/{label}/file",
            "get_exhibit_file",
            T("The file of an exhibit as it was received"),
            "application/octet-stream",
            label,
        ),
        ("/documents/{document}", "get_document", T("A paper of the court, as sealed"), "application/pdf", document),
    ):
        schema = {"type": "object"} if kind == JSON else BYTES
        found[CASE + path] = {
            "parameters": _in_path("reference", **more),
            "get": _read(name, title, locale, {"description": "OK", "content": {kind: {"schema": schema}}}),
        }
    return found


def _doing(locale: str) -> dict[str, Any]:
    """What is neither an act nor reading, and how one act stands."""
    acts = _read("get_act", T("One act: whether it is open, why not, and what can be chosen"), locale, _ok(ref("Act")))
    pay = _operation(
        "start_payment",
        T("The page where one’s own fee is paid"),
        locale,
        {"201": _ok(ref("PaymentPage")), **_faults(*ACT_FAULTS, "502", "503")},
        Scope.ACT,
    )
    letter = _operation(
        "open_letter",
        T("Open a letter: recorded as read, once"),
        locale,
        {"200": _ok(ref("Letter")), **_faults("403", "404")},
        Scope.ACT,
    )
    return {
        f"{CASE}/acts/{{name}}": {"parameters": _in_path("reference", name="string"), "get": acts},
        f"{CASE}/fees/{{assessment}}/payment": {"parameters": _in_path("reference", assessment="string"), "post": pay},
        f"{CASE}/inbox/{{item}}": {"parameters": _in_path("reference", item="string"), "post": letter},
    }


def _operation(name: str, title: Text, locale: str, answers: dict[str, Any], scope: Scope | None) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": title.render(locale), "responses": answers}
    if scope is None:
        return {**operation, "security": []}
    operation["responses"] = {**answers, **_faults("401")}
    operation["x-scope"] = scope.value
    return operation


def _read(name: str, title: Text, locale: str, good: dict[str, Any]) -> dict[str, Any]:
    return _operation(name, title, locale, {"200": good, **_faults("403", "404")}, Scope.READ)


def _act(name: str, title: Text, locale: str, good: str, body: str, scope: Scope = Scope.ACT) -> dict[str, Any]:
    operation = _operation(name, title, locale, {good: _ok(ref("Receipt")), **_faults(*ACT_FAULTS)}, scope)
    operation["parameters"] = [
        _header(
            "Idempotency-Key",
            T("A name of your own for this request: repeated with it, the first receipt comes again."),
            locale,
            100,
        ),
        _header(
            "Premise", T("The state of the case that the act was written for, from “acts” of the case."), locale, 200
        ),
        _header(
            "Sure",
            T("The mark from the answer that asked whether a sum or a day is right, once somebody has looked again."),
            locale,
            16,
        ),
        _header("Acting-For", T("One of “may_act_for” of the case, for who acts for several."), locale, 60),
    ]
    operation["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(body)}}}
    return operation


def _opening(name: str, title: Text, locale: str, body: str) -> dict[str, Any]:
    """What opens a case: nothing stands yet that it could answer, and one acts for oneself."""
    operation = _act(name, title, locale, "201", body, Scope.FILE)
    operation["parameters"] = operation["parameters"][:1]
    return operation


def _ok(schema: Schema) -> dict[str, Any]:
    return {"description": "OK", "content": {JSON: {"schema": schema}}}


def _faults(*codes: str) -> dict[str, Any]:
    return {
        code: {"description": "Problem (RFC 9457)", "content": {PROBLEM: {"schema": ref("Problem")}}} for code in codes
    }


def _header(name: str, words: Text, locale: str, most: int = 255) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "description": words.render(locale),
        "schema": {"type": "string", "maxLength": most},
    }


def _in_path(reference: str, **others: str) -> list[dict[str, Any]]:
    rows = [
        {"name": reference, "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z2-7]{26}$"}}
    ]
    return rows + [
        {"name": name, "in": "path", "required": True, "schema": {"type": kind}} for name, kind in others.items()
    ]
