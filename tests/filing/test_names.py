"""Names of parties whose letters only look like others: taken as they are written, and marked wherever they count."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odr.docket.lookalikes import mark_of
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

MIXED = "Hаiyun Technology"
"""With a Cyrillic а."""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (MIXED, "different alphabets"),
        ("Ηaiyun", "different alphabets"),
        ("АРРЕХ Ltd.", "looks like Latin"),
        ("Ｈａｉｙｕｎ", "unusual form"),
        ("Haiyun 海云", None),
        ("海云信息技术（杭州）有限公司", None),
        ("Иван Петров", None),
        ("Li Wen", None),
        ("Zoë Łukasz-O’Brien", None),
        ("Αθηνά Παππά", None),
    ],
)
def test_a_name_that_only_looks_like_another_is_marked(name: str, words: str | None) -> None:
    """Names in any one alphabet, Chinese with its wide brackets included, are what they look like."""
    mark = mark_of(name)
    assert (mark is None) if words is None else (mark is not None and words in mark.render("en"))


def test_the_mark_stands_for_the_clerk_the_parties_and_programs(
    small_scene: Scene, visitor: Callable[[str | None], Visitor]
) -> None:
    """The claim is taken with the name as it is written; registry, parties and programs read what its letters are."""
    given = claim(respondents=[{"name": MIXED, "kind": "company", "email": "post@haiyun.example"}])
    small_scene.lodge(given)
    case = small_scene.case().reference
    words = "letters of different alphabets"
    assert words in visitor("clerk").get(f"/cases/{case}/review") and words in visitor("li").get(f"/cases/{case}")
    parties = visitor("li").client.get(f"/api/v1/cases/{case}", base_url=visitor("li").origin).get_json()["parties"]
    assert [words in (party["name_mark"] or {}).get("en", "") for party in parties] == [False, True]
