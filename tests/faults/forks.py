"""A process that forks courts at work and kills each at a random moment: run by ``test_kills``.

Arguments: database, folder, seed, kills. Each child files claims, hands in evidence
and pays fees, and tells of every act before it is sent and after it was
acknowledged. What was told goes to standard output, one JSON list a line.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from odr.docket.models import Case
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.text import Money
from odr.identity.actors import CLOCK_ACTOR
from odr.payments.inputs import PaymentInput
from odr.payments.models import Channel, FactKind, FeeAssessment, StripeFact
from odr.procedure.sitting import ActReceipt
from tests.scene import Scene, claim, open_court

MOST_LINES = 9
"""Lines a child tells at most before its kill is due: a whole case, and the beginning of the next."""
Tell = Callable[..., None]


def pay_fee(scene: Scene, intent: str) -> ActReceipt:
    """The provider's word that the fee is paid, and its entry."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        fee = session.query(FeeAssessment).filter_by(case_id=scene.case_id).one()
        told = {
            "stripe_id": intent,
            "rank": 2,
            "intent": intent,
            "amount_minor": fee.amount_minor,
            "currency": "CNY",
            "ours": fee.reference,
        }
        session.add(StripeFact(kind=FactKind.INTENT, at=now, **told))
    given = PaymentInput(
        assessment=fee.reference,
        channel=Channel.CARD,
        amount=Money(fee.amount_minor, "CNY"),
        source=f"stripe/{intent}",
        received_at=now,
    )
    with scene.court.sit() as sitting:
        return sitting.perform("record_payment", sitting.session.get_one(Case, scene.case_id), given, actor=CLOCK_ACTOR)


def work(scene: Scene, tell: Tell, run: str) -> None:
    """File, accept, pay and hand in, over and over, until killed."""
    scene.court.database.engine.dispose(close=False)
    for number in itertools.count():
        one_case(scene, tell, f"{run}-{number}")


def one_case(scene: Scene, tell: Tell, name: str) -> None:
    """A file, a claim with it, its acceptance, its fee."""
    tell("sent", "upload", name)
    upload = scene.upload("li", f"order {name}".encode())
    tell("kept", "upload", upload.reference, upload.sha256)
    line = {"upload": upload.reference, "title": "Order page", "proves": "That I bought them", "source": "My phone"}
    steps: list[tuple[str, Callable[[], ActReceipt]]] = [
        ("lodge_claim", lambda: scene.lodge(claim(exhibits=[line]))),
        ("accept_claim", scene.accept),
        ("record_payment", lambda: pay_fee(scene, f"pi_{name}")),
    ]
    for act, step in steps:
        tell("sent", act, name)
        receipt = step()
        tell("kept", act, receipt.case_reference, receipt.number, receipt.digest)


def run_once(scene: Scene, run: str, lines: int, into: float) -> bytes:
    """One child; gives what it told before it was killed. It is killed once it has told so many ``lines``, a part ``into``
    the time that two of them took it: so it dies at work on a slow machine as on a fast one.
    """
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        # A browser test before this one left its event loop running; the child is not in it.
        asyncio._set_running_loop(None)
        os.close(inlet)
        try:
            work(scene, lambda *words: os.write(outlet, json.dumps(words).encode() + b"\n") and None, run)
        finally:
            os._exit(3)
    os.close(outlet)
    told, began = b"", time.monotonic()
    while told.count(b"\n") < lines and (piece := os.read(inlet, 65536)):
        told += piece
    ends = time.monotonic() + into * 2 * (time.monotonic() - began) / lines
    while (left := ends - time.monotonic()) > 0:
        if select.select([inlet], [], [], left)[0]:
            piece = os.read(inlet, 65536)
            if not piece:
                break
            told += piece
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while piece := os.read(inlet, 65536):
        told += piece
    os.close(inlet)
    if os.WTERMSIG(status) != signal.SIGKILL or not os.WIFSIGNALED(status):
        raise RuntimeError(f"the child of run {run} ended by itself: {told!r}")
    return told


def main(url: str, folder: str, seed: str, kills: str) -> None:
    chance = random.Random(seed)
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")))
    scene = open_court(Database(url), clock, Path(folder), sequencing="at_once")
    scene.court.database.dispose()
    for number in range(int(kills)):
        sys.stdout.buffer.write(run_once(scene, str(number), chance.randint(1, MOST_LINES), chance.random()))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
