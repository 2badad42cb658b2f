"""Who comes from a network without UDP reaches the room by the court's relay, with credentials that end by themselves."""

from __future__ import annotations

import base64
import heapq
import hmac
import itertools
import os
import random
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from odr.hearing.live.media.derive import packets_of
from odr.hearing.live.media.reading import Kind, open_segment
from tests.hearing.live.media.house import A_SECOND, BOTH, House, Visitor, free_port, opened, until
from tests.patience import PATIENCE
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


def relays(running: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it says by which address it sees who asks: the smallest question of STUN."""
    assert running.poll() is None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        asking.connect(("127.0.0.1", port))
        with suppress(OSError):
            asking.send(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12))
            return asking.recv(1500).startswith(b"\x01\x01")
    return False


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
        until(lambda: relays(running, port), "the relay answers")
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


def credentials(port: int, until_second: int, secret: str = SECRET) -> dict[str, str]:
    name = f"{until_second}:live"
    word = base64.b64encode(hmac.digest(secret.encode(), name.encode(), "sha1")).decode()
    return {"urls": f"turn:127.0.0.1:{port}?transport=udp", "username": name, "credential": word}


@contextmanager
def bad_line(to: int, *, lost: float, late: float) -> Iterator[int]:
    """A line before the relay that loses some datagrams and keeps others back, so that they come out of order."""
    chance = random.Random(1)
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.bind(("127.0.0.1", 0))
    far: dict[tuple[str, int], socket.socket] = {}
    waiting: list[tuple[float, int, socket.socket, bytes, tuple[str, int]]] = []
    stopped = threading.Event()

    def passes(out: socket.socket, data: bytes, whom: tuple[str, int]) -> None:
        # STUN and TURN's own messages come through, so that it is the media that suffers.
        if data[0] < 2 or chance.random() >= lost:
            when = time.monotonic() + (chance.uniform(0.02, 0.08) if chance.random() < late else 0)
            heapq.heappush(waiting, (when, next(count), out, data, whom))

    def carry() -> None:
        while not stopped.is_set():
            for ready in select.select([near, *far.values()], [], [], 0.005)[0]:
                data, whom = ready.recvfrom(4096)
                if ready is near:
                    if whom not in far:
                        far[whom] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    passes(far[whom], data, ("127.0.0.1", to))
                else:
                    passes(near, data, next(who for who, out in far.items() if out is ready))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, out, data, whom = heapq.heappop(waiting)
                out.sendto(data, whom)

    count = itertools.count()
    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield near.getsockname()[1]
    finally:
        stopped.set()
        thread.join()
        for each in (near, *far.values()):
            each.close()


@BOTH
def test_a_bad_line_costs_packets_and_not_the_hearing(
    folder: Path, driver: dict[str, str], open_context: OpenContext
) -> None:
    """Of twenty datagrams one is lost and two come out of order, both ways: pictures go on to be shown and are recorded
    nearly whole, since what was lost is asked for again.
    """
    seconds = 30 if os.environ.get("ODR_PROVE") else 8
    with (
        relay() as port,
        bad_line(port, lost=0.05, late=0.1) as line,
        opened(folder, **driver, ODR_TURN_URLS=f"turn:127.0.0.1:{line}?transport=udp", ODR_TURN_SECRET=SECRET) as house,
    ):
        house.order("open")
        house.order("record", segment=1)
        judge, li = (visitor(house, open_context, name) for name in ("judge", "li"))
        for each in (judge, li):
            each.enter()
            house.order("admit", person=each.name)
        judge.hears("li", "video")
        before = judge.received()["frames"]["li/video"]
        li.sends(A_SECOND * seconds)
        until(lambda: judge.received()["frames"]["li/video"] > before + 2 * seconds, "pictures go on to be shown")
        until(lambda: house.person("li").audio and house.person("li").video, "sound and picture arrive")
        house.order("close")
        packets = list(open_segment(house.recordings / "h1/0001").packets("li"))
        missed = {}
        for kind in (Kind.AUDIO, Kind.VIDEO):
            numbers = sorted(each.number for (of, _), each in packets_of(packets) if of is kind)
            missed[kind] = 1 - len(set(numbers)) / (max(numbers) - min(numbers) + 1)
        # Nobody asks for sound again: what is missing of it shows how bad the line was, and the picture's packets are.
        assert 0 < missed[Kind.AUDIO] <= 0.15 and missed[Kind.VIDEO] < missed[Kind.AUDIO], missed


@BOTH
def test_two_meet_by_the_relay_alone(folder: Path, driver: dict[str, str], open_context: OpenContext) -> None:
    """With no other way than the relay, sound and picture come through; credentials that ended, or of somebody else, are
    refused by it.
    """
    with (
        relay() as port,
        opened(folder, **driver, ODR_TURN_URLS=f"turn:127.0.0.1:{port}?transport=udp", ODR_TURN_SECRET=SECRET) as house,
    ):
        house.order("open")
        house.order("record", segment=1)
        judge, li = (visitor(house, open_context, name) for name in ("judge", "li"))
        for each in (judge, li):
            each.enter()
            house.order("admit", person=each.name)
        judge.hears("li", "video")
        li.hears("judge", "audio")
        until(lambda: house.person("li").video, "the room gets it")
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
