"""What a hearing costs the media room: ``python -m bench.room 2 4 8`` has so many devices in one hearing, in turn by the embedded driver
and, where ``ODR_MEDIASOUP_DIR`` names its folder, by mediasoup, and prints the processor and memory of the room's processes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from odr.hearing.live.media import serve
from tests.hearing.live.media.house import EMBEDDED, SECOND, House, opened, short_folder
from tests.patience import until

DEVICES = Path(__file__).resolve().parent / "room_devices.mjs"
SECONDS, TURNS = 10, 3
TICK = os.sysconf("SC_CLK_TCK")


def processes(house: House) -> list[int]:
    """The room, and its workers where it has some."""
    assert house.process is not None
    room = house.process.pid
    return [room, *map(int, Path(f"/proc/{room}/task/{room}/children").read_text().split())]


def used(numbers: list[int]) -> float:
    """Processor seconds so far."""
    fields = (Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in numbers)
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICK


def memory(numbers: list[int]) -> float:
    """Megabytes."""
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in numbers)
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def measure(driver: str, people: int) -> dict[str, float]:
    """One hearing of so many, recorded, after everybody gets everybody."""
    settings = {} if driver == EMBEDDED else {"ODR_MEDIASOUP_DIR": os.environ["ODR_MEDIASOUP_DIR"]}
    folder, names = short_folder(), [f"p{n}" for n in range(people)]
    try:
        with opened(folder, **settings) as house:
            house.order("open", persons=names, admitted=names)
            house.order("record", segment=1)
            vendor = serve.ROOM.parent / "vendor/third-party.mjs"
            devices = subprocess.Popen(
                [
                    "node",
                    "--experimental-websocket",
                    str(DEVICES),
                    vendor,
                    house.url,
                    house.origin,
                    *map(house.ticket, names),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=(folder / "devices.log").open("w"),
                text=True,
            )
            assert devices.stdin is not None and devices.stdout is not None

            def asked() -> dict[str, Any]:
                assert devices.stdin is not None and devices.stdout is not None
                devices.stdin.write("\n")
                devices.stdin.flush()
                said: dict[str, Any] = json.loads(devices.stdout.readline())
                return said

            try:
                until(lambda: asked()["connected"] == people, "everybody is connected")
                time.sleep(5)
                numbers = processes(house)
                before, cpu, since = asked(), used(numbers), time.monotonic()
                time.sleep(SECONDS)
                after, cpu, took = asked(), used(numbers) - cpu, time.monotonic() - since
                return {
                    "cores": cpu / took,
                    "sent": (after["sent"] - before["sent"]) / took,
                    "passed_on": (after["received"] - before["received"]) / took,
                    "ms_a_packet": 1000 * cpu / max(1, after["received"] - before["received"]),
                    "mb": memory(numbers),
                }
            finally:
                devices.kill()
                devices.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(sizes: list[int]) -> None:
    """Every size by each driver in turn, the median of three."""
    drivers = [EMBEDDED, *([SECOND] if os.environ.get("ODR_MEDIASOUP_DIR") else [])]
    for people in sizes:
        turns = [[(driver, measure(driver, people)) for driver in drivers] for _ in range(TURNS)]
        for at, driver in enumerate(drivers):
            found = sorted((turn[at][1] for turn in turns), key=lambda each: each["cores"])
            said = ", ".join(f"{name} {value:.3g}" for name, value in found[TURNS // 2].items())
            print(f"{people} people, {driver}: {said}; cores {[round(each['cores'], 3) for each in found]}", flush=True)


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [2, 4, 8])
