"""A form that belongs to no case keeps what was typed until it is sent: for one account, by its address."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.ground.text import T
from odr.operations.worker import work_once
from odr.procedure.case.act_drafts import (
    MOST_CHARACTERS,
    MOST_OUTSIDE,
    answers_of,
    asides_of,
    files_in_act_drafts,
    keep,
)
from odr.procedure.forms.fields import fields_of, leaves
from odr.procedure.forms.inputs import Widget
from odr.procedure.forms.two_windows import marks
from odr.procedure.models import FormDraft
from odr.register.viewing.models import ViewingApplication
from odr.web.forms_outside import FORMS, Somebody, form_outside
from tests.scene import Scene
from tests.test_bad_input import signed_in

SAID = {"number": "7", "kind": "page"}
"""What an address may say where it is no free reference."""
WORDS = "I rent from the same landlord and want to know how it ended."
Client = tuple[FlaskClient, dict[str, str]]


@pytest.fixture
def browser(small_scene: Scene) -> Client:
    """A browser that runs no scripts, of somebody who is in no case."""
    return signed_in(small_scene, create_app(court=small_scene.court), "li")


def rows(scene: Scene) -> list[FormDraft]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(FormDraft).order_by(FormDraft.id)))


def post(browser: Client, path: str, **form: Any) -> Any:
    client, headers = browser
    return client.post(path, data=form, headers=headers)


def save(browser: Client, path: str, **form: Any) -> Any:
    client, headers = browser
    return client.post(path, data=form, headers={**headers, "X-Autosave": "1"})


def marks_of(page: str) -> str:
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_refused_and_left_it_is_there_again_after_signing_in_anew(small_scene: Scene, browser: Client) -> None:
    """Without scripts: refused for what is missing, left, signed in somewhere else: the words stand there, nothing is sent."""
    assert "You had begun this" not in browser[0].get("/reading").text
    assert post(browser, "/reading", about="", reason=WORDS).status_code == 422
    elsewhere = signed_in(small_scene, create_app(court=small_scene.court), "li")
    page = elsewhere[0].get("/reading").text
    assert "You had begun this; nothing was sent." in page and WORDS in page
    assert 'data-autosave="/begun/reading"' in page
    with small_scene.court.database.read() as session:
        assert not session.scalars(select(ViewingApplication)).all()


def test_once_it_is_sent_it_is_kept_no_longer(small_scene: Scene, browser: Client) -> None:
    """What was sent stands in the application alone."""
    post(browser, "/reading", about="", reason=WORDS)
    assert post(browser, "/reading", about="Net Civ 12", reason=WORDS).status_code == 303
    assert not rows(small_scene)
    assert "You had begun this" not in browser[0].get("/reading").text


def test_a_script_saves_and_the_plain_button_leads_to_the_list(small_scene: Scene, browser: Client) -> None:
    """Saved without being sent, it stands on the page after signing in, can be looked at, gone on with, thrown away."""
    kept = save(browser, "/begun/reading", reason=WORDS)
    assert (kept.status_code, kept.data) == (204, b"") and kept.headers["X-Was"]
    assert post(browser, "/begun/reading", reason=f"{WORDS} Soon.").headers["Location"] == "/home"
    home = browser[0].get("/home").text
    assert "Begun and not sent" in home and 'href="/begun/reading"' in home
    looked = browser[0].get("/begun/reading").text
    assert f"{WORDS} Soon." in looked and 'href="/reading"' in looked
    assert post(browser, "/begun/reading", throw_away="yes").headers["Location"] == "/reading"
    assert not rows(small_scene) and browser[0].get("/begun/reading").status_code == 404
    assert "Begun and not sent" not in browser[0].get("/home").text


def test_it_is_for_one_account_alone(small_scene: Scene, browser: Client) -> None:
    """Nobody else finds it, at its own address or in the form; signed out there is nothing to find."""
    save(browser, "/begun/reading", reason=WORDS)
    other, _ = signed_in(small_scene, create_app(court=small_scene.court), "haiyun")
    assert other.get("/begun/reading").status_code == 404 and WORDS not in other.get("/reading").text
    nobody = create_app(court=small_scene.court).test_client()
    assert nobody.get("/begun/reading").status_code == 303
    assert browser[0].get("/begun/nothing").status_code == 404


def test_two_windows_lose_no_text_and_send_nothing_unseen(small_scene: Scene, browser: Client) -> None:
    """The older window sends: nothing is sent, both texts are shown; sent again, it is."""
    was = marks_of(browser[0].get("/reading").text)
    save(browser, "/begun/reading", reason=WORDS, was=was)
    other = "A neighbour of mine asked the same, and got an answer."
    assert post(browser, "/reading", about="Net Civ 12", reason=other, was=was).headers["Location"] == "/reading"
    page = browser[0].get("/reading").text
    assert WORDS in page and other in page and "In another window you wrote something else here" in page
    assert len(rows(small_scene)) == 1
    sent = post(browser, "/reading", about="Net Civ 12", reason=WORDS, was=marks_of(page))
    assert sent.status_code == 303 and sent.headers["Location"] != "/reading"
    assert not rows(small_scene)


def test_what_is_about_something_is_kept_for_that_alone(small_scene: Scene, browser: Client) -> None:
    """A form at an address that names something is another form for each thing; without the name there is none."""
    with_name = [form for form in FORMS.values() if form.about == ("reference",)]
    assert with_name
    form = with_name[0]
    assert (
        save(browser, f"/begun/{form.name}?reference=a", **{next(iter(form.input.model_fields)): "One."}).status_code
        == 204
    )
    assert browser[0].get(f"/begun/{form.name}?reference=a").status_code == 200
    assert browser[0].get(f"/begun/{form.name}?reference=b").status_code == 404
    assert save(browser, f"/begun/{form.name}", words="Two.").status_code == 404
    assert save(browser, "/begun/hand_over_desk?number=many", reasons="Two.").status_code == 404
    assert save(browser, "/begun/fetch_page?draft=a&kind=thing", proves="Two.").status_code == 404
    assert len(rows(small_scene)) == 1


def test_it_is_bounded_in_number_size_and_time(small_scene: Scene, browser: Client) -> None:
    """Ninety days after the last word it is gone; the oldest of many makes room; what is no form of ours is not kept."""
    assert save(browser, "/begun/reading", reason="x" * (MOST_CHARACTERS + 1)).status_code == 413
    assert not rows(small_scene)
    save(browser, "/begun/reading", reason=WORDS)
    small_scene.later(days=89)
    work_once(small_scene.court)
    assert len(rows(small_scene)) == 1
    small_scene.later(days=2)
    work_once(small_scene.court)
    assert not rows(small_scene)
    who, now = Somebody(small_scene.people["li"]), small_scene.court.clock.now()
    with small_scene.court.database.write() as session:
        for number in range(MOST_OUTSIDE + 3):
            at = now + timedelta(seconds=number)
            keep(session, None, who, FORMS["reading"], {"reason": "Late."}, f"n={number}", at)
    assert rows(small_scene)[0].about == "n=3" and len(rows(small_scene)) == MOST_OUTSIDE


def test_what_other_windows_wrote_is_bounded_too(small_scene: Scene) -> None:
    """Ten windows of the longest text would be ten times what one form may hold: the oldest of them makes room, and what
    was written last is there.
    """
    form, me, now = FORMS["reading"], Somebody(small_scene.people["li"]), small_scene.clock.now()
    long = MOST_CHARACTERS // 3
    for n in range(8):
        with small_scene.court.database.write() as session:
            keep(session, None, me, form, {"reason": [str(n) * long], "was": [marks({})]}, "", now)
    (row,) = rows(small_scene)
    assert answers_of(row)["reason"] == ["0" * long]
    assert [each["reason"][0][0] for each in asides_of(row)][-1] == "7" and len(asides_of(row)) < 4
    assert sum(len(each["reason"][0]) for each in asides_of(row)) <= MOST_CHARACTERS


def test_a_file_chosen_in_it_counts_as_used(small_scene: Scene) -> None:
    """What somebody chose and has not sent is not erased meanwhile, outside a case as in one."""
    who, now, file = Somebody(small_scene.people["li"]), small_scene.court.clock.now(), "a2" * 13
    with small_scene.court.database.write() as session:
        keep(session, None, who, FORMS["reading"], {"reason": [file]}, "", now)
        assert files_in_act_drafts(session, [who.account_id or 0]) == {(who.account_id, file): now}


def test_no_two_forms_have_one_name() -> None:
    """A second form of a name would show one's words in the other."""
    form = FORMS["reading"]
    with pytest.raises(ValueError, match="two forms"):
        form_outside("reading", form.input, form.page, T("Application to read a decision"))


def test_every_form_leads_to_its_page(small_scene: Scene) -> None:
    """The address a form is begun at is made of what its name says, and of nothing else."""
    app = create_app(court=small_scene.court)
    assert FORMS
    with app.test_request_context():
        for name, form in FORMS.items():
            rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == form.page)
            assert rule.arguments <= set(form.about), name
            about = {part: SAID.get(part, "a") for part in form.about}
            assert form.begun_at(about) and form.title is not None


OPEN = {
    "reading": "li",
    "preservation": "li",
    "evidence": "li",
    "mediation": "li",
    "confirmation": "li",
    "payment_order": "li",
    "taking_part": "li",
    "rules": "admin",
    "text": "judge",
    "mediator_entry": "mediator",
}
"""Forms that are open to somebody without anything having happened, and to whom."""


def test_each_form_shows_again_what_was_kept(small_scene: Scene) -> None:
    """Whatever its page is made of: the words stand in the form, with where they are saved and the way to throw them away."""
    app = create_app(court=small_scene.court)
    browsers = {who: signed_in(small_scene, app, who) for who in set(OPEN.values())}
    for name, who in OPEN.items():
        browser, form = browsers[who], FORMS[name]
        field = next(one.name for one in leaves(fields_of(form.input, "en", {})) if one.kind is Widget.TEXTAREA)
        words = f"Words of {who} that nobody has typed before, for {name}."
        with app.test_request_context():
            page = form.begun_at({})
        assert save(browser, f"/begun/{name}", **{field: words}).status_code == 204, name
        shown = browser[0].get(page).text
        assert words in shown and f'data-autosave="/begun/{name}"' in shown and "You had begun this" in shown, name
        assert words in browser[0].get(f"/begun/{name}").text, name
