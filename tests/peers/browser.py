"""A real Chromium, wide or narrow, with and without JavaScript, in either language."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.patience import PATIENCE, until
from tests.peers import missing

PHONE = 320
DESK = 1280
"""Widths in CSS pixels at which every page must be usable."""


class OpenPage(Protocol):
    """Opens a page in a browser context of its own: nobody is signed in."""

    def __call__(self, origin: str = ..., *, width: int = ..., javascript: bool = ..., locale: str = ...) -> Page: ...


def find_chromium() -> str | None:
    """Chromium without a window where Debian has it (the same engine for half the work), else Chromium, or another one
    in the PATH.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


def patient(browser: Browser, **options: Any) -> BrowserContext:
    """A browser context (own cookies) in which whatever must happen is waited for as long as a busy machine needs."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * 1000)
    return context


def until_on(page: Page, happens: Callable[[], object], what: str) -> None:
    """Wait for an event at our own end while the page goes on: nothing of it comes here while nobody attends to it."""
    until(lambda: happens() or page.wait_for_timeout(20), what, every=0)


@contextmanager
def answered(page: Page, *, refused: bool = False) -> Iterator[None]:
    """What is done inside sends a form or follows a link; when this ends, the page that answers is there, and took or refused it."""
    with page.expect_navigation(timeout=PATIENCE * 1000) as found:
        yield
    assert found.value is None or found.value.ok is not refused, (page.url, page.inner_text("main")[:1500])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the worker; contexts keep the tests apart."""
    expect.set_options(timeout=PATIENCE * 1000)
    path = find_chromium()
    if path is None:
        missing("Chromium", "apt install chromium")
    # Chromium's own sandbox cannot be had as root; only our own pages are opened.
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=[*arguments, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[OpenContext]:
    """Opens browser contexts (own cookies each), closed when the test ends."""
    with ExitStack() as stack:

        def start(
            origin: str = "", *, width: int = DESK, javascript: bool = True, locale: str = "en"
        ) -> BrowserContext:
            context = patient(
                browser,
                base_url=origin or None,
                viewport={"width": width, "height": 800},
                java_script_enabled=javascript,
                locale=locale,
                timezone_id="Asia/Shanghai",
                accept_downloads=True,
            )
            stack.callback(context.close)
            return context

        yield start


class OpenContext(Protocol):
    """Opens a browser context."""

    def __call__(
        self, origin: str = ..., *, width: int = ..., javascript: bool = ..., locale: str = ...
    ) -> BrowserContext: ...


@pytest.fixture
def open_page(open_context: OpenContext) -> OpenPage:
    """Opens a page at 320 or 1280 px, JavaScript on or off, in "en" or "zh-CN"."""

    def start(origin: str = "", *, width: int = DESK, javascript: bool = True, locale: str = "en") -> Page:
        page = open_context(origin, width=width, javascript=javascript, locale=locale).new_page()
        if origin:
            page.goto(origin)
        return page

    return start
