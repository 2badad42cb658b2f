"""Text messages over HTTP, as Kannel and scripts under SMS Server Tools send them: recorded forms, twice, late, in any order, hostile."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from odr.app import create_app
from odr.assist.guide.handing import waiting
from odr.assist.line.answering import LATE
from odr.assist.line.models import LineMessage
from odr.service.sending.text_messages import fits
from tests.assist.line.conftest import Line

KEY = "k" * 30


@dataclass
class Gateway:
    """A gateway of text messages before a court that serves on a port."""

    port: int

    def get(self, query: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """As Kannel's get-url."""
        return self._ask("GET", f"/line/sms?{query}", None, headers or {})

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """As a script that posts a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", "/line/sms", body, kind | (headers or {}))

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        try:
            wire.request(method, path, body, headers)
            answer = wire.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            wire.close()


@contextmanager
def gateway(line: Line) -> Iterator[Gateway]:
    """The court on a port of this machine, with a secret it shares with the gateway."""
    settings = line.scene.court.settings.model_copy(update={"line_sms_key": KEY, "line_locale": "en"})
    server = make_server("127.0.0.1", 0, create_app(court=replace(line.scene.court, settings=settings)), threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield Gateway(server.server_port)
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def kannel(text: str, message: str = "a1", sender: str = "+8613800000001", **more: str) -> str:
    """The address Kannel fills in: UTF-8, or raw UTF-16 where it says so."""
    return urlencode({"key": KEY, "from": sender, "id": message, "text": text, **more})


def test_kannel_asks_and_the_answer_is_one_message(line: Line) -> None:
    """Plain text in UTF-8, of one message; the blank of a plus sign that was not encoded is forgiven."""
    with gateway(line) as sends:
        status, text = sends.get(kannel(f"2026 {line.number.split('民初')[1].rstrip('号')} {line.code}"))
        assert status == 200 and fits(text) and "Next:" in text
        raw = f"key={KEY}&from=+8613800000001&id=a2&text=call"
        assert "The registry calls you" in sends.get(raw)[1]
    with line.scene.court.database.read() as session:
        assert [one.contact for one in waiting(line.scene.court, session).rows] == ["+8613800000001"]


def test_chinese_comes_in_the_signs_kannel_names(line: Line) -> None:
    """UTF-16 as bytes, and UTF-8, are the same question."""
    wide = "".join(f"%{byte:02X}" for byte in "交不起诉讼费怎么办".encode("utf-16-be"))
    with gateway(line) as sends:
        one = sends.get(f"key={KEY}&from=%2B8613800000001&id=b1&coding=2&charset=UTF-16BE&text={wide}")
        other = sends.get(f"key={KEY}&from=%2B8613800000002&id=b2&text={quote('交不起诉讼费怎么办')}")
    assert one == other and one[0] == 200 and fits(one[1]) and "更多" in one[1]


def test_a_script_posts_the_same_with_the_secret_in_a_header(line: Line) -> None:
    """As an event handler of SMS Server Tools does: the secret stands in no address."""
    body = urlencode({"from": "8613800000001", "id": "GSM1.aB3", "text": "help"}).encode()
    with gateway(line) as sends:
        status, text = sends.post(body, {"X-Court-Key": KEY})
        assert status == 200 and fits(text) and "Send number and code" in text
        assert sends.post(body, {"X-Court-Key": "no"})[0] == 403
        assert sends.post(body)[0] == 403


def test_twice_is_once(line: Line) -> None:
    """The gateway that got no answer asks again: same answer, one call, one line."""
    with gateway(line) as sends:
        assert sends.get(kannel("call", "c1")) == sends.get(kannel("call", "c1"))
    with line.scene.court.database.read() as session:
        assert waiting(line.scene.court, session).total == 1
        assert session.scalar(select(func.count()).select_from(LineMessage)) == 1


def test_late_and_out_of_order(line: Line) -> None:
    """The code before the number; a call of yesterday is not made today."""
    now = line.scene.clock.machine_now()
    old = str(int((now - LATE - timedelta(minutes=5)).timestamp()))
    with gateway(line) as sends:
        assert "year and the last digits" in sends.get(kannel(line.code, "d2", sent=str(int(now.timestamp()))))[1]
        told = sends.get(kannel(line.number, "d1", sent=str(int(now.timestamp()) - 5)))[1]
        assert "Next:" in told
        assert "came late" in sends.get(kannel("call", "d3", sent=old))[1]
        assert "came late" in sends.get(kannel("call", "d4", sent=f"{now - timedelta(days=2):%Y-%m-%d %H:%M}"))[1]
    with line.scene.court.database.read() as session:
        assert waiting(line.scene.court, session).total == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 403),
        (f"key={KEY}", 400),
        (f"key={KEY}&from=x&id=1&text=help", 400),
        (f"key={KEY}&from=%2B86138&id=&text=help", 400),
        (f"key={KEY}&from=%2B86138&id=1", 200),
        (f"key={KEY}&from=%2B86138&id=%00%0a&text=help", 400),
        (f"key={KEY}&from=%2B86138&id=2&text=%FF%FE%80%00&charset=UTF-16BE", 200),
        (f"key={KEY}&from=%2B86138&id=3&text=%D8%00&charset=UTF-16BE&coding=2", 200),
        (f"key={KEY}&from=%2B86138&id=4&text=help&charset=rot13", 200),
        (f"key={KEY}&from=%2B86138&id=5&text=help&sent=99999999999", 200),
        (f"key={KEY}&from=%2B86138&id=6&text=" + "a" * 5000, 200),
        (f"key={KEY}&from=%2B86138&id=7&text=" + "a" * 9000, 403),
        (f"key={KEY}&" + "&".join(f"x{at}=1" for at in range(60)), 403),
        (f"key={KEY}&from=%2B86138&id=8&text=%E2%80%AE%1b%5b31m'%3B--", 200),
    ],
)
def test_hostile_forms_are_bounded(line: Line, query: str, status: int) -> None:
    """Each is answered, none breaks anything, and what goes back is one message."""
    with gateway(line) as sends:
        got, text = sends.get(query)
        assert got == status and fits(text)


def test_a_body_that_is_too_long_is_refused(line: Line) -> None:
    """More than any message is read by nobody."""
    with gateway(line) as sends:
        assert sends.post(b"text=" + b"a" * 20_000, {"X-Court-Key": KEY})[0] == 413


def test_without_a_secret_there_is_nothing_here(line: Line) -> None:
    """A court that was given none takes no text messages."""
    client = create_app(court=line.scene.court).test_client()
    assert client.get(f"/line/sms?{kannel('help')}").status_code == 404


def test_brackets_without_end_are_no_message(line: Line) -> None:
    """JSON thousands of brackets deep is answered as what is no JSON, here and on every page that takes some."""
    app = create_app(court=line.scene.court)
    for path in ("/line.json", "/process.json"):
        sent = app.test_client().post(path, data=b"[" * 100_000, content_type="application/json")
        assert sent.status_code == 400, path
