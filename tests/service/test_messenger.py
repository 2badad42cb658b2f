"""Messengers: short notices beside service, each signed with its time, tried again, and reported on once."""

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
from odr.ground.errors import InvalidInput
from odr.service.channels.messenger import TIME, is_signed_at, sign_at
from odr.service.channels.seller import SIGNATURE
from odr.service.models import Packet, ServiceAttempt, ServiceFact
from odr.service.replies.carriers import Taken, take_receipt
from odr.service.sending.ports import messengers_of
from odr.service.sending.text_messages import fits
from odr.service.vocabulary import AttemptState, Channel, FactKind, PacketState
from tests.patience import PATIENCE
from tests.scene import Scene, open_court
from tests.service.test_pages import BASE, browser

KEY = b"k3y-of-the-messenger"


class Service:
    """Whoever runs the court's account: believes only what the court signed just now."""

    def __init__(self, clock: FixedClock) -> None:
        self.messages: list[dict[str, str]] = []
        self.asked, self.status = 0, 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked += 1
                good = is_signed_at(
                    KEY, body, self.headers.get(TIME, ""), self.headers.get(SIGNATURE, ""), clock.machine_now()
                )
                if good and service.status == 200:
                    service.messages.append(json.loads(body))
                self.send_response(service.status if good else 403)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """The run's output is for the tests."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()


@pytest.fixture
def service(clock: FixedClock) -> Iterator[Service]:
    """The service on loopback."""
    service = Service(clock)
    yield service
    service.server.shutdown()
    service.thread.join(PATIENCE)
    service.server.server_close()


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, service: Service) -> Scene:
    """A court that writes to the messenger; the claimant has given an account there, and a claim is accepted."""
    messengers = f"wechat http://127.0.0.1:{service.server.server_port}/send {KEY.decode()}"
    scene = open_court(Database(sqlite_url, synchronous="OFF"), clock, tmp_path / "court", messengers=messengers)
    scene.lodge()
    scene.do("confirm_address", "li", email="li@parties.example", address="1 Lake Road", messenger="WeChat：li-wen-88")
    scene.accept()
    return scene


def attempts(scene: Scene) -> list[ServiceAttempt]:
    """What goes or went to the messenger."""
    with scene.court.database.read() as session:
        found = session.scalars(select(ServiceAttempt).where(ServiceAttempt.channel == Channel.MESSENGER)).all()
        for attempt in found:
            _ = attempt.packet
        session.expunge_all()
        return list(found)


def test_a_notice_goes_out_signed_short_and_is_no_service(scene: Scene, service: Service) -> None:
    """One message with act, day, case and code; that the service took it does not make the paper served."""
    scene.work()
    assert service.messages and all(m["to"] == "li-wen-88" for m in service.messages)
    (fee,) = [m for m in service.messages if "pay the court fee" in m["text"] or "交纳受理费" in m["text"]]
    (packet,) = [a.packet for a in attempts(scene) if fee["id"].startswith(a.packet.reference)]
    assert packet.code in fee["text"] and fits(fee["text"]) and "Li Wen" not in fee["text"]
    assert all(a.state is AttemptState.SENT for a in attempts(scene))
    with scene.court.database.read() as session:
        facts = session.scalars(select(ServiceFact).where(ServiceFact.channel == Channel.MESSENGER)).all()
        assert {fact.kind for fact in facts} == {FactKind.HANDED_OVER}


def test_what_the_service_cannot_take_now_is_tried_again_and_sent_once(
    scene: Scene, service: Service, clock: FixedClock
) -> None:
    """The queue of all sending tries it again; the same id goes along each time."""
    service.status = 503
    scene.work()
    assert not service.messages and service.asked
    assert all(a.state is AttemptState.PLANNED and a.tries == 1 for a in attempts(scene))
    service.status = 200
    clock.advance(timedelta(minutes=5))
    scene.work()
    ids = [m["id"] for m in service.messages]
    assert ids and len(ids) == len(set(ids)) and all(a.tries == 2 for a in attempts(scene))


def test_what_the_service_refuses_for_good_is_the_clerks(scene: Scene, service: Service) -> None:
    """An account that is none: the attempt ends, and the paper is served by its other ways."""
    service.status = 410
    scene.work()
    assert all(a.state in (AttemptState.FAILED, AttemptState.CANCELLED) for a in attempts(scene))
    with scene.court.database.read() as session:
        mine = session.scalars(select(Packet).where(Packet.occasion == "fee_notice")).one()
        assert mine.state is not PacketState.NOT_SERVED


def report(scene: Scene, status: str, event: str = "e1", *, age: timedelta = timedelta(), key: bytes = KEY) -> Taken:
    """What the service says of the first message."""
    first = attempts(scene)[0]
    reference = f"{first.packet.reference}-{first.id}"
    now = scene.clock.machine_now() - age
    body = json.dumps({"event": event, "id": reference, "status": status, "at": now.isoformat()}).encode()
    return take_receipt(scene.court, "wechat", body, sign_at(key, body, now), str(int(now.timestamp())))


def test_a_report_is_taken_once_and_only_if_signed_just_now(scene: Scene) -> None:
    """Not with another key, not what somebody recorded and sends again; "read" there is still no service."""
    scene.work()
    assert report(scene, "read", key=b"another key of ours") is Taken.FORGED
    assert report(scene, "read", age=timedelta(minutes=6)) is Taken.FORGED
    assert report(scene, "opened") is Taken.FORGED
    assert report(scene, "read") is Taken.NEW and report(scene, "read") is Taken.KNOWN
    client = browser(scene, None)
    answer = client.post("/service/receipts/wechat", data=b"{}", headers={SIGNATURE: "x", TIME: "1"}, base_url=BASE)
    assert answer.status_code == 403


@pytest.mark.parametrize("given", ["telegram:li", "wechat:", "li-wen-88"])
def test_only_messengers_the_court_writes_to_are_taken(scene: Scene, given: str) -> None:
    """The refusal names those there are."""
    with pytest.raises(InvalidInput) as refused:
        scene.do("confirm_address", "li", address="1 Lake Road", messenger=given)
    assert "wechat" in str(refused.value.faults[0].message)


def test_a_court_without_messengers_says_so(small_scene: Scene) -> None:
    """Nothing is written down that would never be used."""
    small_scene.lodge()
    with pytest.raises(InvalidInput, match=None) as refused:
        small_scene.do("confirm_address", "li", address="1 Lake Road", messenger="wechat:li")
    assert "Leave this empty" in str(refused.value.faults[0].message)


def test_a_messenger_and_a_platform_have_different_names(scene: Scene) -> None:
    """Reports of both come to one address: a name that both have is refused when the court opens."""
    line = "wechat https://a.example/send sixteen-characters"
    settings = scene.court.settings.model_copy(update={"messengers": line, "seller_inboxes": line})
    with pytest.raises(ValueError, match="same name"):
        messengers_of(settings)
