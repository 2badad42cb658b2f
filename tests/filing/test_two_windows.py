"""One draft in two windows: what each changed is kept, what both changed is shown to whoever saves last, and nothing that was
written is lost.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.filing.models import Draft, DraftRevision
from odr.procedure.forms.two_windows import loses, marks, merge, parts
from tests.scene import Scene
from tests.test_bad_input import signed_in

Client = tuple[FlaskClient, dict[str, str]]
TEXT = st.text(alphabet="ab 1", max_size=12)
FORM = st.dictionaries(
    st.sampled_from(["cause", "due-day", "due-month", "facts-0-what", "facts-0-on", "facts-1-what"]),
    st.lists(TEXT, min_size=1, max_size=2),
    max_size=6,
)


@given(opened=FORM, theirs=FORM, mine=FORM)
def test_every_word_of_both_windows_is_somewhere(opened: Any, theirs: Any, mine: Any) -> None:
    """Opened twice, saved there, then here: each part is what one of them made of it, and a part that both changed
    differently is told, with what stands.
    """
    merged = merge(theirs, mine, marks(opened))
    for part in {*parts(theirs), *parts(mine)}:
        was, there, here = (parts(each).get(part, {}) for each in (opened, theirs, mine))
        stands = parts(merged.values).get(part, {})
        if here == was:
            assert stands == there and part not in merged.theirs
        elif there in (was, here):
            assert stands == here and part not in merged.theirs
        else:
            assert stands == there == merged.theirs[part]


@given(stood=FORM, typed=FORM)
def test_a_program_without_marks_writes_what_it_says(stood: Any, typed: Any) -> None:
    """Without a page's marks, or with marks that are none, everything typed counts."""
    for was in (None, "", "no marks", "[1]", "x" * 5000):
        assert merge(stood, typed, was).values == typed
    assert merge(typed, typed, marks(typed)).theirs == {}


@given(before=FORM, added=TEXT)
def test_words_that_are_only_added_lose_nothing(before: Any, added: str) -> None:
    """Writing on is no earlier version; taking everything out is one."""
    after = {name: [f"{each} {added}" for each in value] for name, value in before.items()}
    one = {name: value[:1] for name, value in before.items()}
    assert not loses(one, {name: value[:1] for name, value in after.items()})
    assert loses(before, {}) == bool(parts(before))


def page_marks(client: FlaskClient, path: str) -> str:
    """The marks of a page as it was opened."""
    found = re.search(r'name="was" value="([^"]*)"', client.get(path).text)
    assert found, path
    return unescape(found[1])


@pytest.fixture
def drafting(small_scene: Scene) -> tuple[Scene, Client, str]:
    """A person with a claim begun."""
    client, headers = signed_in(small_scene, create_app(court=small_scene.court), "li")
    at = client.post("/claim", headers=headers).headers["Location"].removesuffix("/matter")
    return small_scene, (client, headers), at


def revisions(scene: Scene) -> list[str]:
    """Every text among the earlier versions."""
    with scene.court.database.read() as session:
        return [str(row.values) for row in session.scalars(select(DraftRevision).order_by(DraftRevision.id))]


def told(scene: Scene) -> dict[str, Any]:
    """What the step of the facts says."""
    with scene.court.database.read() as session:
        return dict(session.scalars(select(Draft)).one().values["facts"])


FACT = {"facts-0-what": "I bought the capsules.", "facts-0-happened_on": ""}


def test_an_old_window_wipes_nothing_newer(drafting: tuple[Scene, Client, str]) -> None:
    """Both windows open; one writes, then the other: the second sees both texts, its own in the form, and may save it; then
    the first one's text stands among the earlier versions.
    """
    scene, (client, headers), at = drafting
    path = f"{at}/facts"
    first = second = page_marks(client, path)
    client.post(path, headers=headers, data={**FACT, "was": first, "later": "1"})
    late = client.post(path, headers=headers, data={"facts-0-what": "They sent water.", "was": second, "later": "1"})
    assert late.status_code == 409 and "I bought the capsules." in late.text and "They sent water." in late.text
    assert told(scene)["facts-0-what"] == ["I bought the capsules."]
    assert any("They sent water." in each for each in revisions(scene))
    anew = unescape(re.search(r'name="was" value="([^"]*)"', late.text)[1])  # type: ignore[index]
    saved = client.post(path, headers=headers, data={"facts-0-what": "They sent water.", "was": anew, "later": "1"})
    assert saved.status_code == 303 and told(scene)["facts-0-what"] == ["They sent water."]
    assert any("I bought the capsules." in each for each in revisions(scene))


def test_a_script_is_told_that_its_page_was_overtaken(drafting: tuple[Scene, Client, str]) -> None:
    """Saving by itself gives new marks each time; from an old window it changes nothing, keeps the text and says so."""
    scene, (client, headers), at = drafting
    path, auto = f"{at}/facts", {"X-Autosave": "1"}
    old = page_marks(client, path)
    kept = client.post(path, headers={**headers, **auto}, data={**FACT, "was": old})
    assert kept.status_code == 204 and kept.headers["X-Was"] == page_marks(client, path) != old
    late = client.post(path, headers={**headers, **auto}, data={"facts-0-what": "Other words.", "was": old})
    assert late.status_code == 409 and told(scene)["facts-0-what"] == ["I bought the capsules."]
    assert any("Other words." in each for each in revisions(scene))
    more = {"facts-0-what": "I bought the capsules. They were late.", "was": kept.headers["X-Was"]}
    assert client.post(path, headers={**headers, **auto}, data=more).status_code == 204


def test_what_is_taken_out_stays_among_the_earlier_versions(drafting: tuple[Scene, Client, str]) -> None:
    """A fact that is removed and saved so can be brought back."""
    scene, (client, headers), at = drafting
    path = f"{at}/facts"
    two = {**FACT, "facts-1-what": "Nobody answered my letters.", "was": page_marks(client, path), "later": "1"}
    client.post(path, headers=headers, data=two)
    client.post(path, headers=headers, data={**FACT, "was": page_marks(client, path), "later": "1"})
    assert "facts-1-what" not in told(scene)
    assert any("Nobody answered my letters." in each for each in revisions(scene))
    versions = client.get(f"{at}/versions").text
    assert "Nobody answered my letters." in versions


def test_two_windows_of_an_answer_lose_nothing_either(small_scene: Scene) -> None:
    """The statement of defence, too: the late window sees both, and sending it needs no marks."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()
    client, headers = signed_in(scene, create_app(court=scene.court), "haiyun")
    path = f"/cases/{scene.case().reference}/answer"
    old = page_marks(client, path)
    first = client.post(f"{path}/draft", headers=headers, data={"statement": "The label is lawful.", "was": old})
    late = client.post(f"{path}/draft", headers=headers, data={"statement": "It was inspected.", "was": old})
    assert (first.status_code, late.status_code) == (303, 409)
    assert "The label is lawful." in late.text and "It was inspected." in late.text
    assert any("It was inspected." in each for each in revisions(scene))
