"""The answer in the respondent's own words stands beside the claim it answers."""

from __future__ import annotations

from odr.app import create_app
from tests.scene import Scene
from tests.test_bad_input import signed_in


def test_the_statement_of_defence_stands_on_the_page_of_the_claim(small_scene: Scene) -> None:
    """Before: that nobody has answered. Then who, what they say to what is asked for, their words, and the entry."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    small_scene.work()
    client, _ = signed_in(small_scene, create_app(court=small_scene.court), "li")
    place = f"/cases/{small_scene.case().reference}/claim"
    assert "Nobody has answered yet." in client.get(place).text
    small_scene.do("file_answer", "haiyun", position="defend", statement="The label is <b>lawful</b>.")
    page = client.get(place).text
    assert "The label is &lt;b&gt;lawful&lt;/b&gt;." in page and "Does not agree to what is asked for" in page
    assert page.index("What is said to have happened") < page.index("What is answered")
