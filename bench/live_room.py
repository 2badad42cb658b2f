"""What a live hearing costs the media room: one hearing of eight, recorded, against a bare forwarder of the same packets in the
same minute; a thousand sockets at its door; the court's other pages while it works; and, where ``ODR_MEDIASOUP_DIR`` names the folder
of the second driver, ten hearings of eight by it (``python -m bench.live_room`` measures these alone, ``python -m bench.live_room beside``
while five hundred watch a broadcast).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bench import watchers
from bench.acts import serving
from bench.frame import Ratio, compare, keep, report
from bench.hearing import cookie, hearing_with
from bench.room import memory, processes, used
from odr.hearing.live.media import serve
from odr.web.presence import session_cookie_name
from tests.hearing.live.media.house import House, opened, short_folder
from tests.hearing.scene import LI
from tests.patience import until

DEVICES = Path(__file__).resolve().parent / "live_devices.mjs"
PEOPLE, SECONDS, SOCKETS, ASKED = 8, 4.0, 1_000, 100
HEARINGS = 10
"""At the same time, by the second driver."""
PROVEN_MS = 0.19
"""Processor of a packet passed on that the embedded driver was chosen with: decrypted, recorded, and encrypted anew."""
HELD_MB = 0.25
"""Megabytes that a socket at the door may take."""


class Devices:
    """People of one hearing or more, and the processes that pass on what they send."""

    def __init__(self, passes: list[int], *arguments: str) -> None:
        self.passes = passes
        command = ["node", "--experimental-websocket", "--no-warnings", str(DEVICES), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def all_there(self, people: int) -> None:
        """Wait until so many are connected."""
        until(lambda: self.says("connected")["connected"] == people, f"{people} are connected")

    def says(self, what: str) -> dict[str, Any]:
        """Have them do something."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def turn(self) -> dict[str, float]:
        """Some seconds of a hearing: packets passed on in a second, processor for each, and how late they came."""
        self.says("go")
        time.sleep(0.5)
        self.says("go")
        before, began = used(self.passes), time.monotonic()
        time.sleep(SECONDS)
        spent, took = used(self.passes) - before, time.monotonic() - began
        said = self.says("hold")
        return {
            "cores": spent / took,
            "ms": 1000 * spent / max(1, said["received"]),
            "share": said["received"] / max(1, said["sent"] * (PEOPLE - 1)),
            "packets": said["received"] / took,
            **said,
        }

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def hearing_of_eight() -> Iterator[tuple[House, Devices]]:
    """The room with one recorded hearing, and everybody in it."""
    folder, names = short_folder(), [f"p{n}" for n in range(PEOPLE)]
    try:
        with opened(folder) as house:
            house.order("open", persons=names, admitted=names)
            house.order("record", segment=1)
            assert house.process is not None
            vendor = str(serve.ROOM.parent / "vendor/third-party.mjs")
            devices = Devices([house.process.pid], "room", vendor, house.url, house.origin)
            try:
                devices.says(" ".join(["enter", "all", *map(house.ticket, names)]))
                devices.all_there(PEOPLE)
                yield house, devices
            finally:
                devices.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def bare() -> Iterator[Devices]:
    """The same packets by a forwarder that looks at nothing."""
    command = ["node", str(DEVICES), "forwarder"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarder:
        assert forwarder.stdout is not None
        devices = Devices([forwarder.pid], "bare", forwarder.stdout.readline().strip(), str(PEOPLE))
        try:
            devices.all_there(PEOPLE)
            yield devices
        finally:
            devices.close()
            forwarder.kill()


def passed_on(house: House, devices: Devices, other: Devices) -> list[Ratio]:
    """Processor for a packet passed on, and the latest of a hundred, each against the bare forwarder."""
    began = memory(devices.passes)
    turns: list[tuple[dict[str, float], dict[str, float]]] = []
    for _ in range(8):
        turns.append((devices.turn(), other.turn()))
    cost = Ratio(
        f"one hearing of {PEOPLE}, recorded: processor a packet passed on",
        "media room (ms)",
        f"{PROVEN_MS} ms",
        1.0,
        False,
    )
    late = Ratio(
        f"one hearing of {PEOPLE}, recorded: latest of a hundred packets", "media room (ms)", "100 ms", 1.0, False
    )
    cost.pairs = [(room["ms"], PROVEN_MS) for room, _ in turns[1:]]
    late.pairs = [(room["p99"], 100.0) for room, _ in turns[1:]]
    cores = sorted(room["cores"] for room, _ in turns[1:])
    cost.notes.append(
        f"{cores[3]:.2f} of a core (from {cores[0]:.2f} to {cores[-1]:.2f}) for {turns[-1][0]['packets']:.0f} packets a second passed on, bare {turns[-1][1]['packets']:.0f}; "
        f"{min(room['share'] for room, _ in turns[1:]):.1%} of them came at least; memory {began:.0f} MB at the beginning, {memory(devices.passes):.0f} after {len(turns)} turns"
    )
    bare_ms = ", ".join(f"{alone['ms']:.4f}" for _, alone in turns[1:])
    cost.notes.append(f"bare UDP, which decrypts, records and encrypts nothing: {bare_ms} ms")
    late.notes.append(
        "bare: "
        + ", ".join(f"{alone['p99']:.1f}" for _, alone in turns[1:])
        + " ms; median of the room: "
        + ", ".join(f"{room['median']:.1f}" for room, _ in turns[1:])
    )
    for each in (cost, late):
        report(each)
    return [cost, late]


def sockets() -> list[Ratio]:
    """A thousand devices at the doors of 125 hearings, each answering the room's pings: memory and processor of each."""
    folder = short_folder()
    held = Ratio(f"{SOCKETS:,} sockets at the door: memory of each", "media room (MB)", f"{HELD_MB} MB", 1.0, False)
    busy = Ratio(f"{SOCKETS:,} sockets at the door: processor", "media room (cores)", "0.2 of a core", 1.0, False)

    async def all_come(house: House) -> None:
        assert house.process is not None
        pid = house.process.pid
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            before, open_ = memory([pid]), []
            for n in range(SOCKETS):
                hearing = f"s{n // 8}"
                socket = await session.ws_connect(house.url, headers={"Origin": house.origin}, max_msg_size=0)
                ticket = house.ticket(f"p{n % 8}", hearing=hearing)
                await socket.send_json({"type": "enter", "ticket": ticket, "device": f"d{n}"})
                said = await socket.receive_json()
                assert said["type"] == "in", said
                open_.append(asyncio.create_task(_listens(socket)))
            await asyncio.sleep(2)
            for _ in range(7):
                cpu, began = used([pid]), time.monotonic()
                await asyncio.sleep(3)
                busy.pairs.append(((used([pid]) - cpu) / (time.monotonic() - began), 0.2))
                held.pairs.append(((memory([pid]) - before) / SOCKETS, HELD_MB))
            assert not any(task.done() for task in open_), "a socket was lost"
            busy.notes.append(f"{before:.0f} MB without them, {memory([pid]):.0f} with them; none was lost")
            for task in open_:
                task.cancel()

    try:
        with opened(folder) as house:
            for n in range(SOCKETS // 8):
                house.media.command(f"s{n}", "open")
            asyncio.run(all_come(house))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for each in (held, busy):
        report(each)
    return [held, busy]


async def _listens(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Take what comes, until the room hangs up."""
    async for _ in socket:
        pass


def other_pages(devices: Devices) -> Ratio:
    """The latest of a hundred visits to a case's docket while the room works on this machine, and while it stands still."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        scene = hearing_with(Path(folder), 10)
        base = stack.enter_context(serving(scene))
        with scene.look() as (_, case):
            address = f"{base}/cases/{case.reference}/docket"
        asked = urllib.request.Request(address, headers={"Cookie": f"{session_cookie_name(False)}={cookie(scene, LI)}"})

        def p99() -> float:
            taken = []
            for _ in range(ASKED):
                began = time.perf_counter()
                with urllib.request.urlopen(asked) as answer:
                    answer.read()
                taken.append(time.perf_counter() - began)
            return sorted(taken)[ASKED - 2]

        def working() -> float:
            devices.says("go")
            try:
                return p99()
            finally:
                devices.says("hold")

        return compare(
            "another page of the court, latest of a hundred, while the room works",
            ("with the hearing of eight", working),
            ("without", p99),
            limit=2.0,
            at_least=False,
        )


@contextmanager
def tens_of_eight() -> Iterator[tuple[House, Devices, float]]:
    """Ten hearings of eight by mediasoup, all recorded, with everybody there; and the memory of the room before anybody came. The
    devices decrypt at one person of each hearing, who says how late; the others count, and acknowledge nothing.
    """
    folder = short_folder()
    try:
        with opened(folder, ODR_MEDIASOUP_DIR=os.environ["ODR_MEDIASOUP_DIR"]) as house:
            vendor = str(serve.ROOM.parent / "vendor/third-party.mjs")
            devices = Devices([], "room", vendor, house.url, house.origin)
            empty = memory(processes(house))
            try:
                for number in range(HEARINGS):
                    hearing, names = f"h{number}", [f"p{n}" for n in range(PEOPLE)]
                    house.media.command(hearing, "open", persons=names, admitted=names)
                    house.media.command(hearing, "record", segment=1)
                    tickets = [house.ticket(name, hearing=hearing) for name in names]
                    devices.says(" ".join(["enter", "first", *tickets]))
                    devices.all_there(PEOPLE * (number + 1))
                devices.passes = processes(house)
                yield house, devices, empty
            finally:
                devices.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def figures_of(what: str, turns: list[dict[str, float]], notes: list[str]) -> list[Ratio]:
    """Processor of a packet passed on, and the latest of a hundred, of turns of which the first is not counted."""
    cost = Ratio(f"{what}: processor a packet passed on", "room and workers (ms)", f"{PROVEN_MS} ms", 1.0, False)
    late = Ratio(f"{what}: latest of a hundred packets", "room and workers (ms)", "100 ms", 1.0, False)
    cost.pairs = [(turn["ms"], PROVEN_MS) for turn in turns[1:]]
    late.pairs = [(turn["p99"], 100.0) for turn in turns[1:]]
    cost.notes += notes
    late.notes.append("median: " + ", ".join(f"{turn['median']:.1f}" for turn in turns[1:]) + " ms")
    return [cost, late]


def counted(turns: list[dict[str, float]]) -> str:
    """Cores, packets a second, and how many of them came."""
    cores = ", ".join(f"{turn['cores']:.2f}" for turn in turns[1:])
    rates = ", ".join(f"{turn['packets']:.0f}" for turn in turns[1:])
    return f"cores {cores}; packets passed on a second {rates}; {min(turn['share'] for turn in turns[1:]):.1%} of them came at least"


def ten_hearings() -> list[Ratio]:
    """Ten hearings of eight by mediasoup, all recorded: processor of the room and its workers, memory, and how late packets come."""
    with tens_of_eight() as (house, devices, empty):
        room, *workers = devices.passes
        began, split, turns = memory(devices.passes), list[tuple[float, float]](), list[dict[str, float]]()
        for _ in range(8):
            before = used([room]), used(workers)
            turns.append(devices.turn())
            split.append((used([room]) - before[0], used(workers) - before[1]))
        after = memory(devices.passes)
        recording = house.media.health()["recording"]
    shares = ", ".join(f"{own / (own + theirs):.0%}" for own, theirs in split[1:])
    notes = [
        f"{PEOPLE * HEARINGS} people, {recording} hearings recorded, {len(workers)} workers; {counted(turns)}",
        f"of that the room's own process, which records: {shares}",
        f"memory of all: {empty:.0f} MB empty, {began:.0f} MB with everybody there, {after:.0f} MB after {len(turns)} turns",
    ]
    found = figures_of(f"{HEARINGS} hearings of {PEOPLE}, recorded, mediasoup", turns, notes)
    for each in found:
        report(each)
    return found


def watched_beside() -> list[Ratio]:
    """The same ten hearings while five hundred watch a broadcast of the court on the same machine: both at once, each turn of the
    hearings within the seconds in which those watch.
    """
    with tens_of_eight() as (_, devices, _empty), watchers.broadcast() as (port, at), ThreadPoolExecutor(1) as beside:
        turns, seen = list[dict[str, float]](), list[dict[str, float]]()
        for _ in range(8):
            watching = beside.submit(watchers.watched, port, at, watchers.MANY)
            time.sleep(1.5)  # they begin one after the other
            turns.append(devices.turn())
            seen.append(watching.result())
    what = f"{HEARINGS} hearings of {PEOPLE}, recorded, mediasoup, while {watchers.MANY} watch a broadcast"
    found = figures_of(what, turns, [counted(turns)])
    court = Ratio(f"{what}: processor of the court", "cores", "half of a core", 1.0, False)
    answers = Ratio(f"{what}: latest of a hundred answers", "of the proxy (s)", "1 s", 1.0, False)
    court.pairs = [(one["cores"], 0.5) for one in seen[1:]]
    answers.pairs = [(one["p99"], 1.0) for one in seen[1:]]
    court.notes.append(
        "the proxy answered "
        + ", ".join(f"{one['asked'] / one['took']:.0f}" for one in seen[1:])
        + " questions a second"
    )
    for each in (*found, court, answers):
        report(each)
    return [*found, court, answers]


def run() -> list[Ratio]:
    """Every figure of this module."""
    with hearing_of_eight() as (house, devices), bare() as other:
        found = passed_on(house, devices, other)
        found.append(other_pages(devices))
    found += sockets()
    return [*found, *(ten_hearings() if os.environ.get("ODR_MEDIASOUP_DIR") else [])]


if __name__ == "__main__":
    if "beside" in sys.argv[1:]:
        keep(watched_beside(), ["live_room.watched_beside"])
    else:
        keep(ten_hearings(), ["live_room.ten_hearings"])
