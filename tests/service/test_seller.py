"""The inbox of an accredited platform: signed both ways, receipts in any order, each once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.service.channels.seller import SIGNATURE, is_signed, read_platforms, sign
from odr.service.models import ServiceAttempt, ServiceFact
from odr.service.replies.carriers import Taken, take_receipt
from odr.service.vocabulary import AttemptState, Channel, FactKind
from tests.patience import PATIENCE
from tests.scene import Scene, open_court
from tests.service.test_clerk import respondent
from tests.service.test_pages import BASE, browser

KEY = b"k3y-of-baihua-market"


class Market:
    """A platform on loopback that believes only what the court signed."""

    def __init__(self) -> None:
        self.messages: list[dict[str, object]] = []
        self.status = 200
        market = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                good = is_signed(KEY, body, self.headers.get(SIGNATURE, ""))
                if good and market.status == 200:
                    market.messages.append(json.loads(body))
                self.send_response(market.status if good else 403)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """The run's output is for the tests."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()


@pytest.fixture
def market() -> Iterator[Market]:
    """The platform."""
    market = Market()
    yield market
    market.server.shutdown()
    market.thread.join(PATIENCE)
    market.server.server_close()


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, market: Market) -> Scene:
    """A court that knows the platform; the shop's inbox was found and the claim is out there."""
    inboxes = f"baihua http://127.0.0.1:{market.server.server_port}/inbox {KEY.decode()}"
    scene = open_court(
        Database(sqlite_url, synchronous="OFF"),
        clock,
        tmp_path / "court",
        seller_inboxes=inboxes,
        sms_report_key="s" * 20,
    )
    scene.lodge()
    scene.accept()
    scene.do(
        "record_search",
        "clerk",
        party=respondent(scene),
        place="platform",
        where="Baihua",
        seller_inbox="baihua:haiyun-8842",
        words="The shop's own inbox.",
    )
    return scene


def attempt(scene: Scene) -> ServiceAttempt:
    with scene.court.database.read() as session:
        return session.scalars(select(ServiceAttempt).where(ServiceAttempt.channel == Channel.SELLER_INBOX)).one()


def receipt(scene: Scene, status: str, event: str, reference: str, *, key: bytes = KEY) -> Taken:
    body = json.dumps({"event": event, "id": reference, "status": status, "at": scene.clock.now().isoformat()}).encode()
    return take_receipt(scene.court, "baihua", body, sign(key, body))


def test_a_shop_is_reached_in_its_own_inbox(scene: Scene, market: Market) -> None:
    """The message is signed and tells nothing of the case to an attributed inbox; later moods are tried again, receipts
    come twice and out of order.
    """
    market.status = 503
    scene.work()
    assert attempt(scene).state is AttemptState.PLANNED
    market.status = 200
    scene.later(minutes=10)
    (message,) = market.messages
    assert message["shop"] == "haiyun-8842"
    assert message["papers"] == []
    assert "Li Wen" not in json.dumps(message)
    reference = str(message["id"])
    scene.clock.advance(timedelta(minutes=5))
    assert receipt(scene, "read", "e2", reference) is Taken.NEW
    assert receipt(scene, "delivered", "e1", reference) is Taken.NEW
    assert receipt(scene, "read", "e2", reference) is Taken.KNOWN
    assert receipt(scene, "read", "e3", reference, key=b"x" * 20) is Taken.FORGED
    assert receipt(scene, "read", "e4", "nobody-1") is Taken.NOBODYS
    assert receipt(scene, "flew", "e5", reference) is Taken.FORGED
    with scene.court.database.read() as session:
        kinds = session.scalars(
            select(ServiceFact.kind).where(ServiceFact.channel == Channel.SELLER_INBOX).order_by(ServiceFact.id)
        ).all()
    assert list(kinds) == [FactKind.HANDED_OVER, FactKind.READ, FactKind.REACHED_SYSTEM]
    body = json.dumps(
        {"event": "w1", "id": reference, "status": "replied", "at": scene.clock.now().isoformat()}
    ).encode()
    client = browser(scene, None)
    post = {"data": body, "base_url": BASE}
    assert client.post("/service/receipts/baihua", headers={SIGNATURE: "00"}, **post).status_code == 403  # type: ignore[arg-type]
    assert client.post("/service/receipts/baihua", headers={SIGNATURE: sign(KEY, body)}, **post).status_code == 200  # type: ignore[arg-type]
    assert client.post("/service/receipts/unknown", headers={SIGNATURE: sign(KEY, body)}, **post).status_code == 403  # type: ignore[arg-type]


def test_settings_of_platforms() -> None:
    """A line is name, address and a key of sixteen characters or more; anything else stops the start."""
    assert set(read_platforms("a https://a.example/i 0123456789abcdef; b http://b.example 0123456789abcdefg")) == {
        "a",
        "b",
    }
    assert read_platforms("") == {}
    for wrong in ("a https://a.example short", "a ftp://a.example 0123456789abcdef", "a"):
        with pytest.raises(ValueError):
            read_platforms(wrong)
