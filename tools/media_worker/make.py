"""Put mediasoup, the media room's driver for many hearings, and its worker into a folder (``ODR_MEDIASOUP_DIR``).

``python tools/media_worker/make.py FOLDER`` takes the worker as npm gives it, ready made, which needs the whole internet.
``python tools/media_worker/make.py FOLDER --here`` needs only the packages of npm and Debian: the worker is built from the sources
in npm's package, with the system's libraries in place of those that it would fetch (``subprojects``), and with libsrtp 2 in place of 3
(``subprojects/libsrtp3/include/srtp.h``). Versions and integrity of every package stand in ``package-lock.json``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKER = Path("node_modules/mediasoup/worker")
BINARY = WORKER / "out/Release/mediasoup-worker"
PACKAGES = "g++ meson ninja-build pkgconf flatbuffers-compiler libflatbuffers-dev libabsl-dev libssl-dev libsrtp2-dev libusrsctp-dev libuv1-dev"
LIBRARIES = ("absl_flat_hash_map", "flatbuffers", "libsrtp2", "libuv", "openssl", "usrsctp")
TRY = """
const soup = require("mediasoup");
soup.createWorker().then(async (worker) => {
  const router = await worker.createRouter({ mediaCodecs: [{ kind: "audio", mimeType: "audio/opus", clockRate: 48000, channels: 2 }] });
  await router.createWebRtcTransport({ listenInfos: [{ protocol: "udp", ip: "127.0.0.1" }] });
  console.log(`mediasoup ${soup.version} and its worker run`);
  worker.close();
}).catch((error) => { console.error(error); process.exit(1); });
"""


class Missing(Exception):
    """Something this machine has to have first."""


def lacking() -> list[str]:
    """Programs and libraries that building needs and this machine has not."""
    found = {
        "g++": shutil.which("c++"),
        "meson": shutil.which("meson"),
        "ninja-build": shutil.which("ninja"),
        "pkgconf": shutil.which("pkg-config"),
        "flatbuffers-compiler": shutil.which("flatc"),
    }
    programs = [package for package, there in found.items() if there is None]
    if "pkgconf" in programs:
        return programs
    has = [subprocess.run(["pkg-config", "--exists", each], check=False).returncode == 0 for each in LIBRARIES]
    return programs + [each for each, there in zip(LIBRARIES, has, strict=True) if not there]


def install(folder: Path, *, scripts: bool) -> None:
    """What npm has, by the lock; with ``scripts``, mediasoup fetches its worker."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    how = [] if scripts else ["--ignore-scripts"]
    subprocess.run(["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", *how], cwd=folder, check=True)


def build(folder: Path, jobs: int) -> None:
    """The worker, from npm's sources and the system's libraries. Raises Missing."""
    if lacks := lacking():
        raise Missing(f"missing here: {', '.join(lacks)}\n    apt install {PACKAGES}")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "worker"
        shutil.copytree(folder / WORKER, source, ignore=shutil.ignore_patterns("subprojects", "out"))
        shutil.copytree(HERE / "subprojects", source / "subprojects")
        for each in (source / "subprojects").iterdir():
            (each / "none.c").touch()
        options = ["--buildtype=plain", "-Doptimization=2", "-Db_ndebug=true", "-Dms_disable_liburing=true"]
        subprocess.run(["meson", "setup", *options, "made"], cwd=source, check=True)
        # The headers that everything else includes come first: the worker's own script does the same.
        for target in ("fbs/FBS", "mediasoup-worker"):
            subprocess.run(["ninja", "-C", "made", "-j", str(jobs), target], cwd=source, check=True)
        binary = folder / BINARY
        binary.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "made/mediasoup-worker", binary)


def main() -> int:
    """Make the folder, and run what is in it once."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--here", action="store_true", help="build the worker with this machine's libraries")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = arguments.parse_args()
    folder = given.folder.absolute()
    try:
        install(folder, scripts=not given.here)
        if given.here:
            build(folder, given.jobs)
        if not (folder / BINARY).is_file():
            raise Missing("npm gave no worker: run this again with --here")
        subprocess.run(["node", "-e", TRY], cwd=folder, check=True)
    except Missing as lack:
        sys.stderr.write(f"{lack}\n")
        return 2
    except subprocess.CalledProcessError as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    sys.stdout.write(f"ODR_MEDIASOUP_DIR={folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
