"""The upload page in a real browser: hashed first, cut at three points and resumed, nothing hostile runs."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageChops
from playwright.sync_api import BrowserContext, Page, Route, expect

from odr.evidence.models import PartKind, Upload, UploadState
from odr.evidence.store.ports import desk_of
from odr.identity.models import Account
from odr.procedure.court import Court
from tests.patience import PATIENCE
from tests.peers.browser import OpenContext, answered, until_on

from .conftest import sha256, text_of
from .serving import Client, alice, app, court, port  # noqa: F401 - fixtures

PROVE = bool(os.environ.get("ODR_PROVE"))
SIZE = 2_000_000
LARGE = 2**30 if PROVE else SIZE
"""The file that is cut at three points: a gigabyte in ``make prove``."""
WAITS = 900_000 if PROVE else PATIENCE * 1000


class Cutting:
    """Hangs up in the middle of a body, at each of the given places of the whole file once."""

    def __init__(self, application: Any, places: list[int]) -> None:
        self.application, self.places = application, places
        self.cuts = self.running = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        offset = int(environ.get("HTTP_UPLOAD_OFFSET") or 0)
        if self.places and length > 1000 and environ["REQUEST_METHOD"] in {"POST", "PATCH"} and offset < self.places[0]:
            environ["wsgi.input"] = _Cut(environ["wsgi.input"], self.places.pop(0) - offset, environ["werkzeug.socket"])
            self.cuts += 1
        self.running += 1
        try:
            return self.application(environ, start_response)
        finally:
            self.running -= 1


class _Cut:
    def __init__(self, stream: Any, left: int, connection: Any) -> None:
        self.stream, self.left, self.connection = stream, left, connection

    def read(self, size: int = -1) -> bytes:
        if self.left <= 0:
            self.connection.shutdown(2)
            raise OSError("the network went away")
        data: bytes = self.stream.read(min(size, self.left))
        self.left -= len(data)
        return data


class Held:
    """A line on which the first long body stands still at a place: nothing after it passes, and what is on its way is lost once
    the line is cut. Everything else goes through.
    """

    def __init__(self, application: Any, at: int) -> None:
        self.application, self.at = application, at
        self.holds, self.cut, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.taken = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        is_long = int(environ.get("CONTENT_LENGTH") or 0) > self.at
        if not is_long or not self.taken.acquire(blocking=False):
            return self.application(environ, start_response)
        environ["wsgi.input"] = _Held(environ["wsgi.input"], self.at, environ["werkzeug.socket"], self)
        try:
            return self.application(environ, start_response)
        finally:
            self.ended.set()


class _Held(_Cut):
    def __init__(self, stream: Any, left: int, connection: Any, line: Held) -> None:
        super().__init__(stream, left, connection)
        self.line = line

    def read(self, size: int = -1) -> bytes:
        if self.left <= 0:
            self.line.holds.set()
            self.line.cut.wait(PATIENCE)
        return super().read(size)


@pytest.fixture
def page(alice: Client, open_context: OpenContext) -> Page:
    return entered(alice, open_context(alice.origin)).new_page()


def entered(client: Client, context: BrowserContext) -> BrowserContext:
    pairs = [pair.split("=", 1) for pair in client.cookie.split("; ")]
    context.add_cookies([{"name": name, "value": value, "url": client.origin} for name, value in pairs])
    return context


def uploads(court: Court) -> list[Upload]:
    with court.database.read() as session:
        found = list(session.query(Upload))
        session.expunge_all()
    return found


def test_files_are_hashed_before_they_are_sent_and_cut_uploads_resume(
    page: Page,
    app: Flask,
    court: Court,
    tmp_path: Path,
) -> None:
    """Two files, sent at once when they are chosen: the larger is cut at three points and arrives whole, with both digests
    equal.
    """
    court.settings = court.settings.model_copy(update={"max_upload_bytes": 2 * LARGE})
    cutting = Cutting(app.wsgi_app, [LARGE * 15 // 100, LARGE * 45 // 100, LARGE * 75 // 100])
    long = text_of(2**20) * (LARGE // 2**20) if PROVE else text_of(LARGE)
    digest = sha256(long)
    page.set_default_timeout(WAITS)
    app.wsgi_app = cutting  # type: ignore[method-assign]
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    (tmp_path / "long.txt").write_bytes(long)
    (tmp_path / "短.txt").write_bytes(b"hello\n")
    page.goto("/uploads/new")
    page.set_input_files("#files", [str(tmp_path / "long.txt"), str(tmp_path / "短.txt")])
    for known in (digest, sha256(b"hello\n")):
        page.get_by_text(known).wait_for()
    page.get_by_role("link", name=re.compile("long.txt")).wait_for()
    page.get_by_role("link", name=re.compile("短.txt")).wait_for()
    kept = {upload.filename: upload for upload in uploads(court)}
    assert cutting.cuts == 3 and errors == []
    assert [(kept[n].state, kept[n].sha256, kept[n].declared_sha256) for n in ("long.txt", "短.txt")] == [
        (UploadState.ANCHORED, known, known) for known in (digest, sha256(b"hello\n"))
    ]
    page.get_by_role("link", name=re.compile("long.txt")).click()
    expect(page.locator("code").first).to_have_text(digest)


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(
    page: Page, app: Flask, court: Court, tmp_path: Path
) -> None:
    """A page closed in the middle loses nothing: the same file chosen again is sent from the acknowledged byte."""
    # Cut again and again a byte further on: the page never finishes before it is left.
    cutting = Cutting(app.wsgi_app, [700_000 + step for step in range(50)])
    app.wsgi_app = cutting  # type: ignore[method-assign]
    (tmp_path / "long.txt").write_bytes(text_of(SIZE))
    offsets: list[int] = []
    page.on(
        "request",
        lambda request: offsets.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None,
    )

    def start() -> None:
        page.goto("/uploads/new")
        page.set_input_files("#files", [str(tmp_path / "long.txt")])
        page.get_by_text(sha256(text_of(SIZE))).wait_for()

    start()
    until_on(page, lambda: cutting.cuts >= 2, "it was cut twice")
    page.goto("about:blank")
    until_on(page, lambda: not cutting.running, "what the left page was sending is cut too")
    cutting.places.clear()
    left = len(offsets)
    start()
    page.get_by_role("link", name=re.compile("long.txt")).wait_for(timeout=PATIENCE * 1000)
    anchored = [upload for upload in uploads(court) if upload.state is UploadState.ANCHORED]
    assert [upload.sha256 for upload in anchored] == [sha256(text_of(SIZE))]
    # A last request may have slipped through whole while the page was left: then nothing is sent twice.
    assert len(uploads(court)) == 1 and all(offset >= 700_000 for offset in offsets[left:])


def test_files_chosen_before_the_script_came_are_sent_too(page: Page, court: Court, tmp_path: Path) -> None:
    """On a slow line the script is held back until files stand in the form: they are hashed and sent, none is silently
    left.
    """
    held: list[Route] = []
    page.route("**/upload.js", lambda route: held.append(route))
    page.goto("/uploads/new", wait_until="commit")
    (tmp_path / "early.txt").write_bytes(b"early\n")
    page.set_input_files("#files", [str(tmp_path / "early.txt")])
    assert page.get_by_text(sha256(b"early\n")).count() == 0
    until_on(page, lambda: held, "it is asked for")
    held[0].continue_()
    page.get_by_text(sha256(b"early\n")).wait_for()
    page.get_by_role("link", name=re.compile("early.txt")).wait_for()
    (kept,) = uploads(court)
    assert kept.state is UploadState.ANCHORED and kept.sha256 == sha256(b"early\n")


def test_many_files_go_at_once(page: Page, court: Court, tmp_path: Path) -> None:
    """Forty files sent as soon as they are chosen, before all have their digests: each is hashed, sent and anchored, and they are
    numbered as they were chosen.
    """
    names = [f"page {number:02}.txt" for number in range(40)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(text_of(3000 + number))
    page.goto("/uploads/new")
    page.set_input_files("#files", [str(tmp_path / name) for name in names])
    page.get_by_role("link", name=re.compile("page 39")).wait_for(timeout=PATIENCE * 1000)
    expected = {name: sha256(text_of(3000 + number)) for number, name in enumerate(names)}

    def kept() -> dict[str, str | None]:
        return {u.filename: u.sha256 for u in uploads(court) if u.state is UploadState.ANCHORED}

    until_on(page, lambda: len(kept()) >= 40, "forty are anchored")
    assert kept() == expected
    assert [upload.filename for upload in sorted(uploads(court), key=lambda each: each.id)] == names


def test_a_paused_file_waits_and_goes_on_when_told(page: Page, app: Flask, court: Court, tmp_path: Path) -> None:
    """While it is paused not a byte is acknowledged further, though a minute passes and another file gets through; told to go on it
    is sent from there.
    """
    line = Held(app.wsgi_app, at=700_000)
    app.wsgi_app = line  # type: ignore[method-assign]
    for name, content in (("long.txt", text_of(SIZE)), ("short.txt", b"hello\n")):
        (tmp_path / name).write_bytes(content)
    offsets: list[str] = []
    page.on(
        "request",
        lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
    )
    page.clock.install()
    page.goto("/uploads/new")
    page.set_input_files("#files", [str(tmp_path / "long.txt")])
    assert line.holds.wait(PATIENCE)
    with page.expect_event("requestfailed", lambda request: request.method == "PATCH"):
        page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused, not all of it is here yet.").wait_for()
    line.cut.set()
    assert line.ended.wait(PATIENCE)
    # The line is free again: whatever the page still sent by itself would come through.
    page.clock.run_for(60_000)
    page.set_input_files("#files", [str(tmp_path / "short.txt")])
    page.get_by_role("link", name=re.compile("short.txt")).wait_for()
    paused = next(upload for upload in uploads(court) if upload.filename == "long.txt")
    assert (paused.state, paused.offset, offsets) == (UploadState.RECEIVING, line.at, ["0"])
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name=re.compile("long.txt")).wait_for()
    assert {upload.filename: upload.sha256 for upload in uploads(court)} == {
        "long.txt": sha256(text_of(SIZE)),
        "short.txt": sha256(b"hello\n"),
    }
    assert offsets == ["0", str(line.at)]


def warns(page: Page) -> bool:
    """Whether leaving the page would ask first."""
    asked = "() => { const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented; }"
    return bool(page.evaluate(asked))


def test_nothing_looks_sent_before_the_court_has_said_so(page: Page, court: Court, tmp_path: Path) -> None:
    """Choosing sends, without another press. Until the court's answer the page says "not sent yet" and leaving it warns."""
    held: list[Route] = []
    page.route("**/uploads/", lambda route: held.append(route))
    (tmp_path / "note.txt").write_bytes(b"hello\n")
    page.goto("/uploads/new")
    assert page.get_by_role("button", name="Send the files").count() == 0 and not warns(page)
    page.set_input_files("#files", [str(tmp_path / "note.txt")])
    page.get_by_text(sha256(b"hello\n")).wait_for()
    until_on(page, lambda: held, "it is asked for")
    shown = page.locator(".upload-item").inner_text()
    assert "Sent to the court at" not in shown and ("Not sent yet" in shown or "not all of it is here" in shown), shown
    assert page.get_by_role("status").filter(has_text="0 of 1 file").count() == 1 and warns(page)
    assert uploads(court) == []
    held[0].continue_()
    page.get_by_text(re.compile(r"Sent to the court at \d\d:\d\d\.")).wait_for()
    assert page.get_by_role("status").filter(has_text="1 of 1 file").count() == 1 and not warns(page)
    assert [upload.state for upload in uploads(court)] == [UploadState.ANCHORED]


def test_going_on_before_all_is_sent_waits_for_it(page: Page, court: Court, tmp_path: Path) -> None:
    """Pressed while a file is under way, the way on waits, says so, and is gone by itself once the court has the file: nobody
    stands on the next page without what they chose. Pressed again it leaves, and the browser asks first.
    """
    held: list[Route] = []
    page.route("**/uploads/", lambda route: held.append(route))
    (tmp_path / "note.txt").write_bytes(b"hello\n")

    def press_early() -> None:
        held.clear()
        page.goto("/uploads/new?next=/fees")
        page.set_input_files("#files", [str(tmp_path / "note.txt")])
        until_on(page, lambda: held, "it is asked for")
        page.locator("[data-onward]").click()
        page.get_by_role("status").filter(has_text="goes on by itself").wait_for()
        assert "/uploads/new" in page.url and warns(page)

    press_early()
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("[data-onward]").click()
    page.wait_for_url(lambda url: "/uploads/" not in url)
    assert asked == ["beforeunload"] and uploads(court) == []
    press_early()
    held[0].continue_()
    page.wait_for_url(lambda url: "/uploads/" not in url)
    assert [(upload.filename, upload.state) for upload in uploads(court)] == [("note.txt", UploadState.ANCHORED)]


def test_going_on_past_a_paused_file_says_what_is_left_behind(page: Page, tmp_path: Path) -> None:
    """What is paused or was refused does not come by itself: the first press says so and stays."""
    held: list[Route] = []
    page.route("**/uploads/", lambda route: held.append(route))
    (tmp_path / "note.txt").write_bytes(b"hello\n")
    page.goto("/uploads/new?next=/fees")
    page.set_input_files("#files", [str(tmp_path / "note.txt")])
    until_on(page, lambda: held, "it is asked for")
    page.get_by_role("button", name="Pause").click()
    page.locator("[data-onward]").click()
    page.get_by_role("status").filter(has_text="Send or remove it").wait_for()
    assert "/uploads/new" in page.url
    page.get_by_role("button", name="Remove").click()
    page.locator("[data-onward]").click()
    page.wait_for_url(lambda url: "/uploads/" not in url)


def test_the_plain_form_without_a_file_says_that_none_was_chosen(
    alice: Client, open_context: OpenContext, court: Court
) -> None:
    """Without a script, "Send" pressed before a file is chosen does not lead on as if something had been sent."""
    page = entered(alice, open_context(alice.origin, javascript=False)).new_page()
    page.goto("/uploads/new?next=/fees")
    with answered(page, refused=True):
        page.get_by_role("button", name="Send the files").click()
    assert (
        page.url.endswith("/uploads/new?next=/fees") and "Choose a file." in page.locator("#files-error").inner_text()
    )
    assert uploads(court) == []


def test_a_lost_network_is_said_and_sending_goes_on_by_itself(page: Page, court: Court, tmp_path: Path) -> None:
    """Seen and announced; when the network is back, the file is sent without anybody pressing anything."""
    (tmp_path / "note.txt").write_bytes(text_of(200_000))
    page.goto("/uploads/new")
    page.evaluate("fetch(document.querySelector('form[data-upload]').dataset.worker)")
    page.route("**/uploads/", lambda route: route.abort("internetdisconnected"))
    page.set_input_files("#files", [str(tmp_path / "note.txt")])
    page.get_by_role("alert").filter(has_text="No network.").wait_for()
    assert "No network." in page.locator(".upload-item").inner_text() and warns(page)
    page.unroute("**/uploads/")
    page.get_by_text(re.compile(r"Sent to the court at")).first.wait_for(timeout=PATIENCE * 1000)
    assert page.get_by_role("alert").count() == 0
    assert [upload.sha256 for upload in uploads(court)] == [sha256(text_of(200_000))]


def test_pictures_chosen_as_one_thing_stay_together_in_order(page: Page, court: Court, tmp_path: Path) -> None:
    """A chat in pictures is as easy as its export: one tick, then choose; what is taken with the camera joins them."""
    names = [f"IMG_{number}.txt" for number in (3, 1, 2)]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    page.goto("/uploads/new")
    camera = page.locator("#camera")
    assert (camera.get_attribute("capture"), camera.get_attribute("accept")) == ("environment", "image/*")
    page.check("#together", force=True)
    page.set_input_files("#files", [str(tmp_path / name) for name in names[:2]])
    page.get_by_text("Sent to the court at").nth(1).wait_for()
    page.set_input_files("#camera", [str(tmp_path / names[2])])
    page.get_by_text("Sent to the court at").nth(2).wait_for()
    rows = sorted(uploads(court), key=lambda each: each.id)
    assert [row.filename for row in rows] == names
    assert [row.part_of for row in rows] == [None, rows[0].reference, rows[0].reference]


def test_a_copy_is_blurred_with_the_keyboard_and_the_original_stays(page: Page, court: Court, tmp_path: Path) -> None:
    """The frame is moved and sized by arrow keys; what is in it is blurred in a copy; undone and done again; then the copy
    is sent, and the original lies at the court as it was.
    """
    made = Image.effect_noise((400, 300), 120).convert("RGB")
    made.save(tmp_path / "IMG_1.png")
    original = (tmp_path / "IMG_1.png").read_bytes()
    page.goto("/uploads/new")
    page.set_input_files("#files", [str(tmp_path / "IMG_1.png")])
    page.get_by_role("link", name=re.compile("Blur or cut something out")).click()
    canvas = page.locator("#blur canvas")
    canvas.wait_for()
    assert page.get_by_role("button", name="Send this copy").is_disabled()
    canvas.focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        for _ in range(4):
            page.keyboard.press(key)
    page.get_by_role("button", name="Blur what is in the frame").press("Enter")
    page.get_by_text("Blurred. You can undo it.").wait_for()
    assert warns(page)
    page.get_by_role("button", name="Undo").press("Enter")
    assert page.get_by_role("button", name="Send this copy").is_disabled()
    page.get_by_role("button", name="Blur what is in the frame").press("Enter")
    page.get_by_role("button", name="Send this copy").press("Enter")
    page.get_by_text("Copies sent:").wait_for()
    head, copy = sorted(uploads(court), key=lambda each: each.id)
    assert (copy.part_of, copy.part_kind, head.sha256) == (head.reference, PartKind.COPY, sha256(original))
    found = Image.open(
        io.BytesIO(b"".join(desk_of(court).contents(desk_of(court).find(copy.account_id, copy.reference))))
    )
    before, after = made.convert("L"), found.convert("L")
    assert after.size == before.size
    difference = ImageChops.difference(before, after).getbbox()
    assert difference is not None and difference[2] - difference[0] > 150, "something is blurred"
    x, y = (difference[0] + difference[2]) // 2, (difference[1] + difference[3]) // 2
    assert (
        len(
            set(
                after.crop((x - 2, y - 2, x + 2, y + 2)).get_flattened_data()
                if hasattr(after, "get_flattened_data")
                else after.crop((x - 2, y - 2, x + 2, y + 2)).getdata()
            )
        )
        <= 4
    )
    assert before.crop((0, 250, 400, 300)).tobytes() == after.crop((0, 250, 400, 300)).tobytes(), (
        "the rest is as it was"
    )


def test_without_javascript_the_form_sends(
    alice: Client, open_context: OpenContext, court: Court, tmp_path: Path
) -> None:
    """Where no script runs, the same page's form brings the file in."""
    page = entered(alice, open_context(alice.origin, javascript=False)).new_page()
    (tmp_path / "note.txt").write_bytes(text_of(100_000))
    page.goto("/uploads/new")
    page.set_input_files("#files", [str(tmp_path / "note.txt")])
    page.get_by_role("button", name="Send the files").click()
    page.get_by_text(sha256(text_of(100_000))).wait_for()
    assert [upload.state for upload in uploads(court)] == [UploadState.ANCHORED]


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "svg": lambda n: (
        f"<svg xmlns='http://www.w3.org/2000/svg' onload='parent.ran={n};alert({n})'><script>alert({n})</script></svg>".encode()
    ),
    "html": lambda n: (
        f"<html><body onload='alert({n})'><script>fetch('/ran?{n}');alert({n})</script><img src=x onerror='alert({n})'></body></html>".encode()
    ),
    "pdf": lambda n: (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(%d))>>>>endobj\ntrailer<</Root 1 0 R>>\n<script>alert(%d)</script>"
        % (n, n)
    ),
    "gif": lambda n: b"GIF89a/*%d*/=1;alert(%d)//<script>alert(1)</script>" % (n, n),
}


def uploads_owner(court: Court) -> int:
    """The account of the one person signed in."""
    with court.database.read() as session:
        return session.query(Account.id).scalar()


def test_hostile_files_run_nothing_in_a_browser(page: Page, court: Court) -> None:
    """Two hundred SVG, HTML, PDF and polyglot files, opened by address, as preview and framed: no script runs, no
    dialog opens, nothing is fetched.

    Served as it is by somebody careless, the same page runs: what watches for it sees it.
    """
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: ran.append(request.url) if "/ran" in request.url else None)
    page.route("**/careless", lambda route: route.fulfill(content_type="text/html", body=HOSTILE["html"](7)))
    page.goto("/careless")
    page.wait_for_function("() => document.images.length")
    assert {"7"} <= set(ran) and any("/ran?7" in one for one in ran)
    ran.clear()
    desk, account = desk_of(court), uploads_owner(court)
    made = [(f"file{number}.{kind}", make(number)) for number in range(50) for kind, make in HOSTILE.items()]
    addresses = [f"/uploads/{desk.receive(account, name, None, io.BytesIO(data)).reference}" for name, data in made]
    page.goto("/uploads/new")
    statuses = page.evaluate(
        """async (addresses) => {
            const seen = new Set();
            for (const [number, address] of addresses.entries()) {
                const tail = number % 2 ? "/file" : "/play";
                const frame = document.createElement("iframe");
                frame.src = address + tail;
                document.body.append(frame);
                const answer = await fetch(address + tail);
                seen.add(answer.headers.get("content-disposition").split(";")[0] + " " + answer.headers.get("content-type"));
                frame.remove();
            }
            return [...seen];
        }""",
        addresses,
    )
    assert set(statuses) <= {
        "attachment application/octet-stream",
        "attachment application/pdf",
        "attachment image/gif",
    }
    for address in addresses[:8]:
        page.goto(address + "/preview/1")
    assert ran == []
