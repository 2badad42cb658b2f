"""Pages of the evidence standards: for everybody by cause, of one case fact by fact, and what a party's facts still lack."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template

from odr.assist.standards.meter import meter_for
from odr.assist.standards.published import Published, all_published, published
from odr.docket.models import BENCH_ROLES, PARTY_ROLES, Case
from odr.docket.visibility import READS_FILE
from odr.evidence.models import NOT_DECIDED
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.judgment.decision.file_before_judge import case_file
from odr.judgment.draft.by_standard import Found, found_by_standard, reviewed
from odr.procedure.rules import standards as rules_of
from odr.procedure.sitting import Sitting
from odr.web.guards import case_page, current_court, public
from odr.web.pages import Page, look, pack_today

standards = Blueprint("standards", __name__)


# For everybody


@standards.get("/standards")
@public
def listing() -> Page:
    """The standard of every kind of case one can file today, each with since when it stands so."""
    court, pack = current_court(), pack_today()
    today = court.clock.now().astimezone(court.settings.tz).date()
    return render_template("assist/standards.html", found=all_published(court.packs, pack, today), pack=pack)


@standards.get("/standards/<cause>")
@public
def one(cause: str) -> Page:
    """The standard of one kind of case as it stands today, with its earlier versions."""
    return _one(published(current_court().packs, pack_today(), cause))


@standards.get("/standards/<cause>/<since>")
@public
def of_day(cause: str, since: str) -> Page:
    """The version that began on a day: what a case filed under it is read by."""
    try:
        on = date.fromisoformat(since)
    except ValueError as error:
        raise NotFound from error
    packs = current_court().packs
    found = published(packs, packs.in_force(pack_today().id, on), cause)
    if found.since != on:
        raise NotFound
    return _one(found)


def _one(found: Published) -> Page:
    return render_template("assist/standard.html", one=found)


# Of a case


@standards.get("/cases/<reference>/standard")
@case_page(*READS_FILE)
def of_case(case: Case, actor: Actor) -> Page:
    """The standard the case is under, with what was brought for each fact; what was found on it for the bench, and for everybody
    as the newest decision left it.
    """
    sitting = look()
    return render_template(
        "assist/standard_of_case.html",
        case=case,
        actor=actor,
        found=_found(sitting, case, actor),
        one=_version(sitting, case),
        findings=actor.role in BENCH_ROLES or reviewed(sitting, case) is not None,
        tab="exhibits",
    )


def _found(sitting: Sitting, case: Case, actor: Actor) -> list[Found]:
    if actor.role in BENCH_ROLES:
        return found_by_standard(sitting, case, case_file(sitting, case))
    decided = reviewed(sitting, case)
    if decided is not None:
        return decided
    # What is found before the decision is part of the deliberation: nobody else reads it (CPL 45).
    return [each.before_decision() for each in found_by_standard(sitting, case, case_file(sitting, case))]


def _version(sitting: Sitting, case: Case) -> Published | None:
    """The standard of the case with since when it stands so; None where its rules have none."""
    pack = sitting.pack(case)
    return (
        published(sitting.court.packs, pack, case.cause) if rules_of.standard_of(pack, case.cause) is not None else None
    )


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
        version=rules_of.since(sitting.court.packs, pack, case.cause),
        tab="exhibits",
    )
