"""What walks of whole disputes share: a court with a payment service beside it, and everybody's browser."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pyotp
from playwright.sync_api import Page
from sqlalchemy import select, update

from odr.app import create_app
from odr.evidence.models import Upload, UploadState
from odr.ground.canonical import sha256_hex
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.models import Examination
from odr.identity.models import Account
from odr.training.stripe_peer.app import Peer, serve as serve_peer
from odr.training.stripe_peer.wire import PERMISSIONS
from tests.e2e.hands import Hand, Mouse
from tests.e2e.test_journey import GO_ON, SECRET as TOTP, give_second_factor
from tests.entering import let_in
from tests.peers.browser import OpenContext
from tests.scene import PASSWORD, Scene, open_court
from tests.sound import faults, fits

KEY, SECRET = "rk_test_walk", "whsec_walk"
CARD = "4242 4242 4242 4242"
MOUSE = Mouse()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def press(page: Page, button: str = GO_ON, hand: Hand = MOUSE) -> None:
    """Press a button or link and wait for the page that follows, however long the court takes."""
    hand.reach(page, button)
    with page.expect_navigation() as followed:
        hand.do(page, button)
    assert followed.value is None or followed.value.status < 500, (page.url, page.inner_text("main")[:1500])


def is_first(folder: Path, kind: str) -> bool:
    """Whether nobody has been at this kind of page before; now somebody has."""
    try:
        (folder / sha256_hex(kind.encode())).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def phase(scene: Scene) -> str:
    """Key of the phase that runs."""
    with scene.court.database.read() as session:
        current = session.scalars(select(Examination).where(Examination.case_id == scene.case_id)).one().current
        return current.key if current else ""


def first(page: Page, name: str) -> str:
    """Value of the first thing that can be chosen."""
    radio = page.locator(f"main input[type=radio][name='{name}']")
    at = radio if radio.count() else page.locator(f"main select[name='{name}'] option:not([value=''])")
    return str(at.first.get_attribute("value"))


@dataclass
class Walk:
    """The court, the browser of each person, and what was looked at."""

    scene: Scene
    peer: Peer
    origin: str
    open_context: OpenContext
    locale: str
    width: int
    javascript: bool
    folder: Path
    looked_at: Path
    """A folder with a file for each kind of page that axe has looked at, in whichever process of this run somebody
    walked there.
    """
    hand: Hand
    pages: dict[str, Page] = field(default_factory=dict)
    reference: str = ""

    def enter(self, who: str, *, width: int = 0) -> Page:
        """Somebody comes in anew: time has gone by, and no session lasts that long. By the pages the first time, then
        with a session given to her.
        """
        again = who in self.pages
        if not again:
            context = self.open_context(
                self.origin, width=width or self.width, javascript=self.javascript, locale=self.locale
            )
            self.pages[who] = context.new_page()
        page = self.pages[who]
        page.context.clear_cookies()
        self.scene.later(minutes=1)
        if again:
            let_in(self.scene.court, self.scene.people[who], page.context, self.origin)
            page.goto("/home")
            return page
        page.goto("/account/sign-in")
        self.hand.write(page, "input[type=email]", f"{who}@court.example")
        self.hand.write(page, "input[type=password]", PASSWORD)
        press(page, hand=self.hand)
        if "/code" in page.url:
            self.hand.write(page, "main input[type=text]", pyotp.TOTP(TOTP).at(self.scene.clock.machine_now()))
            press(page, hand=self.hand)
        return page

    def case(self, page: Page, path: str = "") -> None:
        """Open a page of the case."""
        answer = page.goto(f"/cases/{self.reference}{path}")
        assert answer is not None and answer.ok, (path, answer and answer.status)
        self.look(page)

    def wait(self, until: Callable[[], bool]) -> None:
        """Time goes by, to the next time limit of the case or three days on, until something is so."""
        for _ in range(60):
            if until():
                return
            due, now = self.scene.case().next_due_at, self.scene.clock.now()
            step = min(max(due - now, timedelta()), timedelta(days=3)) if due else timedelta(days=1)
            self.scene.later(seconds=step.total_seconds() + 60)
        raise AssertionError(f"{self.scene.case().stage} still, after {self.scene.clock.now()}")

    def follow(self, page: Page, link: str) -> None:
        """From the case's own page along a link to another one: what cannot be found there is not there."""
        self.case(page)
        there = f"main a[href$='{link}']:visible, nav a[href$='{link}']:visible"
        for part in ("main", "nav"):
            # What lies folded, as a phone has the seldom pages under "More", is opened to get there.
            folded = f"{part} details:not([open]):has(a[href$='{link}']) > summary:visible"
            if page.locator(there).count() == 0 and page.locator(folded).count():
                self.hand.do(page, folded)
        press(page, there, self.hand)
        self.look(page)

    def act(self, page: Page, name: str, /, **filled: object) -> None:
        """Find an act on the case's page, fill its form by field, and send it."""
        self.follow(page, f"/do/{name}")
        self.fill(page, filled)
        self.send(page)

    def fill(self, page: Page, filled: Mapping[str, object]) -> None:
        """Fill a form: a text is written, True ticks, a radio or one of a list is told by its value; ``...`` takes the
        first.
        """
        for name, value in filled.items():
            value = first(page, name) if value is ... else value
            if value is True:
                self.hand.mark(page, f"#{name}")
                continue
            chosen = f"main input[name='{name}'][value='{value}']:is([type=radio], [type=checkbox])"
            if page.locator(chosen).count():
                self.hand.mark(page, chosen)
            elif page.locator(f"main select[name='{name}']").count():
                self.hand.choose(page, f"main select[name='{name}']", str(value))
            else:
                self.hand.write(page, f"main [name='{name}']", str(value))

    def look(self, page: Page) -> None:
        """Nothing scrolls sideways; axe finds nothing on a kind of page not looked at before."""
        assert fits(page), page.url
        path = re.split(r"[?#]", page.url.removeprefix(self.origin))[0]
        kind = f"{self.width} " + re.sub(r"[a-z0-9]{26}|\d+|[CRT]-\d+", "*", path)
        if self.javascript and is_first(self.looked_at, kind):
            found = faults(page)
            assert found == [], f"{page.url}: {found}"

    def send(self, page: Page, button: str = GO_ON, *, to: str = "/docket/") -> None:
        """Send the form; the act is done and its receipt is shown."""
        press(page, button, self.hand)
        assert to in page.url, (page.url, page.inner_text("main")[:1500])
        self.look(page)

    def file(self, page: Page, who: str, name: str, back: str) -> None:
        """Send a file in, and wait until it is anchored."""
        path = self.folder / name
        path.write_bytes(f"{name}: what the screen showed".encode())
        page.goto(f"/uploads/new?next={back}")
        self.look(page)
        self.hand.attach(page, "#files", str(path))
        if self.javascript:
            page.wait_for_selector("[data-part=result] a")
        else:
            press(page, hand=self.hand)
        with self.scene.court.database.read() as session:
            sent = session.scalars(
                select(Upload).where(Upload.account_id == self.scene.people[who], Upload.filename == name)
            ).one()
        assert sent.state is UploadState.ANCHORED, sent.state
        page.goto(back)
        self.look(page)


def open_walk(
    stack: ExitStack,
    url: str,
    clock: FixedClock,
    folder: Path,
    looked_at: Path,
    serve: Callable[..., str],
    open_context: OpenContext,
    *,
    locale: str,
    width: int,
    javascript: bool,
    hand: Hand | None = None,
) -> Walk:
    """A court with Stripe's peer beside it; nobody has come in yet."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    peer = Peer(keys={KEY: PERMISSIONS}, webhook=f"{origin}/payments/stripe", webhook_secret=SECRET)
    database = Database(url, synchronous="OFF")
    stack.callback(database.dispose)
    settings = {
        "stripe_api_key": KEY,
        "stripe_webhook_secret": SECRET,
        "stripe_api_base": stack.enter_context(serve_peer(peer)),
        "base_url": origin,
    }
    scene = open_court(database, clock, folder / "court", **settings)
    give_second_factor(scene, "clerk", "judge")
    with database.write() as session:
        # Whoever is signed in reads in the language of her account, not of her browser.
        session.execute(update(Account).values(locale="zh-Hans" if locale.startswith("zh") else "en"))
    serve(create_app(court=scene.court), port=port)
    return Walk(scene, peer, origin, open_context, locale, width, javascript, folder, looked_at, hand or Mouse())
