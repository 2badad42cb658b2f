"""What came into a judge's cases since they last looked: true counts, closed by a look or by the act it asks for, and nothing
that the judge's seat may not see.
"""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Audience, Case, DocketEntry, Role
from odr.docket.visibility import reads_entry
from odr.ground.keyset import Listed
from odr.hearing.bench import news
from odr.hearing.bench.news import NewsLine, news_of
from odr.procedure.models import Window, WindowState
from tests.filing.visitor import Visitor
from tests.scene import Scene


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def found(scene: Scene, who: str = "judge", **asked: object) -> Listed[NewsLine]:
    """What is new for somebody now."""
    scene.court.readings.enter()
    with scene.court.database.read() as session:
        return news_of(scene.court.look(session), scene.people[who], **asked)  # type: ignore[arg-type]


def acts(scene: Scene, who: str = "judge") -> list[str]:
    """The acts that are new for somebody, the newest first."""
    return [line.did.name for line in found(scene, who).rows]


def ask_for_time(scene: Scene) -> str:
    """The respondent asks for more time for its evidence; gives the act's subject."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        theirs = next(p.id for p in case.parties if p.role is Role.RESPONDENT)
        window = session.scalars(
            select(Window).where(
                Window.case_id == case.id,
                Window.kind == "evidence",
                Window.party_id == theirs,
                Window.state == WindowState.OPEN,
            )
        ).one()
    scene.do("ask_extension", "haiyun", window=window.reference, days=5, words="The papers are abroad.")
    return window.reference


def pending(scene: Scene) -> None:
    """A case under way in which everything so far has been looked at."""
    scene.pend()
    scene.later(hours=1)
    Visitor(create_app(court=scene.court), scene, "judge").get(f"/cases/{scene.case().reference}")
    scene.later(hours=1)


def test_what_a_party_brings_is_new_until_the_judge_has_looked(small_scene: Scene, app: Flask) -> None:
    """An answer comes in and stands on the day and on its list, with a link to the entry; the case opened, it is gone."""
    pending(small_scene)
    assert acts(small_scene) == []
    number = small_scene.do("file_answer", "haiyun", position="defend", statement="No.").number
    small_scene.later(hours=1)
    judge = Visitor(app, small_scene, "judge")
    assert acts(small_scene) == ["file_answer"]
    entry = f"/cases/{small_scene.case().reference}/docket/{number}"
    assert entry in judge.get("/today") and entry in judge.get("/today/news")
    judge.get(f"/cases/{small_scene.case().reference}")
    assert acts(small_scene) == []
    assert entry not in judge.get("/today/news")


def test_the_entry_opened_closes_its_own_line_alone(small_scene: Scene, app: Flask) -> None:
    """Two things came; the judge opens one of them, and the other stays."""
    pending(small_scene)
    number = small_scene.do("file_answer", "haiyun", position="defend", statement="No.").number
    small_scene.later(hours=1)
    ask_for_time(small_scene)
    small_scene.later(hours=1)
    assert acts(small_scene) == ["ask_extension", "file_answer"]
    Visitor(app, small_scene, "judge").get(f"/cases/{small_scene.case().reference}/docket/{number}")
    assert acts(small_scene) == ["ask_extension"]


def test_what_is_ruled_on_is_no_news_any_more(small_scene: Scene) -> None:
    """The line carries the act that answers it; ruled on without a look at the case, it is dealt with."""
    pending(small_scene)
    ask_for_time(small_scene)
    small_scene.later(hours=1)
    (line,) = found(small_scene).rows
    assert line.answer is not None and line.answer.name == "rule_on_extension"
    with small_scene.court.database.read() as session:
        from odr.filing.models import Request

        request = session.scalars(select(Request).where(Request.case_id == small_scene.case_id)).one()
    small_scene.do("rule_on_extension", "judge", request=request.reference, answer="allow", days=5, reasons="It is so.")
    assert acts(small_scene) == []


def test_nobody_else_is_told(small_scene: Scene, app: Flask) -> None:
    """It is the list of the judge of the case: a clerk, a party and the president find no such page, and nothing in it."""
    pending(small_scene)
    small_scene.do("file_answer", "haiyun", position="defend", statement="No.")
    small_scene.later(hours=1)
    for who in ("clerk", "president", "li", "admin"):
        Visitor(app, small_scene, who).get("/today/news", status=404)
        assert acts(small_scene, who) == []


def test_words_of_the_private_room_are_no_news(small_scene: Scene, app: Flask) -> None:
    """An offer between the parties stays in their room, however it is looked for."""
    pending(small_scene)
    by = (small_scene.clock.now()).date().isoformat()
    small_scene.do(
        "make_offer",
        "haiyun",
        to="claimant/1",
        amount="100.00",
        payer="respondent/1",
        instalments=[{"on": by, "amount": "100.00"}],
        words="Let us end this.",
        days=7,
    )
    small_scene.later(hours=1)
    assert acts(small_scene) == [] and found(small_scene).total == 0
    assert "Let us end this" not in Visitor(app, small_scene, "judge").get("/today/news?topic=agreement")


def test_who_takes_the_seat_later_reads_the_file_and_no_old_news(small_scene: Scene) -> None:
    """What came before somebody sat in the case is in the file they are given."""
    small_scene.lodge()
    small_scene.later(hours=1)
    small_scene.accept()
    assert "lodge_claim" not in acts(small_scene)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    audience=st.sampled_from(list(Audience)),
    named=st.lists(
        st.sampled_from(["judge", "clerk", "mediator", "account/1", "account/12", "party/1", "judges"]), max_size=3
    ),
    mine=st.booleans(),
)
def test_the_list_and_the_page_agree_on_who_may_read(
    small_scene: Scene, audience: Audience, named: list[str], mine: bool
) -> None:
    """For every audience and every list of named readers, what the list shows is exactly what the entry's page opens."""
    if not small_scene.case_id:
        pending(small_scene)
    account = small_scene.people["judge"]
    tags = [*named, f"account/{account}"] if mine else named
    actor = small_scene.actor("judge")
    with small_scene.court.database.write() as session:
        entry = DocketEntry(
            case_id=small_scene.case_id,
            number=9_000,
            act="file_answer",
            act_version=1,
            role=Role.RESPONDENT,
            party_id=None,
            account_id=None,
            audience=audience,
            named=tags,
            effective_at=small_scene.clock.now(),
            recorded_at=small_scene.clock.now(),
            payload="{}",
            digest="0" * 64,
            receipt="r" * 26,
        )
        session.add(entry)
        session.flush()
        shown = session.scalar(select(DocketEntry.id).where(DocketEntry.id == entry.id, news._readable(account)))
        assert (shown is not None) == reads_entry(actor, entry)
        session.rollback()


def test_pages_show_every_line_once_and_counts_are_true(small_scene: Scene, app: Flask) -> None:
    """Many lines come in pages; led from page to page a judge sees each once, and a filter survives the way."""
    pending(small_scene)
    for day in range(7):
        upload = small_scene.upload("li", f"paper {day}".encode())
        small_scene.do(
            "submit_exhibit", "li", upload=upload.reference, title=f"Paper {day}", proves="It is so.", source="Mine"
        )
        small_scene.later(minutes=5)
    first = found(small_scene, size=3)
    second = found(small_scene, size=3, after=first.next)
    third = found(small_scene, size=3, after=second.next)
    numbers = [line.number for page in (first, second, third) for line in page.rows]
    assert (first.total, third.next, len(set(numbers))) == (7, None, 7) and numbers == sorted(numbers, reverse=True)
    assert found(small_scene, words="Haiyun").total == 7 and found(small_scene, words="nobody").total == 0
    page = Visitor(app, small_scene, "judge").get("/today/news?topic=evidence&q=haiyun")
    assert "7 new entries" in html.unescape(page) and len(re.findall(r"/docket/\d+", page)) == 7
    assert "Nothing new like this" in Visitor(app, small_scene, "judge").get("/today/news?topic=fee")
    today = Visitor(app, small_scene, "judge").get("/today")
    assert "7 new in your cases" in html.unescape(today) and "/today/news" in today
