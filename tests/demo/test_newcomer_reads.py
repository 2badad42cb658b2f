"""A newcomer at the training court, in a browser: three published decisions by search, one withheld, one corrected, and one of
them from the copy that others serve to its proof. In one language and width; in both with ``ODR_PROVE=1``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page

from odr.app import create_app
from odr.ground.text import T
from odr.procedure.court import Court
from odr.register.publication.mirror.making import publish
from odr.training.disputes import SHOWN_A_DAY
from tests.peers.browser import DESK, PHONE, OpenPage, answered

READERS = [("en", DESK), ("zh-CN", PHONE)] if os.environ.get("ODR_PROVE") else [("en", DESK)]
LOOKED_FOR = "退还货款"


class _Quiet(SimpleHTTPRequestHandler):
    """Any web server: it hands out files and knows nothing of a court."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(told: Court, tmp_path: Path) -> Iterator[str]:
    """A copy of everything public as the court writes it, served by somebody else."""
    told.sequence_now()
    publish(told, tmp_path / "copy")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "copy")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with ExitStack() as stack:
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        yield f"http://127.0.0.1:{server.server_address[1]}/"


def words(english: str, locale: str, **params: Any) -> str:
    """A sentence of the court as this reader sees it."""
    return T(english, **params).render("en" if locale == "en" else "zh-Hans")


def reason(court: Court, key: str, locale: str) -> str:
    """A reason of the rules for which a text is not shown, as this reader sees it."""
    day = court.clock.now().astimezone(court.settings.tz).date()
    rules = court.packs.in_force(court.settings.pack, day).publication
    assert rules is not None
    return (rules.withheld | rules.withdrawn)[key].title.render("en" if locale == "en" else "zh-Hans")


def searched(page: Page, locale: str) -> list[str]:
    """From the start page to the decisions found: their addresses."""
    page.goto("/")
    page.locator('main a[href="/decisions"], header a[href="/decisions"]').first.click()
    page.fill("#q", LOOKED_FOR)
    page.click(f'form[role=search] button:has-text("{words("Search", locale)}") >> nth=0')
    found = page.locator(".court-hits h3 a")
    assert LOOKED_FOR in page.locator(".court-hits mark").all_inner_texts()
    return [str(each.get_attribute("href")) for each in found.all()]


def take(page: Page, base: str, folder: Path) -> None:
    """Everything of the copy under its names, as its index lists it."""
    told = page.request.get(urljoin(base, "index.json")).json()
    paths = ["index.json", "index.receipt.json", "index.receipt.leaf.tlog-proof"]
    for name in [*paths, *(file["path"] for file in told["files"].values())]:
        answer = page.request.get(urljoin(base, name))
        assert answer.ok, name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(answer.body())


@pytest.mark.parametrize(("locale", "width"), READERS)
def test_a_newcomer_finds_decisions_and_proves_one_from_the_copy(
    told: Court,
    mirror: str,
    serve: Callable[..., str],
    open_page: OpenPage,
    tmp_path: Path,
    locale: str,
    width: int,
) -> None:
    """Nobody signs in and no address is typed but the two one begins at."""
    page = open_page(serve(create_app(court=told)), width=width, locale=locale)
    found = searched(page, locale)
    assert len(found) >= 3, "three decisions are found by their words"
    corrected = None
    for address in found:
        with answered(page):
            page.locator(f'.court-hits a[href="{address}"]').click()
        assert page.url.endswith(address) and LOOKED_FOR in page.inner_text("main")
        if page.locator("#v2").count():
            corrected = address
            assert reason(told, "masking", locale) in page.inner_text("#versions + ol")
            assert SHOWN_A_DAY not in page.content(), "what was shown for a day is gone"
        page.go_back()
    assert corrected is not None, "one of them was corrected, and its page says why"
    # What is withheld answers to no word; the account under the list leads to its line.
    with answered(page):
        page.click(f'main a:has-text("{words("The ledger of all numbers", locale)}")')
    with answered(page):
        page.click(f'.court-sort a:has-text("{words("Withheld", locale)}")')
    (line,) = page.locator("main table tbody tr").filter(has_text=re.compile(r"\d")).all()[-1:]
    assert reason(told, "mediated", locale) in line.inner_text()
    fingerprint = re.search(r"[0-9a-f]{64}", page.inner_text("pre.court-receipt"))
    assert fingerprint is not None
    # The same decision in the copy of somebody else, with what the court's own page names as its digest.
    page.goto(corrected)
    digest = page.locator("#proof + dl dd").first.inner_text()
    name = corrected.rpartition("/")[2]
    page.goto(mirror)
    with answered(page):
        page.click(f'a:has-text("decisions/{name}.html")')
    assert LOOKED_FOR in page.inner_text("main") and SHOWN_A_DAY not in page.content()
    folder = tmp_path / "taken"
    take(page, mirror, folder)
    assert proved(folder, tmp_path, fingerprint[0], told) == 0
    ledger = [path.read_text() for path in (folder / "files").iterdir() if path.suffix == ".json"]
    assert any(digest in each and '\\"event\\":\\"published\\"' in each for each in ledger)
    (shown,) = [path for path in (folder / "files").iterdir() if path.name in page.url]
    shown.write_bytes(shown.read_bytes().replace(LOOKED_FOR.encode(), "不退货款".encode(), 1))
    assert proved(folder, tmp_path, fingerprint[0], told) == 1, "a word changed in the copy is found"


def proved(folder: Path, home: Path, fingerprint: str, court: Court) -> int:
    """What the program says that lies in the copy itself: run apart, with the fingerprint from the court's own page."""
    programs = {path.read_bytes() for path in (folder / "files").iterdir() if path.suffix == ".py"}
    for content in programs:
        name = "check_register.py" if b"--log-key-fingerprint FINGERPRINT ledger.json" in content else "verify.py"
        (home / name).write_bytes(content)
    day = f"{court.clock.now().astimezone(court.settings.tz):%Y-%m-%d}"
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-c"),
            "import sys; sys.path.insert(0, '.'); import check_register; sys.exit(check_register.main(sys.argv[1:]))",
            *("--log-key-fingerprint", fingerprint, "--on", day, "--copy", str(folder)),
        ],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode or "it stands in the log" in done.stdout, done.stdout + done.stderr
    return done.returncode
