"""The page that tells a party what its facts still lack."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.assist.standards.meter import meter_for
from odr.docket.models import PARTY_ROLES, Case
from odr.evidence.models import NOT_DECIDED
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.web.guards import case_page
from odr.web.pages import Page, look

standards = Blueprint("standards", __name__)


@standards.get("/cases/<reference>/exhibits/gaps")
@case_page(*PARTY_ROLES)
def gaps(case: Case, actor: Actor) -> Page:
    """What each fact of the reader's side still lacks, and what the standard of the cause names and nothing covers; once the case
    is decided or ended, that nothing is brought any more.
    """
    sitting = look()
    meter = meter_for(sitting, case, actor)
    if meter is None:
        raise NotFound
    pack = sitting.pack(case)
    cause = pack.cause(case.cause)
    return render_template(
        "assist/gaps.html",
        case=case,
        actor=actor,
        meter=meter if case.stage in NOT_DECIDED else None,
        cause=cause,
        law=pack.cited(cause.article),
        version=pack.version_of("causes"),
        tab="exhibits",
    )
