"""How late captions are: committed speech is written as the recorder writes it, second by second in real time, and read by the
program as it grows. The delay of a caption is that of its first word: from when it was said until the line is made. The rest of
its way, from the line through the media room to somebody's browser, is timed at a real room and a real browser.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.frame import Ratio, report
from odr.hearing.live.transcript.captions import JUMP_MS, Listener
from odr.hearing.live.transcript.engine import WhisperEngine
from odr.hearing.live.transcript.packaged import lay_model
from tests.hearing.live.media.house import Visitor, opened, short_folder
from tests.hearing.live.transcript.spoken import SPEECH, packets_of
from tests.hearing.live.transcript.test_captions import Growing
from tests.peers.browser import find_chromium

WITHIN = 5.0
"""Seconds after the words."""
EVERY = 0.25
"""Between two rounds, as ``flask transcripts captions`` takes them."""
PEOPLE = ("late-parcel.opus", "zh-goods.opus", "label.opus")


def spoken(engine: WhisperEngine, folder: Path) -> tuple[list[float], float, int]:
    """Delays in seconds, processor seconds, and milliseconds of the piece; each speaks after the other, as in a hearing."""
    piece, end = Growing(folder), 0
    for number, name in enumerate(PEOPLE):
        end = piece.says(f"p{number}", end + 500, packets_of((SPEECH / name).read_bytes()))
    began = time.monotonic()

    def writes() -> None:
        # The recorder syncs each second what came in it.
        for until in range(1_000, end + 3_000, 1_000):
            time.sleep(max(0.0, began + until / 1000 - time.monotonic()))
            piece.grows(until, is_over=until > end + 1_500)

    piece.grows(0)
    writer = threading.Thread(target=writes)
    writer.start()
    listener, delays, used = Listener("h1", 1, folder, None), list[float](), time.process_time()
    while not listener.is_closed:
        time.sleep(EVERY)
        for one in listener.hear(engine):
            delays.append(time.monotonic() - began - one.begin_ms / 1000)
    writer.join()
    return delays, time.process_time() - used, end


ARRIVED = """
const Socket = window.WebSocket;
window.arrived = {};
window.WebSocket = class extends Socket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (each) => {
      const said = JSON.parse(each.data);
      if (said.type === "caption") window.arrived[said.words] = Date.now();
    });
  }
};
"""


def carried(turns: int, captions: int = 20) -> list[list[float]]:
    """Seconds from a line made until it is in a browser of the hearing, for every caption of each turn."""
    found = []
    with opened(short_folder()) as house, sync_playwright() as playwright:
        house.order("open")
        house.order("record", segment=1)
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*arguments, *fake])
        context = browser.new_context(base_url=house.origin, permissions=["camera", "microphone"])
        context.add_init_script(ARRIVED)
        reader = Visitor(house, context, "li").enter()
        house.order("admit", person="li", muted=False)
        reader.saw("in")
        reader.page.wait_for_function("window.seen.some(each => each.type === 'captions')")
        for turn in range(turns):
            made = {}
            for number in range(captions):
                words = f"{turn}-{number}"
                made[words] = time.time()
                house.order(
                    "caption", segment=1, lines=[{"person": "p", "from": 10**7, "language": "en", "words": words}]
                )
                time.sleep(0.05)
            reader.page.wait_for_function(f"window.arrived['{turn}-{captions - 1}'] !== undefined")
            arrived = reader.page.evaluate("window.arrived")
            found.append([arrived[words] / 1000 - at for words, at in made.items()])
        browser.close()
    return found


def run() -> list[Ratio]:
    """The latest caption of each turn, over the five seconds it may take; then with the rest of its way."""
    ratio = Ratio("captions, latest of three speakers", "first word until the line", "5 s", 1.0, False)
    whole = Ratio("captions, latest with the latest way", "first word until it is in a browser", "5 s", 1.0, False)
    every, shares = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as model:
        lay_model(Path(model))
        engine = WhisperEngine(Path(model))
        for turn in range(8):
            with tempfile.TemporaryDirectory() as folder:
                delays, used, length = spoken(engine, Path(folder) / "0001")
            if turn:
                ratio.pairs.append((max(delays), WITHIN))
                every += delays
                shares.append(used * 1000 / length)
    every.sort()
    ratio.notes.append(
        f"{len(every)} captions, median {every[len(every) // 2]:.2f} s; {sum(shares) / len(shares):.2f} seconds of processor for a second of speech; "
        f"who came within {JUMP_MS / 1000} s of the words gets none"
    )
    ways = carried(len(ratio.pairs))
    whole.pairs += [(line + max(way), WITHIN) for (line, _), way in zip(ratio.pairs, ways, strict=True)]
    each = sorted(one for way in ways for one in way)
    whole.notes.append(
        f"from the line until it is in a browser: {len(each)} captions, median {each[len(each) // 2] * 1000:.0f} ms, "
        f"latest {each[-1] * 1000:.0f} ms"
    )
    report(ratio)
    report(whole)
    return [ratio, whole]
