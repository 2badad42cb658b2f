"""Styles and scripts stand under an address that says their content: asked for once, never an old one, never a wrong one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from odr.app import create_app
from odr.web.static_files import AGE, addressed, is_as_addressed, part, read
from tests.entering import let_in
from tests.face.stage import ROOT
from tests.peers.browser import OpenContext
from tests.scene import Scene

STATIC = ROOT / "static"
LEADS_OUT = {"hash-worker.js": "../static/vendor/hash-wasm/sha256.umd.min.js"}
"""Asked for only where somebody uploads: its script stands at the upload's own address."""


def asked(client: FlaskClient, address: str = "/account/sign-in") -> list[str]:
    """What a page asks for besides itself."""
    return sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(address).text)))


def test_everything_a_page_asks_for_is_kept_a_year(small_scene: Scene) -> None:
    """Each address carries the digest; what is kept is never asked for again, also where the browser asks whether it changed."""
    client = create_app(court=small_scene.court).test_client()
    found = asked(client)
    assert len(found) >= 8
    for address in found:
        assert part(address.removeprefix("/static/"))[0], address
        for again in (
            client.get(address),
            client.get(address, headers={"If-None-Match": client.get(address).headers["ETag"]}),
        ):
            kept = again.cache_control
            assert (kept.public, kept.max_age, kept.immutable, kept.no_cache) == (True, AGE, True, None), address
            assert "Cookie" not in again.headers.get("Vary", "") and "Set-Cookie" not in again.headers


def test_another_version_is_sent_and_kept_by_nobody(small_scene: Scene) -> None:
    """During an upgrade the old page meets the new process: it gets a file, and no cache takes it for the other one."""
    client = create_app(court=small_scene.court).test_client()
    for address in ("/static/court.css", f"/static/{'0' * 16}/court.css"):
        answer = client.get(address)
        assert answer.data == (STATIC / "court.css").read_bytes()
        assert answer.cache_control.no_cache and not answer.cache_control.immutable and not answer.cache_control.max_age
    assert client.get(f"/static/{'0' * 16}/nothing.css").status_code == 404
    assert client.get(f"/static/{'0' * 16}/../wsgi.py").status_code == 404


def test_a_file_changed_under_a_process_that_runs_is_kept_by_nobody(tmp_path: Path) -> None:
    """Its address says what it was; whoever kept it under that would keep the wrong one for a year."""
    style = tmp_path / "one.css"
    style.write_text("a{}", encoding="utf-8")
    digest, name = part(addressed(tmp_path, "one.css"))
    assert digest and is_as_addressed(tmp_path, digest, name)
    style.write_text("b{}", encoding="utf-8")
    os.utime(style, ns=(1, 1))
    assert not is_as_addressed(tmp_path, digest, name)
    assert addressed(tmp_path, "missing.css") == "missing.css" and not is_as_addressed(tmp_path, digest, "missing.css")


def test_a_way_round_costs_nothing_and_is_kept_by_nobody(small_scene: Scene) -> None:
    """However a stranger winds through the folders, the folders are read once."""
    client = create_app(court=small_scene.court).test_client()
    digest, name = part(addressed(STATIC, "court.css"))
    assert digest is not None
    asked(client)
    before = read.cache_info().currsize
    for times in range(1, 6):
        answer = client.get(f"/static/{digest}/{'vendor/../' * times}{name}")
        assert answer.status_code in (200, 404) and not answer.cache_control.immutable
    assert read.cache_info().currsize == before


def test_what_files_name_themselves_lies_beside_them() -> None:
    """A digest stands for a folder; a relative address that left it would name an older or newer file."""
    named = re.compile(r"""(?:from|import)\s+["'](\.[^"']+)["']|importScripts\(["']([^"']+)["']|url\(["']?([^"')]+)""")
    found: dict[str, str] = {}
    for path in STATIC.rglob("*"):
        if path.suffix in {".js", ".css"}:
            for groups in named.findall(path.read_text(encoding="utf-8")):
                name = next(one for one in groups if one)
                if not name.startswith("data:") and (path.parent / name).resolve().parent != path.parent:
                    found[path.name] = name
    assert found == LEADS_OUT


class Counting:
    """What reaches the court, by address."""

    def __init__(self, app: Flask) -> None:
        self.inner, self.asked = app.wsgi_app, list[str]()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked.append(environ["PATH_INFO"])
        return self.inner(environ, start_response)


def test_a_page_is_one_request_after_the_first_visit(
    small_scene: Scene, serve: Callable[[Flask], str], open_context: OpenContext
) -> None:
    """Home, case, docket: in a browser, from the second page on, the court is asked for the page and for nothing else."""
    small_scene.lodge()
    app = create_app(court=small_scene.court)
    app.wsgi_app = counting = Counting(app)  # type: ignore[method-assign]
    origin = serve(app)
    context = open_context(origin)
    let_in(small_scene.court, small_scene.people["li"], context, origin, "en")
    page: Page = context.new_page()
    case = f"/cases/{small_scene.case().reference}"
    for address in ("/home", case, f"{case}/docket", f"{case}/exhibits"):
        page.goto(origin + address, wait_until="networkidle")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    for address in ("/home", case, f"{case}/docket", f"{case}/exhibits"):
        counting.asked.clear()
        page.goto(origin + address, wait_until="networkidle")
        assert counting.asked == [address]
