"""``make run``: a training court on this machine, web, worker and simulated payments, until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from odr.hearing.live.media.serve import REMEDY, find_node

ROOT = Path(__file__).resolve().parents[2]
MEDIA_ROOM = "media room"
OPENED, UNFINISHED = "opened", "opening"
"""Files in the court's folder: its people and disputes are there; or the first start is still making them."""


def environment() -> dict[str, str]:
    """Settings of the training court; whatever is set outside stands."""
    port = os.environ.get("ODR_PORT", "5000")
    if not port.isdigit() or not 0 < int(port) < 65534:
        raise SystemExit(f"ODR_PORT={port} is no port: give a number from 1024 to 65533")
    pay = str(int(port) + 1)
    folder = Path(os.environ.get("ODR_DATA_DIR", ROOT / "var")).absolute()
    # Every process stands in ROOT: a socket's path has 107 bytes at most, and a relative one is shorter.
    vault = min(str(folder / "vault.sock"), os.path.relpath(folder / "vault.sock", ROOT), key=len)
    return {
        "ODR_MODE": "training",
        "ODR_BASE_URL": f"http://127.0.0.1:{port}",
        "ODR_STRIPE_API_KEY": "rk_test_training",
        "ODR_STRIPE_WEBHOOK_SECRET": "whsec_training",
        "ODR_STRIPE_API_BASE": f"http://127.0.0.1:{pay}",
        "ODR_VAULT_SOCKET": vault,
        # Without Node there is no media room, and the pages say so instead of waiting for one.
        "ODR_MEDIA_CONTROL": "unix:" + vault.removesuffix("vault.sock") + "media.sock" if find_node() else "",
        "ODR_MEDIA_SECRET": secrets.token_hex(32),
        "ODR_MEDIA_LISTEN": f"127.0.0.1:{int(port) + 2}",
        "ODR_MEDIA_URL": f"ws://127.0.0.1:{int(port) + 2}/live/room",
        "ODR_MEDIA_ADDRESSES": "127.0.0.1",
        # The page that training shows for a capture lies on this machine, where the court's browser goes nowhere else.
        "ODR_CAPTURE_ALLOW": f"127.0.0.1:{port}",
        "ODR_PORT": port,
        **os.environ,
        "ODR_DATA_DIR": str(folder),
    }


class House:
    """The processes of the court. Leaving it stops them all."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        for _name, process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for _name, process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, name: str, *arguments: str) -> None:
        """Start a Python module as a process that a Ctrl-C at the terminal does not reach: it is stopped in order."""
        self.running.append(
            (
                name,
                subprocess.Popen(
                    [sys.executable, "-m", *arguments], env=dict(self.env), cwd=ROOT, start_new_session=True
                ),
            )
        )

    def fallen(self) -> str | None:
        """Name of a process that ended, or None."""
        return next((name for name, process in self.running if process.poll() is not None), None)

    def rises(self, name: str) -> bool:
        """Start the media room anew where it ended, as a service manager does; without the others there is no court."""
        if name != MEDIA_ROOM:
            return False
        self.running = [(each, process) for each, process in self.running if each != name]
        time.sleep(1)
        print("The media room has ended and is started anew.", file=sys.stderr)
        self.start(MEDIA_ROOM, "odr.hearing.live.media.serve")
        return True

    def wait_for(self, path: Path, seconds: float = 10) -> None:
        """Until a process has made its socket."""
        deadline = time.monotonic() + seconds
        while not path.exists():
            self._still_up(deadline, f"{path} did not appear")
            time.sleep(0.02)

    def wait_for_page(self, seconds: float = 60) -> None:
        """Until the web process answers."""
        deadline = time.monotonic() + seconds
        while True:
            page = HTTPConnection("127.0.0.1", int(self.env["ODR_PORT"]), timeout=5)
            try:
                page.request("GET", "/log/keys")
                page.getresponse()
                return
            except (OSError, HTTPException):
                self._still_up(deadline, "the web process did not answer")
                time.sleep(0.05)
            finally:
                page.close()

    def _still_up(self, deadline: float, words: str) -> None:
        if name := self.fallen():
            raise SystemExit(f"The {name} has ended; see its messages above.")
        if time.monotonic() > deadline:
            raise SystemExit(f"{words}; see the messages above.")


def refuse_taken_ports(env: Mapping[str, str]) -> None:
    """Say which port another program holds, and what to do about it."""
    for port in range(int(env["ODR_PORT"]), int(env["ODR_PORT"]) + 3):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise SystemExit(
                    f"Port {port} is taken by another program, perhaps a court that already runs. Choose another: ODR_PORT={(port + 3000) % 60000} make run"
                ) from None


def tell_disputes(env: Mapping[str, str], folder: Path) -> None:
    """At the first start, make the people and their disputes; later, people whom a newer version adds."""
    made_by = [(ROOT / "odr/training" / name).read_bytes() for name in ("training_staff.py", "outside/signers.py")]
    opened, people = folder / OPENED, sha256(b"".join(made_by)).hexdigest()
    if "ODR_DATABASE_URL" not in env and opened.exists() and opened.read_text() == people:
        return
    print("  Opening the training court for the first time: keys, accounts, and disputes to look at …", flush=True)
    from odr.app import create_court
    from odr.ground.config import Settings
    from odr.training.seed import seed

    court = create_court(Settings.load(dict(env)))
    seed(court, say=lambda words: print(f"    {words}", flush=True))
    court.database.dispose()
    opened.write_text(people)
    (folder / UNFINISHED).unlink(missing_ok=True)


def prepare(folder: Path) -> None:
    """Make the folder; what a first start that was cut off left in it is taken away."""
    if (folder / UNFINISHED).exists():
        print("  The first start was cut off; beginning anew.", flush=True)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # what lies in it is for nobody else on this machine, also from before
    if not any(folder.iterdir()):
        (folder / UNFINISHED).touch()


def announce(env: Mapping[str, str], began: float) -> None:
    """Tell the newcomer where to go and as whom."""
    from odr.training.training_staff import PASSWORD, PEOPLE

    url = env["ODR_BASE_URL"]
    print(f"\n  The training court is open:  {url}   ({time.monotonic() - began:.1f} s)\n")
    print(f"  Everybody’s password is  {PASSWORD}")
    print(f"  People of the court also need a code, shown on {url}/training with every message sent.\n")
    for email, name, role, _ in PEOPLE:
        print(f"    {email:<24} {role.value if role else 'party':<10} {name}")
    print("\n  Stop with Ctrl-C.\n", flush=True)


def run() -> int:
    """Start everything, wait, stop everything."""
    began = time.monotonic()
    os.umask(0o077)
    env = environment()
    os.environ.update(env)
    os.chdir(ROOT)
    refuse_taken_ports(env)
    folder, port = Path(env["ODR_DATA_DIR"]), env["ODR_PORT"]
    prepare(folder)
    with House(env) as house:
        house.start("vault", "odr.notary.vault_server", str(folder / "vault"), env["ODR_VAULT_SOCKET"])
        pay = env["ODR_STRIPE_API_BASE"].rsplit(":", 1)[-1]
        house.start(
            "payment service",
            "odr.training.stripe_peer",
            "--port",
            pay,
            "--webhook",
            f"http://127.0.0.1:{port}/payments/stripe",
            "--state",
            str(folder / "stripe.json"),
        )
        house.wait_for(Path(env["ODR_VAULT_SOCKET"]))
        tell_disputes(env, folder)
        house.start(
            "web process",
            "gunicorn",
            "--worker-class",
            "odr.web.patient_worker.PatientWorker",
            "--threads",
            "8",
            "--workers",
            "1",
            "--bind",
            f"127.0.0.1:{port}",
            "--log-level",
            "warning",
            "wsgi:app",
        )
        house.wait_for_page()
        if env["ODR_MEDIA_CONTROL"]:
            house.start(MEDIA_ROOM, "odr.hearing.live.media.serve")
        else:
            print(
                f"  No Node here, so no hearing can be held by video; everything else works. To have it: {REMEDY}",
                flush=True,
            )
        house.start("worker", "flask", "--app", "wsgi", "worker")
        announce(env, began)
        while (name := house.fallen()) is None or house.rises(name):
            time.sleep(0.3)
        print(f"The {house.fallen()} has ended; stopping the court.", file=sys.stderr)
        return 1


def main() -> int:
    """As :func:`run`; Ctrl-C and SIGTERM end it in order, also where the shell had them ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
