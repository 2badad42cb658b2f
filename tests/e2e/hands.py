"""How somebody uses a page: with a mouse, or with the keys alone."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import ElementHandle, FileChooser, Page

from tests.peers.browser import until_on

MOST_TABS = 300
"""Further than this nobody looks for a control."""


class Hand(Protocol):
    """Fills in and sends what a page asks."""

    def write(self, page: Page, at: str, words: str) -> None:
        """Put words into a field, in place of what stands there."""

    def mark(self, page: Page, at: str) -> None:
        """Choose a radio, or tick a box."""

    def choose(self, page: Page, at: str, value: str) -> None:
        """Choose one of a list by its value."""

    def attach(self, page: Page, at: str, *files: str) -> None:
        """Choose files."""

    def reach(self, page: Page, at: str) -> None:
        """Be there, before what is done there leads to another page."""

    def do(self, page: Page, at: str) -> None:
        """Follow a link or press a button."""


class Mouse:
    """Points and clicks."""

    def write(self, page: Page, at: str, words: str) -> None:
        page.fill(at, words)

    def mark(self, page: Page, at: str) -> None:
        page.check(at)

    def choose(self, page: Page, at: str, value: str) -> None:
        page.select_option(at, value)

    def attach(self, page: Page, at: str, *files: str) -> None:
        page.set_input_files(at, list(files))

    def reach(self, page: Page, at: str) -> None:
        page.hover(at)

    def do(self, page: Page, at: str) -> None:
        page.click(at)


class Keys:
    """Tab to get there, Enter and Space to do it, arrows within radios and lists; whatever has the focus must be seen."""

    def write(self, page: Page, at: str, words: str) -> None:
        self._reach(page, at)
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(words)

    def mark(self, page: Page, at: str) -> None:
        wanted = self._reach(page, at)
        for _ in range(50):
            if page.evaluate(_IS_FOCUSED, wanted):
                break
            page.keyboard.press("ArrowDown")
        if not wanted.is_checked():
            page.keyboard.press("Space")
        assert wanted.is_checked(), (page.url, at)

    def choose(self, page: Page, at: str, value: str) -> None:
        wanted = self._reach(page, at)
        page.keyboard.press("Home")
        for _ in range(200):
            if wanted.input_value() == value:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError((page.url, at, value))

    def attach(self, page: Page, at: str, *files: str) -> None:
        # While nobody listens the browser opens its own window: between two files somebody must.
        page.on("filechooser", _listen)
        self._reach(page, at)
        with page.expect_file_chooser() as opened:
            page.keyboard.press("Space")
        opened.value.set_files(list(files))

    def reach(self, page: Page, at: str) -> None:
        self._reach(page, at)

    def do(self, page: Page, at: str) -> None:
        self._reach(page, at)
        page.keyboard.press("Enter")

    def _reach(self, page: Page, at: str) -> ElementHandle:
        wanted = page.locator(at).first.element_handle()
        assert wanted is not None
        # A page that a form led to keeps the place within the one before: there the keys go on from the main part at
        # once.
        fresh = "#" not in page.url and page.evaluate("document.activeElement === document.body")
        if fresh and page.locator("a.govuk-skip-link").count():
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.hash === '#main'"), (
                "the first Tab reaches the link past the header"
            )
            if page.evaluate("e => document.querySelector('#main').contains(e)", wanted):
                page.keyboard.press("Enter")
        for _ in range(MOST_TABS):
            where = page.evaluate(_WHERE, wanted)
            if where == "there":
                # The page scrolls to it in a moment of its own.
                until_on(page, lambda: page.evaluate(_IS_SEEN), f"whatever has the focus is seen: {at} on {page.url}")
                return wanted
            page.keyboard.press("Shift+Tab" if where == "before" else "Tab")
        raise AssertionError(f"no key leads to {at} on {page.url}")


def _listen(_: FileChooser) -> None:
    """Only there so that choosing is always heard."""


_IS_FOCUSED = "e => document.activeElement === e"
_WHERE = """wanted => {
  const here = document.activeElement;
  if (here === wanted) return "there";
  if (wanted.type === "radio" && here.type === "radio" && here.name === wanted.name && here.form === wanted.form) return "there";
  return here !== document.body && here.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? "before" : "after";
}"""
_IS_SEEN = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return document.activeElement.matches(":focus-visible") && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""
