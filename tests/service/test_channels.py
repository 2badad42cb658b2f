"""Folder, text messages and post."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from odr.service.channels import Attachment, Dispatch, Outcome
from odr.service.channels.folder import LISTED, Folder
from odr.service.channels.post import PrintQueue, read_tracking
from odr.service.channels.sms import SmsGateway, read_report
from odr.service.vocabulary import AddressClass, Channel, FactKind, Signer

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
MESSAGE = Dispatch(
    7,
    3,
    1,
    "ref-7",
    Channel.SMS,
    "+86 138-0000-0000",
    AddressClass.GIVEN,
    "王丽",
    "zh-Hans",
    "K7M2-9XQD-4V3TH",
    "主题",
    "正文",
    "<p>正文</p>",
    AT,
    (Attachment("claim.pdf", "application/pdf", b"%PDF-1"),),
)


def test_the_folder_shows_what_was_sent(tmp_path: Path) -> None:
    """In training every message can be read, newest first; sending twice leaves one."""
    folder = Folder(tmp_path / "out")
    assert folder.messages() == []
    assert folder.send(MESSAGE).outcome is Outcome.REACHED
    folder.send(MESSAGE)
    folder.send(replace(MESSAGE, reference="ref-8", at=AT.replace(hour=5)))
    assert [m.reference for m in folder.messages()] == ["ref-8", "ref-7"]
    (one,) = folder.messages()[1:]
    assert (one.subject, one.text, one.at, one.attachments) == ("主题", "正文", AT, ("claim.pdf",))
    assert (tmp_path / "out" / "ref-7" / "attachment-1").read_bytes() == b"%PDF-1"


def test_of_very_many_messages_the_newest_are_found_by_a_list(tmp_path: Path) -> None:
    """Those from before there was a list stand on it; no more are shown than were asked for, nor than have so many signs, but one."""
    folder = Folder(tmp_path / "out")
    for number in range(5):
        folder.send(replace(MESSAGE, reference=f"ref-{number}", at=AT.replace(minute=number)))
    (tmp_path / "out" / LISTED).unlink()
    assert [m.reference for m in folder.messages(3)] == ["ref-4", "ref-3", "ref-2"]
    folder.send(replace(MESSAGE, reference="ref-5", at=AT.replace(minute=5)))
    assert (tmp_path / "out" / LISTED).read_text().split() == [f"ref-{number}" for number in range(6)]
    assert [m.reference for m in folder.messages()] == [f"ref-{number}" for number in (5, 4, 3, 2, 1, 0)]
    assert [m.reference for m in folder.messages(signs=2 * len(MESSAGE.text))] == ["ref-5", "ref-4"]
    assert [m.reference for m in folder.messages(signs=1)] == ["ref-5"]


def test_a_list_that_was_broken_off_loses_no_message(tmp_path: Path) -> None:
    """Neither where the process ended before it wrote the first line, nor in the middle of a later one."""
    folder, listed = Folder(tmp_path / "out"), tmp_path / "out" / LISTED
    for number in range(2):
        folder.send(replace(MESSAGE, reference=f"ref-{number}", at=AT.replace(minute=number)))
    listed.write_bytes(b"")
    assert [m.reference for m in folder.messages()] == ["ref-1", "ref-0"]
    folder.send(replace(MESSAGE, reference="ref-2", at=AT.replace(minute=2)))
    listed.write_bytes(listed.read_bytes() + b"\nref")
    folder.send(replace(MESSAGE, reference="ref-3", at=AT.replace(minute=3)))
    assert [m.reference for m in folder.messages()] == ["ref-3", "ref-2", "ref-1", "ref-0"]


class Gateway:
    """An SMS gateway that answers as told and remembers what it got."""

    def __init__(self, status: str = "202 Accepted", body: bytes = b'{"id": "g-1"}') -> None:
        self.status, self.body, self.got = status, body, []  # type: ignore[var-annotated]

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.got.append(
            (
                environ["PATH_INFO"],
                environ.get("HTTP_AUTHORIZATION"),
                environ["HTTP_IDEMPOTENCY_KEY"],
                json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))),
            )
        )
        start(self.status, [("Content-Length", str(len(self.body))), ("Location", "http://127.0.0.1:1/elsewhere")])
        return [self.body]


def test_a_text_is_handed_to_the_gateway(serve: Callable[..., str]) -> None:
    """Number, text and a key that makes a repetition harmless; accepted is handed over, never arrival."""
    gateway = Gateway()
    handover = SmsGateway(serve(gateway) + "/send", "token").send(MESSAGE)
    assert (handover.outcome, handover.provider_id) == (Outcome.HANDED_OVER, "g-1")
    assert gateway.got == [("/send", "Bearer token", "ref-7", {"id": "ref-7", "to": "+8613800000000", "text": "正文"})]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("400 Bad", Outcome.REFUSED),
        ("401 No", Outcome.LATER),
        ("429 Slow", Outcome.LATER),
        ("500 Oops", Outcome.LATER),
        ("302 Found", Outcome.LATER),
    ],
)
def test_the_gateways_answer_is_read(serve: Callable[..., str], status: str, outcome: Outcome) -> None:
    """Refusals about the message are final; what is wrong with us or with the gateway is later; redirects are not
    followed.
    """
    gateway = Gateway(status, b"not json")
    assert SmsGateway(serve(gateway)).send(MESSAGE).outcome is outcome
    assert len(gateway.got) == 1


def test_no_gateway_and_no_number() -> None:
    """A gateway that is away means later; what is no telephone number is refused unsent."""
    assert SmsGateway("http://127.0.0.1:1/", timeout=1).send(MESSAGE).outcome is Outcome.LATER
    for wrong in ("", "abc", "12", "+86;DROP", "138000000001380000000"):
        assert SmsGateway("http://127.0.0.1:1/").send(replace(MESSAGE, address=wrong)).outcome is Outcome.REFUSED


def test_only_a_signed_delivery_report_is_read() -> None:
    """A gateway's report needs its signature; forged, unsigned, unknown or timeless ones are nothing."""
    key = b"gateway"

    def signed(body: bytes) -> str:
        return hmac.new(key, body, hashlib.sha256).hexdigest()

    body = b'{"event": "e1", "id": "ref-7", "status": "delivered", "at": "2026-03-09T10:00:00+08:00"}'
    report = read_report(body, signed(body), key)
    assert report is not None and (report.event_id, report.reference, report.kind, report.at) == (
        "sms:e1",
        "ref-7",
        FactKind.REACHED_SYSTEM,
        AT,
    )
    assert (
        read_report(body, "00" * 32, key) is None
        and read_report(body, "ü", key) is None
        and read_report(body, signed(body), b"") is None
    )
    for bad in (b"{}", b"x", b"[]", body.replace(b"delivered", b"dancing"), body.replace(b"+08:00", b"")):
        assert read_report(bad, signed(bad), key) is None


def test_the_print_queue_shows_whole_letters_once(tmp_path: Path) -> None:
    """A letter appears complete; sending it again changes nothing, even after the printer took note of it."""
    made: list[str] = []

    def typeset(dispatch: Dispatch) -> bytes:
        made.append(dispatch.reference)
        return b"%PDF-letter"

    queue = PrintQueue(tmp_path, typeset)
    (tmp_path / ".ref-7.part").mkdir()  # left by a worker that was killed
    letter = replace(MESSAGE, channel=Channel.POST, address="杭州市湖滨路1号")
    assert queue.send(letter).outcome is Outcome.HANDED_OVER
    assert queue.send(letter).outcome is Outcome.HANDED_OVER
    assert made == ["ref-7"]
    home = tmp_path / "ref-7"
    assert sorted(p.name for p in home.iterdir()) == ["01.pdf", "address.txt", "letter.pdf", "slip.json"]
    assert home.joinpath("address.txt").read_text("utf-8") == "王丽\n杭州市湖滨路1号\n"
    assert list(tmp_path.iterdir()) == [home]
    assert queue.send(replace(letter, reference="r2", address=" ")).outcome is Outcome.REFUSED


def test_a_tracking_list_is_taken_line_by_line() -> None:
    """Good lines become facts with the same event id each time; each wrong line is named and hides no other."""
    content = (
        "\ufeffreference,event,at,signer,words\n"
        "ref-7,signed,2026-03-20T11:26:00+08:00,mail_officer,Tang Hui\n"
        "ref-8,nobody,2026-03-12T15:05:00+08:00,,card left\n"
        "ref-9,signed,2026-03-20T11:26:00+08:00,the dog,\n"
        "ref-9,eaten,2026-03-20T11:26:00+08:00,,\n"
        "ref-9,returned,yesterday,,\n"
        "ref-9,returned,2026-03-20T11:26:00,,\n"
        "ref-9\n"
    ).encode()
    taken, faults = read_tracking(content)
    assert [(t.reference, t.kind, t.signer, t.words) for t in taken] == [
        ("ref-7", FactKind.SIGNED, Signer.MAIL_OFFICER, "Tang Hui"),
        ("ref-8", FactKind.NOBODY_THERE, None, "card left"),
    ]
    assert taken[0].at == datetime(2026, 3, 20, 3, 26, tzinfo=UTC)
    assert [f.line for f in faults] == [4, 5, 6, 7, 8]
    assert [t.event_id for t in read_tracking(content)[0]] == [t.event_id for t in taken] and len(
        {t.event_id for t in taken}
    ) == 2


@pytest.mark.parametrize(
    "content", [b"", b"a,b,c\n1,2,3\n", "编号,event".encode("gb18030"), b"reference,event,at\n\x00\xff"]
)
def test_what_is_no_tracking_list_is_one_fault(content: bytes) -> None:
    """A file of another kind is refused as a whole, with a reason."""
    taken, faults = read_tracking(content)
    assert taken == [] and len(faults) == 1
