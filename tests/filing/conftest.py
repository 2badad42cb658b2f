"""Visitors of the court's pages, and a case brought to where filing needs it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from odr.app import create_app
from tests.filing.visitor import Visitor
from tests.scene import Scene


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


@pytest.fixture
def visitor(app: Flask, small_scene: Scene) -> Callable[[str | None], Visitor]:
    """Somebody at a browser, signed in or not."""
    return lambda name=None: Visitor(app, small_scene, name)


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A small claim, accepted, served, the respondent there."""
    small_scene.pend()
    return small_scene
