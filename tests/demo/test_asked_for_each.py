"""No page asks the database one question for each of what stands on it: over every page of the demonstration that its people open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from flask.testing import FlaskClient
from sqlalchemy import func, select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.procedure.court import Court
from tests.full_court import browser
from tests.procedure.test_asked_once import asked
from tests.test_routes import routes

STAFF = ("judge", "clerk", "president", "cashier", "mediator", "admin")
PARTIES = ("li", "wu")
IN_CASES, CASES = ("li", "wu", "judge", "clerk"), 2
"""Who opens every page of a case, and of how many, those with the longest dockets."""
SOME = 2
"""A page may ask the same of two lists that stand on it."""
LET = {
    "/home": "three lists of cases stand on it: one's own, those one has a seat in, and what waits",
    "/cases/<reference>/counter": "the letters of one party are asked for by party: in an action of many a case has thousands",
}
_LIST = re.compile(r"\(\?(?:, \?)*\)")


def most_often(client: FlaskClient, court: Court, path: str) -> tuple[int, str]:
    """How often the question that a page puts most often is put, with other values, once the page was seen before."""
    if client.get(path).status_code != 200:
        return 0, ""
    with asked(court.database) as seen:
        client.get(path)
    forms = Counter(_LIST.sub("(?)", statement) for statement, _ in seen)
    words, times = forms.most_common(1)[0] if forms else ("", 0)
    return times, " ".join(words.split())


def walked(court: Court) -> Iterator[tuple[str, str, int, str]]:
    """Who, which page, how often, which question."""
    app = create_app(court=court)
    every = [rule for method, rule in routes(app) if method == "GET"]
    lists = [rule.rule for rule in every if not rule.arguments]
    of_case = [rule.rule for rule in every if rule.arguments == {"reference"} and "/cases/" in rule.rule]
    with court.database.read() as session:
        longest = select(Case.reference).join(DocketEntry, DocketEntry.case_id == Case.id).group_by(Case.id)
        references = list(session.scalars(longest.order_by(func.count().desc())))
    public = {path for path in lists if most_often(app.test_client(), court, path)[0]}
    clients = {"": app.test_client()} | {who: browser(app, court, who) for who in (*PARTIES, *STAFF)}
    for who, client in clients.items():
        for path in lists:
            if not who or path not in public:
                yield who, path, *most_often(client, court, path)
        theirs = [one for one in references if who in IN_CASES and client.get(f"/cases/{one}").status_code == 200][
            :CASES
        ]
        for rule in of_case if theirs else ():
            for one in theirs:
                yield who, rule, *most_often(client, court, rule.replace("<reference>", one))


def test_no_page_asks_one_question_for_each_of_many(told: Court) -> None:
    """A hearing in each of ten cases, a payment on each of five fees, a receipt for each of two hundred records is one question,
    put about all of them.
    """
    found: dict[tuple[str, str], tuple[int, str]] = {}
    pages = 0
    for who, page, times, words in walked(told):
        pages += times > 0
        if times > SOME and times > found.get((page, words), (0, ""))[0] and page not in LET:
            found[page, words] = times, who
    assert pages > 400
    assert not found, "\n".join(
        f"{page} of {who or 'anybody'}: {times} times {words[:90]} … {words[-110:]}"
        for (page, words), (times, who) in sorted(found.items())
    )
