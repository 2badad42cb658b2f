"""In a long walk a paper is set anew where its template may set it otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conftest import MORNING
from tests.model.papers import OnceEach


class Counting:
    """Counts what is set."""

    def __init__(self) -> None:
        self.given: list[Mapping[str, Any]] = []

    def missing(self, words: str) -> set[str]:
        """Every sign can be printed."""
        return set()

    def render(self, template: str, data: Mapping[str, Any], **how: Any) -> bytes:
        """A paper like no other."""
        self.given.append(data)
        return b"%d" % len(self.given)


@pytest.mark.parametrize(
    ("first", "second", "papers"),
    [
        ({"name": "Li"}, {"name": "Zhang"}, 1),
        ({"name": "Li"}, {"name": ""}, 2),
        ({"rows": ["a"]}, {"rows": ["a", "b"]}, 2),
        ({"kind": "facts"}, {"kind": "list"}, 2),
        ({"mark": "cut"}, {"mark": "replaced"}, 2),
        ({"name": "role"}, {"name": "found"}, 2),
    ],
)
def test_a_word_by_which_a_template_chooses_is_another_shape(
    first: dict[str, Any], second: dict[str, Any], papers: int
) -> None:
    """Else a branch of a template would never be set."""
    real = Counting()
    once: Any = OnceEach(real)  # type: ignore[arg-type]
    for data in (first, second, first):
        once.render("published", data, locale="en", title="A paper", at=MORNING)
    assert len(real.given) == papers
