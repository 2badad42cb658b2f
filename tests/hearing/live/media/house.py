"""A real media room on loopback, a page that opens it in real browsers, and the court that orders it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from odr.hearing.live.media import serve
from odr.hearing.live.media.control import HALL, Ack, Media, MediaAway, PersonState, Rank, Ticket, issue
from tests.patience import PATIENCE, until
from tests.peers import missing

ROOT = Path(__file__).resolve().parents[4]
SECRET = "the-media-room-of-the-tests-only"
HEARING = "h1"
EMBEDDED, SECOND = "werift", "mediasoup"
HAS_SECOND = bool(os.environ.get("ODR_MEDIASOUP_DIR") or os.environ.get("ODR_PROVE"))
"""Its worker is a program in C++ that takes minutes to build: an operator has it made, and ``make prove`` asks for it."""
BOTH = pytest.mark.parametrize("driver", [EMBEDDED, *([SECOND] if HAS_SECOND else [])], indirect=True)
"""What is written in a test, each driver of the room has to keep. ``make test`` shows it of the court's own."""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Room</title><body><script type="module">
import { enter, testDevices } from "/room.js";
window.seen = [];
window.tracks = {};
window.peers = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(...given) { super(...given); window.peers.push(this); }
};
window.goIn = (given) => {
  window.room = enter({
    url: given.url,
    ticket: async () => (await fetch("/ticket?" + new URLSearchParams(given.ticket))).text(),
    microphone: given.microphone, camera: given.camera,
    on: (event) => {
      const { track, ...rest } = event;
      window.seen.push({ ...rest, ...("track" in event ? { has: Boolean(track) } : {}) });
      if (event.type === "track") {
        const key = event.person + "/" + event.kind;
        if (!track) { window.tracks[key]?.remove(); delete window.tracks[key]; return; }
        const element = document.createElement(event.kind);
        element.srcObject = new MediaStream([track]);
        element.muted = true; element.autoplay = true;
        document.body.append(element);
        element.play().catch(() => {});
        window.tracks[key] = element;
      }
    },
  });
};
// Packets and bytes that came over every media connection this page ever had, by person and kind.
window.received = async () => {
  const all = { packets: {}, bytes: 0, transport: 0, frames: {} };
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    for (const report of (await peer.getStats()).values()) {
      if (report.type === "transport") all.transport += report.bytesReceived;
      if (report.type !== "inbound-rtp") continue;
      const key = Object.keys(window.tracks).find((each) => window.tracks[each].srcObject.getTracks()[0].id === report.trackIdentifier);
      all.packets[key] = (all.packets[key] ?? 0) + report.packetsReceived;
      all.frames[key] = report.framesDecoded ?? null;
      all.bytes += report.bytesReceived;
    }
  }
  return all;
};
// Packets of a kind that left this page over the connections it has.
window.sent = async (kind) => {
  let count = 0;
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    for (const report of (await peer.getStats()).values()) if (report.type === "outbound-rtp" && report.kind === kind) count += report.packetsSent;
  }
  return count;
};
window.testDevices = testDevices;
window.enter = enter;
window.ready = true;
</script></body></html>"""


HANGS = """
const take = RTCPeerConnection.prototype.setRemoteDescription;
const Socket = window.WebSocket;
let wrong;
RTCPeerConnection.prototype.setRemoteDescription = function (offer) {
  wrong ??= this;
  return take.call(this, this === wrong ? { ...offer, sdp: offer.sdp.replaceAll("setup:actpass", "setup:active") } : offer);
};
window.WebSocket = class extends Socket { send(message) { super.send(message.replaceAll("setup:passive", "setup:active")); } };
"""
"""A device whose first connection never stands: by the answer it greets first, and it waits to be greeted, as the room does."""


def free_port() -> int:
    """A TCP port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def short_folder() -> Path:
    """A folder with a short name, as a socket's path has 107 bytes at most; in memory where that can be, because the room
    rightly stops when a disk shared with other tests does not sync for four seconds.
    """
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="odr-media-", dir=memory if os.access(memory, os.W_OK) else None))


def chosen(driver: str) -> dict[str, str]:
    """The settings that choose a driver."""
    if driver == EMBEDDED:
        return {}
    there = os.environ.get("ODR_MEDIASOUP_DIR")
    if there is None:
        missing("mediasoup", "tools/media_worker/make.py FOLDER, then ODR_MEDIASOUP_DIR=FOLDER")
    return {"ODR_MEDIASOUP_DIR": there}


A_SECOND = 50
"""Packets of sound that a device sends in a second: what is waited for where somebody speaks for a while."""


class House:
    """The room's process, the pages, and the court's side of the control channel."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recordings = folder / "recordings"
        self.port = free_port()
        self.media = Media(f"unix:{folder}/c", SECRET.encode(), says_within=PATIENCE)
        self.process: subprocess.Popen[bytes] | None = None
        self.pages = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self.pages.server_port}"
        self.url = f"ws://127.0.0.1:{self.port}/live/room"
        self.spoiled: Callable[[str], str] = lambda ticket: ticket
        self.driver: dict[str, str] = {}
        self.ranks: dict[str, Rank] = {}
        self.roles: dict[str, str] = {}
        threading.Thread(target=self.pages.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def ticket(self, person: str, room: str = HALL, *, now: datetime | None = None, hearing: str = HEARING) -> str:
        moment = now or datetime.now(UTC)
        rank = self.ranks.get(person, Rank.PARTICIPANT)
        return issue(
            SECRET.encode(), Ticket(hearing, person, self.roles.get(person, "party"), room, moment, rank), moment
        )

    def start(self, **environ: str) -> House:
        """Start the process; returns when it answers."""
        node = serve.find_node()
        if node is None:
            missing("Node", "apt install nodejs")
        told = {
            "ODR_MEDIA_CONTROL": f"unix:{self.folder}/c",
            "ODR_MEDIA_SECRET": SECRET,
            "ODR_MEDIA_LISTEN": f"127.0.0.1:{self.port}",
            "ODR_MEDIA_ADDRESSES": "127.0.0.1",
            "ODR_RECORDINGS_DIR": str(self.recordings),
            "ODR_BASE_URL": self.origin,
            "UV_THREADPOOL_SIZE": "16",
            # No test depends on how fast the machine is: a disk that is slow is no fault here, one that refuses is.
            "ODR_RECORDER_PATIENCE": "60",
            # Nor does a test stand in for the court every few seconds.
            "ODR_COURT_PATIENCE": "3600",
            "PATH": f"{node.parent}:{os.environ['PATH']}",
            **self.driver,
            **environ,
        }
        limit = told.pop("LARGEST_FILE", None)
        command = ["node", str(serve.ROOM)]
        if limit is not None:
            command = ["prlimit", f"--fsize={limit}", "node", str(serve.ROOM)]
        self.log = (self.folder / "room.log").open("ab")
        self.process = subprocess.Popen(command, env=told, stdout=self.log, stderr=self.log)
        until(self._answers, "the room answers")
        return self

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, (self.folder / "room.log").read_text()
        try:
            return bool(self.media.health())
        except MediaAway:
            return False

    def kill(self, number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        self.log.close()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill(signal.SIGTERM)
        self.pages.shutdown()
        self.pages.server_close()

    def order(self, do: str, **what: Any) -> Ack:
        return self.media.command(HEARING, do, **what)

    def person(self, name: str) -> PersonState:
        return next(each for each in self.media.state(HEARING).people if each.person == name)

    def kinds(self, after: int = 0) -> list[str]:
        return [each.kind for each in self.media.events(HEARING, after)]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        house = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/ticket":
                    given = dict(each.split("=") for each in query.split("&"))
                    kind, body = (
                        "text/plain",
                        house.spoiled(house.ticket(given["person"], given["room"].replace("%3A", ":"))),
                    )
                elif path == "/room.js":
                    kind, body = "text/javascript", (ROOT / "static/live/room.js").read_text("utf-8")
                elif path.startswith("/files/"):
                    data = (house.folder / path.removeprefix("/files/")).read_bytes()
                    self._answer("video/webm", data)
                    return
                else:
                    kind, body = "text/html", PAGE
                self._answer(kind, body.encode())

            def _answer(self, kind: str, data: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *_: object) -> None:
                return

        return Pages


class Visitor:
    """One person in a browser of their own."""

    def __init__(self, house: House, context: BrowserContext, name: str, page: Page | None = None) -> None:
        self.house, self.name = house, name
        self.page = page or context.new_page()
        self.page.goto(house.origin)
        self.page.wait_for_function("window.ready")

    def enter(self, room: str = HALL, *, on: bool = True) -> Visitor:
        device = {"on": on}
        given = {
            "url": self.house.url,
            "ticket": {"person": self.name, "room": room},
            "microphone": device,
            "camera": device,
        }
        self.page.evaluate("given => window.goIn(given)", given)
        return self

    def saw(self, said_type: str, /, **more: Any) -> dict[str, Any]:
        """Wait until the room has said this to the person; returns it."""
        wanted = json.dumps({"type": said_type, **more})
        found = self.page.wait_for_function(
            "w => { w = JSON.parse(w); return window.seen.findLast(e => Object.keys(w).every(k => JSON.stringify(e[k]) === JSON.stringify(w[k]))) }",
            arg=wanted,
            timeout=PATIENCE * 1000,
        )
        said: dict[str, Any] = found.json_value()
        return said

    def seen(self) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self.page.evaluate("window.seen")
        return said

    def received(self) -> dict[str, Any]:
        said: dict[str, Any] = self.page.evaluate("window.received()")
        return said

    def packets(self, person: str, kind: str) -> int:
        return int(self.received()["packets"].get(f"{person}/{kind}", 0))

    def hears(self, person: str, kind: str = "audio") -> None:
        """Wait until packets of somebody go on coming in."""
        first = self.packets(person, kind)
        until(lambda: self.packets(person, kind) > first + 10, f"{self.name} gets {kind} of {person}")

    def sends(self, more: int, kind: str = "audio") -> None:
        """Wait until so many packets more have left the person's device."""
        first = self._sent(kind)
        until(lambda: self._sent(kind) >= first + more, f"{self.name} sends {kind}")

    def _sent(self, kind: str) -> int:
        return int(self.page.evaluate("kind => window.sent(kind)", kind))

    def hears_no_more(self, other: Visitor, kind: str = "audio") -> int:
        """Nothing of somebody comes in any more, though their device goes on sending; what was on its way is waited for. Returns how
        many packets came before.
        """

        def stands() -> bool:
            before = self.packets(other.name, kind)
            other.sends(10, kind)
            return self.packets(other.name, kind) == before

        until(stands, f"{self.name} gets no more {kind} of {other.name}")
        got = self.packets(other.name, kind)
        other.sends(50, kind)
        assert self.packets(other.name, kind) == got
        return got

    def gets_no_byte(self, other: Visitor) -> None:
        """Wait until nothing at all comes in any more, while somebody else's device goes on sending."""

        def stands() -> bool:
            before = self.received()
            other.sends(20)
            return self.received() == before

        until(stands, f"{self.name} gets nothing")


@contextmanager
def opened(folder: Path, **environ: str) -> Iterator[House]:
    """A room that answers, stopped in the end."""
    house = House(folder)
    # Also a room that is started anew in a test is the same room.
    house.driver = {name: environ.pop(name) for name in list(environ) if name == "ODR_MEDIASOUP_DIR"}
    try:
        yield house.start(**environ)
    finally:
        house.close()


__all__ = [
    "A_SECOND",
    "BOTH",
    "EMBEDDED",
    "HANGS",
    "HEARING",
    "SECOND",
    "House",
    "Visitor",
    "chosen",
    "opened",
    "short_folder",
    "until",
]
