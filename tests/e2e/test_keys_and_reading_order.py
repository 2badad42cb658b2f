"""From the court's first page to a claim lodged and answered by somebody who uses no mouse, reads at four times the size,
or hears the page: keys alone, no sideways scroll, and the accessibility tree in the order in which one has to know things.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.evidence.models import Exhibit
from odr.filing.draft.drafts import STEPS
from odr.identity.models import Account
from odr.web.reader_language import COOKIE
from tests.e2e.hands import Keys
from tests.e2e.test_in_full import newest
from tests.e2e.walking import Walk, press
from tests.entering import let_in
from tests.peers.browser import PHONE
from tests.scene import PASSWORD
from tests.sound import fits

HEADING = re.compile(r"^\s*- heading (.*?) ?\[level=(\d)\]", re.MULTILINE)
QUOTED = re.compile(r"^(\s*)- '", re.MULTILINE)
"""A line that the tree's notation sets in quotes, as it does where a name has a colon."""
ROOT = Path(__file__).resolve().parents[2]
FIRST = "{% block wrong %}{{ error_summary("
LODGER = "wu@court.example"
SAVE = "button[name=continue]"
FOUR_TIMES = {"width": PHONE, "height": 256}
"""A window of 1280 by 1024 pixels, zoomed to 400 % (WCAG 1.4.10)."""


BEGINS = """() => {
    const first = document.querySelector("main :is(.govuk-error-summary, .govuk-caption-l, h1)");
    const training = document.querySelector(".court-training");
    return Math.round(first.getBoundingClientRect().top + scrollY - (training ? training.offsetHeight : 0));
}"""
"""How far down the first thing of a page begins that is not its frame; a sitting court says nothing of training."""
BADLY_BROKEN = """() => [...document.querySelectorAll("main :is(h1, h2, h3)")].filter((heading) => {
    const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), range = document.createRange();
    let last = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (let at = 0; at < node.data.length; at++) {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const [box] = range.getClientRects();
            if (!box || !box.width) continue;
            if (last !== null && box.top > last + 2 && "。，、：；）》”".includes(node.data[at])) return true;
            last = box.top;
        }
    return false;
}).map((heading) => heading.textContent)"""
"""Headings of which a line begins with a sign that ends something."""


def tree_of(page: Page) -> str:
    """The main part as a screen reader goes through it, a line for each node."""
    tree = page.locator("main").aria_snapshot().removeprefix("- main:\n")
    return QUOTED.sub(r"\1- ", tree)


def is_read_in_order(page: Page) -> None:
    """One heading of the first level before all others but what is wrong, and no level left out after it."""
    tree = tree_of(page)
    levels = [int(level) for _, level in HEADING.findall(tree)]
    first = levels.index(1) if 1 in levels else -1
    assert levels.count(1) == 1, (page.url, tree)
    if first:
        assert first == 1 and re.match(r"\s*- alert:\s*\n\s*- heading ", tree), (page.url, tree)
    steps = zip(levels[first:], levels[first + 1 :], strict=False)
    assert all(after <= before + 1 for before, after in steps), (page.url, levels)


def comes_before(page: Page, earlier: str, later: str) -> None:
    """One thing is read before another."""
    tree = tree_of(page)
    assert earlier in tree and later in tree and tree.index(earlier) < tree.index(later), (page.url, earlier, tree)


def sees(page: Page) -> None:
    """What holds of every page of the way."""
    is_read_in_order(page)
    assert fits(page), page.url
    begins = page.evaluate(BEGINS)
    assert begins < FOUR_TIMES["height"] / 2, f"{page.url}: what it is about begins {begins} px down"
    assert page.evaluate(BADLY_BROKEN) == [], page.url
    if "PICTURES" in os.environ:
        folder = Path(os.environ["PICTURES"])
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{len(list(folder.iterdir())):03}.png", full_page=True)


def goes(walk: Walk, page: Page, at: str) -> None:
    """Follow a link or press a button by its key, and look at what comes."""
    press(page, at, walk.hand)
    sees(page)


def path_of(walk: Walk, page: Page) -> str:
    """Where one is. The link past the header leaves its mark behind the address."""
    return re.split("[?#]", page.url.removeprefix(walk.origin))[0]


def test_a_claim_is_lodged_and_answered_by_keys_at_four_times_the_size(walk_of: Callable[..., Walk]) -> None:
    """With a new account and two pictures of one chat, titled, and kept from the others; then the other side joins and
    answers. In Chinese the same pages fit as well.
    """
    walk = walk_of(locale="en", width=PHONE, javascript=True, hand=Keys())
    page = walk.open_context(walk.origin, width=PHONE, locale="en").new_page()
    page.set_viewport_size(FOUR_TIMES)
    asks_for_an_account(walk, page)
    draft = writes_the_claim(walk, page)
    brings_one_chat(walk, page)
    lodges(walk, page, draft)
    is_answered(walk)


def test_what_is_wrong_stands_before_the_caption() -> None:
    """A page with a caption (its case, its part) has the summary of errors in the block that the frame reads first."""
    pages = {path: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    captioned = {path: words for path, words in pages.items() if "{% block caption %}" in words}
    late = [path.name for path, words in captioned.items() if words.count("error_summary(") != words.count(FIRST)]
    assert late == [] and sum(words.count(FIRST) for words in pages.values()) > 30
    frame = (ROOT / "templates/layout.html").read_text(encoding="utf-8")
    assert frame.index("{% block wrong %}") < frame.index("{% block caption %}")


def asks_for_an_account(walk: Walk, page: Page) -> None:
    """From the first page to the one where the claim begins."""
    page.goto("/")
    sees(page)
    goes(walk, page, "main a[href='/start']")
    goes(walk, page, "main a.govuk-button >> nth=0")
    goes(walk, page, "main form button[type=submit]")
    comes_before(page, "- alert:", "textbox")
    walk.fill(page, {"name": "Wu Min", "email": LODGER, "password": PASSWORD})
    goes(walk, page, "main form button[type=submit]")
    walk.hand.write(page, "#code", newest(walk, LODGER, r"((?:[A-Z2-9]{4}-){4}[A-Z2-9]{4})"))
    goes(walk, page, "main form button[type=submit]")
    assert path_of(walk, page) == "/start"
    with walk.scene.court.database.write() as session:
        # As where an identity provider vouches for whoever signs up.
        account = session.scalars(select(Account).where(Account.email == LODGER)).one()
        account.identity_verified_at = walk.scene.clock.now()


def writes_the_claim(walk: Walk, page: Page) -> str:
    """Part by part to the evidence; what is wrong is read first. Gives the draft's address."""
    walk.hand.mark(page, "input[name=cause] >> nth=0")
    goes(walk, page, "main form button[type=submit]")
    draft = path_of(walk, page).removesuffix("/matter")
    goes(walk, page, ".govuk-back-link")
    comes_before(page, "parts it needs are ready", "- list")
    comes_before(page, 'button "Go on with', "- list")
    goes(walk, page, "main a.govuk-button")
    walk.fill(page, {"shop": "Tianran Health", "order_number": "BH-553"})
    goes(walk, page, SAVE)
    goes(walk, page, SAVE)
    comes_before(page, "- alert:", '- heading "About this kind of dispute"')
    day = {"ordered_on-day": "16", "ordered_on-month": "4", "ordered_on-year": "2025"}
    walk.fill(page, {**day, "goods": "Lozenges", "price": "1,200.00"})
    walk.hand.mark(page, "input[name=problem] >> nth=1")
    goes(walk, page, SAVE)
    walk.fill(page, {"respondents-0-name": "Haiyun Trading Ltd", "respondents-0-email": "post@haiyun.example"})
    goes(walk, page, SAVE)
    walk.fill(page, {"facts-0-what": "I bought a box of lozenges."})
    goes(walk, page, SAVE)
    walk.fill(page, {"relief-0-what": "The price back", "relief-0-amount": "1,200.00"})
    goes(walk, page, SAVE)
    return draft


def brings_one_chat(walk: Walk, page: Page) -> None:
    """Two pictures as one exhibit, with a title and the fact they show, sealed until the judge decides."""
    pictures = []
    for number in (1, 2):
        pictures.append(walk.folder / f"IMG_201{number}.png")
        Image.new("RGB", (36, 64), (number, 0, 0)).save(pictures[-1])
    goes(walk, page, "main a[href*='/uploads/new']")
    walk.hand.mark(page, "#together")
    walk.hand.attach(page, "#files", *(str(one) for one in pictures))
    for number in (0, 1):
        page.locator("[data-part=result] a").nth(number).wait_for()
    sees(page)
    goes(walk, page, "[data-onward]")
    walk.hand.write(page, "#exhibits-0-title", "Chat with the shop, 11 November")
    walk.hand.mark(page, "input[name=exhibits-0-facts]")
    walk.hand.write(page, "#exhibits-0-source", "My phone")
    walk.hand.do(page, "details:has(#exhibits-0-secret) > summary")
    walk.hand.mark(page, "#exhibits-0-secret")
    walk.hand.write(page, "#exhibits-0-why_secret", "My address stands in it, and the shop must not have it.")
    sees(page)
    goes(walk, page, SAVE)


def lodges(walk: Walk, page: Page, draft: str) -> None:
    """About oneself, the check, and the receipt; on the case's page what is next is read before any list."""
    goes(walk, page, SAVE)
    comes_before(page, "- alert:", '- heading "About you"')
    assert page.locator("#no_address").count() == 1, "who gave no way to reach them is asked about it"
    walk.fill(page, {"e_service": True, "in_writing": True})
    goes(walk, page, SAVE)
    comes_before(page, "What it will cost", 'button "Lodge the claim"')
    fit_in_chinese(
        walk, page, [draft, *(f"{draft}/{step.key}" for step in STEPS), "/uploads/new", f"{draft}/check-answers"]
    )
    page.goto(f"{draft}/check-answers")
    goes(walk, page, "main form button[type=submit]")
    assert path_of(walk, page).endswith("/docket/1")
    walk.reference = page.url.split("/cases/")[1].split("/")[0]
    walk.scene.case_id = 1
    with walk.scene.court.database.read() as session:
        assert session.scalars(select(Case.stage)).one() is Stage.LODGED
        exhibit = session.scalars(select(Exhibit)).one()
        assert exhibit.title == "Chat with the shop, 11 November" and exhibit.facts == [1]
    page.goto(f"/cases/{walk.reference}")
    sees(page)
    comes_before(page, '- region "Nothing for you to do now', "- list")


def is_answered(walk: Walk) -> None:
    """The other side comes by the code of its letter, joins, chooses and answers."""
    walk.scene.accept()
    context = walk.open_context(walk.origin, width=PHONE, locale="en")
    let_in(walk.scene.court, walk.scene.people["haiyun"], context, walk.origin)
    page = context.new_page()
    page.set_viewport_size(FOUR_TIMES)
    page.goto("/join")
    sees(page)
    walk.hand.write(page, "#code", walk.scene.code())
    goes(walk, page, "main form button[type=submit]")
    comes_before(page, "never asks for a bank password", 'button "Join the case')
    comes_before(page, "answer by the end of", 'button "Join the case')
    goes(walk, page, "main a.govuk-button")
    walk.fill(page, {"e_service": True, "in_writing": True})
    goes(walk, page, "main form button[type=submit]:not(.court-default)")
    comes_before(page, "by the end of", "- list")
    goes(walk, page, "main a[href*='position=defend']")
    goes(walk, page, "main form button.govuk-button:not(.govuk-button--secondary)")
    comes_before(page, "- alert:", '- heading "Answer the claim"')
    walk.fill(page, {"facts-0-stance": "denied", "statement": "They were made before the licence ended."})
    goes(walk, page, "main form button.govuk-button:not(.govuk-button--secondary)")
    page.goto(f"/cases/{walk.reference}")
    sees(page)
    comes_before(page, "- region", "- list")
    case, code = f"/cases/{walk.reference}", walk.scene.code()
    fit_in_chinese(walk, page, ["/", "/start", "/join", f"/join?code={code}", f"{case}/choose", f"{case}/claim", case])


def fit_in_chinese(walk: Walk, page: Page, paths: list[str]) -> None:
    """The same pages in the other language, which it leaves again."""
    for locale, at in (("zh-Hans", paths), ("en", ())):
        page.context.add_cookies([{"name": COOKIE, "value": locale, "url": walk.origin}])
        for path in at:
            page.goto(path)
            assert page.get_attribute("html", "lang") == locale
            sees(page)
