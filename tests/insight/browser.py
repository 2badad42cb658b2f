"""A browser of somebody, as the tests of insight use it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests import test_bad_input
from tests.scene import Scene


def signed_in(app: Flask, scene: Scene, who: str) -> FlaskClient:
    """Signed in, with the headers that its forms send."""
    client, headers = test_bad_input.signed_in(scene, app, who)
    client.environ_base |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return client
