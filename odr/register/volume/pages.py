"""The page of a volume: what is checked before it is closed, what was sealed, and the archive itself."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from odr.docket.models import COURT_ROLES, Case, Document, Role, Thing
from odr.evidence.exhibits.file_answers import Outgoing, attachment
from odr.evidence.intake.media import Group, Media
from odr.evidence.models import Compilation, CompilationState
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.register import names
from odr.register.volume.checks import checks_of
from odr.register.volume.models import CaseVolume
from odr.register.volume.queries import closed_volume, volumes_of
from odr.web.guards import case_page, current_court, current_session
from odr.web.pages import Page, look
from odr.web.readings import shows

volume = Blueprint("volume", __name__, url_prefix="/cases/<reference>/volume")
FETCH = (Role.CLERK, Role.PRESIDENT)
"""Who takes the archive along, to hand it on."""
ZIP = Media("application/zip", Group.ARCHIVE)
ACTS = (names.CLOSE_VOLUME, names.HAND_ON_VOLUME, names.REOPEN_VOLUME)


@volume.get("")
@case_page(*COURT_ROLES)
def one(case: Case, actor: Actor) -> Page:
    """What a complete file has and what of it is missing; every volume that was closed, and what can be done now."""
    sitting = look()
    table, found = sitting.court.table, volumes_of(sitting.session, case)
    rules = sitting.pack(case).volume
    refused = {name: refusal(sitting, table[name], case, actor) for name in ACTS}
    return render_template(
        "register/volume.html",
        case=case,
        actor=actor,
        rules=rules,
        article=sitting.pack(case).cite(str(rules.article)) if rules is not None else None,
        checks=checks_of(sitting, case),
        volumes=found,
        papers={row.id: sitting.session.get_one(Document, row.document_id) for row in found if row.document_id},
        closed=closed_volume(sitting.session, case),
        fetched={row.id for row in found if actor.role in FETCH and _lies_here(sitting.session, row)},
        open=[table[name] for name in ACTS if refused[name] is None],
        why=refused[names.CLOSE_VOLUME],
        close=names.CLOSE_VOLUME,
        tab="volume",
    )


def _lies_here(session: Session, row: CaseVolume) -> bool:
    """Whether the archive lies here still: it goes with whatever of it was erased by a rule."""
    return row.sha256 is not None and session.get_one(Compilation, row.compilation_id).state is CompilationState.READY


@volume.get("/<number>/archive.zip")
@case_page(*FETCH)
def archive(case: Case, actor: Actor, number: str) -> Response:
    """The sealed archive, to be handed on."""
    row = next((each for each in volumes_of(current_session(), case) if each.reference == number), None)
    if row is None or row.sha256 is None:
        raise NotFound
    made = current_session().get_one(Compilation, row.compilation_id)
    if made.state is not CompilationState.READY or made.key is None or made.size is None:
        raise NotFound
    key, store = made.key, current_court().ports.store
    shows(Thing.CASE_FILE, "")
    return attachment(
        request,
        Outgoing(
            made.filename or "volume.zip",
            ZIP,
            made.size,
            row.sha256,
            lambda start, length: store.open(key, start, length),
        ),
    )
