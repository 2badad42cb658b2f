"""Take the pictures of the documentation anew from a running training court.

Usage: .venv/bin/python tools/pictures.py [ADDRESS]   (default http://127.0.0.1:5000, as `make run` prints it)
Needs playwright and Debian's chromium, as the tests do. Look at each picture before it is kept.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PASSWORD = "a-court-to-train-in"
LI, JUDGE = "li@parties.example", "judge@court.example"
BOOKS, CAPSULES = "墨韵书店", "海云信息技术"
WIDE, PHONE = 1280, 320


class Visit:
    """Somebody's browser of one width and language."""

    def __init__(self, browser: Browser, base: str, width: int, who: str | None = None) -> None:
        self.base, self.width = base, width
        locale = "zh-CN" if width == PHONE else "en-GB"
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=locale, color_scheme="light"
        )
        self.page: Page = self.context.new_page()
        if who is not None:
            self.sign_in(who)
            self.page.goto(f"{base}/language/{'zh-Hans' if width == PHONE else 'en'}?next=/home")

    def sign_in(self, who: str) -> None:
        """With the password, and the code that the training page shows to everybody."""
        self.page.goto(f"{self.base}/account/sign-in")
        self.page.fill("input[name=email]", who)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        if self.page.url.endswith("/code"):
            aside = self.context.new_page()
            aside.goto(f"{self.base}/training")
            found = re.search(rf"{re.escape(who)}\s+(\d{{6}})", aside.inner_text("main"))
            assert found is not None, f"no code for {who} on the training page"
            aside.close()
            self.page.fill("input[name=code]", found[1])
            self.page.click("main button[type=submit]")
        self.page.wait_for_url(f"{self.base}/home*")

    def case(self, name: str, path: str = "") -> Visit:
        """Open a case of the home page by a word of its title, and a page of it."""
        self.page.goto(f"{self.base}/home")
        link = self.page.locator(f"main a[href^='/cases/']:has-text('{name}')").first
        self.page.goto(self.base + str(link.get_attribute("href")).rstrip("/") + path)
        return self

    def follow(self, selector: str) -> Visit:
        """Go on by a link."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("networkidle")
        return self

    def take(self, name: str, height: int) -> None:
        """Keep the top of the page, in few colours."""
        self.page.wait_for_load_state("networkidle")
        path = IMAGES / f"{name}-{self.width}{'-zh' if self.width == PHONE else ''}.png"
        self.page.screenshot(path=path, full_page=True)
        with Image.open(path) as picture:
            top = picture.convert("RGB").crop((0, 0, picture.width, min(height, picture.height)))
        top.quantize(128).save(path, optimize=True)
        print(f"{path.name}: {self.page.url}")


def main(base: str) -> None:
    """All ten."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        start = Visit(browser, base, WIDE)
        start.page.goto(base)
        start.take("start", 1500)
        li = Visit(browser, base, WIDE, LI)
        li.case(BOOKS).take("case", 1300)
        li.case(CAPSULES, "/exhibits").follow("main a[href*='/exhibits/']:has-text('C-2')").take("exhibit", 1300)
        li.case(CAPSULES, "/examination").take("examination", 1400)
        li.case(CAPSULES, "/decision").take("decision", 1400)
        Visit(browser, base, WIDE, JUDGE).case(BOOKS, "/bench").take("bench", 1200)
        phone = Visit(browser, base, PHONE, LI)
        phone.case(BOOKS).take("case", 1700)
        phone.case(CAPSULES, "/exhibits").follow("main a[href*='/exhibits/']:has-text('C-2')").take("exhibit", 1700)
        phone.case(CAPSULES, "/examination").take("examination", 1700)
        phone.case(CAPSULES, "/fee").take("fee", 1700)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:5000")
