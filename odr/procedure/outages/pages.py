"""The public page of outages, the same for programs, and where a watcher tells what it saw from outside."""

from __future__ import annotations

import hmac
from datetime import UTC
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T
from odr.procedure.outages import ledger
from odr.procedure.outages.models import Cause, Outage
from odr.web.guards import current_court, current_session, public
from odr.web.pages import Page, file_answer, receipt_part

outages = Blueprint("outages", __name__)
SHOWN = 200
"""Outages told at once, those that ended last on top."""


class Seen(BaseModel):
    """What a watcher saw: from its first question without an answer to its first with one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    watcher: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w .-]+$")]
    began_at: AwareDatetime
    ended_at: AwareDatetime


@outages.get("/status")
@public
def status() -> Page:
    """When the court could not be reached, and what that does to time limits."""
    court = current_court()
    today = court.clock.now().astimezone(court.settings.tz).date()
    pack = court.packs.in_force(court.settings.pack, today)
    rule = pack.outages
    found = ledger.newest(current_session(), SHOWN)
    article = pack.cite(str(rule.article)) if rule is not None else None
    return render_template("procedure/outages.html", found=found, rule=rule, article=article, now=court.clock.now())


@outages.get("/status.json")
@public
def status_json() -> Response:
    """The same for programs."""
    return jsonify(status="answers", outages=[_told(one) for one in ledger.newest(current_session(), SHOWN)])


def _told(one: Outage) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "cause": one.cause.value,
        "seen_by": one.seen_by,
        "began_at": one.began_at.isoformat(),
        "ended_at": one.ended_at.isoformat(),
        "time_limits_done": one.weighed_at is not None,
        "receipt": one.receipt,
    }


def _outage(reference: str) -> Outage:
    row = current_session().scalar(select(Outage).where(Outage.reference == reference))
    if row is None:
        raise NotFound
    return row


@outages.get("/status/outages/<reference>/record.json")
@public
def record(reference: str) -> Response:
    """The exact bytes that were recorded."""
    return file_answer(_outage(reference).record.encode(), f"outage-{reference}.json", "application/json")


@outages.get("/status/outages/<reference>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@public
def receipt(reference: str, part: str) -> Response:
    """One file of the log's receipt for an outage."""
    return receipt_part(_outage(reference).receipt, part)


@outages.post("/status/seen")
@public(csrf=False, most=4096)
def seen() -> ResponseReturnValue:
    """A watcher outside tells an outage, once it is over. To whoever has not its token there is no such page."""
    token, offered = current_court().settings.watcher_token, request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(offered.removeprefix("Bearer ").encode(), token.encode()):
        raise NotFound
    try:
        given = Seen.model_validate_json(request.get_data())
    except ValidationError as error:
        raise InvalidInput.at("body", T("This is not what a watcher tells.")) from error
    began, ended = (at.astimezone(UTC) for at in (given.began_at, given.ended_at))
    row = ledger.tell(current_court(), Cause.UNREACHED, given.watcher, began, ended)
    return jsonify(_told(row)), 201
