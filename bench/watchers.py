"""What hundreds who watch a broadcast cost the court, behind the proxy it is given: each asks how it stands every four seconds and
fetches what there is to see, as the page does.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bench.acts import serving
from bench.frame import Ratio, report
from odr.docket.models import Track
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.live.seen.making import make_due
from tests.conftest import MORNING
from tests.hearing.live.conftest import BEGINS, Live, fixed_here
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.live.test_broadcast import approved
from tests.hearing.live.transcript.spoken import SPEECH, Recording, packets_of
from tests.hearing.scene import CHEN, HAIYUN, LI, ORIGIN, accepted_case, whole_court
from tests.ops.test_proxy import proxy

MANY, SECONDS, EACH = 500, 8.0, 4.0
PEOPLE = (CHEN, LI, HAIYUN)
VISITORS = """
import asyncio, json, random, sys, time
import aiohttp

port, origin, at, count, seconds, each = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6])

async def watches(session, late, until, taken):
    await asyncio.sleep(late)
    while time.monotonic() < until:
        began = time.monotonic()
        async with session.get(f"https://127.0.0.1:{port}{at}/en/now") as answer:
            assert answer.status == 200, answer.status
            pieces = json.loads(await answer.read())["pieces"]
        taken.append(time.monotonic() - began)
        newest = {one["who"]: one["src"] for one in pieces}
        for src in newest.values():
            began = time.monotonic()
            async with session.get(f"https://127.0.0.1:{port}{src}") as answer:
                assert answer.status in (200, 206), answer.status
                await answer.read()
            taken.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, each - (time.monotonic() - began)))

async def main():
    taken = []
    host = {"Host": origin.split("//")[1]}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=30, ssl=False), headers=host) as session:
        until = time.monotonic() + seconds
        await asyncio.gather(*(watches(session, random.random() * each, until, taken) for _ in range(count)))
    taken.sort()
    print(json.dumps({"asked": len(taken), "p99": taken[int(len(taken) * 0.99)]}))

asyncio.run(main())
"""


def shown(folder: Path) -> tuple[Live, str]:
    """A hearing that is broadcast, of which a minute was recorded; its address."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    clock = FixedClock(MORNING)
    court = whole_court(Database(url), clock, folder / "court")
    media = RoomBeside(clock)
    court.ports.media = media
    scene = accepted_case(court, clock, track=Track.SIMPLE)
    scene.exhibits(1)
    fixed_here(scene)
    live = Live(scene, media)
    at = approved(live)
    live.clock.set(BEGINS)
    live.opened()
    opened = live.clock.now()
    live.clock.set(opened + timedelta(seconds=130))
    said = packets_of((SPEECH / "late-parcel.opus").read_bytes())
    recording = Recording(court.settings.recordings_folder / live.hearing().reference, 1, opened, "h")
    for name in PEOPLE:
        end = recording.says(live.person(name).reference, 0, (said * 12)[:3_500])
    recording.ends(end)
    if not make_due(court):
        raise AssertionError("there is nothing to see")
    return live, at


def watched(port: int, at: str, count: int) -> dict[str, float]:
    """So many watch; processor of the court in a second, how many questions the proxy was asked, and the latest of a hundred."""
    command = [sys.executable, "-c", VISITORS, str(port), ORIGIN, at, str(count), str(SECONDS), str(EACH)]
    before, began = time.process_time(), time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    spent, took = time.process_time() - before, time.monotonic() - began
    said: dict[str, float] = json.loads(done.stdout)
    return {**said, "cores": spent / took, "took": took}


@contextmanager
def broadcast() -> Iterator[tuple[int, str]]:
    """A hearing that is broadcast, behind the proxy: its port, and the address of the broadcast."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        live, at = shown(Path(folder))
        with serving(live.scene) as base, proxy(Path(beside), int(base.rsplit(":", 1)[1])) as port:
            yield port, at


def run() -> list[Ratio]:
    """The court's processor while hundreds watch, over that while few do."""
    few = 5
    ratio = Ratio(f"{MANY} watch a broadcast: processor of the court", "cores", "half of a core", 1.0, False)
    late = Ratio(f"{MANY} watch a broadcast: latest of a hundred answers", "of the proxy (s)", "1 s", 1.0, False)
    asked, alone = [], []
    with broadcast() as (port, at):
        watched(port, at, few)
        for _ in range(7):
            many, some = watched(port, at, MANY), watched(port, at, few)
            ratio.pairs.append((many["cores"], 0.5))
            alone.append(f"{some['cores']:.3f}")
            late.pairs.append((many["p99"], 1.0))
            asked.append(f"{many['asked'] / many['took']:.0f}")
    ratio.notes.append(
        f"the proxy answered {', '.join(asked)} questions a second for {MANY}; while {few} watch, cores: {', '.join(alone)}"
    )
    for each in (ratio, late):
        report(each)
    return [ratio, late]
