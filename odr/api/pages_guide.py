"""The guide for programs: a question, and passages word for word, that nothing fits, or that it is not for a court to say."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from odr.assist.guide import gaps
from odr.assist.guide.asking import LONGEST, Answer, Outcome, guide_of
from odr.assist.guide.models import GapKind
from odr.assist.guide.passages import Passage
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.rules.pack import RulePack
from odr.web.guards import current_court, current_locale, public
from odr.web.pages import pack_today

api_guide = Blueprint("api_guide", __name__, url_prefix="/api/v1")
FORMAT = "court-guide/1"
_COUNTED = {Outcome.UNKNOWN: GapKind.UNKNOWN, Outcome.NOT_OURS: GapKind.NOT_OURS}


@api_guide.get("/guide")
@public
def guide() -> Response:
    """An answer of the guide. Raises InvalidInput for no question, or one that is too long."""
    question = " ".join(request.args.get("q", "").split())
    if not question:
        raise InvalidInput.at("q", T("Ask something: put your question into “q”."))
    if len(question) > LONGEST:
        raise InvalidInput.at(
            "q", T("Ask in at most %(most)s characters; there are %(have)s.", most=LONGEST, have=len(question))
        )
    court, pack = current_court(), pack_today()
    today = court.clock.now().astimezone(court.settings.tz).date()
    found = guide_of(pack, today, court.settings).ask(question)
    if found.outcome in _COUNTED:
        gaps.note_safely(court, _COUNTED[found.outcome], question, found.locale, request.remote_addr or "")
    return jsonify(_told(pack, found, court.settings.base_url.rstrip("/"), current_locale()))


def _told(pack: RulePack, found: Answer, base: str, locale: str) -> dict[str, object]:
    return {
        "format": FORMAT,
        "outcome": found.outcome.value,
        "language": found.locale,
        "passages": [_passage(pack, one.passage, found.locale, base, locale) for one in found.finds],
        "instead": _passage(pack, found.instead, found.locale, base, locale) if found.instead else None,
    }


def _passage(pack: RulePack, one: Passage, tongue: str, base: str, locale: str) -> dict[str, object]:
    return {
        "id": one.name,
        "source": one.source.value,
        "title": one.title.render(tongue),
        "text": one.text.render(tongue),
        "articles": one.articles or None,
        "cited": pack.cite(one.articles).render(locale) if one.articles else None,
        "dated": one.dated.isoformat(),
        "url": base + one.place,
    }
