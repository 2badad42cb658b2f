"""``make run``: a training court on this machine, web, worker and simulated payments, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from odr.app import create_court
from odr.config import Settings
from odr.demo.seed import ACCOUNTS, PASSWORD, seed

ROOT = Path(__file__).resolve().parent.parent


def environment() -> dict[str, str]:
    """Settings of the training court; whatever is set outside stands."""
    port = os.environ.get("ODR_PORT", "5000")
    pay = str(int(port) + 1)
    return {
        "ODR_MODE": "training",
        "ODR_DATA_DIR": str(ROOT / "var"),
        "ODR_BASE_URL": f"http://127.0.0.1:{port}",
        "ODR_STRIPE_API_KEY": "rk_test_training",
        "ODR_STRIPE_WEBHOOK_SECRET": "whsec_training",
        "ODR_STRIPE_API_BASE": f"http://127.0.0.1:{pay}",
        "ODR_VAULT_SOCKET": str(ROOT / "var" / "vault.sock"),
        "ODR_PORT": port,
        **os.environ,
    }


def commands(env: dict[str, str]) -> list[list[str]]:
    """The processes of the court beside the vault."""
    port, pay = env["ODR_PORT"], env["ODR_STRIPE_API_BASE"].rsplit(":", 1)[-1]
    python = sys.executable
    return [
        [python, "-m", "odr.payments.stripe_peer", "--port", pay, "--webhook", f"http://127.0.0.1:{port}/payments/stripe", "--state", str(Path(env["ODR_DATA_DIR"]) / "stripe.json")],
        [python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "8", "--workers", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "wsgi:app"],
        [python, "-m", "flask", "--app", "wsgi", "worker"],
    ]


def announce(env: dict[str, str], began: float) -> None:
    """Tell the newcomer where to go and as whom."""
    print(f"\n  The training court is open:  {env['ODR_BASE_URL']}   ({time.monotonic() - began:.1f} s)\n")
    print(f"  Everybody’s password is  {PASSWORD}   – court staff also need a code, shown on {env['ODR_BASE_URL']}/training\n")
    for email, name, what in ACCOUNTS:
        print(f"    {email:<28} {name:<14} {what}")
    print("\n  Stop with Ctrl-C.\n", flush=True)


def main() -> int:
    """Start everything, wait, stop everything."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    env = environment()
    os.environ.update(env)
    folder = Path(env["ODR_DATA_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    running: list[subprocess.Popen[bytes]] = [subprocess.Popen([sys.executable, "-m", "odr.notary.vault_server", str(folder / "vault"), env["ODR_VAULT_SOCKET"]], env=env, cwd=ROOT, start_new_session=True)]
    try:
        _wait_for(Path(env["ODR_VAULT_SOCKET"]))
        print("  Opening the training court; the first time its disputes are told, which takes a minute …", flush=True)
        court = create_court(Settings.load(env))
        seed(court)
        court.database.dispose()
        running += [subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True) for command in commands(env)]
        _wait_for_page(env["ODR_BASE_URL"])
        announce(env, began)
        while all(process.poll() is None for process in running):
            time.sleep(0.3)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(running)


def _wait_for(path: Path, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            raise SystemExit(f"{path} did not appear; is another court running in this folder?")
        time.sleep(0.05)


def _wait_for_page(url: str, seconds: float = 20) -> None:
    from urllib.error import URLError
    from urllib.request import urlopen

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urlopen(f"{url}/log/keys", timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the web process did not answer; see its messages above")


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(running):
        if process.poll() is None:
            process.terminate()
    for process in running:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
