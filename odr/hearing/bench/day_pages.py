"""All cases of a judge, by stage and by who is waited for; and what came into them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from odr.docket.models import Role, Stage
from odr.hearing.bench.all_cases import WaitsFor, all_cases
from odr.hearing.bench.news import TOPICS, news_of
from odr.web.guards import current_court, staff
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, look, my_account_id

bench_day = Blueprint("bench_day", __name__)


@bench_day.get("/today/cases")
@staff(Role.JUDGE)
def cases() -> Page:
    """Every case one sits in as judge; what was looked for and ticked stands in the address."""
    stages = frozenset(stage for stage in Stage if stage.value in request.args.getlist("stage"))
    waits = frozenset(who for who in WaitsFor if who.value in request.args.getlist("waits"))
    words = words_asked()
    found = all_cases(look(), my_account_id(), words=words, stages=stages, waits=waits, after=after_asked())
    return render_template(
        "hearing/all_cases.html",
        desk=True,
        found=found,
        words=words,
        stages=stages,
        waits=waits,
        who=list(WaitsFor),
        at=current_court().clock.now(),
    )


@bench_day.get("/today/news")
@staff(Role.JUDGE)
def news() -> Page:
    """What came into one's cases since one last looked at each; a line goes when one has looked, or has done what it asks."""
    topics = frozenset(topic for topic in TOPICS if topic.value in request.args.getlist("topic"))
    words = words_asked()
    return render_template(
        "hearing/news.html",
        desk=True,
        found=news_of(look(), my_account_id(), words=words, topics=topics, after=after_asked()),
        words=words,
        topics=list(TOPICS),
        chosen=topics,
    )
