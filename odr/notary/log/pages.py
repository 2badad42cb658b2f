"""The log as the world reads it: C2SP tlog-tiles under ``/log/<year>/``. Public and immutable but for the checkpoint."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort

from odr.web.guards import current_court, current_session, public

log_pages = Blueprint("log", __name__, url_prefix="/log")
_LAST = re.compile(r"^(?:x\d{3}/)*\d{3}$")
FOREVER = "public, max-age=31536000, immutable"


def _tile_index(path: str) -> tuple[int, int | None]:
    """``x001/x234/067.p/8`` → (1234067, 8); anything else is not found."""
    width = None
    if ".p/" in path:
        path, _, raw = path.partition(".p/")
        if not re.fullmatch(r"[1-9]\d{0,2}", raw) or int(raw) > 255:
            abort(404)
        width = int(raw)
    if not _LAST.fullmatch(path):
        abort(404)
    index = int(path.replace("x", "").replace("/", ""))
    return index, width


def _bytes(data: bytes | None, cache: str) -> Response:
    if data is None:
        abort(404)
    return Response(data, mimetype="application/octet-stream", headers={"Cache-Control": cache})


def _log(year: str) -> str:
    return f"{current_court().notary.origin}/{year}"


@log_pages.get("/<year>/checkpoint")
@public(shared=True)
def checkpoint(year: str) -> Response:
    """The newest signed tree head."""
    note = current_court().notary.checkpoint(current_session(), _log(year))
    if note is None:
        abort(404)
    return Response(note, mimetype="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@log_pages.get("/<year>/tile/<int:level>/<path:index>")
@public(shared=True)
def tile(year: str, level: int, index: str) -> Response:
    """A tile of hashes."""
    number, width = _tile_index(index)
    return _bytes(current_court().notary.tile(current_session(), level, number, width, _log(year)), FOREVER)


@log_pages.get("/<year>/tile/entries/<path:index>")
@public(shared=True)
def entries(year: str, index: str) -> Response:
    """A bundle of log entries."""
    number, width = _tile_index(index)
    return _bytes(current_court().notary.entry_bundle(current_session(), number, width, _log(year)), FOREVER)


@log_pages.get("/keys")
@public(shared=True)
def keys() -> Response:
    """The log's verifier keys, one a line. Compare them with those published elsewhere."""
    return Response("\n".join(current_court().notary.log_vkeys()) + "\n", mimetype="text/plain; charset=utf-8")


@log_pages.get("/log.pem")
@public(shared=True)
def key_pem() -> Response:
    """The log's public key for openssl."""
    return Response(current_court().notary.log_public_pem(), mimetype="application/x-pem-file")


@log_pages.get("/time-authority-sha512.pem")
@public(shared=True)
def time_authority_512() -> Response:
    """Root certificate of the authority that stamps statements of hash renewal."""
    pem = current_court().notary.tsa_512_pem()
    if pem is None:
        abort(404)
    return Response(pem, mimetype="application/x-pem-file")


@log_pages.get("/renewal-<int:number>.statement")
@public(shared=True)
def statement(number: int) -> Response:
    """The signed statement of a round of hash renewal."""
    return _statement(number, f"renewal-{number}.statement")


@log_pages.get("/renewal-<int:number>.statement.tsr")
@public(shared=True)
def statement_token(number: int) -> Response:
    """The court's time token over it."""
    return _statement(number, f"renewal-{number}.statement.tsr")


def _statement(number: int, name: str) -> Response:
    return _bytes(current_court().notary.statement_files(current_session(), number).get(name), "no-cache")


@log_pages.get("/time-authority.pem")
@public(shared=True)
def time_authority() -> Response:
    """Root certificate of the court's time authority and seal."""
    return Response(current_court().notary.tsa_ca_pem(), mimetype="application/x-pem-file")
