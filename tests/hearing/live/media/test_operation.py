"""The media room as operators run it: by its module, behind the proxy, from files nobody changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp

from odr.ground.config import Settings
from odr.hearing.live.media.control import Media
from odr.hearing.live.media.serve import ROOM, find_node, room_environment
from tests.hearing.live.media.house import ROOT, SECRET, House, free_port, until
from tests.ops.test_proxy import proxy
from tests.patience import PATIENCE, accepts
from tests.peers import missing

VENDOR = ROOM.parent / "vendor"


def test_the_work_of_others_is_what_was_bundled() -> None:
    """The one file that is not ours has the digest written beside it; each package in it has its licence; the lock names
    where each came from and its integrity.
    """
    digest, name = (VENDOR / "sha256.txt").read_text().split()
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
    lock = json.loads((ROOT / "tools/media_bundle/package-lock.json").read_text())["packages"]
    notices = (VENDOR / "NOTICES.md").read_text()
    for package in ("werift", "ws"):
        assert f"## {package} {lock[f'node_modules/{package}']['version']} (MIT)" in notices
    assert all(each["integrity"].startswith("sha512-") for path, each in lock.items() if path)


def test_the_room_gets_its_own_settings_and_no_other_secret() -> None:
    """Neither the court's secret key nor the mail server's password reaches its process."""
    environ = {
        "ODR_SECRET_KEY": "the court's own secret, not the room's",
        "ODR_SMTP_URL": "smtp://user:password@mail.example",
        "ODR_MEDIA_CONTROL": "unix:/run/c",
        "ODR_MEDIA_SECRET": SECRET,
        "PATH": "/usr/bin",
    }
    told = room_environment(Settings.load(environ), environ)
    assert told["ODR_MEDIA_SECRET"] == SECRET and told["PATH"] == "/usr/bin"
    assert not any(value in told.values() for value in (environ["ODR_SECRET_KEY"], environ["ODR_SMTP_URL"]))
    assert "ODR_SECRET_KEY" not in told


def test_the_module_becomes_the_room_and_closes_in_order(folder: Path) -> None:
    """``python -m odr.hearing.live.media.serve`` answers the court; told to stop, it ends the segment first."""
    if find_node() is None:
        missing("Node", "apt install nodejs")
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ODR_")},
        "ODR_MEDIA_CONTROL": f"unix:{folder}/c",
        "ODR_MEDIA_SECRET": SECRET,
        "ODR_MEDIA_LISTEN": f"127.0.0.1:{free_port()}",
        "ODR_RECORDINGS_DIR": str(folder / "r"),
    }
    process = subprocess.Popen([sys.executable, "-m", "odr.hearing.live.media.serve"], cwd=ROOT, env=environ)
    try:
        until(accepts(folder / "c"), "the room listens")
        media = Media(f"unix:{folder}/c", SECRET.encode(), says_within=PATIENCE)
        media.command("h1", "open")
        media.command("h1", "record", segment=1)
        assert (folder / "c").stat().st_mode & 0o777 == 0o660
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
    last = (folder / "r/h1/0001/chain").read_text().splitlines()[-1]
    assert json.loads(last)["kind"] == "end"
    assert not (folder / "r/h1/0001/chain").stat().st_mode & 0o007


def test_without_node_the_module_says_what_is_missing(tmp_path: Path) -> None:
    """No Node in the path and none from PyPI: one line names the remedy, and the process ends."""
    settings = {"ODR_MEDIA_CONTROL": "unix:/nowhere/c", "ODR_MEDIA_SECRET": SECRET}
    run = [sys.executable, "-m", "odr.hearing.live.media.serve"]
    done = subprocess.run(
        run, cwd=ROOT, env={"PATH": str(tmp_path), **settings}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3 and "no Node here" in done.stderr and "requirements-media.txt" in done.stderr
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.19.0\n")
    old.chmod(0o755)
    assert find_node({"PATH": str(tmp_path)}) is None
    done = subprocess.run(run, cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "ODR_MEDIA_CONTROL" in done.stderr


def test_a_wrong_setting_is_named(folder: Path) -> None:
    """The room does not start with a setting it cannot use, and says which."""
    node = find_node()
    if node is None:
        missing("Node", "apt install nodejs")
    good = {
        "ODR_MEDIA_CONTROL": f"unix:{folder}/c",
        "ODR_MEDIA_SECRET": SECRET,
        "ODR_RECORDINGS_DIR": str(folder),
        "ODR_BASE_URL": "https://court.example",
    }
    for name, value in (
        ("ODR_MEDIA_SECRET", "0123456789"),
        ("ODR_MEDIA_CONTROL", "http://192.0.2.1:80"),
        ("ODR_RECORDINGS_DIR", ""),
        ("ODR_BASE_URL", "court"),
        ("ODR_MEDIA_PORTS", "80-90"),
        ("ODR_MEDIA_LISTEN", "nowhere"),
        ("ODR_MEDIASOUP_DIR", str(folder / "nothing")),
    ):
        env = {**good, name: value, "PATH": str(node.parent)}
        done = subprocess.run(
            ["node", str(ROOM)], env=env, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 1 and name in done.stderr


def test_a_browser_reaches_the_room_through_the_proxy(house: House, tmp_path: Path) -> None:
    """The proxy configuration we give operators carries the room's line, over TLS, with the page it comes from."""

    async def enters(port: int) -> dict[str, object]:
        async with aiohttp.ClientSession() as session:
            address = f"wss://127.0.0.1:{port}/live/room"
            async with session.ws_connect(address, headers={"Origin": house.origin}, ssl=False) as socket:
                await socket.send_json({"type": "enter", "ticket": house.ticket("li"), "device": "one"})
                said: dict[str, object] = await socket.receive_json(timeout=PATIENCE)
                return said

    with proxy(tmp_path, free_port(), house.port) as port, ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, enters(port)).result()["type"] == "in"
