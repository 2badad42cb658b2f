"""Who comes from a network without UDP reaches the room by the court's relay, with credentials that end by themselves."""

from __future__ import annotations

import base64
import hmac
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hearing.live.media.house import House, Visitor, free_port, opened, until
from tests.peers import needed
from tests.peers.browser import OpenContext

SECRET = "the-relay-of-the-tests-only"
RELAY_ONLY = """
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(given) { super({ ...given, iceTransportPolicy: "relay" }); }
};
"""
TRIED = """
async (server) => {
  const peer = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" });
  peer.addTransceiver("audio");
  const said = new Promise((done) => {
    peer.onicecandidate = ({ candidate }) => candidate && done("relayed");
    peer.onicecandidateerror = ({ errorCode }) => done(errorCode);
  });
  await peer.setLocalDescription();
  return said;
}
"""


@contextmanager
def relay() -> Iterator[int]:
    """coturn on loopback, as the guide says: HMAC credentials, nothing else."""
    needed("turnserver")
    port = free_port()
    words = [
        *("turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--log-file=stdout"),
        *("--listening-ip=127.0.0.1", f"--listening-port={port}", "--relay-ip=127.0.0.1", "--realm=court.example"),
        *("--use-auth-secret", f"--static-auth-secret={SECRET}", "--pidfile=/dev/null"),
    ]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        assert running.poll() is None
        yield port
    finally:
        running.terminate()
        running.wait(10)


def credentials(port: int, until_second: int, secret: str = SECRET) -> dict[str, str]:
    name = f"{until_second}:live"
    word = base64.b64encode(hmac.digest(secret.encode(), name.encode(), "sha1")).decode()
    return {"urls": f"turn:127.0.0.1:{port}?transport=udp", "username": name, "credential": word}


def test_two_meet_by_the_relay_alone(folder: Path, open_context: OpenContext) -> None:
    """With no other way than the relay, sound and picture come through; credentials that ended, or of somebody else, are
    refused by it.
    """
    with (
        relay() as port,
        opened(folder, ODR_TURN_URLS=f"turn:127.0.0.1:{port}?transport=udp", ODR_TURN_SECRET=SECRET) as house,
    ):
        house.order("open")
        house.order("record", segment=1)
        judge, li = (visitor(house, open_context, name) for name in ("judge", "li"))
        for each in (judge, li):
            each.enter()
            house.order("admit", person=each.name)
        judge.hears("li", "video")
        li.hears("judge", "audio")
        until(lambda: house.person("li").video, 5, "the room gets it")
        now = int(time.time())
        assert judge.page.evaluate(TRIED, credentials(port, now + 600)) == "relayed"
        assert judge.page.evaluate(TRIED, credentials(port, now - 10)) == 401
        assert judge.page.evaluate(TRIED, credentials(port, now + 600, "another secret")) == 401


def visitor(house: House, open_context: OpenContext, name: str) -> Visitor:
    """Somebody whose browser may use nothing but the relay."""
    context = open_context(house.origin)
    context.grant_permissions(["camera", "microphone"])
    context.add_init_script(RELAY_ONLY)
    return Visitor(house, context, name)
