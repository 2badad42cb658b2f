"""What the check of the text found stands before the judge twice, and keeps nobody from signing."""

from __future__ import annotations

import html
import re

from odr.app import create_app
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor

WRONG = [
    {
        "text": "The label was not true: see C-2 and fact 2, and C-7. On 31 April 2026 the respondent was told.",
        "articles": "Civil Code, art. 1577",
    }
]


def words(page: str) -> str:
    """What the section of the check says, without its tags."""
    found = re.search(r'<section[^>]*aria-labelledby="looked">(.*?)</section>', page, re.S)
    assert found is not None
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", found[1]).split()))


def test_the_desk_shows_what_was_found_and_the_judge_signs_all_the_same(bench: Bench) -> None:
    """An article too many, an exhibit and a day that do not exist: told with their words, on the desk and above the seal."""
    bench.sign(reasons=WRONG)
    bench.wait(hours=26)
    told = words(Visitor(create_app(court=bench.court), bench, "judge").get("/decision/issue"))
    assert "Look at this in the text: 3" in told
    for excerpt, why in (
        ("C-7", "There is no exhibit with this label in the file."),
        ("31 April 2026", "There is no such day in the calendar."),
        ("Civil Code, art. 1577", "There is no such article: the last one of this law is art. 1260."),
    ):
        assert f"Reasons, paragraph 1: “{excerpt}” {why}" in told
    bench.do("judge", "issue_decision", {"decision": bench.draft_reference(), "case_number": bench.number})


def test_the_desk_names_what_was_looked_at_also_where_nothing_was_found(bench: Bench) -> None:
    """Whoever reads "nothing" knows what was compared; in both languages."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    app = create_app(court=bench.court)
    told = words(Visitor(app, bench, "judge").get("/decision/desk"))
    assert told.startswith("The check of the text found nothing What was looked at Articles exist and were in force")
    assert "文字检查没有发现问题" in words(Visitor(app, bench, "assistant", "zh-Hans").get("/decision/desk"))


def test_the_desk_shows_a_slip_in_a_partys_name(bench: Bench) -> None:
    """Written with one sign other than on the docket, wherever it stands."""
    bench.findings()
    name = next(party.name for party in bench.case().parties if len(party.name) >= 6)
    slip = name[:2] + ("x" if name[2] != "x" else "y") + name[3:]
    bench.do("judge", "draft_decision", bench.draft(history=f"Lodged against {slip} on 3 February 2026."))
    told = words(Visitor(create_app(court=bench.court), bench, "judge").get("/decision/desk"))
    assert f"How the case came here: “{slip}” On the docket the name is written {name}." in told
