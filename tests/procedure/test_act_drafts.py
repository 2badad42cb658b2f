"""The form of an act keeps what was typed until it is sent: for one person, one case, one act, and what the address names."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Annotated, Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from odr.app import create_app
from odr.docket.models import DocketEntry
from odr.ground.text import T
from odr.operations.worker import work_once
from odr.procedure.acts.table import TABLE
from odr.procedure.case.act_drafts import MOST_IN_A_CASE, files_in_act_drafts, keep, worth_keeping
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import ActDraft
from tests.scene import Scene
from tests.test_bad_input import signed_in

WORDS = "The goods were bought in Wenzhou, and that court is nearer."
Client = tuple[FlaskClient, dict[str, str]]


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A case that both sides have joined."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    small_scene.work()
    return small_scene


def here(scene: Scene, rest: str = "") -> str:
    return f"/cases/{scene.case().reference}{rest}"


def drafts(scene: Scene) -> list[ActDraft]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(ActDraft).order_by(ActDraft.id)))


def entries(scene: Scene) -> int:
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(DocketEntry)) or 0


@pytest.fixture
def browser(pending: Scene) -> Client:
    """The respondent's browser, which runs no scripts."""
    return signed_in(pending, create_app(court=pending.court), "haiyun")


def post(browser: Client, path: str, **form: Any) -> Any:
    client, headers = browser
    return client.post(path, data=form, headers=headers)


def test_a_refused_form_is_there_again_when_it_is_opened_later(pending: Scene, browser: Client) -> None:
    """Without scripts: refused for what is missing, left, opened again: the words stand there, and nothing was sent."""
    form = here(pending, "/do/object_to_jurisdiction")
    before = entries(pending)
    assert "You had begun this" not in browser[0].get(form).text
    assert post(browser, form, words=WORDS).status_code == 422
    page = browser[0].get(form).text
    assert "You had begun this; nothing was sent." in page and WORDS in page
    assert "Begun and not sent" in browser[0].get(here(pending)).text
    assert entries(pending) == before


def test_what_was_begun_is_gone_once_the_act_is_done(pending: Scene, browser: Client) -> None:
    """Sent at last, it stands on the docket and in no form."""
    form = here(pending, "/do/object_to_jurisdiction")
    post(browser, form, words=WORDS)
    assert len(drafts(pending)) == 1
    assert post(browser, form, words=WORDS, ground="place", court="Wenzhou").status_code == 303
    assert not drafts(pending)
    assert "Begun and not sent" not in browser[0].get(here(pending)).text


def test_a_script_saves_and_the_plain_button_too(pending: Scene, browser: Client) -> None:
    """The page names where to save; a script gets an empty answer, a button leads back to the case."""
    page = browser[0].get(here(pending, "/do/complain")).text
    where = re.search(r'data-autosave="([^"]+)"', page)
    assert where is not None
    at = unescape(where[1])
    client, headers = browser
    kept = client.post(at, data={"words": "They were late."}, headers={**headers, "X-Autosave": "1"})
    assert (kept.status_code, kept.data) == (204, b"")
    assert "They were late." in client.get(here(pending, "/do/complain")).text
    assert post(browser, at, words="They were very late.").headers["Location"] == here(pending)
    assert "They were very late." in client.get(here(pending, "/do/complain")).text


def test_what_was_begun_can_be_thrown_away(pending: Scene, browser: Client) -> None:
    """One button, and the form is empty."""
    form = here(pending, "/do/complain")
    post(browser, form + "/draft", words="They were late.")
    assert post(browser, form + "/draft", throw_away="yes").headers["Location"] == form
    assert "They were late." not in browser[0].get(form).text and not drafts(pending)


def test_it_is_for_one_person_and_one_thing(pending: Scene, browser: Client) -> None:
    """The other side sees nothing of it; a form opened about something else is another form."""
    form = here(pending, "/do/object_to_jurisdiction")
    post(browser, form, words=WORDS)
    other, _ = signed_in(pending, create_app(court=pending.court), "li")
    assert WORDS not in other.get(form).text and "Begun and not sent" not in other.get(here(pending)).text
    assert WORDS not in browser[0].get(form + "?ground=arbitration").text
    assert WORDS in browser[0].get(form + "?page=2").text, "what is no field of the form does not count"


def test_a_form_whose_time_ended_keeps_its_words(pending: Scene, browser: Client) -> None:
    """Refused because the act is not open any more: the words are kept all the same."""
    form = here(pending, "/do/object_to_jurisdiction")
    assert post(browser, form, words=WORDS, ground="place", court="Wenzhou").status_code == 303
    second = "And it was sold there too, by a branch."
    assert post(browser, form, words=second, ground="place", court="Wenzhou").status_code >= 400
    assert [row.values["words"] for row in drafts(pending)] == [[second]]


def test_nothing_secret_and_nothing_of_the_form_itself_is_kept(pending: Scene) -> None:
    """Neither tokens nor passwords nor codes, nor what is no field; an empty form is nothing begun."""

    class Asked(CourtModel):
        words: Annotated[str, CourtText(1, 200), field(T("Words"))]
        password: Annotated[str, CourtText(1, 200), field(T("Password"), widget="password")]
        sent: Annotated[str, CourtText(1, 200), field(T("Code"), widget="code")]

    typed = {"words": "Something.", "password": "hunter2", "sent": "123456", "csrf_token": "t"}
    assert worth_keeping(Asked, typed) == {"words": ["Something."]}
    for act in TABLE:
        for name in ("code", "password"):
            assert name not in worth_keeping(act.input, {name: "1"}), (act.name, name)
    model = TABLE["complain"].input
    assert set(worth_keeping(model, {"words": "Late.", "premise": "x", "idempotency_key": "k"})) == {"words"}
    assert worth_keeping(model, {"words": "  ", "csrf_token": "t"}) == {}


def test_it_is_kept_ninety_days_and_not_without_end(pending: Scene, browser: Client) -> None:
    """The worker sweeps what nobody touched; of many forms of one person in a case the oldest makes room."""
    post(browser, here(pending, "/do/complain/draft"), words="They were late.")
    pending.later(days=89)
    work_once(pending.court)
    assert len(drafts(pending)) == 1
    pending.later(days=2)
    work_once(pending.court)
    assert not drafts(pending)
    actor, now = pending.actor("haiyun"), pending.court.clock.now()
    with pending.court.database.write() as session:
        case = pending.case()
        for number in range(MOST_IN_A_CASE + 5):
            at = now + timedelta(seconds=number)
            keep(session, case, actor, TABLE["complain"], {"words": "Late."}, f"words={number}", at)
    assert drafts(pending)[0].about == "words=5" and len(drafts(pending)) == MOST_IN_A_CASE


def test_a_file_chosen_in_a_form_not_sent_counts_as_used(pending: Scene) -> None:
    """What somebody chose and has not sent is not erased meanwhile."""
    actor, now, file = pending.actor("haiyun"), pending.court.clock.now(), "a2" * 13
    with pending.court.database.write() as session:
        act, name = next((act, name) for act in TABLE for name in act.input.model_fields if name == "uploads")
        keep(session, pending.case(), actor, act, {name: [file]}, "", now)
        assert files_in_act_drafts(session, [actor.account_id or 0]) == {(actor.account_id, file): now}


def test_an_offer_is_kept_in_the_private_room(pending: Scene, browser: Client) -> None:
    """An offer begun is there again in the room, for who wrote it alone, and gone once it is made."""
    room = here(pending, "/settlement")
    assert post(browser, f"{room}/make_offer", deed="Take the goods back.").status_code == 422
    page = browser[0].get(f"{room}?act=make_offer").text
    assert "You had begun this" in page and "Take the goods back." in page
    assert f"{room}?act=make_offer" in unescape(browser[0].get(here(pending)).text)
    other, _ = signed_in(pending, create_app(court=pending.court), "li")
    assert "Take the goods back." not in other.get(f"{room}?act=make_offer").text


def test_a_page_left_open_too_long_shows_labels_and_no_names_of_fields(pending: Scene, browser: Client) -> None:
    """Signed out meanwhile: what was typed stands there by the words of the form, for copying; never its machine names."""
    client, headers = browser
    form = {"words": WORDS, "ground": "place", "court": "Wenzhou", "idempotency_key": "kkk", "premise": "ppp"}
    stale = {**headers, "X-CSRF-Token": "old"}
    page = client.post(here(pending, "/do/object_to_jurisdiction"), data=form, headers=stale)
    assert page.status_code >= 400
    out = create_app(court=pending.court).test_client()
    signed_out = out.post(here(pending, "/do/object_to_jurisdiction"), data=form, headers=headers)
    assert signed_out.status_code == 401 and "Nothing you typed is lost" in signed_out.text
    for text in (page.text, signed_out.text):
        assert WORDS in text and "Which court is the right one?" in text and "Another court is the right one" in text
        assert not re.search(r">\s*(idempotency_key|premise|words|ground|kkk|ppp)\s*<", text)
    foreign = out.post(here(pending), data=form, headers={"Origin": "https://elsewhere.example"})
    assert WORDS not in foreign.text, "another site's words are never shown as somebody's own"


# -- two windows ---------------------------------------------------------------------


def marks_of(page: str) -> str:
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_two_windows_of_one_form_lose_no_text(pending: Scene, browser: Client) -> None:
    """Both were opened empty. What the second wrote is kept aside and shown; nothing of the first is written over."""
    form, draft = here(pending, "/do/object_to_jurisdiction"), here(pending, "/do/object_to_jurisdiction/draft")
    was = marks_of(browser[0].get(form).text)
    client, headers = browser
    scripted = {**headers, "X-Autosave": "1"}
    first = client.post(draft, data={"words": WORDS, "was": was}, headers=scripted)
    assert first.status_code == 204 and first.headers["X-Was"]
    other = "The terms of the shop name another court."
    second = client.post(draft, data={"words": other, "was": was}, headers=scripted)
    assert second.status_code == 409
    page = client.get(form).text
    assert WORDS in page and other in page and "In another window you wrote something else here" in page
    assert len(drafts(pending)) == 1


def test_a_window_overtaken_sends_nothing_before_both_texts_were_seen(pending: Scene, browser: Client) -> None:
    """Pressed in the old window, the act is not done: both texts are shown; pressed again, it is."""
    form, draft = here(pending, "/do/object_to_jurisdiction"), here(pending, "/do/object_to_jurisdiction/draft")
    was = marks_of(browser[0].get(form).text)
    browser[0].post(draft, data={"words": WORDS, "was": was}, headers={**browser[1], "X-Autosave": "1"})
    other, before = "The terms of the shop name another court.", entries(pending)
    given = {"ground": "territorial", "words": other}
    answer = post(browser, form, **given, was=was)
    assert answer.status_code == 409 and WORDS in answer.text and other in answer.text and entries(pending) == before
    again = post(browser, form, **given, was=marks_of(answer.text))
    assert "In another window" not in again.text


def test_one_window_that_goes_on_writing_is_never_overtaken_by_itself(pending: Scene, browser: Client) -> None:
    """Saved again and again, opened again and changed: there is one text."""
    form, draft = here(pending, "/do/object_to_jurisdiction"), here(pending, "/do/object_to_jurisdiction/draft")
    was = marks_of(browser[0].get(form).text)
    for words in (WORDS, f"{WORDS} More.", "Anew."):
        answer = browser[0].post(draft, data={"words": words, "was": was}, headers={**browser[1], "X-Autosave": "1"})
        assert answer.status_code == 204
        was = answer.headers["X-Was"]
    page = browser[0].get(form).text
    assert "Anew." in page and "In another window" not in page
    assert post(browser, draft, words="Last.", was=marks_of(page)).status_code == 303
    assert "In another window" not in browser[0].get(form).text and "Last." in browser[0].get(form).text


def test_pages_with_forms_of_their_own_keep_what_was_typed(pending: Scene) -> None:
    """Submitting an exhibit, describing one or many, correcting a claim, the review, the judge's desk: refused or left,
    the words are there again.
    """
    li = signed_in(pending, create_app(court=pending.court), "li")
    upload = pending.upload("li", b"a chat", "chat.txt")
    words = "Nobody has ever typed these words before."
    single = here(pending, "/exhibits/new")
    assert post(li, single, upload=upload.reference, proves=words).status_code == 422
    assert words in li[0].get(single).text and "You had begun this" in li[0].get(single).text
    many = here(pending, "/exhibits/many")
    typed = {"files-0-upload": upload.reference, "files-0-proves": words}
    assert post(li, here(pending, "/exhibits/many/draft"), **typed).status_code == 303
    assert words in li[0].get(many).text
    given = {
        "title": "Chat with the shop",
        "proves": "That it was so",
        "source": "My phone",
        "upload": upload.reference,
    }
    pending.do("submit_exhibit", "li", **given)
    describe = here(pending, "/exhibits/C-1/describe")
    assert post(li, describe, proves="", summary=words).status_code == 422
    assert words in li[0].get(describe).text
    for page in (single, many, describe):
        assert 'data-autosave="/cases/' in li[0].get(page).text or page == many


def test_the_review_and_the_correction_keep_what_was_typed(small_scene: Scene) -> None:
    """The clerk's reasons and the claimant's corrections are there again after a refusal or another window."""
    small_scene.lodge()
    app, words = create_app(court=small_scene.court), "Nobody has ever typed these words before."
    clerk = signed_in(small_scene, app, "clerk")
    review = here(small_scene, "/review")
    assert post(clerk, review, decision="refuse", reasons="", article=words[:20]).status_code == 422
    assert words[:20] in clerk[0].get(review).text
    assert post(clerk, here(small_scene, "/review/draft"), **{"own-0": words, "decision": "return"}).status_code == 303
    page = clerk[0].get(review).text
    assert words in page and 'data-autosave="/cases/' in page
    defects = [{"part": "facts", "what": "Name the day."}]
    small_scene.do("return_claim", "clerk", defects=defects, days=7)
    li = signed_in(small_scene, app, "li")
    correct = here(small_scene, "/correct")
    assert post(li, correct, **{"facts-0-what": words}).status_code == 422
    page = li[0].get(correct).text
    assert words in page and "You had begun this" in page


def test_a_second_click_is_answered_by_the_receipt_of_the_first(pending: Scene, browser: Client) -> None:
    """Whatever would refuse it (the case moved on, a code used up, another window), it made one entry, and nothing is left
    as begun and not sent; other words under the same key are kept, for they were never sent.
    """
    form = here(pending, "/do/object_to_jurisdiction")
    sent = {"ground": "place", "words": WORDS, "idempotency_key": "one-click"}
    first = post(browser, form, **sent)
    assert first.status_code == 303, first.text
    made = entries(pending)
    for more in ({}, {"premise": "what the page showed before"}, {"was": "another window"}):
        again = post(browser, form, **sent, **more)
        assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"]), again.text
    assert entries(pending) == made and drafts(pending) == []
    other = post(browser, form, **sent | {"words": f"{WORDS} And the seller sits there."})
    assert other.status_code != 303 and entries(pending) == made
    (kept,) = drafts(pending)
    assert "the seller sits there" in kept.values["words"][0]
