"""The OpenAPI 3.1 document, written from the table of acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odr.filing.inputs import ClaimInput
from odr.procedure.inputs import schema_for
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.court import Court

JSON = "application/json"
PROBLEM = "application/problem+json"


def document(court: Court, locale: str) -> dict[str, Any]:
    """OpenAPI 3.1 of this court, labels in ``locale``."""
    schemas: dict[str, Any] = {"Problem": _problem(), "Receipt": _receipt(), "Case": {"type": "object"}, "Claim": _input(ClaimInput, locale)}
    paths: dict[str, Any] = {
        "/api/v1/openapi.json": {"get": _operation("openapi", T("This document"), locale, {"200": _ok({"type": "object"})}, public=True)},
        "/api/v1/cases": {
            "get": _operation("list_cases", T("Cases one takes part in"), locale, {"200": _ok({"type": "object"})}),
            "post": _operation("lodge_claim", T("Lodge a claim"), locale, _act_answers("201"), body={"$ref": "#/components/schemas/Claim"}, key=True),
        },
        "/api/v1/cases/{reference}": {
            "parameters": [_reference()],
            "get": _operation("get_case", T("A case: docket, time limits, what is open and why not"), locale, {"200": _ok({"$ref": "#/components/schemas/Case"}), "404": _fault()}),
        },
        "/api/v1/cases/{reference}/docket/{number}/receipt": {
            "parameters": [_reference(), {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}],
            "get": _operation("get_receipt", T("The receipt of an entry, with its proof"), locale, {"200": _ok({"type": "object"}), "404": _fault()}),
        },
        "/api/v1/uploads": {
            "post": _operation("upload", T("Send a small file in one request; larger ones by tus at /uploads/"), locale, {"201": _ok({"type": "object"}), "413": _fault(), "415": _fault(), "422": _fault(), "507": _fault()}, binary=True),
        },
    }
    for act in court.table:
        if not act.listed:
            continue
        schemas[act.name] = _input(act.input, locale)
        operation = _operation(act.name, act.title, locale, _act_answers("200"), body={"$ref": f"#/components/schemas/{act.name}"}, key=True)
        operation["x-by"] = sorted(role.value for role in act.by)
        operation["x-at"] = sorted(stage.value for stage in act.at)
        if act.source:
            operation["x-source"] = act.source
        paths[f"/api/v1/cases/{{reference}}/acts/{act.name}"] = {"parameters": [_reference()], "post": operation}
    return {
        "openapi": "3.1.0",
        "info": {"title": court.settings.court_name, "version": "1", "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": court.settings.base_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _input(model: Any, locale: str) -> dict[str, Any]:
    """A model's schema with its parts kept inside, so that references hold in the document."""
    schema = schema_for(model, locale)
    return {**schema, **({"$defs": schema["$defs"]} if "$defs" in schema else {})} if "$defs" not in schema else _inlined(schema)


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    parts = schema.pop("$defs")

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node and node["$ref"].startswith("#/$defs/"):
                found = walk(parts[node["$ref"].removeprefix("#/$defs/")])
                return {**found, **{k: walk(v) for k, v in node.items() if k != "$ref"}}
            return {k: walk(v) for k, v in node.items()}
        return [walk(v) for v in node] if isinstance(node, list) else node

    inlined: dict[str, Any] = walk(schema)
    return inlined


def _operation(name: str, title: Any, locale: str, answers: dict[str, Any], *, body: dict[str, Any] | None = None, key: bool = False, public: bool = False, binary: bool = False) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": title.render(locale), "responses": answers if public else {**answers, "401": _fault()}}
    if key:
        operation["parameters"] = [
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 100}},
            {"name": "Premise", "in": "header", "schema": {"type": "string", "maxLength": 100}},
        ]
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    if binary:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    if public:
        operation["security"] = []
    return operation


def _act_answers(good: str) -> dict[str, Any]:
    return {good: _ok({"$ref": "#/components/schemas/Receipt"}), **{code: _fault() for code in ("400", "403", "404", "409", "422")}}


def _ok(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {JSON: {"schema": schema}}}


def _fault() -> dict[str, Any]:
    return {"description": "Problem (RFC 9457)", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _reference() -> dict[str, Any]:
    return {"name": "reference", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z2-7]{26}$"}}


def _problem() -> dict[str, Any]:
    faults = {"type": "array", "items": {"type": "object", "properties": {"at": {"type": "string"}, "message": {"type": "string"}}}}
    words = {"type": "string"}
    return {"type": "object", "required": ["type", "title", "status"], "properties": {"type": words, "title": words, "status": {"type": "integer"}, "detail": words, "source": words, "errors": faults}}


def _receipt() -> dict[str, Any]:
    words = {"type": "string"}
    return {
        "type": "object",
        "required": ["case", "entry", "act", "digest", "receipt", "recorded_at"],
        "properties": {"case": words, "case_number": {"type": ["string", "null"]}, "entry": {"type": "integer"}, "act": words, "digest": words, "receipt": words, "recorded_at": words, "words": {"type": "object"}},
    }
