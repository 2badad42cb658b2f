"""A sheet of examples for hard questions, and speaking instead of typing where the browser has it."""

from __future__ import annotations

from odr.app import create_app
from odr.filing.draft import drafts
from odr.filing.draft.examples import QUESTIONS, by_step
from tests.scene import Scene
from tests.test_bad_input import signed_in


def test_each_hard_step_shows_its_examples_in_both_languages(small_scene: Scene) -> None:
    """Facts, relief, other side and evidence: the step shows what is weak, what is better, and why; all on one sheet."""
    scene = small_scene
    assert by_step().keys() <= {step.key for step in drafts.STEPS} and len(by_step()) >= 4
    with scene.court.database.write() as session:
        draft = drafts.open_draft(session, scene.people["li"], scene.clock.now(), {}).reference
    client, _ = signed_in(scene, create_app(court=scene.court), "li")
    for language, words in (("en", "Not so good"), ("zh-Hans", "不太好")):
        client.get(f"/language/{language}?next=/examples")
        sheet = client.get("/examples").text
        for question in QUESTIONS:
            assert question.title.render(language) in sheet
        for step, shown in by_step().items():
            page = client.get(f"/claim/{draft}/{step}").text
            assert words in page and str(shown[0].better.render(language)).split("“")[0] in page


def test_a_field_to_speak_into_lets_the_page_ask_for_the_microphone_and_no_other(small_scene: Scene) -> None:
    """The header opens the microphone only where there is such a field."""
    scene = small_scene
    with scene.court.database.write() as session:
        draft = drafts.open_draft(session, scene.people["li"], scene.clock.now(), {}).reference
    client, _ = signed_in(scene, create_app(court=scene.court), "li")
    assert "microphone=(self)" in client.get(f"/claim/{draft}/facts").headers["Permissions-Policy"]
    assert "microphone=()" in client.get("/home").headers["Permissions-Policy"]
