"""The check after a deployment: says that a court stands that does, and what does not where something is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from odr.app import create_app
from odr.operations.smoke import main
from tests.peers.http import serving
from tests.scene import Scene

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def lines(app: App, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What the check says of a court, line by line."""
    with serving(app) as address:
        code = main([address, "--plain"])
    said = {what: word for word, _, what in (line.partition("  ") for line in capsys.readouterr().out.splitlines())}
    assert code == (1 if "BAD" in said.values() else 0)
    return said


@pytest.fixture
def standing(small_scene: Scene) -> Scene:
    """A court whose log has a signed head, and which tells its numbers to whoever has the token."""
    small_scene.lodge()
    small_scene.work()
    court = small_scene.court
    court.settings = court.settings.model_copy(update={"metrics_token": "t" * 32})
    return small_scene


def test_a_court_that_stands(standing: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything holds but what needs TLS, which a trial leaves out."""
    said = lines(create_app(court=standing.court), capsys)
    assert {word for what, word in said.items() if "https" not in what} == {"ok"}, said
    assert said["plain http leads to https"] == "skip"


@pytest.mark.parametrize(
    ("without", "what"),
    [
        ("/static/", "style, scripts and seal are there"),
        ("/health/ready", "acts can be received and signed for"),
        ("/status.json", "the page of outages answers"),
        ("/log/", "the log is published under its key"),
        ("/home", "what needs a person leads to the sign-in"),
    ],
)
def test_what_is_missing_is_named(standing: Scene, capsys: pytest.CaptureFixture[str], without: str, what: str) -> None:
    """A proxy that does not pass one thing on: that line is bad, and the program says so by its end."""
    app = create_app(court=standing.court)

    def proxy(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(without):
            start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
            return [b"nobody there"]
        return app.wsgi_app(environ, start_response)

    assert {line for line, word in lines(proxy, capsys).items() if word == "BAD"} == {what}


def test_without_tls_a_sitting_court_is_bad(standing: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """The same court reached by plain http, and one that nobody answers for: the program ends with 1."""
    with serving(create_app(court=standing.court)) as address:
        assert main([address]) == 1
    assert "BAD  plain http leads to https" in capsys.readouterr().out
    assert main(["http://127.0.0.1:9"]) == 1
    assert "ok" not in capsys.readouterr().out
