"""The line as a page, for programs, and for the gateway of text messages. None of it needs a script."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from odr.assist.guide.asking import LONGEST
from odr.assist.line.answering import Channel, Incoming, Outgoing, answer
from odr.assist.line.said import DIGITS
from odr.assist.line.sms_gateway import MOST_BYTES, fields_of, is_from_gateway, read_text
from odr.ground.db import new_reference
from odr.ground.errors import NotFound, NotUnderstood
from odr.ground.text import T
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import new_token
from odr.web.guards import current_court, current_locale, public

line = Blueprint("line", __name__)
NOT_KEPT = {"X-Robots-Tag": "noindex, noarchive", "Cache-Control": "no-store"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,80}")


@line.get("/line")
@public
def start() -> Response:
    """Write to the court as one writes a text message: one field, one answer."""
    return _page(new_token(), "", None)


@line.post("/line")
@public
def said() -> Response:
    """The answer. The form bears its own number: sent again, by reloading or twice, it gets the same answer."""
    talk, message = request.form.get("talk", ""), request.form.get("message", "")
    text = request.form.get("text", "")[: 2 * LONGEST]
    if not _TOKEN.fullmatch(talk) or not _TOKEN.fullmatch(message):
        return _page(new_token(), text, None)
    return _page(talk, text, answer(current_court(), _incoming(talk, message, text)))


@line.post("/line.json")
@public(csrf=False)
def for_programs() -> Response:
    """The same for programs: ``talk`` and ``message`` are tokens of theirs, ``text`` what is said. It needs no account."""
    told: Any = request.get_json(silent=True)
    given = told if isinstance(told, dict) else {}
    talk, message, text = given.get("talk"), given.get("message"), given.get("text")
    if (
        not (isinstance(talk, str) and isinstance(message, str) and isinstance(text, str))
        or not _TOKEN.fullmatch(talk)
        or not _TOKEN.fullmatch(message)
    ):
        raise NotUnderstood(T("Give talk and message as tokens of 20 to 80 letters and digits, and text as words."))
    out = answer(current_court(), _incoming(talk, message, text[: 2 * LONGEST]))
    made = jsonify(kind=out.kind, language=out.locale, text=out.text, place=out.place or None)
    made.headers.update(NOT_KEPT)
    return made


def _incoming(talk: str, message: str, text: str) -> Incoming:
    network = rate_limits.network(request.remote_addr or "")
    return Incoming.text(Channel.WEB, talk, message, text, current_locale(), counted=network)


def _page(talk: str, text: str, out: Outgoing | None) -> Response:
    page = render_template(
        "assist/line.html",
        talk=talk,
        message=new_reference(),
        text=text,
        out=out,
        most=LONGEST,
        digits=DIGITS,
    )
    return Response(page, mimetype="text/html", headers=NOT_KEPT)


@line.route("/line/sms", methods=["GET", "POST"])
@public(csrf=False, most=MOST_BYTES)
def sms() -> Response:
    """A text message from the gateway, which bears the secret it shares with the court; the answer is the text that goes
    back. Without a secret in the settings there is nothing here.
    """
    settings = current_court().settings
    if not settings.line_sms_key:
        raise NotFound
    raw = request.query_string if request.method == "GET" else request.get_data(cache=False)
    given = fields_of(raw)
    if not is_from_gateway(given, request.headers.get("X-Court-Key", ""), settings.line_sms_key):
        return _plain("", 403)
    texted = read_text(given)
    if texted is None:
        return _plain("", 400)
    out = answer(
        current_court(),
        Incoming.text(
            Channel.SMS,
            texted.sender,
            texted.message,
            texted.text,
            settings.line_locale,
            phone=texted.sender,
            sent_at=texted.sent_at,
        ),
    )
    return _plain(out.text, 200)


def _plain(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8", headers=NOT_KEPT)
