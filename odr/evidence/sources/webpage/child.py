"""The child that looks at one page: address in, ``screenshot.png``, ``page.mhtml`` and ``record.json`` out, in the
folder it stands in.

A program of its own with none of the court's settings or keys. Whatever the page does, it ends within its time, and the
browser with it: both are one process group. What it could not do it says in ``failed.json``.
"""

from __future__ import annotations

import base64
import codecs
import contextlib
import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from odr.evidence.sources.webpage.devtools import DevTools, Failed, NoAnswer
from odr.evidence.sources.webpage.gate import Gate
from odr.ground.bounded_child import be_nobody

WIDTH, HEIGHT, TALLEST = 1280, 900, 16_000
QUIET = 1.0
"""Seconds without traffic after which a page that has loaded is taken to be whole."""
BEGINS = 90.0
"""Seconds the browser has to start and make itself ready: a slow machine is not the page's fault."""
STEP = 10.0
"""Seconds one command may take while the page is on its way; its picture has what is left."""
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--mute-audio",
    "--hide-scrollbars",
    "--block-new-web-contents",
    "--deny-permission-prompts",
    "--disable-notifications",
    "--metrics-recording-only",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
    "--js-flags=--max-old-space-size=384",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--no-pings",
    "--disable-component-extensions-with-background-pages",
    "--remote-debugging-pipe",
    f"--window-size={WIDTH},{HEIGHT}",
)


class GaveUp(Exception):
    """The page cannot be captured; ``why`` is the word that the court turns into a sentence."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


class Look:
    """One look at one page."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked = asked
        self.gate = Gate(frozenset(asked["allowed"]), asked["bytes"])
        self.began = time.monotonic()
        self.until = self.began + BEGINS
        self.is_sent = False
        self.loaded = self.crashed = False
        self.busy: set[str] = set()
        self.frame = self.last_url = ""
        self.answers: list[dict[str, Any]] = []
        self.dialogs = self.downloads = 0
        self.moved = self.began

    def run(self) -> None:
        """Start gate and browser, visit, take everything down."""
        into, out = _pipes()
        port = self.gate.open()
        profile = f"--user-data-dir={Path('profile').resolve()}"
        command = [
            self.asked["browser"],
            *FLAGS,
            *self.asked["flags"],
            f"--proxy-server=http://127.0.0.1:{port}",
            profile,
            "about:blank",
        ]
        try:
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3, 4)
            )
        except OSError as error:
            raise GaveUp("no_browser", str(error)) from error
        os.close(3)
        os.close(4)
        threading.Thread(target=_watch_memory, args=(self.asked["memory"],), daemon=True).start()
        self.tools = DevTools(into, out, self._heed)
        try:
            product = self._ready()
            self._go()
            whole = self._settle()
            self._take(product, whole)
        except (NoAnswer, BrokenPipeError) as error:
            raise GaveUp("crashed" if self.is_sent else "not_begun", str(error)) from error
        except TimeoutError as error:
            raise GaveUp("never_rests" if self.is_sent else "not_begun", str(error)) from error

    def _ask(self, method: str, /, most: float = BEGINS, **given: Any) -> dict[str, Any]:
        return self.tools.ask(method, max(0.5, min(most, self.until - time.monotonic())), **given)

    def _ready(self) -> str:
        """The browser, started and prepared; its name and version."""
        version = self._ask("Browser.getVersion")
        self._ask("Browser.setDownloadBehavior", behavior="deny", eventsEnabled=True)
        targets = self._ask("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        self.tools.session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Inspector"):
            self._ask(f"{domain}.enable")
        self._ask("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
        self._ask("Emulation.setLocaleOverride", locale=self.asked["locale"])
        return str(version["product"])

    def _go(self) -> None:
        """Send it to the page, whose own time begins here."""
        self.gate.is_open = self.is_sent = True
        self.until = time.monotonic() + self.asked["seconds"]
        try:
            went = self._ask("Page.navigate", STEP, url=self.asked["url"])
        except TimeoutError:
            went = {}
        self.frame = went.get("frameId", self.frame)
        if went.get("errorText"):
            self._why_not(went["errorText"])

    def _why_not(self, said: str) -> None:
        refused = {visit.refused for visit in self.gate.visits if visit.refused}
        if "internal" in refused or "port" in refused:
            raise GaveUp("internal", said)
        if "ERR_CERT" in said or "ERR_SSL" in said:
            raise GaveUp("certificate", said)
        if self.downloads or "ERR_ABORTED" in said:
            raise GaveUp("download", said)
        raise GaveUp("unknown" if "unknown" in refused else "unreachable", said)

    def _settle(self) -> bool:
        """Wait until the page is loaded and quiet; whether it came to that."""
        stop = self.until - self.asked["seconds"] * 0.4
        while time.monotonic() < stop:
            self.tools.listen(0.2)
            if self.crashed:
                raise GaveUp("crashed")
            if self.loaded and time.monotonic() - self.moved > QUIET:
                return True
        # A page that never ends is stopped, its scripts with it, and shown as far as it has come.
        for method, given in (
            ("Page.stopLoading", {}),
            ("Runtime.terminateExecution", {}),
            ("Emulation.setScriptExecutionDisabled", {"value": True}),
        ):
            with contextlib.suppress(Failed, TimeoutError):
                self._ask(method, STEP, **given)
        return False

    def _take(self, product: str, whole: bool) -> None:
        shown = [answer for answer in self.answers if answer["frame"] == self.frame]
        if not shown:
            self._why_not("no answer")
        if shown[-1]["status"] == 403 and any(v.refused and v.host in shown[-1]["url"] for v in self.gate.visits):
            self._why_not("refused")
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        height = max(1, min(TALLEST, int(size["height"])))
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
        picture = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        Path("screenshot.png").write_bytes(base64.b64decode(picture))
        Path("page.mhtml").write_bytes(self._ask("Page.captureSnapshot", format="mhtml")["data"].encode())
        title = ""
        with contextlib.suppress(Failed, TimeoutError):
            history = self._ask("Page.getNavigationHistory")
            title = history["entries"][history["currentIndex"]]["title"]
        record = {
            "asked": self.asked["url"],
            "url": shown[-1]["url"],
            "title": title[:500],
            "answers": shown,
            "certificates": self._certificates(shown[-1]["url"]),
            "whole": whole,
            "cut_at": height if size["height"] > height else None,
            "width": WIDTH,
            "height": height,
            "browser": product,
            "seconds": round(time.monotonic() - self.began, 3),
            "dialogs": self.dialogs,
            "downloads": self.downloads,
            "visits": [asdict(visit) for visit in self.gate.visits[:500]],
            "received": self.gate.received,
        }
        Path("record.json").write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")

    def _certificates(self, url: str) -> list[str]:
        if not url.startswith("https://"):
            return []
        origin = "/".join(url.split("/", 3)[:3])
        with contextlib.suppress(Failed, TimeoutError):
            return [str(der) for der in self._ask("Network.getCertificate", origin=origin)["tableNames"][:10]]
        return []

    def _heed(self, method: str, given: dict[str, Any]) -> None:
        match method:
            case "Page.loadEventFired":
                self.loaded = True
            case "Page.javascriptDialogOpening":
                self.dialogs += 1
                self.tools.tell("Page.handleJavaScriptDialog", accept=False)
            case "Browser.downloadWillBegin" | "Page.downloadWillBegin":
                self.downloads += 1
            case "Inspector.targetCrashed":
                self.crashed = True
            case "Page.frameNavigated" if "parentId" not in given["frame"]:
                self.frame, self.loaded = given["frame"]["id"], False
            case "Network.requestWillBeSent" if given.get("redirectResponse") and given.get("type") == "Document":
                self._answered(given["redirectResponse"], given)
            case "Network.responseReceived" if given.get("type") == "Document":
                self._answered(given["response"], given)
        if method.startswith("Network."):
            self.moved = time.monotonic()

    def _answered(self, response: dict[str, Any], given: dict[str, Any]) -> None:
        if len(self.answers) >= 50:
            return
        security = response.get("securityDetails") or {}
        headers = {str(k)[:200]: str(v)[:4000] for k, v in list(response.get("headers", {}).items())[:100]}
        self.answers.append(
            {
                "frame": given.get("frameId", ""),
                "url": str(response["url"])[:4000],
                "status": response["status"],
                "protocol": response.get("protocol"),
                "headers": headers,
                "after": round(time.monotonic() - self.began, 3),
                "tls": {
                    k: security.get(k) for k in ("protocol", "cipher", "subjectName", "issuer", "validFrom", "validTo")
                }
                if security
                else None,
            }
        )


def _pipes() -> tuple[int, int]:
    """The browser's ends stand at 3 and 4, where it expects them; ours somewhere above. Nothing else is open yet."""
    theirs_in, ours_in = (_above(fd) for fd in os.pipe())
    ours_out, theirs_out = (_above(fd) for fd in os.pipe())
    for theirs, place in ((theirs_in, 3), (theirs_out, 4)):
        os.dup2(theirs, place, inheritable=True)
        os.close(theirs)
    return ours_in, ours_out


def _above(descriptor: int) -> int:
    found = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 20)
    os.close(descriptor)
    return found


def _watch_memory(most: int) -> None:
    """End everything when this process and the browser's together hold too much."""
    group, page = os.getpgid(0), os.sysconf("SC_PAGE_SIZE")
    while True:
        held = 0
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if int((place / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                    # Shared pages are counted once for each process: on the safe side.
                    held += (
                        int((place / "statm").read_text().split()[1]) - int((place / "statm").read_text().split()[2])
                    ) * page
        if held > most:
            _fail("memory")
            os.killpg(group, signal.SIGKILL)
        time.sleep(0.25)


def _fail(why: str, detail: str = "") -> None:
    Path("failed.json").write_text(json.dumps({"why": why, "detail": detail[:300]}), encoding="utf-8")


def _bound(asked: dict[str, Any]) -> None:
    """Limits that every process from here on inherits; and nobody's rights, where this one has root's."""
    codecs.lookup("idna")  # names are resolved with it, and nothing is loaded later
    resource.setrlimit(resource.RLIMIT_FSIZE, (asked["file"], asked["file"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu"], asked["cpu"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    be_nobody()


def main() -> None:
    """Bound, look, say."""
    asked = json.loads(sys.stdin.buffer.read())
    _bound(asked)
    try:
        Look(asked).run()
    except GaveUp as gave_up:
        _fail(gave_up.why, gave_up.detail)
    except Failed as failed:
        _fail("unreachable", str(failed))
    os.killpg(os.getpgid(0), signal.SIGKILL)
