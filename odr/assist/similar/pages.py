"""Pages of similar decisions: beside a claim that is written, and on the judge's desk. Neither leaves anything behind."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from odr.assist import names
from odr.assist.similar import looking, profiles
from odr.assist.similar.acts import MOST, reasons_of
from odr.assist.similar.finding import MOST_SIGNS, Profile
from odr.docket.models import BENCH_ROLES, Case, Role
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing.draft import drafts
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.judgment.meetings.queries import meetings_of
from odr.procedure.acts.availability import refusal
from odr.register.search.desk import open_search, reader_of
from odr.web.guards import case_page, current_court, current_session, signed_in
from odr.web.pages import Page, look, my_account_id, pack_today

similar = Blueprint("similar", __name__)


@similar.get("/claim/<draft>/similar")
@signed_in
def of_claim(draft: str) -> Page:
    """What became of cases like a claim that is written: ranges with their number and every case; no prediction."""
    session, pack = current_session(), pack_today()
    found = drafts.find_draft(session, my_account_id(), draft)
    if pack.similar is None:
        raise NotFound
    reader = reader_of(pack)
    profile = profiles.of_draft(found, reader)
    ready = open_search(current_court(), session)
    alike: list[looking.Alike] = []
    if ready is not None and profile.words and profile.cause:
        looking.count_look(current_court(), my_account_id())
        alike = looking.alike(session, ready, reader, profile, same_cause=True)
    return render_template(
        "assist/similar_claim.html",
        draft=found,
        rules=pack.similar,
        law=pack.cited(pack.similar.article),
        profile=profile,
        most_signs=MOST_SIGNS,
        ready=ready is not None,
        cause=pack.causes.list[profile.cause].title if profile.cause in pack.causes.list else None,
        found=alike,
        happened=looking.happened(alike, pack.similar.minimum),
    )


@similar.get("/cases/<reference>/decision/similar")
@case_page(*BENCH_ROLES, Role.PRESIDENT)
def of_case(case: Case, actor: Actor) -> Page:
    """Decisions like a case, in the scope the rules set, with what each shares; and the searches that are on file. Raises TooMany."""
    session, court = current_session(), look()
    pack = court.pack(case)
    if pack.similar is None:
        raise NotFound
    reader = reader_of(pack)
    looking.count_look(current_court(), my_account_id())
    profile = profiles.of_case(court, case, reader, actor)
    ready = open_search(current_court(), session)
    found = looking.alike(session, ready, reader, profile) if ready is not None and profile.words else []
    scope = looking.in_scope(pack.similar, profile, found, court.now.astimezone(pack.tz).date())
    act = court.court.table[names.RECORD_SIMILAR_SEARCH]
    return render_template(
        "assist/similar_case.html",
        case=case,
        actor=actor,
        rules=pack.similar,
        reasons=reasons_of(pack.similar),
        laws=pack.cited("SIM 2, 4, 6, 9"),
        profile=profile,
        most_signs=MOST_SIGNS,
        articles=[reader.article_words(key) for key in profile.articles],
        ready=ready is not None,
        scope=scope,
        shown=scope.found[: looking.SHOWN],
        meetings=len(meetings_of(session, case)),
        on_file=[one for one in entries_of(session, case, names.RECORD_SIMILAR_SEARCH) if reads_entry(actor, one)],
        put_on_file=_form(case, scope, profile) if refusal(court, act, case, actor) is None else None,
        tab="decision",
    )


def _form(case: Case, scope: looking.Scope, profile: Profile) -> str:
    """Where the search is put on file, with what was found filled in for the judge to go on with."""
    numbers = [str(one.case.number) for one in scope.guiding if not one.replaced]
    numbers += [one.hit.facts.number for one in scope.found]
    filled: dict[str, Any] = {f"found-{row}-decision": number for row, number in enumerate(numbers[: min(5, MOST)])}
    return url_for("cases.act_form", reference=case.reference, name=names.RECORD_SIMILAR_SEARCH, **filled)
