"""How the application starts: what is worked out once for a process stays right, and what is put off comes back."""

from __future__ import annotations

import gc
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from odr.app import create_app
from odr.ground.config import SettingsError
from odr.web.numbers import MOST_DIGITS
from tests.scene import Scene

WSGI = Path(__file__).resolve().parents[2] / "wsgi.py"


def test_a_second_application_finds_every_page_as_the_first(small_scene: Scene) -> None:
    """Addresses are read and built alike, though their patterns were compiled for another; a number stays bounded."""
    first, second = (create_app(court=small_scene.court) for _ in range(2))
    one, other = (app.url_map.bind("court.example") for app in (first, second))
    assert len(list(first.url_map.iter_rules())) > 500
    for rule in first.url_map.iter_rules():
        # Where the address says which words it takes, one of them.
        given = {name: min(getattr(kind, "items", "7")) for name, kind in rule._converters.items()}
        method = next(iter(rule.methods or {"GET"}))
        built = one.build(rule.endpoint, given, method)
        assert other.build(rule.endpoint, given, method) == built
        assert other.match(built, method) == one.match(built, method)
    (number, *_) = [rule for rule in second.url_map.iter_rules() if "<int:" in rule.rule and len(rule.arguments) == 1]
    method = next(iter(number.methods or {"GET"}))
    (name,) = number.arguments
    with pytest.raises(NotFound):
        other.match(other.build(number.endpoint, {name: 10**MOST_DIGITS}, method), method)


def test_other_kinds_of_words_in_an_address_are_another_pattern(small_scene: Scene) -> None:
    """A map that reads a number otherwise does not get the pattern of the court's."""

    class Even(IntegerConverter):
        regex = r"\d*[02468]"

    rule = type(next(create_app(court=small_scene.court).url_map.iter_rules()))
    app = Flask("other")
    app.url_rule_class = rule
    app.add_url_rule("/read/<int:number>", "read", lambda number: str(number))
    even = Flask("even")
    even.url_rule_class = rule
    even.url_map.converters["int"] = Even
    even.add_url_rule("/read/<int:number>", "read", lambda number: str(number))
    assert [each.test_client().get("/read/7").status_code for each in (app, even)] == [200, 404]
    assert [each.test_client().get("/read/8").status_code for each in (app, even)] == [200, 200]


def test_a_start_leaves_the_collector_at_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It rests while the program is read and leaves that alone; afterwards it works, also where the start is refused.

    The libraries that take longest are read by whoever uses them: no process pays for those of others.
    """
    monkeypatch.setenv("ODR_MODE", "neither")
    with pytest.raises(SettingsError):
        runpy.run_path(str(WSGI))
    assert gc.isenabled()
    asked = """if True:
        import gc, sys, wsgi
        from odr import wiring
        wiring.rooms()
        print(gc.isenabled(), gc.get_freeze_count(), [name for name in ("stripe", "pypinyin") if name in sys.modules])
    """
    env = {**os.environ, "ODR_MODE": "training", "ODR_DATA_DIR": str(tmp_path), "FLASK_RUN_FROM_CLI": "true"}
    told = subprocess.run(
        [sys.executable, "-c", asked, "db"], cwd=WSGI.parent, env=env, capture_output=True, text=True, check=True
    )
    works, left_alone, libraries = told.stdout.split(maxsplit=2)
    assert works == "True" and int(left_alone) > 100_000 and libraries == "[]\n"
