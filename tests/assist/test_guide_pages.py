"""Pages of the guide in a whole court: asking, the registry's desk, the list of what was not answered, decision paths, the API."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy import inspect, select

from odr.app import create_app
from odr.assist.guide import gaps, handing
from odr.assist.guide.gaps import FEWEST, masked
from odr.assist.guide.models import GapKind, GuideGap, GuideQuestion
from odr.ground.text import write_day
from odr.identity.models import AccountLetter
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from tests.scene import Scene
from tests.test_bad_input import signed_in

UNKNOWN = "How do I renew my driving licence?"


@pytest.fixture
def visitor(small_scene: Scene) -> FlaskClient:
    """Somebody who is signed in nowhere."""
    return create_app(court=small_scene.court).test_client()


def token(client: FlaskClient) -> str:
    """The token that a form of the guide carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/guide", query_string={"q": UNKNOWN}).text)
    assert found is not None
    return found[1]


def in_chinese(client: FlaskClient) -> FlaskClient:
    """The same visitor, reading Chinese."""
    client.get("/language/zh-Hans?next=/guide")
    return client


# Asking


def test_a_passage_is_quoted_word_for_word(visitor: FlaskClient) -> None:
    """With its article, the day of the text and a link; other places that fit stand below."""
    page = visitor.get("/guide?q=I+cannot+afford+the+court+fee").text
    assert "You may ask to pay nothing, less, or later." in page and "Measures on Payment of Litigation Costs" in page
    assert (
        f"text of {write_day(date(2026, 11, 29), 'en')}" in page and "Was this it?" in page and 'href="/fees"' in page
    )


def test_a_question_in_chinese_is_answered_in_chinese(visitor: FlaskClient) -> None:
    """Whatever language the reader's pages have, the passage has the language of the question."""
    page = visitor.get("/guide", query_string={"q": "交不起诉讼费怎么办"}).text
    assert "可以申请司法救助：免交、减交或者缓交。" in page and "This is what the rules say" in page
    assert 'lang="zh-Hans"' in page
    assert "规则是这样写的" in in_chinese(visitor).get("/guide", query_string={"q": "交不起诉讼费怎么办"}).text


def test_not_knowing_is_an_answer(visitor: FlaskClient) -> None:
    """It says so, keeps the question in the form, and names the telephone."""
    page = visitor.get("/guide", query_string={"q": UNKNOWN}).text
    assert "I do not know" in page and page.count(UNKNOWN) >= 2 and "12348" in page


def test_chances_are_refused_with_the_way_to_advice(visitor: FlaskClient) -> None:
    """No passage is quoted, and the line of free advice is named."""
    for words in ("Will I win?", "我能赢吗"):
        page = visitor.get("/guide", query_string={"q": words}).text
        assert "The court cannot tell you that" in page and "12348" in page and "court-passage" not in page


def test_what_was_typed_stays_where_it_is_too_long(visitor: FlaskClient) -> None:
    """A question is bounded; a longer one is refused with how long it is, and stands there to be shortened."""
    long = "why " * 150
    answer = visitor.get("/guide", query_string={"q": long})
    assert answer.status_code == 422 and "why why why" in answer.text and "Ask in at most 400 characters" in answer.text


def test_every_help_page_opens_in_both_languages(visitor: FlaskClient) -> None:
    """Each topic of the start page is a page, and what is no topic is none."""
    addresses = sorted(set(re.findall(r'href="(/guide/[a-z]+)"', visitor.get("/guide").text)))
    assert len(addresses) >= 9
    for address in addresses:
        assert "court-passage" in visitor.get(address).text
    assert "怎样申请司法救助" in in_chinese(visitor).get("/guide/fees").text
    assert visitor.get("/guide/nothing").status_code == 404


def test_every_link_of_a_passage_opens(visitor: FlaskClient) -> None:
    """A passage leads to a page that is there: for anybody, or after signing in."""
    pages = [visitor.get(f"/guide/{topic}").text for topic in ("fees", "filing", "evidence", "after", "pages", "help")]
    links = {link for page in pages for link in re.findall(r'<footer[^>]*>.*?href="(/[^"]*)"', page)}
    assert len(links) > 8
    assert {link: code for link in links if (code := visitor.get(link).status_code) not in (200, 302, 303)} == {}


# The registry


def hand_over(client: FlaskClient, question: str, contact: str) -> Any:
    """Somebody sends the form."""
    return client.post("/guide/registry", data={"csrf_token": token(client), "question": question, "contact": contact})


def test_a_question_reaches_the_registry_and_its_answer_the_person(small_scene: Scene, visitor: FlaskClient) -> None:
    """A clerk reads question and contact, answers, and the answer leaves by mail; the question is off the desk then."""
    scene = small_scene
    assert "The registry has your question" in hand_over(visitor, UNKNOWN, "asker@people.example").text
    clerk, sends = signed_in(scene, create_app(court=scene.court), "clerk")
    desk = clerk.get("/registry/questions").text
    assert UNKNOWN in desk and "asker@people.example" not in desk
    found = re.search(r'href="(/registry/questions/[^"]+)"', desk)
    assert found is not None and "asker@people.example" in clerk.get(found[1]).text
    empty = clerk.post(found[1], data={"answer": ""}, headers=sends)
    assert empty.status_code == 422
    assert clerk.post(found[1], data={"answer": "Ask the traffic police."}, headers=sends).status_code == 303
    assert UNKNOWN not in clerk.get("/registry/questions").text
    assert clerk.post(found[1], data={"answer": "Once more, then."}, headers=sends).status_code == 409


def test_the_answer_is_a_letter_in_the_language_of_the_question(small_scene: Scene) -> None:
    """It names question and answer, and says that it decides nothing."""
    court = small_scene.court
    given = handing.HandOverInput(question="怎么换驾照呢？", contact="asker@people.example")
    with court.database.write() as session:
        row = handing.hand_over(court, session, given, "zh-Hans")
        told = handing.RegistryAnswer(answer="请咨询交警部门。")
        handed = handing.answer(court, session, row.reference, told, small_scene.people["clerk"])
        # On its way with the mark, in one transaction: neither is without the other.
        assert session.query(AccountLetter).count() == 1
    letter = handing.letter_of(court, handed, told)
    assert letter.to == "asker@people.example" and letter.subject.render("zh-Hans") == "您所提问题的答复"
    assert "您问的是：怎么换驾照呢？" in letter.text and "请咨询交警部门。" in letter.text


@pytest.mark.parametrize("contact", ["nobody", "a@b", "two words@x.example", "a@b.example,c@d.example", "12345"])
def test_a_contact_that_reaches_nobody_is_refused(visitor: FlaskClient, contact: str) -> None:
    """What was typed stays, with what is wrong with it."""
    answer = hand_over(visitor, UNKNOWN, contact)
    assert answer.status_code == 422 and UNKNOWN in answer.text and contact in answer.text


def test_question_and_contact_are_sealed_and_erased_after_thirty_days(small_scene: Scene, visitor: FlaskClient) -> None:
    """The table holds nothing that could be read, and after thirty days nothing at all."""
    hand_over(visitor, UNKNOWN, "asker@people.example")
    with small_scene.court.database.read() as session:
        row = session.scalars(select(GuideQuestion)).one()
        assert "driving" not in row.sealed and "asker" not in row.sealed
        assert row.due_at > row.asked_at
    assert handing.erase_due(small_scene.court) == 0
    small_scene.clock.advance(timedelta(days=31))
    assert handing.erase_due(small_scene.court) >= 1
    with small_scene.court.database.read() as session:
        assert session.scalars(select(GuideQuestion)).all() == []


def test_a_network_hands_over_so_much_an_hour(visitor: FlaskClient) -> None:
    """One more than the limit waits."""
    tries = LIMITS[Counted.GUIDE_FROM].tries
    answers = [hand_over(visitor, UNKNOWN, "12345678") for _ in range(tries + 1)]
    assert answers[-1].status_code == 429 and {one.status_code for one in answers[:-1]} == {200}
    # What was typed stands there still.
    assert UNKNOWN in answers[-1].text and "12345678" in answers[-1].text


def test_others_find_no_desk(small_scene: Scene) -> None:
    """Parties see nothing there; the president and the administrator read, and only the registry answers."""
    app = create_app(court=small_scene.court)
    for who, code in (("li", 404), ("judge", 404), ("president", 200), ("admin", 200), ("clerk", 200)):
        client, _ = signed_in(small_scene, app, who)
        assert client.get("/registry/questions").status_code == code, who


# What was not answered


def test_the_list_shows_words_only_when_enough_have_asked(small_scene: Scene, visitor: FlaskClient) -> None:
    """Before, not even the court could read them: there is no row with the words of fewer."""
    clerk, _ = signed_in(small_scene, create_app(court=small_scene.court), "clerk")
    for times in range(1, FEWEST + 1):
        visitor.get("/guide", query_string={"q": UNKNOWN}, environ_base={"REMOTE_ADDR": f"10.0.0.{times}"})
        with small_scene.court.database.read() as session:
            lines = session.scalars(select(GuideGap)).all()
            assert {line.count for line in lines} == {times}
            assert all((line.words is not None) == (times >= FEWEST) for line in lines)
        assert (UNKNOWN in clerk.get("/registry/questions").text) == (times >= FEWEST)


def test_one_who_asks_again_and_again_is_one(small_scene: Scene, visitor: FlaskClient) -> None:
    """Somebody who loads the page anew, puts it otherwise, or asks by program leaves no word behind; a day later they count
    again.
    """
    for question in (UNKNOWN, "renew licence of Hypatia Quill", "Hypatia Quill licence renew") * FEWEST:
        visitor.get("/guide", query_string={"q": question})
        visitor.get("/api/v1/guide", query_string={"q": question})
    with small_scene.court.database.read() as session:
        lines = session.scalars(select(GuideGap)).all()
        assert lines and {(line.count, line.words) for line in lines} == {(1, None)}
    small_scene.clock.advance(timedelta(days=1, minutes=1))
    visitor.get("/guide", query_string={"q": UNKNOWN})
    with small_scene.court.database.read() as session:
        assert {line.count for line in session.scalars(select(GuideGap))} == {1, 2}


def test_a_line_holds_nobody(small_scene: Scene, visitor: FlaskClient) -> None:
    """Neither who asked nor when nor from where; numbers and addresses are masked before anything is counted."""
    names = {column.name for column in inspect(GuideGap).columns}
    assert names == {"id", "mark", "kind", "locale", "is_word", "count", "words", "month"}
    numbers = ("13912345678", "13887654321", "330106199001011234", "li.na@people.example", "https://x.example/y")
    for place, number in enumerate(numbers):
        asked = {"q": f"renew driving licence {number}"}
        visitor.get("/guide", query_string=asked, environ_base={"REMOTE_ADDR": f"10.0.0.{place}"})
    with small_scene.court.database.read() as session:
        whole = [line for line in session.scalars(select(GuideGap)) if not line.is_word]
    assert [line.words for line in whole] == ["renew driving licence ×"]


@given(
    st.sampled_from(
        [
            "13912345678",
            "139-1234-5678",
            "0571 8765 4321",
            "33010619900101123X",
            "6222021234567890123",
            "浙A12345",
            "a.b@c.example",
            "https://shop.example/item?id=9",
            "www.shop.example/9",
            "WX123456",
        ]
    ),
    st.text(alphabet="abc 退款了吗，。", max_size=30),
    st.text(alphabet="xyz 怎么办？", max_size=30),
)
def test_what_names_somebody_is_masked(private: str, before: str, after: str) -> None:
    """Telephones, identity numbers, cards, plates, addresses: none of their digits is left."""
    left = masked(f"{before} {private} {after}")
    assert private not in left and not re.search(r"[0-9]{4}", left) and "@" not in left and "example" not in left


def test_no_means_a_count_and_the_registry_yes_leaves_nothing(small_scene: Scene, visitor: FlaskClient) -> None:
    """Was this it?"""
    key = token(visitor)
    with small_scene.court.database.read() as session:
        before = len(session.scalars(select(GuideGap)).all())
    asked = {"csrf_token": key, "q": "how do I appeal"}
    assert visitor.post("/guide/was", data={**asked, "was": "yes"}).status_code == 303
    with small_scene.court.database.read() as session:
        assert len(session.scalars(select(GuideGap)).all()) == before
    page = visitor.post("/guide/was", data={**asked, "was": "no"}).text
    assert "Hand the question to the registry" in page and "how do I appeal" in page
    with small_scene.court.database.read() as session:
        kinds = [line.kind for line in session.scalars(select(GuideGap))]
    assert GapKind.NOT_IT in kinds


def test_old_and_rare_lines_go_first(small_scene: Scene) -> None:
    """What was not asked for a year is erased."""
    court = small_scene.court
    ring = keyring(court.settings.secret_key)
    with court.database.write() as session:
        today, asker = court.clock.now().date(), gaps.Asker("10.0.0.1", court.clock.machine_now())
        gaps.note(session, ring, GapKind.UNKNOWN, "renew licence", "en", today, asker)
        gaps.note(session, ring, GapKind.UNKNOWN, "old passport", "en", today - timedelta(days=400), asker)
        assert gaps.forget_old(session, court.clock.now()) == 3
        assert len(session.scalars(select(GuideGap)).all()) == 3


# Decision paths


def test_every_path_is_walked_to_each_of_its_ends(small_scene: Scene, visitor: FlaskClient) -> None:
    """Each answer leads on, by pages without scripts, and each end says where to go."""
    troubles = small_scene.court.packs.in_force("cn", small_scene.court.clock.now().date()).troubles
    assert troubles is not None
    for key, trouble in troubles.list.items():
        waiting: list[tuple[int, ...]] = [()]
        ends = set()
        while waiting:
            answers = waiting.pop()
            page = visitor.get(f"/guide/paths/{key}", query_string=[("a", str(one)) for one in answers])
            assert page.status_code == 200
            _, question, end = trouble.walk(answers)
            if question is not None:
                assert question.ask.render("en") in page.text
                waiting += [(*answers, number) for number in range(len(question.answers))]
            else:
                assert end is not None and all(one.words.render("en") in page.text for one in end.warns)
                ends.add(end.title.render("en") + end.says.render("en"))
        assert len(ends) == len({end.title.render("en") + end.says.render("en") for end in trouble.ends.values()})


@pytest.mark.parametrize("query", ["a=9", "a=x", "a=-1", "a=0&a=0&a=0&a=0", "a=999"])
def test_an_answer_that_is_none_leads_nowhere(visitor: FlaskClient, query: str) -> None:
    """No such page."""
    assert visitor.get(f"/guide/paths/not_delivered?{query}").status_code == 404
    assert visitor.get("/guide/paths/nothing").status_code == 404


def test_a_closed_cause_is_said_to_be_closed(small_scene: Scene, visitor: FlaskClient) -> None:
    """Online copyright came here until 31 October 2025: the same path says so by the day."""
    page = visitor.get("/guide/paths/copyright?a=0").text
    assert (
        f"Such claims could be filed here until {write_day(date(2025, 10, 31), 'en')}" in page
        and "Is it in time" not in page
    )


def test_the_registry_sees_what_the_paths_warn_of(small_scene: Scene) -> None:
    """Beside the review of a claim stand the warnings of its cause: the same data as before filing."""
    small_scene.lodge()
    clerk, _ = signed_in(small_scene, create_app(court=small_scene.court), "clerk")
    page = clerk.get(f"/cases/{small_scene.case().reference}/review").text
    assert "What the decision paths warn of in such claims" in page and "You prove order and payment" in page


# For programs


def test_programs_ask_as_well(visitor: FlaskClient) -> None:
    """Up to three passages with their article and day, or that nothing is known."""
    told = visitor.get("/api/v1/guide", query_string={"q": "我能不能不交诉讼费，我吃低保"}).get_json()
    assert told["outcome"] == "found" and told["language"] == "zh-Hans"
    first = told["passages"][0]
    assert first["id"] == "fee-relief" and first["articles"] == "FEE 44, 45, 46, 47" and first["dated"] == "2026-11-29"
    assert first["url"].endswith("/guide/fees#fee-relief")
    assert visitor.get("/api/v1/guide", query_string={"q": "Will I win?"}).get_json()["outcome"] == "not_ours"
    assert visitor.get("/api/v1/guide", query_string={"q": UNKNOWN}).get_json()["passages"] == []
    for wrong in ("", "x" * 401):
        assert visitor.get("/api/v1/guide", query_string={"q": wrong}).status_code == 422
    paths = visitor.get("/api/v1/openapi.json").get_json()["paths"]
    assert paths["/api/v1/guide"]["get"]["parameters"][0]["name"] == "q"
