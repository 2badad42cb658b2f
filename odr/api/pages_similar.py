"""Decisions like a case, for programs: what became of cases like a claim that is written, and what a judge finds beside their case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from odr.api.answers import money
from odr.api.inputs import SimilarQuestion
from odr.api.pages import given_for
from odr.assist.similar import looking, profiles
from odr.assist.similar.finding import MOST_SIGNS, Profile
from odr.assist.similar.looking import Alike, Guiding, Happened, Step
from odr.docket.models import BENCH_ROLES, Case, Role
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.rules.court_rules import SimilarRules
from odr.register.search.desk import open_search, reader_of
from odr.web.guards import api as api_guard, case_page, current_court, current_locale, current_session
from odr.web.pages import look, my_account_id, pack_today

api_similar = Blueprint("api_similar", __name__, url_prefix="/api/v1")
FORMAT = "court-similar/1"


@api_similar.post("/similar")
@api_guard(Scope.FILE)
def like_a_claim() -> Response:
    """What became of cases like a claim; nothing of it is kept. Raises NotFound where the rules know no such search, TooMany."""
    pack, session = pack_today(), current_session()
    if pack.similar is None:
        raise NotFound
    given: SimilarQuestion = given_for(SimilarQuestion)
    if given.cause not in pack.causes.list:
        raise NotFound
    reader = reader_of(pack)
    words = "\n".join(given.facts)
    profile = Profile(given.cause, tuple(dict.fromkeys(reader.articles_in(words))), words)
    ready = open_search(current_court(), session)
    looking.count_look(current_court(), my_account_id())
    found = looking.alike(session, ready, reader, profile, same_cause=True) if ready is not None else []
    return jsonify(
        {
            **_frame(pack.similar, profile, ready=ready is not None),
            "decisions": [_decision(one) for one in found],
            "together": _together(looking.happened(found, pack.similar.minimum)),
        }
    )


@api_similar.get("/cases/<reference>/similar")
@case_page(*BENCH_ROLES, Role.PRESIDENT, scope=Scope.READ)
def like_a_case(case: Case, actor: Actor) -> Response:
    """Decisions like a case before its judge, in the scope the rules set. Raises NotFound where they know no such search, TooMany."""
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
    return jsonify(
        {
            **_frame(pack.similar, profile, ready=ready is not None),
            "articles": list(profile.articles),
            "steps": [_step(one) for one in scope.steps],
            "guiding": [_guiding(one) for one in scope.guiding],
            "decisions": [_decision(one) for one in scope.found[: looking.SHOWN]],
        }
    )


def _frame(rules: SimilarRules, profile: Profile, *, ready: bool) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "ready": ready,
        "cut_after": MOST_SIGNS if profile.is_cut else None,
        "least": rules.minimum,
        "note": rules.note.render(current_locale()) if rules.note is not None else None,
    }


def _step(one: Step) -> dict[str, Any]:
    since = one.since.isoformat() if one.since is not None else None
    return {"rank": one.rank.value, "since": since, "found": one.count}


def _guiding(one: Guiding) -> dict[str, Any]:
    locale = current_locale()
    return {
        "number": one.case.number,
        "title": one.case.title.render(locale),
        "gist": one.case.gist.render(locale),
        "published": one.case.published.isoformat(),
        "replaced_by": one.case.replaced_by,
        "same_cause": one.same_cause,
        "articles": list(one.articles),
    }


def _decision(one: Alike) -> dict[str, Any]:
    facts, base = one.hit.facts, current_court().settings.base_url.rstrip("/")
    return {
        "address": one.hit.address,
        "url": f"{base}/decisions/{one.hit.address}",
        "title": one.hit.title,
        "case_number": facts.number,
        "court": facts.court,
        "language": one.hit.language,
        "decided_on": one.hit.decided_on.isoformat(),
        "outcome": facts.outcome.value if facts.outcome is not None else None,
        "awarded": money(one.hit.awarded) if one.hit.awarded is not None else None,
        "shared": {
            "cause": one.same_cause,
            "articles": [key for key, _ in one.articles],
            "words": list(one.words),
            "share": round(one.share, 3),
        },
    }


def _together(told: Happened | None) -> dict[str, Any] | None:
    """Null where there are fewer cases than the least number: nothing is said of them together."""
    if told is None:
        return None
    reach = told.awarded
    return {
        "cases": told.count,
        "outcomes": [{"outcome": one.value, "cases": count} for one, count in told.outcomes],
        "awarded": None
        if reach is None
        else {
            "cases": reach.count,
            **{name: money(getattr(reach, name)) for name in ("low", "first", "third", "high")},
        },
    }
