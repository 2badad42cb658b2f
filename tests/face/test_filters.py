"""Filters of the pages: what one writes for a reader is worked out for each, never once for all."""

from __future__ import annotations

import pytest
from jinja2 import nodes

from odr.app import create_app
from odr.web import guards
from tests.scene import Scene

FOR_NOBODY = {"may_break", "sentence"}
"""Filters of ours that say the same to every reader."""


def test_whoever_opens_a_page_first_chooses_the_language_of_nobody_else(small_scene: Scene) -> None:
    """A template is compiled once: what it writes of a constant is in the language of whoever reads it then."""
    app = create_app(court=small_scene.court)
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        page = app.jinja_env.from_string("{{ ',' | sign }}{{ ['a', 'b'] | side_by_side }}")
        first = page.render()
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert guards.current_locale() == "en"
        assert page.render() == ", a, b" != first


def test_no_filter_for_a_reader_is_worked_out_while_a_template_is_compiled(small_scene: Scene) -> None:
    """Every filter of the court's but those that say the same to everybody asks for its reader."""
    app = create_app(court=small_scene.court)
    env = app.jinja_env
    ours = {name for name, one in env.filters.items() if (getattr(one, "__module__", "") or "").startswith("odr")}
    assert ours > FOR_NOBODY
    for name in ours - FOR_NOBODY:
        written = nodes.Filter(nodes.Const(","), name, [], [], None, None, environment=env)
        with app.test_request_context(), pytest.raises(nodes.Impossible):
            written.as_const(nodes.EvalContext(env))
