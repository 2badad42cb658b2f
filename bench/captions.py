"""How late captions are: committed speech is written as the recorder writes it, second by second in real time, and read by the
program as it grows. The delay of a caption is that of its first word: from when it was said until the line is made.
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from bench.frame import Ratio, report
from odr.hearing.live.transcript.captions import JUMP_MS, Listener
from odr.hearing.live.transcript.engine import WhisperEngine
from odr.hearing.live.transcript.packaged import lay_model
from tests.hearing.live.transcript.spoken import SPEECH, packets_of
from tests.hearing.live.transcript.test_captions import Growing

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


def run() -> list[Ratio]:
    """The latest caption of each turn, over the five seconds it may take."""
    ratio = Ratio("captions, latest of three speakers", "first word until the line", "5 s", 1.0, False)
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
        f"a listener of the room adds its way there; who came within {JUMP_MS / 1000} s of the words gets none"
    )
    report(ratio)
    return [ratio]
