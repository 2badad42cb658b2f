"""Evidence standards for programs: those of the court for everybody, and what the facts of a party still lack for whoever acts for it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify

from odr.api import answers
from odr.assist.standards.meter import meter_for
from odr.assist.standards.published import all_published, as_json, published
from odr.docket.models import PARTY_ROLES, Case
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.identity.sign_in.program_tokens import Scope
from odr.web.guards import case_page, current_court, public
from odr.web.pages import look, pack_today

api_standards = Blueprint("api_standards", __name__, url_prefix="/api/v1")


@api_standards.get("/standards")
@public
def listing() -> Response:
    """The standards of every kind of case one can file today."""
    court, pack = current_court(), pack_today()
    today = court.clock.now().astimezone(court.settings.tz).date()
    return jsonify(standards=[as_json(one) for one in all_published(court.packs, pack, today)])


@api_standards.get("/standards/<cause>/<since>")
@public
def one(cause: str, since: str) -> Response:
    """The version of a standard that began on a day."""
    packs = current_court().packs
    try:
        on = date.fromisoformat(since)
    except ValueError as error:
        raise NotFound from error
    found = published(packs, packs.in_force(pack_today().id, on), cause)
    if found.since != on:
        raise NotFound
    return jsonify(as_json(found))


@api_standards.get("/cases/<reference>/evidence-gaps")
@case_page(*PARTY_ROLES, scope=Scope.READ)
def gaps(case: Case, actor: Actor) -> Response:
    """What each fact of the party still lacks, seen from what lies in the file; only its own side reads it."""
    sitting = look()
    meter = meter_for(sitting, case, actor)
    if meter is None:
        raise NotFound
    return jsonify(answers.evidence_gaps(sitting, case, meter))
